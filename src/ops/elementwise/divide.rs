//! Whole-number division and remainders.

use crate::base::DType;
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{BinaryFn, zip};
use crate::kernels::cpu::elementwise::math;
use crate::kernels::cpu::elementwise::quotient::Divide;
use crate::ops::elementwise::kind::binary::{BinaryDef, binary, names, native2, run_binary};
use crate::ops::elementwise::kind::gpu::wgsl;
use crate::ops::elementwise::kind::grad::slopes;
use crate::ops::elementwise::kind::kernel;
use crate::ops::elementwise::kind::run::Side;
use crate::ops::table::{Table, Val};
use crate::tensor::Tensor;
use crate::{bail, rows};

/// The guard of rows that divide: integers refuse zero. The driver holds the operand.
#[allow(unsafe_code)]
fn refuse_zero(b: &Side, dtype: DType, n: usize) -> Result<()> {
    if dtype.is_float() {
        return Ok(());
    }
    let zero = match b {
        Side::Number(bytes) => n > 0 && bytes.0.iter().all(|v| *v == 0),
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

fn floor_kernel(dt: DType) -> Option<BinaryFn> {
    match dt {
        DType::F32 | DType::F64 => native2!(dt, math::floor_divide_f32, math::floor_divide_f64),
        _ => kernel!(dt, int, T => T::by_quotient(|a: T, b: T, q: T| T::floored(a, b, q))),
    }
}

fn trunc_kernel(dt: DType) -> Option<BinaryFn> {
    match dt {
        DType::F32 => Some(zip(|a: f32, b: f32| (a / b).trunc())),
        DType::F64 => Some(zip(|a: f64, b: f64| (a / b).trunc())),
        _ => kernel!(dt, int, T => T::by_quotient(|_: T, _: T, q: T| q)),
    }
}

static DIV_FLOOR: BinaryDef = BinaryDef {
    name: "div_floor",
    grad_names: names(&["DivBackward2"]),
    kernel: floor_kernel,
    wgsl: wgsl!("floor_divide_f(a, b)" int "floor_divide_{T}(a, b)"),
    grad: slopes!({ a |g| g.zeros_alike(), b |g| g.zeros_alike() }),
    guard: Some(refuse_zero),
    wide: true,
    ..BinaryDef::EMPTY
};
static DIV_TRUNC: BinaryDef = BinaryDef {
    name: "div_trunc",
    grad_names: names(&["DivBackward2"]),
    kernel: trunc_kernel,
    wgsl: wgsl!("trunc(a / b)" int "quo_{T}(a, b)"),
    grad: slopes!({ a |g| g.zeros_alike(), b |g| g.zeros_alike() }),
    guard: Some(refuse_zero),
    wide: true,
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

rows! { DIVIDE:
    /// The quotient of two tensors, broadcasting both; integers divide as floats unless rounded.
    ///
    /// Args: rounding_mode: None, "trunc" (towards zero) or "floor".
    /// **Errors**: RuntimeError for another mode, and for rounded integer division by zero.
    ///
    /// ```text
    /// >>> torch.div(torch.tensor([7, -7]), 2)
    /// tensor([ 3.5000, -3.5000])
    /// >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="trunc")
    /// tensor([ 3, -3])
    /// >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="floor")
    /// tensor([ 3, -4])
    /// ```
    [Torch, Method] + in place out Promote
        fn div(input: Val, other: Val; rounding_mode: Option<&str> = None) -> Tensor |to| {
        to.binary(mode_def(rounding_mode)?, input, other, None)
    }
    /// Alias of `div`.
    ///
    /// ```text
    /// >>> torch.divide(torch.tensor([7, -7]), 2)
    /// tensor([ 3.5000, -3.5000])
    /// ```
    [Torch, Method] + in place out Promote
        fn divide(input: Val, other: Val; rounding_mode: Option<&str> = None) -> Tensor |to| {
        to.binary(mode_def(rounding_mode)?, input, other, None)
    }
}

binary! { REMAINDERS:
    /// The quotient rounded down.
    ///
    /// **Errors**: RuntimeError for integer division by zero.
    ///
    /// ```text
    /// >>> torch.floor_divide(torch.tensor([7, -7]), 2)
    /// tensor([ 3, -4])
    /// ```
    floor_divide(input: V, other: V) FLOOR_DIVIDE: Same,
        cpu |dt| floor_kernel(dt),
        guard refuse_zero,
        numbers true,
        wide true,
        wgsl "floor_divide_f(a, b)" int "floor_divide_{T}(a, b)",
        grad {
            a |_g| bail!(Runtime, "derivative for aten::floor_divide is not implemented"),
            b |_g| bail!(Runtime, "derivative for aten::floor_divide is not implemented"),
        };
    /// The remainder with the sign of the divisor, as Python's `%`.
    ///
    /// **Errors**: RuntimeError for integer division by zero.
    ///
    /// ```text
    /// >>> torch.remainder(torch.tensor([7, -7]), 3)
    /// tensor([1, 2])
    /// ```
    remainder(input: V, other: V) REMAINDER "RemainderBackward1" "RemainderBackward0" "NotImplemented": Same,
        cpu |dt| match dt {
            DType::F32 | DType::F64 => native2!(dt, math::remainder_f32, math::remainder_f64),
            _ => kernel!(dt, int, T => T::by_quotient(|a: T, b: T, q: T| T::wrapped(a, b, q))),
        },
        guard refuse_zero,
        wgsl "remainder_f(a, b)" int "mod_{T}(a, b)",
        grad {
            a |g| Ok(g.clone()),
            b |g, a: Val, b: Val| g.neg()?.mul(run_binary(&DIV_FLOOR, a, b, None)?),
        };
    /// The remainder with the sign of the dividend, as C's `fmod`.
    ///
    /// **Errors**: RuntimeError for integer division by zero.
    ///
    /// ```text
    /// >>> torch.fmod(torch.tensor([7, -7]), 3)
    /// tensor([ 1, -1])
    /// ```
    fmod(input: T, other: V) FMOD "FmodBackward1" "FmodBackward0" "FmodBackward0": Same,
        cpu |dt| match dt {
            DType::F32 | DType::F64 => native2!(dt, math::fmod_f32, math::fmod_f64),
            _ => kernel!(dt, int, T => T::by_quotient(|a: T, b: T, q: T| T::left_over(a, b, q))),
        },
        guard refuse_zero,
        wgsl "fmod_f(a, b)" int "rem_{T}(a, b)",
        grad {
            a |g| Ok(g.clone()),
            b |g, a: Val, b: Val| g.neg()?.mul(run_binary(&DIV_TRUNC, a, b, None)?),
        };
}

/// Common divisors and multiples; both are defined for zero.
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

binary! { WHOLE:
    /// The greatest common divisor of integers.
    ///
    /// ```text
    /// >>> torch.gcd(torch.tensor([12, 7]), torch.tensor([18, 14]))
    /// tensor([6, 7])
    /// ```
    gcd(input: T, other: T) GCD: Same,
        cpu |dt| kernel!(dt, int, T => zip(|a: T, b: T| a.gcd(b))),
        wgsl "" int "gcd_{T}(a, b)",
        grad None;
    /// The least common multiple of integers.
    ///
    /// ```text
    /// >>> torch.lcm(torch.tensor([12, 7]), torch.tensor([18, 14]))
    /// tensor([36, 14])
    /// ```
    lcm(input: T, other: T) LCM: Same,
        cpu |dt| kernel!(dt, int, T => zip(|a: T, b: T| a.lcm(b))),
        wgsl "" int "lcm_{T}(a, b)",
        grad None;
}

pub const TABLE: Table = &[DIVIDE, REMAINDERS, WHOLE];
