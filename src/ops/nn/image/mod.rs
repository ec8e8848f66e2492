//! Planes of pixels: how their kernels see tensors, dense, channels first or last, and what follows for results.

pub mod axiswise;
pub mod bytes;
pub mod filter;
pub mod fold;
pub mod grid;
pub mod pad;
pub mod shuffle;
pub mod upsample;

use crate::base::{DType, Layout, MemoryFormat};
use crate::error::Result;
use crate::tensor::{Meta, Tensor};

/// The memory format a result keeps: channels-last if the input lies that way.
pub fn format_of(x: &Tensor) -> MemoryFormat {
    x.layout().suggest_format()
}

pub fn is_channels_last(format: MemoryFormat) -> bool {
    matches!(format, MemoryFormat::ChannelsLast | MemoryFormat::ChannelsLast3d)
}

/// The channels-last format for a number of axes, where there is one.
pub fn format_for(ndim: usize, channels_last: bool) -> MemoryFormat {
    match (ndim, channels_last) {
        (4, true) => MemoryFormat::ChannelsLast,
        (5, true) => MemoryFormat::ChannelsLast3d,
        _ => MemoryFormat::Contiguous,
    }
}

/// The tensor dense in a format and a dtype, copied only where it is not. The caller holds its storage.
pub fn laid_out_held(x: &Tensor, format: MemoryFormat, dtype: DType) -> Result<Tensor> {
    if x.dtype() == dtype && x.layout().is_format(format) {
        return Ok(x.clone());
    }
    let out = Tensor::alloc(Meta { layout: Layout::dense(x.shape(), format)?, dtype }, x.device())?;
    crate::ops::driver::memory::write_held(&out, x);
    Ok(out)
}

/// Where a kernel that writes `dtype` may put its result: `out` itself, or a buffer that [`deliver_held`] copies.
pub fn landing(out: &Tensor, dtype: DType) -> Result<Tensor> {
    if out.dtype() == dtype {
        return Ok(out.clone());
    }
    Tensor::alloc(Meta { layout: Layout { offset: 0, ..out.layout().clone() }, dtype }, out.device())
}

pub fn deliver_held(out: &Tensor, buffer: &Tensor) {
    if !out.same(buffer) {
        crate::ops::driver::memory::write_held(out, buffer);
    }
}
