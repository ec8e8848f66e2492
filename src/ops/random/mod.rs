//! Elements by chance.

pub mod fill;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[fill::TABLE];
