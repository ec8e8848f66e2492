//! Planes of pixels.

pub mod axiswise;
pub mod fold;
pub mod grid;
