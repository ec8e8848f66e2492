//! Samples of `vmap` that an op's kernel takes as one batch, and what is computed for each of them apart.

use crate::base::{Dims, Layout};
use crate::error::Result;
use crate::ops::driver::batch::nth;
use crate::ops::driver::memory::{dense_held, write};
use crate::ops::driver::op::{Op, Outs};
use crate::tensor::batch::levels;
use crate::tensor::{Meta, Tensor};
use crate::{bail, ensure};

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

/// What makes tensors of its operands whose sizes or limits depend on data: for each sample apart and outside the graph, as
/// PyTorch falls back to; samples whose results differ in size are refused in its words.
#[cold]
pub(crate) fn sample_by_sample(
    op: &str,
    x: &[&Tensor],
    run: impl Fn(&[Tensor]) -> Result<Outs>,
) -> Result<Outs> {
    let all = levels(x.iter().copied());
    let mut outs = Outs::new();
    for n in 0..all.iter().map(|l| l.1).product() {
        let sample: Vec<Tensor> = x.iter().map(|t| nth(t, n, &all)).collect::<Result<_>>()?;
        let made = run(&sample)?;
        if n == 0 {
            let room = |t: &Tensor| Tensor::alloc_samples(Meta::new(t.shape(), t.dtype()), t.device(), &all);
            outs = made.iter().map(room).collect::<Result<_>>()?;
        }
        for (to, t) in outs.iter().zip(&made) {
            ensure!(
                to.shape() == t.shape(),
                Runtime,
                "stack expects each tensor to be equal size, but got {:?} at entry 0 and {:?} at entry {n}",
                to.shape(),
                t.shape()
            );
            write(&nth(to, n, &all)?, t)?;
        }
        crate::kernels::cpu::machine::stop::poll();
    }
    ensure!(
        !outs.is_empty(),
        Runtime,
        "Batching rule not implemented for aten::{op}. The fallback path does not support vmap over dims of size 0."
    );
    Ok(outs)
}

/// As [`sample_by_sample`], of one result.
pub(crate) fn one_by_one(
    op: &str,
    x: &[&Tensor],
    run: impl Fn(&[Tensor]) -> Result<Tensor>,
) -> Result<Tensor> {
    let mut outs = sample_by_sample(op, x, |x| Ok(Outs::from_iter([run(x)?])))?;
    match outs.pop() {
        Some(out) => Ok(out),
        None => bail!(Internal, "{op}: no result for any sample"),
    }
}
