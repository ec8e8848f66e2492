//! Special functions, by subject.

pub mod bessel;
pub mod error;
pub mod gamma;
pub mod polynomial;
