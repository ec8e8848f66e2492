//! Kernels of layers.

pub mod embedding;
pub mod loss;
pub mod norm;
