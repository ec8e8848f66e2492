//! Sliding blocks of images as columns, and columns summed back into images. Planes are contiguous.

use crate::base::{Elem, Num};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use std::ops::Range;

/// Blocks over planes of `input` pixels (rows, columns); `output` blocks along each axis.
#[derive(Clone, Copy, Debug)]
pub struct Blocks {
    pub input: [usize; 2],
    pub output: [usize; 2],
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub padding: [usize; 2],
    pub dilation: [usize; 2],
}

impl Blocks {
    /// The blocks along an axis whose place `at` is a pixel and not padding, and the pixel of the first of them.
    fn inside(&self, axis: usize, at: usize) -> (Range<usize>, usize) {
        let (stride, padding, at) = (self.stride[axis], self.padding[axis], at * self.dilation[axis]);
        let upto = |pixels: usize| pixels.saturating_sub(at).div_ceil(stride).min(self.output[axis]);
        let blocks = upto(padding)..upto(padding + self.input[axis]);
        (blocks.clone(), (blocks.start * stride + at).saturating_sub(padding))
    }
    fn column(&self) -> usize {
        self.output[0] * self.output[1]
    }
    fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }
}

/// `dst[plane, a, b, i, j] = src[plane, pixel of block (i, j) at (a, b)]`, zero for padding.
///
/// # Safety
/// `src` holds `planes` planes, `dst` as many times all places of all blocks.
pub unsafe fn unfold<T: Elem>(b: &Blocks, planes: usize, src: *const T, dst: *mut T) {
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    let (taps, column, stride) = (b.taps(), b.column(), b.stride[1]);
    par::for_each_chunk(planes * taps, (par::ELEMENTWISE_GRAIN / column.max(1)).max(1), |r| {
        for t in r {
            let (rows, y) = b.inside(0, t % taps / b.kernel[1]);
            let (blocks, x) = b.inside(1, t % b.kernel[1]);
            let plane = t / taps * b.input[0] * b.input[1];
            for i in 0..b.output[0] {
                // SAFETY: a row of the column; the blocks inside are pixels of the plane
                unsafe {
                    let to = dst.at(t * column + i * b.output[1]);
                    if !rows.contains(&i) {
                        zeros(to, b.output[1]);
                        continue;
                    }
                    let row = y + (i - rows.start) * b.stride[0];
                    let (from, n) = (src.at(plane + row * b.input[1] + x), blocks.len());
                    zeros(to, blocks.start);
                    if stride == 1 {
                        std::ptr::copy_nonoverlapping(from, to.add(blocks.start), n);
                    } else {
                        (0..n).for_each(|j| to.add(blocks.start + j).write(*from.add(j * stride)));
                    }
                    zeros(to.add(blocks.end), b.output[1] - blocks.end);
                }
            }
        }
    });
}

unsafe fn zeros<T: Elem>(to: *mut T, n: usize) {
    (0..n).for_each(|j| to.add(j).write(T::ZERO));
}

/// The transpose: columns added up in the pixels they came from.
///
/// # Safety
/// As [`unfold`], with the roles exchanged.
pub unsafe fn fold<T: Num>(b: &Blocks, planes: usize, src: *const T, dst: *mut T) {
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    let (taps, column, plane) = (b.taps(), b.column(), b.input[0] * b.input[1]);
    par::for_each_chunk(planes, (par::ELEMENTWISE_GRAIN / (taps * column).max(1)).max(1), |r| {
        for p in r {
            // SAFETY: one plane and its columns
            unsafe {
                zeros(dst.at(p * plane), plane);
                for t in 0..taps {
                    let (rows, y) = b.inside(0, t / b.kernel[1]);
                    let (blocks, x) = b.inside(1, t % b.kernel[1]);
                    for i in rows.clone() {
                        let row = y + (i - rows.start) * b.stride[0];
                        let from = src.at((p * taps + t) * column + i * b.output[1] + blocks.start);
                        gain(from, dst.at(p * plane + row * b.input[1] + x), b.stride[1], blocks.len());
                    }
                }
            }
        }
    });
}

multiversion! {
    /// Elements added to every `step`-th of a row.
    unsafe fn gain[T: Num](src: *const T, dst: *mut T, step: usize, n: usize) {
        if step == 1 {
            for j in 0..n {
                *dst.add(j) = (*dst.add(j)).add(*src.add(j));
            }
        } else {
            for j in 0..n {
                *dst.add(j * step) = (*dst.add(j * step)).add(*src.add(j));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_counts_how_often_a_pixel_is_used() {
        let b = Blocks {
            input: [3, 4],
            output: [2, 2],
            kernel: [2, 2],
            stride: [2, 2],
            padding: [1, 0],
            dilation: [1, 1],
        };
        let src: Vec<f32> = (1..=12).map(|i| i as f32).collect();
        let (mut cols, mut back) = (vec![0f32; 16], vec![0f32; 12]);
        // SAFETY: vectors of the sizes described
        unsafe {
            unfold(&b, 1, src.as_ptr(), cols.as_mut_ptr());
            fold(&b, 1, cols.as_ptr(), back.as_mut_ptr());
        }
        assert_eq!(cols[..4], [0.0, 0.0, 5.0, 7.0]);
        assert_eq!(back, src);
    }
    /// Every place of every block is the pixel that the definition names, or zero; and folding is the transpose.
    #[test]
    fn every_place_by_its_definition() {
        for (input, kernel, stride, padding, dilation) in [
            ([5, 7], [3, 3], [1, 1], [1, 1], [1, 1]),
            ([6, 9], [2, 3], [2, 3], [0, 2], [2, 1]),
            ([4, 4], [3, 2], [3, 1], [4, 5], [1, 3]),
            ([1, 2], [2, 2], [1, 2], [2, 2], [2, 1]),
        ] {
            let n =
                |k: usize| (input[k] + 2 * padding[k] - dilation[k] * (kernel[k] - 1) - 1) / stride[k] + 1;
            let output = [n(0), n(1)];
            let b = Blocks { input, output, kernel, stride, padding, dilation };
            let plane = input[0] * input[1];
            let src: Vec<i64> = (1..=2 * plane as i64).collect();
            let mut columns = vec![-1i64; 2 * b.taps() * b.column()];
            let mut back = vec![-1i64; 2 * plane];
            // SAFETY: vectors of the sizes described
            unsafe {
                unfold(&b, 2, src.as_ptr(), columns.as_mut_ptr());
                fold(&b, 2, columns.as_ptr(), back.as_mut_ptr());
            }
            let mut sums = vec![0i64; 2 * plane];
            for (at, &got) in columns.iter().enumerate() {
                let (t, p) = (at / b.column() % b.taps(), at / b.column() / b.taps());
                let (i, j) = (at % b.column() / output[1], at % output[1]);
                let pixel = |k: usize, block: usize, a: usize| {
                    let at = (block * stride[k] + a * dilation[k]).checked_sub(padding[k])?;
                    (at < input[k]).then_some(at)
                };
                let at = pixel(0, i, t / kernel[1]).zip(pixel(1, j, t % kernel[1]));
                let at = at.map(|(y, x)| p * plane + y * input[1] + x);
                assert_eq!(got, at.map_or(0, |at| src[at]), "{b:?}");
                at.iter().for_each(|&at| sums[at] += got);
            }
            assert_eq!(back, sums, "{b:?}");
        }
    }
}
