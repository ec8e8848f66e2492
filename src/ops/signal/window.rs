//! Windows for spectra.

use crate::base::promote::default_dtype;
use crate::base::{DType, Device, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::math::bessel_i0;
use crate::ops::create::fill::Made;
use crate::ops::create::fill::{device_of, finish};
use crate::ops::create::range::generate;
use crate::ops::driver::memory::full as filled;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{ensure, rows};

/// A window of `n` values by a function of the phase, 0 to 1 (reached only by symmetric windows).
fn window(
    name: &str,
    n: i64,
    periodic: bool,
    dtype: Option<DType>,
    device: Option<Device>,
    f: impl Fn(f64) -> f64,
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
    generate(n as usize, dtype, device_of(device), |i| Scalar::Float(f(i as f64 / last)))
}

rows! { WINDOW:
    /// Hann's window: a raised cosine.
    ///
    /// ```text
    /// >>> torch.hann_window(4)
    /// tensor([0.0000, 0.5000, 1.0000, 0.5000])
    /// ```
    [Torch] fn hann_window(window_length: i64, periodic: bool = true; ..made: Made) -> Tensor {
        finish(window("hann_window", window_length, periodic, made.dtype, made.device, |t| 0.5 - 0.5 * (std::f64::consts::TAU * t).cos())?, made.requires_grad)
    }
    /// Hamming's window: `alpha - beta * cos`.
    ///
    /// ```text
    /// >>> torch.hamming_window(4)
    /// tensor([0.0800, 0.5400, 1.0000, 0.5400])
    /// ```
    [Torch] fn hamming_window(window_length: i64, periodic: bool = true, alpha: f64 = 0.54, beta: f64 = 0.46; ..made: Made) -> Tensor {
        finish(window("hamming_window", window_length, periodic, made.dtype, made.device, |t| alpha - beta * (std::f64::consts::TAU * t).cos())?, made.requires_grad)
    }
    /// Blackman's window.
    ///
    /// ```text
    /// >>> torch.blackman_window(4)[1:]
    /// tensor([0.3400, 1.0000, 0.3400])
    /// ```
    [Torch] fn blackman_window(window_length: i64, periodic: bool = true; ..made: Made) -> Tensor {
        let tau = std::f64::consts::TAU;
        finish(window("blackman_window", window_length, periodic, made.dtype, made.device, |t| 0.42 - 0.5 * (tau * t).cos() + 0.08 * (2.0 * tau * t).cos())?, made.requires_grad)
    }
    /// Bartlett's window: a triangle.
    ///
    /// ```text
    /// >>> torch.bartlett_window(4)
    /// tensor([0.0000, 0.5000, 1.0000, 0.5000])
    /// ```
    [Torch] fn bartlett_window(window_length: i64, periodic: bool = true; ..made: Made) -> Tensor {
        finish(window("bartlett_window", window_length, periodic, made.dtype, made.device, |t| if t <= 0.5 { 2.0 * t } else { 2.0 - 2.0 * t })?, made.requires_grad)
    }
    /// Kaiser's window.
    ///
    /// ```text
    /// >>> torch.kaiser_window(4)
    /// tensor([5.2773e-05, 2.1567e-01, 1.0000e+00, 2.1567e-01])
    /// ```
    [Torch] fn kaiser_window(window_length: i64, periodic: bool = true, beta: f64 = 12.0; ..made: Made) -> Tensor {
        let whole = bessel_i0(beta);
        let f = |t: f64| bessel_i0(beta * (1.0 - (2.0 * t - 1.0).powi(2)).max(0.0).sqrt()) / whole;
        finish(window("kaiser_window", window_length, periodic, made.dtype, made.device, f)?, made.requires_grad)
    }
}

pub const TABLE: Table = &[WINDOW];
