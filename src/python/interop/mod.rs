//! Sharing memory with the outside: NumPy's array interface, the buffer protocol, DLPack.

mod array;
#[allow(unsafe_code)]
mod buffer;
#[allow(unsafe_code)]
mod dlpack;

pub use array::{check_one, from_array};
pub use buffer::storage_bytes;

use pyo3::prelude::*;

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    array::install(m)?;
    dlpack::install(m)
}
