//! Tensors made of nothing, or of another one.

pub mod convert;
pub mod copy;
pub mod fill;
pub mod range;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[convert::TABLE, copy::TABLE, fill::TABLE, range::TABLE];
