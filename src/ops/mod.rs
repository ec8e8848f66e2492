//! What the library can do. One file per family; each exports its rows as `TABLE`.

pub mod op;
pub mod table;

pub mod binary;
pub mod complex;
pub mod copy;
pub mod create;
pub mod elementwise;
pub mod extreme;
pub mod index;
pub mod inplace;
pub mod truth;
pub mod moments;
pub mod need;
pub mod norm;
pub mod gather;
pub mod index_rows;
pub mod join;
pub mod mask;
pub mod matmul;
pub mod pick;
pub mod product;
pub mod reduce;
pub mod scan;
pub mod scatter;
pub mod search;
pub mod select;
pub mod shape;
pub mod softmax;
pub mod sort;
pub mod types;
pub mod unary;
pub mod unique;
pub mod view;

mod calculus;
#[cfg(test)]
mod reduce_tests;

pub use calculus::CALCULUS;

/// The rows of every file.
pub const TABLES: &[&[table::OpDef]] = &[
    unary::TABLE,
    binary::TABLE,
    copy::TABLE,
    view::TABLE,
    extreme::TABLE,
    truth::TABLE,
    moments::TABLE,
    norm::TABLE,
    reduce::TABLE,
    scan::TABLE,
    search::TABLE,
    select::TABLE,
    softmax::TABLE,
    sort::TABLE,
    unique::TABLE,
    create::TABLE,
    gather::TABLE,
    index_rows::TABLE,
    join::TABLE,
    mask::TABLE,
    matmul::TABLE,
    types::TABLE,
];
