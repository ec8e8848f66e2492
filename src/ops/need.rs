//! Elementwise helpers and indexed access that formulas of reductions use.

use super::copy::{dense_cast_held, dense_held, write_held};
use super::op::{Metas, Op, Saves, apply};
use super::table::Val;
use crate::base::Scalar;
use crate::error::Result;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{grads, with_dtype};
use smallvec::smallvec;

pub use super::rounding::{abs, sgn};
pub use super::unary::{SQRT, sqrt};

pub fn eq(a: &Tensor, b: impl Into<Val>) -> Result<Tensor> {
    super::compare::eq(a, b)
}

/// Where an element is a number.
pub fn not_nan(x: &Tensor) -> Result<Tensor> {
    x.detach().isnan()?.logical_not()
}

/// `g` where `x` is a number, else zero.
pub fn where_not_nan(g: &Tensor, x: &Tensor) -> Result<Tensor> {
    super::binary::keep(g, &not_nan(x)?)
}

pub fn pow(x: &Tensor, p: f64) -> Result<Tensor> {
    super::pow::pow(x, p)
}

/// `x` with a number where the mask holds.
pub fn masked(x: &Tensor, mask: &Tensor, value: impl Into<Scalar>) -> Result<Tensor> {
    super::ternary::where_self(mask, value.into(), x)
}

#[derive(Debug)]
struct Gather(usize);

#[derive(Debug)]
struct ScatterAdd(usize);

/// Elements of `x` at positions along an axis.
pub fn gather(x: &Tensor, axis: usize, index: &Tensor) -> Result<Tensor> {
    apply(Gather(axis), &[x, index])
}

/// `x` with the elements of `src` added at positions along an axis.
pub fn scatter_add(x: &Tensor, axis: usize, index: &Tensor, src: &Tensor) -> Result<Tensor> {
    apply(ScatterAdd(axis), &[x, index, src])
}

fn places(shape: &[usize], index: &[usize], axis: usize, mut each: impl FnMut(usize, usize, usize)) {
    let strides = crate::base::Layout::contiguous(shape).strides;
    let n: usize = index.iter().product();
    for i in 0..n {
        let (mut rest, mut at) = (i, 0);
        for k in (0..index.len()).rev() {
            if k != axis {
                at += rest % index[k] * strides[k];
            }
            rest /= index[k];
        }
        each(i, at, strides.get(axis).copied().unwrap_or(1));
    }
}

impl Op for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }
    fn grad_name(&self) -> &'static str {
        "GatherBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[1].shape(), x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (s, ix) = (dense_held(x[0])?, dense_held(x[1])?);
        with_dtype!("gather", s.dtype(), any, T => {
            let (s_, i_, d) = (s.ptr_of::<T>(), ix.ptr_of::<i64>(), out[0].ptr_of::<T>());
            // SAFETY: inside
            places(s.shape(), ix.shape(), self.0, |i, at, st| unsafe { *d.add(i) = *s_.add(at + *i_.add(i) as usize * st) });
        });
        Ok(())
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(2)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let zero = super::reduce::zeros_of(cx.shape(0), g)?;
        grads![Some(scatter_add(&zero, self.0, &cx.input(1)?, g)?), None]
    }
}

impl Op for ScatterAdd {
    fn name(&self) -> &'static str {
        "scatter_add"
    }
    fn grad_name(&self) -> &'static str {
        "ScatterAddBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0], x[0]);
        let (ix, src) = (dense_held(x[1])?, dense_cast_held(x[2], out[0].dtype())?);
        with_dtype!("scatter_add", src.dtype(), any, T => {
            use crate::base::Num;
            let (s_, i_, d) = (src.ptr_of::<T>(), ix.ptr_of::<i64>(), out[0].ptr_of::<T>());
            // SAFETY: inside
            places(out[0].shape(), ix.shape(), self.0, |i, at, st| unsafe {
                let p = d.add(at + *i_.add(i) as usize * st);
                *p = Num::add(*p, *s_.add(i));
            });
        });
        Ok(())
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(2)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None, None] };
        grads![Some(g.clone()), None, Some(gather(g, self.0, &cx.input(1)?)?)]
    }
}
