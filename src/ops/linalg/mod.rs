//! Matrices.

pub mod chain;
pub mod contract;
pub mod covariance;
pub mod distance;
pub mod einsum;
pub mod matmul;
pub mod norm;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[
    chain::TABLE,
    contract::TABLE,
    covariance::TABLE,
    distance::TABLE,
    einsum::TABLE,
    matmul::rows::TABLE,
    norm::TABLE,
];
