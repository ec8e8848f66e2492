//! Determinants, by LU decomposition.
#![allow(non_snake_case)] // PyTorch calls the matrix `A`

use crate::autograd::grad_enabled;
use crate::base::DType;
use crate::error::Result;
use crate::kernels::cpu::linalg::determinant as kernel;
use crate::ops::driver::apply::apply_multi;
use crate::ops::driver::memory::on_host;
use crate::ops::driver::memory::write_held;
use crate::ops::driver::op::{Batching, Metas, Op, Outs, Saves};
use crate::ops::elementwise::complex::complex;
use crate::ops::linalg::lu::lu_solve_of;
use crate::ops::linalg::matrix::{
    batch, batch_shape, behind, check_field, check_float, check_square, check_wide_float, epsilon, sizes,
};
use crate::ops::linalg::solve::solved;
use crate::ops::linalg::svd::svd_thin;
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// The determinant, or its sign and the logarithm of its absolute value; then the decomposition and its exchanges.
#[derive(Debug)]
struct Determinant {
    log: bool,
}

impl Op for Determinant {
    fn name(&self) -> &'static str {
        if self.log { "linalg_slogdet" } else { "linalg_det" }
    }
    fn grad_name(&self) -> &'static str {
        if self.log { "LinalgSlogdetBackward0" } else { "LinalgDetBackward0" }
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("lu_cpu", x[0])?;
        let (b, n, dtype) = (batch_shape(x[0]), sizes(x[0]).0, x[0].dtype());
        Ok(smallvec![
            Meta::new(b, dtype),
            Meta::new(b, dtype.to_real()),
            Meta::new(x[0].shape(), dtype),
            Meta::new(&behind(b, &[n]), DType::I32),
        ])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[2], x[0]);
        let at = (batch(x[0]), sizes(x[0]).0);
        with_dtype!("lu_cpu", x[0].dtype(), field, T => {
            let (first, second, lu, pivots) = (out[0].ptr_of(), out[1].ptr_of(), out[2].ptr_of(), out[3].ptr_of());
            // SAFETY: dense results of these sizes
            unsafe { kernel::determinant::<T>(at, self.log, lu, pivots, first, second) };
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves { inputs: 1, outputs: 0b1101 }
    }
    fn differentiable(&self, output: usize) -> bool {
        if self.log { output < 2 } else { output == 0 }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let (first, lu) = (cx.output(0)?, cx.output(2)?);
        let inverse_of = |d: &Tensor| -> Result<Tensor> {
            // A^-H with every matrix multiplied by a number
            let d = d.unsqueeze(-1)?.unsqueeze(-1)?.mul(lu.detach().identities()?)?;
            if grad_enabled() {
                return Ok(solved(&cx.input(0)?.hermitian()?, &d)?.swap_remove(0));
            }
            // near a singular matrix the determinant is differentiable all the same: zeros on the diagonal count as the least
            // that is not
            let zero = lu.diagonals()?.eq(0)?.cast(lu.dtype())?.mul(epsilon(lu.dtype()))?;
            lu_solve_of(&lu.add(zero.as_diagonals()?)?, &cx.output(3)?, &d, true, true)
        };
        if self.log {
            let (gs, gl) = (&g[0], &g[1]);
            let real = gl.clone().map_or_else(|| first.abs()?.zeros_alike(), Ok)?;
            if !first.dtype().is_complex() {
                return if gl.is_some() { grads![Some(inverse_of(&real)?)] } else { grads![None] };
            }
            // the sign turns by the imaginary part of the trace of A^-1 dA
            let d = match gs {
                Some(gs) => {
                    let turn = gs.mul(first.conj()?)?.imag_view()?;
                    complex(&real, &turn)?
                }
                None => real.cast(first.dtype())?,
            };
            return grads![Some(inverse_of(&d)?)];
        }
        let Some(g) = &g[0] else { return grads![None] };
        let d = g.mul(first.conj()?)?;
        if !grad_enabled() {
            return grads![Some(inverse_of(&d)?)];
        }
        // where a determinant vanishes, its derivative is what U, S and V make of it: the products of all singular values but one
        let singular = first.detach().abs()?.lt(100.0 * epsilon(first.dtype()))?;
        let known = singular.all_samples()?;
        if !known.any()?.all_true()? {
            return grads![Some(inverse_of(&d)?)];
        }
        let a = cx.input(0)?;
        let (u, s, vh) = svd_thin(&a)?;
        let alpha = det(&u)?.mul(det(&vh)?)?.conj()?.mul(g)?;
        let n = sizes(&a).0;
        let others: Result<Vec<Tensor>> = (0..n as i64)
            .map(|i| {
                let before = s.narrow(-1, 0, i)?.prod_dim(-1, false, None)?;
                before.mul(s.narrow(-1, i + 1, n as i64 - i - 1)?.prod_dim(-1, false, None)?)
            })
            .collect();
        let gamma = crate::ops::shape::join::stacked(&others?, -1)?.mul(alpha.unsqueeze(-1)?)?;
        let by_values = u.scale_columns(&gamma)?.times(&vh)?;
        if known.all_true()? {
            return grads![Some(by_values)];
        }
        let mask = singular.unsqueeze(-1)?.unsqueeze(-1)?;
        // the others' equations, with identities in place of the singular ones
        let safe = mask.choose(&a.identities()?, &a)?;
        let rest = d.unsqueeze(-1)?.unsqueeze(-1)?.mul(a.identities()?)?;
        let regular = solved(&safe.hermitian()?, &rest)?.swap_remove(0);
        grads![Some(mask.choose(&by_values, &regular)?)]
    }
}

fn determinants(a: &Tensor, log: bool) -> Result<Outs> {
    apply_multi(Determinant { log }, &[a])
}

static SLOGDET: Fields = Fields { name: "linalg_slogdet", fields: &["sign", "logabsdet"] };
static OLD_SLOGDET: Fields = Fields { name: "slogdet", fields: &["sign", "logabsdet"] };

fn sign_and_log(A: &Tensor, fields: &'static Fields) -> Result<Named> {
    check_square("linalg.slogdet", A)?;
    check_wide_float("linalg.slogdet", A)?;
    let mut out = determinants(A, true)?;
    out.truncate(2);
    Ok(Named(fields, out.into_iter().collect()))
}

fn det(A: &Tensor) -> Result<Tensor> {
    check_square("linalg.det", A)?;
    check_float("linalg.det", A)?;
    Ok(determinants(A, false)?.swap_remove(0))
}

rows! { DETERMINANT:
    /// The determinant of square matrices.
    ///
    /// Shape: (.., n, n) gives (..).
    ///
    /// ```text
    /// >>> torch.linalg.det(torch.tensor([[2.0, 1.0], [0.0, 3.0]]))
    /// tensor(6.)
    ///
    /// ```
    [Linalg] fn linalg_det = "det"(A: &Tensor) -> Tensor { det(A) }
    /// The determinant of square matrices (`linalg.det`).
    ///
    /// ```text
    /// >>> torch.det(torch.tensor([[2.0, 1.0], [0.0, 3.0]]))
    /// tensor(6.)
    /// ```
    [Torch, Method] fn det_of = "det"(input: &Tensor) -> Tensor { det(input) }
    /// The sign of the determinant (for complex matrices a number of absolute value 1) and the logarithm of its absolute value.
    ///
    /// ```text
    /// >>> torch.linalg.slogdet(torch.tensor([[-2.0, 0.0], [0.0, 3.0]]))
    /// torch.return_types.linalg_slogdet(
    /// sign=tensor(-1.),
    /// logabsdet=tensor(1.7918))
    /// ```
    [Linalg] fn linalg_slogdet = "slogdet"(A: &Tensor) -> Named { sign_and_log(A, &SLOGDET) }
    /// The sign of the determinant and the logarithm of its absolute value (`linalg.slogdet`).
    ///
    /// ```text
    /// >>> torch.slogdet(torch.tensor([[-2.0, 0.0], [0.0, 3.0]]))
    /// torch.return_types.slogdet(
    /// sign=tensor(-1.),
    /// logabsdet=tensor(1.7918))
    /// ```
    [Torch, Method] fn slogdet(input: &Tensor) -> Named { sign_and_log(input, &OLD_SLOGDET) }
    /// The logarithm of the determinant; nan where that is negative.
    ///
    /// ```text
    /// >>> torch.logdet(torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
    /// tensor(1.7918)
    /// ```
    [Torch, Method] fn logdet(input: &Tensor) -> Tensor {
        check_square("logdet", input)?;
        check_float("logdet", input)?;
        ensure!(!input.dtype().is_half(), Runtime, "logdet: Low precision dtypes not supported. Got {}", input.dtype().scalar_name());
        let out = determinants(input, true)?;
        let (sign, log) = (&out[0], &out[1]);
        if input.dtype().is_complex() {
            return sign.log()?.add(log);
        }
        sign.eq(-1)?.choose(log.number(f64::NAN)?, log)
    }
}

pub const TABLE: Table = &[DETERMINANT];
