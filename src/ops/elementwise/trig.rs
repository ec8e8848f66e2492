//! Trigonometric and hyperbolic functions, and angles.

use crate::base::{C64, C128, DType};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{NO, bfloat16, float16, map, point2, typed, typed2, zip};
use crate::kernels::cpu::elementwise::{clib, math};
use crate::ops::elementwise::kind::binary::binary;
use crate::ops::elementwise::kind::kernel;
use crate::ops::elementwise::kind::nary::{point, points};
use crate::ops::elementwise::kind::unary::{float, unary};
use crate::ops::table::Table;
use crate::tensor::Tensor;
use std::f64::consts::{FRAC_1_PI, PI};

/// `g / sqrt(v)`.
fn over_sqrt(g: &Tensor, v: Tensor) -> Result<Tensor> {
    g.mul(v.rsqrt()?)
}

fn sinc_complex(z: C128) -> C128 {
    if z == C128::new(0.0, 0.0) {
        return C128::new(1.0, 0.0);
    }
    let w = z * PI;
    clib::sin(w) / w
}

unary! { TRIG:
    /// The sine of every element, in radians.
    ///
    /// ```text
    /// >>> torch.sin(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 0.8415])
    /// ```
    sin "SinBackward0": Float,
        cpu |dt| float!(dt, math::sin_f32, math::sin_f64, clib::sin),
        wgsl "sin_f(x)",
        on -2.0, 2.0,
        grad X |g, x| g.mul(x.conj()?.cos()?);
    /// The cosine of every element, in radians.
    ///
    /// ```text
    /// >>> torch.cos(torch.tensor([0.0, 1.0]))
    /// tensor([1.0000, 0.5403])
    /// ```
    cos "CosBackward0": Float,
        cpu |dt| float!(dt, math::cos_f32, math::cos_f64, clib::cos),
        wgsl "cos_f(x)",
        on -2.0, 2.0,
        grad X |g, x| g.mul(x.conj()?.sin()?.neg()?);
    /// The tangent of every element, in radians.
    ///
    /// ```text
    /// >>> torch.tan(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 1.5574])
    /// ```
    tan "TanBackward0": Float,
        cpu |dt| float!(dt, math::tan_f32, math::tan_f64, clib::tan),
        wgsl "tan_f(x)",
        on -0.9, 0.9,
        grad Y |g, y| { let y = y.conj()?; g.mul(y.mul(&y)?.add(1i64)?) };
    /// The arc sine; nan outside [-1, 1].
    ///
    /// ```text
    /// >>> torch.asin(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 1.5708])
    /// ```
    asin "AsinBackward0" also ["arcsin"]: Float,
        cpu |dt| float!(dt, math::asin_f32, math::asin_f64, clib::asin),
        wgsl "asin_f(x)",
        on -0.9, 0.9,
        grad X |g, x| { let x = x.conj()?; over_sqrt(g, x.mul(&x)?.rsub(1i64)?) };
    /// The arc cosine; nan outside [-1, 1].
    ///
    /// ```text
    /// >>> torch.acos(torch.tensor([0.0, 1.0]))
    /// tensor([1.5708, 0.0000])
    /// ```
    acos "AcosBackward0" also ["arccos"]: Float,
        cpu |dt| float!(dt, math::acos_f32, math::acos_f64, clib::acos),
        wgsl "acos_f(x)",
        on -0.9, 0.9,
        grad X |g, x| { let x = x.conj()?; over_sqrt(&g.neg()?, x.mul(&x)?.rsub(1i64)?) };
    /// The arc tangent.
    ///
    /// ```text
    /// >>> torch.atan(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 0.7854])
    /// ```
    atan "AtanBackward0" also ["arctan"]: Float,
        cpu |dt| float!(dt, math::atan_f32, math::atan_f64, clib::atan),
        wgsl "atan_f(x)",
        on -2.0, 2.0,
        grad X |g, x| { let x = x.conj()?; g.div(x.mul(&x)?.add(1i64)?) };
    /// The hyperbolic sine.
    ///
    /// ```text
    /// >>> torch.sinh(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 1.1752])
    /// ```
    sinh "SinhBackward0": Float,
        cpu |dt| float!(dt, math::sinh_f32, math::sinh_f64, clib::sinh),
        wgsl "sinh_f(x)",
        on -2.0, 2.0,
        grad X |g, x| g.mul(x.conj()?.cosh()?);
    /// The hyperbolic cosine.
    ///
    /// ```text
    /// >>> torch.cosh(torch.tensor([0.0, 1.0]))
    /// tensor([1.0000, 1.5431])
    /// ```
    cosh "CoshBackward0": Float,
        cpu |dt| float!(dt, math::cosh_f32, math::cosh_f64, clib::cosh),
        wgsl "cosh_f(x)",
        on -2.0, 2.0,
        grad X |g, x| g.mul(x.conj()?.sinh()?);
    /// The hyperbolic tangent.
    ///
    /// ```text
    /// >>> torch.tanh(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 0.7616])
    /// ```
    [Torch, Method, Nn] tanh "TanhBackward0": Float,
        cpu |dt| float!(dt, math::tanh_f32, math::tanh_f64, clib::tanh),
        wgsl "tanh_f(x)",
        on -2.0, 2.0,
        grad Y |g, y| g.tanh_backward(y);
    /// The inverse hyperbolic sine.
    ///
    /// ```text
    /// >>> torch.asinh(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 0.8814])
    /// ```
    asinh "AsinhBackward0" also ["arcsinh"]: Float,
        cpu |dt| float!(dt, math::asinh_f32, math::asinh_f64, clib::asinh),
        wgsl "asinh_f(x)",
        on -2.0, 2.0,
        grad X |g, x| { let x = x.conj()?; over_sqrt(g, x.mul(&x)?.add(1i64)?) };
    /// The inverse hyperbolic cosine; nan below 1.
    ///
    /// ```text
    /// >>> torch.acosh(torch.tensor([1.0, 2.0]))
    /// tensor([0.0000, 1.3170])
    /// ```
    acosh "AcoshBackward0" also ["arccosh"]: Float,
        cpu |dt| float!(dt, math::acosh_f32, math::acosh_f64, clib::acosh),
        wgsl "acosh_f(x)",
        on 1.3, 4.0,
        grad X |g, x| {
            let x = x.conj()?;
            if x.dtype().is_complex() { g.mul(x.sub(1i64)?.rsqrt()?)?.mul(x.add(1i64)?.rsqrt()?) } else { over_sqrt(g, x.mul(&x)?.sub(1i64)?) }
        };
    /// The inverse hyperbolic tangent; infinite at -1 and 1.
    ///
    /// ```text
    /// >>> torch.atanh(torch.tensor([0.0, 0.5]))
    /// tensor([0.0000, 0.5493])
    /// ```
    atanh "AtanhBackward0" also ["arctanh"]: Float,
        cpu |dt| float!(dt, math::atanh_f32, math::atanh_f64, clib::atanh),
        wgsl "atanh_f(x)",
        on -0.9, 0.9,
        grad X |g, x| { let x = x.conj()?; g.div(x.mul(&x)?.rsub(1i64)?) };
    /// `sin(pi x) / (pi x)`.
    ///
    /// ```text
    /// >>> torch.sinc(torch.tensor([0.0, 0.5]))
    /// tensor([1.0000, 0.6366])
    /// ```
    sinc "SincBackward0" also [Special "sinc"]: Float,
        cpu |dt| match dt {
            DType::F32 => Some(typed(math::sinc_f32)),
            DType::F64 => Some(typed(math::sinc_f64)),
            DType::C64 => Some(map(|z: C64| {
                let w = sinc_complex(C128::new(z.re as f64, z.im as f64));
                C64::new(w.re as f32, w.im as f32)
            })),
            DType::C128 => Some(map(sinc_complex)),
            _ => None,
        },
        wgsl "sinc_f(x)",
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
    ///
    /// ```text
    /// >>> torch.deg2rad(torch.tensor([180.0, 90.0]))
    /// tensor([3.1416, 1.5708])
    /// ```
    deg2rad "Deg2RadBackward0": Float,
        cpu |dt| kernel!(dt, floats, T => map(|x: T| x * (PI / 180.0) as T)),
        takes (works "real dtypes"),
        wgsl "x * 0.017453292",
        on -2.0, 2.0,
        grad G |g| g.mul(PI / 180.0);
    /// Radians as degrees.
    ///
    /// ```text
    /// >>> torch.rad2deg(torch.tensor([3.1416, 1.0]))
    /// tensor([180.0004,  57.2958])
    /// ```
    rad2deg "Rad2DegBackward0": Float,
        cpu |dt| kernel!(dt, floats, T => map(|x: T| x * (180.0 * FRAC_1_PI) as T)),
        takes (works "real dtypes"),
        wgsl "x * 57.295780",
        on -2.0, 2.0,
        grad G |g| g.mul(180.0 * FRAC_1_PI);
}

binary! { ANGLES:
    /// The angle of the point (other, input), in radians.
    ///
    /// ```text
    /// >>> torch.atan2(torch.tensor([1.0, 1.0]), torch.tensor([1.0, -1.0]))
    /// tensor([0.7854, 2.3562])
    /// ```
    atan2(input: T, other: T) ATAN2 "Atan2Backward0" also ["arctan2"]: Float,
        cpu |dt| match dt {
            DType::F32 => Some(typed2(math::atan2_f32)),
            DType::F64 => Some(typed2(math::atan2_f64)),
            _ => None,
        },
        takes (works "real dtypes"),
        wgsl "atan2_f(a, b)",
        grad { joint |g, want, a, b| {
            let norm = a.mul(&a)?.add(b.mul(&b)?)?;
            let v = norm.eq(0i64)?.choose(0i64, g.div(&norm)?)?;
            Ok([want.then(0, || v.mul(&b))?, want.then(1, || v.mul(a.neg()?))?])
        } };
    /// `sqrt(input^2 + other^2)` without overflow.
    ///
    /// ```text
    /// >>> torch.hypot(torch.tensor([3.0, 5.0]), torch.tensor([4.0, 12.0]))
    /// tensor([ 5., 13.])
    /// ```
    hypot(input: T, other: T) HYPOT "HypotBackward0": Same,
        cpu |dt| match dt {
            DType::F16 => Some(float16::zip(math::scalar::hypot_f32)),
            DType::BF16 => Some(bfloat16::zip(math::scalar::hypot_f32)),
            DType::F32 => Some(zip(math::scalar::hypot_f32)),
            DType::F64 => Some(zip(math::scalar::hypot)),
            _ => None,
        },
        wgsl "hypot_f(a, b)",
        grad { a |g, a, y| g.mul(a.div(&y)?), b |g, b, y| g.mul(b.div(&y)?) };
}

points! {
    TANH_BACKWARD "tanh_backward" "TanhBackwardBackward0": Same,
        cpu |dt| match dt {
            DType::C64 => Some(point2(|g: C64, y: C64, _| g * (-(y * y) + 1.0).conj())),
            DType::C128 => Some(point2(|g: C128, y: C128, _| g * (-(y * y) + 1.0).conj())),
            _ => kernel!(dt, floats, T => point2(|g: T, y: T, _| g * (1.0 - y * y))),
        },
        wgsl "a * (1.0 - b * b)",
        grad {
            a |g, b| g.mul(b.mul(&b)?.rsub(1i64)?),
            b |g, a, b| g.conj()?.mul(a)?.mul(b.conj()?.mul(-2i64)?),
        };
}

impl Tensor {
    /// The gradient through a hyperbolic tangent with the result `y`.
    pub fn tanh_backward(&self, y: &Tensor) -> Result<Tensor> {
        point(&TANH_BACKWARD, &[self, y], NO)
    }
}

pub const TABLE: Table = &[TRIG, ANGLES];
