//! The part of a base that a view shows: read, replaced and added to. What the history of views is made of.

use crate::base::{DType, Device, Dims, Layout, Scalar};
use crate::error::Result;
use crate::grads;
use crate::kernels::cpu::create::copy as kernel;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{fill_held, full, surround_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use smallvec::smallvec;

/// Zeros of a shape with `part` where `place` says.
pub(crate) fn zeros_with(
    shape: &[usize],
    part: &Tensor,
    place: impl Fn(&Layout) -> Layout,
) -> Result<Tensor> {
    let base = Layout::contiguous(shape);
    spread(part, &Window::new(&base, &place(&base)))
}

/// How the elements of a view lie in those of its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Same,
    /// Two of the view in one of the base: the parts of complex numbers (`real`, `imag`, `view_as_real`).
    Half,
    /// One of the view in two of the base: pairs of floats as complex numbers (`view_as_complex`).
    Pair,
}

/// A base and a view of it: two layouts over one storage, each in elements of its own tensor.
#[derive(Debug, Clone)]
pub struct Window {
    base: Layout,
    view: Layout,
    unit: Unit,
}

impl Window {
    pub fn of(base: &Tensor, view: &Tensor) -> Window {
        let unit = match (base.dtype().is_complex(), view.dtype().is_complex()) {
            (true, false) => Unit::Half,
            (false, true) => Unit::Pair,
            _ => Unit::Same,
        };
        Window { base: base.layout().clone(), view: view.layout().clone(), unit }
    }
    /// The same of each sample, with axes of samples of these sizes in front (`vmap`): each in memory of its own.
    fn behind(&self, samples: &[usize]) -> Window {
        let (start, end) = self.reach();
        // for pairs every sample begins evenly
        let step = if self.unit == Unit::Same { end - start } else { (end - start).next_multiple_of(2) };
        let seen = match self.unit {
            Unit::Same => step,
            Unit::Half => step * 2,
            Unit::Pair => step / 2,
        };
        let lead = |l: &Layout, step: usize| {
            let (mut shape, mut strides) = (Dims::from_slice(samples), Layout::contiguous(samples).strides);
            strides.iter_mut().for_each(|s| *s *= step);
            shape.extend_from_slice(&l.shape);
            strides.extend_from_slice(&l.strides);
            Layout { shape, strides, offset: l.offset }
        };
        Window { base: lead(&self.base, step), view: lead(&self.view, seen), unit: self.unit }
    }
    /// For a view of the same dtype.
    pub fn new(base: &Layout, view: &Layout) -> Window {
        Window { base: base.clone(), view: view.clone(), unit: Unit::Same }
    }
    /// The dtype of the view, from that of the base.
    fn shown(&self, base: DType) -> DType {
        match self.unit {
            Unit::Same => base,
            Unit::Half => base.to_real(),
            Unit::Pair => base.to_complex(),
        }
    }
    /// The dtype of the base, from that of the view.
    fn under(&self, view: DType) -> DType {
        match self.unit {
            Unit::Same => view,
            Unit::Half => view.to_complex(),
            Unit::Pair => view.to_real(),
        }
    }
    /// The elements of the base's storage that either layout reaches. They begin evenly, so that pairs stay pairs.
    fn reach(&self) -> (usize, usize) {
        let (first, end) = (self.view.offset, self.view.span_end());
        let (first, end) = match self.unit {
            Unit::Same => (first, end),
            Unit::Half => (first / 2, end.div_ceil(2)),
            Unit::Pair => (first * 2, end * 2),
        };
        let start = self.base.offset.min(first) & !1;
        (start, self.base.span_end().max(end).max(start))
    }
    /// The view as a layout over the memory of a base-shaped tensor, where that and the base are dense.
    fn within(&self, x: &Tensor) -> Option<Layout> {
        let base = &self.base;
        let inside = self.view.offset >= base.offset && self.view.span_end() <= base.offset + base.numel();
        let alike = self.unit == Unit::Same && base.is_contiguous() && x.layout().is_contiguous();
        let offset = || x.layout().offset + self.view.offset - base.offset;
        (alike && inside).then(|| Layout { offset: offset(), ..self.view.clone() })
    }
    /// As `within`, where the view shows no place twice.
    fn apart(&self, x: &Tensor) -> Option<Layout> {
        self.within(x).filter(|view| !view.may_self_overlap())
    }
    /// A buffer laid out as the base's storage with the values of a base-shaped tensor: as the base sees it and as the
    /// view does.
    fn image(&self, x: &Tensor) -> Result<[Tensor; 2]> {
        let (start, end) = self.reach();
        let image = full(&[end - start], Scalar::Int(0), x.dtype(), x.device())?;
        let whole = image.alias(Layout { offset: self.base.offset - start, ..self.base.clone() })?;
        write_held(&whole, x);
        let start = match self.unit {
            Unit::Same => start,
            Unit::Half => start * 2,
            Unit::Pair => start / 2,
        };
        let part = Layout { offset: self.view.offset - start, ..self.view.clone() };
        Ok([whole, image.reinterpret(part, self.shown(x.dtype()))?])
    }
}

/// The part of a base-shaped gradient that a view of the base shows.
pub fn region(g: &Tensor, window: &Window) -> Result<Tensor> {
    apply(Gather(window.clone()), &[g])
}

/// A base-shaped gradient with the viewed part replaced (by zero where there is nothing).
pub fn with_region(g: &Tensor, part: Option<&Tensor>, window: &Window) -> Result<Tensor> {
    let zero;
    let part = match part {
        Some(p) => p,
        None => {
            zero = full(&window.view.shape, Scalar::Int(0), window.shown(g.dtype()), g.device())?;
            &zero
        }
    };
    apply(Scatter(window.clone()), &[g, part])
}

/// Adds a view-shaped gradient into zeros of the base's shape; places shown twice add up.
pub(crate) fn spread(g: &Tensor, window: &Window) -> Result<Tensor> {
    apply(Spread(window.clone()), &[g])
}

/// Elements of a base-shaped tensor at the places a view of the base shows.
#[derive(Debug, Clone)]
struct Gather(Window);

impl Op for Gather {
    fn name(&self) -> &'static str {
        "as_strided"
    }
    fn grad_name(&self) -> &'static str {
        "AsStridedBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let window = self.0.behind(&out[0].shape()[..n]);
        Gather(window).cpu(&x.iter().collect::<Vec<_>>(), out)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.0.view.shape, self.0.shown(x[0].dtype()))])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let part = match self.0.within(x[0]) {
            Some(view) => x[0].alias(view)?,
            None => {
                let [_, part] = self.0.image(x[0])?;
                part
            }
        };
        write_held(&out[0], &part);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn grad(&self, _: &Context, g: &Tensor) -> Result<Tensor> {
        spread(g, &self.0)
    }
}

/// A base-shaped tensor with a view-shaped one put in.
#[derive(Debug, Clone)]
struct Scatter(Window);

impl Op for Scatter {
    fn name(&self) -> &'static str {
        "as_strided_scatter"
    }
    fn grad_name(&self) -> &'static str {
        "AsStridedScatterBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let window = self.0.behind(&out[0].shape()[..n]);
        Scatter(window).cpu(&x.iter().collect::<Vec<_>>(), out)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.0.base.shape, x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if let Some(view) = self.0.apart(&out[0]) {
            write_held(&out[0], x[0]);
            write_held(&out[0].alias(view)?, x[1]);
            return Ok(());
        }
        let [whole, part] = self.0.image(x[0])?;
        write_held(&part, x[1]);
        write_held(&out[0], &whole);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let whole = want.then(0, || with_region(g, None, &self.0))?;
        grads![whole, want.then(1, || region(g, &self.0))?]
    }
}

/// Zeros of the base's shape with a view-shaped tensor added.
#[derive(Debug, Clone)]
struct Spread(Window);

impl Op for Spread {
    fn name(&self) -> &'static str {
        "as_strided_scatter"
    }
    fn grad_name(&self) -> &'static str {
        "AsStridedScatterBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let window = self.0.behind(&out[0].shape()[..n]);
        Spread(window).cpu(&x.iter().collect::<Vec<_>>(), out)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.0.base.shape, self.0.under(x[0].dtype()))])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if let Some(view) = self.0.apart(&out[0]) {
            return surround_held(&out[0], view, x[0], Scalar::Int(0));
        }
        fill_held(&out[0], Scalar::Int(0));
        if let Some(view) = self.0.within(&out[0]) {
            return add_strided(&out[0].alias(view)?, x[0]);
        }
        let [whole, part] = self.0.image(&out[0])?;
        add_strided(&part, x[0])?;
        write_held(&out[0], &whole);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn grad(&self, _: &Context, g: &Tensor) -> Result<Tensor> {
        region(g, &self.0)
    }
}

/// `dst += src` element by element in order, where places of `dst` may coincide. The caller holds both storages.
pub fn add_strided(dst: &Tensor, src: &Tensor) -> Result<()> {
    if let Device::Gpu(_) = dst.device() {
        return crate::kernels::gpu::create::copy::add(dst.place()?, src.place()?);
    }
    let src = crate::ops::driver::memory::dense_cast_held(src, dst.dtype())?;
    // SAFETY: the layout of `dst` and as many dense elements, both held by the caller
    #[allow(unsafe_code)]
    unsafe {
        kernel::add(dst.shape(), dst.ptr(), dst.strides(), src.ptr(), dst.dtype())
    };
    Ok(())
}
