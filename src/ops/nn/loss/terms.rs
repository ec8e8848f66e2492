//! Losses that compare two tensors element by element and then sum or average: one op, one pass over memory, no
//! tensor of terms. Rows are in `regression.rs`.

use crate::base::promote::Promotion;
use crate::base::{DType, Dims, Scalar, broadcast, numel};
use crate::ensure;
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{NO, Params, PointFn, point2, point3};
use crate::kernels::cpu::elementwise::staged::{
    Exp, ExpThenLog1p, Log, Log1pExp, Sigmoid, staged_of_last, staged_of_pair, staged_pair, staged_triple,
    staged_two,
};
use crate::kernels::cpu::nn::loss::terms::sum_terms;
use crate::kernels::gpu::nn::loss::terms::{self as gpu, Term, term};
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{dense_cast_held, fill_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::kind::nary::{PointDef, point, points};
use crate::ops::elementwise::kind::{Takes, half_up, kernel};
use crate::ops::nn::loss::Reduction;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use smallvec::{SmallVec, smallvec};

/// What a loss does with operands of different dtypes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mixed {
    Promote,
    /// The result has the input's dtype.
    Input,
    Refuse,
}

/// Operands are the target, (further tensors,) the input: the order of the kernels.
pub struct LossDef {
    pub name: &'static str,
    pub grad_name: &'static str,
    pub kernel: fn(DType) -> Option<PointFn>,
    /// The same for graphics cards, over `t`, `x` and numbers `p0`...
    pub term: Term,
    /// Gradient of the input from `(g, target, input)`, times `q[3]`.
    pub backward: &'static PointDef,
    /// How the result's dtype follows.
    pub dtype: Mixed,
    /// Gradient of the target for a gradient of every term; the negative of the input's where there is none.
    pub target: Option<fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor>>,
}

impl LossDef {
    /// The kernel for a compute dtype, or the error that says what would work.
    fn kernel_for(&self, dtype: DType) -> Result<PointFn> {
        (self.kernel)(dtype)
            .ok_or_else(|| Takes::PLAIN.refuse(self.name, dtype, |d| (self.kernel)(d).is_some()))
    }
}

impl std::fmt::Debug for LossDef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

#[derive(Debug)]
struct Loss {
    def: &'static LossDef,
    reduction: Reduction,
    params: Params,
    weighted: bool,
}

/// Where the input and the target are among the operands `input, target, (weight)`.
const INPUT: usize = 0;
const TARGET: usize = 1;

impl Loss {
    /// The sum or mean of the terms of each of `count` pieces of the operands, in order.
    #[allow(unsafe_code)]
    fn totals(&self, x: &[&Tensor], dtype: DType, count: usize, each: &mut dyn FnMut(f64)) -> Result<()> {
        let compute = half_up(dtype);
        let kernel = self.def.kernel_for(compute)?;
        let n = x[INPUT].numel().checked_div(count).unwrap_or(0);
        let dense =
            x.iter().map(|t| dense_cast_held(t, compute)).collect::<Result<SmallVec<[Tensor; 4]>>>()?;
        for piece in 0..count {
            let start = |t: &Tensor| t.ptr().wrapping_add(piece * n * compute.size());
            // the expressions take the target first
            let mut pointers: SmallVec<[*mut u8; 4]> = dense.iter().map(start).collect();
            pointers.swap(INPUT, TARGET);
            // SAFETY: dense tensors of one shape and the compute dtype, held by the driver, of `count` pieces of `n` elements
            let sum = unsafe { sum_terms(kernel, &pointers, self.weighted, compute, n, &self.params) };
            each(if self.reduction == Reduction::Mean { sum / n as f64 } else { sum });
        }
        Ok(())
    }
}

impl Op for Loss {
    fn name(&self) -> &'static str {
        self.def.name
    }
    fn grad_name(&self) -> &'static str {
        self.def.grad_name
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        if self.reduction == Reduction::None { Batching::Aligned } else { Batching::Own }
    }
    /// A sum for each sample, as of one alone.
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let samples = numel(&out[0].shape()[..n]);
        let mut all = crate::base::reserved(samples)?;
        self.totals(&x.iter().collect::<Vec<_>>(), out[0].dtype(), samples, &mut |value| all.push(value))?;
        write_held(&out[0], &Tensor::from_slice(&all, out[0].shape())?);
        Ok(())
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let common = x[..2].iter().fold(Promotion::default(), |p, t| p.tensor(t.dtype(), t.ndim())).result();
        let own = x[INPUT].dtype();
        let dtype = match self.def.dtype {
            Mixed::Promote => common,
            Mixed::Refuse => {
                ensure!(
                    x[TARGET].dtype() == own,
                    Runtime,
                    "Found dtype {} but expected {}",
                    x[TARGET].dtype().scalar_name(),
                    own.scalar_name()
                );
                own
            }
            Mixed::Input => {
                ensure!(
                    crate::base::promote::can_cast(common, own),
                    Runtime,
                    "result type {} can't be cast to the desired output type {}",
                    common.scalar_name(),
                    own.scalar_name()
                );
                own
            }
        };
        self.def.kernel_for(half_up(dtype))?;
        Ok(smallvec![match self.reduction {
            Reduction::None => Meta {
                layout: crate::ops::elementwise::kind::result_layout(
                    x[INPUT].shape(),
                    &[x[INPUT], x[TARGET]]
                ),
                dtype
            },
            _ => Meta::new(&[], dtype),
        }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let out = &out[0];
        if self.reduction != Reduction::None {
            let mut total = 0.0;
            self.totals(x, out.dtype(), 1, &mut |value| total = value)?;
            fill_held(out, Scalar::Float(total));
            return Ok(());
        }
        let compute = half_up(out.dtype());
        let kernel = self.def.kernel_for(compute)?;
        let dense =
            x.iter().map(|t| dense_cast_held(t, compute)).collect::<Result<SmallVec<[Tensor; 4]>>>()?;
        let fits = out.dtype() == compute && out.is_contiguous();
        let terms = if fits { out.clone() } else { Tensor::empty(out.shape(), compute, out.device())? };
        crate::ops::elementwise::kind::nary::run_point(
            &[&dense[TARGET], &dense[INPUT]],
            &terms,
            compute,
            kernel,
            &self.params,
        );
        if self.weighted {
            use crate::ops::elementwise::kind::run::{Side, run2};
            let mul = crate::ops::elementwise::arithmetic::MUL.kernel_for(compute)?;
            run2(&Side::Tensor(&terms), &Side::Tensor(&dense[2]), &terms, compute, compute, mul);
        }
        if !fits {
            write_held(out, &terms);
        }
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let n = x[INPUT].numel() as f64;
        let divisor = match self.reduction {
            Reduction::None => None,
            Reduction::Sum => Some(1.0),
            Reduction::Mean => Some(n),
        };
        let weight = x.get(2).map(|w| w.place()).transpose()?;
        let [q0, q1, q2, _] = self.params;
        let (input, target, out) = (x[INPUT].place()?, x[TARGET].place()?, out[0].place()?);
        gpu::terms(self.name(), &self.def.term, input, target, weight, [q0, q1, q2], divisor, out)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::INPUTS
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let (target, input) = (cx.input(TARGET)?, cx.input(INPUT)?);
        let n = input.numel();
        let scale = if self.reduction == Reduction::Mean { 1.0 / n as f64 } else { 1.0 };
        let g = if self.weighted { g.mul(cx.input(2)?)? } else { g.clone() };
        let [q0, q1, q2, _] = self.params;
        let negates = self.def.target.is_none();
        let gi = if want.has(INPUT) || negates && want.has(TARGET) {
            Some(point(self.def.backward, &[&g, &target, &input], [q0, q1, q2, scale])?)
        } else {
            None
        };
        let gt = want.then(TARGET, || match (self.def.target, &gi) {
            (Some(f), _) => f(&g.mul(scale)?, &target, &input),
            (None, Some(gi)) => gi.neg(),
            _ => g.neg(),
        })?;
        let mut out: Grads = smallvec![if want.has(INPUT) { gi } else { None }, gt];
        if self.weighted {
            out.push(None);
        }
        Ok(out)
    }
}

/// All tensors expanded to their common shape.
pub fn expand_all(x: &[&Tensor]) -> Result<SmallVec<[Tensor; 4]>> {
    let mut shape = Dims::from_slice(x[0].shape());
    for t in &x[1..] {
        if t.shape() != shape.as_slice() {
            shape = broadcast(&shape, t.shape())?;
        }
    }
    x.iter().map(|t| t.expand_to(&shape)).collect()
}

/// Runs a loss; operands broadcast.
pub fn loss(
    def: &'static LossDef,
    input: &Tensor,
    target: &Tensor,
    weight: Option<&Tensor>,
    reduction: Reduction,
    params: Params,
) -> Result<Tensor> {
    let mut all: SmallVec<[&Tensor; 4]> = smallvec![input, target];
    all.extend(weight);
    let op = Loss { def, reduction, params, weighted: weight.is_some() };
    if all.iter().all(|t| t.shape() == input.shape()) {
        return apply(op, &all);
    }
    let all = expand_all(&all)?;
    apply(op, &all.iter().collect::<SmallVec<[&Tensor; 4]>>())
}

/// Both second derivatives of a loss of a difference from the input's: the target's is its negative.
fn of_difference(want: Want, of_input: impl FnOnce() -> Result<Tensor>) -> Result<[Option<Tensor>; 2]> {
    if !want.has(1) && !want.has(2) {
        return Ok([None, None]);
    }
    let x = of_input()?;
    Ok([want.then(1, || x.neg())?, if want.has(2) { Some(x) } else { None }])
}

/// `x (1 - x)`, not nearly zero.
fn spread(x: &Tensor) -> Result<Tensor> {
    x.mul(x.rsub(1i64)?)?.clamp_min(1e-12)
}

points! {
    MSE_BACKWARD "mse_loss_backward" "MseLossBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point3(|g: T, t: T, x: T, q| g * (x - t) * (2.0 * q[3]) as T)),
        wgsl "a * (c - b) * (2.0 * p3)",
        grad { joint |g, want, a, b, c, q| {
            let first = want.then(0, || g.mul(c.sub(&b)?)?.mul(2.0 * q[3]))?;
            let [t, x] = of_difference(want, || g.mul(&a)?.mul(2.0 * q[3]))?;
            Ok([first, t, x])
        } };
    SMOOTH_L1_BACKWARD "smooth_l1_loss_backward" "SmoothL1LossBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point3(|g: T, t: T, x: T, q| {
            let (d, beta, s) = (x - t, q[0] as T, q[3] as T);
            if d <= -beta { -s * g } else if d >= beta { s * g } else { s * d * g / beta }
        })),
        wgsl "select(select(p3 * (c - b) * a / p0, p3 * a, c - b >= p0), -p3 * a, c - b <= -p0)",
        grad { joint |g, want, a, b, c, q| {
            let first = want.then(0, || point(&SMOOTH_L1_BACKWARD, &[g, &b, &c], *q))?;
            let [t, x] = of_difference(want, || {
                g.mul(&a)?.mul(q[3] / q[0])?.keep(&c.sub(&b)?.abs()?.lt(q[0])?)
            })?;
            Ok([first, t, x])
        } };
    HUBER_BACKWARD "huber_loss_backward" "HuberLossBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point3(|g: T, t: T, x: T, q| {
            let (d, delta, s) = (x - t, q[0] as T, q[3] as T);
            if d <= -delta { -s * g * delta } else if d >= delta { s * g * delta } else { s * d * g }
        })),
        wgsl "select(select(p3 * (c - b) * a, p3 * a * p0, c - b >= p0), -p3 * a * p0, c - b <= -p0)",
        grad { joint |g, want, a, b, c, q| {
            let first = want.then(0, || point(&HUBER_BACKWARD, &[g, &b, &c], *q))?;
            let [t, x] = of_difference(want, || g.mul(&a)?.mul(q[3])?.keep(&c.sub(&b)?.abs()?.lt(q[0])?))?;
            Ok([first, t, x])
        } };
    BCE_BACKWARD "binary_cross_entropy_backward" "BinaryCrossEntropyBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => point3(|g: T, t: T, x: T, q| {
            let d = (1.0 - x) * x;
            g * (x - t) / (if d < 1e-12 { 1e-12 } else { d }) * q[3] as T
        })),
        wgsl "a * (c - b) / max((1.0 - c) * c, 1e-12) * p3",
        grad {
            a |g, b, c, q| point(&BCE_BACKWARD, &[g, &b, &c], *q),
            b |g, a, c, q| g.mul(a)?.mul(-q[3])?.div(spread(&c)?),
            c |g, a, b, c, q| {
                // ((x - t) / (x - x^2))' = (x^2 - 2 x t + t) / (x - x^2)^2
                let top = c.mul(&c)?.sub(c.mul(&b)?.mul(2i64)?)?.add(&b)?;
                let d = spread(&c)?;
                g.mul(a)?.mul(q[3])?.mul(top)?.div(d.mul(&d)?)
            },
        };
    BCE_LOGITS_BACKWARD "binary_cross_entropy_with_logits_backward" "MulBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => staged_triple(Sigmoid, |x: T, _| x,
            |g: T, t: T, _x: T, s: T, q| g * (s - t) * q[3] as T)),
        wgsl "a * (sigmoid_f(c) - b) * p3",
        grad {
            a |g, b, c, q| point(&BCE_LOGITS_BACKWARD, &[g, &b, &c], *q),
            b |g, a, q| g.mul(a)?.mul(-q[3]),
            c |g, a, c, q| {
                let y = c.sigmoid()?;
                g.mul(a)?.mul(q[3])?.mul(y.mul(y.rsub(1i64)?)?)
            },
        };
    SOFT_MARGIN_BACKWARD "soft_margin_loss_backward" "SoftMarginLossBackwardBackward0": Same,
        cpu |dt| kernel!(dt, floats, T => staged_of_last(Exp, |t: T, x: T, _| -t * x, |g: T, t: T, _x: T, z: T, q| {
            -t * g * (z / (1.0 + z)) * q[3] as T
        })),
        wgsl "-b * a * sigmoid_f(-b * c) * p3",
        grad {
            a |g, b, c, q| point(&SOFT_MARGIN_BACKWARD, &[g, &b, &c], *q),
            c |g, a, b, c, q| {
                let y = b.mul(&c)?.sigmoid()?;
                g.mul(a)?.mul(q[3])?.mul(b.mul(&b)?)?.mul(y.mul(y.rsub(1i64)?)?)
            },
        };
}

pub static MSE: LossDef = LossDef {
    name: "mse_loss",
    grad_name: "MseLossBackward0",
    kernel: |dt| kernel!(dt, floats, T => point2(|t: T, x: T, _| (x - t) * (x - t))),
    term: term!("(x - t) * (x - t)"),
    backward: &MSE_BACKWARD,
    dtype: Mixed::Promote,
    target: None,
};
/// `q[0]` is beta.
pub static SMOOTH_L1: LossDef = LossDef {
    name: "smooth_l1_loss",
    grad_name: "SmoothL1LossBackward0",
    kernel: |dt| {
        kernel!(dt, floats, T => point2(|t: T, x: T, q| {
            let (d, beta) = ((x - t).abs(), q[0] as T);
            if d < beta { 0.5 * d * d / beta } else { d - 0.5 * beta }
        }))
    },
    term: term!("select(abs(x - t) - 0.5 * p0, 0.5 * (x - t) * (x - t) / p0, abs(x - t) < p0)"),
    backward: &SMOOTH_L1_BACKWARD,
    dtype: Mixed::Promote,
    target: None,
};
/// `q[0]` is delta.
pub static HUBER: LossDef = LossDef {
    name: "huber_loss",
    grad_name: "HuberLossBackward0",
    kernel: |dt| {
        kernel!(dt, floats, T => point2(|t: T, x: T, q| {
            let (d, delta) = ((x - t).abs(), q[0] as T);
            if d < delta { 0.5 * d * d } else { delta * (d - 0.5 * delta) }
        }))
    },
    term: term!("select(p0 * (abs(x - t) - 0.5 * p0), 0.5 * (x - t) * (x - t), abs(x - t) < p0)"),
    backward: &HUBER_BACKWARD,
    dtype: Mixed::Input,
    target: None,
};
pub static BCE: LossDef = LossDef {
    name: "binary_cross_entropy",
    grad_name: "BinaryCrossEntropyBackward0",
    kernel: |dt| {
        kernel!(dt, floats, T => staged_two((Log, Log), |x: T, _| x, |x: T, _| 1.0 - x,
        |t: T, _x: T, u: T, v: T, _| (t - 1.0) * (if v < -100.0 { -100.0 } else { v }) - t * (if u < -100.0 { -100.0 } else { u })))
    },
    term: term!("(t - 1.0) * max_nan(log_f(1.0 - x), -100.0) - t * max_nan(log_f(x), -100.0)"),
    backward: &BCE_BACKWARD,
    dtype: Mixed::Refuse,
    target: Some(|g, _, x| {
        g.mul(x.rsub(1i64)?.log()?.clamp_min(-100i64)?.sub(x.log()?.clamp_min(-100i64)?)?)
    }),
};
pub static BCE_LOGITS: LossDef = LossDef {
    name: "binary_cross_entropy_with_logits",
    grad_name: "BinaryCrossEntropyWithLogitsBackward0",
    kernel: |dt| {
        kernel!(dt, floats, T => staged_pair(Log1pExp, |x: T, _| -x,
        |t: T, x: T, u: T, _| (1.0 - t) * x + u))
    },
    term: term!("(1.0 - t) * x + softplus_f(-x)"),
    backward: &BCE_LOGITS_BACKWARD,
    dtype: Mixed::Promote,
    target: Some(|g, _, x| g.mul(x)?.neg()),
};
pub static SOFT_MARGIN: LossDef = LossDef {
    name: "soft_margin_loss",
    grad_name: "SoftMarginLossBackward0",
    kernel: |dt| kernel!(dt, floats, T => staged_of_pair(ExpThenLog1p, |t: T, x: T, _| -t * x, |_t: T, _x: T, u: T, _| u)),
    term: term!("log1p_f(exp_f(-t * x))"),
    backward: &SOFT_MARGIN_BACKWARD,
    dtype: Mixed::Input,
    target: Some(|g, t, x| g.mul(x)?.mul(t.mul(x)?.neg()?.sigmoid()?)?.neg()),
};

/// Binary cross entropy from logits with a weight for the positive class: rare, so of several ops.
pub fn with_pos_weight(
    input: &Tensor,
    target: &Tensor,
    weight: Option<&Tensor>,
    pos_weight: &Tensor,
) -> Result<Tensor> {
    let factor = pos_weight.sub(1i64)?.mul(target)?.add(1i64)?;
    let soft = point(&crate::ops::nn::activation::smooth::LOGSIGMOID, &[input], NO)?;
    let terms = target.rsub(1i64)?.mul(input)?.sub(factor.mul(soft)?)?;
    match weight {
        Some(w) => terms.mul(w),
        None => Ok(terms),
    }
}
