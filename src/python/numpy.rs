//! NumPy's arrays, read through the buffer protocol and made by NumPy's own functions. By way of its array interface, a
//! dictionary of Python's objects in either direction, 64 floats took 1.7 us to come and 1.0 us to go; they take 0.4 and 0.4.

use super::error::OrPy;
use super::interop::{Elements, over};
use crate::base::{DType, Device};
use crate::tensor::Tensor;
use pyo3::buffer::PyUntypedBuffer;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyAny, PyTuple, PyType};
use std::ffi::{c_int, c_void};

static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// `numpy.ndarray`. NumPy is imported when it is asked for.
fn class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    let class = CLASS.get_or_try_init(py, || {
        PyResult::Ok(py.import("numpy")?.getattr("ndarray")?.cast_into::<PyType>()?.unbind())
    });
    Ok(class?.bind(py))
}

/// Whether an object is an array of NumPy's, and of no class derived from it.
pub fn is_plain(obj: &Bound<'_, PyAny>) -> bool {
    let kind = obj.get_type();
    match CLASS.get(obj.py()) {
        Some(class) => kind.is(class),
        // before the first array came
        None => kind.name().is_ok_and(|n| n == "ndarray") && class(obj.py()).is_ok_and(|c| kind.is(c)),
    }
}

static NUMBERS: PyOnceLock<Py<PyTuple>> = PyOnceLock::new();

/// Whether an object is a number of NumPy's, whose memory is shown as that of an array of no axes.
pub fn is_number(obj: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = obj.py();
    // before the first number came
    if NUMBERS.get(py).is_none() && obj.get_type().module()?.to_str()? != "numpy" {
        return Ok(false);
    }
    let classes = NUMBERS.get_or_try_init(py, || {
        let numpy = py.import("numpy")?;
        PyResult::Ok(PyTuple::new(py, [numpy.getattr("number")?, numpy.getattr("bool_")?])?.unbind())
    });
    obj.is_instance(classes?.bind(py))
}

/// Whether an object is an array of NumPy's.
pub fn is_array(obj: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(is_plain(obj) || obj.is_instance(class(obj.py())?)?)
}

/// The dtype of a format of the `struct` module, for elements of `size` bytes in the processor's own order.
fn dtype_of(format: &[u8], size: usize) -> Option<DType> {
    let dtype = match (format, size) {
        (b"f", _) => DType::F32,
        (b"d", _) => DType::F64,
        (b"?", _) => DType::Bool,
        (b"B", _) => DType::U8,
        (b"b" | b"h" | b"i" | b"l" | b"q", 1) => DType::I8,
        (b"h" | b"i" | b"l" | b"q", 2) => DType::I16,
        (b"i" | b"l" | b"q", 4) => DType::I32,
        (b"l" | b"q", 8) => DType::I64,
        (b"H" | b"I" | b"L" | b"Q", 2) => DType::U16,
        (b"I" | b"L" | b"Q", 4) => DType::U32,
        (b"L" | b"Q", 8) => DType::U64,
        (b"e", _) => DType::F16,
        (b"Zf", _) => DType::C64,
        (b"Zd", _) => DType::C128,
        _ => return None,
    };
    (dtype.size() == size).then_some(dtype)
}

/// A tensor over the memory of a plain array, or nothing if there is no tensor like it: the general way says why.
pub fn shared(array: &Bound<'_, PyAny>) -> PyResult<Option<Tensor>> {
    let Ok(view) = PyUntypedBuffer::get(array) else { return Ok(None) };
    let Some(dtype) = dtype_of(view.format().to_bytes(), view.item_size()) else { return Ok(None) };
    let elements = Elements {
        dtype,
        shape: view.shape(),
        strides: Some(view.strides()),
        address: view.buf_ptr() as usize,
        readonly: view.readonly(),
    };
    over(array, &elements).map(Some)
}

/// A tensor of no axes that holds a copy of a number of NumPy's; nothing for other objects, and numbers that no tensor has.
pub fn copied(obj: &Bound<'_, PyAny>) -> PyResult<Option<Tensor>> {
    if !is_number(obj)? {
        return Ok(None);
    }
    let Some(number) = Number::of(obj) else { return Ok(None) };
    let Some(dtype) = dtype_of(number.format(), number.0.itemsize as usize) else { return Ok(None) };
    // spans of time are bytes, several of them
    if number.0.len as usize != dtype.size() {
        return Ok(None);
    }
    let t = Tensor::empty(&[], dtype, Device::Cpu).py()?;
    // SAFETY: a number's memory, of as many bytes as its format says, which nobody writes to
    let bytes = unsafe { std::slice::from_raw_parts(number.0.buf as *const u8, dtype.size()) };
    crate::kernels::cpu::create::copy::write_slice(t.ptr(), bytes);
    Ok(Some(t))
}

/// The memory of a number, as it is shown: without a shape, for want of which it is no buffer of PyO3's.
struct Number(ffi::Py_buffer);

impl Number {
    fn of(obj: &Bound<'_, PyAny>) -> Option<Number> {
        let mut view = ffi::Py_buffer::new();
        // SAFETY: a place for the answer, which is whole if the call succeeds
        if unsafe { ffi::PyObject_GetBuffer(obj.as_ptr(), &mut view, ffi::PyBUF_FULL_RO) } != 0 {
            drop(PyErr::take(obj.py()));
            return None;
        }
        Some(Number(view))
    }
    fn format(&self) -> &[u8] {
        match self.0.format.is_null() {
            true => b"B",
            // SAFETY: text that lives as long as the view
            false => unsafe { std::ffi::CStr::from_ptr(self.0.format) }.to_bytes(),
        }
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: given out once, by the call above, to a thread that is attached to the interpreter, as this one is
        unsafe { ffi::PyBuffer_Release(&mut self.0) };
    }
}

/// NumPy's functions, from the table that it shows to extensions. A function keeps its place in it for good; these have
/// been there since version 1.7 (numpy/_core/code_generators/numpy_api.py).
struct Functions {
    /// `PyArray_Type`, in place 2.
    class: *mut ffi::PyTypeObject,
    /// `PyArray_DescrFromType`, in place 45: a new reference to the description of a kind of elements.
    descr: unsafe extern "C" fn(c_int) -> *mut ffi::PyObject,
    /// `PyArray_NewFromDescr`, in place 94: class, description (which it takes), axes, sizes, strides in bytes, memory, flags,
    /// what else the class wants to know.
    new: unsafe extern "C" fn(
        *mut ffi::PyTypeObject,
        *mut ffi::PyObject,
        c_int,
        *const isize,
        *const isize,
        *mut c_void,
        c_int,
        *mut ffi::PyObject,
    ) -> *mut ffi::PyObject,
    /// `PyArray_SetBaseObject`, in place 282: who keeps the memory, whose reference it takes.
    set_base: unsafe extern "C" fn(*mut ffi::PyObject, *mut ffi::PyObject) -> c_int,
}
// SAFETY: addresses of code and of a class that lives as long as the interpreter
unsafe impl Send for Functions {}
// SAFETY: as above; nothing is written through them
unsafe impl Sync for Functions {}

static FUNCTIONS: PyOnceLock<Functions> = PyOnceLock::new();

fn functions(py: Python<'_>) -> PyResult<&Functions> {
    FUNCTIONS.get_or_try_init(py, || {
        // its name in NumPy 2, and the one before
        let module = py.import("numpy._core.multiarray").or_else(|_| py.import("numpy.core.multiarray"))?;
        let table = module.getattr("_ARRAY_API")?;
        // SAFETY: a capsule without a name that holds the table, which is as long as the last of these places and whose entries
        // are functions and classes of these types
        unsafe {
            let table = ffi::PyCapsule_GetPointer(table.as_ptr(), std::ptr::null()) as *const *mut c_void;
            if table.is_null() {
                return Err(PyErr::fetch(py));
            }
            Ok(Functions {
                class: (*table.add(2)).cast(),
                descr: std::mem::transmute::<*mut c_void, unsafe extern "C" fn(c_int) -> *mut ffi::PyObject>(
                    *table.add(45),
                ),
                new: std::mem::transmute::<
                    *mut c_void,
                    unsafe extern "C" fn(
                        *mut ffi::PyTypeObject,
                        *mut ffi::PyObject,
                        c_int,
                        *const isize,
                        *const isize,
                        *mut c_void,
                        c_int,
                        *mut ffi::PyObject,
                    ) -> *mut ffi::PyObject,
                >(*table.add(94)),
                set_base: std::mem::transmute::<
                    *mut c_void,
                    unsafe extern "C" fn(*mut ffi::PyObject, *mut ffi::PyObject) -> c_int,
                >(*table.add(282)),
            })
        }
    })
}

/// NumPy's number of a dtype (`enum NPY_TYPES`), for those it has.
fn number_of(dtype: DType) -> Option<c_int> {
    let long = size_of::<std::ffi::c_long>() == 8;
    Some(match dtype {
        DType::Bool => 0,
        DType::I8 => 1,
        DType::U8 => 2,
        DType::I16 => 3,
        DType::U16 => 4,
        DType::I32 => 5,
        DType::U32 => 6,
        // what is int64 there: C's long where that has 64 bits, else its long long
        DType::I64 => {
            if long {
                7
            } else {
                9
            }
        }
        DType::U64 => {
            if long {
                8
            } else {
                10
            }
        }
        DType::F32 => 11,
        DType::F64 => 12,
        DType::C64 => 14,
        DType::C128 => 15,
        DType::F16 => 23,
        DType::BF16 | DType::F8E4M3 | DType::F8E5M2 => return None,
    })
}

/// An array over the memory of a CPU tensor, which `keeper` keeps; none for a dtype that NumPy has not.
pub fn array<'py>(
    py: Python<'py>,
    t: &Tensor,
    keeper: Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    const WRITEABLE: c_int = 0x400;
    let Some(number) = number_of(t.dtype()) else { return Ok(None) };
    let f = functions(py)?;
    let size = t.dtype().size();
    let sizes: smallvec::SmallVec<[isize; 8]> = t.shape().iter().map(|&n| n as isize).collect();
    let strides: smallvec::SmallVec<[isize; 8]> = t.strides().iter().map(|&s| (s * size) as isize).collect();
    let flags = if t.storage().is_readonly() { 0 } else { WRITEABLE };
    // SAFETY: attached to the interpreter; sizes and strides are those of a tensor, whose elements lie in its memory, which
    // the keeper holds as long as the array lives; references are given and taken as the functions say
    unsafe {
        let descr = (f.descr)(number);
        if descr.is_null() {
            return Err(PyErr::fetch(py));
        }
        let array = (f.new)(
            f.class,
            descr,
            t.ndim() as c_int,
            sizes.as_ptr(),
            strides.as_ptr(),
            t.ptr().cast(),
            flags,
            std::ptr::null_mut(),
        );
        let array = Bound::from_owned_ptr_or_err(py, array)?;
        if (f.set_base)(array.as_ptr(), keeper.into_ptr()) < 0 {
            return Err(PyErr::fetch(py));
        }
        Ok(Some(array))
    }
}
