//! The result of attention. A task has some queries of one head, and goes through their keys block by block.

use super::rows::{Attends, Block, Running};
use super::{Masks, Matrices, Scratch, Shape, Shared, TASK_FMA, stride_for};
use crate::kernels::cpu::linalg::matmul::gemm;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;

/// Keys of a block: a quarter of a megabyte of scores with `QUERIES` rows, half of a second-level cache.
const KEYS: usize = 512;

/// `out = softmax(scale q k^T + mask) v`, and `lse` (or null), one value for each query of each head.
///
/// # Safety
/// Pointers are valid for the sizes named; the columns of `out` are dense, and it overlaps nothing.
pub unsafe fn forward<T: Attends>(
    s: &Shape<T>,
    q: Matrices<T>,
    k: Matrices<T>,
    v: Matrices<T>,
    masks: Masks<T>,
    out: Matrices<T>,
    lse: *mut T,
) {
    let height = s.query_block().min(s.queries);
    let blocks = s.queries.div_ceil(height);
    let block = KEYS.min(s.keys);
    let stride = stride_for(block);
    let grain = (TASK_FMA / (height * s.keys * (s.depth + s.width)).max(1)).max(1);
    let (shape, lse) = (*s, Ptr(lse));
    let shape = Shared(shape);
    par::for_each_chunk(s.heads * blocks, grain, |tasks| {
        let s = shape.get();
        let mut scratch = Scratch::<T>::new(height * stride + 2 * height);
        let scores = scratch.ptr();
        let (max, sum) = (scores.wrapping_add(height * stride), scores.wrapping_add(height * (stride + 1)));
        for task in tasks {
            let (head, i0) = (task / blocks, task % blocks * height);
            let count = height.min(s.queries - i0);
            let from = head / s.group;
            let mut running =
                Running { max, sum, out: out.at(head, i0), out_stride: out.row, width: s.width, first: true };
            let mut last = None;
            let end = s.reach(i0 + count);
            for k0 in (0..end).step_by(block) {
                let keys = block.min(end - k0);
                let b = Block {
                    rows: count,
                    keys,
                    stride,
                    scores,
                    scale: s.scale,
                    mask: masks.at(head, i0, k0),
                    seen: s.seen(i0, k0),
                };
                let step = stride as isize;
                let beta = if running.first { <T as crate::base::Elem>::ZERO } else { T::of(1.0) };
                // SAFETY: blocks of the matrices named, scores of this task, and rows of the result that are its own.
                unsafe {
                    gemm(
                        count,
                        keys,
                        s.depth,
                        T::of(1.0),
                        q.at(head, i0),
                        q.row,
                        q.col,
                        k.at(from, k0),
                        k.col,
                        k.row,
                        T::of(0.0),
                        scores,
                        step,
                        1,
                        None,
                    );
                    (T::ROWS.absorb)(b, running);
                    gemm(
                        count,
                        s.width,
                        keys,
                        T::of(1.0),
                        scores,
                        step,
                        1,
                        v.at(from, k0),
                        v.row,
                        v.col,
                        beta,
                        running.out,
                        out.row,
                        1,
                        None,
                    );
                }
                running.first = false;
                last = Some(b);
            }
            if let Some(b) = last {
                let to = if lse.get().is_null() { lse.get() } else { lse.at(head * s.queries + i0) };
                // SAFETY: the rows of this task.
                unsafe { (T::ROWS.finish)(b, running, to) };
            }
        }
    });
}
