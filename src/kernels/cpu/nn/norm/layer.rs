//! Layer normalisation over contiguous rows.

use super::short;
use super::{lane_total, or, sum_into, zeros};
use crate::base::{DType, Elem};
use crate::kernels::cpu::machine::cast::Cast;
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::stream::prefetch;
use crate::kernels::cpu::machine::vector::{STREAM_BYTES, Vector, fence};
use crate::kernels::cpu::reduce::{Moments, block_moments};
use crate::multiversion_vector;
use std::ops::Range;

/// Longer rows take their statistics block by block, merged in f64.
const LONG: usize = 8192;

/// `dst = (src - mean) * rstd * weight + bias` for each of `rows` rows of `n`; `mean` and `rstd` (nullable) receive
/// one value per row.
///
/// # Safety
/// Pointers are valid for the sizes named; `dst` may be `src`.
pub unsafe fn layer_norm<T: Flt>(
    rows: usize,
    n: usize,
    src: *const T,
    weight: *const T,
    bias: *const T,
    eps: f64,
    dst: *mut T,
    mean: *mut T::C,
    rstd: *mut T::C,
) {
    let (src, weight, bias) = (Ptr::of(src), Ptr::of(weight), Ptr::of(bias));
    let (dst, mean, rstd) = (Ptr(dst), Ptr(mean), Ptr(rstd));
    let whole = !weight.get().is_null() && !bias.get().is_null() && n.is_multiple_of(WHOLE) && n <= LONG;
    let stream = rows * n * size_of::<T>() > STREAM_BYTES
        && (dst.get() as usize).is_multiple_of(64)
        && src.get() != dst.get();
    let short = short::fits(rows, n) && T::DTYPE == <T::C as Elem>::DTYPE;
    par::for_each_chunk(rows, (par::REDUCE_GRAIN / 2).div_ceil(n.max(1)), |r| {
        if whole && matches!(T::DTYPE, DType::F32 | DType::F64) {
            let (count, first) = (r.len(), r.start);
            let at = |p: Ptr<T::C>| if p.get().is_null() { p.get() } else { p.at(first) };
            let (x, to) = (src.at(first * n), dst.at(first * n));
            let (mean, rstd) = (at(mean), at(rstd));
            // SAFETY: these rows; the element is what its dtype says, and is computed in itself.
            unsafe {
                let (w, b) = (weight.get(), bias.get());
                if T::DTYPE == DType::F32 {
                    let (x, w, b, to) = (x.cast(), w.cast(), b.cast(), to.cast());
                    rows_f32(count, n, x, w, b, eps as f32, to, mean.cast(), rstd.cast(), stream);
                } else {
                    let (x, w, b, to) = (x.cast(), w.cast(), b.cast(), to.cast());
                    rows_f64(count, n, x, w, b, eps, to, mean.cast(), rstd.cast(), stream);
                }
            }
            return;
        }
        if short {
            let (x, to) = (src.at(r.start * n).cast(), dst.at(r.start * n).cast());
            let at = |p: Ptr<T::C>| if p.get().is_null() { p.get() } else { p.at(r.start) };
            let (w, b) = (weight.get().cast(), bias.get().cast());
            // SAFETY: these rows; the element is the type it is computed in.
            unsafe { short::layer_norm(r.len(), n, x, w, b, T::C::of(eps), to, at(mean), at(rstd)) };
            return;
        }
        for row in r {
            // SAFETY: each row is handled once.
            unsafe {
                let x = src.at(row * n) as *const T;
                let (m, s) = row_stats(x, n, T::C::of(eps));
                affine(x, n, m, s, weight.get(), bias.get(), dst.at(row * n));
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

/// Lines in the type that kernels compute in, for gradients of float16, whose sweeps over a row are many: it is converted once, by
/// the block. Both ways over 512 rows of 768 take 381 us instead of 503; the forward way alone takes longer through lines (194
/// and 164), and bfloat16, half a float32 that a shift widens, does so both ways.
struct Widened<T: Flt> {
    n: usize,
    lines: Vec<T::C>,
    up: Cast,
    down: Cast,
}

impl<T: Flt> Widened<T> {
    fn new(n: usize, lines: usize) -> Widened<T> {
        let (own, wide) = (T::DTYPE, <T::C as Elem>::DTYPE);
        let lines = buffer(T::C::ZERO, if own == DType::F16 { n * lines } else { 0 });
        Widened { n, lines, up: Cast::new(own, wide), down: Cast::new(wide, own) }
    }
    fn used(&self) -> bool {
        !self.lines.is_empty()
    }
    /// A row as line `i`; null stays null.
    ///
    /// # Safety
    /// `row` is null or a row.
    unsafe fn line(&mut self, i: usize, row: *const T) -> *const T::C {
        if row.is_null() || !self.used() {
            return std::ptr::null();
        }
        let line = self.lines[i * self.n..(i + 1) * self.n].as_mut_ptr();
        self.up.run(row.cast(), line.cast(), self.n);
        line
    }
    /// Line `i` to where a row of the result is.
    ///
    /// # Safety
    /// `row` is a row.
    unsafe fn narrow(&self, i: usize, row: *mut T) {
        self.down.run(self.lines[i * self.n..(i + 1) * self.n].as_ptr().cast(), row.cast(), self.n);
    }
}

/// Rows of a multiple of this many elements are whole vectors in pairs, at every level.
const WHOLE: usize = 32;

macro_rules! whole_rows {
    ($name:ident $t:ident) => {
        multiversion_vector! {
            /// Whole vectors, with weight and bias: three sweeps over a row in the first-level cache, the second of
            /// which asks for the next row.
            unsafe fn $name[V: Vector<Elem = $t>, $t](
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
    unsafe fn short_stats[T: Flt](x: *const T, n: usize, eps: T::C) -> (T::C, T::C) {
        let scale = T::C::ONE / T::C::of(n as f64);
        let mut sums = zeros::<T::C>();
        sum_into(&mut sums, n, |i| (*x.add(i)).up());
        let mean = lane_total(sums) * scale;
        let mut sums = zeros::<T::C>();
        sum_into(&mut sums, n, |i| {
            let d = (*x.add(i)).up() - mean;
            d * d
        });
        (mean, T::C::ONE / (lane_total(sums) * scale + eps).sqrt())
    }
}

multiversion! {
    unsafe fn affine[T: Flt](x: *const T, n: usize, mean: T::C, rstd: T::C, w: *const T, b: *const T, dst: *mut T) {
        let one = |i: usize| ((*x.add(i)).up() - mean) * rstd;
        match (w.is_null(), b.is_null()) {
            (false, false) => {
                for i in 0..n {
                    *dst.add(i) = T::down(one(i).fma((*w.add(i)).up(), (*b.add(i)).up()));
                }
            }
            (true, true) => {
                for i in 0..n {
                    *dst.add(i) = T::down(one(i));
                }
            }
            _ => {
                for i in 0..n {
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
    rows: usize,
    n: usize,
    g: *const T,
    src: *const T,
    weight: *const T,
    mean: *const T::C,
    rstd: *const T::C,
    dx: *mut T,
    dw: *mut T,
    db: *mut T,
) {
    // At most 64 partial sums over rows, of 16 rows or more.
    let piece = rows.div_ceil(64).max(16);
    let pieces = rows.div_ceil(piece);
    let sums = !dw.is_null() || !db.is_null();
    let mut partial = buffer(T::C::ZERO, if sums { pieces * 2 * n } else { 0 });
    let (g, src, weight) = (Ptr::of(g), Ptr::of(src), Ptr::of(weight));
    let (mean, rstd, p, dx) = (Ptr::of(mean), Ptr::of(rstd), Ptr(partial.as_mut_ptr()), Ptr(dx));
    let grain = (par::REDUCE_GRAIN / 4).div_ceil((n * piece).max(1));
    let short = short::fits(rows, n) && T::DTYPE == <T::C as Elem>::DTYPE;
    par::for_each_chunk(pieces, grain, |r| {
        let mut wide = Widened::<T>::new(n, 4);
        // SAFETY: the weight is a row
        let w = unsafe { wide.line(0, weight.get()) };
        for k in r {
            let rows = k * piece..((k + 1) * piece).min(rows);
            let acc = if sums { p.at(k * 2 * n) } else { std::ptr::null_mut() };
            if short {
                let (g, x, w) = (g.get().cast(), src.get().cast(), weight.get().cast());
                let (mean, rstd, to) = (mean.get(), rstd.get(), dx.get().cast());
                // SAFETY: a piece's rows and its own partial sums; the element is the type it is computed in.
                unsafe { short::backward(n, rows, g, x, w, mean, rstd, to, acc) };
                continue;
            }
            // SAFETY: a piece's rows and its own partial sums.
            unsafe {
                if wide.used() {
                    for row in rows {
                        let (g, x) = (wide.line(1, g.at(row * n)), wide.line(2, src.at(row * n)));
                        let to = if dx.get().is_null() {
                            std::ptr::null_mut()
                        } else {
                            wide.lines.as_mut_ptr().add(3 * n)
                        };
                        backward_rows(n, 0..1, g, x, w, mean.at(row), rstd.at(row), to, acc);
                        if !to.is_null() {
                            wide.narrow(3, dx.at(row * n));
                        }
                    }
                    continue;
                }
                backward_rows(
                    n,
                    rows,
                    g.get(),
                    src.get(),
                    weight.get(),
                    mean.get(),
                    rstd.get(),
                    dx.get(),
                    acc,
                )
            };
        }
    });
    for (which, out) in [dw, db].into_iter().enumerate().filter(|(_, o)| !o.is_null()) {
        for i in 0..n {
            let total = (0..pieces).map(|k| partial[(2 * k + which) * n + i]).fold(T::C::ZERO, |a, b| a + b);
            *out.add(i) = T::down(total);
        }
    }
}

multiversion! {
    unsafe fn backward_rows[T: Flt](
        n: usize, rows: Range<usize>, g: *const T, src: *const T, w: *const T, mean: *const T::C, rstd: *const T::C,
        dx: *mut T, acc: *mut T::C,
    ) {
        let scale = T::C::ONE / T::C::of(n as f64);
        for row in rows {
            let (g, x) = (g.add(row * n), src.add(row * n));
            let (m, r) = (*mean.add(row), *rstd.add(row));
            if !acc.is_null() {
                let acc_b = acc.add(n);
                for i in 0..n {
                    let gi = (*g.add(i)).up();
                    *acc.add(i) = gi.fma(((*x.add(i)).up() - m) * r, *acc.add(i));
                    *acc_b.add(i) += gi;
                }
            }
            if dx.is_null() {
                continue;
            }
            let dx = dx.add(row * n);
            // sums of g*w and of g*w*(x - mean), in one read
            let (mut a, mut b) = (zeros::<T::C>(), zeros::<T::C>());
            let gw = |i: usize| if w.is_null() { (*g.add(i)).up() } else { (*g.add(i)).up() * (*w.add(i)).up() };
            sum_into(&mut a, n, gw);
            sum_into(&mut b, n, |i| gw(i) * ((*x.add(i)).up() - m));
            let a = lane_total(a) * scale * r;
            let b = lane_total(b) * scale * r * r * r;
            if w.is_null() {
                for i in 0..n {
                    *dx.add(i) = T::down((*g.add(i)).up() * r - a - ((*x.add(i)).up() - m) * b);
                }
            } else {
                for i in 0..n {
                    *dx.add(i) = T::down((*g.add(i)).up() * (*w.add(i)).up() * r - a - ((*x.add(i)).up() - m) * b);
                }
            }
        }
    }
}
