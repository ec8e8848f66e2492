//! Tensors from Python data, and the typed constructors.

use crate::base::promote::{default_device, default_dtype};
use crate::base::{DType, Device, Scalar, checked_numel, collected, promote, reserved};
use crate::ops::create::fill::finish;
use crate::python::convert::{device_of, number};
use crate::python::dtype::PyDType;
use crate::python::error::{OrPy, guarded};
use crate::python::overrides;
use crate::python::tensor::{PyTensor, optional_dtype, sizes, wrap};
use crate::tensor::Tensor;
use crate::warning::{warn, warn_once};
use crate::{ops, with_dtype};
use pyo3::exceptions::{PyMemoryError, PyNotImplementedError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyBool, PyBytes, PyDict, PyInt, PyList, PySequence, PyString, PyTuple};

/// Numbers of a nested sequence in order, with the shape they form.
struct Collected {
    shape: Vec<usize>,
    values: Vec<Scalar>,
    dtype: Option<DType>,
    shaped: bool,
    /// The dtype that was asked for.
    told: Option<DType>,
    /// An integer was beyond int64.
    long: bool,
}

impl Collected {
    fn note(&mut self, d: DType) {
        self.dtype = Some(match self.dtype {
            Some(have) => promote::promote(have, d),
            None => d,
        });
    }
    fn level(&mut self, depth: usize, n: usize) -> PyResult<()> {
        if n > self.values.capacity() - self.values.len() {
            // what says that it is long is believed only if there is room for it
            drop(reserved::<Scalar>(self.values.len().saturating_add(n)).py()?);
        }
        if depth == self.shape.len() {
            if self.shaped {
                return Err(PyTypeError::new_err("not a sequence"));
            }
            self.shape.push(n);
        } else if self.shape[depth] != n {
            return Err(PyValueError::new_err(format!(
                "expected sequence of length {} at dim {depth} (got {n})",
                self.shape[depth]
            )));
        }
        if self.shape.len() > 128 {
            return Err(PyValueError::new_err("too many dimensions '128'"));
        }
        Ok(())
    }
    fn scalar(&mut self, depth: usize, s: Scalar, d: DType) -> PyResult<()> {
        if depth != self.shape.len() {
            return Err(PyTypeError::new_err(format!("expected a sequence at dim {depth}, got a number")));
        }
        self.shaped = true;
        self.values.push(s);
        self.note(d);
        Ok(())
    }
    /// An integer of Python's, however long.
    fn integer(&mut self, depth: usize, i: &Bound<'_, PyInt>) -> PyResult<()> {
        if let Ok(v) = i.extract::<i64>() {
            return self.scalar(depth, Scalar::Int(v), DType::I64);
        }
        self.long = true;
        let value = match i.extract::<u64>() {
            Ok(v) => Scalar::UInt(v),
            Err(_) => Scalar::Float(i.extract::<f64>()?),
        };
        self.scalar(depth, value, DType::I64)
    }
    /// A tensor among numbers is the number it holds, whatever its shape; where lists stood before it, one of them.
    fn element(&mut self, depth: usize, t: &Tensor) -> PyResult<()> {
        if depth < self.shape.len() {
            return self.tensor(depth, t);
        }
        if t.numel() == 1 {
            return self.scalar(depth, t.item().py()?, t.dtype());
        }
        let dtype = self.told.or(self.dtype).unwrap_or(t.dtype());
        Err(if dtype.is_integral() {
            PyTypeError::new_err("only integer tensors of a single element can be converted to an index")
        } else {
            PyValueError::new_err("only one element tensors can be converted to Python scalars")
        })
    }
    fn tensor(&mut self, depth: usize, t: &Tensor) -> PyResult<()> {
        if t.ndim() == 0 {
            return self.scalar(depth, t.item().py()?, t.dtype());
        }
        for (k, &n) in t.shape().iter().enumerate() {
            self.level(depth + k, n)?;
        }
        self.shaped |= t.numel() > 0;
        self.note(t.dtype());
        if t.device() == Device::Meta {
            return Err(PyNotImplementedError::new_err("Cannot copy out of meta tensor; no data!"));
        }
        let dense = ops::driver::memory::dense(&t.detach()).py()?;
        let values = dense.elements(0, dense.numel()).py()?;
        self.values
            .try_reserve(values.len())
            .map_err(|_| PyMemoryError::new_err("no memory for the elements"))?;
        self.values.extend(values);
        Ok(())
    }
    fn visit(&mut self, obj: &Bound<'_, PyAny>, depth: usize) -> PyResult<()> {
        if let Ok(l) = obj.cast::<PyList>() {
            self.level(depth, l.len())?;
            return l.iter().try_for_each(|i| self.visit(&i, depth + 1));
        }
        if let Ok(i) = obj.cast_exact::<PyInt>() {
            return self.integer(depth, i);
        }
        if let Ok(t) = obj.cast_exact::<PyTensor>() {
            return self.element(depth, &t.get().tensor());
        }
        if super::interop::is_array(obj)? && !is_text(obj) {
            // numpy's scalars and arrays bring a dtype of their own
            if depth == 1 && obj.hasattr("__len__")? {
                warn_once(
                    "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to a single numpy.ndarray with numpy.array() before converting to a tensor.",
                );
            }
            return self.tensor(depth, &super::interop::from_array(obj)?);
        }
        if let Some(s) = number(obj)? {
            return self.scalar(depth, s, s.dtype(default_dtype()));
        }
        if let Ok(t) = obj.cast::<PyTuple>() {
            self.level(depth, t.len())?;
            return t.iter().try_for_each(|i| self.visit(&i, depth + 1));
        }
        if let Ok(t) = obj.cast::<PyTensor>() {
            return self.element(depth, &t.get().tensor());
        }
        if is_text(obj) {
            // sizes are read off first elements, and text is a sequence of text
            return Err(
                if depth > 0 && self.values.is_empty() && obj.cast::<PyString>().is_ok() && obj.len()? > 0 {
                    PyValueError::new_err("too many dimensions 'str'")
                } else {
                    no_data(obj)?
                },
            );
        }
        if obj.hasattr("__len__")? && obj.hasattr("__getitem__")? && obj.cast::<PyDict>().is_err() {
            let n = obj.len()?;
            self.level(depth, n)?;
            for i in 0..n {
                self.visit(&obj.get_item(i)?, depth + 1)?;
            }
            return Ok(());
        }
        Err(PyRuntimeError::new_err(format!("Could not infer dtype of {}", obj.get_type().name()?)))
    }
}

/// Whether an object is text or bytes, of Python's or of a class derived from them: a sequence, but not of numbers.
fn is_text(obj: &Bound<'_, PyAny>) -> bool {
    obj.cast::<PyString>().is_ok() || obj.cast::<PyBytes>().is_ok()
}

fn no_data(obj: &Bound<'_, PyAny>) -> PyResult<PyErr> {
    let class = obj.get_type().fully_qualified_name()?;
    Ok(PyTypeError::new_err(format!("new(): invalid data type '{class}'")))
}

/// A tensor of nested sequences, numbers, arrays or tensors; always a copy.
pub fn from_data(obj: &Bound<'_, PyAny>, dtype: Option<DType>, device: Option<Device>) -> PyResult<Tensor> {
    let device = device.unwrap_or_else(default_device);
    if let Ok(t) = obj.cast::<PyTensor>() {
        let t = t.get().tensor().detach();
        let format = crate::base::MemoryFormat::Preserve;
        return Ok(t.convert(dtype, Some(device), true, format).py()?.detach());
    }
    if let Some(t) = super::numpy::copied(obj)? {
        return t.convert(dtype, Some(device), false, crate::base::MemoryFormat::Preserve).py();
    }
    if is_text(obj) {
        return Err(no_data(obj)?);
    }
    if super::interop::is_array(obj)? {
        let t = super::interop::from_array(obj)?;
        let format = crate::base::MemoryFormat::Contiguous;
        return t.convert(dtype, Some(device), true, format).py();
    }
    let mut all = Collected {
        shape: Vec::new(),
        values: Vec::new(),
        dtype: None,
        shaped: false,
        told: dtype,
        long: false,
    };
    all.visit(obj, 0)?;
    let dtype = dtype.or(all.dtype).unwrap_or(default_dtype());
    if all.values.len() != checked_numel(&all.shape).py()? {
        return Err(PyValueError::new_err("sequences of unequal depth cannot form a tensor"));
    }
    if dtype != DType::Bool {
        if all.long && dtype.is_integral() && dtype != DType::U64 {
            return Err(super::convert::overflow());
        }
        all.values.iter().try_for_each(|s| check_range(*s, dtype))?;
    }
    let t = with_dtype!(dtype, every, T => {
        let data: Vec<T> = collected(all.values.len(), all.values.iter().map(|s| s.to::<T>())).py()?;
        Tensor::from_slice::<T>(&data, &all.shape).py()?
    });
    if device == Device::Cpu {
        return Ok(t);
    }
    t.convert(None, Some(device), true, crate::base::MemoryFormat::Preserve).py()
}

/// Numbers that the asked-for type cannot hold are refused; into floating types what is too large becomes infinite.
fn check_range(s: Scalar, dtype: DType) -> PyResult<()> {
    if let (Scalar::Complex(_), false) = (s, dtype.is_complex()) {
        return Err(PyTypeError::new_err(match dtype.is_float() {
            true => "must be real number, not complex",
            false => "'complex' object cannot be interpreted as an integer",
        }));
    }
    if dtype.is_integral() && !s.fits(dtype) {
        return Err(PyRuntimeError::new_err(format!(
            "value cannot be converted to type {} without overflow",
            dtype.name()
        )));
    }
    Ok(())
}

/// A list used as an index: in the memory of the processor, wherever new tensors are made; every device takes such an index.
pub fn index_tensor(obj: &Bound<'_, PyAny>) -> PyResult<Tensor> {
    if super::interop::is_array(obj)? {
        return super::interop::from_array(obj);
    }
    let empty = obj.len().is_ok_and(|n| n == 0);
    from_data(obj, empty.then_some(DType::I64), Some(Device::Cpu))
}

pub(super) fn device_arg(obj: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Device>> {
    match obj {
        None => Ok(None),
        Some(o) if o.is_none() => Ok(None),
        Some(o) => device_of(o)?
            .map(Some)
            .ok_or_else(|| PyTypeError::new_err("argument 'device' must be torch.device, str or int")),
    }
}

/// A tensor of the given data, copied.
///
/// Args: data: numbers, nested sequences, an array or a tensor; dtype: inferred if None; device; requires_grad.
/// Errors: ValueError for ragged sequences, TypeError or RuntimeError for what is no number.
///
/// >>> rl.tensor([[1, 2], [3, 4]])
/// tensor([[1, 2],
///         [3, 4]])
/// >>> rl.tensor([1, 2], dtype=rl.float64)
/// tensor([1., 2.], dtype=torch.float64)
#[pyfunction]
#[pyo3(signature = (data, *, dtype = None, device = None, requires_grad = false, pin_memory = false))]
fn tensor<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    dtype: Option<&Bound<'py, PyAny>>,
    device: Option<&Bound<'py, PyAny>>,
    requires_grad: bool,
    pin_memory: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let _ = pin_memory;
    let yes = PyBool::new(py, true).to_owned().into_any();
    let named = [("dtype", dtype), ("device", device), ("requires_grad", requires_grad.then_some(&yes))];
    if let Some(answer) = overrides::of_mode(py, || py.import("rushlight")?.getattr("tensor"), data, &named)?
    {
        return Ok(answer);
    }
    let (dtype, device) = (optional_dtype(dtype)?, device_arg(device)?);
    let t = guarded("tensor", || {
        if data.cast::<PyTensor>().is_ok() {
            warn(
                "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            );
        }
        from_data(data, dtype, device)
    })?;
    wrap(py, finish(t, requires_grad).py()?)
}

/// A tensor of the data, sharing memory where the data has it and dtype and device fit.
///
/// >>> rl.as_tensor([1, 2])
/// tensor([1, 2])
/// >>> x = rl.ones(2)
/// >>> rl.as_tensor(x) is x
/// True
#[pyfunction]
#[pyo3(signature = (data, dtype = None, device = None))]
fn as_tensor<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    dtype: Option<&Bound<'py, PyAny>>,
    device: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let named = [("dtype", dtype), ("device", device)];
    if let Some(answer) =
        overrides::of_mode(py, || py.import("rushlight")?.getattr("as_tensor"), data, &named)?
    {
        return Ok(answer);
    }
    let (dtype, device) = (optional_dtype(dtype)?, device_arg(device)?);
    let preserve = crate::base::MemoryFormat::Preserve;
    if let Ok(t) = data.cast::<PyTensor>() {
        let t = t.get().tensor();
        let out = t.convert(dtype, device, false, preserve).py()?;
        return if out.same(&t) { Ok(data.clone()) } else { wrap(py, out) };
    }
    if is_text(data) {
        return Err(no_data(data)?);
    }
    if let Some(t) = super::numpy::copied(data)? {
        return wrap(py, t.convert(dtype, device, false, preserve).py()?);
    }
    if super::interop::is_array(data)? && number(data)?.is_none() {
        let t = super::interop::from_array(data)?;
        return wrap(py, t.convert(dtype, device, false, preserve).py()?);
    }
    wrap(py, finish(from_data(data, dtype, device)?, false).py()?)
}

/// `Tensor(...)`, `FloatTensor(...)`: sizes, a sequence or a tensor.
pub fn legacy(
    args: &Bound<'_, PyTuple>,
    kwargs: Option<&Bound<'_, PyDict>>,
    dtype: DType,
) -> PyResult<Tensor> {
    if let Some(k) = kwargs
        && k.keys().iter().any(|k| !matches!(k.to_string().as_str(), "device" | "data" | "requires_grad"))
    {
        return Err(PyTypeError::new_err("new() received an invalid combination of arguments"));
    }
    if args.is_empty() {
        return Tensor::empty(&[0], dtype, Device::Cpu).py();
    }
    let first = args.get_item(0)?;
    if let Ok(t) = first.cast::<PyTensor>() {
        // over the same storage, detached: `Parameter` and subclasses are made this way
        return Ok(t.get().tensor().detach());
    }
    if args.len() > 1
        || super::convert::int(&first)?.is_some()
            && number(&first)?.is_none_or(|s| matches!(s, Scalar::Int(_)))
    {
        return Tensor::empty(&sizes(args)?, dtype, Device::Cpu).py();
    }
    if first.get_type().name()?.to_str()? == "Size" {
        return Tensor::empty(&sizes(args)?, dtype, Device::Cpu).py();
    }
    if first.cast::<PySequence>().is_err()
        && !super::interop::is_array(&first)?
        && first.cast::<PyList>().is_err()
    {
        return Err(PyTypeError::new_err(format!(
            "new(): data must be a sequence (got {})",
            first.get_type().name()?
        )));
    }
    from_data(&first, Some(dtype), None)
}

#[pyfunction]
#[pyo3(signature = (dtype, *args))]
fn _typed<'py>(
    py: Python<'py>,
    dtype: &Bound<'py, PyDType>,
    args: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    let dtype = dtype.get().held()?;
    if let Ok(first) = args.get_item(0)
        && let Ok(t) = first.cast::<PyTensor>()
        && t.get().tensor().dtype() != dtype
    {
        return Err(PyTypeError::new_err(format!(
            "expected {} (got {})",
            crate::tensor::type_name(dtype, Device::Cpu),
            crate::tensor::type_name(t.get().tensor().dtype(), Device::Cpu)
        )));
    }
    wrap(py, legacy(args, None, dtype)?)
}

/// A 1-D tensor owning a copy of the bytes.
#[pyfunction]
fn _from_buffer<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    dtype: &Bound<'py, PyDType>,
    nbytes: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let bytes = match data.cast::<PyBytes>() {
        Ok(b) => b.clone(),
        Err(_) => py.get_type::<PyBytes>().call1((data,))?.cast_into::<PyBytes>()?,
    };
    let d = dtype.get().held()?;
    let raw = bytes.as_bytes();
    let n = nbytes.min(raw.len()) / d.size();
    let t = Tensor::empty(&[n], d, Device::Cpu).py()?;
    crate::kernels::cpu::create::copy::write_slice(t.ptr(), &raw[..n * d.size()]);
    if d == DType::Bool {
        t.storage().expose(); // bytes from outside need not be 0 and 1
        return wrap(py, ops::driver::memory::dense_copy(&t).py()?);
    }
    wrap(py, t)
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    for f in [
        wrap_pyfunction!(tensor, m)?,
        wrap_pyfunction!(as_tensor, m)?,
        wrap_pyfunction!(_typed, m)?,
        wrap_pyfunction!(_from_buffer, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}
