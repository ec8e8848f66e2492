//! Elementwise arithmetic of two operands: one row each.

use super::kind::{BinaryDef, Rule, Sides, binary, binary_in_place};
use crate::base::{C64, C128, DType, Num, Real, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{BinaryFn, TernaryFn, zip, zip3};
use crate::ops::table::{Arg, FromArg, OpDef, Param, Place, Table, Twin, Val};
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
        Val::T(t) => t.conj().map(Val::T),
        Val::S(Scalar::Complex(c)) => Ok(Val::S(Scalar::Complex(c.conj()))),
        s => Ok(s),
    }
}

/// Node names as a row gives them: one, or one for each kind of operands.
pub const fn names(n: &[&'static str]) -> [&'static str; 3] {
    if n.len() == 3 { [n[0], n[1], n[2]] } else { [n[0], "", ""] }
}

/// A parameter that takes a tensor or a number, and one that takes a tensor only.
pub type V = Val;
pub type T = &'static Tensor;

/// `name(input: V, other: V) STATIC, "GradName" ["alias"]: rule, kernel, saves of (first, second), gradients of
/// (sides, g, want);`. Where PyTorch names the node after the kinds of operands, `"TensorTensor" "TensorNumber"
/// "NumberTensor"`.
macro_rules! binary_rows {
    ($block:ident: $($(#[doc = $doc:literal])* $name:ident($p0:ident: $k0:ident, $p1:ident: $k1:ident) $def:ident,
        $gn:literal $($gs:literal $gt:literal)? [$($alias:literal),*]: $rule:ident,
        |$op:ident, $dt:ident| $kernel:expr, ($sa:expr, $sb:expr), |$s:ident, $g:ident, $want:ident| $grad:expr;)*) => {
        $(
            pub static $def: BinaryDef = BinaryDef {
                name: stringify!($name), grad_names: $crate::ops::elementwise::arithmetic::names(&[$gn, $($gs, $gt)?]), rule: Rule::$rule,
                kernel: |$dt: DType| -> Result<BinaryFn> { let $op = stringify!($name); let _ = $op; $kernel },
                saves: [$sa, $sb],
                grad: |$s: &Sides, $g: &Tensor, $want: Want| $grad,
                ..BinaryDef::EMPTY
            };
            $(#[doc = $doc])*
            pub fn $name($p0: impl Into<Val>, $p1: impl Into<Val>) -> Result<Tensor> {
                binary(&$def, $p0.into(), $p1.into(), None)
            }
        )*
        impl Tensor {
            $($(#[doc = $doc])* pub fn $name(&self, $p1: impl Into<Val>) -> Result<Tensor> { $name(self, $p1) })*
        }
        pub const $block: &[OpDef] = &[$(
            $crate::ops::elementwise::arithmetic::binary_rows!(@row $name, $def, ($p0: $k0, $p1: $k1), stringify!($name), concat!($($doc, "\n",)* "")),
            $($crate::ops::elementwise::arithmetic::binary_rows!(@row $name, $def, ($p0: $k0, $p1: $k1), $alias, concat!("Alias of `", stringify!($name), "`.\n")),)*
        )*];
    };
    (@row $name:ident, $def:ident, ($p0:ident: $k0:ident, $p1:ident: $k1:ident), $text:expr, $doc:expr) => {
        OpDef {
            name: $crate::ops::elementwise::exponential::place_of($text).1,
            doc: $doc,
            params: &[
                Param { name: stringify!($p0), kind: <$crate::ops::elementwise::arithmetic::$k0 as FromArg>::KIND, default: "", required: true, keyword_only: false },
                Param { name: stringify!($p1), kind: <$crate::ops::elementwise::arithmetic::$k1 as FromArg>::KIND, default: "", required: true, keyword_only: false },
            ],
            places: $crate::ops::elementwise::exponential::place_of($text).0,
            call: |a| Ok($name(<Val as FromArg>::from_arg(&a[0])?, <Val as FromArg>::from_arg(&a[1])?)?.into()),
            returns: "Tensor",
            twin: $crate::ops::table::Twin::Own(|a| binary_in_place(&$def, <&Tensor as FromArg>::from_arg(&a[0])?, FromArg::from_arg(&a[1])?, None)),
        }
    };
}
pub(crate) use binary_rows;

/// The sum with a factor: `input + alpha * other`. Its own row because of `alpha`.
pub static ADD: BinaryDef = BinaryDef {
    name: "add",
    grad_names: ["AddBackward0"; 3],
    rule: Rule::Same,
    kernel: |dt| with_dtype!("add", dt, wide, T => Ok(zip(|a: T, b: T| Num::add(a, b)))),
    kernel3: Some(|dt| -> Result<TernaryFn> {
        with_dtype!("add", dt, wide, T => Ok(zip3(|a: T, b: T, s: T| Num::add(a, Num::mul(s, b)))))
    }),
    grad: |s, g, want| Ok([want.then(0, || Ok(g.clone()))?, want.then(1, || scaled(g, s.alpha()))?]),
    ..BinaryDef::EMPTY
};

pub static SUB: BinaryDef = BinaryDef {
    name: "sub",
    grad_names: ["SubBackward0"; 3],
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
    grad: |s, g, want| Ok([want.then(0, || Ok(g.clone()))?, want.then(1, || scaled(&g.neg()?, s.alpha()))?]),
    ..BinaryDef::EMPTY
};

/// `other - alpha * input`: subtraction with the operands exchanged.
pub static RSUB: BinaryDef = BinaryDef {
    name: "rsub",
    grad_names: ["RsubBackward0", "RsubBackward1", "RsubBackward1"],
    rule: Rule::Same,
    kernel: |dt| with_dtype!("rsub", dt, wide, T => Ok(zip(|a: T, b: T| Num::sub(b, a)))),
    kernel3: Some(|dt| -> Result<TernaryFn> {
        with_dtype!("rsub", dt, wide, T => Ok(zip3(|a: T, b: T, s: T| Num::sub(b, Num::mul(s, a)))))
    }),
    grad: |s, g, want| Ok([want.then(0, || scaled(&g.neg()?, s.alpha()))?, want.then(1, || Ok(g.clone()))?]),
    ..BinaryDef::EMPTY
};

/// `input + alpha * other`.
pub fn add(input: impl Into<Val>, other: impl Into<Val>, alpha: Scalar) -> Result<Tensor> {
    binary(&ADD, input.into(), other.into(), Some(alpha))
}

/// Differences of bools have no meaning.
fn refuse_bool(values: [&Val; 2]) -> Result<()> {
    for v in values {
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
    Ok(())
}

/// `input - alpha * other`.
pub fn sub(input: impl Into<Val>, other: impl Into<Val>, alpha: Scalar) -> Result<Tensor> {
    let (input, other) = (input.into(), other.into());
    refuse_bool([&input, &other])?;
    binary(&SUB, input, other, Some(alpha))
}

/// `other - alpha * input`.
pub fn rsub(input: impl Into<Val>, other: impl Into<Val>, alpha: Scalar) -> Result<Tensor> {
    let (input, other) = (input.into(), other.into());
    refuse_bool([&input, &other])?;
    binary(&RSUB, input, other, Some(alpha))
}

impl Tensor {
    /// `self + other`.
    pub fn add(&self, other: impl Into<Val>) -> Result<Tensor> {
        binary(&ADD, self.into(), other.into(), None)
    }
    /// `self - other`.
    pub fn sub(&self, other: impl Into<Val>) -> Result<Tensor> {
        sub(self, other, Scalar::Int(1))
    }
    /// `other - self`.
    pub fn rsub(&self, other: impl Into<Val>) -> Result<Tensor> {
        rsub(self, other, Scalar::Int(1))
    }
}

/// The parameters of `add`, `sub` and `rsub`.
const ALPHA: &[Param] = &[
    Param { name: "input", kind: <V as FromArg>::KIND, default: "", required: true, keyword_only: false },
    Param { name: "other", kind: <V as FromArg>::KIND, default: "", required: true, keyword_only: false },
    Param {
        name: "alpha",
        kind: <Scalar as FromArg>::KIND,
        default: "1",
        required: false,
        keyword_only: true,
    },
];

/// `alpha` of a row.
fn alpha_of(a: &[Arg]) -> Result<Scalar> {
    match a.get(2) {
        None | Some(Arg::Absent) => Ok(Scalar::Int(1)),
        Some(v) => FromArg::from_arg(v),
    }
}

macro_rules! alpha_row {
    ($name:literal, $f:ident, $def:ident, $twin:ident, $doc:literal) => {
        OpDef {
            name: $name,
            doc: $doc,
            params: ALPHA,
            places: &[Place::Torch, Place::Method],
            call: |a| Ok($f(Val::from_arg(&a[0])?, Val::from_arg(&a[1])?, alpha_of(a)?)?.into()),
            returns: "Tensor",
            twin: alpha_row!(@$twin |a| {
                let (x, other) = (<&Tensor as FromArg>::from_arg(&a[0])?, Val::from_arg(&a[1])?);
                if !std::ptr::eq(&$def, &ADD) {
                    refuse_bool([&Val::from(x), &other])?;
                }
                binary_in_place(&$def, x, other, Some(alpha_of(a)?))
            }),
        }
    };
    (@Twin $f:expr) => { Twin::Own($f) };
    (@Both $f:expr) => { Twin::None };
}

/// Sums and differences: rows of their own because of `alpha`.
const ALPHA_ROWS: &[OpDef] = &[
    alpha_row!(
        "add",
        add,
        ADD,
        Twin,
        "`input + alpha * other`, broadcasting both.\n\nArgs: alpha: a factor for `other`; must be integral where the result is.\n**Shape**: broadcast of both.\n**Errors**: RuntimeError if shapes do not broadcast.\n"
    ),
    alpha_row!(
        "sub",
        sub,
        SUB,
        Twin,
        "`input - alpha * other`, broadcasting both.\n\n**Errors**: RuntimeError for bool tensors and shapes that do not broadcast.\n"
    ),
    alpha_row!("subtract", sub, SUB, Twin, "Alias of `sub`.\n"),
    alpha_row!("rsub", rsub, RSUB, Both, "`other - alpha * input`, broadcasting both.\n"),
];

fn scaled(g: &Tensor, alpha: Option<Scalar>) -> Result<Tensor> {
    match alpha {
        None => Ok(g.clone()),
        Some(Scalar::Complex(c)) => g.mul(Scalar::Complex(c.conj())),
        Some(s) => g.mul(s),
    }
}

/// Complex quotient after Smith: no overflow on the way.
pub fn divide(a: C128, b: C128) -> C128 {
    if b.re.abs() >= b.im.abs() {
        if b.re == 0.0 && b.im == 0.0 {
            return C128::new(a.re / b.re.abs(), a.im / b.re.abs());
        }
        let r = b.im / b.re;
        let d = b.re + b.im * r;
        C128::new((a.re + a.im * r) / d, (a.im - a.re * r) / d)
    } else {
        let r = b.re / b.im;
        let d = b.re * r + b.im;
        C128::new((a.re * r + a.im) / d, (a.im * r - a.re) / d)
    }
}

/// As [`divide`], computed in double precision.
pub fn divide64(a: C64, b: C64) -> C64 {
    let q = divide(C128::new(a.re as f64, a.im as f64), C128::new(b.re as f64, b.im as f64));
    C64::new(q.re as f32, q.im as f32)
}

impl Tensor {
    /// `g` where the condition holds, zero elsewhere.
    pub fn keep(&self, condition: &Tensor) -> Result<Tensor> {
        condition.choose(self, 0i64)
    }
}

/// Gradients of a maximum or minimum: to the winner; ties share it.
fn extremum(
    s: &Sides,
    g: &Tensor,
    want: Want,
    wins: fn(&Tensor, Val) -> Result<Tensor>,
) -> Result<[Option<Tensor>; 2]> {
    let (Val::T(a), Val::T(b)) = (s.a()?, s.b()?) else { crate::bail!(Internal, "an extremum of numbers") };
    let tie = a.eq(&b)?;
    let shared = tie.choose(g.div(2i64)?, g)?;
    Ok([
        want.then(0, || wins(&b, Val::T(a.clone()))?.choose(0i64, &shared))?,
        want.then(1, || wins(&a, Val::T(b.clone()))?.choose(0i64, &shared))?,
    ])
}

/// Gradients of `fmax` and `fmin`: `first` says where the first operand was taken.
fn one_of(g: &Tensor, want: Want, first: Tensor) -> Result<[Option<Tensor>; 2]> {
    Ok([want.then(0, || first.choose(g, 0i64))?, want.then(1, || first.choose(0i64, g))?])
}

/// Both operands of a row that takes tensors only.
pub fn both(s: &Sides) -> Result<(Tensor, Tensor)> {
    match (s.a()?, s.b()?) {
        (Val::T(a), Val::T(b)) => Ok((a, b)),
        _ => crate::bail!(Internal, "a number where a tensor was expected"),
    }
}

binary_rows! { ARITHMETIC:
    /// The product of two tensors, broadcasting both.
    ///
    /// **Shape**: broadcast of both.
    mul(input: V, other: V) MUL, "MulBackward0" ["multiply"]: Same, |op, dt| with_dtype!(op, dt, wide, T => Ok(zip(|a: T, b: T| Num::mul(a, b)))),
        (B, A), |s, g, want| Ok([
            want.then(0, || g.mul(conj_val(s.b()?)?))?,
            want.then(1, || g.mul(conj_val(s.a()?)?))?,
        ]);
    /// The quotient of two tensors, broadcasting both; integers divide as floats.
    true_divide(input: V, other: V) DIV, "DivBackward0" []: Float, |_op, dt| match dt {
            DType::F32 => Ok(zip(|a: f32, b: f32| a / b)),
            DType::F64 => Ok(zip(|a: f64, b: f64| a / b)),
            DType::C64 => Ok(zip(|a: C64, b: C64| divide64(a, b))),
            DType::C128 => Ok(zip(|a: C128, b: C128| divide(a, b))),
            d => Err(crate::error::Error::no_dtype("div", d, "floating and complex dtypes")),
        },
        (B, AB), |s, g, want| {
            let b = conj_val(s.b()?)?;
            let ga = g.div(b.clone())?;
            let gb = want.then(1, || { let a = conj_val(s.a()?)?; ga.neg()?.mul(true_divide(a, b)?) })?;
            Ok([want.has(0).then_some(ga), gb])
        };
    /// The larger of two elements; nan if either is nan.
    ///
    /// **Errors**: RuntimeError for complex tensors.
    maximum(input: T, other: T) MAXIMUM, "MaximumBackward0" []: Same,
        |op, dt| with_dtype!(op, dt, wide_real, T => Ok(zip(|a: T, b: T| if Real::is_nan(a) || a > b { a } else { b }))),
        (AB, AB), |s, g, want| extremum(s, g, want, |a, b| a.gt(b));
    /// The smaller of two elements; nan if either is nan.
    ///
    /// **Errors**: RuntimeError for complex tensors.
    minimum(input: T, other: T) MINIMUM, "MinimumBackward0" []: Same,
        |op, dt| with_dtype!(op, dt, wide_real, T => Ok(zip(|a: T, b: T| if Real::is_nan(a) || a < b { a } else { b }))),
        (AB, AB), |s, g, want| extremum(s, g, want, |a, b| a.lt(b));
    /// The larger of two elements; a nan loses against a number.
    fmax(input: T, other: T) FMAX, "FmaxBackward0" []: Same,
        |op, dt| with_dtype!(op, dt, wide_real, T => Ok(zip(|a: T, b: T| if Real::is_nan(b) || a > b { a } else { b }))),
        (AB, AB), |s, g, want| { let (a, b) = both(s)?; one_of(g, want, a.ge(&b)?.logical_or(b.isnan()?)?) };
    /// The smaller of two elements; a nan loses against a number.
    fmin(input: T, other: T) FMIN, "FminBackward0" []: Same,
        |op, dt| with_dtype!(op, dt, wide_real, T => Ok(zip(|a: T, b: T| if Real::is_nan(b) || a < b { a } else { b }))),
        (AB, AB), |s, g, want| { let (a, b) = both(s)?; one_of(g, want, a.le(&b)?.logical_or(b.isnan()?)?) };
}

/// The quotient: `true_divide` under its usual name.
pub fn div(input: impl Into<Val>, other: impl Into<Val>) -> Result<Tensor> {
    binary(&DIV, input.into(), other.into(), None)
}

impl Tensor {
    /// `self / other`.
    pub fn div(&self, other: impl Into<Val>) -> Result<Tensor> {
        div(self, other)
    }
}

pub const TABLE: Table = &[ALPHA_ROWS, ARITHMETIC];
