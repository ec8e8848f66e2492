//! The functions themselves, for a vector of either precision. Also for use inside other kernels (softmax, losses,
//! optimisers): every body is `inline(always)` and takes the instruction set of its caller.

use super::coef::{ATAN_F32, Coef, ERF_F32, ERFC_F32, ERFC_MAX, ERFC_NEAR_F32, ERFC_T};
use crate::kernels::cpu::machine::vector::{Vector, Widen};

/// Up to here the hyperbolic tangent is a polynomial.
const TANH_NEAR: f64 = 0.625;

/// A vector whose element has constants.
pub trait Real: Vector<Elem: Coef> {}
impl<V: Vector<Elem: Coef>> Real for V {}

macro_rules! k {
    ($name:ident) => {
        <V::Elem as Coef>::$name
    };
}

/// Into an interval; nan stays.
#[inline(always)]
pub(super) fn clamp<V: Vector>(x: V, low: f64, high: f64) -> V {
    V::c(low).max(V::c(high).min(x))
}

/// `(t, n)` with `e^(x + extra) = (1 + t) 2^n` for clamped `x`.
#[inline(always)]
fn exp_tail<V: Real>(x: V, extra: Option<V>) -> (V, V) {
    let n = x.mul(V::c(std::f64::consts::LOG2_E)).round();
    let r = n.fnma(V::c(k!(LN2)[0]), x);
    let r = n.fnma(V::c(k!(LN2)[1]), r);
    let r = match extra {
        Some(e) => r.add(e),
        None => r,
    };
    (r.mul(r).fma(r.poly(k!(EXP)), r), n)
}

/// `e^(x + extra) = p * 2^n` with `p` near one, for clamped `x`.
#[inline(always)]
pub(super) fn exp_parts<V: Real>(x: V, extra: Option<V>) -> (V, V) {
    let (t, n) = exp_tail(x, extra);
    (t.add(V::c(1.0)), n)
}

/// As [`exp_parts`], with what `p` loses by its last rounding: `(p, low, n)`.
#[inline(always)]
pub(super) fn exp_pair<V: Real>(x: V, extra: Option<V>) -> (V, V, V) {
    let (t, n) = exp_tail(x, extra);
    let p = t.add(V::c(1.0));
    (p, t.sub(p.sub(V::c(1.0))), n)
}

#[inline(always)]
pub fn exp<V: Real>(x: V) -> V {
    let (p, n) = exp_parts(clamp(x, k!(EXP_MIN), k!(EXP_MAX)), None);
    p.scale(n)
}

#[inline(always)]
pub fn exp2<V: Real>(x: V) -> V {
    let x = clamp(x, k!(EXP2_MIN), k!(EXP2_MAX));
    let n = x.round();
    let r = x.sub(n);
    r.fma(r.poly(k!(EXP2)), V::c(1.0)).scale(n)
}

/// `(e^r - 1, n)` with `x = r + n ln 2`.
#[inline(always)]
fn expm1_parts<V: Real>(x: V) -> (V, V) {
    let n = x.mul(V::c(std::f64::consts::LOG2_E)).round();
    let r = n.fnma(V::c(k!(LN2)[0]), x);
    let r = n.fnma(V::c(k!(LN2)[1]), r);
    (r.mul(r).fma(r.poly(k!(EXP)), r), n)
}

/// `2 (2^(n-1) (e^r - 1) + (2^(n-1) - 1/2))`, where the last difference is exact or does not matter, and half the
/// power does not overflow before the result does.
#[inline(always)]
pub fn expm1<V: Real>(x: V) -> V {
    let (tail, n) = expm1_parts(clamp(x, -40.0, k!(EXP_MAX)));
    let half = V::c(1.0).scale(n.sub(V::c(1.0)));
    half.fma(tail, half.sub(V::c(0.5))).mul(V::c(2.0)).copysign(x)
}

/// `t` with `log(1 + f) = f + t`, for `-1/4 <= f <= 1/2`.
#[inline(always)]
fn log1p_tail<V: Real>(f: V) -> V {
    if size_of::<V::Elem>() == 4 {
        return f.mul(f).mul(f.poly(k!(LOG)));
    }
    // In s = f / (2 + f): a third of the terms. log(1 + f) = 2s + s R = f - (f^2/2 - s (f^2/2 + R)).
    let s = f.quotient(f.add(V::c(2.0)));
    let z = s.mul(s);
    let half = f.mul(f).mul(V::c(0.5));
    s.fma(z.fma(z.poly(k!(LOG)), half), half.neg())
}

/// `scale * log(2^e (1 + f))` where `two` is the scaled logarithm of two.
#[inline(always)]
fn log_parts<V: Real>(e: V, f: V, two: [f64; 2], scale: [f64; 2]) -> V {
    let t = log1p_tail(f);
    let low = if scale[0] == 1.0 { t } else { t.fma(V::c(scale[0]), f.mul(V::c(scale[1]))) };
    let low = e.fma(V::c(two[1]), low);
    let low = if scale[0] == 1.0 { f.add(low) } else { f.fma(V::c(scale[0]), low) };
    e.fma(V::c(two[0]), low)
}

#[inline(always)]
fn log_of<V: Real>(x: V, two: [f64; 2], scale: [f64; 2]) -> V {
    let (m, e) = x.split();
    let y = log_parts(e, m.sub(V::c(1.0)), two, scale);
    log_ends(x, V::zero(), y)
}

/// The result outside `low < x < infinity`, where `low` is the pole.
#[inline(always)]
fn log_ends<V: Vector>(x: V, low: V, y: V) -> V {
    let inf = V::c(f64::INFINITY);
    let end = V::select(inf.eq(x), x, V::c(f64::NAN));
    let end = V::select(x.eq(low), inf.neg(), end);
    V::select(V::both(low.lt(x), x.lt(inf)), y, end)
}

#[inline(always)]
pub fn log<V: Real>(x: V) -> V {
    log_of(x, k!(LN2), [1.0, 0.0])
}
#[inline(always)]
pub fn log2<V: Real>(x: V) -> V {
    log_of(x, [1.0, 0.0], k!(LOG2_E))
}
#[inline(always)]
pub fn log10<V: Real>(x: V) -> V {
    log_of(x, k!(LOG10_2), k!(LOG10_E))
}

/// `log(1 + x + low)`: of `u = 1 + x` rounded, with what the rounding lost added to the reduced argument.
#[inline(always)]
fn log1p_pair<V: Real>(x: V, low: Option<V>) -> V {
    let one = V::c(1.0);
    let u = x.add(one);
    let back = u.sub(x);
    let mut lost = one.sub(back).add(x.sub(u.sub(back)));
    if let Some(low) = low {
        lost = lost.add(low);
    }
    let (m, e) = u.split();
    let f = m.sub(one).add(lost.scale(e.neg()));
    let y = log_parts(e, f, k!(LN2), [1.0, 0.0]);
    V::select(x.eq(V::zero()), x, log_ends(x, V::c(-1.0), y))
}

#[inline(always)]
pub fn log1p<V: Real>(x: V) -> V {
    log1p_pair(x, None)
}

/// `log(1 + e^x)`.
#[inline(always)]
pub fn log1pexp<V: Real>(x: V) -> V {
    let (p, low, n) = exp_pair(clamp(x.abs().neg(), k!(EXP_MIN), 0.0), None);
    // The maximum's second operand is the one that keeps nan.
    V::zero().max(x).add(log1p_pair(p.scale(n), Some(low.scale(n))))
}

/// `num / (1 + e^-x)`, scaled last so that tails keep their digits; `low` is what `x` was rounded off.
#[inline(always)]
pub(super) fn over_one_plus_exp<V: Real>(num: Option<V>, x: V, low: Option<V>) -> V {
    let negative = x.lt(V::zero());
    let a = V::c(-k!(PRODUCT_MIN)).min(x.abs());
    let low = low.map(|low| V::select(negative, low, low.neg()));
    let (p, n) = exp_parts(a.neg(), low);
    let e = p.scale(n);
    let d = e.add(V::c(1.0));
    let lost = e.sub(d.sub(V::c(1.0)));
    let q = match num {
        None => V::select(negative, p, V::c(1.0)).quotient_of_sum(d, lost, None),
        Some(x) => {
            let product = x.mul(p);
            let rest = x.fma(p, product.neg());
            let rest = V::select(negative, rest, V::zero());
            V::select(negative, product, x).quotient_of_sum(d, lost, Some(rest))
        }
    };
    q.scale(V::select(negative, n, V::zero()))
}

#[inline(always)]
pub fn sigmoid<V: Real>(x: V) -> V {
    // Where the exponential is normal there is nothing to scale last: seven operations less.
    if V::any(V::c(-0.75 * k!(EXP_MIN)).lt(x.abs())) {
        return over_one_plus_exp(None, x, None);
    }
    let (p, n) = exp_parts(V::sign_bit().or(x), None);
    let e = p.scale(n);
    let d = e.add(V::c(1.0));
    let lost = e.sub(d.sub(V::c(1.0)));
    V::select(x.lt(V::zero()), e, V::c(1.0)).quotient_of_sum(d, lost, None)
}

/// `x / (1 + e^-x)`; zero at minus infinity.
#[inline(always)]
pub fn silu<V: Real>(x: V) -> V {
    // Where the exponential is normal: `x / (1 + e^-x)` as it is written, with what the sum loses.
    if !V::any(V::c(-0.75 * k!(EXP_MIN)).lt(x.abs())) {
        let (p, n) = exp_parts(x.neg(), None);
        let e = p.scale(n);
        let (large, small) = (e.max(V::c(1.0)), e.min(V::c(1.0)));
        let d = large.add(small);
        let lost = small.sub(d.sub(large));
        // the quotient of a zero loses its sign
        return x.quotient_of_sum(d, lost, None).copysign(x);
    }
    // Infinity would defeat the quotient's correction step: there the result is `x`.
    let big = V::c(1e30).lt(x);
    let c = clamp(x, k!(PRODUCT_MIN), 1e30);
    let y = over_one_plus_exp(Some(c), c, None);
    // The quotient of a zero loses its sign.
    V::select(big, x, y).copysign(x)
}

/// A polynomial up to `TANH_NEAR`, beyond it `1 - 2 / (e^2a + 1)`, where the quotient is less than the result.
#[inline(always)]
pub fn tanh<V: Real>(x: V) -> V {
    let a = x.abs();
    let z = x.mul(x);
    let near = x.mul(z).fma(z.poly(k!(TANH)), x);
    let beyond = V::c(TANH_NEAR).lt(a);
    if !V::any(beyond) {
        return near.copysign(x);
    }
    let a = V::c(k!(TANH_MAX)).min(a);
    let (p, n) = exp_parts(a.add(a), None);
    let rest = V::c(2.0).quotient(p.scale(n).add(V::c(1.0)));
    V::select(beyond, V::c(1.0).sub(rest), near).copysign(x)
}

/// Sine, or cosine, for `|x| <= TRIG_MAX`.
#[inline(always)]
fn trig<V: Real, const COS: bool>(x: V) -> V {
    let (r, n) = trig_reduce(x.abs());
    let (s, c) = sin_cos_reduced(r);
    // Quarter turns: odd ones swap sine and cosine, the second of each pair negates.
    let n = if COS { n.add(V::c(1.0)) } else { n };
    let pairs = n.mul(V::c(0.5));
    let whole = pairs.floor();
    let y = V::select(whole.eq(pairs), s, c);
    let fours = whole.mul(V::c(0.5));
    let sign = V::select(fours.floor().eq(fours), V::zero(), V::sign_bit());
    let sign = if COS { sign } else { sign.xor(x.and(V::sign_bit())) };
    y.xor(sign)
}

/// `(r, n)` with `x = r + n pi/2`.
#[inline(always)]
fn trig_reduce<V: Real>(x: V) -> (V, V) {
    let n = x.mul(V::c(std::f64::consts::FRAC_2_PI)).round();
    let [a, b, c] = k!(HALF_PI);
    (n.fnma(V::c(c), n.fnma(V::c(b), n.fnma(V::c(a), x))), n)
}

#[inline(always)]
fn sin_cos_reduced<V: Real>(r: V) -> (V, V) {
    let z = r.mul(r);
    let s = r.mul(z).fma(z.poly(k!(SIN)), r);
    let (main, small) = cos_parts(z);
    (s, main.add(small))
}

/// The cosine of a reduced argument, given its square, as the sum of a main and a small part.
#[inline(always)]
fn cos_parts<V: Real>(z: V) -> (V, V) {
    // What the subtraction from one rounds away comes back with the small terms.
    let half = z.mul(V::c(0.5));
    let main = V::c(1.0).sub(half);
    let lost = V::c(1.0).sub(main).sub(half);
    (main, z.mul(z).fma(z.poly(k!(COS)), lost))
}

#[inline(always)]
fn trig_f64<V: Real + Vector<Elem = f64>, const COS: bool>(x: V) -> V {
    let y = trig::<V, COS>(x);
    if !V::any(V::c(<f64 as Coef>::TRIG_MAX).lt(x.abs())) {
        return y;
    }
    let exact = if COS { f64::cos } else { f64::sin };
    by_lane(x, y, |x| if x.abs() > <f64 as Coef>::TRIG_MAX { Some(exact(x)) } else { None })
}

/// Replaces the lanes of `y` for which `f(x)` has a result: for arguments so rare that the library serves.
#[inline(always)]
pub(super) fn by_lane<V: Vector<Elem = f64>>(x: V, y: V, f: impl Fn(f64) -> Option<f64>) -> V {
    let (mut xs, mut ys) = ([0.0; 8], [0.0; 8]);
    // SAFETY: no vector of f64 has more than eight lanes.
    unsafe {
        x.store(xs.as_mut_ptr());
        y.store(ys.as_mut_ptr());
        for i in 0..V::LANES {
            ys[i] = f(xs[i]).unwrap_or(ys[i]);
        }
        V::load(ys.as_ptr())
    }
}

#[inline(always)]
fn trig_f32<V: Widen, const COS: bool>(x: V) -> V {
    let y = trig::<V, COS>(x);
    let large = V::c(<f32 as Coef>::TRIG_MAX).lt(x.abs());
    if !V::any(large) {
        return y;
    }
    // lane by lane: an element's bits do not depend on its neighbours
    let (low, high) = x.widen();
    V::select(large, V::narrow(trig_f64::<_, COS>(low), trig_f64::<_, COS>(high)), y)
}

#[inline(always)]
pub fn sin_f32<V: Widen>(x: V) -> V {
    trig_f32::<V, false>(x)
}
#[inline(always)]
pub fn cos_f32<V: Widen>(x: V) -> V {
    trig_f32::<V, true>(x)
}
#[inline(always)]
pub fn sin_f64<V: Vector<Elem = f64>>(x: V) -> V {
    trig_f64::<V, false>(x)
}
#[inline(always)]
pub fn cos_f64<V: Vector<Elem = f64>>(x: V) -> V {
    trig_f64::<V, true>(x)
}

/// Sine over cosine, both in two parts, of an argument in two parts: each of these roundings would show.
#[inline(always)]
pub fn tan_f64<V: Vector<Elem = f64>>(x: V) -> V {
    let n = x.abs().mul(V::c(std::f64::consts::FRAC_2_PI)).round();
    let [a, b, c] = <f64 as Coef>::HALF_PI;
    let rest = n.fnma(V::c(a), x.abs());
    let r = n.fnma(V::c(b), rest);
    let low = n.fnma(V::c(c), n.fnma(V::c(b), rest.sub(r)));
    let z = r.mul(r);
    let cubic = r.mul(z).mul(z.poly(<f64 as Coef>::SIN));
    let s = r.add(cubic);
    let (main, small) = cos_parts(z);
    let cos = main.add(small);
    let s_low = cos.fma(low, r.sub(s).add(cubic));
    let c_low = s.fnma(low, main.sub(cos).add(small));
    let pairs = n.mul(V::c(0.5));
    let even = pairs.floor().eq(pairs);
    let (num, num_low) = (V::select(even, s, cos.neg()), V::select(even, s_low, c_low.neg()));
    let (den, den_low) = (V::select(even, cos, s), V::select(even, c_low, s_low));
    let y = num.quotient_of_sum(den, den_low, Some(num_low)).xor(x.and(V::sign_bit()));
    if !V::any(V::c(<f64 as Coef>::TRIG_MAX).lt(x.abs())) {
        return y;
    }
    by_lane(x, y, |x| if x.abs() > <f64 as Coef>::TRIG_MAX { Some(x.tan()) } else { None })
}

/// `erfc(z) = p * 2^n` for `0 <= z <= ERFC_MAX`, to the precision of float32.
#[inline(always)]
fn erfc_parts<V: Real>(z: V) -> (V, V) {
    let t = V::c(1.0).quotient(z.fma(V::c(ERFC_T), V::c(1.0)));
    // The square's rounding would cost 7 bits at the far end.
    let square = z.mul(z);
    let lost = z.fma(z, square.neg());
    let (p, n) = exp_parts(square.neg(), Some(lost.neg()));
    (t.mul(t.poly(ERFC_F32)).mul(p), n)
}

#[inline(always)]
pub fn erf_f32<V: Widen>(x: V) -> V {
    let a = x.abs();
    let z = x.mul(x);
    let near = x.fma(z.poly(ERF_F32), x);
    // 1 - erfc, which is below 0.16 here and needs fewer bits.
    let c = V::c(4.0).min(a);
    let t = V::c(1.0).quotient(c.fma(V::c(ERFC_T), V::c(1.0)));
    let (p, n) = exp_parts(c.mul(c).neg(), None);
    let far = t.mul(t.poly(ERFC_NEAR_F32)).fnma(p.scale(n), V::c(1.0)).copysign(x);
    V::select(V::c(1.0).lt(a), far, near)
}

/// To the precision of float32, for float32 in two halves: in float32 alone it would err by 6 units.
#[inline(always)]
pub fn erfc_wide<V: Vector<Elem = f64>>(x: V) -> V {
    let (p, n) = erfc_parts(V::c(ERFC_MAX).min(x.abs()));
    let y = p.scale(n);
    let near = V::c(1.0).sub(x.fma(x.mul(x).poly(ERF_F32), x));
    let y = V::select(x.lt(V::zero()), V::c(2.0).sub(y), y);
    V::select(x.abs().lt(V::c(0.5)), near, y)
}

/// `atan(y / x)` for `0 <= y, x`, not both zero or infinite.
#[inline(always)]
fn atan_quotient<V: Vector<Elem = f32>>(y: V, x: V) -> V {
    let steep = x.lt(y);
    let q = V::select(steep, x, y).div(V::select(steep, y, x));
    let z = q.mul(q);
    let p = q.mul(z).fma(z.poly(ATAN_F32), q);
    let half_pi = std::f64::consts::FRAC_PI_2;
    let rest = V::c(half_pi).sub(p.sub(V::c(half_pi - half_pi as f32 as f64)));
    V::select(steep, rest, p)
}

/// The angle of the point `(x, y)`.
#[inline(always)]
pub fn atan2_f32<V: Vector<Elem = f32>>(y: V, x: V) -> V {
    let (ay, ax, one) = (y.abs(), x.abs(), V::c(1.0));
    // both infinite or both zero: as if they were one, or the smaller were zero
    let inf = V::both(ay.eq(ax), ax.eq(V::c(f64::INFINITY)));
    let nought = V::both(ay.eq(ax), ax.eq(V::zero()));
    let p = atan_quotient(V::select(inf, one, ay), V::select(inf, one, V::select(nought, one, ax)));
    // the sign of a zero counts
    let left = one.copysign(x).lt(V::zero());
    let pi = std::f64::consts::PI;
    let turned = V::c(pi).sub(p.sub(V::c(pi - pi as f32 as f64)));
    let y_signed = V::select(left, turned, p).copysign(y);
    V::select(V::both(x.eq(x), y.eq(y)), y_signed, x.add(y))
}

#[inline(always)]
pub fn atan_f32<V: Vector<Elem = f32>>(x: V) -> V {
    atan_quotient(x.abs(), V::c(1.0)).copysign(x)
}

/// `asin(a)` for `0 <= a <= 1/2`, given its square too.
#[inline(always)]
fn asin_small<V: Real>(a: V, z: V) -> V {
    a.mul(z).fma(z.poly(k!(ASIN)), a)
}

/// Beyond one half through `pi/2 - 2 asin(s)` with `s = sqrt((1 - a) / 2)`, whose rounding counts twice and is
/// taken back.
#[inline(always)]
pub fn asin<V: Real>(x: V) -> V {
    let a = x.abs();
    let big = V::c(0.5).lt(a);
    let z = V::select(big, a.fnma(V::c(0.5), V::c(0.5)), a.mul(a));
    let s = V::select(big, z.sqrt(), a);
    let cubic = s.mul(z).mul(z.poly(k!(ASIN)));
    // z - s^2 = 2 s (the rounding of s)
    let lost = s.fnma(s, z).div(V::c(f32::MIN_POSITIVE as f64).max(s));
    let main = s.fnma(V::c(2.0), V::c(std::f64::consts::FRAC_PI_2));
    let back = V::c(std::f64::consts::FRAC_PI_2).sub(main).sub(s.add(s));
    let rest = main.sub(cubic.fma(V::c(2.0), lost.sub(back)).sub(V::c(k!(HALF_PI_LOW))));
    V::select(big, rest, s.add(cubic)).copysign(x)
}

#[inline(always)]
pub fn acos<V: Real>(x: V) -> V {
    let a = x.abs();
    let big = V::c(0.5).lt(a);
    let z = V::select(big, a.fnma(V::c(0.5), V::c(0.5)), a.mul(a));
    let p = asin_small(V::select(big, z.sqrt(), a), z);
    let (half_pi, low) = (V::c(std::f64::consts::FRAC_PI_2), V::c(k!(HALF_PI_LOW)));
    let near = half_pi.sub(p.copysign(x).sub(low));
    let twice = p.add(p);
    let left = V::c(std::f64::consts::PI).sub(twice.sub(low.add(low)));
    V::select(big, V::select(x.lt(V::zero()), left, twice), near)
}

#[inline(always)]
pub fn sqrt<V: Vector>(x: V) -> V {
    x.sqrt()
}
#[inline(always)]
pub fn rsqrt<V: Vector>(x: V) -> V {
    x.rsqrt()
}
#[inline(always)]
pub fn reciprocal<V: Vector>(x: V) -> V {
    V::c(1.0).div(x)
}

/// The hyperbolic functions below are for arguments of float32: nothing overflows in float64.
#[inline(always)]
pub fn sinh_wide<V: Vector<Elem = f64>>(x: V) -> V {
    let e = expm1(V::c(200.0).min(x.abs()));
    e.add(e.div(e.add(V::c(1.0)))).mul(V::c(0.5)).copysign(x)
}

#[inline(always)]
pub fn cosh_wide<V: Vector<Elem = f64>>(x: V) -> V {
    let e = exp(x.abs());
    e.add(V::c(1.0).div(e)).mul(V::c(0.5))
}

#[inline(always)]
pub fn asinh_wide<V: Vector<Elem = f64>>(x: V) -> V {
    let a = x.abs();
    let square = a.mul(a);
    let y = log1p(a.add(square.div(square.add(V::c(1.0)).sqrt().add(V::c(1.0)))));
    V::select(a.eq(V::c(f64::INFINITY)), a, y).copysign(x)
}

#[inline(always)]
pub fn acosh_wide<V: Vector<Elem = f64>>(x: V) -> V {
    let t = x.sub(V::c(1.0));
    let y = log1p(t.add(t.mul(t.add(V::c(2.0))).sqrt()));
    V::select(V::zero().le(t), y, V::c(f64::NAN))
}

#[inline(always)]
pub fn atanh_wide<V: Vector<Elem = f64>>(x: V) -> V {
    let a = x.abs();
    log1p(a.add(a).div(V::c(1.0).sub(a))).mul(V::c(0.5)).copysign(x)
}

/// `log2((1 + s) / (1 - s)) / s` in `s^2` for `|s| <= 1/5`, and `(2^r - 1) / r` for `|r| <= 1/2`: interpolated at Chebyshev's
/// points, to 42 and 38 bits.
const POW_LOG: &[f64] = &[
    2.885_390_081_777_426,
    0.961_796_694_824_878_3,
    0.577_077_755_483_458,
    0.412_226_196_617_178_1,
    0.319_283_932_843_135_94,
    0.290_846_740_652_552_17,
];
const POW_EXP: &[f64] = &[
    0.693_147_180_556_832_4,
    0.240_226_506_958_885_03,
    0.055_504_109_063_258_665,
    0.009_618_129_135_236_14,
    0.001_333_347_847_368_541_6,
    0.000_154_034_751_865_307_86,
    1.530_370_071_136_569_3e-5,
    1.325_080_551_750_225e-6,
];

/// `a^b` in float64 for a base of float32 that is not negative: the power errs by 2^-34 of itself, a thousandth of a rounding.
#[inline(always)]
fn pow_wide<V: Vector<Elem = f64>>(a: V, b: V) -> V {
    let (m, e) = a.split();
    let f = m.sub(V::c(1.0));
    let s = f.quotient(f.add(V::c(2.0)));
    let l = log_ends(a, V::zero(), s.fma(s.mul(s).poly(POW_LOG), e));
    let p = clamp(b.mul(l), -200.0, 200.0);
    let n = p.round();
    let r = p.sub(n);
    r.fma(r.poly(POW_EXP), V::c(1.0)).scale(n)
}

/// What `|a|^b` is for any `a`.
#[inline(always)]
pub(super) fn pow_ends<V: Vector>(a: V, b: V, y: V) -> V {
    let (zero, one, inf) = (V::zero(), V::c(1.0), V::c(f64::INFINITY));
    // Negative bases: odd powers negate, broken ones are not real (but for zero and infinity).
    let whole = b.round().eq(b);
    let half = b.mul(V::c(0.5));
    let even = half.floor().eq(half);
    let signed = y.or(V::select(even, zero, a.and(V::sign_bit())));
    let finite = V::both(a.lt(zero), inf.neg().lt(a));
    let broken = V::select(finite, V::c(f64::NAN), y);
    let y = V::select(whole, signed, broken);
    // One to anything, anything to zero, and minus one to an infinite power.
    let y = V::select(a.eq(one), one, V::select(b.eq(zero), one, y));
    V::select(V::both(a.eq(V::c(-1.0)), b.abs().eq(inf)), one, y)
}

#[inline(always)]
pub fn pow_f32<V: Widen>(a: V, b: V) -> V {
    let ((a0, a1), (b0, b1)) = (a.abs().widen(), b.widen());
    pow_ends(a, b, V::narrow(pow_wide(a0, b0), pow_wide(a1, b1)))
}
