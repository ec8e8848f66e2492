//! The same elements seen or laid otherwise; nothing is computed.

pub mod join;
pub mod part;
pub mod repeat;
pub mod resize;
pub mod view;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[join::TABLE, part::TABLE, repeat::TABLE, view::TABLE];
