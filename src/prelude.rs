//! What a program that trains a model needs: `use rushlight::prelude::*`.

pub use crate::api::grad;
pub use crate::autograd::no_grad;
pub use crate::base::promote::set_default_device;
pub use crate::base::rng::manual_seed;
pub use crate::base::{DType, Device, Scalar};
pub use crate::error::{Error, Result};
pub use crate::nn::{self, Module};
pub use crate::ops::shape::join::{cat, stack};
pub use crate::optim::{self, Adam, AdamW, Optimizer, SGD};
pub use crate::safetensors::{self, StateDict};
pub use crate::tensor::Tensor;
