//! Tensors made of nothing, or of another one.

pub mod convert;
pub mod copy;
pub mod fill;

/// The rows of every file.
pub const TABLES: &[&[crate::ops::table::OpDef]] = &[convert::TABLE, copy::TABLE, fill::TABLE];
