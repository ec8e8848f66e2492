//! Gradients of rows of several operands: a formula says by the names of its arguments what it reads.

use crate::base::Scalar;
use crate::ensure;
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::Params;
use crate::ops::driver::op::Saves;
use crate::ops::table::Val;
use crate::tensor::{Context, Grads, Tensor, Want};

/// At most this many operands.
pub const OPERANDS: usize = 4;

/// The result's bit among what a formula reads; bit i is operand i.
pub const RESULT: u8 = 1 << 7;

/// What a formula can read. Operands are counted as the op counts them, numbers included.
pub struct Read<'a> {
    pub cx: &'a Context<'a>,
    /// One entry for each operand: a number, or `None` for the next tensor.
    pub numbers: &'a [Option<Scalar>],
    pub params: &'a Params,
    pub alpha: Option<Scalar>,
}

impl Read<'_> {
    /// An operand that is a tensor or a number.
    pub fn val(&self, operand: usize) -> Result<Val> {
        match self.numbers[operand] {
            Some(s) => Ok(Val::S(s)),
            None => self.tensor(operand).map(Val::T),
        }
    }
    /// An operand that must be a tensor.
    pub fn tensor(&self, operand: usize) -> Result<Tensor> {
        ensure!(self.numbers[operand].is_none(), Internal, "a gradient reads a number as a tensor");
        self.cx.input(index(self.numbers, operand))
    }
    pub fn y(&self) -> Result<Tensor> {
        self.cx.output(0)
    }
}

/// The place of an operand among the tensors.
fn index(numbers: &[Option<Scalar>], operand: usize) -> usize {
    numbers[..operand].iter().filter(|n| n.is_none()).count()
}

/// The gradient of one operand.
pub struct Slope {
    pub of: usize,
    pub reads: u8,
    pub at: fn(&Read, &Tensor) -> Result<Tensor>,
}

/// The gradients of a row; see [`slopes`].
pub enum Slopes {
    /// There are none.
    None,
    /// One for each operand that has a gradient.
    Each(&'static [Slope]),
    /// All in one, where they share work.
    Joint { reads: u8, at: fn(&Read, &Tensor, Want) -> Result<[Option<Tensor>; OPERANDS]> },
}

impl Slopes {
    /// What the backward of the wanted tensors reads; numbers are never saved.
    pub fn saves(&self, numbers: &[Option<Scalar>], want: Want) -> Saves {
        let mask = match self {
            Slopes::None => 0,
            Slopes::Each(slopes) => slopes
                .iter()
                .filter(|s| numbers[s.of].is_none() && want.has(index(numbers, s.of)))
                .fold(0, |m, s| m | s.reads),
            Slopes::Joint { reads, .. } => *reads,
        };
        let (mut inputs, mut tensor) = (0, 0);
        for (operand, number) in numbers.iter().enumerate() {
            if number.is_none() {
                inputs |= ((mask >> operand & 1) as u64) << tensor;
                tensor += 1;
            }
        }
        Saves { inputs, outputs: (mask & RESULT != 0) as u64 }
    }

    /// The gradients of the tensors among the operands.
    pub fn backward(&self, read: &Read, g: &Tensor, want: Want) -> Result<Grads> {
        let (mut wanted, mut tensor) = (0u64, 0);
        for (operand, number) in read.numbers.iter().enumerate() {
            if number.is_none() {
                wanted |= (want.has(tensor) as u64) << operand;
                tensor += 1;
            }
        }
        let mut all = [const { None }; OPERANDS];
        match self {
            Slopes::None => {}
            Slopes::Each(slopes) => {
                for s in slopes.iter().filter(|s| wanted >> s.of & 1 == 1) {
                    all[s.of] = Some((s.at)(read, g)?);
                }
            }
            Slopes::Joint { at, .. } => all = at(read, g, Want(wanted))?,
        }
        let tensors = read.numbers.iter().zip(all).filter(|(number, _)| number.is_none());
        Ok(tensors.map(|(_, grad)| grad).collect())
    }
}

/// What a joint formula answers, for as many operands as there may be.
pub fn filled<const N: usize>(g: Result<[Option<Tensor>; N]>) -> Result<[Option<Tensor>; OPERANDS]> {
    let mut all = [const { None }; OPERANDS];
    for (place, g) in all.iter_mut().zip(g?) {
        *place = g;
    }
    Ok(all)
}

/// The gradients of a row: one formula for each operand that has one, or one for all where they share work.
///
/// ```text
/// { a |g, b: Val| .., b |g, a: Val, y| .. }
/// { joint |g, want, a, b| Ok([.., ..]) }
/// None
/// ```
///
/// The arguments after the incoming `g` are what is read, and so what is saved: the operands `a b c d`, as tensors or with
/// `: Val` as what they are, the result `y`, the parameters `q`, the factor `alpha`.
macro_rules! slopes {
    (None) => { $crate::ops::elementwise::kind::grad::Slopes::None };
    ({ joint |$g:ident, $want:ident $(, $read:ident $(: $kind:ident)?)*| $formula:expr }) => {
        $crate::ops::elementwise::kind::grad::Slopes::Joint {
            reads: 0 $(| $crate::ops::elementwise::kind::grad::slopes!(@bit $read))*,
            at: |_read, $g, $want| {
                $(let $read = $crate::ops::elementwise::kind::grad::slopes!(@read _read $read $($kind)?);)*
                $crate::ops::elementwise::kind::grad::filled($formula)
            },
        }
    };
    ({ $($of:ident |$g:ident $(, $read:ident $(: $kind:ident)?)*| $formula:expr),+ $(,)? }) => {
        $crate::ops::elementwise::kind::grad::Slopes::Each(&[$(
            $crate::ops::elementwise::kind::grad::Slope {
                of: $crate::ops::elementwise::kind::grad::slopes!(@at $of),
                reads: 0 $(| $crate::ops::elementwise::kind::grad::slopes!(@bit $read))*,
                at: |_read, $g| {
                    $(let $read = $crate::ops::elementwise::kind::grad::slopes!(@read _read $read $($kind)?);)*
                    $formula
                },
            }
        ),+])
    };
    (@at a) => { 0 };
    (@at b) => { 1 };
    (@at c) => { 2 };
    (@at d) => { 3 };
    (@bit q) => { 0 };
    (@bit alpha) => { 0 };
    (@bit y) => { $crate::ops::elementwise::kind::grad::RESULT };
    (@bit $operand:ident) => { 1 << $crate::ops::elementwise::kind::grad::slopes!(@at $operand) };
    (@read $from:ident q) => { $from.params };
    (@read $from:ident alpha) => { $from.alpha };
    (@read $from:ident y) => { $from.y()? };
    (@read $from:ident $operand:ident) => { $from.tensor($crate::ops::elementwise::kind::grad::slopes!(@at $operand))? };
    (@read $from:ident $operand:ident Val) => { $from.val($crate::ops::elementwise::kind::grad::slopes!(@at $operand))? };
}
pub(crate) use slopes;
