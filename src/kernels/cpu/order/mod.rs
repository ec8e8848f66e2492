//! Elements by size.

pub mod sort;
