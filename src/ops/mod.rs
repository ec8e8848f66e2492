//! What the library can do. One file per family; each exports its rows as `TABLE`.

pub mod op;
pub mod optim;
pub mod table;

pub mod activation;
pub mod activation_rows;
pub mod activation_smooth;
pub mod attention;
pub mod axiswise;
pub mod arrange;
pub mod binary;
pub mod along;
pub mod binary_math;
pub mod compare;
pub mod classify;
pub mod complex;
pub mod conv;
pub mod convolution;
pub mod complex_parts;
pub mod copy;
pub mod create;
pub mod ctc;
pub mod division;
pub mod einsum;
pub mod difference;
pub mod distance;
pub mod dropout;
pub mod elementwise;
pub mod embedding;
pub mod embedding_bag;
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
pub mod random;
pub mod reduce;
pub mod round;
pub mod rounding;
pub mod scatter;
pub mod shape;
pub mod norm;
pub mod fft;
pub mod fold;
pub mod fractional;
pub mod gather;
pub mod grid;
pub mod gradient;
pub mod histogram;
pub mod images;
pub mod index_rows;
pub mod join;
pub mod linear;
pub mod loss;
pub mod margin;
pub mod nnnorm;
pub mod nnnorm_grad;
pub mod normalization;
pub mod pad;
pub mod pick;
pub mod pool;
pub mod pooling;
pub mod pooling_args;
pub mod product;
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
pub mod shuffle;
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
    binary::TABLE,
    copy::TABLE,
    view::TABLE,
    activation::TABLE,
    activation_rows::TABLE,
    arrange::TABLE,
    binary::ALPHA_TABLE,
    binary_math::HEAVISIDE_TABLE,
    binary_math::TABLE,
    binary_math::double::TABLE,
    compare::TABLE,
    complex::TABLE,
    complex_parts::TABLE,
    create::TABLE,
    einsum::TABLE,
    predicates::TABLE,
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
    attention::TABLE,
    convolution::TABLE,
    ctc::TABLE,
    sort::TABLE,
    unique::TABLE,
    difference::TABLE,
    distance::TABLE,
    dropout::TABLE,
    embedding::TABLE,
    embedding_bag::TABLE,
    extreme::TABLE,
    fft::TABLE,
    fold::TABLE,
    fractional::TABLE,
    gather::TABLE,
    grid::TABLE,
    gradient::TABLE,
    histogram::TABLE,
    index_rows::TABLE,
    join::TABLE,
    linear::TABLE,
    loss::TABLE,
    margin::TABLE,
    mask::TABLE,
    matmul::TABLE,
    moments::TABLE,
    norm::TABLE,
    random::TABLE,
    scatter::TABLE,
    types::TABLE,
    normalization::TABLE,
    pad::TABLE,
    pooling::TABLE,
    scan::TABLE,
    search::TABLE,
    select::TABLE,
    shuffle::TABLE,
    softmax::TABLE,
    truth::TABLE,
    loss_margin::TABLE,
    special::TABLE,
    special::alone::TABLE,
    special_rows::TABLE,
    quantile::TABLE,
    optim::TABLE,
    upsample::TABLE,
];
