//! Places in sorted sequences: `searchsorted`, `bucketize`.

use crate::base::promote::{Promotion, default_dtype};
use crate::base::{DType, Device, Layout, Scalar, numel};
use crate::error::{Error, Result};
use crate::kernels::cpu::order::search::search;
use crate::kernels::gpu::order::search as gpu;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{dense_cast_held, dense_held, index_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::elementwise::kind::half_up;
use crate::ops::table::{Table, Val};
use crate::tensor::{Meta, Tensor};
use crate::{bail, ensure, rows, with_dtype};
use smallvec::smallvec;

#[derive(Debug)]
struct Search {
    right: bool,
    narrow: bool,
}

impl Search {
    fn common(x: &[&Tensor]) -> DType {
        let p = Promotion::default().tensor(x[0].dtype(), x[0].ndim()).tensor(x[1].dtype(), x[1].ndim());
        half_up(p.result())
    }
}

impl Op for Search {
    fn name(&self) -> &'static str {
        "searchsorted"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        if x[0].ndim() > n + 1 {
            return self.cpu(&x.iter().collect::<Vec<_>>(), out);
        }
        // a line for each sample, in which all its values are looked for
        let (samples, values) = (numel(&x[1].shape()[..n]), numel(&x[1].shape()[n..]));
        let flat = |t: &Tensor, each: usize| {
            let dense = dense_held(t)?;
            dense.alias(Layout { offset: dense.layout().offset, ..Layout::contiguous(&[samples, each]) })
        };
        let mut operands = vec![flat(&x[0], x[0].shape()[n])?, flat(&x[1], values)?];
        for sorter in &x[2..] {
            operands.push(flat(sorter, x[0].shape()[n])?);
        }
        self.cpu(&operands.iter().collect::<Vec<_>>(), &[flat(&out[0], values)?])
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (b, v) = (x[0].dtype(), x[1].dtype());
        if b.is_complex() || b == DType::Bool || v.is_complex() {
            return Err(Error::no_kernel("searchsorted_out_cpu", if v.is_complex() { v } else { b }));
        }
        Ok(smallvec![Meta::new(x[1].shape(), if self.narrow { DType::I32 } else { DType::I64 })])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let common = Search::common(x);
        let (sorted, values) = (dense_cast_held(x[0], common)?, dense_cast_held(x[1], common)?);
        let order = x.get(2).map(|s| index_held(s)).transpose()?;
        let n = *sorted.shape().last().unwrap_or(&1);
        let m = if sorted.ndim() == 1 { values.numel() } else { *values.shape().last().unwrap_or(&1) };
        if values.numel() == 0 {
            return Ok(());
        }
        if let Some(o) = &order {
            // SAFETY: a dense tensor of as many elements, held
            let at = unsafe { std::slice::from_raw_parts(o.ptr_of::<i64>() as *const i64, o.numel()) };
            ensure!(
                at.iter().all(|&i| i >= 0 && (i as usize) < n),
                Runtime,
                "torch.searchsorted(): sorter index out of range"
            );
        }
        let wide = if self.narrow {
            Tensor::empty(values.shape(), DType::I64, values.device())?
        } else {
            out[0].clone()
        };
        let order = order.as_ref().map_or(std::ptr::null(), |o| o.ptr_of::<i64>() as *const i64);
        with_dtype!("searchsorted", common, wide_real, T => {
            // SAFETY: dense arrays: rows of `n` boundaries and of `m` values, results as the values
            unsafe { search::<T>(values.numel() / m, sorted.ndim() == 1, (n, m), sorted.ptr_of(), order, values.ptr_of(), self.right, wide.ptr_of()) };
            Ok(())
        })?;
        if self.narrow {
            write_held(&out[0], &wide);
        }
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (sorted, values) = (dense_held(x[0])?, dense_held(x[1])?);
        let order = x.get(2).map(|s| index_held(s)).transpose()?;
        let n = *sorted.shape().last().unwrap_or(&1);
        let m = if sorted.ndim() == 1 { values.numel() } else { *values.shape().last().unwrap_or(&1) };
        gpu::search(
            self.name(),
            Search::common(x),
            sorted.place()?,
            order.as_ref().map(Tensor::place).transpose()?,
            values.place()?,
            (n, m),
            self.right,
            out[0].place()?,
        )
    }
}

/// A number as a 0-d tensor where the other operand lies.
pub(super) fn number(s: Scalar, device: Device) -> Result<Tensor> {
    let s = s.signed();
    crate::ops::driver::memory::full(&[], s, s.dtype(default_dtype()), device)
}

fn look_up(
    sorted: &Tensor,
    values: Val,
    narrow: bool,
    right: bool,
    side: Option<&str>,
    sorter: Option<&Tensor>,
) -> Result<Tensor> {
    let op = "torch.searchsorted()";
    let mut right = right;
    match side {
        None => {}
        Some(s @ ("left" | "right")) => {
            ensure!(
                !(right && s == "left"),
                Runtime,
                "{op}: side and right can't be set to opposites, got side of left while right was True"
            );
            right = s == "right";
        }
        Some(s) => bail!(Runtime, "{op}: side can only be 'left' or 'right' but got {s}"),
    }
    let values = match values {
        Val::T(t) => t,
        Val::S(s) => number(s, sorted.device())?,
    };
    let (b, v) = (sorted.shape(), values.shape());
    ensure!(
        !v.is_empty() || b.len() == 1,
        Runtime,
        "{op}: input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim({}) and input value's dim(0) numel(1)",
        b.len()
    );
    ensure!(
        !b.is_empty(),
        Runtime,
        "{op}: boundaries tensor should have positive dimension, but got 0 dimension"
    );
    ensure!(
        b.len() == 1 || b.len() == v.len() && b[..b.len() - 1] == v[..v.len() - 1],
        Runtime,
        "{op}: boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor {b:?} and input value tensor {v:?}"
    );
    if let Some(s) = sorter {
        ensure!(
            s.shape() == b,
            Runtime,
            "{op}: boundary and sorter must have the same size, but got boundary tensor {b:?}and got sorter tensor {:?}",
            s.shape()
        );
        ensure!(
            s.dtype() == DType::I64,
            Runtime,
            "{op}: sorter must be a tensor of long dtype but got dtype {}",
            s.dtype().scalar_name()
        );
    }
    let (sorted, values) = (sorted.detach(), values.detach());
    match sorter {
        Some(s) => apply(Search { right, narrow }, &[&sorted, &values, s]),
        None => apply(Search { right, narrow }, &[&sorted, &values]),
    }
}

rows! { SEARCH:
    /// Where values belong in a sorted sequence (row by row): before equal elements, after them with `right`.
    ///
    /// Args: sorter: positions that put `sorted_sequence` in order, if it is not.
    ///
    /// ```text
    /// >>> torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([3, 4]))
    /// tensor([1, 2])
    /// ```
    [Torch] fn searchsorted(sorted_sequence: &Tensor, input: Val; out_int32: bool = false, right: bool = false, side: Option<&str> = None, sorter: Option<&Tensor> = None) -> Tensor {
        look_up(sorted_sequence, input, out_int32, right, side, sorter)
    }
    /// The bucket of each value: its place among sorted 1-d `boundaries`.
    ///
    /// ```text
    /// >>> torch.bucketize(torch.tensor([3, 6]), torch.tensor([1, 3, 5]), right=True)
    /// tensor([2, 3])
    /// ```
    [Torch] fn bucketize(input: Val, boundaries: &Tensor; out_int32: bool = false, right: bool = false) -> Tensor {
        ensure!(boundaries.ndim() == 1, Runtime, "boundaries tensor must be 1 dimension, but got dim({})", boundaries.ndim());
        look_up(boundaries, input, out_int32, right, None, None)
    }
}

pub const TABLE: Table = &[SEARCH];
