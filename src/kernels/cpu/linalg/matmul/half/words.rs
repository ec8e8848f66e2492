//! Strips of 16-bit floats as panels of words: what `pack` is for float32.

use super::amx::{ROWS, WORDS};
use crate::kernels::cpu::linalg::matmul::convert::{Half, widen};
use crate::kernels::cpu::linalg::matmul::problem::MAX_NR;
use crate::kernels::cpu::linalg::matmul::tile::{fetch, turn};

/// Elements of the sum that are widened before they are turned: 32 rows of them stay in the first-level cache.
const RUN: usize = 128;

/// A panel of `full` lanes: `len` elements of the sum, `along` apart, `per` to a word; lanes `across` apart, zero from
/// `width` on and where the last word has no second element.
pub unsafe fn pack<T: Half>(
    per: usize,
    src: *const T,
    across: isize,
    along: isize,
    width: usize,
    full: usize,
    len: usize,
    dst: *mut f32,
) {
    if width < full {
        dst.write_bytes(0, len.div_ceil(per) * full);
    }
    if per == 2 {
        pack_pairs(src.cast(), across, along, width, full, len, dst.cast());
    } else {
        pack_single(src, across, along, width, full, len, dst);
    }
}

multiversion! {
    /// Dense rows, `along` apart, two by two as pairs.
    unsafe fn interleave(src: *const u16, along: isize, width: usize, full: usize, pairs: usize, dst: *mut u32) {
        for s in 0..pairs {
            let (low, dst) = (src.offset(2 * s as isize * along), dst.add(s * full));
            let high = low.offset(along);
            // the same rows of the next panel: they lie too far apart for the hardware to follow
            fetch::<true>(low.wrapping_add(full).cast());
            fetch::<true>(high.wrapping_add(full).cast());
            for j in 0..width {
                *dst.add(j) = *low.add(j) as u32 | (*high.add(j) as u32) << 16;
            }
        }
    }
}

/// `h` rows as tiles read them: step after step of 32 elements of the sum, each `[h][32]`, zero behind `len`.
pub unsafe fn pack_tiles<T: Half>(
    src: *const T,
    across: isize,
    along: isize,
    h: usize,
    len: usize,
    dst: *mut f32,
) {
    for s in 0..len.div_ceil(2 * WORDS) {
        let n = (2 * WORDS).min(len - s * 2 * WORDS);
        let (src, dst) = (src.offset((s * 2 * WORDS) as isize * along), dst.add(s * WORDS * h));
        if along == 1 {
            for i in 0..h {
                let (src, dst) = (src.offset(i as isize * across), dst.add(i * WORDS).cast::<T>());
                if n == 2 * WORDS {
                    src.copy_to_nonoverlapping(dst, 2 * WORDS);
                } else {
                    src.copy_to_nonoverlapping(dst, n);
                    dst.add(n).write_bytes(0, 2 * WORDS - n);
                }
            }
            continue;
        }
        let mut words = [0f32; WORDS * ROWS];
        pack(2, src, across, along, h, h, n, words.as_mut_ptr());
        turn::<f32>(words.as_ptr(), h as isize, 1, WORDS, h, dst, WORDS);
    }
}

/// Words are moved as bits: what they hold does not matter here.
unsafe fn pack_pairs(
    src: *const u16,
    across: isize,
    along: isize,
    width: usize,
    full: usize,
    len: usize,
    dst: *mut u32,
) {
    let pairs = len / 2;
    let mut done = 0;
    if across == 1 {
        interleave(src, along, width, full, pairs, dst);
        done = pairs;
    } else if along == 1 && across % 2 == 0 && src.cast::<u32>().is_aligned() {
        // Pairs lie side by side: a transpose of words, of which the kernel for float32 changes no bit.
        turn::<f32>(src.cast(), across / 2, 1, width, pairs, dst.cast(), full);
        done = pairs;
    }
    if along == 1 {
        // the same where pairs begin at odd elements
        for j in 0..width {
            let from = src.offset(j as isize * across).cast::<u32>();
            for s in done..pairs {
                *dst.add(s * full + j) = from.add(s).read_unaligned();
            }
        }
        done = pairs;
    }
    for s in done..len.div_ceil(2) {
        for j in 0..width {
            let low = src.offset(2 * s as isize * along + j as isize * across);
            let high = if 2 * s + 1 < len { *low.offset(along) } else { 0 };
            *dst.add(s * full + j) = *low as u32 | (high as u32) << 16;
        }
    }
}

unsafe fn pack_single<T: Half>(
    src: *const T,
    across: isize,
    along: isize,
    width: usize,
    full: usize,
    len: usize,
    dst: *mut f32,
) {
    if across == 1 {
        for p in 0..len {
            widen::<T>(src.offset(p as isize * along), dst.add(p * full), width);
        }
    } else if along == 1 {
        let mut wide = [0f32; MAX_NR * RUN];
        for p in (0..len).step_by(RUN) {
            let n = RUN.min(len - p);
            for j in 0..width {
                widen::<T>(src.offset(j as isize * across).add(p), wide.as_mut_ptr().add(j * RUN), n);
            }
            turn::<f32>(wide.as_ptr(), RUN as isize, 1, width, n, dst.add(p * full), full);
        }
    } else {
        for p in 0..len {
            for j in 0..width {
                *dst.add(p * full + j) = (*src.offset(p as isize * along + j as isize * across)).widen();
            }
        }
    }
}
