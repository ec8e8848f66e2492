//! Norms of matrices.
#![allow(non_snake_case)] // PyTorch calls the matrix `A`

use crate::error::Result;
use crate::ops::linalg::svd::svdvals;
use crate::ops::reduce::axes::Axes;
use crate::ops::reduce::norm::{check_dtype, order, shown, vector_norm};
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};
use smallvec::smallvec;

use crate::base::{DType, Scalar, wrap_dim};

/// The two axes of a matrix norm.
fn matrix_axes(x: &Tensor, dim: &[i64]) -> Result<(usize, usize)> {
    let op = "linalg.matrix_norm";
    ensure!(x.ndim() >= 2, Runtime, "{op}: The input tensor A must have at least 2 dimensions.");
    ensure!(
        x.dtype().is_differentiable(),
        Runtime,
        "{op}: Expected a floating point or complex tensor as input. Got {}",
        x.dtype().scalar_name()
    );
    let listed: Vec<String> = dim.iter().map(i64::to_string).collect();
    ensure!(dim.len() == 2, Runtime, "{op}: dim must be a 2-tuple. Got {}", listed.join(" "));
    let (a, b) = (wrap_dim(dim[0], x.ndim())?, wrap_dim(dim[1], x.ndim())?);
    ensure!(a != b, Runtime, "{op}: dims must be different. Got ({}, {})", dim[0], dim[1]);
    Ok((a, b))
}

/// A matrix norm of order 1, 2, infinity or their negatives.
fn matrix_norm_number(
    x: &Tensor,
    ord: f64,
    dim: &[i64],
    keepdim: bool,
    dtype: Option<DType>,
) -> Result<Tensor> {
    let (a, b) = matrix_axes(x, dim)?;
    let size = ord.abs();
    ensure!(
        size == 1.0 || size == 2.0 || size == f64::INFINITY,
        Runtime,
        "linalg.matrix_norm: Order {} not supported.",
        shown(ord)
    );
    if let Some(to) = dtype {
        check_dtype("linalg.matrix_norm", x.dtype(), to)?;
    }
    let size_of = |axis: usize| x.shape()[axis];
    if size == 2.0 {
        check_width(x, dtype)?;
    }
    if ord == 2.0 && size_of(a).min(size_of(b)) == 0 {
        // the greatest of no singular values is zero
        let shape = Axes { axes: smallvec![a, b], keepdim }.shape(x.shape());
        let dtype = dtype.unwrap_or(x.dtype()).to_real();
        return crate::ops::driver::memory::full(&shape, Scalar::Int(0), dtype, x.device());
    }
    let extreme = |t: &Tensor, axis: usize, keep: bool| {
        if ord > 0.0 { t.amax(Some(&[axis as i64]), keep) } else { t.amin(Some(&[axis as i64]), keep) }
    };
    if size == 2.0 {
        let s = singular_values(x, (a, b), dtype)?;
        let out = extreme(&s, s.ndim() - 1, keepdim)?;
        return if keepdim { put_back(&out, (a, b), x.ndim()) } else { Ok(out) };
    }
    let (sums, over) = if size == 1.0 { (a, b) } else { (b, a) };
    if x.shape()[over] == 0 && ord > 0.0 {
        // the greatest of no sums is zero
        let shape = Axes { axes: smallvec![a, b], keepdim }.shape(x.shape());
        return crate::ops::driver::memory::full(
            &shape,
            Scalar::Int(0),
            dtype.unwrap_or(x.dtype()).to_real(),
            x.device(),
        );
    }
    let norms = vector_norm(x, 1.0, Some(&[sums as i64]), keepdim, dtype)?;
    let over = if !keepdim && sums < over { over - 1 } else { over };
    extreme(&norms, over, keepdim)
}

/// Norms by singular values are none of halves.
fn check_width(x: &Tensor, dtype: Option<DType>) -> Result<()> {
    let d = dtype.unwrap_or(x.dtype());
    ensure!(
        !d.is_half(),
        Runtime,
        "linalg.matrix_norm: Low precision dtypes not supported. Got {}",
        d.scalar_name()
    );
    Ok(())
}

/// Singular values over two axes, which go last as one.
fn singular_values(x: &Tensor, axes: (usize, usize), dtype: Option<DType>) -> Result<Tensor> {
    let x = x.cast(dtype.unwrap_or(x.dtype()))?;
    svdvals(&x.movedim(&[axes.0 as i64, axes.1 as i64], &[-2, -1])?, None)
}

/// A result whose last axis stands for two removed ones, with both back at their places as size 1.
fn put_back(x: &Tensor, axes: (usize, usize), ndim: usize) -> Result<Tensor> {
    let rest = &x.shape()[..ndim - 2];
    let mut shape = crate::base::Dims::from_slice(rest);
    for i in [axes.0.min(axes.1), axes.0.max(axes.1)] {
        shape.insert(i, 1);
    }
    x.reshape_to(&shape)
}

/// A matrix norm by name: `fro`, `nuc`.
fn matrix_norm_named(
    x: &Tensor,
    ord: &str,
    dim: &[i64],
    keepdim: bool,
    dtype: Option<DType>,
) -> Result<Tensor> {
    let (a, b) = matrix_axes(x, dim)?;
    match ord {
        "fro" => vector_norm(x, 2.0, Some(dim), keepdim, dtype),
        "nuc" => {
            check_width(x, dtype)?;
            let s = singular_values(x, (a, b), dtype)?;
            let out = s.sum_over(&[-1], keepdim)?;
            if keepdim { put_back(&out, (a, b), x.ndim()) } else { Ok(out) }
        }
        other => bail!(Runtime, "linalg.matrix_norm: Order {other} not supported."),
    }
}

/// The norm of `torch.norm` for a name.
fn norm_named(
    input: &Tensor,
    p: &str,
    dim: Option<&[i64]>,
    keepdim: bool,
    dtype: Option<DType>,
) -> Result<Tensor> {
    match (p, dim) {
        ("fro", None | Some([] | [_] | [_, _])) => vector_norm(input, 2.0, dim, keepdim, dtype),
        (_, Some(dim)) => matrix_norm_named(input, p, dim, keepdim, dtype),
        ("nuc", None) if input.ndim() != 2 => {
            let all: Vec<String> = (0..input.ndim()).map(|i| i.to_string()).collect();
            bail!(Runtime, "linalg.matrix_norm: dim must be a 2-tuple. Got {}", all.join(" "))
        }
        ("nuc", None) => matrix_norm_named(input, p, &[-2, -1], keepdim, dtype),
        _ => matrix_norm_named(input, p, &[-2, -1], keepdim, dtype),
    }
}

rows! { NORM:
    /// The norm of matrices in two axes, of order 1, -1, 2, -2, inf or -inf.
    ///
    /// ```text
    /// >>> torch.linalg.matrix_norm(torch.tensor([[3.0, 0.0], [0.0, 4.0]]))
    /// tensor(5.)
    /// >>> torch.linalg.matrix_norm(torch.tensor([[3.0, 0.0], [0.0, 4.0]]), ord="nuc")
    /// tensor(7.)
    /// ```
    [Linalg] fn linalg_matrix_norm = "matrix_norm"(input: &Tensor, ord: Scalar, dim: &[i64] = &[-2, -1], keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        matrix_norm_number(input, order(ord)?, dim, keepdim, dtype)
    }
    /// The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm of matrices in two axes.
    [Linalg] fn linalg_matrix_norm_name = "matrix_norm"(input: &Tensor, ord: &str = "fro", dim: &[i64] = &[-2, -1], keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        matrix_norm_named(input, ord, dim, keepdim, dtype)
    }
    /// The norm of vectors (one axis) or matrices (two axes); without `ord` the 2-norm of all elements.
    ///
    /// ```text
    /// >>> torch.linalg.norm(torch.tensor([3.0, 4.0]))
    /// tensor(5.)
    /// ```
    [Linalg] fn linalg_norm = "norm"(input: &Tensor, ord: Option<Scalar> = None, dim: Option<&[i64]> = None, keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        if let Some(dim) = dim {
            ensure!(matches!(dim.len(), 1 | 2), Runtime, "linalg.norm: If dim is specified, it must be of length 1 or 2. Got {dim:?}");
        } else if ord.is_some() {
            ensure!(matches!(input.ndim(), 1 | 2), Runtime, "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {}D.", input.ndim());
        }
        let Some(ord) = ord else { return vector_norm(input, 2.0, dim, keepdim, dtype) };
        match dim {
            Some([_]) => vector_norm(input, order(ord)?, dim, keepdim, dtype),
            None if input.ndim() == 1 => vector_norm(input, order(ord)?, None, keepdim, dtype),
            _ => matrix_norm_number(input, order(ord)?, dim.unwrap_or(&[0, 1]), keepdim, dtype),
        }
    }
    /// The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm.
    [Linalg] fn linalg_norm_name = "norm"(input: &Tensor, ord: &str, dim: Option<&[i64]> = None, keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        if let Some(dim) = dim {
            ensure!(matches!(dim.len(), 1 | 2), Runtime, "linalg.norm: If dim is specified, it must be of length 1 or 2. Got {dim:?}");
        } else {
            ensure!(matches!(input.ndim(), 1 | 2), Runtime, "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {}D.", input.ndim());
        }
        matrix_norm_named(input, ord, dim.unwrap_or(&[0, 1]), keepdim, dtype)
    }
    /// The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm.
    [Torch, Method] fn norm_name = "norm"(input: &Tensor, p: &str, dim: Option<&[i64]> = None, keepdim: bool = false, dtype: Option<DType> = None) -> Tensor {
        norm_named(input, p, dim, keepdim, dtype)
    }
}

pub const TABLE: Table = &[NORM];
