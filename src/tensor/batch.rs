//! The samples of `vmap`. A mapped tensor shows the layout of one sample; the axes of samples lie beside it, in the same
//! memory, each with its size and stride. Whatever only reads or changes the layout (every view) so holds for all
//! samples at once, and only what touches memory must know of them: `ops/driver/batch.rs`.

use super::{Meta, Tensor};
use crate::base::{DType, Device, Layout};
use crate::error::Result;
use crate::storage::Storage;
use crate::{bail, ensure};
use smallvec::SmallVec;
use std::sync::Arc;

/// One axis of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The `vmap` it belongs to: the moment when that began, in the order in which nodes of the graph are made.
    pub level: u64,
    pub size: usize,
    pub stride: usize,
}

/// The axes of samples of a tensor, oldest level first; nothing for an ordinary tensor.
pub type Batch = Option<Arc<[Axis]>>;

/// The levels that tensors of a call are mapped over, with their sizes.
pub type Levels = SmallVec<[(u64, usize); 2]>;

/// The levels of all operands together, oldest first.
pub fn levels<'a>(tensors: impl Iterator<Item = &'a Tensor>) -> Levels {
    let mut all = Levels::new();
    for axis in tensors.flat_map(|t| t.batch()) {
        if let Err(at) = all.binary_search_by_key(&axis.level, |l| l.0) {
            all.insert(at, (axis.level, axis.size));
        }
    }
    all
}

/// Elements between the first sample and the last.
fn reach(axes: &[Axis]) -> Option<usize> {
    axes.iter().try_fold(0usize, |sum, a| sum.checked_add(a.size.saturating_sub(1).checked_mul(a.stride)?))
}

/// Refuses a layout of samples that reaches beyond the memory.
pub(super) fn check(axes: &[Axis], layout: &Layout, dtype: DType, storage: &Storage) -> Result<()> {
    if axes.iter().any(|a| a.size == 0) || layout.shape.contains(&0) {
        // no element of a sample is ever read, and the memory may be empty: it is enough that they can be counted
        return layout.check(dtype.size(), usize::MAX);
    }
    let bytes = reach(axes).and_then(|n| n.checked_mul(dtype.size()));
    match bytes.and_then(|b| storage.nbytes().checked_sub(b)) {
        Some(room) => layout.check(dtype.size(), room),
        None => bail!(Runtime, "vmap: a view reaches beyond the memory of its samples"),
    }
}

/// Samples read as another dtype.
pub(super) fn reinterpret(t: &Tensor, axes: &[Axis], layout: Layout, dtype: DType) -> Result<Tensor> {
    let (old, new) = (t.dtype().size(), dtype.size());
    let scaled = |a: &Axis| {
        let bytes = a.stride * old;
        ensure!(bytes.is_multiple_of(new), Runtime, "vmap: samples cannot be seen as {}", dtype.name());
        Ok(Axis { stride: bytes / new, ..*a })
    };
    let axes: Vec<Axis> = axes.iter().map(scaled).collect::<Result<_>>()?;
    Tensor::over_samples(t.storage().clone(), layout, dtype, Some(axes.into()))
}

/// What a call unwinds with that reads the elements of a mapped tensor as if it were one sample.
pub struct Mapped;

/// Ends the call: there is no one address for all samples.
#[cold]
pub(super) fn mapped() -> ! {
    std::panic::resume_unwind(Box::new(Mapped))
}

impl Tensor {
    /// The axes of samples, oldest level first.
    #[inline]
    pub fn batch(&self) -> &[Axis] {
        self.0.batch.as_deref().unwrap_or(&[])
    }
    /// Whether `vmap` maps over this tensor.
    #[inline]
    pub fn is_batched(&self) -> bool {
        self.0.batch.is_some()
    }
    /// The axis of samples of a level.
    pub fn axis(&self, level: u64) -> Option<Axis> {
        self.batch().iter().find(|a| a.level == level).copied()
    }
    /// Every level of this tensor is one of the other's.
    #[inline]
    pub fn batch_within(&self, other: &Tensor) -> bool {
        !self.is_batched() || self.batch().iter().all(|a| other.axis(a.level).is_some())
    }
    /// As [`Tensor::over`], with samples.
    pub(super) fn over_samples(
        storage: Storage,
        layout: Layout,
        dtype: DType,
        batch: Batch,
    ) -> Result<Tensor> {
        match &batch {
            Some(axes) => check(axes, &layout, dtype, &storage)?,
            None => layout.check(dtype.size(), storage.nbytes())?,
        }
        Ok(Tensor::made_of_samples(storage, layout, dtype, batch))
    }
    /// The same memory as other samples of another layout.
    pub fn resampled(&self, layout: Layout, axes: &[Axis]) -> Result<Tensor> {
        let batch = (!axes.is_empty()).then(|| axes.into());
        Tensor::over_samples(self.0.storage.clone(), layout, self.0.dtype, batch)
    }
    /// Uninitialised memory for the results of all samples, one sample after the other.
    pub fn alloc_samples(meta: Meta, device: Device, levels: &Levels) -> Result<Tensor> {
        if levels.is_empty() {
            return Tensor::alloc(meta, device);
        }
        let Meta { layout, dtype } = meta;
        let one = layout.numel();
        let mut axes: SmallVec<[Axis; 2]> = SmallVec::new();
        let mut stride = one;
        for &(level, size) in levels.iter().rev() {
            axes.push(Axis { level, size, stride });
            stride = match stride.checked_mul(size) {
                Some(n) => n,
                None => bail!(Runtime, "numel: integer multiplication overflow"),
            };
        }
        axes.reverse();
        let whole = Tensor::alloc(Meta::new(&[stride], dtype), device)?;
        whole.resampled(layout, &axes)
    }
    /// One sample, by how far it lies from the first.
    #[inline]
    pub fn sample(&self, distance: usize) -> Result<Tensor> {
        let mut layout = self.layout().clone();
        layout.offset += distance;
        let t = Tensor::over(self.0.storage.clone(), layout, self.0.dtype)?;
        if self.is_inference() {
            t.set_inference();
        }
        Ok(t)
    }
    /// All samples, outside the graph: what checks of values look at.
    pub fn all_samples(&self) -> Result<Tensor> {
        if !self.is_batched() {
            return Ok(self.detach());
        }
        self.physical(&levels([self].into_iter()), 0)
    }
    /// All samples as one tensor: an axis in front for each level (repeating where this tensor has none), then axes of one
    /// until a sample has `ndim`, then the sample.
    pub fn physical(&self, levels: &Levels, ndim: usize) -> Result<Tensor> {
        let own = self.layout();
        let mut layout =
            Layout { shape: Default::default(), strides: Default::default(), offset: own.offset };
        for &(level, size) in levels {
            layout.shape.push(size);
            layout.strides.push(self.axis(level).map_or(0, |a| a.stride));
        }
        for _ in own.shape.len()..ndim {
            layout.shape.push(1);
            layout.strides.push(0);
        }
        layout.shape.extend_from_slice(&own.shape);
        layout.strides.extend_from_slice(&own.strides);
        Tensor::over(self.0.storage.clone(), layout, self.0.dtype)
    }
}
