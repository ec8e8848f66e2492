//! Mathematics of two operands: one row each.

use crate::base::{C64, C128, DType, Elem};
use crate::error::{Error, Result};
use crate::kernels::cpu::elementwise::block::{typed2, zip};
use crate::kernels::cpu::elementwise::{clib, math, special};
use crate::ops::elementwise::arithmetic::both;
use crate::ops::elementwise::kind::binary::{
    A, AB, B, BinaryDef, NONE, Y, binary, binary_in_place, run_binary,
};
use crate::ops::table::{FromArg, OpDef, Out, Param, Place, Table, Twin, Val};
use crate::tensor::Tensor;
use crate::{ensure, with_dtype};

/// Kernels for float32 and float64 by one expression.
macro_rules! floats {
    ($op:ident, $dt:ident, |$a:ident, $b:ident| $e:expr) => {
        match $dt {
            DType::F32 => Ok(zip(|$a: f32, $b: f32| $e)),
            DType::F64 => Ok(zip(|$a: f64, $b: f64| $e)),
            d => Err(Error::no_dtype($op, d, "floating dtypes")),
        }
    };
}

/// A kernel in double precision alone.
macro_rules! double {
    ($op:ident, $dt:ident, |$a:ident, $b:ident| $e:expr) => {
        match $dt {
            DType::F64 => Ok(zip(|$a: f64, $b: f64| $e)),
            d => Err(Error::no_dtype($op, d, "real dtypes")),
        }
    };
}

/// `x * v`, zero where `x` is zero unless `v` is nan.
macro_rules! x_times {
    ($a:ident, $b:ident, $v:expr) => {
        if $b.is_nan() {
            $b
        } else if $a == 0.0 {
            0.0
        } else {
            $a * $v
        }
    };
}

/// `ln(e^a + e^b)` for complex operands.
fn logaddexp_complex(a: C128, b: C128) -> C128 {
    let (hi, lo) = if a.re >= b.re { (a, b) } else { (b, a) };
    if hi.re.is_infinite() && hi.re == lo.re {
        return if hi.re < 0.0 { hi } else { clib::ln(clib::exp(a) + clib::exp(b)) };
    }
    hi + clib::ln(clib::exp(lo - hi) + 1.0)
}

/// The weight of the first operand in `logaddexp`, with the exponential of a base.
fn softmax_weight(a: &Val, b: &Val, ln_base: f64) -> Result<Tensor> {
    let (Val::T(a), Val::T(b)) = (a, b) else { crate::bail!(Internal, "logaddexp of a number") };
    let d = a.sub(b)?;
    let w = if ln_base == 1.0 { d.sigmoid()? } else { d.mul(ln_base)?.sigmoid()? };
    // equal infinities share
    Ok(if w.dtype().is_complex() { w } else { a.eq(b)?.choose(0.5, w)? })
}

/// `copysign(a, b) / a`, zero at zero.
fn sign_ratio(y: &Tensor, a: Val) -> Result<Tensor> {
    let Val::T(a) = a else { crate::bail!(Internal, "copysign of a number") };
    a.eq(0i64)?.choose(0i64, y.div(a)?)
}

binary! { FLOAT:
    /// The angle of the point (other, input), in radians.
    atan2(input: T, other: T) ATAN2 "Atan2Backward0" also ["arctan2"]: Float,
        cpu |op, dt| match dt {
            DType::F32 => Ok(typed2(math::atan2_f32)),
            DType::F64 => Ok(typed2(math::atan2_f64)),
            d => Err(Error::no_dtype(op, d, "real dtypes")),
        },
        wgsl "atan2(a, b)",
        grad (AB, AB) |s, g, want| {
            let (a, b) = both(s)?;
            let norm = a.mul(&a)?.add(b.mul(&b)?)?;
            let v = norm.eq(0i64)?.choose(0i64, g.div(&norm)?)?;
            Ok([want.then(0, || v.mul(&b))?, want.then(1, || v.mul(a.neg()?))?])
        };
    /// `sqrt(input^2 + other^2)` without overflow.
    hypot(input: T, other: T) HYPOT "HypotBackward0": Same,
        cpu |op, dt| match dt {
            DType::F32 => Ok(typed2(math::hypot_f32)),
            DType::F64 => Ok(typed2(math::hypot_f64)),
            d => Err(Error::no_dtype(op, d, "floating dtypes")),
        },
        grad (A | Y, B | Y) |s, g, want| {
            let y = s.y()?;
            Ok([want.then(0, || g.mul(super::arithmetic::true_divide(s.a()?, &y)?))?, want.then(1, || g.mul(super::arithmetic::true_divide(s.b()?, &y)?))?])
        };
    /// The magnitude of `input` with the sign of `other`.
    copysign(input: T, other: V) COPYSIGN "CopysignBackward0" "CopysignBackward1" "CopysignBackward0": Float,
        cpu |op, dt| floats!(op, dt, |a, b| a.copysign(b)),
        grad (A | Y, NONE) |s, g, want| Ok([want.then(0, || g.mul(sign_ratio(&s.y()?, s.a()?)?))?, want.then(1, || g.zeros_alike())?]);
    /// The next number after `input` towards `other`.
    nextafter(input: T, other: T) NEXTAFTER "NextafterBackward0": Same,
        cpu |op, dt| match dt {
            DType::F32 => Ok(zip(clib::nextafterf)),
            DType::F64 => Ok(zip(clib::nextafter)),
            d => Err(Error::no_dtype(op, d, "floating dtypes")),
        },
        grad (AB, AB) |s, g, want| {
            let (a, b) = both(s)?;
            Ok([want.then(0, || g.keep(&a.ne(&b)?))?, want.then(1, || g.keep(&a.eq(&b)?))?])
        };
    /// `input * 2^other`.
    ldexp(input: T, other: T) LDEXP "LdexpBackward0": Float,
        cpu |op, dt| match dt {
            DType::C64 => Ok(zip(|a: C64, b: C64| { let w = clib::exp(C128::new(b.re as f64, b.im as f64) * std::f64::consts::LN_2); a * C64::new(w.re as f32, w.im as f32) })),
            DType::C128 => Ok(zip(|a: C128, b: C128| a * clib::exp(b * std::f64::consts::LN_2))),
            _ => floats!(op, dt, |a, b| a * b.exp2()),
        },
        grad (B, B | Y) |s, g, want| Ok([
            want.then(0, || {
                let Val::T(b) = s.b()? else { crate::bail!(Internal, "ldexp of a number") };
                let b = if b.dtype().is_integral() { b.cast(g.dtype().to_real())? } else { b };
                g.mul(b.exp2()?.conj()?)
            })?,
            want.then(1, || g.mul(s.y()?.mul(std::f64::consts::LN_2)?.conj()?))?,
        ]);
    /// `ln(e^input + e^other)` without overflow.
    logaddexp(input: T, other: T) LOGADDEXP "LogaddexpBackward0": Same,
        cpu |op, dt| match dt {
            DType::C64 => Ok(zip(|a: C64, b: C64| {
                let w = logaddexp_complex(C128::new(a.re as f64, a.im as f64), C128::new(b.re as f64, b.im as f64));
                C64::new(w.re as f32, w.im as f32)
            })),
            DType::C128 => Ok(zip(logaddexp_complex)),
            _ => floats!(op, dt, |a, b| {
                if a.is_infinite() && a == b { a } else {
                    let m = if a > b || a.is_nan() { a } else { b };
                    m + (-(a - b).abs()).exp().ln_1p()
                }
            }),
        },
        grad (AB, AB) |s, g, want| {
            let (a, b) = (s.a()?, s.b()?);
            let conj = Tensor::conj;
            Ok([want.then(0, || g.mul(conj(&softmax_weight(&a, &b, 1.0)?)?))?, want.then(1, || g.mul(conj(&softmax_weight(&b, &a, 1.0)?)?))?])
        };
    /// `log2(2^input + 2^other)` without overflow.
    logaddexp2(input: T, other: T) LOGADDEXP2 "Logaddexp2Backward0": Same,
        cpu |op, dt| crate::real_floats!(op, dt, T => zip(|a: T, b: T| {
            if a.is_infinite() && a == b { a } else {
                let m = if a > b || a.is_nan() { a } else { b };
                m + (-(a - b).abs()).exp2().ln_1p() * std::f64::consts::LOG2_E as T
            }
        })),
        grad (AB, AB) |s, g, want| {
            let (a, b) = (s.a()?, s.b()?);
            let k = std::f64::consts::LN_2;
            Ok([want.then(0, || g.mul(softmax_weight(&a, &b, k)?))?, want.then(1, || g.mul(softmax_weight(&b, &a, k)?))?])
        };
    /// `input * ln(other)`, zero where `input` is zero.
    xlogy(input: V, other: V) XLOGY "XlogyBackward0" "XlogyBackward2" "XlogyBackward1" also [Special "xlogy"]: Float,
        cpu |op, dt| floats!(op, dt, |a, b| x_times!(a, b, b.ln())),
        grad (AB, AB) |s, g, want| Ok([
            want.then(0, || {
                let Val::T(a) = s.a()? else { crate::bail!(Internal, "xlogy: gradient of a number") };
                let (log, none) = match s.b()? {
                    Val::T(b) => (Val::T(b.cast(g.dtype())?.log()?), a.eq(0i64)?.logical_and(b.le(0i64)?)?),
                    Val::S(b) => (Val::S(crate::base::Scalar::Float(b.to_f64().ln())), if b.to_f64() <= 0.0 { a.eq(0i64)? } else { a.isnan()?.logical_and(a.eq(0i64)?)? }),
                };
                none.choose(0i64, g.mul(log)?)
            })?,
            want.then(1, || g.mul(super::arithmetic::true_divide(s.a()?, s.b()?)?))?,
        ]);
}

/// The step function, whose value at zero is the second operand's.
pub static HEAVISIDE: BinaryDef = BinaryDef {
    name: "heaviside",
    grad_names: ["NotImplemented"; 3],
    kernel: |dt| {
        with_dtype!("heaviside", dt, wide_real, T => Ok(zip(|a: T, b: T| {
            if a == T::ZERO { b } else { T::from_i64((a > T::ZERO) as i64) }
        })))
    },
    grad: |_, _, _| crate::bail!(Runtime, "derivative for aten::heaviside is not implemented"),
    check: Some(|x| {
        ensure!(
            !x[0].dtype().is_complex() && !x[1].dtype().is_complex(),
            Runtime,
            "heaviside is not yet implemented for complex tensors."
        );
        ensure!(
            x[0].dtype() == x[1].dtype(),
            Runtime,
            "heaviside is not yet implemented for tensors with different dtypes."
        );
        Ok(())
    }),
    ..BinaryDef::EMPTY
};

/// 0 below zero, 1 above, `values` at zero.
pub fn heaviside(input: &Tensor, values: &Tensor) -> Result<Tensor> {
    run_binary(&HEAVISIDE, input.into(), values.into(), None)
}

/// Its row, by hand because of the check.
pub const HEAVISIDE_ROW: &[OpDef] = &[OpDef {
    name: "heaviside",
    doc: "0 below zero, 1 above, `values` at zero.\n\n**Errors**: RuntimeError if the dtypes differ.\n",
    params: &[
        Param {
            name: "input",
            kind: <&Tensor as FromArg>::KIND,
            default: "",
            required: true,
            keyword_only: false,
        },
        Param {
            name: "values",
            kind: <&Tensor as FromArg>::KIND,
            default: "",
            required: true,
            keyword_only: false,
        },
    ],
    places: &[Place::Torch, Place::Method],
    call: |a| Ok(heaviside(FromArg::from_arg(&a[0])?, FromArg::from_arg(&a[1])?)?.into()),
    returns: "Tensor",
    twin: Twin::Own(|a| {
        binary_in_place(&HEAVISIDE, FromArg::from_arg(&a[0])?, FromArg::from_arg(&a[1])?, None)
    }),
    out: Out::Keep,
    ..OpDef::PLAIN
}];

/// Rows with functions that compute in double precision.
pub mod double {
    use super::*;

    /// `g * x^(a - 1) e^-x / gamma(a)`: the derivative of the incomplete gamma functions.
    fn gamma_density(g: &Tensor, a: Val, x: Val) -> Result<Tensor> {
        let (Val::T(a), Val::T(x)) = (a, x) else { crate::bail!(Internal, "igamma of a number") };
        g.mul(a.sub(1i64)?.mul(x.log()?)?.sub(&x)?.sub(a.lgamma()?)?.exp()?)
    }

    const NO_FIRST: &str = "derivative for igamma with respect to its first argument is not implemented";

    binary! { DOUBLE:
    /// `input * ln(1 + other)`, zero where `input` is zero.
    xlog1py(input: V, other: V) XLOG1PY "SpecialXlog1PyBackward0" "SpecialXlog1PyBackward2" "SpecialXlog1PyBackward1" also [Special "xlog1py"]: Double,
        cpu |op, dt| double!(op, dt, |a, b| x_times!(a, b, b.ln_1p())),
        grad (AB, AB) |s, g, want| Ok([
                want.then(0, || {
                    let Val::T(a) = s.a()? else { crate::bail!(Internal, "xlog1py: gradient of a number") };
                    let (log, none) = match s.b()? {
                        Val::T(b) => (Val::T(b.cast(g.dtype())?.log1p()?), a.eq(0i64)?.logical_and(b.le(-1i64)?)?),
                        Val::S(b) => (Val::S(crate::base::Scalar::Float(b.to_f64().ln_1p())), if b.to_f64() <= -1.0 { a.eq(0i64)? } else { a.isnan()?.logical_and(a.eq(0i64)?)? }),
                    };
                    none.choose(0i64, g.mul(log)?)
                })?,
                want.then(1, || g.mul(super::super::arithmetic::true_divide(s.a()?, super::super::arithmetic::add(s.b()?, 1i64, crate::base::Scalar::Int(1))?)?))?,
            ]);
    /// Hurwitz's zeta function of `input` with offset `other`.
    zeta(input: V, other: V) ZETA "SpecialZetaBackward0" "SpecialZetaBackward2" "SpecialZetaBackward1" also [Special "zeta"]: Double,
        cpu |op, dt| double!(op, dt, |a, b| special::zeta(a, b)),
        grad (NONE, AB) |s, g, want| {
                ensure!(!want.has(0), NotImplemented, "the derivative of zeta by its first argument is not implemented");
                let (a, b) = (s.a()?, s.b()?);
                let up = super::super::arithmetic::add(a.clone(), 1i64, crate::base::Scalar::Int(1))?;
                Ok([None, want.then(1, || g.neg()?.mul(a)?.mul(zeta(up, b)?))?])
            };
    /// The lower incomplete gamma function, regularised.
    igamma(input: T, other: T) IGAMMA "IgammaBackward0" also [Special "gammainc"]: Double,
        cpu |op, dt| double!(op, dt, |a, b| special::igamma(a, b)),
        grad (NONE, AB) |s, g, want| {
                ensure!(!want.has(0), NotImplemented, "{NO_FIRST}");
                Ok([None, want.then(1, || gamma_density(g, s.a()?, s.b()?))?])
            };
    /// The upper incomplete gamma function, regularised.
    igammac(input: T, other: T) IGAMMAC "IgammacBackward0" also [Special "gammaincc"]: Double,
        cpu |op, dt| double!(op, dt, |a, b| special::igammac(a, b)),
        grad (NONE, AB) |s, g, want| {
                ensure!(!want.has(0), NotImplemented, "{NO_FIRST}");
                Ok([None, want.then(1, || gamma_density(g, s.a()?, s.b()?)?.neg())?])
            };
    }
}

pub const TABLE: Table = &[FLOAT, HEAVISIDE_ROW, double::DOUBLE];
