//! Special functions with parameters, of two tensors, or made of others.

use crate::base::{C64, C128, DType};
use crate::error::{Error, Result};
use crate::kernels::cpu::elementwise::block::{PointFn, point1, zip};
use crate::kernels::cpu::elementwise::special;
use crate::ops::driver::apply::apply_multi;
use crate::ops::driver::op::{Metas, Op, Outs, Saves};
use crate::ops::elementwise::kind::Rule;
use crate::ops::elementwise::kind::binary::{BinaryDef, run_binary};
use crate::ops::elementwise::kind::nary::{PointDef, only, point, point_in_place};
use crate::ops::table::{Fields, Named, Table, Val};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads, real_floats, rows};
use smallvec::{SmallVec, smallvec};

const A: u8 = 1;

static POLYGAMMA: PointDef = PointDef {
    name: "polygamma",
    grad_name: "PolygammaBackward0",
    rule: Rule::Double,
    masked: false,
    kernel: |dt| -> Result<PointFn> {
        match dt {
            DType::F64 => Ok(point1(|x: f64, q| special::polygamma(q[0] as i64, x, q[1] != 0.0))),
            d => Err(Error::no_dtype("polygamma", d, "real dtypes")),
        }
    },
    saves: [A, 0, 0, 0],
    grad: |s, g, _| only(polygamma(s.q(0) as i64 + 1, &s.tensor(0)?).and_then(|d| g.mul(d))),
};

/// Parameters: eps (negative: none).
static LOGIT: PointDef = PointDef {
    name: "logit",
    grad_name: "LogitBackward0",
    rule: Rule::Float,
    masked: false,
    kernel: |dt| -> Result<PointFn> {
        real_floats!("logit", dt, T => point1(|x: T, q| {
            let eps = q[0] as T;
            let x = if eps < 0.0 { x } else if x < eps { eps } else if x > 1.0 - eps { 1.0 - eps } else { x };
            (x / (1.0 - x)).ln()
        }))
    },
    saves: [A, 0, 0, 0],
    grad: |s, g, _| {
        let x = s.tensor(0)?;
        let d = g.div(x.mul(x.rsub(1i64)?)?)?;
        let (eps, outside) = (s.q(0), if s.q(0) < 0.0 { f64::NAN } else { 0.0 });
        let (lo, hi) = if eps < 0.0 { (0.0, 1.0) } else { (eps, 1.0 - eps) };
        only(x.ge(lo)?.logical_and(x.le(hi)?)?.choose(d, outside))
    },
};

/// Parameters: what nan, infinity and minus infinity become (nan for an infinity: the largest number).
static NAN_TO_NUM: PointDef = PointDef {
    name: "nan_to_num",
    grad_name: "NanToNumBackward0",
    rule: Rule::Same,
    masked: false,
    kernel: |dt| -> Result<PointFn> {
        match dt {
            DType::C64 => Ok(point1(|z: C64, q| {
                let f = |x: f32| replaced(x as f64, q, f32::MAX as f64) as f32;
                C64::new(f(z.re), f(z.im))
            })),
            DType::C128 => Ok(point1(|z: C128, q| {
                let f = |x: f64| replaced(x, q, f64::MAX);
                C128::new(f(z.re), f(z.im))
            })),
            DType::F32 => Ok(point1(|x: f32, q| replaced(x as f64, q, f32::MAX as f64) as f32)),
            DType::F64 => Ok(point1(|x: f64, q| replaced(x, q, f64::MAX))),
            _ => crate::with_dtype!("nan_to_num", dt, wide_real, T => Ok(point1(|x: T, _| x))),
        }
    },
    saves: [A, 0, 0, 0],
    grad: |s, g, _| only(g.keep(&s.tensor(0)?.isfinite()?)),
};

#[inline(always)]
fn replaced(x: f64, q: &[f64; 4], max: f64) -> f64 {
    if x.is_nan() {
        return q[0];
    }
    let or = |v: f64, default: f64| if v.is_nan() { default } else { v };
    let limit = if q[3] > 0.0 { q[3] } else { max };
    if x == f64::INFINITY {
        or(q[1], limit)
    } else if x == f64::NEG_INFINITY {
        or(q[2], -limit)
    } else {
        x
    }
}

/// The parameters of `nan_to_num`; the half types have largest numbers of their own.
fn nan_params(x: &Tensor, nan: Option<f64>, posinf: Option<f64>, neginf: Option<f64>) -> [f64; 4] {
    let limit = match x.dtype() {
        DType::F16 => 65504.0,
        DType::BF16 => 3.389_531_389_251_535_5e38,
        _ => 0.0,
    };
    [nan.unwrap_or(0.0), posinf.unwrap_or(f64::NAN), neginf.unwrap_or(f64::NAN), limit]
}

/// Polynomials of a degree given by the second operand: no gradients.
macro_rules! polynomials {
    ($($def:ident $name:literal $f:path;)*) => {$(
        static $def: BinaryDef = BinaryDef {
            name: $name,
            grad_names: ["NotImplemented"; 3],
            rule: Rule::Double,
            kernel: |dt| match dt {
                DType::F64 => Ok(zip(|x: f64, n: f64| $f(x, n))),
                d => Err(Error::no_dtype($name, d, "real dtypes")),
            },
            ..BinaryDef::EMPTY
        };
    )*};
}
polynomials! {
    CHEBYSHEV_T "chebyshev_polynomial_t" special::chebyshev_t;
    CHEBYSHEV_U "chebyshev_polynomial_u" special::chebyshev_u;
    CHEBYSHEV_V "chebyshev_polynomial_v" special::chebyshev_v;
    CHEBYSHEV_W "chebyshev_polynomial_w" special::chebyshev_w;
    SHIFTED_T "shifted_chebyshev_polynomial_t" special::shifted_chebyshev_t;
    SHIFTED_U "shifted_chebyshev_polynomial_u" special::shifted_chebyshev_u;
    SHIFTED_V "shifted_chebyshev_polynomial_v" special::shifted_chebyshev_v;
    SHIFTED_W "shifted_chebyshev_polynomial_w" special::shifted_chebyshev_w;
    HERMITE_H "hermite_polynomial_h" special::hermite_h;
    HERMITE_HE "hermite_polynomial_he" special::hermite_he;
    LAGUERRE "laguerre_polynomial_l" special::laguerre;
    LEGENDRE "legendre_polynomial_p" special::legendre;
}

fn polynomial(def: &'static BinaryDef, x: Val, n: Val) -> Result<Tensor> {
    let plain = |v: Val| match v {
        Val::T(t) => Val::T(t.detach()),
        s => s,
    };
    run_binary(def, plain(x), plain(n), None)
}

/// Mantissa and exponent.
#[derive(Debug)]
struct Frexp;

static FREXP_FIELDS: Fields = Fields { name: "frexp", fields: &["mantissa", "exponent"] };

impl Op for Frexp {
    fn name(&self) -> &'static str {
        "frexp"
    }
    fn grad_name(&self) -> &'static str {
        "FrexpBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        ensure!(x[0].dtype().is_float(), Runtime, "torch.frexp() only supports floating-point dtypes");
        let layout = crate::ops::elementwise::kind::result_layout(x[0].shape(), x);
        Ok(smallvec![
            Meta { layout: layout.clone(), dtype: x[0].dtype() },
            Meta { layout, dtype: DType::I32 }
        ])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        use crate::kernels::cpu::elementwise::block::map;
        use crate::ops::elementwise::kind::run::run1;
        run1(x[0], &out[0], DType::F64, DType::F64, map(|x: f64| split(x).0));
        run1(x[0], &out[1], DType::F64, DType::I32, map(|x: f64| split(x).1));
        Ok(())
    }
    fn differentiable(&self, output: usize) -> bool {
        output == 0
    }
    fn saves(&self, _: Want) -> Saves {
        Saves { inputs: 0, outputs: 2 }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => {
                let e = cx.output(1)?.cast(g.dtype())?;
                grads![Some(g.div(e.exp2()?)?)]
            }
            None => grads![None],
        }
    }
}

/// `x = m 2^e` with `m` in [0.5, 1).
fn split(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let bits = x.to_bits();
    let field = (bits >> 52 & 0x7ff) as i32;
    if field == 0 {
        let (m, e) = split(x * 2f64.powi(64));
        return (m, e - 64);
    }
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), field - 1022)
}

/// The n-th derivative of digamma.
pub fn polygamma(n: i64, input: &Tensor) -> Result<Tensor> {
    ensure!(n >= 0, Runtime, "polygamma(n, x) does not support negative n.");
    point(&POLYGAMMA, &[input], polygamma_params(n, input))
}

fn polygamma_params(n: i64, x: &Tensor) -> [f64; 4] {
    [n as f64, (x.dtype() != DType::F64) as u8 as f64, 0.0, 0.0]
}

/// The logarithm of the multivariate gamma function.
fn multigamma(input: &Tensor, p: i64) -> Result<Tensor> {
    ensure!(p >= 1, Runtime, "p has to be greater than or equal to 1");
    ensure!(input.dtype() != DType::Bool, Runtime, "The input tensor may not be a boolean tensor.");
    let mut sum = input.lgamma()?;
    for k in 1..p {
        sum = sum.add(input.sub(0.5 * k as f64)?.lgamma()?)?;
    }
    sum.add((p * (p - 1)) as f64 / 4.0 * std::f64::consts::PI.ln())
}

fn logit_of(x: &Tensor, eps: Option<f64>) -> Result<Tensor> {
    point(&LOGIT, &[x], [eps.unwrap_or(-1.0), 0.0, 0.0, 0.0])
}

fn multiplied(outs: Outs) -> Named {
    Named(&FREXP_FIELDS, outs.into_iter().collect::<SmallVec<[Tensor; 2]>>())
}

rows! { GAMMA:
    /// `ln(x / (1 - x))`; with `eps`, of `x` brought into `[eps, 1 - eps]`.
    [Torch, Method] out Promote fn logit(input: &Tensor, eps: Option<f64> = None) -> Tensor { logit_of(input, eps) }
    /// `logit` in place.
    [InPlace] fn logit_(input: &Tensor, eps: Option<f64> = None) -> () {
        point_in_place(&LOGIT, &[input], [eps.unwrap_or(-1.0), 0.0, 0.0, 0.0])
    }
    /// `ln(x / (1 - x))`.
    [Special] fn special_logit = "logit"(input: &Tensor, eps: Option<f64> = None) -> Tensor { logit_of(input, eps) }
    /// nan replaced by `nan`, infinities by `posinf` and `neginf` or the largest and lowest numbers.
    [Torch, Method] fn nan_to_num(input: &Tensor, nan: Option<f64> = None, posinf: Option<f64> = None, neginf: Option<f64> = None) -> Tensor {
        point(&NAN_TO_NUM, &[input], nan_params(input, nan, posinf, neginf))
    }
    /// `nan_to_num` in place.
    [InPlace] fn nan_to_num_(input: &Tensor, nan: Option<f64> = None, posinf: Option<f64> = None, neginf: Option<f64> = None) -> () {
        point_in_place(&NAN_TO_NUM, &[input], nan_params(input, nan, posinf, neginf))
    }
    /// The `n`-th derivative of `digamma`.
    [Torch] out Promote fn polygamma_function = "polygamma"(n: i64, input: &Tensor) -> Tensor { polygamma(n, input) }
    /// The `n`-th derivative of `digamma`.
    [Method] fn polygamma_method = "polygamma"(input: &Tensor, n: i64) -> Tensor { polygamma(n, input) }
    /// `polygamma` in place.
    [InPlace] fn polygamma_(input: &Tensor, n: i64) -> () {
        ensure!(n >= 0, Runtime, "polygamma(n, x) does not support negative n.");
        point_in_place(&POLYGAMMA, &[input], polygamma_params(n, input))
    }
    /// The `n`-th derivative of `digamma`.
    [Special] fn special_polygamma = "polygamma"(n: i64, input: &Tensor) -> Tensor { polygamma(n, input) }
    /// The logarithm of the multivariate gamma function of dimension `p`.
    [Torch, Method] + in place out Promote fn mvlgamma(input: &Tensor, p: i64) -> Tensor { multigamma(input, p) }
    /// The logarithm of the multivariate gamma function of dimension `p`.
    [Special] fn special_multigammaln = "multigammaln"(input: &Tensor, p: i64) -> Tensor { multigamma(input, p) }
    /// The normal distribution function.
    [Special] fn ndtr(input: &Tensor) -> Tensor { input.mul(-std::f64::consts::FRAC_1_SQRT_2)?.erfc()?.mul(0.5) }
    /// Each element as `mantissa * 2^exponent`, with mantissas in [0.5, 1) and int32 exponents.
    [Torch, Method] fn frexp(input: &Tensor) -> Named { Ok(multiplied(apply_multi(Frexp, &[input])?)) }
    /// The Chebyshev polynomial of the first kind, of degree `n`.
    [Special] fn chebyshev_polynomial_t(input: Val, n: Val) -> Tensor { polynomial(&CHEBYSHEV_T, input, n) }
    /// The Chebyshev polynomial of the second kind, of degree `n`.
    [Special] fn chebyshev_polynomial_u(input: Val, n: Val) -> Tensor { polynomial(&CHEBYSHEV_U, input, n) }
    /// The Chebyshev polynomial of the third kind, of degree `n`.
    [Special] fn chebyshev_polynomial_v(input: Val, n: Val) -> Tensor { polynomial(&CHEBYSHEV_V, input, n) }
    /// The Chebyshev polynomial of the fourth kind, of degree `n`.
    [Special] fn chebyshev_polynomial_w(input: Val, n: Val) -> Tensor { polynomial(&CHEBYSHEV_W, input, n) }
    /// The Chebyshev polynomial of the first kind on [0, 1].
    [Special] fn shifted_chebyshev_polynomial_t(input: Val, n: Val) -> Tensor { polynomial(&SHIFTED_T, input, n) }
    /// The Chebyshev polynomial of the second kind on [0, 1].
    [Special] fn shifted_chebyshev_polynomial_u(input: Val, n: Val) -> Tensor { polynomial(&SHIFTED_U, input, n) }
    /// The Chebyshev polynomial of the third kind on [0, 1].
    [Special] fn shifted_chebyshev_polynomial_v(input: Val, n: Val) -> Tensor { polynomial(&SHIFTED_V, input, n) }
    /// The Chebyshev polynomial of the fourth kind on [0, 1].
    [Special] fn shifted_chebyshev_polynomial_w(input: Val, n: Val) -> Tensor { polynomial(&SHIFTED_W, input, n) }
    /// The physicist's Hermite polynomial of degree `n`.
    [Special] fn hermite_polynomial_h(input: Val, n: Val) -> Tensor { polynomial(&HERMITE_H, input, n) }
    /// The probabilist's Hermite polynomial of degree `n`.
    [Special] fn hermite_polynomial_he(input: Val, n: Val) -> Tensor { polynomial(&HERMITE_HE, input, n) }
    /// The Laguerre polynomial of degree `n`.
    [Special] fn laguerre_polynomial_l(input: Val, n: Val) -> Tensor { polynomial(&LAGUERRE, input, n) }
    /// The Legendre polynomial of degree `n`.
    [Special] fn legendre_polynomial_p(input: Val, n: Val) -> Tensor { polynomial(&LEGENDRE, input, n) }
}

pub const TABLE: Table = &[GAMMA];
