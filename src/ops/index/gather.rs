//! Reading along one axis by an index of the same rank: `gather`, `take_along_dim`.

use crate::base::{DType, Device, Dims, Layout, Scalar, numel, wrap_dim};
use crate::error::{Error, Kind, Result};
use crate::kernels::cpu::index as kernel;
use crate::kernels::cpu::index::Lines;
use crate::kernels::gpu::index::pick as gpu;
use crate::kernels::gpu::machine::Place;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{full, index_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::index::spots::on_card;
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows};
use smallvec::smallvec;

/// A layout of at least one axis.
pub(crate) fn lifted(l: &Layout) -> Layout {
    if l.ndim() == 0 { l.unsqueeze(0) } else { l.clone() }
}

/// Checks every index against the size of the axis.
fn check_range(index: &[i64], dim: usize, n: usize) -> Result<()> {
    match kernel::outside(index, 0, n as i64) {
        Some(i) => bail!(Runtime, "index {i} is out of bounds for dimension {dim} with size {n}"),
        None => Ok(()),
    }
}

/// Whether every index stands within an axis, as far as that is known without waiting for a device. To look is
/// cheap beside a remainder (`take_along_dim` of 256x256, one thread: 27.5 us so, 134.8 with remainders always, `gather` 23.5).
fn all_within(index: &Tensor, size: usize) -> Result<bool> {
    if index.device() != Device::Cpu {
        return Ok(false);
    }
    with_lines(&index.all_samples()?, 0, None, |lines| kernel::outside(lines.index, 0, size as i64).is_none())
}

/// The axis that an index of the tensor's rank names elements of.
pub(crate) fn axis_of<'a>(shape: &'a [usize], strides: &'a [usize], dim: usize) -> gpu::Axes<'a> {
    gpu::Axes {
        sizes: &shape[dim..dim + 1],
        strides: &strides[dim..dim + 1],
        axis: dim,
        wraps: false,
        fault: |i, dim, n| {
            Error::new(Kind::Runtime, format!("index {i} is out of bounds for dimension {dim} with size {n}"))
        },
    }
}

pub(crate) fn check_index(op: &str, index: &Tensor) -> Result<()> {
    let ok = index.numel() == 0 || matches!(index.dtype(), DType::I64 | DType::I32);
    ensure!(ok, Runtime, "{op}(): Expected dtype int32/int64 for index");
    Ok(())
}

/// The index of a call as the kernels take it, `checked` against the size of the axis; the caller holds it.
#[allow(unsafe_code)]
pub(crate) fn with_lines<R>(
    index: &Tensor,
    dim: usize,
    checked: Option<usize>,
    f: impl FnOnce(&Lines) -> R,
) -> Result<R> {
    // an expanded index stands once: a vector of them names whole rows, which is what the kernels then move
    let mut own = index.layout().clone();
    let spread: Dims =
        (0..own.ndim()).filter(|&i| own.strides[i] == 0 && own.shape[i] > 1 && i != dim).collect();
    for &i in &spread {
        own.shape[i] = 1;
    }
    let dense = if spread.is_empty() { index_held(index)? } else { index_held(&index.alias(own)?)? };
    // SAFETY: dense int64 elements, held by the driver or made here
    let values = unsafe { kernel::slice_of::<i64>(dense.ptr(), dense.numel()) };
    if let Some(n) = checked {
        check_range(values, dim, n)?;
    }
    let shape: Dims = if index.ndim() == 0 { smallvec![1] } else { Dims::from_slice(index.shape()) };
    let mut strides =
        if index.ndim() == 0 { smallvec![1] } else { Layout::contiguous(dense.shape()).strides };
    for &i in &spread {
        strides[i] = 0;
    }
    Ok(f(&Lines { shape: &shape, strides: &strides, index: values, dim }))
}

/// `out[i][j] = x[index[i][j]][j]` for axis 0, and so on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gather(pub(crate) usize);

impl Op for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }
    fn grad_name(&self) -> &'static str {
        "GatherBackward0"
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        if x[0].ndim() == x[1].ndim() && x[1].ndim() > 0 {
            Batching::Shifted(Gather(self.0 + n))
        } else {
            Batching::Loop
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_sizes(self.0, x[0], x[1], None)?;
        Ok(smallvec![Meta::new(x[1].shape(), x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let layout = lifted(x[0].layout());
        let (size, bytes) = (layout.shape[self.0], x[0].dtype().size());
        with_lines(x[1], self.0, None, |lines| {
            // SAFETY: the kernel checks the index against the axis, it is smaller than the tensor elsewhere, and the
            // result is dense
            let inside =
                unsafe { kernel::gather(lines, size, x[0].ptr(), &layout.strides, out[0].ptr(), bytes) };
            if inside { Ok(()) } else { check_range(lines.index, self.0, size) }
        })?
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (from, own) = (lifted(x[0].layout()), on_card(x[1])?);
        let (to, steps) = (lifted(out[0].layout()), lifted(own.layout()));
        let mut along = from.strides.clone();
        along[self.0] = 0;
        let out = Place { shape: &to.shape, strides: &to.strides, ..out[0].place()? };
        let index = gpu::Index { place: own.place()?, along: &steps.strides };
        gpu::pick(out, x[0].place()?, &along, index, &axis_of(&from.shape, &from.strides, self.0))
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(0b10)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let zero = full(cx.shape(0), Scalar::Int(0), g.dtype(), g.device())?;
        grads![Some(zero.scatter_add(self.0 as i64, &cx.input(1)?, g)?), None]
    }
}

/// Sizes and ranks of a scatter: the index within the tensor (except along the axis) and within the source.
pub(crate) fn check_sizes(dim: usize, x: &Tensor, index: &Tensor, src: Option<&Tensor>) -> Result<()> {
    if index.numel() == 0 {
        return Ok(());
    }
    let rank = |t: &Tensor| t.ndim().max(1);
    ensure!(
        rank(index) == rank(x),
        Runtime,
        "Index tensor must have the same number of dimensions as self tensor"
    );
    if let Some(src) = src {
        ensure!(
            rank(index) == rank(src),
            Runtime,
            "Index tensor must have the same number of dimensions as src tensor"
        );
    }
    let at = |t: &Tensor, i: usize| t.shape().get(i).copied().unwrap_or(1);
    for i in 0..rank(index) {
        let n = at(index, i);
        let fits = (i == dim || n <= at(x, i)) && src.is_none_or(|s| n <= at(s, i));
        match src {
            Some(src) => ensure!(
                fits,
                Runtime,
                "Expected index {:?} to be no larger than self {:?} apart from dimension {dim} and to be no larger size than src {:?}",
                index.shape(),
                x.shape(),
                src.shape()
            ),
            None => ensure!(
                fits,
                Runtime,
                "Expected index {:?} to be no larger than self {:?} apart from dimension {dim}",
                index.shape(),
                x.shape()
            ),
        }
    }
    Ok(())
}

rows! { GATHER:
    /// Elements along `dim` at the places that `index` names: for `dim=0`, `out[i][j] = input[index[i][j]][j]`.
    ///
    /// Args: index: int64, of the rank of `input`, no larger than it except along `dim`.
    /// Shape: that of `index`.
    /// Errors: RuntimeError if an index is out of range.
    ///
    /// ```text
    /// >>> torch.gather(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([[0, 0], [1, 0]]))
    /// tensor([[1, 1],
    ///         [4, 3]])
    /// ```
    [Torch, Method] out Apart fn gather(input: &Tensor, dim: i64, index: &Tensor; _sparse_grad: bool = false) -> Tensor {
        let axis = wrap_dim(dim, input.ndim())?;
        check_index("gather", index)?;
        if numel(index.shape()) > 0 {
            ensure!(index.ndim().max(1) == input.ndim().max(1), Runtime, "Index tensor must have the same number of dimensions as input tensor");
            for i in 0..index.ndim().min(input.ndim()) {
                ensure!(
                    i == axis || index.shape()[i] <= input.shape()[i],
                    Runtime,
                    "Size does not match at dimension {i} expected index {:?} to be no larger than self {:?} apart from dimension {axis}",
                    index.shape(),
                    input.shape()
                );
            }
        }
        apply(Gather(axis), &[input, index])
    }
    /// Elements along `dim` where `indices` broadcasts with `input`; without `dim` both are flattened. Along an axis
    /// indices count round it: -1 is the last element.
    ///
    /// ```text
    /// >>> x = torch.tensor([[3, 1], [2, 4]])
    /// >>> torch.take_along_dim(x, x.argsort(1), 1)
    /// tensor([[1, 3],
    ///         [2, 4]])
    /// ```
    [Torch, Method] fn take_along_dim(input: &Tensor, indices: &Tensor, dim: Option<i64> = None) -> Tensor {
        ensure!(indices.dtype() == DType::I64, Runtime, "torch.take_along_dim(): dtype of indices should be Long but got {}", indices.dtype().scalar_name());
        let Some(dim) = dim else {
            let flat = input.reshape_to(&[input.numel()])?;
            return flat.gather(0, &indices.reshape_to(&[indices.numel()])?, false);
        };
        ensure!(
            input.ndim() == indices.ndim(),
            Runtime,
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got {} dimensions for input, and {} dimensions for indices",
            input.ndim(),
            indices.ndim()
        );
        let axis = wrap_dim(dim, input.ndim())?;
        let (mut a, mut b) = (Dims::from_slice(input.shape()), Dims::from_slice(indices.shape()));
        if input.ndim() > 0 { (a[axis], b[axis]) = (1, 1); }
        let mut common = crate::base::broadcast(&a, &b)?;
        let of = |common: &mut Dims, t: &Tensor| if t.ndim() > 0 { common[axis] = t.shape()[axis] };
        of(&mut common, input);
        let x = input.expand_to(&common)?;
        of(&mut common, indices);
        let size = if input.ndim() > 0 { input.shape()[axis] } else { 1 };
        if size == 0 || all_within(indices, size)? {
            return x.gather(dim, &indices.expand_to(&common)?, false);
        }
        x.gather(dim, &indices.remainder(size as i64)?.expand_to(&common)?, false)
    }
}

pub const TABLE: Table = &[GATHER];
