//! Sums, means and products over axes.

use crate::base::{DType, Scalar, wrap_dims};
use crate::error::Result;
use crate::kernels::cpu::create::copy::scalar_bytes;
use crate::kernels::cpu::reduce as kernel;
use crate::kernels::gpu::reduce::sums::{self as gpu, What};
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{dense_cast_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::kind::half_up;
use crate::ops::elementwise::kind::run::{Side, run2};
use crate::ops::reduce::axes::{Axes, sum_dtype};
use crate::ops::table::{Ints, Sizes, Table};
use crate::tensor::{Context, Meta, Tensor, Want};
use crate::{ensure, rows, with_dtype};
use smallvec::smallvec;

/// Sums (plain, without nan, divided by the count) and products; `dtype` is that of the result and of the arithmetic.
#[derive(Debug)]
struct Reduce {
    what: What,
    node: &'static str,
    axes: Axes,
    dtype: DType,
}

impl Reduce {
    /// The kernel, into a dense tensor of the kernel's own result dtype.
    #[allow(unsafe_code)]
    fn run(&self, x: &Tensor, out: &Tensor) {
        let plan = self.axes.plan(x);
        // SAFETY: the plan follows the layout of `x`, whose storage the driver holds; `out` is dense and has one
        // element for each result of the plan
        with_dtype!(self.name(), x.dtype(), any, T => unsafe {
            let (src, dst) = (x.ptr_of::<T>(), out.ptr_of());
            match self.what {
                What::Prod => kernel::prod::<T>(&plan, src, dst),
                what => kernel::sum::<T>(&plan, src, dst, what == What::NanSum),
            }
        });
    }
}

impl Op for Reduce {
    fn name(&self) -> &'static str {
        match self.what {
            What::Sum => "sum",
            What::NanSum => "nansum",
            What::Mean => "mean",
            What::Prod => "prod",
        }
    }
    fn grad_name(&self) -> &'static str {
        self.node
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(Reduce { axes: self.axes.shifted(n), ..*self })
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.axes.shape(x[0].shape()), self.dtype)])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, out) = (x[0], &out[0]);
        let repeated = if self.what == What::Prod { None } else { self.axes.once(x)? };
        let (x, times) = repeated.as_ref().map_or((x, 1), |(x, times)| (x, *times));
        if self.dtype == DType::Bool {
            let all = self.what == What::Prod;
            super::all_any::reduce_held(x, out, &self.axes, all);
            return Ok(());
        }
        // Means of half types are rounded once, after the division; so are products.
        let wide = if self.what == What::Mean || times > 1 { half_up(self.dtype) } else { self.dtype };
        let cast_x;
        let x = if sum_dtype(x.dtype()) == wide {
            x
        } else {
            cast_x = dense_cast_held(x, wide)?;
            &cast_x
        };
        let own = sum_dtype(wide);
        if own == out.dtype() {
            self.run(x, out);
        } else {
            let sums = Tensor::empty(out.shape(), own, out.device())?;
            self.run(x, &sums);
            if self.what != What::Mean {
                times_held(&sums, times)?;
                write_held(out, &sums);
            } else {
                self.divide(&sums, &sums, x)?;
                write_held(out, &sums);
            }
            return Ok(());
        }
        match self.what {
            What::Mean => self.divide(out, out, x),
            _ => times_held(out, times),
        }
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, out, axes) = (x[0].place()?, out[0].place()?, &self.axes.axes);
        match self.dtype {
            DType::Bool => gpu::truth(self.what == What::Prod, x, axes, out),
            dtype => gpu::reduce(self.name(), self.what, x, axes, dtype, out),
        }
    }
    fn saves(&self, _: Want) -> Saves {
        match self.what {
            What::Sum | What::Mean => Saves::NOTHING,
            What::NanSum => Saves::INPUT,
            What::Prod => Saves::ALL,
        }
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let shape = cx.shape(0);
        Ok(match self.what {
            What::Sum => self.axes.spread(g, shape)?,
            What::Mean => self.axes.spread(&g.div(self.axes.count(shape) as f64)?, shape)?,
            What::NanSum => self.axes.spread(g, shape)?.where_not_nan(&cx.input(0)?)?,
            What::Prod => self.prod_backward(cx, g)?,
        })
    }
}

/// Sums of as many equal terms.
fn times_held(sums: &Tensor, times: usize) -> Result<()> {
    if times == 1 {
        return Ok(());
    }
    let (dtype, count) = (sums.dtype(), Scalar::Int(times as i64));
    let kernel = crate::ops::elementwise::arithmetic::MUL.kernel_for(dtype)?;
    run2(&Side::Tensor(sums), &Side::Number(scalar_bytes(count, dtype)), sums, dtype, dtype, kernel);
    Ok(())
}

impl Reduce {
    fn divide(&self, sums: &Tensor, out: &Tensor, x: &Tensor) -> Result<()> {
        let count = Scalar::Float(self.axes.count(x.shape()) as f64);
        let compute = sums.dtype();
        let kernel = crate::ops::elementwise::arithmetic::DIV.kernel_for(compute)?;
        run2(&Side::Tensor(sums), &Side::Number(scalar_bytes(count, compute)), out, compute, compute, kernel);
        Ok(())
    }

    /// `g * product / x`; where a factor is zero the products of the others come from running products.
    fn prod_backward(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let x = cx.input(0)?.cast(self.dtype)?;
        let shape = cx.shape(0);
        if x.ndim() == 0 {
            return Ok(g.clone());
        }
        if !x.is_batched() && !x.has_zero()? {
            let y = cx.output(0)?;
            return self.axes.spread(&g.mul(y.conj()?)?, shape)?.div(x.conj()?);
        }
        let whole = self.axes.axes.len() > 1 || x.ndim() == 1;
        let (lines, axis) = if whole { (x.reshape_to(&[x.numel()])?, 0) } else { (x, self.axes.axes[0]) };
        let before = lines.cumprod_exclusive(axis, false)?;
        let others = before.mul(lines.cumprod_exclusive(axis, true)?)?;
        self.axes.spread(g, shape)?.mul(others.reshape_to(shape)?.conj()?)
    }
}

fn reduce(x: &Tensor, what: What, node: &'static str, axes: Axes, dtype: DType) -> Result<Tensor> {
    if x.dtype().is_stored() && x.dtype().is_integral() && x.dtype() != dtype {
        return reduce(&x.cast(dtype)?, what, node, axes, dtype);
    }
    apply(Reduce { what, node, axes, dtype }, &[x])
}

impl Tensor {
    /// Sum over the given axes.
    pub fn sum_over(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        let axes = Axes { axes: wrap_dims(dims, self.ndim())?, keepdim };
        reduce(self, What::Sum, "SumBackward1", axes, sum_dtype(self.dtype()))
    }
    /// Mean over the given axes.
    pub fn mean_over(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        self.mean_dim(Some(dims), keepdim, None)
    }
    /// Whether an element is zero; on tensors without data, that none is.
    pub fn has_zero(&self) -> Result<bool> {
        if self.device() == crate::base::Device::Meta || self.numel() == 0 {
            return Ok(false);
        }
        let all = self.detach().all()?;
        Ok(all.item()?.is_zero())
    }
}

fn mean_dtype(x: &Tensor, dtype: Option<DType>) -> Result<DType> {
    let (what, d) = match dtype {
        Some(d) => ("Optional", d),
        None => ("Input", x.dtype()),
    };
    ensure!(
        d.is_differentiable(),
        Runtime,
        "mean(): could not infer output dtype. {what} dtype must be either a floating point or complex dtype. Got: {}",
        d.scalar_name()
    );
    Ok(d)
}

fn no_complex(op: &str, x: &Tensor) -> Result<()> {
    ensure!(!x.dtype().is_complex(), Runtime, "{op} on CPU does not support complex inputs");
    Ok(())
}

fn nansum_axes(input: &Tensor, axes: Axes, dtype: Option<DType>) -> Result<Tensor> {
    no_complex("nansum", input)?;
    let dtype = dtype.unwrap_or(sum_dtype(input.dtype()));
    if input.dtype().is_integral() {
        let name =
            if axes.keepdim || axes.axes.len() < input.ndim() { "SumBackward1" } else { "SumBackward0" };
        return reduce(input, What::Sum, name, axes, dtype);
    }
    ensure!(!dtype.is_integral(), Runtime, "nansum(): integral output is not supported for floating inputs");
    reduce(input, What::NanSum, "NansumBackward0", axes, dtype)
}

/// The mean of a whole tensor, of axes where they are given.
fn nanmean_axes(input: &Tensor, axes: Axes, dtype: Option<DType>) -> Result<Tensor> {
    ensure!(
        input.dtype().is_differentiable(),
        Runtime,
        "nanmean(): expected input to have floating point or complex dtype but got {}",
        input.dtype().scalar_name()
    );
    let sum = nansum_axes(input, axes.clone(), dtype)?;
    let present = input.detach().not_nan()?;
    let count = reduce(&present, What::Sum, "SumBackward1", axes, DType::I64)?;
    sum.div(count)
}

impl Tensor {
    /// Sums a gradient down to a shape it was broadcast from.
    pub fn sum_to(&self, shape: &[usize]) -> Result<Tensor> {
        if self.shape() == shape {
            return Ok(self.clone());
        }
        let lead = self.ndim() - shape.len();
        let dims: Ints = (0..self.ndim())
            .filter(|&i| i < lead || shape[i - lead] == 1 && self.shape()[i] != 1)
            .map(|i| i as i64)
            .collect();
        let out = if dims.is_empty() { self.clone() } else { self.sum_over(&dims, true)? };
        out.reshape_to(shape)
    }
}

rows! { SUM:
    /// The sum of all elements.
    ///
    /// Args: dtype: dtype of the result and of the additions (integers and bool: int64).
    /// Shape: 0-d.
    ///
    /// ```text
    /// >>> torch.sum(torch.tensor([[1, 2], [3, 4]]))
    /// tensor(10)
    /// >>> torch.sum(torch.tensor([[1, 2], [3, 4]]), dim=0)
    /// tensor([4, 6])
    /// ```
    [Torch, Method] out Told fn sum(input: &Tensor; dtype: Option<DType> = None) -> Tensor {
        reduce(input, What::Sum, "SumBackward0", Axes::all(input.ndim()), dtype.unwrap_or(sum_dtype(input.dtype())))
    }
    /// The sum over axes (all of them for `None` or `()`).
    [Torch, Method] out Told fn sum_dim = "sum"(input: &Tensor, dim: Option<&[i64]>, keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        let axes = Axes::of(dim, keepdim, input.ndim())?;
        reduce(input, What::Sum, "SumBackward1", axes, dtype.unwrap_or(sum_dtype(input.dtype())))
    }
    /// The sum over axes such that the result broadcasts to `input`: what undoes an `expand`.
    ///
    /// Errors: RuntimeError if `size` does not broadcast to the shape of `input`.
    ///
    /// ```text
    /// >>> torch.ones(3, 2).sum_to_size(1, 2)
    /// tensor([[3., 3.]])
    /// ```
    [Method] fn sum_to_size(input: &Tensor, size: Sizes) -> Tensor {
        let list = |v: &[i64]| v.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let shape: Vec<usize> = size.0.iter().map(|&n| n.max(0) as usize).collect();
        let fits = crate::base::broadcast(&shape, input.shape()).is_ok_and(|s| s.as_slice() == input.shape());
        ensure!(fits && size.0.iter().all(|&n| n >= 0), Runtime, "size {{[{}]}} is not expandable to size {{[{}]}}.",
            list(&size.0), list(&input.shape().iter().map(|&n| n as i64).collect::<Vec<_>>()));
        if shape.is_empty() { return input.sum(None); }
        if shape == input.shape() { return Ok(input.clone()); }
        input.cast(sum_dtype(input.dtype()))?.sum_to(&shape)
    }
    /// The mean of all elements.
    ///
    /// Errors: RuntimeError for integers, unless `dtype` says otherwise.
    ///
    /// ```text
    /// >>> torch.mean(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
    /// tensor([1.5000, 3.5000])
    /// ```
    [Torch, Method] out Told fn mean(input: &Tensor; dtype: Option<DType> = None) -> Tensor {
        let dtype = mean_dtype(input, dtype)?;
        reduce(input, What::Mean, "MeanBackward0", Axes::all(input.ndim()), dtype)
    }
    /// The mean over axes (all of them for `None` or `()`).
    [Torch, Method] out Told fn mean_dim = "mean"(input: &Tensor, dim: Option<&[i64]>, keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        let dtype = mean_dtype(input, dtype)?;
        let axes = Axes::of(dim, keepdim, input.ndim())?;
        reduce(input, What::Mean, "MeanBackward1", axes, dtype)
    }
    /// The sum of all elements, nan counted as zero.
    ///
    /// ```text
    /// >>> torch.nansum(torch.tensor([1.0, float("nan"), 2.0]))
    /// tensor(3.)
    /// ```
    [Torch, Method] out Told fn nansum(input: &Tensor, dim: Option<&[i64]> = None, keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        nansum_axes(input, Axes::of(dim, keepdim, input.ndim())?, dtype)
    }
    /// The mean of the elements that are not nan.
    ///
    /// ```text
    /// >>> torch.nanmean(torch.tensor([1.0, float("nan"), 2.0]))
    /// tensor(1.5000)
    /// ```
    [Torch, Method] out Told fn nanmean(input: &Tensor, dim: Option<&[i64]> = None, keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        nanmean_axes(input, Axes::of(dim, keepdim, input.ndim())?, dtype)
    }
    /// The product of all elements.
    ///
    /// Args: dtype: dtype of the result and of the products (integers and bool: int64).
    ///
    /// ```text
    /// >>> torch.prod(torch.tensor([[1, 2], [3, 4]]), dim=1)
    /// tensor([ 2, 12])
    /// ```
    [Torch, Method] out Told autocast Float32 fn prod(input: &Tensor; dtype: Option<DType> = None) -> Tensor {
        reduce(input, What::Prod, "ProdBackward0", Axes::all(input.ndim()), dtype.unwrap_or(sum_dtype(input.dtype())))
    }
    /// The product over one axis.
    [Torch, Method] out Told autocast Float32 fn prod_dim = "prod"(input: &Tensor, dim: i64, keepdim: bool = false; dtype: Option<DType> = None) -> Tensor {
        let axes = Axes::one(dim, keepdim, input.ndim())?;
        reduce(input, What::Prod, "ProdBackward1", axes, dtype.unwrap_or(sum_dtype(input.dtype())))
    }
}

pub const TABLE: Table = &[SUM];
