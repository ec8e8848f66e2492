//! Powers: with a number as exponent, a number as base, or neither.

use crate::base::promote::Promotion;
use crate::base::{C64, C128, DType, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{UnaryFn, map, typed2, zip};
use crate::kernels::cpu::elementwise::{clib, math};
use crate::ops::driver::apply::apply;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::kind::aligned;
use crate::ops::elementwise::kind::binary::{BinaryDef, conj_val, names};
use crate::ops::elementwise::kind::gpu::{self, wgsl};
use crate::ops::elementwise::kind::grad::slopes;
use crate::ops::elementwise::kind::{Rule, kernel};
use crate::ops::table::{Table, To, Val};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads, rows};
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
    grad_names: names(&["PowBackward1", "PowBackward0", "PowBackward2"]),
    kernel: |dt| match dt {
        DType::F32 => Some(typed2(math::pow_f32)),
        DType::F64 => Some(typed2(math::pow_f64)),
        DType::C64 => Some(zip(|a: C64, b: C64| {
            let w = clib::powc(C128::new(a.re as f64, a.im as f64), C128::new(b.re as f64, b.im as f64));
            C64::new(w.re as f32, w.im as f32)
        })),
        DType::C128 => Some(zip(clib::powc)),
        _ => kernel!(dt, int, T => zip(|a: T, b: T| int_pow!(a, b, T))),
    },
    wgsl: wgsl!("pow_f(a, b)" int "powi_{T}(a, b)"),
    grad: slopes!({
        a |g, a, b: Val| base_grad(g, &a, &b),
        b |g, a: Val, b, y| exponent_grad(g, &a, &b, &y),
    }),
    ..BinaryDef::EMPTY
};

/// `g * b * a^(b - 1)`, zero where the exponent is.
fn base_grad(g: &Tensor, a: &Tensor, b: &Val) -> Result<Tensor> {
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
fn exponent_grad(g: &Tensor, a: &Val, b: &Tensor, y: &Tensor) -> Result<Tensor> {
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
        Scalar::UInt(u) => Scalar::UInt(u - 1),
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
        use crate::kernels::cpu::elementwise::block::{bfloat16, float16};
        let e = match self.0 {
            Scalar::Complex(c) if c.im == 0.0 && dt.is_complex() => c.re,
            Scalar::Complex(_) => return None,
            e => e.to_f64(),
        };
        macro_rules! real {
            ($map:path, $t:ty) => {
                match e {
                    2.0 => Some($map(|x: $t| x * x)),
                    3.0 => Some($map(|x: $t| x * x * x)),
                    1.0 => Some($map(|x: $t| x)),
                    0.5 => Some($map(|x: $t| x.sqrt())),
                    -0.5 => Some($map(|x: $t| 1.0 / x.sqrt())),
                    -1.0 => Some($map(|x: $t| 1.0 / x)),
                    -2.0 => Some($map(|x: $t| 1.0 / (x * x))),
                    _ => None,
                }
            };
        }
        macro_rules! complex {
            ($t:ty, $divide:path, $sqrt:expr) => {
                match e {
                    0.5 => Some(map($sqrt)),
                    2.0 => Some(map(|x: $t| x * x)),
                    3.0 => Some(map(|x: $t| x * x * x)),
                    1.0 => Some(map(|x: $t| x)),
                    -1.0 => Some(map(|x: $t| $divide(<$t>::new(1.0, 0.0), x))),
                    -2.0 => Some(map(|x: $t| $divide(<$t>::new(1.0, 0.0), x * x))),
                    _ => None,
                }
            };
        }
        match dt {
            DType::F32 => real!(map, f32),
            DType::F64 => real!(map, f64),
            DType::F16 => real!(float16::map, f32),
            DType::BF16 => real!(bfloat16::map, f32),
            DType::C64 => complex!(C64, clib::divide64, |x: C64| {
                let y = clib::sqrt(C128::new(x.re as f64, x.im as f64));
                C64::new(y.re as f32, y.im as f32)
            }),
            DType::C128 => complex!(C128, clib::divide, clib::sqrt),
            DType::Bool => Some(if e == 0.0 { map(|_: bool| true) } else { map(|x: bool| x) }),
            _ if e == 2.0 => kernel!(dt, int, T => map(|x: T| x.wrapping_mul(x))),
            _ if e == 3.0 => kernel!(dt, int, T => map(|x: T| x.wrapping_mul(x).wrapping_mul(x))),
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
    fn batching(&self, x: &[&Tensor], _: usize) -> Batching<Self> {
        aligned(x)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let dtype = self.dtype(x[0]);
        ensure!(
            !(dtype.is_integral() && self.0.to_i64() < 0),
            Runtime,
            "Integers to negative integer powers are not allowed."
        );
        if dtype != DType::Bool {
            POW.kernel_for(Rule::Same.resolve(dtype).0)?;
        }
        Ok(smallvec![Meta { layout: super::kind::result_layout(x[0].shape(), x), dtype }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        use super::kind::run::{Side, run1, run2};
        let dtype = self.dtype(x[0]);
        let (compute, _) = Rule::Same.resolve(dtype);
        match self.kernel(dtype) {
            Some(kernel) => run1(x[0], &out[0], dtype, dtype, kernel),
            None => {
                let e = Side::Number(crate::kernels::cpu::create::copy::scalar_bytes(
                    self.0.rounded(dtype),
                    compute,
                ));
                run2(&Side::Tensor(x[0]), &e, &out[0], compute, compute, POW.kernel_for(compute)?);
            }
        }
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (compute, written) = gpu::dtypes(Rule::Same, self.dtype(x[0]), out[0].dtype());
        let real = self.0.category() != crate::base::Category::Complex && compute.is_float();
        let text = match self.0.to_f64() {
            0.0 if compute == DType::Bool => "1u",
            _ if compute == DType::Bool => "a",
            2.0 if real => "a * a",
            3.0 if real => "a * a * a",
            1.0 if real => "a",
            0.5 if real => "sqrt(a)",
            -0.5 if real => "1.0 / sqrt(a)",
            -1.0 if real => "1.0 / a",
            -2.0 if real => "1.0 / (a * a)",
            _ => "",
        };
        let (a, out) = (gpu::Side::Place(x[0].place()?, compute), out[0].place()?);
        if !text.is_empty() {
            return gpu::expression("pow", text, &["a"], &[a], &[], out, written);
        }
        let b = gpu::Side::Number(self.0.rounded(self.dtype(x[0])), compute);
        gpu::run("pow", &POW.wgsl, compute, &["a", "b"], &[a, b], &[], out, written)
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
    To::New.pow(input.into(), exponent.into())
}

impl To {
    /// A power: a number as exponent has kernels of its own.
    fn pow(self, input: Val, exponent: Val) -> Result<Tensor> {
        match (input, exponent) {
            (Val::T(x), Val::S(e)) => {
                if x.dtype().is_integral() || x.dtype().is_half() {
                    crate::ops::create::convert::check_fits(&Val::S(e), &x)?;
                }
                match self {
                    To::New => apply(PowScalar(e), &[&x]),
                    To::First => apply_in_place(PowScalar(e), &[&x]).map(|()| x),
                }
            }
            (a, b) => self.binary(&POW, a, b, None),
        }
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

impl Val {
    /// In double precision; a number stays what it is, a whole one as a float.
    fn wide(self, dtype: DType) -> Result<Val> {
        Ok(match self {
            Val::T(t) => Val::T(t.cast(dtype)?),
            Val::S(s) if s.is_integral() => Val::S(Scalar::Float(s.to_f64())),
            s => s,
        })
    }
}

impl Tensor {
    /// `self ^ exponent`.
    pub fn pow(&self, exponent: impl Into<Val>) -> Result<Tensor> {
        pow(self, exponent)
    }
}

rows! { POWER:
    /// Each element to a power; base and exponent may be tensors or numbers, broadcasting.
    ///
    /// **Errors**: RuntimeError for integers to a negative whole power.
    ///
    /// ```text
    /// >>> torch.pow(torch.tensor([2, 3]), 2)
    /// tensor([4, 9])
    /// >>> torch.pow(2.0, torch.tensor([1.0, -1.0]))
    /// tensor([2.0000, 0.5000])
    /// ```
    [Torch, Method] + in place out Promote fn pow_vals = "pow"(input: Val, exponent: Val) -> Tensor |to| {
        to.pow(input, exponent)
    }
    /// Each element to a power, in float64 (complex128 for complex operands).
    ///
    /// ```text
    /// >>> torch.float_power(torch.tensor([2, 3]), -1)
    /// tensor([0.5000, 0.3333], dtype=torch.float64)
    /// ```
    [Torch, Method] + in place fn float_power(input: Val, exponent: Val) -> Tensor |to| {
        let wide = widest(&input, &exponent);
        if let (To::First, Val::T(x)) = (to, &input) {
            ensure!(
                x.dtype() == wide,
                Runtime,
                "the base given to float_power_ has dtype {} but the operation's result requires dtype {}",
                x.dtype().scalar_name(),
                wide.scalar_name()
            );
        }
        to.pow(input.wide(wide)?, exponent.wide(wide)?)
    }
    /// Each element times itself.
    ///
    /// ```text
    /// >>> torch.square(torch.tensor([2, -3]))
    /// tensor([4, 9])
    /// ```
    [Torch, Method] + in place out Promote fn square(input: &Tensor) -> Tensor |to| {
        to.pow(input.into(), 2i64.into())
    }
}

pub const TABLE: Table = &[POWER];
