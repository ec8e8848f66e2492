//! Sums of lines, one below another, which averages and their gradients are made of.

use super::Windows;
use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Flt};
use crate::kernels::cpu::machine::stop::buffer;

/// Elements of a line that are added up side by side: of long ones, and of what is left.
pub const LONG: usize = 32;
pub const LANES: usize = 8;

/// Lines in two directions, so far apart.
pub struct Lines<T> {
    pub from: *const T,
    pub counts: [usize; 2],
    pub apart: [usize; 2],
}

impl<T: Flt> Lines<T> {
    /// The sums of some elements from `j` on.
    #[inline(always)]
    pub unsafe fn sums<const L: usize>(&self, j: usize) -> [T::C; L] {
        let mut sums = [T::C::ZERO; L];
        for a in 0..self.counts[0] {
            for b in 0..self.counts[1] {
                let line = self.from.add(a * self.apart[0] + b * self.apart[1] + j);
                for l in 0..L {
                    sums[l] += (*line.add(l)).up();
                }
            }
        }
        sums
    }
    /// The sum of element `j` alone.
    #[inline(always)]
    pub unsafe fn one(&self, j: usize) -> T::C {
        self.sums::<1>(j)[0]
    }
    /// How many elements lie from the first on to the last line.
    #[inline(always)]
    pub fn reach(&self) -> usize {
        self.counts.iter().zip(self.apart).map(|(n, step)| n.saturating_sub(1) * step).sum()
    }
}

/// What the averages of a line are multiplied by, for some weights along the other axes.
pub struct Factors<C>(Vec<(usize, Vec<C>)>);

/// Weights whose factors are kept.
const KEPT: usize = 16;

impl<C: Cmp> Factors<C> {
    pub fn new() -> Factors<C> {
        Factors(Vec::new())
    }
    /// For windows of `c` elements each. They are reckoned once: quotients take longer than short windows.
    #[inline(always)]
    pub fn of(&mut self, w: &Windows, c: usize, weight: usize, divisor: Option<f64>) -> *const C {
        for (known, list) in &self.0 {
            if *known == weight {
                return list.as_ptr();
            }
        }
        if self.0.len() == KEPT {
            self.0.clear();
        }
        let mut list = buffer(C::ZERO, w.len() * c);
        for (o, win) in w.list.iter().enumerate() {
            let k = C::of(1.0 / divisor.unwrap_or((weight * win.weight) as f64));
            list[o * c..(o + 1) * c].fill(k);
        }
        self.0.push((weight, list));
        self.0[self.0.len() - 1].1.as_ptr()
    }
}
