//! The class `Tensor`: geometry, graph attributes, conversions. Operators are in `slots`, everything called by name
//! in `trampoline`.

use crate::base::promote::default_dtype;
use crate::base::{DType, Device, Layout, MemoryFormat, Scalar};
use crate::ops;
use crate::python::convert::{dtype_of, scalar};
use crate::python::error::{OrPy, guarded};
pub use crate::python::object::{PyTensor, wrap};
use crate::python::types::{PyDType, PyDevice, PyFormat, dtype, size, strided};
use crate::tensor::{Tensor, type_name};
use crate::warning::warn;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict, PyTuple, PyType};

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

const NO_GRAD: &str = "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information.";

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
    /// The number of elements along every axis.
    ///
    /// >>> rl.zeros(2, 3).shape
    /// torch.Size([2, 3])
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let shape = self.look(|t| crate::base::Dims::from_slice(t.shape()));
        size(py, &shape)
    }
    /// The shape, or the number of elements along one axis.
    ///
    /// >>> x = rl.zeros(2, 3)
    /// >>> x.size(), x.size(1)
    /// (torch.Size([2, 3]), 3)
    #[pyo3(signature = (dim = None))]
    fn size<'py>(&self, py: Python<'py>, dim: Option<i64>) -> PyResult<Bound<'py, PyAny>> {
        match dim {
            None => self.shape(py),
            Some(d) => Ok(self.tensor().size(d).py()?.into_pyobject(py)?.into_any()),
        }
    }
    /// The steps in memory from one element to the next, along every axis or along one.
    ///
    /// >>> x = rl.zeros(2, 3)
    /// >>> x.stride(), x.stride(0)
    /// ((3, 1), 3)
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
    /// The type of the elements.
    ///
    /// >>> rl.ones(2).dtype, rl.arange(2).dtype
    /// (torch.float32, torch.int64)
    #[getter]
    fn dtype(&self, py: Python<'_>) -> Py<PyDType> {
        dtype(py, self.look(Tensor::dtype))
    }
    /// Where the elements are.
    ///
    /// >>> rl.ones(2).device
    /// device(type='cpu')
    #[getter]
    fn device(&self) -> PyDevice {
        PyDevice::of(self.look(Tensor::device))
    }
    /// How the elements are laid: `rl.strided`.
    ///
    /// >>> rl.ones(2).layout
    /// torch.strided
    #[getter]
    fn layout(&self, py: Python<'_>) -> Py<PyAny> {
        strided(py)
    }
    /// The number of axes.
    ///
    /// >>> rl.zeros(2, 3).ndim
    /// 2
    #[getter]
    fn ndim(&self) -> usize {
        self.look(|t| t.ndim())
    }
    /// The number of axes.
    ///
    /// >>> rl.zeros(2, 3).dim()
    /// 2
    fn dim(&self) -> usize {
        self.look(|t| t.ndim())
    }
    /// The number of axes, as `dim`.
    ///
    /// >>> rl.zeros(2, 3).ndimension()
    /// 2
    fn ndimension(&self) -> usize {
        self.look(|t| t.ndim())
    }
    /// The number of elements.
    ///
    /// >>> rl.zeros(2, 3).numel()
    /// 6
    fn numel(&self) -> usize {
        self.look(|t| t.numel())
    }
    /// The number of elements, as `numel`.
    ///
    /// >>> rl.zeros(2, 3).nelement()
    /// 6
    fn nelement(&self) -> usize {
        self.look(|t| t.numel())
    }
    /// The bytes of one element.
    ///
    /// >>> rl.ones(2).element_size()
    /// 4
    fn element_size(&self) -> usize {
        self.look(|t| t.dtype().size())
    }
    /// The bytes of one element.
    ///
    /// >>> rl.ones(2, dtype=rl.float64).itemsize
    /// 8
    #[getter]
    fn itemsize(&self) -> usize {
        self.look(|t| t.dtype().size())
    }
    /// The bytes of all elements.
    ///
    /// >>> rl.ones(2, 3).nbytes
    /// 24
    #[getter]
    fn nbytes(&self) -> usize {
        let t = self.tensor();
        t.numel() * t.dtype().size()
    }
    /// How many elements of the storage come before the first one.
    ///
    /// >>> rl.arange(4)[1:].storage_offset()
    /// 1
    fn storage_offset(&self) -> usize {
        self.look(|t| t.layout().offset)
    }
    /// The address of the first element.
    ///
    /// >>> x = rl.arange(4)
    /// >>> x[1:].data_ptr() - x.data_ptr()
    /// 8
    fn data_ptr(&self) -> PyResult<usize> {
        let t = self.tensor();
        guarded("data_ptr", || {
            Ok(match t.device() {
                _ if t.numel() == 0 => 0,
                Device::Meta => 0,
                // an address of the card's, which the processor may not follow
                Device::Gpu(_) => t.storage().ptr() as usize + t.layout().offset * t.dtype().size(),
                Device::Cpu => t.ptr() as usize,
            })
        })
    }
    /// Whether the elements lie in memory in the order of `memory_format`, by default row by row.
    ///
    /// >>> x = rl.zeros(2, 3)
    /// >>> x.is_contiguous(), x.t().is_contiguous()
    /// (True, False)
    #[pyo3(signature = (memory_format = None))]
    fn is_contiguous(&self, memory_format: Option<&Bound<'_, PyFormat>>) -> bool {
        let format = memory_format.map_or(MemoryFormat::Contiguous, |f| f.get().0);
        self.look(|t| t.layout().is_format(format))
    }
    fn is_floating_point(&self) -> bool {
        self.look(|t| t.dtype().is_float())
    }
    fn is_complex(&self) -> bool {
        self.look(|t| t.dtype().is_complex())
    }
    fn is_signed(&self) -> bool {
        self.look(|t| t.dtype().is_signed())
    }
    fn is_conj(&self) -> bool {
        false
    }
    fn is_neg(&self) -> bool {
        false
    }
    /// Whether the tensor was made in inference mode.
    ///
    /// >>> with rl.inference_mode(): x = rl.ones(2)
    /// >>> x.is_inference()
    /// True
    fn is_inference(&self) -> bool {
        self.look(|t| t.is_inference())
    }
    /// Whether the elements are in the processor's memory.
    ///
    /// >>> rl.ones(2).is_cpu
    /// True
    #[getter]
    fn is_cpu(&self) -> bool {
        self.look(|t| t.device() == Device::Cpu)
    }
    /// Whether the elements are on a CUDA device: never.
    ///
    /// >>> rl.ones(2).is_cuda
    /// False
    #[getter]
    fn is_cuda(&self) -> bool {
        self.look(|t| matches!(t.device(), Device::Gpu(_)))
    }
    /// Whether the tensor has a shape and a dtype alone, and no elements.
    ///
    /// >>> rl.ones(2, device="meta").is_meta
    /// True
    #[getter]
    fn is_meta(&self) -> bool {
        self.look(|t| t.device() == Device::Meta)
    }
    /// Whether the tensor has a sparse layout.
    ///
    /// >>> rl.ones(2).is_sparse
    /// False
    #[getter]
    fn is_sparse(&self) -> bool {
        false
    }
    /// Whether the elements are quantized: never.
    ///
    /// >>> rl.ones(2).is_quantized
    /// False
    #[getter]
    fn is_quantized(&self) -> bool {
        false
    }
    /// Whether the tensor is a list of tensors of several shapes: never.
    ///
    /// >>> rl.ones(2).is_nested
    /// False
    #[getter]
    fn is_nested(&self) -> bool {
        false
    }
    /// Whether the tensor has oneDNN's layout: never.
    ///
    /// >>> rl.ones(2).is_mkldnn
    /// False
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
    /// Whether another tensor is the same view of the same memory.
    ///
    /// >>> x = rl.zeros(4)
    /// >>> x.is_set_to(x[:]), x.is_set_to(x[1:])
    /// (True, False)
    fn is_set_to(&self, other: &PyTensor) -> bool {
        let (a, b) = (self.tensor(), other.tensor());
        a.storage().same(b.storage()) && a.layout() == b.layout()
    }
    /// Whether another tensor has the same shape.
    ///
    /// >>> rl.zeros(2, 3).is_same_size(rl.ones(2, 3))
    /// True
    fn is_same_size(&self, other: &PyTensor) -> bool {
        self.tensor().shape() == other.tensor().shape()
    }
    /// The tensor with its axes in reverse order: the transpose of a matrix.
    ///
    /// >>> rl.arange(6).view(2, 3).T.shape
    /// torch.Size([3, 2])
    #[allow(non_snake_case)]
    #[getter]
    fn T<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        let order: Vec<usize> = (0..t.ndim()).rev().collect();
        wrap(py, t.permute_to(&order).py()?)
    }
    /// Every matrix of a batch transposed.
    ///
    /// >>> rl.zeros(5, 2, 3).mT.shape
    /// torch.Size([5, 3, 2])
    #[allow(non_snake_case)]
    #[getter]
    fn mT<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        if t.ndim() == 0 {
            return guarded("mT", || {
                warn("Tensor.mT is deprecated on 0-D tensors. This function is the identity in these cases.");
                wrap(py, t.view_as(&t).py()?)
            });
        }
        if t.ndim() < 2 {
            return Err(PyRuntimeError::new_err(format!(
                "tensor.mT is only supported on matrices or batches of matrices. Got {}-D tensor.",
                t.ndim()
            )));
        }
        wrap(py, t.transpose(-2, -1).py()?)
    }
    /// The conjugate transpose of a matrix.
    ///
    /// >>> x = rl.tensor([[1 + 1j, 2], [3, 4j]])
    /// >>> x.H.resolve_conj()
    /// tensor([[1.-1.j, 3.-0.j],
    ///         [2.-0.j, 0.-4.j]])
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
    /// Every matrix of a batch, transposed and conjugated.
    ///
    /// >>> rl.zeros(5, 2, 3).mH.shape
    /// torch.Size([5, 3, 2])
    #[allow(non_snake_case)]
    #[getter]
    fn mH<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        if t.ndim() == 0 {
            return guarded("mH", || {
                warn("Tensor.mH is deprecated on 0-D tensors. Consider using x.conj().");
                wrap(py, t.view_as(&t).py()?)
            });
        }
        if t.ndim() < 2 {
            return Err(PyRuntimeError::new_err(format!(
                "tensor.mH is only supported on matrices or batches of matrices. Got {}-D tensor.",
                t.ndim()
            )));
        }
        wrap(py, t.conj_physical().py()?.transpose(-2, -1).py()?)
    }

    // ---- values ---------------------------------------------------------------------------------------------------
    /// The one element as a number of Python's.
    ///
    /// Errors: RuntimeError for more elements or none.
    ///
    /// >>> rl.tensor([2.5]).item()
    /// 2.5
    fn item<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(scalar(py, self.tensor().item().py()?))
    }
    /// The elements as nested lists of numbers.
    ///
    /// >>> rl.arange(4).view(2, 2).tolist()
    /// [[0, 1], [2, 3]]
    fn tolist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let t = self.tensor();
        if t.device() == Device::Meta {
            return Err(pyo3::exceptions::PyNotImplementedError::new_err(
                "tolist: Cannot copy out of meta tensor; no data!",
            ));
        }
        guarded("tolist", || super::list::listed(py, &t))
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
    /// A class of a program's own is named, and says so if it is used as a parameter.
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        if !super::overrides::takes_part(slf) {
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

    // ---- graph ----------------------------------------------------------------------------------------------------
    /// Whether operations with the tensor are recorded for `backward`.
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> (x + 1).requires_grad
    /// True
    #[getter]
    fn requires_grad(&self) -> bool {
        self.look(Tensor::requires_grad)
    }
    #[setter]
    fn set_requires_grad(&self, on: bool) -> PyResult<()> {
        require(&self.tensor(), on)
    }
    /// Sets whether operations with the tensor are recorded; the tensor itself.
    ///
    /// >>> rl.ones(2).requires_grad_().requires_grad
    /// True
    #[pyo3(signature = (requires_grad = true))]
    fn requires_grad_<'py>(slf: Bound<'py, Self>, requires_grad: bool) -> PyResult<Bound<'py, Self>> {
        crate::python::autograd::check_outside(
            "You are attempting to call Tensor.requires_grad_() (or perhaps using torch.autograd.functional.* APIs) inside of a function being transformed by a functorch transform. This is unsupported, please attempt to use the functorch transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call requires_grad_() outside of a function being transformed instead.",
        )?;
        require(&slf.get().tensor(), requires_grad)?;
        Ok(slf)
    }
    /// Whether the tensor has no history: made by the user, or in need of no gradient.
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> x.is_leaf, (x + 1).is_leaf
    /// (True, False)
    #[getter]
    fn is_leaf(&self) -> bool {
        self.tensor().is_leaf()
    }
    /// The node of the graph that made this tensor; None for leaves.
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> (x + 1).grad_fn.name()
    /// 'AddBackward0'
    #[getter]
    fn grad_fn<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.tensor().grad_fn() {
            Some((node, _)) => super::node::node_object(py, node).map(Some),
            None => Ok(None),
        }
    }
    /// Which result of its node the tensor is.
    ///
    /// >>> x = rl.ones(4, requires_grad=True)
    /// >>> x.chunk(2)[1].output_nr
    /// 1
    #[getter]
    fn output_nr(&self) -> usize {
        self.tensor().grad_fn().map_or(0, |(_, slot)| slot)
    }
    /// The gradient that `backward` left here, or None.
    ///
    /// >>> x = rl.tensor([1.0, 2.0], requires_grad=True)
    /// >>> (3 * x).sum().backward()
    /// >>> x.grad
    /// tensor([3., 3.])
    #[getter]
    fn grad<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(g) = self.look(Tensor::grad) else {
            let lost = self.look(|t| t.requires_grad() && !t.is_leaf()) && !self.retains_grad();
            if lost {
                guarded("grad", || {
                    warn(NO_GRAD);
                    Ok(())
                })?;
            }
            return Ok(None);
        };
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
        let is_none = |g: &std::sync::Mutex<Option<_>>| g.lock().unwrap_or_else(|e| e.into_inner()).is_none();
        if value.is_none() && is_none(&this.grad) && this.look(|t| t.grad().is_none()) {
            return Ok(());
        }
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
        // a gradient of a class of its own (a sparse one) says itself where it is
        let own = crate::python::overrides::takes_part(value);
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
        if g.device() != t.device() && !own {
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
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> x.data.requires_grad
    /// False
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
    /// Takes this tensor out of the graph: a leaf without a history.
    ///
    /// >>> x = rl.ones(2, requires_grad=True) * 2
    /// >>> x.detach_().requires_grad
    /// False
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
    ///
    /// >>> x = rl.zeros(2)
    /// >>> x.set_(rl.arange(3.0))
    /// tensor([0., 1., 2.])
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
    /// This tensor with another size; elements that are new have any value.
    ///
    /// Errors: RuntimeError if the tensor requires a gradient.
    ///
    /// >>> rl.arange(4).resize_(2, 2)
    /// tensor([[0, 1],
    ///         [2, 3]])
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
    /// This tensor with the size of another one.
    ///
    /// >>> rl.arange(4).resize_as_(rl.zeros(2, 2))
    /// tensor([[0, 1],
    ///         [2, 3]])
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
    /// This matrix transposed.
    ///
    /// >>> rl.zeros(2, 3).t_().shape
    /// torch.Size([3, 2])
    fn t_<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        in_place_view(slf, |t| if t.ndim() < 2 { Ok(t.clone()) } else { t.transpose(0, 1) })
    }
    /// This tensor with two axes exchanged.
    ///
    /// >>> rl.zeros(2, 3).transpose_(0, 1).shape
    /// torch.Size([3, 2])
    fn transpose_<'py>(slf: Bound<'py, Self>, dim0: i64, dim1: i64) -> PyResult<Bound<'py, Self>> {
        in_place_view(slf, |t| t.transpose(dim0, dim1))
    }
    /// This tensor with two axes exchanged, as `transpose_`.
    ///
    /// >>> rl.zeros(2, 3).swapaxes_(0, 1).shape
    /// torch.Size([3, 2])
    fn swapaxes_<'py>(slf: Bound<'py, Self>, axis0: i64, axis1: i64) -> PyResult<Bound<'py, Self>> {
        in_place_view(slf, |t| t.transpose(axis0, axis1))
    }
    /// This tensor with two axes exchanged, as `transpose_`.
    ///
    /// >>> rl.zeros(2, 3).swapdims_(0, 1).shape
    /// torch.Size([3, 2])
    fn swapdims_<'py>(slf: Bound<'py, Self>, dim0: i64, dim1: i64) -> PyResult<Bound<'py, Self>> {
        in_place_view(slf, |t| t.transpose(dim0, dim1))
    }
    /// This tensor without axes of size 1, or without those given.
    ///
    /// >>> rl.zeros(1, 3, 1).squeeze_().shape
    /// torch.Size([3])
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
    /// This tensor with a new axis of size 1.
    ///
    /// >>> rl.zeros(3).unsqueeze_(0).shape
    /// torch.Size([1, 3])
    fn unsqueeze_<'py>(slf: Bound<'py, Self>, dim: i64) -> PyResult<Bound<'py, Self>> {
        in_place_view(slf, |t| t.unsqueeze(dim))
    }
    /// This tensor with another size and other strides over the same memory.
    ///
    /// >>> rl.arange(4).as_strided_((2, 2), (1, 2))
    /// tensor([[0, 2],
    ///         [1, 3]])
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
