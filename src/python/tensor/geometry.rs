//! How a tensor lies: sizes, steps, dtype, place, and the axes turned round.

use crate::base::{Device, MemoryFormat};
use crate::python::dtype::{PyDType, dtype};
use crate::python::error::{OrPy, guarded};
use crate::python::object::{PyTensor, wrap};
use crate::python::overrides;
use crate::python::size::known;
use crate::python::types::{PyDevice, PyFormat, device_object, strided};
use crate::tensor::{Tensor, type_name};
use crate::warning::{warn, warn_once};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyTuple};
use smallvec::SmallVec;

#[pymethods]
impl PyTensor {
    /// The number of elements along every axis.
    ///
    /// >>> rl.zeros(2, 3).shape
    /// torch.Size([2, 3])
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let shape = self.look(|t| crate::base::Dims::from_slice(t.shape()));
        known(py, &shape)
    }
    /// The shape, or the number of elements along one axis.
    ///
    /// >>> x = rl.zeros(2, 3)
    /// >>> x.size(), x.size(1)
    /// (torch.Size([2, 3]), 3)
    #[pyo3(signature = (dim = None))]
    fn size<'py>(slf: &Bound<'py, Self>, dim: Option<i64>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        if overrides::watched() {
            let dim = dim.map(|d| d.into_pyobject(py)).transpose()?;
            let given: SmallVec<[&Bound<'py, PyAny>; 1]> = dim.iter().map(|d| d.as_any()).collect();
            if let Some(answer) = overrides::to_method_of_mode("size", slf, &given)? {
                return Ok(answer);
            }
        }
        match dim {
            None => slf.get().shape(py),
            Some(d) => Ok(slf.get().tensor().size(d).py()?.into_pyobject(py)?.into_any()),
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
    fn device(&self, py: Python<'_>) -> PyResult<Py<PyDevice>> {
        device_object(py, self.look(Tensor::device))
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
    fn dim<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(answer) = overrides::to_method_of_mode("dim", slf, &[])? {
            return Ok(answer);
        }
        Ok(slf.get().look(|t| t.ndim()).into_pyobject(slf.py())?.into_any())
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
    /// Whether the elements are on a GPU, whoever made it.
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
        guarded("T", || {
            if !matches!(t.ndim(), 0 | 2) {
                warn_once(
                    "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an error in a future release. Consider `x.mT` to transpose batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor.",
                );
            }
            let order: Vec<usize> = (0..t.ndim()).rev().collect();
            wrap(py, t.permute_to(&order).py()?)
        })
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
    /// `torch.FloatTensor`, or a conversion to the named type.
    fn _type_name(&self) -> String {
        let t = self.tensor();
        type_name(t.dtype(), t.device())
    }
}
