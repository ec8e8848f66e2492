//! Reductions over axes.

use super::op::{Metas, Op, apply};
use super::shape::{expand_to, reshape_to, wrap_dims};
use super::table::OpDef;
use crate::base::{DType, Dims};
use crate::error::Result;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{grads, ops, with_dtype};
use smallvec::smallvec;

/// Sum over axes.
#[derive(Debug)]
struct Sum {
    axes: Dims,
    keepdim: bool,
    dtype: DType,
    all: bool,
}

/// The shape left when axes are summed away.
pub fn reduced_shape(shape: &[usize], axes: &[usize], keepdim: bool) -> Dims {
    let mut out = Dims::new();
    for (i, &n) in shape.iter().enumerate() {
        match (axes.contains(&i), keepdim) {
            (true, true) => out.push(1),
            (true, false) => {}
            _ => out.push(n),
        }
    }
    out
}

/// A reduced tensor with its axes put back as size 1 and repeated to the input's shape.
pub fn expand_reduced(g: &Tensor, axes: &[usize], keepdim: bool, shape: &[usize]) -> Result<Tensor> {
    let kept = if keepdim { g.clone() } else { reshape_to(g, &reduced_shape(shape, axes, true))? };
    expand_to(&kept, shape)
}

impl Op for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }
    fn grad_name(&self) -> &'static str {
        if self.all { "SumBackward0" } else { "SumBackward1" }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&reduced_shape(x[0].shape(), &self.axes, self.keepdim), self.dtype)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        super::copy::fill_held(&out[0], crate::base::Scalar::Int(0));
        let layout = out[0].layout();
        let mut strides = Dims::new();
        let mut k = 0;
        for i in 0..x[0].ndim() {
            if self.axes.contains(&i) {
                strides.push(0);
                k += self.keepdim as usize;
            } else {
                strides.push(layout.strides[k]);
                k += 1;
            }
        }
        let place = out[0].alias(crate::base::Layout {
            shape: Dims::from_slice(x[0].shape()),
            strides,
            offset: layout.offset,
        });
        with_dtype!("sum", self.dtype, any, _T => ());
        super::scatter::add_strided(&place, x[0])
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => grads![Some(expand_reduced(g, &self.axes, self.keepdim, cx.shape(0))?)],
            None => grads![None],
        }
    }
}

/// The dtype a sum answers in: small integers become int64.
pub fn sum_dtype(d: DType) -> DType {
    if d.is_integral() { DType::I64 } else { d }
}

/// Sum over the given axes.
pub fn sum_dims(x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    let axes = wrap_dims(dims, x.ndim())?;
    apply(Sum { axes, keepdim, dtype: sum_dtype(x.dtype()), all: false }, &[x])
}

ops! {
    /// The sum of all elements.
    both fn sum(input: &Tensor; dtype: Option<DType> = None) -> Tensor {
        let axes = (0..input.ndim()).collect();
        apply(Sum { axes, keepdim: false, dtype: dtype.unwrap_or(sum_dtype(input.dtype())), all: true }, &[input])
    }
}
