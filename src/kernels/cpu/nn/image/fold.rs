//! Sliding blocks of images as columns, and columns summed back into images. Planes are contiguous.

use crate::base::{Elem, Num};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;

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
    /// The pixel of block (i, j) at place (a, b) of the block, if it is not padding.
    #[inline(always)]
    fn pixel(&self, axis: usize, block: usize, at: usize) -> Option<usize> {
        let p = (block * self.stride[axis] + at * self.dilation[axis]).wrapping_sub(self.padding[axis]);
        (p < self.input[axis]).then_some(p)
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
    let (taps, column) = (b.taps(), b.column());
    par::for_each_chunk(planes * taps, (par::ELEMENTWISE_GRAIN / column.max(1)).max(1), |r| {
        for t in r {
            let (a, c) = (t % taps / b.kernel[1], t % b.kernel[1]);
            let from = t / taps * b.input[0] * b.input[1];
            for i in 0..b.output[0] {
                let row = b.pixel(0, i, a);
                for j in 0..b.output[1] {
                    // SAFETY: a pixel of the plane, a place of the column
                    unsafe {
                        let v = match (row, b.pixel(1, j, c)) {
                            (Some(y), Some(x)) => *src.at(from + y * b.input[1] + x),
                            _ => T::ZERO,
                        };
                        dst.at(t * column + i * b.output[1] + j).write(v);
                    }
                }
            }
        }
    });
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
                (0..plane).for_each(|i| dst.at(p * plane + i).write(T::ZERO));
                for t in 0..taps {
                    let (a, c) = (t / b.kernel[1], t % b.kernel[1]);
                    let from = (p * taps + t) * column;
                    for i in 0..b.output[0] {
                        let Some(y) = b.pixel(0, i, a) else { continue };
                        for j in 0..b.output[1] {
                            let Some(x) = b.pixel(1, j, c) else { continue };
                            let at = dst.at(p * plane + y * b.input[1] + x);
                            *at = (*at).add(*src.at(from + i * b.output[1] + j));
                        }
                    }
                }
            }
        }
    });
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
}
