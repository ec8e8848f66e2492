//! A layer through the sequence: the input's part of all steps as one product, then step after step.

use super::gates::{self, Gated};
use super::{Cell, PAD, Shape, Tape, Weights};
use crate::kernels::cpu::create::transpose::try_copy;
use crate::kernels::cpu::linalg::matmul::{Bias, Epilogue, gemm};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;

/// `dst[p][j] = src[j][p]` with rows of `dst` `n + PAD` apart.
unsafe fn transposed<T: Copy>(n: usize, k: usize, src: *const T, dst: *mut T) {
    let fits = try_copy(&[k, n], dst.cast(), &[n + PAD, 1], src.cast(), &[1, k], size_of::<T>());
    if !fits {
        for p in 0..k {
            for j in 0..n {
                *dst.add(p * (n + PAD) + j) = *src.add(j * k + p);
            }
        }
    }
}

/// Values of working memory that [`forward`] takes.
pub fn forward_work(s: &Shape) -> usize {
    let weights = s.out() * (s.width() + PAD) + s.width();
    let state = if s.cell == Cell::Gru { s.batch() * s.width() } else { 0 };
    let projection = s.projected.map_or(0, |p| s.hidden * (p + PAD) + s.batch() * s.hidden);
    weights + state + projection
}

/// The results `y` of all rows. `state` and the LSTM's `memory` hold those of the beginning for every sample, and
/// afterwards those of the end.
///
/// # Safety
/// Pointers are valid for the sizes that `s` names, `work` for [`forward_work`] values; nothing overlaps.
pub unsafe fn forward<T: Gated>(
    s: &Shape,
    x: *const T,
    w: Weights<T>,
    state: *mut T,
    memory: *mut T,
    y: *mut T,
    tape: Tape<T>,
    work: *mut T,
) {
    let (hidden, out, width) = (s.hidden, s.out(), s.width());
    let by_step = work;
    let bias = by_step.add(out * (width + PAD));
    let parts = bias.add(width);
    let by_projection = if s.cell == Cell::Gru { parts.add(s.batch() * width) } else { parts };
    let spare = by_projection.add(s.projected.map_or(0, |p| hidden * (p + PAD)));
    transposed(width, out, w.hh, by_step);
    if !w.hr.is_null() {
        transposed(out, hidden, w.hr, by_projection);
    }
    let mut epilogue = None;
    if !w.bias_ih.is_null() {
        // the GRU resets the state's part of its new state, bias and all: that bias comes later
        let both = if s.cell == Cell::Gru { 2 * hidden } else { width };
        for j in 0..width {
            *bias.add(j) = if j < both { *w.bias_ih.add(j) + *w.bias_hh.add(j) } else { *w.bias_ih.add(j) };
        }
        epilogue = Some(Epilogue { bias: Bias::PerCol(bias, 1), ..Epilogue::NONE });
    }
    let (one, zero) = (T::ONE, T::ZERO);
    let input = s.input as isize;
    let (wide, deep) = (width as isize, out as isize);
    gemm(s.rows(), width, s.input, one, x, input, 1, w.ih, 1, input, zero, tape.gates, wide, 1, epilogue);
    let late = if s.cell == Cell::Gru && !w.bias_hh.is_null() {
        w.bias_hh.add(2 * hidden)
    } else {
        std::ptr::null()
    };
    let steps = s.steps();
    let step = T::step(s.cell).0;
    let (cell, projected) = (s.cell, s.projected.is_some());
    let [by_step, by_projection, parts, spare, state, memory, y] =
        [by_step, by_projection, parts, spare, state, memory, y].map(Ptr);
    let [gates, before, kept, unprojected, late] =
        [tape.gates, tape.before, tape.cell, tape.unprojected, late.cast_mut()].map(Ptr);
    let at = |p: Ptr<T>, i: usize| if p.get().is_null() { p.get() } else { p.at(i) };
    par::for_each_chunk(s.batch(), s.piece::<T>(), |piece| {
        for &(first, size) in &steps {
            let rows = piece.end.min(size).saturating_sub(piece.start);
            if rows == 0 {
                continue;
            }
            let (sample, row) = (piece.start, first + piece.start);
            let state = state.at(sample * out);
            // SAFETY: the rows of these samples, which no other piece touches; the memory is the caller's.
            unsafe {
                let kept_state = at(before, row * out);
                if !kept_state.is_null() {
                    std::ptr::copy_nonoverlapping(state, kept_state, rows * out);
                }
                let sums = gates.at(row * width);
                let (part, beta) = match cell {
                    Cell::Gru => (parts.at(sample * width), zero),
                    _ => (sums, one),
                };
                gemm(
                    rows,
                    width,
                    out,
                    one,
                    state,
                    deep,
                    1,
                    by_step.get(),
                    wide + PAD as isize,
                    1,
                    beta,
                    part,
                    wide,
                    1,
                    None,
                );
                let mut result = state;
                if projected {
                    result = at(unprojected, row * hidden);
                    if result.is_null() {
                        result = spare.at(sample * hidden);
                    }
                }
                step(gates::Forward {
                    rows,
                    hidden,
                    gates: sums,
                    from_state: part,
                    bias: late.get(),
                    memory: at(memory, sample * hidden),
                    state,
                    tape: at(kept, row * hidden),
                    out: result,
                });
                if projected {
                    let h = hidden as isize;
                    gemm(
                        rows,
                        out,
                        hidden,
                        one,
                        result,
                        h,
                        1,
                        by_projection.get(),
                        deep + PAD as isize,
                        1,
                        zero,
                        state,
                        deep,
                        1,
                        None,
                    );
                }
                // the cells without a tape have their result where their sums were
                std::ptr::copy_nonoverlapping(state, y.at(row * out), rows * out);
            }
        }
    });
}
