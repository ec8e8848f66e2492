//! Copies, recorded: `clone`, `contiguous`, `detach`, `copy_`.

use crate::base::{Device, MemoryFormat, Scalar};
use crate::error::Result;
use crate::ops::create::convert::formatted;
use crate::ops::driver::apply::apply;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::memory::{full, write_held};
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads, rows};
use smallvec::smallvec;

#[derive(Debug)]
struct Clone {
    format: MemoryFormat,
}

impl Op for Clone {
    fn name(&self) -> &'static str {
        "clone"
    }
    fn grad_name(&self) -> &'static str {
        "CloneBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![formatted(x[0], x[0].dtype(), self.format)?])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0], x[0]);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        grads![g[0].clone()]
    }
}

/// `copy_`: the second input's values become the first's.
#[derive(Debug)]
struct Copy;

impl Op for Copy {
    fn name(&self) -> &'static str {
        "copy_"
    }
    fn grad_name(&self) -> &'static str {
        "CopyBackwards"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if out[0].storage().same(x[1].storage()) && x[1].layout() != out[0].layout() {
            let own = Tensor::empty(x[1].shape(), x[1].dtype(), x[1].device())?;
            write_held(&own, x[1]);
            write_held(&out[0], &own);
        } else {
            write_held(&out[0], x[1]);
        }
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let dst = want.then(0, || full(cx.shape(0), Scalar::Int(0), cx.dtype(0), g.device()))?;
        grads![dst, want.has(1).then(|| g.clone())]
    }
    fn in_place_ok(&self) -> bool {
        true
    }
}

impl Tensor {
    /// The tensor itself if it lies that way, else a copy.
    pub fn contiguous(&self) -> Result<Tensor> {
        if self.is_contiguous() { Ok(self.clone()) } else { self.clone_as(MemoryFormat::Contiguous) }
    }
    /// `dst[...] = src` with broadcasting and conversion.
    pub fn copy_in(&self, src: &Tensor) -> Result<()> {
        if src.shape() != self.shape() {
            let ok =
                crate::base::broadcast(self.shape(), src.shape()).is_ok_and(|s| s.as_slice() == self.shape());
            ensure!(
                ok,
                Runtime,
                "The expanded size of the tensor ({}) must match the existing size ({}): copy_ cannot broadcast {:?} to {:?}",
                self.shape().last().unwrap_or(&1),
                src.shape().last().unwrap_or(&1),
                src.shape(),
                self.shape()
            );
        }
        if self.same(src) {
            return Ok(());
        }
        crate::ops::create::convert::say_parts_lost(src.dtype(), self.dtype());
        if src.device() != self.device() && ![src.device(), self.device()].contains(&Device::Meta) {
            // the target's device decides; the history goes through the move
            let src = src.convert(None, Some(self.device()), false, MemoryFormat::Preserve)?;
            return apply_in_place(Copy, &[self, &src]);
        }
        apply_in_place(Copy, &[self, src])
    }
}

rows! { COPY:
    /// A copy of the tensor with its own memory.
    ///
    /// Args: memory_format: layout of the copy (default `torch.preserve_format`).
    /// Shape: the same as `input`.
    ///
    /// ```text
    /// >>> x = torch.zeros(2)
    /// >>> y = x.clone()
    /// >>> y.add_(1), x
    /// (tensor([1., 1.]), tensor([0., 0.]))
    /// ```
    [Torch, Method] fn clone_as = "clone"(input: &Tensor; memory_format: MemoryFormat = MemoryFormat::Preserve) -> Tensor {
        apply(Clone { format: memory_format }, &[input])
    }
    /// The tensor itself if it is contiguous in `memory_format`, else a copy that is.
    ///
    /// ```text
    /// >>> x = torch.ones(2, 3).t()
    /// >>> x.is_contiguous(), x.contiguous().is_contiguous()
    /// (False, True)
    /// ```
    [Method] itself Tensor::is_contiguous; fn contiguous_as = "contiguous"(input: &Tensor, memory_format: MemoryFormat = MemoryFormat::Contiguous) -> Tensor {
        ensure!(memory_format != MemoryFormat::Preserve, Runtime, "preserve memory format is unsupported by the contiguous operator");
        if input.layout().is_format(memory_format) { Ok(input.clone()) } else { input.clone_as(memory_format) }
    }
    /// The same data outside the graph. Shares memory and version counter with `input`.
    ///
    /// ```text
    /// >>> x = torch.ones(2, requires_grad=True)
    /// >>> (x * 2).detach().requires_grad
    /// False
    /// ```
    [Torch, Method] fn detached = "detach"(input: &Tensor) -> Tensor {
        let out = input.detach();
        if input.is_inference() { out.set_inference(); }
        Ok(out)
    }
    /// Overwrites with the elements of `src`, broadcast and converted.
    ///
    /// ```text
    /// >>> torch.zeros(2, 3).copy_(torch.tensor([1, 2, 3]))
    /// tensor([[1., 2., 3.],
    ///         [1., 2., 3.]])
    /// ```
    [InPlace] fn copy_in_place = "copy_"(input: &Tensor, src: &Tensor, _non_blocking: bool = false) -> () {
        input.copy_in(src)
    }
}

pub const TABLE: Table = &[COPY];
