//! rushlight: tensors, autograd and neural networks with PyTorch's semantics, and its numbers for the same seed.
//!
//! ```
//! use rushlight::prelude::*;
//!
//! fn main() -> Result<()> {
//!     manual_seed(0);
//!     let x = Tensor::linspace(-3, 3, 200)?.unsqueeze(1)?;
//!     let y = x.sin()?;
//!
//!     let net = nn::sequential![nn::Linear::new(1, 32)?, nn::Tanh, nn::Linear::new(32, 1)?];
//!     let mut optimizer = Adam::new(net.parameters(), 1e-2);
//!     for _ in 0..300 {
//!         optimizer.zero_grad();
//!         let loss = (net.forward(&x)? - &y)?.pow(2)?.mean(None)?;
//!         loss.backward()?;
//!         optimizer.step()?;
//!     }
//!
//!     let error = no_grad(|| nn::functional::l1_loss(&net.forward(&x)?, &y))?;
//!     assert!(error.item()?.to_f64() < 0.05);
//!     Ok(())
//! }
//! ```
//!
//! - A [`Tensor`] has what PyTorch's has as methods, and constructors: [`Tensor::zeros`], [`Tensor::randn`],
//!   [`Tensor::from_slice`], [`Tensor::of`] for another dtype. Functions without a receiver are in [`ops`].
//! - Operators take tensors, references and numbers and answer with a [`Result`]: `((&x * &w)? + &b)?`.
//! - [`Tensor::backward`] leaves gradients for [`Tensor::grad`]; [`grad()`] gives them, to any order;
//!   [`no_grad`] records nothing.
//! - With the feature `gpu`, [`Tensor::to`] takes a tensor to a graphics card, of whichever maker, and
//!   [`set_default_device`](prelude::set_default_device) makes new ones there.
//! - [`nn`] has layers and losses, [`optim`] optimizers, [`mod@safetensors`] files.
//!
//! Ops know shapes and dtypes when they run, so mistakes are errors, in PyTorch's words, and never panics.
//!
//! Modules are layers: each imports only from those above it in this list (`tests/layers.rs` checks it).
#![deny(unsafe_code)]

pub mod error;
pub mod warning;
#[macro_use]
pub mod base;
#[allow(unsafe_code)]
pub mod storage;
#[allow(unsafe_code)]
#[macro_use]
pub mod kernels;
pub mod tensor;

pub mod autograd;

pub mod ops;

pub mod api;

pub mod safetensors;

pub mod nn;

pub mod optim;

pub mod prelude;

#[cfg(feature = "python")]
mod python;

pub use api::grad;
pub use autograd::no_grad;
pub use base::rng::manual_seed;
pub use base::{DType, Device, Scalar};
pub use error::{Error, Result};
pub use tensor::Tensor;

/// The examples of the first page people read run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
