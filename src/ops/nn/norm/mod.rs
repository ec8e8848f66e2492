//! Normalisation.

pub mod grad;
pub mod op;
pub mod rows;
