//! Moving elements by index: `pick` and `put` at places of whole axes, `gather` and `scatter` along one axis, and
//! the positions of true elements. Indices are checked before any of these run.
//!
//! Writes happen in the order of the indices (the last one wins, sums run front to back) whatever the number of
//! threads: work is split over axes that the indices do not touch.

pub mod gather;
pub mod mask;
pub mod pick;

pub use gather::{Lines, gather, scatter};
pub use mask::blend;
pub use pick::{Places, pick, put};

use crate::base::Real;
use crate::kernels::cpu::machine::par;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

/// What happens to an element when another arrives at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduce {
    Set,
    Add,
    Mul,
    Min,
    Max,
}

/// Binds `$f` to the combination of two elements of `$T`.
macro_rules! by_reduce {
    ($op:expr, $reduce:expr, $dtype:expr, $T:ident, $f:ident => $body:expr) => {
        match $reduce {
            Reduce::Set => by_size!($dtype.size(), $T => { let $f = |_: $T, v: $T| v; $body }),
            Reduce::Add => with_dtype!($op, $dtype, any, $T => { let $f = |a: $T, v: $T| Num::add(a, v); $body }),
            Reduce::Mul => with_dtype!($op, $dtype, any, $T => { let $f = |a: $T, v: $T| Num::mul(a, v); $body }),
            Reduce::Min => return with_dtype!($op, $dtype, real, $T => { let $f = $crate::kernels::cpu::index::least::<$T>; Ok($body) }),
            Reduce::Max => return with_dtype!($op, $dtype, real, $T => { let $f = $crate::kernels::cpu::index::greatest::<$T>; Ok($body) }),
        }
    };
}

pub(crate) use by_reduce;

#[inline(always)]
fn least<T: Real>(a: T, v: T) -> T {
    if v.is_nan() || v < a { v } else { a }
}
#[inline(always)]
fn greatest<T: Real>(a: T, v: T) -> T {
    if v.is_nan() || v > a { v } else { a }
}

/// Combinations of two elements that loops are compiled for.
trait Combine<T>: Fn(T, T) -> T + Copy {}
impl<T, F: Fn(T, T) -> T + Copy> Combine<T> for F {}

multiversion! {
    /// Dense elements of `to` combine with those of `from`.
    unsafe fn combine_row[T: Copy, F: Combine<T>](to: *mut T, from: *const T, n: usize, f: F) {
        for i in 0..n {
            *to.add(i) = f(*to.add(i), *from.add(i));
        }
    }
}

/// Slices after which a loop asks whether it should stop.
const POLLED: usize = 4096;

/// Calls `part` with outer pieces and columns, all of which are independent: a column costs `height` in each piece. Each
/// strip of columns goes through all indices, so they are cut only where there are fewer pieces than threads, at lines of
/// cache. What meets at a place does so in the order of the index, wherever the cuts are.
fn split(outer: usize, height: usize, columns: usize, part: &(dyn Fn(Range<usize>, Range<usize>) + Sync)) {
    let (grain, threads) = (par::ELEMENTWISE_GRAIN / 2, par::num_threads());
    let each = height * columns;
    if threads <= outer {
        return par::for_each_chunk(outer, (grain / each.max(1)).max(1), |r| part(r, 0..columns));
    }
    let parts = threads.div_ceil(outer).min(each / grain + 1);
    let wide = columns.div_ceil(parts).next_multiple_of(16);
    let parts = columns.div_ceil(wide);
    par::for_each(outer * parts, |i| {
        let (o, start) = (i / parts, i % parts * wide);
        part(o..o + 1, start..(start + wide).min(columns));
    });
}

/// An index outside `low..high`, if there is one: the first.
pub fn outside(index: &[i64], low: i64, high: i64) -> Option<i64> {
    let found = AtomicBool::new(false);
    par::for_each_chunk(index.len(), par::REDUCE_GRAIN, |r| {
        // SAFETY: a part of the slice
        if unsafe { any_outside(index.as_ptr().add(r.start), r.len(), low, high) } {
            found.store(true, Ordering::Relaxed);
        }
    });
    if found.into_inner() { index.iter().copied().find(|&i| i < low || i >= high) } else { None }
}

multiversion! {
    unsafe fn any_outside(index: *const i64, n: usize, low: i64, high: i64) -> bool {
        let mut any = false;
        for i in 0..n {
            let x = *index.add(i);
            any |= (x < low) | (x >= high);
        }
        any
    }
}

/// Dense elements of a tensor as a slice.
///
/// # Safety
/// `ptr` is valid for `n` elements for as long as the caller uses the slice.
pub unsafe fn slice_of<'a, T: Copy>(ptr: *const u8, n: usize) -> &'a [T] {
    if n == 0 { &[] } else { std::slice::from_raw_parts(ptr as *const T, n) }
}

/// As [`slice_of`], to be written.
///
/// # Safety
/// And nobody else looks at them meanwhile.
pub unsafe fn slice_of_mut<'a, T: Copy>(ptr: *mut u8, n: usize) -> &'a mut [T] {
    if n == 0 { &mut [] } else { std::slice::from_raw_parts_mut(ptr as *mut T, n) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_outside() {
        assert_eq!(outside(&[0, 3, -1, 9], -2, 4), Some(9));
        assert_eq!(outside(&[0, 3, -1], -2, 4), None);
        assert_eq!(outside(&[], 0, 0), None);
    }
}
