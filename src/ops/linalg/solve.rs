//! Systems of equations with square matrices.
#![allow(non_snake_case)] // PyTorch calls matrices `A` and `B`

use crate::autograd::grad_enabled;
use crate::base::{DType, broadcast};
use crate::error::Result;
use crate::kernels::cpu::linalg::solve as kernel;
use crate::ops::driver::apply::apply_multi;
use crate::ops::driver::memory::on_host;
use crate::ops::driver::memory::write_held;
use crate::ops::driver::op::{Batching, Metas, Op, Outs, Saves};
use crate::ops::linalg::lu::lu_solve_of;
use crate::ops::linalg::matrix::{
    batch, batch_shape, behind, check_field, check_info, check_matrix, check_square, sizes,
};
use crate::ops::linalg::triangle::check_system;
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// `A X = B` in batches of one shape: `X`, the decomposition of `A`, its exchanges, `info`.
#[derive(Debug)]
struct Solve;

impl Op for Solve {
    fn name(&self) -> &'static str {
        "linalg_solve"
    }
    fn grad_name(&self) -> &'static str {
        "LinalgSolveExBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("lu_cpu", x[0])?;
        let (b, n) = (batch_shape(x[0]), sizes(x[0]).0);
        Ok(smallvec![
            Meta::new(x[1].shape(), x[1].dtype()),
            Meta::new(x[0].shape(), x[0].dtype()),
            Meta::new(&behind(b, &[n]), DType::I32),
            Meta::new(b, DType::I32),
        ])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0], x[1]);
        write_held(&out[1], x[0]);
        let (n, k) = sizes(x[1]);
        with_dtype!("lu_cpu", x[0].dtype(), field, T => {
            let (lu, pivots, info) = (out[1].ptr_of(), out[2].ptr_of(), out[3].ptr_of());
            // SAFETY: dense results of these sizes
            unsafe { kernel::solve::<T>((batch(x[0]), n, k), lu, pivots, info, out[0].ptr_of()) };
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves { inputs: 1, outputs: 7 }
    }
    fn differentiable(&self, output: usize) -> bool {
        output == 0
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        // the decomposition at hand serves unless it would have to be differentiated
        let gb = if grad_enabled() {
            solved(&cx.input(0)?.hermitian()?, g)?.remove(0)
        } else {
            lu_solve_of(&cx.output(1)?, &cx.output(2)?, g, true, true)?
        };
        let ga = want.then(0, || gb.times(&cx.output(0)?.hermitian()?)?.neg())?;
        grads![ga, want.has(1).then_some(gb)]
    }
}

/// Solves systems whose batches fit; singular ones are told by `info`.
pub(crate) fn solved(a: &Tensor, b: &Tensor) -> Result<Outs> {
    let shape = broadcast(batch_shape(a), batch_shape(b))?;
    let (n, k) = sizes(b);
    apply_multi(Solve, &[&a.expand_to(&behind(&shape, &[n, n]))?, &b.expand_to(&behind(&shape, &[n, k]))?])
}

/// A right-hand side is a batch of vectors.
pub(crate) fn is_vector(a: &Tensor, b: &Tensor) -> bool {
    b.ndim() == 1 || (a.ndim() == b.ndim() + 1 && *b.shape() == a.shape()[..a.ndim() - 1])
}

/// The solution and `info` of `A X = B` or `X A = B`.
fn solve_checked(A: &Tensor, B: &Tensor, left: bool) -> Result<(Tensor, Tensor)> {
    let op = "linalg.solve";
    ensure!(
        A.dtype().is_differentiable(),
        Runtime,
        "{op}: Expected a floating point or complex tensor as input. Got {}",
        A.dtype().scalar_name()
    );
    ensure!(
        A.dtype() == B.dtype(),
        Runtime,
        "{op}: Expected A and B to have the same dtype, but found A of type {} and B of type {} instead",
        A.dtype().scalar_name(),
        B.dtype().scalar_name()
    );
    check_matrix(op, A, "A")?;
    check_square(op, A)?;
    let vector = is_vector(A, B);
    ensure!(
        left || !vector,
        Runtime,
        "{op}: Vector broadcasting of the left hand side is not supported for left=False. In this case linalg.solve is equivalent to B / A.squeeze(-1)"
    );
    let b = if vector { B.unsqueeze(-1)? } else { B.clone() };
    check_system(op, A, &b, left)?;
    let mut out = if left { solved(A, &b)? } else { solved(&A.turned()?, &b.turned()?)? };
    let (Some(info), x) = (out.pop(), out.swap_remove(0)) else { bail!(Internal, "solve: four results") };
    let x = if left { x } else { x.turned()? };
    Ok((if vector { x.squeeze_dims(&[-1])? } else { x }, info))
}

static EX: Fields = Fields { name: "linalg_solve_ex", fields: &["result", "info"] };

rows! { SOLVE:
    /// The solution of `A X = B` for square matrices; of `X A = B` with `left=False`.
    ///
    /// Shape: `A` (.., n, n), `B` (.., n, k) or vectors (.., n); leading axes broadcast.
    /// Errors: LinAlgError if a matrix is singular.
    ///
    /// ```text
    /// >>> A = torch.tensor([[2.0, 1.0], [1.0, 3.0]])
    /// >>> torch.linalg.solve(A, torch.tensor([3.0, 4.0]))
    /// tensor([1., 1.])
    ///
    /// ```
    [Linalg] autocast Float32 fn solve(A: &Tensor, B: &Tensor; left: bool = true) -> Tensor {
        let (x, info) = solve_checked(A, B, left)?;
        check_singular(&info)?;
        Ok(x)
    }
    /// As `solve`; instead of an error the number of the first zero on the diagonal of the decomposition, or 0, as `info`.
    ///
    /// ```text
    /// >>> torch.linalg.solve_ex(torch.tensor([[2.0, 0.0], [0.0, 4.0]]), torch.tensor([2.0, 4.0])).result
    /// tensor([1., 1.])
    /// ```
    [Linalg] autocast Float32 fn solve_ex(A: &Tensor, B: &Tensor; left: bool = true, check_errors: bool = false) -> Named {
        let (x, info) = solve_checked(A, B, left)?;
        if check_errors { check_singular(&info)?; }
        Ok(Named(&EX, smallvec![x, info]))
    }
    /// The solution `x` of `tensordot(A, x, x.ndim) = B`.
    ///
    /// Args: dims: axes of `A` that are moved to its end before.
    /// Shape: `A` has the axes of `B`, then those of the result, of as many elements as `B`.
    ///
    /// ```text
    /// >>> torch.linalg.tensorsolve(torch.eye(6).view(6, 2, 3), torch.arange(6.0))
    /// tensor([[0., 1., 2.],
    ///         [3., 4., 5.]])
    /// ```
    [Linalg] autocast Float32 fn tensorsolve(input: &Tensor, other: &Tensor, dims: Option<&[i64]> = None) -> Tensor {
        let a = match dims {
            Some(dims) => {
                let ends: Vec<i64> = (0..dims.len()).map(|i| input.ndim() as i64 - dims.len() as i64 + i as i64).collect();
                input.movedim(dims, &ends)?
            }
            None => input.clone(),
        };
        let n = other.ndim();
        ensure!(a.ndim() >= n, Runtime, "ArrayRef: invalid slice, N = {n}; size = {}", a.ndim());
        let (rows, cols): (usize, usize) = (a.shape()[..n].iter().product(), a.shape()[n..].iter().product());
        ensure!(rows == cols, Runtime,
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got {cols} != {rows}");
        let shape = a.shape()[n..].to_vec();
        solve(&a.reshape_to(&[rows, rows])?, &other.reshape_to(&[other.numel()])?, true)?.reshape_to(&shape)
    }
}

fn check_singular(info: &Tensor) -> Result<()> {
    check_info("torch.linalg.solve", info, |_| {
        "The solver failed because the input matrix is singular.".to_string()
    })
}

pub const TABLE: Table = &[SOLVE];
