//! Variance and log-sum-exp: partial results that carry their own scale.

use super::beside;
use super::leaf::{Leaf, leaves};
use super::plan::ReducePlan;
use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};

/// Count, mean and sum of squared deviations. Leaves are small enough to be read twice from the cache; they merge by
/// Chan's formula in f64.
#[derive(Clone, Copy, Debug)]
pub struct Moments {
    pub n: f64,
    pub mean: f64,
    pub m2: f64,
}

impl Moments {
    pub const NONE: Moments = Moments { n: 0.0, mean: 0.0, m2: 0.0 };
    #[inline]
    pub fn merge(self, b: Moments) -> Moments {
        if self.n == 0.0 {
            return b;
        }
        if b.n == 0.0 {
            return self;
        }
        let n = self.n + b.n;
        let delta = b.mean - self.mean;
        Moments {
            n,
            mean: self.mean + delta * (b.n / n),
            m2: self.m2 + b.m2 + delta * delta * (self.n * b.n / n),
        }
    }
}

multiversion! {
    /// Two passes over a stretch that fits the cache, 32 accumulators each.
    pub unsafe fn block_moments[T: Flt](src: *const T, n: usize) -> Moments {
        let first = (*src).up();
        if n < 32 {
            let sum = (0..n).map(|i| (*src.add(i)).up().to_f64()).sum::<f64>();
            let mean = sum / n as f64;
            let square = |i: usize| { let d = (*src.add(i)).up().to_f64() - mean; d * d };
            return Moments { n: n as f64, mean, m2: (0..n).map(square).sum() };
        }
        let mut lanes = [T::C::ZERO; 32];
        let mut i = 0;
        // Deviations from the first element keep f32 exact enough where the mean is large.
        while i + 32 <= n {
            for j in 0..32 {
                lanes[j] += (*src.add(i + j)).up() - first;
            }
            i += 32;
        }
        for j in 0..n - i {
            lanes[j] += (*src.add(i + j)).up() - first;
        }
        let shift: f64 = lanes.iter().map(|l| l.to_f64()).sum::<f64>() / n as f64;
        let mean = first + T::C::of(shift);
        let mut squares = [T::C::ZERO; 32];
        let mut dev = [T::C::ZERO; 32];
        i = 0;
        while i + 32 <= n {
            for j in 0..32 {
                let d = (*src.add(i + j)).up() - mean;
                dev[j] += d;
                squares[j] += d * d;
            }
            i += 32;
        }
        for j in 0..n - i {
            let d = (*src.add(i + j)).up() - mean;
            dev[j] += d;
            squares[j] += d * d;
        }
        // The rounding of the mean, found by summing deviations, is taken out again.
        let (d, s) = (dev.iter().map(|l| l.to_f64()).sum::<f64>(), squares.iter().map(|l| l.to_f64()).sum::<f64>());
        let c = d / n as f64;
        Moments { n: n as f64, mean: mean.to_f64() + c, m2: (s - d * c).max(0.0) + (s - s) }
    }
}

#[derive(Clone, Copy)]
struct Var;

impl<T: Flt> Leaf<T> for Var {
    type Part = Moments;
    fn empty(self) -> Moments {
        Moments::NONE
    }
    unsafe fn leaf(self, src: *const T, n: usize, _start: usize) -> Moments {
        block_moments(src, n)
    }
    fn merge(self, a: Moments, b: Moments) -> Moments {
        a.merge(b)
    }
}

/// Variance with `n - correction` as divisor (never below zero, as in PyTorch), or its root (`std`), and the mean.
/// `mean` may be null.
///
/// # Safety
/// As `fold`, for both destinations.
pub unsafe fn var<T: Flt>(
    plan: &ReducePlan,
    src: *const T,
    correction: f64,
    std: bool,
    dst: *mut T,
    mean: *mut T,
) {
    let (dst, mean) = (Ptr(dst), Ptr(mean));
    leaves(Var, plan, src, |o, m: Moments| {
        let divisor = (m.n - correction).max(0.0);
        let v = if m.n == 0.0 { f64::NAN } else { m.m2 / divisor };
        // SAFETY: each output is written once.
        unsafe {
            dst.at(o).write(T::from_f64(if std { v.sqrt() } else { v }));
            if !mean.get().is_null() {
                mean.at(o).write(T::from_f64(if m.n == 0.0 { f64::NAN } else { m.mean }));
            }
        }
    });
}

multiversion! {
    /// The greatest element (NaN if there is one) and the sum of `e^(x - max)`.
    pub unsafe fn block_max_sum_exp[T: Flt](src: *const T, n: usize) -> (T::C, T::C) {
        if n < 32 {
            return short_max_sum_exp(src, n);
        }
        let mut top = [-T::C::INFINITY; 32];
        let mut nan = [T::C::ZERO; 32]; // stays zero unless a NaN is added
        let mut i = 0;
        while i + 32 <= n {
            for j in 0..32 {
                let x = (*src.add(i + j)).up();
                top[j] = x.max_or(top[j]);
                nan[j] = if x != x { x } else { nan[j] };
            }
            i += 32;
        }
        for j in 0..n - i {
            let x = (*src.add(i + j)).up();
            top[j] = x.max_or(top[j]);
            nan[j] = if x != x { x } else { nan[j] };
        }
        // by halves: one lane after the other would take longer than a row of 64
        let mut half = 16;
        while half > 0 {
            for j in 0..half {
                top[j] = top[j].max_or(top[j + half]);
                nan[j] += nan[j + half];
            }
            half /= 2;
        }
        let (max, x) = (top[0], nan[0]);
        if x != x {
            return (x, x);
        }
        // Infinite maxima subtract as zero: e^-inf adds nothing, e^inf makes the sum infinite.
        let shift = if max.abs() == T::C::INFINITY { T::C::ZERO } else { max };
        let mut sums = [T::C::ZERO; 32];
        i = 0;
        while i + 32 <= n {
            for j in 0..32 {
                sums[j] += Cmp::exp((*src.add(i + j)).up() - shift);
            }
            i += 32;
        }
        for j in 0..n - i {
            sums[j] += Cmp::exp((*src.add(i + j)).up() - shift);
        }
        let mut half = 16;
        while half > 0 {
            for j in 0..half {
                sums[j] += sums[j + half];
            }
            half /= 2;
        }
        (max, sums[0])
    }
}

#[inline(always)]
unsafe fn short_max_sum_exp<T: Flt>(src: *const T, n: usize) -> (T::C, T::C) {
    let mut max = -T::C::INFINITY;
    for i in 0..n {
        let x = (*src.add(i)).up();
        if x != x {
            return (x, x);
        }
        max = x.max_or(max);
    }
    let shift = if max.abs() == T::C::INFINITY { T::C::ZERO } else { max };
    let mut sum = T::C::ZERO;
    for i in 0..n {
        sum += Cmp::exp((*src.add(i)).up() - shift);
    }
    (max, sum)
}

#[derive(Clone, Copy)]
struct LogSumExp;

impl<T: Flt> Leaf<T> for LogSumExp {
    /// Maximum and scaled sum.
    type Part = (f64, f64);
    fn empty(self) -> (f64, f64) {
        (f64::NEG_INFINITY, 0.0)
    }
    unsafe fn leaf(self, src: *const T, n: usize, _start: usize) -> (f64, f64) {
        let (m, s) = block_max_sum_exp(src, n);
        (m.to_f64(), s.to_f64())
    }
    fn merge(self, a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
        if a.1 == 0.0 || b.0.is_nan() || b.0 == f64::INFINITY {
            return if a.0.is_nan() { a } else { b };
        }
        if b.1 == 0.0 || a.0.is_nan() || a.0 == f64::INFINITY {
            return a;
        }
        let m = a.0.max(b.0);
        (m, a.1 * (a.0 - m).exp() + b.1 * (b.0 - m).exp())
    }
}

/// # Safety
/// As `fold`.
pub unsafe fn logsumexp<T: Flt>(plan: &ReducePlan, src: *const T, dst: *mut T) {
    if beside::logsumexp(plan, src, dst) {
        return;
    }
    let dst = Ptr(dst);
    leaves(LogSumExp, plan, src, |o, (m, s): (f64, f64)| {
        let v = if m.is_infinite() || m.is_nan() { m } else { m + s.ln() };
        // SAFETY: each output is written once.
        unsafe { dst.at(o).write(T::from_f64(v)) };
    });
}
