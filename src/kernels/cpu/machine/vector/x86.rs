//! Vectors of AVX-512 and AVX2 with FMA.

use super::{Lookup, Vector, Widen};
use std::arch::x86_64::*;

macro_rules! wrap {
    ($($name:ident($inner:ident);)*) => {$(
        #[derive(Clone, Copy)]
        pub struct $name($inner);
    )*};
}

wrap! { F32x16(__m512); F64x8(__m512d); F32x8(__m256); F64x4(__m256d); }

/// The part of the trait whose intrinsics differ only in their suffix.
macro_rules! common {
    ($name:ident, $t:ident; $set1:ident $load:ident $store:ident $stream:ident $add:ident $sub:ident $mul:ident $div:ident $fma:ident
     $fnma:ident $sqrt:ident $min:ident $max:ident $and:ident $or:ident $xor:ident $andnot:ident) => {
        #[inline(always)]
        fn splat(x: $t) -> Self {
            // SAFETY: code of this level, by the contract of the trait; registers alone.
            $name(unsafe { $set1(x) })
        }
        #[inline(always)]
        fn c(x: f64) -> Self {
            // SAFETY: code of this level, by the contract of the trait; registers alone.
            $name(unsafe { $set1(x as $t) })
        }
        #[inline(always)]
        unsafe fn load(p: *const $t) -> Self {
            $name($load(p))
        }
        #[inline(always)]
        unsafe fn store(self, p: *mut $t) {
            $store(p, self.0)
        }
        #[inline(always)]
        unsafe fn stream(self, p: *mut $t) {
            $stream(p, self.0)
        }
        common!(@two $name; add $add, sub $sub, mul $mul, div $div, min $min, max $max, and $and, or $or, xor $xor, and_not $andnot);
        #[inline(always)]
        fn fma(self, y: Self, z: Self) -> Self {
            // SAFETY: code of this level, by the contract of the trait; registers alone.
            $name(unsafe { $fma(self.0, y.0, z.0) })
        }
        #[inline(always)]
        fn fnma(self, y: Self, z: Self) -> Self {
            // SAFETY: code of this level, by the contract of the trait; registers alone.
            $name(unsafe { $fnma(self.0, y.0, z.0) })
        }
        #[inline(always)]
        fn fma_fast(self, y: Self, z: Self) -> Self {
            self.fma(y, z)
        }
        #[inline(always)]
        fn sqrt(self) -> Self {
            // SAFETY: code of this level, by the contract of the trait; registers alone.
            $name(unsafe { $sqrt(self.0) })
        }
    };
    (@two $name:ident; $($method:ident $intrinsic:ident),*) => {$(
        #[inline(always)]
        fn $method(self, y: Self) -> Self {
            // SAFETY: code of this level, by the contract of the trait; registers alone.
            $name(unsafe { $intrinsic(self.0, y.0) })
        }
    )*};
}

/// `1 / self` to nearly one rounding.
trait Inverse: Vector {
    fn inverse(self) -> Self;
}

/// AVX-512: comparisons give mask registers, memory is masked, exponents have instructions of their own.
macro_rules! avx512 {
    ($name:ident, $t:ident, $lanes:literal, $mask:ident; $maskz_load:ident $mask_store:ident $cmp:ident $blend:ident
     $roundscale:ident $scalef:ident $getexp:ident $getmant:ident $reduce:ident $rcp14:ident $rsqrt14:ident $steps:literal; $($common:ident)*) => {
        impl Inverse for $name {
            #[inline(always)]
            fn inverse(self) -> Self {
                // 14 bits, doubled by each step: 2 multiplications a step against a divider that is busy for 16 cycles.
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                let mut r = $name(unsafe { $rcp14(self.0) });
                for _ in 0..$steps {
                    r = r.fma(r.fnma(self, Self::c(1.0)), r);
                }
                r
            }
        }
        // SAFETY: values are made and used in code of this level alone; the instructions do what the trait says.
        // SAFETY: code of this level, by the contract of the trait; registers alone.
        unsafe impl Vector for $name {
            type Elem = $t;
            type Mask = $mask;
            const LANES: usize = $lanes;
            common!($name, $t; $($common)*);
            #[inline(always)]
            unsafe fn load_part(p: *const $t, n: usize) -> Self {
                $name($maskz_load(((1u32 << n) - 1) as $mask, p))
            }
            #[inline(always)]
            unsafe fn store_part(self, p: *mut $t, n: usize) {
                $mask_store(p, ((1u32 << n) - 1) as $mask, self.0)
            }
            #[inline(always)]
            fn quotient(self, y: Self) -> Self {
                let r = y.inverse();
                let q = self.mul(r);
                q.fnma(y, self).fma(r, q)
            }
            #[inline(always)]
            fn quotient_of_sum(self, y: Self, low: Self, rest: Option<Self>) -> Self {
                let r = y.inverse();
                let q = self.mul(r);
                q.fnma(low, self.remainder(q, y, rest)).fma(r, q)
            }
            #[inline(always)]
            fn rsqrt(self) -> Self {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                let y = $name(unsafe { $rsqrt14(self.0) });
                let mut z = y;
                for _ in 0..$steps {
                    // z (1 + e/2 + 3/8 e^2) with e = 1 - x z^2
                    let e = self.mul(z).fnma(z, Self::c(1.0));
                    z = e.mul(z).fma(e.fma(Self::c(0.375), Self::c(0.5)), z);
                }
                // The ends are exact already: zero, infinity, negative, nan.
                let inner = Self::both(Self::c(0.0).lt(self), self.lt(Self::c(f64::INFINITY)));
                Self::select(inner, z, y)
            }
            #[inline(always)]
            fn round(self) -> Self {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                $name(unsafe { $roundscale::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0) })
            }
            #[inline(always)]
            fn floor(self) -> Self {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                $name(unsafe { $roundscale::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0) })
            }
            #[inline(always)]
            fn lt(self, y: Self) -> $mask {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                unsafe { $cmp::<_CMP_LT_OQ>(self.0, y.0) }
            }
            #[inline(always)]
            fn le(self, y: Self) -> $mask {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                unsafe { $cmp::<_CMP_LE_OQ>(self.0, y.0) }
            }
            #[inline(always)]
            fn eq(self, y: Self) -> $mask {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                unsafe { $cmp::<_CMP_EQ_OQ>(self.0, y.0) }
            }
            #[inline(always)]
            fn is_nan(self) -> $mask {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                unsafe { $cmp::<_CMP_UNORD_Q>(self.0, self.0) }
            }
            #[inline(always)]
            fn select(mask: $mask, t: Self, f: Self) -> Self {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                $name(unsafe { $blend(mask, f.0, t.0) })
            }
            #[inline(always)]
            fn any(mask: $mask) -> bool {
                mask != 0
            }
            #[inline(always)]
            fn both(x: $mask, y: $mask) -> $mask {
                x & y
            }
            #[inline(always)]
            fn scale(self, n: Self) -> Self {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                $name(unsafe { $scalef(self.0, n.0) })
            }
            #[inline(always)]
            fn split(self) -> (Self, Self) {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                let m = $name(unsafe { $getmant::<_MM_MANT_NORM_P75_1P5, _MM_MANT_SIGN_SRC>(self.0) });
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                let e = $name(unsafe { $getexp(self.0) });
                // Mantissas from 1.5 on were halved.
                (m, Self::select(m.lt(Self::c(1.0)), e.add(Self::c(1.0)), e))
            }
            #[inline(always)]
            fn sum(self) -> $t {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                unsafe { $reduce(self.0) }
            }
        }
    };
}

/// AVX2: masks are vectors, exponents are made from bits.
macro_rules! avx2 {
    ($name:ident, $t:ident, $int:ident, $lanes:literal, $mask:ident, $bias:literal, $mantissa:literal, $tiny:expr;
     $maskload:ident $maskstore:ident $cmp:ident $blendv:ident $round:ident $movemask:ident $castsi:ident
     $to_si:ident $set1i:ident $subi:ident $slli:ident; $($common:ident)*) => {
        // SAFETY: values are made and used in code of this level alone; the instructions do what the trait says.
        // SAFETY: code of this level, by the contract of the trait; registers alone.
        unsafe impl Vector for $name {
            type Elem = $t;
            type Mask = $mask;
            const LANES: usize = $lanes;
            common!($name, $t; $($common)*);
            #[inline(always)]
            unsafe fn load_part(p: *const $t, n: usize) -> Self {
                $name($maskload(p, first::<$lanes>(n)))
            }
            #[inline(always)]
            unsafe fn store_part(self, p: *mut $t, n: usize) {
                $maskstore(p, first::<$lanes>(n), self.0)
            }
            #[inline(always)]
            fn round(self) -> Self {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                $name(unsafe { $round::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0) })
            }
            #[inline(always)]
            fn floor(self) -> Self {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                $name(unsafe { $round::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0) })
            }
            #[inline(always)]
            fn lt(self, y: Self) -> $mask {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                unsafe { $cmp::<_CMP_LT_OQ>(self.0, y.0) }
            }
            #[inline(always)]
            fn le(self, y: Self) -> $mask {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                unsafe { $cmp::<_CMP_LE_OQ>(self.0, y.0) }
            }
            #[inline(always)]
            fn eq(self, y: Self) -> $mask {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                unsafe { $cmp::<_CMP_EQ_OQ>(self.0, y.0) }
            }
            #[inline(always)]
            fn is_nan(self) -> $mask {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                unsafe { $cmp::<_CMP_UNORD_Q>(self.0, self.0) }
            }
            #[inline(always)]
            fn select(mask: $mask, t: Self, f: Self) -> Self {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                $name(unsafe { $blendv(f.0, t.0, mask) })
            }
            #[inline(always)]
            fn any(mask: $mask) -> bool {
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                unsafe { $movemask(mask) != 0 }
            }
            #[inline(always)]
            fn both(x: $mask, y: $mask) -> $mask {
                $name(x).and($name(y)).0
            }
            #[inline(always)]
            fn scale(self, n: Self) -> Self {
                // Adding 1.5 * 2^mantissa leaves the integer in the low bits; two steps keep each power normal.
                let magic = Self::c((3u64 << ($mantissa - 1)) as f64 + $bias as f64);
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                let power = |n: Self| unsafe { $name($castsi($slli::<$mantissa>($to_si(n.add(magic).0)))) };
                let half = n.mul(Self::c(0.5)).floor();
                self.mul(power(half)).mul(power(n.sub(half)))
            }
            #[inline(always)]
            fn split(self) -> (Self, Self) {
                let tiny = self.lt(Self::c($t::MIN_POSITIVE as f64));
                let x = Self::select(tiny, self.mul(Self::c($tiny)), self);
                // SAFETY: code of this level, by the contract of the trait; registers alone.
                unsafe {
                    // Counting from the bits of 0.75 puts the border between exponents there.
                    let k = $subi($to_si(x.0), $set1i((0.75 as $t).to_bits() as $int));
                    let keep = $set1i((1 << $mantissa) - 1);
                    let high = _mm256_andnot_si256(keep, k);
                    let m = $name($castsi($subi($to_si(x.0), high)));
                    let e = Self::exponent_from_bits(high);
                    (m, Self::select(tiny, e.sub(Self::c($mantissa as f64 + 1.0)), e))
                }
            }
            #[inline(always)]
            fn sum(self) -> $t {
                let mut lanes = [0.0; $lanes];
                // SAFETY: `lanes` has room for a whole vector.
                unsafe { self.store(lanes.as_mut_ptr()) };
                let mut width = $lanes / 2;
                while width > 0 {
                    for i in 0..width {
                        lanes[i] += lanes[i + width];
                    }
                    width /= 2;
                }
                lanes[0]
            }
        }
    };
}

/// A mask of the first `n` of `N` lanes for AVX2's masked moves.
#[inline(always)]
fn first<const N: usize>(n: usize) -> __m256i {
    const ONES: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
    let words = n * (8 / N);
    // SAFETY: `words <= 8`, so eight words from `8 - words` on lie inside the table.
    unsafe { _mm256_loadu_si256(ONES.as_ptr().add(8 - words).cast()) }
}

impl F32x8 {
    /// The signed exponents in bits 23.., the rest zero, as floats.
    #[inline(always)]
    unsafe fn exponent_from_bits(high: __m256i) -> Self {
        F32x8(_mm256_cvtepi32_ps(_mm256_srai_epi32::<23>(high)))
    }
}

impl F64x4 {
    /// The signed exponents in bits 52.., the rest zero, as floats.
    #[inline(always)]
    unsafe fn exponent_from_bits(high: __m256i) -> Self {
        // There is no 64-bit conversion: sort the upper words into one half and convert those.
        let upper = _mm256_permutevar8x32_epi32(high, _mm256_setr_epi32(1, 3, 5, 7, 1, 3, 5, 7));
        F64x4(_mm256_cvtepi32_pd(_mm_srai_epi32::<20>(_mm256_castsi256_si128(upper))))
    }
}

avx512! { F32x16, f32, 16, __mmask16; _mm512_maskz_loadu_ps _mm512_mask_storeu_ps _mm512_cmp_ps_mask _mm512_mask_blend_ps _mm512_roundscale_ps _mm512_scalef_ps _mm512_getexp_ps _mm512_getmant_ps _mm512_reduce_add_ps _mm512_rcp14_ps _mm512_rsqrt14_ps 1; _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_stream_ps _mm512_add_ps _mm512_sub_ps _mm512_mul_ps _mm512_div_ps _mm512_fmadd_ps _mm512_fnmadd_ps _mm512_sqrt_ps _mm512_min_ps _mm512_max_ps _mm512_and_ps _mm512_or_ps _mm512_xor_ps _mm512_andnot_ps }
avx512! { F64x8, f64, 8, __mmask8; _mm512_maskz_loadu_pd _mm512_mask_storeu_pd _mm512_cmp_pd_mask _mm512_mask_blend_pd _mm512_roundscale_pd _mm512_scalef_pd _mm512_getexp_pd _mm512_getmant_pd _mm512_reduce_add_pd _mm512_rcp14_pd _mm512_rsqrt14_pd 2; _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_stream_pd _mm512_add_pd _mm512_sub_pd _mm512_mul_pd _mm512_div_pd _mm512_fmadd_pd _mm512_fnmadd_pd _mm512_sqrt_pd _mm512_min_pd _mm512_max_pd _mm512_and_pd _mm512_or_pd _mm512_xor_pd _mm512_andnot_pd }
avx2! { F32x8, f32, i32, 8, __m256, 127, 23, (1u64 << 24) as f64; _mm256_maskload_ps _mm256_maskstore_ps _mm256_cmp_ps _mm256_blendv_ps _mm256_round_ps _mm256_movemask_ps _mm256_castsi256_ps _mm256_castps_si256 _mm256_set1_epi32 _mm256_sub_epi32 _mm256_slli_epi32; _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_stream_ps _mm256_add_ps _mm256_sub_ps _mm256_mul_ps _mm256_div_ps _mm256_fmadd_ps _mm256_fnmadd_ps _mm256_sqrt_ps _mm256_min_ps _mm256_max_ps _mm256_and_ps _mm256_or_ps _mm256_xor_ps _mm256_andnot_ps }
avx2! { F64x4, f64, i64, 4, __m256d, 1023, 52, (1u64 << 53) as f64; _mm256_maskload_pd _mm256_maskstore_pd _mm256_cmp_pd _mm256_blendv_pd _mm256_round_pd _mm256_movemask_pd _mm256_castsi256_pd _mm256_castpd_si256 _mm256_set1_epi64x _mm256_sub_epi64 _mm256_slli_epi64; _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_stream_pd _mm256_add_pd _mm256_sub_pd _mm256_mul_pd _mm256_div_pd _mm256_fmadd_pd _mm256_fnmadd_pd _mm256_sqrt_pd _mm256_min_pd _mm256_max_pd _mm256_and_pd _mm256_or_pd _mm256_xor_pd _mm256_andnot_pd }

// SAFETY: as for `Vector`: values are made and used in code of this level alone.
unsafe impl Widen for F32x16 {
    type Wide = F64x8;
    #[inline(always)]
    fn widen(self) -> (F64x8, F64x8) {
        // SAFETY: code of this level, by the contract of the trait; registers alone.
        unsafe {
            let high = _mm512_extractf32x8_ps::<1>(self.0);
            (F64x8(_mm512_cvtps_pd(_mm512_castps512_ps256(self.0))), F64x8(_mm512_cvtps_pd(high)))
        }
    }
    #[inline(always)]
    fn narrow(low: F64x8, high: F64x8) -> Self {
        // SAFETY: code of this level, by the contract of the trait; registers alone.
        unsafe {
            let low = _mm512_castps256_ps512(_mm512_cvtpd_ps(low.0));
            F32x16(_mm512_insertf32x8::<1>(low, _mm512_cvtpd_ps(high.0)))
        }
    }
}

// SAFETY: as for `Vector`: values are made and used in code of this level alone.
unsafe impl Widen for F32x8 {
    type Wide = F64x4;
    #[inline(always)]
    fn widen(self) -> (F64x4, F64x4) {
        // SAFETY: code of this level, by the contract of the trait; registers alone.
        unsafe {
            let high = _mm256_extractf128_ps::<1>(self.0);
            (F64x4(_mm256_cvtps_pd(_mm256_castps256_ps128(self.0))), F64x4(_mm256_cvtps_pd(high)))
        }
    }
    #[inline(always)]
    fn narrow(low: F64x4, high: F64x4) -> Self {
        // SAFETY: code of this level, by the contract of the trait; registers alone.
        unsafe { F32x8(_mm256_set_m128(_mm256_cvtpd_ps(high.0), _mm256_cvtpd_ps(low.0))) }
    }
}

// SAFETY: as for `Vector`: values are made and used in code of this level alone.
unsafe impl Lookup for F32x16 {
    type Index = __m512i;
    #[inline(always)]
    fn index(self) -> __m512i {
        // SAFETY: code of this level, by the contract of the trait; registers alone.
        unsafe { _mm512_castps_si512(self.0) }
    }
    #[inline(always)]
    fn lookup(table: &'static [f32; 16], index: __m512i) -> Self {
        // The instruction looks at no more than the four bits.
        // SAFETY: code of this level, by the contract of the trait; the table has sixteen entries.
        F32x16(unsafe { _mm512_permutexvar_ps(index, _mm512_loadu_ps(table.as_ptr())) })
    }
}

// SAFETY: as for `Vector`: values are made and used in code of this level alone.
unsafe impl Lookup for F32x8 {
    /// The place in either half of the table, and in the sign which half.
    type Index = (__m256i, __m256);
    #[inline(always)]
    fn index(self) -> Self::Index {
        // SAFETY: code of this level, by the contract of the trait; registers alone.
        unsafe {
            let i = _mm256_castps_si256(self.0);
            (i, _mm256_castsi256_ps(_mm256_slli_epi32::<28>(i)))
        }
    }
    #[inline(always)]
    fn lookup(table: &'static [f32; 16], (place, half): Self::Index) -> Self {
        // SAFETY: code of this level, by the contract of the trait; the table has sixteen entries.
        unsafe {
            let low = _mm256_permutevar8x32_ps(_mm256_loadu_ps(table.as_ptr()), place);
            let high = _mm256_permutevar8x32_ps(_mm256_loadu_ps(table.as_ptr().add(8)), place);
            F32x8(_mm256_blendv_ps(low, high, half))
        }
    }
}
