//! How any op runs; no op is named here.

pub mod op;

pub mod batch;

pub mod memory;

pub mod place;

pub mod apply;

pub mod map;

pub mod strided;

pub mod view;

pub mod in_place;

pub mod calculus;

pub mod recompute;

pub mod samples;

pub mod autocast;
