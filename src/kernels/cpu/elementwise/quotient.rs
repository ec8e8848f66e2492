//! Quotients of integers and what follows from them, by vectors: processors divide integers one by one, floats many at a time.
//!
//! A quotient of floats that hold both integers exactly, cut off, is that of the integers: where it is not whole it lies further
//! from the next whole number than a rounding. (1M int32, one thread: 1.38 ms with quotients cut off one by one, 0.5 so.)

use super::block::{BinaryFn, conjure, zip};
use crate::kernels::cpu::machine::blocks::{STEP, load, store};
use crate::kernels::cpu::machine::float::Cut;
use crate::kernels::cpu::machine::rows::{Room, Rows};
use crate::kernels::cpu::machine::{simd, stream};

/// Integers that are divided. By zero, which guards refuse before, the quotient is zero.
pub trait Divide: Copy {
    /// The kernel of what `f` makes of two operands and their quotient, rounded to zero.
    fn by_quotient<F: Fn(Self, Self, Self) -> Self + Copy>(f: F) -> BinaryFn;
    /// What the quotient leaves of `a`, with its sign.
    fn left_over(a: Self, b: Self, q: Self) -> Self;
    /// The quotient, rounded down.
    fn floored(a: Self, b: Self, q: Self) -> Self;
    /// What the quotient rounded down leaves: with the sign of `b`.
    fn wrapped(a: Self, b: Self, q: Self) -> Self;
}

macro_rules! rest {
    ($t:ty) => {
        #[inline(always)]
        fn left_over(a: $t, b: $t, q: $t) -> $t {
            if b == 0 { 0 } else { a.wrapping_sub(q.wrapping_mul(b)) }
        }
        #[inline(always)]
        #[allow(unused_comparisons)]
        fn floored(a: $t, b: $t, q: $t) -> $t {
            let r = Self::left_over(a, b, q);
            if (r != 0) & ((r < 0) != (b < 0)) { q.wrapping_sub(1) } else { q }
        }
        #[inline(always)]
        #[allow(unused_comparisons)]
        fn wrapped(a: $t, b: $t, q: $t) -> $t {
            let r = Self::left_over(a, b, q);
            if (r != 0) & ((r < 0) != (b < 0)) { r.wrapping_add(b) } else { r }
        }
    };
}
macro_rules! through {
    ($($t:ty as $f:ty),*) => {$(
        impl Divide for $t {
            fn by_quotient<F: Fn($t, $t, $t) -> $t + Copy>(_: F) -> BinaryFn {
                zip(|a: $t, b: $t| {
                    let divisor = if b == 0 { 1.0 } else { b as $f };
                    let q = (a as $f / divisor).cut() as $t;
                    conjure::<F>()(a, b, if b == 0 { 0 } else { q })
                })
            }
            rest!($t);
        }
    )*};
}
through!(u8 as f32, i8 as f32, i16 as f32, i32 as f64);

impl Divide for i64 {
    fn by_quotient<F: Fn(i64, i64, i64) -> i64 + Copy>(_: F) -> BinaryFn {
        unsafe fn run<F: Fn(i64, i64, i64) -> i64 + Copy>(
            a: *const u8,
            b: *const u8,
            dst: *mut u8,
            n: usize,
            rows: Rows,
        ) {
            // SAFETY: the driver passes `n` dense elements of this type
            unsafe { wide_loop(a.cast(), b.cast(), dst.cast(), n, rows, conjure::<F>()) }
        }
        BinaryFn::Loop(run::<F>)
    }
    rest!(i64);
}

/// Integers below this, and above its negative, are floats and back by a sum: `x + HALF_UP` has them in its last bits.
const NEAR: i64 = 1 << 51;
const HALF_UP: f64 = 6755399441055744.0;
const HALF_UP_BITS: i64 = HALF_UP.to_bits() as i64;

#[inline(always)]
fn float_of(x: i64) -> f64 {
    f64::from_bits((x + HALF_UP_BITS) as u64) - HALF_UP
}
#[inline(always)]
fn integer_of(x: f64) -> i64 {
    (x + HALF_UP).to_bits() as i64 - HALF_UP_BITS
}

/// Whether all of a block are [`NEAR`] zero.
#[inline(always)]
fn near(x: &[i64; STEP]) -> bool {
    let mut bits = 0;
    for &v in x {
        bits |= v ^ (v >> 63);
    }
    bits < NEAR
}

#[inline(always)]
fn exactly(a: i64, b: i64) -> i64 {
    if b == 0 { 0 } else { a.wrapping_div(b) }
}

trait Of: Fn(i64, i64, i64) -> i64 + Copy {}
impl<F: Fn(i64, i64, i64) -> i64 + Copy> Of for F {}

multiversion! {
    unsafe fn wide_loop[const LEVEL, F: Of](a: *const i64, b: *const i64, dst: *mut i64, n: usize, rows: Rows, f: F) {
        let (mut room_a, mut room_b) = (Room::<i64>::new(), Room::<i64>::new());
        for r in 0..rows.count() {
            let dst = rows.output(r, dst);
            let (a, b) = (rows.input::<LEVEL, _>(0, r, n, a, &mut room_a), rows.input::<LEVEL, _>(1, r, n, b, &mut room_b));
            let (by_a, by_b) = (rows.step(0), rows.step(1));
            let streams = stream::wanted(dst.cast(), n * size_of::<i64>());
            let mut at = 0;
            while at < n {
                if !simd::is_least::<LEVEL>() && at + STEP <= n {
                    let (x, y) = (load::<_, STEP>(a.add(at * by_a)), load::<_, STEP>(b.add(at * by_b)));
                    if near(&x) && near(&y) {
                        store::<_, STEP>(dst.add(at), streams, |j| {
                            let divisor = if y[j] == 0 { 1.0 } else { float_of(y[j]) };
                            let q = integer_of((float_of(x[j]) / divisor).trunc());
                            f(x[j], y[j], if y[j] == 0 { 0 } else { q })
                        });
                        at += STEP;
                        continue;
                    }
                }
                for i in at..n.min(at + STEP) {
                    simd::one_by_one();
                    let (x, y) = (*a.add(i * by_a), *b.add(i * by_b));
                    *dst.add(i) = f(x, y, exactly(x, y));
                }
                at += STEP;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::cpu::machine::simd::{LEVELS, with_level};

    fn check(a: &[i64], b: &[i64]) {
        let kernels: [(BinaryFn, fn(i64, i64) -> i64); 4] = [
            (i64::by_quotient(|_, _, q| q), |a, b| a.wrapping_div(b)),
            (i64::by_quotient(i64::left_over), |a, b| a.wrapping_rem(b)),
            (i64::by_quotient(i64::floored), |a, b| {
                let (q, r) = (a.wrapping_div(b), a.wrapping_rem(b));
                if r != 0 && (r < 0) != (b < 0) { q - 1 } else { q }
            }),
            (i64::by_quotient(i64::wrapped), |a, b| {
                let r = a.wrapping_rem(b);
                if r != 0 && (r < 0) != (b < 0) { r + b } else { r }
            }),
        ];
        for level in LEVELS {
            with_level(level, || {
                for (kernel, want) in &kernels {
                    let mut got = vec![0i64; a.len()];
                    let (x, y) = (a.as_ptr().cast(), b.as_ptr().cast());
                    // SAFETY: as many elements in all three
                    unsafe { kernel.call(x, y, got.as_mut_ptr().cast(), a.len(), Rows::ONE) };
                    for i in 0..a.len() {
                        assert_eq!(got[i], want(a[i], b[i]), "{} {}", a[i], b[i]);
                    }
                }
            });
        }
    }

    #[test]
    fn quotients_of_int64() {
        let edge = [
            1,
            2,
            3,
            7,
            10,
            1 << 20,
            (1 << 25) - 1,
            (1 << 26) + 1,
            NEAR - 1,
            NEAR,
            NEAR + 1,
            1 << 53,
            i64::MAX,
        ];
        let all: Vec<i64> = edge.iter().flat_map(|&v| [v, -v, v - 1, 1 - v]).chain([i64::MIN]).collect();
        // near ones by themselves, so that whole blocks take the short way, and then all
        for most in [NEAR, i64::MAX] {
            let few: Vec<i64> =
                all.iter().copied().filter(|v| most == i64::MAX || v.unsigned_abs() < most as u64).collect();
            let (mut a, mut b) = (vec![], vec![]);
            for &x in &few {
                for &y in few.iter().filter(|&&y| y != 0) {
                    // around the multiples of a divisor, where a rounding would show
                    for d in [-1, 0, 1] {
                        let to = x.wrapping_div(y).wrapping_mul(y).wrapping_add(d);
                        a.extend([
                            x,
                            if most == i64::MAX || to.unsigned_abs() < most as u64 { to } else { x },
                        ]);
                        b.extend([y, y]);
                    }
                }
            }
            check(&a, &b);
        }
    }
}
