//! Products of one row or one column whose sums run along memory in both operands, for types without kernels of their own: sums in
//! lanes, from first to last.

use super::elem::MatElem;
use super::naive::put;
use super::problem::Gemm;
use super::tile::anew;
use crate::kernels::cpu::machine::blocks::{Half, PART, load};
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
        if n < PART {
            let mut sum = 0.0;
            for i in 0..n {
                simd::one_by_one();
                sum = T::mul_add((*a.add(i)).widen(), (*b.add(i)).widen(), sum);
            }
            return sum;
        }
        let mut sums = [[0f32; PART]; TURNS];
        let mut i = 0;
        while i + TURNS * PART <= n {
            simd::one_by_one();
            for q in 0..TURNS {
                sums[q] = added::<LEVEL, T>(a.add(i + q * PART), b.add(i + q * PART), sums[q]);
            }
            i += TURNS * PART;
        }
        // one by one they took as long as all others of rows of 500
        while i + PART <= n {
            simd::one_by_one();
            sums[0] = added::<LEVEL, T>(a.add(i), b.add(i), sums[0]);
            i += PART;
        }
        let mut rest = 0.0;
        while i < n {
            simd::one_by_one();
            rest = T::mul_add((*a.add(i)).widen(), (*b.add(i)).widen(), rest);
            i += 1;
        }
        // Through memory the compiler knows nothing of: it would take vectors apart above, in the order they are added up in here.
        let mut lanes = anew(&raw const sums).read();
        for q in 1..TURNS {
            for l in 0..PART {
                lanes[0][l] += lanes[q][l];
            }
        }
        let mut half = PART / 2;
        while half > 0 {
            for l in 0..half {
                lanes[0][l] += lanes[0][l + half];
            }
            half /= 2;
        }
        lanes[0][0] + rest
    }
}

/// Blocks of halves at a time, each with sums of its own.
const TURNS: usize = 4;

/// Sums with the products of a block.
#[inline(always)]
unsafe fn added<const LEVEL: u8, T: HalfLanes>(a: *const T, b: *const T, sums: [f32; PART]) -> [f32; PART] {
    let (x, y) = (T::up_block::<LEVEL, PART>(a), T::up_block::<LEVEL, PART>(b));
    let mut next = sums;
    for l in 0..PART {
        next[l] = T::mul_add(x[l], y[l], sums[l]);
    }
    next
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
