//! Special functions of one tensor.

use crate::base::{C64, C128, DType};
use crate::error::{Error, Result};
use crate::kernels::cpu::elementwise::block::{UnaryFn, map, typed};
use crate::kernels::cpu::elementwise::{clib, math, special};
use crate::ops::elementwise::kind::unary::{float, unary};
use crate::ops::table::Table;
use crate::tensor::Tensor;
use std::f64::consts::{FRAC_1_PI, PI};

const FRAC_SQRT_PI_2: f64 = 0.886_226_925_452_758;
const SQRT_2PI: f64 = 2.506_628_274_631_000_7;

/// A kernel in double precision.
macro_rules! double {
    ($op:ident, $dt:ident, $f:path) => {
        match $dt {
            DType::F64 => Ok(map(|x: f64| $f(x))),
            d => Err(Error::no_dtype($op, d, "real dtypes")),
        }
    };
}

fn sinc_complex(z: C128) -> C128 {
    if z == C128::new(0.0, 0.0) {
        return C128::new(1.0, 0.0);
    }
    let w = z * PI;
    clib::sin(w) / w
}

fn scaled(op: &str, dt: DType, f: fn(DType) -> Option<UnaryFn>) -> Result<UnaryFn> {
    f(dt).ok_or_else(|| Error::no_dtype(op, dt, "real dtypes"))
}

/// `i0`'s and `i1`'s relatives lean on each other for their gradients.
fn i1_over_x(x: &Tensor, i1: &Tensor, at_zero: f64) -> Result<Tensor> {
    let none = x.eq(0i64)?;
    none.choose(at_zero, i1.div(none.choose(1i64, x)?)?)
}

unary! { SPECIAL:
    /// The error function.
    erf "ErfBackward0" also [Special "erf"]: Float,
        cpu |op, dt| float!(op, dt, math::erf_f32, math::erf_f64),
        on -2.0, 2.0,
        grad X |g, x| g.mul(x.mul(x)?.neg()?.exp()?.mul(1.0 / FRAC_SQRT_PI_2)?);
    /// One minus the error function, exact where that is small.
    erfc "ErfcBackward0" also [Special "erfc"]: Float,
        cpu |op, dt| float!(op, dt, math::erfc_f32, math::erfc_f64),
        on -2.0, 2.0,
        grad X |g, x| g.mul(x.mul(x)?.neg()?.exp()?.mul(-1.0 / FRAC_SQRT_PI_2)?);
    /// The inverse of the error function on (-1, 1).
    erfinv "ErfinvBackward0" also [Special "erfinv"]: Double,
        cpu |op, dt| double!(op, dt, special::erfinv),
        on -0.9, 0.9,
        grad Y |g, y| g.mul(y.mul(y)?.exp()?.mul(FRAC_SQRT_PI_2)?);
    /// The logarithm of the absolute value of the gamma function.
    lgamma "LgammaBackward0" also [Special "gammaln"]: Double,
        cpu |op, dt| double!(op, dt, special::lgamma),
        on 0.3, 3.0,
        grad X |g, x| g.mul(x.digamma()?);
    /// The logarithmic derivative of the gamma function.
    digamma "DigammaBackward0" also [Special "digamma", Special "psi"]: Double,
        cpu |op, dt| double!(op, dt, special::digamma),
        on 0.3, 3.0,
        grad X |g, x| g.mul(crate::ops::elementwise::special::gamma::polygamma(1, x)?);
    /// `sin(pi x) / (pi x)`.
    sinc "SincBackward0" also [Special "sinc"]: Float,
        cpu |op, dt| match dt {
            DType::F32 => Ok(map(|x: f32| special::sinc(x as f64) as f32)),
            DType::F64 => Ok(map(special::sinc)),
            DType::C64 => Ok(map(|z: C64| { let w = sinc_complex(C128::new(z.re as f64, z.im as f64)); C64::new(w.re as f32, w.im as f32) })),
            DType::C128 => Ok(map(sinc_complex)),
            d => Err(Error::no_dtype(op, d, "floating and complex dtypes")),
        },
        on -2.0, 2.0,
        grad X |g, x| {
            let z = x.mul(PI)?;
            let square = z.mul(x)?;
            let none = square.eq(0i64)?;
            // no division by zero, so that the second derivative is none either
            let d = z.mul(z.cos()?)?.sub(z.sin()?)?.div(none.choose(1i64, &square)?)?;
            none.choose(0i64, g.mul(d.conj()?)?)
        };
    /// Degrees as radians.
    deg2rad "Deg2RadBackward0": Float,
        cpu |op, dt| scaled(op, dt, |d| match d {
            DType::F32 => Some(map(|x: f32| x * (PI / 180.0) as f32)),
            DType::F64 => Some(map(|x: f64| x * (PI / 180.0))),
            _ => None,
        }),
        on -2.0, 2.0,
        grad G |g| g.mul(PI / 180.0);
    /// Radians as degrees.
    rad2deg "Rad2DegBackward0": Float,
        cpu |op, dt| scaled(op, dt, |d| match d {
            DType::F32 => Some(map(|x: f32| x * (180.0 * FRAC_1_PI) as f32)),
            DType::F64 => Some(map(|x: f64| x * (180.0 * FRAC_1_PI))),
            _ => None,
        }),
        on -2.0, 2.0,
        grad G |g| g.mul(180.0 * FRAC_1_PI);
    /// The modified Bessel function of the first kind, order 0.
    i0 "I0Backward0" also [Special "i0"]: Double,
        cpu |op, dt| double!(op, dt, special::i0),
        on 0.2, 2.5,
        grad X |g, x| g.mul(x.i1()?);
}

// functions that live in `torch.special` alone
unary! { ALONE:
    /// `i0(x) e^-|x|`.
    [Special] i0e "SpecialI0EBackward0": Double,
        cpu |op, dt| double!(op, dt, special::i0e),
        on 0.2, 2.5,
        grad XY |g, x, y| g.mul(x.i1e()?.sub(x.sgn()?.mul(y)?)?);
    /// The modified Bessel function of the first kind, order 1.
    [Special] i1 "SpecialI1Backward0": Double,
        cpu |op, dt| double!(op, dt, special::i1),
        on 0.2, 2.5,
        grad XY |g, x, y| g.mul(x.i0()?.sub(i1_over_x(x, y, 0.5)?)?);
    /// `i1(x) e^-|x|`.
    [Special] i1e "SpecialI1EBackward0": Double,
        cpu |op, dt| double!(op, dt, special::i1e),
        on 0.2, 2.5,
        grad XY |g, x, y| g.mul(x.i0e()?.sub(x.sgn()?.mul(y)?)?.sub(i1_over_x(x, y, 0.5)?)?);
    /// `e^(x^2) erfc(x)`.
    [Special] erfcx "SpecialErfcxBackward0": Double,
        cpu |op, dt| double!(op, dt, special::erfcx),
        on 0.2, 2.5,
        grad XY |g, x, y| g.mul(x.mul(2i64)?.mul(y)?.sub(1.0 / FRAC_SQRT_PI_2)?);
    /// The inverse of the normal distribution function.
    [Special] ndtri "SpecialNdtriBackward0": Double,
        cpu |op, dt| double!(op, dt, special::ndtri),
        on 0.1, 0.9,
        grad Y |g, y| g.mul(y.mul(y)?.mul(0.5)?.exp()?.mul(SQRT_2PI)?);
    /// The logarithm of the normal distribution function.
    [Special] log_ndtr "SpecialLogNdtrBackward0": Double,
        cpu |op, dt| double!(op, dt, special::log_ndtr),
        on -0.9, 0.9,
        grad X |g, x| {
                // density over distribution, through erfcx where the distribution is tiny
                let low = x.mul(-std::f64::consts::FRAC_1_SQRT_2)?.erfcx()?.reciprocal()?.mul(2.0 / SQRT_2PI)?;
                let low = low.mul(2f64.sqrt() * std::f64::consts::FRAC_1_SQRT_2)?;
                g.mul(low)
            };
    /// `-x ln(x)`: the terms of an entropy.
    [Special] entr "SpecialEntrBackward0": Double,
        cpu |op, dt| double!(op, dt, special::entr),
        on 0.3, 3.0,
        grad X |g, x| g.mul(x.log()?.add(1i64)?.neg()?);
    /// The Bessel function of the first kind, order 0.
    [Special] bessel_j0: Double,
        cpu |op, dt| double!(op, dt, special::j0),
        grad None;
    /// The Bessel function of the first kind, order 1.
    [Special] bessel_j1: Double,
        cpu |op, dt| double!(op, dt, special::j1),
        grad None;
    /// The Bessel function of the second kind, order 0.
    [Special] bessel_y0: Double,
        cpu |op, dt| double!(op, dt, special::y0),
        grad None;
    /// The Bessel function of the second kind, order 1.
    [Special] bessel_y1: Double,
        cpu |op, dt| double!(op, dt, special::y1),
        grad None;
    /// Airy's function Ai.
    [Special] airy_ai: Double,
        cpu |op, dt| double!(op, dt, special::airy_ai),
        grad None;
    /// The modified Bessel function of the first kind, order 0.
    [Special] modified_bessel_i0: Double,
        cpu |op, dt| double!(op, dt, special::i0),
        grad None;
    /// The modified Bessel function of the first kind, order 1.
    [Special] modified_bessel_i1: Double,
        cpu |op, dt| double!(op, dt, special::i1),
        grad None;
    /// The modified Bessel function of the second kind, order 0.
    [Special] modified_bessel_k0: Double,
        cpu |op, dt| double!(op, dt, special::k0),
        grad None;
    /// The modified Bessel function of the second kind, order 1.
    [Special] modified_bessel_k1: Double,
        cpu |op, dt| double!(op, dt, special::k1),
        grad None;
    /// `k0(x) e^x`.
    [Special] scaled_modified_bessel_k0: Double,
        cpu |op, dt| double!(op, dt, special::k0e),
        grad None;
    /// `k1(x) e^x`.
    [Special] scaled_modified_bessel_k1: Double,
        cpu |op, dt| double!(op, dt, special::k1e),
        grad None;
    /// The spherical Bessel function of the first kind, order 0.
    [Special] spherical_bessel_j0: Double,
        cpu |op, dt| double!(op, dt, special::spherical_j0),
        grad None;
}

pub const TABLE: Table = &[SPECIAL, ALONE];
