//! What products of 16-bit floats need in bulk, in loops that the compiler vectorises at every level.

use super::MatElem;
use crate::base::{BF16, F16};
use crate::kernels::cpu::flt::Flt;

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
        for i in 0..n {
            *dst.add(i) = (*src.add(i)).up();
        }
    }
}

multiversion! {
    /// Rounds rows of `n` dense elements to nearest, ties to even.
    pub unsafe fn narrow[T: Half](src: *const f32, pitch: usize, dst: *mut T, stride: isize, rows: usize, n: usize) {
        for r in 0..rows {
            let (src, dst) = (src.add(r * pitch), dst.offset(r as isize * stride));
            for i in 0..n {
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
