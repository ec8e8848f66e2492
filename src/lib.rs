//! rushlight: tensors, autograd and neural-network kernels with PyTorch's semantics.
//!
//! Modules are layers: each imports only from those above it in this list (`tests/layers.rs` checks it).
#![deny(unsafe_code)]

pub mod error;
#[macro_use]
pub mod base;
#[allow(unsafe_code)]
pub mod storage;
#[allow(unsafe_code)]
#[macro_use]
pub mod kernels;
pub mod autograd;
pub mod ops;
#[cfg(feature = "python")]
mod python;
pub mod tensor;

pub use base::{DType, Device, Scalar};
pub use error::{Error, Result};
pub use tensor::Tensor;
