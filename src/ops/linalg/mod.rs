//! Matrices.

pub mod distance;
pub mod einsum;
pub mod matmul;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[distance::TABLE, einsum::TABLE, matmul::rows::TABLE];
