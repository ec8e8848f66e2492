//! The driver of reductions that keep one small accumulator: sums, products, extremes, logic, norms.
//!
//! Elements are taken in leaves of bounded length into many independent accumulators, leaves into pieces, pieces
//! into the result by a fixed binary tree. That is what makes float sums accurate (the error grows with the leaf
//! length plus the logarithm of the rest), vectorisable, and bitwise the same for any number of threads: leaves and
//! pieces follow from the shape.

use super::plan::{Axis, Cursor, ReducePlan, offset_of, runs};
use crate::base::Elem;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::stream;
use std::ops::Range;

/// What to do with elements. `step` and `merge` are associative up to rounding.
pub trait Fold<T: Elem>: Copy + Send + Sync {
    type Acc: Copy + Send + Sync;
    type Out: Copy;
    fn init(self) -> Self::Acc;
    fn step(self, acc: Self::Acc, x: T) -> Self::Acc;
    fn merge(self, a: Self::Acc, b: Self::Acc) -> Self::Acc;
    fn finish(self, acc: Self::Acc) -> Self::Out;
}

/// Independent accumulators along a row: four 512-bit registers of f32.
const LANES: usize = 64;
/// Elements between two emptyings of the lanes: 64 additions each.
const LEAF: usize = 4096;
/// Bytes between what is added and what is asked for, in the second-level cache. A bare loop of additions goes through
/// 64 MB in 1.5 ms with, 1.7 with the first-level cache and 2.0 without; through 24 MB that lie in the last-level cache
/// in 0.36, 0.40 and 0.35.
const AHEAD: usize = 2048;
/// Elements of a row reduced by one task.
const PIECE: usize = 64 * 1024;
/// Columns reduced side by side; accumulators and their leaf twins stay in the first-level cache.
const WIDTH: usize = 1024;
/// Rows between two emptyings of the column accumulators.
const COLUMN_LEAF: usize = 64;

/// Reduces `src` as the plan says; `dst` receives `plan.outer_len` results.
///
/// # Safety
/// `src` is readable wherever the plan's strides lead; `dst` is writable for `outer_len` elements.
pub unsafe fn fold<T: Elem, F: Fold<T>>(f: F, plan: &ReducePlan, src: *const T, dst: *mut F::Out) {
    if plan.outer_len == 0 {
        return;
    }
    if plan.inner_len == 0 {
        for i in 0..plan.outer_len {
            dst.add(i).write(f.finish(f.init()));
        }
    } else if plan.by_columns() {
        columns(f, plan, src, dst);
    } else {
        rows(f, plan, src, dst);
    }
}

unsafe fn rows<T: Elem, F: Fold<T>>(f: F, plan: &ReducePlan, src: *const T, dst: *mut F::Out) {
    let (n, outer) = (plan.inner_len, plan.outer_len);
    let pieces = n.div_ceil(PIECE);
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    if pieces == 1 {
        let grain = par::REDUCE_GRAIN.div_ceil(n);
        return par::for_each_chunk(outer, grain, |r| {
            // SAFETY: chunks are disjoint ranges of outputs; the caller vouches for the plan.
            unsafe { some_rows(f, plan, src.get(), dst.get(), r) }
        });
    }
    let mut partial: Vec<F::Acc> = buffer(f.init(), outer * pieces);
    let p = Ptr(partial.as_mut_ptr());
    par::for_each(outer * pieces, |i| {
        let (o, k) = (i / pieces, i % pieces);
        // SAFETY: each task writes its own partial result.
        unsafe {
            let base = src.get().add(offset_of(&plan.outer, o));
            p.at(i).write(one_row(f, plan, base, k * PIECE..((k + 1) * PIECE).min(n)));
        }
    });
    for o in 0..outer {
        let row = &mut partial[o * pieces..][..pieces];
        dst.at(o).write(f.finish(tree(row, |a, b| f.merge(a, b))));
    }
}

/// Merges neighbours, then neighbours of neighbours; the shape of the tree depends on the length alone.
pub(super) fn tree<A: Copy>(x: &mut [A], merge: impl Fn(A, A) -> A) -> A {
    let mut step = 1;
    while step < x.len() {
        for i in (0..x.len() - step).step_by(2 * step) {
            x[i] = merge(x[i], x[i + step]);
        }
        step *= 2;
    }
    x[0]
}

multiversion! {
    unsafe fn some_rows[T: Elem, F: Fold<T>](f: F, plan: &ReducePlan, src: *const T, dst: *mut F::Out, outputs: Range<usize>) {
        let n = plan.inner_len;
        let mut cursor = Cursor::new(&plan.outer, outputs.start);
        if plan.inner.len() <= 1 && plan.inner.iter().all(|a| a.stride == 1) {
            for o in outputs {
                dst.add(o).write(f.finish(row_run(f, src.add(cursor.offset), n)));
                cursor.advance();
            }
        } else {
            for o in outputs {
                // a call a row: inlined here too, the walk over runs would be a third of the library
                dst.add(o).write(f.finish(one_row(f, plan, src.add(cursor.offset), 0..n)));
                cursor.advance();
            }
        }
    }
}

multiversion! {
    unsafe fn one_row[T: Elem, F: Fold<T>](f: F, plan: &ReducePlan, src: *const T, range: Range<usize>) -> F::Acc {
        row_runs(f, plan, src, range)
    }
}

/// A contiguous run.
#[inline(always)]
unsafe fn row_run<T: Elem, F: Fold<T>>(f: F, src: *const T, n: usize) -> F::Acc {
    let mut total = f.init();
    if n < 16 {
        for i in 0..n {
            total = f.step(total, *src.add(i));
        }
        return total;
    }
    // Leaves are added lane by lane: emptied one by one, they took a fifth of the time of a sum from the caches.
    let mut sums = [f.init(); LANES];
    let mut at = 0;
    while at < n {
        let count = (n - at).min(LEAF);
        let mut lanes = [f.init(); LANES];
        add_run(f, &mut lanes, src.add(at), count);
        for j in 0..LANES {
            sums[j] = f.merge(sums[j], lanes[j]);
        }
        at += count;
    }
    f.merge(total, empty_lanes(f, &mut sums))
}

/// Any runs; the lanes are emptied once a leaf is full, not at each run.
#[inline(always)]
unsafe fn row_runs<T: Elem, F: Fold<T>>(
    f: F,
    plan: &ReducePlan,
    src: *const T,
    range: Range<usize>,
) -> F::Acc {
    let mut total = f.init();
    let mut lanes = [f.init(); LANES];
    let mut filled = 0;
    for (offset, n, stride) in runs(&plan.inner, range) {
        if stride == 1 && n >= 4 * LANES {
            // long runs have lanes of their own, in registers
            total = f.merge(total, row_run(f, src.add(offset), n));
            continue;
        }
        let mut at = 0;
        while at < n {
            let count = (n - at).min(LEAF - filled);
            let p = src.add(offset + at * stride);
            if stride == 1 {
                add_run(f, &mut lanes, p, count);
            } else {
                add_apart(f, &mut lanes, p, count, stride);
            }
            filled += count;
            if filled == LEAF {
                total = f.merge(total, empty_lanes(f, &mut lanes));
                lanes = [f.init(); LANES];
                filled = 0;
            }
            at += count;
        }
    }
    if filled > 0 {
        total = f.merge(total, empty_lanes(f, &mut lanes));
    }
    total
}

#[inline(always)]
unsafe fn add_run<T: Elem, F: Fold<T>>(f: F, lanes: &mut [F::Acc; LANES], src: *const T, n: usize) {
    let mut i = 0;
    if n >= LANES {
        // a local copy stays in registers across the loop
        let mut l = *lanes;
        while i + LANES <= n {
            let ahead = src.wrapping_add(i).cast::<u8>().wrapping_add(AHEAD);
            for line in (0..LANES * size_of::<T>()).step_by(64) {
                stream::fetch::<false>(ahead.wrapping_add(line));
            }
            for j in 0..LANES {
                l[j] = f.step(l[j], *src.add(i + j));
            }
            i += LANES;
        }
        *lanes = l;
    }
    let mut lane = 0;
    while i + 16 <= n {
        for j in 0..16 {
            lanes[lane + j] = f.step(lanes[lane + j], *src.add(i + j));
        }
        i += 16;
        lane += 16;
    }
    for j in 0..n - i {
        lanes[lane + j] = f.step(lanes[lane + j], *src.add(i + j));
    }
}

/// Elements that lie apart, or one that is repeated: read first, then added side by side.
#[inline(always)]
unsafe fn add_apart<T: Elem, F: Fold<T>>(
    f: F,
    lanes: &mut [F::Acc; LANES],
    src: *const T,
    n: usize,
    stride: usize,
) {
    let mut l = *lanes;
    let mut x = [*src; LANES];
    let mut i = 0;
    while i + LANES <= n {
        if stride != 0 {
            for j in 0..LANES {
                x[j] = *src.add((i + j) * stride);
            }
        }
        for j in 0..LANES {
            l[j] = f.step(l[j], x[j]);
        }
        i += LANES;
    }
    for j in 0..n - i {
        l[j] = f.step(l[j], *src.add((i + j) * stride));
    }
    *lanes = l;
}

#[inline(always)]
fn empty_lanes<T: Elem, F: Fold<T>>(f: F, lanes: &mut [F::Acc; LANES]) -> F::Acc {
    macro_rules! halve {
        ($($n:literal)*) => {$(
            for j in 0..$n {
                lanes[j] = f.merge(lanes[j], lanes[j + $n]);
            }
        )*};
    }
    halve!(32 16 8 4 2 1);
    lanes[0]
}

unsafe fn columns<T: Elem, F: Fold<T>>(f: F, plan: &ReducePlan, src: *const T, dst: *mut F::Out) {
    let (last, lead) = plan.outer.split_last().expect("column reductions have a kept axis");
    let n = plan.inner_len;
    let tiles = last.size.div_ceil(WIDTH);
    let groups = plan.outer_len / last.size;
    // Pieces of at least a leaf, and of about 128K elements where the tile is narrow.
    let piece = (128 * 1024 / last.size.min(WIDTH)).clamp(COLUMN_LEAF, 64 * COLUMN_LEAF).min(n);
    let pieces = n.div_ceil(piece);
    let outer = plan.outer_len;
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    let mut partial: Vec<F::Acc> = if pieces > 1 { buffer(f.init(), outer * pieces) } else { Vec::new() };
    let p = Ptr(partial.as_mut_ptr());
    let tasks = groups * tiles * pieces;
    let grain = par::REDUCE_GRAIN.div_ceil(piece * last.size.min(WIDTH));
    par::for_each_chunk(tasks, grain, |range| {
        let mut total = [f.init(); WIDTH];
        for task in range {
            let (group, tile, k) = (task / pieces / tiles, task / pieces % tiles, task % pieces);
            let c0 = tile * WIDTH;
            let width = (last.size - c0).min(WIDTH);
            let tile_axis = Axis { size: width, stride: last.stride };
            // SAFETY: every task owns its (piece, columns) part of `partial`, or its columns of `dst`.
            unsafe {
                let base = src.get().add(offset_of(lead, group) + c0 * last.stride);
                column_tile(f, plan, base, tile_axis, k * piece..((k + 1) * piece).min(n), &mut total);
                let o = group * last.size + c0;
                for j in 0..width {
                    if pieces == 1 {
                        dst.at(o + j).write(f.finish(total[j]));
                    } else {
                        p.at(k * outer + o + j).write(total[j]);
                    }
                }
            }
        }
    });
    if pieces > 1 {
        par::for_each_chunk(outer, par::REDUCE_GRAIN.div_ceil(pieces), |r| {
            // SAFETY: chunks are disjoint ranges of outputs in every piece.
            unsafe { column_tree::<T, F>(f, p.get(), dst.get(), outer, pieces, r) }
        });
    }
}

multiversion! {
    unsafe fn column_tree[T: Elem, F: Fold<T>](f: F, p: *mut F::Acc, dst: *mut F::Out, outer: usize, pieces: usize, r: Range<usize>) {
        let mut step = 1;
        while step < pieces {
            for i in (0..pieces - step).step_by(2 * step) {
                let (a, b) = (p.add(i * outer), p.add((i + step) * outer));
                for o in r.clone() {
                    *a.add(o) = f.merge(*a.add(o), *b.add(o));
                }
            }
            step *= 2;
        }
        for o in r {
            dst.add(o).write(f.finish(*p.add(o)));
        }
    }
}

multiversion! {
    unsafe fn column_tile[T: Elem, F: Fold<T>](
        f: F, plan: &ReducePlan, src: *const T, cols: Axis, range: Range<usize>, total: &mut [F::Acc; WIDTH],
    ) {
        let w = cols.size;
        let dense_rows = plan.inner.len() == 1 && cols.stride == 1 && plan.inner[0].stride == w;
        let fused = if dense_rows { 128 / w } else { 0 };
        if fused >= 2 && range.len() >= 2 * fused {
            // Narrow rows that follow each other: several rows are one wide row.
            let (start, n) = (range.start, range.len());
            let wide = Axis { size: fused * w, stride: 1 };
            let mut sums = [f.init(); WIDTH];
            let mut tile = Tile::new(f, wide, &mut sums);
            tile.add(src.add(start * w), n / fused, fused * w);
            tile.end();
            total[..w].copy_from_slice(&sums[..w]);
            for k in 1..fused {
                for j in 0..w {
                    total[j] = f.merge(total[j], sums[k * w + j]);
                }
            }
            for r in n / fused * fused..n {
                for j in 0..w {
                    total[j] = f.step(total[j], *src.add((start + r) * w + j));
                }
            }
        } else {
            let mut tile = Tile::new(f, cols, total);
            for (offset, n, stride) in runs(&plan.inner, range) {
                tile.add(src.add(offset), n, stride);
            }
            tile.end();
        }
    }
}

/// Columns being reduced side by side: rows go into a leaf, full leaves into the total.
struct Tile<'a, T: Elem, F: Fold<T>> {
    f: F,
    cols: Axis,
    total: &'a mut [F::Acc; WIDTH],
    leaf: [F::Acc; WIDTH],
    filled: usize,
}

impl<'a, T: Elem, F: Fold<T>> Tile<'a, T, F> {
    #[inline(always)]
    fn new(f: F, cols: Axis, total: &'a mut [F::Acc; WIDTH]) -> Self {
        total[..cols.size].fill(f.init());
        Tile { f, cols, total, leaf: [f.init(); WIDTH], filled: 0 }
    }

    /// # Safety
    /// The columns of `n` rows from `src` on are readable.
    #[inline(always)]
    unsafe fn add(&mut self, src: *const T, n: usize, stride: usize) {
        let mut at = 0;
        while at < n {
            let count = (n - at).min(COLUMN_LEAF - self.filled);
            tile_rows(self.f, src.add(at * stride), count, stride, self.cols, self.leaf.as_mut_ptr());
            self.filled += count;
            at += count;
            if self.filled == COLUMN_LEAF {
                self.end();
            }
        }
    }

    /// Moves the leaf into the total.
    #[inline(always)]
    fn end(&mut self) {
        for j in 0..self.cols.size {
            self.total[j] = self.f.merge(self.total[j], self.leaf[j]);
            self.leaf[j] = self.f.init();
        }
        self.filled = 0;
    }
}

multiversion! {
    /// Four rows at a time, so that an accumulator is loaded and stored once for four elements.
    unsafe fn tile_rows[T: Elem, F: Fold<T>](f: F, src: *const T, n: usize, stride: usize, cols: Axis, acc: *mut F::Acc) {
        let mut r = 0;
        while r + 4 <= n {
            let p = [0, 1, 2, 3].map(|k| src.add((r + k) * stride));
            if cols.stride == 1 {
                for j in 0..cols.size {
                    let a = f.step(f.step(*acc.add(j), *p[0].add(j)), *p[1].add(j));
                    *acc.add(j) = f.step(f.step(a, *p[2].add(j)), *p[3].add(j));
                }
            } else {
                for j in 0..cols.size {
                    let c = j * cols.stride;
                    let a = f.step(f.step(*acc.add(j), *p[0].add(c)), *p[1].add(c));
                    *acc.add(j) = f.step(f.step(a, *p[2].add(c)), *p[3].add(c));
                }
            }
            r += 4;
        }
        while r < n {
            for j in 0..cols.size {
                *acc.add(j) = f.step(*acc.add(j), *src.add(r * stride + j * cols.stride));
            }
            r += 1;
        }
    }
}
