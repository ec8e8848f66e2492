//! The logarithm of gamma and its derivatives. The logarithm near its zeros is a polynomial, between them and ten steps away
//! one after the recurrence; the derivatives: ten steps of the recurrence as one fraction, then Stirling's series (Abramowitz and
//! Stegun, 6.3.5, 6.3.18, 6.4.6, 6.4.12).

use super::body::{by_lane, log, sin_f64, tan_f64};
use crate::kernels::cpu::machine::vector::Vector;
use std::f64::consts::PI;

/// Bernoulli numbers over `2k`: digamma is `log v - 1 / 2v - sum B_2k / (2k v^2k)`.
const DIGAMMA: &[f64] = &[
    1.0 / 12.0,
    -1.0 / 120.0,
    1.0 / 252.0,
    -1.0 / 240.0,
    1.0 / 132.0,
    -691.0 / 32760.0,
    1.0 / 12.0,
    -3617.0 / 8160.0,
];
/// Bernoulli numbers: its derivative is `1 / v + 1 / 2v^2 + sum B_2k / v^(2k+1)`.
const TRIGAMMA: &[f64] = &[
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
];
/// `lgamma(1 + t) / t` in `2t` for `|t| <= 1/2`: 56 bits.
const ONE: &[f64] = &[
    -0.5772156649015329,
    0.41123351671205655,
    -0.10017140859663283,
    0.033822601053479215,
    -0.01296159693929511,
    0.005298661780914389,
    -0.0022507796368895602,
    0.0009805442980769746,
    -0.0004348994784400015,
    0.00019550669938960455,
    -8.882225635458602e-05,
    4.0700482911596765e-05,
    -1.8782530123863594e-05,
    8.718183257645187e-06,
    -4.0683292965356535e-06,
    1.9125705100332427e-06,
    -9.001043748574675e-07,
    4.124357356492201e-07,
    -1.9522784780587107e-07,
    1.1308438620887116e-07,
    -5.4015820715770284e-08,
    2.526829438240329e-09,
    -1.0693699369091374e-09,
    1.889081792208472e-08,
    -9.143687204517106e-09,
    -5.158955192152566e-09,
    2.5084309444514644e-09,
    1.7300448143343167e-09,
    -8.387103803490076e-10,
];
/// `lgamma(2 + t) / t` in `2t` for `|t| <= 1/2`: 58 bits.
const TWO: &[f64] = &[
    0.42278433509846713,
    0.1612335167120566,
    -0.016838075263299536,
    0.0025726010534730713,
    -0.0004615969392917596,
    9.032844783558553e-05,
    -1.863677987501598e-05,
    3.981793163166481e-06,
    -8.716982450984518e-07,
    1.942529474587772e-07,
    -4.387338974983724e-08,
    1.0013314167996967e-08,
    -2.3043112100202176e-09,
    5.339813130999916e-10,
    -1.2481202067269968e-10,
    2.923176066319201e-11,
    -6.566709534240663e-12,
    1.5491338158886129e-12,
    -5.116584685713687e-13,
    1.2167067542304562e-13,
];
/// `B_2k / (2k (2k - 1))`: Stirling's series in `1 / v^2`, times `v`.
const STIRLING: &[f64] = &[
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360360.0,
    1.0 / 156.0,
    -3617.0 / 122400.0,
];
/// `log(2 pi) / 2`.
const HALF_LOG_2PI: f64 = 0.918_938_533_204_672_8;
/// From here on the series is exact.
const FAR: f64 = 10.0;

/// The sum of `1 / (x + k)^power` for `k < 10`, and `x + 10`; zero and `x` itself for large `x`.
#[inline(always)]
fn shifted<V: Vector<Elem = f64>>(x: V, square: bool) -> (V, V) {
    let far = V::c(FAR).le(x);
    let (mut num, mut den, mut t) = (V::zero(), V::c(1.0), x);
    for _ in 0..10 {
        let factor = if square { t.mul(t) } else { t };
        (num, den) = (num.fma(factor, den), den.mul(factor));
        t = t.add(V::c(1.0));
    }
    (V::select(far, V::zero(), num.div(den)), V::select(far, x, t))
}

/// The logarithmic derivative of gamma.
#[inline(always)]
pub fn digamma<V: Vector<Elem = f64>>(x: V) -> V {
    let negative = x.lt(V::zero());
    let (sum, v) = shifted(V::select(negative, V::c(1.0).sub(x), x), false);
    let r = V::c(1.0).div(v);
    let z = r.mul(r);
    let y = r.fnma(V::c(0.5), log(v)).sub(z.mul(z.poly(DIGAMMA))).sub(sum);
    // at zero, of either sign
    let y = V::select(x.eq(V::zero()), V::c(f64::INFINITY).copysign(x.neg()), y);
    if !V::any(negative) {
        return y;
    }
    // reflection; the fraction alone keeps the tangent exact
    let whole = x.abs().floor().copysign(x);
    let fraction = x.sub(whole);
    let turned = y.sub(V::c(PI).div(tan_f64(fraction.mul(V::c(PI)))));
    let turned = V::select(fraction.eq(V::zero()), V::c(f64::NAN), turned);
    V::select(negative, turned, y)
}

/// The derivative of digamma. `sine` is `sin(pi x)`, for the reflection below one half.
#[inline(always)]
fn trigamma_with<V: Vector<Elem = f64>>(x: V, sine: V) -> V {
    let low = x.lt(V::c(0.5));
    let (sum, v) = shifted(V::select(low, V::c(1.0).sub(x), x), true);
    let r = V::c(1.0).div(v);
    let z = r.mul(r);
    let y = r.mul(z).fma(z.poly(TRIGAMMA), z.fma(V::c(0.5), r)).add(sum);
    let s = V::c(PI).div(sine);
    let y = V::select(low, s.fma(s, y.neg()), y);
    V::select(x.eq(V::c(f64::NEG_INFINITY)), V::c(f64::NAN), y)
}

#[inline(always)]
pub fn trigamma<V: Vector<Elem = f64>>(x: V) -> V {
    trigamma_with(x, sin_f64(x.mul(V::c(PI))))
}

/// With poles as they look in float32, where the sine of a multiple of pi is a small number.
#[inline(always)]
pub fn trigamma_single<V: Vector<Elem = f64>>(x: V) -> V {
    let angle = single(x.mul(V::c(std::f32::consts::PI as f64)));
    trigamma_with(x, single(sin_f64(angle)))
}

/// To the 24 bits of float32, after Veltkamp; not within the subnormal numbers.
#[inline(always)]
fn single<V: Vector<Elem = f64>>(x: V) -> V {
    let c = x.mul(V::c(536_870_913.0));
    c.sub(c.sub(x))
}

/// The logarithm of the absolute value of gamma. Below zero by reflection: `log(pi / |x sin(pi x)|) - lgamma(-x)`; where that cancels,
/// near its roots, by the system's library, whose argument is exact (1M of normally distributed float32: all that are negative by the
/// library 24.8 ms, so 6.0).
#[inline(always)]
pub fn lgamma<V: Vector<Elem = f64>>(x: V) -> V {
    lgamma_within(x, 0.5)
}

/// As [`lgamma`], for arguments and results in float32: its steps are so wide that the nearest to a root leaves 25 bits.
#[inline(always)]
pub fn lgamma_single<V: Vector<Elem = f64>>(x: V) -> V {
    lgamma_within(x, 1e-7)
}

/// By the library where of the parts, or of two, less than this share is left: what the argument of the logarithm is off by, relative
/// to itself, its result is off by in all.
#[inline(always)]
fn lgamma_within<V: Vector<Elem = f64>>(x: V, share: f64) -> V {
    let negative = x.lt(V::zero());
    let y = lgamma_positive(x.abs());
    if !V::any(negative) {
        return y;
    }
    let from_whole = x.sub(x.round()).abs();
    let other = log(V::c(PI).div(x.mul(sin_f64(from_whole.mul(V::c(PI)))).abs()));
    let turned = other.sub(y);
    // poles, among them all numbers so large that they are whole
    let turned = V::select(from_whole.eq(V::zero()), V::c(f64::INFINITY), turned);
    let turned = V::select(x.eq(V::c(f64::NEG_INFINITY)), V::c(f64::INFINITY), turned);
    let out = V::select(negative, turned, y);
    let cancels =
        V::both(negative, turned.abs().lt(other.abs().max(y.abs()).max(V::c(2.0)).mul(V::c(share))));
    if !V::any(cancels) {
        return out;
    }
    let near = V::select(cancels, x, V::zero());
    by_lane(near, out, |x| (x < 0.0).then(|| crate::kernels::cpu::elementwise::clib::lgamma(x)))
}

/// All pieces share one logarithm: of the argument, or of the product that takes it to the neighbourhood of two.
#[inline(always)]
fn lgamma_positive<V: Vector<Elem = f64>>(x: V) -> V {
    let (one, half) = (V::c(1.0), V::c(0.5));
    let (low, far) = (x.lt(half), V::c(FAR).le(x));
    let (mut t, mut product) = (V::select(low, x.add(one), x), V::select(low, x, one));
    let small = V::c(FAR).min(t);
    t = small;
    for _ in 0..8 {
        let above = V::c(2.5).le(t);
        t = V::select(above, t.sub(one), t);
        product = V::select(above, product.mul(t), product);
    }
    let ln = log(V::select(far, x, product));
    // the roots are exact
    let (to_one, to_two) = (t.sub(one), t.sub(V::c(2.0)));
    let first = to_one.mul(to_one.add(to_one).poly(ONE));
    let second = to_two.mul(to_two.add(to_two).poly(TWO));
    let near = V::select(t.lt(V::c(1.5)), first, second);
    let y = near.add(V::select(low, ln.neg(), ln));
    let r = one.div(x);
    let series = r.mul(r).poly(STIRLING).mul(r).add(V::c(HALF_LOG_2PI - 0.5));
    let y = V::select(far, x.sub(half).fma(ln.sub(one), series), y);
    V::select(x.eq(V::c(f64::INFINITY)), x, y)
}
