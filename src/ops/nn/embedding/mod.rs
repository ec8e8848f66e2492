//! Rows of a table picked by number.

pub mod bag;
pub mod table;
