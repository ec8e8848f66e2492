//! Elements by size.

pub mod grid;
pub mod histogram;
pub mod key;
pub mod search;
pub mod select;
pub mod sort;
pub mod unique;
