//! What holds for all tensors: the dtype of floats, how they are printed, threads, the memory that is kept.

use crate::base::promote::{self, default_dtype};
use crate::kernels::cpu::machine::par;
use crate::python::convert::dtype_of;
use crate::python::dtype::{PyDType, dtype};
use crate::storage::host;
use crate::tensor::print::{PrintOptions, print_options, set_print_options};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The dtype of floats given without one.
///
/// Errors: TypeError for what is no floating dtype.
///
/// >>> rl.set_default_dtype(rl.float64)
/// >>> rl.ones(1).dtype
/// torch.float64
/// >>> rl.set_default_dtype(rl.float32)
#[pyfunction]
fn set_default_dtype(d: &Bound<'_, PyAny>) -> PyResult<()> {
    let wanted = dtype_of(d)?.ok_or_else(|| {
        PyTypeError::new_err(
            "invalid dtype object: only floating-point types are supported as the default type",
        )
    })?;
    if !wanted.is_float() || wanted.is_stored() {
        return Err(PyTypeError::new_err("only floating-point types are supported as the default type"));
    }
    promote::set_default_dtype(wanted);
    Ok(())
}

/// The dtype of floats given without one.
///
/// >>> rl.get_default_dtype()
/// torch.float32
#[pyfunction]
fn get_default_dtype(py: Python<'_>) -> Py<PyDType> {
    dtype(py, default_dtype())
}

/// How tensors are printed; see `torch.set_printoptions`.
///
/// >>> rl.set_printoptions(precision=2)
/// >>> rl.tensor([1.2345])
/// tensor([1.23])
/// >>> rl.set_printoptions(profile="default")
#[pyfunction]
#[pyo3(signature = (precision = None, threshold = None, edgeitems = None, linewidth = None, profile = None, sci_mode = None))]
fn set_printoptions(
    precision: Option<usize>,
    threshold: Option<f64>,
    edgeitems: Option<usize>,
    linewidth: Option<usize>,
    profile: Option<&str>,
    sci_mode: Option<bool>,
) {
    let mut o = profile.and_then(PrintOptions::profile).unwrap_or(print_options());
    if let Some(p) = precision {
        o.precision = p;
    }
    if let Some(t) = threshold {
        o.threshold = t;
    }
    if let Some(e) = edgeitems {
        o.edgeitems = e;
    }
    if let Some(l) = linewidth {
        o.linewidth = l;
    }
    o.sci_mode = sci_mode;
    set_print_options(o);
}

#[pyfunction]
fn _printoptions(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let o = print_options();
    let d = PyDict::new(py);
    d.set_item("precision", o.precision)?;
    d.set_item("threshold", o.threshold)?;
    d.set_item("edgeitems", o.edgeitems)?;
    d.set_item("linewidth", o.linewidth)?;
    d.set_item("sci_mode", o.sci_mode)?;
    Ok(d)
}

/// How many threads kernels use. Results do not depend on it.
///
/// Errors: RuntimeError unless positive.
///
/// >>> threads = rl.get_num_threads()
/// >>> rl.set_num_threads(1)
/// >>> rl.get_num_threads()
/// 1
/// >>> rl.set_num_threads(threads)
#[pyfunction]
fn set_num_threads(n: &Bound<'_, PyAny>) -> PyResult<()> {
    let number = if n.is_instance_of::<pyo3::types::PyBool>() { None } else { n.extract::<i64>().ok() };
    let Some(n) = number else {
        let kind = n.get_type().name()?;
        return Err(PyRuntimeError::new_err(format!("set_num_threads expects an int, but got {kind}")));
    };
    if n <= 0 {
        return Err(PyRuntimeError::new_err("set_num_threads expects a positive integer"));
    }
    par::set_num_threads(n as usize);
    Ok(())
}

/// How many threads kernels use.
///
/// >>> rl.get_num_threads() >= 1
/// True
#[pyfunction]
fn get_num_threads() -> usize {
    par::num_threads()
}

/// Figures of the CPU memory cache, in bytes.
///
/// >>> rl.memory_stats()["cached_bytes"] >= 0
/// True
#[pyfunction]
fn memory_stats(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let d = PyDict::new(py);
    for (k, v) in host::stats() {
        d.set_item(k, v)?;
    }
    Ok(d)
}

/// Gives cached CPU memory back to the system.
///
/// >>> rl.empty_cache()
#[pyfunction]
fn empty_cache() {
    host::empty_cache();
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    for f in [
        wrap_pyfunction!(set_default_dtype, m)?,
        wrap_pyfunction!(get_default_dtype, m)?,
        wrap_pyfunction!(set_printoptions, m)?,
        wrap_pyfunction!(_printoptions, m)?,
        wrap_pyfunction!(set_num_threads, m)?,
        wrap_pyfunction!(get_num_threads, m)?,
        wrap_pyfunction!(memory_stats, m)?,
        wrap_pyfunction!(empty_cache, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}
