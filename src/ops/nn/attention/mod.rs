//! Attention.

pub mod composed;
pub mod op;
pub mod rows;
