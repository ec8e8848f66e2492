//! The differentiable functions that the engine of `autograd` needs.

use crate::autograd::Calculus;
use crate::error::Result;
use crate::ops::driver::{batch, map};
use crate::tensor::batch::{Axis, Batch};
use crate::tensor::graph::Shape;
use crate::tensor::{Meta, Tensor};

pub static CALCULUS: Calculus = Calculus { add, copy, add_into, fit, spread, zeros, own, settle, has_nan };

fn add(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    a.add(b)
}

fn copy(g: &Tensor, leaf: &Tensor) -> Result<Tensor> {
    let out = batch::alloc(Meta::like(leaf, g.dtype()), g.device(), &[g])?;
    out.copy_in(g)?;
    Ok(out)
}

fn add_into(a: &Tensor, b: &Tensor) -> Result<()> {
    a.add_in_place(b)
}

/// Undoes broadcasting and promotion; nothing if the shapes have nothing to do with each other.
fn fit(g: &Tensor, to: &Shape) -> Result<Option<Tensor>> {
    let mut g = g.clone();
    if g.shape() != to.dims.as_slice() {
        let expandable = crate::base::broadcast(g.shape(), &to.dims).is_ok_and(|s| s.as_slice() == g.shape());
        if !expandable {
            return Ok(None);
        }
        g = g.sum_to(&to.dims)?;
    }
    if g.dtype().is_complex() && !to.dtype.is_complex() {
        g = g.real_part()?;
    }
    g.cast(to.dtype).map(Some)
}

fn spread(t: &Tensor, to: &Shape) -> Result<Tensor> {
    let t = t.cast(to.dtype)?;
    if t.shape() == to.dims.as_slice() { Ok(t) } else { t.expand_to(&to.dims) }
}

fn zeros(of: &Shape) -> Result<Tensor> {
    let levels = of.batch.iter().flat_map(|b| b.iter()).map(|a| (a.level, a.size)).collect();
    let zeros = Tensor::alloc_samples(Meta::new(&of.dims, of.dtype), of.device, &levels)?;
    crate::ops::driver::memory::fill_data(&zeros, crate::base::Scalar::Int(0))?;
    Ok(zeros)
}

/// Whether a gradient lies as its leaf does, where that is dense, and else in order: what optimizers walk together lies alike.
/// PyTorch's rule.
fn lies_as(g: &Tensor, leaf: &Tensor) -> bool {
    if !leaf.layout().is_non_overlapping_and_dense() {
        return g.layout().is_contiguous();
    }
    let mut axes = g.shape().iter().zip(g.strides().iter().zip(leaf.strides()));
    axes.all(|(&n, (a, b))| n == 1 || a == b)
}

/// The gradient a leaf keeps: as it came if nobody else holds it and it lies as it should, else a copy laid out as the leaf itself.
fn own(g: &Tensor, leaf: &Tensor) -> Result<Tensor> {
    if g.handle_count() == 1 && g.storage().is_sole() && lies_as(g, leaf) {
        return Ok(g.detach());
    }
    // the leaf of a derivative inside a map has a gradient with samples
    let out = batch::alloc(Meta::like(leaf, g.dtype()), g.device(), &[g])?;
    if g.device() != crate::base::Device::Meta {
        crate::ops::driver::in_place::check_in_place("accumulate", &out)?;
        crate::ops::driver::memory::write(&out, g)?;
    }
    Ok(out)
}

fn settle(mut g: Tensor, own: &Batch) -> Result<Tensor> {
    let has = |level: u64| own.iter().flat_map(|b| b.iter()).any(|a| a.level == level);
    // a map that is still going on (rows of a Jacobian) has samples of its own in what has none, too
    let over = |axis: &&Axis| !has(axis.level) && batch::place(axis.level) == 0;
    while let Some(axis) = g.batch().iter().find(over).copied() {
        g = map::leave(&g, axis, 0)?.sum_over(&[0], false)?;
    }
    Ok(g)
}

/// Whether a gradient holds nan.
fn has_nan(g: &Tensor) -> Result<bool> {
    let g = g.detach();
    Ok(!g.ne(&g)?.any()?.item()?.is_zero())
}
