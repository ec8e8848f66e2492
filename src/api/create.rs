//! Tensors made of nothing, as associated functions: `Tensor::zeros(&[2, 3])`, `Tensor::of(DType::F64).randn(&[4])`.

use crate::base::{DType, Elem, Scalar};
use crate::error::Result;
use crate::ops::create::fill::{self, Made};
use crate::ops::create::range;
use crate::ops::random::fill as random;
use crate::ops::table::{Sizes, Val};
use crate::tensor::Tensor;

/// Constructors for a dtype, made by [`Tensor::of`].
///
/// ```
/// use rushlight::prelude::*;
///
/// let x = Tensor::of(DType::F64).linspace(0, 1, 5)?;
/// assert_eq!(x.to_vec::<f64>()?, [0.0, 0.25, 0.5, 0.75, 1.0]);
/// # rushlight::Result::Ok(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Of(Option<DType>);

fn sizes(shape: &[usize]) -> Sizes {
    shape.into()
}

fn made(dtype: Option<DType>) -> Made {
    Made { dtype, ..Made::default() }
}

fn list(shape: &[usize]) -> Vec<i64> {
    shape.iter().map(|&n| n as i64).collect()
}

/// Each constructor once: on [`Of`], and on [`Tensor`] for the dtype that its numbers and the default dtype suggest.
macro_rules! constructors {
    ($($(#[doc = $doc:literal])* fn $name:ident($($p:ident: $t:ty),*) |$dtype:ident| $make:expr;)*) => {
        impl Of {
            $($(#[doc = $doc])* pub fn $name(self, $($p: $t),*) -> Result<Tensor> { let $dtype = self.0; $make })*
        }
        impl Tensor {
            $($(#[doc = $doc])* pub fn $name($($p: $t),*) -> Result<Tensor> { Of(None).$name($($p),*) })*
        }
    };
}

constructors! {
    /// Zeros.
    ///
    /// ```
    /// # use rushlight::prelude::*;
    /// assert_eq!(Tensor::zeros(&[2, 3])?.shape(), [2, 3]);
    /// # rushlight::Result::Ok(())
    /// ```
    fn zeros(shape: &[usize]) |dtype| fill::zeros(sizes(shape), made(dtype));
    /// Ones.
    fn ones(shape: &[usize]) |dtype| fill::ones(sizes(shape), made(dtype));
    /// One value everywhere; its kind says the dtype: int64, the default dtype or bool.
    ///
    /// ```
    /// # use rushlight::prelude::*;
    /// assert_eq!(Tensor::full(&[2], 7)?.to_vec::<i64>()?, [7, 7]);
    /// # rushlight::Result::Ok(())
    /// ```
    fn full(shape: &[usize], value: impl Into<Scalar>) |dtype| {
        fill::full(&list(shape), Val::S(value.into()), made(dtype))
    };
    /// A tensor without axes that holds one number.
    fn scalar(value: impl Into<Scalar>) |dtype| fill::full(&[], Val::S(value.into()), made(dtype));
    /// The identity matrix.
    fn eye(n: usize) |dtype| range::eye(n as i64, None, made(dtype));
    /// The numbers from `start` up to `end`, which is left out, `step` apart: int64 if all three are integers.
    ///
    /// Errors: RuntimeError if `step` is zero or leads away from `end`.
    ///
    /// ```
    /// # use rushlight::prelude::*;
    /// assert_eq!(Tensor::arange(1, 8, 3)?.to_vec::<i64>()?, [1, 4, 7]);
    /// assert_eq!(Tensor::arange(0.0, 1.0, 0.5)?.to_vec::<f32>()?, [0.0, 0.5]);
    /// # rushlight::Result::Ok(())
    /// ```
    fn arange(start: impl Into<Scalar>, end: impl Into<Scalar>, step: impl Into<Scalar>) |dtype| {
        range::arange_from(start.into(), end.into(), step.into(), made(dtype))
    };
    /// So many numbers from `start` to `end`, both included, evenly spaced.
    fn linspace(start: impl Into<Scalar>, end: impl Into<Scalar>, steps: usize) |dtype| {
        range::linspace(Val::S(start.into()), Val::S(end.into()), steps as i64, made(dtype))
    };
    /// Uniform numbers from 0 (included) to 1, from the default generator.
    fn rand(shape: &[usize]) |dtype| random::rand(sizes(shape), None, made(dtype));
    /// Normal numbers of mean 0 and deviation 1, from the default generator: PyTorch's for the same seed.
    ///
    /// ```
    /// # use rushlight::prelude::*;
    /// manual_seed(0);
    /// let x = Tensor::randn(&[3])?;
    /// assert_eq!(format!("{x}"), "tensor([ 1.5410, -0.2934, -2.1788])");
    /// # rushlight::Result::Ok(())
    /// ```
    fn randn(shape: &[usize]) |dtype| random::randn(sizes(shape), None, made(dtype));
    /// Integers from `low` up to `high`, which is left out, from the default generator; int64.
    ///
    /// Errors: RuntimeError unless `low` is less than `high`.
    fn randint(low: i64, high: i64, shape: &[usize]) |dtype| {
        random::randint_between(low, high, &list(shape), None, made(dtype))
    };
    /// The numbers `0..n` in random order; int64.
    fn randperm(n: usize) |dtype| random::randperm(n as i64, None, made(dtype));
}

impl Tensor {
    /// Constructors for tensors of a dtype.
    pub fn of(dtype: DType) -> Of {
        Of(Some(dtype))
    }
    /// A contiguous tensor of the given elements: [`Tensor::from_slice`] for what is at hand as a vector.
    ///
    /// Errors: RuntimeError if the shape does not have as many elements.
    pub fn from_vec<T: Elem>(data: Vec<T>, shape: &[usize]) -> Result<Tensor> {
        Tensor::from_slice(&data, shape)
    }
    /// Zeros with the shape, dtype and device of this tensor.
    pub fn zeros_like(&self) -> Result<Tensor> {
        fill::zeros_like(self, Made::default(), None)
    }
    /// Ones with the shape, dtype and device of this tensor.
    pub fn ones_like(&self) -> Result<Tensor> {
        fill::ones_like(self, Made::default(), None)
    }
    /// Normal numbers with the shape, dtype and device of this tensor.
    pub fn randn_like(&self) -> Result<Tensor> {
        random::randn_like(self, Made::default(), None)
    }
    /// Uniform numbers from 0 to 1 with the shape, dtype and device of this tensor.
    pub fn rand_like(&self) -> Result<Tensor> {
        random::rand_like(self, Made::default(), None)
    }
}

/// Sizes written as an array: `x.reshape([-1, 64].into())`.
impl<const N: usize> From<[i64; N]> for Sizes {
    fn from(sizes: [i64; N]) -> Sizes {
        Sizes(sizes.into_iter().collect())
    }
}

/// A shape: `x.expand(y.shape().into(), false)`.
impl From<&[usize]> for Sizes {
    fn from(shape: &[usize]) -> Sizes {
        Sizes(shape.iter().map(|&n| n as i64).collect())
    }
}
