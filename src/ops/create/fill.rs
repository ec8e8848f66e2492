//! Tensors of one value or of none, and `fill_`; what every maker of tensors is told ([`Made`]).

use crate::autograd::inference_mode;
use crate::base::promote::{default_device, default_dtype};
use crate::base::{DType, Device, Dims, Layout, MemoryFormat, Scalar};
use crate::error::Result;
use crate::ops::driver::apply::apply;
use crate::ops::driver::batch;
use crate::ops::driver::in_place::{apply_in_place, write_over};
use crate::ops::driver::memory;
use crate::ops::driver::memory::{fill_held, full as filled};
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::table::{Arg, Base, FromArg, Ints, Kind, Param, Sizes, Table, Val};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows};
use smallvec::smallvec;

/// Sizes from a call.
pub fn sizes(size: &[i64]) -> Result<Dims> {
    if let Some(&bad) = size.iter().find(|&&n| n < 0) {
        bail!(Runtime, "Trying to create tensor with negative dimension {bad}: {size:?}");
    }
    Ok(size.iter().map(|&n| n as usize).collect())
}

/// What every creating function does last.
pub fn finish(t: Tensor, requires_grad: bool) -> Result<Tensor> {
    if inference_mode() {
        t.set_inference();
    }
    if requires_grad {
        t.set_requires_grad(true)?;
    }
    Ok(t)
}

/// Only strided tensors exist.
pub fn check_layout(layout: Option<&str>) -> Result<()> {
    match layout {
        None | Some("strided" | "torch.strided") => Ok(()),
        Some(other) => bail!(NotImplemented, "only the strided layout is supported, got {other}"),
    }
}

/// What every maker of tensors is told besides their size: `dtype`, `layout`, `device`, `pin_memory`, `requires_grad`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Made {
    pub dtype: Option<DType>,
    pub device: Option<Device>,
    pub requires_grad: bool,
}

impl<'a> FromArg<'a> for Made {
    const KIND: Kind = Kind { base: Base::DType, optional: true };
    const GROUP: &'static [Param] = &[
        Param::optional("dtype", <Option<DType>>::KIND, "None"),
        Param::optional("layout", <Option<&str>>::KIND, "None"),
        Param::optional("device", <Option<Device>>::KIND, "None"),
        Param::optional("pin_memory", <Option<bool>>::KIND, "None"),
        Param::optional("requires_grad", bool::KIND, "false"),
    ];
    fn from_arg(_: &'a Arg) -> Result<Made> {
        Ok(Made::default())
    }
    fn from_args(args: &'a [Arg]) -> Result<Made> {
        let [dtype, layout, device, _, requires_grad] = args else { return Ok(Made::default()) };
        check_layout(FromArg::from_arg(layout)?)?;
        let requires_grad = !matches!(requires_grad, Arg::Absent) && bool::from_arg(requires_grad)?;
        Ok(Made { dtype: FromArg::from_arg(dtype)?, device: FromArg::from_arg(device)?, requires_grad })
    }
}

pub(crate) fn device_of(device: Option<Device>) -> Device {
    device.unwrap_or_else(default_device)
}

/// A tensor with the geometry of another.
pub fn alike(
    x: &Tensor,
    dtype: Option<DType>,
    device: Option<Device>,
    format: Option<MemoryFormat>,
) -> Result<Tensor> {
    batch::alloc(meta_alike(x, dtype, format)?, device.unwrap_or(x.device()), &[x])
}

/// The geometry of [`alike`].
pub fn meta_alike(x: &Tensor, dtype: Option<DType>, format: Option<MemoryFormat>) -> Result<Meta> {
    let dtype = dtype.unwrap_or(x.dtype());
    Ok(match format.unwrap_or(MemoryFormat::Preserve) {
        MemoryFormat::Preserve => Meta::like(x, dtype),
        f => Meta { layout: Layout::dense(x.shape(), f)?, dtype },
    })
}

/// [`alike`], filled.
fn filled_like(
    x: &Tensor,
    value: Scalar,
    dtype: Option<DType>,
    device: Option<Device>,
    format: Option<MemoryFormat>,
) -> Result<Tensor> {
    let out = alike(x, dtype, device, format)?;
    crate::ops::driver::memory::fill_data(&out, value)?;
    Ok(out)
}

/// The dtype of a filled tensor by the number it is filled with.
fn fill_dtype(dtype: Option<DType>, value: Scalar) -> DType {
    dtype.unwrap_or_else(|| value.dtype(default_dtype()))
}

/// Sizes and strides of an uninitialised tensor.
fn strided(size: &[i64], stride: &[i64], dtype: DType, device: Device) -> Result<Tensor> {
    let shape = sizes(size)?;
    ensure!(size.len() == stride.len(), Runtime, "mismatch in length of strides and shape");
    ensure!(
        stride.iter().all(|&s| s >= 0),
        Runtime,
        "empty_strided: strides must be non-negative, got {stride:?}"
    );
    let layout = Layout { shape, strides: stride.iter().map(|&s| s as usize).collect(), offset: 0 };
    let Some(bytes) = layout.span_end().checked_mul(dtype.size()) else {
        bail!(Runtime, "Storage size calculation overflowed with sizes={size:?} and strides={stride:?}");
    };
    let storage = crate::storage::Storage::new(bytes, device)?;
    Tensor::over(storage, layout, dtype)
}

fn empty_of(size: &[i64], dtype: DType, device: Device, format: Option<MemoryFormat>) -> Result<Tensor> {
    let shape = sizes(size)?;
    let layout = Layout::dense(&shape, format.unwrap_or(MemoryFormat::Contiguous))?;
    Tensor::alloc(Meta { layout, dtype }, device)
}

fn filled_of(
    size: &Ints,
    value: Scalar,
    dtype: DType,
    device: Option<Device>,
    requires_grad: bool,
) -> Result<Tensor> {
    finish(filled(&sizes(size)?, value, dtype, device_of(device))?, requires_grad)
}

/// As [`filled_of`] with the dtype and device of a tensor, and room for its samples.
fn filled_beside(input: &Tensor, size: &Ints, value: Scalar, made: Made) -> Result<Tensor> {
    let meta = Meta::new(&sizes(size)?, made.dtype.unwrap_or(input.dtype()));
    let out = batch::alloc(meta, made.device.unwrap_or(input.device()), &[input])?;
    memory::fill_data(&out, value)?;
    finish(out, made.requires_grad)
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
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    fn cpu(&self, _: &[&Tensor], out: &[Tensor]) -> Result<()> {
        fill_held(&out[0], self.0);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        memory::full(cx.shape(0), Scalar::Int(0), cx.dtype(0), g.device())
    }
    fn in_place_ok(&self) -> bool {
        true
    }
    fn overlap_ok(&self) -> bool {
        true
    }
}

impl Tensor {
    /// `x.fill_(value)`.
    pub fn fill_with(&self, value: Scalar) -> Result<()> {
        let value = value.fit(self.dtype())?;
        if write_over("fill_", self, |x| fill_held(x, value))? {
            return Ok(());
        }
        apply_in_place(Fill(value), &[self])
    }
}

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
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let value = (n..out[0].ndim()).fold(x[1].layout().clone(), |l, _| l.unsqueeze(n));
        crate::ops::driver::memory::write_held(&out[0], &x[1].alias(value)?);
        Ok(())
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::like(x[0], x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let value = crate::kernels::cpu::create::copy::read_scalar(x[1].ptr(), 0, x[1].dtype());
        crate::ops::driver::memory::fill_held(&out[0], value.fit(out[0].dtype())?);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        crate::ops::driver::memory::write_held(&out[0], x[1]);
        Ok(())
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let before = want.then(0, || memory::full(cx.shape(0), Scalar::Int(0), cx.dtype(0), g.device()))?;
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

/// A number given as such or as a 0-d tensor.
pub(crate) fn number(v: &Val, what: &str) -> Result<Scalar> {
    match v {
        Val::S(s) => Ok(*s),
        Val::T(t) => {
            ensure!(
                t.numel() == 1,
                Runtime,
                "{what} only supports 0-dimensional tensors, but got tensor with {} dimension(s).",
                t.ndim()
            );
            t.item()
        }
    }
}

impl Tensor {
    /// Zeros with the geometry of a gradient.
    pub fn zeros_alike(&self) -> Result<Tensor> {
        crate::ops::driver::memory::full(self.shape(), Scalar::Int(0), self.dtype(), self.device())
    }
}

rows! { FILL:
    /// A tensor of zeros.
    ///
    /// Args: size: sizes, separate or as a list; dtype: default the default float.
    ///
    /// ```text
    /// >>> torch.zeros(2, 3)
    /// tensor([[0., 0., 0.],
    ///         [0., 0., 0.]])
    /// ```
    [Torch] fn zeros(size: Sizes; ..made: Made) -> Tensor {
        filled_of(&size.0, Scalar::Int(0), made.dtype.unwrap_or_else(default_dtype), made.device, made.requires_grad)
    }
    /// A tensor of ones.
    ///
    /// ```text
    /// >>> torch.ones(2, 3)
    /// tensor([[1., 1., 1.],
    ///         [1., 1., 1.]])
    /// ```
    [Torch] fn ones(size: Sizes; ..made: Made) -> Tensor {
        filled_of(&size.0, Scalar::Int(1), made.dtype.unwrap_or_else(default_dtype), made.device, made.requires_grad)
    }
    /// A tensor filled with one number, whose type gives the dtype unless that is given.
    ///
    /// ```text
    /// >>> torch.full((2, 2), 7)
    /// tensor([[7, 7],
    ///         [7, 7]])
    /// ```
    [Torch] resizes Quietly fn full(size: &[i64], fill_value: Val; ..made: Made) -> Tensor {
        let dtype = made.dtype.or(match &fill_value { Val::T(t) => Some(t.dtype()), Val::S(_) => None });
        let value = number(&fill_value, "full")?;
        filled_of(&Ints::from_slice(size), value, fill_dtype(dtype, value), made.device, made.requires_grad)
    }
    /// An uninitialised tensor.
    ///
    /// ```text
    /// >>> torch.empty(2, 3).shape
    /// torch.Size([2, 3])
    /// ```
    [Torch] fn empty(size: Sizes; ..made: Made, memory_format: Option<MemoryFormat> = None) -> Tensor {
        finish(empty_of(&size.0, made.dtype.unwrap_or_else(default_dtype), device_of(made.device), memory_format)?, made.requires_grad)
    }
    /// An uninitialised tensor with the given strides.
    ///
    /// ```text
    /// >>> torch.empty_strided((2, 3), (1, 2)).stride()
    /// (1, 2)
    /// ```
    [Torch] fn empty_strided(
        size: &[i64], stride: &[i64]; dtype: Option<DType> = None, layout: Option<&str> = None,
        device: Option<Device> = None, requires_grad: bool = false, pin_memory: Option<bool> = None
    ) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        finish(strided(size, stride, dtype.unwrap_or_else(default_dtype), device_of(device))?, requires_grad)
    }
    /// An uninitialised tensor whose axes lie in memory in the given order, slowest first.
    ///
    /// ```text
    /// >>> torch.empty_permuted((2, 3, 4), (0, 2, 1)).stride()
    /// (12, 1, 3)
    /// ```
    [Torch] fn empty_permuted(
        size: &[i64], physical_layout: &[i64]; dtype: Option<DType> = None, layout: Option<&str> = None,
        device: Option<Device> = None, requires_grad: bool = false, pin_memory: Option<bool> = None
    ) -> Tensor {
        let _ = (check_layout(layout)?, pin_memory);
        if let Some(i) = physical_layout.iter().position(|&d| d < 0 || d >= size.len() as i64) {
            bail!(
                Runtime,
                "Dimension out of range (expected to be between 0 and {}, but got {} at index {i}).  NB: negative dims not currently supported; file an issue if you want it.",
                size.len() as i64 - 1,
                physical_layout[i]
            );
        }
        let order = crate::base::wrap_dims(physical_layout, size.len())?;
        ensure!(
            order.len() == size.len(),
            Runtime,
            "Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = {} is not equal to len(physical_layout) = {}",
            size.len(),
            order.len()
        );
        let layout = Layout::permuted_dense(&sizes(size)?, &order);
        finish(Tensor::alloc(Meta { layout, dtype: dtype.unwrap_or_else(default_dtype) }, device_of(device))?, requires_grad)
    }
    /// Zeros with the shape, dtype and device of `input`.
    ///
    /// ```text
    /// >>> torch.zeros_like(torch.tensor([1, 2]))
    /// tensor([0, 0])
    /// ```
    [Torch] fn zeros_like(input: &Tensor; ..made: Made, memory_format: Option<MemoryFormat> = None) -> Tensor {
        finish(filled_like(input, Scalar::Int(0), made.dtype, made.device, memory_format)?, made.requires_grad)
    }
    /// Ones with the shape, dtype and device of `input`.
    ///
    /// ```text
    /// >>> torch.ones_like(torch.tensor([3, 4]))
    /// tensor([1, 1])
    /// ```
    [Torch] fn ones_like(input: &Tensor; ..made: Made, memory_format: Option<MemoryFormat> = None) -> Tensor {
        finish(filled_like(input, Scalar::Int(1), made.dtype, made.device, memory_format)?, made.requires_grad)
    }
    /// One number everywhere, with the shape, dtype and device of `input`.
    ///
    /// ```text
    /// >>> torch.full_like(torch.tensor([1.0, 2.0]), 5)
    /// tensor([5., 5.])
    /// ```
    [Torch] fn full_like(input: &Tensor, fill_value: Val; ..made: Made, memory_format: Option<MemoryFormat> = None) -> Tensor {
        finish(filled_like(input, number(&fill_value, "full_like")?, made.dtype, made.device, memory_format)?, made.requires_grad)
    }
    /// Uninitialised, with the shape, dtype and device of `input`.
    ///
    /// ```text
    /// >>> torch.empty_like(torch.ones(2, 3)).shape
    /// torch.Size([2, 3])
    /// ```
    [Torch] fn empty_like(input: &Tensor; ..made: Made, memory_format: Option<MemoryFormat> = None) -> Tensor {
        finish(alike(input, made.dtype, made.device, memory_format)?, made.requires_grad)
    }
    /// Zeros with the dtype and device of the tensor.
    ///
    /// ```text
    /// >>> torch.ones(1, dtype=torch.int64).new_zeros(2, 2)
    /// tensor([[0, 0],
    ///         [0, 0]])
    /// ```
    [Method] fn new_zeros(input: &Tensor, size: Sizes; ..made: Made) -> Tensor {
        filled_beside(input, &size.0, Scalar::Int(0), made)
    }
    /// Ones with the dtype and device of the tensor.
    ///
    /// ```text
    /// >>> torch.zeros(1, dtype=torch.int64).new_ones(2, 2)
    /// tensor([[1, 1],
    ///         [1, 1]])
    /// ```
    [Method] fn new_ones(input: &Tensor, size: Sizes; ..made: Made) -> Tensor {
        filled_beside(input, &size.0, Scalar::Int(1), made)
    }
    /// One number everywhere, with the dtype and device of the tensor.
    ///
    /// ```text
    /// >>> torch.zeros(1, dtype=torch.int64).new_full((2, 2), 7)
    /// tensor([[7, 7],
    ///         [7, 7]])
    /// ```
    [Method] fn new_full(input: &Tensor, size: &[i64], fill_value: Val; ..made: Made) -> Tensor {
        filled_beside(input, &Ints::from_slice(size), number(&fill_value, "new_full")?, made)
    }
    /// Uninitialised, with the dtype and device of the tensor.
    ///
    /// ```text
    /// >>> torch.zeros(1, dtype=torch.int64).new_empty((2, 2)).dtype
    /// torch.int64
    /// ```
    [Method] fn new_empty(input: &Tensor, size: Sizes; ..made: Made) -> Tensor {
        let meta = Meta::new(&sizes(&size.0)?, made.dtype.unwrap_or(input.dtype()));
        finish(batch::alloc(meta, made.device.unwrap_or(input.device()), &[input])?, made.requires_grad)
    }
    /// Uninitialised with the given strides and the dtype and device of the tensor.
    ///
    /// ```text
    /// >>> torch.zeros(1).new_empty_strided((2, 3), (1, 2)).stride()
    /// (1, 2)
    /// ```
    [Method] fn new_empty_strided(input: &Tensor, size: &[i64], stride: &[i64]; ..made: Made) -> Tensor {
        finish(strided(size, stride, made.dtype.unwrap_or(input.dtype()), made.device.unwrap_or(input.device()))?, made.requires_grad)
    }
    /// One number as a 0-d tensor.
    ///
    /// ```text
    /// >>> torch.scalar_tensor(3)
    /// tensor(3.)
    /// ```
    [Torch] fn scalar_tensor(s: Scalar; ..made: Made) -> Tensor {
        filled_of(&Ints::new(), s, made.dtype.unwrap_or_else(default_dtype), made.device, made.requires_grad)
    }
    /// Every element becomes `value`.
    ///
    /// Args: value: number or 0-d tensor.
    ///
    /// ```text
    /// >>> torch.zeros(3).fill_(2)
    /// tensor([2., 2., 2.])
    /// ```
    [InPlace] fn fill_(input: &Tensor, value: Val) -> () {
        match value {
            Val::S(s) => input.fill_with(s),
            Val::T(v) => { check_value(&v)?; apply_in_place(FillWith { in_place: true }, &[input, &v]) }
        }
    }
    /// A tensor of the same shape, every element `value`.
    ///
    /// ```text
    /// >>> torch.fill(torch.zeros(3), 2)
    /// tensor([2., 2., 2.])
    /// ```
    [Torch] fn fill(input: &Tensor, value: Val) -> Tensor {
        match value {
            Val::S(s) => { let out = input.clone_as(MemoryFormat::Preserve)?; out.fill_with(s)?; Ok(out) }
            Val::T(v) => { check_value(&v)?; apply(FillWith { in_place: false }, &[input, &v]) }
        }
    }
    /// Every element becomes zero.
    ///
    /// ```text
    /// >>> torch.ones(3).zero_()
    /// tensor([0., 0., 0.])
    /// ```
    [InPlace] fn zero_(input: &Tensor) -> () { input.fill_with(Scalar::Int(0)) }
}

pub const TABLE: Table = &[FILL];
