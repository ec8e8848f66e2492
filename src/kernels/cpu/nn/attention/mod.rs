//! Scaled dot-product attention without the matrix of all scores: blocks of queries meet blocks of keys, with the
//! softmax running along (FlashAttention: Dao et al., 2022). The way back computes the weights again from the
//! logarithm of each row's sum.

mod backward;
mod rows;

pub use backward::{Gradients, backward};
pub use rows::{Attends, Mask};

use crate::kernels::cpu::linalg::matmul::gemm;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use rows::{Block, LANES, Running};

/// Keys of a block: a quarter of a megabyte of scores with [`QUERIES`] rows, half of a second-level cache.
const KEYS: usize = 512;
/// Queries of a block. Keys are packed for every block of queries, which 128 rows make up for.
const QUERIES: usize = 128;
/// With a causal mask blocks reach beyond the diagonal by half their height: smaller ones for short sequences.
const CAUSAL_QUERIES: usize = 32;
/// Work of a task, in multiply-adds.
const TASK_FMA: usize = 1 << 19;

/// A stack of matrices: where each begins, and the distance of its rows and columns.
#[derive(Clone, Copy)]
pub struct Matrices<'a, T> {
    pub ptr: *mut T,
    pub offsets: &'a [isize],
    pub row: isize,
    pub col: isize,
}

// SAFETY: tasks write disjoint matrices or rows of them.
unsafe impl<T> Sync for Matrices<'_, T> {}

impl<T> Matrices<'_, T> {
    /// Row `i` of matrix `of`.
    fn at(&self, of: usize, i: usize) -> *mut T {
        self.ptr.wrapping_offset(self.offsets[of] + i as isize * self.row)
    }
}

/// The mask's matrices: as those of the queries, with strides that may be zero.
#[derive(Clone, Copy)]
pub struct Masks<'a, T> {
    pub mask: Mask<T>,
    pub offsets: &'a [isize],
}

// SAFETY: only read.
unsafe impl<T> Sync for Masks<'_, T> {}

impl<T> Masks<'_, T> {
    fn at(&self, of: usize, query: usize, key: usize) -> Mask<T> {
        match self.mask {
            Mask::None => Mask::None,
            Mask::Float(p, r, c) => Mask::Float(p.wrapping_offset(self.offsets[of]), r, c).at(query, key),
            Mask::Bool(p, r, c) => Mask::Bool(p.wrapping_offset(self.offsets[of]), r, c).at(query, key),
        }
    }
}

/// Sizes, for `heads` matrices of queries; the matrices of keys and values serve `group` of them each.
#[derive(Clone, Copy, Debug)]
pub struct Shape<T> {
    pub heads: usize,
    pub group: usize,
    pub queries: usize,
    pub keys: usize,
    /// Width of queries and keys.
    pub depth: usize,
    /// Width of values and results.
    pub width: usize,
    pub scale: T,
    pub causal: bool,
}

impl<T: Copy> Shape<T> {
    /// Keys that the first of some queries sees, from key `k0` on.
    fn seen(&self, i0: usize, k0: usize) -> Option<isize> {
        self.causal.then(|| i0 as isize + 1 - k0 as isize)
    }
    /// Keys that any of the queries up to `end` sees.
    fn reach(&self, end: usize) -> usize {
        if self.causal { self.keys.min(end) } else { self.keys }
    }
    fn query_block(&self) -> usize {
        if self.causal && self.queries <= 2 * QUERIES { CAUSAL_QUERIES } else { QUERIES }
    }
}

/// Memory of a task, aligned to whole vectors.
struct Scratch<T>(Vec<T>);

impl<T> Scratch<T> {
    fn new(n: usize) -> Scratch<T> {
        Scratch(Vec::with_capacity(n + 64 / size_of::<T>()))
    }
    fn ptr(&mut self) -> *mut T {
        let p = self.0.as_mut_ptr();
        p.wrapping_add(p.align_offset(64))
    }
}

/// Rows of scores whose distance is no multiple of a power of two: they would share cache sets.
fn stride_for(keys: usize) -> usize {
    keys.next_multiple_of(LANES) + LANES
}

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

/// Sizes that tasks share.
struct Shared<T>(Shape<T>);
// SAFETY: plain numbers.
unsafe impl<T> Sync for Shared<T> {}
impl<T: Copy> Shared<T> {
    fn get(&self) -> Shape<T> {
        self.0
    }
}
