//! Second derivatives of fused ops: under `create_graph` such an op is composed again of public ops, in the graph, and
//! the engine differentiates that.

use crate::autograd::{Request, enable_grad, grad_enabled, run};
use crate::error::Result;
use crate::ops::CALCULUS;
use crate::tensor::{Edge, Grads, Tensor, Want};

/// The gradients for `inputs` (those wanted) of `composed(inputs)`, whose results have the gradients `g`.
pub fn gradients(
    inputs: &[Tensor],
    want: Want,
    g: &[Option<Tensor>],
    composed: impl FnOnce(&[Tensor]) -> Result<Vec<Tensor>>,
) -> Result<Grads> {
    // Views have places of their own in the graph: what arrives there came through this op alone, even where one
    // input was computed from another.
    let places = inputs
        .iter()
        .map(|t| Ok(t.try_view(t.shape())?.unwrap_or_else(|| t.clone())))
        .collect::<Result<Vec<_>>>()?;
    let roots = composed(&places)?.into_iter().zip(g).filter_map(|(y, g)| Some((y.edge(), g.clone()?)));
    let wanted: Vec<Edge> =
        places.iter().enumerate().map(|(i, t)| if want.has(i) { t.edge() } else { Edge::None }).collect();
    let request = Request {
        roots: roots.collect(),
        capture: Some(&wanted),
        accumulate: false,
        retain_graph: true,
        create_graph: true,
    };
    Ok(run(request, &CALCULUS)?.into())
}

/// The gradients of what is composed of public ops, in the graph where that is asked for.
pub fn by_parts(
    x: &[Tensor],
    want: Want,
    g: &[Option<Tensor>],
    composed: impl FnOnce(&[Tensor]) -> Result<Vec<Tensor>>,
) -> Result<Grads> {
    if grad_enabled() {
        return gradients(x, want, g, composed);
    }
    let out = enable_grad(|| gradients(x, want, g, composed))?;
    Ok(out.into_iter().map(|g| g.map(|g| g.detach())).collect())
}
