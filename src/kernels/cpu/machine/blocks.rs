//! Elements in blocks that live in registers, as vectorised loops read and write them; and what an element is stored as,
//! beside what it is computed in.
//!
//! Written as plain loops, a kernel whose output lies in the place of an input (`x.add_(y)`) is not vectorised: the
//! compiler's test for overlap fails and 4M additions take 1250 instead of 690 us. So all of a block is read before any of
//! it is written.

use super::{simd, stream};
use crate::base::{BF16, C64, C128, F16, Float};
use std::mem::MaybeUninit;

/// Elements in a block.
pub const STEP: usize = 64;
/// Elements in a short block, of what is left of a row, at most.
pub const PART: usize = 16;

/// Elements in a short block of such sizes: as many as the widest vectors have, so that what has no vectors is written out seldom.
pub const fn part(bytes: usize) -> usize {
    if bytes <= 4 { PART } else { 64 / bytes }
}

/// A block of elements as they lie in memory.
#[inline(always)]
pub unsafe fn load<A: Copy, const N: usize>(p: *const A) -> [A; N] {
    (p as *const [A; N]).read_unaligned()
}

/// Copies a few bytes without a call, which takes as long as a row of fifty: in pieces, the last over the one before.
///
/// # Safety
/// Both are valid for `bytes` and do not overlap.
#[inline(always)]
pub unsafe fn copy_few(src: *const u8, dst: *mut u8, bytes: usize) {
    #[inline(always)]
    unsafe fn piece<const N: usize>(src: *const u8, dst: *mut u8, at: usize) {
        dst.add(at).cast::<[u8; N]>().write_unaligned(src.add(at).cast::<[u8; N]>().read_unaligned());
    }
    match bytes {
        16..32 => {
            piece::<16>(src, dst, 0);
            piece::<16>(src, dst, bytes - 16);
        }
        32..=512 => {
            let mut i = 0;
            while i + 32 <= bytes {
                piece::<32>(src, dst, i);
                i += 32;
            }
            if i < bytes {
                piece::<32>(src, dst, bytes - 32);
            }
        }
        _ => std::ptr::copy_nonoverlapping(src, dst, bytes),
    }
}

/// Copies a part of a short block, fewer than [`PART`] elements.
///
/// # Safety
/// As [`copy_few`].
#[inline(always)]
pub unsafe fn copy_part<A: Copy>(src: *const A, dst: *mut A, n: usize) {
    if n * size_of::<A>() >= 16 {
        return copy_few(src.cast(), dst.cast(), n * size_of::<A>());
    }
    for i in 0..n {
        simd::one_by_one();
        *dst.add(i) = *src.add(i);
    }
}

/// Calls `f(i)` for each element of a block and writes what it answers; a whole one past the caches if it `streams`.
#[inline(always)]
pub unsafe fn store<O: Copy, const N: usize>(dst: *mut O, streams: bool, f: impl Fn(usize) -> O) {
    let mut out = [const { MaybeUninit::<O>::uninit() }; N];
    for i in 0..N {
        out[i].write(f(i));
    }
    if N == STEP && stream::each_time(streams) {
        stream::block(out.as_ptr().cast(), dst.cast(), N * size_of::<O>());
        return;
    }
    (dst as *mut [MaybeUninit<O>; N]).write_unaligned(out);
}

/// How an element is stored, and what kernels see of it: itself, but for halves, which are float32 to them. `LEVEL` is the
/// [`Level`](super::simd::Level) that the caller is compiled for.
pub trait Stored: Copy {
    type Seen: Copy;
    fn up(self) -> Self::Seen;
    fn down(x: Self::Seen) -> Self;
    /// # Safety
    /// `p` is readable for `N` elements, [`STEP`] or a short block of them here and below; the processor has what `LEVEL` says.
    unsafe fn up_block<const LEVEL: u8, const N: usize>(p: *const Self) -> [Self::Seen; N];
    /// As [`store`].
    ///
    /// # Safety
    /// `dst` is writable for `N` elements; the processor has what `LEVEL` says.
    unsafe fn down_block<const LEVEL: u8, const N: usize>(
        dst: *mut Self,
        streams: bool,
        f: impl Fn(usize) -> Self::Seen,
    );
}

macro_rules! plain {
    ($($t:ty)*) => {$(
        impl Stored for $t {
            type Seen = $t;
            #[inline(always)]
            fn up(self) -> $t {
                self
            }
            #[inline(always)]
            fn down(x: $t) -> $t {
                x
            }
            #[inline(always)]
            unsafe fn up_block<const LEVEL: u8, const N: usize>(p: *const $t) -> [$t; N] {
                load(p)
            }
            #[inline(always)]
            unsafe fn down_block<const LEVEL: u8, const N: usize>(dst: *mut $t, streams: bool, f: impl Fn(usize) -> $t) {
                store::<_, N>(dst, streams, f)
            }
        }
    )*};
}
plain! { bool u8 i8 i16 i32 i64 f32 f64 C64 C128 }

/// A 16-bit float.
pub trait Half: Float<C = f32> + Stored<Seen = f32> {}

impl Half for BF16 {}
impl Half for F16 {}

/// Halves of either kind by the processor's instructions, where there are some: a conversion to float16 takes about 20 operations as
/// bits, and what the compiler makes of one to bfloat16, a few operations each, takes elements out of vectors one by one and puts
/// them together again.
macro_rules! half {
    ($H:ident $by:ident) => {
        impl Stored for $H {
            type Seen = f32;
            #[inline(always)]
            fn up(self) -> f32 {
                Float::up(self)
            }
            #[inline(always)]
            fn down(x: f32) -> $H {
                Float::down(x)
            }
            #[inline(always)]
            unsafe fn up_block<const LEVEL: u8, const N: usize>(p: *const $H) -> [f32; N] {
                debug_assert!(N.is_multiple_of(8), "vectors have as many");
                if $by::has(LEVEL) {
                    let mut out = MaybeUninit::<[f32; N]>::uninit();
                    $by::widen::<LEVEL, N>(p.cast(), out.as_mut_ptr().cast());
                    return out.assume_init();
                }
                let x = load::<_, N>(p);
                let mut out = [0f32; N];
                for i in 0..N {
                    out[i] = Float::up(x[i]);
                }
                out
            }
            #[inline(always)]
            unsafe fn down_block<const LEVEL: u8, const N: usize>(
                dst: *mut $H,
                streams: bool,
                f: impl Fn(usize) -> f32,
            ) {
                debug_assert!(N.is_multiple_of(8), "vectors have as many");
                if !$by::has(LEVEL) {
                    return store::<_, N>(dst, streams, |i| Float::down(f(i)));
                }
                let mut x = [0f32; N];
                for i in 0..N {
                    x[i] = f(i);
                }
                let mut out = MaybeUninit::<[$H; N]>::uninit();
                $by::narrow::<LEVEL, N>(x.as_ptr(), out.as_mut_ptr().cast());
                let out = out.assume_init();
                store::<_, N>(dst, streams, |i| out[i])
            }
        }
    };
}
half!(F16 f16);
half!(BF16 bf16);

/// Blocks of float16 by instructions of x86: F16C has eight at a time, AVX-512 sixteen.
#[cfg(target_arch = "x86_64")]
mod f16 {
    use crate::kernels::cpu::machine::simd::Level;
    use std::arch::x86_64::*;

    #[inline(always)]
    pub const fn has(level: u8) -> bool {
        level >= Level::Avx2 as u8
    }
    #[inline(always)]
    pub unsafe fn widen<const LEVEL: u8, const N: usize>(src: *const u16, dst: *mut f32) {
        if LEVEL == Level::Avx512 as u8 && N.is_multiple_of(16) {
            for i in (0..N).step_by(16) {
                _mm512_storeu_ps(dst.add(i), _mm512_cvtph_ps(_mm256_loadu_si256(src.add(i).cast())));
            }
        } else {
            for i in (0..N).step_by(8) {
                _mm256_storeu_ps(dst.add(i), _mm256_cvtph_ps(_mm_loadu_si128(src.add(i).cast())));
            }
        }
    }
    #[inline(always)]
    pub unsafe fn narrow<const LEVEL: u8, const N: usize>(src: *const f32, dst: *mut u16) {
        if LEVEL == Level::Avx512 as u8 && N.is_multiple_of(16) {
            for i in (0..N).step_by(16) {
                let x = _mm512_loadu_ps(src.add(i));
                _mm256_storeu_si256(
                    dst.add(i).cast(),
                    _mm512_cvtps_ph::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(x),
                );
            }
        } else {
            for i in (0..N).step_by(8) {
                let x = _mm256_loadu_ps(src.add(i));
                _mm_storeu_si128(dst.add(i).cast(), _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(x));
            }
        }
    }
}

/// Blocks of float16 by instructions of ARM.
#[cfg(target_arch = "aarch64")]
mod f16 {
    use crate::kernels::cpu::machine::simd::Level;
    use crate::kernels::cpu::machine::vector::{narrow_f16, widen_f16};

    #[inline(always)]
    pub const fn has(level: u8) -> bool {
        level >= Level::Neon as u8
    }
    #[inline(always)]
    pub unsafe fn widen<const LEVEL: u8, const N: usize>(src: *const u16, dst: *mut f32) {
        for i in (0..N).step_by(8) {
            widen_f16(src.add(i), dst.add(i));
        }
    }
    #[inline(always)]
    pub unsafe fn narrow<const LEVEL: u8, const N: usize>(src: *const f32, dst: *mut u16) {
        for i in (0..N).step_by(8) {
            narrow_f16(src.add(i), dst.add(i));
        }
    }
}

/// Nothing to go by.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod f16 {
    pub const fn has(_: u8) -> bool {
        false
    }
    pub unsafe fn widen<const LEVEL: u8, const N: usize>(_: *const u16, _: *mut f32) {}
    pub unsafe fn narrow<const LEVEL: u8, const N: usize>(_: *const f32, _: *mut u16) {}
}

/// Blocks of bfloat16, the upper half of a float32, by instructions of x86.
#[cfg(target_arch = "x86_64")]
mod bf16 {
    use crate::kernels::cpu::machine::simd::Level;
    use std::arch::x86_64::*;

    #[inline(always)]
    pub const fn has(level: u8) -> bool {
        level >= Level::Avx2 as u8
    }
    #[inline(always)]
    pub unsafe fn widen<const LEVEL: u8, const N: usize>(src: *const u16, dst: *mut f32) {
        if LEVEL == Level::Avx512 as u8 && N.is_multiple_of(16) {
            for i in (0..N).step_by(16) {
                let x = _mm512_cvtepu16_epi32(_mm256_loadu_si256(src.add(i).cast()));
                _mm512_storeu_si512(dst.add(i).cast(), _mm512_slli_epi32::<16>(x));
            }
        } else {
            for i in (0..N).step_by(8) {
                let x = _mm256_cvtepu16_epi32(_mm_loadu_si128(src.add(i).cast()));
                _mm256_storeu_si256(dst.add(i).cast(), _mm256_slli_epi32::<16>(x));
            }
        }
    }
    /// To nearest, ties to even; of nan the upper half, quiet.
    #[inline(always)]
    pub unsafe fn narrow<const LEVEL: u8, const N: usize>(src: *const f32, dst: *mut u16) {
        const QUIET: i32 = 0x40;
        if LEVEL == Level::Avx512 as u8 && N.is_multiple_of(16) {
            for i in (0..N).step_by(16) {
                let x = _mm512_loadu_ps(src.add(i));
                let bits = _mm512_castps_si512(x);
                let upper = _mm512_srli_epi32::<16>(bits);
                let even = _mm512_and_si512(upper, _mm512_set1_epi32(1));
                let by = _mm512_add_epi32(even, _mm512_set1_epi32(0x7fff));
                let rounded = _mm512_srli_epi32::<16>(_mm512_add_epi32(bits, by));
                let nan = _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(x, x);
                let out = _mm512_mask_or_epi32(rounded, nan, upper, _mm512_set1_epi32(QUIET));
                _mm256_storeu_si256(dst.add(i).cast(), _mm512_cvtepi32_epi16(out));
            }
        } else {
            for i in (0..N).step_by(8) {
                let x = _mm256_loadu_ps(src.add(i));
                let bits = _mm256_castps_si256(x);
                let upper = _mm256_srli_epi32::<16>(bits);
                let even = _mm256_and_si256(upper, _mm256_set1_epi32(1));
                let by = _mm256_add_epi32(even, _mm256_set1_epi32(0x7fff));
                let rounded = _mm256_srli_epi32::<16>(_mm256_add_epi32(bits, by));
                let nan = _mm256_castps_si256(_mm256_cmp_ps::<_CMP_UNORD_Q>(x, x));
                let out = _mm256_blendv_epi8(rounded, _mm256_or_si256(upper, _mm256_set1_epi32(QUIET)), nan);
                let packed =
                    _mm_packus_epi32(_mm256_castsi256_si128(out), _mm256_extracti128_si256::<1>(out));
                _mm_storeu_si128(dst.add(i).cast(), packed);
            }
        }
    }
}

/// In plain Rust.
#[cfg(not(target_arch = "x86_64"))]
mod bf16 {
    pub const fn has(_: u8) -> bool {
        false
    }
    pub unsafe fn widen<const LEVEL: u8, const N: usize>(_: *const u16, _: *mut f32) {}
    pub unsafe fn narrow<const LEVEL: u8, const N: usize>(_: *const f32, _: *mut u16) {}
}

multiversion! {
    /// Halves as float32: `n` dense elements.
    ///
    /// # Safety
    /// Both are valid for `n` elements and do not overlap.
    pub unsafe fn widen[const LEVEL, H: Half](src: *const H, dst: *mut f32, n: usize) {
        let mut i = 0;
        while i + STEP <= n {
            let x = H::up_block::<LEVEL, STEP>(src.add(i));
            store::<_, STEP>(dst.add(i), false, |j| x[j]);
            i += STEP;
        }
        while i + PART <= n {
            simd::one_by_one();
            let x = H::up_block::<LEVEL, PART>(src.add(i));
            store::<_, PART>(dst.add(i), false, |j| x[j]);
            i += PART;
        }
        if i < n {
            let mut part = [H::ZERO; PART];
            copy_part(src.add(i), part.as_mut_ptr(), n - i);
            let x = H::up_block::<LEVEL, PART>(part.as_ptr());
            copy_part(x.as_ptr(), dst.add(i), n - i);
        }
    }
}

multiversion! {
    /// Float32 rounded to halves, to nearest, ties to even: `n` dense elements.
    ///
    /// # Safety
    /// Both are valid for `n` elements and do not overlap.
    pub unsafe fn narrow[const LEVEL, H: Half](src: *const f32, dst: *mut H, n: usize) {
        let streams = stream::wanted(dst.cast(), n * size_of::<H>());
        let mut i = 0;
        while i + STEP <= n {
            let x = load::<_, STEP>(src.add(i));
            H::down_block::<LEVEL, STEP>(dst.add(i), streams, |j| x[j]);
            i += STEP;
        }
        while i + PART <= n {
            simd::one_by_one();
            let x = load::<_, PART>(src.add(i));
            H::down_block::<LEVEL, PART>(dst.add(i), false, |j| x[j]);
            i += PART;
        }
        if i < n {
            let mut part = [0f32; PART];
            copy_part(src.add(i), part.as_mut_ptr(), n - i);
            let mut out = [H::ZERO; PART];
            H::down_block::<LEVEL, PART>(out.as_mut_ptr(), false, |j| part[j]);
            copy_part(out.as_ptr(), dst.add(i), n - i);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::cpu::machine::simd::{LEVELS, with_level};

    fn same(x: f32, y: f32) -> bool {
        x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan()
    }

    fn both_ways<H: Half>(from: fn(u16) -> H) {
        let x: Vec<H> = (0..=u16::MAX).map(from).collect();
        let n = x.len() - 3; // not a whole number of blocks
        let (mut wide, mut back) = (vec![0f32; n], vec![from(0); n]);
        // SAFETY: vectors of `n` elements at least
        unsafe {
            widen(x.as_ptr(), wide.as_mut_ptr(), n);
            narrow(wide.as_ptr(), back.as_mut_ptr(), n);
        }
        for i in 0..n {
            assert!(same(wide[i], Float::up(x[i])) && same(Float::up(back[i]), Float::up(x[i])), "{i:#x}");
        }
        // between two neighbours, a little to either side of the middle, on it, and beyond the greatest
        let middle = |i: usize| wide[i] + (wide[i + 1] - wide[i]) * 0.5;
        let between: Vec<f32> = (0..n - 1)
            .flat_map(|i| [-1, 0, 1].map(|d| f32::from_bits(middle(i).to_bits().wrapping_add_signed(d))))
            .collect();
        let mut got = vec![from(0); between.len()];
        // SAFETY: as many elements in either vector
        unsafe { narrow(between.as_ptr(), got.as_mut_ptr(), got.len()) };
        for (x, y) in between.iter().zip(&got) {
            assert!(same(Float::up(<H as Float>::down(*x)), Float::up(*y)), "{x:e}");
        }
    }

    #[test]
    fn every_half_both_ways() {
        for level in LEVELS {
            with_level(level, || {
                both_ways(F16::from_bits);
                both_ways(BF16::from_bits);
            });
        }
    }
}
