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
mod forward;
mod gates;

pub use backward::{Gradients, backward, backward_work};
pub use forward::{forward, forward_work};
pub use gates::Gated;

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
