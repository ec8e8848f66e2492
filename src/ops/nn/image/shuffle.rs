//! Shuffles between channels and pixels, and among channels: permutations of one contiguous arrangement of axes.

use crate::base::{Dims, Layout, product};
use crate::error::Result;
use crate::ops::driver::apply::apply;
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::driver::samples::as_one_batch;
use crate::ops::nn::image::format_of;
use crate::ops::table::Table;
use crate::tensor::{Context, Meta, Tensor};
use crate::{ensure, rows};
use smallvec::smallvec;

#[derive(Clone, Copy, Debug)]
enum Shuffle {
    /// (C r r, H, W) to (C, H r, W r).
    Pixels(usize),
    /// (C, H r, W r) to (C r r, H, W).
    Unpixels(usize),
    /// Groups of channels dealt out one by one.
    Channels(usize),
}

impl Shuffle {
    fn inverse(self, channels: usize) -> Shuffle {
        match self {
            Shuffle::Pixels(r) => Shuffle::Unpixels(r),
            Shuffle::Unpixels(r) => Shuffle::Pixels(r),
            Shuffle::Channels(g) => Shuffle::Channels(channels / g),
        }
    }
    /// The channel axis and the axes after it: where it is, and the result's sizes.
    fn shape(self, x: &[usize]) -> Dims {
        let mut out = Dims::from_slice(x);
        let n = x.len();
        match self {
            Shuffle::Pixels(r) => {
                out[n - 3] /= r * r;
                out[n - 2] *= r;
                out[n - 1] *= r;
            }
            Shuffle::Unpixels(r) => {
                out[n - 3] *= r * r;
                out[n - 2] /= r;
                out[n - 1] /= r;
            }
            Shuffle::Channels(_) => {}
        }
        out
    }
}

/// A layout with axis `at` split into (`a`, rest).
fn split(l: &Layout, at: usize, a: usize) -> Layout {
    let mut out = l.clone();
    let rest = l.shape[at] / a;
    out.shape[at] = a;
    out.strides[at] = l.strides[at] * rest;
    out.shape.insert(at + 1, rest);
    out.strides.insert(at + 1, l.strides[at]);
    out
}

fn moved(l: &Layout, from: usize, to: usize) -> Layout {
    let mut order: Dims = (0..l.ndim()).collect();
    let axis = order.remove(from);
    order.insert(to, axis);
    l.permute(&order)
}

impl Op for Shuffle {
    fn name(&self) -> &'static str {
        match self {
            Shuffle::Pixels(_) => "pixel_shuffle",
            Shuffle::Unpixels(_) => "pixel_unshuffle",
            Shuffle::Channels(_) => "channel_shuffle",
        }
    }
    fn grad_name(&self) -> &'static str {
        match self {
            Shuffle::Pixels(_) => "PixelShuffleBackward0",
            Shuffle::Unpixels(_) => "PixelUnshuffleBackward0",
            Shuffle::Channels(_) => "ChannelShuffleBackward0",
        }
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        // pixels are counted from the last axis, channels from the first
        if matches!(self, Shuffle::Channels(_)) { Batching::Own } else { Batching::Aligned }
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        as_one_batch(self, x, out, n, u64::MAX)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::with_format(&self.shape(x[0].shape()), x[0].dtype(), format_of(x[0]))])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if out[0].numel() == 0 {
            return Ok(());
        }
        let (from, to, n) = (x[0].layout(), out[0].layout(), x[0].ndim());
        // both seen with the same axes: (..., C, r, r, H, W) or (..., g, C / g, ...)
        let apart = |l: &Layout, r: usize| {
            // (C r r, H, W) as (C, r, r, H, W)
            split(&split(l, n - 3, l.shape[n - 3] / (r * r)), n - 2, r)
        };
        let woven = |l: &Layout, r: usize| {
            // (C, H r, W r) as (C, H, r, W, r), then the factors to the front
            let l = split(&split(l, n - 1, l.shape[n - 1] / r), n - 2, l.shape[n - 2] / r);
            moved(&moved(&l, n - 1, n - 2), n + 1, n - 1)
        };
        let (from, to) = match *self {
            Shuffle::Pixels(r) => (apart(from, r), woven(to, r)),
            Shuffle::Unpixels(r) => (woven(from, r), apart(to, r)),
            Shuffle::Channels(g) => (split(from, 1, g), split(to, 1, from.shape[1] / g).transpose(1, 2)),
        };
        crate::ops::driver::memory::write_held(&out[0].alias(to)?, &x[0].alias(from)?);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let channels = cx.shape(0)[1.min(cx.shape(0).len() - 1)];
        apply(self.inverse(channels), &[g])
    }
}

rows! { SHUFFLE:
    /// Moves channels into pixels: (*, C r r, H, W) to (*, C, H r, W r).
    ///
    /// Errors: RuntimeError if r r does not divide the channels.
    ///
    /// ```text
    /// >>> torch.pixel_shuffle(torch.ones(1, 12, 4, 4), 2).shape
    /// torch.Size([1, 3, 8, 8])
    /// ```
    [Torch, Nn] fn pixel_shuffle(input: &Tensor, upscale_factor: i64) -> Tensor {
        let (n, r) = (input.ndim(), upscale_factor);
        ensure!(n >= 3, Runtime, "pixel_shuffle expects input to have at least 3 dimensions, but got input with {n} dimension(s)");
        ensure!(r > 0, Runtime, "pixel_shuffle expects a positive upscale_factor, but got {r}");
        let (c, r) = (input.shape()[n - 3], r as usize);
        let square = product([r, r])?;
        ensure!(
            c.is_multiple_of(square),
            Runtime,
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)={c} is not divisible by {square}"
        );
        product([r, input.shape()[n - 2]])?;
        product([r, input.shape()[n - 1]])?;
        apply(Shuffle::Pixels(r), &[input])
    }
    /// Moves pixels into channels: (*, C, H r, W r) to (*, C r r, H, W).
    ///
    /// Errors: RuntimeError if r does not divide height and width.
    ///
    /// ```text
    /// >>> torch.pixel_unshuffle(torch.ones(1, 3, 8, 8), 2).shape
    /// torch.Size([1, 12, 4, 4])
    /// ```
    [Torch, Nn] fn pixel_unshuffle(input: &Tensor, downscale_factor: i64) -> Tensor {
        let (n, r) = (input.ndim(), downscale_factor);
        ensure!(n >= 3, Runtime, "pixel_unshuffle expects input to have at least 3 dimensions, but got input with {n} dimension(s)");
        ensure!(r > 0, Runtime, "pixel_unshuffle expects a positive downscale_factor, but got {r}");
        let (h, w, r) = (input.shape()[n - 2], input.shape()[n - 1], r as usize);
        ensure!(h.is_multiple_of(r), Runtime, "pixel_unshuffle expects height to be divisible by downscale_factor, but input.size(-2)={h} is not divisible by {r}");
        ensure!(w.is_multiple_of(r), Runtime, "pixel_unshuffle expects width to be divisible by downscale_factor, but input.size(-1)={w} is not divisible by {r}");
        product([r, r, input.shape()[n - 3]])?;
        apply(Shuffle::Unpixels(r), &[input])
    }
    /// Deals the channels of (N, C, ...) out of `groups` groups one by one.
    ///
    /// Errors: RuntimeError if the groups do not divide the channels.
    ///
    /// ```text
    /// >>> torch.channel_shuffle(torch.arange(4.0).view(1, 4, 1, 1), 2).flatten()
    /// tensor([0., 2., 1., 3.])
    /// ```
    [Torch, Nn] fn channel_shuffle(input: &Tensor, groups: i64) -> Tensor {
        let n = input.ndim();
        ensure!(n > 2, Runtime, "channel_shuffle expects input with > 2 dims, but got input with sizes {:?}", input.shape());
        ensure!(groups > 0, Runtime, "Number of groups to divide channels in must be positive. Value of groups:{groups}");
        let c = input.shape()[1];
        ensure!(c.is_multiple_of(groups as usize), Runtime, "Number of channels must be divisible by groups. Got {c} channels and {groups} groups.");
        apply(Shuffle::Channels(groups as usize), &[input])
    }
}

pub const TABLE: Table = &[SHUFFLE];
