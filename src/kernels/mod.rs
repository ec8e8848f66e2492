//! Pure computation on pointers, sizes and strides; knows no tensor and no graph.

#[macro_use]
pub mod cpu;
pub mod gpu;
