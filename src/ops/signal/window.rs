//! Windows for spectra.

use crate::base::promote::default_dtype;
use crate::base::{DType, Device, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::math;
use crate::ops::create::fill::Made;
use crate::ops::create::fill::{device_of, finish};
use crate::ops::create::range::generate_blocks;
use crate::ops::driver::memory::full as filled;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{ensure, rows};
use std::f64::consts::TAU;

/// A window of `n` values by a function of the phases, 0 to 1 (reached only by symmetric windows), which it replaces.
fn window(
    name: &str,
    n: i64,
    periodic: bool,
    dtype: Option<DType>,
    device: Option<Device>,
    f: impl Fn(&mut [f64]) + Sync,
) -> Result<Tensor> {
    let dtype = dtype.unwrap_or_else(default_dtype);
    ensure!(
        dtype.is_differentiable() && !dtype.is_complex(),
        Runtime,
        "{name}() expects floating point dtypes, got: {}",
        dtype.scalar_name()
    );
    ensure!(n >= 0, Runtime, "{name} requires non-negative window_length, got window_length={n}");
    if n == 1 {
        return filled(&[1], Scalar::Int(1), dtype, device_of(device));
    }
    let last = if periodic { n } else { n - 1 } as f64;
    generate_blocks(n as usize, dtype, device_of(device), |first, some| {
        some.iter_mut().enumerate().for_each(|(k, t)| *t = (first + k) as f64 / last);
        f(some)
    })
}

/// `a + b cos(2 pi t)`.
fn raised_cosine(t: &mut [f64], a: f64, b: f64) {
    t.iter_mut().for_each(|t| *t *= TAU);
    math::cosines(t);
    t.iter_mut().for_each(|t| *t = a + b * *t);
}

rows! { WINDOW:
    /// Hann's window: a raised cosine.
    ///
    /// ```text
    /// >>> torch.hann_window(4)
    /// tensor([0.0000, 0.5000, 1.0000, 0.5000])
    /// ```
    [Torch] fn hann_window(window_length: i64, periodic: bool = true; ..made: Made) -> Tensor {
        finish(window("hann_window", window_length, periodic, made.dtype, made.device, |t| raised_cosine(t, 0.5, -0.5))?, made.requires_grad)
    }
    /// Hamming's window: `alpha - beta * cos`.
    ///
    /// ```text
    /// >>> torch.hamming_window(4)
    /// tensor([0.0800, 0.5400, 1.0000, 0.5400])
    /// ```
    [Torch] fn hamming_window(window_length: i64, periodic: bool = true, alpha: f64 = 0.54, beta: f64 = 0.46; ..made: Made) -> Tensor {
        finish(window("hamming_window", window_length, periodic, made.dtype, made.device, |t| raised_cosine(t, alpha, -beta))?, made.requires_grad)
    }
    /// Blackman's window.
    ///
    /// ```text
    /// >>> torch.blackman_window(4)[1:]
    /// tensor([0.3400, 1.0000, 0.3400])
    /// ```
    [Torch] fn blackman_window(window_length: i64, periodic: bool = true; ..made: Made) -> Tensor {
        // 0.42 - 0.5 cos(x) + 0.08 cos(2 x), and cos(2 x) = 2 cos(x)^2 - 1
        let f = |t: &mut [f64]| {
            raised_cosine(t, 0.0, 1.0);
            t.iter_mut().for_each(|c| *c = 0.42 - 0.5 * *c + 0.08 * (2.0 * *c * *c - 1.0));
        };
        finish(window("blackman_window", window_length, periodic, made.dtype, made.device, f)?, made.requires_grad)
    }
    /// Bartlett's window: a triangle.
    ///
    /// ```text
    /// >>> torch.bartlett_window(4)
    /// tensor([0.0000, 0.5000, 1.0000, 0.5000])
    /// ```
    [Torch] fn bartlett_window(window_length: i64, periodic: bool = true; ..made: Made) -> Tensor {
        finish(window("bartlett_window", window_length, periodic, made.dtype, made.device, |t| t.iter_mut().for_each(|t| *t = if *t <= 0.5 { 2.0 * *t } else { 2.0 - 2.0 * *t }))?, made.requires_grad)
    }
    /// Kaiser's window.
    ///
    /// ```text
    /// >>> torch.kaiser_window(4)
    /// tensor([5.2773e-05, 2.1567e-01, 1.0000e+00, 2.1567e-01])
    /// ```
    [Torch] fn kaiser_window(window_length: i64, periodic: bool = true, beta: f64 = 12.0; ..made: Made) -> Tensor {
        let whole = math::bessel_i0(beta);
        let f = |t: &mut [f64]| {
            t.iter_mut().for_each(|t| *t = beta * (1.0 - (2.0 * *t - 1.0).powi(2)).max(0.0).sqrt());
            math::bessels_i0(t);
            t.iter_mut().for_each(|t| *t /= whole);
        };
        finish(window("kaiser_window", window_length, periodic, made.dtype, made.device, f)?, made.requires_grad)
    }
}

pub const TABLE: Table = &[WINDOW];
