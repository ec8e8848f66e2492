//! DLPack 1.0 (dmlc/dlpack, dlpack.h): its C structures and the two directions.

use crate::base::{DType, Device, Dims, Layout};
use crate::ops;
use crate::python::error::OrPy;
use crate::python::interop::check_one;
use crate::python::object::{PyTensor, wrap};
use crate::storage::Storage;
use crate::tensor::Tensor;
use pyo3::exceptions::{PyBufferError, PyRuntimeError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict};
use std::ffi::{CStr, c_void};

#[pymethods]
impl PyTensor {
    /// A DLPack capsule over the same memory.
    #[pyo3(signature = (*, stream = None, max_version = None, dl_device = None, copy = None))]
    fn __dlpack__<'py>(
        &self,
        py: Python<'py>,
        stream: Option<&Bound<'py, PyAny>>,
        max_version: Option<(u32, u32)>,
        dl_device: Option<(i32, i32)>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let _ = (stream, dl_device);
        let mut t = self.tensor();
        check_one(&t)?;
        if t.requires_grad() {
            return Err(PyBufferError::new_err(
                "Can't export tensors that require gradient, use tensor.detach()",
            ));
        }
        if t.device() != Device::Cpu {
            return Err(PyBufferError::new_err("__dlpack__: only CPU tensors can be exported"));
        }
        if copy == Some(true) {
            t = ops::driver::memory::dense_copy(&t).py()?;
        }
        export(py, t, max_version.is_some_and(|v| v.0 >= 1), copy == Some(true))
    }
    fn __dlpack_device__(&self) -> (i32, i32) {
        (1, 0)
    }
}

/// A tensor over the memory of any object that speaks DLPack, or of a capsule.
///
/// >>> import numpy
/// >>> rl.from_dlpack(numpy.arange(3))
/// tensor([0, 1, 2])
#[pyfunction]
#[pyo3(signature = (ext_tensor, *, device = None, copy = None))]
fn from_dlpack<'py>(
    py: Python<'py>,
    ext_tensor: &Bound<'py, PyAny>,
    device: Option<&Bound<'py, PyAny>>,
    copy: Option<bool>,
) -> PyResult<Bound<'py, PyAny>> {
    let _ = device;
    let capsule = if ext_tensor.hasattr("__dlpack__")? {
        let kwargs = PyDict::new(py);
        kwargs.set_item("max_version", (1, 0))?;
        match ext_tensor.call_method("__dlpack__", (), Some(&kwargs)) {
            Ok(c) => c,
            Err(e) if e.is_instance_of::<PyTypeError>(py) => ext_tensor.call_method0("__dlpack__")?,
            Err(e) => return Err(e),
        }
    } else {
        ext_tensor.clone()
    };
    let t = import(&capsule)?;
    let t = if copy == Some(true) { ops::driver::memory::dense_copy(&t).py()? } else { t };
    wrap(py, t)
}

/// A DLPack capsule over the memory of a tensor.
///
/// >>> rl.from_dlpack(rl.to_dlpack(rl.arange(3)))
/// tensor([0, 1, 2])
#[pyfunction]
fn to_dlpack<'py>(py: Python<'py>, tensor: &Bound<'py, PyTensor>) -> PyResult<Bound<'py, PyAny>> {
    export(py, tensor.get().tensor().detach(), false, false)
}

#[repr(C)]
struct DLTensor {
    data: *mut c_void,
    device: (i32, i32),
    ndim: i32,
    dtype: DLDataType,
    shape: *mut i64,
    strides: *mut i64,
    byte_offset: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct DLDataType {
    code: u8,
    bits: u8,
    lanes: u16,
}

#[repr(C)]
struct Managed {
    tensor: DLTensor,
    context: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut Managed)>,
}

#[repr(C)]
struct Versioned {
    major: u32,
    minor: u32,
    context: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut Versioned)>,
    flags: u64,
    tensor: DLTensor,
}

const READ_ONLY: u64 = 1;
const COPIED: u64 = 2;
const LEGACY: &CStr = c"dltensor";
const NEW: &CStr = c"dltensor_versioned";
const USED: &CStr = c"used_dltensor";
const NEW_USED: &CStr = c"used_dltensor_versioned";

struct Held {
    _tensor: Tensor,
    dims: Vec<i64>,
}

fn code(d: DType) -> DLDataType {
    let code = match d {
        DType::Bool => 6,
        DType::U8 | DType::U16 | DType::U32 | DType::U64 => 1,
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => 0,
        DType::F16 | DType::F32 | DType::F64 => 2,
        DType::BF16 => 4,
        DType::F8E4M3 => 10,
        DType::F8E5M2 => 12,
        DType::C64 | DType::C128 => 5,
    };
    DLDataType { code, bits: d.size() as u8 * 8, lanes: 1 }
}

fn describe(t: Tensor) -> (DLTensor, *mut Held) {
    let mut dims: Vec<i64> = t.shape().iter().map(|&n| n as i64).collect();
    dims.extend(t.strides().iter().map(|&s| s as i64));
    let (n, data, dtype) = (t.ndim(), t.ptr(), code(t.dtype()));
    let held = Box::into_raw(Box::new(Held { _tensor: t, dims }));
    // SAFETY: `held` was just made; its vector does not move while the box lives
    let dims = unsafe { (*held).dims.as_mut_ptr() };
    let tensor = DLTensor {
        data: data as *mut c_void,
        device: (1, 0),
        ndim: n as i32,
        dtype,
        shape: dims,
        strides: dims.wrapping_add(n),
        byte_offset: 0,
    };
    (tensor, held)
}

unsafe extern "C" fn drop_legacy(m: *mut Managed) {
    // SAFETY: made by `export`
    unsafe {
        drop(Box::from_raw((*m).context as *mut Held));
        drop(Box::from_raw(m));
    }
}

unsafe extern "C" fn drop_versioned(m: *mut Versioned) {
    // SAFETY: made by `export`
    unsafe {
        drop(Box::from_raw((*m).context as *mut Held));
        drop(Box::from_raw(m));
    }
}

/// A capsule nobody took.
unsafe extern "C" fn drop_capsule(capsule: *mut ffi::PyObject) {
    // SAFETY: called by CPython with the capsule; a taken one has another name
    unsafe {
        if ffi::PyCapsule_IsValid(capsule, LEGACY.as_ptr()) != 0 {
            let m = ffi::PyCapsule_GetPointer(capsule, LEGACY.as_ptr()) as *mut Managed;
            if let Some(d) = (*m).deleter {
                d(m);
            }
        } else if ffi::PyCapsule_IsValid(capsule, NEW.as_ptr()) != 0 {
            let m = ffi::PyCapsule_GetPointer(capsule, NEW.as_ptr()) as *mut Versioned;
            if let Some(d) = (*m).deleter {
                d(m);
            }
        }
    }
}

fn export(py: Python<'_>, t: Tensor, versioned: bool, copied: bool) -> PyResult<Bound<'_, PyAny>> {
    let readonly = t.storage().is_readonly();
    if readonly && !versioned {
        return Err(PyBufferError::new_err(
            "Cannot export readonly array since signalling readonly is unsupported by DLPack (supported by newer DLPack version).",
        ));
    }
    py.detach(|| t.storage().expose_idle());
    let (tensor, held) = describe(t);
    let context = held as *mut c_void;
    let (pointer, name) = if versioned {
        let flags = if readonly { READ_ONLY } else { 0 } | if copied { COPIED } else { 0 };
        let m = Versioned { major: 1, minor: 0, context, deleter: Some(drop_versioned), flags, tensor };
        (Box::into_raw(Box::new(m)) as *mut c_void, NEW)
    } else {
        let m = Managed { tensor, context, deleter: Some(drop_legacy) };
        (Box::into_raw(Box::new(m)) as *mut c_void, LEGACY)
    };
    // SAFETY: the pointer is owned by the capsule from here on
    unsafe {
        Bound::from_owned_ptr_or_err(py, ffi::PyCapsule_New(pointer, name.as_ptr(), Some(drop_capsule)))
    }
}

/// Calls the producer's deleter when the storage goes.
enum Producer {
    Legacy(*mut Managed),
    Versioned(*mut Versioned),
}
// SAFETY: the structure is only touched once, when the storage is dropped
unsafe impl Send for Producer {}
// SAFETY: as above
unsafe impl Sync for Producer {}
impl Drop for Producer {
    fn drop(&mut self) {
        // SAFETY: taken from a capsule, not yet deleted; deleters of Python objects need the interpreter
        Python::attach(|_| unsafe {
            match self {
                Producer::Legacy(m) => {
                    if let Some(d) = (**m).deleter {
                        d(*m)
                    }
                }
                Producer::Versioned(m) => {
                    if let Some(d) = (**m).deleter {
                        d(*m)
                    }
                }
            }
        });
    }
}

fn import(capsule: &Bound<'_, PyAny>) -> PyResult<Tensor> {
    let raw = capsule.as_ptr();
    // SAFETY: validity is asked first; a capsule of these names holds these structures
    unsafe {
        if ffi::PyCapsule_IsValid(raw, NEW.as_ptr()) != 0 {
            let m = ffi::PyCapsule_GetPointer(raw, NEW.as_ptr()) as *mut Versioned;
            if (*m).major > 1 {
                return Err(PyBufferError::new_err("from_dlpack: unsupported DLPack version"));
            }
            let (layout, dtype, ptr) = read(&(*m).tensor)?;
            let readonly = (*m).flags & READ_ONLY != 0;
            ffi::PyCapsule_SetName(raw, NEW_USED.as_ptr());
            return build(layout, dtype, ptr, Producer::Versioned(m), readonly);
        }
        if ffi::PyCapsule_IsValid(raw, LEGACY.as_ptr()) != 0 {
            let m = ffi::PyCapsule_GetPointer(raw, LEGACY.as_ptr()) as *mut Managed;
            let (layout, dtype, ptr) = read(&(*m).tensor)?;
            ffi::PyCapsule_SetName(raw, USED.as_ptr());
            return build(layout, dtype, ptr, Producer::Legacy(m), false);
        }
    }
    Err(PyRuntimeError::new_err(
        "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you might have already constructed a tensor from it once.",
    ))
}

fn build(layout: Layout, dtype: DType, ptr: *mut u8, producer: Producer, readonly: bool) -> PyResult<Tensor> {
    let bytes = layout.span_end().saturating_mul(dtype.size());
    let storage = Storage::foreign(ptr, bytes, Box::new(producer), readonly).py()?;
    Tensor::over(storage, layout, dtype).py()
}

/// # Safety
/// The structure follows the standard.
unsafe fn read(t: &DLTensor) -> PyResult<(Layout, DType, *mut u8)> {
    if t.device.0 != 1 {
        return Err(PyBufferError::new_err(format!(
            "from_dlpack: tensor is on device type {}, only the CPU can be imported",
            t.device.0
        )));
    }
    let found = DType::ALL.into_iter().find(|d| {
        let c = code(*d);
        (c.code, c.bits, c.lanes) == (t.dtype.code, t.dtype.bits, t.dtype.lanes)
    });
    let Some(dtype) = found else {
        return Err(PyBufferError::new_err(format!(
            "from_dlpack: unsupported dtype (code {}, {} bits, {} lanes)",
            t.dtype.code, t.dtype.bits, t.dtype.lanes
        )));
    };
    if !(0..=64).contains(&t.ndim) {
        return Err(PyBufferError::new_err(format!("from_dlpack: {} axes are not supported", t.ndim)));
    }
    let n = t.ndim as usize;
    // SAFETY: shape has ndim entries, strides has as many or is null
    let shape: Dims = (0..n).map(|i| unsafe { *t.shape.add(i) } as usize).collect();
    if shape.iter().any(|&n| n > isize::MAX as usize) {
        return Err(PyBufferError::new_err("from_dlpack: negative sizes are not supported"));
    }
    let strides = if t.strides.is_null() {
        Layout::contiguous(&shape).strides
    } else {
        let mut s = Dims::new();
        for i in 0..n {
            // SAFETY: as above
            let v = unsafe { *t.strides.add(i) };
            if v < 0 {
                return Err(PyBufferError::new_err("from_dlpack: negative strides are not supported"));
            }
            s.push(v as usize);
        }
        s
    };
    let ptr = (t.data as *mut u8).wrapping_add(t.byte_offset as usize);
    if !shape.contains(&0) && !(ptr as usize).is_multiple_of(dtype.size().min(8)) {
        return Err(PyBufferError::new_err(
            "from_dlpack: the tensor is not aligned to its element size; copy it first",
        ));
    }
    Ok((Layout { shape, strides, offset: 0 }, dtype, ptr))
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(from_dlpack, m)?)?;
    m.add_function(wrap_pyfunction!(to_dlpack, m)?)
}
