//! Rows of the losses over classes.

use super::class::ClassLoss;
use super::terms::Reduction;
use crate::base::{DType, Dims, Scalar};
use crate::error::Result;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

/// The axis of classes and their number.
fn class_axis(input: &Tensor) -> (usize, usize) {
    let axis = (input.ndim() > 1) as usize;
    (axis, input.shape().get(axis).copied().unwrap_or(1))
}

fn check_weight(op: &str, weight: Option<&Tensor>, classes: usize) -> Result<()> {
    if let Some(w) = weight {
        ensure!(
            w.shape() == [classes],
            Runtime,
            "{op}weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of shape: {:?}",
            w.shape()
        );
    }
    Ok(())
}

/// Class targets as the kernels want them, or what is wrong with them.
fn class_targets(input: &Tensor, target: &Tensor, weight: Option<&Tensor>) -> Result<Tensor> {
    let (n, classes) = (input.ndim(), class_axis(input).1);
    ensure!(n >= 1, Value, "Expected 1 or more dimensions (got {n})");
    if n != 1 && input.shape()[0] != target.shape().first().copied().unwrap_or(1) {
        bail!(
            Value,
            "Expected input batch_size ({}) to match target batch_size ({}).",
            input.shape()[0],
            target.shape().first().copied().unwrap_or(1)
        );
    }
    ensure!(
        n > 2 || target.ndim() <= 1,
        Runtime,
        "0D or 1D target tensor expected, multi-target not supported"
    );
    ensure!(
        matches!(target.dtype(), DType::I64 | DType::U8),
        Runtime,
        "expected target dtype to be Long or Byte, but got {}",
        target.dtype().scalar_name()
    );
    let mut wanted = Dims::from_slice(input.shape());
    wanted.remove((n > 1) as usize);
    let fits = target.shape() == wanted.as_slice() || n == 1 && target.numel() == 1;
    ensure!(fits, Runtime, "Expected target size {:?}, got {:?}", wanted.as_slice(), target.shape());
    check_weight("", weight, classes)?;
    target.reshape_to(&wanted)?.cast(DType::I64)
}

/// Cross entropy with a distribution as the target.
fn with_probabilities(
    input: &Tensor,
    target: &Tensor,
    weight: Option<&Tensor>,
    reduction: Reduction,
    smoothing: f64,
) -> Result<Tensor> {
    let (axis, classes) = class_axis(input);
    ensure!(
        target.dtype().is_float(),
        Runtime,
        "Expected floating point type for target with class probabilities, got {}",
        target.dtype().scalar_name()
    );
    check_weight("cross_entropy: ", weight, classes)?;
    let target = if smoothing > 0.0 {
        target.mul(1.0 - smoothing)?.add(smoothing / classes as f64)?
    } else {
        target.clone()
    };
    let mut terms = input.log_softmax(axis as i64, None)?.mul(&target)?;
    if let Some(w) = weight {
        let mut shape = Dims::from_elem(1, input.ndim());
        shape[axis] = classes;
        terms = terms.mul(w.reshape_to(&shape)?)?;
    }
    match reduction {
        Reduction::None => terms.sum_over(&[axis as i64], false)?.neg(),
        Reduction::Sum => terms.sum(None)?.neg(),
        Reduction::Mean => {
            let rows = input.numel() as f64 / classes as f64;
            terms.sum(None)?.neg()?.div(Scalar::Float(rows))
        }
    }
}

rows! { DIVERGENCE:
    /// The negative log-likelihood of class targets under log-probabilities (N, C, ...) or (C).
    ///
    /// Args: target: int64 (N, ...) or 0-d; weight: one factor per class; ignore_index: a target that does not count;
    /// reduction: none, mean (weighted) or sum.
    /// Errors: IndexError for a target that is no class, ValueError for batch sizes that differ.
    [Nn] fn nll_loss(input: &Tensor, target: &Tensor, weight: Option<&Tensor> = None, size_average: Option<bool> = None, ignore_index: i64 = -100, reduce: Option<bool> = None, reduction: &str = "mean") -> Tensor {
        let reduction = Reduction::legacy(reduction, size_average, reduce)?;
        let target = class_targets(input, target, weight)?;
        ClassLoss { logits: false, ignore: ignore_index, smoothing: 0.0, reduction }.run(input, &target, weight)
    }
    /// Cross entropy between logits (N, C, ...) or (C) and class targets, or distributions of the input's shape.
    ///
    /// Args: target: int64 classes or floating probabilities; weight: one factor per class; ignore_index: a target that
    /// does not count; label_smoothing: in [0, 1].
    /// Errors: IndexError for a target that is no class, ValueError for batch sizes that differ.
    [Nn] fn cross_entropy(input: &Tensor, target: &Tensor, weight: Option<&Tensor> = None, size_average: Option<bool> = None, ignore_index: i64 = -100, reduce: Option<bool> = None, reduction: &str = "mean", label_smoothing: f64 = 0.0) -> Tensor {
        let reduction = Reduction::legacy(reduction, size_average, reduce)?;
        ensure!((0.0..=1.0).contains(&label_smoothing), Runtime, "label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}");
        if input.shape() == target.shape() {
            ensure!(ignore_index < 0, Runtime, "ignore_index is not supported for floating point target");
            return with_probabilities(input, target, weight, reduction, label_smoothing);
        }
        if !input.dtype().is_float() {
            return Err(crate::error::Error::no_dtype("log_softmax_lastdim_kernel_impl", input.dtype(), "floating dtypes"));
        }
        let target = class_targets(input, target, weight)?;
        ClassLoss { logits: true, ignore: ignore_index, smoothing: label_smoothing, reduction }.run(input, &target, weight)
    }
}

pub const TABLE: Table = &[DIVERGENCE];
