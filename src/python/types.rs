//! The small closed types: device, memory format, layout; and the classes defined in Python that the
//! bindings make instances of (`Size`, `return_types`).

use crate::base::promote::{default_device, set_default_device};
use crate::base::{Device, MemoryFormat};
use crate::storage::device;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyAny, PyDict, PyString, PyTuple, PyType};
use std::cell::RefCell;

/// Where a tensor is: `device("cpu")`, `device("meta")`, `device("cuda", 0)`.
///
/// >>> rl.device("cpu")
/// device(type='cpu')
/// >>> rl.device("meta").type
/// 'meta'
#[pyclass(frozen, name = "device", module = "rushlight")]
pub struct PyDevice {
    pub kind: &'static str,
    pub index: Option<i64>,
}

impl PyDevice {
    pub fn of(d: Device) -> PyDevice {
        PyDevice { kind: d.kind(), index: d.index().map(i64::from) }
    }
    pub fn device(&self) -> Device {
        match self.kind {
            "cpu" => Device::Cpu,
            "meta" => Device::Meta,
            _ => Device::Gpu(self.index.map_or_else(device::current, |i| i.clamp(0, 255) as u8)),
        }
    }
    pub fn parse(text: &str) -> PyResult<PyDevice> {
        let (kind, index) = match text.split_once(':') {
            Some((k, i)) => match i.parse::<i64>() {
                Ok(n) if n >= 0 && (i == "0" || !i.starts_with('0')) => (k, Some(n)),
                _ => return Err(PyRuntimeError::new_err(format!("Invalid device string: '{text}'"))),
            },
            None => (text, None),
        };
        let kind = match kind {
            "cpu" => "cpu",
            "meta" => "meta",
            "cuda" | "gpu" | "wgpu" | "mps" | "xpu" => "cuda",
            _ if text.contains(':') || kind.is_empty() => {
                return Err(PyRuntimeError::new_err(format!("Invalid device string: '{text}'")));
            }
            _ => {
                return Err(PyRuntimeError::new_err(format!(
                    "Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, mps, meta, hpu, mtia, privateuseone device type at start of device string: {text}"
                )));
            }
        };
        Ok(PyDevice { kind, index })
    }
}

#[pymethods]
impl PyDevice {
    #[new]
    #[pyo3(signature = (r#type, index = None))]
    fn new(r#type: &Bound<'_, PyAny>, index: Option<i64>) -> PyResult<PyDevice> {
        if let Ok(d) = r#type.cast::<PyDevice>() {
            let d = d.get();
            return Ok(PyDevice { kind: d.kind, index: d.index });
        }
        // a string first: to refuse one as a number makes an exception
        let Ok(text) = r#type.cast::<PyString>() else {
            let n: i64 = r#type
                .extract()
                .map_err(|_| PyTypeError::new_err("device(): argument 'type' must be str or int"))?;
            if n < 0 {
                return Err(PyRuntimeError::new_err("Device index must not be negative"));
            }
            return Ok(PyDevice { kind: "cuda", index: Some(n) });
        };
        let mut d = PyDevice::parse(text.to_str()?)?;
        if let Some(i) = index {
            if d.index.is_some() {
                return Err(PyRuntimeError::new_err(format!(
                    "type (string) must not include an index because index was passed explicitly: {}",
                    text.to_str()?
                )));
            }
            if i < 0 {
                return Err(PyRuntimeError::new_err("Device index must not be negative"));
            }
            d.index = Some(i);
        }
        Ok(d)
    }
    #[getter]
    fn r#type(&self) -> &'static str {
        self.kind
    }
    #[getter]
    fn index(&self) -> Option<i64> {
        self.index
    }
    fn __repr__(&self) -> String {
        match self.index {
            Some(i) => format!("device(type='{}', index={i})", self.kind),
            None => format!("device(type='{}')", self.kind),
        }
    }
    fn __str__(&self) -> String {
        match self.index {
            Some(i) => format!("{}:{i}", self.kind),
            None => self.kind.to_string(),
        }
    }
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<PyDevice>().is_ok_and(|o| o.get().kind == self.kind && o.get().index == self.index)
    }
    fn __hash__(&self) -> u64 {
        self.kind.len() as u64 * 31 + self.index.map_or(0, |i| i as u64 + 1)
    }
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyType>, (String,))> {
        Ok((slf.get_type(), (slf.get().__str__(),)))
    }
    /// Tensors made within a `with` block lie on the device, unless they are told otherwise.
    fn __enter__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        let before = set_default_device(slf.get().device());
        OUTER.with_borrow_mut(|outer| outer.push(before));
        slf.clone()
    }
    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyTuple>) {
        if let Some(before) = OUTER.with_borrow_mut(Vec::pop) {
            set_default_device(before);
        }
    }
}

thread_local! {
    /// What the device was before each `with` block that this thread is in.
    static OUTER: RefCell<Vec<Device>> = const { RefCell::new(Vec::new()) };
}

/// The device of new tensors on this thread.
///
/// >>> rl.get_default_device()
/// device(type='cpu')
#[pyfunction]
fn get_default_device() -> PyDevice {
    PyDevice::of(default_device())
}

/// Sets the device of new tensors on this thread.
#[pyfunction]
fn _set_default_device(device: &PyDevice) {
    set_default_device(device.device());
}

/// How a dense tensor is laid out: contiguous, channels last, or as its input.
///
/// >>> rl.zeros(1, 3, 4, 4).contiguous(memory_format=rl.channels_last).stride()
/// (48, 1, 12, 3)
#[pyclass(frozen, name = "memory_format", module = "rushlight")]
pub struct PyFormat(pub MemoryFormat);

#[pymethods]
impl PyFormat {
    fn __repr__(&self) -> String {
        format!("torch.{}", self.__reduce__())
    }
    fn __reduce__(&self) -> &'static str {
        match self.0 {
            MemoryFormat::Contiguous => "contiguous_format",
            MemoryFormat::Preserve => "preserve_format",
            MemoryFormat::ChannelsLast => "channels_last",
            MemoryFormat::ChannelsLast3d => "channels_last_3d",
        }
    }
}

/// `torch.strided` and the sparse layouts, which only exist to be named.
///
/// >>> rl.ones(2).layout
/// torch.strided
#[pyclass(frozen, name = "layout", module = "rushlight")]
pub struct PyLayout(pub &'static str);

#[pymethods]
impl PyLayout {
    fn __repr__(&self) -> String {
        format!("torch.{}", self.0)
    }
    fn __reduce__(&self) -> &'static str {
        self.0
    }
}

/// A device's object. The processor's is made once: another one for every question takes 48 ns, the same one 19.
pub fn device_object(py: Python<'_>, device: Device) -> PyResult<Py<PyDevice>> {
    static PROCESSOR: PyOnceLock<Py<PyDevice>> = PyOnceLock::new();
    if device != Device::Cpu {
        return Py::new(py, PyDevice::of(device));
    }
    PROCESSOR.get_or_try_init(py, || Py::new(py, PyDevice::of(device))).map(|d| d.clone_ref(py))
}

static SIZE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static STRIDED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
/// name -> class of `torch.return_types`.
static RETURN_TYPES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

#[pyfunction]
fn _register_types(py: Python<'_>, size: Py<PyType>, return_types: Py<PyDict>) {
    let _ = SIZE.set(py, size);
    let _ = RETURN_TYPES.set(py, return_types);
}

pub fn strided(py: Python<'_>) -> Py<PyAny> {
    STRIDED.get(py).map_or_else(|| py.None(), |s| s.clone_ref(py))
}

/// The class `Size`, once Python has made it.
pub fn size_class(py: Python<'_>) -> Option<&Bound<'_, PyType>> {
    SIZE.get(py).map(|class| class.bind(py))
}

/// `torch.Size([...])`, past the constructor, which looks at every item.
pub fn size<'py, T: Copy + IntoPyObject<'py>>(py: Python<'py>, dims: &[T]) -> PyResult<Bound<'py, PyAny>> {
    let tuple = PyTuple::new(py, dims.iter().copied())?;
    match size_class(py) {
        Some(class) => super::object::of_tuple(class, &tuple),
        None => Ok(tuple.into_any()),
    }
}

/// A result with named fields.
pub fn named<'py>(
    py: Python<'py>,
    name: &str,
    fields: &[&str],
    items: Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    let Some(classes) = RETURN_TYPES.get(py) else { return Ok(items.into_any()) };
    let classes = classes.bind(py);
    let class = match classes.get_item(name)? {
        Some(c) => c,
        None => {
            let make =
                classes.get_item("_make")?.ok_or_else(|| PyRuntimeError::new_err("no return types"))?;
            make.call1((name, fields.to_vec()))?
        }
    };
    class.call1((items,))
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = m.py();
    m.add_class::<PyDevice>()?;
    m.add_function(wrap_pyfunction!(get_default_device, m)?)?;
    m.add_function(wrap_pyfunction!(_set_default_device, m)?)?;
    m.add_class::<PyFormat>()?;
    m.add_class::<PyLayout>()?;
    for f in [
        MemoryFormat::Contiguous,
        MemoryFormat::Preserve,
        MemoryFormat::ChannelsLast,
        MemoryFormat::ChannelsLast3d,
    ] {
        let object = PyFormat(f);
        m.add(object.__reduce__(), Py::new(py, object)?)?;
    }
    for name in ["strided", "sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc", "jagged"] {
        let object = Py::new(py, PyLayout(name))?.into_any();
        if name == "strided" {
            let _ = STRIDED.set(py, object.clone_ref(py));
        }
        m.add(name, object)?;
    }
    m.add("_Sizes", super::size::class(py)?)?;
    m.add_function(wrap_pyfunction!(_register_types, m)?)
}
