//! Products of several matrices: the cheapest order, and powers.

use crate::base::Dims;
use crate::error::Result;
use crate::ops::driver::apply::apply;
use crate::ops::linalg::inverse::inverse_of;
use crate::ops::linalg::matmul::op::MM;
use crate::ops::linalg::matmul::rows::product;
use crate::ops::table::{Operand, Table, tensors_of};
use crate::tensor::Tensor;
use crate::warning::warn_once;
use crate::{ensure, rows};

/// The cheapest order of a chain of matrices: `split[i][j]` ends the left part of `i..=j`.
fn chain_order(sizes: &[usize]) -> Vec<Vec<usize>> {
    let n = sizes.len() - 1;
    let mut cost = vec![vec![0u128; n]; n];
    let mut split = vec![vec![0; n]; n];
    for length in 1..n {
        for i in 0..n - length {
            let j = i + length;
            cost[i][j] = u128::MAX;
            for k in i..j {
                let c =
                    cost[i][k] + cost[k + 1][j] + (sizes[i] * sizes[k + 1]) as u128 * sizes[j + 1] as u128;
                if c < cost[i][j] {
                    (cost[i][j], split[i][j]) = (c, k);
                }
            }
        }
    }
    split
}

fn chain(tensors: &[Tensor], split: &[Vec<usize>], i: usize, j: usize) -> Result<Tensor> {
    if i == j {
        return Ok(tensors[i].clone());
    }
    let k = split[i][j];
    apply(MM, &[&chain(tensors, split, i, k)?, &chain(tensors, split, k + 1, j)?])
}

/// The product of matrices in the cheapest order; vectors allowed at the ends.
fn multiply_chain(name: &str, tensors: &[Tensor]) -> Result<Tensor> {
    let n = tensors.len();
    let mut list = tensors.to_vec();
    let (first, last) = (tensors[0].ndim() == 1, tensors[n - 1].ndim() == 1);
    if first {
        list[0] = list[0].unsqueeze_at(0)?;
    }
    if last {
        list[n - 1] = list[n - 1].unsqueeze_at(1)?;
    }
    for (i, t) in list.iter().enumerate() {
        ensure!(t.ndim() == 2, Runtime, "{name}(): tensor {i} must be 2D but got {}D", tensors[i].ndim());
        ensure!(
            t.dtype() == list[0].dtype(),
            Runtime,
            "{name}(): all tensors must have be the same dtype but tensor 0 is {} and tensor {i} {}",
            list[0].dtype().scalar_name(),
            t.dtype().scalar_name()
        );
    }
    for w in list.windows(2) {
        ensure!(
            w[0].shape()[1] == w[1].shape()[0],
            Runtime,
            "{name}(): tensors with shapes {:?} and {:?} cannot be multiplied",
            w[0].shape(),
            w[1].shape()
        );
    }
    let mut sizes: Vec<usize> = list.iter().map(|t| t.shape()[0]).collect();
    sizes.push(list[n - 1].shape()[1]);
    let out = chain(&list, &chain_order(&sizes), 0, n - 1)?;
    let mut shape = Dims::new();
    if !first {
        shape.push(sizes[0]);
    }
    if !last {
        shape.push(sizes[n]);
    }
    out.reshape_to(&shape)
}

rows! { CHAIN:
    /// The product of a chain of matrices in the cheapest order; the first and the last may be vectors.
    ///
    /// ```text
    /// >>> torch.linalg.multi_dot([torch.ones(2, 3), torch.ones(3, 4), torch.ones(4, 1)]).shape
    /// torch.Size([2, 1])
    /// ```
    [Linalg] autocast Half fn multi_dot(tensors: &[Tensor]) -> Tensor {
        ensure!(tensors.len() >= 2, Runtime, "multi_dot(): expected at least 2 tensors but got {}", tensors.len());
        multiply_chain("multi_dot", tensors)
    }
    /// The product of a chain of matrices in the cheapest order.
    ///
    /// ```text
    /// >>> torch.chain_matmul(torch.ones(2, 3), torch.ones(3, 4), torch.ones(4, 1)).shape
    /// torch.Size([2, 1])
    /// ```
    [Torch] autocast Half fn chain_matmul(matrices: &[Operand]) -> Tensor {
        warn_once("torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use torch.linalg.multi_dot instead, which accepts a list of two or more tensors rather than multiple parameters.");
        let matrices = &tensors_of("chain_matmul", matrices)?[..];
        ensure!(!matrices.is_empty(), Runtime, "chain_matmul(): Expected one or more matrices");
        for (i, t) in matrices.iter().enumerate() {
            ensure!(t.ndim() == 2, Runtime, "Tensor {i} was expected to be 2D but got {}D", t.ndim());
        }
        if let [one] = matrices { return Ok(one.clone()); }
        multiply_chain("chain_matmul", matrices)
    }
    /// A square matrix, or each of a stack, to an integer power.
    ///
    /// ```text
    /// >>> torch.matrix_power(torch.tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
    /// tensor([[1., 3.],
    ///         [0., 1.]])
    /// ```
    [Torch, Method] autocast Half fn matrix_power(input: &Tensor, n: i64) -> Tensor {
        let d = input.ndim();
        ensure!(d >= 2, Runtime, "linalg.matrix_power: The input tensor A must have at least 2 dimensions.");
        let (r, c) = (input.shape()[d - 2], input.shape()[d - 1]);
        ensure!(r == c, Runtime, "linalg.matrix_power: A must be batches of square matrices, but they are {r} by {c} matrices");
        if n == 0 {
            let one = crate::ops::create::range::eye_of(r, r, input.dtype(), input.device())?;
            let out = input.clone_as(crate::base::MemoryFormat::Contiguous)?;
            out.copy_in(&one.expand_to(input.shape())?)?;
            return Ok(out);
        }
        let base = if n < 0 { inverse_of(input)? } else { input.clone() };
        let (mut power, mut rest, mut out) = (base, n.unsigned_abs(), None::<Tensor>);
        loop {
            if rest & 1 == 1 {
                out = Some(match out { Some(o) => product(&o, &power)?, None => power.clone() });
            }
            rest >>= 1;
            if rest == 0 { break; }
            power = product(&power, &power)?;
        }
        match out { Some(o) if n == 1 => o.clone_as(crate::base::MemoryFormat::Preserve), Some(o) => Ok(o), None => Ok(input.clone()) }
    }
    /// A square matrix to an integer power (`torch.matrix_power`).
    ///
    /// ```text
    /// >>> torch.linalg.matrix_power(torch.tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
    /// tensor([[1., 3.],
    ///         [0., 1.]])
    /// ```
    [Linalg] autocast Half fn linalg_matrix_power = "matrix_power"(input: &Tensor, n: i64) -> Tensor { input.matrix_power(n) }
}

pub const TABLE: Table = &[CHAIN];
