//! Complex numbers: parts, conjugates and the views between complex and real tensors.

use super::kind::{Rule, Unary, UnaryDef};
use crate::base::{C64, C128, DType, Layout};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::map;
use crate::ops::driver::op::{Saves, apply, record_view};
use crate::ops::table::Table;
use crate::tensor::{Context, GradFn, Grads, Tensor, Want};
use crate::{ensure, grads, rows};

macro_rules! conj {
    ($def:ident, $name:literal, $node:literal, $f:ident) => {
        static $def: UnaryDef = UnaryDef {
            name: $name,
            grad_name: $node,
            rule: Rule::Same,
            kernel: |dt| match dt {
                DType::C64 => Ok(map(|z: C64| z.conj())),
                DType::C128 => Ok(map(|z: C128| z.conj())),
                d => Err(crate::error::Error::no_dtype($name, d, "complex dtypes")),
            },
            saves: Saves::NOTHING,
            grad: |g, _| g.$f(),
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

rows! { COMPLEX:
    /// The complex conjugate; a real tensor itself. Computed, not deferred.
    [Torch, Method] fn conj(input: &Tensor) -> Tensor {
        if input.dtype().is_complex() { apply(Unary(&CONJ), &[input]) } else { Ok(input.clone()) }
    }
    /// The complex conjugate, computed; a real tensor itself.
    [Torch, Method] + in place fn conj_physical(input: &Tensor) -> Tensor {
        if input.dtype().is_complex() { apply(Unary(&CONJ_PHYSICAL), &[input]) } else { Ok(input.clone()) }
    }
    /// The tensor itself: conjugates are never deferred here.
    [Torch, Method] fn resolve_conj(input: &Tensor) -> Tensor { Ok(input.clone()) }
    /// The tensor itself: negatives are never deferred here.
    [Torch, Method] fn resolve_neg(input: &Tensor) -> Tensor { Ok(input.clone()) }
    /// Whether a conjugation is pending: never.
    [Torch, Method] fn is_conj(input: &Tensor) -> bool { let _ = input; Ok(false) }
    /// Whether a negation is pending: never.
    [Torch, Method] fn is_neg(input: &Tensor) -> bool { let _ = input; Ok(false) }
    /// The real parts, a view; a real tensor itself.
    [Torch] fn real(input: &Tensor) -> Tensor { input.real_view() }
    /// The imaginary parts, a view.
    ///
    /// **Errors**: RuntimeError for real tensors.
    [Torch] fn imag(input: &Tensor) -> Tensor { input.imag_view() }
    /// A complex tensor as a real one with a last axis of real and imaginary part, a view.
    ///
    /// **Errors**: RuntimeError for real tensors.
    [Torch, Method] fn view_as_real(input: &Tensor) -> Tensor {
        ensure!(input.dtype().is_complex(), Runtime, "view_as_real is only supported for complex tensors");
        let mut out = input.reinterpret(real_layout(input.layout()), input.dtype().to_real());
        record_view(input, &mut out, Box::new(ViewAsReal), None);
        Ok(out)
    }
    /// A real tensor whose last axis has size 2 as a complex one, a view.
    ///
    /// **Errors**: RuntimeError unless the last axis has size 2 and stride 1 and the rest lies evenly.
    [Torch, Method] fn view_as_complex(input: &Tensor) -> Tensor {
        ensure!(matches!(input.dtype(), DType::F32 | DType::F64), Runtime, "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: {}", input.dtype().scalar_name());
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
        let mut out = input.reinterpret(layout, input.dtype().to_complex());
        record_view(input, &mut out, Box::new(ViewAsComplex), None);
        Ok(out)
    }
}

pub const TABLE: Table = &[COMPLEX];
