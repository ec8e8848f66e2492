//! The rows of the losses that compare element by element.

use crate::error::Result;
use crate::kernels::cpu::elementwise::block::NO;
use crate::ops::nn::loss::terms::{
    BCE, BCE_LOGITS, HUBER, MSE, SMOOTH_L1, SOFT_MARGIN, loss, with_pos_weight,
};
use crate::ops::nn::loss::{Reduction, reduced, same_sizes};
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{ensure, rows};

fn check_weights(input: &Tensor, weight: Option<&Tensor>) -> Result<()> {
    let fits = weight.is_none_or(|w| w.shape() == input.shape());
    ensure!(fits, Value, "Weights and input must have the same size.");
    Ok(())
}

/// Terms with weights: the mean is over the weights.
fn weighted(terms: Tensor, weight: &Tensor, reduction: Reduction) -> Result<Tensor> {
    let terms = terms.mul(weight)?;
    match reduction {
        Reduction::Mean => reduced(&terms, Reduction::Sum)?.div(reduced(weight, Reduction::Sum)?),
        r => reduced(&terms, r),
    }
}

fn l1(input: &Tensor, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
    reduced(&input.sub(target)?.abs()?, reduction)
}

rows! { REGRESSION:
    /// The squared error of each pair of elements, averaged, summed or as it is.
    ///
    /// Args: reduction: "mean", "sum" or "none". weight: a factor for every term.
    /// **Shape**: input and target broadcast; the result is 0-d unless `reduction="none"`.
    /// **Errors**: ValueError for another reduction.
    ///
    /// ```text
    /// >>> F.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0]))
    /// tensor(2.5000)
    /// ```
    [Nn] autocast Float32 fn mse_loss(input: &Tensor, target: &Tensor, ..reduction: Reduction, weight: Option<&Tensor> = None) -> Tensor {
        same_sizes(input, target);
        check_weights(input, weight)?;
        match weight {
            None => loss(&MSE, input, target, None, reduction, NO),
            Some(w) => weighted(loss(&MSE, input, target, None, Reduction::None, NO)?, w, reduction),
        }
    }
    /// The absolute error of each pair of elements, averaged, summed or as it is.
    ///
    /// ```text
    /// >>> F.l1_loss(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0]))
    /// tensor(1.5000)
    /// ```
    [Nn] autocast Float32 fn l1_loss(input: &Tensor, target: &Tensor, ..reduction: Reduction, weight: Option<&Tensor> = None) -> Tensor {
        same_sizes(input, target);
        check_weights(input, weight)?;
        match weight {
            None => l1(input, target, reduction),
            Some(w) => weighted(l1(input, target, Reduction::None)?, w, reduction),
        }
    }
    /// Squared error below `beta`, absolute error above.
    ///
    /// **Errors**: RuntimeError for a negative `beta`.
    ///
    /// ```text
    /// >>> F.smooth_l1_loss(torch.tensor([1.0, 2.0]), torch.tensor([0.5, 4.0]))
    /// tensor(0.8125)
    /// ```
    [Nn] autocast Float32 fn smooth_l1_loss(input: &Tensor, target: &Tensor, ..reduction: Reduction, beta: f64 = 1.0) -> Tensor {
        same_sizes(input, target);
        ensure!(beta >= 0.0, Runtime, "smooth_l1_loss does not support negative values for beta.");
        if beta == 0.0 { return l1(input, target, reduction); }
        loss(&SMOOTH_L1, input, target, None, reduction, [beta, 0.0, 0.0, 0.0])
    }
    /// Half the squared error below `delta`, `delta` times the absolute error above.
    ///
    /// **Errors**: RuntimeError unless `delta` is positive.
    ///
    /// ```text
    /// >>> F.huber_loss(torch.tensor([1.0, 2.0]), torch.tensor([0.5, 5.0]), delta=2.0)
    /// tensor(2.0625)
    /// ```
    [Nn] autocast Float32 fn huber_loss(input: &Tensor, target: &Tensor, reduction: &str = "mean", delta: f64 = 1.0, weight: Option<&Tensor> = None) -> Tensor {
        same_sizes(input, target);
        check_weights(input, weight)?;
        let reduction = Reduction::parse(reduction)?;
        ensure!(delta > 0.0, Runtime, "huber_loss does not support non-positive values for delta.");
        match weight {
            None => loss(&HUBER, input, target, None, reduction, [delta, 0.0, 0.0, 0.0]),
            Some(w) => reduced(&loss(&HUBER, input, target, None, Reduction::None, [delta, 0.0, 0.0, 0.0])?.mul(w)?, reduction),
        }
    }
    /// The binary cross entropy of probabilities; logarithms are not less than -100.
    ///
    /// Args: input: probabilities. target: the same shape. weight: broadcast to it.
    /// **Errors**: ValueError if shapes differ; RuntimeError for probabilities outside [0, 1].
    ///
    /// ```text
    /// >>> F.binary_cross_entropy(torch.tensor([0.9, 0.2]), torch.tensor([1.0, 0.0]))
    /// tensor(0.1643)
    /// ```
    [Nn] autocast Float32 fn binary_cross_entropy(input: &Tensor, target: &Tensor, weight: Option<&Tensor> = None, ..reduction: Reduction) -> Tensor {
        ensure!(
            input.shape() == target.shape(),
            Value,
            "Using a target size (torch.Size({:?})) that is different to the input size (torch.Size({:?})) is deprecated. Please ensure they have the same size.",
            target.shape(),
            input.shape()
        );
        ensure!(unit_interval(input)?, Runtime, "all elements of input should be between 0 and 1");
        ensure!(unit_interval(target)?, Runtime, "all elements of target should be between 0 and 1");
        loss(&BCE, input, target, weight, reduction, NO)
    }
    /// The binary cross entropy of logits, exact for large ones.
    ///
    /// Args: weight: a factor for every term. pos_weight: a factor for the positive class.
    /// **Errors**: ValueError if shapes differ.
    ///
    /// ```text
    /// >>> F.binary_cross_entropy_with_logits(torch.tensor([2.0, -1.0]), torch.tensor([1.0, 0.0]))
    /// tensor(0.2201)
    /// ```
    [Nn] autocast Float32 fn binary_cross_entropy_with_logits(input: &Tensor, target: &Tensor, weight: Option<&Tensor> = None, ..reduction: Reduction, pos_weight: Option<&Tensor> = None) -> Tensor {
        ensure!(input.shape() == target.shape(), Value, "Target size (torch.Size({:?})) must be the same as input size (torch.Size({:?}))", target.shape(), input.shape());
        match pos_weight {
            None => loss(&BCE_LOGITS, input, target, weight, reduction, NO),
            Some(p) => reduced(&with_pos_weight(input, target, weight, p)?, reduction),
        }
    }
    /// `ln(1 + e^(-target * input))`.
    ///
    /// ```text
    /// >>> F.soft_margin_loss(torch.tensor([2.0, -1.0]), torch.tensor([1.0, -1.0]))
    /// tensor(0.2201)
    /// ```
    [Nn] autocast Float32 fn soft_margin_loss(input: &Tensor, target: &Tensor, ..reduction: Reduction) -> Tensor {
        loss(&SOFT_MARGIN, input, target, None, reduction, NO)
    }
}

/// Whether all elements lie in [0, 1]; a nan passes.
fn unit_interval(x: &Tensor) -> Result<bool> {
    // a card is not asked: that would wait for it
    if x.device() != crate::base::Device::Cpu {
        return Ok(true);
    }
    let x = x.all_samples()?;
    let outside = x.lt(0i64)?.logical_or(x.gt(1i64)?)?;
    outside.logical_not()?.all_true()
}

pub const TABLE: Table = &[REGRESSION];
