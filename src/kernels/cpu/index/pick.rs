//! Elements picked from, and put to, places of whole axes.

use super::write::{NARROW, Steps, TURN, Writer};
use super::{POLLED, Reduce, any_outside, split};
use crate::base::DType;
use crate::error::Result;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::walk::Walk;
use crate::kernels::cpu::machine::{par, stop, stream};
use smallvec::SmallVec;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The places that indices name in a tensor: for each `o` of the axes before, each offset, each `i` of the axes after.
pub struct Places<'a> {
    pub outer: (&'a [usize], &'a [usize]),
    pub offsets: &'a [usize],
    pub inner: (&'a [usize], &'a [usize]),
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

/// What an index adds to offsets: `index[j] * step`, counted from the end of `n` where it is negative. If not `more`, it is all
/// that they are so far.
pub fn add_offsets(offsets: &mut [usize], index: &[i64], n: i64, step: usize, more: bool) {
    let count = offsets.len().min(index.len());
    let (to, index) = (Ptr(offsets.as_mut_ptr()), Ptr::of(index.as_ptr()));
    par::for_each_chunk(count, par::ELEMENTWISE_GRAIN, |r| {
        // SAFETY: a part of both
        unsafe { some_offsets(to.at(r.start), index.at(r.start).cast_const(), r.len(), n, step, more) }
    });
}

multiversion! {
    unsafe fn some_offsets(to: *mut usize, index: *const i64, count: usize, n: i64, step: usize, more: bool) {
        for j in 0..count {
            let i = *index.add(j);
            let at = ((if i < 0 { i + n } else { i }) as usize).wrapping_mul(step);
            *to.add(j) = if more { (*to.add(j)).wrapping_add(at) } else { at };
        }
    }
}

/// Indices that are looked at together.
const BLOCK: usize = 256;

/// `dst` (dense) = the elements of `src`, of which there are `n`, `step` apart, that the index names; counted from the end where
/// `wraps` says so. Answers whether all lie inside; what is written otherwise is of no use. (65536 float32 in any order: 42 us by
/// offsets that are written first, 29 so.)
///
/// # Safety
/// `src` is readable for `n` elements, `dst` writable for as many as the index has; elements are of `size` bytes.
pub unsafe fn pick_flat(
    (src, n, step): (*const u8, usize, usize),
    index: &[i64],
    wraps: bool,
    dst: *mut u8,
    size: usize,
) -> bool {
    let (source, target, index) = (Ptr::of(src), Ptr(dst), (Ptr::of(index.as_ptr()), index.len()));
    let last = n as i64;
    let low = if wraps { -last } else { 0 };
    let fault = AtomicBool::new(false);
    by_size!(size, T => par::for_each_chunk(index.1, par::ELEMENTWISE_GRAIN / 2, |range| {
        let (src, dst) = (source.get() as *const T, target.get() as *mut T);
        for from in range.clone().step_by(BLOCK) {
            let count = BLOCK.min(range.end - from);
            let index = index.0.at(from).cast_const();
            let dst = dst.add(from);
            // most count from the front
            if step == 1 && !any_outside(index, count, 0, last) {
                for j in 0..count {
                    *dst.add(j) = *src.add(*index.add(j) as usize);
                }
                continue;
            }
            if any_outside(index, count, low, last) {
                return fault.store(true, Ordering::Relaxed);
            }
            for j in 0..count {
                let i = *index.add(j);
                let at = (i + (i >> 63 & last)) as usize;
                *dst.add(j) = *src.add(at * step);
            }
        }
    }));
    !fault.into_inner()
}

/// Elements that are picked of each of many rows up to which they are picked column by column. (One of four of 30,720 rows of
/// bfloat16: row by row 205 us, so 11.)
const FEW: usize = 16;

/// [`pick`] of a few elements of each of many rows.
unsafe fn pick_few<T: Copy>(places: &Places, few: &[usize], src: *const u8, dst: *mut u8) {
    let (lead, length, [down]) = Walk::new(places.outer.0, [places.outer.1]).split_last();
    let (source, target, m) = (Ptr::of(src as *const T), Ptr(dst as *mut T), few.len());
    let turns = length.div_ceil(TURN);
    let grain = (par::ELEMENTWISE_GRAIN / 2 / (m * length.min(TURN))).max(1);
    par::for_each_chunk(lead.count() * turns, grain, |range| {
        for task in range {
            let (o, first) = (task / turns, task % turns * TURN);
            let count = TURN.min(length - first);
            lead.each(o..o + 1, |[at]| {
                for (k, offset) in few.iter().enumerate() {
                    let from = source.at(at + first * down + offset).cast_const();
                    let to = target.at((o * length + first) * m + k);
                    (0..count).for_each(|i| *to.add(i * m) = *from.add(i * down));
                }
            });
        }
    });
}

/// `dst` (dense) = the elements of `src` at the places. Rows are independent.
pub unsafe fn pick(places: &Places, src: *const u8, dst: *mut u8, size: usize) {
    let (rows, length, [step]) = Walk::new(places.inner.0, [places.inner.1]).split_last();
    let (n, m) = (rows.count() * length, places.offsets.len());
    let outer: usize = places.outer.0.iter().product();
    if n == 0 || m == 0 || outer == 0 {
        return;
    }
    if n * m <= FEW && outer >= FEW {
        let mut few = SmallVec::<[usize; FEW]>::new();
        for at in places.offsets {
            rows.each(0..rows.count(), |[offset]| few.extend((0..length).map(|i| at + offset + i * step)));
        }
        return by_size!(size, T => pick_few::<T>(places, &few, src, dst));
    }
    let (source, target) = (Ptr(src as *mut u8), Ptr(dst));
    let grain = (par::ELEMENTWISE_GRAIN / 2 / n).max(1);
    let dense = length == n && step == 1;
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
                for (k, &at) in offsets.iter().enumerate() {
                    let mut to = out.add(k * n);
                    rows.each(0..rows.count(), |[offset]| {
                        let from = base.add(at + offset);
                        if step == 1 {
                            std::ptr::copy_nonoverlapping(from, to, length);
                        } else {
                            for i in 0..length {
                                *to.add(i) = *from.add(i * step);
                            }
                        }
                        to = to.add(length);
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
    let (rows, length, [along]) = Walk::new(places.inner.0, [places.inner.1]).split_last();
    let (n, m) = (rows.count() * length, places.offsets.len());
    let outer: usize = places.outer.0.iter().product();
    if n == 0 || m == 0 || outer == 0 {
        return Ok(());
    }
    let writer = Writer::new(op, reduce, dtype)?;
    let bytes = writer.size;
    let (source, target) = (Ptr::of(values), Ptr(dst));
    if n * m < FEW && outer >= FEW {
        // column by column: places of different rows differ, and within a row the order stays
        let each: SmallVec<[usize; FEW]> =
            (0..n).map(|i| offset_of(i, places.inner.0, places.inner.1)).collect();
        let (lead, length, [down]) = Walk::new(places.outer.0, [places.outer.1]).split_last();
        let turns = length.div_ceil(TURN);
        let grain = (par::ELEMENTWISE_GRAIN / 2 / (n * m * length.min(TURN))).max(1);
        par::for_each_chunk(lead.count() * turns, grain, |range| {
            for task in range {
                let (o, first) = (task / turns, task % turns * TURN);
                let rows = TURN.min(length - first);
                lead.each_of(o..o + 1, &mut |[at]| {
                    for (j, offset) in places.offsets.iter().enumerate() {
                        for (i, inner) in each.iter().enumerate() {
                            let to = target.at((at + offset + inner + first * down) * bytes);
                            let from = source.at((((o * length + first) * m + j) * n + i) * step * bytes);
                            writer.along(to, from, rows, (down, m * n * step));
                        }
                    }
                });
            }
        });
        return Ok(());
    }
    // only asked for where places are shared
    let reach = OnceLock::new();
    split(outer, (m, n), length, true, &|outers, share| {
        let (first, columns) = (share.columns.start, share.columns.len());
        for o in outers {
            let base = target.at(offset_of(o, places.outer.0, places.outer.1) * bytes);
            let from = source.at(o * m * n * step * bytes);
            if rows.count() == 1 && share.parts == 1 && columns <= NARROW {
                let (to, from) = (base.add(first * along * bytes), from.add(first * step * bytes));
                let steps = Steps { to: 0, from: n * step, index: 1, along: 1 };
                let offsets = places.offsets.as_ptr().cast();
                writer.narrow(to, from, offsets, m, steps, (columns, (along, step)));
                continue;
            }
            let most = || places.offsets.iter().max().map_or(0, |&at| at + 1);
            let reach = if share.parts > 1 { *reach.get_or_init(most) } else { 0 };
            share.each(
                m,
                (reach, 1),
                |j| places.offsets[j],
                |j| {
                    if j % POLLED == 0 {
                        stop::poll();
                    }
                    let to = base.add((places.offsets[j] + first * along) * bytes);
                    let mut from = from.add((j * n + first) * step * bytes);
                    rows.each_of(0..rows.count(), &mut |[offset]| {
                        writer.along(to.add(offset * bytes), from, columns, (along, step));
                        from = from.add(length * step * bytes);
                    });
                },
            );
        }
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

    /// Elements of rows that lie apart, of few and many rows, against the places themselves.
    #[test]
    fn a_few_of_each_row() {
        let x: Vec<u16> = (0..60_000).map(|i| (i * 7 % 65_521) as u16).collect();
        for (shape, strides) in
            [([3, 300], [18_000, 60]), ([300, 3], [7, 2200]), ([1, 600], [0, 90]), ([2, 5], [9, 30])]
        {
            for (offsets, inner) in [
                (&[4usize][..], (&[][..], &[][..])),
                (&[6, 0, 6], (&[][..], &[][..])),
                (&[2, 40], (&[2, 3][..], &[7, 1][..])),
                (&[9, 3], (&[20][..], &[2][..])),
            ] {
                let places = Places { outer: (&shape, &strides), offsets, inner };
                let n: usize = inner.0.iter().product();
                let many = shape[0] * shape[1];
                let mut y = vec![0u16; many * offsets.len() * n];
                // SAFETY: the places lie within 60,000 elements
                unsafe { pick(&places, x.as_ptr().cast(), y.as_mut_ptr().cast(), 2) };
                for (at, got) in y.iter().enumerate() {
                    let (o, j, i) = (at / (offsets.len() * n), at / n % offsets.len(), at % n);
                    let place = offset_of(o, &shape, &strides) + offsets[j] + offset_of(i, inner.0, inner.1);
                    assert_eq!(*got, x[place]);
                }
            }
        }
    }

    /// Rows, single elements, several axes behind, one value: against loops over the places.
    #[test]
    fn every_way_of_putting_agrees() {
        let cases: [(&[usize], &[usize], usize, &[usize], &[usize]); 7] = [
            (&[], &[], 40, &[40], &[1]),
            (&[9], &[40], 1, &[], &[]),
            (&[2], &[240], 40, &[5, 8], &[8, 1]),
            (&[2], &[240], 40, &[5, 8], &[1, 5]),
            (&[3, 2], &[400, 200], 40, &[40], &[1]),
            (&[], &[], 2, &[70], &[11]),
            (&[40], &[49], 9, &[], &[]),
        ];
        for (os, ot, along, is, it) in cases {
            // few of many rows are put column by column
            let count = if os == [40] { 5 } else { 30 };
            let offsets: Vec<usize> = (0..count).map(|i| i * i % 5 * along).collect();
            let places = Places { outer: (os, ot), offsets: &offsets, inner: (is, it) };
            let (outer, n): (usize, usize) = (os.iter().product(), is.iter().product());
            let values: Vec<f32> = (0..outer * count * n).map(|i| (i as f32).cos()).collect();
            for step in [0, 1] {
                for reduce in [Reduce::Set, Reduce::Add, Reduce::Max] {
                    let (mut want, mut got) = (vec![0.25f32; 2000], vec![0.25f32; 2000]);
                    for o in 0..outer {
                        for (j, at) in offsets.iter().enumerate() {
                            for i in 0..n {
                                let to = &mut want[offset_of(o, os, ot) + at + offset_of(i, is, it)];
                                let v = values[((o * count + j) * n + i) * step];
                                *to = match reduce {
                                    Reduce::Add => *to + v,
                                    Reduce::Max => to.max(v),
                                    _ => v,
                                };
                            }
                        }
                    }
                    let (to, from) = (got.as_mut_ptr().cast(), values.as_ptr().cast());
                    // SAFETY: the places lie within 2000 elements
                    unsafe { put("t", &places, to, from, step, DType::F32, reduce).unwrap() };
                    assert_eq!(got, want, "{os:?} {is:?} {step} {reduce:?}");
                }
            }
        }
    }

    #[test]
    fn the_same_bits_for_any_number_of_threads() {
        let before = par::num_threads();
        for (n, count, step) in
            [(1, 50_000, 1), (1, 50_000, 0), (5, 3000, 1), (64, 3000, 1), (5000, 6, 1), (64, 3000, 0)]
        {
            let offsets: Vec<usize> = (0..count).map(|i| i * i % 97 * n).collect();
            let (shape, ones) = ([n], [1]);
            let inner = if n == 1 { (&shape[..0], &ones[..0]) } else { (&shape[..], &ones[..]) };
            let places = Places { outer: (&[], &[]), offsets: &offsets, inner };
            let values: Vec<f32> = (0..count * n).map(|i| (i as f32).sin()).collect();
            for reduce in [Reduce::Set, Reduce::Add] {
                let mut want = vec![0f32; 97 * n];
                for j in 0..count * n {
                    let slot = &mut want[offsets[j / n] + j % n];
                    let v = values[j * step];
                    *slot = if reduce == Reduce::Add { *slot + v } else { v };
                }
                for threads in [1, 2, 3, 5] {
                    par::set_num_threads(threads);
                    let mut got = vec![0f32; 97 * n];
                    let (to, from) = (got.as_mut_ptr().cast(), values.as_ptr().cast());
                    // SAFETY: the places lie within as many elements
                    unsafe { put("t", &places, to, from, step, DType::F32, reduce).unwrap() };
                    assert_eq!(got, want);
                }
            }
        }
        par::set_num_threads(before);
    }
}
