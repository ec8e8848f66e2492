//! Exponentials, logarithms and roots, and what is made of them: logistic functions, entropies.

use crate::base::{C64, C128, DType, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{NO, map, point2, typed, typed2, zip};
use crate::kernels::cpu::elementwise::staged::{Log, staged};
use crate::kernels::cpu::elementwise::{clib, math};
use crate::ops::elementwise::arithmetic::{add, true_divide};
use crate::ops::elementwise::kind::binary::{binary, native2};
use crate::ops::elementwise::kind::kernel;
use crate::ops::elementwise::kind::nary::{point, points};
use crate::ops::elementwise::kind::unary::{float, unary, vector_double};
use crate::ops::table::{Table, Val};
use crate::rows;
use crate::tensor::Tensor;

mod cx {
    //! Complex functions without a counterpart in the C library.
    use super::{C128, clib};
    pub fn exp2(z: C128) -> C128 {
        clib::exp(z * std::f64::consts::LN_2)
    }
    /// `e^z - 1` without cancellation near zero.
    pub fn expm1(z: C128) -> C128 {
        let s = (z.im * 0.5).sin();
        let (e, m) = (z.re.exp(), z.re.exp_m1());
        C128::new(m * z.im.cos() - 2.0 * s * s, e * z.im.sin())
    }
    pub fn log2(z: C128) -> C128 {
        clib::ln(z) / std::f64::consts::LN_2
    }
    pub fn log10(z: C128) -> C128 {
        clib::ln(z) / std::f64::consts::LN_10
    }
    /// `ln(1 + z)`, exact near zero: the modulus through `ln_1p` of `|1 + z|^2 - 1`.
    pub fn log1p(z: C128) -> C128 {
        if z.norm() > 0.5 {
            return clib::ln(z + 1.0);
        }
        C128::new(0.5 * (z.re * (2.0 + z.re) + z.im * z.im).ln_1p(), z.im.atan2(1.0 + z.re))
    }
    pub fn rsqrt(z: C128) -> C128 {
        C128::new(1.0, 0.0) / clib::sqrt(z)
    }
    #[inline(always)]
    pub fn reciprocal(z: C128) -> C128 {
        crate::kernels::cpu::elementwise::clib::divide(C128::new(1.0, 0.0), z)
    }
    pub fn sigmoid(z: C128) -> C128 {
        C128::new(1.0, 0.0) / (clib::exp(-z) + 1.0)
    }
}

unary! { EXPONENTIAL:
    /// The exponential of every element: `e^x`.
    ///
    /// Args: input: any dtype; integers give the default float.
    ///
    /// ```text
    /// >>> torch.exp(torch.tensor([0.0, 1.0]))
    /// tensor([1.0000, 2.7183])
    /// ```
    exp "ExpBackward0": Float,
        cpu |dt| float!(dt, math::exp_f32, math::exp_f64, clib::exp),
        wgsl "exp_f(x)",
        on -2.0, 2.0,
        grad Y |g, y| g.mul(&y.conj()?);
    /// Two to the power of every element.
    ///
    /// ```text
    /// >>> torch.exp2(torch.tensor([0.0, 3.0]))
    /// tensor([1., 8.])
    /// ```
    exp2 "Exp2Backward0" also [Special "exp2"]: Float,
        cpu |dt| float!(dt, math::exp2_f32, math::exp2_f64, cx::exp2),
        wgsl "exp2_f(x)",
        on -2.0, 2.0,
        grad Y |g, y| g.mul(&y.conj()?)?.mul(std::f64::consts::LN_2);
    /// `e^x - 1`, exact near zero.
    ///
    /// ```text
    /// >>> torch.expm1(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 1.7183])
    /// ```
    expm1 "Expm1Backward0" also [Special "expm1"]: Float,
        cpu |dt| float!(dt, math::expm1_f32, math::expm1_f64, cx::expm1),
        wgsl "expm1_f(x)",
        on -2.0, 2.0,
        grad Y |g, y| g.mul(&y.conj()?.add(1i64)?);
    /// The natural logarithm of every element.
    ///
    /// Args: input: any dtype; integers give the default float.
    ///
    /// ```text
    /// >>> torch.log(torch.tensor([1.0, 2.0]))
    /// tensor([0.0000, 0.6931])
    /// ```
    log "LogBackward0": Float,
        cpu |dt| float!(dt, math::log_f32, math::log_f64, clib::ln),
        wgsl "log_f(x)",
        on 0.3, 3.0,
        grad X |g, x| g.div(&x.conj()?);
    /// The logarithm to base 2.
    ///
    /// ```text
    /// >>> torch.log2(torch.tensor([1.0, 8.0]))
    /// tensor([0., 3.])
    /// ```
    log2 "Log2Backward0": Float,
        cpu |dt| float!(dt, math::log2_f32, math::log2_f64, cx::log2),
        wgsl "log2_f(x)",
        on 0.3, 3.0,
        grad X |g, x| g.div(x.conj()?.mul(std::f64::consts::LN_2)?);
    /// The logarithm to base 10.
    ///
    /// ```text
    /// >>> torch.log10(torch.tensor([1.0, 1000.0]))
    /// tensor([0., 3.])
    /// ```
    log10 "Log10Backward0": Float,
        cpu |dt| float!(dt, math::log10_f32, math::log10_f64, cx::log10),
        wgsl "log10_f(x)",
        on 0.3, 3.0,
        grad X |g, x| g.div(x.conj()?.mul(std::f64::consts::LN_10)?);
    /// `ln(1 + x)`, exact near zero.
    ///
    /// ```text
    /// >>> torch.log1p(torch.tensor([0.0, 1.0]))
    /// tensor([0.0000, 0.6931])
    /// ```
    log1p "Log1PBackward0" also [Special "log1p"]: Float,
        cpu |dt| float!(dt, math::log1p_f32, math::log1p_f64, cx::log1p),
        wgsl "log1p_f(x)",
        on 0.3, 3.0,
        grad X |g, x| g.div(x.conj()?.add(1i64)?);
    /// The square root of every element; nan below zero.
    ///
    /// ```text
    /// >>> torch.sqrt(torch.tensor([4.0, 2.0]))
    /// tensor([2.0000, 1.4142])
    /// ```
    sqrt "SqrtBackward0": Float,
        cpu |dt| float!(dt, math::sqrt_f32, math::sqrt_f64, clib::sqrt),
        wgsl "sqrt(x)",
        on 0.3, 3.0,
        grad Y |g, y| g.div(y.conj()?.mul(2i64)?);
    /// One over the square root.
    ///
    /// ```text
    /// >>> torch.rsqrt(torch.tensor([4.0, 0.25]))
    /// tensor([0.5000, 2.0000])
    /// ```
    rsqrt "RsqrtBackward0": Float,
        cpu |dt| float!(dt, math::rsqrt_f32, math::rsqrt_f64, cx::rsqrt),
        wgsl "1.0 / sqrt(x)",
        on 0.3, 3.0,
        grad Y |g, y| { let y = y.conj()?; g.mul(-0.5)?.mul(y.mul(&y)?.mul(&y)?) };
    /// One over every element.
    ///
    /// ```text
    /// >>> torch.reciprocal(torch.tensor([4.0, 0.5]))
    /// tensor([0.2500, 2.0000])
    /// ```
    reciprocal "ReciprocalBackward0": Float,
        cpu |dt| float!(dt, math::reciprocal_f32, math::reciprocal_f64, cx::reciprocal),
        wgsl "1.0 / x",
        on 0.3, 3.0,
        grad Y |g, y| { let y = y.conj()?; g.neg()?.mul(y.mul(&y)?) };
    /// The logistic function `1 / (1 + e^-x)`.
    ///
    /// ```text
    /// >>> torch.sigmoid(torch.tensor([0.0, 2.0]))
    /// tensor([0.5000, 0.8808])
    /// ```
    [Torch, Method, Nn] sigmoid "SigmoidBackward0" also [Special "expit"]: Float,
        cpu |dt| float!(dt, math::sigmoid_f32, math::sigmoid_f64, cx::sigmoid),
        wgsl "sigmoid_f(x)",
        on -2.0, 2.0,
        grad Y |g, y| g.sigmoid_backward(y);
    /// `-x ln(x)`: the terms of an entropy.
    ///
    /// ```text
    /// >>> torch.special.entr(torch.tensor([0.0, 0.5, -1.0]))
    /// tensor([0.0000, 0.3466,   -inf])
    /// ```
    [Special] entr "SpecialEntrBackward0": Double,
        cpu |dt| vector_double!(dt, math::entr_f64),
        wgsl "entr_f(x)",
        on 0.3, 3.0,
        grad X |g, x| g.mul(x.log()?.add(1i64)?.neg()?);
}

/// `ln(e^a + e^b)` for complex operands.
fn logaddexp_complex(a: C128, b: C128) -> C128 {
    let (hi, lo) = if a.re >= b.re { (a, b) } else { (b, a) };
    if hi.re.is_infinite() && hi.re == lo.re {
        return if hi.re < 0.0 { hi } else { clib::ln(clib::exp(a) + clib::exp(b)) };
    }
    hi + clib::ln(clib::exp(lo - hi) + 1.0)
}

/// The weight of the first operand in `logaddexp`, with the exponential of a base.
fn softmax_weight(a: &Tensor, b: &Tensor, ln_base: f64) -> Result<Tensor> {
    let d = a.sub(b)?;
    let w = if ln_base == 1.0 { d.sigmoid()? } else { d.mul(ln_base)?.sigmoid()? };
    // equal infinities share
    Ok(if w.dtype().is_complex() { w } else { a.eq(b)?.choose(0.5, w)? })
}

/// The gradient of the factor `a` beside a logarithm of `b`: that logarithm, zero where `a` is and `b` is not above `least`.
fn beside_log(
    g: &Tensor,
    a: &Tensor,
    b: Val,
    least: f64,
    of_tensor: fn(&Tensor) -> Result<Tensor>,
    of_number: fn(f64) -> f64,
) -> Result<Tensor> {
    let (log, none) = match b {
        Val::T(b) => (Val::T(of_tensor(&b.cast(g.dtype())?)?), a.eq(0i64)?.logical_and(b.le(least)?)?),
        Val::S(b) => {
            let zero = a.eq(0i64)?;
            let none = if b.to_f64() <= least { zero } else { a.isnan()?.logical_and(zero)? };
            (Val::S(Scalar::Float(of_number(b.to_f64()))), none)
        }
    };
    none.choose(0i64, g.mul(log)?)
}

binary! { PAIRS:
    /// `ln(e^input + e^other)` without overflow.
    ///
    /// ```text
    /// >>> torch.logaddexp(torch.tensor([0.0, -100.0]), torch.tensor([0.0, -100.0]))
    /// tensor([  0.6931, -99.3069])
    /// ```
    logaddexp(input: T, other: T) LOGADDEXP "LogaddexpBackward0": Same,
        cpu |dt| match dt {
            DType::C64 => Some(zip(|a: C64, b: C64| {
                let w = logaddexp_complex(C128::new(a.re as f64, a.im as f64), C128::new(b.re as f64, b.im as f64));
                C64::new(w.re as f32, w.im as f32)
            })),
            DType::C128 => Some(zip(logaddexp_complex)),
            _ => native2!(dt, math::logaddexp_f32, math::logaddexp_f64),
        },
        wgsl "logaddexp_f(a, b)",
        grad {
            a |g, a, b| g.mul(softmax_weight(&a, &b, 1.0)?.conj()?),
            b |g, a, b| g.mul(softmax_weight(&b, &a, 1.0)?.conj()?),
        };
    /// `log2(2^input + 2^other)` without overflow.
    ///
    /// ```text
    /// >>> torch.logaddexp2(torch.tensor([3.0, -100.0]), torch.tensor([3.0, -100.0]))
    /// tensor([  4., -99.])
    /// ```
    logaddexp2(input: T, other: T) LOGADDEXP2 "Logaddexp2Backward0": Same,
        cpu |dt| native2!(dt, math::logaddexp2_f32, math::logaddexp2_f64),
        wgsl "logaddexp2_f(a, b)",
        grad {
            a |g, a, b| g.mul(softmax_weight(&a, &b, std::f64::consts::LN_2)?),
            b |g, a, b| g.mul(softmax_weight(&b, &a, std::f64::consts::LN_2)?),
        };
    /// `input * ln(other)`, zero where `input` is zero.
    ///
    /// ```text
    /// >>> torch.xlogy(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 3.0]))
    /// tensor([0.0000, 2.1972])
    /// ```
    xlogy(input: V, other: V) XLOGY "XlogyBackward0" "XlogyBackward2" "XlogyBackward1" also [Special "xlogy"]: Float,
        cpu |dt| native2!(dt, math::xlogy_f32, math::xlogy_f64),
        wgsl "xlogy_f(a, b)",
        grad {
            a |g, a, b: Val| beside_log(g, &a, b, 0.0, Tensor::log, f64::ln),
            b |g, a: Val, b: Val| g.mul(true_divide(a, b)?),
        };
    /// `input * ln(1 + other)`, zero where `input` is zero.
    ///
    /// ```text
    /// >>> torch.special.xlog1py(torch.tensor([0.0, 2.0]), torch.tensor([-1.0, 3.0]))
    /// tensor([0.0000, 2.7726])
    /// ```
    xlog1py(input: V, other: V) XLOG1PY "SpecialXlog1PyBackward0" "SpecialXlog1PyBackward2" "SpecialXlog1PyBackward1"
        also [Special "xlog1py"]: Double,
        cpu |dt| match dt {
            DType::F64 => Some(typed2(math::xlog1py_f64)),
            _ => None,
        },
        wgsl "xlog1py_f(a, b)",
        grad {
            a |g, a, b: Val| beside_log(g, &a, b, -1.0, Tensor::log1p, f64::ln_1p),
            b |g, a: Val, b: Val| g.mul(true_divide(a, add(b, 1i64, Scalar::Int(1))?)?),
        };
}

points! {
    SIGMOID_BACKWARD "sigmoid_backward" "SigmoidBackwardBackward0": Same,
        cpu |dt| match dt {
            DType::C64 => Some(point2(|g: C64, y: C64, _| g * (y * (-y + 1.0)).conj())),
            DType::C128 => Some(point2(|g: C128, y: C128, _| g * (y * (-y + 1.0)).conj())),
            _ => kernel!(dt, floats, T => point2(|g: T, y: T, _| g * (y * (1.0 - y)))),
        },
        wgsl "a * (b * (1.0 - b))",
        grad {
            // g conj(f(y)): holomorphic in g, antiholomorphic in y
            a |g, b| g.mul(b.mul(b.rsub(1i64)?)?),
            b |g, a, b| g.conj()?.mul(a)?.mul(b.conj()?.mul(-2i64)?.add(1i64)?),
        };
    /// Parameters: eps (negative: none).
    LOGIT "logit" "LogitBackward0": Float,
        cpu |dt| kernel!(dt, floats, T => staged(Log, |x: T, q| {
            let eps = q[0] as T;
            let x = if eps < 0.0 { x } else if x < eps { eps } else if x > 1.0 - eps { 1.0 - eps } else { x };
            x / (1.0 - x)
        }, |_x: T, u: T, _| u)),
        wgsl "logit_f(a, p0)",
        grad { a |g, a, q| {
            let d = g.div(a.mul(a.rsub(1i64)?)?)?;
            let (lo, hi, outside) = if q[0] < 0.0 { (0.0, 1.0, f64::NAN) } else { (q[0], 1.0 - q[0], 0.0) };
            a.ge(lo)?.logical_and(a.le(hi)?)?.choose(d, outside)
        } };
}

impl Tensor {
    /// The gradient through a logistic function with the result `y`.
    pub fn sigmoid_backward(&self, y: &Tensor) -> Result<Tensor> {
        point(&SIGMOID_BACKWARD, &[self, y], NO)
    }
}

rows! { LOGITS:
    /// `ln(x / (1 - x))`; with `eps`, of `x` brought into `[eps, 1 - eps]`.
    ///
    /// ```text
    /// >>> torch.logit(torch.tensor([0.5, 0.8808]))
    /// tensor([0.0000, 2.0000])
    /// ```
    [Torch, Method] + in place out Promote fn logit(input: &Tensor, eps: Option<f64> = None) -> Tensor |to| {
        to.point(&LOGIT, &[input], [eps.unwrap_or(-1.0), 0.0, 0.0, 0.0])
    }
    /// `ln(x / (1 - x))`.
    ///
    /// ```text
    /// >>> torch.special.logit(torch.tensor([0.5, 0.8808]))
    /// tensor([0.0000, 2.0000])
    /// ```
    [Special] fn special_logit = "logit"(input: &Tensor, eps: Option<f64> = None) -> Tensor { input.logit(eps) }
}

pub const TABLE: Table = &[EXPONENTIAL, PAIRS, LOGITS];
