//! Recurrent layers.

pub mod composed;
pub mod op;

use crate::ensure;
use crate::error::Result;
use crate::kernels::cpu::nn::rnn::{Cell, Shape};
use crate::ops::driver::op::Op;
use crate::tensor::Tensor;
use std::sync::Arc;

/// Inputs: rows of all steps, state, the LSTM's memory, weights for input and state, their biases if there are any, and
/// the weights of the projection. Results: rows, state, the LSTM's memory; then what the gradient reads.
#[derive(Clone, Debug)]
pub struct Recurrence {
    pub cell: Cell,
    /// Rows of each step.
    pub sizes: Arc<[usize]>,
    pub hidden: usize,
    pub bias: bool,
    pub projected: bool,
    pub reverse: bool,
    /// Whether a gradient will be wanted.
    tape: bool,
}

impl Recurrence {
    fn lstm(&self) -> bool {
        self.cell == Cell::Lstm
    }
    /// Results but for the tape.
    fn states(&self) -> usize {
        2 + self.lstm() as usize
    }
    pub fn inputs<'a, T>(&self, x: &'a [T]) -> Inputs<'a, T> {
        let weights = &x[self.states()..];
        Inputs {
            x: &x[0],
            state: &x[1],
            memory: self.lstm().then(|| &x[2]),
            ih: &weights[0],
            hh: &weights[1],
            bias: self.bias.then(|| (&weights[2], &weights[3])),
            hr: self.projected.then(|| &weights[2 + 2 * self.bias as usize]),
        }
    }
    fn shape(&self, input: usize, out: usize) -> Shape<'_> {
        let projected = self.projected.then_some(out);
        let Recurrence { cell, hidden, reverse, .. } = *self;
        Shape { cell, sizes: &self.sizes, input, hidden, projected, reverse }
    }
    /// The tape among the results.
    fn tape_of<'a>(&self, tape: &'a [Tensor]) -> [Option<&'a Tensor>; 4] {
        let mut rest = tape.iter();
        let apart = self.cell.has_tape();
        [true, apart, apart, self.projected].map(|has| if has { rest.next() } else { None })
    }
    fn check(&self, x: &[&Tensor]) -> Result<()> {
        let parts = self.inputs(x);
        let (rows, batch) = (self.sizes.iter().sum::<usize>(), self.sizes[0]);
        let out = if self.projected { parts.state.shape().last().copied().unwrap_or(0) } else { self.hidden };
        let width = self.cell.gates() * self.hidden;
        let input = parts.x.shape().last().copied().unwrap_or(0);
        let mut expected = vec![(*parts.x, vec![rows, input]), (*parts.state, vec![batch, out])];
        expected.extend(parts.memory.map(|m| (*m, vec![batch, self.hidden])));
        expected.extend([(*parts.ih, vec![width, input]), (*parts.hh, vec![width, out])]);
        expected.extend(parts.bias.iter().flat_map(|(a, b)| [(**a, vec![width]), (**b, vec![width])]));
        expected.extend(parts.hr.map(|w| (*w, vec![out, self.hidden])));
        for (t, shape) in expected {
            ensure!(
                t.shape() == shape,
                Runtime,
                "{}: expected a tensor of shape {shape:?}, got {:?}",
                self.name(),
                t.shape()
            );
            ensure!(
                t.dtype() == parts.x.dtype(),
                Runtime,
                "Input and parameter tensors are not the same dtype, found input tensor with {} and parameter tensor with {}",
                parts.x.dtype().scalar_name(),
                t.dtype().scalar_name()
            );
        }
        Ok(())
    }
}

/// The inputs by name.
pub struct Inputs<'a, T> {
    pub x: &'a T,
    pub state: &'a T,
    pub memory: Option<&'a T>,
    pub ih: &'a T,
    pub hh: &'a T,
    pub bias: Option<(&'a T, &'a T)>,
    pub hr: Option<&'a T>,
}
