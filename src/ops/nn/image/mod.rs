//! Planes of pixels.

pub mod axiswise;
pub mod fold;
pub mod grid;
pub mod images;
pub mod pad;
pub mod shuffle;
pub mod upsample;
