//! Matrix products: `C = act(alpha A B + beta C + bias)` over any strides, for every numeric dtype.
//!
//! Sizes and strides are in elements. `a` is `m x k`, `b` is `k x n`, `c` is `m x n`; element `(i, p)` of `a`
//! lies at `a + i*rsa + p*csa`, and so on. Strides of `a` and `b` may be anything (zero for a broadcast);
//! elements of `c` must be distinct and overlap neither input. With `beta == 0` `c` is not read, with
//! `alpha == 0` or `k == 0` neither `a` nor `b` is.
//!
//! Sums run in an order that depends on the sizes and the instruction set, never on the number of threads: work
//! is split over rows and columns of `c`, never over `k`. Halves are summed in float32 and rounded once;
//! integers wrap.

mod complex;
mod convert;
mod dots;
mod drive;
mod elem;
mod finish;
mod gemv;
mod half;
mod integer;
mod naive;
mod pack;
mod pairs;
mod problem;
mod real;
mod scratch;
mod small;
mod spread;
mod tile;
mod ways;

#[cfg(test)]
mod tests;

pub use elem::{MatElem, Real as PackElem};
pub use problem::{Act, Batch, Bias, Epilogue, Gemm, Packer};
pub(crate) use problem::{Finish, Kernels as TileKernels};
pub(crate) use tile::{anew, fetch, rows};
pub use tile::{panel_cols, panel_rows, turn};

use crate::kernels::cpu::machine::par;
use problem::Operand;

/// Batches of fewer large matrices share the threads within each.
const BATCH_MIN: usize = 8;

/// `c = act(alpha * a b + beta * c + bias)`. See the module for the contract.
pub unsafe fn gemm<T: MatElem>(
    m: usize,
    n: usize,
    k: usize,
    alpha: T,
    a: *const T,
    rsa: isize,
    csa: isize,
    b: *const T,
    rsb: isize,
    csb: isize,
    beta: T,
    c: *mut T,
    rsc: isize,
    csc: isize,
    epilogue: Option<Epilogue<T>>,
) {
    if m == 0 || n == 0 {
        return;
    }
    let epilogue = epilogue.unwrap_or(Epilogue::NONE);
    T::gemm(&Gemm { m, n, k, alpha, a, rsa, csa, b, rsb, csb, beta, c, rsc, csc, epilogue });
}

/// What a call for a small product costs, in multiply-adds.
const CALL_FMA: usize = 256;

/// [`gemm`] over a batch of equal shapes; the matrices of `c` must be distinct. Parallel over the batch first.
/// The epilogue's bias is the same for every matrix.
pub unsafe fn gemm_batched<T: MatElem>(
    batch: usize,
    m: usize,
    n: usize,
    k: usize,
    alpha: T,
    a: *const T,
    a_batch: Batch<'_>,
    rsa: isize,
    csa: isize,
    b: *const T,
    b_batch: Batch<'_>,
    rsb: isize,
    csb: isize,
    beta: T,
    c: *mut T,
    c_batch: Batch<'_>,
    rsc: isize,
    csc: isize,
    epilogue: Option<Epilogue<T>>,
) {
    if m == 0 || n == 0 {
        return;
    }
    let epilogue = epilogue.unwrap_or(Epilogue::NONE);
    struct Share<T>(Gemm<T>);
    // SAFETY: pointers valid for the whole call; the matrices of `c` are distinct.
    unsafe impl<T> Sync for Share<T> {}
    impl<T> Share<T> {
        fn get(&self) -> &Gemm<T> {
            &self.0
        }
    }
    let share = Share(Gemm { m, n, k, alpha, a, rsa, csa, b, rsb, csb, beta, c, rsc, csc, epilogue });
    let one = |i: usize| {
        let g = share.get();
        // SAFETY: the caller's contract, for every matrix of the batch.
        unsafe {
            let (a, b, c) = (g.a.offset(a_batch.at(i)), g.b.offset(b_batch.at(i)), g.c.offset(c_batch.at(i)));
            T::gemm(&Gemm { a, b, c, ..*g });
        }
    };
    let work = m * n * k.max(1);
    if batch < BATCH_MIN && work >= par::MATMUL_MIN_FMA {
        // Few and large: the threads share each product.
        (0..batch).for_each(one);
    } else {
        // to begin a small product takes as long as a few hundred multiply-adds
        let grain = (par::MATMUL_MIN_FMA / 16 / (work + CALL_FMA)).max(1);
        par::for_each_chunk(batch, grain, |r| r.for_each(one));
    }
}

/// [`gemm`] whose right operand is made while packing: `pack_b(k0, klen, n0, nlen, dst)` fills rows
/// `k0..k0+klen` and columns `n0..n0+nlen` of the virtual `b`, from several threads at once.
///
/// Layout to fill, with `nr = panel_cols::<T>()`: panels of `nr` columns one after the other, each holding its
/// rows in order, so that element `(k0 + p, n0 + j)` goes to `dst[(j / nr) * nr * klen + p * nr + j % nr]`. The last panel's missing columns must be set
/// to zero. `n0` is always a multiple of `nr`, and `dst` holds `klen * nlen.next_multiple_of(nr)` elements.
/// A block may be asked for more than once.
pub unsafe fn gemm_packed_b<T: PackElem>(
    m: usize,
    n: usize,
    k: usize,
    alpha: T,
    a: *const T,
    rsa: isize,
    csa: isize,
    pack_b: Packer<'_, T>,
    beta: T,
    c: *mut T,
    rsc: isize,
    csc: isize,
    epilogue: Option<Epilogue<T>>,
) {
    let (a, b) = (Operand::Strided(a, rsa, csa), Operand::Packed(pack_b));
    real::packed(m, n, k, alpha, a, b, beta, c, rsc, csc, epilogue);
}

/// The mirror of [`gemm_packed_b`]: `pack_a(m0, mlen, k0, klen, dst)` puts element `(m0 + i, k0 + p)` at
/// `dst[(i / mr) * mr * klen + p * mr + i % mr]` with `mr = panel_rows::<T>()`, missing rows zero.
pub unsafe fn gemm_packed_a<T: PackElem>(
    m: usize,
    n: usize,
    k: usize,
    alpha: T,
    pack_a: Packer<'_, T>,
    b: *const T,
    rsb: isize,
    csb: isize,
    beta: T,
    c: *mut T,
    rsc: isize,
    csc: isize,
    epilogue: Option<Epilogue<T>>,
) {
    let (a, b) = (Operand::Packed(pack_a), Operand::Strided(b, rsb, csb));
    real::packed(m, n, k, alpha, a, b, beta, c, rsc, csc, epilogue);
}
