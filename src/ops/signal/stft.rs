//! Spectra of short stretches of a signal, and the signal of such spectra.

use crate::base::{DType, Device, Layout, Scalar, unfold_layout};
use crate::error::Result;
use crate::ops::driver::memory::full;
use crate::ops::driver::strided::{Window, spread};
use crate::ops::shape::join::concat;
use crate::ops::shape::pad::constant_pad;
use crate::ops::signal::fft::{fft, ifft, irfft, rfft};
use crate::ops::table::{Sizes, Table};
use crate::tensor::Tensor;
use crate::warning::warn_once;
use crate::{bail, ensure, rows};
use smallvec::smallvec;

/// A tensor as PyTorch's messages of these functions show it.
fn shown(x: &Tensor) -> String {
    format!("torch.{}Tensor{:?}", x.dtype().scalar_name(), x.shape())
}

fn shown_window(window: Option<&Tensor>) -> String {
    window.map_or("None".into(), |w| format!("torch.{}Tensor{{{:?}}}", w.dtype().scalar_name(), w.shape()))
}

fn flag(yes: Option<bool>) -> String {
    yes.map_or("None".into(), |y| (y as u8).to_string())
}

/// The signal with `n` more samples on both sides.
fn extended(x: &Tensor, n: i64, mode: &str) -> Result<Tensor> {
    let size = x.shape()[x.ndim() - 1] as i64;
    let most = match mode {
        "constant" => return constant_pad(x, &[n, n], Scalar::Int(0)),
        "reflect" => size - 1,
        "circular" => size,
        "replicate" => i64::MAX,
        other => bail!(NotImplemented, "Unrecognised padding mode {other}"),
    };
    if n > most || size == 0 {
        let mut lead = vec![1usize; 3usize.saturating_sub(x.ndim())];
        lead.extend_from_slice(x.shape());
        bail!(
            Runtime,
            "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding ({n}, {n}) at dimension 2 of input {lead:?}"
        );
    }
    let part = |from: i64, n: i64| x.narrow(-1, from, n);
    let (before, after) = match mode {
        "reflect" => {
            (part(1, n)?.flip(Sizes(smallvec![-1]))?, part(size - 1 - n, n)?.flip(Sizes(smallvec![-1]))?)
        }
        "circular" => (part(size - n, n)?, part(0, n)?),
        _ => {
            let mut shape = x.shape().to_vec();
            shape[x.ndim() - 1] = n as usize;
            (part(0, 1)?.expand_to(&shape)?, part(size - 1, 1)?.expand_to(&shape)?)
        }
    };
    concat(&[before, x.clone(), after], -1)
}

/// A window of `n_fft` weights: what is given, or ones, in the middle of zeros.
fn whole_window(
    window: Option<&Tensor>,
    (n_fft, win_length): (i64, i64),
    dtype: DType,
    device: Device,
) -> Result<Option<Tensor>> {
    if window.is_none() && win_length == n_fft {
        return Ok(None);
    }
    let w = match window {
        Some(w) => w.clone(),
        None => full(&[win_length as usize], Scalar::Int(1), dtype, device)?,
    };
    let left = (n_fft - win_length) / 2;
    if win_length == n_fft {
        return Ok(Some(w));
    }
    constant_pad(&w, &[left, n_fft - win_length - left], Scalar::Int(0)).map(Some)
}

fn norm(normalized: bool) -> Option<&'static str> {
    normalized.then_some("ortho")
}

/// Stretches laid over one another at distances of `hop` and added up: (b, frames, n) gives (b, n + hop (frames - 1)).
fn overlap_add(x: &Tensor, hop: i64) -> Result<Tensor> {
    let (b, frames, n) = (x.shape()[0], x.shape()[1], x.shape()[2]);
    let base = Layout::contiguous(&[b, n + hop as usize * (frames - 1)]);
    spread(x, &Window::new(&base, &unfold_layout(&base, 1, n, hop as usize)))
}

rows! { STFT:
    /// Fourier transforms of stretches of a signal: where in time which frequencies are.
    ///
    /// Args: n_fft: samples of a stretch; hop_length: from one to the next, by default a quarter of it; window: weights, ones by
    ///     default, of win_length (n_fft), in the middle of the stretch. center: stretches are centred on their times, the signal
    ///     being continued at its ends as `pad_mode` says. onesided: half the spectrum, which says it all of a real signal (default).
    /// Shape: (length) or (b, length) gives (.., frequencies, frames), complex; with `return_complex=False` pairs of real numbers.
    ///
    /// ```text
    /// >>> torch.stft(torch.ones(16), 4, return_complex=True).shape
    /// torch.Size([3, 17])
    ///
    /// ```
    [Torch, Method] autocast Float32 fn stft(input: &Tensor, n_fft: i64, hop_length: Option<i64> = None, win_length: Option<i64> = None, window: Option<&Tensor> = None,
        center: bool = true, pad_mode: &str = "reflect", normalized: bool = false, onesided: Option<bool> = None, return_complex: Option<bool> = None,
        align_to_window: Option<bool> = None) -> Tensor {
        if window.is_none() {
            warn_once("A window was not provided. A rectangular window will be applied,which is known to cause spectral leakage. Other windows such as torch.hann_window or torch.hamming_window are recommended to reduce spectral leakage.To suppress this warning and use a rectangular window, explicitly set `window=torch.ones(n_fft, device=<device>)`.");
        }
        ensure!(!center || align_to_window.is_none(), Runtime, "stft align_to_window should only be set when center = false.");
        ensure!(matches!(input.ndim(), 1 | 2), Runtime, "stft: expected a 1D or 2D tensor, but got one of {} dimensions", input.ndim());
        ensure!(n_fft > 0, Runtime, "stft: expected 0 < n_fft, but got n_fft={n_fft}");
        let (hop, win) = (hop_length.unwrap_or(n_fft / 4), win_length.unwrap_or(n_fft));
        let mut x = input.clone();
        if center { x = extended(&x, n_fft / 2, pad_mode)?; }
        let start = || format!("stft({}, n_fft={n_fft}, hop_length={hop}, win_length={win}, window={}, normalized={}, onesided={}, return_complex={}, align_to_window={}) ",
            shown(&x), shown_window(window), normalized as u8, flag(onesided), flag(return_complex), flag(align_to_window));
        let complex = x.dtype().is_complex() || window.is_some_and(|w| w.dtype().is_complex());
        let as_complex = match return_complex {
            Some(yes) => yes,
            None => {
                ensure!(complex, Runtime, "stft requires the return_complex parameter be given for real inputs, and will further require that return_complex=True in a future PyTorch release.");
                true
            }
        };
        ensure!(x.dtype().is_differentiable(), Runtime, "{}: expected a tensor of floating point or complex values", start());
        let batched = x.ndim() == 2;
        let x = if batched { x.clone() } else { x.unsqueeze_at(0)? };
        let x = if align_to_window == Some(true) && !center { constant_pad(&x, &[(n_fft - win) / 2, (n_fft - win) / 2], Scalar::Int(0))? } else { x };
        let length = x.shape()[1] as i64;
        ensure!(n_fft > 0 && n_fft <= length, Runtime, "{}: expected 0 < n_fft < {length}, but got n_fft={n_fft}", start());
        ensure!(hop > 0, Runtime, "{}: expected hop_length > 0, but got hop_length={hop}", start());
        ensure!(win > 0 && win <= n_fft, Runtime, "{}: expected 0 < win_length <= n_fft, but got win_length={win}", start());
        if let Some(w) = window {
            ensure!(w.ndim() == 1 && w.shape()[0] as i64 == win, Runtime, "{}: expected a 1D window tensor of size equal to win_length={win}, but got window with size {:?}", start(), w.shape());
        }
        let onesided = onesided.unwrap_or(!complex);
        ensure!(!(onesided && complex), Runtime, "Cannot have onesided output if window or input is complex");
        let mut frames = x.unfold(1, n_fft, hop)?;
        if let Some(w) = whole_window(window, (n_fft, win), x.dtype(), x.device())? { frames = frames.mul(&w)?; }
        let spectra = if onesided { rfft(&frames, None, -1, norm(normalized))? } else { fft(&frames, None, -1, norm(normalized))? };
        let out = spectra.transpose(1, 2)?;
        let out = if batched { out } else { out.select_at(0, 0)? };
        if as_complex { Ok(out) } else { out.view_as_real() }
    }
    /// The signal of its spectra, as `stft` makes them: stretches are laid over one another, and the sum divided by that of the
    /// squares of the windows.
    ///
    /// Args: length: of the signal, which is cut or filled with zeros; others as `stft` was given them.
    /// Shape: (.., frequencies, frames) gives (.., length).
    /// Errors: RuntimeError where windows leave a gap.
    ///
    /// ```text
    /// >>> window = torch.hann_window(8)
    /// >>> x = torch.arange(16.0)
    /// >>> spectrum = torch.stft(x, 8, window=window, return_complex=True)
    /// >>> torch.allclose(torch.istft(spectrum, 8, window=window), x, atol=1e-4)
    /// True
    /// ```
    [Torch, Method] fn istft(input: &Tensor, n_fft: i64, hop_length: Option<i64> = None, win_length: Option<i64> = None, window: Option<&Tensor> = None,
        center: bool = true, normalized: bool = false, onesided: Option<bool> = None, length: Option<i64> = None, return_complex: bool = false) -> Tensor {
        if window.is_none() {
            warn_once("A window was not provided. A rectangular window will be applied.Please provide the same window used by stft to make the inversion lossless.To suppress this warning and use a rectangular window, explicitly set `window=torch.ones(n_fft, device=<device>)`.");
        }
        let (hop, win) = (hop_length.unwrap_or(n_fft / 4), win_length.unwrap_or(n_fft));
        let start = || format!("istft({}{:?}, n_fft={n_fft}, hop_length={hop}, win_length={win}, window={}, center={}, normalized={}, onesided={}, length={}, return_complex={}) ",
            format_args!("CPU{}Type", input.dtype().scalar_name()), input.shape(), shown_window(window), center as u8, normalized as u8, flag(onesided),
            length.map_or("None".into(), |l| l.to_string()), return_complex as u8);
        ensure!(input.dtype().is_complex(), Runtime, "istft requires a complex-valued input tensor matching the output from stft with return_complex=True.");
        ensure!(input.ndim() >= 2, Index, "Dimension out of range (expected to be in range of [-2, 1], but got -3)");
        ensure!(input.numel() > 0, Runtime, "{}: input tensor cannot be empty.", start());
        ensure!(matches!(input.ndim(), 2 | 3), Runtime, "{}: expected a tensor with 3 or 4 dimensions, but got {}", start(), input.ndim() + 1);
        let batched = input.ndim() == 3;
        let x = if batched { input.clone() } else { input.unsqueeze_at(0)? };
        let (size, frames) = (x.shape()[1] as i64, x.shape()[2] as i64);
        let half = onesided.unwrap_or(size != n_fft);
        if half {
            ensure!(n_fft / 2 + 1 == size, Runtime, "{}: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft / 2 + 1 when onesided=True, but got {size}", start());
        } else {
            ensure!(n_fft == size, Runtime, "{}: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft when onesided=False, but got {size}", start());
        }
        ensure!(hop > 0 && hop <= win, Runtime, "{}: expected 0 < hop_length <= win_length", start());
        ensure!(win > 0 && win <= n_fft, Runtime, "{}: expected 0 < win_length <= n_fft", start());
        if let Some(w) = window {
            ensure!(w.ndim() == 1 && w.shape()[0] as i64 == win, Runtime, "{}: Invalid window shape. window has to be 1D and length of `win_length`", start());
        }
        let real = x.dtype().to_real();
        let w = match whole_window(window, (n_fft, win), real, x.device())? {
            Some(w) => w,
            None => full(&[n_fft as usize], Scalar::Int(1), real, x.device())?,
        };
        let spectra = x.transpose(1, 2)?;
        ensure!(!(return_complex && half), Runtime, "Cannot have onesided output if window or input is complex");
        ensure!(return_complex || !w.dtype().is_complex(), Runtime, "Complex windows are incompatible with return_complex=False");
        let stretches = if return_complex {
            ifft(&spectra, None, -1, norm(normalized))?
        } else {
            irfft(&spectra.narrow(-1, 0, n_fft / 2 + 1)?, Some(n_fft), -1, norm(normalized))?
        };
        let signal = overlap_add(&stretches.mul(&w)?, hop)?;
        let squares = w.mul(&w)?.reshape_to(&[1, 1, n_fft as usize])?.expand_to(&[1, frames as usize, n_fft as usize])?;
        let envelope = overlap_add(&squares, hop)?;
        let whole = n_fft + hop * (frames - 1);
        let from = if center { n_fft / 2 } else { 0 };
        let to = match length {
            Some(n) => (from + n).min(whole),
            None if center => whole - n_fft / 2,
            None => whole,
        };
        let count = (to - from).max(0);
        let (signal, envelope) = (signal.narrow(1, from, count)?, envelope.narrow(1, from, count)?);
        if count > 0 && x.device() != Device::Meta {
            let least = envelope.all_samples()?.abs()?.amin(None, false)?.item()?.to_f64();
            ensure!(least > 1e-11, Runtime, "{}window overlap add min: 1\n[ CPUBoolType{{}} ]", start());
        }
        let mut out = signal.div(&envelope)?;
        if let Some(n) = length && n > count { out = constant_pad(&out, &[0, n - count], Scalar::Int(0))?; }
        if batched { Ok(out) } else { out.select_at(0, 0) }
    }
}

pub const TABLE: Table = &[STFT];
