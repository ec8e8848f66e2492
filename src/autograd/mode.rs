//! Whether ops record, per thread.

use std::cell::Cell;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GradMode {
    Record,
    NoGrad,
    Inference,
    /// Inference in which somebody enabled gradients: they say so, and nothing is recorded.
    InferenceEnabled,
    /// A program's `no_grad`, which ends gradients and not tangents: within forward mode it records.
    Off,
}

impl GradMode {
    /// The mode in which gradients are enabled or not, without an end of inference.
    pub fn with_grad(self, on: bool) -> GradMode {
        match (self, on) {
            (GradMode::Record | GradMode::NoGrad | GradMode::Off, true) => GradMode::Record,
            (GradMode::NoGrad, false) => GradMode::NoGrad,
            (GradMode::Record | GradMode::Off, false) => GradMode::Off,
            (_, true) => GradMode::InferenceEnabled,
            (_, false) => GradMode::Inference,
        }
    }
    pub fn is_inference(self) -> bool {
        matches!(self, GradMode::Inference | GradMode::InferenceEnabled)
    }
    /// What `is_grad_enabled` answers.
    pub fn says_enabled(self) -> bool {
        matches!(self, GradMode::Record | GradMode::InferenceEnabled)
    }
    /// Whether ops record in this mode, on this thread.
    #[inline]
    pub fn records(self) -> bool {
        self == GradMode::Record || self == GradMode::Off && in_forward()
    }
}

thread_local! {
    static ANOMALY: Cell<bool> = const { Cell::new(false) };
    static MODE: Cell<GradMode> = const { Cell::new(GradMode::Record) };
    /// How many derivatives in forward mode this thread is within.
    static FORWARD: Cell<u32> = const { Cell::new(0) };
}

/// Whether what runs on this thread is recorded for tangents.
#[inline]
pub fn in_forward() -> bool {
    FORWARD.with(Cell::get) > 0
}

/// A derivative in forward mode begins on this thread, or ends.
pub fn enter_forward(begins: bool) {
    FORWARD.with(|f| f.set(if begins { f.get() + 1 } else { f.get().saturating_sub(1) }));
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
    mode().records()
}

#[inline]
pub fn inference_mode() -> bool {
    mode().is_inference()
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

/// Runs a closure whose ops record nothing; afterwards, or when it panics, the mode is what it was.
///
/// ```
/// use rushlight::prelude::*;
///
/// let w = Tensor::ones(&[2])?.requires_grad_(true)?;
/// let y = no_grad(|| w.mul(3))?;
/// assert!(!y.requires_grad() && w.mul(3)?.requires_grad());
/// # rushlight::Result::Ok(())
/// ```
pub fn no_grad<T>(work: impl FnOnce() -> T) -> T {
    // inference mode promises more already
    let _mode = (!inference_mode()).then(|| ModeGuard::new(GradMode::NoGrad));
    work()
}

/// Runs a closure whose ops record, within a [`no_grad`] too.
pub fn enable_grad<T>(work: impl FnOnce() -> T) -> T {
    let _mode = ModeGuard::new(GradMode::Record);
    work()
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
