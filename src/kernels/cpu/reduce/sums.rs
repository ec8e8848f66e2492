//! Sums, products, counts and norms.

use super::dense::Fold;
use super::extrema::{Extreme, Ordered};
use super::fold::{Pass, Taken, Way, fold, pass};
use super::plan::ReducePlan;
use crate::base::{BF16, C64, C128, DType, Elem, F16, Float};
use crate::kernels::cpu::elementwise::block::{Params, stored1};
use crate::kernels::cpu::machine::blocks::Stored;
use crate::kernels::cpu::machine::float::{Cmp, Flt};

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
    F16: f32 => F16, 0.0, 1.0, |x| Float::up(x), Float::up(x) != Float::up(x), |a, b| a + b, a * b, |r| <F16 as Float>::down(r);
    BF16: f32 => BF16, 0.0, 1.0, |x| Float::up(x), Float::up(x) != Float::up(x), |a, b| a + b, a * b, |r| <BF16 as Float>::down(r);
    C64: C64 => C64, C64::ZERO, C64::ONE, |x| x, x != x, |a, b| a + b, a * b, |r| r;
    C128: C128 => C128, C128::ZERO, C128::ONE, |x| x, x != x, |a, b| a + b, a * b, |r| r;
}

macro_rules! fold_op {
    ($name:ident, $bound:path, $acc:ty, $init:expr, |$a:ident, $x:ident| $step:expr, |$m:ident, $n:ident| $merge:expr) => {
        #[derive(Clone, Copy, Default)]
        struct $name;
        impl<T: $bound> Fold<T> for $name {
            type Acc = $acc;
            const MASKS: bool = size_of::<T>() == size_of::<$acc>();
            #[inline(always)]
            fn init(self) -> $acc {
                $init
            }
            #[inline(always)]
            fn step(self, $a: $acc, $x: T) -> $acc {
                $step
            }
            #[inline(always)]
            fn merge(self, $m: $acc, $n: $acc) -> $acc {
                $merge
            }
        }
    };
}
fold_op!(Sum, Summable, T::Acc, T::NONE, |a, x| T::add_acc(a, x.widen()), |a, b| T::add_acc(a, b));
fold_op!(
    NanSum,
    Summable,
    T::Acc,
    T::NONE,
    |a, x| T::add_acc(a, if x.is_nan_elem() { T::NONE } else { x.widen() }),
    |a, b| T::add_acc(a, b)
);
fold_op!(Prod, Summable, T::Acc, T::ONE_ACC, |a, x| T::mul_acc(a, x.widen()), |a, b| T::mul_acc(a, b));

/// Sum; with `skip_nan`, NaN counts as zero (`nansum`).
///
/// # Safety
/// As `fold`.
pub unsafe fn sum<T: Summable + Taken<As: Summable>>(
    plan: &ReducePlan,
    src: *const T,
    dst: *mut T::Sum,
    skip_nan: bool,
) {
    let way = if skip_nan && !T::DTYPE.is_integral() { T::taken(NanSum) } else { T::taken(Sum) };
    fold(&way, plan, src, dst)
}

/// # Safety
/// As `fold`.
pub unsafe fn prod<T: Summable + Taken<As: Summable>>(plan: &ReducePlan, src: *const T, dst: *mut T::Sum) {
    fold(&T::taken(Prod), plan, src, dst)
}

fold_op!(Nonzero, Elem, i64, 0, |a, x| a + !x.is_zero() as i64, |a, b| a + b);

/// The elements that are not zero. But for float32 they are made ones, which are added up.
fn counted<T: Elem + Stored<Seen: Elem>>() -> Way {
    match T::DTYPE {
        DType::F32 => Way::of::<f32, _>(Nonzero),
        DType::Bool => Way::of::<u8, _>(Sum),
        _ => Way::of::<u8, _>(Sum).reading::<T>(pass::<T, bool, _>(|x: T::Seen| !x.is_zero())),
    }
}

/// # Safety
/// As `fold`.
pub unsafe fn count_nonzero<T: Elem + Stored<Seen: Elem>>(plan: &ReducePlan, src: *const T, dst: *mut i64) {
    fold(&counted::<T>(), plan, src, dst)
}

/// Types with a norm: floats and complex numbers. `C` is what their magnitudes are computed in, `Mag` the type of the
/// result.
pub trait Magnitude: Elem + Stored<Seen: Elem> {
    type C: Cmp + Summable<Acc = Self::C> + Ordered<Key = Self::C> + Stored<Seen = Self::C>;
    /// What the loops take: the elements as they lie, or their magnitudes.
    type As: Flt<C = Self::C>;
    type Mag: Elem + Stored<Seen = Self::C>;
    fn abs_c(x: Self::Seen) -> Self::C;
    fn abs2(x: Self::Seen) -> Self::C;
}

macro_rules! magnitude {
    ($($t:ty as $as:ty: $seen:ty => $c:ty => $mag:ty, |$x:ident| $abs:expr, $abs2:expr;)*) => {$(
        impl Magnitude for $t {
            type C = $c;
            type As = $as;
            type Mag = $mag;
            #[inline(always)] fn abs_c($x: $seen) -> $c { $abs }
            #[inline(always)] fn abs2($x: $seen) -> $c { $abs2 }
        }
    )*};
}
magnitude! {
    f32 as f32: f32 => f32 => f32, |x| x.abs(), x * x;
    f64 as f64: f64 => f64 => f64, |x| x.abs(), x * x;
    F16 as f32: f32 => f32 => F16, |x| x.abs(), x * x;
    BF16 as BF16: f32 => f32 => BF16, |x| x.abs(), x * x;
    C64 as f32: C64 => f32 => f32, |x| x.re.hypot(x.im), x.re * x.re + x.im * x.im;
    C128 as f64: C128 => f64 => f64, |x| x.re.hypot(x.im), x.re * x.re + x.im * x.im;
}

fold_op!(Absolute, Flt, T::C, T::C::ZERO, |a, x| a + x.up().abs(), |a, b| a + b);
fold_op!(Squares, Flt, T::C, T::C::ZERO, |a, x| a + x.up() * x.up(), |a, b| a + b);
fold_op!(Greatest, Flt, T::C, T::C::ZERO, |a, x| greater(a, x.up().abs()), |a, b| greater(a, b));

/// NaN if either is: nothing is greater than one.
#[inline(always)]
#[allow(clippy::eq_op)]
fn greater<C: Cmp>(a: C, b: C) -> C {
    if (b > a) | (b != b) { b } else { a }
}

/// A fold over magnitudes, of elements as they lie where they are what the loops take.
fn magnitudes<T: Magnitude, F: Fold<T::As, Acc = T::C>>(f: F) -> Way {
    let way = Way::of::<T::As, F>(f);
    if T::DTYPE == T::As::DTYPE { way } else { way.reading::<T>(pass::<T, T::C, _>(T::abs_c)) }
}

/// The p-norm, `(sum |x|^p)^(1/p)`; p = 0 counts nonzeros, infinities are the greatest and least magnitude.
///
/// # Safety
/// As `fold`.
pub unsafe fn norm<T: Magnitude>(plan: &ReducePlan, src: *const T, p: f64, dst: *mut T::Mag) {
    let same = pass::<T::C, T::Mag, _>(|r: T::C| r);
    let way = if p == 0.0 {
        counted::<T>().writing::<T::Mag>(pass::<i64, T::Mag, _>(|n: i64| T::C::of(n as f64)))
    } else if p == 1.0 {
        magnitudes::<T, _>(Absolute).writing::<T::Mag>(same)
    } else if p == 2.0 {
        let squares = match T::DTYPE.is_complex() {
            true => Way::of::<T::C, _>(Sum).reading::<T>(pass::<T, T::C, _>(T::abs2)),
            false => magnitudes::<T, _>(Squares),
        };
        squares.writing::<T::Mag>(pass::<T::C, T::Mag, _>(|r: T::C| r.sqrt()))
    } else if p == f64::INFINITY {
        magnitudes::<T, _>(Greatest).writing::<T::Mag>(same)
    } else if p == f64::NEG_INFINITY {
        let least = Way::of::<T::C, _>(Extreme::<false>).reading::<T>(pass::<T, T::C, _>(T::abs_c));
        least.writing::<T::Mag>(same)
    } else {
        let power = stored1::<T, T::C, _>(|x: T::Seen, q: &Params| T::abs_c(x).powf(T::C::of(q[0])));
        let root = stored1::<T::C, T::Mag, _>(|r: T::C, q: &Params| r.powf(T::C::of(q[0])));
        Way::of::<T::C, _>(Sum)
            .reading::<T>(Pass::Point(power, [p, 0.0, 0.0, 0.0]))
            .writing::<T::Mag>(Pass::Point(root, [1.0 / p, 0.0, 0.0, 0.0]))
    };
    fold(&way, plan, src, dst)
}
