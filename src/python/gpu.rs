//! What Python asks of graphics cards beside tensors: which there are, what they hold, waiting, times.

use super::error::{OrPy, guarded};
use crate::storage::device;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// How many cards count: hardware; software adapters with `RUSHLIGHT_GPU=software`.
#[pyfunction]
fn _gpu_count() -> usize {
    device::count()
}

/// What a card is and can.
#[pyfunction]
#[cfg(feature = "gpu")]
fn _gpu_properties(py: Python<'_>, index: u8) -> PyResult<Bound<'_, PyDict>> {
    device::check(index).py()?;
    described(py, &device::gpu(index).py()?.facts)
}

/// Every adapter of the machine, software ones too.
#[pyfunction]
#[cfg(feature = "gpu")]
fn _gpu_adapters(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let all: Vec<_> = device::adapters().iter().map(|f| described(py, f)).collect::<PyResult<_>>()?;
    PyList::new(py, all)
}

#[cfg(feature = "gpu")]
fn described<'py>(py: Python<'py>, facts: &device::Facts) -> PyResult<Bound<'py, PyDict>> {
    let d = PyDict::new(py);
    let info = &facts.info;
    d.set_item("name", &info.name)?;
    d.set_item("vendor", info.vendor)?;
    d.set_item("device_id", info.device)?;
    d.set_item("kind", format!("{:?}", info.device_type))?;
    d.set_item("backend", format!("{:?}", info.backend))?;
    d.set_item("driver", &info.driver)?;
    d.set_item("driver_info", &info.driver_info)?;
    // wgpu does not tell how much memory an adapter has
    d.set_item("total_memory", 0)?;
    d.set_item("subgroup_min", info.subgroup_min_size)?;
    d.set_item("subgroup_max", info.subgroup_max_size)?;
    let limits = PyDict::new(py);
    limits.set_item("max_buffer_size", facts.limits.max_buffer_size)?;
    limits.set_item("max_storage_buffer_binding_size", facts.limits.max_storage_buffer_binding_size)?;
    limits.set_item(
        "max_storage_buffers_per_shader_stage",
        facts.limits.max_storage_buffers_per_shader_stage,
    )?;
    limits.set_item("max_compute_workgroup_storage_size", facts.limits.max_compute_workgroup_storage_size)?;
    limits.set_item(
        "max_compute_invocations_per_workgroup",
        facts.limits.max_compute_invocations_per_workgroup,
    )?;
    limits.set_item(
        "max_compute_workgroups_per_dimension",
        facts.limits.max_compute_workgroups_per_dimension,
    )?;
    limits
        .set_item("min_storage_buffer_offset_alignment", facts.limits.min_storage_buffer_offset_alignment)?;
    d.set_item("limits", limits)?;
    let has = facts.has;
    let named = [
        ("int64", has.int64),
        ("float64", has.float64),
        ("subgroups", has.subgroups),
        ("timestamps", has.timestamps),
        ("cooperative_matrices", has.cooperative),
    ];
    let features: Vec<&str> = named.iter().filter(|(_, yes)| *yes).map(|(name, _)| *name).collect();
    d.set_item("features", features)?;
    Ok(d)
}

/// Submits what is encoded and waits until it is done.
#[pyfunction]
#[cfg(feature = "gpu")]
fn _gpu_synchronize(py: Python<'_>, index: u8) -> PyResult<()> {
    guarded("synchronize", || py.detach(|| device::gpu(index)?.synchronize()).py())
}

/// What a card holds and has done.
#[pyfunction]
#[cfg(feature = "gpu")]
fn _gpu_memory(py: Python<'_>, index: u8) -> PyResult<Bound<'_, PyDict>> {
    let c = device::gpu(index).py()?.counts();
    let d = PyDict::new(py);
    for (name, value) in [
        ("allocated", c.allocated),
        ("allocated_peak", c.allocated_peak),
        ("reserved", c.reserved),
        ("reserved_peak", c.reserved_peak),
        ("allocations", c.allocations),
        ("frees", c.frees),
        ("dispatches", c.dispatches),
        ("submits", c.submits),
        ("bytes_to_device", c.bytes_to_device),
        ("bytes_from_device", c.bytes_from_device),
    ] {
        d.set_item(name, value)?;
    }
    Ok(d)
}

#[pyfunction]
#[cfg(feature = "gpu")]
fn _gpu_reset_peak(index: u8) -> PyResult<()> {
    device::gpu(index).py()?.reset_peak();
    Ok(())
}

/// Gives unused memory back to the driver.
#[pyfunction]
#[cfg(feature = "gpu")]
fn _gpu_empty_cache(index: u8) -> PyResult<()> {
    guarded("empty_cache", || device::gpu(index).py()?.empty_cache().py())
}

/// A time in the queue's order, by its number.
#[pyfunction]
#[cfg(feature = "gpu")]
fn _gpu_mark(index: u8) -> PyResult<usize> {
    guarded("record", || device::gpu(index).py()?.mark().py())
}

/// Milliseconds between two times.
#[pyfunction]
#[cfg(feature = "gpu")]
fn _gpu_between(py: Python<'_>, index: u8, a: usize, b: usize) -> PyResult<f64> {
    guarded("elapsed_time", || py.detach(|| device::gpu(index)?.between(a, b)).py())
}

/// Which card this thread means by `cuda`.
#[pyfunction]
fn _gpu_set_current(index: u8) {
    device::set_current(index);
}

/// Whether a card was opened, without opening it.
#[pyfunction]
#[cfg(feature = "gpu")]
fn _gpu_opened(index: u8) -> bool {
    device::is_open(index)
}

/// The generator that a card's tensors are drawn from where none is named.
#[pyfunction]
#[cfg(feature = "gpu")]
fn _gpu_default_generator(index: u8) -> PyResult<super::generator::PyGenerator> {
    device::check(index).py()?;
    Ok(super::generator::PyGenerator(crate::base::rng::default_generator_of(index).py()?))
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(_gpu_count, m)?)?;
    m.add_function(wrap_pyfunction!(_gpu_set_current, m)?)?;
    #[cfg(feature = "gpu")]
    {
        m.add_function(wrap_pyfunction!(_gpu_properties, m)?)?;
        m.add_function(wrap_pyfunction!(_gpu_adapters, m)?)?;
        m.add_function(wrap_pyfunction!(_gpu_synchronize, m)?)?;
        m.add_function(wrap_pyfunction!(_gpu_memory, m)?)?;
        m.add_function(wrap_pyfunction!(_gpu_reset_peak, m)?)?;
        m.add_function(wrap_pyfunction!(_gpu_empty_cache, m)?)?;
        m.add_function(wrap_pyfunction!(_gpu_opened, m)?)?;
        m.add_function(wrap_pyfunction!(_gpu_mark, m)?)?;
        m.add_function(wrap_pyfunction!(_gpu_between, m)?)?;
        m.add_function(wrap_pyfunction!(_gpu_default_generator, m)?)?;
    }
    Ok(())
}
