//! Elementwise ops of one tensor: one row each.

use super::elementwise::{Rule, Unary, UnaryDef};
use super::op::{Saves, apply, apply_in_place};
use super::table::{FromArg, OpDef, Param, Place};
use crate::base::DType;
use crate::error::Result;
use crate::kernels::cpu::block::{UnaryFn, map, typed};
use crate::kernels::cpu::math;
use crate::tensor::{Context, Tensor};
use crate::with_dtype;

/// `name(STATIC, "GradName"): rule, kernel(op, dtype) expression, saves, gradient of (g, cx);` Makes the function,
/// the method, the in-place twin and the table row.
macro_rules! unary {
    ($($(#[doc = $doc:literal])* $name:ident($def:ident, $grad_name:literal): $rule:ident,
        |$op:ident, $dt:ident| $kernel:expr, $saves:ident, |$g:ident, $cx:ident| $grad:expr;)*) => {
        $(
            static $def: UnaryDef = UnaryDef {
                name: stringify!($name), grad_name: $grad_name, rule: Rule::$rule,
                kernel: |$dt: DType| -> Result<UnaryFn> { let $op = stringify!($name); $kernel },
                saves: Saves::$saves,
                grad: |$g: &Tensor, $cx: &Context| $grad,
            };
            $(#[doc = $doc])*
            pub fn $name(input: &Tensor) -> Result<Tensor> { apply(Unary(&$def), &[input]) }
        )*
        impl Tensor { $($(#[doc = $doc])* pub fn $name(&self) -> Result<Tensor> { $name(self) })* }

        pub const TABLE: &[OpDef] = &[$(OpDef {
            name: stringify!($name),
            doc: concat!($($doc, "\n",)* ""),
            params: &[Param { name: "input", kind: <&Tensor as FromArg>::KIND, default: "", required: true, keyword_only: false }],
            place: Place::Twin,
            call: |a| Ok($name(FromArg::from_arg(&a[0])?)?.into()),
            returns: "Tensor",
            in_place: Some(|a| apply_in_place(Unary(&$def), &[FromArg::from_arg(&a[0])?])),
        }),*];
    };
}

/// Kernels for the floats by the vector mathematics, for complex by an expression.
macro_rules! float {
    ($op:ident, $dt:ident, $f32:path, $f64:path, |$z:ident| $complex:expr) => {
        match $dt {
            DType::F32 => Ok(typed($f32)),
            DType::F64 => Ok(typed($f64)),
            DType::C64 => Ok(map(|$z: crate::base::C64| $complex)),
            DType::C128 => Ok(map(|$z: crate::base::C128| $complex)),
            d => Err(crate::error::Error::no_dtype($op, d, "floating and complex dtypes")),
        }
    };
    ($op:ident, $dt:ident, $f32:path, $f64:path) => {
        match $dt {
            DType::F32 => Ok(typed($f32)),
            DType::F64 => Ok(typed($f64)),
            d => Err(crate::error::Error::no_dtype($op, d, "floating dtypes")),
        }
    };
}

/// A kernel for every dtype of a set by one expression.
macro_rules! each {
    ($op:ident, $dt:ident, $set:ident, $T:ident, |$x:ident| $e:expr) => {
        with_dtype!($op, $dt, $set, $T => Ok(map(|$x: $T| $e)))
    };
}

/// The conjugate, which for real tensors is the tensor itself: gradients of holomorphic functions need it.
pub fn conj_of(x: &Tensor) -> Result<Tensor> {
    if x.dtype().is_complex() { super::complex::conj_physical(x) } else { Ok(x.clone()) }
}

unary! {
    /// The exponential of every element: `y = e^x`.
    exp(EXP, "ExpBackward0"): Float, |op, dt| float!(op, dt, math::exp_f32, math::exp_f64, |z| z.exp()),
        OUTPUT, |g, cx| g.mul(&conj_of(&cx.output(0)?)?);
    /// The natural logarithm of every element.
    log(LOG, "LogBackward0"): Float, |op, dt| float!(op, dt, math::log_f32, math::log_f64, |z| z.ln()),
        INPUT, |g, cx| g.div(&conj_of(&cx.input(0)?)?);
    /// The hyperbolic tangent of every element.
    tanh(TANH, "TanhBackward0"): Float, |op, dt| float!(op, dt, math::tanh_f32, math::tanh_f64, |z| z.tanh()),
        OUTPUT, |g, cx| { let y = conj_of(&cx.output(0)?)?; g.mul(&y.mul(&y)?.rsub(1.0)?) };
    /// The negative of every element.
    neg(NEG, "NegBackward0"): Same, |op, dt| each!(op, dt, numeric, T, |x| crate::base::Num::sub(<T as crate::base::Elem>::ZERO, x)),
        NOTHING, |g, _cx| g.neg();
}
