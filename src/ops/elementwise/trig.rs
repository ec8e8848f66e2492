//! Trigonometric and hyperbolic functions: one row each.

use super::exponential::{float, unary_rows};
use super::kind::{Rule, Unary, UnaryDef};
use crate::base::{C64, C128, DType};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{UnaryFn, map, typed};
use crate::kernels::cpu::elementwise::clib;
use crate::kernels::cpu::elementwise::math;
use crate::ops::driver::op::{Saves, apply, apply_in_place};
use crate::ops::table::{FromArg, OpDef, Table};
use crate::tensor::{Context, Tensor};

/// The conjugate of the saved input: what derivatives of holomorphic functions are taken at.
fn at(cx: &Context) -> Result<Tensor> {
    cx.input(0)?.conj()
}

/// `g / sqrt(v)`.
fn over_sqrt(g: &Tensor, v: Tensor) -> Result<Tensor> {
    g.mul(v.rsqrt()?)
}

unary_rows! { TRIG:
    /// The sine of every element, in radians.
    sin(SIN, "SinBackward0") []: Float, |op, dt| float!(op, dt, math::sin_f32, math::sin_f64, clib::sin),
        INPUT, |g, cx| g.mul(at(cx)?.cos()?);
    /// The cosine of every element, in radians.
    cos(COS, "CosBackward0") []: Float, |op, dt| float!(op, dt, math::cos_f32, math::cos_f64, clib::cos),
        INPUT, |g, cx| g.mul(at(cx)?.sin()?.neg()?);
    /// The tangent of every element, in radians.
    tan(TAN, "TanBackward0") []: Float, |op, dt| float!(op, dt, math::tan_f32, math::tan_f64, clib::tan),
        OUTPUT, |g, cx| { let y = cx.output(0)?.conj()?; g.mul(y.mul(&y)?.add(1i64)?) };
    /// The arc sine; nan outside [-1, 1].
    asin(ASIN, "AsinBackward0") ["arcsin"]: Float, |op, dt| float!(op, dt, math::asin_f32, math::asin_f64, clib::asin),
        INPUT, |g, cx| { let x = at(cx)?; over_sqrt(g, x.mul(&x)?.rsub(1i64)?) };
    /// The arc cosine; nan outside [-1, 1].
    acos(ACOS, "AcosBackward0") ["arccos"]: Float, |op, dt| float!(op, dt, math::acos_f32, math::acos_f64, clib::acos),
        INPUT, |g, cx| { let x = at(cx)?; over_sqrt(&g.neg()?, x.mul(&x)?.rsub(1i64)?) };
    /// The arc tangent.
    atan(ATAN, "AtanBackward0") ["arctan"]: Float, |op, dt| float!(op, dt, math::atan_f32, math::atan_f64, clib::atan),
        INPUT, |g, cx| { let x = at(cx)?; g.div(x.mul(&x)?.add(1i64)?) };
    /// The hyperbolic sine.
    sinh(SINH, "SinhBackward0") []: Float, |op, dt| float!(op, dt, math::sinh_f32, math::sinh_f64, clib::sinh),
        INPUT, |g, cx| g.mul(at(cx)?.cosh()?);
    /// The hyperbolic cosine.
    cosh(COSH, "CoshBackward0") []: Float, |op, dt| float!(op, dt, math::cosh_f32, math::cosh_f64, clib::cosh),
        INPUT, |g, cx| g.mul(at(cx)?.sinh()?);
    /// The hyperbolic tangent.
    tanh(TANH, "TanhBackward0") []: Float, |op, dt| float!(op, dt, math::tanh_f32, math::tanh_f64, clib::tanh),
        OUTPUT, |g, cx| g.tanh_backward(&cx.output(0)?);
    /// The inverse hyperbolic sine.
    asinh(ASINH, "AsinhBackward0") ["arcsinh"]: Float, |op, dt| float!(op, dt, math::asinh_f32, math::asinh_f64, clib::asinh),
        INPUT, |g, cx| { let x = at(cx)?; over_sqrt(g, x.mul(&x)?.add(1i64)?) };
    /// The inverse hyperbolic cosine; nan below 1.
    acosh(ACOSH, "AcoshBackward0") ["arccosh"]: Float, |op, dt| float!(op, dt, math::acosh_f32, math::acosh_f64, clib::acosh),
        INPUT, |g, cx| {
            let x = at(cx)?;
            if x.dtype().is_complex() { g.mul(x.sub(1i64)?.rsqrt()?)?.mul(x.add(1i64)?.rsqrt()?) } else { over_sqrt(g, x.mul(&x)?.sub(1i64)?) }
        };
    /// The inverse hyperbolic tangent; infinite at -1 and 1.
    atanh(ATANH, "AtanhBackward0") ["arctanh"]: Float, |op, dt| float!(op, dt, math::atanh_f32, math::atanh_f64, clib::atanh),
        INPUT, |g, cx| { let x = at(cx)?; g.div(x.mul(&x)?.rsub(1i64)?) };
}

pub const TABLE: Table = &[TRIG];
