//! What a tensor holds, as objects of Python's: numbers, lists, text, bytes.

use crate::base::{DType, Device, Layout, Scalar};
use crate::python::convert::scalar;
use crate::python::error::{OrPy, guarded};
use crate::python::list;
use crate::python::object::{PyTensor, wrap};
use crate::python::overrides;
use crate::tensor::Tensor;
use crate::warning::warn_once;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyAny;

/// Lists and texts nest as deep as a tensor has axes, and so does the code that makes them.
pub fn check_depth(t: &Tensor) -> PyResult<()> {
    if t.ndim() > 64 {
        return Err(PyRuntimeError::new_err("only tensors with up to 64 dims are supported"));
    }
    Ok(())
}

/// The text of a tensor with a class name in front.
fn text(t: &Tensor, prefix: &str) -> PyResult<String> {
    check_depth(t)?;
    Ok(t.text(prefix))
}

/// Says, where gradients are recorded, that a number has none.
fn warn_of_history(name: &str, t: &Tensor) -> PyResult<()> {
    if !(t.requires_grad() && crate::autograd::grad_enabled()) {
        return Ok(());
    }
    guarded(name, || {
        warn_once(
            "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\nConsider using tensor.detach() first.",
        );
        Ok(())
    })
}

/// The one element, for Python's own conversions.
fn python_scalar(t: &Tensor) -> PyResult<Scalar> {
    if t.numel() != 1 {
        return Err(pyo3::exceptions::PyValueError::new_err(
            "only one element tensors can be converted to Python scalars",
        ));
    }
    t.item().py()
}

#[pymethods]
impl PyTensor {
    /// The one element as a number of Python's.
    ///
    /// Errors: RuntimeError for more elements or none.
    ///
    /// >>> rl.tensor([2.5]).item()
    /// 2.5
    fn item<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(answer) = overrides::to_method_of_mode("item", slf, &[])? {
            return Ok(answer);
        }
        Ok(scalar(slf.py(), slf.get().tensor().item().py()?))
    }
    /// The elements as nested lists of numbers.
    ///
    /// >>> rl.arange(4).view(2, 2).tolist()
    /// [[0, 1], [2, 3]]
    fn tolist<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(answer) = overrides::to_method_of_mode("tolist", slf, &[])? {
            return Ok(answer);
        }
        let (py, t) = (slf.py(), slf.get().tensor());
        if t.device() == Device::Meta {
            return Err(pyo3::exceptions::PyNotImplementedError::new_err(
                "tolist: Cannot copy out of meta tensor; no data!",
            ));
        }
        guarded("tolist", || list::listed(py, &t))
    }
    fn __len__(&self) -> PyResult<usize> {
        self.tensor().shape().first().copied().ok_or_else(|| PyTypeError::new_err("len() of a 0-d tensor"))
    }
    fn __bool__(&self) -> PyResult<bool> {
        let t = self.tensor();
        match t.numel() {
            1 if t.is_batched() => Err(PyRuntimeError::new_err(
                "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't support that yet, please file an issue at https://github.com/pytorch/pytorch/issues .",
            )),
            1 => Ok(!t.item().py()?.is_zero()),
            0 => Err(PyRuntimeError::new_err("Boolean value of Tensor with no values is ambiguous")),
            _ => {
                Err(PyRuntimeError::new_err("Boolean value of Tensor with more than one value is ambiguous"))
            }
        }
    }
    fn __int__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match python_scalar(&self.tensor())? {
            Scalar::Float(f) => Ok(pyo3::types::PyFloat::new(py, f).call_method0("__int__")?),
            Scalar::Complex(c) if c.im == 0.0 => {
                Ok(pyo3::types::PyFloat::new(py, c.re).call_method0("__int__")?)
            }
            Scalar::Complex(_) => {
                Err(PyRuntimeError::new_err("value cannot be converted to type int64_t without overflow"))
            }
            s => Ok(s.to_i64().into_pyobject(py)?.into_any()),
        }
    }
    fn __float__(&self) -> PyResult<f64> {
        let number = |t: &Tensor| match python_scalar(t)? {
            Scalar::Complex(c) if c.im != 0.0 => {
                Err(PyRuntimeError::new_err("value cannot be converted to type double without overflow"))
            }
            s => Ok(s.to_f64()),
        };
        let t = self.tensor();
        warn_of_history("__float__", &t)?;
        number(&t)
    }
    fn __complex__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        warn_of_history("__complex__", &t)?;
        Ok(scalar(py, Scalar::Complex(python_scalar(&t)?.to_c128())))
    }
    fn __index__(&self) -> PyResult<i64> {
        let t = self.tensor();
        if t.numel() != 1 || !t.dtype().is_integral() {
            return Err(PyTypeError::new_err(
                "only integer tensors of a single element can be converted to an index",
            ));
        }
        Ok(t.item().py()?.to_i64())
    }
    /// A class of a program's own is named, and says so if it is used as a parameter.
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        if !crate::python::overrides::takes_part(slf) {
            return guarded("repr", || text(&slf.get().tensor(), "tensor"));
        }
        let name = slf.get_type().name()?.to_string();
        let text = guarded("repr", || text(&slf.get().tensor(), &name))?;
        let mark = slf.getattr_opt(pyo3::intern!(slf.py(), "_is_param"))?;
        Ok(if mark.is_some_and(|m| m.is_truthy().unwrap_or(false)) {
            format!("Parameter({text})")
        } else {
            text
        })
    }
    fn __hash__(slf: &Bound<'_, Self>) -> isize {
        (slf.as_ptr() as isize) >> 4
    }
    /// The bytes of the whole storage.
    fn _storage_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyBytes>> {
        let t = self.tensor();
        let storage = t.storage().clone();
        crate::python::buffer::storage_bytes(py, &storage)
    }
    fn _storage_key(&self) -> usize {
        let t = self.tensor();
        if t.storage().nbytes() == 0 { t.storage().id() } else { t.storage().ptr() as usize }
    }
    fn _storage_nbytes(&self) -> usize {
        self.tensor().storage().nbytes()
    }
    /// All memory behind it, as uint8.
    fn _memory<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        if t.is_batched() {
            return Err(pyo3::exceptions::PyNotImplementedError::new_err(
                "Cannot access storage of BatchedTensorImpl",
            ));
        }
        let bytes = Layout::contiguous(&[t.storage().nbytes()]);
        wrap(py, t.reinterpret(bytes, DType::U8).py()?)
    }
    fn _text(&self, prefix: &str) -> PyResult<String> {
        guarded("repr", || text(&self.tensor(), prefix))
    }
}
