//! What `torch.Size` does at every step of a program: an item, a slice, a sum, its text. The class itself is Python's (`_types.py`);
//! this is the class below it, a tuple whose slots are native: an item through a method in Python took 85 ns and takes 16, the
//! text 278 and 80.

use super::object::of_tuple;
use super::types::size_class;
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};
use std::cell::UnsafeCell;
use std::ffi::{c_int, c_void};

/// A slot of the class of tuples.
fn of_tuples(py: Python<'_>, slot: c_int) -> *mut c_void {
    // SAFETY: the class of tuples is alive as long as the interpreter, and has the slots that are asked for here
    unsafe { ffi::PyType_GetSlot(py.get_type::<PyTuple>().as_type_ptr(), slot) }
}

/// Runs a slot's body: what it gives as a new reference, or null with its error set.
fn slot(body: impl FnOnce(Python<'_>) -> PyResult<*mut ffi::PyObject>) -> *mut ffi::PyObject {
    // SAFETY: slots are called by the interpreter
    let py = unsafe { Python::assume_attached() };
    body(py).unwrap_or_else(|e| {
        e.restore(py);
        std::ptr::null_mut()
    })
}

/// What tuples' own slot gave, as a size.
fn as_size(py: Python<'_>, made: *mut ffi::PyObject) -> PyResult<*mut ffi::PyObject> {
    // SAFETY: a new reference, or null with an error set
    let made = unsafe { Bound::from_owned_ptr_or_err(py, made) }?;
    match (size_class(py), made.cast::<PyTuple>()) {
        (Some(class), Ok(items)) => Ok(of_tuple(class, items)?.into_ptr()),
        _ => Ok(made.into_ptr()),
    }
}

/// `size[key]`.
unsafe extern "C" fn subscript(size: *mut ffi::PyObject, key: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: called with a size and an object; the slot of tuples has this type
    unsafe {
        let py = Python::assume_attached();
        let get: ffi::binaryfunc = std::mem::transmute(of_tuples(py, ffi::Py_mp_subscript));
        if ffi::PySlice_Check(key) == 0 {
            return get(size, key);
        }
        slot(|py| as_size(py, get(size, key)))
    }
}

/// `size + tuple` and `tuple + size`; with anything else Python goes on.
unsafe extern "C" fn add(left: *mut ffi::PyObject, right: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: called with two objects; the slot of tuples has this type and takes two tuples
        unsafe {
            if ffi::PyTuple_Check(left) == 0 || ffi::PyTuple_Check(right) == 0 {
                let none = ffi::Py_NotImplemented();
                ffi::Py_INCREF(none);
                return Ok(none);
            }
            let join: ffi::binaryfunc = std::mem::transmute(of_tuples(py, ffi::Py_sq_concat));
            checked(py, join(left, right))
        }
    })
}

/// `Size(iterable)`: whole numbers of any kind.
unsafe extern "C" fn make(
    class: *mut ffi::PyTypeObject,
    args: *mut ffi::PyObject,
    named: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: a constructor is called with a class, a tuple, and a dictionary or null
        let (class, args, named) = unsafe {
            let named = Bound::from_borrowed_ptr_or_opt(py, named);
            (Bound::from_borrowed_ptr(py, class.cast()), Bound::from_borrowed_ptr(py, args), named)
        };
        let args = args.cast::<PyTuple>()?;
        if named.is_some_and(|n| n.len().is_ok_and(|n| n > 0)) {
            return Err(PyTypeError::new_err("tuple() takes no keyword arguments"));
        }
        if args.len() > 1 {
            return Err(PyTypeError::new_err(format!(
                "tuple expected at most 1 argument, got {}",
                args.len()
            )));
        }
        let given = match args.iter_borrowed().next() {
            // SAFETY: an object; a new reference or null with an error set
            Some(items) => {
                unsafe { Bound::from_owned_ptr_or_err(py, ffi::PySequence_Tuple(items.as_ptr())) }?
            }
            None => PyTuple::empty(py).into_any(),
        };
        let given = given.cast::<PyTuple>()?;
        let class = class.cast::<PyType>()?;
        if are_numbers(given) {
            return Ok(of_tuple(class, given)?.into_ptr());
        }
        let whole: Vec<Bound<'_, PyAny>> =
            given.iter().enumerate().map(|(place, item)| number(place, &item)).collect::<PyResult<_>>()?;
        Ok(of_tuple(class, &PyTuple::new(py, whole)?)?.into_ptr())
    })
}

/// A number of type `int` for what says that it is one (`__index__`), `True` among them.
fn number<'py>(place: usize, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = item.py();
    // SAFETY: an object; a new reference or null with an error set
    let index = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyNumber_Index(item.as_ptr())) };
    let index = index.map_err(|e| match item.get_type().name() {
        Ok(name) if e.is_instance_of::<PyTypeError>(py) => PyTypeError::new_err(format!(
            "torch.Size() takes an iterable of 'int' (item {place} is '{name}')"
        )),
        _ => e,
    })?;
    // SAFETY: as above
    unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyNumber_Long(index.as_ptr())) }
}

fn are_numbers(items: &Bound<'_, PyTuple>) -> bool {
    // SAFETY: items of a tuple
    items.iter_borrowed().all(|item| unsafe { ffi::PyLong_CheckExact(item.as_ptr()) } != 0)
}

/// A sum as a size; its items were perhaps never a size's, which the constructor says.
fn checked(py: Python<'_>, made: *mut ffi::PyObject) -> PyResult<*mut ffi::PyObject> {
    // SAFETY: a new reference, or null with an error set
    let made = unsafe { Bound::from_owned_ptr_or_err(py, made) }?;
    let items = made.cast::<PyTuple>()?;
    if are_numbers(items) {
        return as_size(py, made.into_ptr());
    }
    match size_class(py) {
        Some(class) => Ok(class.call1((made,))?.into_ptr()),
        None => Ok(made.into_ptr()),
    }
}

/// `size * times` and `times * size`.
unsafe extern "C" fn repeat(size: *mut ffi::PyObject, times: ffi::Py_ssize_t) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: called with a size; the slot of tuples has this type
        unsafe {
            let many: ffi::ssizeargfunc = std::mem::transmute(of_tuples(py, ffi::Py_sq_repeat));
            as_size(py, many(size, times))
        }
    })
}

/// `torch.Size([2, 3])`.
unsafe extern "C" fn repr(size: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(|py| {
        use std::fmt::Write;
        // SAFETY: called with a size, which is a tuple
        let size = unsafe { Bound::from_borrowed_ptr(py, size) };
        let mut text = String::from("torch.Size([");
        for (i, item) in size.cast::<PyTuple>()?.iter_borrowed().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            let _ = match item.extract::<i64>() {
                Ok(n) => write!(text, "{comma}{n}"),
                Err(_) => write!(text, "{comma}{}", item.repr()?.to_str()?),
            };
        }
        text.push_str("])");
        Ok(text.into_pyobject(py)?.into_any().into_ptr())
    })
}

/// Axes of sizes that are kept, and how many of them are.
const AXES: usize = 6;
const PLACES: usize = 64;

type Kept = Option<([usize; AXES], usize, Py<PyAny>)>;

/// Sizes that were asked for lately: a program asks for the same few again and again, and making one takes four times as long (117 ns).
struct Known(UnsafeCell<[Kept; PLACES]>);

// SAFETY: looked at and written with the interpreter lock held, by code that runs nobody else's meanwhile.
unsafe impl Sync for Known {}

static KNOWN: Known = Known(UnsafeCell::new([const { None }; PLACES]));

/// The size of these axes: an object nobody can change, so that it may be the same as before.
pub fn known<'py>(py: Python<'py>, dims: &[usize]) -> PyResult<Bound<'py, PyAny>> {
    let Some(class) = size_class(py) else { return Ok(PyTuple::new(py, dims)?.into_any()) };
    let make = || of_tuple(class, &PyTuple::new(py, dims)?);
    let n = dims.len();
    if n > AXES {
        return make();
    }
    let place = dims.iter().fold(n, |h, d| h.wrapping_mul(31).wrapping_add(*d)) % PLACES;
    // SAFETY: the interpreter lock is held; taking a reference runs no code
    if let Some((kept, axes, object)) = unsafe { &(&*KNOWN.0.get())[place] }
        && *axes == n
        && kept[..n] == *dims
    {
        return Ok(object.bind(py).clone());
    }
    let object = make()?;
    let mut kept = [0; AXES];
    kept[..n].copy_from_slice(dims);
    let new = Some((kept, n, object.clone().unbind()));
    // SAFETY: as above; what stood there goes when nobody looks at the place
    let old = unsafe { std::mem::replace(&mut (&mut *KNOWN.0.get())[place], new) };
    drop(old);
    Ok(object)
}

/// The class below `Size`.
pub fn class(py: Python<'_>) -> PyResult<Bound<'_, PyType>> {
    let slot = |slot: c_int, f: *mut c_void| ffi::PyType_Slot { slot, pfunc: f };
    let mut slots = [
        slot(ffi::Py_mp_subscript, subscript as ffi::binaryfunc as *mut c_void),
        slot(ffi::Py_nb_add, add as ffi::binaryfunc as *mut c_void),
        slot(ffi::Py_sq_repeat, repeat as ffi::ssizeargfunc as *mut c_void),
        slot(ffi::Py_tp_new, make as ffi::newfunc as *mut c_void),
        slot(ffi::Py_tp_repr, repr as ffi::reprfunc as *mut c_void),
        slot(0, std::ptr::null_mut()),
    ];
    let mut spec = ffi::PyType_Spec {
        name: c"rushlight._C._Sizes".as_ptr(),
        basicsize: 0, // those of tuples, by inheritance
        itemsize: 0,
        flags: (ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_BASETYPE) as _,
        slots: slots.as_mut_ptr(),
    };
    let bases = PyTuple::new(py, [py.get_type::<PyTuple>()])?;
    // SAFETY: the specification and its slots are read in this call; the name lives for ever
    let class = unsafe {
        Bound::from_owned_ptr_or_err(py, ffi::PyType_FromSpecWithBases(&mut spec, bases.as_ptr()))
    }?;
    Ok(class.cast_into::<PyType>()?)
}
