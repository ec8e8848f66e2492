//! Matrices.

pub mod matrix;

pub mod contract;
pub mod covariance;
pub mod distance;
pub mod einsum;
pub mod matmul;

pub mod triangle;

pub mod chain;
pub mod cholesky;
pub mod determinant;
pub mod eigen;
pub mod function;
pub mod inverse;
pub mod ldl;
pub mod lstsq;
pub mod lu;
pub mod norm;
pub mod qr;
pub mod solve;
pub mod svd;
pub mod vector;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[
    chain::TABLE,
    cholesky::TABLE,
    contract::TABLE,
    covariance::TABLE,
    determinant::TABLE,
    distance::TABLE,
    eigen::TABLE,
    einsum::TABLE,
    function::TABLE,
    inverse::TABLE,
    ldl::TABLE,
    lstsq::TABLE,
    lu::TABLE,
    matmul::rows::TABLE,
    norm::TABLE,
    qr::TABLE,
    solve::TABLE,
    svd::TABLE,
    triangle::TABLE,
    vector::TABLE,
];
