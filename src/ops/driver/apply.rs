//! The one way through: infer, allocate, compute, record. Grad mode, guard words and meta tensors live here once.

use crate::autograd::{grad_enabled, inference_mode, mode};
use crate::bail;
use crate::base::{DType, Device};
use crate::error::Result;
use crate::ops::driver::batch;
use crate::ops::driver::memory::{check_memory, full, is_doubtful, moved, truthful_held};
use crate::ops::driver::op::{Op, Outs, Saves};
use crate::ops::driver::place;
use crate::storage::Guard;
use crate::tensor::graph::{Input, Parts, Shape};
use crate::tensor::saved::SavedTensor;
use crate::tensor::{Edge, GradFn, Node, Tensor, Want};
use std::sync::Arc;

/// Runs an op with one result.
#[inline]
pub fn apply<O: Op>(op: O, x: &[&Tensor]) -> Result<Tensor> {
    let Some(meta) = op.infer(x)?.pop() else {
        bail!(Internal, "{}: an op without results", op.name());
    };
    let device = common_device(op.name(), x)?;
    let mut out = batch::alloc(meta, device, x)?;
    finish(op, x, std::slice::from_mut(&mut out), device)?;
    Ok(out)
}

/// As [`apply`], into the place that the caller of the row offers, where the result fits it.
#[inline]
pub(crate) fn apply_placed<O: Op>(op: O, x: &[&Tensor]) -> Result<Tensor> {
    if place::is_offered() { at_place(op, x) } else { apply(op, x) }
}

#[cold]
#[inline(never)]
fn at_place<O: Op>(op: O, x: &[&Tensor]) -> Result<Tensor> {
    let fits = |meta| place::fitting(meta, common_device(op.name(), x).ok()?, x, op.in_place_ok());
    let Some(out) = op.infer(x)?.first().and_then(fits).filter(|_| !should_record(x)) else {
        return apply(op, x);
    };
    let outs = std::slice::from_ref(&out);
    compute(&op, x, outs, outs, Device::Cpu)?;
    Ok(out)
}

/// As [`apply`], for operands that are given away, of an op that may write its result over any of them: it goes into one
/// of the same geometry that nobody else holds. Outside the graph alone, where no backward will ask for it.
pub(crate) fn apply_over<O: Op, const N: usize>(op: O, x: [Tensor; N]) -> Result<Tensor> {
    let inputs = x.each_ref();
    if x.iter().all(|t| !t.is_sole())
        || should_record(&inputs)
        || inference_mode()
        || x.iter().any(Tensor::is_batched)
    {
        return apply_placed(op, &inputs);
    }
    let Some(meta) = op.infer(&inputs)?.pop() else {
        bail!(Internal, "{}: an op without results", op.name());
    };
    let device = common_device(op.name(), &inputs)?;
    let fits = |t: &&Tensor| t.is_sole() && t.dtype() == meta.dtype && t.layout() == &meta.layout;
    let Some(out) = x.iter().find(fits).filter(|_| device == Device::Cpu) else {
        let out = Tensor::alloc(meta, device)?;
        compute(&op, &inputs, std::slice::from_ref(&out), &[], device)?;
        return Ok(out);
    };
    let place = std::slice::from_ref(out);
    compute(&op, &inputs, place, place, device)?;
    Ok(out.clone())
}

/// Runs an op with any number of results.
pub fn apply_multi<O: Op>(op: O, x: &[&Tensor]) -> Result<Outs> {
    let metas = op.infer(x)?;
    let device = common_device(op.name(), x)?;
    let mut outs = Outs::new();
    for meta in metas {
        outs.push(batch::alloc(meta, device, x)?);
    }
    finish(op, x, &mut outs, device)?;
    Ok(outs)
}

/// Computes results that were just allocated and records them.
#[inline]
fn finish<O: Op>(op: O, x: &[&Tensor], outs: &mut [Tensor], device: Device) -> Result<()> {
    // nobody else knows the results yet: only the inputs are held
    compute(&op, x, outs, &[], device)?;
    match mode() {
        mode if mode.records() && x.iter().any(|t| t.requires_grad()) => {
            let want = Want::of(x.iter().map(|t| t.requires_grad()));
            record(op, x, outs, want)?;
        }
        mode if mode.is_inference() => outs.iter().for_each(Tensor::set_inference),
        _ => {}
    }
    Ok(())
}

/// The device of a call: all tensors on one, except that 0-d CPU tensors go everywhere.
#[inline]
pub fn common_device(op: &str, x: &[&Tensor]) -> Result<Device> {
    let mut device = None;
    for t in x {
        match device {
            None => device = Some((t.device(), t.ndim())),
            Some((d, n)) if d != t.device() => {
                if d == Device::Cpu && n == 0 {
                    device = Some((t.device(), t.ndim()));
                } else if !(t.device() == Device::Cpu && t.ndim() == 0) {
                    bail!(
                        Runtime,
                        "{op}: Expected all tensors to be on the same device, but found at least two devices, {d} and {}!",
                        t.device()
                    );
                }
            }
            _ => {}
        }
    }
    Ok(device.map_or(Device::Cpu, |(d, _)| d))
}

/// The kernel, with every storage of the call held for its time: inputs for reading, `shared` results for writing.
#[inline]
pub(crate) fn compute<O: Op>(
    op: &O,
    x: &[&Tensor],
    outs: &[Tensor],
    shared: &[Tensor],
    device: Device,
) -> Result<()> {
    match device {
        Device::Cpu => {
            shared.iter().try_for_each(check_memory)?;
            let _guard = match (x, shared) {
                ([a], []) => Guard::read(a.storage(), a.storage()),
                ([a, b], []) => Guard::read(a.storage(), b.storage()),
                _ => Guard::take(x.iter().map(|t| t.storage()), shared.iter().map(|t| t.storage())),
            };
            if x.iter().any(|t| is_doubtful(t)) {
                return with_truthful(op, x, outs);
            }
            if outs.iter().any(Tensor::is_batched) {
                return batch::compute(op, x, outs);
            }
            op.cpu(x, outs)
        }
        Device::Meta => Ok(()),
        Device::Gpu(_) => on_gpu(op, x, outs, device),
    }
}

/// The kernel of a graphics card. Numbers that lie on the CPU, 0-d tensors, go there first.
fn on_gpu<O: Op>(op: &O, x: &[&Tensor], outs: &[Tensor], device: Device) -> Result<()> {
    if outs.iter().any(Tensor::is_batched) {
        return batch::compute(op, x, outs);
    }
    if x.iter().all(|t| t.device() == device) {
        return op.gpu(x, outs);
    }
    let there = |t: &&Tensor| match t.device() {
        d if d == device => Ok((*t).clone()),
        // one number goes along with a command, which nothing waits for
        Device::Cpu if t.numel() == 1 && t.dtype() != DType::C128 => {
            full(t.shape(), t.item()?, t.dtype(), device)
        }
        _ => moved(t, device),
    };
    let own: Vec<Tensor> = x.iter().map(there).collect::<Result<_>>()?;
    op.gpu(&own.iter().collect::<Vec<_>>(), outs)
}

/// The kernel over inputs of which some are bools in memory that others write to.
#[cold]
fn with_truthful<O: Op>(op: &O, x: &[&Tensor], outs: &[Tensor]) -> Result<()> {
    let own = |t: &&Tensor| if is_doubtful(t) { truthful_held(t) } else { Ok((*t).clone()) };
    let own: Vec<Tensor> = x.iter().map(own).collect::<Result<_>>()?;
    op.cpu(&own.iter().collect::<Vec<_>>(), outs)
}

#[inline]
pub(crate) fn should_record(x: &[&Tensor]) -> bool {
    grad_enabled() && x.iter().any(|t| t.requires_grad())
}

/// Makes the node and puts the results on it.
fn record<O: Op>(op: O, x: &[&Tensor], outs: &mut [Tensor], want: Want) -> Result<()> {
    let differentiable: u64 = outs
        .iter()
        .enumerate()
        .take(64)
        .fold(0, |m, (i, t)| m | ((op.differentiable(i) && t.dtype().is_differentiable()) as u64) << i);
    if differentiable == 0 {
        return Ok(());
    }
    let saves = op.saves(want);
    check_saved(x, saves)?;
    let node = make_node(op, x, outs, saves);
    crate::tensor::saved::pack(&node)?;
    for (i, out) in outs.iter_mut().enumerate() {
        if i >= 64 || differentiable >> i & 1 == 1 {
            out.set_first_edge(Edge::Node(node.clone(), i as u32));
        }
    }
    Ok(())
}

/// Tensors made in inference mode have no version that a backward could rely on.
#[inline]
pub(crate) fn check_saved(x: &[&Tensor], saves: Saves) -> Result<()> {
    let saved = |i: usize| i >= 64 && saves.inputs != 0 || i < 64 && saves.inputs >> i & 1 == 1;
    if x.iter().enumerate().any(|(i, t)| t.is_inference() && saved(i)) {
        bail!(
            Runtime,
            "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
        );
    }
    Ok(())
}

/// A node with what its backward will need.
#[inline]
pub fn make_node<G: GradFn>(op: G, x: &[&Tensor], outs: &[Tensor], saves: Saves) -> Arc<Node> {
    Node::new(op, |parts| fill(parts, x, outs, saves))
}

/// What a node knows of the tensors of its op; one copy of the code for all ops.
#[inline(never)]
pub(crate) fn fill(parts: Parts<'_>, x: &[&Tensor], outs: &[Tensor], saves: Saves) {
    let bit = |mask: u64, i: usize| i >= 64 && mask != 0 || i < 64 && mask >> i & 1 == 1;
    if saves.inputs != 0 {
        parts.saved.inputs =
            x.iter().enumerate().map(|(i, t)| bit(saves.inputs, i).then(|| SavedTensor::input(t))).collect();
    }
    if saves.outputs != 0 {
        parts.saved.outputs = outs
            .iter()
            .enumerate()
            .map(|(i, t)| bit(saves.outputs, i).then(|| SavedTensor::output(t, i)))
            .collect();
    }
    // pushed one by one: collecting into these lists took 7 % of the samples of a recorded addition
    for t in x {
        parts.inputs.push(Input::of(t));
    }
    for t in outs {
        parts.outputs.push(Shape::of(t));
    }
}
