//! One element out of each line: `kthvalue`, `median`, `nanmedian`, `mode`.

use crate::base::{DType, Scalar, numel, wrap_dim};
use crate::error::{Error, Result};
use crate::kernels::cpu::order::grid::Grid;
use crate::kernels::cpu::order::select::{Pick, pick};
use crate::kernels::gpu::order::select as gpu;
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::order::sort::from_picked;
use crate::ops::reduce::axes::Axes;
use crate::ops::reduce::extreme::evenly_over_all;
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, Meta, Tensor, Want};
use crate::{ensure, rows, with_dtype};
use smallvec::smallvec;

#[derive(Debug)]
struct Picked {
    what: Pick,
    axis: usize,
    keepdim: bool,
}

impl Op for Picked {
    const PICKS: bool = true;
    fn name(&self) -> &'static str {
        match self.what {
            Pick::Place(_) => "kthvalue",
            Pick::Median => "median",
            Pick::NanMedian => "nanmedian",
            Pick::Mode => "mode",
        }
    }
    fn grad_name(&self) -> &'static str {
        match self.what {
            Pick::Place(_) => "KthvalueBackward0",
            Pick::Median => "MedianBackward1",
            Pick::NanMedian => "NanmedianBackward1",
            Pick::Mode => "ModeBackward0",
        }
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        if x[0].ndim() == 0 {
            Batching::Loop
        } else {
            Batching::Shifted(Picked { axis: self.axis + n, ..*self })
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let x = x[0];
        let axes = Axes { axes: smallvec![self.axis], keepdim: self.keepdim };
        let named = if matches!(self.what, Pick::NanMedian) { "median" } else { self.name() };
        axes.check_nonempty(named, x.shape())?;
        check_dtype(self.what, x.dtype(), "median_out")?;
        let shape = axes.shape(x.shape());
        Ok(smallvec![Meta::new(&shape, x.dtype()), Meta::new(&shape, DType::I64)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let x = x[0];
        let grid = Grid::new(x.shape(), x.strides(), self.axis);
        with_dtype!(self.name(), x.dtype(), real, T => {
            // SAFETY: the grid follows the layout of `x`, whose storage is held; results are dense, one for each line
            unsafe { pick::<T>(&grid, x.ptr_of(), self.what, out[0].ptr_of(), out[1].ptr_of()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        // results with the axis back, of size 1
        let axes = Axes { axes: smallvec![self.axis], keepdim: self.keepdim };
        let (values, at) = (axes.keep(&out[0], x[0].shape())?, axes.keep(&out[1], x[0].shape())?);
        gpu::pick(self.name(), on_gpu(self.what), x[0].place()?, self.axis, values.place()?, at.place()?)
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        from_picked(g, cx, self.axis, self.keepdim)
    }
}

fn on_gpu(what: Pick) -> gpu::Pick {
    match what {
        Pick::Place(k) => gpu::Pick::Place(k),
        Pick::Median => gpu::Pick::Median,
        Pick::NanMedian => gpu::Pick::NanMedian,
        Pick::Mode => gpu::Pick::Mode,
    }
}

fn check_dtype(what: Pick, d: DType, median: &str) -> Result<()> {
    let kernel = match what {
        Pick::Place(_) => "kthvalue_cpu",
        Pick::Median | Pick::NanMedian => median,
        Pick::Mode => "mode_cpu",
    };
    if d.is_complex() || d == DType::Bool && !matches!(what, Pick::Mode) {
        return Err(Error::no_kernel(kernel, d));
    }
    Ok(())
}

fn picked(input: &Tensor, what: Pick, dim: i64, keepdim: bool, fields: &'static Fields) -> Result<Named> {
    let axis = wrap_dim(dim, input.ndim())?;
    Ok(Named(fields, apply_multi(Picked { what, axis, keepdim }, &[input])?.into_iter().collect()))
}

/// The median of a whole tensor. Gradients are shared evenly by ties.
#[derive(Debug)]
struct Median(Pick);

impl Median {
    /// The median of each of `count` pieces of the tensor.
    #[allow(unsafe_code)]
    fn lines(&self, x: &Tensor, count: usize, out: &Tensor) -> Result<()> {
        if x.numel() == 0 {
            let empty = if x.dtype().is_float() { Scalar::Float(f64::NAN) } else { Scalar::Int(i64::MIN) };
            crate::ops::driver::memory::fill_held(out, empty);
            return Ok(());
        }
        let x = crate::ops::driver::memory::dense_held(x)?;
        let each = x.numel() / count;
        let grid = Grid::new(&[count, each], &[each, 1], 1);
        let at = Tensor::empty(&[count], DType::I64, x.device())?;
        with_dtype!(self.name(), x.dtype(), real, T => {
            // SAFETY: the grid is the lines of the dense `x`; a result for each
            unsafe { pick::<T>(&grid, x.ptr_of(), self.0, out.ptr_of(), at.ptr_of()) };
            Ok(())
        })
    }
}

impl Op for Median {
    fn name(&self) -> &'static str {
        if matches!(self.0, Pick::Median) { "median" } else { "nanmedian" }
    }
    fn grad_name(&self) -> &'static str {
        if matches!(self.0, Pick::Median) { "MedianBackward0" } else { "NanmedianBackward0" }
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        self.lines(&x[0], numel(&x[0].shape()[..n]), &out[0])
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_dtype(self.0, x[0].dtype(), "median_cpu")?;
        Ok(smallvec![Meta::new(&[], x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.lines(x[0], 1, &out[0])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if x[0].numel() == 0 {
            return self.cpu(x, out);
        }
        let x = crate::ops::driver::memory::dense_held(x[0])?;
        let line = x.alias(crate::base::Layout {
            offset: x.layout().offset,
            ..crate::base::Layout::contiguous(&[x.numel()])
        })?;
        let at = Tensor::empty(&[1], DType::I64, x.device())?;
        let value = out[0].alias(crate::base::Layout {
            offset: out[0].layout().offset,
            ..crate::base::Layout::contiguous(&[1])
        })?;
        gpu::pick(self.name(), on_gpu(self.0), line.place()?, 0, value.place()?, at.place()?)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::ALL
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        evenly_over_all(g, &cx.input(0)?, &cx.output(0)?)
    }
}

static KTHVALUE: Fields = Fields { name: "kthvalue", fields: &["values", "indices"] };
static MEDIAN: Fields = Fields { name: "median", fields: &["values", "indices"] };
static NANMEDIAN: Fields = Fields { name: "nanmedian", fields: &["values", "indices"] };
static MODE: Fields = Fields { name: "mode", fields: &["values", "indices"] };

rows! { SELECT:
    /// The `k`-th least element along an axis (from 1), and where it is.
    ///
    /// Errors: RuntimeError if `k` is out of range.
    ///
    /// ```text
    /// >>> torch.kthvalue(torch.tensor([5, 1, 3]), 2).values
    /// tensor(3)
    /// ```
    [Torch, Method] fn kthvalue(input: &Tensor, k: i64, dim: i64 = -1, keepdim: bool = false) -> Named {
        let axis = wrap_dim(dim, input.ndim())?;
        let n = input.shape().get(axis).copied().unwrap_or(1) as i64;
        Axes { axes: smallvec![axis], keepdim }.check_nonempty("kthvalue", input.shape())?;
        ensure!(k >= 1 && k <= n, Runtime, "kthvalue(): selected number k out of range for dimension {axis}");
        picked(input, Pick::Place(k as usize - 1), dim, keepdim, &KTHVALUE)
    }
    /// The lower middle of all elements in order; nan if there is one.
    ///
    /// ```text
    /// >>> torch.median(torch.tensor([5, 1, 3, 4]))
    /// tensor(3)
    /// ```
    [Torch, Method] fn median(input: &Tensor) -> Tensor { apply(Median(Pick::Median), &[input]) }
    /// The lower middles along an axis, and where they are; the first nan where there is one.
    [Torch, Method] fn median_dim = "median"(input: &Tensor, dim: i64, keepdim: bool = false) -> Named { picked(input, Pick::Median, dim, keepdim, &MEDIAN) }
    /// The lower middle of the elements that are not nan.
    ///
    /// ```text
    /// >>> torch.nanmedian(torch.tensor([5.0, float("nan"), 3.0]))
    /// tensor(3.)
    /// ```
    [Torch, Method] fn nanmedian(input: &Tensor) -> Tensor { apply(Median(Pick::NanMedian), &[input]) }
    /// The lower middles of the elements along an axis that are not nan, and where they are.
    [Torch, Method] fn nanmedian_dim = "nanmedian"(input: &Tensor, dim: i64, keepdim: bool = false) -> Named { picked(input, Pick::NanMedian, dim, keepdim, &NANMEDIAN) }
    /// The most frequent elements along an axis (the least of several), and their last positions.
    ///
    /// ```text
    /// >>> torch.mode(torch.tensor([5, 1, 1, 3])).values
    /// tensor(1)
    /// ```
    [Torch, Method] fn mode(input: &Tensor, dim: i64 = -1, keepdim: bool = false) -> Named { picked(input, Pick::Mode, dim, keepdim, &MODE) }
}

pub const TABLE: Table = &[SELECT];
