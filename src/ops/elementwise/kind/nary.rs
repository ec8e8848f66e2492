//! Elementwise ops that fit no row of one or two plain operands: up to four operands, each a tensor or a number,
//! an optional mask in front, and numbers as parameters. One static [`PointDef`] and a short function per op.

use crate::base::promote::Promotion;
use crate::base::{DType, Dims, Scalar, broadcast};
use crate::error::Result;
use crate::kernels::cpu::create::copy::scalar_bytes;
use crate::kernels::cpu::elementwise::block::{Params, PointFn};
use crate::kernels::cpu::machine::blocks::STEP;
use crate::kernels::cpu::machine::iter::{Operand, for_each_rows};
use crate::kernels::cpu::machine::rows::{MAX_OPERANDS, Rows};
use crate::kernels::gpu::elementwise::Wgsl;
use crate::ops::driver::apply::apply_placed;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::kind::gpu;
use crate::ops::elementwise::kind::grad::{OPERANDS, Read, Slopes};
use crate::ops::elementwise::kind::run::{Repeated, Side, dense_ptr};
use crate::ops::elementwise::kind::{Rule, Takes, aligned, over_halves, result_layout};
use crate::ops::table::{To, Val};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use smallvec::{SmallVec, smallvec};

pub struct PointDef {
    pub name: &'static str,
    pub grad_name: &'static str,
    pub rule: Rule,
    /// The first operand is a bool mask and has no part in the common dtype.
    pub masked: bool,
    pub kernel: fn(DType) -> Option<PointFn>,
    pub takes: Takes,
    /// The expression of `a`, `b`, `c`, `d` and the parameters `p0` to `p3` for graphics cards.
    pub wgsl: Wgsl,
    pub grad: Slopes,
}

impl PointDef {
    /// The kernel for a compute dtype, or the error that says what would work.
    #[inline]
    pub fn kernel_for(&self, dtype: DType) -> Result<PointFn> {
        (self.kernel)(dtype)
            .ok_or_else(|| self.takes.refuse(self.name, dtype, |d| (self.kernel)(d).is_some()))
    }
}

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

impl Point {
    /// (dtype the kernel computes in, dtype of the result). What only chooses takes the stored dtypes too, in their carrier.
    fn resolve(&self, x: &[&Tensor]) -> (DType, DType) {
        let (compute, dtype) = self.def.rule.resolve(self.common(x));
        (if self.def.masked { compute.carrier() } else { compute }, dtype)
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
}

impl Op for Point {
    fn name(&self) -> &'static str {
        self.def.name
    }
    fn grad_name(&self) -> &'static str {
        self.grad_name
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (compute, dtype) = self.resolve(x);
        self.def.kernel_for(compute)?;
        let mut shape = Dims::from_slice(x[0].shape());
        for t in &x[1..] {
            if t.shape() != shape.as_slice() {
                shape = broadcast(&shape, t.shape())?;
            }
        }
        Ok(smallvec![Meta { layout: result_layout(&shape, x), dtype }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let out = &out[0];
        if out.numel() == 0 {
            return Ok(());
        }
        let (compute, _) = self.resolve(x);
        let written =
            if matches!(self.def.rule, Rule::Compare | Rule::Logical) { DType::Bool } else { compute };
        let mut kernel = self.def.kernel_for(compute)?;
        let (mut compute, mut written) = (compute, written);
        let common = self.common(x);
        let skip = self.def.masked as usize;
        if common.is_half()
            && x.iter().skip(skip).all(|t| t.dtype() == common)
            && self.numbers.iter().flatten().all(|s| s.is_half(common))
            && let Some(direct) = over_halves(common, compute, self.def.kernel)
        {
            kernel = direct;
            written = if written == DType::Bool { written } else { common };
            compute = common;
        }
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
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (def, out) = (self.def, &out[0]);
        let (compute, written) = gpu::dtypes(def.rule, self.common(x), out.dtype());
        let mut tensors = x.iter();
        let mut sides: SmallVec<[gpu::Side; OPERANDS]> = SmallVec::new();
        for (i, s) in self.numbers.iter().enumerate() {
            let dtype = if i == 0 && def.masked { DType::Bool } else { compute };
            sides.push(match s {
                Some(s) => gpu::Side::Number(*s, dtype),
                None => gpu::Side::Place(tensors.next().copied().unwrap_or(x[0]).place()?, dtype),
            });
        }
        gpu::run(
            def.name,
            &def.wgsl,
            compute,
            &["a", "b", "c", "d"],
            &sides,
            &self.params,
            out.place()?,
            written,
        )
    }
    fn saves(&self, want: Want) -> Saves {
        self.def.grad.saves(&self.numbers, want)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let read = Read { cx, numbers: &self.numbers, params: &self.params, alpha: None };
        self.def.grad.backward(&read, g, want)
    }
    fn diagonal(&self) -> bool {
        true
    }
    fn batching(&self, x: &[&Tensor], _: usize) -> Batching<Self> {
        aligned(x)
    }
    fn in_place_ok(&self) -> bool {
        self.numbers[0].is_none() && !self.def.masked
    }
}

/// Runs a kernel over strided operands, each with the dtype it is read as.
#[allow(unsafe_code)]
fn run_sides(sides: &[(Side, DType)], out: &Tensor, written: DType, kernel: PointFn, params: &Params) {
    let (n, shape) = (out.numel(), out.shape());
    let numbers = sides.iter().any(|(side, _)| side.is_number());
    let limit =
        if numbers && !kernel.takes_rows() { STEP } else { crate::kernels::cpu::machine::par::MATH_GRAIN };
    if n <= limit
        && out.dtype() == written
        && out.is_contiguous()
        && sides.iter().all(|(side, dtype)| side.is_dense(shape, *dtype))
    {
        let repeated = !kernel.takes_rows();
        let mut buffers = [const { Repeated::new() }; OPERANDS];
        let (mut p, mut rows) = ([out.ptr(); MAX_OPERANDS], Rows::ONE);
        for ((i, (side, dtype)), buffer) in sides.iter().enumerate().zip(&mut buffers) {
            p[i + 1] = dense_ptr(side, repeated.then_some(buffer), dtype.size(), n) as *mut u8;
            rows = if side.is_number() { rows.and(i) } else { rows };
        }
        // SAFETY: dense tensors of `n` elements, held by the driver; numbers are one each, or repeated `n` times
        unsafe { kernel.call(&p, n, params, rows) };
        return;
    }
    let strides: SmallVec<[Dims; OPERANDS]> = sides.iter().map(|(s, _)| s.strides(shape)).collect();
    let mut operands: SmallVec<[Operand; MAX_OPERANDS]> =
        smallvec![Operand { ptr: out.ptr(), strides: out.strides(), dtype: out.dtype(), compute: written }];
    for ((side, dtype), s) in sides.iter().zip(&strides) {
        operands.push(side.operand(s, *dtype));
    }
    // SAFETY: layouts lie within storages held by the driver; inputs and output are apart or coincide
    unsafe {
        for_each_rows(shape, &operands, kernel.takes_rows(), &|p, n, rows| kernel.call(p, n, params, rows))
    };
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

impl To {
    /// Runs a row on tensors alone; over the first, the answer is that.
    pub fn point(self, def: &'static PointDef, x: &[&Tensor], params: Params) -> Result<Tensor> {
        self.point_as(def, def.grad_name, x, params)
    }
    /// As [`To::point`], with another name of the node.
    pub fn point_as(
        self,
        def: &'static PointDef,
        grad_name: &'static str,
        x: &[&Tensor],
        params: Params,
    ) -> Result<Tensor> {
        let op = Point { def, numbers: smallvec![None; x.len()], params, grad_name };
        match self {
            To::New => apply_placed(op, x),
            To::First => apply_in_place(op, x).map(|()| x[0].clone()),
        }
    }
    /// As [`To::point_as`], on operands of which the first is a tensor and others may be numbers.
    pub fn point_val(
        self,
        def: &'static PointDef,
        grad_name: &'static str,
        operands: &[Val],
        params: Params,
    ) -> Result<Tensor> {
        let (op, tensors) = split(def, grad_name, operands, params);
        crate::ensure!(!tensors.is_empty(), Type, "{}(): at least one operand must be a Tensor", def.name);
        let x: SmallVec<[&Tensor; OPERANDS]> = tensors.iter().collect();
        match self {
            To::New => apply_placed(op, &x),
            To::First => apply_in_place(op, &x).map(|()| x[0].clone()),
        }
    }
}

/// Runs a row on tensors alone.
pub fn point(def: &'static PointDef, x: &[&Tensor], params: Params) -> Result<Tensor> {
    To::New.point(def, x, params)
}

/// Ops of up to four operands and parameters, each a static [`PointDef`]; rows call them with what they are given:
///
/// ```text
/// NAME "name" "GradName": Rule masked,    // `masked` where the first operand is a mask
///     cpu |dt| the dense kernel for a compute dtype, or `None`,
///     takes (not Bool Runtime "words"),   // what the refusal says beside that, see `takes!`
///     wgsl "expression of a, b, c, d and p0 to p3", // where it has one
///     grad { a |g, b| .., b |g, a, q| .. };  // see `slopes!`
/// ```
macro_rules! points {
    ($($(#[doc = $doc:literal])* $def:ident $name:literal $node:literal: $rule:ident $($masked:ident)?,
        cpu |$dt:pat_param| $kernel:expr, $(takes ($($takes:tt)*),)? $(wgsl $wgsl:literal $(int $wint:literal)? $(bool $wbool:literal)? $(complex $wcomplex:literal)?,)?
        grad $grad:tt;)*) => {$(
        $(#[doc = $doc])*
        pub static $def: $crate::ops::elementwise::kind::nary::PointDef = $crate::ops::elementwise::kind::nary::PointDef {
            name: $name,
            grad_name: $node,
            rule: $crate::ops::elementwise::kind::Rule::$rule,
            masked: { const MASKED: &[&str] = &[$(stringify!($masked))?]; !MASKED.is_empty() },
            kernel: |$dt| $kernel,
            takes: $crate::ops::elementwise::kind::takes!($($($takes)*)?),
            wgsl: $crate::ops::elementwise::kind::gpu::wgsl!($($wgsl $(int $wint)? $(bool $wbool)? $(complex $wcomplex)?)?),
            grad: $crate::ops::elementwise::kind::grad::slopes!($grad),
        };
    )*};
}
pub(crate) use points;
