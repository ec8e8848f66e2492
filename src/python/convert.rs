//! One Python object to one `Arg`, by the kind its parameter declares; and results back.

use super::dtype::PyDType;
use super::tensor::{PyTensor, wrap};
use super::types::{PyDevice, PyFormat, size};
use crate::base::{C128, DType, Scalar};
use crate::ops::table::{Arg, Base, ELLIPSIS, Ints, Kind, Operand, Ret, Val};
use crate::python::error::OrPy;
use crate::python::trampoline::is_index;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{
    PyAny, PyBool, PyComplex, PyComplexMethods, PyFloat, PyInt, PyList, PyNone, PyString, PyTuple, PyType,
};

/// A Python number, numpy's scalars included; no tensors.
pub fn number(obj: &Bound<'_, PyAny>) -> PyResult<Option<Scalar>> {
    if let Ok(f) = obj.cast_exact::<PyFloat>() {
        return Ok(Some(Scalar::Float(f.value())));
    }
    if let Ok(b) = obj.cast::<PyBool>() {
        return Ok(Some(Scalar::Bool(b.is_true())));
    }
    if let Ok(i) = obj.cast::<PyInt>() {
        return match i.extract::<i64>() {
            Ok(v) => Ok(Some(Scalar::Int(v))),
            Err(_) => i.extract::<u64>().map(|v| Some(Scalar::UInt(v))),
        };
    }
    if let Ok(f) = obj.cast::<PyFloat>() {
        return Ok(Some(Scalar::Float(f.value())));
    }
    if let Ok(c) = obj.cast::<PyComplex>() {
        return Ok(Some(Scalar::Complex(C128::new(c.real(), c.imag()))));
    }
    numpy_scalar(obj)
}

/// A scalar of numpy: an object of a class from the module `numpy` that has `dtype` and no axes.
#[cold]
fn numpy_scalar(obj: &Bound<'_, PyAny>) -> PyResult<Option<Scalar>> {
    let class = obj.get_type();
    let is_numpy = class.module().is_ok_and(|m| m.to_str().is_ok_and(|s| s == "numpy"));
    if !is_numpy || class.name()?.to_str()? == "ndarray" || !obj.hasattr("dtype")? {
        return Ok(None);
    }
    let item = obj.call_method0("item")?;
    // beside tensors a truth value of NumPy's is a number, as in PyTorch
    if let Ok(b) = item.cast::<PyBool>() {
        return Ok(Some(Scalar::Float(b.is_true() as u8 as f64)));
    }
    if let Ok(i) = item.extract::<i64>() {
        return Ok(Some(Scalar::Int(i)));
    }
    if let Ok(u) = item.extract::<u64>() {
        return Ok(Some(Scalar::UInt(u)));
    }
    if let Ok(f) = item.extract::<f64>() {
        return Ok(Some(Scalar::Float(f)));
    }
    if let Ok(c) = item.cast::<PyComplex>() {
        return Ok(Some(Scalar::Complex(C128::new(c.real(), c.imag()))));
    }
    Ok(None)
}

/// What an integer of int64 cannot be.
#[cold]
pub fn overflow() -> PyErr {
    PyValueError::new_err("Overflow when unpacking long long")
}

/// A tensor or a number.
#[inline]
pub fn operand(obj: &Bound<'_, PyAny>) -> PyResult<Option<Val>> {
    if let Ok(t) = obj.cast::<PyTensor>() {
        return Ok(Some(Val::T(t.get().tensor())));
    }
    Ok(number(obj)?.map(Val::S))
}

/// Whether [`operand`] takes the object.
#[inline]
pub fn is_operand(obj: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(obj.cast::<PyTensor>().is_ok() || number(obj)?.is_some())
}

/// An integer: Python's, numpy's, a 0-d integer tensor, anything with `__index__`.
pub fn int(obj: &Bound<'_, PyAny>) -> PyResult<Option<i64>> {
    if let Ok(i) = obj.cast::<PyInt>() {
        return i.extract::<i64>().map(Some).map_err(|_| overflow());
    }
    if let Ok(t) = obj.cast::<PyTensor>() {
        let t = t.get().tensor();
        if t.ndim() == 0 && t.dtype().is_integral() && t.dtype() != DType::Bool {
            return Ok(t.item().ok().map(Scalar::to_i64));
        }
        return Ok(None);
    }
    if obj.cast::<PyFloat>().is_ok() || obj.cast::<PyString>().is_ok() || obj.cast::<PyNone>().is_ok() {
        return Ok(None);
    }
    if !is_index(obj) {
        return Ok(None);
    }
    match obj.call_method0("__index__") {
        Ok(v) => Ok(v.extract::<i64>().ok()),
        Err(_) => Ok(None),
    }
}

/// Says of one number that `vmap` maps over why it is none for the caller.
#[cold]
pub fn say_mapped(obj: &Bound<'_, PyAny>) -> PyResult<()> {
    match obj.cast::<PyTensor>().map(|t| t.get().tensor()) {
        Ok(t) if t.ndim() == 0 && t.is_batched() => t.item().map(drop).py(),
        _ => Ok(()),
    }
}

/// A size that no integer of int64 is.
#[cold]
pub fn no_size(error: PyErr) -> PyErr {
    Python::attach(|py| match error.is_instance_of::<PyValueError>(py) {
        true => PyTypeError::new_err(format!(
            "argument 'size' failed to unpack the object with error \"{}\"",
            error.value(py)
        )),
        false => error,
    })
}

/// A list or tuple of integers.
pub fn int_list(obj: &Bound<'_, PyAny>) -> PyResult<Option<Ints>> {
    let mut out = Ints::new();
    if let Ok(t) = obj.cast::<PyTuple>() {
        for item in t.iter() {
            match int(&item)? {
                Some(v) => out.push(v),
                None => return Ok(None),
            }
        }
        return Ok(Some(out));
    }
    if let Ok(l) = obj.cast::<PyList>() {
        for item in l.iter() {
            match int(&item)? {
                Some(v) => out.push(v),
                None => return Ok(None),
            }
        }
        return Ok(Some(out));
    }
    Ok(None)
}

pub fn dtype_of(obj: &Bound<'_, PyAny>) -> PyResult<Option<DType>> {
    if let Ok(d) = obj.cast::<PyDType>() {
        return d.get().held().map(Some);
    }
    if let Ok(t) = obj.cast::<PyType>() {
        return Ok(match t.name()?.to_str()? {
            "float" => Some(DType::F64),
            "int" => Some(DType::I64),
            "bool" => Some(DType::Bool),
            "complex" => Some(DType::C128),
            _ => None,
        });
    }
    Ok(None)
}

pub fn device_of(obj: &Bound<'_, PyAny>) -> PyResult<Option<crate::base::Device>> {
    if let Ok(d) = obj.cast::<PyDevice>() {
        return Ok(Some(d.get().device()));
    }
    if let Ok(s) = obj.cast::<PyString>() {
        return PyDevice::parse(s.to_str()?).map(|d| Some(d.device()));
    }
    if let Ok(i) = obj.cast_exact::<PyInt>() {
        return Ok(Some(crate::base::Device::Gpu(i.extract::<u8>().unwrap_or(0))));
    }
    Ok(None)
}

fn tensors(obj: &Bound<'_, PyAny>) -> PyResult<Option<Vec<crate::tensor::Tensor>>> {
    let mut out = Vec::new();
    let mut push = |item: &Bound<'_, PyAny>| match item.cast::<PyTensor>() {
        Ok(t) => {
            out.push(t.get().tensor());
            true
        }
        Err(_) => false,
    };
    let all = if let Ok(t) = obj.cast::<PyTuple>() {
        t.iter().all(|i| push(&i))
    } else if let Ok(l) = obj.cast::<PyList>() {
        l.iter().all(|i| push(&i))
    } else {
        false
    };
    Ok(all.then_some(out))
}

/// The argument as its parameter wants it, or nothing if it does not fit.
pub fn to_arg(obj: &Bound<'_, PyAny>, kind: Kind) -> PyResult<Option<Arg>> {
    if obj.is_none() && kind.base != Base::OptInts {
        return Ok(kind.optional.then_some(Arg::None));
    }
    Ok(match kind.base {
        Base::Tensor => obj.cast::<PyTensor>().ok().map(|t| Arg::Tensor(t.get().tensor())),
        Base::Val => match operand(obj)? {
            Some(Val::T(t)) => Some(Arg::Tensor(t)),
            Some(Val::S(s)) => Some(Arg::Number(s)),
            None => None,
        },
        Base::Number => match operand(obj)? {
            Some(Val::S(s)) => Some(Arg::Number(s)),
            Some(Val::T(t)) if t.ndim() == 0 && !t.requires_grad() => t.item().ok().map(Arg::Number),
            _ => None,
        },
        Base::Int => {
            if obj.cast::<PyBool>().is_ok() {
                None
            } else {
                int(obj)?.map(|v| Arg::Number(Scalar::Int(v)))
            }
        }
        Base::Float => match operand(obj)? {
            Some(Val::S(s)) if !matches!(s, Scalar::Complex(_)) => {
                Some(Arg::Number(Scalar::Float(s.to_f64())))
            }
            Some(Val::T(t)) if t.ndim() == 0 && !t.requires_grad() => t.item().ok().map(Arg::Number),
            _ => None,
        },
        Base::Bool => obj.cast::<PyBool>().ok().map(|b| Arg::Number(Scalar::Bool(b.is_true()))),
        Base::Ints => match int_list(obj)? {
            Some(v) => Some(Arg::Ints(v)),
            None if obj.cast::<PyBool>().is_ok() => None,
            None => int(obj)?.map(|v| Arg::Ints(smallvec::smallvec![v])),
        },
        Base::OptInts => {
            let one =
                |o: &Bound<'_, PyAny>| if o.is_none() { Ok(Some(None)) } else { int(o).map(|v| v.map(Some)) };
            if obj.cast::<PyTuple>().is_ok() || obj.cast::<PyList>().is_ok() {
                let mut out = Vec::new();
                for item in obj.try_iter()? {
                    match one(&item?)? {
                        Some(v) => out.push(v),
                        None => return Ok(None),
                    }
                }
                Some(Arg::OptInts(out))
            } else {
                one(obj)?.map(|v| Arg::OptInts(vec![v]))
            }
        }
        Base::Sizes => match int_list(obj).map_err(no_size)? {
            Some(v) => Some(Arg::Ints(v)),
            None => int(obj).map_err(no_size)?.map(|v| Arg::Ints(smallvec::smallvec![v])),
        },
        // lists and tuples: other iterables may have no end
        Base::Numbers | Base::OptTensors
            if obj.cast::<PyTuple>().is_err() && obj.cast::<PyList>().is_err() =>
        {
            None
        }
        Base::Numbers => match obj.try_iter() {
            Ok(items) => {
                let mut out = Vec::new();
                for item in items {
                    match operand(&item?)? {
                        Some(Val::S(s)) => out.push(s),
                        Some(Val::T(t)) if t.numel() == 1 => match t.item() {
                            Ok(s) => out.push(s),
                            Err(_) => return Ok(None),
                        },
                        _ => return Ok(None),
                    }
                }
                Some(Arg::Numbers(out))
            }
            Err(_) => None,
        },
        Base::Tensors => tensors(obj)?.map(Arg::Tensors),
        Base::Operands => operands(std::slice::from_ref(obj))?.map(Arg::Operands),
        Base::IntLists => int_lists(obj)?.map(Arg::IntLists),
        Base::OptTensors => {
            let mut out = Vec::new();
            for item in obj.try_iter()? {
                let item = item?;
                match item.cast::<PyTensor>() {
                    Ok(t) => out.push(Some(t.get().tensor())),
                    Err(_) if item.is_none() => out.push(None),
                    Err(_) => return Ok(None),
                }
            }
            Some(Arg::OptTensors(out))
        }
        Base::Str => match obj.cast::<PyString>() {
            Ok(s) => Some(Arg::Str(s.to_str()?.to_owned())),
            Err(_) => obj.cast::<super::types::PyLayout>().ok().map(|l| Arg::Str(l.get().0.to_owned())),
        },
        Base::DType => dtype_of(obj)?.map(Arg::DType),
        Base::Device => device_of(obj)?.map(Arg::Device),
        // None stands for the default
        Base::Format if obj.is_none() => Some(Arg::Absent),
        Base::Format => obj.cast::<PyFormat>().ok().map(|f| Arg::Format(f.get().0)),
        Base::Generator => super::generator::generator_of(obj).map(Arg::Generator),
    })
}

pub fn scalar<'py>(py: Python<'py>, s: Scalar) -> Bound<'py, PyAny> {
    match s {
        Scalar::Bool(b) => PyBool::new(py, b).to_owned().into_any(),
        Scalar::Int(i) => PyInt::new(py, i).into_any(),
        Scalar::UInt(u) => PyInt::new(py, u).into_any(),
        Scalar::Float(f) => PyFloat::new(py, f).into_any(),
        Scalar::Complex(c) => PyComplex::from_doubles(py, c.re, c.im).into_any(),
    }
}

/// Tensors as Python objects, of which there may be very many.
fn wrapped<'py>(
    py: Python<'py>,
    items: &mut dyn Iterator<Item = crate::tensor::Tensor>,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let mut out = crate::base::reserved(items.size_hint().0).py()?;
    for t in items {
        out.push(wrap(py, t)?);
    }
    Ok(out)
}

/// A result as a Python object.
pub fn ret<'py>(py: Python<'py>, value: Ret) -> PyResult<Bound<'py, PyAny>> {
    let tuple = |items: &mut dyn Iterator<Item = crate::tensor::Tensor>| -> PyResult<Bound<'py, PyTuple>> {
        let objects = wrapped(py, items)?;
        PyTuple::new(py, objects)
    };
    Ok(match value {
        Ret::None => py.None().into_bound(py),
        Ret::Tensor(t) => wrap(py, t)?,
        Ret::Tuple(v) => tuple(&mut v.into_iter())?.into_any(),
        Ret::Named(f, v) => super::types::named(py, f.name, f.fields, tuple(&mut v.into_iter())?)?,
        Ret::List(v) => {
            let objects = wrapped(py, &mut v.into_iter())?;
            PyList::new(py, objects)?.into_any()
        }
        Ret::Bool(b) => PyBool::new(py, b).to_owned().into_any(),
        Ret::Int(i) => PyInt::new(py, i).into_any(),
        Ret::Float(f) => PyFloat::new(py, f).into_any(),
        Ret::Complex(c) => PyComplex::from_doubles(py, c.re, c.im).into_any(),
        Ret::Size(v) => size(py, &v)?,
        Ret::DType(d) => super::dtype::dtype(py, d).into_bound(py).into_any(),
        Ret::Number(s) => scalar(py, s),
    })
}

/// All arguments of a function that takes any number of tensors: spelled out, or in one list. Lists between them are
/// labels.
pub fn operands(given: &[Bound<'_, PyAny>]) -> PyResult<Option<Vec<Operand>>> {
    if let [list] = given
        && list.cast::<PyTensor>().is_err()
    {
        return match tensors(list)? {
            Some(v) => Ok(Some(v.into_iter().map(Operand::Tensor).collect())),
            None => Ok(None),
        };
    }
    let mut out = Vec::with_capacity(given.len());
    for obj in given {
        match obj.cast::<PyTensor>() {
            Ok(t) => out.push(Operand::Tensor(t.get().tensor())),
            Err(_) => match labels(obj)? {
                Some(l) => out.push(Operand::Labels(l)),
                None => return Ok(None),
            },
        }
    }
    Ok(Some(out))
}

/// A list of integers and ellipses.
fn labels(obj: &Bound<'_, PyAny>) -> PyResult<Option<Ints>> {
    if obj.cast::<PyList>().is_err() && obj.cast::<PyTuple>().is_err() {
        return Ok(None);
    }
    let mut out = Ints::new();
    for item in obj.try_iter()? {
        let item = item?;
        if item.is(pyo3::types::PyEllipsis::get(obj.py())) {
            out.push(ELLIPSIS);
            continue;
        }
        match int(&item)? {
            Some(v) => out.push(v),
            None => return Ok(None),
        }
    }
    Ok(Some(out))
}

/// A list (or an int64 tensor of two axes) of lists of integers; plain integers count as lists of one.
fn int_lists(obj: &Bound<'_, PyAny>) -> PyResult<Option<Vec<Ints>>> {
    let tensor = obj.cast::<PyTensor>().is_ok();
    if obj.cast::<PyList>().is_err() && obj.cast::<PyTuple>().is_err() && !tensor {
        return Ok(None);
    }
    let list = if tensor { obj.call_method0("tolist")? } else { obj.clone() };
    let Ok(items) = list.try_iter() else { return Ok(None) };
    let mut out = Vec::new();
    for item in items {
        let item = item?;
        match (int(&item)?, labels(&item)?) {
            (Some(v), _) => out.push(Ints::from_slice(&[v])),
            (None, Some(l)) => out.push(l),
            _ => return Ok(None),
        }
    }
    Ok(Some(out))
}
