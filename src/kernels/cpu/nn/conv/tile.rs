//! The two micro-kernels of direct convolution, f32 and f64, at every instruction level.
//!
//! [`Pixels`]: a few output channels by two vectors of neighbouring output pixels. A row of the virtual patch matrix is
//! the input itself, read at an offset; nothing is unfolded.
//!
//! [`Channels`]: up to 14 sums by one or two vectors of channels. Element `(j, t)` of the left operand lies at
//! `x[rows[j] + steps[t]]` and is broadcast; the right operand is a packed panel.

use crate::kernels::cpu::linalg::matmul::{PackElem, anew, rows};
use crate::kernels::cpu::machine::simd::{self, Level};
use crate::kernels::cpu::machine::vector::{Levels, Vector};

/// Rows of a tile at most: 14 x 2 accumulators, two operands and a broadcast fill 32 registers.
pub const ROWS: usize = 14;
/// Lanes of two vectors at most.
pub const LANES: usize = 32;

pub struct Pixels<T> {
    pub k: usize,
    /// Where the two vectors of pixels read their input, and the offset of each of the `k` rows.
    pub x: [*const T; 2],
    pub offsets: *const usize,
    /// Packed `[k][rows]`.
    pub w: *const T,
    /// `rows` values the sums start from, or null.
    pub bias: *const T,
    /// Channel `r` writes to `y + r * channel + at[v]`, the lanes of `mask[v]` without gaps.
    pub y: *mut T,
    pub channel: usize,
    pub at: [usize; 2],
    pub mask: [u32; 2],
    /// Sums of all lanes, for some terms of those there are: read unless these are the first, written unless the last.
    pub sums: *mut T,
    pub first: bool,
    pub last: bool,
}

pub struct Channels<T> {
    pub k: usize,
    pub x: *const T,
    pub rows: *const usize,
    pub steps: *const usize,
    /// Packed `[k][vectors]`.
    pub w: *const T,
    /// What the sums start from, a value for each lane, or null.
    pub bias: *const T,
    /// `[rows][vectors]`, added to if `add`.
    pub out: *mut T,
    pub pitch: usize,
    pub add: bool,
}

type Fns<T> = (&'static [unsafe fn(&Pixels<T>)], [&'static [unsafe fn(&Channels<T>)]; 2]);

/// The kernels by number of rows less one, those over channels by vectors less one before; and the lanes of a vector.
pub struct Kernels<T: 'static> {
    pub lanes: usize,
    pub pixels: &'static [unsafe fn(&Pixels<T>)],
    pub channels: [&'static [unsafe fn(&Channels<T>)]; 2],
}

impl<T> Kernels<T> {
    /// Rows that tiles should have, the most that there are kernels for: with [`ROWS`] the registers of the widest level are full, below
    /// it those of six.
    pub fn rows(&self) -> usize {
        self.pixels.len()
    }
    /// Vectors that so many channels are taken in.
    pub fn vectors(&self, channels: usize) -> usize {
        if channels <= self.lanes { 1 } else { 2 }
    }
}

/// Floats that the direct kernels compute in.
pub trait Direct: Levels + PackElem + crate::kernels::cpu::machine::float::Cmp {}
impl Direct for f32 {}
impl Direct for f64 {}

// as many rows as [`Kernels::rows`] says: 32 registers at the widest level, 16 below (or as many pairs)
macro_rules! table {
    ($name:ident, $level:ident, $($r:literal)*) => {
        fn $name<T: Direct>() -> Fns<T> {
            let one: &[unsafe fn(&Channels<T>)] = &[$(at::$level::channels::<T, $r, 1>),*];
            let two: &[unsafe fn(&Channels<T>)] = &[$(at::$level::channels::<T, $r, 2>),*];
            (&[$(at::$level::pixels::<T, $r>),*], [one, two])
        }
    };
}
#[cfg(target_arch = "x86_64")]
table!(avx512, avx512, 1 2 3 4 5 6 7 8 9 10 11 12 13 14);
#[cfg(target_arch = "x86_64")]
table!(avx2, avx2, 1 2 3 4 5 6);
#[cfg(target_arch = "aarch64")]
table!(neon, neon, 1 2 3 4 5 6);
table!(portable, portable, 1 2 3 4 5 6);

pub fn kernels<T: Direct>() -> Kernels<T> {
    let ((pixels, channels), lanes) = match simd::level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => (avx512::<T>(), T::Avx512::LANES),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => (avx2::<T>(), T::Avx2::LANES),
        #[cfg(target_arch = "aarch64")]
        Level::Neon => (neon::<T>(), T::Neon::LANES),
        _ => (portable::<T>(), T::Portable::LANES),
    };
    Kernels { lanes, pixels, channels }
}

mod at {
    macro_rules! level {
        ($name:ident, $vector:ident, $(#[$meta:meta])*) => {
            pub mod $name {
                use super::super::*;
                $(#[$meta])*
                pub unsafe fn pixels<T: Direct, const R: usize>(a: &Pixels<T>) {
                    pixels_body::<T::$vector, R>(a)
                }
                $(#[$meta])*
                pub unsafe fn channels<T: Direct, const R: usize, const N: usize>(a: &Channels<T>) {
                    channels_body::<T::$vector, R, N>(a)
                }
            }
        };
    }
    #[cfg(target_arch = "x86_64")]
    level!(avx512, Avx512, #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")]);
    #[cfg(target_arch = "x86_64")]
    level!(avx2, Avx2, #[target_feature(enable = "avx2,fma")]);
    #[cfg(target_arch = "aarch64")]
    level!(neon, Neon,);
    level!(portable, Portable,);
}

/// Sets of sums that take terms in turn: a product is added every half cycle, but to one sum every four.
const fn sets_of(rows: usize) -> usize {
    match rows {
        1 => 4,
        2 | 3 => 2,
        _ => 1,
    }
}

#[inline(always)]
unsafe fn pixels_body<V: Vector, const R: usize>(a: &Pixels<V::Elem>) {
    let mut sets = [[[V::zero(); 2]; R]; 4];
    if !a.first {
        for r in 0..R {
            let from = a.sums.add(2 * r * V::LANES);
            sets[0][r] = [V::load(from), V::load(from.add(V::LANES))];
        }
    } else if !a.bias.is_null() {
        for r in 0..R {
            sets[0][r] = [V::splat(*a.bias.add(r)); 2];
        }
    }
    let (mut w, mut t) = (a.w, 0);
    macro_rules! term {
        ($set:expr) => {{
            let o = *a.offsets.add(t);
            let (b0, b1) = (V::load(a.x[0].wrapping_add(o)), V::load(a.x[1].wrapping_add(o)));
            for r in 0..R {
                let s = V::splat(*w.add(r));
                $set[r][0] = s.fma_fast(b0, $set[r][0]);
                $set[r][1] = s.fma_fast(b1, $set[r][1]);
            }
            (w, t) = (w.add(R), t + 1);
        }};
    }
    while t + sets_of(R) <= a.k {
        for i in 0..sets_of(R) {
            term!(sets[i]);
        }
    }
    while t < a.k {
        term!(sets[0]);
    }
    let mut acc = sets[0];
    for set in &sets[1..sets_of(R)] {
        for r in 0..R {
            acc[r] = [acc[r][0].add(set[r][0]), acc[r][1].add(set[r][1])];
        }
    }
    if !a.last {
        for r in 0..R {
            let to = a.sums.add(2 * r * V::LANES);
            acc[r][0].store(to);
            acc[r][1].store(to.add(V::LANES));
        }
        return;
    }
    let full = if V::LANES == 32 { u32::MAX } else { (1 << V::LANES) - 1 };
    for v in 0..2 {
        if a.mask[v] == full {
            for r in 0..R {
                acc[r][v].store(a.y.add(r * a.channel + a.at[v]));
            }
        } else if a.mask[v] != 0 {
            for r in 0..R {
                store_lanes(acc[r][v], a.mask[v], a.y.add(r * a.channel + a.at[v]));
            }
        }
    }
}

/// Stores the lanes of a mask one after the other.
#[inline(always)]
unsafe fn store_lanes<V: Vector>(v: V, mask: u32, to: *mut V::Elem) {
    #[cfg(target_arch = "x86_64")]
    if size_of::<V>() == 64 {
        use std::arch::x86_64::*;
        // SAFETY: vectors of 64 bytes exist at the AVX-512 level only, and are one register.
        if size_of::<V::Elem>() == 4 {
            let x = _mm512_maskz_compress_ps(mask as u16, std::mem::transmute_copy(&v));
            _mm512_mask_storeu_ps(to.cast(), ((1u32 << mask.count_ones()) - 1) as u16, x);
        } else {
            let x = _mm512_maskz_compress_pd(mask as u8, std::mem::transmute_copy(&v));
            _mm512_mask_storeu_pd(to.cast(), ((1u32 << mask.count_ones()) - 1) as u8, x);
        }
        return;
    }
    let mut lanes = [V::zero(); 1];
    v.store(lanes.as_mut_ptr().cast());
    let lanes = lanes.as_ptr().cast::<V::Elem>();
    let mut at = 0;
    for i in 0..V::LANES {
        if mask >> i & 1 == 1 {
            *to.add(at) = *lanes.add(i);
            at += 1;
        }
    }
}

#[inline(always)]
unsafe fn channels_body<V: Vector, const R: usize, const N: usize>(a: &Channels<V::Elem>) {
    let mut acc = [[V::zero(); N]; ROWS];
    if !a.bias.is_null() {
        for v in 0..N {
            let b = V::load(a.bias.add(v * V::LANES));
            rows!(R, J => { acc[J][v] = b; });
        }
    }
    let mut w = a.w;
    for t in 0..a.k {
        let mut x = a.x.wrapping_add(*a.steps.add(t));
        let mut b = [V::zero(); N];
        for v in 0..N {
            b[v] = V::load(w.add(v * V::LANES));
        }
        rows!(R, J => {
            x = anew(x);
            let s = V::splat(*x.wrapping_add(*a.rows.add(J)));
            for v in 0..N {
                acc[J][v] = s.fma_fast(b[v], acc[J][v]);
            }
        });
        w = w.add(N * V::LANES);
    }
    rows!(R, J => {
        for v in 0..N {
            let to = a.out.add(J * a.pitch + v * V::LANES);
            let sum = if a.add { acc[J][v].add(V::load(to)) } else { acc[J][v] };
            sum.store(to);
        }
    });
}
