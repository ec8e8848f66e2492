//! Equal elements found as neighbours in order.

use super::sort::{Scratch, Sortable, in_order};
use crate::kernels::cpu::machine::stop::{buffer, grow, poll};
use crate::kernels::cpu::reduce::Axis;

/// Groups of equal elements of a dense array.
pub struct Groups {
    /// Position of a representative of each group.
    pub first: Vec<usize>,
    pub counts: Vec<i64>,
    /// The group of each element, if asked for.
    pub inverse: Vec<i64>,
}

/// Groups equal elements in sorted order; every nan is a group of its own.
///
/// # Safety
/// `src` is readable for `n` elements.
pub unsafe fn unique<T: Sortable>(src: *const T, n: usize, inverse: bool) -> Groups {
    let mut s = Scratch::default();
    let mut g = Groups::new(if inverse { n } else { 0 });
    let is_nan = |i: usize| T::DTYPE.is_float() && *src.add(i) != *src.add(i);
    in_order(&mut s, src, Axis { size: n, stride: 1 }, false, |_, i, other| {
        g.put(i, inverse, other || is_nan(i));
    });
    g
}

impl Groups {
    fn new(inverse: usize) -> Groups {
        Groups { first: Vec::new(), counts: Vec::new(), inverse: buffer(0, inverse) }
    }
    /// The next element, which begins a group or belongs to the last one.
    #[inline(always)]
    fn put(&mut self, i: usize, inverse: bool, begins: bool) {
        if begins {
            if self.first.len() == self.first.capacity() || self.counts.len() == self.counts.capacity() {
                let more = self.first.len().max(16);
                grow(&mut self.first, more);
                grow(&mut self.counts, more);
            }
            self.first.push(i);
            self.counts.push(0);
        }
        if let Some(c) = self.counts.last_mut() {
            *c += 1;
        }
        if inverse {
            self.inverse[i] = self.first.len() as i64 - 1;
        }
    }
}

/// Elements looked at together.
const BLOCK: usize = 64;

multiversion! {
    /// Where elements differ from the one before, as bits, for a block.
    unsafe fn changes[T: Sortable](src: *const T) -> u64 {
        let mut other = [false; BLOCK];
        for j in 0..BLOCK {
            other[j] = *src.add(j) != *src.sub(1).add(j);
        }
        let mut bits = 0;
        for j in 0..BLOCK {
            bits |= u64::from(other[j]) << j;
        }
        bits
    }
}

/// Groups equal neighbours of a dense array; every nan is a group of its own.
///
/// # Safety
/// `src` is readable for `n` elements.
pub unsafe fn runs<T: Sortable>(src: *const T, n: usize, inverse: bool) -> Groups {
    let mut g = Groups::new(if inverse { n } else { 0 });
    let mut start = 0;
    let mut end_run = |g: &mut Groups, end: usize| {
        if end > start {
            g.put(start, false, true);
            if let Some(c) = g.counts.last_mut() {
                *c = (end - start) as i64;
            }
            if inverse {
                let group = g.first.len() as i64 - 1;
                g.inverse[start..end].fill(group);
            }
        }
        start = end;
    };
    let mut i = 1;
    while i < n {
        if i % (1 << 16) == 1 {
            poll();
        }
        if i + BLOCK <= n {
            let mut bits = changes(src.add(i));
            while bits != 0 {
                end_run(&mut g, i + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
            i += BLOCK;
        } else {
            if *src.add(i) != *src.add(i - 1) {
                end_run(&mut g, i);
            }
            i += 1;
        }
    }
    end_run(&mut g, n);
    g
}

/// Groups neighbours in the given order of positions that are equal.
pub fn group(order: &[usize], inverse: bool, same: impl Fn(usize, usize) -> bool) -> Groups {
    let mut g = Groups::new(if inverse { order.len() } else { 0 });
    for (k, &i) in order.iter().enumerate() {
        if k % (1 << 16) == 0 {
            poll();
        }
        g.put(i, inverse, k == 0 || !same(order[k - 1], i));
    }
    g
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_groups_of_neighbours() {
        for n in [0usize, 1, 2, 63, 64, 65, 66, 500] {
            for long in [1, 3, 100] {
                let mut x: Vec<f32> = (0..n).map(|i| (i / long % 5) as f32).collect();
                if n > 60 {
                    (x[20], x[21], x[59]) = (f32::NAN, f32::NAN, f32::NAN);
                }
                let order: Vec<usize> = (0..n).collect();
                let want = group(&order, true, |a, b| x[a] == x[b]);
                // SAFETY: n elements
                let got = unsafe { runs(x.as_ptr(), n, true) };
                assert_eq!(
                    (got.first, got.counts, got.inverse),
                    (want.first, want.counts, want.inverse),
                    "{n} {long}"
                );
            }
        }
    }
}
