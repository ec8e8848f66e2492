//! Optimizers: lists of parameters, their state, and the fused steps of [`ops::optim`](crate::ops::optim).

mod adam;
mod sgd;

pub use adam::{Adam, AdamW};
pub use sgd::SGD;

use crate::error::Result;
use crate::tensor::Tensor;

/// What changes parameters along their gradients.
///
/// ```
/// use rushlight::prelude::*;
///
/// let w = Tensor::ones(&[1])?.requires_grad_(true)?;
/// let mut optimizer = SGD::new(vec![w.clone()], 0.1);
/// optimizer.zero_grad();
/// (&w * &w)?.sum(None)?.backward()?;
/// optimizer.step()?;
/// assert_eq!(w.to_vec::<f32>()?, [0.8]);
/// # rushlight::Result::Ok(())
/// ```
pub trait Optimizer {
    /// The parameters, as they were given.
    fn parameters(&self) -> &[Tensor];
    /// Changes the parameters that have a gradient by one step.
    ///
    /// Errors: ValueError for options that make no sense, as PyTorch's constructors say it.
    fn step(&mut self) -> Result<()>;
    /// The learning rate.
    fn lr(&self) -> f64;
    /// Sets the learning rate, for a schedule.
    fn set_lr(&mut self, lr: f64);
    /// Forgets the gradients of all parameters.
    fn zero_grad(&self) {
        self.parameters().iter().for_each(Tensor::zero_grad);
    }
}

/// The places of the parameters that have a gradient, those parameters, and their gradients.
fn with_gradients(params: &[Tensor]) -> (Vec<usize>, Vec<Tensor>, Vec<Tensor>) {
    let mut out = (Vec::new(), Vec::new(), Vec::new());
    for (i, p) in params.iter().enumerate() {
        if let Some(grad) = p.grad() {
            out.0.push(i);
            out.1.push(p.clone());
            out.2.push(grad);
        }
    }
    out
}

/// An option that must not be negative (nor nan).
fn check(what: &str, value: f64) -> Result<()> {
    crate::ensure!(value >= 0.0, Value, "Invalid {what}: {value:?}");
    Ok(())
}
