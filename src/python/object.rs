//! The Python object of a tensor: what it holds, and how it is made.
//!
//! Making one is on the path of every call, so it is done by hand. The general way asks the type for its constructor,
//! which checks its arguments, and the allocator of CPython 3.11 and 3.12 then makes an instance dictionary at once
//! for every class that may have one. An addition of 8 floats went from 390 to 267 ns when both were avoided and small
//! data moved into one block with its header (`storage/`). Attributes on tensors are rare; the
//! dictionary is made when the first is set.

use crate::tensor::graph::lock;
use crate::tensor::{Leaf, Tensor};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyTuple, PyType, PyWeakrefMethods, PyWeakrefReference};
use std::cell::{RefCell, UnsafeCell};
use std::sync::{Arc, Mutex};

/// A tensor as Python sees it. The handle can be exchanged (`x.data = y`, `x.t_()`).
///
/// >>> x = rl.tensor([[1.0, 2.0], [3.0, 4.0]])
/// >>> x.shape, x.dtype
/// (torch.Size([2, 2]), torch.float32)
/// >>> x @ x
/// tensor([[ 7., 10.],
///         [15., 22.]])
#[pyclass(frozen, subclass, weakref, dict, name = "Tensor")]
pub struct PyTensor {
    cell: Attached<Tensor>,
    /// The Python object of `.grad`, so that `p.grad is p.grad`.
    pub grad: Mutex<Option<(usize, Py<PyAny>)>>,
}

thread_local! {
    /// Gradients of tensors that went while another tensor's gradient was being let go: a chain of any length is taken
    /// apart in a loop.
    static GOING: RefCell<Option<Vec<Py<PyAny>>>> = const { RefCell::new(None) };
}

impl Drop for PyTensor {
    #[inline]
    fn drop(&mut self) {
        if let Some((_, grad)) = self.grad.get_mut().unwrap_or_else(|e| e.into_inner()).take() {
            let_go(grad);
        }
    }
}

#[cold]
fn let_go(object: Py<PyAny>) {
    let first = GOING.try_with(|going| {
        let mut going = going.borrow_mut();
        match going.as_mut() {
            Some(list) => {
                list.push(object);
                None
            }
            None => {
                *going = Some(Vec::new());
                Some(object)
            }
        }
    });
    let Ok(mut next) = first else { return };
    while let Some(object) = next {
        drop(object);
        next = GOING.with(|going| going.borrow_mut().as_mut().and_then(Vec::pop));
        if next.is_none() {
            GOING.with(|going| *going.borrow_mut() = None);
        }
    }
}

/// A value guarded by the interpreter lock, which a stable-ABI build always has. A lock of its own was two atomic
/// exchanges more for each operand of each call.
struct Attached<T>(UnsafeCell<T>);

// SAFETY: the value is reached through `PyTensor` alone, and that only from code that is attached to the interpreter:
// no `Py<PyTensor>` is kept on the Rust side, what is detached works on handles of its own.
unsafe impl<T: Send> Sync for Attached<T> {}

impl PyTensor {
    #[inline]
    pub fn new(t: Tensor) -> PyTensor {
        PyTensor { cell: Attached(UnsafeCell::new(t)), grad: Mutex::new(None) }
    }
    #[inline]
    pub fn tensor(&self) -> Tensor {
        // SAFETY: the interpreter lock is held, and cloning a handle runs no code of anybody else
        unsafe { (*self.cell.0.get()).clone() }
    }
    /// Shows the foreign objects that are reachable through this object's handle alone.
    pub fn show(&self, to: crate::tensor::graph::Show) {
        // CPython 3.11 and 3.12 track an object of a subclass, still all zeros, before they make its dictionary, which may start a
        // collection: a handle that is null is not there yet.
        // SAFETY: a handle is one pointer, read as a number
        let made = unsafe { self.cell.0.get().cast::<usize>().read() } != 0;
        if made {
            // SAFETY: as above; what is shown is not called
            unsafe { (*self.cell.0.get()).show(to) }
        }
    }
    /// Looks at the tensor without taking a handle, which costs two atomic additions. Python's code does not run meanwhile: it
    /// might exchange the handle.
    #[inline]
    pub fn look<R>(&self, f: impl FnOnce(&Tensor) -> R) -> R {
        // SAFETY: the interpreter lock is held, and what is given is looked at and no more
        f(unsafe { &*self.cell.0.get() })
    }
    /// Whether it holds this very handle.
    #[inline]
    pub fn is(&self, t: &Tensor) -> bool {
        // SAFETY: as above
        unsafe { (*self.cell.0.get()).same(t) }
    }
    pub fn replace(&self, t: Tensor) {
        // SAFETY: as above; the old handle is dropped when nobody looks at the cell
        let old = unsafe { std::mem::replace(&mut *self.cell.0.get(), t) };
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

/// The Python object of a leaf, if it is there still.
fn face<'py>(py: Python<'py>, leaf: &Arc<Leaf>) -> Option<Bound<'py, PyAny>> {
    let kept = lock(&leaf.hooks).face.as_ref()?.downcast_ref::<Py<PyWeakrefReference>>()?.clone_ref(py);
    let object = kept.bind(py).upgrade()?;
    let shown = object.cast::<PyTensor>().ok()?.get().look(Tensor::as_leaf)?;
    Arc::ptr_eq(&shown, leaf).then_some(object)
}

/// Lets this object be what Python sees of a leaf where the engine gives it back, unless it has such a one: a program finds its
/// parameter again in hooks and at the end of the graph (`node.variable is x`).
pub fn show_as(object: &Bound<'_, PyAny>) -> PyResult<()> {
    let Some(leaf) = object.cast::<PyTensor>()?.get().look(Tensor::as_leaf) else { return Ok(()) };
    if face(object.py(), &leaf).is_none() {
        let kept = PyWeakrefReference::new(object)?.unbind();
        let old = lock(&leaf.hooks).face.replace(Box::new(kept));
        drop(old); // the lock is gone: this may run a program's code
    }
    Ok(())
}

/// A new Python object around a handle; that of a leaf's which has one.
#[inline]
pub fn wrap(py: Python<'_>, t: Tensor) -> PyResult<Bound<'_, PyAny>> {
    if t.is_own_leaf() { wrap_leaf(py, t) } else { wrap_plain(py, t) }
}

fn wrap_leaf(py: Python<'_>, t: Tensor) -> PyResult<Bound<'_, PyAny>> {
    if let Some(object) = t.as_leaf().and_then(|leaf| face(py, &leaf))
        && object.cast::<PyTensor>()?.get().is(&t)
    {
        return Ok(object);
    }
    let object = wrap_plain(py, t)?;
    show_as(&object)?;
    Ok(object)
}

#[inline]
fn wrap_plain(py: Python<'_>, t: Tensor) -> PyResult<Bound<'_, PyAny>> {
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

/// A tuple as an instance of a class of tuples, as `tuple.__new__` makes it: a constructor of the class is not asked.
pub fn of_tuple<'py>(class: &Bound<'py, PyType>, items: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let args = PyTuple::new(py, [items])?;
    // SAFETY: the class of tuples is alive as long as the interpreter, and its constructor is a `newfunc`, which takes a class, a
    // tuple of arguments and perhaps a dictionary; what it gives is a new reference or null with an exception set
    unsafe {
        let tuples = py.get_type::<PyTuple>();
        let new = ffi::PyType_GetSlot(tuples.as_type_ptr(), ffi::Py_tp_new);
        let new: ffi::newfunc = std::mem::transmute(new);
        Bound::from_owned_ptr_or_err(py, new(class.as_type_ptr(), args.as_ptr(), std::ptr::null_mut()))
    }
}

/// A list of known length while it is filled from first to last: `PyList::new` wants its elements to be there.
pub struct Filling<'py> {
    list: Bound<'py, PyAny>,
    next: ffi::Py_ssize_t,
}

impl<'py> Filling<'py> {
    pub fn new(py: Python<'py>, n: usize) -> PyResult<Filling<'py>> {
        // SAFETY: a new list, or an error that is raised
        let list = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyList_New(n as ffi::Py_ssize_t))? };
        Ok(Filling { list, next: 0 })
    }
    #[inline]
    pub fn push(&mut self, x: Bound<'py, PyAny>) {
        // SAFETY: the call takes the reference to the object and checks the place
        unsafe { ffi::PyList_SetItem(self.list.as_ptr(), self.next, x.into_ptr()) };
        self.next += 1;
    }
    pub fn done(self) -> Bound<'py, PyAny> {
        self.list
    }
}
