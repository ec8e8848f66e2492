//! Copies a strip of an operand into the order in which a micro-kernel reads it.

use crate::kernels::cpu::machine::stream::fetch;
use crate::kernels::cpu::machine::vector::Vector;

/// Rows lie dense in memory already.
#[inline(always)]
unsafe fn copy<V: Vector>(
    mut src: *const V::Elem,
    along: isize,
    width: usize,
    full: usize,
    klen: usize,
    mut dst: *mut V::Elem,
) {
    /// Rows are too far apart for the hardware to follow: without this a row of a 1024-wide operand took 10 ns.
    const AHEAD: isize = 24;
    let l = V::LANES;
    let line = 64 / size_of::<V::Elem>();
    for p in 0..klen {
        let ahead = src.wrapping_offset(AHEAD * along);
        for j in (0..width).step_by(line) {
            fetch::<true>(ahead.wrapping_add(j).cast());
        }
        let mut j = 0;
        while j < full {
            let x = if j + l <= width {
                V::load(src.add(j))
            } else if j < width {
                V::load_part(src.add(j), width - j)
            } else {
                V::zero()
            };
            // A full store may run into the next steps, which are written later, but not beyond the panel.
            let room = full * (klen - p) - j;
            if room >= l {
                x.store(dst.add(j));
            } else {
                x.store_part(dst.add(j), room);
            }
            j += l;
        }
        src = src.wrapping_offset(along);
        dst = dst.add(full);
    }
}

#[inline(always)]
unsafe fn strided<T: Copy>(
    src: *const T,
    across: isize,
    along: isize,
    width: usize,
    full: usize,
    klen: usize,
    dst: *mut T,
) {
    for p in 0..klen {
        for j in 0..width {
            *dst.add(p * full + j) = *src.offset(j as isize * across + p as isize * along);
        }
    }
}

#[inline(always)]
unsafe fn zero_from<V: Vector>(width: usize, full: usize, klen: usize, dst: *mut V::Elem) {
    if width < full {
        let z = [0u8; 8];
        for p in 0..klen {
            for j in width..full {
                *dst.add(p * full + j) = *z.as_ptr().cast::<V::Elem>();
            }
        }
    }
}

/// Without `PANEL` nothing is written behind the `width` elements: `full` is just the way from step to step.
#[inline(always)]
unsafe fn pack<V: Vector, const PANEL: bool>(
    src: *const V::Elem,
    across: isize,
    along: isize,
    width: usize,
    full: usize,
    klen: usize,
    dst: *mut V::Elem,
    block: usize,
    transpose: impl Fn(*const V::Elem, isize, *mut V::Elem, usize),
) {
    if PANEL {
        if across == 1 {
            return copy::<V>(src, along, width, full, klen, dst);
        }
        zero_from::<V>(width, full, klen, dst);
    }
    if along != 1 || block == 0 || width < block || klen < block {
        return strided(src, across, along, width, full, klen, dst);
    }
    /// Bytes along a row between what is packed and what is asked for, in the second-level cache: in the first the
    /// rows would push each other out. With this, packing is 5.5 instead of 7.6% of a transformer's layer.
    const AHEAD: usize = 1024;
    let ahead = AHEAD / size_of::<V::Elem>();
    // The last block of a row or column overlaps its neighbour rather than fall back to single elements: 14 rows
    // are two blocks of 8. Two blocks along `k` at a time use up a line of the source at once, whose rows may
    // all share a cache set.
    let mut p = 0;
    loop {
        let next = (p + block).min(klen - block);
        // So many rows are more than the hardware follows. Behind their end come those of the next panel.
        let (row, column) = if p + ahead < klen { (0, p + ahead) } else { (width, p + ahead - klen) };
        for j in row..row + width {
            fetch::<false>(src.wrapping_offset(j as isize * across).wrapping_add(column).cast());
        }
        let mut j = 0;
        loop {
            let (src, dst) = (src.offset(j as isize * across), dst.add(j));
            transpose(src.add(p), across, dst.add(p * full), full);
            transpose(src.add(next), across, dst.add(next * full), full);
            if j + block == width {
                break;
            }
            j = (j + block).min(width - block);
        }
        if next + block == klen {
            break;
        }
        p = (next + block).min(klen - block);
    }
}

pub unsafe fn portable<V: Vector, const PANEL: bool>(
    src: *const V::Elem,
    across: isize,
    along: isize,
    width: usize,
    full: usize,
    klen: usize,
    dst: *mut V::Elem,
) {
    pack::<V, PANEL>(src, across, along, width, full, klen, dst, 0, |_, _, _, _| {})
}

/// A block is what four registers hold, or two of float64: 6 rows are two blocks.
#[cfg(target_arch = "aarch64")]
pub unsafe fn neon<V: Vector, const PANEL: bool>(
    src: *const V::Elem,
    across: isize,
    along: isize,
    width: usize,
    full: usize,
    klen: usize,
    dst: *mut V::Elem,
) {
    use crate::kernels::cpu::machine::vector::{turn_f32, turn_f64};
    // The element is f32 or f64: the size tells.
    if size_of::<V::Elem>() == 4 {
        pack::<V, PANEL>(src, across, along, width, full, klen, dst, 4, |s, rs, d, rd| {
            // SAFETY: the block lies inside the strip and the panel.
            unsafe { turn_f32(s.cast(), rs, d.cast(), rd) }
        })
    } else {
        pack::<V, PANEL>(src, across, along, width, full, klen, dst, 2, |s, rs, d, rd| {
            // SAFETY: the block lies inside the strip and the panel.
            unsafe { turn_f64(s.cast(), rs, d.cast(), rd) }
        })
    }
}

#[cfg(target_arch = "x86_64")]
pub use x86::{avx2, avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Vector, pack};
    use std::arch::x86_64::*;

    macro_rules! level_pack {
        ($name:ident, $feature:literal) => {
            #[target_feature(enable = $feature)]
            pub unsafe fn $name<V: Vector, const PANEL: bool>(
                src: *const V::Elem,
                across: isize,
                along: isize,
                width: usize,
                full: usize,
                klen: usize,
                dst: *mut V::Elem,
            ) {
                // The element is f32 or f64: the size tells.
                if size_of::<V::Elem>() == 4 {
                    pack::<V, PANEL>(src, across, along, width, full, klen, dst, 8, |s, rs, d, rd| {
                        // SAFETY: the block lies inside the strip and the panel; AVX2 is on.
                        unsafe { transpose_f32(s.cast(), rs, d.cast(), rd) }
                    })
                } else {
                    pack::<V, PANEL>(src, across, along, width, full, klen, dst, 4, |s, rs, d, rd| {
                        // SAFETY: the block lies inside the strip and the panel; AVX2 is on.
                        unsafe { transpose_f64(s.cast(), rs, d.cast(), rd) }
                    })
                }
            }
        };
    }
    level_pack!(avx2, "avx2,fma");
    level_pack!(avx512, "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma");

    /// An 8x8 block: four rows of a half each are joined while loading (no shuffle port), so that 16 shuffles do.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn transpose_f32(s: *const f32, rs: isize, d: *mut f32, rd: usize) {
        for half in 0..2 {
            let s = s.add(4 * half);
            let row = |i: isize| {
                let low = _mm256_castps128_ps256(_mm_loadu_ps(s.offset(i * rs)));
                _mm256_insertf128_ps::<1>(low, _mm_loadu_ps(s.offset((i + 4) * rs)))
            };
            let (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3));
            let (t0, t1) = (_mm256_unpacklo_ps(r0, r1), _mm256_unpackhi_ps(r0, r1));
            let (t2, t3) = (_mm256_unpacklo_ps(r2, r3), _mm256_unpackhi_ps(r2, r3));
            let d = d.add(4 * half * rd);
            _mm256_storeu_ps(d, _mm256_shuffle_ps::<0x44>(t0, t2));
            _mm256_storeu_ps(d.add(rd), _mm256_shuffle_ps::<0xee>(t0, t2));
            _mm256_storeu_ps(d.add(2 * rd), _mm256_shuffle_ps::<0x44>(t1, t3));
            _mm256_storeu_ps(d.add(3 * rd), _mm256_shuffle_ps::<0xee>(t1, t3));
        }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn transpose_f64(s: *const f64, rs: isize, d: *mut f64, rd: usize) {
        for half in 0..2 {
            let s = s.add(2 * half);
            let row = |i: isize| {
                let low = _mm256_castpd128_pd256(_mm_loadu_pd(s.offset(i * rs)));
                _mm256_insertf128_pd::<1>(low, _mm_loadu_pd(s.offset((i + 2) * rs)))
            };
            let (r0, r1) = (row(0), row(1));
            let d = d.add(2 * half * rd);
            _mm256_storeu_pd(d, _mm256_unpacklo_pd(r0, r1));
            _mm256_storeu_pd(d.add(rd), _mm256_unpackhi_pd(r0, r1));
        }
    }
}
