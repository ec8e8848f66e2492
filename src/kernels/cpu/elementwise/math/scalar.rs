//! One element at a time, in float64: what is too rare to vectorise, from the platform's library; what vectorises as it stands;
//! and, for tests, what the vector functions are held against.

#[cfg(test)]
macro_rules! from_std {
    ($($name:ident = $method:ident;)*) => {$(
        #[inline]
        pub fn $name(x: f64) -> f64 {
            x.$method()
        }
    )*};
}

#[cfg(test)]
from_std! {
    atan = atan;
    sinh = sinh;
    cosh = cosh;
    asinh = asinh;
    acosh = acosh;
    atanh = atanh;
}

#[cfg(test)]
unsafe extern "C" {
    #[link_name = "erf"]
    safe fn c_erf(x: f64) -> f64;
    #[link_name = "erfc"]
    safe fn c_erfc(x: f64) -> f64;
}

#[cfg(test)]
pub fn erf(x: f64) -> f64 {
    c_erf(x)
}
#[cfg(test)]
pub fn erfc(x: f64) -> f64 {
    c_erfc(x)
}
/// Half of `x (1 + erf(x / sqrt 2))`, without the cancellation for negative `x`, where the rounding of `x / sqrt 2`
/// would cost `x^2` units: it is taken back through the slope of `log erfc(z)`, which is `-(z + sqrt(z^2 + 2))` to
/// four percent for `z > 1`.
/// From -28 down the tail of the normal distribution is expanded in `1 / x^2` (Abramowitz and Stegun, 26.2.12), because
/// `erfc` becomes subnormal before the result does.
#[cfg(test)]
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
#[cfg(test)]
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

/// Powers of two, so that scaling is exact.
const HUGE: f64 = 4.149515568880993e180; // 2^600
const TINY: f64 = 1.0 / HUGE;

/// `sqrt(a^2 + b^2)` within 1.01 units, without overflow or underflow on the way; infinite beside nan too, as in C. Choices
/// instead of branches: loops over it vectorise.
#[inline(always)]
pub fn hypot(a: f64, b: f64) -> f64 {
    let (x, y) = (a.abs(), b.abs());
    let (most, least) = if x > y { (x, y) } else { (y, x) };
    let big = most > 1e150;
    let small = most < 1e-140;
    let scale = if big {
        TINY
    } else if small {
        HUGE
    } else {
        1.0
    };
    let back = if big {
        HUGE
    } else if small {
        TINY
    } else {
        1.0
    };
    let (p, q) = (most * scale, least * scale);
    let y = (p * p + q * q).sqrt() * back;
    if (x == f64::INFINITY) | (b.abs() == f64::INFINITY) { f64::INFINITY } else { y }
}

/// In float64 the squares of float32 are exact and nothing overflows.
#[inline(always)]
pub fn hypot_f32(a: f32, b: f32) -> f32 {
    let (x, y) = (a as f64, b as f64);
    let y = (x * x + y * y).sqrt() as f32;
    if (a.abs() == f32::INFINITY) | (b.abs() == f32::INFINITY) { f32::INFINITY } else { y }
}
