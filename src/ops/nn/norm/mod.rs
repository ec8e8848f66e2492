//! Normalisation: over what, in which dtype, and where the statistics lie.

pub mod grad;
pub mod op;
pub mod rows;

use crate::base::{DType, Dims, Layout, MemoryFormat, numel};
use crate::error::Result;
use crate::kernels::cpu::nn::norm::{Planes, Rows};
use crate::kernels::gpu::nn::norm::{Axes, Seen};
use crate::ops::driver::memory::{dense_held, write_held};
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

/// How the samples of `vmap`, `n` axes in front, are normalised in one call: those of a batch's channels as more channels, those of
/// groups as more examples, those of layers as more rows.
pub(crate) struct Samples {
    pub over: Over,
    pub n: usize,
}

impl Samples {
    /// An operand of the layer's input's shape.
    pub fn image(&self, t: &Tensor) -> Result<Tensor> {
        let shape = self.image_shape(t.shape());
        let turned = match self.over {
            Over::Batch { .. } => t.alias(t.layout().permute(&self.order(t.ndim())))?,
            _ => t.clone(),
        };
        let dense = dense_held(&turned)?;
        dense.alias(Layout { offset: dense.layout().offset, ..Layout::contiguous(&shape) })
    }
    /// Parameters of channels, and statistics; those of groups and layers are the same for all samples.
    pub fn parameter(&self, t: &Tensor) -> Result<Tensor> {
        match self.over {
            Over::Batch { .. } => self.statistics(t),
            _ => t.alias((0..self.n).fold(t.layout().clone(), |l, _| l.select(0, 0))),
        }
    }
    pub fn statistics(&self, t: &Tensor) -> Result<Tensor> {
        let dense = dense_held(t)?;
        dense.alias(Layout { offset: dense.layout().offset, ..Layout::contiguous(&[t.numel()]) })
    }
    /// Room for a result of the layer's input's shape, and what brings it to its place.
    pub fn landing(&self, out: &Tensor) -> Result<Tensor> {
        let shape = self.image_shape(out.shape());
        Tensor::empty(&shape, out.dtype(), out.device())
    }
    pub fn deliver(&self, out: &Tensor, from: &Tensor) -> Result<()> {
        let to = match self.over {
            Over::Batch { .. } => out.alias(out.layout().permute(&self.order(out.ndim())))?,
            _ => out.clone(),
        };
        write_held(&to, &from.alias(Layout::contiguous(to.shape()))?);
        Ok(())
    }
    fn image_shape(&self, shape: &[usize]) -> Dims {
        let n = self.n;
        match self.over {
            Over::Batch { .. } => {
                lined(&[shape[n], shape[..n].iter().product::<usize>() * shape[n + 1]], &shape[n + 2..])
            }
            Over::Group { .. } => lined(&[shape[..=n].iter().product()], &shape[n + 1..]),
            Over::Layer { .. } => shape.into(),
        }
    }
    /// The examples in front of the samples.
    fn order(&self, ndim: usize) -> Dims {
        std::iter::once(self.n).chain(0..self.n).chain(self.n + 1..ndim).collect()
    }
}

fn lined(first: &[usize], rest: &[usize]) -> Dims {
    first.iter().chain(rest).copied().collect()
}

pub fn planes(shape: &[usize], format: MemoryFormat) -> Planes {
    Planes { n: shape[0], c: shape[1], s: numel(&shape[2..]), channels_last: is_channels_last(format) }
}

pub fn layer_rows(shape: &[usize], n: usize) -> Rows {
    Rows { samples: numel(shape).checked_div(n).unwrap_or(0), groups: 1, n }
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
