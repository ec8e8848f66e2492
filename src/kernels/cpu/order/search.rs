//! Places of values among sorted ones.

use crate::base::Elem;
use crate::kernels::cpu::machine::blocks::load;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use std::hint::select_unpredictable;

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
        lo += select_unpredictable(passed(sorted(lo + half - 1)), half, 0);
        len -= half;
    }
    lo + passed(sorted(lo)) as usize
}

/// [`before`] for some values at once: each waits for its last load at every step, so they wait together (65536 among 500: 2.4 ms
/// one by one, 0.23 so).
#[inline(always)]
unsafe fn all_before<T: Elem + PartialOrd, const RIGHT: bool>(
    sorted: *const T,
    n: usize,
    v: [T; TOGETHER],
) -> [usize; TOGETHER] {
    let passed = |x: T, v: T| if RIGHT { !(x > v) } else { !(x >= v) };
    if n == 0 {
        return [0; TOGETHER];
    }
    let (mut lo, mut len) = ([0; TOGETHER], n);
    while len > 1 {
        let half = len / 2;
        for j in 0..TOGETHER {
            lo[j] += select_unpredictable(passed(*sorted.add(lo[j] + half - 1), v[j]), half, 0);
        }
        len -= half;
    }
    for j in 0..TOGETHER {
        lo[j] += passed(*sorted.add(lo[j]), v[j]) as usize;
    }
    lo
}
const TOGETHER: usize = 8;

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
    let row = if shared { rows * m } else { m };
    par::for_each_chunk(rows * m, par::MATH_GRAIN / 4, |r| {
        let mut i = r.start;
        while i < r.end {
            let base = if shared { 0 } else { i / row * n };
            let end = r.end.min((i / row + 1) * row);
            // SAFETY: positions inside the arrays
            unsafe {
                let straight = |k: usize| *sorted.at(base + k);
                let by_sorter = |k: usize| *sorted.at(base + *sorter.at(base + k) as usize);
                while i + TOGETHER <= end && sorter.get().is_null() {
                    let (row, v) = (sorted.at(base).cast_const(), load::<_, TOGETHER>(values.at(i)));
                    let found = if right {
                        all_before::<_, true>(row, n, v)
                    } else {
                        all_before::<_, false>(row, n, v)
                    };
                    for j in 0..TOGETHER {
                        out.at(i + j).write(found[j] as i64);
                    }
                    i += TOGETHER;
                }
                while i < end {
                    let v = *values.at(i);
                    let k = if sorter.get().is_null() {
                        before(straight, n, v, right)
                    } else {
                        before(by_sorter, n, v, right)
                    };
                    out.at(i).write(k as i64);
                    i += 1;
                }
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

    #[test]
    fn some_at_once_are_as_one_by_one() {
        for n in [0usize, 1, 2, 5, 64, 100] {
            let (rows, m) = (3, TOGETHER * 2 + 3);
            let s: Vec<i32> = (0..rows * n).map(|i| (i % n.max(1) / 2 * 3) as i32).collect();
            let v: Vec<i32> = (0..rows * m).map(|i| (i * 7 % 160) as i32 - 2).collect();
            for right in [false, true] {
                let mut out = vec![-1i64; rows * m];
                // SAFETY: arrays of these sizes
                unsafe {
                    search(
                        rows,
                        false,
                        (n, m),
                        s.as_ptr(),
                        std::ptr::null(),
                        v.as_ptr(),
                        right,
                        out.as_mut_ptr(),
                    )
                };
                for (i, k) in out.into_iter().enumerate() {
                    let row = &s[i / m * n..][..n];
                    assert_eq!(
                        k as usize,
                        row.iter().filter(|&&x| if right { x <= v[i] } else { x < v[i] }).count()
                    );
                }
            }
        }
    }
}
