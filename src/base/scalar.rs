//! A Python number on its way into an op: never a 0-d tensor.

use super::dtype::{C128, Category, DType, Elem};
use crate::error::{Error, Kind, Result};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    Bool(bool),
    Int(i64),
    /// What no `Int` can hold: 2^63 and above.
    UInt(u64),
    Float(f64),
    Complex(C128),
}

impl Scalar {
    pub fn category(self) -> Category {
        match self {
            Scalar::Bool(_) => Category::Bool,
            Scalar::Int(_) | Scalar::UInt(_) => Category::Int,
            Scalar::Float(_) => Category::Float,
            Scalar::Complex(_) => Category::Complex,
        }
    }
    pub fn to_f64(self) -> f64 {
        match self {
            Scalar::Bool(b) => b as u8 as f64,
            Scalar::Int(i) => i as f64,
            Scalar::UInt(u) => u as f64,
            Scalar::Float(f) => f,
            Scalar::Complex(c) => c.re,
        }
    }
    pub fn to_i64(self) -> i64 {
        match self {
            Scalar::Bool(b) => b as i64,
            Scalar::Int(i) => i,
            // the bits of it, as in C
            Scalar::UInt(u) => u as i64,
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
            Scalar::UInt(u) => T::from_u64(u),
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
        matches!(self, Scalar::Bool(_) | Scalar::Int(_) | Scalar::UInt(_))
    }
    /// The number itself if a tensor of `dtype` can hold it: integers within range (a negative one wraps once into an
    /// unsigned type), floats that are not beyond the largest, nothing imaginary in real types.
    #[inline(always)]
    pub fn fit(self, dtype: DType) -> Result<Scalar> {
        if self.fits(dtype) { Ok(self) } else { Err(overflow(dtype)) }
    }
    /// As [`Scalar::fit`], as an operand of a sum that is carried in a wider type: the halves in float32.
    #[inline]
    pub fn fit_wide(self, dtype: DType) -> Result<Scalar> {
        self.fit(if dtype.is_half() { DType::F32 } else { dtype })
    }
    /// What int64 cannot hold as a float: a tensor made of a number has a signed dtype.
    pub fn signed(self) -> Scalar {
        if let Scalar::UInt(u) = self { Scalar::Float(u as f64) } else { self }
    }
    /// The number as a half type holds it.
    pub fn rounded(self, dtype: DType) -> Scalar {
        match dtype {
            DType::F16 => Scalar::Float(self.to::<super::F16>().to_f64()),
            DType::BF16 => Scalar::Float(self.to::<super::BF16>().to_f64()),
            _ => self,
        }
    }
    /// Whether a half type holds the number as it is.
    pub fn is_half(self, dtype: DType) -> bool {
        let (whole, half) = (self.to::<f64>(), self.rounded(dtype).to::<f64>());
        whole == half || whole.is_nan()
    }
    /// Whether [`Scalar::fit`] has nothing to say.
    #[inline]
    pub fn fits(self, dtype: DType) -> bool {
        let within = |v: f64, limit: f64| !v.is_finite() || v.abs() <= limit;
        match (dtype, self) {
            (DType::Bool, _) => true,
            (DType::C64, Scalar::Complex(c)) => {
                within(c.re, f32::MAX as f64) && within(c.im, f32::MAX as f64)
            }
            (DType::C128, _) => true,
            (_, Scalar::Complex(c)) => c.im == 0.0 && Scalar::Float(c.re).fits(dtype),
            (DType::F64, _) => true,
            (DType::F32 | DType::C64, s) => within(s.to_f64(), f32::MAX as f64),
            (DType::F16 | DType::BF16 | DType::F8E4M3 | DType::F8E5M2, s) => {
                within(s.to_f64(), dtype.largest())
            }
            (_, Scalar::Bool(_)) => true,
            (DType::I64, Scalar::Int(_)) => true,
            (d, Scalar::Float(v)) => {
                let (low, high) = d.bounds();
                v <= high as f64 && v >= low as f64
            }
            (d, Scalar::UInt(v)) => v as i128 <= d.bounds().1,
            (d, s) => {
                let ((low, high), v) = (d.bounds(), s.to_i64() as i128);
                v <= high && v >= if low == 0 { -high } else { low }
            }
        }
    }
    /// The dtype of a 0-d tensor made of this number.
    pub fn dtype(self, default_float: DType) -> DType {
        match self {
            Scalar::Bool(_) => DType::Bool,
            Scalar::Int(_) | Scalar::UInt(_) => DType::I64,
            Scalar::Float(_) => default_float,
            Scalar::Complex(_) => default_float.to_complex(),
        }
    }
}

#[cold]
fn overflow(dtype: DType) -> Error {
    let name = dtype.fixed_name();
    Error::new(Kind::Runtime, format!("value cannot be converted to type {name} without overflow"))
}

/// With the formatter's precision: `format!("{:.3}", loss.item()?)`.
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Bool(v) => fmt::Display::fmt(v, f),
            Scalar::Int(v) => fmt::Display::fmt(v, f),
            Scalar::UInt(v) => fmt::Display::fmt(v, f),
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
