//! Joining: `cat`, `stack` and their kin, grids, broadcasting of lists.

use crate::base::promote::promote;
use crate::base::{Dims, Layout, MemoryFormat, Scalar, broadcast, total, wrap_dim};
use crate::error::Result;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{fill_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::table::{Operand, Table, tensors_of};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, rows};
use smallvec::smallvec;

/// Tensors one after the other along an axis, or side by side along a new one.
#[derive(Clone, Copy, Debug)]
struct Join {
    axis: usize,
    stack: bool,
}

/// The part of the result that the input beginning at `start` fills.
fn part(out: &Tensor, axis: usize, start: usize, x: &Tensor, stack: bool) -> Layout {
    if stack { out.layout().select(axis, start) } else { out.layout().slice(axis, start, x.shape()[axis], 1) }
}

impl Op for Join {
    fn name(&self) -> &'static str {
        if self.stack { "stack" } else { "cat" }
    }
    fn grad_name(&self) -> &'static str {
        if self.stack { "StackBackward0" } else { "CatBackward0" }
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(Join { axis: self.axis + n, ..*self })
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let dtype = x[1..].iter().fold(x[0].dtype(), |d, t| promote(d, t.dtype()));
        let mut shape = Dims::from_slice(x[0].shape());
        if self.stack {
            shape.insert(self.axis, x.len());
        } else {
            shape[self.axis] = total(x.iter().map(|t| t.shape()[self.axis]))?;
        }
        let mut format = MemoryFormat::Contiguous;
        if !self.stack && x[0].ndim() >= 4 {
            let first = x[0].layout().suggest_format();
            if x.iter().all(|t| t.layout().suggest_format() == first) {
                format = first;
            }
        }
        Ok(smallvec![Meta::with_format(&shape, dtype, format)])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if out[0].numel() == 0 {
            return Ok(());
        }
        if let Some(rows) = self.rows(x, &out[0]) {
            let bytes = |t: &Tensor| t.numel() / rows.max(1) * t.dtype().size();
            let parts: Vec<(*const u8, usize)> = x.iter().map(|t| (t.ptr().cast_const(), bytes(t))).collect();
            // SAFETY: dense tensors, held; along the axis their sizes add up to the result's, elsewhere they agree
            #[allow(unsafe_code)]
            unsafe {
                crate::kernels::cpu::create::copy::join(&parts, rows, out[0].ptr())
            };
            return Ok(());
        }
        self.each_written(x, &out[0])
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.each_written(x, &out[0])
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let mut start = 0;
        let mut out = Grads::new();
        for i in 0..cx.node.inputs.len() {
            let n = if self.stack { 1 } else { cx.shape(i)[self.axis] };
            out.push(want.then(i, || {
                if self.stack { g.select_at(self.axis, start) } else { g.narrow_at(self.axis, start, n, 1) }
            })?);
            start += n;
        }
        Ok(out)
    }
}

impl Join {
    /// How many rows lie around the axis, where inputs and result are dense in the same order of axes.
    fn rows(&self, x: &[&Tensor], out: &Tensor) -> Option<usize> {
        if x.iter().any(|t| t.dtype() != out.dtype()) {
            return None;
        }
        if out.is_contiguous() {
            let alike = x.iter().all(|t| t.is_contiguous());
            return alike.then(|| crate::base::numel(&out.shape()[..self.axis]));
        }
        let order = out.layout().order_in_memory().filter(|_| !self.stack)?;
        let alike = |t: &&Tensor| Layout::permuted_dense(t.shape(), &order).strides == t.layout().strides;
        let around = order.iter().take_while(|&&axis| axis != self.axis);
        x.iter().all(alike).then(|| around.map(|&axis| out.shape()[axis]).product())
    }
    /// Every input copied to its part of the result, while the caller holds them.
    fn each_written(&self, x: &[&Tensor], out: &Tensor) -> Result<()> {
        let mut start = 0;
        for t in x {
            if t.numel() > 0 {
                write_held(&out.alias(part(out, self.axis, start, t, self.stack))?, t);
            }
            start += if self.stack { 1 } else { t.shape()[self.axis] };
        }
        Ok(())
    }
}

/// Matrices along the diagonal of one.
#[derive(Clone, Copy, Debug)]
struct Diagonal;

impl Diagonal {
    /// Where in `whole` each block lies.
    fn parts<'a>(
        whole: &'a Layout,
        shapes: impl Iterator<Item = &'a [usize]> + 'a,
    ) -> impl Iterator<Item = Layout> + 'a {
        let axis = whole.shape.len() - 2;
        shapes.scan((0, 0), move |(down, right), shape| {
            let (h, w) = (shape[axis], shape[axis + 1]);
            let block = whole.slice(axis, *down, h, 1).slice(axis + 1, *right, w, 1);
            (*down, *right) = (*down + h, *right + w);
            Some(block)
        })
    }
}

impl Op for Diagonal {
    fn name(&self) -> &'static str {
        "block_diag"
    }
    fn grad_name(&self) -> &'static str {
        "BlockDiagBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Shifted(*self)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let dtype = x[1..].iter().fold(x[0].dtype(), |d, t| promote(d, t.dtype()));
        let mut shape = Dims::from_slice(x[0].shape());
        let axis = shape.len() - 2;
        for d in [axis, axis + 1] {
            shape[d] = total(x.iter().map(|t| t.shape()[d]))?;
        }
        Ok(smallvec![Meta::new(&shape, dtype)])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        fill_held(&out[0], Scalar::Int(0));
        for (t, place) in x.iter().zip(Diagonal::parts(out[0].layout(), x.iter().map(|t| t.shape()))) {
            if t.numel() > 0 {
                write_held(&out[0].alias(place)?, t);
            }
        }
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let (mut down, mut right) = (0, 0);
        let mut out = Grads::new();
        for i in 0..cx.node.inputs.len() {
            let (h, w) = (cx.shape(i)[0], cx.shape(i)[1]);
            out.push(want.then(i, || g.narrow_at(0, down, h, 1)?.narrow_at(1, right, w, 1))?);
            (down, right) = (down + h, right + w);
        }
        Ok(out)
    }
}

/// Tensors one after the other along an axis. Empty vectors fit everywhere, as they always did.
pub fn concat(tensors: &[Tensor], dim: i64) -> Result<Tensor> {
    ensure!(!tensors.is_empty(), Value, "torch.cat(): expected a non-empty list of Tensors");
    let legacy = |t: &Tensor| t.ndim() == 1 && t.numel() == 0;
    for (i, t) in tensors.iter().enumerate() {
        ensure!(t.ndim() > 0, Runtime, "zero-dimensional tensor (at position {i}) cannot be concatenated");
    }
    let Some(first) = tensors.iter().find(|t| !legacy(t)) else {
        let axis = wrap_dim(dim, 1)?;
        let list: Vec<&Tensor> = tensors.iter().collect();
        return apply(Join { axis, stack: false }, &list);
    };
    let axis = wrap_dim(dim, first.ndim())?;
    let mut list: Vec<Tensor> = Vec::with_capacity(tensors.len());
    for (i, t) in tensors.iter().enumerate() {
        if t.shape() != first.shape() && legacy(t) {
            // takes no room, but its dtype counts
            let mut shape = Dims::from_slice(first.shape());
            shape[axis] = 0;
            list.push(t.reshape_to(&shape)?);
            continue;
        }
        ensure!(
            t.ndim() == first.ndim(),
            Runtime,
            "Tensors must have same number of dimensions: got {} and {}",
            first.ndim(),
            t.ndim()
        );
        for d in 0..t.ndim() {
            ensure!(
                d == axis || t.shape()[d] == first.shape()[d],
                Runtime,
                "Sizes of tensors must match except in dimension {axis}. Expected size {} but got size {} for tensor number {i} in the list.",
                first.shape()[d],
                t.shape()[d]
            );
        }
        list.push(t.clone());
    }
    let list: Vec<&Tensor> = list.iter().collect();
    apply(Join { axis, stack: false }, &list)
}

pub fn stacked(tensors: &[Tensor], dim: i64) -> Result<Tensor> {
    ensure!(!tensors.is_empty(), Runtime, "stack expects a non-empty TensorList");
    let first = &tensors[0];
    let axis = wrap_dim(dim, first.ndim() + 1)?;
    for (i, t) in tensors.iter().enumerate() {
        ensure!(
            t.shape() == first.shape(),
            Runtime,
            "stack expects each tensor to be equal size, but got {:?} at entry 0 and {:?} at entry {i}",
            first.shape(),
            t.shape()
        );
    }
    let list: Vec<&Tensor> = tensors.iter().collect();
    apply(Join { axis, stack: true }, &list)
}

/// At least `n` axes: one in front for vectors, at the end for what is a matrix already.
pub fn at_least(x: &Tensor, n: usize) -> Result<Tensor> {
    match (x.ndim(), n) {
        (d, n) if d >= n => Ok(x.clone()),
        (0, n) => x.reshape_to(&Dims::from_elem(1, n)),
        (1, 2) => x.unsqueeze_at(0),
        (1, _) => x.unsqueeze_at(0)?.unsqueeze_at(2),
        _ => x.unsqueeze_at(2),
    }
}

fn all_at_least(tensors: &[Tensor], n: usize) -> Result<Vec<Tensor>> {
    tensors.iter().map(|t| at_least(t, n)).collect()
}

fn shared(tensors: &[Tensor]) -> Result<Vec<Tensor>> {
    let mut shape = Dims::new();
    for t in tensors {
        shape = broadcast(&shape, t.shape())?;
    }
    tensors.iter().map(|t| t.expand_to(&shape)).collect()
}

fn grid(tensors: &[Tensor], swap: bool) -> Result<Vec<Tensor>> {
    ensure!(!tensors.is_empty(), Runtime, "meshgrid expects a non-empty TensorList");
    for t in tensors {
        ensure!(
            t.ndim() <= 1,
            Runtime,
            "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {:?}",
            t
        );
        ensure!(
            t.dtype() == tensors[0].dtype(),
            Runtime,
            "meshgrid expects all tensors to have the same dtype"
        );
    }
    let mut list: Vec<Tensor> = tensors.to_vec();
    let swap = swap && list.len() >= 2;
    if swap {
        list.swap(0, 1);
    }
    let shape: Dims = list.iter().map(Tensor::numel).collect();
    let mut out = Vec::with_capacity(list.len());
    for (i, t) in list.iter().enumerate() {
        let mut own = Dims::from_elem(1, list.len());
        own[i] = t.numel();
        out.push(t.reshape_to(&own)?.expand_to(&shape)?);
    }
    if swap {
        out.swap(0, 1);
    }
    Ok(out)
}

rows! { JOIN:
    /// Tensors one after the other along an axis.
    ///
    /// Args: tensors: equal in all other axes; dtypes are promoted.
    /// Errors: RuntimeError on different sizes or ranks.
    ///
    /// ```text
    /// >>> torch.cat([torch.arange(2), torch.arange(3)])
    /// tensor([0, 1, 0, 1, 2])
    /// ```
    [Torch] out Join autocast Widest fn cat(tensors: &[Tensor], dim: i64 = 0) -> Tensor { concat(tensors, dim) }
    /// Tensors one after the other along an axis (`cat`).
    ///
    /// ```text
    /// >>> torch.concat([torch.arange(2), torch.arange(3)])
    /// tensor([0, 1, 0, 1, 2])
    /// ```
    [Torch] out Join autocast Widest fn concat_ = "concat"(tensors: &[Tensor], dim: i64 = 0) -> Tensor { concat(tensors, dim) }
    /// Tensors one after the other along an axis (`cat`).
    ///
    /// ```text
    /// >>> torch.concatenate([torch.arange(2), torch.arange(3)])
    /// tensor([0, 1, 0, 1, 2])
    /// ```
    [Torch] out Join autocast Widest fn concatenate(tensors: &[Tensor], dim: i64 = 0) -> Tensor { concat(tensors, dim) }
    /// Tensors of one shape side by side along a new axis.
    ///
    /// ```text
    /// >>> torch.stack([torch.arange(2), torch.arange(2)])
    /// tensor([[0, 1],
    ///         [0, 1]])
    /// ```
    [Torch] out Join autocast Widest fn stack(tensors: &[Tensor], dim: i64 = 0) -> Tensor { stacked(tensors, dim) }
    /// Joined along the second axis (vectors: along the first).
    ///
    /// ```text
    /// >>> torch.hstack([torch.arange(2), torch.arange(3)])
    /// tensor([0, 1, 0, 1, 2])
    /// ```
    [Torch] out Join fn hstack(tensors: &[Tensor]) -> Tensor {
        ensure!(!tensors.is_empty(), Runtime, "hstack expects a non-empty TensorList");
        let list = all_at_least(tensors, 1)?;
        concat(&list, (list[0].ndim() > 1) as i64)
    }
    /// Joined along the first axis; vectors are rows.
    ///
    /// ```text
    /// >>> torch.vstack([torch.arange(2), torch.arange(2)])
    /// tensor([[0, 1],
    ///         [0, 1]])
    /// ```
    [Torch] out Join fn vstack(tensors: &[Tensor]) -> Tensor {
        ensure!(!tensors.is_empty(), Runtime, "vstack expects a non-empty TensorList");
        concat(&all_at_least(tensors, 2)?, 0)
    }
    /// Joined along the first axis (`vstack`).
    ///
    /// ```text
    /// >>> torch.row_stack([torch.arange(2), torch.arange(2)])
    /// tensor([[0, 1],
    ///         [0, 1]])
    /// ```
    [Torch] out Join fn row_stack(tensors: &[Tensor]) -> Tensor { vstack(tensors) }
    /// Joined along the third axis.
    ///
    /// ```text
    /// >>> torch.dstack([torch.arange(2), torch.arange(2)])
    /// tensor([[[0, 0],
    ///          [1, 1]]])
    /// ```
    [Torch] out Join fn dstack(tensors: &[Tensor]) -> Tensor {
        ensure!(!tensors.is_empty(), Runtime, "dstack expects a non-empty TensorList");
        concat(&all_at_least(tensors, 3)?, 2)
    }
    /// Joined along the second axis; vectors are columns.
    ///
    /// ```text
    /// >>> torch.column_stack([torch.arange(2), torch.arange(2)])
    /// tensor([[0, 0],
    ///         [1, 1]])
    /// ```
    [Torch] out Join fn column_stack(tensors: &[Tensor]) -> Tensor {
        ensure!(!tensors.is_empty(), Runtime, "column_stack expects a non-empty TensorList");
        let list: Result<Vec<Tensor>> = tensors.iter().map(|t| if t.ndim() <= 1 { t.reshape_to(&[t.numel(), 1]) } else { Ok(t.clone()) }).collect();
        concat(&list?, 1)
    }
    /// Matrices along the diagonal of one, zeros elsewhere.
    ///
    /// ```text
    /// >>> torch.block_diag(torch.ones(1, 2), torch.full((2, 1), 3.0))
    /// tensor([[1., 1., 0.],
    ///         [0., 0., 3.],
    ///         [0., 0., 3.]])
    /// ```
    [Torch] fn block_diag(tensors: &[Operand]) -> Tensor {
        let tensors = &tensors_of("block_diag", tensors)?[..];
        let list = all_at_least(tensors, 2)?;
        for (i, t) in list.iter().enumerate() {
            ensure!(t.ndim() == 2, Runtime, "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {i} has {} dimensions", t.ndim());
        }
        if list.is_empty() {
            let dtype = crate::base::promote::default_dtype();
            return Tensor::empty(&[1, 0], dtype, crate::base::Device::Cpu);
        }
        apply(Diagonal, &list.iter().collect::<Vec<_>>())
    }
    /// Grids of coordinates from vectors, as expanded views.
    ///
    /// Args: indexing: `"ij"` (the default), or `"xy"` with the first two axes exchanged.
    ///
    /// ```text
    /// >>> torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij")
    /// (tensor([[0, 0, 0],
    ///         [1, 1, 1]]), tensor([[0, 1, 2],
    ///         [0, 1, 2]]))
    /// ```
    [Torch] fn meshgrid(tensors: &[Operand]; indexing: Option<&str> = None) -> Vec<Tensor> {
        let tensors = &tensors_of("meshgrid", tensors)?[..];
        let indexing = indexing.unwrap_or("ij");
        ensure!(matches!(indexing, "ij" | "xy"), Runtime, "torch.meshgrid: indexing must be one of \"xy\" or \"ij\", but received: {indexing}");
        grid(tensors, indexing == "xy")
    }
    /// All combinations of the elements of vectors, a row each.
    ///
    /// ```text
    /// >>> torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4]))
    /// tensor([[1, 3],
    ///         [1, 4],
    ///         [2, 3],
    ///         [2, 4]])
    /// ```
    [Torch] fn cartesian_prod(tensors: &[Operand]) -> Tensor {
        let tensors = &tensors_of("cartesian_prod", tensors)?[..];
        for t in tensors { ensure!(t.ndim() == 1, Runtime, "Expect a 1D vector, but got shape {:?}", t.shape()); }
        if let [one] = tensors { return Ok(one.clone()); }
        let flat: Result<Vec<Tensor>> = grid(tensors, false)?.iter().map(|t| t.reshape_to(&[t.numel()])).collect();
        stacked(&flat?, 1)
    }
    /// The tensors broadcast to their common shape, as views.
    ///
    /// ```text
    /// >>> torch.broadcast_tensors(torch.arange(2), torch.zeros(2, 1))
    /// (tensor([[0, 1],
    ///         [0, 1]]), tensor([[0., 0.],
    ///         [0., 0.]]))
    /// ```
    [Torch] fn broadcast_tensors(tensors: &[Operand]) -> Vec<Tensor> { let tensors = &tensors_of("broadcast_tensors", tensors)?[..]; shared(tensors) }
    /// With at least one axis.
    ///
    /// ```text
    /// >>> torch.atleast_1d(torch.tensor(3)).shape
    /// torch.Size([1])
    /// ```
    [Torch] fn atleast_1d(input: &Tensor) -> Tensor { at_least(input, 1) }
    /// With at least one axis each.
    [Torch] fn atleast_1d_list = "atleast_1d"(tensors: &[Operand]) -> Vec<Tensor> { let tensors = &tensors_of("atleast_1d", tensors)?[..]; all_at_least(tensors, 1) }
    /// With at least two axes.
    ///
    /// ```text
    /// >>> torch.atleast_2d(torch.arange(3))
    /// tensor([[0, 1, 2]])
    /// ```
    [Torch] fn atleast_2d(input: &Tensor) -> Tensor { at_least(input, 2) }
    /// With at least two axes each.
    [Torch] fn atleast_2d_list = "atleast_2d"(tensors: &[Operand]) -> Vec<Tensor> { let tensors = &tensors_of("atleast_2d", tensors)?[..]; all_at_least(tensors, 2) }
    /// With at least three axes.
    ///
    /// ```text
    /// >>> torch.atleast_3d(torch.arange(3)).shape
    /// torch.Size([1, 3, 1])
    /// ```
    [Torch] fn atleast_3d(input: &Tensor) -> Tensor { at_least(input, 3) }
    /// With at least three axes each.
    [Torch] fn atleast_3d_list = "atleast_3d"(tensors: &[Operand]) -> Vec<Tensor> { let tensors = &tensors_of("atleast_3d", tensors)?[..]; all_at_least(tensors, 3) }
}

pub const TABLE: Table = &[JOIN];
