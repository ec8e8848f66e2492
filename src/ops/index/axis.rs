//! Functions that index whole axes: `index_select`, `index_add`, `take` and the like.

use crate::base::{DType, Device, Dims, Scalar, wrap_dim};
use crate::error::Result;
use crate::ops::driver::apply::apply;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::memory::full;
use crate::ops::index::item::{index_put_in_place, index_put_to};
use crate::ops::index::pick::{Put, pick};
use crate::ops::index::spots::{
    INDEX_ADD, INDEX_COPY, INDEX_FILL, INDEX_FILL_WITH, Manner, SELECT, Spots, TAKE,
};
use crate::ops::table::{Table, Val};
use crate::tensor::Tensor;
use crate::{ensure, rows};

/// A vector of indices along an axis, in the words of the op.
fn check_vector(op: &str, index: &Tensor) -> Result<()> {
    ensure!(index.ndim() <= 1, Index, "{op}(): Index is supposed to be a vector");
    let ok = matches!(index.dtype(), DType::I32 | DType::I64);
    ensure!(ok, Runtime, "{op}(): Expected dtype int32 or int64 for index");
    Ok(())
}

/// A 0-d tensor is indexed as one of a single element.
fn lifted(x: &Tensor) -> Result<Tensor> {
    if x.ndim() == 0 { x.reshape_to(&[1]) } else { Ok(x.clone()) }
}

/// The op of writing slices along an axis: the op, its values and its index.
fn slices(
    name: &str,
    x: &Tensor,
    axis: usize,
    index: &Tensor,
    source: &Tensor,
    manner: &'static Manner,
) -> Result<(Put, Tensor, Tensor)> {
    let add = std::ptr::eq(manner, &INDEX_ADD);
    ensure!(
        index.ndim() <= 1,
        Index,
        "{name}(): Index is supposed to be a vector, but got dim: {} with type: {}",
        index.ndim(),
        index.dtype().scalar_name()
    );
    if add {
        ensure!(
            matches!(index.dtype(), DType::I32 | DType::I64),
            Runtime,
            "{name}(): Expected dtype int32/int64 for index but got: {}",
            index.dtype().scalar_name()
        );
        ensure!(
            x.dtype() == source.dtype(),
            Runtime,
            "{name}(): self ({}) and source ({}) must have the same scalar type",
            x.dtype().scalar_name(),
            source.dtype().scalar_name()
        );
    } else {
        ensure!(
            index.dtype() == DType::I64,
            Index,
            "{name}(): Expected a long tensor for index, but got {}",
            index.dtype().scalar_name()
        );
        ensure!(
            x.dtype() == source.dtype(),
            Runtime,
            "{name}(): self and source expected to have the same dtype, but got (self) {} and (source) {}",
            x.dtype().scalar_name(),
            source.dtype().scalar_name()
        );
    }
    let n = source.shape().get(axis).copied().unwrap_or(1);
    if add {
        ensure!(
            index.numel() == n,
            Runtime,
            "{name}(): Number of indices ({}) should be equal to source.size(dim): ({n}), for dim: {axis}",
            index.numel()
        );
    } else {
        ensure!(
            source.ndim() == 0 || x.ndim() == 0 || source.ndim() == x.ndim(),
            Index,
            "{name}(): When source and destination are not scalars, their dimensionality must match. Source dimensionality ({}), destination dimensionality ({})",
            source.ndim(),
            x.ndim()
        );
        if source.ndim() == 0 {
            ensure!(
                index.numel() == 1,
                Index,
                "{name}(): When source is scalar, index should have one element (got {})",
                index.numel()
            );
        }
    }
    let rest = |t: &Tensor| -> Dims {
        t.shape().iter().enumerate().filter(|&(i, _)| i != axis).map(|(_, &n)| n).collect()
    };
    let (a, b) = (rest(x), rest(source));
    if a != b && !(source.ndim() == 0 && x.numel() == 1) {
        if add {
            crate::bail!(
                Runtime,
                "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = {:?} source.shape = {:?}",
                x.shape(),
                source.shape()
            );
        }
        crate::bail!(
            Runtime,
            "{name}(): Source/destination tensor must have same slice shapes. Destination slice shape: {} at dimension {axis} and source slice shape: {} at dimension 0.",
            join(&a),
            join(&b)
        );
    }
    if !add {
        ensure!(
            index.numel() == n,
            Index,
            "{name}(): Number of indices ({}) should be equal to source.size(dim) ({n})",
            index.numel()
        );
    }
    Ok((Put { spots: Spots::axis(axis, manner), accumulate: add }, lifted(source)?, lifted(index)?))
}

fn join(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}

/// The value of `index_fill` as a 0-d tensor of the tensor's dtype.
fn fill_value(x: &Tensor, value: Val) -> Result<Tensor> {
    match value {
        Val::S(s) => {
            ensure!(
                x.dtype().is_complex() || !matches!(s, Scalar::Complex(_)),
                Runtime,
                "index_fill_(): Converting complex Scalar to non-complex type is not supported"
            );
            full(&[], s, x.dtype(), x.device())
        }
        Val::T(v) => {
            ensure!(
                v.ndim() == 0,
                Runtime,
                "index_fill_ only supports a 0-dimensional value tensor, but got tensor with {} dimension(s).",
                v.ndim()
            );
            if v.device() == Device::Cpu && !v.is_batched() {
                v.item()?.fit(x.dtype())?;
            }
            v.cast(x.dtype())
        }
    }
}

fn fill_op(x: &Tensor, dim: i64, index: &Tensor, with: bool) -> Result<(Put, Tensor)> {
    let axis = wrap_dim(dim, x.ndim())?;
    ensure!(index.dtype() == DType::I64, Index, "index_fill_(): Expected dtype int64 for index.");
    ensure!(index.ndim() <= 1, Index, "Index has to be a vector/scalar");
    Ok((
        Put {
            spots: Spots::axis(axis, if with { &INDEX_FILL_WITH } else { &INDEX_FILL }),
            accumulate: false,
        },
        lifted(index)?,
    ))
}

/// Runs a slice-writing op out of place, a 0-d tensor as one of a single element.
fn written(op: Put, x: &Tensor, values: &Tensor, index: &Tensor) -> Result<Tensor> {
    if x.ndim() > 0 {
        apply(op, &[x, values, index])
    } else {
        apply(op, &[&lifted(x)?, values, index])?.reshape_to(&[])
    }
}

/// As [`written`], in place.
fn written_in_place(op: Put, x: &Tensor, values: &Tensor, index: &Tensor) -> Result<()> {
    if x.ndim() > 0 {
        apply_in_place(op, &[x, values, index])
    } else {
        apply_in_place(op, &[&lifted(x)?, values, index])
    }
}

fn put_op(x: &Tensor, index: &Tensor, source: &Tensor, accumulate: bool) -> Result<(Put, Tensor)> {
    ensure!(
        index.dtype() == DType::I64,
        Runtime,
        "put_(): Expected a long tensor for index, but got {}",
        index.dtype().scalar_name()
    );
    ensure!(
        x.dtype() == source.dtype(),
        Runtime,
        "put_(): self and source expected to have the same dtype, but got self.dtype = {} and source.dtype = {}",
        x.dtype().scalar_name(),
        source.dtype().scalar_name()
    );
    ensure!(
        index.numel() == source.numel(),
        Index,
        "put_(): Expected source and index to have the same number of elements, but got source.numel() = {}, index.numel() = {}",
        source.numel(),
        index.numel()
    );
    ensure!(x.numel() > 0 || index.numel() == 0, Index, "put_(): Tried to put elements into an empty tensor");
    Ok((Put { spots: Spots::flat(x.ndim(), &TAKE), accumulate }, source.reshape_to(index.shape())?))
}

/// The source of `index_add` times `alpha`.
fn scaled(source: &Tensor, alpha: Scalar) -> Result<Tensor> {
    if alpha.is_one() {
        return Ok(source.clone());
    }
    source.mul(alpha.fit(source.dtype())?)?.cast(source.dtype())
}

rows! { AXIS:
    /// Slices along `dim` in the order of `index`, copied.
    ///
    /// Args: index: vector of int32 or int64.
    /// Errors: IndexError if an index is out of range.
    ///
    /// ```text
    /// >>> torch.index_select(torch.arange(6).view(2, 3), 1, torch.tensor([2, 0]))
    /// tensor([[2, 0],
    ///         [5, 3]])
    /// ```
    [Torch, Method] out Apart fn index_select(input: &Tensor, dim: i64, index: &Tensor) -> Tensor {
        let axis = wrap_dim(dim, input.ndim())?;
        check_vector("index_select", index)?;
        if input.ndim() == 0 {
            return pick(&lifted(input)?, Spots::axis(0, &SELECT), &[lifted(index)?])?.reshape_to(&[]);
        }
        pick(input, Spots::axis(axis, &SELECT), &[lifted(index)?])
    }
    /// A copy with `alpha` times slices of `source` added to those along `dim` that `index` names.
    ///
    /// ```text
    /// >>> torch.index_add(torch.zeros(3), 0, torch.tensor([0, 2, 0]), torch.tensor([1.0, 2.0, 3.0]))
    /// tensor([4., 0., 2.])
    /// ```
    [Torch, Method] fn index_add(input: &Tensor, dim: i64, index: &Tensor, source: &Tensor; alpha: Scalar = Scalar::Int(1)) -> Tensor {
        let axis = wrap_dim(dim, input.ndim())?;
        let (op, values, index) = slices("index_add_", input, axis, index, &scaled(source, alpha)?, &INDEX_ADD)?;
        written(op, input, &values, &index)
    }
    /// Adds `alpha` times slices of `source` to those along `dim` that `index` names.
    ///
    /// ```text
    /// >>> torch.zeros(3).index_add_(0, torch.tensor([0, 2, 0]), torch.tensor([1.0, 2.0, 3.0]))
    /// tensor([4., 0., 2.])
    /// ```
    [InPlace] fn index_add_in_place = "index_add_"(input: &Tensor, dim: i64, index: &Tensor, source: &Tensor; alpha: Scalar = Scalar::Int(1)) -> () {
        let axis = wrap_dim(dim, input.ndim())?;
        let (op, values, index) = slices("index_add_", input, axis, index, &scaled(source, alpha)?, &INDEX_ADD)?;
        written_in_place(op, input, &values, &index)
    }
    /// A copy with slices of `source` in place of those along `dim` that `index` names.
    ///
    /// ```text
    /// >>> torch.index_copy(torch.zeros(3), 0, torch.tensor([2, 0]), torch.tensor([1.0, 2.0]))
    /// tensor([2., 0., 1.])
    /// ```
    [Torch, Method] autocast Widest fn index_copy(input: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> Tensor {
        let axis = wrap_dim(dim, input.ndim())?;
        let (op, values, index) = slices("index_copy_", input, axis, index, source, &INDEX_COPY)?;
        written(op, input, &values, &index)
    }
    /// Puts slices of `source` in place of those along `dim` that `index` names.
    ///
    /// ```text
    /// >>> torch.zeros(3).index_copy_(0, torch.tensor([2, 0]), torch.tensor([1.0, 2.0]))
    /// tensor([2., 0., 1.])
    /// ```
    [InPlace] fn index_copy_in_place = "index_copy_"(input: &Tensor, dim: i64, index: &Tensor, source: &Tensor) -> () {
        let axis = wrap_dim(dim, input.ndim())?;
        let (op, values, index) = slices("index_copy_", input, axis, index, source, &INDEX_COPY)?;
        written_in_place(op, input, &values, &index)
    }
    /// A copy with one value in the slices along `dim` that `index` names.
    ///
    /// Args: index: vector of int64; value: number or 0-d tensor.
    ///
    /// ```text
    /// >>> torch.index_fill(torch.zeros(3), 0, torch.tensor([2, 0]), 7)
    /// tensor([7., 0., 7.])
    /// ```
    [Torch, Method] fn index_fill(input: &Tensor, dim: i64, index: &Tensor, value: Val) -> Tensor {
        let (op, index) = fill_op(input, dim, index, matches!(value, Val::T(_)))?;
        written(op, input, &fill_value(input, value)?, &index)
    }
    /// Puts one value in the slices along `dim` that `index` names.
    ///
    /// ```text
    /// >>> torch.zeros(3).index_fill_(0, torch.tensor([2, 0]), 7)
    /// tensor([7., 0., 7.])
    /// ```
    [InPlace] fn index_fill_in_place = "index_fill_"(input: &Tensor, dim: i64, index: &Tensor, value: Val) -> () {
        let (op, index) = fill_op(input, dim, index, matches!(value, Val::T(_)))?;
        written_in_place(op, input, &fill_value(input, value)?, &index)
    }
    /// A copy with `values` at the places `input[indices]`.
    ///
    /// Args: indices: index tensors or masks, broadcast together; accumulate: add instead of replacing.
    ///
    /// ```text
    /// >>> torch.index_put(torch.zeros(3), (torch.tensor([2, 0]),), torch.tensor([1.0, 2.0]))
    /// tensor([2., 0., 1.])
    /// ```
    [Torch, Method] fn index_put(input: &Tensor, indices: &[Option<Tensor>], values: &Tensor, accumulate: bool = false) -> Tensor {
        index_put_to(input, indices, values, accumulate)
    }
    /// Puts `values` at the places `input[indices]`.
    ///
    /// ```text
    /// >>> torch.zeros(3).index_put_((torch.tensor([2, 2]),), torch.tensor(1.0), accumulate=True)
    /// tensor([0., 0., 2.])
    /// ```
    [InPlace] fn index_put_(input: &Tensor, indices: &[Option<Tensor>], values: &Tensor, accumulate: bool = false) -> () {
        index_put_in_place(input, indices, values, accumulate)
    }
    /// Elements of the flattened tensor.
    ///
    /// Args: index: int64.
    /// Shape: that of `index`.
    ///
    /// ```text
    /// >>> torch.take(torch.tensor([[4, 5], [6, 7]]), torch.tensor([0, 3]))
    /// tensor([4, 7])
    /// ```
    [Torch, Method] fn take(input: &Tensor, index: &Tensor) -> Tensor {
        ensure!(index.dtype() == DType::I64, Runtime, "take(): Expected a long tensor for index, but got {}", index.dtype().scalar_name());
        ensure!(input.numel() > 0 || index.numel() == 0, Index, "take(): tried to take from an empty tensor");
        pick(input, Spots::flat(input.ndim(), &TAKE), std::slice::from_ref(index))
    }
    /// A copy with elements of the flattened tensor replaced (or added to).
    ///
    /// ```text
    /// >>> torch.put(torch.zeros(2, 2), torch.tensor([0, 3]), torch.tensor([1.0, 2.0]))
    /// tensor([[1., 0.],
    ///         [0., 2.]])
    /// ```
    [Torch, Method] fn put(input: &Tensor, index: &Tensor, source: &Tensor, accumulate: bool = false) -> Tensor {
        let (op, values) = put_op(input, index, source, accumulate)?;
        apply(op, &[input, &values, index])
    }
    /// Replaces (or adds to) elements of the flattened tensor.
    ///
    /// ```text
    /// >>> torch.zeros(2, 2).put_(torch.tensor([0, 3]), torch.tensor([1.0, 2.0]))
    /// tensor([[1., 0.],
    ///         [0., 2.]])
    /// ```
    [InPlace] fn put_in_place = "put_"(input: &Tensor, index: &Tensor, source: &Tensor, accumulate: bool = false) -> () {
        let (op, values) = put_op(input, index, source, accumulate)?;
        apply_in_place(op, &[input, &values, index])
    }
}

pub const TABLE: Table = &[AXIS];
