//! Greatest and least elements, and where they are.

use crate::base::{DType, Dims, wrap_dim};
use crate::error::{Error, Result};
use crate::kernels::cpu::reduce as kernel;
use crate::kernels::gpu::reduce as gpu;
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::memory::zeros_of;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::compare::eq;
use crate::ops::reduce::axes::Axes;
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows, with_dtype};
use smallvec::smallvec;

static MAX: Fields = Fields { name: "max", fields: &["values", "indices"] };
static MIN: Fields = Fields { name: "min", fields: &["values", "indices"] };
static AMINMAX: Fields = Fields { name: "aminmax", fields: &["min", "max"] };

/// What the four extremes differ in.
#[derive(Debug)]
struct Manner {
    name: &'static str,
    grad_name: &'static str,
    /// PyTorch's name of the kernel, for messages.
    kernel: &'static str,
    max: bool,
    /// Of everything, where nan is equal to nan.
    whole: bool,
}

static MAX_ALL: Manner =
    Manner { name: "max", grad_name: "MaxBackward1", kernel: "max_all", max: true, whole: true };
static MIN_ALL: Manner =
    Manner { name: "min", grad_name: "MinBackward1", kernel: "min_all", max: false, whole: true };
static AMAX: Manner =
    Manner { name: "amax", grad_name: "AmaxBackward0", kernel: "max_values_cpu", max: true, whole: false };
static AMIN: Manner =
    Manner { name: "amin", grad_name: "AminBackward0", kernel: "min_values_cpu", max: false, whole: false };

/// The extreme of each group: `max()` or `amax(dim)`.
#[derive(Debug)]
struct Extreme {
    manner: &'static Manner,
    axes: Axes,
}

#[allow(unsafe_code)]
fn extreme_held(x: &Tensor, out: &Tensor, axes: &Axes, max: bool) -> Result<()> {
    let once = axes.once(x)?;
    let x = once.as_ref().map_or(x, |(x, _)| x);
    let plan = axes.plan(x);
    with_dtype!("max", x.dtype(), real, T => {
        // SAFETY: the plan follows the layout of `x`, whose storage is held; `out` is dense, an element for each result
        unsafe { if max { kernel::max::<T>(&plan, x.ptr_of(), out.ptr_of()) } else { kernel::min::<T>(&plan, x.ptr_of(), out.ptr_of()) } };
        Ok(())
    })
}

impl Op for Extreme {
    fn name(&self) -> &'static str {
        self.manner.name
    }
    fn grad_name(&self) -> &'static str {
        self.manner.grad_name
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(Extreme { axes: self.axes.shifted(n), ..*self })
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let x = x[0];
        if x.dtype().is_complex() {
            return Err(Error::no_kernel(self.manner.kernel, x.dtype()));
        }
        Ok(smallvec![Meta::new(&self.axes.shape(x.shape()), x.dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        extreme_held(x[0], &out[0], &self.axes, self.manner.max)
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, out) = (x[0].place()?, out[0].place()?);
        gpu::extrema::extreme(self.name(), self.manner.max, x, &self.axes.axes, out)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::ALL
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let (x, y) = (cx.input(0)?, cx.output(0)?);
        Ok(if self.manner.whole { evenly_over_all(g, &x, &y)? } else { evenly(g, &x, &y, &self.axes)? })
    }
}

/// A gradient shared by all elements equal to the result of their group.
fn evenly(g: &Tensor, x: &Tensor, y: &Tensor, axes: &Axes) -> Result<Tensor> {
    let shape = x.shape();
    let mask = eq(x.detach(), axes.keep(&y.detach(), shape)?)?;
    let count = mask.count_kept(&axes.axes)?;
    axes.keep(g, shape)?.mul(&mask)?.div(count)
}

/// As `evenly` for a reduction of everything, where nan counts as equal to nan.
pub fn evenly_over_all(g: &Tensor, x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let (x, y) = (x.detach(), y.detach());
    let mask = if y.is_batched() || x.is_batched() {
        let numbers = x.not_nan()?.logical_or(y.not_nan()?)?;
        eq(&x, &y)?.logical_or(numbers.logical_not()?)?
    } else if x.numel() > 0
        && x.dtype().is_float()
        && y.device() != crate::base::Device::Meta
        && y.item()?.to_f64().is_nan()
    {
        eq(&x.not_nan()?, false)?
    } else {
        eq(&x, &y)?
    };
    let all = Axes::all(x.ndim());
    g.mul(&mask)?.div(mask.count_kept(&all.axes)?)
}

/// The extreme along one axis and its position.
#[derive(Debug)]
struct ExtremeAt {
    max: bool,
    axis: usize,
    keepdim: bool,
}

impl Op for ExtremeAt {
    const PICKS: bool = true;
    fn name(&self) -> &'static str {
        if self.max { "max" } else { "min" }
    }
    fn grad_name(&self) -> &'static str {
        if self.max { "MaxBackward0" } else { "MinBackward0" }
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        if x[0].ndim() == 0 {
            Batching::Loop
        } else {
            Batching::Shifted(ExtremeAt { axis: self.axis + n, ..*self })
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (x, op) = (x[0], self.name());
        ensure!(!x.dtype().is_complex(), Runtime, "{op}(): does not support complex input");
        let axes = Axes { axes: smallvec![self.axis], keepdim: self.keepdim };
        axes.check_nonempty(op, x.shape())?;
        let shape = axes.shape(x.shape());
        Ok(smallvec![Meta::new(&shape, x.dtype()), Meta::new(&shape, DType::I64)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let x = x[0];
        if out[0].numel() == 0 {
            return Ok(());
        }
        let axis = Axes { axes: smallvec![self.axis], keepdim: true };
        let once = axis.once(x)?;
        let x = once.as_ref().map_or(x, |(x, _)| x);
        let plan = axis.ordered_plan(x);
        with_dtype!(self.name(), x.dtype(), real, T => {
            // SAFETY: the plan follows the layout of `x`, whose storage is held; results are dense, one for each group
            unsafe { kernel::arg_extreme::<T>(&plan, x.ptr_of(), self.max, out[0].ptr_of(), out[1].ptr_of()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (values, at) = (out[0].place()?, out[1].place()?);
        gpu::arg::arg_extreme(self.name(), self.max, x[0].place()?, &[self.axis], Some(values), at)
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        to_selected(g, cx.shape(0), self.axis, &cx.output(1)?, self.keepdim)
    }
}

/// The gradient of a reduction that picks one element along an axis.
pub fn to_selected(
    g: &Tensor,
    shape: &[usize],
    axis: usize,
    index: &Tensor,
    keepdim: bool,
) -> Result<Tensor> {
    if shape.is_empty() {
        return Ok(g.clone());
    }
    let axes = Axes { axes: smallvec![axis], keepdim };
    let zero = zeros_of(shape, g)?;
    zero.scatter_add(axis as i64, &axes.keep(&index.detach(), shape)?, &axes.keep(g, shape)?)
}

/// Position of the extreme, along an axis or in the flattened tensor.
#[derive(Debug)]
struct Arg {
    max: bool,
    axes: Axes,
    whole: bool,
}

impl Op for Arg {
    fn name(&self) -> &'static str {
        if self.max { "argmax" } else { "argmin" }
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(Arg { axes: self.axes.shifted(n), ..*self })
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (x, op) = (x[0], self.name());
        ensure!(!x.dtype().is_complex(), Runtime, "{op}(): does not support complex input");
        ensure!(x.dtype() != DType::Bool, Runtime, "{op}(): does not support bool input");
        if self.whole {
            ensure!(
                x.numel() > 0,
                Index,
                "{op}(): Expected reduction dim to be specified for input.numel() == 0."
            );
        }
        self.axes.check_nonempty(op, x.shape())?;
        Ok(smallvec![Meta::new(&self.axes.shape(x.shape()), DType::I64)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let x = x[0];
        if out[0].numel() == 0 {
            return Ok(());
        }
        // along several axes, places count the repeats
        let once = if self.axes.axes.len() == 1 { self.axes.once(x)? } else { None };
        let x = once.as_ref().map_or(x, |(x, _)| x);
        let plan = self.axes.ordered_plan(x);
        with_dtype!(self.name(), x.dtype(), real, T => {
            // SAFETY: as for `ExtremeAt`, without values
            unsafe { kernel::arg_extreme::<T>(&plan, x.ptr_of(), self.max, std::ptr::null_mut(), out[0].ptr_of()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, at) = (x[0].place()?, out[0].place()?);
        gpu::arg::arg_extreme(self.name(), self.max, x, &self.axes.axes, None, at)
    }
}

fn arg(input: &Tensor, dim: Option<i64>, keepdim: bool, max: bool) -> Result<Tensor> {
    let axes = match dim {
        Some(d) => Axes::one(d, keepdim, input.ndim())?,
        None => Axes { axes: (0..input.ndim()).collect(), keepdim },
    };
    apply(Arg { max, axes, whole: dim.is_none() }, &[&input.detach()])
}

/// Both extremes at once.
#[derive(Debug)]
struct AminMax(Axes);

impl Op for AminMax {
    fn name(&self) -> &'static str {
        "aminmax"
    }
    fn grad_name(&self) -> &'static str {
        "AminmaxBackward0"
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(AminMax(self.0.shifted(n)))
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        if x[0].dtype().is_complex() {
            return Err(Error::no_kernel("aminmax_cpu", x[0].dtype()));
        }
        let shape = self.0.shape(x[0].shape());
        Ok(smallvec![Meta::new(&shape, x[0].dtype()), Meta::new(&shape, x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        extreme_held(x[0], &out[0], &self.0, false)?;
        extreme_held(x[0], &out[1], &self.0, true)
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, axes) = (x[0].place()?, &self.0.axes);
        gpu::extrema::extreme("aminmax", false, x, axes, out[0].place()?)?;
        gpu::extrema::extreme("aminmax", true, x, axes, out[1].place()?)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::ALL
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let x = cx.input(0)?;
        let mut total: Option<Tensor> = None;
        for i in 0..2 {
            if let Some(g) = &g[i] {
                let part = evenly(g, &x, &cx.output(i)?, &self.0)?;
                total = Some(match total {
                    Some(t) => t.add(part)?,
                    None => part,
                });
            }
        }
        grads![total]
    }
}

/// Refuses an empty tensor where no axis was named.
fn check_whole(op: &str, x: &Tensor) -> Result<()> {
    ensure!(
        x.numel() > 0,
        Runtime,
        "{op}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
    );
    Ok(())
}

fn over(input: &Tensor, dim: Option<&[i64]>, keepdim: bool, max: bool) -> Result<Tensor> {
    let (op, n) = (if max { "amax" } else { "amin" }, input.ndim());
    match dim {
        None | Some([]) => check_whole(op, input)?,
        Some(dims) => {
            for &d in dims {
                let empty = input.shape().get(wrap_dim(d, n)?) == Some(&0);
                ensure!(!empty, Index, "{op}(): Expected reduction dim {d} to have non-zero size.");
            }
        }
    }
    apply(Extreme { manner: if max { &AMAX } else { &AMIN }, axes: Axes::of(dim, keepdim, n)? }, &[input])
}

fn whole(input: &Tensor, max: bool) -> Result<Tensor> {
    check_whole(if max { "max" } else { "min" }, input)?;
    apply(Extreme { manner: if max { &MAX_ALL } else { &MIN_ALL }, axes: Axes::all(input.ndim()) }, &[input])
}

fn along(input: &Tensor, dim: i64, keepdim: bool, max: bool) -> Result<Named> {
    let axis = wrap_dim(dim, input.ndim())?;
    let outs = apply_multi(ExtremeAt { max, axis, keepdim }, &[input])?;
    Ok(Named(if max { &MAX } else { &MIN }, outs.into_iter().collect()))
}

rows! { EXTREME:
    /// The greatest element; nan if there is one. Gradients are shared evenly by ties.
    ///
    /// Errors: RuntimeError for an empty tensor and for complex numbers.
    ///
    /// ```text
    /// >>> torch.max(torch.tensor([3, 7, 5]))
    /// tensor(7)
    /// >>> torch.max(torch.tensor([[3, 7], [9, 5]]), dim=1).indices
    /// tensor([1, 0])
    /// ```
    [Torch, Method] out Promote fn max(input: &Tensor) -> Tensor { whole(input, true) }
    /// The greater element of each pair (`maximum`), broadcasting.
    [Torch, Method] out Promote fn max_other = "max"(input: &Tensor, other: &Tensor) -> Tensor { crate::ops::elementwise::arithmetic::maximum(input, other) }
    /// The greatest elements along an axis and their (first) positions.
    [Torch, Method] out Promote fn max_dim = "max"(input: &Tensor, dim: i64, keepdim: bool = false) -> Named { along(input, dim, keepdim, true) }
    /// The least element; nan if there is one. Gradients are shared evenly by ties.
    ///
    /// Errors: RuntimeError for an empty tensor and for complex numbers.
    ///
    /// ```text
    /// >>> torch.min(torch.tensor([3, 7, 5]))
    /// tensor(3)
    /// >>> torch.min(torch.tensor([[3, 7], [9, 5]]), dim=1).indices
    /// tensor([0, 1])
    /// ```
    [Torch, Method] out Promote fn min(input: &Tensor) -> Tensor { whole(input, false) }
    /// The lesser element of each pair (`minimum`), broadcasting.
    [Torch, Method] out Promote fn min_other = "min"(input: &Tensor, other: &Tensor) -> Tensor { crate::ops::elementwise::arithmetic::minimum(input, other) }
    /// The least elements along an axis and their (first) positions.
    [Torch, Method] out Promote fn min_dim = "min"(input: &Tensor, dim: i64, keepdim: bool = false) -> Named { along(input, dim, keepdim, false) }
    /// The greatest elements over axes. Gradients are shared evenly by ties.
    ///
    /// ```text
    /// >>> torch.amax(torch.tensor([[3, 7], [9, 5]]), dim=1)
    /// tensor([7, 9])
    /// ```
    [Torch, Method] fn amax(input: &Tensor, dim: Option<&[i64]> = None, keepdim: bool = false) -> Tensor { over(input, dim, keepdim, true) }
    /// The least elements over axes. Gradients are shared evenly by ties.
    ///
    /// ```text
    /// >>> torch.amin(torch.tensor([[3, 7], [9, 5]]), dim=1)
    /// tensor([3, 5])
    /// ```
    [Torch, Method] fn amin(input: &Tensor, dim: Option<&[i64]> = None, keepdim: bool = false) -> Tensor { over(input, dim, keepdim, false) }
    /// The least and the greatest elements, of all or along one axis.
    ///
    /// ```text
    /// >>> torch.aminmax(torch.tensor([3, 7, 5])).max
    /// tensor(7)
    /// ```
    [Torch, Method] fn aminmax(input: &Tensor; dim: Option<i64> = None, keepdim: bool = false) -> Named {
        let axes = match dim {
            Some(d) => Axes::one(d, keepdim, input.ndim())?,
            None => Axes { axes: (0..input.ndim()).collect(), keepdim },
        };
        if dim.is_none() {
            ensure!(input.numel() > 0, Runtime, "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.");
        } else if input.shape().get(axes.axes[0]) == Some(&0) {
            bail!(Index, "aminmax: Expected reduction dim {} to have non-zero size.", axes.axes[0]);
        }
        Ok(Named(&AMINMAX, apply_multi(AminMax(axes), &[input])?.into_iter().collect()))
    }
    /// The position of the greatest element, along an axis or in the flattened tensor; the first one of ties.
    ///
    /// ```text
    /// >>> torch.argmax(torch.tensor([[3, 7], [9, 5]]), dim=1)
    /// tensor([1, 0])
    /// ```
    [Torch, Method] fn argmax(input: &Tensor, dim: Option<i64> = None, keepdim: bool = false) -> Tensor { arg(input, dim, keepdim, true) }
    /// The position of the least element, along an axis or in the flattened tensor; the first one of ties.
    ///
    /// ```text
    /// >>> torch.argmin(torch.tensor([[3, 7], [9, 5]]), dim=1)
    /// tensor([0, 1])
    /// ```
    [Torch, Method] fn argmin(input: &Tensor, dim: Option<i64> = None, keepdim: bool = false) -> Tensor { arg(input, dim, keepdim, false) }
}

/// The whole tensor as one axis.
pub fn flat(x: &Tensor) -> Result<Tensor> {
    let n: Dims = smallvec![x.numel()];
    x.reshape_to(&n)
}

pub const TABLE: Table = &[EXTREME];
