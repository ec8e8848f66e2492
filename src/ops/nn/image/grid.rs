//! `grid_sample` and `affine_grid`.

use crate::base::{DType, Dims, collected, numel};
use crate::error::{Error, Result};
use crate::kernels::cpu::nn::image::grid as kernel;
use crate::kernels::cpu::nn::image::grid::{Border, Grid, Mode};
use crate::kernels::gpu::nn::image::grid as card;
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::driver::recompute;
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::warning::warn;
use crate::{bail, ensure, rows, with_dtype};
use smallvec::{SmallVec, smallvec};

/// Inputs: image and grid.
#[derive(Clone, Copy, Debug)]
struct Sample {
    mode: Mode,
    border: Border,
    align: bool,
    volume: bool,
}

impl Sample {
    fn geometry(&self, x: &[usize], grid: &[usize]) -> Grid {
        let axes = x.len() - 2;
        let mut input = [1; 3];
        input[3 - axes..].copy_from_slice(&x[2..]);
        let points = numel(&grid[1..grid.len() - 1]);
        Grid {
            n: x[0],
            c: x[1],
            input,
            axes,
            points,
            mode: self.mode,
            border: self.border,
            align: self.align,
        }
    }
}

impl Sample {
    fn on_card(&self, x: &Tensor) -> card::Reading {
        card::Reading { mode: self.mode, border: self.border, align: self.align, axes: x.ndim() - 2 }
    }
}

impl Op for Sample {
    fn name(&self) -> &'static str {
        "grid_sampler_2d_cpu_kernel_impl"
    }
    fn grad_name(&self) -> &'static str {
        if self.volume { "GridSampler3DBackward0" } else { "GridSampler2DBackward0" }
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Each
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        if !x[0].dtype().is_float() {
            return Err(Error::no_dtype(self.name(), x[0].dtype(), "floating dtypes"));
        }
        let mut shape = Dims::from_slice(&x[0].shape()[..2]);
        shape.extend_from_slice(&x[1].shape()[1..x[1].ndim() - 1]);
        Ok(smallvec![Meta::new(&shape, x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (src, grid) =
            (crate::ops::driver::memory::dense_held(x[0])?, crate::ops::driver::memory::dense_held(x[1])?);
        let g = self.geometry(src.shape(), grid.shape());
        // SAFETY: dense tensors of the shapes of the geometry
        with_dtype!(self.name(), src.dtype(), float, T => unsafe {
            kernel::sample::<T>(&g, src.ptr_of(), grid.ptr_of(), out[0].ptr_of());
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        card::sample(self.name(), &self.on_card(x[0]), x[0].place()?, x[1].place()?, out[0].place()?)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::INPUTS
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(smallvec![None, None]) };
        let wanted = [want.has(0), want.has(1)];
        let op = SampleGrad { kind: *self, wanted };
        let mut found = apply_multi(op, &[g, &cx.input(0)?, &cx.input(1)?])?.into_iter();
        Ok(wanted.iter().map(|&w| if w { found.next() } else { None }).collect())
    }
}

/// Gradients for image and grid. Inputs: g, image, grid.
#[derive(Clone, Copy, Debug)]
struct SampleGrad {
    kind: Sample,
    wanted: [bool; 2],
}

impl Op for SampleGrad {
    fn name(&self) -> &'static str {
        "grid_sampler_backward"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Each
    }
    fn grad_name(&self) -> &'static str {
        if self.kind.volume { "GridSampler3DBackwardBackward0" } else { "GridSampler2DBackwardBackward0" }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok((0..2)
            .filter(|&i| self.wanted[i])
            .map(|i| Meta::new(x[i + 1].shape(), x[i + 1].dtype()))
            .collect())
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let held: SmallVec<[Tensor; 3]> =
            x.iter().map(|t| crate::ops::driver::memory::dense_held(t)).collect::<Result<_>>()?;
        let g = self.kind.geometry(x[1].shape(), x[2].shape());
        with_dtype!(self.name(), x[0].dtype(), float, T => {
            let mut places = out.iter();
            let to = self.wanted.map(|w| w.then(|| places.next()).flatten().map_or(std::ptr::null_mut(), |o| o.ptr_of::<T>()));
            // SAFETY: dense tensors of the shapes of the geometry
            unsafe { kernel::sample_backward::<T>(&g, held[0].ptr_of(), held[1].ptr_of(), held[2].ptr_of(), to[0], to[1]) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let reading = self.kind.on_card(x[1]);
        let (g, image, grid) = (x[0].place()?, x[1].place()?, x[2].place()?);
        let mut places = out.iter();
        if self.wanted[0]
            && let Some(to) = places.next()
        {
            card::image_gradient(self.name(), &reading, g, grid, to.place()?)?;
        }
        if self.wanted[1]
            && let Some(to) = places.next()
        {
            card::grid_gradient(self.name(), &reading, g, image, grid, to.place()?)?;
        }
        Ok(())
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::INPUTS
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let inputs = [cx.input(0)?, cx.input(1)?, cx.input(2)?];
        let (kind, wanted) = (self.kind, self.wanted);
        let mut out = recompute::by_parts(&inputs, want, g, |x| {
            let seed = [Some(x[0].clone())];
            // the nearest pixel is the same all around: without a gradient for the image there is none
            let found = match kind.mode == Mode::Nearest && !wanted[0] {
                true => Grads::from_iter([None, None]),
                false => recompute::gradients(&x[1..], Want::of(wanted.into_iter()), &seed, |x| {
                    Ok(vec![kind.composed(&x[0], &x[1])?])
                })?,
            };
            let each = found.into_iter().zip(&x[1..]).zip(wanted).filter(|(_, wanted)| *wanted);
            each.map(|((g, like), _)| g.map_or_else(|| like.zeros_alike(), Ok)).collect()
        })?;
        if want.has(2) && out[2].is_none() {
            out[2] = Some(inputs[2].zeros_alike()?);
        }
        Ok(out)
    }
}

/// What places read along one axis: an index, whether it lies in the image, and its weight (none counts as one).
type Tap = (Tensor, Tensor, Option<Tensor>);

/// A position brought to the image's edge, where it stays whatever the coordinate.
fn clipped(x: &Tensor, top: f64) -> Result<Tensor> {
    let at = x.detach();
    let free = at.gt(0.0)?.logical_and(at.lt(top)?)?;
    let low = at.gt(0.0)?.choose(&at, 0.0)?; // nan goes to 0
    free.choose(x, &low.lt(top)?.choose(&low, top)?)
}

impl Sample {
    /// A position brought into an image of so many pixels.
    fn inside(&self, x: &Tensor, size: usize) -> Result<Tensor> {
        let (n, top) = (size as f64, size as f64 - 1.0);
        let (low, span) = if self.align { (0.0, 2.0 * top) } else { (-0.5, 2.0 * n) };
        match self.border {
            Border::Zeros => Ok(x.clone()),
            Border::Edge => clipped(x, top),
            Border::Reflect if span > 0.0 => {
                let d = x.sub(low)?.abs()?;
                let flips = d.detach().div(span)?.trunc()?;
                let extra = d.sub(flips.mul(span)?)?;
                let other = extra.neg()?.add(span)?;
                let back = extra.detach().gt(other.detach())?;
                clipped(&back.choose(&other, &extra)?.add(low)?, top)
            }
            Border::Reflect => x.detach().zeros_alike(),
        }
    }
    /// What the coordinates of an axis read, in the graph.
    fn taps(&self, coordinate: &Tensor, size: usize) -> Result<Vec<Tap>> {
        let (n, top) = (size as f64, size as f64 - 1.0);
        let x = coordinate.add(1.0)?.mul(if self.align { top / 2.0 } else { n / 2.0 })?;
        let x = if self.align { x } else { x.sub(0.5)? };
        let tap = |at: &Tensor, weight: Option<Tensor>| -> Result<Tap> {
            let inside = at.ge(0.0)?.logical_and(at.lt(n)?)?;
            Ok((inside.choose(at, 0.0)?.cast(DType::I64)?, inside, weight))
        };
        match self.mode {
            Mode::Nearest => Ok(vec![tap(&self.inside(&x, size)?.detach().round(0)?, None)?]),
            Mode::Linear => {
                let x = self.inside(&x, size)?;
                let low = x.detach().floor()?;
                let far = x.sub(&low)?;
                let near = far.neg()?.add(1.0)?;
                Ok(vec![tap(&low, Some(near))?, tap(&low.add(1.0)?, Some(far))?])
            }
            Mode::Cubic => {
                let low = x.detach().floor()?;
                let t = x.sub(&low)?;
                let each = |k: usize| {
                    let at = self.inside(&low.add(k as f64 - 1.0)?, size)?.detach();
                    tap(&at, Some(cubic(&t, k)?))
                };
                (0..4).map(each).collect()
            }
        }
    }
    /// The values at the places, of public ops.
    fn composed(&self, image: &Tensor, grid: &Tensor) -> Result<Tensor> {
        let (axes, shape, places) = (image.ndim() - 2, image.shape(), grid.shape());
        let (n, c, points) = (shape[0], shape[1], numel(&places[1..=axes]));
        let grid = grid.reshape_to(&[n, points, axes])?;
        let mut all: Vec<Tap> = Vec::new();
        for (a, &size) in shape[2..].iter().enumerate() {
            let line = self.taps(&grid.select(-1, (axes - 1 - a) as i64)?, size)?;
            if a == 0 {
                all = line;
                continue;
            }
            let mut next = Vec::with_capacity(all.len() * line.len());
            for (at, inside, weight) in &all {
                for (i, within, factor) in &line {
                    let weight = match (weight, factor) {
                        (Some(w), Some(f)) => Some(w.mul(f)?),
                        _ => None,
                    };
                    next.push((at.mul(size as i64)?.add(i)?, inside.logical_and(within)?, weight));
                }
            }
            all = next;
        }
        let planes = image.reshape_to(&[n, c, numel(&shape[2..])])?;
        let mut sum: Option<Tensor> = None;
        for (at, inside, weight) in all {
            let read = planes.gather(2, &at.unsqueeze(1)?.expand_to(&[n, c, points])?, false)?;
            let mut value = read.keep(&inside.unsqueeze(1)?)?;
            if let Some(weight) = weight {
                value = value.mul(weight.unsqueeze(1)?)?;
            }
            sum = Some(match sum {
                Some(sum) => sum.add(value)?,
                None => value,
            });
        }
        let Some(sum) = sum else { bail!(Internal, "grid_sample: no axes") };
        let mut out = Dims::from_slice(&[n, c]);
        out.extend_from_slice(&places[1..=axes]);
        sum.reshape_to(&out)
    }
}

/// The weight of the cubic at distance `t` past the second of four points; see the kernel.
fn cubic(t: &Tensor, k: usize) -> Result<Tensor> {
    const A: f64 = -0.75;
    let near = |d: &Tensor| d.mul(A + 2.0)?.sub(A + 3.0)?.mul(d)?.mul(d)?.add(1.0);
    let far = |d: &Tensor| d.mul(A)?.sub(5.0 * A)?.mul(d)?.add(8.0 * A)?.mul(d)?.sub(4.0 * A);
    match k {
        0 => far(&t.add(1.0)?),
        1 => near(t),
        2 => near(&t.neg()?.add(1.0)?),
        _ => far(&t.neg()?.add(2.0)?),
    }
}

const CORNERS: &str = "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.";

fn python(v: &[i64]) -> String {
    format!("({})", v.iter().map(|s| s.to_string()).collect::<Vec<_>>().join(", "))
}

fn sampled(input: &Tensor, grid: &Tensor, kind: Sample) -> Result<Tensor> {
    let (x, g) = (input.shape(), grid.shape());
    let n = input.ndim().saturating_sub(2);
    ensure!(
        (input.ndim() >= 3 || grid.ndim() >= 3) && input.ndim() > 0 && grid.ndim() > 0,
        Runtime,
        "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes {x:?} and grid with sizes {g:?}"
    );
    ensure!(
        x[0] == g[0],
        Runtime,
        "grid_sampler(): expected grid and input to have same batch size, but got input with sizes {x:?} and grid with sizes {g:?}"
    );
    ensure!(
        g[g.len() - 1] == n,
        Runtime,
        "grid_sampler(): expected grid to have size {n} in last dimension, but got grid with sizes {g:?}"
    );
    ensure!(
        (n == 2 || n == 3) && g.len() == x.len(),
        Runtime,
        "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes {x:?} and grid with sizes {g:?}"
    );
    if let Some(i) = (2..x.len()).find(|&i| x[i] == 0) {
        bail!(
            Runtime,
            "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes {x:?} with dimension {i} being empty"
        );
    }
    ensure!(
        !(n == 3 && kind.mode == Mode::Cubic),
        Runtime,
        "grid_sampler(): bicubic interpolation only supports 4D input"
    );
    ensure!(
        input.dtype() == grid.dtype(),
        Runtime,
        "expected scalar type {} but found {}",
        input.dtype().scalar_name(),
        grid.dtype().scalar_name()
    );
    apply(kind, &[input, grid])
}

/// Positions of pixels from -1 to 1.
fn positions(size: usize, align: bool) -> Result<Vec<f64>> {
    let n = size as f64;
    let at = |i: usize| if n > 1.0 { 2.0 * i as f64 / (n - 1.0) - 1.0 } else { 0.0 };
    collected(size, (0..size).map(|i| if align { at(i) } else { at(i) * (n - 1.0) / n }))
}

rows! { GRID:
    /// Values of images (N, C, ...) at the places of a grid (N, ..., axes) with coordinates in [-1, 1], last axis first.
    ///
    /// Args: mode: bilinear, nearest or bicubic; padding_mode: zeros, border or reflection; align_corners: whether -1 and 1
    /// are the centres of the corner pixels or their edges.
    ///
    /// ```text
    /// >>> theta = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    /// >>> grid = F.affine_grid(theta, (1, 1, 2, 2), align_corners=False)
    /// >>> F.grid_sample(torch.arange(4.0).view(1, 1, 2, 2), grid, align_corners=False)
    /// tensor([[[[0., 1.],
    ///           [2., 3.]]]])
    /// ```
    [Nn] autocast Float32 fn grid_sample(input: &Tensor, grid: &Tensor, mode: &str = "bilinear", padding_mode: &str = "zeros", align_corners: Option<bool> = None) -> Tensor {
        if align_corners.is_none() { warn(CORNERS); }
        let mode = match mode {
            "bilinear" => Mode::Linear,
            "nearest" => Mode::Nearest,
            "bicubic" => Mode::Cubic,
            m => bail!(Value, "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '{m}'"),
        };
        let border = match padding_mode {
            "zeros" => Border::Zeros,
            "border" => Border::Edge,
            "reflection" => Border::Reflect,
            m => bail!(Value, "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: '{m}'"),
        };
        sampled(input, grid, Sample { mode, border, align: align_corners.unwrap_or(false), volume: input.ndim() == 5 })
    }
    /// A grid for `grid_sample` from affine maps: (N, 2, 3) for images, (N, 3, 4) for volumes of a `size` (N, C, ...).
    ///
    /// ```text
    /// >>> theta = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    /// >>> F.affine_grid(theta, (1, 3, 4, 5), align_corners=False).shape
    /// torch.Size([1, 4, 5, 2])
    /// ```
    [Nn] fn affine_grid(theta: &Tensor, size: &[i64], align_corners: Option<bool> = None) -> Tensor {
        match align_corners {
            None => warn(CORNERS),
            Some(true) if size.iter().skip(2).min() == Some(&1) => warn("Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This is not an intended use case of affine_grid. See the documentation of affine_grid for details."),
            _ => {}
        }
        ensure!(theta.dtype().is_float(), Value, "Expected theta to have floating point type, but got torch.{}", theta.dtype().name());
        let n = size.len().saturating_sub(2);
        let t = theta.shape();
        match n {
            2 | 3 => ensure!(theta.ndim() == 3 && t[1] == n && t[2] == n + 1, Value, "Expected a batch of {n}D affine matrices of shape Nx{n}x{} for size {}. Got torch.Size({t:?}).", n + 1, python(size)),
            _ => bail!(NotImplemented, "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size {}.", python(size)),
        }
        ensure!(size.iter().all(|&s| s > 0), Value, "Expected non-zero, positive output size. Got {}", python(size));
        let align = align_corners.unwrap_or(false);
        let sizes: Vec<usize> = size[2..].iter().map(|&s| s as usize).collect();
        let lines: Vec<Vec<f64>> = sizes.iter().map(|&s| positions(s, align)).collect::<Result<_>>()?;
        let points = numel(&sizes);
        let mut base = Vec::with_capacity(points * (n + 1));
        for p in 0..points {
            let mut rest = p;
            for a in (0..n).rev() {
                base.push(lines[a][rest % sizes[a]]);
                rest /= sizes[a];
            }
            base.push(1.0);
        }
        let base = Tensor::from_slice(&base, &[points, n + 1])?.convert(Some(theta.dtype()), Some(theta.device()), false, crate::base::MemoryFormat::Preserve)?;
        let out = base.matmul(&theta.transpose(1, 2)?)?;
        let mut shape = Dims::from_slice(&[t[0]]);
        shape.extend_from_slice(&sizes);
        shape.push(n);
        out.reshape_to(&shape)
    }
}

pub const TABLE: Table = &[GRID];
