//! Axes in another order.

use crate::base::{Dims, wrap_dim};
use crate::error::Result;
use crate::ops::driver::view::view as show;
use crate::ops::driver::view::view_grad;
use crate::ops::shape::resize::*;
use crate::ops::table::{Sizes, Table};
use crate::tensor::Tensor;
use crate::{ensure, rows};

pub(crate) fn inverse(order: &[usize]) -> Dims {
    let mut out = Dims::from_elem(0, order.len());
    for (i, &o) in order.iter().enumerate() {
        out[o] = i;
    }
    out
}

view_grad! {
    TGrad {} "TBackward0", |_s, _cx, g| g.transpose(0, 1);
    TransposeGrad { a: i64, b: i64 } "TransposeBackward0", |s, _cx, g| g.transpose(s.a, s.b);
    PermuteGrad { order: Dims } "PermuteBackward0", |s, _cx, g| g.permute_to(&inverse(&s.order));
}

impl Tensor {
    pub fn permute_to(&self, order: &[usize]) -> Result<Tensor> {
        show(self, self.layout().permute(order), PermuteGrad { order: Dims::from_slice(order) })
    }
}

rows! { PERMUTE:
    /// Two axes exchanged.
    ///
    /// ```text
    /// >>> torch.transpose(torch.arange(6).view(2, 3), 0, 1)
    /// tensor([[0, 3],
    ///         [1, 4],
    ///         [2, 5]])
    /// ```
    [Torch, Method] fn transpose(input: &Tensor, dim0: i64, dim1: i64) -> Tensor {
        let (i, j) = (wrap_dim(dim0, input.ndim())?, wrap_dim(dim1, input.ndim())?);
        show(input, input.layout().transpose(i, j), TransposeGrad { a: dim0, b: dim1 })
    }
    /// Two axes exchanged (`transpose`).
    ///
    /// ```text
    /// >>> torch.swapaxes(torch.zeros(2, 3, 4), 0, 2).shape
    /// torch.Size([4, 3, 2])
    /// ```
    [Torch, Method] fn swapaxes(input: &Tensor, axis0: i64, axis1: i64) -> Tensor { input.transpose(axis0, axis1) }
    /// Two axes exchanged (`transpose`).
    ///
    /// ```text
    /// >>> torch.swapdims(torch.zeros(2, 3, 4), 0, 2).shape
    /// torch.Size([4, 3, 2])
    /// ```
    [Torch, Method] fn swapdims(input: &Tensor, dim0: i64, dim1: i64) -> Tensor { input.transpose(dim0, dim1) }
    /// Rows and columns exchanged; tensors of fewer than two axes as they are.
    ///
    /// Errors: RuntimeError above two axes.
    ///
    /// ```text
    /// >>> torch.t(torch.arange(6).view(2, 3))
    /// tensor([[0, 3],
    ///         [1, 4],
    ///         [2, 5]])
    /// ```
    [Torch, Method] fn t(input: &Tensor) -> Tensor {
        ensure!(input.ndim() <= 2, Runtime, "t() expects a tensor with <= 2 dimensions, but self is {}D", input.ndim());
        let layout = if input.ndim() < 2 { input.layout().clone() } else { input.layout().transpose(0, 1) };
        if input.ndim() < 2 { show(input, layout, AliasGrad {}) } else { show(input, layout, TGrad {}) }
    }
    /// Axes in another order.
    ///
    /// ```text
    /// >>> torch.permute(torch.zeros(2, 3, 4), (2, 0, 1)).shape
    /// torch.Size([4, 2, 3])
    /// ```
    [Torch, Method] fn permute(input: &Tensor, dims: Sizes) -> Tensor {
        let n = input.ndim();
        ensure!(
            dims.0.len() == n,
            Runtime,
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = {n} is not equal to len(dims) = {}",
            dims.0.len()
        );
        let mut order = Dims::new();
        for &d in &dims.0 {
            let w = wrap_dim(d, n)?;
            ensure!(!order.contains(&w), Runtime, "permute(): duplicate dims are not allowed.");
            order.push(w);
        }
        input.permute_to(&order)
    }
    /// Axes moved to other places; the rest keep their order.
    ///
    /// ```text
    /// >>> torch.movedim(torch.zeros(2, 3, 4), 0, -1).shape
    /// torch.Size([3, 4, 2])
    /// ```
    [Torch, Method] fn movedim(input: &Tensor, source: &[i64], destination: &[i64]) -> Tensor {
        if input.ndim() == 0 { // its one axis stays where it is
            for &d in source.iter().chain(destination) { wrap_dim(d, 0)?; }
            return show(input, input.layout().clone(), AliasGrad {});
        }
        let n = input.ndim();
        ensure!(
            source.len() == destination.len(),
            Runtime,
            "movedim: Invalid source or destination dims: source ({source:?} dims) should contain the same number of dims as destination ({destination:?} dims)"
        );
        let unique = |dims: &[i64], what: &str| -> Result<Dims> {
            let mut out = Dims::new();
            for &d in dims {
                let w = wrap_dim(d, n)?;
                ensure!(!out.contains(&w), Runtime, "movedim: repeated dim in `{what}` ({dims:?})");
                out.push(w);
            }
            Ok(out)
        };
        let (src, dst) = (unique(source, "source")?, unique(destination, "destination")?);
        let mut order = vec![usize::MAX; n];
        for (s, d) in src.iter().zip(&dst) { order[*d] = *s; }
        let mut rest = (0..n).filter(|i| !src.contains(i));
        for o in order.iter_mut().filter(|o| **o == usize::MAX) {
            if let Some(r) = rest.next() { *o = r; }
        }
        input.permute_to(&order)
    }
    /// Axes moved to other places (`movedim`).
    ///
    /// ```text
    /// >>> torch.moveaxis(torch.zeros(2, 3, 4), 0, -1).shape
    /// torch.Size([3, 4, 2])
    /// ```
    [Torch, Method] fn moveaxis(input: &Tensor, source: &[i64], destination: &[i64]) -> Tensor { input.movedim(source, destination) }
}

pub const TABLE: Table = &[PERMUTE];
