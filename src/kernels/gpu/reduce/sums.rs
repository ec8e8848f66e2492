//! Sums, products, counts, truth and norms.

use super::fold::{Fold, Out};
use super::{single, wide};
use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::machine::Place;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Sum,
    /// Without nan.
    NanSum,
    /// Divided by the count.
    Mean,
    Prod,
}

/// Into a dense `out`; `dtype` is that of the arithmetic.
pub fn reduce(
    op: &'static str,
    what: What,
    x: Place,
    axes: &[usize],
    dtype: DType,
    out: Place,
) -> Result<()> {
    let acc = wide(op, dtype)?;
    let take = match what {
        What::Sum | What::Mean => "a.s + x",
        What::NanSum if acc == DType::F32 => "a.s + select(x, 0.0f, is_nan(x))",
        What::NanSum => "a.s + select(x, S(), !(x == x))",
        What::Prod if acc == DType::C64 => "c_mul(a.s, x)",
        What::Prod => "a.s * x",
    };
    let (start, join) = match what {
        What::Prod if acc == DType::C64 => ("vec2<f32>(1.0, 0.0)", "c_mul(a.s, b.s)"),
        What::Prod => ("S(1)", "a.s * b.s"),
        _ => ("S()", "a.s + b.s"),
    };
    let n: usize = axes.iter().filter_map(|&i| x.shape.get(i)).product();
    let text = if what == What::Mean { "s / S(p0)" } else { "s" };
    Fold {
        name: op,
        shape: x.shape,
        reduced: axes,
        ordered: false,
        operands: &[("x", x, acc)],
        beside: &[],
        state: &[("s", acc)],
        start,
        take,
        join,
        params: &[n as f64],
        outs: &[Out::new("out", out, text, acc)],
        each: None,
    }
    .run()
}

/// Whether all (or any) elements count as true; `out` is of bool or uint8.
pub fn truth(all: bool, x: Place, axes: &[usize], out: Place) -> Result<()> {
    Fold {
        name: if all { "all" } else { "any" },
        shape: x.shape,
        reduced: axes,
        ordered: false,
        operands: &[("x", x, DType::Bool)],
        beside: &[],
        state: &[("s", DType::U32)],
        start: if all { "1u" } else { "0u" },
        take: if all { "a.s & u32(x)" } else { "a.s | u32(x)" },
        join: if all { "a.s & b.s" } else { "a.s | b.s" },
        params: &[],
        outs: &[Out::new("out", out, "s", DType::U32)],
        each: None,
    }
    .run()
}

/// How many elements are not zero, in int64.
pub fn count_nonzero(x: Place, axes: &[usize], out: Place) -> Result<()> {
    Fold {
        name: "count_nonzero",
        shape: x.shape,
        reduced: axes,
        ordered: false,
        operands: &[("x", x, DType::Bool)],
        beside: &[],
        state: &[("s", DType::U32)],
        start: "0u",
        take: "a.s + u32(x)",
        join: "a.s + b.s",
        params: &[],
        outs: &[Out::new("out", out, "s", DType::U32)],
        each: None,
    }
    .run()
}

/// `(sum |x - y|^p)^(1/p)`, or of `x` alone.
pub fn norm(
    op: &'static str,
    x: Place,
    y: Option<Place>,
    shape: &[usize],
    p: f64,
    axes: &[usize],
    out: Place,
) -> Result<()> {
    let dtype = match x.dtype {
        DType::C64 => DType::C64,
        d => single(op, d)?,
    };
    // magnitude and its square
    let (m, m2, m0, mp, most, least) = match (y.is_some(), dtype) {
        (false, DType::C64) => (
            "a.s + length(x)",
            "a.s + dot(x, x)",
            "a.s + f32(any(x != vec2<f32>()))",
            "a.s + pow_f(length(x), p0)",
            "max_nan(a.s, length(x))",
            "min_nan(a.s, length(x))",
        ),
        (true, DType::C64) => (
            "a.s + length(x - y)",
            "a.s + dot(x - y, x - y)",
            "a.s + f32(any(x != y))",
            "a.s + pow_f(length(x - y), p0)",
            "max_nan(a.s, length(x - y))",
            "min_nan(a.s, length(x - y))",
        ),
        (false, _) => (
            "a.s + abs(x)",
            "a.s + x * x",
            "a.s + f32(!(x == 0.0))",
            "a.s + pow_f(abs(x), p0)",
            "max_nan(a.s, abs(x))",
            "min_nan(a.s, abs(x))",
        ),
        (true, _) => (
            "a.s + abs(x - y)",
            "a.s + (x - y) * (x - y)",
            "a.s + f32(!(x == y))",
            "a.s + pow_f(abs(x - y), p0)",
            "max_nan(a.s, abs(x - y))",
            "min_nan(a.s, abs(x - y))",
        ),
    };
    let (take, text) = match p {
        0.0 => (m0, "s"),
        1.0 => (m, "s"),
        2.0 => (m2, "sqrt(s)"),
        f64::INFINITY => (most, "s"),
        f64::NEG_INFINITY => (least, "s"),
        _ => (mp, "pow_f(s, 1.0 / p0)"),
    };
    let (start, join) = match p {
        f64::INFINITY => ("0.0", "max_nan(a.s, b.s)"),
        f64::NEG_INFINITY => ("inf()", "min_nan(a.s, b.s)"),
        _ => ("0.0", "a.s + b.s"),
    };
    let mut operands = smallvec::SmallVec::<[_; 2]>::from_elem(("x", x, dtype), 1);
    operands.extend(y.map(|y| ("y", y, dtype)));
    Fold {
        name: op,
        shape,
        reduced: axes,
        ordered: false,
        operands: &operands,
        beside: &[],
        state: &[("s", DType::F32)],
        start,
        take,
        join,
        params: &[p],
        outs: &[Out::new("out", out, text, DType::F32)],
        each: None,
    }
    .run()
}
