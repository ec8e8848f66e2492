//! Special functions, by subject.

pub mod error;
pub mod gamma;
