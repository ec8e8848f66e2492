//! Bernoulli, geometric, Poisson and binomial draws.

use super::draw::each_unit;
use super::log::{self, Transform};
use super::simd::{Body, by_way_of, vectorised};
use crate::base::rng::Mt19937;
use crate::base::{DType, Elem, Float};

struct Bernoulli<'a, T>(&'a mut Mt19937, &'a mut [T], f64);

impl<T: Elem> Body for Bernoulli<'_, T> {
    #[inline(always)]
    fn run(self) {
        let Bernoulli(g, out, p) = self;
        each_unit(g, out, |u| if u < p { T::ONE } else { T::ZERO });
    }
}

/// One with probability `p`: two words an element whatever the type. Dropout masks are `bernoulli(1 - p)` in the
/// input's type.
pub fn bernoulli<T: Elem>(g: &mut Mt19937, out: &mut [T], p: f64) {
    if const { T::DTYPE.is_float() || matches!(T::DTYPE, DType::Bool) } {
        return vectorised(Bernoulli(g, out, p));
    }
    by_way_of(
        out,
        |hits: &mut [bool]| vectorised(Bernoulli(g, hits, p)),
        |hit| if hit { T::ONE } else { T::ZERO },
    );
}

/// One with the probability given for each element: one word an element, two if the probabilities are f64.
pub fn bernoulli_each<T: Elem, P: Float>(g: &mut Mt19937, probs: &[P], out: &mut [T]) {
    let mut probs = probs.iter();
    let mut hit = |u: f64| -> T {
        let p = probs.next().map_or(0.0, |p| p.to_f64());
        if u < p { T::ONE } else { T::ZERO }
    };
    for slot in out {
        *slot = hit(if P::DTYPE == DType::F64 { g.next_f64() } else { g.next_f32() as f64 });
    }
}

#[derive(Clone, Copy)]
struct Geometric {
    log_miss: f64,
}

impl Transform for Geometric {
    #[inline(always)]
    fn fast(self, u: f64) -> (f64, bool) {
        let trials = log::ln(u) / self.log_miss;
        (trials.ceil(), u == 0.0 || (trials - trials.round_ties_even()).abs() <= 1e-12 * trials)
    }
    fn exact(self, u: f64) -> f64 {
        (u.ln() / self.log_miss).ceil()
    }
}

/// Trials up to the first success; two words an element.
pub fn geometric<T: Elem>(g: &mut Mt19937, out: &mut [T], p: f64) {
    log::fill(g, out, Geometric { log_miss: (-p).ln_1p() });
}

/// Poisson counts for the rates given: 53-bit uniforms, as many as the method needs.
pub fn poisson<T: Float>(g: &mut Mt19937, rates: &[T], out: &mut [T]) {
    for (slot, rate) in out.iter_mut().zip(rates) {
        *slot = T::from_i64(poisson_one(g, rate.to_f64()));
    }
}

fn poisson_one(g: &mut Mt19937, rate: f64) -> i64 {
    if rate == 0.0 {
        return 0;
    }
    if rate < 10.0 {
        // a product of uniforms against exp(-rate)
        let floor = (-rate).exp();
        let (mut count, mut product) = (0, 1.0);
        loop {
            product *= g.next_f64();
            if product <= floor {
                return count;
            }
            count += 1;
        }
    }
    // transformed rejection, PTRS (Hormann, 1993)
    let log_rate = rate.ln();
    let b = 0.931 + 2.53 * rate.sqrt();
    let a = -0.059 + 0.02483 * b;
    let log_inverse_alpha = (1.1239 + 1.1328 / (b - 3.4)).ln();
    let squeeze = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let u = g.next_f64() - 0.5;
        let v = g.next_f64();
        let us = 0.5 - u.abs();
        let k = ((2.0 * a / us + b) * u + rate + 0.43).floor();
        if us >= 0.07 && v <= squeeze {
            return k as i64;
        }
        if k < 0.0 || (us < 0.013 && v > us) {
            continue;
        }
        let left = v.ln() + log_inverse_alpha - (a / (us * us) + b).ln();
        if left <= -rate + k * log_rate - ln_factorial(k) {
            return k as i64;
        }
    }
}

/// Binomial counts (f32 and f64): 53-bit uniforms, as many as the method needs. Parameters that are no numbers give
/// nan.
pub fn binomial<T: Float>(g: &mut Mt19937, counts: &[T], probs: &[T], out: &mut [T]) {
    for ((slot, n), p) in out.iter_mut().zip(counts).zip(probs) {
        *slot = T::from_f64(binomial_one(g, n.to_f64(), p.to_f64(), |v| T::from_f64(v).to_f64()));
    }
}

fn binomial_one(g: &mut Mt19937, n: f64, p: f64, narrow: impl Fn(f64) -> f64) -> f64 {
    let mut draw =
        |p: f64| if n * p >= 10.0 { binomial_rejection(g, n, p, &narrow) } else { binomial_gaps(g, n, p) };
    if n.is_nan() {
        // no sum of gaps passes it
        f64::NAN
    } else if n <= 0.0 || p <= 0.0 {
        0.0
    } else if p >= 1.0 {
        n
    } else if p <= 0.5 {
        draw(p)
    } else if p > 0.5 {
        n - draw(1.0 - p)
    } else {
        f64::NAN
    }
}

/// Counts geometric gaps until they pass `n`.
fn binomial_gaps(g: &mut Mt19937, n: f64, p: f64) -> f64 {
    let log_miss = (-p).ln_1p();
    let (mut sum, mut hits) = (0.0, 0.0);
    loop {
        sum += (g.next_f64().ln() / log_miss).ceil();
        if sum > n {
            return hits;
        }
        hits += 1.0;
    }
}

/// Transformed rejection, BTRS (Hormann, 1993). `narrow` rounds to the element type, in which PyTorch computes the
/// moments; over large f32 counts, the third digit after the point of `n p` decides some draws.
fn binomial_rejection(g: &mut Mt19937, n: f64, p: f64, narrow: &impl Fn(f64) -> f64) -> f64 {
    let mean = narrow(n * p);
    let deviation = narrow(narrow(mean * narrow(1.0 - p)).sqrt());
    let b = 1.15 + 2.53 * deviation;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let c = mean + 0.5;
    let squeeze = 0.92 - 4.2 / b;
    let odds = narrow(p / (1.0 - p));
    let alpha = (2.83 + 5.1 / b) * deviation;
    let mode = ((n + 1.0) * p).floor();
    loop {
        let u = g.next_f64() - 0.5;
        let v = g.next_f64();
        let us = 0.5 - u.abs();
        let k = ((2.0 * a / us + b) * u + c).floor();
        if us >= 0.07 && v <= squeeze {
            return k;
        }
        if k < 0.0 || k > n {
            continue;
        }
        let left = (v * alpha / (a / (us * us) + b)).ln();
        let right = (mode + 0.5) * ((mode + 1.0) / (odds * (n - mode + 1.0))).ln()
            + (n + 1.0) * ((n - mode + 1.0) / (n - k + 1.0)).ln()
            + (k + 0.5) * (odds * (n - k + 1.0) / (k + 1.0)).ln()
            + stirling_tail(mode)
            + stirling_tail(n - mode)
            - stirling_tail(k)
            - stirling_tail(n - k);
        if left <= right {
            return k;
        }
    }
}

/// What Stirling's formula for `ln k!` leaves out.
fn stirling_tail(k: f64) -> f64 {
    let x = k + 1.0;
    if k < 10.0 {
        // ln k! exactly, less the formula
        let exact = (1..=k as u32).map(f64::from).product::<f64>().ln();
        return exact - (0.5 * std::f64::consts::TAU.ln() + (k + 0.5) * x.ln() - x);
    }
    let xx = x * x;
    (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 / xx) / xx) / x
}

fn ln_factorial(k: f64) -> f64 {
    if k < 20.0 {
        // 19! is exact in 53 bits after its factors of two
        return (1..=k as u32).map(f64::from).product::<f64>().ln();
    }
    let x = k + 1.0;
    let xx = x * x;
    let series = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / 1680.0 / xx) / xx) / xx) / x;
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series
}
