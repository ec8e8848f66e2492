//! Differences and integrals along an axis: `diff`, `trapezoid`, `cumulative_trapezoid`, and the covariances.

use crate::base::promote::promote;
use crate::base::{DType, Dims, Scalar, wrap_dim};
use crate::error::Result;
use crate::ops::create::copy::full;
use crate::ops::driver::op::float_result;
use crate::ops::elementwise::compare::ne;
use crate::ops::shape::join::concat;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{ensure, rows};

/// Neighbours without the first, and without the last.
fn neighbours(x: &Tensor, axis: usize) -> Result<(Tensor, Tensor)> {
    let n = x.shape()[axis];
    Ok((x.narrow_at(axis, 1, n - 1, 1)?, x.narrow_at(axis, 0, n - 1, 1)?))
}

fn steps(x: &Tensor, axis: usize) -> Result<Tensor> {
    let (later, earlier) = neighbours(x, axis)?;
    if x.dtype() == DType::Bool { ne(&later, &earlier) } else { later.sub(earlier) }
}

fn check_end(end: Option<&Tensor>, x: &Tensor, axis: usize) -> Result<()> {
    let Some(t) = end else { return Ok(()) };
    ensure!(
        t.ndim() == x.ndim(),
        Runtime,
        "diff expects prepend or append to be the same dimension as input"
    );
    for i in (0..x.ndim()).filter(|&i| i != axis) {
        ensure!(
            t.shape()[i] == x.shape()[i],
            Runtime,
            "diff expects the shape of tensor to prepend or append to match that of input except along the differencing dimension; input.size({i}) = {}, but got tensor.size({i}) = {}",
            x.shape()[i],
            t.shape()[i]
        );
    }
    Ok(())
}

/// Distances between sample points, or one number for all of them.
enum Spacing {
    Points(Tensor),
    Number(Scalar),
}

/// The spacing of sample points `x` for values `y` along an axis.
fn spacing(op: &str, y: &Tensor, x: &Tensor, axis: usize) -> Result<Tensor> {
    ensure!(
        y.dtype() != DType::Bool && x.dtype() != DType::Bool,
        Runtime,
        "{op}: received a bool input for `x` or `y`, but bool is not supported"
    );
    let x = if x.ndim() == 1 {
        ensure!(
            x.shape()[0] == y.shape()[axis],
            Runtime,
            "{op}: There must be one `x` value for each sample point"
        );
        let mut shape = Dims::from_elem(1, y.ndim());
        shape[axis] = x.shape()[0];
        x.reshape_to(&shape)?
    } else if x.ndim() < y.ndim() {
        let mut shape = Dims::from_elem(1, y.ndim() - x.ndim());
        shape.extend_from_slice(x.shape());
        x.reshape_to(&shape)?
    } else {
        x.clone()
    };
    ensure!(
        x.shape()[axis] == y.shape()[axis],
        Runtime,
        "{op}: There must be one `x` value for each sample point"
    );
    if x.shape()[axis] == 0 { Ok(x) } else { steps(&x, axis) }
}

/// The axis of `y`, which must have one.
fn sampled(op: &str, y: &Tensor, dim: i64) -> Result<usize> {
    if y.ndim() == 0 {
        if op == "trapezoid" {
            crate::bail!(Index, "Dimension specified as {dim} but tensor has no dimensions");
        }
        crate::bail!(Index, "slice() cannot be applied to a 0-dim tensor.");
    }
    wrap_dim(dim, y.ndim())
}

fn trapezoids(y: &Tensor, by: Spacing, axis: usize) -> Result<Tensor> {
    let half = |t: &Tensor| t.div(2.0);
    let n = y.shape()[axis];
    match by {
        Spacing::Points(dx) => {
            let (later, earlier) = neighbours(y, axis)?;
            half(&later.add(earlier)?.mul(dx)?.sum_over(&[axis as i64], false)?)
        }
        Spacing::Number(dx) => {
            let ends = y.select_at(axis, 0)?.add(y.select_at(axis, n - 1)?)?;
            y.sum_over(&[axis as i64], false)?.sub(ends.mul(0.5)?)?.mul(dx)
        }
    }
}

fn integral(y: &Tensor, by: Spacing, axis: usize) -> Result<Tensor> {
    if y.shape()[axis] == 0 {
        let mut shape = Dims::from_slice(y.shape());
        shape.remove(axis);
        return full(&shape, Scalar::Int(0), y.dtype(), y.device());
    }
    trapezoids(y, by, axis)
}

fn running_integral(y: &Tensor, by: Spacing, axis: usize) -> Result<Tensor> {
    if y.shape()[axis] == 0 {
        return full(y.shape(), Scalar::Int(0), float_result(y.dtype()), y.device());
    }
    let (later, earlier) = neighbours(y, axis)?;
    let pairs = later.add(earlier)?;
    match by {
        Spacing::Points(dx) => pairs.mul(dx)?.cumsum(axis as i64, None)?.div(2.0),
        Spacing::Number(dx) => pairs.mul(dx.to_f64() / 2.0)?.cumsum(axis as i64, None),
    }
}

/// A spacing given as a number.
fn number(op: &str, y: &Tensor, dx: Scalar) -> Result<Spacing> {
    ensure!(
        y.dtype() != DType::Bool,
        Runtime,
        "{op}: received a bool input for `y`, but bool is not supported"
    );
    ensure!(
        matches!(dx, Scalar::Int(_) | Scalar::Float(_)),
        Runtime,
        "{op}: Currently, we only support dx as a real number."
    );
    Ok(Spacing::Number(dx))
}

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
    let negative =
        w.numel() > 0 && w.device() == crate::base::Device::Cpu && w.detach().min()?.item()?.to_f64() < 0.0;
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
        let zero = t.device() == crate::base::Device::Cpu && n > 0 && t.item()?.is_zero();
        ensure!(!zero, Runtime, "cov(): weights sum to zero, can't be normalized");
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

rows! { DIFFERENCE:
    /// The `n`-th differences of neighbours along an axis.
    ///
    /// Args: prepend, append: values to put before and after first.
    [Torch, Method] fn diff(input: &Tensor, n: i64 = 1, dim: i64 = -1, prepend: Option<&Tensor> = None, append: Option<&Tensor> = None) -> Tensor {
        ensure!(input.ndim() >= 1, Runtime, "diff expects input to be at least one-dimensional");
        ensure!(n >= 0, Runtime, "order must be non-negative but got {n}");
        let axis = wrap_dim(dim, input.ndim())?;
        check_end(prepend, input, axis)?;
        check_end(append, input, axis)?;
        if n == 0 {
            return input.clone_as(crate::base::MemoryFormat::Preserve);
        }
        let parts: Vec<Tensor> = [prepend, Some(input), append].into_iter().flatten().cloned().collect();
        let mut x = if parts.len() > 1 { concat(&parts, axis as i64)? } else { input.clone() };
        for _ in 0..(n as usize).min(x.shape()[axis]) {
            x = steps(&x, axis)?;
        }
        Ok(x)
    }
    /// The integral along an axis by the trapezoidal rule, with sample points `x`.
    [Torch] fn trapezoid_points = "trapezoid"(y: &Tensor, x: &Tensor; dim: i64 = -1) -> Tensor {
        let axis = sampled("trapezoid", y, dim)?;
        integral(y, Spacing::Points(spacing("trapezoid", y, x, axis)?), axis)
    }
    /// The integral along an axis by the trapezoidal rule, with sample points `dx` apart.
    [Torch] fn trapezoid(y: &Tensor; dx: Scalar = Scalar::Int(1), dim: i64 = -1) -> Tensor {
        let axis = sampled("trapezoid", y, dim)?;
        integral(y, number("trapezoid", y, dx)?, axis)
    }
    /// The integral along an axis by the trapezoidal rule (`trapezoid`).
    [Torch] fn trapz_points = "trapz"(y: &Tensor, x: &Tensor; dim: i64 = -1) -> Tensor { trapezoid_points(y, x, dim) }
    /// The integral along an axis by the trapezoidal rule (`trapezoid`).
    [Torch] fn trapz(y: &Tensor; dx: Scalar = Scalar::Int(1), dim: i64 = -1) -> Tensor { trapezoid(y, dx, dim) }
    /// The integrals up to each sample along an axis by the trapezoidal rule, with sample points `x`.
    [Torch] fn cumulative_trapezoid_points = "cumulative_trapezoid"(y: &Tensor, x: &Tensor; dim: i64 = -1) -> Tensor {
        let axis = sampled("cumulative_trapezoid", y, dim)?;
        running_integral(y, Spacing::Points(spacing("cumulative_trapezoid", y, x, axis)?), axis)
    }
    /// The integrals up to each sample along an axis by the trapezoidal rule, with sample points `dx` apart.
    [Torch] fn cumulative_trapezoid(y: &Tensor; dx: Scalar = Scalar::Int(1), dim: i64 = -1) -> Tensor {
        let axis = sampled("cumulative_trapezoid", y, dim)?;
        running_integral(y, number("cumulative_trapezoid", y, dx)?, axis)
    }
    /// The covariance matrix of variables (rows) over observations (columns).
    ///
    /// Args: fweights: how often each observation counts (integers); aweights: its weight (floats).
    [Torch, Method] fn cov(input: &Tensor; correction: i64 = 1, fweights: Option<&Tensor> = None, aweights: Option<&Tensor> = None) -> Tensor {
        covariance(input, correction, fweights, aweights)
    }
    /// The correlation coefficients of variables (rows) over observations (columns).
    [Torch, Method] fn corrcoef(input: &Tensor) -> Tensor {
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

pub const TABLE: Table = &[DIFFERENCE];
