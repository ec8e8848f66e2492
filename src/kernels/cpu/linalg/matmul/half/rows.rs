//! One row or column of 16-bit floats, or a few, against a matrix: bound by reading the matrix, which is read once, in
//! place.

use super::ending::Ending;
use crate::kernels::cpu::linalg::matmul::convert::{Half, axpys, dot};
use crate::kernels::cpu::linalg::matmul::problem::{Bias, Gemm, MAX_NR};
use crate::kernels::cpu::linalg::matmul::scratch::{self, Slot};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;

/// Multiply-adds below which the product stays on one thread.
const MIN_FMA: usize = 1 << 18;
/// Outputs whose sums are held at a time.
const CHUNK: usize = 512;

/// Rows up to which columns that lie along memory are read in place: 4 x 4096 x 4096 took twice the time packed.
const ROWS: usize = 8;
/// Steps of the sum below which several rows go by tiles: a dot product costs as much as 100 steps before its first
/// (20000 x 32 x 8 took 3.9 ms so).
const SHORT_SUM: usize = 256;

/// Rows that go by rows of the matrix, which are widened for each of them again, and columns from which.
const LINES: usize = 2;
const LONG: usize = 64;

/// Computes the product and says so, if there are few rows or columns and the matrix is dense along the right side.
pub unsafe fn product<T: Half>(g: &Gemm<T>) -> bool {
    // As rows: `b` is the matrix.
    let t = if g.m <= g.n { *g } else { g.transposed() };
    let dots = t.rsb == 1 && t.m <= ROWS && (t.m == 1 || t.k >= SHORT_SUM);
    if !dots && !(t.csb == 1 && (t.m == 1 || t.m <= LINES && t.n >= LONG)) {
        return false;
    }
    struct Share<T>(Gemm<T>);
    // SAFETY: pointers valid for the whole call; tasks write disjoint outputs.
    unsafe impl<T> Sync for Share<T> {}
    impl<T> Share<T> {
        fn get(&self) -> &Gemm<T> {
            &self.0
        }
    }
    let grain = if t.n * t.k < MIN_FMA { t.n } else { (MIN_FMA / 4 / t.k).clamp(32, CHUNK) };
    let t = Share(t);
    scratch::with(Slot::Whole, t.get().m * t.get().k, |x: *mut f32| {
        let g = t.get();
        for i in 0..g.m {
            for p in 0..g.k {
                *x.add(i * g.k + p) = (*g.a.offset(i as isize * g.rsa + p as isize * g.csa)).widen();
            }
        }
        let x = Ptr(x);
        par::for_each_chunk(t.get().n, grain, |r| {
            for j in r.clone().step_by(CHUNK) {
                // SAFETY: the caller's contract; chunks are disjoint.
                unsafe { chunk(t.get(), x.get(), j, CHUNK.min(r.end - j)) }
            }
        });
    });
    true
}

unsafe fn chunk<T: Half>(g: &Gemm<T>, x: *const f32, j0: usize, n: usize) {
    let mut sums = [[0f32; CHUNK]; ROWS];
    let b = g.b.offset(j0 as isize * g.csb);
    if g.rsb == 1 {
        for j in 0..n {
            for i in 0..g.m {
                sums[i][j] = dot::<T>(x.add(i * g.k), b.offset(j as isize * g.csb), g.k);
            }
        }
    } else {
        for i in 0..g.m {
            axpys::<T>(g.k, x.add(i * g.k), b, g.rsb, sums[i].as_mut_ptr(), n);
        }
    }
    // An ending holds the bias of a tile's width.
    let wide = if matches!(g.epilogue.bias, Bias::PerCol(..)) { MAX_NR } else { n };
    for j in (0..n).step_by(wide) {
        let ending = Ending::new(g, j0 + j, wide.min(n - j));
        ending.rows(0, g.m, sums[0].as_mut_ptr().add(j), CHUNK);
    }
}
