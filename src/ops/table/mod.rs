//! The op table: each op file writes rows with `rows!`, each row is a Rust function and an `OpDef` that says how
//! to call it with dynamic arguments. Python methods, functions, docstrings, stubs and test sweeps are loops over
//! `all`.

mod arg;
mod macros;
mod param;
mod ret;

pub use arg::{Arg, ELLIPSIS, Ints, Operand, Sizes, Val, tensors_of};
pub use param::{Base, FromArg, Kind, Param, Slot, bare, count, flat, named, width};
pub use ret::{Fields, Named, Ret};

use crate::error::Result;

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
    Vision,
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
            Place::Vision => "vision",
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

/// Whether a tensor given as `out=` with elements of another shape gets the result's with a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resizes {
    Warned,
    Quietly,
    /// As the two above, where the number of elements differs; else they go where they are, in the order of the shape.
    CountedWarned,
    CountedQuietly,
}

impl Resizes {
    /// What holds where a row says nothing: what makes tensors of sizes alone is quiet.
    pub const fn by_params(params: &[Param]) -> Resizes {
        let mut i = 0;
        while i < params.len() {
            if matches!(params[i].kind.base, Base::Tensor | Base::Tensors | Base::Operands | Base::Val) {
                return Resizes::Warned;
            }
            i += 1;
        }
        Resizes::Quietly
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
    pub itself: Option<fn(&crate::tensor::Tensor) -> bool>,
    pub resizes: Resizes,
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
        resizes: Resizes::Warned,
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
