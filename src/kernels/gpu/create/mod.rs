//! Copies, casts, fills.

pub mod copy;
