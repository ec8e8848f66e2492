//! What the library can do, in thirteen wings. A file imports from the wings above its own in this list, and from its own;
//! formulas are written in methods of `Tensor`, which need no import (`tests/layers.rs` checks both).

/// How a row is called, from Python and from Rust.
pub mod table;

/// How any op runs; no op is named there.
pub mod driver;

/// Tensors made of nothing, or of another one.
pub mod create;

/// The same elements seen or laid otherwise; nothing is computed.
pub mod shape;

/// Each element by itself.
pub mod elementwise;

/// Along axes: fewer elements, or running ones.
pub mod reduce;

/// Elements by position and by mask.
pub mod index;

/// Elements by size.
pub mod order;

/// Elements by chance.
pub mod random;

/// Matrices.
pub mod linalg;

/// Elements in time.
pub mod signal;

/// Layers.
pub mod nn;

/// Pictures: boxes, and regions of feature maps.
pub mod vision;

/// Fused steps over lists of parameters.
pub mod optim;

pub use driver::calculus::CALCULUS;

/// The rows of every wing.
pub const WINGS: &[&[table::Table]] = &[
    create::TABLES,
    shape::TABLES,
    elementwise::TABLES,
    reduce::TABLES,
    index::TABLES,
    order::TABLES,
    random::TABLES,
    linalg::TABLES,
    signal::TABLES,
    nn::TABLES,
    vision::TABLES,
    &[optim::TABLE],
];
