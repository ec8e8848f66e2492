//! Eigenvalues of a qd array by counting how many lie below a point, for many points at a time: a pass over the array takes
//! about as long as its divisions, and 32 points share each of them.
//!
//! Source: B. N. Parlett and O. A. Marques, An implementation of the dqds algorithm, Linear Algebra Appl. 309 (2000), for the
//! transform that counts; J. Demmel, I. Dhillon and H. Ren, On the correctness of some bisection-like parallel eigenvalue
//! algorithms in floating point arithmetic, ETNA 3 (1995), for why counting is safe.

use crate::kernels::cpu::machine::stop;

/// Points of a pass: four divisions of eight numbers hide each other's latency.
const LANES: usize = 32;

multiversion! {
    /// How many eigenvalues lie below each point: pivots of `L U - x` that are negative.
    ///
    /// # Safety
    /// As many `q` as `e`.
    unsafe fn count(q: &[f32], e: &[f32], x: &[f32; LANES], below: &mut [f32; LANES]) {
        let mut s = [0f32; LANES];
        let mut c = [0f32; LANES];
        for l in 0..LANES {
            s[l] = -x[l];
        }
        for k in 0..q.len() {
            let (qk, ek) = (q[k], e[k]);
            for l in 0..LANES {
                let d = qk + s[l];
                c[l] += if d < 0.0 { 1.0 } else { 0.0 };
                // infinity over infinity, after a pivot that was zero, is 1
                let t = s[l] / d;
                let t = if t != t { 1.0 } else { t };
                s[l] = ek * t - x[l];
            }
        }
        *below = c;
    }
}

/// What is worked in.
pub struct Room {
    q: Vec<f32>,
    e: Vec<f32>,
    low: Vec<f32>,
}

impl Room {
    pub fn new(n: usize) -> Room {
        let zeros = || stop::buffer(0f32, n);
        Room { q: zeros(), e: zeros(), low: zeros() }
    }
}

/// The values of a qd array in ascending order, to within `top / 2^25`; `top` is above all of them. Where `roots` says so, it and the
/// values are square roots of eigenvalues.
pub fn values(q: &[f64], e: &[f64], top: f64, roots: bool, found: &mut [f64], room: &mut Room) {
    let n = q.len();
    let by = 1.0 / if roots { top * top } else { top };
    let low = &mut room.low[..n];
    for k in 0..n {
        (room.q[k], room.e[k]) = ((q[k] * by) as f32, (e[k] * by) as f32);
    }
    let (q, e) = (&room.q[..n], &room.e[..n]);
    let square = |x: f32| if roots { x * x } else { x };
    let counts = |at: &[f32; LANES]| {
        let x = std::array::from_fn(|l| square(at[l]));
        let mut below = [0f32; LANES];
        // SAFETY: both have `n` elements
        unsafe { count(q, e, &x, &mut below) };
        below
    };
    // points at equal distances enclose all values at once
    let points = n.div_ceil(LANES) * LANES;
    let step = 1.0 / (points + 1) as f32;
    let (mut value, mut last) = (0, 0.0);
    for block in (0..points).step_by(LANES) {
        let at = std::array::from_fn(|l| (block + l + 1) as f32 * step);
        let below = counts(&at);
        for l in 0..LANES {
            while value < (below[l] as usize).min(n) {
                low[value] = last;
                value += 1;
            }
            last = at[l];
        }
    }
    low[value..].fill(last);
    // then each of them by as many points as there is room for; all enclosures are equally wide
    let each = (LANES / n).max(1);
    let rounds = ((25.0 - (points as f32).log2()) / ((each + 1) as f32).log2()).ceil() as usize;
    let mut width = step;
    for from in (0..n).step_by(LANES) {
        let values = LANES.min(n - from);
        let value = |l: usize| (l / each).min(values - 1);
        let mut begin: [f32; LANES] = std::array::from_fn(|l| low[from + value(l)]);
        let number: [f32; LANES] = std::array::from_fn(|l| (from + value(l)) as f32);
        width = step;
        for _ in 0..rounds {
            width /= (each + 1) as f32;
            let at = std::array::from_fn(|l| begin[l] + width * (l % each + 1) as f32);
            let below = counts(&at);
            let mut passed = [0f32; LANES];
            for l in 0..LANES {
                passed[l] = if below[l] > number[l] { 0.0 } else { width };
            }
            if each > 1 {
                for group in passed[..values * each].chunks_exact_mut(each) {
                    let sum = group.iter().sum();
                    group.fill(sum);
                }
            }
            for l in 0..LANES {
                begin[l] += passed[l];
            }
        }
        for i in 0..values {
            low[from + i] = begin[i * each];
        }
    }
    for k in 0..n {
        found[k] = top * (low[k] as f64 + 0.5 * width as f64);
    }
}
