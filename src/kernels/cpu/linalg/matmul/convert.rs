//! What products of 16-bit floats need in bulk, in loops that the compiler vectorises at every level.

use super::elem::MatElem;
use crate::base::{BF16, F16};
use crate::kernels::cpu::machine::float::Flt;

/// A 16-bit float.
pub trait Half: MatElem<Acc = f32> + Flt<C = f32> {
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
const PARTS: usize = 64;

multiversion! {
    /// Converts `n` dense elements.
    pub unsafe fn widen[T: Half](src: *const T, dst: *mut f32, n: usize) {
        for i in front::widen(src, dst, n)..n {
            *dst.add(i) = (*src.add(i)).up();
        }
    }
}

multiversion! {
    /// Rounds rows of `n` dense elements to nearest, ties to even.
    pub unsafe fn narrow[T: Half](src: *const f32, pitch: usize, dst: *mut T, stride: isize, rows: usize, n: usize) {
        for r in 0..rows {
            let (src, dst) = (src.add(r * pitch), dst.offset(r as isize * stride));
            for i in front::narrow(src, dst, n)..n {
                *dst.add(i) = T::down(*src.add(i));
            }
        }
    }
}

multiversion! {
    /// `sum_p x[p] y[p]`.
    pub unsafe fn dot[T: Half](x: *const f32, y: *const T, n: usize) -> f32 {
        let mut sums = [0f32; PARTS];
        let mut p = 0;
        while p + PARTS <= n {
            for i in 0..PARTS {
                sums[i] += *x.add(p + i) * (*y.add(p + i)).up();
            }
            p += PARTS;
        }
        for i in 0..n - p {
            sums[i] += *x.add(p + i) * (*y.add(p + i)).up();
        }
        let mut width = PARTS / 2;
        while width > 0 {
            for i in 0..width {
                sums[i] += sums[i + width];
            }
            width /= 2;
        }
        sums[0]
    }
}

multiversion! {
    /// `y[j] += s x[j]`.
    pub unsafe fn axpy[T: Half](s: f32, x: *const T, y: *mut f32, n: usize) {
        for i in 0..n {
            *y.add(i) += s * (*x.add(i)).up();
        }
    }
}

/// The part of a row that goes by instructions for float16, and how much that is. (bfloat16 is half a float32.)
#[cfg(target_arch = "aarch64")]
mod front {
    use super::Half;
    use crate::base::DType;
    use crate::kernels::cpu::machine::simd::{Level, level};
    use crate::kernels::cpu::machine::vector::{narrow_f16, widen_f16};

    fn len<T: Half>(n: usize) -> usize {
        if T::DTYPE == DType::F16 && level() == Level::Neon { n / 8 * 8 } else { 0 }
    }
    #[inline(always)]
    pub unsafe fn widen<T: Half>(src: *const T, dst: *mut f32, n: usize) -> usize {
        let len = len::<T>(n);
        for i in (0..len).step_by(8) {
            widen_f16(src.add(i).cast(), dst.add(i));
        }
        len
    }
    #[inline(always)]
    pub unsafe fn narrow<T: Half>(src: *const f32, dst: *mut T, n: usize) -> usize {
        let len = len::<T>(n);
        for i in (0..len).step_by(8) {
            narrow_f16(src.add(i), dst.add(i).cast());
        }
        len
    }
}

/// Elsewhere the loops convert all of it, as bits.
#[cfg(not(target_arch = "aarch64"))]
mod front {
    #[inline(always)]
    pub fn widen<T>(_: *const T, _: *mut f32, _: usize) -> usize {
        0
    }
    #[inline(always)]
    pub fn narrow<T>(_: *const f32, _: *mut T, _: usize) -> usize {
        0
    }
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
