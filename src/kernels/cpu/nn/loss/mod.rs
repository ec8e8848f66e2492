//! Losses.

pub mod beside;
pub mod class;
pub mod ctc;
pub mod terms;
