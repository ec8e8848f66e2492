//! The same elements seen or laid otherwise; nothing is computed.

pub mod copies;
pub mod join;
pub mod pad;
pub mod part;
pub mod permute;
pub mod repeat;
pub mod resize;
pub mod roll;
pub mod slice;
pub mod split;
pub mod triangle;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[
    copies::TABLE,
    join::TABLE,
    pad::TABLE,
    part::TABLE,
    permute::TABLE,
    repeat::TABLE,
    resize::TABLE,
    roll::TABLE,
    slice::TABLE,
    split::TABLE,
    triangle::TABLE,
];
