//! Elements by size.

pub mod histogram;
pub mod search;
pub mod select;
pub mod sort;
pub mod unique;
