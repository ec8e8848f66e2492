//! From the engine's errors to Python's exceptions: one exhaustive match.

use crate::error::{Error, Kind};
use crate::kernels::cpu::machine::stop::{self, Stop};
use crate::tensor::batch::Mapped;
use crate::warning;
use pyo3::exceptions::*;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// `OutOfMemoryError(RuntimeError, MemoryError)`, defined in Python so that it can have both bases.
static OUT_OF_MEMORY: PyOnceLock<Py<PyType>> = PyOnceLock::new();

pyo3::create_exception!(
    _C,
    _LinAlgError,
    PyRuntimeError,
    "A matrix has not what was asked of it: an inverse, a factor, an end of iterations."
);

pub fn to_py(e: Error) -> PyErr {
    let kind = e.kind();
    let message = e.message().to_owned();
    match kind {
        Kind::Value => PyValueError::new_err(message),
        Kind::Type => PyTypeError::new_err(message),
        Kind::Index => PyIndexError::new_err(message),
        Kind::Runtime => PyRuntimeError::new_err(message),
        Kind::NotImplemented => PyNotImplementedError::new_err(message),
        Kind::Attribute => PyAttributeError::new_err(message),
        Kind::Overflow => PyOverflowError::new_err(message),
        Kind::LinAlg => _LinAlgError::new_err(message),
        Kind::Internal => {
            PyRuntimeError::new_err(format!("internal error of rushlight, please report: {message}"))
        }
        Kind::Memory => Python::attach(|py| match OUT_OF_MEMORY.get(py) {
            Some(class) => PyErr::from_type(class.bind(py).clone(), message),
            None => PyMemoryError::new_err(message),
        }),
        Kind::Python => match e.into_source().map(|s| s.downcast::<PyErr>()) {
            Some(Ok(original)) => *original,
            _ => PyRuntimeError::new_err(message),
        },
    }
}

/// Carries a Python exception through the engine.
pub fn from_py(e: PyErr) -> Error {
    Error::foreign(e.to_string(), Box::new(e))
}

/// `?` from the engine's result to Python's.
pub trait OrPy<T> {
    fn py(self) -> PyResult<T>;
}

impl<T> OrPy<T> for crate::error::Result<T> {
    #[inline]
    fn py(self) -> PyResult<T> {
        self.map_err(to_py)
    }
}

/// Runs engine code that must not take the interpreter down: a panic becomes an error naming the op. What Python has
/// noted of a Ctrl-C is acted on before.
#[inline]
pub fn guarded<T>(op: &str, f: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    if stop::is_asked() {
        Python::attach(super::interrupt::answer)?;
    }
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)) {
        Ok(r) if warning::said() => r.and_then(warned),
        Ok(r) => r,
        Err(end) => Err(unwound(op, end)),
    }
}

/// Passes on what the op said beside its result; a program may make an error of it.
#[cold]
fn warned<T>(value: T) -> PyResult<T> {
    Python::attach(|py| {
        let warn = py.import("rushlight._warn")?.getattr("warn")?;
        warning::take().into_iter().try_for_each(|text| warn.call1((text,)).map(drop))
    })?;
    Ok(value)
}

thread_local! {
    /// Where this thread panicked last.
    static PLACE: std::cell::RefCell<Option<String>> = const { std::cell::RefCell::new(None) };
}

/// The exception for what a call unwound with.
#[cold]
fn unwound(op: &str, end: Box<dyn std::any::Any + Send>) -> PyErr {
    let end = match end.downcast::<Error>() {
        Ok(error) => {
            return to_py(if error.kind() == Kind::NotImplemented { error.context(op) } else { *error });
        }
        Err(other) => other,
    };
    let panic = match Stop::of(end) {
        Ok(Stop::Memory(e)) => return to_py(e),
        Ok(Stop::Interrupted) => {
            let raised = Python::attach(|py| py.check_signals());
            return raised.err().unwrap_or_else(|| PyKeyboardInterrupt::new_err(()));
        }
        Err(panic) => panic,
    };
    if panic.is::<Mapped>() {
        return PyRuntimeError::new_err(match op {
            "data_ptr" | "tolist" | "numpy" => {
                "Cannot access data pointer of Tensor that doesn't have storage".to_string()
            }
            _ => format!(
                "vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over aten::{op}. Please file an issue at https://github.com/pytorch/pytorch/issues if you need this feature."
            ),
        });
    }
    let what = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or(panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    // the bindings' only word for an object that could not be made
    if what == "Python API call failed" {
        return PyMemoryError::new_err(format!("{op}: no memory for Python's objects"));
    }
    let place = PLACE.take().map_or_else(String::new, |place| format!(" ({place})"));
    PyRuntimeError::new_err(format!("{op}: internal error of rushlight, please report: {what}{place}"))
}

#[pyfunction]
fn _set_out_of_memory(py: Python<'_>, class: Py<PyType>) {
    let _ = OUT_OF_MEMORY.set(py, class);
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    // a panic is reported as an exception, with its place; Rust's own trace on stderr would only frighten
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|l| format!("{}:{}", l.file(), l.line()));
        let _ = PLACE.try_with(|p| p.replace(place));
    }));
    m.add("_LinAlgError", m.py().get_type::<_LinAlgError>())?;
    m.add_function(wrap_pyfunction!(_set_out_of_memory, m)?)
}
