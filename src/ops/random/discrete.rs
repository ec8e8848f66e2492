//! Draws of whole numbers: coins, counts, categories.

use crate::base::rng::Generator;
use crate::base::{DType, Device, Elem, Scalar};
use crate::error::{Error, Result};
use crate::kernels::cpu::random as kernel;
use crate::kernels::gpu::random as gpu;
use crate::ops::create::fill::alike;
use crate::ops::driver::batch::{check_drawn, check_target, depth, drawn_room, drawn_whole, is_drawn_once};
use crate::ops::driver::in_place::{check_apart, check_in_place};
use crate::ops::driver::memory::{dense_cast_held, dense_copy, fill_held, settle, write_held};
use crate::ops::driver::op::Apart;
use crate::ops::driver::place::taken;
use crate::ops::random::law::{Law, check_p, draw, drawn_by, elements, given, sampled};
use crate::ops::table::{Table, Val};
use crate::storage::Guard;
use crate::tensor::batch::levels;
use crate::tensor::{Meta, Tensor};
use crate::{bail, ensure, rows, with_dtype};

/// Draws with a probability for each element, in the order of memory.
#[allow(unsafe_code)]
fn bernoulli_each(out: &Tensor, p: &Tensor, generator: Option<&Generator>) -> Result<()> {
    check_in_place("bernoulli_", out)?;
    check_apart(out, p, Apart::Part)?;
    if out.is_batched() || p.is_batched() {
        check_drawn(out)?;
        ensure!(
            !is_drawn_once(out) && !is_drawn_once(p),
            Runtime,
            "Vmap does not currently support same randomness with a batched tensor input. Please file an issue with functorch"
        );
        check_target(out, &[p])?;
        let all = levels([out].into_iter());
        return bernoulli_each(&out.physical(&all, 0)?, &p.physical(&all, out.ndim())?, generator);
    }
    if !p.dtype().is_float() {
        let kernel =
            if p.dtype().is_complex() { "bernoulli_tensor_cpu_self_" } else { "bernoulli_tensor_cpu_p_" };
        return Err(Error::no_kernel(kernel, p.dtype()));
    }
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
    if let Device::Gpu(_) = out.device() {
        ensure!(
            p.device() == out.device(),
            Runtime,
            "bernoulli_: Expected all tensors to be on the same device, but found at least two devices, {} and {}!",
            out.device(),
            p.device()
        );
        let source = Generator::for_device(generator, out.device())?.advance(gpu::race(out.numel()))?;
        let along = p.layout().broadcast_to(out.shape()).strides;
        gpu::bernoulli_each(out.place()?, p.place()?, &along, source)?;
        out.storage().bump_version();
        return Ok(());
    }
    let source = Generator::for_device(generator, Device::Cpu)?;
    // probabilities that lie where the draws go are read before
    let p = &if p.storage().same(out.storage()) { dense_copy(p)? } else { p.clone() };
    let _guard = Guard::take([p.storage()].into_iter(), [out.storage()].into_iter());
    let order = out.layout().stride_order();
    let along = p.layout().broadcast_to(out.shape()).permute(&order);
    let out = &out.alias(out.layout().permute(&order))?;
    let p = dense_cast_held(&p.alias(along)?, p.dtype())?;
    let dense =
        if out.is_contiguous() { out.clone() } else { Tensor::empty(out.shape(), out.dtype(), Device::Cpu)? };
    if out.dtype() == DType::Bool {
        fill_held(&dense, Scalar::Bool(false));
    }
    let mut g = source.lock()?;
    // SAFETY: dense tensors of one shape in two storages, held; see `sample`
    unsafe {
        sampled!("bernoulli_tensor_cpu", p.dtype(), P => {
            let probs: &[P] = given::<P>(&p);
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
    if let Device::Gpu(_) = x.device() {
        bail!(
            NotImplemented,
            "{}: there is no kernel for device cuda yet; .cpu() moves the tensor where there is one",
            if p.is_some() { "binomial" } else { "poisson" }
        );
    }
    let source = Generator::for_device(generator, Device::Cpu)?;
    let over = |t: &Tensor| dense_cast_held(&t.alias(t.layout().broadcast_to(&shape))?, t.dtype());
    let guard =
        Guard::take(std::iter::once(x.storage()).chain(p.map(|p| p.storage())), [out.storage()].into_iter());
    let a = over(x)?;
    let b = match p {
        Some(p) => Some(over(p)?),
        None => None,
    };
    let mut g = source.lock()?;
    // SAFETY: dense float tensors of one shape, held
    unsafe {
        sampled!(if b.is_some() { "binomial_cpu" } else { "poisson_cpu" }, x.dtype(), T => {
            let (first, to) = (given::<T>(&a), elements::<T>(&out));
            match &b {
                Some(b) => kernel::binomial(&mut g, first, given::<T>(b), to),
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
    if let Device::Gpu(_) = x.device() {
        return categories_on_gpu(x, out, samples as usize, replacement, generator);
    }
    let by_columns = x.ndim() == 2 && (1..x.strides()[1]).contains(&x.strides()[0]) && x.shape()[0] > 1;
    if by_columns && depth() == 0 && !(replacement && samples > 1) {
        return categories_by_columns(x, samples, replacement, generator);
    }
    let source = Generator::for_device(generator, Device::Cpu)?;
    let guard = Guard::take([x.storage()].into_iter(), [out.storage()].into_iter());
    let dense = dense_cast_held(x, x.dtype())?;
    let mut g = source.lock()?;
    // SAFETY: dense tensors, held; the result is fresh integers
    unsafe {
        let to = elements::<i64>(&out);
        sampled!("multinomial", x.dtype(), T => {
            let weights: &[T] = given::<T>(&dense);
            let (sound, positive) = kernel::weights(weights, n);
            ensure!(sound, Runtime, "probability tensor contains either `inf`, `nan` or element < 0");
            ensure!(positive, Runtime, "invalid multinomial distribution (sum of probabilities <= 0)");
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

/// Weights that lie by columns: the race is drawn in that order, as the times lie where the weights do.
fn categories_by_columns(
    x: &Tensor,
    samples: i64,
    replacement: bool,
    generator: Option<&Generator>,
) -> Result<Tensor> {
    // the checks, on numbers that are not drawn by
    categories(&x.contiguous()?, samples, replacement, Some(&Generator::with_seed(0)))?;
    let times = alike(x, None, None, None)?;
    draw(&times, Law::Exponential(1.0), generator)?;
    let race = x.div(&times)?;
    if samples == 1 {
        race.argmax(Some(-1), true)
    } else {
        Ok(race.topk(samples, -1, true, true)?.1[1].clone())
    }
}

/// By a race: each category takes an exponential time of its weight, and who arrives first is drawn. Without replacement the
/// first arrivals of one race are; with it every sample has a race of its own.
fn categories_on_gpu(
    x: &Tensor,
    out: Tensor,
    samples: usize,
    replacement: bool,
    generator: Option<&Generator>,
) -> Result<Tensor> {
    let source = Generator::for_device(generator, x.device())?;
    if replacement || samples == 1 {
        let weights = crate::ops::driver::memory::dense(x)?;
        let from = source.advance(gpu::race(x.numel() * samples))?;
        gpu::categories(out.place()?, weights.place()?, samples, from)?;
        // weights that are none are told here, as PyTorch does
        settle(&out)?;
        return Ok(out);
    }
    let one = Tensor::empty(&out.shape()[..out.ndim() - 1], DType::I64, x.device())?;
    gpu::categories(one.place()?, crate::ops::driver::memory::dense(x)?.place()?, 1, source.advance(0)?)?;
    settle(&one)?;
    let times = alike(x, None, None, None)?;
    draw(&times, Law::Exponential(1.0), Some(&source))?;
    Ok(x.div(&times)?.topk(samples as i64, -1, true, true)?.1[1].clone())
}

rows! { DISCRETE:
    /// Ones with the probabilities that `input` holds, zeros otherwise.
    ///
    /// ```text
    /// >>> torch.bernoulli(torch.tensor([0.0, 1.0]))
    /// tensor([0., 1.])
    /// ```
    [Torch, Method] out Promote resizes Quietly fn bernoulli(input: &Tensor; generator: Option<&Generator> = None) -> Tensor {
        let out = drawn_whole(&input.detach(), |p| {
            let meta = Meta::new(p.shape(), p.dtype());
            let out = match taken(&meta, p.device()) {
                Some(place) => place,
                None => Tensor::alloc(meta, p.device())?,
            };
            bernoulli_each(&out, p, generator)?;
            Ok(out)
        })?;
        Ok(drawn_by(input, out, "BernoulliBackward0"))
    }
    /// Ones with probability `p`, zeros otherwise, with the shape and dtype of `input`.
    [Torch, Method] out Promote resizes Quietly fn bernoulli_p = "bernoulli"(input: &Tensor, p: f64; generator: Option<&Generator> = None) -> Tensor {
        check_p("bernoulli_", p)?;
        let meta = Meta::new(input.shape(), input.dtype());
        let out = match taken(&meta, input.device()) {
            Some(place) => place,
            None => drawn_room(meta, input.device())?,
        };
        draw(&out, Law::Bernoulli(p), generator)?;
        Ok(out)
    }
    /// Indices drawn with the weights in the rows of `input`.
    ///
    /// Args: num_samples: draws a row; replacement: whether an index may come again.
    ///
    /// ```text
    /// >>> torch.multinomial(torch.tensor([0.0, 1.0, 0.0]), 3, replacement=True)
    /// tensor([1, 1, 1])
    /// ```
    [Torch, Method] resizes Quietly fn multinomial(input: &Tensor, num_samples: i64, replacement: bool = false; generator: Option<&Generator> = None) -> Tensor {
        ensure!(matches!(input.ndim(), 1 | 2), Runtime, "prob_dist must be 1 or 2 dim");
        let n = input.shape()[input.ndim() - 1];
        drawn_whole(&input.detach(), |weights| {
            if weights.ndim() == input.ndim() {
                return categories(weights, num_samples, replacement, generator);
            }
            let mut shape = crate::base::Dims::from_slice(weights.shape());
            let rows: usize = shape[..shape.len() - 1].iter().product();
            let drawn = categories(&weights.reshape_to(&[rows, n])?, num_samples, replacement, generator)?;
            let last = shape.len() - 1;
            shape[last] = num_samples as usize;
            drawn.reshape_to(&shape)
        })
    }
    /// Counts of events at the rates that `input` holds.
    ///
    /// ```text
    /// >>> torch.poisson(torch.tensor([0.0, 0.0]))
    /// tensor([0., 0.])
    /// ```
    [Torch] fn poisson(input: &Tensor; generator: Option<&Generator> = None) -> Tensor { Ok(drawn_by(input, drawn_whole(&input.detach(), |rate| counts(rate, None, generator))?, "PoissonBackward0")) }
    /// Numbers of successes among `count` trials of probability `prob`.
    ///
    /// ```text
    /// >>> torch.binomial(torch.tensor([4.0, 4.0]), torch.tensor([0.0, 1.0]))
    /// tensor([0., 4.])
    /// ```
    [Torch] fn binomial(count: &Tensor, prob: &Tensor; generator: Option<&Generator> = None) -> Tensor {
        ensure!(count.dtype().is_float(), Value, "binomial only supports floating-point dtypes for count, got: {}", count.dtype().scalar_name());
        ensure!(prob.dtype().is_float(), Value, "binomial only supports floating-point dtypes for prob, got: {}", prob.dtype().scalar_name());
        if count.dtype().is_half() && count.device() == Device::Cpu { return Err(Error::no_kernel("binomial_cpu", count.dtype())); }
        ensure!(count.dtype() == prob.dtype(), Runtime, "binomial: count and prob must have the same dtype, got {} and {}", count.dtype().scalar_name(), prob.dtype().scalar_name());
        if !prob.is_batched() {
            return drawn_whole(&count.detach(), |count| counts(count, Some(&prob.detach()), generator));
        }
        let count = count.detach().expand_to(&crate::base::broadcast(count.shape(), prob.shape())?)?;
        let count = count.add(&prob.detach().mul(0.0)?)?; // the samples of both
        let levels = crate::tensor::batch::levels([&count].into_iter());
        let prob = prob.physical(&levels, count.ndim())?;
        drawn_whole(&count, |count| counts(count, Some(&prob), generator))
    }
    /// Fills with ones of probability `p` (a number, or a tensor that broadcasts) and zeros.
    ///
    /// ```text
    /// >>> torch.zeros(3).bernoulli_(1.0)
    /// tensor([1., 1., 1.])
    /// ```
    [InPlace] fn bernoulli_in_place = "bernoulli_"(input: &Tensor, p: Val = Val::S(Scalar::Float(0.5)); generator: Option<&Generator> = None) -> () {
        match p {
            Val::S(p) => { check_p("bernoulli_", p.to_f64())?; draw(input, Law::Bernoulli(p.to_f64()), generator) }
            Val::T(p) => bernoulli_each(input, &p.detach(), generator),
        }
    }
}

pub const TABLE: Table = &[DISCRETE];
