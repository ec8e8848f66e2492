//! Eigenvalues of symmetric tridiagonal matrices and singular values of bidiagonal ones, where no vectors are wanted.
//!
//! Both become the qd array of a positive definite matrix: `B^T B = L U` with `q_k = b_k^2` on the diagonal of `U` and `e_k` the
//! squares of the superdiagonal, but for tridiagonal matrices that are small or of double precision: those go by QL steps without
//! roots, 100,000 random ones of 4 rows in 34 ms instead of 58, of 32 rows in double precision in 2.1 s instead of 2.9. Of single
//! precision, values are enclosed by counts (`bisection`), many at a time, of double
//! precision they are split off one by one (`qd`): at 64 by 64 that takes 16 and 60 us on a core of 3 GHz, where the implicit QR of
//! faer takes 65 to 120.

use crate::kernels::cpu::linalg::{bisection, qd};
use crate::kernels::cpu::machine::stop;

/// What is worked in, made once for matrices of one size.
pub struct Room {
    /// The diagonal, and the squares of what stands beside it.
    pub d: Vec<f64>,
    pub f: Vec<f64>,
    /// The values found, in ascending order within what was asked for.
    pub found: Vec<f64>,
    q: Vec<f64>,
    e: Vec<f64>,
    sections: bisection::Room,
    lines: qd::Room,
}

impl Room {
    pub fn new(n: usize) -> Room {
        let zeros = || stop::buffer(0.0f64, n);
        Room {
            d: zeros(),
            f: zeros(),
            found: zeros(),
            q: zeros(),
            e: zeros(),
            sections: bisection::Room::new(n),
            lines: qd::Room::new(n),
        }
    }

    /// The eigenvalues of the tridiagonal matrix of the diagonal `d` and the squares `f` of what stands beside it; whether they
    /// were all found.
    pub fn tridiagonal(&mut self, single: bool) -> bool {
        let n = self.d.len();
        let size = |k: usize| self.d[k].abs() + self.f[k].sqrt();
        let norm = (0..n).map(size).fold(0.0, f64::max);
        let small = square(norm * if single { 1e-10 } else { 1e-17 });
        let mut from = 0;
        for k in 0..n {
            if k + 1 < n && self.f[k] > small {
                continue;
            }
            if !self.eigenvalues(from, k + 1, norm, single) {
                return false;
            }
            from = k + 1;
        }
        self.found.sort_unstable_by(f64::total_cmp);
        true
    }

    /// Of a block that nothing is beside.
    fn eigenvalues(&mut self, from: usize, to: usize, norm: f64, single: bool) -> bool {
        let (d, f, found) = (&self.d[from..to], &self.f[from..to], &mut self.found[from..to]);
        let n = d.len();
        if n == 1 {
            found[0] = d[0];
            return true;
        }
        if n == 2 {
            (found[0], found[1]) = of_two(d[0], f[0], d[1]);
            return true;
        }
        if n <= 6 || !single {
            let (d, f) = (&mut self.d[from..to], &mut self.f[from..to]);
            let done = without_roots(d, f, square(norm * if single { 1e-10 } else { 1e-17 }));
            found.copy_from_slice(d);
            return done;
        }
        // by Gershgorin's discs, a little wider: from there on every pivot is positive
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for k in 0..n {
            let beside =
                f[k.saturating_sub(1)].sqrt() * (k > 0) as u8 as f64 + f[k].sqrt() * (k + 1 < n) as u8 as f64;
            low = low.min(d[k] - beside);
            high = high.max(d[k] + beside);
        }
        let wider = norm * f64::EPSILON * 4.0 * n as f64;
        (low, high) = (low - wider, high + wider);
        let (q, e) = (&mut self.q[..n], &mut self.e[..n]);
        q[0] = d[0] - low;
        for k in 0..n - 1 {
            e[k] = f[k] / q[k];
            q[k + 1] = d[k + 1] - low - e[k];
        }
        e[n - 1] = 0.0;
        if single {
            bisection::values(q, e, high - low, false, found, &mut self.sections);
        } else if !q.iter().all(|x| *x >= 0.0) || !qd::values(q, e, found, &mut self.lines) {
            return false;
        }
        for x in found {
            *x += low;
        }
        true
    }

    /// The singular values of the bidiagonal matrix of the diagonal's squares `d` and the squares `f` of what stands beside it, in
    /// ascending order; whether they were all found.
    pub fn bidiagonal(&mut self, single: bool) -> bool {
        let n = self.d.len();
        let norm = (0..n).map(|k| self.d[k].max(self.f[k])).fold(0.0, f64::max);
        let small = norm * square(if single { 1e-10 } else { 1e-17 });
        let mut from = 0;
        for k in 0..n {
            if k + 1 < n && self.f[k] > small {
                continue;
            }
            if !self.singular_values(from, k + 1, single) {
                return false;
            }
            from = k + 1;
        }
        self.found.sort_unstable_by(f64::total_cmp);
        true
    }

    fn singular_values(&mut self, from: usize, to: usize, single: bool) -> bool {
        let (d, f, found) = (&self.d[from..to], &self.f[from..to], &mut self.found[from..to]);
        let n = d.len();
        if n == 1 {
            found[0] = d[0].sqrt();
            return true;
        }
        let (q, e) = (&mut self.q[..n], &mut self.e[..n]);
        q.copy_from_slice(d);
        e.copy_from_slice(f);
        e[n - 1] = 0.0;
        if single && n > 2 {
            // |B| is at most the largest sum of a row or of a column
            let mut top = 0.0f64;
            for k in 0..n {
                let before = if k > 0 { e[k - 1] } else { 0.0 };
                top = top.max(q[k].sqrt() + e[k].max(before).sqrt());
            }
            bisection::values(q, e, top * (1.0 + 1e-6), true, found, &mut self.sections);
            return true;
        }
        if !qd::values(q, e, found, &mut self.lines) {
            return false;
        }
        for x in found {
            *x = x.sqrt();
        }
        true
    }
}

/// The eigenvalues in place of the diagonal, in no order, by QL steps on the squares of what stands beside it, of which those up to
/// `small` count as nothing; whether that came to its end.
///
/// Source: B. N. Parlett, The Symmetric Eigenvalue Problem (1998), section 8.15.
fn without_roots(d: &mut [f64], f: &mut [f64], small: f64) -> bool {
    let n = d.len();
    for first in 0..n {
        for tries in 0.. {
            let mut last = first;
            while last + 1 < n && f[last] > small {
                last += 1;
            }
            if last == first {
                break;
            }
            if tries == 40 {
                return false;
            }
            // the eigenvalue of the first two rows that is nearer to the first element
            let beside = f[first].sqrt();
            let t = (d[first + 1] - d[first]) / (2.0 * beside);
            let shift = d[first] - beside / (t + (t * t + 1.0).sqrt().copysign(t));
            let (mut cos2, mut sin2) = (1.0, 0.0);
            let mut pivot = d[last] - shift;
            let mut square = pivot * pivot;
            for k in (first..last).rev() {
                let sum = square + f[k];
                if k + 1 != last {
                    f[k + 1] = sin2 * sum;
                }
                let (before, by) = (cos2, 1.0 / sum);
                (cos2, sin2) = (square * by, f[k] * by);
                let old = pivot;
                pivot = cos2 * (d[k] - shift) - sin2 * old;
                d[k + 1] = old + (d[k] - pivot);
                square = if cos2 != 0.0 { pivot * pivot / cos2 } else { before * f[k] };
            }
            f[first] = sin2 * square;
            d[first] = shift + pivot;
        }
    }
    true
}

fn square(x: f64) -> f64 {
    x * x
}

/// The eigenvalues of a symmetric matrix of two rows, `b2` the square of what stands beside its diagonal; the smaller first.
fn of_two(a: f64, b2: f64, c: f64) -> (f64, f64) {
    let (t, m) = (0.5 * (a - c), 0.5 * (a + c));
    let h = (t * t + b2).sqrt();
    // the one with the larger absolute value without cancellation, the other by the determinant
    let far = if m >= 0.0 { m + h } else { m - h };
    if far == 0.0 {
        return (-h, h);
    }
    let (large, small) = if a.abs() > c.abs() { (a, c) } else { (c, a) };
    let near = large / far * small - b2 / far;
    if m >= 0.0 { (near, far) } else { (far, near) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(d: &[f64], f: &[f64], single: bool, tridiagonal: bool) -> Vec<f64> {
        let mut room = Room::new(d.len());
        room.d.copy_from_slice(d);
        room.f.copy_from_slice(f);
        assert!(if tridiagonal { room.tridiagonal(single) } else { room.bidiagonal(single) });
        room.found
    }

    /// `2 - 2 cos(k pi / (n + 1))` are the eigenvalues of the second difference, and their roots the singular values of the first.
    #[test]
    fn known_spectra() {
        for n in [1, 2, 3, 5, 8, 16, 17, 31, 32, 33, 64, 100, 300] {
            for (single, near) in [(true, 6e-7), (false, 4e-15)] {
                let exact =
                    |k: usize| 2.0 - 2.0 * ((k + 1) as f64 * std::f64::consts::PI / (n + 1) as f64).cos();
                let found = of(&vec![2.0; n], &vec![1.0; n], single, true);
                for (k, x) in found.iter().enumerate() {
                    assert!((x - exact(k)).abs() < near * 4.0, "{n} {k}: {x} and {}", exact(k));
                }
                // with negative ones
                let found = of(&vec![-1.0; n], &vec![1.0; n], single, true);
                for (k, x) in found.iter().enumerate() {
                    assert!((x - (exact(k) - 3.0)).abs() < near * 4.0, "{n} {k}: {x}");
                }
                // the Cholesky factor of the second difference
                let q: Vec<f64> = (0..n).map(|k| (k + 2) as f64 / (k + 1) as f64).collect();
                let e: Vec<f64> = q.iter().map(|q| 1.0 / q).collect();
                for (k, x) in of(&q, &e, single, false).iter().enumerate() {
                    assert!((x - exact(k).sqrt()).abs() < near * 2.0, "{n} {k}: {x} and {}", exact(k).sqrt());
                }
            }
        }
    }

    #[test]
    fn what_stands_alone_is_exact() {
        let f = [0.0, 4.0, 0.0, 0.0, 0.0];
        for single in [true, false] {
            assert_eq!(of(&[3.0, 1.0, 4.0, 0.0, -7.0], &f, single, true), [-7.0, 0.0, 0.0, 3.0, 5.0]);
            assert_eq!(of(&[9.0, 4.0, 0.0], &[0.0; 3], single, false), [0.0, 2.0, 3.0]);
        }
    }

    /// Values of every size, many equal ones, zeros on the diagonal, what cannot be told from a break.
    #[test]
    fn hard_spectra_agree() {
        let mut state = 1u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        for round in 0..60 {
            let n = 3 + round % 40;
            let graded = |k: usize| match round % 5 {
                0 => 10f64.powf(-(k as f64) * 0.7),
                1 => 10f64.powf(-((n - k) as f64) * 0.7),
                2 => 1.0,
                3 => {
                    if k.is_multiple_of(3) {
                        0.0
                    } else {
                        1.0
                    }
                }
                _ => {
                    if k % 4 == 1 {
                        1e-9
                    } else {
                        1.0
                    }
                }
            };
            let d: Vec<f64> = (0..n).map(|k| graded(k) * draw()).collect();
            let f: Vec<f64> = (0..n).map(|k| graded(k) * draw()).collect();
            for tridiagonal in [true, false] {
                let (single, double) = (of(&d, &f, true, tridiagonal), of(&d, &f, false, tridiagonal));
                let norm = double.iter().fold(0.0f64, |m, x| m.max(x.abs()));
                for (x, y) in single.iter().zip(&double) {
                    assert!((x - y).abs() <= 1e-6 * norm, "{round} {tridiagonal}: {single:?} {double:?}");
                }
                // what they add up to
                let trace: f64 = if tridiagonal {
                    d.iter().sum()
                } else {
                    d.iter().sum::<f64>() + f[..n - 1].iter().sum::<f64>()
                };
                let sum: f64 = double.iter().map(|x| if tridiagonal { *x } else { x * x }).sum();
                assert!(
                    (trace - sum).abs() < 1e-13 * n as f64 * norm.max(norm * norm),
                    "{round} {tridiagonal}: {trace} {sum}"
                );
            }
        }
    }
}
