//! Elements brought between bounds.

use crate::base::{DType, Real, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{NO, Params, point1, point2, point3};
use crate::ops::create::convert::check_fits;
use crate::ops::elementwise::kind::kernel;
use crate::ops::elementwise::kind::nary::points;
use crate::ops::table::{Table, To, Val};
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

/// Where bounds that cross leave the upper one: there the lower has no gradient and the upper has all.
fn crossed(lo: &Val, hi: &Val, by: fn(&Tensor, &Val) -> Result<Tensor>) -> Result<Option<Tensor>> {
    match lo {
        Val::T(lo) => by(lo, hi).map(Some),
        Val::S(_) => Ok(None),
    }
}

/// Not less than `lo`; nan if either is. The comparison comes in an order that is one instruction, then the bound's nan.
#[inline(always)]
fn above<T: Real>(x: T, lo: T) -> T {
    let v = if lo > x { lo } else { x };
    if Real::is_nan(lo) { lo } else { v }
}

/// Not greater than `hi`; nan if either is.
#[inline(always)]
fn below<T: Real>(x: T, hi: T) -> T {
    let v = if hi < x { hi } else { x };
    if Real::is_nan(hi) { hi } else { v }
}

/// The kernel of [`WITHIN`].
macro_rules! within {
    ($T:ty) => {
        point1(|x: $T, q| {
            let (lo, hi) = (q[0] as $T, q[1] as $T);
            let v = if lo > x { lo } else { x };
            if hi < v { hi } else { v }
        })
    };
}

fn number(v: f64) -> Val {
    Val::S(Scalar::Float(v))
}

/// Two numbers that bound elements of float32 or float64, neither of them nan.
fn numbers(x: &Tensor, lo: &Val, hi: &Val) -> Option<Params> {
    let of = |v: &Val| match v {
        Val::S(s @ (Scalar::Float(_) | Scalar::Int(_))) => Some(s.to_f64()).filter(|v| !v.is_nan()),
        _ => None,
    };
    let known = matches!(x.dtype(), DType::F32 | DType::F64);
    known.then(|| Some([of(lo)?, of(hi)?, 0.0, 0.0])).flatten()
}

points! {
    CLAMP "clamp" "ClampBackward0": Same,
        cpu |dt| kernel!(dt, numbers, T => point3(|x: T, lo: T, hi: T, _| below(above(x, lo), hi))),
        takes (not Bool NotImplemented "\"clamp\" not implemented for 'Bool'"
            not Complex NotImplemented "clamp is not supported for complex types"),
        wgsl "select(select(min(max(a, b), c), a, is_nan(a)), nan(), is_nan(b) || is_nan(c))" int "min(max(a, b), c)",
        grad {
            a |g, a, b: Val, c: Val| g.keep(&a.ge(&b)?.logical_and(a.le(&c)?)?),
            b |g, a, b: Val, c: Val| {
                let below = a.lt(&b)?;
                g.keep(&match crossed(&b, &c, |lo, hi| lo.lt(hi))? {
                    Some(in_order) => below.logical_and(in_order)?,
                    None => below,
                })
            },
            c |g, a, b: Val, c: Val| {
                let above = a.gt(&c)?;
                g.keep(&match crossed(&b, &c, |lo, hi| lo.gt(hi))? {
                    Some(crossed) => above.logical_or(crossed)?,
                    None => above,
                })
            },
        };
    /// Between two numbers, `q[0]` and `q[1]`, that are not nan: two instructions, and the numbers stay in registers.
    WITHIN "clamp" "ClampBackward1": Same,
        cpu |dt| match dt {
            DType::F32 => Some(within!(f32)),
            DType::F64 => Some(within!(f64)),
            _ => None,
        },
        wgsl "select(min(max(a, p0), p1), a, is_nan(a))",
        grad { a |g, a, q| g.keep(&a.ge(number(q[0]))?.logical_and(a.le(number(q[1]))?)?) };
    CLAMP_MIN "clamp_min" "ClampMinBackward1": Same,
        cpu |dt| kernel!(dt, wide_real, T => point2(|x: T, lo: T, _| above(x, lo))),
        takes (not Complex NotImplemented "clamp is not supported for complex types"),
        wgsl "select(select(max(a, b), a, is_nan(a)), b, is_nan(b))" int "max(a, b)",
        grad { a |g, a, b: Val| g.keep(&a.ge(b)?), b |g, a, b: Val| g.keep(&a.lt(b)?) };
    CLAMP_MAX "clamp_max" "ClampMaxBackward1": Same,
        cpu |dt| kernel!(dt, wide_real, T => point2(|x: T, hi: T, _| below(x, hi))),
        takes (not Complex NotImplemented "clamp is not supported for complex types"),
        wgsl "select(select(min(a, b), a, is_nan(a)), b, is_nan(b))" int "min(a, b)",
        grad { a |g, a, b: Val| g.keep(&a.le(b)?), b |g, a, b: Val| g.keep(&a.gt(b)?) };
}

impl To {
    fn clamp(self, input: &Tensor, min: Option<Val>, max: Option<Val>) -> Result<Tensor> {
        let tensors = [&min, &max].into_iter().flatten().any(|v| matches!(v, Val::T(_)));
        let node = if tensors { "ClampBackward0" } else { "ClampBackward1" };
        for v in [&min, &max].into_iter().flatten() {
            check_bound(v, input)?;
        }
        let x = Val::from(input);
        match (min, max) {
            (Some(lo), Some(hi)) => match numbers(input, &lo, &hi) {
                Some(q) => self.point_val(&WITHIN, node, &[x], q),
                None => self.point_val(&CLAMP, node, &[x, lo, hi], NO),
            },
            (Some(lo), None) => self.point_val(&CLAMP_MIN, node, &[x, lo], NO),
            (None, Some(hi)) => self.point_val(&CLAMP_MAX, node, &[x, hi], NO),
            (None, None) => bail!(Runtime, "torch.clamp: At least one of 'min' or 'max' must not be None"),
        }
    }
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

impl Tensor {
    /// Elements brought into `[min, max]`; either bound may be missing.
    pub fn clamp(&self, min: Option<Val>, max: Option<Val>) -> Result<Tensor> {
        To::New.clamp(self, min, max)
    }
    /// Elements not less than `min`.
    pub fn clamp_min(&self, min: impl Into<Val>) -> Result<Tensor> {
        self.clamp_min_val(min.into())
    }
    /// Elements not greater than `max`.
    pub fn clamp_max(&self, max: impl Into<Val>) -> Result<Tensor> {
        self.clamp_max_val(max.into())
    }
}

rows! { BOUND:
    /// Elements brought into `[min, max]`: numbers as bounds, of which one may be missing. If `min` exceeds `max`
    /// the result is `max`.
    ///
    /// ```text
    /// >>> torch.clamp(torch.tensor([-2, 0, 5]), min=-1, max=3)
    /// tensor([-1,  0,  3])
    /// >>> torch.clamp(torch.tensor([1, 2]), max=torch.tensor([0, 9]))
    /// tensor([0, 2])
    /// ```
    [Torch, Method] + in place out Keep
        fn clamp_numbers = "clamp"(input: &Tensor, min: Option<Scalar> = None, max: Option<Scalar> = None) -> Tensor |to| {
        to.clamp(input, min.map(Val::S), max.map(Val::S))
    }
    /// Elements brought into `[min, max]`: tensors as bounds, broadcast with `input`.
    [Torch, Method] + in place out Promote
        fn clamp_tensors = "clamp"(input: &Tensor, min: Option<&Tensor> = None, max: Option<&Tensor> = None) -> Tensor |to| {
        to.clamp(input, min.map(Val::from), max.map(Val::from))
    }
    /// Alias of `clamp`.
    ///
    /// ```text
    /// >>> torch.clip(torch.tensor([-2, 0, 5]), -1, 3)
    /// tensor([-1,  0,  3])
    /// ```
    [Torch, Method] + in place out Promote
        fn clip_numbers = "clip"(input: &Tensor, min: Option<Scalar> = None, max: Option<Scalar> = None) -> Tensor |to| {
        to.clamp(input, min.map(Val::S), max.map(Val::S))
    }
    /// Alias of `clamp`.
    [Torch, Method] + in place out Promote
        fn clip_tensors = "clip"(input: &Tensor, min: Option<&Tensor> = None, max: Option<&Tensor> = None) -> Tensor |to| {
        to.clamp(input, min.map(Val::from), max.map(Val::from))
    }
    /// Elements not less than `min` (a number or a tensor).
    ///
    /// ```text
    /// >>> torch.clamp_min(torch.tensor([-2, 0, 5]), 0)
    /// tensor([0, 0, 5])
    /// ```
    [Torch, Method] + in place out Promote fn clamp_min_val = "clamp_min"(input: &Tensor, min: Val) -> Tensor |to| {
        check_bound(&min, input)?;
        let node = if matches!(min, Val::T(_)) { "ClampMinBackward1" } else { "ClampMinBackward0" };
        to.point_val(&CLAMP_MIN, node, &[input.into(), min], NO)
    }
    /// Elements not greater than `max` (a number or a tensor).
    ///
    /// ```text
    /// >>> torch.clamp_max(torch.tensor([-2, 0, 5]), 0)
    /// tensor([-2,  0,  0])
    /// ```
    [Torch, Method] + in place out Promote fn clamp_max_val = "clamp_max"(input: &Tensor, max: Val) -> Tensor |to| {
        check_bound(&max, input)?;
        let node = if matches!(max, Val::T(_)) { "ClampMaxBackward1" } else { "ClampMaxBackward0" };
        to.point_val(&CLAMP_MAX, node, &[input.into(), max], NO)
    }
}

pub const TABLE: Table = &[BOUND];
