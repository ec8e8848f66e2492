//! The trait every op implements and the driver every op goes through: infer, allocate, dispatch, record.
//!
//! Grad mode, version counters, guard words, meta tensors and in-place rules each live here once.

use crate::autograd::{GradMode, grad_enabled, inference_mode, mode};
use crate::base::{DType, Device, Layout};
use crate::error::Result;
use crate::storage::Guard;
use crate::tensor::graph::{Input, Parts, Shape};
use crate::tensor::saved::SavedTensor;
use crate::tensor::{Context, Edge, GradFn, Grads, Meta, Node, Tensor, Want};
use crate::{bail, ensure};
use smallvec::SmallVec;
use std::fmt::Debug;
use std::sync::Arc;

pub type Metas = SmallVec<[Meta; 1]>;
pub type Outs = SmallVec<[Tensor; 1]>;

/// Which tensors a backward will ask for: bit i for input i, and likewise for results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saves {
    pub inputs: u64,
    pub outputs: u64,
}

impl Saves {
    pub const NOTHING: Saves = Saves { inputs: 0, outputs: 0 };
    pub const OUTPUT: Saves = Saves { inputs: 0, outputs: 1 };
    pub const INPUT: Saves = Saves { inputs: 1, outputs: 0 };
    pub const INPUTS: Saves = Saves { inputs: u64::MAX, outputs: 0 };
    pub const ALL: Saves = Saves { inputs: u64::MAX, outputs: u64::MAX };
    pub const fn inputs(mask: u64) -> Saves {
        Saves { inputs: mask, outputs: 0 }
    }
}

/// An operation with its attributes. The value that computes is the value the graph node keeps.
pub trait Op: Debug + Send + Sync + Sized + 'static {
    /// Name in messages: `add`.
    fn name(&self) -> &'static str;
    /// PyTorch's name of the graph node: `AddBackward0`.
    fn grad_name(&self) -> &'static str {
        "NotImplemented"
    }
    /// Shape, dtype and strides of the results; touches no data.
    fn infer(&self, x: &[&Tensor]) -> Result<Metas>;
    /// Writes the results, which are allocated as inferred.
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()>;
    /// What the backward reads, given which gradients are wanted.
    fn saves(&self, _want: Want) -> Saves {
        Saves::NOTHING
    }
    /// Whether a result may carry a gradient (indices may not).
    fn differentiable(&self, _output: usize) -> bool {
        true
    }
    fn backward(&self, _cx: &Context, _g: &[Option<Tensor>], _want: Want) -> Result<Grads> {
        bail!(NotImplemented, "derivative for {} is not implemented", self.name())
    }
    /// In place, elements of the first input may share their memory (an expanded tensor): they get one value.
    fn overlap_ok(&self) -> bool {
        false
    }
    /// The kernel may write its result over the first input, element by element.
    fn in_place_ok(&self) -> bool {
        false
    }
}

impl<O: Op> GradFn for O {
    fn grad_name(&self) -> &str {
        Op::grad_name(self)
    }
    fn backward(&self, cx: &Context, grads: &[Option<Tensor>], want: Want) -> Result<Grads> {
        Op::backward(self, cx, grads, want)
    }
    fn is_plain(&self) -> bool {
        !std::mem::needs_drop::<O>()
    }
}

/// `grads![a, b]`: gradients of an op's inputs from `Option<Tensor>` values.
#[macro_export]
macro_rules! grads {
    ($($g:expr),* $(,)?) => { Ok(smallvec::smallvec![$($g),*]) };
}

/// Runs an op with one result.
#[inline]
pub fn apply<O: Op>(op: O, x: &[&Tensor]) -> Result<Tensor> {
    let Some(meta) = op.infer(x)?.pop() else {
        bail!(Internal, "{}: an op without results", op.name());
    };
    let device = common_device(op.name(), x)?;
    let mut out = Tensor::alloc(meta, device)?;
    finish(op, x, std::slice::from_mut(&mut out), device)?;
    Ok(out)
}

/// As [`apply`], for operands that are given away, of an op that may write its result over any of them: it goes into one
/// of the same geometry that nobody else holds. Outside the graph alone, where no backward will ask for it.
pub(crate) fn apply_over<O: Op, const N: usize>(op: O, x: [Tensor; N]) -> Result<Tensor> {
    let inputs = x.each_ref();
    if x.iter().all(|t| !t.is_sole()) || should_record(&inputs) || inference_mode() {
        return apply(op, &inputs);
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
        outs.push(Tensor::alloc(meta, device)?);
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
        GradMode::Record if x.iter().any(|t| t.requires_grad()) => {
            let want = Want::of(x.iter().map(|t| t.requires_grad()));
            record(op, x, outs, want);
        }
        GradMode::Inference => outs.iter().for_each(Tensor::set_inference),
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
fn compute<O: Op>(op: &O, x: &[&Tensor], outs: &[Tensor], shared: &[Tensor], device: Device) -> Result<()> {
    match device {
        Device::Cpu => {
            let _guard = match (x, shared) {
                ([a], []) => Guard::read(a.storage(), a.storage()),
                ([a, b], []) => Guard::read(a.storage(), b.storage()),
                _ => Guard::take(x.iter().map(|t| t.storage()), shared.iter().map(|t| t.storage())),
            };
            op.cpu(x, outs)
        }
        Device::Meta => Ok(()),
        Device::Gpu(_) => bail!(NotImplemented, "{}: no kernel for device cuda; use .cpu()", op.name()),
    }
}

#[inline]
fn should_record(x: &[&Tensor]) -> bool {
    grad_enabled() && x.iter().any(|t| t.requires_grad())
}

/// Makes the node and puts the results on it.
fn record<O: Op>(op: O, x: &[&Tensor], outs: &mut [Tensor], want: Want) {
    let differentiable: u64 = outs
        .iter()
        .enumerate()
        .take(64)
        .fold(0, |m, (i, t)| m | ((op.differentiable(i) && t.dtype().is_differentiable()) as u64) << i);
    if differentiable == 0 {
        return;
    }
    let saves = op.saves(want);
    let node = make_node(op, x, outs, saves);
    for (i, out) in outs.iter_mut().enumerate() {
        if i >= 64 || differentiable >> i & 1 == 1 {
            out.set_first_edge(Edge::Node(node.clone(), i as u32));
        }
    }
}

/// A node with what its backward will need.
#[inline]
pub fn make_node<G: GradFn>(op: G, x: &[&Tensor], outs: &[Tensor], saves: Saves) -> Arc<Node> {
    Node::new(op, |parts| fill(parts, x, outs, saves))
}

/// What a node knows of the tensors of its op; one copy of the code for all ops.
#[inline(never)]
fn fill(parts: Parts<'_>, x: &[&Tensor], outs: &[Tensor], saves: Saves) {
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

/// Runs an op whose result replaces the first input: `x[0]`. The result must have its shape and a dtype that may
/// be stored in it.
pub fn apply_in_place<O: Op>(op: O, x: &[&Tensor]) -> Result<()> {
    let target = x[0];
    let recording = grad_enabled() && x.iter().any(|t| t.requires_grad());
    if !op.overlap_ok() {
        check_overlap(target)?;
    }
    check_writable(op.name(), target)?;
    let meta = op.infer(x)?;
    let meta = &meta[0];
    let device = common_device(op.name(), x)?;
    ensure!(
        meta.layout.shape.as_slice() == target.shape(),
        Runtime,
        "output with shape {:?} doesn't match the broadcast shape {:?}",
        target.shape(),
        meta.layout.shape.as_slice()
    );
    ensure!(
        crate::base::promote::can_cast(meta.dtype, target.dtype()),
        Runtime,
        "result type {} can't be cast to the desired output type {}",
        meta.dtype.scalar_name(),
        target.dtype().scalar_name()
    );
    let want = Want::of(x.iter().map(|t| t.requires_grad()));
    let saves = if recording { op.saves(want) } else { Saves::NOTHING };
    let overlaps = x[1..].iter().any(|t| t.storage().same(target.storage()) && t.layout() != target.layout());
    // inputs as the node will see them: without the tensor that is about to change
    let old = if recording { Some(before(target, saves, overlaps)?) } else { None };
    let seen = |t| old.as_ref().filter(|_| target.same(t)).unwrap_or(t);
    let inputs: SmallVec<[&Tensor; 4]> = x.iter().map(|t| seen(t)).collect();
    let direct = op.in_place_ok() && meta.dtype == target.dtype() && !overlaps;
    if direct {
        let target = std::slice::from_ref(target);
        compute(&op, &inputs, target, target, device)?;
    } else {
        let temporary = Tensor::alloc(meta.clone(), device)?;
        compute(&op, &inputs, std::slice::from_ref(&temporary), &[], device)?;
        crate::ops::create::copy::write(target, &temporary)?;
    }
    target.storage().bump_version();
    if recording && target.dtype().is_differentiable() {
        let result = target.alias(target.layout().clone());
        let node = make_node(op, &inputs, std::slice::from_ref(&result), saves);
        super::in_place::rebase(target, node, 0);
    }
    Ok(())
}

/// The target of an in-place op as its node sees it: the value from before, if the backward wants that.
fn before(target: &Tensor, saves: Saves, overlaps: bool) -> Result<Tensor> {
    let old = if saves.inputs & 1 == 1 || saves.inputs != 0 && overlaps {
        crate::ops::create::copy::dense_copy(target)?
    } else {
        target.alias(target.layout().clone())
    };
    old.set_edge(target.edge());
    Ok(old)
}

/// The rules for writing to a tensor, checked before anything happens.
pub fn check_in_place(op: &str, target: &Tensor) -> Result<()> {
    check_overlap(target)?;
    check_writable(op, target)
}

/// Every element has a place of its own.
fn check_overlap(target: &Tensor) -> Result<()> {
    ensure!(
        !target.layout().may_self_overlap(),
        Runtime,
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation."
    );
    Ok(())
}

/// Read-only memory, inference tensors, leaves and their views, outputs of multi-view functions.
fn check_writable(op: &str, target: &Tensor) -> Result<()> {
    ensure!(
        !target.storage().is_readonly(),
        Runtime,
        "{op}: the tensor shows read-only memory; clone() it first"
    );
    if target.is_inference() && !inference_mode() {
        bail!(
            Runtime,
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
        );
    }
    if !grad_enabled() {
        return Ok(());
    }
    if let Some(base) = target.view_base() {
        if base.requires_grad() && base.is_leaf() {
            bail!(
                Runtime,
                "a view of a leaf Variable that requires grad is being used in an in-place operation."
            );
        }
        if let Some(why) = target.view_lock()
            && target.requires_grad()
        {
            bail!(
                Runtime,
                "Output 0 of {why} is a view and is being modified inplace. This view is the output of a function that returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an out-of-place one."
            );
        }
    } else if target.requires_grad() && target.is_leaf() {
        bail!(Runtime, "a leaf Variable that requires grad is being used in an in-place operation.");
    }
    Ok(())
}

/// Shows `x` through another layout of the same storage and records `grad` as the way back. A layout that reaches
/// beyond the storage is a mistake of the op that made it, and goes no further.
pub fn view<G: GradFn>(x: &Tensor, layout: Layout, grad: G) -> Result<Tensor> {
    let end = layout.span_end().saturating_mul(x.dtype().size());
    ensure!(
        layout.numel() == 0 || end <= x.storage().nbytes(),
        Internal,
        "{}: a view beyond its storage",
        grad.grad_name()
    );
    let mut out = x.alias(layout);
    record_view(x, &mut out, Box::new(grad), None);
    Ok(out)
}

/// Declares `out` a view of `x`; `locked` names a function that returns several views.
pub fn record_view(x: &Tensor, out: &mut Tensor, grad: Box<dyn GradFn>, locked: Option<&'static str>) {
    record_views(x, std::slice::from_mut(out), grad, locked);
}

/// Declares all of `outs` views of `x` with one node for their gradients.
pub fn record_views(x: &Tensor, outs: &mut [Tensor], grad: Box<dyn GradFn>, locked: Option<&'static str>) {
    if mode() == GradMode::Inference || !x.dtype().is_differentiable() {
        return;
    }
    if should_record(&[x]) {
        let node = Node::boxed(grad, |parts| fill(parts, &[x], outs, Saves::NOTHING));
        for (i, out) in outs.iter_mut().enumerate() {
            out.set_first_edge(Edge::Node(node.clone(), i as u32));
        }
    }
    for out in outs {
        out.set_view_of(x, locked, super::in_place::rebuild);
    }
}

/// The dtype of an elementwise float op on this input: integers become the default float.
pub fn float_result(dtype: DType) -> DType {
    if dtype.is_integral() { crate::base::promote::default_dtype() } else { dtype }
}
