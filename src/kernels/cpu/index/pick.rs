//! Elements picked from, and put to, places of whole axes.

use super::{Reduce, by_reduce, by_size, split};
use crate::base::{DType, Dims, Num};
use crate::error::Result;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::{par, stream};
use crate::with_dtype;
use std::ops::Range;

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
    let (source, target) = (Ptr(src as *mut u8), Ptr(dst));
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
    let (source, target) = (Ptr(values as *mut u8), Ptr(dst));
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
        // SAFETY: sizes as the layout says
        unsafe {
            put("t", &places, z.as_mut_ptr().cast(), y.as_ptr().cast(), 1, DType::I32, Reduce::Add).unwrap()
        };
        assert_eq!(&z[..8], &[0, 1, 0, 0, 0, 0, 12, 14]);
    }
}
