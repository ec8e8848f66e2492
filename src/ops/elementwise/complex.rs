//! Complex numbers: from parts, their parts and angles, conjugates, and the views between complex and real tensors.

use crate::base::{C64, C128, DType, Layout, broadcast};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::map;
use crate::kernels::cpu::elementwise::staged;
use crate::ops::driver::apply::apply;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::driver::view::record_view;
use crate::ops::elementwise::kind::gpu::{self, wgsl};
use crate::ops::elementwise::kind::run::{Side, run1, run2};
use crate::ops::elementwise::kind::unary::{Unary, UnaryDef, UnaryGrad};
use crate::ops::elementwise::kind::{Rule, Takes};
use crate::ops::elementwise::kind::{aligned, result_layout};
use crate::ops::table::Table;
use crate::tensor::{Context, Creation, GradFn, Grads, Meta, Tensor, Want};
use crate::{ensure, grads, rows};
use smallvec::{SmallVec, smallvec};
use std::f64::consts::PI;

macro_rules! conj {
    ($def:ident, $name:literal, $node:literal, $f:ident) => {
        static $def: UnaryDef = UnaryDef {
            name: $name,
            grad_name: $node,
            rule: Rule::Same,
            kernel: |dt| match dt {
                DType::C64 => Some(map(|z: C64| z.conj())),
                DType::C128 => Some(map(|z: C128| z.conj())),
                _ => None,
            },
            takes: Takes::PLAIN,
    wgsl: wgsl!("x" complex "vec2<f32>(x.x, -x.y)"),
            grad: UnaryGrad::G(|g| g.$f()),
        };
    };
}
conj!(CONJ_PHYSICAL, "conj_physical", "ConjPhysicalBackward0", conj_physical);
conj!(CONJ, "conj", "ConjBackward0", conj);

impl Tensor {
    /// The real part with a gradient (`g + 0i`).
    pub fn real_part(&self) -> Result<Tensor> {
        self.cast(self.dtype().to_real())
    }
    /// The real parts of a complex tensor as a view; a real tensor itself.
    pub fn real_view(&self) -> Result<Tensor> {
        if !self.dtype().is_complex() {
            return Ok(self.clone());
        }
        let parts = self.view_as_real()?;
        parts.select_at(parts.ndim() - 1, 0)
    }
    /// The imaginary parts of a complex tensor as a view.
    pub fn imag_view(&self) -> Result<Tensor> {
        ensure!(
            self.dtype().is_complex(),
            Runtime,
            "imag is not implemented for tensors with non-complex dtypes."
        );
        let parts = self.view_as_real()?;
        parts.select_at(parts.ndim() - 1, 1)
    }
}

/// Strides in elements of half the size, with an axis of two parts at the end.
fn real_layout(l: &Layout) -> Layout {
    let mut out = l.clone();
    out.strides.iter_mut().for_each(|s| *s *= 2);
    out.offset *= 2;
    out.shape.push(2);
    out.strides.push(1);
    out
}

#[derive(Debug)]
struct ViewAsReal;
impl GradFn for ViewAsReal {
    fn grad_name(&self) -> &str {
        "ViewAsRealBackward0"
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => grads![Some(g.contiguous()?.view_as_complex()?)],
            None => grads![None],
        }
    }
}

#[derive(Debug)]
struct ViewAsComplex;
impl GradFn for ViewAsComplex {
    fn grad_name(&self) -> &str {
        "ViewAsComplexBackward0"
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) if g.dtype().is_complex() => grads![Some(g.view_as_real()?)],
            Some(g) => {
                grads![Some(g.cast(g.dtype().to_complex())?.view_as_real()?)]
            }
            None => grads![None],
        }
    }
}

static ANGLE: UnaryDef = UnaryDef {
    name: "angle",
    grad_name: "AngleBackward0",
    rule: Rule::RealFloat,
    kernel: |dt| match dt {
        DType::F32 => Some(map(|x: f32| {
            if x.is_nan() {
                x
            } else if x < 0.0 {
                PI as f32
            } else {
                0.0
            }
        })),
        DType::F64 => Some(map(|x: f64| {
            if x.is_nan() {
                x
            } else if x < 0.0 {
                PI
            } else {
                0.0
            }
        })),
        DType::C64 => Some(staged::angle_c64),
        DType::C128 => Some(staged::angle_c128),
        _ => None,
    },
    takes: Takes::PLAIN,
    wgsl: wgsl!("select(select(0.0, 3.14159274, x < 0.0), x, is_nan(x))" complex "atan2_f(x.y, x.x)"),
    grad: UnaryGrad::X(|g, z| {
        if !z.dtype().is_complex() {
            return g.zeros_alike();
        }
        // i z / |z|^2, nothing at zero
        let (re, im) = (z.real_view()?, z.imag_view()?);
        let norm = re.mul(&re)?.add(im.mul(&im)?)?;
        let d = complex(&im.neg()?.div(&norm)?, &re.div(&norm)?)?;
        z.eq(0i64)?.choose(0i64, d.mul(g)?)
    }),
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
    Ok(smallvec![Meta { layout: result_layout(&shape, x), dtype: x[0].dtype().to_complex() }])
}

/// Both parts of a complex result as strided real tensors, while the driver holds it.
fn parts(out: &Tensor) -> Result<[Tensor; 2]> {
    let l = out.layout();
    let part = |i: usize| {
        let layout = Layout {
            shape: l.shape.clone(),
            strides: l.strides.iter().map(|s| s * 2).collect(),
            offset: l.offset * 2 + i,
        };
        out.reinterpret(layout, out.dtype().to_real())
    };
    Ok([part(0)?, part(1)?])
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
    fn batching(&self, x: &[&Tensor], _: usize) -> Batching<Self> {
        aligned(x)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        from_parts("complex", x)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let o = out[0].layout();
        let alike = |t: &&Tensor| t.layout().strides == o.strides && t.shape() == &o.shape[..];
        if o.numel() > 0 && o.order_in_memory().is_some() && x.iter().all(alike) {
            // elements in turn, as rows of two (1.6M of float32: written part by part 609 us, so 332)
            let rows =
                x.iter().map(|t| (t.ptr().cast_const(), t.dtype().size())).collect::<SmallVec<[_; 2]>>();
            // SAFETY: the parts are dense in the order of the result, which the driver holds as it does them
            unsafe { crate::kernels::cpu::create::copy::join(&rows, o.numel(), out[0].ptr()) };
            return Ok(());
        }
        self.gpu(x, out)
    }
    /// Part by part, wherever they lie.
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        for (part, x) in parts(&out[0])?.iter().zip(x) {
            crate::ops::driver::memory::write_held(part, x);
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
    fn batching(&self, x: &[&Tensor], _: usize) -> Batching<Self> {
        aligned(x)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        from_parts("polar", x)
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let d = x[0].dtype();
        let mul = super::arithmetic::MUL.kernel_for(d)?;
        let turned = Tensor::empty(x[1].shape(), d, x[1].device())?;
        for (part, f) in parts(&out[0])?.iter().zip([&super::trig::cos::DEF, &super::trig::sin::DEF]) {
            run1(x[1], &turned, d, d, f.kernel_for(d)?);
            run2(&Side::Tensor(x[0]), &Side::Tensor(&turned), part, d, d, mul);
        }
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let sides =
            [gpu::Side::Place(x[0].place()?, x[0].dtype()), gpu::Side::Place(x[1].place()?, x[1].dtype())];
        for (part, text) in parts(&out[0])?.iter().zip(["a * cos_f(b)", "a * sin_f(b)"]) {
            gpu::expression("polar", text, &["a", "b"], &sides, &[], part.place()?, part.dtype())?;
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

impl Tensor {
    /// The conjugate, which for real tensors is the tensor itself: gradients of holomorphic functions need it.
    pub fn conjugate(&self) -> Result<Tensor> {
        if self.dtype().is_complex() { self.conj_physical() } else { Ok(self.clone()) }
    }
}

rows! { COMPLEX:
    /// The complex conjugate; a real tensor itself. Computed, not deferred.
    ///
    /// ```text
    /// >>> torch.conj(torch.tensor([1 + 2j, 3 - 1j])).resolve_conj()
    /// tensor([1.-2.j, 3.+1.j])
    /// ```
    [Torch, Method] fn conj(input: &Tensor) -> Tensor {
        if input.dtype().is_complex() { apply(Unary(&CONJ), &[input]) } else { Ok(input.clone()) }
    }
    /// The complex conjugate, computed; a real tensor itself.
    ///
    /// ```text
    /// >>> torch.conj_physical(torch.tensor([1 + 2j, 3 - 1j]))
    /// tensor([1.-2.j, 3.+1.j])
    /// ```
    [Torch, Method] + in place fn conj_physical(input: &Tensor) -> Tensor {
        if input.dtype().is_complex() { apply(Unary(&CONJ_PHYSICAL), &[input]) } else { Ok(input.clone()) }
    }
    /// The tensor itself: conjugates are never deferred here.
    ///
    /// ```text
    /// >>> torch.tensor([1 + 2j, 3 - 1j]).conj().resolve_conj().is_conj()
    /// False
    /// ```
    [Torch, Method] fn resolve_conj(input: &Tensor) -> Tensor { Ok(input.clone()) }
    /// The tensor itself: negatives are never deferred here.
    ///
    /// ```text
    /// >>> torch.resolve_neg(torch.tensor([1.0, -2.0]))
    /// tensor([ 1., -2.])
    /// ```
    [Torch, Method] fn resolve_neg(input: &Tensor) -> Tensor { Ok(input.clone()) }
    /// Whether a conjugation is pending: never.
    ///
    /// ```text
    /// >>> torch.is_conj(torch.tensor([1 + 2j, 3 - 1j]))
    /// False
    /// ```
    [Torch, Method] fn is_conj(_input: &Tensor) -> bool { Ok(false) }
    /// Whether a negation is pending: never.
    ///
    /// ```text
    /// >>> torch.is_neg(torch.tensor([1.0, -2.0]))
    /// False
    /// ```
    [Torch, Method] fn is_neg(_input: &Tensor) -> bool { Ok(false) }
    /// The real parts, a view; a real tensor itself.
    ///
    /// ```text
    /// >>> torch.real(torch.tensor([1 + 2j, 3 - 1j]))
    /// tensor([1., 3.])
    /// ```
    [Torch] fn real(input: &Tensor) -> Tensor { input.real_view() }
    /// The imaginary parts, a view.
    ///
    /// **Errors**: RuntimeError for real tensors.
    ///
    /// ```text
    /// >>> torch.imag(torch.tensor([1 + 2j, 3 - 1j]))
    /// tensor([ 2., -1.])
    /// ```
    [Torch] fn imag(input: &Tensor) -> Tensor { input.imag_view() }
    /// A complex tensor as a real one with a last axis of real and imaginary part, a view.
    ///
    /// **Errors**: RuntimeError for real tensors.
    ///
    /// ```text
    /// >>> torch.view_as_real(torch.tensor([1 + 2j, 3 - 1j]))
    /// tensor([[ 1.,  2.],
    ///         [ 3., -1.]])
    /// ```
    [Torch, Method] fn view_as_real(input: &Tensor) -> Tensor {
        ensure!(input.dtype().is_complex(), Runtime, "view_as_real is only supported for complex tensors");
        let mut out = input.reinterpret(real_layout(input.layout()), input.dtype().to_real())?;
        record_view(input, &mut out, Box::new(ViewAsReal), Creation::Plain);
        Ok(out)
    }
    /// A real tensor whose last axis has size 2 as a complex one, a view.
    ///
    /// **Errors**: RuntimeError unless the last axis has size 2 and stride 1 and the rest lies evenly.
    ///
    /// ```text
    /// >>> torch.view_as_complex(torch.tensor([[1.0, 2.0], [3.0, -1.0]]))
    /// tensor([1.+2.j, 3.-1.j])
    /// ```
    [Torch, Method] autocast Float32 fn view_as_complex(input: &Tensor) -> Tensor {
        ensure!(
            matches!(input.dtype(), DType::F32 | DType::F64),
            Runtime,
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: {}",
            input.dtype().scalar_name()
        );
        let mut layout = input.layout().clone();
        let n = layout.shape.pop();
        let last = layout.strides.pop();
        ensure!(n.is_some(), Runtime, "Input tensor must have one or more dimensions");
        ensure!(n == Some(2), Runtime, "Tensor must have a last dimension of size 2");
        ensure!(last == Some(1), Runtime, "Tensor must have a last dimension with stride 1");
        for (s, n) in layout.strides.iter_mut().zip(&layout.shape) {
            ensure!(s.is_multiple_of(2) || *n <= 1, Runtime, "Tensor must have a stride divisible by 2 for all but last dimension");
            *s /= 2;
        }
        ensure!(layout.offset.is_multiple_of(2), Runtime, "Tensor must have a storage_offset divisible by 2");
        layout.offset /= 2;
        let mut out = input.reinterpret(layout, input.dtype().to_complex())?;
        record_view(input, &mut out, Box::new(ViewAsComplex), Creation::Plain);
        Ok(out)
    }
    /// The angle of every element in radians; for real tensors 0 or pi.
    ///
    /// ```text
    /// >>> torch.angle(torch.tensor([1 + 1j, -1 + 0j]))
    /// tensor([0.7854, 3.1416])
    /// ```
    [Torch, Method] out Promote fn angle(input: &Tensor) -> Tensor { apply(Unary(&ANGLE), &[input]) }
    /// Complex numbers from real and imaginary parts (float32 or float64), broadcasting.
    ///
    /// **Errors**: RuntimeError if the dtypes differ or are no floats.
    ///
    /// ```text
    /// >>> torch.complex(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    /// tensor([1.+3.j, 2.+4.j])
    /// ```
    [Torch] fn complex(real: &Tensor, imag: &Tensor) -> Tensor { apply(Complex, &[real, imag]) }
    /// Complex numbers from absolute values and angles, broadcasting.
    ///
    /// ```text
    /// >>> torch.polar(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 0.0]))
    /// tensor([1.+0.j, 2.+0.j])
    /// ```
    [Torch] autocast Float32 fn polar(abs: &Tensor, angle: &Tensor) -> Tensor { apply(Polar, &[abs, angle]) }
}

pub const TABLE: Table = &[COMPLEX];
