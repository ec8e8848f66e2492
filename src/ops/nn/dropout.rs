//! Dropout in all its forms. Masks take PyTorch's numbers from the generator.

use crate::base::rng::{default_generator, default_generator_of};
use crate::base::{Device, Dims, Scalar};
use crate::error::{Error, Result};
use crate::kernels::cpu::random;
use crate::kernels::gpu::random as gpu;
use crate::ops::driver::batch::drawn_room;
use crate::ops::elementwise::arithmetic as binary;
use crate::ops::elementwise::arithmetic::add;
use crate::ops::elementwise::kind::binary::binary_in_place;
use crate::ops::table::{Table, Val};
use crate::storage::Guard;
use crate::tensor::batch::levels;
use crate::tensor::{Meta, Tensor};
use crate::warning::warn;
use crate::{bail, ensure, rows, with_dtype};

/// A tensor of ones with probability `keep` and zeros, drawn in the order of its memory.
/// A mask of ones and zeros. A card's has `one` for ones, and where all elements have a draw of their own (`vector`) the
/// order that PyTorch's has there.
#[allow(unsafe_code)]
fn bernoulli(meta: Meta, keep: f64, one: f64, vector: bool, device: Device) -> Result<Tensor> {
    let room = drawn_room(meta, device)?;
    if device == Device::Meta {
        return Ok(room);
    }
    let mask = room.physical(&levels([&room].into_iter()), 0)?;
    if let Device::Gpu(index) = device {
        let law = if vector && mask.numel() % 4 == 0 {
            gpu::Law::Mask(keep, one)
        } else {
            gpu::Law::Bernoulli(keep, one)
        };
        let from = default_generator_of(index)?.advance(gpu::blocks(mask.numel(), law))?;
        // in the order of memory
        let place = mask.alias(mask.layout().permute(&mask.layout().stride_order()))?;
        gpu::draw("dropout", place.place()?, law, from)?;
        return Ok(room);
    }
    let guard = Guard::take([].into_iter(), [mask.storage()].into_iter());
    let mut generator = default_generator().lock()?;
    with_dtype!("bernoulli_scalar_cpu_", mask.dtype(), floatc, T => {
        // SAFETY: fresh dense memory of this many elements
        let out = unsafe { std::slice::from_raw_parts_mut(mask.ptr_of::<T>(), mask.numel()) };
        random::bernoulli(&mut generator, out, keep);
        Ok(())
    })?;
    drop(generator);
    drop(guard);
    Ok(room)
}

#[derive(Clone, Copy)]
struct Kind {
    /// One draw for each channel of each sample.
    feature: bool,
    /// Dropped values become the least value of SELU, mean and variance are kept.
    alpha: bool,
}

const PLAIN: Kind = Kind { feature: false, alpha: false };
const FEATURE: Kind = Kind { feature: true, alpha: false };
const ALPHA: Kind = Kind { feature: false, alpha: true };
const FEATURE_ALPHA: Kind = Kind { feature: true, alpha: true };

fn dropped(input: &Tensor, p: f64, train: bool, inplace: bool, kind: Kind) -> Result<Tensor> {
    if !train || p == 0.0 || input.numel() == 0 {
        return Ok(input.clone());
    }
    let times = |v: Val| -> Result<Tensor> {
        if inplace {
            binary_in_place(&binary::MUL, input, v, None)?;
            return Ok(input.clone());
        }
        input.mul(v)
    };
    let meta = if kind.feature {
        ensure!(input.ndim() >= 2, Runtime, "Feature dropout requires at least 2 dimensions in the input");
        let shape: Dims = (0..input.ndim()).map(|i| if i < 2 { input.shape()[i] } else { 1 }).collect();
        Meta::new(&shape, input.dtype())
    } else {
        Meta::like(input, input.dtype())
    };
    let d = input.dtype();
    ensure!(
        d.is_differentiable(),
        Runtime,
        "result type Float can't be cast to the desired output type {}",
        if d == crate::base::DType::Bool { "Long" } else { d.scalar_name() }
    );
    if input.dtype().is_complex() && p < 1.0 {
        return Err(Error::no_kernel("bernoulli_scalar_cpu_", input.dtype()));
    }
    if p == 1.0 {
        let zero = crate::ops::driver::memory::full(&[], Scalar::Int(0), input.dtype(), input.device())?;
        return times(Val::T(zero));
    }
    // a card writes the factor itself
    let there = matches!(input.device(), Device::Gpu(_));
    let one = if there && !kind.alpha { 1.0 / (1.0 - p) } else { 1.0 };
    let noise = bernoulli(meta, 1.0 - p, one, !kind.feature && !kind.alpha, input.device())?;
    if !kind.alpha {
        if !there {
            binary_in_place(&binary::DIV, &noise, Val::S(Scalar::Float(1.0 - p)), None)?;
        }
        return times(Val::T(noise));
    }
    const ALPHA: f64 = 1.7580993408473766;
    let a = 1.0 / ((ALPHA * ALPHA * p + 1.0) * (1.0 - p)).sqrt();
    let b = noise.sub(1.0)?.mul(ALPHA * a)?.add(ALPHA * a * p)?;
    let scaled = times(Val::T(noise.mul(a)?))?;
    if inplace {
        binary_in_place(&binary::ADD, input, Val::T(b), None)?;
        return Ok(input.clone());
    }
    add(scaled, b, Scalar::Int(1))
}

/// As the functions of the root namespace say it.
fn root(input: &Tensor, p: f64, train: bool, inplace: bool, kind: Kind) -> Result<Tensor> {
    ensure!((0.0..=1.0).contains(&p), Runtime, "dropout probability has to be between 0 and 1, but got {p}");
    dropped(input, p, train, inplace, kind)
}

/// As `nn.functional` says it.
fn functional(input: &Tensor, p: f64, train: bool, inplace: bool, kind: Kind) -> Result<Tensor> {
    ensure!((0.0..=1.0).contains(&p), Value, "dropout probability has to be between 0 and 1, but got {p}");
    dropped(input, p, train, inplace, kind)
}

/// Says that an input has other axes than channels with `spatial` ones, and perhaps a batch, in front.
fn channelled(name: &str, axes: usize, spatial: usize, shapes: &str) {
    if !(spatial + 1..=spatial + 2).contains(&axes) {
        warn(format!(
            "{name}: Received a {axes}-D input to {name}, which is deprecated and will result in an error in a future release. To retain the behavior and silence this warning, please use dropout instead. Note that {name} exists to provide channel-wise dropout on inputs with {spatial} spatial dimensions, a channel dimension, and an optional batch dimension (i.e. {shapes} inputs)."
        ));
    }
}

/// Channel dropout of one sample without a batch axis.
fn unbatched(input: &Tensor, p: f64, train: bool, inplace: bool) -> Result<Tensor> {
    let out = functional(&input.unsqueeze_at(0)?, p, train, inplace, FEATURE)?;
    if inplace { Ok(input.clone()) } else { out.reshape_to(input.shape()) }
}

rows! { DROPOUT:
    /// Zeroes elements with probability `p` and scales the rest by `1 / (1 - p)`.
    ///
    /// Errors: ValueError if `p` is not in [0, 1].
    ///
    /// ```text
    /// >>> F.dropout(torch.ones(4), p=1.0)
    /// tensor([0., 0., 0., 0.])
    /// >>> F.dropout(torch.ones(4), training=False)
    /// tensor([1., 1., 1., 1.])
    /// ```
    [Nn] fn nn_dropout = "dropout"(input: &Tensor, p: f64 = 0.5, training: bool = true, inplace: bool = false) -> Tensor {
        functional(input, p, training, inplace, PLAIN)
    }
    /// Zeroes elements with probability `p` and scales the rest by `1 / (1 - p)`.
    ///
    /// ```text
    /// >>> torch.dropout(torch.ones(4), 0.5, False)
    /// tensor([1., 1., 1., 1.])
    /// ```
    [Torch] fn dropout(input: &Tensor, p: f64, train: bool) -> Tensor { root(input, p, train, false, PLAIN) }
    /// `dropout` in place.
    ///
    /// ```text
    /// >>> torch.dropout_(torch.ones(4), 0.5, False)
    /// tensor([1., 1., 1., 1.])
    /// ```
    [Torch] fn dropout_(input: &Tensor, p: f64, train: bool) -> Tensor { root(input, p, train, true, PLAIN) }
    /// Zeroes whole channels of (N, C, L).
    ///
    /// ```text
    /// >>> F.dropout1d(torch.ones(2, 3, 4), p=1.0).sum()
    /// tensor(0.)
    /// ```
    [Nn] fn dropout1d(input: &Tensor, p: f64 = 0.5, training: bool = true, inplace: bool = false) -> Tensor {
        ensure!((0.0..=1.0).contains(&p), Value, "dropout probability has to be between 0 and 1, but got {p}");
        match input.ndim() {
            2 => unbatched(input, p, training, inplace),
            3 => functional(input, p, training, inplace, FEATURE),
            n => bail!(Runtime, "dropout1d: Expected 2D or 3D input, but received a {n}D input. Note that dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs)."),
        }
    }
    /// Zeroes whole channels of (N, C, H, W).
    ///
    /// ```text
    /// >>> F.dropout2d(torch.ones(2, 3, 4, 4), p=1.0).sum()
    /// tensor(0.)
    /// ```
    [Nn] fn dropout2d(input: &Tensor, p: f64 = 0.5, training: bool = true, inplace: bool = false) -> Tensor {
        channelled("dropout2d", input.ndim(), 2, "3D or 4D");
        if input.ndim() == 3 {
            warn("dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise dropout behavior, please switch to using dropout1d instead.");
        }
        functional(input, p, training, inplace, FEATURE)
    }
    /// Zeroes whole channels of (N, C, D, H, W).
    ///
    /// ```text
    /// >>> F.dropout3d(torch.ones(2, 3, 4, 4, 4), p=1.0).sum()
    /// tensor(0.)
    /// ```
    [Nn] fn dropout3d(input: &Tensor, p: f64 = 0.5, training: bool = true, inplace: bool = false) -> Tensor {
        channelled("dropout3d", input.ndim(), 3, "4D or 5D");
        if input.ndim() == 5 { functional(input, p, training, inplace, FEATURE) } else { unbatched(input, p, training, inplace) }
    }
    /// Dropout that keeps mean 0 and variance 1, for use with SELU.
    ///
    /// ```text
    /// >>> F.alpha_dropout(torch.ones(4), training=False)
    /// tensor([1., 1., 1., 1.])
    /// ```
    [Nn] fn nn_alpha_dropout = "alpha_dropout"(input: &Tensor, p: f64 = 0.5, training: bool = false, inplace: bool = false) -> Tensor {
        functional(input, p, training, inplace, ALPHA)
    }
    /// Dropout that keeps mean 0 and variance 1, for use with SELU.
    ///
    /// ```text
    /// >>> torch.alpha_dropout(torch.ones(4), 0.5, False)
    /// tensor([1., 1., 1., 1.])
    /// ```
    [Torch] fn alpha_dropout(input: &Tensor, p: f64, train: bool) -> Tensor { root(input, p, train, false, ALPHA) }
    /// `alpha_dropout` in place.
    ///
    /// ```text
    /// >>> torch.alpha_dropout_(torch.ones(4), 0.5, False)
    /// tensor([1., 1., 1., 1.])
    /// ```
    [Torch] fn alpha_dropout_(input: &Tensor, p: f64, train: bool) -> Tensor { root(input, p, train, true, ALPHA) }
    /// `alpha_dropout` of whole channels.
    ///
    /// ```text
    /// >>> F.feature_alpha_dropout(torch.ones(2, 3, 4), training=False).sum()
    /// tensor(24.)
    /// ```
    [Nn] fn nn_feature_alpha_dropout = "feature_alpha_dropout"(input: &Tensor, p: f64 = 0.5, training: bool = false, inplace: bool = false) -> Tensor {
        functional(input, p, training, inplace, FEATURE_ALPHA)
    }
    /// `alpha_dropout` of whole channels.
    ///
    /// ```text
    /// >>> torch.feature_alpha_dropout(torch.ones(2, 3, 4), 0.5, False).sum()
    /// tensor(24.)
    /// ```
    [Torch] fn feature_alpha_dropout(input: &Tensor, p: f64, train: bool) -> Tensor { root(input, p, train, false, FEATURE_ALPHA) }
    /// `feature_alpha_dropout` in place.
    ///
    /// ```text
    /// >>> torch.feature_alpha_dropout_(torch.ones(2, 3, 4), 0.5, False).sum()
    /// tensor(24.)
    /// ```
    [Torch] fn feature_alpha_dropout_(input: &Tensor, p: f64, train: bool) -> Tensor { root(input, p, train, true, FEATURE_ALPHA) }
    /// Zeroes whole channels.
    ///
    /// ```text
    /// >>> torch.feature_dropout(torch.ones(2, 3, 4), 1.0, True).sum()
    /// tensor(0.)
    /// ```
    [Torch] fn feature_dropout(input: &Tensor, p: f64, train: bool) -> Tensor { root(input, p, train, false, FEATURE) }
    /// `feature_dropout` in place.
    ///
    /// ```text
    /// >>> torch.feature_dropout_(torch.ones(2, 3, 4), 1.0, True).sum()
    /// tensor(0.)
    /// ```
    [Torch] fn feature_dropout_(input: &Tensor, p: f64, train: bool) -> Tensor { root(input, p, train, true, FEATURE) }
}

pub const TABLE: Table = &[DROPOUT];
