//! Least squares.

use crate::base::{DType, Device, Scalar, broadcast};
use crate::error::Result;
use crate::ops::driver::memory::full;
use crate::ops::driver::op::Saves;
use crate::ops::linalg::inverse::{Tolerance, pinv_gradient, pinv_of};
use crate::ops::linalg::matrix::{batch_shape, behind, epsilon, recorded, sizes};
use crate::ops::linalg::qr::linalg_qr;
use crate::ops::linalg::solve::is_vector;
use crate::ops::linalg::svd::svd_thin;
use crate::ops::linalg::triangle::solve_triangular_of;
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, GradFn, Grads, Tensor, Want};
use crate::{bail, ensure, grads, rows};
use smallvec::smallvec;

/// The solution is `pinv(A) B`, and so is its derivative.
#[derive(Debug)]
struct Lstsq;

impl GradFn for Lstsq {
    fn grad_name(&self) -> &str {
        "LinalgLstsqBackward0"
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let a = cx.input(0)?;
        let p = pinv_of(&a, Tolerance { atol: None, rtol: None }, false)?;
        let ga = want.then(0, || pinv_gradient(&g.times(&cx.input(1)?.hermitian()?)?, &p, &a))?;
        grads![ga, want.then(1, || p.hermitian()?.times(g))?]
    }
}

/// `Q` and `R` of the smaller size.
fn qr_of(a: &Tensor) -> Result<(Tensor, Tensor)> {
    let mut out = linalg_qr(a, "reduced")?.1.into_iter();
    match (out.next(), out.next()) {
        (Some(q), Some(r)) => Ok((q, r)),
        _ => bail!(Internal, "qr: two results"),
    }
}

/// A decomposition with `Q` as the reflections it is a product of: a few columns are turned by them in less time than `Q` is written
/// down.
struct Reflections {
    a: Tensor,
    tau: Tensor,
}

impl Reflections {
    /// Of matrices with as many rows as columns, or more.
    fn of(a: &Tensor) -> Result<Reflections> {
        let mut out = a.geqrf()?.1.into_iter();
        match (out.next(), out.next()) {
            (Some(a), Some(tau)) => Ok(Reflections { a, tau }),
            _ => bail!(Internal, "geqrf: two results"),
        }
    }
    /// `R`, with something below its diagonal.
    fn triangle(&self) -> Result<Tensor> {
        self.a.narrow(-2, 0, sizes(&self.a).1 as i64)
    }
    /// The solution, if the rank is full.
    fn solve(&self, b: &Tensor) -> Result<Tensor> {
        let turned = self.a.ormqr(&self.tau, b, true, true)?;
        solve_triangular_of(
            &self.triangle()?,
            &turned.narrow(-2, 0, sizes(&self.a).1 as i64)?,
            true,
            true,
            false,
        )
    }
    /// Whether every matrix is far from losing rank, by the norms of `R` and of its inverse.
    fn are_well_conditioned(&self, rcond: f64) -> Result<bool> {
        let r = self.triangle()?.triu(0)?;
        let inverse = solve_triangular_of(&r, &r.identities()?, true, true, false)?;
        let size = |x: &Tensor| x.abs()?.pow(2)?.sum_over(&[-2, -1], false)?.sqrt();
        let condition = size(&r)?.mul(size(&inverse)?)?.largest()?;
        // by the norms of Frobenius it is more than it is by the singular values: half is far enough; nan is no answer
        Ok(condition * rcond < 0.5)
    }
}

/// The solution for matrices of full rank.
fn by_qr(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (m, n) = sizes(a);
    if m >= n {
        return Reflections::of(a)?.solve(b);
    }
    let (q, r) = qr_of(&a.hermitian()?)?;
    q.times(&solve_triangular_of(&r.hermitian()?, b, false, true, false)?)
}

/// Solution, ranks, singular values.
fn by_svd(a: &Tensor, b: &Tensor, rcond: f64) -> Result<(Tensor, Tensor, Tensor)> {
    let (u, s, vh) = svd_thin(a)?;
    let kept = s.gt(s.narrow(-1, 0, 1.min(s.shape()[s.ndim() - 1] as i64))?.mul(rcond)?)?;
    let inverse = s.reciprocal()?.keep(&kept)?.cast(a.dtype())?;
    let x = vh.hermitian()?.times(&u.hermitian()?.times(b)?.scale_rows(&inverse)?)?;
    Ok((x, kept.sum_dim(Some(&[-1]), false, None)?, s))
}

static SOLUTION: Fields =
    Fields { name: "linalg_lstsq", fields: &["solution", "residuals", "rank", "singular_values"] };

/// What was found for each of `all` systems, for each of the matrices that were repeated to be as many.
fn of_matrices(found: &Tensor, matrices: &[usize], all: &[usize]) -> Result<Tensor> {
    let lead = all.len() - matrices.len();
    let mut one = found.clone();
    for (axis, &size) in all.iter().enumerate() {
        if size > 1 && (axis < lead || matrices[axis - lead] == 1) {
            one = one.narrow(axis as i64, 0, 1)?;
        }
    }
    one.reshape_to(&behind(matrices, &found.shape()[all.len()..]))
}

rows! { LSTSQ:
    /// The `X` of least `|A X - B|`, of these the least.
    ///
    /// Args: driver: `"gelsy"` (default), `"gelsd"` and `"gelss"` find the rank, singular values below `rcond` times the largest
    ///     counting as zero; `"gels"` takes it to be full.
    /// Shape: `input` (.., m, n), `b` (.., m, k) or vectors (.., m). The solution is (.., n, k); residuals (.., k) are given where
    ///     m > n and every rank is n, not by `"gelsy"`, else empty; singular values by `"gelsd"` and `"gelss"`.
    ///
    /// ```text
    /// >>> A = torch.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    /// >>> torch.linalg.lstsq(A, torch.tensor([[1.0], [3.0], [5.0]])).solution.round(decimals=4)
    /// tensor([[1.],
    ///         [2.]])
    ///
    /// ```
    [Linalg] autocast Float32 fn lstsq(input: &Tensor, b: &Tensor, rcond: Option<f64> = None; driver: Option<&str> = None) -> Named {
        let op = "torch.linalg.lstsq";
        ensure!(input.ndim() >= 2, Runtime, "{op}: input must have at least 2 dimensions.");
        ensure!(b.ndim() >= 1, Runtime, "{op}: other must have at least 1 dimension.");
        ensure!(input.dtype() == b.dtype(), Runtime, "{op}: Expected input and other to have the same dtype, but got input's dtype {} and other's dtype {}",
            input.dtype().scalar_name(), b.dtype().scalar_name());
        let driver = driver.unwrap_or("gelsy");
        ensure!(matches!(driver, "gels" | "gelsy" | "gelsd" | "gelss"), Runtime, "{op}: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)");
        let vector = is_vector(input, b);
        let ((m, n), last) = (sizes(input), b.ndim() - 1);
        if vector {
            ensure!(b.shape()[last] == m, Runtime, "{op}: input.size(-2) should match other.size(-1)");
        } else {
            ensure!(b.ndim() >= 2 && b.shape()[last - 1] == m, Runtime, "{op}: input.size(-2) should match other.size(-2)");
        }
        ensure!(input.dtype().is_differentiable() && !input.dtype().is_half(), Runtime, "This function doesn't handle types other than float and double");
        let right = if vector { b.unsqueeze(-1)? } else { b.clone() };
        let shape = broadcast(batch_shape(input), batch_shape(&right))?;
        let a = input.expand_to(&behind(&shape, &[m, n]))?;
        let right = right.expand_to(&behind(&shape, &[m, sizes(&right).1]))?;
        let rcond = rcond.unwrap_or(epsilon(a.dtype()) * m.max(n) as f64);
        let none = |dtype: DType| Tensor::empty(&[0], dtype, a.device());
        let (mut rank, mut values) = (none(DType::I64)?, none(a.dtype().to_real())?);
        let x = recorded(&[&a, &right], Lstsq, Saves::inputs(3), || {
            let (a, right) = (a.detach(), right.detach());
            if a.numel() == 0 || right.numel() == 0 {
                if driver != "gels" { rank = full(&shape, Scalar::Int(0), DType::I64, a.device())?; }
                if a.numel() == 0 { return full(&behind(&shape, &[n, sizes(&right).1]), Scalar::Int(0), a.dtype(), a.device()); }
            }
            if driver == "gels" { return by_qr(&a, &right); }
            if driver == "gelsy" && m >= n && a.device() != Device::Meta {
                let qr = Reflections::of(&a)?;
                if qr.are_well_conditioned(rcond)? {
                    rank = full(&shape, Scalar::Int(n as i64), DType::I64, a.device())?;
                    return qr.solve(&right);
                }
            }
            let (x, ranks, s) = by_svd(&a, &right, rcond)?;
            rank = ranks;
            if driver != "gelsy" { values = s; }
            Ok(x)
        })?;
        // PyTorch's pivoted QR gives none
        let overdetermined = m > n && driver != "gelsy" && (driver == "gels" || rank.eq(n as i64)?.all()?.all_true()?);
        let residuals = if overdetermined {
            let off = a.times(&x)?.sub(&right)?;
            let r = off.abs()?.pow(2)?.sum_over(&[-2], false)?;
            if vector { r.squeeze_dims(&[-1])?.reshape_to(&shape)? } else { r }
        } else {
            // empty, and a part of the graph like the others
            x.reshape_to(&[x.numel()])?.narrow(0, 0, 0)?.abs()?
        };
        let x = if vector { x.squeeze_dims(&[-1])? } else { x };
        // each matrix has its rank and its values, however many right sides there are
        if rank.numel() > 0 && rank.ndim() == shape.len() {
            rank = of_matrices(&rank, batch_shape(input), &shape)?;
        }
        if values.numel() > 0 {
            values = of_matrices(&values, batch_shape(input), &shape)?;
        }
        Ok(Named(&SOLUTION, smallvec![x, residuals, rank, values]))
    }
}

pub const TABLE: Table = &[LSTSQ];
