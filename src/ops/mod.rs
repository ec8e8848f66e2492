//! What the library can do. One file per family; each exports its rows as `TABLE`.

pub mod op;
pub mod optim;
pub mod table;

pub mod activation;
pub mod activation_rows;
pub mod activation_smooth;
pub mod along;
pub mod arrange;
pub mod attention;
mod attention_fused;
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
pub mod fft;
pub mod fold;
pub mod fractional;
pub mod gather;
pub mod gradient;
pub mod grid;
pub mod histogram;
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
pub mod nnnorm_grad;
pub mod norm;
pub mod normalization;
pub mod pad;
pub mod pick;
pub mod point;
pub mod pool;
pub mod pooling;
pub mod pooling_args;
pub mod pow;
pub mod predicates;
pub mod product;
pub mod quantile;
pub mod random;
pub mod recompute;
pub mod reduce;
pub mod rnn;
mod rnn_composed;
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
    activation::TABLE,
    activation_rows::TABLE,
    arrange::TABLE,
    attention::TABLE,
    binary::ALPHA_TABLE,
    binary::TABLE,
    binary_math::HEAVISIDE_TABLE,
    binary_math::TABLE,
    binary_math::double::TABLE,
    compare::TABLE,
    complex::TABLE,
    complex_parts::TABLE,
    convolution::TABLE,
    copy::TABLE,
    create::TABLE,
    ctc::TABLE,
    difference::TABLE,
    distance::TABLE,
    division::TABLE,
    division::whole::TABLE,
    dropout::TABLE,
    einsum::TABLE,
    embedding::TABLE,
    embedding_bag::TABLE,
    extreme::TABLE,
    fft::TABLE,
    fold::TABLE,
    fractional::TABLE,
    gather::TABLE,
    gradient::TABLE,
    grid::TABLE,
    histogram::TABLE,
    index_rows::TABLE,
    join::TABLE,
    linear::TABLE,
    logic::TABLE,
    logic::UNARY_TABLE,
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
    rnn::TABLE,
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
    special::alone::TABLE,
    special_rows::TABLE,
    ternary::TABLE,
    trig::TABLE,
    truth::TABLE,
    types::TABLE,
    unary::TABLE,
    unique::TABLE,
    upsample::TABLE,
    view::TABLE,
];
