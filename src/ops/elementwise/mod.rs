//! Each element by itself.

pub mod kind;

pub mod arithmetic;
pub mod bound;
pub mod choose;
pub mod combine;
pub mod compare;
pub mod complex;
pub mod divide;
pub mod exponential;
pub mod float;
pub mod logic;
pub mod power;
pub mod round;
pub mod special;
pub mod trig;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[
    arithmetic::TABLE,
    bound::TABLE,
    choose::TABLE,
    combine::TABLE,
    compare::TABLE,
    complex::TABLE,
    divide::TABLE,
    exponential::TABLE,
    float::TABLE,
    logic::TABLE,
    power::TABLE,
    round::TABLE,
    special::bessel::TABLE,
    special::error::TABLE,
    special::gamma::TABLE,
    special::polynomial::TABLE,
    trig::TABLE,
];
