//! A program's own functions on the way: hooks of tensors, of leaves and of nodes, which may exchange what they are given for
//! more of the kind.

use crate::autograd::calculus::Calculus;
use crate::bail;
use crate::error::Result;
use crate::tensor::graph::{HookList, NodeHook, TensorHook, lock};
use crate::tensor::{Leaf, Node, Tensor};
use smallvec::SmallVec;
use std::sync::Arc;

/// A hook may exchange a gradient for another of the same kind. The words are PyTorch's.
fn check_exchanged(old: Option<&Tensor>, new: Option<&Tensor>, hook: impl Fn() -> String) -> Result<()> {
    let Some(new) = new else { return Ok(()) };
    let Some(old) = old else {
        bail!(Runtime, "can't replace a None gradient with a non-None value");
    };
    let kind = |t: &Tensor| {
        let device = if t.device() == crate::base::Device::Meta { "Meta" } else { "CPU" };
        format!("{device}{}Type", t.dtype().scalar_name())
    };
    if old.dtype() != new.dtype() || old.device() != new.device() {
        let (was, got) = (kind(old), kind(new));
        bail!(Runtime, "hook '{}' has changed the type of value (was {was} got {got})", hook());
    }
    if old.shape() != new.shape() {
        bail!(Runtime, "hook '{}' has changed the size of value", hook());
    }
    Ok(())
}

/// As [`check_exchanged`], of all gradients of a node.
pub fn check_all_exchanged(
    old: &[Option<Tensor>],
    new: &[Option<Tensor>],
    hook: &dyn NodeHook,
) -> Result<()> {
    if old.len() != new.len() {
        bail!(
            Runtime,
            "hook '{}' has returned an incorrect number of values (got {}, but expected {})",
            hook.name(),
            new.len(),
            old.len()
        );
    }
    old.iter().zip(new).try_for_each(|(a, b)| check_exchanged(a.as_ref(), b.as_ref(), || hook.name()))
}

/// Hooks of a node, each of which may exchange the gradients that go in.
pub fn run_node_hooks(
    hooks: &HookList<dyn NodeHook>,
    outgoing: Option<&[Option<Tensor>]>,
    grads: &mut SmallVec<[Option<Tensor>; 1]>,
) -> Result<()> {
    for (_, hook) in hooks {
        if let Some(new) = hook.call(outgoing, grads)? {
            check_all_exchanged(grads, &new, &**hook)?;
            *grads = new.into_iter().collect();
        }
    }
    Ok(())
}

/// Hooks registered on result tensors of a node, and the gradients kept for `retain_grad`.
pub fn tensor_hooks(
    node: &Arc<Node>,
    grads: &mut SmallVec<[Option<Tensor>; 1]>,
    calculus: &Calculus,
) -> Result<()> {
    let Some(hooks) = node.hooks() else { return Ok(()) };
    let (list, retain) = {
        let h = lock(hooks);
        (h.tensor.clone(), h.retain.clone())
    };
    for (slot, _, hook) in &list {
        if let Some(Some(g)) = grads.get(*slot)
            && let Some(new) = hook.call(g)?
        {
            check_exchanged(Some(g), Some(&new), || hook.name())?;
            grads[*slot] = Some(new);
        }
    }
    for (slot, cell) in &retain {
        if let (Some(cell), Some(Some(g))) = (cell.upgrade(), grads.get(*slot)) {
            let old = lock(&cell.grad).take();
            let new = match old {
                Some(sum) => (calculus.add)(&sum, g)?,
                None => g.clone(),
            };
            *lock(&cell.grad) = Some(new);
        }
    }
    Ok(())
}

/// Hooks registered on a leaf: those of the tensor, then those of its node.
pub fn leaf_hooks(leaf: &Arc<Leaf>, mut grad: Tensor) -> Result<Tensor> {
    let (list, pre) = {
        let h = lock(&leaf.hooks);
        if h.tensor.is_empty() && h.node_pre.is_empty() {
            return Ok(grad);
        }
        (h.tensor.clone(), h.node_pre.clone())
    };
    for (_, hook) in &list {
        let hook: &Arc<dyn TensorHook> = hook;
        if let Some(new) = hook.call(&grad)? {
            check_exchanged(Some(&grad), Some(&new), || hook.name())?;
            grad = new;
        }
    }
    let mut grads: SmallVec<[Option<Tensor>; 1]> = SmallVec::from_elem(Some(grad.clone()), 1);
    run_node_hooks(&pre, None, &mut grads)?;
    Ok(grads.pop().flatten().unwrap_or(grad))
}
