//! Tests of single elements, and closeness: results are bool.

use super::compare::{all_true, eq};
use super::exponential::zeros;
use super::kind::{Rule, Unary, UnaryDef};
use crate::base::{C64, C128, DType, Elem, Real};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{UnaryFn, map};
use crate::ops::driver::op::{Saves, apply};
use crate::tensor::{Context, Tensor};
use crate::{ensure, ops, with_dtype};

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
            grad: |g: &Tensor, _: &Context| zeros(g),
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

ops! {
    /// Whether each element is nan (for complex: either part).
    both fn isnan(input: &Tensor) -> Tensor { apply(Unary(&ISNAN), &[input]) }
    /// Whether each element is infinite.
    both fn isinf(input: &Tensor) -> Tensor { apply(Unary(&ISINF), &[input]) }
    /// Whether each element is neither infinite nor nan.
    both fn isfinite(input: &Tensor) -> Tensor { apply(Unary(&ISFINITE), &[input]) }
    /// Whether each element is positive infinity.
    both fn isposinf(input: &Tensor) -> Tensor { apply(Unary(&ISPOSINF), &[input]) }
    /// Whether each element is negative infinity.
    both fn isneginf(input: &Tensor) -> Tensor { apply(Unary(&ISNEGINF), &[input]) }
    /// Whether each element has no imaginary part.
    both fn isreal(input: &Tensor) -> Tensor { apply(Unary(&ISREAL), &[input]) }
    /// Whether each element has its sign bit set (minus zero has).
    both fn signbit(input: &Tensor) -> Tensor { apply(Unary(&SIGNBIT), &[input]) }
    /// Whether `|input - other| <= atol + rtol * |other|`, element by element; equal infinities are close.
    ///
    /// Args: equal_nan: whether two nans are close.
    /// **Errors**: RuntimeError if dtypes differ or a tolerance is negative.
    both fn isclose(input: &Tensor, other: &Tensor, rtol: f64 = 1e-5, atol: f64 = 1e-8, equal_nan: bool = false) -> Tensor {
        ensure!(input.dtype() == other.dtype(), Runtime, "{} did not match {}", input.dtype().scalar_name(), other.dtype().scalar_name());
        ensure!(rtol >= 0.0, Runtime, "rtol must be greater than or equal to zero, but got {rtol}");
        ensure!(atol >= 0.0, Runtime, "atol must be greater than or equal to zero, but got {atol}");
        let (input, other) = (input.detach(), other.detach());
        let mut close = input.eq(&other)?;
        if equal_nan && input.dtype().is_differentiable() {
            close = close.logical_or(isnan(&input)?.logical_and(isnan(&other)?)?)?;
        }
        if rtol == 0.0 && atol == 0.0 {
            return Ok(close);
        }
        let wide = |t: &Tensor| if t.dtype().is_integral() { crate::ops::create::copy::cast(t, crate::base::promote::default_dtype()) } else { Ok(t.clone()) };
        let allowed = wide(&other)?.mul(rtol)?.abs()?.add(atol)?;
        let actual = if input.dtype() == DType::Bool { input.ne(&other)?.mul(1i64)? } else { input.sub(&other)?.abs()? };
        close.logical_or(isfinite(&actual)?.logical_and(actual.le(&allowed)?)?)
    }
    /// Whether all elements are close; see `isclose`.
    both fn allclose(input: &Tensor, other: &Tensor, rtol: f64 = 1e-5, atol: f64 = 1e-8, equal_nan: bool = false) -> bool {
        all_true(&isclose(input, other, rtol, atol, equal_nan)?)
    }
    /// Whether two tensors have the same shape and the same elements.
    both fn equal(input: &Tensor, other: &Tensor) -> bool {
        ensure!(input.device() == other.device(), Runtime, "Cannot compare two tensors on different devices. Got: {} and {}", input.device(), other.device());
        if input.shape() != other.shape() { return Ok(false); }
        all_true(&eq(input.detach(), other.detach())?)
    }
}

macro_rules! methods {
    ($($name:ident)*) => { impl Tensor { $(
        #[doc = concat!("`", stringify!($name), "` of every element.")]
        pub fn $name(&self) -> Result<Tensor> { $name(self) }
    )* } };
}
methods! { isnan isinf isfinite isposinf isneginf isreal signbit }
