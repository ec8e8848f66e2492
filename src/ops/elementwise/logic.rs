//! Logic on truth values and on bits.

use super::arithmetic::{NONE, binary_rows};
use super::exponential::unary_rows;
use super::kind::{BinaryDef, Rule, Sides, Unary, UnaryDef, binary, binary_in_place};
use crate::base::DType;
use crate::error::{Error, Result};
use crate::kernels::cpu::elementwise::block::{BinaryFn, UnaryFn, map, zip};
use crate::ops::driver::op::{Saves, apply, apply_in_place};
use crate::ops::table::{FromArg, OpDef, Param, Table, Val};
use crate::tensor::{Context, Tensor, Want};
use crate::with_dtype;

/// Shifts by too much (or by a negative number) push every bit out.
macro_rules! shift {
    ($op:ident, $dt:ident, |$a:ident, $b:ident, $bits:ident| $e:expr) => {
        with_dtype!($op, $dt, int, T => Ok(zip(|$a: T, $b: T| { const $bits: i64 = T::BITS as i64; ($e) as T })))
    };
}

mod rows {
    use super::*;

    binary_rows! { LOGIC:
        /// Logical "and" of truth values; any dtype counts as true where it is not zero.
        logical_and(input: T, other: T) LOGICAL_AND, "NotImplemented" []: Logical,
            |_op, _dt| Ok(zip(|a: bool, b: bool| a & b)), (NONE, NONE), |_s, _g, _want| Ok([None, None]);
        /// Logical "or" of truth values.
        logical_or(input: T, other: T) LOGICAL_OR, "NotImplemented" []: Logical,
            |_op, _dt| Ok(zip(|a: bool, b: bool| a | b)), (NONE, NONE), |_s, _g, _want| Ok([None, None]);
        /// Whether exactly one of two truth values holds.
        logical_xor(input: T, other: T) LOGICAL_XOR, "NotImplemented" []: Logical,
            |_op, _dt| Ok(zip(|a: bool, b: bool| a ^ b)), (NONE, NONE), |_s, _g, _want| Ok([None, None]);
        /// Bitwise "and" of integers or bools.
        bitwise_and(input: V, other: V) BITWISE_AND, "NotImplemented" []: Same,
            |op, dt| with_dtype!(op, dt, bits, T => Ok(zip(|a: T, b: T| a & b))), (NONE, NONE), |_s, _g, _want| Ok([None, None]);
        /// Bitwise "or" of integers or bools.
        bitwise_or(input: V, other: V) BITWISE_OR, "NotImplemented" []: Same,
            |op, dt| with_dtype!(op, dt, bits, T => Ok(zip(|a: T, b: T| a | b))), (NONE, NONE), |_s, _g, _want| Ok([None, None]);
        /// Bitwise "exclusive or" of integers or bools.
        bitwise_xor(input: V, other: V) BITWISE_XOR, "NotImplemented" []: Same,
            |op, dt| with_dtype!(op, dt, bits, T => Ok(zip(|a: T, b: T| a ^ b))), (NONE, NONE), |_s, _g, _want| Ok([None, None]);
        /// Integers shifted left by `other` bits.
        bitwise_left_shift(input: V, other: V) LEFT_SHIFT, "NotImplemented" []: Same,
            |op, dt| shift!(op, dt, |a, b, BITS| if (b as i64) < 0 || b as i64 >= BITS { 0 } else { (a as i64) << (b as i64) }),
            (NONE, NONE), |_s, _g, _want| Ok([None, None]);
        /// Integers shifted right by `other` bits, keeping the sign.
        bitwise_right_shift(input: V, other: V) RIGHT_SHIFT, "NotImplemented" []: Same,
            |op, dt| shift!(op, dt, |a, b, BITS| {
                let by = if (b as i64) < 0 || b as i64 >= BITS { BITS.min(63) } else { b as i64 };
                (a as i64) >> by
            }),
            (NONE, NONE), |_s, _g, _want| Ok([None, None]);
    }
}

mod single {
    use super::*;

    unary_rows! { NOT:
        /// Whether an element is zero.
        logical_not(LOGICAL_NOT, "NotImplemented") []: Logical, |_op, _dt| Ok(map(|x: bool| !x)), NOTHING, |g, _cx| g.zeros_alike();
        /// Every bit flipped; for bools the opposite.
        bitwise_not(BITWISE_NOT, "NotImplemented") []: Same, |op, dt| match dt {
                DType::Bool => Ok(map(|x: bool| !x)),
                DType::F32 | DType::F64 => Err(Error::no_dtype("bitwise_not_cpu", dt, "integer and bool dtypes")),
                _ => with_dtype!(op, dt, int, T => Ok(map(|x: T| !x))),
            }, NOTHING, |g, _cx| g.zeros_alike();
    }
}

pub use rows::*;
pub use single::{bitwise_not, logical_not};

pub const TABLE: Table = &[rows::LOGIC, single::NOT];
