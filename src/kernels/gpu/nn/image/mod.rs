//! Resizing, sampling, sliding blocks.

pub mod axiswise;
pub mod fold;
pub mod grid;
