//! Elements by chance.

pub mod fill;

/// The rows of every file.
pub const TABLES: &[&[crate::ops::table::OpDef]] = &[fill::TABLE];
