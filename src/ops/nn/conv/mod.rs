//! Convolutions.

pub mod args;
pub mod op;
pub mod rows;
