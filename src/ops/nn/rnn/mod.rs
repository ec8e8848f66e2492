//! Recurrent layers.

pub mod composed;
pub mod op;
