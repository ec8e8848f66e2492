//! Sums, differences, products, quotients; the larger and the smaller of two; the negative.

use crate::base::{C64, C128, DType, Elem, Num, Real, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{map, zip, zip3};
use crate::kernels::cpu::elementwise::clib::{divide, divide64};
use crate::ops::elementwise::kind::binary::{
    BinaryDef, binary, binary_in_place, conj_val, names, run_binary,
};
use crate::ops::elementwise::kind::gpu::wgsl;
use crate::ops::elementwise::kind::grad::slopes;
use crate::ops::elementwise::kind::unary::unary;
use crate::ops::elementwise::kind::{kernel, takes};
use crate::ops::table::{Table, To, Val};
use crate::rows;
use crate::tensor::{Tensor, Want};

/// The sum with a factor: `input + alpha * other`. Its own row because of `alpha`.
pub static ADD: BinaryDef = BinaryDef {
    name: "add",
    grad_names: names(&["AddBackward0"]),
    kernel: |dt| kernel!(dt, wide, T => zip(|a: T, b: T| Num::add(a, b))),
    kernel3: Some(|dt| kernel!(dt, wide, T => zip3(|a: T, b: T, s: T| Num::add(a, Num::mul(s, b))))),
    wgsl: wgsl!("a + b" complex "a + b"),
    wgsl3: wgsl!("a + s * b" complex "a + c_mul(s, b)"),
    grad: slopes!({ a |g| Ok(g.clone()), b |g, alpha| scaled(g, alpha) }),
    numbers: true,
    ..BinaryDef::EMPTY
};

pub static SUB: BinaryDef = BinaryDef {
    name: "sub",
    grad_names: names(&["SubBackward0"]),
    kernel: |dt| match dt {
        DType::Bool => None,
        _ => kernel!(dt, wide, T => zip(|a: T, b: T| Num::sub(a, b))),
    },
    kernel3: Some(|dt| kernel!(dt, wide, T => zip3(|a: T, b: T, s: T| Num::sub(a, Num::mul(s, b))))),
    takes: takes!(not Bool Runtime "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead."),
    wgsl: wgsl!("a - b" complex "a - b"),
    wgsl3: wgsl!("a - s * b" complex "a - c_mul(s, b)"),
    grad: slopes!({ a |g| Ok(g.clone()), b |g, alpha| scaled(&g.neg()?, alpha) }),
    numbers: true,
    ..BinaryDef::EMPTY
};

/// `other - alpha * input`: subtraction with the operands exchanged.
pub static RSUB: BinaryDef = BinaryDef {
    name: "rsub",
    grad_names: names(&["RsubBackward0", "RsubBackward1", "RsubBackward1"]),
    kernel: |dt| kernel!(dt, wide, T => zip(|a: T, b: T| Num::sub(b, a))),
    kernel3: Some(|dt| kernel!(dt, wide, T => zip3(|a: T, b: T, s: T| Num::sub(b, Num::mul(s, a))))),
    wgsl: wgsl!("b - a" complex "b - a"),
    wgsl3: wgsl!("b - s * a" complex "b - c_mul(s, a)"),
    grad: slopes!({ a |g, alpha| scaled(&g.neg()?, alpha), b |g| Ok(g.clone()) }),
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

/// Refuses bools, then subtracts.
fn subtract_to(to: To, input: Val, other: Val, alpha: Scalar) -> Result<Tensor> {
    refuse_bool([&input, &other])?;
    to.binary(&SUB, input, other, Some(alpha))
}

rows! { SUMS:
    /// `input + alpha * other`, broadcasting both.
    ///
    /// Args: alpha: a factor for `other`; must be integral where the result is.
    /// **Shape**: broadcast of both.
    /// **Errors**: RuntimeError if shapes do not broadcast.
    ///
    /// ```text
    /// >>> torch.add(torch.tensor([1, 2]), 10)
    /// tensor([11, 12])
    /// >>> torch.add(torch.tensor([1, 2]), torch.tensor([3, 4]), alpha=2)
    /// tensor([ 7, 10])
    /// ```
    [Torch, Method] + in place out Promote
        fn add_vals = "add"(input: Val, other: Val; alpha: Scalar = Scalar::Int(1)) -> Tensor |to| {
        to.binary(&ADD, input, other, Some(alpha))
    }
    /// `input - alpha * other`, broadcasting both.
    ///
    /// **Errors**: RuntimeError for bool tensors and shapes that do not broadcast.
    ///
    /// ```text
    /// >>> torch.sub(torch.tensor([5, 7]), torch.tensor([1, 2]), alpha=2)
    /// tensor([3, 3])
    /// ```
    [Torch, Method] + in place out Promote
        fn sub_vals = "sub"(input: Val, other: Val; alpha: Scalar = Scalar::Int(1)) -> Tensor |to| {
        subtract_to(to, input, other, alpha)
    }
    /// Alias of `sub`.
    ///
    /// ```text
    /// >>> torch.subtract(torch.tensor([5, 7]), 1)
    /// tensor([4, 6])
    /// ```
    [Torch, Method] + in place out Promote
        fn subtract(input: Val, other: Val; alpha: Scalar = Scalar::Int(1)) -> Tensor |to| {
        subtract_to(to, input, other, alpha)
    }
    /// `other - alpha * input`, broadcasting both.
    ///
    /// ```text
    /// >>> torch.rsub(torch.tensor([1, 2]), 10)
    /// tensor([9, 8])
    /// ```
    [Torch, Method] out Promote fn rsub_vals = "rsub"(input: Val, other: Val; alpha: Scalar = Scalar::Int(1)) -> Tensor {
        rsub(input, other, alpha)
    }
}

fn scaled(g: &Tensor, alpha: Option<Scalar>) -> Result<Tensor> {
    match alpha {
        None => Ok(g.clone()),
        Some(Scalar::Complex(c)) => g.mul(Scalar::Complex(c.conj())),
        Some(s) => g.mul(s),
    }
}

/// Gradients of a maximum or minimum: to the winner; ties share it.
fn extremum(
    g: &Tensor,
    want: Want,
    a: &Tensor,
    b: &Tensor,
    wins: fn(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<[Option<Tensor>; 2]> {
    let tie = a.eq(b)?;
    let shared = tie.choose(g.div(2i64)?, g)?;
    Ok([
        want.then(0, || wins(b, a)?.choose(0i64, &shared))?,
        want.then(1, || wins(a, b)?.choose(0i64, &shared))?,
    ])
}

/// Gradients of `fmax` and `fmin`: `first` says where the first operand was taken.
fn one_of(g: &Tensor, want: Want, first: Tensor) -> Result<[Option<Tensor>; 2]> {
    Ok([want.then(0, || first.choose(g, 0i64))?, want.then(1, || first.choose(0i64, g))?])
}

binary! { ARITHMETIC:
    /// The product of two tensors, broadcasting both.
    ///
    /// **Shape**: broadcast of both.
    ///
    /// ```text
    /// >>> torch.mul(torch.tensor([1, 2]), torch.tensor([[10], [20]]))
    /// tensor([[10, 20],
    ///         [20, 40]])
    /// ```
    mul(input: V, other: V) MUL "MulBackward0" also ["multiply"]: Same,
        cpu |dt| kernel!(dt, wide, T => zip(|a: T, b: T| Num::mul(a, b))),
        numbers true,
        wide true,
        stored DType::is_integral,
        wgsl "a * b" complex "c_mul(a, b)",
        grad { a |g, b: Val| g.mul(conj_val(b)?), b |g, a: Val| g.mul(conj_val(a)?) };
    /// The quotient of two tensors, broadcasting both; integers divide as floats.
    ///
    /// ```text
    /// >>> torch.true_divide(torch.tensor([1, 2]), 2)
    /// tensor([0.5000, 1.0000])
    /// ```
    true_divide(input: V, other: V) DIV "DivBackward0": Float,
        cpu |dt| match dt {
            DType::F32 => Some(zip(|a: f32, b: f32| a / b)),
            DType::F64 => Some(zip(|a: f64, b: f64| a / b)),
            DType::C64 => Some(zip(|a: C64, b: C64| divide64(a, b))),
            DType::C128 => Some(zip(|a: C128, b: C128| divide(a, b))),
            _ => None,
        },
        takes (name "div"),
        numbers true,
        wide true,
        wgsl "a / b" complex "c_div(a, b)",
        grad {
            a |g, b: Val| g.div(conj_val(b)?),
            b |g, a: Val, b: Val| {
                let b = conj_val(b)?;
                g.div(&b)?.neg()?.mul(true_divide(conj_val(a)?, b)?)
            },
        };
    /// The larger of two elements; nan if either is nan.
    ///
    /// **Errors**: RuntimeError for complex tensors.
    ///
    /// ```text
    /// >>> torch.maximum(torch.tensor([1, 5]), torch.tensor([3, 2]))
    /// tensor([3, 5])
    /// ```
    maximum(input: T, other: T) MAXIMUM "MaximumBackward0": Same,
        cpu |dt| kernel!(dt, wide_real, T => zip(|a: T, b: T| if Real::is_nan(a) || a > b { a } else { b })),
        takes (not Complex Runtime "maximum not implemented for complex tensors."),
        wgsl "max_nan(a, b)" int "max(a, b)",
        grad { joint |g, want, a, b| extremum(g, want, &a, &b, |a, b| a.gt(b)) };
    /// The smaller of two elements; nan if either is nan.
    ///
    /// **Errors**: RuntimeError for complex tensors.
    ///
    /// ```text
    /// >>> torch.minimum(torch.tensor([1, 5]), torch.tensor([3, 2]))
    /// tensor([1, 2])
    /// ```
    minimum(input: T, other: T) MINIMUM "MinimumBackward0": Same,
        cpu |dt| kernel!(dt, wide_real, T => zip(|a: T, b: T| if Real::is_nan(a) || a < b { a } else { b })),
        takes (not Complex Runtime "minimum not implemented for complex tensors."),
        wgsl "min_nan(a, b)" int "min(a, b)",
        grad { joint |g, want, a, b| extremum(g, want, &a, &b, |a, b| a.lt(b)) };
    /// The larger of two elements; a nan loses against a number.
    ///
    /// ```text
    /// >>> torch.fmax(torch.tensor([1.0, float("nan")]), torch.tensor([2.0, 3.0]))
    /// tensor([2., 3.])
    /// ```
    fmax(input: T, other: T) FMAX "FmaxBackward0": Same,
        cpu |dt| kernel!(dt, wide_real, T => zip(|a: T, b: T| if Real::is_nan(b) || a > b { a } else { b })),
        takes (not Complex Runtime "fmax not implemented for complex tensors."),
        wgsl "select(select(b, a, a > b), a, is_nan(b))" int "max(a, b)",
        grad { joint |g, want, a, b| one_of(g, want, a.ge(&b)?.logical_or(b.isnan()?)?) };
    /// The smaller of two elements; a nan loses against a number.
    ///
    /// ```text
    /// >>> torch.fmin(torch.tensor([1.0, float("nan")]), torch.tensor([2.0, 3.0]))
    /// tensor([1., 3.])
    /// ```
    fmin(input: T, other: T) FMIN "FminBackward0": Same,
        cpu |dt| kernel!(dt, wide_real, T => zip(|a: T, b: T| if Real::is_nan(b) || a < b { a } else { b })),
        takes (not Complex Runtime "fmin not implemented for complex tensors."),
        wgsl "select(select(b, a, a < b), a, is_nan(b))" int "min(a, b)",
        grad { joint |g, want, a, b| one_of(g, want, a.le(&b)?.logical_or(b.isnan()?)?) };
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

unary! { NEGATIVE:
    /// The negative of every element.
    ///
    /// Errors: RuntimeError for bool tensors.
    ///
    /// ```text
    /// >>> torch.neg(torch.tensor([1, -2]))
    /// tensor([-1,  2])
    /// ```
    neg "NegBackward0" also ["negative"]: Same,
        cpu |dt| match dt {
            DType::Bool => None,
            // a bit turned
            DType::F16 | DType::BF16 => Some(map(|x: i16| x ^ i16::MIN)),
            _ => kernel!(dt, wide, T => map(|x: T| Neg::neg_of(x))),
        },
        takes (not Bool Runtime "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."),
        wgsl "-x" int "0 - x" complex "-x",
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

pub const TABLE: Table = &[SUMS, ARITHMETIC, NEGATIVE];
