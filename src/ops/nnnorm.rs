//! Normalisation layers: batch, layer, group, instance and root-mean-square.

use super::copy;
use super::images::{deliver_held, format_of, is_channels_last, laid_out_held, landing};
use super::op::{Metas, Op, Saves, apply_multi};
use super::reduce::sum_dims;
use super::shape::{expand_to, reshape_to};
use crate::base::{DType, Dims, MemoryFormat, numel};
use crate::error::{Error, Result};
use crate::kernels::cpu::norm::{self as kernel, Planes};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, with_dtype};
use smallvec::{SmallVec, smallvec};

/// What shares mean and deviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    /// A channel of all samples; statistics may also be given (`train` false).
    Batch { train: bool },
    /// The last axes, `n` elements.
    Layer { n: usize },
    /// A group of channels of one sample.
    Group { groups: usize },
}

impl Over {
    fn name(self) -> &'static str {
        match self {
            Over::Batch { .. } => "batch_norm",
            Over::Layer { .. } => "LayerNormKernelImpl",
            Over::Group { .. } => "GroupNormKernelImpl",
        }
    }
    fn statistics(self, shape: &[usize]) -> usize {
        match self {
            Over::Batch { .. } => shape[1],
            Over::Layer { n } => {
                if n == 0 {
                    0
                } else {
                    numel(shape) / n
                }
            }
            Over::Group { groups } => shape[0] * groups,
        }
    }
    /// The layer's rows are contiguous memory; images may also have their channels last.
    fn format(self, x: &Tensor) -> MemoryFormat {
        if matches!(self, Over::Layer { .. }) { MemoryFormat::Contiguous } else { format_of(x) }
    }
}

fn planes(shape: &[usize], format: MemoryFormat) -> Planes {
    Planes { n: shape[0], c: shape[1], s: numel(&shape[2..]), channels_last: is_channels_last(format) }
}

/// The dtype a kernel computes in: with float32 parameters beside half data all is float32.
fn compute_dtype(x: DType, params: &[&Tensor]) -> DType {
    params.first().map_or(x, |p| if p.dtype() == DType::F32 && x != DType::F64 { DType::F32 } else { x })
}

fn statistics_dtype(x: DType) -> DType {
    if x == DType::F64 { DType::F64 } else { DType::F32 }
}

/// The forward op. Inputs: x, then those of weight, bias, running mean and running variance that there are.
/// Results: y, mean, 1/deviation, and the new running statistics where a training call has old ones.
#[derive(Debug)]
struct Norm {
    over: Over,
    eps: f64,
    momentum: f64,
    has: [bool; 4],
}

impl Norm {
    /// Weight, bias and running statistics among the inputs after the first.
    fn split<'a>(&self, x: &[&'a Tensor]) -> [Option<&'a Tensor>; 4] {
        let mut rest = x[1..].iter();
        self.has.map(|h| if h { rest.next().copied() } else { None })
    }
    fn moves_statistics(&self) -> bool {
        self.over == Over::Batch { train: true } && self.has[2]
    }
}

fn address<T: crate::base::Elem>(t: &Option<Tensor>) -> *mut T {
    t.as_ref().map_or(std::ptr::null_mut(), |t| t.ptr_of::<T>())
}

impl Op for Norm {
    fn name(&self) -> &'static str {
        self.over.name()
    }
    fn grad_name(&self) -> &'static str {
        match self.over {
            Over::Batch { .. } => "NativeBatchNormBackward0",
            Over::Layer { .. } => "NativeLayerNormBackward0",
            Over::Group { .. } => "NativeGroupNormBackward0",
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let dtype = x[0].dtype();
        if !dtype.is_float() {
            return Err(Error::no_dtype(self.name(), dtype, "floating dtypes"));
        }
        for p in &x[1..] {
            let mixed = dtype.size() == 2 && p.dtype() == DType::F32;
            ensure!(
                p.dtype() == dtype || mixed,
                Runtime,
                "mixed dtype (CPU): expect parameter to have scalar type of Float"
            );
            ensure!(
                p.dtype() == x[1].dtype(),
                Runtime,
                "mixed dtype (CPU): all the parameters should have the same dtype"
            );
        }
        let stats = Meta::new(&[self.over.statistics(x[0].shape())], statistics_dtype(dtype));
        let mut out: Metas =
            smallvec![Meta::with_format(x[0].shape(), dtype, self.over.format(x[0])), stats.clone(), stats];
        if self.moves_statistics() {
            let [_, _, mean, var] = self.split(x);
            out.extend([mean, var].into_iter().flatten().map(|t| Meta::new(t.shape(), t.dtype())));
        }
        Ok(out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let dtype = compute_dtype(x[0].dtype(), &x[1..]);
        let format = self.over.format(x[0]);
        let src = laid_out_held(x[0], format, dtype)?;
        let mut params: SmallVec<[Option<Tensor>; 4]> = SmallVec::new();
        for p in self.split(x) {
            params.push(p.map(|p| copy::dense_cast_held(p, dtype)).transpose()?);
        }
        let y = landing(&out[0], dtype)?;
        let running: [Option<Tensor>; 2] = if self.moves_statistics() {
            for i in 0..2 {
                if let Some(p) = &params[2 + i] {
                    copy::write_held(&out[3 + i], p);
                }
            }
            [Some(landing_copy(&out[3], dtype)?), Some(landing_copy(&out[4], dtype)?)]
        } else {
            [None, None]
        };
        let shape = x[0].shape();
        // SAFETY: all pointers are of dense tensors of the sizes that `infer` checked, held by the driver
        with_dtype!(self.name(), dtype, float, T => unsafe {
            type C = <T as crate::kernels::cpu::flt::Flt>::C;
            let (w, b) = (address::<T>(&params[0]), address::<T>(&params[1]));
            let (dst, mean, rstd) = (y.ptr_of::<T>(), out[1].ptr_of::<C>(), out[2].ptr_of::<C>());
            let src = src.ptr_of::<T>();
            match self.over {
                Over::Batch { train: true } => {
                    let (rm, rv) = (address::<T>(&running[0]), address::<T>(&running[1]));
                    kernel::batch_norm_train(planes(shape, format), src, w, b, self.eps, rm, rv, self.momentum, dst, mean, rstd);
                }
                Over::Batch { train: false } => {
                    let (rm, rv) = (address::<T>(&params[2]), address::<T>(&params[3]));
                    for c in 0..shape[1] {
                        use crate::base::Elem;
                        mean.add(c).write(C::from_f64((*rm.add(c)).to_f64()));
                        rstd.add(c).write(C::from_f64(1.0 / ((*rv.add(c)).to_f64() + self.eps).sqrt()));
                    }
                    kernel::batch_norm_eval(planes(shape, format), src, w, b, rm, rv, self.eps, dst);
                }
                Over::Layer { n } => kernel::layer_norm(numel(shape).checked_div(n).unwrap_or(0), n, src, w, b, self.eps, dst, mean, rstd),
                Over::Group { groups } => kernel::group_norm(planes(shape, format), groups, src, w, b, self.eps, dst, mean, rstd),
            }
            Ok(())
        })?;
        for (r, o) in running.iter().zip(out.iter().skip(3)) {
            if let Some(r) = r {
                deliver_held(o, r);
            }
        }
        deliver_held(&out[0], &y);
        Ok(())
    }
    fn differentiable(&self, output: usize) -> bool {
        output == 0
    }
    fn saves(&self, want: Want) -> Saves {
        // x for every gradient but the bias's; the weight for the gradient of x
        let weight = (self.has[0] && want.has(0)) as u64;
        Saves { inputs: 1 | weight << 1, outputs: 0b110 }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let has_bias = self.has[1];
        let bias_at = 1 + self.has[0] as usize;
        let wanted = [want.has(0), self.has[0] && want.has(1), has_bias && want.has(bias_at)];
        let x = cx.input(0)?;
        let (mean, rstd) = (cx.output(1)?.detach(), cx.output(2)?.detach());
        let weight = if self.has[0] && wanted[0] { Some(cx.input(1)?) } else { None };
        let first = cx.node.inputs.get(1);
        let param = first.map_or(x.dtype(), |p| p.dtype);
        let shape = first.map_or_else(Dims::new, |p| p.dims.clone());
        let op = NormGrad { over: self.over, eps: self.eps, wanted, param, shape };
        let mut inputs: SmallVec<[&Tensor; 5]> = smallvec![g, &x, &mean, &rstd];
        inputs.extend(weight.as_ref());
        let mut found = apply_multi(op, &inputs)?.into_iter();
        let [dx, dw, db] = wanted.map(|w| if w { found.next() } else { None });
        let mut out: Grads = smallvec![dx];
        if self.has[0] {
            out.push(dw);
        }
        if has_bias {
            out.push(db);
        }
        out.extend((0..self.has[2] as usize + self.has[3] as usize).map(|_| None));
        Ok(out)
    }
}

/// A running statistic in the dtype the kernel moves it in.
fn landing_copy(out: &Tensor, dtype: DType) -> Result<Tensor> {
    let t = landing(out, dtype)?;
    if !t.same(out) {
        copy::write_held(&t, out);
    }
    Ok(t)
}

/// The gradients for x, weight and bias (those wanted). Inputs: g, x, mean, 1/deviation and perhaps the weight.
#[derive(Clone, Debug)]
struct NormGrad {
    over: Over,
    eps: f64,
    wanted: [bool; 3],
    /// Dtype and shape of the parameters.
    param: DType,
    shape: Dims,
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
        let weight = x.get(4).map(|w| copy::dense_cast_held(w, dtype)).transpose()?;
        let mut places = out.iter();
        let mut land: SmallVec<[Option<Tensor>; 3]> = SmallVec::new();
        for w in self.wanted {
            land.push(if w { places.next().map(|o| landing(o, dtype)).transpose()? } else { None });
        }
        let shape = x[1].shape();
        // SAFETY: dense tensors of the sizes of the forward call, held by the driver
        with_dtype!(self.name(), dtype, float, T => unsafe {
            type C = <T as crate::kernels::cpu::flt::Flt>::C;
            let (g, src, w) = (g.ptr_of::<T>(), src.ptr_of::<T>(), address::<T>(&weight));
            let (mean, rstd) = (x[2].ptr_of::<C>(), x[3].ptr_of::<C>());
            let (dx, dw, db) = (address::<T>(&land[0]), address::<T>(&land[1]), address::<T>(&land[2]));
            match self.over {
                Over::Batch { train } => kernel::batch_norm_backward(planes(shape, format), g, src, w, mean, rstd, train, dx, dw, db),
                Over::Layer { n } => kernel::layer_norm_backward(numel(shape).checked_div(n).unwrap_or(0), n, g, src, w, mean, rstd, dx, dw, db),
                Over::Group { groups } => kernel::group_norm_backward(planes(shape, format), groups, g, src, w, mean, rstd, dx, dw, db),
            }
            Ok(())
        })?;
        for (o, l) in out.iter().zip(land.iter().flatten()) {
            deliver_held(o, l);
        }
        Ok(())
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
        let (g, x) = (reshape_to(&g0, &view.shape)?, reshape_to(&x0, &view.shape)?);
        let w = weight.as_ref().map(|w| reshape_to(w, &view.params)).transpose()?;
        let avg = |t: &Tensor| sum_dims(t, &view.shared, true)?.mul(1.0 / view.count);
        let train = self.over != Over::Batch { train: false };
        let (d, r) = if train {
            let d = x.sub(avg(&x)?)?;
            let r = avg(&d.mul(&d)?)?.add(self.eps)?.rsqrt()?;
            (d, r)
        } else {
            let stats = |i: usize| reshape_to(&cx.input(i)?, &view.params);
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
            let u = reshape_to(u, &view.shape)?;
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
                dw = Some(sum_dims(&t.mul(&g)?, &view.per_param, false)?);
            }
            dg = Some(match &w {
                Some(w) => t.mul(w)?,
                None => t,
            });
        }
        if let Some(a) = &a {
            let a = reshape_to(a, &view.params)?;
            dg = plus(dg, h.mul(&a)?)?;
            q = plus(q, g.mul(&a)?)?;
        }
        if let Some(b) = &b {
            dg = plus(dg, expand_to(&reshape_to(b, &view.params)?, &view.shape)?)?;
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
        let back = |t: Option<Tensor>, shape: &[usize]| t.map(|t| reshape_to(&t, shape)).transpose();
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

/// What a batch norm may be given beside its input.
#[derive(Clone, Copy, Default)]
pub struct BatchParams<'a> {
    pub weight: Option<&'a Tensor>,
    pub bias: Option<&'a Tensor>,
    pub running_mean: Option<&'a Tensor>,
    pub running_var: Option<&'a Tensor>,
}

/// Batch norm; a training call moves the running statistics.
pub fn batch(input: &Tensor, p: BatchParams, train: bool, momentum: f64, eps: f64) -> Result<Tensor> {
    ensure!(
        input.ndim() >= 2 || input.numel() == 0 && input.ndim() == 1,
        Index,
        "Dimension out of range (expected to be in range of [-{0}, {1}], but got 1)",
        input.ndim().max(1),
        input.ndim().max(1) - 1
    );
    if input.ndim() == 1 {
        // nothing to normalise: the graph shows it all the same
        return input.mul(1.0);
    }
    let c = input.shape()[1];
    let given = [p.weight, p.bias, p.running_mean, p.running_var];
    if !train {
        for (t, what) in [(p.running_mean, "running_mean"), (p.running_var, "running_var")] {
            ensure!(t.is_some(), Runtime, "{what} must be defined in evaluation mode");
        }
    }
    ensure!(
        given[2].is_some() == given[3].is_some(),
        Value,
        "running_mean and running_var must either both be None or neither be None"
    );
    for (t, what) in
        [(given[2], "running_mean"), (given[3], "running_var"), (given[0], "weight"), (given[1], "bias")]
    {
        if let Some(t) = t {
            ensure!(t.numel() == c, Runtime, "{what} should contain {c} elements not {}", t.numel());
            ensure!(
                !what.starts_with("running") || !t.requires_grad(),
                Runtime,
                "The function 'native_batch_norm' is not differentiable with respect to argument '{what}'. This input cannot have requires_grad True."
            );
        }
    }
    let op = Norm { over: Over::Batch { train }, eps, momentum, has: given.map(|g| g.is_some()) };
    let mut x: SmallVec<[&Tensor; 5]> = smallvec![input];
    x.extend(given.into_iter().flatten());
    let mut outs = apply_multi(op, &x)?;
    if let (true, Some(mean), Some(var)) = (train, p.running_mean, p.running_var) {
        copy::write(mean, &outs[3])?;
        copy::write(var, &outs[4])?;
    }
    Ok(outs.swap_remove(0))
}

/// Layer norm over the last `n` elements of every row.
pub fn layer(
    input: &Tensor,
    n: usize,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Tensor> {
    one(Over::Layer { n }, input, weight, bias, eps)
}

/// Group norm: `groups` divides the channels.
pub fn group(
    input: &Tensor,
    groups: usize,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Tensor> {
    one(Over::Group { groups }, input, weight, bias, eps)
}

fn one(
    over: Over,
    input: &Tensor,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Tensor> {
    let op = Norm { over, eps, momentum: 0.0, has: [weight.is_some(), bias.is_some(), false, false] };
    let mut x: SmallVec<[&Tensor; 3]> = smallvec![input];
    x.extend([weight, bias].into_iter().flatten());
    Ok(apply_multi(op, &x)?.swap_remove(0))
}
