//! Conversions between dtypes as functions over dense memory, one for each pair, with C's rules.

use crate::base::{Category, DType, Elem};
use crate::with_dtype;

/// Source, destination, number of elements.
pub type CastFn = unsafe fn(*const u8, *mut u8, usize);

#[inline(always)]
fn convert<A: Elem, B: Elem>(v: A) -> B {
    match (A::DTYPE.category(), B::DTYPE.category()) {
        (Category::Complex, Category::Complex | Category::Bool) => B::from_c128(v.to_c128()),
        (Category::Float | Category::Complex, _) => B::from_f64(v.to_f64()),
        _ if A::DTYPE == DType::U64 => B::from_u64(v.to_i64() as u64),
        (_, _) => B::from_i64(v.to_i64()),
    }
}

unsafe fn cast<A: Elem, B: Elem>(src: *const u8, dst: *mut u8, n: usize) {
    let (src, dst) = (src as *const A, dst as *mut B);
    for i in 0..n {
        // SAFETY: the caller passes `n` readable and writable elements
        unsafe { dst.add(i).write(convert(src.add(i).read())) };
    }
}

pub fn cast_fn(from: DType, to: DType) -> CastFn {
    with_dtype!(from, every, A => with_dtype!(to, every, B => cast::<A, B> as CastFn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_converts_one() {
        for a in DType::ALL {
            for b in DType::ALL {
                let mut x = [0u8; 16];
                let mut y = [0u8; 16];
                with_dtype!(a, every, T => {
                    // SAFETY: 16 bytes hold any element
                    unsafe { (x.as_mut_ptr() as *mut T).write_unaligned(T::ONE) }
                });
                // SAFETY: one element each; arrays of bytes are read where the test put them
                unsafe { cast_fn(a, b)(x.as_ptr(), y.as_mut_ptr(), 1) };
                let one = with_dtype!(b, every, T => {
                    // SAFETY: 16 bytes hold any element, and these are one that was just written
                    unsafe { (y.as_ptr() as *const T).read_unaligned().to_f64() }
                });
                assert_eq!(one, 1.0, "{a:?} {b:?}");
            }
        }
    }
}
