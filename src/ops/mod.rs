//! What the library can do. One file per family; each exports its rows as `TABLE`.

pub mod op;
pub mod table;

pub mod activation;
pub mod activation_rows;
pub mod activation_smooth;
pub mod binary;
pub mod compare;
pub mod complex;
pub mod copy;
pub mod division;
pub mod elementwise;
pub mod inplace;
pub mod logic;
pub mod loss_pointwise;
pub mod loss_rows;
pub mod point;
pub mod pow;
pub mod predicates;
pub mod reduce;
pub mod round;
pub mod rounding;
pub mod scatter;
pub mod shape;
pub mod ternary;
pub mod trig;
pub mod unary;
pub mod view;

mod calculus;

pub use calculus::CALCULUS;

/// The rows of every file.
pub const TABLES: &[&[table::OpDef]] = &[
    activation::TABLE,
    activation_rows::TABLE,
    binary::ALPHA_TABLE,
    binary::TABLE,
    compare::TABLE,
    predicates::TABLE,
    copy::TABLE,
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
    unary::TABLE,
    view::TABLE,
];
