//! The gradients of a layer: back through time for the gates' sums, then products over the whole sequence.

use super::gates as cell;
use super::{Matrix, Tape, Weights, product, steps};
use crate::base::{DType, Scalar};
use crate::error::Result;
use crate::kernels::cpu::nn::rnn::{Cell, Shape};
use crate::kernels::gpu::create::copy::fill;
use crate::kernels::gpu::elementwise::{Side, expression};
use crate::kernels::gpu::machine::{Place, Scratch};

/// Where the gradients go. `state` and `memory` hold those of the states at the end and afterwards those of the states at
/// the beginning.
#[derive(Clone, Copy)]
pub struct Gradients<'a> {
    pub x: Option<Place<'a>>,
    pub state: Place<'a>,
    pub memory: Option<Place<'a>>,
    pub ih: Option<Place<'a>>,
    pub hh: Option<Place<'a>>,
    pub bias_ih: Option<Place<'a>>,
    pub bias_hh: Option<Place<'a>>,
    pub hr: Option<Place<'a>>,
}

/// The gradients from `g`, that of the rows, and those in `d` of the states at the end. All is dense.
pub fn backward(
    name: &'static str,
    s: &Shape,
    x: Place,
    w: &Weights,
    tape: &Tape,
    g: Option<Place>,
    d: &Gradients,
) -> Result<()> {
    let (rows, hidden, out, width) = (s.rows(), s.hidden, s.out(), s.width());
    let room = |n: usize, width: usize| Scratch::beside(&x, n * width, x.dtype);
    let sums = room(rows, width)?;
    let own = if s.cell == Cell::Gru { Some(room(rows, width)?) } else { None };
    let part = own.as_ref().unwrap_or(&sums);
    let projection = match s.projected {
        Some(p) => Some((room(rows, p)?, room(s.batch(), hidden)?)),
        None => None,
    };
    let Some(before) = tape.before else { crate::bail!(Internal, "{name}: a gradient without states") };
    let hh = Matrix::rows(w.hh, out, 0, width);
    let mut order = steps(s.sizes, s.reverse);
    order.reverse();
    for (first, n) in order {
        let carry = Matrix::rows(d.state, out, 0, n);
        let mut step = cell::Backward {
            cell: s.cell,
            rows: n,
            hidden,
            gates: Matrix::rows(tape.gates, width, first, n).at,
            tape: tape.cell.map(|c| Matrix::rows(c, hidden, first, n).at),
            before: (s.cell == Cell::Gru).then(|| Matrix::rows(before, out, first, n).at),
            from_result: g.map(|g| Matrix::rows(g, out, first, n).at),
            carry: carry.at,
            memory: d.memory,
            sums: Matrix::rows(sums.place(), width, first, n).at,
            part: own.as_ref().map(|p| Matrix::rows(p.place(), width, first, n).at),
        };
        if let (Some((arrived, spare)), Some(hr)) = (&projection, w.hr) {
            let total = Matrix::rows(arrived.place(), out, first, n);
            let (a, b) = (carry.place(), g.map(|g| Matrix::rows(g, out, first, n)));
            match &b {
                Some(b) => expression(
                    "rnn_arriving",
                    "a + b",
                    &["a", "b"],
                    &[Side::Place(a, DType::F32), Side::Place(b.place(), DType::F32)],
                    &[],
                    total.place(),
                    DType::F32,
                )?,
                None => crate::kernels::gpu::create::copy::copy(total.place(), a)?,
            }
            let inner = Matrix::rows(spare.place(), hidden, 0, n);
            product(name, &inner, &total, &Matrix::rows(hr, hidden, 0, out), None)?;
            step.carry = inner.at;
            step.from_result = None;
            cell::backward(name, step)?;
        } else {
            cell::backward(name, step)?;
        }
        // past the GRU's gates the state went on as it was
        let past = (s.cell == Cell::Gru).then_some(&carry);
        product(name, &carry, &Matrix::rows(part.place(), width, first, n), &hh, past)?;
    }
    let (sums_at, part_at) =
        (Matrix::rows(sums.place(), width, 0, rows), Matrix::rows(part.place(), width, 0, rows));
    if let Some(to) = d.x {
        product(
            name,
            &Matrix::rows(to, s.input, 0, rows),
            &sums_at,
            &Matrix::rows(w.ih, s.input, 0, width),
            None,
        )?;
    }
    if let Some(to) = d.ih {
        let x = Matrix::rows(x, s.input, 0, rows);
        product(name, &Matrix::rows(to, s.input, 0, width), &sums_at.t(), &x, None)?;
    }
    if let Some(to) = d.hh {
        let before = Matrix::rows(before, out, 0, rows);
        product(name, &Matrix::rows(to, out, 0, width), &part_at.t(), &before, None)?;
    }
    if let (Some(to), Some((arrived, _)), Some(u)) = (d.hr, &projection, tape.unprojected) {
        let arrived = Matrix::rows(arrived.place(), out, 0, rows);
        product(
            name,
            &Matrix::rows(to, hidden, 0, out),
            &arrived.t(),
            &Matrix::rows(u, hidden, 0, rows),
            None,
        )?;
    }
    if d.bias_ih.is_some() || d.bias_hh.is_some() {
        let ones = room(1, rows)?;
        fill(ones.place(), Scalar::Float(1.0))?;
        let ones = Matrix::rows(ones.place(), rows, 0, 1);
        for (to, from) in [(d.bias_ih, &sums_at), (d.bias_hh, &part_at)] {
            if let Some(to) = to {
                product(name, &Matrix::rows(to, width, 0, 1), &ones, from, None)?;
            }
        }
    }
    Ok(())
}
