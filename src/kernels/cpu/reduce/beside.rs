//! Rows that lie beside each other, across the axis that is reduced: as many at a time as stay in the nearest cache, a lane each.
//! One row at a time reads a line of memory for each of its elements.

use super::plan::{Axis, ReducePlan, offset_of, runs};
use crate::base::Elem;
use crate::kernels::cpu::elementwise::math;
use crate::kernels::cpu::machine::blocks::copy_few;
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::gather::gather as step_in;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::turn::turn;

/// Rows at a time.
pub const SIDE: usize = 64;
/// Classes up to which rows are turned into columns: a row by itself is a few vectors, which are summed across (cross entropy of
/// 4096 rows of 50 classes 268 us, turned 92; of 200 448 and 353; of 256 388 and 425).
pub const SHORT: usize = 200;
/// Classes whose exponentials are summed before they join the others: the error grows with this and with the number of
/// such sums, not with the number of classes.
const SUMMED: usize = 32;

/// Columns of `n` with `inner` beside each other, of `m` runs that follow each other, all beside each other, `width` apart.
///
/// # Safety
/// Both are valid for those elements and do not overlap.
pub unsafe fn gather<T>(runs: *const T, n: usize, inner: usize, m: usize, columns: *mut T, width: usize) {
    for (k, i) in (0..m).flat_map(|k| (0..n).map(move |i| (k, i))) {
        let (from, to) = (runs.add((k * n + i) * inner), columns.add(i * width + k * inner));
        copy_few(from.cast(), to.cast(), inner * size_of::<T>());
    }
}

/// The way back.
///
/// # Safety
/// As [`gather`].
pub unsafe fn spread<T>(columns: *const T, width: usize, runs: *mut T, n: usize, inner: usize, m: usize) {
    for (k, i) in (0..m).flat_map(|k| (0..n).map(move |i| (k, i))) {
        let (from, to) = (columns.add(i * width + k * inner), runs.add((k * n + i) * inner));
        copy_few(from.cast(), to.cast(), inner * size_of::<T>());
    }
}

/// A number for each of the rows.
pub type Lanes<C> = [C; SIDE];

multiversion! {
    /// The maximum of each of `n` rows and the sum of the exponentials above it. Class `c` of row `j` is at
    /// `x[c * step + j]`.
    unsafe fn max_sum[T: Flt](x: *const T, classes: usize, step: usize, n: usize, max: &mut Lanes<T::C>, sum: &mut Lanes<T::C>) {
        let n = n.min(SIDE); // what the caller promises; said here, no index is checked and the loops are vectors
        let mut top = [-T::C::INFINITY; SIDE];
        for c in 0..classes {
            let x = x.add(c * step);
            for j in 0..n {
                let v = (*x.add(j)).up();
                // a nan stays: nothing is greater
                top[j] = if v > top[j] || v != v { v } else { top[j] };
            }
        }
        let mut all = [T::C::ZERO; SIDE];
        for first in (0..classes).step_by(SUMMED) {
            let mut part = [T::C::ZERO; SIDE];
            for c in first..classes.min(first + SUMMED) {
                let x = x.add(c * step);
                for j in 0..n {
                    part[j] += Cmp::exp((*x.add(j)).up() - top[j]);
                }
            }
            for j in 0..n {
                all[j] += part[j];
            }
        }
        *max = top;
        *sum = all;
    }
}

/// Of numbers of one of the two types that kernels compute in, in place.
pub fn logarithms<C: Cmp>(x: &mut [C]) {
    let (p, n) = (x.as_mut_ptr(), x.len());
    // SAFETY: `n` numbers of that type
    unsafe {
        if size_of::<C>() == 4 {
            math::log_f32(p.cast(), p.cast(), n);
        } else {
            math::log_f64(p.cast(), p.cast(), n);
        }
    }
}

/// The maximum of each of `n` rows, and the logarithm of the sum of exponentials above it.
///
/// # Safety
/// `x` is valid for `classes` lines of `n` elements, `step` apart; `n` is at most [`SIDE`].
pub unsafe fn log_sum_exps<T: Flt>(
    x: *const T,
    classes: usize,
    step: usize,
    n: usize,
) -> (Lanes<T::C>, Lanes<T::C>) {
    let (mut max, mut sum) = ([T::C::ZERO; SIDE], [T::C::ZERO; SIDE]);
    // SAFETY: the caller's promise
    unsafe { max_sum(x, classes, step, n, &mut max, &mut sum) };
    logarithms(&mut sum[..n.min(SIDE)]);
    for j in 0..n {
        if max[j].abs() == T::C::INFINITY {
            sum[j] = T::C::ZERO;
        }
    }
    (max, sum)
}

/// Rows of `n` in columns, a side of them at a time: `f(first row, rows, room)`, with room for so many sides.
pub fn turned<T: Elem>(rows: usize, n: usize, sides: usize, f: impl Fn(usize, usize, &mut [T]) + Sync) {
    par::for_each_chunk(rows.div_ceil(SIDE), (par::MATH_GRAIN / 2).div_ceil(n * SIDE), |r| {
        let mut room = buffer(T::ZERO, sides * n * SIDE);
        r.for_each(|side| f(side * SIDE, SIDE.min(rows - side * SIDE), &mut room));
    });
}

/// `m` rows of `n`, so far apart, into columns.
///
/// # Safety
/// Both are valid for those elements, `m` is at most [`SIDE`], and they do not overlap.
pub unsafe fn turn_in<T>(rows: *const T, apart: usize, columns: *mut T, n: usize, m: usize) {
    turn(rows.cast(), apart, columns.cast(), SIDE, m, n, size_of::<T>())
}

/// The way back, to rows one after the other.
///
/// # Safety
/// As [`turn_in`].
pub unsafe fn turn_out<T>(columns: *const T, rows: *mut T, n: usize, m: usize) {
    turn(columns.cast(), SIDE, rows.cast(), n, n, m, size_of::<T>())
}

/// So many of them where they belong.
unsafe fn put<T: Flt>((max, rest): (Lanes<T::C>, Lanes<T::C>), n: usize, dst: *mut T) {
    (0..n).for_each(|j| dst.add(j).write(T::down(max[j] + rest[j])));
}

/// `log(sum(e^x))` of rows that lie beside each other; false, and nothing is done, where they do not.
///
/// # Safety
/// As [`super::logsumexp`].
pub unsafe fn logsumexp<T: Flt>(plan: &ReducePlan, src: *const T, dst: *mut T) -> bool {
    if let [Axis { size: n, stride: along }] = plan.inner[..]
        && (2..=SHORT).contains(&n)
        && plan.outer_len >= SIDE / 2
        && plan.outer.last().is_none_or(|a| a.stride != 1)
    {
        // rows wherever they lie (600,000 of 3 of turned memory 15.8 ms one by one, so 2.5)
        let (src, dst, size) = (Ptr::of(src), Ptr(dst), size_of::<T>());
        turned(plan.outer_len, n, 1, |row, m, columns: &mut [T]| {
            let mut to = columns.as_mut_ptr();
            // SAFETY: rows that the plan vouches for, and room for them; each result is written once
            unsafe {
                for (offset, some, apart) in runs(&plan.outer, row..row + m) {
                    if along == 1 {
                        turn_in(src.at(offset), apart, to, n, some);
                    } else {
                        for c in 0..n {
                            let from = src.at(offset + c * along).cast_const().cast();
                            step_in(from, apart * size, to.add(c * SIDE).cast(), size, some);
                        }
                    }
                    to = to.add(some);
                }
                put(log_sum_exps(columns.as_ptr(), n, SIDE, m), m, dst.at(row));
            }
        });
        return true;
    }
    let ([Axis { size: classes, stride: step }], [around @ .., Axis { size: beside, stride: 1 }]) =
        (&plan.inner[..], &plan.outer[..])
    else {
        return false;
    };
    let (classes, step, beside) = (*classes, *step, *beside);
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    if beside < SIDE / 4 {
        // too few for a lane each: several of these are gathered first (1000x10x8 over the middle 520 us one by one, so 63)
        let (runs, some) = (plan.outer_len / beside.max(1), SIDE / beside.max(1));
        if runs < some || !(2..=SHORT).contains(&classes) {
            return false;
        }
        let grain = (par::MATH_GRAIN / 2).div_ceil(classes * SIDE);
        par::for_each_chunk(runs.div_ceil(some), grain, |r| {
            let mut columns = buffer(T::ZERO, classes * SIDE);
            for run in r.map(|block| block * some) {
                let many = some.min(runs - run);
                // SAFETY: rows that the plan vouches for, and room for them; each result is written once
                unsafe {
                    for k in 0..many {
                        let from = src.at(offset_of(around, run + k)).cast_const();
                        for c in 0..classes {
                            let to = &mut columns[c * SIDE + k * beside..][..beside];
                            copy_few(from.add(c * step).cast(), to.as_mut_ptr().cast(), size_of_val(to));
                        }
                    }
                    put(
                        log_sum_exps(columns.as_ptr(), classes, SIDE, many * beside),
                        many * beside,
                        dst.at(run * beside),
                    );
                }
            }
        });
        return true;
    }
    let blocks = beside.div_ceil(SIDE);
    let grain = (par::MATH_GRAIN / (classes.max(1) * SIDE)).max(1);
    par::for_each_chunk(plan.outer_len / beside * blocks, grain, |r| {
        for block in r {
            let (run, first) = (block / blocks, block % blocks * SIDE);
            let n = SIDE.min(beside - first);
            // SAFETY: rows that the plan vouches for; each result is written once
            unsafe {
                let from = src.at(offset_of(around, run) + first).cast_const();
                put(log_sum_exps(from, classes, step, n), n, dst.at(run * beside + first));
            }
        }
    });
    true
}
