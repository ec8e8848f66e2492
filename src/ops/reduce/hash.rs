//! A number for the bits of many elements.

use crate::base::{DType, Dims};
use crate::error::{Error, Result};
use crate::ops::reduce::axes::Axes;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{ensure, rows};

/// The exclusive or along the last axis of a matrix of at least one column: halves are joined until one column is left.
fn exclusive_or(x: Tensor) -> Result<Tensor> {
    let mut x = x;
    let mut n = x.shape()[1] as i64;
    while n > 1 {
        let (half, odd) = (n / 2, n % 2);
        let joined = x.narrow(1, 0, half)?.bitwise_xor(x.narrow(1, half, half)?)?;
        // the column in the middle of an odd number was left over
        x = if odd == 0 {
            joined
        } else {
            crate::ops::shape::join::concat(&[joined, x.narrow(1, n - 1, 1)?], 1)?
        };
        n = half + odd;
    }
    x.reshape_to(&[x.shape()[0]])
}

rows! { HASH:
    /// The exclusive or of the bits of elements, of floats as float64 and of integers as int64: a number by which tensors are told
    /// apart. Needs no gradient.
    ///
    /// Args: mode: 0, the only way there is.
    /// Errors: RuntimeError for another mode or an empty tensor without `dim`, IndexError for an empty axis.
    ///
    /// ```text
    /// >>> torch.hash_tensor(torch.tensor([1, 2, 4])), torch.hash_tensor(torch.ones(1))
    /// (tensor(7, dtype=torch.uint64), tensor(4607182418800017408, dtype=torch.uint64))
    /// ```
    [Torch, Method] out Told fn hash_tensor(input: &Tensor, dim: Option<&[i64]> = None; keepdim: bool = false, mode: i64 = 0) -> Tensor {
        ensure!(mode == 0, Runtime, "Unknown hash_tensor mode: {mode}");
        if input.dtype().is_complex() {
            return Err(Error::no_kernel("xor_sum_cpu", input.dtype()));
        }
        ensure!(input.numel() > 0 || dim.is_some_and(|d| !d.is_empty()), Runtime,
            "hash_tensor: Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.");
        let axes = Axes::of(dim, keepdim, input.ndim())?;
        for &i in &axes.axes {
            ensure!(input.shape().get(i) != Some(&0), Index, "hash_tensor: Expected reduction dim {i} to have non-zero size.");
        }
        let x = input.detach();
        let x = if x.dtype().is_float() { x.cast(DType::F64)?.contiguous()?.view_dtype(DType::I64)? } else { x.cast(DType::I64)? };
        let rest = (0..x.ndim()).filter(|i| !axes.axes.contains(i));
        // a number has an axis to be asked for, and none to be turned
        let order: Dims = rest.chain(axes.axes.iter().copied().filter(|&i| i < x.ndim())).collect();
        let shape = axes.shape(x.shape());
        let lines = x.permute_to(&order)?.reshape_to(&[shape.iter().product(), axes.count(x.shape())])?;
        exclusive_or(lines)?.reshape_to(&shape)?.view_dtype(DType::U64)
    }
}

pub const TABLE: Table = &[HASH];
