//! One element at a time, in float64, from the platform's library: the functions that are too rare to vectorise.

macro_rules! from_std {
    ($($name:ident = $method:ident;)*) => {$(
        #[inline]
        pub fn $name(x: f64) -> f64 {
            x.$method()
        }
    )*};
}

from_std! {
    atan = atan;
    sinh = sinh;
    cosh = cosh;
    asinh = asinh;
    acosh = acosh;
    atanh = atanh;
}

unsafe extern "C" {
    #[link_name = "erf"]
    safe fn c_erf(x: f64) -> f64;
    #[link_name = "erfc"]
    safe fn c_erfc(x: f64) -> f64;
}

pub fn erf(x: f64) -> f64 {
    c_erf(x)
}
pub fn erfc(x: f64) -> f64 {
    c_erfc(x)
}
/// Half of `x (1 + erf(x / sqrt 2))`, without the cancellation for negative `x`, where the rounding of `x / sqrt 2`
/// would cost `x^2` units: it is taken back through the slope of `log erfc(z)`, which is `-(z + sqrt(z^2 + 2))` to
/// four percent for `z > 1`.
/// From -28 down the tail of the normal distribution is expanded in `1 / x^2` (Abramowitz and Stegun, 26.2.12), because
/// `erfc` becomes subnormal before the result does.
pub fn gelu(x: f64) -> f64 {
    if x < -28.0 {
        return gelu_far(x);
    }
    const LOW: f64 = -4.833646656726456e-17; // 1 / sqrt(2) less its rounding
    let z = -x * std::f64::consts::FRAC_1_SQRT_2;
    let mut tail = erfc(z);
    if z > 1.0 && z < 30.0 {
        let lost = (-x).mul_add(std::f64::consts::FRAC_1_SQRT_2, -z) - x * LOW;
        tail -= tail * lost * (z + (z * z + 2.0).sqrt());
    }
    if tail == 0.0 { -0.0 } else { 0.5 * x * tail }
}
fn gelu_far(x: f64) -> f64 {
    if x < -39.0 {
        return -0.0;
    }
    const DENSITY: f64 = 0.398_942_280_401_432_7; // 1 / sqrt(2 pi)
    let square = x * x;
    let lost = x.mul_add(x, -square);
    let r = 1.0 / square;
    // odd factorials with alternating signs, the next of which is below 2e-17 of the first
    let series = (1..=8).rev().fold(1.0, |sum, k| 1.0 - (2 * k - 1) as f64 * r * sum);
    -((-0.5 * square).exp() * DENSITY) * (series - 0.5 * lost * series)
}
pub fn pow(a: f64, b: f64) -> f64 {
    a.powf(b)
}
pub fn atan2(a: f64, b: f64) -> f64 {
    a.atan2(b)
}
pub fn hypot(a: f64, b: f64) -> f64 {
    a.hypot(b)
}
