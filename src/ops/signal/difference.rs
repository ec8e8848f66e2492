//! Differences and integrals along an axis: `diff`, `trapezoid`, `cumulative_trapezoid`.

use crate::base::{DType, Dims, Scalar, wrap_dim};
use crate::error::Result;
use crate::ops::driver::memory::full;
use crate::ops::elementwise::compare::ne;
use crate::ops::elementwise::kind::float_result;
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

rows! { DIFFERENCE:
    /// The `n`-th differences of neighbours along an axis.
    ///
    /// Args: prepend, append: values to put before and after first.
    ///
    /// ```text
    /// >>> torch.diff(torch.tensor([1, 4, 9, 16]), n=2)
    /// tensor([2, 2])
    /// ```
    [Torch, Method] out Promote fn diff(input: &Tensor, n: i64 = 1, dim: i64 = -1, prepend: Option<&Tensor> = None, append: Option<&Tensor> = None) -> Tensor {
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
    ///
    /// ```text
    /// >>> torch.trapezoid(torch.tensor([1.0, 2.0, 3.0]))
    /// tensor(4.)
    /// ```
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
    ///
    /// ```text
    /// >>> torch.trapz(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.0, 1.0, 3.0]))
    /// tensor(6.5000)
    /// ```
    [Torch] fn trapz_points = "trapz"(y: &Tensor, x: &Tensor; dim: i64 = -1) -> Tensor { trapezoid_points(y, x, dim) }
    /// The integral along an axis by the trapezoidal rule (`trapezoid`).
    [Torch] fn trapz(y: &Tensor; dx: Scalar = Scalar::Int(1), dim: i64 = -1) -> Tensor { trapezoid(y, dx, dim) }
    /// The integrals up to each sample along an axis by the trapezoidal rule, with sample points `x`.
    ///
    /// ```text
    /// >>> torch.cumulative_trapezoid(torch.tensor([1.0, 2.0, 3.0]))
    /// tensor([1.5000, 4.0000])
    /// ```
    [Torch] fn cumulative_trapezoid_points = "cumulative_trapezoid"(y: &Tensor, x: &Tensor; dim: i64 = -1) -> Tensor {
        let axis = sampled("cumulative_trapezoid", y, dim)?;
        running_integral(y, Spacing::Points(spacing("cumulative_trapezoid", y, x, axis)?), axis)
    }
    /// The integrals up to each sample along an axis by the trapezoidal rule, with sample points `dx` apart.
    [Torch] fn cumulative_trapezoid(y: &Tensor; dx: Scalar = Scalar::Int(1), dim: i64 = -1) -> Tensor {
        let axis = sampled("cumulative_trapezoid", y, dim)?;
        running_integral(y, number("cumulative_trapezoid", y, dx)?, axis)
    }
}

pub const TABLE: Table = &[DIFFERENCE];
