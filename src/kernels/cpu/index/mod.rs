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

use crate::base::{Elem, Real};
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

/// Binds `$T` to plain elements of a size: moving them needs no more.
macro_rules! by_size {
    ($size:expr, $T:ident => $body:expr) => {
        match $size {
            1 => {
                type $T = u8;
                $body
            }
            2 => {
                type $T = u16;
                $body
            }
            4 => {
                type $T = u32;
                $body
            }
            8 => {
                type $T = u64;
                $body
            }
            _ => {
                type $T = [u64; 2];
                $body
            }
        }
    };
}

pub(crate) use by_size;

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

fn least<T: Real>(a: T, v: T) -> T {
    if v.is_nan() || v < a { v } else { a }
}
fn greatest<T: Real>(a: T, v: T) -> T {
    if v.is_nan() || v > a { v } else { a }
}

/// Cuts work over `outer` independent pieces of `each` elements, or a single piece over its columns, of which each
/// costs `height`.
fn split(
    outer: usize,
    each: usize,
    columns: usize,
    height: usize,
    part: impl Fn(usize, Range<usize>) + Sync,
) {
    let grain = par::ELEMENTWISE_GRAIN / 2;
    if outer > 1 {
        par::for_each_chunk(outer, (grain / each.max(1)).max(1), |r| r.for_each(|o| part(o, 0..columns)));
    } else {
        // a cache line of columns at the least, so that threads do not share lines
        par::for_each_chunk(columns, (grain / height.max(1)).max(16), |r| part(0, r));
    }
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
pub unsafe fn slice_of<'a, T: Elem>(ptr: *const u8, n: usize) -> &'a [T] {
    if n == 0 { &[] } else { std::slice::from_raw_parts(ptr as *const T, n) }
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
