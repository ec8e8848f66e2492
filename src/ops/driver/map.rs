//! The edges of a `vmap`: an axis of a tensor becomes the samples of a level, and an axis again.

use crate::error::Result;
use crate::ops::driver::apply::{fill, should_record};
use crate::ops::driver::op::Saves;
use crate::tensor::batch::Axis;
use crate::tensor::{Context, Edge, GradFn, Grads, Node, Tensor, Want};
use crate::{ensure, grads};

/// The axis `dim` of a tensor becomes the samples of a level.
pub fn enter(x: &Tensor, dim: usize, level: u64) -> Result<Tensor> {
    let mut layout = x.layout().clone();
    let axis = Axis { level, size: layout.shape.remove(dim), stride: layout.strides.remove(dim) };
    let mut axes = x.batch().to_vec();
    ensure!(x.axis(level).is_none(), Internal, "vmap: a tensor is mapped twice by one level");
    axes.insert(axes.partition_point(|a| a.level < level), axis);
    let mut out = x.resampled(layout, &axes)?;
    record(x, &mut out, Enter { axis, dim });
    Ok(out)
}

/// The samples of a level become the axis `dim`; what has none is repeated.
pub fn leave(x: &Tensor, axis: Axis, dim: usize) -> Result<Tensor> {
    let mut layout = x.layout().clone();
    let own = x.axis(axis.level);
    layout.shape.insert(dim, own.unwrap_or(axis).size);
    layout.strides.insert(dim, own.map_or(0, |a| a.stride));
    let axes: Vec<Axis> = x.batch().iter().filter(|a| a.level != axis.level).copied().collect();
    let mut out = x.resampled(layout, &axes)?;
    record(x, &mut out, Leave { axis, dim });
    Ok(out)
}

fn record(x: &Tensor, out: &mut Tensor, grad: impl GradFn) {
    if should_record(&[x]) && x.dtype().is_differentiable() {
        let node = Node::boxed(Box::new(grad), |parts| {
            fill(parts, &[x], std::slice::from_ref(&*out), Saves::NOTHING);
        });
        out.set_first_edge(Edge::Node(node, 0));
    }
}

#[derive(Debug)]
struct Enter {
    axis: Axis,
    dim: usize,
}

impl GradFn for Enter {
    fn grad_name(&self) -> &str {
        "AddBatchDimBackward0"
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None] };
        grads![Some(leave(g, self.axis, self.dim)?)]
    }
}

#[derive(Debug)]
struct Leave {
    axis: Axis,
    dim: usize,
}

impl GradFn for Leave {
    fn grad_name(&self) -> &str {
        "RemoveBatchDimBackward0"
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None] };
        if let Some(axis) = g.axis(self.axis.level) {
            // what left the map went into a gradient over the same samples: all of them together are its gradient
            return grads![Some(enter(
                &leave(g, axis, 0)?.sum_over(&[0], false)?,
                self.dim,
                self.axis.level
            )?)];
        }
        grads![Some(enter(g, self.dim, self.axis.level)?)]
    }
}
