//! Linear maps along one axis of dense memory seen as (outer, n, inner): each output position is a weighted sum of a
//! few input positions. Resizing, padding by reflection and their transposes are such maps.

use crate::base::{BF16, C64, C128, Elem, F16, Float, Num};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::{buffer, gathered, grow, poll};

/// A sparse matrix by rows: output `i` reads `index[k]` with `weight[k]` for `k` in `start[i]..start[i + 1]`.
#[derive(Clone, Debug)]
pub struct Taps {
    /// Input size.
    pub size: usize,
    start: Vec<u32>,
    index: Vec<u32>,
    weight: Vec<f64>,
}

impl Taps {
    /// From the entries (input position, weight) of every output.
    pub fn new(size: usize, rows: impl Iterator<Item = Vec<(usize, f64)>>) -> Taps {
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
    pub fn transposed(&self) -> Taps {
        let mut rows = buffer(Vec::new(), self.size);
        for o in 0..self.len() {
            for k in self.row(o) {
                rows[self.index[k] as usize].push((o, self.weight[k]));
            }
        }
        Taps::new(self.len(), rows.into_iter())
    }
    /// Every output is one input as it is.
    pub fn is_copy(&self) -> bool {
        self.weight.iter().all(|&w| w == 1.0) && self.start.windows(2).all(|w| w[1] - w[0] == 1)
    }
    #[inline(always)]
    fn row(&self, o: usize) -> std::ops::Range<usize> {
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
        s.round().clamp(0.0, 255.0) as u8
    }
}

const BLOCK: usize = 64;

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
    if inner == 1 {
        let weights: Vec<T::Sum> = gathered(taps.weight.iter().map(|&w| T::Sum::from_f64(w)));
        let grain = par::ELEMENTWISE_GRAIN / 2 / (n * each);
        return par::for_each_chunk(outer, grain.max(1), |r| {
            for o in r {
                // SAFETY: a line of each, by the caller's word
                unsafe { line(taps, &weights, src.at(o * taps.size), dst.at(o * n)) };
            }
        });
    }
    let grain = par::ELEMENTWISE_GRAIN / (inner * each);
    par::for_each_chunk(outer * n, grain.max(1), |r| {
        for t in r {
            let (o, i) = (t / n, t % n);
            // SAFETY: one output row per step
            unsafe { row(taps, i, inner, src.at(o * taps.size * inner), dst.at(t * inner)) };
        }
    });
}

multiversion! {
    unsafe fn line[T: Tap](taps: &Taps, weights: &[T::Sum], src: *const T, dst: *mut T) {
        for i in 0..taps.len() {
            let mut sum = T::Sum::ZERO;
            for k in taps.row(i) {
                sum = Num::add(sum, Num::mul(*weights.get_unchecked(k), (*src.add(*taps.index.get_unchecked(k) as usize)).up()));
            }
            *dst.add(i) = T::down(sum);
        }
    }
}

multiversion! {
    unsafe fn row[T: Tap](taps: &Taps, i: usize, inner: usize, src: *const T, dst: *mut T) {
        for from in (0..inner).step_by(BLOCK) {
            let n = (inner - from).min(BLOCK);
            let mut sums = [T::Sum::ZERO; BLOCK];
            for k in taps.row(i) {
                let w = T::Sum::from_f64(taps.weight[k]);
                let x = src.add(taps.index[k] as usize * inner + from);
                for j in 0..n {
                    sums[j] = Num::add(sums[j], Num::mul(w, (*x.add(j)).up()));
                }
            }
            for j in 0..n {
                *dst.add(from + j) = T::down(sums[j]);
            }
        }
    }
}

/// The map of single inputs with weight 1, for elements of `size` bytes of any kind.
///
/// # Safety
/// As [`apply`], in elements of `size` bytes; `taps.is_copy()`.
pub unsafe fn pick(taps: &Taps, outer: usize, inner: usize, size: usize, src: *const u8, dst: *mut u8) {
    let n = taps.len();
    if outer * n * inner == 0 {
        return;
    }
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    let bytes = inner * size;
    let grain = (par::ELEMENTWISE_GRAIN / (inner * n)).max(1);
    par::for_each_chunk(outer, grain, |r| {
        for o in r {
            // SAFETY: one outer slice per step
            unsafe {
                let (s, d) = (src.at(o * taps.size * bytes) as *const u8, dst.at(o * n * bytes));
                match bytes {
                    1 => lookup::<u8>(&taps.index, s, d),
                    2 => lookup::<u16>(&taps.index, s, d),
                    4 => lookup::<u32>(&taps.index, s, d),
                    8 => lookup::<u64>(&taps.index, s, d),
                    _ => {
                        for (i, &k) in taps.index.iter().enumerate() {
                            std::ptr::copy_nonoverlapping(s.add(k as usize * bytes), d.add(i * bytes), bytes);
                        }
                    }
                }
            }
        }
    });
}

unsafe fn lookup<U: Copy>(index: &[u32], src: *const u8, dst: *mut u8) {
    for (i, &k) in index.iter().enumerate() {
        (dst as *mut U).add(i).write_unaligned((src as *const U).add(k as usize).read_unaligned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_and_their_transposes() {
        let taps =
            Taps::new(3, [vec![(0, 1.0)], vec![(0, 0.5), (1, 0.5)], vec![(2, 1.0)], vec![]].into_iter());
        let back = taps.transposed();
        for inner in [1usize, 5, 70] {
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
    fn picking() {
        let taps = Taps::new(3, [vec![(2, 1.0)], vec![(0, 1.0)]].into_iter());
        assert!(taps.is_copy());
        for inner in [1usize, 3] {
            let src: Vec<u16> = (0..3 * inner as u16).collect();
            let mut dst = vec![0u16; 2 * inner];
            // SAFETY: vectors of the sizes named
            unsafe { pick(&taps, 1, inner, 2, src.as_ptr().cast(), dst.as_mut_ptr().cast()) };
            assert_eq!(dst[0], 2 * inner as u16);
            assert_eq!(dst[inner], 0);
        }
    }
}
