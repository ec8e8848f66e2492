//! The graph from Python: gradients of tensors, `backward`, `grad`, grad modes.

use crate::api::roots;
use crate::autograd::{GradMode, Request};
use crate::python::error::{OrPy, guarded};
use crate::python::hook::{Hook, PyHandle, Target, optional, tuple};
use crate::python::node::{self, PyNode};
use crate::python::tensor::PyTensor;
use crate::tensor::graph::{lock, new_hook_id};
use crate::tensor::saved::{Witness, watch};
use crate::tensor::{Edge, Tensor};
use crate::warning::warn_once;
use crate::{autograd, ops};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyTuple};
use std::any::Any;
use std::sync::Arc;

// ---- gradients of tensors -----------------------------------------------------------------------------------------

#[pymethods]
impl PyTensor {
    /// What hangs on the tensor and on nothing else: hooks on its gradient, the context of the function that made it.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let mut result = Ok(());
        self.show(&mut |object: &dyn Any| {
            if let (Ok(()), Some(object)) = (&result, object.downcast_ref::<Py<PyAny>>()) {
                result = visit.call(object);
            }
        });
        result
    }
    /// Lets go of the handle: the object is garbage, in a circle with what hangs on the tensor.
    fn __clear__(&self) {
        if let Ok(none) = Tensor::empty(&[0], crate::base::DType::F32, crate::base::Device::Cpu) {
            self.replace(none);
        }
    }
    /// Keeps the gradient of a result.
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> y = x * 3
    /// >>> y.retain_grad()
    /// >>> y.sum().backward()
    /// >>> y.grad
    /// tensor([1., 1.])
    fn retain_grad(&self) -> PyResult<()> {
        self.tensor().retain_grad().py()
    }
    /// Whether `retain_grad` was called for a tensor that is no leaf.
    ///
    /// >>> x = rl.ones(2, requires_grad=True) * 2
    /// >>> x.retain_grad()
    /// >>> x.retains_grad
    /// True
    #[getter]
    pub(super) fn retains_grad(&self) -> bool {
        keeps_grad(&self.tensor())
    }
    /// A hook on the gradient of this tensor: `hook(grad) -> Tensor or None`.
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> handle = x.register_hook(lambda grad: 2 * grad)
    /// >>> x.sum().backward()
    /// >>> x.grad
    /// tensor([2., 2.])
    fn register_hook(&self, hook: Py<PyAny>) -> PyResult<PyHandle> {
        let id = new_hook_id();
        match self.tensor().edge() {
            Edge::None => Err(PyRuntimeError::new_err(
                "cannot register a hook on a tensor that doesn't require gradient",
            )),
            Edge::Node(n, slot) => {
                n.hooks_mut().tensor.push((slot as usize, id, Arc::new(Hook(hook))));
                Ok(PyHandle { id, place: Target::Node(Arc::downgrade(&n)) })
            }
            Edge::Leaf(l) => {
                lock(&l.hooks).tensor.push((id, Arc::new(Hook(hook))));
                Ok(PyHandle { id, place: Target::Leaf(Arc::downgrade(&l)) })
            }
        }
    }
    /// A hook on a leaf, called with the leaf after its gradient was added to.
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> handle = x.register_post_accumulate_grad_hook(lambda x: print(x.grad))
    /// >>> x.sum().backward()
    /// tensor([1., 1.])
    fn register_post_accumulate_grad_hook(&self, hook: Py<PyAny>) -> PyResult<PyHandle> {
        match self.tensor().edge() {
            Edge::Leaf(l) => {
                let id = new_hook_id();
                lock(&l.hooks).post.push((id, Arc::new(Hook(hook))));
                Ok(PyHandle { id, place: Target::Leaf(Arc::downgrade(&l)) })
            }
            Edge::None => Err(PyRuntimeError::new_err(
                "cannot register a hook on a tensor that doesn't require gradient",
            )),
            Edge::Node(..) => Err(PyRuntimeError::new_err(
                "post accumulate grad hooks cannot be registered on non-leaf tensors",
            )),
        }
    }
    /// Gradients of this tensor with respect to the leaves of its graph.
    ///
    /// >>> x = rl.tensor([1.0, 2.0], requires_grad=True)
    /// >>> (x * x).sum().backward()
    /// >>> x.grad
    /// tensor([2., 4.])
    #[pyo3(signature = (gradient = None, retain_graph = None, create_graph = false, inputs = None))]
    fn backward(
        slf: &Bound<'_, Self>,
        gradient: Option<&Bound<'_, PyAny>>,
        retain_graph: Option<bool>,
        create_graph: bool,
        inputs: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let t = slf.get().tensor();
        let g = match gradient {
            Some(g) => optional(g)?,
            None => None,
        };
        let inputs = match inputs {
            Some(i) if !i.is_none() => Some(list_of_tensors(i)?),
            _ => None,
        };
        backward_of(slf.py(), &[t], &[g], retain_graph, create_graph, inputs)
    }
}

fn list_of_tensors(obj: &Bound<'_, PyAny>) -> PyResult<Vec<Tensor>> {
    if let Ok(t) = obj.cast::<PyTensor>() {
        return Ok(vec![t.get().tensor()]);
    }
    if let Some(t) = node::standing_at(obj)? {
        return Ok(vec![t]);
    }
    obj.try_iter()?
        .map(|i| {
            let i = i?;
            if let Some(t) = node::standing_at(&i)? {
                return Ok(t);
            }
            Ok(i.cast::<PyTensor>()
                .map_err(|_| {
                    PyTypeError::new_err(format!(
                        "expected Tensors, got {}",
                        i.get_type().name().map_or_else(|_| String::new(), |n| n.to_string())
                    ))
                })?
                .get()
                .tensor())
        })
        .collect()
}

fn run(py: Python<'_>, request: Request<'_>) -> PyResult<Vec<Option<Tensor>>> {
    // hooks and Python functions attach for their own duration
    let work = move || autograd::run(request, &ops::CALCULUS);
    super::interrupt::listen(py);
    let result = guarded("backward", || {
        let r = py.detach(work);
        Ok(r)
    })?;
    result.py()
}

fn backward_of(
    py: Python<'_>,
    outputs: &[Tensor],
    grads: &[Option<Tensor>],
    retain_graph: Option<bool>,
    create_graph: bool,
    inputs: Option<Vec<Tensor>>,
) -> PyResult<()> {
    check_outside(
        "backward() called inside a functorch transform. This is not supported, please use functorch.grad or functorch.vjp instead or call backward() outside of functorch transforms.",
    )?;
    if create_graph {
        warn_once(
            "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use this function, make sure to reset the .grad fields of your parameters to None after use to break the cycle and avoid the leak.",
        );
    }
    let roots = roots(outputs, grads).py()?;
    let wanted: Option<Vec<Edge>> = match &inputs {
        Some(list) if list.is_empty() => {
            return Err(PyRuntimeError::new_err("`inputs` argument to `backward()` cannot be empty."));
        }
        Some(list) => {
            let mut edges = Vec::new();
            for t in list {
                if !t.requires_grad() {
                    return Err(PyRuntimeError::new_err(
                        "One of the differentiated Tensors does not require grad",
                    ));
                }
                edges.push(t.edge());
            }
            Some(edges)
        }
        None => None,
    };
    let request = Request {
        roots,
        capture: wanted.as_deref(),
        accumulate: wanted.is_some(),
        retain_graph: retain_graph.unwrap_or(create_graph),
        create_graph,
    };
    let found = run(py, request)?;
    // results among the inputs keep theirs as leaves do, but for those that the pass itself kept one for
    for (t, grad) in inputs.iter().flatten().zip(found) {
        if let (Some(grad), false) = (grad, keeps_grad(t)) {
            let sum = match t.grad() {
                Some(old) => old.add(&grad).py()?,
                None => grad,
            };
            t.set_grad(Some(sum));
        }
    }
    Ok(())
}

/// A result that asked to keep its gradient.
fn keeps_grad(t: &Tensor) -> bool {
    let (Some(cell), Some((node, _))) = (t.retained(), t.grad_fn()) else { return false };
    node.hooks().is_some_and(|h| {
        lock(h).retain.iter().any(|(_, w)| w.upgrade().is_some_and(|c| Arc::ptr_eq(&c, &cell)))
    })
}

/// `torch.autograd.backward` over checked arguments.
#[pyfunction]
#[pyo3(signature = (tensors, grad_tensors, retain_graph, create_graph, inputs))]
fn backward(
    py: Python<'_>,
    tensors: &Bound<'_, PyAny>,
    grad_tensors: &Bound<'_, PyAny>,
    retain_graph: Option<bool>,
    create_graph: bool,
    inputs: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    let outputs = list_of_tensors(tensors)?;
    let grads = grads_list(grad_tensors, outputs.len())?;
    let inputs = inputs.map(list_of_tensors).transpose()?;
    backward_of(py, &outputs, &grads, retain_graph, create_graph, inputs)
}

fn grads_list(obj: &Bound<'_, PyAny>, n: usize) -> PyResult<Vec<Option<Tensor>>> {
    if obj.is_none() {
        return Ok(vec![None; n]);
    }
    if let Ok(t) = obj.cast::<PyTensor>() {
        return Ok(vec![Some(t.get().tensor())]);
    }
    let mut list: Vec<Option<Tensor>> = obj
        .try_iter()?
        .map(|i| {
            optional(&i?).map_err(|_| {
                PyTypeError::new_err("gradients can be either Tensors or None, but got another type")
            })
        })
        .collect::<PyResult<_>>()?;
    if list.len() < n {
        return Err(PyRuntimeError::new_err(format!("got {n} tensors and {} gradients", list.len())));
    }
    list.truncate(n); // those that no tensor is left for go unused, as in PyTorch
    Ok(list)
}

/// Refuses what a function must not do while a transform runs it.
pub fn check_outside(what: &str) -> PyResult<()> {
    if ops::driver::batch::is_transforming() {
        Err(PyRuntimeError::new_err(what.to_string()))
    } else {
        Ok(())
    }
}

/// `torch.autograd.grad` over checked arguments; missing gradients are `None`.
#[pyfunction]
#[pyo3(signature = (outputs, inputs, grad_outputs, retain_graph, create_graph))]
fn grad<'py>(
    py: Python<'py>,
    outputs: &Bound<'py, PyAny>,
    inputs: &Bound<'py, PyAny>,
    grad_outputs: &Bound<'py, PyAny>,
    retain_graph: Option<bool>,
    create_graph: bool,
) -> PyResult<Bound<'py, PyTuple>> {
    let outputs = list_of_tensors(outputs)?;
    let inputs = list_of_tensors(inputs)?;
    if inputs.is_empty() {
        return Err(PyRuntimeError::new_err("`inputs` argument to `grad()` cannot be empty."));
    }
    let grads = grads_list(grad_outputs, outputs.len())?;
    let roots = roots(&outputs, &grads).py()?;
    let mut edges = Vec::new();
    for t in &inputs {
        if !t.requires_grad() {
            return Err(PyRuntimeError::new_err("One of the differentiated Tensors does not require grad"));
        }
        edges.push(t.edge());
    }
    let request = Request {
        roots,
        capture: Some(&edges),
        accumulate: false,
        retain_graph: retain_graph.unwrap_or(create_graph),
        create_graph,
    };
    let out = run(py, request)?;
    tuple(py, &out)
}

// ---- modes --------------------------------------------------------------------------------------------------------

/// Sets this thread's mode: 0 enables gradients and 1 does not, 2 ends the record for tangents as well, none ends inference mode; from 4 on the mode itself (4
/// record, 5 no grad, 6 inference, 7 inference with gradients enabled, 8 a program's no grad). Answers with the previous one, from 4 on.
#[pyfunction]
fn _set_mode(mode: u8) -> u8 {
    let new = match mode {
        0 | 1 => autograd::mode().with_grad(mode == 0),
        2 if autograd::inference_mode() => autograd::mode().with_grad(false),
        2 | 5 => GradMode::NoGrad,
        4 => GradMode::Record,
        7 => GradMode::InferenceEnabled,
        8 => GradMode::Off,
        _ => GradMode::Inference,
    };
    4 + autograd::set_mode(new) as u8
}

/// Whether this thread records a graph.
///
/// >>> rl.is_grad_enabled()
/// True
/// >>> with rl.no_grad(): print(rl.is_grad_enabled())
/// False
#[pyfunction]
fn is_grad_enabled() -> bool {
    autograd::mode().says_enabled()
}

/// Whether this thread is in inference mode.
///
/// >>> with rl.inference_mode(): print(rl.is_inference_mode_enabled())
/// True
#[pyfunction]
fn is_inference_mode_enabled() -> bool {
    autograd::inference_mode()
}

/// Switches the search for nan in gradients on this thread; answers with what it was.
#[pyfunction]
fn _set_anomaly(on: bool) -> bool {
    watch(on.then_some(Witness { made: node::note_traceback, failed: node::tell_traceback }));
    autograd::set_anomaly(on)
}

/// Whether the search for nan in gradients is on.
///
/// >>> rl.is_anomaly_enabled()
/// False
#[pyfunction]
fn is_anomaly_enabled() -> bool {
    autograd::anomaly()
}

#[pyfunction]
fn _live_nodes() -> usize {
    crate::tensor::graph::live_nodes()
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyNode>()?;
    m.add_class::<PyHandle>()?;
    m.add_function(wrap_pyfunction!(_set_mode, m)?)?;
    m.add_function(wrap_pyfunction!(is_grad_enabled, m)?)?;
    m.add_function(wrap_pyfunction!(is_inference_mode_enabled, m)?)?;
    m.add_function(wrap_pyfunction!(_set_anomaly, m)?)?;
    m.add_function(wrap_pyfunction!(is_anomaly_enabled, m)?)?;
    m.add_function(wrap_pyfunction!(_live_nodes, m)?)?;
    let sub = super::trampoline::submodule(m, "_autograd")?;
    sub.setattr("backward", wrap_pyfunction!(backward, m)?)?;
    sub.setattr("grad", wrap_pyfunction!(grad, m)?)?;
    Ok(())
}
