//! Views: other sizes and strides over the same storage, and the way back for gradients.

use crate::base::{Device, Dims, Layout, Scalar, wrap_dim};
use crate::error::Result;
use crate::ops::create::copy::{self, full};
use crate::ops::driver::op::{Metas, Op, apply, record_views, view as show};
use crate::ops::table::Ints;
use crate::tensor::{Context, GradFn, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads};
use smallvec::smallvec;

/// A view's gradient: a name and a function of (context, gradient).
macro_rules! view_grad {
    ($($(#[$meta:meta])* $name:ident { $($field:ident: $ft:ty),* } $text:literal, |$self:ident, $cx:ident, $g:ident| $body:expr;)*) => {$(
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name { $(pub $field: $ft),* }
        impl GradFn for $name {
            fn grad_name(&self) -> &str { $text }
            fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
                let ($self, $cx) = (self, cx);
                match &g[0] { Some($g) => grads![Some($body?)], None => grads![None] }
            }
        }
    )*};
}

view_grad! {
    ViewGrad {} "ViewBackward0", |_s, cx, g| g.reshape_to(cx.shape(0));
    UnsafeViewGrad {} "UnsafeViewBackward0", |_s, cx, g| g.reshape_to(cx.shape(0));
    AliasGrad {} "AliasBackward0", |_s, _cx, g| Ok(g.clone());
    TGrad {} "TBackward0", |_s, _cx, g| g.transpose(0, 1);
    TransposeGrad { a: i64, b: i64 } "TransposeBackward0", |s, _cx, g| g.transpose(s.a, s.b);
    PermuteGrad { order: Dims } "PermuteBackward0", |s, _cx, g| g.permute_to(&inverse(&s.order));
    ExpandGrad {} "ExpandBackward0", |_s, cx, g| g.sum_to(cx.shape(0));
    SqueezeGrad { name: &'static str } "SqueezeBackward0", |_s, cx, g| g.reshape_to(cx.shape(0));
    SqueezeDimGrad {} "SqueezeBackward1", |_s, cx, g| g.reshape_to(cx.shape(0));
    UnsqueezeGrad {} "UnsqueezeBackward0", |_s, cx, g| g.reshape_to(cx.shape(0));
    SliceGrad { axis: usize, start: usize, step: usize } "SliceBackward0", |s, cx, g| {
        let out = zeros_like_shape(cx, g)?;
        with_part(&out, g, |l| l.slice(s.axis, s.start, g.shape()[s.axis], s.step))
    };
    SelectGrad { axis: usize, index: usize } "SelectBackward0", |s, cx, g| {
        let out = zeros_like_shape(cx, g)?;
        with_part(&out, g, |l| l.select(s.axis, s.index))
    };
    DiagonalGrad { offset: i64, a: usize, b: usize } "DiagonalBackward0", |s, cx, g| {
        let out = zeros_like_shape(cx, g)?;
        with_part(&out, g, |l| diagonal_layout(l, s.offset, s.a, s.b))
    };
    UnfoldGrad { axis: usize, size: usize, step: usize } "UnfoldBackward0", |s, cx, g| {
        let base = Layout::contiguous(cx.shape(0));
        spread(g, &base, &unfold_layout(&base, s.axis, s.size, s.step))
    };
    /// The gradient of a view given by strides, over a base that may have strides of its own.
    AsStrided { base: Layout, view: Layout } "AsStridedBackward0", |s, _cx, g| spread(g, &s.base, &s.view);
    UnbindGrad { axis: usize, index: usize } "UnbindBackward0", |s, cx, g| {
        let out = zeros_like_shape(cx, g)?;
        with_part(&out, g, |l| l.select(s.axis, s.index))
    };
}

fn zeros_like_shape(cx: &Context, g: &Tensor) -> Result<Tensor> {
    full(cx.shape(0), Scalar::Int(0), g.dtype(), g.device())
}

fn inverse(order: &[usize]) -> Dims {
    let mut out = Dims::from_elem(0, order.len());
    for (i, &o) in order.iter().enumerate() {
        out[o] = i;
    }
    out
}

/// `whole` with `part` put where `place` says: differentiable in `part`.
fn with_part(whole: &Tensor, part: &Tensor, place: impl Fn(&Layout) -> Layout) -> Result<Tensor> {
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
fn spread(g: &Tensor, base: &Layout, view: &Layout) -> Result<Tensor> {
    let zero = full(&base.shape, Scalar::Int(0), g.dtype(), g.device())?;
    apply(Scatter { base: base.clone(), view: view.clone(), replace: false }, &[&zero, g])
}

/// Elements of a base-shaped tensor at the places a view of the base shows.
#[derive(Debug, Clone)]
struct Gather {
    base: Layout,
    view: Layout,
}

/// A buffer laid out as the base's storage, holding the values of a base-shaped tensor.
fn storage_image(x: &Tensor, base: &Layout, view: &Layout) -> Result<(Tensor, usize)> {
    let start = base.offset.min(view.offset);
    let end = base.span_end().max(view.span_end()).max(start);
    let image = full(&[end - start], Scalar::Int(0), x.dtype(), Device::Cpu)?;
    let place = image.alias(Layout { offset: base.offset - start, ..base.clone() });
    copy::write_held(&place, x);
    Ok((image, start))
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
        let part = image.alias(Layout { offset: self.view.offset - start, ..self.view.clone() });
        copy::write_held(&out[0], &part);
        Ok(())
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => grads![Some(spread(g, &self.base, &self.view)?)],
            None => grads![None],
        }
    }
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
        let part = image.alias(Layout { offset: self.view.offset - start, ..self.view.clone() });
        if self.replace {
            copy::write_held(&part, x[1]);
        } else {
            super::part::add_strided(&part, x[1])?;
        }
        copy::write_held(
            &out[0],
            &image.alias(Layout { offset: self.base.offset - start, ..self.base.clone() }),
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

impl Tensor {
    /// Sums a gradient down to a shape it was broadcast from.
    pub fn sum_to(&self, shape: &[usize]) -> Result<Tensor> {
        if self.shape() == shape {
            return Ok(self.clone());
        }
        let lead = self.ndim() - shape.len();
        let dims: Ints = (0..self.ndim())
            .filter(|&i| i < lead || shape[i - lead] == 1 && self.shape()[i] != 1)
            .map(|i| i as i64)
            .collect();
        let out = if dims.is_empty() { self.clone() } else { self.sum_over(&dims, true)? };
        out.reshape_to(shape)
    }
    /// A view of the same elements in another shape, or nothing if strides forbid it.
    pub fn try_view(&self, shape: &[usize]) -> Result<Option<Tensor>> {
        match self.layout().view_as(shape) {
            Some(layout) => show(self, layout, ViewGrad {}).map(Some),
            None => Ok(None),
        }
    }
    /// Another shape of as many elements; a copy where strides forbid a view.
    pub fn reshape_to(&self, shape: &[usize]) -> Result<Tensor> {
        if self.shape() == shape {
            return Ok(self.clone());
        }
        let count = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
        ensure!(
            count == Some(self.numel()),
            Runtime,
            "shape '{shape:?}' is invalid for input of size {}",
            self.numel()
        );
        match self.try_view(shape)? {
            Some(v) => Ok(v),
            None => {
                let flat = self.contiguous()?;
                let layout = Layout { offset: flat.layout().offset, ..Layout::contiguous(shape) };
                show(&flat, layout, UnsafeViewGrad {})
            }
        }
    }
    pub fn permute_to(&self, order: &[usize]) -> Result<Tensor> {
        show(self, self.layout().permute(order), PermuteGrad { order: Dims::from_slice(order) })
    }
    /// Repeats along axes of size 1 (and new leading axes) without a copy.
    pub fn expand_to(&self, shape: &[usize]) -> Result<Tensor> {
        if self.shape() == shape {
            return Ok(self.clone());
        }
        show(self, self.layout().broadcast_to(shape), ExpandGrad {})
    }
    pub fn unsqueeze_at(&self, axis: usize) -> Result<Tensor> {
        show(self, self.layout().unsqueeze(axis), UnsqueezeGrad {})
    }
    /// `start..start + length` along an axis.
    pub fn narrow_at(&self, axis: usize, start: usize, length: usize, step: usize) -> Result<Tensor> {
        show(self, self.layout().slice(axis, start, length, step), SliceGrad { axis, start, step })
    }
    pub fn select_at(&self, axis: usize, index: usize) -> Result<Tensor> {
        show(self, self.layout().select(axis, index), SelectGrad { axis, index })
    }
    pub fn split_at(&self, axis: usize, sizes: &[usize]) -> Result<Vec<Tensor>> {
        let mut start = 0;
        let mut parts = Vec::with_capacity(sizes.len());
        for &size in sizes {
            parts.push(self.alias(self.layout().slice(axis, start, size, 1)));
            start += size;
        }
        record_views(self, &mut parts, Box::new(SplitGrad { axis }), Some("SplitBackward0"));
        Ok(parts)
    }
}

/// The error text of a reshape that cannot be.
fn bad_view(shape: &[i64], n: usize) -> String {
    format!("shape '{shape:?}' is invalid for input of size {n}")
}

/// Replaces the one `-1` of a shape.
pub fn infer_size(shape: &[i64], n: usize) -> Result<Dims> {
    let mut known = 1usize;
    let mut hole = None;
    for (i, &s) in shape.iter().enumerate() {
        match s {
            -1 => {
                ensure!(hole.is_none(), Runtime, "only one dimension can be inferred");
                hole = Some(i);
            }
            s if s < 0 => bail!(Runtime, "invalid shape dimension {s}"),
            s => {
                known = known.checked_mul(s as usize).ok_or_else(|| {
                    crate::error::Error::new(crate::error::Kind::Runtime, bad_view(shape, n))
                })?
            }
        }
    }
    let mut out: Dims = shape.iter().map(|&s| s.max(0) as usize).collect();
    match hole {
        Some(i) => {
            ensure!(
                known != 0,
                Runtime,
                "cannot reshape tensor of 0 elements into shape {shape:?} because the unspecified dimension size -1 can be any value and is ambiguous"
            );
            ensure!(n.is_multiple_of(known), Runtime, "{}", bad_view(shape, n));
            out[i] = n / known;
        }
        None => ensure!(known == n, Runtime, "{}", bad_view(shape, n)),
    }
    Ok(out)
}

/// Python's slice rules for bounds (steps are positive).
pub fn clamp_slice(start: i64, end: i64, n: usize) -> (usize, usize) {
    let n = n as i64;
    let fix = |v: i64| (if v < 0 { v.saturating_add(n) } else { v }).clamp(0, n);
    let (s, e) = (fix(start), fix(end));
    (s as usize, e.max(s) as usize)
}

pub fn diagonal_layout(l: &Layout, offset: i64, a: usize, b: usize) -> Layout {
    let (na, nb) = (l.shape[a] as i64, l.shape[b] as i64);
    let n = if offset >= 0 { na.min(nb - offset) } else { (na + offset).min(nb) }.max(0) as usize;
    let mut out = l.clone();
    if n > 0 {
        out.offset +=
            if offset >= 0 { offset as usize * l.strides[b] } else { (-offset) as usize * l.strides[a] };
    }
    for axis in [a.max(b), a.min(b)] {
        out.shape.remove(axis);
        out.strides.remove(axis);
    }
    out.shape.push(n);
    out.strides.push(l.strides[a] + l.strides[b]);
    out
}

pub fn unfold_layout(l: &Layout, axis: usize, size: usize, step: usize) -> Layout {
    let mut out = l.clone();
    if l.shape.is_empty() {
        out.shape.push(size);
        out.strides.push(1);
        return out;
    }
    out.shape[axis] = (l.shape[axis] - size) / step + 1;
    out.strides[axis] *= step;
    out.shape.push(size);
    out.strides.push(l.strides[axis]);
    out
}

/// Distinct wrapped axes.
pub fn wrap_dims(dims: &[i64], ndim: usize) -> Result<Dims> {
    let mut out = Dims::new();
    for &d in dims {
        let w = wrap_dim(d, ndim)?;
        ensure!(!out.contains(&w), Runtime, "dim {w} appears multiple times in the list of dims");
        out.push(w);
    }
    Ok(out)
}

/// The way back of all pieces at once: put together again.
#[derive(Debug)]
struct SplitGrad {
    axis: usize,
}

impl GradFn for SplitGrad {
    fn grad_name(&self) -> &str {
        "SplitBackward0"
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let pieces = g.iter().zip(&cx.node.outputs);
        let pieces: Vec<Tensor> = pieces
            .map(|(g, shape)| match g {
                Some(g) => Ok(g.clone()),
                None => full(&shape.dims, Scalar::Int(0), shape.dtype, shape.device),
            })
            .collect::<Result<_>>()?;
        grads![Some(super::join::concat(&pieces, self.axis as i64)?)]
    }
}
