//! Casts, moves between devices, and the methods that overwrite: `copy_`, `fill_`, `zero_`.

use super::copy::full;
use crate::base::promote::{Promotion, can_cast, promote};
use crate::base::{DType, Device, MemoryFormat, Scalar};
use crate::error::Result;
use crate::ops::driver::op::{Metas, Op, apply, apply_in_place};
use crate::ops::table::{Table, Val};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads, rows};
use smallvec::smallvec;

/// `fill(x, value)` with a 0-d tensor: its gradient is the sum.
#[derive(Debug)]
struct FillWith {
    in_place: bool,
}

impl Op for FillWith {
    fn name(&self) -> &'static str {
        "fill_"
    }
    fn grad_name(&self) -> &'static str {
        if self.in_place { "FillBackward3" } else { "FillBackward1" }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::like(x[0], x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let value = crate::kernels::cpu::create::copy::read_scalar(x[1].ptr(), 0, x[1].dtype());
        super::copy::fill_held(&out[0], value);
        Ok(())
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let before = want.then(0, || full(cx.shape(0), Scalar::Int(0), cx.dtype(0), g.device()))?;
        grads![before, want.then(1, || g.sum_to(cx.shape(1)))?]
    }
    fn in_place_ok(&self) -> bool {
        true
    }
    fn overlap_ok(&self) -> bool {
        true
    }
}

fn check_value(value: &Tensor) -> Result<()> {
    ensure!(
        value.ndim() == 0,
        Runtime,
        "fill_ only supports 0-dimension value tensor but got tensor with {} dimensions.",
        value.ndim()
    );
    Ok(())
}

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
    [Method] fn to_dtype = "to"(input: &Tensor, dtype: DType, non_blocking: bool = false, copy: bool = false; memory_format: Option<MemoryFormat> = None) -> Tensor {
        let _ = non_blocking;
        input.convert(Some(dtype), None, copy, memory_format.unwrap_or(MemoryFormat::Preserve))
    }
    /// On a device, and as a dtype.
    [Method] fn to_device = "to"(input: &Tensor, device: Option<Device> = None, dtype: Option<DType> = None, non_blocking: bool = false, copy: bool = false; memory_format: Option<MemoryFormat> = None) -> Tensor {
        let _ = non_blocking;
        input.convert(dtype, device, copy, memory_format.unwrap_or(MemoryFormat::Preserve))
    }
    /// With the dtype and on the device of another tensor.
    [Method] fn to_other = "to"(input: &Tensor, other: &Tensor, non_blocking: bool = false, copy: bool = false; memory_format: Option<MemoryFormat> = None) -> Tensor {
        let _ = non_blocking;
        input.convert(Some(other.dtype()), Some(other.device()), copy, memory_format.unwrap_or(MemoryFormat::Preserve))
    }
    /// On the CPU.
    [Method] fn cpu(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { input.convert(None, Some(Device::Cpu), false, memory_format) }
    /// Overwrites with the elements of `src`, broadcast and converted.
    [InPlace] fn copy_in_place = "copy_"(input: &Tensor, src: &Tensor, non_blocking: bool = false) -> () {
        let _ = non_blocking;
        input.copy_in(src)
    }
    /// Every element becomes `value`.
    ///
    /// Args: value: number or 0-d tensor.
    [InPlace] fn fill_(input: &Tensor, value: Val) -> () {
        match value {
            Val::S(s) => {
                ensure!(!matches!(s, Scalar::Complex(c) if c.im != 0.0) || input.dtype().is_complex(), Runtime, "value cannot be converted to type {} without overflow", input.dtype().c_name());
                input.fill_with(s)
            }
            Val::T(v) => { check_value(&v)?; apply_in_place(FillWith { in_place: true }, &[input, &v]) }
        }
    }
    /// A tensor of the same shape, every element `value`.
    [Torch] fn fill(input: &Tensor, value: Val) -> Tensor {
        match value {
            Val::S(s) => { let out = input.clone_as(MemoryFormat::Preserve)?; out.fill_with(s)?; Ok(out) }
            Val::T(v) => { check_value(&v)?; apply(FillWith { in_place: false }, &[input, &v]) }
        }
    }
    /// Every element becomes zero.
    [InPlace] fn zero_(input: &Tensor) -> () { input.fill_with(Scalar::Int(0)) }
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
