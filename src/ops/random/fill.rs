//! Random tensors: the methods that fill in place, and the functions that make new ones. The stream is PyTorch's:
//! a tensor is filled in the order of its memory, except that samplers with probabilities of their own go in
//! logical order.

use crate::base::promote::{default_device, default_dtype};
use crate::base::rng::Generator;
use crate::base::{DType, Device, MemoryFormat, Scalar};
use crate::error::{Error, Result};
use crate::kernels::cpu::random as kernel;
use crate::kernels::cpu::random::IntRange;
use crate::kernels::gpu::random as gpu;
use crate::ops::create::fill::Made;
use crate::ops::create::fill::finish;
use crate::ops::driver::batch::drawn_room;
use crate::ops::driver::memory::fill_held;
use crate::ops::driver::place::taken;
use crate::ops::random::law::{Law, STANDARD, UNIT, check_std, draw, drawn, drawn_like, elements};
use crate::ops::table::{Sizes, Table, Val};
use crate::storage::Guard;
use crate::tensor::batch::levels;
use crate::tensor::{Meta, Tensor};
use crate::{bail, ensure, rows, with_dtype};

/// Normals whose mean or deviation are tensors: standard ones scaled and moved.
fn normal_around(mean: &Val, std: &Val, generator: Option<&Generator>) -> Result<Tensor> {
    let (a, b) = match (mean, std) {
        (Val::T(m), Val::T(s)) => (Some(m), Some(s)),
        (Val::T(m), Val::S(_)) => (Some(m), None),
        (Val::S(_), Val::T(s)) => (None, Some(s)),
        _ => bail!(Type, "normal(): mean and std are numbers: give size"),
    };
    for t in [a, b].into_iter().flatten() {
        if !t.dtype().is_differentiable() {
            return Err(Error::no_kernel("normal_kernel_cpu", t.dtype()));
        }
    }
    let like = a.or(b).cloned().unwrap_or(Tensor::empty(&[], DType::F32, Device::Cpu)?);
    let shape = match (a, b) {
        (Some(m), Some(s)) => crate::base::broadcast(m.shape(), s.shape())?,
        _ => crate::base::Dims::from_slice(like.shape()),
    };
    let meta = Meta::new(&shape, like.dtype());
    let out = match taken(&meta, like.device()) {
        Some(place) => place,
        None => drawn_room(meta, like.device())?,
    };
    match std {
        Val::S(s) => {
            check_std(s.to_f64())?;
            draw(&out, Law::Normal(0.0, s.to_f64()), generator)?;
        }
        Val::T(s) => {
            draw(&out, Law::Normal(0.0, 1.0), generator)?;
            crate::ops::elementwise::kind::binary::binary_in_place(
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
    crate::ops::elementwise::kind::binary::binary_in_place(
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

rows! { FILL:
    /// Uniform numbers from 0 (included) to 1.
    ///
    /// ```text
    /// >>> torch.rand(2, 3).shape
    /// torch.Size([2, 3])
    /// ```
    [Torch] fn rand(size: Sizes; generator: Option<&Generator> = None, ..made: Made) -> Tensor {
        drawn(&size.0, UNIT, generator, made.dtype.unwrap_or_else(default_dtype), made.device, made.requires_grad)
    }
    /// Normal numbers of mean 0 and deviation 1.
    ///
    /// ```text
    /// >>> torch.randn(2, 3).shape
    /// torch.Size([2, 3])
    /// ```
    [Torch] fn randn(size: Sizes; generator: Option<&Generator> = None, ..made: Made) -> Tensor {
        drawn(&size.0, STANDARD, generator, made.dtype.unwrap_or_else(default_dtype), made.device, made.requires_grad)
    }
    /// Integers from 0 up to `high`, which is left out.
    ///
    /// ```text
    /// >>> torch.randint(3, 5, (100,)).unique()
    /// tensor([3, 4])
    /// ```
    [Torch] fn randint(high: i64, size: &[i64]; generator: Option<&Generator> = None, ..made: Made) -> Tensor {
        let dtype = made.dtype.unwrap_or(DType::I64);
        drawn(size, range_of(0, high, dtype)?, generator, dtype, made.device, made.requires_grad)
    }
    /// Integers from `low` up to `high`, which is left out.
    [Torch] fn randint_between = "randint"(low: i64, high: i64, size: &[i64]; generator: Option<&Generator> = None, ..made: Made) -> Tensor {
        let dtype = made.dtype.unwrap_or(DType::I64);
        drawn(size, range_of(low, high, dtype)?, generator, dtype, made.device, made.requires_grad)
    }
    /// The numbers `0..n` in random order.
    ///
    /// ```text
    /// >>> torch.randperm(5).sort().values
    /// tensor([0, 1, 2, 3, 4])
    /// ```
    [Torch] fn randperm(n: i64; generator: Option<&Generator> = None, ..made: Made) -> Tensor {
        ensure!(n >= 0, Runtime, "n must be non-negative, got{n}");
        let meta = Meta::new(&[n as usize], made.dtype.unwrap_or(DType::I64));
        let room = drawn_room(meta, made.device.unwrap_or_else(default_device))?;
        let out = room.physical(&levels([&room].into_iter()), 0)?;
        if let Device::Gpu(_) = out.device() {
            ensure!(out.ndim() == 1, NotImplemented, "vmap: randperm of a GPU draws one permutation at a time");
            if n > 0 {
                let source = Generator::for_device(generator, out.device())?;
                let order = gpu::permutation(&out.place()?, n as usize, source.advance(gpu::race(n as usize))?)?;
                crate::kernels::gpu::create::copy::copy(out.place()?, order.place())?;
            }
        } else if out.device() != Device::Meta {
            let _guard = Guard::take([].into_iter(), [out.storage()].into_iter());
            let source = Generator::for_device(generator, Device::Cpu)?;
            let mut g = source.lock()?;
            #[allow(unsafe_code)]
            with_dtype!("randperm", out.dtype(), real, T => {
                fill_held(&out, Scalar::Int(0));
                // SAFETY: dense, fresh, held, cleared
                let all = unsafe { elements::<T>(&out) };
                all.chunks_mut((n as usize).max(1)).for_each(|order| kernel::randperm(&mut g, order));
                Ok(())
            })?;
        }
        finish(room, made.requires_grad)
    }
    /// Uniform numbers with the shape, dtype and device of `input`.
    ///
    /// ```text
    /// >>> torch.rand_like(torch.ones(2, 3)).shape
    /// torch.Size([2, 3])
    /// ```
    [Torch] fn rand_like(input: &Tensor; ..made: Made, memory_format: Option<MemoryFormat> = None) -> Tensor {
        drawn_like(input, UNIT, made.dtype, made.device, memory_format, made.requires_grad)
    }
    /// Normal numbers with the shape, dtype and device of `input`.
    ///
    /// ```text
    /// >>> torch.randn_like(torch.ones(2, 3)).shape
    /// torch.Size([2, 3])
    /// ```
    [Torch] fn randn_like(input: &Tensor; ..made: Made, memory_format: Option<MemoryFormat> = None) -> Tensor {
        drawn_like(input, STANDARD, made.dtype, made.device, memory_format, made.requires_grad)
    }
    /// Integers from 0 up to `high` with the shape, dtype and device of `input`.
    ///
    /// ```text
    /// >>> torch.randint_like(torch.ones(100), 2).unique()
    /// tensor([0., 1.])
    /// ```
    [Torch] fn randint_like(input: &Tensor, high: i64; ..made: Made, memory_format: Option<MemoryFormat> = None) -> Tensor {
        drawn_like(input, range_of(0, high, made.dtype.unwrap_or(input.dtype()))?, made.dtype, made.device, memory_format, made.requires_grad)
    }
    /// Integers from `low` up to `high` with the shape, dtype and device of `input`.
    [Torch] fn randint_like_between = "randint_like"(input: &Tensor, low: i64, high: i64; ..made: Made, memory_format: Option<MemoryFormat> = None) -> Tensor {
        drawn_like(input, range_of(low, high, made.dtype.unwrap_or(input.dtype()))?, made.dtype, made.device, memory_format, made.requires_grad)
    }
    /// Normal numbers of the given mean and deviation.
    ///
    /// ```text
    /// >>> torch.normal(0.0, 1.0, (2, 3)).shape
    /// torch.Size([2, 3])
    /// >>> torch.normal(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 0.0]))
    /// tensor([1., 2.])
    /// ```
    [Torch] fn normal_of_size = "normal"(mean: f64, std: f64, size: &[i64]; generator: Option<&Generator> = None, ..made: Made) -> Tensor {
        check_std(std)?;
        drawn(size, Law::Normal(mean, std), generator, made.dtype.unwrap_or_else(default_dtype), made.device, made.requires_grad)
    }
    /// Normal numbers whose mean, deviation or both are tensors.
    [Torch] fn normal(mean: Val = Val::S(Scalar::Float(0.0)), std: Val = Val::S(Scalar::Float(1.0)); generator: Option<&Generator> = None) -> Tensor { normal_around(&mean, &std, generator) }
    /// Fills with uniform numbers from `from` (included) to `to`.
    ///
    /// ```text
    /// >>> x = torch.zeros(100).uniform_(2, 3)
    /// >>> bool((x >= 2).all() and (x < 3).all())
    /// True
    /// ```
    [InPlace] fn uniform_(input: &Tensor, from: f64 = 0.0, to: f64 = 1.0; generator: Option<&Generator> = None) -> () {
        ensure!(from <= to, Runtime, "uniform_ expects to return a [from, to) range, but found from={from} > to={to}");
        draw(input, Law::Uniform(from, to), generator)
    }
    /// Fills with normal numbers.
    ///
    /// ```text
    /// >>> torch.zeros(1000).normal_(5, 0.1).mean().round()
    /// tensor(5.)
    /// ```
    [InPlace] fn normal_(input: &Tensor, mean: f64 = 0.0, std: f64 = 1.0; generator: Option<&Generator> = None) -> () {
        check_std(std)?;
        draw(input, Law::Normal(mean, std), generator)
    }
    /// Fills with exponentials of normal numbers.
    ///
    /// ```text
    /// >>> bool((torch.zeros(100).log_normal_() > 0).all())
    /// True
    /// ```
    [InPlace] fn log_normal_(input: &Tensor, mean: f64 = 1.0, std: f64 = 2.0; generator: Option<&Generator> = None) -> () {
        ensure!(std > 0.0, Runtime, "log_normal_ expects std > 0.0, but found std={std}");
        draw(input, Law::LogNormal(mean, std), generator)
    }
    /// Fills with exponentially distributed numbers of rate `lambd`.
    ///
    /// ```text
    /// >>> bool((torch.zeros(100).exponential_(2.0) >= 0).all())
    /// True
    /// ```
    [InPlace] fn exponential_(input: &Tensor, lambd: f64 = 1.0; generator: Option<&Generator> = None) -> () {
        ensure!(lambd > 0.0, Runtime, "exponential_ expects lambda > 0.0, but found lambda={lambd}");
        draw(input, Law::Exponential(lambd), generator)
    }
    /// Fills with Cauchy-distributed numbers.
    ///
    /// ```text
    /// >>> torch.zeros(2, 3).cauchy_().shape
    /// torch.Size([2, 3])
    /// ```
    [InPlace] fn cauchy_(input: &Tensor, median: f64 = 0.0, sigma: f64 = 1.0; generator: Option<&Generator> = None) -> () {
        ensure!(sigma > 0.0, Runtime, "cauchy_ expects sigma > 0.0, but found sigma={sigma}");
        draw(input, Law::Cauchy(median, sigma), generator)
    }
    /// Fills with the number of trials up to the first success of probability `p`.
    ///
    /// ```text
    /// >>> torch.zeros(3).geometric_(0.5).shape
    /// torch.Size([3])
    /// ```
    [InPlace] fn geometric_(input: &Tensor, p: f64; generator: Option<&Generator> = None) -> () {
        ensure!(p > 0.0 && p < 1.0, Runtime, "geometric_ expects p to be in (0, 1), but got p={p}");
        draw(input, Law::Geometric(p), generator)
    }
    /// Fills with integers from 0 to the greatest the dtype holds exactly.
    ///
    /// ```text
    /// >>> torch.zeros(100, dtype=torch.int64).random_(2).unique()
    /// tensor([0, 1])
    /// ```
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
