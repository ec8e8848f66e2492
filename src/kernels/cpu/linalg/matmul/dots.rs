//! Products of one row or one column whose sums run along memory in both operands, for types without kernels of their own: sums in
//! lanes, from first to last.

use super::elem::MatElem;
use super::naive::put;
use super::problem::Gemm;
use crate::kernels::cpu::machine::blocks::{Half, STEP, load};
use crate::kernels::cpu::machine::{par, simd};

/// Sums side by side.
const LANES: usize = 32;
/// Multiply-adds from which outputs are shared among threads.
const MIN_FMA: usize = 1 << 18;

trait Lanes: MatElem<Acc = Self> {}
impl<T: MatElem<Acc = T>> Lanes for T {}

/// Adds lanes in pairs.
#[inline(always)]
fn total<T: MatElem>(mut sums: [T::Acc; LANES]) -> T::Acc {
    let mut n = LANES / 2;
    while n > 0 {
        for l in 0..n {
            sums[l] = T::add(sums[l], sums[l + n]);
        }
        n /= 2;
    }
    sums[0]
}

multiversion! {
    unsafe fn dot[T: Lanes](a: *const T, b: *const T, n: usize) -> T {
        let mut sums = [T::ZERO; LANES];
        let mut i = 0;
        while i + LANES <= n {
            // else the compiler may gather every 32nd element
            simd::one_by_one();
            let (x, y) = (load::<_, LANES>(a.add(i)), load::<_, LANES>(b.add(i)));
            for l in 0..LANES {
                sums[l] = T::mul_add(x[l], y[l], sums[l]);
            }
            i += LANES;
        }
        // not in the lanes, which would have to lie in memory for it
        let mut rest = T::ZERO;
        while i < n {
            simd::one_by_one();
            rest = T::mul_add(*a.add(i), *b.add(i), rest);
            i += 1;
        }
        T::add(total::<T>(sums), rest)
    }
}

/// A half whose sums are float32.
trait HalfLanes: Half + MatElem<Acc = f32> {}
impl<T: Half + MatElem<Acc = f32>> HalfLanes for T {}

multiversion! {
    unsafe fn dot_halves[const LEVEL, T: HalfLanes](a: *const T, b: *const T, n: usize) -> f32 {
        let mut sums = [0f32; LANES];
        let mut i = 0;
        while i + STEP <= n {
            simd::one_by_one();
            let (x, y) = (T::up_block::<LEVEL, STEP>(a.add(i)), T::up_block::<LEVEL, STEP>(b.add(i)));
            for half in 0..STEP / LANES {
                for l in 0..LANES {
                    sums[l] = T::mul_add(x[half * LANES + l], y[half * LANES + l], sums[l]);
                }
            }
            i += STEP;
        }
        let mut rest = 0.0;
        while i < n {
            simd::one_by_one();
            rest = T::mul_add((*a.add(i)).widen(), (*b.add(i)).widen(), rest);
            i += 1;
        }
        total::<T>(sums) + rest
    }
}

/// Computes the product if it is of this kind.
unsafe fn each<T: MatElem>(g: &Gemm<T>, dot: impl Fn(*const T, *const T) -> T::Acc + Sync) -> bool {
    if g.csa != 1 || g.rsb != 1 || g.m.min(g.n) != 1 {
        return false;
    }
    let one = |i: usize| {
        let (i, j) = if g.n == 1 { (i, 0) } else { (0, i) };
        // SAFETY: a row of `a` and a column of `b`, and an element of `c`
        unsafe {
            let sum = dot(g.a.offset(i as isize * g.rsa), g.b.offset(j as isize * g.csb));
            put(g, i, j, sum);
        }
    };
    par::for_each_chunk(g.m * g.n, (MIN_FMA / g.k).max(1), |r| r.for_each(one));
    true
}

/// Of integers and complex numbers.
///
/// # Safety
/// As for any product.
pub unsafe fn product<T: MatElem<Acc = T>>(g: &Gemm<T>) -> bool {
    let k = g.k;
    each(g, |a, b| dot(a, b, k))
}

/// Of halves.
///
/// # Safety
/// As for any product.
pub unsafe fn product_halves<T: Half + MatElem<Acc = f32>>(g: &Gemm<T>) -> bool {
    let k = g.k;
    each(g, |a, b| dot_halves(a, b, k))
}
