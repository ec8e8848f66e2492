//! The same elements in another arrangement, copied: repetitions, rotations, reversals, triangles, diagonals.

use super::resize::{diagonal_layout, wrap_dims};
use crate::base::{DType, Dims, Layout, Scalar, numel, wrap_dim};
use crate::error::Result;
use crate::kernels::cpu::index::{Places, clear_rows, pick};
use crate::ops::create::copy::{dense_held, fill_held, write_held};
use crate::ops::driver::op::{Metas, Op, apply};
use crate::ops::table::{Sizes, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, rows};
use smallvec::smallvec;

fn one(g: Result<Tensor>) -> Result<Grads> {
    Ok(smallvec![Some(g?)])
}

/// Copies side by side along every axis.
#[derive(Clone, Debug)]
struct Repeat(Dims);

impl Repeat {
    /// Each axis split into (copies, size).
    fn split(&self, shape: &[usize]) -> Dims {
        self.0.iter().zip(shape).flat_map(|(&r, &n)| [r, n]).collect()
    }
}

impl Op for Repeat {
    fn name(&self) -> &'static str {
        "repeat"
    }
    fn grad_name(&self) -> &'static str {
        "RepeatBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let shape: Dims = self.0.iter().zip(x[0].shape()).map(|(r, n)| r * n).collect();
        Ok(smallvec![Meta::new(&shape, x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if out[0].numel() == 0 {
            return Ok(());
        }
        let shape = self.split(x[0].shape());
        let strides = x[0].strides().iter().flat_map(|&s| [0, s]).collect();
        let source = x[0].alias(Layout { shape: shape.clone(), strides, offset: x[0].layout().offset });
        write_held(&out[0].alias(Layout::contiguous(&shape)), &source);
        Ok(())
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let split = g.reshape_to(&self.split(cx.shape(0)))?;
        let copies: Vec<i64> = (0..self.0.len() as i64).map(|i| 2 * i).collect();
        one(split.sum_over(&copies, false))
    }
}

/// Elements moved along axes, those that fall off coming back at the other end.
#[derive(Clone, Debug)]
struct Roll {
    /// None for the flattened tensor.
    axes: Dims,
    /// Already within the axis.
    shifts: Dims,
}

fn roll_into(out: &Tensor, x: &Tensor, axes: &[usize], shifts: &[usize]) {
    // each axis falls into two pieces: all combinations of them
    for choice in 0..1usize << axes.len() {
        let (mut from, mut to) = (x.layout().clone(), out.layout().clone());
        for (i, (&axis, &shift)) in axes.iter().zip(shifts).enumerate() {
            let n = x.shape()[axis];
            let (s, d, length) =
                if choice >> i & 1 == 0 { (0, shift, n - shift) } else { (n - shift, 0, shift) };
            from = from.slice(axis, s, length, 1);
            to = to.slice(axis, d, length, 1);
        }
        if numel(&to.shape) > 0 {
            write_held(&out.alias(to), &x.alias(from));
        }
    }
}

impl Op for Roll {
    fn name(&self) -> &'static str {
        "roll"
    }
    fn grad_name(&self) -> &'static str {
        "RollBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if !self.axes.is_empty() {
            roll_into(&out[0], x[0], &self.axes, &self.shifts);
            return Ok(());
        }
        let flat =
            |t: &Tensor| t.alias(Layout { offset: t.layout().offset, ..Layout::contiguous(&[t.numel()]) });
        roll_into(&flat(&out[0]), &flat(&dense_held(x[0])?), &[0], &self.shifts);
        Ok(())
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let shape = cx.shape(0);
        let size = |i: usize| self.axes.get(i).map_or(numel(shape), |&a| shape[a]);
        let shifts = self.shifts.iter().enumerate().map(|(i, &s)| (size(i) - s) % size(i).max(1)).collect();
        one(apply(Roll { axes: self.axes.clone(), shifts }, &[g]))
    }
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
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::like(x[0], x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        // in the order of the result's memory
        let order = out[0].layout().stride_order();
        let axes: Dims = (0..order.len()).filter(|&i| self.0.contains(&order[i])).collect();
        let (Some(&first), Some(&last)) = (axes.first(), axes.last()) else {
            write_held(&out[0], x[0]);
            return Ok(());
        };
        let layout = x[0].layout().permute(&order);
        let (shape, strides) = (&layout.shape, &layout.strides);
        let mut offsets = vec![0usize];
        for axis in first..=last {
            let (n, s) = (shape[axis], strides[axis]);
            let back = axes.contains(&axis);
            offsets = offsets
                .iter()
                .flat_map(|&o| (0..n).map(move |i| o + if back { n - 1 - i } else { i } * s))
                .collect();
        }
        let places = Places {
            outer: (&shape[..first], &strides[..first]),
            offsets: &offsets,
            inner: (&shape[last + 1..], &strides[last + 1..]),
        };
        // SAFETY: the offsets lie within the axes; the result is dense with as many elements
        unsafe { pick(&places, x[0].ptr(), out[0].ptr(), x[0].dtype().size()) };
        Ok(())
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => one(apply(self.clone(), &[g])),
            None => Ok(Grads::new()),
        }
    }
}

/// The part of each matrix on one side of a diagonal, zeros elsewhere.
#[derive(Clone, Copy, Debug)]
struct Triangle {
    upper: bool,
    diagonal: i64,
}

impl Op for Triangle {
    fn name(&self) -> &'static str {
        if self.upper { "triu" } else { "tril" }
    }
    fn grad_name(&self) -> &'static str {
        if self.upper { "TriuBackward0" } else { "TrilBackward0" }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let name = self.name();
        ensure!(x[0].ndim() >= 2, Runtime, "{name}: input tensor must have at least 2 dimensions");
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0], x[0]);
        let n = x[0].ndim();
        let (rows, columns) = (x[0].shape()[n - 2], x[0].shape()[n - 1]);
        let edge = |row: usize| {
            (row as i64)
                .saturating_add(self.diagonal)
                .saturating_add(!self.upper as i64)
                .clamp(0, columns as i64) as usize
        };
        // SAFETY: the result is dense and held by the driver
        unsafe {
            clear_rows(out[0].ptr(), out[0].numel() / columns.max(1), columns, out[0].dtype().size(), |i| {
                let at = edge(i % rows);
                if self.upper { 0..at } else { at..columns }
            })
        };
        Ok(())
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => one(apply(*self, &[g])),
            None => Ok(Grads::new()),
        }
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
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let n = x[0].ndim();
        let size = x[0].shape()[n - 1] + self.offset.unsigned_abs() as usize;
        let mut shape = Dims::from_slice(&x[0].shape()[..n - 1]);
        for axis in [self.a.min(self.b), self.a.max(self.b)] {
            shape.insert(axis, size);
        }
        Ok(smallvec![Meta::new(&shape, x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        fill_held(&out[0], Scalar::Int(0));
        write_held(&out[0].alias(diagonal_layout(out[0].layout(), self.offset, self.a, self.b)), x[0]);
        Ok(())
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

fn repeated(x: &Tensor, repeats: &[i64]) -> Result<Tensor> {
    ensure!(
        repeats.len() >= x.ndim(),
        Runtime,
        "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
    );
    let mut shape = Dims::from_elem(1, repeats.len() - x.ndim());
    shape.extend_from_slice(x.shape());
    if repeats.iter().any(|&r| r < 0) {
        let sizes: Vec<i64> = repeats.iter().zip(&shape).map(|(&r, &n)| r * n as i64).collect();
        let bad = sizes.iter().find(|&&n| n < 0).unwrap_or(&-1);
        bail!(Runtime, "Trying to create tensor with negative dimension {bad}: {sizes:?}");
    }
    // leading axes come by a view, which needs no node of its own where there are none
    let wide = x.reshape_to(&shape)?;
    apply(Repeat(repeats.iter().map(|&r| r as usize).collect()), &[&wide])
}

/// `index[i]` repeated `repeats[i]` times.
fn repeat_positions(repeats: &Tensor, output_size: Option<i64>) -> Result<Tensor> {
    ensure!(repeats.ndim() <= 1, Runtime, "repeat_interleave only accept 1D vector as repeat");
    ensure!(
        matches!(repeats.dtype(), DType::I64 | DType::I32),
        NotImplemented,
        "\"repeat_interleave_cpu\" not implemented for '{}'",
        repeats.dtype().scalar_name()
    );
    let mut out = Vec::new();
    let flat = repeats.detach().reshape_to(&[repeats.numel()])?;
    for i in 0..flat.numel() {
        let n = flat.element(&[i]).to_i64();
        ensure!(n >= 0, Runtime, "repeats can not be negative");
        crate::ops::create::fill::room("repeat_interleave", out.len().saturating_add(n as usize))?;
        out.extend(std::iter::repeat_n(i as i64, n as usize));
    }
    if let Some(size) = output_size {
        ensure!(size == out.len() as i64, Runtime, "allocated size does not match required size");
    }
    Tensor::from_slice(&out, &[out.len()])
}

fn flipped(x: &Tensor, dims: &[i64]) -> Result<Tensor> {
    let axes = wrap_dims(dims, x.ndim())?;
    if x.ndim() == 0 { x.clone_as(crate::base::MemoryFormat::Preserve) } else { apply(Flip(axes), &[x]) }
}

rows! { REPEAT:
    /// Copies side by side along every axis; additional counts make new leading axes.
    [Method] fn repeat(input: &Tensor, repeats: Sizes) -> Tensor { repeated(input, &repeats.0) }
    /// Copies side by side; missing leading counts are 1.
    [Torch, Method] fn tile(input: &Tensor, dims: Sizes) -> Tensor {
        let mut repeats = vec![1; input.ndim().saturating_sub(dims.0.len())];
        repeats.extend_from_slice(&dims.0);
        repeated(input, &repeats)
    }
    /// Every element (or slice along `dim`) repeated that many times in place.
    ///
    /// Args: dim: without it the tensor is flattened.
    [Torch, Method] fn repeat_interleave(input: &Tensor, repeats: i64, dim: Option<i64> = None; output_size: Option<i64> = None) -> Tensor {
        ensure!(repeats >= 0, Runtime, "Repeats must be non-negative");
        let _ = output_size;
        let flat = match dim { Some(_) => input.clone(), None => input.reshape_to(&[input.numel()])? };
        let flat = if flat.ndim() == 0 { flat.reshape_to(&[1])? } else { flat };
        let axis = wrap_dim(dim.unwrap_or(0), flat.ndim())?;
        let mut wide = Dims::from_slice(flat.shape());
        wide.insert(axis + 1, repeats as usize);
        let mut shape = Dims::from_slice(flat.shape());
        shape[axis] = shape[axis].saturating_mul(repeats as usize);
        crate::ops::create::fill::room("repeat_interleave", shape.iter().fold(1, |n: usize, &d| n.saturating_mul(d)))?;
        let copies = flat.unsqueeze_at(axis + 1)?.expand_to(&wide)?.clone_as(crate::base::MemoryFormat::Contiguous)?;
        copies.reshape_to(&shape)
    }
    /// Every element (or slice along `dim`) repeated as often as a tensor says.
    [Torch, Method] fn repeat_interleave_by = "repeat_interleave"(input: &Tensor, repeats: &Tensor, dim: Option<i64> = None; output_size: Option<i64> = None) -> Tensor {
        if repeats.numel() == 1 && output_size.is_none() {
            return input.repeat_interleave(repeats.detach().reshape_to(&[])?.item()?.to_i64(), dim, None);
        }
        let flat = match dim { Some(_) => input.clone(), None => input.reshape_to(&[input.numel()])? };
        let axis = wrap_dim(dim.unwrap_or(0), flat.ndim())?;
        let n = flat.shape().get(axis).copied().unwrap_or(1);
        ensure!(repeats.numel() == 1 || repeats.numel() == n, Runtime, "repeats must have the same size as input along dim, but got repeats.size(0) = {} and input.size({axis}) = {n}", repeats.numel());
        let repeats = if repeats.numel() == 1 && n != 1 { repeats.reshape_to(&[1])?.expand_to(&[n])? } else { repeats.clone() };
        flat.index_select(axis as i64, &repeat_positions(&repeats, output_size)?)
    }
    /// The positions `0..n`, each as often as `repeats` says.
    [Torch] fn repeat_interleave_positions = "repeat_interleave"(repeats: &Tensor; output_size: Option<i64> = None) -> Tensor { repeat_positions(repeats, output_size) }
    /// Elements moved along axes; those that fall off come back at the other end. Without `dims` over the flat tensor.
    [Torch, Method] fn roll(input: &Tensor, shifts: &[i64], dims: Option<&[i64]> = None) -> Tensor {
        let dims = dims.unwrap_or(&[]);
        if dims.is_empty() && shifts.len() == 1 {
            let by = shifts[0].rem_euclid(input.numel().max(1) as i64) as usize;
            return apply(Roll { axes: Dims::new(), shifts: smallvec![by] }, &[input]);
        }
        ensure!(!shifts.is_empty(), Runtime, "`shifts` required");
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
    [Torch, Method] fn flip(input: &Tensor, dims: Sizes) -> Tensor { flipped(input, &dims.0) }
    /// Columns in reverse order.
    [Torch, Method] fn fliplr(input: &Tensor) -> Tensor {
        ensure!(input.ndim() >= 2, Runtime, "Input must be >= 2-d.");
        flipped(input, &[1])
    }
    /// Rows in reverse order.
    [Torch, Method] fn flipud(input: &Tensor) -> Tensor {
        ensure!(input.ndim() >= 1, Runtime, "Input must be >= 1-d.");
        flipped(input, &[0])
    }
    /// Turned by `k` right angles in the plane of two axes, from the first toward the second.
    [Torch, Method] fn rot90(input: &Tensor, k: i64 = 1, dims: &[i64] = &[0, 1]) -> Tensor {
        ensure!(dims.len() == 2, Runtime, "expected total rotation dims == 2, but got dims = {}", dims.len());
        ensure!(input.ndim() >= 2, Runtime, "expected total dims >= 2, but got total dims = {}", input.ndim());
        ensure!(dims[0] != dims[1] && (dims[0] - dims[1]).unsigned_abs() as usize != input.ndim(), Runtime, "expected rotation dims to be different, but got dim0 = {} and dim1 = {}", dims[0], dims[1]);
        wrap_dims(dims, input.ndim())?;
        match k.rem_euclid(4) {
            1 => flipped(input, &dims[1..])?.transpose(dims[0], dims[1]),
            2 => flipped(input, dims),
            3 => flipped(input, &dims[..1])?.transpose(dims[0], dims[1]),
            _ => input.clone_as(crate::base::MemoryFormat::Contiguous),
        }
    }
    /// The part of each matrix on and below a diagonal, zeros elsewhere.
    [Torch, Method] + in place fn tril(input: &Tensor, diagonal: i64 = 0) -> Tensor { apply(Triangle { upper: false, diagonal }, &[input]) }
    /// The part of each matrix on and above a diagonal, zeros elsewhere.
    [Torch, Method] + in place fn triu(input: &Tensor, diagonal: i64 = 0) -> Tensor { apply(Triangle { upper: true, diagonal }, &[input]) }
    /// A vector as the diagonal of a matrix; a matrix's diagonal, copied.
    [Torch, Method] fn diag(input: &Tensor, diagonal: i64 = 0) -> Tensor {
        match input.ndim() {
            1 => embed(input, diagonal, 0, 1),
            2 => input.diagonal(diagonal, 0, 1)?.clone_as(crate::base::MemoryFormat::Contiguous),
            n => bail!(Runtime, "diag(): Supports 1D or 2D tensors. Got {n}D"),
        }
    }
    /// The last axis as the diagonal of two new axes, zeros elsewhere.
    [Torch, Method] fn diag_embed(input: &Tensor, offset: i64 = 0, dim1: i64 = -2, dim2: i64 = -1) -> Tensor {
        ensure!(input.ndim() >= 1, Index, "Dimension out of range (expected to be in range of [-1, 0], but got {dim1})");
        embed(input, offset, dim1, dim2)
    }
    /// The flattened tensor as the diagonal of a matrix.
    [Torch, Method] fn diagflat(input: &Tensor, offset: i64 = 0) -> Tensor { embed(&input.reshape_to(&[input.numel()])?, offset, 0, 1) }
}

pub const TABLE: Table = &[REPEAT];
