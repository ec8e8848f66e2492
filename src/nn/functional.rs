//! The functions below the layers, with the defaults of `torch.nn.functional`. With all their arguments they are in
//! [`ops::nn`](crate::ops::nn); what is a method of [`Tensor`] (`relu`, `softmax`, ...) is not repeated.
//!
//! This is the only file of `nn` that knows where ops live.

use crate::error::Result;
use crate::ops::nn::conv::rows as conv;
use crate::ops::nn::dropout as drop;
use crate::ops::nn::embedding::table;
use crate::ops::nn::loss::{class, divergence, regression};
use crate::ops::nn::norm::rows as norm;
use crate::ops::nn::pool::rows as pool;
use crate::tensor::Tensor;

pub use crate::ops::nn::activation::piecewise::{hardswish, leaky_relu, relu6};
pub use crate::ops::nn::activation::smooth::{elu, gelu, mish, selu, silu, softplus};
pub use crate::ops::nn::embedding::table::one_hot;
pub use crate::ops::nn::linear::linear;
pub use crate::ops::nn::loss::Reduction;

/// A reduction as the rows are told it.
fn name(reduction: Reduction) -> &'static str {
    match reduction {
        Reduction::Mean => "mean",
        Reduction::Sum => "sum",
        Reduction::None => "none",
    }
}

/// One number for every axis, or one for all: the sizes of a window.
pub trait Spread<const N: usize> {
    fn spread(self) -> [i64; N];
}

impl<const N: usize> Spread<N> for usize {
    fn spread(self) -> [i64; N] {
        [self as i64; N]
    }
}

impl<const N: usize> Spread<N> for [usize; N] {
    fn spread(self) -> [i64; N] {
        self.map(|n| n as i64)
    }
}

impl Spread<2> for (usize, usize) {
    fn spread(self) -> [i64; 2] {
        [self.0 as i64, self.1 as i64]
    }
}

/// How the window of a convolution moves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window<const N: usize> {
    pub stride: [i64; N],
    pub padding: [i64; N],
    pub dilation: [i64; N],
    pub groups: i64,
}

/// The convolution of `N` axes.
pub(super) fn convolution<const N: usize>(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    w: Window<N>,
) -> Result<Tensor> {
    conv::conv(N, input, weight, bias, &w.stride, &w.padding, &w.dilation, w.groups)
}

/// The greatest element of every window of `N` axes, windows next to each other.
///
/// Errors: RuntimeError if the window is larger than the input.
///
/// ```
/// use rushlight::nn::functional::max_pool;
/// use rushlight::prelude::*;
///
/// let x = Tensor::arange(0, 16, 1)?.reshape([1, 1, 4, 4].into())?.cast(DType::F32)?;
/// assert_eq!(max_pool::<2>(&x, 2)?.to_vec::<f32>()?, [5.0, 7.0, 13.0, 15.0]);
/// # rushlight::Result::Ok(())
/// ```
pub fn max_pool<const N: usize>(input: &Tensor, kernel_size: impl Spread<N>) -> Result<Tensor> {
    let size = kernel_size.spread();
    max_pool_with(input, size, size, [0; N])
}

/// [`max_pool`] of images: (N, C, H, W).
pub fn max_pool2d(input: &Tensor, kernel_size: impl Spread<2>) -> Result<Tensor> {
    max_pool(input, kernel_size)
}

/// The average of every window of images, windows next to each other.
pub fn avg_pool2d(input: &Tensor, kernel_size: impl Spread<2>) -> Result<Tensor> {
    let size = kernel_size.spread();
    avg_pool2d_with(input, size, size, [0; 2])
}

pub(super) fn max_pool_with<const N: usize>(
    input: &Tensor,
    size: [i64; N],
    stride: [i64; N],
    padding: [i64; N],
) -> Result<Tensor> {
    pool::max_pool(N, input, &size, Some(&stride), &padding, &[1; N], false)
}

pub(super) fn avg_pool2d_with(
    input: &Tensor,
    size: [i64; 2],
    stride: [i64; 2],
    padding: [i64; 2],
) -> Result<Tensor> {
    pool::avg_pool2d(input, &size, Some(&stride), &padding, false, true, None)
}

pub(super) fn adaptive_avg_pool2d(input: &Tensor, output: [i64; 2]) -> Result<Tensor> {
    pool::adaptive_avg_pool(2, input, &output.map(Some))
}

pub(super) fn batch_norm(
    input: &Tensor,
    running: Option<(&Tensor, &Tensor)>,
    affine: Option<(&Tensor, &Tensor)>,
    training: bool,
    momentum: f64,
    eps: f64,
) -> Result<Tensor> {
    let ((mean, var), (weight, bias)) = (running.unzip(), affine.unzip());
    norm::nn_batch_norm(input, mean, var, weight, bias, training, momentum, eps)
}

pub(super) fn layer_norm(
    input: &Tensor,
    shape: &[i64],
    affine: Option<(&Tensor, &Tensor)>,
    eps: f64,
) -> Result<Tensor> {
    let (weight, bias) = affine.unzip();
    norm::nn_layer_norm(input, shape, weight, bias, eps)
}

pub(super) fn group_norm(
    input: &Tensor,
    groups: i64,
    affine: Option<(&Tensor, &Tensor)>,
    eps: f64,
) -> Result<Tensor> {
    let (weight, bias) = affine.unzip();
    norm::nn_group_norm(input, groups, weight, bias, eps)
}

pub(super) fn embedding(input: &Tensor, weight: &Tensor, padding: Option<usize>) -> Result<Tensor> {
    table::nn_embedding(input, weight, padding.map(|i| i as i64), None, 2.0, false, false)
}

/// Zeroes elements with probability `p` and scales the rest by `1 / (1 - p)`; only while `training`.
///
/// Errors: ValueError if `p` is not in [0, 1].
pub fn dropout(input: &Tensor, p: f64, training: bool) -> Result<Tensor> {
    drop::nn_dropout(input, p, training, false)
}

/// [`dropout`] of whole channels.
pub fn dropout2d(input: &Tensor, p: f64, training: bool) -> Result<Tensor> {
    drop::dropout2d(input, p, training, false)
}

/// Losses by name: with the mean of their terms, and, in the module below, with any reduction.
macro_rules! losses {
    ($($(#[doc = $doc:literal])* $name:ident($($q:ident: $t:ty = $d:expr),*) |$x:ident, $y:ident, $r:ident| $call:expr;)*) => {
        $($(#[doc = $doc])*
        pub fn $name(input: &Tensor, target: &Tensor) -> Result<Tensor> {
            reduced::$name(input, target, Reduction::Mean $(, $d)*)
        })*
        pub(super) mod reduced {
            use super::*;
            $(pub fn $name($x: &Tensor, $y: &Tensor, reduction: Reduction $(, $q: $t)*) -> Result<Tensor> {
                let $r = reduction;
                $call
            })*
        }
    };
}
losses! {
    /// The mean squared error.
    ///
    /// Errors: RuntimeError if the shapes do not broadcast.
    mse_loss() |x, y, r| regression::mse_loss(x, y, r, None);
    /// The mean absolute error.
    l1_loss() |x, y, r| regression::l1_loss(x, y, r, None);
    /// Half the squared error below 1, the absolute error less a half above.
    smooth_l1_loss(beta: f64 = 1.0) |x, y, r| regression::smooth_l1_loss(x, y, r, beta);
    /// Half the squared error below 1, the absolute error less a half above.
    huber_loss(delta: f64 = 1.0) |x, y, r| regression::huber_loss(x, y, name(r), delta, None);
    /// The cross entropy of logits, (N, C, ...), and classes, int64 of (N, ...), or probabilities, (N, C, ...).
    ///
    /// Errors: IndexError for classes out of bounds.
    ///
    /// ```
    /// use rushlight::nn::functional::cross_entropy;
    /// use rushlight::prelude::*;
    ///
    /// let loss = cross_entropy(&Tensor::zeros(&[3, 4])?, &Tensor::zeros(&[3])?.cast(DType::I64)?)?;
    /// assert_eq!(format!("{:.4}", loss.item()?), format!("{:.4}", 4f64.ln()));
    /// # rushlight::Result::Ok(())
    /// ```
    cross_entropy(weight: Option<&Tensor> = None, ignore: i64 = -100, smoothing: f64 = 0.0) |x, y, r| {
        class::cross_entropy(x, y, weight, None, ignore, None, name(r), smoothing)
    };
    /// The negative log-likelihood of classes, from log-probabilities of (N, C, ...).
    nll_loss(weight: Option<&Tensor> = None, ignore: i64 = -100) |x, y, r| {
        class::nll_loss(x, y, weight, None, ignore, None, name(r))
    };
    /// The Kullback-Leibler divergence of probabilities from log-probabilities, averaged over all elements.
    kl_div(log_target: bool = false) |x, y, r| divergence::kl_div(x, y, None, None, name(r), log_target);
    /// The binary cross entropy of probabilities.
    ///
    /// Errors: RuntimeError for probabilities outside [0, 1].
    binary_cross_entropy(weight: Option<&Tensor> = None) |x, y, r| {
        regression::binary_cross_entropy(x, y, weight, r)
    };
    /// The binary cross entropy of logits, exact for large ones.
    binary_cross_entropy_with_logits(pos_weight: Option<&Tensor> = None) |x, y, r| {
        regression::binary_cross_entropy_with_logits(x, y, None, r, pos_weight)
    };
}
