//! The first few of each line, and one of each line: less than a sort.

use super::sort::{Grid, Pair, Scratch, Sortable, load, sort_pairs, turned};
use crate::base::{Category, Elem};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::stop::grow;
use crate::kernels::cpu::reduce::Axis;

/// The `k` first elements in order of the sort and their positions.
///
/// # Safety
/// As [`super::sort::sort`], with `k` results for each line.
pub unsafe fn topk<T: Sortable>(
    grid: &Grid,
    src: *const T,
    k: usize,
    largest: bool,
    values: *mut T,
    indices: *mut i64,
) {
    if k == 0 {
        return;
    }
    let (src, values, indices) = (Ptr::of(src), Ptr(values), Ptr(indices));
    grid.each::<T::Pair>(grid.line.size * 2, |line, offset, s| {
        // SAFETY: elements of this line, and its `k` places in the results
        unsafe {
            let from = src.get().add(offset);
            if k <= FEW && k * 8 < grid.line.size {
                very_few(s, from, grid.line, k, largest);
            } else if k * 8 < grid.line.size {
                first_few(s, from, grid.line, k, largest);
            } else {
                load(s, from, grid.line, largest);
                if k < s.pairs.len() {
                    s.pairs.select_nth_unstable(k - 1);
                    s.pairs.truncate(k);
                }
            }
            sort_pairs(s, T::BITS);
            let (at, step) = grid.place(line, k);
            for (j, p) in s.pairs.iter().enumerate() {
                let i = p.position();
                indices.at(at + j * step).write(i as i64);
                values.at(at + j * step).write(*from.add(i * grid.line.stride));
            }
        }
    });
}

/// Elements that are passed over together when none of them is wanted.
const GLANCE: usize = 64;
/// So many are kept in order while a line is gone through: moving them aside is less than selecting them from twice as many
/// (three of 512, 512 times: 0.29 instead of 0.45 ms).
const FEW: usize = 16;

multiversion! {
    /// Whether any key is below a bound.
    unsafe fn any_below[T: Sortable](src: *const T, n: usize, flip: u64, bound: u64) -> bool {
        let mut any = false;
        for i in 0..n {
            any |= (*src.add(i)).sort_key() ^ flip < bound;
        }
        any
    }
}

/// The `k` first pairs of a line in order, for a small `k`.
unsafe fn very_few<T: Sortable>(
    s: &mut Scratch<T::Pair>,
    src: *const T,
    line: Axis,
    k: usize,
    largest: bool,
) {
    let flip = if largest { turned::<T>() } else { 0 };
    let mut best = [<T::Pair as Pair>::new(turned::<T>(), 0); FEW];
    let mut count = 0;
    for start in (0..line.size).step_by(GLANCE) {
        let end = (start + GLANCE).min(line.size);
        let worst = best[k - 1].key();
        // SAFETY: elements of the line
        if count == k
            && line.stride == 1
            && !unsafe { any_below::<T>(src.add(start), end - start, flip, worst) }
        {
            continue;
        }
        for i in start..end {
            // SAFETY: an element of the line
            let key = unsafe { *src.add(i * line.stride) }.sort_key() ^ flip;
            // of equal keys the earlier ones are kept
            if count == k && key >= best[k - 1].key() {
                continue;
            }
            let mut at = count.min(k - 1);
            while at > 0 && key < best[at - 1].key() {
                best[at] = best[at - 1];
                at -= 1;
            }
            best[at] = <T::Pair as Pair>::new(key, i);
            count = (count + 1).min(k);
        }
    }
    s.pairs.clear();
    grow(&mut s.pairs, k);
    s.pairs.extend_from_slice(&best[..k]);
}

/// The `k` first pairs of a line: only elements below the worst of a full buffer enter it.
unsafe fn first_few<T: Sortable>(
    s: &mut Scratch<T::Pair>,
    src: *const T,
    line: Axis,
    k: usize,
    largest: bool,
) {
    let flip = if largest { turned::<T>() } else { 0 };
    let room = (2 * k).max(k + 64);
    s.pairs.clear();
    let mut worst = u64::MAX;
    let mut full = false;
    for start in (0..line.size).step_by(GLANCE) {
        let end = (start + GLANCE).min(line.size);
        // SAFETY: elements of the line
        if full && line.stride == 1 && !unsafe { any_below::<T>(src.add(start), end - start, flip, worst) } {
            continue;
        }
        for i in start..end {
            // SAFETY: an element of the line
            let key = unsafe { *src.add(i * line.stride) }.sort_key() ^ flip;
            // of equal keys the earlier ones are kept
            if full && key >= worst {
                continue;
            }
            if s.pairs.len() == s.pairs.capacity() {
                let more = s.pairs.len().max(64);
                grow(&mut s.pairs, more);
            }
            s.pairs.push(<T::Pair as Pair>::new(key, i));
            if s.pairs.len() == room {
                let (_, nth, _) = s.pairs.select_nth_unstable(k - 1);
                worst = nth.key();
                s.pairs.truncate(k);
                full = true;
            }
        }
    }
    if s.pairs.len() > k {
        s.pairs.select_nth_unstable(k - 1);
        s.pairs.truncate(k);
    }
}

/// Which element of each line to pick.
#[derive(Clone, Copy, Debug)]
pub enum Pick {
    /// The one at this place of the sorted line.
    Place(usize),
    /// The lower middle; the first nan if there is one.
    Median,
    /// The lower middle of the elements that are not nan.
    NanMedian,
    /// The most frequent one (the least of several), at its last position.
    Mode,
}

/// One element of each line and its position.
///
/// # Safety
/// As [`super::sort::sort`], with one result for each line; lines are not empty.
pub unsafe fn pick<T: Sortable>(grid: &Grid, src: *const T, what: Pick, values: *mut T, indices: *mut i64) {
    let (src, values, indices) = (Ptr::of(src), Ptr(values), Ptr(indices));
    let n = grid.line.size;
    grid.each::<T::Pair>(n * 4, |line, offset, s| {
        // SAFETY: elements of this line, and its one place in the results
        unsafe {
            let from = src.get().add(offset);
            load(s, from, grid.line, false);
            let is_nan = |p: &T::Pair| is_nan(*from.add(p.position() * grid.line.stride));
            let i = match what {
                Pick::Place(k) => {
                    select_place(&mut s.pairs, k);
                    s.pairs[k].position()
                }
                Pick::Median => match s.pairs.iter().find(|p| is_nan(p)) {
                    Some(p) => p.position(),
                    None => s.pairs.select_nth_unstable((n - 1) / 2).1.position(),
                },
                Pick::NanMedian => {
                    let present = n - s.pairs.iter().filter(|p| is_nan(p)).count();
                    s.pairs.select_nth_unstable(present.saturating_sub(1) / 2).1.position()
                }
                Pick::Mode => {
                    sort_pairs(s, T::BITS);
                    most_frequent(&s.pairs)
                }
            };
            indices.at(line).write(i as i64);
            values.at(line).write(*from.add(i * grid.line.stride));
        }
    });
}

/// Hoare's selection with the median of three as pivot, by keys alone. Which of equal elements ends up at `k` is part
/// of what `kthvalue` answers, so the steps are PyTorch's.
fn select_place<P: Pair>(x: &mut [P], k: usize) {
    let above = |x: &[P], a: usize, b: usize| x[a].key() > x[b].key();
    let (mut lo, mut hi) = (0, x.len() - 1);
    while lo < hi {
        if hi == lo + 1 {
            if above(x, lo, hi) {
                x.swap(lo, hi);
            }
            return;
        }
        x.swap((lo + hi) / 2, lo + 1);
        for (a, b) in [(lo + 1, hi), (lo, hi), (lo + 1, lo)] {
            if above(x, a, b) {
                x.swap(a, b);
            }
        }
        let (mut i, mut j, pivot) = (lo + 1, hi, x[lo].key());
        loop {
            i += 1;
            while x[i].key() < pivot {
                i += 1;
            }
            j -= 1;
            while x[j].key() > pivot {
                j -= 1;
            }
            if j < i {
                break;
            }
            x.swap(i, j);
        }
        x.swap(lo, j);
        if j <= k {
            lo = i;
        }
        if j >= k {
            if j == 0 {
                return;
            }
            hi = j - 1;
        }
    }
}

#[inline(always)]
#[allow(clippy::eq_op)]
fn is_nan<T: Elem>(x: T) -> bool {
    T::DTYPE.category() == Category::Float && x != x
}

/// The position of the last element of the longest run, of the first such run.
fn most_frequent<P: Pair>(pairs: &[P]) -> usize {
    let (mut best, mut longest, mut run) = (0, 0, 0);
    for (i, p) in pairs.iter().enumerate() {
        run += 1;
        if i + 1 == pairs.len() || pairs[i + 1].key() != p.key() {
            if run > longest {
                (best, longest) = (p.position(), run);
            }
            run = 0;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::cpu::order::sort::sort;

    fn noise(i: usize) -> u64 {
        let h = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (h ^ (h >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
    }

    #[test]
    fn selections_agree_with_sorting() {
        let n = 2000;
        let x: Vec<i32> = (0..n).map(|i| (noise(i) % 97) as i32 - 40).collect();
        let grid = Grid::new(&[n], &[1], 0);
        let (mut sorted, mut order) = (vec![0i32; n], vec![0i64; n]);
        // SAFETY: n elements each
        unsafe { sort(&grid, x.as_ptr(), true, sorted.as_mut_ptr(), order.as_mut_ptr()) };
        for k in [1, 3, 100, 900, n] {
            let (mut v, mut at) = (vec![0i32; k], vec![0i64; k]);
            // SAFETY: k results
            unsafe { topk(&grid, x.as_ptr(), k, true, v.as_mut_ptr(), at.as_mut_ptr()) };
            assert_eq!((&v[..], &at[..]), (&sorted[..k], &order[..k]));
        }
        let (mut v, mut at) = (0i32, 0i64);
        // SAFETY: one result
        unsafe { pick(&grid, x.as_ptr(), Pick::Median, &mut v, &mut at) };
        assert_eq!(v, sorted[n - 1 - (n - 1) / 2]);
        let m = [5i32, 1, 5, 1, 1, 5];
        // SAFETY: one result
        unsafe { pick(&Grid::new(&[6], &[1], 0), m.as_ptr(), Pick::Mode, &mut v, &mut at) };
        assert_eq!((v, at), (1, 4));
    }
}
