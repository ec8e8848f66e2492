//! What all elementwise ops share: dtype rules, broadcasting, number operands, the call of the dense kernel.
//! A row of `unary.rs`, `binary.rs` or `ternary.rs` is a value of one of the `Def` types here.

pub mod nary;

use crate::base::promote::Promotion;
use crate::base::{DType, Dims, Layout, Scalar, broadcast, same_shape};
use crate::ensure;
use crate::error::Result;
use crate::kernels::cpu::create::copy::{Bytes, scalar_bytes};
use crate::kernels::cpu::elementwise::block::{BinaryFn, TernaryFn, UnaryFn};
use crate::kernels::cpu::machine::iter::{Operand, for_each};
use crate::ops::driver::op::{Metas, Op, Saves, apply_over, float_result};
use crate::ops::table::Val;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use smallvec::{SmallVec, smallvec};

/// How the result dtype follows from the (common) input dtype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The common dtype.
    Same,
    /// Integers become the default float.
    Float,
    /// As `Same`, and complex becomes its real part's dtype (`abs`).
    Real,
    /// As `Float`, and complex becomes its real part's dtype (`angle`).
    RealFloat,
    /// As `Float`, computed in double precision (or complex128): functions without a vector routine.
    Double,
    /// Computes in the common dtype and answers with bool.
    Compare,
    /// Computes on truth values and answers with bool.
    Logical,
}

impl Rule {
    /// (dtype the kernel computes in, dtype of the result)
    pub fn resolve(self, common: DType) -> (DType, DType) {
        match self {
            Rule::Same => (half_up(common), common),
            Rule::Float => {
                let out = float_result(common);
                (half_up(out), out)
            }
            Rule::Real => (half_up(common), common.to_real()),
            Rule::RealFloat => (half_up(float_result(common)), float_result(common).to_real()),
            Rule::Double => {
                let out = float_result(common);
                (if out.is_complex() { DType::C128 } else { DType::F64 }, out)
            }
            Rule::Compare => (half_up(common), DType::Bool),
            Rule::Logical => (DType::Bool, DType::Bool),
        }
    }
}

/// The half types compute in float32.
#[inline]
pub fn half_up(d: DType) -> DType {
    if matches!(d, DType::F16 | DType::BF16) { DType::F32 } else { d }
}

/// The result's geometry: broadcast shape, and the strides of an input that has it densely.
pub fn result_layout(shape: &[usize], x: &[&Tensor]) -> Layout {
    let mut contiguous = true;
    for t in x.iter().filter(|t| same_shape(t.shape(), shape)) {
        if t.is_contiguous() {
            return Layout::contiguous(shape);
        }
        contiguous = false;
    }
    if contiguous {
        return Layout::contiguous(shape);
    }
    match x.iter().find(|t| t.shape() == shape && t.layout().is_non_overlapping_and_dense()) {
        Some(t) => Layout { offset: 0, ..t.layout().clone() },
        None => match x.iter().find(|t| t.shape() == shape) {
            Some(t) if !t.strides().contains(&0) => Layout::permuted_dense(shape, &t.layout().stride_order()),
            _ => Layout::contiguous(shape),
        },
    }
}

/// A tensor's strides over a broadcast shape.
fn strides_over(t: &Tensor, shape: &[usize]) -> Dims {
    if t.shape() == shape { Dims::from_slice(t.strides()) } else { t.layout().broadcast_to(shape).strides }
}

// ---- one input ------------------------------------------------------------------------------------------------------

#[derive(Debug)]
pub struct UnaryDef {
    pub name: &'static str,
    pub grad_name: &'static str,
    pub rule: Rule,
    /// The dense kernel for a compute dtype; its output dtype follows the rule.
    pub kernel: fn(DType) -> Result<UnaryFn>,
    pub saves: Saves,
    pub grad: fn(&Tensor, &Context) -> Result<Tensor>,
}

#[derive(Debug)]
pub struct Unary(pub &'static UnaryDef);

impl Op for Unary {
    fn name(&self) -> &'static str {
        self.0.name
    }
    fn grad_name(&self) -> &'static str {
        self.0.grad_name
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (compute, dtype) = self.0.rule.resolve(x[0].dtype());
        (self.0.kernel)(compute)?;
        Ok(smallvec![Meta { layout: result_layout(x[0].shape(), x), dtype }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, out) = (x[0], &out[0]);
        let (compute, _) = self.0.rule.resolve(x.dtype());
        let kernel = (self.0.kernel)(compute)?;
        // what the kernel writes: bool for predicates, the real part's dtype for `abs`
        let written = match self.0.rule {
            Rule::Compare | Rule::Logical => DType::Bool,
            Rule::Real | Rule::RealFloat => compute.to_real(),
            _ => compute,
        };
        run1(x, out, compute, written, kernel);
        Ok(())
    }
    fn saves(&self, _: Want) -> Saves {
        self.0.saves
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => Ok(smallvec![Some((self.0.grad)(g, cx)?)]),
            None => Ok(smallvec![None]),
        }
    }
    fn in_place_ok(&self) -> bool {
        true
    }
}

/// Runs a dense kernel of one input over strided tensors.
#[allow(unsafe_code)]
pub fn run1(x: &Tensor, out: &Tensor, compute: DType, written: DType, kernel: UnaryFn) {
    let n = out.numel();
    if n == 0 {
        return;
    }
    if n <= crate::kernels::cpu::machine::par::ELEMENTWISE_GRAIN
        && x.dtype() == compute
        && out.dtype() == written
        && x.is_contiguous()
        && out.is_contiguous()
    {
        // SAFETY: dense tensors of the same number of elements, held by the driver
        unsafe { kernel(x.ptr(), out.ptr(), n) };
        return;
    }
    let strides = strides_over(x, out.shape());
    let operands = [
        Operand { ptr: out.ptr(), strides: out.strides(), dtype: out.dtype(), compute: written },
        Operand { ptr: x.ptr(), strides: &strides, dtype: x.dtype(), compute },
    ];
    // SAFETY: layouts lie within storages held by the driver; input and output are apart or coincide
    unsafe { for_each(out.shape(), &operands, &|p, n| kernel(p[1], p[0], n)) };
}

// ---- two inputs -----------------------------------------------------------------------------------------------------

pub struct BinaryDef {
    pub name: &'static str,
    /// Names of the graph node for operands (tensor, tensor), (tensor, number), (number, tensor); the last two are
    /// empty where there is but one name.
    pub grad_names: [&'static str; 3],
    pub rule: Rule,
    pub kernel: fn(DType) -> Result<BinaryFn>,
    /// The kernel with a third, number operand (`alpha`), where the op has one.
    pub kernel3: Option<fn(DType) -> Result<TernaryFn>>,
    /// What the gradient of each operand reads: bit 0 for the first operand, bit 1 for the second, bit 2 for the result.
    pub saves: [u8; 2],
    pub grad: fn(&Sides, &Tensor, Want) -> Result<[Option<Tensor>; 2]>,
    /// Refuses integer zeros in the second operand.
    pub divides: bool,
    /// What else the operands must satisfy.
    pub check: Option<fn(&[&Tensor]) -> Result<()>>,
}

impl BinaryDef {
    /// What most rows have in common.
    pub const EMPTY: BinaryDef = BinaryDef {
        name: "",
        grad_names: [""; 3],
        rule: Rule::Same,
        kernel: |d| Err(crate::error::Error::no_dtype("", d, "no dtype")),
        kernel3: None,
        saves: [0, 0],
        grad: |_, _, _| Ok([None, None]),
        divides: false,
        check: None,
    };
}

impl std::fmt::Debug for BinaryDef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Two operands, either of which may be a number, with an optional `alpha`.
#[derive(Debug)]
pub struct Binary {
    pub def: &'static BinaryDef,
    pub lhs: Option<Scalar>,
    pub rhs: Option<Scalar>,
    pub alpha: Option<Scalar>,
}

/// What a gradient formula of two operands can ask for. `Want` and the answer count operands, not tensors.
pub struct Sides<'a> {
    pub op: &'a Binary,
    pub cx: &'a Context<'a>,
}

impl Sides<'_> {
    pub fn a(&self) -> Result<Val> {
        match self.op.lhs {
            Some(s) => Ok(Val::S(s)),
            None => self.cx.input(0).map(Val::T),
        }
    }
    pub fn b(&self) -> Result<Val> {
        match self.op.rhs {
            Some(s) => Ok(Val::S(s)),
            None => self.cx.input(self.op.lhs.is_none() as usize).map(Val::T),
        }
    }
    pub fn y(&self) -> Result<Tensor> {
        self.cx.output(0)
    }
    pub fn alpha(&self) -> Option<Scalar> {
        self.op.alpha
    }
}

impl Binary {
    /// Common dtype of the operands.
    fn common(&self, x: &[&Tensor]) -> DType {
        if let [a, b] = x
            && a.dtype() == b.dtype()
        {
            return a.dtype();
        }
        let mut p = Promotion::default();
        for t in x {
            p = p.tensor(t.dtype(), t.ndim());
        }
        for s in [self.lhs, self.rhs].into_iter().flatten() {
            p = p.number(s);
        }
        p.result()
    }
}

impl Op for Binary {
    fn name(&self) -> &'static str {
        self.def.name
    }
    fn grad_name(&self) -> &'static str {
        let [both, second, first] = self.def.grad_names;
        match (self.lhs, self.rhs) {
            (None, Some(_)) if !second.is_empty() => second,
            (Some(_), None) if !first.is_empty() => first,
            _ => both,
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (compute, dtype) = self.def.rule.resolve(self.common(x));
        if let Some(check) = self.def.check {
            check(x)?;
        }
        (self.def.kernel)(compute)?;
        if let Some(alpha) = self.alpha {
            check_alpha(alpha, dtype)?;
        }
        let layout = match x {
            [a, b] if !same_shape(a.shape(), b.shape()) => {
                let shape = broadcast(a.shape(), b.shape())?;
                result_layout(&shape, x)
            }
            _ => result_layout(x[0].shape(), x),
        };
        Ok(smallvec![Meta { layout, dtype }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (compute, _) = self.def.rule.resolve(self.common(x));
        let written =
            if matches!(self.def.rule, Rule::Compare | Rule::Logical) { DType::Bool } else { compute };
        let mut tensors = x.iter();
        let mut side = |s: Option<Scalar>| match s {
            Some(s) => Side::Number(scalar_bytes(s, compute)),
            None => Side::Tensor(tensors.next().copied().unwrap_or(x[0])),
        };
        let (a, b) = (side(self.lhs), side(self.rhs));
        if self.def.divides && !compute.is_float() {
            super::divide::refuse_zero(&b, out[0].numel())?;
        }
        match (self.alpha, self.def.kernel3) {
            (Some(alpha), Some(kernel3)) => {
                let kernel = kernel3(compute)?;
                run3(&[a, b, Side::Number(scalar_bytes(alpha, compute))], &out[0], compute, written, kernel);
            }
            _ => run2(&a, &b, &out[0], compute, written, (self.def.kernel)(compute)?),
        }
        Ok(())
    }
    fn saves(&self, want: Want) -> Saves {
        // operands to tensors: a number operand is never saved
        let second = self.lhs.is_none() as usize;
        let mut mask = 0u8;
        if self.lhs.is_none() && want.has(0) {
            mask |= self.def.saves[0];
        }
        if self.rhs.is_none() && want.has(second) {
            mask |= self.def.saves[1];
        }
        let mut inputs = 0;
        if mask & 1 != 0 && self.lhs.is_none() {
            inputs |= 1;
        }
        if mask & 2 != 0 && self.rhs.is_none() {
            inputs |= 1 << second;
        }
        Saves { inputs, outputs: (mask >> 2 & 1) as u64 }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let second = self.lhs.is_none() as usize;
        let a = self.lhs.is_none() && want.has(0);
        let b = self.rhs.is_none() && want.has(second);
        let sides = Sides { op: self, cx };
        let [ga, gb] = (self.def.grad)(&sides, g, Want(a as u64 | (b as u64) << 1))?;
        let mut out = Grads::new();
        if self.lhs.is_none() {
            out.push(ga);
        }
        if self.rhs.is_none() {
            out.push(gb);
        }
        Ok(out)
    }
    fn in_place_ok(&self) -> bool {
        self.lhs.is_none()
    }
}

/// `alpha` must be a number the result dtype can hold.
pub fn check_alpha(alpha: Scalar, dtype: DType) -> Result<()> {
    use crate::base::Category::*;
    let ok = match (alpha.category(), dtype.category()) {
        (Bool, Bool) | (Bool, _) => true,
        (_, Complex) => true,
        (Complex, _) => false,
        (Float, c) => c == Float,
        (Int, _) => true,
    };
    ensure!(
        alpha.category() != Bool || dtype == DType::Bool,
        Runtime,
        "Boolean alpha only supported for Boolean results."
    );
    ensure!(ok, Runtime, "For integral input tensors, argument alpha must not be a floating point number.");
    Ok(())
}

/// An operand as the kernels see it.
pub enum Side<'a> {
    Tensor(&'a Tensor),
    Number(Bytes),
}

impl Side<'_> {
    #[allow(unsafe_code)]
    pub fn operand<'b>(&'b self, strides: &'b [usize], compute: DType) -> Operand<'b> {
        match self {
            Side::Tensor(t) => Operand { ptr: t.ptr(), strides, dtype: t.dtype(), compute },
            Side::Number(b) => Operand { ptr: b.0.as_ptr() as *mut u8, strides, dtype: compute, compute },
        }
    }
    pub fn strides(&self, shape: &[usize]) -> Dims {
        match self {
            Side::Tensor(t) => strides_over(t, shape),
            Side::Number(_) => Dims::from_elem(0, shape.len()),
        }
    }
    pub fn is_dense(&self, shape: &[usize], compute: DType) -> bool {
        match self {
            Side::Tensor(t) => t.dtype() == compute && same_shape(t.shape(), shape) && t.is_contiguous(),
            Side::Number(_) => true,
        }
    }
}

/// Numbers up to this many elements are repeated into a buffer on the stack.
pub const SMALL: usize = 32;

/// Room for a number repeated.
#[repr(align(64))]
pub struct Repeated(std::mem::MaybeUninit<[u8; SMALL * 16]>);

impl Default for Repeated {
    fn default() -> Self {
        Self::new()
    }
}

impl Repeated {
    pub const fn new() -> Repeated {
        Repeated(std::mem::MaybeUninit::uninit())
    }
}

/// The address of an operand's dense elements; a number is repeated into the buffer.
#[allow(unsafe_code)]
pub fn dense_ptr(side: &Side, buffer: &mut Repeated, size: usize, n: usize) -> *const u8 {
    match side {
        Side::Tensor(t) => t.ptr(),
        Side::Number(b) => {
            let p = buffer.0.as_mut_ptr() as *mut u8;
            // SAFETY: n <= SMALL elements of at most 16 bytes
            unsafe { crate::kernels::cpu::machine::iter::gather(b.0.as_ptr(), 0, p, size, n) };
            p
        }
    }
}

/// Runs a dense kernel of two inputs over strided operands.
#[allow(unsafe_code)]
pub fn run2(a: &Side, b: &Side, out: &Tensor, compute: DType, written: DType, kernel: BinaryFn) {
    let n = out.numel();
    if n == 0 {
        return;
    }
    let shape = out.shape();
    let numbers = matches!(a, Side::Number(_)) || matches!(b, Side::Number(_));
    let limit = if numbers { SMALL } else { crate::kernels::cpu::machine::par::ELEMENTWISE_GRAIN };
    if n <= limit
        && out.dtype() == written
        && out.is_contiguous()
        && a.is_dense(shape, compute)
        && b.is_dense(shape, compute)
    {
        let (mut ba, mut bb) = (Repeated::new(), Repeated::new());
        let size = compute.size();
        // SAFETY: dense operands of `n` elements, held by the driver
        unsafe { kernel(dense_ptr(a, &mut ba, size, n), dense_ptr(b, &mut bb, size, n), out.ptr(), n) };
        return;
    }
    let (sa, sb) = (a.strides(shape), b.strides(shape));
    let operands = [
        Operand { ptr: out.ptr(), strides: out.strides(), dtype: out.dtype(), compute: written },
        a.operand(&sa, compute),
        b.operand(&sb, compute),
    ];
    // SAFETY: layouts lie within storages held by the driver; inputs and output are apart or coincide
    unsafe { for_each(shape, &operands, &|p, n| kernel(p[1], p[2], p[0], n)) };
}

/// Runs a dense kernel of three inputs over strided operands.
#[allow(unsafe_code)]
pub fn run3(x: &[Side; 3], out: &Tensor, compute: DType, written: DType, kernel: TernaryFn) {
    if out.numel() == 0 {
        return;
    }
    let shape = out.shape();
    let strides: SmallVec<[Dims; 3]> = x.iter().map(|s| s.strides(shape)).collect();
    let operands = [
        Operand { ptr: out.ptr(), strides: out.strides(), dtype: out.dtype(), compute: written },
        x[0].operand(&strides[0], compute),
        x[1].operand(&strides[1], compute),
        x[2].operand(&strides[2], compute),
    ];
    // SAFETY: as in `run2`
    unsafe { for_each(shape, &operands, &|p, n| kernel(p[1], p[2], p[3], p[0], n)) };
}

impl From<&Tensor> for Val {
    fn from(t: &Tensor) -> Val {
        Val::T(t.clone())
    }
}
impl From<Tensor> for Val {
    fn from(t: Tensor) -> Val {
        Val::T(t)
    }
}
impl From<&Val> for Val {
    fn from(v: &Val) -> Val {
        v.clone()
    }
}
impl<S: Into<Scalar>> From<S> for Val {
    fn from(s: S) -> Val {
        Val::S(s.into())
    }
}

/// Runs a row of two operands. Two numbers make a 0-d result.
pub fn binary(def: &'static BinaryDef, a: Val, b: Val, alpha: Option<Scalar>) -> Result<Tensor> {
    let alpha = alpha.filter(|s| !s.is_one() || *s == Scalar::Bool(true));
    match (a, b) {
        (Val::T(a), Val::T(b)) => apply_over(Binary { def, lhs: None, rhs: None, alpha }, [a, b]),
        (Val::T(a), Val::S(b)) => apply_over(Binary { def, lhs: None, rhs: Some(b), alpha }, [a]),
        (Val::S(a), Val::T(b)) => apply_over(Binary { def, lhs: Some(a), rhs: None, alpha }, [b]),
        (Val::S(a), Val::S(b)) => {
            ensure!(
                matches!(def.name, "add" | "sub" | "mul" | "true_divide" | "floor_divide"),
                Type,
                "{}(): argument 'input' must be Tensor, not a number",
                def.name
            );
            let dtype = a.dtype(crate::base::promote::default_dtype());
            let a = crate::ops::create::copy::full(&[], a, dtype, crate::base::Device::Cpu)?;
            crate::ops::driver::op::apply(Binary { def, lhs: None, rhs: Some(b), alpha }, &[&a])
        }
    }
}

/// As [`binary`], into the first operand.
pub fn binary_in_place(def: &'static BinaryDef, a: &Tensor, b: Val, alpha: Option<Scalar>) -> Result<()> {
    let alpha = alpha.filter(|s| !s.is_one() || *s == Scalar::Bool(true));
    match b {
        Val::T(b) => {
            crate::ops::driver::op::apply_in_place(Binary { def, lhs: None, rhs: None, alpha }, &[a, &b])
        }
        Val::S(b) => {
            crate::ops::driver::op::apply_in_place(Binary { def, lhs: None, rhs: Some(b), alpha }, &[a])
        }
    }
}
