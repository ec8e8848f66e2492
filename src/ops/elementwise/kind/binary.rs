//! Ops of two operands, either of which may be a number: a row is a value of [`BinaryDef`].

use crate::base::promote::Promotion;
use crate::base::{DType, Scalar, broadcast, same_shape};
use crate::error::{Error, Kind, Result};
use crate::kernels::cpu::create::copy::scalar_bytes;
use crate::kernels::cpu::elementwise::block::{BinaryFn, NO, TernaryFn};
use crate::kernels::gpu::elementwise::Wgsl;
use crate::ops::driver::apply::apply_over;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::memory::dense_cast_held;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::kind::gpu;
use crate::ops::elementwise::kind::grad::{Read, Slopes};
use crate::ops::elementwise::kind::run::{Side, run2, run3};
use crate::ops::elementwise::kind::{Rule, Takes, aligned, over_halves, result_layout};
use crate::ops::table::{To, Val};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure};
use smallvec::{SmallVec, smallvec};

// ---- two inputs -----------------------------------------------------------------------------------------------------

pub struct BinaryDef {
    pub name: &'static str,
    /// Names of the graph node for operands (tensor, tensor), (tensor, number), (number, tensor); the last two are
    /// empty where there is but one name.
    pub grad_names: [&'static str; 3],
    pub rule: Rule,
    pub kernel: fn(DType) -> Option<BinaryFn>,
    /// The kernel with a third, number operand (`alpha`), where the op has one.
    pub kernel3: Option<fn(DType) -> Option<TernaryFn>>,
    pub takes: Takes,
    /// The expression of `a` and `b` for graphics cards, and that with the factor `s` (`alpha`).
    pub wgsl: Wgsl,
    pub wgsl3: Wgsl,
    pub grad: Slopes,
    /// Which numbers the op refuses, as it sees them when it computes: the second operand, its dtype, the count of results.
    pub guard: Option<fn(&Side, DType, usize) -> Result<()>>,
    /// What else the operands must satisfy.
    pub check: Option<fn(&[&Tensor]) -> Result<()>>,
    /// Both operands may be numbers.
    pub numbers: bool,
    /// The stored dtypes that the op takes nevertheless, in their carrier.
    pub stored: fn(DType) -> bool,
    /// Beside halves a number keeps its digits: products and quotients are computed in float32. Elsewhere it is rounded first, as
    /// the elements were.
    pub wide: bool,
}

impl BinaryDef {
    /// What most rows have in common.
    pub const EMPTY: BinaryDef = BinaryDef {
        name: "",
        grad_names: ["NotImplemented", "", ""],
        rule: Rule::Same,
        kernel: |_| None,
        kernel3: None,
        takes: Takes::PLAIN,
        wgsl: Wgsl::NONE,
        wgsl3: Wgsl::NONE,
        grad: Slopes::None,
        guard: None,
        check: None,
        numbers: false,
        stored: |_| false,
        wide: false,
    };

    /// (dtype the kernel computes in, dtype of the result)
    #[inline]
    fn resolve(&self, common: DType) -> (DType, DType) {
        let (compute, dtype) = self.rule.resolve(common);
        if compute.is_stored() && (self.stored)(compute) {
            (compute.carrier(), dtype)
        } else {
            (compute, dtype)
        }
    }

    /// The kernel for a compute dtype, or the error that says what would work.
    #[inline]
    pub fn kernel_for(&self, dtype: DType) -> Result<BinaryFn> {
        (self.kernel)(dtype).ok_or_else(|| self.refuse(dtype))
    }
    #[cold]
    fn refuse(&self, dtype: DType) -> Error {
        self.takes.refuse(self.name, dtype, |d| (self.kernel)(d).is_some())
    }
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
        let (compute, dtype) = self.def.resolve(self.common(x));
        if let Some(check) = self.def.check {
            check(x)?;
        }
        self.def.kernel_for(compute)?;
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
        let common = self.common(x);
        let (compute, _) = self.def.resolve(common);
        let written =
            if matches!(self.def.rule, Rule::Compare | Rule::Logical) { DType::Bool } else { compute };
        let own: SmallVec<[Tensor; 2]>;
        let mut held: SmallVec<[&Tensor; 2]> = SmallVec::from_slice(x);
        let rounds = common.is_half() && compute.is_float();
        if rounds && x.iter().any(|t| rounded_first(self.def, t, common)) {
            let fit = |t: &&Tensor| match rounded_first(self.def, t, common) {
                true => dense_cast_held(t, common),
                false => Ok((*t).clone()),
            };
            own = x.iter().map(fit).collect::<Result<_>>()?;
            held = own.iter().collect();
        }
        let rounded = |s: Scalar| if rounds && !self.def.wide { s.rounded(common) } else { s };
        // where nothing is wider than a half
        let (mut compute, mut written, mut direct) = (compute, written, None);
        let numbers = || [self.lhs, self.rhs, self.alpha].into_iter().flatten().map(rounded);
        if common.is_half()
            && held.iter().all(|t| t.dtype() == common)
            && numbers().all(|s| s.is_half(common))
            && (self.alpha.is_none() || self.def.kernel3.is_none_or(|k| k(common).is_some()))
        {
            direct = over_halves(common, compute, self.def.kernel);
            if direct.is_some() {
                written = if written == DType::Bool { written } else { common };
                compute = common;
            }
        }
        let mut tensors = held.iter();
        let mut side = |s: Option<Scalar>| match s {
            Some(s) => Side::Number(scalar_bytes(rounded(s), compute)),
            None => Side::Tensor(tensors.next().copied().unwrap_or(x[0])),
        };
        let (a, b) = (side(self.lhs), side(self.rhs));
        if let Some(guard) = self.def.guard {
            guard(&b, compute, out[0].numel())?;
        }
        match (self.alpha, self.def.kernel3) {
            (Some(alpha), Some(kernel3)) => {
                let kernel = kernel3(compute).ok_or_else(|| self.def.refuse(compute))?;
                run3(
                    &[a, b, Side::Number(scalar_bytes(rounded(alpha), compute))],
                    &out[0],
                    compute,
                    written,
                    kernel,
                );
            }
            _ => {
                let kernel = direct.map_or_else(|| self.def.kernel_for(compute), Ok)?;
                run2(&a, &b, &out[0], compute, written, kernel);
            }
        }
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (def, common, out) = (self.def, self.common(x), &out[0]);
        if def.rule == Rule::Own && common.is_half() {
            // a card computes halves in float32, and here their own bits matter
            bail!(
                NotImplemented,
                "{}: there is no kernel for device cuda and dtype {} yet; use .cpu()",
                def.name,
                common.name()
            );
        }
        let (compute, written) = gpu::dtypes(def.rule, common, out.dtype());
        let rounds = common.is_half() && !def.wide;
        let mut tensors = x.iter();
        let mut side = |s: Option<Scalar>| match s {
            Some(s) => Ok(gpu::Side::Number(if rounds { s.rounded(common) } else { s }, compute)),
            None => tensors.next().copied().unwrap_or(x[0]).place().map(|p| gpu::Side::Place(p, compute)),
        };
        let (a, b) = (side(self.lhs)?, side(self.rhs)?);
        if let (Some(guard), Some(s)) = (def.guard, self.rhs) {
            guard(&Side::Number(scalar_bytes(s, compute)), compute, out.numel())?;
        }
        let out = out.place()?;
        match self.alpha {
            Some(s) => {
                let s = gpu::Side::Number(s, compute);
                gpu::run(def.name, &def.wgsl3, compute, &["a", "b", "s"], &[a, b, s], &[], out, written)
            }
            None => gpu::run(def.name, &def.wgsl, compute, &["a", "b"], &[a, b], &[], out, written),
        }
    }
    fn saves(&self, want: Want) -> Saves {
        self.def.grad.saves(&[self.lhs, self.rhs], want)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let read = Read { cx, numbers: &[self.lhs, self.rhs], params: &NO, alpha: self.alpha };
        self.def.grad.backward(&read, g, want)
    }
    fn differentiable(&self, _: usize) -> bool {
        !matches!(self.def.grad, Slopes::None)
    }
    fn diagonal(&self) -> bool {
        true
    }
    fn batching(&self, x: &[&Tensor], _: usize) -> Batching<Self> {
        aligned(x)
    }
    fn runs_again(&self) -> bool {
        // a number that the gradient reads is a saved tensor in PyTorch
        let reads = self.def.grad.saves(&[None, None], Want::ALL);
        self.lhs.is_none() && self.rhs.is_none() || reads == Saves::NOTHING
    }
    fn in_place_ok(&self) -> bool {
        self.lhs.is_none()
    }
    fn converts(&self) -> bool {
        true
    }
}

/// Whether an operand becomes a half before it is computed with: what is wider, but for 0-d tensors where numbers keep their
/// digits.
fn rounded_first(def: &BinaryDef, t: &Tensor, common: DType) -> bool {
    t.dtype() != common && t.dtype().size() > 1 && !(t.ndim() == 0 && def.wide)
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
        alpha.category() != Complex || ok,
        Runtime,
        "For non-complex input tensors, argument alpha must not be a complex number."
    );
    ensure!(
        alpha.category() != Bool || dtype == DType::Bool,
        Runtime,
        "Boolean alpha only supported for Boolean results."
    );
    ensure!(ok, Runtime, "For integral input tensors, argument alpha must not be a floating point number.");
    alpha.fit(dtype)?;
    Ok(())
}

/// Runs a row of two operands. Two numbers make a 0-d result.
#[inline]
pub fn run_binary(def: &'static BinaryDef, a: Val, b: Val, alpha: Option<Scalar>) -> Result<Tensor> {
    let alpha = alpha.filter(|s| !s.is_one() || *s == Scalar::Bool(true));
    match (a, b) {
        (Val::T(a), Val::T(b)) => apply_over(Binary { def, lhs: None, rhs: None, alpha }, [a, b]),
        (Val::T(a), Val::S(b)) => apply_over(Binary { def, lhs: None, rhs: Some(b), alpha }, [a]),
        (Val::S(a), Val::T(b)) => apply_over(Binary { def, lhs: Some(a), rhs: None, alpha }, [b]),
        (Val::S(a), Val::S(b)) => {
            ensure!(def.numbers, Type, "{}(): argument 'input' must be Tensor, not a number", def.name);
            let dtype = a.dtype(crate::base::promote::default_dtype());
            let a = crate::ops::driver::memory::full(&[], a, dtype, crate::base::Device::Cpu)?;
            crate::ops::driver::apply::apply(Binary { def, lhs: None, rhs: Some(b), alpha }, &[&a])
        }
    }
}

/// As `run_binary`, into the first operand.
pub fn binary_in_place(def: &'static BinaryDef, a: &Tensor, b: Val, alpha: Option<Scalar>) -> Result<()> {
    let alpha = alpha.filter(|s| !s.is_one() || *s == Scalar::Bool(true));
    let (rhs, second) = match b {
        Val::T(b) => (None, Some(b)),
        Val::S(b) => (Some(b), None),
    };
    let op = || Binary { def, lhs: None, rhs, alpha };
    let run = |x: &[&Tensor]| match apply_in_place(op(), x) {
        Err(e) if e.kind() == Kind::NotImplemented => Err(uncastable(&op(), x).unwrap_or(e)),
        done => done,
    };
    match &second {
        Some(b) => run(&[a, b]),
        None => run(&[a]),
    }
}

/// That a result could not be stored in the first operand comes before that there is no kernel for it.
#[cold]
fn uncastable(op: &Binary, x: &[&Tensor]) -> Option<Error> {
    let (_, dtype) = op.def.rule.resolve(op.common(x));
    let (from, to) = (dtype.scalar_name(), x[0].dtype().scalar_name());
    let text = format!("result type {from} can't be cast to the desired output type {to}");
    (!crate::base::promote::can_cast(dtype, x[0].dtype())).then(|| Error::new(Kind::Runtime, text))
}

impl To {
    /// Runs a row of two operands; over the first, the answer is that.
    pub fn binary(self, def: &'static BinaryDef, a: Val, b: Val, alpha: Option<Scalar>) -> Result<Tensor> {
        if self == To::New {
            return run_binary(def, a, b, alpha);
        }
        let Val::T(a) = a else {
            bail!(Type, "{}_(): argument 'input' must be Tensor, not a number", def.name)
        };
        binary_in_place(def, &a, b, alpha).map(|()| a)
    }
}

/// The conjugate of an operand.
pub fn conj_val(v: Val) -> Result<Val> {
    match v {
        Val::T(t) => t.conj().map(Val::T),
        Val::S(Scalar::Complex(c)) => Ok(Val::S(Scalar::Complex(c.conj()))),
        s => Ok(s),
    }
}

/// Node names as a row gives them: one, or one for each kind of operands.
pub const fn names(n: &[&'static str]) -> [&'static str; 3] {
    match n {
        [] => ["NotImplemented", "", ""],
        [all] => [all, "", ""],
        [both, second, first, ..] => [both, second, first],
        _ => panic!("one name of a node, or three"),
    }
}

/// A parameter that takes a tensor or a number, and one that takes a tensor only.
pub type V = Val;

pub type T = &'static Tensor;

/// Rows of two operands, `V` a tensor or a number, `T` a tensor:
///
/// ```text
/// [Places] name(input: V, other: V) DEF "GradName" also ["alias", Special "alias"]: Rule,
///     cpu |dt| the dense kernel for a compute dtype, or `None`,
///     takes (not Bool Runtime "words"),         // what the refusal says beside that, see `takes!`
///     guard f, check f, numbers true, wide true, stored f, // see `BinaryDef`
///     wgsl "expression of a and b",             // where it has one
///     out Keep,                                 // what `out=` may be, where it is not `Promote`
///     grad { a |g, b: Val| .., b |g, a: Val| .. };  // see `slopes!`; `grad None`
/// ```
///
/// Places left out are `[Torch, Method]` with an in-place twin. Where PyTorch names the node after the kinds of operands: `"TensorTensor" "TensorNumber" "NumberTensor"`. Makes a
/// function of two operands, the method of `Tensor`, the in-place twin and the rows of the table.
macro_rules! binary {
    ($block:ident: $($(#[doc = $doc:literal])* $([$place:ident])? $name:ident($p0:ident: $k0:ident, $p1:ident: $k1:ident) $def:ident $($gn:literal)*
        $(also [$($($aplace:ident)? $alias:literal),*])?: $rule:ident,
        cpu |$dt:pat_param| $kernel:expr, $(takes ($($takes:tt)*),)? $(guard $guard:expr,)? $(check $check:expr,)? $(numbers $numbers:expr,)?
        $(wide $wide:expr,)? $(stored $stored:expr,)? $(wgsl $wgsl:literal $(int $wint:literal)? $(bool $wbool:literal)? $(complex $wcomplex:literal)?,)? $(out $out:ident,)? grad $grad:tt;)*) => {
        $(
            pub static $def: $crate::ops::elementwise::kind::binary::BinaryDef = $crate::ops::elementwise::kind::binary::BinaryDef {
                name: stringify!($name),
                grad_names: $crate::ops::elementwise::kind::binary::names(&[$($gn),*]),
                rule: $crate::ops::elementwise::kind::Rule::$rule,
                kernel: |$dt| $kernel,
                takes: $crate::ops::elementwise::kind::takes!($($($takes)*)?),
                wgsl: $crate::ops::elementwise::kind::gpu::wgsl!($($wgsl $(int $wint)? $(bool $wbool)? $(complex $wcomplex)?)?),
                $(guard: Some($guard),)?
                $(check: Some($check),)?
                $(numbers: $numbers,)?
                $(wide: $wide,)?
                $(stored: $stored,)?
                grad: $crate::ops::elementwise::kind::grad::slopes!($grad),
                ..$crate::ops::elementwise::kind::binary::BinaryDef::EMPTY
            };
            $(#[doc = $doc])*
            pub fn $name($p0: impl Into<$crate::ops::table::Val>, $p1: impl Into<$crate::ops::table::Val>) -> $crate::error::Result<$crate::tensor::Tensor> {
                $crate::ops::elementwise::kind::binary::run_binary(&$def, $p0.into(), $p1.into(), None)
            }
        )*
        impl $crate::tensor::Tensor {
            $($(#[doc = $doc])* pub fn $name(&self, $p1: impl Into<$crate::ops::table::Val>) -> $crate::error::Result<$crate::tensor::Tensor> { $name(self, $p1) })*
        }
        pub const $block: &[$crate::ops::table::OpDef] = &[$(
            $crate::ops::elementwise::kind::binary::binary!(@row $def, ($p0: $k0, $p1: $k1), stringify!($name), [$($place)?], concat!($($doc, "\n",)* ""), [$($wgsl)?], [$($out)?]),
            $($($crate::ops::elementwise::kind::binary::binary!(@row $def, ($p0: $k0, $p1: $k1), $alias, [$($aplace)?],
                concat!("Alias of `", stringify!($name), "`.\n"), [], []),)*)?
        )*];
    };
    (@row $def:ident, ($p0:ident: $k0:ident, $p1:ident: $k1:ident), $text:expr, [$($place:ident)?], $doc:expr, [$($wgsl:literal)?], [$($out:ident)?]) => {{
        use $crate::ops::table::{FromArg, OpDef, Out, Param, Place, Twin, Val};
        use $crate::ops::elementwise::kind::binary;
        const PLACES: &[Place] = &[$(Place::$place)?];
        OpDef {
            name: $text,
            doc: $doc,
            params: &[
                Param::required(stringify!($p0), <binary::$k0 as FromArg>::KIND),
                Param::required(stringify!($p1), <binary::$k1 as FromArg>::KIND),
            ],
            places: if PLACES.is_empty() { &[Place::Torch, Place::Method] } else { PLACES },
            call: |a| Ok(binary::run_binary(&$def, Val::from_arg(&a[0])?, Val::from_arg(&a[1])?, None)?.into()),
            twin: if PLACES.is_empty() {
                Twin::Own(|a| binary::binary_in_place(&$def, FromArg::from_arg(&a[0])?, FromArg::from_arg(&a[1])?, None))
            } else {
                Twin::None
            },
            out: { const O: &[Out] = &[$(Out::$out,)? Out::Promote]; O[0] },
            single: true,
            $(wgsl: Some($wgsl),)?
            ..OpDef::PLAIN
        }
    }};
}
pub(crate) use binary;

/// Vector functions of two operands for float32 and float64.
macro_rules! native2 {
    ($dt:ident, $f32:path, $f64:path) => {
        match $dt {
            $crate::base::DType::F32 => Some($crate::kernels::cpu::elementwise::block::typed2($f32)),
            $crate::base::DType::F64 => Some($crate::kernels::cpu::elementwise::block::typed2($f64)),
            _ => None,
        }
    };
}
pub(crate) use native2;
