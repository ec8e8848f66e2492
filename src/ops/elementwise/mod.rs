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

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[
    arithmetic::TABLE,
    choose::TABLE,
    compare::TABLE,
    complex::TABLE,
    complex_parts::TABLE,
    divide::TABLE,
    exponential::TABLE,
    float::TABLE,
    logic::TABLE,
    power::TABLE,
    predicates::TABLE,
    round::TABLE,
    rounding::TABLE,
    special::error::TABLE,
    special::gamma::TABLE,
    trig::TABLE,
];
