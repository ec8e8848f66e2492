//! Elementwise helpers and indexed access that formulas of reductions use.

use super::elementwise::{BinaryDef, Rule, Unary, UnaryDef, binary};
use super::op::{Saves, apply};
use super::table::Val;
use crate::base::{DType, Scalar};
use crate::error::{Error, Result};
use crate::kernels::cpu::block::{map, zip};
use crate::tensor::Tensor;
use crate::with_dtype;

static EQ: BinaryDef = BinaryDef {
    name: "eq",
    grad_name: "EqBackward0",
    rule: Rule::Compare,
    kernel: |dt| with_dtype!("eq", dt, wide, T => Ok(zip(|a: T, b: T| a == b))),
    kernel3: None,
    saves: [0, 0],
    grad: |_, _, _| Ok([None, None]),
};

pub fn eq(a: &Tensor, b: impl Into<Val>) -> Result<Tensor> {
    binary(&EQ, Val::T(a.clone()), b.into(), None)
}

static NOT_NAN: UnaryDef = UnaryDef {
    name: "isfinite",
    grad_name: "NotNanBackward0",
    rule: Rule::Compare,
    #[allow(clippy::eq_op)]
    kernel: |dt| with_dtype!("isnan", dt, wide, T => Ok(map(|a: T| a == a))),
    saves: Saves::NOTHING,
    grad: |g, _| Ok(g.clone()),
};

/// Where an element is a number.
pub fn not_nan(x: &Tensor) -> Result<Tensor> {
    apply(Unary(&NOT_NAN), &[&x.detach()])
}

/// `g` where `x` is a number, else zero.
pub fn where_not_nan(g: &Tensor, x: &Tensor) -> Result<Tensor> {
    g.mul(not_nan(x)?)
}

pub static SQRT: UnaryDef = UnaryDef {
    name: "sqrt",
    grad_name: "SqrtBackward0",
    rule: Rule::Float,
    kernel: |dt| match dt {
        DType::F32 => Ok(map(|x: f32| x.sqrt())),
        DType::F64 => Ok(map(|x: f64| x.sqrt())),
        DType::C64 => Ok(map(|x: crate::base::C64| x.sqrt())),
        DType::C128 => Ok(map(|x: crate::base::C128| x.sqrt())),
        d => Err(Error::no_dtype("sqrt", d, "floats")),
    },
    saves: Saves::OUTPUT,
    grad: |g, cx| g.div(super::unary::conj_of(&cx.output(0)?)?.mul(2.0)?),
};

pub fn sqrt(x: &Tensor) -> Result<Tensor> {
    apply(Unary(&SQRT), &[x])
}

static ABS: UnaryDef = UnaryDef {
    name: "abs",
    grad_name: "AbsBackward0",
    rule: Rule::Real,
    kernel: |dt| match dt {
        DType::F32 => Ok(map(|x: f32| x.abs())),
        DType::F64 => Ok(map(|x: f64| x.abs())),
        DType::C64 => Ok(map(|x: crate::base::C64| x.norm())),
        DType::C128 => Ok(map(|x: crate::base::C128| x.norm())),
        d => Err(Error::no_dtype("abs", d, "floats")),
    },
    saves: Saves::INPUT,
    grad: |g, cx| g.mul(sgn(&cx.input(0)?)?),
};

pub fn abs(x: &Tensor) -> Result<Tensor> {
    apply(Unary(&ABS), &[x])
}

static SIGN: UnaryDef = UnaryDef {
    name: "sgn",
    grad_name: "SgnBackward0",
    rule: Rule::Same,
    kernel: |dt| match dt {
        DType::F32 => Ok(map(|x: f32| if x == 0.0 || x != x { x } else { x.signum() })),
        DType::F64 => Ok(map(|x: f64| if x == 0.0 || x != x { x } else { x.signum() })),
        DType::C64 => Ok(map(|x: crate::base::C64| if x.norm() == 0.0 { x } else { x / x.norm() })),
        DType::C128 => Ok(map(|x: crate::base::C128| if x.norm() == 0.0 { x } else { x / x.norm() })),
        d => Err(Error::no_dtype("sgn", d, "floats")),
    },
    saves: Saves::INPUT,
    grad: |g, _| g.mul(0.0),
};

pub fn sgn(x: &Tensor) -> Result<Tensor> {
    apply(Unary(&SIGN), &[x])
}

static POW: BinaryDef = BinaryDef {
    name: "pow",
    grad_name: "PowBackward0",
    rule: Rule::Same,
    kernel: |dt| match dt {
        DType::F32 => Ok(zip(|a: f32, b: f32| a.powf(b))),
        DType::F64 => Ok(zip(|a: f64, b: f64| a.powf(b))),
        d => Err(Error::no_dtype("pow", d, "floats")),
    },
    kernel3: None,
    saves: [3, 0],
    grad: |s, g, _| {
        let (a, Val::S(p)) = (s.cx.input(0)?, s.b()?) else { return Ok([None, None]) };
        let p = p.to_f64();
        Ok([Some(if p == 0.0 { g.mul(0.0)? } else { g.mul(pow(&a, p - 1.0)?.mul(p)?)? }), None])
    },
};

pub fn pow(x: &Tensor, p: f64) -> Result<Tensor> {
    binary(&POW, Val::T(x.clone()), Val::S(Scalar::Float(p)), None)
}

/// `x` with a number where the mask holds.
pub fn masked(x: &Tensor, mask: &Tensor, value: f64) -> Result<Tensor> {
    super::mask::masked_fill(x, mask, Val::S(Scalar::Float(value)))
}

/// Elements of `x` at positions along an axis.
pub fn gather(x: &Tensor, axis: usize, index: &Tensor) -> Result<Tensor> {
    super::gather::gather(x, axis as i64, index, false)
}

/// `x` with the elements of `src` added at positions along an axis.
pub fn scatter_add(x: &Tensor, axis: usize, index: &Tensor, src: &Tensor) -> Result<Tensor> {
    super::gather::scatter_add(x, axis as i64, index, src)
}
