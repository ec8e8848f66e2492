//! Elements moved.

pub mod copy;
pub mod steps;
pub mod transpose;
pub mod weave;
