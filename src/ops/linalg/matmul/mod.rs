//! Products of matrices.

pub mod op;
pub mod rows;
