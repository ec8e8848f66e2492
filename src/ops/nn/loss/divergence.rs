//! Losses made of other ops: divergences, likelihoods, margins between rows.

use crate::error::Result;
use crate::kernels::cpu::elementwise::block::NO;
use crate::ops::elementwise::kind::nary::point;
use crate::ops::linalg::distance::pairwise_distance;
use crate::ops::nn::loss::{Reduction, reduced};
use crate::ops::table::{Table, Val};
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

/// The sum over the last axis.
fn sum_last(x: &Tensor) -> Result<Tensor> {
    x.sum_over(&[-1], false)
}

/// The mean over the last axis.
fn mean_last(x: &Tensor) -> Result<Tensor> {
    let n = x.shape().last().copied().unwrap_or(1);
    sum_last(x)?.div(n as i64)
}

const EPSILON: f64 = 1e-12;

/// Sizes that agree but for one axis, which is 1 in the first.
fn one_axis_spread(a: &[usize], b: &[usize]) -> bool {
    let mut differing = a.iter().zip(b).filter(|(x, y)| x != y).map(|(x, _)| *x);
    differing.next() == Some(1) && differing.next().is_none()
}

rows! { DIVERGENCE:
    /// Kullback and Leibler's divergence of log-probabilities from a target distribution, term by term.
    ///
    /// Args: reduction: also "batchmean", the sum over the first axis' size. log_target: the target is logarithmic too.
    ///
    /// ```text
    /// >>> F.kl_div(torch.tensor([[0.5, 0.5]]).log(), torch.tensor([[0.9, 0.1]]), reduction="batchmean")
    /// tensor(0.3681)
    /// ```
    [Nn] autocast Float32 fn kl_div(input: &Tensor, target: &Tensor, size_average: Option<bool> = None, reduce: Option<bool> = None, reduction: &str = "mean", log_target: bool = false) -> Tensor {
        if reduction == "mean" {
            crate::warning::warn("reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next major release.");
        }
        for t in [input, target] {
            ensure!(!t.dtype().is_complex(), Runtime, "kl_div: Complex inputs not supported.");
            ensure!(!t.dtype().is_integral(), Runtime, "kl_div: Integral inputs not supported.");
        }
        let batch = reduction == "batchmean" && size_average.is_none() && reduce.is_none();
        let kind = if batch { Reduction::Sum } else { Reduction::legacy(reduction, size_average, reduce)? };
        let terms = if log_target {
            target.exp()?.mul(target.sub(input)?)?
        } else {
            crate::ops::elementwise::exponential::xlogy(target, target)?.sub(target.mul(input)?)?
        };
        let out = reduced(&terms, kind)?;
        if batch && input.ndim() > 0 { out.div(input.shape()[0] as i64) } else { Ok(out) }
    }
    /// The negative log-likelihood of counts under a Poisson distribution.
    ///
    /// Args: log_input: the input is the logarithm of the rate. full: with Stirling's term. eps: keeps ln(0) away.
    ///
    /// ```text
    /// >>> F.poisson_nll_loss(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]))
    /// tensor(0.8591)
    /// ```
    [Nn] autocast Float32 fn poisson_nll_loss(
        input: &Tensor, target: &Tensor, log_input: bool = true, full: bool = false, size_average: Option<bool> = None,
        eps: f64 = 1e-8, reduce: Option<bool> = None, reduction: &str = "mean"
    ) -> Tensor {
        let kind = Reduction::legacy(reduction, size_average, reduce)?;
        let mut terms = if log_input {
            input.exp()?.sub(target.mul(input)?)?
        } else {
            input.sub(target.mul(input.add(eps)?.log()?)?)?
        };
        if full {
            let log = target.log()?;
            let stirling = target.mul(&log)?.sub(target)?.add(target.mul(2.0 * std::f64::consts::PI)?.log()?.mul(0.5)?)?;
            terms = terms.add(target.le(1i64)?.choose(0i64, stirling)?)?;
        }
        reduced(&terms, kind)
    }
    /// The negative log-likelihood of targets under normal distributions with given means and variances.
    ///
    /// Args: var: a tensor of the input's size (the last axis may be 1 or missing) or a number. eps: least variance.
    /// **Errors**: ValueError for other sizes and negative variances.
    ///
    /// ```text
    /// >>> F.gaussian_nll_loss(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]))
    /// tensor(0.5000)
    /// ```
    [Nn] fn gaussian_nll_loss(input: &Tensor, target: &Tensor, var: Val, full: bool = false, eps: f64 = 1e-6, reduction: &str = "mean") -> Tensor {
        let var = match var {
            Val::S(s) => {
                ensure!(s.to_f64() >= 0.0, Value, "var has negative entry/entries");
                crate::ops::driver::memory::full(input.shape(), s, input.dtype(), input.device())?
            }
            Val::T(t) => {
                ensure!(t.all_samples()?.ge(0i64)?.all_true()?, Value, "var has negative entry/entries");
                t
            }
        };
        let n = input.ndim();
        let var = if var.shape() == input.shape() {
            var
        } else if n > 0 && var.shape() == &input.shape()[..n - 1] {
            var.unsqueeze_at(var.ndim())?
        } else if var.ndim() == n && one_axis_spread(var.shape(), input.shape()) {
            var
        } else {
            bail!(Value, "var is of incorrect size");
        };
        let kind = match reduction {
            "none" | "mean" | "sum" => Reduction::parse(reduction)?,
            _ => bail!(Value, "{reduction} is not valid"),
        };
        // the floor has no part in the gradient
        let floor = var.detach().lt(eps)?.choose(eps, var.detach())?;
        let var = var.add(floor.sub(var.detach())?)?;
        let d = input.sub(target)?;
        let mut terms = var.log()?.add(d.mul(&d)?.div(&var)?)?.mul(0.5)?;
        if full {
            terms = terms.add(0.5 * (2.0 * std::f64::consts::PI).ln())?;
        }
        reduced(&terms, kind)
    }
    /// `input` where the target is 1, `max(0, margin - input)` where it is -1.
    ///
    /// ```text
    /// >>> F.hinge_embedding_loss(torch.tensor([0.2, 0.4]), torch.tensor([1, -1]))
    /// tensor(0.4000)
    /// ```
    [Nn] autocast Float32 fn hinge_embedding_loss(input: &Tensor, target: &Tensor, margin: f64 = 1.0, ..reduction: Reduction) -> Tensor {
        let kind = reduction;
        let margin_part = input.rsub(margin)?.clamp_min(0i64)?;
        let far = target.eq(1i64)?.choose(0i64, margin_part)?;
        let near = target.eq(-1i64)?.choose(0i64, input)?;
        reduced(&near.add(far)?, kind)
    }
    /// `max(0, -target * (input1 - input2) + margin)`.
    ///
    /// ```text
    /// >>> F.margin_ranking_loss(torch.tensor([0.2, 0.4]), torch.tensor([0.1, 0.9]), torch.tensor([1, 1]))
    /// tensor(0.2500)
    /// ```
    [Nn] autocast Float32 fn margin_ranking_loss(input1: &Tensor, input2: &Tensor, target: &Tensor, margin: f64 = 0.0, ..reduction: Reduction) -> Tensor {
        let kind = reduction;
        ensure!(input1.ndim() == input2.ndim() && input1.ndim() == target.ndim(), Runtime,
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: {:?}, input2: {:?}, target: {:?} ", input1.shape(), input2.shape(), target.shape());
        reduced(&target.neg()?.mul(input1.sub(input2)?)?.add(margin)?.clamp_min(0i64)?, kind)
    }
    /// `1 - cos` of pairs with target 1, `max(0, cos - margin)` of pairs with target -1.
    ///
    /// **Shape**: inputs (N, D) with targets (N), or (D) with a 0-d target.
    ///
    /// ```text
    /// >>> F.cosine_embedding_loss(torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 1.0]]), torch.tensor([1]))
    /// tensor(0.2929)
    /// ```
    [Nn] autocast Float32 fn cosine_embedding_loss(input1: &Tensor, input2: &Tensor, target: &Tensor, margin: f64 = 0.0, ..reduction: Reduction) -> Tensor {
        let kind = reduction;
        ensure!(target.ndim() <= 1, Runtime, "0D or 1D target tensor expected, multi-target not supported");
        if target.ndim() == 1 {
            ensure!(input1.ndim() == 2, Runtime, "1D target tensor expects 2D input tensors, but found inputs with sizes {:?} and {:?}.", input1.shape(), input2.shape());
        } else {
            ensure!(input1.ndim() == 1, Runtime, "0D target tensor expects 1D input tensors, but found inputs with sizes {:?} and {:?}.", input1.shape(), input2.shape());
        }
        let prod = sum_last(&input1.mul(input2)?)?;
        let m1 = sum_last(&input1.mul(input1)?)?.add(EPSILON)?;
        let m2 = sum_last(&input2.mul(input2)?)?.add(EPSILON)?;
        let cos = prod.div(m1.mul(m2)?.sqrt()?)?;
        let near = target.eq(1i64)?.choose(cos.rsub(1i64)?, 0i64)?;
        let far = target.eq(-1i64)?.choose(cos.sub(margin)?.clamp_min(0i64)?, 0i64)?;
        reduced(&near.add(far)?, kind)
    }
    /// Binary cross entropy of logits, averaged over the classes of the last axis.
    ///
    /// ```text
    /// >>> F.multilabel_soft_margin_loss(torch.tensor([[2.0, -1.0]]), torch.tensor([[1.0, 0.0]]))
    /// tensor(0.2201)
    /// ```
    [Nn] fn multilabel_soft_margin_loss(input: &Tensor, target: &Tensor, weight: Option<&Tensor> = None, ..reduction: Reduction) -> Tensor {
        let kind = reduction;
        let log = |x: &Tensor| point(&crate::ops::nn::activation::smooth::LOGSIGMOID, &[x], NO);
        let mut terms = target.mul(log(input)?)?.add(target.rsub(1i64)?.mul(log(&input.neg()?)?)?)?.neg()?;
        if let Some(w) = weight {
            terms = terms.mul(w)?;
        }
        reduced(&mean_last(&terms)?, kind)
    }
    /// `max(0, d(anchor, positive) - d(anchor, negative) + margin)` with distances of norm `p`.
    ///
    /// Args: swap: take the nearer of anchor and positive to the negative.
    ///
    /// ```text
    /// >>> F.triplet_margin_loss(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]), torch.tensor([[0.0, 5.0]]))
    /// tensor(1.0000)
    /// ```
    [Nn] autocast Float32 fn triplet_margin_loss(anchor: &Tensor, positive: &Tensor, negative: &Tensor, margin: f64 = 1.0, p: f64 = 2.0, eps: f64 = 1e-6, swap: bool = false, ..reduction: Reduction) -> Tensor {
        let kind = reduction;
        ensure!(margin > 0.0, Value, "margin must be greater than 0, got {margin}");
        ensure!(anchor.ndim() == positive.ndim() && anchor.ndim() == negative.ndim(), Runtime,
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor {}D, positive {}D, and negative {}D inputs", anchor.ndim(), positive.ndim(), negative.ndim());
        let near = pairwise_distance(anchor, positive, p, eps, false)?;
        let mut far = pairwise_distance(anchor, negative, p, eps, false)?;
        if swap {
            far = far.minimum(pairwise_distance(positive, negative, p, eps, false)?)?;
        }
        reduced(&near.add(margin)?.sub(far)?.clamp_min(0i64)?, kind)
    }
}

pub const TABLE: Table = &[DIVERGENCE];
