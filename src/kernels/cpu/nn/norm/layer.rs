//! Layer normalisation over contiguous rows.

use super::short;
use super::wide::Widened;
use super::{Rows, lane_total, or, some, sum_into, zeros};
use crate::base::{DType, Elem};
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::simd;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::stream::prefetch;
use crate::kernels::cpu::machine::vector::{STREAM_BYTES, Vector, fence};
use crate::kernels::cpu::reduce::{Moments, block_moments};
use crate::multiversion_vector;

/// Longer rows take their statistics block by block, merged in f64.
const LONG: usize = 8192;

/// `dst = (src - mean) * rstd * weight + bias` for each row; `mean` and `rstd` (nullable) receive one value per row.
///
/// # Safety
/// Pointers are valid for the sizes named; `dst` may be `src`.
pub unsafe fn layer_norm<T: Flt>(
    d: Rows,
    src: *const T,
    weight: *const T,
    bias: *const T,
    eps: f64,
    dst: *mut T,
    mean: *mut T::C,
    rstd: *mut T::C,
) {
    let (rows, n) = (d.samples * d.groups, d.n);
    let d = if weight.is_null() && bias.is_null() { d.as_one() } else { d };
    let (src, weight, bias) = (Ptr::of(src), Ptr::of(weight), Ptr::of(bias));
    let (dst, mean, rstd) = (Ptr(dst), Ptr(mean), Ptr(rstd));
    if short::fits(d.samples, n) {
        return short::rows(d, src, weight, bias, T::C::of(eps), dst, mean, rstd);
    }
    let whole = !weight.get().is_null() && !bias.get().is_null() && n.is_multiple_of(WHOLE) && n <= LONG;
    let stream = rows * n * size_of::<T>() > STREAM_BYTES
        && (dst.get() as usize).is_multiple_of(64)
        && src.get() != dst.get();
    par::for_each_chunk(rows, (par::REDUCE_GRAIN / 2).div_ceil(n.max(1)), |r| {
        if whole && matches!(T::DTYPE, DType::F32 | DType::F64) {
            // rows that follow each other with the same weights
            let count = if d.groups == 1 { r.len() } else { 1 };
            for first in r.step_by(count) {
                let (x, to) = (src.at(first * n), dst.at(first * n));
                let (mean, rstd) = (some(mean, first), some(rstd, first));
                let of = first % d.groups * n;
                // SAFETY: these rows; the element is what its dtype says, and is computed in itself.
                unsafe {
                    let (w, b) = (weight.at(of), bias.at(of));
                    if T::DTYPE == DType::F32 {
                        let (x, w, b, to) = (x.cast(), w.cast(), b.cast(), to.cast());
                        rows_f32(count, n, x, w, b, eps as f32, to, mean.cast(), rstd.cast(), stream);
                    } else {
                        let (x, w, b, to) = (x.cast(), w.cast(), b.cast(), to.cast());
                        rows_f64(count, n, x, w, b, eps, to, mean.cast(), rstd.cast(), stream);
                    }
                }
            }
            return;
        }
        for row in r {
            let of = row % d.groups * n;
            // SAFETY: each row is handled once.
            unsafe {
                let x = src.at(row * n) as *const T;
                let (m, s) = row_stats(x, n, T::C::of(eps));
                affine(x, n, m, s, some(weight, of), some(bias, of), dst.at(row * n));
                if !mean.get().is_null() {
                    mean.at(row).write(m);
                }
                if !rstd.get().is_null() {
                    rstd.at(row).write(s);
                }
            }
        }
    });
}

/// Rows of a multiple of this many elements are whole vectors in pairs, at every level.
const WHOLE: usize = 32;

macro_rules! whole_rows {
    ($name:ident $t:ident) => {
        multiversion_vector! {
            /// Whole vectors, with weight and bias: three sweeps over a row in the first-level cache, the second of
            /// which asks for the next row.
            unsafe fn $name[V: Vector<Elem = $t>, $t, Portable](
                rows: usize, n: usize, src: *const $t, w: *const $t, b: *const $t, eps: $t, dst: *mut $t,
                mean: *mut $t, rstd: *mut $t, stream: bool,
            ) {
                let scale = 1.0 / n as $t;
                for row in 0..rows {
                    let (x, to) = (src.add(row * n), dst.add(row * n));
                    let (mut s0, mut s1) = (V::zero(), V::zero());
                    for j in (0..n).step_by(2 * V::LANES) {
                        s0 = s0.add(V::load(x.add(j)));
                        s1 = s1.add(V::load(x.add(j + V::LANES)));
                    }
                    let m = s0.add(s1).sum() * scale;
                    let center = V::splat(m);
                    let (mut s0, mut s1) = (V::zero(), V::zero());
                    for j in (0..n).step_by(2 * V::LANES) {
                        let (d0, d1) = (V::load(x.add(j)).sub(center), V::load(x.add(j + V::LANES)).sub(center));
                        (s0, s1) = (d0.fma_fast(d0, s0), d1.fma_fast(d1, s1));
                        prefetch(x.wrapping_add(n + j));
                        prefetch(x.wrapping_add(n + j + V::LANES));
                    }
                    let r = 1.0 / (s0.add(s1).sum() * scale + eps).sqrt();
                    let factor = V::splat(r);
                    for j in (0..n).step_by(V::LANES) {
                        let h = V::load(x.add(j)).sub(center).mul(factor);
                        let y = h.fma_fast(V::load(w.add(j)), V::load(b.add(j)));
                        if stream { y.stream(to.add(j)) } else { y.store(to.add(j)) }
                    }
                    if !mean.is_null() {
                        *mean.add(row) = m;
                    }
                    if !rstd.is_null() {
                        *rstd.add(row) = r;
                    }
                }
                if stream {
                    fence();
                }
            }
        }
    };
}
whole_rows!(rows_f32 f32);
whole_rows!(rows_f64 f64);

/// Mean and `1/sqrt(var + eps)` of a row.
pub(super) unsafe fn row_stats<T: Flt>(x: *const T, n: usize, eps: T::C) -> (T::C, T::C) {
    if n <= LONG {
        return short_stats(x, n, eps);
    }
    let mut m = Moments::NONE;
    for i in (0..n).step_by(LONG) {
        m = m.merge(block_moments(x.add(i), (n - i).min(LONG)));
    }
    (T::C::of(m.mean), T::C::of(1.0 / (m.m2 / n as f64 + eps.to_f64()).sqrt()))
}

multiversion! {
    unsafe fn short_stats[const LEVEL, T: Flt](x: *const T, n: usize, eps: T::C) -> (T::C, T::C) {
        let scale = T::C::ONE / T::C::of(n as f64);
        let mut sums = zeros::<T::C>();
        sum_into::<LEVEL, _>(&mut sums, n, |i| (*x.add(i)).up());
        let mean = lane_total(sums) * scale;
        let mut sums = zeros::<T::C>();
        sum_into::<LEVEL, _>(&mut sums, n, |i| {
            let d = (*x.add(i)).up() - mean;
            d * d
        });
        (mean, T::C::ONE / (lane_total(sums) * scale + eps).sqrt())
    }
}

multiversion! {
    unsafe fn affine[const LEVEL, T: Flt](x: *const T, n: usize, mean: T::C, rstd: T::C, w: *const T, b: *const T, dst: *mut T) {
        let one = |i: usize| ((*x.add(i)).up() - mean) * rstd;
        match (w.is_null(), b.is_null()) {
            (false, false) => {
                for i in 0..n {
                    simd::rest::<LEVEL>();
                    *dst.add(i) = T::down(one(i).fma((*w.add(i)).up(), (*b.add(i)).up()));
                }
            }
            (true, true) => {
                for i in 0..n {
                    simd::rest::<LEVEL>();
                    *dst.add(i) = T::down(one(i));
                }
            }
            _ => {
                for i in 0..n {
                    simd::rest::<LEVEL>();
                    *dst.add(i) = T::down(one(i).fma(or(w, i, 1.0), or(b, i, 0.0)));
                }
            }
        }
    }
}

/// Gradients for input, weight and bias, each nullable. `mean` and `rstd` are those of the forward call.
///
/// # Safety
/// Pointers are valid for the sizes of the forward call; `dx` may be `g`.
pub unsafe fn layer_norm_backward<T: Flt>(
    d: Rows,
    g: *const T,
    src: *const T,
    weight: *const T,
    mean: *const T::C,
    rstd: *const T::C,
    dx: *mut T,
    dw: *mut T,
    db: *mut T,
) {
    let sums = backward_sums(d, g, src, weight, mean, rstd, dx, !dw.is_null() || !db.is_null());
    for (sums, out) in sums.chunks(d.width().max(1)).zip([dw, db]).filter(|(_, o)| !o.is_null()) {
        for (i, total) in sums.iter().enumerate() {
            *out.add(i) = T::down(*total);
        }
    }
}

/// The gradient for the input, if `dx` is not null, and the sums that are those for weight and for bias, if they are wanted.
///
/// # Safety
/// As [`layer_norm_backward`].
pub(super) unsafe fn backward_sums<T: Flt>(
    d: Rows,
    g: *const T,
    src: *const T,
    weight: *const T,
    mean: *const T::C,
    rstd: *const T::C,
    dx: *mut T,
    wanted: bool,
) -> Vec<T::C> {
    let d = if weight.is_null() && !wanted { d.as_one() } else { d };
    let (n, width, band) = (d.n, d.width(), d.band());
    // At most 64 partial sums over samples, of 16 or more.
    let piece = d.samples.div_ceil(64).max(16);
    let (pieces, bands) = (d.samples.div_ceil(piece), d.groups.div_ceil(band));
    let mut partial = buffer(T::C::ZERO, if wanted { pieces.max(1) * 2 * width } else { 0 });
    let (g, src, weight) = (Ptr::of(g), Ptr::of(src), Ptr::of(weight));
    let (mean, rstd, p, dx) = (Ptr::of(mean), Ptr::of(rstd), Ptr(partial.as_mut_ptr()), Ptr(dx));
    let grain = (par::REDUCE_GRAIN / 4).div_ceil((band * n * piece).max(1));
    let short = short::fits(d.samples, n);
    par::for_each_chunk(pieces * bands, grain, |r| {
        let mut wide = if short { short::lines_backward(d) } else { Widened::halves(n, 4) };
        for task in r {
            let (k, group) = (task / bands, task % bands * band);
            let samples = k * piece..((k + 1) * piece).min(d.samples);
            let groups = group..(group + band).min(d.groups);
            let acc = if wanted { p.at(k * 2 * width) } else { std::ptr::null_mut() };
            if short {
                // SAFETY: rows of a piece and their own partial sums
                unsafe {
                    short::rows_backward(d, samples, groups, g, src, weight, mean, rstd, dx, acc, &mut wide)
                };
                continue;
            }
            for group in groups {
                let acc = if wanted {
                    [acc.wrapping_add(group * n), acc.wrapping_add(width + group * n)]
                } else {
                    [acc; 2]
                };
                // SAFETY: rows of a piece and their own partial sums.
                unsafe {
                    let w = some(weight, group * n);
                    let line = wide.line(0, w, n);
                    for sample in samples.clone() {
                        let row = sample * d.groups + group;
                        let (m, r, to) = (*mean.at(row), *rstd.at(row), some(dx, row * n));
                        let (g, x) = (g.at(row * n), src.at(row * n));
                        if wide.used() {
                            let (g, x) = (wide.line(1, g, n), wide.line(2, x, n));
                            let land = if to.is_null() { std::ptr::null_mut() } else { wide.at(3) };
                            backward_row(n, g, x, line, m, r, land, acc);
                            if !to.is_null() {
                                wide.narrow(3, to, n);
                            }
                        } else {
                            backward_row(n, g, x, w, m, r, to, acc);
                        }
                    }
                }
            }
        }
    });
    if wanted && pieces > 1 {
        let (total, rest) = partial.split_at_mut(2 * width);
        for piece in rest.chunks_exact(2 * width) {
            total.iter_mut().zip(piece).for_each(|(total, v)| *total += *v);
        }
        partial.truncate(2 * width);
    }
    partial
}

multiversion! {
    /// `acc` is where the gradients for weight and bias are summed.
    unsafe fn backward_row[const LEVEL, T: Flt](
        n: usize, g: *const T, x: *const T, w: *const T, m: T::C, r: T::C, dx: *mut T, acc: [*mut T::C; 2],
    ) {
        let scale = T::C::ONE / T::C::of(n as f64);
        let [acc, acc_b] = acc;
        if !acc.is_null() {
            for i in 0..n {
                simd::rest::<LEVEL>();
                let gi = (*g.add(i)).up();
                *acc.add(i) = gi.fma(((*x.add(i)).up() - m) * r, *acc.add(i));
                *acc_b.add(i) += gi;
            }
        }
        if dx.is_null() {
            return;
        }
        // sums of g*w and of g*w*(x - mean), in one read
        let (mut a, mut b) = (zeros::<T::C>(), zeros::<T::C>());
        let gw = |i: usize| if w.is_null() { (*g.add(i)).up() } else { (*g.add(i)).up() * (*w.add(i)).up() };
        sum_into::<LEVEL, _>(&mut a, n, gw);
        sum_into::<LEVEL, _>(&mut b, n, |i| gw(i) * ((*x.add(i)).up() - m));
        let a = lane_total(a) * scale * r;
        let b = lane_total(b) * scale * r * r * r;
        if w.is_null() {
            for i in 0..n {
                simd::rest::<LEVEL>();
                *dx.add(i) = T::down((*g.add(i)).up() * r - a - ((*x.add(i)).up() - m) * b);
            }
        } else {
            for i in 0..n {
                simd::rest::<LEVEL>();
                *dx.add(i) = T::down((*g.add(i)).up() * (*w.add(i)).up() * r - a - ((*x.add(i)).up() - m) * b);
            }
        }
    }
}
