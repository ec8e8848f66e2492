//! Elementwise ops of one tensor: one row each. Exponentials, logarithms, powers and arithmetic are here; the other
//! families that use the row are `trig.rs`, `rounding.rs` and `special/`.

use crate::base::{C64, C128, DType, Elem, Num};
use crate::kernels::cpu::elementwise::block::{map, typed};
use crate::kernels::cpu::elementwise::{clib, math};
use crate::ops::elementwise::kind::unary::{float, unary};
use crate::ops::table::Table;

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
    exp "ExpBackward0": Float,
        cpu |op, dt| float!(op, dt, math::exp_f32, math::exp_f64, clib::exp),
        wgsl "exp(x)",
        on -2.0, 2.0,
        grad Y |g, y| g.mul(&y.conj()?);
    /// Two to the power of every element.
    exp2 "Exp2Backward0" also [Special "exp2"]: Float,
        cpu |op, dt| float!(op, dt, math::exp2_f32, math::exp2_f64, cx::exp2),
        wgsl "exp2(x)",
        on -2.0, 2.0,
        grad Y |g, y| g.mul(&y.conj()?)?.mul(std::f64::consts::LN_2);
    /// `e^x - 1`, exact near zero.
    expm1 "Expm1Backward0" also [Special "expm1"]: Float,
        cpu |op, dt| float!(op, dt, math::expm1_f32, math::expm1_f64, cx::expm1),
        on -2.0, 2.0,
        grad Y |g, y| g.mul(&y.conj()?.add(1i64)?);
    /// The natural logarithm of every element.
    ///
    /// Args: input: any dtype; integers give the default float.
    log "LogBackward0": Float,
        cpu |op, dt| float!(op, dt, math::log_f32, math::log_f64, clib::ln),
        wgsl "log(x)",
        on 0.3, 3.0,
        grad X |g, x| g.div(&x.conj()?);
    /// The logarithm to base 2.
    log2 "Log2Backward0": Float,
        cpu |op, dt| float!(op, dt, math::log2_f32, math::log2_f64, cx::log2),
        wgsl "log2(x)",
        on 0.3, 3.0,
        grad X |g, x| g.div(x.conj()?.mul(std::f64::consts::LN_2)?);
    /// The logarithm to base 10.
    log10 "Log10Backward0": Float,
        cpu |op, dt| float!(op, dt, math::log10_f32, math::log10_f64, cx::log10),
        on 0.3, 3.0,
        grad X |g, x| g.div(x.conj()?.mul(std::f64::consts::LN_10)?);
    /// `ln(1 + x)`, exact near zero.
    log1p "Log1PBackward0" also [Special "log1p"]: Float,
        cpu |op, dt| float!(op, dt, math::log1p_f32, math::log1p_f64, cx::log1p),
        on 0.3, 3.0,
        grad X |g, x| g.div(x.conj()?.add(1i64)?);
    /// The square root of every element; nan below zero.
    sqrt "SqrtBackward0": Float,
        cpu |op, dt| float!(op, dt, math::sqrt_f32, math::sqrt_f64, clib::sqrt),
        wgsl "sqrt(x)",
        on 0.3, 3.0,
        grad Y |g, y| g.div(y.conj()?.mul(2i64)?);
    /// One over the square root.
    rsqrt "RsqrtBackward0": Float,
        cpu |op, dt| float!(op, dt, math::rsqrt_f32, math::rsqrt_f64, cx::rsqrt),
        wgsl "inverseSqrt(x)",
        on 0.3, 3.0,
        grad Y |g, y| { let y = y.conj()?; g.mul(-0.5)?.mul(y.mul(&y)?.mul(&y)?) };
    /// One over every element.
    reciprocal "ReciprocalBackward0": Float,
        cpu |op, dt| float!(op, dt, math::reciprocal_f32, math::reciprocal_f64, cx::reciprocal),
        wgsl "1.0 / x",
        on 0.3, 3.0,
        grad Y |g, y| { let y = y.conj()?; g.neg()?.mul(y.mul(&y)?) };
    /// The logistic function `1 / (1 + e^-x)`.
    sigmoid "SigmoidBackward0" also [Special "expit"]: Float,
        cpu |op, dt| float!(op, dt, math::sigmoid_f32, math::sigmoid_f64, cx::sigmoid),
        wgsl "1.0 / (1.0 + exp(-x))",
        on -2.0, 2.0,
        grad Y |g, y| g.sigmoid_backward(y);
    /// The negative of every element.
    ///
    /// Errors: RuntimeError for bool tensors.
    neg "NegBackward0" also ["negative"]: Same,
        cpu |op, dt| {
            crate::ensure!(dt != DType::Bool, Runtime, "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.");
            crate::with_dtype!(op, dt, wide, T => Ok(map(|x: T| Neg::neg_of(x))))
        },
        wgsl "-x",
        on -2.0, 2.0,
        grad G |g| g.neg();
}

/// Negation that keeps the sign of zero; integers wrap.
trait Neg: Elem {
    fn neg_of(self) -> Self;
}
macro_rules! negate {
    ($($t:ty: |$x:ident| $e:expr),*) => { $(impl Neg for $t { #[inline(always)] fn neg_of(self) -> $t { let $x = self; $e } })* };
}
negate!(f32: |x| -x, f64: |x| -x, C64: |x| -x, C128: |x| -x, u8: |x| x.wrapping_neg(), i8: |x| x.wrapping_neg(),
    i16: |x| x.wrapping_neg(), i32: |x| x.wrapping_neg(), i64: |x| x.wrapping_neg(), bool: |x| Num::mul(x, x));

pub const TABLE: Table = &[EXPONENTIAL];
