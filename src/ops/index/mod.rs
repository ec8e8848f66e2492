//! Elements by position and by mask.

pub mod axis;
pub mod choices;
pub mod gather;
pub mod item;
pub mod mask;
pub mod pick;
pub mod scatter;
pub mod spots;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[axis::TABLE, choices::TABLE, gather::TABLE, mask::TABLE, scatter::TABLE];
