//! Optimizer steps: all parameters of a group in one call, in place, outside the graph.

use crate::autograd::{GradMode, ModeGuard};
use crate::base::{Device, Layout, Scalar};
use crate::error::{Error, Result};
use crate::kernels::cpu::optim as kernel;
use crate::kernels::gpu::optim as gpu;
use crate::ops::driver::in_place::check_in_place;
use crate::ops::driver::memory::{check_memory, write};
use crate::ops::table::Table;
use crate::storage::Guard;
use crate::tensor::{Meta, Tensor};
use crate::{bail, ensure, rows, with_dtype};

/// The tensors of one parameter's step laid out alike: those that are not are copied, and copied back if written.
struct Aligned {
    originals: Vec<Tensor>,
    working: Vec<Tensor>,
}

impl Aligned {
    /// The first is the parameter; all but the gradient (second) are written.
    fn new(op: &str, tensors: Vec<Tensor>) -> Result<Aligned> {
        let p = &tensors[0];
        for t in &tensors {
            ensure!(
                t.shape() == p.shape() && t.dtype() == p.dtype() && t.device() == p.device(),
                Runtime,
                "{op}: parameter and its gradient and state must agree in shape, dtype and device: {:?} {} against {:?} {}",
                p.shape(),
                p.dtype().name(),
                t.shape(),
                t.dtype().name()
            );
        }
        for t in tensors.iter().enumerate().filter(|(i, _)| *i != 1).map(|(_, t)| t) {
            check_memory(t)?;
        }
        let dense = p.layout().is_non_overlapping_and_dense();
        let strides = p.strides();
        let fits = |t: &Tensor| dense && (t.strides() == strides || p.is_contiguous() && t.is_contiguous());
        if tensors.iter().all(fits) {
            return Ok(Aligned { working: tensors.clone(), originals: tensors });
        }
        let layout =
            if dense { Layout { offset: 0, ..p.layout().clone() } } else { Layout::contiguous(p.shape()) };
        let mut working = Vec::new();
        for t in &tensors {
            if fits(t) {
                working.push(t.clone());
            } else {
                let copy = Tensor::alloc(Meta { layout: layout.clone(), dtype: t.dtype() }, t.device())?;
                write(&copy, t)?;
                working.push(copy);
            }
        }
        Ok(Aligned { originals: tensors, working })
    }
    /// Holds the storages: the gradient for reading, the rest for writing.
    fn hold(&self) -> Guard<'_> {
        let reads = self.working[1..2].iter().map(|t| t.storage());
        let writes = self.working.iter().enumerate().filter(|(i, _)| *i != 1).map(|(_, t)| t.storage());
        Guard::take(reads, writes)
    }
    fn finish(&self) -> Result<()> {
        for (i, (o, w)) in self.originals.iter().zip(&self.working).enumerate() {
            if i != 1 {
                if !o.same(w) {
                    write(o, w)?;
                }
                o.storage().bump_version();
            }
        }
        Ok(())
    }
}

fn same_length(op: &str, n: usize, lists: &[usize]) -> Result<()> {
    ensure!(lists.iter().all(|l| *l == n), Runtime, "{op}: expected {n} tensors in each list, got {lists:?}");
    Ok(())
}

rows! { OPTIM:
    /// One step of stochastic gradient descent over lists of tensors, in place; answers with the momentum buffers.
    [Optim] fn sgd(params: &[Tensor], grads: &[Tensor], momentum_buffers: &[Option<Tensor>], lr: f64,
        momentum: f64, dampening: f64, weight_decay: f64, nesterov: bool, maximize: bool) -> Vec<Tensor>
    {
        same_length("sgd", params.len(), &[grads.len(), momentum_buffers.len()])?;
        let _mode = ModeGuard::new(GradMode::NoGrad);
        let mut buffers = Vec::new();
        let mut there = Vec::new();
        for ((p, g), buffer) in params.iter().zip(grads).zip(momentum_buffers) {
            check_in_place("sgd", p)?;
            let first = buffer.is_none();
            let mut tensors = vec![p.clone(), g.clone()];
            if momentum != 0.0 {
                let b = match buffer {
                    Some(b) => b.clone(),
                    None => Tensor::alloc(Meta::like(p, p.dtype()), p.device())?,
                };
                buffers.push(b.clone());
                tensors.push(b);
            }
            let all = Aligned::new("sgd", tensors)?;
            let a = kernel::Sgd { lr, momentum, dampening, weight_decay, nesterov, maximize, first };
            if let Device::Gpu(_) = p.device() {
                there.push((all, [first as u8 as f32, 0.0]));
                continue;
            }
            let guard = all.hold();
            let w = &all.working;
            with_dtype!("sgd", p.dtype(), float, T => {
                let m = w.get(2).map_or(std::ptr::null_mut(), |b| b.ptr_of::<T>());
                // SAFETY: the tensors lie alike and densely, and are held
                #[allow(unsafe_code)]
                unsafe { kernel::sgd::<T>(w[0].ptr_of(), w[1].ptr_of(), m, p.numel(), a) };
                Ok(())
            })?;
            drop(guard);
            all.finish()?;
        }
        let a = kernel::Sgd { lr, momentum, dampening, weight_decay, nesterov, maximize, first: false };
        on_gpu(&there, "sgd", |parts| gpu::sgd(parts, a))?;
        Ok(buffers)
    }
    /// One step of Adam or AdamW (`decoupled`) over lists of tensors, in place; `steps` are counted up.
    [Optim] fn adam(params: &[Tensor], grads: &[Tensor], exp_avgs: &[Tensor], exp_avg_sqs: &[Tensor],
        max_exp_avg_sqs: Option<&[Tensor]>, steps: &[Tensor], lr: f64, beta1: f64, beta2: f64, eps: f64,
        weight_decay: f64, amsgrad: bool, decoupled: bool, maximize: bool) -> ()
    {
        same_length("adam", params.len(), &[grads.len(), exp_avgs.len(), exp_avg_sqs.len(), steps.len()])?;
        let tops = if amsgrad { max_exp_avg_sqs } else { None };
        let _mode = ModeGuard::new(GradMode::NoGrad);
        let mut there = Vec::new();
        for i in 0..params.len() {
            let p = &params[i];
            check_in_place("adam", p)?;
            let step = count_up(&steps[i])?;
            let mut tensors = vec![p.clone(), grads[i].clone(), exp_avgs[i].clone(), exp_avg_sqs[i].clone()];
            tensors.extend(tops.map(|t| t[i].clone()));
            let all = Aligned::new("adam", tensors)?;
            let a = kernel::Adam { lr, beta1, beta2, eps, weight_decay, decoupled, maximize, step };
            if let Device::Gpu(_) = p.device() {
                there.push((all, gpu::adam_numbers(&a)));
                continue;
            }
            let guard = all.hold();
            let w = &all.working;
            with_dtype!("adam", p.dtype(), float, T => {
                let top = w.get(4).map_or(std::ptr::null_mut(), |b| b.ptr_of::<T>());
                // SAFETY: the tensors lie alike and densely, and are held
                #[allow(unsafe_code)]
                unsafe {
                    kernel::adam::<T>(w[0].ptr_of(), w[1].ptr_of(), w[2].ptr_of(), w[3].ptr_of(), top, p.numel(), a)
                };
                Ok(())
            })?;
            drop(guard);
            all.finish()?;
        }
        let a = kernel::Adam { lr, beta1, beta2, eps, weight_decay, decoupled, maximize, step: 1.0 };
        on_gpu(&there, "adam", |parts| gpu::adam(parts, a))
    }
}

/// The parameters of a group that lie on cards, each with its own numbers: all of a kind in few launches.
fn on_gpu(all: &[(Aligned, [f32; 2])], op: &str, step: impl Fn(&[gpu::Part]) -> Result<()>) -> Result<()> {
    let mut parts = Vec::with_capacity(all.len());
    for (aligned, numbers) in all {
        if !aligned.working[0].dtype().is_float() {
            return Err(Error::no_dtype(op, aligned.working[0].dtype(), "floating dtypes"));
        }
        let places = aligned.working.iter().map(Tensor::place).collect::<Result<_>>()?;
        parts.push(gpu::Part { places, numbers: *numbers });
    }
    step(&parts)?;
    all.iter().try_for_each(|(aligned, _)| aligned.finish())
}

/// Adds one to a step counter and reads it.
fn count_up(step: &Tensor) -> Result<f64> {
    let now = step.item()?.to_f64() + 1.0;
    if step.numel() != 1 {
        bail!(Runtime, "adam: step must have one element");
    }
    crate::ops::driver::memory::fill_data(step, Scalar::Float(now))?;
    step.storage().bump_version();
    Ok(now)
}

pub const TABLE: Table = &[OPTIM];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::driver::memory::{dense_copy, full};

    #[test]
    fn layouts_that_differ_are_stepped_alike() {
        let p = Tensor::from_slice(&[1f32, 2.0, 3.0, 4.0], &[2, 2]).unwrap();
        let g = p.alias(p.layout().transpose(0, 1)).unwrap();
        let g = dense_copy(&g).unwrap();
        sgd(std::slice::from_ref(&p), std::slice::from_ref(&g), &[None], 1.0, 0.0, 0.0, 0.0, false, false)
            .unwrap();
        let got: Vec<f64> = [[0, 0], [0, 1], [1, 0], [1, 1]].iter().map(|i| p.element(i).to_f64()).collect();
        assert_eq!(got, [0.0, -1.0, 1.0, 0.0]);
        let wrong = full(&[3], Scalar::Int(0), p.dtype(), p.device()).unwrap();
        assert!(sgd(&[p], &[wrong], &[None], 1.0, 0.0, 0.0, 0.0, false, false).is_err());
    }
}
