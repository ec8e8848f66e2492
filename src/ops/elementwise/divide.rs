//! Whole-number division and remainders.

use crate::base::DType;
use crate::error::{Error, Result};
use crate::kernels::cpu::elementwise::block::{BinaryFn, zip};
use crate::ops::elementwise::kind::binary::{AB, BinaryDef, NONE, binary, binary_in_place, run_binary};
use crate::ops::elementwise::kind::run::Side;
use crate::ops::table::{Arg, FromArg, OpDef, Out, Param, Place, Table, Twin, Val};
use crate::tensor::{Tensor, Want};
use crate::{bail, with_dtype};

/// Kernels for integers and for floats.
macro_rules! kernels {
    ($op:expr, $dt:ident, |$a:ident, $b:ident, $T:ident| $int:expr, |$x:ident, $y:ident| $float:expr) => {
        match $dt {
            DType::F32 => Ok(zip(|$x: f32, $y: f32| $float)),
            DType::F64 => Ok(zip(|$x: f64, $y: f64| $float)),
            _ => with_dtype!($op, $dt, int, $T => Ok(zip(|$a: $T, $b: $T| $int))),
        }
    };
}

/// Floor division of floats, exact where the quotient is near a whole number.
macro_rules! float_floor {
    ($($name:ident $t:ty),*) => {$(
        #[inline(always)]
        fn $name(a: $t, b: $t) -> $t {
            if b == 0.0 {
                return a / b;
            }
            let r = a % b;
            let mut q = (a - r) / b;
            if r != 0.0 && (b < 0.0) != (r < 0.0) {
                q -= 1.0;
            }
            if q == 0.0 {
                return (0.0 as $t).copysign(a / b);
            }
            let f = q.floor();
            if q - f > 0.5 { f + 1.0 } else { f }
        }
    )*};
}
float_floor!(floor32 f32, floor64 f64);

/// Floor division as a trait, so that one row serves all dtypes.
trait Floor: Copy {
    fn floor_div(self, b: Self) -> Self;
}
macro_rules! floor_ints {
    ($($t:ty)*) => {$(
        impl Floor for $t {
            #[inline(always)]
            fn floor_div(self, b: $t) -> $t {
                if b == 0 {
                    return 0;
                }
                let q = self.wrapping_div(b);
                #[allow(unused_comparisons)]
                if self.wrapping_rem(b) != 0 && (self < 0) != (b < 0) { q.wrapping_sub(1) } else { q }
            }
        }
    )*};
}
floor_ints!(u8 i8 i16 i32 i64);
impl Floor for f32 {
    #[inline(always)]
    fn floor_div(self, b: f32) -> f32 {
        floor32(self, b)
    }
}
impl Floor for f64 {
    #[inline(always)]
    fn floor_div(self, b: f64) -> f64 {
        floor64(self, b)
    }
}

/// The guard of rows that divide: integers refuse zero. The driver holds the operand.
#[allow(unsafe_code)]
fn refuse_zero(b: &Side, dtype: DType, n: usize) -> Result<()> {
    if dtype.is_float() {
        return Ok(());
    }
    let zero = match b {
        Side::Number(bytes) => bytes.0.iter().all(|v| *v == 0),
        Side::Tensor(t) if n > 0 => {
            let size = t.dtype().size();
            let t = crate::ops::driver::memory::dense_held(t)?;
            // SAFETY: a dense tensor held by the driver
            let bytes = unsafe { std::slice::from_raw_parts(t.ptr(), t.numel() * size) };
            bytes.chunks_exact(size).any(|e| e.iter().all(|v| *v == 0))
        }
        Side::Tensor(_) => false,
    };
    crate::ensure!(!zero, Runtime, "ZeroDivisionError");
    Ok(())
}

fn floor_kernel(op: &'static str, dt: DType) -> Result<BinaryFn> {
    match dt {
        DType::F32 => Ok(zip(|a: f32, b: f32| a.floor_div(b))),
        DType::F64 => Ok(zip(|a: f64, b: f64| a.floor_div(b))),
        _ => with_dtype!(op, dt, int, T => Ok(zip(|a: T, b: T| a.floor_div(b)))),
    }
}

fn trunc_kernel(dt: DType) -> Result<BinaryFn> {
    kernels!("div_trunc", dt, |a, b, T| if b == 0 { 0 } else { a.wrapping_div(b) }, |x, y| (x / y).trunc())
}

/// Steps have no slope.
fn flat(g: &Tensor, want: Want) -> Result<[Option<Tensor>; 2]> {
    Ok([want.then(0, || g.zeros_alike())?, want.then(1, || g.zeros_alike())?])
}

static DIV_FLOOR: BinaryDef = BinaryDef {
    name: "div_floor",
    grad_names: ["DivBackward2"; 3],
    kernel: |dt| floor_kernel("div_floor", dt),
    grad: |_, g, want| flat(g, want),
    guard: Some(refuse_zero),
    ..BinaryDef::EMPTY
};
static DIV_TRUNC: BinaryDef = BinaryDef {
    name: "div_trunc",
    grad_names: ["DivBackward2"; 3],
    kernel: trunc_kernel,
    grad: |_, g, want| flat(g, want),
    guard: Some(refuse_zero),
    ..BinaryDef::EMPTY
};
pub static FLOOR_DIVIDE: BinaryDef = BinaryDef {
    name: "floor_divide",
    grad_names: ["NotImplemented"; 3],
    kernel: |dt| floor_kernel("floor_divide", dt),
    grad: |_, _, _| bail!(Runtime, "derivative for aten::floor_divide is not implemented"),
    guard: Some(refuse_zero),
    ..BinaryDef::EMPTY
};
/// The remainder with the sign of the divisor.
pub static REMAINDER: BinaryDef = BinaryDef {
    name: "remainder",
    grad_names: ["RemainderBackward1", "RemainderBackward0", "NotImplemented"],
    kernel: |dt| {
        kernels!(
            "remainder",
            dt,
            |a, b, T| {
                let r = if b == 0 { 0 } else { a.wrapping_rem(b) };
                #[allow(unused_comparisons)]
                if r != 0 && (r < 0) != (b < 0) { r.wrapping_add(b) } else { r }
            },
            |x, y| {
                let r = x % y;
                if r != 0.0 && (y < 0.0) != (r < 0.0) { r + y } else { r }
            }
        )
    },
    saves: [NONE, AB],
    grad: |s, g, want| {
        Ok([
            want.then(0, || Ok(g.clone()))?,
            want.then(1, || g.neg()?.mul(run_binary(&DIV_FLOOR, s.a()?, s.b()?, None)?))?,
        ])
    },
    guard: Some(refuse_zero),
    ..BinaryDef::EMPTY
};
/// The remainder with the sign of the dividend.
pub static FMOD: BinaryDef = BinaryDef {
    name: "fmod",
    grad_names: ["FmodBackward1", "FmodBackward0", "FmodBackward0"],
    kernel: |dt| kernels!("fmod", dt, |a, b, T| if b == 0 { 0 } else { a.wrapping_rem(b) }, |x, y| x % y),
    saves: [NONE, AB],
    grad: |s, g, want| {
        Ok([
            want.then(0, || Ok(g.clone()))?,
            want.then(1, || g.neg()?.mul(run_binary(&DIV_TRUNC, s.a()?, s.b()?, None)?))?,
        ])
    },
    guard: Some(refuse_zero),
    ..BinaryDef::EMPTY
};

/// The row behind a rounding mode.
fn mode_def(mode: Option<&str>) -> Result<&'static BinaryDef> {
    Ok(match mode {
        None => &super::arithmetic::DIV,
        Some("floor") => &DIV_FLOOR,
        Some("trunc") => &DIV_TRUNC,
        Some(m) => bail!(
            Runtime,
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{m}'"
        ),
    })
}

/// The quotient, rounded down (`floor`), towards zero (`trunc`) or not at all.
pub fn div_mode(input: impl Into<Val>, other: impl Into<Val>, mode: Option<&str>) -> Result<Tensor> {
    run_binary(mode_def(mode)?, input.into(), other.into(), None)
}

/// `input // other`, rounding down.
pub fn floor_divide(input: impl Into<Val>, other: impl Into<Val>) -> Result<Tensor> {
    run_binary(&FLOOR_DIVIDE, input.into(), other.into(), None)
}

/// `input % other` with the sign of `other`.
pub fn remainder(input: impl Into<Val>, other: impl Into<Val>) -> Result<Tensor> {
    run_binary(&REMAINDER, input.into(), other.into(), None)
}

/// `input % other` with the sign of `input`.
pub fn fmod(input: impl Into<Val>, other: impl Into<Val>) -> Result<Tensor> {
    run_binary(&FMOD, input.into(), other.into(), None)
}

const fn operand(name: &'static str, kind: crate::ops::table::Kind) -> Param {
    Param { name, kind, default: "", required: true, keyword_only: false }
}
const V: crate::ops::table::Kind = <Val as FromArg>::KIND;
const TENSOR: crate::ops::table::Kind = <&Tensor as FromArg>::KIND;
const MODE: Param = Param {
    name: "rounding_mode",
    kind: <Option<&str> as FromArg>::KIND,
    default: "None",
    required: false,
    keyword_only: true,
};

macro_rules! row {
    ($name:literal, [$a:ident, $b:ident], $def:expr, $doc:literal) => {
        OpDef {
            name: $name,
            doc: $doc,
            params: &[operand("input", $a), operand("other", $b)],
            places: &[Place::Torch, Place::Method],
            call: |a| Ok(run_binary(&$def, Val::from_arg(&a[0])?, Val::from_arg(&a[1])?, None)?.into()),
            returns: "Tensor",
            twin: Twin::Own(|a| {
                binary_in_place(&$def, FromArg::from_arg(&a[0])?, FromArg::from_arg(&a[1])?, None)
            }),
            out: Out::Promote,
            ..OpDef::PLAIN
        }
    };
}
macro_rules! mode_row {
    ($name:literal, $doc:literal) => {
        OpDef {
            name: $name,
            doc: $doc,
            params: &[operand("input", V), operand("other", V), MODE],
            places: &[Place::Torch, Place::Method],
            call: |a| Ok(div_mode(Val::from_arg(&a[0])?, Val::from_arg(&a[1])?, mode_arg(a)?)?.into()),
            returns: "Tensor",
            twin: Twin::Own(|a| {
                binary_in_place(
                    mode_def(mode_arg(a)?)?,
                    FromArg::from_arg(&a[0])?,
                    FromArg::from_arg(&a[1])?,
                    None,
                )
            }),
            out: Out::Promote,
            ..OpDef::PLAIN
        }
    };
}

fn mode_arg(a: &[Arg]) -> Result<Option<&str>> {
    a.get(2).map_or(Ok(None), FromArg::from_arg)
}

/// Rows by hand: `rounding_mode`, and integers that refuse zero.
const DIVIDE: &[OpDef] = &[
    mode_row!(
        "div",
        "The quotient of two tensors, broadcasting both; integers divide as floats unless rounded.\n\nArgs: rounding_mode: None, \"trunc\" (towards zero) or \"floor\".\n**Errors**: RuntimeError for another mode, and for rounded integer division by zero.\n"
    ),
    mode_row!("divide", "Alias of `div`.\n"),
    row!(
        "floor_divide",
        [V, V],
        FLOOR_DIVIDE,
        "The quotient rounded down.\n\n**Errors**: RuntimeError for integer division by zero.\n"
    ),
    row!(
        "remainder",
        [V, V],
        REMAINDER,
        "The remainder with the sign of the divisor, as Python's `%`.\n\n**Errors**: RuntimeError for integer division by zero.\n"
    ),
    row!(
        "fmod",
        [TENSOR, V],
        FMOD,
        "The remainder with the sign of the dividend, as C's `fmod`.\n\n**Errors**: RuntimeError for integer division by zero.\n"
    ),
];

impl Tensor {
    /// `self // other`.
    pub fn floor_divide(&self, other: impl Into<Val>) -> Result<Tensor> {
        floor_divide(self, other)
    }
    /// `self % other` with the sign of `other`.
    pub fn remainder(&self, other: impl Into<Val>) -> Result<Tensor> {
        remainder(self, other)
    }
    /// `self % other` with the sign of `self`.
    pub fn fmod(&self, other: impl Into<Val>) -> Result<Tensor> {
        fmod(self, other)
    }
}

/// Common divisors and multiples; both are defined for zero.
pub mod whole {
    use super::*;

    trait Whole: Copy {
        fn gcd(self, b: Self) -> Self;
        fn lcm(self, b: Self) -> Self;
    }
    macro_rules! whole {
        ($($t:ty)*) => {$(
            impl Whole for $t {
                fn gcd(self, b: $t) -> $t {
                    let (mut a, mut b) = (self, b);
                    while b != 0 {
                        (a, b) = (b, a.wrapping_rem(b));
                    }
                    #[allow(unused_comparisons)]
                    if a < 0 { (0 as $t).wrapping_sub(a) } else { a }
                }
                fn lcm(self, b: $t) -> $t {
                    let d = self.gcd(b);
                    if d == 0 {
                        return 0;
                    }
                    let m = (self / d).wrapping_mul(b);
                    #[allow(unused_comparisons)]
                    if m < 0 { (0 as $t).wrapping_sub(m) } else { m }
                }
            }
        )*};
    }
    whole!(u8 i8 i16 i32 i64);

    fn refuse(op: &str, d: DType) -> Error {
        Error::no_dtype(op, d, "integer dtypes")
    }

    binary! { WHOLE:
    /// The greatest common divisor of integers.
    gcd(input: T, other: T) GCD: Same,
        cpu |op, dt| if dt == DType::Bool { Err(refuse(op, dt)) } else { with_dtype!(op, dt, int, T => Ok(zip(|a: T, b: T| a.gcd(b)))) },
        grad None;
    /// The least common multiple of integers.
    lcm(input: T, other: T) LCM: Same,
        cpu |op, dt| if dt == DType::Bool { Err(refuse(op, dt)) } else { with_dtype!(op, dt, int, T => Ok(zip(|a: T, b: T| a.lcm(b)))) },
        grad None;
    }
}

pub const TABLE: Table = &[DIVIDE, whole::WHOLE];
