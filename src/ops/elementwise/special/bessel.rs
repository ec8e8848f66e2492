//! Bessel functions, and Airy's.

use crate::error::Result;
use crate::kernels::cpu::elementwise::math;
use crate::ops::elementwise::kind::unary::{unary, vector_double};
use crate::ops::table::Table;
use crate::tensor::Tensor;

/// `i0`'s and `i1`'s relatives lean on each other for their gradients.
fn i1_over_x(x: &Tensor, i1: &Tensor, at_zero: f64) -> Result<Tensor> {
    let none = x.eq(0i64)?;
    none.choose(at_zero, i1.div(none.choose(1i64, x)?)?)
}

unary! { BESSEL:
    /// The modified Bessel function of the first kind, order 0.
    ///
    /// ```text
    /// >>> torch.i0(torch.tensor([0.0, 1.0]))
    /// tensor([1.0000, 1.2661])
    /// ```
    i0 "I0Backward0" also [Special "i0"]: Double,
        cpu |dt| vector_double!(dt, math::i0_f64),
        wgsl "i0_f(x)",
        on 0.2, 2.5,
        grad X |g, x| g.mul(x.i1()?);
    /// `i0(x) e^-|x|`.
    ///
    /// ```text
    /// >>> torch.special.i0e(torch.tensor([0.0, 1.0]))
    /// tensor([1.0000, 0.4658])
    /// ```
    [Special] i0e "SpecialI0EBackward0": Double,
        cpu |dt| vector_double!(dt, math::i0e_f64),
        wgsl "i0e_f(x)",
        on 0.2, 2.5,
        grad XY |g, x, y| g.mul(x.i1e()?.sub(x.sgn()?.mul(y)?)?);
    /// The modified Bessel function of the first kind, order 1.
    ///
    /// ```text
    /// >>> torch.special.i1(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 0.5652])
    /// ```
    [Special] i1 "SpecialI1Backward0": Double,
        cpu |dt| vector_double!(dt, math::i1_f64),
        wgsl "i1_f(x)",
        on 0.2, 2.5,
        grad XY |g, x, y| g.mul(x.i0()?.sub(i1_over_x(x, y, 0.5)?)?);
    /// `i1(x) e^-|x|`.
    ///
    /// ```text
    /// >>> torch.special.i1e(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 0.2079])
    /// ```
    [Special] i1e "SpecialI1EBackward0": Double,
        cpu |dt| vector_double!(dt, math::i1e_f64),
        wgsl "i1e_f(x)",
        on 0.2, 2.5,
        grad XY |g, x, y| g.mul(x.i0e()?.sub(x.sgn()?.mul(y)?)?.sub(i1_over_x(x, y, 0.5)?)?);
    /// The Bessel function of the first kind, order 0.
    ///
    /// ```text
    /// >>> torch.special.bessel_j0(torch.tensor([0.0, 1.0]))
    /// tensor([1.0000, 0.7652])
    /// ```
    [Special] bessel_j0: Double,
        cpu |dt| vector_double!(dt, math::j0_f64),
        grad None;
    /// The Bessel function of the first kind, order 1.
    ///
    /// ```text
    /// >>> torch.special.bessel_j1(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 0.4401])
    /// ```
    [Special] bessel_j1: Double,
        cpu |dt| vector_double!(dt, math::j1_f64),
        grad None;
    /// The Bessel function of the second kind, order 0.
    ///
    /// ```text
    /// >>> torch.special.bessel_y0(torch.tensor([1.0, 2.0]))
    /// tensor([0.0883, 0.5104])
    /// ```
    [Special] bessel_y0: Double,
        cpu |dt| vector_double!(dt, math::y0_f64),
        grad None;
    /// The Bessel function of the second kind, order 1.
    ///
    /// ```text
    /// >>> torch.special.bessel_y1(torch.tensor([1.0, 2.0]))
    /// tensor([-0.7812, -0.1070])
    /// ```
    [Special] bessel_y1: Double,
        cpu |dt| vector_double!(dt, math::y1_f64),
        grad None;
    /// The modified Bessel function of the first kind, order 0.
    ///
    /// ```text
    /// >>> torch.special.modified_bessel_i0(torch.tensor([0.0, 1.0]))
    /// tensor([1.0000, 1.2661])
    /// ```
    [Special] modified_bessel_i0: Double,
        cpu |dt| vector_double!(dt, math::i0_f64),
        wgsl "i0_f(x)",
        grad None;
    /// The modified Bessel function of the first kind, order 1.
    ///
    /// ```text
    /// >>> torch.special.modified_bessel_i1(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 0.5652])
    /// ```
    [Special] modified_bessel_i1: Double,
        cpu |dt| vector_double!(dt, math::i1_f64),
        wgsl "i1_f(x)",
        grad None;
    /// The modified Bessel function of the second kind, order 0.
    ///
    /// ```text
    /// >>> torch.special.modified_bessel_k0(torch.tensor([1.0, 2.0]))
    /// tensor([0.4210, 0.1139])
    /// ```
    [Special] modified_bessel_k0: Double,
        cpu |dt| vector_double!(dt, math::k0_f64),
        grad None;
    /// The modified Bessel function of the second kind, order 1.
    ///
    /// ```text
    /// >>> torch.special.modified_bessel_k1(torch.tensor([1.0, 2.0]))
    /// tensor([0.6019, 0.1399])
    /// ```
    [Special] modified_bessel_k1: Double,
        cpu |dt| vector_double!(dt, math::k1_f64),
        grad None;
    /// `k0(x) e^x`.
    ///
    /// ```text
    /// >>> torch.special.scaled_modified_bessel_k0(torch.tensor([1.0, 2.0]))
    /// tensor([1.1445, 0.8416])
    /// ```
    [Special] scaled_modified_bessel_k0: Double,
        cpu |dt| vector_double!(dt, math::k0e_f64),
        grad None;
    /// `k1(x) e^x`.
    ///
    /// ```text
    /// >>> torch.special.scaled_modified_bessel_k1(torch.tensor([1.0, 2.0]))
    /// tensor([1.6362, 1.0335])
    /// ```
    [Special] scaled_modified_bessel_k1: Double,
        cpu |dt| vector_double!(dt, math::k1e_f64),
        grad None;
    /// The spherical Bessel function of the first kind, order 0.
    ///
    /// ```text
    /// >>> torch.special.spherical_bessel_j0(torch.tensor([0.0, 1.0]))
    /// tensor([1.0000, 0.8415])
    /// ```
    [Special] spherical_bessel_j0: Double,
        cpu |dt| vector_double!(dt, math::spherical_j0_f64),
        grad None;
    /// Airy's function Ai.
    ///
    /// ```text
    /// >>> torch.special.airy_ai(torch.tensor([0.0, 1.0]))
    /// tensor([0.3550, 0.1353])
    /// ```
    [Special] airy_ai: Double,
        cpu |dt| vector_double!(dt, math::airy_ai_f64),
        grad None;
}

pub const TABLE: Table = &[BESSEL];
