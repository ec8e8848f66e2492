//! Vectors: products along an axis, powers, diagonals.
#![allow(non_snake_case)] // PyTorch calls the matrix `A`

use crate::base::{DType, broadcast, wrap_dim};
use crate::error::Result;
use crate::ops::shape::join::concat;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::warning::warn_once;
use crate::{ensure, rows};

fn check_same(x: &Tensor, y: &Tensor) -> Result<()> {
    ensure!(
        x.dtype() == y.dtype(),
        Runtime,
        "expected scalar type {} but found {}",
        x.dtype().scalar_name(),
        y.dtype().scalar_name()
    );
    Ok(())
}

/// The cross product along an axis of size 3 of both.
fn cross_at(op: &str, a: &Tensor, b: &Tensor, dim: i64) -> Result<Tensor> {
    ensure!(a.ndim() == b.ndim(), Runtime, "{op}: inputs must have the same number of dimensions.");
    let axis = wrap_dim(dim, a.ndim())?;
    let (p, q) = (a.shape().get(axis).copied(), b.shape().get(axis).copied());
    ensure!(
        p == Some(3) && q == Some(3),
        Runtime,
        "{op}: inputs dimension {dim} must have length 3. Got {} and {}",
        p.unwrap_or(1),
        q.unwrap_or(1)
    );
    check_same(a, b)?;
    let shape = broadcast(a.shape(), b.shape())?;
    let (a, b, at) = (a.expand_to(&shape)?, b.expand_to(&shape)?, Some(&[axis as i64][..]));
    let next = |x: &Tensor, by: i64| x.roll(&[-by], at);
    next(&a, 1)?.mul(next(&b, 2)?)?.sub(next(&a, 2)?.mul(next(&b, 1)?)?)
}

rows! { VECTOR:
    /// The cross product of vectors along an axis of size 3; other axes broadcast.
    ///
    /// ```text
    /// >>> torch.linalg.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]))
    /// tensor([0., 0., 1.])
    ///
    /// ```
    [Linalg] fn linalg_cross = "cross"(input: &Tensor, other: &Tensor; dim: i64 = -1) -> Tensor { cross_at("linalg.cross", input, other, dim) }
    /// The cross product along `dim`, by default the first axis of size 3.
    ///
    /// ```text
    /// >>> torch.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]), dim=0)
    /// tensor([0., 0., 1.])
    /// ```
    [Torch, Method] fn cross(input: &Tensor, other: &Tensor, dim: Option<i64> = None) -> Tensor {
        let dim = match dim {
            Some(dim) => dim,
            None => {
                warn_once("Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or simply use torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in a future release.");
                let first = input.shape().iter().position(|&n| n == 3);
                ensure!(first.is_some(), Runtime, "no dimension of size 3 in input");
                first.unwrap_or(0) as i64
            }
        };
        cross_at("linalg.cross", input, other, dim)
    }
    /// The sum of products of two vectors along an axis, the first conjugated; other axes broadcast.
    ///
    /// ```text
    /// >>> torch.linalg.vecdot(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1.0, 10.0]))
    /// tensor([21., 43.])
    /// ```
    [Linalg] autocast Half fn vecdot(x: &Tensor, y: &Tensor; dim: i64 = -1) -> Tensor {
        let op = "linalg.vecdot";
        for t in [x, y] { crate::ops::linalg::matrix::check_float(op, t)?; }
        ensure!(x.dtype() == y.dtype(), Runtime, "{op}: Expected x and y to have the same dtype, but found x of type {} and y of type {} instead",
            x.dtype().scalar_name(), y.dtype().scalar_name());
        x.conj()?.mul(y)?.sum_over(&[dim], false)
    }
    /// The powers 0 to `N - 1` of every element, as an axis behind: by default as many as elements.
    ///
    /// Shape: (.., n) gives (.., n, N).
    ///
    /// ```text
    /// >>> torch.linalg.vander(torch.tensor([2, 3]), N=3)
    /// tensor([[1, 2, 4],
    ///         [1, 3, 9]])
    /// ```
    [Linalg] fn vander(x: &Tensor; N: Option<i64> = None) -> Tensor {
        let d = x.dtype();
        ensure!((d.is_differentiable() && !d.is_half()) || (d.is_integral() && d != DType::Bool), Runtime,
            "linalg.vander supports floating point, complex, and integer tensors, but got {}", d.scalar_name());
        let x = if x.ndim() == 0 { x.reshape_to(&[1])? } else { x.clone() };
        let n = N.unwrap_or(x.shape()[x.ndim() - 1] as i64);
        ensure!(n > 1, Runtime, "N must be greater than 1.");
        let column = x.unsqueeze(-1)?;
        let mut shape = crate::base::Dims::from_slice(x.shape());
        shape.push(n as usize - 1);
        let d = if d.is_integral() { DType::I64 } else { d };
        let powers = column.cast(d)?.expand_to(&shape)?.cumprod(-1, None)?;
        concat(&[powers.narrow(-1, 0, 1)?.zeros_alike()?.add(1)?, powers], -1)
    }
    /// The diagonals of matrices, a view (`torch.diagonal` with the last two axes).
    ///
    /// ```text
    /// >>> torch.linalg.diagonal(torch.arange(9).view(3, 3))
    /// tensor([0, 4, 8])
    /// ```
    [Linalg] fn linalg_diagonal = "diagonal"(A: &Tensor; offset: i64 = 0, dim1: i64 = -2, dim2: i64 = -1) -> Tensor { A.diagonal(offset, dim1, dim2) }
    /// The sum of the diagonal of a matrix.
    ///
    /// ```text
    /// >>> torch.trace(torch.tensor([[1, 2], [3, 4]]))
    /// tensor(5)
    /// ```
    [Torch, Method] autocast Float32 fn trace(input: &Tensor) -> Tensor {
        ensure!(input.ndim() == 2, Runtime, "trace: expected a matrix, but got tensor with dim {}", input.ndim());
        input.diagonal(0, 0, 1)?.sum(None)
    }
    /// The matrices transposed and conjugated.
    ///
    /// ```text
    /// >>> torch.adjoint(torch.tensor([[1 + 1j, 2], [3, 4j]])).resolve_conj()
    /// tensor([[1.-1.j, 3.-0.j],
    ///         [2.-0.j, 0.-4.j]])
    /// ```
    [Torch, Method] fn adjoint(input: &Tensor) -> Tensor {
        ensure!(input.ndim() == 0 || input.ndim() >= 2, Runtime, "tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor.");
        if input.ndim() == 0 { return Ok(input.clone()); }
        input.hermitian()
    }
}

pub const TABLE: Table = &[VECTOR];
