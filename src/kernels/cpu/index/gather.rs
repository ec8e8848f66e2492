//! Elements along one axis by an index tensor: gathered, scattered, combined.

use super::write::{NARROW, Steps, TURN, Writer};
use super::{POLLED, Reduce, any_outside, split};
use crate::base::{DType, Num};
use crate::error::Result;
use crate::kernels::cpu::machine::float::{Cmp, Ptr};
use crate::kernels::cpu::machine::walk::Walk;
use crate::kernels::cpu::machine::{par, stop, stream};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

/// An index tensor over a tensor along one axis.
#[derive(Debug)]
pub struct Lines<'a> {
    /// The shape of the index, of at least one axis.
    pub shape: &'a [usize],
    /// Row-major, but 0 along axes over which the index is expanded: those stand in `index` once.
    pub strides: &'a [usize],
    pub index: &'a [i64],
    pub dim: usize,
}

impl Lines<'_> {
    /// The axes before the indexed one and those after it, with their steps in two tensors and in the index.
    fn around(&self, a: &[usize], b: &[usize]) -> (Walk<3>, Walk<3>) {
        let part = |r: Range<usize>| {
            Walk::new(&self.shape[r.clone()], [&a[r.clone()], &b[r.clone()], &self.strides[r]])
        };
        (part(0..self.dim), part(self.dim + 1..self.shape.len()))
    }
    /// Whether the index has an element for each of its places.
    fn is_whole(&self) -> bool {
        self.index.len() == self.shape.iter().product::<usize>()
    }
}

/// Elements that the index has for a row below which rows are written side by side (one of each of 15,600 rows 69 us one by one, so 25;
/// ten of each of 3,000 27 and 16; of 20 it is the same).
const FEW: usize = 16;

/// Rows that are fetched ahead.
const AHEAD: usize = 2;
/// Indices that are checked at a time, just before they are used: a pass of its own would read them from memory twice.
const CHECKED: usize = 2048;

/// `dst` (dense, the index's shape) = elements of `src` whose coordinate along `dim` the index replaces. Says whether
/// every index lay within `0..size`; if not, `dst` is not all written.
pub unsafe fn gather(
    lines: &Lines,
    size: usize,
    src: *const u8,
    strides: &[usize],
    dst: *mut u8,
    bytes: usize,
) -> bool {
    if lines.shape.contains(&0) {
        return true;
    }
    // one index for a whole row: rows are copied
    let (dim, mut dense) = (lines.dim, crate::base::Layout::contiguous(lines.shape).strides);
    let (to_step, from_step, along) = (dense[dim], lines.strides[dim], strides[dim]);
    let whole = lines.is_whole();
    if !whole && any_outside(lines.index.as_ptr(), lines.index.len(), 0, size as i64) {
        return false;
    }
    // the indexed axis is one of the rows': `src` stays where it is along it
    let mut still = crate::base::Dims::from_slice(strides);
    still[dim] = 0;
    if dim + 1 == lines.shape.len() || lines.shape[dim + 1..].iter().all(|&n| n == 1) {
        let (rows, _) = lines.around(&still, &dense);
        return by_size!(bytes, T => gather_lines::<T>(lines, size, rows, [to_step, from_step, along], src, dst));
    }
    dense[dim] = to_step;
    let (_, after) = lines.around(&still, &dense);
    let (between, n, steps) = after.split_last();
    // all rows in the order of the index
    let before = Walk::new(&lines.shape[..=dim], [&still[..=dim], &dense[..=dim], &lines.strides[..=dim]]);
    by_size!(bytes, T => gather_rows::<T>(lines, size, along, &before, &between, n, steps, src, dst))
}

/// The indexed axis is the last: rows of the result from rows of the source.
unsafe fn gather_lines<T: Copy>(
    lines: &Lines,
    size: usize,
    rows: Walk<3>,
    [to_step, from_step, along]: [usize; 3],
    src: *const u8,
    dst: *mut u8,
) -> bool {
    let (src, dst, index) = (Ptr::of(src as *const T), Ptr(dst as *mut T), Ptr::of(lines.index.as_ptr()));
    let n = lines.shape[lines.dim];
    let fault = AtomicBool::new(false);
    let whole = lines.is_whole();
    // a row that most of its bytes are wanted of is fetched whole, a line at a time, while others are worked on
    let row_bytes = size * size_of::<T>();
    let ahead = whole && along == 1 && row_bytes <= 16 << 10 && n * 64 >= row_bytes;
    par::for_each_chunk(rows.count(), (par::ELEMENTWISE_GRAIN / 2 / n).max(1), |range| {
        for row in range.clone().step_by(CHECKED / n + 1) {
            let some = row..(row + CHECKED / n + 1).min(range.end);
            if whole && any_outside(index.at(row * n), some.len() * n, 0, size as i64) {
                fault.store(true, Ordering::Relaxed);
                return;
            }
            if n == 1 {
                rows.each(some, |[from, to, at]| {
                    *dst.at(to) = *src.at(from + *index.at(at) as usize * along)
                });
                continue;
            }
            let mut before = 0;
            rows.each(some, |[from, to, at]| {
                let (from, to, index) = (src.at(from).cast_const(), dst.at(to), index.at(at).cast_const());
                if ahead {
                    // rows of the source are mostly as far apart as this one is from the last
                    let distance = (from as usize).wrapping_sub(before);
                    before = from as usize;
                    let next = (from as *const u8).wrapping_add(distance.wrapping_mul(AHEAD));
                    let index = std::slice::from_raw_parts(index, n);
                    let some = (n / row_bytes.div_ceil(64)).max(1);
                    for (line, index) in index.chunks(some).enumerate() {
                        stream::prefetch(next.wrapping_add(64 * line));
                        for (j, &at) in index.iter().enumerate() {
                            *to.add(line * some + j) = *from.add(at as usize);
                        }
                    }
                } else if along == 1 && to_step == 1 && from_step == 1 {
                    for j in 0..n {
                        *to.add(j) = *from.add(*index.add(j) as usize);
                    }
                } else {
                    for j in 0..n {
                        *to.add(j * to_step) = *from.add(*index.add(j * from_step) as usize * along);
                    }
                }
            });
        }
    });
    !fault.into_inner()
}

/// There are axes after the indexed one: rows along the last of them.
unsafe fn gather_rows<T: Copy>(
    lines: &Lines,
    size: usize,
    along: usize,
    before: &Walk<3>,
    between: &Walk<3>,
    n: usize,
    [from_step, to_step, index_step]: [usize; 3],
    src: *const u8,
    dst: *mut u8,
) -> bool {
    let (src, dst, index) = (Ptr::of(src as *const T), Ptr(dst as *mut T), Ptr::of(lines.index.as_ptr()));
    let fault = AtomicBool::new(false);
    let whole = lines.is_whole();
    let each = between.count() * n;
    par::for_each_chunk(before.count(), (par::ELEMENTWISE_GRAIN / 2 / each).max(1), |range| {
        before.each(range, |o| {
            // the indices of these rows lie together
            if whole && any_outside(index.at(o[2]), each, 0, size as i64) {
                fault.store(true, Ordering::Relaxed);
            }
            if fault.load(Ordering::Relaxed) {
                return;
            }
            between.each(0..between.count(), |b| {
                let (from, to) = (src.at(o[0] + b[0]).cast_const(), dst.at(o[1] + b[1]));
                let index = index.at(o[2] + b[2]).cast_const();
                match [from_step, to_step, index_step] {
                    [1, 1, 0] => {
                        std::ptr::copy_nonoverlapping(from.add(*index as usize * along), to, n);
                    }
                    [1, 1, 1] => {
                        for j in 0..n {
                            *to.add(j) = *from.add(*index.add(j) as usize * along + j);
                        }
                    }
                    _ => {
                        for j in 0..n {
                            let at = *index.add(j * index_step) as usize * along + j * from_step;
                            *to.add(j * to_step) = *from.add(at);
                        }
                    }
                }
            });
        });
    });
    !fault.into_inner()
}

/// Elements of `dst` whose coordinate along `dim` the index replaces combine with those of `src`. Those that meet at a
/// place do so in the order of the index; places differ where another coordinate does, so that those are independent. `size` is that
/// of `dst` along the axis.
pub unsafe fn scatter(
    op: &str,
    lines: &Lines,
    dst: *mut u8,
    dst_strides: &[usize],
    src: *const u8,
    src_strides: &[usize],
    size: usize,
    dtype: DType,
    reduce: Reduce,
) -> Result<()> {
    if lines.shape.contains(&0) {
        return Ok(());
    }
    let writer = Writer::new(op, reduce, dtype)?;
    let bytes = writer.size;
    let (source, target) = (Ptr::of(src), Ptr(dst));
    let index = Ptr::of(lines.index.as_ptr());
    let (m, along) = (lines.shape[lines.dim], dst_strides[lines.dim]);
    let (from_step, index_step) = (src_strides[lines.dim], lines.strides[lines.dim]);
    let (before, after) = lines.around(dst_strides, src_strides);
    let outer = before.count();
    let each = after.count();
    if each * m < FEW && outer >= FEW {
        // column by column: places of different rows differ, and within a row the order stays
        let (lead, length, [down, next, index_down]) = before.split_last();
        let turns = length.div_ceil(TURN);
        let steps = Steps { to: down, from: next, index: index_down, along };
        let grain = (par::ELEMENTWISE_GRAIN / 2 / (each * m * length.min(TURN))).max(1);
        par::for_each_chunk(lead.count() * turns, grain, |range| {
            for task in range {
                let (row, first) = (task / turns, task % turns * TURN);
                let rows = TURN.min(length - first);
                lead.each_of(row..row + 1, &mut |o| {
                    for j in 0..m {
                        after.each_of(0..each, &mut |b| {
                            let to = target.at((o[0] + b[0] + first * down) * bytes);
                            let from = source.at((o[1] + b[1] + first * next + j * from_step) * bytes);
                            let index = index.at(o[2] + b[2] + first * index_down + j * index_step);
                            (writer.spread)(to, from, index, rows, steps);
                        });
                    }
                });
            }
        });
        return Ok(());
    }
    if each == 1 {
        let steps = Steps { to: 0, from: from_step, index: index_step, along };
        par::for_each_chunk(outer, (par::ELEMENTWISE_GRAIN / 2 / m).max(1), |range| {
            before.each_of(range, &mut |o| {
                (writer.spread)(target.at(o[0] * bytes), source.at(o[1] * bytes), index.at(o[2]), m, steps);
            });
        });
        return Ok(());
    }
    let (between, n, [to_step, next, index_next]) = after.split_last();
    let apart = between.count() == 1 && index_next == 0;
    split(outer, (m, between.count() * n), n, apart, &|outers, share| {
        let (first, columns) = (share.columns.start, share.columns.len());
        before.each_of(outers, &mut |o| {
            if apart && share.parts == 1 && columns <= NARROW {
                let to = target.at((o[0] + first * to_step) * bytes);
                let from = source.at((o[1] + first * next) * bytes);
                let steps = Steps { to: 0, from: from_step, index: index_step, along };
                return writer.narrow(to, from, index.at(o[2]), m, steps, (columns, (to_step, next)));
            }
            let place = |i: usize| *index.at(o[2] + i * index_step) as usize;
            share.each(m, (size, along), place, |i| {
                if i % POLLED == 0 {
                    stop::poll();
                }
                between.each_of(0..between.count(), &mut |b| {
                    let to = target.at((o[0] + b[0] + first * to_step) * bytes);
                    let from = source.at((o[1] + b[1] + i * from_step + first * next) * bytes);
                    let index = index.at(o[2] + b[2] + i * index_step + first * index_next);
                    if index_next == 0 {
                        let to = to.add(*index as usize * along * bytes);
                        writer.along(to, from, columns, (to_step, next));
                    } else {
                        let steps = Steps { to: to_step, from: next, index: index_next, along };
                        (writer.spread)(to, from, index, columns, steps);
                    }
                });
            });
        });
    });
    Ok(())
}

multiversion! {
    /// `x /= counts` of floats.
    unsafe fn divide_floats[T: Cmp](x: *mut T, counts: *const i64, n: usize) {
        for i in 0..n {
            let (v, k) = (*x.add(i), *counts.add(i));
            *x.add(i) = if k > 1 { v / T::from_i64(k) } else { v };
        }
    }
}

/// `x /= counts` where there is more than one; integers round down.
///
/// # Safety
/// Both are dense, of `n` elements.
pub unsafe fn divide<T: Num>(x: *mut T, counts: *const i64, n: usize) {
    match T::DTYPE {
        DType::F32 => return divide_floats(x.cast::<f32>(), counts, n),
        DType::F64 => return divide_floats(x.cast::<f64>(), counts, n),
        _ => {}
    }
    for i in 0..n {
        let (v, k) = (*x.add(i), *counts.add(i));
        if k > 1 {
            *x.add(i) = if T::DTYPE.is_integral() {
                T::from_i64(v.to_i64().div_euclid(k))
            } else {
                T::from_c128(v.to_c128() / k as f64)
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Layout;
    use crate::kernels::cpu::machine::simd::{LEVELS, with_level};

    /// Calls `f(position in the index, offset in the tensor, offset in the source)` for each element of the index.
    fn reference(lines: &Lines, strides: &[usize], other: &[usize], mut f: impl FnMut(usize, usize, usize)) {
        let n: usize = lines.shape.iter().product();
        for i in 0..n {
            let (mut rest, mut at, mut to, mut from) = (i, 0, 0, 0);
            let mut along = 0;
            for d in (0..lines.shape.len()).rev() {
                let k = rest % lines.shape[d];
                rest /= lines.shape[d];
                at += k * lines.strides[d];
                from += k * other[d];
                if d == lines.dim { along = strides[d] } else { to += k * strides[d] }
            }
            f(i, to + lines.index[at] as usize * along, from);
        }
    }

    /// Every axis, whole and expanded indices, dense and turned tensors.
    #[test]
    fn every_way_agrees_with_one_element_after_another() {
        let shapes: [&[usize]; 6] = [&[7], &[5, 40], &[40, 5], &[3, 4, 37], &[2, 3, 4, 5], &[30, 1, 33]];
        for shape in shapes {
            let nd = shape.len();
            for dim in 0..nd {
                for spread in 0..1usize << nd {
                    if spread >> dim & 1 == 1 {
                        continue;
                    }
                    let own: Vec<usize> =
                        (0..nd).map(|d| if spread >> d & 1 == 1 { 1 } else { shape[d] }).collect();
                    let mut strides = Layout::contiguous(&own).strides;
                    (0..nd).filter(|&d| spread >> d & 1 == 1).for_each(|d| strides[d] = 0);
                    let count: usize = own.iter().product();
                    let index: Vec<i64> = (0..count).map(|i| (i * i + 3 * i) as i64 % 6).collect();
                    let lines = Lines { shape, strides: &strides, index: &index, dim };
                    // a tensor of 6 along the axis, dense or with its axes in the other order
                    let mut table = shape.to_vec();
                    table[dim] = 6;
                    let dense = Layout::contiguous(&table).strides;
                    let back: Vec<usize> = table.iter().rev().copied().collect();
                    let turned: Vec<usize> =
                        Layout::contiguous(&back).strides.iter().rev().copied().collect();
                    let flat = Layout::contiguous(shape).strides;
                    let (n, m): (usize, usize) = (shape.iter().product(), table.iter().product());
                    for by in [&dense[..], &turned[..]] {
                        for level in LEVELS {
                            with_level(level, || check(&lines, by, &flat, n, m));
                        }
                    }
                }
            }
        }
    }

    fn check(lines: &Lines, by: &[usize], flat: &[usize], n: usize, m: usize) {
        let x: Vec<f32> = (0..m).map(|i| i as f32 * 0.5 - 3.0).collect();
        let (mut want, mut got) = (vec![0f32; n], vec![0f32; n]);
        reference(lines, by, flat, |i, at, _| want[i] = x[at]);
        // SAFETY: indices lie in the axis
        assert!(unsafe { gather(lines, 6, x.as_ptr().cast(), by, got.as_mut_ptr().cast(), 4) });
        assert_eq!(got, want);
        let src: Vec<f32> = (0..n).map(|i| (i * 37 % 11) as f32 * 0.3 - 1.0).collect();
        for reduce in [Reduce::Set, Reduce::Add, Reduce::Mul, Reduce::Min, Reduce::Max] {
            let (mut want, mut got) = (x.clone(), x.clone());
            reference(lines, by, flat, |_, at, from| {
                let (a, v) = (want[at], src[from]);
                want[at] = match reduce {
                    Reduce::Set => v,
                    Reduce::Add => a + v,
                    Reduce::Mul => a * v,
                    Reduce::Min => a.min(v),
                    Reduce::Max => a.max(v),
                };
            });
            // SAFETY: indices lie in the axis
            unsafe {
                scatter(
                    "t",
                    lines,
                    got.as_mut_ptr().cast(),
                    by,
                    src.as_ptr().cast(),
                    flat,
                    6,
                    DType::F32,
                    reduce,
                )
                .unwrap()
            };
            assert_eq!(got, want, "{reduce:?} {lines:?}");
        }
    }

    #[test]
    fn an_index_outside_is_seen_wherever_it_stands() {
        for (shape, dim) in [(vec![50, 90], 1), (vec![50, 90], 0), (vec![5000], 0)] {
            let n: usize = shape.iter().product();
            let strides = Layout::contiguous(&shape).strides;
            let x = vec![0u8; n];
            for at in [0, n / 2, n - 1] {
                let mut index = vec![1i64; n];
                index[at] = shape[dim] as i64;
                let lines = Lines { shape: &shape, strides: &strides, index: &index, dim };
                let mut out = vec![0u8; n];
                // SAFETY: what lies outside is what the kernel looks for
                assert!(!unsafe { gather(&lines, shape[dim], x.as_ptr(), &strides, out.as_mut_ptr(), 1) });
            }
        }
    }

    #[test]
    fn the_same_bits_for_any_number_of_threads() {
        let before = par::num_threads();
        // rows, single elements, few long rows, an index for each element
        for (n, d, whole) in
            [(3000, 70, false), (3000, 5, false), (100_000, 1, false), (7, 9000, false), (3000, 70, true)]
        {
            let count = if whole { n * d } else { n };
            let index: Vec<i64> = (0..count).map(|i| (i * i) as i64 % 50).collect();
            let src: Vec<f32> = (0..n * d).map(|i| (i as f32).sin()).collect();
            let strides = if whole { [d, 1] } else { [1, 0] };
            let lines = Lines { shape: &[n, d], strides: &strides, index: &index, dim: 0 };
            for reduce in [Reduce::Add, Reduce::Set] {
                let results = |threads: usize| {
                    par::set_num_threads(threads);
                    let mut dst = vec![0f32; 50 * d];
                    let (to, from) = (dst.as_mut_ptr().cast(), src.as_ptr().cast());
                    // SAFETY: indices lie in the axis
                    unsafe {
                        scatter("t", &lines, to, &[d, 1], from, &[d, 1], 50, DType::F32, reduce).unwrap()
                    };
                    dst
                };
                let mut want = vec![0f32; 50 * d];
                for i in 0..n * d {
                    let slot = &mut want[index[if whole { i } else { i / d }] as usize * d + i % d];
                    *slot = if reduce == Reduce::Add { *slot + src[i] } else { src[i] };
                }
                for threads in [1, 2, 3, 5] {
                    assert_eq!(results(threads), want);
                }
            }
        }
        par::set_num_threads(before);
    }
}
