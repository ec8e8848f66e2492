//! The part of a base that a view shows: read, replaced and added to. What the history of views is made of.

use crate::base::{Device, Layout, Scalar};
use crate::error::Result;
use crate::grads;
use crate::kernels::cpu::create::copy as kernel;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::full;
use crate::ops::driver::op::{Metas, Op};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use smallvec::smallvec;

/// `whole` with `part` put where `place` says: differentiable in `part`.
pub(crate) fn with_part(whole: &Tensor, part: &Tensor, place: impl Fn(&Layout) -> Layout) -> Result<Tensor> {
    let view = place(&Layout::contiguous(whole.shape()));
    apply(Scatter { base: Layout::contiguous(whole.shape()), view, replace: false }, &[whole, part])
}

/// The part of a base-shaped gradient that a view of the base shows.
pub fn region(g: &Tensor, base: &Layout, view: &Layout) -> Result<Tensor> {
    apply(Gather { base: base.clone(), view: view.clone() }, &[g])
}

/// A base-shaped gradient with the viewed part replaced (by zero where there is nothing).
pub fn with_region(g: &Tensor, part: Option<&Tensor>, base: &Layout, view: &Layout) -> Result<Tensor> {
    let zero;
    let part = match part {
        Some(p) => p,
        None => {
            zero = full(&view.shape, Scalar::Int(0), g.dtype(), g.device())?;
            &zero
        }
    };
    apply(Scatter { base: base.clone(), view: view.clone(), replace: true }, &[g, part])
}

/// Adds a view-shaped gradient into zeros of the base's shape; places shown twice add up.
pub(crate) fn spread(g: &Tensor, base: &Layout, view: &Layout) -> Result<Tensor> {
    let zero = full(&base.shape, Scalar::Int(0), g.dtype(), g.device())?;
    apply(Scatter { base: base.clone(), view: view.clone(), replace: false }, &[&zero, g])
}

/// Elements of a base-shaped tensor at the places a view of the base shows.
#[derive(Debug, Clone)]
struct Gather {
    base: Layout,
    view: Layout,
}

impl Op for Gather {
    fn name(&self) -> &'static str {
        "as_strided"
    }
    fn grad_name(&self) -> &'static str {
        "AsStridedBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.view.shape, x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (image, start) = storage_image(x[0], &self.base, &self.view)?;
        let part = image.alias(Layout { offset: self.view.offset - start, ..self.view.clone() })?;
        crate::ops::driver::memory::write_held(&out[0], &part);
        Ok(())
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => grads![Some(spread(g, &self.base, &self.view)?)],
            None => grads![None],
        }
    }
}

/// A buffer laid out as the base's storage, holding the values of a base-shaped tensor.
fn storage_image(x: &Tensor, base: &Layout, view: &Layout) -> Result<(Tensor, usize)> {
    let start = base.offset.min(view.offset);
    let end = base.span_end().max(view.span_end()).max(start);
    let image = full(&[end - start], Scalar::Int(0), x.dtype(), Device::Cpu)?;
    let place = image.alias(Layout { offset: base.offset - start, ..base.clone() })?;
    crate::ops::driver::memory::write_held(&place, x);
    Ok((image, start))
}

/// A base-shaped tensor with a view-shaped one put in (`replace`) or added.
#[derive(Debug, Clone)]
struct Scatter {
    base: Layout,
    view: Layout,
    replace: bool,
}

impl Op for Scatter {
    fn name(&self) -> &'static str {
        "as_strided_scatter"
    }
    fn grad_name(&self) -> &'static str {
        "AsStridedScatterBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.base.shape, x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (image, start) = storage_image(x[0], &self.base, &self.view)?;
        let part = image.alias(Layout { offset: self.view.offset - start, ..self.view.clone() })?;
        if self.replace {
            crate::ops::driver::memory::write_held(&part, x[1]);
        } else {
            add_strided(&part, x[1])?;
        }
        crate::ops::driver::memory::write_held(
            &out[0],
            &image.alias(Layout { offset: self.base.offset - start, ..self.base.clone() })?,
        );
        Ok(())
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let whole = want.then(0, || {
            if self.replace { with_region(g, None, &self.base, &self.view) } else { Ok(g.clone()) }
        })?;
        grads![whole, want.then(1, || region(g, &self.base, &self.view))?]
    }
}

/// `dst += src` element by element in order, where places of `dst` may coincide. The caller holds both storages.
pub fn add_strided(dst: &Tensor, src: &Tensor) -> Result<()> {
    let src = crate::ops::driver::memory::dense_cast_held(src, dst.dtype())?;
    // SAFETY: the layout of `dst` and as many dense elements, both held by the caller
    #[allow(unsafe_code)]
    unsafe {
        kernel::add(dst.shape(), dst.ptr(), dst.strides(), src.ptr(), dst.dtype())
    };
    Ok(())
}
