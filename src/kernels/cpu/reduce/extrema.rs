//! Least and greatest values, `any` and `all`. NaN propagates.

use super::dense::Fold;
use super::fold::{Taken, Way, fold, pass};
use super::plan::ReducePlan;
use crate::base::{BF16, Elem, F16, Float};
use crate::kernels::cpu::machine::blocks::Stored;

/// Types with an order, and the native type they are compared in.
pub trait Ordered: Elem {
    type Key: Copy + PartialOrd + Send + Sync + std::fmt::Debug + 'static;
    const LOW: Self::Key;
    const HIGH: Self::Key;
    /// Not a number, for keys that may be none.
    const ODD: Self::Key;
    fn key(self) -> Self::Key;
    fn unkey(k: Self::Key) -> Self;
}

macro_rules! ordered {
    ($($t:ty: $k:ty, $low:expr, $high:expr, $odd:expr, |$x:ident| $key:expr, |$y:ident| $unkey:expr;)*) => {$(
        impl Ordered for $t {
            type Key = $k;
            const LOW: $k = $low;
            const HIGH: $k = $high;
            const ODD: $k = $odd;
            #[inline(always)] fn key(self) -> $k { let $x = self; $key }
            #[inline(always)] fn unkey($y: $k) -> $t { $unkey }
        }
    )*};
}
ordered! {
    bool: u8, 0, 1, 0, |x| x as u8, |y| y != 0;
    u8: u8, u8::MIN, u8::MAX, 0, |x| x, |y| y;
    i8: i8, i8::MIN, i8::MAX, 0, |x| x, |y| y;
    i16: i16, i16::MIN, i16::MAX, 0, |x| x, |y| y;
    i32: i32, i32::MIN, i32::MAX, 0, |x| x, |y| y;
    i64: i64, i64::MIN, i64::MAX, 0, |x| x, |y| y;
    f32: f32, f32::NEG_INFINITY, f32::INFINITY, f32::NAN, |x| x, |y| y;
    f64: f64, f64::NEG_INFINITY, f64::INFINITY, f64::NAN, |x| x, |y| y;
    F16: f32, f32::NEG_INFINITY, f32::INFINITY, f32::NAN, |x| Float::up(x), |y| <F16 as Float>::down(y);
    BF16: f32, f32::NEG_INFINITY, f32::INFINITY, f32::NAN, |x| Float::up(x), |y| <BF16 as Float>::down(y);
}

/// The better of two of which `best` may be NaN and stays it; one instruction, but blind for an `x` that is NaN.
#[inline(always)]
pub(super) fn ahead<K: Copy + PartialOrd, const MAX: bool>(best: K, x: K) -> K {
    let beyond = if MAX { x > best } else { x < best };
    if beyond { x } else { best }
}

/// The best of `best` and four more, NaN if any is: NaN among the four is asked for once, two at a time.
#[inline(always)]
#[allow(clippy::eq_op)]
pub(super) fn ahead4<T: Ordered, const MAX: bool>(best: T::Key, x: [T::Key; 4]) -> T::Key {
    let all = x.iter().fold(best, |best, &x| ahead::<_, MAX>(best, x));
    let odd = (x[0] != x[0]) | (x[1] != x[1]) | (x[2] != x[2]) | (x[3] != x[3]);
    if odd { T::ODD } else { all }
}

/// Whether `x` takes the place of `best`: beyond it, or NaN where `best` is not NaN yet. `x != x` is NaN's mark in
/// every key type, and constantly false for integers.
#[inline(always)]
#[allow(clippy::eq_op)]
pub(super) fn beats<K: Copy + PartialOrd, const MAX: bool>(x: K, best: K) -> bool {
    let beyond = if MAX { x > best } else { x < best };
    (beyond | (x != x)) & (best == best)
}

#[derive(Clone, Copy, Default)]
pub(super) struct Extreme<const MAX: bool>;

impl<T: Ordered, const MAX: bool> Fold<T> for Extreme<MAX> {
    type Acc = T::Key;
    #[inline(always)]
    fn init(self) -> T::Key {
        if MAX { T::LOW } else { T::HIGH }
    }
    #[inline(always)]
    #[allow(clippy::eq_op)]
    fn step(self, a: T::Key, x: T) -> T::Key {
        // `beats` less one comparison: which NaN stays does not matter here
        let x = x.key();
        let beyond = if MAX { x > a } else { x < a };
        if beyond | (x != x) { x } else { a }
    }
    #[inline(always)]
    fn step4(self, a: T::Key, x: [T; 4]) -> T::Key {
        ahead4::<T, MAX>(a, x.map(T::key))
    }
    #[inline(always)]
    #[allow(clippy::eq_op)]
    fn merge(self, a: T::Key, b: T::Key) -> T::Key {
        let best = ahead::<_, MAX>(a, b);
        if b != b { b } else { best }
    }
}

unsafe fn extreme<T: Ordered + Taken<As: Ordered>, const MAX: bool>(
    plan: &ReducePlan,
    src: *const T,
    dst: *mut T,
) {
    if plan.inner_len == 0 {
        // of the type itself: a bool is taken as a byte, whose greatest value is no bool
        let nothing = T::unkey(if MAX { T::LOW } else { T::HIGH });
        return (0..plan.outer_len).for_each(|i| dst.add(i).write(nothing));
    }
    fold(&T::taken(Extreme::<MAX>), plan, src, dst)
}

/// The greatest element; the lowest value of the type if there is none.
///
/// # Safety
/// As `fold`.
pub unsafe fn max<T: Ordered + Taken<As: Ordered>>(plan: &ReducePlan, src: *const T, dst: *mut T) {
    extreme::<T, true>(plan, src, dst)
}

/// The least element; the highest value of the type if there is none.
///
/// # Safety
/// As `fold`.
pub unsafe fn min<T: Ordered + Taken<As: Ordered>>(plan: &ReducePlan, src: *const T, dst: *mut T) {
    extreme::<T, false>(plan, src, dst)
}

/// Bytes that are zero or not; what they come to is a bool.
fn truth<T: Elem + Stored<Seen: Elem>, const ANY: bool>() -> Way {
    let way = Way::of::<u8, _>(Extreme::<ANY>).writing::<bool>(pass::<u8, bool, _>(|x: u8| x != 0));
    if size_of::<T>() == 1 { way } else { way.reading::<T>(pass::<T, bool, _>(|x: T::Seen| !x.is_zero())) }
}

/// Whether any element is not zero: the greatest of them, as bytes.
///
/// # Safety
/// As `fold`.
pub unsafe fn any<T: Elem + Stored<Seen: Elem>>(plan: &ReducePlan, src: *const T, dst: *mut bool) {
    fold(&truth::<T, true>(), plan, src, dst)
}

/// Whether no element is zero: the least of them, as bytes.
///
/// # Safety
/// As `fold`.
pub unsafe fn all<T: Elem + Stored<Seen: Elem>>(plan: &ReducePlan, src: *const T, dst: *mut bool) {
    fold(&truth::<T, false>(), plan, src, dst)
}
