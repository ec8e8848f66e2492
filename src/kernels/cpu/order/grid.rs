//! The lines of a tensor along one axis: where they lie, and walks over them.

use super::key::{Pair, Scratch};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::reduce::{Axes, Axis, Cursor, ReducePlan, offset_of, runs};
use std::ops::Range;

/// The lines of a strided tensor along one axis; results are dense.
pub struct Grid {
    pub(super) outer: Axes,
    pub(super) count: usize,
    pub(super) line: Axis,
    /// Elements after one along the axis, for results with `out_n` of them.
    pub(super) inner: usize,
}

impl Grid {
    pub fn new(shape: &[usize], strides: &[usize], axis: usize) -> Grid {
        if shape.is_empty() {
            return Grid { outer: Axes::new(), count: 1, line: Axis { size: 1, stride: 1 }, inner: 1 };
        }
        let mut mask = buffer(false, shape.len());
        mask[axis] = true;
        let plan = ReducePlan::ordered(shape, strides, &mask);
        Grid {
            outer: plan.outer,
            count: plan.outer_len,
            line: Axis { size: shape[axis], stride: strides[axis] },
            inner: shape[axis + 1..].iter().product(),
        }
    }
    /// Where a line's first result lies and how far apart its results are, with `n` results in each.
    #[inline]
    pub(super) fn place(&self, line: usize, n: usize) -> (usize, usize) {
        (line / self.inner * self.inner * n + line % self.inner, self.inner)
    }
    /// Whether lines lie beside each other, element by element.
    pub(super) fn beside(&self) -> bool {
        self.line.stride > 1 && self.outer.last().is_some_and(|a| a.stride == 1 && a.size > 1)
    }
    /// Calls `f(first line, offset of its first element, lines)` for every group of lines beside each other, in parallel.
    pub(super) fn groups(&self, most: usize, cost: usize, f: impl Fn(usize, usize, usize) + Sync) {
        let wide = self.outer.last().map_or(1, |a| a.size);
        let parts = wide.div_ceil(most);
        par::for_each_chunk(self.count / wide * parts, par::MATH_GRAIN.div_ceil(cost * most), |r| {
            for task in r {
                let (lead, part) = (task / parts * wide, task % parts * most);
                f(lead + part, offset_of(&self.outer, lead + part), most.min(wide - part));
            }
        });
    }
    /// Calls `f(first line, offset of its first element, lines, how far apart)` for runs of lines, in parallel.
    pub(super) fn runs(&self, f: impl Fn(usize, usize, usize, usize) + Sync) {
        par::for_each_chunk(self.count, par::ELEMENTWISE_GRAIN, |r| {
            let mut line = r.start;
            for (offset, count, apart) in runs(&self.outer, r) {
                f(line, offset, count, apart);
                line += count;
            }
        });
    }
    /// Calls `f(line, offset of its first element, scratch)` for every line, in parallel.
    pub(super) fn each<P: Pair>(&self, cost: usize, f: impl Fn(usize, usize, &mut Scratch<P>) + Sync) {
        let grain = par::MATH_GRAIN.div_ceil(cost.max(1));
        par::for_each_chunk(self.count, grain, |r: Range<usize>| {
            let mut scratch = Scratch::default();
            let mut cursor = Cursor::new(&self.outer, r.start);
            for line in r {
                f(line, cursor.offset, &mut scratch);
                cursor.advance();
            }
        });
    }
}
