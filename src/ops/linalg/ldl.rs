//! The decomposition `L D L^T` of symmetric matrices that need not be definite, and what is solved with it.
#![allow(non_snake_case)] // PyTorch calls matrices `A`, `LD`, `B`

use crate::base::{DType, broadcast};
use crate::error::Result;
use crate::kernels::cpu::linalg::field::Field;
use crate::kernels::cpu::linalg::ldl as kernel;
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::memory::on_host;
use crate::ops::driver::memory::{dense_held, own_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::linalg::matrix::{batch, batch_shape, behind, check_field, check_float, check_square, sizes};
use crate::ops::linalg::triangle::check_old;
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Meta, Tensor};
use crate::{bail, ensure, rows, with_dtype};
use smallvec::smallvec;

#[derive(Debug)]
struct LdlFactor {
    hermitian: bool,
}

impl Op for LdlFactor {
    fn name(&self) -> &'static str {
        "linalg_ldl_factor_ex"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("ldl_factor_kernel_cpu", x[0])?;
        let (b, n) = (batch_shape(x[0]), sizes(x[0]).0);
        Ok(smallvec![
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
        write_held(&out[0], x[0]);
        let (b, n) = (batch(x[0]), sizes(x[0]).0);
        with_dtype!("ldl_factor_kernel_cpu", x[0].dtype(), field, T => {
            let (ld, pivots, info) = (out[0].ptr_of(), out[1].ptr_of(), out[2].ptr_of());
            // SAFETY: dense results of these sizes
            unsafe { kernel::factor_all::<T>((b, n), self.hermitian && T::COMPLEX, ld, pivots, info) };
            Ok(())
        })
    }
}

#[derive(Debug)]
struct LdlSolve {
    hermitian: bool,
}

impl Op for LdlSolve {
    fn name(&self) -> &'static str {
        "linalg_ldl_solve"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("ldl_solve_kernel_cpu", x[0])?;
        Ok(smallvec![Meta::new(x[2].shape(), x[2].dtype())])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (ld, pivots) = (dense_held(x[0])?, own_held(x[1])?);
        write_held(&out[0], x[2]);
        let (n, k) = sizes(x[2]);
        with_dtype!("ldl_solve_kernel_cpu", ld.dtype(), field, T => {
            let (a, p) = (ld.ptr_of(), pivots.ptr_of());
            // SAFETY: dense batches of these sizes; the kernel keeps exchanges within the rows
            unsafe { kernel::solve::<T>((batch(&ld), n, k), self.hermitian && T::COMPLEX, a, p, out[0].ptr_of()) };
            Ok(())
        })
    }
}

fn factor(op: &str, A: &Tensor, hermitian: bool) -> Result<(Tensor, Tensor, Tensor)> {
    check_square(op, A)?;
    check_float(op, A)?;
    let mut out = apply_multi(LdlFactor { hermitian }, &[A])?.into_iter();
    match (out.next(), out.next(), out.next()) {
        (Some(ld), Some(pivots), Some(info)) => Ok((ld.tril(0)?, pivots, info)),
        _ => bail!(Internal, "ldl_factor: three results"),
    }
}

static FACTOR: Fields = Fields { name: "linalg_ldl_factor", fields: &["LD", "pivots"] };
static FACTOR_EX: Fields = Fields { name: "linalg_ldl_factor_ex", fields: &["LD", "pivots", "info"] };

rows! { LDL:
    /// The decomposition `A = L D L^T` (`L D L^H` with `hermitian=True`) of symmetric matrices, both factors in the lower half of one matrix.
    ///
    /// Shape: (.., n, n) gives `LD` the same and `pivots` (.., n), int32, as LAPACK's `sytrf` lists them.
    ///
    /// ```text
    /// >>> torch.linalg.ldl_factor(torch.tensor([[2.0, 0.0], [0.0, 3.0]])).LD
    /// tensor([[2., 0.],
    ///         [0., 3.]])
    /// ```
    [Linalg] fn ldl_factor(input: &Tensor; hermitian: bool = false) -> Named {
        let (ld, pivots, info) = factor("torch.linalg.ldl_factor_ex", input, hermitian)?;
        crate::ops::linalg::matrix::check_info("torch.linalg.ldl_factor", &info, |i| {
            format!("The diagonal element {i} of D is zero, the decomposition cannot be solved with; ldl_factor_ex gives it all the same.")
        })?;
        Ok(Named(&FACTOR, smallvec![ld, pivots]))
    }
    /// As `ldl_factor`; instead of an error the number of the first zero on the diagonal of `D`, or 0, as `info`.
    ///
    /// ```text
    /// >>> torch.linalg.ldl_factor_ex(torch.tensor([[2.0, 0.0], [0.0, 3.0]])).info
    /// tensor(0, dtype=torch.int32)
    /// ```
    [Linalg] fn ldl_factor_ex(input: &Tensor; hermitian: bool = false, _check_errors: bool = false) -> Named {
        let (ld, pivots, info) = factor("torch.linalg.ldl_factor_ex", input, hermitian)?;
        Ok(Named(&FACTOR_EX, smallvec![ld, pivots, info]))
    }
    /// Solves `A X = B` of the decomposition that `ldl_factor` gives for `A`.
    ///
    /// ```text
    /// >>> LD, pivots = torch.linalg.ldl_factor(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    /// >>> torch.linalg.ldl_solve(LD, pivots, torch.tensor([[2.0], [4.0]]))
    /// tensor([[1.],
    ///         [1.]])
    /// ```
    [Linalg] fn ldl_solve(LD: &Tensor, pivots: &Tensor, B: &Tensor; hermitian: bool = false) -> Tensor {
        let op = "torch.linalg.ldl_solve";
        ensure!(B.ndim() >= 2, Index, "Dimension out of range (expected to be in range of [-1, 0], but got -2)");
        check_old("", B, LD)?;
        check_float(op, LD)?;
        let (n, r) = (sizes(LD).0, sizes(B).0);
        ensure!(n == r, Runtime, "Incompatible matrix sizes for {op}: each A matrix is {n} by {n} but each b matrix is {r} by {}", sizes(B).1);
        ensure!(pivots.ndim() > 0 && LD.shape()[..LD.ndim() - 1] == *pivots.shape(), Runtime,
            "{op}: Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with shape {:?} instead", pivots.shape());
        ensure!(pivots.dtype().is_integral() && pivots.dtype() != DType::Bool, Runtime, "{op}: Expected pivots to be integers. Got {}", pivots.dtype().scalar_name());
        let shape = broadcast(batch_shape(LD), batch_shape(B))?;
        let (ld, b) = (LD.expand_to(&behind(&shape, &[n, n]))?, B.expand_to(&behind(&shape, &[n, sizes(B).1]))?);
        apply(LdlSolve { hermitian }, &[&ld, &pivots.cast(DType::I32)?.expand_to(&behind(&shape, &[n]))?, &b])
    }
}

pub const TABLE: Table = &[LDL];
