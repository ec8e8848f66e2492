//! Elementwise arithmetic of two operands: one row each.

use super::elementwise::{BinaryDef, Rule, Sides, binary, binary_in_place};
use super::table::{Arg, FromArg, OpDef, Param, Place, Val};
use super::unary::conj_of;
use crate::base::{DType, Num, Scalar};
use crate::error::Result;
use crate::kernels::cpu::block::{BinaryFn, TernaryFn, zip, zip3};
use crate::tensor::{Tensor, Want};
use crate::with_dtype;

/// Reads nothing, the first operand, the second, both, the result.
pub const NONE: u8 = 0;
pub const A: u8 = 1;
pub const B: u8 = 2;
pub const AB: u8 = 3;
pub const Y: u8 = 4;

/// The conjugate of an operand.
pub fn conj_val(v: Val) -> Result<Val> {
    match v {
        Val::T(t) => conj_of(&t).map(Val::T),
        Val::S(Scalar::Complex(c)) => Ok(Val::S(Scalar::Complex(c.conj()))),
        s => Ok(s),
    }
}

/// `name(STATIC, "GradName"): rule, kernel, saves of (first, second), gradients of (sides, g, want);`
#[macro_export]
macro_rules! binary {
    ($($(#[doc = $doc:literal])* $name:ident($def:ident, $grad_name:literal) [$($alias:literal),*]: $rule:ident,
        |$op:ident, $dt:ident| $kernel:expr, ($sa:expr, $sb:expr), |$s:ident, $g:ident, $want:ident| $grad:expr;)*) => {
        $(
            pub static $def: BinaryDef = BinaryDef {
                name: stringify!($name), grad_name: $grad_name, rule: Rule::$rule,
                kernel: |$dt: DType| -> Result<BinaryFn> { let $op = stringify!($name); $kernel },
                kernel3: None,
                saves: [$sa, $sb],
                grad: |$s: &Sides, $g: &Tensor, $want: Want| $grad,
            };
            $(#[doc = $doc])*
            pub fn $name(input: impl Into<Val>, other: impl Into<Val>) -> Result<Tensor> {
                binary(&$def, input.into(), other.into(), None)
            }
        )*
        impl Tensor {
            $($(#[doc = $doc])* pub fn $name(&self, other: impl Into<Val>) -> Result<Tensor> { $name(self, other) })*
        }
        pub const TABLE: &[OpDef] = &[$(
            $crate::binary!(@row $name, $def, stringify!($name), concat!($($doc, "\n",)* "")),
            $($crate::binary!(@row $name, $def, $alias, concat!("Alias of `", stringify!($name), "`.")),)*
        )*];
    };
    (@row $name:ident, $def:ident, $text:expr, $doc:expr) => {
        OpDef {
            name: $text,
            doc: $doc,
            params: &[
                Param { name: "input", kind: <Val as FromArg>::KIND, default: "", required: true, keyword_only: false },
                Param { name: "other", kind: <Val as FromArg>::KIND, default: "", required: true, keyword_only: false },
            ],
            place: Place::Twin,
            call: |a| Ok($name(<Val as FromArg>::from_arg(&a[0])?, <Val as FromArg>::from_arg(&a[1])?)?.into()),
            returns: "Tensor",
            in_place: Some(|a| binary_in_place(&$def, <&Tensor as FromArg>::from_arg(&a[0])?, FromArg::from_arg(&a[1])?, None)),
        }
    };
}

/// The sum with a factor: `input + alpha * other`. Its own row because of `alpha`.
pub static ADD: BinaryDef = BinaryDef {
    name: "add",
    grad_name: "AddBackward0",
    rule: Rule::Same,
    kernel: |dt| with_dtype!("add", dt, wide, T => Ok(zip(|a: T, b: T| Num::add(a, b)))),
    kernel3: Some(|dt| -> Result<TernaryFn> {
        with_dtype!("add", dt, wide, T => Ok(zip3(|a: T, b: T, s: T| Num::add(a, Num::mul(s, b)))))
    }),
    saves: [NONE, NONE],
    grad: |s, g, want| Ok([want.then(0, || Ok(g.clone()))?, want.then(1, || scaled(g, s.alpha()))?]),
};

pub static SUB: BinaryDef = BinaryDef {
    name: "sub",
    grad_name: "SubBackward0",
    rule: Rule::Same,
    kernel: |dt| {
        crate::ensure!(
            dt != DType::Bool,
            Runtime,
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead."
        );
        with_dtype!("sub", dt, wide, T => Ok(zip(|a: T, b: T| Num::sub(a, b))))
    },
    kernel3: Some(|dt| -> Result<TernaryFn> {
        with_dtype!("sub", dt, wide, T => Ok(zip3(|a: T, b: T, s: T| Num::sub(a, Num::mul(s, b)))))
    }),
    saves: [NONE, NONE],
    grad: |s, g, want| Ok([want.then(0, || Ok(g.clone()))?, want.then(1, || scaled(&g.neg()?, s.alpha()))?]),
};

/// `input + alpha * other`.
pub fn add(input: impl Into<Val>, other: impl Into<Val>, alpha: Scalar) -> Result<Tensor> {
    binary(&ADD, input.into(), other.into(), Some(alpha))
}

/// `input - alpha * other`.
pub fn sub(input: impl Into<Val>, other: impl Into<Val>, alpha: Scalar) -> Result<Tensor> {
    let (input, other) = (input.into(), other.into());
    for v in [&input, &other] {
        let is_bool = match v {
            Val::T(t) => t.dtype() == DType::Bool,
            Val::S(s) => matches!(s, Scalar::Bool(_)),
        };
        crate::ensure!(
            !is_bool,
            Runtime,
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
        );
    }
    binary(&SUB, input, other, Some(alpha))
}

impl Tensor {
    /// `self + other`.
    pub fn add(&self, other: impl Into<Val>) -> Result<Tensor> {
        add(self, other, Scalar::Int(1))
    }
    /// `self - other`.
    pub fn sub(&self, other: impl Into<Val>) -> Result<Tensor> {
        sub(self, other, Scalar::Int(1))
    }
    /// `other - self`.
    pub fn rsub(&self, other: impl Into<Val>) -> Result<Tensor> {
        sub(other, self, Scalar::Int(1))
    }
}

fn scaled(g: &Tensor, alpha: Option<Scalar>) -> Result<Tensor> {
    match alpha {
        None => Ok(g.clone()),
        Some(Scalar::Complex(c)) => g.mul(Scalar::Complex(c.conj())),
        Some(s) => g.mul(s),
    }
}

binary! {
    /// The product of two tensors, broadcasting both.
    mul(MUL, "MulBackward0") ["multiply"]: Same, |op, dt| with_dtype!(op, dt, wide, T => Ok(zip(|a: T, b: T| Num::mul(a, b)))),
        (B, A), |s, g, want| Ok([
            want.then(0, || g.mul(conj_val(s.b()?)?))?,
            want.then(1, || g.mul(conj_val(s.a()?)?))?,
        ]);
    /// The quotient of two tensors, broadcasting both; integers divide as floats.
    div(DIV, "DivBackward0") ["divide", "true_divide"]: Float, |op, dt| match dt {
            DType::F32 => Ok(zip(|a: f32, b: f32| a / b)),
            DType::F64 => Ok(zip(|a: f64, b: f64| a / b)),
            DType::C64 => Ok(zip(|a: crate::base::C64, b: crate::base::C64| a / b)),
            DType::C128 => Ok(zip(|a: crate::base::C128, b: crate::base::C128| a / b)),
            d => Err(crate::error::Error::no_dtype(op, d, "floating and complex dtypes")),
        },
        (B, AB), |s, g, want| {
            let b = conj_val(s.b()?)?;
            let ga = g.div(b.clone())?;
            let gb = want.then(1, || { let a = conj_val(s.a()?)?; ga.neg()?.mul(div(a, b)?) })?;
            Ok([want.has(0).then_some(ga), gb])
        };
}
