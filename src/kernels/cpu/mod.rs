//! Kernels for the CPU, at the addresses of their ops. `machine::par` decides about threads, `machine::simd` about
//! instruction sets; nothing else does.

#[macro_use]
pub mod machine;

pub mod create;

pub mod shape;

pub mod elementwise;

pub mod reduce;

pub mod index;

pub mod order;

pub mod random;

pub mod linalg;

pub mod signal;

pub mod nn;

pub mod vision;

pub mod optim;
