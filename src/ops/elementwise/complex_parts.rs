//! Complex numbers from parts, and angles.

use super::kind::{Rule, Side, Unary, UnaryDef, run1, run2};
use crate::base::{C64, C128, DType, Layout, broadcast};
use crate::error::{Error, Result};
use crate::kernels::cpu::elementwise::block::map;
use crate::ops::driver::op::{Metas, Op, Saves, apply};
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads, rows};
use smallvec::smallvec;
use std::f64::consts::PI;

static ANGLE: UnaryDef = UnaryDef {
    name: "angle",
    grad_name: "AngleBackward0",
    rule: Rule::RealFloat,
    kernel: |dt| match dt {
        DType::F32 => Ok(map(|x: f32| {
            if x.is_nan() {
                x
            } else if x < 0.0 {
                PI as f32
            } else {
                0.0
            }
        })),
        DType::F64 => Ok(map(|x: f64| {
            if x.is_nan() {
                x
            } else if x < 0.0 {
                PI
            } else {
                0.0
            }
        })),
        DType::C64 => Ok(map(|z: C64| (z.im as f64).atan2(z.re as f64) as f32)),
        DType::C128 => Ok(map(|z: C128| z.im.atan2(z.re))),
        d => Err(Error::no_dtype("angle", d, "every dtype")),
    },
    saves: Saves::INPUT,
    grad: |g, cx| {
        let z = cx.input(0)?;
        if !z.dtype().is_complex() {
            return g.zeros_alike();
        }
        // i z / |z|^2, nothing at zero
        let (re, im) = (z.real_view()?, z.imag_view()?);
        let norm = re.mul(&re)?.add(im.mul(&im)?)?;
        let d = complex(&im.neg()?.div(&norm)?, &re.div(&norm)?)?;
        z.eq(0i64)?.choose(0i64, d.mul(g)?)
    },
};

/// The shape and dtype of a complex number from two real tensors.
fn from_parts(op: &str, x: &[&Tensor]) -> Result<Metas> {
    for t in x {
        ensure!(
            matches!(t.dtype(), DType::F16 | DType::F32 | DType::F64),
            Runtime,
            "Expected both inputs to be Half, Float or Double tensors but got {} and {}",
            x[0].dtype().scalar_name(),
            x[1].dtype().scalar_name()
        );
        ensure!(t.dtype() != DType::F16, Type, "{op}: Got unsupported ScalarType ComplexHalf");
    }
    ensure!(
        x[0].dtype() == x[1].dtype(),
        Runtime,
        "Expected object of scalar type {} but got scalar type {} for second argument",
        x[0].dtype().scalar_name(),
        x[1].dtype().scalar_name()
    );
    let shape = broadcast(x[0].shape(), x[1].shape())?;
    Ok(smallvec![Meta::new(&shape, x[0].dtype().to_complex())])
}

/// Both parts of a complex result as strided real tensors, while the driver holds it.
fn parts(out: &Tensor) -> [Tensor; 2] {
    let l = out.layout();
    let part = |i: usize| {
        let layout = Layout {
            shape: l.shape.clone(),
            strides: l.strides.iter().map(|s| s * 2).collect(),
            offset: l.offset * 2 + i,
        };
        out.reinterpret(layout, out.dtype().to_real())
    };
    [part(0), part(1)]
}

#[derive(Debug)]
struct Complex;

impl Op for Complex {
    fn name(&self) -> &'static str {
        "complex"
    }
    fn grad_name(&self) -> &'static str {
        "ComplexBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        from_parts("complex", x)
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        for (part, x) in parts(&out[0]).iter().zip(x) {
            crate::ops::create::copy::write_held(part, x);
        }
        Ok(())
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let part = |f: fn(&Tensor) -> Result<Tensor>| f(g);
        grads![
            want.then(0, || part(Tensor::real_view))?,
            want.then(1, || if g.dtype().is_complex() { g.imag_view() } else { g.zeros_alike() })?
        ]
    }
}

#[derive(Debug)]
struct Polar;

impl Op for Polar {
    fn name(&self) -> &'static str {
        "polar"
    }
    fn grad_name(&self) -> &'static str {
        "PolarBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        from_parts("polar", x)
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let d = x[0].dtype();
        let mul = (super::arithmetic::MUL.kernel)(d)?;
        let turned = Tensor::empty(x[1].shape(), d, x[1].device())?;
        for (part, f) in parts(&out[0]).iter().zip([&super::trig::COS, &super::trig::SIN]) {
            run1(x[1], &turned, d, d, (f.kernel)(d)?);
            run2(&Side::Tensor(x[0]), &Side::Tensor(&turned), part, d, d, mul);
        }
        Ok(())
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::OUTPUT
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let y = cx.output(0)?;
        let gc = g.conj()?;
        grads![
            want.then(0, || gc.mul(y.sgn()?)?.real_view())?,
            // Re(conj(g) i y) = -Im(conj(g) y)
            want.then(1, || gc.mul(&y)?.imag_view()?.neg())?
        ]
    }
}

rows! { COMPLEX_PARTS:
    /// The angle of every element in radians; for real tensors 0 or pi.
    [Torch, Method] fn angle(input: &Tensor) -> Tensor { apply(Unary(&ANGLE), &[input]) }
    /// Complex numbers from real and imaginary parts (float32 or float64), broadcasting.
    ///
    /// **Errors**: RuntimeError if the dtypes differ or are no floats.
    [Torch] fn complex(real: &Tensor, imag: &Tensor) -> Tensor { apply(Complex, &[real, imag]) }
    /// Complex numbers from absolute values and angles, broadcasting.
    [Torch] fn polar(abs: &Tensor, angle: &Tensor) -> Tensor { apply(Polar, &[abs, angle]) }
}

pub const TABLE: Table = &[COMPLEX_PARTS];
