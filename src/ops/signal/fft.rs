//! `torch.fft`: three transforms that are closed under differentiation, and the functions made of them.

use crate::base::promote::default_dtype;
use crate::base::{C64, C128, DType, Device, Dims, Layout, Scalar, wrap_dim};
use crate::error::{Error, Kind, Result};
use crate::kernels::cpu::signal::fft as kernel;
use crate::kernels::cpu::signal::fft::{Lines, Real};
use crate::ops::create::fill::{check_layout, finish};
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{dense_cast_held, full};
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::shape::pad::constant_pad;
use crate::ops::table::{Ints, Table};
use crate::tensor::{Context, Meta, Tensor};
use crate::{bail, ensure, rows};
use smallvec::smallvec;

/// What results are divided by: nothing, the root of the number of elements, that number.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Norm {
    None,
    Root,
    Count,
}

impl Norm {
    /// The meaning of a norm's name for a transform of this direction.
    fn of(name: Option<&str>, forward: bool) -> Result<Norm> {
        match (name, forward) {
            (None | Some("backward"), true) | (Some("forward"), false) => Ok(Norm::None),
            (None | Some("backward"), false) | (Some("forward"), true) => Ok(Norm::Count),
            (Some("ortho"), _) => Ok(Norm::Root),
            (Some(other), _) => bail!(Runtime, "Invalid normalization mode: \"{other}\""),
        }
    }
    fn scale(self, count: usize) -> f64 {
        match self {
            Norm::None => 1.0,
            Norm::Root => 1.0 / (count as f64).sqrt(),
            Norm::Count => 1.0 / count as f64,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    /// Complex to complex; forward or not.
    C2C(bool),
    /// Real to complex: the first half of the last axis, or all of it.
    R2C(Real),
    /// The first half of the last axis to a real line of this length, inverse.
    C2R(usize),
}

/// A transform over axes, the last of which is the one that is halved.
#[derive(Clone, Debug)]
struct Transform {
    what: What,
    axes: Dims,
    norm: Norm,
}

impl Transform {
    fn run(self, x: &Tensor) -> Result<Tensor> {
        apply(self, &[x])
    }
    fn last(&self) -> usize {
        self.axes[self.axes.len() - 1]
    }
    /// How many elements a transform runs over, given the shape of its real or full side.
    fn count(&self, shape: &[usize]) -> usize {
        self.axes.iter().map(|&a| shape[a]).product()
    }
    fn layout(&self, x: &Tensor, shape: &[usize]) -> Layout {
        // axes of the transform lie innermost
        let order = x.layout().stride_order();
        let (inner, outer): (Dims, Dims) = order.iter().copied().partition(|a| self.axes.contains(a));
        let order: Dims = outer.into_iter().chain(inner).collect();
        Layout::permuted_dense(shape, &order)
    }
}

/// Everything but one axis.
fn without(list: &[usize], axis: usize) -> Dims {
    list.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, &n)| n).collect()
}

/// One axis of a transform, while the driver holds both sides.
#[allow(unsafe_code)]
fn pass(what: What, x: &Tensor, out: &Tensor, axis: usize, scale: f64) {
    let n = match what {
        What::C2R(n) => n,
        _ => x.shape()[axis],
    };
    let (shape, src, dst) =
        (without(x.shape(), axis), without(x.strides(), axis), without(out.strides(), axis));
    let l = Lines {
        shape: &shape,
        src: &src,
        dst: &dst,
        src_step: x.strides()[axis],
        dst_step: out.strides()[axis],
        n,
        scale,
    };
    // SAFETY: the shapes are those of the tensors, which are held by the driver or are our own; where both sides are
    // one tensor the strides are the same
    unsafe {
        match (what, x.dtype().to_real() == DType::F64) {
            (What::C2C(f), false) => kernel::c2c(&l, f, x.ptr_of::<C64>(), out.ptr_of::<C64>()),
            (What::C2C(f), true) => kernel::c2c(&l, f, x.ptr_of::<C128>(), out.ptr_of::<C128>()),
            (What::R2C(what), false) => kernel::r2c(&l, what, x.ptr_of::<f32>(), out.ptr_of::<C64>()),
            (What::R2C(what), true) => kernel::r2c(&l, what, x.ptr_of::<f64>(), out.ptr_of::<C128>()),
            (What::C2R(_), false) => kernel::c2r(&l, x.ptr_of::<C64>(), out.ptr_of::<f32>()),
            (What::C2R(_), true) => kernel::c2r(&l, x.ptr_of::<C128>(), out.ptr_of::<f64>()),
        }
    }
}

impl Op for Transform {
    fn name(&self) -> &'static str {
        match self.what {
            What::C2C(_) => "_fft_c2c",
            What::R2C(_) => "_fft_r2c",
            What::C2R(_) => "_fft_c2r",
        }
    }
    fn grad_name(&self) -> &'static str {
        match self.what {
            What::C2C(_) => "FftC2CBackward0",
            What::R2C(_) => "FftR2CBackward0",
            What::C2R(_) => "FftC2RBackward0",
        }
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(Transform { axes: self.axes.iter().map(|axis| axis + n).collect(), ..self.clone() })
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let d = x[0].dtype();
        let mut shape = Dims::from_slice(x[0].shape());
        let dtype = match self.what {
            What::C2C(_) => d,
            What::R2C(what) => {
                if what == Real::Half {
                    shape[self.last()] = shape[self.last()] / 2 + 1;
                }
                d.to_complex()
            }
            What::C2R(n) => {
                shape[self.last()] = n;
                d.to_real()
            }
        };
        Ok(smallvec![Meta { layout: self.layout(x[0], &shape), dtype }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, out) = (x[0], &out[0]);
        if out.numel() == 0 {
            return Ok(());
        }
        let last = self.last();
        // a single element is its own transform
        let moves = |axis: &&usize| x.shape()[**axis] != 1;
        let others: Dims = self.axes[..self.axes.len() - 1].iter().filter(moves).copied().collect();
        match self.what {
            What::C2C(_) => {
                // the scale goes into the first pass
                let mut scale = self.norm.scale(self.count(x.shape()));
                let mut from = x;
                let mut axes = others;
                if axes.is_empty() || x.shape()[last] != 1 {
                    axes.push(last);
                }
                for &axis in axes.iter().rev() {
                    pass(self.what, from, out, axis, scale);
                    (from, scale) = (out, 1.0);
                }
            }
            What::R2C(what) => {
                pass(self.what, x, out, last, self.norm.scale(self.count(x.shape())));
                let forward = what != Real::Full { forward: false };
                others.iter().rev().for_each(|&axis| pass(What::C2C(forward), out, out, axis, 1.0));
            }
            What::C2R(_) => {
                let mut scale = self.norm.scale(self.count(out.shape()));
                let mut from = x.clone();
                for &axis in &others {
                    let to = if from.same(x) {
                        Tensor::empty(x.shape(), x.dtype(), Device::Cpu)?
                    } else {
                        from.clone()
                    };
                    pass(What::C2C(false), &from, &to, axis, scale);
                    (from, scale) = (to, 1.0);
                }
                pass(self.what, &from, out, last, scale);
            }
        }
        Ok(())
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let last = self.last();
        let back = |what| Transform { what, ..self.clone() };
        Ok(match self.what {
            What::C2C(forward) => back(What::C2C(!forward)).run(&complex_of(g)?)?,
            What::R2C(what) => {
                let g = complex_of(g)?;
                let n = cx.shape(0)[last];
                let whole = if what == Real::Half { resized(&g, &[(last, n)])? } else { g };
                back(What::C2C(what == Real::Full { forward: false })).run(&whole)?.real_view()?
            }
            What::C2R(n) => {
                let h = back(What::R2C(Real::Half)).run(&g.real_view()?)?;
                // coefficients that stand for two count twice
                let m = h.shape()[last];
                let weights: Vec<f64> =
                    (0..m).map(|k| if k == 0 || 2 * k >= n { 1.0 } else { 2.0 }).collect();
                let mut shape = Dims::from_elem(1, h.ndim());
                shape[last] = m;
                let weights = if h.device() == Device::Cpu {
                    let w = Tensor::from_slice(&weights, &shape)?;
                    dense_cast_held(&w, h.dtype().to_real())?
                } else {
                    full(&shape, Scalar::Int(1), h.dtype().to_real(), h.device())?
                };
                h.mul(&weights)?
            }
        })
    }
}

/// The dtype to transform in.
fn work_dtype(d: DType) -> Result<DType> {
    match d {
        DType::F16 | DType::BF16 => bail!(Runtime, "Unsupported dtype {}", d.scalar_name()),
        d if d.is_integral() => Ok(default_dtype()),
        d => Ok(d),
    }
}

fn complex_of(x: &Tensor) -> Result<Tensor> {
    x.cast(work_dtype(x.dtype())?.to_complex())
}

/// The input cut or padded with zeros to these sizes.
fn resized(x: &Tensor, sizes: &[(usize, usize)]) -> Result<Tensor> {
    if sizes.iter().all(|&(a, n)| x.shape()[a] == n) {
        return Ok(x.clone());
    }
    let mut pad: Ints = smallvec![0; 2 * x.ndim()];
    for &(a, n) in sizes {
        pad[2 * (x.ndim() - 1 - a) + 1] = n as i64 - x.shape()[a] as i64;
    }
    constant_pad(x, &pad, Scalar::Int(0))
}

/// The axis and length of a transform over one axis.
fn one(x: &Tensor, n: Option<i64>, dim: i64, default: impl Fn(i64) -> i64) -> Result<(usize, i64)> {
    ensure!(x.ndim() > 0, Index, "Dimension specified as {dim} but tensor has no dimensions");
    let axis = wrap_dim(dim, x.ndim())?;
    let n = n.unwrap_or_else(|| default(x.shape()[axis] as i64));
    ensure!(n >= 1, Runtime, "Invalid number of data points ({n}) specified");
    Ok((axis, n))
}

/// The axes and sizes of a transform over several; sizes of -1 and none at all are the input's.
fn several(x: &Tensor, s: Option<&[i64]>, dim: Option<&[i64]>) -> Result<Vec<(usize, i64)>> {
    let nd = x.ndim();
    let axes: Dims = match (dim, s) {
        (Some(dim), _) => {
            let mut axes = Dims::new();
            for &d in dim {
                ensure!(nd > 0, Index, "Dimension specified as {d} but tensor has no dimensions");
                axes.push(wrap_dim(d, nd)?);
            }
            let unique = axes.iter().enumerate().all(|(i, a)| !axes[..i].contains(a));
            ensure!(unique, Runtime, "FFT dims must be unique");
            axes
        }
        (None, Some(s)) => {
            ensure!(
                s.len() <= nd,
                Runtime,
                "Got shape with {} values but input tensor only has {nd} dimensions.",
                s.len()
            );
            (nd - s.len()..nd).collect()
        }
        (None, None) => (0..nd).collect(),
    };
    if let Some(s) = s {
        ensure!(
            s.len() == axes.len(),
            Runtime,
            "When given, dim and shape arguments must have the same length"
        );
    }
    let size = |i: usize, a: usize| match s.map(|s| s[i]) {
        None | Some(-1) => x.shape()[a] as i64,
        Some(n) => n,
    };
    let out: Vec<(usize, i64)> = axes.iter().enumerate().map(|(i, &a)| (a, size(i, a))).collect();
    for (_, n) in &out {
        ensure!(*n >= 1, Runtime, "Invalid number of data points ({n}) specified");
    }
    Ok(out)
}

fn sized(list: &[(usize, i64)]) -> Vec<(usize, usize)> {
    list.iter().map(|&(a, n)| (a, n as usize)).collect()
}

/// `fft` and `ifft`.
fn c2c_one(x: &Tensor, n: Option<i64>, dim: i64, norm: Option<&str>, forward: bool) -> Result<Tensor> {
    let work = work_dtype(x.dtype())?;
    let (axis, n) = one(x, n, dim, |n| n)?;
    let norm = Norm::of(norm, forward)?;
    let x = resized(&x.cast(work)?, &[(axis, n as usize)])?;
    let axes = smallvec![axis];
    if work.is_complex() {
        return Transform { what: What::C2C(forward), axes, norm }.run(&x);
    }
    if forward || !is_recorded(&x) {
        return Transform { what: What::R2C(Real::Full { forward }), axes, norm }.run(&x);
    }
    Transform { what: What::R2C(Real::Full { forward: true }), axes, norm }.run(&x)?.conj()
}

/// Whether a graph will show what is made of the tensor: it has PyTorch's nodes, which are more than there need be.
fn is_recorded(x: &Tensor) -> bool {
    x.requires_grad() && crate::autograd::grad_enabled()
}

/// `fftn` and `ifftn`.
fn c2c_several(
    x: &Tensor,
    s: Option<&[i64]>,
    dim: Option<&[i64]>,
    norm: Option<&str>,
    forward: bool,
) -> Result<Tensor> {
    let list = several(x, s, dim)?;
    let norm = Norm::of(norm, forward)?;
    if list.is_empty() {
        return complex_of(x)?.clone_as(crate::base::MemoryFormat::Preserve);
    }
    let x = resized(&complex_of(x)?, &sized(&list))?;
    let axes = list.iter().map(|l| l.0).collect();
    Transform { what: What::C2C(forward), axes, norm }.run(&x)
}

/// `rfft` and `ihfft`.
fn r2c_one(
    op: &str,
    x: &Tensor,
    n: Option<i64>,
    dim: i64,
    norm: Option<&str>,
    forward: bool,
) -> Result<Tensor> {
    ensure!(
        !x.dtype().is_complex(),
        Runtime,
        "{op} expects a real input tensor, but got {}",
        x.dtype().scalar_name()
    );
    let work = work_dtype(x.dtype())?;
    let (axis, n) = one(x, n, dim, |n| n)?;
    let norm = Norm::of(norm, forward)?;
    let x = resized(&x.cast(work)?, &[(axis, n as usize)])?;
    let y = Transform { what: What::R2C(Real::Half), axes: smallvec![axis], norm }.run(&x)?;
    if forward { Ok(y) } else { y.conj() }
}

/// `irfft` and `hfft`.
fn c2r_one(x: &Tensor, n: Option<i64>, dim: i64, norm: Option<&str>, forward: bool) -> Result<Tensor> {
    let x = complex_of(x)?;
    let (axis, n) = one(&x, n, dim, |n| 2 * (n - 1))?;
    let norm = Norm::of(norm, forward)?;
    let x = resized(&x, &[(axis, n as usize / 2 + 1)])?;
    let x = if forward { x.conj()? } else { x };
    Transform { what: What::C2R(n as usize), axes: smallvec![axis], norm }.run(&x)
}

/// Axes and sizes where the last axis is halved.
fn some_axes(op: &str, x: &Tensor, s: Option<&[i64]>, dim: Option<&[i64]>) -> Result<Vec<(usize, i64)>> {
    let list = several(x, s, dim)?;
    ensure!(!list.is_empty(), Runtime, "{op} must transform at least one axis");
    Ok(list)
}

/// Length of the real line of a halved axis.
fn last_length(x: &Tensor, list: &[(usize, i64)], s: Option<&[i64]>) -> Result<usize> {
    let Some(&(axis, _)) = list.last() else { return Err(Error::new(Kind::Internal, "no axis")) };
    let n = match s.and_then(|s| s.last()) {
        None | Some(-1) => 2 * (x.shape()[axis] as i64 - 1),
        Some(&n) => n,
    };
    ensure!(n >= 1, Runtime, "Invalid number of data points ({n}) specified");
    Ok(n as usize)
}

fn rfft_several(x: &Tensor, s: Option<&[i64]>, dim: Option<&[i64]>, norm: Option<&str>) -> Result<Tensor> {
    ensure!(
        !x.dtype().is_complex(),
        Runtime,
        "rfftn expects a real-valued input tensor, but got {}",
        x.dtype().scalar_name()
    );
    let work = work_dtype(x.dtype())?;
    let list = some_axes("rfftn", x, s, dim)?;
    let norm = Norm::of(norm, true)?;
    let x = resized(&x.cast(work)?, &sized(&list))?;
    Transform { what: What::R2C(Real::Half), axes: list.iter().map(|l| l.0).collect(), norm }.run(&x)
}

fn irfft_several(x: &Tensor, s: Option<&[i64]>, dim: Option<&[i64]>, norm: Option<&str>) -> Result<Tensor> {
    let x = complex_of(x)?;
    let list = some_axes("irfftn", &x, s, dim)?;
    let n = last_length(&x, &list, s)?;
    let norm = Norm::of(norm, false)?;
    let mut sizes = sized(&list);
    if let Some(last) = sizes.last_mut() {
        last.1 = n / 2 + 1;
    }
    let axes = list.iter().map(|l| l.0).collect();
    Transform { what: What::C2R(n), axes, norm }.run(&resized(&x, &sizes)?)
}

fn hfft_several(x: &Tensor, s: Option<&[i64]>, dim: Option<&[i64]>, norm: Option<&str>) -> Result<Tensor> {
    let x = complex_of(x)?;
    let list = some_axes("hfftn", &x, s, dim)?;
    let n = last_length(&x, &list, s)?;
    let norm = Norm::of(norm, true)?;
    let mut sizes = sized(&list);
    if let Some(last) = sizes.last_mut() {
        last.1 = n / 2 + 1;
    }
    let mut y = resized(&x, &sizes)?;
    let mut axes: Dims = list.iter().map(|l| l.0).collect();
    let last = axes.split_off_last();
    if !axes.is_empty() {
        y = Transform { what: What::C2C(true), axes, norm }.run(&y)?;
    }
    Transform { what: What::C2R(n), axes: smallvec![last], norm }.run(&y.conj()?)
}

fn ihfft_several(x: &Tensor, s: Option<&[i64]>, dim: Option<&[i64]>, norm: Option<&str>) -> Result<Tensor> {
    ensure!(
        !x.dtype().is_complex(),
        Runtime,
        "Only supports floating-point dtypes, but found: {}",
        x.dtype().scalar_name()
    );
    let work = work_dtype(x.dtype())?;
    let list = some_axes("ihfftn", x, s, dim)?;
    let norm = Norm::of(norm, false)?;
    let x = resized(&x.cast(work)?, &sized(&list))?;
    let mut axes: Dims = list.iter().map(|l| l.0).collect();
    let last = axes.split_off_last();
    let y = Transform { what: What::R2C(Real::Half), axes: smallvec![last], norm }.run(&x)?;
    let y = y.conj_physical()?;
    if axes.is_empty() { Ok(y) } else { Transform { what: What::C2C(false), axes, norm }.run(&y) }
}

trait SplitLast {
    fn split_off_last(&mut self) -> usize;
}
impl SplitLast for Dims {
    /// Takes the last axis out; there is one.
    fn split_off_last(&mut self) -> usize {
        self.pop().unwrap_or_default()
    }
}

/// Whole-numbered frequencies over `n * d`.
fn frequencies(
    op: &str,
    n: i64,
    d: f64,
    one_sided: bool,
    dtype: Option<DType>,
    device: Option<Device>,
) -> Result<Tensor> {
    crate::ops::driver::memory::room(op, n.max(0) as usize)?;
    let dtype = dtype.unwrap_or_else(default_dtype);
    ensure!(dtype.is_differentiable(), Runtime, "{op} requires a floating point or complex dtype");
    ensure!(
        !dtype.is_complex(),
        NotImplemented,
        "\"arange_cpu\" not implemented for '{}'",
        dtype.scalar_name()
    );
    ensure!(n >= 0, Runtime, "Trying to create tensor with negative dimension {n}: [{n}]");
    let device = device.unwrap_or(Device::Cpu);
    let numbers: Vec<f64> = if one_sided {
        (0..=n / 2).map(|k| k as f64).collect()
    } else {
        (0..n).map(|k| if k < (n + 1) / 2 { k as f64 } else { (k - n) as f64 }).collect()
    };
    let shape = [numbers.len()];
    if device == Device::Meta {
        return Tensor::empty(&shape, dtype, device);
    }
    let whole = Tensor::from_slice(&numbers, &shape)?.cast(dtype)?;
    whole.mul(1.0 / (n as f64 * d))
}

/// Rolls axes by a share of their length.
fn shifted(x: &Tensor, dim: Option<&[i64]>, share: impl Fn(i64) -> i64) -> Result<Tensor> {
    let dims: Ints = match dim {
        Some(dim) => dim.into(),
        None => (0..x.ndim() as i64).collect(),
    };
    let mut by = Ints::new();
    for &d in &dims {
        ensure!(x.ndim() > 0, Index, "Dimension specified as {d} but tensor has no dimensions");
        by.push(share(x.shape()[wrap_dim(d, x.ndim())?] as i64));
    }
    x.roll(&by, Some(&dims))
}

rows! { FFT:
    /// The discrete Fourier transform along an axis: `X[k] = sum_j x[j] exp(-2 pi i j k / n)`.
    ///
    /// Args: input: float32, float64, complex or integer; n: length to cut or zero-pad to; dim: axis; norm:
    /// "backward" (no scaling), "ortho" (1/sqrt(n)) or "forward" (1/n).
    /// **Shape**: the input's with `n` at `dim`; complex.
    /// **Errors**: RuntimeError for half types, lengths below 1 and unknown norms; IndexError for a wrong axis.
    ///
    /// ```text
    /// >>> torch.fft.fft(torch.tensor([1.0, 0.0, 0.0, 0.0]))
    /// tensor([1.+0.j, 1.+0.j, 1.+0.j, 1.-0.j])
    /// ```
    [Fft] autocast Float32 fn fft(input: &Tensor, n: Option<i64> = None, dim: i64 = -1, norm: Option<&str> = None) -> Tensor { c2c_one(input, n, dim, norm, true) }
    /// The inverse of `fft`; "backward" scales by 1/n.
    ///
    /// ```text
    /// >>> torch.fft.ifft(torch.tensor([4.0, 0.0, 0.0, 0.0]))
    /// tensor([1.-0.j, 1.-0.j, 1.-0.j, 1.+0.j])
    /// ```
    [Fft] autocast Float32 fn ifft(input: &Tensor, n: Option<i64> = None, dim: i64 = -1, norm: Option<&str> = None) -> Tensor { c2c_one(input, n, dim, norm, false) }
    /// The first `n/2 + 1` coefficients of the transform of a real input.
    ///
    /// ```text
    /// >>> torch.fft.rfft(torch.tensor([1.0, 0.0, 0.0, 0.0]))
    /// tensor([1.+0.j, 1.+0.j, 1.+0.j])
    /// ```
    [Fft] autocast Float32 fn rfft(input: &Tensor, n: Option<i64> = None, dim: i64 = -1, norm: Option<&str> = None) -> Tensor { r2c_one("rfft", input, n, dim, norm, true) }
    /// The inverse of `rfft`: a real result of length `n` (default `2 * (size - 1)`).
    ///
    /// ```text
    /// >>> torch.fft.irfft(torch.tensor([4.0, 0.0, 0.0]), n=4)
    /// tensor([1., 1., 1., 1.])
    /// ```
    [Fft] autocast Float32 fn irfft(input: &Tensor, n: Option<i64> = None, dim: i64 = -1, norm: Option<&str> = None) -> Tensor { c2r_one(input, n, dim, norm, false) }
    /// The transform of a Hermitian-symmetric input given by its first half: real.
    ///
    /// ```text
    /// >>> torch.fft.hfft(torch.tensor([1.0, 0.0, 0.0]), n=4)
    /// tensor([1., 1., 1., 1.])
    /// ```
    [Fft] autocast Float32 fn hfft(input: &Tensor, n: Option<i64> = None, dim: i64 = -1, norm: Option<&str> = None) -> Tensor { c2r_one(input, n, dim, norm, true) }
    /// The inverse of `hfft`: the first half of the inverse transform of a real input.
    ///
    /// ```text
    /// >>> torch.fft.ihfft(torch.tensor([4.0, 0.0, 0.0, 0.0])).resolve_conj()
    /// tensor([1.-0.j, 1.-0.j, 1.-0.j])
    /// ```
    [Fft] autocast Float32 fn ihfft(input: &Tensor, n: Option<i64> = None, dim: i64 = -1, norm: Option<&str> = None) -> Tensor { r2c_one("ihfft", input, n, dim, norm, false) }
    /// `fft` over two axes.
    ///
    /// ```text
    /// >>> torch.fft.fft2(torch.ones(2, 2))
    /// tensor([[4.+0.j, 0.+0.j],
    ///         [0.+0.j, 0.+0.j]])
    /// ```
    [Fft] autocast Float32 fn fft2(input: &Tensor, s: Option<&[i64]> = None, dim: Option<&[i64]> = Some(&[-2, -1]), norm: Option<&str> = None) -> Tensor { c2c_several(input, s, dim, norm, true) }
    /// `ifft` over two axes.
    ///
    /// ```text
    /// >>> torch.fft.ifft2(torch.ones(2, 2))
    /// tensor([[1.+0.j, 0.+0.j],
    ///         [0.+0.j, 0.+0.j]])
    /// ```
    [Fft] autocast Float32 fn ifft2(input: &Tensor, s: Option<&[i64]> = None, dim: Option<&[i64]> = Some(&[-2, -1]), norm: Option<&str> = None) -> Tensor { c2c_several(input, s, dim, norm, false) }
    /// `rfft` over two axes; the last one is halved.
    ///
    /// ```text
    /// >>> torch.fft.rfft2(torch.ones(4, 4)).shape
    /// torch.Size([4, 3])
    /// ```
    [Fft] autocast Float32 fn rfft2(input: &Tensor, s: Option<&[i64]> = None, dim: Option<&[i64]> = Some(&[-2, -1]), norm: Option<&str> = None) -> Tensor { rfft_several(input, s, dim, norm) }
    /// `irfft` over two axes.
    ///
    /// ```text
    /// >>> torch.fft.irfft2(torch.ones(4, 3)).shape
    /// torch.Size([4, 4])
    /// ```
    [Fft] autocast Float32 fn irfft2(input: &Tensor, s: Option<&[i64]> = None, dim: Option<&[i64]> = Some(&[-2, -1]), norm: Option<&str> = None) -> Tensor { irfft_several(input, s, dim, norm) }
    /// `hfft` over two axes.
    ///
    /// ```text
    /// >>> torch.fft.hfft2(torch.ones(4, 3)).shape
    /// torch.Size([4, 4])
    /// ```
    [Fft] autocast Float32 fn hfft2(input: &Tensor, s: Option<&[i64]> = None, dim: Option<&[i64]> = Some(&[-2, -1]), norm: Option<&str> = None) -> Tensor { hfft_several(input, s, dim, norm) }
    /// `ihfft` over two axes.
    ///
    /// ```text
    /// >>> torch.fft.ihfft2(torch.ones(4, 4)).shape
    /// torch.Size([4, 3])
    /// ```
    [Fft] autocast Float32 fn ihfft2(input: &Tensor, s: Option<&[i64]> = None, dim: Option<&[i64]> = Some(&[-2, -1]), norm: Option<&str> = None) -> Tensor { ihfft_several(input, s, dim, norm) }
    /// `fft` over any axes (default all, or the last `len(s)`).
    ///
    /// Args: s: sizes to cut or zero-pad to, -1 for the input's own; dim: axes.
    /// **Errors**: RuntimeError for repeated axes, lists of different lengths and sizes below 1.
    ///
    /// ```text
    /// >>> torch.fft.fftn(torch.ones(2, 2, 2)).sum()
    /// tensor(8.+0.j)
    /// ```
    [Fft] autocast Float32 fn fftn(input: &Tensor, s: Option<&[i64]> = None, dim: Option<&[i64]> = None, norm: Option<&str> = None) -> Tensor { c2c_several(input, s, dim, norm, true) }
    /// `ifft` over any axes.
    ///
    /// ```text
    /// >>> torch.fft.ifftn(torch.ones(2, 2, 2)).sum()
    /// tensor(1.+0.j)
    /// ```
    [Fft] autocast Float32 fn ifftn(input: &Tensor, s: Option<&[i64]> = None, dim: Option<&[i64]> = None, norm: Option<&str> = None) -> Tensor { c2c_several(input, s, dim, norm, false) }
    /// `rfft` over any axes; the last one is halved.
    ///
    /// ```text
    /// >>> torch.fft.rfftn(torch.ones(2, 3, 4)).shape
    /// torch.Size([2, 3, 3])
    /// ```
    [Fft] autocast Float32 fn rfftn(input: &Tensor, s: Option<&[i64]> = None, dim: Option<&[i64]> = None, norm: Option<&str> = None) -> Tensor { rfft_several(input, s, dim, norm) }
    /// `irfft` over any axes.
    ///
    /// ```text
    /// >>> torch.fft.irfftn(torch.ones(2, 3, 3)).shape
    /// torch.Size([2, 3, 4])
    /// ```
    [Fft] autocast Float32 fn irfftn(input: &Tensor, s: Option<&[i64]> = None, dim: Option<&[i64]> = None, norm: Option<&str> = None) -> Tensor { irfft_several(input, s, dim, norm) }
    /// `hfft` over any axes.
    ///
    /// ```text
    /// >>> torch.fft.hfftn(torch.ones(2, 3, 3)).shape
    /// torch.Size([2, 3, 4])
    /// ```
    [Fft] autocast Float32 fn hfftn(input: &Tensor, s: Option<&[i64]> = None, dim: Option<&[i64]> = None, norm: Option<&str> = None) -> Tensor { hfft_several(input, s, dim, norm) }
    /// `ihfft` over any axes.
    ///
    /// ```text
    /// >>> torch.fft.ihfftn(torch.ones(2, 3, 4)).shape
    /// torch.Size([2, 3, 3])
    /// ```
    [Fft] autocast Float32 fn ihfftn(input: &Tensor, s: Option<&[i64]> = None, dim: Option<&[i64]> = None, norm: Option<&str> = None) -> Tensor { ihfft_several(input, s, dim, norm) }
    /// Frequencies of the coefficients of `fft` with spacing `d`: `[0, 1, .., -2, -1] / (n d)`.
    ///
    /// ```text
    /// >>> torch.fft.fftfreq(4)
    /// tensor([ 0.0000,  0.2500, -0.5000, -0.2500])
    /// ```
    [Fft] fn fftfreq(n: i64, d: f64 = 1.0; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, requires_grad: bool = false) -> Tensor {
        check_layout(layout)?;
        finish(frequencies("fftfreq", n, d, false, dtype, device)?, requires_grad)
    }
    /// Frequencies of the coefficients of `rfft`: `[0, 1, .., n/2] / (n d)`.
    ///
    /// ```text
    /// >>> torch.fft.rfftfreq(4)
    /// tensor([0.0000, 0.2500, 0.5000])
    /// ```
    [Fft] fn rfftfreq(n: i64, d: f64 = 1.0; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, requires_grad: bool = false) -> Tensor {
        check_layout(layout)?;
        finish(frequencies("rfftfreq", n, d, true, dtype, device)?, requires_grad)
    }
    /// Moves the zero frequency to the middle of the axes (default all).
    ///
    /// ```text
    /// >>> torch.fft.fftshift(torch.arange(4))
    /// tensor([2, 3, 0, 1])
    /// ```
    [Fft] fn fftshift(input: &Tensor, dim: Option<&[i64]> = None) -> Tensor { shifted(input, dim, |n| n / 2) }
    /// The inverse of `fftshift`.
    ///
    /// ```text
    /// >>> torch.fft.ifftshift(torch.arange(4))
    /// tensor([2, 3, 0, 1])
    /// ```
    [Fft] fn ifftshift(input: &Tensor, dim: Option<&[i64]> = None) -> Tensor { shifted(input, dim, |n| (n + 1) / 2) }
}

pub const TABLE: Table = &[FFT];
