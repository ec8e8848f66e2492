//! Linear and bilinear maps with bias, as products of matrices.

use crate::base::{Dims, Scalar};
use crate::ops::elementwise::arithmetic::add;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{ensure, rows};

const ONE: Scalar = Scalar::Int(1);

rows! { LINEAR:
    /// `input @ weight.T + bias` over the last axis.
    ///
    /// Args: input: (*, in); weight: (out, in) or (in); bias: (out).
    /// Shape: (*, out).
    /// Errors: RuntimeError for sizes or dtypes that do not fit.
    ///
    /// ```text
    /// >>> F.linear(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]]), torch.tensor([0.5]))
    /// tensor([[11.5000]])
    /// ```
    [Nn] autocast Half fn linear(input: &Tensor, weight: &Tensor, bias: Option<&Tensor> = None) -> Tensor {
        let n = input.ndim();
        ensure!(n > 0 && weight.ndim() > 0, Runtime, "both arguments to linear need to be at least 1D, but they are {n}D and {}D", weight.ndim());
        let Some(bias) = bias else { return input.matmul(&weight.t()?) };
        let w = weight.t()?;
        if n == 2 {
            return bias.addmm(input, &w, ONE, ONE);
        }
        if bias.ndim() == 1 && input.is_contiguous() && input.numel() > 0 {
            let k = input.shape()[n - 1];
            let y = bias.addmm(&input.reshape_to(&[input.numel() / k, k])?, &w, ONE, ONE)?;
            let mut shape = Dims::from_slice(&input.shape()[..n - 1]);
            shape.push(y.shape()[1]);
            return y.reshape_to(&shape);
        }
        ensure!(w.ndim() == 2, Runtime, "mat2 must be a matrix, got {}-D tensor", w.ndim());
        add(input.matmul(&w)?, bias, ONE)
    }
    /// `x1^T W x2 + b` for every output feature.
    ///
    /// Args: input1: (*, in1); input2: (*, in2); weight: (out, in1, in2); bias: (out).
    /// Errors: RuntimeError for sizes that do not fit.
    ///
    /// ```text
    /// >>> torch.bilinear(torch.ones(5, 2), torch.ones(5, 3), torch.ones(4, 2, 3), torch.zeros(4)).shape
    /// torch.Size([5, 4])
    /// ```
    [Torch, Nn] autocast Half fn bilinear(input1: &Tensor, input2: &Tensor, weight: &Tensor, bias: Option<&Tensor> = None) -> Tensor {
        let (n, m) = (input1.ndim(), input2.ndim());
        ensure!(n == m && n > 0, Runtime, "bilinear(): input dimensions do not match: got {n} and {m}");
        ensure!(weight.ndim() == 3, Runtime, "bilinear(): weight must be 3-D, got {}-D", weight.ndim());
        for (i, (a, b)) in input1.shape()[..n - 1].iter().zip(input2.shape()).enumerate() {
            ensure!(a == b, Runtime, "bilinear(): input batch dimensions do not match at dim {i}: got {a} and {b}");
        }
        let (out, a, b) = (weight.shape()[0], weight.shape()[1], weight.shape()[2]);
        for (x, what, size) in [(input1, "input1", a), (input2, "input2", b)] {
            ensure!(x.shape()[n - 1] == size, Runtime, "bilinear(): {what} size does not match weight size: got {} but expected {size}", x.shape()[n - 1]);
        }
        if let Some(bias) = bias {
            ensure!(bias.shape() == [out], Runtime, "bilinear(): bias size does not match weight size: got {} but expected {out}", bias.shape().first().copied().unwrap_or(0));
        }
        let mut shape = Dims::from_slice(&input1.shape()[..n - 1]);
        let rows: usize = shape.iter().product();
        shape.push(out);
        let (x, y) = (input1.reshape_to(&[rows, a])?, input2.reshape_to(&[rows, b])?);
        let w = weight.permute_to(&[1, 0, 2])?.reshape_to(&[a, out * b])?;
        let half = x.matmul(&w)?.reshape_to(&[rows, out, b])?;
        let z = half.matmul(&y.unsqueeze_at(2)?)?.reshape_to(&shape)?;
        match bias {
            Some(bias) => add(z, bias, ONE),
            None => Ok(z),
        }
    }
}

pub const TABLE: Table = &[LINEAR];
