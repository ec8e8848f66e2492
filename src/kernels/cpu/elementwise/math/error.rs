//! The error function and the normal distribution in float64, and in float32 by halves of it.
//!
//! All come from one function that neither grows nor falls, `h(a) = (1 + 2a) e^(a^2) erfc(a)`, between 1 and 1.2 for
//! `a >= 0`: a polynomial in `(a - 4) / (a + 4)`, after Shepherd and Laframboise (1981), Chebyshev approximation of
//! `(1 + 2x) exp(x^2) erfc(x)`. Exponentials of squares take what the square's rounding lost as a second part.

use super::body::{exp_pair, log, log1p};
use crate::kernels::cpu::machine::vector::Vector;
use std::f64::consts::FRAC_1_SQRT_2;

/// `erf(x) / x - 1` in `x^2` for `|x| <= 1`: 56 bits.
const ERF: &[f64] = &[
    0.1283791670955126,
    -0.37612638903183754,
    0.1128379167095512,
    -0.02686617064512984,
    0.0052239776254232985,
    -0.000854832702193483,
    0.00012055332902888736,
    -1.4925647567519332e-05,
    1.6462045441468418e-06,
    -1.6364642158167616e-07,
    1.4792401209404813e-08,
    -1.216456005728345e-09,
    8.709045129053106e-11,
    -4.230945824295338e-12,
];

/// `h` in `(a - 4) / (a + 4)`: 58 bits.
const H: &[f64] = &[
    1.2329951186255526,
    -0.1396211168405625,
    0.015379652102620042,
    0.06809705425469036,
    -0.10103906603632504,
    0.09373283499843951,
    -0.0663303658116485,
    0.03716751553591141,
    -0.01619773406595253,
    0.005031969992810925,
    -0.0007577732195352293,
    -0.0001992567764579197,
    0.00015062130746391778,
    -2.4398942309069806e-05,
    -1.1220753452725425e-05,
    5.709201212226352e-06,
    2.909062968371427e-07,
    -8.249127434964572e-07,
    7.89343963476142e-08,
    1.1009041560728304e-07,
    -2.1917128684776733e-08,
    -1.470518755238763e-08,
    3.979908209935334e-09,
    1.7887492189077536e-09,
    -5.47796315403793e-10,
    -1.37212432109558e-10,
    4.335744696880128e-11,
];

/// From here on `erfc` is zero.
const ERFC_END: f64 = 27.3;
const FRAC_1_SQRT_PI: f64 = 0.564_189_583_547_756_3;
/// And here the normal distribution.
const TAIL_END: f64 = 39.5;

/// What the sum of two numbers loses by its rounding, after Knuth.
#[inline(always)]
fn lost<V: Vector<Elem = f64>>(x: V, y: V, sum: V) -> V {
    let back = sum.sub(x);
    x.sub(sum.sub(back)).add(y.sub(back))
}

/// `(p + low) e^(a^2) erfc(a)` for `0 <= a < 1e300`. Near zero a unit of the polynomial's argument would be a unit of the
/// result.
#[inline(always)]
fn scaled<V: Vector<Elem = f64>>(a: V, p: V, low: V) -> V {
    let (one, four, eight) = (V::c(1.0), V::c(4.0), V::c(8.0));
    let d = a.add(four);
    let q = eight.div(d);
    let rest = lost(a, four, d).fnma(q, q.fnma(d, eight)).mul(q);
    let h = rest.fma(V::c(-0.125), one.sub(q)).poly(H);
    let num = h.mul(p);
    let rest = h.fma(low, h.fma(p, num.neg()));
    let twice = a.add(a);
    let d = twice.add(one);
    num.quotient_of_sum(d, lost(twice, one, d), Some(rest))
}

/// `(p, low, n)` with `e^(c x^2) = (p + low) 2^n`, for `c` that is a power of two.
#[inline(always)]
fn exp_square<V: Vector<Elem = f64>>(x: V, c: f64) -> (V, V, V) {
    let square = x.mul(x);
    let lost = x.fma(x, square.neg());
    exp_pair(square.mul(V::c(c)), Some(lost.mul(V::c(c))))
}

#[inline(always)]
fn near<V: Vector<Elem = f64>>(x: V) -> V {
    x.fma(x.mul(x).poly(ERF), x)
}

/// `erfc(|x|)`.
#[inline(always)]
fn tail<V: Vector<Elem = f64>>(x: V) -> V {
    let a = V::c(ERFC_END).min(x.abs());
    let (p, low, n) = exp_square(a, -1.0);
    scaled(a, p, low).scale(n)
}

#[inline(always)]
pub fn erf<V: Vector<Elem = f64>>(x: V) -> V {
    let small = near(x);
    let beyond = V::c(1.0).lt(x.abs());
    if !V::any(beyond) {
        return small;
    }
    let y = V::c(1.0).sub(tail(x)).copysign(x);
    V::select(beyond, y, small)
}

#[inline(always)]
pub fn erfc<V: Vector<Elem = f64>>(x: V) -> V {
    let y = tail(x);
    let y = V::select(x.lt(V::zero()), V::c(2.0).sub(y), y);
    V::select(x.abs().lt(V::c(0.5)), V::c(1.0).sub(near(x)), y)
}

/// `e^(x^2) erfc(x)`.
#[inline(always)]
pub fn erfcx<V: Vector<Elem = f64>>(x: V) -> V {
    let far = V::c(1e100).lt(x);
    let y = scaled(V::c(1e100).min(x.abs()), V::c(1.0), V::zero());
    let y = V::select(far, V::c(FRAC_1_SQRT_PI).div(x), y);
    let negative = x.lt(V::zero());
    if !V::any(negative) {
        return y;
    }
    // beyond this the result is infinite
    let (p, _, n) = exp_square(V::c(27.0).min(x.abs()), 1.0);
    V::select(negative, p.scale(n.add(V::c(1.0))).sub(y), y)
}

/// The normal distribution of `-|x|`.
#[inline(always)]
fn normal_tail<V: Vector<Elem = f64>>(x: V) -> V {
    let a = V::c(TAIL_END).min(x.abs());
    let (p, low, n) = exp_square(a, -0.5);
    scaled(a.mul(V::c(FRAC_1_SQRT_2)), p, low).scale(n.sub(V::c(1.0)))
}

/// `x P(x)` with the normal distribution `P`, through its tail: no cancellation on either side.
#[inline(always)]
pub fn gelu<V: Vector<Elem = f64>>(x: V) -> V {
    let a = V::c(TAIL_END).min(x.abs());
    let (p, low, n) = exp_square(a, -0.5);
    // scaled last: the product may be normal where the tail is not
    let part = scaled(a.mul(V::c(FRAC_1_SQRT_2)), p, low).mul(a).scale(n.sub(V::c(1.0)));
    // the maximum's second operand is the one that keeps the sign of zero, and nan
    let y = V::zero().max(x).sub(part);
    let half = x.mul(V::c(0.5));
    let middle = half.fma(near(x.mul(V::c(FRAC_1_SQRT_2))), half);
    V::select(a.lt(V::c(0.7)), middle, y).copysign(x)
}

/// The logarithm of the normal distribution.
#[inline(always)]
pub fn log_ndtr<V: Vector<Elem = f64>>(x: V) -> V {
    let right = log1p(normal_tail(x).neg());
    let left = x.lt(V::zero());
    if !V::any(left) {
        return right;
    }
    let half = x.mul(V::c(0.5));
    let y =
        half.fnma(x, log(scaled(V::c(1e100).min(x.abs()).mul(V::c(FRAC_1_SQRT_2)), V::c(0.5), V::zero())));
    V::select(left, y, right)
}
