//! Initial values: every function fills its tensor in place, outside the graph, with PyTorch's draws of the default
//! generator.

use crate::autograd::no_grad;
use crate::base::{Device, Scalar};
use crate::ensure;
use crate::error::Result;
use crate::tensor::Tensor;

/// A leaf with room for values.
pub(super) fn parameter(shape: &[usize]) -> Result<Tensor> {
    Tensor::empty(shape, crate::base::promote::default_dtype(), Device::Cpu)?.requires_grad_(true)
}

/// Draws from the uniform distribution from `low` to `high`.
pub fn uniform_(tensor: &Tensor, low: f64, high: f64) -> Result<()> {
    no_grad(|| tensor.uniform_(low, high, None))
}

/// Draws from the normal distribution.
pub fn normal_(tensor: &Tensor, mean: f64, std: f64) -> Result<()> {
    no_grad(|| tensor.normal_(mean, std, None))
}

/// Fills with one value.
pub fn constant_(tensor: &Tensor, value: f64) -> Result<()> {
    no_grad(|| tensor.fill_with(Scalar::Float(value)))
}

/// How many inputs an output of a weight has, and how many outputs an input.
///
/// Errors: ValueError for fewer than two axes.
pub fn fans(weight: &Tensor) -> Result<(usize, usize)> {
    let shape = weight.shape();
    ensure!(
        shape.len() >= 2,
        Value,
        "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
    );
    let field: usize = shape[2..].iter().product();
    Ok((shape[1] * field, shape[0] * field))
}

/// Draws from `U(-b, b)` with `b = gain sqrt(3 / fan_in)` and the gain of a `leaky_relu` with slope `a`.
///
/// Source: He et al. (2015), Delving deep into rectifiers.
pub fn kaiming_uniform_(weight: &Tensor, a: f64) -> Result<()> {
    if weight.numel() == 0 {
        return Ok(());
    }
    let bound = 3f64.sqrt() * (gain(a) / (fans(weight)?.0 as f64).sqrt());
    uniform_(weight, -bound, bound)
}

/// Draws from `N(0, s^2)` with `s = gain / sqrt(fan_in)`; see [`kaiming_uniform_`].
pub fn kaiming_normal_(weight: &Tensor, a: f64) -> Result<()> {
    if weight.numel() == 0 {
        return Ok(());
    }
    normal_(weight, 0.0, gain(a) / (fans(weight)?.0 as f64).sqrt())
}

/// Draws from `U(-b, b)` with `b = gain sqrt(6 / (fan_in + fan_out))`.
///
/// Source: Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks.
pub fn xavier_uniform_(weight: &Tensor, gain: f64) -> Result<()> {
    let (inputs, outputs) = fans(weight)?;
    let bound = 3f64.sqrt() * (gain * (2.0 / (inputs + outputs) as f64).sqrt());
    uniform_(weight, -bound, bound)
}

fn gain(a: f64) -> f64 {
    (2.0 / (1.0 + a * a)).sqrt()
}

/// The initial values of a weight and a bias of linear maps and convolutions, in PyTorch's order.
pub(super) fn weight_and_bias(weight: &Tensor, bias: Option<&Tensor>) -> Result<()> {
    kaiming_uniform_(weight, 5f64.sqrt())?;
    let Some(bias) = bias else { return Ok(()) };
    let inputs = fans(weight)?.0;
    let bound = if inputs > 0 { 1.0 / (inputs as f64).sqrt() } else { 0.0 };
    uniform_(bias, -bound, bound)
}
