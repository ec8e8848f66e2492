//! Vectors of floats behind one small trait, so that a numeric body is written once for AVX-512, AVX2, NEON and any
//! other machine.
//!
//! Every method is `inline(always)` and must end up inside a function that enables the level's instructions
//! (`multiversion!`, or a `#[target_feature]` function written by hand): that is the safety contract of the
//! whole trait, and why its arithmetic is `unsafe`-free in signature only for constants.

mod levels;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use levels::Levels;
#[cfg(target_arch = "aarch64")]
pub use neon::{F32x8, F64x4, narrow_f16, turn_f32, turn_f64, widen_f16};
pub use portable::Lanes;
#[cfg(target_arch = "x86_64")]
pub use x86::{F32x8, F32x16, F64x4, F64x8};

/// A vector of `LANES` floats.
///
/// # Safety
/// Values of the x86 types may only be made and used in code compiled for, and running at, their level.
pub unsafe trait Vector: Copy {
    type Elem: Copy + Send + Sync + 'static;
    type Mask: Copy;
    const LANES: usize;
    /// How many registers a value takes: what a tile of accumulators must reckon with.
    const REGISTERS: usize = 1;

    fn splat(x: Self::Elem) -> Self;
    /// A constant, given in float64.
    fn c(x: f64) -> Self;
    unsafe fn load(p: *const Self::Elem) -> Self;
    unsafe fn store(self, p: *mut Self::Elem);
    /// To memory aligned to a whole vector, past the caches; [`fence`] ends a series of these.
    unsafe fn stream(self, p: *mut Self::Elem);
    /// The first `n < LANES` lanes from memory, the others zero.
    unsafe fn load_part(p: *const Self::Elem, n: usize) -> Self;
    /// The first `n < LANES` lanes to memory.
    unsafe fn store_part(self, p: *mut Self::Elem, n: usize);

    fn add(self, y: Self) -> Self;
    fn sub(self, y: Self) -> Self;
    fn mul(self, y: Self) -> Self;
    fn div(self, y: Self) -> Self;
    /// `self * y + z`, rounded once.
    fn fma(self, y: Self, z: Self) -> Self;
    /// `z - self * y`, rounded once.
    fn fnma(self, y: Self, z: Self) -> Self;
    /// `self * y + z` in whatever way is fast: only for sums of products.
    fn fma_fast(self, y: Self, z: Self) -> Self;
    fn sqrt(self) -> Self;
    /// The second operand if either is nan.
    fn min(self, y: Self) -> Self;
    /// The second operand if either is nan.
    fn max(self, y: Self) -> Self;
    /// `self / y` within one rounding, for a quotient and a divisor that are normal or a quotient that is zero:
    /// without the divider where that is faster.
    #[inline(always)]
    fn quotient(self, y: Self) -> Self {
        self.div(y)
    }
    /// `(self + rest) / (y + low)` within one rounding, as [`Vector::quotient`], for small `rest` and `low`.
    #[inline(always)]
    fn quotient_of_sum(self, y: Self, low: Self, rest: Option<Self>) -> Self {
        let q = self.div(y);
        q.add(q.fnma(low, self.remainder(q, y, rest)).div(y))
    }
    /// `1 / sqrt(self)` within two roundings.
    #[inline(always)]
    fn rsqrt(self) -> Self {
        Self::c(1.0).div(self.sqrt())
    }
    /// To the nearest integer, ties to even.
    fn round(self) -> Self;
    fn floor(self) -> Self;

    fn and(self, y: Self) -> Self;
    fn or(self, y: Self) -> Self;
    fn xor(self, y: Self) -> Self;
    /// `!self & y`.
    fn and_not(self, y: Self) -> Self;

    fn lt(self, y: Self) -> Self::Mask;
    fn le(self, y: Self) -> Self::Mask;
    fn eq(self, y: Self) -> Self::Mask;
    fn is_nan(self) -> Self::Mask;
    /// `t` where the mask is set, `f` elsewhere.
    fn select(mask: Self::Mask, t: Self, f: Self) -> Self;
    fn any(mask: Self::Mask) -> bool;
    fn both(x: Self::Mask, y: Self::Mask) -> Self::Mask;

    /// `self * 2^n` for an integral `n` that keeps `self * 2^(n/2)` normal; rounds once into the denormals.
    fn scale(self, n: Self) -> Self;
    /// `(m, e)` with `self == m * 2^e` and `0.75 <= m < 1.5`, for positive finite values, denormals included.
    fn split(self) -> (Self, Self);
    /// Sum of the lanes, in a fixed order.
    fn sum(self) -> Self::Elem;

    /// `self - q y + rest`: what a quotient leaves.
    #[inline(always)]
    fn remainder(self, q: Self, y: Self, rest: Option<Self>) -> Self {
        let left = q.fnma(y, self);
        match rest {
            Some(rest) => left.add(rest),
            None => left,
        }
    }
    #[inline(always)]
    fn zero() -> Self {
        Self::c(0.0)
    }
    #[inline(always)]
    fn sign_bit() -> Self {
        Self::c(-0.0)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Self::sign_bit().and_not(self)
    }
    #[inline(always)]
    fn neg(self) -> Self {
        Self::sign_bit().xor(self)
    }
    /// The magnitude of `self` with the sign of `s`.
    #[inline(always)]
    fn copysign(self, s: Self) -> Self {
        self.abs().or(Self::sign_bit().and(s))
    }
    /// `c[0] + c[1] x + c[2] x^2 + ...` after Horner.
    #[inline(always)]
    fn poly(self, c: &'static [f64]) -> Self {
        let mut acc = Self::c(c[c.len() - 1]);
        for i in (0..c.len() - 1).rev() {
            acc = acc.fma(self, Self::c(c[i]));
        }
        acc
    }
}

/// Results from this size on are written past the caches: half of a third-level cache, so that input and result
/// together do not fit. An ordinary store reads the line first.
pub const STREAM_BYTES: usize = 16 << 20;

/// Streamed stores come before what other threads are told next.
#[inline(always)]
pub fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: part of the base instruction set.
    unsafe {
        std::arch::x86_64::_mm_sfence()
    }
}

/// A vector of `f32` that can be worked on as two vectors of `f64`.
///
/// # Safety
/// As for [`Vector`].
pub unsafe trait Widen: Vector<Elem = f32> {
    type Wide: Vector<Elem = f64>;
    /// The lower and the upper half.
    fn widen(self) -> (Self::Wide, Self::Wide);
    fn narrow(low: Self::Wide, high: Self::Wide) -> Self;
}

/// A vector that looks entries of a small table up.
///
/// # Safety
/// As for [`Vector`].
pub unsafe trait Lookup: Widen {
    type Index: Copy;
    /// The lowest four bits of every lane.
    fn index(self) -> Self::Index;
    fn lookup(table: &'static [f32; 16], index: Self::Index) -> Self;
}
