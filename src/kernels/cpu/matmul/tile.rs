//! The micro-kernels: a tile of `R` rows and `NV` vectors of `c` held in registers over the whole of `k`.
//!
//! AVX-512 has 32 registers: 14 x 2 accumulators, two vectors of `b` and one broadcast of `a` are 31. AVX2 has
//! 16: 6 x 2 + 2 + 1. Every height up to the largest is compiled, so that uneven heights cost no padding.

use super::elem::Real;
use crate::kernels::cpu::simd::{Level, level};
use crate::kernels::cpu::vector::{Lanes, Vector};

/// What a tile does with its sums: `c = relu?(alpha * sum + beta * c + bias)`.
pub struct Finish<T> {
    pub alpha: T,
    /// Zero means that `c` is not read.
    pub beta: T,
    /// A value per row, or null.
    pub row_bias: *const T,
    pub row_bias_stride: isize,
    /// A value per column, a full tile width of them, or null.
    pub col_bias: *const T,
    pub relu: bool,
}

/// `(k, a, rsa, csa, b, rsb, c, rsc, finish)`. Rows of `b` and `c` are dense and a full tile wide.
pub type TileFn<T> = unsafe fn(usize, *const T, isize, isize, *const T, isize, *mut T, isize, &Finish<T>);

/// The micro-kernels and packers of one type at one level.
pub struct Kernels<T: 'static> {
    pub mr: usize,
    pub nr: usize,
    /// By height; `a`'s rows one apart (packed, or transposed in place).
    pub unit: &'static [TileFn<T>],
    /// By height; `a`'s rows anywhere.
    pub strided: &'static [TileFn<T>],
    pub pack: super::pack::PackFn<T>,
}

#[inline(always)]
unsafe fn tile<V: Vector, const R: usize, const NV: usize, const UNIT: bool>(
    k: usize,
    mut a: *const V::Elem,
    rsa: isize,
    csa: isize,
    mut b: *const V::Elem,
    rsb: isize,
    c: *mut V::Elem,
    rsc: isize,
    f: &Finish<V::Elem>,
) where
    V::Elem: Real,
{
    let rsa = if UNIT { 1 } else { rsa };
    let mut acc = [[V::zero(); NV]; R];
    #[cfg(target_arch = "x86_64")]
    for r in 0..R {
        // The tile of `c` is wanted in `k` steps; a prefetch never faults.
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        for v in 0..(NV * V::LANES * size_of::<V::Elem>()).div_ceil(64) {
            _mm_prefetch::<_MM_HINT_T0>(
                c.wrapping_offset(r as isize * rsc).cast::<i8>().wrapping_add(v * 64),
            );
        }
    }
    for _ in 0..k {
        let mut row = [V::zero(); NV];
        for v in 0..NV {
            row[v] = V::load(b.add(v * V::LANES));
        }
        for r in 0..R {
            let x = V::splat(*a.offset(r as isize * rsa));
            for v in 0..NV {
                acc[r][v] = x.fma_fast(row[v], acc[r][v]);
            }
        }
        a = a.wrapping_offset(csa);
        b = b.wrapping_offset(rsb);
    }
    let alpha = V::splat(f.alpha);
    let beta = V::splat(f.beta);
    let read = f.beta != <V::Elem as super::MatElem>::ZERO;
    for r in 0..R {
        let c = c.offset(r as isize * rsc);
        for v in 0..NV {
            let c = c.add(v * V::LANES);
            let mut x = acc[r][v].mul(alpha);
            if read {
                x = beta.fma_fast(V::load(c), x);
            }
            if !f.row_bias.is_null() {
                x = x.add(V::splat(*f.row_bias.offset(r as isize * f.row_bias_stride)));
            }
            if !f.col_bias.is_null() {
                x = x.add(V::load(f.col_bias.add(v * V::LANES)));
            }
            if f.relu {
                x = V::zero().max(x); // nan, as the second operand, stays
            }
            x.store(c);
        }
    }
}

macro_rules! level_tile {
    ($name:ident, $($feature:literal)?) => {
        $(#[target_feature(enable = $feature)])?
        unsafe fn $name<V: Vector, const R: usize, const NV: usize, const UNIT: bool>(
            k: usize, a: *const V::Elem, rsa: isize, csa: isize, b: *const V::Elem, rsb: isize,
            c: *mut V::Elem, rsc: isize, f: &Finish<V::Elem>,
        ) where V::Elem: Real {
            tile::<V, R, NV, UNIT>(k, a, rsa, csa, b, rsb, c, rsc, f)
        }
    };
}

macro_rules! table {
    ($f:ident, $v:ty, $nv:literal, $unit:literal: $($r:literal)*) => { &[$($f::<$v, $r, $nv, $unit>),*] };
}

level_tile!(portable,);
#[cfg(target_arch = "x86_64")]
level_tile!(avx2, "avx2,fma");
#[cfg(target_arch = "x86_64")]
level_tile!(avx512, "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma");

macro_rules! kernels {
    ($fn:ident, $t:ident, $v512:ident, $v256:ident, $lanes:literal) => {
        /// The kernels for the present level.
        #[inline]
        pub fn $fn() -> &'static Kernels<$t> {
            use super::pack;
            match level() {
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 => {
                    use crate::kernels::cpu::vector::$v512 as V;
                    static K: Kernels<$t> = Kernels {
                        mr: 14,
                        nr: 2 * V::LANES,
                unit: table!(avx512, V, 2, true: 1 2 3 4 5 6 7 8 9 10 11 12 13 14),
                strided: table!(avx512, V, 2, false: 1 2 3 4 5 6 7 8 9 10 11 12 13 14),
                        pack: pack::avx512::<V>,
                    };
                    &K
                }
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => {
                    use crate::kernels::cpu::vector::$v256 as V;
                    static K: Kernels<$t> = Kernels {
                        mr: 6,
                        nr: 2 * V::LANES,
                unit: table!(avx2, V, 2, true: 1 2 3 4 5 6),
                strided: table!(avx2, V, 2, false: 1 2 3 4 5 6),
                        pack: pack::avx2::<V>,
                    };
                    &K
                }
                _ => {
                    type V = Lanes<$t, $lanes>;
                    static K: Kernels<$t> = Kernels {
                        mr: 4,
                        nr: 2 * V::LANES,
                unit: table!(portable, V, 2, true: 1 2 3 4),
                strided: table!(portable, V, 2, false: 1 2 3 4),
                        pack: pack::portable::<V>,
                    };
                    &K
                }
            }
        }
    };
}

kernels!(kernels_f32, f32, F32x16, F32x8, 4);
kernels!(kernels_f64, f64, F64x8, F64x4, 2);
