//! Parts of a tensor by position and stride, as views.

use crate::base::{DType, Layout, wrap_dim};
use crate::base::{diagonal_layout, unfold_layout};
use crate::error::Result;
use crate::ops::driver::strided::{Window, spread, zeros_with};
use crate::ops::driver::view::AsStrided;
use crate::ops::driver::view::view as show;
use crate::ops::driver::view::view_grad;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{ensure, rows};

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
    let unread =
        input.device() == crate::base::Device::Meta || input.batch().iter().any(|axis| axis.size == 0);
    ensure!(
        unread || bytes <= input.storage().nbytes() as u128,
        Runtime,
        "setStorage: sizes {size:?}, strides {stride:?}, storage offset {offset}, and itemsize {} requiring a storage size of {bytes} are out of bounds for storage of size {}",
        input.dtype().size(),
        input.storage().nbytes()
    );
    Ok(layout)
}

view_grad! {
    SliceGrad { axis: usize, start: usize, step: usize } "SliceBackward0", |s, cx, g| {
        zeros_with(cx.shape(0), g, |l| l.slice(s.axis, s.start, g.shape()[s.axis], s.step))
    };
    SelectGrad { axis: usize, index: usize } "SelectBackward0", |s, cx, g| {
        zeros_with(cx.shape(0), g, |l| l.select(s.axis, s.index))
    };
    DiagonalGrad { offset: i64, a: usize, b: usize } "DiagonalBackward0", |s, cx, g| {
        zeros_with(cx.shape(0), g, |l| diagonal_layout(l, s.offset, s.a, s.b))
    };
    UnfoldGrad { axis: usize, size: usize, step: usize } "UnfoldBackward0", |s, cx, g| {
        let base = Layout::contiguous(cx.shape(0));
        spread(g, &Window::new(&base, &unfold_layout(&base, s.axis, s.size, s.step)))
    };
}

impl Tensor {
    /// `start..start + length` along an axis.
    pub fn narrow_at(&self, axis: usize, start: usize, length: usize, step: usize) -> Result<Tensor> {
        show(self, self.layout().slice(axis, start, length, step), SliceGrad { axis, start, step })
    }
    pub fn select_at(&self, axis: usize, index: usize) -> Result<Tensor> {
        show(self, self.layout().select(axis, index), SelectGrad { axis, index })
    }
}

rows! { SLICE:
    /// One index along an axis; the axis goes.
    ///
    /// ```text
    /// >>> torch.select(torch.arange(4).view(2, 2), 1, 0)
    /// tensor([0, 2])
    /// ```
    [Torch, Method] fn select(input: &Tensor, dim: i64, index: i64) -> Tensor {
        ensure!(input.ndim() > 0, Index, "select() cannot be applied to a 0-dim tensor.");
        let axis = wrap_dim(dim, input.ndim())?;
        let n = input.shape()[axis] as i64;
        ensure!(index >= -n && index < n, Index, "select(): index {index} out of range for tensor of size {:?} at dimension {dim}", input.shape());
        input.select_at(axis, (if index < 0 { index + n } else { index }) as usize)
    }
    /// `length` elements from `start` along an axis, as a view.
    ///
    /// ```text
    /// >>> torch.narrow(torch.arange(5), 0, 1, 3)
    /// tensor([1, 2, 3])
    /// ```
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
    ///
    /// ```text
    /// >>> torch.as_strided(torch.arange(4), (2, 2), (1, 2))
    /// tensor([[0, 2],
    ///         [1, 3]])
    /// ```
    [Torch, Method] fn as_strided(input: &Tensor, size: &[i64], stride: &[i64], storage_offset: Option<i64> = None) -> Tensor {
        let view = strided_layout(input, size, stride, storage_offset)?;
        show(input, view.clone(), AsStrided { window: Window::new(input.layout(), &view) })
    }
    /// Windows of `size` elements along an axis, one every `step`; the window is a new last axis.
    ///
    /// ```text
    /// >>> torch.arange(4).unfold(0, 2, 1)
    /// tensor([[0, 1],
    ///         [1, 2],
    ///         [2, 3]])
    /// ```
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
    ///
    /// ```text
    /// >>> torch.diagonal(torch.arange(9).view(3, 3), 1)
    /// tensor([1, 5])
    /// ```
    [Torch, Method] fn diagonal(input: &Tensor, offset: i64 = 0, dim1: i64 = 0, dim2: i64 = 1) -> Tensor {
        let (a, b) = (wrap_dim(dim1, input.ndim())?, wrap_dim(dim2, input.ndim())?);
        ensure!(a != b, Runtime, "diagonal dimensions cannot be identical {dim1}, {dim2}");
        show(input, diagonal_layout(input.layout(), offset, a, b), DiagonalGrad { offset, a, b })
    }
}

pub const TABLE: Table = &[SLICE];
