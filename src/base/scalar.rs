//! A Python number on its way into an op: never a 0-d tensor.

use super::dtype::{C128, Category, DType, Elem};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    Bool(bool),
    Int(i64),
    Float(f64),
    Complex(C128),
}

impl Scalar {
    pub fn category(self) -> Category {
        match self {
            Scalar::Bool(_) => Category::Bool,
            Scalar::Int(_) => Category::Int,
            Scalar::Float(_) => Category::Float,
            Scalar::Complex(_) => Category::Complex,
        }
    }
    pub fn to_f64(self) -> f64 {
        match self {
            Scalar::Bool(b) => b as u8 as f64,
            Scalar::Int(i) => i as f64,
            Scalar::Float(f) => f,
            Scalar::Complex(c) => c.re,
        }
    }
    pub fn to_i64(self) -> i64 {
        match self {
            Scalar::Bool(b) => b as i64,
            Scalar::Int(i) => i,
            Scalar::Float(f) => i64::from_f64(f),
            Scalar::Complex(c) => i64::from_f64(c.re),
        }
    }
    pub fn to_c128(self) -> C128 {
        match self {
            Scalar::Complex(c) => c,
            other => C128::new(other.to_f64(), 0.0),
        }
    }
    pub fn to<T: Elem>(self) -> T {
        match self {
            Scalar::Bool(b) => T::from_i64(b as i64),
            Scalar::Int(i) => T::from_i64(i),
            Scalar::Float(f) => T::from_f64(f),
            Scalar::Complex(c) => T::from_c128(c),
        }
    }
    pub fn is_zero(self) -> bool {
        self.to_c128() == C128::new(0.0, 0.0)
    }
    pub fn is_one(self) -> bool {
        self.to_c128() == C128::new(1.0, 0.0)
    }
    pub fn is_integral(self) -> bool {
        matches!(self, Scalar::Bool(_) | Scalar::Int(_))
    }
    /// The dtype of a 0-d tensor made of this number.
    pub fn dtype(self, default_float: DType) -> DType {
        match self {
            Scalar::Bool(_) => DType::Bool,
            Scalar::Int(_) => DType::I64,
            Scalar::Float(_) => default_float,
            Scalar::Complex(_) => default_float.to_complex(),
        }
    }
}

/// With the formatter's precision: `format!("{:.3}", loss.item()?)`.
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Bool(v) => fmt::Display::fmt(v, f),
            Scalar::Int(v) => fmt::Display::fmt(v, f),
            Scalar::Float(v) => fmt::Display::fmt(v, f),
            Scalar::Complex(v) => fmt::Display::fmt(v, f),
        }
    }
}

impl From<f64> for Scalar {
    fn from(v: f64) -> Scalar {
        Scalar::Float(v)
    }
}
impl From<f32> for Scalar {
    fn from(v: f32) -> Scalar {
        Scalar::Float(v as f64)
    }
}
impl From<i32> for Scalar {
    fn from(v: i32) -> Scalar {
        Scalar::Int(v as i64)
    }
}
impl From<i64> for Scalar {
    fn from(v: i64) -> Scalar {
        Scalar::Int(v)
    }
}
impl From<bool> for Scalar {
    fn from(v: bool) -> Scalar {
        Scalar::Bool(v)
    }
}
impl From<C128> for Scalar {
    fn from(v: C128) -> Scalar {
        Scalar::Complex(v)
    }
}
