//! The reverse pass: count dependencies over the reachable part, then run ready nodes, newest first.

mod hooks;
mod running;
mod task;

pub use running::{current, watch_reach};

use super::calculus::Calculus;
use super::mode::{GradMode, ModeGuard, anomaly, grad_enabled};
use crate::bail;
use crate::error::Result;
use crate::kernels::cpu::machine::stop::poll;
use crate::tensor::graph::lock;
use crate::tensor::{Edge, Grads, Leaf, Node, Tensor, Want, graph::Shape};
use hooks::{check_all_exchanged, leaf_hooks, run_node_hooks, tensor_hooks};
use running::begins;
use smallvec::SmallVec;
use std::collections::BinaryHeap;
use std::sync::Arc;
use task::{Map, Progress, Task};

/// What a pass is to do.
pub struct Request<'a> {
    /// Where to start, with the gradient there.
    pub roots: Vec<(Edge, Tensor)>,
    /// Gradients to hand back instead of accumulating into leaves.
    pub capture: Option<&'a [Edge]>,
    /// With `capture`: accumulate into those leaves instead of handing back (`backward(inputs=...)`).
    pub accumulate: bool,
    pub retain_graph: bool,
    pub create_graph: bool,
}

/// Runs the reverse pass. With `capture`, answers with the gradients asked for.
pub fn run(request: Request, calculus: &Calculus) -> Result<Vec<Option<Tensor>>> {
    let mode = if request.create_graph { GradMode::Record } else { GradMode::NoGrad };
    let _mode = ModeGuard::new(mode);
    let mut state: Map<Progress> = Map::default();
    let mut reached = discover(&request.roots, &mut state);
    if let Some(wanted) = request.capture {
        mark_needed(&reached, wanted, &mut state);
    }
    let _running = begins(request.capture.is_none(), &state);
    let mut captured: Map<Vec<(usize, usize)>> = Map::default();
    let mut answers: Vec<Option<Tensor>> = Vec::new();
    if let Some(wanted) = request.capture {
        answers.resize(wanted.len(), None);
        for (i, edge) in wanted.iter().enumerate() {
            if let Some((task, slot)) = Task::of(edge) {
                captured.entry(task.key()).or_default().push((slot, i));
            }
        }
    }
    reached.clear();
    let mut heap: BinaryHeap<Task> = BinaryHeap::new();
    for (edge, grad) in request.roots {
        let Some((task, slot)) = Task::of(&edge) else { continue };
        let grad = seed(grad, &edge, calculus)?;
        deliver(&mut state, &task, slot, grad, calculus)?;
        enqueue(&mut state, &mut heap, task);
    }
    while let Some(task) = heap.pop() {
        poll();
        let key = task.key();
        let Some(progress) = state.get_mut(&key) else { continue };
        let needed = request.capture.is_none() || progress.needed;
        let mut grads = std::mem::take(&mut progress.grads);
        match task {
            Task::Leaf(leaf) => {
                let Some(Some(grad)) = grads.pop() else { continue };
                if let Some(ids) = captured.get(&key)
                    && !request.accumulate
                {
                    let grad = leaf_hooks(&leaf, grad)?;
                    for (_, i) in ids {
                        answers[*i] = Some(grad.clone());
                    }
                } else if needed && (request.capture.is_none() || request.accumulate) {
                    let grad = leaf_hooks(&leaf, grad)?;
                    accumulate(&leaf, grad, calculus)?;
                }
            }
            Task::Node(node) => {
                if node.hooks().is_some() {
                    tensor_hooks(&node, &mut grads, calculus)?;
                }
                if let Some(ids) = captured.get(&key) {
                    for (slot, i) in ids {
                        answers[*i] = grads[*slot].clone();
                    }
                }
                let want = if request.capture.is_some() {
                    Want::of(node.edges().map(|e| {
                        Task::of(e).is_some_and(|(t, _)| state.get(&t.key()).is_some_and(|p| p.needed))
                    }))
                } else {
                    node.want()
                };
                let answer =
                    if needed && want.0 != 0 { evaluate(&node, grads, want) } else { Ok(Grads::new()) };
                let answer = match anomaly() {
                    true => answer.and_then(|out| check_nan(&node, &out, calculus).map(|()| out)),
                    false => answer,
                };
                if answer.is_err() {
                    crate::tensor::saved::tell_failed(&node);
                }
                let out = answer?;
                if !request.retain_graph && needed && want.0 != 0 {
                    node.release();
                }
                for (i, edge) in node.edges().enumerate() {
                    let Some((task, slot)) = Task::of(edge) else { continue };
                    if let Some(grad) = out.get(i).cloned().flatten() {
                        let grad = validate(&node, i, grad, edge, calculus)?;
                        if let Some(grad) = grad {
                            deliver(&mut state, &task, slot, grad, calculus)?;
                        }
                    }
                    let p = state.entry(task.key()).or_default();
                    p.pending -= 1;
                    if p.pending == 0 {
                        enqueue(&mut state, &mut heap, task);
                    }
                }
            }
        }
    }
    Ok(answers)
}

/// The gradient a pass begins with, in the dtype of what it belongs to.
fn seed(grad: Tensor, edge: &Edge, calculus: &Calculus) -> Result<Tensor> {
    let shape = shape_at(edge);
    if let Some(device) = shape.as_ref().map(|s| s.device).filter(|d| *d != grad.device()) {
        bail!(Runtime, "invalid gradient at index 0 - expected device {device} but got {}", grad.device());
    }
    if shape.as_ref().is_none_or(|s| s.dtype == grad.dtype() && s.dims.as_slice() == grad.shape()) {
        return Ok(grad);
    }
    let fitted = shape.map(|s| (calculus.fit)(&grad, &s)).transpose()?.flatten();
    match fitted {
        Some(grad) => Ok(grad),
        None => bail!(Runtime, "Mismatch in shape: a gradient of shape {:?} to begin with", grad.shape()),
    }
}

/// What the gradient at an edge must look like.
fn shape_at(edge: &Edge) -> Option<Shape> {
    match edge {
        Edge::Node(n, slot) => Some(n.outputs[*slot as usize].clone()),
        Edge::Leaf(l) => Some(lock(&l.shape).clone()),
        Edge::None => None,
    }
}

/// Counts, for every task reachable from the roots, the edges into it. Iterative: chains may be a million long.
fn discover(roots: &[(Edge, Tensor)], state: &mut Map<Progress>) -> Vec<Arc<Node>> {
    let mut nodes: Vec<Arc<Node>> = Vec::new();
    for (edge, _) in roots {
        if let Some((task, _)) = Task::of(edge)
            && !state.contains_key(&task.key())
        {
            state.insert(task.key(), Progress::default());
            if let Task::Node(n) = task {
                nodes.push(n);
            }
        }
    }
    let mut next = 0;
    while next < nodes.len() {
        poll();
        let node = nodes[next].clone();
        next += 1;
        for edge in node.edges() {
            let key = match edge {
                Edge::None => continue,
                Edge::Node(n, _) => n.id(),
                Edge::Leaf(l) => Arc::as_ptr(l) as usize,
            };
            match state.get_mut(&key) {
                Some(p) => p.pending += 1,
                None => {
                    state.insert(key, Progress { pending: 1, ..Progress::default() });
                    if let Edge::Node(n, _) = edge {
                        nodes.push(n.clone());
                    }
                }
            }
        }
    }
    nodes
}

/// Marks what lies on a path to a wanted edge.
fn mark_needed(nodes: &[Arc<Node>], wanted: &[Edge], state: &mut Map<Progress>) {
    for edge in wanted {
        if let Some((task, _)) = Task::of(edge)
            && let Some(p) = state.get_mut(&task.key())
        {
            p.needed = true;
        }
    }
    // inputs were made before the nodes that use them, so one pass from the oldest suffices
    let mut order: Vec<&Arc<Node>> = nodes.iter().collect();
    order.sort_unstable_by_key(|n| n.seq);
    for node in order {
        let reaches = node
            .edges()
            .any(|e| Task::of(e).is_some_and(|(t, _)| state.get(&t.key()).is_some_and(|p| p.needed)));
        if reaches && let Some(p) = state.get_mut(&node.id()) {
            p.needed = true;
        }
    }
}

fn enqueue(state: &mut Map<Progress>, heap: &mut BinaryHeap<Task>, task: Task) {
    let p = state.entry(task.key()).or_default();
    if p.pending == 0 && !p.queued {
        p.queued = true;
        heap.push(task);
    }
}

/// Adds a gradient to what has arrived: the second out of place, later ones in place if the sum is ours alone.
fn deliver(
    state: &mut Map<Progress>,
    task: &Task,
    slot: usize,
    grad: Tensor,
    calculus: &Calculus,
) -> Result<()> {
    let p = state.entry(task.key()).or_default();
    if p.grads.is_empty() {
        p.grads.resize(task.slots(), None);
    }
    match p.grads[slot].take() {
        None => p.grads[slot] = Some(grad),
        Some(sum) => {
            let ours = slot < 64
                && p.owned >> slot & 1 == 1
                && !grad_enabled()
                && sum.handle_count() == 1
                && grad.batch_within(&sum);
            if ours {
                (calculus.add_into)(&sum, &grad)?;
                p.grads[slot] = Some(sum);
            } else {
                p.grads[slot] = Some((calculus.add)(&sum, &grad)?);
                if slot < 64 {
                    p.owned |= 1 << slot;
                }
            }
        }
    }
    Ok(())
}

pub fn evaluate(node: &Arc<Node>, mut grads: SmallVec<[Option<Tensor>; 1]>, want: Want) -> Result<Grads> {
    let Some(hooks) = node.hooks() else {
        if grads.iter().all(Option::is_none) {
            return Ok(Grads::new());
        }
        return node.call(&grads, want);
    };
    let (pre, post) = {
        let h = lock(hooks);
        (h.pre.clone(), h.post.clone())
    };
    run_node_hooks(&pre, None, &mut grads)?;
    if grads.iter().all(Option::is_none) {
        return Ok(Grads::new());
    }
    let mut out = node.call(&grads, want)?;
    for (_, hook) in &post {
        if let Some(new) = hook.call(Some(&out), &grads)? {
            check_all_exchanged(&out, &new, &**hook)?;
            out = new;
        }
    }
    Ok(out)
}

/// Names the node whose gradient is the first to hold nan.
fn check_nan(node: &Arc<Node>, out: &Grads, calculus: &Calculus) -> Result<()> {
    for (i, grad) in out.iter().enumerate() {
        if let Some(g) = grad
            && (calculus.has_nan)(g)?
        {
            bail!(Runtime, "Function '{}' returned nan values in its {i}th output.", node.name());
        }
    }
    Ok(())
}

/// Adds a gradient to a leaf. The first one is kept as it is when nobody else holds it.
fn accumulate(leaf: &Arc<Leaf>, grad: Tensor, calculus: &Calculus) -> Result<()> {
    let Some(variable) = leaf.tensor() else { return Ok(()) };
    let new = match leaf.grad() {
        // its own, as without a graph: programs detach it in place, which no view allows
        None if grad_enabled() => (calculus.copy)(&grad, &variable)?,
        None => (calculus.own)(&grad, &variable)?,
        Some(old) if grad_enabled() => (calculus.add)(&old, &grad)?,
        Some(old) if !grad.batch_within(&old) => (calculus.add)(&old, &grad)?,
        Some(old) => {
            (calculus.add_into)(&old, &grad)?;
            old
        }
    };
    leaf.set_grad(Some(new));
    let (post, node_post) = {
        let h = lock(&leaf.hooks);
        if h.post.is_empty() && h.node_post.is_empty() {
            return Ok(());
        }
        (h.post.clone(), h.node_post.clone())
    };
    for (_, hook) in &node_post {
        hook.call(Some(&[]), &[Some(grad.clone())])?;
    }
    for (_, hook) in &post {
        hook.call(&variable)?;
    }
    Ok(())
}

/// Checks a gradient against the tensor it belongs to; shapes that broadcasting explains are summed down.
fn validate(
    node: &Arc<Node>,
    i: usize,
    grad: Tensor,
    edge: &Edge,
    calculus: &Calculus,
) -> Result<Option<Tensor>> {
    let leaf_shape;
    let grad = match edge {
        _ if !grad.is_batched() => grad,
        Edge::Node(n, slot) => (calculus.settle)(grad, &n.outputs[*slot as usize].batch)?,
        Edge::Leaf(l) => {
            let own = lock(&l.shape).batch.clone();
            (calculus.settle)(grad, &own)?
        }
        Edge::None => grad,
    };
    let shape = match edge {
        Edge::Node(n, slot) => &n.outputs[*slot as usize],
        Edge::Leaf(l) => {
            leaf_shape = lock(&l.shape).clone();
            &leaf_shape
        }
        Edge::None => return Ok(Some(grad)),
    };
    if grad.shape() == shape.dims.as_slice() && grad.dtype() == shape.dtype {
        return Ok(Some(grad));
    }
    let from = grad.shape().to_vec();
    match (calculus.fit)(&grad, shape)? {
        Some(g) => Ok(Some(g)),
        None => bail!(
            Runtime,
            "Function {} returned an invalid gradient at index {i} - got {from:?} but expected shape compatible with {:?}",
            node.name(),
            shape.dims.as_slice()
        ),
    }
}
