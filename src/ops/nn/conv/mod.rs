//! Convolutions.

pub mod op;
pub mod rows;
