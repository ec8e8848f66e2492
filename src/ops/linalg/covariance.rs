//! Covariance and correlation.

use crate::base::promote::promote;
use crate::base::{DType, Scalar};
use crate::error::Result;
use crate::ops::driver::memory::full;
use crate::ops::elementwise::kind::float_result;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::warning::warn;
use crate::{ensure, rows};

/// Checks of a weight of `cov`.
fn check_weight(name: &str, w: &Tensor, n: usize, integral: bool) -> Result<()> {
    ensure!(
        w.ndim() <= 1,
        Runtime,
        "cov(): expected {name} to have one or fewer dimensions but got {name} with {} dimensions",
        w.ndim()
    );
    let (ok, kind) = if integral {
        (w.dtype().is_integral() && w.dtype() != DType::Bool, "integral")
    } else {
        (w.dtype().is_float(), "floating point")
    };
    ensure!(
        ok,
        Runtime,
        "cov(): expected {name} to have {kind} dtype but got {name} with {} dtype",
        w.dtype().scalar_name()
    );
    ensure!(
        w.numel() == n,
        Runtime,
        "cov(): expected {name} to have the same numel as there are observations in the input but got {} != {n}",
        w.numel()
    );
    let negative = w.numel() > 0
        && w.device() == crate::base::Device::Cpu
        && !w.is_batched()
        && w.detach().min()?.item()?.to_f64() < 0.0;
    ensure!(!negative, Runtime, "cov(): {name} cannot be negative");
    Ok(())
}

fn covariance(
    x: &Tensor,
    correction: i64,
    fweights: Option<&Tensor>,
    aweights: Option<&Tensor>,
) -> Result<Tensor> {
    ensure!(
        x.ndim() <= 2,
        Runtime,
        "cov(): expected input to have two or fewer dimensions but got an input with {} dimensions",
        x.ndim()
    );
    ensure!(x.dtype() != DType::Bool, Runtime, "cov(): bool dtype is not supported for input");
    let rows = if x.ndim() < 2 { x.reshape_to(&[1, x.numel()])? } else { x.clone() };
    let n = rows.shape()[1];
    if let Some(f) = fweights {
        check_weight("fweights", f, n, true)?;
    }
    if let Some(a) = aweights {
        check_weight("aweights", a, n, false)?;
    }
    let weights = match (fweights, aweights) {
        (Some(f), Some(a)) => Some(f.mul(a)?),
        (Some(w), None) | (None, Some(w)) => Some(w.clone()),
        _ => None,
    };
    let total = weights.as_ref().map(|w| w.sum(None)).transpose()?;
    if let Some(t) = &total {
        let zero = t.device() == crate::base::Device::Cpu && n > 0 && !t.is_batched() && t.item()?.is_zero();
        ensure!(!zero, Runtime, "cov(): weights sum to zero, can't be normalized");
    }
    if weights.is_none() && n as i64 <= correction {
        warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.",
        );
    }
    let average = match (&weights, &total) {
        (Some(w), Some(t)) => rows.mul(w)?.sum_over(&[1], false)?.div(t)?.unsqueeze_at(1)?,
        _ => {
            let real = rows.cast(float_result(rows.dtype()))?;
            real.mean_over(&[1], true)?
        }
    };
    let centred = rows.sub(average)?;
    let weighted = match &weights {
        Some(w) => centred.mul(w)?,
        None => centred.clone(),
    };
    let (weighted, centred) = {
        let d = promote(weighted.dtype(), centred.dtype());
        (weighted.cast(d)?, centred.cast(d)?)
    };
    let product = weighted.matmul(&centred.transpose(0, 1)?.conj()?)?;
    let correction = correction as f64;
    let norm = match (&weights, &total, aweights) {
        (Some(w), Some(t), Some(a)) if correction != 0.0 => {
            let spread = w.mul(a)?.sum(None)?.div(t)?;
            t.sub(spread.mul(correction)?)?.clamp_min(0.0)?
        }
        (_, Some(t), _) => t.sub(correction)?.clamp_min(0.0)?,
        _ => full(
            &[],
            Scalar::Float((n as f64 - correction).max(0.0)),
            product.dtype().to_real(),
            product.device(),
        )?,
    };
    product.div(norm)?.squeeze()
}

/// Rounding may leave a coefficient (or its parts) just outside [-1, 1].
fn within_one(x: &Tensor) -> Result<Tensor> {
    let clip = |t: &Tensor| t.clamp(Some((-1.0).into()), Some(1.0.into()));
    if !x.dtype().is_complex() {
        return clip(x);
    }
    let i = Scalar::Complex(crate::base::C128::new(0.0, 1.0));
    clip(&x.real_view()?)?.add(clip(&x.imag_view()?)?.mul(i)?)
}

rows! { COVARIANCE:
    /// The covariance matrix of variables (rows) over observations (columns).
    ///
    /// Args: fweights: how often each observation counts (integers); aweights: its weight (floats).
    ///
    /// ```text
    /// >>> torch.cov(torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))
    /// tensor([[ 1., -1.],
    ///         [-1.,  1.]])
    /// ```
    [Torch, Method] autocast Half fn cov(input: &Tensor; correction: i64 = 1, fweights: Option<&Tensor> = None, aweights: Option<&Tensor> = None) -> Tensor {
        covariance(input, correction, fweights, aweights)
    }
    /// The correlation coefficients of variables (rows) over observations (columns).
    ///
    /// ```text
    /// >>> torch.corrcoef(torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))
    /// tensor([[ 1., -1.],
    ///         [-1.,  1.]])
    /// ```
    [Torch, Method] autocast Half fn corrcoef(input: &Tensor) -> Tensor {
        ensure!(input.ndim() <= 2, Runtime, "corrcoef(): expected input to have two or fewer dimensions but got an input with {} dimensions", input.ndim());
        let c = covariance(input, 1, None, None)?;
        if c.ndim() == 0 {
            return c.div(&c);
        }
        let d = c.diagonal(0, 0, 1)?.real_view()?;
        let s = d.sqrt()?;
        within_one(&c.div(s.unsqueeze_at(1)?)?.div(s.unsqueeze_at(0)?)?)
    }
}

pub const TABLE: Table = &[COVARIANCE];
