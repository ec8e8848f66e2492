//! Losses of class targets: negative log-likelihood and cross entropy. Ops and rows.
//!
//! Both see their input as (outer, classes, inner) with a target for each (outer, inner) pair.

use crate::base::{DType, Device, Dims, Elem, Float, Scalar, numel};
use crate::error::{Error, Result};
use crate::kernels::cpu::index::slice_of;
use crate::kernels::cpu::nn::loss::class as kernel;
use crate::kernels::cpu::nn::loss::class::{Classes, Over};
use crate::kernels::gpu::machine::Place;
use crate::kernels::gpu::nn::loss::class as gpu;
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::memory::{dense_cast_held, dense_held, index_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::nn::image::deliver_held;
use crate::ops::nn::loss::Reduction;
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, rows, with_dtype};
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

/// What losses are computed in, and their weights and log-sum-exps kept in.
fn computed(d: DType) -> DType {
    if d == DType::F64 { DType::F64 } else { DType::F32 }
}

/// Whether the processor's kernel takes samples one after the other: it does where all have the same weights of classes.
fn by_samples(x: &[&Tensor], weight: Option<&&Tensor>) -> bool {
    x[0].device() == Device::Cpu && weight.is_none_or(|w| !w.is_batched())
}

/// Of the samples of a tensor, `n` axes in front, the first.
fn first_of(t: &Tensor, n: usize) -> Result<Tensor> {
    t.alias((0..n).fold(t.layout().clone(), |l, _| l.select(0, 0)))
}

/// A result, or dense room for it.
fn dense_place(out: &Tensor) -> Result<Tensor> {
    if out.is_contiguous() { Ok(out.clone()) } else { Tensor::empty(out.shape(), out.dtype(), out.device()) }
}

impl ClassLoss {
    /// Every target names a class or is to be ignored; asked forward and backward, for it may have been written to since.
    #[allow(unsafe_code)]
    fn check(&self, target: &Tensor, classes: usize) -> Result<()> {
        // SAFETY: dense int64 elements
        let targets = unsafe { slice_of::<i64>(target.ptr_of::<i64>().cast(), target.numel()) };
        match targets.iter().find(|&&t| t != self.ignore && (t < 0 || t >= classes as i64)) {
            Some(bad) => bail!(Index, "Target {bad} is out of bounds."),
            None => Ok(()),
        }
    }
    fn classes<T: Elem>(&self, shape: &[usize], weight: &Option<Tensor>) -> Classes<T> {
        let (outer, classes, inner) = split(shape);
        let weight = weight.as_ref().map_or(std::ptr::null(), |w| w.ptr_of::<T>() as *const T);
        Classes { outer, classes, inner, weight, ignore: self.ignore, smoothing: self.smoothing }
    }
    fn over(&self) -> Over {
        match self.reduction {
            Reduction::None => Over::Rows,
            Reduction::Sum => Over::Sum,
            Reduction::Mean => Over::Mean,
        }
    }
    fn on_gpu<'a>(&self, shape: &[usize], weight: Option<Place<'a>>) -> gpu::Classes<'a> {
        let (outer, classes, inner) = split(shape);
        gpu::Classes { outer, classes, inner, weight, ignore: self.ignore, smoothing: self.smoothing }
    }
    fn over_on_gpu(&self) -> gpu::Over {
        match self.reduction {
            Reduction::None => gpu::Over::Rows,
            Reduction::Sum => gpu::Over::Sum,
            Reduction::Mean => gpu::Over::Mean,
        }
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
    fn batching(&self, x: &[&Tensor], _: usize) -> Batching<Self> {
        if by_samples(x, x.get(2)) { Batching::Own } else { Batching::Each }
    }
    #[allow(unsafe_code)]
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let shape = &x[0].shape()[n..];
        let count: usize = x[0].shape()[..n].iter().product();
        let (src, target) = (dense_held(&x[0])?, index_held(&x[1])?);
        let weight = x.get(2).map(|w| dense_held(&first_of(w, n)?)).transpose()?;
        self.kind.check(&target, split(shape).1)?;
        let to: SmallVec<[Tensor; 3]> = out.iter().map(dense_place).collect::<Result<_>>()?;
        let each = |t: &Tensor| t.numel().checked_div(count).unwrap_or(0);
        with_dtype!(self.name(), src.dtype(), float, T => {
            type C = <T as Float>::C;
            let p = self.kind.classes::<T>(shape, &weight);
            let room = Tensor::empty(&[2 * each(&target)], <C as Elem>::DTYPE, Device::Cpu)?;
            for i in 0..count {
                let lse = to.get(2).map_or(std::ptr::null_mut(), |o| o.ptr_of::<C>().wrapping_add(i * each(o)));
                let (x, target) = (src.ptr_of::<T>().wrapping_add(i * each(&src)), target.ptr_of::<i64>().wrapping_add(i * each(&target)));
                let (y, total) = (to[0].ptr_of::<T>().wrapping_add(i * each(&to[0])), to[1].ptr_of::<C>().wrapping_add(i));
                // SAFETY: of each sample what the kernel of one asks for, one after the other in dense tensors
                unsafe { kernel::forward::<T>(p, self.kind.logits, x, target, self.kind.over(), y, total, lse, room.ptr_of()) }
            }
            Ok(())
        })?;
        out.iter().zip(&to).for_each(|(o, t)| deliver_held(o, t));
        Ok(())
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
        let mut metas: Metas = smallvec![Meta::new(&out, d), Meta::new(&[], computed(d))];
        if self.kind.logits {
            let mut pairs = rows(shape);
            pairs.push(2);
            metas.push(Meta::new(&pairs, computed(d)));
        }
        Ok(metas)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (src, target) =
            (crate::ops::driver::memory::dense_held(x[0])?, crate::ops::driver::memory::index_held(x[1])?);
        let weight = x.get(2).map(|w| crate::ops::driver::memory::dense_held(w)).transpose()?;
        let (_, classes, _) = split(x[0].shape());
        self.kind.check(&target, classes)?;
        with_dtype!(self.name(), src.dtype(), float, T => {
            let p = self.kind.classes::<T>(x[0].shape(), &weight);
            let lse = out.get(2).map_or(std::ptr::null_mut(), |o| o.ptr_of());
            // memory of tensors is kept, other memory that is as large comes from the system each time
            let room = Tensor::empty(&[2 * target.numel()], <<T as Float>::C as Elem>::DTYPE, Device::Cpu)?;
            // SAFETY: dense tensors of the sizes named, the result of one element or one for each row; targets were checked
            unsafe {
                kernel::forward::<T>(p, self.kind.logits, src.ptr_of(), target.ptr_of(), self.kind.over(), out[0].ptr_of(), out[1].ptr_of(), lse, room.ptr_of())
            }
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (src, target) =
            (crate::ops::driver::memory::dense_held(x[0])?, crate::ops::driver::memory::index_held(x[1])?);
        let weight = x.get(2).map(|w| crate::ops::driver::memory::dense_held(w)).transpose()?;
        let weight = weight.as_ref().map(Tensor::place).transpose()?;
        let lse = out.get(2).map(Tensor::place).transpose()?;
        let (y, total) = (out[0].place()?, out[1].place()?);
        let classes = self.kind.on_gpu(x[0].shape(), weight);
        classes.forward(self.name(), src.place()?, target.place()?, self.kind.over_on_gpu(), y, total, lse)
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
    fn batching(&self, x: &[&Tensor], _: usize) -> Batching<Self> {
        if by_samples(x, self.weight_at(x.len()).map(|i| &x[i])) { Batching::Own } else { Batching::Each }
    }
    #[allow(unsafe_code)]
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let count: usize = out[0].shape()[..n].iter().product();
        let (g, target) = (dense_cast_held(&x[0], computed(self.dtype))?, index_held(&x[1])?);
        let total = dense_held(&x[2])?;
        let weight = self.weight_at(x.len()).map(|i| dense_held(&first_of(&x[i], n)?)).transpose()?;
        self.kind.check(&target, split(&self.shape).1)?;
        let last = &x[x.len() - 2..];
        let src = if self.kind.logits { Some((dense_held(&last[0])?, dense_held(&last[1])?)) } else { None };
        let to = dense_place(&out[0])?;
        let each = |t: &Tensor| t.numel().checked_div(count).unwrap_or(0);
        with_dtype!(self.name(), self.dtype, float, T => {
            type C = <T as Float>::C;
            let p = self.kind.classes::<T>(&self.shape, &weight);
            for i in 0..count {
                let logits = src.as_ref().map(|(x, lse)| {
                    let (x, lse) = (x.ptr_of::<T>().wrapping_add(i * each(x)), lse.ptr_of::<C>().wrapping_add(i * each(lse)));
                    (x as *const T, lse as *const C)
                });
                let (target, g) = (target.ptr_of::<i64>().wrapping_add(i * each(&target)), g.ptr_of::<C>().wrapping_add(i * each(&g)));
                let (total, dx) = (total.ptr_of::<C>().wrapping_add(i), to.ptr_of::<T>().wrapping_add(i * each(&to)));
                // SAFETY: of each sample what the kernel of one asks for, one after the other in dense tensors
                unsafe { kernel::backward::<T>(p, logits, target, g, self.kind.over(), total, dx) }
            }
            Ok(())
        })?;
        deliver_held(&out[0], &to);
        Ok(())
    }
    fn infer(&self, _: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.shape, self.dtype)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let target = crate::ops::driver::memory::index_held(x[1])?;
        self.kind.check(&target, split(&self.shape).1)?;
        let weight =
            self.weight_at(x.len()).map(|i| crate::ops::driver::memory::dense_held(x[i])).transpose()?;
        let g = crate::ops::driver::memory::dense_cast_held(x[0], computed(self.dtype))?;
        let n = x.len();
        let src = if self.kind.logits {
            Some((
                crate::ops::driver::memory::dense_held(x[n - 2])?,
                crate::ops::driver::memory::dense_held(x[n - 1])?,
            ))
        } else {
            None
        };
        with_dtype!(self.name(), self.dtype, float, T => {
            let p = self.kind.classes::<T>(&self.shape, &weight);
            let logits = src.as_ref().map(|(x, lse)| (x.ptr_of::<T>() as *const T, lse.ptr_of::<<T as Float>::C>() as *const _));
            // SAFETY: dense tensors of the sizes of the forward call
            unsafe {
                kernel::backward::<T>(p, logits, target.ptr_of(), g.ptr_of(), self.kind.over(), x[2].ptr_of(), out[0].ptr_of())
            }
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        use crate::ops::driver::memory::{dense_cast_held, dense_held, index_held};
        let (target, n) = (index_held(x[1])?, x.len());
        let weight = self.weight_at(n).map(|i| dense_held(x[i])).transpose()?;
        let g = dense_cast_held(x[0], DType::F32)?;
        let src = if self.kind.logits { Some((dense_held(x[n - 2])?, dense_held(x[n - 1])?)) } else { None };
        let logits = match &src {
            Some((x, lse)) => Some([x.place()?, lse.place()?]),
            None => None,
        };
        let classes = self.kind.on_gpu(&self.shape, weight.as_ref().map(Tensor::place).transpose()?);
        let (total, dx) = (x[2].place()?, out[0].place()?);
        classes.backward(self.name(), logits, target.place()?, g.place()?, self.kind.over_on_gpu(), total, dx)
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
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Each
    }
    fn infer(&self, _: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.shape, self.dtype)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let target = crate::ops::driver::memory::dense_held(x[0])?;
        let weight = x.get(1).map(|w| crate::ops::driver::memory::dense_held(w)).transpose()?;
        with_dtype!(self.name(), self.dtype, float, T => {
            let p = self.kind.classes::<T>(&self.shape, &weight);
            // SAFETY: dense target, weight and result of the sizes named
            unsafe { kernel::hits::<T>(p, target.ptr_of(), out[0].ptr_of()) }
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let target = crate::ops::driver::memory::dense_held(x[0])?;
        let weight = x.get(1).map(|w| crate::ops::driver::memory::dense_held(w)).transpose()?;
        let classes = self.kind.on_gpu(&self.shape, weight.as_ref().map(Tensor::place).transpose()?);
        classes.hits(self.name(), target.place()?, out[0].place()?)
    }
}

/// The axis of classes and their number.
fn class_axis(input: &Tensor) -> (usize, usize) {
    let axis = (input.ndim() > 1) as usize;
    (axis, input.shape().get(axis).copied().unwrap_or(1))
}

fn check_weight(op: &str, weight: Option<&Tensor>, classes: usize) -> Result<()> {
    if let Some(w) = weight {
        ensure!(
            w.shape() == [classes],
            Runtime,
            "{op}weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of shape: {:?}",
            w.shape()
        );
    }
    Ok(())
}

/// Class targets as the kernels want them, or what is wrong with them.
fn class_targets(input: &Tensor, target: &Tensor, weight: Option<&Tensor>) -> Result<Tensor> {
    let (n, classes) = (input.ndim(), class_axis(input).1);
    ensure!(n >= 1, Value, "Expected 1 or more dimensions (got {n})");
    if n != 1 && input.shape()[0] != target.shape().first().copied().unwrap_or(1) {
        bail!(
            Value,
            "Expected input batch_size ({}) to match target batch_size ({}).",
            input.shape()[0],
            target.shape().first().copied().unwrap_or(1)
        );
    }
    ensure!(
        n > 2 || target.ndim() <= 1,
        Runtime,
        "0D or 1D target tensor expected, multi-target not supported"
    );
    ensure!(
        matches!(target.dtype(), DType::I64 | DType::U8),
        Runtime,
        "expected target dtype to be Long or Byte, but got {}",
        target.dtype().scalar_name()
    );
    let mut wanted = Dims::from_slice(input.shape());
    wanted.remove((n > 1) as usize);
    let fits = target.shape() == wanted.as_slice() || n == 1 && target.numel() == 1;
    ensure!(fits, Runtime, "Expected target size {:?}, got {:?}", wanted.as_slice(), target.shape());
    check_weight("", weight, classes)?;
    target.reshape_to(&wanted)?.cast(DType::I64)
}

/// Cross entropy with a distribution as the target.
fn with_probabilities(
    input: &Tensor,
    target: &Tensor,
    weight: Option<&Tensor>,
    reduction: Reduction,
    smoothing: f64,
) -> Result<Tensor> {
    let (axis, classes) = class_axis(input);
    ensure!(
        target.dtype().is_float(),
        Runtime,
        "Expected floating point type for target with class probabilities, got {}",
        target.dtype().scalar_name()
    );
    check_weight("cross_entropy: ", weight, classes)?;
    let target = if smoothing > 0.0 {
        target.mul(1.0 - smoothing)?.add(smoothing / classes as f64)?
    } else {
        target.clone()
    };
    let mut terms = input.log_softmax(axis as i64, None)?.mul(&target)?;
    if let Some(w) = weight {
        let mut shape = Dims::from_elem(1, input.ndim());
        shape[axis] = classes;
        terms = terms.mul(w.reshape_to(&shape)?)?;
    }
    match reduction {
        Reduction::None => terms.sum_over(&[axis as i64], false)?.neg(),
        Reduction::Sum => terms.sum(None)?.neg(),
        Reduction::Mean => {
            let rows = input.numel() as f64 / classes as f64;
            terms.sum(None)?.neg()?.div(Scalar::Float(rows))
        }
    }
}

rows! { CLASS:
    /// The negative log-likelihood of class targets under log-probabilities (N, C, ...) or (C).
    ///
    /// Args: target: int64 (N, ...) or 0-d; weight: one factor per class; ignore_index: a target that does not count;
    /// reduction: none, mean (weighted) or sum.
    /// Errors: IndexError for a target that is no class, ValueError for batch sizes that differ.
    ///
    /// ```text
    /// >>> F.nll_loss(torch.tensor([[-0.1, -2.0], [-1.0, -0.5]]), torch.tensor([0, 1]))
    /// tensor(0.3000)
    /// ```
    [Nn] autocast Float32 fn nll_loss(
        input: &Tensor, target: &Tensor, weight: Option<&Tensor> = None, size_average: Option<bool> = None,
        ignore_index: i64 = -100, reduce: Option<bool> = None, reduction: &str = "mean"
    ) -> Tensor {
        let reduction = Reduction::legacy(reduction, size_average, reduce)?;
        let target = class_targets(input, target, weight)?;
        ClassLoss { logits: false, ignore: ignore_index, smoothing: 0.0, reduction }.run(input, &target, weight)
    }
    /// Cross entropy between logits (N, C, ...) or (C) and class targets, or distributions of the input's shape.
    ///
    /// Args: target: int64 classes or floating probabilities; weight: one factor per class; ignore_index: a target that
    /// does not count; label_smoothing: in [0, 1].
    /// Errors: IndexError for a target that is no class, ValueError for batch sizes that differ.
    ///
    /// ```text
    /// >>> F.cross_entropy(torch.tensor([[2.0, 0.0], [0.0, 0.0]]), torch.tensor([0, 1]))
    /// tensor(0.4100)
    /// ```
    [Nn] autocast Float32 fn cross_entropy(
        input: &Tensor, target: &Tensor, weight: Option<&Tensor> = None, size_average: Option<bool> = None,
        ignore_index: i64 = -100, reduce: Option<bool> = None, reduction: &str = "mean", label_smoothing: f64 = 0.0
    ) -> Tensor {
        let reduction = Reduction::legacy(reduction, size_average, reduce)?;
        ensure!((0.0..=1.0).contains(&label_smoothing), Runtime, "label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}");
        if input.shape() == target.shape() {
            ensure!(ignore_index < 0, Runtime, "ignore_index is not supported for floating point target");
            return with_probabilities(input, target, weight, reduction, label_smoothing);
        }
        if !input.dtype().is_float() {
            return Err(crate::error::Error::no_dtype("log_softmax_lastdim_kernel_impl", input.dtype(), "floating dtypes"));
        }
        let target = class_targets(input, target, weight)?;
        ClassLoss { logits: true, ignore: ignore_index, smoothing: label_smoothing, reduction }.run(input, &target, weight)
    }
}

pub const TABLE: Table = &[CLASS];
