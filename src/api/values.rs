//! Values out of a tensor: as a vector, and as text.

use crate::base::promote::default_dtype;
use crate::base::{Device, Elem, MemoryFormat, Scalar};
use crate::ensure;
use crate::error::Result;
use crate::ops::driver::batch;
use crate::ops::driver::memory::dense;
use crate::tensor::Tensor;
use crate::tensor::print::{PrintData, Value, print_options, tensor_text};
use std::fmt;

impl Tensor {
    /// The tensor on another device; the same one where it lies there already. The gradient goes back the same way.
    ///
    /// ```
    /// use rushlight::prelude::*;
    ///
    /// let x = Tensor::ones(&[2])?;
    /// assert_eq!(x.to(Device::Meta)?.device(), Device::Meta);
    /// # rushlight::Result::Ok(())
    /// ```
    ///
    /// Errors: RuntimeError for a card that is not there, or in a build without the feature `gpu`.
    pub fn to(&self, device: Device) -> Result<Tensor> {
        self.convert(None, Some(device), false, MemoryFormat::Preserve)
    }
    /// The elements in logical order.
    ///
    /// Errors: RuntimeError if the tensor holds another type, or is on the meta device.
    ///
    /// ```
    /// use rushlight::prelude::*;
    ///
    /// let x = Tensor::from_slice(&[1i64, 2, 3, 4], &[2, 2])?;
    /// assert_eq!(x.t()?.to_vec::<i64>()?, [1, 3, 2, 4]);
    /// assert!(x.to_vec::<f32>().is_err());
    /// # rushlight::Result::Ok(())
    /// ```
    pub fn to_vec<T: Elem>(&self) -> Result<Vec<T>> {
        ensure!(
            T::DTYPE == self.dtype(),
            Runtime,
            "expected scalar type {} but found {}",
            T::DTYPE.scalar_name(),
            self.dtype().scalar_name()
        );
        ensure!(self.device() != Device::Meta, Runtime, "to_vec() cannot be called on meta tensors");
        let x = dense(self)?;
        x.storage().copy_out(x.layout().offset * size_of::<T>(), x.numel())
    }
}

impl Tensor {
    /// The text of the tensor, with the name of its class in front.
    pub(crate) fn text(&self, prefix: &str) -> String {
        if self.is_batched() || batch::is_transforming() {
            return self.text_within(prefix);
        }
        let node = self.grad_fn();
        self.text_of(prefix, self.requires_grad(), node.as_ref().map(|(n, _)| n.name()))
    }
    /// Within transforms of functions: all samples, in the names of what wraps them in PyTorch, the newest outermost.
    #[cold]
    fn text_within(&self, prefix: &str) -> String {
        let runs = batch::runs_of(self);
        let levels = runs.iter().map(|&id| (id, false)).chain(self.batch().iter().map(|a| (a.level, true)));
        let mut levels: Vec<(u64, bool)> = levels.collect();
        levels.sort_unstable();
        let mut whole = self.detach();
        while let Some(axis) = whole.batch().last().copied() {
            whole = match crate::ops::driver::map::leave(&whole, axis, 0) {
                Ok(whole) => whole,
                Err(e) => return e.to_string(),
            };
        }
        // only what lies outside of the gradients is a history to the eye
        let node = self.grad_fn().filter(|_| batch::depends_outside(self));
        let name = node.as_ref().map(|(n, _)| n.name());
        let requires_grad = name.is_some() || runs.is_empty() && self.requires_grad();
        let mut text = whole.text_of(prefix, requires_grad, name.filter(|name| *name != "AliasBackward0"));
        for (id, mapped) in levels {
            let (kind, at) = if mapped { ("BatchedTensor", "bdim=0, ") } else { ("GradTrackingTensor", "") };
            let (level, inner) = (batch::place(id), text.replace('\n', "\n    ").replace("\n    \n", "\n\n"));
            text = format!("{kind}(lvl={level}, {at}value=\n    {inner}\n)");
        }
        text
    }
    fn text_of(&self, prefix: &str, requires_grad: bool, grad_fn: Option<&str>) -> String {
        // what is printed of a tensor on a card is read from it at once
        let here = match self.device() {
            Device::Gpu(_) => match crate::ops::driver::memory::moved(&self.detach(), Device::Cpu) {
                Ok(here) => Some(here),
                Err(e) => return format!("{prefix}(..., device='{}', unreadable: {e})", self.device()),
            },
            _ => None,
        };
        let seen = here.as_ref().unwrap_or(self);
        let get = |index: &[usize]| match seen.element(index) {
            Scalar::Bool(v) => Value::Bool(v),
            Scalar::Int(v) => Value::Int(v),
            Scalar::UInt(v) => Value::UInt(v),
            Scalar::Float(v) => Value::Float(v),
            Scalar::Complex(v) => Value::Complex(v),
        };
        let data = PrintData {
            prefix,
            shape: self.shape(),
            dtype: self.dtype(),
            default_dtype: default_dtype(),
            device: self.device(),
            requires_grad,
            grad_fn,
            get: &get,
        };
        tensor_text(&data, &print_options())
    }
}

/// PyTorch's text: `tensor([1., 2.], grad_fn=<MulBackward0>)`.
impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text("tensor"))
    }
}
