//! What the machine offers: threads, instruction sets, vectors, numbers, the one strided loop.

#[macro_use]
pub mod simd;
pub mod cast;
pub mod float;
#[cfg(unix)]
pub mod fork;
pub mod iter;
pub mod par;
pub mod stop;
pub mod stream;
pub mod vector;
pub mod walk;
