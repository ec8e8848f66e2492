//! Elementwise arithmetic of two operands: one row each.

use crate::base::{C64, C128, DType, Num, Real, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{TernaryFn, zip, zip3};
use crate::kernels::cpu::elementwise::clib::{divide, divide64};
use crate::ops::elementwise::kind::Rule;
use crate::ops::elementwise::kind::binary::{
    A, AB, B, BinaryDef, Sides, V, binary, binary_in_place, conj_val, run_binary,
};
use crate::ops::table::{Arg, FromArg, OpDef, Out, Param, Place, Table, Twin, Val};
use crate::tensor::{Tensor, Want};
use crate::with_dtype;

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
    run_binary(&ADD, input.into(), other.into(), Some(alpha))
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
    run_binary(&SUB, input, other, Some(alpha))
}

/// `other - alpha * input`.
pub fn rsub(input: impl Into<Val>, other: impl Into<Val>, alpha: Scalar) -> Result<Tensor> {
    let (input, other) = (input.into(), other.into());
    refuse_bool([&input, &other])?;
    run_binary(&RSUB, input, other, Some(alpha))
}

impl Tensor {
    /// `self + other`.
    pub fn add(&self, other: impl Into<Val>) -> Result<Tensor> {
        run_binary(&ADD, self.into(), other.into(), None)
    }
    /// `self += other`.
    pub fn add_in_place(&self, other: impl Into<Val>) -> Result<()> {
        binary_in_place(&ADD, self, other.into(), None)
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
            out: Out::Promote,            ..OpDef::PLAIN        }
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

binary! { ARITHMETIC:
    /// The product of two tensors, broadcasting both.
    ///
    /// **Shape**: broadcast of both.
    mul(input: V, other: V) MUL "MulBackward0" also ["multiply"]: Same,
        cpu |op, dt| with_dtype!(op, dt, wide, T => Ok(zip(|a: T, b: T| Num::mul(a, b)))),
        wgsl "a * b",
        grad (B, A) |s, g, want| Ok([
            want.then(0, || g.mul(conj_val(s.b()?)?))?,
            want.then(1, || g.mul(conj_val(s.a()?)?))?,
        ]);
    /// The quotient of two tensors, broadcasting both; integers divide as floats.
    true_divide(input: V, other: V) DIV "DivBackward0": Float,
        cpu |_op, dt| match dt {
            DType::F32 => Ok(zip(|a: f32, b: f32| a / b)),
            DType::F64 => Ok(zip(|a: f64, b: f64| a / b)),
            DType::C64 => Ok(zip(|a: C64, b: C64| divide64(a, b))),
            DType::C128 => Ok(zip(|a: C128, b: C128| divide(a, b))),
            d => Err(crate::error::Error::no_dtype("div", d, "floating and complex dtypes")),
        },
        wgsl "a / b",
        grad (B, AB) |s, g, want| {
            let b = conj_val(s.b()?)?;
            let ga = g.div(b.clone())?;
            let gb = want.then(1, || { let a = conj_val(s.a()?)?; ga.neg()?.mul(true_divide(a, b)?) })?;
            Ok([want.has(0).then_some(ga), gb])
        };
    /// The larger of two elements; nan if either is nan.
    ///
    /// **Errors**: RuntimeError for complex tensors.
    maximum(input: T, other: T) MAXIMUM "MaximumBackward0": Same,
        cpu |op, dt| with_dtype!(op, dt, wide_real, T => Ok(zip(|a: T, b: T| if Real::is_nan(a) || a > b { a } else { b }))),
        wgsl "max(a, b)",
        grad (AB, AB) |s, g, want| extremum(s, g, want, |a, b| a.gt(b));
    /// The smaller of two elements; nan if either is nan.
    ///
    /// **Errors**: RuntimeError for complex tensors.
    minimum(input: T, other: T) MINIMUM "MinimumBackward0": Same,
        cpu |op, dt| with_dtype!(op, dt, wide_real, T => Ok(zip(|a: T, b: T| if Real::is_nan(a) || a < b { a } else { b }))),
        wgsl "min(a, b)",
        grad (AB, AB) |s, g, want| extremum(s, g, want, |a, b| a.lt(b));
    /// The larger of two elements; a nan loses against a number.
    fmax(input: T, other: T) FMAX "FmaxBackward0": Same,
        cpu |op, dt| with_dtype!(op, dt, wide_real, T => Ok(zip(|a: T, b: T| if Real::is_nan(b) || a > b { a } else { b }))),
        grad (AB, AB) |s, g, want| { let (a, b) = both(s)?; one_of(g, want, a.ge(&b)?.logical_or(b.isnan()?)?) };
    /// The smaller of two elements; a nan loses against a number.
    fmin(input: T, other: T) FMIN "FminBackward0": Same,
        cpu |op, dt| with_dtype!(op, dt, wide_real, T => Ok(zip(|a: T, b: T| if Real::is_nan(b) || a < b { a } else { b }))),
        grad (AB, AB) |s, g, want| { let (a, b) = both(s)?; one_of(g, want, a.le(&b)?.logical_or(b.isnan()?)?) };
}

/// The quotient: `true_divide` under its usual name.
pub fn div(input: impl Into<Val>, other: impl Into<Val>) -> Result<Tensor> {
    run_binary(&DIV, input.into(), other.into(), None)
}

impl Tensor {
    /// `self / other`.
    pub fn div(&self, other: impl Into<Val>) -> Result<Tensor> {
        div(self, other)
    }
}

pub const TABLE: Table = &[ALPHA_ROWS, ARITHMETIC];
