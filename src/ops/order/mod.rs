//! Elements by size.

pub mod histogram;
pub mod quantile;
pub mod search;
pub mod select;
pub mod sort;
pub mod unique;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] =
    &[histogram::TABLE, quantile::TABLE, search::TABLE, select::TABLE, sort::TABLE, unique::TABLE];
