//! Sharing memory with the outside: NumPy's array interface, the buffer protocol, DLPack.

use crate::base::{DType, Device, Dims, Layout};
use crate::kernels::cpu::machine::crc::crc32;
use crate::ops;
use crate::python::error::{OrPy, guarded};
use crate::python::numpy;
use crate::python::tensor::{PyTensor, check_no_grad, wrap};
use crate::python::types::PyDType;
use crate::storage::Storage;
use crate::tensor::Tensor;
use crate::warning::warn;
use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::{PyBufferError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyBytes, PyDict};
use std::ffi::{c_int, c_void};

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
    Ok(numpy::is_plain(obj) || obj.hasattr("__array_interface__")?)
}

/// A tensor over the memory of an object with `__array_interface__`.
pub fn from_array(obj: &Bound<'_, PyAny>) -> PyResult<Tensor> {
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
    wrap(py, t)
}

/// What `frombuffer` does: a line of `count` elements, or of all that fit, from byte `offset` of an object's memory on. Over memory
/// that may not be written to it is a copy.
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
    let (dtype, width) = (dtype.get().0, dtype.get().0.size());
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
            warn(
                "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write to the underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer to protect its data or make it writable before converting it to a tensor. This type of warning will be suppressed for the rest of this program.",
            );
        }
        let address = (view.buf_ptr() as *mut u8).wrapping_add(offset as usize);
        let owner = Box::new(buffer.clone().unbind());
        let memory = Storage::foreign(address, n * width, owner, view.readonly()).py()?;
        let t = Tensor::over(memory, Layout::contiguous(&[n]), dtype).py()?;
        wrap(py, if view.readonly() { ops::driver::memory::dense_copy(&t).py()? } else { t })
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

/// Holds a tensor alive for the array made of it.
#[pyclass(frozen, name = "_Memory", module = "rushlight")]
struct Memory {
    _tensor: Tensor,
}

/// Memory is handed out for one tensor, not for the samples of `vmap`.
fn check_one(t: &Tensor) -> PyResult<()> {
    if t.is_batched() {
        return Err(PyRuntimeError::new_err(
            "Cannot access data pointer of Tensor that doesn't have storage",
        ));
    }
    Ok(())
}

fn to_array<'py>(py: Python<'py>, t: Tensor) -> PyResult<Bound<'py, PyAny>> {
    if t.is_batched() {
        return Err(PyRuntimeError::new_err(
            "Cannot access data pointer of Tensor that doesn't have storage",
        ));
    }
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
    t.storage().expose();
    let keeper = Bound::new(py, Memory { _tensor: t.clone() })?.into_any();
    numpy::array(py, &t, keeper)?
        .ok_or_else(|| PyTypeError::new_err(format!("Got unsupported ScalarType {}", kind.scalar_name())))
}

// ---- buffer protocol --------------------------------------------------------------------------------------------

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
    /// The tensor as a NumPy array over the same memory.
    ///
    /// Errors: RuntimeError if the tensor requires grad (unless `force`), TypeError for bfloat16.
    ///
    /// >>> rl.tensor([1.0, 2.0]).numpy()
    /// array([1., 2.], dtype=float32)
    #[pyo3(signature = (*, force = false))]
    fn numpy<'py>(&self, py: Python<'py>, force: bool) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        if !force {
            if t.requires_grad() && crate::autograd::mode().says_enabled() {
                return Err(PyRuntimeError::new_err(
                    "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
                ));
            }
            check_no_grad(&t)?;
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

    // ---- DLPack ---------------------------------------------------------------------------------------------------
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
        dlpack::export(py, t, max_version.is_some_and(|v| v.0 >= 1), copy == Some(true))
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
    let t = dlpack::import(&capsule)?;
    let t = if copy == Some(true) { ops::driver::memory::dense_copy(&t).py()? } else { t };
    wrap(py, t)
}

/// A DLPack capsule over the memory of a tensor.
///
/// >>> rl.from_dlpack(rl.to_dlpack(rl.arange(3)))
/// tensor([0, 1, 2])
#[pyfunction]
fn to_dlpack<'py>(py: Python<'py>, tensor: &Bound<'py, PyTensor>) -> PyResult<Bound<'py, PyAny>> {
    dlpack::export(py, tensor.get().tensor().detach(), false, false)
}

/// The bytes of a whole storage.
pub fn storage_bytes<'py>(py: Python<'py>, s: &Storage) -> PyResult<Bound<'py, PyBytes>> {
    if s.device() == Device::Meta {
        return Err(PyRuntimeError::new_err("a meta tensor has no bytes"));
    }
    // SAFETY: the storage owns `nbytes` bytes and is kept alive by the caller
    let bytes = unsafe { std::slice::from_raw_parts(s.ptr(), s.nbytes()) };
    Ok(PyBytes::new(py, bytes))
}

/// The elements of a contiguous tensor as bytes.
pub fn dense_bytes(t: &Tensor) -> Vec<u8> {
    let n = t.numel() * t.dtype().size();
    if n == 0 {
        return Vec::new();
    }
    // SAFETY: a contiguous tensor's elements are `n` readable bytes
    unsafe { std::slice::from_raw_parts(t.ptr(), n) }.to_vec()
}

mod dlpack {
    //! The C structures of DLPack 1.0 (dmlc/dlpack, dlpack.h) and the two directions.

    use super::*;
    use std::ffi::CStr;

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

    pub fn export(py: Python<'_>, t: Tensor, versioned: bool, copied: bool) -> PyResult<Bound<'_, PyAny>> {
        let readonly = t.storage().is_readonly();
        if readonly && !versioned {
            return Err(PyBufferError::new_err(
                "Cannot export readonly array since signalling readonly is unsupported by DLPack (supported by newer DLPack version).",
            ));
        }
        t.storage().expose();
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

    pub fn import(capsule: &Bound<'_, PyAny>) -> PyResult<Tensor> {
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

    fn build(
        layout: Layout,
        dtype: DType,
        ptr: *mut u8,
        producer: Producer,
        readonly: bool,
    ) -> PyResult<Tensor> {
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
        Ok((Layout { shape, strides, offset: 0 }, dtype, ptr))
    }
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Memory>()?;
    m.add_function(wrap_pyfunction!(from_numpy, m)?)?;
    m.add_function(wrap_pyfunction!(_of_buffer, m)?)?;
    m.add_function(wrap_pyfunction!(_crc32, m)?)?;
    m.add_function(wrap_pyfunction!(from_dlpack, m)?)?;
    m.add_function(wrap_pyfunction!(to_dlpack, m)?)?;
    Ok(())
}
