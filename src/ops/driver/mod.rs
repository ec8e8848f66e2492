//! How any op runs; no op is named here.

pub mod op;

pub mod in_place;

pub mod calculus;

pub mod recompute;
