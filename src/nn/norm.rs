//! Normalisation: over the batch, over the features of a sample, over groups of channels.

use super::functional::{batch_norm, group_norm, layer_norm};
use super::init::{constant_, parameter};
use super::linear::weight_bias;
use super::module::{Module, Tensors};
use crate::base::promote::default_dtype;
use crate::base::{DType, Device, Scalar};
use crate::ensure;
use crate::error::Result;
use crate::ops::driver::memory::full;
use crate::tensor::Tensor;
use std::sync::atomic::{AtomicBool, Ordering};

/// Factors, ones at first, and summands, zeros.
fn affine(shape: &[usize]) -> Result<(Tensor, Tensor)> {
    let (weight, bias) = (parameter(shape)?, parameter(shape)?);
    constant_(&weight, 1.0)?;
    constant_(&bias, 0.0)?;
    Ok((weight, bias))
}

/// Normalises every channel over the batch, (N, C, ...), with `N` axes after the channels; in evaluation with the running
/// statistics.
///
/// Source: Ioffe and Szegedy (2015), Batch normalization.
///
/// ```
/// use rushlight::prelude::*;
///
/// let norm = nn::BatchNorm2d::new(3)?;
/// let y = norm.forward(&Tensor::randn(&[8, 3, 4, 4])?)?;
/// assert!(y.mean(None)?.item()?.to_f64().abs() < 1e-6);
/// assert_eq!(norm.named_buffers()[2].1.item()?.to_i64(), 1);
/// # rushlight::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct BatchNorm<const N: usize> {
    /// (C), ones at first.
    pub weight: Tensor,
    /// (C), zeros at first.
    pub bias: Tensor,
    running_mean: Tensor,
    running_var: Tensor,
    num_batches_tracked: Tensor,
    momentum: f64,
    eps: f64,
    training: AtomicBool,
}

/// [`BatchNorm`] of features, (N, C), or of signals, (N, C, L).
pub type BatchNorm1d = BatchNorm<1>;
/// [`BatchNorm`] of images, (N, C, H, W).
pub type BatchNorm2d = BatchNorm<2>;
/// [`BatchNorm`] of volumes, (N, C, D, H, W).
pub type BatchNorm3d = BatchNorm<3>;

impl<const N: usize> BatchNorm<N> {
    /// For so many channels, with `eps` 1e-5 and `momentum` 0.1.
    pub fn new(num_features: usize) -> Result<BatchNorm<N>> {
        let (weight, bias) = affine(&[num_features])?;
        let stat = |value| full(&[num_features], Scalar::Int(value), default_dtype(), Device::Cpu);
        Ok(BatchNorm {
            weight,
            bias,
            running_mean: stat(0)?,
            running_var: stat(1)?,
            num_batches_tracked: full(&[], Scalar::Int(0), DType::I64, Device::Cpu)?,
            momentum: 0.1,
            eps: 1e-5,
            training: AtomicBool::new(true),
        })
    }
    /// The weight of the newest batch in the running statistics.
    pub fn momentum(mut self, momentum: f64) -> BatchNorm<N> {
        self.momentum = momentum;
        self
    }
    /// What is added to the variance.
    pub fn eps(mut self, eps: f64) -> BatchNorm<N> {
        self.eps = eps;
        self
    }
}

impl<const N: usize> Module for BatchNorm<N> {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let n = input.ndim();
        let expected = if N == 1 { "2D or 3D".to_string() } else { format!("{}D", N + 2) };
        ensure!(n == N + 2 || (N == 1 && n == 2), Value, "expected {expected} input (got {n}D input)");
        ensure!(self.eps > 0.0, Value, "batch_norm eps must be positive, but got {}", self.eps);
        let training = self.training.load(Ordering::Relaxed);
        if training {
            let seen = self.num_batches_tracked.item()?.to_i64();
            self.num_batches_tracked.fill_with(Scalar::Int(seen + 1))?;
        }
        let running = Some((&self.running_mean, &self.running_var));
        batch_norm(input, running, Some((&self.weight, &self.bias)), training, self.momentum, self.eps)
    }
    fn tensors(&self) -> Tensors {
        weight_bias(&self.weight, &Some(self.bias.clone()))
    }
    fn buffers(&self) -> Tensors {
        vec![
            ("running_mean", self.running_mean.clone()),
            ("running_var", self.running_var.clone()),
            ("num_batches_tracked", self.num_batches_tracked.clone()),
        ]
    }
    fn set_training(&self, training: bool) {
        self.training.store(training, Ordering::Relaxed);
    }
    fn name(&self) -> &'static str {
        ["", "BatchNorm1d", "BatchNorm2d", "BatchNorm3d"][N.min(3)]
    }
    fn extra_repr(&self) -> String {
        let n = self.weight.numel();
        let (eps, momentum) = (short(self.eps), self.momentum);
        format!("{n}, eps={eps}, momentum={momentum}, affine=True, bias=True, track_running_stats=True")
    }
}

/// A small number as Python writes it: `1e-05`.
fn short(v: f64) -> String {
    if v != 0.0 && v.abs() < 1e-4 {
        let text = format!("{v:e}");
        let (digits, power) = text.split_once("e-").unwrap_or((&text, "0"));
        return format!("{digits}e-{power:0>2}");
    }
    format!("{v}")
}

/// Normalises over the last axes, which have the given shape, then scales and shifts.
///
/// Source: Ba et al. (2016), Layer normalization.
#[derive(Clone, Debug)]
pub struct LayerNorm {
    /// Of the normalised shape, ones at first.
    pub weight: Tensor,
    /// Of the normalised shape, zeros at first.
    pub bias: Tensor,
    eps: f64,
}

impl LayerNorm {
    /// Over axes of these sizes, with `eps` 1e-5.
    pub fn new(normalized_shape: &[usize]) -> Result<LayerNorm> {
        let (weight, bias) = affine(normalized_shape)?;
        Ok(LayerNorm { weight, bias, eps: 1e-5 })
    }
    /// What is added to the variance.
    pub fn eps(mut self, eps: f64) -> LayerNorm {
        self.eps = eps;
        self
    }
    fn shape(&self) -> Vec<i64> {
        self.weight.shape().iter().map(|&n| n as i64).collect()
    }
}

impl Module for LayerNorm {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        layer_norm(input, &self.shape(), Some((&self.weight, &self.bias)), self.eps)
    }
    fn tensors(&self) -> Tensors {
        weight_bias(&self.weight, &Some(self.bias.clone()))
    }
    fn extra_repr(&self) -> String {
        let shape = super::conv::tuple(&self.shape());
        format!("{shape}, eps={}, elementwise_affine=True, bias=True", short(self.eps))
    }
}

/// Normalises groups of channels of every sample: (N, C, ...).
///
/// Source: Wu and He (2018), Group normalization.
#[derive(Clone, Debug)]
pub struct GroupNorm {
    /// (C), ones at first.
    pub weight: Tensor,
    /// (C), zeros at first.
    pub bias: Tensor,
    groups: usize,
    eps: f64,
}

impl GroupNorm {
    /// For so many groups of so many channels, with `eps` 1e-5.
    ///
    /// Errors: ValueError if the groups do not divide the channels.
    pub fn new(num_groups: usize, num_channels: usize) -> Result<GroupNorm> {
        ensure!(
            num_groups > 0 && num_channels.is_multiple_of(num_groups),
            Value,
            "num_channels ({num_channels}) must be divisible by num_groups ({num_groups})"
        );
        let (weight, bias) = affine(&[num_channels])?;
        Ok(GroupNorm { weight, bias, groups: num_groups, eps: 1e-5 })
    }
}

impl Module for GroupNorm {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        group_norm(input, self.groups as i64, Some((&self.weight, &self.bias)), self.eps)
    }
    fn tensors(&self) -> Tensors {
        weight_bias(&self.weight, &Some(self.bias.clone()))
    }
    fn extra_repr(&self) -> String {
        format!("{}, {}, eps={}, affine=True, bias=True", self.groups, self.weight.numel(), short(self.eps))
    }
}
