//! Norms of vectors.
#![allow(non_snake_case)] // PyTorch calls the matrix `A`

use crate::base::{DType, Scalar};
use crate::error::Result;
use crate::kernels::cpu::reduce as kernel;
use crate::kernels::gpu::reduce::sums as gpu;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{dense_cast_held, write_held, zeros_of};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::compare::eq;
use crate::ops::elementwise::power::pow;
use crate::ops::reduce::axes::Axes;
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads, rows, with_dtype};
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
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(VectorNorm { axes: self.axes.shifted(n), ..*self })
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.axes.shape(x[0].shape()), x[0].dtype().to_real())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        norm_held(x[0], self.p, &self.axes, &out[0])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (place, out) = (x[0].place()?, out[0].place()?);
        gpu::norm(self.name(), place, None, x[0].shape(), self.p, &self.axes.axes, out)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::ALL
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        norm_backward(g, &cx.input(0)?, &cx.output(0)?, self.p, &self.axes)
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
        x.sgn()?.mul(g)
    } else if p == 2.0 {
        still(&x.div(&y)?, &y)?.mul(g)
    } else if p.is_infinite() {
        let mask = eq(x.abs()?.detach(), y.detach())?;
        let count = mask.count_kept(&axes.axes)?;
        x.sgn()?.mul(&mask)?.mul(g.div(count)?)
    } else if p < 1.0 {
        let scaled = still(&x.sgn()?.mul(pow(&x.abs()?, p - 1.0)?)?, x)?;
        scaled.mul(g.mul(pow(&y, 1.0 - p)?)?)
    } else if p < 2.0 {
        let steep = x.sgn()?.mul(pow(&x.abs()?, p - 1.0)?)?;
        steep.mul(still(&g.div(pow(&y, p - 1.0)?)?, &y)?)
    } else {
        let steep = x.mul(pow(&x.abs()?, p - 2.0)?)?;
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
pub(crate) fn check_dtype(op: &str, from: DType, to: DType) -> Result<()> {
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
            crate::ops::elementwise::kind::run::Side::Tensor(x[0]),
            crate::ops::elementwise::kind::run::Side::Tensor(x[1]),
        ];
        crate::ops::elementwise::kind::run::run2(
            &sides[0],
            &sides[1],
            &diff,
            compute,
            compute,
            crate::ops::elementwise::arithmetic::SUB.kernel_for(compute)?,
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
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let shape = crate::base::broadcast(x[0].shape(), x[1].shape())?;
        let whole = x[0].expand_to(&shape)?;
        let (a, b, all) = (whole.place()?, x[1].place()?, Axes::all(shape.len()));
        gpu::norm(self.name(), a, Some(b), &shape, self.0, &all.axes, out[0].place()?)
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

/// An order that must be a real number.
pub(crate) fn order(ord: Scalar) -> Result<f64> {
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
    ///
    /// ```text
    /// >>> torch.norm(torch.tensor([[3.0, 4.0], [6.0, 8.0]]), dim=1)
    /// tensor([ 5., 10.])
    /// ```
    [Torch, Method] fn norm(input: &Tensor, p: Option<Scalar> = None, dim: Option<&[i64]> = None, keepdim: bool = false, dtype: Option<DType> = None) -> Tensor {
        vector_norm(input, p.map_or(Ok(2.0), order)?, dim, keepdim, dtype)
    }
    /// The p-norm of vectors along axes, of the flattened tensor by default.
    ///
    /// ```text
    /// >>> torch.linalg.vector_norm(torch.tensor([[3.0, 4.0], [6.0, 8.0]]), ord=1, dim=1)
    /// tensor([ 7., 14.])
    /// ```
    [Linalg] fn linalg_vector_norm = "vector_norm"(x: &Tensor, ord: Scalar = Scalar::Int(2), dim: Option<&[i64]> = None, keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        vector_norm(x, order(ord)?, dim, keepdim, dtype)
    }
    /// The p-norm of `input - other`.
    ///
    /// ```text
    /// >>> torch.dist(torch.tensor([0.0, 0.0]), torch.tensor([3.0, 4.0]))
    /// tensor(5.)
    /// ```
    [Torch, Method] fn dist(input: &Tensor, other: &Tensor, p: Scalar = Scalar::Int(2)) -> Tensor {
        apply(Dist(order(p)?), &[input, other])
    }
}

pub const TABLE: Table = &[NORM];
