//! Colours of pictures: what the functions of `transforms` compute by these passes over pixels.

use crate::base::{DType, Dims, Layout, Scalar};
use crate::error::{Error, Result};
use crate::kernels::cpu::vision::color as kernel;
use crate::kernels::cpu::vision::color::{Bright, Rgb};
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{dense_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::table::Table;
use crate::tensor::{Context, Meta, Tensor};
use crate::{ensure, rows};
use smallvec::{SmallVec, smallvec};

/// The picture as kernels read it: channels apart or side by side, in one run of memory; copied if it lies otherwise.
fn pixels(x: &Tensor) -> Result<(Tensor, Rgb)> {
    let n = x.ndim();
    let apart = x.is_contiguous();
    let last = !apart && side_by_side(x);
    let x = if apart || last { x.clone() } else { dense_held(x)? };
    let pixels = x.shape()[n - 2..].iter().product();
    Ok((x.clone(), Rgb { pictures: x.shape()[..n - 3].iter().product(), pixels, last }))
}

/// Whether the three channels of each pixel lie side by side, and pictures one after another.
fn side_by_side(x: &Tensor) -> bool {
    x.strides() == layout_of(x.shape(), true).strides.as_slice()
}

/// A layout of pictures with their channels side by side, or apart.
fn layout_of(shape: &[usize], last: bool) -> Layout {
    let n = shape.len();
    let mut order: Dims = (0..n).collect();
    if last {
        order[n - 3..].copy_from_slice(&[n - 2, n - 1, n - 3]);
    }
    Layout::permuted_dense(shape, &order)
}

/// Bytes or single precision, of three channels.
fn check(op: &str, x: &Tensor) -> Result<()> {
    if !matches!(x.dtype(), DType::U8 | DType::F32) {
        return Err(Error::no_dtype(op, x.dtype(), "uint8 and float32"));
    }
    let n = x.ndim();
    ensure!(
        n >= 3 && x.shape()[n - 3] == 3,
        Runtime,
        "{op}: pictures have shape (..., 3, H, W), not {:?}",
        x.shape()
    );
    Ok(())
}

/// One pass over pixels.
#[derive(Clone, Copy, Debug)]
enum Pass {
    /// The brightness of each pixel; of bytes as it is, or whole.
    Grey { whole: bool },
    /// A part of each picture and the rest of its grey one. Inputs: pictures, and a brightness for each that stands for the grey one.
    Blend { ratio: f64 },
    /// How often each byte is there, row by row.
    Counts,
    /// What tables say for each byte. Inputs: bytes, and tables.
    LookUp,
}

impl Op for Pass {
    fn name(&self) -> &'static str {
        match self {
            Pass::Grey { .. } => "grey",
            Pass::Blend { .. } => "blend",
            Pass::Counts => "counts_of_bytes",
            Pass::LookUp => "look_up",
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (layout, dtype) = match self {
            Pass::Grey { .. } => {
                let mut shape = Dims::from_slice(x[0].shape());
                let c = shape.len() - 3;
                shape[c] = 1;
                (Layout::contiguous(&shape), DType::F32)
            }
            Pass::Blend { .. } => {
                (layout_of(x[0].shape(), !x[0].is_contiguous() && side_by_side(x[0])), x[0].dtype())
            }
            Pass::Counts => (Layout::contiguous(&[x[0].shape()[0], 256]), DType::I64),
            Pass::LookUp if x[1].shape()[0] == 1 && x[0].layout().is_non_overlapping_and_dense() => {
                (Layout { offset: 0, ..x[0].layout().clone() }, DType::U8)
            }
            Pass::LookUp => (Layout::contiguous(x[0].shape()), DType::U8),
        };
        Ok(smallvec![Meta { layout, dtype }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        match *self {
            Pass::Grey { whole } => grey_of(x[0], whole, &out[0]),
            Pass::Blend { ratio } => blend_of(x, ratio, &out[0]),
            Pass::Counts => counts(x[0], &out[0]),
            Pass::LookUp => looked_up(x, &out[0]),
        }
    }
}

#[allow(unsafe_code)]
fn grey_of(x: &Tensor, whole: bool, out: &Tensor) -> Result<()> {
    let (x, p) = pixels(x)?;
    // SAFETY: pictures of these sizes, and one channel of each
    unsafe {
        match x.dtype() {
            DType::U8 => kernel::grey::<u8>(p, whole, x.ptr_of(), out.ptr_of()),
            _ => kernel::grey::<f32>(p, whole, x.ptr_of(), out.ptr_of()),
        }
    }
    Ok(())
}

fn blend_of(x: &[&Tensor], ratio: f64, out: &Tensor) -> Result<()> {
    let of = x.get(1).map(|t| dense_held(t)).transpose()?;
    let of = of.as_ref().map(|t| t.ptr_of::<f32>().cast_const());
    let (x, p) = pixels(x[0])?;
    match x.dtype() {
        DType::U8 => run::<u8>(&x, p, ratio, of, out),
        _ => run::<f32>(&x, p, ratio, of, out),
    }
    Ok(())
}

#[allow(unsafe_code)]
fn run<T: Bright>(x: &Tensor, p: Rgb, ratio: f64, of: Option<*const f32>, out: &Tensor) {
    // SAFETY: pictures of these sizes, and a number for each
    unsafe { kernel::blend::<T>(p, ratio as f32, (1.0 - ratio) as f32, x.ptr_of(), of, out.ptr_of()) }
}

#[allow(unsafe_code)]
fn counts(x: &Tensor, out: &Tensor) -> Result<()> {
    let x = dense_held(x)?;
    // SAFETY: dense rows of bytes, and a table for each
    unsafe { kernel::counts(x.shape()[0], x.shape()[1], x.ptr_of(), out.ptr_of()) };
    Ok(())
}

#[allow(unsafe_code)]
fn looked_up(x: &[&Tensor], out: &Tensor) -> Result<()> {
    let tables = dense_held(x[1])?;
    let rows = tables.shape()[0];
    let x = if x[0].strides() == out.strides() { x[0].clone() } else { dense_held(x[0])? };
    let n = x.numel().checked_div(rows).unwrap_or(0);
    // SAFETY: both lie alike and densely; the rows divide them, and each has a table
    unsafe { kernel::look_up(rows, n, rows == 1, x.ptr_of(), tables.ptr_of(), out.ptr_of()) };
    Ok(())
}

/// `(x - mean) / std` with a mean and a deviation for each channel, the third axis from behind: the difference is rounded, then the
/// quotient. Other channels than those of `x` never meet it.
#[derive(Clone, Debug)]
struct Normalize {
    mean: SmallVec<[f64; 4]>,
    std: SmallVec<[f64; 4]>,
}

impl Op for Normalize {
    fn name(&self) -> &'static str {
        "normalize_channels"
    }
    fn grad_name(&self) -> &'static str {
        "NormalizeChannelsBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::like(x[0], x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let to = out[0].layout();
        // what lies otherwise is copied first, and normalised where it lies then
        let from = if x[0].strides() == out[0].strides() {
            x[0]
        } else {
            write_held(&out[0], x[0]);
            &out[0]
        };
        let run = to.strides[to.shape.len() - 3];
        let by = (self.mean.as_slice(), self.std.as_slice());
        // SAFETY: both lie alike and densely, in runs of one channel after those of another; they may be the same
        unsafe {
            match from.dtype() {
                DType::F32 => kernel::normalize::<f32>(to.numel(), run, by, from.ptr_of(), out[0].ptr_of()),
                _ => kernel::normalize::<f64>(to.numel(), run, by, from.ptr_of(), out[0].ptr_of()),
            }
        }
        Ok(())
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn diagonal(&self) -> bool {
        true
    }
    fn grad(&self, _: &Context, g: &Tensor) -> Result<Tensor> {
        apply(Normalize { mean: smallvec![0.0; self.mean.len()], std: self.std.clone() }, &[g])
    }
}

rows! { COLOR:
    /// `(x - mean) / std` of the channels of pictures (..., C, H, W) in float32 or float64.
    ///
    /// Args: mean, std: a number for each channel.
    [Vision] fn normalize_channels(image: &Tensor, mean: &[Scalar], std: &[Scalar]) -> Tensor {
        let n = image.ndim();
        ensure!(matches!(image.dtype(), DType::F32 | DType::F64), Runtime, "normalize_channels: float32 and float64, not {}", image.dtype().name());
        ensure!(
            n >= 3 && image.shape()[n - 3] == mean.len() && mean.len() == std.len(),
            Runtime,
            "normalize_channels: a mean and a deviation for each channel of (..., C, H, W), not {} and {} for {:?}", mean.len(), std.len(), image.shape()
        );
        let of = |v: &[Scalar]| v.iter().map(|v| v.to_f64()).collect();
        apply(Normalize { mean: of(mean), std: of(std) }, &[image])
    }
    /// The brightness of pictures (..., 3, H, W) in float32, by the weights of ITU-R 601-2; `whole` cuts it to whole numbers.
    [Vision] fn grey(image: &Tensor, whole: bool) -> Tensor {
        check("grey", image)?;
        apply(Pass::Grey { whole }, &[image])
    }
    /// `ratio` of pictures (..., 3, H, W) and the rest of their grey ones, or of `brightness` (...), one number for each.
    [Vision] fn blend(image: &Tensor, ratio: f64, brightness: Option<&Tensor>) -> Tensor {
        check("blend", image)?;
        let Some(of) = brightness else { return apply(Pass::Blend { ratio }, &[image]) };
        let pictures: usize = image.shape()[..image.ndim() - 3].iter().product();
        ensure!(
            of.dtype() == DType::F32 && of.numel() == pictures,
            Runtime,
            "blend: a brightness of float32 for each of {pictures} pictures, but got {} of {}", of.numel(), of.dtype().name()
        );
        apply(Pass::Blend { ratio }, &[image, of])
    }
    /// How often each byte is there in each row of (N, L), (N, 256).
    [Vision] fn counts_of_bytes(input: &Tensor) -> Tensor {
        ensure!(input.dtype() == DType::U8 && input.ndim() == 2, Runtime, "counts_of_bytes: rows of bytes, not {:?} of {}", input.shape(), input.dtype().name());
        apply(Pass::Counts, &[input])
    }
    /// What `tables` (N, 256) say for every byte of `input`, whose elements are cut into N parts of one length.
    [Vision] fn look_up(input: &Tensor, tables: &Tensor) -> Tensor {
        ensure!(
            input.dtype() == DType::U8 && tables.dtype() == DType::U8 && tables.ndim() == 2 && tables.shape()[1] == 256,
            Runtime,
            "look_up: bytes and tables (N, 256) of bytes, not {:?} of {}", tables.shape(), tables.dtype().name()
        );
        let rows = tables.shape()[0];
        ensure!(rows > 0 && input.numel().is_multiple_of(rows), Runtime, "look_up: {rows} tables do not divide {} elements", input.numel());
        apply(Pass::LookUp, &[input, tables])
    }
}

pub const TABLE: Table = &[COLOR];
