//! Samples of `vmap` that an op's kernel takes as one batch.

use crate::bail;
use crate::base::{Dims, Layout};
use crate::error::Result;
use crate::ops::driver::memory::dense_held;
use crate::ops::driver::op::Op;
use crate::tensor::Tensor;

/// As an op whose operands have an axis of examples in front: of those that `mapped` (bits) names it and the axes of samples in
/// front of it become one, the others are the same for all samples.
pub(crate) fn as_one_batch<O: Op>(op: &O, x: &[Tensor], out: &[Tensor], n: usize, mapped: u64) -> Result<()> {
    let whole = |t: &Tensor| {
        let mut shape = Dims::from_elem(t.shape()[..=n].iter().product(), 1);
        shape.extend_from_slice(&t.shape()[n + 1..]);
        (t.layout().view_as(&shape), shape)
    };
    let mut operands = Vec::with_capacity(x.len());
    for (i, t) in x.iter().enumerate() {
        operands.push(if mapped >> i & 1 == 0 {
            t.alias((0..n).fold(t.layout().clone(), |l, _| l.select(0, 0)))?
        } else {
            match whole(t) {
                (Some(layout), _) => t.alias(layout)?,
                (None, shape) => dense_held(t)?.alias(Layout::contiguous(&shape))?,
            }
        });
    }
    let mut results = Vec::with_capacity(out.len());
    for t in out {
        let Some(layout) = whole(t).0 else {
            bail!(Internal, "{}: results of samples that are not one batch", op.name());
        };
        results.push(t.alias(layout)?);
    }
    op.cpu(&operands.iter().collect::<Vec<_>>(), &results)
}
