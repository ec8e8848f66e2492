//! Which axes a reduction takes away, and the geometry that follows.

use crate::base::{DType, Dims, wrap_dim, wrap_dims};
use crate::ensure;
use crate::error::Result;
use crate::kernels::cpu::reduce::ReducePlan;
use crate::tensor::Tensor;
use smallvec::{SmallVec, smallvec};

/// Which axes go, and whether they stay behind with size 1.
#[derive(Clone, Debug)]
pub struct Axes {
    pub axes: Dims,
    pub keepdim: bool,
}

impl Axes {
    /// The axes of an optional list; nothing and an empty list both mean all.
    #[inline]
    pub fn of(dim: Option<&[i64]>, keepdim: bool, ndim: usize) -> Result<Axes> {
        ensure!(ndim <= 64, Runtime, "only tensors with up to 64 dims are supported");
        match dim {
            Some(dims) if !dims.is_empty() => Ok(Axes { axes: wrap_dims(dims, ndim)?, keepdim }),
            _ => Ok(Axes { axes: (0..ndim).collect(), keepdim }),
        }
    }
    #[inline]
    pub fn all(ndim: usize) -> Axes {
        Axes { axes: (0..ndim).collect(), keepdim: false }
    }
    #[inline]
    pub fn one(dim: i64, keepdim: bool, ndim: usize) -> Result<Axes> {
        Ok(Axes { axes: smallvec![wrap_dim(dim, ndim)?], keepdim })
    }
    #[inline]
    pub fn shape(&self, x: &[usize]) -> Dims {
        reduced_shape(x, &self.axes, self.keepdim)
    }
    /// How many elements make one result.
    #[inline]
    pub fn count(&self, x: &[usize]) -> usize {
        self.axes.iter().filter_map(|&i| x.get(i)).product()
    }
    #[inline]
    pub fn plan(&self, x: &Tensor) -> ReducePlan {
        ReducePlan::new(x.shape(), x.strides(), &self.mask(x.ndim()))
    }
    /// The plan that keeps reduced elements in order.
    #[inline]
    pub fn ordered_plan(&self, x: &Tensor) -> ReducePlan {
        ReducePlan::ordered(x.shape(), x.strides(), &self.mask(x.ndim()))
    }
    #[inline]
    fn mask(&self, ndim: usize) -> SmallVec<[bool; 8]> {
        (0..ndim).map(|i| self.axes.contains(&i)).collect()
    }
    /// A tensor that is repeated along reduced axes, without its repeats, and how many there are of each element: none of
    /// several equal numbers is greater than the others, and their sum is a product.
    #[inline]
    pub fn once(&self, x: &Tensor) -> Result<Option<(Tensor, usize)>> {
        let repeats = |&&i: &&usize| x.strides().get(i) == Some(&0) && x.shape()[i] > 1;
        if x.numel() == 0 || !self.axes.iter().any(|i| repeats(&i)) {
            return Ok(None);
        }
        let mut layout = x.layout().clone();
        let times =
            self.axes.iter().filter(repeats).map(|&i| std::mem::replace(&mut layout.shape[i], 1)).product();
        Ok(Some((x.alias(layout)?, times)))
    }
    /// A reduced tensor with its axes back as size 1.
    #[inline]
    pub fn keep(&self, g: &Tensor, shape: &[usize]) -> Result<Tensor> {
        if self.keepdim { Ok(g.clone()) } else { g.reshape_to(&reduced_shape(shape, &self.axes, true)) }
    }
    /// A reduced tensor repeated to the input's shape.
    #[inline]
    pub fn spread(&self, g: &Tensor, shape: &[usize]) -> Result<Tensor> {
        expand_reduced(g, &self.axes, self.keepdim, shape)
    }
    /// The same axes of tensors with `n` more in front.
    pub fn shifted(&self, n: usize) -> Axes {
        Axes { axes: self.axes.iter().map(|a| a + n).collect(), keepdim: self.keepdim }
    }
    /// Refuses to reduce over nothing where there is no identity.
    pub fn check_nonempty(&self, op: &str, x: &[usize]) -> Result<()> {
        for &i in &self.axes {
            ensure!(x.get(i) != Some(&0), Index, "{op}(): Expected reduction dim {i} to have non-zero size.");
        }
        Ok(())
    }
}

/// The shape left when axes are reduced away.
#[inline]
pub fn reduced_shape(shape: &[usize], axes: &[usize], keepdim: bool) -> Dims {
    let mut out = Dims::new();
    for (i, &n) in shape.iter().enumerate() {
        match (axes.contains(&i), keepdim) {
            (true, true) => out.push(1),
            (true, false) => {}
            _ => out.push(n),
        }
    }
    out
}

/// A reduced tensor with its axes put back as size 1 and repeated to the input's shape.
pub fn expand_reduced(g: &Tensor, axes: &[usize], keepdim: bool, shape: &[usize]) -> Result<Tensor> {
    let kept = if keepdim { g.clone() } else { g.reshape_to(&reduced_shape(shape, axes, true))? };
    kept.expand_to(shape)
}

/// The dtype a sum answers in: small integers become int64.
#[inline]
pub fn sum_dtype(d: DType) -> DType {
    if d.is_integral() { DType::I64 } else { d }
}
