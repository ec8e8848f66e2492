//! Gradients: `backward`, `grad`, and where a tensor keeps its own.

use crate::autograd::{Request, run};
use crate::base::Scalar;
use crate::error::Result;
use crate::ops::CALCULUS;
use crate::ops::driver::memory::full;
use crate::tensor::graph::{Retained, lock};
use crate::tensor::{Edge, Tensor};
use crate::{bail, ensure};
use std::sync::Arc;

impl Tensor {
    /// Turns recording on or off for a leaf, and hands it back: `Tensor::randn(&[3])?.requires_grad_(true)?`.
    ///
    /// Errors: RuntimeError for integers, and for turning off what was computed.
    pub fn requires_grad_(self, on: bool) -> Result<Tensor> {
        self.set_requires_grad(on)?;
        Ok(self)
    }
    /// The reverse pass: adds the gradients of this scalar to every leaf it was computed from.
    ///
    /// The graph lets go of what it saved, so a second pass is an error; see [`Tensor::backward_options`].
    ///
    /// Errors: RuntimeError if the tensor has more than one element or does not require a gradient.
    ///
    /// ```
    /// use rushlight::prelude::*;
    ///
    /// let w = Tensor::from_slice(&[1.0f32, 2.0], &[2])?.requires_grad_(true)?;
    /// let loss = (&w * &w)?.sum(None)?;
    /// loss.backward()?;
    /// assert_eq!(w.grad().unwrap().to_vec::<f32>()?, [2.0, 4.0]);
    /// # rushlight::Result::Ok(())
    /// ```
    pub fn backward(&self) -> Result<()> {
        self.backward_options().run()
    }
    /// The reverse pass from a tensor of any shape, with its gradient given.
    ///
    /// Errors: RuntimeError if the shapes differ or the tensor does not require a gradient.
    pub fn backward_with(&self, gradient: &Tensor) -> Result<()> {
        self.backward_options().gradient(gradient).run()
    }
    /// The reverse pass with options.
    ///
    /// ```
    /// use rushlight::prelude::*;
    ///
    /// let x = Tensor::scalar(3.0)?.requires_grad_(true)?;
    /// let y = (&x * &x)?;
    /// y.backward_options().retain_graph(true).run()?;
    /// y.backward()?;
    /// assert_eq!(x.grad().unwrap().item()?.to_f64(), 12.0);
    /// # rushlight::Result::Ok(())
    /// ```
    pub fn backward_options(&self) -> Backward<'_> {
        Backward { output: self, gradient: None, retain_graph: None, create_graph: false }
    }
    /// The gradient that has arrived at a leaf, or that a result was told to keep ([`Tensor::retain_grad`]).
    pub fn grad(&self) -> Option<Tensor> {
        match self.edge() {
            Edge::Leaf(leaf) => leaf.grad(),
            _ => self.retained().and_then(|r| lock(&r.grad).clone()),
        }
    }
    /// Puts a gradient in place, or takes it away.
    pub fn set_grad(&self, grad: Option<Tensor>) {
        match self.edge() {
            Edge::Leaf(leaf) => leaf.set_grad(grad),
            _ if grad.is_some() || self.retained().is_some() => *lock(&self.retain_slot().grad) = grad,
            _ => {}
        }
    }
    /// Forgets the gradient; the next pass starts anew.
    pub fn zero_grad(&self) {
        self.set_grad(None);
    }
    /// Makes a result keep its gradient, as leaves do.
    ///
    /// Errors: RuntimeError if it does not require one.
    pub fn retain_grad(&self) -> Result<()> {
        ensure!(self.requires_grad(), Runtime, "can't retain_grad on Tensor that has requires_grad=False");
        if let Some((node, slot)) = self.grad_fn() {
            let cell: Arc<Retained> = self.retain_slot();
            let mut hooks = node.hooks_mut();
            let known =
                |(s, c): &(usize, std::sync::Weak<Retained>)| *s == slot && c.as_ptr() == Arc::as_ptr(&cell);
            if !hooks.retain.iter().any(known) {
                hooks.retain.push((slot, Arc::downgrade(&cell)));
            }
        }
        Ok(())
    }
}

/// A reverse pass that is about to run; made by [`Tensor::backward_options`].
#[must_use = "nothing happens before `run`"]
pub struct Backward<'a> {
    output: &'a Tensor,
    gradient: Option<&'a Tensor>,
    retain_graph: Option<bool>,
    create_graph: bool,
}

impl<'a> Backward<'a> {
    /// The gradient to start with; without it one, for a scalar.
    pub fn gradient(mut self, gradient: &'a Tensor) -> Backward<'a> {
        self.gradient = Some(gradient);
        self
    }
    /// Keeps what the graph saved, for another pass. Off unless `create_graph` is on.
    pub fn retain_graph(mut self, on: bool) -> Backward<'a> {
        self.retain_graph = Some(on);
        self
    }
    /// Records the pass itself, so that the gradients can be differentiated.
    pub fn create_graph(mut self, on: bool) -> Backward<'a> {
        self.create_graph = on;
        self
    }
    /// Runs the pass.
    ///
    /// Errors: as for [`Tensor::backward`] and [`Tensor::backward_with`].
    pub fn run(self) -> Result<()> {
        let root = start(0, self.output, self.gradient)?;
        let retain_graph = self.retain_graph.unwrap_or(self.create_graph);
        let create_graph = self.create_graph;
        let request =
            Request { roots: vec![root], capture: None, accumulate: false, retain_graph, create_graph };
        run(request, &CALCULUS).map(drop)
    }
}

/// Where a pass starts from the output number `i`, with the gradient there: one for a scalar.
fn start(i: usize, output: &Tensor, gradient: Option<&Tensor>) -> Result<(Edge, Tensor)> {
    let edge = output.edge();
    ensure!(
        edge.is_some(),
        Runtime,
        "element {i} of tensors does not require grad and does not have a grad_fn"
    );
    if let Some(g) = gradient {
        ensure!(
            g.shape() == output.shape(),
            Runtime,
            "Mismatch in shape: grad_output[{i}] has a shape of torch.Size({:?}) and output[{i}] has a shape of torch.Size({:?}).",
            g.shape(),
            output.shape()
        );
        ensure!(
            g.dtype().is_complex() == output.dtype().is_complex(),
            Runtime,
            "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in dtype: grad_output[{i}] has a dtype of torch.{} and output[{i}] has a dtype of torch.{}.",
            g.dtype().name(),
            output.dtype().name()
        );
        return Ok((edge, g.clone()));
    }
    ensure!(output.numel() == 1, Runtime, "grad can be implicitly created only for scalar outputs");
    if output.dtype().is_complex() {
        bail!(
            Runtime,
            "grad can be implicitly created only for real scalar outputs but got torch.{}",
            output.dtype().name()
        );
    }
    Ok((edge, full(output.shape(), Scalar::Int(1), output.dtype(), output.device())?))
}

/// Where a pass over all outputs starts; a gradient that is missing is one.
#[cfg(feature = "python")]
pub(crate) fn roots(outputs: &[Tensor], grads: &[Option<Tensor>]) -> Result<Vec<(Edge, Tensor)>> {
    let gradient = |i: usize| grads.get(i).and_then(Option::as_ref);
    outputs.iter().enumerate().map(|(i, t)| start(i, t, gradient(i))).collect()
}

/// The gradients of the sum of scalar outputs with respect to `inputs`, recorded, so that they can be differentiated
/// again; the leaves' own gradients stay as they are.
///
/// Errors: RuntimeError if an output is no scalar, if something does not require a gradient, or if an input was not
/// used.
///
/// ```
/// use rushlight::prelude::*;
///
/// let x = Tensor::scalar(2.0)?.requires_grad_(true)?;
/// let y = x.pow(3)?;
/// let first = &grad(&[&y], &[&x])?[0];
/// let second = &grad(&[first], &[&x])?[0];
/// assert_eq!((first.item()?.to_f64(), second.item()?.to_f64()), (12.0, 12.0));
/// # rushlight::Result::Ok(())
/// ```
pub fn grad(outputs: &[&Tensor], inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
    let roots = outputs.iter().enumerate().map(|(i, t)| start(i, t, None)).collect::<Result<_>>()?;
    ensure!(
        inputs.iter().all(|t| t.requires_grad()),
        Runtime,
        "One of the differentiated Tensors does not require grad"
    );
    let edges: Vec<Edge> = inputs.iter().map(|t| t.edge()).collect();
    let request =
        Request { roots, capture: Some(&edges), accumulate: false, retain_graph: true, create_graph: true };
    let found: Option<Vec<Tensor>> = run(request, &CALCULUS)?.into_iter().collect();
    match found {
        Some(grads) => Ok(grads),
        None => {
            bail!(Runtime, "One of the differentiated Tensors appears to not have been used in the graph.")
        }
    }
}
