//! rushlight: tensors, autograd and neural-network kernels with PyTorch's semantics.
//!
//! Modules are layers: each imports only from those above it in this list (`tests/layers.rs` checks it).
#![deny(unsafe_code)]

pub mod base;
pub mod error;
#[allow(unsafe_code)]
pub mod kernels;
pub mod tensor {
    pub mod print;
}
