//! The Python object of a tensor: what it holds, and how it is made.
//!
//! Making one is on the path of every call, so it is done by hand. The general way asks the type for its constructor,
//! which checks its arguments, and the allocator of CPython 3.11 and 3.12 then makes an instance dictionary at once
//! for every class that may have one. An addition of 8 floats went from 390 to 267 ns when both were avoided and small
//! data moved into one block with its header (`storage/`). Attributes on tensors are rare; the
//! dictionary is made when the first is set.

use crate::tensor::Tensor;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use std::sync::{Mutex, RwLock};

/// A tensor as Python sees it. The handle can be exchanged (`x.data = y`, `x.t_()`): under a lock, for threads.
#[pyclass(frozen, subclass, weakref, dict, name = "Tensor", module = "rushlight")]
pub struct PyTensor {
    cell: RwLock<Tensor>,
    /// The Python object of `.grad`, so that `p.grad is p.grad`.
    pub grad: Mutex<Option<(usize, Py<PyAny>)>>,
}

impl PyTensor {
    #[inline]
    pub fn new(t: Tensor) -> PyTensor {
        PyTensor { cell: RwLock::new(t), grad: Mutex::new(None) }
    }
    #[inline]
    pub fn tensor(&self) -> Tensor {
        self.cell.read().unwrap_or_else(|e| e.into_inner()).clone()
    }
    pub fn replace(&self, t: Tensor) {
        let old = std::mem::replace(&mut *self.cell.write().unwrap_or_else(|e| e.into_inner()), t);
        drop(old);
    }
}

/// What an object of the class looks like in memory, read off one that was made in the general way.
struct Form {
    class: *mut ffi::PyTypeObject,
    /// Bytes from the start of the object to its [`PyTensor`], and of the whole.
    value: usize,
    size: usize,
}
// SAFETY: the class lives as long as the interpreter.
unsafe impl Send for Form {}
// SAFETY: as above; nothing is written through it.
unsafe impl Sync for Form {}

static FORM: PyOnceLock<Form> = PyOnceLock::new();

#[cold]
fn form(py: Python<'_>) -> PyResult<&Form> {
    FORM.get_or_try_init(py, || {
        let sample = Bound::new(
            py,
            PyTensor::new(
                Tensor::empty(&[0], crate::base::DType::F32, crate::base::Device::Cpu)
                    .map_err(super::error::to_py)?,
            ),
        )?;
        let class = sample.get_type();
        Ok(Form {
            class: class.as_type_ptr(),
            value: sample.get() as *const PyTensor as usize - sample.as_ptr() as usize,
            size: class.getattr("__basicsize__")?.extract()?,
        })
    })
}

/// A new Python object around a handle.
#[inline]
pub fn wrap(py: Python<'_>, t: Tensor) -> PyResult<Bound<'_, PyAny>> {
    let form = match FORM.get(py) {
        Some(form) => form,
        None => form(py)?,
    };
    // SAFETY: the class is garbage collected and has no items of variable size; the interpreter lock is held
    let object: *mut ffi::PyObject = unsafe { ffi::PyObject_GC_New(form.class) };
    if object.is_null() {
        return Err(PyErr::fetch(py));
    }
    let header = size_of::<ffi::PyObject>();
    // SAFETY: the new object has `size` bytes, of which the header is written. All that lies beside the value, the
    // dictionary and the list of weak references, is null at first, and the value is at the place of the sample's.
    unsafe {
        object.cast::<u8>().add(header).write_bytes(0, form.size - header);
        object.cast::<u8>().add(form.value).cast::<PyTensor>().write(PyTensor::new(t));
        ffi::PyObject_GC_Track(object.cast());
        Ok(Bound::from_owned_ptr(py, object))
    }
}
