//! Orthogonal polynomials by their recurrences. A negative degree gives zero.

/// `p_0 = 1`, `p_1 = first(x)`, `p_{k+1} = step(k, x, p_k, p_{k-1})`.
#[inline]
fn recur(n: f64, first: f64, step: impl Fn(f64, f64, f64) -> f64) -> f64 {
    let n = n.trunc() as i64;
    if n < 0 {
        return 0.0;
    }
    if n == 0 {
        return 1.0;
    }
    let (mut before, mut now) = (1.0, first);
    for k in 1..n {
        let next = step(k as f64, now, before);
        (before, now) = (now, next);
        if now.is_nan() {
            break;
        }
    }
    now
}

/// The four kinds of Chebyshev polynomials share a recurrence and differ in the first degree.
fn chebyshev(x: f64, n: f64, first: f64) -> f64 {
    recur(n, first, |_, p, q| 2.0 * x * p - q)
}

pub fn chebyshev_t(x: f64, n: f64) -> f64 {
    if n > 6.0 && x.abs() <= 1.0 {
        return (n.trunc() * x.acos()).cos();
    }
    chebyshev(x, n, x)
}
pub fn chebyshev_u(x: f64, n: f64) -> f64 {
    chebyshev(x, n, 2.0 * x)
}
pub fn chebyshev_v(x: f64, n: f64) -> f64 {
    chebyshev(x, n, 2.0 * x - 1.0)
}
pub fn chebyshev_w(x: f64, n: f64) -> f64 {
    chebyshev(x, n, 2.0 * x + 1.0)
}
pub fn shifted_chebyshev_t(x: f64, n: f64) -> f64 {
    chebyshev_t(2.0 * x - 1.0, n)
}
pub fn shifted_chebyshev_u(x: f64, n: f64) -> f64 {
    chebyshev_u(2.0 * x - 1.0, n)
}
pub fn shifted_chebyshev_v(x: f64, n: f64) -> f64 {
    chebyshev_v(2.0 * x - 1.0, n)
}
pub fn shifted_chebyshev_w(x: f64, n: f64) -> f64 {
    chebyshev_w(2.0 * x - 1.0, n)
}
pub fn hermite_h(x: f64, n: f64) -> f64 {
    recur(n, 2.0 * x, |k, p, q| 2.0 * x * p - 2.0 * k * q)
}
pub fn hermite_he(x: f64, n: f64) -> f64 {
    recur(n, x, |k, p, q| x * p - k * q)
}
pub fn laguerre(x: f64, n: f64) -> f64 {
    recur(n, 1.0 - x, |k, p, q| ((2.0 * k + 1.0 - x) * p - k * q) / (k + 1.0))
}
pub fn legendre(x: f64, n: f64) -> f64 {
    recur(n, x, |k, p, q| ((2.0 * k + 1.0) * x * p - k * q) / (k + 1.0))
}
