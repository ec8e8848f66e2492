//! Kernels for the CPU. `par` decides about threads, `simd` about instruction sets; nothing else does.

#[macro_use]
pub mod simd;
pub mod attention;
pub mod axis;
pub mod block;
pub mod cast;
pub mod clib;
pub mod conv;
pub mod copy;
pub mod ctc;
pub mod distance;
pub mod embed;
pub mod fft;
pub mod flt;
pub mod fold;
pub mod fold_terms;
pub mod grid;
pub mod index;
pub mod iter;
pub mod loss;
pub mod math;
pub mod matmul;
pub mod norm;
pub mod optim;
pub mod par;
pub mod plane;
pub mod pool;
pub mod random;
pub mod recur;
pub mod reduce;
pub mod rnn;
pub mod softmax;
pub mod sort;
pub mod special;
pub mod staged;
mod transpose;
pub mod vector;
