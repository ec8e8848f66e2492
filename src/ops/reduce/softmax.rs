//! Softmax and its kin along one axis, and the logarithm of a sum of exponentials.

use crate::base::{DType, wrap_dim};
use crate::error::{Error, Result};
use crate::kernels::cpu::reduce::softmax as kernel;
use crate::kernels::gpu::reduce::softmax as gpu;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{dense_cast_held, dense_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::kind::float_result;
use crate::ops::reduce::axes::Axes;
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::warning::warn;
use crate::{grads, rows, with_dtype};
use smallvec::smallvec;

#[derive(Debug)]
struct Softmax {
    axis: usize,
    log: bool,
}

/// A dense tensor as (outer, n, inner) around an axis.
fn lines(shape: &[usize], axis: usize) -> (usize, usize, usize) {
    match shape {
        [] => (1, 1, 1),
        s => (s[..axis].iter().product(), s[axis], s[axis + 1..].iter().product()),
    }
}

impl Op for Softmax {
    fn name(&self) -> &'static str {
        if self.log { "log_softmax" } else { "softmax" }
    }
    fn grad_name(&self) -> &'static str {
        if self.log { "LogSoftmaxBackward0" } else { "SoftmaxBackward0" }
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        if x[0].ndim() == 0 {
            Batching::Loop
        } else {
            Batching::Shifted(Softmax { axis: self.axis + n, ..*self })
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        if !x[0].dtype().is_float() && x[0].numel() > 0 {
            let last = self.axis + 1 >= x[0].ndim();
            return Err(Error::no_kernel(
                match (self.log, last) {
                    (true, true) => "log_softmax_lastdim_kernel_impl",
                    (true, false) => "log_softmax_kernel_impl",
                    (false, true) => "softmax_lastdim_kernel_impl",
                    (false, false) => "softmax_kernel_impl",
                },
                x[0].dtype(),
            ));
        }
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let x = dense_held(x[0])?;
        if x.numel() == 0 {
            return Ok(());
        }
        let (outer, n, inner) = lines(x.shape(), self.axis);
        with_dtype!(self.name(), x.dtype(), float, T => {
            // SAFETY: both are dense and have outer * n * inner elements
            unsafe { kernel::softmax::<T>(outer, n, inner, self.log, x.ptr_of(), out[0].ptr_of()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        gpu::softmax(self.name(), self.log, x[0].place()?, &[self.axis], out[0].place()?)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::OUTPUT
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        apply(SoftmaxGrad { axis: self.axis, log: self.log }, &[g, &cx.output(0)?])
    }
}

/// The gradient for the input from that of the result and the result itself.
#[derive(Debug)]
struct SoftmaxGrad {
    axis: usize,
    log: bool,
}

impl Op for SoftmaxGrad {
    fn name(&self) -> &'static str {
        if self.log { "log_softmax_backward" } else { "softmax_backward" }
    }
    fn grad_name(&self) -> &'static str {
        if self.log { "LogSoftmaxBackwardDataBackward0" } else { "SoftmaxBackwardDataBackward0" }
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        if x[0].ndim() == 0 {
            Batching::Loop
        } else {
            Batching::Shifted(SoftmaxGrad { axis: self.axis + n, ..*self })
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[1].shape(), x[1].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (g, y) = (dense_held(x[0])?, dense_held(x[1])?);
        let (outer, n, inner) = lines(y.shape(), self.axis);
        with_dtype!(self.name(), y.dtype(), float, T => {
            // SAFETY: all three are dense and have outer * n * inner elements
            unsafe { kernel::softmax_backward::<T>(outer, n, inner, self.log, g.ptr_of(), y.ptr_of(), out[0].ptr_of()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (g, y) = (x[0].place()?, x[1].place()?);
        gpu::softmax_backward(self.name(), self.log, g, y, &[self.axis], out[0].place()?)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::INPUTS
    }
    fn backward(&self, cx: &Context, h: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(h) = &h[0] else { return grads![None, None] };
        let (g, y) = (cx.input(0)?, cx.input(1)?);
        let dim = [self.axis as i64];
        let total = |t: &Tensor| if t.ndim() == 0 { Ok(t.clone()) } else { t.sum_over(&dim, true) };
        if self.log {
            // out = g - e^y sum(g)
            let he = h.mul(y.exp()?)?;
            let for_g = want.then(0, || h.sub(total(&he)?))?;
            return grads![for_g, want.then(1, || he.neg()?.mul(total(&g)?))?];
        }
        // out = y (g - sum(y g))
        let for_g = want.then(0, || apply(SoftmaxGrad { axis: self.axis, log: false }, &[h, &y]))?;
        let for_y = want.then(1, || {
            let a = h.mul(g.sub(total(&y.mul(&g)?)?)?)?;
            a.sub(g.mul(total(&h.mul(&y)?)?)?)
        })?;
        grads![for_g, for_y]
    }
}

fn along(input: &Tensor, dim: i64, dtype: Option<DType>, log: bool) -> Result<Tensor> {
    let axis = wrap_dim(dim, input.ndim())?;
    let x = match dtype {
        Some(d) => input.cast(d)?,
        None => input.clone(),
    };
    apply(Softmax { axis, log }, &[&x])
}

/// The axis of old that `nn.functional` takes where none is given.
fn implicit(name: &str, input: &Tensor, dim: Option<i64>) -> i64 {
    dim.unwrap_or_else(|| {
        warn(format!(
            "Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument."
        ));
        if matches!(input.ndim(), 0 | 1 | 3) { 0 } else { 1 }
    })
}

/// Logarithm of the sum of exponentials.
#[derive(Debug)]
struct LogSumExp(Axes);

impl Op for LogSumExp {
    fn name(&self) -> &'static str {
        "logsumexp"
    }
    fn grad_name(&self) -> &'static str {
        "LogsumexpBackward0"
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(LogSumExp(self.0.shifted(n)))
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.0.shape(x[0].shape()), x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, out) = (x[0], &out[0]);
        let plan = self.0.plan(x);
        if plan.outer_len == 0 {
            return Ok(());
        }
        if x.dtype().is_complex() {
            let wide = dense_cast_held(x, DType::C128)?;
            let plan = self.0.plan(&wide);
            let y = Tensor::empty(out.shape(), DType::C128, x.device())?;
            // SAFETY: the plan follows the layout of `wide`; `y` is dense, an element for each result
            unsafe {
                crate::kernels::cpu::reduce::recur::logsumexp_complex(&plan, wide.ptr_of(), y.ptr_of())
            };
            write_held(out, &y);
            return Ok(());
        }
        with_dtype!("logsumexp", x.dtype(), float, T => {
            // SAFETY: the plan follows the layout of `x`, whose storage is held; `out` is dense, an element for each result
            unsafe { crate::kernels::cpu::reduce::logsumexp::<T>(&plan, x.ptr_of(), out.ptr_of()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        gpu::logsumexp(self.name(), x[0].place()?, &self.0.axes, out[0].place()?)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::ALL
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let g = self.0.keep(g, cx.shape(0))?;
        let x = cx.input(0)?;
        if let [axis] = self.0.axes[..]
            && x.dtype().is_float()
        {
            // not `exp(x - y)`: beside a large maximum `y` has lost the logarithm, and the shares add up to anything
            return g.mul(apply(Softmax { axis, log: false }, &[&x])?);
        }
        let y = self.0.keep(&cx.output(0)?, cx.shape(0))?;
        g.mul(x.sub(y)?.exp()?.conj()?)
    }
}

/// `log(sum(e^x))` over axes.
pub fn logsumexp_dims(input: &Tensor, dim: &[i64], keepdim: bool) -> Result<Tensor> {
    let axes = Axes::of(Some(dim), keepdim, input.ndim())?;
    apply(LogSumExp(axes), &[&input.cast(float_result(input.dtype()))?])
}

rows! { SOFTMAX:
    /// `e^x / sum(e^x)` along an axis.
    ///
    /// Args: dtype: converts the input first (floating dtypes).
    /// Shape: as `input`.
    ///
    /// ```text
    /// >>> torch.softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
    /// tensor([0.0900, 0.2447, 0.6652])
    /// ```
    [Torch, Method] fn softmax(input: &Tensor, dim: i64, dtype: Option<DType> = None) -> Tensor { along(input, dim, dtype, false) }
    /// The logarithm of `softmax`, computed in one.
    ///
    /// ```text
    /// >>> torch.log_softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
    /// tensor([-2.4076, -1.4076, -0.4076])
    /// ```
    [Torch, Method] fn log_softmax(input: &Tensor, dim: i64, dtype: Option<DType> = None) -> Tensor { along(input, dim, dtype, true) }
    /// `e^x / sum(e^x)` along an axis.
    ///
    /// ```text
    /// >>> torch.special.softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
    /// tensor([0.0900, 0.2447, 0.6652])
    /// ```
    [Special] fn special_softmax = "softmax"(input: &Tensor, dim: i64; dtype: Option<DType> = None) -> Tensor { along(input, dim, dtype, false) }
    /// The logarithm of `softmax`, computed in one.
    ///
    /// ```text
    /// >>> torch.special.log_softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
    /// tensor([-2.4076, -1.4076, -0.4076])
    /// ```
    [Special] fn special_log_softmax = "log_softmax"(input: &Tensor, dim: i64; dtype: Option<DType> = None) -> Tensor { along(input, dim, dtype, true) }
    /// `e^x / sum(e^x)` along an axis; without `dim` along axis 0 of 0-, 1- and 3-d tensors, else along axis 1.
    ///
    /// ```text
    /// >>> F.softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
    /// tensor([0.0900, 0.2447, 0.6652])
    /// ```
    [Nn] fn nn_softmax = "softmax"(input: &Tensor, dim: Option<i64> = None, __stacklevel: i64 = 3, dtype: Option<DType> = None) -> Tensor {
        along(input, implicit("softmax", input, dim), dtype, false)
    }
    /// The logarithm of `softmax`, computed in one.
    ///
    /// ```text
    /// >>> F.log_softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
    /// tensor([-2.4076, -1.4076, -0.4076])
    /// ```
    [Nn] fn nn_log_softmax = "log_softmax"(input: &Tensor, dim: Option<i64> = None, __stacklevel: i64 = 3, dtype: Option<DType> = None) -> Tensor {
        along(input, implicit("log_softmax", input, dim), dtype, true)
    }
    /// `softmax(-x)`.
    ///
    /// ```text
    /// >>> F.softmin(torch.tensor([1.0, 2.0, 3.0]), 0)
    /// tensor([0.6652, 0.2447, 0.0900])
    /// ```
    [Nn] fn softmin(input: &Tensor, dim: Option<i64> = None, __stacklevel: i64 = 3, dtype: Option<DType> = None) -> Tensor {
        along(&input.neg()?, implicit("softmin", input, dim), dtype, false)
    }
    /// `log(sum(e^x))` over axes, without overflow.
    ///
    /// ```text
    /// >>> torch.logsumexp(torch.tensor([1000.0, 1000.0]), 0)
    /// tensor(1000.6932)
    /// ```
    [Torch, Method] out Promote fn logsumexp(input: &Tensor, dim: &[i64], keepdim: bool = false) -> Tensor { logsumexp_dims(input, dim, keepdim) }
    /// `log(sum(e^x))` over axes, without overflow.
    ///
    /// ```text
    /// >>> torch.special.logsumexp(torch.tensor([1000.0, 1000.0]), 0)
    /// tensor(1000.6932)
    /// ```
    [Special] fn special_logsumexp = "logsumexp"(input: &Tensor, dim: &[i64], keepdim: bool = false) -> Tensor { logsumexp_dims(input, dim, keepdim) }
}

pub const TABLE: Table = &[SOFTMAX];
