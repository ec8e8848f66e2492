//! The same elements several times, copied.

use crate::base::{DType, Device, Dims, Layout, product, total, wrap_dim};
use crate::error::Result;
use crate::kernels::cpu::shape::repeat as kernel;
use crate::kernels::gpu::shape::repeat as gpu;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::write_held;
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::table::{Sizes, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, rows};
use smallvec::smallvec;

pub(crate) fn one(g: Result<Tensor>) -> Result<Grads> {
    Ok(smallvec![Some(g?)])
}

/// Copies side by side along every axis.
#[derive(Clone, Debug)]
struct Repeat(Dims);

impl Repeat {
    /// Each axis split into (copies, size).
    fn split(&self, shape: &[usize]) -> Dims {
        self.0.iter().zip(shape).flat_map(|(&r, &n)| [r, n]).collect()
    }
}

impl Op for Repeat {
    fn name(&self) -> &'static str {
        "repeat"
    }
    fn grad_name(&self) -> &'static str {
        "RepeatBackward0"
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(Repeat(std::iter::repeat_n(1, n).chain(self.0.iter().copied()).collect()))
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let shape: Dims =
            self.0.iter().zip(x[0].shape()).map(|(&r, &n)| product([r, n])).collect::<Result<_>>()?;
        Ok(smallvec![Meta::new(&shape, x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if out[0].numel() == 0 {
            return Ok(());
        }
        let shape = self.split(x[0].shape());
        let strides = x[0].strides().iter().flat_map(|&s| [0, s]).collect();
        let source = x[0].alias(Layout { shape: shape.clone(), strides, offset: x[0].layout().offset })?;
        let place = Layout { offset: out[0].layout().offset, ..Layout::contiguous(&shape) };
        write_held(&out[0].alias(place)?, &source);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let split = g.reshape_to(&self.split(cx.shape(0)))?;
        let copies: Vec<i64> = (0..self.0.len() as i64).map(|i| 2 * i).collect();
        one(split.sum_over(&copies, false))
    }
}

fn repeated(x: &Tensor, repeats: &[i64]) -> Result<Tensor> {
    ensure!(
        repeats.len() >= x.ndim(),
        Runtime,
        "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
    );
    let mut shape = Dims::from_elem(1, repeats.len() - x.ndim());
    shape.extend_from_slice(x.shape());
    if repeats.iter().any(|&r| r < 0) {
        let sizes: Vec<i64> = repeats.iter().zip(&shape).map(|(&r, &n)| r.saturating_mul(n as i64)).collect();
        let bad = sizes.iter().find(|&&n| n < 0).unwrap_or(&-1);
        bail!(Runtime, "Trying to create tensor with negative dimension {bad}: {sizes:?}");
    }
    // leading axes come by a view, which needs no node of its own where there are none
    let wide = x.reshape_to(&shape)?;
    apply(Repeat(repeats.iter().map(|&r| r as usize).collect()), &[&wide])
}

/// `index[i]` repeated `repeats[i]` times.
fn repeat_positions(repeats: &Tensor, output_size: Option<i64>) -> Result<Tensor> {
    ensure!(repeats.ndim() <= 1, Runtime, "repeat_interleave only accept 1D vector as repeat");
    ensure!(
        matches!(repeats.dtype(), DType::I64 | DType::I32),
        NotImplemented,
        "\"repeat_interleave_cpu\" not implemented for '{}'",
        repeats.dtype().scalar_name()
    );
    if let Device::Gpu(_) = repeats.device() {
        ensure!(
            !repeats.is_batched(),
            NotImplemented,
            "vmap: repeat_interleave on a GPU takes repeats that are not mapped"
        );
        let sums = gpu::sum(repeats.place()?)?;
        ensure!(!sums.negative, Runtime, "repeats can not be negative");
        ensure!(
            output_size.is_none_or(|s| s == sums.total as i64),
            Runtime,
            "allocated size does not match required size"
        );
        let out = Tensor::empty(&[sums.total], DType::I64, repeats.device())?;
        sums.positions(out.place()?)?;
        return Ok(out);
    }
    let counts = repeats.whole_numbers("repeat_interleave")?;
    ensure!(counts.iter().all(|&n| n >= 0), Runtime, "repeats can not be negative");
    let size = total(counts.iter().map(|&n| n as usize))?;
    ensure!(
        output_size.is_none_or(|s| s == size as i64),
        Runtime,
        "allocated size does not match required size"
    );
    let out = kernel::positions(&counts, size)?;
    Tensor::from_slice(&out, &[out.len()])
}

rows! { REPEAT:
    /// Copies side by side along every axis; additional counts make new leading axes.
    ///
    /// ```text
    /// >>> torch.tensor([1, 2]).repeat(2, 2)
    /// tensor([[1, 2, 1, 2],
    ///         [1, 2, 1, 2]])
    /// ```
    [Method] fn repeat(input: &Tensor, repeats: Sizes) -> Tensor { repeated(input, &repeats.0) }
    /// Copies side by side; missing leading counts are 1.
    ///
    /// ```text
    /// >>> torch.tile(torch.tensor([1, 2]), (2, 2))
    /// tensor([[1, 2, 1, 2],
    ///         [1, 2, 1, 2]])
    /// ```
    [Torch, Method] fn tile(input: &Tensor, dims: Sizes) -> Tensor {
        let mut repeats = vec![1; input.ndim().saturating_sub(dims.0.len())];
        repeats.extend_from_slice(&dims.0);
        repeated(input, &repeats)
    }
    /// Every element (or slice along `dim`) repeated that many times in place.
    ///
    /// Args: dim: without it the tensor is flattened.
    ///
    /// ```text
    /// >>> torch.repeat_interleave(torch.tensor([1, 2]), 2)
    /// tensor([1, 1, 2, 2])
    /// >>> torch.repeat_interleave(torch.tensor([1, 2]), torch.tensor([3, 1]))
    /// tensor([1, 1, 1, 2])
    /// ```
    [Torch, Method] fn repeat_interleave(input: &Tensor, repeats: i64, dim: Option<i64> = None; _output_size: Option<i64> = None) -> Tensor {
        ensure!(repeats >= 0, Runtime, "Repeats must be non-negative");
        let flat = match dim { Some(_) => input.clone(), None => input.reshape_to(&[input.numel()])? };
        let flat = if flat.ndim() == 0 { flat.reshape_to(&[1])? } else { flat };
        let axis = wrap_dim(dim.unwrap_or(0), flat.ndim())?;
        let mut wide = Dims::from_slice(flat.shape());
        wide.insert(axis + 1, repeats as usize);
        let mut shape = Dims::from_slice(flat.shape());
        shape[axis] = product([shape[axis], repeats as usize])?;
        let copies = flat.unsqueeze_at(axis + 1)?.expand_to(&wide)?.clone_as(crate::base::MemoryFormat::Contiguous)?;
        copies.reshape_to(&shape)
    }
    /// Every element (or slice along `dim`) repeated as often as a tensor says.
    [Torch, Method] fn repeat_interleave_by = "repeat_interleave"(input: &Tensor, repeats: &Tensor, dim: Option<i64> = None; output_size: Option<i64> = None) -> Tensor {
        if repeats.numel() == 1 && output_size.is_none() {
            return input.repeat_interleave(repeats.detach().reshape_to(&[])?.item()?.to_i64(), dim, None);
        }
        let flat = match dim { Some(_) => input.clone(), None => input.reshape_to(&[input.numel()])? };
        let axis = wrap_dim(dim.unwrap_or(0), flat.ndim())?;
        let n = flat.shape().get(axis).copied().unwrap_or(1);
        ensure!(
            repeats.numel() == 1 || repeats.numel() == n,
            Runtime,
            "repeats must have the same size as input along dim, but got repeats.size(0) = {} and input.size({axis}) = {n}",
            repeats.numel()
        );
        let repeats = if repeats.numel() == 1 && n != 1 { repeats.reshape_to(&[1])?.expand_to(&[n])? } else { repeats.clone() };
        flat.index_select(axis as i64, &repeat_positions(&repeats, output_size)?)
    }
    /// The positions `0..n`, each as often as `repeats` says.
    [Torch] fn repeat_interleave_positions = "repeat_interleave"(repeats: &Tensor; output_size: Option<i64> = None) -> Tensor { repeat_positions(repeats, output_size) }
}

pub const TABLE: Table = &[REPEAT];
