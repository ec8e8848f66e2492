//! Matrices: products, distances of rows, decompositions.

pub mod distance;
pub mod matmul;

// what decompositions are made of
pub mod columns;
pub mod condition;
pub mod field;
pub mod lanes;
pub mod reflection;
pub mod spectrum;
pub mod triangle;

// eigenvalues and singular values without vectors
pub mod bisection;
pub mod condense;
pub mod qd;
pub mod values;

pub mod cholesky;
pub mod complete;
pub mod determinant;
pub mod eigen;
pub mod inverse;
pub mod ldl;
pub mod lu;
pub mod qr;
pub mod solve;
pub mod svd;
