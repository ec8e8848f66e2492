//! Copies whose rows are not dense on both sides: woven of two to four rows or apart again, backwards, repeated, with
//! gaps. The loop in `machine::iter` would copy them through buffers, a few elements at a time where the last axis is
//! short; here a long axis is the inner loop wherever there is one, with steps that the compiler knows.
//!
//! What runs where is decided in [`run`] alone. Microseconds before and after, one thread: two 256x256 stacked along a new
//! last axis 209 and 5, rows of 256 floats backwards 27 and 3, a pixel shuffle of 2x16x32x32 by two 175 and 5.

use super::transpose::{self, Packed};
use crate::base::Dims;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::walk::Walk;
use crate::kernels::cpu::machine::{par, stream};
use smallvec::SmallVec;
use std::ops::Range;

/// Bytes of a row from which copying it whole beats any other order.
pub const LONG: usize = 64;
/// Bytes of a row from which its copy is a call; shorter ones are copied line by line, many in a call (heads of 64 floats split
/// and merged, 1 MiB: 20 instead of 30 us).
const WHOLE: usize = 2048;
/// Elements of a row that one task copies.
const PIECE: usize = 8192;
/// Elements along a long axis between turns along a short one: the lines in between stay in the nearest cache.
const TURN: usize = 256;

/// An axis: its size, and steps in destination and source, in elements. Steps back are steps that wrap around.
#[derive(Clone, Copy, Debug)]
struct Axis {
    n: usize,
    to: usize,
    from: usize,
}

/// Axes in the order of the destination's memory, neighbours merged, and the size of an element.
struct Job {
    axes: SmallVec<[Axis; 6]>,
    size: usize,
}

impl Job {
    fn new(shape: &[usize], to: &[usize], from: &[usize], size: usize) -> Job {
        let mut all: SmallVec<[Axis; 6]> = (0..shape.len())
            .filter(|&i| shape[i] != 1)
            .map(|i| Axis { n: shape[i], to: to[i], from: from[i] })
            .collect();
        if !all.is_sorted_by_key(|a| std::cmp::Reverse(a.to)) {
            all.sort_by_key(|a| std::cmp::Reverse(a.to));
        }
        let mut axes: SmallVec<[Axis; 6]> = SmallVec::new();
        for a in all {
            match axes.last_mut() {
                Some(last) if last.to == a.to * a.n && last.from == a.from.wrapping_mul(a.n) => {
                    *last = Axis { n: last.n * a.n, ..a };
                }
                _ => axes.push(a),
            }
        }
        let mut job = Job { axes, size };
        job.widen();
        job
    }

    /// Elements that lie together on both sides are one of a larger size.
    fn widen(&mut self) {
        let Some((&last, rest)) = self.axes.split_last() else { return };
        let fits = last.to == 1 && last.from == 1 && matches!(last.n * self.size, 2 | 4 | 8 | 16);
        let whole = |a: &Axis| a.to.is_multiple_of(last.n) && (a.from as isize) % (last.n as isize) == 0;
        if !fits || rest.is_empty() || !rest.iter().all(whole) {
            return;
        }
        self.size *= last.n;
        self.axes.pop();
        for a in &mut self.axes {
            a.to /= last.n;
            a.from = (a.from as isize / last.n as isize) as usize;
        }
    }

    /// All axes but some.
    fn without(&self, out: &[usize]) -> Walk<2> {
        let kept = || (0..self.axes.len()).filter(|i| !out.contains(i)).map(|i| self.axes[i]);
        let (n, to, from): (Dims, Dims, Dims) =
            (kept().map(|a| a.n).collect(), kept().map(|a| a.to).collect(), kept().map(|a| a.from).collect());
        Walk::new(&n, [&to, &from])
    }
}

/// Binds `$T` to an element of a size, at any address.
macro_rules! by_bytes {
    ($size:expr, $T:ident => $body:expr) => {
        match $size {
            1 => {
                type $T = Packed<u8>;
                $body
            }
            2 => {
                type $T = Packed<u16>;
                $body
            }
            4 => {
                type $T = Packed<u32>;
                $body
            }
            8 => {
                type $T = Packed<u64>;
                $body
            }
            _ => {
                type $T = Packed<u128>;
                $body
            }
        }
    };
}

/// `dst = src` for elements of a size. Steps of the source may be negative, as numbers that wrap around.
///
/// # Safety
/// Both are valid over `shape`; `dst` has distinct elements and does not overlap `src`.
pub unsafe fn copy(shape: &[usize], dst: *mut u8, to: &[usize], src: *const u8, from: &[usize], size: usize) {
    if !shape.contains(&0) {
        let job = Job::new(shape, to, from, size);
        by_bytes!(job.size, T => run::<T>(&job, dst, src));
    }
}

/// As [`copy`], unless both sides are dense.
pub unsafe fn try_copy(
    shape: &[usize],
    dst: *mut u8,
    to: &[usize],
    src: *const u8,
    from: &[usize],
    size: usize,
) -> bool {
    if shape.contains(&0) {
        return true;
    }
    let job = Job::new(shape, to, from, size);
    match job.axes.last() {
        None => return false,
        Some(a) if a.to == 1 && a.from == 1 && job.axes.len() == 1 => return false,
        Some(_) => by_bytes!(job.size, T => run::<T>(&job, dst, src)),
    }
    true
}

/// Row `r` of `dst` is row `r` of each part in turn, `width` bytes of each.
///
/// # Safety
/// Parts are valid for `rows` rows of `width` bytes, `dst` for as many of all; it overlaps none.
pub unsafe fn join(parts: &[*const u8], width: usize, rows: usize, dst: *mut u8) {
    let unit = (width & width.wrapping_neg()).min(16);
    let (dst, many) = (Ptr(dst), width / unit);
    let parts: SmallVec<[Ptr<u8>; 4]> = parts.iter().map(|&p| Ptr::of(p)).collect();
    let one = Walk::new(&[], [&[], &[]]);
    by_bytes!(unit, T => {
        let of = |k: usize, i: usize| parts[k].at(i * width).cast_const() as *const T;
        let to = |k: usize, i: usize| dst.at((i * parts.len() + k) * width) as *mut T;
        each_piece(&one, rows, 1, &|_, first, n| match (parts.len(), many) {
            (2, 1) => weave2(to(0, first), std::array::from_fn(|k| of(k, first)), n),
            (3, 1) => weave3(to(0, first), std::array::from_fn(|k| of(k, first)), n),
            (4, 1) => weave4(to(0, first), std::array::from_fn(|k| of(k, first)), n),
            (count, _) => {
                for i in (first..first + n).step_by(TURN) {
                    let turn = TURN.min(first + n - i);
                    for k in 0..count {
                        for j in 0..many {
                            spaced(to(k, i).add(j), count * many, of(k, i).add(j), many, turn);
                        }
                    }
                }
            }
        })
    })
}

unsafe fn run<T: Copy>(job: &Job, dst: *mut u8, src: *const u8) {
    let (dst, src) = (Ptr(dst as *mut T), Ptr::of(src as *const T));
    let axes = &job.axes;
    let Some(last) = axes.len().checked_sub(1) else { return dst.get().write(src.get().read()) };
    let row = axes[last];
    let step = row.from as isize;
    let long = |n: usize| n * size_of::<T>() >= LONG;
    if row.to == 1 && step == 1 && long(row.n) && row.n * size_of::<T>() < WHOLE && last > 0 {
        let (size, many) = (size_of::<T>(), axes[last - 1]);
        return each_piece(&job.without(&[last - 1, last]), many.n, row.n, &|[to, from], i, n| {
            let to = dst.at(to + i * many.to).cast();
            let from = src.at(from.wrapping_add(i.wrapping_mul(many.from))).cast_const().cast();
            lines(to, many.to * size, from, many.from.wrapping_mul(size), n, row.n * size);
        });
    }
    if row.to == 1 && (-1..=1).contains(&step) && long(row.n) {
        let bytes = size_of::<T>();
        let written: usize = axes.iter().map(|a| a.n).product();
        let read: usize = axes.iter().filter(|a| a.from != 0).map(|a| a.n).product();
        // rows of a 2048x2048 float image from below to above: 870 us, 480 past the caches
        let streams = row.n * bytes >= WHOLE && stream::worthwhile((written + read) * bytes);
        return each_task(&job.without(&[last]), row.n, 1, streams, &|[to, from], i, n| {
            let (to, from) = (dst.at(to + i), src.at(from.wrapping_add(i.wrapping_mul(row.from))));
            match step {
                0 => repeat(to, from, n),
                1 if streams => stream::store(from.cast(), to.cast(), n * bytes),
                // elements written over themselves stay
                1 if !std::ptr::eq(from, to) => std::ptr::copy_nonoverlapping(from, to, n),
                1 => {}
                _ => reverse(to, from, n),
            }
        });
    }
    // pixels of three channels backwards; of two and four they are one element of a larger size
    if let Some(b) = last.checked_sub(1)
        && (row.n, row.to, step) == (3, 1, 1)
        && (axes[b].to, axes[b].from as isize) == (3, -3)
        && long(3 * axes[b].n)
    {
        return each_piece(&job.without(&[b, last]), axes[b].n, 1, &|[to, from], i, n| {
            reverse3(dst.at(to + 3 * i), src.at(from.wrapping_sub(3 * i)), n);
        });
    }
    // short rows that are dense on both sides: in squares, where the two run along other axes
    let near = |&i: &usize| (axes[i].from as isize).unsigned_abs();
    let (p, q) = (last.saturating_sub(1), (0..last).min_by_key(near).unwrap_or(0));
    // (of few elements along one axis, each has a loop of its own: two of three of 21,845 rows 5 us, as rows 15)
    if row.to == 1 && step == 1 && last > 0 && (p != q || row.n > 4) {
        let size = size_of::<T>();
        let bytes = |a: Axis| (a.n, a.to * size, a.from.wrapping_mul(size));
        let (p, q) = if p == q { (Axis { n: 1, ..axes[p] }, p) } else { (axes[p], q) };
        let (across, down, row) = (bytes(p), bytes(axes[q]), row.n * size);
        let without = if p.n == 1 { job.without(&[q, last]) } else { job.without(&[last - 1, q, last]) };
        return each_piece(&without, axes[q].n, p.n * row / size, &|[to, from], i, n| {
            let to = dst.at(to + i * axes[q].to).cast();
            let from = src.at(from.wrapping_add(i.wrapping_mul(axes[q].from))).cast_const().cast();
            blocks(to, from, row, across, (n, down.1, down.2));
        });
    }
    // rows woven: the destination takes one element of each in turn, of up to two axes of them
    for inner in [last, last.saturating_sub(1)] {
        let many: usize = axes[inner..].iter().map(|a| a.n).product();
        let dense = row.to == 1 && (inner == last || axes[inner].to == row.n);
        let along = (0..inner).find(|&b| axes[b].from == 1 && axes[b].to == many && long(axes[b].n));
        let (Some(b), 2..=4, true) = (along, many, dense) else { continue };
        let out: SmallVec<[usize; 3]> = std::iter::once(b).chain(inner..=last).collect();
        return each_piece(&job.without(&out), axes[b].n, 1, &|[to, from], i, n| {
            let (to, from) = (dst.at(to + i * many), src.at(from.wrapping_add(i)));
            let of = |k: usize| {
                let outer = if inner == last { 0 } else { axes[inner].from.wrapping_mul(k / row.n) };
                from.wrapping_add(outer).wrapping_add(row.from.wrapping_mul(k % row.n)).cast_const()
            };
            match many {
                2 => weave2(to, std::array::from_fn(of), n),
                3 => weave3(to, std::array::from_fn(of), n),
                _ => weave4(to, std::array::from_fn(of), n),
            }
        });
    }
    // and the other way round
    let unwoven =
        (0..last).find(|&a| axes[a].from == 1 && row.to == 1 && row.from == axes[a].n && long(row.n));
    if let Some(a) = unwoven
        && (2..=4).contains(&axes[a].n)
    {
        return each_piece(&job.without(&[a, last]), row.n, 1, &|[to, from], i, n| {
            let (to, from) = (dst.at(to + i), src.at(from + i * row.from));
            match axes[a].n {
                2 => unweave2(to, axes[a].to, from, n),
                3 => unweave3(to, axes[a].to, from, n),
                _ => unweave4(to, axes[a].to, from, n),
            }
        });
    }
    if job.axes.iter().all(|a| a.from as isize >= 0) && square(job, dst.get().cast(), src.get().cast()) {
        return;
    }
    // a handful of elements that lie together here and close by there, again and again
    let few = (1..=last).rev().take_while(|&i| {
        let many: usize = axes[i..].iter().map(|a| a.n).product();
        many <= FEW && axes[i].to * axes[i].n == many
    });
    if let Some(first) = few.last()
        && axes[first..].iter().map(|a| a.n).product::<usize>() > 4
        && (axes[first - 1].from as isize).unsigned_abs() * size_of::<T>() <= NEARBY
    {
        let places = places(&axes[first..]);
        let (b, out): (_, SmallVec<[usize; 6]>) = (axes[first - 1], (first - 1..=last).collect());
        return each_piece(&job.without(&out), b.n, places.len(), &|[to, from], i, n| {
            let to = dst.at(to + i * b.to);
            let from = src.at(from.wrapping_add(i.wrapping_mul(b.from)));
            picked(to, b.to, from, b.from, &places, n);
        });
    }
    // a long axis inside, of several the one of the smallest steps, unless the last one is long enough; lines in between stay in the
    // cache (2048 x 128 rows of two of five floats, by the longer axis 2,720 us, by the nearer 140)
    let steps = |i: usize| axes[i].to + near(&i);
    let long = (0..last)
        .max_by_key(|&i| (axes[i].n.min(16), std::cmp::Reverse(steps(i))))
        .filter(|&i| row.n < 16 && axes[i].n > row.n);
    let Some(b) = long else {
        return each_piece(&job.without(&[last]), row.n, 1, &|[to, from], i, n| {
            let (to, from) = (dst.at(to + i * row.to), src.at(from.wrapping_add(i.wrapping_mul(row.from))));
            spaced(to, row.to, from, row.from, n);
        });
    };
    let b = axes[b];
    each_piece(&job.without(&[long.unwrap_or(last), last]), b.n, 1, &|[to, from], i, n| {
        for j in (i..i + n).step_by(TURN) {
            let turn = TURN.min(i + n - j);
            for k in 0..row.n {
                let to = dst.at(to + j * b.to + k * row.to);
                let from = from.wrapping_add(j.wrapping_mul(b.from)).wrapping_add(k.wrapping_mul(row.from));
                spaced(to, b.to, src.at(from), b.from, turn);
            }
        }
    });
}

/// Turned squares, where both sides run fast along long axes.
unsafe fn square(job: &Job, dst: *mut u8, src: *const u8) -> bool {
    let of = |f: fn(&Axis) -> usize| -> Dims { job.axes.iter().map(f).collect() };
    transpose::try_copy(&of(|a| a.n), dst, &of(|a| a.to), src, &of(|a| a.from), job.size)
}

/// Calls `f` with the offsets of a row and a piece of it, for all rows of `length` items of `width` elements. (Compiled once; for
/// each kind of rows and size of elements it was 220 KB.)
fn each_piece(rows: &Walk<2>, length: usize, width: usize, f: &(dyn Fn([usize; 2], usize, usize) + Sync)) {
    each_task(rows, length, width, false, f)
}

/// [`each_piece`] of what may stream its results.
fn each_task(
    rows: &Walk<2>,
    length: usize,
    width: usize,
    streams: bool,
    f: &(dyn Fn([usize; 2], usize, usize) + Sync),
) {
    let end = || {
        if streams {
            stream::fence();
        }
    };
    let (count, piece) = (rows.count(), (PIECE / width).max(1));
    if length <= 2 * piece {
        let grain = (par::ELEMENTWISE_GRAIN / (length * width).max(1)).max(1);
        return par::for_each_chunk(count, grain, |r| {
            rows.each(r, |at| f(at, 0, length));
            end();
        });
    }
    let pieces = length.div_ceil(piece);
    par::for_each_chunk(count * pieces, par::ELEMENTWISE_GRAIN / PIECE, |r| {
        for job in r {
            let (row, i) = (job / pieces, job % pieces * piece);
            rows.each(row..row + 1, |at| f(at, i, piece.min(length - i)));
        }
        end();
    });
}

/// A row of at least [`LONG`] bytes in lines of as many, the last over the end of that before.
#[inline(always)]
unsafe fn line_by_line(src: *const u8, dst: *mut u8, bytes: usize) {
    type Line = [u8; LONG];
    let at = |i: usize| dst.add(i).cast::<Line>().write_unaligned(src.add(i).cast::<Line>().read_unaligned());
    let mut i = 0;
    while i + LONG <= bytes {
        at(i);
        i += LONG;
    }
    if i < bytes {
        at(bytes - LONG);
    }
}

multiversion! {
    /// `rows` rows of `bytes` each, at least [`LONG`], steps apart that may wrap around.
    pub unsafe fn lines(dst: *mut u8, to: usize, src: *const u8, from: usize, rows: usize, bytes: usize) {
        for r in 0..rows {
            let (dst, src) = (dst.add(r * to), src.wrapping_add(r.wrapping_mul(from)));
            line_by_line(src, dst, bytes);
        }
    }
}

/// Rows and columns of a square of short rows.
const SQUARE: usize = 16;

/// Rows of `row` bytes, fewer than [`LONG`], in squares: `across` and `down` are a count and steps in destination and source.
unsafe fn blocks(
    dst: *mut u8,
    src: *const u8,
    row: usize,
    across: (usize, usize, usize),
    down: (usize, usize, usize),
) {
    // a row is two words, which may overlap
    match row {
        0 => {}
        1 => squares::<u8>(dst, src, row, across, down),
        2..4 => squares::<[u8; 2]>(dst, src, row, across, down),
        4..8 => squares::<[u8; 4]>(dst, src, row, across, down),
        8..16 => squares::<[u8; 8]>(dst, src, row, across, down),
        16..32 => squares::<[u8; 16]>(dst, src, row, across, down),
        _ => squares::<[u8; 32]>(dst, src, row, across, down),
    }
}

#[inline(never)]
unsafe fn squares<W: Copy>(
    dst: *mut u8,
    src: *const u8,
    row: usize,
    (columns, to_column, from_column): (usize, usize, usize),
    (rows, to_row, from_row): (usize, usize, usize),
) {
    let second = row - size_of::<W>();
    for r in (0..rows).step_by(SQUARE) {
        for c in (0..columns).step_by(SQUARE) {
            for r in r..rows.min(r + SQUARE) {
                let to = dst.add(r * to_row);
                let from = src.wrapping_add(r.wrapping_mul(from_row));
                for c in c..columns.min(c + SQUARE) {
                    let (to, from) = (to.add(c * to_column), from.wrapping_add(c.wrapping_mul(from_column)));
                    let (one, two) =
                        (from.cast::<W>().read_unaligned(), from.add(second).cast::<W>().read_unaligned());
                    to.cast::<W>().write_unaligned(one);
                    to.add(second).cast::<W>().write_unaligned(two);
                }
            }
        }
    }
}

/// Elements that lie together in the destination whose places in the source are kept in a table.
const FEW: usize = 64;
/// Bytes from one such handful to the next in the source, at most.
const NEARBY: usize = 1024;

/// Where the elements of some axes lie in the source, in the order of the destination.
fn places(axes: &[Axis]) -> SmallVec<[usize; FEW]> {
    let mut places: SmallVec<[usize; FEW]> = SmallVec::from_slice(&[0]);
    for a in axes {
        let before = std::mem::take(&mut places);
        places.extend(
            before.iter().flat_map(|&at| (0..a.n).map(move |i| at.wrapping_add(i.wrapping_mul(a.from)))),
        );
    }
    places
}

/// `n` handfuls of elements, `to` and `from` apart.
unsafe fn picked<T: Copy>(dst: *mut T, to: usize, src: *const T, from: usize, places: &[usize], n: usize) {
    for i in 0..n {
        let (dst, src) = (dst.add(i * to), src.wrapping_add(i.wrapping_mul(from)));
        for (k, &at) in places.iter().enumerate() {
            dst.add(k).write(src.wrapping_add(at).read());
        }
    }
}

multiversion! {
    /// Rows of several parts, each with the bytes of its rows, at least [`LONG`], side by side, row after row.
    pub unsafe fn join_lines(parts: &[(Ptr<u8>, usize)], rows: Range<usize>, dst: *mut u8, streams: bool) {
        let mut to = dst;
        for r in rows {
            for &(from, bytes) in parts {
                let from = from.at(r * bytes) as *const u8;
                if streams {
                    stream::store(from, to, bytes);
                } else {
                    line_by_line(from, to, bytes);
                }
                to = to.add(bytes);
            }
        }
        if streams {
            stream::fence();
        }
    }
}

multiversion! {
    /// One element `n` times.
    unsafe fn repeat[T: Copy](dst: *mut T, src: *const T, n: usize) {
        let v = src.read();
        for i in 0..n {
            dst.add(i).write(v);
        }
    }
}

multiversion! {
    /// `dst[i] = src[-i]`.
    unsafe fn reverse[T: Copy](dst: *mut T, src: *const T, n: usize) {
        let first = src.wrapping_sub(n - 1);
        for i in 0..n {
            dst.add(i).write(first.add(n - 1 - i).read());
        }
    }
}

multiversion! {
    /// `dst[3 i + k] = src[k - 3 i]`.
    unsafe fn reverse3[T: Copy](dst: *mut T, src: *const T, n: usize) {
        let first = src.wrapping_sub(3 * (n - 1));
        for i in 0..n {
            for k in 0..3 {
                dst.add(3 * i + k).write(first.add(3 * (n - 1 - i) + k).read());
            }
        }
    }
}

/// Any steps.
#[inline]
unsafe fn spaced<T: Copy>(dst: *mut T, to: usize, src: *const T, from: usize, n: usize) {
    for i in 0..n {
        dst.add(i * to).write(src.wrapping_add(i.wrapping_mul(from)).read());
    }
}

macro_rules! woven {
    ($weave:ident, $unweave:ident, $k:literal) => {
        multiversion! {
            /// `dst[i * K + k] = src[k][i]`.
            unsafe fn $weave[T: Copy](dst: *mut T, src: [*const T; $k], n: usize) {
                for i in 0..n {
                    for k in 0..$k {
                        dst.add(i * $k + k).write(src[k].add(i).read());
                    }
                }
            }
        }
        multiversion! {
            /// `dst[k * rows + i] = src[i * K + k]`.
            unsafe fn $unweave[T: Copy](dst: *mut T, rows: usize, src: *const T, n: usize) {
                for i in 0..n {
                    for k in 0..$k {
                        dst.add(k * rows + i).write(src.add(i * $k + k).read());
                    }
                }
            }
        }
    };
}
woven!(weave2, unweave2, 2);
woven!(weave3, unweave3, 3);
woven!(weave4, unweave4, 4);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Layout;
    use crate::kernels::cpu::machine::simd::{LEVELS, with_level};

    fn place(mut i: usize, shape: &[usize], steps: &[usize]) -> usize {
        let mut at = 0usize;
        for (&n, &s) in shape.iter().zip(steps).rev() {
            at = at.wrapping_add((i % n).wrapping_mul(s));
            i /= n;
        }
        at
    }

    fn check<T: Copy + PartialEq + std::fmt::Debug>(
        shape: &[usize],
        order: &[usize],
        back: usize,
        gap: usize,
        make: impl Fn(usize) -> T,
    ) {
        // the source holds the axes in another order, every `gap`-th element counting, some axes backwards
        let turned: Vec<usize> = order.iter().map(|&i| shape[i]).collect();
        let dense = Layout::contiguous(&turned).strides;
        let mut from = vec![0usize; shape.len()];
        let mut first = 0;
        for (k, &i) in order.iter().enumerate() {
            from[i] = dense[k] * gap;
            if back >> i & 1 == 1 {
                first += from[i] * (shape[i] - 1);
                from[i] = from[i].wrapping_neg();
            }
        }
        let n: usize = shape.iter().product();
        let src: Vec<T> = (0..n * gap).map(&make).collect();
        let mut dst = vec![make(0); n];
        let to = Layout::contiguous(shape).strides;
        // SAFETY: the first element, and steps that stay within the vector
        unsafe {
            copy(shape, dst.as_mut_ptr().cast(), &to, src.as_ptr().add(first).cast(), &from, size_of::<T>())
        };
        for i in 0..n {
            let want = src[first.wrapping_add(place(i, shape, &from))];
            assert_eq!(dst[i], want, "{shape:?} {order:?} {back} {gap} {i}");
        }
    }

    #[test]
    fn every_order_direction_and_size() {
        let shapes: [&[usize]; 10] = [
            &[90, 2, 2],
            &[3, 700],
            &[700, 2],
            &[150, 4, 3],
            &[5, 3, 130],
            &[2, 90, 4],
            &[13, 7, 5],
            &[90, 6],
            &[40, 30],
            &[7, 3, 530],
        ];
        for shape in shapes {
            let orders: &[&[usize]] = match shape.len() {
                2 => &[&[0, 1], &[1, 0]],
                _ => &[&[0, 1, 2], &[0, 2, 1], &[1, 0, 2], &[1, 2, 0], &[2, 0, 1], &[2, 1, 0]],
            };
            for level in LEVELS {
                with_level(level, || {
                    for order in orders {
                        for back in 0..1 << shape.len() {
                            for gap in [1, 2] {
                                check(shape, order, back, gap, |i| i as u8);
                                check(shape, order, back, gap, |i| i as u16);
                                check(shape, order, back, gap, |i| i as u32);
                                check(shape, order, back, gap, |i| i as u64);
                                check(shape, order, back, gap, |i| i as u128);
                            }
                        }
                    }
                });
            }
        }
    }

    #[test]
    fn joined_rows_of_every_width() {
        for parts in 1..7 {
            for width in [1, 2, 3, 4, 6, 8, 12, 16, 32, 48] {
                for rows in [1, 30, 1000] {
                    let data: Vec<Vec<u8>> = (0..parts)
                        .map(|k| (0..rows * width).map(|i| (i * 7 + k * 31) as u8).collect())
                        .collect();
                    let from: Vec<*const u8> = data.iter().map(|d| d.as_ptr()).collect();
                    let mut dst = vec![0u8; parts * rows * width];
                    // SAFETY: vectors of these sizes
                    unsafe { join(&from, width, rows, dst.as_mut_ptr()) };
                    let want: Vec<u8> = (0..rows)
                        .flat_map(|r| data.iter().flat_map(move |d| &d[r * width..(r + 1) * width]).copied())
                        .collect();
                    assert_eq!(dst, want, "{parts} {width} {rows}");
                }
            }
        }
    }

    #[test]
    fn rows_longer_than_a_task_and_repeated_elements() {
        check(&[3, 2 * PIECE + 77], &[1, 0], 0, 1, |i| i as u32);
        check(&[2 * PIECE + 77, 3], &[1, 0], 0, 1, |i| i as u16);
        check(&[3 * PIECE + 1], &[0], 1, 1, |i| i as u8);
        let (src, mut dst) = ([1u32, 2, 3], [0u32; 300]);
        // SAFETY: rows of one element each, spread over a hundred
        unsafe {
            copy(&[3, 100], dst.as_mut_ptr().cast(), &[100, 1], src.as_ptr().cast(), &[1, 0], 4);
        }
        assert!(dst.iter().enumerate().all(|(i, &v)| v == src[i / 100]));
    }
}
