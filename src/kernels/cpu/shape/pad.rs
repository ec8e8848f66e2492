//! Dense elements in the middle of a larger block, with one value around them.

use crate::base::Dims;
use crate::kernels::cpu::create::copy::Bytes;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::gather::gather;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::walk::Walk;

/// What is put where: the sizes of the result, those of the middle, where it begins along each axis, and how far apart its
/// elements lie in the source. Axes in the order of memory, the last of them dense in the source.
pub struct Middle<'a> {
    pub shape: &'a [usize],
    pub kept: &'a [usize],
    pub before: &'a [usize],
    pub from: &'a [usize],
}

impl Middle<'_> {
    /// Elements of the middle that lie together in the result.
    pub fn row(&self) -> usize {
        let whole = |&(kept, shape): &(&usize, &usize)| kept == shape;
        let axes = || self.kept.iter().zip(self.shape).rev();
        let inmost: usize = axes().take_while(whole).map(|(&kept, _)| kept).product();
        inmost * axes().find(|axis| !whole(axis)).map_or(1, |(&kept, _)| kept)
    }
}

/// Writes every element of `dst` once: the rows of the middle, and between one row and the next the border of both.
/// A border of 2 around 2x16x32x32 float32 takes 6 us where filling all and copying the middle took 16.
///
/// # Safety
/// `src` is valid over the middle, `dst` for the whole as dense elements of `size` bytes; they do not overlap.
pub unsafe fn around(m: &Middle, src: *const u8, dst: *mut u8, size: usize, value: Bytes) {
    let whole: usize = m.shape.iter().product();
    let zero = value.0.iter().all(|b| *b == 0);
    let dst = Ptr(dst);
    let fill = |from: usize, to: usize| {
        // SAFETY: elements of the result that no other task writes
        unsafe {
            match zero {
                true => dst.at(from * size).write_bytes(0, (to - from) * size),
                false => gather(value.0.as_ptr(), 0, dst.at(from * size), size, to - from),
            }
        }
    };
    let Some(mut last) = m.kept.len().checked_sub(1).filter(|_| !m.kept.contains(&0)) else {
        return fill(0, whole);
    };
    // the row: trailing axes without a border are one with the axis before them
    let (mut row, mut within, mut start) = (m.kept[last], m.shape[last], m.before[last]);
    while last > 0 && m.kept[last] == m.shape[last] && m.from[last - 1] == row {
        last -= 1;
        start = m.before[last] * within;
        row *= m.kept[last];
        within *= m.shape[last];
    }
    let mut steps = Dims::from_elem(within, last);
    for k in (1..last).rev() {
        steps[k - 1] = steps[k] * m.shape[k];
    }
    let first = start + (0..last).map(|k| m.before[k] * steps[k]).sum::<usize>();
    let rows = Walk::new(&m.kept[..last], [&steps, &m.from[..last]]);
    let (count, src) = (rows.count(), Ptr::of(src));
    let place = |row: usize| {
        let mut at = 0;
        rows.each(row..row + 1, |[to, _]| at = first + to);
        at
    };
    par::for_each_chunk(count, (par::ELEMENTWISE_GRAIN / within).max(1), |r| {
        let (begin, end) = (r.start, r.end);
        let mut done = if begin == 0 { 0 } else { place(begin) };
        rows.each(r, |[to, from]| {
            fill(done, first + to);
            // SAFETY: a row of the middle and its place
            unsafe {
                std::ptr::copy_nonoverlapping(src.at(from * size), dst.at((first + to) * size), row * size)
            };
            done = first + to + row;
        });
        fill(done, if end == count { whole } else { place(end) });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{DType, Scalar};
    use crate::kernels::cpu::create::copy::scalar_bytes;

    /// Every element is the one of the source that the definition names, or the value.
    #[test]
    fn the_middle_and_what_is_around_it() {
        let cases: [([usize; 3], [usize; 3], [usize; 3], i64); 5] = [
            ([4, 5, 6], [2, 3, 4], [1, 1, 1], 7),
            ([2, 9, 40], [2, 9, 33], [0, 0, 7], 0),
            ([3, 4, 5], [3, 2, 5], [0, 1, 0], -1),
            ([2, 2, 2], [2, 2, 2], [0, 0, 0], 3),
            ([2, 0, 2], [2, 0, 2], [0, 0, 0], 3),
        ];
        for (shape, kept, before, value) in cases {
            let src: Vec<i64> = (100..100 + kept.iter().product::<usize>() as i64).collect();
            let from = [kept[1] * kept[2], kept[2], 1];
            let mut got = vec![55i64; shape.iter().product()];
            let middle = Middle { shape: &shape, kept: &kept, before: &before, from: &from };
            let bytes = scalar_bytes(Scalar::Int(value), DType::I64);
            // SAFETY: vectors of these sizes
            unsafe { around(&middle, src.as_ptr().cast(), got.as_mut_ptr().cast(), 8, bytes) };
            for (i, g) in got.iter().enumerate() {
                let at = [i / (shape[1] * shape[2]), i / shape[2] % shape[1], i % shape[2]];
                let inside = (0..3).all(|k| (before[k]..before[k] + kept[k]).contains(&at[k]));
                let place = |k: usize| (at[k] - before[k]) * from[k];
                let want = if inside { src[place(0) + place(1) + place(2)] } else { value };
                assert_eq!(*g, want, "{shape:?} {kept:?} {before:?} at {at:?}");
            }
        }
    }
}
