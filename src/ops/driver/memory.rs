//! Bytes moved outside the graph: writes, fills, dense and converted copies. Beside `apply` the only place that asks
//! for the device.

use crate::bail;
use crate::base::{DType, Device, Scalar};
use crate::error::Result;
use crate::kernels::cpu::create::copy as kernel;
use crate::ops::driver::batch;
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

/// As [`write()`], while the caller holds both storages.
pub fn write_held(dst: &Tensor, src: &Tensor) {
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
    check_memory(x)?;
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
