//! Reductions of truth values: `all`, `any`.

use crate::base::{DType, Dims};
use crate::error::Result;
use crate::kernels::cpu::reduce as kernel;
use crate::kernels::gpu::reduce::sums as gpu;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::write_held;
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::reduce::axes::Axes;
use crate::ops::table::Table;
use crate::tensor::{Meta, Tensor};
use crate::{rows, with_dtype};
use smallvec::smallvec;

#[derive(Debug)]
struct Logic {
    all: bool,
    axes: Axes,
}

/// Whether all (or any) elements of each group count as true, into a dense `out` of bool or uint8. The caller holds
/// both storages.
#[allow(unsafe_code)]
pub fn reduce_held(x: &Tensor, out: &Tensor, axes: &Axes, all: bool) {
    let once = axes.once(x).unwrap_or(None);
    let x = once.as_ref().map_or(x, |(x, _)| x);
    let plan = axes.plan(x);
    // SAFETY: the plan follows the layout of `x`; `out` is dense, one byte for each result; a bool is a byte 0 or 1
    with_dtype!("all", x.dtype(), any, T => unsafe {
        let (src, dst) = (x.ptr_of::<T>(), out.ptr() as *mut bool);
        if all { kernel::all(&plan, src, dst) } else { kernel::any(&plan, src, dst) }
    });
}

impl Op for Logic {
    fn name(&self) -> &'static str {
        if self.all { "all" } else { "any" }
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(Logic { axes: self.axes.shifted(n), ..*self })
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let dtype = if x[0].dtype() == DType::U8 { DType::U8 } else { DType::Bool };
        Ok(smallvec![Meta::new(&self.axes.shape(x[0].shape()), dtype)])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        reduce_held(x[0], &out[0], &self.axes, self.all);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        gpu::truth(self.all, x[0].place()?, &self.axes.axes, out[0].place()?)
    }
    fn differentiable(&self, _: usize) -> bool {
        false
    }
}

/// As a bool of the same shape, where no axis is reduced.
#[derive(Debug)]
struct Truth;

impl Op for Truth {
    fn name(&self) -> &'static str {
        "any"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let dtype = if x[0].dtype() == DType::U8 { DType::U8 } else { DType::Bool };
        Ok(smallvec![Meta::new(x[0].shape(), dtype)])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        write_held(&out[0].reinterpret(out[0].layout().clone(), DType::Bool)?, x[0]);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
}

fn logic(input: &Tensor, dim: Option<&[i64]>, keepdim: bool, all: bool) -> Result<Tensor> {
    if input.dtype().is_stored() {
        return logic(&input.detach().cast(DType::Bool)?, dim, keepdim, all);
    }
    match dim {
        Some([]) => apply(Truth, &[input]),
        _ => apply(Logic { all, axes: Axes::of(dim, keepdim, input.ndim())? }, &[input]),
    }
}

/// How many elements are not zero.
#[derive(Debug)]
struct CountNonzero(Axes);

impl Op for CountNonzero {
    fn name(&self) -> &'static str {
        "count_nonzero"
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(CountNonzero(self.0.shifted(n)))
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.0.shape(x[0].shape()), DType::I64)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let plan = self.0.plan(x[0]);
        // SAFETY: the plan follows the layout of the input, `out` is dense with one element for each result
        with_dtype!("count_nonzero", x[0].dtype(), any, T => unsafe {
            kernel::count_nonzero(&plan, x[0].ptr_of::<T>(), out[0].ptr_of())
        });
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        gpu::count_nonzero(x[0].place()?, &self.0.axes, out[0].place()?)
    }
}

impl Tensor {
    /// How many elements along the axes are not zero, as int64 with the axes kept.
    pub fn count_kept(&self, axes: &Dims) -> Result<Tensor> {
        apply(CountNonzero(Axes { axes: axes.clone(), keepdim: true }), &[&self.detach()])
    }
}

rows! { ALL_ANY:
    /// Whether all elements are true (not zero). uint8 answers in uint8, everything else in bool.
    ///
    /// ```text
    /// >>> torch.all(torch.tensor([[1, 0], [2, 3]]), dim=1)
    /// tensor([False,  True])
    /// ```
    [Torch, Method] fn all(input: &Tensor) -> Tensor { logic(input, None, false, true) }
    /// Whether all elements along the axes are true.
    [Torch, Method] fn all_dim = "all"(input: &Tensor, dim: Option<&[i64]>, keepdim: bool = false) -> Tensor { logic(input, dim, keepdim, true) }
    /// Whether any element is true (not zero). uint8 answers in uint8, everything else in bool.
    ///
    /// ```text
    /// >>> torch.any(torch.tensor([[0, 0], [2, 3]]), dim=1)
    /// tensor([False,  True])
    /// ```
    [Torch, Method] fn any(input: &Tensor) -> Tensor { logic(input, None, false, false) }
    /// Whether any element along the axes is true.
    [Torch, Method] fn any_dim = "any"(input: &Tensor, dim: Option<&[i64]>, keepdim: bool = false) -> Tensor { logic(input, dim, keepdim, false) }
    /// The number of elements that are not zero, as int64.
    ///
    /// ```text
    /// >>> torch.count_nonzero(torch.tensor([[0, 1], [2, 3]]), dim=0)
    /// tensor([1, 2])
    /// ```
    [Torch, Method] fn count_nonzero(input: &Tensor, dim: Option<&[i64]> = None) -> Tensor {
        let x = input.detach();
        let x = if x.dtype().is_stored() { x.cast(DType::Bool)? } else { x };
        apply(CountNonzero(Axes::of(dim, false, input.ndim())?), &[&x])
    }
}

pub const TABLE: Table = &[ALL_ANY];
