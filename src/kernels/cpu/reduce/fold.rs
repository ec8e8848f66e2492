//! The driver of reductions that keep one small accumulator: sums, products, extremes, logic, norms.
//!
//! Elements are taken in leaves of bounded length into many independent accumulators, leaves into pieces, pieces
//! into the result by a fixed binary tree. That is what makes float sums accurate (the error grows with the leaf
//! length plus the logarithm of the rest), vectorisable, and bitwise the same for any number of threads: leaves and
//! pieces follow from the shape.
//!
//! Nothing here knows a type: elements are bytes, and what is done with them are the dense loops of a [`Way`]. Elements
//! that lie apart are laid side by side first, those that the loops do not take as they lie are converted first, a few
//! KiB at a time.

use super::dense::{Dense, Fold, LANES, LEAF};
use super::plan::{Axis, ReducePlan, offset_of, runs};
use crate::base::{BF16, C64, C128, Elem, F16};
use crate::kernels::cpu::elementwise::block::{Params, PointFn, UnaryFn, stored, typed};
use crate::kernels::cpu::machine::blocks::{Stored, narrow, widen};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::gather::{gather, gather_rows};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::rows::{MAX_OPERANDS, Rows};
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::turn::turn;
use std::mem::MaybeUninit;
use std::ops::Range;

/// Elements of a row reduced by one task.
const PIECE: usize = 64 * 1024;
/// Columns reduced side by side; accumulators and their leaf twins stay in the first-level cache.
const WIDTH: usize = 1024;
/// Rows between two emptyings of the column accumulators.
const COLUMN_LEAF: usize = 64;
/// Rows whose accumulators are turned into results together.
const OUTPUTS: usize = 128;
/// Bytes of elements laid side by side, or converted, at a time.
const BLOCK: usize = 16 * 1024;
/// Elements of rows that do not lie side by side up to which many of them are laid so together. (The diagonals of 1,000 matrices of 4 by 4
/// complex64: row by row 40 us, so 4.)
const SHORT: usize = 256;
/// Bytes beyond them that the last of some rows may take.
const BEYOND: usize = 128;
/// Bytes of the largest element and of the largest accumulator.
const LARGEST: usize = 16;

/// What becomes of each element before it is taken, or of an accumulator that is complete.
#[derive(Clone, Copy)]
pub enum Pass {
    /// The same bytes.
    Same,
    Map(UnaryFn),
    Point(PointFn, Params),
}

impl Pass {
    /// `n` dense elements, for all but [`Pass::Same`].
    unsafe fn run(&self, src: *const u8, dst: *mut u8, n: usize) {
        match self {
            Pass::Same => {}
            Pass::Map(f) => f(src, dst, n),
            Pass::Point(f, q) => {
                let mut operands = [std::ptr::null_mut(); MAX_OPERANDS];
                operands[0] = dst;
                operands[1] = src.cast_mut();
                f.call(&operands, n, q, Rows::ONE)
            }
        }
    }
    fn is_same(&self) -> bool {
        matches!(self, Pass::Same)
    }
}

/// A reduction: elements are read, folded and their accumulators written.
pub struct Way {
    dense: Dense,
    read: Pass,
    write: Pass,
    /// Bytes of an element as it lies, and of a result.
    element: usize,
    result: usize,
}

impl Way {
    /// Elements of `T` as they lie; accumulators are the results.
    pub fn of<T: Copy, F: Fold<T>>(f: F) -> Way {
        const { assert!(size_of::<T>() <= LARGEST && size_of::<F::Acc>() <= LARGEST) };
        // what is turned is moved by size
        const { assert!(size_of::<F::Acc>().is_power_of_two()) };
        let dense = Dense::of(f);
        Way { dense, read: Pass::Same, write: Pass::Same, element: dense.element, result: dense.acc }
    }
    /// Elements of `A`, each of which `pass` makes one that the loops take.
    pub fn reading<A>(self, pass: Pass) -> Way {
        const { assert!(size_of::<A>() <= LARGEST) };
        Way { read: pass, element: size_of::<A>(), ..self }
    }
    /// Results of `O`, which `pass` makes of accumulators.
    pub fn writing<O>(self, pass: Pass) -> Way {
        Way { write: pass, result: size_of::<O>(), ..self }
    }
}

/// Each element by itself, stored as `A` and made what is stored as `O`.
pub fn pass<A: Stored, O: Stored, F: Fn(A::Seen) -> O::Seen + Copy>(f: F) -> Pass {
    Pass::Map(stored::<A, O, F>(f))
}

/// Types with reductions, and the type that the loops take their elements as.
pub trait Taken: Elem {
    type As: Elem;
    /// A fold over [`As`](Taken::As) as one over elements of this type.
    fn taken<F: Fold<Self::As>>(f: F) -> Way;
}

macro_rules! taken {
    ($($t:ty: $seen:ty;)*) => {$(
        impl Taken for $t {
            type As = $seen;
            fn taken<F: Fold<$seen>>(f: F) -> Way {
                Way::of::<$seen, F>(f)
            }
        }
    )*};
}
taken! { bool: u8; u8: u8; i8: i8; i16: i16; i32: i32; i64: i64; f32: f32; f64: f64; C64: C64; C128: C128; }

/// float16 is float32 on the way: in the loops themselves a conversion would take 20 operations. bfloat16 takes one there,
/// and laid aside as float32 a sum took twice the time.
impl Taken for F16 {
    type As = f32;
    fn taken<F: Fold<f32>>(f: F) -> Way {
        Way::of::<f32, F>(f)
            .reading::<F16>(Pass::Map(typed(widen::<F16>)))
            .writing::<F16>(Pass::Map(typed(narrow::<F16>)))
    }
}

impl Taken for BF16 {
    type As = BF16;
    fn taken<F: Fold<BF16>>(f: F) -> Way {
        Way::of::<BF16, F>(f).writing::<BF16>(Pass::Map(typed(narrow::<BF16>)))
    }
}

/// Bytes on the stack.
#[repr(C, align(64))]
struct Room<const N: usize>(MaybeUninit<[u8; N]>);

impl<const N: usize> Room<N> {
    #[inline(always)]
    fn new() -> Self {
        Room(MaybeUninit::uninit())
    }
    #[inline(always)]
    fn at(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }
}

/// Reduces `src` as the plan says; `dst` receives `plan.outer_len` results.
///
/// # Safety
/// `src` is readable wherever the plan's strides lead, `dst` is writable for `outer_len` results; both are of the types
/// that the way was made for.
pub unsafe fn fold<T, O>(way: &Way, plan: &ReducePlan, src: *const T, dst: *mut O) {
    debug_assert_eq!((size_of::<T>(), size_of::<O>()), (way.element, way.result));
    reduce(way, plan, src.cast(), dst.cast())
}

unsafe fn reduce(way: &Way, plan: &ReducePlan, src: *const u8, dst: *mut u8) {
    if plan.outer_len == 0 {
        return;
    }
    if plan.inner_len == 0 {
        let mut nothing = Room::<LARGEST>::new();
        (way.dense.fill)(nothing.at(), 1);
        for i in 0..plan.outer_len {
            way.finish(nothing.at(), dst.add(i * way.result), 1);
        }
    } else if plan.by_columns() {
        columns(way, plan, src, dst);
    } else {
        rows(way, plan, src, dst);
    }
}

unsafe fn rows(way: &Way, plan: &ReducePlan, src: *const u8, dst: *mut u8) {
    let (n, outer, acc) = (plan.inner_len, plan.outer_len, way.dense.acc);
    let pieces = n.div_ceil(PIECE);
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    if pieces == 1 {
        let grain = par::REDUCE_GRAIN.div_ceil(n);
        return par::for_each_chunk(outer, grain, |r| {
            // SAFETY: chunks are disjoint ranges of outputs; the caller vouches for the plan.
            unsafe { some_rows(way, plan, src.get(), dst.get(), r) }
        });
    }
    let mut partial = buffer(0u64, (outer * pieces * acc).div_ceil(8));
    let p = Ptr(partial.as_mut_ptr().cast::<u8>());
    par::for_each(outer * pieces, |i| {
        let (o, k) = (i / pieces, i % pieces);
        // SAFETY: each task writes its own partial result.
        unsafe {
            let base = src.get().add(offset_of(&plan.outer, o) * way.element);
            one_row(way, plan, base, k * PIECE..((k + 1) * PIECE).min(n), p.get().add(i * acc));
        }
    });
    for o in 0..outer {
        let row = p.get().add(o * pieces * acc);
        tree(pieces, |a, b| (way.dense.merge)(row.add(a * acc), row.add(b * acc), 1));
        way.finish(row, dst.get().add(o * way.result), 1);
    }
}

/// Merges neighbours, then neighbours of neighbours, into the first; the shape of the tree depends on the length alone.
fn tree(n: usize, mut merge: impl FnMut(usize, usize)) {
    let mut step = 1;
    while step < n {
        for i in (0..n - step).step_by(2 * step) {
            merge(i, i + step);
        }
        step *= 2;
    }
}

unsafe fn some_rows(way: &Way, plan: &ReducePlan, src: *const u8, dst: *mut u8, outputs: Range<usize>) {
    let n = plan.inner_len;
    let dense = plan.inner.len() <= 1 && plan.inner.iter().all(|a| a.stride == 1);
    let mut accs = Room::<{ OUTPUTS * LARGEST }>::new();
    let mut dst = dst.add(outputs.start * way.result);
    for (offset, count, apart) in runs(&plan.outer, outputs) {
        for at in (0..count).step_by(OUTPUTS) {
            let k = (count - at).min(OUTPUTS);
            let from = src.add((offset + at * apart) * way.element);
            if n == 1 {
                // one row of columns
                (way.dense.fill)(accs.at(), k);
                way.add_rows(accs.at(), from, 1, 0, Axis { size: k, stride: apart });
            } else if dense {
                way.dense_rows(from, n, k, apart, accs.at());
            } else if n <= SHORT {
                way.short_rows(&plan.inner, from, n, k, apart, accs.at());
            } else {
                for i in 0..k {
                    let row = from.add(i * apart * way.element);
                    one_row(way, plan, row, 0..n, accs.at().add(i * way.dense.acc));
                }
            }
            way.finish(accs.at(), dst, k);
            dst = dst.add(k * way.result);
        }
    }
}

/// Any runs into one accumulator: the lanes are emptied once a leaf is full, not at each run.
unsafe fn one_row(way: &Way, plan: &ReducePlan, src: *const u8, range: Range<usize>, total: *mut u8) {
    let mut room = Room::<{ LANES * LARGEST }>::new();
    let mut lanes = Lanes { way, lanes: room.at(), total, filled: 0 };
    (way.dense.fill)(total, 1);
    (way.dense.fill)(lanes.lanes, LANES);
    let at = |offset: usize| src.add(offset * way.element);
    if let [lead @ .., last] = plan.inner.as_slice()
        && !lead.is_empty()
    {
        // the end of a row, whole rows of the last axis by those of the one before it, the start of a row
        let first = range.start.next_multiple_of(last.size).min(range.end);
        let end = (range.end / last.size * last.size).max(first);
        let part = |from: usize| at(offset_of(&plan.inner, from));
        if range.start < first {
            lanes.feed(part(range.start), first - range.start, last.stride, 1, 0);
        }
        for (offset, count, apart) in runs(lead, first / last.size..end / last.size) {
            lanes.feed(at(offset), last.size, last.stride, count, apart);
        }
        if end < range.end {
            lanes.feed(part(end), range.end - end, last.stride, 1, 0);
        }
    } else {
        for (offset, n, stride) in runs(&plan.inner, range) {
            lanes.feed(at(offset), n, stride, 1, 0);
        }
    }
    if lanes.filled > 0 {
        lanes.drain();
    }
}

/// The accumulators of a row while its runs are added.
struct Lanes<'a> {
    way: &'a Way,
    lanes: *mut u8,
    total: *mut u8,
    filled: usize,
}

impl Lanes<'_> {
    unsafe fn drain(&mut self) {
        (self.way.dense.drain)(self.total, self.lanes);
        self.filled = 0;
    }

    /// `count` runs of `n` elements.
    unsafe fn feed(&mut self, src: *const u8, n: usize, stride: usize, count: usize, apart: usize) {
        let way = self.way;
        let at = |i: usize| src.add(i * way.element);
        let mut r = 0;
        while r < count {
            if stride == 1 && n >= 4 * LANES {
                // long runs have lanes of their own, in registers
                let mut run = Room::<LARGEST>::new();
                way.dense_rows(at(r * apart), n, 1, 0, run.at());
                (way.dense.merge)(self.total, run.at(), 1);
                r += 1;
                continue;
            }
            let whole = (LEAF - self.filled) / n;
            if whole > 0 {
                let k = whole.min(count - r);
                way.add(self.lanes, at(r * apart), n, stride, k, apart);
                self.filled += k * n;
                r += k;
                if self.filled == LEAF {
                    self.drain();
                }
                continue;
            }
            let mut i = 0;
            while i < n {
                let k = (n - i).min(LEAF - self.filled);
                way.add(self.lanes, at(r * apart + i * stride), k, stride, 1, 0);
                self.filled += k;
                i += k;
                if self.filled == LEAF {
                    self.drain();
                }
            }
            r += 1;
        }
    }
}

impl Way {
    /// Results of `n` accumulators.
    unsafe fn finish(&self, acc: *const u8, dst: *mut u8, n: usize) {
        match self.write {
            Pass::Same => dst.copy_from_nonoverlapping(acc, n * self.result),
            pass => pass.run(acc, dst, n),
        }
    }

    /// Elements that fit a block, as they lie and as they are read: whole rounds of the lanes.
    fn block(&self) -> usize {
        BLOCK / self.element.max(self.dense.element)
    }

    /// `n` elements as the loops take them, side by side; at most a block.
    unsafe fn gather(&self, src: *const u8, n: usize, stride: usize, dst: *mut u8) {
        if stride == 1 {
            return match self.read {
                Pass::Same => dst.copy_from_nonoverlapping(src, n * self.element),
                pass => pass.run(src, dst, n),
            };
        }
        let mut room = Room::<BLOCK>::new();
        let near = if self.read.is_same() { dst } else { room.at() };
        gather(src, stride * self.element, near, self.element, n);
        self.read.run(near, dst, n);
    }

    /// Contiguous rows, an accumulator each.
    unsafe fn dense_rows(&self, src: *const u8, n: usize, count: usize, apart: usize, accs: *mut u8) {
        let (d, same) = (&self.dense, self.read.is_same());
        if same {
            return (d.rows)(src, n, count, apart, accs);
        }
        if n <= self.block().min(LEAF) {
            let mut room = Room::<BLOCK>::new();
            let (buffer, together) = (room.at(), self.block() / n);
            for at in (0..count).step_by(together) {
                let k = (count - at).min(together);
                let from = src.add(at * apart * self.element);
                if apart == n {
                    self.gather(from, k * n, 1, buffer);
                } else {
                    for i in 0..k {
                        self.gather(from.add(i * apart * self.element), n, 1, buffer.add(i * n * d.element));
                    }
                }
                (d.rows)(buffer, n, k, n, accs.add(at * d.acc));
            }
            return;
        }
        let mut sums = Room::<{ LANES * LARGEST }>::new();
        let mut lanes = Room::<{ LANES * LARGEST }>::new();
        for r in 0..count {
            let row = src.add(r * apart * self.element);
            (d.fill)(sums.at(), LANES);
            for at in (0..n).step_by(LEAF) {
                (d.fill)(lanes.at(), LANES);
                self.add(lanes.at(), row.add(at * self.element), (n - at).min(LEAF), 1, 1, 0);
                (d.merge)(sums.at(), lanes.at(), LANES);
            }
            let total = accs.add(r * d.acc);
            (d.fill)(total, 1);
            (d.drain)(total, sums.at());
        }
    }

    /// Rows of up to [`SHORT`] elements that lie apart, an accumulator each.
    unsafe fn short_rows(
        &self,
        inner: &[Axis],
        src: *const u8,
        n: usize,
        count: usize,
        apart: usize,
        accs: *mut u8,
    ) {
        let (mut room, mut wide) = (Room::<{ BLOCK + BEYOND }>::new(), Room::<{ BLOCK + BEYOND }>::new());
        let (laid, size, together) = (room.at(), self.element, self.block() / n);
        for at in (0..count).step_by(together) {
            let (k, from) = ((count - at).min(together), src.add(at * apart * size));
            if let [axis] = inner {
                gather_rows(from, apart * size, axis.stride * size, laid, size, k, n);
            } else {
                let mut to = laid;
                for i in 0..k {
                    for (offset, some, stride) in runs(inner, 0..n) {
                        gather(from.add((i * apart + offset) * size), stride * size, to, size, some);
                        to = to.add(some * size);
                    }
                }
            }
            let mut taken = laid;
            if !self.read.is_same() {
                taken = wide.at();
                self.read.run(laid, taken, k * n);
            }
            (self.dense.rows)(taken, n, k, n, accs.add(at * self.dense.acc));
        }
    }

    /// `count` runs into the lanes, each from the first lane on.
    unsafe fn add(
        &self,
        lanes: *mut u8,
        src: *const u8,
        n: usize,
        stride: usize,
        count: usize,
        apart: usize,
    ) {
        let d = &self.dense;
        if stride == 1 && self.read.is_same() {
            return (d.add)(lanes, src, n, count, apart);
        }
        let mut room = Room::<BLOCK>::new();
        let (buffer, block) = (room.at(), self.block());
        let together = block / n;
        if together > 1 && (stride > 0 || n < LANES) {
            for at in (0..count).step_by(together) {
                let k = (count - at).min(together);
                for i in 0..k {
                    let from = src.add((at + i) * apart * self.element);
                    self.gather(from, n, stride, buffer.add(i * n * d.element));
                }
                (d.add)(lanes, buffer, n, k, n);
            }
            return;
        }
        if stride == 0 {
            // one element, n times: some of them are written down and taken again and again
            let copies = 4 * LANES;
            for r in 0..count {
                self.gather(src.add(r * apart * self.element), copies.min(n), 0, buffer);
                (d.add)(lanes, buffer, copies, n / copies, 0);
                (d.add)(lanes, buffer, n % copies, 1, 0);
            }
            return;
        }
        for r in 0..count {
            for at in (0..n).step_by(block) {
                let k = (n - at).min(block);
                self.gather(src.add((r * apart + at * stride) * self.element), k, stride, buffer);
                (d.add)(lanes, buffer, k, 1, 0);
            }
        }
    }

    /// `n` rows into accumulators side by side.
    unsafe fn add_rows(&self, acc: *mut u8, src: *const u8, n: usize, stride: usize, cols: Axis) {
        let (d, w) = (&self.dense, cols.size);
        if cols.stride == 1 && self.read.is_same() {
            return (d.columns)(acc, src, n, stride, w);
        }
        let mut room = Room::<BLOCK>::new();
        let (buffer, together) = (room.at(), self.block() / w);
        for at in (0..n).step_by(together) {
            let k = (n - at).min(together);
            let from = src.add(at * stride * self.element);
            if cols.stride == 1 && stride == w {
                self.gather(from, k * w, 1, buffer);
            } else {
                for i in 0..k {
                    let row = from.add(i * stride * self.element);
                    self.gather(row, w, cols.stride, buffer.add(i * w * d.element));
                }
            }
            (d.columns)(acc, buffer, k, w, w);
        }
    }
}

/// Columns up to which groups of them, and elements of a group up to which several groups, are turned to lie beside each other. (Sums
/// of 2000x10x3 over the middle: group by group 62 us, so 6.)
const FEW: usize = 16;
const GROUP: usize = 256;
/// Groups at a time, at most and at least.
const GROUPS: Range<usize> = 8..64;

/// Few columns of few rows, many times: each group's elements lie together.
unsafe fn groups(way: &Way, plan: &ReducePlan, src: *const u8, dst: *mut u8) -> bool {
    let ([inner], [lead @ .., near, last]) = (&plan.inner[..], &plan.outer[..]) else { return false };
    let (n, w, size) = (inner.size, last.size, way.element);
    let together = (way.block() / (n * w).max(1)).min(GROUPS.end);
    let dense = last.stride == 1 && inner.stride == w;
    if !dense || w >= FEW || n * w > GROUP || together < GROUPS.start || near.size < GROUPS.start {
        return false;
    }
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    let blocks = near.size.div_ceil(together);
    let count = plan.outer_len / (near.size * w);
    let grain = par::REDUCE_GRAIN.div_ceil(n * w * together);
    par::for_each_chunk(count * blocks, grain, |range| {
        let (mut laid, mut wide) = (Room::<{ BLOCK + BEYOND }>::new(), Room::<BLOCK>::new());
        let mut sums = Room::<{ FEW * GROUPS.end * LARGEST }>::new();
        let mut turned = Room::<{ FEW * GROUPS.end * LARGEST }>::new();
        for task in range {
            let (lead_at, first) = (task / blocks, task % blocks * together);
            let (k, acc) = (together.min(near.size - first), way.dense.acc);
            // SAFETY: groups of the plan, and their places in the results
            unsafe {
                let from = src.at((offset_of(lead, lead_at) + first * near.stride) * size).cast_const();
                turn(from, near.stride, laid.at(), k, k, n * w, size);
                let mut taken = laid.at();
                if !way.read.is_same() {
                    way.read.run(taken, wide.at(), k * n * w);
                    taken = wide.at();
                }
                let (d, row) = (&way.dense, w * k);
                (d.fill)(sums.at(), row);
                (d.columns)(sums.at(), taken, n.min(COLUMN_LEAF), row, row);
                // leaves are as long as those of wide columns
                for first in (COLUMN_LEAF..n).step_by(COLUMN_LEAF) {
                    let more = COLUMN_LEAF.min(n - first);
                    (d.fill)(turned.at(), row);
                    (d.columns)(turned.at(), taken.add(first * row * d.element), more, row, row);
                    (d.merge)(sums.at(), turned.at(), row);
                }
                turn(sums.at(), k, turned.at(), w, w, k, acc);
                way.finish(turned.at(), dst.at((lead_at * near.size + first) * w * way.result), w * k);
            }
        }
    });
    true
}

unsafe fn columns(way: &Way, plan: &ReducePlan, src: *const u8, dst: *mut u8) {
    if groups(way, plan, src, dst) {
        return;
    }
    let (last, lead) = plan.outer.split_last().expect("column reductions have a kept axis");
    let (n, outer, acc) = (plan.inner_len, plan.outer_len, way.dense.acc);
    let tiles = last.size.div_ceil(WIDTH);
    let groups = outer / last.size;
    // Pieces of at least a leaf, and of about 128K elements where the tile is narrow.
    let piece = (128 * 1024 / last.size.min(WIDTH)).clamp(COLUMN_LEAF, 64 * COLUMN_LEAF).min(n);
    let pieces = n.div_ceil(piece);
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    let mut partial = if pieces > 1 { buffer(0u64, (outer * pieces * acc).div_ceil(8)) } else { Vec::new() };
    let p = Ptr(partial.as_mut_ptr().cast::<u8>());
    let tasks = groups * tiles * pieces;
    let grain = par::REDUCE_GRAIN.div_ceil(piece * last.size.min(WIDTH));
    par::for_each_chunk(tasks, grain, |range| {
        let mut total = Room::<{ WIDTH * LARGEST }>::new();
        for task in range {
            let (group, tile, k) = (task / pieces / tiles, task / pieces % tiles, task % pieces);
            let c0 = tile * WIDTH;
            let width = (last.size - c0).min(WIDTH);
            let cols = Axis { size: width, stride: last.stride };
            // SAFETY: every task owns its (piece, columns) part of `partial`, or its columns of `dst`.
            unsafe {
                let base = src.get().add((offset_of(lead, group) + c0 * last.stride) * way.element);
                column_tile(way, plan, base, cols, k * piece..((k + 1) * piece).min(n), total.at());
                let o = group * last.size + c0;
                if pieces == 1 {
                    way.finish(total.at(), dst.get().add(o * way.result), width);
                } else {
                    let part = p.get().add((k * outer + o) * acc);
                    part.copy_from_nonoverlapping(total.at(), width * acc);
                }
            }
        }
    });
    if pieces > 1 {
        par::for_each_chunk(outer, par::REDUCE_GRAIN.div_ceil(pieces), |r| {
            // SAFETY: chunks are disjoint ranges of outputs in every piece.
            unsafe {
                let from = p.get().add(r.start * acc);
                let part = |k: usize| from.add(k * outer * acc);
                tree(pieces, |a, b| (way.dense.merge)(part(a), part(b), r.len()));
                way.finish(from, dst.get().add(r.start * way.result), r.len());
            }
        });
    }
}

unsafe fn column_tile(
    way: &Way,
    plan: &ReducePlan,
    src: *const u8,
    cols: Axis,
    range: Range<usize>,
    total: *mut u8,
) {
    let (d, w) = (&way.dense, cols.size);
    let mut leaf = Room::<{ WIDTH * LARGEST }>::new();
    let dense_rows = plan.inner.len() == 1 && cols.stride == 1 && plan.inner[0].stride == w;
    let fused = if dense_rows { 128 / w } else { 0 };
    if fused >= 2 && range.len() >= 2 * fused {
        // Narrow rows that follow each other: several rows are one wide row.
        let n = range.len();
        let at = |row: usize| src.add((range.start + row) * w * way.element);
        let wide = Axis { size: fused * w, stride: 1 };
        let mut sums = Room::<{ 128 * LARGEST }>::new();
        let mut tile = Tile::new(way, wide, sums.at(), leaf.at());
        tile.add(at(0), n / fused, fused * w);
        tile.end();
        total.copy_from_nonoverlapping(sums.at(), w * d.acc);
        for k in 1..fused {
            (d.merge)(total, sums.at().add(k * w * d.acc), w);
        }
        way.add_rows(total, at(n / fused * fused), n % fused, w, cols);
    } else {
        let mut tile = Tile::new(way, cols, total, leaf.at());
        for (offset, n, stride) in runs(&plan.inner, range) {
            tile.add(src.add(offset * way.element), n, stride);
        }
        tile.end();
    }
}

/// Columns being reduced side by side: rows go into a leaf, full leaves into the total.
struct Tile<'a> {
    way: &'a Way,
    cols: Axis,
    total: *mut u8,
    leaf: *mut u8,
    filled: usize,
}

impl<'a> Tile<'a> {
    unsafe fn new(way: &'a Way, cols: Axis, total: *mut u8, leaf: *mut u8) -> Self {
        (way.dense.fill)(total, cols.size);
        (way.dense.fill)(leaf, cols.size);
        Tile { way, cols, total, leaf, filled: 0 }
    }

    /// # Safety
    /// The columns of `n` rows from `src` on are readable.
    unsafe fn add(&mut self, src: *const u8, n: usize, stride: usize) {
        let mut at = 0;
        while at < n {
            let count = (n - at).min(COLUMN_LEAF - self.filled);
            self.way.add_rows(self.leaf, src.add(at * stride * self.way.element), count, stride, self.cols);
            self.filled += count;
            at += count;
            if self.filled == COLUMN_LEAF {
                self.end();
                (self.way.dense.fill)(self.leaf, self.cols.size);
            }
        }
    }

    /// Moves the leaf into the total.
    unsafe fn end(&mut self) {
        (self.way.dense.merge)(self.total, self.leaf, self.cols.size);
        self.filled = 0;
    }
}
