//! What a floating-point number is made of: sign, mantissa and exponent, its neighbours, and what is no number.

use crate::base::{BF16, C64, C128, DType, Elem, F16, Float};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{bfloat16, float16, map, point1, zip};
use crate::kernels::cpu::elementwise::{clib, math};
use crate::ops::driver::apply::apply_multi;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::kind::binary::{binary, native2};
use crate::ops::elementwise::kind::gpu;
use crate::ops::elementwise::kind::kernel;
use crate::ops::elementwise::kind::nary::points;
use crate::ops::elementwise::kind::run::run1;
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows};
use smallvec::smallvec;

/// `copysign(a, b) / a`, zero at zero.
fn sign_ratio(y: &Tensor, a: &Tensor) -> Result<Tensor> {
    a.eq(0i64)?.choose(0i64, y.div(a)?)
}

/// The bits of the number after `a` towards `b`, both given as numbers and as bits of a type: magnitudes are ordered as their
/// bits. Choices instead of branches, so that loops over it vectorise.
macro_rules! next {
    ($a:expr, $b:expr, $from:expr, $to:expr, $bits:ty) => {{
        let (a, b, from, to): (_, _, $bits, $bits) = ($a, $b, $from, $to);
        let sign = 1 << (<$bits>::BITS - 1);
        let step = if (a < b) == (a > 0.0) { from.wrapping_add(1) } else { from.wrapping_sub(1) };
        let step = if a == 0.0 { (to & sign) | 1 } else { step };
        let step = if a == b || b != b { to } else { step };
        if a != a { from } else { step }
    }};
}

binary! { FLOAT:
    /// The magnitude of `input` with the sign of `other`.
    ///
    /// ```text
    /// >>> torch.copysign(torch.tensor([1.0, -2.0]), torch.tensor([-1.0, 1.0]))
    /// tensor([-1.,  2.])
    /// ```
    copysign(input: T, other: V) COPYSIGN "CopysignBackward0" "CopysignBackward1" "CopysignBackward0": Float,
        cpu |dt| kernel!(dt, floats, T => zip(|a: T, b: T| a.copysign(b))),
        wgsl "copysign_f(a, b)",
        grad { a |g, a, y| g.mul(sign_ratio(&y, &a)?), b |g| g.zeros_alike() };
    /// The next number after `input` towards `other`.
    ///
    /// ```text
    /// >>> torch.nextafter(torch.tensor([1.0, 1.0]), torch.tensor([2.0, 0.0])) - 1
    /// tensor([ 1.1921e-07, -5.9605e-08])
    /// ```
    nextafter(input: T, other: T) NEXTAFTER "NextafterBackward0": Own,
        cpu |dt| match dt {
            DType::F16 => Some(zip(|a: i16, b: i16| {
                let (x, y) = (F16::from_bits(a as u16), F16::from_bits(b as u16));
                next!(x.up(), y.up(), a as u16, b as u16, u16) as i16
            })),
            DType::BF16 => Some(zip(|a: i16, b: i16| {
                let (x, y) = (BF16::from_bits(a as u16), BF16::from_bits(b as u16));
                next!(x.up(), y.up(), a as u16, b as u16, u16) as i16
            })),
            DType::F32 => Some(zip(|a: f32, b: f32| f32::from_bits(next!(a, b, a.to_bits(), b.to_bits(), u32)))),
            DType::F64 => Some(zip(|a: f64, b: f64| f64::from_bits(next!(a, b, a.to_bits(), b.to_bits(), u64)))),
            _ => None,
        },
        wgsl "nextafter_f(a, b)",
        grad { a |g, a, b| g.keep(&a.ne(&b)?), b |g, a, b| g.keep(&a.eq(&b)?) };
    /// `input * 2^other`.
    ///
    /// ```text
    /// >>> torch.ldexp(torch.tensor([1.0, 3.0]), torch.tensor([3, -1]))
    /// tensor([8.0000, 1.5000])
    /// ```
    ldexp(input: T, other: T) LDEXP "LdexpBackward0": Float,
        cpu |dt| match dt {
            DType::C64 => Some(zip(|a: C64, b: C64| {
                let w = clib::exp(C128::new(b.re as f64, b.im as f64) * std::f64::consts::LN_2);
                a * C64::new(w.re as f32, w.im as f32)
            })),
            DType::C128 => Some(zip(|a: C128, b: C128| a * clib::exp(b * std::f64::consts::LN_2))),
            _ => native2!(dt, math::ldexp_f32, math::ldexp_f64),
        },
        wgsl "a * exp2_f(b)",
        grad {
            a |g, b| {
                let b = if b.dtype().is_integral() { b.cast(g.dtype().to_real())? } else { b };
                g.mul(b.exp2()?.conj()?)
            },
            b |g, y| g.mul(y.mul(std::f64::consts::LN_2)?.conj()?),
        };
    /// 0 below zero, 1 above, `values` at zero.
    ///
    /// **Errors**: RuntimeError if the dtypes differ.
    ///
    /// ```text
    /// >>> torch.heaviside(torch.tensor([-1.0, 0.0, 2.0]), torch.tensor(0.5))
    /// tensor([0.0000, 0.5000, 1.0000])
    /// ```
    heaviside(input: T, values: T) HEAVISIDE: Same,
        cpu |dt| kernel!(dt, wide_real, T => zip(|a: T, b: T| {
            if a == T::ZERO { b } else { T::from_i64((a > T::ZERO) as i64) }
        })),
        check one_real_dtype,
        wgsl "select(select(select(0.0, 1.0, a > 0.0), b, a == 0.0), a, is_nan(a))" int "select(select(C(0), C(1), a > C(0)), b, a == C(0))" bool "select(b, 1u, a > 0u)",
        out Keep,
        grad {
            a |_g| bail!(Runtime, "derivative for aten::heaviside is not implemented"),
            b |_g| bail!(Runtime, "derivative for aten::heaviside is not implemented"),
        };
}

/// The operands of `heaviside`.
fn one_real_dtype(x: &[&Tensor]) -> Result<()> {
    ensure!(
        x.iter().all(|t| !t.dtype().is_complex()),
        Runtime,
        "heaviside is not yet implemented for complex tensors."
    );
    ensure!(
        x[0].dtype() == x[1].dtype(),
        Runtime,
        "heaviside is not yet implemented for tensors with different dtypes."
    );
    Ok(())
}

/// An element of `nan_to_num`, by choices without branches.
macro_rules! replaced {
    ($t:ty, $x:expr, $q:ident) => {{
        let (x, q): ($t, _) = ($x, $q);
        let limit = if q[3] > 0.0 { q[3] as $t } else { <$t>::MAX };
        let above = if q[1].is_nan() { limit } else { q[1] as $t };
        let below = if q[2].is_nan() { -limit } else { q[2] as $t };
        let y = if x == <$t>::INFINITY { above } else { x };
        let y = if x == <$t>::NEG_INFINITY { below } else { y };
        if x.is_nan() { q[0] as $t } else { y }
    }};
}

points! {
    /// Parameters: what nan, infinity and minus infinity become (nan for an infinity: the largest number).
    NAN_TO_NUM "nan_to_num" "NanToNumBackward0": Same,
        cpu |dt| match dt {
            DType::C64 => Some(point1(|z: C64, q| C64::new(replaced!(f32, z.re, q), replaced!(f32, z.im, q)))),
            DType::C128 => Some(point1(|z: C128, q| C128::new(replaced!(f64, z.re, q), replaced!(f64, z.im, q)))),
            DType::F32 => Some(point1(|x: f32, q| replaced!(f32, x, q))),
            DType::F64 => Some(point1(|x: f64, q| replaced!(f64, x, q))),
            DType::F16 => Some(float16::point1(|x: f32, q| replaced!(f32, x, q))),
            DType::BF16 => Some(bfloat16::point1(|x: f32, q| replaced!(f32, x, q))),
            _ => kernel!(dt, wide_real, T => point1(|x: T, _| x)),
        },
        wgsl "nan_to_num_f(a, p0, p1, p2)" int "a",
        grad { a |g, a| g.keep(&a.isfinite()?) };
}

/// The parameters of `nan_to_num`; the half types have largest numbers of their own.
fn nan_params(x: &Tensor, nan: Option<f64>, posinf: Option<f64>, neginf: Option<f64>) -> [f64; 4] {
    let limit = match x.dtype() {
        DType::F16 => 65504.0,
        DType::BF16 => 3.389_531_389_251_535_5e38,
        _ => 0.0,
    };
    [nan.unwrap_or(0.0), posinf.unwrap_or(f64::NAN), neginf.unwrap_or(f64::NAN), limit]
}

/// Mantissa and exponent.
#[derive(Debug)]
struct Frexp;

static FREXP_FIELDS: Fields = Fields { name: "frexp", fields: &["mantissa", "exponent"] };

impl Op for Frexp {
    fn name(&self) -> &'static str {
        "frexp"
    }
    fn grad_name(&self) -> &'static str {
        "FrexpBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        ensure!(x[0].dtype().is_float(), Runtime, "torch.frexp() only supports floating-point dtypes");
        let layout = crate::ops::elementwise::kind::result_layout(x[0].shape(), x);
        Ok(smallvec![
            Meta { layout: layout.clone(), dtype: x[0].dtype() },
            Meta { layout, dtype: DType::I32 }
        ])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, m, e) = (x[0], &out[0], &out[1]);
        if x.dtype() == DType::F64 {
            run1(x, m, DType::F64, DType::F64, map(|x: f64| split_f64(x).0));
            run1(x, e, DType::F64, DType::I32, map(|x: f64| split_f64(x).1));
        } else {
            run1(x, m, DType::F32, DType::F32, map(|x: f32| split_f32(x).0));
            run1(x, e, DType::F32, DType::I32, map(|x: f32| split_f32(x).1));
        }
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let side = [gpu::Side::Place(x[0].place()?, x[0].dtype())];
        let (m, e) = ("frexp_mantissa(x)", "frexp_exponent(x)");
        gpu::expression("frexp", m, &["x"], &side, &[], out[0].place()?, out[0].dtype())?;
        gpu::expression("frexp", e, &["x"], &side, &[], out[1].place()?, DType::I32)
    }
    fn differentiable(&self, output: usize) -> bool {
        output == 0
    }
    fn saves(&self, _: Want) -> Saves {
        Saves { inputs: 0, outputs: 2 }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => {
                let e = cx.output(1)?.cast(g.dtype())?;
                grads![Some(g.div(e.exp2()?)?)]
            }
            None => grads![None],
        }
    }
}

/// Mantissa and exponent of a float, without a branch.
macro_rules! split {
    ($name:ident, $t:ty, $bits:ty, $int:ty, $digits:literal, $field:literal, $bias:literal) => {
        #[inline(always)]
        fn $name(x: $t) -> ($t, i32) {
            // numbers below the normal ones have their exponents above
            const SHIFT: i32 = 64;
            const UP: $t = (1u128 << SHIFT) as $t;
            let low = x.abs() < <$t>::MIN_POSITIVE;
            let bits = (if low { x * UP } else { x }).to_bits();
            let field = (bits >> $digits & $field) as $int as i32;
            let mantissa = <$t>::from_bits(bits & !($field << $digits) | $bias << $digits);
            let exponent = field - $bias - if low { SHIFT } else { 0 };
            let none = (x == 0.0) | !(x.abs() < <$t>::INFINITY);
            (if none { x } else { mantissa }, if none { 0 } else { exponent })
        }
    };
}
split!(split_f32, f32, u32, i32, 23, 0xff, 126);
split!(split_f64, f64, u64, i64, 52, 0x7ff, 1022);

rows! { PARTS:
    /// nan replaced by `nan`, infinities by `posinf` and `neginf` or the largest and lowest numbers.
    ///
    /// ```text
    /// >>> torch.nan_to_num(torch.tensor([float("nan"), float("inf"), 1.0]), nan=0.0, posinf=9.0)
    /// tensor([0., 9., 1.])
    /// ```
    [Torch, Method] + in place
        fn nan_to_num(input: &Tensor, nan: Option<f64> = None, posinf: Option<f64> = None, neginf: Option<f64> = None) -> Tensor |to| {
        to.point(&NAN_TO_NUM, &[input], nan_params(input, nan, posinf, neginf))
    }
    /// Each element as `mantissa * 2^exponent`, with mantissas in [0.5, 1) and int32 exponents.
    ///
    /// ```text
    /// >>> mantissa, exponent = torch.frexp(torch.tensor([8.0, 0.75]))
    /// >>> mantissa, exponent
    /// (tensor([0.5000, 0.7500]), tensor([4, 0], dtype=torch.int32))
    /// ```
    [Torch, Method] fn frexp(input: &Tensor) -> Named {
        Ok(Named(&FREXP_FIELDS, apply_multi(Frexp, &[input])?.into_iter().collect()))
    }
}

pub const TABLE: Table = &[FLOAT, PARTS];
