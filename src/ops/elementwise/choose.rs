//! Elementwise ops of three operands: choosing, clamping, interpolating, products added on.

use super::arithmetic::{conj_val, mul};
use super::kind::Rule;
use crate::base::{C64, C128, DType, Num, Real, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{PointFn, point2, point3, point4 as quad};
use crate::ops::elementwise::kind::nary::{NO, OPERANDS, PointDef, point_val, point_val_in_place};
use crate::ops::table::{Ret, Table, Val};
use crate::tensor::Tensor;
use crate::{bail, ensure, rows, with_dtype};

const A: u8 = 1;
const B: u8 = 2;
const C: u8 = 4;

/// The error of a clamp without bounds.
const NO_BOUNDS: &str = "torch.clamp: At least one of 'min' or 'max' must not be None";

static WHERE: PointDef = PointDef {
    name: "where",
    grad_name: "WhereBackward0",
    rule: Rule::Same,
    masked: true,
    kernel: |dt| -> Result<PointFn> {
        with_dtype!("where", dt, wide, T => Ok(point3(|m: bool, a: T, b: T, _| if m { a } else { b })))
    },
    saves: [0, A, A, 0],
    grad: |s, g, want| {
        let m = s.tensor(0)?;
        Ok([None, want.then(1, || m.choose(g, 0i64))?, want.then(2, || m.choose(0i64, g))?, None])
    },
};

impl Tensor {
    /// `input` where the condition holds, else `other`. Two numbers take the dtype they would have as tensors.
    pub fn choose(&self, input: impl Into<Val>, other: impl Into<Val>) -> Result<Tensor> {
        let condition = match self.dtype() {
            DType::Bool => self.clone(),
            DType::U8 => self.cast(DType::Bool)?,
            d => bail!(
                Runtime,
                "where expected condition to be a boolean tensor, but got a tensor with dtype {}",
                d.scalar_name()
            ),
        };
        let (a, b) = (input.into(), other.into());
        point_val(&WHERE, WHERE.grad_name, &[Val::T(condition), a, b], NO)
    }
    /// Elements brought into `[min, max]`; either bound may be missing.
    pub fn clamp(&self, min: Option<Val>, max: Option<Val>) -> Result<Tensor> {
        let (def, operands, node) = bounded(self, min, max)?;
        point_val(def, node, &operands, NO)
    }
    /// As [`clamp`], in place.
    pub fn clamp_in_place(&self, min: Option<Val>, max: Option<Val>) -> Result<()> {
        let (def, operands, node) = bounded(self, min, max)?;
        point_val_in_place(def, node, &operands, NO)
    }
}

static CLAMP: PointDef = PointDef {
    name: "clamp",
    grad_name: "ClampBackward0",
    rule: Rule::Same,
    masked: false,
    kernel: |dt| -> Result<PointFn> {
        ensure!(dt != DType::Bool, NotImplemented, "\"clamp\" not implemented for 'Bool'");
        with_dtype!("clamp", dt, wide_real, T => Ok(point3(|x: T, lo: T, hi: T, _| {
            let v = if x < lo || Real::is_nan(lo) { lo } else { x };
            if v > hi || Real::is_nan(hi) { hi } else { v }
        })))
    },
    saves: [A | B | C, A | B | C, A | B | C, 0],
    grad: |s, g, want| {
        let (x, lo, hi) = (s.tensor(0)?, s.val(1)?, s.val(2)?);
        // bounds that cross leave the upper one
        let crossed = |yes: bool| -> Result<Option<Tensor>> {
            Ok(match (&lo, &hi) {
                (Val::T(lo), hi) if yes => Some(lo.lt(hi)?),
                (Val::T(lo), hi) => Some(lo.gt(hi)?),
                _ => None,
            })
        };
        Ok([
            want.then(0, || g.keep(&x.ge(&lo)?.logical_and(x.le(&hi)?)?))?,
            want.then(1, || {
                let below = x.lt(&lo)?;
                g.keep(&match crossed(true)? {
                    Some(c) => below.logical_and(c)?,
                    None => below,
                })
            })?,
            want.then(2, || {
                let above = x.gt(&hi)?;
                g.keep(&match crossed(false)? {
                    Some(c) => above.logical_or(c)?,
                    None => above,
                })
            })?,
            None,
        ])
    },
};

static CLAMP_MIN: PointDef = PointDef {
    name: "clamp_min",
    grad_name: "ClampMinBackward1",
    rule: Rule::Same,
    masked: false,
    kernel: |dt| -> Result<PointFn> {
        with_dtype!("clamp_min", dt, wide_real, T => Ok(point2(|x: T, lo: T, _| if x < lo || Real::is_nan(lo) { lo } else { x })))
    },
    saves: [A | B, A | B, 0, 0],
    grad: |s, g, want| {
        let (x, lo) = (s.tensor(0)?, s.val(1)?);
        Ok([want.then(0, || g.keep(&x.ge(&lo)?))?, want.then(1, || g.keep(&x.lt(&lo)?))?, None, None])
    },
};

static CLAMP_MAX: PointDef = PointDef {
    name: "clamp_max",
    grad_name: "ClampMaxBackward1",
    rule: Rule::Same,
    masked: false,
    kernel: |dt| -> Result<PointFn> {
        with_dtype!("clamp_max", dt, wide_real, T => Ok(point2(|x: T, hi: T, _| if x > hi || Real::is_nan(hi) { hi } else { x })))
    },
    saves: [A | B, A | B, 0, 0],
    grad: |s, g, want| {
        let (x, hi) = (s.tensor(0)?, s.val(1)?);
        Ok([want.then(0, || g.keep(&x.le(&hi)?))?, want.then(1, || g.keep(&x.gt(&hi)?))?, None, None])
    },
};

/// A clamp as a row, its operands and the name of its node.
type Bounded = (&'static PointDef, smallvec::SmallVec<[Val; OPERANDS]>, &'static str);

fn bounded(input: &Tensor, min: Option<Val>, max: Option<Val>) -> Result<Bounded> {
    let tensors = [&min, &max].into_iter().flatten().any(|v| matches!(v, Val::T(_)));
    let node = if tensors { "ClampBackward0" } else { "ClampBackward1" };
    let x = Val::T(input.clone());
    for v in [&min, &max].into_iter().flatten() {
        check_bound(v, input)?;
    }
    Ok(match (min, max) {
        (Some(lo), Some(hi)) => (&CLAMP, smallvec::smallvec![x, lo, hi], node),
        (Some(lo), None) => (&CLAMP_MIN, smallvec::smallvec![x, lo], node),
        (None, Some(hi)) => (&CLAMP_MAX, smallvec::smallvec![x, hi], node),
        (None, None) => bail!(Runtime, "{NO_BOUNDS}"),
    })
}

/// A number as a bound: bools have none, and it must be one the dtype of an integer tensor can hold.
fn check_bound(v: &Val, x: &Tensor) -> Result<()> {
    ensure!(
        !(matches!(v, Val::S(Scalar::Bool(_))) && x.dtype() == DType::Bool),
        NotImplemented,
        "\"clamp\" not implemented for 'Bool'"
    );
    check_fits(v, x)
}

/// A whole number must be one the dtype of an integer tensor can hold.
pub fn check_fits(v: &Val, x: &Tensor) -> Result<()> {
    let (Val::S(Scalar::Int(i)), false) = (v, x.dtype().is_differentiable()) else { return Ok(()) };
    let (low, high, name) = match x.dtype() {
        DType::U8 => (0, 255, "uint8_t"),
        DType::I8 => (-128, 127, "int8_t"),
        DType::I16 => (-32768, 32767, "int16_t"),
        DType::I32 => (i32::MIN as i64, i32::MAX as i64, "int"),
        _ => return Ok(()),
    };
    // a negative number wraps into an unsigned type
    ensure!(
        *i <= high && (*i >= low || low == 0 && *i >= -high),
        Runtime,
        "value cannot be converted to type {name} without overflow"
    );
    Ok(())
}

fn min_node(bound: &Val) -> &'static str {
    if matches!(bound, Val::T(_)) { "ClampMinBackward1" } else { "ClampMinBackward0" }
}
fn max_node(bound: &Val) -> &'static str {
    if matches!(bound, Val::T(_)) { "ClampMaxBackward1" } else { "ClampMaxBackward0" }
}

static LERP: PointDef = PointDef {
    name: "lerp",
    grad_name: "LerpBackward1",
    rule: Rule::Same,
    masked: false,
    kernel: |dt| -> Result<PointFn> {
        match dt {
            DType::F32 => Ok(point3(
                |a: f32, b: f32, w: f32, _| {
                    if w.abs() < 0.5 { a + w * (b - a) } else { b - (b - a) * (1.0 - w) }
                },
            )),
            DType::F64 => Ok(point3(
                |a: f64, b: f64, w: f64, _| {
                    if w.abs() < 0.5 { a + w * (b - a) } else { b - (b - a) * (1.0 - w) }
                },
            )),
            DType::C64 => {
                Ok(point3(
                    |a: C64, b: C64, w: C64, _| {
                        if w.norm_sqr() < 0.25 { a + w * (b - a) } else { b - (b - a) * (-w + 1.0) }
                    },
                ))
            }
            DType::C128 => {
                Ok(point3(
                    |a: C128, b: C128, w: C128, _| {
                        if w.norm_sqr() < 0.25 { a + w * (b - a) } else { b - (b - a) * (-w + 1.0) }
                    },
                ))
            }
            d => Err(crate::error::Error::no_dtype("lerp", d, "floating and complex dtypes")),
        }
    },
    saves: [C, C, A | B, 0],
    grad: |s, g, want| {
        Ok([
            want.then(0, || {
                let w = conj_val(s.val(2)?)?;
                g.mul(one_minus(w)?)
            })?,
            want.then(1, || g.mul(conj_val(s.val(2)?)?))?,
            want.then(2, || g.mul(s.tensor(1)?.sub(s.tensor(0)?)?.conj()?))?,
            None,
        ])
    },
};

fn one_minus(v: Val) -> Result<Val> {
    Ok(match v {
        Val::T(t) => Val::T(t.rsub(1i64)?),
        Val::S(Scalar::Complex(c)) => Val::S(Scalar::Complex(C128::new(1.0, 0.0) - c)),
        Val::S(s) => Val::S(Scalar::Float(1.0 - s.to_f64())),
    })
}

fn lerp_check(input: &Tensor, end: &Tensor, weight: &Val) -> Result<&'static str> {
    ensure!(
        input.dtype() == end.dtype(),
        Runtime,
        "expected dtype {} for `end` but got dtype {}",
        input.dtype().c_name(),
        end.dtype().c_name()
    );
    ensure!(
        input.dtype().is_differentiable(),
        NotImplemented,
        "\"lerp_kernel_scalar\" not implemented for '{}'",
        input.dtype().scalar_name()
    );
    if let Val::T(w) = weight {
        ensure!(
            input.dtype() == w.dtype(),
            Runtime,
            "expected dtype {} for `weight` but got dtype {}",
            input.dtype().c_name(),
            w.dtype().c_name()
        );
        return Ok("LerpBackward1");
    }
    Ok("LerpBackward0")
}

static ADDCMUL: PointDef = PointDef {
    name: "addcmul",
    grad_name: "AddcmulBackward0",
    rule: Rule::Same,
    masked: false,
    kernel: |dt| -> Result<PointFn> {
        ensure!(dt != DType::Bool, NotImplemented, "\"addcmul_cpu_out\" not implemented for 'Bool'");
        with_dtype!("addcmul", dt, wide, T => Ok(quad(|x: T, a: T, b: T, v: T| Num::add(x, Num::mul(v, Num::mul(a, b))))))
    },
    saves: [0, C, B, 0],
    grad: |s, g, want| {
        let v = conj_val(s.val(3)?)?;
        Ok([
            want.then(0, || Ok(g.clone()))?,
            want.then(1, || g.mul(mul(conj_val(s.val(2)?)?, v.clone())?))?,
            want.then(2, || g.mul(mul(conj_val(s.val(1)?)?, v.clone())?))?,
            None,
        ])
    },
};

static ADDCDIV: PointDef = PointDef {
    name: "addcdiv",
    grad_name: "AddcdivBackward0",
    rule: Rule::Same,
    masked: false,
    kernel: |dt| -> Result<PointFn> {
        match dt {
            DType::F32 => Ok(quad(|x: f32, a: f32, b: f32, v: f32| x + v * a / b)),
            DType::F64 => Ok(quad(|x: f64, a: f64, b: f64, v: f64| x + v * a / b)),
            DType::C64 => {
                Ok(quad(|x: C64, a: C64, b: C64, v: C64| x + super::arithmetic::divide64(v * a, b)))
            }
            DType::C128 => {
                Ok(quad(|x: C128, a: C128, b: C128, v: C128| x + super::arithmetic::divide(v * a, b)))
            }
            d => Err(crate::error::Error::no_dtype("addcdiv", d, "floating and complex dtypes")),
        }
    },
    saves: [0, C, B | C, 0],
    grad: |s, g, want| {
        let v = conj_val(s.val(3)?)?;
        let b = || conj_val(s.val(2)?);
        Ok([
            want.then(0, || Ok(g.clone()))?,
            want.then(1, || g.mul(super::arithmetic::true_divide(v.clone(), b()?)?))?,
            want.then(2, || {
                let a = conj_val(s.val(1)?)?;
                let b = b()?;
                g.neg()?.mul(mul(a, v.clone())?.div(mul(b.clone(), b)?)?)
            })?,
            None,
        ])
    },
};

fn with_value(input: &Tensor, a: &Tensor, b: &Tensor, value: Scalar) -> [Val; 4] {
    [input.into(), a.into(), b.into(), Val::S(value)]
}

fn addcdiv_check(input: &Tensor, a: &Tensor, b: &Tensor) -> Result<()> {
    ensure!(
        !(a.dtype().is_integral() && b.dtype().is_integral()),
        Runtime,
        "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes."
    );
    let _ = input;
    Ok(())
}

rows! { CHOOSE:
    /// Elements of `input` where `condition` holds, of `other` elsewhere; all three broadcast.
    ///
    /// Args: condition: bool tensor. input, other: tensors or numbers.
    /// **Errors**: RuntimeError if the condition is not bool.
    [Torch] fn where_ = "where"(condition: &Tensor, input: Val, other: Val) -> Tensor {
        if let (Val::S(a), Val::S(b)) = (&input, &other) {
            let default = crate::base::promote::default_dtype();
            let dtype = crate::base::promote::promote(a.dtype(default), b.dtype(default));
            let a = crate::ops::create::copy::full(&[], *a, dtype, condition.device())?;
            return condition.choose(a, *b);
        }
        condition.choose(input, other)
    }
    /// The indices of elements that are not zero, one tensor an axis.
    [Torch] fn where_nonzero = "where"(condition: &Tensor) -> Ret { condition.nonzero(true) }
    /// `self` where `condition` holds, else `other`.
    [Method] fn where_of = "where"(input: &Tensor, condition: &Tensor, other: Val) -> Tensor {
        condition.choose(input, other)
    }
    /// Elements brought into `[min, max]`: numbers as bounds, of which one may be missing. If `min` exceeds `max`
    /// the result is `max`.
    [Torch, Method] fn clamp_numbers = "clamp"(input: &Tensor, min: Option<Scalar> = None, max: Option<Scalar> = None) -> Tensor {
        input.clamp(min.map(Val::S), max.map(Val::S))
    }
    /// Elements brought into `[min, max]`: tensors as bounds, broadcast with `input`.
    [Torch, Method] fn clamp_tensors = "clamp"(input: &Tensor, min: Option<&Tensor> = None, max: Option<&Tensor> = None) -> Tensor {
        input.clamp(min.map(Val::from), max.map(Val::from))
    }
    /// `clamp` in place.
    [InPlace] fn clamp_numbers_ = "clamp_"(input: &Tensor, min: Option<Scalar> = None, max: Option<Scalar> = None) -> () {
        input.clamp_in_place(min.map(Val::S), max.map(Val::S))
    }
    /// `clamp` in place, with tensors as bounds.
    [InPlace] fn clamp_tensors_ = "clamp_"(input: &Tensor, min: Option<&Tensor> = None, max: Option<&Tensor> = None) -> () {
        input.clamp_in_place(min.map(Val::from), max.map(Val::from))
    }
    /// Alias of `clamp`.
    [Torch, Method] fn clip_numbers = "clip"(input: &Tensor, min: Option<Scalar> = None, max: Option<Scalar> = None) -> Tensor {
        input.clamp(min.map(Val::S), max.map(Val::S))
    }
    /// Alias of `clamp`.
    [Torch, Method] fn clip_tensors = "clip"(input: &Tensor, min: Option<&Tensor> = None, max: Option<&Tensor> = None) -> Tensor {
        input.clamp(min.map(Val::from), max.map(Val::from))
    }
    /// Alias of `clamp_`.
    [InPlace] fn clip_numbers_ = "clip_"(input: &Tensor, min: Option<Scalar> = None, max: Option<Scalar> = None) -> () {
        input.clamp_in_place(min.map(Val::S), max.map(Val::S))
    }
    /// Alias of `clamp_`.
    [InPlace] fn clip_tensors_ = "clip_"(input: &Tensor, min: Option<&Tensor> = None, max: Option<&Tensor> = None) -> () {
        input.clamp_in_place(min.map(Val::from), max.map(Val::from))
    }
    /// Elements not less than `min` (a number or a tensor).
    [Torch, Method] fn clamp_min_row = "clamp_min"(input: &Tensor, min: Val) -> Tensor {
        check_bound(&min, input)?;
        point_val(&CLAMP_MIN, min_node(&min), &[input.into(), min], NO)
    }
    /// `clamp_min` in place.
    [InPlace] fn clamp_min_(input: &Tensor, min: Val) -> () {
        check_bound(&min, input)?;
        point_val_in_place(&CLAMP_MIN, min_node(&min), &[input.into(), min], NO)
    }
    /// Elements not greater than `max` (a number or a tensor).
    [Torch, Method] fn clamp_max_row = "clamp_max"(input: &Tensor, max: Val) -> Tensor {
        check_bound(&max, input)?;
        point_val(&CLAMP_MAX, max_node(&max), &[input.into(), max], NO)
    }
    /// `clamp_max` in place.
    [InPlace] fn clamp_max_(input: &Tensor, max: Val) -> () {
        check_bound(&max, input)?;
        point_val_in_place(&CLAMP_MAX, max_node(&max), &[input.into(), max], NO)
    }
    /// `input + weight * (end - input)`; `weight` is a number or a tensor.
    ///
    /// **Errors**: RuntimeError unless all dtypes agree.
    [Torch, Method] fn lerp(input: &Tensor, end: &Tensor, weight: Val) -> Tensor {
        let node = lerp_check(input, end, &weight)?;
        point_val(&LERP, node, &[input.into(), end.into(), weight], NO)
    }
    /// `lerp` in place.
    [InPlace] fn lerp_(input: &Tensor, end: &Tensor, weight: Val) -> () {
        let node = lerp_check(input, end, &weight)?;
        point_val_in_place(&LERP, node, &[input.into(), end.into(), weight], NO)
    }
    /// `input + value * tensor1 * tensor2`, broadcasting.
    [Torch, Method] fn addcmul(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor; value: Scalar = Scalar::Int(1)) -> Tensor {
        point_val(&ADDCMUL, ADDCMUL.grad_name, &with_value(input, tensor1, tensor2, value), NO)
    }
    /// `addcmul` in place.
    [InPlace] fn addcmul_(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor; value: Scalar = Scalar::Int(1)) -> () {
        point_val_in_place(&ADDCMUL, ADDCMUL.grad_name, &with_value(input, tensor1, tensor2, value), NO)
    }
    /// `input + value * tensor1 / tensor2`, broadcasting.
    ///
    /// **Errors**: RuntimeError for a quotient of integers.
    [Torch, Method] fn addcdiv(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor; value: Scalar = Scalar::Int(1)) -> Tensor {
        addcdiv_check(input, tensor1, tensor2)?;
        point_val(&ADDCDIV, ADDCDIV.grad_name, &with_value(input, tensor1, tensor2, value), NO)
    }
    /// `addcdiv` in place.
    [InPlace] fn addcdiv_(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor; value: Scalar = Scalar::Int(1)) -> () {
        addcdiv_check(input, tensor1, tensor2)?;
        point_val_in_place(&ADDCDIV, ADDCDIV.grad_name, &with_value(input, tensor1, tensor2, value), NO)
    }
}

impl Tensor {
    /// Elements not less than `min`.
    pub fn clamp_min(&self, min: impl Into<Val>) -> Result<Tensor> {
        self.clamp_min_row(min.into())
    }
    /// Elements not greater than `max`.
    pub fn clamp_max(&self, max: impl Into<Val>) -> Result<Tensor> {
        self.clamp_max_row(max.into())
    }
}

pub const TABLE: Table = &[CHOOSE];
