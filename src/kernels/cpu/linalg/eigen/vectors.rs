//! Eigenvectors of Schur's form by substitution, and of the matrix.

use super::parts::{LANES, Parts, inner, more};
use crate::base::Elem;
use crate::kernels::cpu::linalg::field::Field;

/// A complex number in double precision.
pub(super) type Pair = (f64, f64);

#[inline(always)]
pub(super) fn times(a: Pair, b: Pair) -> Pair {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

#[inline(always)]
pub(super) fn over(a: Pair, b: Pair) -> Pair {
    if b.1 == 0.0 {
        return (a.0 / b.0, a.1 / b.0);
    }
    if b.0.abs() >= b.1.abs() {
        let r = b.1 / b.0;
        let d = b.0 + b.1 * r;
        ((a.0 + a.1 * r) / d, (a.1 - a.0 * r) / d)
    } else {
        let r = b.0 / b.1;
        let d = b.0 * r + b.1;
        ((a.0 * r + a.1) / d, (a.1 * r - a.0) / d)
    }
}

multiversion! {
    /// The eigenvectors, in place of Schur's form.
    ///
    /// # Safety
    /// Arrays of these sizes.
    pub(super) unsafe fn substitute[T: Field](p: Parts<T>) {
        let zero = <T as Elem>::ZERO;
        let single = T::DTYPE.size() == 4;
        let get = |i: usize, j: usize| (*p.at(i, j)).to_f64();
        let mut norm = 0.0f64;
        for i in 0..p.n {
            for j in i.saturating_sub(1)..p.n {
                norm = norm.max(get(i, j).abs());
            }
        }
        // what nothing is divided by that is smaller, and what is scaled down once something is larger
        let least = (norm * if single { f32::EPSILON as f64 } else { f64::EPSILON }).max(if single { 1e-30 } else { 1e-290 });
        let far = if single { 1e15 } else { 1e140 };
        for i in 0..p.n * p.ld {
            *p.x.add(i) = zero;
        }
        let mut after = p.n;
        while after > 0 {
            let j = after - 1;
            let pair = *p.im.add(j) != zero;
            let first = j - pair as usize;
            after = first;
            // the real part in the row `first`, the imaginary one in the row `j`
            let (re, im) = (p.x.add(first * p.ld), p.x.add(j * p.ld));
            let value = ((*p.re.add(first)).to_f64(), (*p.im.add(first)).to_f64());
            let put = |l: usize, x: Pair| {
                *re.add(l) = <T as Elem>::from_f64(x.0);
                if pair {
                    *im.add(l) = <T as Elem>::from_f64(x.1);
                }
            };
            if pair {
                let (a, b, c, d) = (get(first, first), get(first, j), get(j, first), get(j, j));
                if b.abs() >= c.abs() {
                    put(first, (1.0, 0.0));
                    put(j, ((value.0 - a) / b, value.1 / b));
                } else {
                    put(first, ((value.0 - d) / c, value.1 / c));
                    put(j, (1.0, 0.0));
                }
            } else {
                put(j, (1.0, 0.0));
            }
            let end = j / LANES + 1;
            let mut above = first;
            while above > 0 {
                let l = above - 1;
                let from = above / LANES;
                let right = |l: usize| {
                    let row = p.at(l, 0) as *const T;
                    let a = -inner(row, re as *const T, from, end).to_f64();
                    (a, if pair { -inner(row, im as *const T, from, end).to_f64() } else { 0.0 })
                };
                let mut most;
                if l > 0 && *p.im.add(l) != zero {
                    let (r1, r2) = (right(l - 1), right(l));
                    let (a, b) = ((get(l - 1, l - 1) - value.0, -value.1), get(l - 1, l));
                    let (c, d) = (get(l, l - 1), (get(l, l) - value.0, -value.1));
                    let mut det = times(a, d);
                    det.0 -= b * c;
                    let size = a.0.abs().max(a.1.abs()).max(b.abs()).max(c.abs()).max(d.0.abs());
                    if det.0.abs() + det.1.abs() < least * size {
                        det = (least * size, 0.0);
                    }
                    let (u, v) = (times(d, r1), times(a, r2));
                    let x = over((u.0 - b * r2.0, u.1 - b * r2.1), det);
                    let y = over((v.0 - c * r1.0, v.1 - c * r1.1), det);
                    most = x.0.abs().max(x.1.abs()).max(y.0.abs()).max(y.1.abs());
                    let by = if most > far { 1.0 / most } else { 1.0 };
                    put(l - 1, (x.0 * by, x.1 * by));
                    put(l, (y.0 * by, y.1 * by));
                    above = l - 1;
                } else {
                    let mut d = (get(l, l) - value.0, -value.1);
                    if d.0.abs() + d.1.abs() < least {
                        d = (least, 0.0);
                    }
                    let x = over(right(l), d);
                    most = x.0.abs().max(x.1.abs());
                    let by = if most > far { 1.0 / most } else { 1.0 };
                    put(l, (x.0 * by, x.1 * by));
                    above = l;
                }
                if most > far {
                    most = 1.0 / most;
                    for k in l + 1..=j {
                        put(k, ((*re.add(k)).to_f64() * most, if pair { (*im.add(k)).to_f64() * most } else { 0.0 }));
                    }
                }
            }
        }
        // out of Schur's basis
        let end = p.n.div_ceil(LANES);
        for j in 0..p.n {
            let row = p.at(j, 0);
            for c in 0..p.ld {
                *row.add(c) = zero;
            }
            let last = if j + 1 < p.n && (*p.im.add(j)).to_f64() > 0.0 { j + 1 } else { j };
            for l in 0..=last {
                more(row, *p.x.add(j * p.ld + l), p.z.add(l * p.ld) as *const T, 0, end);
            }
        }
    }
}
