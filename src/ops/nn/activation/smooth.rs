//! Activations with transcendental functions: vector routines between plain loops.

use crate::base::{DType, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{NO, Params, PointFn, point2, routine2, typed};
use crate::kernels::cpu::elementwise::math;
use crate::kernels::cpu::elementwise::staged::{
    Erf, Exp, Expm1, Log1pExp, Sigmoid, Tanh, staged, staged_pair, staged_two,
};
use crate::ops::elementwise::arithmetic::MUL;
use crate::ops::elementwise::kind::binary::binary_in_place;
use crate::ops::elementwise::kind::gpu::wgsl;
use crate::ops::elementwise::kind::nary::{point, points};
use crate::ops::elementwise::kind::unary::{UnaryDef, UnaryGrad, float};
use crate::ops::elementwise::kind::{Rule, Takes, kernel};
use crate::ops::table::{Table, To, Val};
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

const FRAC_1_SQRT_2PI: f64 = 0.398_942_280_401_432_7;
/// `sqrt(2 / pi)` and the cubic coefficient of the tanh form of gelu.
const GELU_K: f64 = 0.797_884_560_802_865_4;
const GELU_C: f64 = 0.044715;

/// Activations that are a routine of the vector mathematics as they stand.
macro_rules! direct {
    ($($def:ident $name:literal $node:literal $f32:ident $f64:ident $backward:ident $wgsl:literal;)*) => {$(
        pub static $def: UnaryDef = UnaryDef {
            name: $name,
            grad_name: $node,
            rule: Rule::Same,
            kernel: |dt| float!(dt, math::$f32, math::$f64),
            takes: Takes::PLAIN,
            wgsl: wgsl!($wgsl),
            grad: UnaryGrad::X(|g, x| point(&$backward, &[g, x], NO)),
        };
    )*};
}
direct! {
    GELU "gelu" "GeluBackward0" gelu_f32 gelu_f64 GELU_BACKWARD "gelu_f(x)";
    GELU_TANH "gelu" "GeluBackward0" gelu_tanh_f32 gelu_tanh_f64 GELU_TANH_BACKWARD "gelu_tanh_f(x)";
    SILU "silu" "SiluBackward0" silu_f32 silu_f64 SILU_BACKWARD "silu_f(x)";
}

#[allow(unsafe_code)]
fn fused_gelu_backward() -> PointFn {
    // SAFETY: the driver passes `n` dense elements
    routine2(|g, x, dst, n| unsafe { math::gelu_backward_f32(g, x, dst, n) })
}

/// `(1 - s) s` of a logistic value.
pub(crate) fn bell(s: &Tensor) -> Result<Tensor> {
    s.mul(s.rsub(1i64)?)
}

points! {
    GELU_BACKWARD "gelu_backward" "GeluBackwardBackward0": Same,
        cpu |dt| match dt {
            DType::F32 => Some(fused_gelu_backward()),
            _ => kernel!(dt, floats, T => staged_two((Erf, Exp),
                |x: T, _| x * std::f64::consts::FRAC_1_SQRT_2 as T,
                |x: T, _| -0.5 * x * x,
                |g: T, x: T, e: T, p: T, _| g * (0.5 * (1.0 + e) + x * p * FRAC_1_SQRT_2PI as T))),
        },
        wgsl "a * gelu_slope(b)",
        grad {
            a |g, b| point(&GELU_BACKWARD, &[g, &b], NO),
            b |g, a, b| {
                let square = b.mul(&b)?;
                let pdf = square.mul(-0.5)?.exp()?.mul(FRAC_1_SQRT_2PI)?;
                g.mul(a)?.mul(pdf.mul(square.rsub(2i64)?)?)
            },
        };
    GELU_TANH_BACKWARD "gelu_backward" "GeluBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => staged_pair(Tanh,
            |x: T, _| GELU_K as T * (x + GELU_C as T * x * x * x),
            |g: T, x: T, t: T, _| {
                let du = GELU_K as T * (1.0 + 3.0 * GELU_C as T * x * x);
                g * (0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * du)
            })),
        wgsl "a * gelu_tanh_slope(b)",
        grad {
            a |g, b| point(&GELU_TANH_BACKWARD, &[g, &b], NO),
            b |g, a, b| {
                let square = b.mul(&b)?;
                let t = b.mul(square.mul(GELU_C)?.add(1i64)?)?.mul(GELU_K)?.tanh()?;
                let du = square.mul(3.0 * GELU_C)?.add(1i64)?.mul(GELU_K)?;
                let inner = du.add(square.mul(3.0 * GELU_K * GELU_C)?)?.sub(b.mul(&t)?.mul(&du)?.mul(&du)?)?;
                g.mul(a)?.mul(t.mul(&t)?.rsub(1i64)?)?.mul(inner)
            },
        };
    SILU_BACKWARD "silu_backward" "SiluBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => staged_pair(Sigmoid, |x: T, _| x,
            |g: T, x: T, s: T, _| g * s * (1.0 + x * (1.0 - s)))),
        wgsl "a * sigmoid_f(b) * (1.0 + b * (1.0 - sigmoid_f(b)))",
        grad {
            a |g, b| point(&SILU_BACKWARD, &[g, &b], NO),
            b |g, a, b| {
                let y = b.sigmoid()?;
                let inner = b.mul(y.mul(-2i64)?.add(1i64)?)?.add(2i64)?;
                g.mul(a)?.mul(bell(&y)?)?.mul(inner)
            },
        };
    /// `x tanh(softplus(x))`, with `tanh(ln(1 + e))` as a rational function of `e = exp(x)`.
    MISH "mish" "MishBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => staged(Exp, |x: T, _| x, |x: T, e: T, _| {
            let n = e * e + 2.0 * e;
            if x > 20.0 { x } else { x * (n / (n + 2.0)) }
        })),
        wgsl "mish_f(a)",
        grad { a |g, a| point(&MISH_BACKWARD, &[g, &a], NO) };
    MISH_BACKWARD "mish_backward" "MishBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => staged_pair(Exp, |x: T, _| x, |g: T, x: T, e: T, _| {
            let n = e * e + 2.0 * e;
            let d = n + 2.0;
            if x > 20.0 { g } else { g * (n / d + x * (4.0 * e * (e + 1.0) / (d * d))) }
        })),
        wgsl "a * mish_slope(b)",
        grad {
            a |g, b| point(&MISH_BACKWARD, &[g, &b], NO),
            b |g, a, b| {
                let t = point(&SOFTPLUS, &[&b], [1.0, 20.0, 0.0, 0.0])?.tanh()?;
                let y = b.sigmoid()?;
                let inner = b.mul(y.rsub(1i64)?)?.add(2i64)?.sub(b.mul(&t)?.mul(&y)?.mul(2i64)?)?;
                g.mul(a)?.mul(t.mul(&t)?.rsub(1i64)?)?.mul(y)?.mul(inner)
            },
        };
    LOGSIGMOID "log_sigmoid" "LogSigmoidBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => staged(Log1pExp, |x: T, _| -x, |_x: T, u: T, _| -u)),
        wgsl "-softplus_f(-a)",
        grad { a |g, a| point(&LOGSIGMOID_BACKWARD, &[g, &a], NO) };
    LOGSIGMOID_BACKWARD "log_sigmoid_backward" "LogSigmoidBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => staged_pair(Sigmoid, |x: T, _| -x, |g: T, _x: T, s: T, _| g * s)),
        wgsl "a * sigmoid_f(-b)",
        grad {
            a |g, b| point(&LOGSIGMOID_BACKWARD, &[g, &b], NO),
            b |g, a, b| g.neg()?.mul(a)?.mul(bell(&b.sigmoid()?)?),
        };
    /// `ln(1 + e^(q0 x)) / q0`, the identity where `q0 x > q1`.
    SOFTPLUS "softplus" "SoftplusBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => staged(Log1pExp, |x: T, q| x * q[0] as T,
            |x: T, u: T, q| if x * q[0] as T > q[1] as T { x } else { u / q[0] as T })),
        wgsl "select(softplus_f(a * p0) / p0, a, a * p0 > p1)",
        grad { a |g, a, q| point(&SOFTPLUS_BACKWARD, &[g, &a], *q) };
    SOFTPLUS_BACKWARD "softplus_backward" "SoftplusBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => staged_pair(Sigmoid, |x: T, q| x * q[0] as T,
            |g: T, x: T, s: T, q| if x * q[0] as T > q[1] as T { g } else { g * s })),
        wgsl "select(a * sigmoid_f(b * p0), a, b * p0 > p1)",
        grad {
            a |g, b, q| point(&SOFTPLUS_BACKWARD, &[g, &b], *q),
            b |g, a, b, q| {
                let z = b.mul(q[0])?;
                g.mul(a)?.mul(bell(&z.sigmoid()?)?)?.mul(q[0])?.keep(&z.le(q[1])?)
            },
        };
    /// Parameters: alpha, scale, scale of the input.
    ELU "elu" "EluBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => staged(Expm1, |x: T, q| x * q[2] as T,
            |x: T, u: T, q| if x > 0.0 { x * q[1] as T } else { u * (q[0] * q[1]) as T })),
        wgsl "select(expm1_f(a * p2) * (p0 * p1), a * p1, a > 0.0)",
        grad { a |g, a, q| point(&ELU_BACKWARD, &[g, &a], *q) };
    /// In place: everything the gradient needs is in the result.
    ELU_ "elu_" "EluBackward1": Same,
        cpu |dt| (ELU.kernel)(dt),
        wgsl "select(expm1_f(a * p2) * (p0 * p1), a * p1, a > 0.0)",
        grad { a |g, y, q| point(&ELU_BACKWARD_RESULT, &[g, &y], *q) };
    ELU_BACKWARD "elu_backward" "EluBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => staged_pair(Exp, |x: T, q| x * q[2] as T,
            |g: T, x: T, e: T, q| if x > 0.0 { g * q[1] as T } else { g * e * (q[0] * q[1] * q[2]) as T })),
        wgsl "select(a * exp_f(b * p2) * (p0 * p1 * p2), a * p1, b > 0.0)",
        grad {
            a |g, b, q| point(&ELU_BACKWARD, &[g, &b], *q),
            b |g, a, b, q| {
                let e = b.mul(q[2])?.exp()?.mul(q[0] * q[1] * q[2] * q[2])?;
                g.mul(a)?.mul(e)?.keep(&b.le(0i64)?)
            },
        };
    ELU_BACKWARD_RESULT "elu_backward" "EluBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point2(|g: T, y: T, q| {
            if y > 0.0 { g * q[1] as T } else { g * q[2] as T * (y + (q[0] * q[1]) as T) }
        })),
        wgsl "select(a * p2 * (b + p0 * p1), a * p1, b > 0.0)",
        grad {
            a |g, b, q| point(&ELU_BACKWARD_RESULT, &[g, &b], *q),
            b |g, a, b, q| g.mul(a)?.mul(q[2])?.keep(&b.le(0i64)?),
        };
}

/// The parameters of `elu`.
const fn elu_params(alpha: f64, scale: f64, input_scale: f64) -> Params {
    [alpha, scale, input_scale, 0.0]
}

const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

impl To {
    fn elu(self, x: &Tensor, alpha: f64) -> Result<Tensor> {
        Scalar::Float(alpha).fit_wide(x.dtype())?;
        // with a factor below zero the sign of the result says nothing about the input
        let def = if self == To::First && alpha >= 0.0 { &ELU_ } else { &ELU };
        self.point(def, &[x], elu_params(alpha, 1.0, 1.0))
    }
    fn celu(self, x: &Tensor, alpha: f64) -> Result<Tensor> {
        ensure!(alpha != 0.0, Runtime, "ZeroDivisionError: alpha cannot be 0 for CELU");
        Scalar::Float(alpha).fit_wide(x.dtype())?;
        let params = elu_params(alpha, 1.0, 1.0 / alpha);
        match self {
            To::New => self.point_as(&ELU, "CeluBackward0", &[x], params),
            To::First => self.point_as(&ELU_, "CeluBackward1", &[x], params),
        }
    }
    fn selu(self, x: &Tensor) -> Result<Tensor> {
        let def = if self == To::First { &ELU_ } else { &ELU };
        self.point(def, &[x], elu_params(SELU_ALPHA, SELU_SCALE, 1.0))
    }
}

rows! { SMOOTH:
    /// `x` times the normal distribution function of `x`.
    ///
    /// Args: approximate: "none", or "tanh" for the approximation by a hyperbolic tangent.
    /// **Errors**: RuntimeError for integers and for another `approximate`.
    ///
    /// ```text
    /// >>> F.gelu(torch.tensor([-1.0, 1.0]))
    /// tensor([-0.1587,  0.8413])
    /// >>> F.gelu(torch.tensor([-1.0, 1.0]), approximate="tanh")
    /// tensor([-0.1588,  0.8412])
    /// ```
    [Nn] fn gelu(input: &Tensor, approximate: &str = "none") -> Tensor {
        match approximate {
            "none" => To::New.unary(&GELU, input),
            "tanh" => To::New.unary(&GELU_TANH, input),
            _ => bail!(Runtime, "approximate argument must be either none or tanh."),
        }
    }
    /// `x sigmoid(x)`, also known as swish.
    ///
    /// ```text
    /// >>> F.silu(torch.tensor([-1.0, 1.0]))
    /// tensor([-0.2689,  0.7311])
    /// ```
    [Nn] fn silu(input: &Tensor, inplace: bool = false) -> Tensor {
        match (input.dtype().is_complex(), inplace) {
            (false, _) => To::inplace(inplace).unary(&SILU, input),
            (true, false) => input.mul(input.sigmoid()?),
            (true, true) => binary_in_place(&MUL, input, Val::T(input.sigmoid()?), None).map(|()| input.clone()),
        }
    }
    /// `x tanh(softplus(x))`.
    ///
    /// ```text
    /// >>> F.mish(torch.tensor([-1.0, 1.0]))
    /// tensor([-0.3034,  0.8651])
    /// ```
    [Nn] fn mish(input: &Tensor, inplace: bool = false) -> Tensor { To::inplace(inplace).point(&MISH, &[input], NO) }
    /// The logarithm of the logistic function.
    ///
    /// ```text
    /// >>> F.logsigmoid(torch.tensor([-1.0, 1.0]))
    /// tensor([-1.3133, -0.3133])
    /// ```
    [Nn] fn logsigmoid(input: &Tensor) -> Tensor { point(&LOGSIGMOID, &[input], NO) }
    /// `x` above zero, `alpha * (e^x - 1)` below.
    ///
    /// ```text
    /// >>> F.elu(torch.tensor([-1.0, 1.0]))
    /// tensor([-0.6321,  1.0000])
    /// ```
    [Nn] fn elu(input: &Tensor, alpha: f64 = 1.0, inplace: bool = false) -> Tensor { To::inplace(inplace).elu(input, alpha) }
    /// `elu` in place.
    ///
    /// ```text
    /// >>> F.elu_(torch.tensor([-1.0, 1.0]))
    /// tensor([-0.6321,  1.0000])
    /// ```
    [Nn] fn elu_(input: &Tensor, alpha: f64 = 1.0) -> Tensor { To::First.elu(input, alpha) }
    /// `x` above zero, `alpha * (e^(x / alpha) - 1)` below.
    ///
    /// ```text
    /// >>> F.celu(torch.tensor([-1.0, 1.0]), alpha=2.0)
    /// tensor([-0.7869,  1.0000])
    /// ```
    [Nn] fn celu_nn = "celu"(input: &Tensor, alpha: f64 = 1.0, inplace: bool = false) -> Tensor {
        To::inplace(inplace).celu(input, alpha)
    }
    /// `x` above zero, `alpha * (e^(x / alpha) - 1)` below.
    ///
    /// ```text
    /// >>> torch.celu(torch.tensor([-1.0, 1.0]), alpha=2.0)
    /// tensor([-0.7869,  1.0000])
    /// ```
    [Torch] fn celu(input: &Tensor, alpha: f64 = 1.0) -> Tensor { To::New.celu(input, alpha) }
    /// `celu` in place.
    ///
    /// ```text
    /// >>> torch.celu_(torch.tensor([-1.0, 1.0]), alpha=2.0)
    /// tensor([-0.7869,  1.0000])
    /// ```
    [Torch, Nn] fn celu_(input: &Tensor, alpha: f64 = 1.0) -> Tensor { To::First.celu(input, alpha) }
    /// The self-normalising `elu`.
    ///
    /// ```text
    /// >>> F.selu(torch.tensor([-1.0, 1.0]))
    /// tensor([-1.1113,  1.0507])
    /// ```
    [Nn] fn selu_nn = "selu"(input: &Tensor, inplace: bool = false) -> Tensor { To::inplace(inplace).selu(input) }
    /// The self-normalising `elu`.
    ///
    /// ```text
    /// >>> torch.selu(torch.tensor([-1.0, 1.0]))
    /// tensor([-1.1113,  1.0507])
    /// ```
    [Torch] fn selu(input: &Tensor) -> Tensor { To::New.selu(input) }
    /// `selu` in place.
    ///
    /// ```text
    /// >>> torch.selu_(torch.tensor([-1.0, 1.0]))
    /// tensor([-1.1113,  1.0507])
    /// ```
    [Torch, Nn] fn selu_(input: &Tensor) -> Tensor { To::First.selu(input) }
    /// `ln(1 + e^(beta x)) / beta`, the identity where `beta x > threshold`.
    ///
    /// ```text
    /// >>> F.softplus(torch.tensor([-1.0, 1.0]))
    /// tensor([0.3133, 1.3133])
    /// ```
    [Nn] fn softplus(input: &Tensor, beta: f64 = 1.0, threshold: f64 = 20.0) -> Tensor {
        for number in [beta, threshold] {
            Scalar::Float(number).fit_wide(input.dtype())?;
        }
        point(&SOFTPLUS, &[input], [beta, threshold, 0.0, 0.0])
    }
    /// `x / (1 + |x|)`.
    ///
    /// ```text
    /// >>> F.softsign(torch.tensor([-1.0, 1.0]))
    /// tensor([-0.5000,  0.5000])
    /// ```
    [Nn] fn softsign(input: &Tensor) -> Tensor { input.div(input.abs()?.add(1i64)?) }
    /// `x - tanh(x)`.
    ///
    /// ```text
    /// >>> F.tanhshrink(torch.tensor([-1.0, 1.0]))
    /// tensor([-0.2384,  0.2384])
    /// ```
    [Nn] fn tanhshrink(input: &Tensor) -> Tensor { input.sub(input.tanh()?) }
}

pub const TABLE: Table = &[SMOOTH];
