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

mod elem;
mod naive;

pub use elem::MatElem;

/// Added to the product before the activation.
#[derive(Clone, Copy, Debug)]
pub enum Bias<T> {
    None,
    /// One value per row of `c`, with its stride.
    PerRow(*const T, isize),
    /// One value per column of `c`, with its stride.
    PerCol(*const T, isize),
}

/// Applied last; floating-point only (integers and complex numbers ignore it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    None,
    Relu,
    Gelu,
    GeluTanh,
    Silu,
    Sigmoid,
    Tanh,
}

/// What happens to an element of `c` once its sum is complete.
#[derive(Clone, Copy, Debug)]
pub struct Epilogue<T> {
    pub bias: Bias<T>,
    pub act: Act,
}

impl<T> Epilogue<T> {
    pub const NONE: Epilogue<T> = Epilogue { bias: Bias::None, act: Act::None };
}

/// Where the matrices of a batch begin, in elements from the pointer.
#[derive(Clone, Copy, Debug)]
pub enum Batch<'a> {
    /// Matrix `i` begins at `i * stride`.
    Stride(isize),
    /// Matrix `i` begins at `offsets[i]`; at least as many as the batch has matrices.
    Offsets(&'a [isize]),
}

impl Batch<'_> {
    #[inline]
    fn at(&self, i: usize) -> isize {
        match self {
            Batch::Stride(s) => i as isize * s,
            Batch::Offsets(o) => o[i],
        }
    }
}

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
    naive::gemm(
        m,
        n,
        k,
        alpha,
        a,
        rsa,
        csa,
        b,
        rsb,
        csb,
        beta,
        c,
        rsc,
        csc,
        epilogue.unwrap_or(Epilogue::NONE),
    );
}

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
    for i in 0..batch {
        let (a, b, c) = (a.offset(a_batch.at(i)), b.offset(b_batch.at(i)), c.offset(c_batch.at(i)));
        gemm(m, n, k, alpha, a, rsa, csa, b, rsb, csb, beta, c, rsc, csc, epilogue);
    }
}

/// Float types whose packing step can be replaced: `f32` and `f64`.
pub trait PackElem: MatElem {}
impl PackElem for f32 {}
impl PackElem for f64 {}

/// Columns of a panel of packed `b` (the micro-kernel's width at the present level).
pub fn panel_cols<T: PackElem>() -> usize {
    8
}

/// Rows of a panel of packed `a` (the micro-kernel's height at the present level).
pub fn panel_rows<T: PackElem>() -> usize {
    8
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
    pack_b: &(dyn Fn(usize, usize, usize, usize, *mut T) + Sync),
    beta: T,
    c: *mut T,
    rsc: isize,
    csc: isize,
    epilogue: Option<Epilogue<T>>,
) {
    let nr = panel_cols::<T>();
    let mut b = vec![alpha; k * n.next_multiple_of(nr)];
    pack_b(0, k, 0, n, b.as_mut_ptr());
    let mut plain = vec![alpha; k * n];
    for p in 0..k {
        for j in 0..n {
            plain[p * n + j] = b[(j / nr) * nr * k + p * nr + j % nr];
        }
    }
    gemm(m, n, k, alpha, a, rsa, csa, plain.as_ptr(), n as isize, 1, beta, c, rsc, csc, epilogue);
}

/// The mirror of [`gemm_packed_b`]: `pack_a(m0, mlen, k0, klen, dst)` puts element `(m0 + i, k0 + p)` at
/// `dst[(i / mr) * mr * klen + p * mr + i % mr]` with `mr = panel_rows::<T>()`, missing rows zero.
pub unsafe fn gemm_packed_a<T: PackElem>(
    m: usize,
    n: usize,
    k: usize,
    alpha: T,
    pack_a: &(dyn Fn(usize, usize, usize, usize, *mut T) + Sync),
    b: *const T,
    rsb: isize,
    csb: isize,
    beta: T,
    c: *mut T,
    rsc: isize,
    csc: isize,
    epilogue: Option<Epilogue<T>>,
) {
    let mr = panel_rows::<T>();
    let mut a = vec![alpha; k * m.next_multiple_of(mr)];
    pack_a(0, m, 0, k, a.as_mut_ptr());
    let mut plain = vec![alpha; k * m];
    for p in 0..k {
        for i in 0..m {
            plain[i * k + p] = a[(i / mr) * mr * k + p * mr + i % mr];
        }
    }
    gemm(m, n, k, alpha, plain.as_ptr(), k as isize, 1, b, rsb, csb, beta, c, rsc, csc, epilogue);
}
