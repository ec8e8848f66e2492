//! What the library can do. One file per family; each exports its rows as `TABLE`.

pub mod op;
pub mod table;

pub mod activation;
pub mod activation_rows;
pub mod activation_smooth;
pub mod along;
pub mod axiswise;
pub mod binary;
pub mod compare;
pub mod classify;
pub mod complex;
pub mod conv;
pub mod convolution;
pub mod copy;
pub mod create;
pub mod division;
pub mod difference;
pub mod distance;
pub mod dropout;
pub mod elementwise;
pub mod embedding;
pub mod extreme;
pub mod index;
pub mod inplace;
pub mod logic;
pub mod loss_pointwise;
pub mod loss_rows;
pub mod point;
pub mod pow;
pub mod predicates;
pub mod quantile;
pub mod reduce;
pub mod round;
pub mod rounding;
pub mod scatter;
pub mod shape;
pub mod moments;
pub mod norm;
pub mod fold;
pub mod gather;
pub mod gradient;
pub mod histogram;
pub mod images;
pub mod index_rows;
pub mod join;
pub mod loss;
pub mod losses;
pub mod mask;
pub mod matmul;
pub mod nnnorm;
pub mod normalization;
pub mod pad;
pub mod pick;
pub mod pool;
pub mod pooling;
pub mod product;
pub mod scan;
pub mod softmax;
pub mod ternary;
pub mod trig;
pub mod truth;
pub mod types;
pub mod unary;
pub mod upsample;
pub mod search;
pub mod select;
pub mod sort;
pub mod unique;
pub mod view;

mod calculus;
#[cfg(test)]
mod reduce_tests;

pub use calculus::CALCULUS;

/// The rows of every file.
pub const TABLES: &[&[table::OpDef]] = &[
    activation::TABLE,
    activation_rows::TABLE,
    binary::ALPHA_TABLE,
    binary::TABLE,
    compare::TABLE,
    complex::TABLE,
    convolution::TABLE,
    copy::TABLE,
    create::TABLE,
    difference::TABLE,
    distance::TABLE,
    division::TABLE,
    division::whole::TABLE,
    dropout::TABLE,
    embedding::TABLE,
    extreme::TABLE,
    fold::TABLE,
    gather::TABLE,
    gradient::TABLE,
    histogram::TABLE,
    index_rows::TABLE,
    join::TABLE,
    logic::TABLE,
    logic::UNARY_TABLE,
    loss::TABLE,
    loss_rows::TABLE,
    mask::TABLE,
    matmul::TABLE,
    moments::TABLE,
    norm::TABLE,
    normalization::TABLE,
    pad::TABLE,
    pooling::TABLE,
    pow::TABLE,
    predicates::TABLE,
    quantile::TABLE,
    reduce::TABLE,
    round::TABLE,
    rounding::TABLE,
    scan::TABLE,
    search::TABLE,
    select::TABLE,
    softmax::TABLE,
    sort::TABLE,
    ternary::TABLE,
    trig::TABLE,
    truth::TABLE,
    types::TABLE,
    unary::TABLE,
    unique::TABLE,
    upsample::TABLE,
    view::TABLE,
];
