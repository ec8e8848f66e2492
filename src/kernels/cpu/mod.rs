//! Kernels for the CPU. `par` decides about threads, `simd` about instruction sets; nothing else does.

pub mod math;
pub mod matmul;
pub mod par;
#[macro_use]
pub mod simd;
pub mod vector;
