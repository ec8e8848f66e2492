//! Rows of pooling.

use super::args::{Fixed, adaptive, per_axis};
use super::op::{self, Axis, Geometry};
use crate::base::Dims;
use crate::error::Result;
use crate::ops::table::{Ret, Table};
use crate::tensor::Tensor;
use crate::{axes, ensure, rows};
use smallvec::smallvec;

fn pair(found: (Tensor, Option<Tensor>)) -> Ret {
    match found {
        (v, Some(i)) => Ret::Tuple(smallvec![v, i]),
        (v, None) => Ret::Tensor(v),
    }
}

/// A maximum pooling's arguments.
#[derive(Clone, Copy)]
struct MaxArgs<'a> {
    kernel: &'a [i64],
    stride: Option<&'a [i64]>,
    padding: &'a [i64],
    dilation: &'a [i64],
    ceil: bool,
}

fn max(input: &Tensor, n: usize, a: MaxArgs, indices: bool) -> Result<(Tensor, Option<Tensor>)> {
    let name = ["", "max_pool1d", "max_pool2d", "max_pool3d"][n];
    let stride = a.stride.unwrap_or(&[]);
    let fixed =
        Fixed { name, n, kernel: a.kernel, stride, padding: a.padding, dilation: a.dilation, ceil: a.ceil };
    op::max(input, fixed.geometry(input)?, indices)
}

fn avg(
    input: &Tensor,
    n: usize,
    kernel: &[i64],
    stride: Option<&[i64]>,
    padding: &[i64],
    ceil: bool,
    include_pad: bool,
    divisor: Option<i64>,
) -> Result<Tensor> {
    let name = ["", "avg_pool1d", "avg_pool2d", "avg_pool3d"][n];
    ensure!(divisor != Some(0), Runtime, "divisor must be not zero");
    let fixed = Fixed { name, n, kernel, stride: stride.unwrap_or(&[]), padding, dilation: &[1], ceil };
    let geo = fixed.geometry(input)?;
    op::avg(input, Geometry { include_pad, divisor, ..geo })
}

fn adaptive_avg(name: &'static str, input: &Tensor, n: usize, output: &[Option<i64>]) -> Result<Tensor> {
    let geo = adaptive(name, input, n, output)?;
    if !input.dtype().is_float() {
        return Err(crate::error::Error::no_dtype(name, input.dtype(), "floating dtypes"));
    }
    if geo.output.iter().all(|&o| o == 1) && geo.input.iter().all(|&s| s > 0) {
        let dims: Vec<i64> = (1..=n as i64).map(|d| -d).collect();
        return input.mean_over(&dims, true);
    }
    op::avg(input, geo)
}

fn adaptive_max(
    name: &'static str,
    input: &Tensor,
    n: usize,
    output: &[Option<i64>],
    indices: bool,
) -> Result<Ret> {
    Ok(pair(op::max(input, adaptive(name, input, n, output)?, indices)?))
}

fn unpool(
    input: &Tensor,
    indices: &Tensor,
    n: usize,
    kernel: &[i64],
    stride: Option<&[i64]>,
    padding: &[i64],
    size: Option<&[i64]>,
) -> Result<Tensor> {
    let name = ["", "max_unpool1d", "max_unpool2d", "max_unpool3d"][n];
    let d = input.ndim();
    let k = per_axis(name, "kernel_size", kernel, n)?;
    let s = match stride {
        Some(s) if !s.is_empty() => per_axis(name, "stride", s, n)?,
        _ => k,
    };
    let p = per_axis(name, "padding", padding, n)?;
    ensure!(
        d == n + 1 || d == n + 2,
        Runtime,
        "{name}: Input to {name} should be a {}d or {}d Tensor, but got {d} dimensions",
        n + 1,
        n + 2
    );
    ensure!(
        indices.dtype() == crate::base::DType::I64,
        Runtime,
        "elements in indices should be type int64 but got: {}",
        indices.dtype().scalar_name()
    );
    ensure!(
        indices.shape() == input.shape(),
        Runtime,
        "Expected shape of indices to be same as that of the input tensor ({:?}) but got indices tensor with shape: {:?}",
        input.shape(),
        indices.shape()
    );
    let have = Dims::from_slice(&input.shape()[d - n..]);
    // sizes from a call may be anything up to 63 bits: counted in 128
    let full = |i: usize| {
        let size = (have[i] as i128 - 1) * s[i] as i128 + k[i] as i128 - 2 * p[i] as i128;
        size.clamp(i64::MIN as i128, i64::MAX as i128) as i64
    };
    let default: Vec<i64> = (0..n).map(full).collect();
    let wanted = match size {
        None => default,
        Some(v) => {
            ensure!(
                v.len() == n || v.len() == n + 2,
                Value,
                "output_size should be a sequence containing {n} or {} elements, but it has a length of '{}'",
                n + 2,
                v.len()
            );
            let v = &v[v.len() - n..];
            for i in 0..n {
                let (lo, hi) = (default[i].saturating_sub(s[i]), default[i].saturating_add(s[i]));
                ensure!(
                    lo < v[i] && v[i] < hi,
                    Value,
                    "invalid output_size {v:?} (dim {i} must be between {lo} and {hi})"
                );
            }
            v.to_vec()
        }
    };
    ensure!(wanted.iter().all(|&w| w >= 0), Runtime, "{name}: output size {wanted:?} is negative");
    let geo = Geometry {
        name,
        spatial: n,
        axes: [Axis::Adaptive; 3],
        input: wanted.iter().map(|&w| w as usize).collect(),
        output: have,
        include_pad: true,
        divisor: None,
    };
    op::unpool(input, indices, geo)
}

/// Names of the adaptive averages by their axes.
const ADAPTIVE_AVG: [&str; 4] = ["", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d"];

axes! { POOL [1 2 3]:
    /// The greatest element of every window; with `return_indices` also its position in the plane.
    ///
    /// Args: input: real (N, C, ...) or (C, ...); kernel_size, stride, padding, dilation: one int or one per axis.
    ///
    /// ```text
    /// >>> F.max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    /// tensor([[4., 3.]])
    /// >>> F.max_pool2d(torch.ones(1, 3, 8, 8), 3, stride=2, padding=1).shape
    /// torch.Size([1, 3, 4, 4])
    /// >>> F.max_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    /// torch.Size([1, 3, 4, 4, 4])
    /// ```
    [Nn] autocast Float32 from 3 fn nn_max_pool = ("max_pool") |n| (
        input: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0],
        dilation: &[i64] = &[1], ceil_mode: bool = false, return_indices: bool = false
    ) -> Ret {
        max(input, n, MaxArgs { kernel: kernel_size, stride, padding, dilation, ceil: ceil_mode }, return_indices).map(pair)
    }
    /// The greatest element of every window and its position in the plane.
    ///
    /// ```text
    /// >>> F.max_pool1d_with_indices(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    /// (tensor([[4., 3.]]), tensor([[1, 3]]))
    /// >>> F.max_pool2d_with_indices(torch.ones(1, 3, 8, 8), 2)[1].shape
    /// torch.Size([1, 3, 4, 4])
    /// >>> F.max_pool3d_with_indices(torch.ones(1, 3, 8, 8, 8), 2)[1].shape
    /// torch.Size([1, 3, 4, 4, 4])
    /// ```
    [Nn] autocast Float32 from 3 fn max_pool_with_indices = ("max_pool", "_with_indices") |n| (
        input: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0],
        dilation: &[i64] = &[1], ceil_mode: bool = false, _return_indices: bool = false
    ) -> Ret {
        max(input, n, MaxArgs { kernel: kernel_size, stride, padding, dilation, ceil: ceil_mode }, true).map(pair)
    }
    /// The greatest element of every window.
    ///
    /// ```text
    /// >>> torch.max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    /// tensor([[4., 3.]])
    /// >>> torch.max_pool2d(torch.ones(1, 3, 8, 8), 3, stride=2, padding=1).shape
    /// torch.Size([1, 3, 4, 4])
    /// >>> torch.max_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    /// torch.Size([1, 3, 4, 4, 4])
    /// ```
    [Torch] autocast Float32 from 3 fn max_pool = ("max_pool") |n| (input: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0], dilation: &[i64] = &[1], ceil_mode: bool = false) -> Tensor {
        max(input, n, MaxArgs { kernel: kernel_size, stride, padding, dilation, ceil: ceil_mode }, false).map(|f| f.0)
    }
    /// Puts values back where a maximum pooling found them; zero elsewhere.
    ///
    /// ```text
    /// >>> y, at = F.max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2, return_indices=True)
    /// >>> F.max_unpool1d(y, at, 2)
    /// tensor([[0., 4., 0., 3.]])
    /// >>> y, at = F.max_pool2d(torch.ones(1, 3, 8, 8), 2, return_indices=True)
    /// >>> F.max_unpool2d(y, at, 2).sum()
    /// tensor(48.)
    /// >>> y, at = F.max_pool3d(torch.ones(1, 3, 4, 4, 4), 2, return_indices=True)
    /// >>> F.max_unpool3d(y, at, 2).sum()
    /// tensor(24.)
    /// ```
    [Nn] autocast Float32 from 2 fn max_unpool = ("max_unpool") |n| (
        input: &Tensor, indices: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0],
        output_size: Option<&[i64]> = None
    ) -> Tensor {
        unpool(input, indices, n, kernel_size, stride, padding, output_size)
    }
    /// The greatest elements of as many windows as `output_size` says.
    ///
    /// ```text
    /// >>> F.adaptive_max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    /// tensor([[4., 3.]])
    /// >>> F.adaptive_max_pool2d(torch.ones(1, 3, 8, 9), (5, None)).shape
    /// torch.Size([1, 3, 5, 9])
    /// >>> F.adaptive_max_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    /// torch.Size([1, 3, 2, 2, 2])
    /// ```
    [Nn] autocast Float32 from 3 fn adaptive_max_pool = ("adaptive_max_pool") |n| (input: &Tensor, output_size: &[Option<i64>], return_indices: bool = false) -> Ret {
        adaptive_max(["", "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d"][n], input, n, output_size, return_indices)
    }
    /// Averages over as many windows as `output_size` says.
    ///
    /// ```text
    /// >>> F.adaptive_avg_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    /// tensor([[2.5000, 2.5000]])
    /// >>> F.adaptive_avg_pool2d(torch.ones(1, 3, 8, 9), (5, None)).shape
    /// torch.Size([1, 3, 5, 9])
    /// >>> F.adaptive_avg_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    /// torch.Size([1, 3, 2, 2, 2])
    /// ```
    [Nn] autocast Float32 from 3 fn adaptive_avg_pool = ("adaptive_avg_pool") |n| (input: &Tensor, output_size: &[Option<i64>]) -> Tensor { adaptive_avg(ADAPTIVE_AVG[n], input, n, output_size) }
}

rows! { AVERAGES:
    /// Averages over windows of (N, C, L).
    ///
    /// ```text
    /// >>> torch.avg_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    /// tensor([[2.5000, 2.5000]])
    /// ```
    [Torch, Nn] fn avg_pool1d(input: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0], ceil_mode: bool = false, count_include_pad: bool = true) -> Tensor {
        for (v, what) in [(kernel_size, "kernel_size"), (stride.unwrap_or(&[1]), "stride"), (padding, "padding")] {
            ensure!(v.len() <= 1, Runtime, "avg_pool1d() argument '{what}' should contain one int (got {})", v.len());
        }
        avg(input, 1, kernel_size, stride, padding, ceil_mode, count_include_pad, None)
    }
    /// Averages over windows of (N, C, H, W); `divisor_override` replaces the size of the window.
    ///
    /// ```text
    /// >>> F.avg_pool2d(torch.ones(1, 3, 8, 8), 3, stride=2, padding=1).shape
    /// torch.Size([1, 3, 4, 4])
    /// ```
    [Nn] fn avg_pool2d(
        input: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0],
        ceil_mode: bool = false, count_include_pad: bool = true, divisor_override: Option<i64> = None
    ) -> Tensor {
        avg(input, 2, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    }
    /// Averages over windows of (N, C, D, H, W); `divisor_override` replaces the size of the window.
    ///
    /// ```text
    /// >>> F.avg_pool3d(torch.ones(1, 3, 8, 8, 8), 2).shape
    /// torch.Size([1, 3, 4, 4, 4])
    /// ```
    [Nn] autocast Float32 fn avg_pool3d(
        input: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0],
        ceil_mode: bool = false, count_include_pad: bool = true, divisor_override: Option<i64> = None
    ) -> Tensor {
        avg(input, 3, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    }
    /// Averages over as many windows as `output_size` says.
    ///
    /// ```text
    /// >>> F.adaptive_avg_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    /// tensor([[2.5000, 2.5000]])
    /// >>> torch.adaptive_avg_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    /// tensor([[2.5000, 2.5000]])
    /// ```
    [Torch] fn adaptive_avg_pool1d_root = "adaptive_avg_pool1d"(input: &Tensor, output_size: &[Option<i64>]) -> Tensor { adaptive_avg("adaptive_avg_pool1d", input, 1, output_size) }
    /// The greatest elements of as many windows as `output_size` says, and their positions.
    ///
    /// ```text
    /// >>> torch.adaptive_max_pool1d(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2)
    /// (tensor([[4., 3.]]), tensor([[1, 3]]))
    /// ```
    [Torch] fn adaptive_max_pool1d_root = "adaptive_max_pool1d"(input: &Tensor, output_size: &[Option<i64>]) -> Ret { adaptive_max("adaptive_max_pool1d", input, 1, output_size, true) }
}

/// Adaptive averages over `n` axes, for `interpolate(mode="area")`.
pub fn area(input: &Tensor, n: usize, output: &[i64]) -> Result<Tensor> {
    adaptive_avg(ADAPTIVE_AVG[n], input, n, &output.iter().map(|&o| Some(o)).collect::<Vec<_>>())
}

pub const TABLE: Table = &[POOL[0], POOL[1], POOL[2], AVERAGES];
