//! What decompositions share: the checks of their operands, what becomes of `info`, and the words that formulas of matrices are
//! written in.

use crate::autograd::no_grad;
use crate::base::{DType, Device, Dims, Layout, Scalar};
use crate::error::{Error, Result};
use crate::ops::driver::apply::{make_node, should_record};
use crate::ops::driver::memory::full;
use crate::ops::driver::op::Saves;
use crate::tensor::{Edge, GradFn, Meta, Tensor};
use crate::{bail, ensure};

/// Rows and columns.
pub(crate) fn sizes(x: &Tensor) -> (usize, usize) {
    let s = x.shape();
    (s[s.len() - 2], s[s.len() - 1])
}

/// The axes before the matrices.
pub(crate) fn batch_shape(x: &Tensor) -> &[usize] {
    &x.shape()[..x.ndim() - 2]
}

/// The number of matrices.
pub(crate) fn batch(x: &Tensor) -> usize {
    batch_shape(x).iter().product()
}

/// The shape of a batch with axes behind it.
pub(crate) fn behind(batch: &[usize], axes: &[usize]) -> Dims {
    let mut shape = Dims::from_slice(batch);
    shape.extend_from_slice(axes);
    shape
}

/// A batch of matrices whose columns are dense.
pub(crate) fn by_columns(batch: &[usize], rows: usize, cols: usize, dtype: DType) -> Meta {
    let (shape, n) = (behind(batch, &[rows, cols]), batch.len());
    let mut order: Vec<usize> = (0..n).collect();
    order.extend([n + 1, n]);
    Meta { layout: Layout::permuted_dense(&shape, &order), dtype }
}

pub(crate) fn check_matrix(op: &str, x: &Tensor, name: &str) -> Result<()> {
    ensure!(x.ndim() >= 2, Runtime, "{op}: The input tensor {name} must have at least 2 dimensions.");
    Ok(())
}

pub(crate) fn check_square(op: &str, x: &Tensor) -> Result<()> {
    check_matrix(op, x, "A")?;
    let (m, n) = sizes(x);
    ensure!(m == n, Runtime, "{op}: A must be batches of square matrices, but they are {m} by {n} matrices");
    Ok(())
}

/// Refuses integers; the refusal of half types is the kernel's.
pub(crate) fn check_float(op: &str, x: &Tensor) -> Result<()> {
    ensure!(
        x.dtype().is_differentiable(),
        Runtime,
        "{op}: Expected a floating point or complex tensor as input. Got {}",
        x.dtype().scalar_name()
    );
    Ok(())
}

/// Refuses integers and half types.
pub(crate) fn check_wide_float(op: &str, x: &Tensor) -> Result<()> {
    check_float(op, x)?;
    ensure!(
        !x.dtype().is_half(),
        Runtime,
        "{op}: Low precision dtypes not supported. Got {}",
        x.dtype().scalar_name()
    );
    Ok(())
}

/// Refuses what the kernel of PyTorch's name does not take.
pub(crate) fn check_field(kernel: &str, x: &Tensor) -> Result<()> {
    match x.dtype() {
        DType::F32 | DType::F64 | DType::C64 | DType::C128 => Ok(()),
        other => Err(Error::no_kernel(kernel, other)),
    }
}

/// Turns the first number of a batch that is not 0 into an error; `say` words it for a matrix, whose place in the batch is
/// put in front.
pub(crate) fn check_info(op: &str, info: &Tensor, say: impl Fn(i64) -> String) -> Result<()> {
    if info.device() == Device::Meta {
        return Ok(());
    }
    let all = info.all_samples()?.whole_numbers(op)?;
    if let Some(at) = all.iter().position(|&i| i != 0) {
        let place = if info.ndim() > 0 { format!(" (Batch element {at}):") } else { String::new() };
        bail!(LinAlg, "{op}:{place} {}", say(all[at]));
    }
    Ok(())
}

/// The result of a computation that is not recorded, with one node for its gradient.
pub(crate) fn recorded<G: GradFn>(
    x: &[&Tensor],
    grad: G,
    saves: Saves,
    compute: impl FnOnce() -> Result<Tensor>,
) -> Result<Tensor> {
    let mut out = no_grad(compute)?;
    if should_record(x) {
        let node = make_node(grad, x, std::slice::from_ref(&out), saves);
        crate::tensor::saved::pack(&node)?;
        out.set_first_edge(Edge::Node(node, 0));
    }
    Ok(out)
}

/// The distance from 1 to the next number of the real type below.
pub(crate) fn epsilon(dtype: DType) -> f64 {
    match dtype.to_real() {
        DType::F64 => f64::EPSILON,
        DType::F16 => 2f64.powi(-10),
        DType::BF16 => 2f64.powi(-7),
        _ => f32::EPSILON as f64,
    }
}

impl Tensor {
    /// The matrices transposed.
    pub(crate) fn turned(&self) -> Result<Tensor> {
        self.transpose(-2, -1)
    }
    /// The matrices transposed and conjugated.
    pub(crate) fn hermitian(&self) -> Result<Tensor> {
        self.turned()?.conj()
    }
    /// The product of matrices.
    pub(crate) fn times(&self, other: &Tensor) -> Result<Tensor> {
        crate::ops::linalg::matmul::rows::product(self, other)
    }
    /// Column `j` of every matrix times element `j` of a vector.
    pub(crate) fn scale_columns(&self, by: &Tensor) -> Result<Tensor> {
        self.mul(by.unsqueeze(-2)?)
    }
    /// Row `i` of every matrix times element `i` of a vector.
    pub(crate) fn scale_rows(&self, by: &Tensor) -> Result<Tensor> {
        self.mul(by.unsqueeze(-1)?)
    }
    /// The diagonals of the matrices.
    pub(crate) fn diagonals(&self) -> Result<Tensor> {
        self.diagonal(0, -2, -1)
    }
    /// The matrices that have these diagonals.
    pub(crate) fn as_diagonals(&self) -> Result<Tensor> {
        self.diag_embed(0, -2, -1)
    }
    /// The matrix minus its adjoint.
    pub(crate) fn skew(&self) -> Result<Tensor> {
        self.sub(self.hermitian()?)
    }
    /// Square matrices with infinity on their diagonals, by which a quotient is zero there.
    pub(crate) fn without_diagonal(&self) -> Result<Tensor> {
        let n = self.shape()[self.ndim() - 1];
        let on = crate::ops::create::range::eye_of(n, n, DType::Bool, self.device())?;
        self.masked(&on, f64::INFINITY)
    }
    /// Identities of the shape of these matrices.
    pub(crate) fn identities(&self) -> Result<Tensor> {
        let (m, n) = sizes(self);
        crate::ops::create::range::eye_of(m, n, self.dtype(), self.device())?.expand_to(self.shape())
    }
    /// The largest of the absolute values, as a number; 0 of none.
    pub(crate) fn largest(&self) -> Result<f64> {
        let all = self.all_samples()?;
        if all.numel() == 0 || all.device() == Device::Meta {
            return Ok(0.0);
        }
        Ok(all.abs()?.amax(None, false)?.item()?.to_f64())
    }
    /// A scalar of this tensor's dtype and device.
    pub(crate) fn number(&self, value: f64) -> Result<Tensor> {
        full(&[], Scalar::Float(value), self.dtype(), self.device())
    }
}
