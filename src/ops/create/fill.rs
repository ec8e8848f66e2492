//! Making tensors: filled, empty, ranges, grids of indices, windows.

use super::copy::full as filled;
use crate::autograd::inference_mode;
use crate::base::promote::default_dtype;
use crate::base::{DType, Device, Dims, Layout, MemoryFormat, Scalar};
use crate::error::Result;
use crate::ops::table::{Ints, Sizes, Table, Val};
use crate::tensor::{Meta, Tensor};
use crate::{bail, ensure, rows};

/// Sizes from a call.
pub fn sizes(size: &[i64]) -> Result<Dims> {
    if let Some(&bad) = size.iter().find(|&&n| n < 0) {
        bail!(Runtime, "Trying to create tensor with negative dimension {bad}: {size:?}");
    }
    Ok(size.iter().map(|&n| n as usize).collect())
}

/// What every creating function does last.
pub fn finish(t: Tensor, requires_grad: bool) -> Result<Tensor> {
    if inference_mode() {
        t.set_inference();
    }
    if requires_grad {
        t.set_requires_grad(true)?;
    }
    Ok(t)
}

/// Only strided tensors exist.
pub fn check_layout(layout: Option<&str>) -> Result<()> {
    match layout {
        None | Some("strided" | "torch.strided") => Ok(()),
        Some(other) => bail!(NotImplemented, "only the strided layout is supported, got {other}"),
    }
}

fn device_of(device: Option<Device>) -> Device {
    device.unwrap_or(Device::Cpu)
}

/// A tensor with the geometry of another.
pub fn alike(
    x: &Tensor,
    dtype: Option<DType>,
    device: Option<Device>,
    format: Option<MemoryFormat>,
) -> Result<Tensor> {
    let dtype = dtype.unwrap_or(x.dtype());
    let meta = match format.unwrap_or(MemoryFormat::Preserve) {
        MemoryFormat::Preserve => Meta::like(x, dtype),
        f => Meta { layout: Layout::dense(x.shape(), f)?, dtype },
    };
    Tensor::alloc(meta, device.unwrap_or(x.device()))
}

/// [`alike`], filled.
fn filled_like(
    x: &Tensor,
    value: Scalar,
    dtype: Option<DType>,
    device: Option<Device>,
    format: Option<MemoryFormat>,
) -> Result<Tensor> {
    let out = alike(x, dtype, device, format)?;
    super::copy::fill_data(&out, value)?;
    Ok(out)
}

/// The identity matrix.
pub fn eye_of(n: usize, m: usize, dtype: DType, device: Device) -> Result<Tensor> {
    let out = filled(&[n, m], Scalar::Int(0), dtype, device)?;
    let diagonal = crate::ops::shape::resize::diagonal_layout(out.layout(), 0, 0, 1);
    super::copy::fill_data(&out.alias(diagonal), Scalar::Int(1))?;
    Ok(out)
}

/// A number given as such or as a 0-d tensor.
fn number(v: &Val, what: &str) -> Result<Scalar> {
    match v {
        Val::S(s) => Ok(*s),
        Val::T(t) => {
            ensure!(
                t.numel() == 1,
                Runtime,
                "{what} only supports 0-dimensional tensors, but got tensor with {} dimension(s).",
                t.ndim()
            );
            t.item()
        }
    }
}

/// Refuses, before anything is computed, what no memory could hold: `n` elements of 16 bytes.
pub fn room(op: &str, n: usize) -> Result<()> {
    match n.checked_mul(16) {
        Some(bytes) => crate::storage::Storage::new(bytes, Device::Cpu).map(drop).map_err(|e| e.context(op)),
        None => bail!(Memory, "{op}: can't allocate memory for {n} elements"),
    }
}

/// Elements made by a function of the position, computed in f64 (integers in i64) and stored as `dtype`.
fn generate(n: usize, dtype: DType, device: Device, f: impl Fn(usize) -> Scalar) -> Result<Tensor> {
    if device == Device::Meta {
        return Tensor::empty(&[n], dtype, device);
    }
    room("range", n)?;
    let out = if dtype.is_integral() {
        let values: Vec<i64> = (0..n).map(|i| f(i).to_i64()).collect();
        Tensor::from_slice(&values, &[n])?
    } else if dtype.is_complex() {
        let values: Vec<crate::base::C128> = (0..n).map(|i| f(i).to_c128()).collect();
        Tensor::from_slice(&values, &[n])?
    } else {
        let values: Vec<f64> = (0..n).map(|i| f(i).to_f64()).collect();
        Tensor::from_slice(&values, &[n])?
    };
    if out.dtype() == dtype {
        return out.convert(None, Some(device), false, MemoryFormat::Preserve);
    }
    let cast = Tensor::empty(&[n], dtype, device)?;
    super::copy::write(&cast, &out)?;
    Ok(cast)
}

/// The dtype of a range: int64 if all its numbers are integers.
fn range_dtype(dtype: Option<DType>, numbers: &[Scalar]) -> DType {
    dtype
        .unwrap_or_else(|| if numbers.iter().all(|s| s.is_integral()) { DType::I64 } else { default_dtype() })
}

fn arange_of(
    start: Scalar,
    end: Scalar,
    step: Scalar,
    dtype: Option<DType>,
    device: Option<Device>,
) -> Result<Tensor> {
    let dtype = range_dtype(dtype, &[start, end, step]);
    let (a, b, s) = (start.to_f64(), end.to_f64(), step.to_f64());
    ensure!(s != 0.0, Runtime, "step must be nonzero");
    ensure!(a.is_finite() && b.is_finite(), Runtime, "unsupported range: {a} -> {b}");
    ensure!(
        (s > 0.0 && b >= a) || (s < 0.0 && b <= a),
        Runtime,
        "upper bound and lower bound inconsistent with step sign"
    );
    ensure!(dtype != DType::Bool, NotImplemented, "\"arange_cpu\" not implemented for 'Bool'");
    // int64 cuts the numbers of the range to integers and then counts; the narrower ones count first
    let whole = |v: Scalar| if dtype == DType::I64 { Scalar::Int(v.to_i64()) } else { v };
    let (start, end, step) = (whole(start), whole(end), whole(step));
    ensure!(!step.is_zero(), Value, "step must be nonzero");
    let all_ints = start.is_integral() && end.is_integral() && step.is_integral();
    let device = device_of(device);
    if all_ints && dtype.is_integral() {
        let (a, b, s) = (start.to_i64(), end.to_i64(), step.to_i64());
        let n = (b as i128 - a as i128).unsigned_abs().div_ceil(s.unsigned_abs() as u128) as usize;
        return generate(n, dtype, device, |i| Scalar::Int(a + s * i as i64));
    }
    let n = ((b - a) / s).ceil() as usize;
    if dtype.is_integral() {
        let (a, s) = (start.to_i64(), step.to_i64());
        return generate(n, dtype, device, |i| Scalar::Int(a + s * i as i64));
    }
    if matches!(dtype, DType::F16 | DType::BF16) {
        let (a, s) = (a as f32, s as f32);
        return generate(n, dtype, device, |i| Scalar::Float((a + s * i as f32) as f64));
    }
    generate(n, dtype, device, |i| Scalar::Float(a + s * i as f64))
}

/// Positions of a linear range, from both ends so that the last one is exact.
fn linear(start: Scalar, end: Scalar, steps: i64, dtype: DType) -> Result<impl Fn(usize) -> Scalar> {
    ensure!(steps >= 0, Runtime, "number of steps must be non-negative");
    let n = steps as usize;
    let single = matches!(dtype, DType::F32 | DType::F16 | DType::BF16);
    let round = move |v: f64| if single { v as f32 as f64 } else { v };
    let (a, b) = if dtype.is_integral() {
        (start.to_i64() as f64, end.to_i64() as f64)
    } else {
        (round(start.to_f64()), round(end.to_f64()))
    };
    let (ca, cb) = (start.to_c128(), end.to_c128());
    let step = round(round(b - a) / (n.max(2) - 1) as f64);
    let cstep = (cb - ca) / (n.max(2) - 1) as f64;
    Ok(move |i: usize| {
        if dtype.is_complex() {
            return Scalar::Complex(if i < n / 2 {
                ca + cstep * i as f64
            } else if n == 1 {
                ca
            } else {
                cb - cstep * (n - 1 - i) as f64
            });
        }
        let v = if n == 1 {
            a
        } else if i < n / 2 {
            a + step * i as f64
        } else {
            b - step * (n - 1 - i) as f64
        };
        Scalar::Float(round(v))
    })
}

fn spaced_dtype(dtype: Option<DType>, start: Scalar, end: Scalar) -> Result<DType> {
    let complex = matches!(start, Scalar::Complex(_)) || matches!(end, Scalar::Complex(_));
    match dtype {
        Some(d) => {
            ensure!(
                !complex || d.is_complex(),
                Runtime,
                "torch.linspace(): inferred dtype ComplexFloat can't be safely cast to passed dtype {}",
                d.name()
            );
            Ok(d)
        }
        None => Ok(if complex { default_dtype().to_complex() } else { default_dtype() }),
    }
}

/// The dtype of a filled tensor by the number it is filled with.
fn fill_dtype(dtype: Option<DType>, value: Scalar) -> DType {
    dtype.unwrap_or_else(|| value.dtype(default_dtype()))
}

/// Coordinates below (or above) a diagonal, as two rows.
fn triangle(
    row: i64,
    col: i64,
    offset: i64,
    upper: bool,
    dtype: Option<DType>,
    device: Option<Device>,
) -> Result<Tensor> {
    for (n, name) in [(row, "row"), (col, "col")] {
        ensure!(n >= 0, Runtime, "{name} must be non-negative, got{n}");
    }
    room("triangular indices", (row as usize).saturating_mul(col as usize))?;
    let (mut r, mut c) = (Vec::new(), Vec::new());
    for i in 0..row {
        let range = if upper { (i + offset).clamp(0, col)..col } else { 0..(i + offset + 1).clamp(0, col) };
        for j in range {
            r.push(i);
            c.push(j);
        }
    }
    let n = r.len();
    r.extend_from_slice(&c);
    let out = Tensor::from_slice(&r, &[2, n])?;
    out.cast(dtype.unwrap_or(DType::I64))?.convert(None, device, false, MemoryFormat::Preserve)
}

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

/// The modified Bessel function of the first kind, order 0, by its series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-17 {
        term *= quarter / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

/// Sizes and strides of an uninitialised tensor.
fn strided(size: &[i64], stride: &[i64], dtype: DType, device: Device) -> Result<Tensor> {
    let shape = sizes(size)?;
    ensure!(size.len() == stride.len(), Runtime, "mismatch in length of strides and shape");
    ensure!(
        stride.iter().all(|&s| s >= 0),
        Runtime,
        "empty_strided: strides must be non-negative, got {stride:?}"
    );
    let layout = Layout { shape, strides: stride.iter().map(|&s| s as usize).collect(), offset: 0 };
    let Some(bytes) = layout.span_end().checked_mul(dtype.size()) else {
        bail!(Runtime, "Storage size calculation overflowed with sizes={size:?} and strides={stride:?}");
    };
    let storage = crate::storage::Storage::new(bytes, device)?;
    Ok(Tensor::from_parts(storage, layout, dtype))
}

fn empty_of(size: &[i64], dtype: DType, device: Device, format: Option<MemoryFormat>) -> Result<Tensor> {
    let shape = sizes(size)?;
    let layout = Layout::dense(&shape, format.unwrap_or(MemoryFormat::Contiguous))?;
    Tensor::alloc(Meta { layout, dtype }, device)
}

fn filled_of(
    size: &Ints,
    value: Scalar,
    dtype: DType,
    device: Option<Device>,
    requires_grad: bool,
) -> Result<Tensor> {
    finish(filled(&sizes(size)?, value, dtype, device_of(device))?, requires_grad)
}

rows! { FILL:
    /// A tensor of zeros.
    ///
    /// Args: size: sizes, separate or as a list; dtype: default the default float.
    [Torch] fn zeros(size: Sizes; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        filled_of(&size.0, Scalar::Int(0), dtype.unwrap_or_else(default_dtype), device, requires_grad)
    }
    /// A tensor of ones.
    [Torch] fn ones(size: Sizes; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        filled_of(&size.0, Scalar::Int(1), dtype.unwrap_or_else(default_dtype), device, requires_grad)
    }
    /// A tensor filled with one number, whose type gives the dtype unless that is given.
    [Torch] fn full(size: &[i64], fill_value: Val; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        let dtype = dtype.or(match &fill_value { Val::T(t) => Some(t.dtype()), Val::S(_) => None });
        let value = number(&fill_value, "full")?;
        filled_of(&Ints::from_slice(size), value, fill_dtype(dtype, value), device, requires_grad)
    }
    /// An uninitialised tensor.
    [Torch] fn empty(size: Sizes; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false, memory_format: Option<MemoryFormat> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(empty_of(&size.0, dtype.unwrap_or_else(default_dtype), device_of(device), memory_format)?, requires_grad)
    }
    /// An uninitialised tensor with the given strides.
    [Torch] fn empty_strided(size: &[i64], stride: &[i64]; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, requires_grad: bool = false, pin_memory: Option<bool> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(strided(size, stride, dtype.unwrap_or_else(default_dtype), device_of(device))?, requires_grad)
    }
    /// An uninitialised tensor whose axes lie in memory in the given order, slowest first.
    [Torch] fn empty_permuted(size: &[i64], physical_layout: &[i64]; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, requires_grad: bool = false, pin_memory: Option<bool> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        if let Some(i) = physical_layout.iter().position(|&d| d < 0 || d >= size.len() as i64) {
            bail!(Runtime, "Dimension out of range (expected to be between 0 and {}, but got {} at index {i}).  NB: negative dims not currently supported; file an issue if you want it.", size.len() as i64 - 1, physical_layout[i]);
        }
        let order = crate::ops::shape::resize::wrap_dims(physical_layout, size.len())?;
        ensure!(order.len() == size.len(), Runtime, "Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = {} is not equal to len(physical_layout) = {}", size.len(), order.len());
        let layout = Layout::permuted_dense(&sizes(size)?, &order);
        finish(Tensor::alloc(Meta { layout, dtype: dtype.unwrap_or_else(default_dtype) }, device_of(device))?, requires_grad)
    }
    /// Zeros with the shape, dtype and device of `input`.
    [Torch] fn zeros_like(input: &Tensor; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false, memory_format: Option<MemoryFormat> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(filled_like(input, Scalar::Int(0), dtype, device, memory_format)?, requires_grad)
    }
    /// Ones with the shape, dtype and device of `input`.
    [Torch] fn ones_like(input: &Tensor; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false, memory_format: Option<MemoryFormat> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(filled_like(input, Scalar::Int(1), dtype, device, memory_format)?, requires_grad)
    }
    /// One number everywhere, with the shape, dtype and device of `input`.
    [Torch] fn full_like(input: &Tensor, fill_value: Val; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false, memory_format: Option<MemoryFormat> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(filled_like(input, number(&fill_value, "full_like")?, dtype, device, memory_format)?, requires_grad)
    }
    /// Uninitialised, with the shape, dtype and device of `input`.
    [Torch] fn empty_like(input: &Tensor; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false, memory_format: Option<MemoryFormat> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(alike(input, dtype, device, memory_format)?, requires_grad)
    }
    /// Zeros with the dtype and device of the tensor.
    [Method] fn new_zeros(input: &Tensor, size: Sizes; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        filled_of(&size.0, Scalar::Int(0), dtype.unwrap_or(input.dtype()), Some(device.unwrap_or(input.device())), requires_grad)
    }
    /// Ones with the dtype and device of the tensor.
    [Method] fn new_ones(input: &Tensor, size: Sizes; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        filled_of(&size.0, Scalar::Int(1), dtype.unwrap_or(input.dtype()), Some(device.unwrap_or(input.device())), requires_grad)
    }
    /// One number everywhere, with the dtype and device of the tensor.
    [Method] fn new_full(input: &Tensor, size: &[i64], fill_value: Val; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        filled_of(&Ints::from_slice(size), number(&fill_value, "new_full")?, dtype.unwrap_or(input.dtype()), Some(device.unwrap_or(input.device())), requires_grad)
    }
    /// Uninitialised, with the dtype and device of the tensor.
    [Method] fn new_empty(input: &Tensor, size: Sizes; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(empty_of(&size.0, dtype.unwrap_or(input.dtype()), device.unwrap_or(input.device()), None)?, requires_grad)
    }
    /// Uninitialised with the given strides and the dtype and device of the tensor.
    [Method] fn new_empty_strided(input: &Tensor, size: &[i64], stride: &[i64]; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(strided(size, stride, dtype.unwrap_or(input.dtype()), device.unwrap_or(input.device()))?, requires_grad)
    }
    /// Ones on the diagonal, zeros elsewhere.
    [Torch] fn eye(n: i64, m: Option<i64> = None; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        let m = m.unwrap_or(n);
        ensure!(n >= 0, Runtime, "n must be greater or equal to 0, got {n}");
        ensure!(m >= 0, Runtime, "m must be greater or equal to 0, got {m}");
        finish(eye_of(n as usize, m as usize, dtype.unwrap_or_else(default_dtype), device_of(device))?, requires_grad)
    }
    /// Numbers from 0 up to `end`, which is left out.
    [Torch] fn arange(end: Scalar; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(arange_of(Scalar::Int(0), end, Scalar::Int(1), dtype, device)?, requires_grad)
    }
    /// Numbers from `start` up to `end`, which is left out, in steps.
    ///
    /// Errors: RuntimeError if the step is zero or leads away from `end`.
    [Torch] fn arange_from = "arange"(start: Scalar, end: Scalar, step: Scalar = Scalar::Int(1); dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(arange_of(start, end, step, dtype, device)?, requires_grad)
    }
    /// Numbers from `start` to `end`, which is included, in steps.
    [Torch] fn range(start: Scalar, end: Scalar, step: Scalar = Scalar::Int(1); dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        let (a, b, s) = (start.to_f64(), end.to_f64(), step.to_f64());
        ensure!(s != 0.0, Runtime, "step must be nonzero");
        ensure!((s > 0.0 && b >= a) || (s < 0.0 && b <= a), Runtime, "upper bound and lower bound inconsistent with step sign");
        let n = ((b - a) / s).floor() as usize + 1;
        finish(generate(n, dtype.unwrap_or_else(default_dtype), device_of(device), |i| Scalar::Float(a + s * i as f64))?, requires_grad)
    }
    /// `steps` numbers from `start` to `end`, evenly spaced, both included.
    [Torch] fn linspace(start: Val, end: Val, steps: i64; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        let (a, b) = (number(&start, "linspace")?, number(&end, "linspace")?);
        let dtype = spaced_dtype(dtype, a, b)?;
        let f = linear(a, b, steps, dtype)?;
        finish(generate(steps as usize, dtype, device_of(device), f)?, requires_grad)
    }
    /// `base` to the power of `steps` numbers from `start` to `end`.
    [Torch] fn logspace(start: Val, end: Val, steps: i64, base: f64 = 10.0; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        let (a, b) = (number(&start, "logspace")?, number(&end, "logspace")?);
        let dtype = spaced_dtype(dtype, a, b)?;
        let f = linear(a, b, steps, dtype)?;
        let power = |i| match f(i) {
            Scalar::Complex(z) => Scalar::Complex((z * base.ln()).exp()),
            s => Scalar::Float(base.powf(s.to_f64())),
        };
        finish(generate(steps as usize, dtype, device_of(device), power)?, requires_grad)
    }
    /// One number as a 0-d tensor.
    [Torch] fn scalar_tensor(s: Scalar; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        filled_of(&Ints::new(), s, dtype.unwrap_or_else(default_dtype), device, requires_grad)
    }
    /// Coordinates of the elements on and below a diagonal: rows first, columns second.
    [Torch] fn tril_indices(row: i64, col: i64, offset: i64 = 0; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        triangle(row, col, offset, false, dtype, device)
    }
    /// Coordinates of the elements on and above a diagonal: rows first, columns second.
    [Torch] fn triu_indices(row: i64, col: i64, offset: i64 = 0; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        triangle(row, col, offset, true, dtype, device)
    }
    /// Hann's window: a raised cosine.
    [Torch] fn hann_window(window_length: i64, periodic: bool = true; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(window("hann_window", window_length, periodic, dtype, device, |t| 0.5 - 0.5 * (std::f64::consts::TAU * t).cos())?, requires_grad)
    }
    /// Hamming's window: `alpha - beta * cos`.
    [Torch] fn hamming_window(window_length: i64, periodic: bool = true, alpha: f64 = 0.54, beta: f64 = 0.46; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(window("hamming_window", window_length, periodic, dtype, device, |t| alpha - beta * (std::f64::consts::TAU * t).cos())?, requires_grad)
    }
    /// Blackman's window.
    [Torch] fn blackman_window(window_length: i64, periodic: bool = true; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        let tau = std::f64::consts::TAU;
        finish(window("blackman_window", window_length, periodic, dtype, device, |t| 0.42 - 0.5 * (tau * t).cos() + 0.08 * (2.0 * tau * t).cos())?, requires_grad)
    }
    /// Bartlett's window: a triangle.
    [Torch] fn bartlett_window(window_length: i64, periodic: bool = true; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(window("bartlett_window", window_length, periodic, dtype, device, |t| if t <= 0.5 { 2.0 * t } else { 2.0 - 2.0 * t })?, requires_grad)
    }
    /// Kaiser's window.
    [Torch] fn kaiser_window(window_length: i64, periodic: bool = true, beta: f64 = 12.0; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None, requires_grad: bool = false) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        let whole = bessel_i0(beta);
        let f = |t: f64| bessel_i0(beta * (1.0 - (2.0 * t - 1.0).powi(2)).max(0.0).sqrt()) / whole;
        finish(window("kaiser_window", window_length, periodic, dtype, device, f)?, requires_grad)
    }
}

pub const TABLE: Table = &[FILL];
