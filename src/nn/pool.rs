//! Pooling and flattening: layers without parameters.

use super::conv::tuple;
use super::functional::{self, Spread};
use super::module::Module;
use crate::error::Result;
use crate::tensor::Tensor;

/// The greatest element of every window of `N` axes.
///
/// ```
/// use rushlight::prelude::*;
///
/// let layer = nn::MaxPool2d::new(3).stride(2).padding(1);
/// assert_eq!(layer.forward(&Tensor::zeros(&[1, 2, 8, 8])?)?.shape(), [1, 2, 4, 4]);
/// # rushlight::Result::Ok(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct MaxPool<const N: usize> {
    size: [i64; N],
    stride: [i64; N],
    padding: [i64; N],
}

/// [`MaxPool`] of signals.
pub type MaxPool1d = MaxPool<1>;
/// [`MaxPool`] of images.
pub type MaxPool2d = MaxPool<2>;
/// [`MaxPool`] of volumes.
pub type MaxPool3d = MaxPool<3>;

impl<const N: usize> MaxPool<N> {
    /// Windows next to each other.
    pub fn new(kernel_size: impl Spread<N>) -> MaxPool<N> {
        let size = kernel_size.spread();
        MaxPool { size, stride: size, padding: [0; N] }
    }
    /// The step between windows.
    pub fn stride(mut self, stride: impl Spread<N>) -> MaxPool<N> {
        self.stride = stride.spread();
        self
    }
    /// Margins that no maximum comes from.
    pub fn padding(mut self, padding: impl Spread<N>) -> MaxPool<N> {
        self.padding = padding.spread();
        self
    }
}

impl<const N: usize> Module for MaxPool<N> {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        functional::max_pool_with(input, self.size, self.stride, self.padding)
    }
    fn name(&self) -> &'static str {
        ["", "MaxPool1d", "MaxPool2d", "MaxPool3d"][N.min(3)]
    }
    fn extra_repr(&self) -> String {
        let [size, stride, padding] = [self.size, self.stride, self.padding].map(|v| tuple(&v));
        format!("kernel_size={size}, stride={stride}, padding={padding}")
    }
}

/// The average of every window of images.
#[derive(Clone, Copy, Debug)]
pub struct AvgPool2d {
    size: [i64; 2],
    stride: [i64; 2],
    padding: [i64; 2],
}

impl AvgPool2d {
    /// Windows next to each other.
    pub fn new(kernel_size: impl Spread<2>) -> AvgPool2d {
        let size = kernel_size.spread();
        AvgPool2d { size, stride: size, padding: [0; 2] }
    }
    /// The step between windows.
    pub fn stride(mut self, stride: impl Spread<2>) -> AvgPool2d {
        self.stride = stride.spread();
        self
    }
    /// Zeros on both sides, which count.
    pub fn padding(mut self, padding: impl Spread<2>) -> AvgPool2d {
        self.padding = padding.spread();
        self
    }
}

impl Module for AvgPool2d {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        functional::avg_pool2d_with(input, self.size, self.stride, self.padding)
    }
    fn extra_repr(&self) -> String {
        let [size, stride, padding] = [self.size, self.stride, self.padding].map(|v| tuple(&v));
        format!("kernel_size={size}, stride={stride}, padding={padding}")
    }
}

/// Averages over as many windows of images as the output has elements.
#[derive(Clone, Copy, Debug)]
pub struct AdaptiveAvgPool2d([i64; 2]);

impl AdaptiveAvgPool2d {
    /// The output's height and width.
    pub fn new(output_size: impl Spread<2>) -> AdaptiveAvgPool2d {
        AdaptiveAvgPool2d(output_size.spread())
    }
}

impl Module for AdaptiveAvgPool2d {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        functional::adaptive_avg_pool2d(input, self.0)
    }
    fn extra_repr(&self) -> String {
        format!("output_size={}", tuple(&self.0))
    }
}

/// All axes but the first as one: (N, ...) to (N, features).
#[derive(Clone, Copy, Debug, Default)]
pub struct Flatten;

impl Module for Flatten {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        input.flatten(1, -1)
    }
    fn extra_repr(&self) -> String {
        "start_dim=1, end_dim=-1".into()
    }
}
