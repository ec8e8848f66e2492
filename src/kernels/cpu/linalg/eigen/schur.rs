//! Eigenvalues and eigenvectors of small real matrices: balanced, brought to Hessenberg's form by reflections and to Schur's by
//! double shifts, vectors by substitution. Rows lie one after the other, padded with zeros to whole vectors, and what is multiplied
//! from the right is kept transposed, so that all but the right half of a step goes along rows.
//!
//! Sources: G. H. Golub and C. F. Van Loan, Matrix Computations, sections 7.4 to 7.6; B. N. Parlett and C. Reinsch, Balancing a
//! matrix for calculation of eigenvalues and eigenvectors, Numer. Math. 13 (1969); M. Ahues and F. Tisseur, A new deflation
//! criterion for the QR algorithm, LAPACK Working Note 122 (1997).

use super::hessenberg::hessenberg;
use super::parts::{LANES, Parts};
use super::shifts::iterate;
use super::vectors::substitute;
use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, View};
use crate::kernels::cpu::machine::float::Cmp;
use crate::kernels::cpu::machine::stop;

/// Up to this size.
pub const MOST: usize = 96;

/// What is worked in, made once for matrices of one size.
pub struct Room<T> {
    n: usize,
    ld: usize,
    /// The matrix, the transposed product of what it is multiplied by, the vectors within Schur's form (reflections before), those of
    /// the matrix.
    t: Vec<T>,
    z: Vec<T>,
    x: Vec<T>,
    /// Room for a row.
    w: Vec<T>,
    /// The factors of reflections.
    tau: Vec<T>,
    /// By what rows were divided and columns multiplied, and with which ones they changed places.
    by: Vec<f64>,
    swapped: Vec<usize>,
    pub re: Vec<T>,
    pub im: Vec<T>,
}

impl<T: Field<R = T> + Cmp> Room<T> {
    pub fn new(n: usize, vectors: bool) -> Room<T> {
        let ld = n.next_multiple_of(LANES) + LANES;
        let zeros = |k: usize| stop::buffer(<T as Elem>::ZERO, k);
        let more = if vectors { n * ld } else { 0 };
        Room {
            n,
            ld,
            t: zeros(n * ld),
            z: zeros(more),
            x: zeros(n * ld),
            w: zeros(ld),
            tau: zeros(n),
            by: stop::buffer(1.0, n),
            swapped: stop::buffer(0, n),
            re: zeros(n),
            im: zeros(n),
        }
    }

    /// The eigenvalues of a matrix of finite numbers into `re` and `im`, those of a pair one after the other, the positive imaginary
    /// part first; and the vectors, one after the other in [`Self::vector`], of a pair the real and the imaginary part of the first
    /// one's. Whether that came to its end.
    ///
    /// # Safety
    /// The view is of a matrix of this size within its memory.
    pub unsafe fn spectrum(&mut self, a: View<T>, vectors: bool) -> bool {
        let (n, ld) = (self.n, self.ld);
        if n == 0 {
            return true;
        }
        // elements of size 1, so that nothing overflows on the way
        let mut most = <T as Elem>::ZERO;
        for i in 0..n {
            for j in 0..n {
                most = a.get(i, j).size().max_or(most);
            }
        }
        let power = if most > <T as Elem>::ZERO { most.to_f64().log2().floor() } else { 0.0 };
        let down = <T as Elem>::from_f64((-power).clamp(-120.0, 120.0).exp2());
        for i in 0..n {
            for j in 0..n {
                self.t[i * ld + j] = a.get(i, j) * down;
            }
            self.t[i * ld + n..(i + 1) * ld].fill(<T as Elem>::ZERO);
        }
        let (low, high) = self.balance();
        let parts = Parts {
            n,
            ld,
            low,
            high,
            t: self.t.as_mut_ptr(),
            z: if vectors { self.z.as_mut_ptr() } else { std::ptr::null_mut() },
            x: self.x.as_mut_ptr(),
            w: self.w.as_mut_ptr(),
            tau: self.tau.as_mut_ptr(),
            re: self.re.as_mut_ptr(),
            im: self.im.as_mut_ptr(),
        };
        hessenberg(parts);
        if !iterate(parts) {
            return false;
        }
        if vectors {
            substitute(parts);
            self.turn_back(low, high);
        }
        for k in 0..n {
            self.re[k] /= down;
            self.im[k] /= down;
        }
        true
    }

    pub fn vector(&self, j: usize) -> &[T] {
        &self.t[j * self.ld..j * self.ld + self.n]
    }

    /// Rows and columns change places so that eigenvalues that can be read off stand at the ends, and what is left between the
    /// rows `low..high` is scaled by powers of two until the norms of rows and columns are about the same.
    fn balance(&mut self) -> (usize, usize) {
        let (n, ld) = (self.n, self.ld);
        let zero = <T as Elem>::ZERO;
        let (mut low, mut high) = (0, n);
        self.by.fill(1.0);
        for (k, s) in self.swapped.iter_mut().enumerate() {
            *s = k;
        }
        let is = |t: &[T], i: usize, j: usize| t[i * ld + j] != zero;
        // of rows from below, then of columns, one with nothing beside the diagonal
        while high > 1 {
            let t = &self.t;
            let alone = |i: &usize| (0..high).all(|j| j == *i || !is(t, *i, j));
            let Some(i) = (0..high).rev().find(alone) else { break };
            high -= 1;
            self.swap(i, high);
        }
        while low + 1 < high {
            let t = &self.t;
            let alone = |j: &usize| (low..high).all(|i| i == *j || !is(t, i, *j));
            let Some(j) = (low..high).find(alone) else { break };
            self.swap(j, low);
            low += 1;
        }
        let norms = |t: &[T], k: usize| {
            let (mut row, mut column) = (0.0, 0.0);
            for l in low..high {
                row += t[k * ld + l].square();
                column += t[l * ld + k].square();
            }
            (row.sqrt(), column.sqrt())
        };
        let far = if T::DTYPE.size() == 4 { 60f64 } else { 400.0 }.exp2();
        loop {
            let mut again = false;
            for k in low..high {
                let (row, column) = norms(&self.t, k);
                if row == 0.0 || column == 0.0 {
                    continue;
                }
                let f = (row / column).log2() / 2.0;
                let f = f.round().exp2();
                let both = self.by[k] * f;
                if f == 1.0
                    || (row / f + column * f) >= 0.95 * (row + column)
                    || both > far
                    || both < 1.0 / far
                {
                    continue;
                }
                again = true;
                self.by[k] = both;
                let (down, up) = (<T as Elem>::from_f64(1.0 / f), <T as Elem>::from_f64(f));
                for l in 0..n {
                    self.t[k * ld + l] *= down;
                }
                for l in 0..n {
                    self.t[l * ld + k] *= up;
                }
            }
            if !again {
                return (low, high);
            }
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.swapped[b] = a;
        if a != b {
            for l in 0..self.n {
                self.t.swap(l * self.ld + a, l * self.ld + b);
            }
            for l in 0..self.n {
                self.t.swap(a * self.ld + l, b * self.ld + l);
            }
        }
    }

    /// The vectors of the balanced matrix become those of the one it was.
    fn turn_back(&mut self, low: usize, high: usize) {
        for v in self.t.chunks_exact_mut(self.ld) {
            for k in low..high {
                if self.by[k] != 1.0 {
                    v[k] *= <T as Elem>::from_f64(self.by[k]);
                }
            }
            for k in (0..low).rev().chain(high..self.n) {
                v.swap(k, self.swapped[k]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{Pair, times};
    use super::*;

    fn draws(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed.wrapping_mul(2) + 1;
        move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        }
    }

    /// Eigenvalues with and without vectors, and what `A v - lambda v` comes to beside the norms of `A` and `v`.
    fn solved<T: Field<R = T> + Cmp>(n: usize, a: &[f64]) -> (Vec<Pair>, f64) {
        let mut own: Vec<T> = a.iter().map(|x| <T as Elem>::from_f64(*x)).collect();
        let a: Vec<f64> = own.iter().map(|x| x.to_f64()).collect();
        let view = View::dense(own.as_mut_ptr(), n, n);
        let mut room = Room::<T>::new(n, true);
        // SAFETY: the view of a matrix of this size
        assert!(unsafe { room.spectrum(view, true) });
        let values: Vec<Pair> = room.re.iter().zip(&room.im).map(|(x, y)| (x.to_f64(), y.to_f64())).collect();
        let norm = a.iter().map(|x| x * x).sum::<f64>().sqrt().max(1e-300);
        let (mut worst, mut j) = (0.0f64, 0);
        while j < n {
            let pair = values[j].1 != 0.0;
            let x: Vec<f64> = room.vector(j).iter().map(|x| x.to_f64()).collect();
            let y: Vec<f64> =
                room.vector(j + pair as usize).iter().map(|y| if pair { y.to_f64() } else { 0.0 }).collect();
            let size = x.iter().chain(&y).map(|x| x * x).sum::<f64>().sqrt();
            assert!(size > 0.0 && size.is_finite(), "{n} {j}: {size}");
            for i in 0..n {
                let row = |v: &[f64]| (0..n).map(|k| a[i * n + k] * v[k]).sum::<f64>();
                let v = times(values[j], (x[i], y[i]));
                worst = worst.max((row(&x) - v.0).hypot(row(&y) - v.1) / (norm * size));
            }
            j += 1 + pair as usize;
        }
        let mut alone = Room::<T>::new(n, false);
        // SAFETY: the view of a matrix of this size
        assert!(unsafe { alone.spectrum(view, false) });
        let (sum, trace) =
            (alone.re.iter().map(|x| x.to_f64()).sum::<f64>(), (0..n).map(|i| a[i * n + i]).sum::<f64>());
        let near = if T::DTYPE.size() == 4 { 1e-5 } else { 1e-13 };
        assert!((sum - trace).abs() <= near * n as f64 * norm, "{n}: {sum} {trace}");
        (values, worst)
    }

    fn check(n: usize, a: &[f64]) -> Vec<Pair> {
        let (_, worst) = solved::<f32>(n, a);
        assert!(worst < 100.0 * f32::EPSILON as f64, "{n} single: {worst}");
        let (values, worst) = solved::<f64>(n, a);
        assert!(worst < 100.0 * f64::EPSILON, "{n} double: {worst}");
        values
    }

    #[test]
    fn residuals_are_small() {
        for n in [1, 2, 3, 4, 5, 8, 9, 16, 17, 33, 64, MOST] {
            let mut draw = draws(n as u64);
            let a: Vec<f64> = (0..n * n).map(|_| draw()).collect();
            check(n, &a);
            // whole numbers, of which many are nothing
            check(
                n,
                &a.iter().map(|x| (x * 2.0).round() * (x.abs() * 64.0).floor() % 3.0).collect::<Vec<_>>(),
            );
            // far from balance, and of falling rows
            let far = |k: usize| 2f64.powi((k * 7 % 23) as i32 - 11);
            check(n, &(0..n * n).map(|k| a[k] * far(k / n) / far(k % n)).collect::<Vec<_>>());
            check(n, &(0..n * n).map(|k| a[k] * 10f64.powi(-((k / n).min(60) as i32))).collect::<Vec<_>>());
            // all the same, so that all but one are nothing
            check(n, &vec![1.0; n * n]);
            for size in [1e-30, 1e30] {
                check(n, &a.iter().map(|x| x * size).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn what_stands_on_the_diagonal_is_exact() {
        let n = 12;
        let mut draw = draws(3);
        let full: Vec<f64> = (0..n * n).map(|_| draw()).collect();
        let turned: Vec<usize> = (0..n).map(|k| k * 5 % n).collect();
        for form in 0..3 {
            let keep = |i: usize, j: usize| match form {
                0 => j >= i,
                1 => j <= i,
                _ => turned[j] >= turned[i],
            };
            let a: Vec<f64> = (0..n * n).map(|k| if keep(k / n, k % n) { full[k] } else { 0.0 }).collect();
            let mut values: Vec<f64> = check(n, &a).iter().map(|x| x.0).collect();
            let mut diagonal: Vec<f64> = (0..n).map(|k| a[k * n + k]).collect();
            values.sort_by(f64::total_cmp);
            diagonal.sort_by(f64::total_cmp);
            assert_eq!(values, diagonal);
        }
        assert!(check(n, &vec![0.0; n * n]).iter().all(|x| *x == (0.0, 0.0)));
    }

    /// The roots of one, from a matrix that moves every element by one place.
    #[test]
    fn known_pairs() {
        for n in [2, 3, 4, 7, 16, 40] {
            let a: Vec<f64> = (0..n * n).map(|k| ((k / n + 1) % n == k % n) as u8 as f64).collect();
            let mut angles: Vec<f64> = check(n, &a).iter().map(|x| x.1.atan2(x.0)).collect();
            angles.sort_by(f64::total_cmp);
            let step = 2.0 * std::f64::consts::PI / n as f64;
            for pair in angles.windows(2) {
                assert!((pair[1] - pair[0] - step).abs() < 1e-13, "{n}: {angles:?}");
            }
        }
    }

    /// Of one vector only, and of pairs that stand twice: vectors are finite, residuals as small.
    #[test]
    fn defective_ones() {
        for n in [2, 4, 8, 30] {
            check(
                n,
                &(0..n * n)
                    .map(|k| if k % n == k / n { 2.0 } else { (k % n == k / n + 1) as u8 as f64 })
                    .collect::<Vec<_>>(),
            );
            let twos = |i: usize, j: usize| {
                if j / 2 < i / 2 { 0.0 } else { [0.0, 1.0, -1.0, 0.0][i % 2 * 2 + j % 2] }
            };
            check(n, &(0..n * n).map(|k| twos(k / n, k % n)).collect::<Vec<_>>());
        }
    }
}
