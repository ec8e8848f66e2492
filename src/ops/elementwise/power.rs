//! Powers: with a number as exponent, a number as base, or neither.

use crate::base::promote::Promotion;
use crate::base::{C64, C128, DType, Scalar};
use crate::error::{Error, Result};
use crate::kernels::cpu::elementwise::block::{BinaryFn, UnaryFn, map, typed2, zip};
use crate::kernels::cpu::elementwise::{clib, math};
use crate::ops::driver::apply::apply;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::op::{Metas, Op, Saves};
use crate::ops::elementwise::kind::Rule;
use crate::ops::elementwise::kind::binary::{AB, BinaryDef, Y, binary_in_place, conj_val, run_binary};
use crate::ops::table::{FromArg, OpDef, Out, Param, Place, Table, Twin, Val};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, with_dtype};
use smallvec::smallvec;

/// Whole powers of integers, with wrapping; negative exponents give what integer division would.
macro_rules! int_pow {
    ($a:ident, $b:ident, $T:ident) => {{
        let (mut base, mut e) = ($a, $b as i64);
        if e < 0 {
            match base {
                1 => 1,
                _ if base.wrapping_add(1) == 0 => {
                    if e % 2 == 0 {
                        1
                    } else {
                        base
                    }
                }
                _ => 0,
            }
        } else {
            let mut out: $T = 1;
            while e > 0 {
                if e & 1 == 1 {
                    out = out.wrapping_mul(base);
                }
                base = base.wrapping_mul(base);
                e >>= 1;
            }
            out
        }
    }};
}

static POW: BinaryDef = BinaryDef {
    name: "pow",
    grad_names: ["PowBackward1", "PowBackward0", "PowBackward2"],
    kernel: |dt| -> Result<BinaryFn> {
        match dt {
            DType::F32 => Ok(typed2(math::pow_f32)),
            DType::F64 => Ok(typed2(math::pow_f64)),
            DType::C64 => Ok(zip(|a: C64, b: C64| {
                let w = clib::powc(C128::new(a.re as f64, a.im as f64), C128::new(b.re as f64, b.im as f64));
                C64::new(w.re as f32, w.im as f32)
            })),
            DType::C128 => Ok(zip(clib::powc)),
            DType::Bool => Err(Error::no_dtype("pow", dt, "every dtype but bool")),
            _ => with_dtype!("pow", dt, int, T => Ok(zip(|a: T, b: T| int_pow!(a, b, T)))),
        }
    },
    saves: [AB, AB | Y],
    grad: |s, g, want| {
        Ok([
            want.then(0, || base_grad(g, &s.a()?, &s.b()?))?,
            want.then(1, || exponent_grad(g, &s.a()?, &s.b()?, &s.y()?))?,
        ])
    },
    ..BinaryDef::EMPTY
};

/// `g * b * a^(b - 1)`, zero where the exponent is.
fn base_grad(g: &Tensor, a: &Val, b: &Val) -> Result<Tensor> {
    let Val::T(a) = a else { bail!(Internal, "pow: gradient of a number") };
    match b {
        Val::S(e) => scalar_grad(g, a, *e),
        Val::T(b) => {
            let b = if b.dtype() == DType::Bool { &b.cast(DType::I64)? } else { b };
            let part = pow(a, b.sub(1i64)?)?.mul(b)?;
            let out = g.mul(part.conj()?)?;
            b.eq(0i64)?.choose(0i64, out)
        }
    }
}

/// `g * y * ln(a)`, zero where the base is zero and the exponent is not negative.
fn exponent_grad(g: &Tensor, a: &Val, b: &Val, y: &Tensor) -> Result<Tensor> {
    let Val::T(b) = b else { bail!(Internal, "pow: gradient of a number") };
    let not_negative = |b: &Tensor| {
        if b.dtype().is_complex() { b.real_view()?.ge(0i64) } else { b.ge(0i64) }
    };
    match a {
        Val::S(s) => {
            let log = match s {
                Scalar::Complex(c) => Scalar::Complex(clib::ln(*c)),
                s if y.dtype().is_complex() => Scalar::Complex(clib::ln(s.to_c128())),
                s => Scalar::Float(s.to_f64().ln()),
            };
            let out = || g.mul(y.mul(log)?.conj()?);
            if s.is_zero() { not_negative(b)?.choose(0i64, out()?) } else { out() }
        }
        Val::T(a) => {
            let out = g.mul(y.mul(a.log()?)?.conj()?)?;
            a.eq(0i64)?.logical_and(not_negative(b)?)?.choose(0i64, out)
        }
    }
}

/// `g * e * x^(e - 1)`.
fn scalar_grad(g: &Tensor, x: &Tensor, e: Scalar) -> Result<Tensor> {
    if e.is_zero() {
        return g.zeros_alike();
    }
    let less = match e {
        Scalar::Int(i) => Scalar::Int(i - 1),
        Scalar::Bool(b) => Scalar::Int(b as i64 - 1),
        Scalar::Float(f) => Scalar::Float(f - 1.0),
        Scalar::Complex(c) => Scalar::Complex(c - 1.0),
    };
    let rest = if less.is_one() { x.clone() } else { pow(x, less)? };
    g.mul(conj_val(Val::T(rest.mul(e)?))?)
}

/// A tensor to a power that is a number: the common ones without a logarithm.
#[derive(Debug)]
struct PowScalar(Scalar);

impl PowScalar {
    fn dtype(&self, x: &Tensor) -> DType {
        Promotion::default().tensor(x.dtype(), x.ndim()).number(self.0).result()
    }
    /// A kernel for an exponent that has one of its own.
    fn kernel(&self, dt: DType) -> Option<UnaryFn> {
        let e =
            if self.0.category() == crate::base::Category::Complex { return None } else { self.0.to_f64() };
        macro_rules! pick {
            ($t:ty) => {
                match e {
                    2.0 => Some(map(|x: $t| x * x)),
                    3.0 => Some(map(|x: $t| x * x * x)),
                    1.0 => Some(map(|x: $t| x)),
                    0.5 => Some(map(|x: $t| x.sqrt())),
                    -0.5 => Some(map(|x: $t| 1.0 / x.sqrt())),
                    -1.0 => Some(map(|x: $t| 1.0 / x)),
                    -2.0 => Some(map(|x: $t| 1.0 / (x * x))),
                    _ => None,
                }
            };
        }
        match dt {
            DType::F32 => pick!(f32),
            DType::F64 => pick!(f64),
            DType::Bool => Some(if e == 0.0 { map(|_: bool| true) } else { map(|x: bool| x) }),
            _ => None,
        }
    }
}

impl Op for PowScalar {
    fn name(&self) -> &'static str {
        "pow"
    }
    fn grad_name(&self) -> &'static str {
        "PowBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let dtype = self.dtype(x[0]);
        ensure!(
            !(dtype.is_integral() && self.0.to_i64() < 0),
            Runtime,
            "Integers to negative integer powers are not allowed."
        );
        if dtype != DType::Bool {
            (POW.kernel)(Rule::Same.resolve(dtype).0)?;
        }
        Ok(smallvec![Meta { layout: super::kind::result_layout(x[0].shape(), x), dtype }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        use super::kind::run::{Side, run1, run2};
        let (compute, _) = Rule::Same.resolve(self.dtype(x[0]));
        match self.kernel(compute) {
            Some(kernel) => run1(x[0], &out[0], compute, compute, kernel),
            None => {
                let e = Side::Number(crate::kernels::cpu::create::copy::scalar_bytes(self.0, compute));
                run2(&Side::Tensor(x[0]), &e, &out[0], compute, compute, (POW.kernel)(compute)?);
            }
        }
        Ok(())
    }
    fn saves(&self, _: Want) -> Saves {
        if self.0.is_zero() { Saves::NOTHING } else { Saves::INPUT }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) if self.0.is_zero() => grads![Some(g.zeros_alike()?)],
            Some(g) => grads![Some(scalar_grad(g, &cx.input(0)?, self.0)?)],
            None => grads![None],
        }
    }
    fn in_place_ok(&self) -> bool {
        true
    }
}

/// `input ^ exponent`; either may be a number.
pub fn pow(input: impl Into<Val>, exponent: impl Into<Val>) -> Result<Tensor> {
    match (input.into(), exponent.into()) {
        (Val::T(x), Val::S(e)) => {
            crate::ops::create::convert::check_fits(&Val::S(e), &x)?;
            apply(PowScalar(e), &[&x])
        }
        (a, b) => run_binary(&POW, a, b, None),
    }
}

/// `input ^= exponent`.
pub fn pow_in_place(input: &Tensor, exponent: impl Into<Val>) -> Result<()> {
    match exponent.into() {
        Val::S(e) => {
            crate::ops::create::convert::check_fits(&Val::S(e), input)?;
            apply_in_place(PowScalar(e), &[input])
        }
        e => binary_in_place(&POW, input, e, None),
    }
}

/// The dtype of [`float_power`].
fn widest(a: &Val, b: &Val) -> DType {
    let complex = |v: &Val| match v {
        Val::T(t) => t.dtype().is_complex(),
        Val::S(s) => matches!(s, Scalar::Complex(_)),
    };
    if complex(a) || complex(b) { DType::C128 } else { DType::F64 }
}

/// The power in double precision, whatever the dtypes.
pub fn float_power(input: impl Into<Val>, exponent: impl Into<Val>) -> Result<Tensor> {
    let (a, b) = (input.into(), exponent.into());
    let dtype = widest(&a, &b);
    let wide = |v: Val| -> Result<Val> {
        Ok(match v {
            Val::T(t) => Val::T(t.cast(dtype)?),
            Val::S(s) if s.is_integral() => Val::S(Scalar::Float(s.to_f64())),
            s => s,
        })
    };
    pow(wide(a)?, wide(b)?)
}

impl Tensor {
    /// `self ^ exponent`.
    pub fn pow(&self, exponent: impl Into<Val>) -> Result<Tensor> {
        pow(self, exponent)
    }
    /// `self * self`.
    pub fn square(&self) -> Result<Tensor> {
        pow(self, 2i64)
    }
}

const fn operand(name: &'static str) -> Param {
    Param { name, kind: <Val as FromArg>::KIND, default: "", required: true, keyword_only: false }
}

/// Rows by hand: tensors and numbers have ops of their own here.
const POWER: &[OpDef] = &[
    OpDef {
        name: "pow",
        doc: "Each element to a power; base and exponent may be tensors or numbers, broadcasting.\n\n**Errors**: RuntimeError for integers to a negative whole power.\n",
        params: &[operand("input"), operand("exponent")],
        places: &[Place::Torch, Place::Method],
        call: |a| Ok(pow(Val::from_arg(&a[0])?, Val::from_arg(&a[1])?)?.into()),
        returns: "Tensor",
        twin: Twin::Own(|a| pow_in_place(FromArg::from_arg(&a[0])?, Val::from_arg(&a[1])?)),
        out: Out::Promote,
        ..OpDef::PLAIN
    },
    OpDef {
        name: "float_power",
        doc: "Each element to a power, in float64 (complex128 for complex operands).\n",
        params: &[operand("input"), operand("exponent")],
        places: &[Place::Torch, Place::Method],
        call: |a| Ok(float_power(Val::from_arg(&a[0])?, Val::from_arg(&a[1])?)?.into()),
        returns: "Tensor",
        twin: Twin::Own(|a| {
            let (x, exponent) = (<&Tensor>::from_arg(&a[0])?, Val::from_arg(&a[1])?);
            let wide = widest(&Val::from(x), &exponent);
            ensure!(
                x.dtype() == wide,
                Runtime,
                "the base given to float_power_ has dtype {} but the operation's result requires dtype {}",
                x.dtype().scalar_name(),
                wide.scalar_name()
            );
            pow_in_place(
                x,
                match exponent {
                    Val::T(t) => Val::T(t.cast(x.dtype())?),
                    s => s,
                },
            )
        }),
        out: Out::Keep,
        ..OpDef::PLAIN
    },
    OpDef {
        name: "square",
        doc: "Each element times itself.\n",
        params: crate::ops::elementwise::kind::unary::ONE,
        places: &[Place::Torch, Place::Method],
        call: |a| Ok(pow(<&Tensor as FromArg>::from_arg(&a[0])?, 2i64)?.into()),
        returns: "Tensor",
        twin: Twin::Own(|a| pow_in_place(FromArg::from_arg(&a[0])?, 2i64)),
        out: Out::Promote,
        ..OpDef::PLAIN
    },
];

pub const TABLE: Table = &[POWER];
