//! How in-place ops rewrite history. A tensor that is no view simply gets the new node. A view writes into its
//! base: the base gets a `CopySlices` node that applies the op's gradient inside the viewed region, and every
//! view of the base rebuilds its own edge when it is next asked.

use super::op::{Saves, make_node};
use crate::base::Layout;
use crate::error::Result;
use crate::ops::shape::resize as shape;
use crate::tensor::graph::{Input, Shape};
use crate::tensor::{Context, Edge, GradFn, Grads, Node, Tensor, Want};
use smallvec::SmallVec;
use std::sync::Arc;

/// Gives `target` the history of `node`, which computed its new value with the old one as input 0.
pub fn rebase(target: &Tensor, node: Arc<Node>, slot: u32) {
    let Some(base) = target.view_base() else {
        target.rewrite_edge(Edge::Node(node, slot));
        return;
    };
    let rest: SmallVec<[Input; 2]> = node.inputs.iter().skip(1).cloned().collect();
    let copy = CopySlices { inner: node, base: base.layout().clone(), view: target.layout().clone() };
    let outer = Node::new(copy, |parts| {
        parts.inputs.push(Input::of(&base));
        parts.inputs.extend(rest);
        parts.outputs.push(Shape::of(&base));
    });
    base.rewrite_edge(Edge::Node(outer, 0));
    target.set_edge(rebuild(&base, target));
    target.accept_generation();
}

/// The edge of a view made anew from its base: the gradient is spread into the region the view shows.
pub fn rebuild(base: &Tensor, view: &Tensor) -> Edge {
    if !base.requires_grad() {
        return Edge::None;
    }
    let grad = shape::AsStrided { base: base.layout().clone(), view: view.layout().clone() };
    Edge::Node(make_node(grad, &[base], std::slice::from_ref(view), Saves::NOTHING), 0)
}

/// The history of a base after one of its views was written to.
#[derive(Debug)]
struct CopySlices {
    inner: Arc<Node>,
    base: Layout,
    view: Layout,
}

impl GradFn for CopySlices {
    fn grad_name(&self) -> &str {
        "CopySlices"
    }
    fn backward(&self, _: &Context, grads: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &grads[0] else { return Ok(Grads::new()) };
        let inside = shape::region(g, &self.base, &self.view)?;
        // the gradient for what the region held before goes into the base's gradient
        let mut out = self.inner.call(&[Some(inside)], Want(want.0 | 1))?;
        let first = out.first_mut().and_then(Option::take);
        let whole = if want.has(0) {
            Some(shape::with_region(g, first.as_ref(), &self.base, &self.view)?)
        } else {
            None
        };
        if out.is_empty() {
            out.push(whole);
        } else {
            out[0] = whole;
        }
        Ok(out)
    }
    fn release(&self) {
        self.inner.release();
    }
}

/// `target` takes the value and the history of `result`, an out-of-place computation from it.
pub fn assign(op: &str, target: &Tensor, result: &Tensor) -> Result<()> {
    super::op::check_in_place(op, target)?;
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
    if target.is_view() || result.dtype() != target.dtype() || !result.requires_grad() {
        return target.copy_in(result);
    }
    crate::ops::create::copy::write(target, result)?;
    target.storage().bump_version();
    if let Edge::Node(node, slot) = result.edge() {
        target.rewrite_edge(Edge::Node(node, slot));
    }
    Ok(())
}
