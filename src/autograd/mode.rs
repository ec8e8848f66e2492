//! Whether ops record, per thread.

use std::cell::Cell;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GradMode {
    Record,
    NoGrad,
    Inference,
}

thread_local! {
    static ANOMALY: Cell<bool> = const { Cell::new(false) };
    static MODE: Cell<GradMode> = const { Cell::new(GradMode::Record) };
}

#[inline]
pub fn mode() -> GradMode {
    MODE.with(Cell::get)
}
/// Sets the mode of this thread and returns the previous one.
#[inline]
pub fn set_mode(m: GradMode) -> GradMode {
    MODE.with(|c| c.replace(m))
}
#[inline]
pub fn grad_enabled() -> bool {
    mode() == GradMode::Record
}
#[inline]
pub fn inference_mode() -> bool {
    mode() == GradMode::Inference
}

/// Restores the previous mode when dropped.
pub struct ModeGuard(GradMode);

impl ModeGuard {
    pub fn new(m: GradMode) -> ModeGuard {
        ModeGuard(set_mode(m))
    }
}
impl Drop for ModeGuard {
    fn drop(&mut self) {
        set_mode(self.0);
    }
}

/// Whether the reverse pass looks for nan in what each node answers.
#[inline]
pub fn anomaly() -> bool {
    ANOMALY.with(Cell::get)
}
/// Switches the search for nan on this thread and returns what it was.
pub fn set_anomaly(on: bool) -> bool {
    ANOMALY.with(|c| c.replace(on))
}
