//! One of two elements by a mask, and the methods that formulas choose with.

use crate::base::{DType, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{NO, point3};
use crate::ops::create::convert::check_fits;
use crate::ops::elementwise::kind::kernel;
use crate::ops::elementwise::kind::nary::points;
use crate::ops::table::{Table, To, Val};
use crate::tensor::Tensor;
use crate::{bail, rows};

points! {
    WHERE "where" "WhereBackward0": Same masked,
        cpu |dt| kernel!(dt, wide, T => point3(|m: bool, a: T, b: T, _| if m { a } else { b })),
        wgsl "select(c, b, a != 0u)" int "select(c, b, a != 0u)" complex "select(c, b, a != 0u)",
        grad { b |g, a| a.choose(g, 0i64), c |g, a| a.choose(0i64, g) };
}

impl Tensor {
    /// `input` where the condition holds, else `other`. Two numbers take the dtype they would have as tensors.
    pub fn choose(&self, input: impl Into<Val>, other: impl Into<Val>) -> Result<Tensor> {
        let condition = match self.dtype() {
            DType::Bool => self.clone(),
            DType::U8 => self.cast(DType::Bool)?,
            d => bail!(
                Runtime,
                "where expected condition to be a boolean tensor, but got a tensor with dtype {}",
                d.scalar_name()
            ),
        };
        let (a, b) = (input.into(), other.into());
        To::New.point_val(&WHERE, WHERE.grad_name, &[Val::T(condition), a, b], NO)
    }
}

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

impl Tensor {
    /// `g` where the condition holds, zero elsewhere.
    pub fn keep(&self, condition: &Tensor) -> Result<Tensor> {
        condition.choose(self, 0i64)
    }
}

/// A number must be one that the tensor beside it can hold; among halves what is too large becomes infinite.
fn check_choice(v: &Val, beside: &Tensor) -> Result<()> {
    if beside.dtype().is_half() { Ok(()) } else { check_fits(v, beside) }
}

rows! { CHOOSE:
    /// Elements of `input` where `condition` holds, of `other` elsewhere; all three broadcast.
    ///
    /// Args: condition: bool tensor. input, other: tensors or numbers.
    /// **Errors**: RuntimeError if the condition is not bool.
    ///
    /// ```text
    /// >>> torch.where(torch.tensor([True, False]), torch.tensor([1, 2]), 0)
    /// tensor([1, 0])
    /// ```
    [Torch] out Keep fn where_ = "where"(condition: &Tensor, input: Val, other: Val) -> Tensor {
        if let (Val::S(a), Val::S(b)) = (&input, &other) {
            let default = crate::base::promote::default_dtype();
            let dtype = crate::base::promote::promote(a.dtype(default), b.dtype(default));
            let a = crate::ops::driver::memory::full(&[], *a, dtype, condition.device())?;
            return condition.choose(a, *b);
        }
        for (v, beside) in [(&input, &other), (&other, &input)] {
            if let Val::T(t) = beside {
                check_choice(v, t)?;
            }
        }
        condition.choose(input, other)
    }
    /// `self` where `condition` holds, else `other`.
    ///
    /// ```text
    /// >>> torch.where(torch.tensor([True, False]), torch.tensor([1, 2]), 0)
    /// tensor([1, 0])
    /// ```
    [Method] fn where_of = "where"(input: &Tensor, condition: &Tensor, other: Val) -> Tensor {
        check_choice(&other, input)?;
        condition.choose(input, other)
    }
}

pub const TABLE: Table = &[CHOOSE];
