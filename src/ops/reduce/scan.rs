//! Running reductions along one axis.

use crate::base::{DType, Layout, Scalar, wrap_dim};
use crate::error::{Error, Result};
use crate::kernels::cpu::reduce as kernel;
use crate::kernels::cpu::reduce::recur::{Lines, recur};
use crate::kernels::gpu::reduce::scan as gpu;
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::memory::{dense_cast_held, dense_held, fill_held, write_held, zeros_of};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::reduce::axes::sum_dtype;
use crate::ops::table::{Fields, Named, Table};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// A dense tensor as lines along an axis.
fn lines(shape: &[usize], axis: usize, reverse: bool) -> Lines {
    let (outer, n, inner) = match shape {
        [] => (1, 1, 1),
        s => (s[..axis].iter().product(), s[axis], s[axis + 1..].iter().product()),
    };
    Lines { outer, n, inner, reverse }
}

/// Running sum or product.
#[derive(Debug)]
struct Running {
    axis: usize,
    product: bool,
    reverse: bool,
    dtype: DType,
}

impl Running {
    #[allow(unsafe_code)]
    fn run(&self, x: &Tensor, out: &Tensor) -> Result<()> {
        if self.reverse {
            let x = dense_held(x)?;
            let l = lines(x.shape(), self.axis, true);
            // SAFETY: both are dense and of one shape, the storage of `x` is held, `out` is its own
            with_dtype!(self.name(), x.dtype(), any, T => unsafe {
                let (src, null) = (x.ptr_of::<T>() as *const T, std::ptr::null());
                let (b, c) = if self.product { (null, src) } else { (src, null) };
                recur::<T>(l, false, b, c, out.ptr_of());
            });
            return Ok(());
        }
        // lines that lie together are short: the kernel takes many at a time where they are dense
        let together: usize = x.shape().iter().skip(self.axis).product();
        let x = &if together <= kernel::TOGETHER { dense_held(x)? } else { x.clone() };
        let (shape, strides) = (x.shape(), x.strides());
        // SAFETY: the layout of `x` lies in its storage, which is held; `out` is dense and of its shape
        with_dtype!(self.name(), x.dtype(), any, T => unsafe {
            if self.product {
                kernel::cumprod::<T>(shape, strides, self.axis, x.ptr_of(), out.ptr_of());
            } else {
                kernel::cumsum::<T>(shape, strides, self.axis, x.ptr_of(), out.ptr_of());
            }
        });
        Ok(())
    }
}

impl Op for Running {
    fn name(&self) -> &'static str {
        if self.product { "cumprod" } else { "cumsum" }
    }
    fn grad_name(&self) -> &'static str {
        if self.product { "CumprodBackward0" } else { "CumsumBackward0" }
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        if x[0].ndim() == 0 {
            Batching::Loop
        } else {
            Batching::Shifted(Running { axis: self.axis + n, ..*self })
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        if self.dtype == DType::Bool {
            return Err(Error::no_kernel(
                if self.product { "cumprod_out_cpu" } else { "cumsum_out_cpu" },
                self.dtype,
            ));
        }
        Ok(smallvec![Meta::new(x[0].shape(), self.dtype)])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, out) = (x[0], &out[0]);
        if x.shape().get(self.axis).is_none_or(|&n| n == 1) {
            // one element of each line is what runs
            let x = if x.dtype() == self.dtype { x.clone() } else { dense_cast_held(x, self.dtype)? };
            write_held(out, &x);
            return Ok(());
        }
        if sum_dtype(x.dtype()) == self.dtype {
            return self.run(x, out);
        }
        let x = dense_cast_held(x, self.dtype)?;
        if sum_dtype(x.dtype()) == self.dtype {
            return self.run(&x, out);
        }
        let wide = Tensor::empty(x.shape(), sum_dtype(x.dtype()), x.device())?;
        self.run(&x, &wide)?;
        write_held(out, &wide);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, out) = (x[0].place()?, out[0].place()?);
        gpu::running(self.name(), self.product, x, self.axis, self.reverse, self.dtype, out)
    }
    fn saves(&self, _: Want) -> Saves {
        if self.product { Saves::ALL } else { Saves::NOTHING }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None] };
        let (axis, reverse) = (self.axis, !self.reverse);
        if !self.product {
            return grads![Some(apply(Running { axis, product: false, reverse, dtype: self.dtype }, &[g])?)];
        }
        // what later results pass back, times the product before
        let x = cx.input(0)?.cast(self.dtype)?.conj()?;
        let before = shift(&cx.output(0)?, axis, self.reverse, Scalar::Int(1))?;
        grads![Some(linear(g, &x, axis, reverse, true)?.mul(before.conj()?)?)]
    }
}

/// `s_i = b_i + c_i s_(i-1)` along an axis (see the kernel for `reverse` and `lag`): closed under differentiation.
#[derive(Debug)]
struct Linear {
    axis: usize,
    reverse: bool,
    lag: bool,
}

fn linear(b: &Tensor, c: &Tensor, axis: usize, reverse: bool, lag: bool) -> Result<Tensor> {
    apply(Linear { axis, reverse, lag }, &[b, c])
}

impl Op for Linear {
    fn name(&self) -> &'static str {
        "linear_recurrence"
    }
    fn grad_name(&self) -> &'static str {
        "LinearRecurrenceBackward0"
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        if x[0].ndim() == 0 {
            Batching::Loop
        } else {
            Batching::Shifted(Linear { axis: self.axis + n, ..*self })
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[0].shape(), crate::base::promote::promote(x[0].dtype(), x[1].dtype()))])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let dtype = out[0].dtype();
        let (b, c) = (dense_cast_held(x[0], dtype)?, dense_cast_held(x[1], dtype)?);
        let l = lines(b.shape(), self.axis, self.reverse);
        with_dtype!(self.name(), dtype, floatc, T => {
            // SAFETY: all are dense and of one shape
            unsafe { recur::<T>(l, self.lag, b.ptr_of(), c.ptr_of(), out[0].ptr_of()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (b, c, out) = (x[0].place()?, x[1].place()?, out[0].place()?);
        gpu::linear(self.name(), b, c, self.axis, self.reverse, self.lag, out)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::ALL
    }
    fn backward(&self, cx: &Context, h: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(h) = &h[0] else { return grads![None, None] };
        let (c, s) = (cx.input(1)?, cx.output(0)?);
        let t = linear(h, &c.conj()?, self.axis, !self.reverse, !self.lag)?;
        let for_c = want.then(1, || {
            let zero = Scalar::Int(0);
            if self.lag {
                shift(&t, self.axis, !self.reverse, zero)?.mul(s.conj()?)
            } else {
                t.mul(shift(&s, self.axis, self.reverse, zero)?.conj()?)
            }
        })?;
        grads![want.has(0).then_some(t), for_c]
    }
}

/// The elements moved one place along an axis (backwards with `reverse`), a number at the free end.
#[derive(Debug)]
struct Shift {
    axis: usize,
    reverse: bool,
    fill: Scalar,
}

fn shift(x: &Tensor, axis: usize, reverse: bool, fill: Scalar) -> Result<Tensor> {
    apply(Shift { axis, reverse, fill }, &[x])
}

impl Op for Shift {
    fn name(&self) -> &'static str {
        "shift"
    }
    fn grad_name(&self) -> &'static str {
        "ShiftBackward0"
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        if x[0].ndim() == 0 {
            Batching::Loop
        } else {
            Batching::Shifted(Shift { axis: self.axis + n, ..*self })
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, out) = (x[0], &out[0]);
        let n = x.shape().get(self.axis).copied().unwrap_or(1);
        if n <= 1 {
            fill_held(out, self.fill);
            return Ok(());
        }
        let part = |l: &Layout, start: usize, length: usize| l.slice(self.axis, start, length, 1);
        let (from, to, end) = if self.reverse { (1, 0, n - 1) } else { (0, 1, 0) };
        write_held(&out.alias(part(out.layout(), to, n - 1))?, &x.alias(part(x.layout(), from, n - 1))?);
        fill_held(&out.alias(part(out.layout(), end, 1))?, self.fill);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn grad(&self, _: &Context, g: &Tensor) -> Result<Tensor> {
        shift(g, self.axis, !self.reverse, Scalar::Int(0))
    }
}

impl Tensor {
    /// The product of all elements before (after, with `reverse`) each element.
    pub fn cumprod_exclusive(&self, axis: usize, reverse: bool) -> Result<Tensor> {
        let y = apply(Running { axis, product: true, reverse, dtype: self.dtype() }, &[self])?;
        shift(&y, axis, reverse, Scalar::Int(1))
    }
}

fn running(input: &Tensor, dim: i64, dtype: Option<DType>, product: bool) -> Result<Tensor> {
    let axis = wrap_dim(dim, input.ndim())?;
    let dtype = dtype.unwrap_or(sum_dtype(input.dtype()));
    if input.dtype().is_stored() && input.dtype() != dtype && input.dtype().is_integral() {
        return running(&input.cast(dtype)?, dim, Some(dtype), product);
    }
    apply(Running { axis, product, reverse: false, dtype }, &[input])
}

fn running_in_place(input: &Tensor, dim: i64, dtype: Option<DType>, product: bool) -> Result<()> {
    let axis = wrap_dim(dim, input.ndim())?;
    ensure!(
        dtype.is_none_or(|d| d == input.dtype()),
        Runtime,
        "provided dtype must match the dtype of self tensor in {}. Got {} and {}.",
        if product { "cumprod" } else { "cumsum" },
        input.dtype().scalar_name(),
        dtype.map_or("", DType::scalar_name)
    );
    apply_in_place(Running { axis, product, reverse: false, dtype: input.dtype() }, &[input])
}

/// Running maximum or minimum with positions.
#[derive(Debug)]
struct RunningExtreme {
    axis: usize,
    max: bool,
}

impl Op for RunningExtreme {
    const PICKS: bool = true;
    fn name(&self) -> &'static str {
        if self.max { "cummax" } else { "cummin" }
    }
    fn grad_name(&self) -> &'static str {
        if self.max { "CummaxBackward0" } else { "CumminBackward0" }
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        if x[0].ndim() == 0 {
            Batching::Loop
        } else {
            Batching::Shifted(RunningExtreme { axis: self.axis + n, ..*self })
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        if x[0].dtype().is_complex() {
            return Err(Error::no_kernel(if self.max { "cummax_cpu" } else { "cummin_cpu" }, x[0].dtype()));
        }
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype()), Meta::new(x[0].shape(), DType::I64)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let x = x[0];
        if x.shape().get(self.axis).is_none_or(|&n| n == 1) {
            write_held(&out[0], x);
            fill_held(&out[1], Scalar::Int(0));
            return Ok(());
        }
        with_dtype!(self.name(), x.dtype(), real, T => {
            // SAFETY: the layout of `x` lies in its storage, which is held; the results are dense and of its shape
            unsafe {
                kernel::cum_extreme::<T>(x.shape(), x.strides(), self.axis, x.ptr_of(), self.max, out[0].ptr_of(), out[1].ptr_of())
            };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (values, at) = (out[0].place()?, out[1].place()?);
        gpu::extreme(self.name(), self.max, x[0].place()?, self.axis, values, at)
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let zero = zeros_of(cx.shape(0), g)?;
        zero.scatter_add(self.axis as i64, &cx.output(1)?.detach(), g)
    }
}

fn running_extreme(input: &Tensor, dim: i64, max: bool, fields: &'static Fields) -> Result<Named> {
    let axis = wrap_dim(dim, input.ndim())?;
    Ok(Named(fields, apply_multi(RunningExtreme { axis, max }, &[input])?.into_iter().collect()))
}

static CUMMAX: Fields = Fields { name: "cummax", fields: &["values", "indices"] };
static CUMMIN: Fields = Fields { name: "cummin", fields: &["values", "indices"] };

/// Logarithm of the running sum of exponentials.
#[derive(Debug)]
struct LogCumsumExp(usize);

impl Op for LogCumsumExp {
    fn name(&self) -> &'static str {
        "logcumsumexp"
    }
    fn grad_name(&self) -> &'static str {
        "LogcumsumexpBackward0"
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        if x[0].ndim() == 0 { Batching::Loop } else { Batching::Shifted(LogCumsumExp(self.0 + n)) }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        if x[0].dtype().is_integral() {
            return Err(Error::no_kernel("logcumsumexp_out_cpu", x[0].dtype()));
        }
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, out) = (x[0], &out[0]);
        if x.dtype().is_complex() {
            let x = dense_cast_held(x, DType::C128)?;
            let wide = Tensor::empty(x.shape(), DType::C128, x.device())?;
            // SAFETY: both are dense and of one shape
            unsafe {
                crate::kernels::cpu::reduce::recur::logcumsumexp_complex(
                    lines(x.shape(), self.0, false),
                    x.ptr_of(),
                    wide.ptr_of(),
                )
            };
            write_held(out, &wide);
            return Ok(());
        }
        with_dtype!(self.name(), x.dtype(), float, T => {
            // SAFETY: the layout of `x` lies in its storage, which is held; the result is dense and of its shape
            unsafe { kernel::logcumsumexp::<T>(x.shape(), x.strides(), self.0, x.ptr_of(), out.ptr_of()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        gpu::logcumsumexp(self.name(), x[0].place()?, self.0, out[0].place()?)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::ALL
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        let (x, y) = (cx.input(0)?, cx.output(0)?);
        // a_i = g_i + e^(y_i - y_(i+1)) a_(i+1); results only grow, so the factors are at most 1
        let before = shift(&y, self.0, false, Scalar::Float(f64::NEG_INFINITY))?;
        let factors = before.sub(&y)?.exp()?.conj()?;
        let a = linear(g, &factors, self.0, true, true)?;
        a.mul(x.sub(&y)?.exp()?.conj()?)
    }
}

rows! { SCAN:
    /// Sums of the elements up to and including each one along an axis.
    ///
    /// Args: dtype: dtype of the result and of the additions (integers and bool: int64).
    /// Shape: as `input`.
    ///
    /// ```text
    /// >>> torch.cumsum(torch.tensor([1, 2, 3]), 0)
    /// tensor([1, 3, 6])
    /// ```
    [Torch, Method] out Told autocast GpuFloat32 fn cumsum(input: &Tensor, dim: i64; dtype: Option<DType> = None) -> Tensor { running(input, dim, dtype, false) }
    /// `cumsum` in place.
    ///
    /// ```text
    /// >>> torch.tensor([1, 2, 3]).cumsum_(0)
    /// tensor([1, 3, 6])
    /// ```
    [InPlace] fn cumsum_in_place = "cumsum_"(input: &Tensor, dim: i64; dtype: Option<DType> = None) -> () { running_in_place(input, dim, dtype, false) }
    /// Products of the elements up to and including each one along an axis.
    ///
    /// Args: dtype: dtype of the result and of the products (integers and bool: int64).
    /// Shape: as `input`.
    ///
    /// ```text
    /// >>> torch.cumprod(torch.tensor([1, 2, 3]), 0)
    /// tensor([1, 2, 6])
    /// ```
    [Torch, Method] out Told autocast GpuFloat32 fn cumprod(input: &Tensor, dim: i64; dtype: Option<DType> = None) -> Tensor { running(input, dim, dtype, true) }
    /// `cumprod` in place.
    ///
    /// ```text
    /// >>> torch.tensor([1, 2, 3]).cumprod_(0)
    /// tensor([1, 2, 6])
    /// ```
    [InPlace] fn cumprod_in_place = "cumprod_"(input: &Tensor, dim: i64; dtype: Option<DType> = None) -> () { running_in_place(input, dim, dtype, true) }
    /// Greatest elements so far along an axis, and their (last) positions.
    ///
    /// ```text
    /// >>> torch.cummax(torch.tensor([1, 3, 2]), 0).values
    /// tensor([1, 3, 3])
    /// ```
    [Torch, Method] fn cummax(input: &Tensor, dim: i64) -> Named { running_extreme(input, dim, true, &CUMMAX) }
    /// Least elements so far along an axis, and their (last) positions.
    ///
    /// ```text
    /// >>> torch.cummin(torch.tensor([3, 1, 2]), 0).values
    /// tensor([3, 1, 1])
    /// ```
    [Torch, Method] fn cummin(input: &Tensor, dim: i64) -> Named { running_extreme(input, dim, false, &CUMMIN) }
    /// `log(sum(e^x))` over the elements up to and including each one along an axis.
    ///
    /// ```text
    /// >>> torch.logcumsumexp(torch.tensor([0.0, 0.0, 0.0]), 0)
    /// tensor([0.0000, 0.6931, 1.0986])
    /// ```
    [Torch, Method] fn logcumsumexp(input: &Tensor, dim: i64) -> Tensor {
        apply(LogCumsumExp(wrap_dim(dim, input.ndim())?), &[input])
    }
}

pub const TABLE: Table = &[SCAN];
