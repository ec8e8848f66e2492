//! Activations made of arithmetic alone, and the backward kernels that several families share. Those with
//! transcendental functions are in `smooth.rs`; both put their rows into `gate.rs`.
//!
//! A backward is an op of its own (`threshold_backward` and so on), so that one pass over memory gives the gradient,
//! and its gradient in turn is written with ops.

use crate::base::{DType, Elem, Real};
use crate::error::{Error, Result};
use crate::kernels::cpu::elementwise::block::{Params, PointFn, map, point1, point2};
use crate::ops::elementwise::kind::Rule;
use crate::ops::elementwise::kind::nary::{NO, PointDef, Y, only, point};
use crate::ops::elementwise::kind::unary::unary;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{real_floats, with_dtype};

pub const A: u8 = 1;
pub const B: u8 = 2;

/// `pub static NAME: PointDef` for an op of the input and parameters, or of a gradient, a tensor and parameters.
macro_rules! activation {
    ($($(#[doc = $doc:literal])* $def:ident $name:literal $node:literal, |$dt:ident| $kernel:expr, $saves:expr,
        |$s:ident, $g:ident, $want:ident| $grad:expr;)*) => {$(
        $(#[doc = $doc])*
        pub static $def: PointDef = PointDef {
            name: $name,
            grad_name: $node,
            rule: Rule::Same,
            masked: false,
            kernel: |$dt: DType| -> Result<PointFn> { $kernel },
            saves: $saves,
            grad: |$s, $g, $want| { let _ = &$want; $grad },
        };
    )*};
}
pub(crate) use activation;

activation! {
    /// `g` where the tensor exceeds `q[0]`.
    THRESHOLD_BACKWARD "threshold_backward" "ThresholdBackwardBackward0",
        |dt| with_dtype!("threshold_backward", dt, wide_real, T => Ok(point2(|g: T, x: T, q| if x <= T::from_f64(q[0]) { T::ZERO } else { g }))),
        [B, 0, 0, 0], |s, g, want| Ok([
            want.then(0, || point(&THRESHOLD_BACKWARD, &[g, &s.tensor(1)?], s.op.params))?,
            want.then(1, || g.zeros_alike())?, None, None]);
    SIGMOID_BACKWARD "sigmoid_backward" "SigmoidBackwardBackward0",
        |dt| match dt {
            DType::C64 => Ok(point2(|g: crate::base::C64, y: crate::base::C64, _| g * (y * (-y + 1.0)).conj())),
            DType::C128 => Ok(point2(|g: crate::base::C128, y: crate::base::C128, _| g * (y * (-y + 1.0)).conj())),
            _ => real_floats!("sigmoid_backward", dt, T => point2(|g: T, y: T, _| g * (y * (1.0 - y)))),
        },
        [B, A | B, 0, 0], |s, g, want| {
            // g conj(f(y)): holomorphic in g, antiholomorphic in y
            let (z, y) = (s.tensor(1)?, s.tensor(1)?.conj()?);
            Ok([want.then(0, || g.mul(z.mul(z.rsub(1i64)?)?))?,
                want.then(1, || g.conj()?.mul(s.tensor(0)?)?.mul(y.mul(-2i64)?.add(1i64)?))?, None, None])
        };
    TANH_BACKWARD "tanh_backward" "TanhBackwardBackward0",
        |dt| match dt {
            DType::C64 => Ok(point2(|g: crate::base::C64, y: crate::base::C64, _| g * (-(y * y) + 1.0).conj())),
            DType::C128 => Ok(point2(|g: crate::base::C128, y: crate::base::C128, _| g * (-(y * y) + 1.0).conj())),
            _ => real_floats!("tanh_backward", dt, T => point2(|g: T, y: T, _| g * (1.0 - y * y))),
        },
        [B, A | B, 0, 0], |s, g, want| {
            let (z, y) = (s.tensor(1)?, s.tensor(1)?.conj()?);
            Ok([want.then(0, || g.mul(z.mul(&z)?.rsub(1i64)?))?,
                want.then(1, || g.conj()?.mul(s.tensor(0)?)?.mul(y.mul(-2i64)?))?, None, None])
        };
    /// `q[1]` where the input is at most `q[0]`.
    THRESHOLD "threshold" "ThresholdBackward0",
        |dt| if dt == DType::Bool { Err(Error::no_dtype("threshold", dt, "numbers")) } else { with_dtype!("threshold", dt, wide_real, T => Ok(point1(|x: T, q| if x <= T::from_f64(q[0]) { T::from_f64(q[1]) } else { x }))) },
        [A, 0, 0, 0], |s, g, want| only(point(&THRESHOLD_BACKWARD, &[g, &s.tensor(0)?], s.op.params));
    /// Slope `q[0]` below zero.
    LEAKY_RELU "leaky_relu" "LeakyReluBackward0",
        |dt| real_floats!("leaky_relu", dt, T => point1(|x: T, q| if x > 0.0 { x } else { x * q[0] as T })),
        [A, 0, 0, 0], |s, g, want| only(point(&LEAKY_RELU_BACKWARD, &[g, &s.tensor(0)?], s.op.params));
    /// In place: the sign of the result is that of the input (slopes below zero are refused).
    LEAKY_RELU_ "leaky_relu_" "LeakyReluBackward1",
        |dt| (LEAKY_RELU.kernel)(dt),
        [Y, 0, 0, 0], |s, g, want| only(point(&LEAKY_RELU_BACKWARD, &[g, &s.y()?], s.op.params));
    LEAKY_RELU_BACKWARD "leaky_relu_backward" "LeakyReluBackwardBackward0",
        |dt| real_floats!("leaky_relu_backward", dt, T => point2(|g: T, x: T, q| if x > 0.0 { g } else { g * q[0] as T })),
        [B, 0, 0, 0], |s, g, want| Ok([
            want.then(0, || point(&LEAKY_RELU_BACKWARD, &[g, &s.tensor(1)?], s.op.params))?,
            want.then(1, || g.zeros_alike())?, None, None]);
    /// Clamped to `[q[0], q[1]]`.
    HARDTANH "hardtanh" "HardtanhBackward0",
        |dt| with_dtype!("hardtanh", dt, wide_real, T => Ok(point1(|x: T, q| {
            let (lo, hi) = (T::from_f64(q[0]), T::from_f64(q[1]));
            let v = if x < lo { lo } else { x };
            if v > hi { hi } else { v }
        }))),
        [A, 0, 0, 0], |s, g, want| only(point(&HARDTANH_BACKWARD, &[g, &s.tensor(0)?], s.op.params));
    HARDTANH_BACKWARD "hardtanh_backward" "HardtanhBackwardBackward0",
        |dt| with_dtype!("hardtanh_backward", dt, wide_real, T => Ok(point2(|g: T, x: T, q| {
            if x > T::from_f64(q[0]) && x < T::from_f64(q[1]) { g } else { T::ZERO }
        }))),
        [B, 0, 0, 0], |s, g, want| Ok([
            want.then(0, || point(&HARDTANH_BACKWARD, &[g, &s.tensor(1)?], s.op.params))?,
            want.then(1, || g.zeros_alike())?, None, None]);
    HARDSIGMOID "hardsigmoid" "HardsigmoidBackward0",
        |dt| real_floats!("hardsigmoid", dt, T => point1(|x: T, _| {
            let v = x + 3.0;
            (if v < 0.0 { 0.0 } else if v > 6.0 { 6.0 } else { v }) / 6.0
        })),
        [A, 0, 0, 0], |s, g, want| only(point(&HARDSIGMOID_BACKWARD, &[g, &s.tensor(0)?], NO));
    HARDSIGMOID_BACKWARD "hardsigmoid_backward" "HardsigmoidBackwardBackward0",
        |dt| real_floats!("hardsigmoid_backward", dt, T => point2(|g: T, x: T, _| if x > -3.0 && x < 3.0 { g / 6.0 } else { 0.0 })),
        [B, 0, 0, 0], |s, g, want| Ok([
            want.then(0, || point(&HARDSIGMOID_BACKWARD, &[g, &s.tensor(1)?], NO))?,
            want.then(1, || g.zeros_alike())?, None, None]);
    HARDSWISH "hardswish" "HardswishBackward0",
        |dt| real_floats!("hardswish", dt, T => point1(|x: T, _| {
            let v = x + 3.0;
            x * (if v < 0.0 { 0.0 } else if v > 6.0 { 6.0 } else { v }) / 6.0
        })),
        [A, 0, 0, 0], |s, g, want| only(point(&HARDSWISH_BACKWARD, &[g, &s.tensor(0)?], NO));
    HARDSWISH_BACKWARD "hardswish_backward" "HardswishBackwardBackward0",
        |dt| real_floats!("hardswish_backward", dt, T => point2(|g: T, x: T, _| {
            if x <= -3.0 { 0.0 } else if x >= 3.0 { g } else { g * (x / 3.0 + 0.5) }
        })),
        [B, A | B, 0, 0], |s, g, want| {
            let x = s.tensor(1)?;
            Ok([want.then(0, || point(&HARDSWISH_BACKWARD, &[g, &x], NO))?,
                want.then(1, || g.mul(s.tensor(0)?)?.div(3i64)?.keep(&x.gt(-3i64)?.logical_and(x.lt(3i64)?)?))?, None, None])
        };
    /// Zero where `|x| <= q[0]`.
    HARDSHRINK "hardshrink" "HardshrinkBackward0",
        |dt| real_floats!("hardshrink", dt, T => point1(|x: T, q| { let l = q[0] as T; if x >= -l && x <= l { 0.0 } else { x } })),
        [A, 0, 0, 0], |s, g, want| only(point(&SHRINK_BACKWARD, &[g, &s.tensor(0)?], s.op.params));
    /// Brought towards zero by `q[0]`.
    SOFTSHRINK "softshrink" "SoftshrinkBackward0",
        |dt| real_floats!("softshrink", dt, T => point1(|x: T, q| {
            let l = q[0] as T;
            if x > l { x - l } else if x < -l { x + l } else { x * 0.0 }
        })),
        [A, 0, 0, 0], |s, g, want| only(point(&SHRINK_BACKWARD, &[g, &s.tensor(0)?], s.op.params));
    SHRINK_BACKWARD "shrink_backward" "HardshrinkBackwardBackward0",
        |dt| real_floats!("shrink_backward", dt, T => point2(|g: T, x: T, q| { let l = q[0] as T; if x > l || x < -l { g } else { 0.0 } })),
        [B, 0, 0, 0], |s, g, want| Ok([
            want.then(0, || point(&SHRINK_BACKWARD, &[g, &s.tensor(1)?], s.op.params))?,
            want.then(1, || g.zeros_alike())?, None, None]);
    /// Input and slope.
    PRELU "prelu" "PreluKernelBackward0",
        |dt| real_floats!("prelu", dt, T => point2(|x: T, w: T, _| if x > 0.0 { x } else { w * x })),
        [A | B, A, 0, 0], |s, g, want| {
            let x = s.tensor(0)?;
            let positive = x.gt(0i64)?;
            Ok([want.then(0, || positive.choose(g, g.mul(s.tensor(1)?)?))?,
                want.then(1, || positive.choose(0i64, g.mul(&x)?))?, None, None])
        };
}

impl Tensor {
    /// The gradient through a logistic function with the result `y`.
    pub fn sigmoid_backward(&self, y: &Tensor) -> Result<Tensor> {
        point(&SIGMOID_BACKWARD, &[self, y], NO)
    }
    /// The gradient through a hyperbolic tangent with the result `y`.
    pub fn tanh_backward(&self, y: &Tensor) -> Result<Tensor> {
        point(&TANH_BACKWARD, &[self, y], NO)
    }
    /// `g` where `x > threshold`.
    pub fn threshold_backward(&self, x: &Tensor, threshold: f64) -> Result<Tensor> {
        point(&THRESHOLD_BACKWARD, &[self, x], [threshold, 0.0, 0.0, 0.0])
    }
}

/// One parameter.
pub const fn one(v: f64) -> Params {
    [v, 0.0, 0.0, 0.0]
}

unary! { PIECEWISE:
    /// The larger of zero and each element; nan stays nan.
    ///
    /// Args: input: any real dtype but bool.
    relu "ReluBackward0": Same,
        cpu |op, dt| {
            crate::ensure!(dt != DType::Bool, Runtime, "Boolean inputs not supported for relu");
            with_dtype!(op, dt, wide_real, T => Ok(map(|x: T| if x > T::ZERO || Real::is_nan(x) { x } else { T::ZERO })))
        },
        wgsl "max(x, 0.0)",
        grad Y |g, y| g.threshold_backward(y, 0.0);
}

pub const TABLE: Table = &[PIECEWISE];
