//! Elements moved.

pub mod copy;
pub mod transpose;
pub mod weave;
