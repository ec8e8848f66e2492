//! Schur's form of Hessenberg's by double shifts.

use super::parts::{LANES, Parts, load, store};
use crate::base::Elem;
use crate::kernels::cpu::linalg::field::Field;

/// `x -= (v . x) t v` for the elements of three rows in the chunks from column `from` to `to`, and some behind them.
#[inline(always)]
unsafe fn along<T: Field>(rows: [*mut T; 3], v: [T; 2], t: [T; 3], from: usize, to: usize) {
    let mut c = from;
    while c < to {
        let (mut a, mut b, mut d) = (
            load(rows[0].add(c) as *const T),
            load(rows[1].add(c) as *const T),
            load(rows[2].add(c) as *const T),
        );
        for l in 0..LANES {
            let s = a[l] + v[0] * b[l] + v[1] * d[l];
            a[l] -= s * t[0];
            b[l] -= s * t[1];
            d[l] -= s * t[2];
        }
        store(rows[0].add(c), a);
        store(rows[1].add(c), b);
        store(rows[2].add(c), d);
        c += LANES;
    }
}

/// The same of two rows.
#[inline(always)]
unsafe fn along_two<T: Field>(rows: [*mut T; 2], v: T, t: [T; 2], from: usize, to: usize) {
    let mut c = from;
    while c < to {
        let (mut a, mut b) = (load(rows[0].add(c) as *const T), load(rows[1].add(c) as *const T));
        for l in 0..LANES {
            let s = a[l] + v * b[l];
            a[l] -= s * t[0];
            b[l] -= s * t[1];
        }
        store(rows[0].add(c), a);
        store(rows[1].add(c), b);
        c += LANES;
    }
}

multiversion! {
    /// Schur's form in place of Hessenberg's: blocks of one and of two rows, the latter for pairs. Whether it converged.
    ///
    /// # Safety
    /// Arrays of these sizes.
    pub(super) unsafe fn iterate[T: Field](p: Parts<T>) -> bool {
        let zero = <T as Elem>::ZERO;
        let wants = !p.z.is_null();
        let ulp = if T::DTYPE.size() == 4 { f32::EPSILON as f64 } else { f64::EPSILON };
        // the squares of what is larger are something
        let tiny = if T::DTYPE.size() == 4 { 1e-37 } else { 1e-150 };
        let get = |i: usize, j: usize| (*p.at(i, j)).to_f64();
        for k in (0..p.low).chain(p.high..p.n) {
            *p.re.add(k) = *p.at(k, k);
            *p.im.add(k) = zero;
        }
        let (mut to, mut tries) = (p.high, 0);
        while to > p.low {
            // where a subdiagonal element is nothing beside its neighbours
            let mut from = to - 1;
            while from > p.low {
                let beside = get(from, from - 1).abs();
                let (h, g) = (get(from, from), get(from - 1, from - 1));
                let mut sum = h.abs() + g.abs();
                if sum == 0.0 {
                    let before = if from >= p.low + 2 { get(from - 1, from - 2).abs() } else { 0.0 };
                    let after = if from + 1 < p.high { get(from + 1, from).abs() } else { 0.0 };
                    sum = before + after;
                }
                if beside <= tiny {
                    break;
                }
                if beside <= ulp * sum {
                    let across = get(from - 1, from).abs();
                    let (most, least) = (beside.max(across), beside.min(across));
                    let (a, b) = (h.abs().max((g - h).abs()), h.abs().min((g - h).abs()));
                    if least * (most / (a + most)) <= tiny.max(ulp * (b * (a / (a + most)))) {
                        break;
                    }
                }
                from -= 1;
            }
            if from > p.low {
                *p.at(from, from - 1) = zero;
            }
            let (top, cols) = if wants { (0, p.n) } else { (from, to) };
            if from + 1 == to {
                (*p.re.add(from), *p.im.add(from)) = (*p.at(from, from), zero);
                (to, tries) = (from, 0);
                continue;
            }
            if from + 2 == to {
                let (a, b, c, d) = (get(from, from), get(from, from + 1), get(from + 1, from), get(from + 1, from + 1));
                let half = (a - d) / 2.0;
                let scale = half.abs().max(b.abs()).max(c.abs());
                let inside = half / scale * half + b / scale * c;
                let root = inside.abs().sqrt() * scale.sqrt();
                if inside < 0.0 {
                    for (k, im) in [(from, root), (from + 1, -root)] {
                        *p.re.add(k) = <T as Elem>::from_f64(d + half);
                        *p.im.add(k) = <T as Elem>::from_f64(im);
                    }
                } else {
                    let q = half + if half < 0.0 { -root } else { root };
                    let first = d + q;
                    let second = if q != 0.0 { d - b / q * c } else { first };
                    for (k, x) in [(from, first), (from + 1, second)] {
                        *p.re.add(k) = <T as Elem>::from_f64(x);
                        *p.im.add(k) = zero;
                    }
                    if wants {
                        // turned so that the first axis is the first value's vector
                        let length = q.hypot(c);
                        let (cos, sin) = (<T as Elem>::from_f64(q / length), <T as Elem>::from_f64(c / length));
                        let turn = |x: *mut T, y: *mut T| {
                            let (u, v) = (*x, *y);
                            *x = cos * u + sin * v;
                            *y = cos * v - sin * u;
                        };
                        for j in from..p.n {
                            turn(p.at(from, j), p.at(from + 1, j));
                        }
                        for i in 0..to {
                            turn(p.at(i, from), p.at(i, from + 1));
                        }
                        for j in 0..p.n {
                            turn(p.z.add(from * p.ld + j), p.z.add((from + 1) * p.ld + j));
                        }
                        *p.at(from, from) = *p.re.add(from);
                        *p.at(from + 1, from + 1) = *p.re.add(from + 1);
                        *p.at(from + 1, from) = zero;
                    }
                }
                (to, tries) = (from, 0);
                continue;
            }
            if tries == 30 * p.n.max(10) {
                return false;
            }
            tries += 1;
            // two shifts: sum and product of the eigenvalues of the last two rows, or of something else where that leads nowhere
            let last = to - 1;
            let (mut a, mut b, mut c, mut d) = (get(last - 1, last - 1), get(last - 1, last), get(last, last - 1), get(last, last));
            if tries % 20 == 0 {
                let s = c.abs() + get(last - 1, last - 2).abs();
                (a, b, c) = (0.75 * s + d, -0.4375 * s, s);
                d = a;
            } else if tries % 20 == 10 {
                let s = get(from + 1, from).abs() + get(from + 2, from + 1).abs();
                (a, b, c) = (0.75 * s + get(from, from), -0.4375 * s, s);
                d = a;
            }
            let half = (a - d) / 2.0;
            let inside = half * half + b * c;
            let (r1, r2, i2) = if inside < 0.0 {
                (d + half, d + half, -inside)
            } else {
                // the real one that is nearer to the last element, twice
                let root = inside.sqrt();
                let q = half + if half < 0.0 { -root } else { root };
                let near = if q != 0.0 { d - b * c / q } else { d };
                (near, near, 0.0)
            };
            // the first column of (H - r1)(H - r2) from where two subdiagonal elements in a row are small
            let mut start = last - 2;
            let mut v = [0.0; 3];
            loop {
                let (h11, h21) = (get(start, start), get(start + 1, start));
                let s = (h11 - r2).abs() + i2.sqrt() + h21.abs();
                let below = h21 / s;
                v[0] = below * get(start, start + 1) + (h11 - r1) * ((h11 - r2) / s) + i2 / s;
                v[1] = below * (h11 + get(start + 1, start + 1) - r1 - r2);
                v[2] = below * get(start + 2, start + 1);
                let s = v[0].abs() + v[1].abs() + v[2].abs();
                v = [v[0] / s, v[1] / s, v[2] / s];
                if start == from {
                    break;
                }
                let around = get(start - 1, start - 1).abs() + h11.abs() + get(start + 1, start + 1).abs();
                if get(start, start - 1).abs() * (v[1].abs() + v[2].abs()) <= ulp * v[0].abs() * around {
                    break;
                }
                start -= 1;
            }
            for k in start..last {
                let two = k + 1 == last;
                if k > start {
                    v = [get(k, k - 1), get(k + 1, k - 1), if two { 0.0 } else { get(k + 2, k - 1) }];
                }
                let tail = v[1] * v[1] + v[2] * v[2];
                if tail == 0.0 {
                    continue;
                }
                let size = (v[0] * v[0] + tail).sqrt();
                let beta = if v[0] < 0.0 { size } else { -size };
                let by = 1.0 / (v[0] - beta);
                let t = (beta - v[0]) / beta;
                let (v1, v2) = (v[1] * by, v[2] * by);
                if k > start {
                    *p.at(k, k - 1) = <T as Elem>::from_f64(beta);
                    *p.at(k + 1, k - 1) = zero;
                    if !two {
                        *p.at(k + 2, k - 1) = zero;
                    }
                } else if start > from {
                    // as (1 - t) of it, where the reflection turned others with it
                    *p.at(k, k - 1) = <T as Elem>::from_f64(get(k, k - 1) * (1.0 - t));
                }
                let w = [<T as Elem>::from_f64(v1), <T as Elem>::from_f64(v2)];
                let t = [<T as Elem>::from_f64(t), <T as Elem>::from_f64(t * v1), <T as Elem>::from_f64(t * v2)];
                let bottom = (k + 4).min(to);
                if two {
                    along_two([p.at(k, 0), p.at(k + 1, 0)], w[0], [t[0], t[1]], k, cols);
                    for i in top..bottom {
                        let x = p.at(i, k);
                        let s = *x + w[0] * *x.add(1);
                        *x -= s * t[0];
                        *x.add(1) -= s * t[1];
                    }
                } else {
                    along([p.at(k, 0), p.at(k + 1, 0), p.at(k + 2, 0)], w, t, k, cols);
                    for i in top..bottom {
                        let x = p.at(i, k);
                        let (a, b, c) = (*x, *x.add(1), *x.add(2));
                        let s = a + w[0] * b + w[1] * c;
                        *x = a - s * t[0];
                        *x.add(1) = b - s * t[1];
                        *x.add(2) = c - s * t[2];
                    }
                }
                if wants {
                    let row = |i: usize| p.z.add(i * p.ld);
                    let (first, behind) = (p.low / LANES * LANES, p.high);
                    if two {
                        along_two([row(k), row(k + 1)], w[0], [t[0], t[1]], first, behind);
                    } else {
                        along([row(k), row(k + 1), row(k + 2)], w, t, first, behind);
                    }
                }
            }
        }
        true
    }
}
