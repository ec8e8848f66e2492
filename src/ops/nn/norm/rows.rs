//! Rows of the normalisation layers.

use crate::base::{DType, Dims, numel};
use crate::error::Result;
use crate::ops::nn::norm::op::{BatchParams, batch, group, layer};
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

fn size(shape: &[usize]) -> String {
    format!("torch.Size({shape:?})")
}

/// Layer-norm arguments, checked: the number of elements of a row.
fn row_length(
    input: &Tensor,
    normalized: &[i64],
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    star: &str,
) -> Result<usize> {
    ensure!(
        !normalized.is_empty(),
        Runtime,
        "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []"
    );
    let shape: Dims = normalized.iter().map(|&n| n.max(0) as usize).collect();
    for (t, what) in [(weight, "weight"), (bias, "bias")] {
        if let Some(t) = t {
            ensure!(
                t.shape() == shape.as_slice(),
                Runtime,
                "Expected {what} to be of same shape as normalized_shape, but got {what} of shape {:?} and normalized_shape = {normalized:?}",
                t.shape()
            );
        }
    }
    if !input.shape().ends_with(&shape) {
        let wanted: Vec<String> = normalized.iter().map(|n| n.to_string()).collect();
        bail!(
            Runtime,
            "Given normalized_shape={normalized:?}, expected input with shape [*{star}{}], but got input of size{:?}",
            wanted.join(", "),
            input.shape()
        );
    }
    Ok(numel(&shape))
}

fn layer_checked(
    input: &Tensor,
    normalized: &[i64],
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Tensor> {
    let n = row_length(input, normalized, weight, bias, ", ")?;
    layer(input, n, weight, bias, eps)
}

fn group_checked(
    input: &Tensor,
    groups: i64,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Tensor> {
    ensure!(
        input.ndim() >= 2,
        Runtime,
        "Expected at least 2 dimensions for input tensor but received {}",
        input.ndim()
    );
    let c = input.shape()[1];
    ensure!(groups > 0, Runtime, "Expected num groups to be greater than 0, got {groups}");
    ensure!(
        c.is_multiple_of(groups as usize),
        Runtime,
        "Expected number of channels in input to be divisible by num_groups, but got input of shape {:?} and num_groups={groups}",
        input.shape()
    );
    for (t, what) in [(weight, "weight"), (bias, "bias")] {
        if let Some(t) = t {
            ensure!(
                t.shape() == [c],
                Runtime,
                "Expected {what} to be a vector of size equal to the number of channels in input, but got {what} of shape {:?} and input of shape {:?}",
                t.shape(),
                input.shape()
            );
        }
    }
    group(input, groups as usize, weight, bias, eps)
}

fn check_batch_size(sizes: &[usize], shown: String) -> Result<()> {
    let count = sizes[0] * numel(&sizes[2..]);
    ensure!(
        count != 1,
        Value,
        "Expected more than 1 value per channel when training, got input size {shown}"
    );
    Ok(())
}

/// A per-channel tensor repeated for every sample.
fn repeated(t: Option<&Tensor>, n: usize) -> Result<Option<Tensor>> {
    t.map(|t| t.expand_to(&[n, t.numel()])?.reshape_to(&[n * t.numel()])).transpose()
}

fn instance(
    input: &Tensor,
    p: BatchParams,
    use_input_stats: bool,
    momentum: f64,
    eps: f64,
) -> Result<Tensor> {
    ensure!(
        use_input_stats || p.running_mean.is_some() && p.running_var.is_some(),
        Runtime,
        "Expected running_mean and running_var to be defined when use_input_stats is false"
    );
    ensure!(
        input.ndim() >= 2,
        Index,
        "Dimension out of range (expected to be in range of [-1, 0], but got 1)"
    );
    let (n, c) = (input.shape()[0], input.shape()[1]);
    for (t, what) in [
        (p.running_mean, "running_mean"),
        (p.running_var, "running_var"),
        (p.weight, "weight"),
        (p.bias, "bias"),
    ] {
        if let Some(t) = t {
            ensure!(t.numel() == c, Runtime, "{what} should contain {c} elements not {}", t.numel());
        }
    }
    let mut shape = Dims::from_slice(&[1, n * c]);
    shape.extend_from_slice(&input.shape()[2..]);
    let flat = input.contiguous()?.reshape_to(&shape)?;
    let (w, b) = (repeated(p.weight, n)?, repeated(p.bias, n)?);
    let stat = |t: Option<&Tensor>| -> Result<Option<Tensor>> {
        repeated(t, n)?.map(|t| crate::ops::driver::memory::dense_copy(&t)).transpose()
    };
    let (rm, rv) = (stat(p.running_mean)?, stat(p.running_var)?);
    let whole = BatchParams {
        weight: w.as_ref(),
        bias: b.as_ref(),
        running_mean: rm.as_ref(),
        running_var: rv.as_ref(),
    };
    let out = batch(&flat, whole, use_input_stats, momentum, eps)?;
    if use_input_stats {
        for (mine, all) in [(p.running_mean, &rm), (p.running_var, &rv)] {
            if let (Some(mine), Some(all)) = (mine, all) {
                let mean = all.reshape_to(&[n, c])?.sum_over(&[0], false)?.mul(1.0 / n as f64)?;
                crate::ops::driver::memory::write(mine, &mean)?;
            }
        }
    }
    out.reshape_to(input.shape())
}

/// `x / sqrt(mean(x^2) + eps)` over the last axes, computed in float32 for halves.
fn root_mean_square(
    input: &Tensor,
    normalized: &[i64],
    weight: Option<&Tensor>,
    eps: Option<f64>,
) -> Result<Tensor> {
    let n = row_length(input, normalized, weight, None, "")?;
    let dtype = input.dtype();
    if dtype.is_integral() {
        return Err(crate::error::Error::no_dtype("rms_norm", dtype, "floating and complex dtypes"));
    }
    let eps = eps.unwrap_or(match dtype {
        DType::F64 | DType::C128 => f64::EPSILON,
        _ => f32::EPSILON as f64,
    });
    let x = input.cast(crate::ops::elementwise::kind::half_up(dtype))?;
    let dims: Vec<i64> = (1..=normalized.len() as i64).map(|d| -d).collect();
    // complex numbers are squared as they are, too
    let squares = x.mul(&x)?;
    let scale = squares.sum_over(&dims, true)?.mul(1.0 / n as f64)?.add(eps)?.rsqrt()?;
    let mut y = x.mul(scale)?;
    if let Some(w) = weight {
        y = y.mul(w)?;
        let common = crate::base::promote::promote(dtype, w.dtype());
        return y.cast(common);
    }
    y.cast(dtype)
}

rows! { NORM:
    /// Normalises each channel by mean and variance of the batch (`training`) or by the running statistics.
    ///
    /// Args: input: float (N, C, ...); running_mean, running_var, weight, bias: C elements.
    /// Errors: ValueError for one value per channel while training.
    ///
    /// ```text
    /// >>> F.batch_norm(torch.tensor([[1.0], [3.0]]), None, None, training=True)
    /// tensor([[-1.0000],
    ///         [ 1.0000]])
    /// ```
    [Nn] fn nn_batch_norm = "batch_norm"(
        input: &Tensor, running_mean: Option<&Tensor>, running_var: Option<&Tensor>, weight: Option<&Tensor> = None,
        bias: Option<&Tensor> = None, training: bool = false, momentum: f64 = 0.1, eps: f64 = 1e-5
    ) -> Tensor {
        if training && input.ndim() >= 2 { check_batch_size(input.shape(), size(input.shape()))?; }
        batch(input, BatchParams { weight, bias, running_mean, running_var }, training, momentum, eps)
    }
    /// Batch normalisation in the argument order of the root namespace.
    ///
    /// ```text
    /// >>> torch.batch_norm(torch.tensor([[1.0], [3.0]]), None, None, None, None, True, 0.1, 1e-5, False)
    /// tensor([[-1.0000],
    ///         [ 1.0000]])
    /// ```
    [Torch] fn batch_norm(
        input: &Tensor, weight: Option<&Tensor>, bias: Option<&Tensor>, running_mean: Option<&Tensor>,
        running_var: Option<&Tensor>, training: bool, momentum: f64, eps: f64, _cudnn_enabled: bool
    ) -> Tensor {
        batch(input, BatchParams { weight, bias, running_mean, running_var }, training, momentum, eps)
    }
    /// Normalises over the last axes, which have the shape `normalized_shape`, then scales and shifts.
    ///
    /// ```text
    /// >>> F.layer_norm(torch.tensor([[1.0, 3.0]]), (2,))
    /// tensor([[-1.0000,  1.0000]])
    /// ```
    [Nn] fn nn_layer_norm = "layer_norm"(input: &Tensor, normalized_shape: &[i64], weight: Option<&Tensor> = None, bias: Option<&Tensor> = None, eps: f64 = 1e-5) -> Tensor {
        layer_checked(input, normalized_shape, weight, bias, eps)
    }
    /// Normalises over the last axes, which have the shape `normalized_shape`, then scales and shifts.
    ///
    /// ```text
    /// >>> torch.layer_norm(torch.tensor([[1.0, 3.0]]), (2,))
    /// tensor([[-1.0000,  1.0000]])
    /// ```
    [Torch] fn layer_norm(input: &Tensor, normalized_shape: &[i64], weight: Option<&Tensor> = None, bias: Option<&Tensor> = None, eps: f64 = 1e-5, _cudnn_enable: bool = true) -> Tensor {
        layer_checked(input, normalized_shape, weight, bias, eps)
    }
    /// Normalises each of `num_groups` groups of channels of each sample.
    ///
    /// Errors: RuntimeError if the groups do not divide the channels.
    ///
    /// ```text
    /// >>> F.group_norm(torch.tensor([[1.0, 3.0, 10.0, 30.0]]), 2)
    /// tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    /// ```
    [Nn] fn nn_group_norm = "group_norm"(input: &Tensor, num_groups: i64, weight: Option<&Tensor> = None, bias: Option<&Tensor> = None, eps: f64 = 1e-5) -> Tensor {
        ensure!(input.ndim() >= 2, Runtime, "Expected at least 2 dimensions for input tensor but received {}", input.ndim());
        ensure!(num_groups != 0, Runtime, "group_norm: num_groups must not be 0");
        let mut sizes = vec![input.shape()[0] * input.shape()[1] / num_groups.unsigned_abs() as usize, num_groups.unsigned_abs() as usize];
        sizes.extend_from_slice(&input.shape()[2..]);
        check_batch_size(&sizes, format!("{sizes:?}"))?;
        group_checked(input, num_groups, weight, bias, eps)
    }
    /// Normalises each of `num_groups` groups of channels of each sample.
    ///
    /// ```text
    /// >>> torch.group_norm(torch.tensor([[1.0, 3.0, 10.0, 30.0]]), 2)
    /// tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    /// ```
    [Torch] fn group_norm(input: &Tensor, num_groups: i64, weight: Option<&Tensor> = None, bias: Option<&Tensor> = None, eps: f64 = 1e-5, _cudnn_enabled: bool = true) -> Tensor {
        group_checked(input, num_groups, weight, bias, eps)
    }
    /// Normalises each channel of each sample.
    ///
    /// Errors: ValueError for one element per channel.
    ///
    /// ```text
    /// >>> F.instance_norm(torch.tensor([[[1.0, 3.0], [10.0, 30.0]]]))
    /// tensor([[[-1.0000,  1.0000],
    ///          [-1.0000,  1.0000]]])
    /// ```
    [Nn] fn nn_instance_norm = "instance_norm"(
        input: &Tensor, running_mean: Option<&Tensor> = None, running_var: Option<&Tensor> = None,
        weight: Option<&Tensor> = None, bias: Option<&Tensor> = None, use_input_stats: bool = true, momentum: f64 = 0.1,
        eps: f64 = 1e-5
    ) -> Tensor {
        if use_input_stats {
            let count: usize = input.shape().iter().skip(2).product();
            ensure!(count != 1, Value, "Expected more than 1 spatial element when training, got input size {}", size(input.shape()));
        }
        instance(input, BatchParams { weight, bias, running_mean, running_var }, use_input_stats, momentum, eps)
    }
    /// Instance normalisation in the argument order of the root namespace.
    ///
    /// ```text
    /// >>> torch.instance_norm(torch.tensor([[[1.0, 3.0]]]), None, None, None, None, True, 0.1, 1e-5, False)
    /// tensor([[[-1.0000,  1.0000]]])
    /// ```
    [Torch] fn instance_norm(
        input: &Tensor, weight: Option<&Tensor>, bias: Option<&Tensor>, running_mean: Option<&Tensor>,
        running_var: Option<&Tensor>, use_input_stats: bool, momentum: f64, eps: f64, _cudnn_enabled: bool
    ) -> Tensor {
        instance(input, BatchParams { weight, bias, running_mean, running_var }, use_input_stats, momentum, eps)
    }
    /// Divides by the root mean square over the last axes, then scales.
    ///
    /// ```text
    /// >>> torch.rms_norm(torch.tensor([[3.0, 4.0]]), (2,))
    /// tensor([[0.8485, 1.1314]])
    /// ```
    [Torch, Nn] fn rms_norm(
        input: &Tensor, normalized_shape: &[i64], weight: Option<&Tensor> = None, eps: Option<f64> = None
    ) -> Tensor {
        root_mean_square(input, normalized_shape, weight, eps)
    }
}

pub const TABLE: Table = &[NORM];
