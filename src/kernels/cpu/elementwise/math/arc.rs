//! Arc tangents, hyperbolic functions and their inverses in float64.

use super::body::{exp_parts, expm1, log, log1p};
use crate::kernels::cpu::machine::vector::Vector;
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, LN_2, PI};

/// `(atan(x) / x - 1) / x^2` in `x^2` for `|x| <= sqrt(2) - 1`: 58 bits.
const ATAN: &[f64] = &[
    -0.3333333333333333,
    0.19999999999999993,
    -0.14285714285711515,
    0.11111111110754406,
    -0.0909090906699066,
    0.07692306735321475,
    -0.06666642004996545,
    0.05881925033877732,
    -0.052580394289794816,
    0.04719381457895137,
    -0.04104381417807643,
    0.03063443323901452,
    -0.013916943217800841,
];

/// What the roundings of pi and of its parts leave, as parts of pi.
const PI_LOW: f64 = 1.224_646_799_147_353_2e-16;
/// Where `pi / 4 + atan((a - b) / (a + b))` takes over.
const STEEP: f64 = 0.414_213_562_373_095_03;
/// From here on squares lose nothing that shows.
const LARGE: f64 = 268_435_456.0;

/// `atan(a / b)` for `0 <= a <= b`, not both zero or infinite, without overflow in sums or products.
#[inline(always)]
fn atan_of<V: Vector<Elem = f64>>(a: V, b: V) -> V {
    let steep = b.mul(V::c(STEEP)).lt(a);
    let num = V::select(steep, a.sub(b), a);
    let t = num.div(V::select(steep, a.add(b), b));
    let z = t.mul(t);
    let p = t.mul(z).fma(z.poly(ATAN), t);
    let beyond = p.add(V::c(0.25 * PI_LOW)).add(V::c(FRAC_PI_4));
    V::select(steep, beyond, p)
}

#[inline(always)]
pub fn atan<V: Vector<Elem = f64>>(x: V) -> V {
    let (a, one) = (x.abs(), V::c(1.0));
    let over = one.lt(a);
    // no sum of an infinite argument and one, no quotient of two: beyond 1e300 the result is the same
    let a = V::c(1e300).min(a);
    let p = atan_of(V::select(over, one, a), V::select(over, a, one));
    let turned = V::c(0.5 * PI_LOW).sub(p).add(V::c(FRAC_PI_2));
    V::select(over, turned, p).copysign(x)
}

/// The angle of the point `(x, y)`.
#[inline(always)]
pub fn atan2<V: Vector<Elem = f64>>(y: V, x: V) -> V {
    let (ay, ax, inf) = (y.abs(), x.abs(), V::c(f64::INFINITY));
    let over = ax.lt(ay);
    let (a, b) = (V::select(over, ax, ay), V::select(over, ay, ax));
    // both infinite: as if they were one; both zero: as if the greater were
    let (a, b) = (V::select(a.eq(inf), V::c(1.0), a), V::select(a.eq(inf), V::c(1.0), b));
    let b = V::select(b.eq(V::zero()), V::c(1.0), b);
    let scale = V::select(V::c(1e300).lt(b), V::c(2f64.powi(-100)), V::c(1.0));
    let scale = V::select(b.lt(V::c(1e-290)), V::c(2f64.powi(100)), scale);
    let p = atan_of(a.mul(scale), b.mul(scale));
    let p = V::select(over, V::c(0.5 * PI_LOW).sub(p).add(V::c(FRAC_PI_2)), p);
    // the sign of a zero counts
    let left = V::c(1.0).copysign(x).lt(V::zero());
    let p = V::select(left, V::c(PI_LOW).sub(p).add(V::c(PI)), p).copysign(y);
    V::select(V::both(x.eq(x), y.eq(y)), p, x.add(y))
}

/// `(e^x - e^-x) / 2`, beyond 22 half the exponential, whose power is halved before it overflows.
#[inline(always)]
pub fn sinh<V: Vector<Elem = f64>>(x: V) -> V {
    let a = V::c(711.0).min(x.abs());
    let e = expm1(V::c(30.0).min(a));
    let y = e.add(e.div(e.add(V::c(1.0)))).mul(V::c(0.5));
    let large = V::c(22.0).lt(a);
    if !V::any(large) {
        return y.copysign(x);
    }
    let (p, n) = exp_parts(a, None);
    V::select(large, p.scale(n.sub(V::c(1.0))), y).copysign(x)
}

#[inline(always)]
pub fn cosh<V: Vector<Elem = f64>>(x: V) -> V {
    let a = V::c(711.0).min(x.abs());
    let (p, n) = exp_parts(a, None);
    let half = p.scale(n.sub(V::c(1.0)));
    half.add(V::c(0.25).div(half))
}

#[inline(always)]
pub fn asinh<V: Vector<Elem = f64>>(x: V) -> V {
    let a = x.abs();
    let large = V::c(LARGE).lt(a);
    let c = V::c(LARGE).min(a);
    let square = c.mul(c);
    let y = log1p(c.add(square.div(square.add(V::c(1.0)).sqrt().add(V::c(1.0)))));
    if !V::any(large) {
        return y.copysign(x);
    }
    V::select(large, log(a).add(V::c(LN_2)), y).copysign(x)
}

#[inline(always)]
pub fn acosh<V: Vector<Elem = f64>>(x: V) -> V {
    let large = V::c(LARGE).lt(x);
    let t = V::c(LARGE).min(x).sub(V::c(1.0));
    let y = log1p(t.add(t.mul(t.add(V::c(2.0))).sqrt()));
    let y = V::select(V::zero().le(t), y, V::c(f64::NAN));
    if !V::any(large) {
        return y;
    }
    V::select(large, log(x).add(V::c(LN_2)), y)
}

/// `log((1 + a) / (1 - a)) / 2`; for small arguments with the main term exact.
#[inline(always)]
pub fn atanh<V: Vector<Elem = f64>>(x: V) -> V {
    let a = x.abs();
    let twice = a.add(a);
    let rest = V::c(1.0).sub(a);
    let small = a.lt(V::c(0.5));
    let num = V::select(small, twice.mul(a), twice);
    let q = num.div(rest);
    let y = log1p(V::select(small, twice.add(q), q)).mul(V::c(0.5)).copysign(x);
    V::select(a.le(V::c(1.0)), y, V::c(f64::NAN))
}
