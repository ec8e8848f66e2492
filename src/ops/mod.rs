//! What the library can do. One file per family; each exports its rows as `TABLE`.

pub mod op;
pub mod table;

pub mod arrange;
pub mod binary;
pub mod complex;
pub mod copy;
pub mod create;
pub mod einsum;
pub mod elementwise;
pub mod extreme;
pub mod gather;
pub mod index;
pub mod index_rows;
pub mod inplace;
pub mod join;
pub mod mask;
pub mod matmul;
pub mod moments;
pub mod need;
pub mod norm;
pub mod pick;
pub mod product;
pub mod random;
pub mod reduce;
pub mod scan;
pub mod scatter;
pub mod shape;
pub mod softmax;
pub mod truth;
pub mod types;
pub mod unary;
pub mod view;

mod calculus;
#[cfg(test)]
mod reduce_tests;

pub use calculus::CALCULUS;

/// The rows of every file.
pub const TABLES: &[&[table::OpDef]] = &[
    unary::TABLE,
    arrange::TABLE,
    binary::TABLE,
    copy::TABLE,
    create::TABLE,
    einsum::TABLE,
    extreme::TABLE,
    gather::TABLE,
    index_rows::TABLE,
    join::TABLE,
    mask::TABLE,
    matmul::TABLE,
    moments::TABLE,
    norm::TABLE,
    random::TABLE,
    reduce::TABLE,
    scan::TABLE,
    scatter::TABLE,
    softmax::TABLE,
    truth::TABLE,
    types::TABLE,
    view::TABLE,
];
