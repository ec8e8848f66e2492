//! `x[...]`: Python's index objects as the engine's list of indices.

use super::convert::{int, operand, overflow};
use super::error::OrPy;
use super::tensor::{PyTensor, wrap};
use crate::base::Scalar;
use crate::ops::index::item::{Index, get_item, set_item};
use crate::ops::table::Val;
use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyBool, PyBytes, PyEllipsis, PyInt, PyList, PySlice, PyString, PyTuple};

fn bound(obj: &Bound<'_, PyAny>) -> PyResult<Option<i64>> {
    if obj.is_none() {
        return Ok(None);
    }
    match int(obj) {
        Ok(Some(v)) => Ok(Some(v)),
        // beyond 64 bits clamps like any large bound
        Err(_) => Ok(Some(if obj.lt(0)? { i64::MIN } else { i64::MAX })),
        Ok(None) => {
            super::convert::say_mapped(obj)?;
            Err(PyTypeError::new_err("slice indices must be integers or None or have an __index__ method"))
        }
    }
}

fn one(obj: &Bound<'_, PyAny>) -> PyResult<Index> {
    if let Ok(i) = obj.cast_exact::<PyInt>() {
        return i.extract::<i64>().map(Index::Int).map_err(|_| {
            PyIndexError::new_err(format!("index {obj} is out of bounds: it does not fit 64 bits"))
        });
    }
    if let Ok(s) = obj.cast::<PySlice>() {
        return Ok(Index::Slice {
            start: bound(&s.getattr("start")?)?,
            stop: bound(&s.getattr("stop")?)?,
            step: bound(&s.getattr("step")?)?,
        });
    }
    if obj.is_none() {
        return Ok(Index::None);
    }
    if obj.cast::<PyEllipsis>().is_ok() {
        return Ok(Index::Ellipsis);
    }
    if let Ok(b) = obj.cast::<PyBool>() {
        return Ok(Index::Bool(b.is_true()));
    }
    if let Ok(t) = obj.cast::<PyTensor>() {
        return Ok(Index::Tensor(t.get().tensor()));
    }
    if obj.cast::<PyList>().is_ok() || obj.cast::<PyTuple>().is_ok() || crate::python::interop::is_array(obj)?
    {
        let t = super::create::index_tensor(obj)?;
        return Ok(Index::Tensor(t));
    }
    // a sequence of its own kind is read as a list is, and holds no numbers
    if obj.cast::<PyString>().is_ok() || obj.cast::<PyBytes>().is_ok() {
        return Err(PyTypeError::new_err(format!("new(): invalid data type '{}'", obj.get_type().name()?)));
    }
    match int(obj)? {
        Some(v) => Ok(Index::Int(v)),
        None => Err(PyIndexError::new_err(format!(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got {})",
            obj.get_type().name()?
        ))),
    }
}

/// Whether an element of a list says that the list is a tuple of indices.
fn is_index(obj: &Bound<'_, PyAny>) -> bool {
    obj.cast::<PyTensor>().is_ok()
        || obj.cast::<PySlice>().is_ok()
        || obj.cast::<PyList>().is_ok()
        || obj.cast::<PyTuple>().is_ok()
        || obj.is_none()
        || obj.cast::<PyEllipsis>().is_ok()
}

fn indices(obj: &Bound<'_, PyAny>) -> PyResult<Vec<Index>> {
    match obj.cast::<PyTuple>() {
        Ok(t) => t.iter().map(|i| one(&i)).collect(),
        Err(_) => match obj.cast_exact::<PyList>() {
            // a list with anything in it that indexes by itself means a tuple
            Ok(list) if list.len() < 32 && list.iter().any(|i| is_index(&i)) => {
                list.iter().map(|i| one(&i)).collect()
            }
            _ => Ok(vec![one(obj)?]),
        },
    }
}

pub fn get(slf: &Bound<'_, PyTensor>, index: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let t = slf.get().tensor();
    let out = match indices(index)?.as_slice() {
        [Index::Int(i)] if t.ndim() > 0 => {
            let n = t.shape()[0] as i64;
            if *i < -n || *i >= n {
                return Err(PyIndexError::new_err(format!(
                    "index {i} is out of bounds for dimension 0 with size {n}"
                )));
            }
            t.select_at(0, (if *i < 0 { i + n } else { *i }) as usize).py()?
        }
        list => get_item(&t, list).py()?,
    };
    wrap(slf.py(), out).map(Bound::unbind)
}

/// The class of an object as C knows it: with the module where that is NumPy's.
fn full_name(obj: &Bound<'_, PyAny>) -> String {
    let class = obj.get_type();
    let name = class.name().map_or_else(|_| "object".into(), |n| n.to_string());
    match class.module() {
        Ok(module) if module == "numpy" => format!("numpy.{name}"),
        _ => name,
    }
}

/// What is assigned: a tensor or a number, integers within int64.
fn assigned(value: &Bound<'_, PyAny>) -> PyResult<Option<Val>> {
    match operand(value) {
        Ok(Some(Val::S(Scalar::UInt(_)))) => Err(overflow()),
        Err(_) if value.cast::<PyInt>().is_ok() => Err(overflow()),
        other => other,
    }
}

pub fn set(slf: &Bound<'_, PyTensor>, index: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let t = slf.get().tensor();
    let value = match assigned(value)? {
        Some(v) => v,
        None => {
            return Err(PyTypeError::new_err(format!(
                "can't assign a {} to a {}",
                full_name(value),
                crate::tensor::type_name(t.dtype(), t.device())
            )));
        }
    };
    set_item(&t, &indices(index)?, value).py()
}
