//! Scaled dot-product attention without the matrix of all scores: blocks of queries meet blocks of keys, with the
//! softmax running along (FlashAttention: Dao et al., 2022). The way back computes the weights again from the
//! logarithm of each row's sum.

mod backward;
mod forward;
mod rows;

pub use backward::{Gradients, backward};
pub use forward::forward;
pub use rows::{Attends, Mask};

use rows::LANES;

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
        let mut memory = Vec::new();
        crate::kernels::cpu::machine::stop::grow(&mut memory, n + 64 / size_of::<T>());
        Scratch(memory)
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

/// Sizes that tasks share.
struct Shared<T>(Shape<T>);
// SAFETY: plain numbers.
unsafe impl<T> Sync for Shared<T> {}
impl<T: Copy> Shared<T> {
    fn get(&self) -> Shape<T> {
        self.0
    }
}
