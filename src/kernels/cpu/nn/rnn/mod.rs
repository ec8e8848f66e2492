//! Recurrent layers: one layer in one direction over a whole sequence.
//!
//! The input's part of all gates is one product over all time steps; each step then adds the state's part and runs
//! the gates in one sweep. Steps depend on one another, samples do not: where the recurrent weights stay in the
//! second-level cache, pieces of the batch go through the whole sequence each on its own, and threads meet once
//! instead of at every step. Larger weights would be read again for every piece: there all samples take a step
//! together and the product itself is shared.
//!
//! Rows are packed: those of step `t` follow those of the step before, `sizes[t]` of them, the longest sequences
//! first. All memory is dense.

mod backward;
mod gates;

pub use backward::{Gradients, backward, backward_work};
pub use gates::Gated;

use crate::kernels::cpu::linalg::matmul::{Bias, Epilogue, gemm};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    Lstm,
    Gru,
    Tanh,
    Relu,
}

impl Cell {
    /// Sums per unit.
    pub fn gates(self) -> usize {
        match self {
            Cell::Lstm => 4,
            Cell::Gru => 3,
            Cell::Tanh | Cell::Relu => 1,
        }
    }
    /// Whether activations are kept apart from the result.
    pub fn has_tape(self) -> bool {
        matches!(self, Cell::Lstm | Cell::Gru)
    }
}

/// Sizes of a layer and of the batch at each step.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    pub cell: Cell,
    pub sizes: &'a [usize],
    pub input: usize,
    pub hidden: usize,
    /// Size to which the state is projected.
    pub projected: Option<usize>,
    /// From the last step to the first.
    pub reverse: bool,
}

/// Bytes of recurrent weights that a core keeps to itself: half of a second-level cache.
const OWN_BYTES: usize = 512 << 10;
/// Samples of a piece: a tile of the micro-kernel at most, and not so few that loading the weights dominates.
const PIECE: Range<usize> = 4..15;
/// Columns added to transposed weights: rows a power of two apart would share cache sets.
const PAD: usize = 16;

impl Shape<'_> {
    pub fn rows(&self) -> usize {
        self.sizes.iter().sum()
    }
    pub fn batch(&self) -> usize {
        self.sizes.first().copied().unwrap_or(0)
    }
    /// Width of the state.
    pub fn out(&self) -> usize {
        self.projected.unwrap_or(self.hidden)
    }
    pub fn width(&self) -> usize {
        self.cell.gates() * self.hidden
    }
    /// First row and number of rows of the steps, in their order.
    fn steps(&self) -> Vec<(usize, usize)> {
        let mut first = 0;
        let mut steps: Vec<_> = self
            .sizes
            .iter()
            .map(|&n| {
                first += n;
                (first - n, n)
            })
            .collect();
        if self.reverse {
            steps.reverse();
        }
        steps
    }
    /// Samples that go through the sequence together.
    fn piece<T>(&self) -> usize {
        let batch = self.batch();
        if self.width() * self.out() * size_of::<T>() > OWN_BYTES {
            return batch;
        }
        // an even number of pieces, so that two threads have the same
        let pieces = batch.div_ceil(PIECE.end - 1).next_multiple_of(2);
        batch.div_ceil(pieces).max(PIECE.start)
    }
}

/// Weights as the layer has them: `(gates, input)`, `(gates, out)`, `(out, hidden)`; null where there is none.
#[derive(Clone, Copy)]
pub struct Weights<T> {
    pub ih: *const T,
    pub hh: *const T,
    pub bias_ih: *const T,
    pub bias_hh: *const T,
    pub hr: *const T,
}

/// What the way back will read; null but for `gates` where there is none.
#[derive(Clone, Copy)]
pub struct Tape<T> {
    /// Activations of all rows; the result itself for cells without a tape.
    pub gates: *mut T,
    /// The state before each row's step.
    pub before: *mut T,
    /// LSTM: the memory before the step; GRU: the state's part of the new state.
    pub cell: *mut T,
    /// The state before its projection.
    pub unprojected: *mut T,
}

/// `dst[p][j] = src[j][p]` with rows of `dst` `n + PAD` apart.
unsafe fn transposed<T: Copy>(n: usize, k: usize, src: *const T, dst: *mut T) {
    let fits = crate::kernels::cpu::create::transpose::try_copy(
        &[k, n],
        dst.cast(),
        &[n + PAD, 1],
        src.cast(),
        &[1, k],
        size_of::<T>(),
    );
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
