//! Layers, losses and containers: thin structs over the same ops as the Python package, with PyTorch's names, initial
//! values and state dicts.
//!
//! A layer is a [`Module`]: it has a `forward`, and says which parameters, buffers and children it has. A model of one's
//! own is a struct of layers:
//!
//! ```
//! use rushlight::prelude::*;
//!
//! struct Net {
//!     hidden: nn::Linear,
//!     drop: nn::Dropout,
//!     out: nn::Linear,
//! }
//!
//! impl Module for Net {
//!     fn forward(&self, x: &Tensor) -> Result<Tensor> {
//!         let x = self.hidden.forward(x)?.relu()?;
//!         self.out.forward(&self.drop.forward(&x)?)
//!     }
//!     fn children(&self) -> nn::Children<'_> {
//!         nn::children![self.hidden, self.drop, self.out]
//!     }
//! }
//!
//! let net = Net { hidden: nn::Linear::new(4, 8)?, drop: nn::Dropout::new(0.5)?, out: nn::Linear::new(8, 2)? };
//! assert_eq!(net.forward(&Tensor::ones(&[3, 4])?)?.shape(), [3, 2]);
//! assert_eq!(net.named_parameters()[0].0, "hidden.weight");
//! # rushlight::Result::Ok(())
//! ```

mod activation;
mod container;
mod conv;
mod dropout;
mod embedding;
pub mod functional;
pub mod init;
mod linear;
mod loss;
mod module;
mod norm;
mod pool;

pub use crate::{children, sequential};
pub use activation::{
    ELU, GELU, Hardswish, LeakyReLU, LogSoftmax, Mish, ReLU, ReLU6, SELU, SiLU, Sigmoid, Softmax, Softplus,
    Tanh,
};
pub use container::{Sequential, func};
pub use conv::{Conv, Conv1d, Conv2d, Conv3d};
pub use dropout::{Dropout, Dropout2d};
pub use embedding::Embedding;
pub use functional::{Reduction, Spread};
pub use linear::{Identity, Linear};
pub use loss::{
    BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HuberLoss, KLDivLoss, L1Loss, MSELoss, NLLLoss,
    SmoothL1Loss,
};
pub use module::{Children, Module, Tensors};
pub use norm::{BatchNorm, BatchNorm1d, BatchNorm2d, BatchNorm3d, GroupNorm, LayerNorm};
pub use pool::{AdaptiveAvgPool2d, AvgPool2d, Flatten, MaxPool, MaxPool1d, MaxPool2d, MaxPool3d};
