//! Small formulas that reductions and their gradients share.

use super::arithmetic::keep;
use crate::base::Scalar;
use crate::error::Result;
use crate::ops::table::Val;
use crate::tensor::Tensor;

/// Where an element is a number.
pub fn not_nan(x: &Tensor) -> Result<Tensor> {
    x.detach().isnan()?.logical_not()
}

/// `g` where `x` is a number, else zero.
pub fn where_not_nan(g: &Tensor, x: &Tensor) -> Result<Tensor> {
    keep(g, &not_nan(x)?)
}

/// `x` with a number where the mask holds.
pub fn masked(x: &Tensor, mask: &Tensor, value: f64) -> Result<Tensor> {
    super::choose::where_self(mask, Scalar::Float(value), x)
}

/// `max(x, least)` whose gradient is that of `x` throughout.
pub fn raised(x: &Tensor, least: f64) -> Result<Tensor> {
    let bare = x.detach();
    let below = super::compare::lt(&bare, Val::S(Scalar::Float(least)))?;
    // what is missing is added, so that elements in range keep their bits
    x.add(keep(&bare.rsub(least)?, &below)?)
}

/// Elements of `x` at positions along an axis.
pub fn gather(x: &Tensor, axis: usize, index: &Tensor) -> Result<Tensor> {
    crate::ops::index::gather::gather(x, axis as i64, index, false)
}

/// `x` with the elements of `src` added at positions along an axis.
pub fn scatter_add(x: &Tensor, axis: usize, index: &Tensor, src: &Tensor) -> Result<Tensor> {
    crate::ops::index::gather::scatter_add(x, axis as i64, index, src)
}
