//! A tensor in pieces: views of one base with one node.

use crate::base::{Scalar, collected, repeated, reserved, wrap_dim};
use crate::error::Result;
use crate::ops::driver::memory::full;
use crate::ops::driver::strided::zeros_with;
use crate::ops::driver::view::view_grad;
use crate::ops::driver::view::{record_view, record_views};
use crate::ops::table::Table;
use crate::tensor::{Context, Creation, GradFn, Grads, Tensor, Want};
use crate::{ensure, grads, rows};

/// The way back of all pieces at once: put together again.
#[derive(Debug)]
struct SplitGrad {
    axis: usize,
}

impl GradFn for SplitGrad {
    fn grad_name(&self) -> &str {
        "SplitBackward0"
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let pieces = g.iter().zip(&cx.node.outputs);
        let pieces: Vec<Tensor> = pieces
            .map(|(g, shape)| match g {
                Some(g) => Ok(g.clone()),
                None => full(&shape.dims, Scalar::Int(0), shape.dtype, shape.device),
            })
            .collect::<Result<_>>()?;
        grads![Some(super::join::concat(&pieces, self.axis as i64)?)]
    }
}

view_grad! {
    UnbindGrad { axis: usize, index: usize } "UnbindBackward0", |s, cx, g| {
        zeros_with(cx.shape(0), g, |l| l.select(s.axis, s.index))
    };
}

/// Bytes that a view takes, its node's share and its object in Python included.
const VIEW: usize = 512;

/// Room for many views, or an error: each is small, and a small allocation that fails ends the process.
fn room_for<T>(count: usize) -> Result<Vec<T>> {
    if count > 1000 {
        drop(reserved::<[u8; VIEW]>(count)?);
    }
    reserved(count)
}

impl Tensor {
    pub fn split_at(&self, axis: usize, sizes: &[usize]) -> Result<Vec<Tensor>> {
        let mut start = 0;
        let mut parts = room_for(sizes.len())?;
        for &size in sizes {
            parts.push(self.alias(self.layout().slice(axis, start, size, 1))?);
            start += size;
        }
        record_views(self, &mut parts, Box::new(SplitGrad { axis }), Creation::Multi);
        Ok(parts)
    }
}

/// Pieces by the number of them: the first ones one longer where they do not come out even.
fn in_sections(x: &Tensor, sections: i64, axis: usize) -> Result<Vec<Tensor>> {
    ensure!(sections > 0, Runtime, "number of sections must be larger than 0, got {sections}");
    let (n, k) = (x.shape()[axis], sections as usize);
    // sections may be empty, so their number is bounded by memory alone
    let mut out = room_for(k)?;
    let mut start = 0;
    for i in 0..k {
        let length = n / k + (i < n % k) as usize;
        out.push(x.narrow_at(axis, start, length, 1)?);
        start += length;
    }
    Ok(out)
}

/// Pieces between indices, which count as in slices.
fn at_indices(x: &Tensor, indices: &[i64], axis: usize) -> Result<Vec<Tensor>> {
    let n = x.shape()[axis];
    let mut from = 0;
    let mut out = room_for(indices.len() + 1)?;
    for &to in indices.iter().chain([&i64::MAX]) {
        let (s, e) = crate::base::clamp_slice(from, to, n);
        out.push(x.narrow_at(axis, s, e - s, 1)?);
        from = to;
    }
    Ok(out)
}

fn check_tensor_split(x: &Tensor, dim: i64) -> Result<usize> {
    ensure!(
        x.ndim() > 0,
        Runtime,
        "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
    );
    wrap_dim(dim, x.ndim())
}

/// `hsplit` and its kin: equal sections only.
fn even(name: &str, x: &Tensor, sections: i64, axis: usize) -> Result<Vec<Tensor>> {
    let n = x.shape()[axis];
    ensure!(
        sections > 0 && n.is_multiple_of(sections as usize),
        Runtime,
        "torch.{name} attempted to split along dimension {axis}, but the size of the dimension {n} is not divisible by the split_size {sections}!"
    );
    in_sections(x, sections, axis)
}

fn check_rank(name: &str, x: &Tensor, n: usize) -> Result<()> {
    ensure!(
        x.ndim() >= n,
        Runtime,
        "torch.{name} requires a tensor with at least {n} dimension, but got a tensor with {} dimensions!",
        x.ndim()
    );
    Ok(())
}

/// The axis `hsplit` and `hstack` mean.
fn horizontal(x: &Tensor) -> usize {
    (x.ndim() > 1) as usize
}

/// Pieces of one size; the last may be smaller.
pub(crate) fn split_by(input: &Tensor, size: i64, dim: i64) -> Result<Vec<Tensor>> {
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
    input.split_at(axis, &collected(count, (0..count).map(|i| size.min(n - i * size)))?)
}

/// Pieces of the given sizes.
pub(crate) fn split_list(input: &Tensor, sizes: &[i64], dim: i64) -> Result<Vec<Tensor>> {
    ensure!(input.ndim() > 0, Runtime, "split expects at least a 1-dimensional tensor");
    let axis = wrap_dim(dim, input.ndim())?;
    let n = input.shape()[axis];
    ensure!(
        sizes.iter().all(|&s| s >= 0),
        Runtime,
        "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={sizes:?}"
    );
    let total: i128 = sizes.iter().map(|&s| s as i128).sum();
    ensure!(
        total == n as i128,
        Runtime,
        "split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension {dim}), but got split_sizes={sizes:?}"
    );
    input.split_at(axis, &sizes.iter().map(|&s| s as usize).collect::<Vec<_>>())
}

rows! { SPLIT:
    /// Pieces of `split_size` (the last may be smaller), as views.
    ///
    /// ```text
    /// >>> torch.split(torch.arange(5), 2)
    /// (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    /// >>> torch.split(torch.arange(5), (1, 4))
    /// (tensor([0]), tensor([1, 2, 3, 4]))
    /// ```
    [Torch, Method] fn split(input: &Tensor, split_size_or_sections: &[i64], dim: i64 = 0) -> Vec<Tensor> {
        if let [size] = split_size_or_sections { return split_by(input, *size, dim); }
        split_list(input, split_size_or_sections, dim)
    }
    /// Pieces of the given sizes, as views.
    ///
    /// ```text
    /// >>> torch.split_with_sizes(torch.arange(5), (1, 4))
    /// (tensor([0]), tensor([1, 2, 3, 4]))
    /// ```
    [Torch, Method] fn split_with_sizes(input: &Tensor, split_sizes: &[i64], dim: i64 = 0) -> Vec<Tensor> { split_list(input, split_sizes, dim) }
    /// At most `chunks` pieces of equal size, as views.
    ///
    /// ```text
    /// >>> torch.chunk(torch.arange(5), 2)
    /// (tensor([0, 1, 2]), tensor([3, 4]))
    /// ```
    [Torch, Method] fn chunk(input: &Tensor, chunks: i64, dim: i64 = 0) -> Vec<Tensor> {
        ensure!(input.ndim() > 0, Runtime, "chunk expects at least a 1-dimensional tensor");
        ensure!(chunks > 0, Runtime, "chunk expects `chunks` to be greater than 0, got: {chunks}");
        let axis = wrap_dim(dim, input.ndim())?;
        let n = input.shape()[axis];
        let size = n.div_ceil(chunks as usize);
        if size == 0 { return input.split_at(axis, &repeated(0, chunks as usize)?); }
        let count = n.div_ceil(size);
        input.split_at(axis, &collected(count, (0..count).map(|i| size.min(n - i * size)))?)
    }
    /// One tensor for each index along an axis, as views.
    ///
    /// ```text
    /// >>> torch.unbind(torch.arange(4).view(2, 2))
    /// (tensor([0, 1]), tensor([2, 3]))
    /// ```
    [Torch, Method] fn unbind(input: &Tensor, dim: i64 = 0) -> Vec<Tensor> {
        let axis = wrap_dim(dim, input.ndim())?;
        ensure!(input.ndim() > 0, Index, "Dimension specified as {dim} but tensor has no dimensions");
        let count = input.shape()[axis];
        let mut parts = room_for(count)?;
        for index in 0..count {
            let mut out = input.alias(input.layout().select(axis, index))?;
            record_view(input, &mut out, Box::new(UnbindGrad { axis, index }), Creation::Multi);
            parts.push(out);
        }
        Ok(parts)
    }
    /// That many pieces along an axis, as even as can be, as views.
    ///
    /// ```text
    /// >>> torch.tensor_split(torch.arange(5), 2)
    /// (tensor([0, 1, 2]), tensor([3, 4]))
    /// >>> torch.tensor_split(torch.arange(5), (2, 3))
    /// (tensor([0, 1]), tensor([2]), tensor([3, 4]))
    /// ```
    [Torch, Method] fn tensor_split(input: &Tensor, sections: i64, dim: i64 = 0) -> Vec<Tensor> {
        let axis = check_tensor_split(input, dim)?;
        in_sections(input, sections, axis)
    }
    /// The pieces between the given indices along an axis, as views.
    [Torch, Method] fn tensor_split_indices = "tensor_split"(input: &Tensor, indices: &[i64], dim: i64 = 0) -> Vec<Tensor> {
        let axis = check_tensor_split(input, dim)?;
        at_indices(input, indices, axis)
    }
    /// As `tensor_split`, the number of sections or the indices in a tensor.
    [Torch, Method] fn tensor_split_tensor = "tensor_split"(input: &Tensor, tensor_indices_or_sections: &Tensor, dim: i64 = 0) -> Vec<Tensor> {
        let t = tensor_indices_or_sections;
        ensure!(t.dtype() == crate::base::DType::I64, Runtime, "tensor_split expected tensor_indices_or_sections to have dtype of long, but got {}", t.dtype().scalar_name());
        ensure!(t.ndim() <= 1, Runtime, "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got a tensor with {} dims", t.ndim());
        let axis = check_tensor_split(input, dim)?;
        if t.ndim() == 0 { return in_sections(input, t.item()?.to_i64(), axis); }
        at_indices(input, &t.whole_numbers("tensor_split")?, axis)
    }
    /// Equal sections along the second axis (of a vector: along the first).
    ///
    /// ```text
    /// >>> torch.hsplit(torch.arange(4), 2)
    /// (tensor([0, 1]), tensor([2, 3]))
    /// ```
    [Torch, Method] fn hsplit(input: &Tensor, sections: i64) -> Vec<Tensor> {
        check_rank("hsplit", input, 1)?;
        even("hsplit", input, sections, horizontal(input))
    }
    /// Pieces between indices along the second axis (of a vector: along the first).
    [Torch, Method] fn hsplit_indices = "hsplit"(input: &Tensor, indices: &[i64]) -> Vec<Tensor> {
        check_rank("hsplit", input, 1)?;
        at_indices(input, indices, horizontal(input))
    }
    /// Equal sections along the first axis.
    ///
    /// ```text
    /// >>> torch.vsplit(torch.arange(4).view(2, 2), 2)
    /// (tensor([[0, 1]]), tensor([[2, 3]]))
    /// ```
    [Torch, Method] fn vsplit(input: &Tensor, sections: i64) -> Vec<Tensor> {
        check_rank("vsplit", input, 2)?;
        even("vsplit", input, sections, 0)
    }
    /// Pieces between indices along the first axis.
    [Torch, Method] fn vsplit_indices = "vsplit"(input: &Tensor, indices: &[i64]) -> Vec<Tensor> {
        check_rank("vsplit", input, 2)?;
        at_indices(input, indices, 0)
    }
    /// Equal sections along the third axis.
    ///
    /// ```text
    /// >>> [x.shape for x in torch.dsplit(torch.zeros(2, 3, 4), 2)]
    /// [torch.Size([2, 3, 2]), torch.Size([2, 3, 2])]
    /// ```
    [Torch, Method] fn dsplit(input: &Tensor, sections: i64) -> Vec<Tensor> {
        check_rank("dsplit", input, 3)?;
        even("dsplit", input, sections, 2)
    }
    /// Pieces between indices along the third axis.
    [Torch, Method] fn dsplit_indices = "dsplit"(input: &Tensor, indices: &[i64]) -> Vec<Tensor> {
        check_rank("dsplit", input, 3)?;
        at_indices(input, indices, 2)
    }
}

pub const TABLE: Table = &[SPLIT];
