//! Functions of the C library that Rust's standard library lacks: complex mathematics and some special functions; and the
//! complex quotient, which C has as an operator.
//!
//! A C `double complex` is passed and returned as two doubles in registers, which is how a `repr(C)` pair of
//! doubles goes, on x86-64 (System V) and on 64-bit ARM.

use crate::base::{C64, C128};

macro_rules! complex {
    ($($name:ident = $c:ident;)*) => {
        mod sys {
            use crate::base::C128;
            #[allow(improper_ctypes)]
            unsafe extern "C" {
                $(pub safe fn $c(z: C128) -> C128;)*
                pub safe fn cpow(z: C128, w: C128) -> C128;
                pub safe fn lgamma(x: f64) -> f64;
                pub safe fn erf(x: f64) -> f64;
                pub safe fn erfc(x: f64) -> f64;
            }
        }
        $(#[inline] pub fn $name(z: C128) -> C128 { sys::$c(z) })*
    };
}
complex! {
    exp = cexp; ln = clog; sqrt = csqrt;
    sin = csin; cos = ccos; tan = ctan; asin = casin; acos = cacos; atan = catan;
    sinh = csinh; cosh = ccosh; tanh = ctanh; asinh = casinh; acosh = cacosh; atanh = catanh;
}

pub fn powc(z: C128, w: C128) -> C128 {
    if w == C128::new(0.0, 0.0) {
        return C128::new(1.0, 0.0);
    }
    if w == C128::new(2.0, 0.0) {
        return z * z;
    }
    sys::cpow(z, w)
}

/// Complex quotient after Smith: no overflow on the way.
#[inline]
pub fn divide(a: C128, b: C128) -> C128 {
    if b.re.abs() >= b.im.abs() {
        if b.re == 0.0 && b.im == 0.0 {
            return C128::new(a.re / b.re.abs(), a.im / b.re.abs());
        }
        let r = b.im / b.re;
        let d = b.re + b.im * r;
        C128::new((a.re + a.im * r) / d, (a.im - a.re * r) / d)
    } else {
        let r = b.re / b.im;
        let d = b.re * r + b.im;
        C128::new((a.re * r + a.im) / d, (a.im * r - a.re) / d)
    }
}

/// As [`divide`], computed in double precision.
#[inline]
pub fn divide64(a: C64, b: C64) -> C64 {
    let q = divide(C128::new(a.re as f64, a.im as f64), C128::new(b.re as f64, b.im as f64));
    C64::new(q.re as f32, q.im as f32)
}

macro_rules! real {
    ($($name:ident($($a:ident),*): $t:ty;)*) => {
        $(#[inline] pub fn $name($($a: $t),*) -> $t { sys::$name($($a),*) })*
    };
}
real! {
    erf(x): f64; erfc(x): f64; lgamma(x): f64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calling_convention_holds() {
        let z = exp(C128::new(0.0, std::f64::consts::PI));
        assert!((z + 1.0).norm() < 1e-15);
        let w = powc(C128::new(0.0, 1.0), C128::new(0.0, 1.0));
        assert!((w.re - (-std::f64::consts::FRAC_PI_2).exp()).abs() < 1e-15 && w.im.abs() < 1e-15);
    }
}
