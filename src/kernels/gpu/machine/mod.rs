//! What all shaders share: how an operand of a dtype is read and written ([`operand`]), how loops over layouts are written
//! ([`walk`]), how a shader is made once and launched often ([`launch`]), how a result is written element by element
//! ([`each`], [`element`]) or pixel by pixel ([`pixels`]), what becomes of bad indices ([`fault`]) and of values that meet at
//! one place ([`meet`]).

#[cfg(all(test, feature = "gpu"))]
pub mod check;
pub mod each;
pub mod element;
pub mod fault;
pub mod launch;
pub mod meet;
pub mod operand;
pub mod pixels;
pub mod walk;

pub use element::Elements;
pub use launch::{Kernel, grid};
pub use operand::{Place, Scratch};
pub use pixels::{Five, Pixels};
