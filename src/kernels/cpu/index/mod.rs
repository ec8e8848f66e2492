//! Moving elements by index: `pick` and `put` at places of whole axes, `gather` and `scatter` along one axis, and
//! the positions of true elements. Indices are checked before any of these run.
//!
//! Writes happen in the order of the indices (the last one wins, sums run front to back) whatever the number of
//! threads: work is split over axes that the indices do not touch.

pub mod mask;

use crate::base::{DType, Dims, Elem, Num, Real};
use crate::error::Result;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stream;
use crate::with_dtype;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

/// What happens to an element when another arrives at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduce {
    Set,
    Add,
    Mul,
    Min,
    Max,
}

macro_rules! by_size {
    ($size:expr, $T:ident => $body:expr) => {
        match $size {
            1 => {
                type $T = u8;
                $body
            }
            2 => {
                type $T = u16;
                $body
            }
            4 => {
                type $T = u32;
                $body
            }
            8 => {
                type $T = u64;
                $body
            }
            _ => {
                type $T = [u64; 2];
                $body
            }
        }
    };
}

/// Binds `$f` to the combination of two elements of `$T`.
macro_rules! by_reduce {
    ($op:expr, $reduce:expr, $dtype:expr, $T:ident, $f:ident => $body:expr) => {
        match $reduce {
            Reduce::Set => by_size!($dtype.size(), $T => { let $f = |_: $T, v: $T| v; $body }),
            Reduce::Add => with_dtype!($op, $dtype, any, $T => { let $f = |a: $T, v: $T| Num::add(a, v); $body }),
            Reduce::Mul => with_dtype!($op, $dtype, any, $T => { let $f = |a: $T, v: $T| Num::mul(a, v); $body }),
            Reduce::Min => return with_dtype!($op, $dtype, real, $T => { let $f = least::<$T>; Ok($body) }),
            Reduce::Max => return with_dtype!($op, $dtype, real, $T => { let $f = greatest::<$T>; Ok($body) }),
        }
    };
}

fn least<T: Real>(a: T, v: T) -> T {
    if v.is_nan() || v < a { v } else { a }
}
fn greatest<T: Real>(a: T, v: T) -> T {
    if v.is_nan() || v > a { v } else { a }
}

/// A raw pointer that several threads may use at distinct places.
#[derive(Clone, Copy)]
struct Shared<T>(*mut T);
// SAFETY: chunks write distinct elements, see the callers
unsafe impl<T> Sync for Shared<T> {}
unsafe impl<T> Send for Shared<T> {}
impl<T> Shared<T> {
    fn get(self) -> *mut T {
        self.0
    }
}

/// The places that indices name in a tensor: for each `o` of the axes before, each offset, each `i` of the axes after.
pub struct Places<'a> {
    pub outer: (&'a [usize], &'a [usize]),
    pub offsets: &'a [usize],
    pub inner: (&'a [usize], &'a [usize]),
}

/// Sizes and strides without axes of size 1 and with neighbours merged where one stride serves both.
fn merged(shape: &[usize], strides: &[usize]) -> (Dims, Dims) {
    let (mut dims, mut steps) = (Dims::new(), Dims::new());
    for (&n, &s) in shape.iter().zip(strides) {
        if n == 1 {
            continue;
        }
        match (dims.last_mut(), steps.last_mut()) {
            (Some(d), Some(t)) if *t == s * n => {
                *d *= n;
                *t = s;
            }
            _ => {
                dims.push(n);
                steps.push(s);
            }
        }
    }
    if dims.is_empty() {
        dims.push(1);
        steps.push(1);
    }
    (dims, steps)
}

/// The offset of the `i`-th element in row-major order.
fn offset_of(mut i: usize, shape: &[usize], strides: &[usize]) -> usize {
    let mut at = 0;
    for (&n, &s) in shape.iter().zip(strides).rev() {
        at += i % n * s;
        i /= n;
    }
    at
}

/// Calls `f(offset, position)` for every row (the last axis left out), `position` counting elements densely.
fn rows(dims: &[usize], steps: &[usize], mut f: impl FnMut(usize, usize)) {
    let last = dims.len() - 1;
    let count: usize = dims[..last].iter().product();
    if count == 1 {
        return f(0, 0);
    }
    for r in 0..count {
        f(offset_of(r, &dims[..last], &steps[..last]), r * dims[last]);
    }
}

/// `dst` (dense) = the elements of `src` at the places. Rows are independent.
pub unsafe fn pick(places: &Places, src: *const u8, dst: *mut u8, size: usize) {
    let (dims, steps) = merged(places.inner.0, places.inner.1);
    let (n, m) = (dims.iter().product::<usize>(), places.offsets.len());
    let outer: usize = places.outer.0.iter().product();
    if n == 0 || m == 0 || outer == 0 {
        return;
    }
    let (source, target) = (Shared(src as *mut u8), Shared(dst));
    let grain = (par::ELEMENTWISE_GRAIN / 2 / n).max(1);
    let dense = dims.len() == 1 && (steps[0] == 1 || n == 1);
    let streams = n * size >= 256 && stream::worthwhile(2 * outer * m * n * size);
    by_size!(size, T => par::for_each_chunk(outer * m, grain, |range| {
        let (src, dst) = (source.get() as *const T, target.get() as *mut T);
        let mut row = range.start;
        while row < range.end {
            let (o, j) = (row / m, row % m);
            let end = (j + range.end - row).min(m);
            let base = src.add(offset_of(o, places.outer.0, places.outer.1));
            let out = dst.add(row * n);
            let offsets = &places.offsets[j..end];
            if n == 1 {
                for (k, &at) in offsets.iter().enumerate() {
                    *out.add(k) = *base.add(at);
                }
            } else if dense {
                for (k, &at) in offsets.iter().enumerate() {
                    let (from, to) = (base.add(at), out.add(k * n));
                    if streams {
                        stream::store(from.cast(), to.cast(), n * size);
                    } else {
                        std::ptr::copy_nonoverlapping(from, to, n);
                    }
                }
            } else {
                let last = dims.len() - 1;
                for (k, &at) in offsets.iter().enumerate() {
                    rows(&dims, &steps, |offset, pos| {
                        let (from, to) = (base.add(at + offset), out.add(k * n + pos));
                        for i in 0..dims[last] {
                            *to.add(i) = *from.add(i * steps[last]);
                        }
                    });
                }
            }
            row += end - j;
        }
        if streams {
            stream::fence();
        }
    }))
}

/// Elements of `dst` at the places combine with `values`, which are dense in the order (outer, offset, inner) with
/// step 1, or one value with step 0.
pub unsafe fn put(
    op: &str,
    places: &Places,
    dst: *mut u8,
    values: *const u8,
    step: usize,
    dtype: DType,
    reduce: Reduce,
) -> Result<()> {
    let (dims, steps) = merged(places.inner.0, places.inner.1);
    let (n, m) = (dims.iter().product::<usize>(), places.offsets.len());
    let outer: usize = places.outer.0.iter().product();
    if n == 0 || m == 0 || outer == 0 {
        return Ok(());
    }
    let (source, target) = (Shared(values as *mut u8), Shared(dst));
    let last = dims.len() - 1;
    by_reduce!(op, reduce, dtype, T, f => {
        let part = |o: usize, columns: Range<usize>| {
            let (values, dst) = (source.get() as *const T, target.get() as *mut T);
            let base = dst.add(offset_of(o, places.outer.0, places.outer.1));
            for (j, &at) in places.offsets.iter().enumerate() {
                let from = values.add((o * m + j) * n * step);
                rows(&dims, &steps, |offset, pos| {
                    let (to, from) = (base.add(at + offset), from.add(pos * step));
                    for i in columns.clone() {
                        let slot = to.add(i * steps[last]);
                        *slot = f(*slot, *from.add(i * step));
                    }
                });
            }
        };
        split(outer, m * n, dims[last], m * n / dims[last], part)
    });
    Ok(())
}

/// Cuts work over `outer` independent pieces of `each` elements, or a single piece over its columns, of which each
/// costs `height`.
fn split(
    outer: usize,
    each: usize,
    columns: usize,
    height: usize,
    part: impl Fn(usize, Range<usize>) + Sync,
) {
    let grain = par::ELEMENTWISE_GRAIN / 2;
    if outer > 1 {
        par::for_each_chunk(outer, (grain / each.max(1)).max(1), |r| r.for_each(|o| part(o, 0..columns)));
    } else {
        // a cache line of columns at the least, so that threads do not share lines
        par::for_each_chunk(columns, (grain / height.max(1)).max(16), |r| part(0, r));
    }
}

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
    let (source, target) = (Shared(src as *mut u8), Shared(dst));
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
    let (source, target) = (Shared(src as *mut u8), Shared(dst));
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

/// Zeroes a range of columns in every row of a dense matrix.
///
/// # Safety
/// `dst` is valid for `rows * columns` elements of `size` bytes; ranges lie within the columns.
pub unsafe fn clear_rows(
    dst: *mut u8,
    rows: usize,
    columns: usize,
    size: usize,
    range: impl Fn(usize) -> Range<usize> + Sync,
) {
    let target = Shared(dst);
    par::for_each_chunk(rows, (par::ELEMENTWISE_GRAIN / columns.max(1)).max(1), |part| {
        for row in part {
            let r = range(row);
            std::ptr::write_bytes(target.get().add((row * columns + r.start) * size), 0, r.len() * size);
        }
    });
}

/// An index outside `low..high`, if there is one: the first.
pub fn outside(index: &[i64], low: i64, high: i64) -> Option<i64> {
    let found = AtomicBool::new(false);
    par::for_each_chunk(index.len(), par::REDUCE_GRAIN, |r| {
        // SAFETY: a part of the slice
        if unsafe { any_outside(index.as_ptr().add(r.start), r.len(), low, high) } {
            found.store(true, Ordering::Relaxed);
        }
    });
    if found.into_inner() { index.iter().copied().find(|&i| i < low || i >= high) } else { None }
}

multiversion! {
    unsafe fn any_outside(index: *const i64, n: usize, low: i64, high: i64) -> bool {
        let mut any = false;
        for i in 0..n {
            let x = *index.add(i);
            any |= (x < low) | (x >= high);
        }
        any
    }
}

/// Dense elements of a tensor as a slice.
///
/// # Safety
/// `ptr` is valid for `n` elements for as long as the caller uses the slice.
pub unsafe fn slice_of<'a, T: Elem>(ptr: *const u8, n: usize) -> &'a [T] {
    if n == 0 { &[] } else { std::slice::from_raw_parts(ptr as *const T, n) }
}

/// `dst` = `value` where the mask is true, else `src`; blocks of equal length.
///
/// # Safety
/// Dense blocks of `n` elements of `size` bytes, `value` one element.
pub unsafe fn blend(mask: *const u8, src: *const u8, value: *const u8, dst: *mut u8, n: usize, size: usize) {
    by_size!(size, T => {
        let (src, dst, value) = (src as *const T, dst as *mut T, (value as *const T).read_unaligned());
        for i in 0..n {
            let old = src.add(i).read_unaligned();
            dst.add(i).write_unaligned(if *mask.add(i) != 0 { value } else { old });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pick_and_put_over_strided_axes() {
        // a 3 x 4 x 2 tensor, its middle axis indexed
        let x: Vec<i32> = (0..24).collect();
        let places = Places { outer: (&[3], &[8]), offsets: &[6, 0, 6], inner: (&[2], &[1]) };
        let mut y = vec![0i32; 18];
        // SAFETY: sizes as the layout says
        unsafe { pick(&places, x.as_ptr().cast(), y.as_mut_ptr().cast(), 4) };
        assert_eq!(&y[..6], &[6, 7, 0, 1, 6, 7]);
        assert_eq!(&y[12..], &[22, 23, 16, 17, 22, 23]);
        let mut z = vec![0i32; 24];
        // SAFETY: as above
        unsafe {
            put("t", &places, z.as_mut_ptr().cast(), y.as_ptr().cast(), 1, DType::I32, Reduce::Add).unwrap()
        };
        assert_eq!(&z[..8], &[0, 1, 0, 0, 0, 0, 12, 14]);
    }

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

    #[test]
    fn indices_outside() {
        assert_eq!(outside(&[0, 3, -1, 9], -2, 4), Some(9));
        assert_eq!(outside(&[0, 3, -1], -2, 4), None);
        assert_eq!(outside(&[], 0, 0), None);
    }
}
