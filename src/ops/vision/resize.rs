//! Bytes resized in single precision and rounded: what torchvision's first functions do, who make floats of a picture before.
//! Places and weights have every step rounded where PyTorch's is.

use crate::base::{DType, Dims, Layout, collected};
use crate::error::Result;
use crate::kernels::cpu::vision::resize as kernel;
use crate::kernels::cpu::vision::resize::{Between, Taps};
use crate::ops::driver::apply::apply;
use crate::ops::driver::op::{Metas, Op};
use crate::ops::nn::image::bytes::dense_pictures;
use crate::ops::table::Table;
use crate::tensor::{Meta, Tensor};
use crate::{ensure, rows};
use smallvec::smallvec;
use std::sync::Arc;

/// How an axis is read.
#[derive(Clone, Debug)]
enum Axes {
    /// Columns and rows, one after the other.
    Taps(Arc<[Taps; 2]>),
    /// Both at once.
    Four(Arc<[Vec<Between>; 2]>),
}

#[derive(Clone, Debug)]
struct Single {
    size: [usize; 2],
    axes: Axes,
}

/// Keys' kernel with `a`.
fn keys(x: f32, a: f32) -> f32 {
    let x = x.abs();
    if x < 1.0 {
        ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * a
    } else {
        0.0
    }
}

fn scale(size: usize, new: usize) -> f32 {
    size as f32 / new as f32
}

/// Where the centre of an output lies, rounded once.
fn place(size: usize, new: usize, i: usize) -> f32 {
    (scale(size, new) as f64 * (i as f64 + 0.5) - 0.5) as f32
}

/// The filter as wide as the scale makes it.
fn smoothed(size: usize, new: usize, cubic: bool) -> Taps {
    let mut out = Taps::default();
    let scale = scale(size, new);
    let stretch = scale.max(1.0);
    let support = if cubic { 4.0f32 } else { 2.0 } * 0.5 * stretch;
    let inverse = 1.0 / stretch;
    for i in 0..new {
        let centre = scale * (i as f32 + 0.5);
        let low = ((centre - support + 0.5) as i64).max(0);
        let high = ((centre + support + 0.5) as i64).min(size as i64);
        let weight = |k: i64| {
            let x = (k as f32 + (low as f32 - centre) + 0.5) * inverse;
            if cubic { keys(x, -0.5) } else { (1.0 - x.abs()).max(0.0) }
        };
        let weights: Vec<f32> = (0..high - low).map(weight).collect();
        let total = weights.iter().fold(0.0f32, |t, w| t + w);
        out.push(weights.iter().enumerate().map(|(k, w)| (low as usize + k, w / total)), true);
    }
    out
}

/// Four neighbours; beyond the edges those at them.
fn cubic(size: usize, new: usize) -> Taps {
    let mut out = Taps::default();
    for i in 0..new {
        let at = place(size, new, i);
        let (first, part) = (at.floor(), at - at.floor());
        let entry = |k: usize| {
            let at = (first as i64 + k as i64 - 1).clamp(0, size as i64 - 1);
            (at as usize, keys(part - (k as f32 - 1.0), -0.75))
        };
        out.push((0..4).map(entry), false);
    }
    out
}

fn same(size: usize) -> Taps {
    let mut out = Taps::default();
    (0..size).for_each(|i| out.push([(i, 1.0)].into_iter(), false));
    out
}

fn linear(size: usize, new: usize) -> Result<Vec<Between>> {
    let one = |i: usize| {
        let at = place(size, new, i).max(0.0);
        let first = at.floor();
        let part = (at - first.min(size as f32 - 1.0)).clamp(0.0, 1.0);
        let low = (first as usize).min(size - 1);
        Between { at: [low as u32, (low + 1).min(size - 1) as u32], part: [1.0 - part, part] }
    };
    collected(new, (0..new).map(one))
}

impl Op for Single {
    fn name(&self) -> &'static str {
        "resize_in_single"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let mut shape = Dims::from_slice(x[0].shape());
        shape[2..].copy_from_slice(&self.size);
        let order = x[0].layout().order_in_memory().unwrap_or_else(|| (0..4).collect());
        Ok(smallvec![Meta { layout: Layout::permuted_dense(&shape, &order), dtype: DType::U8 }])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, picture) = dense_pictures(x[0])?;
        // SAFETY: both are dense, with the axes in this order, and held or our own; the places are of its sizes
        unsafe {
            match &self.axes {
                Axes::Taps(t) => kernel::resize(picture, &t[0], &t[1], x.ptr_of(), out[0].ptr_of()),
                Axes::Four(b) => kernel::between_four(picture, &b[0], &b[1], x.ptr_of(), out[0].ptr_of()),
            }
        }
        Ok(())
    }
}

rows! { RESIZE:
    /// Bytes (N, C, H, W) with another height and width, computed in single precision and rounded.
    ///
    /// Args: size: height and width; mode: bilinear or bicubic; antialias: widens the filter when shrinking.
    /// Errors: RuntimeError for other inputs, and for sizes that are not positive.
    [Vision] fn resize_in_single(input: &Tensor, size: &[i64], mode: &str, antialias: bool) -> Tensor {
        ensure!(
            input.dtype() == DType::U8 && input.ndim() == 4,
            Runtime,
            "resize_in_single: bytes (N, C, H, W), not {:?} of {}", input.shape(), input.dtype().name()
        );
        let (h, w) = (input.shape()[2], input.shape()[3]);
        ensure!(
            size.len() == 2 && size.iter().all(|&s| s > 0 && s < 1 << 31) && h > 0 && w > 0,
            Runtime,
            "Input and output sizes should be greater than 0, but got input (H: {h}, W: {w}) output {size:?}"
        );
        ensure!(matches!(mode, "bilinear" | "bicubic"), Value, "resize_in_single: bilinear or bicubic, not {mode}");
        let size = [size[0] as usize, size[1] as usize];
        // what has no room is refused before anything is laid out for it
        drop(Tensor::empty(&[input.shape()[0], input.shape()[1], size[0], size[1]], DType::U8, input.device())?);
        let axis = |from: usize, to: usize| match (antialias, from == to) {
            (true, true) => same(from),
            (true, false) => smoothed(from, to, mode == "bicubic"),
            _ => cubic(from, to),
        };
        let axes = if mode == "bilinear" && !antialias {
            Axes::Four(Arc::new([linear(w, size[1])?, linear(h, size[0])?]))
        } else {
            Axes::Taps(Arc::new([axis(w, size[1]), axis(h, size[0])]))
        };
        apply(Single { size, axes }, &[input])
    }
}

pub const TABLE: Table = &[RESIZE];
