//! One element at a time, in float64: the functions that are too rare to vectorise.

macro_rules! from_std {
    ($($name:ident = $method:ident;)*) => {$(
        #[inline]
        pub fn $name(x: f64) -> f64 { x.$method() }
    )*};
}

from_std! {
    exp = exp; exp2 = exp2; expm1 = exp_m1;
    log = ln; log2 = log2; log10 = log10; log1p = ln_1p;
    sin = sin; cos = cos; tan = tan; asin = asin; acos = acos; atan = atan;
    sinh = sinh; cosh = cosh; tanh = tanh; asinh = asinh; acosh = acosh; atanh = atanh;
    sqrt = sqrt; reciprocal = recip;
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
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
/// Half of `x (1 + erf(x / sqrt 2))`, without the cancellation for negative `x`.
pub fn gelu(x: f64) -> f64 {
    0.5 * x * erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}
pub fn gelu_tanh(x: f64) -> f64 {
    let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x);
    x * sigmoid(2.0 * inner)
}
pub fn silu(x: f64) -> f64 {
    x / (1.0 + (-x).exp())
}
/// `log(1 + e^x)`.
pub fn log1pexp(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}
pub fn rsqrt(x: f64) -> f64 {
    1.0 / x.sqrt()
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
