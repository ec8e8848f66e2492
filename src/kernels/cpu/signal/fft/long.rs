//! The transform of a long line as many short ones: with `n = a b` the line is a matrix whose columns are transformed,
//! turned by roots of unity and transformed along the rows. A line of 2^24 is one call of more than a second otherwise,
//! on one thread, and nobody can interrupt it; the short ones are spread over threads and stay in their caches.

use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::turn::turn;
use num_complex::Complex;
use rustfft::num_traits::Zero;
use rustfft::{Fft, FftNum};
use std::sync::Arc;

/// Lines from this length on are split, if they have a factor that is worth it.
pub const LONG: usize = 1 << 20;
/// The least factor: shorter rows are not worth their turning.
const LEAST: usize = 64;
/// Elements that one task works on.
const GRAIN: usize = 64 << 10;

/// The largest factor of a long length up to its root.
pub fn factor(n: usize) -> Option<usize> {
    let root = n.isqrt();
    (n >= LONG).then(|| (LEAST..=root).rev().find(|a| n.is_multiple_of(*a))).flatten()
}

/// How lines of one length are transformed, in place or from one memory to another.
pub enum Transform<T: FftNum> {
    Whole(Arc<dyn Fft<T>>),
    Split { columns: Arc<dyn Fft<T>>, rows: Arc<dyn Fft<T>>, forward: bool },
}

impl<T: FftNum> Transform<T> {
    /// Scratch elements for [`Transform::apart`].
    pub fn apart_scratch(&self) -> usize {
        match self {
            Transform::Whole(fft) => fft.get_immutable_scratch_len(),
            Transform::Split { columns, rows, .. } => columns.len() * rows.len(),
        }
    }
    /// Scratch elements for [`Transform::within`].
    pub fn within_scratch(&self) -> usize {
        match self {
            Transform::Whole(fft) => fft.get_inplace_scratch_len(),
            Transform::Split { columns, rows, .. } => columns.len() * rows.len(),
        }
    }
    /// The transform of the lines of `x` into `y`.
    pub fn apart(&self, x: &[Complex<T>], y: &mut [Complex<T>], scratch: &mut [Complex<T>]) {
        match self {
            Transform::Whole(fft) => fft.process_immutable_with_scratch(x, y, scratch),
            Transform::Split { .. } => {
                y.copy_from_slice(x);
                self.within(y, scratch);
            }
        }
    }
    /// The transform of the lines of `z` in their place.
    pub fn within(&self, z: &mut [Complex<T>], scratch: &mut [Complex<T>]) {
        match self {
            Transform::Whole(fft) => fft.process_with_scratch(z, scratch),
            Transform::Split { columns, rows, forward } => {
                let (a, b) = (columns.len(), rows.len());
                let s = &mut scratch[..a * b];
                for z in z.chunks_exact_mut(a * b) {
                    transpose(z, s, a, b);
                    transform_rows(&**columns, s, Some(*forward));
                    transpose(s, z, b, a);
                    transform_rows(&**rows, z, None);
                    transpose(z, s, a, b);
                    z.copy_from_slice(s);
                }
            }
        }
    }
}

/// Rows of a matrix that tasks write, each its own.
struct Rows<T>(*mut T);
// SAFETY: tasks take rows that do not overlap
unsafe impl<T> Sync for Rows<T> {}

impl<T> Rows<T> {
    /// Rows `from..to` of `n` elements.
    #[allow(clippy::mut_from_ref)]
    unsafe fn part(&self, from: usize, to: usize, n: usize) -> &mut [T] {
        std::slice::from_raw_parts_mut(self.0.add(from * n), (to - from) * n)
    }
}

/// Transforms every row; with a direction, element `k` of row `j` is turned by `j k` of the steps that make a circle.
fn transform_rows<T: FftNum>(fft: &dyn Fft<T>, data: &mut [Complex<T>], turn: Option<bool>) {
    let (n, all) = (fft.len(), data.len());
    let roots = turn.map(|forward| Roots::new(all, forward));
    let rows = Rows(data.as_mut_ptr());
    par::for_each_chunk(all / n, (GRAIN / n).max(1), |r| {
        // SAFETY: rows of this task alone
        let part = unsafe { rows.part(r.start, r.end, n) };
        let mut scratch = buffer(Complex::zero(), fft.get_inplace_scratch_len());
        fft.process_with_scratch(part, &mut scratch);
        if let Some(roots) = &roots {
            for (row, j) in part.chunks_exact_mut(n).zip(r) {
                // SAFETY: a function of slices
                unsafe { turn_row(row, roots, j) };
            }
        }
    });
}

/// `dst` (`b` by `a`) is `src` (`a` by `b`) turned over. (Long lines are often a power of two apart, and then share few sets of a
/// cache: few rows are written at a time, and of each row that is read a line of the cache.)
fn transpose<T: FftNum>(src: &[Complex<T>], dst: &mut [Complex<T>], a: usize, b: usize) {
    const ACROSS: usize = 8;
    const ALONG: usize = 64;
    let rows = Rows(dst.as_mut_ptr());
    par::for_each_chunk(b, (GRAIN / a).max(1).next_multiple_of(ACROSS), |r| {
        // SAFETY: rows of this task alone
        let part = unsafe { rows.part(r.start, r.end, a) };
        for j in r.clone().step_by(ACROSS) {
            for i in (0..a).step_by(ALONG) {
                let (lines, length) = (ALONG.min(a - i), ACROSS.min(r.end - j));
                // SAFETY: both are valid for all elements
                unsafe {
                    let (from, to) =
                        (src.as_ptr().add(i * b + j), part.as_mut_ptr().add((j - r.start) * a + i));
                    turn(from.cast(), b, to.cast(), a, lines, length, size_of::<Complex<T>>());
                }
            }
        }
    });
}

/// Roots that are looked up once for a row.
const FINE: usize = 32;

multiversion! {
    /// Element `k` of row `j` turned by `j k` steps.
    unsafe fn turn_row[T: FftNum](row: &mut [Complex<T>], roots: &Roots, j: usize) {
        let (mut re, mut im) = ([0.0; FINE], [0.0; FINE]);
        for t in 0..FINE.min(row.len()) {
            let root = roots.at(j * t);
            (re[t], im[t]) = (root.re, root.im);
        }
        let part = |v: f64| T::from_f64(v).unwrap_or_else(T::zero);
        for (i, row) in row.chunks_mut(FINE).enumerate() {
            let by = roots.at(j * i * FINE);
            for (t, z) in row.iter_mut().enumerate() {
                let (x, y) = (by.re * re[t] - by.im * im[t], by.re * im[t] + by.im * re[t]);
                *z = *z * Complex::new(part(x), part(y));
            }
        }
    }
}

/// Roots of unity by number, as products of two from short lists.
struct Roots {
    fine: Vec<Complex<f64>>,
    coarse: Vec<Complex<f64>>,
    bits: u32,
}

impl Roots {
    fn new(n: usize, forward: bool) -> Roots {
        let bits = n.ilog2().div_ceil(2);
        let circle = if forward { -std::f64::consts::TAU } else { std::f64::consts::TAU };
        let root = |k: usize| {
            let (sin, cos) = (circle * k as f64 / n as f64).sin_cos();
            Complex::new(cos, sin)
        };
        let fine = (0..1 << bits).map(root).collect();
        let coarse = (0..=n >> bits).map(|k| root(k << bits)).collect();
        Roots { fine, coarse, bits }
    }
    #[inline(always)]
    fn at(&self, k: usize) -> Complex<f64> {
        self.coarse[k >> self.bits] * self.fine[k & ((1 << self.bits) - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustfft::FftPlanner;

    #[test]
    fn split_lines_are_whole_lines() {
        for (a, b, forward) in [(64, 128, true), (96, 100, false), (64, 64, true)] {
            let n = a * b;
            let mut planner = FftPlanner::<f64>::new();
            let mut plan =
                |n| if forward { planner.plan_fft_forward(n) } else { planner.plan_fft_inverse(n) };
            let split = Transform::Split { columns: plan(a), rows: plan(b), forward };
            let x: Vec<Complex<f64>> =
                (0..n).map(|i| Complex::new((i * 7919 % 101) as f64 - 50.0, (i * 31 % 17) as f64)).collect();
            let mut want = x.clone();
            plan(n).process(&mut want);
            let mut scratch = vec![Complex::zero(); n];
            let (mut apart, mut within) = (vec![Complex::zero(); n], x.clone());
            split.apart(&x, &mut apart, &mut scratch);
            split.within(&mut within, &mut scratch);
            for k in 0..n {
                assert!((apart[k] - want[k]).norm() < 1e-7 && (within[k] - want[k]).norm() < 1e-7, "{n} {k}");
            }
        }
        assert_eq!(factor(1 << 24), Some(1 << 12));
        assert_eq!(factor(1 << 12), None);
        assert_eq!(factor(1_048_583), None); // a prime
    }
}
