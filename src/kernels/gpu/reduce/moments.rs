//! Mean and variance, by the rules of Welford for elements and of Chan, Golub and LeVeque for parts.

use super::fold::{Fold, Out};
use super::single;
use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::machine::Place;
use smallvec::SmallVec;

/// Count, mean and sum of squared deviations.
pub const STATE: [(&str, DType); 3] = [("c", DType::F32), ("m", DType::F32), ("q", DType::F32)];
pub const START: &str = "0.0, 0.0, 0.0";
pub const TAKE: &str =
    "let c = a.c + 1.0; let d = x - a.m; let m = a.m + d / c;\nreturn A(c, m, a.q + d * (x - m));";
pub const JOIN: &str = "\
    if (a.c == 0.0) { return b; }
    if (b.c == 0.0) { return a; }
    let c = a.c + b.c; let d = b.m - a.m;
    return A(c, a.m + d * (b.c / c), a.q + b.q + d * d * (a.c * (b.c / c)));";

/// Variance with `n - correction` as divisor, not below zero, or its root; and the mean where there is a place for it.
pub fn var(
    op: &'static str,
    x: Place,
    axes: &[usize],
    correction: f64,
    std: bool,
    out: Place,
    mean: Option<Place>,
) -> Result<()> {
    let n: usize = axes.iter().filter_map(|&i| x.shape.get(i)).product();
    let dtype = single(op, x.dtype)?;
    let text = match (n == 0, std) {
        (true, _) => "nan()",
        (_, false) => "select(q / p0, over_zero(q), p0 == 0.0)",
        (_, true) => "sqrt(select(q / p0, over_zero(q), p0 == 0.0))",
    };
    let mut outs: SmallVec<[Out; 2]> = SmallVec::new();
    outs.push(Out::new("out", out, text, DType::F32));
    outs.extend(mean.map(|m| Out::new("mean", m, if n == 0 { "nan()" } else { "m" }, DType::F32)));
    Fold {
        name: op,
        shape: x.shape,
        reduced: axes,
        ordered: false,
        operands: &[("x", x, dtype)],
        beside: &[],
        state: &STATE,
        start: START,
        take: TAKE,
        join: JOIN,
        params: &[(n as f64 - correction).max(0.0)],
        outs: &outs,
        each: None,
    }
    .run()
}
