//! Bytes resized by whole weights, as PyTorch resizes them on the CPU: places and weights are computed in float64, weights are
//! scaled to 16 bits, and bytes are what lies between the two axes.

use super::filter::{Filter, Resize, cubic, lanczos};
use crate::base::{Dims, Layout};
use crate::error::Result;
use crate::kernels::cpu::nn::image::bytes as kernel;
use crate::kernels::cpu::nn::image::bytes::{Picture, Windows};
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::dense_held;
use crate::ops::driver::op::{Metas, Op};
use crate::tensor::{Meta, Tensor};
use smallvec::smallvec;
use std::sync::Arc;

/// Rows by `across`, then columns by `down`; an axis without keeps its size.
#[derive(Clone, Debug)]
pub struct Bytes {
    name: &'static str,
    down: Option<Arc<Windows>>,
    across: Option<Arc<Windows>>,
}

/// Pictures (N, C, H, W) of bytes.
pub fn resize(input: &Tensor, name: &'static str, filter: Filter, axes: [Resize; 2]) -> Result<Tensor> {
    let [down, across] = axes.map(|r| r.whole(filter).map(Arc::new));
    apply(Bytes { name, down, across }, &[input])
}

impl Resize {
    /// Nothing to do, or the windows and their weights.
    fn whole(&self, filter: Filter) -> Option<Windows> {
        if self.from == self.to {
            return None;
        }
        let scale = self.scale();
        let row = |i: usize| {
            if self.antialias { self.wide(filter, scale, i) } else { self.narrow(filter, scale, i) }
        };
        Some(Windows::new(self.from, (0..self.to).map(row)))
    }
    /// The filter as wide as the scale makes it, cut at the edges.
    fn wide(&self, filter: Filter, scale: f64, i: usize) -> (i64, Vec<f64>) {
        let stretch = scale.max(1.0);
        let half = match filter {
            Filter::Cubic => 2.0,
            Filter::Lanczos => 3.0,
            _ => 1.0,
        };
        let (support, inverse) = (half * stretch, 1.0 / stretch);
        let centre = scale * (i as f64 + 0.5);
        let low = ((centre - support + 0.5) as i64).max(0);
        let high = ((centre + support + 0.5) as i64).min(self.from as i64);
        let weight = |j: i64| {
            let d = (((j - low) as f64 + (low as f64 - centre)) + 0.5) * inverse;
            match filter {
                Filter::Cubic => keys(d),
                Filter::Lanczos => lanczos(d),
                _ => (1.0 - d.abs()).max(0.0),
            }
        };
        let mut weights: Vec<f64> = (low..high).map(weight).collect();
        let total: f64 = weights.iter().sum();
        if total != 0.0 {
            weights.iter_mut().for_each(|w| *w /= total);
        }
        (low, weights)
    }
    /// Two neighbours, or four; beyond the edges those at them.
    fn narrow(&self, filter: Filter, scale: f64, i: usize) -> (i64, Vec<f64>) {
        let at = if self.align { scale * i as f64 } else { scale * (i as f64 + 0.5) - 0.5 };
        if filter == Filter::Linear {
            let at = at.max(0.0);
            let first = at.floor().min(self.from as f64 - 1.0);
            let part = (at - first).clamp(0.0, 1.0);
            return (first as i64, vec![1.0 - part, part]);
        }
        let first = at.floor();
        let part = at - first;
        (first as i64 - 1, (-1..3).map(|k| cubic((part - k as f64).abs(), -0.75)).collect())
    }
}

/// Keys' kernel with -1/2, in the order of Pillow's sums.
fn keys(d: f64) -> f64 {
    let x = d.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * -0.5
    } else {
        0.0
    }
}

/// Pictures (N, C, H, W) as the kernels read them, while the caller holds them: where their memory is that of channels first or
/// last, else a copy that is.
pub(crate) fn dense_pictures(x: &Tensor) -> Result<(Tensor, Picture)> {
    let (x, order) = match x.layout().order_in_memory() {
        Some(order) => (x.clone(), order),
        None => (dense_held(x)?, Dims::from_slice(&[0, 1, 2, 3])),
    };
    let [n, c, height, width] = [0, 1, 2, 3].map(|i| x.shape()[i]);
    let (planes, channels) = if order[3] == 1 { (n, c) } else { (n * c, 1) };
    Ok((x, Picture { planes, height, width, channels }))
}

impl Op for Bytes {
    fn name(&self) -> &'static str {
        self.name
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let mut shape = Dims::from_slice(x[0].shape());
        for (axis, windows) in [(2, &self.down), (3, &self.across)] {
            shape[axis] = windows.as_ref().map_or(shape[axis], |w| w.len());
        }
        let order = x[0].layout().order_in_memory().unwrap_or_else(|| (0..shape.len()).collect());
        Ok(smallvec![Meta { layout: Layout::permuted_dense(&shape, &order), dtype: x[0].dtype() }])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, picture) = dense_pictures(x[0])?;
        // SAFETY: both are dense, with the axes in this order, and held or our own; the windows are of its sizes
        unsafe {
            kernel::resize(
                picture,
                self.across.as_deref(),
                self.down.as_deref(),
                x.ptr_of(),
                out[0].ptr_of(),
            );
        }
        Ok(())
    }
}
