//! The op table: each op file writes rows with `ops!`, each row is a Rust function and an [`OpDef`] that says how
//! to call it with dynamic arguments. Python methods, functions, docstrings, stubs and test sweeps are loops over
//! [`all`].

use crate::bail;
use crate::base::rng::Generator;
use crate::base::{C128, DType, Device, MemoryFormat, Scalar};
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

/// A Rust type that a parameter of a row may have.
pub trait FromArg<'a>: Sized {
    const KIND: Kind;
    fn from_arg(arg: &'a Arg) -> Result<Self>;
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

/// The fields of a named result, `torch.return_types.max(values=, indices=)`.
#[derive(Debug)]
pub struct Fields {
    pub name: &'static str,
    pub fields: &'static [&'static str],
}

/// What an op gives back.
#[derive(Debug)]
pub enum Ret {
    None,
    Tensor(Tensor),
    Tuple(SmallVec<[Tensor; 2]>),
    Named(&'static Fields, SmallVec<[Tensor; 2]>),
    List(Vec<Tensor>),
    Bool(bool),
    Int(i64),
    Float(f64),
    Complex(C128),
    Size(Ints),
    DType(DType),
    Number(Scalar),
}

/// Several results with names.
pub struct Named(pub &'static Fields, pub SmallVec<[Tensor; 2]>);

macro_rules! into_ret {
    ($($t:ty: |$v:ident| $e:expr);* $(;)?) => {$(
        impl From<$t> for Ret { fn from($v: $t) -> Ret { $e } }
    )*};
}
into_ret! {
    (): |_v| Ret::None;
    Tensor: |v| Ret::Tensor(v);
    (Tensor, Tensor): |v| Ret::Tuple(smallvec::smallvec![v.0, v.1]);
    (Tensor, Tensor, Tensor): |v| Ret::Tuple(smallvec::smallvec![v.0, v.1, v.2]);
    Vec<Tensor>: |v| Ret::Tuple(v.into());
    Named: |v| Ret::Named(v.0, v.1);
    bool: |v| Ret::Bool(v);
    i64: |v| Ret::Int(v);
    f64: |v| Ret::Float(v);
    Ints: |v| Ret::Size(v);
    DType: |v| Ret::DType(v);
    Scalar: |v| Ret::Number(v);
}

#[derive(Debug)]
pub struct Param {
    pub name: &'static str,
    pub kind: Kind,
    /// The default as it stands in the row; empty where there is none.
    pub default: &'static str,
    pub required: bool,
    pub keyword_only: bool,
}

/// Where a row shows up in Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Method and function.
    Both,
    Method,
    Function,
    /// `nn.functional` only.
    Nn,
    /// A method whose name ends in `_` and which answers with its own `self`.
    Inplace,
    /// Method, function, and the in-place twin `name_`.
    Twin,
    /// `torch.linalg`, `torch.special` and the like: module and name in one, `linalg.norm`.
    Module,
}

pub type Call = fn(&[Arg]) -> Result<Ret>;

#[derive(Debug)]
pub struct OpDef {
    pub name: &'static str,
    pub doc: &'static str,
    pub params: &'static [Param],
    pub place: Place,
    pub call: Call,
    /// The type of the result as it stands in the row.
    pub returns: &'static str,
    /// The in-place form, where it is not "compute, then assign".
    pub in_place: Option<fn(&[Arg]) -> Result<()>>,
}

/// Place by the word in front of a row.
pub const fn place(word: &str) -> Place {
    match word.as_bytes() {
        b"both" => Place::Both,
        b"method" => Place::Method,
        b"function" => Place::Function,
        b"nn" => Place::Nn,
        b"inplace" => Place::Inplace,
        b"twin" => Place::Twin,
        b"module" => Place::Module,
        _ => panic!("a row starts with both, method, function, nn, inplace, twin or module"),
    }
}

/// Rows of the table: `both fn name["python_name"](a: T, b: T = default; keyword: T = default) -> R { body }`.
/// Makes a public function for each row and `TABLE`.
#[macro_export]
macro_rules! ops {
    ($($(#[doc = $doc:literal])* $place:ident fn $name:ident $([$py:literal])? (
        $($p:ident : $t:ty $(= $d:expr)?),* $(; $($kp:ident : $kt:ty $(= $kd:expr)?),*)?
    ) -> $r:ty $body:block)*) => {
        $($(#[doc = $doc])* pub fn $name($($p: $t,)* $($($kp: $kt,)*)?) -> $crate::error::Result<$r> $body)*

        pub const TABLE: &[$crate::ops::table::OpDef] = &[$({
            #[allow(unused_imports)]
            use $crate::ops::table::{Arg, FromArg, OpDef, Param};
            OpDef {
                name: { const N: &[&str] = &[$($py,)? stringify!($name)]; N[0] },
                doc: concat!($($doc, "\n",)* ""),
                params: &[
                    $(Param { name: stringify!($p), kind: <$t as FromArg>::KIND, keyword_only: false,
                        default: { const D: &[&str] = &[$(stringify!($d),)? ""]; D[0] },
                        required: { const D: &[&str] = &[$(stringify!($d),)? ""]; D.len() == 1 } },)*
                    $($(Param { name: stringify!($kp), kind: <$kt as FromArg>::KIND, keyword_only: true,
                        default: { const D: &[&str] = &[$(stringify!($kd),)? ""]; D[0] },
                        required: { const D: &[&str] = &[$(stringify!($kd),)? ""]; D.len() == 1 } },)*)?
                ],
                place: $crate::ops::table::place(stringify!($place)),
                call: |_args: &[Arg]| {
                    let mut _at = 0usize;
                    $(let $p: $t = { let v = &_args[_at]; _at += 1;
                        $(if matches!(v, Arg::Absent) { $d } else)? { FromArg::from_arg(v)? } };)*
                    $($(let $kp: $kt = { let v = &_args[_at]; _at += 1;
                        $(if matches!(v, Arg::Absent) { $kd } else)? { FromArg::from_arg(v)? } };)*)?
                    Ok($name($($p,)* $($($kp,)*)?)?.into())
                },
                returns: stringify!($r),
                in_place: None,
            }
        }),*];
    };
}

/// Every table, in the order of the files.
pub fn all() -> impl Iterator<Item = &'static OpDef> {
    crate::ops::TABLES.iter().flat_map(|wing| wing.iter()).flat_map(|file| file.iter())
}
