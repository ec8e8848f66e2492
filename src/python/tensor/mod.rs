//! The class `Tensor`, a room for each thing that it is: how it lies (`geometry`), what it holds (`values`), its place in the graph
//! (`graph`), and exchanged for another view of itself (`in_place`). Operators are in `slots`, everything called by name in
//! `trampoline`, what others read of its memory in `interop`.

mod geometry;
mod graph;
mod in_place;
mod values;

use crate::python::object::show_as;
pub use crate::python::object::{PyTensor, wrap};
pub use in_place::resized;
pub use values::check_depth;

use crate::base::DType;
use crate::base::promote::default_dtype;
use crate::python::convert::{dtype_of, int, int_list};
use crate::python::create::legacy;
use crate::python::error::guarded;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict, PyTuple, PyType};

#[pymethods]
impl PyTensor {
    /// The legacy constructor: sizes, a sequence, or a tensor to alias.
    #[new]
    #[pyo3(signature = (*args, **kwargs))]
    fn py_new(args: &Bound<'_, PyTuple>, kwargs: Option<&Bound<'_, PyDict>>) -> PyResult<PyTensor> {
        guarded("new", || legacy(args, kwargs, default_dtype())).map(PyTensor::new)
    }
    /// An instance of a subclass over the same data.
    #[staticmethod]
    #[pyo3(signature = (cls, data, require_grad = false))]
    fn _make_subclass<'py>(
        cls: &Bound<'py, PyType>,
        data: &Bound<'py, PyTensor>,
        require_grad: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        // the base's `__new__`: a subclass may have one of its own that calls this function
        let object = cls.py().get_type::<PyTensor>().call_method1("__new__", (cls, data))?;
        let made = object.cast::<PyTensor>()?.get().tensor();
        if require_grad {
            graph::require(&made, true)?;
            show_as(&object)?;
        }
        Ok(object)
    }
}

/// Sizes given separately or as one sequence.
pub fn sizes(args: &Bound<'_, PyTuple>) -> PyResult<Vec<usize>> {
    let list = if args.len() == 1 && int(&args.get_item(0)?)?.is_none() {
        int_list(&args.get_item(0)?)?
    } else {
        int_list(args.as_any())?
    };
    let list = list.ok_or_else(|| PyTypeError::new_err("sizes must be integers"))?;
    list.iter()
        .map(|&n| {
            usize::try_from(n).map_err(|_| {
                PyRuntimeError::new_err(format!(
                    "Trying to create tensor with negative dimension {n}: {:?}",
                    list.as_slice()
                ))
            })
        })
        .collect()
}

/// What `dtype=` was given, if anything.
pub fn optional_dtype(obj: Option<&Bound<'_, PyAny>>) -> PyResult<Option<DType>> {
    match obj {
        None => Ok(None),
        Some(o) if o.is_none() => Ok(None),
        Some(o) => match dtype_of(o)? {
            Some(d) => Ok(Some(d)),
            None => Err(PyTypeError::new_err(format!(
                "argument 'dtype' must be torch.dtype, not {}",
                o.get_type().name()?
            ))),
        },
    }
}
