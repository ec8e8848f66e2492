//! The micro-kernels: a tile of `R` rows and `NV` vectors of `c` held in registers over the whole of `k`.
//!
//! AVX-512 has 32 registers: 14 x 2 accumulators, two vectors of `b` and one broadcast of `a` are 31. AVX2 has
//! 16: 6 x 2 + 2 + 1. NEON has as many pairs of registers, of which a broadcast takes half a one. Every height up to the
//! largest is compiled, so that uneven heights cost no padding.

use super::elem::{MatElem, Real};
use super::pack;
use super::problem::{Finish, Kernels, MAX_MR, MAX_NR};
use crate::kernels::cpu::machine::simd;
pub use crate::kernels::cpu::machine::stream::fetch;
use crate::kernels::cpu::machine::vector::{Levels, Vector};
use std::mem::MaybeUninit;

impl<T: Real> Finish<T> {
    /// Just the sums, or those added to what is there.
    pub fn sums(add: bool) -> Finish<T> {
        Finish {
            alpha: T::ONE,
            beta: if add { T::ONE } else { T::ZERO },
            row_bias: std::ptr::null(),
            row_bias_stride: 0,
            col_bias: std::ptr::null(),
            relu: false,
            plain: !add,
            plain_add: add,
            ahead: [std::ptr::null(); 2],
        }
    }
}

/// Repeats a statement for each row `$r < R`: written out, since beyond ten rows the compiler keeps a loop over
/// them and the accumulators in memory, at a tenth of the speed.
macro_rules! rows {
    ($rows:ident, $r:ident => $body:block) => {
        rows!(@ $rows, $r, $body; 0 1 2 3 4 5 6 7 8 9 10 11 12 13)
    };
    (@ $rows:ident, $r:ident, $body:block; $($n:literal)*) => {$(
        if $rows > $n {
            const $r: usize = $n;
            $body
        }
    )*};
}
pub(crate) use rows;

#[inline(always)]
unsafe fn tile<V: Vector, const R: usize, const LEAD: bool>(
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
    /// Steps of `k` that operands are fetched ahead: some 200 cycles.
    const AHEAD: isize = 16;
    let half = V::LANES;
    let lines = (2 * V::LANES * size_of::<V::Elem>()).div_ceil(64);
    let line = 64 / size_of::<V::Elem>();
    rows!(R, I => {
        // The tile of `c` is wanted in `k` steps, even if only to be overwritten.
        let c = c.wrapping_offset(I as isize * rsc);
        fetch::<true>(c.cast());
        if lines > 1 {
            fetch::<true>(c.wrapping_add(line).cast());
        }
    });
    let mut acc = [[V::zero(); 2]; MAX_MR];
    let mut ahead = f.ahead;
    for _ in 0..k {
        let (b0, b1) = (V::load(b), V::load(b.add(half)));
        let next = b.wrapping_offset(AHEAD * rsb);
        fetch::<true>(next.cast());
        if lines > 1 {
            fetch::<true>(next.wrapping_add(line).cast());
        }
        fetch::<true>(a.wrapping_offset(AHEAD * csa).cast());
        if LEAD {
            fetch::<false>(ahead[0].cast());
            fetch::<false>(ahead[1].cast());
            ahead = [ahead[0].wrapping_offset(rsb), ahead[1].wrapping_offset(rsb)];
        }
        rows!(R, I => {
            let x = V::splat(*a.wrapping_offset(I as isize * rsa));
            acc[I] = [x.fma_fast(b0, acc[I][0]), x.fma_fast(b1, acc[I][1])];
        });
        a = a.wrapping_offset(csa);
        b = b.wrapping_offset(rsb);
    }
    // The two common endings have no branch per vector: with the general one alone, the ending took 8% of a
    // tile of 256 steps.
    if f.plain {
        rows!(R, I => {
            let c = c.offset(I as isize * rsc);
            acc[I][0].store(c);
            acc[I][1].store(c.add(half));
        });
    } else if f.plain_add {
        rows!(R, I => {
            let c = c.offset(I as isize * rsc);
            acc[I][0].add(V::load(c)).store(c);
            acc[I][1].add(V::load(c.add(half))).store(c.add(half));
        });
    } else {
        let mut sums = [const { MaybeUninit::<V::Elem>::uninit() }; MAX_MR * MAX_NR];
        let sums = sums.as_mut_ptr().cast::<V::Elem>();
        rows!(R, I => {
            acc[I][0].store(sums.add(2 * I * half));
            acc[I][1].store(sums.add((2 * I + 1) * half));
        });
        finish::<V>(R, sums, c, rsc, f);
    }
}

/// The general ending.
#[inline(always)]
unsafe fn finish<V: Vector>(
    rows: usize,
    sums: *const V::Elem,
    c: *mut V::Elem,
    rsc: isize,
    f: &Finish<V::Elem>,
) where
    V::Elem: Real,
{
    let (alpha, beta) = (V::splat(f.alpha), V::splat(f.beta));
    for r in 0..rows {
        for v in 0..2 {
            let c = c.offset(r as isize * rsc).add(v * V::LANES);
            let mut x = V::load(sums.add((2 * r + v) * V::LANES)).mul(alpha);
            if f.beta != <V::Elem as MatElem>::ZERO {
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

/// The same pointer, about which the compiler knows nothing. Loads from it are not moved before this point: left to
/// itself the compiler may load the broadcasts of all rows before it multiplies; then 14 rows spill, and a tile runs at
/// 79 instead of 118 GFLOP/s, which is the peak.
#[inline(always)]
#[allow(clippy::pointers_in_nomem_asm_block)] // nothing is read through it there
pub fn anew<T>(p: *const T) -> *const T {
    #[cfg(target_arch = "x86_64")]
    {
        let mut p = p;
        // SAFETY: no instruction at all, a comment.
        unsafe { std::arch::asm!("/* {0} */", inout(reg) p, options(nomem, nostack, preserves_flags)) }
        p
    }
    #[cfg(not(target_arch = "x86_64"))]
    p
}

macro_rules! level_tile {
    ($name:ident, $($feature:literal)?) => {
        $(#[target_feature(enable = $feature)])?
        unsafe fn $name<V: Vector, const R: usize, const LEAD: bool>(
            k: usize, a: *const V::Elem, rsa: isize, csa: isize, b: *const V::Elem, rsb: isize,
            c: *mut V::Elem, rsc: isize, f: &Finish<V::Elem>,
        ) where V::Elem: Real {
            tile::<V, R, LEAD>(k, a, rsa, csa, b, rsb, c, rsc, f)
        }
    };
}

level_tile!(base,); // what needs nothing enabled
#[cfg(target_arch = "x86_64")]
level_tile!(avx2, "avx2,fma");
#[cfg(target_arch = "x86_64")]
level_tile!(avx512, "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma");

macro_rules! kernels {
    ($name:ident, $t:ident) => {
        /// The kernels for the present level.
        #[inline]
        pub fn $name() -> &'static Kernels<$t> {
            match simd::level() {
                #[cfg(target_arch = "x86_64")]
                simd::Level::Avx512 => kernels!(@ $t Avx512 avx512 avx512, 14: 1 2 3 4 5 6 7 8 9 10 11 12 13 14),
                #[cfg(target_arch = "x86_64")]
                simd::Level::Avx2 => kernels!(@ $t Avx2 avx2 avx2, 6: 1 2 3 4 5 6),
                #[cfg(target_arch = "aarch64")]
                simd::Level::Neon => kernels!(@ $t Neon base neon, 6: 1 2 3 4 5 6),
                _ => kernels!(@ $t Portable base portable, 4: 1 2 3 4),
            }
        }
    };
    (@ $t:ident $vector:ident $tile:ident $pack:ident, $mr:literal: $($r:literal)*) => {{
        type V = <$t as Levels>::$vector;
        static K: Kernels<$t> = Kernels {
            mr: $mr,
            nr: 2 * V::LANES,
            tiles: &[$($tile::<V, $r, false>),*],
            leading: &[$($tile::<V, $r, true>),*],
            pack: pack::$pack::<V, true>,
            turn: pack::$pack::<V, false>,
        };
        &K
    }};
}

kernels!(kernels_f32, f32);
kernels!(kernels_f64, f64);

/// Columns of a panel of packed `b` (the micro-kernel's width at the present level).
pub fn panel_cols<T: Real>() -> usize {
    T::kernels().nr
}

/// Turns a matrix: element `j` of line `p`, at `src + j * across + p * along`, goes to `dst + p * pitch + j`, for `width`
/// elements of `len` lines. Vectorised where one of the two strides is 1.
pub unsafe fn turn<T: Real>(
    src: *const T,
    across: isize,
    along: isize,
    width: usize,
    len: usize,
    dst: *mut T,
    pitch: usize,
) {
    (T::kernels().turn)(src, across, along, width, pitch, len, dst)
}

/// Rows of a panel of packed `a` (the micro-kernel's height at the present level).
pub fn panel_rows<T: Real>() -> usize {
    T::kernels().mr
}
