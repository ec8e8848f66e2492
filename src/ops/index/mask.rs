//! Masks: filling, reading and writing where they are true, and the positions of what is not zero.

use crate::autograd::{grad_enabled, inference_mode};
use crate::base::{DType, Device, Dims, Layout, Scalar, broadcast, product, repeated};
use crate::error::Result;
use crate::kernels::cpu::create::copy::scalar_bytes;
use crate::kernels::cpu::index::{blend, mask as compress, slice_of};
use crate::kernels::cpu::machine::iter::{Operand, for_each};
use crate::kernels::gpu::index::mask as gpu;
use crate::ops::driver::apply::apply;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::memory::{dense, dense_cast_held, moved};
use crate::ops::driver::op::{Apart, Batching, Metas, Op, Saves};
use crate::ops::driver::samples::one_by_one;
use crate::ops::index::pick::{Put, pick};
use crate::ops::index::spots::{MASKED_SCATTER, MASKED_SELECT, Spots};
use crate::ops::table::{Ret, Table, Val};
use crate::storage::Guard;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, rows};
use smallvec::smallvec;

/// Positions of the elements that are not zero, in row-major order. Counts data, so there is no meta form.
#[allow(unsafe_code)]
pub fn positions(x: &Tensor) -> Result<Tensor> {
    if x.device() == Device::Meta {
        bail!(
            NotImplemented,
            "nonzero: the shape of the result depends on data, which a meta tensor does not have"
        );
    }
    let _guard = Guard::take([x.storage()].into_iter(), [].into_iter());
    let dense = dense_cast_held(x, DType::Bool)?;
    if let Device::Gpu(_) = x.device() {
        let counted = gpu::count(dense.place()?)?;
        let out = Tensor::empty(&[counted.total], DType::I64, x.device())?;
        counted.positions(out.place()?)?;
        return Ok(out);
    }
    // SAFETY: a dense bool tensor, held; bools are bytes 0 and 1
    let found = compress::positions(unsafe { slice_of::<u8>(dense.ptr(), dense.numel()) });
    Tensor::from_slice(&found, &[found.len()])
}

/// The elements of `x` where a mask of its shape is true, without a graph; `None` where the general way through positions must do.
/// What is not dense is laid so first: less than to find where each element lies (11,000 of bfloat16 channels last: 39 us, so 7).
#[allow(unsafe_code)]
pub fn select_dense(x: &Tensor, mask: &Tensor) -> Result<Option<Tensor>> {
    let plain = mask.dtype() == DType::Bool && mask.shape() == x.shape() && x.ndim() > 0 && !x.is_batched();
    if !plain || x.device() != Device::Cpu || mask.device() != Device::Cpu {
        return Ok(None);
    }
    let (x, mask) = (&dense(&x.detach())?, &dense(mask)?);
    let _guard = Guard::take([x.storage(), mask.storage()].into_iter(), [].into_iter());
    // SAFETY: a dense bool tensor, held; bools are bytes
    let mask = unsafe { slice_of::<u8>(mask.ptr(), mask.numel()) };
    let starts = compress::starts(mask);
    let out = Tensor::empty(&[starts[starts.len() - 1]], x.dtype(), Device::Cpu)?;
    // SAFETY: `x` is dense, held and has the mask's shape; the result has the size just counted
    unsafe { compress::select(mask, &starts, x.ptr(), out.ptr(), x.dtype().size()) };
    if inference_mode() {
        out.set_inference();
    }
    Ok(Some(out))
}

/// Coordinates of the elements that are not zero: a row for each axis.
fn coordinates(x: &Tensor) -> Result<Tensor> {
    let flat = positions(x)?;
    let n = flat.numel();
    product([x.ndim(), n])?;
    let out = Tensor::empty(&[x.ndim(), n], DType::I64, x.device())?;
    if let Device::Gpu(_) = x.device() {
        for d in 0..x.ndim() {
            coordinate_on_gpu(&out.alias(out.layout().select(0, d))?, &flat, x.shape(), d)?;
        }
        return Ok(out);
    }
    let rows: Vec<*mut i64> = (0..x.ndim()).map(|d| out.ptr_of::<i64>().wrapping_add(d * n)).collect();
    #[allow(unsafe_code)]
    // SAFETY: the positions were made here, dense and unshared; the result has a row for each axis
    unsafe {
        compress::coordinates(slice_of::<i64>(flat.ptr(), n), x.shape(), &rows)
    };
    Ok(out)
}

/// The coordinates along one axis of a shape of flat positions in it.
fn coordinate_on_gpu(out: &Tensor, flat: &Tensor, shape: &[usize], axis: usize) -> Result<()> {
    let step = shape[axis + 1..].iter().product();
    gpu::coordinate(out.place()?, flat.place()?, shape[axis], step)
}

/// Only bool masks fill and scatter.
pub fn check_mask(op: &str, mask: &Tensor) -> Result<()> {
    ensure!(
        mask.dtype() == DType::Bool,
        Runtime,
        "{op} only supports boolean masks, but got mask with dtype {}",
        mask.dtype().c_name()
    );
    Ok(())
}

/// `value` where the mask (input 1) is true, input 0 elsewhere; the other way round if `invert`. A value that is no
/// number is input 2, 0-d.
#[derive(Debug)]
struct MaskedFill {
    value: Option<Scalar>,
    invert: bool,
}

impl Op for MaskedFill {
    fn name(&self) -> &'static str {
        "masked_fill"
    }
    fn grad_name(&self) -> &'static str {
        if self.value.is_none() { "MaskedFillBackward1" } else { "MaskedFillBackward0" }
    }
    fn batching(&self, x: &[&Tensor], _: usize) -> Batching<Self> {
        // the value is read once for all
        if x.get(2).is_some_and(|value| value.is_batched()) { Batching::Loop } else { Batching::Aligned }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&broadcast(x[1].shape(), x[0].shape())?, x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (dtype, shape) = (out[0].dtype(), out[0].shape());
        let value = match self.value {
            Some(s) => s,
            None => crate::kernels::cpu::create::copy::read_scalar(x[2].ptr(), 0, x[2].dtype()),
        };
        let value = scalar_bytes(value.fit(dtype)?, dtype);
        if out[0].layout().may_self_overlap() {
            return self.fill_places(&value.0, x[1], &out[0]);
        }
        let over = |t: &Tensor| -> Dims { t.layout().broadcast_to(shape).strides };
        let (xs, ms) = (over(x[0]), over(x[1]));
        let operands = [
            Operand { ptr: out[0].ptr(), strides: out[0].strides(), dtype, compute: dtype },
            Operand { ptr: x[0].ptr(), strides: &xs, dtype, compute: dtype },
            Operand { ptr: x[1].ptr(), strides: &ms, dtype: DType::Bool, compute: DType::Bool },
        ];
        let (size, invert) = (dtype.size(), self.invert);
        // SAFETY: layouts lie within storages held by the driver; input and output are apart or coincide
        unsafe {
            for_each(shape, &operands, |p, n| {
                if invert {
                    // blocks of the mask may be the caller's memory, so the flipped mask needs its own
                    let mut flipped = [0u8; crate::kernels::cpu::machine::iter::BLOCK];
                    let mut done = 0;
                    while done < n {
                        let k = flipped.len().min(n - done);
                        for (i, f) in flipped[..k].iter_mut().enumerate() {
                            *f = *p[2].add(done + i) ^ 1;
                        }
                        let at = done * size;
                        blend(flipped.as_ptr(), p[1].add(at), value.0.as_ptr(), p[0].add(at), k, size);
                        done += k;
                    }
                } else {
                    blend(p[2], p[1], value.0.as_ptr(), p[0], n, size)
                }
            })
        };
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        use crate::kernels::gpu::elementwise::{Side, computed, expression};
        let dtype = out[0].dtype();
        ensure!(
            !out[0].layout().may_self_overlap(),
            NotImplemented,
            "masked_fill_: elements that share their memory are not filled on a GPU; clone() the tensor first"
        );
        let d = computed("masked_fill", dtype)?;
        let value = match self.value {
            Some(s) => Side::Number(s.fit(dtype)?, d),
            None => Side::Place(x[2].place()?, d),
        };
        let text = if self.invert { "select(v, x, m != 0u)" } else { "select(x, v, m != 0u)" };
        let sides = [Side::Place(x[0].place()?, d), Side::Place(x[1].place()?, DType::Bool), value];
        expression("masked_fill", text, &["x", "m", "v"], &sides, &[], out[0].place()?, d)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(0b10)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let mask = cx.input(1)?;
        let part = |invert| apply(MaskedFill { value: Some(Scalar::Int(0)), invert }, &[g, &mask]);
        let mut out: Grads = smallvec![want.then(0, || part(self.invert))?, None];
        if self.value.is_none() {
            out.push(want.then(2, || part(!self.invert)?.sum_to(cx.shape(2)))?);
        }
        Ok(out)
    }
    fn apart(&self, input: usize) -> Apart {
        if input == 2 { Apart::Free } else { Apart::Part }
    }
    fn in_place_ok(&self) -> bool {
        true
    }
    fn overlap_ok(&self) -> bool {
        true
    }
}

impl MaskedFill {
    /// In place over elements that share their memory: one is written where any of its places is masked, and none is
    /// rewritten with what it was.
    #[allow(unsafe_code)]
    fn fill_places(&self, value: &[u8], mask: &Tensor, out: &Tensor) -> Result<()> {
        let wide = mask.alias(mask.layout().broadcast_to(out.shape()))?;
        let dense = dense_cast_held(&wide, DType::Bool)?;
        // SAFETY: a dense bool tensor, held; bools are bytes
        let mask = unsafe { slice_of::<u8>(dense.ptr(), dense.numel()) };
        let size = out.dtype().size();
        let rows = Layout::contiguous(out.shape()).strides;
        for (i, _) in mask.iter().enumerate().filter(|(_, m)| (**m != 0) != self.invert) {
            let along = rows.iter().zip(out.shape()).zip(out.strides());
            let at: usize = along.map(|((row, n), stride)| i / row % n * stride).sum();
            // SAFETY: an element of the layout, which lies within the storage; the driver holds it for writing
            unsafe { std::ptr::copy_nonoverlapping(value.as_ptr(), out.ptr().add(at * size), size) };
        }
        Ok(())
    }
}

/// The op and, for a tensor value, its third input.
fn fill_op(input: &Tensor, mask: &Tensor, value: Val) -> Result<(MaskedFill, Option<Tensor>)> {
    check_mask("masked_fill_", mask)?;
    match value {
        Val::S(s) => {
            let s = s.fit(input.dtype())?;
            Ok((MaskedFill { value: Some(s), invert: false }, None))
        }
        Val::T(v) => {
            ensure!(
                v.ndim() == 0,
                Runtime,
                "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {} dimension(s).",
                v.ndim()
            );
            ensure!(
                !v.dtype().is_complex() || input.dtype().is_complex(),
                Runtime,
                "value cannot be converted to type {} without overflow",
                input.dtype().c_name()
            );
            Ok((MaskedFill { value: None, invert: false }, Some(v)))
        }
    }
}

/// Two tensors broadcast to their common shape.
fn together(a: &Tensor, b: &Tensor) -> Result<(Tensor, Tensor)> {
    let shape = broadcast(b.shape(), a.shape())?;
    Ok((a.expand_to(&shape)?, b.expand_to(&shape)?))
}

fn check_scatter(input: &Tensor, mask: &Tensor, source: &Tensor) -> Result<()> {
    ensure!(
        mask.dtype() == DType::Bool,
        Runtime,
        "masked_scatter_ only supports boolean masks, but got mask with dtype {}",
        mask.dtype().scalar_name()
    );
    ensure!(
        input.dtype() == source.dtype(),
        Runtime,
        "masked_scatter: expected self and source to have same dtypes but got{} and {}",
        input.dtype().scalar_name(),
        source.dtype().scalar_name()
    );
    Ok(())
}

const TOO_FEW: &str = "Number of elements of source < number of ones in mask";

fn scatter_parts(input: &Tensor, mask: &Tensor, source: &Tensor) -> Result<(Put, Tensor, Tensor)> {
    check_scatter(input, mask, source)?;
    let index = positions(mask)?;
    let flat = source.reshape_to(&[source.numel()])?;
    ensure!(flat.numel() >= index.numel(), Runtime, "{TOO_FEW}");
    let values = flat.narrow_at(0, 0, index.numel(), 1)?;
    Ok((Put { spots: Spots::flat(input.ndim(), &MASKED_SCATTER), accumulate: false }, values, index))
}

/// The same for a mask that differs from sample to sample: each element that is masked takes the one of `source` whose number
/// is the count of masked ones before it.
fn scattered_by_samples(x: &Tensor, mask: &Tensor, source: &Tensor) -> Result<Tensor> {
    check_scatter(x, mask, source)?;
    let order = mask.reshape_to(&[mask.numel()])?.cumsum(0, Some(DType::I64))?.reshape_to(mask.shape())?;
    let n = source.numel() as i64;
    ensure!(order.all_samples()?.le(n)?.all_true()?, Runtime, "{TOO_FEW}");
    if n == 0 {
        return x.clone_as(crate::base::MemoryFormat::Preserve);
    }
    let values = source.take(&order.sub(1)?.clamp_min(0)?)?;
    mask.choose(&values, x)
}

rows! { MASK:
    /// A copy with `value` where `mask` is true.
    ///
    /// Args: mask: bool tensor that broadcasts with `input`; value: number or 0-d tensor.
    ///
    /// ```text
    /// >>> torch.masked_fill(torch.tensor([1, 2, 3]), torch.tensor([True, False, True]), 0)
    /// tensor([0, 2, 0])
    /// ```
    [Torch, Method] fn masked_fill(input: &Tensor, mask: &Tensor, value: Val) -> Tensor {
        let (op, value) = fill_op(input, mask, value)?;
        match &value { Some(v) => apply(op, &[input, mask, v]), None => apply(op, &[input, mask]) }
    }
    /// Fills with `value` where `mask` is true.
    ///
    /// ```text
    /// >>> torch.tensor([1, 2, 3]).masked_fill_(torch.tensor([True, False, True]), 0)
    /// tensor([0, 2, 0])
    /// ```
    [InPlace] fn masked_fill_in_place = "masked_fill_"(input: &Tensor, mask: &Tensor, value: Val) -> () {
        let (op, value) = fill_op(input, mask, value)?;
        match &value { Some(v) => apply_in_place(op, &[input, mask, v]), None => apply_in_place(op, &[input, mask]) }
    }
    /// The elements where `mask` is true, as one axis.
    ///
    /// Args: mask: bool tensor that broadcasts with `input`.
    ///
    /// ```text
    /// >>> torch.masked_select(torch.tensor([1, 2, 3]), torch.tensor([True, False, True]))
    /// tensor([1, 3])
    /// ```
    [Torch, Method] out Apart fn masked_select(input: &Tensor, mask: &Tensor) -> Tensor {
        ensure!(mask.dtype() == DType::Bool, Runtime, "masked_select: expected BoolTensor for mask");
        ensure!(!mask.is_batched(), Runtime, "vmap: Attempted to vmap over `mask` in torch.masked_select(self, mask) We cannot support this because for each batch this would return a differently shaped Tensor. Please file an issue at https://github.com/pytorch/pytorch/issues if you need this feature.");
        let (x, mask) = together(input, mask)?;
        if !(grad_enabled() && x.requires_grad())
            && let Some(out) = select_dense(&x, &mask)?
        {
            return Ok(out);
        }
        pick(&x, Spots::flat(x.ndim(), &MASKED_SELECT), &[positions(&mask)?])
    }
    /// A copy whose elements where `mask` is true come from `source`, one after the other.
    ///
    /// Errors: RuntimeError if `source` has too few elements or another dtype.
    ///
    /// ```text
    /// >>> torch.masked_scatter(torch.zeros(3), torch.tensor([True, False, True]), torch.tensor([5.0, 6.0]))
    /// tensor([5., 0., 6.])
    /// ```
    [Torch, Method] fn masked_scatter(input: &Tensor, mask: &Tensor, source: &Tensor) -> Tensor {
        let (x, mask) = together(input, mask)?;
        if mask.is_batched() { return scattered_by_samples(&x, &mask, source); }
        let (op, values, index) = scatter_parts(&x, &mask, source)?;
        apply(op, &[&x, &values, &index])
    }
    /// Elements where `mask` is true come from `source`, one after the other.
    ///
    /// ```text
    /// >>> torch.zeros(3).masked_scatter_(torch.tensor([True, False, True]), torch.tensor([5.0, 6.0]))
    /// tensor([5., 0., 6.])
    /// ```
    [InPlace] fn masked_scatter_in_place = "masked_scatter_"(input: &Tensor, mask: &Tensor, source: &Tensor) -> () {
        let mask = expand_to_checked(mask, input)?;
        if mask.is_batched() { return input.copy_in(&scattered_by_samples(input, &mask, source)?); }
        let (op, values, index) = scatter_parts(input, &mask, source)?;
        apply_in_place(op, &[input, &values, &index])
    }
    /// The indices of elements that are not zero: a row each, or with `as_tuple` one tensor an axis.
    ///
    /// ```text
    /// >>> torch.nonzero(torch.tensor([[0, 1], [2, 0]]))
    /// tensor([[0, 1],
    ///         [1, 0]])
    /// >>> torch.nonzero(torch.tensor([0, 1, 2]), as_tuple=True)
    /// (tensor([1, 2]),)
    /// ```
    [Torch, Method] out Apart fn nonzero(input: &Tensor; as_tuple: bool = false) -> Ret {
        ensure!(!input.is_batched() || as_tuple, Runtime, "vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over aten::nonzero. Please file an issue at https://github.com/pytorch/pytorch/issues if you need this feature.");
        ensure!(!input.is_batched(), Runtime, "Batching rule not implemented for aten::nonzero_numpy. We could not generate a fallback.");
        if !as_tuple { return Ok(Ret::Tensor(input.argwhere()?)); }
        if input.ndim() == 0 {
            let c = argwhere_scalar(input)?;
            let column = Tensor::from_slice(&c, &[c.len()])?;
            return Ok(Ret::from(vec![moved(&column, input.device())?]));
        }
        // each with memory of its own: a row shared would keep the others
        let flat = positions(input)?;
        let n = flat.numel();
        let columns: Vec<Tensor> =
            (0..input.ndim()).map(|_| Tensor::empty(&[n], DType::I64, input.device())).collect::<Result<_>>()?;
        if let Device::Gpu(_) = input.device() {
            for (d, column) in columns.iter().enumerate() {
                coordinate_on_gpu(column, &flat, input.shape(), d)?;
            }
            return Ok(Ret::from(columns));
        }
        let to: Vec<*mut i64> = columns.iter().map(Tensor::ptr_of).collect();
        #[allow(unsafe_code)]
        // SAFETY: the positions and the columns were made here, dense and unshared
        unsafe { compress::coordinates(slice_of::<i64>(flat.ptr(), n), input.shape(), &to) };
        Ok(Ret::from(columns))
    }
    /// The indices of elements that are not zero, a row each.
    ///
    /// ```text
    /// >>> torch.argwhere(torch.tensor([[0, 1], [2, 0]]))
    /// tensor([[0, 1],
    ///         [1, 0]])
    /// ```
    [Torch, Method] fn argwhere(input: &Tensor) -> Tensor {
        if input.is_batched() { return one_by_one("argwhere", &[input], |x| x[0].argwhere()); }
        if input.ndim() == 0 {
            let count = argwhere_scalar(input)?.len();
            return Tensor::empty(&[count, 0], DType::I64, input.device());
        }
        // a column for each axis, as the rows of the transpose
        let out = coordinates(input)?;
        out.alias(out.layout().transpose(0, 1))
    }
    /// The indices of elements that are not zero, one tensor an axis.
    [Torch] out Promote fn where_nonzero = "where"(condition: &Tensor) -> Ret { condition.nonzero(true) }
}

/// A mask broadcast to exactly the shape of the tensor it applies to.
fn expand_to_checked(mask: &Tensor, x: &Tensor) -> Result<Tensor> {
    let ok = broadcast(mask.shape(), x.shape())?.as_slice() == x.shape();
    ensure!(
        ok,
        Runtime,
        "expand: the mask of shape {:?} does not broadcast to the tensor's shape {:?}",
        mask.shape(),
        x.shape()
    );
    mask.expand_to(x.shape())
}

/// The one position of a 0-d tensor that is not zero.
fn argwhere_scalar(x: &Tensor) -> Result<Vec<i64>> {
    repeated(0, positions(x)?.numel())
}

pub const TABLE: Table = &[MASK];
