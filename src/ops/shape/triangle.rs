//! Triangles and diagonals of matrices.

use crate::base::diagonal_layout;
use crate::base::{Dims, Scalar, total, wrap_dim};
use crate::error::Result;
use crate::kernels::cpu::create::copy::{Matrices, keep_rows};
use crate::ops::driver::apply::apply;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::memory::{fill_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::shape::repeat::one;
use crate::ops::table::{Table, To};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, rows};
use smallvec::smallvec;

/// The part of each matrix on one side of a diagonal, zeros elsewhere.
#[derive(Clone, Copy, Debug)]
struct Triangle {
    upper: bool,
    diagonal: i64,
}

impl Triangle {
    /// Computed in memory of its own, then written.
    fn apart(
        &self,
        x: &Tensor,
        out: &Tensor,
        run: fn(&Self, &[&Tensor], &[Tensor]) -> Result<()>,
    ) -> Result<()> {
        let own = Tensor::empty(out.shape(), out.dtype(), out.device())?;
        run(self, &[x], std::slice::from_ref(&own))?;
        write_held(out, &own);
        Ok(())
    }
}

impl Op for Triangle {
    fn name(&self) -> &'static str {
        if self.upper { "triu" } else { "tril" }
    }
    fn grad_name(&self) -> &'static str {
        if self.upper { "TriuBackward0" } else { "TrilBackward0" }
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let name = self.name();
        ensure!(x[0].ndim() >= 2, Runtime, "{name}: input tensor must have at least 2 dimensions");
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    fn in_place_ok(&self) -> bool {
        true
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let in_place = x[0].storage().same(out[0].storage()) && x[0].layout() == out[0].layout();
        if !out[0].layout().is_contiguous() {
            return self.apart(x[0], &out[0], Self::cpu);
        }
        // one pass, where elements lie in the order of the result
        let dense = !in_place && x[0].layout().is_contiguous();
        if !dense && !in_place {
            write_held(&out[0], x[0]);
        }
        let src = if dense { x[0].ptr().cast_const() } else { std::ptr::null() };
        let n = x[0].ndim();
        let (rows, columns) = (x[0].shape()[n - 2], x[0].shape()[n - 1]);
        let edge = |row: usize| {
            (row as i64)
                .saturating_add(self.diagonal)
                .saturating_add(!self.upper as i64)
                .clamp(0, columns as i64) as usize
        };
        // rows before the diagonal enters the matrix, and from where it has left it
        let enters = self.diagonal.saturating_neg().saturating_add(self.upper as i64);
        let enters = enters.clamp(0, rows as i64) as usize;
        let leaves = (columns as i64).saturating_sub(self.diagonal).saturating_sub(!self.upper as i64);
        let leaves = leaves.clamp(enters as i64, rows as i64) as usize;
        let (whole, none) = if self.upper { (0..enters, leaves..rows) } else { (leaves..rows, 0..enters) };
        let (count, size) = (out[0].numel() / (rows * columns).max(1), out[0].dtype().size());
        let matrices = Matrices { count, rows, columns, size, whole, none };
        // SAFETY: the result is dense and held by the driver, as the source is
        unsafe {
            keep_rows(out[0].ptr(), src, &matrices, |row| {
                if self.upper { edge(row)..columns } else { 0..edge(row) }
            })
        };
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if x[0].storage().same(out[0].storage()) {
            return self.apart(x[0], &out[0], Self::gpu);
        }
        crate::kernels::gpu::create::copy::triangle(out[0].place()?, x[0].place()?, self.upper, self.diagonal)
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => one(apply(*self, &[g])),
            None => Ok(Grads::new()),
        }
    }
}

fn triangle(x: &Tensor, op: Triangle, to: To) -> Result<Tensor> {
    match to {
        To::New => apply(op, &[x]),
        To::First => apply_in_place(op, &[x]).map(|()| x.clone()),
    }
}

/// The last axis as the diagonal of two new ones, zeros elsewhere.
#[derive(Clone, Copy, Debug)]
struct DiagEmbed {
    offset: i64,
    a: usize,
    b: usize,
}

impl Op for DiagEmbed {
    fn name(&self) -> &'static str {
        "diag_embed"
    }
    fn grad_name(&self) -> &'static str {
        "DiagEmbedBackward0"
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(DiagEmbed { a: self.a + n, b: self.b + n, ..*self })
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let n = x[0].ndim();
        let size = total([x[0].shape()[n - 1], self.offset.unsigned_abs() as usize])?;
        let mut shape = Dims::from_slice(&x[0].shape()[..n - 1]);
        for axis in [self.a.min(self.b), self.a.max(self.b)] {
            shape.insert(axis, size);
        }
        Ok(smallvec![Meta::new(&shape, x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        fill_held(&out[0], Scalar::Int(0));
        write_held(&out[0].alias(diagonal_layout(out[0].layout(), self.offset, self.a, self.b))?, x[0]);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => one(g.diagonal(self.offset, self.a as i64, self.b as i64)),
            None => Ok(Grads::new()),
        }
    }
}

fn embed(x: &Tensor, offset: i64, dim1: i64, dim2: i64) -> Result<Tensor> {
    let n = x.ndim() + 1;
    let (a, b) = (wrap_dim(dim1, n)?, wrap_dim(dim2, n)?);
    ensure!(a != b, Runtime, "diagonal dimensions cannot be identical {dim1}, {dim2}");
    apply(DiagEmbed { offset, a, b }, &[x])
}

rows! { TRIANGLE:
    /// The part of each matrix on and below a diagonal, zeros elsewhere.
    ///
    /// ```text
    /// >>> torch.tril(torch.ones(3, 3, dtype=torch.int64))
    /// tensor([[1, 0, 0],
    ///         [1, 1, 0],
    ///         [1, 1, 1]])
    /// ```
    [Torch, Method] + in place fn tril(input: &Tensor, diagonal: i64 = 0) -> Tensor |to| { triangle(input, Triangle { upper: false, diagonal }, to) }
    /// The part of each matrix on and above a diagonal, zeros elsewhere.
    ///
    /// ```text
    /// >>> torch.triu(torch.ones(3, 3, dtype=torch.int64), diagonal=1)
    /// tensor([[0, 1, 1],
    ///         [0, 0, 1],
    ///         [0, 0, 0]])
    /// ```
    [Torch, Method] + in place fn triu(input: &Tensor, diagonal: i64 = 0) -> Tensor |to| { triangle(input, Triangle { upper: true, diagonal }, to) }
    /// A vector as the diagonal of a matrix; a matrix's diagonal, copied.
    ///
    /// ```text
    /// >>> torch.diag(torch.tensor([1, 2]))
    /// tensor([[1, 0],
    ///         [0, 2]])
    /// >>> torch.diag(torch.arange(4).view(2, 2))
    /// tensor([0, 3])
    /// ```
    [Torch, Method] fn diag(input: &Tensor, diagonal: i64 = 0) -> Tensor {
        match input.ndim() {
            1 => embed(input, diagonal, 0, 1),
            2 => input.diagonal(diagonal, 0, 1)?.clone_as(crate::base::MemoryFormat::Contiguous),
            n => bail!(Runtime, "diag(): Supports 1D or 2D tensors. Got {n}D"),
        }
    }
    /// The last axis as the diagonal of two new axes, zeros elsewhere.
    ///
    /// ```text
    /// >>> torch.diag_embed(torch.tensor([1, 2]), offset=1)
    /// tensor([[0, 1, 0],
    ///         [0, 0, 2],
    ///         [0, 0, 0]])
    /// ```
    [Torch, Method] fn diag_embed(input: &Tensor, offset: i64 = 0, dim1: i64 = -2, dim2: i64 = -1) -> Tensor {
        ensure!(input.ndim() >= 1, Index, "Dimension out of range (expected to be in range of [-1, 0], but got {dim1})");
        embed(input, offset, dim1, dim2)
    }
    /// The flattened tensor as the diagonal of a matrix.
    ///
    /// ```text
    /// >>> torch.diagflat(torch.tensor([[1, 2], [3, 4]])).shape
    /// torch.Size([4, 4])
    /// ```
    [Torch, Method] fn diagflat(input: &Tensor, offset: i64 = 0) -> Tensor { embed(&input.reshape_to(&[input.numel()])?, offset, 0, 1) }
}

pub const TABLE: Table = &[TRIANGLE];
