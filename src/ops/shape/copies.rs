//! Views as copies: `view_copy` is `view`, with elements of its own.

use crate::base::MemoryFormat;
use crate::error::Result;
use crate::ops::shape::split::{split_by, split_list};
use crate::ops::table::{Sizes, Table};
use crate::tensor::Tensor;
use crate::{ensure, rows};

fn own(view: Result<Tensor>) -> Result<Tensor> {
    view?.clone_as(MemoryFormat::Contiguous)
}

fn own_each(views: Result<Vec<Tensor>>) -> Result<Vec<Tensor>> {
    views?.into_iter().map(|v| v.clone_as(MemoryFormat::Contiguous)).collect()
}

/// Pieces that are views one by one: each may be changed in place.
fn pieces(views: &[Tensor], input: &Tensor, dim: i64) -> Result<Vec<Tensor>> {
    let axis = crate::base::wrap_dim(dim, input.ndim())? as i64;
    let mut at = 0;
    views
        .iter()
        .map(|v| {
            let n = v.shape()[axis as usize] as i64;
            at += n;
            input.narrow(axis, at - n, n)
        })
        .collect()
}

rows! { COPIES:
    /// A copy, as `alias` shows it.
    ///
    /// ```text
    /// >>> torch.alias_copy(torch.tensor([1, 2]))
    /// tensor([1, 2])
    /// ```
    [Torch] fn alias_copy(input: &Tensor) -> Tensor { own(Ok(input.clone())) }
    /// `as_strided` as a copy.
    ///
    /// ```text
    /// >>> torch.as_strided_copy(torch.arange(4), (2, 2), (1, 2))
    /// tensor([[0, 2],
    ///         [1, 3]])
    /// ```
    [Torch] fn as_strided_copy(input: &Tensor, size: &[i64], stride: &[i64], storage_offset: Option<i64> = None) -> Tensor { own(input.as_strided(size, stride, storage_offset)) }
    /// `detach` as a copy.
    ///
    /// ```text
    /// >>> torch.detach_copy(torch.tensor([1.0, 2.0]))
    /// tensor([1., 2.])
    /// ```
    [Torch] fn detach_copy(input: &Tensor) -> Tensor { own(Ok(input.detach())) }
    /// `diagonal` as a copy.
    ///
    /// ```text
    /// >>> torch.diagonal_copy(torch.arange(4).view(2, 2))
    /// tensor([0, 3])
    /// ```
    [Torch] fn diagonal_copy(input: &Tensor, offset: i64 = 0, dim1: i64 = 0, dim2: i64 = 1) -> Tensor { own(input.diagonal(offset, dim1, dim2)) }
    /// `expand` as a copy.
    ///
    /// ```text
    /// >>> torch.expand_copy(torch.tensor([1, 2]), (2, 2))
    /// tensor([[1, 2],
    ///         [1, 2]])
    /// ```
    [Torch] fn expand_copy(input: &Tensor, size: Sizes; implicit: bool = false) -> Tensor { own(input.expand(size, implicit)) }
    /// `narrow` as a copy.
    ///
    /// ```text
    /// >>> torch.narrow_copy(torch.arange(5), 0, 1, 3)
    /// tensor([1, 2, 3])
    /// ```
    [Torch, Method] fn narrow_copy(input: &Tensor, dim: i64, start: i64, length: i64) -> Tensor {
        let n = input.ndim() as i64;
        ensure!(n == 0 || dim < n, Runtime, "Expected dim < static_cast<int64_t>(self_sizes.size()) to be true, but got false.");
        own(input.narrow(dim, start, length))
    }
    /// `permute` as a copy.
    ///
    /// ```text
    /// >>> torch.permute_copy(torch.arange(4).view(2, 2), (1, 0))
    /// tensor([[0, 2],
    ///         [1, 3]])
    /// ```
    [Torch] fn permute_copy(input: &Tensor, dims: Sizes) -> Tensor { own(input.permute(dims)) }
    /// `select` as a copy.
    ///
    /// ```text
    /// >>> torch.select_copy(torch.arange(4).view(2, 2), 1, 0)
    /// tensor([0, 2])
    /// ```
    [Torch] fn select_copy(input: &Tensor, dim: i64, index: i64) -> Tensor { own(input.select(dim, index)) }
    /// `split` as copies.
    ///
    /// ```text
    /// >>> torch.split_copy(torch.arange(4), 2)
    /// (tensor([0, 1]), tensor([2, 3]))
    /// ```
    [Torch] fn split_copy(input: &Tensor, split_size: i64, dim: i64 = 0) -> Vec<Tensor> { own_each(split_by(input, split_size, dim)) }
    /// `split_with_sizes` as copies.
    ///
    /// ```text
    /// >>> torch.split_with_sizes_copy(torch.arange(5), (2, 3))
    /// (tensor([0, 1]), tensor([2, 3, 4]))
    /// ```
    [Torch] fn split_with_sizes_copy(input: &Tensor, split_sizes: &[i64], dim: i64 = 0) -> Vec<Tensor> { own_each(split_list(input, split_sizes, dim)) }
    /// `squeeze` as a copy.
    ///
    /// ```text
    /// >>> torch.squeeze_copy(torch.arange(3).view(1, 3))
    /// tensor([0, 1, 2])
    /// ```
    [Torch] fn squeeze_copy(input: &Tensor) -> Tensor { own(input.squeeze()) }
    /// `squeeze` of axes as a copy.
    [Torch] fn squeeze_copy_dims = "squeeze_copy"(input: &Tensor, dim: &[i64]) -> Tensor { own(input.squeeze_dims(dim)) }
    /// `t` as a copy.
    ///
    /// ```text
    /// >>> torch.t_copy(torch.arange(4).view(2, 2))
    /// tensor([[0, 2],
    ///         [1, 3]])
    /// ```
    [Torch] fn t_copy(input: &Tensor) -> Tensor { own(input.t()) }
    /// `transpose` as a copy.
    ///
    /// ```text
    /// >>> torch.transpose_copy(torch.arange(4).view(2, 2), 0, 1)
    /// tensor([[0, 2],
    ///         [1, 3]])
    /// ```
    [Torch] fn transpose_copy(input: &Tensor, dim0: i64, dim1: i64) -> Tensor { own(input.transpose(dim0, dim1)) }
    /// `unbind` as copies.
    ///
    /// ```text
    /// >>> torch.unbind_copy(torch.arange(4).view(2, 2))
    /// (tensor([0, 1]), tensor([2, 3]))
    /// ```
    [Torch] fn unbind_copy(input: &Tensor, dim: i64 = 0) -> Vec<Tensor> { own_each(input.unbind(dim)) }
    /// `unfold` as a copy.
    ///
    /// ```text
    /// >>> torch.unfold_copy(torch.arange(4), 0, 2, 1)
    /// tensor([[0, 1],
    ///         [1, 2],
    ///         [2, 3]])
    /// ```
    [Torch] fn unfold_copy(input: &Tensor, dimension: i64, size: i64, step: i64) -> Tensor { own(input.unfold(dimension, size, step)) }
    /// `unsqueeze` as a copy.
    ///
    /// ```text
    /// >>> torch.unsqueeze_copy(torch.arange(3), 0)
    /// tensor([[0, 1, 2]])
    /// ```
    [Torch] fn unsqueeze_copy(input: &Tensor, dim: i64) -> Tensor { own(input.unsqueeze(dim)) }
    /// `view` as a copy.
    ///
    /// ```text
    /// >>> torch.view_copy(torch.arange(4), (2, 2))
    /// tensor([[0, 1],
    ///         [2, 3]])
    /// ```
    [Torch] fn view_copy(input: &Tensor, size: Sizes) -> Tensor { own(input.view(size)) }
    /// `chunk` with pieces that may be changed in place.
    ///
    /// ```text
    /// >>> torch.unsafe_chunk(torch.arange(4), 2)
    /// (tensor([0, 1]), tensor([2, 3]))
    /// ```
    [Torch, Method] fn unsafe_chunk(input: &Tensor, chunks: i64, dim: i64 = 0) -> Vec<Tensor> { pieces(&input.detach().chunk(chunks, dim)?, input, dim) }
    /// `split` with pieces that may be changed in place.
    ///
    /// ```text
    /// >>> torch.unsafe_split(torch.arange(4), 2)
    /// (tensor([0, 1]), tensor([2, 3]))
    /// ```
    [Torch, Method] fn unsafe_split(input: &Tensor, split_size: i64, dim: i64 = 0) -> Vec<Tensor> { pieces(&split_by(&input.detach(), split_size, dim)?, input, dim) }
    /// `split_with_sizes` with pieces that may be changed in place.
    ///
    /// ```text
    /// >>> torch.unsafe_split_with_sizes(torch.arange(5), (2, 3))
    /// (tensor([0, 1]), tensor([2, 3, 4]))
    /// ```
    [Torch, Method] fn unsafe_split_with_sizes(input: &Tensor, split_sizes: &[i64], dim: i64 = 0) -> Vec<Tensor> { pieces(&split_list(&input.detach(), split_sizes, dim)?, input, dim) }
}

pub const TABLE: Table = &[COPIES];
