//! The GELU and its slope.

use super::body::{Real, clamp, exp_pair, over_one_plus_exp};
use super::coef::Coef;
use crate::kernels::cpu::machine::vector::Lookup;

/// Here the tables below end.
const MAX: f64 = 5.0;
/// From here on the tail is zero.
const END: f64 = 14.4;
/// `a P(-a) / e^(-a^2/2)` in `1 / a^2` from `MAX` to `END`: 28 bits.
const FAR_TAIL: &[f64] = &[0.39894223, -0.39892146, 1.1935164, -5.727087, 31.014107, -110.70637];
/// `(a P'(a) - P(-a)) / (a e^(-a^2/2))` in the same way: 27 bits.
const FAR_SLOPE: &[f64] = &[0.39894223, -0.39892524, 0.39689314, -1.0854936, 2.9831402];
/// Magnitudes up to `MAX` fall into 16 pieces by `INDEX[0] a^2 + INDEX[1] a`, rounded: narrower towards the end, so that
/// a tail falls by no more than a factor of 4 within one.
const INDEX: [f64; 2] = [0.248, 1.86];
/// The point each piece is expanded about: just beyond its end, so that all terms that matter have one sign, and where
/// the tail is nearly (33 bits) a number of float32.
#[rustfmt::skip]
const AT: [f32; 16] =
    [0.2598243, 0.73452723, 1.163588, 1.5581701, 1.9251857, 2.2700021, 2.596289, 2.9064324, 3.2025166, 3.486739, 3.7602472, 4.0240607, 4.279205, 4.526468, 4.766609, 5.0001345];
/// `P(-a)` of the normal distribution in `AT - a`, the constant terms first: 30 bits. Relative to the result, each of
/// the coefficients was rounded before those after it were fitted.
#[rustfmt::skip]
const TAIL: [[f32; 16]; 8] = [
    [0.39749965, 0.23131374, 0.1222955, 0.059596468, 0.027103066, 0.011603727, 0.0047118394, 0.0018278795, 6.8116235e-04, 2.444742e-04, 8.487276e-05, 2.8601578e-05, 9.378109e-06, 2.9988867e-06, 9.3676107e-07, 2.8645172e-07],
    [0.38570097, 0.30461589, 0.20272455, 0.118494876, 0.062530026, 0.030336812, 0.013714569, 0.0058424026, 0.0023649589, 9.140615e-04, 3.3928565e-04, 1.2151524e-04, 4.213063e-05, 1.418403e-05, 4.6473187e-06, 1.4857203e-06],
    [0.05010793, 0.11187477, 0.11794427, 0.09231775, 0.060190734, 0.034432348, 0.017803485, 0.00849028, 0.0037869057, 0.0015935486, 6.3790014e-04, 2.4449232e-04, 9.014268e-05, 3.210172e-05, 1.1075965e-05, 3.714393e-06],
    [-0.059959874, -0.023384951, 0.011952938, 0.02819711, 0.028208796, 0.020997094, 0.013122049, 0.00725158, 0.0036484695, 0.0016997043, 7.4297487e-04, 3.076995e-04, 1.215617e-04, 4.6073827e-05, 1.68243e-05, 5.9435492e-06],
    [-0.012065518, -0.02288093, -0.016134674, -0.004383583, 0.0035052167, 0.006181961, 0.0055485503, 0.003855991, 0.0022891823, 0.0012166476, 5.925124e-04, 2.6877483e-04, 1.1496272e-04, 4.6753114e-05, 1.8190229e-05, 6.8035533e-06],
    [0.0073268684, -1.0977163e-04, -0.005732009, -0.0056558023, -0.0026925486, -3.6088537e-04, 9.184742e-04, 0.0011407768, 9.21405e-04, 5.8912754e-04, 3.3172467e-04, 1.7042427e-04, 8.066534e-05, 3.572752e-05, 1.4951064e-05, 5.985712e-06],
    [0.0049292916, 0.0036517493, 0.0014246621, -8.22776e-04, -0.0018072338, -9.357898e-04, -3.498848e-04, 8.493932e-05, 1.8767263e-04, 1.961459e-04, 1.367281e-04, 7.7019504e-05, 3.9820745e-05, 1.9150813e-05, 8.688803e-06, 3.663461e-06],
    [-0.0042853747, -3.8053442e-04, 5.534514e-04, 5.795093e-04, 4.1503992e-04, -2.506755e-04, -2.532347e-04, -1.8945652e-04, -4.7688238e-05, -2.297804e-06, 2.2482247e-05, 2.8209892e-05, 2.0681851e-05, 1.2288475e-05, 6.394616e-06, 3.1394045e-06],
];
/// `P(-a) - a P'(a)` in the same way, with 25 bits of `P(-a) + a P'(a)`.
#[rustfmt::skip]
const SLOPE: [[f32; 16]; 8] = [
    [0.29728517, 0.007565066, -0.113592364, -0.12503871, -0.09327884, -0.0572609, -0.030895144, -0.015152669, -0.0068926574, -0.0029426196, -0.0011909252, -4.603831e-04, -1.7090747e-04, -6.1204664e-05, -2.1215192e-05, -7.142349e-06],
    [0.74536383, 0.44488224, 0.1309728, -0.050703242, -0.10669747, -0.09564923, -0.06501688, -0.037668012, -0.019525366, -0.009284441, -0.0041187443, -0.0017246736, -6.872177e-04, -2.6224725e-04, -9.629506e-05, -3.4173565e-05],
    [0.19704422, 0.3871406, 0.31208718, 0.14513266, 0.017675525, -0.03969749, -0.04879406, -0.037759088, -0.023691297, -0.012999106, -0.0064679636, -0.0029811172, -0.0012900877, -5.2932365e-04, -2.0734876e-04, -7.800728e-05],
    [-0.22699763, -0.026165286, 0.12313258, 0.14023928, 0.085539125, 0.027901944, -0.005153816, -0.01580307, -0.014740525, -0.010161528, -0.0059342124, -0.0030957016, -0.0014825076, -6.627933e-04, -2.7974625e-04, -1.1243813e-04],
    [-0.07266276, -0.11477251, -0.048525427, 0.021539079, 0.04525985, 0.034780346, 0.015950056, 0.0025541035, -0.0032625936, -0.004256163, -0.003320993, -0.0020824552, -0.0011413195, -5.683954e-04, -2.6249103e-04, -1.1385562e-04],
    [0.050348617, -0.014620195, -0.04100189, -0.024943491, -8.2639913e-04, 0.011022755, 0.0105295, 0.0059519466, 0.0018951311, -2.7169328e-04, -9.072439e-04, -8.527507e-04, -5.906418e-04, -3.4300762e-04, -1.780472e-04, -8.5802465e-05],
    [0.0064693773, 0.024537807, 8.870377e-04, -0.012991256, -0.010129618, -0.002571723, 0.0028015478, 0.00329074, 0.0020222415, 8.00704e-04, 1.5835165e-05, -2.0910018e-04, -2.0139344e-04, -1.4724082e-04, -8.9242974e-05, -4.51721e-05],
    [0.0022338768, -0.0013871363, 0.006849285, 0.004344046, -9.947497e-04, -0.0026910647, -0.0023347586, -6.32486e-04, 3.4347342e-04, 4.900008e-04, 4.0220356e-04, 1.71661e-04, 1.8908366e-05, -2.5461964e-05, -3.0149162e-05, -2.5627693e-05],
];

/// The polynomial of the piece that each magnitude falls into.
#[inline(always)]
fn piecewise<V: Lookup>(a: V, table: &'static [[f32; 16]; 8]) -> V {
    // Adding 1.5 * 2^23 leaves the integer in the low bits.
    let k = a.fma(a.fma(V::c(INDEX[0]), V::c(INDEX[1])), V::c((3 << 22) as f64)).index();
    let v = V::lookup(&AT, k).sub(a);
    let mut y = V::lookup(&table[7], k);
    for row in table[..7].iter().rev() {
        y = y.fma(v, V::lookup(row, k));
    }
    y
}

/// `((p, low, n), 1 / a^2)` with `e^(-a^2/2) = (p + low) 2^n`.
#[inline(always)]
fn density<V: Lookup>(a: V) -> ((V, V, V), V) {
    let a = V::c(END).min(a);
    let square = a.mul(a);
    // The square's rounding would cost 6 bits at the far end.
    let lost = a.fma(a, square.neg());
    let half = V::c(-0.5);
    (exp_pair(square.mul(half), Some(lost.mul(half))), V::c(1.0).quotient(square))
}

/// `x P(x)` with the normal distribution `P`, through its tail: `max(x, 0) - |x| P(-|x|)`. A table of polynomials takes
/// a third of the time of an exponential with its compensation, which remains for the one element in two million of
/// normal data that lies beyond.
#[inline(always)]
pub fn gelu_f32<V: Lookup>(x: V) -> V {
    let a = x.abs();
    // The maximum's second operand is the one that keeps the sign of zero.
    let y = a.fnma(piecewise(a, &TAIL), V::zero().max(x));
    let far = V::c(MAX).lt(a);
    if !V::any(far) {
        return y;
    }
    let ((p, low, n), w) = density(a);
    let s = w.poly(FAR_TAIL);
    let tail = s.fma(p, s.mul(low)).scale(n);
    V::select(far, V::zero().max(x).sub(tail).copysign(x), y)
}

/// `g` times the slope of [`gelu_f32`].
#[inline(always)]
pub fn gelu_backward<V: Lookup>(g: V, x: V) -> V {
    g.mul(gelu_slope(x))
}

/// `P(x) + x P'(x)`.
#[inline(always)]
fn gelu_slope<V: Lookup>(x: V) -> V {
    let a = x.abs();
    let mut tail = piecewise(a, &SLOPE);
    let far = V::c(MAX).lt(a);
    if V::any(far) {
        let ((p, _, n), w) = density(a);
        tail = V::select(far, w.poly(FAR_SLOPE).mul(p).scale(n).mul(a).neg(), tail);
    }
    V::select(x.lt(V::zero()), tail, V::c(1.0).sub(tail))
}

/// `x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3))`, which is `x/2 (1 + tanh ...)` without its cancellation. The argument
/// is carried in two parts: its rounding alone would cost half as many units as its value.
#[inline(always)]
pub fn gelu_tanh<V: Real>(x: V) -> V {
    let c = clamp(x, <V::Elem as Coef>::GELU_TANH_MIN, 1e10);
    let [[one, one_low], [cube, cube_low]] = <V::Elem as Coef>::GELU_TANH;
    let z = c.mul(c);
    let z_low = c.fma(c, z.neg());
    let third = z.mul(V::c(cube));
    let third_low = z.fma(V::c(cube), third.neg()).add(z.fma(V::c(cube_low), z_low.mul(V::c(cube))));
    let u = third.add(V::c(one));
    let back = u.sub(third);
    let lost = V::c(one).sub(back).add(third.sub(u.sub(back)));
    let u_low = lost.add(third_low.add(V::c(one_low)));
    let y = c.mul(u);
    let low = c.fma(u_low, c.fma(u, y.neg()));
    let y = over_one_plus_exp(Some(c), y, Some(low));
    V::select(V::c(16.0).lt(x), x, y).copysign(x)
}
