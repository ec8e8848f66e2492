//! Layers.

pub mod activation;
pub mod attention;
pub mod conv;
pub mod dropout;
pub mod embedding;
pub mod image;
pub mod linear;
pub mod loss;
pub mod norm;
pub mod pool;
pub mod rnn;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[
    activation::gate::TABLE,
    activation::piecewise::TABLE,
    activation::smooth::TABLE,
    attention::rows::TABLE,
    conv::rows::TABLE,
    dropout::TABLE,
    embedding::bag::TABLE,
    embedding::table::TABLE,
    image::fold::TABLE,
    image::grid::TABLE,
    image::pad::TABLE,
    image::shuffle::TABLE,
    image::upsample::TABLE,
    linear::TABLE,
    loss::class::TABLE,
    loss::ctc::TABLE,
    loss::divergence::TABLE,
    loss::margin::TABLE,
    loss::regression::TABLE,
    norm::rows::TABLE,
    pool::fractional::TABLE,
    pool::rows::TABLE,
    rnn::op::TABLE,
];
