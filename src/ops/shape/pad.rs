//! A border of one value.

use crate::base::{Dims, Layout, Scalar};
use crate::error::{Error, Kind, Result};
use crate::ops::driver::apply::apply;
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::table::Table;
use crate::tensor::{Context, Meta, Tensor};
use crate::{ensure, rows};
use smallvec::{SmallVec, smallvec};

/// Elements added before and after each axis (taken away where negative).
#[derive(Clone, Debug)]
struct ConstantPad {
    around: SmallVec<[(i64, i64); 4]>,
    value: Scalar,
}

impl Op for ConstantPad {
    fn name(&self) -> &'static str {
        "constant_pad_nd"
    }
    fn grad_name(&self) -> &'static str {
        "ConstantPadNdBackward0"
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        let samples = std::iter::repeat_n((0, 0), n);
        Batching::Shifted(ConstantPad {
            around: samples.chain(self.around.iter().copied()).collect(),
            ..*self
        })
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let mut shape = Dims::new();
        for (i, (&n, &(a, b))) in x[0].shape().iter().zip(&self.around).enumerate() {
            let size = padded(n, a, b)?;
            ensure!(
                size >= 0,
                Runtime,
                "The input size {n}, plus negative padding {a} and {b} resulted in a negative output size, which is invalid. Check dimension {i} of your input."
            );
            shape.push(size as usize);
        }
        let order = x[0].layout().order_in_memory().unwrap_or_else(|| (0..shape.len()).collect());
        Ok(smallvec![Meta { layout: Layout::permuted_dense(&shape, &order), dtype: x[0].dtype() }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (mut from, mut to) = (x[0].layout().clone(), out[0].layout().clone());
        for (i, &(a, b)) in self.around.iter().enumerate() {
            // a border may eat more than there is; the layouts are then empty wherever they begin
            let kept =
                (x[0].shape()[i] as i64).saturating_add(a.min(0)).saturating_add(b.min(0)).max(0) as usize;
            if kept == 0 {
                crate::ops::driver::memory::fill_held(&out[0], self.value);
                return Ok(());
            }
            from = from.slice(i, a.min(0).unsigned_abs() as usize, kept, 1);
            to = to.slice(i, a.max(0) as usize, kept, 1);
        }
        crate::ops::driver::memory::surround_held(&out[0], to, &x[0].alias(from)?, self.value)
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn grad(&self, _: &Context, g: &Tensor) -> Result<Tensor> {
        let around = self.around.iter().map(|&(a, b)| (a.saturating_neg(), b.saturating_neg())).collect();
        apply(ConstantPad { around, value: Scalar::Int(0) }, &[g])
    }
}

/// The size of an axis with a border; negative where more is cut than there is.
pub(crate) fn padded(n: usize, before: i64, after: i64) -> Result<i64> {
    let size = n as i128 + before as i128 + after as i128;
    i64::try_from(size).map_err(|_| {
        Error::new(Kind::Runtime, format!("padding ({before}, {after}) of {n} elements overflows"))
    })
}

/// Pads the last axes; `pad` names (before, after) from the last axis on.
pub fn constant_pad(input: &Tensor, pad: &[i64], value: Scalar) -> Result<Tensor> {
    let n = input.ndim();
    ensure!(
        pad.len().is_multiple_of(2),
        Runtime,
        "Length of pad must be even but instead it equals {}",
        pad.len()
    );
    ensure!(
        pad.len() <= 2 * n,
        Runtime,
        "Length of pad should be no more than twice the number of dimensions of the input. Pad length is {} while the input has {n} dimensions.",
        pad.len()
    );
    let mut around: SmallVec<[(i64, i64); 4]> = smallvec![(0, 0); n];
    for (k, p) in pad.chunks_exact(2).enumerate() {
        around[n - 1 - k] = (p[0], p[1]);
    }
    apply(ConstantPad { around, value: value.fit(input.dtype())? }, &[input])
}

rows! { PAD:
    /// Puts a constant around the last axes.
    ///
    /// ```text
    /// >>> torch.constant_pad_nd(torch.tensor([1, 2]), (1, 2), 9)
    /// tensor([9, 1, 2, 9, 9])
    /// ```
    [Torch] fn constant_pad_nd(input: &Tensor, pad: &[i64], value: Scalar = Scalar::Int(0)) -> Tensor { constant_pad(input, pad, value) }
}

pub const TABLE: Table = &[PAD];
