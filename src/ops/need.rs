//! Elementwise helpers and indexed access that formulas of reductions use.

use super::copy::{dense_cast_held, dense_held, write_held};
use super::elementwise::{BinaryDef, Rule, Unary, UnaryDef, binary};
use super::op::{Metas, Op, Saves, apply};
use super::table::Val;
use crate::base::{DType, Scalar};
use crate::error::{Error, Result};
use crate::kernels::cpu::block::{map, zip};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{grads, with_dtype};
use smallvec::smallvec;

pub fn eq(a: &Tensor, b: impl Into<Val>) -> Result<Tensor> {
    super::compare::eq(a, b)
}

static NOT_NAN: UnaryDef = UnaryDef {
    name: "isfinite",
    grad_name: "NotNanBackward0",
    rule: Rule::Compare,
    #[allow(clippy::eq_op)]
    kernel: |dt| with_dtype!("isnan", dt, wide, T => Ok(map(|a: T| a == a))),
    saves: Saves::NOTHING,
    grad: |g, _| Ok(g.clone()),
};

/// Where an element is a number.
pub fn not_nan(x: &Tensor) -> Result<Tensor> {
    apply(Unary(&NOT_NAN), &[&x.detach()])
}

/// `g` where `x` is a number, else zero.
pub fn where_not_nan(g: &Tensor, x: &Tensor) -> Result<Tensor> {
    g.mul(not_nan(x)?)
}

pub static SQRT: UnaryDef = UnaryDef {
    name: "sqrt",
    grad_name: "SqrtBackward0",
    rule: Rule::Float,
    kernel: |dt| match dt {
        DType::F32 => Ok(map(|x: f32| x.sqrt())),
        DType::F64 => Ok(map(|x: f64| x.sqrt())),
        DType::C64 => Ok(map(|x: crate::base::C64| x.sqrt())),
        DType::C128 => Ok(map(|x: crate::base::C128| x.sqrt())),
        d => Err(Error::no_dtype("sqrt", d, "floats")),
    },
    saves: Saves::OUTPUT,
    grad: |g, cx| g.div(super::unary::conj_of(&cx.output(0)?)?.mul(2.0)?),
};

pub fn sqrt(x: &Tensor) -> Result<Tensor> {
    apply(Unary(&SQRT), &[x])
}

static ABS: UnaryDef = UnaryDef {
    name: "abs",
    grad_name: "AbsBackward0",
    rule: Rule::Real,
    kernel: |dt| match dt {
        DType::F32 => Ok(map(|x: f32| x.abs())),
        DType::F64 => Ok(map(|x: f64| x.abs())),
        DType::C64 => Ok(map(|x: crate::base::C64| x.norm())),
        DType::C128 => Ok(map(|x: crate::base::C128| x.norm())),
        d => Err(Error::no_dtype("abs", d, "floats")),
    },
    saves: Saves::INPUT,
    grad: |g, cx| g.mul(sgn(&cx.input(0)?)?),
};

pub fn abs(x: &Tensor) -> Result<Tensor> {
    apply(Unary(&ABS), &[x])
}

static SIGN: UnaryDef = UnaryDef {
    name: "sgn",
    grad_name: "SgnBackward0",
    rule: Rule::Same,
    kernel: |dt| match dt {
        DType::F32 => Ok(map(|x: f32| if x == 0.0 || x != x { x } else { x.signum() })),
        DType::F64 => Ok(map(|x: f64| if x == 0.0 || x != x { x } else { x.signum() })),
        DType::C64 => Ok(map(|x: crate::base::C64| if x.norm() == 0.0 { x } else { x / x.norm() })),
        DType::C128 => Ok(map(|x: crate::base::C128| if x.norm() == 0.0 { x } else { x / x.norm() })),
        d => Err(Error::no_dtype("sgn", d, "floats")),
    },
    saves: Saves::INPUT,
    grad: |g, _| g.mul(0.0),
};

pub fn sgn(x: &Tensor) -> Result<Tensor> {
    apply(Unary(&SIGN), &[x])
}

pub fn pow(x: &Tensor, p: f64) -> Result<Tensor> {
    super::pow::pow(x, p)
}

/// `x` with a number where the mask holds.
#[derive(Debug)]
struct Masked(Scalar);

pub fn masked(x: &Tensor, mask: &Tensor, value: impl Into<Scalar>) -> Result<Tensor> {
    apply(Masked(value.into()), &[x, mask])
}

impl Op for Masked {
    fn name(&self) -> &'static str {
        "masked_fill"
    }
    fn grad_name(&self) -> &'static str {
        "MaskedFillBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let shape = crate::base::broadcast(x[0].shape(), x[1].shape())?;
        Ok(smallvec![Meta::new(&shape, x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0], x[0]);
        let mask = Tensor::empty(out[0].shape(), DType::Bool, out[0].device())?;
        write_held(&mask, x[1]);
        with_dtype!("masked_fill", out[0].dtype(), any, T => {
            let (m, d, v) = (mask.ptr_of::<bool>(), out[0].ptr_of::<T>(), self.0.to::<T>());
            for i in 0..mask.numel() {
                // SAFETY: both dense
                unsafe { if *m.add(i) { *d.add(i) = v } };
            }
        });
        Ok(())
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(2)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => grads![Some(masked(g, &cx.input(1)?, 0.0)?), None],
            None => grads![None, None],
        }
    }
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
