//! What the library can do. One file per family; each exports its rows as `TABLE`.

pub mod op;
pub mod table;

pub mod binary;
pub mod complex;
pub mod copy;
pub mod elementwise;
<<<<<<< HEAD
pub mod index;
=======
pub mod extreme;
>>>>>>> ops-reduce
pub mod inplace;
pub mod logic;
pub mod moments;
pub mod need;
pub mod norm;
pub mod reduce;
pub mod scan;
pub mod scatter;
pub mod shape;
pub mod softmax;
pub mod unary;
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
    logic::TABLE,
    moments::TABLE,
    norm::TABLE,
    reduce::TABLE,
    scan::TABLE,
    softmax::TABLE,
];
