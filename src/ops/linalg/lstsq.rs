//! Least squares.

use crate::base::{DType, Device, Scalar, broadcast};
use crate::error::Result;
use crate::kernels::cpu::linalg::{complete, condition as kernel};
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::memory::{dense_held, full, on_host};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::linalg::inverse::{Tolerance, pinv_gradient, pinv_of};
use crate::ops::linalg::matrix::{batch, batch_shape, behind, epsilon, recorded, sizes};
use crate::ops::linalg::qr::linalg_qr;
use crate::ops::linalg::solve::is_vector;
use crate::ops::linalg::svd::svd_thin;
use crate::ops::linalg::triangle::solve_triangular_of;
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, GradFn, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows, with_dtype};
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
        solve_triangular_of(&self.triangle()?, &self.turned(b)?, true, true, false)
    }
    /// As many rows of `Q^H b` as the triangle has.
    fn turned(&self, b: &Tensor) -> Result<Tensor> {
        self.a.ormqr(&self.tau, b, true, true)?.narrow(-2, 0, sizes(&self.a).1 as i64)
    }
}

/// An estimate of the condition number of the upper triangle of every matrix, which has at least as many rows as columns.
#[derive(Debug)]
struct Condition;

impl Op for Condition {
    fn name(&self) -> &'static str {
        "linalg_lstsq"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(batch_shape(x[0]), x[0].dtype().to_real())])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let a = dense_held(x[0])?;
        let (m, n) = sizes(&a);
        with_dtype!("linalg_lstsq", a.dtype(), field, T => {
            // SAFETY: dense, of these sizes, `m` at least `n`; a number for every matrix
            unsafe { kernel::condition::<T>((batch(&a), m, n), a.ptr_of(), out[0].ptr_of()) };
            Ok(())
        })
    }
}

/// The shortest solution for square matrices of whatever rank, and the ranks.
#[derive(Debug)]
struct Complete {
    /// What is below the diagonal is not read.
    triangle: bool,
    rcond: f64,
}

impl Op for Complete {
    fn name(&self) -> &'static str {
        "linalg_lstsq"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[1].shape(), x[1].dtype()), Meta::new(batch_shape(x[0]), DType::I64)])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (a, b) = (dense_held(x[0])?, dense_held(x[1])?);
        let sizes = (batch(&a), sizes(&a).1, sizes(&b).1);
        with_dtype!("linalg_lstsq", a.dtype(), field, T => {
            let results = (out[0].ptr_of::<T>(), out[1].ptr_of());
            // SAFETY: dense, square matrices with as many rows as the right sides, results of their own
            unsafe { complete::solve_all::<T>(sizes, self.triangle, self.rcond, (a.ptr_of(), b.ptr_of()), results) };
            Ok(())
        })
    }
}

/// Solution and ranks for square matrices.
fn completely(a: &Tensor, b: &Tensor, triangle: bool, rcond: f64) -> Result<(Tensor, Tensor)> {
    let mut out = apply_multi(Complete { triangle, rcond }, &[a, b])?.into_iter();
    match (out.next(), out.next()) {
        (Some(x), Some(ranks)) => Ok((x, ranks)),
        _ => bail!(Internal, "linalg_lstsq: two results"),
    }
}

/// The estimates of 744 random matrices of 4 to 1000 rows were 0.70 to 1 of the truth, never above it.
const LEAST: f64 = 0.65;

/// What an estimate of the condition numbers says of the ranks.
enum Rank {
    Full,
    Doubtful,
    /// Something is not a finite number.
    Nothing,
}

/// Whether every upper triangle has full rank, singular values above `rcond` times the largest.
fn rank_of(triangles: &Tensor, rcond: f64) -> Result<Rank> {
    let about = apply(Condition, &[triangles])?.largest()? * rcond;
    Ok(match about {
        about if about < LEAST => Rank::Full,
        about if about >= LEAST => Rank::Doubtful,
        _ => Rank::Nothing,
    })
}

/// Solution and ranks as `gelsy` gives them; nothing for matrices with elements that are not finite.
fn by_pivots(a: &Tensor, b: &Tensor, rcond: f64) -> Result<Option<(Tensor, Option<Tensor>)>> {
    let (m, n) = sizes(a);
    let (x, rank) = if m >= n {
        let qr = Reflections::of(a)?;
        match rank_of(&qr.a, rcond)? {
            Rank::Nothing => return Ok(None),
            Rank::Full => return Ok(Some((qr.solve(b)?, None))),
            Rank::Doubtful => completely(&qr.triangle()?, &qr.turned(b)?, true, rcond)?,
        }
    } else {
        let (q, r) = qr_of(&a.hermitian()?)?;
        match rank_of(&r, rcond)? {
            Rank::Nothing => return Ok(None),
            Rank::Full => return Ok(Some((least_of_all(&q, &r, b)?, None))),
            Rank::Doubtful => {
                let (y, rank) = completely(&r.hermitian()?, b, false, rcond)?;
                (q.times(&y)?, rank)
            }
        }
    };
    Ok(Some((x, Some(rank))))
}

/// The solution for matrices of full rank.
fn by_qr(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (m, n) = sizes(a);
    if m >= n {
        return Reflections::of(a)?.solve(b);
    }
    let (q, r) = qr_of(&a.hermitian()?)?;
    least_of_all(&q, &r, b)
}

/// Of matrices with more columns than rows, whose adjoints are `Q R`, the shortest solution.
fn least_of_all(q: &Tensor, r: &Tensor, b: &Tensor) -> Result<Tensor> {
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

/// Of numbers of a batch, axes after `batch` being `axes`, those of the matrices before they were broadcast.
fn of_matrices(x: Tensor, batch: &[usize], axes: &[usize]) -> Result<Tensor> {
    let mut x = x;
    let missing = x.ndim() - batch.len() - axes.len();
    for d in 0..x.ndim() - axes.len() {
        if d < missing || batch[d - missing] != x.shape()[d] {
            x = x.narrow(d as i64, 0, 1)?;
        }
    }
    x.reshape_to(&behind(batch, axes))
}

static SOLUTION: Fields =
    Fields { name: "linalg_lstsq", fields: &["solution", "residuals", "rank", "singular_values"] };

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
        ensure!(input.ndim() >= b.ndim() && input.ndim() - b.ndim() <= 1, Runtime, "{op}: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1");
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
            if driver == "gelsy" && a.device() != Device::Meta && let Some((x, found)) = by_pivots(&a, &right, rcond)? {
                rank = match found {
                    Some(found) => found,
                    None => full(&shape, Scalar::Int(m.min(n) as i64), DType::I64, a.device())?,
                };
                return Ok(x);
            }
            let (x, ranks, s) = by_svd(&a, &right, rcond)?;
            rank = ranks;
            if driver != "gelsy" { values = s; }
            Ok(x)
        })?;
        // those of a matrix are the same for every right-hand side
        if rank.numel() > 0 { rank = of_matrices(rank, batch_shape(input), &[])?; }
        if values.numel() > 0 { values = of_matrices(values, batch_shape(input), &[m.min(n)])?; }
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
        Ok(Named(&SOLUTION, smallvec![x, residuals, rank, values]))
    }
}

pub const TABLE: Table = &[LSTSQ];
