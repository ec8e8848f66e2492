//! Layers.

pub mod embedding;
