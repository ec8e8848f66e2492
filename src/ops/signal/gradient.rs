//! `torch.gradient`: derivatives by central differences.

use crate::base::wrap_dims;
use crate::base::{Dims, Scalar};
use crate::error::Result;
use crate::ops::elementwise::kind::float_result;
use crate::ops::shape::join::concat;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{ensure, rows};

/// `len` elements along an axis from `start` on.
struct Part<'a>(&'a Tensor, usize);

impl Part<'_> {
    fn from(&self, start: usize, len: usize) -> Result<Tensor> {
        self.0.narrow_at(self.1, start, len, 1)
    }
}

/// Along one axis, with sample points `h` apart.
fn even(x: &Tensor, axis: usize, h: Scalar, order: i64) -> Result<Tensor> {
    let (n, p) = (x.shape()[axis], Part(x, axis));
    let middle = if n > 2 { Some(p.from(2, n - 2)?.sub(p.from(0, n - 2)?)?.div(h)?.div(2.0)?) } else { None };
    let (first, last) = if order == 1 {
        (p.from(1, 1)?.sub(p.from(0, 1)?)?.div(h)?, p.from(n - 1, 1)?.sub(p.from(n - 2, 1)?)?.div(h)?)
    } else {
        let near = p.from(0, 1)?.mul(-1.5)?.add(p.from(1, 1)?.mul(2.0)?)?.sub(p.from(2, 1)?.mul(0.5)?)?;
        let far =
            p.from(n - 1, 1)?.mul(1.5)?.sub(p.from(n - 2, 1)?.mul(2.0)?)?.add(p.from(n - 3, 1)?.mul(0.5)?)?;
        (near.div(h)?, far.div(h)?)
    };
    let parts: Vec<Tensor> = [Some(first), middle, Some(last)].into_iter().flatten().collect();
    concat(&parts, axis as i64)
}

/// Along one axis, with the sample points given.
fn uneven(x: &Tensor, axis: usize, points: &Tensor, order: i64) -> Result<Tensor> {
    ensure!(
        points.ndim() == 1,
        Runtime,
        "torch.gradient expected each element of spacing to have one dimension, but got an element with {} dimensions!",
        points.ndim()
    );
    let (n, p) = (x.shape()[axis], Part(x, axis));
    ensure!(
        points.numel() == n,
        Runtime,
        "torch.gradient expected as many sample points as the input has along dimension {axis}: {n}, but got {}",
        points.numel()
    );
    let steps = Part(points, 0);
    let step = steps.from(1, n - 1)?.sub(steps.from(0, n - 1)?)?;
    let mut shape = Dims::from_elem(1, x.ndim());
    shape[axis] = n - 1;
    let step = step.reshape_to(&shape)?;
    let d = Part(&step, axis);
    let middle = if n > 2 {
        let (a, b) = (d.from(0, n - 2)?, d.from(1, n - 2)?);
        let both = a.add(&b)?;
        let before = b.neg()?.div(a.mul(&both)?)?.mul(p.from(0, n - 2)?)?;
        let here = b.sub(&a)?.div(a.mul(&b)?)?.mul(p.from(1, n - 2)?)?;
        let after = a.div(b.mul(&both)?)?.mul(p.from(2, n - 2)?)?;
        Some(before.add(here)?.add(after)?)
    } else {
        None
    };
    let (first, last) = if order == 1 {
        (
            p.from(1, 1)?.sub(p.from(0, 1)?)?.div(d.from(0, 1)?)?,
            p.from(n - 1, 1)?.sub(p.from(n - 2, 1)?)?.div(d.from(n - 2, 1)?)?,
        )
    } else {
        let edge = |at: [usize; 3], da: Tensor, db: Tensor| {
            let both = da.add(&db)?;
            let a = da.mul(2.0)?.add(&db)?.neg()?.div(da.mul(&both)?)?.mul(p.from(at[0], 1)?)?;
            let b = both.div(da.mul(&db)?)?.mul(p.from(at[1], 1)?)?;
            let c = da.div(db.mul(&both)?)?.mul(p.from(at[2], 1)?)?;
            a.add(b)?.sub(c)
        };
        let near = edge([0, 1, 2], d.from(0, 1)?, d.from(1, 1)?)?;
        // the far end is the near end of the reversed axis
        let far = edge([n - 1, n - 2, n - 3], d.from(n - 2, 1)?, d.from(n - 3, 1)?)?.neg()?;
        (near, far)
    };
    let parts: Vec<Tensor> = [Some(first), middle, Some(last)].into_iter().flatten().collect();
    concat(&parts, axis as i64)
}

/// Axes, and the checks all forms share.
fn axes(x: &Tensor, dim: Option<&[i64]>, spacings: Option<usize>, order: i64) -> Result<Dims> {
    ensure!(x.ndim() > 0, Runtime, "torch.gradient expected at least 1 dimension");
    let axes = match dim {
        Some(d) => wrap_dims(d, x.ndim())?,
        None => (0..x.ndim()).collect(),
    };
    if let Some(n) = spacings {
        ensure!(
            n == axes.len(),
            Runtime,
            "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length {n} and a dim argument of length {}.",
            axes.len()
        );
    }
    ensure!(order == 1 || order == 2, Runtime, "torch.gradient only supports edge_order=1 and edge_order=2.");
    for &a in &axes {
        ensure!(
            x.shape()[a] as i64 > order,
            Runtime,
            "torch.gradient expected each dimension size to be at least edge_order+1"
        );
    }
    Ok(axes)
}

fn real(x: &Tensor) -> Result<Tensor> {
    x.cast(float_result(x.dtype()))
}

rows! { GRADIENT:
    /// Derivatives along axes by central differences, one tensor for each axis; one-sided at the ends.
    ///
    /// Args: spacing: distance of the sample points; edge_order: 1 or 2, the order of accuracy at the ends.
    ///
    /// ```text
    /// >>> torch.gradient(torch.tensor([1.0, 4.0, 9.0, 16.0]))
    /// (tensor([3., 4., 6., 7.]),)
    /// ```
    [Torch] fn gradient(input: &Tensor; spacing: Option<Scalar> = None, dim: Option<&[i64]> = None, edge_order: i64 = 1) -> Vec<Tensor> {
        let x = real(input)?;
        let h = spacing.unwrap_or(Scalar::Int(1));
        axes(&x, dim, None, edge_order)?.into_iter().map(|a| even(&x, a, h, edge_order)).collect()
    }
    /// Derivatives along axes, with a distance of sample points for each axis.
    [Torch] fn gradient_steps = "gradient"(input: &Tensor; spacing: &[Scalar], dim: Option<&[i64]> = None, edge_order: i64 = 1) -> Vec<Tensor> {
        let x = real(input)?;
        let axes = axes(&x, dim, Some(spacing.len()), edge_order)?;
        axes.into_iter().zip(spacing).map(|(a, h)| even(&x, a, *h, edge_order)).collect()
    }
    /// Derivatives along axes, with the sample points of each axis.
    [Torch] fn gradient_points = "gradient"(input: &Tensor; spacing: &[Tensor], dim: Option<&[i64]> = None, edge_order: i64 = 1) -> Vec<Tensor> {
        let x = real(input)?;
        let axes = axes(&x, dim, Some(spacing.len()), edge_order)?;
        axes.into_iter().zip(spacing).map(|(a, p)| uneven(&x, a, p, edge_order)).collect()
    }
}

pub const TABLE: Table = &[GRADIENT];
