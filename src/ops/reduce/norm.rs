//! Norms of vectors and matrices.
#![allow(non_snake_case)] // PyTorch calls the matrix `A`

use super::sum::{Axes, no_kernel, zeros_of};
use crate::base::{DType, Scalar, wrap_dim};
use crate::error::Result;
use crate::kernels::cpu::reduce as kernel;
use crate::ops::create::copy::{dense_cast_held, write_held};
use crate::ops::driver::op::{Metas, Op, Saves, apply};
use crate::ops::elementwise::compare::eq;
use crate::ops::elementwise::power::pow;
use crate::ops::elementwise::rounding::{abs, sgn};
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// `(sum |x|^p)^(1/p)` over axes; `dtype` is that of the arithmetic.
#[derive(Debug)]
struct VectorNorm {
    p: f64,
    axes: Axes,
}

/// The kernel, into a dense `out` of the real dtype. The caller holds the storages.
#[allow(unsafe_code)]
fn norm_held(x: &Tensor, p: f64, axes: &Axes, out: &Tensor) -> Result<()> {
    let plan = axes.plan(x);
    with_dtype!("linalg.vector_norm", x.dtype(), floatc, T => {
        // SAFETY: the plan follows the layout of `x`, whose storage is held; `out` is dense, an element for each result
        unsafe { kernel::norm::<T>(&plan, x.ptr_of(), p, out.ptr_of()) };
        Ok(())
    })
}

impl Op for VectorNorm {
    fn name(&self) -> &'static str {
        "linalg.vector_norm"
    }
    fn grad_name(&self) -> &'static str {
        "LinalgVectorNormBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.axes.shape(x[0].shape()), x[0].dtype().to_real())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        norm_held(x[0], self.p, &self.axes, &out[0])
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::ALL
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None] };
        grads![Some(norm_backward(g, &cx.input(0)?, &cx.output(0)?, self.p, &self.axes)?)]
    }
}

/// The gradient of a p-norm `y` of `x`, zero where the norm has a kink.
pub fn norm_backward(g: &Tensor, x: &Tensor, y: &Tensor, p: f64, axes: &Axes) -> Result<Tensor> {
    let shape = x.shape();
    let (g, y) = (axes.keep(g, shape)?, axes.keep(y, shape)?);
    let still = |t: &Tensor, of: &Tensor| t.masked(&eq(of.detach(), 0.0)?, 0.0);
    if p == 0.0 {
        zeros_of(shape, x)
    } else if p == 1.0 {
        sgn(x)?.mul(g)
    } else if p == 2.0 {
        still(&x.div(&y)?, &y)?.mul(g)
    } else if p.is_infinite() {
        let mask = eq(abs(x)?.detach(), y.detach())?;
        let count = mask.count_kept(&axes.axes)?;
        sgn(x)?.mul(&mask)?.mul(g.div(count)?)
    } else if p < 1.0 {
        let scaled = still(&sgn(x)?.mul(pow(&abs(x)?, p - 1.0)?)?, x)?;
        scaled.mul(g.mul(pow(&y, 1.0 - p)?)?)
    } else if p < 2.0 {
        let steep = sgn(x)?.mul(pow(&abs(x)?, p - 1.0)?)?;
        steep.mul(still(&g.div(pow(&y, p - 1.0)?)?, &y)?)
    } else {
        let steep = x.mul(pow(&abs(x)?, p - 2.0)?)?;
        steep.mul(still(&g.div(pow(&y, p - 1.0)?)?, &y)?)
    }
}

/// A p-norm over axes with PyTorch's checks.
pub fn vector_norm(
    x: &Tensor,
    p: f64,
    dim: Option<&[i64]>,
    keepdim: bool,
    dtype: Option<DType>,
) -> Result<Tensor> {
    let d = x.dtype();
    ensure!(
        d.is_differentiable(),
        Runtime,
        "linalg.vector_norm: Expected a floating point or complex tensor as input. Got {}",
        d.scalar_name()
    );
    if let Some(to) = dtype {
        check_dtype("linalg.vector_norm", d, to)?;
    }
    let axes = Axes::of(dim, keepdim, x.ndim())?;
    if p < 0.0 || p == f64::INFINITY {
        let shown = shown(p);
        if dim.is_none_or(|d| d.is_empty()) {
            ensure!(
                x.numel() != 0,
                Runtime,
                "linalg.vector_norm cannot compute the {shown} norm on an empty tensor because the operation does not have an identity"
            );
        }
        for &i in &axes.axes {
            ensure!(
                x.shape().get(i) != Some(&0),
                Runtime,
                "linalg.vector_norm cannot compute the {shown} norm on the dimension {i}because this dimension is empty and the operation does not have an identity"
            );
        }
    }
    let x = match dtype {
        Some(to) => x.cast(to)?,
        None => x.clone(),
    };
    apply(VectorNorm { p, axes }, &[&x])
}

/// `dtype=` must not narrow and must not change between real and complex.
fn check_dtype(op: &str, from: DType, to: DType) -> Result<()> {
    ensure!(
        to.is_differentiable(),
        Runtime,
        "{op}: dtype should be floating point or complex, but got {}",
        to.scalar_name()
    );
    ensure!(
        from.is_complex() == to.is_complex(),
        Runtime,
        "{op}: dtype should be {} for {} inputs, but got {}",
        if from.is_complex() { "complex" } else { "real" },
        if from.is_complex() { "complex" } else { "real" },
        to.scalar_name()
    );
    ensure!(
        crate::base::promote::promote(from, to) == to,
        Runtime,
        "{op}: the dtype of the input ({}) should be convertible without narrowing to the specified dtype ({})",
        from.scalar_name(),
        to.scalar_name()
    );
    Ok(())
}

/// An order as messages write it.
pub fn shown(p: f64) -> String {
    if p == f64::INFINITY {
        "inf".into()
    } else if p == f64::NEG_INFINITY {
        "-inf".into()
    } else {
        format!("{p}")
    }
}

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
        return crate::ops::create::copy::full(
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

/// Singular values over two axes, which go last as one.
fn singular_values(x: &Tensor, _axes: (usize, usize), _dtype: Option<DType>) -> Result<Tensor> {
    no_kernel("linalg_svd", x.dtype())?;
    Ok(x.clone())
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
            let s = singular_values(x, (a, b), dtype)?;
            let out = s.sum_over(&[-1], keepdim)?;
            if keepdim { put_back(&out, (a, b), x.ndim()) } else { Ok(out) }
        }
        other => bail!(Runtime, "linalg.matrix_norm: Order {other} not supported."),
    }
}

/// Distance of two tensors.
#[derive(Debug)]
struct Dist(f64);

impl Op for Dist {
    fn name(&self) -> &'static str {
        "dist"
    }
    fn grad_name(&self) -> &'static str {
        "DistBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        crate::base::broadcast(x[0].shape(), x[1].shape())?;
        let d = crate::base::promote::promote(x[0].dtype(), x[1].dtype());
        ensure!(
            d.is_differentiable(),
            Runtime,
            "norm(): input dtype should be either floating point or complex. Got {} instead.",
            d.scalar_name()
        );
        Ok(smallvec![Meta::new(&[], d.to_real())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let d = crate::base::promote::promote(x[0].dtype(), x[1].dtype());
        let compute = crate::ops::elementwise::kind::half_up(d);
        let shape = crate::base::broadcast(x[0].shape(), x[1].shape())?;
        let diff = Tensor::empty(&shape, compute, out[0].device())?;
        let sides = [
            crate::ops::elementwise::kind::Side::Tensor(x[0]),
            crate::ops::elementwise::kind::Side::Tensor(x[1]),
        ];
        crate::ops::elementwise::kind::run2(
            &sides[0],
            &sides[1],
            &diff,
            compute,
            compute,
            (crate::ops::elementwise::arithmetic::SUB.kernel)(compute)?,
        );
        let all = Axes::all(shape.len());
        if compute == d {
            return norm_held(&diff, self.0, &all, &out[0]);
        }
        let wide = Tensor::empty(&[], compute.to_real(), out[0].device())?;
        norm_held(&dense_cast_held(&diff, compute)?, self.0, &all, &wide)?;
        write_held(&out[0], &wide);
        Ok(())
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::ALL
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let diff = cx.input(0)?.sub(cx.input(1)?)?;
        let d = norm_backward(g, &diff, &cx.output(0)?, self.0, &Axes::all(diff.ndim()))?;
        let second = want.then(1, || d.neg())?;
        grads![want.has(0).then_some(d), second]
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
        ("nuc", None) => matrix_norm_named(input, p, &[-2, -1], keepdim, dtype),
        _ => matrix_norm_named(input, p, &[-2, -1], keepdim, dtype),
    }
}

/// An order that must be a real number.
fn order(ord: Scalar) -> Result<f64> {
    ensure!(
        !matches!(ord, Scalar::Complex(_)),
        Runtime,
        "linalg.vector_norm: Expected a non-complex scalar as the order of norm."
    );
    Ok(ord.to_f64())
}

rows! { NORM:
    /// The p-norm over axes, of all elements by default.
    ///
    /// Args: p: any number, or `"fro"`, `"nuc"`; nothing means 2.
    [Torch, Method] fn norm(input: &Tensor, p: Option<Scalar> = None, dim: Option<&[i64]> = None, keepdim: bool = false, dtype: Option<DType> = None) -> Tensor {
        vector_norm(input, p.map_or(Ok(2.0), order)?, dim, keepdim, dtype)
    }
    /// The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm.
    [Torch, Method] fn norm_name = "norm"(input: &Tensor, p: &str, dim: Option<&[i64]> = None, keepdim: bool = false, dtype: Option<DType> = None) -> Tensor {
        norm_named(input, p, dim, keepdim, dtype)
    }
    /// The p-norm of vectors along axes, of the flattened tensor by default.
    [Linalg] fn linalg_vector_norm = "vector_norm"(x: &Tensor, ord: Scalar = Scalar::Int(2), dim: Option<&[i64]> = None, keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        vector_norm(x, order(ord)?, dim, keepdim, dtype)
    }
    /// The norm of matrices in two axes, of order 1, -1, 2, -2, inf or -inf.
    [Linalg] fn linalg_matrix_norm = "matrix_norm"(A: &Tensor, ord: Scalar, dim: &[i64] = &[-2, -1], keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        matrix_norm_number(A, order(ord)?, dim, keepdim, dtype)
    }
    /// The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm of matrices in two axes.
    [Linalg] fn linalg_matrix_norm_name = "matrix_norm"(A: &Tensor, ord: &str = "fro", dim: &[i64] = &[-2, -1], keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        matrix_norm_named(A, ord, dim, keepdim, dtype)
    }
    /// The norm of vectors (one axis) or matrices (two axes); without `ord` the 2-norm of all elements.
    [Linalg] fn linalg_norm = "norm"(A: &Tensor, ord: Option<Scalar> = None, dim: Option<&[i64]> = None, keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        if let Some(dim) = dim {
            ensure!(matches!(dim.len(), 1 | 2), Runtime, "linalg.norm: If dim is specified, it must be of length 1 or 2. Got {dim:?}");
        } else if ord.is_some() {
            ensure!(matches!(A.ndim(), 1 | 2), Runtime, "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {}D.", A.ndim());
        }
        let Some(ord) = ord else { return vector_norm(A, 2.0, dim, keepdim, dtype) };
        match dim {
            Some([_]) => vector_norm(A, order(ord)?, dim, keepdim, dtype),
            None if A.ndim() == 1 => vector_norm(A, order(ord)?, None, keepdim, dtype),
            _ => matrix_norm_number(A, order(ord)?, dim.unwrap_or(&[0, 1]), keepdim, dtype),
        }
    }
    /// The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm.
    [Linalg] fn linalg_norm_name = "norm"(A: &Tensor, ord: &str, dim: Option<&[i64]> = None, keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        if let Some(dim) = dim {
            ensure!(matches!(dim.len(), 1 | 2), Runtime, "linalg.norm: If dim is specified, it must be of length 1 or 2. Got {dim:?}");
        } else {
            ensure!(matches!(A.ndim(), 1 | 2), Runtime, "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {}D.", A.ndim());
        }
        matrix_norm_named(A, ord, dim.unwrap_or(&[0, 1]), keepdim, dtype)
    }
    /// The p-norm of `input - other`.
    [Torch, Method] fn dist(input: &Tensor, other: &Tensor, p: Scalar = Scalar::Int(2)) -> Tensor {
        apply(Dist(order(p)?), &[input, other])
    }
}

pub const TABLE: Table = &[NORM];
