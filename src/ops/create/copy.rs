//! Moving elements: clone, copy_, casts, contiguous, fill. And the kernel calls that the driver itself needs.

use crate::base::{DType, Device, Layout, MemoryFormat, Scalar};
use crate::error::Result;
use crate::kernels::cpu::create::copy as kernel;
use crate::ops::driver::op::{Metas, Op, apply, apply_in_place};
use crate::ops::table::Table;
use crate::storage::Guard;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows};
use smallvec::smallvec;

/// Writes `src` into `dst` (same shape) with conversion; no graph.
pub fn write(dst: &Tensor, src: &Tensor) -> Result<()> {
    if dst.device() == Device::Meta {
        return Ok(());
    }
    let _guard = Guard::take([src.storage()].into_iter(), [dst.storage()].into_iter());
    write_held(dst, src);
    Ok(())
}

/// As [`write`], while the caller holds both storages.
pub fn write_held(dst: &Tensor, src: &Tensor) {
    let layout = if src.shape() == dst.shape() {
        src.layout().clone()
    } else {
        src.layout().broadcast_to(dst.shape())
    };
    // SAFETY: both layouts lie within their storages; the driver has refused self-overlapping destinations, and a
    // source in the same storage is either the same elements or was copied before
    #[allow(unsafe_code)]
    unsafe {
        kernel::copy(
            dst.shape(),
            dst.ptr(),
            dst.strides(),
            dst.dtype(),
            src.ptr(),
            &layout.strides,
            src.dtype(),
        )
    }
}

/// A copy with its own storage, outside the graph.
pub fn dense_copy(x: &Tensor) -> Result<Tensor> {
    let out = Tensor::alloc(Meta::like(x, x.dtype()), x.device())?;
    write(&out, x)?;
    Ok(out)
}

/// The same data contiguous, outside the graph; no copy if it already is.
pub fn dense(x: &Tensor) -> Result<Tensor> {
    if x.is_contiguous() {
        return Ok(x.clone());
    }
    let out = Tensor::empty(x.shape(), x.dtype(), x.device())?;
    write(&out, x)?;
    Ok(out)
}

/// Contiguous data while the caller already holds the storage of `x`.
pub fn dense_held(x: &Tensor) -> Result<Tensor> {
    if x.is_contiguous() {
        return Ok(x.clone());
    }
    let out = Tensor::empty(x.shape(), x.dtype(), x.device())?;
    write_held(&out, x);
    Ok(out)
}

/// Contiguous data of a dtype while the caller already holds the storage of `x`.
pub fn dense_cast_held(x: &Tensor, dtype: DType) -> Result<Tensor> {
    if x.dtype() == dtype {
        return dense_held(x);
    }
    let out = Tensor::empty(x.shape(), dtype, x.device())?;
    write_held(&out, x);
    Ok(out)
}

/// Every element becomes `value`, while the caller holds the storage for writing.
pub fn fill_held(x: &Tensor, value: Scalar) {
    // SAFETY: the layout lies within the storage, which is held for writing
    #[allow(unsafe_code)]
    unsafe {
        kernel::fill(x.shape(), x.ptr(), x.strides(), x.dtype(), value)
    };
}

/// Every element becomes `value`; no graph.
pub fn fill_data(x: &Tensor, value: Scalar) -> Result<()> {
    if x.device() == Device::Meta {
        return Ok(());
    }
    let _guard = Guard::take([].into_iter(), [x.storage()].into_iter());
    fill_held(x, value);
    Ok(())
}

/// A new tensor filled with one value.
pub fn full(shape: &[usize], value: Scalar, dtype: DType, device: Device) -> Result<Tensor> {
    let t = Tensor::empty(shape, dtype, device)?;
    fill_data(&t, value)?;
    Ok(t)
}

#[derive(Debug)]
struct Clone {
    format: MemoryFormat,
}

fn formatted(x: &Tensor, dtype: DType, format: MemoryFormat) -> Result<Meta> {
    Ok(match format {
        MemoryFormat::Preserve => Meta::like(x, dtype),
        f => Meta { layout: Layout::dense(x.shape(), f)?, dtype },
    })
}

impl Op for Clone {
    fn name(&self) -> &'static str {
        "clone"
    }
    fn grad_name(&self) -> &'static str {
        "CloneBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![formatted(x[0], x[0].dtype(), self.format)?])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0], x[0]);
        Ok(())
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        grads![g[0].clone()]
    }
}

#[derive(Debug)]
struct ToCopy {
    dtype: DType,
    format: MemoryFormat,
}

impl Op for ToCopy {
    fn name(&self) -> &'static str {
        "to"
    }
    fn grad_name(&self) -> &'static str {
        "ToCopyBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![formatted(x[0], self.dtype, self.format)?])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0], x[0]);
        Ok(())
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => grads![Some(g.cast(cx.dtype(0))?)],
            None => grads![None],
        }
    }
}

/// `copy_`: the second input's values become the first's.
#[derive(Debug)]
struct Copy;

impl Op for Copy {
    fn name(&self) -> &'static str {
        "copy_"
    }
    fn grad_name(&self) -> &'static str {
        "CopyBackwards"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if out[0].storage().same(x[1].storage()) && x[1].layout() != out[0].layout() {
            let own = Tensor::empty(x[1].shape(), x[1].dtype(), Device::Cpu)?;
            write_held(&own, x[1]);
            write_held(&out[0], &own);
        } else {
            write_held(&out[0], x[1]);
        }
        Ok(())
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let dst = want.then(0, || full(cx.shape(0), Scalar::Int(0), cx.dtype(0), g.device()))?;
        grads![dst, want.has(1).then(|| g.clone())]
    }
    fn in_place_ok(&self) -> bool {
        true
    }
}

impl Tensor {
    /// Converts to a dtype; the same tensor if it already has it.
    pub fn cast(&self, dtype: DType) -> Result<Tensor> {
        if self.dtype() == dtype {
            return Ok(self.clone());
        }
        apply(ToCopy { dtype, format: MemoryFormat::Preserve }, &[self])
    }
    /// The tensor itself if it lies that way, else a copy.
    pub fn contiguous(&self) -> Result<Tensor> {
        if self.is_contiguous() { Ok(self.clone()) } else { self.clone_as(MemoryFormat::Contiguous) }
    }
    /// Moves and converts; the same tensor where nothing changes and no copy is asked for.
    pub fn convert(
        &self,
        dtype: Option<DType>,
        device: Option<Device>,
        copy: bool,
        format: MemoryFormat,
    ) -> Result<Tensor> {
        let (dtype, device) = (dtype.unwrap_or(self.dtype()), device.unwrap_or(self.device()));
        let same_format = format == MemoryFormat::Preserve || self.layout().is_format(format);
        if !copy && dtype == self.dtype() && device == self.device() && same_format {
            return Ok(self.clone());
        }
        if device == self.device() {
            return apply(ToCopy { dtype, format }, &[self]);
        }
        match (self.device(), device) {
            (_, Device::Meta) => Tensor::alloc(formatted(self, dtype, format)?, Device::Meta),
            (Device::Meta, _) => bail!(NotImplemented, "Cannot copy out of meta tensor; no data!"),
            (_, d) => bail!(
                Runtime,
                "to: no device {d} in this build (Torch not compiled with CUDA enabled); available: cpu, meta"
            ),
        }
    }
    /// `dst[...] = src` with broadcasting and conversion.
    pub fn copy_in(&self, src: &Tensor) -> Result<()> {
        if src.shape() != self.shape() {
            let ok =
                crate::base::broadcast(self.shape(), src.shape()).is_ok_and(|s| s.as_slice() == self.shape());
            ensure!(
                ok,
                Runtime,
                "The expanded size of the tensor ({}) must match the existing size ({}): copy_ cannot broadcast {:?} to {:?}",
                self.shape().last().unwrap_or(&1),
                src.shape().last().unwrap_or(&1),
                src.shape(),
                self.shape()
            );
        }
        if self.same(src) {
            return Ok(());
        }
        apply_in_place(Copy, &[self, src])
    }
    /// `x.fill_(value)`.
    pub fn fill_with(&self, value: Scalar) -> Result<()> {
        apply_in_place(Fill(value), &[self])
    }
}

/// Sets every element, as an in-place op (the history of the tensor ends here).
#[derive(Debug)]
struct Fill(Scalar);

impl Op for Fill {
    fn name(&self) -> &'static str {
        "fill_"
    }
    fn grad_name(&self) -> &'static str {
        if self.0.is_zero() { "ZeroBackward0" } else { "FillBackward2" }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    fn cpu(&self, _: &[&Tensor], out: &[Tensor]) -> Result<()> {
        fill_held(&out[0], self.0);
        Ok(())
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => grads![Some(full(cx.shape(0), Scalar::Int(0), cx.dtype(0), g.device())?)],
            None => grads![None],
        }
    }
    fn in_place_ok(&self) -> bool {
        true
    }
    fn overlap_ok(&self) -> bool {
        true
    }
}

rows! { COPY:
    /// A copy of the tensor with its own memory.
    ///
    /// Args: memory_format: layout of the copy (default `torch.preserve_format`).
    /// Shape: the same as `input`.
    [Torch, Method] fn clone_as = "clone"(input: &Tensor; memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor {
        apply(Clone { format: memory_format }, &[input])
    }
    /// The tensor itself if it is contiguous in `memory_format`, else a copy that is.
    [Method] fn contiguous_as = "contiguous"(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Contiguous) -> Tensor {
        ensure!(memory_format != MemoryFormat::Preserve, Runtime, "preserve memory format is unsupported by the contiguous operator");
        if input.layout().is_format(memory_format) { Ok(input.clone()) } else { input.clone_as(memory_format) }
    }
    /// The same data outside the graph. Shares memory and version counter with `input`.
    [Torch, Method] fn detached = "detach"(input: &Tensor) -> Tensor {
        let out = input.detach();
        if input.is_inference() { out.set_inference(); }
        Ok(out)
    }
}

pub const TABLE: Table = &[COPY];
