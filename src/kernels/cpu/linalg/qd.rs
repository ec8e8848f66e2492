//! Eigenvalues of a qd array in double precision: differential quotient-difference transforms with shifts, which split off the
//! smallest value that is left, one after the other.
//!
//! Source: K. V. Fernando and B. N. Parlett, Accurate singular values and differential qd algorithms, Numer. Math. 67 (1994); the
//! shifts after B. N. Parlett and O. A. Marques, An implementation of the dqds algorithm, Linear Algebra Appl. 309 (2000).

use crate::kernels::cpu::machine::stop;

/// Of squares: values are told apart to 100 units in the last place of their roots.
const TOLERANCE: f64 = 1e4 * f64::EPSILON * f64::EPSILON;

/// Two arrays that transforms go between.
pub struct Room {
    q: [Vec<f64>; 2],
    e: [Vec<f64>; 2],
}

impl Room {
    pub fn new(n: usize) -> Room {
        let zeros = || stop::buffer(0.0f64, n);
        Room { q: [zeros(), zeros()], e: [zeros(), zeros()] }
    }
}

/// What a transform tells: its last pivots, and the least of the others.
#[derive(Clone, Copy, Default)]
struct Told {
    others: f64,
    d2: f64,
    d1: f64,
    d0: f64,
    /// The least of what stands beside the pivots.
    e: f64,
}

impl Told {
    fn least(self) -> f64 {
        self.others.min(self.d2).min(self.d1).min(self.d0)
    }
    fn holds(self) -> bool {
        self.others >= 0.0 && self.d2 >= 0.0 && self.d1 >= 0.0 && self.d0 >= 0.0
    }
    /// What is told of the rest, once the last pivots are gone.
    fn without(self, last: usize) -> Told {
        match last {
            0 => self,
            1 => Told { d2: self.others, d1: self.d2, d0: self.d1, ..self },
            _ => Told { d2: self.others, d1: self.others, d0: self.d2, ..self },
        }
    }
}

/// `L' U' = U L - s`.
fn transform(q: &[f64], e: &[f64], to_q: &mut [f64], to_e: &mut [f64], s: f64) -> Told {
    let n = q.len();
    let (e, to_q, to_e) = (&e[..n - 1], &mut to_q[..n], &mut to_e[..n - 1]);
    let mut d = q[0] - s;
    let far = f64::INFINITY;
    let mut told = Told { others: far, d2: far, d1: far, d0: 0.0, e: far };
    for k in 0..n - 1 {
        told.others = told.others.min(told.d2);
        (told.d2, told.d1) = (told.d1, d);
        let p = d + e[k];
        to_q[k] = p;
        let t = q[k + 1] / p;
        d = d * t - s;
        to_e[k] = e[k] * t;
        told.e = told.e.min(to_e[k]);
    }
    to_q[n - 1] = d;
    told.d0 = d;
    told
}

/// The smaller and the larger value of an array of two.
fn of_two(q0: f64, e0: f64, q1: f64) -> (f64, f64) {
    let t = 0.5 * (q0 - q1 + e0);
    let h = (t * t + q1 * e0).sqrt();
    let large = q1 + if t >= 0.0 { t + h } else { q1 * e0 / (h - t) };
    (if large > 0.0 { q0 * (q1 / large) } else { 0.0 }, large)
}

/// A guess at the least value, rather below than above it; `moved` values have been split off since the last transform.
fn shift(q: &[f64], e: &[f64], told: Told, moved: usize) -> f64 {
    let m = q.len();
    let (least, dn) = (told.least(), told.d0);
    if !(least > 0.0) || !least.is_finite() {
        return 0.0;
    }
    if moved == 0 && (least == told.d0 || least == told.d1) {
        let b1 = (q[m - 1] * e[m - 2]).sqrt();
        let b2 = (q[m - 2] * e[m - 3]).sqrt();
        let a2 = q[m - 2] + e[m - 2];
        let gap2 = 0.75 * told.others.min(told.d2) - a2;
        let off = if gap2 > 0.0 && gap2 > b2 { b2 / gap2 * b2 } else { b1 + b2 };
        let gap1 = a2 - dn - off;
        if gap1 > 0.0 && gap1 > b1 {
            return (dn - b1 / gap1 * b1).max(0.5 * least);
        }
        let s = if dn > b1 { dn - b1 } else { 0.0 };
        let s = if a2 > b1 + b2 { s.min(a2 - (b1 + b2)) } else { s };
        return s.max(least / 3.0);
    }
    if moved == 1 && least == told.d0 {
        // the pivot is one over an element of the inverse; by how much the vector is longer
        let mut b = e[m - 2] / q[m - 2];
        let mut sum = b;
        for k in (1..m - 1).rev() {
            if b < 0.01 * sum || sum > 0.6 {
                break;
            }
            b *= e[k - 1] / q[k - 1];
            sum += b;
        }
        let b2 = (1.05 * sum).sqrt();
        let a2 = dn / (1.0 + b2 * b2);
        let gap2 = 0.5 * told.others.min(told.d2).min(told.d1) - a2;
        let off = if gap2 > 0.0 && gap2 > b2 * a2 { 1.01 * a2 * (b2 / gap2) * b2 } else { 1.01 * b2 };
        return (dn / 3.0).max(a2 * (1.0 - off));
    }
    0.25 * least
}

/// The values of a qd array of numbers that are not negative, in no order; whether all were found.
pub fn values(q: &[f64], e: &[f64], found: &mut [f64], room: &mut Room) -> bool {
    let n = q.len();
    room.q[0][..n].copy_from_slice(q);
    room.e[0][..n].copy_from_slice(e);
    let norm = q.iter().chain(e).fold(0.0, |m: f64, x| m.max(*x));
    let mut count = 0;
    let mut put = |x: f64| {
        found[count] = x;
        count += 1;
    };
    // parts to do: from, to, what is subtracted of them already, in which array they lie
    let mut parts = vec![(0, n, 0.0f64, 0)];
    while let Some((from, mut to, mut sigma, mut at)) = parts.pop() {
        let mut told = Told::default();
        let mut moved = 0;
        for round in 0.. {
            let (q, e) = (&mut room.q[at], &mut room.e[at]);
            while to > from {
                if to - from == 1 || e[to - 2] <= TOLERANCE * (sigma + q[to - 1]) {
                    put(q[to - 1] + sigma);
                    (to, moved, told) = (to - 1, moved + 1, told.without(1));
                } else if to - from == 2 || e[to - 3] <= TOLERANCE * (sigma + q[to - 2].min(q[to - 1])) {
                    let (x, y) = of_two(q[to - 2], e[to - 2], q[to - 1]);
                    put(x + sigma);
                    put(y + sigma);
                    (to, moved, told) = (to - 2, moved + 2, told.without(2));
                } else {
                    break;
                }
            }
            if to == from {
                break;
            }
            if round > 30 * n {
                return false;
            }
            if round == 0 && 1.5 * q[from] < q[to - 1] {
                // the large end first
                q[from..to].reverse();
                e[from..to - 1].reverse();
            }
            // a break within, or rather the sign of one
            if round == 0 || told.e <= TOLERANCE * (sigma + norm) {
                let breaks = |k: &usize| e[*k] <= TOLERANCE * (sigma + q[*k + 1].min(q[*k]));
                if let Some(k) = (from..to - 1).rev().find(breaks) {
                    parts.push((from, k + 1, sigma, at));
                    parts.push((k + 1, to, sigma, at));
                    break;
                }
            }
            let mut s = shift(&q[from..to], &e[from..to - 1], told, moved);
            moved = 0;
            let ([q0, q1], [e0, e1]) = (&mut room.q, &mut room.e);
            let (q, e, to_q, to_e) = if at == 0 { (q0, e0, q1, e1) } else { (q1, e1, q0, e0) };
            for attempt in 0.. {
                let t = transform(
                    &q[from..to],
                    &e[from..to - 1],
                    &mut to_q[from..to],
                    &mut to_e[from..to - 1],
                    s,
                );
                if t.holds() {
                    told = t;
                    break;
                }
                if s == 0.0 {
                    return false;
                }
                let late = t.others > 0.0 && t.d2 > 0.0 && t.d1 > 0.0 && t.d0 < 0.0;
                s = match (late, attempt) {
                    // only the last pivot is negative: its sum with the shift is a bound from below
                    (true, 0) => ((s + t.d0) * (1.0 - 2.0 * f64::EPSILON)).max(0.0),
                    (false, 0..4) => 0.25 * s,
                    _ => 0.0,
                };
            }
            sigma += s;
            at = 1 - at;
        }
    }
    count == n
}
