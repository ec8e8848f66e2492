//! Numbers in a row: ranges, spacings, identities and the positions of triangles.

use crate::base::promote::default_dtype;
use crate::base::{C128, DType, Device, Elem, MemoryFormat, Scalar, collected, product};
use crate::error::Result;
use crate::kernels::cpu::create::steps as kernel;
use crate::kernels::cpu::elementwise::math;
use crate::ops::create::fill::Made;
use crate::ops::create::fill::{check_layout, device_of, finish, number};
use crate::ops::driver::memory::full as filled;
use crate::ops::driver::memory::room;
use crate::ops::table::{Table, Val};
use crate::tensor::Tensor;
use crate::{ensure, rows, with_dtype};

/// Elements made by a function of the position, computed in f64 (integers in i64) and stored as `dtype`.
pub(crate) fn generate(
    n: usize,
    dtype: DType,
    device: Device,
    f: impl Fn(usize) -> Scalar,
) -> Result<Tensor> {
    if device == Device::Meta {
        return Tensor::empty(&[n], dtype, device);
    }
    room("range", n)?;
    let out = if dtype.is_integral() {
        Tensor::from_slice(&collected(n, (0..n).map(|i| f(i).to_i64()))?, &[n])?
    } else if dtype.is_complex() {
        Tensor::from_slice(&collected(n, (0..n).map(|i| f(i).to_c128()))?, &[n])?
    } else {
        Tensor::from_slice(&collected(n, (0..n).map(|i| f(i).to_f64()))?, &[n])?
    };
    if out.dtype() == dtype {
        return out.convert(None, Some(device), false, MemoryFormat::Preserve);
    }
    let cast = Tensor::empty(&[n], dtype, device)?;
    crate::ops::driver::memory::write(&cast, &out)?;
    Ok(cast)
}

/// As [`generate`], a block at a time: `f` is given the position of the first element and room for all.
pub(crate) fn generate_blocks(
    n: usize,
    dtype: DType,
    device: Device,
    f: impl Fn(usize, &mut [f64]) + Sync,
) -> Result<Tensor> {
    if device == Device::Meta {
        return Tensor::empty(&[n], dtype, device);
    }
    let out = line(n, dtype)?;
    #[allow(unsafe_code)]
    // SAFETY: fresh dense memory of `n` elements of this dtype
    unsafe {
        kernel::blocks(out.ptr(), n, dtype, f)
    };
    if device == Device::Cpu {
        Ok(out)
    } else {
        out.convert(None, Some(device), false, MemoryFormat::Preserve)
    }
}

/// Whole numbers in a row. A card counts by itself, where the dtype holds them all exactly.
fn counted(n: usize, dtype: DType, device: Device, first: i64, step: i64) -> Result<Tensor> {
    let far = first.unsigned_abs().saturating_add(step.unsigned_abs().saturating_mul(n as u64));
    let exact = match dtype {
        DType::F32 => far <= 1 << 24,
        d => d.is_integral(),
    };
    if matches!(device, Device::Gpu(_)) && exact {
        let out = Tensor::empty(&[n], dtype, device)?;
        crate::kernels::gpu::create::copy::count(out.place()?, first, step)?;
        return Ok(out);
    }
    if dtype == DType::I64 && device == Device::Cpu {
        let out = line(n, dtype)?;
        #[allow(unsafe_code)]
        // SAFETY: fresh dense memory of `n` elements of this type
        unsafe {
            kernel::integers(out.ptr_of::<i64>(), n, first, step)
        };
        return Ok(out);
    }
    generate(n, dtype, device, |i| Scalar::Int(first.wrapping_add(step.wrapping_mul(i as i64))))
}

/// Memory for a line of numbers.
fn line(n: usize, dtype: DType) -> Result<Tensor> {
    room("range", n)?;
    Tensor::empty(&[n], dtype, Device::Cpu)
}

/// `first + i step`, computed in float64.
fn stepped(n: usize, dtype: DType, device: Device, first: f64, step: f64) -> Result<Tensor> {
    if !matches!(dtype, DType::F32 | DType::F64) || device != Device::Cpu {
        return generate(n, dtype, device, |i| Scalar::Float(first + step * i as f64));
    }
    let out = line(n, dtype)?;
    #[allow(unsafe_code)]
    // SAFETY: fresh dense memory of `n` elements of this type
    unsafe {
        match dtype {
            DType::F32 => kernel::floats(out.ptr_of::<f32>(), n, first, step),
            _ => kernel::floats(out.ptr_of::<f64>(), n, first, step),
        }
    };
    Ok(out)
}

/// The dtype of a range: int64 if all its numbers are integers.
fn range_dtype(dtype: Option<DType>, numbers: &[Scalar]) -> DType {
    dtype
        .unwrap_or_else(|| if numbers.iter().all(|s| s.is_integral()) { DType::I64 } else { default_dtype() })
}

/// `0, 1, .. n - 1` in int64.
pub fn count_up(n: usize, device: Device) -> Result<Tensor> {
    arange_of(Scalar::Int(0), Scalar::Int(n as i64), Scalar::Int(1), Some(DType::I64), Some(device))
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
    if dtype == DType::I64 {
        for number in [start, end, step] {
            number.fit(dtype)?;
        }
    }
    let whole = |v: Scalar| if dtype == DType::I64 { Scalar::Int(v.to_i64()) } else { v };
    let (start, end, step) = (whole(start), whole(end), whole(step));
    ensure!(!step.is_zero(), Value, "step must be nonzero");
    let all_ints = start.is_integral() && end.is_integral() && step.is_integral();
    let device = device_of(device);
    if all_ints && dtype.is_integral() {
        let (a, b, s) = (start.to_i64(), end.to_i64(), step.to_i64());
        let n = (b as i128 - a as i128).unsigned_abs().div_ceil(s.unsigned_abs() as u128) as usize;
        return counted(n, dtype, device, a, s);
    }
    let n = ((b - a) / s).ceil() as usize;
    if dtype.is_integral() {
        return counted(n, dtype, device, start.to_i64(), step.to_i64());
    }
    if all_ints && dtype == DType::F32 && matches!(device, Device::Gpu(_)) {
        return counted(n, dtype, device, start.to_i64(), step.to_i64());
    }
    if matches!(dtype, DType::F16 | DType::BF16) {
        let (a, s) = (a as f32, s as f32);
        return generate(n, dtype, device, |i| Scalar::Float((a + s * i as f32) as f64));
    }
    stepped(n, dtype, device, a, s)
}

/// Evenly spaced numbers, counted from both ends so that the last one is exact.
struct Spaced {
    n: usize,
    dtype: DType,
    ends: [f64; 2],
    step: f64,
    complex: [C128; 3],
}

impl Spaced {
    fn new(start: Scalar, end: Scalar, steps: i64, dtype: DType) -> Result<Spaced> {
        ensure!(steps >= 0, Runtime, "number of steps must be non-negative");
        for number in [start, end] {
            number.fit(dtype)?;
        }
        let n = steps as usize;
        let mut it = Spaced { n, dtype, ends: [0.0; 2], step: 0.0, complex: [C128::default(); 3] };
        let held = |s: Scalar| with_dtype!("linspace", dtype, any, T => s.to::<T>().to_i64() as f64);
        let ends = [start, end];
        it.ends = if dtype.is_integral() { ends.map(held) } else { ends.map(|s| it.round(s.to_f64())) };
        it.step = it.round(it.round(it.ends[1] - it.ends[0]) / it.whole(n.max(2) - 1));
        let (a, b) = (start.to_c128(), end.to_c128());
        it.complex = [a, b, (b - a) / (n.max(2) - 1) as f64];
        Ok(it)
    }
    /// As the dtype holds it: the halves after every step, which are computed in float32.
    fn round(&self, v: f64) -> f64 {
        match self.dtype {
            DType::F16 | DType::BF16 => Scalar::Float(v as f32 as f64).rounded(self.dtype).to_f64(),
            DType::F32 => v as f32 as f64,
            _ => v,
        }
    }
    fn whole(&self, i: usize) -> f64 {
        if self.dtype.is_half() { self.round(i as f64) } else { i as f64 }
    }
    /// Whether the first half, which is counted from the start, has element `i`.
    fn early(&self, i: usize) -> bool {
        i < self.n / 2 || self.n == 1
    }
    fn real(&self, i: usize) -> f64 {
        let far = |k: usize| {
            let product = self.step * self.whole(k);
            if self.dtype.is_half() { self.round(product) } else { product }
        };
        let [a, b] = self.ends;
        self.round(if self.early(i) { a + far(i) } else { b - far(self.n - 1 - i) })
    }
    fn at(&self, i: usize) -> Scalar {
        if !self.dtype.is_complex() {
            return Scalar::Float(self.real(i));
        }
        let [a, b, step] = self.complex;
        Scalar::Complex(if self.early(i) { a + step * i as f64 } else { b - step * (self.n - 1 - i) as f64 })
    }
    fn tensor(&self, device: Device) -> Result<Tensor> {
        let (n, [a, b]) = (self.n, self.ends);
        if !matches!(self.dtype, DType::F32 | DType::F64) || device != Device::Cpu {
            return generate(n, self.dtype, device, |i| self.at(i));
        }
        let out = line(n, self.dtype)?;
        #[allow(unsafe_code)]
        // SAFETY: fresh dense memory of `n` elements of this type
        unsafe {
            match self.dtype {
                DType::F32 => kernel::between(out.ptr_of::<f32>(), n, a, b, self.step),
                _ => kernel::between(out.ptr_of::<f64>(), n, a, b, self.step),
            }
        };
        Ok(out)
    }
    /// Powers of a base.
    fn powers(&self, base: f64, device: Device) -> Result<Tensor> {
        let n = self.n;
        if self.dtype.is_complex() {
            return generate(n, self.dtype, device, |i| {
                Scalar::Complex((self.at(i).to_c128() * base.ln()).exp())
            });
        }
        if self.dtype.is_integral() {
            return generate(n, self.dtype, device, |i| Scalar::Float(base.powf(self.real(i))));
        }
        generate_blocks(n, self.dtype, device, |first, some| {
            some.iter_mut().enumerate().for_each(|(k, v)| *v = self.real(first + k));
            math::powers(base, some);
        })
    }
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
    // where a row begins and ends: from or to the diagonal
    let diagonal =
        |i: i64, after: i64| (i as i128 + offset as i128 + after as i128).clamp(0, col as i128) as i64;
    let range = |i: i64| if upper { diagonal(i, 0)..col } else { 0..diagonal(i, 1) };
    // rows without an element are skipped, however many there are: those above the diagonal, or those below
    let rows = if col == 0 {
        0..0
    } else if upper {
        0..(col as i128 - offset as i128).clamp(0, row as i128) as i64
    } else {
        (-(offset as i128)).clamp(0, row as i128) as i64..row
    };
    // counted in closed form: whole rows, and a triangle
    let (first, last) = (rows.start as i128, rows.end as i128);
    let sum = |from: i128, to: i128| if to > from { (from + to - 1) * (to - from) / 2 } else { 0 };
    let count = if upper {
        let whole = (-(offset as i128)).clamp(0, last);
        whole * col as i128 + (last - whole) * (col as i128 - offset as i128) - sum(whole, last)
    } else {
        let whole = (col as i128 - offset as i128 - 1).clamp(first, last);
        (last - whole) * col as i128 + (whole - first) * (offset as i128 + 1) + sum(first, whole)
    };
    let n = usize::try_from(count).unwrap_or(usize::MAX);
    if device == Some(Device::Meta) {
        return Tensor::empty(&[2, n], dtype.unwrap_or(DType::I64), Device::Meta);
    }
    room("range", product([2, n])?)?;
    let out = Tensor::empty(&[2, n], DType::I64, Device::Cpu)?;
    #[allow(unsafe_code)]
    // SAFETY: fresh dense memory of so many elements, each written below before it is read
    let places = unsafe { std::slice::from_raw_parts_mut(out.ptr_of::<i64>(), 2 * n) };
    let (mut of_rows, mut of_columns) = places.split_at_mut(n);
    for i in rows {
        let columns = range(i);
        let m = (columns.end - columns.start).max(0) as usize;
        let (row, rest) = std::mem::take(&mut of_rows).split_at_mut(m);
        row.fill(i);
        of_rows = rest;
        let (row, rest) = std::mem::take(&mut of_columns).split_at_mut(m);
        row.iter_mut().zip(columns).for_each(|(place, k)| *place = k);
        of_columns = rest;
    }
    out.cast(dtype.unwrap_or(DType::I64))?.convert(None, device, false, MemoryFormat::Preserve)
}

/// The identity matrix.
pub fn eye_of(n: usize, m: usize, dtype: DType, device: Device) -> Result<Tensor> {
    let out = filled(&[n, m], Scalar::Int(0), dtype, device)?;
    let diagonal = crate::base::diagonal_layout(out.layout(), 0, 0, 1);
    crate::ops::driver::memory::fill_data(&out.alias(diagonal)?, Scalar::Int(1))?;
    Ok(out)
}

rows! { RANGE:
    /// Ones on the diagonal, zeros elsewhere.
    ///
    /// ```text
    /// >>> torch.eye(2, 3)
    /// tensor([[1., 0., 0.],
    ///         [0., 1., 0.]])
    /// ```
    [Torch] fn eye(n: i64, m: Option<i64> = None; ..made: Made) -> Tensor {
        let m = m.unwrap_or(n);
        ensure!(n >= 0, Runtime, "n must be greater or equal to 0, got {n}");
        ensure!(m >= 0, Runtime, "m must be greater or equal to 0, got {m}");
        finish(eye_of(n as usize, m as usize, made.dtype.unwrap_or_else(default_dtype), device_of(made.device))?, made.requires_grad)
    }
    /// Numbers from 0 up to `end`, which is left out.
    ///
    /// ```text
    /// >>> torch.arange(5)
    /// tensor([0, 1, 2, 3, 4])
    /// >>> torch.arange(1, 2, 0.5)
    /// tensor([1.0000, 1.5000])
    /// ```
    [Torch] resizes CountedWarned fn arange(end: Scalar; ..made: Made) -> Tensor {
        finish(arange_of(Scalar::Int(0), end, Scalar::Int(1), made.dtype, made.device)?, made.requires_grad)
    }
    /// Numbers from `start` up to `end`, which is left out, in steps.
    ///
    /// Errors: RuntimeError if the step is zero or leads away from `end`.
    [Torch] resizes CountedWarned fn arange_from = "arange"(start: Scalar, end: Scalar, step: Scalar = Scalar::Int(1); ..made: Made) -> Tensor {
        finish(arange_of(start, end, step, made.dtype, made.device)?, made.requires_grad)
    }
    /// Numbers from `start` to `end`, which is included, in steps.
    ///
    /// ```text
    /// >>> torch.range(1, 3)
    /// tensor([1., 2., 3.])
    /// ```
    [Torch] resizes CountedWarned fn range(start: Scalar, end: Scalar, step: Scalar = Scalar::Int(1); ..made: Made) -> Tensor {
        let (a, b, s) = (start.to_f64(), end.to_f64(), step.to_f64());
        ensure!(s != 0.0, Runtime, "step must be nonzero");
        ensure!((s > 0.0 && b >= a) || (s < 0.0 && b <= a), Runtime, "upper bound and lower bound inconsistent with step sign");
        let n = (((b - a) / s).floor() as usize).saturating_add(1);
        finish(stepped(n, made.dtype.unwrap_or_else(default_dtype), device_of(made.device), a, s)?, made.requires_grad)
    }
    /// `steps` numbers from `start` to `end`, evenly spaced, both included.
    ///
    /// ```text
    /// >>> torch.linspace(0, 1, 5)
    /// tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    /// ```
    [Torch] resizes CountedQuietly fn linspace(start: Val, end: Val, steps: i64; ..made: Made) -> Tensor {
        let (a, b) = (number(&start, "linspace")?, number(&end, "linspace")?);
        let dtype = spaced_dtype(made.dtype, a, b)?;
        finish(Spaced::new(a, b, steps, dtype)?.tensor(device_of(made.device))?, made.requires_grad)
    }
    /// `base` to the power of `steps` numbers from `start` to `end`.
    ///
    /// ```text
    /// >>> torch.logspace(0, 2, 3)
    /// tensor([  1.,  10., 100.])
    /// ```
    [Torch] resizes CountedQuietly fn logspace(start: Val, end: Val, steps: i64, base: f64 = 10.0; ..made: Made) -> Tensor {
        let (a, b) = (number(&start, "logspace")?, number(&end, "logspace")?);
        let dtype = spaced_dtype(made.dtype, a, b)?;
        finish(Spaced::new(a, b, steps, dtype)?.powers(base, device_of(made.device))?, made.requires_grad)
    }
    /// Coordinates of the elements on and below a diagonal: rows first, columns second.
    ///
    /// ```text
    /// >>> torch.tril_indices(2, 2)
    /// tensor([[0, 1, 1],
    ///         [0, 0, 1]])
    /// ```
    [Torch] fn tril_indices(row: i64, col: i64, offset: i64 = 0; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        triangle(row, col, offset, false, dtype, device)
    }
    /// Coordinates of the elements on and above a diagonal: rows first, columns second.
    ///
    /// ```text
    /// >>> torch.triu_indices(2, 2)
    /// tensor([[0, 0, 1],
    ///         [0, 1, 1]])
    /// ```
    [Torch] fn triu_indices(row: i64, col: i64, offset: i64 = 0; dtype: Option<DType> = None, layout: Option<&str> = None, device: Option<Device> = None, pin_memory: Option<bool> = None) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        triangle(row, col, offset, true, dtype, device)
    }
}

pub const TABLE: Table = &[RANGE];
