//! Elementwise ops of one tensor: one row each. Exponentials, logarithms, powers and arithmetic are here; the other
//! families that use the row are `trig.rs`, `rounding.rs` and `special.rs`.

use super::kind::{Rule, Unary, UnaryDef};
use crate::base::{C64, C128, DType, Elem, Num, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{UnaryFn, map, typed};
use crate::kernels::cpu::elementwise::clib;
use crate::kernels::cpu::elementwise::math;
use crate::ops::driver::op::{Saves, apply, apply_in_place};
use crate::ops::table::{FromArg, OpDef, Param, Place, Table};
use crate::tensor::{Context, Tensor};

/// Where a row goes and what it is called there: `special.expit` belongs to a module.
pub const fn place_of(text: &'static str) -> (&'static [Place], &'static str) {
    match text.as_bytes() {
        [b's', b'p', b'e', b'c', b'i', b'a', b'l', b'.', ..] => (&[Place::Special], text.split_at(8).1),
        _ => (&[Place::Torch, Place::Method], text),
    }
}

/// The parameters of a row of one tensor.
pub const ONE: &[Param] = &[Param {
    name: "input",
    kind: <&Tensor as FromArg>::KIND,
    default: "",
    required: true,
    keyword_only: false,
}];

/// `name(STATIC, "GradName") ["alias", "module.alias"]: rule, kernel(op, dtype) expression, saves, gradient of (g, cx);`
/// Makes the function, the method, the in-place twin and the rows of the table.
macro_rules! unary_rows {
    ($block:ident: $($(#[doc = $doc:literal])* $name:ident($def:ident, $grad_name:literal) [$($alias:literal),*]: $rule:ident,
        |$op:ident, $dt:ident| $kernel:expr, $saves:ident, |$g:ident, $cx:ident| $grad:expr;)*) => {
        $(
            pub static $def: UnaryDef = UnaryDef {
                name: stringify!($name), grad_name: $grad_name, rule: Rule::$rule,
                kernel: |$dt: DType| -> Result<UnaryFn> { let $op = stringify!($name); let _ = $op; $kernel },
                saves: Saves::$saves,
                grad: |$g: &Tensor, $cx: &Context| $grad,
            };
            $(#[doc = $doc])*
            pub fn $name(input: &Tensor) -> Result<Tensor> { apply(Unary(&$def), &[input]) }
        )*
        impl Tensor { $($(#[doc = $doc])* pub fn $name(&self) -> Result<Tensor> { $name(self) })* }

        pub const $block: &[OpDef] = &[$(
            $crate::ops::elementwise::exponential::unary_rows!(@row $name, $def, stringify!($name), concat!($($doc, "\n",)* "")),
            $($crate::ops::elementwise::exponential::unary_rows!(@row $name, $def, $alias, concat!("Alias of `", stringify!($name), "`.\n")),)*
        )*];
    };
    (@row $name:ident, $def:ident, $text:expr, $doc:expr) => {
        OpDef {
            name: $crate::ops::elementwise::exponential::place_of($text).1,
            doc: $doc,
            params: $crate::ops::elementwise::exponential::ONE,
            places: $crate::ops::elementwise::exponential::place_of($text).0,
            call: |a| Ok($name(FromArg::from_arg(&a[0])?)?.into()),
            returns: "Tensor",
            twin: $crate::ops::table::Twin::Own(|a| {
                let x: &Tensor = FromArg::from_arg(&a[0])?;
                crate::ensure!(
                    !(matches!($def.rule, Rule::Real) && x.dtype().is_complex()),
                    Runtime,
                    "In-place {} is not supported for complex tensors.",
                    stringify!($name)
                );
                apply_in_place(Unary(&$def), &[x])
            }),
        }
    };
}
pub(crate) use unary_rows;

/// Kernels for the floats by the vector mathematics, for complex by a function of the C library.
macro_rules! float {
    ($op:ident, $dt:ident, $f32:path, $f64:path, $complex:path) => {
        match $dt {
            DType::F32 => Ok(typed($f32)),
            DType::F64 => Ok(typed($f64)),
            DType::C64 => Ok(map(|z: C64| {
                let w = $complex(C128::new(z.re as f64, z.im as f64));
                C64::new(w.re as f32, w.im as f32)
            })),
            DType::C128 => Ok(map(|z: C128| $complex(z))),
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
pub(crate) use float;

impl Tensor {
    /// The conjugate, which for real tensors is the tensor itself: gradients of holomorphic functions need it.
    pub fn conjugate(&self) -> Result<Tensor> {
        if self.dtype().is_complex() { self.conj_physical() } else { Ok(self.clone()) }
    }
    /// Zeros with the geometry of a gradient.
    pub fn zeros_alike(&self) -> Result<Tensor> {
        crate::ops::create::copy::full(self.shape(), Scalar::Int(0), self.dtype(), self.device())
    }
}

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
        super::super::arithmetic::divide(C128::new(1.0, 0.0), z)
    }
    pub fn sigmoid(z: C128) -> C128 {
        C128::new(1.0, 0.0) / (clib::exp(-z) + 1.0)
    }
}

unary_rows! { EXPONENTIAL:
    /// The exponential of every element: `e^x`.
    ///
    /// Args: input: any dtype; integers give the default float.
    exp(EXP, "ExpBackward0") []: Float, |op, dt| float!(op, dt, math::exp_f32, math::exp_f64, clib::exp),
        OUTPUT, |g, cx| g.mul(&cx.output(0)?.conj()?);
    /// Two to the power of every element.
    exp2(EXP2, "Exp2Backward0") ["special.exp2"]: Float, |op, dt| float!(op, dt, math::exp2_f32, math::exp2_f64, cx::exp2),
        OUTPUT, |g, cx| g.mul(&cx.output(0)?.conj()?)?.mul(std::f64::consts::LN_2);
    /// `e^x - 1`, exact near zero.
    expm1(EXPM1, "Expm1Backward0") ["special.expm1"]: Float, |op, dt| float!(op, dt, math::expm1_f32, math::expm1_f64, cx::expm1),
        OUTPUT, |g, cx| g.mul(&cx.output(0)?.conj()?.add(1i64)?);
    /// The natural logarithm of every element.
    ///
    /// Args: input: any dtype; integers give the default float.
    log(LOG, "LogBackward0") []: Float, |op, dt| float!(op, dt, math::log_f32, math::log_f64, clib::ln),
        INPUT, |g, cx| g.div(&cx.input(0)?.conj()?);
    /// The logarithm to base 2.
    log2(LOG2, "Log2Backward0") []: Float, |op, dt| float!(op, dt, math::log2_f32, math::log2_f64, cx::log2),
        INPUT, |g, cx| g.div(cx.input(0)?.conj()?.mul(std::f64::consts::LN_2)?);
    /// The logarithm to base 10.
    log10(LOG10, "Log10Backward0") []: Float, |op, dt| float!(op, dt, math::log10_f32, math::log10_f64, cx::log10),
        INPUT, |g, cx| g.div(cx.input(0)?.conj()?.mul(std::f64::consts::LN_10)?);
    /// `ln(1 + x)`, exact near zero.
    log1p(LOG1P, "Log1PBackward0") ["special.log1p"]: Float, |op, dt| float!(op, dt, math::log1p_f32, math::log1p_f64, cx::log1p),
        INPUT, |g, cx| g.div(cx.input(0)?.conj()?.add(1i64)?);
    /// The square root of every element; nan below zero.
    sqrt(SQRT, "SqrtBackward0") []: Float, |op, dt| float!(op, dt, math::sqrt_f32, math::sqrt_f64, clib::sqrt),
        OUTPUT, |g, cx| g.div(cx.output(0)?.conj()?.mul(2i64)?);
    /// One over the square root.
    rsqrt(RSQRT, "RsqrtBackward0") []: Float, |op, dt| float!(op, dt, math::rsqrt_f32, math::rsqrt_f64, cx::rsqrt),
        OUTPUT, |g, cx| { let y = cx.output(0)?.conj()?; g.mul(-0.5)?.mul(y.mul(&y)?.mul(&y)?) };
    /// One over every element.
    reciprocal(RECIPROCAL, "ReciprocalBackward0") []: Float, |op, dt| float!(op, dt, math::reciprocal_f32, math::reciprocal_f64, cx::reciprocal),
        OUTPUT, |g, cx| { let y = cx.output(0)?.conj()?; g.neg()?.mul(y.mul(&y)?) };
    /// The logistic function `1 / (1 + e^-x)`.
    sigmoid(SIGMOID, "SigmoidBackward0") ["special.expit"]: Float, |op, dt| float!(op, dt, math::sigmoid_f32, math::sigmoid_f64, cx::sigmoid),
        OUTPUT, |g, cx| g.sigmoid_backward(&cx.output(0)?);
    /// The negative of every element.
    ///
    /// Errors: RuntimeError for bool tensors.
    neg(NEG, "NegBackward0") ["negative"]: Same, |op, dt| {
            crate::ensure!(dt != DType::Bool, Runtime, "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.");
            crate::with_dtype!(op, dt, wide, T => Ok(map(|x: T| Neg::neg_of(x))))
        },
        NOTHING, |g, _cx| g.neg();
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
