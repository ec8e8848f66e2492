//! Losses.

pub mod class;
pub mod ctc;
pub mod divergence;
pub mod margin;
pub mod multi_margin;
pub mod regression;
pub mod terms;
