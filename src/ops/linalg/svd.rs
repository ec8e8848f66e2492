//! Singular value decomposition, and what is told from singular values alone.
#![allow(non_snake_case)] // PyTorch calls the matrix `A`

use crate::base::DType;
use crate::error::Result;
use crate::kernels::cpu::linalg::svd as kernel;
use crate::ops::driver::apply::{apply_multi, should_record};
use crate::ops::driver::memory::dense_held;
use crate::ops::driver::memory::on_host;
use crate::ops::driver::op::{Batching, Metas, Op, Outs, Saves};
use crate::ops::linalg::matrix::{
    batch, batch_shape, behind, by_columns, check_field, check_float, check_info, check_matrix, sizes,
};
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// `A = U diag(S) Vh`: the three and `info`; without vectors `S` and `info`.
#[derive(Debug)]
struct Svd {
    vectors: bool,
    full: bool,
}

impl Op for Svd {
    fn name(&self) -> &'static str {
        "linalg_svd"
    }
    fn grad_name(&self) -> &'static str {
        "LinalgSvdBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_field("linalg_svd_cpu", x[0])?;
        let ((m, n), b, dtype) = (sizes(x[0]), batch_shape(x[0]), x[0].dtype());
        let k = m.min(n);
        let (p, q) = if self.full { (m, n) } else { (k, k) };
        let (s, info) = (Meta::new(&behind(b, &[k]), dtype.to_real()), Meta::new(b, DType::I32));
        if !self.vectors {
            return Ok(smallvec![s, info]);
        }
        Ok(smallvec![by_columns(b, m, p, dtype), s, Meta::new(&behind(b, &[q, n]), dtype), info])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        on_host(self, x, out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let a = dense_held(x[0])?;
        let (m, n) = sizes(&a);
        with_dtype!("linalg_svd_cpu", a.dtype(), field, T => {
            let vectors = self.vectors.then(|| kernel::Vectors { u: out[0].ptr_of::<T>(), vh: out[2].ptr_of(), full: self.full });
            let (s, info) = if self.vectors { (&out[1], &out[3]) } else { (&out[0], &out[1]) };
            // SAFETY: dense results of these sizes, `U` by columns
            unsafe { kernel::decompose::<T>((batch(&a), m, n), a.ptr_of(), s.ptr_of(), vectors, info.ptr_of()) };
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves { inputs: 0, outputs: 7 }
    }
    fn differentiable(&self, output: usize) -> bool {
        output < if self.vectors { 3 } else { 0 }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let (u, s, vh) = (cx.output(0)?, cx.output(1)?, cx.output(2)?);
        if g[..3].iter().all(Option::is_none) {
            return grads![None];
        }
        let k = s.shape()[s.ndim() - 1] as i64;
        if self.full && (g[0].is_some() || g[2].is_some()) {
            // completed columns are any basis of the rest: no function of them has a derivative
            let (u, vh) = (u.narrow(-1, 0, k)?, vh.narrow(-2, 0, k)?);
            let gu = g[0].as_ref().map(|g| g.narrow(-1, 0, k)).transpose()?;
            let gv = g[2].as_ref().map(|g| g.narrow(-2, 0, k)).transpose()?;
            return grads![Some(gradient((&u, &s, &vh), (gu.as_ref(), g[1].as_ref(), gv.as_ref()))?)];
        }
        let (u, vh) = if self.full { (u.narrow(-1, 0, k)?, vh.narrow(-2, 0, k)?) } else { (u, vh) };
        grads![Some(gradient((&u, &s, &vh), (g[0].as_ref(), g[1].as_ref(), g[2].as_ref()))?)]
    }
}

/// Source: the differential of `A = U S V^H` with `U^H U = V^H V = 1`, after J. Townsend, Differentiating the singular value
/// decomposition (2016), and for complex matrices Z.-Q. Wan and S.-X. Zhang, Automatic differentiation for complex valued SVD
/// (2019): what is left open is a phase of each pair of vectors, on which no function may depend.
fn gradient(
    (u, s, vh): (&Tensor, &Tensor, &Tensor),
    (gu, gs, gvh): (Option<&Tensor>, Option<&Tensor>, Option<&Tensor>),
) -> Result<Tensor> {
    let (m, n) = (sizes(u).0, sizes(vh).1);
    let k = s.shape()[s.ndim() - 1];
    let values = |x: &Tensor| x.cast(u.dtype());
    if gu.is_none() && gvh.is_none() {
        return match gs {
            Some(gs) if m >= n => u.times(&vh.scale_rows(&values(gs)?)?),
            Some(gs) => u.scale_columns(&values(gs)?)?.times(vh),
            None => bail!(Internal, "svd: no gradient"),
        };
    }
    let of_u = gu.map(|g| u.hermitian()?.times(g)).transpose()?;
    let of_v = gvh.map(|g| vh.times(&g.hermitian()?)).transpose()?;
    if u.dtype().is_complex() && u.device() != crate::base::Device::Meta {
        let phase = |x: &Option<Tensor>| -> Result<Tensor> {
            match x {
                Some(x) => x.detach().diagonals()?.imag_view(),
                None => s.detach().zeros_alike(),
            }
        };
        let free = phase(&of_u)?.add(phase(&of_v)?)?.largest()?;
        let scale = 1.0 + of_u.as_ref().map_or(Ok(0.0), Tensor::largest)?;
        ensure!(
            free <= phase_tolerance(u.dtype()) * scale,
            Runtime,
            "svd_backward: The singular vectors in the complex case are specified up to multiplication by e^{{i phi}}. The specified loss function depends on this phase term, making it ill-defined."
        );
    }
    // s_j^2 - s_i^2, as a product for accuracy
    let (row, column) = (s.unsqueeze(-2)?, s.unsqueeze(-1)?);
    let e = row.sub(&column)?.mul(row.add(&column)?)?.without_diagonal()?;
    let mut inner = match gs {
        Some(gs) => values(gs)?.as_diagonals()?,
        None => u.narrow(-2, 0, k as i64)?.zeros_alike()?,
    };
    if let Some(w) = &of_u {
        let skew = w.skew()?.div(&e)?.scale_columns(&values(s)?)?;
        inner = inner.add(skew)?;
        if u.dtype().is_complex() {
            // i Im(w_jj) / s_j
            let turn = w.diagonals()?;
            let turn = turn.sub(turn.conj()?)?.mul(0.5)?.div(values(s)?)?;
            inner = inner.add(turn.as_diagonals()?)?;
        }
    }
    if let Some(w) = &of_v {
        inner = inner.add(w.skew()?.div(&e)?.scale_rows(&values(s)?)?)?;
    }
    let mut out = u.times(&inner)?;
    if let (Some(gu), Some(w)) = (gu, &of_u)
        && m > k
    {
        // what of gU lies outside the columns of U
        let outside = gu.sub(u.times(w)?)?;
        out = out.add(outside.scale_columns(&values(s)?.reciprocal()?)?)?;
    }
    let mut out = out.times(vh)?;
    if let (Some(gvh), Some(w)) = (gvh, &of_v)
        && n > k
    {
        let outside = gvh.sub(w.hermitian()?.times(vh)?)?;
        out = out.add(u.scale_columns(&values(s)?.reciprocal()?)?.times(&outside)?)?;
    }
    Ok(out)
}

/// How far from a function of the phase alone rounding may lead.
pub(crate) fn phase_tolerance(dtype: DType) -> f64 {
    if dtype == DType::C64 { 1e-2 } else { 1e-6 }
}

fn checked(A: &Tensor, vectors: bool, full: bool) -> Result<Outs> {
    check_float("linalg.svd", A)?;
    check_matrix("linalg.svd", A, "A")?;
    let mut out = apply_multi(Svd { vectors, full }, &[A])?;
    let Some(info) = out.pop() else { bail!(Internal, "svd: no info") };
    let finite = |x: &Tensor| -> Result<bool> { x.all_samples()?.isfinite()?.all_true() };
    let clean = info.device() == crate::base::Device::Meta
        || info.all_samples()?.whole_numbers("svd")?.iter().all(|&i| i == 0)
        || finite(A)?;
    check_info("linalg.svd", &info, |i| {
        if clean {
            format!(
                "The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated singular values (error code: {i})."
            )
        } else {
            "The algorithm failed to converge because the input matrix contained non-finite values."
                .to_string()
        }
    })?;
    Ok(out)
}

/// `U`, `S`, `Vh` of the smaller size.
pub(crate) fn svd_thin(a: &Tensor) -> Result<(Tensor, Tensor, Tensor)> {
    let mut out = checked(a, true, false)?.into_iter();
    match (out.next(), out.next(), out.next()) {
        (Some(u), Some(s), Some(vh)) => Ok((u, s, vh)),
        _ => bail!(Internal, "svd: three results"),
    }
}

fn check_driver(driver: Option<&str>) -> Result<()> {
    ensure!(
        driver.is_none(),
        Runtime,
        "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend."
    );
    Ok(())
}

static SVD_FIELDS: Fields = Fields { name: "linalg_svd", fields: &["U", "S", "Vh"] };
static OLD: Fields = Fields { name: "svd", fields: &["U", "S", "V"] };

rows! { SVD:
    /// The singular value decomposition `A = U diag(S) Vh`, singular values in descending order.
    ///
    /// Args: full_matrices: `U` and `Vh` square, completed to bases; else of the smaller size.
    /// Shape: (.., m, n) gives (.., m, m), (.., k) and (.., n, n), k the smaller size.
    /// Errors: LinAlgError if a matrix holds nan or infinity.
    ///
    /// ```text
    /// >>> torch.linalg.svd(torch.tensor([[3.0, 0.0], [0.0, 4.0]])).S
    /// tensor([4., 3.])
    ///
    /// ```
    [Linalg] autocast Float32 fn linalg_svd = "svd"(A: &Tensor, full_matrices: bool = true; driver: Option<&str> = None) -> Named {
        check_driver(driver)?;
        Ok(Named(&SVD_FIELDS, checked(A, true, full_matrices)?.into_iter().collect()))
    }
    /// The singular values of matrices, in descending order.
    ///
    /// ```text
    /// >>> torch.linalg.svdvals(torch.tensor([[3.0, 0.0], [0.0, 4.0]]))
    /// tensor([4., 3.])
    /// ```
    [Linalg] autocast Float32 fn svdvals(A: &Tensor; driver: Option<&str> = None) -> Tensor {
        check_driver(driver)?;
        if should_record(&[A]) { return Ok(svd_thin(A)?.1); }
        Ok(checked(A, false, false)?.swap_remove(0))
    }
    /// The singular value decomposition `input = U diag(S) V^H` (`linalg.svd`).
    ///
    /// ```text
    /// >>> torch.svd(torch.tensor([[3.0, 0.0], [0.0, 4.0]])).S
    /// tensor([4., 3.])
    /// ```
    [Torch, Method] autocast Float32 fn svd(input: &Tensor, some: bool = true, compute_uv: bool = true) -> Named {
        ensure!(input.ndim() >= 2, Runtime, "linalg.svd: input should have at least 2 dimensions, but has {} dimensions instead", input.ndim());
        if !compute_uv {
            let s = svdvals(input, None)?;
            let (m, n) = sizes(input);
            let zeros = |r: usize| crate::ops::driver::memory::full(&behind(batch_shape(input), &[r, r]), crate::base::Scalar::Int(0), input.dtype(), input.device());
            return Ok(Named(&OLD, smallvec![zeros(m)?, s, zeros(n)?]));
        }
        let mut out = checked(input, true, !some)?;
        let Some(vh) = out.pop() else { bail!(Internal, "svd: three results") };
        out.push(vh.hermitian()?);
        Ok(Named(&OLD, out.into_iter().collect()))
    }
}

pub const TABLE: Table = &[SVD];
