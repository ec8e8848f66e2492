//! What the library can do. One file per family; each exports its rows as `TABLE`.

pub mod op;
pub mod table;

pub mod activation;
pub mod activation_rows;
pub mod activation_smooth;
pub mod along;
pub mod arrange;
pub mod attention;
pub mod axiswise;
pub mod binary;
pub mod binary_math;
pub mod classify;
pub mod compare;
pub mod complex;
pub mod complex_parts;
pub mod conv;
pub mod convolution;
pub mod copy;
pub mod create;
pub mod ctc;
pub mod difference;
pub mod distance;
pub mod division;
pub mod dropout;
pub mod einsum;
pub mod elementwise;
pub mod embedding;
pub mod embedding_bag;
pub mod extreme;
pub mod fold;
pub mod fractional;
pub mod gather;
pub mod grid;
pub mod images;
pub mod index;
pub mod index_rows;
pub mod inplace;
pub mod join;
pub mod linear;
pub mod logic;
pub mod loss;
pub mod loss_margin;
pub mod loss_pointwise;
pub mod loss_rows;
pub mod margin;
pub mod mask;
pub mod matmul;
pub mod moments;
pub mod nnnorm;
pub mod norm;
pub mod normalization;
pub mod optim;
pub mod pad;
pub mod pick;
pub mod point;
pub mod pool;
pub mod pooling;
pub mod pow;
pub mod predicates;
pub mod product;
pub mod quantile;
pub mod random;
pub mod reduce;
pub mod round;
pub mod rounding;
pub mod scan;
pub mod scatter;
pub mod search;
pub mod select;
pub mod shape;
pub mod shuffle;
pub mod softmax;
pub mod sort;
pub mod special;
pub mod special_rows;
pub mod ternary;
pub mod trig;
pub mod truth;
pub mod types;
pub mod unary;
pub mod unique;
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
    activation::TABLE,
    activation_rows::TABLE,
    arrange::TABLE,
    attention::TABLE,
    binary_math::TABLE,
    compare::TABLE,
    complex::TABLE,
    complex_parts::TABLE,
    convolution::TABLE,
    create::TABLE,
    ctc::TABLE,
    difference::TABLE,
    distance::TABLE,
    division::TABLE,
    dropout::TABLE,
    einsum::TABLE,
    embedding::TABLE,
    embedding_bag::TABLE,
    extreme::TABLE,
    fold::TABLE,
    fractional::TABLE,
    gather::TABLE,
    grid::TABLE,
    index_rows::TABLE,
    join::TABLE,
    linear::TABLE,
    logic::TABLE,
    loss::TABLE,
    loss_margin::TABLE,
    loss_rows::TABLE,
    margin::TABLE,
    mask::TABLE,
    matmul::TABLE,
    moments::TABLE,
    norm::TABLE,
    normalization::TABLE,
    optim::TABLE,
    pad::TABLE,
    pooling::TABLE,
    pow::TABLE,
    predicates::TABLE,
    quantile::TABLE,
    random::TABLE,
    reduce::TABLE,
    round::TABLE,
    rounding::TABLE,
    scan::TABLE,
    scatter::TABLE,
    search::TABLE,
    select::TABLE,
    shuffle::TABLE,
    softmax::TABLE,
    sort::TABLE,
    special::TABLE,
    special_rows::TABLE,
    ternary::TABLE,
    trig::TABLE,
    truth::TABLE,
    types::TABLE,
    unique::TABLE,
    upsample::TABLE,
];
