//! The driver of reductions whose leaves need a contiguous stretch of elements at once: variance, positions of
//! extremes, log-sum-exp. Strided elements are gathered first; outputs that lie side by side are gathered together,
//! so that memory is still read in lines.

use super::plan::{Cursor, ReducePlan, offset_of, runs};
use crate::base::Elem;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::gather::gather;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use std::mem::MaybeUninit;
use std::ops::Range;

pub trait Leaf<T: Elem>: Copy + Send + Sync {
    type Part: Copy + Send + Sync;
    fn empty(self) -> Self::Part;
    /// `start` is the position of the first element in the reduced range.
    ///
    /// # Safety
    /// `src` is readable for `n` elements, `0 < n <= LEAF`.
    unsafe fn leaf(self, src: *const T, n: usize, start: usize) -> Self::Part;
    /// `a` comes before `b`.
    fn merge(self, a: Self::Part, b: Self::Part) -> Self::Part;
}

pub const LEAF: usize = 2048;
const PIECE: usize = 32 * LEAF;
/// Outputs gathered together, and the elements of each at a time: 32 x 256 f32 are 32 KiB.
const SIDE: usize = 32;
const DEPTH: usize = 256;

/// A part as who knows nothing about it keeps it.
type Kept = [MaybeUninit<u64>; 3];

fn keep<P: Copy>(part: P) -> Kept {
    const { assert!(size_of::<P>() <= size_of::<Kept>() && align_of::<P>() <= align_of::<Kept>()) };
    let mut kept: Kept = [const { MaybeUninit::uninit() }; 3];
    // SAFETY: there is room for it
    unsafe { kept.as_mut_ptr().cast::<P>().write(part) };
    kept
}
/// # Safety
/// What [`keep`] made of a part of this type.
unsafe fn kept<P: Copy>(part: Kept) -> P {
    part.as_ptr().cast::<P>().read()
}

/// A [`Leaf`] as who knows nothing about it calls it: the driver is there once for each size of elements (for each leaf and dtype it
/// was 290 KB).
struct Erased<'a> {
    empty: Kept,
    leaf: &'a (dyn Fn(*const u8, usize, usize) -> Kept + Sync),
    merge: &'a (dyn Fn(Kept, Kept) -> Kept + Sync),
    put: &'a (dyn Fn(usize, Kept) + Sync),
}

/// Hands `(output, result)` to `put`, each output once.
///
/// # Safety
/// `src` is readable wherever the plan's strides lead. `put` may be called from several threads at once.
pub unsafe fn leaves<T: Elem, L: Leaf<T>>(
    l: L,
    plan: &ReducePlan,
    src: *const T,
    put: impl Fn(usize, L::Part) + Sync,
) {
    // SAFETY: here and below, the driver hands back what it was given, and elements of the size of `T`
    unsafe {
        let all = Erased {
            empty: keep(l.empty()),
            leaf: &|src, n, start| keep(l.leaf(src.cast(), n, start)),
            merge: &|a, b| keep(l.merge(kept(a), kept(b))),
            put: &|o, part| put(o, kept(part)),
        };
        match size_of::<T>() {
            1 => drive::<u8>(&all, plan, src.cast()),
            2 => drive::<u16>(&all, plan, src.cast()),
            4 => drive::<u32>(&all, plan, src.cast()),
            8 => drive::<u64>(&all, plan, src.cast()),
            _ => drive::<u128>(&all, plan, src.cast()),
        }
    }
}

/// Bytes of an element.
trait Bytes: Copy + Default + Send + Sync {}
impl<T: Copy + Default + Send + Sync> Bytes for T {}

unsafe fn drive<T: Bytes>(l: &Erased, plan: &ReducePlan, src: *const T) {
    let (n, outer) = (plan.inner_len, plan.outer_len);
    if n == 0 {
        return (0..outer).for_each(|o| (l.put)(o, l.empty));
    }
    let src = Ptr::of(src);
    if plan.by_columns() {
        let (last, lead) = plan.outer.split_last().expect("column reductions have a kept axis");
        let tiles = last.size.div_ceil(SIDE);
        let grain = par::REDUCE_GRAIN.div_ceil(n * last.size.min(SIDE));
        return par::for_each_chunk(outer / last.size * tiles, grain, |r| {
            for task in r {
                let (group, c0) = (task / tiles, task % tiles * SIDE);
                let width = (last.size - c0).min(SIDE);
                // SAFETY: columns c0.. of this group, inside the plan.
                let parts = unsafe {
                    side_by_side(l, plan, src.get().add(offset_of(lead, group) + c0 * last.stride), width)
                };
                for (j, part) in parts.into_iter().take(width).enumerate() {
                    (l.put)(group * last.size + c0 + j, part);
                }
            }
        });
    }
    let pieces = n.div_ceil(PIECE);
    if pieces == 1 {
        return par::for_each_chunk(outer, par::REDUCE_GRAIN.div_ceil(n), |r| {
            let mut cursor = Cursor::new(&plan.outer, r.start);
            for o in r {
                // SAFETY: the output's elements, inside the plan.
                (l.put)(o, unsafe { one(l, plan, src.get().add(cursor.offset), 0..n) });
                cursor.advance();
            }
        });
    }
    let mut partial = buffer(l.empty, outer * pieces);
    let p = Ptr(partial.as_mut_ptr());
    par::for_each(outer * pieces, |i| {
        let (o, k) = (i / pieces, i % pieces);
        // SAFETY: each task writes its own partial result.
        unsafe {
            let base = src.get().add(offset_of(&plan.outer, o));
            p.at(i).write(one(l, plan, base, k * PIECE..((k + 1) * PIECE).min(n)));
        }
    });
    for o in 0..outer {
        (l.put)(o, tree(&mut partial[o * pieces..][..pieces], l.merge));
    }
}

unsafe fn one<T: Bytes>(l: &Erased, plan: &ReducePlan, src: *const T, range: Range<usize>) -> Kept {
    let mut total = l.empty;
    if plan.inner.iter().all(|a| a.stride == 1) {
        for start in range.clone().step_by(LEAF) {
            let n = (range.end - start).min(LEAF);
            let part = (l.leaf)(src.add(start).cast(), n, start);
            total = if start == range.start { part } else { (l.merge)(total, part) };
        }
        return total;
    }
    let mut buffer = [T::default(); LEAF];
    let (mut filled, mut start) = (0, range.start);
    for (offset, n, stride) in runs(&plan.inner, range) {
        let mut at = 0;
        while at < n {
            let count = (n - at).min(LEAF - filled);
            let p = src.add(offset + at * stride);
            at += count;
            if stride == 1 && filled == 0 && count == LEAF {
                total = (l.merge)(total, (l.leaf)(p.cast(), count, start));
                start += count;
                continue;
            }
            gather(
                p.cast(),
                stride * size_of::<T>(),
                buffer.as_mut_ptr().add(filled).cast(),
                size_of::<T>(),
                count,
            );
            filled += count;
            if filled == LEAF {
                total = (l.merge)(total, (l.leaf)(buffer.as_ptr().cast(), LEAF, start));
                start += LEAF;
                filled = 0;
            }
        }
    }
    if filled > 0 {
        total = (l.merge)(total, (l.leaf)(buffer.as_ptr().cast(), filled, start));
    }
    total
}

unsafe fn side_by_side<T: Bytes>(l: &Erased, plan: &ReducePlan, src: *const T, width: usize) -> [Kept; SIDE] {
    let cs = plan.outer.last().map_or(1, |a| a.stride);
    let mut total = [l.empty; SIDE];
    let mut buffer = [[T::default(); DEPTH]; SIDE];
    let mut start = 0;
    let (mut filled, n) = (0, plan.inner_len);
    for (offset, count, stride) in runs(&plan.inner, 0..n) {
        for r in 0..count {
            let p = src.add(offset + r * stride);
            for j in 0..width {
                buffer[j][filled] = *p.add(j * cs);
            }
            filled += 1;
            if filled == DEPTH || start + filled == n {
                for j in 0..width {
                    total[j] = (l.merge)(total[j], (l.leaf)(buffer[j].as_ptr().cast(), filled, start));
                }
                start += filled;
                filled = 0;
            }
        }
    }
    total
}

/// Merges neighbours, then neighbours of neighbours; the shape of the tree depends on the length alone.
fn tree<A: Copy>(x: &mut [A], merge: impl Fn(A, A) -> A) -> A {
    let mut step = 1;
    while step < x.len() {
        for i in (0..x.len() - step).step_by(2 * step) {
            x[i] = merge(x[i], x[i + step]);
        }
        step *= 2;
    }
    x[0]
}
