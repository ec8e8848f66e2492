//! Inverses and pseudoinverses.
#![allow(non_snake_case)] // PyTorch calls the matrix `A`

use crate::base::{DType, Scalar};
use crate::error::Result;
use crate::kernels::cpu::linalg::inverse as kernel;
use crate::ops::driver::apply::apply_multi;
use crate::ops::driver::autocast;
use crate::ops::driver::memory::on_host;
use crate::ops::driver::memory::{dense_held, full};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::linalg::eigen::eigh_of;
use crate::ops::linalg::matrix::{
    batch, batch_shape, behind, check_field, check_info, check_square, check_wide_float, epsilon, recorded,
    sizes,
};
use crate::ops::linalg::svd::{svd_thin, svdvals};
use crate::ops::table::{Fields, Named, Table, Val};
use crate::tensor::{Context, GradFn, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// Inverses, and `info`.
#[derive(Debug)]
struct Inverse;

impl Op for Inverse {
    fn name(&self) -> &'static str {
        "linalg_inv"
    }
    fn grad_name(&self) -> &'static str {
        "LinalgInvExBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("linalg_inv_ex_cpu", x[0])?;
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype()), Meta::new(batch_shape(x[0]), DType::I32)])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let a = dense_held(x[0])?;
        with_dtype!("linalg_inv_ex_cpu", a.dtype(), field, T => {
            let at = (batch(&a), sizes(&a).0);
            // SAFETY: dense batches of these sizes
            unsafe { kernel::inverse::<T>(at, a.ptr_of(), out[0].ptr_of(), out[1].ptr_of()) };
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::OUTPUT
    }
    fn differentiable(&self, output: usize) -> bool {
        output == 0
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let y = cx.output(0)?.hermitian()?;
        y.times(&g.times(&y)?)?.neg()
    }
}

/// Inverses and `info`.
pub(crate) fn inverted(A: &Tensor) -> Result<(Tensor, Tensor)> {
    check_square("linalg.inv", A)?;
    check_wide_float("linalg.inv", A)?;
    let mut out = apply_multi(Inverse, &[A])?.into_iter();
    match (out.next(), out.next()) {
        (Some(y), Some(info)) => Ok((y, info)),
        _ => bail!(Internal, "inv: two results"),
    }
}

fn check_invertible(op: &str, info: &Tensor) -> Result<()> {
    check_info(op, info, |i| {
        format!(
            "The diagonal element {i} is zero, the inversion could not be completed because the input matrix is singular."
        )
    })
}

pub(crate) fn inverse_of(A: &Tensor) -> Result<Tensor> {
    let (y, info) = inverted(A)?;
    check_invertible("linalg.inv", &info)?;
    Ok(y)
}

/// Below which size a singular value counts as zero: absolute and relative, tensors or numbers.
#[derive(Clone, Debug)]
pub(crate) struct Tolerance {
    pub atol: Option<Val>,
    pub rtol: Option<Val>,
}

impl Tolerance {
    /// The bound for each matrix, beside its largest singular value. By default it is relative, the rounding of the larger size.
    fn bound(&self, a: &Tensor, largest: &Tensor) -> Result<Tensor> {
        let (m, n) = sizes(a);
        let default = epsilon(a.dtype()) * m.max(n) as f64;
        let tensor = |v: &Val| match v {
            Val::T(t) => t.cast(largest.dtype()),
            Val::S(s) => largest.number(s.to_f64()),
        };
        let atol = self.atol.as_ref().map(tensor).transpose()?;
        let rtol = match (&self.rtol, &atol) {
            (Some(r), _) => tensor(r)?,
            (None, None) => largest.number(default)?,
            (None, Some(a)) => a.gt(0)?.choose(0.0, largest.number(default)?)?,
        };
        let relative = rtol.mul(largest)?;
        match atol {
            Some(a) => crate::ops::elementwise::arithmetic::maximum(
                &a.expand_to(&crate::base::broadcast(a.shape(), relative.shape())?)?,
                &relative,
            ),
            None => Ok(relative),
        }
    }
}

/// The largest along the last axis, which stays.
fn leading(s: &Tensor) -> Result<Tensor> {
    s.amax(Some(&[-1]), true)
}

fn pseudoinverse(a: &Tensor, tolerance: &Tolerance, hermitian: bool) -> Result<Tensor> {
    let (m, n) = sizes(a);
    if a.numel() == 0 {
        return full(&behind(batch_shape(a), &[n, m]), Scalar::Int(0), a.dtype(), a.device());
    }
    let kept = |s: &Tensor, size: &Tensor| -> Result<Tensor> {
        let largest = leading(size)?.squeeze_dims(&[-1])?;
        let bound = tolerance.bound(a, &largest)?.unsqueeze(-1)?;
        s.reciprocal()?.keep(&size.gt(&bound)?)?.cast(a.dtype())
    };
    if hermitian {
        let (l, v) = eigh_of(a)?;
        let inverse = kept(&l, &l.abs()?)?;
        return v.scale_columns(&inverse)?.times(&v.hermitian()?);
    }
    let (u, s, vh) = svd_thin(a)?;
    vh.hermitian()?.scale_columns(&kept(&s, &s)?)?.times(&u.hermitian()?)
}

#[derive(Debug)]
struct Pinv;

impl GradFn for Pinv {
    fn grad_name(&self) -> &str {
        "LinalgPinvBackward0"
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => grads![Some(pinv_gradient(g, &cx.output(0)?, &cx.input(0)?)?)],
            None => grads![None],
        }
    }
}

/// Source: G. H. Golub and V. Pereyra, The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
/// separate, SIAM J. Numer. Anal. 10 (1973): `dP = -P dA P + P P^H dA^H (1 - A P) + (1 - P A) dA^H P^H P`.
pub(crate) fn pinv_gradient(g: &Tensor, p: &Tensor, a: &Tensor) -> Result<Tensor> {
    let (ph, gh) = (p.hermitian()?, g.hermitian()?);
    let first = ph.times(&g.times(&ph)?)?;
    // (1 - A P) G^H P P^H
    let x = gh.times(p)?.times(&ph)?;
    let second = x.sub(a.times(&p.times(&x)?)?)?;
    // P^H P G^H (1 - P A)
    let y = ph.times(&p.times(&gh)?)?;
    let third = y.sub(y.times(p)?.times(a)?)?;
    second.add(third)?.sub(first)
}

pub(crate) fn pinv_of(A: &Tensor, tolerance: Tolerance, hermitian: bool) -> Result<Tensor> {
    ensure!(
        A.ndim() >= 2 && A.dtype().is_differentiable() && !A.dtype().is_half(),
        Runtime,
        "linalg.pinv({}{{{:?}}}): expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types",
        A.dtype().scalar_name(),
        A.shape()
    );
    let saves = Saves { inputs: 1, outputs: 1 };
    recorded(&[A], Pinv, saves, || pseudoinverse(&A.detach(), &tolerance, hermitian))
}

fn rank(A: &Tensor, tolerance: Tolerance, hermitian: bool) -> Result<Tensor> {
    ensure!(
        A.ndim() >= 2,
        Runtime,
        "torch.linalg.matrix_rank: The input tensor input must have at least 2 dimensions."
    );
    ensure!(
        A.dtype().is_differentiable() && !A.dtype().is_half(),
        Runtime,
        "This function doesn't handle types other than float and double"
    );
    for t in [&tolerance.atol, &tolerance.rtol] {
        if let Some(Val::T(t)) = t {
            ensure!(
                !t.dtype().is_complex(),
                Runtime,
                "torch.linalg.matrix_rank: tolerance tensor of complex type is not supported. Got {}",
                t.dtype().scalar_name()
            );
        }
    }
    let a = A.detach();
    if a.numel() == 0 {
        return full(batch_shape(&a), Scalar::Int(0), DType::I64, a.device());
    }
    let s = if hermitian { crate::ops::linalg::eigen::eigvalsh(&a, "L")?.abs()? } else { svdvals(&a, None)? };
    let bound = tolerance.bound(&a, &leading(&s)?.squeeze_dims(&[-1])?)?.unsqueeze(-1)?;
    s.gt(&bound)?.sum_dim(Some(&[-1]), false, None)
}

static EX: Fields = Fields { name: "linalg_inv_ex", fields: &["inverse", "info"] };

rows! { INVERSE:
    /// The inverse of square matrices.
    ///
    /// Shape: (.., n, n) gives the same.
    /// Errors: LinAlgError if a matrix is singular.
    ///
    /// ```text
    /// >>> torch.linalg.inv(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    /// tensor([[0.5000, 0.0000],
    ///         [0.0000, 0.2500]])
    ///
    /// ```
    [Linalg] autocast Float32 fn inv(A: &Tensor) -> Tensor { inverse_of(A) }
    /// The inverse of square matrices (`linalg.inv`).
    ///
    /// ```text
    /// >>> torch.inverse(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    /// tensor([[0.5000, 0.0000],
    ///         [0.0000, 0.2500]])
    /// ```
    [Torch, Method] autocast Float32 fn inverse(input: &Tensor) -> Tensor { inverse_of(input) }
    /// As `inv`; instead of an error the number of the first zero on the diagonal of the decomposition, or 0, as `info`.
    ///
    /// ```text
    /// >>> torch.linalg.inv_ex(torch.tensor([[2.0, 0.0], [0.0, 4.0]])).info
    /// tensor(0, dtype=torch.int32)
    /// ```
    [Linalg] autocast Float32 fn inv_ex(A: &Tensor; check_errors: bool = false) -> Named {
        let (y, info) = inverted(A)?;
        if check_errors { check_invertible("linalg.inv_ex", &info)?; }
        Ok(Named(&EX, smallvec![y, info]))
    }
    /// The pseudoinverse of matrices (Moore and Penrose), by singular values; those that are not larger than
    /// `max(atol, rtol * largest)` count as zero.
    ///
    /// Args: atol, rtol: numbers, or tensors of the shape of the batch; by default the rounding of the larger size, relative.
    ///     hermitian: the matrices are, so that eigenvalues serve.
    /// Shape: (.., m, n) gives (.., n, m).
    ///
    /// ```text
    /// >>> torch.linalg.pinv(torch.tensor([[2.0], [0.0]]))
    /// tensor([[0.5000, 0.0000]])
    /// ```
    [Linalg] fn pinv(input: &Tensor; atol: Option<Val> = None, rtol: Option<Val> = None, hermitian: bool = false) -> Tensor {
        autocast::product(pinv_of(input, Tolerance { atol, rtol }, hermitian)?)
    }
    /// The pseudoinverse of matrices by a relative tolerance.
    [Linalg] fn pinv_relative = "pinv"(input: &Tensor, rcond: Val, hermitian: bool = false) -> Tensor {
        autocast::product(pinv_of(input, Tolerance { atol: Some(Val::S(Scalar::Float(0.0))), rtol: Some(rcond) }, hermitian)?)
    }
    /// The pseudoinverse of matrices (`linalg.pinv`).
    ///
    /// ```text
    /// >>> torch.pinverse(torch.tensor([[2.0], [0.0]]))
    /// tensor([[0.5000, 0.0000]])
    /// ```
    [Torch, Method] autocast Float32 fn pinverse(input: &Tensor, rcond: f64 = 1e-15) -> Tensor {
        pinv_of(input, Tolerance { atol: Some(Val::S(Scalar::Float(0.0))), rtol: Some(Val::S(Scalar::Float(rcond))) }, false)
    }
    /// The number of singular values larger than `max(atol, rtol * largest)`.
    ///
    /// Shape: (.., m, n) gives (..), int64.
    ///
    /// ```text
    /// >>> torch.linalg.matrix_rank(torch.tensor([[1.0, 2.0], [2.0, 4.0]]))
    /// tensor(1)
    /// ```
    [Linalg] autocast Float32 fn matrix_rank(input: &Tensor; atol: Option<Val> = None, rtol: Option<Val> = None, hermitian: bool = false) -> Tensor {
        rank(input, Tolerance { atol, rtol }, hermitian)
    }
    /// The number of singular values larger than `tol`.
    [Linalg] autocast Float32 fn matrix_rank_above = "matrix_rank"(input: &Tensor, tol: Val, hermitian: bool = false) -> Tensor {
        rank(input, Tolerance { atol: Some(tol), rtol: Some(Val::S(Scalar::Float(0.0))) }, hermitian)
    }
    /// The inverse of `tensordot(input, _, ind)`: the first `ind` axes count as rows, the others as columns.
    ///
    /// ```text
    /// >>> torch.linalg.tensorinv(torch.eye(6).view(6, 2, 3), ind=1).shape
    /// torch.Size([2, 3, 6])
    /// ```
    [Linalg] autocast Float32 fn tensorinv(input: &Tensor, ind: i64 = 2) -> Tensor {
        ensure!(ind > 0, Runtime, "Expected a strictly positive integer for 'ind', but got {ind}");
        let k = ind as usize;
        ensure!(input.ndim() >= k, Runtime, "ArrayRef: invalid slice, N = {k}; size = {}", input.ndim());
        let (rows, cols): (usize, usize) = (input.shape()[..k].iter().product(), input.shape()[k..].iter().product());
        ensure!(rows == cols, Runtime,
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got {cols} != {rows}");
        let mut shape = input.shape()[k..].to_vec();
        shape.extend_from_slice(&input.shape()[..k]);
        inverse_of(&input.reshape_to(&[rows, cols])?)?.reshape_to(&shape)
    }
}

pub const TABLE: Table = &[INVERSE];
