//! Kernels for the CPU. `par` decides about threads, `simd` about instruction sets; nothing else does.

pub mod random;
