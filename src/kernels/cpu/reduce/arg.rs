//! Positions of extremes: the first one on ties; the first NaN beats everything.

use super::extrema::{Ordered, ahead4, beats};
use super::leaf::{Leaf, leaves};
use super::plan::{ReducePlan, offset_of, runs};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::gather::{gather, gather_rows};
use crate::kernels::cpu::machine::rows::filled;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::turn::turn;
use crate::kernels::cpu::machine::{par, simd};
use std::mem::MaybeUninit;

#[derive(Clone, Copy)]
struct Arg<const MAX: bool>;

impl<T: Ordered, const MAX: bool> Leaf<T> for Arg<MAX> {
    type Part = (T::Key, i64);
    fn empty(self) -> (T::Key, i64) {
        (if MAX { T::LOW } else { T::HIGH }, -1)
    }
    unsafe fn leaf(self, src: *const T, n: usize, start: usize) -> (T::Key, i64) {
        let best = if MAX { block_extreme(Yes, src, n) } else { block_extreme(No, src, n) };
        (best, (start + position::<T>(src, n, best)) as i64)
    }
    fn merge(self, a: (T::Key, i64), b: (T::Key, i64)) -> (T::Key, i64) {
        if a.1 < 0 || b.1 >= 0 && beats::<_, MAX>(b.0, a.0) { b } else { a }
    }
}

/// The direction as a type: `multiversion!` takes type parameters only.
trait Max: Copy {
    const MAX: bool;
}
#[derive(Clone, Copy)]
struct Yes;
#[derive(Clone, Copy)]
struct No;
impl Max for Yes {
    const MAX: bool = true;
}
impl Max for No {
    const MAX: bool = false;
}

#[inline(always)]
fn better<K: Copy + PartialOrd, M: Max>(x: K, best: K) -> K {
    let beats = if M::MAX { beats::<K, true>(x, best) } else { beats::<K, false>(x, best) };
    if beats { x } else { best }
}

multiversion! {
    unsafe fn block_extreme[const LEVEL, T: Ordered, M: Max](_direction: M, src: *const T, n: usize) -> T::Key {
        let mut best = (*src).key();
        let mut i = 0;
        if n >= 256 {
            let mut lanes = [best; 64];
            while i + 256 <= n {
                simd::one_by_one();
                for j in 0..64 {
                    simd::rest::<LEVEL>();
                    let at = src.add(i + j);
                    let x = [(*at).key(), (*at.add(64)).key(), (*at.add(128)).key(), (*at.add(192)).key()];
                    lanes[j] = if M::MAX { ahead4::<T, true>(lanes[j], x) } else { ahead4::<T, false>(lanes[j], x) };
                }
                i += 256;
            }
            // one after the other they would wait for each other
            for half in [32, 16, 8, 4, 2, 1] {
                for j in 0..half {
                    simd::rest::<LEVEL>();
                    lanes[j] = better::<_, M>(lanes[j + half], lanes[j]);
                }
            }
            best = lanes[0];
        }
        if i + 16 <= n {
            let mut lanes = [best; 16];
            while i + 16 <= n {
                simd::one_by_one();
                for j in 0..16 {
                    simd::rest::<LEVEL>();
                    lanes[j] = better::<_, M>((*src.add(i + j)).key(), lanes[j]);
                }
                i += 16;
            }
            for half in [8, 4, 2, 1] {
                for j in 0..half {
                    simd::rest::<LEVEL>();
                    lanes[j] = better::<_, M>(lanes[j + half], lanes[j]);
                }
            }
            best = lanes[0];
        }
        while i < n {
            best = better::<_, M>((*src.add(i)).key(), best);
            i += 1;
        }
        best
    }
}

/// Rows up to this length are turned into columns, as many at a time as a vector has lanes (2048 rows of 16 float32: 88 us row by
/// row, 13 so).
const TURNED: usize = 64;
/// Rows that are turned at a time.
const LINES: usize = 16;

/// Value and position of each of `count` rows of `n` elements, `along` and `apart`.
unsafe fn turned_rows<T: Ordered, M: Max>(
    direction: M,
    src: *const T,
    (n, along): (usize, usize),
    (count, apart): (usize, usize),
    values: *mut T,
    indices: *mut i64,
) {
    let mut tile = [const { MaybeUninit::<T>::uninit() }; TURNED * LINES + BEYOND];
    let (tile, size) = (tile.as_mut_ptr() as *mut T, size_of::<T>());
    for r in (0..count).step_by(LINES) {
        let (rows, src) = (LINES.min(count - r), src.add(r * apart).cast());
        if along == 1 {
            turn(src, apart, tile.cast(), LINES, rows, n, size);
        } else {
            for (i, row) in (0..n).map(|i| (i, tile.add(i * LINES))) {
                gather(src.add(i * along * size), apart * size, row.cast(), size, rows);
            }
        }
        let (mut best, mut at) = ([(*tile).key(); LINES], [0i32; LINES]);
        for l in 0..rows {
            best[l] = (*tile.add(l)).key();
        }
        side_by_side(direction, best.as_mut_ptr(), at.as_mut_ptr(), tile.add(LINES), n - 1, LINES, rows, 1);
        for l in 0..rows {
            indices.add(r + l).write(at[l] as i64);
            if !values.is_null() {
                values.add(r + l).write(T::unkey(best[l]));
            }
        }
    }
}

/// Columns up to which groups of them are turned together, several at a time (max of 2000x10x3 over the middle: group by group 164 us, so
/// 25).
const FEW: usize = 16;

/// Few columns of few rows, many times: each group's `n` rows of `w` lie together.
unsafe fn groups<T: Ordered, M: Max>(
    direction: fn() -> M,
    plan: &ReducePlan,
    src: Ptr<T>,
    values: Ptr<T>,
    indices: Ptr<i64>,
) -> bool {
    let ([inner], [lead @ .., near, last]) = (&plan.inner[..], &plan.outer[..]) else { return false };
    let (n, w, size) = (inner.size, last.size, size_of::<T>());
    let dense = last.stride == 1 && inner.stride == w;
    if !dense || w >= FEW || n * w > LAID / LINES || near.size < LINES / 2 {
        return false;
    }
    let blocks = near.size.div_ceil(LINES);
    let count = plan.outer_len / (near.size * w);
    par::for_each_chunk(count * blocks, par::REDUCE_GRAIN.div_ceil(n * w * LINES), |range| {
        let mut room = [const { MaybeUninit::<T>::uninit() }; LAID + BEYOND];
        let room = room.as_mut_ptr() as *mut T;
        for task in range {
            let (lead_at, first) = (task / blocks, task % blocks * LINES);
            let (k, wide) = (LINES.min(near.size - first), w * LINES);
            // SAFETY: groups of the plan, and their places in the results
            unsafe {
                let from = src.at(offset_of(lead, lead_at) + first * near.stride);
                turn(from.cast_const().cast(), near.stride, room.cast(), LINES, k, n * w, size);
                let (mut best, mut at) = ([T::LOW; FEW * LINES], [0i32; FEW * LINES]);
                for (c, l) in (0..w).flat_map(|c| (0..k).map(move |l| (c, l))) {
                    best[c * LINES + l] = (*room.add(c * LINES + l)).key();
                }
                let rest = room.add(wide);
                for c in 0..w {
                    let (best, at) = (best.as_mut_ptr().add(c * LINES), at.as_mut_ptr().add(c * LINES));
                    side_by_side(direction(), best, at, rest.add(c * LINES), n - 1, wide, k, 1);
                }
                let o = (lead_at * near.size + first) * w;
                for (l, c) in (0..k).flat_map(|l| (0..w).map(move |c| (l, c))) {
                    indices.at(o + l * w + c).write(at[c * LINES + l] as i64);
                    if !values.get().is_null() {
                        values.at(o + l * w + c).write(T::unkey(best[c * LINES + l]));
                    }
                }
            }
        }
    });
    true
}

/// Columns gone through side by side; their values and positions stay in the first-level cache.
const WIDTH: usize = 512;
/// Elements of columns that do not lie side by side that are laid so at a time, and room beyond, which the last of them may take.
const LAID: usize = 4096;
const BEYOND: usize = 64;

multiversion! {
    /// `n` rows, a distance apart, into values and positions side by side; the first is row `start`.
    unsafe fn side_by_side[const LEVEL, T: Ordered, M: Max](
        _direction: M, best: *mut T::Key, at: *mut i32, src: *const T, n: usize, stride: usize, width: usize, start: i32
    ) {
        let mut r = 0;
        while r < n {
            let rows = if r + 4 <= n { 4 } else { 1 };
            let row = src.add(r * stride);
            let first = start + r as i32;
            if rows == 4 {
                for j in 0..width {
                    simd::rest::<LEVEL>();
                    let (mut b, mut a) = (*best.add(j), *at.add(j));
                    for k in 0..4 {
                        simd::rest::<LEVEL>();
                        let x = (*row.add(k * stride + j)).key();
                        let beats = if M::MAX { beats::<_, true>(x, b) } else { beats::<_, false>(x, b) };
                        b = if beats { x } else { b };
                        a = if beats { first + k as i32 } else { a };
                    }
                    best.add(j).write(b);
                    at.add(j).write(a);
                }
            } else {
                for j in 0..width {
                    simd::rest::<LEVEL>();
                    let (x, b) = ((*row.add(j)).key(), *best.add(j));
                    let beats = if M::MAX { beats::<_, true>(x, b) } else { beats::<_, false>(x, b) };
                    best.add(j).write(if beats { x } else { b });
                    at.add(j).write(if beats { first } else { *at.add(j) });
                }
            }
            r += rows;
        }
    }
}

/// Outputs that lie side by side, a row of elements at a time.
unsafe fn columns<T: Ordered, M: Max>(
    direction: fn() -> M,
    plan: &ReducePlan,
    src: Ptr<T>,
    values: Ptr<T>,
    indices: Ptr<i64>,
) {
    let (last, lead) = plan.outer.split_last().expect("column reductions have a kept axis");
    let (n, tiles, size) = (plan.inner_len, last.size.div_ceil(WIDTH), size_of::<T>());
    let grain = par::REDUCE_GRAIN.div_ceil(n * last.size.min(WIDTH));
    par::for_each_chunk(plan.outer_len / last.size * tiles, grain, |tasks| {
        for task in tasks {
            let (group, c0) = (task / tiles, task % tiles * WIDTH);
            let width = (last.size - c0).min(WIDTH);
            // SAFETY: columns from `c0` on of this group, inside the plan; each output is written once
            unsafe {
                let base = src.get().add(offset_of(lead, group) + c0 * last.stride);
                let mut room = [const { MaybeUninit::<T>::uninit() }; LAID + BEYOND];
                let room = room.as_mut_ptr() as *mut T;
                let mut best = [const { MaybeUninit::uninit() }; WIDTH];
                let mut at = [const { MaybeUninit::uninit() }; WIDTH];
                let best = filled(&mut best[..width], if M::MAX { T::LOW } else { T::HIGH });
                let at = filled(&mut at[..width], 0);
                for j in 0..width {
                    best[j] = (*base.add(j * last.stride)).key();
                }
                let (best, at) = (best.as_mut_ptr(), at.as_mut_ptr());
                let mut start = 0;
                for (offset, count, stride) in runs(&plan.inner, 0..n) {
                    let rows = base.add(offset);
                    if last.stride == 1 {
                        side_by_side(direction(), best, at, rows, count, stride, width, start);
                    } else {
                        for first in (0..count).step_by(LAID / width) {
                            let (some, rows) = (LAID / width, rows.add(first * stride));
                            let some = some.min(count - first);
                            let (across, along) = (stride * size, last.stride * size);
                            gather_rows(rows.cast(), across, along, room.cast(), size, some, width);
                            side_by_side(
                                direction(),
                                best,
                                at,
                                room,
                                some,
                                width,
                                width,
                                start + first as i32,
                            );
                        }
                    }
                    start += count as i32;
                }
                let o = group * last.size + c0;
                for j in 0..width {
                    indices.at(o + j).write(*at.add(j) as i64);
                    if !values.get().is_null() {
                        values.at(o + j).write(T::unkey(*best.add(j)));
                    }
                }
            }
        }
    });
}

multiversion! {
    unsafe fn position[T: Ordered](src: *const T, n: usize, value: T::Key) -> usize {
        let hit = |i: usize| {
            let x = (*src.add(i)).key();
            #[allow(clippy::eq_op)]
            { (x == value) | (x != x) }
        };
        let mut i = 0;
        while i + 32 <= n {
            let mut any = false;
            for j in 0..32 {
                any |= hit(i + j);
            }
            if any {
                break;
            }
            i += 32;
        }
        while i + 1 < n && !hit(i) {
            i += 1;
        }
        i
    }
}

/// Greatest (`max`) or least elements and their positions in the reduced range, which the plan must keep in order
/// ([`ReducePlan::ordered`]; one reduced axis is always in order). `values` may be null. No elements give -1.
///
/// # Safety
/// As `fold`, for both destinations.
pub unsafe fn arg_extreme<T: Ordered>(
    plan: &ReducePlan,
    src: *const T,
    max: bool,
    values: *mut T,
    indices: *mut i64,
) {
    if plan.inner_len == 1 {
        return only(plan, src, values, indices);
    }
    if let Some((last, lead)) = plan.outer.split_last()
        && last.stride == 0
        && plan.outer_len > 0
    {
        let few = ReducePlan { outer: lead.into(), outer_len: plan.outer_len / last.size, ..plan.clone() };
        return alike(&few, last.size, src, max, values, indices);
    }
    let (values, indices) = (Ptr(values), Ptr(indices));
    let put = |o: usize, (k, i): (T::Key, i64)| {
        // SAFETY: each output is written once.
        unsafe {
            indices.at(o).write(i);
            if !values.get().is_null() {
                values.at(o).write(T::unkey(k));
            }
        }
    };
    if max {
        any_way(|| Yes, Arg::<true>, plan, src, values, indices, put)
    } else {
        any_way(|| No, Arg::<false>, plan, src, values, indices, put)
    }
}

/// One element of each, which is the extreme.
unsafe fn only<T: Ordered>(plan: &ReducePlan, src: *const T, values: *mut T, indices: *mut i64) {
    let (src, values, indices) = (Ptr::of(src), Ptr(values), Ptr(indices));
    par::for_each_chunk(plan.outer_len, par::ELEMENTWISE_GRAIN, |outputs| {
        let mut o = outputs.start;
        indices.at(o).write_bytes(0, outputs.len());
        if values.get().is_null() {
            return;
        }
        for (offset, count, apart) in runs(&plan.outer, outputs) {
            let (from, size) = (src.at(offset).cast_const(), size_of::<T>());
            gather(from.cast(), apart * size, values.at(o).cast(), size, count);
            o += count;
        }
    });
}

/// Each of the outputs of a plan, as often as an axis that is expanded wants it.
unsafe fn alike<T: Ordered>(
    few: &ReducePlan,
    times: usize,
    src: *const T,
    max: bool,
    values: *mut T,
    indices: *mut i64,
) {
    let wanted = if values.is_null() { 0 } else { few.outer_len };
    let (mut best, mut at) = (buffer(T::ZERO, wanted), buffer(0i64, few.outer_len));
    let room = if values.is_null() { values } else { best.as_mut_ptr() };
    arg_extreme(few, src, max, room, at.as_mut_ptr());
    let (values, indices) = (Ptr(values), Ptr(indices));
    par::for_each_chunk(few.outer_len, (par::ELEMENTWISE_GRAIN / times).max(1), |range| {
        for o in range {
            std::slice::from_raw_parts_mut(indices.at(o * times), times).fill(at[o]);
            if !values.get().is_null() {
                std::slice::from_raw_parts_mut(values.at(o * times), times).fill(best[o]);
            }
        }
    });
}

/// The way for a layout: short rows and rows of columns have loops of their own.
unsafe fn any_way<T: Ordered, M: Max, L: Leaf<T>>(
    direction: fn() -> M,
    leaf: L,
    plan: &ReducePlan,
    src: *const T,
    values: Ptr<T>,
    indices: Ptr<i64>,
    put: impl Fn(usize, L::Part) + Sync,
) {
    let n = plan.inner_len;
    let beside = plan.by_columns();
    if (1..=TURNED).contains(&n) && plan.inner.len() <= 1 && !beside {
        let along = plan.inner.last().map_or(1, |a| a.stride);
        let src = Ptr::of(src);
        return par::for_each_chunk(plan.outer_len, par::REDUCE_GRAIN.div_ceil(n), |outputs| {
            let mut o = outputs.start;
            for (offset, count, apart) in runs(&plan.outer, outputs) {
                // SAFETY: rows inside the plan, and an output for each
                unsafe {
                    let values = if values.get().is_null() { values.get() } else { values.at(o) };
                    turned_rows(
                        direction(),
                        src.get().cast_const().add(offset),
                        (n, along),
                        (count, apart),
                        values,
                        indices.at(o),
                    );
                }
                o += count;
            }
        });
    }
    if n > 0 && n < i32::MAX as usize && beside {
        if groups(direction, plan, Ptr::of(src), values, indices) {
            return;
        }
        return columns(direction, plan, Ptr::of(src), values, indices);
    }
    leaves(leaf, plan, src, put)
}
