//! Elements brought between bounds, and the greater or smaller of two.

use crate::base::{DType, Real, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{PointFn, point2, point3};
use crate::ops::create::convert::check_fits;
use crate::ops::elementwise::choose::{A, B, C};
use crate::ops::elementwise::kind::Rule;
use crate::ops::elementwise::kind::nary::{NO, OPERANDS, PointDef, point_val, point_val_in_place};
use crate::ops::table::{Table, Val};
use crate::tensor::Tensor;
use crate::{bail, ensure, rows, with_dtype};

/// The error of a clamp without bounds.
const NO_BOUNDS: &str = "torch.clamp: At least one of 'min' or 'max' must not be None";

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

fn min_node(bound: &Val) -> &'static str {
    if matches!(bound, Val::T(_)) { "ClampMinBackward1" } else { "ClampMinBackward0" }
}

fn max_node(bound: &Val) -> &'static str {
    if matches!(bound, Val::T(_)) { "ClampMaxBackward1" } else { "ClampMaxBackward0" }
}

impl Tensor {
    /// Elements brought into `[min, max]`; either bound may be missing.
    pub fn clamp(&self, min: Option<Val>, max: Option<Val>) -> Result<Tensor> {
        let (def, operands, node) = bounded(self, min, max)?;
        point_val(def, node, &operands, NO)
    }
    /// As `clamp`, in place.
    pub fn clamp_in_place(&self, min: Option<Val>, max: Option<Val>) -> Result<()> {
        let (def, operands, node) = bounded(self, min, max)?;
        point_val_in_place(def, node, &operands, NO)
    }
    /// Elements not less than `min`.
    pub fn clamp_min(&self, min: impl Into<Val>) -> Result<Tensor> {
        self.clamp_min_row(min.into())
    }
    /// Elements not greater than `max`.
    pub fn clamp_max(&self, max: impl Into<Val>) -> Result<Tensor> {
        self.clamp_max_row(max.into())
    }
}

rows! { BOUND:
    /// Elements brought into `[min, max]`: numbers as bounds, of which one may be missing. If `min` exceeds `max`
    /// the result is `max`.
    [Torch, Method] out Promote fn clamp_numbers = "clamp"(input: &Tensor, min: Option<Scalar> = None, max: Option<Scalar> = None) -> Tensor {
        input.clamp(min.map(Val::S), max.map(Val::S))
    }
    /// Elements brought into `[min, max]`: tensors as bounds, broadcast with `input`.
    [Torch, Method] out Promote fn clamp_tensors = "clamp"(input: &Tensor, min: Option<&Tensor> = None, max: Option<&Tensor> = None) -> Tensor {
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
    [Torch, Method] out Promote fn clip_numbers = "clip"(input: &Tensor, min: Option<Scalar> = None, max: Option<Scalar> = None) -> Tensor {
        input.clamp(min.map(Val::S), max.map(Val::S))
    }
    /// Alias of `clamp`.
    [Torch, Method] out Promote fn clip_tensors = "clip"(input: &Tensor, min: Option<&Tensor> = None, max: Option<&Tensor> = None) -> Tensor {
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
    [Torch, Method] out Promote fn clamp_min_row = "clamp_min"(input: &Tensor, min: Val) -> Tensor {
        check_bound(&min, input)?;
        point_val(&CLAMP_MIN, min_node(&min), &[input.into(), min], NO)
    }
    /// `clamp_min` in place.
    [InPlace] fn clamp_min_(input: &Tensor, min: Val) -> () {
        check_bound(&min, input)?;
        point_val_in_place(&CLAMP_MIN, min_node(&min), &[input.into(), min], NO)
    }
    /// Elements not greater than `max` (a number or a tensor).
    [Torch, Method] out Promote fn clamp_max_row = "clamp_max"(input: &Tensor, max: Val) -> Tensor {
        check_bound(&max, input)?;
        point_val(&CLAMP_MAX, max_node(&max), &[input.into(), max], NO)
    }
    /// `clamp_max` in place.
    [InPlace] fn clamp_max_(input: &Tensor, max: Val) -> () {
        check_bound(&max, input)?;
        point_val_in_place(&CLAMP_MAX, max_node(&max), &[input.into(), max], NO)
    }
}

pub const TABLE: Table = &[BOUND];
