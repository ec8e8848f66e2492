//! Writing into parts of tensors: `select_scatter` and its kin, which are views turned around.

use crate::base::clamp_slice;
use crate::base::diagonal_layout;
use crate::base::{Layout, Scalar, wrap_dim};
use crate::error::Result;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{full, write_held};
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::driver::strided::{Window, with_region};
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads, rows};
use smallvec::smallvec;

/// A part of a tensor as a view shows it.
#[derive(Clone, Copy, Debug)]
enum Part {
    Slice { axis: usize, start: usize, length: usize, step: usize },
    Select { axis: usize, index: usize },
    Diagonal { offset: i64, a: usize, b: usize },
}

impl Part {
    fn layout(self, l: &Layout) -> Layout {
        match self {
            Part::Slice { axis, start, length, step } => l.slice(axis, start, length, step),
            Part::Select { axis, index } => l.select(axis, index),
            Part::Diagonal { offset, a, b } => diagonal_layout(l, offset, a, b),
        }
    }
    /// The same part of each sample, `n` axes of them in front.
    fn behind(self, n: usize) -> Part {
        match self {
            Part::Slice { axis, start, length, step } => Part::Slice { axis: axis + n, start, length, step },
            Part::Select { axis, index } => Part::Select { axis: axis + n, index },
            Part::Diagonal { offset, a, b } => Part::Diagonal { offset, a: a + n, b: b + n },
        }
    }
    fn view(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Part::Slice { axis, start, length, step } => x.narrow_at(axis, start, length, step),
            Part::Select { axis, index } => x.select_at(axis, index),
            Part::Diagonal { offset, a, b } => x.diagonal(offset, a as i64, b as i64),
        }
    }
}

/// A copy of input 0 with input 1 in a part of it.
#[derive(Clone, Copy, Debug)]
struct Overlay(Part);

impl Op for Overlay {
    fn name(&self) -> &'static str {
        match self.0 {
            Part::Slice { .. } => "slice_scatter",
            Part::Select { .. } => "select_scatter",
            Part::Diagonal { .. } => "diagonal_scatter",
        }
    }
    fn grad_name(&self) -> &'static str {
        match self.0 {
            Part::Slice { .. } => "SliceScatterBackward0",
            Part::Select { .. } => "SelectScatterBackward0",
            Part::Diagonal { .. } => "DiagonalScatterBackward0",
        }
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        // one number for all of the part stands in front of no axes
        if x[1].ndim() == 0 { Batching::Own } else { Batching::Shifted(Overlay(self.0.behind(n))) }
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let axes = self.0.behind(n).layout(out[0].layout()).ndim();
        let number = (n..axes).fold(x[1].layout().clone(), |l, _| l.unsqueeze(n));
        Overlay(self.0.behind(n)).cpu(&[&x[0], &x[1].alias(number)?], out)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let part = self.0.layout(x[0].layout());
        ensure!(
            x[1].ndim() == 0 || x[1].shape() == part.shape.as_slice(),
            Runtime,
            "expected src to have a size equal to the {} of self. src size = {:?}, {} size = {:?}",
            if matches!(self.0, Part::Diagonal { .. }) { "diagonal" } else { "slice" },
            x[1].shape(),
            if matches!(self.0, Part::Diagonal { .. }) { "diagonal" } else { "slice" },
            part.shape.as_slice()
        );
        Ok(smallvec![Meta::like(x[0], x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0], x[0]);
        write_held(&out[0].alias(self.0.layout(out[0].layout()))?, x[1]);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let whole =
            want.then(0, || apply(*self, &[g, &full(&[], Scalar::Int(0), g.dtype(), g.device())?]))?;
        grads![whole, want.then(1, || self.0.view(g))?]
    }
}

/// An op of two tensors, the second exactly as large as the part.
fn overlay(x: &Tensor, src: &Tensor, part: Part) -> Result<Tensor> {
    let op = Overlay(part);
    let shape = part.layout(x.layout()).shape;
    ensure!(
        src.shape() == shape.as_slice(),
        Runtime,
        "expected src to have a size equal to the slice of self. src size = {:?}, slice size = {:?}",
        src.shape(),
        shape.as_slice()
    );
    apply(op, &[x, src])
}

rows! { PART:
    /// A copy with `src` at one index along `dim`.
    ///
    /// ```text
    /// >>> torch.select_scatter(torch.zeros(2, 2), torch.tensor([1.0, 2.0]), 0, 1)
    /// tensor([[0., 0.],
    ///         [1., 2.]])
    /// ```
    [Torch, Method] fn select_scatter(input: &Tensor, src: &Tensor, dim: i64, index: i64) -> Tensor {
        let axis = wrap_dim(dim, input.ndim())?;
        let n = input.shape().get(axis).copied().unwrap_or(0) as i64;
        ensure!(index >= -n && index < n, Index, "select(): index {index} out of range for tensor of size {:?} at dimension {dim}", input.shape());
        overlay(input, src, Part::Select { axis, index: (if index < 0 { index + n } else { index }) as usize })
    }
    /// A copy with `src` in the slice `start:end:step` along `dim`.
    ///
    /// ```text
    /// >>> torch.slice_scatter(torch.zeros(4), torch.ones(2), 0, 1, 3)
    /// tensor([0., 1., 1., 0.])
    /// ```
    [Torch, Method] fn slice_scatter(input: &Tensor, src: &Tensor, dim: i64 = 0, start: Option<i64> = None, end: Option<i64> = None, step: i64 = 1) -> Tensor {
        ensure!(input.ndim() > 0, Runtime, "slice() cannot be applied to a 0-dim tensor.");
        let axis = wrap_dim(dim, input.ndim())?;
        ensure!(step > 0, Runtime, "slice step must be positive");
        let (s, e) = clamp_slice(start.unwrap_or(0), end.unwrap_or(i64::MAX), input.shape()[axis]);
        let step = step as usize;
        overlay(input, src, Part::Slice { axis, start: s, length: (e - s).div_ceil(step), step })
    }
    /// A copy with `src` on the diagonal of two axes.
    ///
    /// ```text
    /// >>> torch.diagonal_scatter(torch.zeros(2, 2), torch.tensor([1.0, 2.0]))
    /// tensor([[1., 0.],
    ///         [0., 2.]])
    /// ```
    [Torch, Method] fn diagonal_scatter(input: &Tensor, src: &Tensor, offset: i64 = 0, dim1: i64 = 0, dim2: i64 = 1) -> Tensor {
        let (a, b) = (wrap_dim(dim1, input.ndim())?, wrap_dim(dim2, input.ndim())?);
        ensure!(a != b, Runtime, "diagonal dimensions cannot be identical {dim1}, {dim2}");
        overlay(input, src, Part::Diagonal { offset, a, b })
    }
    /// A copy with `src` in the part that `as_strided` would show.
    ///
    /// ```text
    /// >>> torch.as_strided_scatter(torch.zeros(4), torch.ones(2), (2,), (2,))
    /// tensor([1., 0., 1., 0.])
    /// ```
    [Torch, Method] fn as_strided_scatter(input: &Tensor, src: &Tensor, size: &[i64], stride: &[i64], storage_offset: Option<i64> = None) -> Tensor {
        let view = crate::ops::shape::slice::strided_layout(input, size, stride, storage_offset)?;
        ensure!(src.shape() == view.shape.as_slice(), Runtime, "expected src to have a size equal to the slice of self. src size = {:?}, slice size = {:?}", src.shape(), view.shape.as_slice());
        with_region(input, Some(src), &Window::new(input.layout(), &view))
    }
}

pub const TABLE: Table = &[PART];
