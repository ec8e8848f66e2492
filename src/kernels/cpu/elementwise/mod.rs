//! Each element by itself.

pub mod block;
pub mod clib;
pub mod math;
pub mod quotient;
pub mod special;
pub mod staged;
