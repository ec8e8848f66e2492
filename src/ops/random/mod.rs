//! Elements by chance.

pub mod law;

pub mod discrete;
pub mod fill;
pub mod gamma;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[discrete::TABLE, fill::TABLE, gamma::TABLE];
