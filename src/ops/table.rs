//! The op table: each op file writes rows with `rows!`, each row is a Rust function and an `OpDef` that says how
//! to call it with dynamic arguments. Python methods, functions, docstrings, stubs and test sweeps are loops over
//! `all`.

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

/// Where a row shows up. `Method` and `InPlace` also make it a method of `Tensor` in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A function of the package.
    Torch,
    /// A method of `Tensor`.
    Method,
    /// A method whose name ends in `_` and which answers with its own `self`.
    InPlace,
    /// `nn.functional`.
    Nn,
    Linalg,
    Special,
    Fft,
    Optim,
}

impl Place {
    /// The module of the package that the place is; the package itself has no name here.
    pub const fn module(self) -> &'static str {
        match self {
            Place::Torch | Place::Method | Place::InPlace => "",
            Place::Nn => "nn",
            Place::Linalg => "linalg",
            Place::Special => "special",
            Place::Fft => "fft",
            Place::Optim => "optim",
        }
    }
}

/// The in-place twin `name_` of a row.
#[derive(Clone, Copy, Debug)]
pub enum Twin {
    /// There is none.
    None,
    /// Compute, then assign.
    Assign,
    /// A form of its own.
    Own(fn(&[Arg]) -> Result<()>),
}

/// Where a row that is told so puts its result: its function into a new tensor, its twin over the first operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    New,
    First,
}

impl To {
    /// As a parameter `inplace` says it.
    pub const fn inplace(yes: bool) -> To {
        if yes { To::First } else { To::New }
    }
}

/// What a tensor given as `out=` may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Out {
    /// Of the very dtype of the result.
    Keep,
    /// Of any dtype that the result can be cast to.
    Promote,
    /// As `Promote`; and where no dtype is given, that of `out=` is computed in.
    Told,
    /// As `Promote`, for functions that join tensors: their class of error is another.
    Join,
    /// As `Keep`, and no operand may lie there, not even the whole of it.
    Apart,
}

impl Out {
    /// What holds where a row says nothing: modules of elementwise functions promote.
    pub const fn by_place(places: &[Place]) -> Out {
        match places {
            [Place::Special | Place::Fft, ..] => Out::Promote,
            _ => Out::Keep,
        }
    }
}

pub type Call = fn(&[Arg]) -> Result<Ret>;

#[derive(Clone, Copy, Debug)]
pub struct OpDef {
    pub name: &'static str,
    pub doc: &'static str,
    pub params: &'static [Param],
    pub places: &'static [Place],
    pub call: Call,
    /// The type of the result as it stands in the row.
    pub returns: &'static str,
    pub twin: Twin,
    pub out: Out,
    /// The row is one op and nothing else, which may write its result where `out=` wants it.
    pub single: bool,
    /// Where the method, called with nothing else, answers with the tensor itself and does nothing.
    pub itself: Option<fn(&Tensor) -> bool>,
    /// An elementwise row's expression for shaders, of `x` (`a`, `b`), where it has one.
    pub wgsl: Option<&'static str>,
    /// The interval that tests draw operands from, for rows whose gradient they check.
    pub on: Option<(f64, f64)>,
    /// How mixed precision treats the op.
    pub autocast: Autocast,
}

/// What `autocast` does with the operands of an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Autocast {
    /// Nothing: it computes in the dtype that comes.
    None,
    /// Casts them to the half type.
    Half,
    /// Casts them to float32.
    Float32,
    /// Casts them to the widest of theirs.
    Widest,
    /// As `Float32` and `Widest`, on GPUs alone: a CPU computes these in what comes.
    GpuFloat32,
    GpuWidest,
}

impl Autocast {
    /// The policy of a row for `axis` axes, given with the count from which it holds.
    pub const fn from_axes(given: &[(Autocast, usize)], axis: usize) -> Autocast {
        match given {
            [(policy, from), ..] if axis >= *from => *policy,
            _ => Autocast::None,
        }
    }
}

impl OpDef {
    /// A row of one block of parameters and nothing special, to be completed.
    pub const PLAIN: OpDef = OpDef {
        name: "",
        doc: "",
        params: &[],
        places: &[],
        call: |_| Ok(Ret::None),
        returns: "Tensor",
        twin: Twin::None,
        out: Out::Keep,
        single: false,
        itself: None,
        wgsl: None,
        on: None,
        autocast: Autocast::None,
    };

    pub fn is_in(&self, place: Place) -> bool {
        self.places.contains(&place)
    }
    pub fn is_method(&self) -> bool {
        self.is_in(Place::Method) || self.is_in(Place::InPlace)
    }
    pub fn has_twin(&self) -> bool {
        !matches!(self.twin, Twin::None)
    }
    /// The name in messages: `linalg.norm` where the row stands in that module alone.
    pub fn title(&self) -> String {
        match self.places.first().map_or("", |p| p.module()) {
            "" | "nn" => self.name.to_string(),
            module => format!("{module}.{}", self.name),
        }
    }
}

/// A block of rows: `[Places] fn name = "python_name"(a: T, b: T = default; keyword: T = default) -> R { body }`.
///
/// Between the places and `fn` may stand `+ in place` (an in-place twin that computes, then assigns), `out Told` (see [`Out`])
/// and `autocast Half` (see [`Autocast`]), and `itself Tensor::is_contiguous;` (see [`OpDef::itself`]). After the type of the result may stand `|to|`: the body is the twin's too, and `to` says
/// where the result goes (see [`To`]). A parameter `..made: Made` is a group; one taken for compatibility alone begins
/// with an underscore, which Python does not see. A row with the place `Method` or `InPlace` and a tensor in front becomes a method
/// of `Tensor`, any other a public function; the block is a constant of `OpDef`s.
#[macro_export]
macro_rules! rows {
    // a method of `Tensor`, or a function
    (@fn [Method $($more:ident)*] $docs:tt $name:ident $params:tt $r:ty, $body:block) => {
        $crate::rows! { @method $docs $name $params $r, $body }
    };
    (@fn [InPlace $($more:ident)*] $docs:tt $name:ident $params:tt $r:ty, $body:block) => {
        $crate::rows! { @method $docs $name $params $r, $body }
    };
    (@fn [$other:ident $($more:ident)*] $docs:tt $name:ident $params:tt $r:ty, $body:block) => {
        $crate::rows! { @fn [$($more)*] $docs $name $params $r, $body }
    };
    (@fn [] [$($docs:tt)*] $name:ident ($($(..)? $p:ident : $t:ty $(= $d:expr)?),* $(; $($(..)? $kp:ident : $kt:ty $(= $kd:expr)?),*)?)
        $r:ty, $body:block) => {
        $($docs)* pub fn $name($($p: $t,)* $($($kp: $kt,)*)?) -> $crate::error::Result<$r> $body
    };
    (@method [$($docs:tt)*] $name:ident ($this:ident : &Tensor $(, $(..)? $p:ident : $t:ty $(= $d:expr)?)* $(; $($(..)? $kp:ident : $kt:ty $(= $kd:expr)?),*)?)
        $r:ty, $body:block) => {
        impl $crate::tensor::Tensor {
            $($docs)* pub fn $name(&self $(, $p: $t)* $($(, $kp: $kt)*)?) -> $crate::error::Result<$r> {
                let $this = self;
                $body
            }
        }
    };
    // what may be a number in front
    (@method $docs:tt $name:ident $params:tt $r:ty, $body:block) => {
        $crate::rows! { @fn [] $docs $name $params $r, $body }
    };
    // the call with dynamic arguments
    (@call [Method $($more:ident)*] $name:ident, $args:ident, ($this:ident : &Tensor $($rest:tt)*)) => {
        $crate::rows!(@arguments ($crate::tensor::Tensor::$name), $args, ($this : &Tensor $($rest)*))
    };
    (@call [InPlace $($more:ident)*] $name:ident, $args:ident, ($this:ident : &Tensor $($rest:tt)*)) => {
        $crate::rows!(@arguments ($crate::tensor::Tensor::$name), $args, ($this : &Tensor $($rest)*))
    };
    (@call [$other:ident $($more:ident)*] $name:ident, $args:ident, $params:tt) => {
        $crate::rows!(@call [$($more)*] $name, $args, $params)
    };
    (@call [] $name:ident, $args:ident, $params:tt) => {
        $crate::rows!(@arguments ($name), $args, $params)
    };
    (@arguments ($f:expr $(, $first:expr)?), $args:ident, ($($(..)? $p:ident : $t:ty $(= $d:expr)?),* $(; $($(..)? $kp:ident : $kt:ty $(= $kd:expr)?),*)?)) => {{
        let mut _rest = $args;
        $(let $p: $t = { let (v, more) = _rest.split_at(width(<$t as FromArg>::GROUP)); _rest = more;
            $(if matches!(v[0], Arg::Absent) { $d } else)? { FromArg::from_args(v)? } };)*
        $($(let $kp: $kt = { let (v, more) = _rest.split_at(width(<$kt as FromArg>::GROUP)); _rest = more;
            $(if matches!(v[0], Arg::Absent) { $kd } else)? { FromArg::from_args(v)? } };)*)?
        Ok($f($($first,)? $($p,)* $($($kp,)*)?)?.into())
    }};
    (@params ($($(..)? $p:ident : $t:ty $(= $d:expr)?),* $(; $($(..)? $kp:ident : $kt:ty $(= $kd:expr)?),*)?)) => {{
        const SLOTS: &[Slot] = &[
            $($crate::rows!(@slot $p, $t, false $(, $d)?),)*
            $($($crate::rows!(@slot $kp, $kt, true $(, $kd)?),)*)?
        ];
        const PARAMS: [Param; count(SLOTS)] = flat(SLOTS);
        &PARAMS
    }};
    (@slot $p:ident, $t:ty, $keyword:literal $(, $d:expr)?) => {
        Slot {
            param: Param {
                name: bare(stringify!($p)), kind: <$t as FromArg>::KIND, keyword_only: $keyword,
                default: named("", &[$(stringify!($d))?]),
                required: { const D: &[&str] = &[$(stringify!($d))?]; D.is_empty() },
            },
            group: <$t as FromArg>::GROUP,
        }
    };
    (@twin [] [] $params:tt $r:ty, $body:block) => { Twin::None };
    (@twin [place] [] $params:tt $r:ty, $body:block) => { Twin::Assign };
    (@twin [place] [$to:ident] ($($(..)? $p:ident : $t:ty $(= $d:expr)?),* $(; $($(..)? $kp:ident : $kt:ty $(= $kd:expr)?),*)?) $r:ty, $body:block) => {{
        fn over($($p: $t,)* $($($kp: $kt,)*)?) -> $crate::error::Result<()> {
            answer($($p,)* $($($kp,)*)?).map(drop)
        }
        fn answer($($p: $t,)* $($($kp: $kt,)*)?) -> $crate::error::Result<$r> {
            let $to = To::First;
            $body
        }
        Twin::Own(|_args: &[Arg]| $crate::rows!(@arguments (over), _args, ($($p: $t $(= $d)?),* $(; $($kp: $kt $(= $kd)?),*)?)))
    }};
    ($block:ident: $($(#[doc = $doc:literal])* [$($place:ident),+] $(+ in $twin:ident)? $(out $out:ident)? $(autocast $cast:ident)? $(itself $itself:path;)?
        fn $name:ident $(= $py:literal)? ($($params:tt)*) -> $r:ty $(|$to:ident|)? $body:block)*) => {
        $($crate::rows! { @fn [$($place)+] [$(#[doc = $doc])*] $name ($($params)*) $r, { $(let $to = $crate::ops::table::To::New;)? $body } })*

        pub const $block: &[$crate::ops::table::OpDef] = &[$({
            #[allow(unused_imports)]
            use $crate::ops::table::*;
            OpDef {
                name: named(stringify!($name), &[$($py)?]),
                doc: concat!($($doc, "\n",)* ""),
                params: $crate::rows!(@params ($($params)*)),
                places: &[$(Place::$place),+],
                call: |_args: &[Arg]| $crate::rows!(@call [$($place)+] $name, _args, ($($params)*)),
                returns: stringify!($r),
                twin: $crate::rows!(@twin [$($twin)?] [$($to)?] ($($params)*) $r, $body),
                out: { const O: &[Out] = &[$(Out::$out,)? Out::by_place(&[$(Place::$place),+])]; O[0] },
                $(autocast: Autocast::$cast,)?
                $(itself: Some($itself),)?
                ..OpDef::PLAIN
            }
        }),*];
    };
}

/// Rows for one, two and three axes from one function: `POOL [1 2 3]: [Places] fn max_pool = "max_pool" |n| (..) -> R { .. }` is
/// `max_pool(n, ..)` in Rust and `max_pool1d`, `max_pool2d`, `max_pool3d` in Python. The block is an array, a table for each.
#[macro_export]
macro_rules! axes {
    (@fn [$($docs:tt)*] $name:ident $n:ident ($($(..)? $p:ident : $t:ty $(= $d:expr)?),*) $r:ty, $body:block) => {
        $($docs)* pub fn $name($n: usize, $($p: $t),*) -> $crate::error::Result<$r> $body
    };
    (@table $axis:literal $($doc:tt [$($place:ident),+] [$($cast:tt)*] $name:ident $stem:tt $suffix:tt $params:tt $r:tt)*) => {
        &[$({
            #[allow(unused_imports)]
            use $crate::ops::table::*;
            OpDef {
                name: concat!($stem, $axis, "d", $crate::axes!(@suffix $suffix)),
                doc: concat! $doc,
                params: $crate::rows!(@params $params),
                places: &[$(Place::$place),+],
                call: |_args: &[Arg]| $crate::rows!(@arguments ($name, $axis), _args, $params),
                returns: stringify! $r,
                autocast: Autocast::from_axes(&[$($cast)*], $axis),
                ..OpDef::PLAIN
            }
        }),*]
    };
    (@suffix ("")) => { "" };
    (@suffix ("", $suffix:literal)) => { $suffix };
    (@tables [$($axis:literal)+] $rows:tt) => { [$($crate::axes!(@each $axis $rows)),+] };
    (@each $axis:literal [$($row:tt)*]) => { $crate::axes!(@table $axis $($row)*) };
    ($block:ident [$($axis:literal)+]: $($(#[doc = $doc:literal])* [$($place:ident),+] $(autocast $cast:ident $(from $from:literal)?)?
        fn $name:ident = ($stem:literal $(, $suffix:literal)?) |$n:ident|
        ($($params:tt)*) -> $r:ty $body:block)*) => {
        $($crate::axes! { @fn [$(#[doc = $doc])*] $name $n ($($params)*) $r, $body })*

        pub const $block: [&[$crate::ops::table::OpDef]; { const N: &[usize] = &[$($axis),+]; N.len() }] = $crate::axes!(@tables [$($axis)+] [
            $(($($doc, "\n",)* "") [$($place),+] [$((Autocast::$cast, 0 $(+ $from)?))?] $name $stem ("" $(, $suffix)?) ($($params)*) ($r))*
        ]);
    };
}

/// The blocks of rows of a file, of which a wing lists its files and `ops/mod.rs` its wings.
pub type Table = &'static [&'static [OpDef]];

/// Every row, in the order of wings, files and blocks.
pub fn all() -> impl Iterator<Item = &'static OpDef> {
    crate::ops::WINGS
        .iter()
        .flat_map(|wing| wing.iter())
        .flat_map(|file| file.iter())
        .flat_map(|block| block.iter())
}
