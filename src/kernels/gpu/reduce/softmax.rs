//! Softmax and its kin: the greatest element and the sum of exponentials above it, joined by rescaling the lesser sum.

use super::fold::{Fold, Out};
use super::single;
use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::machine::Place;

/// Greatest element and sum of `e^(x - greatest)`.
pub const STATE: [(&str, DType); 2] = [("m", DType::F32), ("s", DType::F32)];
pub const START: &str = "-inf(), 0.0";
/// One exponential an element. Equal ones are told apart, for infinities have no difference; a nan makes the sum one.
pub const TAKE: &str = "\
    let e = select(exp_q(-abs(x - a.m)), 1.0, x == a.m);
    if (x > a.m) { return A(x, a.s * e + 1.0); }
    return A(a.m, a.s + e);";
pub const JOIN: &str = "\
    if (b.s == 0.0) { return a; }
    if (a.s == 0.0) { return b; }
    if (a.m == b.m) { return A(a.m, a.s + b.s); }
    if (is_nan(a.m)) { return a; }
    if (is_nan(b.m)) { return b; }
    if (a.m > b.m) { return A(a.m, a.s + b.s * exp_f(b.m - a.m)); }
    return A(b.m, b.s + a.s * exp_f(a.m - b.m));";

pub fn softmax(op: &'static str, log: bool, x: Place, axis: &[usize], out: Place) -> Result<()> {
    let dtype = single(op, x.dtype)?;
    Fold {
        name: op,
        shape: x.shape,
        reduced: axis,
        ordered: false,
        operands: &[("x", x, dtype)],
        beside: &[],
        state: &STATE,
        start: START,
        take: TAKE,
        join: JOIN,
        params: &[],
        outs: &[],
        // infinities have no share: their difference is none
        each: Some((
            out,
            if log {
                "x - m - select(log_f(s), nan(), is_inf(m))"
            } else {
                "exp_q(x - m) / select(s, nan(), is_inf(m))"
            },
        )),
    }
    .run()
}

/// The gradient for the input from that of the result, `g`, and the result, `y`.
pub fn softmax_backward(
    op: &'static str,
    log: bool,
    g: Place,
    y: Place,
    axis: &[usize],
    out: Place,
) -> Result<()> {
    let dtype = single(op, y.dtype)?;
    Fold {
        name: op,
        shape: y.shape,
        reduced: axis,
        ordered: false,
        operands: &[("y", y, dtype), ("g", g, dtype)],
        beside: &[],
        state: &[("s", DType::F32)],
        start: "0.0",
        take: if log { "a.s + g" } else { "a.s + g * y" },
        join: "a.s + b.s",
        params: &[],
        outs: &[],
        each: Some((out, if log { "g - exp_f(y) * s" } else { "(g - s) * y" })),
    }
    .run()
}

pub fn logsumexp(op: &'static str, x: Place, axes: &[usize], out: Place) -> Result<()> {
    let dtype = single(op, x.dtype)?;
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
        params: &[],
        outs: &[Out::new("out", out, "select(m + log_f(s), m, is_inf(m) && !is_nan(s))", DType::F32)],
        each: None,
    }
    .run()
}
