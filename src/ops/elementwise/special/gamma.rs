//! The gamma function: its logarithm and derivatives, the incomplete ones, and zeta.

use crate::base::{DType, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{PointFn, typed, zip};
use crate::kernels::cpu::elementwise::{math, special};
use crate::ops::elementwise::arithmetic::add;
use crate::ops::elementwise::kind::binary::binary;
use crate::ops::elementwise::kind::kernel;
use crate::ops::elementwise::kind::nary::points;
use crate::ops::elementwise::kind::unary::{float, unary, vector_double};
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

unary! { GAMMA:
    /// The logarithm of the absolute value of the gamma function.
    ///
    /// ```text
    /// >>> torch.lgamma(torch.tensor([1.0, 5.0]))
    /// tensor([0.0000, 3.1781])
    /// ```
    lgamma "LgammaBackward0" also [Special "gammaln"]: Float,
        cpu |dt| float!(dt, math::lgamma_f32, math::lgamma_f64),
        wgsl "lgamma_f(x)",
        on 0.3, 3.0,
        grad X |g, x| g.mul(x.digamma()?);
    /// The logarithmic derivative of the gamma function.
    ///
    /// ```text
    /// >>> torch.digamma(torch.tensor([1.0, 2.0]))
    /// tensor([-0.5772,  0.4228])
    /// ```
    digamma "DigammaBackward0" also [Special "digamma", Special "psi"]: Double,
        cpu |dt| vector_double!(dt, math::digamma_f64),
        wgsl "digamma_f(x)",
        on 0.3, 3.0,
        grad X |g, x| g.mul(x.polygamma(1)?);
}

/// `g * x^(a - 1) e^-x / gamma(a)`: the derivative of the incomplete gamma functions.
fn gamma_density(g: &Tensor, a: &Tensor, x: &Tensor) -> Result<Tensor> {
    g.mul(a.sub(1i64)?.mul(x.log()?)?.sub(x)?.sub(a.lgamma()?)?.exp()?)
}

const NO_FIRST: &str = "derivative for igamma with respect to its first argument is not implemented";

binary! { PAIRS:
    /// Hurwitz's zeta function of `input` with offset `other`.
    ///
    /// ```text
    /// >>> torch.special.zeta(torch.tensor([2.0, 4.0]), torch.tensor([1.0, 1.0]))
    /// tensor([1.6449, 1.0823])
    /// ```
    zeta(input: V, other: V) ZETA "SpecialZetaBackward0" "SpecialZetaBackward2" "SpecialZetaBackward1"
        also [Special "zeta"]: Double,
        cpu |dt| kernel!(dt, double, T => zip(|a: T, b: T| special::zeta(a, b))),
        wgsl "zeta_f(a, b)",
        grad {
            a |_g| bail!(NotImplemented, "the derivative of zeta by its first argument is not implemented"),
            b |g, a: Val, b: Val| g.neg()?.mul(&a)?.mul(zeta(add(a, 1i64, Scalar::Int(1))?, b)?),
        };
    /// The lower incomplete gamma function, regularised.
    ///
    /// ```text
    /// >>> torch.igamma(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0]))
    /// tensor([0.6321, 0.5940])
    /// ```
    igamma(input: T, other: T) IGAMMA "IgammaBackward0" also [Special "gammainc"]: Double,
        cpu |dt| kernel!(dt, double, T => zip(|a: T, b: T| special::igamma(a, b))),
        wgsl "igamma_part(a, b, false)",
        grad { a |_g| bail!(NotImplemented, "{NO_FIRST}"), b |g, a, b| gamma_density(g, &a, &b) };
    /// The upper incomplete gamma function, regularised.
    ///
    /// ```text
    /// >>> torch.igammac(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0]))
    /// tensor([0.3679, 0.4060])
    /// ```
    igammac(input: T, other: T) IGAMMAC "IgammacBackward0" also [Special "gammaincc"]: Double,
        cpu |dt| kernel!(dt, double, T => zip(|a: T, b: T| special::igammac(a, b))),
        wgsl "igamma_part(a, b, true)",
        grad { a |_g| bail!(NotImplemented, "{NO_FIRST}"), b |g, a, b| gamma_density(g, &a, &b)?.neg() };
}

points! {
    /// Parameters: the order, and whether the result is narrower than double.
    POLYGAMMA "polygamma" "PolygammaBackward0": Double,
        cpu |dt| match dt {
            DType::F64 => Some(PointFn::Routine(special::polygammas)),
            _ => None,
        },
        wgsl "polygamma_f(p0, a)",
        grad { a |g, a, q| g.mul(a.polygamma(q[0] as i64 + 1)?) };
}

/// The logarithm of the multivariate gamma function.
fn multigamma(input: &Tensor, p: i64) -> Result<Tensor> {
    ensure!(p >= 1, Runtime, "p has to be greater than or equal to 1");
    ensure!(input.dtype() != DType::Bool, Runtime, "The input tensor may not be a boolean tensor.");
    // as many terms as PyTorch holds at once: what has no room there is refused here
    crate::ops::driver::memory::room(
        "mvlgamma",
        usize::try_from(p).unwrap_or(usize::MAX).saturating_mul(input.numel().max(1)),
    )?;
    let mut sum = input.lgamma()?;
    for k in 1..p {
        sum = sum.add(input.sub(0.5 * k as f64)?.lgamma()?)?;
    }
    sum.add((p * (p - 1)) as f64 / 4.0 * std::f64::consts::PI.ln())
}

rows! { ORDERS:
    /// The `n`-th derivative of `digamma`.
    ///
    /// ```text
    /// >>> torch.polygamma(1, torch.tensor([1.0, 2.0]))
    /// tensor([1.6449, 0.6449])
    /// ```
    [Torch] out Promote fn polygamma_function = "polygamma"(n: i64, input: &Tensor) -> Tensor { input.polygamma(n) }
    /// The `n`-th derivative of `digamma`.
    ///
    /// ```text
    /// >>> torch.tensor([1.0, 2.0]).polygamma(1)
    /// tensor([1.6449, 0.6449])
    /// ```
    [Method] + in place fn polygamma(input: &Tensor, n: i64) -> Tensor |to| {
        ensure!(n >= 0, Runtime, "polygamma(n, x) does not support negative n.");
        to.point(&POLYGAMMA, &[input], [n as f64, (input.dtype() != DType::F64) as u8 as f64, 0.0, 0.0])
    }
    /// The `n`-th derivative of `digamma`.
    ///
    /// ```text
    /// >>> torch.special.polygamma(1, torch.tensor([1.0, 2.0]))
    /// tensor([1.6449, 0.6449])
    /// ```
    [Special] fn special_polygamma = "polygamma"(n: i64, input: &Tensor) -> Tensor { input.polygamma(n) }
    /// The logarithm of the multivariate gamma function of dimension `p`.
    ///
    /// ```text
    /// >>> torch.mvlgamma(torch.tensor([1.0, 2.0]), 2)
    /// tensor([1.1447, 0.4516])
    /// ```
    [Torch, Method] + in place out Promote fn mvlgamma(input: &Tensor, p: i64) -> Tensor { multigamma(input, p) }
    /// The logarithm of the multivariate gamma function of dimension `p`.
    ///
    /// ```text
    /// >>> torch.special.multigammaln(torch.tensor([1.0, 2.0]), 2)
    /// tensor([1.1447, 0.4516])
    /// ```
    [Special] fn special_multigammaln = "multigammaln"(input: &Tensor, p: i64) -> Tensor { multigamma(input, p) }
}

pub const TABLE: Table = &[GAMMA, PAIRS, ORDERS];
