//! Attention.

pub mod op;
pub mod rows;
