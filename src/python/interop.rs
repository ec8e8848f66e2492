//! NumPy's arrays over the memory of tensors, and tensors over that of arrays, by `__array_interface__`: what an object says of its
//! memory is checked as far as it can be.

use crate::base::{DType, Device, Dims, Layout};
use crate::python::error::{OrPy, guarded};
use crate::python::numpy;
use crate::python::object::{PyTensor, wrap};
use crate::storage::Storage;
use crate::tensor::Tensor;
use crate::warning::warn_once;
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyBool, PyComplex, PyDict, PyFloat, PyInt, PyList, PyTuple};

/// The type string of NumPy's array interface.
fn typestr(d: DType) -> Option<&'static str> {
    Some(match d {
        DType::Bool => "|b1",
        DType::U8 => "|u1",
        DType::I8 => "|i1",
        DType::I16 => "<i2",
        DType::I32 => "<i4",
        DType::I64 => "<i8",
        DType::F16 => "<f2",
        DType::F32 => "<f4",
        DType::F64 => "<f8",
        DType::C64 => "<c8",
        DType::C128 => "<c16",
        DType::U16 => "<u2",
        DType::U32 => "<u4",
        DType::U64 => "<u8",
        DType::BF16 | DType::F8E4M3 | DType::F8E5M2 => return None,
    })
}

fn dtype_from(text: &str) -> Option<DType> {
    DType::ALL.into_iter().find(|d| {
        typestr(*d).is_some_and(|t| {
            text.get(1..) == t.get(1..) && (text.starts_with(['<', '|', '=']) || d.size() == 1)
        })
    })
}

/// Elements in memory, as their owner describes them.
pub struct Elements<'a> {
    pub dtype: DType,
    pub shape: &'a [usize],
    /// In bytes; none where they lie row by row.
    pub strides: Option<&'a [isize]>,
    pub address: usize,
    pub readonly: bool,
}

/// A tensor over the memory of an object.
pub fn over(owner: &Bound<'_, PyAny>, e: &Elements<'_>) -> PyResult<Tensor> {
    let (dtype, shape) = (e.dtype, e.shape);
    let layout = match e.strides {
        None => Layout::contiguous(shape),
        Some(bytes) => {
            if bytes.len() != shape.len() {
                return Err(PyValueError::new_err(format!(
                    "array interface with {} strides for {} axes",
                    bytes.len(),
                    shape.len()
                )));
            }
            let size = dtype.size() as isize;
            let mut strides = Dims::new();
            for &b in bytes {
                if b < 0 {
                    return Err(PyValueError::new_err(
                        "At least one stride in the given numpy array is negative, and tensors with negative strides are not currently supported. (You can probably work around this by making a copy of your array  with array.copy().) ",
                    ));
                }
                if b % size != 0 {
                    return Err(PyValueError::new_err(
                        "given numpy array strides not a multiple of the element byte size. Copy the numpy array to reallocate the memory.",
                    ));
                }
                strides.push((b / size) as usize);
            }
            Layout { shape: Dims::from_slice(shape), strides, offset: 0 }
        }
    };
    if !e.address.is_multiple_of(dtype.size().min(8)) {
        return Err(PyValueError::new_err(
            "given numpy array is not aligned to its element size; copy it first",
        ));
    }
    // what foreign objects say of themselves is taken at its word only where it can be true
    let reach = layout
        .shape
        .iter()
        .zip(&layout.strides)
        .try_fold(1u128, |end, (&n, &s)| n.checked_sub(1).map(|last| end + last as u128 * s as u128));
    if layout.shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).is_none()
        || reach.unwrap_or(0) > (isize::MAX as usize / dtype.size()) as u128
    {
        return Err(PyValueError::new_err(format!("array interface with impossible sizes {shape:?}")));
    }
    let bytes = layout.span_end().saturating_mul(dtype.size());
    let owner = Box::new(owner.clone().unbind());
    Tensor::over(Storage::foreign(e.address as *mut u8, bytes, owner, e.readonly).py()?, layout, dtype).py()
}

/// Whether an object is an array of NumPy's, or of a library like it.
pub fn is_array(obj: &Bound<'_, PyAny>) -> PyResult<bool> {
    // to look for an attribute that is not there takes 0.4 us, as long as to make a tensor
    let plain = obj.is_exact_instance_of::<PyList>()
        || obj.is_exact_instance_of::<PyTuple>()
        || obj.is_exact_instance_of::<PyFloat>()
        || obj.is_exact_instance_of::<PyInt>()
        || obj.is_exact_instance_of::<PyBool>()
        || obj.is_exact_instance_of::<PyComplex>();
    if plain {
        return Ok(false);
    }
    Ok(numpy::is_plain(obj) || numpy::is_number(obj)? || obj.hasattr("__array_interface__")?)
}

/// A tensor over the memory of an object with `__array_interface__`.
pub fn from_array(obj: &Bound<'_, PyAny>) -> PyResult<Tensor> {
    if let Some(t) = numpy::copied(obj)? {
        return Ok(t);
    }
    if numpy::is_plain(obj)
        && let Some(t) = numpy::shared(obj)?
    {
        return Ok(t);
    }
    let face = obj.getattr("__array_interface__")?;
    let face = face.cast::<PyDict>()?;
    let get = |k: &str| {
        face.get_item(k)?.ok_or_else(|| PyTypeError::new_err(format!("array interface without '{k}'")))
    };
    let text: String = get("typestr")?.extract()?;
    let Some(dtype) = dtype_from(&text) else {
        if text.starts_with('>') && dtype_from(&text.replacen('>', "<", 1)).is_some() {
            return Err(PyValueError::new_err(
                "given numpy array has byte order different from the native byte order. Conversion between byte orders is currently not supported.",
            ));
        }
        let class = obj.getattr("dtype").and_then(|d| d.getattr("type")).and_then(|c| c.getattr("__name__"));
        return Err(PyTypeError::new_err(format!(
            "can't convert np.ndarray of type numpy.{}. The only supported types are: float64, float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and bool.",
            class.map_or(text.clone(), |name| name.to_string())
        )));
    };
    let shape: Vec<usize> = get("shape")?.extract()?;
    let (address, readonly): (usize, bool) = get("data")?.extract()?;
    let strides = match face.get_item("strides")? {
        Some(s) if !s.is_none() => Some(s.extract::<Vec<isize>>()?),
        _ => None,
    };
    over(obj, &Elements { dtype, shape: &shape, strides: strides.as_deref(), address, readonly })
}

/// A tensor sharing memory with a NumPy array.
///
/// Errors: TypeError for other objects and dtypes, ValueError for negative strides.
///
/// >>> import numpy
/// >>> array = numpy.zeros(2)
/// >>> x = rl.from_numpy(array)
/// >>> array[0] = 5
/// >>> x
/// tensor([5., 0.], dtype=torch.float64)
#[pyfunction]
fn from_numpy<'py>(py: Python<'py>, ndarray: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if !numpy::is_array(ndarray)? {
        return Err(PyTypeError::new_err(format!(
            "expected np.ndarray (got {})",
            ndarray.get_type().name()?
        )));
    }
    let t = from_array(ndarray)?;
    // PyTorch lets read-only arrays through with a warning; writing to them stays refused here
    if t.storage().is_readonly() {
        guarded("from_numpy", || {
            warn_once(
                "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means writing to this tensor will result in undefined behavior. You may want to copy the array to protect its data or make it writable before converting it to a tensor. This type of warning will be suppressed for the rest of this program.",
            );
            Ok(())
        })?;
    }
    wrap(py, t)
}

/// Holds a tensor alive for the array made of it.
#[pyclass(frozen, name = "_Memory", module = "rushlight")]
struct Memory {
    _tensor: Tensor,
}

/// Memory is handed out for one tensor, not for the samples of `vmap`.
pub fn check_one(t: &Tensor) -> PyResult<()> {
    if t.is_batched() {
        return Err(PyRuntimeError::new_err(
            "Cannot access data pointer of Tensor that doesn't have storage",
        ));
    }
    Ok(())
}

fn to_array<'py>(py: Python<'py>, t: Tensor) -> PyResult<Bound<'py, PyAny>> {
    check_one(&t)?;
    if t.device() == Device::Meta {
        return Err(PyTypeError::new_err(
            "can't convert meta device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.",
        ));
    }
    if let Device::Gpu(_) = t.device() {
        return Err(PyTypeError::new_err(format!(
            "can't convert {} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.",
            t.device()
        )));
    }
    let kind = t.dtype();
    py.detach(|| t.storage().expose_idle());
    let keeper = Bound::new(py, Memory { _tensor: t.clone() })?.into_any();
    numpy::array(py, &t, keeper)?
        .ok_or_else(|| PyTypeError::new_err(format!("Got unsupported ScalarType {}", kind.scalar_name())))
}

#[pymethods]
impl PyTensor {
    /// The tensor as a NumPy array over the same memory.
    ///
    /// Errors: RuntimeError if the tensor requires grad (unless `force`), TypeError for bfloat16.
    ///
    /// >>> rl.tensor([1.0, 2.0]).numpy()
    /// array([1., 2.], dtype=float32)
    #[pyo3(signature = (*, force = false))]
    fn numpy<'py>(&self, py: Python<'py>, force: bool) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        if !force && t.requires_grad() && crate::autograd::mode().says_enabled() {
            return Err(PyRuntimeError::new_err(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
            ));
        }
        to_array(py, t.detach())
    }
    /// What NumPy's functions answer when they were given the tensor: a tensor. Truth values come as uint8, as in PyTorch.
    #[pyo3(signature = (array, context = None, return_scalar = false))]
    fn __array_wrap__<'py>(
        &self,
        py: Python<'py>,
        array: &Bound<'py, PyAny>,
        context: Option<&Bound<'py, PyAny>>,
        return_scalar: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let _ = (context, return_scalar);
        let t = from_array(array)?;
        wrap(py, if t.dtype() == DType::Bool { t.cast(DType::U8).py()? } else { t })
    }
    #[pyo3(signature = (dtype = None, copy = None))]
    fn __array__<'py>(
        &self,
        py: Python<'py>,
        dtype: Option<&Bound<'py, PyAny>>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let a = self.numpy(py, false)?;
        let a = match dtype {
            Some(d) if !d.is_none() => {
                let kwargs = PyDict::new(py);
                kwargs.set_item("copy", copy.unwrap_or(false))?;
                a.call_method("astype", (d,), Some(&kwargs))?
            }
            _ if copy == Some(true) => a.call_method0("copy")?,
            _ => a,
        };
        Ok(a)
    }
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Memory>()?;
    m.add_function(wrap_pyfunction!(from_numpy, m)?)
}
