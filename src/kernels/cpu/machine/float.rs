//! The arithmetic that kernel bodies are written in: [`Flt`] is a float as tensors store it, [`Cmp`] the type it is
//! computed in.

use crate::base::{Elem, Float};
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// A raw pointer that parallel bodies may share: they touch disjoint parts of what it points to.
pub struct Ptr<T>(pub *mut T);
impl<T> Clone for Ptr<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Ptr<T> {}
// SAFETY: a promise of the kernels that use it: parallel chunks write disjoint elements.
unsafe impl<T> Send for Ptr<T> {}
unsafe impl<T> Sync for Ptr<T> {}
impl<T> Ptr<T> {
    pub fn of(p: *const T) -> Ptr<T> {
        Ptr(p as *mut T)
    }
    /// A method rather than a field access, so that closures capture the wrapper.
    #[inline(always)]
    pub fn get(self) -> *mut T {
        self.0
    }
    #[inline(always)]
    pub fn at(self, i: usize) -> *mut T {
        self.0.wrapping_add(i)
    }
}

/// What is before the point of a number, as vectors of them do it.
pub trait Cut: Copy {
    /// The whole number, its part behind the point cut off; the least int32 for what int32 does not hold and for nan, as the
    /// processor's instruction has it. (Rust's `as` gives the nearest int32 instead, and the compiler does that one by one: 1M
    /// quotients of int32 take 1.38 ms so, 0.5 this way.)
    fn cut(self) -> i32;
}
macro_rules! cut {
    ($($t:ty)*) => {$(
        impl Cut for $t {
            #[inline(always)]
            fn cut(self) -> i32 {
                const BOUND: $t = 2147483648.0;
                let x = if self > -BOUND && self < BOUND { self } else { -BOUND };
                // SAFETY: a number within int32
                unsafe { x.to_int_unchecked() }
            }
        }
    )*};
}
cut!(f32 f64);

/// Floats whose arithmetic type is one that kernels compute in: all of them.
pub trait Flt: Float<C: Cmp> {}
impl<T: Float<C: Cmp>> Flt for T {}

/// A floating type as kernels compute in it.
pub trait Cmp:
    Float<C = Self>
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
{
    const INFINITY: Self;
    fn fma(self, b: Self, c: Self) -> Self;
    fn sqrt(self) -> Self;
    fn abs(self) -> Self;
    fn powf(self, p: Self) -> Self;
    fn ln(self) -> Self;
    /// `e^x` to about 1 ULP in straight-line code, so that loops over it vectorise.
    fn exp(self) -> Self;
    /// The greater one, `other` if `self` is NaN.
    #[inline(always)]
    fn max_or(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
    #[inline(always)]
    fn of(v: f64) -> Self {
        <Self as Elem>::from_f64(v)
    }
}

impl Cmp for f32 {
    const INFINITY: f32 = f32::INFINITY;
    #[inline(always)]
    fn fma(self, b: f32, c: f32) -> f32 {
        self.mul_add(b, c)
    }
    #[inline(always)]
    fn sqrt(self) -> f32 {
        self.sqrt()
    }
    #[inline(always)]
    fn abs(self) -> f32 {
        self.abs()
    }
    fn powf(self, p: f32) -> f32 {
        self.powf(p)
    }
    fn ln(self) -> f32 {
        self.ln()
    }
    #[inline(always)]
    fn exp(self) -> f32 {
        // Cody-Waite reduction to |r| <= ln2/2, a minimax polynomial of degree 6 (2^-28), scaling in two steps so that
        // subnormal results round once.
        let x = if self < 89.0 { self } else { 89.0 };
        let x = if x > -105.0 { x } else { -105.0 };
        const MAGIC: f32 = 12582912.0; // 1.5 * 2^23
        let t = x.mul_add(std::f32::consts::LOG2_E, MAGIC);
        let n = t - MAGIC;
        let r = n.mul_add(-0.693_145_75, x);
        let r = n.mul_add(-1.428_606_8e-6, r);
        let p = r.mul_add(1.381_432e-3, 8.368_851e-3);
        let p = p.mul_add(r, 4.166_84e-2);
        let p = p.mul_add(r, 1.666_652e-1);
        let p = p.mul_add(r, 0.499_999_93);
        let p = p.mul_add(r * r, r) + 1.0;
        let k = t.to_bits().wrapping_sub(MAGIC.to_bits()) as i32;
        let h = k >> 1;
        let a = f32::from_bits(((h + 127) << 23) as u32);
        let b = f32::from_bits(((k - h + 127) << 23) as u32);
        let y = p * a * b;
        if self != self { self } else { y }
    }
}

impl Cmp for f64 {
    const INFINITY: f64 = f64::INFINITY;
    #[inline(always)]
    fn fma(self, b: f64, c: f64) -> f64 {
        self.mul_add(b, c)
    }
    #[inline(always)]
    fn sqrt(self) -> f64 {
        self.sqrt()
    }
    #[inline(always)]
    fn abs(self) -> f64 {
        self.abs()
    }
    fn powf(self, p: f64) -> f64 {
        self.powf(p)
    }
    fn ln(self) -> f64 {
        self.ln()
    }
    #[inline(always)]
    fn exp(self) -> f64 {
        let x = if self < 710.0 { self } else { 710.0 };
        let x = if x > -750.0 { x } else { -750.0 };
        const MAGIC: f64 = 6755399441055744.0; // 1.5 * 2^52
        let t = x.mul_add(std::f64::consts::LOG2_E, MAGIC);
        let n = t - MAGIC;
        let r = n.mul_add(-6.931_471_803_691_238e-1, x);
        let r = n.mul_add(-1.908_214_929_270_587_7e-10, r);
        // Taylor to r^13: the remainder at |r| = ln2/2 is below 2^-57
        let mut p = 1.0 / 6227020800.0;
        p = r.mul_add(p, 1.0 / 479001600.0);
        p = r.mul_add(p, 1.0 / 39916800.0);
        p = r.mul_add(p, 1.0 / 3628800.0);
        p = r.mul_add(p, 1.0 / 362880.0);
        p = r.mul_add(p, 1.0 / 40320.0);
        p = r.mul_add(p, 1.0 / 5040.0);
        p = r.mul_add(p, 1.0 / 720.0);
        p = r.mul_add(p, 1.0 / 120.0);
        p = r.mul_add(p, 1.0 / 24.0);
        p = r.mul_add(p, 1.0 / 6.0);
        p = r.mul_add(p, 0.5);
        p = p.mul_add(r * r, r) + 1.0;
        let k = t.to_bits().wrapping_sub(MAGIC.to_bits()) as i64;
        let h = k >> 1;
        let a = f64::from_bits(((h + 1023) << 52) as u64);
        let b = f64::from_bits(((k - h + 1023) << 52) as u64);
        let y = p * a * b;
        if self != self { self } else { y }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials() {
        let mut worst = [0f64; 2];
        for i in -60000..60000 {
            let x = i as f64 * 0.0015;
            let t = (x as f32 as f64).exp();
            if t < 3e38 && t > 1.2e-38 {
                worst[0] = worst[0].max((Cmp::exp(x as f32) as f64 / t - 1.0).abs() * 2f64.powi(24));
            }
            worst[1] = worst[1].max((Cmp::exp(x) / x.exp() - 1.0).abs() * 2f64.powi(53));
        }
        assert!(worst[0] < 2.5 && worst[1] < 4.0, "{worst:?}");
        for (x, y) in [(f32::INFINITY, f32::INFINITY), (f32::NEG_INFINITY, 0.0), (-104.0, 0.0), (0.0, 1.0)] {
            assert_eq!(Cmp::exp(x), y);
            assert_eq!(Cmp::exp(if x == -104.0 { -746.0 } else { x as f64 }), y as f64);
        }
        assert!(Cmp::exp(f32::NAN).is_nan() && Cmp::exp(f64::NAN).is_nan());
        assert!((Cmp::exp(-100f32) as f64 / (-100f64).exp() - 1.0).abs() < 0.02);
    }
}
