//! Gamma's relatives: digamma, polygamma, Hurwitz's zeta, incomplete gamma.

use crate::kernels::cpu::elementwise::block::Params;
use crate::kernels::cpu::elementwise::clib::lgamma;
use crate::kernels::cpu::elementwise::math;
use crate::kernels::cpu::machine::rows::MAX_OPERANDS;
use std::f64::consts::PI;

/// Bernoulli numbers B2, B4, ...
const BERNOULLI: [f64; 12] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174611.0 / 330.0,
    854513.0 / 138.0,
    -236364091.0 / 2730.0,
];

/// The logarithmic derivative of gamma.
pub fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        return f64::INFINITY.copysign(-x);
    }
    if x.is_infinite() {
        return if x > 0.0 { x } else { f64::NAN };
    }
    if x.is_nan() {
        return x;
    }
    if x < 0.0 {
        if x == x.trunc() {
            return f64::NAN;
        }
        // reflection; the fraction alone keeps the tangent exact
        return digamma(1.0 - x) - PI / (PI * x.fract()).tan();
    }
    let (mut v, mut shift) = (x, 0.0);
    while v < 10.0 {
        shift -= 1.0 / v;
        v += 1.0;
    }
    let t = 1.0 / (v * v);
    let mut series = 0.0;
    for (k, b) in BERNOULLI.iter().take(8).enumerate().rev() {
        series = (series + b / (2.0 * (k as f64 + 1.0))) * t;
    }
    shift + v.ln() - 0.5 / v - series
}

/// Hurwitz's zeta function, the sum of `(q + k)^-s`: Euler and Maclaurin's formula after ten terms.
pub fn zeta(s: f64, q: f64) -> f64 {
    if s.is_nan() || q.is_nan() || s < 1.0 {
        return f64::NAN;
    }
    if s == 1.0 {
        return f64::INFINITY;
    }
    if q <= 0.0 {
        if q == q.floor() {
            return f64::INFINITY;
        }
        if s != s.floor() {
            return f64::NAN;
        }
    }
    let (mut a, mut sum) = (q, 0.0f64);
    loop {
        let term = a.powf(-s);
        if a > 10.0 + s.min(30.0) {
            break;
        }
        sum += term;
        a += 1.0;
        if term != 0.0 && (term / sum).abs() < 1e-17 && a > 0.0 {
            return sum;
        }
    }
    // integral, half of the next term, and corrections with odd derivatives
    let first = a.powf(-s);
    sum += first * a / (s - 1.0) + 0.5 * first;
    let mut factor = s * first / a;
    let mut denominator = 2.0;
    for (k, b) in BERNOULLI.iter().enumerate() {
        let term = b * factor / denominator;
        sum += term;
        if (term / sum).abs() < 1e-17 {
            break;
        }
        let j = 2.0 * (k as f64 + 1.0);
        factor *= (s + j - 1.0) * (s + j) / (a * a);
        denominator *= (j + 1.0) * (j + 2.0);
    }
    sum
}

/// The n-th derivative of digamma. With `single`, poles of the first derivative look as they do in float32, where the
/// sine of a multiple of pi is a small number.
pub fn polygamma(n: i64, x: f64, single: bool) -> f64 {
    if x.is_infinite() {
        return if n == 0 || x < 0.0 { digamma(x) } else { 0.0 };
    }
    match n {
        0 => digamma(x),
        1 if x < 0.5 => {
            let sine = if single { (std::f32::consts::PI * x as f32).sin() as f64 } else { (PI * x).sin() };
            let s = PI / sine;
            s * s - zeta(2.0, 1.0 - x)
        }
        _ => {
            let sign = if n % 2 == 0 { -1.0 } else { 1.0 };
            sign * lgamma(n as f64 + 1.0).exp() * zeta(n as f64 + 1.0, x)
        }
    }
}

/// Derivatives of digamma as a kernel with parameters: the order, and whether the result is narrower than float64.
///
/// # Safety
/// `p` has the result and the operand, `n` elements of float64 each.
pub unsafe fn polygammas(p: &[*mut u8; MAX_OPERANDS], n: usize, q: &Params) {
    let (x, y) = (p[1] as *const f64, p[0] as *mut f64);
    // SAFETY: the caller's promise
    unsafe {
        match (q[0], q[1] != 0.0) {
            (0.0, _) => math::digamma_f64(x, y, n),
            (1.0, false) => math::trigamma_f64(x, y, n),
            (1.0, true) => math::trigamma_single_f64(x, y, n),
            (order, single) => {
                for i in 0..n {
                    *y.add(i) = polygamma(order as i64, *x.add(i), single);
                }
            }
        }
    }
}

/// `x^a e^-x / gamma(a + 1)`, without cancellation for large arguments.
fn prefix(a: f64, x: f64) -> f64 {
    if a > 20.0 && (x - a).abs() < 0.5 * a {
        // ln of the ratio through 1 + u, and Stirling's series for gamma
        let u = (x - a) / a;
        let bend = if u.abs() < 0.1 { series_log(u) } else { u.ln_1p() - u };
        let stirling = 1.0 / (12.0 * a) - 1.0 / (360.0 * a * a * a) + 1.0 / (1260.0 * a.powi(5));
        return (a * bend - stirling).exp() / (2.0 * PI * a).sqrt();
    }
    (a * x.ln() - x - lgamma(a + 1.0)).exp()
}

/// `ln(1 + u) - u` for small `u`.
fn series_log(u: f64) -> f64 {
    let (mut sum, mut power) = (0.0, u);
    for k in 2..40 {
        power *= -u;
        let term = power / k as f64;
        sum += term;
        if term.abs() < 1e-18 * f64::abs(sum) {
            break;
        }
    }
    sum
}

fn lower_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0, 1.0, a);
    for _ in 0..20000 {
        k += 1.0;
        term *= x / k;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum * prefix(a, x)
}

/// Legendre's continued fraction by Lentz's method.
fn upper_fraction(a: f64, x: f64) -> f64 {
    let tiny = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / tiny;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..20000 {
        let n = -(i as f64) * (i as f64 - a);
        b += 2.0;
        d = n * d + b;
        d = 1.0 / if d.abs() < tiny { tiny } else { d };
        c = b + n / c;
        if c.abs() < tiny {
            c = tiny;
        }
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    h * prefix(a, x) * a
}

/// The answers at the edges: `(lower, upper)`.
fn edges(a: f64, x: f64) -> Option<(f64, f64)> {
    if a.is_nan() || x.is_nan() || a < 0.0 || x < 0.0 {
        return Some((f64::NAN, f64::NAN));
    }
    match (a == 0.0, x == 0.0, a.is_infinite(), x.is_infinite()) {
        (true, true, ..) => Some((f64::NAN, f64::NAN)),
        (true, ..) => Some((1.0, 0.0)),
        (_, true, ..) => Some((0.0, 1.0)),
        (.., true, true) => Some((f64::NAN, f64::NAN)),
        (.., true, _) => Some((0.0, 1.0)),
        (.., true) => Some((1.0, 0.0)),
        _ => None,
    }
}

/// The lower incomplete gamma function, regularised.
pub fn igamma(a: f64, x: f64) -> f64 {
    if let Some((lower, _)) = edges(a, x) {
        return lower;
    }
    if x > 1.0 && x > a { 1.0 - upper_fraction(a, x) } else { lower_series(a, x) }
}

/// The upper incomplete gamma function, regularised.
pub fn igammac(a: f64, x: f64) -> f64 {
    if let Some((_, upper)) = edges(a, x) {
        return upper;
    }
    if x > 1.0 && x > a { upper_fraction(a, x) } else { 1.0 - lower_series(a, x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} {b}");
    }

    #[test]
    fn known_values() {
        close(digamma(1.0), -0.577_215_664_901_532_9);
        close(digamma(-0.5), 0.036_489_973_978_576_52);
        close(zeta(2.0, 1.0), PI * PI / 6.0);
        close(zeta(3.5, 0.25), 128.0 + 1.25f64.powf(-3.5) + 2.25f64.powf(-3.5) + zeta(3.5, 3.25));
        close(polygamma(1, 1.0, false), PI * PI / 6.0);
        close(polygamma(2, 1.0, false), -2.404_113_806_319_188_5);
        close(igamma(0.5, 0.5), 0.682_689_492_137_085_9);
        close(igammac(3.0, 7.0), 0.029_636_163_880_521_8);
        close(igamma(200.0, 205.0), 1.0 - igammac(200.0, 205.0));
    }
}
