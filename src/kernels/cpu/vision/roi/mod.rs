//! Regions of feature maps: where they lie, and how their numbers are rounded.

pub mod align;
pub mod pool;

use crate::kernels::cpu::machine::float::Flt;

/// Feature maps and what is made of their regions.
#[derive(Clone, Copy, Debug)]
pub struct Maps {
    pub n: usize,
    /// Channels of the maps.
    pub c: usize,
    pub h: usize,
    pub w: usize,
    /// Cells of a region.
    pub ph: usize,
    pub pw: usize,
    /// Each cell reads channels of its own.
    pub own: bool,
    /// From boxes to the maps.
    pub scale: f64,
}

impl Maps {
    pub fn cells(&self) -> usize {
        self.ph * self.pw
    }
    /// Channels of the result.
    pub fn channels(&self) -> usize {
        if self.own { self.c / self.cells() } else { self.c }
    }
    pub fn plane(&self) -> usize {
        self.h * self.w
    }
}

/// A number as the type of the maps holds it: halves are rounded after every step, as PyTorch's are.
#[inline(always)]
pub fn rounded<T: Flt>(x: T::C) -> T::C {
    if size_of::<T>() == 2 { T::down(x).up() } else { x }
}

/// Whether there are kernels that take the channels of a pixel together: for the type that detectors are trained in.
pub const fn by_pixels<T>() -> bool {
    size_of::<T>() == 4
}

/// Channels that are computed together where the maps have their channels last.
pub const LANES: usize = 32;
