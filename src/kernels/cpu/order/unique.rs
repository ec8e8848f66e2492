//! Equal elements found as neighbours in order.

use super::sort::{Pair, Scratch, Sortable, load, sort_pairs};
use crate::kernels::cpu::machine::stop::{buffer, gathered, grow, poll};
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
    load(&mut s, src, Axis { size: n, stride: 1 }, false);
    sort_pairs(&mut s);
    group(&gathered(s.pairs.iter().map(|p| p.position())), inverse, |a, b| *src.add(a) == *src.add(b))
}

/// Groups neighbours in the given order of positions that are equal.
pub fn group(order: &[usize], inverse: bool, same: impl Fn(usize, usize) -> bool) -> Groups {
    let mut g = Groups {
        first: Vec::new(),
        counts: Vec::new(),
        inverse: buffer(0, if inverse { order.len() } else { 0 }),
    };
    for (k, &i) in order.iter().enumerate() {
        if k % (1 << 16) == 0 {
            poll();
        }
        if k == 0 || !same(order[k - 1], i) {
            if g.first.len() == g.first.capacity() {
                let more = g.first.len().max(16);
                grow(&mut g.first, more);
                grow(&mut g.counts, more);
            }
            g.first.push(i);
            g.counts.push(0);
        }
        if let Some(c) = g.counts.last_mut() {
            *c += 1;
        }
        if inverse {
            g.inverse[i] = g.first.len() as i64 - 1;
        }
    }
    g
}
