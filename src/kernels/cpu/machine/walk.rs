//! Rows of strided tensors in order, their offsets counted up: a division an axis a row costs more than a short row.

use crate::base::Dims;
use std::ops::Range;

/// The elements of a shape in row-major order, with the offset of each in `K` tensors. Axes of size 1 are dropped, and
/// neighbours merged where one step serves both in every tensor.
#[derive(Clone, Debug)]
pub struct Walk<const K: usize> {
    dims: Dims,
    steps: [Dims; K],
}

impl<const K: usize> Walk<K> {
    pub fn new(shape: &[usize], strides: [&[usize]; K]) -> Walk<K> {
        let mut dims = Dims::new();
        let mut steps: [Dims; K] = std::array::from_fn(|_| Dims::new());
        for (axis, &n) in shape.iter().enumerate() {
            if n == 1 {
                continue;
            }
            let last = dims.len().wrapping_sub(1);
            let merges =
                !dims.is_empty() && (0..K).all(|k| steps[k][last] == strides[k][axis].wrapping_mul(n));
            if merges {
                dims[last] *= n;
                (0..K).for_each(|k| steps[k][last] = strides[k][axis]);
            } else {
                dims.push(n);
                (0..K).for_each(|k| steps[k].push(strides[k][axis]));
            }
        }
        Walk { dims, steps }
    }

    /// Takes the last axis out: its size and steps. None is one of a single element.
    pub fn split_last(mut self) -> (Walk<K>, usize, [usize; K]) {
        match self.dims.pop() {
            Some(n) => {
                let steps = std::array::from_fn(|k| self.steps[k].pop().unwrap_or(0));
                (self, n, steps)
            }
            None => (self, 1, [0; K]),
        }
    }

    pub fn count(&self) -> usize {
        self.dims.iter().product()
    }

    /// As [`Walk::each`], compiled once: for bodies that exist for every dtype.
    pub fn each_of(&self, range: Range<usize>, f: &mut dyn FnMut([usize; K])) {
        self.each(range, f);
    }

    /// Calls `f` with the offsets of each element of a range.
    #[inline(always)]
    pub fn each(&self, range: Range<usize>, mut f: impl FnMut([usize; K])) {
        let mut left = range.len();
        if left == 0 {
            return;
        }
        let Some(last) = self.dims.len().checked_sub(1) else { return f([0; K]) };
        let mut index = Dims::from_elem(0, last + 1);
        let (mut at, mut rest) = ([0usize; K], range.start);
        for d in (0..=last).rev() {
            index[d] = rest % self.dims[d];
            rest /= self.dims[d];
            for k in 0..K {
                at[k] = at[k].wrapping_add(index[d].wrapping_mul(self.steps[k][d]));
            }
        }
        let step: [usize; K] = std::array::from_fn(|k| self.steps[k][last]);
        loop {
            let run = left.min(self.dims[last] - index[last]);
            for _ in 0..run {
                f(at);
                for k in 0..K {
                    at[k] = at[k].wrapping_add(step[k]);
                }
            }
            left -= run;
            if left == 0 {
                return;
            }
            index[last] = self.dims[last];
            for d in (0..=last).rev() {
                if index[d] < self.dims[d] {
                    break;
                }
                // past the end of this axis: back to its beginning, and one further along the axis before
                index[d] = 0;
                for k in 0..K {
                    at[k] = at[k].wrapping_sub(self.steps[k][d].wrapping_mul(self.dims[d]));
                }
                if d > 0 {
                    index[d - 1] += 1;
                    for k in 0..K {
                        at[k] = at[k].wrapping_add(self.steps[k][d - 1]);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_in_row_major_order_from_anywhere() {
        for (shape, a, b) in [
            (vec![3, 4, 5], vec![20, 5, 1], vec![1, 3, 12]),
            (vec![2, 1, 3, 1], vec![3, 9, 1, 7], vec![0, 1, 2, 3]),
            (vec![7], vec![2], vec![0]),
            (vec![1, 1], vec![5, 5], vec![5, 5]),
            (vec![2, 2, 2, 2], vec![8, 4, 2, 1], vec![8, 4, 1, 2]),
        ] {
            let n: usize = shape.iter().product();
            let place = |i: usize, strides: &[usize]| {
                let (mut i, mut at) = (i, 0);
                for d in (0..shape.len()).rev() {
                    at += i % shape[d] * strides[d];
                    i /= shape[d];
                }
                at
            };
            let walk = Walk::new(&shape, [&a, &b]);
            assert_eq!(walk.count(), n);
            for from in 0..n {
                for to in from..=n {
                    let mut seen = Vec::new();
                    walk.each(from..to, |at| seen.push(at));
                    let want: Vec<_> = (from..to).map(|i| [place(i, &a), place(i, &b)]).collect();
                    assert_eq!(seen, want);
                }
            }
        }
    }

    #[test]
    fn neighbours_merge_where_all_agree() {
        let (rest, n, steps) = Walk::new(&[2, 3, 4], [&[12, 4, 1], &[0, 0, 0]]).split_last();
        assert_eq!((rest.count(), n, steps), (1, 24, [1, 0]));
        let (rest, n, steps) = Walk::new(&[2, 3, 4], [&[12, 4, 1], &[1, 0, 0]]).split_last();
        assert_eq!((rest.count(), n, steps), (2, 12, [1, 0]));
    }
}
