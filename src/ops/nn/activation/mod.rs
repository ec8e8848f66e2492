//! Activations, by what the gradient is made of.

pub mod gate;
pub mod piecewise;
pub mod smooth;
