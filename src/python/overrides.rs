//! Classes and modes that answer in the place of an operation: `__torch_function__`.
//!
//! Nearly every program has none. One flag of the process says so, set when the first class of tensors that answers is made
//! or the first mode is entered; until then a call costs one load more. A class that is no tensor needs no flag: its objects fit
//! no row, and are asked before the mismatch is reported.

use crate::python::tensor::PyTensor;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyAny, PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType};
use smallvec::SmallVec;
use std::cell::{Cell, RefCell};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

static WATCHED: AtomicBool = AtomicBool::new(false);

/// Whether anybody may want to answer at all.
#[inline]
pub fn watched() -> bool {
    WATCHED.load(Relaxed)
}

/// Who is asked in this thread.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Asked {
    Nobody,
    Modes,
    All,
}

thread_local! {
    static ASKED: Cell<Asked> = const { Cell::new(Asked::All) };
    /// Modes that were entered, the innermost last.
    static MODES: RefCell<Vec<Py<PyAny>>> = const { RefCell::new(Vec::new()) };
}

type Found<'py> = SmallVec<[Bound<'py, PyAny>; 4]>;

/// Whether the class has an answer of its own to give; a plain tensor has not, nor what a program passes every day.
fn handler<'py>(object: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    let py = object.py();
    let class = object.get_type();
    if class.is(py.get_type::<PyTensor>()) {
        return None;
    }
    // what most arguments are; asking a class for what it lacks makes an exception
    let plain = object.is_none()
        || object.cast_exact::<PyInt>().is_ok()
        || object.cast_exact::<PyFloat>().is_ok()
        || object.cast_exact::<PyBool>().is_ok()
        || object.cast_exact::<PyString>().is_ok();
    if plain {
        return None;
    }
    let answer = class.getattr(intern!(py, "__torch_function__")).ok()?;
    let off = DISABLED.get(py)?;
    (!answer.is(off)).then_some(answer)
}

/// Whether the object is of a class that answers.
pub fn takes_part(object: &Bound<'_, PyAny>) -> bool {
    watched() && handler(object).is_some()
}

/// Objects of each class that answers, one of a class; subclasses before the classes they come from.
fn collect<'py>(found: &mut Found<'py>, object: &Bound<'py, PyAny>) {
    if let Ok(list) = object.cast_exact::<PyTuple>() {
        list.iter().for_each(|each| one(found, &each));
    } else if let Ok(list) = object.cast_exact::<PyList>() {
        list.iter().for_each(|each| one(found, &each));
    } else {
        one(found, object);
    }
}

fn one<'py>(found: &mut Found<'py>, object: &Bound<'py, PyAny>) {
    if handler(object).is_none() || found.iter().any(|f| f.get_type().is(object.get_type())) {
        return;
    }
    let class = object.get_type();
    let at = found.iter().position(|f| class.is_subclass(&f.get_type()).unwrap_or(false));
    found.insert(at.unwrap_or(found.len()), object.clone());
}

/// Puts the modes of a thread back as they were.
struct Restored(Vec<Py<PyAny>>);
impl Drop for Restored {
    fn drop(&mut self) {
        let outer = std::mem::take(&mut self.0);
        // let go when nobody looks at the list any more: a mode's own code may run then
        let inner = MODES.with(|modes| modes.replace(outer));
        drop(inner);
    }
}

/// The answer of a mode or of an argument's class to a call of `func`; none if nobody has one to give.
///
/// `func` is made only if there is somebody to ask. `args` are those of the call, `kwargs` None where it has none.
#[cold]
pub fn answer<'py>(
    py: Python<'py>,
    func: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    args: &[Bound<'py, PyAny>],
    kwargs: &[(Bound<'py, PyAny>, Bound<'py, PyAny>)],
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let all: SmallVec<[Bound<'py, PyAny>; 8]> =
        args.iter().chain(kwargs.iter().map(|(_, v)| v)).cloned().collect();
    ask(py, func, &all, args, kwargs)
}

/// The answer of a mode to a call whose arguments are data, whatever their classes.
#[inline]
pub fn of_mode<'py>(
    py: Python<'py>,
    func: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    data: &Bound<'py, PyAny>,
    kwargs: &[(&str, Option<&Bound<'py, PyAny>>)],
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if !watched() {
        return Ok(None);
    }
    let given = kwargs.iter().filter_map(|(k, v)| Some((PyString::new(py, k).into_any(), (*v)?.clone())));
    ask(py, func, &[], std::slice::from_ref(data), &given.collect::<Vec<_>>())
}

/// The same, where those who are asked are not all that is passed.
fn ask<'py>(
    py: Python<'py>,
    func: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    who: &[Bound<'py, PyAny>],
    args: &[Bound<'py, PyAny>],
    kwargs: &[(Bound<'py, PyAny>, Bound<'py, PyAny>)],
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let asked = ASKED.get();
    if asked == Asked::Nobody {
        return Ok(None);
    }
    let mut found = Found::new();
    if asked == Asked::All {
        who.iter().for_each(|a| collect(&mut found, a));
    }
    let mode = MODES.with(|modes| modes.borrow().last().map(|m| m.clone_ref(py)));
    if mode.is_none() && found.is_empty() {
        return Ok(None);
    }
    let func = func()?;
    let types = PyTuple::new(py, found.iter().map(|f| f.get_type()))?;
    let given = PyTuple::new(py, args)?;
    let named = if kwargs.is_empty() {
        None
    } else {
        let named = PyDict::new(py);
        kwargs.iter().try_for_each(|(k, v)| named.set_item(k, v))?;
        Some(named)
    };
    let call = |who: &Bound<'py, PyAny>| -> PyResult<Option<Bound<'py, PyAny>>> {
        let value =
            who.call_method1(intern!(py, "__torch_function__"), (&func, &types, &given, named.as_ref()))?;
        Ok((!value.is(py.NotImplemented())).then_some(value))
    };
    if let Some(mode) = mode {
        // a mode is not asked about what it calls itself
        let inner = MODES.with(|modes| {
            let outer = modes.borrow().iter().map(|m| m.clone_ref(py)).collect();
            modes.borrow_mut().pop();
            Restored(outer)
        });
        let value = call(mode.bind(py));
        drop(inner);
        if let Some(value) = value? {
            return Ok(Some(value));
        }
    }
    for who in &found {
        if let Some(value) = call(who)? {
            return Ok(Some(value));
        }
    }
    Err(refused(py, &func, if who.is_empty() { args } else { who }))
}

/// The answer to a call of a method of `Tensor`, by the method's name.
#[inline]
pub fn to_method<'py>(
    name: &str,
    slf: &Bound<'py, PyAny>,
    args: &[&Bound<'py, PyAny>],
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if watched() { asked_of(name, slf, args) } else { Ok(None) }
}

/// The answer of a mode to a call of a method of `Tensor` that no row is behind. Subclasses that want to be asked about those
/// have members of their own, which do.
#[inline]
pub fn to_method_of_mode<'py>(
    name: &str,
    slf: &Bound<'py, PyAny>,
    args: &[&Bound<'py, PyAny>],
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if !watched() {
        return Ok(None);
    }
    let py = slf.py();
    let mut all: SmallVec<[Bound<'py, PyAny>; 3]> = SmallVec::from_elem(slf.clone(), 1);
    all.extend(args.iter().map(|a| (*a).clone()));
    ask(py, || py.get_type::<PyTensor>().getattr(name), &[], &all, &[])
}

/// As [`to_method`], where an argument is nothing that the engine knows: whether its class knows what to do.
#[cold]
pub fn asked_of<'py>(
    name: &str,
    slf: &Bound<'py, PyAny>,
    args: &[&Bound<'py, PyAny>],
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = slf.py();
    let mut all: SmallVec<[Bound<'py, PyAny>; 3]> = SmallVec::from_elem(slf.clone(), 1);
    all.extend(args.iter().map(|a| (*a).clone()));
    answer(py, || py.get_type::<PyTensor>().getattr(name), &all, &[])
}

/// Nobody who was asked took the call.
fn refused(py: Python<'_>, func: &Bound<'_, PyAny>, relevant: &[Bound<'_, PyAny>]) -> PyErr {
    let text = || {
        let relevant = PyTuple::new(py, relevant)?;
        py.import("rushlight.overrides")?.call_method1("_refusal", (func, relevant))?.extract::<String>()
    };
    text().map_or_else(|error| error, PyTypeError::new_err)
}

/// What an operator answers whose operand's class refused: with `NotImplemented` Python asks the other operand, then says which
/// operator it was. Any `TypeError` is such a refusal, as in PyTorch.
pub fn for_operator(py: Python<'_>, answer: PyResult<Py<PyAny>>) -> PyResult<Py<PyAny>> {
    match answer {
        Err(e) if e.is_instance_of::<PyTypeError>(py) => Ok(py.NotImplemented()),
        answer => answer,
    }
}

/// What `__torch_function__` of a class is that takes no part: it runs the function as it stands.
#[pyfunction]
#[pyo3(signature = (func, types, args = None, kwargs = None))]
fn _disabled_torch_function_impl<'py>(
    func: Bound<'py, PyAny>,
    types: Bound<'py, PyAny>,
    args: Option<Bound<'py, PyTuple>>,
    kwargs: Option<Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let _ = types;
    let args = args.unwrap_or_else(|| PyTuple::empty(func.py()));
    let _off = Less::new(Asked::Modes);
    func.call(args, kwargs.as_ref())
}

static DISABLED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Asks fewer until it is dropped.
struct Less(Asked);
impl Less {
    fn new(asked: Asked) -> Less {
        let before = ASKED.get();
        if asked < before {
            ASKED.set(asked);
        }
        Less(before)
    }
}

impl Drop for Less {
    fn drop(&mut self) {
        ASKED.set(self.0);
    }
}

/// What was asked before a block, for each time that it was entered.
#[derive(Default)]
struct Before(Mutex<Vec<Asked>>);
impl Before {
    fn enter(&self, asked: Asked) {
        let before = ASKED.get();
        self.0.lock().unwrap_or_else(|e| e.into_inner()).push(before);
        if asked < before {
            ASKED.set(asked);
        }
    }
    fn exit(&self) {
        if let Some(before) = self.0.lock().unwrap_or_else(|e| e.into_inner()).pop() {
            ASKED.set(before);
        }
    }
}

macro_rules! context {
    ($(#[$doc:meta])* $name:ident $asked:expr) => {
        $(#[$doc])*
        #[pyclass(frozen, module = "rushlight._C")]
        struct $name(Before);
        #[pymethods]
        impl $name {
            #[new]
            fn new() -> Self {
                $name(Before::default())
            }
            fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
                slf.get().0.enter($asked);
                slf
            }
            #[pyo3(signature = (*_error))]
            fn __exit__(&self, _error: &Bound<'_, PyTuple>) {
                self.0.exit();
            }
        }
    };
}

context! {
    /// A block in which subclasses of `Tensor` are not asked; modes still are.
    ///
    /// >>> class Named(rl.Tensor):
    /// ...     pass
    /// >>> named = rl.ones(2).as_subclass(Named)
    /// >>> type(named + 1).__name__
    /// 'Named'
    /// >>> with rl._C.DisableTorchFunctionSubclass():
    /// ...     type(named + 1).__name__
    /// 'Tensor'
    DisableTorchFunctionSubclass Asked::Modes
}
context! {
    /// A block in which nobody is asked.
    ///
    /// >>> class Named(rl.Tensor):
    /// ...     pass
    /// >>> named = rl.ones(2).as_subclass(Named)
    /// >>> type(named + 1).__name__
    /// 'Named'
    /// >>> with rl._C.DisableTorchFunction():
    /// ...     type(named + 1).__name__
    /// 'Tensor'
    DisableTorchFunction Asked::Nobody
}

/// From now on calls ask whether somebody wants to answer.
#[pyfunction]
fn _watch() {
    WATCHED.store(true, Relaxed);
}

#[pyfunction]
fn _is_torch_function_enabled() -> bool {
    ASKED.get() == Asked::All
}

#[pyfunction]
fn _is_torch_function_all_disabled() -> bool {
    ASKED.get() == Asked::Nobody
}

#[pyfunction]
fn _push_on_torch_function_stack(mode: Py<PyAny>) {
    WATCHED.store(true, Relaxed);
    MODES.with(|modes| modes.borrow_mut().push(mode));
}

#[pyfunction]
fn _pop_torch_function_stack(py: Python<'_>) -> PyResult<Py<PyAny>> {
    let _ = py;
    MODES
        .with(|modes| modes.borrow_mut().pop())
        .ok_or_else(|| PyRuntimeError::new_err("no mode of __torch_function__ is entered in this thread"))
}

#[pyfunction]
fn _len_torch_function_stack() -> usize {
    MODES.with(|modes| modes.borrow().len())
}

#[pyfunction]
fn _get_function_stack_at(py: Python<'_>, level: usize) -> PyResult<Py<PyAny>> {
    MODES
        .with(|modes| modes.borrow().get(level).map(|m| m.clone_ref(py)))
        .ok_or_else(|| pyo3::exceptions::PyIndexError::new_err("no mode at this level"))
}

/// For functions written in Python: `(answer,)` of a mode or a class to the call, None if nobody has one to give.
#[pyfunction]
#[pyo3(signature = (func, args, kwargs = None, relevant = None))]
fn _answer<'py>(
    func: Bound<'py, PyAny>,
    args: &Bound<'py, PyTuple>,
    kwargs: Option<&Bound<'py, PyDict>>,
    relevant: Option<&Bound<'py, PyTuple>>,
) -> PyResult<Option<(Bound<'py, PyAny>,)>> {
    let given: Vec<Bound<'py, PyAny>> = args.iter().collect();
    let named: Vec<_> = kwargs.map(|k| k.iter().collect()).unwrap_or_default();
    let asked: Vec<Bound<'py, PyAny>> = match relevant {
        Some(list) => list.iter().collect(),
        None => given
            .iter()
            .cloned()
            .chain(named.iter().map(|(_, v): &(_, Bound<'py, PyAny>)| v.clone()))
            .collect(),
    };
    Ok(ask(func.py(), || Ok(func.clone()), &asked, &given, &named)?.map(|v| (v,)))
}

/// Whether the object's class has an answer of its own to give.
#[pyfunction]
fn _answers(object: &Bound<'_, PyAny>) -> bool {
    answers(object)
}

pub fn answers(object: &Bound<'_, PyAny>) -> bool {
    ASKED.get() == Asked::All && handler(object).is_some()
}

/// The very tensor, its history with it, as an object of a class of tensors.
#[pyfunction]
fn _as_subclass<'py>(
    tensor: &Bound<'py, PyTensor>,
    class: &Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let object = py.get_type::<PyTensor>().call_method1("__new__", (class, tensor.as_any()))?;
    object.cast::<PyTensor>()?.get().replace(tensor.get().tensor());
    Ok(object)
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<DisableTorchFunctionSubclass>()?;
    m.add_class::<DisableTorchFunction>()?;
    m.add_function(wrap_pyfunction!(_disabled_torch_function_impl, m)?)?;
    let off = m.getattr("_disabled_torch_function_impl")?;
    let _ = DISABLED.set(m.py(), off.unbind());
    m.add_function(wrap_pyfunction!(_watch, m)?)?;
    m.add_function(wrap_pyfunction!(_is_torch_function_enabled, m)?)?;
    m.add_function(wrap_pyfunction!(_is_torch_function_all_disabled, m)?)?;
    m.add_function(wrap_pyfunction!(_push_on_torch_function_stack, m)?)?;
    m.add_function(wrap_pyfunction!(_pop_torch_function_stack, m)?)?;
    m.add_function(wrap_pyfunction!(_len_torch_function_stack, m)?)?;
    m.add_function(wrap_pyfunction!(_get_function_stack_at, m)?)?;
    m.add_function(wrap_pyfunction!(_answer, m)?)?;
    m.add_function(wrap_pyfunction!(_answers, m)?)?;
    m.add_function(wrap_pyfunction!(_as_subclass, m)?)?;
    Ok(())
}
