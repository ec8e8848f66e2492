//! The same object of Python's with other sizes, steps or memory: what is exchanged is the handle.

use super::sizes;
use crate::base::Layout;
use crate::ops;
use crate::ops::driver::batch::check_captured;
use crate::python::convert::{int, int_list};
use crate::python::error::{OrPy, guarded};
use crate::python::object::PyTensor;
use crate::python::types::PyFormat;
use crate::tensor::Tensor;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyTuple};

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
    check_captured("of the geometry", &t).py()?;
    let v = f(&t).py()?;
    let new = t.replaced(v.storage().clone(), v.layout().clone(), v.dtype()).py()?;
    if t.requires_grad() && !t.is_leaf() {
        new.set_edge(v.edge());
    }
    t.storage().bump_version();
    slf.get().replace(new);
    Ok(slf)
}

#[pymethods]
impl PyTensor {
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
        check_captured("set_", &t).py()?;
        let s = match source {
            Some(s) => s.get().tensor(),
            None => Tensor::empty(&[0], t.dtype(), t.device()).py()?,
        };
        if s.is_batched() || t.is_batched() {
            return Err(PyRuntimeError::new_err(
                "vmap: set_ cannot show other memory to each sample; compute the tensor out of place",
            ));
        }
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
        check_captured("resize_", &t).py()?;
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
        check_captured("resize_as_", &t).py()?;
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
                let dims = match int_list(d)? {
                    Some(v) => v,
                    None => smallvec::smallvec![int(d)?.ok_or_else(|| {
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
}
