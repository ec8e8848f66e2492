//! Places of values among sorted ones.

use crate::base::Elem;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;

/// How many of the `n` sorted elements lie before `v`: those less than it, or with `right` those up to it. Without
/// branches on data: each halving is one load and one conditional move.
#[inline(always)]
pub(super) fn before<T: Elem + PartialOrd>(
    sorted: impl Fn(usize) -> T,
    n: usize,
    v: T,
    right: bool,
) -> usize {
    // nan on either side counts as passed
    let passed = |x: T| if right { !(x > v) } else { !(x >= v) };
    if n == 0 {
        return 0;
    }
    let (mut lo, mut len) = (0, n);
    while len > 1 {
        let half = len / 2;
        lo += if passed(sorted(lo + half - 1)) { half } else { 0 };
        len -= half;
    }
    lo + passed(sorted(lo)) as usize
}

/// Where each value belongs in its sorted row: `rows` rows of `n` boundaries and of `m` values each (one row of
/// boundaries for all values if `shared`). `sorter` gives the order of the boundaries, or is null.
///
/// # Safety
/// Arrays of these sizes; indices in `sorter` are less than `n`.
pub unsafe fn search<T: Elem + PartialOrd>(
    rows: usize,
    shared: bool,
    (n, m): (usize, usize),
    sorted: *const T,
    sorter: *const i64,
    values: *const T,
    right: bool,
    out: *mut i64,
) {
    let (sorted, sorter, values, out) = (Ptr::of(sorted), Ptr::of(sorter), Ptr::of(values), Ptr(out));
    par::for_each_chunk(rows * m, par::MATH_GRAIN / 4, |r| {
        for i in r {
            let base = if shared { 0 } else { i / m * n };
            // SAFETY: positions inside the arrays
            unsafe {
                let v = *values.at(i);
                let k = if sorter.get().is_null() {
                    before(|k| *sorted.at(base + k), n, v, right)
                } else {
                    before(|k| *sorted.at(base + *sorter.at(base + k) as usize), n, v, right)
                };
                out.at(i).write(k as i64);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches() {
        let s = [1.0f32, 3.0, 3.0, f32::NAN];
        let v = [0.0f32, 3.0, 4.0, f32::NAN];
        // a nan among the boundaries sends the search to its right
        for (right, want) in [(false, [0, 1, 4, 4]), (true, [0, 4, 4, 4])] {
            let mut out = [0i64; 4];
            // SAFETY: arrays of four
            unsafe {
                search(1, true, (4, 4), s.as_ptr(), std::ptr::null(), v.as_ptr(), right, out.as_mut_ptr())
            };
            assert_eq!(out, want);
        }
    }
}
