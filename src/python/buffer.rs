//! The buffer protocol: the memory of a tensor for `memoryview`, files and sockets; and the bytes of a whole storage.

use crate::base::{DType, Device};
use crate::python::error::OrPy;
use crate::python::object::PyTensor;
use crate::storage::{Guard, Storage};
use crate::tensor::Tensor;
use pyo3::exceptions::{PyBufferError, PyRuntimeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::ffi::{c_int, c_void};

struct BufferShape {
    dims: Vec<ffi::Py_ssize_t>,
    format: std::ffi::CString,
    _tensor: Tensor,
}

fn format_char(d: DType) -> Option<&'static str> {
    Some(match d {
        DType::Bool => "?",
        DType::U8 => "B",
        DType::I8 => "b",
        DType::I16 => "h",
        DType::I32 => "i",
        // NumPy's int64 is C's long where that has 64 bits
        DType::I64 if size_of::<std::ffi::c_long>() == 8 => "l",
        DType::U64 if size_of::<std::ffi::c_long>() == 8 => "L",
        DType::I64 => "q",
        DType::F16 => "e",
        DType::F32 => "f",
        DType::F64 => "d",
        DType::C64 => "Zf",
        DType::C128 => "Zd",
        DType::U16 => "H",
        DType::U32 => "I",
        DType::U64 => "Q",
        DType::BF16 | DType::F8E4M3 | DType::F8E5M2 => return None,
    })
}

#[pymethods]
impl PyTensor {
    /// # Safety
    /// Called by CPython with a view to fill.
    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        let t = slf.get().tensor();
        let refuse = |why: &str| Err(PyBufferError::new_err(why.to_string()));
        if t.requires_grad() {
            return refuse("tensor requires grad; use detach() first");
        }
        let Some(format) = format_char(t.dtype()) else {
            return refuse("bfloat16 has no buffer format");
        };
        if t.device() != Device::Cpu {
            return refuse("tensor is not on the CPU");
        }
        if flags & ffi::PyBUF_WRITABLE != 0 && t.storage().is_readonly() {
            return refuse("the tensor shows read-only memory");
        }
        if flags & ffi::PyBUF_STRIDES != ffi::PyBUF_STRIDES && !t.is_contiguous() {
            return refuse("tensor is not contiguous");
        }
        if t.is_batched() {
            return refuse("the tensor stands for the samples of vmap");
        }
        t.storage().expose();
        let size = t.dtype().size();
        let mut dims: Vec<ffi::Py_ssize_t> = t.shape().iter().map(|&n| n as ffi::Py_ssize_t).collect();
        dims.extend(t.strides().iter().map(|&s| (s * size) as ffi::Py_ssize_t));
        let n = t.ndim();
        let (ptr, len, readonly) = (t.ptr(), t.numel() * size, t.storage().is_readonly());
        let shape = Box::new(BufferShape {
            dims,
            format: std::ffi::CString::new(format).unwrap_or_default(),
            _tensor: t,
        });
        let shape = Box::into_raw(shape);
        // SAFETY: `view` is CPython's to be filled; `shape` lives until `__releasebuffer__`, and with it the memory
        unsafe {
            (*view).buf = ptr as *mut c_void;
            (*view).len = len as ffi::Py_ssize_t;
            (*view).readonly = readonly as c_int;
            (*view).itemsize = size as ffi::Py_ssize_t;
            (*view).ndim = n as c_int;
            (*view).format = if flags & ffi::PyBUF_FORMAT != 0 {
                (*shape).format.as_ptr() as *mut _
            } else {
                std::ptr::null_mut()
            };
            (*view).shape = (*shape).dims.as_mut_ptr();
            (*view).strides = (*shape).dims.as_mut_ptr().add(n);
            (*view).suboffsets = std::ptr::null_mut();
            (*view).internal = shape as *mut c_void;
            (*view).obj = slf.into_ptr();
        }
        Ok(())
    }
    /// # Safety
    /// Called by CPython with a view made by `__getbuffer__`.
    unsafe fn __releasebuffer__(&self, view: *mut ffi::Py_buffer) {
        // SAFETY: `internal` is the box that `__getbuffer__` left there
        unsafe { drop(Box::from_raw((*view).internal as *mut BufferShape)) }
    }
}

/// The bytes of a whole storage.
pub fn storage_bytes<'py>(py: Python<'py>, s: &Storage) -> PyResult<Bound<'py, PyBytes>> {
    match s.device() {
        Device::Meta => Err(PyRuntimeError::new_err("a meta tensor has no bytes")),
        Device::Gpu(_) => Ok(PyBytes::new(py, &s.copy_out::<u8>(0, s.nbytes()).py()?)),
        Device::Cpu => {
            let _held = Guard::read(s, s);
            // SAFETY: the processor's memory of `nbytes` bytes, which nobody of ours writes to meanwhile
            let bytes = unsafe { std::slice::from_raw_parts(s.ptr(), s.nbytes()) };
            Ok(PyBytes::new(py, bytes))
        }
    }
}
