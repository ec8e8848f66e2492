//! Extremes with their positions: the first of equal ones, and a nan before all.

use super::fold::{Fold, Out};
use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::elementwise::computed;
use crate::kernels::gpu::machine::Place;
use smallvec::SmallVec;

/// Whether `x` at `k` goes before `v` at `i`.
const MAX: &str = "\
    let up = is_nan(x); let was = is_nan(a.v);
    let before = select(select(x > a.v || x == a.v && i < a.i, true, up), up && i < a.i, was);
    if (before) { return A(x, i); }
    return a;";
const MIN: &str = "\
    let up = is_nan(x); let was = is_nan(a.v);
    let before = select(select(x < a.v || x == a.v && i < a.i, true, up), up && i < a.i, was);
    if (before) { return A(x, i); }
    return a;";
const MAX_INT: &str = "if (x > a.v || x == a.v && i < a.i) { return A(x, i); }\nreturn a;";
const MIN_INT: &str = "if (x < a.v || x == a.v && i < a.i) { return A(x, i); }\nreturn a;";
const JOIN_MAX: &str = "let x = b.v; let i = b.i;
    let up = is_nan(x); let was = is_nan(a.v);
    let before = select(select(x > a.v || x == a.v && i < a.i, true, up), up && i < a.i, was);
    if (before) { return b; }
    return a;";
const JOIN_MIN: &str = "let x = b.v; let i = b.i;
    let up = is_nan(x); let was = is_nan(a.v);
    let before = select(select(x < a.v || x == a.v && i < a.i, true, up), up && i < a.i, was);
    if (before) { return b; }
    return a;";
const JOIN_MAX_INT: &str = "if (b.v > a.v || b.v == a.v && b.i < a.i) { return b; }\nreturn a;";
const JOIN_MIN_INT: &str = "if (b.v < a.v || b.v == a.v && b.i < a.i) { return b; }\nreturn a;";

/// Values where there is a place for them, and positions in the groups, in int64.
pub fn arg_extreme(
    op: &'static str,
    max: bool,
    x: Place,
    axes: &[usize],
    values: Option<Place>,
    at: Place,
) -> Result<()> {
    let dtype = computed(op, x.dtype)?;
    let (take, join) = match (dtype == DType::F32, max) {
        (true, true) => (MAX, JOIN_MAX),
        (true, false) => (MIN, JOIN_MIN),
        (false, true) => (MAX_INT, JOIN_MAX_INT),
        (false, false) => (MIN_INT, JOIN_MIN_INT),
    };
    let start = match (dtype, max) {
        (DType::F32, true) => "-inf(), 4294967295u",
        (DType::F32, false) => "inf(), 4294967295u",
        (DType::I32, true) => "i32(-2147483648), 4294967295u",
        (DType::I32, false) => "2147483647i, 4294967295u",
        (DType::U32, true) => "0u, 4294967295u",
        (DType::U32, false) => "4294967295u, 4294967295u",
        (DType::I64, true) => "-9223372036854775807li - 1li, 4294967295u",
        (DType::I64, false) => "9223372036854775807li, 4294967295u",
        _ => return super::single(op, dtype).map(drop),
    };
    let mut outs: SmallVec<[Out; 2]> = SmallVec::new();
    outs.extend(values.map(|v| Out::new("values", v, "v", dtype)));
    outs.push(Out::new("at", at, "i", DType::U32));
    Fold {
        name: op,
        shape: x.shape,
        reduced: axes,
        ordered: true,
        operands: &[("x", x, dtype)],
        beside: &[],
        state: &[("v", dtype), ("i", DType::U32)],
        start,
        take,
        join,
        params: &[],
        outs: &outs,
        each: None,
    }
    .run()
}
