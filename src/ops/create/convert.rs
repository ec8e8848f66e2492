//! Casts, moves between devices, and questions about dtypes.

use crate::base::promote::{Promotion, can_cast, promote};
use crate::base::{DType, Device, Layout, MemoryFormat, Scalar};
use crate::error::Result;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::write_held;
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::table::{Table, Val};
use crate::tensor::{Context, Meta, Tensor};
use crate::{bail, ensure, rows};
use smallvec::smallvec;

fn cast_as(x: &Tensor, dtype: DType, format: MemoryFormat) -> Result<Tensor> {
    if format == MemoryFormat::Preserve { x.cast(dtype) } else { x.convert(Some(dtype), None, false, format) }
}

/// The dtype an operand brings to `result_type`.
fn gathered(p: Promotion, v: &Val) -> Promotion {
    match v {
        Val::T(t) => p.tensor(t.dtype(), t.ndim()),
        Val::S(s) => p.number(*s),
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
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![formatted(x[0], self.dtype, self.format)?])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0], x[0]);
        Ok(())
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        g.cast(cx.dtype(0))
    }
}

pub(crate) fn formatted(x: &Tensor, dtype: DType, format: MemoryFormat) -> Result<Meta> {
    Ok(match format {
        MemoryFormat::Preserve => Meta::like(x, dtype),
        f => Meta { layout: Layout::dense(x.shape(), f)?, dtype },
    })
}

impl Tensor {
    /// Converts to a dtype; the same tensor if it already has it.
    pub fn cast(&self, dtype: DType) -> Result<Tensor> {
        if self.dtype() == dtype {
            return Ok(self.clone());
        }
        apply(ToCopy { dtype, format: MemoryFormat::Preserve }, &[self])
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
}

/// A whole number must be one the dtype of an integer tensor can hold.
pub fn check_fits(v: &Val, x: &Tensor) -> Result<()> {
    let (Val::S(Scalar::Int(i)), false) = (v, x.dtype().is_differentiable()) else { return Ok(()) };
    let (low, high, name) = match x.dtype() {
        DType::U8 => (0, 255, "uint8_t"),
        DType::I8 => (-128, 127, "int8_t"),
        DType::I16 => (-32768, 32767, "int16_t"),
        DType::I32 => (i32::MIN as i64, i32::MAX as i64, "int"),
        _ => return Ok(()),
    };
    // a negative number wraps into an unsigned type
    ensure!(
        *i <= high && (*i >= low || low == 0 && *i >= -high),
        Runtime,
        "value cannot be converted to type {name} without overflow"
    );
    Ok(())
}

rows! { CONVERT:
    /// As float32.
    [Method] fn float(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::F32, memory_format) }
    /// As float64.
    [Method] fn double(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::F64, memory_format) }
    /// As float16.
    [Method] fn half(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::F16, memory_format) }
    /// As bfloat16.
    [Method] fn bfloat16(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::BF16, memory_format) }
    /// As int32.
    [Method] fn int(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::I32, memory_format) }
    /// As int64.
    [Method] fn long(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::I64, memory_format) }
    /// As int16.
    [Method] fn short(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::I16, memory_format) }
    /// As int8.
    [Method] fn char(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::I8, memory_format) }
    /// As uint8.
    [Method] fn byte(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::U8, memory_format) }
    /// As bool: true where not zero.
    [Method] fn to_bool = "bool"(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::Bool, memory_format) }
    /// As complex64.
    [Method] fn cfloat(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::C64, memory_format) }
    /// As complex128.
    [Method] fn cdouble(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::C128, memory_format) }
    /// As the dtype of another tensor.
    [Method] fn type_as(input: &Tensor, other: &Tensor) -> Tensor { input.convert(Some(other.dtype()), Some(other.device()), false, MemoryFormat::Preserve) }
    /// As a dtype: the tensor itself if it has it already and `copy` is not asked for.
    ///
    /// Args: dtype; non_blocking: accepted; copy: always a new tensor; memory_format: layout of the result.
    [Method] fn to_dtype = "to"(input: &Tensor, dtype: DType, _non_blocking: bool = false, copy: bool = false; memory_format: Option<MemoryFormat> = None) -> Tensor {
        input.convert(Some(dtype), None, copy, memory_format.unwrap_or(MemoryFormat::Preserve))
    }
    /// On a device, and as a dtype.
    [Method] fn to_device = "to"(
        input: &Tensor, device: Option<Device> = None, dtype: Option<DType> = None, _non_blocking: bool = false,
        copy: bool = false; memory_format: Option<MemoryFormat> = None
    ) -> Tensor {
        input.convert(dtype, device, copy, memory_format.unwrap_or(MemoryFormat::Preserve))
    }
    /// With the dtype and on the device of another tensor.
    [Method] fn to_other = "to"(input: &Tensor, other: &Tensor, _non_blocking: bool = false, copy: bool = false; memory_format: Option<MemoryFormat> = None) -> Tensor {
        input.convert(Some(other.dtype()), Some(other.device()), copy, memory_format.unwrap_or(MemoryFormat::Preserve))
    }
    /// On the CPU.
    [Method] fn cpu(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { input.convert(None, Some(Device::Cpu), false, memory_format) }
    /// The dtype that arithmetic on the two operands gives.
    [Torch] fn result_type(tensor1: Val, tensor2: Val) -> DType {
        Ok(gathered(gathered(Promotion::default(), &tensor1), &tensor2).result())
    }
    /// Whether a value of one dtype may be stored as the other (the category does not go down).
    [Torch] fn can_cast_ = "can_cast"(from_: DType, to: DType) -> bool { Ok(can_cast(from_, to)) }
    /// The smallest dtype that holds both.
    [Torch] fn promote_types(type1: DType, type2: DType) -> DType { Ok(promote(type1, type2)) }
    /// Whether the dtype is a floating one.
    [Torch, Method] fn is_floating_point(input: &Tensor) -> bool { Ok(input.dtype().is_float()) }
    /// Whether the dtype is complex.
    [Torch, Method] fn is_complex(input: &Tensor) -> bool { Ok(input.dtype().is_complex()) }
    /// Whether the dtype has a sign.
    [Torch, Method] fn is_signed(input: &Tensor) -> bool { Ok(input.dtype().is_signed()) }
}

pub const TABLE: Table = &[CONVERT];
