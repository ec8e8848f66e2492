//! How in-place ops rewrite history. A tensor that is no view simply gets the new node. A view writes into its
//! base: the base gets a `CopySlices` node that applies the op's gradient inside the viewed region, and every
//! view of the base rebuilds its own edge when it is next asked.

use crate::autograd::{GradMode, ModeGuard, grad_enabled, in_forward, inference_mode, mode};
use crate::base::Device;
use crate::error::Result;
use crate::ops::driver::apply::{check_saved, common_device, compute, make_node};
use crate::ops::driver::batch::{alloc, check_captured, check_target, is_fixed};
use crate::ops::driver::op::{Apart, Op, Saves};
use crate::ops::driver::strided::{Window, region, with_region};
use crate::ops::driver::view::rebuild;
use crate::storage::Guard;
use crate::tensor::graph::{Input, Retained, Shape};
use crate::tensor::saved::{keep_apart, tell_made};
use crate::tensor::{Context, Creation, Edge, GradFn, Grads, Node, Tensor, Want};
use crate::{bail, ensure};
use smallvec::SmallVec;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

/// Gives `target` the history of `node`, which computed its new value with the old one as input 0.
pub fn rebase(target: &Tensor, node: Arc<Node>, slot: u32) {
    let Some(base) = target.view_base() else {
        let old = target.edge();
        target.rewrite_edge(Edge::Node(node, slot));
        keep_retaining(target, &old);
        return;
    };
    let (old_base, old) = (base.edge(), target.edge());
    node.within.store(true, Ordering::Relaxed);
    let rest: SmallVec<[Input; 2]> = node.inputs.iter().skip(1).cloned().collect();
    let copy = CopySlices { inner: node, window: Window::of(&base, target) };
    let outer = Node::new(copy, |parts| {
        parts.inputs.push(Input::of(&base));
        parts.inputs.extend(rest);
        parts.outputs.push(Shape::of(&base));
    });
    tell_made(&outer);
    base.rewrite_edge(Edge::Node(outer, 0));
    target.set_edge(rebuild(&base, target));
    target.accept_generation();
    keep_retaining(&base, &old_base);
    keep_retaining(target, &old);
}

/// A tensor that keeps its gradient keeps that of its new value (`retain_grad`).
fn keep_retaining(target: &Tensor, old: &Edge) {
    let (Some(cell), Edge::Node(new, slot)) = (target.retained(), target.edge()) else { return };
    let is_own = |w: &Weak<Retained>| w.upgrade().is_some_and(|c| Arc::ptr_eq(&c, &cell));
    if let Edge::Node(node, _) = old {
        let mut hooks = node.hooks_mut();
        let before = hooks.retain.len();
        hooks.retain.retain(|(_, w)| !is_own(w));
        if hooks.retain.len() == before {
            return;
        }
    }
    new.hooks_mut().retain.push((slot as usize, Arc::downgrade(&cell)));
}

/// The history of a base after one of its views was written to.
#[derive(Debug)]
struct CopySlices {
    inner: Arc<Node>,
    window: Window,
}

impl GradFn for CopySlices {
    fn grad_name(&self) -> &str {
        "CopySlices"
    }
    fn backward(&self, _: &Context, grads: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &grads[0] else { return Ok(Grads::new()) };
        let inside = region(g, &self.window)?;
        // the gradient for what the region held before goes into the base's gradient, if that had a history
        let old = self.inner.inputs.first().is_some_and(|i| i.edge.is_some());
        let mut out = self.inner.call(&[Some(inside)], Want(want.0 & !1 | old as u64))?;
        let first = out.first_mut().and_then(Option::take);
        let whole = if want.has(0) { Some(with_region(g, first.as_ref(), &self.window)?) } else { None };
        if out.is_empty() {
            out.push(whole);
        } else {
            out[0] = whole;
        }
        Ok(out)
    }
    fn release(&self) {
        // a saved result of it may lead to it from elsewhere, too: gradients of gradients run it by itself
        if Arc::strong_count(&self.inner) == 1 {
            self.inner.let_go();
        }
    }
    fn runs_again(&self) -> bool {
        false
    }
}

/// `target` takes the value and the history of `result`, an out-of-place computation from it.
pub fn assign(op: &str, target: &Tensor, result: &Tensor) -> Result<()> {
    check_overlap(target)?;
    check_writable(op, target, result.requires_grad())?;
    crate::ensure!(
        target.shape() == result.shape(),
        Runtime,
        "output with shape {:?} doesn't match the broadcast shape {:?}",
        target.shape(),
        result.shape()
    );
    crate::ensure!(
        crate::base::promote::can_cast(result.dtype(), target.dtype()),
        Runtime,
        "result type {} can't be cast to the desired output type {}",
        result.dtype().scalar_name(),
        target.dtype().scalar_name()
    );
    if target.is_view() || result.dtype() != target.dtype() || !result.requires_grad() || is_data(target) {
        return target.copy_in(result);
    }
    crate::ops::driver::memory::write(target, result)?;
    target.storage().bump_version();
    if let Edge::Node(node, slot) = result.edge() {
        target.rewrite_edge(Edge::Node(node, slot));
    }
    Ok(())
}

/// Runs an op whose result replaces the first input: `x[0]`. The result must have its shape and a dtype that may
/// be stored in it.
pub fn apply_in_place<O: Op>(op: O, x: &[&Tensor]) -> Result<()> {
    let target = x[0];
    let recording = grad_enabled() && x.iter().any(|t| t.requires_grad()) && !is_data(target);
    if !op.overlap_ok() {
        check_overlap(target)?;
    }
    check_writable(op.name(), target, recording)?;
    for (i, t) in x.iter().enumerate().skip(1) {
        check_apart(target, t, op.apart(i))?;
    }
    check_target(target, &x[1..])?;
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
    check_saved(x, Saves { inputs: saves.inputs & !1, outputs: 0 })?;
    let overlaps = x[1..].iter().any(|t| t.storage().same(target.storage()) && t.layout() != target.layout());
    // inputs as the node will see them: without the tensor that is about to change
    let old = if recording { Some(before(target, saves, overlaps)?) } else { None };
    let seen = |t| old.as_ref().filter(|_| target.same(t)).unwrap_or(t);
    let inputs: SmallVec<[&Tensor; 4]> = x.iter().map(|t| seen(t)).collect();
    let fits = meta.dtype == target.dtype() || op.converts() && device == Device::Cpu && !target.is_batched();
    let direct = op.in_place_ok() && fits && !overlaps;
    if direct {
        let target = std::slice::from_ref(target);
        compute(&op, &inputs, target, target, device)?;
    } else {
        let temporary = alloc(meta.clone(), device, x)?;
        compute(&op, &inputs, std::slice::from_ref(&temporary), &[], device)?;
        crate::ops::driver::memory::write(target, &temporary)?;
    }
    target.storage().bump_version();
    if recording && target.dtype().is_differentiable() {
        let result = target.detach();
        let node = make_node(op, &inputs, std::slice::from_ref(&result), saves);
        crate::tensor::saved::pack(&node)?;
        super::in_place::rebase(target, node, 0);
    }
    Ok(())
}

/// Writes over a tensor without history, on the CPU: what [`apply_in_place`] comes to where nothing is read and nothing
/// recorded. Answers whether that was so; if not, nothing has happened.
pub fn write_over(op: &str, target: &Tensor, write: impl FnOnce(&Tensor)) -> Result<bool> {
    if target.requires_grad() || target.is_batched() || target.device() != Device::Cpu {
        return Ok(false);
    }
    check_writable(op, target, false)?;
    let guard = Guard::take([].into_iter(), [target.storage()].into_iter());
    write(target);
    drop(guard);
    target.storage().bump_version();
    Ok(true)
}

/// The target of an in-place op as its node sees it: the value from before, if the backward wants that.
fn before(target: &Tensor, saves: Saves, overlaps: bool) -> Result<Tensor> {
    let old = if saves.inputs & 1 == 1 || saves.inputs != 0 && overlaps {
        crate::ops::driver::memory::dense_copy(target)?
    } else {
        target.detach()
    };
    old.set_edge(target.edge());
    Ok(old)
}

/// The rules for writing to a tensor, checked before anything happens.
pub fn check_in_place(op: &str, target: &Tensor) -> Result<()> {
    check_overlap(target)?;
    check_writable(op, target, false)
}

/// Refuses to write into part of what is read (`x[1:].add_(x[:-1])`), as PyTorch does: for tensors that fill a stretch of
/// memory. Others are computed as if the operand had been copied first.
#[inline]
pub fn check_apart(target: &Tensor, other: &Tensor, apart: Apart) -> Result<()> {
    if apart == Apart::Free || !target.storage().same(other.storage()) {
        return Ok(());
    }
    check_apart_within(target, other, apart)
}

/// [`check_apart`] of tensors over one storage.
fn check_apart_within(target: &Tensor, other: &Tensor, apart: Apart) -> Result<()> {
    let (a, b) = (target.layout(), other.layout());
    let same = a == b && target.dtype() == other.dtype();
    if same && apart == Apart::Part || a.numel() == 0 || b.numel() == 0 {
        return Ok(());
    }
    let bytes = |t: &Tensor| {
        let size = t.dtype().size();
        t.layout().offset * size..t.layout().span_end() * size
    };
    let (p, q) = (bytes(target), bytes(other));
    ensure!(
        p.start >= q.end
            || q.start >= p.end
            || !a.is_non_overlapping_and_dense()
            || !b.is_non_overlapping_and_dense(),
        Runtime,
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location. Please clone() the tensor before performing the operation."
    );
    Ok(())
}

/// Every element has a place of its own.
pub fn check_overlap(target: &Tensor) -> Result<()> {
    ensure!(
        !target.layout().may_self_overlap(),
        Runtime,
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation."
    );
    Ok(())
}

/// Read-only memory, inference tensors, leaves and their views, views whose history cannot be rewritten. `others`: another
/// operand has a history that the target would take over.
fn check_writable(op: &str, target: &Tensor, others: bool) -> Result<()> {
    check_captured(op, target)?;
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
    if in_forward() {
        let _mode = ModeGuard::new(GradMode::NoGrad);
        keep_apart(target.storage(), |t| t.clone_as(crate::base::MemoryFormat::Preserve))?;
    }
    let requires_grad = target.requires_grad();
    if !grad_enabled() || !(requires_grad || others) || is_data(target) {
        return Ok(());
    }
    let fixed = requires_grad && is_fixed(target.storage());
    let base = target.view_base();
    if base.is_some() {
        check_view(target)?;
    }
    ensure!(
        !requires_grad
            || !(fixed && (base.is_some() || target.is_batched()) || base.is_some_and(|b| b.is_leaf())),
        Runtime,
        "a view of a leaf Variable that requires grad is being used in an in-place operation."
    );
    ensure!(
        !requires_grad || !(fixed || target.is_leaf()),
        Runtime,
        "a leaf Variable that requires grad is being used in an in-place operation."
    );
    Ok(())
}

/// Under a program's `no_grad` a leaf is written to as data, though forward mode records the other ops.
fn is_data(target: &Tensor) -> bool {
    mode() == GradMode::Off
        && target.requires_grad()
        && (target.is_leaf() || target.view_base().is_some_and(|b| b.is_leaf()))
}

/// Refuses to write to a view whose base cannot take the history, in PyTorch's words.
fn check_view(target: &Tensor) -> Result<()> {
    let creation = target.creation();
    // tangents know where each of several views lies
    if creation == Creation::Plain || creation == Creation::Multi && in_forward() {
        return Ok(());
    }
    let head = match target.grad_fn() {
        _ if creation == Creation::Inference => {
            "A view was created in inference mode and is being modified inplace in normal mode.".into()
        }
        Some((node, slot)) if creation == Creation::NoGrad => format!(
            "Output {slot} of {} is a view of a view which was created in no_grad mode and is being modified inplace with grad mode enabled.",
            node.name()
        ),
        Some((node, slot)) => {
            format!("Output {slot} of {} is a view and is being modified inplace.", node.name())
        }
        None => {
            "A view was created in no_grad mode and is being modified inplace with grad mode enabled.".into()
        }
    };
    let why = match creation {
        Creation::Plain => "",
        Creation::Multi => {
            " This view is the output of a function that returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an out-of-place one."
        }
        Creation::Inference => {
            " Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both inside the inference_mode block (if you don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked)."
        }
        Creation::NoGrad => {
            " Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked)."
        }
        Creation::Function => {
            " This view was created inside a custom Function (or because an input was returned as-is) and the autograd logic to handle view+inplace would override the custom backward associated with the custom Function, leading to incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the custom Function."
        }
    };
    bail!(Runtime, "{head}{why}");
}
