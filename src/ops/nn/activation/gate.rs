//! The rows of the activations: `torch.nn.functional` with `inplace`, and the few that `torch` itself has.

use crate::base::DType;
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::Params;
use crate::ops::driver::apply::apply;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::elementwise::kind::binary::{BinaryDef, binary_in_place, run_binary};
use crate::ops::elementwise::kind::nary::{
    NO, PointDef, point, point_in_place, point_val, point_val_in_place,
};
use crate::ops::elementwise::kind::unary::{Unary, UnaryDef};
use crate::ops::nn::activation::piecewise::{
    HARDSHRINK, HARDSIGMOID, HARDSWISH, HARDTANH, LEAKY_RELU, LEAKY_RELU_, PRELU, SOFTSHRINK, THRESHOLD, one,
    relu,
};
use crate::ops::nn::activation::smooth::{
    ELU, ELU_, GATED, GELU, GELU_TANH, LOGSIGMOID, MISH, SILU, SOFTPLUS, elu_params,
};
use crate::ops::table::{Table, Val};
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

/// Runs a row of one tensor, in place or not; in place the answer is the input itself.
fn run(def: &'static UnaryDef, x: &Tensor, inplace: bool) -> Result<Tensor> {
    if !inplace {
        return apply(Unary(def), &[x]);
    }
    apply_in_place(Unary(def), &[x])?;
    Ok(x.clone())
}

/// As [`run`], for rows with parameters.
fn act(def: &'static PointDef, x: &Tensor, params: Params, inplace: bool) -> Result<Tensor> {
    if !inplace {
        return point(def, &[x], params);
    }
    point_in_place(def, &[x], params)?;
    Ok(x.clone())
}

/// As [`act`], under the name of another node.
fn named(
    def: &'static PointDef,
    node: &'static str,
    x: &Tensor,
    params: Params,
    inplace: bool,
) -> Result<Tensor> {
    if !inplace {
        return point_val(def, node, &[Val::T(x.clone())], params);
    }
    point_val_in_place(def, node, &[Val::T(x.clone())], params)?;
    Ok(x.clone())
}

const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

fn selu_of(x: &Tensor, inplace: bool) -> Result<Tensor> {
    let def = if inplace { &ELU_ } else { &ELU };
    named(
        def,
        if inplace { "EluBackward1" } else { "EluBackward0" },
        x,
        elu_params(SELU_ALPHA, SELU_SCALE, 1.0),
        inplace,
    )
}

fn celu_of(x: &Tensor, alpha: f64, inplace: bool) -> Result<Tensor> {
    ensure!(alpha != 0.0, Runtime, "ZeroDivisionError: alpha cannot be 0 for CELU");
    let (def, node) = if inplace { (&ELU_, "CeluBackward1") } else { (&ELU, "CeluBackward0") };
    named(def, node, x, elu_params(alpha, 1.0, 1.0 / alpha), inplace)
}

fn elu_of(x: &Tensor, alpha: f64, inplace: bool) -> Result<Tensor> {
    // with a factor below zero the sign of the result says nothing about the input
    if inplace && alpha >= 0.0 {
        return act(&ELU_, x, elu_params(alpha, 1.0, 1.0), true);
    }
    act(&ELU, x, elu_params(alpha, 1.0, 1.0), inplace)
}

fn leaky_of(x: &Tensor, slope: f64, inplace: bool) -> Result<Tensor> {
    let def = if inplace && slope >= 0.0 { &LEAKY_RELU_ } else { &LEAKY_RELU };
    act(def, x, one(slope), inplace)
}

fn hardtanh_of(x: &Tensor, lo: f64, hi: f64, inplace: bool) -> Result<Tensor> {
    ensure!(x.dtype() != DType::Bool, Runtime, "Bool inputs not supported for hardtanh");
    ensure!(lo <= hi, Value, "min_val cannot be greater than max_val");
    ensure!(
        x.dtype().is_signed() || lo >= 0.0 || hi < 0.0,
        Runtime,
        "cannot do hardtanh on an unsigned type with negative limits"
    );
    act(&HARDTANH, x, [lo, hi, 0.0, 0.0], inplace)
}

fn threshold_of(x: &Tensor, threshold: f64, value: f64, inplace: bool) -> Result<Tensor> {
    act(&THRESHOLD, x, [threshold, value, 0.0, 0.0], inplace)
}

fn rrelu_of(x: &Tensor, lower: f64, upper: f64, training: bool, inplace: bool) -> Result<Tensor> {
    ensure!(lower <= upper, Runtime, "Lower bound should be less than or equal to the upper bound");
    if training {
        let slopes = random_slopes(x, lower, upper)?;
        if !inplace {
            return run_binary(&RRELU, x.into(), slopes.into(), None);
        }
        binary_in_place(&RRELU, x, slopes.into(), None)?;
        return Ok(x.clone());
    }
    let slope = one((lower + upper) / 2.0);
    let (def, node) = if inplace {
        (&LEAKY_RELU_, "RreluWithNoiseBackward1")
    } else {
        (&LEAKY_RELU, "RreluWithNoiseBackward0")
    };
    named(def, node, x, slope, inplace)
}

/// `x` times a slope of its own for every element.
static RRELU: BinaryDef = BinaryDef {
    name: "rrelu_with_noise",
    grad_names: ["RreluWithNoiseBackward0"; 3],
    kernel: |dt| (crate::ops::elementwise::arithmetic::MUL.kernel)(dt),
    saves: [crate::ops::elementwise::kind::binary::B, 0],
    grad: |s, g, want| Ok([want.then(0, || g.mul(s.b()?))?, None]),
    ..BinaryDef::EMPTY
};

/// One above zero; elsewhere a draw between the bounds, in the order of the elements.
fn random_slopes(x: &Tensor, lower: f64, upper: f64) -> Result<Tensor> {
    let values = crate::ops::driver::memory::dense(&x.detach())?.cast(DType::F64)?;
    let slopes = Tensor::empty(x.shape(), DType::F64, x.device())?;
    if x.device() == crate::base::Device::Meta {
        return slopes.cast(x.dtype());
    }
    let mut generator = crate::base::rng::default_generator().lock();
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

fn gelu_of(x: &Tensor, approximate: &str) -> Result<Tensor> {
    match approximate {
        "none" => run(&GELU, x, false),
        "tanh" => run(&GELU_TANH, x, false),
        _ => bail!(Runtime, "approximate argument must be either none or tanh."),
    }
}

fn hardshrink_of(x: &Tensor, lambd: f64) -> Result<Tensor> {
    act(&HARDSHRINK, x, one(lambd), false)
}

rows! { GATE:
    /// The larger of zero and each element.
    [Nn] fn relu_nn = "relu"(input: &Tensor, inplace: bool = false) -> Tensor { run(&relu::DEF, input, inplace) }
    /// `relu` in place.
    [Nn] fn relu_nn_ = "relu_"(input: &Tensor) -> Tensor { run(&relu::DEF, input, true) }
    /// Clamped to [0, 6].
    [Nn] fn relu6(input: &Tensor, inplace: bool = false) -> Tensor { hardtanh_of(input, 0.0, 6.0, inplace) }
    /// `x` times the normal distribution function of `x`.
    ///
    /// Args: approximate: "none", or "tanh" for the approximation by a hyperbolic tangent.
    /// **Errors**: RuntimeError for integers and for another `approximate`.
    [Nn] fn gelu(input: &Tensor, approximate: &str = "none") -> Tensor { gelu_of(input, approximate) }
    /// `x sigmoid(x)`, also known as swish.
    [Nn] fn silu(input: &Tensor, inplace: bool = false) -> Tensor { run(&SILU, input, inplace) }
    /// `x tanh(softplus(x))`.
    [Nn] fn mish(input: &Tensor, inplace: bool = false) -> Tensor { act(&MISH, input, NO, inplace) }
    /// The logistic function.
    [Nn] fn sigmoid_nn = "sigmoid"(input: &Tensor) -> Tensor { input.sigmoid() }
    /// The hyperbolic tangent.
    [Nn] fn tanh_nn = "tanh"(input: &Tensor) -> Tensor { input.tanh() }
    /// The logarithm of the logistic function.
    [Nn] fn logsigmoid(input: &Tensor) -> Tensor { act(&LOGSIGMOID, input, NO, false) }
    /// `x` above zero, `negative_slope * x` below.
    [Nn] fn leaky_relu(input: &Tensor, negative_slope: f64 = 0.01, inplace: bool = false) -> Tensor { leaky_of(input, negative_slope, inplace) }
    /// `leaky_relu` in place.
    [Nn] fn leaky_relu_(input: &Tensor, negative_slope: f64 = 0.01) -> Tensor { leaky_of(input, negative_slope, true) }
    /// `x` above zero, `alpha * (e^x - 1)` below.
    [Nn] fn elu(input: &Tensor, alpha: f64 = 1.0, inplace: bool = false) -> Tensor { elu_of(input, alpha, inplace) }
    /// `elu` in place.
    [Nn] fn elu_(input: &Tensor, alpha: f64 = 1.0) -> Tensor { elu_of(input, alpha, true) }
    /// `x` above zero, `alpha * (e^(x / alpha) - 1)` below.
    [Nn] fn celu_nn = "celu"(input: &Tensor, alpha: f64 = 1.0, inplace: bool = false) -> Tensor { celu_of(input, alpha, inplace) }
    /// `celu` in place.
    [Nn] fn celu_nn_ = "celu_"(input: &Tensor, alpha: f64 = 1.0) -> Tensor { celu_of(input, alpha, true) }
    /// `x` above zero, `alpha * (e^(x / alpha) - 1)` below.
    [Torch] fn celu(input: &Tensor, alpha: f64 = 1.0) -> Tensor { celu_of(input, alpha, false) }
    /// `celu` in place.
    [Torch] fn celu_(input: &Tensor, alpha: f64 = 1.0) -> Tensor { celu_of(input, alpha, true) }
    /// The self-normalising `elu`.
    [Nn] fn selu_nn = "selu"(input: &Tensor, inplace: bool = false) -> Tensor { selu_of(input, inplace) }
    /// `selu` in place.
    [Nn] fn selu_nn_ = "selu_"(input: &Tensor) -> Tensor { selu_of(input, true) }
    /// The self-normalising `elu`.
    [Torch] fn selu(input: &Tensor) -> Tensor { selu_of(input, false) }
    /// `selu` in place.
    [Torch] fn selu_(input: &Tensor) -> Tensor { selu_of(input, true) }
    /// `ln(1 + e^(beta x)) / beta`, the identity where `beta x > threshold`.
    [Nn] fn softplus(input: &Tensor, beta: f64 = 1.0, threshold: f64 = 20.0) -> Tensor { act(&SOFTPLUS, input, [beta, threshold, 0.0, 0.0], false) }
    /// `x / (1 + |x|)`.
    [Nn] fn softsign(input: &Tensor) -> Tensor { input.div(input.abs()?.add(1i64)?) }
    /// `x - tanh(x)`.
    [Nn] fn tanhshrink(input: &Tensor) -> Tensor { input.sub(input.tanh()?) }
    /// Clamped to `[min_val, max_val]`.
    [Nn] fn hardtanh(input: &Tensor, min_val: f64 = -1.0, max_val: f64 = 1.0, inplace: bool = false) -> Tensor { hardtanh_of(input, min_val, max_val, inplace) }
    /// `hardtanh` in place.
    [Nn] fn hardtanh_(input: &Tensor, min_val: f64 = -1.0, max_val: f64 = 1.0) -> Tensor { hardtanh_of(input, min_val, max_val, true) }
    /// `relu6(x + 3) / 6`.
    [Nn] fn hardsigmoid(input: &Tensor, inplace: bool = false) -> Tensor { act(&HARDSIGMOID, input, NO, inplace) }
    /// `x relu6(x + 3) / 6`.
    [Nn] fn hardswish(input: &Tensor, inplace: bool = false) -> Tensor { act(&HARDSWISH, input, NO, inplace) }
    /// Zero where `|x| <= lambd`.
    [Nn] fn hardshrink_nn = "hardshrink"(input: &Tensor, lambd: f64 = 0.5) -> Tensor { hardshrink_of(input, lambd) }
    /// Zero where `|x| <= lambd`.
    [Torch, Method] fn hardshrink(input: &Tensor, lambd: f64 = 0.5) -> Tensor { hardshrink_of(input, lambd) }
    /// Brought towards zero by `lambd`.
    ///
    /// **Errors**: RuntimeError for a negative `lambd`.
    [Nn] fn softshrink(input: &Tensor, lambd: f64 = 0.5) -> Tensor {
        ensure!(lambd >= 0.0, Runtime, "lambda must be greater or equal to 0, but found to be {lambd}.");
        act(&SOFTSHRINK, input, one(lambd), false)
    }
    /// `x` above zero, `weight * x` below; one weight in all or one per channel (axis 1).
    [Nn] fn prelu_nn = "prelu"(input: &Tensor, weight: &Tensor) -> Tensor { prelu_of(input, weight) }
    /// `x` above zero, `weight * x` below; one weight in all or one per channel (axis 1).
    [Torch, Method] fn prelu(input: &Tensor, weight: &Tensor) -> Tensor { prelu_of(input, weight) }
    /// `leaky_relu` with the mean of the bounds as slope (in training: random slopes between them).
    [Nn] fn rrelu_nn = "rrelu"(input: &Tensor, lower: f64 = 0.125, upper: f64 = 1.0 / 3.0, training: bool = false, inplace: bool = false) -> Tensor {
        rrelu_of(input, lower, upper, training, inplace)
    }
    /// As `torch.nn.functional.rrelu`.
    [Torch] fn rrelu(input: &Tensor, lower: f64 = 0.125, upper: f64 = 1.0 / 3.0, training: bool = false) -> Tensor {
        rrelu_of(input, lower, upper, training, false)
    }
    /// `x` above the threshold, `value` at it and below.
    [Nn] fn threshold_nn = "threshold"(input: &Tensor, threshold: f64, value: f64, inplace: bool = false) -> Tensor { threshold_of(input, threshold, value, inplace) }
    /// `rrelu` in place.
    [Nn] fn rrelu_nn_ = "rrelu_"(input: &Tensor, lower: f64 = 0.125, upper: f64 = 1.0 / 3.0, training: bool = false) -> Tensor {
        rrelu_of(input, lower, upper, training, true)
    }
    /// As `torch.nn.functional.rrelu_`.
    [Torch] fn rrelu_(input: &Tensor, lower: f64 = 0.125, upper: f64 = 1.0 / 3.0, training: bool = false) -> Tensor {
        rrelu_of(input, lower, upper, training, true)
    }
    /// `threshold` in place.
    [Nn] fn threshold_nn_ = "threshold_"(input: &Tensor, threshold: f64, value: f64) -> Tensor { threshold_of(input, threshold, value, true) }
    /// `x` above the threshold, `value` at it and below.
    [Torch] fn threshold_torch = "threshold"(input: &Tensor, threshold: f64, value: f64) -> Tensor { threshold_of(input, threshold, value, false) }
    /// `threshold` in place.
    [Torch] fn threshold_torch_ = "threshold_"(input: &Tensor, threshold: f64, value: f64) -> Tensor { threshold_of(input, threshold, value, true) }
    /// The first half along an axis times the logistic function of the second.
    ///
    /// **Errors**: RuntimeError if the axis has an odd size.
    [Nn] fn glu(input: &Tensor, dim: i64 = -1) -> Tensor {
        ensure!(input.ndim() > 0, Runtime, "glu does not support 0-dimensional tensors");
        let axis = crate::base::wrap_dim(dim, input.ndim())?;
        let n = input.shape()[axis];
        ensure!(n.is_multiple_of(2), Runtime, "Halving dimension must be even, but dimension {axis} is size {n}");
        let part = |i: usize| input.narrow_at(axis, i * n / 2, n / 2, 1);
        point(&GATED, &[&part(0)?, &part(1)?], NO)
    }
}

pub const TABLE: Table = &[GATE];
