//! Margin losses over classes. They have no second derivative, as in PyTorch.

use crate::base::{DType, Dims, Elem, collected, repeated};
use crate::error::{Error, Result};
use crate::ops::driver::apply::apply;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::elementwise::compare::eq;
use crate::ops::nn::loss::Reduction;
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, rows, with_dtype};
use smallvec::{SmallVec, smallvec};

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// One class per row.
    Single { p: i64, margin: f64 },
    /// A list of classes per row, ended by -1.
    Several,
}

impl Kind {
    fn kernel(self) -> &'static str {
        match self {
            Kind::Single { .. } => "multi_margin_loss_cpu_kernel",
            Kind::Several => "multilabel_margin_loss_forward_out_frame",
        }
    }
    /// The loss of a row; `slope(i, v)` hears of every part of its gradient.
    fn row(
        self,
        x: &[f64],
        target: &[i64],
        weight: Option<&[f64]>,
        mut slope: impl FnMut(usize, f64),
    ) -> Result<f64> {
        let n = x.len() as i64;
        let mut sum = 0.0;
        match self {
            Kind::Single { p, margin } => {
                let y = target[0];
                ensure!(y >= 0 && y < n, Runtime, "target out of range");
                let y = y as usize;
                let w = weight.map_or(1.0, |w| w[y]) / n as f64;
                // both sides of the target, without a branch on what is above the margin
                let base = margin - x[y];
                let mut total = 0.0;
                for side in [0..y, y + 1..x.len()] {
                    for d in side {
                        let z = (base + x[d]).max(0.0);
                        let up = if z > 0.0 { 1.0 } else { 0.0 };
                        let (term, g) = if p == 1 { (z, up) } else { (z * z, 2.0 * z) };
                        sum += w * term;
                        total += w * g;
                        slope(d, w * g);
                    }
                }
                slope(y, -total);
            }
            Kind::Several => {
                ensure!(
                    target.iter().all(|&t| t >= -1 && t < n),
                    Runtime,
                    "argument #2 'target' is out of range"
                );
                let count = target.iter().take_while(|&&t| t >= 0).count();
                let list: Vec<usize> = collected(count, target[..count].iter().map(|&t| t as usize))?;
                for &t in &list {
                    for d in (0..x.len()).filter(|d| !list.contains(d)) {
                        let z = 1.0 - x[t] + x[d];
                        if z > 0.0 {
                            sum += z / n as f64;
                            slope(d, 1.0 / n as f64);
                            slope(t, -1.0 / n as f64);
                        }
                    }
                }
            }
        }
        Ok(sum)
    }
}

impl Margin {
    /// Losses of rows, or slopes of all elements, in ops of whole tensors: a card's way. Axes are rows, targets, classes.
    fn composed(&self, x: &Tensor, target: &Tensor, weight: Option<&Tensor>) -> Result<Tensor> {
        let (rows, n) = (x.shape()[0], x.shape()[1]);
        let per = target.numel().checked_div(rows).unwrap_or(0);
        let class = crate::ops::create::range::count_up(n, x.device())?;
        let target = target.detach().reshape_to(&[rows, per, 1])?;
        let x = x.detach().reshape_to(&[rows, 1, n])?;
        let hit = eq(&target, &class)?;
        let (p, margin) = match self.kind {
            Kind::Single { p, margin } => (p, margin),
            Kind::Several => (1, 1.0),
        };
        // targets up to the first that is none
        let valid = match self.kind {
            Kind::Single { .. } => target.ge(0i64)?,
            Kind::Several => target.ge(0i64)?.cast(DType::I64)?.cumprod(1, None)?.cast(DType::Bool)?,
        };
        let hit = hit.logical_and(&valid)?;
        let counts = hit.any_dim(Some(&[1]), true)?.logical_not()?.logical_and(&valid)?;
        let own = x.keep(&hit)?.sum_over(&[2], true)?;
        let mut scale = counts.cast(x.dtype())?.div(n as f64)?;
        if let Some(w) = weight {
            scale = scale.mul(w.detach().keep(&hit)?.sum_over(&[2], true)?)?;
        }
        let z = x.sub(&own)?.add(margin)?.clamp_min(0i64)?;
        if !self.back {
            let terms = if p == 1 { z } else { z.mul(&z)? };
            return terms.mul(scale)?.sum_over(&[1, 2], false);
        }
        let up = z.gt(0i64)?.cast(x.dtype())?;
        let slopes = if p == 1 { up } else { z.mul(2.0)? }.mul(scale)?;
        let down = hit.cast(x.dtype())?.mul(slopes.sum_over(&[2], true)?)?;
        slopes.sub(down)?.sum_over(&[1], false)
    }
}

/// Inputs: x (rows, classes), target, perhaps the weight; `back` has g in front.
#[derive(Clone, Copy, Debug)]
struct Margin {
    kind: Kind,
    reduction: Reduction,
    back: bool,
}

fn doubles(t: &Tensor) -> Result<Vec<f64>> {
    values::<f64>(t, DType::F64)
}

#[allow(unsafe_code)]
fn values<T: Elem>(t: &Tensor, dtype: DType) -> Result<Vec<T>> {
    let d = crate::ops::driver::memory::dense_cast_held(t, dtype)?;
    // SAFETY: dense elements of this dtype
    collected(d.numel(), (0..d.numel()).map(|i| unsafe { *d.ptr_of::<T>().add(i) }))
}

/// Elements of a result from a place on.
fn store(out: &Tensor, at: usize, found: &[f64]) -> Result<()> {
    with_dtype!("multi_margin_loss", out.dtype(), native, T => {
        #[allow(unsafe_code)]
        // SAFETY: the result is dense and holds as many elements
        found.iter().enumerate().for_each(|(i, v)| unsafe { out.ptr_of::<T>().add(at + i).write(T::from_f64(*v)) });
        Ok(())
    })
}

impl Op for Margin {
    fn name(&self) -> &'static str {
        self.kind.kernel()
    }
    fn grad_name(&self) -> &'static str {
        match self.kind {
            Kind::Single { .. } => "MultiMarginLossBackward0",
            Kind::Several => "MultilabelMarginLossBackward0",
        }
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Each
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let input = x[self.back as usize];
        if !matches!(input.dtype(), DType::F32 | DType::F64) {
            return Err(Error::no_dtype(self.kind.kernel(), input.dtype(), "float32 and float64"));
        }
        let shape = match (self.back, self.reduction) {
            (true, _) => Dims::from_slice(input.shape()),
            (_, Reduction::None) => Dims::from_slice(&input.shape()[..1]),
            _ => Dims::new(),
        };
        Ok(smallvec![Meta::new(&shape, input.dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let b = self.back as usize;
        let data = crate::ops::driver::memory::dense_cast_held(x[b], DType::F64)?;
        let target = values::<i64>(x[b + 1], DType::I64)?;
        let weight = x.get(b + 2).map(|w| doubles(w)).transpose()?;
        let (rows, n) = (x[b].shape()[0], x[b].shape()[1]);
        let g = if self.back { doubles(x[0])? } else { Vec::new() };
        let mean = if self.reduction == Reduction::Mean { 1.0 / rows as f64 } else { 1.0 };
        let per = target.len().checked_div(rows).unwrap_or(0);
        let mut grad = repeated(0.0, if self.back { n } else { 0 })?;
        let mut losses = repeated(0.0, rows)?;
        for r in 0..rows {
            let scale =
                if self.back { mean * g[if self.reduction == Reduction::None { r } else { 0 }] } else { 0.0 };
            grad.fill(0.0);
            let slope = |i: usize, v: f64| {
                if let Some(t) = grad.get_mut(i) {
                    *t += v * scale;
                }
            };
            // SAFETY: a row of dense elements that are held
            #[allow(unsafe_code)]
            let row = unsafe { std::slice::from_raw_parts(data.ptr_of::<f64>().add(r * n), n) };
            losses[r] = self.kind.row(row, &target[r * per..(r + 1) * per], weight.as_deref(), slope)?;
            if self.back {
                store(&out[0], r * n, &grad)?;
            }
        }
        match (self.back, self.reduction) {
            (true, _) => Ok(()),
            (_, Reduction::None) => store(&out[0], 0, &losses),
            _ => store(&out[0], 0, &[losses.iter().sum::<f64>() * if rows == 0 { 1.0 } else { mean }]),
        }
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let b = self.back as usize;
        let rows = x[b].shape()[0];
        let found = self.composed(x[b], x[b + 1], x.get(b + 2).copied())?;
        let mean = self.reduction == Reduction::Mean;
        let found = match (self.back, self.reduction) {
            (true, Reduction::None) => found.mul(x[0].detach().reshape_to(&[rows, 1])?)?,
            (true, _) => found.mul(x[0].detach())?.mul(if mean { 1.0 / rows as f64 } else { 1.0 })?,
            (_, Reduction::None) => found,
            _ if mean => found.mean(None)?,
            _ => found.sum(None)?,
        };
        crate::ops::driver::memory::write_held(&out[0], &found);
        Ok(())
    }
    fn saves(&self, _: Want) -> Saves {
        if self.back { Saves::NOTHING } else { Saves::INPUTS }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        if self.back {
            bail!(
                NotImplemented,
                "derivative for {}_backward is not implemented",
                if matches!(self.kind, Kind::Several) {
                    "multilabel_margin_loss"
                } else {
                    "multi_margin_loss"
                }
            );
        }
        let n = cx.node.inputs.len();
        let mut out: Grads = smallvec![None; n];
        if let Some(g) = &g[0] {
            let saved: Vec<Tensor> = (0..n).map(|i| cx.input(i)).collect::<Result<_>>()?;
            let mut inputs: SmallVec<[&Tensor; 4]> = smallvec![g];
            inputs.extend(&saved);
            out[0] = Some(apply(Margin { back: true, ..*self }, &inputs)?);
        }
        Ok(out)
    }
}

/// Input and targets as rows; a loss without reduction of one row loses the axis again.
fn run(
    kind: Kind,
    input: &Tensor,
    target: &Tensor,
    weight: Option<&Tensor>,
    reduction: Reduction,
) -> Result<Tensor> {
    let x = if input.ndim() == 2 { input.clone() } else { input.reshape_to(&[1, input.numel()])? };
    let op = Margin { kind, reduction, back: false };
    let mut inputs: SmallVec<[&Tensor; 3]> = smallvec![&x, target];
    inputs.extend(weight);
    let y = apply(op, &inputs)?;
    if input.ndim() < 2 { y.reshape_to(&[]) } else { Ok(y) }
}

rows! { MARGIN:
    /// `sum max(0, margin - x[y] + x[i])^p / C` over the classes that are not the target.
    ///
    /// Args: input: (N, C) or (C); target: int64 (N) or 0-d; p: 1 or 2; weight: one factor per class.
    ///
    /// ```text
    /// >>> F.multi_margin_loss(torch.tensor([[0.1, 0.7, 0.2]]), torch.tensor([1]))
    /// tensor(0.3000)
    /// ```
    [Nn] autocast Float32 fn multi_margin_loss(input: &Tensor, target: &Tensor, p: i64 = 1, margin: f64 = 1.0, weight: Option<&Tensor> = None, ..reduction: Reduction) -> Tensor {
        ensure!(p == 1 || p == 2, Value, "only p == 1 and p == 2 supported");
        let shape = input.shape();
        ensure!(
            input.ndim() <= 2 && !shape.get(1..).unwrap_or(&[]).contains(&0) && (input.ndim() == 2 || input.numel() > 0),
            Runtime,
            "Expected non-empty vector or matrix with optional 0-dim batch size, but got: {shape:?}"
        );
        let rows = if input.ndim() == 2 { shape[0] } else { 1 };
        ensure!(
            target.ndim() <= 1 && target.numel() == rows,
            Runtime,
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). Expected target size [{rows}], but got {:?}. Input has shape {shape:?}.",
            target.shape()
        );
        if let Some(w) = weight {
            ensure!(w.ndim() == 1, Value, "weight must be one-dimensional");
            let classes = shape.last().copied().unwrap_or(1);
            ensure!(w.numel() == classes, Runtime, "inconsistent weight size, expected {classes} but got {:?}", w.shape());
        }
        ensure!(target.dtype() == DType::I64, Runtime, "expected scalar type Long but found {}", target.dtype().scalar_name());
        run(Kind::Single { p, margin }, input, target, weight, reduction)
    }
    /// `sum max(0, 1 - x[y] + x[i]) / C` over targets y and classes i that are none.
    ///
    /// Args: input: (N, C) or (C); target: int64 of the same shape, classes up to the first -1.
    ///
    /// ```text
    /// >>> F.multilabel_margin_loss(torch.tensor([[0.1, 0.2, 0.4]]), torch.tensor([[2, -1, 0]]))
    /// tensor(0.5000)
    /// ```
    [Nn] autocast Float32 fn multilabel_margin_loss(input: &Tensor, target: &Tensor, ..reduction: Reduction) -> Tensor {
        let shape = input.shape();
        ensure!(
            input.ndim() <= 2 && !shape.get(1..).unwrap_or(&[]).contains(&0) && (input.ndim() == 2 || input.numel() > 0),
            Runtime,
            "Expected non-empty vector or matrix with optional 0-dim batch size, but got: {shape:?}"
        );
        let fits = target.shape() == shape || input.ndim() < 2 && target.numel() == input.numel() && target.ndim() <= 1;
        ensure!(fits, Runtime, "inconsistent target size: {:?} for input of size: {shape:?}", target.shape());
        ensure!(target.dtype() == DType::I64, Runtime, "expected scalar type Long but found {}", target.dtype().scalar_name());
        run(Kind::Several, input, target, None, reduction)
    }
}

pub const TABLE: Table = &[MARGIN];
