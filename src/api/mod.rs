//! What the library's own users write with a [`Tensor`](crate::Tensor): constructors, operators, gradients, values.
//! A thin layer: it knows the ops by name and computes nothing.

mod create;
mod grad;
mod operators;
mod values;

pub use create::Of;
#[cfg(feature = "python")]
pub(crate) use grad::roots;
pub use grad::{Backward, grad};
