//! Cholesky decomposition of Hermitian positive-definite matrices, and what is solved with one.
#![allow(non_snake_case)] // PyTorch calls matrices `A`, `L`

use crate::base::{DType, broadcast};
use crate::error::Result;
use crate::kernels::cpu::linalg::cholesky as kernel;
use crate::ops::driver::apply::apply_multi;
use crate::ops::driver::memory::on_host;
use crate::ops::driver::memory::write_held;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::linalg::matrix::{
    batch, batch_shape, behind, check_field, check_float, check_info, check_square, recorded, sizes,
};
use crate::ops::linalg::triangle::{check_old, solve_triangular_of};
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, GradFn, Grads, Meta, Tensor, Want};
use crate::warning::warn_once;
use crate::{ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// The lower factor of matrices of which the lower half is read, and `info`.
#[derive(Debug)]
struct Cholesky {
    /// The matrix is the conjugate transpose of the caller's.
    turned: bool,
}

impl Op for Cholesky {
    fn name(&self) -> &'static str {
        "linalg_cholesky"
    }
    fn grad_name(&self) -> &'static str {
        "LinalgCholeskyExBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("cholesky_cpu", x[0])?;
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype()), Meta::new(batch_shape(x[0]), DType::I32)])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0], x[0]);
        with_dtype!("cholesky_cpu", x[0].dtype(), field, T => {
            // SAFETY: dense results of these sizes
            unsafe { kernel::factor_all::<T>((batch(x[0]), sizes(x[0]).0), out[0].ptr_of(), out[1].ptr_of()) };
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::OUTPUT
    }
    fn differentiable(&self, output: usize) -> bool {
        output == 0
    }
    /// Source: the differential of `A = L L^H`, `L^-1 dL` the lower half of `L^-1 dA L^-H` with half its diagonal.
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let l = cx.output(0)?;
        let phi = l.hermitian()?.times(g)?;
        // of the matrices that say the same of Hermitian ones PyTorch's, whose diagonal is that of the product in the caller's view
        let (low, below) = (phi.tril(0)?, phi.tril(-1)?);
        let phi =
            if self.turned { below.add(low.hermitian()?)? } else { low.add(below.hermitian()?)? }.mul(0.5)?;
        let lh = l.hermitian()?;
        let left = solve_triangular_of(&lh, &phi, true, true, false)?;
        solve_triangular_of(&l, &left, false, false, false)
    }
}

/// The factor, upper or lower, and `info`.
fn factor(op: &str, A: &Tensor, upper: bool) -> Result<(Tensor, Tensor)> {
    check_square(op, A)?;
    check_float(op, A)?;
    let mut out =
        apply_multi(Cholesky { turned: upper }, &[&if upper { A.hermitian()? } else { A.clone() }])?
            .into_iter();
    let (Some(l), Some(info)) = (out.next(), out.next()) else {
        crate::bail!(Internal, "cholesky: two results")
    };
    Ok((if upper { l.hermitian()? } else { l }, info))
}

fn check_factor(op: &str, info: &Tensor) -> Result<()> {
    check_info(op, info, |i| {
        format!(
            "The factorization could not be completed because the input is not positive-definite (the leading minor of order {i} is not positive-definite)."
        )
    })
}

/// Solves `A X = B` of a factor of `A`, whose gradient is that of `A` times the factor: symmetric, where half of it is read.
#[derive(Debug)]
struct CholeskySolve {
    upper: bool,
}

impl GradFn for CholeskySolve {
    fn grad_name(&self) -> &str {
        "CholeskySolveBackward0"
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let l = cx.input(1)?;
        let gb = cholesky_solve_of(g, &l, self.upper)?;
        let gl = want.then(1, || {
            let common = gb.times(&cx.output(0)?.hermitian()?)?;
            factor_gradient(&common, &l, self.upper)
        })?;
        grads![want.has(0).then_some(gb), gl]
    }
}

/// The gradient for the factor of that for the inverse of `A` (negative, one side of it).
fn factor_gradient(common: &Tensor, l: &Tensor, upper: bool) -> Result<Tensor> {
    let both = common.add(common.hermitian()?)?;
    if upper { l.times(&both)?.neg() } else { both.times(l)?.neg() }
}

fn cholesky_solve_of(b: &Tensor, l: &Tensor, upper: bool) -> Result<Tensor> {
    let saves = Saves { inputs: 2, outputs: 1 };
    recorded(&[b, l], CholeskySolve { upper }, saves, || solve_with(&l.detach(), &b.detach(), upper))
}

#[derive(Debug)]
struct CholeskyInverse {
    upper: bool,
}

impl GradFn for CholeskyInverse {
    fn grad_name(&self) -> &str {
        "CholeskyInverseBackward0"
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None] };
        let y = cx.output(0)?;
        grads![Some(factor_gradient(&y.times(g)?.times(&y)?, &cx.input(0)?, self.upper)?)]
    }
}

/// Solves `A X = B` of a factor of `A`.
fn solve_with(l: &Tensor, b: &Tensor, upper: bool) -> Result<Tensor> {
    if upper {
        let y = solve_triangular_of(&l.hermitian()?, b, false, true, false)?;
        return solve_triangular_of(l, &y, true, true, false);
    }
    let y = solve_triangular_of(l, b, false, true, false)?;
    solve_triangular_of(&l.hermitian()?, &y, true, true, false)
}

static EX: Fields = Fields { name: "linalg_cholesky_ex", fields: &["L", "info"] };

rows! { CHOLESKY:
    /// The lower triangle `L` of `A = L L^H` for Hermitian positive-definite matrices; with `upper=True` the upper one of `A = U^H U`.
    /// One half of `A` is read.
    ///
    /// Shape: (.., n, n) gives the same.
    /// Errors: LinAlgError if a matrix is not positive-definite.
    ///
    /// ```text
    /// >>> torch.linalg.cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
    /// tensor([[2., 0.],
    ///         [1., 2.]])
    ///
    /// ```
    [Linalg] autocast Float32 fn linalg_cholesky = "cholesky"(input: &Tensor; upper: bool = false) -> Tensor {
        let (l, info) = factor("linalg.cholesky", input, upper)?;
        check_factor("linalg.cholesky", &info)?;
        Ok(l)
    }
    /// As `cholesky`; instead of an error the order of the first leading minor that is not positive-definite, or 0, as `info`.
    ///
    /// ```text
    /// >>> torch.linalg.cholesky_ex(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
    /// torch.return_types.linalg_cholesky_ex(
    /// L=tensor([[2., 0.],
    ///         [1., 2.]]),
    /// info=tensor(0, dtype=torch.int32))
    /// ```
    [Linalg] autocast Float32 fn cholesky_ex(input: &Tensor; upper: bool = false, check_errors: bool = false) -> Named {
        let (l, info) = factor("linalg.cholesky", input, upper)?;
        if check_errors { check_factor("linalg.cholesky_ex", &info)?; }
        Ok(Named(&EX, smallvec![l, info]))
    }
    /// `linalg.cholesky` of the time before `linalg`.
    ///
    /// ```text
    /// >>> torch.cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
    /// tensor([[2., 0.],
    ///         [1., 2.]])
    /// ```
    [Torch, Method] autocast Float32 fn cholesky(input: &Tensor, upper: bool = false) -> Tensor {
        warn_once("torch.cholesky is deprecated in favor of torch.linalg.cholesky and will be removed in a future PyTorch release.\nL = torch.cholesky(A)\nshould be replaced with\nL = torch.linalg.cholesky(A)\nand\nU = torch.cholesky(A, upper=True)\nshould be replaced with\nU = torch.linalg.cholesky(A).mH\nThis transform will produce equivalent results for all valid (symmetric positive definite) inputs.");
        check_square("cholesky", input)?;
        check_field("cholesky_cpu", input)?;
        let (l, info) = factor("cholesky", input, upper)?;
        check_factor("cholesky", &info)?;
        Ok(l)
    }
    /// Solves `A X = B` of the Cholesky factor `L` of `A`.
    ///
    /// Shape: `B` (.., n, k), `L` (.., n, n); leading axes broadcast.
    ///
    /// ```text
    /// >>> L = torch.linalg.cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
    /// >>> torch.cholesky_solve(torch.tensor([[8.0], [8.0]]), L)
    /// tensor([[1.5000],
    ///         [1.0000]])
    /// ```
    [Torch, Method] autocast Float32 fn cholesky_solve(B: &Tensor, L: &Tensor, upper: bool = false) -> Tensor {
        check_old("", B, L)?;
        let (n, r) = (sizes(L).0, sizes(B).0);
        ensure!(n == r, Runtime, "Incompatible matrix sizes for cholesky_solve: each A matrix is {n} by {n} but each b matrix is {r} by {}", sizes(B).1);
        check_field("cholesky_solve_cpu", L)?;
        let batch = broadcast(batch_shape(L), batch_shape(B))?;
        let (b, l) = (B.expand_to(&behind(&batch, &[r, sizes(B).1]))?, L.expand_to(&behind(&batch, &[n, n]))?);
        cholesky_solve_of(&b, &l, upper)
    }
    /// The inverse of `A` of its Cholesky factor `L`.
    ///
    /// Errors: LinAlgError if a diagonal element of the factor is zero.
    ///
    /// ```text
    /// >>> torch.cholesky_inverse(torch.tensor([[2.0, 0.0], [1.0, 1.0]]))
    /// tensor([[ 0.5000, -0.5000],
    ///         [-0.5000,  1.0000]])
    /// ```
    [Torch, Method] autocast Float32 fn cholesky_inverse(L: &Tensor, upper: bool = false) -> Tensor {
        let op = "cholesky_inverse";
        check_square(op, L)?;
        check_field("cholesky_inverse_out_cpu", L)?;
        if L.device() != crate::base::Device::Meta {
            let zero = L.all_samples()?.diagonals()?.eq(0)?;
            // the place of the first zero counts from 1
            let any = zero.any_dim(Some(&[-1]), false)?;
            if any.any()?.all_true()? {
                let first = zero.cast(DType::U8)?.argmax(Some(-1), false)?.add(1)?;
                check_info(op, &first.mul(any.cast(DType::I64)?)?, |i| {
                    format!("The diagonal element {i} is zero, the inversion could not be completed because the input matrix is singular.")
                })?;
            }
        }
        let saves = Saves { inputs: 1, outputs: 1 };
        recorded(&[L], CholeskyInverse { upper }, saves, || solve_with(&L.detach(), &L.identities()?, upper))
    }
}

pub const TABLE: Table = &[CHOLESKY];
