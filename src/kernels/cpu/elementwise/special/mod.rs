//! Special functions of mathematical physics in double precision, one element at a time: series where they
//! converge, asymptotic expansions and continued fractions elsewhere. Those that have a vector form are in `math`.

mod gamma;
mod implicit;
mod polynomial;

pub use super::clib::lgamma;
pub use gamma::*;
pub use implicit::*;
pub use polynomial::*;
