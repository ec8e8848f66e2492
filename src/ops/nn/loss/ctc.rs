//! Connectionist temporal classification.

use crate::base::{DType, Elem, Scalar};
use crate::error::{Error, Result};
use crate::kernels::cpu::nn::loss::ctc::Sample;
use crate::kernels::gpu::nn::loss::ctc as gpu;
use crate::ops::driver::apply::apply;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::compare::eq;
use crate::ops::nn::loss::Reduction;
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows, with_dtype};
use smallvec::smallvec;
use std::sync::Arc;

/// Inputs: log-probabilities (T, N, C); for the gradient g (N) in front.
#[derive(Clone, Debug)]
struct Ctc {
    /// Target and number of frames of each sample.
    samples: Arc<Vec<(Vec<i64>, usize)>>,
    blank: i64,
    zero_infinity: bool,
    back: bool,
}

impl Op for Ctc {
    fn name(&self) -> &'static str {
        "ctc_loss"
    }
    fn grad_name(&self) -> &'static str {
        "CtcLossBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Each
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let lp = x[self.back as usize];
        if !matches!(lp.dtype(), DType::F32 | DType::F64) {
            return Err(Error::no_dtype("ctc_loss_cpu", lp.dtype(), "float32 and float64"));
        }
        Ok(smallvec![if self.back {
            Meta::new(lp.shape(), lp.dtype())
        } else {
            Meta::new(&[lp.shape()[1]], lp.dtype())
        }])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let lp = crate::ops::driver::memory::dense_held(x[self.back as usize])?;
        let (batch, classes) = (lp.shape()[1], lp.shape()[2]);
        let g = if self.back { Some(crate::ops::driver::memory::dense_held(x[0])?) } else { None };
        if self.back {
            crate::ops::driver::memory::fill_held(&out[0], Scalar::Int(0));
        }
        with_dtype!("ctc_loss", lp.dtype(), native, T => {
            for (i, (target, frames)) in self.samples.iter().enumerate() {
                let s = Sample { frames: *frames, classes, target, blank: self.blank };
                // SAFETY: frames, classes and samples lie within the dense tensor, by the checks of the call
                let read = |t: usize, c: usize| unsafe { (*lp.ptr_of::<T>().add((t * batch + i) * classes + c)).to_f64() };
                // SAFETY: as above, for the results and g
                unsafe {
                    match &g {
                        None => out[0].ptr_of::<T>().add(i).write(T::from_f64(s.loss(&read))),
                        Some(g) => {
                            let g = (*g.ptr_of::<T>().add(i)).to_f64();
                            if self.zero_infinity && s.loss(&read) == f64::INFINITY { continue; }
                            s.slopes(&read, |t, c, v| out[0].ptr_of::<T>().add((t * batch + i) * classes + c).write(T::from_f64(v * g)));
                        }
                    }
                }
            }
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        use crate::ops::driver::memory::{dense_held, moved};
        let lp = dense_held(x[self.back as usize])?;
        let (batch, device) = (self.samples.len(), lp.device());
        let longest = self.samples.iter().map(|(t, _)| t.len()).max().unwrap_or(0).max(1);
        let mut targets = crate::base::repeated(0i32, batch * longest)?;
        let mut sizes = Vec::with_capacity(2 * batch);
        for (i, (target, frames)) in self.samples.iter().enumerate() {
            target.iter().enumerate().for_each(|(k, &c)| targets[i * longest + k] = c as i32);
            sizes.extend([*frames as i32, target.len() as i32]);
        }
        let targets = moved(&Tensor::from_slice(&targets, &[batch, longest])?, device)?;
        let sizes = moved(&Tensor::from_slice(&sizes, &[batch, 2])?, device)?;
        let samples = gpu::Samples {
            log_probs: lp.place()?,
            targets: targets.place()?,
            sizes: sizes.place()?,
            blank: self.blank as usize,
        };
        if !self.back {
            return samples.forward(self.name(), out[0].place()?);
        }
        samples.backward(self.name(), dense_held(x[0])?.place()?, self.zero_infinity, out[0].place()?)
    }
    fn saves(&self, _: Want) -> Saves {
        if self.back { Saves::NOTHING } else { Saves::INPUT }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        if self.back {
            bail!(NotImplemented, "derivative for _ctc_loss_backward is not implemented");
        }
        let Some(g) = &g[0] else { return grads![None] };
        grads![Some(apply(Ctc { back: true, ..self.clone() }, &[g, &cx.input(0)?])?)]
    }
}

/// Integers of a tensor in order.
fn integers(what: &str, t: &Tensor) -> Result<Vec<i64>> {
    ensure!(t.dtype().is_integral(), Runtime, "{what} must be integral");
    t.whole_numbers("ctc_loss")
}

struct Request<'a> {
    blank: i64,
    reduction: Reduction,
    zero_infinity: bool,
    frames: &'a [i64],
    lengths: &'a [i64],
}

fn loss(log_probs: &Tensor, targets: &Tensor, q: Request) -> Result<Tensor> {
    let single = log_probs.ndim() == 2;
    ensure!(
        single || log_probs.ndim() == 3,
        Runtime,
        "log_probs must be a 2-D or 3-D tensor, got {}-D",
        log_probs.ndim()
    );
    let lp = if single { log_probs.unsqueeze_at(1)? } else { log_probs.clone() };
    let (frames, batch, classes) = (lp.shape()[0], lp.shape()[1], lp.shape()[2]);
    ensure!(q.blank >= 0 && q.blank < classes as i64, Runtime, "blank must be in label range");
    ensure!(q.frames.len() == batch, Runtime, "input_lengths must be of size batch_size");
    ensure!(q.lengths.len() == batch, Runtime, "target_lengths must be of size batch_size");
    let within = "(while checking arguments for ctc_loss_allocate_outputs)";
    for (v, what) in [(q.frames, "input_lengths"), (q.lengths, "target_lengths")] {
        for &l in v {
            ensure!(l >= 0, Runtime, "Expected {what} to have value at least 0, but got value {l} {within}");
        }
    }
    for &l in q.frames {
        ensure!(
            l <= frames as i64,
            Runtime,
            "Expected input_lengths to have value at most {frames}, but got value {l} {within}"
        );
    }
    let together = targets.ndim() == 1 && !single || targets.ndim() == 1;
    let width = if together { 0 } else { targets.shape().get(1).copied().unwrap_or(0) };
    let need = if together {
        q.lengths.iter().map(|&l| l as i128).sum::<i128>()
    } else {
        q.lengths.iter().copied().max().unwrap_or(0) as i128
    };
    let have = if together { targets.numel() } else { width } as i128;
    ensure!(
        have >= need && (!together || have == need || single),
        Runtime,
        "Expected tensor to have size {}{need} at dimension {}, but got size {have} for argument #2 'targets' {within}",
        if together { "" } else { "at least " },
        !together as usize
    );
    ensure!(
        together || targets.shape().first() == Some(&batch),
        Runtime,
        "Expected tensor to have size {batch} at dimension 0, but got size {} for argument #2 'targets' {within}",
        targets.shape().first().unwrap_or(&0)
    );
    let all: Vec<i64> = if targets.dtype().is_integral() {
        integers("targets", targets)?
    } else {
        integers("targets", &targets.detach().cast(DType::I64)?)?
    };
    let mut at = 0;
    let mut samples = Vec::with_capacity(batch);
    for i in 0..batch {
        let from = if together { at } else { i * width };
        let part = all[from..from + q.lengths[i] as usize].to_vec();
        ensure!(
            part.iter().all(|&c| c >= 0 && c < classes as i64),
            Runtime,
            "ctc_loss: targets must be classes in [0, {classes})"
        );
        at += q.lengths[i] as usize;
        samples.push((part, q.frames[i] as usize));
    }
    let op = Ctc { samples: Arc::new(samples), blank: q.blank, zero_infinity: q.zero_infinity, back: false };
    let mut y = apply(op, &[&lp])?;
    if q.zero_infinity {
        y = y.masked_fill(&eq(y.detach(), f64::INFINITY)?, 0.0.into())?;
    }
    match q.reduction {
        Reduction::None if single => y.reshape_to(&[]),
        Reduction::None => Ok(y),
        Reduction::Sum => y.sum(None),
        Reduction::Mean => {
            let lengths: Vec<f64> = q.lengths.iter().map(|&l| l.max(1) as f64).collect();
            let lengths = Tensor::from_slice(&lengths, &[batch])?.cast(y.dtype())?;
            let lengths = crate::ops::driver::memory::moved(&lengths, y.device())?;
            y.div(lengths)?.mean(None)
        }
    }
}

/// PyTorch's numbers for reductions in the root namespace.
fn numbered(reduction: i64) -> Result<Reduction> {
    Ok(match reduction {
        0 => Reduction::None,
        1 => Reduction::Mean,
        2 => Reduction::Sum,
        r => bail!(Value, "{r} is not a valid value for reduction"),
    })
}

rows! { CTC:
    /// The negative logarithm of the probability that frames spell a target, summed over all alignments.
    ///
    /// Args: log_probs: (T, N, C) or (T, C), float32 or float64; targets: (N, S), or all targets in one row;
    /// input_lengths, target_lengths: of each sample; zero_infinity: impossible targets count as zero, and so do their
    /// gradients, which are nan otherwise.
    ///
    /// ```text
    /// >>> scores = torch.zeros(5, 2, 4).log_softmax(2)
    /// >>> F.ctc_loss(scores, torch.tensor([[1, 2], [3, 1]]), (5, 5), (2, 2))
    /// tensor(1.6881)
    /// ```
    [Nn] autocast Float32 fn nn_ctc_loss = "ctc_loss"(
        log_probs: &Tensor, targets: &Tensor, input_lengths: &Tensor, target_lengths: &Tensor, blank: i64 = 0,
        reduction: &str = "mean", zero_infinity: bool = false
    ) -> Tensor {
        let (frames, lengths) = (integers("input_lengths", input_lengths)?, integers("target_lengths", target_lengths)?);
        loss(log_probs, targets, Request { blank, reduction: Reduction::parse(reduction)?, zero_infinity, frames: &frames, lengths: &lengths })
    }
    /// With lengths as lists.
    [Nn] autocast Float32 fn nn_ctc_loss_lists = "ctc_loss"(
        log_probs: &Tensor, targets: &Tensor, input_lengths: &[i64], target_lengths: &[i64], blank: i64 = 0,
        reduction: &str = "mean", zero_infinity: bool = false
    ) -> Tensor {
        loss(log_probs, targets, Request { blank, reduction: Reduction::parse(reduction)?, zero_infinity, frames: input_lengths, lengths: target_lengths })
    }
    /// The loss of `nn.functional`, the reduction given as a number.
    ///
    /// ```text
    /// >>> scores = torch.zeros(5, 2, 4).log_softmax(2)
    /// >>> torch.ctc_loss(scores, torch.tensor([[1, 2], [3, 1]]), (5, 5), (2, 2), reduction=1)
    /// tensor(1.6881)
    /// ```
    [Torch] autocast Float32 fn ctc_loss(log_probs: &Tensor, targets: &Tensor, input_lengths: &Tensor, target_lengths: &Tensor, blank: i64 = 0, reduction: i64 = 1, zero_infinity: bool = false) -> Tensor {
        let (frames, lengths) = (integers("input_lengths", input_lengths)?, integers("target_lengths", target_lengths)?);
        loss(log_probs, targets, Request { blank, reduction: numbered(reduction)?, zero_infinity, frames: &frames, lengths: &lengths })
    }
    /// With lengths as lists.
    [Torch] autocast Float32 fn ctc_loss_lists = "ctc_loss"(
        log_probs: &Tensor, targets: &Tensor, input_lengths: &[i64], target_lengths: &[i64], blank: i64 = 0,
        reduction: i64 = 1, zero_infinity: bool = false
    ) -> Tensor {
        loss(log_probs, targets, Request { blank, reduction: numbered(reduction)?, zero_infinity, frames: input_lengths, lengths: target_lengths })
    }
}

pub const TABLE: Table = &[CTC];
