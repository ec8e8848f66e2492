//! Distinct elements. The size of the result depends on the data, so these compute outside the op driver.

use crate::base::{DType, Device, Dims, collected, repeated, wrap_dim};
use crate::error::{Error, Result};
use crate::kernels::cpu::order::histogram::{greatest_of, occurrences, weigh};
use crate::kernels::cpu::order::unique::{Groups, count_runs, group, unique as unique_kernel, write_runs};
use crate::kernels::gpu::order::{histogram, unique as gpu};
use crate::ops::driver::memory::{dense, dense_copy, full, own_held};
use crate::ops::table::{Ret, Table};
use crate::storage::Guard;
use crate::tensor::Tensor;
use crate::{bail, ensure, rows, with_dtype};

/// One tensor, or as many as were asked for.
pub struct Distinct {
    values: Tensor,
    inverse: Option<Tensor>,
    counts: Option<Tensor>,
}

impl From<Distinct> for Ret {
    fn from(d: Distinct) -> Ret {
        let rest: Vec<Tensor> = [d.inverse, d.counts].into_iter().flatten().collect();
        if rest.is_empty() {
            return Ret::Tensor(d.values);
        }
        Ret::Tuple(std::iter::once(d.values).chain(rest).collect())
    }
}

fn has_data(op: &str, x: &Tensor) -> Result<()> {
    if x.device() == Device::Meta {
        bail!(
            NotImplemented,
            "{op}: the shape of the result depends on data, which a meta tensor does not have"
        );
    }
    Ok(())
}

/// Distinct elements of a dense tensor; the inverse has the shape given.
#[allow(unsafe_code)]
fn elements(op: &str, x: &Tensor, inverse: Option<&[usize]>, counts: bool) -> Result<Distinct> {
    let inverse = inverse.map(|shape| Tensor::empty(shape, DType::I64, x.device())).transpose()?;
    // as many as there may be
    let n = x.numel();
    let values = Tensor::empty(&[n], x.dtype(), x.device())?;
    let counts = counts.then(|| Tensor::empty(&[n], DType::I64, x.device())).transpose()?;
    let own = [Some(&values), inverse.as_ref(), counts.as_ref()];
    let guard = Guard::take([x.storage()].into_iter(), own.iter().flatten().map(|t| t.storage()));
    let at = |t: &Option<Tensor>| t.as_ref().map_or(std::ptr::null_mut(), |t| t.ptr_of::<i64>());
    let many = with_dtype!(op, x.dtype(), real, T => {
        // SAFETY: a dense tensor of so many elements, held for reading, and others of our own
        Ok(unsafe { unique_kernel::<T>(x.ptr_of(), n, values.ptr_of(), at(&inverse), at(&counts)) })
    })?;
    drop(guard);
    let cut = |t: Tensor| if many == n { Ok(t) } else { dense_copy(&t.narrow_at(0, 0, many, 1)?) };
    Ok(Distinct { values: cut(values)?, inverse, counts: counts.map(cut).transpose()? })
}

/// Runs of equal neighbours among the elements of a dense tensor; the inverse has the shape given.
#[allow(unsafe_code)]
fn runs(op: &str, x: &Tensor, inverse: Option<&[usize]>, counts: bool) -> Result<Distinct> {
    let n = x.numel();
    // held from the count to the end, or our own: what is written is as much as was counted
    let held = Guard::take([x.storage()].into_iter(), [].into_iter());
    let x = &own_held(x)?;
    // SAFETY: a dense tensor of `n` elements, held for reading
    let many = with_dtype!(op, x.dtype(), real, T => Ok(unsafe { count_runs::<T>(x.ptr_of(), n) }))?;
    let values = Tensor::empty(&[many], x.dtype(), x.device())?;
    let whole = |shape: &[usize]| Tensor::empty(shape, DType::I64, x.device());
    let counts = counts.then(|| whole(&[many])).transpose()?;
    let inverse = inverse.map(whole).transpose()?;
    let at = |t: &Option<Tensor>| t.as_ref().map_or(std::ptr::null_mut(), |t| t.ptr_of::<i64>());
    let written = [Some(&values), counts.as_ref(), inverse.as_ref()];
    let new = Guard::take([].into_iter(), written.iter().flatten().map(|t| t.storage()));
    with_dtype!(op, x.dtype(), real, T => {
        // SAFETY: dense tensors of so many elements, all of them held
        unsafe { write_runs::<T>(x.ptr_of(), n, values.ptr_of(), at(&counts), at(&inverse)) };
        Ok(())
    })?;
    drop((held, new));
    Ok(Distinct { values, inverse, counts })
}

/// Groups of the rows of a dense matrix.
#[allow(unsafe_code)]
fn rows(op: &str, x: &Tensor, inverse: bool, consecutive: bool) -> Result<Groups> {
    let _guard = Guard::take([x.storage()].into_iter(), [].into_iter());
    let (m, n) = (x.shape()[0], x.shape()[1]);
    with_dtype!(op, x.dtype(), real, T => {
        // SAFETY: a dense matrix of m rows of n elements, held for reading
        let row = |i: usize| unsafe { std::slice::from_raw_parts(x.ptr_of::<T>().add(i * n) as *const T, n) };
        let mut order = collected(m, 0..m)?;
        if !consecutive {
            order.sort_by(|&a, &b| {
                row(a).iter().zip(row(b)).find_map(|(p, q)| p.partial_cmp(q).filter(|o| o.is_ne())).unwrap_or(std::cmp::Ordering::Equal)
            });
        }
        Ok(group(&order, inverse, |a, b| row(a) == row(b)))
    })
}

/// `x[first]` of a dense tensor along axis 0.
fn taken(x: &Tensor, first: &[usize]) -> Result<Tensor> {
    let mut shape = Dims::from_slice(x.shape());
    shape[0] = first.len();
    let out = Tensor::empty(&shape, x.dtype(), x.device())?;
    let guard = Guard::take([x.storage()].into_iter(), [out.storage()].into_iter());
    for (k, &i) in first.iter().enumerate() {
        crate::ops::driver::memory::write_held(
            &out.alias(out.layout().select(0, k))?,
            &x.alias(x.layout().select(0, i))?,
        );
    }
    drop(guard);
    Ok(out)
}

/// The permutation that takes `order` back.
fn back_from(order: &[usize]) -> Dims {
    let mut back = Dims::from_elem(0, order.len());
    order.iter().enumerate().for_each(|(i, &o)| back[o] = i);
    back
}

/// Distinct rows of a dense matrix on a card: in order, the groups found as neighbours; how many there are is read back.
fn on_card(op: &'static str, x: &Tensor, inverse: bool, counts: bool, consecutive: bool) -> Result<Distinct> {
    let (m, n, device) = (x.shape()[0], x.shape()[1], x.device());
    let whole = |n: usize| Tensor::empty(&[n], DType::I64, device);
    let order = match n {
        _ if consecutive => crate::ops::create::range::count_up(m, device)?,
        1 => super::sort::sort_along(&x.reshape_to(&[m])?, 0, false)?.1,
        _ => {
            let order = whole(m)?;
            let _guard = Guard::take([x.storage()].into_iter(), [order.storage()].into_iter());
            gpu::row_order(op, gpu::Rows { x: x.place()?, order: order.place()?, m, n })?;
            order.clone()
        }
    };
    let rows = gpu::Rows { x: x.place()?, order: order.place()?, m, n };
    let _guard = Guard::take([x.storage(), order.storage()].into_iter(), [].into_iter());
    let start = whole(m)?;
    gpu::starts(op, rows, start.place()?)?;
    let group = start.cumsum(0, None)?;
    let found = match m {
        0 => 0,
        _ => group.narrow_at(0, m - 1, 1, 1)?.item()?.to_i64() as usize + 1,
    };
    let (first, own, values) = (whole(found)?, whole(m)?, Tensor::empty(&[found, n], x.dtype(), device)?);
    gpu::groups(op, rows, group.place()?, first.place()?, own.place()?)?;
    gpu::values(op, rows, first.place()?, values.place()?)?;
    let count = whole(found)?;
    if counts {
        gpu::counts(op, rows, first.place()?, count.place()?)?;
    }
    Ok(Distinct { values, inverse: inverse.then_some(own), counts: counts.then_some(count) })
}

fn distinct(
    x: &Tensor,
    inverse: bool,
    counts: bool,
    dim: Option<i64>,
    consecutive: bool,
) -> Result<Distinct> {
    let op: &'static str = if dim.is_some() { "unique_dim" } else { "unique" };
    has_data(op, x)?;
    let x = x.detach();
    if let Some(d) = dim {
        ensure!(x.ndim() > 0, Index, "Dimension specified as {d} but tensor has no dimensions");
    }
    let axis = dim.map(|d| wrap_dim(d, x.ndim())).transpose()?;
    if x.dtype().is_complex() {
        return Err(Error::no_kernel(op, x.dtype()));
    }
    let (values, g, n) = match axis {
        Some(axis) => {
            let zeros = x.shape().iter().filter(|n| **n == 0).count();
            if x.shape()[axis] == 0 {
                ensure!(
                    zeros == 1,
                    Runtime,
                    "Number of zero sized dimensions is more than one, so unique cannot be applied "
                );
                let none = |yes: bool| yes.then(|| Tensor::from_slice::<i64>(&[], &[0])).transpose();
                return Ok(Distinct { values: dense(&x)?, inverse: none(inverse)?, counts: none(counts)? });
            }
            ensure!(
                zeros == 0,
                Runtime,
                "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied"
            );
            let mut order: Dims = smallvec::smallvec![axis];
            order.extend((0..x.ndim()).filter(|&i| i != axis));
            let front = dense(&x.permute_to(&order)?)?;
            let n = x.shape()[axis];
            if let Device::Gpu(_) = x.device() {
                let matrix = front.reshape_to(&[n, front.numel() / n])?;
                let mut found = on_card(op, &matrix, inverse, counts, consecutive)?;
                let mut shape = Dims::from_slice(front.shape());
                shape[0] = found.values.shape()[0];
                let back = back_from(&order);
                found.values = dense(&found.values.reshape_to(&shape)?.permute_to(&back)?)?;
                return Ok(found);
            }
            let g = rows(op, &front.reshape_to(&[n, front.numel() / n])?, inverse, consecutive)?;
            let values = taken(&front, &g.first)?;
            (dense(&values.permute_to(&back_from(&order))?)?, g, n)
        }
        None => {
            let flat = dense(&x)?;
            if let Device::Gpu(_) = x.device() {
                let column = flat.reshape_to(&[x.numel(), 1])?;
                let mut found = on_card(op, &column, inverse, counts, consecutive)?;
                found.values = found.values.reshape_to(&[found.values.numel()])?;
                found.inverse = found.inverse.map(|t| t.reshape_to(x.shape())).transpose()?;
                return Ok(found);
            }
            if consecutive {
                return runs(op, &flat, inverse.then_some(x.shape()), counts);
            }
            return elements(op, &flat, inverse.then_some(x.shape()), counts);
        }
    };
    let inverse = inverse.then(|| Tensor::from_slice(&g.inverse, &[n])).transpose()?;
    let counts = counts.then(|| Tensor::from_slice(&g.counts, &[g.counts.len()])).transpose()?;
    Ok(Distinct { values, inverse, counts })
}

/// [`count_bins`] of a dense line on a card, which is waited for, for how many bins there are.
fn bins_on_card(x: &Tensor, weights: Option<&Tensor>, minlength: usize, only: &str) -> Result<Tensor> {
    ensure!(x.min()?.item()?.to_i64() >= 0, Runtime, "{only}");
    let bins = minlength.max(x.max()?.item()?.to_i64() as usize + 1);
    crate::ops::driver::memory::room("bincount", bins)?;
    let Some(w) = weights else {
        let out = Tensor::empty(&[bins], DType::I64, x.device())?;
        let _guard = Guard::take([x.storage()].into_iter(), [out.storage()].into_iter());
        histogram::counts("bincount", x.place()?, out.place()?)?;
        return Ok(out.clone());
    };
    ensure!(
        w.ndim() == 1 && w.numel() == x.numel(),
        Runtime,
        "weights should be 1-d and have the same length as input"
    );
    let dtype = if w.dtype() == DType::F32 { DType::F32 } else { DType::F64 };
    let (w, out) = (dense(&w.detach())?, Tensor::empty(&[bins], dtype, x.device())?);
    let _guard = Guard::take([x.storage(), w.storage()].into_iter(), [out.storage()].into_iter());
    histogram::sums("bincount", x.place()?, w.place()?, out.place()?)?;
    Ok(out.clone())
}

/// How often each non-negative integer occurs, or the sum of the weights where it does.
#[allow(unsafe_code)]
fn count_bins(x: &Tensor, weights: Option<&Tensor>, minlength: i64) -> Result<Tensor> {
    has_data("bincount", x)?;
    if let Some(w) = weights {
        has_data("bincount", w)?;
        ensure!(
            w.device() == x.device(),
            Runtime,
            "bincount: Expected all tensors to be on the same device, but found at least two devices, {} and {}!",
            x.device(),
            w.device()
        );
    }
    if x.is_batched() || weights.is_some_and(Tensor::is_batched) {
        let mut operands: smallvec::SmallVec<[&Tensor; 2]> = smallvec::smallvec![x];
        operands.extend(weights);
        return crate::ops::driver::samples::one_by_one("bincount", &operands, |x| {
            count_bins(&x[0], x.get(1), minlength)
        });
    }
    if !x.dtype().is_integral() || x.dtype() == DType::Bool {
        return Err(Error::no_kernel("bincount_cpu", x.dtype()));
    }
    ensure!(minlength >= 0, Runtime, "minlength should be >= 0");
    let minlength = minlength as usize;
    let only = "bincount only supports 1-d non-negative integral inputs.";
    if x.ndim() == 1 && x.numel() == 0 {
        return full(&[minlength], crate::base::Scalar::Int(0), DType::I64, x.device());
    }
    ensure!(x.ndim() == 1, Runtime, "{only}");
    if let Device::Gpu(_) = x.device() {
        return bins_on_card(&dense(&x.detach())?, weights, minlength, only);
    }
    let x = dense(&x.detach())?;
    let Some(w) = weights else {
        let x = if x.dtype().is_stored() { x.cast(DType::I64)? } else { x };
        return with_dtype!(@arm x.dtype(), T, {
            let _guard = Guard::take([x.storage()].into_iter(), [].into_iter());
            // read twice
            let x = own_held(&x)?;
            // SAFETY: a dense tensor of so many elements, held for reading or made here
            let at = unsafe { std::slice::from_raw_parts(x.ptr_of::<T>() as *const T, x.numel()) };
            let Some(most) = greatest_of(at) else { bail!(Runtime, "{only}") };
            let bins = (most + 1).max(minlength);
            crate::ops::driver::memory::room("bincount", bins)?;
            let out = full(&[bins], crate::base::Scalar::Int(0), DType::I64, Device::Cpu)?;
            // SAFETY: fresh dense memory of so many counts, more than the greatest number
            unsafe { occurrences(at, std::slice::from_raw_parts_mut(out.ptr_of::<i64>(), bins)) };
            Ok(out)
        }, Err(Error::no_kernel("bincount_cpu", x.dtype())), U8 = u8, I8 = i8, I16 = i16, I32 = i32, I64 = i64);
    };
    let x = dense(&x.cast(DType::I64)?)?;
    let _guard = Guard::take([x.storage()].into_iter(), [].into_iter());
    let x = own_held(&x)?;
    // SAFETY: a dense tensor of so many elements, held for reading or made here
    let at = unsafe { std::slice::from_raw_parts(x.ptr_of::<i64>() as *const i64, x.numel()) };
    let n = at.len();
    let Some(most) = greatest_of(at) else { bail!(Runtime, "{only}") };
    let bins = (most + 1).max(minlength);
    crate::ops::driver::memory::room("bincount", bins)?;
    ensure!(
        w.ndim() == 1 && w.numel() == n,
        Runtime,
        "weights should be 1-d and have the same length as input"
    );
    let single = w.dtype() == DType::F32;
    let w = dense(&if single { w.detach() } else { w.detach().cast(DType::F64)? })?;
    let _guard = Guard::take([w.storage()].into_iter(), [].into_iter());
    let mut sums = repeated(0f64, bins)?;
    // SAFETY: dense tensors of as many elements, held for reading; numbers are less than there are sums
    unsafe {
        if single { weigh(at, w.ptr_of::<f32>(), &mut sums) } else { weigh(at, w.ptr_of::<f64>(), &mut sums) }
    }
    if single {
        Tensor::from_slice(&collected(bins, sums.iter().map(|&s| s as f32))?, &[bins])
    } else {
        Tensor::from_slice(&sums, &[bins])
    }
}

rows! { UNIQUE:
    /// The distinct elements in order (every nan is distinct), with the group of each element and the size of each
    /// group if asked for; with `dim` the distinct slices along an axis.
    ///
    /// Errors: RuntimeError for complex numbers.
    ///
    /// ```text
    /// >>> torch.unique(torch.tensor([3, 1, 3]), return_counts=True)
    /// (tensor([1, 3]), tensor([1, 2]))
    /// ```
    [Torch, Method] fn unique(input: &Tensor, _sorted: bool = true, return_inverse: bool = false, return_counts: bool = false, dim: Option<i64> = None) -> Distinct {
        distinct(input, return_inverse, return_counts, dim, false)
    }
    /// The first of each run of equal elements (or of slices along an axis), with the run of each element and the
    /// length of each run if asked for.
    ///
    /// ```text
    /// >>> torch.unique_consecutive(torch.tensor([1, 1, 2, 1]))
    /// tensor([1, 2, 1])
    /// ```
    [Torch, Method] fn unique_consecutive(input: &Tensor, return_inverse: bool = false, return_counts: bool = false, dim: Option<i64> = None) -> Distinct {
        distinct(input, return_inverse, return_counts, dim, true)
    }
    /// How often each value 0, 1, .. occurs in a 1-d tensor of non-negative integers, or the sums of `weights` there.
    ///
    /// Args: minlength: the least length of the result.
    ///
    /// ```text
    /// >>> torch.bincount(torch.tensor([0, 2, 2]), minlength=4)
    /// tensor([1, 0, 2, 0])
    /// ```
    [Torch, Method] fn bincount(input: &Tensor, weights: Option<&Tensor> = None, minlength: i64 = 0) -> Tensor { count_bins(input, weights, minlength) }
}

pub const TABLE: Table = &[UNIQUE];
