//! Pooling: the ops. Rows are in `rows.rs`.

use crate::autograd::grad_enabled;
use crate::base::{DType, Dims, MemoryFormat, Scalar, numel};
use crate::error::{Error, Result};
use crate::kernels::cpu::index::slice_of;
use crate::kernels::cpu::nn::pool as kernel;
use crate::kernels::cpu::nn::pool::plane::PlanePair;
use crate::kernels::cpu::nn::pool::{Pool, Windows, plane};
use crate::kernels::gpu::nn::pool as card;
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::memory::{fill_held, index_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::driver::samples::as_one_batch;
use crate::ops::nn::image::{format_of, is_channels_last, laid_out_held};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, grads, with_dtype};
use smallvec::smallvec;

/// Where the windows of one axis lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    Fixed { kernel: usize, stride: usize, padding: usize, dilation: usize },
    Adaptive,
}

/// The geometry of a pooling: windows over the last `spatial` axes.
#[derive(Clone, Debug)]
pub struct Geometry {
    pub name: &'static str,
    pub spatial: usize,
    pub axes: [Axis; 3],
    /// Sizes before and after, of the spatial axes only.
    pub input: Dims,
    pub output: Dims,
    pub include_pad: bool,
    pub divisor: Option<i64>,
}

impl Geometry {
    /// The shape with the spatial sizes replaced.
    fn shape(&self, x: &[usize], sizes: &[usize]) -> Dims {
        let mut out = Dims::from_slice(&x[..x.len() - self.spatial]);
        out.extend_from_slice(sizes);
        out
    }
    fn windows(&self) -> [Windows; 3] {
        let lead = 3 - self.spatial;
        std::array::from_fn(|i| {
            if i < lead {
                return Windows::none();
            }
            let (n, o) = (self.input[i - lead], self.output[i - lead]);
            match self.axes[i - lead] {
                Axis::Adaptive => Windows::adaptive(n, o),
                Axis::Fixed { kernel, stride, padding, dilation } => {
                    Windows::fixed(n, o, kernel, stride, padding, dilation, self.include_pad)
                }
            }
        })
    }
    /// Samples and channels in front of the spatial axes.
    fn lead(&self, x: &[usize]) -> (usize, usize) {
        let lead = &x[..x.len() - self.spatial];
        (if lead.len() > 1 { numel(&lead[..lead.len() - 1]) } else { 1 }, lead.last().copied().unwrap_or(1))
    }
    fn pool(&self, x: &[usize], format: MemoryFormat) -> Pool {
        let (n, c) = self.lead(x);
        Pool { n, c, channels_last: is_channels_last(format), windows: self.windows() }
    }
    /// Whether no element is in two windows.
    fn apart(&self) -> bool {
        (0..self.spatial).all(|i| match self.axes[i] {
            Axis::Adaptive => self.input[i].is_multiple_of(self.output[i].max(1)),
            Axis::Fixed { kernel, stride, dilation, .. } => stride > (kernel - 1) * dilation,
        })
    }
    fn planes(&self, x: &[usize], format: MemoryFormat) -> PlanePair {
        let (n, c) = self.lead(x);
        let (big, small) = (numel(&self.input), numel(&self.output));
        PlanePair { n, c, channels_last: is_channels_last(format), big, small }
    }
    /// The windows as a graphics card's kernels see them.
    fn on_card(&self) -> card::Windows {
        let one = card::Fixed { kernel: 1, stride: 1, padding: 0, dilation: 1 };
        let lead = 3 - self.spatial;
        let axes = std::array::from_fn(|i| match i.checked_sub(lead).map(|i| self.axes[i]) {
            None => Some(one),
            Some(Axis::Adaptive) => None,
            Some(Axis::Fixed { kernel, stride, padding, dilation }) => {
                Some(card::Fixed { kernel, stride, padding, dilation })
            }
        });
        let (spatial, include_pad, divisor) = (self.spatial, self.include_pad, self.divisor);
        card::Windows { axes, spatial, include_pad, divisor }
    }
    fn spans(&self) -> [plane::Spans; 3] {
        let lead = 3 - self.spatial;
        std::array::from_fn(|i| {
            if i < lead {
                return vec![(0, 1, 1)];
            }
            let (n, o) = (self.input[i - lead] as i64, self.output[i - lead]);
            let span = |j: usize| match self.axes[i - lead] {
                Axis::Fixed { kernel, stride, padding, .. } => {
                    let begin = (j * stride) as i64 - padding as i64;
                    let end = (begin + kernel as i64).min(n + padding as i64);
                    let (a, b) = (begin.max(0), end.min(n));
                    (a as usize, b.max(a) as usize, if self.include_pad { end - begin } else { b - a })
                }
                Axis::Adaptive => (j * n as usize / o, ((j + 1) * n as usize).div_ceil(o), 1),
            };
            (0..o).map(span).collect()
        })
    }
}

/// Values and positions of the greatest elements of windows.
#[derive(Clone, Debug)]
struct MaxPool {
    geo: Geometry,
    adaptive: bool,
    indices: bool,
    format: MemoryFormat,
}

impl Op for MaxPool {
    const PICKS: bool = true;
    fn name(&self) -> &'static str {
        self.geo.name
    }
    fn grad_name(&self) -> &'static str {
        match (self.adaptive, self.geo.spatial) {
            (true, 3) => "AdaptiveMaxPool3DBackward0",
            (true, _) => "AdaptiveMaxPool2DBackward0",
            (false, 3) => "MaxPool3DWithIndicesBackward0",
            (false, _) => "MaxPool2DWithIndicesBackward0",
        }
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        as_one_batch(self, x, out, n, u64::MAX)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let d = x[0].dtype();
        if d.is_complex() || d == DType::Bool || self.adaptive && !d.is_float() {
            return Err(Error::no_dtype(self.geo.name, d, "floating and integer dtypes"));
        }
        let shape = self.geo.shape(x[0].shape(), &self.geo.output);
        let mut out: Metas = smallvec![Meta::with_format(&shape, d, self.format)];
        if self.indices {
            out.push(Meta::with_format(&shape, DType::I64, self.format));
        }
        Ok(out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let src = laid_out_held(x[0], self.format, x[0].dtype())?;
        let pool = self.geo.pool(x[0].shape(), self.format);
        let indices = out.get(1).map_or(std::ptr::null_mut(), |t| t.ptr_of::<i64>());
        // SAFETY: dense tensors of the shapes inferred, held by the driver
        with_dtype!(self.geo.name, src.dtype(), real, T => unsafe {
            kernel::max_pool::<T>(&pool, src.ptr_of(), out[0].ptr_of(), indices);
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let at = out.get(1).map(|t| t.place()).transpose()?;
        card::max_pool(self.geo.name, &self.geo.on_card(), x[0].place()?, out[0].place()?, at)
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let (geo, format, back) = (self.geo.clone(), self.format, self.back_name());
        let op = Scatter { geo, format, anywhere: false, back };
        apply(op, &[g, &cx.output(1)?])
    }
}

impl MaxPool {
    fn back_name(&self) -> &'static str {
        match (self.adaptive, self.geo.spatial) {
            (true, 3) => "AdaptiveMaxPool3DBackwardBackward0",
            (true, _) => "AdaptiveMaxPool2DBackwardBackward0",
            (false, 3) => "MaxPool3DWithIndicesBackwardBackward0",
            (false, _) => "MaxPool2DWithIndicesBackwardBackward0",
        }
    }
}

/// The first position outside planes of `big` elements.
#[allow(unsafe_code)]
fn outside(at: &Tensor, big: usize) -> Option<i64> {
    // SAFETY: dense int64 elements, in whatever order
    crate::kernels::cpu::index::outside(
        unsafe { slice_of(at.ptr_of::<i64>().cast(), at.numel()) },
        0,
        big as i64,
    )
}

/// Positions in planes, dense in a format. Whoever has them may have written to them since they were made.
fn places_held(x: &Tensor, format: MemoryFormat, big: usize) -> Result<Tensor> {
    let at = if x.storage().is_exposed() { index_held(x)? } else { x.clone() };
    let at = laid_out_held(&at, format, DType::I64)?;
    match outside(&at, big) {
        Some(bad) => bail!(Runtime, "Found an invalid max index: {bad} (a plane has {big} elements)"),
        None => Ok(at),
    }
}

/// Small planes added into big ones at positions: the gradient of maximum pooling. Inputs: values, positions.
#[derive(Clone, Debug)]
pub struct Scatter {
    pub geo: Geometry,
    pub format: MemoryFormat,
    /// Positions may lie outside the windows of the geometry.
    pub anywhere: bool,
    /// The name of the node of the gradient's gradient.
    pub back: &'static str,
}

impl Op for Scatter {
    fn name(&self) -> &'static str {
        self.geo.name
    }
    fn grad_name(&self) -> &'static str {
        self.back
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        as_one_batch(self, x, out, n, u64::MAX)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let shape = self.geo.shape(x[0].shape(), &self.geo.input);
        Ok(smallvec![Meta::with_format(&shape, x[0].dtype(), self.format)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let g = laid_out_held(x[0], self.format, x[0].dtype())?;
        let p = self.geo.planes(x[0].shape(), self.format);
        let at = places_held(x[1], self.format, p.big)?;
        let PlanePair { n, c, channels_last, big: input, small: output } = p;
        let apart = !self.anywhere && self.geo.apart();
        let send = kernel::Send { n, c, channels_last, input, output, apart };
        // SAFETY: dense tensors of the shapes inferred; the positions are checked
        with_dtype!(self.geo.name, g.dtype(), float, T => unsafe {
            kernel::max_pool_backward::<T>(&send, g.ptr_of(), at.ptr_of(), out[0].ptr_of());
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (g, at, out) = (x[0].place()?, x[1].place()?, out[0].place()?);
        card::scatter(self.geo.name, &self.geo.on_card(), self.anywhere, g, at, out)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(2)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let (geo, format, back) = (self.geo.clone(), self.format, self.back);
        let op = Gather { geo, format, anywhere: self.anywhere, back };
        grads![Some(apply(op, &[g, &cx.input(1)?])?), None]
    }
}

/// Elements of big planes at positions. Inputs: values, positions.
#[derive(Clone, Debug)]
struct Gather {
    geo: Geometry,
    format: MemoryFormat,
    anywhere: bool,
    back: &'static str,
}

impl Op for Gather {
    fn name(&self) -> &'static str {
        self.geo.name
    }
    fn grad_name(&self) -> &'static str {
        self.back
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        as_one_batch(self, x, out, n, u64::MAX)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::with_format(x[1].shape(), x[0].dtype(), self.format)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let src = laid_out_held(x[0], self.format, x[0].dtype())?;
        let p = self.geo.planes(x[0].shape(), self.format);
        let at = places_held(x[1], self.format, p.big)?;
        // SAFETY: dense tensors of the shapes inferred; the positions are checked
        with_dtype!(self.geo.name, src.dtype(), any, T => unsafe {
            plane::gather::<T>(p, src.ptr_of(), at.ptr_of(), out[0].ptr_of());
        });
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        card::gather(self.geo.name, self.geo.spatial, x[0].place()?, x[1].place()?, out[0].place()?)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(2)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let (geo, format, back) = (self.geo.clone(), self.format, self.back);
        let op = Scatter { geo, format, anywhere: self.anywhere, back };
        grads![Some(apply(op, &[g, &cx.input(1)?])?), None]
    }
}

/// Zeros with small planes put in at positions (`max_unpool`). Inputs: values, positions.
#[derive(Clone, Debug)]
struct Place {
    geo: Geometry,
    format: MemoryFormat,
}

impl Op for Place {
    fn name(&self) -> &'static str {
        self.geo.name
    }
    fn grad_name(&self) -> &'static str {
        if self.geo.spatial == 3 { "MaxUnpool3DBackward0" } else { "MaxUnpool2DBackward0" }
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        as_one_batch(self, x, out, n, u64::MAX)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let shape = self.geo.shape(x[0].shape(), &self.geo.input);
        Ok(smallvec![Meta::with_format(&shape, x[0].dtype(), self.format)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let src = laid_out_held(x[0], self.format, x[0].dtype())?;
        let p = self.geo.planes(x[0].shape(), self.format);
        let at = laid_out_held(
            &if x[1].storage().is_exposed() { index_held(x[1])? } else { x[1].clone() },
            self.format,
            DType::I64,
        )?;
        if let Some(bad) = outside(&at, p.big) {
            let sizes: Vec<String> = self.geo.input.iter().map(|n| n.to_string()).collect();
            bail!(
                Runtime,
                "Found an invalid max index: {bad} (output volumes are of size {})",
                sizes.join("x")
            );
        }
        // SAFETY: dense tensors of the shapes inferred; positions are checked
        with_dtype!(self.geo.name, src.dtype(), any, T => unsafe {
            plane::place::<T>(p, src.ptr_of(), at.ptr_of(), out[0].ptr_of());
        });
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        fill_held(&out[0], Scalar::Int(0));
        card::place(self.geo.name, self.geo.spatial, x[0].place()?, x[1].place()?, out[0].place()?)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(2)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let (geo, format) = (self.geo.clone(), self.format);
        let op = Gather { geo, format, anywhere: true, back: "MaxUnpoolBackwardBackward0" };
        grads![Some(apply(op, &[g, &cx.input(1)?])?), None]
    }
}

/// Averages of windows; `transposed`, each average goes back in equal parts.
#[derive(Clone, Debug)]
struct AvgPool {
    geo: Geometry,
    transposed: bool,
    first: bool,
    format: MemoryFormat,
}

impl Op for AvgPool {
    fn name(&self) -> &'static str {
        self.geo.name
    }
    fn grad_name(&self) -> &'static str {
        match (self.geo.axes[0], self.geo.spatial, self.first) {
            (Axis::Adaptive, 3, true) => "AdaptiveAvgPool3DBackward0",
            (Axis::Adaptive, _, true) => "AdaptiveAvgPool2DBackward0",
            (_, 3, true) => "AvgPool3DBackward0",
            (_, _, true) => "AvgPool2DBackward0",
            (Axis::Adaptive, 3, _) => "AdaptiveAvgPool3DBackwardBackward0",
            (Axis::Adaptive, _, _) => "AdaptiveAvgPool2DBackwardBackward0",
            (_, 3, _) => "AvgPool3DBackwardBackward0",
            _ => "AvgPool2DBackwardBackward0",
        }
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        as_one_batch(self, x, out, n, u64::MAX)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let d = x[0].dtype();
        let adaptive = self.geo.axes[0] == Axis::Adaptive;
        if !d.is_float() && (adaptive || d != DType::I64) {
            return Err(Error::no_dtype(self.geo.name, d, "floating dtypes"));
        }
        let sizes = if self.transposed { &self.geo.input } else { &self.geo.output };
        Ok(smallvec![Meta::with_format(&self.geo.shape(x[0].shape(), sizes), d, self.format)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let src = laid_out_held(x[0], self.format, x[0].dtype())?;
        let divisor = self.geo.divisor;
        if src.dtype() == DType::I64 {
            let (n, c) = self.geo.lead(x[0].shape());
            let mut sizes = [1; 3];
            sizes[3 - self.geo.spatial..].copy_from_slice(&self.geo.input);
            let (src, to) = (
                crate::ops::driver::memory::dense_held(x[0])?,
                Tensor::empty(out[0].shape(), DType::I64, out[0].device())?,
            );
            // SAFETY: contiguous tensors of the sizes of the geometry
            unsafe {
                plane::avg_pool_int::<i64>(
                    n * c,
                    sizes,
                    &self.geo.spans(),
                    divisor,
                    src.ptr_of(),
                    to.ptr_of(),
                )
            };
            crate::ops::driver::memory::write_held(&out[0], &to);
            return Ok(());
        }
        let pool = self.geo.pool(x[0].shape(), self.format);
        let divisor = divisor.map(|d| d as f64);
        // SAFETY: dense tensors of the shapes inferred, held by the driver
        with_dtype!(self.geo.name, src.dtype(), float, T => unsafe {
            if self.transposed {
                kernel::avg_pool_backward::<T>(&pool, divisor, src.ptr_of(), out[0].ptr_of());
            } else {
                kernel::avg_pool::<T>(&pool, divisor, src.ptr_of(), out[0].ptr_of());
            }
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        card::avg_pool(self.geo.name, &self.geo.on_card(), self.transposed, x[0].place()?, out[0].place()?)
    }
    fn grad(&self, _: &Context, g: &Tensor) -> Result<Tensor> {
        let op = AvgPool {
            geo: self.geo.clone(),
            transposed: !self.transposed,
            first: false,
            format: self.format,
        };
        apply(op, &[g])
    }
}

/// One-dimensional pooling is two-dimensional over a height of 1, as its graph shows.
fn one_dimensional(geo: &mut Geometry) {
    geo.spatial = 2;
    geo.axes = [Axis::Fixed { kernel: 1, stride: 1, padding: 0, dilation: 1 }, geo.axes[0], geo.axes[0]];
    if geo.axes[1] == Axis::Adaptive {
        geo.axes[0] = Axis::Adaptive;
    }
    geo.input.insert(0, 1);
    geo.output.insert(0, 1);
}

fn squeezed(t: &Tensor) -> Result<Tensor> {
    t.squeeze_dims(&[-2])
}

/// Maximum pooling: values, and positions if wanted.
pub fn max(input: &Tensor, mut geo: Geometry, want_indices: bool) -> Result<(Tensor, Option<Tensor>)> {
    if geo.spatial == 1 {
        one_dimensional(&mut geo);
        let (v, i) = max(&input.unsqueeze_at(input.ndim() - 1)?, geo, want_indices)?;
        return Ok((squeezed(&v)?, i.map(|i| squeezed(&i)).transpose()?));
    }
    let adaptive = geo.axes[0] == Axis::Adaptive;
    let keeps = !(adaptive && geo.spatial == 3);
    let format = if keeps { format_of(input) } else { MemoryFormat::Contiguous };
    let indices = want_indices || grad_enabled() && input.requires_grad();
    let mut outs = apply_multi(MaxPool { geo, adaptive, indices, format }, &[input])?;
    let positions = if want_indices { outs.pop() } else { None };
    Ok((outs.swap_remove(0), positions))
}

/// Average pooling.
pub fn avg(input: &Tensor, mut geo: Geometry) -> Result<Tensor> {
    if geo.spatial == 1 {
        one_dimensional(&mut geo);
        return squeezed(&avg(&input.unsqueeze_at(input.ndim() - 1)?, geo)?);
    }
    let format = if geo.spatial == 3 { MemoryFormat::Contiguous } else { format_of(input) };
    apply(AvgPool { geo, transposed: false, first: true, format }, &[input])
}

/// The inverse of maximum pooling: `geo.input` are the sizes wanted, `geo.output` those there are.
pub fn unpool(input: &Tensor, indices: &Tensor, mut geo: Geometry) -> Result<Tensor> {
    if geo.spatial == 1 {
        one_dimensional(&mut geo);
        let at = input.ndim() - 1;
        return squeezed(&unpool(&input.unsqueeze_at(at)?, &indices.unsqueeze_at(at)?, geo)?);
    }
    let format = if geo.spatial == 3 { MemoryFormat::Contiguous } else { format_of(input) };
    apply(Place { geo, format }, &[input, indices])
}
