//! Kernels for the CPU. `par` decides about threads, `simd` about instruction sets; nothing else does.

pub mod conv;
pub mod embed;
pub mod flt;
pub mod loss;
pub mod math;
pub mod matmul;
pub mod norm;
pub mod par;
pub mod pool;
pub mod reduce;
pub mod simd;
pub mod softmax;
pub mod vector;
