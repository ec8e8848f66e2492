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
                pub safe fn clog(z: C128) -> C128;
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
    exp = cexp; sqrt = csqrt;
    sin = csin; cos = ccos; tan = ctan; asin = casin; acos = cacos; atan = catan;
    sinh = csinh; cosh = ccosh; tanh = ctanh; asinh = casinh; acosh = cacosh; atanh = catanh;
}

/// The logarithm. C's sorts eight parts of a square where it is near 1: there the square less 1 is a sum of two products with what
/// their roundings lost (4M of complex64: 131 instead of 360 ms).
#[inline]
pub fn ln(z: C128) -> C128 {
    let (x, y) = (z.re.abs(), z.im.abs());
    let (m, n) = if x > y { (x, y) } else { (y, x) };
    // infinities, nan, and what has no square
    if !(1e-150..1e150).contains(&m) || n.is_nan() {
        return sys::clog(z);
    }
    let (of_n, lost_n) = (n * n, n.mul_add(n, -(n * n)));
    let square = m.mul_add(m, of_n);
    let re = if 0.5 < square && square < 3.0 {
        // m is between 0.5 and 2: m - 1 is exact
        let (less, more) = (m - 1.0, m + 1.0);
        let of_m = less * more;
        let lost_m = less.mul_add(more, -of_m) + less * (m - (more - 1.0));
        let sum = of_m + of_n;
        let back = sum - of_m;
        let lost = (of_m - (sum - back)) + (of_n - back);
        (sum + (lost + lost_m + lost_n)).ln_1p()
    } else {
        square.ln() + (m.mul_add(m, of_n - square) + lost_n) / square
    };
    C128::new(0.5 * re, z.im.atan2(z.re))
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

/// Complex quotient after Smith: no overflow on the way. Either way by choices, so that loops have vectors of it.
#[inline(always)]
pub fn divide(a: C128, b: C128) -> C128 {
    let wide = b.re.abs() >= b.im.abs();
    let (large, small) = if wide { (b.re, b.im) } else { (b.im, b.re) };
    let r = small / large;
    let d = large + small * r;
    // (a.re + a.im r, a.im - a.re r) over it, or (a.re r + a.im, a.im r - a.re)
    let (re, im) = if wide { (a.re + a.im * r, a.im - a.re * r) } else { (a.re * r + a.im, a.im * r - a.re) };
    let zero = (large == 0.0) & (small == 0.0);
    let (d, re, im) = if zero { (large.abs(), a.re, a.im) } else { (d, re, im) };
    C128::new(re / d, im / d)
}

/// As [`divide`], computed in double precision.
#[inline(always)]
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
    fn logarithms_are_those_of_c() {
        let sides = [
            0.0,
            1e-300,
            1e-200,
            1e-9,
            0.3,
            0.6,
            0.8,
            0.99999999,
            1.0,
            1.0 + 1e-9,
            1.7,
            3.0,
            1e9,
            1e200,
            1e308,
        ];
        let sides = sides.into_iter().chain([f64::INFINITY, f64::NAN, 0.5f64.sqrt()]);
        let sides: Vec<f64> = sides.flat_map(|v| [v, -v]).collect();
        let near = |x: f64, y: f64| {
            x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan() || (x - y).abs() <= 4e-16 * y.abs()
        };
        for &re in &sides {
            for &im in &sides {
                let z = C128::new(re, im);
                let (got, want) = (ln(z), sys::clog(z));
                assert!(near(got.re, want.re) && near(got.im, want.im), "{z}: {got} for {want}");
            }
        }
    }

    #[test]
    fn the_calling_convention_holds() {
        let z = exp(C128::new(0.0, std::f64::consts::PI));
        assert!((z + 1.0).norm() < 1e-15);
        let w = powc(C128::new(0.0, 1.0), C128::new(0.0, 1.0));
        assert!((w.re - (-std::f64::consts::FRAC_PI_2).exp()).abs() < 1e-15 && w.im.abs() < 1e-15);
    }
}
