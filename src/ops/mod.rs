//! What the library can do. One file per family; each exports its rows as `TABLE`.

pub mod op;
pub mod table;

pub mod attention;
pub mod axiswise;
pub mod binary;
pub mod classify;
pub mod complex;
pub mod conv;
pub mod convolution;
pub mod copy;
pub mod create;
pub mod dropout;
pub mod elementwise;
pub mod embedding;
pub mod extreme;
pub mod fold;
pub mod gather;
pub mod images;
pub mod index;
pub mod index_rows;
pub mod inplace;
pub mod join;
pub mod linear;
pub mod loss;
pub mod losses;
pub mod mask;
pub mod matmul;
pub mod moments;
pub mod need;
pub mod nnnorm;
pub mod norm;
pub mod normalization;
pub mod pad;
pub mod pick;
pub mod pool;
pub mod pooling;
pub mod product;
pub mod reduce;
pub mod scan;
pub mod scatter;
pub mod shape;
pub mod softmax;
pub mod truth;
pub mod types;
pub mod unary;
pub mod upsample;
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
    attention::TABLE,
    convolution::TABLE,
    create::TABLE,
    dropout::TABLE,
    embedding::TABLE,
    extreme::TABLE,
    fold::TABLE,
    gather::TABLE,
    index_rows::TABLE,
    join::TABLE,
    linear::TABLE,
    loss::TABLE,
    mask::TABLE,
    matmul::TABLE,
    moments::TABLE,
    norm::TABLE,
    normalization::TABLE,
    pad::TABLE,
    pooling::TABLE,
    reduce::TABLE,
    scan::TABLE,
    softmax::TABLE,
    truth::TABLE,
    types::TABLE,
    upsample::TABLE,
];
