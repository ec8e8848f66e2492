//! Each element by itself.

pub mod block;
pub mod clib;
pub mod math;
pub mod special;
pub mod staged;
