//! Rows for views: other sizes, orders and parts of the same data.

use super::resize::*;
use crate::base::{DType, Dims, Layout, wrap_dim};
use crate::error::Result;
use crate::ops::driver::op::{record_view, view as show};
use crate::ops::table::{Sizes, Table};
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

rows! { VIEW:
    /// A view of the same data in another shape (one size may be -1), or as another dtype.
    ///
    /// Args: shape: sizes.
    /// Errors: RuntimeError if sizes do not fit or strides forbid a view.
    [Method] fn view(input: &Tensor, size: Sizes) -> Tensor {
        let shape = infer_size(&size.0, input.numel())?;
        match input.try_view(&shape)? {
            Some(v) => Ok(v),
            None => bail!(Runtime, "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead."),
        }
    }
    /// The same bits read as another dtype; the last axis grows or shrinks with the element size.
    [Method] fn view_dtype = "view"(input: &Tensor, dtype: DType) -> Tensor {
        let (from, to) = (input.dtype().size(), dtype.size());
        let mut layout = input.layout().clone();
        if from != to {
            ensure!(input.ndim() > 0, Runtime, "self.dim() cannot be 0 to view {} as {} (different element sizes)", input.dtype().scalar_name(), dtype.scalar_name());
            let last = input.ndim() - 1;
            ensure!(layout.strides[last] == 1, Runtime, "self.stride(-1) must be 1 to view {} as {} (different element sizes), but got {}", input.dtype().scalar_name(), dtype.scalar_name(), layout.strides[last]);
            let (up, down) = (from.max(to) / to, from.max(to) / from);
            let divides = |v: usize| v.is_multiple_of(down);
            ensure!(divides(layout.shape[last]), Runtime, "self.size(-1) must be divisible by {down} to view {} as {} (different element sizes), but got {}", input.dtype().scalar_name(), dtype.scalar_name(), layout.shape[last]);
            ensure!(divides(layout.offset), Runtime, "self.storage_offset() must be divisible by {down} to view {} as {} (different element sizes), but got {}", input.dtype().scalar_name(), dtype.scalar_name(), layout.offset);
            for i in 0..last {
                ensure!(divides(layout.strides[i]), Runtime, "self.stride({i}) must be divisible by {down} to view {} as {} (different element sizes), but got {}", input.dtype().scalar_name(), dtype.scalar_name(), layout.strides[i]);
                layout.strides[i] = layout.strides[i] * up / down;
            }
            layout.shape[last] = layout.shape[last] * up / down;
            layout.offset = layout.offset * up / down;
        }
        Ok(input.reinterpret(layout, dtype))
    }
    /// The same data in another shape: a view where strides allow it, else a copy.
    [Torch, Method] fn reshape(input: &Tensor, shape: Sizes) -> Tensor {
        let shape = infer_size(&shape.0, input.numel())?;
        input.reshape_to(&shape).and_then(|t| if t.same(input) { show(input, input.layout().clone(), ViewGrad {}) } else { Ok(t) })
    }
    /// `self.view(other.size())`.
    [Method] fn view_as(input: &Tensor, other: &Tensor) -> Tensor {
        input.view(Sizes(other.shape().iter().map(|&n| n as i64).collect()))
    }
    /// `self.reshape(other.size())`.
    [Method] fn reshape_as(input: &Tensor, other: &Tensor) -> Tensor { input.reshape_to(other.shape()) }
    /// Two axes exchanged.
    [Torch, Method] fn transpose(input: &Tensor, dim0: i64, dim1: i64) -> Tensor {
        let (i, j) = (wrap_dim(dim0, input.ndim())?, wrap_dim(dim1, input.ndim())?);
        show(input, input.layout().transpose(i, j), TransposeGrad { a: dim0, b: dim1 })
    }
    /// Two axes exchanged (`transpose`).
    [Torch, Method] fn swapaxes(input: &Tensor, axis0: i64, axis1: i64) -> Tensor { input.transpose(axis0, axis1) }
    /// Two axes exchanged (`transpose`).
    [Torch, Method] fn swapdims(input: &Tensor, dim0: i64, dim1: i64) -> Tensor { input.transpose(dim0, dim1) }
    /// Rows and columns exchanged; tensors of fewer than two axes as they are.
    ///
    /// Errors: RuntimeError above two axes.
    [Torch, Method] fn t(input: &Tensor) -> Tensor {
        ensure!(input.ndim() <= 2, Runtime, "t() expects a tensor with <= 2 dimensions, but self is {}D", input.ndim());
        let layout = if input.ndim() < 2 { input.layout().clone() } else { input.layout().transpose(0, 1) };
        if input.ndim() < 2 { show(input, layout, AliasGrad {}) } else { show(input, layout, TGrad {}) }
    }
    /// Axes in another order.
    [Torch, Method] fn permute(input: &Tensor, dims: Sizes) -> Tensor {
        let n = input.ndim();
        ensure!(dims.0.len() == n, Runtime, "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = {n} is not equal to len(dims) = {}", dims.0.len());
        let mut order = Dims::new();
        for &d in &dims.0 {
            let w = wrap_dim(d, n)?;
            ensure!(!order.contains(&w), Runtime, "permute(): duplicate dims are not allowed.");
            order.push(w);
        }
        input.permute_to(&order)
    }
    /// Axes moved to other places; the rest keep their order.
    [Torch, Method] fn movedim(input: &Tensor, source: &[i64], destination: &[i64]) -> Tensor {
        if input.ndim() == 0 { // its one axis stays where it is
            for &d in source.iter().chain(destination) { wrap_dim(d, 0)?; }
            return show(input, input.layout().clone(), AliasGrad {});
        }
        let n = input.ndim();
        ensure!(source.len() == destination.len(), Runtime, "movedim: Invalid source or destination dims: source ({source:?} dims) should contain the same number of dims as destination ({destination:?} dims)");
        let unique = |dims: &[i64], what: &str| -> Result<Dims> {
            let mut out = Dims::new();
            for &d in dims {
                let w = wrap_dim(d, n)?;
                ensure!(!out.contains(&w), Runtime, "movedim: repeated dim in `{what}` ({dims:?})");
                out.push(w);
            }
            Ok(out)
        };
        let (src, dst) = (unique(source, "source")?, unique(destination, "destination")?);
        let mut order = vec![usize::MAX; n];
        for (s, d) in src.iter().zip(&dst) { order[*d] = *s; }
        let mut rest = (0..n).filter(|i| !src.contains(i));
        for o in order.iter_mut().filter(|o| **o == usize::MAX) {
            if let Some(r) = rest.next() { *o = r; }
        }
        input.permute_to(&order)
    }
    /// Axes moved to other places (`movedim`).
    [Torch, Method] fn moveaxis(input: &Tensor, source: &[i64], destination: &[i64]) -> Tensor { input.movedim(source, destination) }
    /// A view repeated along axes of size 1; -1 keeps a size.
    [Method] fn expand(input: &Tensor, size: Sizes; implicit: bool = false) -> Tensor {
        let _ = implicit;
        let (n, m) = (input.ndim(), size.0.len());
        ensure!(m >= n, Runtime, "expand({}{{{:?}}}, size={:?}): the number of sizes provided ({m}) must be greater or equal to the number of dimensions in the tensor ({n})", crate::tensor::type_name(input.dtype(), input.device()), input.shape(), size.0.as_slice());
        let mut shape = Dims::new();
        for (i, &s) in size.0.iter().enumerate() {
            let have = if i + n >= m { Some(input.shape()[i + n - m]) } else { None };
            let wanted = match (s, have) {
                (-1, Some(h)) => h,
                (-1, None) => bail!(Runtime, "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {i}"),
                (s, _) if s < 0 => bail!(Runtime, "invalid size {s} for dimension {i} of expand"),
                (s, _) => s as usize,
            };
            if let Some(h) = have {
                ensure!(h == wanted || h == 1, Runtime, "The expanded size of the tensor ({wanted}) must match the existing size ({h}) at non-singleton dimension {i}.  Target sizes: {:?}.  Tensor sizes: {:?}", size.0.as_slice(), input.shape());
            }
            shape.push(wanted);
        }
        show(input, input.layout().broadcast_to(&shape), ExpandGrad {})
    }
    /// `self.expand(other.size())`.
    [Method] fn expand_as(input: &Tensor, other: &Tensor) -> Tensor {
        input.expand(Sizes(other.shape().iter().map(|&n| n as i64).collect()), false)
    }
    /// A view broadcast to a shape.
    [Torch, Method] fn broadcast_to(input: &Tensor, size: Sizes) -> Tensor { input.expand(size, false) }
    /// Without the axes of size 1.
    [Torch, Method] fn squeeze(input: &Tensor) -> Tensor {
        show(input, input.layout().squeeze(|_| true), SqueezeGrad { name: "SqueezeBackward0" })
    }
    /// Without the given axes, where their size is 1.
    [Torch, Method] fn squeeze_dims = "squeeze"(input: &Tensor, dim: &[i64]) -> Tensor {
        let dims = wrap_dims(dim, input.ndim())?;
        show(input, input.layout().squeeze(|i| dims.contains(&i)), SqueezeDimGrad {})
    }
    /// With an axis of size 1 put in.
    [Torch, Method] fn unsqueeze(input: &Tensor, dim: i64) -> Tensor {
        input.unsqueeze_at(wrap_dim(dim, input.ndim() + 1)?)
    }
    /// One index along an axis; the axis goes.
    [Torch, Method] fn select(input: &Tensor, dim: i64, index: i64) -> Tensor {
        ensure!(input.ndim() > 0, Index, "select() cannot be applied to a 0-dim tensor.");
        let axis = wrap_dim(dim, input.ndim())?;
        let n = input.shape()[axis] as i64;
        ensure!(index >= -n && index < n, Index, "select(): index {index} out of range for tensor of size {:?} at dimension {dim}", input.shape());
        input.select_at(axis, (if index < 0 { index + n } else { index }) as usize)
    }
    /// `length` elements from `start` along an axis, as a view.
    [Torch, Method] fn narrow_from = "narrow"(input: &Tensor, dim: i64, start: &Tensor, length: i64) -> Tensor {
        let whole = start.dtype().is_integral() && start.dtype() != DType::Bool;
        ensure!(start.ndim() == 0 && whole, Runtime, "start must be an 0-dim integral Tensor.");
        input.narrow(dim, start.item()?.to_i64(), length)
    }
    /// As the row above, from an integer.
    [Torch, Method] fn narrow(input: &Tensor, dim: i64, start: i64, length: i64) -> Tensor {
        ensure!(input.ndim() > 0, Runtime, "narrow() cannot be applied to a 0-dim tensor.");
        ensure!(length >= 0, Runtime, "narrow(): length must be non-negative.");
        let axis = wrap_dim(dim, input.ndim())?;
        let n = input.shape()[axis] as i64;
        ensure!(start >= -n && start <= n, Index, "Dimension out of range (expected to be in range of [{}, {n}], but got {start})", -n);
        let from = if start < 0 { start + n } else { start };
        ensure!(length <= n - from, Runtime, "start ({from}) + length ({length}) exceeds dimension size ({n}).");
        input.narrow_at(axis, from as usize, length as usize, 1)
    }
    /// A view with the given sizes, strides and offset, in elements of the storage.
    ///
    /// Errors: RuntimeError if an element would lie outside the storage.
    [Torch, Method] fn as_strided(input: &Tensor, size: &[i64], stride: &[i64], storage_offset: Option<i64> = None) -> Tensor {
        let view = strided_layout(input, size, stride, storage_offset)?;
        show(input, view.clone(), AsStrided { base: input.layout().clone(), view })
    }
    /// Windows of `size` elements along an axis, one every `step`; the window is a new last axis.
    [Method] fn unfold(input: &Tensor, dimension: i64, size: i64, step: i64) -> Tensor {
        let axis = wrap_dim(dimension, input.ndim())?;
        let n = if input.ndim() == 0 { 1 } else { input.shape()[axis] as i64 };
        ensure!(size >= 0, Runtime, "size is {size} but must be >= 0");
        ensure!(size <= n, Runtime, "maximum size for tensor at dimension {axis} is {n} but size is {size}");
        ensure!(step > 0, Runtime, "step is {step} but must be > 0");
        let (size, step) = (size as usize, step as usize);
        show(input, unfold_layout(input.layout(), axis, size, step), UnfoldGrad { axis, size, step })
    }
    /// The diagonal of two axes as a new last axis, a view.
    [Torch, Method] fn diagonal(input: &Tensor, offset: i64 = 0, dim1: i64 = 0, dim2: i64 = 1) -> Tensor {
        let (a, b) = (wrap_dim(dim1, input.ndim())?, wrap_dim(dim2, input.ndim())?);
        ensure!(a != b, Runtime, "diagonal dimensions cannot be identical {dim1}, {dim2}");
        show(input, diagonal_layout(input.layout(), offset, a, b), DiagonalGrad { offset, a, b })
    }
    /// Pieces of `split_size` (the last may be smaller), as views.
    [Torch, Method] fn split(input: &Tensor, split_size_or_sections: &[i64], dim: i64 = 0) -> Vec<Tensor> {
        if let [size] = split_size_or_sections { return split_by(input, *size, dim); }
        split_list(input, split_size_or_sections, dim)
    }
    /// Pieces of the given sizes, as views.
    [Torch, Method] fn split_with_sizes(input: &Tensor, split_sizes: &[i64], dim: i64 = 0) -> Vec<Tensor> { split_list(input, split_sizes, dim) }
    /// At most `chunks` pieces of equal size, as views.
    [Torch, Method] fn chunk(input: &Tensor, chunks: i64, dim: i64 = 0) -> Vec<Tensor> {
        ensure!(input.ndim() > 0, Runtime, "chunk expects at least a 1-dimensional tensor");
        ensure!(chunks > 0, Runtime, "chunk expects `chunks` to be greater than 0, got: {chunks}");
        let axis = wrap_dim(dim, input.ndim())?;
        let n = input.shape()[axis];
        let size = n.div_ceil(chunks as usize);
        if size == 0 { return input.split_at(axis, &vec![0; chunks as usize]); }
        let sizes: Vec<usize> = (0..n.div_ceil(size)).map(|i| size.min(n - i * size)).collect();
        input.split_at(axis, &sizes)
    }
    /// One tensor for each index along an axis, as views.
    [Torch, Method] fn unbind(input: &Tensor, dim: i64 = 0) -> Vec<Tensor> {
        let axis = wrap_dim(dim, input.ndim())?;
        ensure!(input.ndim() > 0, Index, "Dimension specified as {dim} but tensor has no dimensions");
        Ok((0..input.shape()[axis]).map(|index| {
            let mut out = input.alias(input.layout().select(axis, index));
            record_view(input, &mut out, Box::new(UnbindGrad { axis, index }), Some("UnbindBackward0"));
            out
        }).collect())
    }
    /// Axes `start_dim..=end_dim` as one.
    [Torch, Method] fn flatten(input: &Tensor, start_dim: i64 = 0, end_dim: i64 = -1) -> Tensor {
        let n = input.ndim();
        let (a, b) = (wrap_dim(start_dim, n)?, wrap_dim(end_dim, n)?);
        ensure!(a <= b, Runtime, "flatten() has invalid args: start_dim cannot come after end_dim");
        if n == 0 { return input.reshape_to(&[1]); }
        if a == b { return Ok(input.clone()); }
        let mut shape = Dims::from_slice(&input.shape()[..a]);
        shape.push(input.shape()[a..=b].iter().product());
        shape.extend_from_slice(&input.shape()[b + 1..]);
        input.reshape_to(&shape)
    }
    /// One axis as several; one of the sizes may be -1.
    [Torch, Method] fn unflatten(input: &Tensor, dim: i64, sizes: &[i64]) -> Tensor {
        let axis = wrap_dim(dim, input.ndim())?;
        ensure!(!sizes.is_empty(), Runtime, "unflatten: sizes must be non-empty");
        let n = if input.ndim() == 0 { 1 } else { input.shape()[axis] };
        let inner = infer_size(sizes, n).map_err(|_| crate::error::Error::new(crate::error::Kind::Runtime,
            format!("unflatten: Provided sizes {sizes:?} don't multiply up to the size of dim {dim} ({n}) in the input tensor")))?;
        let mut shape = Dims::from_slice(&input.shape()[..axis]);
        shape.extend_from_slice(&inner);
        if axis < input.ndim() { shape.extend_from_slice(&input.shape()[axis + 1..]); }
        match input.try_view(&shape)? {
            Some(v) => Ok(v),
            None => input.reshape_to(&shape),
        }
    }
    /// All elements in one axis: a view where possible.
    [Torch, Method] fn ravel(input: &Tensor) -> Tensor { input.reshape_to(&[input.numel()]) }
}

/// Pieces of one size; the last may be smaller.
fn split_by(input: &Tensor, size: i64, dim: i64) -> Result<Vec<Tensor>> {
    ensure!(input.ndim() > 0, Runtime, "split expects at least a 1-dimensional tensor");
    ensure!(size >= 0, Runtime, "split expects split_size be non-negative, but got split_size={size}");
    let axis = wrap_dim(dim, input.ndim())?;
    let (n, size) = (input.shape()[axis], size as usize);
    ensure!(
        size > 0 || n == 0,
        Runtime,
        "split_size can only be 0 if dimension size is 0, but got dimension size of {n}"
    );
    let count = if size == 0 { 1 } else { n.div_ceil(size).max(1) };
    let sizes: Vec<usize> = (0..count).map(|i| size.min(n - i * size)).collect();
    input.split_at(axis, &sizes)
}

/// Pieces of the given sizes.
fn split_list(input: &Tensor, sizes: &[i64], dim: i64) -> Result<Vec<Tensor>> {
    ensure!(input.ndim() > 0, Runtime, "split expects at least a 1-dimensional tensor");
    let axis = wrap_dim(dim, input.ndim())?;
    let n = input.shape()[axis];
    ensure!(
        sizes.iter().all(|&s| s >= 0),
        Runtime,
        "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={sizes:?}"
    );
    let total: i64 = sizes.iter().sum();
    ensure!(
        total == n as i64,
        Runtime,
        "split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension {dim}), but got split_sizes={sizes:?}"
    );
    input.split_at(axis, &sizes.iter().map(|&s| s as usize).collect::<Vec<_>>())
}

/// A checked layout by explicit sizes and strides.
pub fn strided_layout(input: &Tensor, size: &[i64], stride: &[i64], offset: Option<i64>) -> Result<Layout> {
    ensure!(size.len() == stride.len(), Runtime, "mismatch in length of strides and shape");
    ensure!(
        size.iter().chain(stride).all(|&v| v >= 0),
        Runtime,
        "as_strided: Negative strides are not supported at the moment, got strides: {stride:?}"
    );
    let offset = offset.unwrap_or(input.layout().offset as i64);
    ensure!(offset >= 0, Runtime, "Tensor: invalid storage offset {offset}");
    let layout = Layout {
        shape: size.iter().map(|&v| v as usize).collect(),
        strides: stride.iter().map(|&v| v as usize).collect(),
        offset: offset as usize,
    };
    let end = size.iter().zip(stride).try_fold(offset as u128, |e, (&n, &s)| {
        if n == 0 { None } else { Some(e + (n as u128 - 1) * s as u128) }
    });
    let bytes = end.map_or(0, |e| (e + 1) * input.dtype().size() as u128);
    ensure!(
        input.device() == crate::base::Device::Meta || bytes <= input.storage().nbytes() as u128,
        Runtime,
        "setStorage: sizes {size:?}, strides {stride:?}, storage offset {offset}, and itemsize {} requiring a storage size of {bytes} are out of bounds for storage of size {}",
        input.dtype().size(),
        input.storage().nbytes()
    );
    Ok(layout)
}

pub const TABLE: Table = &[VIEW];
