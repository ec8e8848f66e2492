//! What a row is called with: arguments whose kinds are known when the call comes.

use crate::bail;
use crate::base::rng::Generator;
use crate::base::{DType, Device, MemoryFormat, Scalar};
use crate::error::Result;
use crate::tensor::Tensor;
use smallvec::SmallVec;

/// A list of integers: sizes, axes, kernel sizes. A single number is a list of one.
pub type Ints = SmallVec<[i64; 6]>;

/// Sizes that may be spelled out as separate arguments: `x.view(2, 3)`.
#[derive(Clone, Debug)]
pub struct Sizes(pub Ints);

/// An operand: a tensor or a Python number, never materialised.
#[derive(Clone, Debug)]
pub enum Val {
    T(Tensor),
    S(Scalar),
}

/// One of several arguments of a function that takes any number: a tensor, or the labels of the one before it
/// (`einsum`; [`ELLIPSIS`] stands for `...`).
#[derive(Clone, Debug)]
pub enum Operand {
    Tensor(Tensor),
    Labels(Ints),
}

/// `...` among the labels of an [`Operand`].
pub const ELLIPSIS: i64 = i64::MIN;

/// The tensors of a call that takes nothing else.
pub fn tensors_of(name: &str, list: &[Operand]) -> Result<Vec<Tensor>> {
    list.iter()
        .map(|o| match o {
            Operand::Tensor(t) => Ok(t.clone()),
            Operand::Labels(_) => bail!(Type, "{name}(): arguments must be Tensors"),
        })
        .collect()
}

/// A dynamic argument, free of Python.
#[derive(Clone, Debug)]
pub enum Arg {
    /// Not given: the default holds.
    Absent,
    None,
    Number(Scalar),
    Tensor(Tensor),
    Ints(Ints),
    OptInts(Vec<Option<i64>>),
    Numbers(Vec<Scalar>),
    Tensors(Vec<Tensor>),
    OptTensors(Vec<Option<Tensor>>),
    Operands(Vec<Operand>),
    /// Lists of integers side by side: the axes of `tensordot`.
    IntLists(Vec<Ints>),
    Str(String),
    DType(DType),
    Device(Device),
    Format(MemoryFormat),
    Generator(Generator),
}
