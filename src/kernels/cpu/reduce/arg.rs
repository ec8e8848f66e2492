//! Positions of extremes: the first one on ties; the first NaN beats everything.

use super::extrema::{Ordered, beats};
use super::leaf::{Leaf, leaves};
use super::plan::ReducePlan;
use crate::kernels::cpu::machine::float::Ptr;

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
trait Max {
    const MAX: bool;
}
struct Yes;
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
    unsafe fn block_extreme[T: Ordered, M: Max](_direction: M, src: *const T, n: usize) -> T::Key {
        let mut best = (*src).key();
        let mut i = 0;
        if n >= 64 {
            let mut lanes = [best; 64];
            while i + 64 <= n {
                for j in 0..64 {
                    lanes[j] = better::<_, M>((*src.add(i + j)).key(), lanes[j]);
                }
                i += 64;
            }
            for l in lanes {
                best = better::<_, M>(l, best);
            }
        }
        while i < n {
            best = better::<_, M>((*src.add(i)).key(), best);
            i += 1;
        }
        best
    }
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
    if max { leaves(Arg::<true>, plan, src, put) } else { leaves(Arg::<false>, plan, src, put) }
}
