//! Variance and standard deviation.

use crate::base::{DType, Dims, Layout};
use crate::error::Result;
use crate::kernels::cpu::reduce as kernel;
use crate::kernels::gpu::reduce::moments as gpu;
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::memory::{dense_cast_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::compare::eq;
use crate::ops::reduce::axes::Axes;
use crate::ops::table::{Ints, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::warning::warn;
use crate::{ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// Variance or its root, with or without the mean as a second result.
#[derive(Debug)]
struct Var {
    axes: Axes,
    correction: f64,
    std: bool,
    mean: bool,
}

/// A complex tensor's parts as a real tensor with a last axis of size 2.
fn as_real(x: &Tensor) -> Result<Tensor> {
    let l = x.layout();
    let mut strides: Dims = l.strides.iter().map(|s| s * 2).collect();
    let mut shape = l.shape.clone();
    shape.push(2);
    strides.push(1);
    x.reinterpret(Layout { shape, strides, offset: l.offset * 2 }, x.dtype().to_real())
}

impl Var {
    #[allow(unsafe_code)]
    fn run(&self, axes: &Axes, x: &Tensor, std: bool, out: &Tensor, mean: Option<&Tensor>) -> Result<()> {
        let plan = axes.plan(x);
        if plan.outer_len == 0 {
            return Ok(());
        }
        with_dtype!(self.name(), x.dtype(), float, T => {
            let mean = mean.map_or(std::ptr::null_mut(), |m| m.ptr_of::<T>());
            // SAFETY: the plan follows the layout of `x`, whose storage is held; results are dense, one for each group
            unsafe { kernel::var::<T>(&plan, x.ptr_of(), self.correction, std, out.ptr_of(), mean) };
            Ok(())
        })
    }
    /// Variances of the parts add up.
    fn complex(&self, x: &Tensor, out: &[Tensor]) -> Result<()> {
        let parts = as_real(x)?;
        let real = x.dtype().to_real();
        let pair = |dtype| {
            let mut shape = Dims::from_slice(out[0].shape());
            shape.push(2);
            Tensor::empty(&shape, dtype, x.device())
        };
        let (v, m) = (pair(real)?, pair(real)?);
        // a tensor without axes is reduced over a first one that its parts do not have: theirs is the pair's
        let own = Axes { axes: Default::default(), keepdim: self.axes.keepdim };
        self.run(if x.ndim() == 0 { &own } else { &self.axes }, &parts, false, &v, Some(&m))?;
        let last = Axes { axes: smallvec![v.ndim() - 1], keepdim: false };
        let plan = last.plan(&v);
        let sums = Tensor::empty(out[0].shape(), DType::F64, x.device())?;
        let v = dense_cast_held(&v, DType::F64)?;
        #[allow(unsafe_code)]
        // SAFETY: the plan was made for a dense tensor of this shape
        unsafe {
            kernel::sum::<f64>(&plan, v.ptr_of(), sums.ptr_of(), false)
        };
        if self.std {
            let root = crate::ops::elementwise::exponential::sqrt::DEF.kernel_for(DType::F64)?;
            crate::ops::elementwise::kind::run::run1(&sums, &sums, DType::F64, DType::F64, root);
        }
        write_held(&out[0], &sums);
        if self.mean {
            write_held(&out[1], &m.reinterpret(Layout::contiguous(out[1].shape()), x.dtype())?);
        }
        Ok(())
    }
    /// Degrees of freedom, never below zero.
    fn freedom(&self, shape: &[usize]) -> f64 {
        (self.axes.count(shape) as f64 - self.correction).max(0.0)
    }
    fn var_backward(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let (x, shape) = (cx.input(0)?, cx.shape(0));
        let dof = self.freedom(shape);
        if dof <= 0.0 && shape.iter().all(|&n| n > 0) {
            // 0 / 0 where there is no freedom
            return self.axes.spread(&g.mul(f64::NAN)?, shape)?.mul(&x);
        }
        let dims: Ints = self.axes.axes.iter().map(|&i| i as i64).collect();
        let centred = if x.ndim() == 0 { x.sub(&x)? } else { x.sub(x.mean_over(&dims, true)?)? };
        self.axes.keep(&g.mul(2.0 / dof)?, shape)?.mul(centred)
    }
}

impl Op for Var {
    fn name(&self) -> &'static str {
        match (self.std, self.mean) {
            (false, false) => "var",
            (true, false) => "std",
            (false, true) => "var_mean",
            (true, true) => "std_mean",
        }
    }
    fn grad_name(&self) -> &'static str {
        match (self.std, self.mean) {
            (false, false) => "VarBackward0",
            (true, false) => "StdBackward0",
            (false, true) => "VarMeanBackward0",
            (true, true) => "StdMeanBackward0",
        }
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(Var { axes: self.axes.shifted(n), ..*self })
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let d = x[0].dtype();
        if self.mean {
            ensure!(
                d.is_differentiable(),
                Runtime,
                "{} only support floating point and complex dtypes",
                self.name()
            );
        } else {
            ensure!(
                d.is_differentiable(),
                Runtime,
                "std and var only support floating point and complex dtypes"
            );
        }
        let shape = self.axes.shape(x[0].shape());
        let mut metas: Metas = smallvec![Meta::new(&shape, d.to_real())];
        if self.mean {
            metas.push(Meta::new(&shape, d));
        }
        Ok(metas)
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if x[0].dtype().is_complex() {
            return self.complex(x[0], out);
        }
        self.run(&self.axes, x[0], self.std, &out[0], out.get(1))
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let mean = out.get(1).map(Tensor::place).transpose()?;
        let (x, axes) = (x[0].place()?, &self.axes.axes);
        gpu::var(self.name(), x, axes, self.correction, self.std, out[0].place()?, mean)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves { inputs: 1, outputs: self.std as u64 }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let mut total = None;
        if let Some(g) = &g[0] {
            let g = if self.std {
                let y = cx.output(0)?;
                let inner = g.div(y.mul(2.0)?)?;
                inner.masked(&eq(y.detach(), 0.0)?, 0.0)?
            } else {
                g.clone()
            };
            total = Some(self.var_backward(cx, &g)?);
        }
        if let Some(gm) = g.get(1).and_then(Option::as_ref) {
            let shape = cx.shape(0);
            let m = self.axes.spread(&gm.div(self.axes.count(shape) as f64)?, shape)?;
            total = Some(match total {
                Some(t) => t.add(m)?,
                None => m,
            });
        }
        grads![total]
    }
}

/// Says so where nothing is left to divide by.
fn say_degrees(op: &str, axes: &Axes, correction: Option<f64>, input: &Tensor) {
    if input.numel() > 0 && axes.count(input.shape()) as f64 - correction.unwrap_or(1.0) <= 0.0 {
        warn(format!(
            "{op}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel divided by output numel)."
        ));
    }
}

fn var_axes(
    input: &Tensor,
    dim: Option<&[i64]>,
    correction: Option<f64>,
    keepdim: bool,
    std: bool,
) -> Result<Tensor> {
    let axes = Axes::of(dim, keepdim, input.ndim())?;
    say_degrees(if std { "std" } else { "var" }, &axes, correction, input);
    apply(Var { axes, correction: correction.unwrap_or(1.0), std, mean: false }, &[input])
}

fn with_mean(
    input: &Tensor,
    dim: Option<&[i64]>,
    correction: Option<f64>,
    keepdim: bool,
    std: bool,
) -> Result<(Tensor, Tensor)> {
    let axes = Axes::of(dim, keepdim, input.ndim())?;
    say_degrees(if std { "std_mean" } else { "var_mean" }, &axes, correction, input);
    let outs = apply_multi(Var { axes, correction: correction.unwrap_or(1.0), std, mean: true }, &[input])?;
    Ok((outs[0].clone(), outs[1].clone()))
}

fn unbiased(yes: bool) -> Option<f64> {
    Some(yes as u8 as f64)
}

rows! { VARIANCE:
    /// The variance over axes, with `n - correction` as divisor.
    ///
    /// Args: correction: 1 for the unbiased estimate (the default), 0 for the mean square deviation.
    /// Errors: RuntimeError for integers.
    ///
    /// ```text
    /// >>> torch.var(torch.tensor([1.0, 2.0, 4.0]))
    /// tensor(2.3333)
    /// >>> torch.var(torch.tensor([1.0, 2.0, 4.0]), correction=0)
    /// tensor(1.5556)
    /// ```
    [Torch, Method] out Promote fn var(input: &Tensor, dim: Option<&[i64]> = None; correction: Option<f64> = None, keepdim: bool = false) -> Tensor { var_axes(input, dim, correction, keepdim, false) }
    /// The variance of all elements.
    [Torch, Method] out Promote fn var_unbiased = "var"(input: &Tensor, unbiased: bool) -> Tensor { var_axes(input, None, self::unbiased(unbiased), false, false) }
    /// The variance over axes.
    [Torch, Method] out Promote fn var_unbiased_dim = "var"(
        input: &Tensor, dim: Option<&[i64]>, unbiased: bool = true, keepdim: bool = false
    ) -> Tensor {
        var_axes(input, dim, self::unbiased(unbiased), keepdim, false)
    }
    /// The standard deviation over axes, with `n - correction` as divisor of the variance.
    ///
    /// ```text
    /// >>> torch.std(torch.tensor([1.0, 2.0, 4.0]))
    /// tensor(1.5275)
    /// ```
    [Torch, Method] out Promote fn std(input: &Tensor, dim: Option<&[i64]> = None; correction: Option<f64> = None, keepdim: bool = false) -> Tensor { var_axes(input, dim, correction, keepdim, true) }
    /// The standard deviation of all elements.
    [Torch, Method] out Promote fn std_unbiased = "std"(input: &Tensor, unbiased: bool) -> Tensor { var_axes(input, None, self::unbiased(unbiased), false, true) }
    /// The standard deviation over axes.
    [Torch, Method] out Promote fn std_unbiased_dim = "std"(
        input: &Tensor, dim: Option<&[i64]>, unbiased: bool = true, keepdim: bool = false
    ) -> Tensor {
        var_axes(input, dim, self::unbiased(unbiased), keepdim, true)
    }
    /// Variance and mean over axes.
    ///
    /// ```text
    /// >>> torch.var_mean(torch.tensor([1.0, 2.0, 3.0]))
    /// (tensor(1.), tensor(2.))
    /// ```
    [Torch] fn var_mean(input: &Tensor, dim: Option<&[i64]> = None; correction: Option<f64> = None, keepdim: bool = false) -> (Tensor, Tensor) { with_mean(input, dim, correction, keepdim, false) }
    /// Variance and mean of all elements.
    [Torch] fn var_mean_unbiased = "var_mean"(input: &Tensor, unbiased: bool) -> (Tensor, Tensor) { with_mean(input, None, self::unbiased(unbiased), false, false) }
    /// Variance and mean over axes.
    [Torch] fn var_mean_unbiased_dim = "var_mean"(
        input: &Tensor, dim: Option<&[i64]>, unbiased: bool = true, keepdim: bool = false
    ) -> (Tensor, Tensor) {
        with_mean(input, dim, self::unbiased(unbiased), keepdim, false)
    }
    /// Standard deviation and mean over axes.
    ///
    /// ```text
    /// >>> torch.std_mean(torch.tensor([1.0, 2.0, 3.0]))
    /// (tensor(1.), tensor(2.))
    /// ```
    [Torch] fn std_mean(input: &Tensor, dim: Option<&[i64]> = None; correction: Option<f64> = None, keepdim: bool = false) -> (Tensor, Tensor) { with_mean(input, dim, correction, keepdim, true) }
    /// Standard deviation and mean of all elements.
    [Torch] fn std_mean_unbiased = "std_mean"(input: &Tensor, unbiased: bool) -> (Tensor, Tensor) { with_mean(input, None, self::unbiased(unbiased), false, true) }
    /// Standard deviation and mean over axes.
    [Torch] fn std_mean_unbiased_dim = "std_mean"(
        input: &Tensor, dim: Option<&[i64]>, unbiased: bool = true, keepdim: bool = false
    ) -> (Tensor, Tensor) {
        with_mean(input, dim, self::unbiased(unbiased), keepdim, true)
    }
}

pub const TABLE: Table = &[VARIANCE];
