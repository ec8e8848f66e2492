//! What the library can do. One file per family; each exports its rows as `TABLE`.

pub mod op;
pub mod optim;
pub mod table;

pub mod arrange;
pub mod attention;
pub mod activation;
pub mod activation_rows;
pub mod activation_smooth;
pub mod along;
pub mod axiswise;
pub mod binary;
pub mod binary_math;
pub mod compare;
pub mod classify;
pub mod complex;
pub mod conv;
pub mod convolution;
pub mod complex_parts;
pub mod copy;
pub mod create;
pub mod einsum;
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
pub mod loss_margin;
pub mod loss_pointwise;
pub mod loss_rows;
pub mod mask;
pub mod matmul;
pub mod moments;
pub mod point;
pub mod pow;
pub mod predicates;
pub mod quantile;
pub mod reduce;
pub mod round;
pub mod rounding;
pub mod scatter;
pub mod shape;
pub mod norm;
pub mod fft;
pub mod fold;
pub mod gather;
pub mod images;
pub mod index_rows;
pub mod join;
pub mod linear;
pub mod loss;
pub mod losses;
pub mod nnnorm;
pub mod normalization;
pub mod pad;
pub mod pick;
pub mod pool;
pub mod pooling;
pub mod product;
pub mod random;
pub mod scan;
pub mod softmax;
pub mod special;
pub mod special_rows;
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
    unary::TABLE,
    arrange::TABLE,
    activation::TABLE,
    activation_rows::TABLE,
    binary::ALPHA_TABLE,
    binary::TABLE,
    binary_math::TABLE,
    binary_math::double::TABLE,
    compare::TABLE,
    complex::TABLE,
    complex_parts::TABLE,
    copy::TABLE,
    create::TABLE,
    einsum::TABLE,
    division::TABLE,
    division::whole::TABLE,
    logic::TABLE,
    logic::UNARY_TABLE,
    loss_rows::TABLE,
    pow::TABLE,
    reduce::TABLE,
    round::TABLE,
    rounding::TABLE,
    ternary::TABLE,
    trig::TABLE,
    view::TABLE,
    attention::TABLE,
    extreme::TABLE,
    truth::TABLE,
    moments::TABLE,
    norm::TABLE,
    scan::TABLE,
    search::TABLE,
    select::TABLE,
    softmax::TABLE,
    convolution::TABLE,
    sort::TABLE,
    unique::TABLE,
    difference::TABLE,
    distance::TABLE,
    division::whole::TABLE,
    dropout::TABLE,
    embedding::TABLE,
    fft::TABLE,
    fold::TABLE,
    gather::TABLE,
    index_rows::TABLE,
    join::TABLE,
    logic::UNARY_TABLE,
    linear::TABLE,
    loss::TABLE,
    logic::UNARY_TABLE,
    loss_margin::TABLE,
    mask::TABLE,
    matmul::TABLE,
    predicates::TABLE,
    special::TABLE,
    special::alone::TABLE,
    special_rows::TABLE,
    random::TABLE,
    normalization::TABLE,
    pad::TABLE,
    pooling::TABLE,
    quantile::TABLE,
    scatter::TABLE,
    types::TABLE,
    optim::TABLE,
    upsample::TABLE,
];
