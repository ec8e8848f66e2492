//! Greatest and least elements.

use super::fold::{Fold, Out};
use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::elementwise::computed;
use crate::kernels::gpu::machine::Place;

/// The least value of a dtype, and the greatest.
pub fn ends(dtype: DType) -> [&'static str; 2] {
    match dtype {
        DType::F32 => ["-inf()", "inf()"],
        DType::F64 => ["f64(-inf())", "f64(inf())"],
        DType::I64 => ["-9223372036854775807li - 1li", "9223372036854775807li"],
        DType::I32 => ["i32(-2147483648)", "2147483647i"],
        DType::U64 => ["0lu", "18446744073709551615lu"],
        _ => ["0u", "4294967295u"],
    }
}

/// The greatest of each group (the least without `max`), into a dense `out`. A nan is both.
pub fn extreme(op: &'static str, max: bool, x: Place, axes: &[usize], out: Place) -> Result<()> {
    let dtype = computed(op, x.dtype)?;
    let [least, most] = ends(dtype);
    let (take, join) = match (dtype == DType::F32, max) {
        (true, true) => ("max_nan(a.v, x)", "max_nan(a.v, b.v)"),
        (true, false) => ("min_nan(a.v, x)", "min_nan(a.v, b.v)"),
        (false, true) => ("select(x, a.v, a.v > x)", "select(b.v, a.v, a.v > b.v)"),
        (false, false) => ("select(x, a.v, a.v < x)", "select(b.v, a.v, a.v < b.v)"),
    };
    Fold {
        name: op,
        shape: x.shape,
        reduced: axes,
        ordered: false,
        operands: &[("x", x, dtype)],
        beside: &[],
        state: &[("v", dtype)],
        start: if max { least } else { most },
        take,
        join,
        params: &[],
        outs: &[Out::new("out", out, "v", dtype)],
        each: None,
    }
    .run()
}
