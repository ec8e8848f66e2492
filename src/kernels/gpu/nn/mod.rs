//! Layers.

pub mod attention;
pub mod conv;
pub mod image;
pub mod pool;
pub mod rnn;
