//! Activations with transcendental functions: vector routines between plain loops.

use crate::base::DType;
use crate::error::{Error, Result};
use crate::kernels::cpu::elementwise::block::{PointFn, UnaryFn, point2, routine2, typed};
use crate::kernels::cpu::elementwise::math;
use crate::kernels::cpu::elementwise::staged::{
    Erf, Exp, Expm1, Log1pExp, Sigmoid, Tanh, staged, staged_pair, staged_two,
};
use crate::ops::elementwise::kind::Rule;
use crate::ops::elementwise::kind::nary::{NO, PointDef, Y, only, point};
use crate::ops::elementwise::kind::unary::UnaryDef;
use crate::ops::elementwise::kind::unary::UnaryGrad;
use crate::ops::nn::activation::piecewise::{A, B, activation, one};
use crate::real_floats;
use crate::tensor::Tensor;

const FRAC_1_SQRT_2PI: f64 = 0.398_942_280_401_432_7;
/// `sqrt(2 / pi)` and the cubic coefficient of the tanh form of gelu.
const GELU_K: f64 = 0.797_884_560_802_865_4;
const GELU_C: f64 = 0.044715;

/// Activations that are a routine of the vector mathematics as they stand.
macro_rules! direct {
    ($($def:ident $name:literal $node:literal $f32:ident $f64:ident $backward:ident;)*) => {$(
        pub static $def: UnaryDef = UnaryDef {
            name: $name,
            grad_name: $node,
            rule: Rule::Same,
            kernel: |dt| -> Result<UnaryFn> {
                match dt {
                    DType::F32 => Ok(typed(math::$f32)),
                    DType::F64 => Ok(typed(math::$f64)),
                    d => Err(Error::no_dtype($name, d, "floating dtypes")),
                }
            },
            grad: UnaryGrad::X(|g, x| point(&$backward, &[g, x], NO)),
        };
    )*};
}
direct! {
    GELU "gelu" "GeluBackward0" gelu_f32 gelu_f64 GELU_BACKWARD;
    GELU_TANH "gelu" "GeluBackward0" gelu_tanh_f32 gelu_tanh_f64 GELU_TANH_BACKWARD;
    SILU "silu" "SiluBackward0" silu_f32 silu_f64 SILU_BACKWARD;
}

#[allow(unsafe_code)]
fn fused_gelu_backward() -> PointFn {
    // SAFETY: the driver passes `n` dense elements
    routine2(|g, x, dst, n| unsafe { math::gelu_backward_f32(g, x, dst, n) })
}

/// `(1 - s) s` of a logistic value.
fn bell(s: &Tensor) -> Result<Tensor> {
    s.mul(s.rsub(1i64)?)
}

activation! {
    GELU_BACKWARD "gelu_backward" "GeluBackwardBackward0",
        |dt| if dt == DType::F32 {
            Ok(fused_gelu_backward())
        } else {
            real_floats!("gelu_backward", dt, T => staged_two((Erf, Exp),
                |x: T, _| x * std::f64::consts::FRAC_1_SQRT_2 as T,
                |x: T, _| -0.5 * x * x,
                |g: T, x: T, e: T, p: T, _| g * (0.5 * (1.0 + e) + x * p * FRAC_1_SQRT_2PI as T)))
        },
        [B, A | B, 0, 0], |s, g, want| {
            let x = s.tensor(1)?;
            Ok([want.then(0, || point(&GELU_BACKWARD, &[g, &x], NO))?,
                want.then(1, || {
                    let square = x.mul(&x)?;
                    let pdf = square.mul(-0.5)?.exp()?.mul(FRAC_1_SQRT_2PI)?;
                    g.mul(s.tensor(0)?)?.mul(pdf.mul(square.rsub(2i64)?)?)
                })?, None, None])
        };
    GELU_TANH_BACKWARD "gelu_backward" "GeluBackwardBackward0",
        |dt| real_floats!("gelu_backward", dt, T => staged_pair(Tanh,
            |x: T, _| GELU_K as T * (x + GELU_C as T * x * x * x),
            |g: T, x: T, t: T, _| {
                let du = GELU_K as T * (1.0 + 3.0 * GELU_C as T * x * x);
                g * (0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * du)
            })),
        [B, A | B, 0, 0], |s, g, want| {
            let x = s.tensor(1)?;
            Ok([want.then(0, || point(&GELU_TANH_BACKWARD, &[g, &x], NO))?,
                want.then(1, || {
                    let square = x.mul(&x)?;
                    let t = x.mul(square.mul(GELU_C)?.add(1i64)?)?.mul(GELU_K)?.tanh()?;
                    let du = square.mul(3.0 * GELU_C)?.add(1i64)?.mul(GELU_K)?;
                    let inner = du.add(square.mul(3.0 * GELU_K * GELU_C)?)?.sub(x.mul(&t)?.mul(&du)?.mul(&du)?)?;
                    g.mul(s.tensor(0)?)?.mul(t.mul(&t)?.rsub(1i64)?)?.mul(inner)
                })?, None, None])
        };
    SILU_BACKWARD "silu_backward" "SiluBackwardBackward0",
        |dt| real_floats!("silu_backward", dt, T => staged_pair(Sigmoid, |x: T, _| x,
            |g: T, x: T, s: T, _| g * s * (1.0 + x * (1.0 - s)))),
        [B, A | B, 0, 0], |s, g, want| {
            let x = s.tensor(1)?;
            Ok([want.then(0, || point(&SILU_BACKWARD, &[g, &x], NO))?,
                want.then(1, || {
                    let y = x.sigmoid()?;
                    let inner = x.mul(y.mul(-2i64)?.add(1i64)?)?.add(2i64)?;
                    g.mul(s.tensor(0)?)?.mul(bell(&y)?)?.mul(inner)
                })?, None, None])
        };
    /// `x tanh(softplus(x))`, with `tanh(ln(1 + e))` as a rational function of `e = exp(x)`.
    MISH "mish" "MishBackward0",
        |dt| real_floats!("mish", dt, T => staged(Exp, |x: T, _| x, |x: T, e: T, _| {
            let n = e * e + 2.0 * e;
            if x > 20.0 { x } else { x * (n / (n + 2.0)) }
        })),
        [A, 0, 0, 0], |s, g, want| only(point(&MISH_BACKWARD, &[g, &s.tensor(0)?], NO));
    MISH_BACKWARD "mish_backward" "MishBackwardBackward0",
        |dt| real_floats!("mish_backward", dt, T => staged_pair(Exp, |x: T, _| x, |g: T, x: T, e: T, _| {
            let n = e * e + 2.0 * e;
            let d = n + 2.0;
            if x > 20.0 { g } else { g * (n / d + x * 4.0 * e * (e + 1.0) / (d * d)) }
        })),
        [B, A | B, 0, 0], |s, g, want| {
            let x = s.tensor(1)?;
            Ok([want.then(0, || point(&MISH_BACKWARD, &[g, &x], NO))?,
                want.then(1, || {
                    let t = point(&SOFTPLUS, &[&x], [1.0, 20.0, 0.0, 0.0])?.tanh()?;
                    let y = x.sigmoid()?;
                    let inner = x.mul(y.rsub(1i64)?)?.add(2i64)?.sub(x.mul(&t)?.mul(&y)?.mul(2i64)?)?;
                    g.mul(s.tensor(0)?)?.mul(t.mul(&t)?.rsub(1i64)?)?.mul(y)?.mul(inner)
                })?, None, None])
        };
    LOGSIGMOID "log_sigmoid" "LogSigmoidBackward0",
        |dt| real_floats!("log_sigmoid", dt, T => staged(Log1pExp, |x: T, _| -x, |_x: T, u: T, _| -u)),
        [A, 0, 0, 0], |s, g, want| only(point(&LOGSIGMOID_BACKWARD, &[g, &s.tensor(0)?], NO));
    LOGSIGMOID_BACKWARD "log_sigmoid_backward" "LogSigmoidBackwardBackward0",
        |dt| real_floats!("log_sigmoid_backward", dt, T => staged_pair(Sigmoid, |x: T, _| -x, |g: T, _x: T, s: T, _| g * s)),
        [B, A | B, 0, 0], |s, g, want| {
            let x = s.tensor(1)?;
            Ok([want.then(0, || point(&LOGSIGMOID_BACKWARD, &[g, &x], NO))?,
                want.then(1, || g.neg()?.mul(s.tensor(0)?)?.mul(bell(&x.sigmoid()?)?))?, None, None])
        };
    /// `ln(1 + e^(q0 x)) / q0`, the identity where `q0 x > q1`.
    SOFTPLUS "softplus" "SoftplusBackward0",
        |dt| real_floats!("softplus", dt, T => staged(Log1pExp, |x: T, q| x * q[0] as T,
            |x: T, u: T, q| if x * q[0] as T > q[1] as T { x } else { u / q[0] as T })),
        [A, 0, 0, 0], |s, g, want| only(point(&SOFTPLUS_BACKWARD, &[g, &s.tensor(0)?], s.op.params));
    SOFTPLUS_BACKWARD "softplus_backward" "SoftplusBackwardBackward0",
        |dt| real_floats!("softplus_backward", dt, T => staged_pair(Sigmoid, |x: T, q| x * q[0] as T,
            |g: T, x: T, s: T, q| if x * q[0] as T > q[1] as T { g } else { g * s })),
        [B, A | B, 0, 0], |s, g, want| {
            let x = s.tensor(1)?;
            Ok([want.then(0, || point(&SOFTPLUS_BACKWARD, &[g, &x], s.op.params))?,
                want.then(1, || {
                    let z = x.mul(s.q(0))?;
                    g.mul(s.tensor(0)?)?.mul(bell(&z.sigmoid()?)?)?.mul(s.q(0))?.keep(&z.le(s.q(1))?)
                })?, None, None])
        };
    /// Parameters: alpha, scale, scale of the input.
    ELU "elu" "EluBackward0",
        |dt| real_floats!("elu", dt, T => staged(Expm1, |x: T, q| x * q[2] as T,
            |x: T, u: T, q| if x > 0.0 { x * q[1] as T } else { u * (q[0] * q[1]) as T })),
        [A, 0, 0, 0], |s, g, want| only(point(&ELU_BACKWARD, &[g, &s.tensor(0)?], s.op.params));
    /// In place: everything the gradient needs is in the result.
    ELU_ "elu_" "EluBackward1",
        |dt| (ELU.kernel)(dt),
        [Y, 0, 0, 0], |s, g, want| only(point(&ELU_BACKWARD_RESULT, &[g, &s.y()?], s.op.params));
    ELU_BACKWARD "elu_backward" "EluBackwardBackward0",
        |dt| real_floats!("elu_backward", dt, T => staged_pair(Exp, |x: T, q| x * q[2] as T,
            |g: T, x: T, e: T, q| if x > 0.0 { g * q[1] as T } else { g * e * (q[0] * q[1] * q[2]) as T })),
        [B, A | B, 0, 0], |s, g, want| {
            let x = s.tensor(1)?;
            Ok([want.then(0, || point(&ELU_BACKWARD, &[g, &x], s.op.params))?,
                want.then(1, || {
                    let e = x.mul(s.q(2))?.exp()?.mul(s.q(0) * s.q(1) * s.q(2) * s.q(2))?;
                    g.mul(s.tensor(0)?)?.mul(e)?.keep(&x.le(0i64)?)
                })?, None, None])
        };
    ELU_BACKWARD_RESULT "elu_backward" "EluBackwardBackward0",
        |dt| real_floats!("elu_backward", dt, T => point2(|g: T, y: T, q| {
            if y > 0.0 { g * q[1] as T } else { g * q[2] as T * (y + (q[0] * q[1]) as T) }
        })),
        [B, A | B, 0, 0], |s, g, want| {
            let y = s.tensor(1)?;
            Ok([want.then(0, || point(&ELU_BACKWARD_RESULT, &[g, &y], s.op.params))?,
                want.then(1, || g.mul(s.tensor(0)?)?.mul(s.q(2))?.keep(&y.le(0i64)?))?, None, None])
        };
    /// `a sigmoid(b)` for the halves of a gated linear unit.
    GATED "glu" "GluBackward0",
        |dt| real_floats!("glu", dt, T => staged_pair(Sigmoid, |b: T, _| b, |a: T, _b: T, s: T, _| a * s)),
        [B, A | B, 0, 0], |s, g, want| {
            let y = s.tensor(1)?.sigmoid()?;
            Ok([want.then(0, || g.mul(&y))?, want.then(1, || g.mul(s.tensor(0)?)?.mul(bell(&y)?))?, None, None])
        };
}

/// The gradient of `leaky_relu` with a slope for every element, for `rrelu` in training.
pub fn by_slope(x: &Tensor, slopes: &Tensor) -> Result<Tensor> {
    x.gt(0i64)?.choose(x, x.mul(slopes)?)
}

/// The parameters of `elu`.
pub const fn elu_params(alpha: f64, scale: f64, input_scale: f64) -> [f64; 4] {
    let [a, ..] = one(alpha);
    [a, scale, input_scale, 0.0]
}
