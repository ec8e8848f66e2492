//! Walking the graph: grad modes, the engine, accumulation. Knows nodes and tensors but no op by name; the
//! differentiable functions the engine needs come in as [`Calculus`].

mod calculus;
mod engine;
mod forward;
mod mode;

pub use calculus::Calculus;
pub use engine::{Request, current, evaluate, run, watch_reach};
pub use forward::{depends, push, reaches};
pub use mode::{
    GradMode, ModeGuard, anomaly, enable_grad, enter_forward, grad_enabled, in_forward, inference_mode, mode,
    no_grad, set_anomaly, set_mode,
};
