//! Kernels for graphics cards, at the addresses of their ops. `machine` has what they share: operands in shaders, pipelines,
//! the launch. They are built without the feature `gpu` too, and never reached: no tensor can lie on a card then.

pub mod machine;

pub mod create;

pub mod shape;

pub mod elementwise;

pub mod index;

pub mod random;

pub mod optim;

pub mod nn;
