//! Normalisation layers: each computes its statistics once, keeps mean and `1/sqrt(var + eps)` for the backward call,
//! and reads its input a second time from the cache.
//!
//! Statistics and gradients of one channel or one group are computed by one task in a fixed order; sums over rows go
//! through a fixed number of partial sums. Null pointers stand for absent parameters and unwanted results.

mod batch;
mod group;
mod layer;
mod short;
#[cfg(test)]
mod tests;
mod wide;

pub use batch::{batch_norm_backward, batch_norm_eval, batch_norm_train};
pub use group::{group_norm, group_norm_backward};
pub use layer::{layer_norm, layer_norm_backward};

use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::simd;

/// A batch of planes: `n` samples of `c` channels of `s` pixels, channels first or last in memory.
#[derive(Clone, Copy, Debug)]
pub struct Planes {
    pub n: usize,
    pub c: usize,
    pub s: usize,
    pub channels_last: bool,
}

impl Planes {
    /// The first element of a plane.
    #[inline(always)]
    fn base(&self, n: usize, c: usize) -> usize {
        if self.channels_last { n * self.s * self.c + c } else { (n * self.c + c) * self.s }
    }
    /// The step between pixels of a plane.
    #[inline(always)]
    fn step(&self) -> usize {
        if self.channels_last { self.c } else { 1 }
    }
    fn len(&self) -> usize {
        self.n * self.c * self.s
    }
}

/// Dense rows of `n` elements, `groups` of them to a sample; each group has weights of its own.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    pub samples: usize,
    pub groups: usize,
    pub n: usize,
}

impl Rows {
    /// Without weights all groups are one.
    fn as_one(self) -> Rows {
        Rows { samples: self.samples * self.groups, groups: 1, n: self.n }
    }
    /// Elements of a sample, and of the weights.
    fn width(&self) -> usize {
        self.groups * self.n
    }
    /// How many groups a task takes: some lines of memory of each sample.
    fn band(&self) -> usize {
        (256 / self.n.max(1)).clamp(1, self.groups.max(1))
    }
}

const LANES: usize = 32;

#[inline(always)]
fn lane_total<C: Cmp>(mut x: [C; LANES]) -> C {
    for half in [16, 8, 4, 2, 1] {
        for j in 0..half {
            x[j] += x[j + half];
        }
    }
    x[0]
}

/// The element of an optional parameter.
#[inline(always)]
unsafe fn or<T: Flt>(p: *const T, i: usize, default: f64) -> T::C {
    if p.is_null() { T::C::of(default) } else { (*p.add(i)).up() }
}

/// An element of what may be null.
#[inline(always)]
fn some<T>(p: Ptr<T>, i: usize) -> *mut T {
    if p.get().is_null() { p.get() } else { p.at(i) }
}

/// `f(0..n)` added into lanes; the lanes of `sums` are independent so that the loop vectorises.
#[inline(always)]
fn sum_into<const LEVEL: u8, C: Cmp>(sums: &mut [C; LANES], n: usize, f: impl Fn(usize) -> C) {
    if simd::is_least::<LEVEL>() {
        for i in 0..n {
            simd::one_by_one();
            sums[i % LANES] += f(i);
        }
        return;
    }
    let mut i = 0;
    if n >= LANES {
        let mut l = *sums;
        while i + LANES <= n {
            for j in 0..LANES {
                l[j] += f(i + j);
            }
            i += LANES;
        }
        *sums = l;
    }
    if i + 16 <= n {
        for j in 0..16 {
            sums[j] += f(i + j);
        }
        i += 16;
    }
    for j in 0..n - i {
        sums[j] += f(i + j);
    }
}

#[inline(always)]
fn zeros<C: Cmp>() -> [C; LANES] {
    [<C as Elem>::ZERO; LANES]
}
