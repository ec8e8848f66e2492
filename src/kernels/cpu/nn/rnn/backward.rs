//! The gradients of a recurrent layer: back through time for the gates' sums, then whole-sequence products.

use super::gates::{self, Gated};
use super::{Cell, PAD, Shape, Tape, Weights};
use crate::kernels::cpu::linalg::matmul::gemm;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;

/// Where the gradients go. `state` and `memory` hold those of the states at the end and afterwards those of the
/// states at the beginning; the others may be null.
#[derive(Clone, Copy)]
pub struct Gradients<T> {
    pub x: *mut T,
    pub state: *mut T,
    pub memory: *mut T,
    pub ih: *mut T,
    pub hh: *mut T,
    pub bias_ih: *mut T,
    pub bias_hh: *mut T,
    pub hr: *mut T,
}

/// Values of working memory that [`backward`] takes.
pub fn backward_work(s: &Shape) -> usize {
    let sums = s.rows() * s.width() * if s.cell == Cell::Gru { 2 } else { 1 };
    let projection = s.projected.map_or(0, |p| s.rows() * p + s.batch() * s.hidden);
    sums + projection + s.width() * (s.out() + PAD)
}

/// The gradients from `g`, that of the results (or null), and those in `d` of the states at the end.
///
/// # Safety
/// Pointers are valid for the sizes that `s` names, `work` for [`backward_work`] values; nothing overlaps.
pub unsafe fn backward<T: Gated>(
    s: &Shape,
    x: *const T,
    w: Weights<T>,
    tape: Tape<T>,
    g: *const T,
    d: Gradients<T>,
    work: *mut T,
) {
    let (rows, hidden, out, width) = (s.rows(), s.hidden, s.out(), s.width());
    let (wide, deep, high) = (width as isize, out as isize, hidden as isize);
    let (one, zero) = (T::ONE, T::ZERO);
    let sums = work;
    let state_sums = if s.cell == Cell::Gru { sums.add(rows * width) } else { sums };
    let by_step = state_sums.add(rows * width);
    let arrived = by_step.add(width * (out + PAD));
    let spare = arrived.add(s.projected.map_or(0, |p| rows * p));
    for j in 0..width {
        std::ptr::copy_nonoverlapping(w.hh.add(j * out), by_step.add(j * (out + PAD)), out);
    }
    let mut steps = s.steps();
    steps.reverse();
    {
        let (cell, projected, step) = (s.cell, s.projected.is_some(), T::step(s.cell).1);
        let [sums, state_sums, by_step, arrived, spare, carry, memory] =
            [sums, state_sums, by_step, arrived, spare, d.state, d.memory].map(Ptr);
        let [gates, before, kept, by_projection, g] =
            [tape.gates, tape.before, tape.cell, w.hr.cast_mut(), g.cast_mut()].map(Ptr);
        let at = |p: Ptr<T>, i: usize| if p.get().is_null() { p.get() } else { p.at(i) };
        par::for_each_chunk(s.batch(), s.piece::<T>(), |piece| {
            for &(first, size) in &steps {
                let rows = piece.end.min(size).saturating_sub(piece.start);
                if rows == 0 {
                    continue;
                }
                let (sample, row) = (piece.start, first + piece.start);
                let carry = carry.at(sample * out);
                // SAFETY: the rows of these samples, which no other piece touches; the memory is the caller's.
                unsafe {
                    let mut p = gates::Backward {
                        rows,
                        hidden,
                        gates: gates.at(row * width),
                        tape: at(kept, row * hidden),
                        state: before.at(row * out),
                        from_result: at(g, row * out),
                        carry,
                        memory: at(memory, sample * hidden),
                        sums: sums.at(row * width),
                        from_state: state_sums.at(row * width),
                    };
                    if projected {
                        let total = arrived.at(row * out);
                        for i in 0..rows * out {
                            let own = if p.from_result.is_null() { zero } else { *p.from_result.add(i) };
                            *total.add(i) = own + *carry.add(i);
                        }
                        p.carry = spare.at(sample * hidden);
                        p.from_result = std::ptr::null();
                        gemm(
                            rows,
                            hidden,
                            out,
                            one,
                            total,
                            deep,
                            1,
                            by_projection.get(),
                            high,
                            1,
                            zero,
                            p.carry,
                            high,
                            1,
                            None,
                        );
                    }
                    step(p);
                    // past the GRU's gates the state went on as it was
                    let beta = if cell == Cell::Gru { one } else { zero };
                    gemm(
                        rows,
                        out,
                        width,
                        one,
                        p.from_state,
                        wide,
                        1,
                        by_step.get(),
                        deep + PAD as isize,
                        1,
                        beta,
                        carry,
                        deep,
                        1,
                        None,
                    );
                }
            }
        });
    }
    let input = s.input as isize;
    if !d.x.is_null() {
        gemm(rows, s.input, width, one, sums, wide, 1, w.ih, input, 1, zero, d.x, input, 1, None);
    }
    if !d.ih.is_null() {
        gemm(width, s.input, rows, one, sums, 1, wide, x, input, 1, zero, d.ih, input, 1, None);
    }
    if !d.hh.is_null() {
        gemm(width, out, rows, one, state_sums, 1, wide, tape.before, deep, 1, zero, d.hh, deep, 1, None);
    }
    if !d.hr.is_null() {
        let before = tape.unprojected;
        gemm(out, hidden, rows, one, arrived, 1, deep, before, high, 1, zero, d.hr, high, 1, None);
    }
    for (from, to) in [(sums, d.bias_ih), (state_sums, d.bias_hh)] {
        if !to.is_null() {
            column_sums(rows, width, from, to);
        }
    }
}

/// Rows added up at a time: rounding grows with the number of blocks and of rows in one, not with their product.
const BLOCK: usize = 64;
/// Columns of a task.
const COLUMNS: usize = 64;

unsafe fn column_sums<T: Gated>(rows: usize, n: usize, src: *const T, dst: *mut T) {
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    let grain = (par::REDUCE_GRAIN / (rows * COLUMNS).max(1)).max(1);
    par::for_each_chunk(n.div_ceil(COLUMNS), grain, |tasks| {
        for j in tasks.map(|t| t * COLUMNS) {
            let width = COLUMNS.min(n - j);
            let mut total = [T::ZERO; COLUMNS];
            for first in (0..rows).step_by(BLOCK) {
                let mut sum = [T::ZERO; COLUMNS];
                for i in first..(first + BLOCK).min(rows) {
                    // SAFETY: row `i`, columns `j..j + width`.
                    let row = unsafe { std::slice::from_raw_parts(src.at(i * n + j), width) };
                    sum.iter_mut().zip(row).for_each(|(s, x)| *s = *s + *x);
                }
                total.iter_mut().zip(sum).for_each(|(t, s)| *t = *t + s);
            }
            // SAFETY: these columns are this task's.
            unsafe { std::ptr::copy_nonoverlapping(total.as_ptr(), dst.at(j), width) };
        }
    });
}
