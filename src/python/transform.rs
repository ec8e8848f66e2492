//! What `rushlight.func` and `rushlight.amp` are made of: levels of `vmap`, their edges, tangents along a graph, mixed
//! precision.

use crate::autograd;
use crate::ops::CALCULUS;
use crate::ops::driver::autocast;
use crate::ops::driver::batch;
use crate::ops::driver::map;
use crate::ops::driver::view::at_own_place;
use crate::python::dtype::PyDType;
use crate::python::error::{OrPy, guarded};
use crate::python::tensor::{PyTensor, wrap};
use crate::tensor::batch::Axis;
use crate::tensor::{Edge, Tensor};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

type Tensors<'py> = Vec<PyRef<'py, PyTensor>>;

/// Begins a map over `size` samples; answers with its level.
#[pyfunction]
fn begin(size: usize, randomness: &str) -> PyResult<u64> {
    let randomness = match randomness {
        "error" => batch::Randomness::Error,
        "different" => batch::Randomness::Different,
        "same" => batch::Randomness::Same,
        other => {
            return Err(PyValueError::new_err(format!(
                "Only allowed values for randomness are 'error', 'different', or 'same'. Got {other}"
            )));
        }
    };
    Ok(batch::begin(size, randomness))
}

/// Ends a map.
#[pyfunction]
fn end(level: u64) {
    batch::end(level);
}

/// The next loop over samples warns again, as the first one did.
#[pyfunction]
fn forget_loops() {
    batch::forget_loops();
}

/// How deep in maps this thread is.
#[pyfunction]
fn depth() -> usize {
    batch::depth()
}

/// An axis becomes the samples of a level.
#[pyfunction]
fn enter<'py>(py: Python<'py>, x: PyRef<'py, PyTensor>, dim: i64, level: u64) -> PyResult<Bound<'py, PyAny>> {
    let t = x.tensor();
    let dim = crate::base::wrap_dim(dim, t.ndim()).py()?;
    wrap(py, guarded("vmap", || map::enter(&t, dim, level).py())?)
}

/// The samples of a level become an axis.
#[pyfunction]
fn leave<'py>(
    py: Python<'py>,
    x: PyRef<'py, PyTensor>,
    dim: i64,
    level: u64,
    size: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let t = x.tensor();
    let dim = crate::base::wrap_dim(dim, t.ndim() + 1).py()?;
    wrap(py, guarded("vmap", || map::leave(&t, Axis { level, size, stride: 0 }, dim).py())?)
}

/// Whether a tensor has samples of a level, or of any.
#[pyfunction]
#[pyo3(signature = (x, level=None))]
fn is_mapped(x: PyRef<'_, PyTensor>, level: Option<u64>) -> bool {
    let t = x.tensor();
    level.map_or(t.is_batched(), |l| t.axis(l).is_some())
}

fn edges(tensors: &[PyRef<'_, PyTensor>]) -> Vec<Edge> {
    tensors.iter().map(|t| t.tensor().edge()).collect()
}

/// The tangents of `results` for `tangents` of `inputs`, along the recorded graph; None where nothing arrives.
#[pyfunction]
fn push<'py>(
    py: Python<'py>,
    inputs: Tensors<'py>,
    tangents: Tensors<'py>,
    results: Tensors<'py>,
    create_graph: bool,
) -> PyResult<Vec<Option<Bound<'py, PyAny>>>> {
    let from: Vec<(Edge, Tensor)> =
        inputs.iter().zip(&tangents).map(|(x, t)| (x.tensor().edge(), t.tensor())).collect();
    let to = edges(&results);
    let answers = guarded("jvp", || autograd::push(&from, &to, create_graph, &CALCULUS).py())?;
    answers.into_iter().map(|t| t.map(|t| wrap(py, t)).transpose()).collect()
}

/// The newest level that any of some tensors is mapped by, its number of samples and its randomness.
#[pyfunction]
fn newest(tensors: Tensors<'_>) -> PyResult<(u64, usize, &'static str)> {
    let axes = tensors.iter().filter_map(|t| t.tensor().batch().last().copied());
    let axis = axes.max_by_key(|a| a.level).ok_or_else(|| PyValueError::new_err("no tensor is mapped"))?;
    let randomness = match batch::randomness(axis.level) {
        Some(batch::Randomness::Different) => "different",
        Some(batch::Randomness::Same) => "same",
        _ => "error",
    };
    Ok((axis.level, axis.size, randomness))
}

/// All samples of a tensor along axes in front: of every level, or of the newest.
#[pyfunction]
fn unwrap<'py>(py: Python<'py>, x: PyRef<'py, PyTensor>, all: bool) -> PyResult<Bound<'py, PyAny>> {
    let mut t = x.tensor().detach();
    while let Some(axis) = t.batch().last().copied() {
        t = guarded("vmap", || map::leave(&t, axis, 0).py())?;
        if !all {
            break;
        }
    }
    wrap(py, t)
}

/// The same tensor at a place of its own in the graph, requiring a gradient.
#[pyfunction]
fn place<'py>(py: Python<'py>, x: PyRef<'py, PyTensor>) -> PyResult<Bound<'py, PyAny>> {
    let t = x.tensor();
    wrap(py, guarded("grad", || at_own_place(&t).py())?)
}

/// As [`set_autocast`], for operands on graphics cards.
#[pyfunction]
fn set_autocast_gpu(dtype: Option<PyRef<'_, PyDType>>) -> PyResult<()> {
    let gpu = dtype.map(|d| d.held()).transpose()?;
    autocast::set_state(autocast::State { gpu, ..autocast::state() });
    Ok(())
}

/// Mixed precision on this thread: the half type that operands are cast to, or None where it is off; whether casts of leaves
/// are kept.
#[pyfunction]
fn set_autocast(dtype: Option<PyRef<'_, PyDType>>, cache: bool) -> PyResult<()> {
    let dtype = dtype.map(|d| d.held()).transpose()?;
    autocast::set_state(autocast::State { dtype, cache, ..autocast::state() });
    Ok(())
}

/// Forgets the casts of leaves.
#[pyfunction]
fn clear_casts() {
    autocast::clear();
}

/// A function begins to run on this thread whose gradients or tangents by `inputs` are wanted, and which may not write to `fixed`.
#[pyfunction]
fn enter_run(inputs: Tensors<'_>, fixed: Tensors<'_>) {
    let tensors = |list: Tensors<'_>| list.iter().map(|t| t.tensor()).collect();
    batch::enter_run(tensors(inputs), tensors(fixed));
}

/// A derivative in forward mode begins on this thread, or ends.
#[pyfunction]
fn forward(begins: bool) {
    autograd::enter_forward(begins);
    crate::tensor::saved::note_keepers(begins);
}

/// The function that began last has ended.
#[pyfunction]
fn leave_run() {
    batch::leave_run();
}

/// Whether results depend on what requires a gradient beside `inputs`.
#[pyfunction]
fn depends(results: Tensors<'_>, inputs: Tensors<'_>) -> bool {
    autograd::depends(&edges(&results), &edges(&inputs))
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    let sub = super::trampoline::submodule(m, "_transform")?;
    sub.setattr("begin", wrap_pyfunction!(begin, m)?)?;
    sub.setattr("end", wrap_pyfunction!(end, m)?)?;
    sub.setattr("forget_loops", wrap_pyfunction!(forget_loops, m)?)?;
    sub.setattr("depth", wrap_pyfunction!(depth, m)?)?;
    sub.setattr("enter", wrap_pyfunction!(enter, m)?)?;
    sub.setattr("leave", wrap_pyfunction!(leave, m)?)?;
    sub.setattr("is_mapped", wrap_pyfunction!(is_mapped, m)?)?;
    sub.setattr("push", wrap_pyfunction!(push, m)?)?;
    sub.setattr("unwrap", wrap_pyfunction!(unwrap, m)?)?;
    sub.setattr("newest", wrap_pyfunction!(newest, m)?)?;
    sub.setattr("enter_run", wrap_pyfunction!(enter_run, m)?)?;
    sub.setattr("forward", wrap_pyfunction!(forward, m)?)?;
    sub.setattr("leave_run", wrap_pyfunction!(leave_run, m)?)?;
    sub.setattr("autocast", wrap_pyfunction!(set_autocast, m)?)?;
    sub.setattr("autocast_gpu", wrap_pyfunction!(set_autocast_gpu, m)?)?;
    sub.setattr("clear_casts", wrap_pyfunction!(clear_casts, m)?)?;
    sub.setattr("place", wrap_pyfunction!(place, m)?)?;
    sub.setattr("depends", wrap_pyfunction!(depends, m)?)?;
    Ok(())
}
