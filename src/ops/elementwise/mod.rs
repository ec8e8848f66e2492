//! Each element by itself.

pub mod along;
pub mod arithmetic;
pub mod choose;
pub mod compare;
pub mod complex;
pub mod complex_parts;
pub mod divide;
pub mod exponential;
pub mod float;
pub mod kind;
pub mod logic;
pub mod power;
pub mod predicates;
pub mod round;
pub mod rounding;
pub mod special;
pub mod trig;

/// The rows of every file.
pub const TABLES: &[&[crate::ops::table::OpDef]] = &[
    arithmetic::ALPHA_TABLE,
    arithmetic::TABLE,
    choose::TABLE,
    compare::TABLE,
    complex::TABLE,
    complex_parts::TABLE,
    divide::TABLE,
    divide::whole::TABLE,
    exponential::TABLE,
    float::HEAVISIDE_TABLE,
    float::TABLE,
    float::double::TABLE,
    logic::TABLE,
    logic::UNARY_TABLE,
    power::TABLE,
    predicates::TABLE,
    round::TABLE,
    rounding::TABLE,
    special::error::TABLE,
    special::error::alone::TABLE,
    special::gamma::TABLE,
    trig::TABLE,
];
