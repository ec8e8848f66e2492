//! Elements along one axis by an index tensor: gathered, scattered, combined.

use super::{Reduce, any_outside, by_reduce, by_size, split};
use crate::base::{DType, Num};
use crate::error::Result;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::{par, stream};
use crate::with_dtype;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

/// An index tensor over a tensor along one axis.
pub struct Lines<'a> {
    /// The shape of the index (dense, row-major), of at least one axis.
    pub shape: &'a [usize],
    pub index: &'a [i64],
    pub dim: usize,
}

impl Lines<'_> {
    fn last(&self) -> (usize, usize) {
        let last = self.shape.len() - 1;
        (last, self.shape[last])
    }
    /// The offset of a row's beginning, the indexed axis left out.
    fn base(&self, row: usize, strides: &[usize], skip_dim: bool) -> usize {
        let (mut i, mut at) = (row, 0);
        for d in (0..self.shape.len() - 1).rev() {
            if !(skip_dim && d == self.dim) {
                at += i % self.shape[d] * strides[d];
            }
            i /= self.shape[d];
        }
        at
    }
}

/// Rows that are fetched ahead.
const AHEAD: usize = 2;

/// `dst` (dense, the index's shape) = elements of `src` whose coordinate along `dim` the index replaces. Says whether
/// every index lay within `0..size`; if not, `dst` is not all written. Each row is checked just before it is used: a
/// pass of its own over the index would read it from memory twice.
pub unsafe fn gather(
    lines: &Lines,
    size: usize,
    src: *const u8,
    strides: &[usize],
    dst: *mut u8,
    bytes: usize,
) -> bool {
    let (last, n) = lines.last();
    let count = lines.index.len();
    if count == 0 {
        return true;
    }
    let (source, target) = (Ptr(src as *mut u8), Ptr(dst));
    let step = if last == lines.dim { 0 } else { strides[last] };
    let along = strides[lines.dim];
    let fault = AtomicBool::new(false);
    // a row that most of its bytes are wanted of is fetched whole, a line at a time, while others are worked on
    let whole = size * bytes;
    let ahead = step == 0 && along == 1 && whole <= 16 << 10 && n * 64 >= whole;
    by_size!(bytes, T => par::for_each_chunk(count / n, (par::ELEMENTWISE_GRAIN / 2 / n).max(1), |range| {
        for row in range.clone() {
            let index = &lines.index[row * n..(row + 1) * n];
            if any_outside(index.as_ptr(), n, 0, size as i64) {
                fault.store(true, Ordering::Relaxed);
                return;
            }
            let source = source.get() as *const T;
            let from = source.add(lines.base(row, strides, true));
            let to = (target.get() as *mut T).add(row * n);
            if ahead && row + AHEAD < range.end {
                let next = source.add(lines.base(row + AHEAD, strides, true)).cast::<u8>();
                let some = n / whole.div_ceil(64);
                for (line, index) in index.chunks(some).enumerate() {
                    stream::prefetch(next.wrapping_add(64 * line));
                    for (j, &at) in index.iter().enumerate() {
                        *to.add(line * some + j) = *from.add(at as usize);
                    }
                }
                continue;
            }
            if step == 0 && along == 1 {
                for (j, &at) in index.iter().enumerate() {
                    *to.add(j) = *from.add(at as usize);
                }
                continue;
            }
            for (j, &at) in index.iter().enumerate() {
                *to.add(j) = *from.add(at as usize * along + j * step);
            }
        }
    }));
    !fault.into_inner()
}

/// Elements of `dst` whose coordinate along `dim` the index replaces combine with those of `src`.
pub unsafe fn scatter(
    op: &str,
    lines: &Lines,
    dst: *mut u8,
    dst_strides: &[usize],
    src: *const u8,
    src_strides: &[usize],
    dtype: DType,
    reduce: Reduce,
) -> Result<()> {
    let (last, n) = lines.last();
    if lines.index.is_empty() {
        return Ok(());
    }
    let (source, target) = (Ptr(src as *mut u8), Ptr(dst));
    let step = if last == lines.dim { 0 } else { dst_strides[last] };
    let along = dst_strides[lines.dim];
    // axes before the indexed one are independent, and so is the last one if it is not the indexed one
    let outer: usize = lines.shape[..lines.dim.min(last)].iter().product();
    let height = lines.index.len() / outer / n;
    by_reduce!(op, reduce, dtype, T, f => {
        let part = |o: usize, columns: Range<usize>| {
            for row in o * height..(o + 1) * height {
                let to = (target.get() as *mut T).add(lines.base(row, dst_strides, true));
                let from = (source.get() as *const T).add(lines.base(row, src_strides, false));
                for j in columns.clone() {
                    let slot = to.add(lines.index[row * n + j] as usize * along + j * step);
                    *slot = f(*slot, *from.add(j * src_strides[last]));
                }
            }
        };
        if lines.dim == last && outer == 1 { part(0, 0..n) } else { split(outer, height * n, n, height, part) }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scatter_order_and_axes() {
        for dim in [0usize, 1] {
            let lines = Lines { shape: &[2, 3], index: &[1, 0, 1, 1, 1, 1], dim };
            let src = [1f32, 2.0, 3.0, 4.0, 5.0, 6.0];
            let mut dst = [0f32; 6];
            // SAFETY: indices lie in the axis
            unsafe {
                scatter(
                    "t",
                    &lines,
                    dst.as_mut_ptr().cast(),
                    &[3, 1],
                    src.as_ptr().cast(),
                    &[3, 1],
                    DType::F32,
                    Reduce::Set,
                )
                .unwrap()
            };
            let want = if dim == 0 { [0.0, 2.0, 0.0, 4.0, 5.0, 6.0] } else { [2.0, 3.0, 0.0, 0.0, 6.0, 0.0] };
            assert_eq!(dst, want);
        }
    }
}
