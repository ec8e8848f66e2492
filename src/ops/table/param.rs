//! What a row says of its parameters: the Rust types they may have, the kind of argument that each takes, and the list of them as
//! constants.

use super::arg::{Arg, Ints, Operand, Sizes, Val};
use crate::bail;
use crate::base::rng::Generator;
use crate::base::{DType, Device, MemoryFormat, Scalar};
use crate::error::Result;
use crate::tensor::Tensor;

/// What a parameter accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    Tensor,
    Tensors,
    OptTensors,
    /// All remaining positional arguments, or one list.
    Operands,
    IntLists,
    Val,
    Number,
    Numbers,
    Int,
    Ints,
    /// Integers of which some may be `None`.
    OptInts,
    Sizes,
    Float,
    Bool,
    Str,
    DType,
    Device,
    Format,
    Generator,
}

#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub base: Base,
    pub optional: bool,
}

impl Base {
    /// The annotation in stubs.
    pub const fn annotation(self) -> &'static str {
        match self {
            Base::Tensor => "Tensor",
            Base::Tensors => "Sequence[Tensor]",
            Base::OptTensors => "Sequence[Tensor | None]",
            Base::Operands => "Tensor | Sequence[Tensor]",
            Base::IntLists => "Sequence[Sequence[int]]",
            Base::Val => "Tensor | Number",
            Base::Number => "Number",
            Base::Numbers => "Sequence[Number]",
            Base::Int => "int",
            Base::Ints => "int | Sequence[int]",
            Base::OptInts => "int | None | Sequence[int | None]",
            Base::Sizes => "Sequence[int]",
            Base::Float => "float",
            Base::Bool => "bool",
            Base::Str => "str",
            Base::DType => "dtype",
            Base::Device => "device | str | int",
            Base::Format => "memory_format",
            Base::Generator => "Generator",
        }
    }
    /// The word in PyTorch's argument errors.
    pub const fn expected(self) -> &'static str {
        match self {
            Base::Tensor => "Tensor",
            Base::Tensors => "tuple of Tensors",
            Base::OptTensors => "tuple of Tensors",
            Base::Operands => "Tensors",
            Base::IntLists => "tuple of lists of ints",
            Base::Val => "Tensor or Number",
            Base::Number => "Number",
            Base::Numbers => "tuple of Numbers",
            Base::Int => "int",
            Base::Ints | Base::OptInts | Base::Sizes => "tuple of ints",
            Base::Float => "float",
            Base::Bool => "bool",
            Base::Str => "str",
            Base::DType => "torch.dtype",
            Base::Device => "torch.device",
            Base::Format => "torch.memory_format",
            Base::Generator => "torch.Generator",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Param {
    pub name: &'static str,
    pub kind: Kind,
    /// The default as it stands in the row; empty where there is none.
    pub default: &'static str,
    pub required: bool,
    pub keyword_only: bool,
}

impl Param {
    const NONE: Param = Param::required("", Kind { base: Base::Tensor, optional: false });

    /// A parameter without a default.
    pub const fn required(name: &'static str, kind: Kind) -> Param {
        Param { name, kind, default: "", required: true, keyword_only: false }
    }
    /// A parameter with a default, as Rust writes it.
    pub const fn optional(name: &'static str, kind: Kind, default: &'static str) -> Param {
        Param { name, kind, default, required: false, keyword_only: false }
    }
}

/// A Rust type that a parameter of a row may have. A group brings several parameters that many rows share, `..made: Made`.
pub trait FromArg<'a>: Sized {
    const KIND: Kind;
    /// The parameters of a group; none for a type that is one parameter.
    const GROUP: &'static [Param] = &[];
    fn from_arg(arg: &'a Arg) -> Result<Self>;
    /// From as many arguments as there are parameters.
    fn from_args(args: &'a [Arg]) -> Result<Self> {
        Self::from_arg(&args[0])
    }
}

/// How many parameters a type stands for.
pub const fn width(group: &[Param]) -> usize {
    if group.is_empty() { 1 } else { group.len() }
}

/// A parameter as it stands in a row: itself, or the group that it brings.
pub struct Slot {
    pub param: Param,
    pub group: &'static [Param],
}

/// The parameters of a row one by one, groups taken apart.
pub const fn flat<const N: usize>(slots: &[Slot]) -> [Param; N] {
    let mut out = [Param::NONE; N];
    let (mut at, mut i) = (0, 0);
    while i < slots.len() {
        let slot = &slots[i];
        let mut k = 0;
        while k < width(slot.group) {
            out[at] = if slot.group.is_empty() { slot.param } else { slot.group[k] };
            out[at].keyword_only = slot.param.keyword_only;
            at += 1;
            k += 1;
        }
        i += 1;
    }
    out
}

/// How many parameters the slots of a row are.
pub const fn count(slots: &[Slot]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < slots.len() {
        n += width(slots[i].group);
        i += 1;
    }
    n
}

/// The name of a parameter; one that is taken for compatibility alone stands in the row with an underscore in front.
pub const fn bare(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'_', ..] => name.split_at(1).1,
        _ => name,
    }
}

/// The Python name of a row whose function has a name of its own for Rust.
pub const fn named(rust: &'static str, python: &[&'static str]) -> &'static str {
    if python.is_empty() { rust } else { python[0] }
}

macro_rules! from_arg {
    ($($t:ty: $base:ident, $($pat:pat => $e:expr),+);* $(;)?) => {$(
        impl<'a> FromArg<'a> for $t {
            const KIND: Kind = Kind { base: Base::$base, optional: false };
            fn from_arg(arg: &'a Arg) -> Result<Self> {
                match arg { $($pat => Ok($e),)+ other => bail!(Type, "expected {}, got {other:?}", Base::$base.expected()) }
            }
        }
    )*};
}
from_arg! {
    &'a Tensor: Tensor, Arg::Tensor(t) => t;
    &'a [Tensor]: Tensors, Arg::Tensors(v) => v.as_slice();
    &'a [Option<Tensor>]: OptTensors, Arg::OptTensors(v) => v.as_slice();
    &'a [Operand]: Operands, Arg::Operands(v) => v.as_slice();
    &'a [Ints]: IntLists, Arg::IntLists(v) => v.as_slice();
    Val: Val, Arg::Tensor(t) => Val::T(t.clone()), Arg::Number(s) => Val::S(*s);
    Scalar: Number, Arg::Number(s) => *s;
    &'a [Scalar]: Numbers, Arg::Numbers(v) => v.as_slice();
    i64: Int, Arg::Number(s) => s.to_i64();
    f64: Float, Arg::Number(s) => s.to_f64();
    bool: Bool, Arg::Number(s) => !s.is_zero();
    &'a [i64]: Ints, Arg::Ints(v) => v.as_slice();
    &'a [Option<i64>]: OptInts, Arg::OptInts(v) => v.as_slice();
    Sizes: Sizes, Arg::Ints(v) => Sizes(v.clone());
    &'a str: Str, Arg::Str(s) => s.as_str();
    DType: DType, Arg::DType(d) => *d;
    Device: Device, Arg::Device(d) => *d;
    MemoryFormat: Format, Arg::Format(f) => *f;
    &'a Generator: Generator, Arg::Generator(g) => g;
}

impl<'a, T: FromArg<'a>> FromArg<'a> for Option<T> {
    const KIND: Kind = Kind { base: T::KIND.base, optional: true };
    fn from_arg(arg: &'a Arg) -> Result<Self> {
        match arg {
            Arg::None | Arg::Absent => Ok(None),
            other => T::from_arg(other).map(Some),
        }
    }
}
