//! Matrices.

pub mod distance;
pub mod einsum;
pub mod matmul;

/// The rows of every file.
pub const TABLES: &[&[crate::ops::table::OpDef]] = &[distance::TABLE, einsum::TABLE, matmul::rows::TABLE];
