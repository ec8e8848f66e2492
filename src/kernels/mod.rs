//! Pure computation on pointers, sizes and strides; knows no tensor and no graph.

pub mod cpu;
