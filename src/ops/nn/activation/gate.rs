//! Activations of two operands: a gate and what it lets through, slopes that are learnt or drawn.

use crate::base::{DType, Device};
use crate::error::{Error, Result};
use crate::kernels::cpu::elementwise::block::{NO, point2};
use crate::kernels::cpu::elementwise::staged::{Sigmoid, staged_pair, staged_triple};
use crate::ops::driver::apply::apply;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::kind::binary::{BinaryDef, names};
use crate::ops::elementwise::kind::gpu::wgsl;
use crate::ops::elementwise::kind::grad::slopes;
use crate::ops::elementwise::kind::nary::{Point, PointDef, point, points};
use crate::ops::elementwise::kind::{kernel, result_layout};
use crate::ops::nn::activation::piecewise::{LEAKY_RELU, LEAKY_RELU_, one};
use crate::ops::nn::activation::smooth::bell;
use crate::ops::shape::join::concat;
use crate::ops::table::{Table, To};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads, rows};
use smallvec::smallvec;

points! {
    /// `a sigmoid(b)`, for the halves of a gated linear unit.
    GATED "glu" "GluBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => staged_pair(Sigmoid, |b: T, _| b, |a: T, _b: T, s: T, _| a * s)),
        wgsl "a * sigmoid_f(b)",
        grad None;
    /// The gradient of the second half, where `g` is that of the whole: `g a sigmoid'(b)`.
    GATE_BACKWARD "glu_backward" "GluBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => {
            staged_triple(Sigmoid, |b: T, _| b, |g: T, a: T, _b: T, s: T, _| g * a * ((1.0 - s) * s))
        }),
        wgsl "a * b * (1.0 - sigmoid_f(c)) * sigmoid_f(c)",
        grad None;
    /// Input and slope.
    PRELU "prelu" "PreluKernelBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point2(|x: T, w: T, _| if x > 0.0 { x } else { w * x })),
        wgsl "select(b * a, a, a > 0.0)",
        grad { joint |g, want, a, b| {
            let positive = a.gt(0i64)?;
            Ok([
                want.then(0, || positive.choose(g, g.mul(&b)?))?,
                want.then(1, || positive.choose(0i64, g.mul(&a)?))?,
            ])
        } };
}

/// A gated linear unit over the halves of an axis.
#[derive(Clone, Copy, Debug)]
struct Glu {
    axis: usize,
}

/// Its gradient, from that of the result and the input: both halves are written where they belong.
#[derive(Clone, Copy, Debug)]
struct GluBackward {
    axis: usize,
}

/// The halves of an axis, seen without a graph.
fn halves(x: &Tensor, axis: usize) -> Result<[Tensor; 2]> {
    let n = x.shape()[axis] / 2;
    let half = |i: usize| x.alias(x.layout().slice(axis, i * n, n, 1));
    Ok([half(0)?, half(1)?])
}

/// The halves of an axis, as views.
fn parts(x: &Tensor, axis: usize) -> Result<[Tensor; 2]> {
    let n = x.shape()[axis] / 2;
    Ok([x.narrow_at(axis, 0, n, 1)?, x.narrow_at(axis, n, n, 1)?])
}

/// Runs a row on whatever device the results are.
fn write(def: &'static PointDef, x: &[&Tensor], out: Tensor) -> Result<()> {
    let op = Point { def, numbers: smallvec![None; x.len()], params: NO, grad_name: def.grad_name };
    if let Device::Gpu(_) = out.device() { op.gpu(x, &[out]) } else { op.cpu(x, &[out]) }
}

impl Op for Glu {
    fn name(&self) -> &'static str {
        "glu"
    }
    fn grad_name(&self) -> &'static str {
        "GluBackward0"
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(Glu { axis: self.axis + n })
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let [a, b] = halves(x[0], self.axis)?;
        let (compute, dtype) = GATED.rule.resolve(x[0].dtype());
        GATED.kernel_for(compute)?;
        Ok(smallvec![Meta { layout: result_layout(a.shape(), &[&a, &b]), dtype }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let [a, b] = halves(x[0], self.axis)?;
        write(&GATED, &[&a, &b], out[0].clone())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::INPUT
    }
    fn grad(&self, cx: &Context, g: &Tensor) -> Result<Tensor> {
        apply(GluBackward { axis: self.axis }, &[g, &cx.input(0)?])
    }
}

impl Op for GluBackward {
    fn name(&self) -> &'static str {
        "glu_backward"
    }
    fn grad_name(&self) -> &'static str {
        "GluBackwardBackward0"
    }
    fn batching(&self, _: &[&Tensor], n: usize) -> Batching<Self> {
        Batching::Shifted(GluBackward { axis: self.axis + n })
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta { layout: result_layout(x[1].shape(), &[x[1]]), dtype: x[1].dtype() }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let ([a, b], [to_a, to_b]) = (halves(x[1], self.axis)?, halves(&out[0], self.axis)?);
        write(&GATED, &[x[0], &b], to_a)?;
        write(&GATE_BACKWARD, &[x[0], &a, &b], to_b)
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        self.cpu(x, out)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::INPUTS
    }
    fn backward(&self, cx: &Context, h: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(h) = &h[0] else { return Ok(Grads::new()) };
        let (g, x) = (cx.input(0)?, cx.input(1)?);
        let ([a, b], [ha, hb]) = (parts(&x, self.axis)?, parts(h, self.axis)?);
        let s = b.sigmoid()?;
        let slope = bell(&s)?;
        grads![
            want.then(0, || ha.mul(&s)?.add(hb.mul(&a)?.mul(&slope)?))?,
            want.then(1, || {
                // (1 - 2 s), the slope of the slope
                let bend = s.mul(-2i64)?.add(1i64)?.mul(&slope)?;
                let of_b = ha.mul(&slope)?.add(hb.mul(&a)?.mul(bend)?)?;
                concat(&[g.mul(hb.mul(&slope)?)?, g.mul(of_b)?], self.axis as i64)
            })?
        ]
    }
}

/// `x` times a slope of its own for every element.
static RRELU: BinaryDef = BinaryDef {
    name: "rrelu_with_noise",
    grad_names: names(&["RreluWithNoiseBackward0"]),
    kernel: |dt| (crate::ops::elementwise::arithmetic::MUL.kernel)(dt),
    wgsl: wgsl!("a * b"),
    grad: slopes!({ a |g, b| g.mul(b) }),
    ..BinaryDef::EMPTY
};

/// One above zero; elsewhere a draw between the bounds, in the order of the elements.
fn random_slopes(x: &Tensor, lower: f64, upper: f64) -> Result<Tensor> {
    if let crate::base::Device::Gpu(index) = x.device() {
        use crate::kernels::gpu::random as gpu;
        let slopes = Tensor::empty(x.shape(), x.dtype(), x.device())?;
        let from = crate::base::rng::default_generator_of(index)?.advance(gpu::race(x.numel()))?;
        gpu::slopes(slopes.place()?, x.place()?, x.strides(), lower, upper, from)?;
        return Ok(slopes);
    }
    let values = crate::ops::driver::memory::dense(&x.detach())?.cast(DType::F64)?;
    let slopes = Tensor::empty(x.shape(), DType::F64, x.device())?;
    if x.device() == crate::base::Device::Meta {
        return slopes.cast(x.dtype());
    }
    let mut generator = crate::base::rng::default_generator().lock()?;
    let _guard = crate::storage::Guard::take([values.storage()].into_iter(), [slopes.storage()].into_iter());
    for i in 0..x.numel() {
        // SAFETY: dense float64 tensors of the same size, held here
        #[allow(unsafe_code)]
        unsafe {
            let positive = *values.ptr_of::<f64>().add(i) > 0.0;
            let slope = if positive { 1.0 } else { generator.next_f64() * (upper - lower) + lower };
            *slopes.ptr_of::<f64>().add(i) = slope;
        }
    }
    drop(_guard);
    slopes.cast(x.dtype())
}

fn prelu_of(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    ensure!(
        x.dtype() == weight.dtype(),
        Runtime,
        "prelu: Type promoting not supported. Got {} and {}",
        x.dtype().scalar_name(),
        weight.dtype().scalar_name()
    );
    let n = weight.numel();
    if n != 1 {
        ensure!(x.ndim() > 0, Runtime, "Not allow zero-dim input tensor.");
        let channels = if x.ndim() > 1 { x.shape()[1] } else { 1 };
        ensure!(
            channels == n,
            Runtime,
            "Mismatch of parameter numbers and input channel size. Found parameter numbers = {n} and channel size = {channels}."
        );
    }
    ensure!(
        weight.ndim() <= 1,
        Runtime,
        "prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {}",
        weight.ndim()
    );
    let mut shape = crate::base::Dims::from_elem(1, x.ndim());
    if x.ndim() > 1 {
        shape[1] = n;
    }
    let weight = if weight.ndim() == x.ndim() && x.ndim() == 1 {
        weight.clone()
    } else {
        weight.reshape_to(&shape)?
    };
    point(&PRELU, &[x, &weight], NO)
}

impl To {
    fn rrelu(self, x: &Tensor, lower: f64, upper: f64, training: bool) -> Result<Tensor> {
        ensure!(lower <= upper, Runtime, "Lower bound should be less than or equal to the upper bound");
        if training {
            if !x.dtype().is_float() || x.dtype() == DType::F16 && x.device() == crate::base::Device::Cpu {
                return Err(Error::no_kernel("rrelu_with_noise_out_cpu", x.dtype()));
            }
            return self.binary(&RRELU, x.into(), random_slopes(x, lower, upper)?.into(), None);
        }
        let slope = one((lower + upper) / 2.0);
        match self {
            To::New => self.point_as(&LEAKY_RELU, "RreluWithNoiseBackward0", &[x], slope),
            To::First => self.point_as(&LEAKY_RELU_, "RreluWithNoiseBackward1", &[x], slope),
        }
    }
}

rows! { GATE:
    /// `x` above zero, `weight * x` below; one weight in all or one per channel (axis 1).
    ///
    /// ```text
    /// >>> torch.prelu(torch.tensor([-2.0, 3.0]), torch.tensor([0.5]))
    /// tensor([-1.,  3.])
    /// ```
    [Torch, Method, Nn] autocast Half fn prelu(input: &Tensor, weight: &Tensor) -> Tensor { prelu_of(input, weight) }
    /// `leaky_relu` with the mean of the bounds as slope (in training: random slopes between them).
    ///
    /// ```text
    /// >>> F.rrelu(torch.tensor([-2.0, 3.0]), 0.5, 0.5)
    /// tensor([-1.,  3.])
    /// ```
    [Nn] fn rrelu_nn = "rrelu"
        (input: &Tensor, lower: f64 = 0.125, upper: f64 = 1.0 / 3.0, training: bool = false, inplace: bool = false) -> Tensor {
        To::inplace(inplace).rrelu(input, lower, upper, training)
    }
    /// As `torch.nn.functional.rrelu`.
    ///
    /// ```text
    /// >>> torch.rrelu(torch.tensor([-2.0, 3.0]), 0.5, 0.5)
    /// tensor([-1.,  3.])
    /// ```
    [Torch] fn rrelu(input: &Tensor, lower: f64 = 0.125, upper: f64 = 1.0 / 3.0, training: bool = false) -> Tensor {
        To::New.rrelu(input, lower, upper, training)
    }
    /// `rrelu` in place.
    ///
    /// ```text
    /// >>> torch.rrelu_(torch.tensor([-2.0, 3.0]), 0.5, 0.5)
    /// tensor([-1.,  3.])
    /// ```
    [Torch, Nn] fn rrelu_(input: &Tensor, lower: f64 = 0.125, upper: f64 = 1.0 / 3.0, training: bool = false) -> Tensor {
        To::First.rrelu(input, lower, upper, training)
    }
    /// The first half along an axis times the logistic function of the second.
    ///
    /// **Errors**: RuntimeError if the axis has an odd size.
    ///
    /// ```text
    /// >>> F.glu(torch.tensor([1.0, 2.0, 0.0, 0.0]))
    /// tensor([0.5000, 1.0000])
    /// ```
    [Nn] fn glu(input: &Tensor, dim: i64 = -1) -> Tensor {
        ensure!(input.ndim() > 0, Runtime, "glu does not support 0-dimensional tensors");
        let axis = crate::base::wrap_dim(dim, input.ndim())?;
        let n = input.shape()[axis];
        ensure!(n.is_multiple_of(2), Runtime, "Halving dimension must be even, but dimension {axis} is size {n}");
        apply(Glu { axis }, &[input])
    }
}

pub const TABLE: Table = &[GATE];
