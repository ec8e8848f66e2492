//! Orthogonal polynomials of a degree that the second operand gives: no gradients.

use crate::kernels::cpu::elementwise::block::zip;
use crate::kernels::cpu::elementwise::special;
use crate::ops::elementwise::kind::binary::binary;
use crate::ops::elementwise::kind::kernel;
use crate::ops::table::Table;

binary! { POLYNOMIAL:
    /// The Chebyshev polynomial of the first kind, of degree `n`.
    [Special] chebyshev_polynomial_t(input: V, n: V) CHEBYSHEV_T: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::chebyshev_t(x, n))),
        grad None;
    /// The Chebyshev polynomial of the second kind, of degree `n`.
    [Special] chebyshev_polynomial_u(input: V, n: V) CHEBYSHEV_U: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::chebyshev_u(x, n))),
        grad None;
    /// The Chebyshev polynomial of the third kind, of degree `n`.
    [Special] chebyshev_polynomial_v(input: V, n: V) CHEBYSHEV_V: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::chebyshev_v(x, n))),
        grad None;
    /// The Chebyshev polynomial of the fourth kind, of degree `n`.
    [Special] chebyshev_polynomial_w(input: V, n: V) CHEBYSHEV_W: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::chebyshev_w(x, n))),
        grad None;
    /// The Chebyshev polynomial of the first kind on [0, 1].
    [Special] shifted_chebyshev_polynomial_t(input: V, n: V) SHIFTED_T: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::shifted_chebyshev_t(x, n))),
        grad None;
    /// The Chebyshev polynomial of the second kind on [0, 1].
    [Special] shifted_chebyshev_polynomial_u(input: V, n: V) SHIFTED_U: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::shifted_chebyshev_u(x, n))),
        grad None;
    /// The Chebyshev polynomial of the third kind on [0, 1].
    [Special] shifted_chebyshev_polynomial_v(input: V, n: V) SHIFTED_V: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::shifted_chebyshev_v(x, n))),
        grad None;
    /// The Chebyshev polynomial of the fourth kind on [0, 1].
    [Special] shifted_chebyshev_polynomial_w(input: V, n: V) SHIFTED_W: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::shifted_chebyshev_w(x, n))),
        grad None;
    /// The physicist's Hermite polynomial of degree `n`.
    [Special] hermite_polynomial_h(input: V, n: V) HERMITE_H: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::hermite_h(x, n))),
        grad None;
    /// The probabilist's Hermite polynomial of degree `n`.
    [Special] hermite_polynomial_he(input: V, n: V) HERMITE_HE: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::hermite_he(x, n))),
        grad None;
    /// The Laguerre polynomial of degree `n`.
    [Special] laguerre_polynomial_l(input: V, n: V) LAGUERRE: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::laguerre(x, n))),
        grad None;
    /// The Legendre polynomial of degree `n`.
    [Special] legendre_polynomial_p(input: V, n: V) LEGENDRE: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::legendre(x, n))),
        grad None;
}

pub const TABLE: Table = &[POLYNOMIAL];
