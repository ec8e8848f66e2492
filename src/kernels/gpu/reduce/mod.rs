//! Reductions along axes, and running ones. All but the running ones are a [`fold::Fold`]: a state and what is said of it.

pub mod arg;
pub mod extrema;
pub mod fold;
pub mod moments;
pub mod scan;
pub mod softmax;
pub mod sums;

use crate::base::DType;
use crate::error::{Error, Kind, Result};

/// The dtype in which floats are computed by functions that WGSL has for float32 alone.
pub fn single(op: &str, dtype: DType) -> Result<DType> {
    match dtype {
        DType::F32 | DType::F16 | DType::BF16 => Ok(DType::F32),
        other => {
            let text = format!(
                "\"{op}\" not implemented for '{}' on a GPU: it works on float32, float16 and bfloat16; .cpu() has a kernel",
                other.scalar_name()
            );
            Err(Error::new(Kind::NotImplemented, text))
        }
    }
}

/// What sums of a dtype are accumulated in.
pub fn wide(op: &str, dtype: DType) -> Result<DType> {
    match dtype {
        DType::F32 | DType::F64 | DType::C64 => Ok(dtype),
        DType::F16 | DType::BF16 => Ok(DType::F32),
        d if d.is_integral() => Ok(DType::I64),
        _ => single(op, dtype),
    }
}
