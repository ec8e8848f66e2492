//! Pooling.

pub mod args;
pub mod fractional;
pub mod op;
pub mod rows;
