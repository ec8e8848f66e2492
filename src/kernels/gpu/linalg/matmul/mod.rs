//! Matrix products. A [`Product`] says in a few functions of WGSL how elements of its sides are found and where results go;
//! the ways of computing it ([`tile`], [`naive`], [`gemv`]) know nothing else of it, so that a convolution, whose right side
//! is never laid out in memory, takes the same ways. [`ways`] chooses among them.

mod problem;

mod gemv;
mod naive;
mod tile;

mod finish;
mod ways;

mod drive;

pub use drive::{Added, Stack, multiply};
pub use problem::{ARGS, Along, Product, Side};
pub use ways::run;
