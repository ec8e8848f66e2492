//! Ops of one operand: a row is a value of [`UnaryDef`].

use crate::base::DType;
use crate::ensure;
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::UnaryFn;
use crate::kernels::gpu::elementwise::Wgsl;
use crate::ops::driver::apply::apply_placed;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::memory::write_held;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::kind::gpu;
use crate::ops::elementwise::kind::run::run1;
use crate::ops::elementwise::kind::{Rule, Takes, aligned, over_halves, result_layout};
use crate::ops::table::{FromArg, Param, To};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use smallvec::smallvec;

// ---- one input ------------------------------------------------------------------------------------------------------

#[derive(Debug)]
pub struct UnaryDef {
    pub name: &'static str,
    pub grad_name: &'static str,
    pub rule: Rule,
    /// The dense kernel for a compute dtype; its output dtype follows the rule.
    pub kernel: fn(DType) -> Option<UnaryFn>,
    pub takes: Takes,
    /// The expression of `x` for graphics cards.
    pub wgsl: Wgsl,
    pub grad: UnaryGrad,
}

impl UnaryDef {
    /// The kernel for a compute dtype, or the error that says what would work.
    #[inline]
    pub fn kernel_for(&self, dtype: DType) -> Result<UnaryFn> {
        (self.kernel)(dtype)
            .ok_or_else(|| self.takes.refuse(self.name, dtype, |d| (self.kernel)(d).is_some()))
    }
}

/// A gradient by what it reads beside the incoming `g`: the operand `x`, the result `y`, both, or nothing.
#[derive(Clone, Copy, Debug)]
pub enum UnaryGrad {
    /// There is no derivative: the result is no part of the graph, and what is written over in place gets zeros.
    None,
    G(fn(&Tensor) -> Result<Tensor>),
    X(fn(&Tensor, &Tensor) -> Result<Tensor>),
    Y(fn(&Tensor, &Tensor) -> Result<Tensor>),
    XY(fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor>),
}

impl UnaryGrad {
    const fn saves(&self) -> Saves {
        match self {
            UnaryGrad::None | UnaryGrad::G(_) => Saves::NOTHING,
            UnaryGrad::X(_) => Saves::INPUT,
            UnaryGrad::Y(_) => Saves::OUTPUT,
            UnaryGrad::XY(_) => Saves::ALL,
        }
    }
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
        self.0.kernel_for(compute)?;
        Ok(smallvec![Meta { layout: result_layout(x[0].shape(), x), dtype }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, out) = (x[0], &out[0]);
        if matches!(self.0.rule, Rule::Logical) && x.dtype() != DType::Bool && out.dtype() == DType::Bool {
            // converted where the result goes, in one piece (4M int64: 2.0 ms by the block, 1.0 so)
            write_held(out, x);
            run1(out, out, DType::Bool, DType::Bool, self.0.kernel_for(DType::Bool)?);
            return Ok(());
        }
        let (compute, _) = self.0.rule.resolve(x.dtype());
        let (compute, kernel) = match over_halves(x.dtype(), compute, self.0.kernel) {
            Some(kernel) => (x.dtype(), kernel),
            None => (compute, self.0.kernel_for(compute)?),
        };
        // what the kernel writes: bool for predicates, the real part's dtype for `abs`
        let written = match self.0.rule {
            Rule::Compare | Rule::Logical => DType::Bool,
            Rule::Real | Rule::RealFloat => compute.to_real(),
            _ => compute,
        };
        run1(x, out, compute, written, kernel);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (def, (x, out)) = (self.0, (x[0], &out[0]));
        let (compute, written) = gpu::dtypes(def.rule, x.dtype(), out.dtype());
        let side = gpu::Side::Place(x.place()?, compute);
        gpu::run(def.name, &def.wgsl, compute, &["x"], &[side], &[], out.place()?, written)
    }
    fn saves(&self, _: Want) -> Saves {
        self.0.grad.saves()
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(smallvec![None]) };
        Ok(smallvec![Some(match self.0.grad {
            // in place alone is such an op part of a graph: what it wrote over does not show through
            UnaryGrad::None => g.zeros_alike()?,
            UnaryGrad::G(f) => f(g)?,
            UnaryGrad::X(f) => f(g, &cx.input(0)?)?,
            UnaryGrad::Y(f) => f(g, &cx.output(0)?)?,
            UnaryGrad::XY(f) => f(g, &cx.input(0)?, &cx.output(0)?)?,
        })])
    }
    fn differentiable(&self, _: usize) -> bool {
        !matches!(self.0.grad, UnaryGrad::None)
    }
    fn diagonal(&self) -> bool {
        true
    }
    fn batching(&self, x: &[&Tensor], _: usize) -> Batching<Self> {
        aligned(x)
    }
    fn in_place_ok(&self) -> bool {
        true
    }
}

/// The parameters of a row of one tensor.
pub const ONE: &[Param] = &[Param {
    name: "input",
    kind: <&Tensor as FromArg>::KIND,
    default: "",
    required: true,
    keyword_only: false,
}];

/// Rows of one operand:
///
/// ```text
/// [Places] name "GradName" also ["alias", Special "alias"]: Rule,
///     cpu |dt| the dense kernel for a compute dtype, or `None`,
///     takes (not Bool Runtime "words"), // what the refusal says beside that, see `takes!`
///     wgsl "expression of x",        // where it has one; `int ".."`, `bool ".."` (of 0 and 1), `complex ".."` where they differ
///     on low, high,                  // where tests check gradients on operands of this interval
///     grad Y |g, y| ...;             // see UnaryGrad; `grad None` where there is no derivative
/// ```
///
/// Places left out are `[Torch, Method]`; a row in `Torch` has an in-place twin. Makes the method of `Tensor`, the twin and the rows of the
/// table; the op itself is `name::DEF`.
macro_rules! unary {
    ($block:ident: $($(#[doc = $doc:literal])* $([$($place:ident),+])? $name:ident $($node:literal)? $(also [$($($aplace:ident)? $alias:literal),*])?: $rule:ident,
        cpu |$dt:pat_param| $kernel:expr, $(takes ($($takes:tt)*),)? $(wgsl $wgsl:literal $(int $wint:literal)? $(bool $wbool:literal)? $(complex $wcomplex:literal)?,)?
        $(on $low:literal, $high:literal,)?
        grad $form:ident $(|$($arg:ident),*| $grad:expr)?;)*) => {
        $(
            pub mod $name {
                #[allow(unused_imports)]
                use super::*;
                use $crate::ops::elementwise::kind::unary::{UnaryDef, UnaryGrad};
                pub static DEF: UnaryDef = UnaryDef {
                    name: stringify!($name),
                    grad_name: $crate::ops::table::named("NotImplemented", &[$($node)?]),
                    rule: $crate::ops::elementwise::kind::Rule::$rule,
                    kernel: |$dt| $kernel,
                    takes: $crate::ops::elementwise::kind::takes!($($($takes)*)?),
                    wgsl: $crate::ops::elementwise::kind::gpu::wgsl!($($wgsl $(int $wint)? $(bool $wbool)? $(complex $wcomplex)?)?),
                    grad: UnaryGrad::$form $((|$($arg: &$crate::tensor::Tensor),*| $grad))?,
                };
            }
        )*
        impl $crate::tensor::Tensor {
            $($(#[doc = $doc])* pub fn $name(&self) -> $crate::error::Result<$crate::tensor::Tensor> {
                $crate::ops::driver::apply::apply($crate::ops::elementwise::kind::unary::Unary(&$name::DEF), &[self])
            })*
        }

        pub const $block: &[$crate::ops::table::OpDef] = &[$(
            $crate::ops::elementwise::kind::unary::unary!(@row $name, stringify!($name), [$($($place),+)?], concat!($($doc, "\n",)* ""),
                [$($wgsl)?], [$($low, $high)?]),
            $($($crate::ops::elementwise::kind::unary::unary!(@row $name, $alias, [$($aplace)?],
                concat!("Alias of `", stringify!($name), "`.\n"), [], []),)*)?
        )*];
    };
    (@row $name:ident, $text:expr, [$($place:ident),*], $doc:expr, [$($wgsl:literal)?], [$($low:literal, $high:literal)?]) => {{
        use $crate::ops::table::{FromArg, Out, OpDef, Place, Twin};
        use $crate::ops::elementwise::kind::unary;
        const PLACES: &[Place] = {
            const GIVEN: &[Place] = &[$(Place::$place),*];
            if GIVEN.is_empty() { &[Place::Torch, Place::Method] } else { GIVEN }
        };
        OpDef {
            name: $text,
            doc: $doc,
            params: unary::ONE,
            places: PLACES,
            call: |a| Ok(unary::run(&$name::DEF, FromArg::from_arg(&a[0])?)?.into()),
            twin: if matches!(PLACES, [Place::Torch, ..]) { Twin::Own(|a| unary::run_in_place(&$name::DEF, FromArg::from_arg(&a[0])?)) } else { Twin::None },
            out: if unary::keeps(&$name::DEF) { Out::Keep } else { Out::Promote },
            single: true,
            $(wgsl: Some($wgsl),)?
            $(on: Some(($low, $high)),)?
            ..OpDef::PLAIN
        }
    }};
}
pub(crate) use unary;

/// A row called by name.
#[inline]
pub fn run(def: &'static UnaryDef, x: &Tensor) -> Result<Tensor> {
    apply_placed(Unary(def), &[x])
}

/// A row's in-place twin.
pub fn run_in_place(def: &'static UnaryDef, x: &Tensor) -> Result<()> {
    ensure!(
        def.rule != Rule::Real || !x.dtype().is_complex(),
        Runtime,
        "In-place {} is not supported for complex tensors.",
        def.name
    );
    apply_in_place(Unary(def), &[x])
}

/// Whether `out=` must have the very dtype of the result: what keeps the dtype of its operand wants it kept.
pub const fn keeps(def: &UnaryDef) -> bool {
    matches!(def.rule, Rule::Same | Rule::Real)
}

impl To {
    /// Runs a row of one operand; over it, the answer is the operand.
    pub fn unary(self, def: &'static UnaryDef, x: &Tensor) -> Result<Tensor> {
        match self {
            To::New => run(def, x),
            To::First => run_in_place(def, x).map(|()| x.clone()),
        }
    }
}

/// Kernels for the floats by the vector mathematics, for complex by a function of the C library.
macro_rules! float {
    ($dt:ident, $f32:path, $f64:path, $complex:path) => {
        match $dt {
            DType::C64 => Some(map(|z: C64| {
                let w = $complex(C128::new(z.re as f64, z.im as f64));
                C64::new(w.re as f32, w.im as f32)
            })),
            DType::C128 => Some(map(|z: C128| $complex(z))),
            _ => float!($dt, $f32, $f64),
        }
    };
    ($dt:ident, $f32:path, $f64:path) => {
        match $dt {
            DType::F32 => Some(typed($f32)),
            DType::F64 => Some(typed($f64)),
            _ => None,
        }
    };
}
pub(crate) use float;

/// A vector function in double precision.
macro_rules! vector_double {
    ($dt:ident, $f:path) => {
        match $dt {
            $crate::base::DType::F64 => Some($crate::kernels::cpu::elementwise::block::typed($f)),
            _ => None,
        }
    };
}
pub(crate) use vector_double;
