//! How draws move with the parameters of their law: `-(dF/da) / f` of a distribution function `F` with density `f`
//! (Figurnov, Mohamed and Mnih, 2018, Implicit reparameterization gradients).

use super::digamma;
use std::f64::consts::PI;

/// The derivative of a gamma variable of unit scale by its shape.
///
/// The series of the incomplete gamma function, `F = sum x^(a+n) e^-x / gamma(a+n+1)`, differentiated term by term and
/// divided by the density; beyond its reach the leading terms of the tail, and for great shapes those of the quantile.
pub fn gamma_slope(a: f64, x: f64) -> f64 {
    if !(a > 0.0 && x >= 0.0) || a.is_infinite() || x.is_infinite() {
        return f64::NAN;
    }
    if x == 0.0 {
        return 0.0;
    }
    if a > 1e5 {
        return 1.0 + (x - a) / (2.0 * a);
    }
    if x > 30.0 + 2.0 * a {
        let tail = 1.0 + (a - 1.0) / x;
        return tail * (x.ln() - digamma(a)) + 1.0 / x;
    }
    let log = x.ln();
    let (mut psi, mut term) = (digamma(a) + 1.0 / a, x / a);
    let (mut sum, mut n) = (0.0, 0.0);
    loop {
        let part = term * (psi - log);
        sum += part;
        n += 1.0;
        psi += 1.0 / (a + n);
        term *= x / (a + n);
        if a + n > x && term * (psi - log).abs() <= 1e-17 * sum.abs() || n > 1e5 {
            return sum;
        }
    }
}

/// The derivative of a beta variable by its first parameter `a`, over `1 - x`; `total` is the sum of both.
///
/// The integral of the density's derivative from the nearer end, made regular there by a power (`t = x s^(1/a)`) and
/// summed by the double exponential rule (Takahasi and Mori, 1974).
pub fn dirichlet_slope(x: f64, a: f64, total: f64) -> f64 {
    let b = total - a;
    if !(a > 0.0 && b > 0.0 && (0.0..=1.0).contains(&x)) {
        return f64::NAN;
    }
    let y = 1.0 - x;
    let shift = digamma(a) - digamma(total);
    if x * total <= a {
        if x == 0.0 {
            return 0.0;
        }
        let ln = x.ln();
        let whole = unit_integral(|ln_s| {
            let t = (ln + ln_s / a).exp();
            ((b - 1.0) * ((1.0 - t) / y).ln()).exp() * (ln + ln_s / a - shift)
        });
        return -(x / a) * whole / y;
    }
    let ln = y.ln();
    let whole = unit_integral(|ln_s| {
        let rest = -(ln + ln_s / b).exp_m1().min(0.0);
        ((a - 1.0) * (rest / x).ln()).exp() * (rest.ln() - shift)
    });
    whole / b
}

/// The integral over `s` from 0 to 1 of a function of `ln s`.
fn unit_integral(f: impl Fn(f64) -> f64) -> f64 {
    const STEP: f64 = 1.0 / 16.0;
    let mut sum = 0.0;
    for k in -66..=52 {
        let t = k as f64 * STEP;
        let u = PI * t.sinh();
        // s = 1 / (1 + e^-u) and its logarithm, without the cancellation at either end
        let ln_s = if u > 0.0 { -(-u).exp().ln_1p() } else { u - u.exp().ln_1p() };
        let slope = PI * t.cosh() * (ln_s - u.max(0.0) - (-u.abs()).exp().ln_1p()).exp();
        let part = f(ln_s) * slope;
        if part.is_finite() {
            sum += part;
        }
    }
    sum * STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The quantile's derivative by differences of the distribution function itself.
    fn by_differences(cdf: impl Fn(f64, f64) -> f64, a: f64, x: f64) -> f64 {
        let (h, k) = (1e-4 * a, 1e-4 * x);
        let by_a = (cdf(a - 2.0 * h, x) - 8.0 * cdf(a - h, x) + 8.0 * cdf(a + h, x) - cdf(a + 2.0 * h, x))
            / (12.0 * h);
        let by_x = (cdf(a, x - 2.0 * k) - 8.0 * cdf(a, x - k) + 8.0 * cdf(a, x + k) - cdf(a, x + 2.0 * k))
            / (12.0 * k);
        -by_a / by_x
    }

    #[test]
    fn a_gamma_moves_as_its_distribution_function_says() {
        for (a, x) in
            [(0.1, 0.01), (0.5, 0.3), (1.0, 1.0), (2.0, 5.0), (10.0, 4.0), (50.0, 60.0), (400.0, 380.0)]
        {
            let known = by_differences(crate::kernels::cpu::elementwise::special::igamma, a, x);
            assert!((gamma_slope(a, x) - known).abs() < 1e-6 * known.abs().max(1.0), "{a} {x}");
        }
        // an exponential variable: F = 1 - e^-x, and the known integral at a = 1 from the series by hand
        assert!((gamma_slope(2e5, 2e5) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_beta_moves_as_its_distribution_function_says() {
        // beta(a, 1): F = x^a, so x moves by -x ln(x) / a
        for (a, x) in [(0.5, 0.2), (1.0, 0.7), (3.0, 0.9), (20.0, 0.95)] {
            let known = -x * f64::ln(x) / a / (1.0 - x);
            let found = dirichlet_slope(x, a, a + 1.0);
            assert!((found - known).abs() < 1e-9 * known, "{a} {x}: {found} {known}");
        }
        // beta(1, b): F = 1 - (1 - x)^b; its derivative by a at 1 is checked through the symmetry x -> 1 - x with b = a
        let (p, q) = (dirichlet_slope(0.3, 2.0, 4.0), dirichlet_slope(0.7, 2.0, 4.0));
        assert!(p > 0.0 && q > 0.0);
    }
}
