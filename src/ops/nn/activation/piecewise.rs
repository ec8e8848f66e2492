//! Activations made of arithmetic alone.
//!
//! A backward is an op of its own (`threshold_backward` and so on), so that one pass over memory gives the gradient,
//! and its gradient in turn is written with ops.

use crate::base::{DType, Elem, Real, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{NO, Params, map, point1, point2};
use crate::ops::elementwise::kind::kernel;
use crate::ops::elementwise::kind::nary::{point, points};
use crate::ops::elementwise::kind::unary::unary;
use crate::ops::table::{Table, To};
use crate::tensor::Tensor;
use crate::{ensure, rows};

/// One parameter.
pub const fn one(v: f64) -> Params {
    [v, 0.0, 0.0, 0.0]
}

unary! { PIECEWISE:
    /// The larger of zero and each element; nan stays nan.
    ///
    /// Args: input: any real dtype but bool.
    ///
    /// ```text
    /// >>> torch.relu(torch.tensor([-2.0, 3.0]))
    /// tensor([0., 3.])
    /// ```
    relu "ReluBackward0": Same,
        cpu |dt| kernel!(dt, numbers, T => map(|x: T| if x > T::ZERO || Real::is_nan(x) { x } else { T::ZERO })),
        takes (not Bool Runtime "Boolean inputs not supported for relu"
            not Complex NotImplemented "clamp is not supported for complex types"),
        wgsl "select(max(x, 0.0), x, is_nan(x))" int "max(x, 0)",
        grad Y |g, y| g.threshold_backward(y, 0.0);
}

points! {
    /// `q[1]` where the input is at most `q[0]`.
    THRESHOLD "threshold" "ThresholdBackward0": Same,
        cpu |dt| kernel!(dt, numbers, T => point1(|x: T, q| if x <= T::from_f64(q[0]) { T::from_f64(q[1]) } else { x })),
        takes (works "numbers"),
        wgsl "select(a, p1, a <= p0)" int "select(a, C(p1), f32(a) <= p0)",
        grad { a |g, a, q| point(&THRESHOLD_BACKWARD, &[g, &a], *q) };
    /// `g` where the tensor exceeds `q[0]`.
    THRESHOLD_BACKWARD "threshold_backward" "ThresholdBackwardBackward0": Same,
        cpu |dt| kernel!(dt, wide_real, T => point2(|g: T, x: T, q| {
            if x <= T::from_f64(q[0]) { T::ZERO } else { g }
        })),
        wgsl "select(a, 0.0, b <= p0)" int "select(a, C(0), f32(b) <= p0)",
        grad { a |g, b, q| point(&THRESHOLD_BACKWARD, &[g, &b], *q), b |g| g.zeros_alike() };
    /// Slope `q[0]` below zero.
    LEAKY_RELU "leaky_relu" "LeakyReluBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point1(|x: T, q| if x > 0.0 { x } else { x * q[0] as T })),
        wgsl "select(a * p0, a, a > 0.0)",
        grad { a |g, a, q| point(&LEAKY_RELU_BACKWARD, &[g, &a], *q) };
    /// In place: the sign of the result is that of the input (slopes below zero are refused).
    LEAKY_RELU_ "leaky_relu_" "LeakyReluBackward1": Same,
        cpu |dt| (LEAKY_RELU.kernel)(dt),
        wgsl "select(a * p0, a, a > 0.0)",
        grad { a |g, y, q| point(&LEAKY_RELU_BACKWARD, &[g, &y], *q) };
    LEAKY_RELU_BACKWARD "leaky_relu_backward" "LeakyReluBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point2(|g: T, x: T, q| if x > 0.0 { g } else { g * q[0] as T })),
        wgsl "select(a * p0, a, b > 0.0)",
        grad { a |g, b, q| point(&LEAKY_RELU_BACKWARD, &[g, &b], *q), b |g| g.zeros_alike() };
    /// Clamped to `[q[0], q[1]]`.
    HARDTANH "hardtanh" "HardtanhBackward0": Same,
        cpu |dt| kernel!(dt, wide_real, T => point1(|x: T, q| {
            let (lo, hi) = (T::from_f64(q[0]), T::from_f64(q[1]));
            let v = if x < lo { lo } else { x };
            if v > hi { hi } else { v }
        })),
        wgsl "select(clamp(a, p0, p1), a, is_nan(a))" int "clamp(a, C(p0), C(p1))",
        grad { a |g, a, q| point(&HARDTANH_BACKWARD, &[g, &a], *q) };
    HARDTANH_BACKWARD "hardtanh_backward" "HardtanhBackwardBackward0": Same,
        cpu |dt| kernel!(dt, wide_real, T => point2(|g: T, x: T, q| {
            if x > T::from_f64(q[0]) && x < T::from_f64(q[1]) { g } else { T::ZERO }
        })),
        wgsl "select(0.0, a, b > p0 && b < p1)" int "select(C(0), a, f32(b) > p0 && f32(b) < p1)",
        grad { a |g, b, q| point(&HARDTANH_BACKWARD, &[g, &b], *q), b |g| g.zeros_alike() };
    HARDSIGMOID "hardsigmoid" "HardsigmoidBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point1(|x: T, _| {
            let v = x + 3.0;
            (if v < 0.0 { 0.0 } else if v > 6.0 { 6.0 } else { v }) / 6.0
        })),
        wgsl "select(clamp(a + 3.0, 0.0, 6.0) / 6.0, a, is_nan(a))",
        grad { a |g, a| point(&HARDSIGMOID_BACKWARD, &[g, &a], NO) };
    HARDSIGMOID_BACKWARD "hardsigmoid_backward" "HardsigmoidBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point2(|g: T, x: T, _| {
            if x > -3.0 && x < 3.0 { g / 6.0 } else { 0.0 }
        })),
        wgsl "select(0.0, a / 6.0, b > -3.0 && b < 3.0)",
        grad { a |g, b| point(&HARDSIGMOID_BACKWARD, &[g, &b], NO), b |g| g.zeros_alike() };
    HARDSWISH "hardswish" "HardswishBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point1(|x: T, _| {
            let v = x + 3.0;
            x * (if v < 0.0 { 0.0 } else if v > 6.0 { 6.0 } else { v }) / 6.0
        })),
        wgsl "select(a * clamp(a + 3.0, 0.0, 6.0) / 6.0, a, is_nan(a))",
        grad { a |g, a| point(&HARDSWISH_BACKWARD, &[g, &a], NO) };
    HARDSWISH_BACKWARD "hardswish_backward" "HardswishBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point2(|g: T, x: T, _| {
            if x <= -3.0 { 0.0 } else if x >= 3.0 { g } else { g * (x / 3.0 + 0.5) }
        })),
        wgsl "select(select(a * (b / 3.0 + 0.5), a, b >= 3.0), 0.0, b <= -3.0)",
        grad {
            a |g, b| point(&HARDSWISH_BACKWARD, &[g, &b], NO),
            b |g, a, b| g.mul(a)?.div(3i64)?.keep(&b.gt(-3i64)?.logical_and(b.lt(3i64)?)?),
        };
    /// Zero where `|x| <= q[0]`.
    HARDSHRINK "hardshrink" "HardshrinkBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point1(|x: T, q| {
            let l = q[0] as T;
            if x >= -l && x <= l { 0.0 } else { x }
        })),
        wgsl "select(a, 0.0, a >= -p0 && a <= p0)",
        grad { a |g, a, q| point(&SHRINK_BACKWARD, &[g, &a], *q) };
    /// Brought towards zero by `q[0]`.
    SOFTSHRINK "softshrink" "SoftshrinkBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point1(|x: T, q| {
            let l = q[0] as T;
            if x > l { x - l } else if x < -l { x + l } else { x * 0.0 }
        })),
        wgsl "select(select(a * 0.0, a + p0, a < -p0), a - p0, a > p0)",
        grad { a |g, a, q| point(&SHRINK_BACKWARD, &[g, &a], *q) };
    SHRINK_BACKWARD "shrink_backward" "HardshrinkBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point2(|g: T, x: T, q| {
            let l = q[0] as T;
            if x > l || x < -l { g } else { 0.0 }
        })),
        wgsl "select(0.0, a, b > p0 || b < -p0)",
        grad { a |g, b, q| point(&SHRINK_BACKWARD, &[g, &b], *q), b |g| g.zeros_alike() };
}

impl Tensor {
    /// `g` where `x > threshold`.
    pub fn threshold_backward(&self, x: &Tensor, threshold: f64) -> Result<Tensor> {
        point(&THRESHOLD_BACKWARD, &[self, x], one(threshold))
    }
}

impl To {
    fn leaky_relu(self, x: &Tensor, slope: f64) -> Result<Tensor> {
        let def = if self == To::First && slope >= 0.0 { &LEAKY_RELU_ } else { &LEAKY_RELU };
        Scalar::Float(slope).fit_wide(x.dtype())?;
        self.point(def, &[x], one(slope))
    }
    fn hardtanh(self, x: &Tensor, lo: f64, hi: f64) -> Result<Tensor> {
        ensure!(x.dtype() != DType::Bool, Runtime, "Bool inputs not supported for hardtanh");
        ensure!(lo <= hi, Value, "min_val cannot be greater than max_val");
        ensure!(
            x.dtype().is_signed() || lo >= 0.0 || hi < 0.0,
            Runtime,
            "cannot do hardtanh on an unsigned type with negative limits"
        );
        for bound in [lo, hi] {
            Scalar::Float(bound).fit(x.dtype())?;
        }
        self.point(&HARDTANH, &[x], [lo, hi, 0.0, 0.0])
    }
    fn threshold(self, x: &Tensor, threshold: f64, value: f64) -> Result<Tensor> {
        for number in [threshold, value] {
            Scalar::Float(number).fit(x.dtype())?;
        }
        self.point(&THRESHOLD, &[x], [threshold, value, 0.0, 0.0])
    }
}

rows! { LAYERS:
    /// The larger of zero and each element.
    ///
    /// ```text
    /// >>> F.relu(torch.tensor([-2.0, 3.0]))
    /// tensor([0., 3.])
    /// ```
    [Nn] fn relu_nn = "relu"(input: &Tensor, inplace: bool = false) -> Tensor {
        To::inplace(inplace).unary(&relu::DEF, input)
    }
    /// `relu` in place.
    ///
    /// ```text
    /// >>> F.relu_(torch.tensor([-2.0, 3.0]))
    /// tensor([0., 3.])
    /// ```
    [Nn] fn relu_nn_ = "relu_"(input: &Tensor) -> Tensor { To::First.unary(&relu::DEF, input) }
    /// Clamped to [0, 6].
    ///
    /// ```text
    /// >>> F.relu6(torch.tensor([-2.0, 3.0, 8.0]))
    /// tensor([0., 3., 6.])
    /// ```
    [Nn] fn relu6(input: &Tensor, inplace: bool = false) -> Tensor { To::inplace(inplace).hardtanh(input, 0.0, 6.0) }
    /// `x` above zero, `negative_slope * x` below.
    ///
    /// ```text
    /// >>> F.leaky_relu(torch.tensor([-2.0, 3.0]), 0.1)
    /// tensor([-0.2000,  3.0000])
    /// ```
    [Nn] fn leaky_relu(input: &Tensor, negative_slope: f64 = 0.01, inplace: bool = false) -> Tensor {
        To::inplace(inplace).leaky_relu(input, negative_slope)
    }
    /// `leaky_relu` in place.
    ///
    /// ```text
    /// >>> F.leaky_relu_(torch.tensor([-2.0, 3.0]), 0.1)
    /// tensor([-0.2000,  3.0000])
    /// ```
    [Nn] fn leaky_relu_(input: &Tensor, negative_slope: f64 = 0.01) -> Tensor {
        To::First.leaky_relu(input, negative_slope)
    }
    /// Clamped to `[min_val, max_val]`.
    ///
    /// ```text
    /// >>> F.hardtanh(torch.tensor([-2.0, 0.5, 3.0]))
    /// tensor([-1.0000,  0.5000,  1.0000])
    /// ```
    [Nn] fn hardtanh(input: &Tensor, min_val: f64 = -1.0, max_val: f64 = 1.0, inplace: bool = false) -> Tensor {
        To::inplace(inplace).hardtanh(input, min_val, max_val)
    }
    /// `hardtanh` in place.
    ///
    /// ```text
    /// >>> F.hardtanh_(torch.tensor([-2.0, 0.5, 3.0]))
    /// tensor([-1.0000,  0.5000,  1.0000])
    /// ```
    [Nn] fn hardtanh_(input: &Tensor, min_val: f64 = -1.0, max_val: f64 = 1.0) -> Tensor {
        To::First.hardtanh(input, min_val, max_val)
    }
    /// `relu6(x + 3) / 6`.
    ///
    /// ```text
    /// >>> F.hardsigmoid(torch.tensor([-4.0, 0.0, 4.0]))
    /// tensor([0.0000, 0.5000, 1.0000])
    /// ```
    [Nn] fn hardsigmoid(input: &Tensor, inplace: bool = false) -> Tensor {
        To::inplace(inplace).point(&HARDSIGMOID, &[input], NO)
    }
    /// `x relu6(x + 3) / 6`.
    ///
    /// ```text
    /// >>> F.hardswish(torch.tensor([-4.0, 1.0, 4.0]))
    /// tensor([-0.0000, 0.6667, 4.0000])
    /// ```
    [Nn] fn hardswish(input: &Tensor, inplace: bool = false) -> Tensor {
        To::inplace(inplace).point(&HARDSWISH, &[input], NO)
    }
    /// Zero where `|x| <= lambd`.
    ///
    /// ```text
    /// >>> torch.hardshrink(torch.tensor([-2.0, 0.3, 3.0]))
    /// tensor([-2.,  0.,  3.])
    /// ```
    [Torch, Method, Nn] fn hardshrink(input: &Tensor, lambd: f64 = 0.5) -> Tensor {
        Scalar::Float(lambd).fit(input.dtype())?;
        point(&HARDSHRINK, &[input], one(lambd))
    }
    /// Brought towards zero by `lambd`.
    ///
    /// **Errors**: RuntimeError for a negative `lambd`.
    ///
    /// ```text
    /// >>> F.softshrink(torch.tensor([-2.0, 0.3, 3.0]))
    /// tensor([-1.5000,  0.0000,  2.5000])
    /// ```
    [Nn] fn softshrink(input: &Tensor, lambd: f64 = 0.5) -> Tensor {
        ensure!(lambd >= 0.0, Runtime, "lambda must be greater or equal to 0, but found to be {lambd}.");
        point(&SOFTSHRINK, &[input], one(lambd))
    }
    /// `x` above the threshold, `value` at it and below.
    ///
    /// ```text
    /// >>> F.threshold(torch.tensor([-2.0, 3.0]), 1.0, 9.0)
    /// tensor([9., 3.])
    /// ```
    [Nn] fn threshold_nn = "threshold"(input: &Tensor, threshold: f64, value: f64, inplace: bool = false) -> Tensor {
        To::inplace(inplace).threshold(input, threshold, value)
    }
    /// `x` above the threshold, `value` at it and below.
    ///
    /// ```text
    /// >>> torch.threshold(torch.tensor([-2.0, 3.0]), 1.0, 9.0)
    /// tensor([9., 3.])
    /// ```
    [Torch] fn threshold_of = "threshold"(input: &Tensor, threshold: f64, value: f64) -> Tensor { To::New.threshold(input, threshold, value) }
    /// `threshold` in place.
    ///
    /// ```text
    /// >>> torch.threshold_(torch.tensor([-2.0, 3.0]), 1.0, 9.0)
    /// tensor([9., 3.])
    /// ```
    [Torch, Nn] fn threshold_(input: &Tensor, threshold: f64, value: f64) -> Tensor {
        To::First.threshold(input, threshold, value)
    }
}

pub const TABLE: Table = &[PIECEWISE, LAYERS];
