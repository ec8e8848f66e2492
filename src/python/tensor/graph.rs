//! A tensor's place in the graph: what is recorded, its node, its gradient, and its data outside of it.

use crate::python::error::{OrPy, guarded};
use crate::python::node::node_object;
use crate::python::object::{PyTensor, show_as, wrap};
use crate::tensor::{Tensor, type_name};
use crate::warning::warn;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyAny;

const NO_GRAD: &str = "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information.";

/// `requires_grad` of a tensor, which one made in inference mode has only there.
pub(super) fn require(t: &Tensor, on: bool) -> PyResult<()> {
    if on && t.is_inference() && !crate::autograd::inference_mode() {
        return Err(PyRuntimeError::new_err(
            "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.",
        ));
    }
    t.set_requires_grad(on).py()
}

#[pymethods]
impl PyTensor {
    /// Whether operations with the tensor are recorded for `backward`.
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> (x + 1).requires_grad
    /// True
    #[getter]
    fn requires_grad(&self) -> bool {
        self.look(Tensor::requires_grad)
    }
    #[setter]
    fn set_requires_grad(slf: &Bound<'_, Self>, on: &Bound<'_, PyAny>) -> PyResult<()> {
        let on = on.extract().map_err(|_| PyRuntimeError::new_err("requires_grad must be a bool"))?;
        require(&slf.get().tensor(), on)?;
        show_as(slf.as_any())
    }
    /// Sets whether operations with the tensor are recorded; the tensor itself.
    ///
    /// >>> rl.ones(2).requires_grad_().requires_grad
    /// True
    #[pyo3(signature = (requires_grad = true))]
    fn requires_grad_<'py>(slf: Bound<'py, Self>, requires_grad: bool) -> PyResult<Bound<'py, Self>> {
        crate::python::autograd::check_outside(
            "You are attempting to call Tensor.requires_grad_() (or perhaps using torch.autograd.functional.* APIs) inside of a function being transformed by a functorch transform. This is unsupported, please attempt to use the functorch transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call requires_grad_() outside of a function being transformed instead.",
        )?;
        if !(requires_grad && slf.get().look(Tensor::requires_grad)) {
            require(&slf.get().tensor(), requires_grad)?;
            show_as(slf.as_any())?;
        }
        Ok(slf)
    }
    /// Whether the tensor has no history: made by the user, or in need of no gradient.
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> x.is_leaf, (x + 1).is_leaf
    /// (True, False)
    #[getter]
    fn is_leaf(&self) -> bool {
        self.tensor().is_leaf()
    }
    /// The node of the graph that made this tensor; None for leaves.
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> (x + 1).grad_fn.name()
    /// 'AddBackward0'
    #[getter]
    fn grad_fn<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.tensor().grad_fn() {
            Some((node, _)) => node_object(py, node).map(Some),
            None => Ok(None),
        }
    }
    /// Which result of its node the tensor is.
    ///
    /// >>> x = rl.ones(4, requires_grad=True)
    /// >>> x.chunk(2)[1].output_nr
    /// 1
    #[getter]
    fn output_nr(&self) -> usize {
        self.tensor().grad_fn().map_or(0, |(_, slot)| slot)
    }
    /// The gradient that `backward` left here, or None.
    ///
    /// >>> x = rl.tensor([1.0, 2.0], requires_grad=True)
    /// >>> (3 * x).sum().backward()
    /// >>> x.grad
    /// tensor([3., 3.])
    #[getter]
    fn grad<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(g) = self.look(Tensor::grad) else {
            let lost = self.look(|t| t.requires_grad() && !t.is_leaf()) && !self.retains_grad();
            if lost {
                guarded("grad", || {
                    warn(NO_GRAD);
                    Ok(())
                })?;
            }
            return Ok(None);
        };
        let mut cache = self.grad.lock().unwrap_or_else(|e| e.into_inner());
        if let Some((id, object)) = cache.as_ref()
            && *id == g.id()
        {
            return Ok(Some(object.bind(py).clone()));
        }
        let id = g.id();
        let object = wrap(py, g)?;
        *cache = Some((id, object.clone().unbind()));
        Ok(Some(object))
    }
    #[setter]
    fn set_grad(slf: &Bound<'_, Self>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let this = slf.get();
        let is_none = |g: &std::sync::Mutex<Option<_>>| g.lock().unwrap_or_else(|e| e.into_inner()).is_none();
        if value.is_none() && is_none(&this.grad) && this.look(|t| t.grad().is_none()) {
            return Ok(());
        }
        let t = this.tensor();
        if value.is_none() {
            *this.grad.lock().unwrap_or_else(|e| e.into_inner()) = None;
            t.set_grad(None);
            return Ok(());
        }
        let g = value.cast::<PyTensor>().map_err(|_| {
            PyTypeError::new_err(format!(
                "assigned grad expected to be a Tensor or None but got grad of type {}",
                value.get_type().name().map_or_else(|_| String::new(), |n| n.to_string())
            ))
        })?;
        // a gradient of a class of its own (a sparse one) says itself where it is
        let own = crate::python::overrides::takes_part(value);
        let g = g.get().tensor();
        if g.same(&t) {
            return Err(PyRuntimeError::new_err("can't assign Variable as its own grad"));
        }
        if g.dtype() != t.dtype() {
            return Err(PyRuntimeError::new_err(format!(
                "assigned grad has data of a different type: expected {}, got {}",
                type_name(t.dtype(), t.device()),
                type_name(g.dtype(), g.device())
            )));
        }
        if g.device() != t.device() && !own {
            return Err(PyRuntimeError::new_err("assigned grad has data located on a different device"));
        }
        if g.shape() != t.shape() {
            return Err(PyRuntimeError::new_err(format!(
                "assigned grad has data of a different size: expected {:?}, got {:?}",
                t.shape(),
                g.shape()
            )));
        }
        *this.grad.lock().unwrap_or_else(|e| e.into_inner()) = Some((g.id(), value.clone().unbind()));
        t.set_grad(Some(g));
        Ok(())
    }
    /// The same data without history, with a version counter of its own.
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> x.data.requires_grad
    /// False
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        if t.is_batched() {
            return Err(PyRuntimeError::new_err("accessing `data` under vmap transform is not allowed"));
        }
        wrap(py, Tensor::over(t.storage().forked().py()?, t.layout().clone(), t.dtype()).py()?)
    }
    #[setter]
    fn set_data(&self, value: &Bound<'_, PyTensor>) -> PyResult<()> {
        let (t, v) = (self.tensor(), value.get().tensor());
        if t.requires_grad() && !v.dtype().is_differentiable() {
            return Err(PyRuntimeError::new_err(
                "data set to a tensor that requires gradients must be floating point or complex dtype",
            ));
        }
        self.replace(t.replaced(v.storage().clone(), v.layout().clone(), v.dtype()).py()?);
        Ok(())
    }
    /// Takes this tensor out of the graph: a leaf without a history.
    ///
    /// >>> x = rl.ones(2, requires_grad=True) * 2
    /// >>> x.detach_().requires_grad
    /// False
    fn detach_<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        let t = slf.get().tensor();
        if t.is_view() {
            return Err(PyRuntimeError::new_err(
                "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be called on these gradients. To fix this error, please refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as a solution.",
            ));
        }
        t.rewrite_edge(crate::tensor::Edge::None);
        Ok(slf)
    }
    #[getter]
    fn _base<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.tensor().view_base().map(|b| wrap(py, b)).transpose()
    }
    fn _is_view(&self) -> bool {
        self.tensor().is_view()
    }
}
