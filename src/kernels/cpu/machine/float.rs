//! The arithmetic that kernel bodies are written in: [`Flt`] is a float as tensors store it, [`Cmp`] the type it is
//! computed in. The half types widen to f32 and round once, both without branches or calls, so that loops over them
//! vectorise.

use crate::base::{BF16, Elem, F16};
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

/// A floating type as tensors store it.
pub trait Flt: crate::base::Float {
    type C: Cmp;
    fn up(self) -> Self::C;
    fn down(c: Self::C) -> Self;
}

/// A floating type as kernels compute in it.
pub trait Cmp:
    Flt<C = Self>
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

impl Flt for f32 {
    type C = f32;
    #[inline(always)]
    fn up(self) -> f32 {
        self
    }
    #[inline(always)]
    fn down(c: f32) -> f32 {
        c
    }
}
impl Flt for f64 {
    type C = f64;
    #[inline(always)]
    fn up(self) -> f64 {
        self
    }
    #[inline(always)]
    fn down(c: f64) -> f64 {
        c
    }
}
impl Flt for BF16 {
    type C = f32;
    #[inline(always)]
    fn up(self) -> f32 {
        f32::from_bits((self.to_bits() as u32) << 16)
    }
    #[inline(always)]
    fn down(c: f32) -> BF16 {
        let b = c.to_bits();
        let even = b.wrapping_add(0x7fff + ((b >> 16) & 1)) >> 16;
        BF16::from_bits(if c.is_nan() { (b >> 16) | 0x40 } else { even } as u16)
    }
}
impl Flt for F16 {
    type C = f32;
    /// Branch-free; the `half` crate's conversion is a call that no loop can vectorise.
    #[inline(always)]
    fn up(self) -> f32 {
        let h = self.to_bits() as u32;
        let em = h & 0x7fff;
        let normal = (em << 13) + (112 << 23);
        let wide = if em >= 0x7c00 { normal + (112 << 23) } else { normal };
        let small = (em as i32 as f32 * f32::from_bits(0x3380_0000)).to_bits(); // em * 2^-24
        f32::from_bits(if em < 0x400 { small } else { wide } | ((h & 0x8000) << 16))
    }
    #[inline(always)]
    fn down(c: f32) -> F16 {
        let b = c.to_bits();
        let sign = (b >> 16) & 0x8000;
        let mag = b & 0x7fff_ffff;
        // below 2^-14 an addition of 0.5 lets the hardware round at the subnormal step 2^-24
        let small = (f32::from_bits(mag) + 0.5).to_bits().wrapping_sub(0x3f00_0000);
        let normal = mag.wrapping_sub(112 << 23).wrapping_add(0xfff + ((mag >> 13) & 1)) >> 13;
        let nan = 0x7e00 | ((mag >> 13) & 0x3ff);
        let big = if mag > 0x7f80_0000 { nan } else { 0x7c00 };
        let finite = if mag < (113 << 23) { small } else { normal };
        F16::from_bits((sign | if mag >= 0x4780_0000 { big } else { finite }) as u16)
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
    fn half_conversions_agree_with_the_crate() {
        for b in 0..=u16::MAX {
            let h = F16::from_bits(b);
            assert!(h.is_nan() && h.up().is_nan() || h.up().to_bits() == h.to_f32().to_bits(), "{b:#x}");
            let q = BF16::from_bits(b);
            assert!(q.is_nan() && q.up().is_nan() || q.up().to_bits() == q.to_f32().to_bits(), "{b:#x}");
        }
        let mut bits = 0u32;
        loop {
            let x = f32::from_bits(bits);
            if x.is_nan() {
                assert!(<F16 as Flt>::down(x).is_nan() && <BF16 as Flt>::down(x).is_nan());
            } else {
                assert_eq!(<F16 as Flt>::down(x).to_bits(), F16::from_f32(x).to_bits(), "{x:e}");
                assert_eq!(<BF16 as Flt>::down(x).to_bits(), BF16::from_f32(x).to_bits(), "{x:e}");
            }
            match bits.checked_add(9973) {
                Some(b) => bits = b,
                None => break,
            }
        }
    }

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
