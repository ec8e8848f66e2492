//! Elements counted in bins.

use super::search::before;
use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Cut, Ptr};
use crate::kernels::cpu::machine::stop::{self, buffer};
use crate::kernels::cpu::machine::{par, simd};

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
        let mut own = buffer(0i64, bins);
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

/// Elements whose bins are guessed together.
const BLOCK: usize = 256;

multiversion! {
    /// The bins of elements among edges at even distances, or one beside: elements outside get the first or the last.
    unsafe fn guesses[T: Cmp](src: *const T, n: usize, lo: T, scale: T, last: f64, out: *mut u32) {
        for i in 0..n {
            let at = ((*src.add(i) - lo) * scale).to_f64();
            let at = if at > 0.0 { at } else { 0.0 };
            *out.add(i) = (if at < last { at } else { last }).cut() as u32;
        }
    }
}

/// Whether edges lie where even distances would have them, to half of one.
unsafe fn are_even<T: Cmp>(edges: *const T, bins: usize) -> bool {
    let (lo, hi) = ((*edges).to_f64(), (*edges.add(bins)).to_f64());
    let width = (hi - lo) / bins as f64;
    width > 0.0
        && width.is_finite()
        && bins < 1 << 24
        && (0..=bins).all(|k| ((*edges.add(k)).to_f64() - lo - k as f64 * width).abs() <= 0.5 * width)
}

/// Adds the weight (one, if `weights` is null) of each element to the bin between its two neighbouring edges.
///
/// Where edges are even the place is computed, and moved on while the edges say so: what they say is the same as by halving.
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
    let edge = |k: usize| *edges.add(k);
    let even = are_even(edges, bins);
    let scale = T::of(bins as f64) / (hi - lo);
    let mut places = [0u32; BLOCK];
    for start in (0..n).step_by(BLOCK) {
        stop::poll();
        let m = BLOCK.min(n - start);
        if even {
            guesses(src.add(start), m, lo, scale, bins as f64 - 1.0, places.as_mut_ptr());
        }
        for j in 0..m {
            let i = start + j;
            let v = *src.add(i);
            if !(v >= lo && v <= hi) {
                continue;
            }
            let place = if even {
                let mut place = places[j] as usize;
                while place > 0 && v < edge(place) {
                    place -= 1;
                }
                while place + 1 < bins && v >= edge(place + 1) {
                    place += 1;
                }
                place
            } else {
                before(edge, bins + 1, v, true).clamp(1, bins) - 1
            };
            sums[place] += if weights.is_null() { 1.0 } else { (*weights.add(i)).to_f64() };
        }
    }
}

multiversion! {
    /// The greatest of some numbers, those below zero beyond all others.
    unsafe fn greatest[T: Elem](numbers: *const T, n: usize) -> u64 {
        let mut most = [0u64; 32];
        let mut i = 0;
        while i + 32 <= n {
            simd::one_by_one();
            for j in 0..32 {
                most[j] = most[j].max((*numbers.add(i + j)).to_i64() as u64);
            }
            i += 32;
        }
        let mut all = 0;
        for m in most {
            all = all.max(m);
        }
        while i < n {
            all = all.max((*numbers.add(i)).to_i64() as u64);
            i += 1;
        }
        all
    }
}

/// The greatest of some numbers, or none if one is below zero.
pub fn greatest_of<T: Elem>(numbers: &[T]) -> Option<usize> {
    // SAFETY: the elements of the slice
    let most = unsafe { greatest(numbers.as_ptr(), numbers.len()) };
    (most <= i64::MAX as u64).then_some(most as usize)
}

/// How often each of the numbers occurs, added to `counts`: one for each up to [`greatest_of`] them.
///
/// Neighbours are counted apart: the same number twice in a row would wait for its own count.
///
/// # Safety
/// The numbers are not negative and less than there are counts.
pub unsafe fn occurrences<T: Elem>(numbers: &[T], counts: &mut [i64]) {
    const APART: usize = 4;
    let bins = counts.len();
    let add = |counts: *mut i64, v: T| *counts.add(v.to_i64() as usize) += 1;
    if bins > 4096 || numbers.len() < APART * bins {
        return numbers.iter().for_each(|&v| add(counts.as_mut_ptr(), v));
    }
    let mut own = buffer(0i64, APART * bins);
    let at: [*mut i64; APART] = std::array::from_fn(|k| own.as_mut_ptr().add(k * bins));
    let fours = numbers.chunks_exact(APART);
    fours.remainder().iter().for_each(|&v| add(counts.as_mut_ptr(), v));
    for n in fours {
        for k in 0..APART {
            add(at[k], n[k]);
        }
    }
    for k in 0..bins {
        counts[k] += own[k] + own[bins + k] + own[2 * bins + k] + own[3 * bins + k];
    }
}

/// Adds each weight to the sum of its number.
///
/// # Safety
/// As [`occurrences`]; there is a weight for each number.
pub unsafe fn weigh<T: Cmp>(numbers: &[i64], weights: *const T, sums: &mut [f64]) {
    let sums = sums.as_mut_ptr();
    for (i, &v) in numbers.iter().enumerate() {
        *sums.add(v as usize) += (*weights.add(i)).to_f64();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_edges_are_edges() {
        let x: Vec<f32> =
            (0..5000).map(|i| ((i * 7919) % 1009) as f32 / 100.0 - 0.5).chain([f32::NAN]).collect();
        for bins in [1usize, 3, 10, 64] {
            let edges: Vec<f32> = (0..=bins).map(|k| 9.0 * k as f32 / bins as f32).collect();
            let mut sums = vec![0.0; bins];
            // SAFETY: as many elements as said
            unsafe {
                assert!(are_even(edges.as_ptr(), bins));
                edge_counts(x.as_ptr(), std::ptr::null(), x.len(), edges.as_ptr(), &mut sums);
            }
            for k in 0..bins {
                let is_in =
                    |v: &&f32| **v >= edges[k] && (**v < edges[k + 1] || k + 1 == bins && **v == edges[bins]);
                assert_eq!(sums[k], x.iter().filter(is_in).count() as f64);
            }
        }
    }

    #[test]
    fn numbers_are_counted() {
        assert_eq!(greatest_of(&[3, 1, -1, 7]), None);
        for (n, bins) in [(0, 3), (7, 9), (1003, 10), (1003, 900)] {
            let numbers: Vec<i64> = (0..n).map(|i| (i * i + 3 * i) as i64 % bins as i64).collect();
            let mut counts = vec![0; bins];
            assert_eq!(greatest_of(&numbers), Some(numbers.iter().copied().max().unwrap_or(0) as usize));
            // SAFETY: remainders of a division by the number of bins
            unsafe { occurrences(&numbers, &mut counts) };
            for (k, &c) in counts.iter().enumerate() {
                assert_eq!(c, numbers.iter().filter(|&&v| v == k as i64).count() as i64);
            }
        }
    }
}
