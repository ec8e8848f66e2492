//! Operators: the number slots, comparisons and indexing, by hand because they are the hottest calls.

use crate::base::Scalar;
use crate::ops::elementwise::arithmetic as binary;
use crate::ops::elementwise::kind::binary::binary_in_place;
use crate::ops::table::Val;
use crate::python::convert::{is_operand, operand};
use crate::python::error::{OrPy, guarded};
use crate::python::interop::is_array;
use crate::python::overrides;
use crate::python::tensor::{PyTensor, wrap};
use crate::python::trampoline::{Named, detached_if_long};
use pyo3::prelude::*;
use pyo3::pyclass::CompareOp;
use pyo3::types::PyAny;

type Out<'py> = PyResult<Py<PyAny>>;

fn not_implemented(py: Python<'_>) -> Py<PyAny> {
    py.NotImplemented()
}

/// The group of rows of a name.
macro_rules! named {
    ($name:expr) => {{
        static ROWS: Named = Named::new($name);
        &ROWS
    }};
}

/// A row with `self` and one operand; foreign operands are Python's to try.
fn row(slf: &Bound<'_, PyTensor>, other: &Bound<'_, PyAny>, rows: &Named, swap: bool) -> Out<'static> {
    row_of(slf, other, rows, swap, if swap { reflected(rows.name()) } else { rows.name() })
}

/// As [`row`], under the `name` by which a class that answers knows the operator.
fn row_of(
    slf: &Bound<'_, PyTensor>,
    other: &Bound<'_, PyAny>,
    rows: &Named,
    swap: bool,
    name: &str,
) -> Out<'static> {
    if overrides::watched()
        && let Some(answer) = answered(slf, other, name)
    {
        return answer;
    }
    if !is_operand(other)? {
        return foreign(slf, other, name);
    }
    let (a, b) =
        if swap { (other.clone(), slf.as_any().clone()) } else { (slf.as_any().clone(), other.clone()) };
    rows.call(&[a, b]).map(Bound::unbind)
}

/// What an operation with self on the right is called.
fn reflected(name: &str) -> &'static str {
    match name {
        "floor_divide" => "__rfloordiv__",
        "remainder" => "__rmod__",
        "pow" => "__rpow__",
        "matmul" => "__rmatmul__",
        "bitwise_left_shift" => "__rlshift__",
        _ => "__rrshift__",
    }
}

/// An operand that the engine does not know: its class's answer, or Python's next try.
#[cold]
fn foreign(slf: &Bound<'_, PyTensor>, other: &Bound<'_, PyAny>, name: &str) -> Out<'static> {
    answered(slf, other, name).unwrap_or_else(|| Ok(not_implemented(slf.py())))
}

/// What a mode or an operand's class says of an operator; none if nobody is there to ask.
#[cold]
fn answered(slf: &Bound<'_, PyTensor>, other: &Bound<'_, PyAny>, name: &str) -> Option<Out<'static>> {
    let answer = overrides::asked_of(name, slf, &[other]).transpose()?;
    Some(overrides::for_operator(slf.py(), answer.map(Bound::unbind)))
}

/// An operand is never given up for the result, not even a temporary of an expression: one reference is also all there
/// is to what a `functools.partial` or a proxy holds, and passes on.
fn direct(
    name: &str,
    slf: &Bound<'_, PyTensor>,
    other: &Bound<'_, PyAny>,
    swap: bool,
    f: fn(Val, Val) -> crate::error::Result<crate::tensor::Tensor>,
) -> Out<'static> {
    let py = slf.py();
    if overrides::watched()
        && let Some(answer) = answered(slf, other, name)
    {
        return answer;
    }
    let Some(b) = operand(other)? else { return foreign(slf, other, name) };
    let a = slf.get().tensor();
    guarded("operator", || {
        let n = match &b {
            Val::T(b) => a.numel().max(b.numel()),
            Val::S(_) => a.numel(),
        };
        let work = || if swap { f(b, Val::T(a)) } else { f(Val::T(a), b) };
        let r = detached_if_long(py, n, work).py()?;
        wrap(py, r).map(Bound::unbind)
    })
}

/// The right side of `x += y` where the engine, or the class of `y`, knows what to do with it; with anything else Python goes
/// on to `x = x + y`.
struct Known<'py>(Bound<'py, PyAny>);

impl<'a, 'py> FromPyObject<'a, 'py> for Known<'py> {
    type Error = PyErr;
    fn extract(other: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if is_operand(&other)? || overrides::answers(&other) {
            return Ok(Known(other.to_owned()));
        }
        Err(pyo3::exceptions::PyTypeError::new_err("no operand"))
    }
}

fn in_place(slf: &Bound<'_, PyTensor>, other: Known<'_>, rows: &Named) -> PyResult<()> {
    in_place_of(slf, other, rows, rows.name())
}

/// As [`in_place`], under the `name` by which a class that answers knows the operator.
fn in_place_of(slf: &Bound<'_, PyTensor>, other: Known<'_>, rows: &Named, name: &str) -> PyResult<()> {
    if overrides::watched() && name != rows.name() && overrides::asked_of(name, slf, &[&other.0])?.is_some() {
        return Ok(());
    }
    rows.call(&[slf.as_any().clone(), other.0]).map(drop)
}

const ONE: Scalar = Scalar::Int(1);

#[pymethods]
impl PyTensor {
    fn __add__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        direct("add", slf, other, false, |a, b| binary::add(a, b, ONE))
    }
    fn __radd__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        // PyTorch's reflected sum is `self + other`
        direct("add", slf, other, false, |a, b| binary::add(a, b, ONE))
    }
    fn __sub__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        direct("sub", slf, other, false, |a, b| binary::sub(a, b, ONE))
    }
    fn __rsub__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row_of(slf, other, named!("rsub"), false, "__rsub__")
    }
    fn __mul__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        direct("mul", slf, other, false, binary::mul)
    }
    fn __rmul__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        direct("mul", slf, other, false, binary::mul)
    }
    fn __truediv__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        direct("div", slf, other, false, binary::div)
    }
    fn __rtruediv__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        if overrides::watched()
            && let Some(answer) = answered(slf, other, "__rtruediv__")
        {
            return answer;
        }
        // PyTorch computes `reciprocal() * other`, and its graph shows it
        let r = named!("reciprocal").call(&[slf.as_any().clone()])?;
        if !is_operand(other)? {
            return match is_array(other)? {
                true => r.mul(other).map(Bound::unbind),
                false => Ok(not_implemented(slf.py())),
            };
        }
        named!("mul").call(&[r, other.clone()]).map(Bound::unbind)
    }
    fn __floordiv__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row_of(slf, other, named!("floor_divide"), false, "__floordiv__")
    }
    fn __rfloordiv__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row(slf, other, named!("floor_divide"), true)
    }
    fn __mod__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row(slf, other, named!("remainder"), false)
    }
    fn __rmod__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row(slf, other, named!("remainder"), true)
    }
    fn __pow__(
        slf: &Bound<'_, Self>,
        other: &Bound<'_, PyAny>,
        _modulo: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        row_of(slf, other, named!("pow"), false, "__pow__")
    }
    fn __rpow__(
        slf: &Bound<'_, Self>,
        other: &Bound<'_, PyAny>,
        _modulo: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        row(slf, other, named!("pow"), true)
    }
    fn __matmul__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        match other.cast::<PyTensor>() {
            Ok(_) => row(slf, other, named!("matmul"), false),
            Err(_) => foreign(slf, other, "matmul"),
        }
    }
    fn __rmatmul__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        match other.cast::<PyTensor>() {
            Ok(_) => row(slf, other, named!("matmul"), true),
            Err(_) => foreign(slf, other, "__rmatmul__"),
        }
    }
    fn __and__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row_of(slf, other, named!("bitwise_and"), false, "__and__")
    }
    fn __rand__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row(slf, other, named!("bitwise_and"), false)
    }
    fn __or__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row_of(slf, other, named!("bitwise_or"), false, "__or__")
    }
    fn __ror__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row(slf, other, named!("bitwise_or"), false)
    }
    fn __xor__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row_of(slf, other, named!("bitwise_xor"), false, "__xor__")
    }
    fn __rxor__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row(slf, other, named!("bitwise_xor"), false)
    }
    fn __lshift__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row_of(slf, other, named!("bitwise_left_shift"), false, "__lshift__")
    }
    fn __rlshift__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row(slf, other, named!("bitwise_left_shift"), true)
    }
    fn __rshift__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row_of(slf, other, named!("bitwise_right_shift"), false, "__rshift__")
    }
    fn __rrshift__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        row(slf, other, named!("bitwise_right_shift"), true)
    }
    fn __neg__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        named!("neg").call(&[slf.as_any().clone()]).map(Bound::unbind)
    }
    fn __pos__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        named!("positive").call(&[slf.as_any().clone()]).map(Bound::unbind)
    }
    fn __abs__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        named!("abs").call(&[slf.as_any().clone()]).map(Bound::unbind)
    }
    fn __invert__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        if !slf.get().tensor().dtype().is_integral() {
            return Err(pyo3::exceptions::PyTypeError::new_err(
                "~ (operator.invert) is only implemented on integer and Boolean-type tensors",
            ));
        }
        if let Some(answer) = overrides::to_method("__invert__", slf, &[])? {
            return Ok(answer.unbind());
        }
        named!("bitwise_not").call(&[slf.as_any().clone()]).map(Bound::unbind)
    }

    fn __iadd__(slf: &Bound<'_, Self>, other: Known<'_>) -> PyResult<()> {
        match if overrides::watched() { None } else { operand(&other.0)? } {
            Some(b) => guarded("add_", || binary_in_place(&binary::ADD, &slf.get().tensor(), b, None).py()),
            None => in_place(slf, other, named!("add_")),
        }
    }
    fn __isub__(slf: &Bound<'_, Self>, other: Known<'_>) -> PyResult<()> {
        in_place(slf, other, named!("sub_"))
    }
    fn __imul__(slf: &Bound<'_, Self>, other: Known<'_>) -> PyResult<()> {
        match if overrides::watched() { None } else { operand(&other.0)? } {
            Some(b) => guarded("mul_", || binary_in_place(&binary::MUL, &slf.get().tensor(), b, None).py()),
            None => in_place(slf, other, named!("mul_")),
        }
    }
    fn __itruediv__(slf: &Bound<'_, Self>, other: Known<'_>) -> PyResult<()> {
        in_place(slf, other, named!("div_"))
    }
    fn __ifloordiv__(slf: &Bound<'_, Self>, other: Known<'_>) -> PyResult<()> {
        in_place(slf, other, named!("floor_divide_"))
    }
    fn __imod__(slf: &Bound<'_, Self>, other: Known<'_>) -> PyResult<()> {
        in_place(slf, other, named!("remainder_"))
    }
    fn __ipow__(slf: &Bound<'_, Self>, other: Known<'_>, _modulo: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        in_place_of(slf, other, named!("pow_"), "__ipow__")
    }
    fn __iand__(slf: &Bound<'_, Self>, other: Known<'_>) -> PyResult<()> {
        in_place_of(slf, other, named!("bitwise_and_"), "__iand__")
    }
    fn __ior__(slf: &Bound<'_, Self>, other: Known<'_>) -> PyResult<()> {
        in_place_of(slf, other, named!("bitwise_or_"), "__ior__")
    }
    fn __ixor__(slf: &Bound<'_, Self>, other: Known<'_>) -> PyResult<()> {
        in_place_of(slf, other, named!("bitwise_xor_"), "__ixor__")
    }
    fn __ilshift__(slf: &Bound<'_, Self>, other: Known<'_>) -> PyResult<()> {
        in_place_of(slf, other, named!("bitwise_left_shift_"), "__ilshift__")
    }
    fn __irshift__(slf: &Bound<'_, Self>, other: Known<'_>) -> PyResult<()> {
        in_place_of(slf, other, named!("bitwise_right_shift_"), "__irshift__")
    }

    fn __richcmp__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>, op: CompareOp) -> PyResult<Py<PyAny>> {
        let rows = match op {
            CompareOp::Eq => named!("eq"),
            CompareOp::Ne => named!("ne"),
            CompareOp::Lt => named!("lt"),
            CompareOp::Le => named!("le"),
            CompareOp::Gt => named!("gt"),
            CompareOp::Ge => named!("ge"),
        };
        // NumPy leaves equality to the tensor
        if matches!(op, CompareOp::Eq | CompareOp::Ne) && !is_operand(other)? && is_array(other)? {
            return match super::interop::from_array(other) {
                Ok(t) => rows.call(&[slf.as_any().clone(), wrap(slf.py(), t)?]).map(Bound::unbind),
                Err(_) => Ok(not_implemented(slf.py())),
            };
        }
        row_of(slf, other, rows, false, if matches!(op, CompareOp::Eq) { "__eq__" } else { rows.name() })
    }

    fn __getitem__(slf: &Bound<'_, Self>, index: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        if let Some(v) = overrides::to_method("__getitem__", slf, &[index])? {
            return Ok(v.unbind());
        }
        guarded("index", || super::index::get(slf, index))
    }
    fn __setitem__(
        slf: &Bound<'_, Self>,
        index: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        if overrides::to_method("__setitem__", slf, &[index, value])?.is_some() {
            return Ok(());
        }
        guarded("index_put_", || super::index::set(slf, index, value))
    }
    fn __delitem__(_slf: &Bound<'_, Self>, _index: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(pyo3::exceptions::PyTypeError::new_err("Tensor does not support deleting items"))
    }
    /// Along the first axis, from its end.
    fn __reversed__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        if slf.get().tensor().ndim() == 0 {
            return Ok(slf.as_any().clone());
        }
        named!("flip").call(&[slf.as_any().clone(), 0i64.into_pyobject(slf.py())?.into_any()])
    }
    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let t = slf.get().tensor();
        if t.ndim() == 0 {
            return Err(pyo3::exceptions::PyTypeError::new_err("iteration over a 0-d tensor"));
        }
        named!("unbind").call(&[slf.as_any().clone()])?.call_method0("__iter__")
    }
}
