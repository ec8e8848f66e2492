//! What products of 16-bit floats need in bulk.

use super::elem::MatElem;
use crate::base::{BF16, F16};
pub use crate::kernels::cpu::machine::blocks::widen;
use crate::kernels::cpu::machine::blocks::{self, PART, STEP, load, store};
use crate::kernels::cpu::machine::float::Flt;
use crate::kernels::cpu::machine::simd;

/// A 16-bit float.
pub trait Half: MatElem<Acc = f32> + Flt<C = f32> + blocks::Half {
    /// Whether the processor multiplies pairs of them ([`super::pairs`]).
    const PAIRS: bool;
}
impl Half for BF16 {
    const PAIRS: bool = true;
}
impl Half for F16 {
    const PAIRS: bool = false;
}

/// Partial sums of a dot product: four vectors at the widest level.
const PARTS: usize = STEP;

/// Rounds rows of `n` dense elements to nearest, ties to even.
///
/// # Safety
/// Rows of `n` elements on both sides.
pub unsafe fn narrow<T: Half>(
    src: *const f32,
    pitch: usize,
    dst: *mut T,
    stride: isize,
    rows: usize,
    n: usize,
) {
    if pitch == n && stride == n as isize {
        return blocks::narrow(src, dst, rows * n);
    }
    for r in 0..rows {
        blocks::narrow(src.add(r * pitch), dst.offset(r as isize * stride), n);
    }
}

multiversion! {
    /// `sum_p x[p] y[p]`.
    pub unsafe fn dot[const LEVEL, T: Half](x: *const f32, y: *const T, n: usize) -> f32 {
        let mut sums = [0f32; PARTS];
        let mut p = 0;
        while p + PARTS <= n {
            let y = T::up_block::<LEVEL, PARTS>(y.add(p));
            for i in 0..PARTS {
                sums[i] += *x.add(p + i) * y[i];
            }
            p += PARTS;
        }
        // one by one they took as long as 500 of the others
        while p + PART <= n {
            simd::one_by_one();
            let y = T::up_block::<LEVEL, PART>(y.add(p));
            for i in 0..PART {
                sums[i] += *x.add(p + i) * y[i];
            }
            p += PART;
        }
        let mut rest = 0.0;
        while p < n {
            simd::one_by_one();
            rest += *x.add(p) * (*y.add(p)).widen();
            p += 1;
        }
        let mut width = PARTS / 2;
        while width > 0 {
            for i in 0..width {
                sums[i] += sums[i + width];
            }
            width /= 2;
        }
        sums[0] + rest
    }
}

/// Rows that are added at a time.
const ROWS: usize = 4;

multiversion! {
    /// `y[j] += sum_p s[p] x[p, j]` over `k` rows of `x`, `along` apart: four at a time, so that sums are fetched and stored less often.
    pub unsafe fn axpys[const LEVEL, T: Half](k: usize, s: *const f32, x: *const T, along: isize, y: *mut f32, n: usize) {
        let mut p = 0;
        while p < k {
            let x = x.offset(p as isize * along);
            p += if p + ROWS <= k {
                axpy_rows::<LEVEL, T, ROWS>(s.add(p), x, along, y, n)
            } else {
                axpy_rows::<LEVEL, T, 1>(s.add(p), x, along, y, n)
            };
        }
    }
}

#[inline(always)]
unsafe fn axpy_rows<const LEVEL: u8, T: Half, const R: usize>(
    s: *const f32,
    x: *const T,
    along: isize,
    y: *mut f32,
    n: usize,
) -> usize {
    let s = *s.cast::<[f32; R]>();
    let mut j = 0;
    while j + PART <= n {
        simd::one_by_one();
        let mut sums = load::<_, PART>(y.add(j));
        for q in 0..R {
            let x = T::up_block::<LEVEL, PART>(x.offset(q as isize * along).add(j));
            let mut next = [0f32; PART];
            for l in 0..PART {
                next[l] = sums[l] + s[q] * x[l];
            }
            sums = next;
        }
        store::<_, PART>(y.add(j), false, |l| sums[l]);
        j += PART;
    }
    while j < n {
        simd::one_by_one();
        for q in 0..R {
            *y.add(j) += s[q] * (*x.offset(q as isize * along).add(j)).widen();
        }
        j += 1;
    }
    R
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::cpu::machine::simd::{LEVELS, with_level};

    #[test]
    fn every_half_both_ways() {
        fn same(x: f32, y: f32) -> bool {
            x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan()
        }
        fn both_ways<T: Half>(from: fn(u16) -> T) {
            let x: Vec<T> = (0..=u16::MAX).map(from).collect();
            let n = x.len() - 3; // not a whole number of vectors
            let (mut wide, mut back) = (vec![0f32; n], vec![from(0); n]);
            // SAFETY: vectors of `n` elements at least.
            unsafe {
                widen(x.as_ptr(), wide.as_mut_ptr(), n);
                narrow(wide.as_ptr(), 0, back.as_mut_ptr(), 0, 1, n);
            }
            for i in 0..n {
                assert!(same(wide[i], x[i].widen()) && same(back[i].widen(), x[i].widen()), "{i:#x}");
            }
            // Between two neighbours, a little to either side of the middle, on it, and beyond the greatest.
            let middle = |i: usize| wide[i] + (wide[i + 1] - wide[i]) * 0.5;
            let between: Vec<f32> = (0..n - 1)
                .flat_map(|i| [-1, 0, 1].map(|d| f32::from_bits(middle(i).to_bits().wrapping_add_signed(d))))
                .collect();
            let mut got = vec![from(0); between.len()];
            // SAFETY: as many elements in either vector.
            unsafe { narrow(between.as_ptr(), 0, got.as_mut_ptr(), 0, 1, got.len()) };
            for (x, y) in between.iter().zip(&got) {
                assert!(same(y.widen(), <T as MatElem>::narrow(*x).widen()), "{x:e}");
            }
        }
        for level in LEVELS {
            with_level(level, || {
                both_ways(F16::from_bits);
                both_ways(BF16::from_bits);
            });
        }
    }
}
