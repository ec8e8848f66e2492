//! What the library can do. One file per family; each exports its rows as `TABLE`.

pub mod op;
pub mod table;

pub mod binary;
pub mod complex;
pub mod copy;
pub mod elementwise;
pub mod index;
pub mod inplace;
pub mod reduce;
pub mod scatter;
pub mod shape;
pub mod unary;
pub mod view;

mod calculus;

pub use calculus::CALCULUS;

/// The rows of every file.
pub const TABLES: &[&[table::OpDef]] = &[unary::TABLE, binary::TABLE, copy::TABLE, view::TABLE, reduce::TABLE];
