//! `grid_sample` and `affine_grid`. `grid_sample` has no second derivative, as in PyTorch.

use crate::base::{Dims, collected, numel};
use crate::error::{Error, Result};
use crate::kernels::cpu::nn::image::grid as kernel;
use crate::kernels::cpu::nn::image::grid::{Border, Grid, Mode};
use crate::kernels::gpu::nn::image::grid as card;
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
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
