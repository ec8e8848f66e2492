//! What all elementwise ops share: dtype rules, broadcasting, number operands, the call of the dense kernel.
//! A row of `unary.rs`, `binary.rs` or `nary.rs` is a value of the `Def` type there.

pub mod binary;
pub mod nary;
pub mod run;
pub mod unary;

use crate::base::{DType, Layout, Scalar, same_shape};
use crate::ops::table::Val;
use crate::tensor::Tensor;

/// How the result dtype follows from the (common) input dtype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The common dtype.
    Same,
    /// Integers become the default float.
    Float,
    /// As `Same`, and complex becomes its real part's dtype (`abs`).
    Real,
    /// As `Float`, and complex becomes its real part's dtype (`angle`).
    RealFloat,
    /// As `Float`, computed in double precision (or complex128): functions without a vector routine.
    Double,
    /// Computes in the common dtype and answers with bool.
    Compare,
    /// Computes on truth values and answers with bool.
    Logical,
}

impl Rule {
    /// (dtype the kernel computes in, dtype of the result)
    #[inline]
    pub fn resolve(self, common: DType) -> (DType, DType) {
        match self {
            Rule::Same => (half_up(common), common),
            Rule::Float => {
                let out = float_result(common);
                (half_up(out), out)
            }
            Rule::Real => (half_up(common), common.to_real()),
            Rule::RealFloat => (half_up(float_result(common)), float_result(common).to_real()),
            Rule::Double => {
                let out = float_result(common);
                (if out.is_complex() { DType::C128 } else { DType::F64 }, out)
            }
            Rule::Compare => (half_up(common), DType::Bool),
            Rule::Logical => (DType::Bool, DType::Bool),
        }
    }
}

/// The half types compute in float32.
#[inline]
pub fn half_up(d: DType) -> DType {
    if matches!(d, DType::F16 | DType::BF16) { DType::F32 } else { d }
}

/// The result's geometry: broadcast shape, and the strides of an input that has it densely.
#[inline]
pub fn result_layout(shape: &[usize], x: &[&Tensor]) -> Layout {
    let mut contiguous = true;
    for t in x.iter().filter(|t| same_shape(t.shape(), shape)) {
        if t.is_contiguous() {
            return Layout::contiguous(shape);
        }
        contiguous = false;
    }
    if contiguous {
        return Layout::contiguous(shape);
    }
    match x.iter().find(|t| t.shape() == shape && t.layout().is_non_overlapping_and_dense()) {
        Some(t) => Layout { offset: 0, ..t.layout().clone() },
        None => match x.iter().find(|t| t.shape() == shape) {
            Some(t) if !t.strides().contains(&0) => Layout::permuted_dense(shape, &t.layout().stride_order()),
            _ => Layout::contiguous(shape),
        },
    }
}

impl From<&Tensor> for Val {
    fn from(t: &Tensor) -> Val {
        Val::T(t.clone())
    }
}
impl From<Tensor> for Val {
    fn from(t: Tensor) -> Val {
        Val::T(t)
    }
}
impl From<&Val> for Val {
    fn from(v: &Val) -> Val {
        v.clone()
    }
}
impl<S: Into<Scalar>> From<S> for Val {
    fn from(s: S) -> Val {
        Val::S(s.into())
    }
}

/// The dtype of an elementwise float op on this input: integers become the default float.
#[inline]
pub fn float_result(dtype: DType) -> DType {
    if dtype.is_integral() { crate::base::promote::default_dtype() } else { dtype }
}
