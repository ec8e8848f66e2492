//! The op that draws: a law, its parameters, the elements it fills.

use crate::base::promote::default_device;
use crate::base::rng::Generator;
use crate::base::{DType, Device, Elem, Layout, MemoryFormat, Scalar};
use crate::error::{Error, Result};
use crate::kernels::cpu::random as kernel;
use crate::kernels::cpu::random::IntRange;
use crate::kernels::gpu::random as gpu;
use crate::ops::create::fill::{finish, meta_alike, sizes};
use crate::ops::driver::apply::make_node;
use crate::ops::driver::batch::{check_drawn, drawn_room, is_drawn_once};
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::memory::{fill_held, full, write_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::driver::place;
use crate::tensor::{Context, Edge, GradFn, Grads, Meta, Tensor, Want};
use crate::{ensure, with_dtype};
use smallvec::smallvec;

/// A distribution with its parameters.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Law {
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
    /// Refuses, in PyTorch's words, what a law does not give.
    fn check(self, d: DType) -> Result<()> {
        let (law, name) = match (self, d.scalar_name()) {
            (Law::Exponential(_), name) => ("Exponential", name),
            (Law::Cauchy(..), _) if d == DType::I64 => ("Cauchy", "long int"),
            (Law::Cauchy(..), _) => ("Cauchy", d.c_name()),
            (Law::Integers(_), _) => {
                let known = "check_random_bounds handles only integral, floating-point and boolean types";
                ensure!(!d.is_complex(), Runtime, "{known}");
                return Ok(());
            }
            _ => return Ok(()),
        };
        ensure!(
            d.is_float(),
            Runtime,
            "{law} distribution is a continuous probability distribution. dtype must be a floating point but you specified {name}"
        );
        Ok(())
    }
    fn grad_name(self) -> &'static str {
        match self {
            Law::Uniform(..) => "UniformBackward0",
            Law::Normal(..) => "NormalBackward0",
            Law::LogNormal(..) => "LogNormalBackward0",
            Law::Exponential(_) => "ExponentialBackward0",
            Law::Cauchy(..) => "CauchyBackward0",
            Law::Geometric(_) => "GeometricBackward0",
            Law::Bernoulli(_) => "BernoulliBackward2",
            Law::Integers(_) => "RandomBackward0",
            Law::Natural => "RandomBackward2",
        }
    }
}

/// Runs a body with `$T` one of the four floats, else the error of an op without a kernel for the dtype.
macro_rules! sampled {
    ($op:expr, $dt:expr, $T:ident => $body:expr) => {
        match $dt {
            $crate::base::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::base::DType::F64 => {
                type $T = f64;
                $body
            }
            $crate::base::DType::F16 => {
                type $T = $crate::base::F16;
                $body
            }
            $crate::base::DType::BF16 => {
                type $T = $crate::base::BF16;
                $body
            }
            d => Err($crate::error::Error::no_kernel($op, d)),
        }
    };
}
pub(crate) use sampled;

/// Dense elements to be overwritten.
///
/// # Safety
/// The tensor is dense, of type `T`, held for writing, and its bytes are valid values of `T`.
#[allow(unsafe_code, clippy::mut_from_ref)] // the storage is held for writing; the handle is only its name
pub(crate) unsafe fn elements<T: Elem>(x: &Tensor) -> &mut [T] {
    if x.numel() == 0 { &mut [] } else { std::slice::from_raw_parts_mut(x.ptr_of::<T>(), x.numel()) }
}

/// Dense elements to be read.
///
/// # Safety
/// As [`elements`], but held for reading, and nothing of this call writes to them.
#[allow(unsafe_code)]
pub(crate) unsafe fn given<T: Elem>(x: &Tensor) -> &[T] {
    if x.numel() == 0 { &[] } else { std::slice::from_raw_parts(x.ptr_of::<T>(), x.numel()) }
}

/// Fills a dense tensor; `contiguous` is what the tensor it stands for was.
#[allow(unsafe_code)]
pub(crate) fn sample(x: &Tensor, law: Law, generator: &Generator, contiguous: bool) -> Result<()> {
    let d = x.dtype();
    let mut lock = generator.lock()?;
    let g = &mut *lock;
    if d.is_complex() {
        // the parts as reals
        let mut layout = Layout::contiguous(&[2 * x.numel()]);
        layout.offset = 2 * x.layout().offset;
        let parts = x.reinterpret(layout, d.to_real())?;
        drop(lock);
        let law = match law {
            Law::Normal(m, s) => Law::Normal(m, s / std::f64::consts::SQRT_2),
            law @ Law::Uniform(..) => law,
            law => return Err(Error::no_kernel(law.name(), d)),
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

/// Fills a tensor of a card in the order of its shape.
fn sample_on_gpu(x: &Tensor, law: Law, generator: &Generator) -> Result<()> {
    if x.numel() == 0 {
        return Ok(());
    }
    if x.dtype().is_complex() {
        let mut layout = Layout::contiguous(&[2 * x.numel()]);
        ensure!(
            x.is_contiguous(),
            NotImplemented,
            "{}: complex numbers on a GPU are drawn dense",
            law.name()
        );
        layout.offset = 2 * x.layout().offset;
        let law = match law {
            Law::Normal(m, s) => Law::Normal(m, s / std::f64::consts::SQRT_2),
            law @ Law::Uniform(..) => law,
            law => return Err(Error::no_kernel(law.name(), x.dtype())),
        };
        return sample_on_gpu(&x.reinterpret(layout, x.dtype().to_real())?, law, generator);
    }
    let law_there = match law {
        Law::Uniform(a, b) => gpu::Law::Uniform(a, b),
        Law::Normal(m, s) => gpu::Law::Normal(m, s),
        Law::LogNormal(m, s) => gpu::Law::LogNormal(m, s),
        Law::Exponential(l) => gpu::Law::Exponential(l),
        Law::Cauchy(m, s) => gpu::Law::Cauchy(m, s),
        Law::Geometric(p) => gpu::Law::Geometric(p),
        Law::Bernoulli(p) => gpu::Law::Bernoulli(p, 1.0),
        Law::Integers(range) => {
            let (base, width, wide) = range.parts();
            gpu::Law::Integers { base, width, wide }
        }
        Law::Natural => {
            let (width, wide) = IntRange::natural(x.dtype())?;
            let width = if !wide && width > u32::MAX as u64 { 0 } else { width };
            gpu::Law::Integers { base: 0, width, wide }
        }
    };
    let from = generator.advance(gpu::blocks(x.numel(), law_there))?;
    gpu::draw(law.name(), x.place()?, law_there, from)
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
        let place = x.alias(x.layout().permute(&x.layout().stride_order()))?;
        let dense = Tensor::empty(place.shape(), x.dtype(), Device::Cpu)?;
        sample(&dense, self.law, &self.generator, false)?;
        write_held(&place, &dense);
        Ok(())
    }
    fn gpu(&self, _: &[&Tensor], out: &[Tensor]) -> Result<()> {
        // in the order of memory: largest stride first
        let order = out[0].layout().stride_order();
        let place = if out[0].is_contiguous() {
            out[0].clone()
        } else {
            out[0].alias(out[0].layout().permute(&order))?
        };
        sample_on_gpu(&place, self.law, &self.generator)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => Ok(smallvec![Some(full(cx.shape(0), Scalar::Int(0), cx.dtype(0), g.device())?)]),
            None => Ok(smallvec![None]),
        }
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn in_place_ok(&self) -> bool {
        true
    }
}

pub(crate) fn draw(x: &Tensor, law: Law, generator: Option<&Generator>) -> Result<()> {
    check_drawn(x)?;
    law.check(x.dtype())?;
    if x.is_batched() && is_drawn_once(x) {
        let one = drawn_room(Meta::new(x.shape(), x.dtype()), x.device())?;
        draw(&one, law, generator)?;
        return x.copy_in(&one);
    }
    let generator = Generator::for_device(generator, x.device())?;
    apply_in_place(Draw { law, generator }, &[x])
}

/// A new tensor of draws.
pub(crate) fn drawn(
    size: &[i64],
    law: Law,
    generator: Option<&Generator>,
    dtype: DType,
    device: Option<Device>,
    requires_grad: bool,
) -> Result<Tensor> {
    let meta = Meta::new(&sizes(size)?, dtype);
    let device = device.unwrap_or_else(default_device);
    let out = match place::taken(&meta, device) {
        Some(place) => place,
        None => drawn_room(meta, device)?,
    };
    draw(&out, law, generator)?;
    finish(out, requires_grad)
}

pub(crate) fn drawn_like(
    x: &Tensor,
    law: Law,
    dtype: Option<DType>,
    device: Option<Device>,
    format: Option<MemoryFormat>,
    requires_grad: bool,
) -> Result<Tensor> {
    let out = drawn_room(meta_alike(x, dtype, format)?, device.unwrap_or(x.device()))?;
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
pub(crate) fn drawn_by(x: &Tensor, out: Tensor, name: &'static str) -> Tensor {
    if crate::autograd::grad_enabled() && x.requires_grad() {
        let node = make_node(Lost(name), &[x], std::slice::from_ref(&out), Saves::NOTHING);
        out.set_edge(Edge::Node(node, 0));
    }
    out
}

pub(crate) const UNIT: Law = Law::Uniform(0.0, 1.0);

pub(crate) const STANDARD: Law = Law::Normal(0.0, 1.0);

pub(crate) fn check_p(name: &str, p: f64) -> Result<()> {
    ensure!((0.0..=1.0).contains(&p), Runtime, "{name} expects p to be in [0, 1], but got p={p}");
    Ok(())
}

pub(crate) fn check_std(std: f64) -> Result<()> {
    ensure!(std >= 0.0, Runtime, "normal expects std >= 0.0, but found std {std}");
    Ok(())
}
