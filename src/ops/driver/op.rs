//! The trait every op implements, and what its gradient reads.

use crate::bail;
use crate::error::Result;
use crate::tensor::{Context, GradFn, Grads, Meta, Tensor, Want};
use smallvec::SmallVec;
use std::fmt::Debug;

pub type Metas = SmallVec<[Meta; 1]>;
pub type Outs = SmallVec<[Tensor; 1]>;

/// Which tensors a backward will ask for: bit i for input i, and likewise for results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saves {
    pub inputs: u64,
    pub outputs: u64,
}

impl Saves {
    pub const NOTHING: Saves = Saves { inputs: 0, outputs: 0 };
    pub const OUTPUT: Saves = Saves { inputs: 0, outputs: 1 };
    pub const INPUT: Saves = Saves { inputs: 1, outputs: 0 };
    pub const INPUTS: Saves = Saves { inputs: u64::MAX, outputs: 0 };
    pub const ALL: Saves = Saves { inputs: u64::MAX, outputs: u64::MAX };
    pub const fn inputs(mask: u64) -> Saves {
        Saves { inputs: mask, outputs: 0 }
    }
}

/// How an op takes operands that have axes of samples in front of their own.
pub enum Batching<O> {
    /// One sample after the other, of which a warning tells.
    Loop,
    /// One sample after the other, as a kernel's work on one is so much that handing it over does not count.
    Each,
    /// As it is, the operands aligned from the right: each element by itself.
    Aligned,
    /// By [`Op::cpu_samples`].
    Own,
    /// As another op of the same kind, whose axes lie further back.
    Shifted(O),
}

/// Which operands of an in-place op are refused for where they lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// None: it is read before anything is written.
    Free,
    /// One that shows part of what is written; the very same elements may be read.
    Part,
    /// One that shows any of what is written.
    Whole,
}

/// An operation with its attributes. The value that computes is the value the graph node keeps.
pub trait Op: Debug + Send + Sync + Sized + 'static {
    /// The op picks elements: its results are values and the positions they came from, which its gradient reads.
    const PICKS: bool = false;
    /// Name in messages: `add`.
    fn name(&self) -> &'static str;
    /// PyTorch's name of the graph node: `AddBackward0`.
    fn grad_name(&self) -> &'static str {
        "NotImplemented"
    }
    /// Shape, dtype and strides of the results; touches no data.
    fn infer(&self, x: &[&Tensor]) -> Result<Metas>;
    /// Writes the results, which are allocated as inferred.
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()>;
    /// As [`Op::cpu`], by a graphics card: encodes what writes the results.
    fn gpu(&self, _x: &[&Tensor], _out: &[Tensor]) -> Result<()> {
        bail!(
            NotImplemented,
            "{}: there is no kernel for device cuda yet; .cpu() moves the tensor where there is one",
            self.name()
        )
    }
    /// What the backward reads, given which gradients are wanted.
    fn saves(&self, _want: Want) -> Saves {
        if Self::PICKS { Saves { inputs: 0, outputs: 2 } } else { Saves::NOTHING }
    }
    /// Whether a result may carry a gradient (indices may not).
    fn differentiable(&self, output: usize) -> bool {
        !Self::PICKS || output == 0
    }
    /// The gradient of an op of one tensor with one result.
    fn grad(&self, _cx: &Context, _g: &Tensor) -> Result<Tensor> {
        bail!(NotImplemented, "derivative for {} is not implemented", self.name())
    }
    /// The gradients of all inputs from those of all results, of which some may be absent; `want` says which are asked for.
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _want: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => crate::grads![Some(self.grad(cx, g)?)],
            None => crate::grads![None],
        }
    }
    /// Its gradient is a product element by element, which is its tangent too.
    fn diagonal(&self) -> bool {
        false
    }
    /// How the op takes operands with `n` axes of samples in front; `x` as one sample sees them (`vmap`).
    fn batching(&self, _x: &[&Tensor], _n: usize) -> Batching<Self> {
        Batching::Loop
    }
    /// The kernel over operands and results with `n` axes of samples in front, for an op whose [`Op::batching`] is its own.
    fn cpu_samples(&self, _x: &[Tensor], _out: &[Tensor], _n: usize) -> Result<()> {
        bail!(Internal, "{}: no kernel for samples", self.name())
    }
    /// In place, elements of the first input may share their memory (an expanded tensor): they get one value.
    fn overlap_ok(&self) -> bool {
        false
    }
    /// In place, how far an input must lie from what is written.
    fn apart(&self, _input: usize) -> Apart {
        Apart::Part
    }
    /// See [`GradFn::runs_again`].
    fn runs_again(&self) -> bool {
        true
    }
    /// The kernel may write its result over the first input, element by element.
    fn in_place_ok(&self) -> bool {
        false
    }
    /// On the CPU, what is written in place may have another dtype than the result.
    fn converts(&self) -> bool {
        false
    }
}

impl<O: Op> GradFn for O {
    fn grad_name(&self) -> &str {
        Op::grad_name(self)
    }
    fn backward(&self, cx: &Context, grads: &[Option<Tensor>], want: Want) -> Result<Grads> {
        Op::backward(self, cx, grads, want)
    }
    fn is_diagonal(&self) -> bool {
        self.diagonal()
    }
    fn runs_again(&self) -> bool {
        Op::runs_again(self)
    }
    fn is_plain(&self) -> bool {
        !std::mem::needs_drop::<O>()
    }
}

/// `grads![a, b]`: gradients of an op's inputs from `Option<Tensor>` values.
#[macro_export]
macro_rules! grads {
    ($($g:expr),* $(,)?) => { Ok(smallvec::smallvec![$($g),*]) };
}
