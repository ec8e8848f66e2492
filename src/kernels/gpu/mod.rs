//! Kernels for graphics cards, at the addresses of their ops. `machine` has what they share: operands in shaders, pipelines,
//! the launch. They are built without the feature `gpu` too, and never reached: no tensor can lie on a card then.

pub mod machine;

// before what is made of it: a copy that converts is an expression, too
pub mod elementwise;

pub mod create;

pub mod shape;

pub mod reduce;

pub mod index;

pub mod order;

pub mod random;

pub mod linalg;

pub mod nn;

pub mod optim;
