//! Normalisation layers: batch, layer, group, instance and root-mean-square.

use crate::base::{DType, Dims};
use crate::error::{Error, Result};
use crate::kernels::cpu::nn::norm as kernel;
use crate::kernels::gpu::nn::norm as gpu;
use crate::ops::driver::apply::apply_multi;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::nn::image::{deliver_held, laid_out_held, landing};
use crate::ops::nn::norm::grad::NormGrad;
use crate::ops::nn::norm::{Over, Samples, address, compute_dtype, layer_rows, planes, statistics_dtype};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, with_dtype};
use smallvec::{SmallVec, smallvec};

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
    fn batching(&self, x: &[&Tensor], _: usize) -> Batching<Self> {
        let own = x[1..].iter().any(|t| t.is_batched());
        if own && !matches!(self.over, Over::Batch { .. }) { Batching::Each } else { Batching::Own }
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let samples = Samples { over: self.over, n };
        let mut operands = vec![samples.image(&x[0])?];
        for t in &x[1..] {
            operands.push(samples.parameter(t)?);
        }
        let y = samples.landing(&out[0])?;
        let mut results = vec![y.clone()];
        for t in &out[1..] {
            results.push(samples.statistics(t)?);
        }
        self.cpu(&operands.iter().collect::<Vec<_>>(), &results)?;
        samples.deliver(&out[0], &y)
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
        if out.iter().all(|t| t.numel() == 0) {
            return Ok(());
        }
        let dtype = compute_dtype(x[0].dtype(), &x[1..]);
        let format = self.over.format(x[0]);
        let src = laid_out_held(x[0], format, dtype)?;
        let mut params: SmallVec<[Option<Tensor>; 4]> = SmallVec::new();
        for p in self.split(x) {
            params.push(p.map(|p| crate::ops::driver::memory::dense_cast_held(p, dtype)).transpose()?);
        }
        let y = landing(&out[0], dtype)?;
        let running: [Option<Tensor>; 2] = if self.moves_statistics() {
            for i in 0..2 {
                if let Some(p) = &params[2 + i] {
                    crate::ops::driver::memory::write_held(&out[3 + i], p);
                }
            }
            [Some(landing_copy(&out[3], dtype)?), Some(landing_copy(&out[4], dtype)?)]
        } else {
            [None, None]
        };
        let shape = x[0].shape();
        // SAFETY: all pointers are of dense tensors of the sizes that `infer` checked, held by the driver
        with_dtype!(self.name(), dtype, float, T => unsafe {
            type C = <T as crate::base::Float>::C;
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
                Over::Layer { n } => kernel::layer_norm(layer_rows(shape, n), src, w, b, self.eps, dst, mean, rstd),
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
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (op, axes) = (self.name(), self.over.axes(x[0].shape()));
        let mut params: SmallVec<[Option<Tensor>; 4]> = SmallVec::new();
        for p in self.split(x) {
            params.push(p.map(crate::ops::driver::memory::dense_held).transpose()?);
        }
        let place = |i: usize| params[i].as_ref().map(Tensor::place).transpose();
        let [w, b, rm, rv] = [place(0)?, place(1)?, place(2)?, place(3)?];
        let (src, dst) = (self.over.seen(x[0]), self.over.seen(&out[0]));
        let (src, y) = (src.of(x[0].place()?), dst.of(out[0].place()?));
        let (mean, rstd) = (out[1].place()?, out[2].place()?);
        if let (Over::Batch { train: false }, Some(m), Some(v)) = (self.over, rm, rv) {
            return gpu::forward_given(op, &axes, src, [m, v], w, b, self.eps, y, mean, rstd);
        }
        let moving = match (rm, rv) {
            (Some(m), Some(v)) if self.moves_statistics() => Some(gpu::Moving {
                old: [m, v],
                new: [out[3].place()?, out[4].place()?],
                momentum: self.momentum,
            }),
            _ => None,
        };
        gpu::forward(op, &axes, src, w, b, self.eps, y, mean, rstd, moving)
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
        let param = first.map_or(x.dtype(), |p| p.shape.dtype);
        let shape = first.map_or_else(Dims::new, |p| p.shape.dims.clone());
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
        crate::ops::driver::memory::write_held(&t, out);
    }
    Ok(t)
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
        crate::ops::driver::memory::write(mean, &outs[3])?;
        crate::ops::driver::memory::write(var, &outs[4])?;
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
    let plain = |p: &Tensor| p.dtype() == input.dtype() && matches!(p.dtype(), DType::F32 | DType::F64);
    let mut given = [weight, bias].into_iter().flatten();
    if given.clone().any(Tensor::is_batched) && given.all(plain) {
        // samples with parameters of their own are normalised in one call, and these applied to what comes of it
        let along = |p: &Tensor| match over {
            Over::Group { .. } => (2..input.ndim()).try_fold(p.clone(), |p, k| p.unsqueeze_at(k - 1)),
            _ => Ok(p.clone()),
        };
        let mut y = one(over, input, None, None, eps)?;
        if let Some(w) = weight {
            y = y.mul(along(w)?)?;
        }
        return if let Some(b) = bias { y.add(along(b)?) } else { Ok(y) };
    }
    let op = Norm { over, eps, momentum: 0.0, has: [weight.is_some(), bias.is_some(), false, false] };
    let mut x: SmallVec<[&Tensor; 3]> = smallvec![input];
    x.extend([weight, bias].into_iter().flatten());
    Ok(apply_multi(op, &x)?.swap_remove(0))
}
