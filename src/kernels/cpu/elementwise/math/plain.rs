//! Functions that a formula over other ones says, but for a point or an edge.

use super::body::{Real, exp2, log, log1p, log1pexp, sin_f64};
use crate::kernels::cpu::machine::vector::Vector;
use std::f64::consts::{LOG2_E, PI};

/// `-x log(x)`, zero at zero, minus infinity below.
#[inline(always)]
pub fn entr<V: Vector<Elem = f64>>(x: V) -> V {
    let y = x.mul(log(x)).neg();
    let y = V::select(x.eq(V::zero()), V::zero(), y);
    V::select(x.lt(V::zero()), V::c(f64::NEG_INFINITY), y)
}

/// `sin(pi x) / (pi x)`.
#[inline(always)]
pub fn sinc<V: Vector<Elem = f64>>(x: V) -> V {
    let z = x.mul(V::c(PI));
    V::select(x.eq(V::zero()), V::c(1.0), sin_f64(z).div(z))
}

/// The spherical Bessel function of order 0, `sin(x) / x`; near zero its series.
#[inline(always)]
pub fn spherical_j0<V: Vector<Elem = f64>>(x: V) -> V {
    const SERIES: &[f64] =
        &[1.0, -1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0, 1.0 / 362880.0, -1.0 / 39916800.0, 1.0 / 6227020800.0];
    let y = V::select(x.abs().lt(V::c(0.5)), x.mul(x).poly(SERIES), sin_f64(x).div(x));
    V::select(x.abs().eq(V::c(f64::INFINITY)), V::zero(), y)
}

/// `a v`, zero where `a` is zero unless `b`, of which `v` is a logarithm, is nan.
#[inline(always)]
fn times<V: Vector>(a: V, b: V, v: V) -> V {
    let y = V::select(a.eq(V::zero()), V::zero(), a.mul(v));
    V::select(b.is_nan(), b, y)
}

#[inline(always)]
pub fn xlogy<V: Real>(a: V, b: V) -> V {
    times(a, b, log(b))
}
#[inline(always)]
pub fn xlog1py<V: Real>(a: V, b: V) -> V {
    times(a, b, log1p(b))
}

/// The greater of two, and how far below it the other lies; nan if either is.
#[inline(always)]
fn apart<V: Vector>(a: V, b: V) -> (V, V) {
    let most = V::select(b.lt(a), a, V::select(a.is_nan(), a, b));
    (most, a.sub(b).abs().neg())
}

/// `log(e^a + e^b)`.
#[inline(always)]
pub fn logaddexp<V: Real>(a: V, b: V) -> V {
    let (most, below) = apart(a, b);
    let same = V::both(a.eq(b), a.abs().eq(V::c(f64::INFINITY)));
    V::select(same, a, most.add(log1pexp(below)))
}

/// `log2(2^a + 2^b)`.
#[inline(always)]
pub fn logaddexp2<V: Real>(a: V, b: V) -> V {
    let (most, below) = apart(a, b);
    let same = V::both(a.eq(b), a.abs().eq(V::c(f64::INFINITY)));
    V::select(same, a, most.add(log1p(exp2(below)).mul(V::c(LOG2_E))))
}

/// `a 2^b`.
#[inline(always)]
pub fn ldexp<V: Real>(a: V, b: V) -> V {
    a.mul(exp2(b))
}
