//! What all shaders share: how an operand of a dtype is read and written ([`operand`]), how loops over layouts are written
//! ([`walk`]), how a shader is made once and launched often ([`launch`]), and the loop over a
//! result's elements ([`element`]).

#[cfg(all(test, feature = "gpu"))]
pub mod check;
pub mod element;
pub mod launch;
pub mod operand;
pub mod walk;

pub use element::Elements;
pub use launch::{Kernel, grid};
pub use operand::Place;
