//! Spherical Bessel functions, and Airy's function by the modified one of the second kind.

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
        // Maclaurin: c1 f - c2 g, of 3^(-2/3) / gamma(2/3) and 3^(-1/3) / gamma(1/3)
        let (c1, c2) = (0.355_028_053_887_817_2, 0.258_819_403_792_806_8);
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
        close(airy_ai(1.0), 0.135_292_416_312_881_42);
        close(airy_ai(5.0), 0.000_108_344_428_136_074_42);
        assert!((airy_ai(-10.0) - 0.040_241_238_486_441_95).abs() < 1e-13);
    }
}
