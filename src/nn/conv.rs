//! Convolutions.

use super::functional::{Spread, Window, convolution};
use super::init::{parameter, weight_and_bias};
use super::linear::weight_bias;
use super::module::{Module, Tensors};
use crate::ensure;
use crate::error::Result;
use crate::tensor::Tensor;

/// A bank of filters that slides over a signal (`N` = 1), images (2) or volumes (3): (batch, in, ...) to
/// (batch, out, ...), where an axis of size `n` becomes one of `(n + 2 padding - dilation (kernel - 1) - 1) / stride + 1`.
///
/// ```
/// use rushlight::prelude::*;
///
/// let layer = nn::Conv2d::new(16, 33, 3)?.stride(2).padding((4, 2));
/// assert_eq!(layer.forward(&Tensor::randn(&[1, 16, 50, 100])?)?.shape(), [1, 33, 28, 51]);
/// # rushlight::Result::Ok(())
/// ```
#[derive(Clone, Debug)]
pub struct Conv<const N: usize> {
    /// (out, in / groups, kernel...).
    pub weight: Tensor,
    /// (out).
    pub bias: Option<Tensor>,
    window: Window<N>,
}

/// Convolution of signals: (batch, in, length).
pub type Conv1d = Conv<1>;
/// Convolution of images: (batch, in, height, width).
pub type Conv2d = Conv<2>;
/// Convolution of volumes: (batch, in, depth, height, width).
pub type Conv3d = Conv<3>;

impl<const N: usize> Conv<N> {
    const DIMENSIONS: () = assert!(N >= 1 && N <= 3, "convolutions have one to three axes");

    /// A convolution with a bias, in steps of one, without padding.
    pub fn new(in_channels: usize, out_channels: usize, kernel_size: impl Spread<N>) -> Result<Conv<N>> {
        Conv::grouped(in_channels, out_channels, kernel_size, 1, true)
    }
    /// The same without a bias.
    pub fn without_bias(
        in_channels: usize,
        out_channels: usize,
        kernel_size: impl Spread<N>,
    ) -> Result<Conv<N>> {
        Conv::grouped(in_channels, out_channels, kernel_size, 1, false)
    }
    /// A convolution that keeps `groups` blocks of channels apart.
    ///
    /// Errors: ValueError if the groups do not divide the channels.
    pub fn grouped(
        in_channels: usize,
        out_channels: usize,
        kernel_size: impl Spread<N>,
        groups: usize,
        bias: bool,
    ) -> Result<Conv<N>> {
        const { Self::DIMENSIONS };
        ensure!(groups > 0, Value, "groups must be a positive integer");
        ensure!(in_channels.is_multiple_of(groups), Value, "in_channels must be divisible by groups");
        ensure!(out_channels.is_multiple_of(groups), Value, "out_channels must be divisible by groups");
        let mut shape = vec![out_channels, in_channels / groups];
        shape.extend(kernel_size.spread().map(|n| n as usize));
        let weight = parameter(&shape)?;
        let bias = if bias { Some(parameter(&[out_channels])?) } else { None };
        weight_and_bias(&weight, bias.as_ref())?;
        let window = Window { stride: [1; N], padding: [0; N], dilation: [1; N], groups: groups as i64 };
        Ok(Conv { weight, bias, window })
    }
    /// The step between positions.
    pub fn stride(mut self, stride: impl Spread<N>) -> Conv<N> {
        self.window.stride = stride.spread();
        self
    }
    /// Zeros on both sides.
    pub fn padding(mut self, padding: impl Spread<N>) -> Conv<N> {
        self.window.padding = padding.spread();
        self
    }
    /// The spacing between the elements of a filter.
    pub fn dilation(mut self, dilation: impl Spread<N>) -> Conv<N> {
        self.window.dilation = dilation.spread();
        self
    }
}

impl<const N: usize> Module for Conv<N> {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        convolution(input, &self.weight, self.bias.as_ref(), self.window)
    }
    fn tensors(&self) -> Tensors {
        weight_bias(&self.weight, &self.bias)
    }
    fn name(&self) -> &'static str {
        ["", "Conv1d", "Conv2d", "Conv3d"][N]
    }
    fn extra_repr(&self) -> String {
        let (shape, w) = (self.weight.shape(), self.window);
        let kernel: Vec<i64> = shape[2..].iter().map(|&n| n as i64).collect();
        let mut text = format!("{}, {}", shape[1] * w.groups as usize, shape[0]);
        text += &format!(", kernel_size={}, stride={}", tuple(&kernel), tuple(&w.stride));
        if w.padding != [0; N] {
            text += &format!(", padding={}", tuple(&w.padding));
        }
        if w.dilation != [1; N] {
            text += &format!(", dilation={}", tuple(&w.dilation));
        }
        if w.groups != 1 {
            text += &format!(", groups={}", w.groups);
        }
        if self.bias.is_none() {
            text += ", bias=False";
        }
        text
    }
}

/// A tuple as Python writes it.
pub(super) fn tuple(v: &[i64]) -> String {
    let items: Vec<String> = v.iter().map(i64::to_string).collect();
    if let [one] = &items[..] { format!("({one},)") } else { format!("({})", items.join(", ")) }
}
