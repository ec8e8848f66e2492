//! The gradients of the normalisation layers, as one fused op with its own transpose.

use crate::base::{DType, Dims, numel};
use crate::error::Result;
use crate::kernels::cpu::nn::norm as kernel;
use crate::kernels::gpu::nn::norm as gpu;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::nn::image::{deliver_held, laid_out_held, landing};
use crate::ops::nn::norm::{Over, Samples, address, layer_rows, planes};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::with_dtype;
use smallvec::{SmallVec, smallvec};

/// The gradients for x, weight and bias (those wanted). Inputs: g, x, mean, 1/deviation and perhaps the weight.
#[derive(Clone, Debug)]
pub struct NormGrad {
    pub over: Over,
    pub eps: f64,
    pub wanted: [bool; 3],
    /// Dtype and shape of the parameters.
    pub param: DType,
    pub shape: Dims,
}

impl Op for NormGrad {
    fn name(&self) -> &'static str {
        self.over.name()
    }
    fn grad_name(&self) -> &'static str {
        match self.over {
            Over::Batch { .. } => "NativeBatchNormBackwardBackward0",
            Over::Layer { .. } => "NativeLayerNormBackwardBackward0",
            Over::Group { .. } => "NativeGroupNormBackwardBackward0",
        }
    }
    fn batching(&self, x: &[&Tensor], _: usize) -> Batching<Self> {
        // each sample has its gradients of parameters; those of channels are sums over other axes
        let own = self.wanted[1] || self.wanted[2] || x[4..].iter().any(|t| t.is_batched());
        if own && !matches!(self.over, Over::Batch { .. }) { Batching::Each } else { Batching::Own }
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let samples = Samples { over: self.over, n };
        let mut operands = vec![samples.image(&x[0])?, samples.image(&x[1])?];
        operands.extend([samples.statistics(&x[2])?, samples.statistics(&x[3])?]);
        for t in &x[4..] {
            operands.push(samples.parameter(t)?);
        }
        let (images, rest) = out.split_at(self.wanted[0] as usize);
        let mut results: Vec<Tensor> = images.iter().map(|t| samples.landing(t)).collect::<Result<_>>()?;
        for t in rest {
            results.push(samples.statistics(t)?);
        }
        self.cpu(&operands.iter().collect::<Vec<_>>(), &results)?;
        images.iter().zip(&results).try_for_each(|(to, from)| samples.deliver(to, from))
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let mut out = Metas::new();
        if self.wanted[0] {
            out.push(Meta::with_format(x[1].shape(), x[1].dtype(), self.over.format(x[1])));
        }
        for _ in self.wanted[1..].iter().filter(|w| **w) {
            out.push(Meta::new(&self.shape, self.param));
        }
        Ok(out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let dtype =
            if self.param == DType::F32 && x[1].dtype() != DType::F64 { DType::F32 } else { x[1].dtype() };
        let format = self.over.format(x[1]);
        let (g, src) = (laid_out_held(x[0], format, dtype)?, laid_out_held(x[1], format, dtype)?);
        let weight = x.get(4).map(|w| crate::ops::driver::memory::dense_cast_held(w, dtype)).transpose()?;
        let mut places = out.iter();
        let mut land: SmallVec<[Option<Tensor>; 3]> = SmallVec::new();
        for w in self.wanted {
            land.push(if w { places.next().map(|o| landing(o, dtype)).transpose()? } else { None });
        }
        let shape = x[1].shape();
        // SAFETY: dense tensors of the sizes of the forward call, held by the driver
        with_dtype!(self.name(), dtype, float, T => unsafe {
            type C = <T as crate::base::Float>::C;
            let (g, src, w) = (g.ptr_of::<T>(), src.ptr_of::<T>(), address::<T>(&weight));
            let (mean, rstd) = (x[2].ptr_of::<C>(), x[3].ptr_of::<C>());
            let (dx, dw, db) = (address::<T>(&land[0]), address::<T>(&land[1]), address::<T>(&land[2]));
            match self.over {
                Over::Batch { train } => kernel::batch_norm_backward(planes(shape, format), g, src, w, mean, rstd, train, dx, dw, db),
                Over::Layer { n } => kernel::layer_norm_backward(layer_rows(shape, n), g, src, w, mean, rstd, dx, dw, db),
                Over::Group { groups } => kernel::group_norm_backward(planes(shape, format), groups, g, src, w, mean, rstd, dx, dw, db),
            }
            Ok(())
        })?;
        for (o, l) in out.iter().zip(land.iter().flatten()) {
            deliver_held(o, l);
        }
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let axes = self.over.axes(x[1].shape());
        let weight = x.get(4).map(|w| crate::ops::driver::memory::dense_held(w)).transpose()?;
        let mut places = out.iter();
        let [dx, dw, db] = self.wanted.map(|w| if w { places.next() } else { None });
        let (g, src) = (self.over.seen(x[0]), self.over.seen(x[1]));
        let land = dx.map(|t| self.over.seen(t));
        let dx = match (&land, dx) {
            (Some(seen), Some(t)) => Some(seen.of(t.place()?)),
            _ => None,
        };
        gpu::backward(
            self.name(),
            &axes,
            self.over != Over::Batch { train: false },
            g.of(x[0].place()?),
            src.of(x[1].place()?),
            x[2].place()?,
            x[3].place()?,
            weight.as_ref().map(Tensor::place).transpose()?,
            dx,
            dw.map(Tensor::place).transpose()?,
            db.map(Tensor::place).transpose()?,
        )
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::INPUTS
    }
    /// With `h = (x - mean) r`, `G = g w` and averages over what shares statistics, the first gradients are
    /// `dx = r (G - avg G - h avg(G h))`, `dw = sum g h`, `db = sum g`; this is their transpose, said in public ops.
    fn backward(&self, cx: &Context, cot: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let (g0, x0) = (cx.input(0)?, cx.input(1)?);
        let shape = Dims::from_slice(x0.shape());
        let weight = if cx.node.inputs.len() > 4 { Some(cx.input(4)?) } else { None };
        let view = View::of(self.over, &shape);
        let (g, x) = (g0.reshape_to(&view.shape)?, x0.reshape_to(&view.shape)?);
        let w = weight.as_ref().map(|w| w.reshape_to(&view.params)).transpose()?;
        let avg = |t: &Tensor| t.sum_over(&view.shared, true)?.mul(1.0 / view.count);
        let train = self.over != Over::Batch { train: false };
        let (d, r) = if train {
            let d = x.sub(avg(&x)?)?;
            let r = avg(&d.mul(&d)?)?.add(self.eps)?.rsqrt()?;
            (d, r)
        } else {
            let stats = |i: usize| cx.input(i)?.reshape_to(&view.params);
            (x.sub(stats(2)?)?, stats(3)?)
        };
        let h = d.mul(&r)?;
        let gw = match &w {
            Some(w) => g.mul(w)?,
            None => g.clone(),
        };
        let mut it = cot.iter();
        let [u, a, b] = self.wanted.map(|w| if w { it.next().cloned().flatten() } else { None });
        let (mut dg, mut q, mut dw): (Option<Tensor>, Option<Tensor>, Option<Tensor>) = (None, None, None);
        let mut through_r = None;
        if let Some(u) = &u {
            let u = u.reshape_to(&view.shape)?;
            let (mu, mh) = (avg(&u)?, avg(&u.mul(&h)?)?);
            let t = if train { u.sub(&mu)?.sub(h.mul(&mh)?)? } else { u.clone() }.mul(&r)?;
            if train {
                let gh = gw.mul(&h)?;
                let inner = u.mul(avg(&gh)?)?.add(gw.mul(&mh)?)?;
                q = Some(inner.mul(&r)?.neg()?);
                let p = avg(&u.mul(&gw)?)?.sub(avg(&gw)?.mul(&mu)?)?.sub(avg(&gh)?.mul(&mh)?)?;
                through_r = Some(p.mul(r.mul(&r)?)?);
            }
            if weight.is_some() {
                dw = Some(t.mul(&g)?.sum_over(&view.per_param, false)?);
            }
            dg = Some(match &w {
                Some(w) => t.mul(w)?,
                None => t,
            });
        }
        if let Some(a) = &a {
            let a = a.reshape_to(&view.params)?;
            dg = plus(dg, h.mul(&a)?)?;
            q = plus(q, g.mul(&a)?)?;
        }
        if let Some(b) = &b {
            dg = plus(dg, b.reshape_to(&view.params)?.expand_to(&view.shape)?)?;
        }
        let dx = match q {
            None => None,
            Some(q) if !train => Some(q.mul(&r)?),
            Some(q) => {
                let mut dx = q.sub(avg(&q)?)?.sub(h.mul(avg(&q.mul(&h)?)?)?)?.mul(&r)?;
                if let Some(p) = through_r {
                    dx = dx.sub(h.mul(p)?)?;
                }
                Some(dx)
            }
        };
        let back = |t: Option<Tensor>, shape: &[usize]| t.map(|t| t.reshape_to(shape)).transpose();
        let mut out: Grads = smallvec![back(dg, &shape)?, back(dx, &shape)?, None, None];
        if let Some(w) = &weight {
            out.push(back(dw, w.shape())?);
        }
        Ok(out)
    }
}

fn plus(a: Option<Tensor>, b: Tensor) -> Result<Option<Tensor>> {
    match a {
        Some(a) => a.add(&b).map(Some),
        None => Ok(Some(b)),
    }
}

/// The axes of a norm spelled out: x in `shape`, parameters in `params`, statistics over the axes `shared`, gradients
/// of parameters over `per_param`.
struct View {
    shape: Dims,
    params: Dims,
    shared: SmallVec<[i64; 2]>,
    per_param: SmallVec<[i64; 2]>,
    count: f64,
}

impl View {
    fn of(over: Over, x: &[usize]) -> View {
        let dims = |v: &[usize]| Dims::from_slice(v);
        let (shape, params, shared, per_param): (_, _, SmallVec<[i64; 2]>, SmallVec<[i64; 2]>) = match over {
            Over::Batch { .. } => {
                (dims(&[x[0], x[1], numel(&x[2..])]), dims(&[1, x[1], 1]), smallvec![0, 2], smallvec![0, 2])
            }
            Over::Layer { n } => {
                (dims(&[numel(x).checked_div(n).unwrap_or(0), n]), dims(&[1, n]), smallvec![1], smallvec![0])
            }
            Over::Group { groups } => (
                dims(&[x[0], groups, x[1] / groups, numel(&x[2..])]),
                dims(&[1, groups, x[1] / groups, 1]),
                smallvec![2, 3],
                smallvec![0, 3],
            ),
        };
        let count = shared.iter().map(|&i| shape[i as usize] as f64).product();
        View { shape, params, shared, per_param, count }
    }
}
