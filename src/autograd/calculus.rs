//! What walking the graph needs of ops, which it does not know: functions that `ops` hands over.

use crate::error::Result;
use crate::tensor::batch::Batch;
use crate::tensor::{Tensor, graph::Shape};

/// The differentiable functions the engine itself needs.
pub struct Calculus {
    pub add: fn(&Tensor, &Tensor) -> Result<Tensor>,
    /// A copy in the graph, laid out as the leaf that it is the gradient of.
    pub copy: fn(&Tensor, &Tensor) -> Result<Tensor>,
    /// Adds in place into a gradient nobody else holds.
    pub add_into: fn(&Tensor, &Tensor) -> Result<()>,
    /// Sums a gradient down to the shape and casts it to the dtype of the tensor it belongs to.
    pub fit: fn(&Tensor, &Shape) -> Result<Option<Tensor>>,
    /// A tangent of the shape and dtype of what it belongs to.
    pub spread: fn(&Tensor, &Shape) -> Result<Tensor>,
    /// Zeros like what a node remembers.
    pub zeros: fn(&Shape) -> Result<Tensor>,
    /// A copy of its own (the gradient a leaf keeps must not alias somebody else's tensor).
    pub own: fn(&Tensor, &Tensor) -> Result<Tensor>,
    /// Sums over the samples of every finished `vmap` but those that a place of the graph has itself: what arrives there belongs
    /// to all samples together.
    pub settle: fn(Tensor, &Batch) -> Result<Tensor>,
    /// Whether any element is nan, for `detect_anomaly`.
    pub has_nan: fn(&Tensor) -> Result<bool>,
}
