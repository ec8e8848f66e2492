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
/// Half of `x (1 + erf(x / sqrt 2))`, without the cancellation for negative `x`.
pub fn gelu(x: f64) -> f64 {
    let tail = erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
    if tail == 0.0 { -0.0 } else { 0.5 * x * tail }
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
