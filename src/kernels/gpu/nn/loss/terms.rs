//! Losses of two tensors element by element: their terms, summed as they are made.

use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::elementwise::{Side, expression};
use crate::kernels::gpu::machine::Place;
use crate::kernels::gpu::reduce::fold::{Fold, Out};
use crate::kernels::gpu::reduce::single;
use smallvec::{SmallVec, smallvec};

/// A term over the target `t`, the input `x` and numbers; with a weight `w`; and both added to a sum.
#[derive(Debug)]
pub struct Term {
    pub plain: &'static str,
    pub weighted: &'static str,
    pub sum: &'static str,
    pub weighted_sum: &'static str,
}

/// `term!("abs(x - t)")`.
macro_rules! term {
    ($text:literal) => {
        $crate::kernels::gpu::nn::loss::terms::Term {
            plain: $text,
            weighted: concat!("(", $text, ") * w"),
            sum: concat!("a.s + (", $text, ")"),
            weighted_sum: concat!("a.s + (", $text, ") * w"),
        }
    };
}
pub(crate) use term;

/// The terms, or their sum, divided by `divisor`. Operands have one shape; `params` are three numbers.
pub fn terms(
    op: &'static str,
    term: &Term,
    x: Place,
    t: Place,
    w: Option<Place>,
    params: [f64; 3],
    divisor: Option<f64>,
    out: Place,
) -> Result<()> {
    single(op, out.dtype)?;
    let dtype = DType::F32;
    let Some(divisor) = divisor else {
        let mut names: SmallVec<[&'static str; 3]> = smallvec!["x", "t"];
        let mut sides: SmallVec<[Side; 3]> = smallvec![Side::Place(x, dtype), Side::Place(t, dtype)];
        if let Some(w) = w {
            names.push("w");
            sides.push(Side::Place(w, dtype));
        }
        let text = if w.is_some() { term.weighted } else { term.plain };
        return expression(op, text, &names, &sides, &params, out, dtype);
    };
    let mut operands: SmallVec<[_; 3]> = smallvec![("x", x, dtype), ("t", t, dtype)];
    operands.extend(w.map(|w| ("w", w, dtype)));
    let all: SmallVec<[usize; 6]> = (0..x.shape.len()).collect();
    let [q0, q1, q2] = params;
    Fold {
        name: op,
        shape: x.shape,
        reduced: &all,
        ordered: false,
        operands: &operands,
        beside: &[],
        state: &[("s", dtype)],
        start: "0.0",
        take: if w.is_some() { term.weighted_sum } else { term.sum },
        join: "a.s + b.s",
        params: &[q0, q1, q2, divisor],
        // the mean of nothing is 0 / 0
        outs: &[Out::new("out", out, if divisor == 0.0 { "nan()" } else { "s / p3" }, dtype)],
        each: None,
    }
    .run()
}
