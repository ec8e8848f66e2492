//! Planes of pixels.

pub mod axiswise;
pub mod bytes;
pub mod fold;
pub mod grid;
