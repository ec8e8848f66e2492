//! Tables whose rows are looked up ([`table`]), and bags of rows ([`bag`]).

pub mod bag;
pub mod table;
