//! How any op runs; no op is named here.

pub mod op;

pub mod memory;

pub mod apply;

pub mod strided;

pub mod view;

pub mod in_place;

pub mod calculus;

pub mod recompute;
