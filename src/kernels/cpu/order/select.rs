//! The first few of each line, and one of each line: less than a sort.

use super::grid::Grid;
use super::key::{Pair, Scratch, Sortable, turned};
use super::sort::{load, sort_pairs};
use crate::base::{Category, Elem};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::gather::gather;
use crate::kernels::cpu::machine::stop::grow;
use crate::kernels::cpu::machine::turn::turn;
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
    if grid.line.size == 1 {
        // SAFETY: an element of each line, and its place
        return unsafe { only(grid, src, values, indices) };
    }
    let very_few = k <= FEW && k * 8 < grid.line.size;
    if very_few && grid.beside() {
        // SAFETY: passed on
        return unsafe { topk_beside(grid, src, k, largest, values, indices) };
    }
    let flip = if largest { turned::<T>() } else { 0 };
    grid.each::<T::Pair>(grid.line.size * 2, |line, offset, s| {
        // SAFETY: elements of this line, and its `k` places in the results
        unsafe {
            let from = src.get().add(offset);
            if grid.line.size <= FEW {
                return short_topk(grid, line, from.cast_const(), k, flip, values, indices);
            }
            if very_few && grid.line.stride == 1 {
                let mut best = Best::none();
                for start in (0..grid.line.size).step_by(GLANCE) {
                    let n = GLANCE.min(grid.line.size - start);
                    best.take(from.add(start), n, start, k, flip);
                }
                s.pairs.clear();
                grow(&mut s.pairs, k);
                s.pairs.extend_from_slice(&best.pairs[..k]);
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

/// Of a short line the first, then the first of the rest: pairs are exchanged without a branch. (Two of ten, 6,000 times: selected and
/// sorted 507 us, so 111.)
unsafe fn short_topk<T: Sortable>(
    grid: &Grid,
    line: usize,
    from: *const T,
    k: usize,
    flip: u64,
    values: Ptr<T>,
    indices: Ptr<i64>,
) {
    let (n, stride) = (grid.line.size, grid.line.stride);
    let mut pairs = [T::Pair::default(); FEW];
    for (i, p) in pairs[..n].iter_mut().enumerate() {
        *p = <T::Pair as Pair>::new((*from.add(i * stride)).sort_key() ^ flip, i);
    }
    let (at, step) = grid.place(line, k);
    for j in 0..k.min(n) {
        let mut first = pairs[j];
        for p in &mut pairs[j + 1..n] {
            (first, *p) = first.in_order(*p);
        }
        let i = first.position();
        indices.at(at + j * step).write(i as i64);
        values.at(at + j * step).write(*from.add(i * stride));
    }
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
#[derive(Clone, Copy)]
struct Best<P: Pair> {
    pairs: [P; FEW],
    count: usize,
}

impl<P: Pair> Best<P> {
    fn none() -> Best<P> {
        Best { pairs: [P::default(); FEW], count: 0 }
    }
    /// What some more of the line bring, from the `start`-th on: `n` of them, neighbours.
    #[inline(always)]
    unsafe fn take<T: Sortable<Pair = P>>(
        &mut self,
        src: *const T,
        n: usize,
        start: usize,
        k: usize,
        flip: u64,
    ) {
        if self.count == k && !any_below::<T>(src, n, flip, self.pairs[k - 1].key()) {
            return;
        }
        let best = &mut self.pairs;
        for i in 0..n {
            let key = (*src.add(i)).sort_key() ^ flip;
            // of equal keys the earlier ones are kept
            if self.count == k && key >= best[k - 1].key() {
                continue;
            }
            let mut at = self.count.min(k - 1);
            while at > 0 && key < best[at - 1].key() {
                best[at] = best[at - 1];
                at -= 1;
            }
            best[at] = P::new(key, start + i);
            self.count = (self.count + 1).min(k);
        }
    }
}

/// Lines that lie beside each other, at a time: a line of memory has elements of as many, and is read once.
const BESIDE: usize = 8;

/// [`topk`] of lines beside each other, few of each. (Five of each of 64 columns of 30,000 float64: column by column 12 ms, so 1.6.)
unsafe fn topk_beside<T: Sortable>(
    grid: &Grid,
    src: Ptr<T>,
    k: usize,
    largest: bool,
    values: Ptr<T>,
    indices: Ptr<i64>,
) {
    let (line, flip) = (grid.line, if largest { turned::<T>() } else { 0 });
    grid.groups(BESIDE, line.size * 2, |first, offset, m| {
        let mut best = [Best::<T::Pair>::none(); BESIDE];
        let mut tile = [T::ZERO; BESIDE * GLANCE];
        let from = src.at(offset).cast_const();
        for start in (0..line.size).step_by(GLANCE) {
            let (n, src) = (GLANCE.min(line.size - start), from.add(start * line.stride));
            turn(src.cast(), line.stride, tile.as_mut_ptr().cast(), GLANCE, n, m, size_of::<T>());
            for (l, best) in best.iter_mut().enumerate().take(m) {
                best.take(tile.as_ptr().add(l * GLANCE), n, start, k, flip);
            }
        }
        for (l, best) in best.iter().enumerate().take(m) {
            let (at, step) = grid.place(first + l, k);
            for (j, p) in best.pairs[..k].iter().enumerate() {
                let i = p.position();
                indices.at(at + j * step).write(i as i64);
                values.at(at + j * step).write(*from.add(l + i * line.stride));
            }
        }
    });
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
    let (n, stride) = (grid.line.size, grid.line.stride);
    if n == 1 {
        // SAFETY: an element of each line, and its place
        return unsafe { only(grid, src, values, indices) };
    }
    grid.each::<T::Pair>(n * 4, |line, offset, s| {
        // SAFETY: elements of this line, and its one place in the results
        unsafe {
            let from = src.get().cast_const().add(offset);
            let mut few = [T::Pair::default(); FEW];
            let i = if let (2, Pick::Place(k)) = (n, what) {
                // (8,400 pairs: 102 us by selection, so 32)
                k ^ usize::from((*from).sort_key() > (*from.add(stride)).sort_key())
            } else if n <= FEW {
                for (i, p) in few[..n].iter_mut().enumerate() {
                    *p = <T::Pair as Pair>::new((*from.add(i * stride)).sort_key(), i);
                }
                let pairs = &mut few[..n];
                picked(what, pairs, from, stride, |pairs| pairs.sort_unstable())
            } else {
                load(s, from, grid.line, false);
                match what {
                    Pick::Mode => {
                        sort_pairs(s, T::BITS);
                        most_frequent(&s.pairs)
                    }
                    _ => picked(what, &mut s.pairs, from, stride, |_| ()),
                }
            };
            indices.at(line).write(i as i64);
            values.at(line).write(*from.add(i * stride));
        }
    });
}

/// The position of one of some pairs, which `sort` sorts.
#[inline(always)]
unsafe fn picked<T: Sortable>(
    what: Pick,
    pairs: &mut [T::Pair],
    from: *const T,
    stride: usize,
    sort: impl Fn(&mut [T::Pair]),
) -> usize {
    let n = pairs.len();
    let is_nan = |p: &T::Pair| is_nan(*from.add(p.position() * stride));
    match what {
        Pick::Place(k) => {
            select_place(pairs, k);
            pairs[k].position()
        }
        Pick::Median => match pairs.iter().find(|p| is_nan(p)) {
            Some(p) => p.position(),
            None => pairs.select_nth_unstable((n - 1) / 2).1.position(),
        },
        Pick::NanMedian => {
            let present = n - pairs.iter().filter(|p| is_nan(p)).count();
            pairs.select_nth_unstable(present.saturating_sub(1) / 2).1.position()
        }
        Pick::Mode => {
            sort(pairs);
            most_frequent(pairs)
        }
    }
}

/// Lines of one element.
unsafe fn only<T: Elem>(grid: &Grid, src: Ptr<T>, values: Ptr<T>, indices: Ptr<i64>) {
    grid.runs(|line, offset, count, apart| {
        indices.at(line).write_bytes(0, count);
        let size = size_of::<T>();
        gather(src.at(offset).cast_const().cast(), apart * size, values.at(line).cast(), size, count);
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
