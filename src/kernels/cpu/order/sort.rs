//! Sorting and selecting along lines. Every element becomes an unsigned key whose order is that of the sort (nan
//! greatest, -0 equal to 0) with its position behind it in one integer: the pairs are distinct, so any sort of them
//! is stable, and comparing them has no branches on types.

use crate::base::{BF16, Elem, F16};
use crate::kernels::cpu::machine::float::{Cmp, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::reduce::{Axes, Axis, Cursor, ReducePlan};
use std::ops::Range;

/// Types with a sort order.
pub trait Sortable: Elem {
    /// The pair of key and position.
    type Pair: Pair;
    fn sort_key(self) -> u64;
}

/// A key in the high bits, a position in the low ones.
pub trait Pair: Copy + Ord + Default + Send + Sync + 'static {
    const KEY_BITS: u32;
    fn new(key: u64, position: usize) -> Self;
    fn key(self) -> u64;
    fn position(self) -> usize;
}

impl Pair for u64 {
    const KEY_BITS: u32 = 32;
    #[inline(always)]
    fn new(key: u64, position: usize) -> u64 {
        key << 32 | position as u64
    }
    #[inline(always)]
    fn key(self) -> u64 {
        self >> 32
    }
    #[inline(always)]
    fn position(self) -> usize {
        (self & 0xffff_ffff) as usize
    }
}

impl Pair for u128 {
    const KEY_BITS: u32 = 64;
    #[inline(always)]
    fn new(key: u64, position: usize) -> u128 {
        (key as u128) << 64 | position as u128
    }
    #[inline(always)]
    fn key(self) -> u64 {
        (self >> 64) as u64
    }
    #[inline(always)]
    fn position(self) -> usize {
        self as u64 as usize
    }
}

macro_rules! sortable {
    ($($t:ty: $pair:ty, |$x:ident| $key:expr;)*) => {$(
        impl Sortable for $t {
            type Pair = $pair;
            #[inline(always)]
            fn sort_key(self) -> u64 { let $x = self; $key }
        }
    )*};
}
sortable! {
    bool: u64, |x| x as u64;
    u8: u64, |x| x as u64;
    i8: u64, |x| (x as u8 ^ 0x80) as u64;
    i16: u64, |x| (x as u16 ^ 0x8000) as u64;
    i32: u64, |x| (x as u32 ^ 0x8000_0000) as u64;
    i64: u128, |x| x as u64 ^ (1 << 63);
    f32: u64, |x| float_key(x);
    F16: u64, |x| float_key(x.to_f32());
    BF16: u64, |x| float_key(x.to_f32());
    f64: u128, |x| if x.is_nan() { u64::MAX } else {
        let b = (x + 0.0).to_bits();
        if b >> 63 == 1 { !b } else { b | 1 << 63 }
    };
}

#[inline(always)]
fn float_key(x: f32) -> u64 {
    // adding zero turns -0 into 0
    let b = (x + 0.0).to_bits();
    let ordered = if b >> 31 == 1 { !b } else { b | 1 << 31 };
    (if x.is_nan() { u32::MAX } else { ordered }) as u64
}

/// Buffers of one thread.
#[derive(Default)]
struct Scratch<P> {
    pairs: Vec<P>,
    other: Vec<P>,
}

/// Below this many pairs the library's comparison sort is faster than counting digits.
const RADIX_FROM: usize = 1500;
const DIGIT: u32 = 11;

/// Sorts the pairs of a scratch.
fn sort_pairs<P: Pair>(s: &mut Scratch<P>) {
    let n = s.pairs.len();
    if n < RADIX_FROM {
        return s.pairs.sort_unstable();
    }
    let digits = P::KEY_BITS.div_ceil(DIGIT) as usize;
    let mut counts = vec![[0u32; 1 << DIGIT]; digits];
    for p in &s.pairs {
        let key = p.key();
        for (d, c) in counts.iter_mut().enumerate() {
            c[(key >> (d as u32 * DIGIT)) as usize & ((1 << DIGIT) - 1)] += 1;
        }
    }
    s.other.resize(n, P::default());
    for (d, c) in counts.iter_mut().enumerate() {
        if c.iter().any(|&k| k as usize == n) {
            continue; // all alike in this digit
        }
        let mut at = 0;
        for k in c.iter_mut() {
            at += std::mem::replace(k, at);
        }
        for p in &s.pairs {
            let slot = &mut c[(p.key() >> (d as u32 * DIGIT)) as usize & ((1 << DIGIT) - 1)];
            s.other[*slot as usize] = *p;
            *slot += 1;
        }
        std::mem::swap(&mut s.pairs, &mut s.other);
    }
}

/// The lines of a strided tensor along one axis; results are dense.
pub struct Grid {
    outer: Axes,
    count: usize,
    line: Axis,
    /// Elements after one along the axis, for results with `out_n` of them.
    inner: usize,
}

impl Grid {
    pub fn new(shape: &[usize], strides: &[usize], axis: usize) -> Grid {
        if shape.is_empty() {
            return Grid { outer: Axes::new(), count: 1, line: Axis { size: 1, stride: 1 }, inner: 1 };
        }
        let mut mask = vec![false; shape.len()];
        mask[axis] = true;
        let plan = ReducePlan::ordered(shape, strides, &mask);
        Grid {
            outer: plan.outer,
            count: plan.outer_len,
            line: Axis { size: shape[axis], stride: strides[axis] },
            inner: shape[axis + 1..].iter().product(),
        }
    }
    /// Where a line's first result lies and how far apart its results are, with `n` results in each.
    #[inline]
    fn place(&self, line: usize, n: usize) -> (usize, usize) {
        (line / self.inner * self.inner * n + line % self.inner, self.inner)
    }
    /// Calls `f(line, offset of its first element, scratch)` for every line, in parallel.
    fn each<P: Pair>(&self, cost: usize, f: impl Fn(usize, usize, &mut Scratch<P>) + Sync) {
        let grain = par::MATH_GRAIN.div_ceil(cost.max(1));
        par::for_each_chunk(self.count, grain, |r: Range<usize>| {
            let mut scratch = Scratch::default();
            let mut cursor = Cursor::new(&self.outer, r.start);
            for line in r {
                f(line, cursor.offset, &mut scratch);
                cursor.advance();
            }
        });
    }
}

/// Fills the pairs of one line; with `descending` the keys are turned around.
unsafe fn load<T: Sortable>(s: &mut Scratch<T::Pair>, src: *const T, line: Axis, descending: bool) {
    let all = if <T::Pair as Pair>::KEY_BITS == 64 { u64::MAX } else { u32::MAX as u64 };
    let flip = if descending { all } else { 0 };
    s.pairs.clear();
    s.pairs.extend((0..line.size).map(|i| {
        // SAFETY: an element of the line
        let x = unsafe { *src.add(i * line.stride) };
        <T::Pair as Pair>::new(x.sort_key() ^ flip, i)
    }));
}

/// Sorted values (unless null) and the positions they came from, dense along the same axis.
///
/// # Safety
/// `src` is readable over the grid's tensor; results are writable for as many elements.
pub unsafe fn sort<T: Sortable>(
    grid: &Grid,
    src: *const T,
    descending: bool,
    values: *mut T,
    indices: *mut i64,
) {
    let (src, values, indices) = (Ptr::of(src), Ptr(values), Ptr(indices));
    let n = grid.line.size;
    grid.each::<T::Pair>(n * 8, |line, offset, s| {
        // SAFETY: elements of this line, and its places in the results
        unsafe {
            let from = src.get().add(offset);
            load(s, from, grid.line, descending);
            sort_pairs(s);
            let (at, step) = grid.place(line, n);
            for (k, p) in s.pairs.iter().enumerate() {
                let i = p.position();
                indices.at(at + k * step).write(i as i64);
                if !values.get().is_null() {
                    values.at(at + k * step).write(*from.add(i * grid.line.stride));
                }
            }
        }
    });
}

/// The `k` first elements in order of the sort and their positions.
///
/// # Safety
/// As [`sort`], with `k` results for each line.
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
        // SAFETY: as above
        unsafe {
            let from = src.get().add(offset);
            if k * 8 < grid.line.size {
                first_few(s, from, grid.line, k, largest);
            } else {
                load(s, from, grid.line, largest);
                if k < s.pairs.len() {
                    s.pairs.select_nth_unstable(k - 1);
                    s.pairs.truncate(k);
                }
            }
            sort_pairs(s);
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

/// The `k` first pairs of a line: only elements below the worst of a full buffer enter it.
unsafe fn first_few<T: Sortable>(
    s: &mut Scratch<T::Pair>,
    src: *const T,
    line: Axis,
    k: usize,
    largest: bool,
) {
    let all = if <T::Pair as Pair>::KEY_BITS == 64 { u64::MAX } else { u32::MAX as u64 };
    let flip = if largest { all } else { 0 };
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
/// As [`sort`], with one result for each line; lines are not empty.
pub unsafe fn pick<T: Sortable>(grid: &Grid, src: *const T, what: Pick, values: *mut T, indices: *mut i64) {
    let (src, values, indices) = (Ptr::of(src), Ptr(values), Ptr(indices));
    let n = grid.line.size;
    grid.each::<T::Pair>(n * 4, |line, offset, s| {
        // SAFETY: as above
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
                    sort_pairs(s);
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
    T::DTYPE.category() == crate::base::Category::Float && x != x
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
    group(&s.pairs.iter().map(|p| p.position()).collect::<Vec<_>>(), inverse, |a, b| {
        *src.add(a) == *src.add(b)
    })
}

/// Groups neighbours in the given order of positions that are equal.
pub fn group(order: &[usize], inverse: bool, same: impl Fn(usize, usize) -> bool) -> Groups {
    let mut g = Groups {
        first: Vec::new(),
        counts: Vec::new(),
        inverse: vec![0; if inverse { order.len() } else { 0 }],
    };
    for (k, &i) in order.iter().enumerate() {
        if k == 0 || !same(order[k - 1], i) {
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

/// How many of the `n` sorted elements lie before `v`: those less than it, or with `right` those up to it. Without
/// branches on data: each halving is one load and one conditional move.
#[inline(always)]
fn before<T: Elem + PartialOrd>(sorted: impl Fn(usize) -> T, n: usize, v: T, right: bool) -> usize {
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

/// Elements in each of some bins of equal width; those outside the range are left out.
///
/// # Safety
/// `src` is readable for `n` elements.
pub unsafe fn histogram_counts<T: Cmp>(src: *const T, n: usize, (lo, hi): (f64, f64), counts: &mut [i64]) {
    let bins = counts.len();
    let (lo, hi, width) = (T::of(lo), T::of(hi), T::of(bins as f64));
    let src = Ptr::of(src);
    let total = std::sync::Mutex::new(counts);
    par::for_each_chunk(n, par::REDUCE_GRAIN.max(4 * bins), |r| {
        let mut own = vec![0i64; bins];
        for i in r {
            // SAFETY: an element of the array
            let v = unsafe { *src.at(i) };
            if v >= lo && v <= hi {
                let place = ((v - lo) * width / (hi - lo)).to_f64() as usize;
                own[place.min(bins - 1)] += 1;
            }
        }
        let mut total = total.lock().unwrap_or_else(|e| e.into_inner());
        total.iter_mut().zip(own).for_each(|(t, c)| *t += c);
    });
}

/// Adds the weight (one, if `weights` is null) of each element to the bin between its two neighbouring edges.
///
/// # Safety
/// `src` and `weights` are readable for `n` elements, `edges` for one more than there are sums.
pub unsafe fn edge_counts<T: Cmp>(
    src: *const T,
    weights: *const T,
    n: usize,
    edges: *const T,
    sums: &mut [f64],
) {
    let bins = sums.len();
    let (lo, hi) = (*edges, *edges.add(bins));
    for i in 0..n {
        let v = *src.add(i);
        if v >= lo && v <= hi {
            let place = before(|k| *edges.add(k), bins + 1, v, true).clamp(1, bins) - 1;
            sums[place] += if weights.is_null() { 1.0 } else { (*weights.add(i)).to_f64() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(i: usize) -> u64 {
        let h = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (h ^ (h >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
    }

    #[test]
    fn sorted_and_stable() {
        for n in [0, 1, 2, 17, 1499, 1500, 5000] {
            let mut x: Vec<f32> = (0..n).map(|i| (noise(i) % 301) as f32 - 150.0).collect();
            for (i, v) in
                [f32::NAN, -0.0, 0.0, f32::INFINITY, f32::NEG_INFINITY, -f32::NAN].into_iter().enumerate()
            {
                if let Some(p) = x.get_mut(i * 3) {
                    *p = v;
                }
            }
            for descending in [false, true] {
                let (mut v, mut at) = (vec![0f32; n], vec![0i64; n]);
                // SAFETY: n elements each
                unsafe {
                    sort(&Grid::new(&[n], &[1], 0), x.as_ptr(), descending, v.as_mut_ptr(), at.as_mut_ptr())
                };
                let mut want: Vec<usize> = (0..n).collect();
                want.sort_by(|&a, &b| {
                    let o = x[a].partial_cmp(&x[b]).unwrap_or(x[a].is_nan().cmp(&x[b].is_nan()));
                    if descending { o.reverse() } else { o }
                });
                assert_eq!(at, want.iter().map(|&i| i as i64).collect::<Vec<_>>());
                assert!(v.iter().zip(&want).all(|(a, &b)| a.to_bits() == x[b].to_bits()));
            }
        }
        let x: Vec<i64> = (0..3000).map(|i| noise(i) as i64 - (1 << 40)).collect();
        let (mut v, mut at) = (vec![0i64; 3000], vec![0i64; 3000]);
        // SAFETY: 3000 elements each, as 3 lines of stride 3
        unsafe {
            sort(&Grid::new(&[1000, 3], &[3, 1], 0), x.as_ptr(), false, v.as_mut_ptr(), at.as_mut_ptr())
        };
        for line in 0..3 {
            assert!((1..1000).all(|i| v[i * 3 + line] >= v[i * 3 + line - 3]));
            assert!((0..1000).all(|i| x[at[i * 3 + line] as usize * 3 + line] == v[i * 3 + line]));
        }
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
