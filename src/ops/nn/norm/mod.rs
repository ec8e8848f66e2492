//! Normalisation: over what, in which dtype, and where the statistics lie.

pub mod grad;
pub mod op;
pub mod rows;

use crate::base::{DType, Dims, MemoryFormat, numel};
use crate::kernels::cpu::nn::norm::Planes;
use crate::kernels::gpu::nn::norm::{Axes, Seen};
use crate::ops::nn::image::{format_of, is_channels_last};
use crate::tensor::Tensor;

/// What shares mean and deviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// A channel of all samples; statistics may also be given (`train` false).
    Batch { train: bool },
    /// The last axes, `n` elements.
    Layer { n: usize },
    /// A group of channels of one sample.
    Group { groups: usize },
}

impl Over {
    pub fn name(self) -> &'static str {
        match self {
            Over::Batch { .. } => "batch_norm",
            Over::Layer { .. } => "LayerNormKernelImpl",
            Over::Group { .. } => "GroupNormKernelImpl",
        }
    }
    fn statistics(self, shape: &[usize]) -> usize {
        match self {
            Over::Batch { .. } => shape[1],
            Over::Layer { n } => numel(shape).checked_div(n).unwrap_or(0),
            Over::Group { groups } => shape[0] * groups,
        }
    }
    /// The axes of a layer as a graphics card walks them.
    pub fn axes(self, shape: &[usize]) -> Axes {
        let rank = shape.len();
        match self {
            Over::Batch { .. } => {
                let others: Dims = (0..rank).filter(|&i| i != 1).collect();
                Axes::new(shape.into(), others.clone(), others)
            }
            Over::Layer { n } => {
                // as many of the last axes as make a row
                let mut first = rank;
                while first > 0 && numel(&shape[first..]) != n {
                    first -= 1;
                }
                Axes::new(shape.into(), (first..rank).collect(), (0..first).collect())
            }
            Over::Group { groups } => {
                let mut seen = Dims::from_slice(shape);
                seen[1] = groups;
                seen.insert(2, shape[1] / groups);
                let per_param = std::iter::once(0).chain(3..rank + 1).collect();
                Axes::new(seen, (2..rank + 1).collect(), per_param)
            }
        }
    }
    /// A tensor of the layer's input's shape over [`Over::axes`].
    pub fn seen(self, t: &Tensor) -> Seen {
        let (mut shape, mut strides) = (Dims::from_slice(t.shape()), Dims::from_slice(t.strides()));
        if let Over::Group { groups } = self {
            let each = shape[1] / groups;
            shape[1] = groups;
            shape.insert(2, each);
            strides.insert(2, strides[1]);
            strides[1] *= each;
        }
        Seen { shape, strides }
    }
    /// The layer's rows are contiguous memory; images may also have their channels last.
    pub fn format(self, x: &Tensor) -> MemoryFormat {
        if matches!(self, Over::Layer { .. }) { MemoryFormat::Contiguous } else { format_of(x) }
    }
}

pub fn planes(shape: &[usize], format: MemoryFormat) -> Planes {
    Planes { n: shape[0], c: shape[1], s: numel(&shape[2..]), channels_last: is_channels_last(format) }
}

/// The dtype a kernel computes in: with float32 parameters beside half data all is float32.
pub(crate) fn compute_dtype(x: DType, params: &[&Tensor]) -> DType {
    params.first().map_or(x, |p| if p.dtype() == DType::F32 && x != DType::F64 { DType::F32 } else { x })
}

pub(crate) fn statistics_dtype(x: DType) -> DType {
    if x == DType::F64 { DType::F64 } else { DType::F32 }
}

pub fn address<T: crate::base::Elem>(t: &Option<Tensor>) -> *mut T {
    t.as_ref().map_or(std::ptr::null_mut(), |t| t.ptr_of::<T>())
}
