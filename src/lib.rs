//! rushlight: tensors, autograd and neural-network kernels with PyTorch's semantics.
//!
//! ```
//! use rushlight::autograd::{Request, run};
//! use rushlight::ops::{CALCULUS, matmul::matmul, reduce::sum};
//! use rushlight::Tensor;
//!
//! let x = Tensor::from_slice(&[1.0f32, 2.0, 3.0, 4.0], &[2, 2])?;
//! let w = Tensor::from_slice(&[0.5f32, -0.5], &[2, 1])?;
//! w.set_requires_grad(true)?;
//!
//! // operators of tensors and numbers; every result remembers how it was made
//! let loss = sum(&matmul(&x, &w)?.exp()?.add(1.0)?, None)?;
//! assert_eq!(loss.grad_fn().unwrap().0.name(), "SumBackward0");
//!
//! // the reverse pass, from the loss to the leaves
//! let seed = Tensor::from_slice(&[1.0f32], &[])?;
//! let roots = vec![(loss.edge(), seed)];
//! run(Request { roots, capture: None, accumulate: false, retain_graph: false, create_graph: false }, &CALCULUS)?;
//! let gradient = w.leaf().unwrap().grad().unwrap();
//! assert_eq!(gradient.shape(), [2, 1]);
//! # rushlight::Result::Ok(())
//! ```
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
