//! Forward mode: tangents pushed along a recorded graph, from its inputs to its results. A node whose gradient is a product
//! element by element pushes with that same product; any other is transposed: its gradient is linear in what arrives, so
//! the gradient of the gradient is the tangent. Recorded (`create_graph`), tangents have gradients and tangents in turn.

use super::calculus::Calculus;
use super::engine::{Request, run};
use super::mode::{GradMode, ModeGuard, enable_grad};
use crate::error::Result;
use crate::tensor::{Context, Edge, Node, Tensor, Want};
use smallvec::SmallVec;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A place of the graph: a result of a node, or a leaf.
type Place = (usize, u32);

fn place(edge: &Edge) -> Option<Place> {
    match edge {
        Edge::None => None,
        Edge::Node(n, slot) => Some((n.id(), *slot)),
        Edge::Leaf(l) => Some((Arc::as_ptr(l) as usize, u32::MAX)),
    }
}

/// The nodes behind some places, up to others, each after those it leads to. The order in which they were made is nearly that, but
/// a view whose base was written to gets its node when it is next asked, which may be while its consumer's is being made.
fn behind(from: &[Edge], until: &HashSet<Place>) -> Vec<Arc<Node>> {
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    let mut open: Vec<(Arc<Node>, usize)> = Vec::new();
    let fresh = |edge: &Edge, seen: &mut HashSet<usize>| match edge {
        Edge::Node(node, _) if !place(edge).is_some_and(|p| until.contains(&p)) && seen.insert(node.id()) => {
            Some((node.clone(), 0))
        }
        _ => None,
    };
    for edge in from {
        open.extend(fresh(edge, &mut seen));
        while let Some((node, next)) = open.last_mut() {
            match node.inputs.get(*next) {
                Some(input) => {
                    *next += 1;
                    let deeper = fresh(&input.edge, &mut seen);
                    open.extend(deeper);
                }
                None => found.extend(open.pop().map(|(node, _)| node)),
            }
        }
    }
    found
}

/// The tangents at `to` for those at the places `from`; none where nothing of `from` arrives.
pub fn push(
    from: &[(Edge, Tensor)],
    to: &[Edge],
    create_graph: bool,
    calculus: &Calculus,
) -> Result<Vec<Option<Tensor>>> {
    let _mode = ModeGuard::new(if create_graph { GradMode::Record } else { GradMode::NoGrad });
    let starts: HashSet<Place> = from.iter().filter_map(|(e, _)| place(e)).collect();
    let mut tangents: HashMap<Place, Tensor> = HashMap::new();
    for (edge, t) in from {
        let Some(p) = place(edge) else { continue };
        let sum = match tangents.remove(&p) {
            Some(old) => (calculus.add)(&old, t)?,
            None => t.clone(),
        };
        tangents.insert(p, sum);
    }
    for node in behind(to, &starts) {
        let arrived: SmallVec<[Option<Tensor>; 2]> =
            node.edges().map(|e| place(e).and_then(|p| tangents.get(&p).cloned())).collect();
        if arrived.iter().all(Option::is_none) {
            continue;
        }
        for (slot, t) in outputs(&node, &arrived, create_graph, calculus)?.into_iter().enumerate() {
            let p = (node.id(), slot as u32);
            if let Some(t) = t.filter(|_| !starts.contains(&p)) {
                tangents.insert(p, t);
            }
        }
    }
    Ok(to.iter().map(|e| place(e).and_then(|p| tangents.get(&p).cloned())).collect())
}

/// The tangents of a node's results from those of its inputs.
fn outputs(
    node: &Arc<Node>,
    arrived: &[Option<Tensor>],
    create_graph: bool,
    calculus: &Calculus,
) -> Result<Vec<Option<Tensor>>> {
    let zeros = |i: usize| (calculus.zeros)(&node.inputs[i].shape);
    if let Some(answer) = node.op.tangents(arrived, &zeros) {
        return answer;
    }
    let real = node.outputs.len() == 1
        && !node.outputs[0].dtype.is_complex()
        && node.inputs.iter().all(|i| !i.shape.dtype.is_complex());
    if !(real && node.op.is_diagonal()) {
        return transposed(node, arrived, create_graph, calculus);
    }
    let mut sum: Option<Tensor> = None;
    for (i, t) in arrived.iter().enumerate() {
        let Some(t) = t else { continue };
        let g = (calculus.spread)(t, &node.outputs[0])?;
        let answer = node.op.backward(&Context::new(node)?, &[Some(g)], Want(1 << i.min(63)))?;
        if let Some(part) = answer.into_iter().nth(i).flatten() {
            sum = Some(match sum {
                Some(sum) => (calculus.add)(&sum, &part)?,
                None => part,
            });
        }
    }
    let sum = sum.map(|t| (calculus.spread)(&t, &node.outputs[0])).transpose()?;
    Ok(vec![sum])
}

fn transposed(
    node: &Arc<Node>,
    arrived: &[Option<Tensor>],
    create_graph: bool,
    calculus: &Calculus,
) -> Result<Vec<Option<Tensor>>> {
    let seeds: Vec<Option<Tensor>> = enable_grad(|| {
        let seed = |s: &crate::tensor::graph::Shape| -> Result<Option<Tensor>> {
            if !s.dtype.is_differentiable() {
                return Ok(None);
            }
            let seed = (calculus.zeros)(s)?;
            seed.set_requires_grad(true)?;
            Ok(Some(seed))
        };
        node.outputs.iter().map(seed).collect::<Result<_>>()
    })?;
    let want = Want::of(arrived.iter().map(Option::is_some));
    let grads = enable_grad(|| node.call(&seeds, want))?;
    let mut roots = Vec::new();
    for (i, (g, t)) in grads.into_iter().zip(arrived).enumerate() {
        let (Some(g), Some(t)) = (g, t) else { continue };
        let shape = &node.inputs[i].shape;
        let fits = g.shape() == shape.dims.as_slice() && g.dtype() == shape.dtype;
        let g = if fits { g } else { enable_grad(|| (calculus.fit)(&g, shape))?.unwrap_or(g) };
        if g.requires_grad() {
            roots.push((g.edge(), (calculus.spread)(t, shape)?));
        }
    }
    let wanted: Vec<Edge> = seeds.iter().map(|s| s.as_ref().map_or(Edge::None, Tensor::edge)).collect();
    let request =
        Request { roots, capture: Some(&wanted), accumulate: false, retain_graph: true, create_graph };
    run(request, calculus)
}

/// Whether results depend on anything that requires a gradient beside the places `beside`.
pub fn depends(results: &[Edge], beside: &[Edge]) -> bool {
    let until: HashSet<Place> = beside.iter().filter_map(place).collect();
    // by a leaf that nobody has any more nobody differentiates
    let held = |e: &Edge| matches!(e, Edge::Leaf(leaf) if leaf.tensor().is_some());
    let open = |e: &Edge| held(e) && place(e).is_some_and(|p| !until.contains(&p));
    if results.iter().any(open) {
        return true;
    }
    behind(results, &until).iter().any(|n| n.edges().any(open))
}

/// Whether a result depends on one of some places, or is one.
pub fn reaches(result: &Edge, places: &[Edge]) -> bool {
    let until: HashSet<Place> = places.iter().filter_map(place).collect();
    let there = |e: &Edge| place(e).is_some_and(|p| until.contains(&p));
    there(result) || behind(std::slice::from_ref(result), &until).iter().any(|n| n.edges().any(there))
}
