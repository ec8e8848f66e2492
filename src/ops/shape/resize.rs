//! The same elements in other sizes: views where strides allow it.

use crate::base::{DType, Dims, Layout, wrap_dim};
use crate::base::{infer_size, wrap_dims};
use crate::error::Result;
use crate::ops::driver::view::{view as show, view_grad};
use crate::ops::table::{Sizes, Table};
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

view_grad! {
    ViewGrad {} "ViewBackward0", |_s, cx, g| g.reshape_to(cx.shape(0));
    UnsafeViewGrad {} "UnsafeViewBackward0", |_s, cx, g| g.reshape_to(cx.shape(0));
    AliasGrad {} "AliasBackward0", |_s, _cx, g| Ok(g.clone());
    ExpandGrad {} "ExpandBackward0", |_s, cx, g| g.sum_to(cx.shape(0));
    SqueezeGrad { name: &'static str } "SqueezeBackward0", |_s, cx, g| g.reshape_to(cx.shape(0));
    SqueezeDimGrad {} "SqueezeBackward1", |_s, cx, g| g.reshape_to(cx.shape(0));
    UnsqueezeGrad {} "UnsqueezeBackward0", |_s, cx, g| g.reshape_to(cx.shape(0));
}

impl Tensor {
    /// A view of the same elements in another shape, or nothing if strides forbid it.
    pub fn try_view(&self, shape: &[usize]) -> Result<Option<Tensor>> {
        match self.layout().view_as(shape) {
            Some(layout) => show(self, layout, ViewGrad {}).map(Some),
            None => Ok(None),
        }
    }
    /// Another shape of as many elements; a copy where strides forbid a view.
    pub fn reshape_to(&self, shape: &[usize]) -> Result<Tensor> {
        if self.shape() == shape {
            return Ok(self.clone());
        }
        let count = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
        ensure!(
            count == Some(self.numel()),
            Runtime,
            "shape '{shape:?}' is invalid for input of size {}",
            self.numel()
        );
        match self.try_view(shape)? {
            Some(v) => Ok(v),
            None => {
                let flat = self.contiguous()?;
                let layout = Layout { offset: flat.layout().offset, ..Layout::contiguous(shape) };
                show(&flat, layout, UnsafeViewGrad {})
            }
        }
    }
    /// Repeats along axes of size 1 (and new leading axes) without a copy.
    pub fn expand_to(&self, shape: &[usize]) -> Result<Tensor> {
        if self.shape() == shape {
            return Ok(self.clone());
        }
        // what does not fit would be read as if one element stood for all
        crate::base::check_expand(self.shape(), shape)?;
        show(self, self.layout().broadcast_to(shape), ExpandGrad {})
    }
    pub fn unsqueeze_at(&self, axis: usize) -> Result<Tensor> {
        show(self, self.layout().unsqueeze(axis), UnsqueezeGrad {})
    }
}

rows! { RESIZE:
    /// A view of the same data in another shape (one size may be -1), or as another dtype.
    ///
    /// Args: shape: sizes.
    /// Errors: RuntimeError if sizes do not fit or strides forbid a view.
    ///
    /// ```text
    /// >>> x = torch.arange(4)
    /// >>> x.view(2, 2)
    /// tensor([[0, 1],
    ///         [2, 3]])
    /// >>> x.view(-1, 1).shape
    /// torch.Size([4, 1])
    /// ```
    [Method] fn view(input: &Tensor, size: Sizes) -> Tensor {
        let shape = infer_size(&size.0, input.numel())?;
        match input.try_view(&shape)? {
            Some(v) => Ok(v),
            None => bail!(Runtime, "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead."),
        }
    }
    /// The same bits read as another dtype; the last axis grows or shrinks with the element size.
    [Method] fn view_dtype = "view"(input: &Tensor, dtype: DType) -> Tensor {
        let (from, to) = (input.dtype().size(), dtype.size());
        let mut layout = input.layout().clone();
        if from != to {
            ensure!(input.ndim() > 0, Runtime, "self.dim() cannot be 0 to view {} as {} (different element sizes)", input.dtype().scalar_name(), dtype.scalar_name());
            let last = input.ndim() - 1;
            ensure!(
                layout.strides[last] == 1,
                Runtime,
                "self.stride(-1) must be 1 to view {} as {} (different element sizes), but got {}",
                input.dtype().scalar_name(),
                dtype.scalar_name(),
                layout.strides[last]
            );
            let (up, down) = (from.max(to) / to, from.max(to) / from);
            let divides = |v: usize| v.is_multiple_of(down);
            ensure!(
                divides(layout.shape[last]),
                Runtime,
                "self.size(-1) must be divisible by {down} to view {} as {} (different element sizes), but got {}",
                input.dtype().scalar_name(),
                dtype.scalar_name(),
                layout.shape[last]
            );
            ensure!(
                divides(layout.offset),
                Runtime,
                "self.storage_offset() must be divisible by {down} to view {} as {} (different element sizes), but got {}",
                input.dtype().scalar_name(),
                dtype.scalar_name(),
                layout.offset
            );
            for i in 0..last {
                ensure!(
                    divides(layout.strides[i]),
                    Runtime,
                    "self.stride({i}) must be divisible by {down} to view {} as {} (different element sizes), but got {}",
                    input.dtype().scalar_name(),
                    dtype.scalar_name(),
                    layout.strides[i]
                );
                layout.strides[i] = layout.strides[i] * up / down;
            }
            layout.shape[last] = layout.shape[last] * up / down;
            layout.offset = layout.offset * up / down;
        }
        input.reinterpret(layout, dtype)
    }
    /// The same data in another shape: a view where strides allow it, else a copy.
    ///
    /// ```text
    /// >>> torch.reshape(torch.arange(6), (2, -1))
    /// tensor([[0, 1, 2],
    ///         [3, 4, 5]])
    /// ```
    [Torch, Method] fn reshape(input: &Tensor, shape: Sizes) -> Tensor {
        let shape = infer_size(&shape.0, input.numel())?;
        input.reshape_to(&shape).and_then(|t| if t.same(input) { show(input, input.layout().clone(), ViewGrad {}) } else { Ok(t) })
    }
    /// `self.view(other.size())`.
    ///
    /// ```text
    /// >>> torch.arange(4).view_as(torch.zeros(2, 2))
    /// tensor([[0, 1],
    ///         [2, 3]])
    /// ```
    [Method] fn view_as(input: &Tensor, other: &Tensor) -> Tensor {
        input.view(Sizes(other.shape().iter().map(|&n| n as i64).collect()))
    }
    /// `self.reshape(other.size())`.
    ///
    /// ```text
    /// >>> torch.arange(4).reshape_as(torch.zeros(2, 2))
    /// tensor([[0, 1],
    ///         [2, 3]])
    /// ```
    [Method] fn reshape_as(input: &Tensor, other: &Tensor) -> Tensor { input.reshape_to(other.shape()) }
    /// A view repeated along axes of size 1; -1 keeps a size.
    ///
    /// ```text
    /// >>> torch.tensor([1, 2]).expand(2, -1)
    /// tensor([[1, 2],
    ///         [1, 2]])
    /// ```
    [Method] fn expand(input: &Tensor, size: Sizes; _implicit: bool = false) -> Tensor {
        let (n, m) = (input.ndim(), size.0.len());
        ensure!(
            m >= n,
            Runtime,
            "expand({}{{{:?}}}, size={:?}): the number of sizes provided ({m}) must be greater or equal to the number of dimensions in the tensor ({n})",
            crate::tensor::type_name(input.dtype(), input.device()),
            input.shape(),
            size.0.as_slice()
        );
        let mut shape = Dims::new();
        for (i, &s) in size.0.iter().enumerate() {
            let have = if i + n >= m { Some(input.shape()[i + n - m]) } else { None };
            let wanted = match (s, have) {
                (-1, Some(h)) => h,
                (-1, None) => bail!(Runtime, "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {i}"),
                (s, _) if s < 0 => bail!(Runtime, "invalid size {s} for dimension {i} of expand"),
                (s, _) => s as usize,
            };
            if let Some(h) = have {
                ensure!(
                    h == wanted || h == 1,
                    Runtime,
                    "The expanded size of the tensor ({wanted}) must match the existing size ({h}) at non-singleton dimension {i}.  Target sizes: {:?}.  Tensor sizes: {:?}",
                    size.0.as_slice(),
                    input.shape()
                );
            }
            shape.push(wanted);
        }
        show(input, input.layout().broadcast_to(&shape), ExpandGrad {})
    }
    /// `self.expand(other.size())`.
    ///
    /// ```text
    /// >>> torch.tensor([1, 2]).expand_as(torch.zeros(2, 2))
    /// tensor([[1, 2],
    ///         [1, 2]])
    /// ```
    [Method] fn expand_as(input: &Tensor, other: &Tensor) -> Tensor {
        input.expand(Sizes(other.shape().iter().map(|&n| n as i64).collect()), false)
    }
    /// A view broadcast to a shape.
    ///
    /// ```text
    /// >>> torch.broadcast_to(torch.tensor([1, 2]), (2, 2))
    /// tensor([[1, 2],
    ///         [1, 2]])
    /// ```
    [Torch, Method] fn broadcast_to(input: &Tensor, size: Sizes) -> Tensor { input.expand(size, false) }
    /// Without the axes of size 1.
    ///
    /// ```text
    /// >>> torch.squeeze(torch.zeros(1, 3, 1, 2)).shape, torch.squeeze(torch.zeros(1, 3, 1, 2), 0).shape
    /// (torch.Size([3, 2]), torch.Size([3, 1, 2]))
    /// ```
    [Torch, Method] fn squeeze(input: &Tensor) -> Tensor {
        show(input, input.layout().squeeze(|_| true), SqueezeGrad { name: "SqueezeBackward0" })
    }
    /// Without the given axes, where their size is 1.
    [Torch, Method] fn squeeze_dims = "squeeze"(input: &Tensor, dim: &[i64]) -> Tensor {
        let dims = wrap_dims(dim, input.ndim())?;
        show(input, input.layout().squeeze(|i| dims.contains(&i)), SqueezeDimGrad {})
    }
    /// With an axis of size 1 put in.
    ///
    /// ```text
    /// >>> torch.unsqueeze(torch.arange(3), 1).shape
    /// torch.Size([3, 1])
    /// ```
    [Torch, Method] fn unsqueeze(input: &Tensor, dim: i64) -> Tensor {
        input.unsqueeze_at(wrap_dim(dim, input.ndim() + 1)?)
    }
    /// Axes `start_dim..=end_dim` as one.
    ///
    /// ```text
    /// >>> torch.flatten(torch.zeros(2, 3, 4), 1).shape
    /// torch.Size([2, 12])
    /// ```
    [Torch, Method] fn flatten(input: &Tensor, start_dim: i64 = 0, end_dim: i64 = -1) -> Tensor {
        let n = input.ndim();
        let (a, b) = (wrap_dim(start_dim, n)?, wrap_dim(end_dim, n)?);
        ensure!(a <= b, Runtime, "flatten() has invalid args: start_dim cannot come after end_dim");
        if n == 0 { return input.reshape_to(&[1]); }
        if a == b { return Ok(input.clone()); }
        let mut shape = Dims::from_slice(&input.shape()[..a]);
        shape.push(input.shape()[a..=b].iter().product());
        shape.extend_from_slice(&input.shape()[b + 1..]);
        input.reshape_to(&shape)
    }
    /// One axis as several; one of the sizes may be -1.
    ///
    /// ```text
    /// >>> torch.unflatten(torch.zeros(2, 12), 1, (3, 4)).shape
    /// torch.Size([2, 3, 4])
    /// ```
    [Torch, Method] fn unflatten(input: &Tensor, dim: i64, sizes: &[i64]) -> Tensor {
        let axis = wrap_dim(dim, input.ndim())?;
        ensure!(!sizes.is_empty(), Runtime, "unflatten: sizes must be non-empty");
        let n = if input.ndim() == 0 { 1 } else { input.shape()[axis] };
        let inner = infer_size(sizes, n).map_err(|_| crate::error::Error::new(crate::error::Kind::Runtime,
            format!("unflatten: Provided sizes {sizes:?} don't multiply up to the size of dim {dim} ({n}) in the input tensor")))?;
        let mut shape = Dims::from_slice(&input.shape()[..axis]);
        shape.extend_from_slice(&inner);
        if axis < input.ndim() { shape.extend_from_slice(&input.shape()[axis + 1..]); }
        match input.try_view(&shape)? {
            Some(v) => Ok(v),
            None => input.reshape_to(&shape),
        }
    }
    /// All elements in one axis: a view where possible.
    ///
    /// ```text
    /// >>> torch.ravel(torch.arange(4).view(2, 2))
    /// tensor([0, 1, 2, 3])
    /// ```
    [Torch, Method] fn ravel(input: &Tensor) -> Tensor { input.reshape_to(&[input.numel()]) }
}

pub const TABLE: Table = &[RESIZE];
