//! A layer over a sequence.

use super::gates as cell;
use super::{Matrix, Tape, Weights, product, steps};
use crate::error::Result;
use crate::kernels::cpu::nn::rnn::{Cell, Shape};
use crate::kernels::gpu::create::copy::copy;
use crate::kernels::gpu::machine::operand::ensure_single;
use crate::kernels::gpu::machine::{Place, Scratch};

/// Rows `y` and what the tape wants; `state` and `memory` go from those at the beginning to those at the end. All is dense.
pub fn forward(
    name: &'static str,
    s: &Shape,
    x: Place,
    w: &Weights,
    state: Place,
    memory: Option<Place>,
    y: Place,
    tape: &Tape,
) -> Result<()> {
    ensure_single(name, y.dtype)?;
    let (rows, hidden, out, width) = (s.rows(), s.hidden, s.out(), s.width());
    let ih = Matrix::rows(w.ih, s.input, 0, width);
    let hh = Matrix::rows(w.hh, out, 0, width).t();
    let bias = w.bias.map(|(b, _)| Matrix::repeated(b, width, rows));
    let all = Matrix::rows(tape.gates, width, 0, rows);
    product(name, &all, &Matrix::rows(x, s.input, 0, rows), &ih.t(), bias.as_ref())?;
    let part = match s.cell {
        Cell::Gru => Some(Scratch::beside(&y, s.batch() * width, y.dtype)?),
        _ => None,
    };
    let spare = match (s.projected, tape.unprojected) {
        (Some(_), None) => Some(Scratch::beside(&y, rows * hidden, y.dtype)?),
        _ => None,
    };
    let unprojected = tape.unprojected.or(spare.as_ref().map(|s| s.place()));
    for (first, n) in steps(s.sizes, s.reverse) {
        let now = Matrix::rows(state, out, 0, n);
        let gates = Matrix::rows(tape.gates, width, first, n);
        let result = Matrix::rows(y, out, first, n);
        let from_state = part.as_ref().map(|p| Matrix::rows(p.place(), width, 0, n));
        match &from_state {
            Some(to) => product(name, to, &now, &hh, None)?,
            None => product(name, &gates, &now, &hh, Some(&gates))?,
        }
        let to = match unprojected {
            Some(u) => Matrix::rows(u, hidden, first, n).at,
            None => result.at,
        };
        cell::forward(
            name,
            cell::Forward {
                cell: s.cell,
                rows: n,
                hidden,
                gates: gates.at,
                part: from_state.as_ref().map(|p| p.at),
                bias: w.bias.map(|(_, b)| b),
                memory,
                state,
                projected: s.projected.is_some(),
                before: tape
                    .before
                    .filter(|_| s.projected.is_none())
                    .map(|b| Matrix::rows(b, out, first, n).at),
                tape: tape.cell.map(|c| Matrix::rows(c, hidden, first, n).at),
                out: to,
            },
        )?;
        if let (Some(hr), Some(u)) = (w.hr, unprojected) {
            if let Some(before) = tape.before {
                copy(Matrix::rows(before, out, first, n).place(), now.place())?;
            }
            let hr = Matrix::rows(hr, hidden, 0, out).t();
            product(name, &result, &Matrix::rows(u, hidden, first, n), &hr, None)?;
            copy(now.place(), result.place())?;
        }
    }
    Ok(())
}
