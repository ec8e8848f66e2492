//! Vectors of 64-bit ARM: pairs of registers.
//!
//! There are 32 registers of 128 bits. In pairs they are what AVX2 has, 16 of 256, so that bodies and tiles whose sizes
//! were found there fit here too; and a chain of steps that wait for each other has another beside it, which hides
//! half of the 4 cycles that a multiplication takes. (Reckoned, not measured: this has run under emulation only.)
//!
//! The instructions belong to the architecture's base set: they may be used anywhere, and nothing has to be enabled.

use super::{Lookup, Vector, Widen};
use std::arch::aarch64::*;

/// Two registers, that of the lower lanes first.
#[derive(Clone, Copy)]
pub struct Pair<R>(R, R);

pub type F32x8 = Pair<float32x4_t>;
pub type F64x4 = Pair<float64x2_t>;

/// One register of floats: the instructions under names that do not tell the element.
pub trait Register: Copy {
    type Elem: Copy + Send + Sync + 'static;
    type Mask: Copy;
    const LANES: usize;

    fn splat(x: Self::Elem) -> Self;
    fn c(x: f64) -> Self;
    unsafe fn load(p: *const Self::Elem) -> Self;
    unsafe fn store(self, p: *mut Self::Elem);
    /// The first `n < LANES` lanes from memory, the others zero.
    unsafe fn load_part(p: *const Self::Elem, n: usize) -> Self;
    /// The first `n < LANES` lanes to memory.
    unsafe fn store_part(self, p: *mut Self::Elem, n: usize);

    fn sqrt(self) -> Self;
    fn round(self) -> Self;
    fn floor(self) -> Self;
    fn abs(self) -> Self;
    fn neg(self) -> Self;
    fn add(self, y: Self) -> Self;
    fn sub(self, y: Self) -> Self;
    fn mul(self, y: Self) -> Self;
    fn div(self, y: Self) -> Self;
    /// `self + x * y`, rounded once.
    fn add_product(self, x: Self, y: Self) -> Self;
    /// `self - x * y`, rounded once.
    fn sub_product(self, x: Self, y: Self) -> Self;

    fn and(self, y: Self) -> Self;
    fn or(self, y: Self) -> Self;
    fn xor(self, y: Self) -> Self;
    /// `self & !y`.
    fn clear(self, y: Self) -> Self;

    fn lt(self, y: Self) -> Self::Mask;
    fn le(self, y: Self) -> Self::Mask;
    fn eq(self, y: Self) -> Self::Mask;
    fn is_nan(self) -> Self::Mask;
    fn both(x: Self::Mask, y: Self::Mask) -> Self::Mask;
    fn either(x: Self::Mask, y: Self::Mask) -> Self::Mask;
    fn any(mask: Self::Mask) -> bool;
    fn select(mask: Self::Mask, t: Self, f: Self) -> Self;

    /// As in [`Vector`].
    fn scale(self, n: Self) -> Self;
    /// As in [`Vector`].
    fn split(self) -> (Self, Self);
    fn sum(self) -> Self::Elem;
}

macro_rules! register {
    ($register:ident of $t:ident, $mask:ident; mantissa $mantissa:literal, bias $bias:literal;
     lanes $($lane:literal)* of $lanes:literal;
     memory $splat:ident $load:ident $store:ident $load_lane:ident $store_lane:ident;
     one $($one:ident $on_one:ident)*;
     two $($two:ident $on_two:ident)*;
     product $add_product:ident $sub_product:ident;
     bits $to_bits:ident $from_bits:ident, $($bitwise:ident $on_bits:ident)*;
     compare $($compare:ident $by:ident)*;
     mask $not:ident $both:ident $either:ident $select:ident $any:expr;
     integer $int_splat:ident $convert:ident $convert_back:ident $as_int:ident $from_int:ident
     $int_add:ident $int_sub:ident $left:ident $right:ident;
     sum $sum:ident) => {
                impl Register for $register {
            type Elem = $t;
            type Mask = $mask;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn splat(x: $t) -> Self {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $splat(x) }
            }
            #[inline(always)]
            fn c(x: f64) -> Self {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $splat(x as $t) }
            }
            #[inline(always)]
            unsafe fn load(p: *const $t) -> Self {
                $load(p)
            }
            #[inline(always)]
            unsafe fn store(self, p: *mut $t) {
                $store(p, self)
            }
            #[inline(always)]
            unsafe fn load_part(p: *const $t, n: usize) -> Self {
                let mut x = $splat(0.0);
                $(if n > $lane {
                    x = $load_lane::<$lane>(p.add($lane), x);
                })*
                x
            }
            #[inline(always)]
            unsafe fn store_part(self, p: *mut $t, n: usize) {
                $(if n > $lane {
                    $store_lane::<$lane>(p.add($lane), self);
                })*
            }
            $(#[inline(always)]
            fn $one(self) -> Self {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $on_one(self) }
            })*
            $(#[inline(always)]
            fn $two(self, y: Self) -> Self {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $on_two(self, y) }
            })*
            #[inline(always)]
            fn add_product(self, x: Self, y: Self) -> Self {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $add_product(self, x, y) }
            }
            #[inline(always)]
            fn sub_product(self, x: Self, y: Self) -> Self {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $sub_product(self, x, y) }
            }
            $(#[inline(always)]
            fn $bitwise(self, y: Self) -> Self {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $from_bits($on_bits($to_bits(self), $to_bits(y))) }
            })*
            $(#[inline(always)]
            fn $compare(self, y: Self) -> $mask {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $by(self, y) }
            })*
            #[inline(always)]
            fn is_nan(self) -> $mask {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $not(self.eq(self)) }
            }
            #[inline(always)]
            fn both(x: $mask, y: $mask) -> $mask {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $both(x, y) }
            }
            #[inline(always)]
            fn either(x: $mask, y: $mask) -> $mask {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $either(x, y) }
            }
            #[inline(always)]
            fn any(mask: $mask) -> bool {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $any(mask) != 0 }
            }
            #[inline(always)]
            fn select(mask: $mask, t: Self, f: Self) -> Self {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $select(mask, t, f) }
            }
            #[inline(always)]
            fn scale(self, n: Self) -> Self {
                // Two steps keep each power normal.
                // SAFETY: of the base instruction set; registers alone.
                unsafe {
                    let n = $convert(n);
                    let half = $right::<1>(n);
                    let power = |n| $from_int($left::<$mantissa>($int_add(n, $int_splat($bias))));
                    self.mul(power(half)).mul(power($int_sub(n, half)))
                }
            }
            #[inline(always)]
            fn split(self) -> (Self, Self) {
                let tiny = self.lt(Self::splat($t::MIN_POSITIVE));
                let x = Self::select(tiny, self.mul(Self::c((2u64 << $mantissa) as f64)), self);
                // SAFETY: of the base instruction set; registers alone.
                let (m, e) = unsafe {
                    // Counting from the bits of 0.75 puts the border between exponents there.
                    let e = $right::<$mantissa>($int_sub($as_int(x), $as_int($splat(0.75))));
                    ($from_int($int_sub($as_int(x), $left::<$mantissa>(e))), $convert_back(e))
                };
                (m, Self::select(tiny, e.sub(Self::c($mantissa as f64 + 1.0)), e))
            }
            #[inline(always)]
            fn sum(self) -> $t {
                // SAFETY: of the base instruction set; registers alone.
                unsafe { $sum(self) }
            }
        }
    };
}

register! {
    float32x4_t of f32, uint32x4_t; mantissa 23, bias 127;
    lanes 0 1 2 of 4;
    memory vdupq_n_f32 vld1q_f32 vst1q_f32 vld1q_lane_f32 vst1q_lane_f32;
    one sqrt vsqrtq_f32 round vrndnq_f32 floor vrndmq_f32 abs vabsq_f32 neg vnegq_f32;
    two add vaddq_f32 sub vsubq_f32 mul vmulq_f32 div vdivq_f32;
    product vfmaq_f32 vfmsq_f32;
    bits vreinterpretq_u32_f32 vreinterpretq_f32_u32, and vandq_u32 or vorrq_u32 xor veorq_u32 clear vbicq_u32;
    compare lt vcltq_f32 le vcleq_f32 eq vceqq_f32;
    mask vmvnq_u32 vandq_u32 vorrq_u32 vbslq_f32 vmaxvq_u32;
    integer vdupq_n_s32 vcvtq_s32_f32 vcvtq_f32_s32 vreinterpretq_s32_f32 vreinterpretq_f32_s32
        vaddq_s32 vsubq_s32 vshlq_n_s32 vshrq_n_s32;
    sum vaddvq_f32
}

register! {
    float64x2_t of f64, uint64x2_t; mantissa 52, bias 1023;
    lanes 0 of 2;
    memory vdupq_n_f64 vld1q_f64 vst1q_f64 vld1q_lane_f64 vst1q_lane_f64;
    one sqrt vsqrtq_f64 round vrndnq_f64 floor vrndmq_f64 abs vabsq_f64 neg vnegq_f64;
    two add vaddq_f64 sub vsubq_f64 mul vmulq_f64 div vdivq_f64;
    product vfmaq_f64 vfmsq_f64;
    bits vreinterpretq_u64_f64 vreinterpretq_f64_u64, and vandq_u64 or vorrq_u64 xor veorq_u64 clear vbicq_u64;
    compare lt vcltq_f64 le vcleq_f64 eq vceqq_f64;
    mask vceqzq_u64 vandq_u64 vorrq_u64 vbslq_f64 |mask| vmaxvq_u32(vreinterpretq_u32_u64(mask));
    integer vdupq_n_s64 vcvtq_s64_f64 vcvtq_f64_s64 vreinterpretq_s64_f64 vreinterpretq_f64_s64
        vaddq_s64 vsubq_s64 vshlq_n_s64 vshrq_n_s64;
    sum vaddvq_f64
}

/// Methods of a pair that do the same to both registers.
macro_rules! on_both {
    ($($method:ident($($y:ident),*))*) => {$(
        #[inline(always)]
        fn $method(self $(, $y: Self)*) -> Self {
            Pair(self.0.$method($($y.0),*), self.1.$method($($y.1),*))
        }
    )*};
}
macro_rules! compare_both {
    ($($method:ident)*) => {$(
        #[inline(always)]
        fn $method(self, y: Self) -> Self::Mask {
            (self.0.$method(y.0), self.1.$method(y.1))
        }
    )*};
}

// SAFETY: every 64-bit ARM processor has the instructions; memory is the caller's promise.
unsafe impl<R: Register> Vector for Pair<R> {
    type Elem = R::Elem;
    type Mask = (R::Mask, R::Mask);
    const LANES: usize = 2 * R::LANES;
    const REGISTERS: usize = 2;

    #[inline(always)]
    fn splat(x: R::Elem) -> Self {
        Pair(R::splat(x), R::splat(x))
    }
    #[inline(always)]
    fn c(x: f64) -> Self {
        Pair(R::c(x), R::c(x))
    }
    #[inline(always)]
    unsafe fn load(p: *const R::Elem) -> Self {
        Pair(R::load(p), R::load(p.add(R::LANES)))
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut R::Elem) {
        self.0.store(p);
        self.1.store(p.add(R::LANES));
    }
    /// Plainly: these processors see by themselves that whole lines are written, and stop reading them before.
    #[inline(always)]
    unsafe fn stream(self, p: *mut R::Elem) {
        self.store(p)
    }
    #[inline(always)]
    unsafe fn load_part(p: *const R::Elem, n: usize) -> Self {
        match n.checked_sub(R::LANES) {
            Some(n) => Pair(R::load(p), R::load_part(p.add(R::LANES), n)),
            None => Pair(R::load_part(p, n), R::c(0.0)),
        }
    }
    #[inline(always)]
    unsafe fn store_part(self, p: *mut R::Elem, n: usize) {
        match n.checked_sub(R::LANES) {
            Some(n) => {
                self.0.store(p);
                self.1.store_part(p.add(R::LANES), n);
            }
            None => self.0.store_part(p, n),
        }
    }

    on_both! {
        add(y) sub(y) mul(y) div(y) and(y) or(y) xor(y)
        sqrt() round() floor() abs() neg() scale(n)
    }
    #[inline(always)]
    fn fma(self, y: Self, z: Self) -> Self {
        Pair(z.0.add_product(self.0, y.0), z.1.add_product(self.1, y.1))
    }
    #[inline(always)]
    fn fnma(self, y: Self, z: Self) -> Self {
        Pair(z.0.sub_product(self.0, y.0), z.1.sub_product(self.1, y.1))
    }
    #[inline(always)]
    fn fma_fast(self, y: Self, z: Self) -> Self {
        self.fma(y, z)
    }
    #[inline(always)]
    fn min(self, y: Self) -> Self {
        Self::select(self.lt(y), self, y)
    }
    #[inline(always)]
    fn max(self, y: Self) -> Self {
        Self::select(y.lt(self), self, y)
    }
    #[inline(always)]
    fn and_not(self, y: Self) -> Self {
        Pair(y.0.clear(self.0), y.1.clear(self.1))
    }

    compare_both! { lt le eq }
    #[inline(always)]
    fn is_nan(self) -> Self::Mask {
        (self.0.is_nan(), self.1.is_nan())
    }
    #[inline(always)]
    fn select(mask: Self::Mask, t: Self, f: Self) -> Self {
        Pair(R::select(mask.0, t.0, f.0), R::select(mask.1, t.1, f.1))
    }
    #[inline(always)]
    fn any(mask: Self::Mask) -> bool {
        R::any(R::either(mask.0, mask.1))
    }
    #[inline(always)]
    fn both(x: Self::Mask, y: Self::Mask) -> Self::Mask {
        (R::both(x.0, y.0), R::both(x.1, y.1))
    }

    #[inline(always)]
    fn split(self) -> (Self, Self) {
        let (low, high) = (self.0.split(), self.1.split());
        (Pair(low.0, high.0), Pair(low.1, high.1))
    }
    #[inline(always)]
    fn sum(self) -> R::Elem {
        self.0.add(self.1).sum()
    }
}

// SAFETY: every 64-bit ARM processor has the instructions.
unsafe impl Widen for F32x8 {
    type Wide = F64x4;
    #[inline(always)]
    fn widen(self) -> (F64x4, F64x4) {
        // SAFETY: of the base instruction set; registers alone.
        let wide = |x| unsafe { Pair(vcvt_f64_f32(vget_low_f32(x)), vcvt_high_f64_f32(x)) };
        (wide(self.0), wide(self.1))
    }
    #[inline(always)]
    fn narrow(low: F64x4, high: F64x4) -> Self {
        // SAFETY: of the base instruction set; registers alone.
        let narrow = |x: F64x4| unsafe { vcvt_high_f32_f64(vcvt_f32_f64(x.0), x.1) };
        Pair(narrow(low), narrow(high))
    }
}

// SAFETY: every 64-bit ARM processor has the instructions.
unsafe impl Lookup for F32x8 {
    /// Where the bytes of an entry lie.
    type Index = (uint8x16_t, uint8x16_t);
    #[inline(always)]
    fn index(self) -> Self::Index {
        // SAFETY: of the base instruction set; registers alone.
        let bytes = |x| unsafe {
            let entry = vandq_u32(vreinterpretq_u32_f32(x), vdupq_n_u32(15));
            vreinterpretq_u8_u32(vmlaq_n_u32(vdupq_n_u32(0x0302_0100), entry, 0x0404_0404))
        };
        (bytes(self.0), bytes(self.1))
    }
    #[inline(always)]
    fn lookup(table: &'static [f32; 16], (low, high): Self::Index) -> Self {
        // SAFETY: of the base instruction set; the table is four registers long.
        unsafe {
            let table = vld1q_u8_x4(table.as_ptr().cast());
            let find = |at| vreinterpretq_f32_u8(vqtbl4q_u8(table, at));
            Pair(find(low), find(high))
        }
    }
}

/// Turns a square of 4 rows of 4 floats: rows `ss` apart become columns, whose elements are `ds` apart.
#[inline(always)]
pub unsafe fn turn_f32(s: *const f32, ss: isize, d: *mut f32, ds: usize) {
    let row = |i: isize| vld1q_f32(s.offset(i * ss));
    let (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3));
    // Pairs of floats, then pairs of those.
    let two = |x: float32x4_t| vreinterpretq_f64_f32(x);
    let (even0, odd0) = (two(vtrn1q_f32(r0, r1)), two(vtrn2q_f32(r0, r1)));
    let (even1, odd1) = (two(vtrn1q_f32(r2, r3)), two(vtrn2q_f32(r2, r3)));
    let store = |i: usize, x| vst1q_f32(d.add(i * ds), vreinterpretq_f32_f64(x));
    store(0, vtrn1q_f64(even0, even1));
    store(1, vtrn1q_f64(odd0, odd1));
    store(2, vtrn2q_f64(even0, even1));
    store(3, vtrn2q_f64(odd0, odd1));
}

/// The same of 2 by 2.
#[inline(always)]
pub unsafe fn turn_f64(s: *const f64, ss: isize, d: *mut f64, ds: usize) {
    let (r0, r1) = (vld1q_f64(s), vld1q_f64(s.offset(ss)));
    vst1q_f64(d, vtrn1q_f64(r0, r1));
    vst1q_f64(d.add(ds), vtrn2q_f64(r0, r1));
}

/// Eight float16 as float32. The base set converts them, but its intrinsics are younger than the Rust we ask for.
#[inline(always)]
pub unsafe fn widen_f16(src: *const u16, dst: *mut f32) {
    let x = vld1q_u16(src);
    let (low, high): (float32x4_t, float32x4_t);
    // SAFETY: an instruction each, on registers alone.
    unsafe {
        std::arch::asm!(
            "fcvtl {low:v}.4s, {x:v}.4h",
            "fcvtl2 {high:v}.4s, {x:v}.8h",
            x = in(vreg) x, low = out(vreg) low, high = lateout(vreg) high,
            options(pure, nomem, nostack, preserves_flags)
        )
    };
    Pair(low, high).store(dst);
}

/// Eight float32 as float16, rounded to nearest, ties to even.
#[inline(always)]
pub unsafe fn narrow_f16(src: *const f32, dst: *mut u16) {
    let x = F32x8::load(src);
    let y: uint16x8_t;
    // SAFETY: of the base instruction set; registers alone, as named.
    unsafe {
        std::arch::asm!(
            "fcvtn {y:v}.4h, {low:v}.4s",
            "fcvtn2 {y:v}.8h, {high:v}.4s",
            low = in(vreg) x.0, high = in(vreg) x.1, y = out(vreg) y,
            options(pure, nomem, nostack, preserves_flags)
        )
    };
    vst1q_u16(dst, y);
}
