//! Modified Bessel functions of the second kind, spherical ones, and Airy's function.

use crate::kernels::cpu::elementwise::clib::lgamma;
use std::f64::consts::PI;

/// `K_nu(z) e^z` for z > 0: the integral of `e^(-z (cosh t - 1)) cosh(nu t)` by the trapezoidal rule, which for such
/// an integrand converges faster than any power of the step.
fn scaled_k(nu: f64, z: f64) -> f64 {
    // the integrand is a bell of width 1 / sqrt(z) for large z
    let h = if z > 16.0 { 0.25 / z.sqrt() } else { 0.0625 };
    let mut sum = 0.5;
    let mut k = 1;
    loop {
        let t = k as f64 * h;
        // cosh t - 1 without cancellation
        let s = (0.5 * t).sinh();
        let term = (-2.0 * z * s * s).exp() * (nu * t).cosh();
        sum += term;
        if term < sum * 1e-18 || k > 20000 {
            return sum * h;
        }
        k += 1;
    }
}

fn k_of(nu: f64, x: f64, scaled: bool) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::INFINITY;
    }
    if x.is_infinite() {
        return 0.0;
    }
    // for tiny arguments the integrand is long and flat: the leading terms are exact
    let v = if x < 1e-8 {
        if nu == 0.0 { -(0.5 * x).ln() - 0.577_215_664_901_532_9 } else { 1.0 / x }
    } else {
        scaled_k(nu, x)
    };
    if scaled || x < 1e-8 { v } else { v * (-x).exp() }
}

pub fn k0(x: f64) -> f64 {
    k_of(0.0, x, false)
}
pub fn k0e(x: f64) -> f64 {
    k_of(0.0, x, true)
}
pub fn k1(x: f64) -> f64 {
    k_of(1.0, x, false)
}
pub fn k1e(x: f64) -> f64 {
    k_of(1.0, x, true)
}

/// Spherical Bessel function of the first kind, order 0.
pub fn spherical_j0(x: f64) -> f64 {
    if x.is_infinite() {
        return 0.0;
    }
    if x.abs() < 0.5 {
        let t = x * x;
        return 1.0 - t / 6.0 * (1.0 - t / 20.0 * (1.0 - t / 42.0 * (1.0 - t / 72.0 * (1.0 - t / 110.0))));
    }
    x.sin() / x
}

/// Airy's function Ai.
pub fn airy_ai(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x.is_infinite() {
        return if x > 0.0 { 0.0 } else { f64::NAN };
    }
    if x > 2.0 {
        let z = 2.0 / 3.0 * x * x.sqrt();
        return (x / 3.0).sqrt() / PI * scaled_k(1.0 / 3.0, z) * (-z).exp();
    }
    if x > -8.0 {
        // Maclaurin: c1 f - c2 g
        let c1 = 3f64.powf(-2.0 / 3.0) / lgamma(2.0 / 3.0).exp();
        let c2 = 3f64.powf(-1.0 / 3.0) / lgamma(1.0 / 3.0).exp();
        let t = x * x * x;
        let (mut f, mut g) = (1.0, x);
        let (mut a, mut b) = (1.0, x);
        for k in 1..200 {
            let n = 3.0 * k as f64;
            a *= t / ((n - 1.0) * n);
            b *= t / (n * (n + 1.0));
            f += a;
            g += b;
            if a.abs() + b.abs() < 1e-18 {
                break;
            }
        }
        return c1 * f - c2 * g;
    }
    // the phase and amplitude expansion
    let z = 2.0 / 3.0 * -x * (-x).sqrt();
    let (mut p, mut q, mut u) = (1.0, 0.0, 1.0);
    for k in 1..30 {
        let kf = k as f64;
        let next =
            u * (6.0 * kf - 5.0) * (6.0 * kf - 3.0) * (6.0 * kf - 1.0) / (216.0 * kf * (2.0 * kf - 1.0)) / z;
        if next.abs() > u.abs() {
            break;
        }
        u = next;
        match k % 4 {
            0 => p += u,
            1 => q += u,
            2 => p -= u,
            _ => q -= u,
        }
    }
    let angle = z + PI / 4.0;
    (angle.sin() * p - angle.cos() * q) / (PI.sqrt() * (-x).powf(0.25))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 2e-12 * b.abs(), "{a} {b}");
    }

    #[test]
    fn known_values() {
        close(k0(0.1), 2.427_069_024_702_017);
        close(k1(5.0), 0.004_044_613_445_452_164);
        close(airy_ai(1.0), 0.135_292_416_312_881_42);
        close(airy_ai(5.0), 0.000_108_344_428_136_074_42);
        assert!((airy_ai(-10.0) - 0.040_241_238_486_441_95).abs() < 1e-13);
    }
}
