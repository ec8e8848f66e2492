//! Lines turned into columns, by squares in registers: elements of a size, whatever they mean.

use super::simd;

/// `dst[j * ds + i] = src[i * ss + j]` for `i < lines`, `j < length`; strides in elements of `size` bytes, at any address. Each line is
/// read to its end before those behind it: where lines are a power of two apart few of them stay in a cache.
///
/// # Safety
/// Both are valid for those elements and do not overlap.
pub unsafe fn turn(
    src: *const u8,
    ss: usize,
    dst: *mut u8,
    ds: usize,
    lines: usize,
    length: usize,
    size: usize,
) {
    let side = side(size);
    if side == 0 || lines < side || length < side {
        return by_size!(size, T => one_by_one(src as *const T, ss, dst as *mut T, ds, lines, length));
    }
    #[cfg(target_arch = "x86_64")]
    match size {
        1 => x86::bytes(src, ss, dst, ds, lines, length),
        2 => x86::halves(src.cast(), ss, dst.cast(), ds, lines, length),
        4 => x86::words(src.cast(), ss, dst.cast(), ds, lines, length),
        _ => x86::doubles(src.cast(), ss, dst.cast(), ds, lines, length),
    }
    #[cfg(target_arch = "aarch64")]
    {
        use super::vector::{turn_f32, turn_f64};
        match size {
            4 => squares(src, ss, dst, ds, lines, length, (4, 4), |s: *const f32, d| {
                // SAFETY: a square of the lines
                unsafe { turn_f32(s, ss as isize, d, ds) }
            }),
            _ => squares(src, ss, dst, ds, lines, length, (8, 2), |s: *const f64, d| {
                // SAFETY: a square of the lines
                unsafe { turn_f64(s, ss as isize, d, ds) }
            }),
        }
    }
}

/// The side of a square of elements of a size; 0 where there are none.
fn side(size: usize) -> usize {
    match (simd::level(), size) {
        #[cfg(target_arch = "x86_64")]
        (simd::Level::Avx2 | simd::Level::Avx512, 1 | 2 | 4) => 8,
        #[cfg(target_arch = "x86_64")]
        (simd::Level::Avx2 | simd::Level::Avx512, 8) => 4,
        #[cfg(target_arch = "aarch64")]
        (simd::Level::Neon, 4) => 4,
        #[cfg(target_arch = "aarch64")]
        (simd::Level::Neon, 8) => 2,
        _ => 0,
    }
}

/// All squares; the last of a line and the last lines' lie over those before.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[inline(always)]
unsafe fn squares<T>(
    src: *const u8,
    ss: usize,
    dst: *mut u8,
    ds: usize,
    lines: usize,
    length: usize,
    (size, side): (usize, usize),
    square: impl Fn(*const T, *mut T),
) {
    let mut i = 0;
    while i < lines {
        let row = i.min(lines - side);
        let mut j = 0;
        while j < length {
            let column = j.min(length - side);
            square(src.add((row * ss + column) * size).cast(), dst.add((column * ds + row) * size).cast());
            j += side;
        }
        i += side;
    }
}

multiversion! {
    /// Where there are no squares, or no room for one: two to four lines are woven, which the compiler has shuffles for.
    unsafe fn one_by_one[T: Copy](src: *const T, ss: usize, dst: *mut T, ds: usize, lines: usize, length: usize) {
        #[inline(always)]
        unsafe fn woven<T: Copy, const N: usize>(src: *const T, ss: usize, dst: *mut T, length: usize) {
            for j in 0..length {
                for i in 0..N {
                    dst.add(j * N + i).write_unaligned(src.add(i * ss + j).read_unaligned());
                }
            }
        }
        match (lines, ds) {
            (2, 2) => woven::<T, 2>(src, ss, dst, length),
            (3, 3) => woven::<T, 3>(src, ss, dst, length),
            (4, 4) => woven::<T, 4>(src, ss, dst, length),
            _ => {
                for i in 0..lines {
                    for j in 0..length {
                        dst.add(j * ds + i).write_unaligned(src.add(i * ss + j).read_unaligned());
                    }
                }
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub mod x86 {
    use super::squares;
    use std::arch::x86_64::*;

    macro_rules! each {
        ($name:ident, $t:ty, $side:literal, $square:ident) => {
            #[target_feature(enable = "avx2")]
            pub unsafe fn $name(
                src: *const $t,
                ss: usize,
                dst: *mut $t,
                ds: usize,
                lines: usize,
                length: usize,
            ) {
                let form = (size_of::<$t>(), $side);
                squares(src.cast(), ss, dst.cast(), ds, lines, length, form, |s: *const $t, d| {
                    // SAFETY: a square of the lines; AVX2 is on
                    unsafe { $square(s, ss, d, ds) }
                })
            }
        };
    }
    each!(bytes, u8, 8, square_of_bytes);
    each!(halves, u16, 8, square_of_halves);
    each!(words, f32, 8, square_of_words);
    each!(doubles, f64, 4, square_of_doubles);

    /// Eight by eight.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn square_of_bytes(s: *const u8, ss: usize, d: *mut u8, ds: usize) {
        let pair = |i: usize| {
            let row = |i: usize| _mm_loadl_epi64(s.add(i * ss).cast());
            _mm_unpacklo_epi8(row(i), row(i + 1))
        };
        let (a0, a1, a2, a3) = (pair(0), pair(2), pair(4), pair(6));
        let (b0, b1) = (_mm_unpacklo_epi16(a0, a1), _mm_unpackhi_epi16(a0, a1));
        let (b2, b3) = (_mm_unpacklo_epi16(a2, a3), _mm_unpackhi_epi16(a2, a3));
        let two = |j: usize, x: __m128i| {
            _mm_storel_epi64(d.add(j * ds).cast(), x);
            _mm_storel_epi64(d.add((j + 1) * ds).cast(), _mm_unpackhi_epi64(x, x));
        };
        two(0, _mm_unpacklo_epi32(b0, b2));
        two(2, _mm_unpackhi_epi32(b0, b2));
        two(4, _mm_unpacklo_epi32(b1, b3));
        two(6, _mm_unpackhi_epi32(b1, b3));
    }

    /// Eight by eight.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn square_of_halves(s: *const u16, ss: usize, d: *mut u16, ds: usize) {
        let row = |i: usize| _mm_loadu_si128(s.add(i * ss).cast());
        // columns 0 to 3 and 4 to 7 of two rows, then of four
        let two = |i: usize| {
            let (x, y) = (row(i), row(i + 1));
            (_mm_unpacklo_epi16(x, y), _mm_unpackhi_epi16(x, y))
        };
        let four = |x: (__m128i, __m128i), y: (__m128i, __m128i)| {
            [
                _mm_unpacklo_epi32(x.0, y.0),
                _mm_unpackhi_epi32(x.0, y.0),
                _mm_unpacklo_epi32(x.1, y.1),
                _mm_unpackhi_epi32(x.1, y.1),
            ]
        };
        let (upper, lower) = (four(two(0), two(2)), four(two(4), two(6)));
        for k in 0..4 {
            let d = d.add(2 * k * ds);
            _mm_storeu_si128(d.cast(), _mm_unpacklo_epi64(upper[k], lower[k]));
            _mm_storeu_si128(d.add(ds).cast(), _mm_unpackhi_epi64(upper[k], lower[k]));
        }
    }

    /// Eight by eight. Halves of rows are joined while loading, so 16 shuffles do.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub unsafe fn square_of_words(s: *const f32, ss: usize, d: *mut f32, ds: usize) {
        for half in 0..2 {
            let row = |i: usize| {
                let low = _mm256_castps128_ps256(_mm_loadu_ps(s.add(i * ss + 4 * half)));
                _mm256_insertf128_ps::<1>(low, _mm_loadu_ps(s.add((i + 4) * ss + 4 * half)))
            };
            let (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3));
            let (t0, t1) = (_mm256_unpacklo_ps(r0, r1), _mm256_unpackhi_ps(r0, r1));
            let (t2, t3) = (_mm256_unpacklo_ps(r2, r3), _mm256_unpackhi_ps(r2, r3));
            let d = d.add(4 * half * ds);
            _mm256_storeu_ps(d, _mm256_shuffle_ps::<0x44>(t0, t2));
            _mm256_storeu_ps(d.add(ds), _mm256_shuffle_ps::<0xee>(t0, t2));
            _mm256_storeu_ps(d.add(2 * ds), _mm256_shuffle_ps::<0x44>(t1, t3));
            _mm256_storeu_ps(d.add(3 * ds), _mm256_shuffle_ps::<0xee>(t1, t3));
        }
    }

    /// Four by four: moved as bits, whatever they mean.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub unsafe fn square_of_doubles(s: *const f64, ss: usize, d: *mut f64, ds: usize) {
        let row = |i: usize| {
            let low = _mm256_castpd128_pd256(_mm_loadu_pd(s.add(i % 2 * ss + i / 2 * 2)));
            _mm256_insertf128_pd::<1>(low, _mm_loadu_pd(s.add((i % 2 + 2) * ss + i / 2 * 2)))
        };
        for half in 0..2 {
            let (a, b) = (row(2 * half), row(2 * half + 1));
            let d = d.add(2 * half * ds);
            _mm256_storeu_pd(d, _mm256_unpacklo_pd(a, b));
            _mm256_storeu_pd(d.add(ds), _mm256_unpackhi_pd(a, b));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::cpu::machine::simd::{LEVELS, with_level};

    fn check<T: Copy + PartialEq + std::fmt::Debug>(lines: usize, length: usize, make: impl Fn(usize) -> T) {
        let (ss, ds) = (length + 3, lines + lines % 3);
        let src: Vec<T> = (0..lines * ss).map(&make).collect();
        let mut dst = vec![make(77); length * ds];
        // SAFETY: vectors of these sizes
        unsafe {
            turn(src.as_ptr().cast(), ss, dst.as_mut_ptr().cast(), ds, lines, length, size_of::<T>());
        }
        for j in 0..length {
            for i in 0..ds {
                let want = if i < lines { src[i * ss + j] } else { make(77) };
                assert_eq!(dst[j * ds + i], want, "{lines} {length} {i} {j}");
            }
        }
    }

    #[test]
    fn every_element_of_every_size() {
        for level in LEVELS {
            with_level(level, || {
                for lines in (1..20).chain([32, 65]) {
                    for length in [1, 2, 3, 4, 7, 8, 9, 16, 31, 130] {
                        check(lines, length, |i| i as u8);
                        check(lines, length, |i| i as u16);
                        check(lines, length, |i| i as u32);
                        check(lines, length, |i| i as u64);
                        check(lines, length, |i| i as u128);
                    }
                }
            });
        }
    }
}
