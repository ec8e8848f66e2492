//! Powers in float64. The logarithm is carried in two parts, as Dekker (1971) computes with them: what it errs by is multiplied by
//! the exponent and the logarithm together, up to 709.

use super::body::{clamp, exp_parts, pow_ends};
use super::coef::Coef;
use crate::kernels::cpu::machine::vector::Vector;

/// `2 / 3` less its rounding.
const THIRD_LOW: f64 = 3.700_743_415_417_188_3e-17;
/// `log 2` in two parts, the first of 33 bits: whole multiples of it are exact.
const LN2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
/// `(log((1 + s) / (1 - s)) / s - 2 - 2/3 s^2) / s^4` in `s^2`: Taylor's series, to 62 bits for `|s| <= 1/5`.
const REST: &[f64] = &[
    2.0 / 5.0,
    2.0 / 7.0,
    2.0 / 9.0,
    2.0 / 11.0,
    2.0 / 13.0,
    2.0 / 15.0,
    2.0 / 17.0,
    2.0 / 19.0,
    2.0 / 21.0,
    2.0 / 23.0,
    2.0 / 25.0,
];

/// A sum and what its rounding lost, after Knuth.
#[inline(always)]
fn sum<V: Vector<Elem = f64>>(x: V, y: V) -> (V, V) {
    let s = x.add(y);
    let back = s.sub(x);
    (s, x.sub(s.sub(back)).add(y.sub(back)))
}

/// The logarithm of a positive finite number in two parts.
#[inline(always)]
fn log_pair<V: Vector<Elem = f64>>(x: V) -> (V, V) {
    let (one, two, third) = (V::c(1.0), V::c(2.0), V::c(2.0 / 3.0));
    let (m, e) = x.split();
    // s = (m - 1) / (m + 1) and its square, both in two parts
    let f = m.sub(one);
    let (c, c_low) = sum(m, one);
    let r = one.div(c);
    let s = f.mul(r);
    let s_low = s.fnma(c_low, s.fnma(c, f)).mul(r);
    let z = s.mul(s);
    let z_low = s.add(s).fma(s_low, s.fma(s, z.neg()));
    // 2/3 s^3 in two parts, and what is so small that one will do
    let cube = s.mul(z);
    let cube_low = s.fma(z_low, s_low.fma(z, s.fma(z, cube.neg())));
    let t = cube.mul(third);
    let t_low = cube_low.fma(third, cube.fma(V::c(THIRD_LOW), cube.fma(third, t.neg())));
    let rest = cube.mul(z).fma(z.poly(REST), s_low.fma(two, t_low));
    let (high, low) = sum(s.add(s), t);
    let [ln2, ln2_low] = LN2;
    // this product is exact
    let (whole, whole_low) = sum(e.mul(V::c(ln2)), high);
    let low = e.fma(V::c(ln2_low), low.add(rest)).add(whole_low);
    let l = whole.add(low);
    (l, low.sub(l.sub(whole)))
}

/// `a^b`.
#[inline(always)]
pub fn pow<V: Vector<Elem = f64>>(a: V, b: V) -> V {
    let (zero, inf) = (V::zero(), V::c(f64::INFINITY));
    let x = a.abs();
    let (l, l_low) = log_pair(x);
    let l = V::select(x.eq(zero), inf.neg(), V::select(x.eq(inf), inf, l));
    let p = b.mul(l);
    let p_low = b.fma(l_low, b.fma(l, p.neg()));
    let c = clamp(p, <f64 as Coef>::EXP_MIN, <f64 as Coef>::EXP_MAX);
    let (y, n) = exp_parts(c, Some(V::select(c.eq(p), p_low, zero)));
    let y = y.scale(n);
    pow_ends(a, b, V::select(V::both(a.eq(a), b.eq(b)), y, a.add(b)))
}
