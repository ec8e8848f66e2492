//! Elements moved around along their axes: rolled, reversed, turned.

use crate::base::wrap_dims;
use crate::base::{Dims, Layout, numel, wrap_dim};
use crate::error::Result;
use crate::kernels::cpu::create::weave;
use crate::kernels::gpu::machine::Place;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{dense_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::shape::repeat::one;
use crate::ops::table::{Sizes, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, rows};
use smallvec::{SmallVec, smallvec};

/// Elements moved along axes, those that fall off coming back at the other end.
#[derive(Clone, Debug)]
struct Roll {
    /// None for the flattened tensor.
    axes: Dims,
    /// Already within the axis.
    shifts: Dims,
}

impl Op for Roll {
    fn name(&self) -> &'static str {
        "roll"
    }
    fn grad_name(&self) -> &'static str {
        "RollBackward0"
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        if self.axes.is_empty() {
            return Batching::Own;
        }
        Batching::Shifted(Roll { axes: self.axes.iter().map(|axis| axis + n).collect(), ..self.clone() })
    }
    /// Of flattened samples.
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let lines = |t: &Tensor| {
            let (samples, each) = (numel(&t.shape()[..n]), numel(&t.shape()[n..]));
            t.alias(Layout { offset: t.layout().offset, ..Layout::contiguous(&[samples, each]) })
        };
        roll_into(&lines(&out[0])?, &lines(&dense_held(&x[0])?)?, &[1], &self.shifts)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if !self.axes.is_empty() {
            return roll_into(&out[0], x[0], &self.axes, &self.shifts);
        }
        let flat =
            |t: &Tensor| t.alias(Layout { offset: t.layout().offset, ..Layout::contiguous(&[t.numel()]) });
        roll_into(&flat(&out[0])?, &flat(&dense_held(x[0])?)?, &[0], &self.shifts)
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let shape = cx.shape(0);
        let size = |i: usize| self.axes.get(i).map_or(numel(shape), |&a| shape[a]);
        let shifts = self.shifts.iter().enumerate().map(|(i, &s)| (size(i) - s) % size(i).max(1)).collect();
        one(apply(Roll { axes: self.axes.clone(), shifts }, &[g]))
    }
}

/// Axes that are moved, and how far, falling into two pieces each: all combinations of them, copied one by one. More
/// axes than [`PIECES`] double the number of copies without end, so the others are moved first, into memory in between.
fn roll_into(out: &Tensor, x: &Tensor, axes: &[usize], shifts: &[usize]) -> Result<()> {
    let mut moves: SmallVec<[(usize, usize); 4]> =
        axes.iter().copied().zip(shifts.iter().copied()).filter(|&(_, shift)| shift > 0).collect();
    let mut x = x.clone();
    while moves.len() > PIECES {
        let rest = moves.drain(PIECES..).collect();
        let between = Tensor::empty(x.shape(), x.dtype(), x.device())?;
        pieces_into(&between, &x, &moves)?;
        (x, moves) = (between, rest);
    }
    pieces_into(out, &x, &moves)
}

/// Axes rolled in one pass: 16 copies at the most.
const PIECES: usize = 4;

fn pieces_into(out: &Tensor, x: &Tensor, moves: &[(usize, usize)]) -> Result<()> {
    for choice in 0..1usize << moves.len() {
        let (mut from, mut to) = (x.layout().clone(), out.layout().clone());
        for (i, &(axis, shift)) in moves.iter().enumerate() {
            let n = x.shape()[axis];
            let (s, d, length) =
                if choice >> i & 1 == 0 { (0, shift, n - shift) } else { (n - shift, 0, shift) };
            from = from.slice(axis, s, length, 1);
            to = to.slice(axis, d, length, 1);
        }
        write_held(&out.alias(to)?, &x.alias(from)?);
    }
    Ok(())
}

/// Elements in reverse order along axes.
#[derive(Clone, Debug)]
struct Flip(Dims);

impl Op for Flip {
    fn name(&self) -> &'static str {
        "flip"
    }
    fn grad_name(&self) -> &'static str {
        "FlipBackward0"
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(Flip(self.0.iter().map(|a| a + n).collect()))
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::like(x[0], x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (to, from) = (out[0].layout(), x[0].layout());
        // from the last element of each reversed axis back
        let (mut strides, mut first) = (from.strides.clone(), 0);
        for &axis in &self.0 {
            first += from.strides[axis] * from.shape[axis].saturating_sub(1);
            strides[axis] = strides[axis].wrapping_neg();
        }
        let size = x[0].dtype().size();
        let start = x[0].ptr().wrapping_add(first * size);
        // SAFETY: the first element, and steps that stay within the tensor; the result has the same shape
        unsafe { weave::copy(&to.shape, out[0].ptr(), &to.strides, start, &strides, size) };
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let mut from = x[0].place()?;
        let mut strides = x[0].layout().strides.clone();
        for &axis in &self.0 {
            from.offset += strides[axis] * from.shape[axis].saturating_sub(1);
            strides[axis] = strides[axis].wrapping_neg();
        }
        crate::kernels::gpu::create::copy::copy(out[0].place()?, Place { strides: &strides, ..from })
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => one(apply(self.clone(), &[g])),
            None => Ok(Grads::new()),
        }
    }
}

fn flipped(x: &Tensor, dims: &[i64]) -> Result<Tensor> {
    let axes = wrap_dims(dims, x.ndim())?;
    if x.ndim() == 0 { x.clone_as(crate::base::MemoryFormat::Preserve) } else { apply(Flip(axes), &[x]) }
}

rows! { ROLL:
    /// Elements moved along axes; those that fall off come back at the other end. Without `dims` over the flat tensor.
    ///
    /// ```text
    /// >>> torch.roll(torch.arange(5), 2)
    /// tensor([3, 4, 0, 1, 2])
    /// ```
    [Torch, Method] fn roll(input: &Tensor, shifts: &[i64], dims: Option<&[i64]> = None) -> Tensor {
        let dims = dims.unwrap_or(&[]);
        if dims.is_empty() && shifts.len() == 1 {
            let by = shifts[0].rem_euclid(input.numel().max(1) as i64) as usize;
            return apply(Roll { axes: Dims::new(), shifts: smallvec![by] }, &[input]);
        }
        ensure!(!shifts.is_empty(), Runtime, "`shifts` required");
        ensure!(dims.is_empty() || input.ndim() > 0, Index, "Dimension specified as {} but tensor has no dimensions", dims[0]);
        ensure!(shifts.len() == dims.len(), Runtime, "shifts and dimensions must align. shifts: {}, dims:{}", shifts.len(), dims.len());
        let (mut axes, mut moved) = (Dims::new(), Dims::new());
        for (&d, &s) in dims.iter().zip(shifts) {
            let axis = wrap_dim(d, input.ndim())?;
            let n = input.shape().get(axis).copied().unwrap_or(1).max(1);
            let by = s.rem_euclid(n as i64) as usize;
            match axes.iter().position(|&a| a == axis) {
                Some(i) => moved[i] = (moved[i] + by) % n,
                None => { axes.push(axis); moved.push(by); }
            }
        }
        if input.ndim() == 0 || input.numel() == 0 { return input.clone_as(crate::base::MemoryFormat::Preserve); }
        apply(Roll { axes, shifts: moved }, &[input])
    }
    /// Elements in reverse order along axes, copied.
    ///
    /// ```text
    /// >>> torch.flip(torch.arange(4).view(2, 2), (0, 1))
    /// tensor([[3, 2],
    ///         [1, 0]])
    /// ```
    [Torch, Method] fn flip(input: &Tensor, dims: Sizes) -> Tensor { flipped(input, &dims.0) }
    /// Columns in reverse order.
    ///
    /// ```text
    /// >>> torch.fliplr(torch.arange(4).view(2, 2))
    /// tensor([[1, 0],
    ///         [3, 2]])
    /// ```
    [Torch, Method] fn fliplr(input: &Tensor) -> Tensor {
        ensure!(input.ndim() >= 2, Runtime, "Input must be >= 2-d.");
        flipped(input, &[1])
    }
    /// Rows in reverse order.
    ///
    /// ```text
    /// >>> torch.flipud(torch.arange(4).view(2, 2))
    /// tensor([[2, 3],
    ///         [0, 1]])
    /// ```
    [Torch, Method] fn flipud(input: &Tensor) -> Tensor {
        ensure!(input.ndim() >= 1, Runtime, "Input must be >= 1-d.");
        flipped(input, &[0])
    }
    /// Turned by `k` right angles in the plane of two axes, from the first toward the second.
    ///
    /// ```text
    /// >>> torch.rot90(torch.arange(4).view(2, 2))
    /// tensor([[1, 3],
    ///         [0, 2]])
    /// ```
    [Torch, Method] fn rot90(input: &Tensor, k: i64 = 1, dims: &[i64] = &[0, 1]) -> Tensor {
        ensure!(dims.len() == 2, Runtime, "expected total rotation dims == 2, but got dims = {}", dims.len());
        ensure!(input.ndim() >= 2, Runtime, "expected total dims >= 2, but got total dims = {}", input.ndim());
        ensure!(
            dims[0] != dims[1] && dims[0].abs_diff(dims[1]) as usize != input.ndim(),
            Runtime,
            "expected rotation dims to be different, but got dim0 = {} and dim1 = {}",
            dims[0],
            dims[1]
        );
        wrap_dims(dims, input.ndim())?;
        match k.rem_euclid(4) {
            1 => flipped(input, &dims[1..])?.transpose(dims[0], dims[1]),
            2 => flipped(input, dims),
            3 => flipped(input, &dims[..1])?.transpose(dims[0], dims[1]),
            _ => input.clone_as(crate::base::MemoryFormat::Contiguous),
        }
    }
}

pub const TABLE: Table = &[ROLL];
