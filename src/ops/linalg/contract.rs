//! Sums of products over axes of two tensors, and products of every element with every other.

use crate::base::{Dims, Layout, wrap_dims};
use crate::error::Result;
use crate::ops::driver::apply::apply;
use crate::ops::driver::view::view as show;
use crate::ops::linalg::matmul::op::MM;
use crate::ops::shape::resize::UnsafeViewGrad;
use crate::ops::table::{Ints, Table};
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

/// Sums products over pairs of axes; the rest of `a`, then the rest of `b` remain.
pub fn contract(a: &Tensor, b: &Tensor, dims_a: &[i64], dims_b: &[i64]) -> Result<Tensor> {
    ensure!(
        dims_a.len() == dims_b.len(),
        Runtime,
        "both dimension lists should have same length, got {dims_a:?} and {dims_b:?}"
    );
    let (da, db) = (wrap_dims(dims_a, a.ndim())?, wrap_dims(dims_b, b.ndim())?);
    let (mut a, mut b) = (a.clone(), b.clone());
    let mut sum = 1;
    for (&i, &j) in da.iter().zip(&db) {
        let (n, m) = (a.shape()[i], b.shape()[j]);
        if m == 1 && n != 1 {
            a = a.sum_dim(Some(&[i as i64]), true, Some(a.dtype()))?;
        } else if n == 1 && m != 1 {
            b = b.sum_dim(Some(&[j as i64]), true, Some(b.dtype()))?;
        } else {
            ensure!(
                n == m,
                Runtime,
                "contracted dimensions need to match, but first has size {n} in dim {} and second has size {m} in dim {}",
                dims_a[da.iter().position(|&d| d == i).unwrap_or(0)],
                dims_b[db.iter().position(|&d| d == j).unwrap_or(0)]
            );
            sum *= n;
        }
    }
    let rest = |n: usize, gone: &[usize]| -> Dims { (0..n).filter(|i| !gone.contains(i)).collect() };
    let (ra, rb) = (rest(a.ndim(), &da), rest(b.ndim(), &db));
    let shape: Dims = ra.iter().map(|&i| a.shape()[i]).chain(rb.iter().map(|&i| b.shape()[i])).collect();
    let rows: usize = ra.iter().map(|&i| a.shape()[i]).product();
    let columns: usize = rb.iter().map(|&i| b.shape()[i]).product();
    let left: Dims = ra.iter().chain(&da).copied().collect();
    let right: Dims = db.iter().chain(&rb).copied().collect();
    let left = a.permute_to(&left)?.reshape_to(&[rows, sum])?;
    let right = b.permute_to(&right)?.reshape_to(&[sum, columns])?;
    apply(MM, &[&left, &right])?.reshape_to(&shape)
}

/// A fresh product in another shape.
pub(crate) fn unsafe_view(x: Tensor, shape: &[usize]) -> Result<Tensor> {
    show(&x, Layout { offset: x.layout().offset, ..Layout::contiguous(shape) }, UnsafeViewGrad {})
}

rows! { CONTRACT:
    /// Sums of products over the last `dims` axes of `a` and the first of `b`.
    ///
    /// ```text
    /// >>> torch.tensordot(torch.ones(2, 3, 4), torch.ones(3, 4, 5), dims=2).shape
    /// torch.Size([2, 5])
    /// ```
    [Torch] autocast Half fn tensordot(a: &Tensor, b: &Tensor, dims: i64 = 2) -> Tensor {
        ensure!(dims >= 0, Runtime, "tensordot expects dims >= 0, but got dims={dims}");
        ensure!(dims as usize <= a.ndim().min(b.ndim()), Runtime, "tensordot expects dims < ndim_a or ndim_b, but got dims={dims}");
        let da: Vec<i64> = (a.ndim() as i64 - dims..a.ndim() as i64).collect();
        let db: Vec<i64> = (0..dims).collect();
        contract(a, b, &da, &db)
    }
    /// Sums of products over pairs of axes: the first list names those of `a`, the second those of `b`.
    [Torch] autocast Half fn tensordot_dims = "tensordot"(a: &Tensor, b: &Tensor, dims: &[Ints]) -> Tensor {
        match dims {
            [x, y] => contract(a, b, x, y),
            _ => bail!(Runtime, "tensordot expects dims to be int or a pair of lists of ints, but got {} lists", dims.len()),
        }
    }
    /// The Kronecker product: blocks of `other`, each times an element of `input`.
    ///
    /// ```text
    /// >>> torch.kron(torch.tensor([[1, 2]]), torch.tensor([[1], [10]]))
    /// tensor([[ 1,  2],
    ///         [10, 20]])
    /// ```
    [Torch, Method] out Promote fn kron(input: &Tensor, other: &Tensor) -> Tensor {
        let n = input.ndim().max(other.ndim());
        let size = |t: &Tensor, i: usize| if i + t.ndim() >= n { t.shape()[i + t.ndim() - n] } else { 1 };
        let (mut a, mut b, mut shape) = (Dims::new(), Dims::new(), Dims::new());
        for i in 0..n {
            let (x, y) = (size(input, i), size(other, i));
            a.extend_from_slice(&[x, 1]);
            b.extend_from_slice(&[1, y]);
            shape.push(x * y);
        }
        unsafe_view(input.reshape_to(&a)?.mul(&other.reshape_to(&b)?)?.contiguous()?, &shape)
    }
}

pub const TABLE: Table = &[CONTRACT];
