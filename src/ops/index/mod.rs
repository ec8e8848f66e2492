//! Elements by position and by mask.

pub mod axis;
pub mod gather;
pub mod item;
pub mod mask;
pub mod pick;

/// The rows of every file.
pub const TABLES: &[&[crate::ops::table::OpDef]] = &[axis::TABLE, gather::TABLE, mask::TABLE];
