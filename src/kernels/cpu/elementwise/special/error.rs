//! The error function's relatives: inverses, the scaled complement, the normal distribution.

use crate::kernels::cpu::elementwise::clib::{erf, erfc};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI};

/// An inverse of `erfc` by Newton's method on its logarithm, from the leading asymptotic term. `q` in (0, 1].
fn erfc_inverse(q: f64) -> f64 {
    if q >= 0.5 {
        // near the middle the inverse of erf is well conditioned
        let x = 1.0 - q;
        let mut y = x / FRAC_2_SQRT_PI * (1.0 + PI / 12.0 * x * x);
        for _ in 0..6 {
            let f = erf(y) - x;
            let d = FRAC_2_SQRT_PI * (-y * y).exp();
            let step = f / (d + f * y);
            y -= step;
            if step.abs() < 1e-17 {
                break;
            }
        }
        return y;
    }
    let l = -(q * PI.sqrt()).ln();
    let mut y = (l - 0.5 * l.max(1.0).ln()).max(0.2).sqrt();
    for _ in 0..12 {
        // ln erfc(y) = ln erfcx(y) - y^2
        let e = erfcx(y);
        let f = e.ln() - y * y - q.ln();
        let d = -FRAC_2_SQRT_PI / e;
        let step = f / d;
        y -= step;
        if step.abs() < 1e-15 * y {
            break;
        }
    }
    y
}

/// The inverse of the error function.
pub fn erfinv(x: f64) -> f64 {
    let a = x.abs();
    if a > 1.0 || x.is_nan() {
        return f64::NAN;
    }
    if a == 1.0 {
        return f64::INFINITY.copysign(x);
    }
    if a < 1e-8 {
        return x / FRAC_2_SQRT_PI;
    }
    erfc_inverse(1.0 - a).copysign(x)
}

/// The inverse of the normal distribution function.
pub fn ndtri(p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    let y = if p < 0.5 { -erfc_inverse(2.0 * p) } else { erfc_inverse(2.0 * (1.0 - p)) };
    y / FRAC_1_SQRT_2
}

/// `e^(x^2) erfc(x)`.
pub fn erfcx(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x < 2.5 {
        if x < -26.7 {
            return f64::INFINITY;
        }
        // the square in two parts keeps the exponential exact
        let hi = (x * 1024.0).trunc() / 1024.0;
        let lo = (x - hi) * (x + hi);
        return (hi * hi).exp() * lo.exp() * erfc(x);
    }
    if x > 1e8 {
        return 1.0 / (PI.sqrt() * x);
    }
    // continued fraction from the tail
    let mut f = x;
    let terms = (12.0 + 800.0 / (x * x)) as i32;
    for k in (1..=terms).rev() {
        f = x + 0.5 * k as f64 / f;
    }
    1.0 / (PI.sqrt() * f)
}

/// The logarithm of the normal distribution function.
pub fn log_ndtr(x: f64) -> f64 {
    let t = x * FRAC_1_SQRT_2;
    if x < -1.0 { (0.5 * erfcx(-t)).ln() - t * t } else { (-0.5 * erfc(t)).ln_1p() }
}
