//! Orthogonal polynomials of a degree that the second operand gives: no gradients.

use crate::kernels::cpu::elementwise::block::zip;
use crate::kernels::cpu::elementwise::special;
use crate::ops::elementwise::kind::binary::binary;
use crate::ops::elementwise::kind::kernel;
use crate::ops::table::Table;

binary! { POLYNOMIAL:
    /// The Chebyshev polynomial of the first kind, of degree `n`.
    ///
    /// ```text
    /// >>> torch.special.chebyshev_polynomial_t(torch.tensor([0.5, 2.0]), 2)
    /// tensor([-0.5000,  7.0000])
    /// ```
    [Special] chebyshev_polynomial_t(input: V, n: V) CHEBYSHEV_T: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::chebyshev_t(x, n))),
        wgsl "cheb_t(a, b)",
        grad None;
    /// The Chebyshev polynomial of the second kind, of degree `n`.
    ///
    /// ```text
    /// >>> torch.special.chebyshev_polynomial_u(torch.tensor([0.5, 2.0]), 2)
    /// tensor([ 0., 15.])
    /// ```
    [Special] chebyshev_polynomial_u(input: V, n: V) CHEBYSHEV_U: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::chebyshev_u(x, n))),
        wgsl "cheb_u(a, b)",
        grad None;
    /// The Chebyshev polynomial of the third kind, of degree `n`.
    ///
    /// ```text
    /// >>> torch.special.chebyshev_polynomial_v(torch.tensor([0.5, 2.0]), 2)
    /// tensor([-1., 11.])
    /// ```
    [Special] chebyshev_polynomial_v(input: V, n: V) CHEBYSHEV_V: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::chebyshev_v(x, n))),
        wgsl "cheb_v(a, b)",
        grad None;
    /// The Chebyshev polynomial of the fourth kind, of degree `n`.
    ///
    /// ```text
    /// >>> torch.special.chebyshev_polynomial_w(torch.tensor([0.5, 2.0]), 2)
    /// tensor([ 1., 19.])
    /// ```
    [Special] chebyshev_polynomial_w(input: V, n: V) CHEBYSHEV_W: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::chebyshev_w(x, n))),
        wgsl "cheb_w(a, b)",
        grad None;
    /// The Chebyshev polynomial of the first kind on [0, 1].
    ///
    /// ```text
    /// >>> torch.special.shifted_chebyshev_polynomial_t(torch.tensor([0.5, 2.0]), 2)
    /// tensor([-1., 17.])
    /// ```
    [Special] shifted_chebyshev_polynomial_t(input: V, n: V) SHIFTED_T: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::shifted_chebyshev_t(x, n))),
        wgsl "cheb_t(2.0 * a - 1.0, b)",
        grad None;
    /// The Chebyshev polynomial of the second kind on [0, 1].
    ///
    /// ```text
    /// >>> torch.special.shifted_chebyshev_polynomial_u(torch.tensor([0.5, 2.0]), 2)
    /// tensor([-1., 35.])
    /// ```
    [Special] shifted_chebyshev_polynomial_u(input: V, n: V) SHIFTED_U: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::shifted_chebyshev_u(x, n))),
        wgsl "cheb_u(2.0 * a - 1.0, b)",
        grad None;
    /// The Chebyshev polynomial of the third kind on [0, 1].
    ///
    /// ```text
    /// >>> torch.special.shifted_chebyshev_polynomial_v(torch.tensor([0.5, 2.0]), 2)
    /// tensor([-1., 29.])
    /// ```
    [Special] shifted_chebyshev_polynomial_v(input: V, n: V) SHIFTED_V: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::shifted_chebyshev_v(x, n))),
        wgsl "cheb_v(2.0 * a - 1.0, b)",
        grad None;
    /// The Chebyshev polynomial of the fourth kind on [0, 1].
    ///
    /// ```text
    /// >>> torch.special.shifted_chebyshev_polynomial_w(torch.tensor([0.5, 2.0]), 2)
    /// tensor([-1., 41.])
    /// ```
    [Special] shifted_chebyshev_polynomial_w(input: V, n: V) SHIFTED_W: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::shifted_chebyshev_w(x, n))),
        wgsl "cheb_w(2.0 * a - 1.0, b)",
        grad None;
    /// The physicist's Hermite polynomial of degree `n`.
    ///
    /// ```text
    /// >>> torch.special.hermite_polynomial_h(torch.tensor([0.5, 2.0]), 2)
    /// tensor([-1., 14.])
    /// ```
    [Special] hermite_polynomial_h(input: V, n: V) HERMITE_H: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::hermite_h(x, n))),
        wgsl "hermite_h(a, b)",
        grad None;
    /// The probabilist's Hermite polynomial of degree `n`.
    ///
    /// ```text
    /// >>> torch.special.hermite_polynomial_he(torch.tensor([0.5, 2.0]), 2)
    /// tensor([-0.7500,  3.0000])
    /// ```
    [Special] hermite_polynomial_he(input: V, n: V) HERMITE_HE: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::hermite_he(x, n))),
        wgsl "hermite_he(a, b)",
        grad None;
    /// The Laguerre polynomial of degree `n`.
    ///
    /// ```text
    /// >>> torch.special.laguerre_polynomial_l(torch.tensor([0.5, 2.0]), 2)
    /// tensor([ 0.1250, -1.0000])
    /// ```
    [Special] laguerre_polynomial_l(input: V, n: V) LAGUERRE: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::laguerre(x, n))),
        wgsl "laguerre(a, b)",
        grad None;
    /// The Legendre polynomial of degree `n`.
    ///
    /// ```text
    /// >>> torch.special.legendre_polynomial_p(torch.tensor([0.5, 2.0]), 2)
    /// tensor([-0.1250,  5.5000])
    /// ```
    [Special] legendre_polynomial_p(input: V, n: V) LEGENDRE: Double,
        cpu |dt| kernel!(dt, double, T => zip(|x: T, n: T| special::legendre(x, n))),
        wgsl "legendre(a, b)",
        grad None;
}

pub const TABLE: Table = &[POLYNOMIAL];
