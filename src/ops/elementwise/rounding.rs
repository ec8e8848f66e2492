//! Magnitude, sign and rounding: one row each.

use crate::base::{C64, C128, DType, Elem};
use crate::error::{Error, Result};
use crate::kernels::cpu::elementwise::block::{UnaryFn, map};
use crate::ops::elementwise::kind::unary::unary;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{ensure, with_dtype};

/// Kernels for the floats; integers are whole already.
macro_rules! whole {
    ($op:ident, $dt:ident, |$x:ident| $e:expr) => {
        match $dt {
            DType::F32 => Ok(map(|$x: f32| $e)),
            DType::F64 => Ok(map(|$x: f64| $e)),
            _ => with_dtype!($op, $dt, int, T => Ok(map(|x: T| x))),
        }
    };
}

/// The unit complex number in the direction of `z`; zero for zero.
fn direction(z: C128) -> C128 {
    let r = z.re.hypot(z.im);
    if r == 0.0 { C128::new(0.0, 0.0) } else { z / r }
}

fn wide(z: C64) -> C128 {
    C128::new(z.re as f64, z.im as f64)
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
    abs "AbsBackward0" also ["absolute"]: Real,
        cpu |op, dt| match dt {
            DType::F32 => Ok(map(|x: f32| x.abs())),
            DType::F64 => Ok(map(|x: f64| x.abs())),
            DType::C64 => Ok(map(|z: C64| (z.re as f64).hypot(z.im as f64) as f32)),
            DType::C128 => Ok(map(|z: C128| z.re.hypot(z.im))),
            DType::U8 => Ok(map(|x: u8| x)),
            DType::I8 => Ok(map(|x: i8| x.wrapping_abs())),
            DType::I16 => Ok(map(|x: i16| x.wrapping_abs())),
            DType::I32 => Ok(map(|x: i32| x.wrapping_abs())),
            DType::I64 => Ok(map(|x: i64| x.wrapping_abs())),
            d => Err(Error::no_dtype(op, d, "every dtype but bool")),
        },
        wgsl "abs(x)",
        on 0.2, 2.5,
        grad X |g, x| g.mul(x.sgn()?);
    /// The direction of every element: `x / |x|`, zero for zero. For real tensors the sign.
    sgn "SgnBackward0": Same,
        cpu |op, dt| match dt {
            DType::C64 => Ok(map(|z: C64| { let w = direction(wide(z)); C64::new(w.re as f32, w.im as f32) })),
            DType::C128 => Ok(map(direction)),
            _ => sign_kernel(op, dt),
        },
        on 0.2, 2.5,
        grad X |g, x| sgn_grad(g, x);
    /// -1, 0 or 1, as every element's sign.
    ///
    /// **Errors**: RuntimeError for complex tensors; see `sgn`.
    sign "SignBackward0": Same,
        cpu |op, dt| {
            ensure!(!dt.is_complex(), Runtime, "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead.");
            sign_kernel(op, dt)
        },
        wgsl "sign(x)",
        grad G |g| g.zeros_alike();
    /// The least whole number not below each element.
    ceil "CeilBackward0": Same,
        cpu |op, dt| whole!(op, dt, |x| x.ceil()),
        wgsl "ceil(x)",
        grad G |g| g.zeros_alike();
    /// The greatest whole number not above each element.
    floor "FloorBackward0": Same,
        cpu |op, dt| whole!(op, dt, |x| x.floor()),
        wgsl "floor(x)",
        grad G |g| g.zeros_alike();
    /// Each element without its fraction.
    trunc "TruncBackward0" also ["fix"]: Same,
        cpu |op, dt| whole!(op, dt, |x| x.trunc()),
        wgsl "trunc(x)",
        grad G |g| g.zeros_alike();
    /// The fraction of each element, with its sign.
    frac "FracBackward0": Same,
        cpu |op, dt| match dt {
            DType::F32 => Ok(map(|x: f32| x - x.trunc())),
            DType::F64 => Ok(map(|x: f64| x - x.trunc())),
            d => Err(Error::no_dtype(op, d, "floating dtypes")),
        },
        on 0.2, 2.5,
        grad G |g| Ok(g.clone());
}

fn sign_kernel(op: &str, dt: DType) -> Result<UnaryFn> {
    with_dtype!(op, dt, wide_real, T => Ok(map(|x: T| T::from_i64((x > T::ZERO) as i64 - (x < T::ZERO) as i64))))
}

pub const TABLE: Table = &[ROUNDING];
