//! The error function, its complement and inverse, and the normal distribution function made of it.

use crate::base::DType;
use crate::kernels::cpu::elementwise::block::typed;
use crate::kernels::cpu::elementwise::math;
use crate::ops::elementwise::kind::unary::{float, unary, vector_double};
use crate::ops::table::Table;
use crate::rows;
use crate::tensor::Tensor;

const FRAC_SQRT_PI_2: f64 = 0.886_226_925_452_758;
const SQRT_2PI: f64 = 2.506_628_274_631_000_7;

unary! { ERROR:
    /// The error function.
    ///
    /// ```text
    /// >>> torch.erf(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 0.8427])
    /// ```
    erf "ErfBackward0" also [Special "erf"]: Float,
        cpu |dt| float!(dt, math::erf_f32, math::erf_f64),
        wgsl "erf_f(x)",
        on -2.0, 2.0,
        grad X |g, x| g.mul(x.mul(x)?.neg()?.exp()?.mul(1.0 / FRAC_SQRT_PI_2)?);
    /// One minus the error function, exact where that is small.
    ///
    /// ```text
    /// >>> torch.erfc(torch.tensor([0.0, 1.0]))
    /// tensor([1.0000, 0.1573])
    /// ```
    erfc "ErfcBackward0" also [Special "erfc"]: Float,
        cpu |dt| float!(dt, math::erfc_f32, math::erfc_f64),
        wgsl "erfc_f(x)",
        on -2.0, 2.0,
        grad X |g, x| g.mul(x.mul(x)?.neg()?.exp()?.mul(-1.0 / FRAC_SQRT_PI_2)?);
    /// The inverse of the error function on (-1, 1).
    ///
    /// ```text
    /// >>> torch.erfinv(torch.tensor([0.0, 0.5]))
    /// tensor([0.0000, 0.4769])
    /// ```
    erfinv "ErfinvBackward0" also [Special "erfinv"]: Float,
        cpu |dt| float!(dt, math::erfinv_f32, math::erfinv_f64),
        wgsl "erfinv_f(x)",
        on -0.9, 0.9,
        grad Y |g, y| g.mul(y.mul(y)?.exp()?.mul(FRAC_SQRT_PI_2)?);
    /// `e^(x^2) erfc(x)`.
    ///
    /// ```text
    /// >>> torch.special.erfcx(torch.tensor([0.0, 1.0]))
    /// tensor([1.0000, 0.4276])
    /// ```
    [Special] erfcx "SpecialErfcxBackward0": Double,
        cpu |dt| vector_double!(dt, math::erfcx_f64),
        wgsl "erfcx_f(x)",
        on 0.2, 2.5,
        grad XY |g, x, y| g.mul(x.mul(2i64)?.mul(y)?.sub(1.0 / FRAC_SQRT_PI_2)?);
    /// The inverse of the normal distribution function.
    ///
    /// ```text
    /// >>> torch.special.ndtri(torch.tensor([0.5, 0.975]))
    /// tensor([0.0000, 1.9600])
    /// ```
    [Special] ndtri "SpecialNdtriBackward0": Double,
        cpu |dt| vector_double!(dt, math::ndtri_f64),
        wgsl "ndtri_f(x)",
        on 0.1, 0.9,
        grad Y |g, y| g.mul(y.mul(y)?.mul(0.5)?.exp()?.mul(SQRT_2PI)?);
    /// The logarithm of the normal distribution function.
    ///
    /// ```text
    /// >>> torch.special.log_ndtr(torch.tensor([0.0, -10.0]))
    /// tensor([ -0.6931, -53.2313])
    /// ```
    [Special] log_ndtr "SpecialLogNdtrBackward0": Double,
        cpu |dt| vector_double!(dt, math::log_ndtr_f64),
        wgsl "log_ndtr_f(x)",
        on -0.9, 0.9,
        grad X |g, x| {
            // density over distribution, through erfcx where the distribution is tiny
            let low = x.mul(-std::f64::consts::FRAC_1_SQRT_2)?.erfcx()?.reciprocal()?.mul(2.0 / SQRT_2PI)?;
            let low = low.mul(2f64.sqrt() * std::f64::consts::FRAC_1_SQRT_2)?;
            g.mul(low)
        };
}

rows! { NORMAL:
    /// The normal distribution function.
    ///
    /// ```text
    /// >>> torch.special.ndtr(torch.tensor([0.0, 1.96]))
    /// tensor([0.5000, 0.9750])
    /// ```
    [Special] fn ndtr(input: &Tensor) -> Tensor {
        input.mul(-std::f64::consts::FRAC_1_SQRT_2)?.erfc()?.mul(0.5)
    }
}

pub const TABLE: Table = &[ERROR, NORMAL];
