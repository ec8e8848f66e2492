//! Triangular systems.
#![allow(non_snake_case)] // PyTorch calls matrices `A` and `B`

use crate::base::broadcast;
use crate::error::Result;
use crate::kernels::cpu::linalg::solve as kernel;
use crate::kernels::cpu::linalg::triangle::{Side, Triangle};
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::on_host;
use crate::ops::driver::memory::{dense_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::linalg::matrix::{batch, batch_shape, behind, check_field, check_square, sizes};
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::warning::warn_once;
use crate::{ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// `A X = B`, or `X A = B` from the right, for a triangular `A` in batches of one shape.
#[derive(Debug)]
struct SolveTriangular {
    upper: bool,
    unit: bool,
    left: bool,
}

impl Op for SolveTriangular {
    fn name(&self) -> &'static str {
        "linalg_solve_triangular"
    }
    fn grad_name(&self) -> &'static str {
        "LinalgSolveTriangularBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("triangular_solve_cpu", x[0])?;
        Ok(smallvec![Meta::new(x[1].shape(), x[1].dtype())])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        // a transposed triangle is read where it is
        let d = x[0].ndim();
        let over = !x[0].is_contiguous() && x[0].layout().transpose(d - 2, d - 1).is_contiguous();
        let (a, side) =
            if over { (x[0].clone(), Side::Transposed) } else { (dense_held(x[0])?, Side::Plain) };
        write_held(&out[0], x[1]);
        let n = sizes(&a).0;
        let k = if self.left { sizes(x[1]).1 } else { sizes(x[1]).0 };
        let kind = (Triangle { upper: self.upper != over, unit: self.unit }, side, self.left);
        with_dtype!("triangular_solve_cpu", a.dtype(), field, T => {
            // SAFETY: dense batches of triangles and of right-hand sides
            unsafe { kernel::solve_triangular::<T>((batch(&a), n, k), kind, a.ptr_of(), out[0].ptr_of()) };
            Ok(())
        })
    }
    fn saves(&self, want: Want) -> Saves {
        Saves { inputs: 1, outputs: want.has(0) as u64 }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let gb = solve_triangular_of(&cx.input(0)?.hermitian()?, g, !self.upper, self.left, self.unit)?;
        let ga = want.then(0, || {
            let x = cx.output(0)?.hermitian()?;
            let ga = if self.left { gb.times(&x)? } else { x.times(&gb)? }.neg()?;
            let off = self.unit as i64;
            if self.upper { ga.triu(off) } else { ga.tril(-off) }
        })?;
        grads![ga, want.has(1).then_some(gb)]
    }
}

/// Solves triangular systems whose batches fit.
pub(crate) fn solve_triangular_of(
    a: &Tensor,
    b: &Tensor,
    upper: bool,
    left: bool,
    unit: bool,
) -> Result<Tensor> {
    let shape = broadcast(batch_shape(a), batch_shape(b))?;
    let ((n, _), (r, c)) = (sizes(a), sizes(b));
    let a = a.expand_to(&behind(&shape, &[n, n]))?;
    apply(SolveTriangular { upper, unit, left }, &[&a, &b.expand_to(&behind(&shape, &[r, c]))?])
}

/// Refuses sizes that do not fit.
pub(crate) fn check_system(op: &str, a: &Tensor, b: &Tensor, left: bool) -> Result<()> {
    check_square(op, a)?;
    ensure!(b.ndim() >= 2, Runtime, "{op}: The input tensor B must have at least 2 dimensions.");
    let ((m, n), (r, c)) = (sizes(a), sizes(b));
    ensure!(
        if left { n == r } else { n == c },
        Runtime,
        "{op}: Incompatible shapes of A and B for the equation {} ({m}x{n} and {r}x{c})",
        if left { "AX = B" } else { "XA = B" }
    );
    Ok(())
}

static TRIANGULAR_SOLVE: Fields =
    Fields { name: "triangular_solve", fields: &["solution", "cloned_coefficient"] };

rows! { TRIANGLE:
    /// Solves `A X = B` for triangular matrices `A`, of which one half is read; `X A = B` with `left=False`.
    ///
    /// Args: upper: which half; unitriangular: the diagonal counts as ones and is not read.
    /// Shape: (.., n, n) and (.., n, k) give (.., n, k); leading axes broadcast.
    /// Errors: RuntimeError on sizes that do not fit. A zero on the diagonal gives infinities.
    ///
    /// ```text
    /// >>> A = torch.tensor([[2.0, 1.0], [0.0, 4.0]])
    /// >>> torch.linalg.solve_triangular(A, torch.tensor([[4.0], [8.0]]), upper=True)
    /// tensor([[1.],
    ///         [2.]])
    ///
    /// ```
    [Linalg] fn solve_triangular(input: &Tensor, B: &Tensor; upper: bool, left: bool = true, unitriangular: bool = false) -> Tensor {
        let op = "linalg.solve_triangular";
        check_system(op, input, B, left)?;
        ensure!(input.dtype() == B.dtype(), Runtime, "{op}: Expected A and B to have the same dtype, but found A of type {} and B of type {} instead",
            input.dtype().scalar_name(), B.dtype().scalar_name());
        solve_triangular_of(input, B, upper, left, unitriangular)
    }
    /// Solves `A X = b` (`A^T X = b` with `transpose`) for triangular matrices; `linalg.solve_triangular` is its successor.
    ///
    /// ```text
    /// >>> torch.triangular_solve(torch.tensor([[4.0], [8.0]]), torch.tensor([[2.0, 1.0], [0.0, 4.0]])).solution
    /// tensor([[1.],
    ///         [2.]])
    /// ```
    [Torch, Method] autocast Float32 fn triangular_solve(input: &Tensor, A: &Tensor, upper: bool = true, transpose: bool = false, unitriangular: bool = false) -> Named {
        warn_once("torch.triangular_solve is deprecated in favor of torch.linalg.solve_triangularand will be removed in a future PyTorch release.\ntorch.linalg.solve_triangular has its arguments reversed and does not return a copy of one of the inputs.\nX = torch.triangular_solve(B, A).solution\nshould be replaced with\nX = torch.linalg.solve_triangular(A, B).");
        check_old("torch.triangular_solve", input, A)?;
        let (r, n) = (sizes(input).0, sizes(A).1);
        ensure!(r == n, Runtime, "Incompatible matrix sizes for triangular_solve: each A matrix is {n} by {n} but each b matrix is {r} by {}", sizes(input).1);
        let shape = broadcast(batch_shape(A), batch_shape(input))?;
        let a = A.expand_to(&behind(&shape, &[n, n]))?;
        let turned = if transpose { a.turned()? } else { a.clone() };
        let x = solve_triangular_of(&turned, input, upper != transpose, true, unitriangular)?;
        Ok(Named(&TRIANGULAR_SOLVE, smallvec![x, a.clone_as(crate::base::MemoryFormat::Contiguous)?]))
    }
}

/// The checks of functions of the time before `linalg`.
pub(crate) fn check_old(op: &str, b: &Tensor, a: &Tensor) -> Result<()> {
    let start = if op.is_empty() { String::new() } else { format!("{op}: ") };
    if op.is_empty() {
        ensure!(
            b.ndim() >= 2,
            Runtime,
            "b should have at least 2 dimensions, but has {} dimensions instead",
            b.ndim()
        );
        ensure!(
            a.ndim() >= 2,
            Runtime,
            "u should have at least 2 dimensions, but has {} dimensions instead",
            a.ndim()
        );
    } else {
        for (t, name) in [(b, "b"), (a, "A")] {
            ensure!(
                t.ndim() >= 2,
                Runtime,
                "{start}Expected {name} to have at least 2 dimensions, but it has {} dimensions instead",
                t.ndim()
            );
        }
    }
    ensure!(
        a.dtype() == b.dtype(),
        Runtime,
        "Expected b and A to have the same dtype, but found b of type {} and A of type {} instead.",
        b.dtype().scalar_name(),
        a.dtype().scalar_name()
    );
    let (m, n) = sizes(a);
    ensure!(m == n, Runtime, "A must be batches of square matrices, but they are {m} by {n} matrices");
    Ok(())
}

pub const TABLE: Table = &[TRIANGLE];
