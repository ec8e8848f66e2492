//! Elements in time.

pub mod difference;
pub mod fft;
pub mod gradient;

/// The rows of every file.
pub const TABLES: &[&[crate::ops::table::OpDef]] = &[difference::TABLE, fft::TABLE, gradient::TABLE];
