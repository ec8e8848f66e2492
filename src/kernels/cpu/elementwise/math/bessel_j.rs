//! Bessel functions of order 0 and 1, of both kinds.
//!
//! Up to 8 those of the first kind are the distances of `x^2` from the squares of three zeros, each in two parts, times a polynomial;
//! those of the second kind add the logarithm's share. Beyond 8 both are `sqrt(2 / (pi x))` times `P` and `Q` turned by the phase
//! (Abramowitz and Stegun 9.2.5, 9.2.6). All are Chebyshev interpolants to 57 bits, in `x^2 / 32 - 1` and in `128 / x^2 - 1`. The error is
//! absolute, of the amplitude, beyond the third zero and for the second kind, as in the Cephes library.

use super::body::{cos_f64, log, sin_f64};
use crate::kernels::cpu::machine::vector::Vector;
use std::f64::consts::FRAC_2_PI;

/// `J0(x)` over the product of `x^2 - z^2` for its first three zeros.
const NEAR_J0: &[f64] = &[
    -2.6662941994458524e-05,
    2.9532957425506736e-05,
    -1.4423681512582505e-05,
    4.19663832256583e-06,
    -8.272804159783979e-07,
    1.1892767699589979e-07,
    -1.3086636320739218e-08,
    1.1411484161616145e-09,
    -8.094862397454977e-11,
    4.768506939352687e-12,
    -2.3719542180200254e-13,
    1.0101614986635393e-14,
    -3.7384485175681744e-16,
    1.2059252528869032e-17,
];
/// `J1(x) / x` over that product for its own zeros.
const NEAR_J1: &[f64] = &[
    -2.7271448834411237e-06,
    2.552238212464633e-06,
    -1.0759319268040335e-06,
    2.7483022124820187e-07,
    -4.8218642035079725e-08,
    6.2391661263023405e-09,
    -6.23765743695993e-10,
    4.981043285887049e-11,
    -3.257660129765792e-12,
    1.7796220904321522e-13,
    -8.250970756208226e-15,
    3.289852605815828e-16,
    -1.1439948591400657e-17,
    3.4809935343380113e-19,
];
/// `Y0(x) - 2 / pi log(x) J0(x)`.
const NEAR_Y0: &[f64] = &[
    -0.382250654459425,
    -0.8284358903604587,
    1.6470964788745466,
    0.14412632369302475,
    -1.0775477338215995,
    0.6721770783431679,
    -0.21895747096171628,
    0.046367047681375125,
    -0.00702574105727097,
    0.000806158605961636,
    -7.279541882454115e-05,
    5.3213188103997145e-06,
    -3.2185078445935923e-07,
    1.6390875014077404e-08,
    -7.13046146536789e-10,
    2.6926938054524057e-11,
    -8.840112096073101e-13,
];
/// `(Y1(x) - 2 / pi (log(x) J1(x) - 1 / x)) / x`.
const NEAR_Y1: &[f64] = &[
    0.07075985882118005,
    -0.24337743079193114,
    0.02336757172099348,
    0.23507209206669755,
    -0.19639839859930203,
    0.07854786922242532,
    -0.01962875683311711,
    0.0034224907399188495,
    -0.0004438173434420147,
    4.467433012646365e-05,
    -3.601000022590458e-06,
    2.3804930420514178e-07,
    -1.3153147367094951e-08,
    6.169688029066965e-10,
    -2.499531546171249e-11,
    8.760001143977853e-13,
];
/// `P` of order 0.
const FAR_P0: &[f64] = &[
    0.9994572757882519,
    -0.0005363673192129672,
    6.137416080109497e-06,
    -2.0527448261170675e-07,
    1.280376144080092e-08,
    -1.2121098178951377e-09,
    1.5500565496632596e-10,
    -2.491146535471666e-11,
    4.786995821368028e-12,
    -1.0157485021065676e-12,
    2.4531772967345006e-13,
    -1.0251790052831013e-13,
    3.339452259070809e-14,
];
/// `x Q` of order 0.
const FAR_Q0: &[f64] = &[
    -0.12444091103610815,
    0.0005466519279475109,
    -1.1817110661200976e-05,
    5.68497188761875e-07,
    -4.534972837363434e-08,
    5.146225268539058e-09,
    -7.5763304988972e-10,
    1.36265138876175e-10,
    -2.8707211071105146e-11,
    6.878054876576861e-12,
    -1.873640743543296e-12,
    5.570266801419967e-13,
    -1.3137515498826537e-13,
    3.750385225206321e-14,
    -4.0574096424030336e-14,
    1.7159223662634758e-14,
];
/// `P` of order 1.
const FAR_P1: &[f64] = &[
    1.0009070262780821,
    0.0008988049416705183,
    -7.9596946984383e-06,
    2.453676633366693e-07,
    -1.4708512991275258e-08,
    1.3602969253877949e-09,
    -1.713107485294131e-10,
    2.72345126828134e-11,
    -5.191158004646548e-12,
    1.0954826479277623e-12,
    -2.6335760672461096e-13,
    1.0923713653079462e-13,
    -3.5455617466606254e-14,
];
/// `x Q` of order 1.
const FAR_Q1: &[f64] = &[
    0.3742149922195918,
    -0.0007697167057643706,
    1.4569614809851411e-05,
    -6.633568561050814e-07,
    5.136105997071193e-08,
    -5.720890888840857e-09,
    8.316077350038262e-10,
    -1.4816588916791194e-10,
    3.100364837230575e-11,
    -7.465104477698295e-12,
    2.002728774766585e-12,
    -4.91574062967655e-13,
    1.3996264453471973e-13,
    -1.0759215471978615e-13,
    4.275621822194818e-14,
];
/// The first three zeros of `J0`, and what their rounding lost.
const ZEROS_0: [[f64; 2]; 3] = [
    [2.404825557695773, -1.176691651530894e-16],
    [5.520078110286311, 8.088597146146722e-17],
    [8.653727912911013, -2.92812607320779e-16],
];
/// Those of `J1` behind 0.
const ZEROS_1: [[f64; 2]; 3] = [
    [3.8317059702075125, -1.5269184090088067e-16],
    [7.015586669815619, -9.414165653410389e-17],
    [10.173468135062722, 4.482162274768888e-16],
];

/// `1 / sqrt(pi)`.
const AMPLITUDE: f64 = 0.564_189_583_547_756_3;

/// The one or the other kind of an order for `0 <= x <= 8`.
#[inline(always)]
fn near<V: Vector<Elem = f64>, const FIRST: bool, const SECOND: bool>(x: V) -> V {
    let t = x.mul(x).fma(V::c(1.0 / 32.0), V::c(-1.0));
    let (j, zeros) = if FIRST { (NEAR_J1, &ZEROS_1) } else { (NEAR_J0, &ZEROS_0) };
    let mut j = t.poly(j);
    for [z, low] in zeros {
        j = j.mul(x.sub(V::c(*z)).sub(V::c(*low)).mul(x.add(V::c(*z))));
    }
    if FIRST {
        j = j.mul(x);
    }
    if !SECOND {
        return j;
    }
    let share = log(x).mul(j);
    if FIRST {
        let share = share.sub(V::c(1.0).div(x)).mul(V::c(FRAC_2_PI));
        let y = x.fma(t.poly(NEAR_Y1), share);
        V::select(x.eq(V::zero()), V::c(f64::NEG_INFINITY), y)
    } else {
        share.fma(V::c(FRAC_2_PI), t.poly(NEAR_Y0))
    }
}

/// The same for `8 < x`.
#[inline(always)]
fn far<V: Vector<Elem = f64>, const FIRST: bool, const SECOND: bool>(x: V) -> V {
    let r = V::c(1.0).div(x);
    let t = r.mul(r).fma(V::c(128.0), V::c(-1.0));
    let (p, q) = if FIRST { (FAR_P1, FAR_Q1) } else { (FAR_P0, FAR_Q0) };
    let (p, q) = (t.poly(p), t.poly(q).mul(r));
    // cosine and sine of x less an odd number of eighths of a turn, times sqrt(2)
    let (s, c) = (sin_f64(x), cos_f64(x));
    let (c, s) = if FIRST { (s.sub(c), s.add(c).neg()) } else { (s.add(c), s.sub(c)) };
    let turned = if SECOND { s.fma(p, c.mul(q)) } else { s.fnma(q, c.mul(p)) };
    turned.mul(V::c(AMPLITUDE).div(x.sqrt()))
}

#[inline(always)]
fn pieces<V: Vector<Elem = f64>, const FIRST: bool, const SECOND: bool>(x: V) -> V {
    let a = x.abs();
    let y = near::<V, FIRST, SECOND>(a);
    let beyond = V::c(8.0).lt(a);
    let y = if V::any(beyond) { V::select(beyond, far::<V, FIRST, SECOND>(a), y) } else { y };
    if SECOND {
        V::select(x.lt(V::zero()), V::c(f64::NAN), y)
    } else if FIRST {
        y.xor(x.and(V::sign_bit()))
    } else {
        y
    }
}

#[inline(always)]
pub fn j0<V: Vector<Elem = f64>>(x: V) -> V {
    pieces::<V, false, false>(x)
}
#[inline(always)]
pub fn j1<V: Vector<Elem = f64>>(x: V) -> V {
    pieces::<V, true, false>(x)
}
#[inline(always)]
pub fn y0<V: Vector<Elem = f64>>(x: V) -> V {
    pieces::<V, false, true>(x)
}
#[inline(always)]
pub fn y1<V: Vector<Elem = f64>>(x: V) -> V {
    pieces::<V, true, true>(x)
}
