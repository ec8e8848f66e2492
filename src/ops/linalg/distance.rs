//! Distances and scaling by norms: `cdist`, `pdist`, `cosine_similarity`, `pairwise_distance`, `normalize`, `renorm`.

use crate::autograd::grad_enabled;
use crate::base::promote::promote;
use crate::base::{Dims, Scalar, broadcast, collected, wrap_dim};
use crate::error::{Error, Result};
use crate::kernels::cpu::linalg::distance as kernel;
use crate::kernels::gpu::linalg::distance as card;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{self, dense_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::compare::gt;
use crate::ops::reduce::axes::Axes;
use crate::ops::reduce::norm::{norm_backward, vector_norm};
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// Batch, rows of either side and their elements.
fn sizes(a: &Tensor, b: &Tensor) -> (usize, usize, usize, usize) {
    let n = a.ndim();
    (a.shape()[..n - 2].iter().product(), a.shape()[n - 2], b.shape()[n - 2], a.shape()[n - 1])
}

/// Distances of all rows of the first to all rows of the second, in batches of one shape.
#[derive(Debug)]
struct Cdist(f64);

impl Op for Cdist {
    fn name(&self) -> &'static str {
        "cdist"
    }
    fn grad_name(&self) -> &'static str {
        "CdistBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let n = x[0].ndim();
        let mut shape = Dims::from_slice(&x[0].shape()[..n - 1]);
        shape.push(x[1].shape()[n - 2]);
        Ok(smallvec![Meta::new(&shape, x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (a, b) = (dense_held(x[0])?, dense_held(x[1])?);
        let sizes = sizes(&a, &b);
        with_dtype!("cdist", a.dtype(), native, T => {
            // SAFETY: dense batches of p and of r rows of m elements, and p * r results in each
            unsafe { kernel::cdist::<T>(sizes, self.0, a.ptr_of(), b.ptr_of(), out[0].ptr_of()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (a, b) = (dense_held(x[0])?, dense_held(x[1])?);
        card::cdist(sizes(&a, &b), self.0, a.place()?, b.place()?, out[0].place()?)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::ALL
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let (a, b, y) = (cx.input(0)?, cx.input(1)?, cx.output(0)?);
        let n = a.ndim();
        if !grad_enabled() && (self.0 == 1.0 || self.0 == 2.0) {
            // each side without the differences of all pairs, which are as many as distances times elements
            let turned = |t: &Tensor| t.transpose(n as i64 - 2, n as i64 - 1);
            let own = want.then(0, || apply(CdistGrad(self.0), &[g, &a, &b, &y]))?;
            let other = want.then(1, || apply(CdistGrad(self.0), &[&turned(g)?, &b, &a, &turned(&y)?]))?;
            return grads![own, other];
        }
        let diff = a.unsqueeze_at(n - 1)?.sub(b.unsqueeze_at(n - 2)?)?;
        let axes = Axes { axes: smallvec![n], keepdim: false };
        let d = norm_backward(g, &diff, &y, self.0, &axes)?;
        let for_b = want.then(1, || d.sum_over(&[n as i64 - 2], false)?.neg())?;
        grads![want.then(0, || d.sum_over(&[n as i64 - 1], false))?, for_b]
    }
}

/// The gradient for the rows (input 1) of distances (input 3) to others (input 2) from that of the distances (input 0).
/// Outside the graph: where second derivatives are wanted, the gradient is composed.
#[derive(Debug)]
struct CdistGrad(f64);

impl Op for CdistGrad {
    fn name(&self) -> &'static str {
        "cdist_backward"
    }
    fn grad_name(&self) -> &'static str {
        "CdistBackwardBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[1].shape(), x[1].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (g, a, b, y) = (dense_held(x[0])?, dense_held(x[1])?, dense_held(x[2])?, dense_held(x[3])?);
        let sizes = sizes(&a, &b);
        with_dtype!("cdist_backward", a.dtype(), native, T => {
            let (g, y) = (g.ptr_of::<T>(), y.ptr_of::<T>());
            // SAFETY: as `Cdist`; the gradient has a place for each distance
            unsafe { kernel::cdist_backward::<T>(sizes, self.0, g, a.ptr_of(), b.ptr_of(), y, out[0].ptr_of()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (g, a, b, y) = (dense_held(x[0])?, dense_held(x[1])?, dense_held(x[2])?, dense_held(x[3])?);
        let (g, y, out) = (g.place()?, y.place()?, out[0].place()?);
        card::cdist_backward(sizes(&a, &b), self.0, g, a.place()?, b.place()?, y, out)
    }
    fn backward(&self, _: &Context, _: &[Option<Tensor>], _: Want) -> Result<Grads> {
        Ok(Grads::new())
    }
}

/// Distances of each row to the later ones.
#[derive(Debug)]
struct Pdist(f64);

impl Op for Pdist {
    fn name(&self) -> &'static str {
        "pdist"
    }
    fn grad_name(&self) -> &'static str {
        "PdistBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Each
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let n = x[0].shape()[0];
        Ok(smallvec![Meta::new(&[n * n.saturating_sub(1) / 2], x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let a = dense_held(x[0])?;
        with_dtype!("pdist", a.dtype(), native, T => {
            // SAFETY: a dense matrix, and a result for each pair of rows
            unsafe { kernel::pdist::<T>(a.shape()[0], a.shape()[1], self.0, a.ptr_of(), out[0].ptr_of()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let a = dense_held(x[0])?;
        card::pdist(a.shape()[0], a.shape()[1], self.0, a.place()?, out[0].place()?)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::ALL
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let (x, y) = (cx.input(0)?, cx.output(0)?);
        let n = x.shape()[0];
        let count = y.numel();
        let pairs = collected(count, (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))))?;
        let side = |f: fn(&(usize, usize)) -> usize| {
            let at: Vec<i64> = collected(count, pairs.iter().map(|p| f(p) as i64))?;
            memory::moved(&Tensor::from_slice(&at, &[at.len()])?, x.device())
        };
        let (i, j) = (side(|p| p.0)?, side(|p| p.1)?);
        let pick = |at: &Tensor| x.index_select(0, at);
        let diff = pick(&i)?.sub(pick(&j)?)?;
        let d = norm_backward(g, &diff, &y, self.0, &Axes { axes: smallvec![1], keepdim: false })?;
        let zero = crate::ops::driver::memory::zeros_of(x.shape(), g)?;
        let out = zero.index_add(0, &i, &d, Scalar::Int(1))?;
        out.index_add(0, &j, &d, Scalar::Int(-1))
    }
}

fn check_float(op: &str, which: Option<&str>, x: &Tensor) -> Result<()> {
    let got = which.map_or(String::new(), |w| format!(", {w} got: {}", x.dtype().scalar_name()));
    ensure!(x.dtype().is_float(), Runtime, "{op} only supports floating-point dtypes{got}");
    if x.dtype().size() < 4 {
        return Err(Error::no_kernel(op, x.dtype()));
    }
    Ok(())
}

/// Leading axes broadcast to a common batch.
fn batched(x: &Tensor, batch: &[usize]) -> Result<Tensor> {
    let mut shape = Dims::from_slice(batch);
    shape.extend_from_slice(&x.shape()[x.ndim() - 2..]);
    x.expand_to(&shape)
}

/// `x / max(|x|, eps)` over an axis: the gradient sees the norm, never the bound.
fn direction(x: &Tensor, dim: i64, eps: f64) -> Result<Tensor> {
    let n = vector_norm(x, 2.0, Some(&[dim]), true, None)?;
    x.div(n.raised(eps)?)
}

rows! { DISTANCE:
    /// The p-distances of all rows of `x1` to all rows of `x2`, batch by batch.
    ///
    /// Shape: (.., P, M) and (.., R, M) to (.., P, R).
    ///
    /// ```text
    /// >>> torch.cdist(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0], [6.0, 8.0]]))
    /// tensor([[ 5., 10.]])
    /// ```
    [Torch] autocast Float32 fn cdist(x1: &Tensor, x2: &Tensor, p: f64 = 2.0, compute_mode: &str = "use_mm_for_euclid_dist_if_necessary") -> Tensor {
        if !matches!(compute_mode, "use_mm_for_euclid_dist_if_necessary" | "use_mm_for_euclid_dist" | "donot_use_mm_for_euclid_dist") {
            bail!(Value, "{compute_mode} is not a valid value for compute_mode");
        }
        for (t, which) in [(x1, "X1"), (x2, "X2")] {
            ensure!(t.ndim() >= 2, Runtime, "cdist only supports at least 2D tensors, {which} got: {}D", t.ndim());
        }
        let (m1, m2) = (x1.shape()[x1.ndim() - 1], x2.shape()[x2.ndim() - 1]);
        ensure!(m1 == m2, Runtime, "X1 and X2 must have the same number of columns. X1: {m1} X2: {m2}");
        check_float("cdist", Some("X1"), x1)?;
        check_float("cdist", Some("X2"), x2)?;
        ensure!(p >= 0.0, Runtime, "cdist only supports non-negative p values");
        ensure!(x1.dtype() == x2.dtype(), Runtime, "expected scalar type {} but found {}", x1.dtype().scalar_name(), x2.dtype().scalar_name());
        let batch = broadcast(&x1.shape()[..x1.ndim() - 2], &x2.shape()[..x2.ndim() - 2])?;
        apply(Cdist(p), &[&batched(x1, &batch)?, &batched(x2, &batch)?])
    }
    /// The p-distances of every row to the later ones, as one axis.
    ///
    /// ```text
    /// >>> torch.pdist(torch.tensor([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]))
    /// tensor([ 5., 10.,  5.])
    /// ```
    [Torch, Nn] fn pdist(input: &Tensor, p: f64 = 2.0) -> Tensor {
        ensure!(input.ndim() == 2, Runtime, "pdist only supports 2D tensors, got: {}D", input.ndim());
        check_float("pdist", None, input)?;
        ensure!(p >= 0.0, Runtime, "pdist only supports non-negative p values");
        apply(Pdist(p), &[input])
    }
    /// The cosine of the angle between vectors along an axis.
    ///
    /// Args: eps: the least norm that counts.
    ///
    /// ```text
    /// >>> torch.cosine_similarity(torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 1.0]]))
    /// tensor([0.7071])
    /// ```
    [Torch, Nn] fn cosine_similarity(x1: &Tensor, x2: &Tensor, dim: i64 = 1, eps: f64 = 1e-8) -> Tensor {
        let d = promote(x1.dtype(), x2.dtype());
        ensure!(d.is_float(), Runtime, "expected common dtype to be floating point, yet common dtype is {}", d.scalar_name());
        ensure!(eps >= 0.0, Runtime, "eps must be non-negative, got: {eps}");
        let shape = broadcast(x1.shape(), x2.shape())?;
        let axis = wrap_dim(dim, shape.len())? as i64;
        let (a, b) = (x1.cast(d)?.expand_to(&shape)?, x2.cast(d)?.expand_to(&shape)?);
        direction(&a, axis, eps)?.mul(direction(&b, axis, eps)?)?.sum_over(&[axis], false)
    }
    /// The p-norm of `x1 - x2 + eps` along the last axis.
    ///
    /// ```text
    /// >>> torch.pairwise_distance(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]))
    /// tensor([5.0000])
    /// ```
    [Torch, Nn] fn pairwise_distance(x1: &Tensor, x2: &Tensor, p: f64 = 2.0, eps: f64 = 1e-6, keepdim: bool = false) -> Tensor {
        let diff = x1.sub(x2)?.add(eps)?;
        if diff.ndim() == 0 { return vector_norm(&diff, p, None, keepdim, None); }
        vector_norm(&diff, p, Some(&[-1]), keepdim, None)
    }
    /// `x / max(|x|_p, eps)` over axes.
    ///
    /// ```text
    /// >>> F.normalize(torch.tensor([[3.0, 4.0]]))
    /// tensor([[0.6000, 0.8000]])
    /// ```
    [Nn] fn normalize(input: &Tensor, p: f64 = 2.0, dim: &[i64] = &[1], eps: f64 = 1e-12) -> Tensor {
        let n = vector_norm(input, p, Some(dim), true, None)?.clamp_min(eps)?;
        input.div(n.expand_to(input.shape())?)
    }
    /// Slices along an axis scaled down to a p-norm of at most `maxnorm`.
    ///
    /// ```text
    /// >>> torch.renorm(torch.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)
    /// tensor([[0.6000, 0.8000],
    ///         [0.3000, 0.4000]])
    /// ```
    [Torch, Method] fn renorm(input: &Tensor, p: Scalar, dim: i64, maxnorm: Scalar) -> Tensor {
        let (p, most) = (p.to_f64(), maxnorm.to_f64());
        ensure!(p > 0.0, Runtime, "renorm: non-positive-norm not supported");
        ensure!(most >= 0.0, Runtime, "renorm: expected maxnorm to be >= 0 but got {most}");
        ensure!(input.ndim() > 1, Runtime, "renorm: input needs at least 2 dimensions, got {} dimensions", input.ndim());
        let axis = wrap_dim(dim, input.ndim())?;
        let rest: Vec<i64> = (0..input.ndim()).filter(|&i| i != axis).map(|i| i as i64).collect();
        let n = vector_norm(input, p, Some(&rest), true, None)?;
        // nan stays as it is
        let small = gt(n.detach(), most)?.logical_not()?;
        let factor = n.add(1e-7)?.reciprocal()?.mul(most)?.masked(&small, 1.0)?;
        input.mul(factor.cast(input.dtype())?)
    }
    /// `renorm` in place.
    ///
    /// ```text
    /// >>> torch.tensor([[3.0, 4.0], [0.3, 0.4]]).renorm_(2, 0, 1.0)
    /// tensor([[0.6000, 0.8000],
    ///         [0.3000, 0.4000]])
    /// ```
    [InPlace] fn renorm_in_place = "renorm_"(input: &Tensor, p: Scalar, dim: i64, maxnorm: Scalar) -> () {
        let before = input.clone_as(crate::base::MemoryFormat::Preserve)?;
        crate::ops::driver::in_place::assign("renorm_", input, &before.renorm(p, dim, maxnorm)?)
    }
}

pub const TABLE: Table = &[DISTANCE];
