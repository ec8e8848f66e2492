//! Losses.

pub mod class;
pub mod ctc;
pub mod terms;
