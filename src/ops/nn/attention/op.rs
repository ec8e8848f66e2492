//! Attention and its gradient, each in one op. Heads are read where they lie: views of a joint projection are not
//! copied, and results take the order of the queries' memory.

use crate::autograd::grad_enabled;
use crate::base::{DType, Device, Dims, Layout, broadcast};
use crate::error::Result;
use crate::kernels::cpu::nn::attention as kernel;
use crate::kernels::cpu::nn::attention::{Gradients, Mask, Masks, Matrices, Shape};
use crate::kernels::gpu::machine::Place;
use crate::kernels::gpu::nn::attention as card;
use crate::ops::driver::apply::apply_multi;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::driver::recompute;
use crate::ops::linalg::matmul::op::{batch_offsets, last_two};
use crate::ops::nn::attention::composed::{composed, repeat_heads};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{grads, with_dtype};
use smallvec::smallvec;

/// Inputs: query, key, value and perhaps a mask that broadcasts to the scores. Results: values, and for the gradient
/// the logarithm of each row's sum. Leading axes are alike, but that key and value may have fewer heads.
#[derive(Clone, Copy, Debug)]
pub struct Attend {
    pub scale: f64,
    pub causal: bool,
    /// Heads of the query for one of key and value.
    pub group: usize,
}

/// A dense result in the order of the memory of `x`, rows together.
fn beside(x: &Tensor, width: usize) -> Meta {
    let n = x.ndim();
    let mut shape = x.layout().shape.clone();
    shape[n - 1] = width;
    let order = x.layout().stride_order();
    if order[n - 1] != n - 1 || x.strides().contains(&0) {
        return Meta::new(&shape, x.dtype());
    }
    Meta { layout: Layout::permuted_dense(&shape, &order), dtype: x.dtype() }
}

/// A tensor as the stack of its matrices.
struct Stack(smallvec::SmallVec<[isize; 8]>);

impl Stack {
    fn of(x: &Tensor) -> Result<Stack> {
        batch_offsets(x.layout(), &x.shape()[..x.ndim() - 2]).map(Stack)
    }
    fn matrices<T: crate::base::Elem>(&self, x: &Tensor) -> Matrices<'_, T> {
        let (row, col) = last_two(x.layout());
        Matrices { ptr: x.ptr_of::<T>(), offsets: &self.0, row, col }
    }
}

impl Attend {
    fn on_card(&self) -> card::Shape {
        card::Shape { group: self.group, scale: self.scale, causal: self.causal }
    }
    fn shape<T: crate::base::Elem>(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Shape<T> {
        let n = q.ndim();
        Shape {
            heads: q.shape()[..n - 2].iter().product(),
            group: self.group,
            queries: q.shape()[n - 2],
            keys: k.shape()[n - 2],
            depth: q.shape()[n - 1],
            width: v.shape()[n - 1],
            scale: T::from_f64(self.scale),
            causal: self.causal,
        }
    }
}

/// A tensor on a card, read with a layout.
fn seen<'a>(t: &'a Tensor, at: &'a Layout) -> Result<Place<'a>> {
    Ok(Place { offset: at.offset, shape: &at.shape, strides: &at.strides, ..t.place()? })
}

/// The mask's layout over all scores.
fn over_scores(mask: &Tensor, q: &Tensor, k: &Tensor) -> Layout {
    let n = q.ndim();
    let mut shape = q.layout().shape.clone();
    shape[n - 1] = k.shape()[n - 2];
    mask.layout().broadcast_to(&shape)
}

fn masks<'a, T: crate::base::Elem>(mask: Option<(&Tensor, &Layout)>, offsets: &'a Stack) -> Masks<'a, T> {
    let mask = match mask {
        None => Mask::None,
        Some((m, l)) => {
            let (row, col) = last_two(l);
            if m.dtype() == DType::Bool {
                Mask::Bool(m.ptr_of::<bool>(), row, col)
            } else {
                Mask::Float(m.ptr_of::<T>(), row, col)
            }
        }
    };
    Masks { mask, offsets: &offsets.0 }
}

/// The mask's layout and where its matrices begin.
fn mask_stack(mask: Option<&&Tensor>, q: &Tensor, k: &Tensor) -> Result<(Option<Layout>, Stack)> {
    let layout = mask.map(|m| over_scores(m, q, k));
    let offsets = layout
        .as_ref()
        .map(|l| batch_offsets(l, &q.shape()[..q.ndim() - 2]))
        .transpose()?
        .unwrap_or_default();
    Ok((layout, Stack(offsets)))
}

impl Op for Attend {
    fn name(&self) -> &'static str {
        "scaled_dot_product_attention"
    }
    fn grad_name(&self) -> &'static str {
        "ScaledDotProductFlashAttentionForCpuBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (q, v) = (x[0], x[2]);
        let n = q.ndim();
        let sums = if q.dtype() == DType::F64 { DType::F64 } else { DType::F32 };
        Ok(smallvec![beside(q, v.shape()[n - 1]), Meta::new(&q.shape()[..n - 1], sums)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (q, k, v) = (x[0], x[1], x[2]);
        let (sq, sk, sv, so) = (Stack::of(q)?, Stack::of(k)?, Stack::of(v)?, Stack::of(&out[0])?);
        let (layout, sm) = mask_stack(x.get(3), q, k)?;
        with_dtype!(self.name(), q.dtype(), native, T => {
            let mask = masks::<T>(x.get(3).copied().zip(layout.as_ref()), &sm);
            let (q0, k0, v0) = (sq.matrices::<T>(q), sk.matrices::<T>(k), sv.matrices::<T>(v));
            let (to, lse) = (so.matrices::<T>(&out[0]), out[1].ptr_of::<T>());
            // SAFETY: the layouts agree in their sizes and lie in storages the driver holds; results are new
            unsafe { kernel::forward(&self.shape::<T>(q, k, v), q0, k0, v0, mask, to, lse) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (q, k, v) = (x[0], x[1], x[2]);
        let mask = x.get(3).map(|m| over_scores(m, q, k));
        let mask = x.get(3).zip(mask.as_ref()).map(|(m, l)| seen(m, l)).transpose()?;
        let lse = out[1].layout().unsqueeze(out[1].ndim());
        let (q, k, v, to) = (q.place()?, k.place()?, v.place()?, out[0].place()?);
        card::forward(self.name(), &self.on_card(), q, k, v, mask, to, seen(&out[1], &lse)?)
    }
    fn differentiable(&self, output: usize) -> bool {
        output == 0
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::ALL
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let inputs: Vec<Tensor> = (0..cx.node.inputs.len()).map(|i| cx.input(i)).collect::<Result<_>>()?;
        let Some(g) = &g[0] else { return grads![None, None, None] };
        if grad_enabled() {
            return recompute::gradients(&inputs, want, &[Some(g.clone())], |x| {
                let heads = |t: &Tensor| match self.group {
                    1 => Ok(t.clone()),
                    n => repeat_heads(t, t.shape()[t.ndim() - 3] * n),
                };
                let (k, v) = (heads(&x[1])?, heads(&x[2])?);
                Ok(vec![composed(&x[0], &k, &v, x.get(3), self.causal, self.scale, 0.0)?])
            });
        }
        let (out, lse) = (cx.output(0)?, cx.output(1)?);
        let mut all: Vec<&Tensor> = vec![g, &out, &lse];
        all.extend(&inputs);
        let found = apply_multi(AttendGrad(*self), &all)?;
        let mut all: Grads = found.into_iter().enumerate().map(|(i, d)| want.has(i).then_some(d)).collect();
        all.resize(inputs.len(), None);
        Ok(all)
    }
}

/// The gradients for query, key and value. Inputs: that of the result, the result, its logarithms of sums, and the
/// inputs. Never recorded: with recording on, the gradient is composed.
#[derive(Debug)]
struct AttendGrad(Attend);

impl Op for AttendGrad {
    fn name(&self) -> &'static str {
        self.0.name()
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(x[3..6].iter().map(|t| beside(t, t.shape()[t.ndim() - 1])).collect())
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (q, k, v) = (x[3], x[4], x[5]);
        let stacks: Vec<Stack> =
            [x[0], x[1], q, k, v].into_iter().chain(out).map(Stack::of).collect::<Result<_>>()?;
        let (layout, sm) = mask_stack(x.get(6), q, k)?;
        let sums = crate::ops::driver::memory::dense_held(x[2])?;
        with_dtype!(self.name(), q.dtype(), native, T => {
            let mask = masks::<T>(x.get(6).copied().zip(layout.as_ref()), &sm);
            let (g, y) = (stacks[0].matrices::<T>(x[0]), stacks[1].matrices::<T>(x[1]));
            let (q0, k0, v0) = (stacks[2].matrices::<T>(q), stacks[3].matrices::<T>(k), stacks[4].matrices::<T>(v));
            let to = |i: usize| stacks[5 + i].matrices::<T>(&out[i]);
            let d = Gradients { q: to(0), k: to(1), v: to(2) };
            let lse = sums.ptr_of::<T>();
            // SAFETY: as in the forward call
            unsafe { kernel::backward(&self.0.shape::<T>(q, k, v), q0, k0, v0, mask, g, y, lse, d) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (q, k, v) = (x[3], x[4], x[5]);
        let mask = x.get(6).map(|m| over_scores(m, q, k));
        let mask = x.get(6).zip(mask.as_ref()).map(|(m, l)| seen(m, l)).transpose()?;
        let lse = x[2].layout().unsqueeze(x[2].ndim());
        let (g, y, lse) = (x[0].place()?, x[1].place()?, seen(x[2], &lse)?);
        let (inputs, d) =
            ([q.place()?, k.place()?, v.place()?], [out[0].place()?, out[1].place()?, out[2].place()?]);
        card::backward(&self.0.on_card(), inputs, mask, g, y, lse, d)
    }
}

/// Whether the device of the operands has a kernel for their dtype and for heads of their widths.
fn has_kernel(query: &Tensor, value: &Tensor) -> bool {
    let widest = [query, value].iter().filter_map(|t| t.shape().last()).max().copied().unwrap_or(0);
    match (query.device(), query.dtype()) {
        (Device::Gpu(_), d) => matches!(d, DType::F32 | DType::F16 | DType::BF16) && widest <= card::WIDEST,
        (_, d) => matches!(d, DType::F32 | DType::F64),
    }
}

/// The fused op where it applies: float32 and float64, sizes that fit (errors are the composition's), at least one
/// element everywhere, and no gradient for the mask.
pub fn fused(
    query: &Tensor,
    key: &Tensor,
    value: &Tensor,
    mask: Option<&Tensor>,
    causal: bool,
    scale: f64,
    enable_gqa: bool,
) -> Result<Option<Tensor>> {
    let n = query.ndim();
    let (sq, sk, sv) = (query.shape(), key.shape(), value.shape());
    let any_empty = [query, key, value].iter().any(|t| t.numel() == 0);
    if !has_kernel(query, value) || any_empty || sk.len() != n || sv.len() != n {
        return Ok(None);
    }
    if sk[n - 1] != sq[n - 1]
        || sk[n - 2] != sv[n - 2]
        || mask.is_some_and(|m| m.requires_grad() && grad_enabled())
    {
        return Ok(None);
    }
    let (bq, bk, bv) = (&sq[..n - 2], &sk[..n - 2], &sv[..n - 2]);
    let mut group = 1;
    let (mut q, mut k, mut v) = (query.clone(), key.clone(), value.clone());
    if enable_gqa && n >= 3 && (bk != bq || bv != bq) {
        let lead = n - 3;
        let fits = bk == bv && bq[..lead] == bk[..lead] && bq[lead].is_multiple_of(bk[lead]);
        if !fits {
            return Ok(None);
        }
        group = bq[lead] / bk[lead];
    } else if bk != bq || bv != bq {
        let Ok(batch) = broadcast(bq, bk).and_then(|b| broadcast(&b, bv)) else { return Ok(None) };
        let wide = |t: &Tensor| {
            let mut shape = batch.clone();
            shape.extend_from_slice(&t.shape()[n - 2..]);
            t.expand_to(&shape)
        };
        (q, k, v) = (wide(&q)?, wide(&k)?, wide(&v)?);
    }
    let mut inputs = vec![q, k, v];
    if let Some(m) = mask {
        let mut scores: Dims = inputs[0].shape()[..n - 1].into();
        scores.push(sk[n - 2]);
        if !broadcast(m.shape(), &scores).is_ok_and(|s| s == scores) || m.device() != query.device() {
            return Ok(None);
        }
        inputs.push(if m.dtype() == DType::Bool { m.clone() } else { m.cast(query.dtype())? });
    }
    let mut out = apply_multi(Attend { scale, causal, group }, &inputs.iter().collect::<Vec<_>>())?;
    Ok(Some(out.swap_remove(0)))
}
