//! Comparisons and tests of single elements: results are bool.

use super::arithmetic::{NONE, binary_rows};
use super::kind::{BinaryDef, Rule, Sides, binary, binary_in_place};
use crate::base::{DType, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{BinaryFn, zip};
use crate::ops::table::{FromArg, OpDef, Param, Table, Val};
use crate::tensor::{Tensor, Want};
use crate::{ensure, with_dtype};

/// What in-place comparisons pass on: nothing.
fn flat(g: &Tensor, want: Want) -> Result<[Option<Tensor>; 2]> {
    Ok([want.then(0, || g.zeros_alike())?, want.then(1, || g.zeros_alike())?])
}

binary_rows! { COMPARE:
    /// Whether two elements are equal.
    eq(input: T, other: V) EQ, "EqBackward1" "EqBackward0" "EqBackward0" []: Compare,
        |op, dt| with_dtype!(op, dt, wide, T => Ok(zip(|a: T, b: T| a == b))), (NONE, NONE), |_s, g, want| flat(g, want);
    /// Whether two elements differ.
    ne(input: T, other: V) NE, "NeBackward1" "NeBackward0" "NeBackward0" ["not_equal"]: Compare,
        |op, dt| with_dtype!(op, dt, wide, T => Ok(zip(|a: T, b: T| a != b))), (NONE, NONE), |_s, g, want| flat(g, want);
    /// Whether the first element is less. **Errors**: RuntimeError for complex tensors.
    lt(input: T, other: V) LT, "LtBackward1" "LtBackward0" "LtBackward0" ["less"]: Compare,
        |op, dt| with_dtype!(op, dt, wide_real, T => Ok(zip(|a: T, b: T| a < b))), (NONE, NONE), |_s, g, want| flat(g, want);
    /// Whether the first element is less or equal. **Errors**: RuntimeError for complex tensors.
    le(input: T, other: V) LE, "LeBackward1" "LeBackward0" "LeBackward0" ["less_equal"]: Compare,
        |op, dt| with_dtype!(op, dt, wide_real, T => Ok(zip(|a: T, b: T| a <= b))), (NONE, NONE), |_s, g, want| flat(g, want);
    /// Whether the first element is greater. **Errors**: RuntimeError for complex tensors.
    gt(input: T, other: V) GT, "GtBackward1" "GtBackward0" "GtBackward0" ["greater"]: Compare,
        |op, dt| with_dtype!(op, dt, wide_real, T => Ok(zip(|a: T, b: T| a > b))), (NONE, NONE), |_s, g, want| flat(g, want);
    /// Whether the first element is greater or equal. **Errors**: RuntimeError for complex tensors.
    ge(input: T, other: V) GE, "GeBackward1" "GeBackward0" "GeBackward0" ["greater_equal"]: Compare,
        |op, dt| with_dtype!(op, dt, wide_real, T => Ok(zip(|a: T, b: T| a >= b))), (NONE, NONE), |_s, g, want| flat(g, want);
}

impl Tensor {
    /// Whether no element of a bool tensor is false.
    #[allow(unsafe_code)]
    pub fn all_true(&self) -> Result<bool> {
        let x = crate::ops::create::copy::dense(self)?;
        ensure!(
            x.device() != crate::base::Device::Meta,
            NotImplemented,
            "a meta tensor has no elements to compare"
        );
        let _guard = crate::storage::Guard::take([x.storage()].into_iter(), [].into_iter());
        // SAFETY: a dense bool tensor, held for reading
        Ok(unsafe { std::slice::from_raw_parts(x.ptr(), x.numel()) }.iter().all(|b| *b != 0))
    }
}

/// `equal` against a number: used by tests.
pub fn all_equal(t: &Tensor, value: impl Into<Scalar>) -> Result<bool> {
    eq(t, Val::S(value.into()))?.all_true()
}

pub const TABLE: Table = &[COMPARE];
