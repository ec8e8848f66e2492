//! Affine maps.

use super::functional::linear;
use super::init::{parameter, weight_and_bias};
use super::module::{Module, Tensors};
use crate::error::Result;
use crate::tensor::Tensor;

/// Its input.
#[derive(Clone, Copy, Debug, Default)]
pub struct Identity;

impl Module for Identity {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        Ok(input.clone())
    }
}

/// `y = x A^T + b` over the last axis: (*, in) to (*, out).
///
/// ```
/// use rushlight::prelude::*;
///
/// let layer = nn::Linear::new(20, 30)?;
/// assert_eq!(layer.forward(&Tensor::randn(&[128, 20])?)?.shape(), [128, 30]);
/// # rushlight::Result::Ok(())
/// ```
#[derive(Clone, Debug)]
pub struct Linear {
    /// (out, in), drawn from `U(-k, k)` with `k = 1 / sqrt(in)`.
    pub weight: Tensor,
    /// (out), drawn from the same distribution.
    pub bias: Option<Tensor>,
}

impl Linear {
    /// A map with a bias.
    pub fn new(in_features: usize, out_features: usize) -> Result<Linear> {
        Linear::made(in_features, out_features, true)
    }
    /// A map without one.
    pub fn without_bias(in_features: usize, out_features: usize) -> Result<Linear> {
        Linear::made(in_features, out_features, false)
    }
    fn made(in_features: usize, out_features: usize, bias: bool) -> Result<Linear> {
        let weight = parameter(&[out_features, in_features])?;
        let bias = if bias { Some(parameter(&[out_features])?) } else { None };
        weight_and_bias(&weight, bias.as_ref())?;
        Ok(Linear { weight, bias })
    }
}

impl Module for Linear {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        linear(input, &self.weight, self.bias.as_ref())
    }
    fn tensors(&self) -> Tensors {
        weight_bias(&self.weight, &self.bias)
    }
    fn extra_repr(&self) -> String {
        let (shape, bias) = (self.weight.shape(), if self.bias.is_some() { "True" } else { "False" });
        format!("in_features={}, out_features={}, bias={bias}", shape[1], shape[0])
    }
}

/// The names that most layers have for theirs.
pub(super) fn weight_bias(weight: &Tensor, bias: &Option<Tensor>) -> Tensors {
    let mut out = vec![("weight", weight.clone())];
    out.extend(bias.clone().map(|b| ("bias", b)));
    out
}
