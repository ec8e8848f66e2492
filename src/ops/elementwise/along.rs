//! Small formulas that reductions and their gradients share.

use crate::base::Scalar;
use crate::error::Result;
use crate::tensor::Tensor;

impl Tensor {
    /// Where an element is a number.
    pub fn not_nan(&self) -> Result<Tensor> {
        self.detach().isnan()?.logical_not()
    }
    /// `g` where `x` is a number, else zero.
    pub fn where_not_nan(&self, x: &Tensor) -> Result<Tensor> {
        self.keep(&x.not_nan()?)
    }
    /// `x` with a number where the mask holds.
    pub fn masked(&self, mask: &Tensor, value: f64) -> Result<Tensor> {
        mask.choose(Scalar::Float(value), self)
    }
    /// `max(x, least)` whose gradient is that of `x` throughout.
    pub fn raised(&self, least: f64) -> Result<Tensor> {
        let bare = self.detach();
        let below = bare.lt(least)?;
        // what is missing is added, so that elements in range keep their bits
        self.add(bare.rsub(least)?.keep(&below)?)
    }
}
