//! The geometry of a reduction: kept axes, reduced axes, and walks over both.

use smallvec::SmallVec;
use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    pub size: usize,
    pub stride: usize,
}

pub type Axes = SmallVec<[Axis; 4]>;

/// A strided tensor seen as (kept axes) x (reduced axes). Axes of size 1 are gone and adjacent axes are merged where
/// the strides allow. Results lie row-major over the kept axes.
#[derive(Clone, Debug)]
pub struct ReducePlan {
    pub outer: Axes,
    pub inner: Axes,
    pub outer_len: usize,
    pub inner_len: usize,
}

fn collapse(axes: impl Iterator<Item = Axis>) -> Axes {
    let mut out = Axes::new();
    for a in axes.filter(|a| a.size != 1) {
        match out.last_mut() {
            Some(l) if l.stride == a.size * a.stride => *l = Axis { size: l.size * a.size, stride: a.stride },
            _ => out.push(a),
        }
    }
    out
}

impl ReducePlan {
    /// For reductions that do not care about the order of elements: reduced axes are sorted by stride.
    pub fn new(shape: &[usize], strides: &[usize], reduced: &[bool]) -> ReducePlan {
        Self::build(shape, strides, reduced, true)
    }
    /// Keeps the reduced axes in order, so that positions in the reduced range are row-major (`argmax`).
    pub fn ordered(shape: &[usize], strides: &[usize], reduced: &[bool]) -> ReducePlan {
        Self::build(shape, strides, reduced, false)
    }
    /// Everything reduced to one value.
    pub fn all(shape: &[usize], strides: &[usize]) -> ReducePlan {
        Self::build(shape, strides, &SmallVec::<[bool; 8]>::from_elem(true, shape.len()), true)
    }
    /// One axis reduced.
    pub fn axis(shape: &[usize], strides: &[usize], axis: usize) -> ReducePlan {
        let mut mask = SmallVec::<[bool; 8]>::from_elem(false, shape.len());
        mask[axis] = true;
        Self::build(shape, strides, &mask, true)
    }

    fn build(shape: &[usize], strides: &[usize], reduced: &[bool], sort: bool) -> ReducePlan {
        let axes = |want: bool| {
            (0..shape.len())
                .filter(move |&i| reduced[i] == want)
                .map(|i| Axis { size: shape[i], stride: strides[i] })
                .collect::<Axes>()
        };
        let (kept, mut gone) = (axes(false), axes(true));
        let outer_len = kept.iter().map(|a| a.size).product();
        let inner_len = gone.iter().map(|a| a.size).product();
        if sort {
            gone.sort_by_key(|a| std::cmp::Reverse(a.stride));
        }
        ReducePlan {
            outer: collapse(kept.into_iter()),
            inner: collapse(gone.into_iter()),
            outer_len,
            inner_len,
        }
    }

    /// Whether neighbouring outputs lie closer in memory than neighbouring reduced elements, so that several outputs
    /// should be reduced side by side.
    pub(super) fn by_columns(&self) -> bool {
        match (self.outer.last(), self.inner.last()) {
            (Some(o), Some(i)) => o.stride < i.stride && o.stride > 0,
            _ => false,
        }
    }
}

/// The offset of a flat row-major position.
#[inline]
pub fn offset_of(axes: &[Axis], mut flat: usize) -> usize {
    let mut offset = 0;
    for a in axes.iter().rev() {
        offset += flat % a.size * a.stride;
        flat /= a.size;
    }
    offset
}

/// Visits flat positions in order and yields their offsets.
pub struct Cursor<'a> {
    axes: &'a [Axis],
    index: SmallVec<[usize; 4]>,
    pub offset: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(axes: &'a [Axis], mut flat: usize) -> Cursor<'a> {
        let mut index = SmallVec::from_elem(0, axes.len());
        for (k, a) in axes.iter().enumerate().rev() {
            // an axis without elements has no positions; whoever visits none asks all the same
            let size = a.size.max(1);
            index[k] = flat % size;
            flat /= size;
        }
        let offset = index.iter().zip(axes).map(|(i, a)| i * a.stride).sum();
        Cursor { axes, index, offset }
    }
    #[inline]
    pub fn advance(&mut self) {
        for k in (0..self.axes.len()).rev() {
            let a = self.axes[k];
            self.index[k] += 1;
            self.offset += a.stride;
            if self.index[k] < a.size {
                return;
            }
            self.offset -= a.stride * a.size;
            self.index[k] = 0;
        }
    }
}

/// The straight runs that make up a range of flat positions, as `(offset, count, stride)`. An iterator, since a closure
/// that is not inlined is compiled for the least processor, whoever calls it.
pub struct Runs<'a> {
    lead: Cursor<'a>,
    last: Axis,
    /// Where the next run begins in the last axis: not at its front only for the first one.
    from: usize,
    left: usize,
}

#[inline(always)]
pub fn runs(axes: &[Axis], range: Range<usize>) -> Runs<'_> {
    let (last, lead) = match axes {
        [] => (Axis { size: 1, stride: 1 }, axes),
        [lead @ .., last] => (*last, lead),
    };
    let size = last.size.max(1);
    Runs { lead: Cursor::new(lead, range.start / size), last, from: range.start % size, left: range.len() }
}

impl Iterator for Runs<'_> {
    type Item = (usize, usize, usize);
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let offset = self.lead.offset + self.from * self.last.stride;
        let count = (self.last.size - self.from).min(self.left);
        self.from = 0;
        self.left -= count;
        self.lead.advance();
        Some((offset, count, self.last.stride))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_collapse() {
        let p = ReducePlan::new(&[2, 3, 4, 5], &[60, 20, 5, 1], &[false, true, true, true]);
        assert_eq!(p.inner.as_slice(), &[Axis { size: 60, stride: 1 }]);
        assert_eq!(p.outer.as_slice(), &[Axis { size: 2, stride: 60 }]);
        let p = ReducePlan::new(&[2, 3, 4, 5], &[60, 1, 15, 3], &[true, false, true, true]);
        assert_eq!(p.inner.as_slice(), &[Axis { size: 40, stride: 3 }]);
        assert!(p.by_columns());
    }

    #[test]
    fn runs_cover_a_range() {
        let axes = [Axis { size: 3, stride: 100 }, Axis { size: 4, stride: 10 }, Axis { size: 5, stride: 2 }];
        for (a, b) in [(0, 60), (3, 17), (59, 60), (7, 7), (4, 41)] {
            let mut seen = Vec::new();
            for (o, n, s) in runs(&axes, a..b) {
                seen.extend((0..n).map(|i| o + i * s));
            }
            assert_eq!(seen, (a..b).map(|f| offset_of(&axes, f)).collect::<Vec<_>>());
        }
    }
}
