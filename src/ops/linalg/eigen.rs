//! Eigenvalues and eigenvectors.
#![allow(non_snake_case)] // PyTorch calls the matrix `A`

use crate::base::DType;
use crate::error::{Error, Result};
use crate::kernels::cpu::linalg::eigen as kernel;
use crate::ops::driver::apply::{apply_multi, should_record};
use crate::ops::driver::memory::dense_held;
use crate::ops::driver::memory::on_host;
use crate::ops::driver::op::{Batching, Metas, Op, Outs, Saves};
use crate::ops::linalg::matrix::{
    batch, batch_shape, behind, by_columns, check_field, check_info, check_square, sizes,
};
use crate::ops::linalg::solve::solved;
use crate::ops::linalg::svd::phase_tolerance;
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// Values, vectors where they are asked for, `info`.
fn results(x: &Tensor, values: DType, vectors: Option<DType>) -> Metas {
    let (b, n) = (batch_shape(x), sizes(x).0);
    let (values, info) = (Meta::new(&behind(b, &[n]), values), Meta::new(b, DType::I32));
    match vectors {
        Some(dtype) => smallvec![values, by_columns(b, n, n, dtype), info],
        None => smallvec![values, info],
    }
}

/// Of Hermitian matrices, whose lower half is read: values in ascending order, vectors, `info`.
#[derive(Debug)]
struct Eigh {
    vectors: bool,
}

impl Op for Eigh {
    fn name(&self) -> &'static str {
        "linalg_eigh"
    }
    fn grad_name(&self) -> &'static str {
        "LinalgEighBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("linalg_eigh_cpu", x[0])?;
        let dtype = x[0].dtype();
        Ok(results(x[0], dtype.to_real(), self.vectors.then_some(dtype)))
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let a = dense_held(x[0])?;
        with_dtype!("linalg_eigh_cpu", a.dtype(), field, T => {
            let vectors = self.vectors.then(|| out[1].ptr_of::<T>());
            let info = out[out.len() - 1].ptr_of();
            // SAFETY: dense results of these sizes, vectors by columns
            unsafe { kernel::hermitian::<T>((batch(&a), sizes(&a).0), a.ptr_of(), out[0].ptr_of(), vectors, info) };
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves { inputs: 0, outputs: 3 }
    }
    fn differentiable(&self, output: usize) -> bool {
        output < if self.vectors { 2 } else { 0 }
    }
    /// Source: the differential of `A V = V diag(L)` with `V^H V = 1`: off the diagonal `(V^H dV)_ij = (V^H dA V)_ij / (L_j - L_i)`.
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let (l, v) = (cx.output(0)?, cx.output(1)?);
        let vh = v.hermitian()?;
        let gl = g[0].as_ref().map(|g| g.cast(v.dtype())).transpose()?;
        let Some(gv) = &g[1] else {
            return match gl {
                Some(gl) => grads![Some(v.scale_columns(&gl)?.times(&vh)?)],
                None => grads![None],
            };
        };
        let w = vh.times(gv)?;
        check_phase("linalg_eigh_backward", &w)?;
        let e = l.unsqueeze(-2)?.sub(l.unsqueeze(-1)?)?.without_diagonal()?;
        // directions of orthonormal columns are skew
        let mut inner = w.skew()?.mul(0.5)?.div(e)?;
        if let Some(gl) = gl {
            inner = inner.add(gl.as_diagonals()?)?;
        }
        grads![Some(v.times(&inner.times(&vh)?)?)]
    }
}

/// Complex eigenvectors have a phase on which no function may depend.
fn check_phase(op: &str, w: &Tensor) -> Result<()> {
    if w.dtype().is_complex() && w.device() != crate::base::Device::Meta {
        let free = w.detach().diagonals()?.imag_view()?.largest()?;
        ensure!(
            free <= phase_tolerance(w.dtype()) * (1.0 + w.largest()?),
            Runtime,
            "{op}: The eigenvectors in the complex case are specified up to multiplication by e^{{i phi}}. The specified loss function depends on this quantity, so it is ill-defined."
        );
    }
    Ok(())
}

/// Of any square matrices: values, vectors, `info`.
#[derive(Debug)]
struct Eig {
    vectors: bool,
}

impl Op for Eig {
    fn name(&self) -> &'static str {
        "linalg_eig"
    }
    fn grad_name(&self) -> &'static str {
        "LinalgEigBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("linalg_eig_out_cpu", x[0])?;
        let dtype = x[0].dtype().to_complex();
        Ok(results(x[0], dtype, self.vectors.then_some(dtype)))
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let a = dense_held(x[0])?;
        with_dtype!("linalg_eig_out_cpu", a.dtype(), field, T => {
            let vectors = self.vectors.then(|| out[1].ptr_of());
            let info = out[out.len() - 1].ptr_of();
            // SAFETY: dense results of these sizes, vectors by columns
            unsafe { kernel::general::<T>((batch(&a), sizes(&a).0), a.ptr_of(), out[0].ptr_of(), vectors, info) };
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves { inputs: 0, outputs: 3 }
    }
    fn differentiable(&self, output: usize) -> bool {
        output < if self.vectors { 2 } else { 0 }
    }
    /// Source: the differential of `A V = V diag(L)` with columns of norm 1, after C. Boeddeker et al., On the computation of complex-valued
    /// gradients with application to statistically optimum beamforming (2017).
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let (l, v) = (cx.output(0)?, cx.output(1)?);
        let vh = v.hermitian()?;
        let inner = match (&g[0], &g[1]) {
            (None, None) => return grads![None],
            (Some(gl), None) => gl.as_diagonals()?,
            (gl, Some(gv)) => {
                let w = vh.times(gv)?;
                check_phase("linalg_eig_backward", &w)?;
                let real = w.diagonals()?.real_part()?.cast(v.dtype())?;
                let free = w.sub(vh.times(&v)?.scale_columns(&real)?)?;
                let e = l.unsqueeze(-2)?.sub(l.unsqueeze(-1)?)?.conj()?.without_diagonal()?;
                let inner = free.div(e)?;
                match gl {
                    Some(gl) => inner.add(gl.as_diagonals()?)?,
                    None => inner,
                }
            }
        };
        let ga = solved(&vh, &inner.times(&vh)?)?.swap_remove(0);
        grads![Some(if cx.dtype(0).is_complex() { ga } else { ga.real_part()? })]
    }
}

fn eigh_checked(A: &Tensor, uplo: &str, vectors: bool) -> Result<Outs> {
    check_square("linalg.eigh", A)?;
    let lower = match uplo {
        "L" | "l" => true,
        "U" | "u" => false,
        other => bail!(Runtime, "Expected UPLO argument to be 'L' or 'U', but got {other}"),
    };
    check_field("linalg_eigh_cpu", A)?;
    let mut out = apply_multi(Eigh { vectors }, &[&if lower { A.clone() } else { A.hermitian()? }])?;
    let Some(info) = out.pop() else { bail!(Internal, "eigh: no info") };
    check_info("linalg.eigh", &info, |i| {
        format!(
            "The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated eigenvalues (error code: {i})."
        )
    })?;
    Ok(out)
}

fn eig_checked(A: &Tensor, op: &str, vectors: bool) -> Result<Outs> {
    check_square(op, A)?;
    ensure!(
        A.dtype().is_differentiable(),
        Runtime,
        "Unknown Complex ScalarType for {}",
        A.dtype().scalar_name()
    );
    if A.dtype().is_half() {
        return Err(Error::no_kernel("linalg_eig_out_cpu", A.dtype()));
    }
    if A.device() != crate::base::Device::Meta {
        let finite = A.all_samples()?.isfinite()?.all_true()?;
        ensure!(finite, Runtime, "torch.linalg.eig: input tensor should not contain infs or NaNs.");
    }
    let mut out = apply_multi(Eig { vectors }, &[A])?;
    let Some(info) = out.pop() else { bail!(Internal, "eig: no info") };
    check_info("linalg.eig", &info, |i| {
        format!(
            "The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated eigenvalues (error code: {i})."
        )
    })?;
    Ok(out)
}

/// Values and vectors of Hermitian matrices.
pub(crate) fn eigh_of(A: &Tensor) -> Result<(Tensor, Tensor)> {
    let mut out = eigh_checked(A, "L", true)?.into_iter();
    match (out.next(), out.next()) {
        (Some(l), Some(v)) => Ok((l, v)),
        _ => bail!(Internal, "eigh: two results"),
    }
}

static EIGH: Fields = Fields { name: "linalg_eigh", fields: &["eigenvalues", "eigenvectors"] };
static EIG: Fields = Fields { name: "linalg_eig", fields: &["eigenvalues", "eigenvectors"] };

rows! { EIGEN:
    /// Eigenvalues in ascending order and orthonormal eigenvectors (as columns) of Hermitian matrices, of which one half is read.
    ///
    /// Shape: (.., n, n) gives (.., n), real, and (.., n, n).
    /// Errors: LinAlgError if a matrix holds nan or infinity.
    ///
    /// ```text
    /// >>> torch.linalg.eigh(torch.tensor([[2.0, 0.0], [0.0, 1.0]])).eigenvalues
    /// tensor([1., 2.])
    ///
    /// ```
    [Linalg] autocast Float32 fn eigh(input: &Tensor, UPLO: &str = "L") -> Named {
        Ok(Named(&EIGH, eigh_checked(input, UPLO, true)?.into_iter().collect()))
    }
    /// The eigenvalues of Hermitian matrices, in ascending order.
    ///
    /// ```text
    /// >>> torch.linalg.eigvalsh(torch.tensor([[2.0, 1.0], [1.0, 2.0]]))
    /// tensor([1., 3.])
    /// ```
    [Linalg] autocast Float32 fn eigvalsh(input: &Tensor, UPLO: &str = "L") -> Tensor {
        Ok(eigh_checked(input, UPLO, should_record(&[input]))?.swap_remove(0))
    }
    /// Eigenvalues and eigenvectors (as columns, of norm 1) of square matrices, complex and in no order.
    ///
    /// Shape: (.., n, n) gives (.., n) and (.., n, n).
    /// Errors: RuntimeError if a matrix holds nan or infinity.
    ///
    /// ```text
    /// >>> torch.linalg.eig(torch.tensor([[2.0, 0.0], [0.0, 3.0]])).eigenvalues
    /// tensor([2.+0.j, 3.+0.j])
    /// ```
    [Linalg] autocast Float32 fn eig(input: &Tensor) -> Named {
        Ok(Named(&EIG, eig_checked(input, "linalg.eig", true)?.into_iter().collect()))
    }
    /// The eigenvalues of square matrices, complex and in no order.
    ///
    /// ```text
    /// >>> torch.linalg.eigvals(torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
    /// tensor([2.+0.j, 3.+0.j])
    /// ```
    [Linalg] autocast Float32 fn eigvals(input: &Tensor) -> Tensor {
        Ok(eig_checked(input, "linalg.eigvals", should_record(&[input]))?.swap_remove(0))
    }
}

pub const TABLE: Table = &[EIGEN];
