//! The gradients of attention for queries, keys and values. A task has the heads that share keys and values to
//! itself, so that nothing is added to by two.

use super::rows::{Attends, Block};
use super::{Masks, Matrices, Scratch, Shape, Shared, TASK_FMA, stride_for};
use crate::kernels::cpu::linalg::matmul::gemm;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;

/// Keys of a block: scores and their gradients together take a quarter of a second-level cache.
const KEYS: usize = 256;

/// Where the gradients go; the columns of each are dense.
#[derive(Clone, Copy)]
pub struct Gradients<'a, T> {
    pub q: Matrices<'a, T>,
    pub k: Matrices<'a, T>,
    pub v: Matrices<'a, T>,
}

/// The gradients from that of the result `g`, the result and the `lse` of the forward call.
///
/// # Safety
/// Pointers are valid for the sizes named; gradients overlap nothing.
pub unsafe fn backward<T: Attends>(
    s: &Shape<T>,
    q: Matrices<T>,
    k: Matrices<T>,
    v: Matrices<T>,
    masks: Masks<T>,
    g: Matrices<T>,
    out: Matrices<T>,
    lse: *const T,
    d: Gradients<T>,
) {
    let lse = Ptr::of(lse);
    let shape = Shared(*s);
    let sources = s.heads / s.group;
    let work = s.group * s.queries * s.keys * (s.depth + s.width);
    par::for_each_chunk(sources, (TASK_FMA / (2 * work).max(1)).max(1), |range| {
        let s = shape.get();
        let (height, block) = (s.query_block().min(s.queries), KEYS.min(s.keys));
        let stride = stride_for(block);
        let mut scratch = Scratch::<T>::new(height * (2 * stride + 1));
        for from in range {
            // SAFETY: the matrices of this source and of the heads it serves are this task's alone.
            unsafe {
                for j in 0..s.keys {
                    std::slice::from_raw_parts_mut(d.k.at(from, j), s.depth).fill(T::of(0.0));
                    std::slice::from_raw_parts_mut(d.v.at(from, j), s.width).fill(T::of(0.0));
                }
                for head in from * s.group..(from + 1) * s.group {
                    let lse = lse.at(head * s.queries);
                    one_head(&s, head, from, height, block, q, k, v, masks, g, out, lse, d, scratch.ptr());
                }
            }
        }
    });
}

unsafe fn one_head<T: Attends>(
    s: &Shape<T>,
    head: usize,
    from: usize,
    height: usize,
    block: usize,
    q: Matrices<T>,
    k: Matrices<T>,
    v: Matrices<T>,
    masks: Masks<T>,
    g: Matrices<T>,
    out: Matrices<T>,
    lse: *const T,
    d: Gradients<T>,
    scratch: *mut T,
) {
    let (one, zero) = (T::of(1.0), T::of(0.0));
    let stride = stride_for(block);
    let step = stride as isize;
    let (weights, grads) = (scratch, scratch.add(height * stride));
    let dots = grads.add(height * stride);
    let (depth, width) = (s.depth, s.width);
    for i0 in (0..s.queries).step_by(height) {
        let rows = height.min(s.queries - i0);
        // what every weight of a row loses to the others: the product of the result and its gradient
        let (g0, y0) = (g.at(head, i0), out.at(head, i0));
        if g.col == 1 && out.col == 1 {
            (T::ROWS.dots)(rows, width, g0, g.row, y0, out.row, dots);
        } else {
            for i in 0..rows {
                let (a, b) = (g.at(head, i0 + i), out.at(head, i0 + i));
                let terms = (0..width as isize).map(|j| *a.offset(j * g.col) * *b.offset(j * out.col));
                *dots.add(i) = terms.fold(zero, |x, y| x + y);
            }
        }
        let end = s.reach(i0 + rows);
        for k0 in (0..end).step_by(block) {
            let keys = block.min(end - k0);
            let b = Block {
                rows,
                keys,
                stride,
                scores: weights,
                scale: s.scale,
                mask: masks.at(head, i0, k0),
                seen: s.seen(i0, k0),
            };
            let q0 = q.at(head, i0);
            let (key, value) = (k.at(from, k0), v.at(from, k0));
            gemm(rows, keys, depth, one, q0, q.row, q.col, key, k.col, k.row, zero, weights, step, 1, None);
            (T::ROWS.weigh)(b, lse.add(i0));
            let dv = d.v.at(from, k0);
            gemm(keys, width, rows, one, weights, 1, step, g0, g.row, g.col, one, dv, d.v.row, 1, None);
            gemm(rows, keys, width, one, g0, g.row, g.col, value, v.col, v.row, zero, grads, step, 1, None);
            (T::ROWS.slope)(b, grads, dots);
            let dk = d.k.at(from, k0);
            gemm(keys, depth, rows, one, grads, 1, step, q0, q.row, q.col, one, dk, d.k.row, 1, None);
            let (dq, beta) = (d.q.at(head, i0), if k0 == 0 { zero } else { one });
            gemm(rows, depth, keys, one, grads, step, 1, key, k.row, k.col, beta, dq, d.q.row, 1, None);
        }
    }
}
