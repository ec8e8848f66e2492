//! What the library can do. One file per family; each exports its rows as `TABLE`.

pub mod op;
pub mod table;

pub mod activation;
pub mod activation_rows;
pub mod activation_smooth;
pub mod along;
pub mod binary;
pub mod compare;
pub mod complex;
pub mod copy;
pub mod create;
pub mod division;
pub mod difference;
pub mod distance;
pub mod elementwise;
pub mod extreme;
pub mod gather;
pub mod index;
pub mod index_rows;
pub mod inplace;
pub mod join;
pub mod logic;
pub mod loss_pointwise;
pub mod loss_rows;
pub mod mask;
pub mod matmul;
pub mod moments;
pub mod norm;
pub mod pick;
pub mod point;
pub mod pow;
pub mod predicates;
pub mod product;
pub mod quantile;
pub mod reduce;
pub mod round;
pub mod rounding;
pub mod scan;
pub mod scatter;
pub mod search;
pub mod select;
pub mod shape;
pub mod softmax;
pub mod sort;
pub mod ternary;
pub mod trig;
pub mod truth;
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
    activation::TABLE,
    activation_rows::TABLE,
    binary::ALPHA_TABLE,
    binary::TABLE,
    compare::TABLE,
    complex::TABLE,
    copy::TABLE,
    create::TABLE,
    difference::TABLE,
    distance::TABLE,
    division::TABLE,
    division::whole::TABLE,
    extreme::TABLE,
    gather::TABLE,
    index_rows::TABLE,
    join::TABLE,
    logic::TABLE,
    logic::UNARY_TABLE,
    loss_rows::TABLE,
    mask::TABLE,
    matmul::TABLE,
    moments::TABLE,
    norm::TABLE,
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
    view::TABLE,
];
