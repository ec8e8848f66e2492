//! Magnitude, sign and rounding: one row each.

use crate::base::{C64, C128, DType, Elem};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{UnaryFn, map, point1};
use crate::kernels::cpu::elementwise::math::scalar::{hypot, hypot_f32};
use crate::ops::elementwise::kind::gpu::wgsl;
use crate::ops::elementwise::kind::nary::points;
use crate::ops::elementwise::kind::unary::{UnaryDef, UnaryGrad, unary};
use crate::ops::elementwise::kind::{Rule, Takes, kernel};
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{ensure, rows};

/// Kernels for the floats; integers are whole already.
macro_rules! whole {
    ($dt:ident, |$x:ident| $e:expr) => {
        match $dt {
            DType::F32 => Some(map(|$x: f32| $e)),
            DType::F64 => Some(map(|$x: f64| $e)),
            _ => kernel!($dt, int, T => map(|x: T| x)),
        }
    };
}

/// Half to even.
trait Even {
    fn even(self) -> Self;
}
impl Even for f32 {
    #[inline(always)]
    fn even(self) -> f32 {
        self.round_ties_even()
    }
}
impl Even for f64 {
    #[inline(always)]
    fn even(self) -> f64 {
        self.round_ties_even()
    }
}

/// The unit complex number in the direction of `z`, whose absolute value is `r`; zero for zero.
#[inline(always)]
fn direction(z: C128, r: f64) -> C128 {
    let part = |x: f64| if r == 0.0 { 0.0 } else { x / r };
    C128::new(part(z.re), part(z.im))
}

/// The gradient of `sgn`: nothing for real tensors.
fn sgn_grad(g: &Tensor, x: &Tensor) -> Result<Tensor> {
    if !x.dtype().is_complex() {
        return g.zeros_alike();
    }
    let r = x.abs()?;
    let u = x.sgn()?;
    let v = g.div(&r)?;
    // the part of `v` across the direction
    let along = v.mul(u.conj()?)?.real_view()?;
    r.eq(0i64)?.choose(0i64, v.sub(u.mul(along)?)?)
}

unary! { ROUNDING:
    /// The absolute value of every element; for complex the modulus, a real tensor.
    ///
    /// **Errors**: RuntimeError for bool tensors.
    ///
    /// ```text
    /// >>> torch.abs(torch.tensor([1, -2]))
    /// tensor([1, 2])
    /// >>> torch.abs(torch.tensor([3 + 4j, 1j]))
    /// tensor([5., 1.])
    /// ```
    abs "AbsBackward0" also ["absolute"]: Real,
        cpu |dt| match dt {
            // a bit less, whatever the others say
            DType::F16 | DType::BF16 => Some(map(|x: i16| x & i16::MAX)),
            DType::F32 => Some(map(|x: f32| x.abs())),
            DType::F64 => Some(map(|x: f64| x.abs())),
            DType::C64 => Some(map(|z: C64| hypot_f32(z.re, z.im))),
            DType::C128 => Some(map(|z: C128| hypot(z.re, z.im))),
            DType::U8 => Some(map(|x: u8| x)),
            DType::I8 => Some(map(|x: i8| x.wrapping_abs())),
            DType::I16 => Some(map(|x: i16| x.wrapping_abs())),
            DType::I32 => Some(map(|x: i32| x.wrapping_abs())),
            DType::I64 => Some(map(|x: i64| x.wrapping_abs())),
            _ => None,
        },
        wgsl "abs_{T}(x)",
        on 0.2, 2.5,
        grad X |g, x| g.mul(x.sgn()?);
    /// The direction of every element: `x / |x|`, zero for zero. For real tensors the sign.
    ///
    /// ```text
    /// >>> torch.sgn(torch.tensor([3 + 4j, 0j]))
    /// tensor([0.6000+0.8000j, 0.0000+0.0000j])
    /// ```
    sgn "SgnBackward0": Same,
        cpu |dt| match dt {
            // the square of a float32 neither overflows nor vanishes in float64
            DType::C64 => Some(map(|z: C64| {
                let (re, im) = (z.re as f64, z.im as f64);
                let w = direction(C128::new(re, im), (re * re + im * im).sqrt());
                C64::new(w.re as f32, w.im as f32)
            })),
            DType::C128 => Some(map(|z: C128| direction(z, hypot(z.re, z.im)))),
            _ => sign_kernel(dt),
        },
        wgsl "select(sign_{T}(x), x, x != x)" int "sign_{T}(x)",
        on 0.2, 2.5,
        grad X |g, x| sgn_grad(g, x);
    /// -1, 0 or 1, as every element's sign.
    ///
    /// **Errors**: RuntimeError for complex tensors; see `sgn`.
    ///
    /// ```text
    /// >>> torch.sign(torch.tensor([-3.0, 0.0, 2.0]))
    /// tensor([-1.,  0.,  1.])
    /// ```
    sign "SignBackward0": Same,
        cpu |dt| sign_kernel(dt),
        takes (not Complex NotImplemented "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead."),
        wgsl "sign_{T}(x)",
        grad G |g| g.zeros_alike();
    /// The least whole number not below each element.
    ///
    /// ```text
    /// >>> torch.ceil(torch.tensor([-1.5, 1.2]))
    /// tensor([-1.,  2.])
    /// ```
    ceil "CeilBackward0": Same,
        cpu |dt| whole!(dt, |x| x.ceil()),
        wgsl "ceil(x)" int "x",
        grad G |g| g.zeros_alike();
    /// The greatest whole number not above each element.
    ///
    /// ```text
    /// >>> torch.floor(torch.tensor([-1.5, 1.2]))
    /// tensor([-2.,  1.])
    /// ```
    floor "FloorBackward0": Same,
        cpu |dt| whole!(dt, |x| x.floor()),
        wgsl "floor(x)" int "x",
        grad G |g| g.zeros_alike();
    /// Each element without its fraction.
    ///
    /// ```text
    /// >>> torch.trunc(torch.tensor([-1.5, 1.2]))
    /// tensor([-1.,  1.])
    /// ```
    trunc "TruncBackward0" also ["fix"]: Same,
        cpu |dt| whole!(dt, |x| x.trunc()),
        wgsl "trunc(x)" int "x",
        grad G |g| g.zeros_alike();
    /// The fraction of each element, with its sign.
    ///
    /// ```text
    /// >>> torch.frac(torch.tensor([-1.5, 1.25]))
    /// tensor([-0.5000,  0.2500])
    /// ```
    frac "FracBackward0": Same,
        cpu |dt| match dt {
            DType::F32 => Some(map(|x: f32| x - x.trunc())),
            DType::F64 => Some(map(|x: f64| x - x.trunc())),
            _ => None,
        },
        wgsl "x - trunc(x)",
        on 0.2, 2.5,
        grad G |g| Ok(g.clone());
}

fn sign_kernel(dt: DType) -> Option<UnaryFn> {
    kernel!(dt, wide_real, T => map(|x: T| T::from_i64((x > T::ZERO) as i64 - (x < T::ZERO) as i64)))
}

static ROUND: UnaryDef = UnaryDef {
    name: "round",
    grad_name: "RoundBackward0",
    rule: Rule::Same,
    kernel: |dt| whole!(dt, |x| x.even()),
    takes: Takes::PLAIN,
    wgsl: wgsl!("round(x)" int "x"),
    grad: UnaryGrad::G(|g| g.zeros_alike()),
};

points! {
    /// Parameters: `10^|decimals|`, and whether decimals count to the left of the point.
    ROUND_DECIMALS "round" "RoundBackward1": Same,
        cpu |dt| kernel!(dt, floats, T => point1(|x: T, q| {
            let s = q[0] as T;
            if q[1] != 0.0 { (x / s).even() * s } else { (x * s).even() / s }
        })),
        wgsl "select(round(a * p0) / p0, round(a / p0) * p0, p1 != 0.0)",
        grad { a |g| g.zeros_alike() };
}

rows! { ROUND_TO:
    /// Each element rounded to the nearest whole number, or to `decimals` places; halves go to the even neighbour.
    ///
    /// ```text
    /// >>> torch.round(torch.tensor([0.5, 1.5, 2.345]), decimals=0)
    /// tensor([0., 2., 2.])
    /// ```
    [Torch, Method] + in place fn round(input: &Tensor; decimals: i64 = 0) -> Tensor |to| {
        if decimals == 0 {
            return to.unary(&ROUND, input);
        }
        let scale = 10f64.powi(decimals.unsigned_abs() as i32);
        to.point(&ROUND_DECIMALS, &[input], [scale, (decimals < 0) as u8 as f64, 0.0, 0.0])
    }
    /// Each element rounded, as `torch.round`.
    ///
    /// ```text
    /// >>> torch.special.round(torch.tensor([0.5, 1.5, 2.345]), decimals=0)
    /// tensor([0., 2., 2.])
    /// ```
    [Special] out Keep fn special_round = "round"(input: &Tensor; decimals: i64 = 0) -> Tensor { input.round(decimals) }
    /// The tensor itself.
    ///
    /// **Errors**: RuntimeError for bool tensors.
    ///
    /// ```text
    /// >>> torch.positive(torch.tensor([1, -2]))
    /// tensor([ 1, -2])
    /// ```
    [Torch, Method] fn positive(input: &Tensor) -> Tensor {
        ensure!(input.dtype() != DType::Bool, Runtime, "The `+` operator, on a bool tensor is not supported.");
        Ok(input.clone())
    }
}

pub const TABLE: Table = &[ROUNDING, ROUND_TO];
