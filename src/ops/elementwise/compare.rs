//! Comparisons and tests of single elements: results are bool.

use crate::base::{C64, C128, DType, Elem, Real};
use crate::kernels::cpu::elementwise::block::{map, zip};
use crate::ops::driver::apply::apply;
use crate::ops::elementwise::kind::binary::binary;
use crate::ops::elementwise::kind::gpu::wgsl;
use crate::ops::elementwise::kind::unary::{Unary, UnaryDef, UnaryGrad};
use crate::ops::elementwise::kind::{Rule, Takes, kernel};
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{ensure, rows};

// in place alone is a comparison part of a graph: what it wrote over does not show through
binary! { COMPARE:
    /// Whether two elements are equal.
    ///
    /// ```text
    /// >>> torch.eq(torch.tensor([1, 2]), torch.tensor([1, 3]))
    /// tensor([ True, False])
    /// ```
    eq(input: T, other: V) EQ "EqBackward1" "EqBackward0" "EqBackward0": Compare,
        cpu |dt| kernel!(dt, wide, T => zip(|a: T, b: T| a == b)),
        stored |_| true,
        wgsl "a == b" complex "all(a == b)",
        grad { a |g| g.zeros_alike(), b |g| g.zeros_alike() };
    /// Whether two elements differ.
    ///
    /// ```text
    /// >>> torch.ne(torch.tensor([1, 2]), torch.tensor([1, 3]))
    /// tensor([False,  True])
    /// ```
    ne(input: T, other: V) NE "NeBackward1" "NeBackward0" "NeBackward0" also ["not_equal"]: Compare,
        cpu |dt| kernel!(dt, wide, T => zip(|a: T, b: T| a != b)),
        stored |_| true,
        wgsl "!(a == b)" complex "!all(a == b)",
        grad { a |g| g.zeros_alike(), b |g| g.zeros_alike() };
    /// Whether the first element is less. **Errors**: RuntimeError for complex tensors.
    ///
    /// ```text
    /// >>> torch.lt(torch.tensor([1, 2, 3]), 2)
    /// tensor([ True, False, False])
    /// ```
    lt(input: T, other: V) LT "LtBackward1" "LtBackward0" "LtBackward0" also ["less"]: Compare,
        cpu |dt| kernel!(dt, wide_real, T => zip(|a: T, b: T| a < b)),
        wgsl "a < b",
        grad { a |g| g.zeros_alike(), b |g| g.zeros_alike() };
    /// Whether the first element is less or equal. **Errors**: RuntimeError for complex tensors.
    ///
    /// ```text
    /// >>> torch.le(torch.tensor([1, 2, 3]), 2)
    /// tensor([ True,  True, False])
    /// ```
    le(input: T, other: V) LE "LeBackward1" "LeBackward0" "LeBackward0" also ["less_equal"]: Compare,
        cpu |dt| kernel!(dt, wide_real, T => zip(|a: T, b: T| a <= b)),
        wgsl "a <= b",
        grad { a |g| g.zeros_alike(), b |g| g.zeros_alike() };
    /// Whether the first element is greater. **Errors**: RuntimeError for complex tensors.
    ///
    /// ```text
    /// >>> torch.gt(torch.tensor([1, 2, 3]), 2)
    /// tensor([False, False,  True])
    /// ```
    gt(input: T, other: V) GT "GtBackward1" "GtBackward0" "GtBackward0" also ["greater"]: Compare,
        cpu |dt| kernel!(dt, wide_real, T => zip(|a: T, b: T| a > b)),
        wgsl "a > b",
        grad { a |g| g.zeros_alike(), b |g| g.zeros_alike() };
    /// Whether the first element is greater or equal. **Errors**: RuntimeError for complex tensors.
    ///
    /// ```text
    /// >>> torch.ge(torch.tensor([1, 2, 3]), 2)
    /// tensor([False,  True,  True])
    /// ```
    ge(input: T, other: V) GE "GeBackward1" "GeBackward0" "GeBackward0" also ["greater_equal"]: Compare,
        cpu |dt| kernel!(dt, wide_real, T => zip(|a: T, b: T| a >= b)),
        wgsl "a >= b",
        grad { a |g| g.zeros_alike(), b |g| g.zeros_alike() };
}

/// A test of one element as a kernel, by its real and its complex form, and the expressions for cards.
macro_rules! test {
    ($($def:ident $name:literal $set:ident: |$x:ident| $real:expr, |$z:ident| $complex:expr, $wgsl:literal, $int:literal;)*) => {$(
        static $def: UnaryDef = UnaryDef {
            name: $name,
            grad_name: "NotImplemented",
            rule: Rule::Compare,
            kernel: |dt| match dt {
                DType::C64 if test!(@complex $set) => {
                    Some(map(|v: C64| { let $z = C128::new(v.re as f64, v.im as f64); $complex }))
                }
                DType::C128 if test!(@complex $set) => Some(map(|$z: C128| $complex)),
                _ => kernel!(dt, wide_real, T => map(|$x: T| $real)),
            },
            takes: Takes::PLAIN,
            wgsl: wgsl!($wgsl int $int),
            grad: UnaryGrad::None,
        };
    )*};
    (@complex any) => { true };
    (@complex real) => { false };
}

test! {
    ISNAN "isnan" any: |x| Real::is_nan(x), |z| z.re.is_nan() || z.im.is_nan(), "is_nan(x)", "false";
    ISINF "isinf" any: |x| x.to_f64().is_infinite(), |z| z.re.is_infinite() || z.im.is_infinite(), "is_inf(x)", "false";
    ISFINITE "isfinite" any: |x| x.to_f64().is_finite(), |z| z.re.is_finite() && z.im.is_finite(), "is_finite(x)", "true";
    ISPOSINF "isposinf" real: |x| x.to_f64() == f64::INFINITY, |_z| false, "is_inf(x) && !is_minus(x)", "false";
    ISNEGINF "isneginf" real: |x| x.to_f64() == f64::NEG_INFINITY, |_z| false, "is_inf(x) && is_minus(x)", "false";
    ISREAL "isreal" any: |_x| true, |z| z.im == 0.0, "true", "true";
    SIGNBIT "signbit" real: |x| x.to_f64().is_sign_negative(), |_z| false, "is_minus(x)", "x < 0";
}

rows! { TESTS:
    /// Whether each element is nan (for complex: either part).
    ///
    /// ```text
    /// >>> torch.isnan(torch.tensor([1.0, float("nan"), float("inf")]))
    /// tensor([False,  True, False])
    /// ```
    [Torch, Method] fn isnan(input: &Tensor) -> Tensor { apply(Unary(&ISNAN), &[&input.carried()?]) }
    /// Whether each element is infinite.
    ///
    /// ```text
    /// >>> torch.isinf(torch.tensor([1.0, float("nan"), float("inf")]))
    /// tensor([False, False,  True])
    /// ```
    [Torch, Method] fn isinf(input: &Tensor) -> Tensor { apply(Unary(&ISINF), &[&input.carried()?]) }
    /// Whether each element is neither infinite nor nan.
    ///
    /// ```text
    /// >>> torch.isfinite(torch.tensor([1.0, float("nan"), float("inf")]))
    /// tensor([ True, False, False])
    /// ```
    [Torch, Method] fn isfinite(input: &Tensor) -> Tensor { apply(Unary(&ISFINITE), &[&input.carried()?]) }
    /// Whether each element is positive infinity.
    ///
    /// ```text
    /// >>> torch.isposinf(torch.tensor([-float("inf"), 1.0, float("inf")]))
    /// tensor([False, False,  True])
    /// ```
    [Torch, Method] fn isposinf(input: &Tensor) -> Tensor { apply(Unary(&ISPOSINF), &[input]) }
    /// Whether each element is negative infinity.
    ///
    /// ```text
    /// >>> torch.isneginf(torch.tensor([-float("inf"), 1.0, float("inf")]))
    /// tensor([ True, False, False])
    /// ```
    [Torch, Method] fn isneginf(input: &Tensor) -> Tensor { apply(Unary(&ISNEGINF), &[input]) }
    /// Whether each element has no imaginary part.
    ///
    /// ```text
    /// >>> torch.isreal(torch.tensor([1 + 0j, 1 + 1j]))
    /// tensor([ True, False])
    /// ```
    [Torch, Method] fn isreal(input: &Tensor) -> Tensor { apply(Unary(&ISREAL), &[input]) }
    /// Whether each element has its sign bit set (minus zero has).
    ///
    /// ```text
    /// >>> torch.signbit(torch.tensor([-1.0, -0.0, 2.0]))
    /// tensor([ True,  True, False])
    /// ```
    [Torch, Method] fn signbit(input: &Tensor) -> Tensor { apply(Unary(&SIGNBIT), &[input]) }
    /// Whether `|input - other| <= atol + rtol * |other|`, element by element; equal infinities are close.
    ///
    /// Args: equal_nan: whether two nans are close.
    /// **Errors**: RuntimeError if dtypes differ or a tolerance is negative.
    ///
    /// ```text
    /// >>> torch.isclose(torch.tensor([1.0, 2.0]), torch.tensor([1.0 + 1e-9, 2.1]))
    /// tensor([ True, False])
    /// ```
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
    ///
    /// ```text
    /// >>> torch.allclose(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.1]), atol=0.2)
    /// True
    /// ```
    [Torch, Method] fn allclose(input: &Tensor, other: &Tensor, rtol: f64 = 1e-5, atol: f64 = 1e-8, equal_nan: bool = false) -> bool {
        input.isclose(other, rtol, atol, equal_nan)?.all_true()
    }
    /// Whether two tensors have the same shape and the same elements.
    ///
    /// ```text
    /// >>> torch.equal(torch.tensor([1, 2]), torch.tensor([1, 2]))
    /// True
    /// ```
    [Torch, Method] fn equal(input: &Tensor, other: &Tensor) -> bool {
        ensure!(input.device() == other.device(), Runtime, "Cannot compare two tensors on different devices. Got: {} and {}", input.device(), other.device());
        if input.shape() != other.shape() { return Ok(false); }
        // the same elements, none of which is nan
        let exact = !input.dtype().is_float() && !input.dtype().is_complex() && input.device() != crate::base::Device::Meta;
        if exact && input.storage().same(other.storage()) && input.layout() == other.layout() && input.dtype() == other.dtype() { return Ok(true); }
        eq(input.detach(), other.detach())?.all_true()
    }
}

pub const TABLE: Table = &[COMPARE, TESTS];
