//! The class `Tensor`: geometry, graph attributes, conversions. Operators are in `slots`, everything called by name
//! in `trampoline`.

use crate::base::promote::default_dtype;
use crate::base::{DType, Device, Elem, Layout, MemoryFormat, Scalar};
use crate::ops;
use crate::python::convert::{dtype_of, scalar};
use crate::python::error::{OrPy, guarded};
pub use crate::python::object::{PyTensor, wrap};
use crate::python::types::{PyDType, PyDevice, PyFormat, dtype, size, strided};
use crate::tensor::{Tensor, type_name};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict, PyList, PyTuple, PyType};

/// `t` with other sizes, contiguous from its first element: in the same memory where that suffices, so that other views
/// see what is written, else in new memory with the old elements in front.
pub fn resized(t: &Tensor, shape: &[usize]) -> PyResult<Tensor> {
    let layout = Layout { offset: t.layout().offset, ..Layout::contiguous(shape) };
    let needed = layout.span_end().checked_mul(t.dtype().size());
    if needed.is_some_and(|n| n <= t.storage().nbytes()) {
        return t.replaced(t.storage().clone(), layout, t.dtype()).py();
    }
    if !t.storage().is_resizable() {
        return Err(PyRuntimeError::new_err("Trying to resize storage that is not resizable"));
    }
    let fresh = Tensor::empty(shape, t.dtype(), t.device()).py()?;
    let keep = (t.storage().nbytes() / t.dtype().size()).saturating_sub(t.layout().offset).min(fresh.numel());
    let flat = |l: &Tensor, offset| l.alias(Layout { offset, ..Layout::contiguous(&[keep]) });
    ops::driver::memory::write(&flat(&fresh, 0).py()?, &flat(t, t.layout().offset).py()?).py()?;
    t.replaced(fresh.storage().clone(), fresh.layout().clone(), t.dtype()).py()
}

/// Lists and texts nest as deep as a tensor has axes, and so does the code that makes them.
fn check_depth(t: &Tensor) -> PyResult<()> {
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

/// Elements that become Python objects at a time. Python's code may run between them, while no memory is held.
const LISTED: usize = 16 * 1024;
/// Bytes of memory that Python takes for a number in a list, at the least.
const NUMBER: usize = 32;

/// The elements of a contiguous tensor from `at` on, as lists of the axes that are left.
fn nested<'py>(py: Python<'py>, t: &Tensor, depth: usize, at: &mut usize) -> PyResult<Bound<'py, PyAny>> {
    let list = PyList::empty(py);
    let n = t.shape()[depth];
    if depth + 1 < t.ndim() {
        for _ in 0..n {
            list.append(nested(py, t, depth + 1, at)?)?;
        }
        return Ok(list.into_any());
    }
    match t.dtype() {
        DType::F64 => return typed::<f64>(py, t, n, at),
        DType::I64 => return typed::<i64>(py, t, n, at),
        _ => {}
    }
    for start in (0..n).step_by(LISTED) {
        py.check_signals()?;
        let piece = t.elements(*at, LISTED.min(n - start)).py()?;
        *at += piece.len();
        for value in piece {
            list.append(scalar(py, value))?;
        }
    }
    Ok(list.into_any())
}

/// A row of numbers as a list, by the piece: without a number of ours for each of Python's.
fn typed<'py, T: Elem + IntoPyObject<'py>>(
    py: Python<'py>,
    t: &Tensor,
    n: usize,
    at: &mut usize,
) -> PyResult<Bound<'py, PyAny>> {
    let mut piece = |n: usize| {
        let from = (t.layout().offset + *at) * size_of::<T>();
        *at += n;
        t.storage().copy_out::<T>(from, n).py()
    };
    py.check_signals()?;
    let list = PyList::new(py, piece(LISTED.min(n))?)?;
    for start in (LISTED..n).step_by(LISTED) {
        py.check_signals()?;
        for value in piece(LISTED.min(n - start))? {
            list.append(value)?;
        }
    }
    Ok(list.into_any())
}

/// All elements as nested lists.
fn listed<'py>(py: Python<'py>, t: &Tensor) -> PyResult<Bound<'py, PyAny>> {
    check_depth(t)?;
    if t.ndim() == 0 {
        return Ok(scalar(py, t.item().py()?));
    }
    // what has no room is refused before half of it is made
    let objects = t.shape().iter().scan(1usize, |n, &d| {
        *n = n.saturating_mul(d);
        Some(*n)
    });
    let objects = objects.fold(0, usize::saturating_add);
    drop(crate::base::reserved::<[u8; NUMBER]>(objects).py()?);
    // in the widths that Python has
    let t = match t.dtype() {
        DType::F16 | DType::BF16 | DType::F32 => t.detach().cast(DType::F64).py()?,
        DType::U8 | DType::I8 | DType::I16 | DType::I32 => t.detach().cast(DType::I64).py()?,
        _ => t.detach(),
    };
    let t = ops::driver::memory::dense(&t).py()?;
    nested(py, &t, 0, &mut 0)
}

fn no_grad_text(t: &Tensor) -> PyResult<()> {
    if t.requires_grad() && crate::autograd::grad_enabled() {
        return Err(PyRuntimeError::new_err(
            "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
        ));
    }
    Ok(())
}

pub fn check_no_grad(t: &Tensor) -> PyResult<()> {
    no_grad_text(t)
}

/// `requires_grad` of a tensor, which one made in inference mode has only there.
fn require(t: &Tensor, on: bool) -> PyResult<()> {
    if on && t.is_inference() && !crate::autograd::inference_mode() {
        return Err(PyRuntimeError::new_err(
            "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.",
        ));
    }
    t.set_requires_grad(on).py()
}

#[pymethods]
impl PyTensor {
    /// The legacy constructor: sizes, a sequence, or a tensor to alias.
    #[new]
    #[pyo3(signature = (*args, **kwargs))]
    fn py_new(args: &Bound<'_, PyTuple>, kwargs: Option<&Bound<'_, PyDict>>) -> PyResult<PyTensor> {
        guarded("new", || super::create::legacy(args, kwargs, default_dtype())).map(PyTensor::new)
    }

    // ---- geometry ------------------------------------------------------------------------------------------------
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        size(py, self.tensor().shape().iter().map(|&n| n as i64))
    }
    #[pyo3(signature = (dim = None))]
    fn size<'py>(&self, py: Python<'py>, dim: Option<i64>) -> PyResult<Bound<'py, PyAny>> {
        match dim {
            None => self.shape(py),
            Some(d) => Ok(self.tensor().size(d).py()?.into_pyobject(py)?.into_any()),
        }
    }
    #[pyo3(signature = (dim = None))]
    fn stride<'py>(&self, py: Python<'py>, dim: Option<i64>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        match dim {
            None => Ok(PyTuple::new(py, t.strides())?.into_any()),
            Some(d) => {
                let axis = crate::base::wrap_dim(d, t.ndim()).py()?;
                Ok(t.strides()[axis].into_pyobject(py)?.into_any())
            }
        }
    }
    #[getter]
    fn dtype(&self, py: Python<'_>) -> Py<PyDType> {
        dtype(py, self.tensor().dtype())
    }
    #[getter]
    fn device(&self) -> PyDevice {
        PyDevice::of(self.tensor().device())
    }
    #[getter]
    fn layout(&self, py: Python<'_>) -> Py<PyAny> {
        strided(py)
    }
    #[getter]
    fn ndim(&self) -> usize {
        self.tensor().ndim()
    }
    fn dim(&self) -> usize {
        self.tensor().ndim()
    }
    fn ndimension(&self) -> usize {
        self.tensor().ndim()
    }
    fn numel(&self) -> usize {
        self.tensor().numel()
    }
    fn nelement(&self) -> usize {
        self.tensor().numel()
    }
    fn element_size(&self) -> usize {
        self.tensor().dtype().size()
    }
    #[getter]
    fn itemsize(&self) -> usize {
        self.tensor().dtype().size()
    }
    #[getter]
    fn nbytes(&self) -> usize {
        let t = self.tensor();
        t.numel() * t.dtype().size()
    }
    fn storage_offset(&self) -> usize {
        self.tensor().layout().offset
    }
    fn data_ptr(&self) -> PyResult<usize> {
        let t = self.tensor();
        guarded("data_ptr", || {
            Ok(if t.numel() == 0 || t.device() == Device::Meta { 0 } else { t.ptr() as usize })
        })
    }
    #[pyo3(signature = (memory_format = None))]
    fn is_contiguous(&self, memory_format: Option<&Bound<'_, PyFormat>>) -> bool {
        let format = memory_format.map_or(MemoryFormat::Contiguous, |f| f.get().0);
        self.tensor().layout().is_format(format)
    }
    fn is_floating_point(&self) -> bool {
        self.tensor().dtype().is_float()
    }
    fn is_complex(&self) -> bool {
        self.tensor().dtype().is_complex()
    }
    fn is_signed(&self) -> bool {
        self.tensor().dtype().is_signed()
    }
    fn is_conj(&self) -> bool {
        false
    }
    fn is_neg(&self) -> bool {
        false
    }
    fn is_inference(&self) -> bool {
        self.tensor().is_inference()
    }
    #[getter]
    fn is_cpu(&self) -> bool {
        self.tensor().device() == Device::Cpu
    }
    #[getter]
    fn is_cuda(&self) -> bool {
        matches!(self.tensor().device(), Device::Gpu(_))
    }
    #[getter]
    fn is_meta(&self) -> bool {
        self.tensor().device() == Device::Meta
    }
    #[getter]
    fn is_sparse(&self) -> bool {
        false
    }
    #[getter]
    fn is_quantized(&self) -> bool {
        false
    }
    #[getter]
    fn is_nested(&self) -> bool {
        false
    }
    #[getter]
    fn is_mkldnn(&self) -> bool {
        false
    }
    #[getter]
    fn _version(&self) -> PyResult<u32> {
        let t = self.tensor();
        if t.is_inference() {
            return Err(PyRuntimeError::new_err("Inference tensors do not track version counter."));
        }
        Ok(t.storage().version())
    }
    fn is_set_to(&self, other: &PyTensor) -> bool {
        let (a, b) = (self.tensor(), other.tensor());
        a.storage().same(b.storage()) && a.layout() == b.layout()
    }
    fn is_same_size(&self, other: &PyTensor) -> bool {
        self.tensor().shape() == other.tensor().shape()
    }
    #[allow(non_snake_case)]
    #[getter]
    fn T<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        let order: Vec<usize> = (0..t.ndim()).rev().collect();
        wrap(py, t.permute_to(&order).py()?)
    }
    #[allow(non_snake_case)]
    #[getter]
    fn mT<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        if t.ndim() < 2 {
            return Err(PyRuntimeError::new_err(format!(
                "tensor.mT is only supported on matrices or batches of matrices. Got {}-D tensor.",
                t.ndim()
            )));
        }
        wrap(py, t.transpose(-2, -1).py()?)
    }
    #[allow(non_snake_case)]
    #[getter]
    fn H<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        if t.ndim() != 2 && t.ndim() != 0 {
            return Err(PyRuntimeError::new_err(format!(
                "tensor.H is only supported on matrices (2-D tensors). Got {}-D tensor.",
                t.ndim()
            )));
        }
        if t.ndim() == 0 {
            return wrap(py, t.conj_physical().py()?);
        }
        wrap(py, t.conj_physical().py()?.transpose(0, 1).py()?)
    }
    #[allow(non_snake_case)]
    #[getter]
    fn mH<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        if t.ndim() < 2 {
            return Err(PyRuntimeError::new_err(format!(
                "tensor.mH is only supported on matrices or batches of matrices. Got {}-D tensor.",
                t.ndim()
            )));
        }
        wrap(py, t.conj_physical().py()?.transpose(-2, -1).py()?)
    }

    // ---- values ---------------------------------------------------------------------------------------------------
    fn item<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(scalar(py, self.tensor().item().py()?))
    }
    fn tolist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        if t.device() == Device::Meta {
            return Err(pyo3::exceptions::PyNotImplementedError::new_err(
                "tolist: Cannot copy out of meta tensor; no data!",
            ));
        }
        guarded("tolist", || listed(py, &t))
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
        match python_scalar(&self.tensor())? {
            Scalar::Complex(c) if c.im != 0.0 => {
                Err(PyRuntimeError::new_err("value cannot be converted to type double without overflow"))
            }
            s => Ok(s.to_f64()),
        }
    }
    fn __complex__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let c = python_scalar(&self.tensor())?.to_c128();
        Ok(scalar(py, Scalar::Complex(c)))
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
    fn __repr__(&self) -> PyResult<String> {
        guarded("repr", || text(&self.tensor(), "tensor"))
    }
    fn __hash__(slf: &Bound<'_, Self>) -> isize {
        (slf.as_ptr() as isize) >> 4
    }

    // ---- graph ----------------------------------------------------------------------------------------------------
    #[getter]
    fn requires_grad(&self) -> bool {
        self.tensor().requires_grad()
    }
    #[setter]
    fn set_requires_grad(&self, on: bool) -> PyResult<()> {
        require(&self.tensor(), on)
    }
    #[pyo3(signature = (requires_grad = true))]
    fn requires_grad_<'py>(slf: Bound<'py, Self>, requires_grad: bool) -> PyResult<Bound<'py, Self>> {
        crate::python::autograd::check_outside(
            "You are attempting to call Tensor.requires_grad_() (or perhaps using torch.autograd.functional.* APIs) inside of a function being transformed by a functorch transform. This is unsupported, please attempt to use the functorch transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call requires_grad_() outside of a function being transformed instead.",
        )?;
        require(&slf.get().tensor(), requires_grad)?;
        Ok(slf)
    }
    #[getter]
    fn is_leaf(&self) -> bool {
        self.tensor().is_leaf()
    }
    #[getter]
    fn grad_fn<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.tensor().grad_fn() {
            Some((node, _)) => super::autograd::node_object(py, node).map(Some),
            None => Ok(None),
        }
    }
    #[getter]
    fn output_nr(&self) -> usize {
        self.tensor().grad_fn().map_or(0, |(_, slot)| slot)
    }
    #[getter]
    fn grad<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(g) = self.tensor().grad() else { return Ok(None) };
        let mut cache = self.grad.lock().unwrap_or_else(|e| e.into_inner());
        if let Some((id, object)) = cache.as_ref()
            && *id == g.id()
        {
            return Ok(Some(object.bind(py).clone()));
        }
        let id = g.id();
        let object = wrap(py, g)?;
        *cache = Some((id, object.clone().unbind()));
        Ok(Some(object))
    }
    #[setter]
    fn set_grad(slf: &Bound<'_, Self>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let this = slf.get();
        let t = this.tensor();
        if value.is_none() {
            *this.grad.lock().unwrap_or_else(|e| e.into_inner()) = None;
            t.set_grad(None);
            return Ok(());
        }
        let g = value.cast::<PyTensor>().map_err(|_| {
            PyTypeError::new_err(format!(
                "assigned grad expected to be a Tensor or None but got grad of type {}",
                value.get_type().name().map_or_else(|_| String::new(), |n| n.to_string())
            ))
        })?;
        let g = g.get().tensor();
        if g.same(&t) {
            return Err(PyRuntimeError::new_err("can't assign Variable as its own grad"));
        }
        if g.dtype() != t.dtype() {
            return Err(PyRuntimeError::new_err(format!(
                "assigned grad has data of a different type: expected {}, got {}",
                type_name(t.dtype(), t.device()),
                type_name(g.dtype(), g.device())
            )));
        }
        if g.device() != t.device() {
            return Err(PyRuntimeError::new_err("assigned grad has data located on a different device"));
        }
        if g.shape() != t.shape() {
            return Err(PyRuntimeError::new_err(format!(
                "assigned grad has data of a different size: expected {:?}, got {:?}",
                t.shape(),
                g.shape()
            )));
        }
        *this.grad.lock().unwrap_or_else(|e| e.into_inner()) = Some((g.id(), value.clone().unbind()));
        t.set_grad(Some(g));
        Ok(())
    }
    /// The same data without history, with a version counter of its own.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        wrap(py, Tensor::over(t.storage().forked().py()?, t.layout().clone(), t.dtype()).py()?)
    }
    #[setter]
    fn set_data(&self, value: &Bound<'_, PyTensor>) -> PyResult<()> {
        let (t, v) = (self.tensor(), value.get().tensor());
        if t.requires_grad() && !v.dtype().is_differentiable() {
            return Err(PyRuntimeError::new_err(
                "data set to a tensor that requires gradients must be floating point or complex dtype",
            ));
        }
        self.replace(t.replaced(v.storage().clone(), v.layout().clone(), v.dtype()).py()?);
        Ok(())
    }
    fn detach_<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        let t = slf.get().tensor();
        if t.is_view() {
            return Err(PyRuntimeError::new_err(
                "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be called on these gradients. To fix this error, please refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as a solution.",
            ));
        }
        t.rewrite_edge(crate::tensor::Edge::None);
        Ok(slf)
    }
    #[getter]
    fn _base<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.tensor().view_base().map(|b| wrap(py, b)).transpose()
    }
    fn _is_view(&self) -> bool {
        self.tensor().is_view()
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
            require(&made, true)?;
        }
        Ok(object)
    }

    // ---- exchanging the geometry in place --------------------------------------------------------------------------
    /// Shows other memory: `set_(source)` or `set_(source, offset, size, stride)`.
    #[pyo3(signature = (source = None, storage_offset = None, size = None, stride = None))]
    fn set_<'py>(
        slf: Bound<'py, Self>,
        source: Option<&Bound<'py, PyTensor>>,
        storage_offset: Option<i64>,
        size: Option<Vec<i64>>,
        stride: Option<Vec<i64>>,
    ) -> PyResult<Bound<'py, Self>> {
        let t = slf.get().tensor();
        let s = match source {
            Some(s) => s.get().tensor(),
            None => Tensor::empty(&[0], t.dtype(), t.device()).py()?,
        };
        if s.dtype() != t.dtype() {
            return Err(PyRuntimeError::new_err(format!(
                "Could not set tensor of type {} to a tensor of type {}",
                s.dtype().c_name(),
                t.dtype().c_name()
            )));
        }
        let layout = match size {
            None => s.layout().clone(),
            Some(shape) => {
                let stride = stride.unwrap_or_else(|| {
                    let dims: Vec<usize> = shape.iter().map(|&n| n.max(0) as usize).collect();
                    Layout::contiguous(&dims).strides.iter().map(|&s| s as i64).collect()
                });
                ops::shape::slice::strided_layout(&s, &shape, &stride, Some(storage_offset.unwrap_or(0)))
                    .py()?
            }
        };
        slf.get().replace(t.replaced(s.storage().clone(), layout, t.dtype()).py()?);
        Ok(slf)
    }
    #[pyo3(signature = (*size, memory_format = None))]
    fn resize_<'py>(
        slf: Bound<'py, Self>,
        size: &Bound<'py, PyTuple>,
        memory_format: Option<&Bound<'py, PyFormat>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        let t = slf.get().tensor();
        let shape = sizes(size)?;
        if t.requires_grad() && crate::autograd::grad_enabled() {
            return Err(PyRuntimeError::new_err("cannot resize variables that require grad"));
        }
        slf.get().replace(guarded("resize_", || resized(&t, &shape))?);
        Ok(slf)
    }
    #[pyo3(signature = (the_template, *, memory_format = None))]
    fn resize_as_<'py>(
        slf: Bound<'py, Self>,
        the_template: &Bound<'py, PyTensor>,
        memory_format: Option<&Bound<'py, PyFormat>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        let (t, like) = (slf.get().tensor(), the_template.get().tensor());
        if t.requires_grad() && crate::autograd::grad_enabled() {
            return Err(PyRuntimeError::new_err("cannot resize variables that require grad"));
        }
        slf.get().replace(guarded("resize_as_", || resized(&t, like.shape()))?);
        Ok(slf)
    }
    fn t_<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        in_place_view(slf, |t| if t.ndim() < 2 { Ok(t.clone()) } else { t.transpose(0, 1) })
    }
    fn transpose_<'py>(slf: Bound<'py, Self>, dim0: i64, dim1: i64) -> PyResult<Bound<'py, Self>> {
        in_place_view(slf, |t| t.transpose(dim0, dim1))
    }
    fn swapaxes_<'py>(slf: Bound<'py, Self>, axis0: i64, axis1: i64) -> PyResult<Bound<'py, Self>> {
        in_place_view(slf, |t| t.transpose(axis0, axis1))
    }
    fn swapdims_<'py>(slf: Bound<'py, Self>, dim0: i64, dim1: i64) -> PyResult<Bound<'py, Self>> {
        in_place_view(slf, |t| t.transpose(dim0, dim1))
    }
    #[pyo3(signature = (dim = None))]
    fn squeeze_<'py>(slf: Bound<'py, Self>, dim: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, Self>> {
        match dim {
            None => in_place_view(slf, Tensor::squeeze),
            Some(d) => {
                let dims = match super::convert::int_list(d)? {
                    Some(v) => v,
                    None => smallvec::smallvec![super::convert::int(d)?.ok_or_else(|| {
                        PyTypeError::new_err("squeeze_(): argument 'dim' must be int or tuple of ints")
                    })?],
                };
                in_place_view(slf, |t| t.squeeze_dims(&dims))
            }
        }
    }
    fn unsqueeze_<'py>(slf: Bound<'py, Self>, dim: i64) -> PyResult<Bound<'py, Self>> {
        in_place_view(slf, |t| t.unsqueeze(dim))
    }
    #[pyo3(signature = (size, stride, storage_offset = None))]
    fn as_strided_<'py>(
        slf: Bound<'py, Self>,
        size: Vec<i64>,
        stride: Vec<i64>,
        storage_offset: Option<i64>,
    ) -> PyResult<Bound<'py, Self>> {
        in_place_view(slf, |t| t.as_strided(&size, &stride, storage_offset))
    }

    // ---- storage, for saving ---------------------------------------------------------------------------------------
    /// The bytes of the whole storage.
    fn _storage_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyBytes>> {
        let t = self.tensor();
        let storage = t.storage().clone();
        super::interop::storage_bytes(py, &storage)
    }
    fn _storage_key(&self) -> usize {
        let t = self.tensor();
        if t.storage().nbytes() == 0 { t.storage().id() } else { t.storage().ptr() as usize }
    }
    fn _storage_nbytes(&self) -> usize {
        self.tensor().storage().nbytes()
    }
    fn __dir__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let names = slf.py().get_type::<PyAny>().call_method1("__dir__", (slf,))?;
        Ok(names)
    }
    /// `torch.FloatTensor`, or a conversion to the named type.
    fn _type_name(&self) -> String {
        let t = self.tensor();
        type_name(t.dtype(), t.device())
    }
    fn _text(&self, prefix: &str) -> PyResult<String> {
        guarded("repr", || text(&self.tensor(), prefix))
    }
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

/// Replaces a tensor by a view of itself, history included.
fn in_place_view<'py>(
    slf: Bound<'py, PyTensor>,
    f: impl Fn(&Tensor) -> crate::error::Result<Tensor>,
) -> PyResult<Bound<'py, PyTensor>> {
    let t = slf.get().tensor();
    if t.requires_grad() && t.is_leaf() && crate::autograd::grad_enabled() {
        return Err(PyRuntimeError::new_err(
            "a leaf Variable that requires grad is being used in an in-place operation.",
        ));
    }
    let v = f(&t).py()?;
    let new = t.replaced(v.storage().clone(), v.layout().clone(), v.dtype()).py()?;
    if t.requires_grad() && !t.is_leaf() {
        new.set_edge(v.edge());
    }
    t.storage().bump_version();
    slf.get().replace(new);
    Ok(slf)
}

/// Sizes given separately or as one sequence.
pub fn sizes(args: &Bound<'_, PyTuple>) -> PyResult<Vec<usize>> {
    let list = if args.len() == 1 && super::convert::int(&args.get_item(0)?)?.is_none() {
        super::convert::int_list(&args.get_item(0)?)?
    } else {
        super::convert::int_list(args.as_any())?
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
