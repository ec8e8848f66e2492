//! Sums, products, counts and norms.

use super::fold::{Fold, fold};
use super::plan::ReducePlan;
use crate::base::{BF16, C64, C128, Elem, F16, Float};
use crate::kernels::cpu::machine::float::Cmp;
use std::marker::PhantomData;

/// Types with a sum: what they accumulate in and what the result is. Integers and bool add up in i64 (wrapping), the
/// half types in f32, the others in themselves.
pub trait Summable: Elem {
    type Acc: Copy + Default + Send + Sync;
    type Sum: Elem;
    const NONE: Self::Acc;
    const ONE_ACC: Self::Acc;
    fn widen(self) -> Self::Acc;
    fn is_nan_elem(self) -> bool;
    fn add_acc(a: Self::Acc, b: Self::Acc) -> Self::Acc;
    fn mul_acc(a: Self::Acc, b: Self::Acc) -> Self::Acc;
    fn sum_of(a: Self::Acc) -> Self::Sum;
}

macro_rules! summable {
    ($($t:ty: $acc:ty => $sum:ty, $zero:expr, $one:expr, |$x:ident| $widen:expr, $nan:expr,
       |$a:ident, $b:ident| $add:expr, $mul:expr, |$r:ident| $out:expr;)*) => {$(
        impl Summable for $t {
            type Acc = $acc;
            type Sum = $sum;
            const NONE: $acc = $zero;
            const ONE_ACC: $acc = $one;
            #[inline(always)] fn widen(self) -> $acc { let $x = self; $widen }
            #[inline(always)] fn is_nan_elem(self) -> bool { let $x = self; $nan }
            #[inline(always)] fn add_acc($a: $acc, $b: $acc) -> $acc { $add }
            #[inline(always)] fn mul_acc($a: $acc, $b: $acc) -> $acc { $mul }
            #[inline(always)] fn sum_of($r: $acc) -> $sum { $out }
        }
    )*};
}
macro_rules! summable_ints {
    ($($t:ty)*) => { summable! { $(
        $t: i64 => i64, 0, 1, |x| x as i64, { let _ = x; false }, |a, b| a.wrapping_add(b), a.wrapping_mul(b), |r| r;
    )* } };
}
summable_ints!(bool u8 i8 i16 i32 i64);
summable! {
    f32: f32 => f32, 0.0, 1.0, |x| x, x != x, |a, b| a + b, a * b, |r| r;
    f64: f64 => f64, 0.0, 1.0, |x| x, x != x, |a, b| a + b, a * b, |r| r;
    F16: f32 => F16, 0.0, 1.0, |x| x.up(), x.up() != x.up(), |a, b| a + b, a * b, |r| <F16 as Float>::down(r);
    BF16: f32 => BF16, 0.0, 1.0, |x| x.up(), x.up() != x.up(), |a, b| a + b, a * b, |r| <BF16 as Float>::down(r);
    C64: C64 => C64, C64::ZERO, C64::ONE, |x| x, x != x, |a, b| a + b, a * b, |r| r;
    C128: C128 => C128, C128::ZERO, C128::ONE, |x| x, x != x, |a, b| a + b, a * b, |r| r;
}

macro_rules! fold_op {
    ($name:ident, $bound:ident, $acc:ty => $out:ty, |$s:ident| $init:expr, |$a:ident, $x:ident| $step:expr,
     |$m:ident, $n:ident| $merge:expr, |$r:ident| $finish:expr) => {
        impl<T: $bound> Fold<T> for $name {
            type Acc = $acc;
            type Out = $out;
            #[inline(always)]
            fn init(self) -> $acc {
                let $s = self;
                $init
            }
            #[inline(always)]
            fn step(self, $a: $acc, $x: T) -> $acc {
                let $s = self;
                $step
            }
            #[inline(always)]
            fn merge(self, $m: $acc, $n: $acc) -> $acc {
                $merge
            }
            #[inline(always)]
            fn finish(self, $r: $acc) -> $out {
                let $s = self;
                $finish
            }
        }
    };
}

#[derive(Clone, Copy)]
struct Sum;
#[derive(Clone, Copy)]
struct NanSum;
#[derive(Clone, Copy)]
struct Prod;
#[derive(Clone, Copy)]
struct CountNonzero;
fold_op!(Sum, Summable, T::Acc => T::Sum, |_s| T::NONE, |a, x| T::add_acc(a, x.widen()),
    |a, b| T::add_acc(a, b), |r| T::sum_of(r));
fold_op!(NanSum, Summable, T::Acc => T::Sum, |_s| T::NONE,
    |a, x| T::add_acc(a, if x.is_nan_elem() { T::NONE } else { x.widen() }),
    |a, b| T::add_acc(a, b), |r| T::sum_of(r));
fold_op!(Prod, Summable, T::Acc => T::Sum, |_s| T::ONE_ACC, |a, x| T::mul_acc(a, x.widen()),
    |a, b| T::mul_acc(a, b), |r| T::sum_of(r));
fold_op!(CountNonzero, Elem, i64 => i64, |_s| 0, |a, x| a + !x.is_zero() as i64, |a, b| a + b, |r| r);

/// Sum; with `skip_nan`, NaN counts as zero (`nansum`).
///
/// # Safety
/// As `fold`.
pub unsafe fn sum<T: Summable>(plan: &ReducePlan, src: *const T, dst: *mut T::Sum, skip_nan: bool) {
    if skip_nan { fold(NanSum, plan, src, dst) } else { fold(Sum, plan, src, dst) }
}

/// # Safety
/// As `fold`.
pub unsafe fn prod<T: Summable>(plan: &ReducePlan, src: *const T, dst: *mut T::Sum) {
    fold(Prod, plan, src, dst)
}

/// # Safety
/// As `fold`.
pub unsafe fn count_nonzero<T: Elem>(plan: &ReducePlan, src: *const T, dst: *mut i64) {
    fold(CountNonzero, plan, src, dst)
}

/// Types with a norm: floats and complex numbers. `Mag` is the type of the result.
pub trait Magnitude: Elem {
    type C: Cmp;
    type Mag: Elem;
    fn abs_c(self) -> Self::C;
    fn abs2(self) -> Self::C;
    fn mag_of(c: Self::C) -> Self::Mag;
}

macro_rules! magnitude {
    ($($t:ty: $c:ty => $mag:ty, |$x:ident| $abs:expr, $abs2:expr;)*) => {$(
        impl Magnitude for $t {
            type C = $c;
            type Mag = $mag;
            #[inline(always)] fn abs_c(self) -> $c { let $x = self; $abs }
            #[inline(always)] fn abs2(self) -> $c { let $x = self; $abs2 }
            #[inline(always)] fn mag_of(c: $c) -> $mag { <$mag as Float>::down(c) }
        }
    )*};
}
magnitude! {
    f32: f32 => f32, |x| x.abs(), x * x;
    f64: f64 => f64, |x| x.abs(), x * x;
    F16: f32 => F16, |x| x.up().abs(), { let y = x.up(); y * y };
    BF16: f32 => BF16, |x| x.up().abs(), { let y = x.up(); y * y };
    C64: f32 => f32, |x| x.re.hypot(x.im), x.re * x.re + x.im * x.im;
    C128: f64 => f64, |x| x.re.hypot(x.im), x.re * x.re + x.im * x.im;
}

/// `P`: 1, 2, 3 = maximum, 4 = minimum, 5 = any power.
#[derive(Clone, Copy)]
struct Norm<T, const P: u8>(f64, PhantomData<T>);

impl<T: Magnitude, const P: u8> Fold<T> for Norm<T, P> {
    type Acc = T::C;
    type Out = T::Mag;
    #[inline(always)]
    fn init(self) -> T::C {
        if P == 4 { T::C::INFINITY } else { T::C::ZERO }
    }
    #[inline(always)]
    fn step(self, a: T::C, x: T) -> T::C {
        match P {
            1 => a + x.abs_c(),
            2 => a + x.abs2(),
            3 | 4 => Fold::<T>::merge(self, a, x.abs_c()),
            _ => a + x.abs_c().powf(T::C::of(self.0)),
        }
    }
    #[inline(always)]
    fn merge(self, a: T::C, b: T::C) -> T::C {
        match P {
            3 => {
                if b > a || b != b {
                    b
                } else {
                    a
                }
            }
            4 => {
                if b < a || b != b {
                    b
                } else {
                    a
                }
            }
            _ => a + b,
        }
    }
    #[inline(always)]
    fn finish(self, r: T::C) -> T::Mag {
        T::mag_of(match P {
            2 => r.sqrt(),
            5 => r.powf(T::C::of(1.0 / self.0)),
            _ => r,
        })
    }
}

#[derive(Clone, Copy)]
struct Norm0;
fold_op!(Norm0, Magnitude, f64 => T::Mag, |_s| 0.0, |a, x| a + !x.is_zero() as u8 as f64, |a, b| a + b,
    |r| T::mag_of(T::C::of(r)));

/// The p-norm, `(sum |x|^p)^(1/p)`; p = 0 counts nonzeros, infinities are the greatest and least magnitude.
///
/// # Safety
/// As `fold`.
pub unsafe fn norm<T: Magnitude>(plan: &ReducePlan, src: *const T, p: f64, dst: *mut T::Mag) {
    let t = PhantomData;
    if p == 0.0 {
        fold(Norm0, plan, src, dst)
    } else if p == 1.0 {
        fold(Norm::<T, 1>(p, t), plan, src, dst)
    } else if p == 2.0 {
        fold(Norm::<T, 2>(p, t), plan, src, dst)
    } else if p == f64::INFINITY {
        fold(Norm::<T, 3>(p, t), plan, src, dst)
    } else if p == f64::NEG_INFINITY {
        fold(Norm::<T, 4>(p, t), plan, src, dst)
    } else {
        fold(Norm::<T, 5>(p, t), plan, src, dst)
    }
}
