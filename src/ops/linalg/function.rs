//! Functions of matrices: the exponential; the condition.
#![allow(non_snake_case)] // PyTorch calls the matrix `A`

use crate::base::{DType, Device, Scalar};
use crate::error::Result;
use crate::ops::driver::memory::full;
use crate::ops::driver::op::Saves;
use crate::ops::linalg::inverse::inverted;
use crate::ops::linalg::matrix::{batch_shape, check_float, check_square, recorded, sizes};
use crate::ops::linalg::norm::{linalg_matrix_norm, linalg_matrix_norm_name};
use crate::ops::linalg::svd::svdvals;
use crate::ops::shape::join::concat;
use crate::ops::table::Table;
use crate::tensor::{Context, GradFn, Grads, Tensor, Want};
use crate::{bail, ensure, grads, rows};

#[derive(Debug)]
struct MatrixExp;

impl GradFn for MatrixExp {
    fn grad_name(&self) -> &str {
        "LinalgMatrixExpBackward0"
    }
    /// Source: R. Mathias, A chain rule for matrix functions and applications, SIAM J. Matrix Anal. Appl. 17 (1996): the derivative in a
    /// direction `G` is the upper right block of the function of `[[A, G], [0, A]]`.
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None] };
        let a = cx.input(0)?.hermitian()?;
        let n = sizes(&a).0 as i64;
        let upper = concat(&[a.clone(), g.clone()], -1)?;
        let lower = concat(&[a.zeros_alike()?, a], -1)?;
        let whole = exponential_of(&concat(&[upper, lower], -2)?)?;
        grads![Some(whole.narrow(-2, 0, n)?.narrow(-1, n, n)?)]
    }
}

/// The norm up to which the sum of powers is taken as it is. Its error is then below `1 / 20!`, half a bit of float64.
const RADIUS: f64 = 1.0;
/// Halvings beyond which the result has overflowed anyway.
const MOST_HALVINGS: f64 = 64.0;

/// Powers of a halved matrix, summed by blocks of four (Paterson and Stockmeyer), then squared as often as it was halved.
///
/// Source: C. Moler and C. Van Loan, Nineteen dubious ways to compute the exponential of a matrix, SIAM Review 45 (2003), method 3.
fn exponential(a: &Tensor) -> Result<Tensor> {
    if a.numel() == 0 {
        return a.clone_as(crate::base::MemoryFormat::Contiguous);
    }
    if sizes(a).0 == 1 {
        return a.exp();
    }
    let norm = a.abs()?.sum_over(&[-2], false)?.amax(Some(&[-1]), false)?;
    let halvings = norm
        .div(RADIUS)?
        .log2()?
        .ceil()?
        .clamp_min(0.0)?
        .clamp_max(MOST_HALVINGS)?
        .masked(&norm.isfinite()?.logical_not()?, 0.0)?;
    let most = halvings.largest()? as i64;
    let by = halvings.neg()?.exp2()?.cast(a.dtype())?;
    let a = a.mul(by.unsqueeze(-1)?.unsqueeze(-1)?)?;
    let one = a.identities()?;
    let square = a.times(&a)?;
    let cube = square.times(&a)?;
    let fourth = square.times(&square)?;
    let mut factorials = vec![1.0f64];
    for i in 1..20 {
        factorials.push(factorials[i - 1] / i as f64);
    }
    let block = |k: usize| -> Result<Tensor> {
        let c = &factorials[4 * k..4 * k + 4];
        one.mul(c[0])?.add(a.mul(c[1])?)?.add(square.mul(c[2])?)?.add(cube.mul(c[3])?)
    };
    let mut sum = block(4)?;
    for k in (0..4).rev() {
        sum = block(k)?.add(sum.times(&fourth)?)?;
    }
    for step in 0..most {
        let squared = sum.times(&sum)?;
        let due = halvings.gt(step)?.unsqueeze(-1)?.unsqueeze(-1)?;
        sum = if halvings.ndim() == 0 && !halvings.is_batched() {
            squared
        } else {
            due.choose(&squared, &sum)?
        };
    }
    Ok(sum)
}

fn exponential_of(a: &Tensor) -> Result<Tensor> {
    recorded(&[a], MatrixExp, Saves::INPUT, || {
        let a = a.detach();
        if a.device() == Device::Meta {
            return Tensor::empty(a.shape(), a.dtype(), a.device());
        }
        if a.dtype().is_half() {
            return exponential(&a.cast(DType::F32)?)?.cast(a.dtype());
        }
        exponential(&a)
    })
}

fn matrix_exp_of(op: &str, a: &Tensor) -> Result<Tensor> {
    check_square(op, a)?;
    check_float(op, a)?;
    exponential_of(a)
}

fn check_matrices(x: &Tensor) -> Result<()> {
    ensure!(x.ndim() >= 2, Runtime, "linalg.cond: The input tensor must have at least 2 dimensions.");
    Ok(())
}

/// The condition by a norm of the matrix and of its inverse; infinite where there is none.
fn condition(A: &Tensor, shown: &str, norm: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    if A.numel() == 0 {
        return full(batch_shape(A), Scalar::Int(0), A.dtype().to_real(), A.device());
    }
    check_square(&format!("linalg.cond(ord={shown})"), A)?;
    let (inverse, info) = inverted(A)?;
    let out = norm(A)?.mul(norm(&inverse)?)?;
    out.masked(&info.gt(0)?, f64::INFINITY)
}

rows! { FUNCTION:
    /// The exponential of square matrices, the sum of `A^k / k!`.
    ///
    /// Shape: (.., n, n) gives the same.
    ///
    /// ```text
    /// >>> torch.linalg.matrix_exp(torch.zeros(2, 2))
    /// tensor([[1., 0.],
    ///         [0., 1.]])
    ///
    /// ```
    [Linalg] fn linalg_matrix_exp = "matrix_exp"(input: &Tensor) -> Tensor { matrix_exp_of("linalg.matrix_exp", input) }
    /// The exponential of square matrices (`linalg.matrix_exp`).
    ///
    /// ```text
    /// >>> torch.matrix_exp(torch.zeros(2, 2))
    /// tensor([[1., 0.],
    ///         [0., 1.]])
    /// ```
    [Torch, Method] fn matrix_exp(input: &Tensor) -> Tensor { matrix_exp_of("linalg.matrix_exp", input) }
    /// The condition of matrices: by singular values (`p` none, 2 or -2) the largest over the smallest, else `|A| |A^-1|` by a matrix norm.
    ///
    /// Shape: (.., m, n), square but for singular values, gives (..).
    ///
    /// ```text
    /// >>> torch.linalg.cond(torch.tensor([[4.0, 0.0], [0.0, 2.0]]))
    /// tensor(2.)
    /// ```
    [Linalg] autocast Float32 fn cond(input: &Tensor, p: Option<Scalar> = None) -> Tensor {
        check_matrices(input)?;
        let ord = p.map_or(2.0, Scalar::to_f64);
        if ord.abs() == 2.0 {
            if input.numel() == 0 { return full(batch_shape(input), Scalar::Int(0), input.dtype().to_real(), input.device()); }
            let s = svdvals(input, None)?;
            let k = s.shape()[s.ndim() - 1] as i64;
            let (first, last) = (s.select(-1, 0)?, s.select(-1, k - 1)?);
            return if ord < 0.0 { last.div(first) } else { first.div(last) };
        }
        let shown = crate::ops::reduce::norm::shown(ord);
        ensure!(ord.abs() == 1.0 || ord.abs() == f64::INFINITY, Runtime, "linalg.cond got an invalid norm type: {shown}");
        condition(input, &shown, |x| linalg_matrix_norm(x, Scalar::Float(ord), &[-2, -1], false, None))
    }
    /// The condition of square matrices by the Frobenius (`"fro"`) or nuclear (`"nuc"`) norm.
    [Linalg] autocast Float32 fn cond_name = "cond"(input: &Tensor, p: &str) -> Tensor {
        check_matrices(input)?;
        check_square(&format!("linalg.cond(ord={p})"), input)?;
        if !matches!(p, "fro" | "nuc") { bail!(Runtime, "linalg.cond got an invalid norm type: {p}"); }
        condition(input, p, |x| linalg_matrix_norm_name(x, p, &[-2, -1], false, None))
    }
}

pub const TABLE: Table = &[FUNCTION];
