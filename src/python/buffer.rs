//! The buffer protocol: the memory of a tensor for `memoryview`, files and sockets, that of others as a tensor; and the bytes of a
//! whole storage.

use crate::base::{DType, Device, Layout};
use crate::kernels::cpu::machine::crc::crc32;
use crate::ops;
use crate::python::dtype::PyDType;
use crate::python::error::{OrPy, guarded};
use crate::python::object::{PyTensor, wrap};
use crate::storage::{Guard, Storage};
use crate::tensor::Tensor;
use crate::warning::warn_once;
use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::{PyBufferError, PyRuntimeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyBytes};
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
        slf.py().detach(|| t.storage().expose_idle());
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

/// What `frombuffer` does: a line of `count` elements, or of all that fit, from byte `offset` of an object's memory on. Over memory
/// that may not be written to, or whose elements would lie at odd addresses, it is a copy.
#[pyfunction]
fn _of_buffer<'py>(
    py: Python<'py>,
    buffer: &Bound<'py, PyAny>,
    dtype: &Bound<'py, PyDType>,
    count: isize,
    offset: isize,
) -> PyResult<Bound<'py, PyAny>> {
    let view = PyUntypedBuffer::get(buffer)
        .map_err(|_| PyValueError::new_err("the object does not implement Python buffer protocol."))?;
    let dtype = dtype.get().held()?;
    let width = dtype.size();
    let length = view.len_bytes();
    if length == 0 || count == 0 {
        return Err(PyValueError::new_err(format!(
            "both buffer length ({length}) and count ({count}) must not be 0"
        )));
    }
    if offset < 0 || offset as usize >= length {
        return Err(PyValueError::new_err(format!(
            "offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} bytes) minus 1"
        )));
    }
    let left = length - offset as usize;
    if count < 0 && !left.is_multiple_of(width) {
        return Err(PyValueError::new_err(format!(
            "buffer length ({left} bytes) after offset ({offset} bytes) must be a multiple of element size ({width})"
        )));
    }
    let n = if count < 0 { left / width } else { count as usize };
    if n.saturating_mul(width) > left {
        return Err(PyValueError::new_err(format!(
            "requested buffer length ({n} * {width} bytes) after offset ({offset} bytes) must not be greater than actual buffer length ({length} bytes)"
        )));
    }
    if !view.is_c_contiguous() {
        return Err(PyValueError::new_err("ndarray is not C-contiguous"));
    }
    guarded("frombuffer", || {
        if view.readonly() {
            warn_once(
                "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write to the underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer to protect its data or make it writable before converting it to a tensor. This type of warning will be suppressed for the rest of this program.",
            );
        }
        let address = (view.buf_ptr() as *mut u8).wrapping_add(offset as usize);
        let owner = Box::new(buffer.clone().unbind());
        let memory = Storage::foreign(address, n * width, owner, view.readonly()).py()?;
        let t = Tensor::over(memory, Layout::contiguous(&[n]), dtype).py()?;
        // elements at odd addresses are moved to even ones: kernels read whole elements
        let apart = view.readonly() || !(address as usize).is_multiple_of(width.min(8));
        wrap(py, if apart { ops::driver::memory::dense_copy(&t).py()? } else { t })
    })
}

/// The CRC-32 of what had the checksum `crc` so far, with the bytes of an object behind, as `zlib.crc32` has it.
#[pyfunction]
#[pyo3(signature = (data, crc = 0))]
fn _crc32(data: &Bound<'_, PyAny>, crc: u32) -> PyResult<u32> {
    let view = PyUntypedBuffer::get(data)?;
    if !view.is_c_contiguous() {
        return Err(PyBufferError::new_err("memoryview: underlying buffer is not C-contiguous"));
    }
    if view.len_bytes() == 0 {
        return Ok(crc);
    }
    // SAFETY: the view holds that many bytes in place, and nothing of Python's runs meanwhile
    let bytes = unsafe { std::slice::from_raw_parts(view.buf_ptr() as *const u8, view.len_bytes()) };
    Ok(crc32(crc, bytes))
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(_of_buffer, m)?)?;
    m.add_function(wrap_pyfunction!(_crc32, m)?)
}
