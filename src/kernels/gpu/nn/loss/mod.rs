//! Losses.

pub mod class;
pub mod terms;
