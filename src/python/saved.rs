//! A program's hooks on what is saved for a backward, and what it may ask about the backward that runs.

use crate::autograd;
use crate::error::Result as CoreResult;
use crate::python::error::{OrPy, from_py};
use crate::python::tensor::{PyTensor, wrap};
use crate::tensor::Tensor;
use crate::tensor::saved::{self, Packed, Packing};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use std::sync::Arc;

/// `pack(tensor)` when something is saved, `unpack(what it gave)` when it is read.
struct Hooks {
    pack: Py<PyAny>,
    unpack: Arc<Py<PyAny>>,
}

struct Kept {
    value: Py<PyAny>,
    unpack: Arc<Py<PyAny>>,
}

impl Packing for Hooks {
    fn pack(&self, tensor: &Tensor) -> CoreResult<Arc<dyn Packed>> {
        Python::attach(|py| {
            // what the hook computes is no part of the graph
            let _mode = autograd::ModeGuard::new(autograd::mode().with_grad(false));
            let value = self.pack.call1(py, (wrap(py, tensor.clone())?,))?;
            Ok(Arc::new(Kept { value, unpack: self.unpack.clone() }) as Arc<dyn Packed>)
        })
        .map_err(from_py)
    }
}

impl Packed for Kept {
    fn unpack(&self) -> CoreResult<Tensor> {
        Python::attach(|py| {
            let value = self.unpack.call1(py, (&self.value,))?;
            let value = value.bind(py);
            match value.cast::<PyTensor>() {
                Ok(t) => Ok(t.get().tensor()),
                Err(_) => Err(PyTypeError::new_err(format!(
                    "Output of saved tensor unpack_hook expected to be a Tensor but got result of type {}",
                    value.get_type().name()?
                ))),
            }
        })
        .map_err(from_py)
    }
}

#[pyfunction]
fn _push_saved_tensors_default_hooks(pack: Py<PyAny>, unpack: Py<PyAny>) -> PyResult<()> {
    saved::push_packing(Arc::new(Hooks { pack, unpack: Arc::new(unpack) })).py()
}

#[pyfunction]
fn _pop_saved_tensors_default_hooks() -> PyResult<()> {
    saved::pop_packing().py()
}

/// Refuses hooks with a message, None allows them; answers with the message before.
#[pyfunction]
#[pyo3(signature = (message, fail_if_non_empty = true))]
fn _saved_tensors_hooks_disable(
    message: Option<String>,
    fail_if_non_empty: bool,
) -> PyResult<Option<String>> {
    saved::refuse_packing(message, fail_if_non_empty).py()
}

#[pyfunction]
fn _saved_tensors_hooks_is_enabled() -> bool {
    saved::packing_allowed()
}

/// The number of the backward that runs in this thread, -1 if none does.
#[pyfunction]
fn _current_graph_task_id() -> i64 {
    autograd::current().map_or(-1, |task| task.id as i64)
}

/// Whether the backward that runs in this thread will come by the place where the tensor was made.
#[pyfunction]
fn _will_reach(tensor: &Bound<'_, PyTensor>) -> bool {
    autograd::current().is_some_and(|task| task.reaches(&tensor.get().tensor().edge()))
}

/// From the next backward on its reach is known.
#[pyfunction]
fn _watch_reach() {
    autograd::watch_reach();
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(_saved_tensors_hooks_is_enabled, m)?)?;
    let sub = super::trampoline::submodule(m, "_autograd")?;
    sub.setattr(
        "_push_saved_tensors_default_hooks",
        wrap_pyfunction!(_push_saved_tensors_default_hooks, m)?,
    )?;
    sub.setattr("_pop_saved_tensors_default_hooks", wrap_pyfunction!(_pop_saved_tensors_default_hooks, m)?)?;
    sub.setattr("_saved_tensors_hooks_disable", wrap_pyfunction!(_saved_tensors_hooks_disable, m)?)?;
    sub.setattr("_saved_tensors_hooks_is_enabled", wrap_pyfunction!(_saved_tensors_hooks_is_enabled, m)?)?;
    sub.setattr("_current_graph_task_id", wrap_pyfunction!(_current_graph_task_id, m)?)?;
    sub.setattr("_will_reach", wrap_pyfunction!(_will_reach, m)?)?;
    sub.setattr("_watch_reach", wrap_pyfunction!(_watch_reach, m)?)
}
