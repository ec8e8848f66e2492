//! Stochastic gradient descent.

use super::{Optimizer, check, with_gradients};
use crate::ensure;
use crate::error::Result;
use crate::ops::optim::sgd;
use crate::tensor::Tensor;

/// Descends along the gradient, optionally with momentum: `b = momentum b + (1 - dampening) g`, `p = p - lr b`.
///
/// ```
/// use rushlight::prelude::*;
///
/// let net = nn::Linear::new(2, 1)?;
/// let optimizer = SGD::new(net.parameters(), 0.1).momentum(0.9).nesterov(true);
/// assert_eq!(optimizer.parameters().len(), 2);
/// # rushlight::Result::Ok(())
/// ```
#[derive(Clone, Debug)]
pub struct SGD {
    params: Vec<Tensor>,
    buffers: Vec<Option<Tensor>>,
    lr: f64,
    momentum: f64,
    dampening: f64,
    weight_decay: f64,
    nesterov: bool,
    maximize: bool,
}

impl SGD {
    /// Plain descent; what follows in the chain is checked by the first step.
    pub fn new(params: Vec<Tensor>, lr: f64) -> SGD {
        let buffers = vec![None; params.len()];
        let (momentum, dampening, weight_decay) = (0.0, 0.0, 0.0);
        SGD { params, buffers, lr, momentum, dampening, weight_decay, nesterov: false, maximize: false }
    }
    /// The weight of the former steps.
    pub fn momentum(mut self, momentum: f64) -> SGD {
        self.momentum = momentum;
        self
    }
    /// How much of the gradient the momentum leaves out.
    pub fn dampening(mut self, dampening: f64) -> SGD {
        self.dampening = dampening;
        self
    }
    /// Added to the gradient, times the parameter.
    pub fn weight_decay(mut self, weight_decay: f64) -> SGD {
        self.weight_decay = weight_decay;
        self
    }
    /// Nesterov's momentum.
    pub fn nesterov(mut self, on: bool) -> SGD {
        self.nesterov = on;
        self
    }
    /// Ascends.
    pub fn maximize(mut self, on: bool) -> SGD {
        self.maximize = on;
        self
    }
}

impl Optimizer for SGD {
    fn parameters(&self) -> &[Tensor] {
        &self.params
    }
    fn step(&mut self) -> Result<()> {
        check("learning rate", self.lr)?;
        check("momentum value", self.momentum)?;
        check("weight_decay value", self.weight_decay)?;
        ensure!(
            !self.nesterov || (self.momentum > 0.0 && self.dampening == 0.0),
            Value,
            "Nesterov momentum requires a momentum and zero dampening"
        );
        let (places, params, grads) = with_gradients(&self.params);
        let before: Vec<_> = places.iter().map(|&i| self.buffers[i].clone()).collect();
        let (lr, momentum, decay) = (self.lr, self.momentum, self.weight_decay);
        let after =
            sgd(&params, &grads, &before, lr, momentum, self.dampening, decay, self.nesterov, self.maximize)?;
        // without momentum there are none
        for (i, buffer) in places.into_iter().zip(after) {
            self.buffers[i] = Some(buffer);
        }
        Ok(())
    }
    fn lr(&self) -> f64 {
        self.lr
    }
    fn set_lr(&mut self, lr: f64) {
        self.lr = lr;
    }
}
