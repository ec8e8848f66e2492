//! Trigonometric and hyperbolic functions: one row each.

use crate::base::{C64, C128, DType};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{map, typed};
use crate::kernels::cpu::elementwise::{clib, math};
use crate::ops::elementwise::kind::unary::{float, unary};
use crate::ops::table::Table;
use crate::tensor::Tensor;

/// `g / sqrt(v)`.
fn over_sqrt(g: &Tensor, v: Tensor) -> Result<Tensor> {
    g.mul(v.rsqrt()?)
}

unary! { TRIG:
    /// The sine of every element, in radians.
    sin "SinBackward0": Float,
        cpu |op, dt| float!(op, dt, math::sin_f32, math::sin_f64, clib::sin),
        wgsl "sin(x)",
        on -2.0, 2.0,
        grad X |g, x| g.mul(x.conj()?.cos()?);
    /// The cosine of every element, in radians.
    cos "CosBackward0": Float,
        cpu |op, dt| float!(op, dt, math::cos_f32, math::cos_f64, clib::cos),
        wgsl "cos(x)",
        on -2.0, 2.0,
        grad X |g, x| g.mul(x.conj()?.sin()?.neg()?);
    /// The tangent of every element, in radians.
    tan "TanBackward0": Float,
        cpu |op, dt| float!(op, dt, math::tan_f32, math::tan_f64, clib::tan),
        wgsl "tan(x)",
        on -0.9, 0.9,
        grad Y |g, y| { let y = y.conj()?; g.mul(y.mul(&y)?.add(1i64)?) };
    /// The arc sine; nan outside [-1, 1].
    asin "AsinBackward0" also ["arcsin"]: Float,
        cpu |op, dt| float!(op, dt, math::asin_f32, math::asin_f64, clib::asin),
        wgsl "asin(x)",
        on -0.9, 0.9,
        grad X |g, x| { let x = x.conj()?; over_sqrt(g, x.mul(&x)?.rsub(1i64)?) };
    /// The arc cosine; nan outside [-1, 1].
    acos "AcosBackward0" also ["arccos"]: Float,
        cpu |op, dt| float!(op, dt, math::acos_f32, math::acos_f64, clib::acos),
        wgsl "acos(x)",
        on -0.9, 0.9,
        grad X |g, x| { let x = x.conj()?; over_sqrt(&g.neg()?, x.mul(&x)?.rsub(1i64)?) };
    /// The arc tangent.
    atan "AtanBackward0" also ["arctan"]: Float,
        cpu |op, dt| float!(op, dt, math::atan_f32, math::atan_f64, clib::atan),
        wgsl "atan(x)",
        on -2.0, 2.0,
        grad X |g, x| { let x = x.conj()?; g.div(x.mul(&x)?.add(1i64)?) };
    /// The hyperbolic sine.
    sinh "SinhBackward0": Float,
        cpu |op, dt| float!(op, dt, math::sinh_f32, math::sinh_f64, clib::sinh),
        wgsl "sinh(x)",
        on -2.0, 2.0,
        grad X |g, x| g.mul(x.conj()?.cosh()?);
    /// The hyperbolic cosine.
    cosh "CoshBackward0": Float,
        cpu |op, dt| float!(op, dt, math::cosh_f32, math::cosh_f64, clib::cosh),
        wgsl "cosh(x)",
        on -2.0, 2.0,
        grad X |g, x| g.mul(x.conj()?.sinh()?);
    /// The hyperbolic tangent.
    tanh "TanhBackward0": Float,
        cpu |op, dt| float!(op, dt, math::tanh_f32, math::tanh_f64, clib::tanh),
        wgsl "tanh(x)",
        on -2.0, 2.0,
        grad Y |g, y| g.tanh_backward(y);
    /// The inverse hyperbolic sine.
    asinh "AsinhBackward0" also ["arcsinh"]: Float,
        cpu |op, dt| float!(op, dt, math::asinh_f32, math::asinh_f64, clib::asinh),
        wgsl "asinh(x)",
        on -2.0, 2.0,
        grad X |g, x| { let x = x.conj()?; over_sqrt(g, x.mul(&x)?.add(1i64)?) };
    /// The inverse hyperbolic cosine; nan below 1.
    acosh "AcoshBackward0" also ["arccosh"]: Float,
        cpu |op, dt| float!(op, dt, math::acosh_f32, math::acosh_f64, clib::acosh),
        wgsl "acosh(x)",
        on 1.3, 4.0,
        grad X |g, x| {
            let x = x.conj()?;
            if x.dtype().is_complex() { g.mul(x.sub(1i64)?.rsqrt()?)?.mul(x.add(1i64)?.rsqrt()?) } else { over_sqrt(g, x.mul(&x)?.sub(1i64)?) }
        };
    /// The inverse hyperbolic tangent; infinite at -1 and 1.
    atanh "AtanhBackward0" also ["arctanh"]: Float,
        cpu |op, dt| float!(op, dt, math::atanh_f32, math::atanh_f64, clib::atanh),
        wgsl "atanh(x)",
        on -0.9, 0.9,
        grad X |g, x| { let x = x.conj()?; g.div(x.mul(&x)?.rsub(1i64)?) };
}

pub const TABLE: Table = &[TRIG];
