//! Recurrent layers: one direction of one layer over a whole sequence, rows as `kernels/cpu/nn/rnn` packs them. The input's part
//! of all gates is one product; a step is the product with the state and one kernel for all that happens to the gates.

mod backward;
mod forward;
mod gates;

pub use backward::{Gradients, backward};
pub use forward::forward;

use crate::base::Scalar;
use crate::error::Result;
use crate::kernels::gpu::linalg::matmul::{Added, Stack, multiply};
use crate::kernels::gpu::machine::Place;

/// Weights as the layer has them: `(gates, input)`, `(gates, out)`, the biases for input and state, `(out, hidden)`.
#[derive(Clone, Copy)]
pub struct Weights<'a> {
    pub ih: Place<'a>,
    pub hh: Place<'a>,
    pub bias: Option<(Place<'a>, Place<'a>)>,
    pub hr: Option<Place<'a>>,
}

/// What the way back will read, as `kernels/cpu/nn/rnn::Tape`.
#[derive(Clone, Copy)]
pub struct Tape<'a> {
    pub gates: Place<'a>,
    pub before: Option<Place<'a>>,
    pub cell: Option<Place<'a>>,
    pub unprojected: Option<Place<'a>>,
}

/// Dense rows, or their transpose, somewhere in a place.
#[derive(Clone, Copy)]
struct Matrix<'a> {
    at: Place<'a>,
    shape: [usize; 2],
    strides: [usize; 2],
}

impl<'a> Matrix<'a> {
    /// Rows of `width` from row `first` on.
    fn rows(at: Place<'a>, width: usize, first: usize, n: usize) -> Matrix<'a> {
        let at = Place { offset: at.offset + first * width, ..at };
        Matrix { at, shape: [n, width], strides: [width, 1] }
    }
    /// One row for each of `n`.
    fn repeated(at: Place<'a>, width: usize, n: usize) -> Matrix<'a> {
        Matrix { at, shape: [n, width], strides: [0, 1] }
    }
    fn t(self) -> Matrix<'a> {
        Matrix { shape: [self.shape[1], self.shape[0]], strides: [self.strides[1], self.strides[0]], ..self }
    }
    fn place(&self) -> Place<'_> {
        Place { shape: &self.shape, strides: &self.strides, ..self.at }
    }
}

/// `out = a b + added`.
fn product(name: &'static str, out: &Matrix, a: &Matrix, b: &Matrix, added: Option<&Matrix>) -> Result<()> {
    let added = added.map(|c| Added { stack: Stack::new(c.place()), beta: Scalar::Int(1) });
    let (a, b) = (Stack::new(a.place()), Stack::new(b.place()));
    multiply(name, Stack::new(out.place()), a, b, Scalar::Int(1), added)
}

/// First row and number of rows of the steps, in their order.
fn steps(sizes: &[usize], reverse: bool) -> Vec<(usize, usize)> {
    let mut first = 0;
    let mut steps: Vec<_> = sizes
        .iter()
        .map(|&n| {
            first += n;
            (first - n, n)
        })
        .filter(|(_, n)| *n > 0)
        .collect();
    if reverse {
        steps.reverse();
    }
    steps
}
