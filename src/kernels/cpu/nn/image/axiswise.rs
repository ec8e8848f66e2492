//! Linear maps along one axis of dense memory seen as (outer, n, inner): each output position is a weighted sum of a
//! few input positions. Resizing, padding by reflection and their transposes are such maps.

use crate::base::{BF16, C64, C128, Elem, F16, Float, Num};
use crate::kernels::cpu::machine::blocks::copy_few;
use crate::kernels::cpu::machine::float::{Cut, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::{buffer, gathered, grow, poll};
use smallvec::SmallVec;
use std::ops::Range;

/// A sparse matrix by rows: output `i` reads `index[k]` with `weight[k]` for `k` in `start[i]..start[i + 1]`.
#[derive(Clone, Debug)]
pub struct Taps {
    /// Input size.
    pub size: usize,
    start: Vec<u32>,
    index: Vec<u32>,
    weight: Vec<f64>,
}

/// The entries (input position, weight) of one output; four make a cubic.
pub type Entries = SmallVec<[(usize, f64); 4]>;

impl Taps {
    /// From the entries of every output.
    pub fn new(size: usize, rows: impl Iterator<Item = Entries>) -> Taps {
        let mut t = Taps { size, start: vec![0], index: Vec::new(), weight: Vec::new() };
        let count = rows.size_hint().0;
        grow(&mut t.start, count.saturating_add(1));
        grow(&mut t.index, count);
        grow(&mut t.weight, count);
        for (o, row) in rows.enumerate() {
            if o % 4096 == 0 {
                poll();
            }
            grow(&mut t.index, row.len());
            grow(&mut t.weight, row.len());
            for (i, w) in row {
                t.index.push(i as u32);
                t.weight.push(w);
            }
            t.start.push(t.index.len() as u32);
        }
        t
    }
    /// Output size.
    pub fn len(&self) -> usize {
        self.start.len() - 1
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Entries of all rows.
    pub fn terms(&self) -> usize {
        self.index.len()
    }
    /// Appends it as words: where rows start, positions, weights (as float64 in two words each).
    pub fn words(&self, double: bool, to: &mut Vec<u32>) {
        to.extend_from_slice(&self.start);
        to.extend_from_slice(&self.index);
        for &w in &self.weight {
            if double {
                to.extend([w.to_bits() as u32, (w.to_bits() >> 32) as u32]);
            } else {
                to.push((w as f32).to_bits());
            }
        }
    }
    /// From the input that each output is.
    pub fn single(size: usize, inputs: impl ExactSizeIterator<Item = usize>) -> Taps {
        let mut t = Taps { size, start: Vec::new(), index: Vec::new(), weight: buffer(1.0, inputs.len()) };
        t.start = gathered((0..inputs.len() + 1).map(|o| o as u32));
        t.index = gathered(inputs.enumerate().map(|(o, i)| {
            if o % 4096 == 0 {
                poll();
            }
            i as u32
        }));
        t
    }
    pub fn transposed(&self) -> Taps {
        let terms = self.terms();
        let mut start = buffer(0u32, self.size + 1);
        for &i in &self.index {
            start[i as usize + 1] += 1;
        }
        for i in 0..self.size {
            start[i + 1] += start[i];
        }
        let (mut index, mut weight) = (buffer(0u32, terms), buffer(0.0, terms));
        let mut next = gathered(start.iter().copied());
        for o in 0..self.len() {
            for k in self.row(o) {
                let at = &mut next[self.index[k] as usize];
                index[*at as usize] = o as u32;
                weight[*at as usize] = self.weight[k];
                *at += 1;
            }
        }
        Taps { size: self.len(), start, index, weight }
    }
    /// Every output is one input as it is.
    pub fn is_copy(&self) -> bool {
        self.weight.iter().all(|&w| w == 1.0) && self.start.windows(2).all(|w| w[1] - w[0] == 1)
    }
    /// The outputs, from the first such to the last in a row, that are of two inputs each: nearly all of a resized line.
    fn pairs(&self) -> Range<usize> {
        let pair = |o: &usize| self.start[o + 1] - self.start[*o] == 2;
        let from = (0..self.len()).find(pair).unwrap_or(self.len());
        from..(from..self.len()).find(|o| !pair(o)).unwrap_or(self.len())
    }
    #[inline(always)]
    fn row(&self, o: usize) -> Range<usize> {
        self.start[o] as usize..self.start[o + 1] as usize
    }
}

/// Types that sums run over; halves are summed in float32.
pub trait Tap: Elem {
    type Sum: Num;
    fn up(self) -> Self::Sum;
    fn down(s: Self::Sum) -> Self;
}
macro_rules! plain_tap {
    ($($t:ty)*) => {$(impl Tap for $t {
        type Sum = $t;
        #[inline(always)]
        fn up(self) -> $t { self }
        #[inline(always)]
        fn down(s: $t) -> $t { s }
    })*};
}
plain_tap!(f32 f64 C64 C128 i64);
macro_rules! half_tap {
    ($($t:ty)*) => {$(impl Tap for $t {
        type Sum = f32;
        #[inline(always)]
        fn up(self) -> f32 { Float::up(self) }
        #[inline(always)]
        fn down(s: f32) -> $t { <$t as Float>::down(s) }
    })*};
}
half_tap!(F16 BF16);
impl Tap for u8 {
    type Sum = f32;
    #[inline(always)]
    fn up(self) -> f32 {
        self as f32
    }
    #[inline(always)]
    fn down(s: f32) -> u8 {
        s.round().clamp(0.0, 255.0).cut() as u8
    }
}

/// `dst[o, i, r] = sum of weight * src[o, index, r]`.
///
/// # Safety
/// `src` is valid for `outer * taps.size * inner` elements, `dst` for `outer * taps.len() * inner`; they do not overlap.
pub unsafe fn apply<T: Tap>(taps: &Taps, outer: usize, inner: usize, src: *const T, dst: *mut T) {
    let n = taps.len();
    if outer * n * inner == 0 {
        return;
    }
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    let each = (taps.index.len() / n).max(1);
    let weights: Vec<T::Sum> = gathered(taps.weight.iter().map(|&w| T::Sum::from_f64(w)));
    if inner == 1 {
        let grain = par::ELEMENTWISE_GRAIN / 2 / (n * each);
        let pairs = taps.pairs();
        return par::for_each_chunk(outer, grain.max(1), |r| {
            for o in r {
                // SAFETY: a line of each, by the caller's word
                unsafe { line(taps, &weights, &pairs, src.at(o * taps.size), dst.at(o * n)) };
            }
        });
    }
    if inner <= FEW {
        let grain = par::ELEMENTWISE_GRAIN / (n * inner * each);
        return par::for_each_chunk(outer, grain.max(1), |r| {
            for o in r {
                // SAFETY: a line of each, by the caller's word
                unsafe { few(taps, &weights, inner, src.at(o * taps.size * inner), dst.at(o * n * inner)) };
            }
        });
    }
    let grain = par::ELEMENTWISE_GRAIN / (inner * each);
    par::for_each_chunk(outer * n, grain.max(1), |r| {
        stretches(r, n, |o, part| {
            let (s, d) = (src.at(o * taps.size * inner), dst.at(o * n * inner));
            // SAFETY: rows of a slice of each, by the caller's word
            unsafe { rows(taps, &weights, part, inner, s, d) }
        });
    });
}

/// A range of rows as parts of the slices, of `n` rows each, that they lie in.
fn stretches(r: Range<usize>, n: usize, mut each: impl FnMut(usize, Range<usize>)) {
    let mut t = r.start;
    while t < r.end {
        let (o, i) = (t / n, t % n);
        let end = n.min(i + r.end - t);
        each(o, i..end);
        t += end - i;
    }
}

multiversion! {
    unsafe fn line[T: Tap](taps: &Taps, weights: &[T::Sum], pairs: &Range<usize>, src: *const T, dst: *mut T) {
        let term = |k: usize| {
            Num::mul(*weights.get_unchecked(k), (*src.add(*taps.index.get_unchecked(k) as usize)).up())
        };
        let any = |i: usize| {
            let mut sum = T::Sum::ZERO;
            for k in taps.row(i) {
                sum = Num::add(sum, term(k));
            }
            *dst.add(i) = T::down(sum);
        };
        (0..pairs.start).for_each(any);
        let mut k = taps.start[pairs.start] as usize;
        for i in pairs.start..pairs.end {
            *dst.add(i) = T::down(Num::add(Num::add(T::Sum::ZERO, term(k)), term(k + 1)));
            k += 2;
        }
        (pairs.end..taps.len()).for_each(any);
    }
}

/// Elements behind the axis of which a line is taken at once: the colours of a pixel.
const FEW: usize = 4;

multiversion! {
    unsafe fn few[T: Tap](taps: &Taps, weights: &[T::Sum], inner: usize, src: *const T, dst: *mut T) {
        match inner {
            2 => pixels::<T, 2>(taps, weights, src, dst),
            3 => pixels::<T, 3>(taps, weights, src, dst),
            _ => pixels::<T, FEW>(taps, weights, src, dst),
        }
    }
}

#[inline(always)]
unsafe fn pixels<T: Tap, const N: usize>(taps: &Taps, weights: &[T::Sum], src: *const T, dst: *mut T) {
    for i in 0..taps.len() {
        let mut sums = [T::Sum::ZERO; N];
        for k in taps.row(i) {
            let (w, x) = (*weights.get_unchecked(k), src.add(*taps.index.get_unchecked(k) as usize * N));
            for j in 0..N {
                sums[j] = Num::add(sums[j], Num::mul(w, (*x.add(j)).up()));
            }
        }
        for j in 0..N {
            *dst.add(i * N + j) = T::down(sums[j]);
        }
    }
}

/// Elements of a row that are summed side by side: of long rows, and of what is left or the channels of a pixel.
const WIDE: usize = 64;
const NARROW: usize = 16;

multiversion! {
    /// Whole rows of `inner` elements, all outputs of `part` in one call: for each by itself, in blocks of 64, halving an
    /// image of 16 channels took four times as long.
    unsafe fn rows[T: Tap](taps: &Taps, weights: &[T::Sum], part: Range<usize>, inner: usize, src: *const T, dst: *mut T) {
        for i in part {
            let (terms, to) = (taps.row(i), dst.add(i * inner));
            let mut from = 0;
            while from + WIDE <= inner {
                block::<T, WIDE>(taps, weights, terms.clone(), inner, WIDE, src.add(from), to.add(from));
                from += WIDE;
            }
            while from + NARROW <= inner {
                block::<T, NARROW>(taps, weights, terms.clone(), inner, NARROW, src.add(from), to.add(from));
                from += NARROW;
            }
            if from < inner {
                block::<T, NARROW>(taps, weights, terms, inner, inner - from, src.add(from), to.add(from));
            }
        }
    }
}

#[inline(always)]
unsafe fn block<T: Tap, const N: usize>(
    taps: &Taps,
    weights: &[T::Sum],
    terms: Range<usize>,
    inner: usize,
    n: usize,
    src: *const T,
    dst: *mut T,
) {
    let mut sums = [T::Sum::ZERO; N];
    for k in terms {
        let (w, x) = (*weights.get_unchecked(k), src.add(*taps.index.get_unchecked(k) as usize * inner));
        for j in 0..n {
            sums[j] = Num::add(sums[j], Num::mul(w, (*x.add(j)).up()));
        }
    }
    for j in 0..n {
        *dst.add(j) = T::down(sums[j]);
    }
}

/// An axis outside the one along which [`pick`] copies runs: its size in the result, how far apart its elements are in the
/// source, and which of them each output reads, if not its own.
#[derive(Clone, Copy)]
pub struct Outer<'a> {
    pub n: usize,
    pub step: usize,
    pub taps: Option<&'a Taps>,
}

impl Outer<'_> {
    #[inline(always)]
    fn place(&self, i: usize) -> usize {
        self.taps.map_or(i, |t| t.index[i] as usize)
    }
}

/// Maps of single inputs with weight 1, for elements of `size` bytes of any kind: all axes at once, so that what lies
/// between two of them is never written.
///
/// # Safety
/// As [`apply`], in elements of `size` bytes; the maps are `is_copy()`, and the axes `outer` lie around that of `taps`.
pub unsafe fn pick(outer: &[Outer], taps: &Taps, inner: usize, size: usize, src: *const u8, dst: *mut u8) {
    let n = taps.len();
    let count: usize = outer.iter().map(|a| a.n).product();
    if count * n * inner == 0 {
        return;
    }
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    let bytes = inner * size;
    let runs = runs(&taps.index);
    // doubled by its nearest neighbours a row has a run for each two elements: then they are looked up one by one
    let long = runs.len() * RUN <= n;
    let grain = (par::ELEMENTWISE_GRAIN / (inner * n)).max(1);
    let way: Way = match (bytes, long) {
        (1, false) => lookup::<u8>,
        (2, false) => lookup::<u16>,
        (4, false) => lookup::<u32>,
        (8, false) => lookup::<u64>,
        (1, true) => by_runs::<u8>,
        (2, true) => by_runs::<u16>,
        (4, true) => by_runs::<u32>,
        (8, true) => by_runs::<u64>,
        _ => blocks::<u8>,
    };
    let line = Line { index: &taps.index, runs: &runs, bytes };
    let none = Outer { n: 1, step: 0, taps: None };
    let (near, far) = outer.split_last().unwrap_or((&none, &[]));
    par::for_each_chunk(count, grain, |r| {
        stretches(r, near.n, |o, part| {
            let (mut rest, mut base) = (o, 0);
            for axis in far.iter().rev() {
                let i = rest % axis.n;
                rest /= axis.n;
                base += axis.step * axis.place(i);
            }
            // SAFETY: rows of the result that are this task's, and what they read
            unsafe { way(&line, near, part, size, src.at(base * size), dst.at(o * near.n * n * bytes)) };
        });
    });
}

/// Rows of the result, which lie one after another, of a slice that both begin at. All in one call, compiled for the processor: a
/// border of 1 around 4x16x32x32 float32 takes 11.8 us where a call for each row took 17.4.
type Way = unsafe fn(&Line, &Outer, Range<usize>, usize, *const u8, *mut u8);

/// A line of single inputs: as a table, as runs, and the bytes of what is copied for each entry.
struct Line<'a> {
    index: &'a [u32],
    runs: &'a [Run],
    bytes: usize,
}

/// Outputs of a run, on the average, from which on runs are worth their beginnings: with 2 of a run (`interpolate` by nearest
/// neighbours) they took three to seven times the time of the table.
const RUN: usize = 8;

/// Writes each row by `one`, or as the row before it where both read the same place.
#[inline(always)]
unsafe fn each_row(
    line: &Line,
    near: &Outer,
    part: Range<usize>,
    size: usize,
    src: *const u8,
    dst: *mut u8,
    one: impl Fn(*const u8, *mut u8),
) {
    let bytes = line.index.len() * line.bytes;
    let mut before = usize::MAX;
    for i in part {
        let (from, d) = (near.step * near.place(i), dst.add(i * bytes));
        if from == before {
            copy_few(d.sub(bytes), d, bytes);
        } else {
            one(src.add(from * size), d);
        }
        before = from;
    }
}

macro_rules! ways {
    ($($(#[$doc:meta])* $name:ident by $one:expr;)*) => {$(
        $(#[$doc])*
        unsafe fn $name<U: Copy>(line: &Line, near: &Outer, part: Range<usize>, size: usize, src: *const u8, dst: *mut u8) {
            multiversion! {
                unsafe fn all[U: Copy](line: &Line, near: &Outer, part: Range<usize>, size: usize, src: *const U, dst: *mut U) {
                    // SAFETY: a row of the caller's
                    each_row(line, near, part, size, src.cast(), dst.cast(), |s, d| unsafe { $one(line, s, d) })
                }
            }
            all::<U>(line, near, part, size, src.cast(), dst.cast())
        }
    )*};
}
ways! {
    /// By the table.
    lookup by row_by_table::<U>;
    /// By runs, of blocks of any number of bytes.
    blocks by row_of_blocks;
    /// By runs.
    by_runs by row_by_runs::<U>;
}

#[inline(always)]
unsafe fn row_by_table<U: Copy>(line: &Line, src: *const u8, dst: *mut u8) {
    let (src, dst) = (src as *const U, dst as *mut U);
    for (i, &k) in line.index.iter().enumerate() {
        dst.add(i).write_unaligned(src.add(k as usize).read_unaligned());
    }
}

#[inline(always)]
unsafe fn row_of_blocks(line: &Line, src: *const u8, dst: *mut u8) {
    let bytes = line.bytes;
    for run in line.runs {
        let d = dst.add(run.at * bytes);
        if run.step == 1 {
            std::ptr::copy_nonoverlapping(src.add(run.from * bytes), d, run.n * bytes);
            continue;
        }
        for i in 0..run.n {
            let from = src.offset((run.from as isize + i as isize * run.step) * bytes as isize);
            std::ptr::copy_nonoverlapping(from, d.add(i * bytes), bytes);
        }
    }
}

/// Outputs that read inputs one after another, forwards or backwards, or one input all of them.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    at: usize,
    from: usize,
    n: usize,
    step: isize,
}

/// A map of single inputs as runs: padding makes three of an axis, whatever its length.
fn runs(index: &[u32]) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    for (at, &k) in index.iter().enumerate() {
        if let Some(run) = out.last_mut() {
            let step = k as isize - (run.from as isize + (run.n as isize - 1) * run.step);
            if (run.n == 1 && step.abs() <= 1) || step == run.step {
                *run = Run { n: run.n + 1, step, ..*run };
                continue;
            }
        }
        grow(&mut out, 1);
        out.push(Run { at, from: k as usize, n: 1, step: 1 });
    }
    out
}

#[inline(always)]
unsafe fn row_by_runs<U: Copy>(line: &Line, src: *const u8, dst: *mut u8) {
    let (src, dst) = (src as *const U, dst as *mut U);
    for run in line.runs {
        let (from, to) = (src.wrapping_add(run.from), dst.wrapping_add(run.at));
        if run.step == 1 && run.n >= 8 {
            copy_few(from.cast(), to.cast(), run.n * size_of::<U>());
            continue;
        }
        let put = |i: usize| to.add(i).write_unaligned(from.offset(i as isize * run.step).read_unaligned());
        // a border of one to three is a few moves, not a loop
        put(0);
        match run.n {
            1 => {}
            2 => put(1),
            3 => {
                put(1);
                put(2);
            }
            n => (1..n).for_each(put),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_and_their_transposes() {
        let taps = Taps::new(
            3,
            [vec![(0, 1.0)], vec![(0, 0.5), (1, 0.5)], vec![(2, 1.0)], vec![]]
                .map(Entries::from_vec)
                .into_iter(),
        );
        let back = taps.transposed();
        for inner in [1usize, 2, 3, 4, 5, 70] {
            let src: Vec<f32> = (0..2 * 3 * inner).map(|i| i as f32).collect();
            let mut dst = vec![0f32; 2 * 4 * inner];
            let mut there = vec![0f32; 2 * 3 * inner];
            // SAFETY: vectors of the sizes named
            unsafe {
                apply(&taps, 2, inner, src.as_ptr(), dst.as_mut_ptr());
                apply(&back, 2, inner, dst.as_ptr(), there.as_mut_ptr());
            }
            let at = |o: usize, i: usize, r: usize| src[(o * 3 + i) * inner + r];
            for o in 0..2 {
                for r in 0..inner {
                    let got = |i: usize| dst[(o * 4 + i) * inner + r];
                    assert_eq!([got(0), got(2), got(3)], [at(o, 0, r), at(o, 2, r), 0.0]);
                    assert_eq!(got(1), 0.5 * at(o, 0, r) + 0.5 * at(o, 1, r));
                    assert_eq!(there[o * 3 * inner + r], got(0) + 0.5 * got(1));
                }
            }
        }
    }

    #[test]
    fn runs_of_every_kind() {
        let index = [2u32, 1, 0, 1, 2, 3, 4, 4, 4, 9, 7, 5];
        let runs = runs(&index);
        let back: Vec<u32> = runs
            .iter()
            .flat_map(|r| (0..r.n).map(|i| (r.from as isize + i as isize * r.step) as u32))
            .collect();
        assert_eq!(back, index);
        assert!(runs.len() <= 6 && runs[0] == Run { at: 0, from: 2, n: 3, step: -1 }, "{runs:?}");
        assert!(runs.windows(2).all(|w| w[0].at + w[0].n == w[1].at));
    }

    #[test]
    fn picking() {
        let taps = Taps::single(3, [2, 0].into_iter());
        assert!(taps.is_copy());
        for inner in [1usize, 3] {
            let src: Vec<u16> = (0..3 * inner as u16).collect();
            let mut dst = vec![0u16; 2 * inner];
            // SAFETY: vectors of the sizes named
            unsafe { pick(&[], &taps, inner, 2, src.as_ptr().cast(), dst.as_mut_ptr().cast()) };
            assert_eq!(dst[0], 2 * inner as u16);
            assert_eq!(dst[inner], 0);
        }
        // two axes at once, 3 by 4 to 2 by 5
        let across = Taps::single(4, [1, 0, 1, 2, 3].into_iter());
        let src: Vec<u32> = (0..12).collect();
        let mut dst = vec![0u32; 10];
        let outer = [Outer { n: 2, step: 4, taps: Some(&taps) }];
        // SAFETY: vectors of the sizes named
        unsafe { pick(&outer, &across, 1, 4, src.as_ptr().cast(), dst.as_mut_ptr().cast()) };
        assert_eq!(dst, [9, 8, 9, 10, 11, 1, 0, 1, 2, 3]);
    }
}
