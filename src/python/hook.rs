//! Python's callables as hooks on gradients, nodes and leaves, and the handles that take them away.

use crate::error::Result as CoreResult;
use crate::python::error::from_py;
use crate::python::tensor::{PyTensor, wrap};
use crate::tensor::graph::{LeafHook, NodeHook, Show, TensorHook, lock};
use crate::tensor::{Grads, Leaf, Node, Tensor};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyTuple};
use std::sync::Weak;

/// A Python callable as a hook of any kind. Exceptions travel through the engine and come out unchanged.
pub struct Hook(pub Py<PyAny>);

pub fn tensor_or_none<'py>(py: Python<'py>, t: &Option<Tensor>) -> PyResult<Bound<'py, PyAny>> {
    match t {
        Some(t) => wrap(py, t.clone()),
        None => Ok(py.None().into_bound(py)),
    }
}

pub fn tuple<'py>(py: Python<'py>, grads: &[Option<Tensor>]) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, grads.iter().map(|g| tensor_or_none(py, g)).collect::<PyResult<Vec<_>>>()?)
}

pub fn optional(obj: &Bound<'_, PyAny>) -> PyResult<Option<Tensor>> {
    if obj.is_none() {
        return Ok(None);
    }
    Ok(Some(
        obj.cast::<PyTensor>().map_err(|_| PyTypeError::new_err("expected a Tensor or None"))?.get().tensor(),
    ))
}

impl Hook {
    fn title(&self) -> String {
        Python::attach(|py| {
            let name = self.0.bind(py).getattr("__name__");
            name.and_then(|n| n.extract()).unwrap_or_else(|_| "<unknown>".into())
        })
    }
}

impl TensorHook for Hook {
    fn show(&self, to: Show) {
        to(&self.0);
    }
    fn name(&self) -> String {
        self.title()
    }
    fn call(&self, grad: &Tensor) -> CoreResult<Option<Tensor>> {
        Python::attach(|py| {
            let r = self.0.bind(py).call1((wrap(py, grad.clone())?,))?;
            if r.is_none() {
                return Ok(None);
            }
            match r.cast::<PyTensor>() {
                Ok(t) => Ok(Some(t.get().tensor())),
                Err(_) => Err(PyTypeError::new_err("hooks must return None or a Tensor")),
            }
        })
        .map_err(from_py)
    }
}

/// A hook after a node ran. A number beside the tensor has a place among the inputs that it sees.
pub struct After {
    pub hook: Hook,
    pub number: bool,
}

impl NodeHook for After {
    fn show(&self, to: Show) {
        to(&self.hook.0);
    }
    fn name(&self) -> String {
        self.hook.title()
    }
    fn call(
        &self,
        outgoing: Option<&[Option<Tensor>]>,
        incoming: &[Option<Tensor>],
    ) -> CoreResult<Option<Grads>> {
        let padded: Option<Grads> = outgoing
            .filter(|out| self.number && out.len() == 1)
            .map(|out| [out[0].clone(), None].into_iter().collect());
        let mut answer = NodeHook::call(&self.hook, padded.as_deref().or(outgoing), incoming)?;
        if let (Some(_), Some(grads)) = (&padded, &mut answer) {
            grads.truncate(1);
        }
        Ok(answer)
    }
}

impl NodeHook for Hook {
    fn show(&self, to: Show) {
        to(&self.0);
    }
    fn name(&self) -> String {
        self.title()
    }
    fn call(
        &self,
        outgoing: Option<&[Option<Tensor>]>,
        incoming: &[Option<Tensor>],
    ) -> CoreResult<Option<Grads>> {
        Python::attach(|py| {
            let hook = self.0.bind(py);
            let r = match outgoing {
                Some(out) => hook.call1((tuple(py, out)?, tuple(py, incoming)?))?,
                None => hook.call1((tuple(py, incoming)?,))?,
            };
            if r.is_none() {
                return Ok(None);
            }
            let items: Vec<Bound<'_, PyAny>> = if r.cast::<PyTensor>().is_ok() {
                vec![r]
            } else {
                r.try_iter()?.collect::<PyResult<_>>()?
            };
            items.iter().map(optional).collect::<PyResult<Grads>>().map(Some)
        })
        .map_err(from_py)
    }
}

impl LeafHook for Hook {
    fn show(&self, to: Show) {
        to(&self.0);
    }
    fn call(&self, leaf: &Tensor) -> CoreResult<()> {
        Python::attach(|py| self.0.bind(py).call1((wrap(py, leaf.clone())?,)).map(drop)).map_err(from_py)
    }
}

pub enum Target {
    Node(Weak<Node>),
    Leaf(Weak<Leaf>),
}

/// Removes a hook.
///
/// >>> x = rl.ones(2, requires_grad=True)
/// >>> handle = x.register_hook(print)
/// >>> handle.remove()
#[pyclass(frozen, name = "RemovableHandle", module = "rushlight.utils.hooks")]
pub struct PyHandle {
    #[pyo3(get)]
    pub id: u64,
    pub place: Target,
}

#[pymethods]
impl PyHandle {
    fn remove(&self) {
        match &self.place {
            Target::Node(n) => {
                if let Some(n) = n.upgrade() {
                    let mut h = n.hooks_mut();
                    h.tensor.retain(|(_, id, _)| *id != self.id);
                    h.pre.retain(|(id, _)| *id != self.id);
                    h.post.retain(|(id, _)| *id != self.id);
                }
            }
            Target::Leaf(l) => {
                if let Some(l) = l.upgrade() {
                    let mut h = lock(&l.hooks);
                    h.tensor.retain(|(id, _)| *id != self.id);
                    h.post.retain(|(id, _)| *id != self.id);
                    h.node_pre.retain(|(id, _)| *id != self.id);
                    h.node_post.retain(|(id, _)| *id != self.id);
                }
            }
        }
    }
    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
    #[pyo3(signature = (*_args))]
    fn __exit__(&self, _args: &Bound<'_, PyTuple>) {
        self.remove();
    }
}
