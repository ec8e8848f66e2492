//! Moving elements by index: `pick` and `put` at places of whole axes, `gather` and `scatter` along one axis, and
//! the positions of true elements. Indices are checked before any of these run.
//!
//! Writes happen in the order of the indices (the last one wins, sums run front to back) whatever the number of
//! threads: work is split over axes that the indices do not touch.

pub mod gather;
pub mod mask;
pub mod pick;
mod write;

pub use gather::{Lines, divide, gather, scatter};
pub use mask::blend;
pub use pick::{Places, add_offsets, pick, pick_flat, put};

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

/// Slices after which a loop asks whether it should stop.
const POLLED: usize = 4096;

/// Part of a job of writing by index: the places that it owns, all of whose writes it makes in the order of the index; and its
/// columns of each.
#[derive(Clone)]
struct Share {
    /// Of `parts` parts of the places, this one.
    part: usize,
    parts: usize,
    columns: Range<usize>,
}

/// Elements of an index from which on its writes are shared by places.
const SHARED: usize = 16;
/// Positions in the index that are sorted out at a time.
const SORTED: usize = 1024;
/// Elements that two lines of the cache have at least, of which processors fetch pairs.
const LINE: usize = 128;

impl Share {
    /// The places, of so many, that it owns, each `step` elements behind the one before. What several own does not lie in one
    /// line of the cache.
    fn own(&self, places: usize, step: usize) -> Range<usize> {
        let lines = (LINE / step.max(1)).max(1);
        let cut = |part: usize| {
            let at = places / self.parts * part + places % self.parts * part / self.parts;
            if part == self.parts { places } else { at.next_multiple_of(lines).min(places) }
        };
        cut(self.part)..cut(self.part + 1)
    }
    /// Calls `f(j)` for those of the first `count` positions whose place it owns. First they are sorted out without a branch that
    /// would be guessed wrong every other time.
    #[inline(always)]
    fn each(
        &self,
        count: usize,
        (places, step): (usize, usize),
        place: impl Fn(usize) -> usize,
        mut f: impl FnMut(usize),
    ) {
        let own = self.own(places, step);
        if self.parts == 1 || own.len() == places {
            return (0..count).for_each(f);
        }
        let some = if own.is_empty() { 0 } else { count };
        let mut mine = [0u32; SORTED];
        for first in (0..some).step_by(SORTED) {
            let (n, mut many) = (SORTED.min(some - first), 0);
            for j in 0..n {
                let at = place(first + j);
                mine[many % SORTED] = j as u32;
                many += usize::from(at.wrapping_sub(own.start) < own.len());
            }
            mine[..many].iter().for_each(|&j| f(first + j as usize));
        }
    }
}

/// Calls `part` with outer pieces and a share of each, all of which are independent: in each piece there are `count` indices, of
/// `work` elements each, `columns` of them side by side. Where there are fewer pieces than threads each is shared by places, if
/// an index has its elements to itself (`apart`) and they are a row: to look through the index costs as much as to write an element
/// (1M of `scatter_add`, sorted, between far processors: 530 us by one thread, 725 by two). Few indices of long rows, and others, go
/// by columns, at lines of cache. What meets at a place does so in the order of the index, wherever the cuts are.
fn split(
    outer: usize,
    (count, work): (usize, usize),
    columns: usize,
    apart: bool,
    part: &(dyn Fn(Range<usize>, Share) + Sync),
) {
    let (grain, threads) = (par::ELEMENTWISE_GRAIN / 2, par::num_threads());
    let each = count * work;
    if threads <= outer {
        let share = Share { part: 0, parts: 1, columns: 0..columns };
        return par::for_each_chunk(outer, (grain / each.max(1)).max(1), |r| part(r, share.clone()));
    }
    let parts = if work < SHARED { 1 } else { threads.div_ceil(outer).min(each / grain + 1) };
    let by_columns = !apart || columns >= 64 * parts && count < 16 * parts;
    let wide = if by_columns { columns.div_ceil(parts).next_multiple_of(16) } else { columns };
    let parts = if by_columns { columns.div_ceil(wide) } else { parts };
    par::for_each(outer * parts, |i| {
        let (o, k) = (i / parts, i % parts);
        let share = if by_columns {
            Share { part: 0, parts: 1, columns: k * wide..((k + 1) * wide).min(columns) }
        } else {
            Share { part: k, parts, columns: 0..columns }
        };
        part(o..o + 1, share);
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
