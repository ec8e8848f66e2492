//! Elementwise ops that fit no row of one or two plain operands: up to four operands, each a tensor or a number,
//! an optional mask in front, and numbers as parameters. One static [`PointDef`] and a short function per op.

use crate::base::promote::Promotion;
use crate::base::{DType, Dims, Scalar, broadcast};
use crate::error::Result;
use crate::kernels::cpu::create::copy::scalar_bytes;
use crate::kernels::cpu::elementwise::block::{Params, PointFn};
use crate::kernels::cpu::machine::iter::{MAX_OPERANDS, Operand, for_each};
use crate::ops::driver::apply::apply;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::op::{Metas, Op, Saves};
use crate::ops::elementwise::kind::run::{Repeated, SMALL, Side, dense_ptr};
use crate::ops::elementwise::kind::{Rule, result_layout};
use crate::ops::table::Val;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use smallvec::{SmallVec, smallvec};

/// At most this many operands.
pub const OPERANDS: usize = 4;

pub struct PointDef {
    pub name: &'static str,
    pub grad_name: &'static str,
    pub rule: Rule,
    /// The first operand is a bool mask and has no part in the common dtype.
    pub masked: bool,
    pub kernel: fn(DType) -> Result<PointFn>,
    /// What the gradient of each operand reads: bit i for operand i, [`Y`] for the result.
    pub saves: [u8; OPERANDS],
    pub grad: fn(&Parts, &Tensor, Want) -> Result<[Option<Tensor>; OPERANDS]>,
}

/// The result's bit in [`PointDef::saves`].
pub const Y: u8 = 1 << 7;

impl std::fmt::Debug for PointDef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The op: which operands are numbers, and the parameters.
#[derive(Debug)]
pub struct Point {
    pub def: &'static PointDef,
    /// One entry per operand: a number, or `None` for the next tensor.
    pub numbers: SmallVec<[Option<Scalar>; OPERANDS]>,
    pub params: Params,
    pub grad_name: &'static str,
}

/// What a gradient formula can ask for. Operands are counted as the op counts them, numbers included.
pub struct Parts<'a> {
    pub op: &'a Point,
    pub cx: &'a Context<'a>,
}

impl Parts<'_> {
    pub fn val(&self, operand: usize) -> Result<Val> {
        match self.op.numbers[operand] {
            Some(s) => Ok(Val::S(s)),
            None => self.cx.input(self.op.tensor_index(operand)).map(Val::T),
        }
    }
    /// An operand that is a tensor.
    pub fn tensor(&self, operand: usize) -> Result<Tensor> {
        self.cx.input(self.op.tensor_index(operand))
    }
    pub fn y(&self) -> Result<Tensor> {
        self.cx.output(0)
    }
    pub fn q(&self, i: usize) -> f64 {
        self.op.params[i]
    }
}

impl Point {
    fn tensor_index(&self, operand: usize) -> usize {
        self.numbers[..operand].iter().filter(|n| n.is_none()).count()
    }
    /// Common dtype of the operands that are not a mask.
    fn common(&self, x: &[&Tensor]) -> DType {
        let skip = self.def.masked as usize;
        let mut tensors = x.iter().skip(skip);
        let mut p = Promotion::default();
        // a fourth operand is a factor, which takes the dtype of the rest
        for n in self.numbers.iter().take(3).skip(skip) {
            p = match n {
                Some(s) => p.number(*s),
                None => match tensors.next() {
                    Some(t) => p.tensor(t.dtype(), t.ndim()),
                    None => p,
                },
            };
        }
        p.result()
    }
    /// Calls `f` with (operand, tensor index) for operands that are tensors.
    fn tensors(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.numbers.iter().enumerate().filter(|(_, n)| n.is_none()).enumerate().map(|(t, (o, _))| (o, t))
    }
}

impl Op for Point {
    fn name(&self) -> &'static str {
        self.def.name
    }
    fn grad_name(&self) -> &'static str {
        self.grad_name
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (compute, dtype) = self.def.rule.resolve(self.common(x));
        (self.def.kernel)(compute)?;
        let mut shape = Dims::from_slice(x[0].shape());
        for t in &x[1..] {
            if t.shape() != shape.as_slice() {
                shape = broadcast(&shape, t.shape())?;
            }
        }
        let geometry = if self.def.masked && x.len() > 1 { &x[1..] } else { x };
        Ok(smallvec![Meta { layout: result_layout(&shape, geometry), dtype }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let out = &out[0];
        if out.numel() == 0 {
            return Ok(());
        }
        let (compute, _) = self.def.rule.resolve(self.common(x));
        let written =
            if matches!(self.def.rule, Rule::Compare | Rule::Logical) { DType::Bool } else { compute };
        let kernel = (self.def.kernel)(compute)?;
        let mut tensors = x.iter();
        let sides: SmallVec<[(Side, DType); OPERANDS]> = self
            .numbers
            .iter()
            .enumerate()
            .map(|(i, s)| {
                let dtype = if i == 0 && self.def.masked { DType::Bool } else { compute };
                match s {
                    Some(s) => (Side::Number(scalar_bytes(*s, dtype)), dtype),
                    None => (Side::Tensor(tensors.next().copied().unwrap_or(x[0])), dtype),
                }
            })
            .collect();
        run_sides(&sides, out, written, kernel, &self.params);
        Ok(())
    }
    fn saves(&self, want: Want) -> Saves {
        let mut mask = 0u8;
        for (operand, index) in self.tensors() {
            if want.has(index) {
                mask |= self.def.saves[operand];
            }
        }
        let inputs = self
            .tensors()
            .filter(|(operand, _)| mask >> operand & 1 == 1)
            .fold(0u64, |m, (_, index)| m | 1 << index);
        Saves { inputs, outputs: (mask & Y != 0) as u64 }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let wanted = self.tensors().filter(|&(_, t)| want.has(t)).fold(0u64, |m, (o, _)| m | 1 << o);
        let mut all = (self.def.grad)(&Parts { op: self, cx }, g, Want(wanted))?;
        Ok(self.tensors().map(|(o, _)| all[o].take()).collect())
    }
    fn in_place_ok(&self) -> bool {
        self.numbers[0].is_none() && !self.def.masked
    }
}

/// Runs a kernel over strided operands, each with the dtype it is read as.
#[allow(unsafe_code)]
fn run_sides(sides: &[(Side, DType)], out: &Tensor, written: DType, kernel: PointFn, params: &Params) {
    let (n, shape) = (out.numel(), out.shape());
    let plain = |(side, dtype): &(Side, DType)| match side {
        Side::Tensor(_) => side.is_dense(shape, *dtype),
        Side::Number(_) => false,
    };
    if n <= crate::kernels::cpu::machine::par::MATH_GRAIN
        && out.dtype() == written
        && out.is_contiguous()
        && sides.iter().all(plain)
    {
        let mut p = [out.ptr(); MAX_OPERANDS];
        for (i, (side, _)) in sides.iter().enumerate() {
            if let Side::Tensor(t) = side {
                p[i + 1] = t.ptr();
            }
        }
        // SAFETY: dense tensors of `n` elements, held by the driver
        unsafe { kernel(&p, n, params) };
        return;
    }
    if n <= SMALL
        && out.dtype() == written
        && out.is_contiguous()
        && sides.iter().all(|(side, dtype)| side.is_dense(shape, *dtype))
    {
        let mut buffers = [const { Repeated::new() }; OPERANDS];
        let mut p = [out.ptr(); MAX_OPERANDS];
        for ((i, (side, dtype)), buffer) in sides.iter().enumerate().zip(&mut buffers) {
            p[i + 1] = dense_ptr(side, buffer, dtype.size(), n) as *mut u8;
        }
        // SAFETY: as above; numbers are repeated on the stack
        unsafe { kernel(&p, n, params) };
        return;
    }
    let strides: SmallVec<[Dims; OPERANDS]> = sides.iter().map(|(s, _)| s.strides(shape)).collect();
    let mut operands: SmallVec<[Operand; MAX_OPERANDS]> =
        smallvec![Operand { ptr: out.ptr(), strides: out.strides(), dtype: out.dtype(), compute: written }];
    for ((side, dtype), s) in sides.iter().zip(&strides) {
        operands.push(side.operand(s, *dtype));
    }
    // SAFETY: layouts lie within storages held by the driver; inputs and output are apart or coincide
    unsafe { for_each(shape, &operands, &|p, n| kernel(p, n, params)) };
}

/// As the op's kernel call, for operands of one dtype that the caller holds.
pub fn run_point(x: &[&Tensor], out: &Tensor, compute: DType, kernel: PointFn, params: &Params) {
    if out.numel() == 0 {
        return;
    }
    let sides: SmallVec<[(Side, DType); OPERANDS]> = x.iter().map(|t| (Side::Tensor(t), compute)).collect();
    run_sides(&sides, out, compute, kernel, params);
}

/// Splits operands into the op and its tensors.
fn split(
    def: &'static PointDef,
    grad_name: &'static str,
    operands: &[Val],
    params: Params,
) -> (Point, SmallVec<[Tensor; OPERANDS]>) {
    let mut tensors = SmallVec::new();
    let numbers = operands
        .iter()
        .map(|v| match v {
            Val::T(t) => {
                tensors.push(t.clone());
                None
            }
            Val::S(s) => Some(*s),
        })
        .collect();
    (Point { def, numbers, params, grad_name }, tensors)
}

/// Runs a row on operands of which at least one is a tensor.
pub fn point_val(
    def: &'static PointDef,
    grad_name: &'static str,
    operands: &[Val],
    params: Params,
) -> Result<Tensor> {
    let (op, tensors) = split(def, grad_name, operands, params);
    crate::ensure!(!tensors.is_empty(), Type, "{}(): at least one operand must be a Tensor", def.name);
    let refs: SmallVec<[&Tensor; OPERANDS]> = tensors.iter().collect();
    apply(op, &refs)
}

/// As [`point_val`], into the first operand.
pub fn point_val_in_place(
    def: &'static PointDef,
    grad_name: &'static str,
    operands: &[Val],
    params: Params,
) -> Result<()> {
    let (op, tensors) = split(def, grad_name, operands, params);
    let refs: SmallVec<[&Tensor; OPERANDS]> = tensors.iter().collect();
    apply_in_place(op, &refs)
}

/// Runs a row on tensors alone.
pub fn point(def: &'static PointDef, x: &[&Tensor], params: Params) -> Result<Tensor> {
    apply(Point { def, numbers: smallvec![None; x.len()], params, grad_name: def.grad_name }, x)
}

/// As [`point`], into the first tensor.
pub fn point_in_place(def: &'static PointDef, x: &[&Tensor], params: Params) -> Result<()> {
    apply_in_place(Point { def, numbers: smallvec![None; x.len()], params, grad_name: def.grad_name }, x)
}

/// No parameters.
pub const NO: Params = [0.0; 4];

/// One operand's gradient as the array a formula answers with.
pub fn only(g: Result<Tensor>) -> Result<[Option<Tensor>; OPERANDS]> {
    Ok([Some(g?), None, None, None])
}

/// A kernel written for `$T` in float32 and float64 (the half types compute in float32), or the standard error.
#[macro_export]
macro_rules! real_floats {
    ($op:expr, $dt:expr, $T:ident => $e:expr) => {
        match $dt {
            $crate::base::DType::F32 => {
                #[allow(dead_code)]
                type $T = f32;
                Ok($e)
            }
            $crate::base::DType::F64 => {
                #[allow(dead_code)]
                type $T = f64;
                Ok($e)
            }
            d => Err($crate::error::Error::no_dtype($op, d, "floating dtypes")),
        }
    };
}
