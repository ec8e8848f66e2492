//! Special functions of one tensor.

use crate::base::{C64, C128, DType};
use crate::error::{Error, Result};
use crate::kernels::cpu::elementwise::block::{UnaryFn, map, typed};
use crate::kernels::cpu::elementwise::clib;
use crate::kernels::cpu::elementwise::math;
use crate::kernels::cpu::elementwise::special;
use crate::ops::driver::op::{Saves, apply, apply_in_place};
use crate::ops::elementwise::exponential::{float, unary_rows};
use crate::ops::elementwise::kind::{Rule, Unary, UnaryDef};
use crate::ops::table::{FromArg, OpDef, Place, Table, Twin};
use crate::tensor::{Context, Tensor};
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

unary_rows! { SPECIAL:
    /// The error function.
    erf(ERF, "ErfBackward0") ["special.erf"]: Float, |op, dt| float!(op, dt, math::erf_f32, math::erf_f64),
        INPUT, |g, cx| { let x = cx.input(0)?; g.mul(x.mul(&x)?.neg()?.exp()?.mul(1.0 / FRAC_SQRT_PI_2)?) };
    /// One minus the error function, exact where that is small.
    erfc(ERFC, "ErfcBackward0") ["special.erfc"]: Float, |op, dt| float!(op, dt, math::erfc_f32, math::erfc_f64),
        INPUT, |g, cx| { let x = cx.input(0)?; g.mul(x.mul(&x)?.neg()?.exp()?.mul(-1.0 / FRAC_SQRT_PI_2)?) };
    /// The inverse of the error function on (-1, 1).
    erfinv(ERFINV, "ErfinvBackward0") ["special.erfinv"]: Double, |op, dt| double!(op, dt, special::erfinv),
        OUTPUT, |g, cx| { let y = cx.output(0)?; g.mul(y.mul(&y)?.exp()?.mul(FRAC_SQRT_PI_2)?) };
    /// The logarithm of the absolute value of the gamma function.
    lgamma(LGAMMA, "LgammaBackward0") ["special.gammaln"]: Double, |op, dt| double!(op, dt, special::lgamma),
        INPUT, |g, cx| g.mul(cx.input(0)?.digamma()?);
    /// The logarithmic derivative of the gamma function.
    digamma(DIGAMMA, "DigammaBackward0") ["special.digamma", "special.psi"]: Double, |op, dt| double!(op, dt, special::digamma),
        INPUT, |g, cx| g.mul(super::gamma::polygamma(1, &cx.input(0)?)?);
    /// `sin(pi x) / (pi x)`.
    sinc(SINC, "SincBackward0") ["special.sinc"]: Float, |op, dt| match dt {
            DType::F32 => Ok(map(|x: f32| special::sinc(x as f64) as f32)),
            DType::F64 => Ok(map(special::sinc)),
            DType::C64 => Ok(map(|z: C64| { let w = sinc_complex(C128::new(z.re as f64, z.im as f64)); C64::new(w.re as f32, w.im as f32) })),
            DType::C128 => Ok(map(sinc_complex)),
            d => Err(Error::no_dtype(op, d, "floating and complex dtypes")),
        },
        INPUT, |g, cx| {
            let x = cx.input(0)?;
            let z = x.mul(PI)?;
            let square = z.mul(&x)?;
            let none = square.eq(0i64)?;
            // no division by zero, so that the second derivative is none either
            let d = z.mul(z.cos()?)?.sub(z.sin()?)?.div(none.choose(1i64, &square)?)?;
            none.choose(0i64, g.mul(d.conj()?)?)
        };
    /// Degrees as radians.
    deg2rad(DEG2RAD, "Deg2RadBackward0") []: Float, |op, dt| scaled(op, dt, |d| match d {
            DType::F32 => Some(map(|x: f32| x * (PI / 180.0) as f32)),
            DType::F64 => Some(map(|x: f64| x * (PI / 180.0))),
            _ => None,
        }), NOTHING, |g, _cx| g.mul(PI / 180.0);
    /// Radians as degrees.
    rad2deg(RAD2DEG, "Rad2DegBackward0") []: Float, |op, dt| scaled(op, dt, |d| match d {
            DType::F32 => Some(map(|x: f32| x * (180.0 * FRAC_1_PI) as f32)),
            DType::F64 => Some(map(|x: f64| x * (180.0 * FRAC_1_PI))),
            _ => None,
        }), NOTHING, |g, _cx| g.mul(180.0 * FRAC_1_PI);
    /// The modified Bessel function of the first kind, order 0.
    i0(I0, "I0Backward0") ["special.i0"]: Double, |op, dt| double!(op, dt, special::i0),
        INPUT, |g, cx| g.mul(cx.input(0)?.i1()?);
}

/// Functions that live in `torch.special` alone.
pub mod alone {
    use super::*;

    /// Rows of a module only: `name(STATIC, "GradName") "special.name", "doc": function, saves, gradient;`
    macro_rules! rows {
        ($($name:ident($def:ident, $node:literal) $py:literal $doc:literal: $f:path, $saves:ident, |$g:ident, $cx:ident| $grad:expr;)*) => {
            $(
                static $def: UnaryDef = UnaryDef {
                    name: concat!("special.", $py), grad_name: $node, rule: Rule::Double,
                    kernel: |dt| { let op = concat!("special.", $py); double!(op, dt, $f) },
                    saves: Saves::$saves,
                    grad: |$g, $cx| { let _ = &$cx; $grad },
                };
                #[doc = $doc]
                pub fn $name(input: &Tensor) -> Result<Tensor> { apply(Unary(&$def), &[input]) }
            )*
            impl Tensor { $(#[doc = $doc] pub fn $name(&self) -> Result<Tensor> { $name(self) })* }
            pub const ALONE: &[OpDef] = &[$(OpDef {
                name: $py,
                doc: concat!($doc, "\n"),
                params: crate::ops::elementwise::exponential::ONE,
                places: &[Place::Special],
                call: |a| {
                    let x: &Tensor = FromArg::from_arg(&a[0])?;
                    // without a derivative the result is no part of the graph
                    if $node == "NotImplemented" { Ok($name(&x.detach())?.into()) } else { Ok($name(x)?.into()) }
                },
                returns: "Tensor",
                twin: Twin::None,
            }),*];
        };
    }

    fn no_gradient(name: &str) -> Result<Tensor> {
        crate::bail!(Runtime, "the derivative of {name} is not implemented")
    }

    rows! {
        i0e(I0E, "SpecialI0EBackward0") "i0e" "`i0(x) e^-|x|`.": special::i0e, ALL,
            |g, cx| { let x = cx.input(0)?; g.mul(x.i1e()?.sub(x.sgn()?.mul(cx.output(0)?)?)?) };
        i1(I1, "SpecialI1Backward0") "i1" "The modified Bessel function of the first kind, order 1.": special::i1, ALL,
            |g, cx| { let x = cx.input(0)?; g.mul(x.i0()?.sub(i1_over_x(&x, &cx.output(0)?, 0.5)?)?) };
        i1e(I1E, "SpecialI1EBackward0") "i1e" "`i1(x) e^-|x|`.": special::i1e, ALL,
            |g, cx| {
                let (x, y) = (cx.input(0)?, cx.output(0)?);
                g.mul(x.i0e()?.sub(x.sgn()?.mul(&y)?)?.sub(i1_over_x(&x, &y, 0.5)?)?)
            };
        erfcx(ERFCX, "SpecialErfcxBackward0") "erfcx" "`e^(x^2) erfc(x)`.": special::erfcx, ALL,
            |g, cx| g.mul(cx.input(0)?.mul(2i64)?.mul(cx.output(0)?)?.sub(1.0 / FRAC_SQRT_PI_2)?);
        ndtri(NDTRI, "SpecialNdtriBackward0") "ndtri" "The inverse of the normal distribution function.": special::ndtri, OUTPUT,
            |g, cx| { let y = cx.output(0)?; g.mul(y.mul(&y)?.mul(0.5)?.exp()?.mul(SQRT_2PI)?) };
        log_ndtr(LOG_NDTR, "SpecialLogNdtrBackward0") "log_ndtr" "The logarithm of the normal distribution function.": special::log_ndtr, INPUT,
            |g, cx| {
                // density over distribution, through erfcx where the distribution is tiny
                let x = cx.input(0)?;
                let low = x.mul(-std::f64::consts::FRAC_1_SQRT_2)?.erfcx()?.reciprocal()?.mul(2.0 / SQRT_2PI)?;
                let low = low.mul(2f64.sqrt() * std::f64::consts::FRAC_1_SQRT_2)?;
                g.mul(low)
            };
        entr(ENTR, "SpecialEntrBackward0") "entr" "`-x ln(x)`: the terms of an entropy.": special::entr, INPUT,
            |g, cx| g.mul(cx.input(0)?.log()?.add(1i64)?.neg()?);
        bessel_j0(J0, "NotImplemented") "bessel_j0" "The Bessel function of the first kind, order 0.": special::j0, NOTHING, |_g, _cx| no_gradient("bessel_j0");
        bessel_j1(J1, "NotImplemented") "bessel_j1" "The Bessel function of the first kind, order 1.": special::j1, NOTHING, |_g, _cx| no_gradient("bessel_j1");
        bessel_y0(Y0, "NotImplemented") "bessel_y0" "The Bessel function of the second kind, order 0.": special::y0, NOTHING, |_g, _cx| no_gradient("bessel_y0");
        bessel_y1(Y1, "NotImplemented") "bessel_y1" "The Bessel function of the second kind, order 1.": special::y1, NOTHING, |_g, _cx| no_gradient("bessel_y1");
        airy_ai(AIRY, "NotImplemented") "airy_ai" "Airy's function Ai.": special::airy_ai, NOTHING, |_g, _cx| no_gradient("airy_ai");
        modified_bessel_i0(MI0, "NotImplemented") "modified_bessel_i0" "The modified Bessel function of the first kind, order 0.": special::i0, NOTHING, |_g, _cx| no_gradient("modified_bessel_i0");
        modified_bessel_i1(MI1, "NotImplemented") "modified_bessel_i1" "The modified Bessel function of the first kind, order 1.": special::i1, NOTHING, |_g, _cx| no_gradient("modified_bessel_i1");
        modified_bessel_k0(MK0, "NotImplemented") "modified_bessel_k0" "The modified Bessel function of the second kind, order 0.": special::k0, NOTHING, |_g, _cx| no_gradient("modified_bessel_k0");
        modified_bessel_k1(MK1, "NotImplemented") "modified_bessel_k1" "The modified Bessel function of the second kind, order 1.": special::k1, NOTHING, |_g, _cx| no_gradient("modified_bessel_k1");
        scaled_modified_bessel_k0(SK0, "NotImplemented") "scaled_modified_bessel_k0" "`k0(x) e^x`.": special::k0e, NOTHING, |_g, _cx| no_gradient("scaled_modified_bessel_k0");
        scaled_modified_bessel_k1(SK1, "NotImplemented") "scaled_modified_bessel_k1" "`k1(x) e^x`.": special::k1e, NOTHING, |_g, _cx| no_gradient("scaled_modified_bessel_k1");
        spherical_bessel_j0(SJ0, "NotImplemented") "spherical_bessel_j0" "The spherical Bessel function of the first kind, order 0.": special::spherical_j0, NOTHING, |_g, _cx| no_gradient("spherical_bessel_j0");
    }
}

pub const TABLE: Table = &[SPECIAL, alone::ALONE];
