//! What all shaders share: how an operand of a dtype is read and written ([`operand`]), how loops over layouts are written
//! ([`walk`], and over images [`pixels`]), how a shader is made once and launched often ([`launch`]).

pub mod launch;
pub mod operand;
pub mod pixels;
pub mod walk;

pub use launch::{Kernel, grid};
pub use operand::{Place, Scratch};
pub use pixels::{Five, Pixels};
