//! Quantiles: a sort, two neighbours of each rank, and what lies between them.

use crate::base::{DType, Dims, Scalar, wrap_dim};
use crate::error::Result;
use crate::ops::driver::memory::full;
use crate::ops::elementwise::compare::eq;
use crate::ops::order::sort::sort_along;
use crate::ops::reduce::extreme::flat;
use crate::ops::table::{Table, Val};
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

#[derive(Clone, Copy, PartialEq)]
enum Between {
    Linear,
    Lower,
    Higher,
    Midpoint,
    Nearest,
}

fn between(op: &str, name: &str) -> Result<Between> {
    Ok(match name {
        "linear" => Between::Linear,
        "lower" => Between::Lower,
        "higher" => Between::Higher,
        "midpoint" => Between::Midpoint,
        "nearest" => Between::Nearest,
        _ => bail!(
            Runtime,
            "{op}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {name}"
        ),
    })
}

fn check(op: &str, x: &Tensor, q: &Tensor) -> Result<()> {
    ensure!(x.numel() > 0, Runtime, "{op}() input tensor must be non-empty");
    ensure!(q.ndim() <= 1, Runtime, "{op}() q must be a scalar or 1D tensor");
    ensure!(
        matches!(x.dtype(), DType::F32 | DType::F64),
        Runtime,
        "{op}() input tensor must be either float or double dtype"
    );
    ensure!(q.dtype() == x.dtype(), Runtime, "{op}() q tensor must be same dtype as the input tensor");
    if q.numel() > 0 && q.device() == crate::base::Device::Cpu && !q.is_batched() {
        let q = q.detach();
        let (lo, hi) = (q.min()?.item()?.to_f64(), q.max()?.item()?.to_f64());
        ensure!(lo >= 0.0 && hi <= 1.0, Runtime, "{op}() q values must be in the range [0, 1]");
    }
    Ok(())
}

fn quantiles(
    x: &Tensor,
    q: &Tensor,
    dim: Option<i64>,
    keepdim: bool,
    how: &str,
    skip_nan: bool,
) -> Result<Tensor> {
    let op = "quantile";
    check(op, x, q)?;
    let how = between(op, how)?;
    // the shape of one result, and the input with its lines along the last axis
    let (mut kept, lines) = match dim {
        None => (Dims::from_elem(1, if keepdim { x.ndim() } else { 0 }), flat(x)?),
        Some(d) => {
            let axis = wrap_dim(d, x.ndim())?;
            let mut shape = Dims::from_slice(x.shape());
            if x.ndim() > 0 {
                if keepdim {
                    shape[axis] = 1
                } else {
                    _ = shape.remove(axis)
                }
                (shape, if axis + 1 == x.ndim() { x.clone() } else { x.transpose(axis as i64, -1)? })
            } else {
                (shape, flat(x)?)
            }
        }
    };
    let moved = dim.map(|d| wrap_dim(d, x.ndim())).transpose()?;
    let sorted = sort_along(&lines, -1, false)?.0;
    let n = *sorted.shape().last().unwrap_or(&1);
    let mut ranks_shape = Dims::from_slice(&sorted.shape()[..sorted.ndim() - 1]);
    ranks_shape.push(q.numel());
    let last = sorted.ndim() - 1;
    let missing = eq(&sorted.not_nan()?, false)?;
    let q1 = q.reshape_to(&[q.numel()])?;
    let ranks = if skip_nan {
        // ranks among the elements that are there
        let present = sorted.not_nan()?.sum_over(&[-1], true)?;
        let top = present.cast(x.dtype())?.sub(1.0)?;
        let r = q1.expand_to(&ranks_shape)?.mul(top)?;
        let below = eq(&r.detach().sgn()?, -1.0)?;
        r.masked(&below, 0.0)?
    } else {
        let r = q1.mul((n - 1) as f64)?.expand_to(&ranks_shape)?;
        // a nan anywhere answers with the last element, which then is one
        let spoiled = missing.any_dim(Some(&[-1]), true)?;
        r.masked(&spoiled.expand_to(&ranks_shape)?, (n - 1) as f64)?
    };
    let ranks = match how {
        Between::Lower => ranks.floor()?,
        Between::Higher => ranks.ceil()?,
        Between::Nearest => ranks.round(0)?,
        _ => ranks,
    };
    let below = ranks.detach().floor()?.cast(DType::I64)?;
    let mut values = sorted.gather(last as i64, &below, false)?;
    if matches!(how, Between::Linear | Between::Midpoint) {
        let weight = match how {
            Between::Midpoint => full(&ranks_shape, Scalar::Float(0.5), x.dtype(), x.device())?,
            _ => ranks.sub(below.cast(x.dtype())?)?,
        };
        let above = ranks.detach().ceil()?.cast(DType::I64)?;
        let upper = sorted.gather(last as i64, &above, false)?;
        values = values.lerp(&upper, Val::T(weight))?;
    }
    // the quantiles go in front, the reduced axis back to its place
    let lead = values.unsqueeze_at(0)?.transpose(0, -1)?;
    let mut out = Dims::new();
    if q.ndim() == 1 {
        out.push(q.numel());
    }
    let lead = match moved {
        // the axis that went last left its place to the former last one
        Some(axis) if x.ndim() > 0 && axis != last => lead.transpose(axis as i64 + 1, -1)?,
        _ => lead,
    };
    out.append(&mut kept);
    lead.reshape_to(&out)
}

/// A number as the tensor of quantiles.
fn number(x: &Tensor, q: f64) -> Result<Tensor> {
    ensure!((0.0..=1.0).contains(&q), Runtime, "quantile() q must be in the range [0, 1] but got {q}");
    full(&[], Scalar::Float(q), x.dtype(), x.device())
}

rows! { QUANTILE:
    /// The elements at the ranks `q * (n - 1)` in order, interpolated; nan where there is one.
    ///
    /// Args: q: numbers in [0, 1] of the dtype of `input` (float32 or float64); interpolation: `linear`, `lower`,
    /// `higher`, `midpoint` or `nearest`.
    /// Shape: that of the reduction, with an axis for `q` in front if `q` has one.
    ///
    /// ```text
    /// >>> torch.quantile(torch.tensor([1.0, 2.0, 3.0, 10.0]), 0.5)
    /// tensor(2.5000)
    /// ```
    [Torch, Method] autocast Float32 fn quantile(input: &Tensor, q: &Tensor, dim: Option<i64> = None, keepdim: bool = false; interpolation: &str = "linear") -> Tensor {
        quantiles(input, q, dim, keepdim, interpolation, false)
    }
    /// The element at the rank `q * (n - 1)` in order, interpolated; nan where there is one.
    [Torch, Method] autocast Float32 fn quantile_number = "quantile"(input: &Tensor, q: f64, dim: Option<i64> = None, keepdim: bool = false; interpolation: &str = "linear") -> Tensor {
        quantiles(input, &number(input, q)?, dim, keepdim, interpolation, false)
    }
    /// As `quantile`, over the elements that are not nan.
    ///
    /// ```text
    /// >>> torch.nanquantile(torch.tensor([1.0, float("nan"), 3.0]), 0.5)
    /// tensor(2.)
    /// ```
    [Torch, Method] autocast Float32 fn nanquantile(input: &Tensor, q: &Tensor, dim: Option<i64> = None, keepdim: bool = false; interpolation: &str = "linear") -> Tensor {
        quantiles(input, q, dim, keepdim, interpolation, true)
    }
    /// As `quantile`, over the elements that are not nan.
    [Torch, Method] autocast Float32 fn nanquantile_number = "nanquantile"(input: &Tensor, q: f64, dim: Option<i64> = None, keepdim: bool = false; interpolation: &str = "linear") -> Tensor {
        quantiles(input, &number(input, q)?, dim, keepdim, interpolation, true)
    }
}

pub const TABLE: Table = &[QUANTILE];
