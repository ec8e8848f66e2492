//! Casts, moves between devices, and questions about dtypes.

use crate::autograd::inference_mode;
use crate::base::promote::{Promotion, can_cast, promote};
use crate::base::{DType, Device, Layout, MemoryFormat};
use crate::error::Result;
use crate::ops::driver::apply::{apply, make_node, should_record};
use crate::ops::driver::memory::{write, write_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::table::{Table, Val};
use crate::tensor::{Context, Edge, GradFn, Grads, Meta, Tensor, Want};
use crate::warning::warn_once;
use crate::{bail, grads, rows};
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
        say_parts_lost(x[0].dtype(), self.dtype);
        Ok(smallvec![formatted(x[0], self.dtype, self.format)?])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0], x[0]);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        g.cast(cx.dtype(0))
    }
}

/// What becomes of complex numbers where reals are wanted; bools ask whether there is anything.
pub(crate) fn say_parts_lost(from: DType, to: DType) {
    if from.is_complex() && !to.is_complex() && to != DType::Bool {
        warn_once("Casting complex values to real discards the imaginary part");
    }
}

/// To another device. Not an op like others: its result lies elsewhere, so that it is made and recorded by itself.
#[derive(Debug)]
struct Move {
    from: Device,
}

impl GradFn for Move {
    fn grad_name(&self) -> &str {
        "ToCopyBackward0"
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None] };
        grads![Some(g.convert(Some(cx.dtype(0)), Some(self.from), false, MemoryFormat::Preserve)?)]
    }
}

fn carry(x: &Tensor, device: Device, meta: Meta) -> Result<Tensor> {
    let mut out = Tensor::alloc(meta, device)?;
    write(&out, x)?;
    if inference_mode() {
        out.set_inference();
    }
    if should_record(&[x]) && out.dtype().is_differentiable() {
        let node = make_node(Move { from: x.device() }, &[x], std::slice::from_ref(&out), Saves::NOTHING);
        out.set_first_edge(Edge::Node(node, 0));
    }
    Ok(out)
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
    /// A stored dtype as what it is computed in, outside the graph; others as they are.
    pub(crate) fn carried(&self) -> Result<Tensor> {
        if self.dtype().is_stored() { self.detach().cast(self.dtype().carrier()) } else { Ok(self.clone()) }
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
            (_, device) => carry(self, device, formatted(self, dtype, format)?),
        }
    }
}

/// A number must be one that its common dtype with a tensor can hold.
pub fn check_fits(v: &Val, x: &Tensor) -> Result<()> {
    let Val::S(s) = v else { return Ok(()) };
    if s.fits(x.dtype()) {
        return Ok(());
    }
    let together = Promotion::default().tensor(x.dtype(), x.ndim()).number(*s).result();
    s.fit(together).map(drop)
}

rows! { CONVERT:
    /// As float32.
    ///
    /// ```text
    /// >>> torch.tensor([1, 2]).float()
    /// tensor([1., 2.])
    /// ```
    [Method] fn float(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::F32, memory_format) }
    /// As float64.
    ///
    /// ```text
    /// >>> torch.tensor([1.0, 2.0]).double()
    /// tensor([1., 2.], dtype=torch.float64)
    /// ```
    [Method] fn double(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::F64, memory_format) }
    /// As float16.
    ///
    /// ```text
    /// >>> torch.tensor([1.0, 2.0]).half()
    /// tensor([1., 2.], dtype=torch.float16)
    /// ```
    [Method] fn half(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::F16, memory_format) }
    /// As bfloat16.
    ///
    /// ```text
    /// >>> torch.tensor([1.0, 2.0]).bfloat16()
    /// tensor([1., 2.], dtype=torch.bfloat16)
    /// ```
    [Method] fn bfloat16(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::BF16, memory_format) }
    /// As int32.
    ///
    /// ```text
    /// >>> torch.tensor([1.7, -1.7]).int()
    /// tensor([ 1, -1], dtype=torch.int32)
    /// ```
    [Method] fn int(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::I32, memory_format) }
    /// As int64.
    ///
    /// ```text
    /// >>> torch.tensor([1.7, -1.7]).long()
    /// tensor([ 1, -1])
    /// ```
    [Method] fn long(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::I64, memory_format) }
    /// As int16.
    ///
    /// ```text
    /// >>> torch.tensor([1.7, -1.7]).short()
    /// tensor([ 1, -1], dtype=torch.int16)
    /// ```
    [Method] fn short(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::I16, memory_format) }
    /// As int8.
    ///
    /// ```text
    /// >>> torch.tensor([1.7, -1.7]).char()
    /// tensor([ 1, -1], dtype=torch.int8)
    /// ```
    [Method] fn char(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::I8, memory_format) }
    /// As uint8.
    ///
    /// ```text
    /// >>> torch.tensor([1.7, 2.7]).byte()
    /// tensor([1, 2], dtype=torch.uint8)
    /// ```
    [Method] fn byte(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::U8, memory_format) }
    /// As bool: true where not zero.
    ///
    /// ```text
    /// >>> torch.tensor([0.0, 0.5]).bool()
    /// tensor([False,  True])
    /// ```
    [Method] fn to_bool = "bool"(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::Bool, memory_format) }
    /// As complex64.
    ///
    /// ```text
    /// >>> torch.tensor([1.0, 2.0]).cfloat()
    /// tensor([1.+0.j, 2.+0.j])
    /// ```
    [Method] fn cfloat(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::C64, memory_format) }
    /// As complex128.
    ///
    /// ```text
    /// >>> torch.tensor([1.0, 2.0]).cdouble()
    /// tensor([1.+0.j, 2.+0.j], dtype=torch.complex128)
    /// ```
    [Method] fn cdouble(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { cast_as(input, DType::C128, memory_format) }
    /// As the dtype of another tensor.
    ///
    /// ```text
    /// >>> torch.tensor([1, 2]).type_as(torch.zeros(1))
    /// tensor([1., 2.])
    /// ```
    [Method] fn type_as(input: &Tensor, other: &Tensor) -> Tensor { input.convert(Some(other.dtype()), Some(other.device()), false, MemoryFormat::Preserve) }
    /// As a dtype: the tensor itself if it has it already and `copy` is not asked for.
    ///
    /// Args: dtype; non_blocking: accepted; copy: always a new tensor; memory_format: layout of the result.
    ///
    /// ```text
    /// >>> torch.tensor([1, 2]).to(torch.float64)
    /// tensor([1., 2.], dtype=torch.float64)
    /// ```
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
    ///
    /// ```text
    /// >>> torch.ones(2, 3).cpu().device
    /// device(type='cpu')
    /// ```
    [Method] fn cpu(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor { input.convert(None, Some(Device::Cpu), false, memory_format) }
    /// The dtype that arithmetic on the two operands gives.
    ///
    /// ```text
    /// >>> torch.result_type(torch.tensor([1, 2]), 1.5)
    /// torch.float32
    /// ```
    [Torch] fn result_type(tensor1: Val, tensor2: Val) -> DType {
        Ok(gathered(gathered(Promotion::default(), &tensor1), &tensor2).result())
    }
    /// Whether a value of one dtype may be stored as the other (the category does not go down).
    ///
    /// ```text
    /// >>> torch.can_cast(torch.float64, torch.float32), torch.can_cast(torch.float32, torch.int64)
    /// (True, False)
    /// ```
    [Torch] fn can_cast_ = "can_cast"(from_: DType, to: DType) -> bool { Ok(can_cast(from_, to)) }
    /// The smallest dtype that holds both.
    ///
    /// ```text
    /// >>> torch.promote_types(torch.int32, torch.float16)
    /// torch.float16
    /// ```
    [Torch] fn promote_types(type1: DType, type2: DType) -> DType { Ok(promote(type1, type2)) }
    /// Whether the dtype is a floating one.
    ///
    /// ```text
    /// >>> torch.is_floating_point(torch.ones(2)), torch.is_floating_point(torch.arange(2))
    /// (True, False)
    /// ```
    [Torch, Method] fn is_floating_point(input: &Tensor) -> bool { Ok(input.dtype().is_float()) }
    /// Whether the dtype is complex.
    ///
    /// ```text
    /// >>> torch.is_complex(torch.ones(2)), torch.is_complex(torch.ones(2) * 1j)
    /// (False, True)
    /// ```
    [Torch, Method] fn is_complex(input: &Tensor) -> bool { Ok(input.dtype().is_complex()) }
    /// Whether the dtype has a sign.
    ///
    /// ```text
    /// >>> torch.ones(2).is_signed(), torch.ones(2, dtype=torch.uint8).is_signed()
    /// (True, False)
    /// ```
    [Torch, Method] fn is_signed(input: &Tensor) -> bool { Ok(input.dtype().is_signed()) }
}

pub const TABLE: Table = &[CONVERT];
