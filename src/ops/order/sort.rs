//! Sorting along an axis: `sort`, `argsort`, `msort`, `topk`.

use crate::base::{DType, Dims, wrap_dim};
use crate::error::Result;
use crate::kernels::cpu::order::grid::Grid;
use crate::kernels::cpu::order::select::topk;
use crate::kernels::cpu::order::sort as kernel;
use crate::kernels::gpu::order::sort as gpu;
use crate::ops::driver::apply::apply_multi;
use crate::ops::driver::memory::{own_held, zeros_of};
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::reduce::extreme::to_selected;
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, Meta, Tensor};
use crate::{ensure, rows, with_dtype};
use smallvec::smallvec;

static SORT: Fields = Fields { name: "sort", fields: &["values", "indices"] };
static TOPK: Fields = Fields { name: "topk", fields: &["values", "indices"] };

#[derive(Debug)]
struct Sort {
    axis: usize,
    descending: bool,
}

/// The gradient of values taken from `indices` along an axis.
fn back_to(g: &Tensor, shape: &[usize], axis: usize, indices: &Tensor) -> Result<Tensor> {
    if shape.is_empty() {
        return Ok(g.clone());
    }
    zeros_of(shape, g)?.scatter_add(axis as i64, &indices.detach(), g)
}

impl Op for Sort {
    const PICKS: bool = true;
    fn name(&self) -> &'static str {
        "sort"
    }
    fn grad_name(&self) -> &'static str {
        "SortBackward0"
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        if x[0].ndim() == 0 {
            Batching::Loop
        } else {
            Batching::Shifted(Sort { axis: self.axis + n, ..*self })
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        ensure!(!x[0].dtype().is_complex(), Runtime, " Sort does not support complex dtypes on CPU");
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype()), Meta::new(x[0].shape(), DType::I64)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let x = x[0];
        if x.numel() == 0 {
            return Ok(()); // 2^62 lines of nothing are still nothing
        }
        // bytes are counted before they are placed
        // what is counted is read twice
        let counted = x.dtype().is_integral() || x.dtype().size() <= 2;
        let own = if counted && x.storage().is_exposed() { own_held(x)? } else { x.clone() };
        let grid = Grid::new(own.shape(), own.strides(), self.axis);
        with_dtype!("sort", own.dtype(), real, T => {
            // SAFETY: the grid follows the layout of `own`, whose storage is held or ours alone; results are dense and of its shape
            unsafe { kernel::sort::<T>(&grid, own.ptr_of(), self.descending, out[0].ptr_of(), out[1].ptr_of()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let n = x[0].shape().get(self.axis).copied().unwrap_or(1);
        let (x, values, at) = (x[0].place()?, out[0].place()?, out[1].place()?);
        gpu::sort(self.name(), x, self.axis, self.descending, n, Some(values), at)
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        back_to(g, cx.shape(0), self.axis, &cx.output(1)?)
    }
}

/// Sorted values and the positions they came from.
pub fn sort_along(x: &Tensor, dim: i64, descending: bool) -> Result<(Tensor, Tensor)> {
    let axis = wrap_dim(dim, x.ndim())?;
    let outs = apply_multi(Sort { axis, descending }, &[x])?;
    Ok((outs[0].clone(), outs[1].clone()))
}

fn named(input: &Tensor, dim: i64, descending: bool) -> Result<Named> {
    let (values, indices) = sort_along(input, dim, descending)?;
    Ok(Named(&SORT, smallvec![values, indices]))
}

#[derive(Debug)]
struct TopK {
    k: usize,
    axis: usize,
    largest: bool,
}

impl Op for TopK {
    const PICKS: bool = true;
    fn name(&self) -> &'static str {
        "topk"
    }
    fn grad_name(&self) -> &'static str {
        "TopkBackward0"
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        if x[0].ndim() == 0 {
            Batching::Loop
        } else {
            Batching::Shifted(TopK { axis: self.axis + n, ..*self })
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let d = x[0].dtype();
        ensure!(!d.is_complex(), Runtime, " topk does not support complex dtypes on CPU");
        ensure!(d != DType::Bool, Runtime, "topk does not support bool dtypes on CPU");
        let mut shape = Dims::from_slice(x[0].shape());
        if let Some(n) = shape.get_mut(self.axis) {
            *n = self.k;
        }
        Ok(smallvec![Meta::new(&shape, d), Meta::new(&shape, DType::I64)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let x = x[0];
        if out[0].numel() == 0 {
            return Ok(());
        }
        let grid = Grid::new(x.shape(), x.strides(), self.axis);
        let k = if x.ndim() == 0 { 1 } else { self.k };
        with_dtype!("topk", x.dtype(), real, T => {
            // SAFETY: the grid follows the layout of `x`, whose storage is held; results are dense, `k` for each line
            unsafe { topk::<T>(&grid, x.ptr_of(), k, self.largest, out[0].ptr_of(), out[1].ptr_of()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let k = if x[0].ndim() == 0 { 1 } else { self.k };
        if out[0].numel() == 0 {
            return Ok(());
        }
        let (x, values, at) = (x[0].place()?, out[0].place()?, out[1].place()?);
        gpu::sort(self.name(), x, self.axis, self.largest, k, Some(values), at)
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        back_to(g, cx.shape(0), self.axis, &cx.output(1)?)
    }
}

rows! { ROWS:
    /// The elements in order along an axis, and where they were. The sort is stable; nan counts as the greatest.
    ///
    /// Errors: RuntimeError for complex numbers.
    ///
    /// ```text
    /// >>> torch.sort(torch.tensor([5, 1, 3]), descending=True)
    /// torch.return_types.sort(
    /// values=tensor([5, 3, 1]),
    /// indices=tensor([0, 2, 1]))
    /// ```
    [Torch, Method] fn sort(input: &Tensor, dim: i64 = -1, descending: bool = false) -> Named { named(input, dim, descending) }
    /// The elements in order along an axis, and where they were; always stable.
    [Torch, Method] fn sort_stable = "sort"(input: &Tensor; _stable: Option<bool>, dim: i64 = -1, descending: bool = false) -> Named {
        named(input, dim, descending)
    }
    /// The elements in order along an axis, and where they were; always stable.
    [Torch, Method] fn sort_stable_dim = "sort"(input: &Tensor, dim: i64 = -1, descending: bool = false; _stable: Option<bool>) -> Named {
        named(input, dim, descending)
    }
    /// Positions that put the elements in order along an axis.
    ///
    /// ```text
    /// >>> torch.argsort(torch.tensor([5, 1, 3]))
    /// tensor([1, 2, 0])
    /// ```
    [Torch, Method] fn argsort(input: &Tensor, dim: i64 = -1, descending: bool = false; _stable: bool = false) -> Tensor {
        Ok(sort_along(&input.detach(), dim, descending)?.1)
    }
    /// The elements in order along the first axis.
    ///
    /// ```text
    /// >>> torch.msort(torch.tensor([[5, 1], [3, 2]]))
    /// tensor([[3, 1],
    ///         [5, 2]])
    /// ```
    [Torch, Method] fn msort(input: &Tensor) -> Tensor { Ok(sort_along(input, 0, false)?.0) }
    /// The `k` greatest (or least) elements along an axis in order, and where they were.
    ///
    /// Errors: RuntimeError if `k` is out of range.
    ///
    /// ```text
    /// >>> torch.topk(torch.tensor([5, 1, 3]), 2).values
    /// tensor([5, 3])
    /// ```
    [Torch, Method] fn topk(input: &Tensor, k: i64, dim: i64 = -1, largest: bool = true, _sorted: bool = true) -> Named {
        let axis = wrap_dim(dim, input.ndim())?;
        let n = input.shape().get(axis).copied().unwrap_or(1);
        ensure!(k >= 0 && k as usize <= n, Runtime, "selected index k out of range");
        Ok(Named(&TOPK, apply_multi(TopK { k: k as usize, axis, largest }, &[input])?.into_iter().collect()))
    }
}

/// The gradient of one element picked from each line.
pub fn from_picked(g: &Tensor, cx: &Context, axis: usize, keepdim: bool) -> Result<Tensor> {
    to_selected(g, cx.shape(0), axis, &cx.output(1)?, keepdim)
}

pub const TABLE: Table = &[ROWS];
