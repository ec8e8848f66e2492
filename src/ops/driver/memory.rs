//! Bytes moved outside the graph: writes, fills, dense and converted copies. Beside `apply` the only place that asks
//! for the device.

use crate::bail;
use crate::base::{DType, Device, Dims, Layout, Scalar};
use crate::error::Result;
use crate::kernels::cpu::create::copy as kernel;
use crate::kernels::cpu::shape::pad;
use crate::kernels::gpu::machine::Place;
use crate::ops::driver::batch;
use crate::ops::driver::op::Op;
use crate::storage::Guard;
use crate::tensor::batch::levels;
use crate::tensor::{Meta, Tensor};

/// Writes `src` into `dst` (same shape) with conversion; no graph.
pub fn write(dst: &Tensor, src: &Tensor) -> Result<()> {
    if dst.device() == Device::Meta {
        return Ok(());
    }
    if src.device() == Device::Meta {
        bail!(NotImplemented, "Cannot copy out of meta tensor; no data!");
    }
    check_memory(dst)?;
    if dst.device() != src.device() {
        return transfer(dst, src);
    }
    let _guard = Guard::take([src.storage()].into_iter(), [dst.storage()].into_iter());
    if dst.is_batched() || src.is_batched() {
        return batch::pairwise(dst, src, |dst, src| {
            write_held(dst, src);
            Ok(())
        });
    }
    match is_doubtful(src) {
        true => write_held(dst, &truthful_held(src)?),
        false => write_held(dst, src),
    }
    Ok(())
}

/// Refuses to write to memory whose owner said that it must not be (a read-only array, immutable bytes).
#[inline]
pub fn check_memory(x: &Tensor) -> Result<()> {
    crate::ensure!(
        !x.storage().is_readonly(),
        Runtime,
        "the tensor shows read-only memory and cannot be written to; clone() it first"
    );
    Ok(())
}

/// Bools over memory that others write to: their bytes need not be 0 and 1, which is what kernels read.
#[inline]
pub(crate) fn is_doubtful(x: &Tensor) -> bool {
    x.dtype() == DType::Bool && x.storage().is_exposed()
}

/// Bools whose bytes are 0 and 1 whatever lies in the memory, while the caller holds it.
#[cold]
pub(crate) fn truthful_held(x: &Tensor) -> Result<Tensor> {
    let out = batch::alloc(Meta::like(x, DType::Bool), x.device(), &[x])?;
    write_held(&out, &x.reinterpret(x.layout().clone(), DType::U8)?);
    Ok(out)
}

/// Writes `src` into `dst` on another device. What moves are dense bytes: each end is copied, and converted, where it lies.
fn transfer(dst: &Tensor, src: &Tensor) -> Result<()> {
    let src = if src.shape() == dst.shape() {
        src.clone()
    } else {
        src.alias(src.layout().broadcast_to(dst.shape()))?
    };
    if dst.is_batched() || src.is_batched() {
        return batch::pairwise(dst, &src, transfer);
    }
    match (dst.device(), src.device()) {
        (Device::Gpu(_), Device::Cpu) => {
            let src = dense(&src)?;
            // another dtype is made where that is exact for all: on the CPU
            let src = if src.dtype() == dst.dtype() { src } else { converted(&src, dst.dtype())? };
            if dst.is_contiguous()
                && dst.layout().offset == 0
                && dst.numel() * dst.dtype().size() == dst.storage().nbytes()
            {
                return upload(dst, &src);
            }
            let there = Tensor::empty(src.shape(), src.dtype(), dst.device())?;
            upload(&there, &src)?;
            write(dst, &there)
        }
        (Device::Cpu, Device::Gpu(_)) => {
            let src = dense(&src)?;
            if dst.is_contiguous() && dst.dtype() == src.dtype() {
                return download(dst, &src);
            }
            let here = Tensor::empty(src.shape(), src.dtype(), Device::Cpu)?;
            download(&here, &src)?;
            write(dst, &here)
        }
        (Device::Gpu(_), Device::Gpu(_)) => {
            let here = moved(&src, Device::Cpu)?;
            write(dst, &here)
        }
        (to, from) => bail!(NotImplemented, "no way from {from} to {to}"),
    }
}

fn converted(x: &Tensor, dtype: DType) -> Result<Tensor> {
    let out = Tensor::empty(x.shape(), dtype, x.device())?;
    write(&out, x)?;
    Ok(out)
}

/// Dense bytes to a card.
fn upload(dst: &Tensor, src: &Tensor) -> Result<()> {
    let (Some(memory), bytes) = (dst.storage().memory(), src.numel() * src.dtype().size()) else {
        bail!(Internal, "a tensor on a GPU without memory there")
    };
    let _guard = Guard::read(src.storage(), src.storage());
    // SAFETY: a dense tensor of that many bytes, held for reading
    #[allow(unsafe_code)]
    let from = unsafe { std::slice::from_raw_parts(src.ptr(), bytes) };
    memory.upload(0, from)
}

/// Dense bytes from a card.
fn download(dst: &Tensor, src: &Tensor) -> Result<()> {
    let (Some(memory), bytes) = (src.storage().memory(), src.numel() * src.dtype().size()) else {
        bail!(Internal, "a tensor on a GPU without memory there")
    };
    if bytes == 0 {
        return Ok(());
    }
    let _guard = Guard::take([].into_iter(), [dst.storage()].into_iter());
    // SAFETY: a dense tensor of that many bytes, held for writing
    #[allow(unsafe_code)]
    let to = unsafe { std::slice::from_raw_parts_mut(dst.ptr(), bytes) };
    memory.download((src.layout().offset * src.dtype().size()) as u64, to)?;
    if dst.dtype() == DType::Bool {
        crate::base::as_bools(to);
    }
    Ok(())
}

/// The same values on another device, outside the graph, in the same dense geometry.
pub fn moved(x: &Tensor, device: Device) -> Result<Tensor> {
    if x.device() == device {
        return Ok(x.clone());
    }
    let out = Tensor::alloc(Meta::like(x, x.dtype()), device)?;
    write(&out, x)?;
    Ok(out)
}

/// The kernel of the CPU for tensors of a card: there and back. For factorisations of matrices alone, whose steps wait for one
/// another: PyTorch's CUDA kernels do the panels of some on the CPU too, and docs/COVERAGE.md lists them.
pub fn on_host<O: Op>(op: &O, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
    let here: Vec<Tensor> = x.iter().map(|t| moved(t, Device::Cpu)).collect::<Result<_>>()?;
    let alike = |t: &Tensor| {
        let layout = Layout { offset: 0, ..t.layout().clone() };
        Tensor::alloc(Meta { layout, dtype: t.dtype() }, Device::Cpu)
    };
    let results: Vec<Tensor> = out.iter().map(alike).collect::<Result<_>>()?;
    op.cpu(&here.iter().collect::<Vec<_>>(), &results)?;
    out.iter().zip(&results).try_for_each(|(out, result)| write(out, result))
}

/// As [`write()`], while the caller holds both storages.
pub fn write_held(dst: &Tensor, src: &Tensor) {
    if let Device::Gpu(_) = dst.device() {
        return copy_on_gpu(dst, src).unwrap_or_else(|e| e.unwind());
    }
    let layout = if src.shape() == dst.shape() {
        src.layout().clone()
    } else {
        assert!(src.numel() > 0 || dst.numel() == 0, "elements to copy from");
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

fn copy_on_gpu(dst: &Tensor, src: &Tensor) -> Result<()> {
    crate::kernels::gpu::create::copy::copy(dst.place()?, src.place()?)
}

impl Tensor {
    /// Where a tensor lies on its card, for the kernels of cards.
    pub fn place(&self) -> Result<Place<'_>> {
        match self.storage().memory() {
            Some(memory) => Ok(Place {
                memory,
                dtype: self.dtype(),
                offset: self.layout().offset,
                shape: self.shape(),
                strides: self.strides(),
            }),
            None => bail!(
                Runtime,
                "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and {}!",
                self.device()
            ),
        }
    }
}

/// Waits until a tensor of a card is there, and raises what its kernels met.
pub fn settle(x: &Tensor) -> Result<()> {
    match x.storage().memory() {
        Some(memory) => memory.download(0, &mut [0; 4]),
        None => Ok(()),
    }
}

/// A copy with its own storage, outside the graph.
pub fn dense_copy(x: &Tensor) -> Result<Tensor> {
    let out = batch::alloc(Meta::like(x, x.dtype()), x.device(), &[x])?;
    write(&out, x)?;
    Ok(out)
}

/// The same data contiguous, outside the graph; no copy if it already is.
pub fn dense(x: &Tensor) -> Result<Tensor> {
    if x.is_contiguous() && !is_doubtful(x) {
        return Ok(x.clone());
    }
    let out = batch::alloc(Meta::new(x.shape(), x.dtype()), x.device(), &[x])?;
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

/// Indices as kernels read them, dense int64, while the caller holds the storage of `x`. What a kernel checks is what it
/// uses: memory that others write without asking, an array of NumPy's, is copied first.
pub fn index_held(x: &Tensor) -> Result<Tensor> {
    if x.dtype() == DType::I64 && x.is_contiguous() && !x.storage().is_exposed() {
        return Ok(x.clone());
    }
    let own = Tensor::empty(x.shape(), DType::I64, x.device())?;
    write_held(&own, x);
    Ok(own)
}

/// Contiguous data in memory that nobody writes to without asking, for kernels that read it twice and write as much as they found the
/// first time: an array of NumPy's is copied. The caller holds the storage of `x`.
pub fn own_held(x: &Tensor) -> Result<Tensor> {
    if x.is_contiguous() && !x.storage().is_exposed() {
        return Ok(x.clone());
    }
    let own = Tensor::empty(x.shape(), x.dtype(), x.device())?;
    write_held(&own, x);
    Ok(own)
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

impl Tensor {
    /// The elements in order as integers. They are read once: what is checked is what is used, whoever writes meanwhile.
    pub fn whole_numbers(&self, op: &str) -> Result<Vec<i64>> {
        if self.device() == Device::Meta {
            bail!(NotImplemented, "{op}: Cannot copy out of meta tensor; no data!");
        }
        crate::ensure!(
            !self.is_batched(),
            Runtime,
            "vmap: {op} reads the elements of a tensor that is mapped over, which cannot differ from sample to sample"
        );
        let own = Tensor::empty(self.shape(), DType::I64, Device::Cpu)?;
        write(&own, self)?;
        own.storage().copy_out(0, own.numel())
    }
}

/// Every element becomes `value`, while the caller holds the storage for writing.
pub fn fill_held(x: &Tensor, value: Scalar) {
    if let Device::Gpu(_) = x.device() {
        let filled = x.place().and_then(|p| crate::kernels::gpu::create::copy::fill(p, value));
        return filled.unwrap_or_else(|e| e.unwind());
    }
    // SAFETY: the layout lies within the storage, which is held for writing
    #[allow(unsafe_code)]
    unsafe {
        kernel::fill(x.shape(), x.ptr(), x.strides(), x.dtype(), value)
    };
}

/// Bytes of a row below which all is filled and the middle copied: row by row, 103,000 of one float32 took 330 us, so 35.
const SHORT_ROW: usize = 24;

/// `out`, which is fresh, becomes `src` where `part` shows it, and `value` around; the caller holds both storages.
pub(crate) fn surround_held(out: &Tensor, part: Layout, src: &Tensor, value: Scalar) -> Result<()> {
    if out.numel() == 0 {
        return Ok(()); // and strides that are zero
    }
    if src.numel() == 0 {
        fill_held(out, value);
        return Ok(());
    }
    // axes of one are in no order
    let sized = |order: Dims| order.into_iter().filter(|&axis| out.shape()[axis] != 1).collect::<Dims>();
    let order = out.layout().order_in_memory().map(sized);
    let boxed =
        part.strides[..] == *out.strides() && src.dtype() == out.dtype() && src.shape() == &part.shape[..];
    let along =
        |order: &Dims| order.last().is_none_or(|&last| src.strides()[last] == 1 || src.shape()[last] < 2);
    let (Device::Cpu, Some(order)) = (out.device(), order.filter(|order| boxed && along(order))) else {
        fill_held(out, value);
        write_held(&out.alias(part)?, src);
        return Ok(());
    };
    let mut rest = part.offset - out.layout().offset;
    let mut before = Dims::new();
    for &axis in &order {
        let step = out.strides()[axis];
        let at = rest / step;
        rest -= at * step;
        before.push(at);
    }
    let in_order = |of: &[usize]| order.iter().map(|&axis| of[axis]).collect::<Dims>();
    let (shape, kept, from) = (in_order(out.shape()), in_order(src.shape()), in_order(src.strides()));
    let middle = pad::Middle { shape: &shape, kept: &kept, before: &before, from: &from };
    if middle.row() * out.dtype().size() < SHORT_ROW {
        fill_held(out, value);
        write_held(&out.alias(part)?, src);
        return Ok(());
    }
    let bytes = kernel::scalar_bytes(value, out.dtype());
    // SAFETY: the result is dense in this order and holds the part; the layout of the source lies in its storage
    #[allow(unsafe_code)]
    unsafe {
        pad::around(&middle, src.ptr(), out.ptr(), out.dtype().size(), bytes)
    };
    Ok(())
}

/// Every element becomes `value`; no graph.
pub fn fill_data(x: &Tensor, value: Scalar) -> Result<()> {
    if x.device() == Device::Meta {
        return Ok(());
    }
    check_memory(x)?;
    let value = value.fit(x.dtype())?;
    let _guard = Guard::take([].into_iter(), [x.storage()].into_iter());
    if x.is_batched() {
        fill_held(&x.physical(&levels([x].into_iter()), 0)?, value);
        return Ok(());
    }
    fill_held(x, value);
    Ok(())
}

/// A new tensor filled with one value.
pub fn full(shape: &[usize], value: Scalar, dtype: DType, device: Device) -> Result<Tensor> {
    let t = Tensor::empty(shape, dtype, device)?;
    fill_data(&t, value)?;
    Ok(t)
}

/// A tensor of one value like another's shape, for gradients that are zero.
pub fn zeros_of(shape: &[usize], like: &Tensor) -> Result<Tensor> {
    let zeros = batch::alloc(Meta::new(shape, like.dtype()), like.device(), &[like])?;
    fill_data(&zeros, Scalar::Int(0))?;
    Ok(zeros)
}

/// Refuses, before anything is computed, what no memory could hold: `n` elements of 16 bytes.
pub fn room(op: &str, n: usize) -> Result<()> {
    match n.checked_mul(16) {
        Some(bytes) => crate::storage::Storage::new(bytes, Device::Cpu).map(drop).map_err(|e| e.context(op)),
        None => bail!(Memory, "{op}: can't allocate memory for {n} elements"),
    }
}
