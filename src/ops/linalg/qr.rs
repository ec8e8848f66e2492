//! QR decomposition, and Householder's reflections by themselves.
#![allow(non_snake_case)] // PyTorch calls matrices `A`, `Q`, `R`

use crate::base::Dims;
use crate::error::Result;
use crate::kernels::cpu::linalg::qr as kernel;
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::memory::on_host;
use crate::ops::driver::memory::{dense_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::driver::recompute::by_parts;
use crate::ops::linalg::matrix::{batch, batch_shape, behind, check_field, check_float, check_matrix, sizes};
use crate::ops::linalg::triangle::solve_triangular_of;
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::warning::warn_once;
use crate::{bail, ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// What of `A = Q R` is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Reduced,
    Complete,
    R,
}

/// `Q` and `R`; nothing for `Q` where `R` alone is asked for.
#[derive(Debug)]
struct Qr {
    mode: Mode,
}

impl Op for Qr {
    fn name(&self) -> &'static str {
        "linalg_qr"
    }
    fn grad_name(&self) -> &'static str {
        "LinalgQrBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("geqrf_cpu", x[0])?;
        let ((m, n), b, dtype) = (sizes(x[0]), batch_shape(x[0]), x[0].dtype());
        let k = m.min(n);
        let (q, r) = match self.mode {
            Mode::Reduced => (behind(b, &[m, k]), behind(b, &[k, n])),
            Mode::Complete => (behind(b, &[m, m]), behind(b, &[m, n])),
            Mode::R => (Dims::from_slice(&[0]), behind(b, &[k, n])),
        };
        Ok(smallvec![Meta::new(&q, dtype), Meta::new(&r, dtype)])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let ((m, n), b) = (sizes(x[0]), batch(x[0]));
        let k = m.min(n);
        let a = Tensor::empty(x[0].shape(), x[0].dtype(), x[0].device())?;
        write_held(&a, x[0]);
        let tau = Tensor::empty(&[b, k], a.dtype(), a.device())?;
        with_dtype!("geqrf_cpu", a.dtype(), field, T => {
            let (p, t) = (a.ptr_of::<T>(), tau.ptr_of::<T>());
            // SAFETY: dense matrices of these sizes, of their own
            unsafe {
                kernel::factor_all::<T>((b, m, n), p, t);
                if self.mode != Mode::R {
                    let cols = sizes(&out[0]).1;
                    kernel::product_all::<T>((b, m, n, k, cols), p, t, out[0].ptr_of());
                }
                let rows = sizes(&out[1]).0;
                kernel::upper_all::<T>((b, m, n, rows), p, out[1].ptr_of());
            }
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves { inputs: 0, outputs: 3 }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        if g[0].is_none() && g[1].is_none() {
            return grads![None];
        }
        let (m, n) = (cx.shape(0)[cx.shape(0).len() - 2], cx.shape(0)[cx.shape(0).len() - 1]);
        ensure!(
            self.mode != Mode::R,
            Runtime,
            "The derivative of linalg.qr is not implemented when mode='r'"
        );
        ensure!(
            self.mode != Mode::Complete || m <= n,
            Runtime,
            "The QR decomposition is not differentiable when mode='complete' and nrows > ncols."
        );
        let (q, r) = (cx.output(0)?, cx.output(1)?);
        let gq = g[0].clone().map_or_else(|| q.zeros_alike(), Ok)?;
        let gr = g[1].clone().map_or_else(|| r.zeros_alike(), Ok)?;
        if m >= n {
            return grads![Some(square(&q, &r, &gq, &gr)?)];
        }
        // A = [X | Y] with X = Q U, and Y = Q V a product
        let (mi, rest) = (m as i64, (n - m) as i64);
        let (u, gu, gv) = (r.narrow(-1, 0, mi)?, gr.narrow(-1, 0, mi)?, gr.narrow(-1, mi, rest)?);
        let y = q.times(&r.narrow(-1, mi, rest)?)?;
        let gq = gq.add(y.times(&gv.hermitian()?)?)?;
        let gx = square(&q, &u, &gq, &gu)?;
        grads![Some(crate::ops::shape::join::concat(&[gx, q.times(&gv)?], -1)?)]
    }
}

/// The gradient of matrices that are at least as high as they are wide.
///
/// Source: the differential of `A = Q R` with `Q^H Q = 1`, after M. Seeger et al., Auto-differentiating linear algebra (2017); the
/// diagonal of `R` stays real.
fn square(q: &Tensor, r: &Tensor, gq: &Tensor, gr: &Tensor) -> Result<Tensor> {
    let w = gr.times(&r.hermitian()?)?.sub(q.hermitian()?.times(gq)?)?;
    // the upper half, and its adjoint below: the diagonal once, of its real part
    let upper = w.triu(0)?;
    let strict = w.triu(1)?;
    let both = if w.dtype().is_complex() {
        let diagonal = w.diagonals()?.real_part()?.cast(w.dtype())?.as_diagonals()?;
        strict.add(strict.hermitian()?)?.add(diagonal)?
    } else {
        upper.add(strict.hermitian()?)?
    };
    let inner = gq.add(q.times(&both)?)?;
    solve_triangular_of(&r.hermitian()?, &inner, false, false, false)
}

/// Reflections and `R` in one matrix, and the factors of the reflections.
#[derive(Debug)]
struct Geqrf;

impl Op for Geqrf {
    fn name(&self) -> &'static str {
        "geqrf"
    }
    fn grad_name(&self) -> &'static str {
        "GeqrfBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("geqrf_cpu", x[0])?;
        let (m, n) = sizes(x[0]);
        let tau = behind(batch_shape(x[0]), &[m.min(n)]);
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype()), Meta::new(&tau, x[0].dtype())])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0], x[0]);
        let (m, n) = sizes(x[0]);
        with_dtype!("geqrf_cpu", x[0].dtype(), field, T => {
            // SAFETY: dense results of these sizes
            unsafe { kernel::factor_all::<T>((batch(x[0]), m, n), out[0].ptr_of(), out[1].ptr_of()) };
            Ok(())
        })
    }
    fn backward(&self, _: &Context, _: &[Option<Tensor>], _: Want) -> Result<Grads> {
        bail!(NotImplemented, "the derivative for 'geqrf' is not implemented.")
    }
}

/// Column `i` of reflections as a whole vector: zeros, one, what lies below the diagonal.
fn reflector(a: &Tensor, i: i64) -> Result<Tensor> {
    let column = a.narrow(-1, i, 1)?;
    let below = column.tril(-i - 1)?;
    let unit = a.identities()?.narrow(-1, i, 1)?;
    below.add(unit)
}

/// `c - factor v (v^H c)`.
fn reflect(c: &Tensor, v: &Tensor, factor: &Tensor) -> Result<Tensor> {
    let row = v.hermitian()?.times(c)?.mul(factor.unsqueeze(-1)?)?;
    c.sub(v.times(&row)?)
}

/// The reflections one after the other, in public ops, for derivatives.
fn product_composed(a: &Tensor, tau: &Tensor, c: &Tensor, (left, adjoint): (bool, bool)) -> Result<Tensor> {
    if !left {
        // c op(Q) is the adjoint of op(Q)^H c^H
        return product_composed(a, tau, &c.hermitian()?, (true, !adjoint))?.hermitian();
    }
    let k = tau.shape()[tau.ndim() - 1] as i64;
    let mut c = c.clone();
    for step in 0..k {
        let i = if adjoint { step } else { k - 1 - step };
        let factor = tau.narrow(-1, i, 1)?;
        c = reflect(&c, &reflector(a, i)?, &if adjoint { factor.conj()? } else { factor })?;
    }
    Ok(c)
}

/// The first columns of a product of reflections.
#[derive(Debug)]
struct HouseholderProduct {
    grad_name: &'static str,
}

impl Op for HouseholderProduct {
    fn name(&self) -> &'static str {
        "linalg_householder_product"
    }
    fn grad_name(&self) -> &'static str {
        self.grad_name
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("orgqr_cpu", x[0])?;
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (a, tau) = (dense_held(x[0])?, dense_held(x[1])?);
        let ((m, n), k) = (sizes(&a), tau.shape()[tau.ndim() - 1]);
        with_dtype!("orgqr_cpu", a.dtype(), field, T => {
            // SAFETY: dense batches of these sizes
            unsafe { kernel::product_all::<T>((batch(&a), m, n, k, n), a.ptr_of(), tau.ptr_of(), out[0].ptr_of()) };
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::INPUTS
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        by_parts(&[cx.input(0)?, cx.input(1)?], want, g, |x| {
            Ok(vec![product_composed(&x[0], &x[1], &x[0].detach().identities()?, (true, false))?])
        })
    }
}

/// A matrix times a product of reflections, or its adjoint, from either side.
#[derive(Debug)]
struct Ormqr {
    left: bool,
    adjoint: bool,
}

impl Op for Ormqr {
    fn name(&self) -> &'static str {
        "ormqr"
    }
    fn grad_name(&self) -> &'static str {
        "OrmqrBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("ormqr_cpu", x[0])?;
        Ok(smallvec![Meta::new(x[2].shape(), x[2].dtype())])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (a, tau) = (dense_held(x[0])?, dense_held(x[1])?);
        write_held(&out[0], x[2]);
        let ((size, n), k) = (sizes(&a), tau.shape()[tau.ndim() - 1]);
        with_dtype!("ormqr_cpu", a.dtype(), field, T => {
            let (p, t) = (a.ptr_of::<T>(), tau.ptr_of::<T>());
            // SAFETY: dense batches of these sizes
            unsafe {
                let at = (batch(&a), size, n, k);
                kernel::apply_all::<T>(at, sizes(x[2]), (self.left, self.adjoint), p, t, out[0].ptr_of());
            }
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::INPUTS
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        by_parts(&[cx.input(0)?, cx.input(1)?, cx.input(2)?], want, g, |x| {
            Ok(vec![product_composed(&x[0], &x[1], &x[2], (self.left, self.adjoint))?])
        })
    }
}

fn decompose(A: &Tensor, mode: Mode, fields: &'static Fields) -> Result<Named> {
    check_float("linalg.qr", A)?;
    check_matrix("linalg.qr", A, "A")?;
    Ok(Named(fields, apply_multi(Qr { mode }, &[A])?.into_iter().collect()))
}

fn householder(name: &str, input: &Tensor, tau: &Tensor) -> Result<Tensor> {
    ensure!(input.ndim() >= 2, Runtime, "{name}: input must have at least 2 dimensions.");
    let (m, n) = sizes(input);
    ensure!(m >= n, Runtime, "{name}: input.shape[-2] must be greater than or equal to input.shape[-1]");
    let k = if tau.ndim() == 0 { 0 } else { tau.shape()[tau.ndim() - 1] };
    ensure!(n >= k, Runtime, "{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]");
    check_tau(name, input, tau)?;
    apply(HouseholderProduct { grad_name: "LinalgHouseholderProductBackward0" }, &[input, tau])
}

fn check_tau(name: &str, input: &Tensor, tau: &Tensor) -> Result<()> {
    ensure!(
        tau.ndim() + 1 == input.ndim(),
        Runtime,
        "{name}: Expected tau to have one dimension less than input, but got tau.ndim equal to {} and input.ndim is equal to {}",
        tau.ndim(),
        input.ndim()
    );
    let want = batch_shape(input);
    ensure!(
        tau.shape()[..tau.ndim() - 1] == *want,
        Runtime,
        "{name}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got {:?}",
        &tau.shape()[..tau.ndim() - 1]
    );
    ensure!(
        tau.dtype() == input.dtype(),
        Runtime,
        "{name}: tau dtype {} does not match input dtype {}",
        tau.dtype().scalar_name(),
        input.dtype().scalar_name()
    );
    Ok(())
}

static QR_FIELDS: Fields = Fields { name: "linalg_qr", fields: &["Q", "R"] };
static OLD: Fields = Fields { name: "qr", fields: &["Q", "R"] };
static GEQRF: Fields = Fields { name: "geqrf", fields: &["a", "tau"] };

rows! { QR:
    /// The decomposition `A = Q R` into orthonormal columns and an upper triangle, whose diagonal has LAPACK's signs.
    ///
    /// Args: mode: `"reduced"`; `"complete"` for a square `Q`; `"r"` for `R` alone, beside an empty `Q`.
    /// Shape: (.., m, n) gives (.., m, k) and (.., k, n), k the smaller size.
    ///
    /// ```text
    /// >>> Q, R = torch.linalg.qr(torch.tensor([[3.0, 1.0], [4.0, 2.0]]))
    /// >>> torch.allclose(Q.T @ Q, torch.eye(2), atol=1e-6)
    /// True
    ///
    /// ```
    [Linalg] autocast Float32 fn linalg_qr = "qr"(A: &Tensor, mode: &str = "reduced") -> Named {
        let mode = match mode {
            "reduced" => Mode::Reduced,
            "complete" => Mode::Complete,
            "r" => Mode::R,
            other => bail!(Runtime, "qr received unrecognized mode '{other}' but expected one of 'reduced' (default), 'r', or 'complete'"),
        };
        decompose(A, mode, &QR_FIELDS)
    }
    /// The decomposition `input = Q R` (`linalg.qr`).
    ///
    /// ```text
    /// >>> torch.qr(torch.tensor([[3.0, 1.0], [4.0, 2.0]])).R.abs()
    /// tensor([[5.0000, 2.2000],
    ///         [0.0000, 0.4000]])
    /// ```
    [Torch, Method] autocast Float32 fn qr(input: &Tensor, some: bool = true) -> Named {
        warn_once("torch.qr is deprecated in favor of torch.linalg.qr and will be removed in a future PyTorch release.\nThe boolean parameter 'some' has been replaced with a string parameter 'mode'.\nQ, R = torch.qr(A, some)\nshould be replaced with\nQ, R = torch.linalg.qr(A, 'reduced' if some else 'complete')");
        decompose(input, if some { Mode::Reduced } else { Mode::Complete }, &OLD)
    }
    /// Householder's reflections below the diagonal of `a`, `R` on and above it, and the factors `tau`: `Q` is the product of
    /// `I - tau_i v_i v_i^H`.
    ///
    /// ```text
    /// >>> torch.geqrf(torch.tensor([[3.0, 1.0], [4.0, 2.0]])).tau
    /// tensor([1.6000, 0.0000])
    /// ```
    [Torch, Method] autocast Float32 fn geqrf(input: &Tensor) -> Named {
        ensure!(input.ndim() >= 2, Runtime, "torch.geqrf: input must have at least 2 dimensions.");
        Ok(Named(&GEQRF, apply_multi(Geqrf, &[input])?.into_iter().collect()))
    }
    /// The first columns of the product of reflections that `geqrf` gives.
    ///
    /// Shape: `A` (.., m, n), `tau` (.., k) with k <= n <= m; the result is (.., m, n).
    ///
    /// ```text
    /// >>> a, tau = torch.geqrf(torch.tensor([[3.0, 1.0], [4.0, 2.0]]))
    /// >>> torch.linalg.householder_product(a, tau)
    /// tensor([[-0.6000, -0.8000],
    ///         [-0.8000,  0.6000]])
    /// ```
    [Linalg] autocast Float32 fn householder_product(input: &Tensor, tau: &Tensor) -> Tensor { householder("torch.linalg.householder_product", input, tau) }
    /// The first columns of a product of reflections (`linalg.householder_product`).
    ///
    /// ```text
    /// >>> a, tau = torch.geqrf(torch.tensor([[3.0, 1.0], [4.0, 2.0]]))
    /// >>> torch.orgqr(a, tau)
    /// tensor([[-0.6000, -0.8000],
    ///         [-0.8000,  0.6000]])
    /// ```
    [Torch, Method] autocast Float32 fn orgqr(input: &Tensor, input2: &Tensor) -> Tensor { householder("torch.linalg.householder_product", input, input2) }
    /// `Q other` for the product `Q` of reflections that `geqrf` gives; with `left=False` `other Q`, with `transpose` its adjoint.
    ///
    /// ```text
    /// >>> a, tau = torch.geqrf(torch.tensor([[3.0, 1.0], [4.0, 2.0]]))
    /// >>> torch.ormqr(a, tau, torch.eye(2))
    /// tensor([[-0.6000, -0.8000],
    ///         [-0.8000,  0.6000]])
    /// ```
    [Torch, Method] autocast Float32 fn ormqr(input: &Tensor, tau: &Tensor, other: &Tensor, left: bool = true, transpose: bool = false) -> Tensor {
        let name = "torch.ormqr";
        ensure!(input.ndim() >= 2, Runtime, "{name}: input must have at least 2 dimensions.");
        ensure!(other.ndim() >= 2, Runtime, "{name}: other must have at least 2 dimensions.");
        let (axis, (rows, cols)) = (if left { -2 } else { -1 }, sizes(other));
        let size = if left { rows } else { cols };
        let k = if tau.ndim() == 0 { 0 } else { tau.shape()[tau.ndim() - 1] };
        ensure!(size >= k, Runtime, "{name}: other.shape[{axis}] must be greater than or equal to tau.shape[-1]");
        ensure!(size == sizes(input).0, Runtime, "{name}: other.shape[{axis}] must be equal to input.shape[-2]");
        ensure!(k <= sizes(input).1, Runtime, "{name}: tau.shape[-1] must be equal to min(other.shape[{axis}], input.shape[-1])");
        check_tau(name, input, tau)?;
        ensure!(input.ndim() == other.ndim(), Runtime, "{name}: Expected other to have the same number of dimensions as input, but got other.ndim equal to {} and input.ndim is equal to {}", other.ndim(), input.ndim());
        ensure!(batch_shape(input) == batch_shape(other), Runtime, "{name}: Expected batch dimensions of other to be equal to input.shape[:-2], but got {:?}", batch_shape(other));
        ensure!(input.dtype() == other.dtype(), Runtime, "{name}: Expected input and other to have the same dtype, but input has dtype{} and other has dtype {}", input.dtype().scalar_name(), other.dtype().scalar_name());
        apply(Ormqr { left, adjoint: transpose }, &[input, tau, other])
    }
}

pub const TABLE: Table = &[QR];
