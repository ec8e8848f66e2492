//! Layers.

pub mod loss;
pub mod norm;
