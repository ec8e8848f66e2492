//! Layers one after another.

use super::module::{Children, Module};
use crate::error::Result;
use crate::tensor::Tensor;

/// Layers, each taking the output of the one before; see the macro [`sequential!`](crate::sequential).
///
/// ```
/// use rushlight::prelude::*;
///
/// let net = nn::sequential![nn::Linear::new(2, 16)?, nn::Tanh, nn::Linear::new(16, 1)?];
/// assert_eq!(net.forward(&Tensor::zeros(&[5, 2])?)?.shape(), [5, 1]);
/// assert_eq!(net.named_parameters()[2].0, "2.weight");
/// # rushlight::Result::Ok(())
/// ```
#[derive(Default)]
pub struct Sequential(Vec<Box<dyn Module>>);

impl Sequential {
    /// No layers: the output is the input.
    pub fn new() -> Sequential {
        Sequential::default()
    }
    /// The same with another layer behind it.
    pub fn append(mut self, layer: impl Module + 'static) -> Sequential {
        self.0.push(Box::new(layer));
        self
    }
    pub fn len(&self) -> usize {
        self.0.len()
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Module for Sequential {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.0.iter().try_fold(input.clone(), |x, layer| layer.forward(&x))
    }
    fn children(&self) -> Children<'_> {
        self.0.iter().enumerate().map(|(i, layer)| (i.to_string(), &**layer)).collect()
    }
}

impl std::fmt::Debug for Sequential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.summary())
    }
}

/// A closure as a layer; the function is there so that the compiler knows the closure's types.
///
/// ```
/// use rushlight::prelude::*;
///
/// let net = nn::sequential![nn::Linear::new(2, 4)?, nn::func(|x| x.softmax(1, None))];
/// assert_eq!(net.forward(&Tensor::zeros(&[5, 2])?)?.shape(), [5, 4]);
/// # rushlight::Result::Ok(())
/// ```
pub fn func<F: Fn(&Tensor) -> Result<Tensor> + Send + Sync>(f: F) -> F {
    f
}

/// A [`Sequential`](crate::nn::Sequential) of the given layers.
#[macro_export]
macro_rules! sequential {
    ($($layer:expr),* $(,)?) => { $crate::nn::Sequential::new()$(.append($layer))* };
}
