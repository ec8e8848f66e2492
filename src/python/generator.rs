//! Generators of random numbers.

use crate::base::rng::{DEFAULT_SEED, Generator, default_generator, manual_seed};
use crate::base::{DType, Device};
use crate::ops::driver::memory::{dense, moved};
use crate::python::create::device_arg;
use crate::python::error::OrPy;
use crate::python::interop::check_one;
use crate::python::tensor::{PyTensor, wrap};
use crate::python::types::PyDevice;
use crate::storage;
use crate::tensor::Tensor;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;

/// A source of random numbers with its own state (`torch.Generator`).
///
/// >>> g = rl.Generator().manual_seed(3)
/// >>> a = rl.rand(2, generator=g)
/// >>> b = rl.rand(2, generator=g.manual_seed(3))
/// >>> rl.equal(a, b)
/// True
#[pyclass(frozen, subclass, name = "Generator", module = "rushlight")]
pub struct PyGenerator(pub Generator);

pub fn generator_of(obj: &Bound<'_, PyAny>) -> Option<Generator> {
    obj.cast::<PyGenerator>().ok().map(|g| g.get().0.clone())
}

/// Seeds may be negative: they wrap.
pub(super) fn seed_of(seed: &Bound<'_, PyAny>) -> PyResult<u64> {
    if let Ok(v) = seed.extract::<u64>() {
        return Ok(v);
    }
    match super::convert::int(seed) {
        Ok(Some(v)) => Ok(v as u64),
        _ => match seed.extract::<f64>() {
            Ok(f) if f.fract() == 0.0 => Ok(f as i64 as u64),
            _ => Err(PyRuntimeError::new_err(format!("Overflow when unpacking long long: seed {seed}"))),
        },
    }
}

#[pymethods]
impl PyGenerator {
    #[new]
    #[pyo3(signature = (device = None))]
    fn new(device: Option<&Bound<'_, PyAny>>) -> PyResult<PyGenerator> {
        match device_arg(device)? {
            None | Some(Device::Cpu) => Ok(PyGenerator(Generator::new())),
            Some(d @ Device::Gpu(index)) => {
                storage::device::check(index).py()?;
                Ok(PyGenerator(Generator::on(d, DEFAULT_SEED)))
            }
            Some(d) => Err(PyRuntimeError::new_err(format!(
                "Generator: no generator for device {d}; available: cpu, cuda"
            ))),
        }
    }
    fn manual_seed<'py>(slf: Bound<'py, Self>, seed: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        slf.get().0.manual_seed(seed_of(seed)?);
        Ok(slf)
    }
    fn seed(&self) -> u64 {
        self.0.seed()
    }
    fn initial_seed(&self) -> u64 {
        self.0.initial_seed()
    }
    fn get_state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let bytes = self.0.state_bytes();
        wrap(py, Tensor::from_slice(&bytes, &[bytes.len()]).py()?)
    }
    fn set_state<'py>(slf: Bound<'py, Self>, state: &Bound<'py, PyTensor>) -> PyResult<Bound<'py, Self>> {
        let t = state.get().tensor();
        if t.dtype() != DType::U8 {
            return Err(PyTypeError::new_err("RNG state must be a torch.ByteTensor"));
        }
        let t = moved(&t, Device::Cpu).py()?;
        let t = dense(&t).py()?;
        check_one(&t)?;
        let bytes = t.storage().copy_out::<u8>(t.layout().offset, t.numel()).py()?;
        slf.get().0.set_state_bytes(&bytes).py()?;
        Ok(slf)
    }
    fn clone_state(&self) -> PyGenerator {
        PyGenerator(self.0.fork())
    }
    #[getter]
    fn device(&self) -> PyDevice {
        PyDevice::of(self.0.device())
    }
    /// Numbers of a lane that a GPU's generator has used.
    fn get_offset(&self) -> PyResult<u64> {
        self.0.offset().py()
    }
    fn set_offset(slf: Bound<'_, Self>, offset: u64) -> PyResult<Bound<'_, Self>> {
        slf.get().0.set_offset(offset).py()?;
        Ok(slf)
    }
}

/// Seeds the default generators of the CPU and of all cards.
#[pyfunction]
fn _seed_all(seed: &Bound<'_, PyAny>) -> PyResult<()> {
    manual_seed(seed_of(seed)?);
    Ok(())
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyGenerator>()?;
    m.add_function(wrap_pyfunction!(_seed_all, m)?)?;
    m.add("default_generator", Py::new(m.py(), PyGenerator(default_generator().clone()))?)
}
