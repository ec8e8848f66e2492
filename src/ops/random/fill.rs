//! Random tensors: the methods that fill in place, and the functions that make new ones. The stream is PyTorch's:
//! a tensor is filled in the order of its memory, except that samplers with probabilities of their own go in
//! logical order.

use crate::base::promote::default_dtype;
use crate::base::rng::{Generator, default_generator};
use crate::base::{BF16, DType, Device, Elem, F16, Layout, MemoryFormat, Scalar};
use crate::error::{Error, Kind, Result};
use crate::kernels::cpu::random as kernel;
use crate::kernels::cpu::random::IntRange;
use crate::ops::create::copy::{dense_cast_held, fill_held, full, write_held};
use crate::ops::create::fill::{alike, check_layout, finish, sizes};
use crate::ops::driver::op::{Metas, Op, Saves, apply_in_place, make_node};
use crate::ops::table::{Sizes, Table, Val};
use crate::storage::Guard;
use crate::tensor::{Context, Edge, GradFn, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, rows, with_dtype};
use smallvec::smallvec;

/// A distribution with its parameters.
#[derive(Clone, Copy, Debug)]
enum Law {
    Uniform(f64, f64),
    Normal(f64, f64),
    LogNormal(f64, f64),
    Exponential(f64),
    Cauchy(f64, f64),
    Geometric(f64),
    Bernoulli(f64),
    Integers(IntRange),
    Natural,
}

impl Law {
    fn name(self) -> &'static str {
        match self {
            Law::Uniform(..) => "uniform_",
            Law::Normal(..) => "normal_",
            Law::LogNormal(..) => "log_normal_",
            Law::Exponential(_) => "exponential_",
            Law::Cauchy(..) => "cauchy_",
            Law::Geometric(_) => "geometric_",
            Law::Bernoulli(_) => "bernoulli_",
            Law::Integers(_) | Law::Natural => "random_",
        }
    }
    fn grad_name(self) -> &'static str {
        match self {
            Law::Uniform(..) => "UniformBackward0",
            Law::Normal(..) => "NormalBackward0",
            Law::LogNormal(..) => "LogNormalBackward0",
            Law::Exponential(_) => "ExponentialBackward0",
            Law::Cauchy(..) => "CauchyBackward0",
            Law::Geometric(_) => "GeometricBackward0",
            Law::Bernoulli(_) => "BernoulliBackward1",
            Law::Integers(_) | Law::Natural => "RandomBackward0",
        }
    }
}

/// Runs a body with `$T` one of the four floats, else the error of an op without a kernel for the dtype.
macro_rules! sampled {
    ($op:expr, $dt:expr, $T:ident => $body:expr) => {
        match $dt {
            DType::F32 => {
                type $T = f32;
                $body
            }
            DType::F64 => {
                type $T = f64;
                $body
            }
            DType::F16 => {
                type $T = F16;
                $body
            }
            DType::BF16 => {
                type $T = BF16;
                $body
            }
            d => Err(no_kernel($op, d)),
        }
    };
}

#[cold]
fn no_kernel(op: &str, d: DType) -> Error {
    Error::new(Kind::NotImplemented, format!("\"{op}\" not implemented for '{}'", d.scalar_name()))
}

/// Dense elements to be overwritten.
///
/// # Safety
/// The tensor is dense, of type `T`, held for writing, and its bytes are valid values of `T`.
#[allow(unsafe_code, clippy::mut_from_ref)] // the storage is held for writing; the handle is only its name
unsafe fn elements<T: Elem>(x: &Tensor) -> &mut [T] {
    if x.numel() == 0 { &mut [] } else { std::slice::from_raw_parts_mut(x.ptr_of::<T>(), x.numel()) }
}

/// Fills a dense tensor; `contiguous` is what the tensor it stands for was.
#[allow(unsafe_code)]
fn sample(x: &Tensor, law: Law, generator: &Generator, contiguous: bool) -> Result<()> {
    let d = x.dtype();
    let mut lock = generator.lock();
    let g = &mut *lock;
    if d.is_complex() {
        // the parts as reals
        let mut layout = Layout::contiguous(&[2 * x.numel()]);
        layout.offset = 2 * x.layout().offset;
        let parts = x.reinterpret(layout, d.to_real());
        drop(lock);
        let law = match law {
            Law::Normal(m, s) => Law::Normal(m, s / std::f64::consts::SQRT_2),
            law @ Law::Uniform(..) => law,
            law => return Err(no_kernel(law.name(), d)),
        };
        return sample(&parts, law, generator, contiguous);
    }
    if d == DType::Bool {
        fill_held(x, Scalar::Bool(false));
    }
    // SAFETY: the driver holds the storage for writing; every byte pattern is a number, and bools were just cleared
    unsafe {
        match law {
            Law::Uniform(a, b) => {
                sampled!("check_uniform_bounds", d, T => { kernel::uniform(g, elements::<T>(x), a, b); Ok(()) })
            }
            Law::Normal(m, s) => sampled!("normal_kernel_cpu", d, T => {
                let out = elements::<T>(x);
                if contiguous { kernel::normal(g, out, m, s) } else { kernel::normal_serial(g, out, m, s) }
                Ok(())
            }),
            Law::LogNormal(m, s) => {
                sampled!("log_normal_cpu", d, T => { kernel::log_normal(g, elements::<T>(x), m, s); Ok(()) })
            }
            Law::Exponential(l) => {
                sampled!("exponential_cpu", d, T => { kernel::exponential(g, elements::<T>(x), l); Ok(()) })
            }
            Law::Cauchy(m, s) => {
                sampled!("cauchy_cpu", d, T => { kernel::cauchy(g, elements::<T>(x), m, s); Ok(()) })
            }
            Law::Geometric(p) => {
                with_dtype!("geometric_cpu", d, numeric, T => { kernel::geometric(g, elements::<T>(x), p); Ok(()) })
            }
            Law::Bernoulli(p) => {
                with_dtype!("bernoulli_scalar_cpu_", d, real, T => { kernel::bernoulli(g, elements::<T>(x), p); Ok(()) })
            }
            Law::Integers(range) => {
                with_dtype!("random_", d, real, T => { kernel::random_in(g, elements::<T>(x), range); Ok(()) })
            }
            Law::Natural => with_dtype!("random_", d, real, T => kernel::random_natural(g, elements::<T>(x))),
        }
    }
}

/// Overwrites a tensor with draws: in the graph a new beginning.
#[derive(Clone, Debug)]
struct Draw {
    law: Law,
    generator: Generator,
}

impl Op for Draw {
    fn name(&self) -> &'static str {
        self.law.name()
    }
    fn grad_name(&self) -> &'static str {
        self.law.grad_name()
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    fn cpu(&self, _: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let x = &out[0];
        if x.is_contiguous() {
            return sample(x, self.law, &self.generator, true);
        }
        // in the order of memory: largest stride first
        let place = x.alias(x.layout().permute(&x.layout().stride_order()));
        let dense = Tensor::empty(place.shape(), x.dtype(), Device::Cpu)?;
        sample(&dense, self.law, &self.generator, false)?;
        write_held(&place, &dense);
        Ok(())
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => Ok(smallvec![Some(full(cx.shape(0), Scalar::Int(0), cx.dtype(0), g.device())?)]),
            None => Ok(smallvec![None]),
        }
    }
    fn in_place_ok(&self) -> bool {
        true
    }
}

fn draw(x: &Tensor, law: Law, generator: Option<&Generator>) -> Result<()> {
    let generator = generator.unwrap_or_else(|| default_generator()).clone();
    apply_in_place(Draw { law, generator }, &[x])
}

/// A new tensor of draws.
fn drawn(
    size: &[i64],
    law: Law,
    generator: Option<&Generator>,
    dtype: DType,
    device: Option<Device>,
    requires_grad: bool,
) -> Result<Tensor> {
    let out = Tensor::empty(&sizes(size)?, dtype, device.unwrap_or(Device::Cpu))?;
    draw(&out, law, generator)?;
    finish(out, requires_grad)
}

fn drawn_like(
    x: &Tensor,
    law: Law,
    dtype: Option<DType>,
    device: Option<Device>,
    format: Option<MemoryFormat>,
    requires_grad: bool,
) -> Result<Tensor> {
    let out = alike(x, dtype, device, format)?;
    draw(&out, law, None)?;
    finish(out, requires_grad)
}

/// A draw does not depend smoothly on its parameter: its gradient is zero, as a node of its own.
#[derive(Debug)]
struct Lost(&'static str);

impl GradFn for Lost {
    fn grad_name(&self) -> &str {
        self.0
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => Ok(smallvec![Some(full(cx.shape(0), Scalar::Int(0), cx.dtype(0), g.device())?)]),
            None => Ok(smallvec![None]),
        }
    }
}

/// Records that `out` was drawn by `x`.
fn drawn_by(x: &Tensor, out: Tensor, name: &'static str) -> Tensor {
    if crate::autograd::grad_enabled() && x.requires_grad() {
        let node = make_node(Lost(name), &[x], std::slice::from_ref(&out), Saves::NOTHING);
        out.set_edge(Edge::Node(node, 0));
    }
    out
}

fn check_p(name: &str, p: f64) -> Result<()> {
    ensure!((0.0..=1.0).contains(&p), Runtime, "{name} expects p to be in [0, 1], but got p={p}");
    Ok(())
}

fn check_std(std: f64) -> Result<()> {
    ensure!(std >= 0.0, Runtime, "normal expects std >= 0.0, but found std {std}");
    Ok(())
}

/// Draws with a probability for each element, in logical order.
#[allow(unsafe_code)]
fn bernoulli_each(out: &Tensor, p: &Tensor, generator: Option<&Generator>) -> Result<()> {
    crate::ops::driver::op::check_in_place("bernoulli_", out)?;
    ensure!(
        p.dtype().is_float(),
        Runtime,
        "bernoulli_: expected a floating point tensor of probabilities, got {}",
        p.dtype().scalar_name()
    );
    if out.device() == Device::Meta {
        return Ok(());
    }
    let fits = crate::base::broadcast(out.shape(), p.shape()).is_ok_and(|s| s.as_slice() == out.shape());
    ensure!(
        fits,
        Runtime,
        "bernoulli_: probabilities of shape {:?} do not broadcast to {:?}",
        p.shape(),
        out.shape()
    );
    let _guard = Guard::take([p.storage()].into_iter(), [out.storage()].into_iter());
    let p = dense_cast_held(&p.alias(p.layout().broadcast_to(out.shape())), p.dtype())?;
    let dense =
        if out.is_contiguous() { out.clone() } else { Tensor::empty(out.shape(), out.dtype(), Device::Cpu)? };
    if out.dtype() == DType::Bool {
        fill_held(&dense, Scalar::Bool(false));
    }
    let mut g = generator.unwrap_or_else(|| default_generator()).lock();
    // SAFETY: dense tensors of one shape, held; see `sample`
    unsafe {
        sampled!("bernoulli_tensor_cpu", p.dtype(), P => {
            let probs: &[P] = elements::<P>(&p);
            let bad = probs.iter().find(|v| !(0.0..=1.0).contains(&v.to_f64()));
            ensure!(bad.is_none(), Runtime, "Expected p_in >= 0 && p_in <= 1 to be true, but got false.");
            with_dtype!("bernoulli_tensor_cpu", out.dtype(), real, T => { kernel::bernoulli_each(&mut g, probs, elements::<T>(&dense)); Ok(()) })
        })?;
    }
    if !dense.same(out) {
        write_held(out, &dense);
    }
    out.storage().bump_version();
    Ok(())
}

/// Counts by a sampler of two dense parameters of one float dtype (the second may be unused).
#[allow(unsafe_code)]
fn counts(x: &Tensor, p: Option<&Tensor>, generator: Option<&Generator>) -> Result<Tensor> {
    let shape = match p {
        Some(p) => crate::base::broadcast(x.shape(), p.shape())?,
        None => crate::base::Dims::from_slice(x.shape()),
    };
    let out = Tensor::empty(&shape, x.dtype(), x.device())?;
    if x.device() == Device::Meta {
        return Ok(out);
    }
    let over = |t: &Tensor| dense_cast_held(&t.alias(t.layout().broadcast_to(&shape)), t.dtype());
    let guard =
        Guard::take(std::iter::once(x.storage()).chain(p.map(|p| p.storage())), [out.storage()].into_iter());
    let a = over(x)?;
    let b = match p {
        Some(p) => Some(over(p)?),
        None => None,
    };
    let mut g = generator.unwrap_or_else(|| default_generator()).lock();
    // SAFETY: dense float tensors of one shape, held
    unsafe {
        sampled!(if b.is_some() { "binomial_cpu" } else { "poisson_cpu" }, x.dtype(), T => {
            let (first, to): (&[T], _) = (elements::<T>(&a), elements::<T>(&out));
            match &b {
                Some(b) => kernel::binomial(&mut g, first, elements::<T>(b), to),
                None => {
                    ensure!(first.iter().all(|v| v.to_f64() >= 0.0), Runtime, "invalid Poisson rate, expected rate to be non-negative");
                    kernel::poisson(&mut g, first, to)
                }
            }
            Ok(())
        })?;
    }
    drop((g, guard));
    Ok(out)
}

/// Draws of categories by weight, row by row.
#[allow(unsafe_code)]
fn categories(x: &Tensor, samples: i64, replacement: bool, generator: Option<&Generator>) -> Result<Tensor> {
    ensure!(matches!(x.ndim(), 1 | 2), Runtime, "prob_dist must be 1 or 2 dim");
    ensure!(
        x.dtype().is_float(),
        Runtime,
        "multinomial only supports floating-point dtypes for input, got: {}",
        x.dtype().scalar_name()
    );
    ensure!(samples > 0, Runtime, "cannot sample n_sample <= 0 samples");
    let n = x.shape()[x.ndim() - 1];
    ensure!(
        replacement || samples as usize <= n,
        Runtime,
        "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
    );
    ensure!(n < 1 << 24, Runtime, "number of categories cannot exceed 2^24");
    let mut shape = crate::base::Dims::from_slice(&x.shape()[..x.ndim() - 1]);
    shape.push(samples as usize);
    let out = Tensor::empty(&shape, DType::I64, x.device())?;
    if x.device() == Device::Meta || out.numel() == 0 {
        return Ok(out);
    }
    let guard = Guard::take([x.storage()].into_iter(), [out.storage()].into_iter());
    let dense = dense_cast_held(x, x.dtype())?;
    let mut g = generator.unwrap_or_else(|| default_generator()).lock();
    // SAFETY: dense tensors, held; the result is fresh integers
    unsafe {
        let to = elements::<i64>(&out);
        sampled!("multinomial", x.dtype(), T => {
            let weights: &[T] = elements::<T>(&dense);
            ensure!(weights.iter().all(|w| w.to_f64().is_finite() && w.to_f64() >= 0.0), Runtime, "probability tensor contains either `inf`, `nan` or element < 0");
            ensure!(weights.chunks(n.max(1)).all(|row| row.iter().any(|w| w.to_f64() > 0.0)), Runtime, "invalid multinomial distribution (sum of probabilities <= 0)");
            if replacement && samples > 1 {
                kernel::multinomial_replace(&mut g, weights, n, samples as usize, to)
            } else {
                kernel::multinomial(&mut g, weights, n, samples as usize, to)
            }
            Ok(())
        })?;
    }
    drop((g, guard));
    Ok(out)
}

/// Normals whose mean or deviation are tensors: standard ones scaled and moved.
fn normal_around(mean: &Val, std: &Val, generator: Option<&Generator>) -> Result<Tensor> {
    let (a, b) = match (mean, std) {
        (Val::T(m), Val::T(s)) => (Some(m), Some(s)),
        (Val::T(m), Val::S(_)) => (Some(m), None),
        (Val::S(_), Val::T(s)) => (None, Some(s)),
        _ => bail!(Type, "normal(): mean and std are numbers: give size"),
    };
    for t in [a, b].into_iter().flatten() {
        ensure!(
            t.dtype().is_differentiable(),
            Runtime,
            "normal expects floating point parameters, got {}",
            t.dtype().scalar_name()
        );
    }
    let like = a.or(b).cloned().unwrap_or(Tensor::empty(&[], DType::F32, Device::Cpu)?);
    let shape = match (a, b) {
        (Some(m), Some(s)) => crate::base::broadcast(m.shape(), s.shape())?,
        _ => crate::base::Dims::from_slice(like.shape()),
    };
    let out = Tensor::empty(&shape, like.dtype(), like.device())?;
    match std {
        Val::S(s) => {
            check_std(s.to_f64())?;
            draw(&out, Law::Normal(0.0, s.to_f64()), generator)?;
        }
        Val::T(s) => {
            draw(&out, Law::Normal(0.0, 1.0), generator)?;
            crate::ops::elementwise::kind::binary_in_place(
                &crate::ops::elementwise::arithmetic::MUL,
                &out,
                Val::T(s.detach()),
                None,
            )?;
        }
    }
    let mean = match mean {
        Val::T(m) => Val::T(m.detach()),
        s => s.clone(),
    };
    crate::ops::elementwise::kind::binary_in_place(
        &crate::ops::elementwise::arithmetic::ADD,
        &out,
        mean,
        None,
    )?;
    Ok(out)
}

fn range_of(low: i64, high: i64, dtype: DType) -> Result<Law> {
    ensure!(
        low < high,
        Runtime,
        "random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
    );
    Ok(Law::Integers(IntRange::new(dtype, low, high)?))
}

const UNIT: Law = Law::Uniform(0.0, 1.0);
const STANDARD: Law = Law::Normal(0.0, 1.0);

rows! { FILL:
    /// Uniform numbers from 0 (included) to 1.
    [Torch] fn rand(size: Sizes; generator: Option<&Generator> = None, dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        drawn(&size.0, UNIT, generator, dtype.unwrap_or_else(default_dtype), device, requires_grad)
    }
    /// Normal numbers of mean 0 and deviation 1.
    [Torch] fn randn(size: Sizes; generator: Option<&Generator> = None, dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        drawn(&size.0, STANDARD, generator, dtype.unwrap_or_else(default_dtype), device, requires_grad)
    }
    /// Integers from 0 up to `high`, which is left out.
    [Torch] fn randint(high: i64, size: &[i64]; generator: Option<&Generator> = None, dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        let dtype = dtype.unwrap_or(DType::I64);
        drawn(size, range_of(0, high, dtype)?, generator, dtype, device, requires_grad)
    }
    /// Integers from `low` up to `high`, which is left out.
    [Torch] fn randint_between = "randint"(low: i64, high: i64, size: &[i64]; generator: Option<&Generator> = None, dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        let dtype = dtype.unwrap_or(DType::I64);
        drawn(size, range_of(low, high, dtype)?, generator, dtype, device, requires_grad)
    }
    /// The numbers `0..n` in random order.
    [Torch] fn randperm(n: i64; generator: Option<&Generator> = None, dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        ensure!(n >= 0, Runtime, "n must be non-negative, got{n}");
        let out = Tensor::empty(&[n as usize], dtype.unwrap_or(DType::I64), device.unwrap_or(Device::Cpu))?;
        if out.device() != Device::Meta {
            let _guard = Guard::take([].into_iter(), [out.storage()].into_iter());
            let mut g = generator.unwrap_or_else(|| default_generator()).lock();
            #[allow(unsafe_code)]
            with_dtype!("randperm", out.dtype(), real, T => {
                fill_held(&out, Scalar::Int(0));
                // SAFETY: dense, fresh, held, cleared
                kernel::randperm(&mut g, unsafe { elements::<T>(&out) });
                Ok(())
            })?;
        }
        finish(out, requires_grad)
    }
    /// Uniform numbers with the shape, dtype and device of `input`.
    [Torch] fn rand_like(input: &Tensor; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false, memory_format: Option<MemoryFormat> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        drawn_like(input, UNIT, dtype, device, memory_format, requires_grad)
    }
    /// Normal numbers with the shape, dtype and device of `input`.
    [Torch] fn randn_like(input: &Tensor; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false, memory_format: Option<MemoryFormat> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        drawn_like(input, STANDARD, dtype, device, memory_format, requires_grad)
    }
    /// Integers from 0 up to `high` with the shape, dtype and device of `input`.
    [Torch] fn randint_like(input: &Tensor, high: i64; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false, memory_format: Option<MemoryFormat> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        drawn_like(input, range_of(0, high, dtype.unwrap_or(input.dtype()))?, dtype, device, memory_format, requires_grad)
    }
    /// Integers from `low` up to `high` with the shape, dtype and device of `input`.
    [Torch] fn randint_like_between = "randint_like"(input: &Tensor, low: i64, high: i64; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false, memory_format: Option<MemoryFormat> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        drawn_like(input, range_of(low, high, dtype.unwrap_or(input.dtype()))?, dtype, device, memory_format, requires_grad)
    }
    /// Normal numbers of the given mean and deviation.
    [Torch] fn normal_of_size = "normal"(mean: f64, std: f64, size: &[i64]; generator: Option<&Generator> = None, dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        check_std(std)?;
        drawn(size, Law::Normal(mean, std), generator, dtype.unwrap_or_else(default_dtype), device, requires_grad)
    }
    /// Normal numbers whose mean, deviation or both are tensors.
    [Torch] fn normal(mean: Val = Val::S(Scalar::Float(0.0)), std: Val = Val::S(Scalar::Float(1.0)); generator: Option<&Generator> = None) -> Tensor { normal_around(&mean, &std, generator) }
    /// Ones with the probabilities that `input` holds, zeros otherwise.
    [Torch, Method] fn bernoulli(input: &Tensor; generator: Option<&Generator> = None) -> Tensor {
        let out = alike(input, None, None, None)?;
        bernoulli_each(&out, &input.detach(), generator)?;
        Ok(drawn_by(input, out, "BernoulliBackward0"))
    }
    /// Ones with probability `p`, zeros otherwise, with the shape and dtype of `input`.
    [Torch, Method] fn bernoulli_p = "bernoulli"(input: &Tensor, p: f64; generator: Option<&Generator> = None) -> Tensor {
        check_p("bernoulli_", p)?;
        let out = alike(input, None, None, None)?;
        draw(&out, Law::Bernoulli(p), generator)?;
        Ok(out)
    }
    /// Indices drawn with the weights in the rows of `input`.
    ///
    /// Args: num_samples: draws a row; replacement: whether an index may come again.
    [Torch, Method] fn multinomial(input: &Tensor, num_samples: i64, replacement: bool = false; generator: Option<&Generator> = None) -> Tensor {
        categories(&input.detach(), num_samples, replacement, generator)
    }
    /// Counts of events at the rates that `input` holds.
    [Torch] fn poisson(input: &Tensor; generator: Option<&Generator> = None) -> Tensor { Ok(drawn_by(input, counts(&input.detach(), None, generator)?, "PoissonBackward0")) }
    /// Numbers of successes among `count` trials of probability `prob`.
    [Torch] fn binomial(count: &Tensor, prob: &Tensor; generator: Option<&Generator> = None) -> Tensor {
        ensure!(count.dtype() == prob.dtype(), Runtime, "binomial: count and prob must have the same dtype, got {} and {}", count.dtype().scalar_name(), prob.dtype().scalar_name());
        counts(&count.detach(), Some(&prob.detach()), generator)
    }
    /// Fills with uniform numbers from `from` (included) to `to`.
    [InPlace] fn uniform_(input: &Tensor, from: f64 = 0.0, to: f64 = 1.0; generator: Option<&Generator> = None) -> () {
        ensure!(from <= to, Runtime, "uniform_ expects to return a [from, to) range, but found from={from} > to={to}");
        draw(input, Law::Uniform(from, to), generator)
    }
    /// Fills with normal numbers.
    [InPlace] fn normal_(input: &Tensor, mean: f64 = 0.0, std: f64 = 1.0; generator: Option<&Generator> = None) -> () {
        check_std(std)?;
        draw(input, Law::Normal(mean, std), generator)
    }
    /// Fills with exponentials of normal numbers.
    [InPlace] fn log_normal_(input: &Tensor, mean: f64 = 1.0, std: f64 = 2.0; generator: Option<&Generator> = None) -> () {
        ensure!(std > 0.0, Runtime, "log_normal_ expects std > 0.0, but found std={std}");
        draw(input, Law::LogNormal(mean, std), generator)
    }
    /// Fills with exponentially distributed numbers of rate `lambd`.
    [InPlace] fn exponential_(input: &Tensor, lambd: f64 = 1.0; generator: Option<&Generator> = None) -> () {
        ensure!(lambd > 0.0, Runtime, "exponential_ expects lambda > 0.0, but found lambda={lambd}");
        draw(input, Law::Exponential(lambd), generator)
    }
    /// Fills with Cauchy-distributed numbers.
    [InPlace] fn cauchy_(input: &Tensor, median: f64 = 0.0, sigma: f64 = 1.0; generator: Option<&Generator> = None) -> () {
        ensure!(sigma > 0.0, Runtime, "cauchy_ expects sigma > 0.0, but found sigma={sigma}");
        draw(input, Law::Cauchy(median, sigma), generator)
    }
    /// Fills with the number of trials up to the first success of probability `p`.
    [InPlace] fn geometric_(input: &Tensor, p: f64; generator: Option<&Generator> = None) -> () {
        ensure!(p > 0.0 && p < 1.0, Runtime, "geometric_ expects p to be in (0, 1), but got p={p}");
        draw(input, Law::Geometric(p), generator)
    }
    /// Fills with ones of probability `p` (a number, or a tensor that broadcasts) and zeros.
    [InPlace] fn bernoulli_in_place = "bernoulli_"(input: &Tensor, p: Val = Val::S(Scalar::Float(0.5)); generator: Option<&Generator> = None) -> () {
        match p {
            Val::S(p) => { check_p("bernoulli_", p.to_f64())?; draw(input, Law::Bernoulli(p.to_f64()), generator) }
            Val::T(p) => bernoulli_each(input, &p.detach(), generator),
        }
    }
    /// Fills with integers from 0 to the greatest the dtype holds exactly.
    [InPlace] fn random_(input: &Tensor; generator: Option<&Generator> = None) -> () { draw(input, Law::Natural, generator) }
    /// Fills with integers from 0 up to `to`, which is left out.
    [InPlace] fn random_to = "random_"(input: &Tensor, to: i64; generator: Option<&Generator> = None) -> () { draw(input, range_of(0, to, input.dtype())?, generator) }
    /// Fills with integers from `from` up to `to`, which is left out; without it up to the greatest of the dtype.
    [InPlace] fn random_between = "random_"(input: &Tensor, from: i64, to: Option<i64>; generator: Option<&Generator> = None) -> () {
        let law = match to { Some(to) => range_of(from, to, input.dtype())?, None => Law::Integers(IntRange::starting_at(input.dtype(), from)?) };
        draw(input, law, generator)
    }
}

pub const TABLE: Table = &[FILL];
