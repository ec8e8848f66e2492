//! The sum of an elementwise expression without writing its terms to memory.

use crate::base::DType;
use crate::kernels::cpu::elementwise::block::{Params, PointFn};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::rows::{MAX_OPERANDS, Rows};
use crate::kernels::cpu::machine::stop::buffer;
use std::mem::MaybeUninit;

const BLOCK: usize = 512;

#[repr(align(64))]
struct Terms(MaybeUninit<[u8; BLOCK * 8]>);

trait Term: Copy {
    const ZERO: Self;
    fn plus(self, o: Self) -> Self;
    fn times(self, o: Self) -> Self;
    fn wide(self) -> f64;
}
macro_rules! term {
    ($($t:ty)*) => {$(
        impl Term for $t {
            const ZERO: Self = 0.0;
            #[inline(always)]
            fn plus(self, o: Self) -> Self { self + o }
            #[inline(always)]
            fn times(self, o: Self) -> Self { self * o }
            #[inline(always)]
            fn wide(self) -> f64 { self as f64 }
        }
    )*};
}
term!(f32 f64);

multiversion! {
    /// The sum of a block in sixteen lanes.
    unsafe fn lanes[T: Term](x: *const T, n: usize) -> f64 {
        let mut acc = [T::ZERO; 16];
        let whole = n / 16 * 16;
        let mut i = 0;
        while i < whole {
            for k in 0..16 {
                acc[k] = acc[k].plus(*x.add(i + k));
            }
            i += 16;
        }
        let mut sum = 0.0;
        for k in 0..16 {
            sum += acc[k].wide();
        }
        for i in whole..n {
            sum += (*x.add(i)).wide();
        }
        sum
    }
}
multiversion! {
    unsafe fn scale[T: Term](x: *mut T, w: *const T, n: usize) {
        for i in 0..n {
            *x.add(i) = (*x.add(i)).times(*w.add(i));
        }
    }
}

/// Pointers that threads may share: each reads its own part.
struct Shared<'a>(&'a [*mut u8]);
// SAFETY: operands are only read
unsafe impl Sync for Shared<'_> {}
struct Partial(*mut f64);
// SAFETY: each chunk writes its own element
unsafe impl Sync for Partial {}

impl Partial {
    fn at(&self, i: usize) -> *mut f64 {
        self.0.wrapping_add(i)
    }
}
impl Shared<'_> {
    fn get(&self) -> &[*mut u8] {
        self.0
    }
}

/// The sum of `kernel` over dense operands of `dtype` (float32 or float64), each term times the last operand if
/// `weighted`. The same for any number of threads.
///
/// # Safety
/// Every operand has `n` dense elements of `dtype`, for which the kernel was made.
pub unsafe fn sum_terms(
    kernel: PointFn,
    x: &[*mut u8],
    weighted: bool,
    dtype: DType,
    n: usize,
    q: &Params,
) -> f64 {
    let grain = par::MATH_GRAIN;
    let mut partial = buffer(0f64, n.div_ceil(grain));
    let (out, shared) = (Partial(partial.as_mut_ptr()), Shared(x));
    let size = dtype.size();
    par::for_each_chunk(n, grain, |r| {
        let mut terms = Terms(MaybeUninit::uninit());
        let mut sum = 0.0;
        let mut i = r.start;
        let x = shared.get();
        while i < r.end {
            let m = BLOCK.min(r.end - i);
            let mut p = [terms.0.as_mut_ptr() as *mut u8; MAX_OPERANDS];
            for (k, x) in x.iter().enumerate() {
                p[k + 1] = x.wrapping_add(i * size);
            }
            // SAFETY: the caller's promise; the block holds BLOCK elements of at most 8 bytes
            unsafe {
                kernel.call(&p, m, q, Rows::ONE);
                if weighted {
                    let w = p[x.len()];
                    if dtype == DType::F32 {
                        scale(p[0] as *mut f32, w as *const f32, m)
                    } else {
                        scale(p[0] as *mut f64, w as *const f64, m)
                    }
                }
                sum += if dtype == DType::F32 {
                    lanes(p[0] as *const f32, m)
                } else {
                    lanes(p[0] as *const f64, m)
                };
            }
            i += m;
        }
        // SAFETY: one element per chunk
        unsafe { *out.at(r.start / grain) = sum };
    });
    partial.iter().sum()
}
