//! Kernels of layers.

pub mod attention;
pub mod conv;
pub mod embedding;
pub mod image;
pub mod loss;
pub mod norm;
pub mod pool;
pub mod rnn;
