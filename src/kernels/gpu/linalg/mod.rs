//! Matrices.

pub mod distance;
pub mod matmul;
