//! Rows of a table by index: one for each index, or those of a bag together.

pub mod bag;
pub mod table;

pub use table::{embedding, embedding_backward, first_bad_index};
