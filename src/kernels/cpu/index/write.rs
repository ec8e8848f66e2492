//! What arrives at places: the loops over elements, for each dtype and each way to combine two, behind pointers. So what walks over
//! axes and shares them among threads is compiled once, not 47 times (0.9 MB).

use super::{POLLED, Reduce};
use crate::base::{Num, Real};
use crate::error::Result;
use crate::kernels::cpu::machine::stop;
use crate::with_dtype;

/// What becomes of an element `a` when `v` arrives at its place.
trait Combine<T> {
    fn combine(a: T, v: T) -> T;
}

struct Set;
struct Add;
struct Mul;
struct Min;
struct Max;

impl<T> Combine<T> for Set {
    #[inline(always)]
    fn combine(_: T, v: T) -> T {
        v
    }
}
impl<T: Num> Combine<T> for Add {
    #[inline(always)]
    fn combine(a: T, v: T) -> T {
        Num::add(a, v)
    }
}
impl<T: Num> Combine<T> for Mul {
    #[inline(always)]
    fn combine(a: T, v: T) -> T {
        Num::mul(a, v)
    }
}
impl<T: Real> Combine<T> for Min {
    #[inline(always)]
    fn combine(a: T, v: T) -> T {
        if v.is_nan() || v < a { v } else { a }
    }
}
impl<T: Real> Combine<T> for Max {
    #[inline(always)]
    fn combine(a: T, v: T) -> T {
        if v.is_nan() || v > a { v } else { a }
    }
}

/// How a loop goes on from one element to the next.
#[derive(Clone, Copy)]
pub(super) struct Steps {
    pub to: usize,
    pub from: usize,
    pub index: usize,
    /// What an index of one is worth in elements.
    pub along: usize,
}

/// Rows whose columns are written one after another: they stay in the nearest cache.
pub(super) const TURN: usize = 256;
/// Elements of a row up to which rows are written so. (`index_add_` of 5,000 rows of 3 float32: row by row 34 us, so 7; of 8 33 and 16.)
pub(super) const NARROW: usize = 12;

/// The loops for one dtype and one combination. Pointers are to elements of `size` bytes.
pub(super) struct Writer {
    pub size: usize,
    /// `to[i * steps.to + index[i * steps.index] * steps.along]` takes `from[i * steps.from]`, in the order of `i`: all of these can be read,
    /// the places written.
    pub spread: unsafe fn(*mut u8, *const u8, *const i64, usize, Steps),
    row: unsafe fn(*mut u8, *const u8, usize),
    fill: unsafe fn(*mut u8, *const u8, usize),
}

impl Writer {
    /// # Errors
    /// Extremes of dtypes without an order.
    pub(super) fn new(op: &str, reduce: Reduce, dtype: crate::base::DType) -> Result<Writer> {
        match reduce {
            Reduce::Set => Ok(by_size!(dtype.size(), T => Writer::of::<T, Set>())),
            Reduce::Add => Ok(with_dtype!(op, dtype, any, T => Writer::of::<T, Add>())),
            Reduce::Mul => Ok(with_dtype!(op, dtype, any, T => Writer::of::<T, Mul>())),
            Reduce::Min => with_dtype!(op, dtype, real, T => Ok(Writer::of::<T, Min>())),
            Reduce::Max => with_dtype!(op, dtype, real, T => Ok(Writer::of::<T, Max>())),
        }
    }

    fn of<T: Copy, C: Combine<T>>() -> Writer {
        Writer { size: size_of::<T>(), spread: spread::<T, C>, row: row::<T, C>, fill: fill::<T, C> }
    }

    /// Rows of few elements, column by column: `to[index[i * steps.index] * steps.along + j * across.0]` takes
    /// `from[i * steps.from + j * across.1]`, in the order of `i` for each of the `columns`.
    ///
    /// # Safety
    /// As of [`Writer::spread`], for each of the columns.
    pub(super) unsafe fn narrow(
        &self,
        to: *mut u8,
        from: *const u8,
        index: *const i64,
        n: usize,
        steps: Steps,
        (columns, across): (usize, (usize, usize)),
    ) {
        for first in (0..n).step_by(TURN) {
            if first % POLLED == 0 {
                stop::poll();
            }
            let (from, index) = (from.add(first * steps.from * self.size), index.add(first * steps.index));
            for j in 0..columns {
                let (to, from) = (to.add(j * across.0 * self.size), from.add(j * across.1 * self.size));
                (self.spread)(to, from, index, TURN.min(n - first), steps);
            }
        }
    }

    /// `to[i * steps.0]` takes `from[i * steps.1]`; a second step of zero is one value for all.
    ///
    /// # Safety
    /// All of these can be read, the places written.
    pub(super) unsafe fn along(&self, to: *mut u8, from: *const u8, n: usize, steps: (usize, usize)) {
        match steps {
            (1, 1) => (self.row)(to, from, n),
            (1, 0) => (self.fill)(to, from, n),
            (to_step, from_step) => {
                let steps = Steps { to: to_step, from: from_step, index: 0, along: 0 };
                (self.spread)(to, from, &0, n, steps)
            }
        }
    }
}

unsafe fn spread<T: Copy, C: Combine<T>>(
    to: *mut u8,
    from: *const u8,
    index: *const i64,
    n: usize,
    steps: Steps,
) {
    let (to, from) = (to.cast::<T>(), from.cast::<T>());
    match steps {
        Steps { to: 0, from: step, index: 1, along: 1 } => {
            for i in 0..n {
                let slot = to.add(*index.add(i) as usize);
                *slot = C::combine(*slot, *from.add(i * step));
            }
        }
        Steps { to: 1, from: 1, index: 1, along } => {
            for i in 0..n {
                let slot = to.add(*index.add(i) as usize * along + i);
                *slot = C::combine(*slot, *from.add(i));
            }
        }
        Steps { index: 0, along, .. } => {
            let to = to.add(*index as usize * along);
            for i in 0..n {
                let slot = to.add(i * steps.to);
                *slot = C::combine(*slot, *from.add(i * steps.from));
            }
        }
        _ => {
            for i in 0..n {
                let slot = to.add(*index.add(i * steps.index) as usize * steps.along + i * steps.to);
                *slot = C::combine(*slot, *from.add(i * steps.from));
            }
        }
    }
}

multiversion! {
    /// Dense elements of `to` combine with those of `from`.
    unsafe fn row[T: Copy, C: Combine<T>](to: *mut u8, from: *const u8, n: usize) {
        let (to, from) = (to.cast::<T>(), from.cast::<T>());
        for i in 0..n {
            *to.add(i) = C::combine(*to.add(i), *from.add(i));
        }
    }
}

multiversion! {
    /// Dense elements of `to` combine with one value.
    unsafe fn fill[T: Copy, C: Combine<T>](to: *mut u8, value: *const u8, n: usize) {
        let (to, value) = (to.cast::<T>(), *value.cast::<T>());
        for i in 0..n {
            *to.add(i) = C::combine(*to.add(i), value);
        }
    }
}
