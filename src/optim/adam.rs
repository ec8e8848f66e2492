//! Adam, with the weight decay in the gradient or beside it.

use super::{Optimizer, check, with_gradients};
use crate::base::{DType, Device, Scalar};
use crate::ensure;
use crate::error::Result;
use crate::ops::driver::memory::full;
use crate::ops::optim::adam;
use crate::tensor::Tensor;

/// Scales the mean gradient by the root of the mean square: with `m = beta1 m + (1 - beta1) g` and
/// `v = beta2 v + (1 - beta2) g^2`, `p = p - lr m' / (sqrt(v') + eps)`.
///
/// Source: Kingma and Ba (2014), Adam: a method for stochastic optimization.
///
/// ```
/// use rushlight::prelude::*;
///
/// let net = nn::Linear::new(2, 1)?;
/// let mut optimizer = Adam::new(net.parameters(), 1e-3).betas(0.9, 0.99);
/// net.forward(&Tensor::ones(&[1, 2])?)?.sum(None)?.backward()?;
/// optimizer.step()?;
/// # rushlight::Result::Ok(())
/// ```
#[derive(Clone, Debug)]
pub struct Adam {
    params: Vec<Tensor>,
    state: Vec<Option<State>>,
    lr: f64,
    betas: (f64, f64),
    eps: f64,
    weight_decay: f64,
    amsgrad: bool,
    decoupled: bool,
    maximize: bool,
}

/// Of a parameter that has had a gradient.
#[derive(Clone, Debug)]
struct State {
    step: Tensor,
    mean: Tensor,
    square: Tensor,
    /// The largest of the squares, for `amsgrad`.
    largest: Option<Tensor>,
}

impl State {
    fn new(p: &Tensor, amsgrad: bool) -> Result<State> {
        let zeros = || p.detach().zeros_like();
        Ok(State {
            step: full(&[], Scalar::Int(0), DType::F32, Device::Cpu)?,
            mean: zeros()?,
            square: zeros()?,
            largest: if amsgrad { Some(zeros()?) } else { None },
        })
    }
}

impl Adam {
    /// With betas 0.9 and 0.999, `eps` 1e-8 and no weight decay; the chain's options are checked by the first step.
    pub fn new(params: Vec<Tensor>, lr: f64) -> Adam {
        let state = vec![None; params.len()];
        Adam {
            params,
            state,
            lr,
            betas: (0.9, 0.999),
            eps: 1e-8,
            weight_decay: 0.0,
            amsgrad: false,
            decoupled: false,
            maximize: false,
        }
    }
    /// The weights of the former means and squares.
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Adam {
        self.betas = (beta1, beta2);
        self
    }
    /// What keeps the divisor from zero.
    pub fn eps(mut self, eps: f64) -> Adam {
        self.eps = eps;
        self
    }
    /// Added to the gradient, times the parameter; for [`AdamW`] it shrinks the parameter instead.
    pub fn weight_decay(mut self, weight_decay: f64) -> Adam {
        self.weight_decay = weight_decay;
        self
    }
    /// Divides by the root of the largest mean square so far.
    pub fn amsgrad(mut self, on: bool) -> Adam {
        self.amsgrad = on;
        self
    }
    /// Ascends.
    pub fn maximize(mut self, on: bool) -> Adam {
        self.maximize = on;
        self
    }
}

/// [`Adam`] that shrinks the parameters by `lr weight_decay p` beside the step, not through the gradient.
///
/// Source: Loshchilov and Hutter (2017), Decoupled weight decay regularization.
pub struct AdamW;

impl AdamW {
    /// As [`Adam::new`], with a weight decay of 0.01.
    #[allow(clippy::new_ret_no_self)] // the two differ in one option
    pub fn new(params: Vec<Tensor>, lr: f64) -> Adam {
        Adam { decoupled: true, ..Adam::new(params, lr).weight_decay(1e-2) }
    }
}

impl Optimizer for Adam {
    fn parameters(&self) -> &[Tensor] {
        &self.params
    }
    fn step(&mut self) -> Result<()> {
        let (beta1, beta2) = self.betas;
        check("learning rate", self.lr)?;
        check("epsilon value", self.eps)?;
        for (place, beta) in [beta1, beta2].into_iter().enumerate() {
            ensure!((0.0..1.0).contains(&beta), Value, "Invalid beta parameter at index {place}: {beta:?}");
        }
        check("weight_decay value", self.weight_decay)?;
        let (places, params, grads) = with_gradients(&self.params);
        let mut states = Vec::with_capacity(places.len());
        for i in places {
            let kept = match &self.state[i] {
                Some(s) => s.clone(),
                None => State::new(&self.params[i], self.amsgrad)?,
            };
            states.push(self.state[i].insert(kept).clone());
        }
        let list = |of: fn(&State) -> &Tensor| states.iter().map(|s| of(s).clone()).collect::<Vec<_>>();
        let largest: Option<Vec<Tensor>> = states.iter().map(|s| s.largest.clone()).collect();
        adam(
            &params,
            &grads,
            &list(|s| &s.mean),
            &list(|s| &s.square),
            largest.as_deref(),
            &list(|s| &s.step),
            self.lr,
            beta1,
            beta2,
            self.eps,
            self.weight_decay,
            self.amsgrad,
            self.decoupled,
            self.maximize,
        )
    }
    fn lr(&self) -> f64 {
        self.lr
    }
    fn set_lr(&mut self, lr: f64) {
        self.lr = lr;
    }
}
