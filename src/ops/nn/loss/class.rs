//! Losses of class targets: negative log-likelihood and cross entropy. The ops; rows are in `loss.rs`.
//!
//! Both see their input as (outer, classes, inner) with a target for each (outer, inner) pair.

use super::terms::Reduction;
use crate::base::{DType, Dims, numel};
use crate::error::{Error, Result};
use crate::kernels::cpu::machine::float::Flt;
use crate::kernels::cpu::nn::loss::class::{self as kernel, Classes};
use crate::ops::create::copy;
use crate::ops::driver::op::{Metas, Op, Saves, apply, apply_multi};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, with_dtype};
use smallvec::{SmallVec, smallvec};

/// A loss: of logits, or of log-probabilities.
#[derive(Clone, Copy, Debug)]
pub struct ClassLoss {
    pub logits: bool,
    pub ignore: i64,
    pub smoothing: f64,
    pub reduction: Reduction,
}

/// (outer, classes, inner) of an input of one axis or more.
fn split(shape: &[usize]) -> (usize, usize, usize) {
    match shape {
        [c] => (1, *c, 1),
        _ => (shape[0], shape[1], numel(&shape[2..])),
    }
}

/// The shape without the axis of classes.
fn rows(shape: &[usize]) -> Dims {
    let mut out = Dims::from_slice(shape);
    out.remove((shape.len() > 1) as usize);
    out
}

fn sum_dtype(d: DType) -> DType {
    if d == DType::F64 { DType::F64 } else { DType::F32 }
}

impl ClassLoss {
    fn classes<T: Flt>(&self, shape: &[usize], weight: &Option<Tensor>) -> Classes<T> {
        let (outer, classes, inner) = split(shape);
        let weight = weight.as_ref().map_or(std::ptr::null(), |w| w.ptr_of::<T>() as *const T);
        Classes { outer, classes, inner, weight, ignore: self.ignore, smoothing: self.smoothing }
    }
    fn kernel_name(&self, shape: &[usize]) -> &'static str {
        match (self.logits, shape.len()) {
            (true, _) => "log_softmax_lastdim_kernel_impl",
            (false, 0..=2) => "nll_loss_out_frame",
            _ => "nll_loss2d_forward_out_frame",
        }
    }
    /// The loss; `target` is int64 without the axis of classes.
    pub fn run(self, x: &Tensor, target: &Tensor, weight: Option<&Tensor>) -> Result<Tensor> {
        let mut inputs: SmallVec<[&Tensor; 3]> = smallvec![x, target];
        inputs.extend(weight);
        Ok(apply_multi(Loss { kind: self, flat: x.ndim() < 3 }, &inputs)?.swap_remove(0))
    }
}

/// Results: the loss, the divisor of the mean, and for logits the log-sum-exp of every row.
#[derive(Clone, Copy, Debug)]
struct Loss {
    kind: ClassLoss,
    flat: bool,
}

impl Op for Loss {
    fn name(&self) -> &'static str {
        if self.kind.logits { "cross_entropy" } else { "nll_loss" }
    }
    fn grad_name(&self) -> &'static str {
        match (self.kind.smoothing > 0.0, self.flat) {
            (true, _) => "AddBackward0",
            (_, true) => "NllLossBackward0",
            _ => "NllLoss2DBackward0",
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (shape, d) = (x[0].shape(), x[0].dtype());
        if !d.is_float() {
            return Err(Error::no_dtype(self.kind.kernel_name(shape), d, "floating dtypes"));
        }
        if let Some(w) = x.get(2)
            && w.dtype() != d
        {
            bail!(Runtime, "expected scalar type {} but found {}", d.scalar_name(), w.dtype().scalar_name());
        }
        let out = if self.kind.reduction == Reduction::None { rows(shape) } else { Dims::new() };
        let mut metas: Metas = smallvec![Meta::new(&out, d), Meta::new(&[], sum_dtype(d))];
        if self.kind.logits {
            metas.push(Meta::new(&rows(shape), sum_dtype(d)));
        }
        Ok(metas)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (src, target) = (copy::dense_held(x[0])?, copy::dense_held(x[1])?);
        let weight = x.get(2).map(|w| copy::dense_held(w)).transpose()?;
        let (_, classes, _) = split(x[0].shape());
        let n = target.numel();
        // SAFETY: `n` dense elements
        let targets = unsafe {
            std::slice::from_raw_parts(target.ptr_of::<i64>() as *const i64, if n == 0 { 0 } else { n })
        };
        if let Some(bad) = targets.iter().find(|&&t| t != self.kind.ignore && (t < 0 || t >= classes as i64))
        {
            bail!(Index, "Target {bad} is out of bounds.");
        }
        with_dtype!(self.name(), src.dtype(), float, T => {
            #[allow(unused_imports)] // the half types have these conversions of their own
            use crate::base::Elem;
            type C = <T as Flt>::C;
            let p = self.kind.classes::<T>(x[0].shape(), &weight);
            let (mut loss, mut weights) = (vec![C::ZERO; n], vec![C::ZERO; n]);
            let (l, w) = (loss.as_mut_ptr(), weights.as_mut_ptr());
            // SAFETY: dense tensors of the sizes named; targets were checked
            unsafe {
                if self.kind.logits {
                    kernel::cross_entropy::<T>(p, src.ptr_of(), target.ptr_of(), l, w, out[2].ptr_of());
                } else {
                    kernel::nll_loss::<T>(p, src.ptr_of(), target.ptr_of(), l, w);
                }
            }
            let total: f64 = weights.iter().map(|v| v.to_f64()).sum();
            let dst = out[0].ptr_of::<T>();
            // SAFETY: the results hold one element, or one for each row
            unsafe {
                out[1].ptr_of::<C>().write(C::from_f64(total));
                match self.kind.reduction {
                    Reduction::None => loss.iter().enumerate().for_each(|(i, v)| dst.add(i).write(T::down(*v))),
                    r => {
                        let sum: f64 = loss.iter().map(|v| v.to_f64()).sum();
                        dst.write(T::from_f64(if r == Reduction::Mean { sum / total } else { sum }));
                    }
                }
            }
            Ok(())
        })
    }
    fn differentiable(&self, output: usize) -> bool {
        output == 0
    }
    fn saves(&self, _: Want) -> Saves {
        // log-probabilities themselves are not read again
        Saves { inputs: if self.kind.logits { 0b111 } else { 0b110 }, outputs: 0b110 }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let mut out: Grads = smallvec![None; cx.node.inputs.len()];
        let Some(g) = g[0].as_ref().filter(|_| want.has(0)) else { return Ok(out) };
        let weight = if cx.node.inputs.len() > 2 { Some(cx.input(2)?) } else { None };
        let target = cx.input(1)?;
        let total = cx.output(1)?.detach();
        let op = LossGrad { kind: self.kind, shape: cx.shape(0).into(), dtype: cx.dtype(0), flat: self.flat };
        let logits = if self.kind.logits { Some([cx.input(0)?, cx.output(2)?.detach()]) } else { None };
        let mut inputs: SmallVec<[&Tensor; 6]> = smallvec![g, &target, &total];
        inputs.extend(weight.as_ref());
        inputs.extend(logits.iter().flatten());
        out[0] = Some(apply(op, &inputs)?);
        Ok(out)
    }
}

/// The gradient for the input. Inputs: g, target, divisor, perhaps the weight, and for logits also x and log-sum-exp.
#[derive(Clone, Debug)]
struct LossGrad {
    kind: ClassLoss,
    shape: Dims,
    dtype: DType,
    flat: bool,
}

impl LossGrad {
    fn weight_at(&self, inputs: usize) -> Option<usize> {
        (inputs - 2 * self.kind.logits as usize > 3).then_some(3)
    }
}

impl Op for LossGrad {
    fn name(&self) -> &'static str {
        if self.kind.logits { "cross_entropy_backward" } else { "nll_loss_backward" }
    }
    fn grad_name(&self) -> &'static str {
        if self.flat { "NllLossBackwardBackward0" } else { "NllLoss2DBackwardBackward0" }
    }
    fn infer(&self, _: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.shape, self.dtype)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let target = copy::dense_held(x[1])?;
        let weight = self.weight_at(x.len()).map(|i| copy::dense_held(x[i])).transpose()?;
        let g = copy::dense_cast_held(x[0], sum_dtype(self.dtype))?;
        let step = (self.kind.reduction == Reduction::None) as usize;
        let n = x.len();
        let src = if self.kind.logits {
            Some((copy::dense_held(x[n - 2])?, copy::dense_held(x[n - 1])?))
        } else {
            None
        };
        with_dtype!(self.name(), self.dtype, float, T => {
            type C = <T as Flt>::C;
            #[allow(unused_imports)] // the half types have these conversions of their own
            use crate::base::Elem;
            let p = self.kind.classes::<T>(&self.shape, &weight);
            let mut scale = g.ptr_of::<C>() as *const C;
            let mut shared = [C::ZERO];
            // SAFETY: dense tensors of the sizes of the forward call
            unsafe {
                if self.kind.reduction == Reduction::Mean {
                    shared[0] = C::from_f64((*scale).to_f64() / (*x[2].ptr_of::<C>()).to_f64());
                    scale = shared.as_ptr();
                }
                match &src {
                    Some((x, lse)) => kernel::cross_entropy_backward::<T>(p, x.ptr_of(), target.ptr_of(), lse.ptr_of(), scale, step, out[0].ptr_of()),
                    None => kernel::nll_loss_backward::<T>(p, target.ptr_of(), scale, step, out[0].ptr_of()),
                }
            }
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::INPUTS
    }
    /// The gradient is `s (W softmax(x) - q)` for logits, with constants q (what the targets weigh) and W (their sum),
    /// and `-s q` for log-probabilities; s is g, divided for a mean.
    fn backward(&self, cx: &Context, cot: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let n = cx.node.inputs.len();
        let mut out: Grads = smallvec![None; n];
        let Some(u) = &cot[0] else { return Ok(out) };
        let target = cx.input(1)?;
        let weight = self.weight_at(n).map(|i| cx.input(i)).transpose()?;
        if !self.kind.logits {
            out[0] = Some(self.kind.run(u, &target, weight.as_ref())?);
            return Ok(out);
        }
        let (outer, classes, inner) = split(&self.shape);
        let three = |t: &Tensor| t.reshape_to(&[outer, classes, inner]);
        let q = {
            let op = Hits { kind: self.kind, shape: self.shape.clone(), dtype: self.dtype };
            let mut inputs: SmallVec<[&Tensor; 2]> = smallvec![&target];
            inputs.extend(weight.as_ref());
            three(&apply(op, &inputs)?)?
        };
        let (u, x) = (three(u)?, three(&cx.input(n - 2)?)?);
        let p = x.softmax(1, None)?;
        let all = q.sum_over(&[1], true)?;
        let total = cx.input(2)?.cast(self.dtype)?;
        let mean = self.kind.reduction == Reduction::Mean;
        if want.has(0) {
            let hit = u.mul(p.mul(&all)?.sub(&q)?)?.sum_over(&[1], false)?;
            out[0] = Some(match self.kind.reduction {
                Reduction::None => hit.reshape_to(cx.shape(0))?,
                _ => {
                    let sum = hit.sum(None)?;
                    if mean { sum.div(&total)? } else { sum }
                }
            });
        }
        if want.has(n - 2) {
            let g = cx.input(0)?;
            let s = match self.kind.reduction {
                Reduction::None => g.reshape_to(&[outer, 1, inner])?,
                Reduction::Mean => g.div(&total)?,
                Reduction::Sum => g,
            };
            let pu = p.mul(&u)?;
            let inside = pu.sub(p.mul(pu.sum_over(&[1], true)?)?)?;
            out[n - 2] = Some(inside.mul(all.mul(s)?)?.reshape_to(&self.shape)?);
        }
        Ok(out)
    }
}

/// What each class of each row weighs in the loss: the smoothed one-hot targets times the weights.
#[derive(Clone, Debug)]
struct Hits {
    kind: ClassLoss,
    shape: Dims,
    dtype: DType,
}

impl Op for Hits {
    fn name(&self) -> &'static str {
        "cross_entropy_targets"
    }
    fn infer(&self, _: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.shape, self.dtype)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let target = copy::dense_held(x[0])?;
        let weight = x.get(1).map(|w| copy::dense_held(w)).transpose()?;
        let (outer, classes, inner) = split(&self.shape);
        with_dtype!(self.name(), self.dtype, float, T => {
            #[allow(unused_imports)] // the half types have these conversions of their own
            use crate::base::Elem;
            let (t, dst) = (target.ptr_of::<i64>(), out[0].ptr_of::<T>());
            let w = weight.as_ref().map(|w| w.ptr_of::<T>());
            for row in 0..outer * inner {
                for c in 0..classes {
                    // SAFETY: within the dense target, weight and result
                    unsafe {
                        let (t, w) = (*t.add(row), w.map_or(1.0, |w| (*w.add(c)).to_f64()));
                        let hot = if t == c as i64 { 1.0 - self.kind.smoothing } else { 0.0 };
                        let q = if t == self.kind.ignore { 0.0 } else { w * (hot + self.kind.smoothing / classes as f64) };
                        dst.add((row / inner * classes + c) * inner + row % inner).write(T::from_f64(q));
                    }
                }
            }
            Ok(())
        })
    }
}
