//! Tests of single elements, and closeness: results are bool.

use super::compare::eq;
use super::kind::{Rule, Unary, UnaryDef};
use crate::base::{C64, C128, DType, Elem, Real};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{UnaryFn, map};
use crate::ops::driver::op::{Saves, apply};
use crate::ops::table::Table;
use crate::tensor::{Context, Tensor};
use crate::{ensure, rows, with_dtype};

/// A test of one element as a kernel, by its real and its complex form.
macro_rules! test {
    ($($def:ident $name:literal $set:ident: |$x:ident| $real:expr, |$z:ident| $complex:expr;)*) => {$(
        static $def: UnaryDef = UnaryDef {
            name: $name,
            grad_name: "NotImplemented",
            rule: Rule::Compare,
            kernel: |dt: DType| -> Result<UnaryFn> {
                match dt {
                    DType::C64 if test!(@complex $set) => Ok(map(|v: C64| { let $z = C128::new(v.re as f64, v.im as f64); $complex })),
                    DType::C128 if test!(@complex $set) => Ok(map(|$z: C128| $complex)),
                    _ => with_dtype!($name, dt, wide_real, T => Ok(map(|$x: T| $real))),
                }
            },
            saves: Saves::NOTHING,
            grad: |g: &Tensor, _: &Context| g.zeros_alike(),
        };
    )*};
    (@complex any) => { true };
    (@complex real) => { false };
}

test! {
    ISNAN "isnan" any: |x| Real::is_nan(x), |z| z.re.is_nan() || z.im.is_nan();
    ISINF "isinf" any: |x| x.to_f64().is_infinite(), |z| z.re.is_infinite() || z.im.is_infinite();
    ISFINITE "isfinite" any: |x| x.to_f64().is_finite(), |z| z.re.is_finite() && z.im.is_finite();
    ISPOSINF "isposinf" real: |x| x.to_f64() == f64::INFINITY, |_z| false;
    ISNEGINF "isneginf" real: |x| x.to_f64() == f64::NEG_INFINITY, |_z| false;
    ISREAL "isreal" any: |_x| true, |z| z.im == 0.0;
    SIGNBIT "signbit" real: |x| x.to_f64().is_sign_negative(), |_z| false;
}

rows! { PREDICATES:
    /// Whether each element is nan (for complex: either part).
    [Torch, Method] fn isnan(input: &Tensor) -> Tensor { apply(Unary(&ISNAN), &[input]) }
    /// Whether each element is infinite.
    [Torch, Method] fn isinf(input: &Tensor) -> Tensor { apply(Unary(&ISINF), &[input]) }
    /// Whether each element is neither infinite nor nan.
    [Torch, Method] fn isfinite(input: &Tensor) -> Tensor { apply(Unary(&ISFINITE), &[input]) }
    /// Whether each element is positive infinity.
    [Torch, Method] fn isposinf(input: &Tensor) -> Tensor { apply(Unary(&ISPOSINF), &[input]) }
    /// Whether each element is negative infinity.
    [Torch, Method] fn isneginf(input: &Tensor) -> Tensor { apply(Unary(&ISNEGINF), &[input]) }
    /// Whether each element has no imaginary part.
    [Torch, Method] fn isreal(input: &Tensor) -> Tensor { apply(Unary(&ISREAL), &[input]) }
    /// Whether each element has its sign bit set (minus zero has).
    [Torch, Method] fn signbit(input: &Tensor) -> Tensor { apply(Unary(&SIGNBIT), &[input]) }
    /// Whether `|input - other| <= atol + rtol * |other|`, element by element; equal infinities are close.
    ///
    /// Args: equal_nan: whether two nans are close.
    /// **Errors**: RuntimeError if dtypes differ or a tolerance is negative.
    [Torch, Method] fn isclose(input: &Tensor, other: &Tensor, rtol: f64 = 1e-5, atol: f64 = 1e-8, equal_nan: bool = false) -> Tensor {
        ensure!(input.dtype() == other.dtype(), Runtime, "{} did not match {}", input.dtype().scalar_name(), other.dtype().scalar_name());
        ensure!(rtol >= 0.0, Runtime, "rtol must be greater than or equal to zero, but got {rtol}");
        ensure!(atol >= 0.0, Runtime, "atol must be greater than or equal to zero, but got {atol}");
        let (input, other) = (input.detach(), other.detach());
        let mut close = input.eq(&other)?;
        if equal_nan && input.dtype().is_differentiable() {
            close = close.logical_or(input.isnan()?.logical_and(other.isnan()?)?)?;
        }
        if rtol == 0.0 && atol == 0.0 {
            return Ok(close);
        }
        let wide = |t: &Tensor| if t.dtype().is_integral() { t.cast(crate::base::promote::default_dtype()) } else { Ok(t.clone()) };
        let allowed = wide(&other)?.mul(rtol)?.abs()?.add(atol)?;
        let actual = if input.dtype() == DType::Bool { input.ne(&other)?.mul(1i64)? } else { input.sub(&other)?.abs()? };
        close.logical_or(actual.isfinite()?.logical_and(actual.le(&allowed)?)?)
    }
    /// Whether all elements are close; see `isclose`.
    [Torch, Method] fn allclose(input: &Tensor, other: &Tensor, rtol: f64 = 1e-5, atol: f64 = 1e-8, equal_nan: bool = false) -> bool {
        input.isclose(other, rtol, atol, equal_nan)?.all_true()
    }
    /// Whether two tensors have the same shape and the same elements.
    [Torch, Method] fn equal(input: &Tensor, other: &Tensor) -> bool {
        ensure!(input.device() == other.device(), Runtime, "Cannot compare two tensors on different devices. Got: {} and {}", input.device(), other.device());
        if input.shape() != other.shape() { return Ok(false); }
        eq(input.detach(), other.detach())?.all_true()
    }
}

pub const TABLE: Table = &[PREDICATES];
