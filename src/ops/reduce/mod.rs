//! Along axes: fewer elements, or running ones.

pub mod axes;

pub mod all_any;
pub mod extreme;
pub mod hash;
pub mod norm;
pub mod scan;
pub mod softmax;
pub mod sum;
pub mod variance;

#[cfg(test)]
mod tests;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[
    all_any::TABLE,
    extreme::TABLE,
    hash::TABLE,
    norm::TABLE,
    scan::TABLE,
    softmax::TABLE,
    sum::TABLE,
    variance::TABLE,
];
