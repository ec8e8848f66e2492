//! LU decomposition with exchanges of rows, and systems that are solved with one.
#![allow(non_snake_case)] // PyTorch calls matrices `A`, `LU`, `B`

use crate::autograd::grad_enabled;
use crate::base::{DType, Scalar, broadcast};
use crate::error::Result;
use crate::kernels::cpu::linalg::{lu as kernel, solve as solver, triangle::Side};
use crate::ops::create::range::generate;
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::memory::on_host;
use crate::ops::driver::memory::{dense_held, index_held, own_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::linalg::matrix::{batch, batch_shape, behind, check_field, check_info, sizes};
use crate::ops::linalg::triangle::{check_system, solve_triangular_of};
use crate::ops::table::{Fields, Named, Ret, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::warning::warn_once;
use crate::{ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// Decomposes matrices of any shape: both factors in one matrix, exchanges counted from 1, `info`.
#[derive(Debug)]
struct LuFactor;

impl Op for LuFactor {
    fn name(&self) -> &'static str {
        "lu_factor"
    }
    fn grad_name(&self) -> &'static str {
        "LinalgLuFactorExBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("lu_cpu", x[0])?;
        let ((m, n), b) = (sizes(x[0]), batch_shape(x[0]));
        Ok(smallvec![
            Meta::new(x[0].shape(), x[0].dtype()),
            Meta::new(&behind(b, &[m.min(n)]), DType::I32),
            Meta::new(b, DType::I32),
        ])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0], x[0]);
        let (m, n) = sizes(x[0]);
        with_dtype!("lu_cpu", x[0].dtype(), field, T => {
            // SAFETY: dense results of these sizes
            unsafe { kernel::factor_all::<T>((batch(x[0]), m, n), out[0].ptr_of(), out[1].ptr_of(), out[2].ptr_of()) };
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves { inputs: 0, outputs: 3 }
    }
    fn differentiable(&self, output: usize) -> bool {
        output == 0
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let (lu, pivots) = (cx.output(0)?, cx.output(1)?);
        let (l, u) = unpacked(&lu)?;
        let k = sizes(&lu).0.min(sizes(&lu).1);
        let (gl, gu) = (g.narrow(-1, 0, k as i64)?.tril(-1)?, g.narrow(-2, 0, k as i64)?.triu(0)?);
        let inverse = permutations(&pivots, sizes(&lu).0, true)?;
        lu_gradient((Some(&gl), Some(&gu)), (&l, &u), &inverse)
    }
}

/// Both factors of a compact decomposition, the lower one with ones on its diagonal.
pub(crate) fn unpacked(lu: &Tensor) -> Result<(Tensor, Tensor)> {
    let (m, n) = sizes(lu);
    let k = m.min(n) as i64;
    let lower = lu.narrow(-1, 0, k)?.tril(-1)?;
    let ones = lower.identities()?;
    Ok((lower.add(&ones)?, lu.narrow(-2, 0, k)?.triu(0)?))
}

/// The gradient for `A = P L U` of those for the factors. With `L_1` and `U_1` the square parts of both, what lies beside them is a
/// triangular system more.
///
/// Source: the differential of `P^T A = L U`, `L^-1 P^T dA U^-1 = L^-1 dL + dU U^-1`, whose terms are the two halves.
fn lu_gradient(
    g: (Option<&Tensor>, Option<&Tensor>),
    (l, u): (&Tensor, &Tensor),
    inverse: &Tensor,
) -> Result<Tensor> {
    let (m, n) = (sizes(l).0, sizes(u).1);
    let k = m.min(n);
    let (ki, mi, ni) = (k as i64, m as i64, n as i64);
    let zero = |like: &Tensor| like.zeros_alike();
    let gl = g.0.map_or_else(|| zero(l), |g| Ok(g.clone()))?;
    let gu = g.1.map_or_else(|| zero(u), |g| Ok(g.clone()))?;
    let part = |x: &Tensor, axis: i64, from: i64, to: i64| x.narrow(axis, from, to - from);
    let (l1, u1) = (part(l, -2, 0, ki)?, part(u, -1, 0, ki)?);
    let (l1h, u1h) = (l1.hermitian()?, u1.hermitian()?);
    let mut lower = l1h.times(&part(&gl, -2, 0, ki)?)?;
    let mut upper = part(&gu, -1, 0, ki)?.times(&u1h)?;
    if n > k {
        let gu2 = part(&gu, -1, ki, ni)?;
        lower = lower.sub(gu2.times(&part(u, -1, ki, ni)?.hermitian()?)?)?;
    }
    if m > k {
        let gl2 = part(&gl, -2, ki, mi)?;
        upper = upper.sub(part(l, -2, ki, mi)?.hermitian()?.times(&gl2)?)?;
    }
    let phi = lower.tril(-1)?.add(upper.triu(0)?)?;
    let left = |x: &Tensor| solve_triangular_of(&l1h, x, true, true, true);
    let right = |x: &Tensor| solve_triangular_of(&u1h, x, false, false, false);
    let mut ga = right(&left(&phi)?)?;
    if n > k {
        ga = crate::ops::shape::join::concat(&[ga, left(&part(&gu, -1, ki, ni)?)?], -1)?;
    } else if m > k {
        ga = crate::ops::shape::join::concat(&[ga, right(&part(&gl, -2, ki, mi)?)?], -2)?;
    }
    rows_by(&ga, inverse)
}

/// The rows of matrices in another order: row `i` of the result was row `order[i]`.
fn rows_by(x: &Tensor, order: &Tensor) -> Result<Tensor> {
    let batch = broadcast(&order.shape()[..order.ndim() - 1], batch_shape(x))?;
    let (m, n) = sizes(x);
    let shape = behind(&batch, &[m, n]);
    let index = order.unsqueeze(-1)?.expand_to(&shape)?;
    x.expand_to(&shape)?.gather(-2, &index, false)
}

/// The permutations that lists of exchanges make of `rows` rows (or their inverses), as int64.
#[derive(Debug)]
struct Permutations {
    rows: usize,
    inverse: bool,
    refuse: &'static str,
}

impl Op for Permutations {
    fn name(&self) -> &'static str {
        "lu_unpack"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let n = x[0].ndim();
        ensure!(n > 0, Runtime, "lu_unpack: pivots must have at least 1 dimension");
        let (k, rows) = (x[0].shape()[n - 1], self.rows);
        ensure!(k <= rows, Runtime, "lu_unpack: {k} pivots for matrices of {rows} rows");
        Ok(smallvec![Meta::new(&behind(&x[0].shape()[..n - 1], &[rows]), DType::I64)])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let k = x[0].shape()[x[0].ndim() - 1];
        let pivots = index_held(x[0])?;
        let count = pivots.numel();
        // SAFETY: dense int64
        let all = unsafe { std::slice::from_raw_parts(pivots.ptr_of::<i64>(), count) };
        ensure!(all.iter().all(|&p| p >= 1 && p as usize <= self.rows), Runtime, "{}", self.refuse);
        let batch = out[0].numel().checked_div(self.rows).unwrap_or(0);
        // SAFETY: dense batches; the exchanges are within the rows
        unsafe {
            kernel::permutations((batch, self.rows, k), self.inverse, pivots.ptr_of(), out[0].ptr_of());
        }
        Ok(())
    }
}

const BAD_PIVOTS: &str = "pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive.Did you properly pass the result of lu_factor?";
const BAD_PIVOTS_TO_SOLVE: &str = "Pivots given to lu_solve must all be greater or equal to 1. Did you properly pass the result of lu_factor?";

fn permutations(pivots: &Tensor, rows: usize, inverse: bool) -> Result<Tensor> {
    apply(Permutations { rows, inverse, refuse: BAD_PIVOTS }, &[pivots])
}

/// The matrices `P` of `A = P L U`.
fn permutation_matrices(pivots: &Tensor, rows: usize, like: &Tensor) -> Result<Tensor> {
    let inverse = permutations(pivots, rows, true)?;
    let at = generate(rows, DType::I64, like.device(), |i| Scalar::Int(i as i64))?;
    inverse.unsqueeze(-1)?.eq(&at)?.cast(like.dtype())
}

/// Solves `A X = B` (or with the adjoint of `A`) of a decomposition of `A`.
#[derive(Debug)]
struct LuSolve {
    adjoint: bool,
}

impl Op for LuSolve {
    fn name(&self) -> &'static str {
        "linalg_lu_solve"
    }
    fn grad_name(&self) -> &'static str {
        "LinalgLuSolveBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("lu_solve_cpu", x[0])?;
        Ok(smallvec![Meta::new(x[2].shape(), x[2].dtype())])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (lu, pivots) = (dense_held(x[0])?, own_held(x[1])?);
        write_held(&out[0], x[2]);
        let (n, k) = sizes(x[2]);
        // SAFETY: dense int32
        let all = unsafe { std::slice::from_raw_parts(pivots.ptr_of::<i32>(), pivots.numel()) };
        ensure!(all.iter().all(|&p| p >= 1 && p as usize <= n), Runtime, "{BAD_PIVOTS_TO_SOLVE}");
        let side = if self.adjoint { Side::Adjoint } else { Side::Plain };
        with_dtype!("lu_solve_cpu", lu.dtype(), field, T => {
            // SAFETY: dense batches of these sizes, exchanges within the rows
            unsafe { solver::solve_with_lu::<T>((batch(&lu), n, k), side, lu.ptr_of(), pivots.ptr_of(), out[0].ptr_of()) };
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(3)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None, None] };
        let gb = want.then(2, || lu_solve_of(&cx.input(0)?, &cx.input(1)?, g, true, !self.adjoint))?;
        grads![None, None, gb]
    }
}

/// Solves with decompositions and right-hand sides whose batches fit.
pub(crate) fn lu_solve_of(
    lu: &Tensor,
    pivots: &Tensor,
    b: &Tensor,
    left: bool,
    adjoint: bool,
) -> Result<Tensor> {
    if !left {
        // X A = B is A^H X^H = B^H
        return lu_solve_of(lu, pivots, &b.hermitian()?, true, !adjoint)?.hermitian();
    }
    let shape = broadcast(batch_shape(lu), batch_shape(b))?;
    let (n, k) = sizes(b);
    if grad_enabled() && lu.requires_grad() {
        // in parts that know their gradients for the factors
        return if adjoint {
            let y = solve_triangular_of(&lu.hermitian()?, b, false, true, false)?;
            let y = solve_triangular_of(&lu.hermitian()?, &y, true, true, true)?;
            rows_by(&y, &permutations(pivots, n, true)?)
        } else {
            let y = rows_by(b, &permutations(pivots, n, false)?)?;
            let y = solve_triangular_of(lu, &y, false, true, true)?;
            solve_triangular_of(lu, &y, true, true, false)
        };
    }
    let lu = lu.expand_to(&behind(&shape, &[n, n]))?;
    let pivots = pivots.expand_to(&behind(&shape, &[n]))?;
    apply(LuSolve { adjoint }, &[&lu, &pivots, &b.expand_to(&behind(&shape, &[n, k]))?])
}

/// The compact decomposition, the exchanges and `info`.
pub(crate) fn factor(A: &Tensor, pivot: bool, name: &str) -> Result<(Tensor, Tensor, Tensor)> {
    ensure!(
        A.ndim() >= 2,
        Runtime,
        "{name}: Expected tensor with 2 or more dimensions. Got size: {:?} instead",
        A.shape()
    );
    check_field("lu_cpu", A)?;
    ensure!(pivot, Runtime, "linalg.lu_factor: LU without pivoting is not implemented on the CPU");
    let mut out = apply_multi(LuFactor, &[A])?.into_iter();
    match (out.next(), out.next(), out.next()) {
        (Some(lu), Some(pivots), Some(info)) => Ok((lu, pivots, info)),
        _ => crate::bail!(Internal, "lu_factor: three results"),
    }
}

/// Refuses a decomposition that cannot be solved with.
fn check_factor(info: &Tensor) -> Result<()> {
    check_info("torch.linalg.lu_factor", info, |i| {
        format!("U[{i},{i}] is zero and using it on lu_solve would result in a division by zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)")
    })
    .map_err(|e| crate::error::Error::new(crate::error::Kind::Runtime, e.message()))
}

fn nothing(like: &Tensor) -> Result<Tensor> {
    Tensor::empty(&[0], like.dtype(), like.device())
}

static FACTOR: Fields = Fields { name: "linalg_lu_factor", fields: &["LU", "pivots"] };
static FACTOR_EX: Fields = Fields { name: "linalg_lu_factor_ex", fields: &["LU", "pivots", "info"] };
static FACTORS: Fields = Fields { name: "linalg_lu", fields: &["P", "L", "U"] };
static WITH_INFO: Fields = Fields { name: "_lu_with_info", fields: &["LU", "pivots", "info"] };
static UNPACKED: Fields = Fields { name: "lu_unpack", fields: &["P", "L", "U"] };

rows! { FACTORS_LU:
    /// The decomposition `A = P L U` with exchanges of rows, both factors in one matrix.
    ///
    /// Shape: (.., m, n) gives `LU` (.., m, n) and `pivots` (.., min(m, n)), int32, which count from 1.
    /// Errors: RuntimeError where a diagonal element of `U` is zero.
    ///
    /// ```text
    /// >>> LU, pivots = torch.linalg.lu_factor(torch.tensor([[1.0, 2.0], [4.0, 4.0]]))
    /// >>> LU, pivots
    /// (tensor([[4.0000, 4.0000],
    ///         [0.2500, 1.0000]]), tensor([2, 2], dtype=torch.int32))
    ///
    /// ```
    [Linalg] fn lu_factor(A: &Tensor; pivot: bool = true) -> Named {
        let (lu, pivots, info) = factor(A, pivot, "torch.lu_factor")?;
        check_factor(&info)?;
        Ok(Named(&FACTOR, smallvec![lu, pivots]))
    }
    /// As `lu_factor`, with the number of the first zero on the diagonal of `U`, or 0, as `info`.
    ///
    /// ```text
    /// >>> torch.linalg.lu_factor_ex(torch.tensor([[1.0, 2.0], [4.0, 4.0]])).info
    /// tensor(0, dtype=torch.int32)
    /// ```
    [Linalg] fn lu_factor_ex(A: &Tensor; pivot: bool = true, check_errors: bool = false) -> Named {
        let (lu, pivots, info) = factor(A, pivot, "torch.lu_factor")?;
        if check_errors { check_factor(&info)?; }
        Ok(Named(&FACTOR_EX, smallvec![lu, pivots, info]))
    }
    /// The factors of `A = P L U`: a permutation, a lower triangle with ones on its diagonal, an upper triangle.
    ///
    /// Shape: (.., m, n) gives (.., m, m), (.., m, k) and (.., k, n), k the smaller size.
    ///
    /// ```text
    /// >>> A = torch.tensor([[1.0, 2.0], [4.0, 4.0]])
    /// >>> P, L, U = torch.linalg.lu(A)
    /// >>> torch.equal(P @ L @ U, A)
    /// True
    ///
    /// ```
    [Linalg] fn linalg_lu = "lu"(A: &Tensor; pivot: bool = true) -> Named {
        let (lu, pivots, _) = factor(A, pivot, "linalg.lu")?;
        let (l, u) = unpacked(&lu)?;
        Ok(Named(&FACTORS, smallvec![permutation_matrices(&pivots, sizes(A).0, &lu)?, l, u]))
    }
    /// The compact decomposition and its exchanges, with `info` as a third if `get_infos` says so; `linalg.lu_factor` is its successor.
    ///
    /// ```text
    /// >>> LU, pivots = torch.lu(torch.tensor([[1.0, 2.0], [4.0, 4.0]]))
    /// >>> LU
    /// tensor([[4.0000, 4.0000],
    ///         [0.2500, 1.0000]])
    /// ```
    [Torch, Method] fn lu(input: &Tensor, pivot: bool = true, get_infos: bool = false) -> Ret {
        warn_once("torch.lu is deprecated in favor of torch.linalg.lu_factor / torch.linalg.lu_factor_ex and will be removed in a future PyTorch release.\nLU, pivots = torch.lu(A, compute_pivots)\nshould be replaced with\nLU, pivots = torch.linalg.lu_factor(A, compute_pivots)\nand\nLU, pivots, info = torch.lu(A, compute_pivots, get_infos=True)\nshould be replaced with\nLU, pivots, info = torch.linalg.lu_factor_ex(A, compute_pivots)");
        let (lu, pivots, info) = factor(input, pivot, "torch.lu_factor")?;
        Ok(if get_infos { Named(&WITH_INFO, smallvec![lu, pivots, info]).into() } else { vec![lu, pivots].into() })
    }
    /// The factors of a compact decomposition; those not asked for are empty.
    ///
    /// ```text
    /// >>> P, L, U = torch.lu_unpack(*torch.linalg.lu_factor(torch.tensor([[1.0, 2.0], [4.0, 4.0]])))
    /// >>> P @ L @ U
    /// tensor([[1., 2.],
    ///         [4., 4.]])
    /// ```
    [Torch] fn lu_unpack(LU_data: &Tensor, LU_pivots: &Tensor, unpack_data: bool = true, unpack_pivots: bool = true) -> Named {
        ensure!(LU_data.ndim() >= 2, Runtime, "torch.lu_unpack: The input tensor LU_data must have at least 2 dimensions.");
        if unpack_pivots {
            ensure!(LU_pivots.dtype() == DType::I32, Runtime, "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\nNote: this function is intended to be used with the output produced by torch.linalg.lu_factor");
        }
        let m = sizes(LU_data).0;
        let (l, u) = if unpack_data { unpacked(LU_data)? } else { (nothing(LU_data)?, nothing(LU_data)?) };
        let p = if unpack_pivots {
            let p = permutation_matrices(LU_pivots, m, LU_data)?;
            p.expand_to(&behind(batch_shape(LU_data), &[m, m]))?.contiguous()?
        } else { nothing(LU_data)? };
        Ok(Named(&UNPACKED, smallvec![p, l, u]))
    }
    /// Solves `A X = B` of the decomposition that `lu_factor` gives for `A`; `X A = B` with `left=False`, and with the adjoint of `A` with
    /// `adjoint=True`.
    ///
    /// ```text
    /// >>> LU, pivots = torch.linalg.lu_factor(torch.tensor([[1.0, 2.0], [4.0, 4.0]]))
    /// >>> torch.linalg.lu_solve(LU, pivots, torch.tensor([[3.0], [8.0]]))
    /// tensor([[1.],
    ///         [1.]])
    /// ```
    [Linalg] autocast Float32 fn linalg_lu_solve = "lu_solve"(LU: &Tensor, pivots: &Tensor, B: &Tensor; left: bool = true, adjoint: bool = false) -> Tensor {
        let op = "linalg.lu_solve";
        ensure!(LU.dtype().is_differentiable(), Runtime, "{op}: Expected a floating point or complex tensor as input. Got {}", LU.dtype().scalar_name());
        ensure!(LU.dtype() == B.dtype(), Runtime, "{op}: Expected LU and B to have the same dtype, but found LU of type {} and B of type {} instead", LU.dtype().scalar_name(), B.dtype().scalar_name());
        ensure!(pivots.dtype() == DType::I32, Runtime, "{op}: pivots should be a Tensor of scalar type torch.int32");
        check_system(op, LU, B, left)?;
        ensure!(pivots.ndim() > 0 && LU.shape()[..LU.ndim() - 1] == *pivots.shape(), Runtime,
            "{op}: Expected LU.shape[:-1] and pivots.shape to be the same, but got pivots with shape {:?} instead", pivots.shape());
        lu_solve_of(LU, pivots, B, left, adjoint)
    }
    /// Solves `A X = b` of a decomposition of `A`; `linalg.lu_solve` is its successor.
    ///
    /// ```text
    /// >>> LU, pivots = torch.linalg.lu_factor(torch.tensor([[1.0, 2.0], [4.0, 4.0]]))
    /// >>> torch.lu_solve(torch.tensor([[3.0], [8.0]]), LU, pivots)
    /// tensor([[1.],
    ///         [1.]])
    /// ```
    [Torch, Method] autocast Float32 fn lu_solve(input: &Tensor, LU_data: &Tensor, LU_pivots: &Tensor) -> Tensor {
        warn_once("torch.lu_solve is deprecated in favor of torch.linalg.lu_solveand will be removed in a future PyTorch release.\nNote that torch.linalg.lu_solve has its arguments reversed.\nX = torch.lu_solve(B, LU, pivots)\nshould be replaced with\nX = torch.linalg.lu_solve(LU, pivots, B)");
        linalg_lu_solve(LU_data, LU_pivots, input, true, false)
    }
}

pub const TABLE: Table = &[FACTORS_LU];
