//! Softmax and log-softmax along one axis of dense memory seen as (outer, n, inner), and their gradients.

use crate::base::{BF16, DType, Elem, F16};
use crate::kernels::cpu::elementwise::math::body;
use crate::kernels::cpu::machine::blocks::{Half, narrow, widen};
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::{buffer, grow};
use crate::kernels::cpu::machine::vector::Vector;
use crate::kernels::cpu::reduce::beside::{SIDE, gather, logarithms, spread, turn_in, turn_out, turned};
use crate::kernels::cpu::reduce::block_max_sum_exp;
use crate::multiversion_vector;

/// Columns handled side by side when the axis is not the last one.
const WIDTH: usize = 128;

/// Elements below which rows are turned into columns: by themselves they are a few vectors, or less than one. (40,960 float32 in
/// rows of 10: 183 us, turned 30; of 20 46 and 28; of 32 18 and 27. Log-softmax of 16: 65 and 26. The gradient of 4096 rows of 10
/// 263 and 67, of 2048 of 32 46 and 97. Of bfloat16, which is converted for every row, 820 rows of 50: 74 and 31.)
const SHORT: usize = 2 * VECTOR;
const SHORT_HALF: usize = 4 * VECTOR;
const SHORT_BACKWARD: usize = VECTOR;

/// Softmax (`log = false`) or log-softmax of `src` into `dst`, both dense.
///
/// # Safety
/// Both pointers are valid for `outer * n * inner` elements; they are equal or do not overlap.
pub unsafe fn softmax<T: Flt>(outer: usize, n: usize, inner: usize, log: bool, src: *const T, dst: *mut T) {
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    let short = if T::C::DTYPE == T::DTYPE { SHORT } else { SHORT_HALF };
    if inner == 1 && outer >= SIDE / 2 && (2..short).contains(&n) {
        return turned(outer, n, 2, |row, m, room: &mut [T]| {
            let (x, y) = room.split_at_mut(n * SIDE);
            // SAFETY: the rows of this task alone, and room for them
            unsafe {
                turn_in(src.at(row * n), n, x.as_mut_ptr(), n, m);
                columns(n, SIDE, m, log, x.as_ptr(), y.as_mut_ptr());
                turn_out(y.as_ptr(), dst.at(row * n), n, m);
            }
        });
    }
    if few_beside(outer, n, inner) {
        return by_runs(outer, n, inner, 2, |first, m, room: &mut [T]| {
            let (x, y) = room.split_at_mut(n * WIDTH);
            // SAFETY: the lines of this task alone, and room for them
            unsafe {
                gather(src.at(first * n * inner), n, inner, m, x.as_mut_ptr(), WIDTH);
                if T::DTYPE == DType::F16 {
                    columns_half::<F16>(n, WIDTH, m * inner, log, x.as_ptr().cast(), y.as_mut_ptr().cast());
                } else {
                    columns(n, WIDTH, m * inner, log, x.as_ptr(), y.as_mut_ptr());
                }
                spread(y.as_ptr(), WIDTH, dst.at(first * n * inner), n, inner, m);
            }
        });
    }
    lines(outer, n, inner, |at, width| {
        // SAFETY: the lines of this task alone.
        unsafe {
            if width == 0 && T::DTYPE == DType::F16 {
                row_half::<F16>(n, log, src.at(at).cast(), dst.at(at).cast());
            } else if width == 0 && T::DTYPE == DType::BF16 {
                row_half::<BF16>(n, log, src.at(at).cast(), dst.at(at).cast());
            } else if width == 0 && !log && n >= VECTOR && T::DTYPE == DType::F32 {
                row_f32(n, src.at(at).cast(), dst.at(at).cast());
            } else if width == 0 && !log && n >= VECTOR && T::DTYPE == DType::F64 {
                row_f64(n, src.at(at).cast(), dst.at(at).cast());
            } else if width == 0 && log && (VECTOR..=CACHED).contains(&n) && T::DTYPE == DType::F32 {
                log_row_f32(n, src.at(at).cast(), dst.at(at).cast());
            } else if width == 0 && log && (VECTOR..=CACHED).contains(&n) && T::DTYPE == DType::F64 {
                log_row_f64(n, src.at(at).cast(), dst.at(at).cast());
            } else if width == 0 {
                row(n, log, src.at(at), dst.at(at));
            } else if T::DTYPE == DType::F16 && n <= WIDENED {
                columns_half::<F16>(n, inner, width, log, src.at(at).cast(), dst.at(at).cast());
            } else {
                columns(n, inner, width, log, src.at(at), dst.at(at));
            }
        }
    });
}

/// The gradient for the input, from the gradient and the result `y` of the forward call.
///
/// # Safety
/// As [`softmax`]; `dst` may be `g` or `y`.
pub unsafe fn softmax_backward<T: Flt>(
    outer: usize,
    n: usize,
    inner: usize,
    log: bool,
    g: *const T,
    y: *const T,
    dst: *mut T,
) {
    let (g, y, dst) = (Ptr::of(g), Ptr::of(y), Ptr(dst));
    if inner == 1 && outer >= SIDE / 2 && (2..SHORT_BACKWARD).contains(&n) {
        return turned(outer, n, 3, |row, m, room: &mut [T]| {
            let (of_g, rest) = room.split_at_mut(n * SIDE);
            let (of_y, out) = rest.split_at_mut(n * SIDE);
            // SAFETY: the rows of this task alone, and room for them
            unsafe {
                turn_in(g.at(row * n), n, of_g.as_mut_ptr(), n, m);
                turn_in(y.at(row * n), n, of_y.as_mut_ptr(), n, m);
                columns_backward(n, SIDE, m, log, of_g.as_ptr(), of_y.as_ptr(), out.as_mut_ptr());
                turn_out(out.as_ptr(), dst.at(row * n), n, m);
            }
        });
    }
    if few_beside(outer, n, inner) {
        return by_runs(outer, n, inner, 3, |first, m, room: &mut [T]| {
            let (of_g, rest) = room.split_at_mut(n * WIDTH);
            let (of_y, out) = rest.split_at_mut(n * WIDTH);
            // SAFETY: the lines of this task alone, and room for them
            unsafe {
                gather(g.at(first * n * inner), n, inner, m, of_g.as_mut_ptr(), WIDTH);
                gather(y.at(first * n * inner), n, inner, m, of_y.as_mut_ptr(), WIDTH);
                let (g, y, to, w) = (of_g.as_ptr(), of_y.as_ptr(), out.as_mut_ptr(), m * inner);
                if T::DTYPE == DType::F16 {
                    columns_half_backward::<F16>(n, WIDTH, w, log, g.cast(), y.cast(), to.cast());
                } else {
                    columns_backward(n, WIDTH, w, log, g, y, to);
                }
                spread(out.as_ptr(), WIDTH, dst.at(first * n * inner), n, inner, m);
            }
        });
    }
    lines(outer, n, inner, |at, width| {
        // SAFETY: the lines of this task alone.
        unsafe {
            if width == 0 && T::DTYPE == DType::F16 {
                row_half_backward::<F16>(n, log, g.at(at).cast(), y.at(at).cast(), dst.at(at).cast());
            } else if width == 0 && T::DTYPE == DType::BF16 {
                row_half_backward::<BF16>(n, log, g.at(at).cast(), y.at(at).cast(), dst.at(at).cast());
            } else if width == 0 && log && n >= VECTOR && T::DTYPE == DType::F32 {
                log_row_backward_f32(n, g.at(at).cast(), y.at(at).cast(), dst.at(at).cast());
            } else if width == 0 && log && n >= VECTOR && T::DTYPE == DType::F64 {
                log_row_backward_f64(n, g.at(at).cast(), y.at(at).cast(), dst.at(at).cast());
            } else if width == 0 {
                row_backward(n, log, g.at(at), y.at(at), dst.at(at));
            } else if T::DTYPE == DType::F16 && n <= WIDENED_BACKWARD {
                let (g, y, dst) = (g.at(at).cast(), y.at(at).cast(), dst.at(at).cast());
                columns_half_backward::<F16>(n, inner, width, log, g, y, dst);
            } else {
                columns_backward(n, inner, width, log, g.at(at), y.at(at), dst.at(at));
            }
        }
    });
}

/// Elements of a column up to which that is done: what is gathered must stay in the caches.
const GATHERED: usize = 512;

/// Whether columns have so few beside them that those of several runs are gathered: a vector holds more. (1000x50x4 float32: 501 us
/// run by run, so 175.)
fn few_beside(outer: usize, n: usize, inner: usize) -> bool {
    (2..WIDTH / 4).contains(&inner) && outer * inner >= WIDTH / 2 && (2..=GATHERED).contains(&n)
}

/// Calls `f(first run, runs, room)` for as many runs as are a width together, with room for so many widths of columns.
fn by_runs<T: Elem>(
    outer: usize,
    n: usize,
    inner: usize,
    widths: usize,
    f: impl Fn(usize, usize, &mut [T]) + Sync,
) {
    let some = WIDTH / inner;
    let grain = (par::MATH_GRAIN / 2).div_ceil(n * WIDTH);
    par::for_each_chunk(outer.div_ceil(some), grain, |r| {
        let mut room = buffer(T::ZERO, widths * n * WIDTH);
        r.for_each(|block| f(block * some, some.min(outer - block * some), &mut room));
    });
}

/// Calls `f(offset, width)` for each row (width 0) or each group of columns.
fn lines(outer: usize, n: usize, inner: usize, f: impl Fn(usize, usize) + Sync) {
    if outer * n * inner == 0 {
        return;
    }
    if inner == 1 {
        return par::for_each_chunk(outer, (par::MATH_GRAIN / 2).div_ceil(n), |r| {
            r.for_each(|o| f(o * n, 0))
        });
    }
    let tiles = inner.div_ceil(WIDTH);
    let grain = (par::MATH_GRAIN / 2).div_ceil(n * inner.min(WIDTH));
    par::for_each_chunk(outer * tiles, grain, |r| {
        for task in r {
            let (o, c) = (task / tiles, task % tiles * WIDTH);
            f(o * n * inner + c, (inner - c).min(WIDTH));
        }
    });
}

/// Elements whose exponentials are summed before the running maximum is looked at again.
const BLOCK: usize = 1024;

/// Elements of a row that is read three times rather than twice: it stays in the second-level cache.
const CACHED: usize = 1 << 16;

/// Elements of the widest vector.
const VECTOR: usize = 16;

macro_rules! vector_row {
    ($name:ident $t:ident) => {
        multiversion_vector! {
            /// The maximum, then exponentials with their sum, then the scale: three passes over a row that stays in
            /// the cache. The row is a vector long at least.
            unsafe fn $name[V: Vector<Elem = $t>, $t](n: usize, src: *const $t, dst: *mut $t) {
                // nan is left out here: it shows in the sum. The last vector may overlap the one before.
                let (mut t0, mut t1) = (V::load(src.add(n - V::LANES)), V::splat(-$t::INFINITY));
                t0 = t0.max(t1);
                let mut j = 0;
                while j + 2 * V::LANES <= n {
                    t0 = V::load(src.add(j)).max(t0);
                    t1 = V::load(src.add(j + V::LANES)).max(t1);
                    j += 2 * V::LANES;
                }
                if j + V::LANES <= n {
                    t0 = V::load(src.add(j)).max(t0);
                }
                let mut lanes = [-$t::INFINITY; VECTOR];
                t0.max(t1).store(lanes.as_mut_ptr());
                let max = V::splat(lanes.into_iter().fold(-$t::INFINITY, |a, b| b.max_or(a)));
                let (mut s0, mut s1) = (V::zero(), V::zero());
                let mut j = 0;
                while j + 2 * V::LANES <= n {
                    let e0 = body::exp(V::load(src.add(j)).sub(max));
                    let e1 = body::exp(V::load(src.add(j + V::LANES)).sub(max));
                    e0.store(dst.add(j));
                    e1.store(dst.add(j + V::LANES));
                    (s0, s1) = (s0.add(e0), s1.add(e1));
                    j += 2 * V::LANES;
                }
                let mut sum = s0.add(s1).sum();
                while j < n {
                    let left = (n - j).min(V::LANES);
                    let e = if left == V::LANES { V::load(src.add(j)) } else { V::load_part(src.add(j), left) };
                    let e = body::exp(e.sub(max));
                    let mut lanes = [0.0; VECTOR];
                    e.store(lanes.as_mut_ptr());
                    lanes[..left].iter().for_each(|x| sum += x);
                    std::ptr::copy_nonoverlapping(lanes.as_ptr(), dst.add(j), left);
                    j += left;
                }
                let scale = V::splat(1.0 / sum);
                let mut j = 0;
                while j + V::LANES <= n {
                    V::load(dst.add(j)).mul(scale).store(dst.add(j));
                    j += V::LANES;
                }
                while j < n {
                    *dst.add(j) *= 1.0 / sum;
                    j += 1;
                }
            }
        }
    };
}
vector_row!(row_f32 f32);
vector_row!(row_f64 f64);

macro_rules! vector_log_row {
    ($name:ident $back:ident $t:ident) => {
        multiversion_vector! {
            /// The maximum, the sum of exponentials, then both subtracted: of a row that is cached, a vector long at least. (Rows of 64 by
            /// the loop for rows of any length took 1.4 times the time.)
            unsafe fn $name[V: Vector<Elem = $t>, $t](n: usize, src: *const $t, dst: *mut $t) {
                // as in softmax: nan is left out here, and the last vector may overlap the one before
                let mut top = V::load(src.add(n - V::LANES)).max(V::splat(-$t::INFINITY));
                let mut j = 0;
                while j + V::LANES <= n {
                    top = V::load(src.add(j)).max(top);
                    j += V::LANES;
                }
                let mut lanes = [-$t::INFINITY; VECTOR];
                top.store(lanes.as_mut_ptr());
                let max = lanes.into_iter().fold(-$t::INFINITY, |a, b| b.max_or(a));
                let (mut s0, mut s1) = (V::zero(), V::zero());
                let mut j = 0;
                while j + 2 * V::LANES <= n {
                    s0 = s0.add(body::exp(V::load(src.add(j)).sub(V::splat(max))));
                    s1 = s1.add(body::exp(V::load(src.add(j + V::LANES)).sub(V::splat(max))));
                    j += 2 * V::LANES;
                }
                let mut sum = s0.add(s1).sum();
                while j < n {
                    let left = (n - j).min(V::LANES);
                    let x = if left == V::LANES { V::load(src.add(j)) } else { V::load_part(src.add(j), left) };
                    let mut lanes = [0.0; VECTOR];
                    body::exp(x.sub(V::splat(max))).store(lanes.as_mut_ptr());
                    lanes[..left].iter().for_each(|x| sum += x);
                    j += left;
                }
                let (max, rest) = less(max, sum);
                let (top, low) = (V::splat(max), V::splat(rest));
                let mut j = 0;
                while j + V::LANES <= n {
                    V::load(src.add(j)).sub(top).sub(low).store(dst.add(j));
                    j += V::LANES;
                }
                while j < n {
                    *dst.add(j) = *src.add(j) - max - rest;
                    j += 1;
                }
            }
        }
        multiversion_vector! {
            /// The gradient of the logarithm's row, a vector long at least.
            unsafe fn $back[V: Vector<Elem = $t>, $t](n: usize, g: *const $t, y: *const $t, dst: *mut $t) {
                let mut sums = [V::zero(); 4];
                let mut j = 0;
                while j + 4 * V::LANES <= n {
                    for k in 0..4 {
                        sums[k] = sums[k].add(V::load(g.add(j + k * V::LANES)));
                    }
                    j += 4 * V::LANES;
                }
                while j + V::LANES <= n {
                    sums[0] = sums[0].add(V::load(g.add(j)));
                    j += V::LANES;
                }
                let mut sum = sums[0].add(sums[1]).add(sums[2].add(sums[3])).sum();
                while j < n {
                    sum += *g.add(j);
                    j += 1;
                }
                let s = V::splat(sum);
                let mut j = 0;
                while j + V::LANES <= n {
                    let e = body::exp(V::load(y.add(j))).mul(s);
                    V::load(g.add(j)).sub(e).store(dst.add(j));
                    j += V::LANES;
                }
                if j < n {
                    let e = body::exp(V::load_part(y.add(j), n - j)).mul(s);
                    V::load_part(g.add(j), n - j).sub(e).store_part(dst.add(j), n - j);
                }
            }
        }
    };
}
vector_log_row!(log_row_f32 log_row_backward_f32 f32);
vector_log_row!(log_row_f64 log_row_backward_f64 f64);

/// What is subtracted from the elements of a row, one after the other: in one piece the logarithm is lost beside a large maximum,
/// and two elements of 1e8 gave 0 instead of -0.69. An infinite maximum leaves nothing to compare with: nan throughout.
#[inline(always)]
fn less<C: Cmp>(max: C, sum: C) -> (C, C) {
    if max == C::INFINITY { (max - max, C::ZERO) } else { (max, sum.ln()) }
}

multiversion! {
    /// Short rows read the maximum, then write exponentials while adding them up, then scale: three passes over a
    /// row that stays in the cache. Long log-softmax rows run maximum and sum together, block by block.
    unsafe fn row[T: Flt](n: usize, log: bool, src: *const T, dst: *mut T) {
        if log {
            let (max, sum) = row_max_sum_exp::<T>(src, n);
            let (max, rest) = less(max, sum);
            for i in 0..n {
                *dst.add(i) = T::down((*src.add(i)).up() - max - rest);
            }
            return;
        }
        let max = row_max(src, n);
        let mut sums = [T::C::ZERO; 32];
        let mut i = 0;
        while i + 32 <= n {
            for j in 0..32 {
                let e = Cmp::exp((*src.add(i + j)).up() - max);
                *dst.add(i + j) = T::down(e);
                sums[j] += e;
            }
            i += 32;
        }
        for j in 0..n - i {
            let e = Cmp::exp((*src.add(i + j)).up() - max);
            *dst.add(i + j) = T::down(e);
            sums[j] += e;
        }
        let scale = T::C::ONE / total(sums);
        for i in 0..n {
            *dst.add(i) = T::down((*dst.add(i)).up() * scale);
        }
    }
}

thread_local! {
    /// Rows of halves as float32.
    static WIDE: std::cell::RefCell<Vec<f32>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Halves are converted once each way and not rounded in between.
unsafe fn row_half<H: Half>(n: usize, log: bool, src: *const H, dst: *mut H) {
    WIDE.with_borrow_mut(|wide| {
        wide.resize(wide.len().max(n), 0.0);
        let p = wide.as_mut_ptr();
        // SAFETY: `n` elements each; a row may be computed in place
        unsafe {
            widen(src, p, n);
            if !log && n >= VECTOR {
                row_f32(n, p, p)
            } else if log && (VECTOR..=CACHED).contains(&n) {
                log_row_f32(n, p, p)
            } else {
                row(n, log, p.cast_const(), p)
            }
            narrow(p, dst, n);
        }
    })
}

/// As [`row_half`].
unsafe fn row_half_backward<H: Half>(n: usize, log: bool, g: *const H, y: *const H, dst: *mut H) {
    WIDE.with_borrow_mut(|wide| {
        wide.resize(wide.len().max(2 * n), 0.0);
        let p = wide.as_mut_ptr();
        // SAFETY: `n` elements each, and room for two rows; a row may be computed in place
        unsafe {
            widen(g, p, n);
            widen(y, p.add(n), n);
            if log && n >= VECTOR {
                log_row_backward_f32(n, p, p.add(n), p);
            } else {
                row_backward(n, log, p.cast_const(), p.add(n).cast_const(), p);
            }
            narrow(p, dst, n);
        }
    })
}

#[inline(always)]
fn total<C: Cmp>(mut x: [C; 32]) -> C {
    for half in [16, 8, 4, 2, 1] {
        for j in 0..half {
            x[j] += x[j + half];
        }
    }
    x[0]
}

/// The greatest element, NaN left out: a NaN makes the sum NaN by itself.
#[inline(always)]
unsafe fn row_max<T: Flt>(src: *const T, n: usize) -> T::C {
    let mut top = [-T::C::INFINITY; 32];
    let mut i = 0;
    while i + 32 <= n {
        for j in 0..32 {
            top[j] = (*src.add(i + j)).up().max_or(top[j]);
        }
        i += 32;
    }
    for j in 0..n - i {
        top[j] = (*src.add(i + j)).up().max_or(top[j]);
    }
    top.into_iter().fold(-T::C::INFINITY, |a, b| b.max_or(a))
}

/// Maximum and scaled sum of a row of any length, one sweep in blocks. A row of `-inf` gives a NaN sum, as
/// `inf - inf` does in the definition.
#[inline(always)]
unsafe fn row_max_sum_exp<T: Flt>(src: *const T, n: usize) -> (T::C, T::C) {
    let (mut max, mut sum) = block_max_sum_exp(src, n.min(BLOCK));
    let mut i = BLOCK;
    while i < n {
        let (m, s) = block_max_sum_exp(src.add(i), (n - i).min(BLOCK));
        if m != m || max != max {
            max = m + max;
            sum = max;
        } else if m > max {
            sum = if max == -T::C::INFINITY { s } else { s + sum * Cmp::exp(max - m) };
            max = m;
        } else if m != -T::C::INFINITY {
            sum += s * Cmp::exp(m - max);
        }
        i += BLOCK;
    }
    (max, sum)
}

multiversion! {
    unsafe fn columns[T: Flt](n: usize, inner: usize, w: usize, log: bool, src: *const T, dst: *mut T) {
        let w = w.min(WIDTH); // what the callers promise; said here, no index is checked and the loops are vectors
        let mut max = [-T::C::INFINITY; WIDTH];
        for i in 0..n {
            for j in 0..w {
                max[j] = (*src.add(i * inner + j)).up().max_or(max[j]);
            }
        }
        let mut sum = [T::C::ZERO; WIDTH];
        for i in 0..n {
            for j in 0..w {
                sum[j] += Cmp::exp((*src.add(i * inner + j)).up() - max[j]);
            }
        }
        if log {
            logarithms(&mut sum[..w]);
            for i in 0..n {
                for j in 0..w {
                    *dst.add(i * inner + j) = T::down((*src.add(i * inner + j)).up() - max[j] - sum[j]);
                }
            }
        } else {
            for j in 0..w {
                sum[j] = T::C::ONE / sum[j];
            }
            for i in 0..n {
                for j in 0..w {
                    let e = Cmp::exp((*src.add(i * inner + j)).up() - max[j]);
                    *dst.add(i * inner + j) = T::down(e * sum[j]);
                }
            }
        }
    }
}

/// Elements of a column of float16 up to which columns are converted by the block first, forwards and backwards: by the instructions
/// for it, which one by one are twenty operations. (Softmax of 2976 columns of three 12.2 us one by one, so 7.8; of 200 columns of
/// 8100, a fifth less than of 9000 one by one for each element. The gradient of 800,000 elements 424 one by one; in columns of 10
/// 305 so, of 500 357, of 2000 419.)
const WIDENED: usize = 8192;
const WIDENED_BACKWARD: usize = 1024;

unsafe fn columns_half<H: Half>(n: usize, inner: usize, w: usize, log: bool, src: *const H, dst: *mut H) {
    // room for both: in place the loops would not be vectors
    let mut room = Vec::new();
    grow(&mut room, 2 * n * w);
    let x: *mut f32 = room.as_mut_ptr();
    let y = x.add(n * w);
    (0..n).for_each(|i| widen(src.add(i * inner), x.add(i * w), w));
    columns(n, w, w, log, x, y);
    (0..n).for_each(|i| narrow(y.add(i * w), dst.add(i * inner), w));
}

unsafe fn columns_half_backward<H: Half>(
    n: usize,
    inner: usize,
    w: usize,
    log: bool,
    g: *const H,
    y: *const H,
    dst: *mut H,
) {
    let mut room = Vec::new();
    grow(&mut room, 3 * n * w);
    let of_g: *mut f32 = room.as_mut_ptr();
    let (of_y, x) = (of_g.add(n * w), of_g.add(2 * n * w));
    for i in 0..n {
        widen(g.add(i * inner), of_g.add(i * w), w);
        widen(y.add(i * inner), of_y.add(i * w), w);
    }
    columns_backward(n, w, w, log, of_g, of_y, x);
    (0..n).for_each(|i| narrow(x.add(i * w), dst.add(i * inner), w));
}

multiversion! {
    unsafe fn row_backward[T: Flt](n: usize, log: bool, g: *const T, y: *const T, dst: *mut T) {
        let mut sums = [T::C::ZERO; 32];
        let mut i = 0;
        if log {
            while i + 32 <= n {
                for j in 0..32 {
                    sums[j] += (*g.add(i + j)).up();
                }
                i += 32;
            }
            for j in 0..n - i {
                sums[j] += (*g.add(i + j)).up();
            }
            let s = total(sums);
            for i in 0..n {
                *dst.add(i) = T::down((*g.add(i)).up() - Cmp::exp((*y.add(i)).up()) * s);
            }
        } else {
            while i + 32 <= n {
                for j in 0..32 {
                    sums[j] = (*g.add(i + j)).up().fma((*y.add(i + j)).up(), sums[j]);
                }
                i += 32;
            }
            for j in 0..n - i {
                sums[j] = (*g.add(i + j)).up().fma((*y.add(i + j)).up(), sums[j]);
            }
            let s = total(sums);
            for i in 0..n {
                *dst.add(i) = T::down(((*g.add(i)).up() - s) * (*y.add(i)).up());
            }
        }
    }
}

multiversion! {
    unsafe fn columns_backward[T: Flt](n: usize, inner: usize, w: usize, log: bool, g: *const T, y: *const T, dst: *mut T) {
        let w = w.min(WIDTH); // as above
        let mut sum = [T::C::ZERO; WIDTH];
        for i in 0..n {
            for j in 0..w {
                let v = (*g.add(i * inner + j)).up();
                sum[j] += if log { v } else { v * (*y.add(i * inner + j)).up() };
            }
        }
        for i in 0..n {
            for j in 0..w {
                let (v, r) = ((*g.add(i * inner + j)).up(), (*y.add(i * inner + j)).up());
                *dst.add(i * inner + j) = T::down(if log { v - Cmp::exp(r) * sum[j] } else { (v - sum[j]) * r });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{BF16, F16};

    fn data<T: Flt>(n: usize, seed: usize) -> Vec<T> {
        (0..n).map(|i| T::from_f64((((i + seed) * 7919 % 1013) as f64 / 101.0) - 5.0)).collect()
    }

    fn check<T: Flt>(tol: f64) {
        for (outer, n, inner) in [
            (3, 5, 1),
            (2, 1000, 1),
            (1, 5000, 1),
            (4, 33, 7),
            (2, 10, 200),
            (3, 1, 2),
            (0, 4, 1),
            (2, 64, 1),
        ] {
            let len = outer * n * inner;
            let (x, g) = (data::<T>(len, 0), data::<T>(len, 31));
            for log in [false, true] {
                let mut runs = Vec::new();
                for t in [1, 2, 3] {
                    par::set_num_threads(t);
                    let (mut y, mut d) = (vec![T::ZERO; len], vec![T::ZERO; len]);
                    // SAFETY: buffers of the full size.
                    unsafe {
                        softmax(outer, n, inner, log, x.as_ptr(), y.as_mut_ptr());
                        softmax_backward(outer, n, inner, log, g.as_ptr(), y.as_ptr(), d.as_mut_ptr());
                    }
                    runs.push((y, d));
                }
                assert_eq!(runs[0], runs[1]);
                assert_eq!(runs[0], runs[2]);
                let (y, d) = &runs[0];
                for o in 0..outer {
                    for c in 0..inner {
                        let at = |i: usize| (o * n + i) * inner + c;
                        let e: Vec<f64> = (0..n).map(|i| x[at(i)].to_f64().exp()).collect();
                        let s: f64 = e.iter().sum();
                        let dot: f64 = (0..n)
                            .map(|i| g[at(i)].to_f64() * if log { 1.0 } else { y[at(i)].to_f64() })
                            .sum();
                        for i in 0..n {
                            let p = e[i] / s;
                            let want = if log { p.ln() } else { p };
                            assert!((y[at(i)].to_f64() - want).abs() < tol * want.abs().max(1.0));
                            let (gi, yi) = (g[at(i)].to_f64(), y[at(i)].to_f64());
                            let want = if log { gi - yi.exp() * dot } else { (gi - dot) * yi };
                            assert!((d[at(i)].to_f64() - want).abs() < 4.0 * tol * want.abs().max(1.0));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn against_the_definition() {
        check::<f32>(1e-6);
        check::<f64>(1e-13);
        check::<F16>(1e-3);
        check::<BF16>(8e-3);
    }

    #[test]
    fn infinities() {
        let x = [f32::NEG_INFINITY, 0.0, f32::NEG_INFINITY];
        let mut y = [9f32; 3];
        // SAFETY: three elements.
        unsafe {
            softmax(1, 3, 1, false, x.as_ptr(), y.as_mut_ptr());
            assert_eq!(y, [0.0, 1.0, 0.0]);
            softmax(1, 3, 1, true, x.as_ptr(), y.as_mut_ptr());
            assert_eq!(y, x);
            for bad in [[f32::NEG_INFINITY; 3], [0.0, f32::NAN, 1.0]] {
                for log in [false, true] {
                    softmax(1, 3, 1, log, bad.as_ptr(), y.as_mut_ptr());
                    assert!(y.iter().all(|v| v.is_nan()), "{bad:?} {log} {y:?}");
                }
            }
        }
    }
}
