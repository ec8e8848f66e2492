//! Special functions of mathematical physics in double precision, one element at a time: series where they
//! converge, asymptotic expansions and continued fractions elsewhere, Newton's method for inverses.

mod bessel;
mod error;
mod gamma;
mod implicit;
mod plain;
mod polynomial;

pub use super::clib::{j0, j1, lgamma, y0, y1};
pub use bessel::*;
pub use error::*;
pub use gamma::*;
pub use implicit::*;
pub use plain::*;
pub use polynomial::*;
