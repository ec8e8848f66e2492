//! What the drivers need to know about an element type. Which way each type goes is said in `ways`.

use super::problem::{Act, BlockFn, Gemm, Kernels};

/// A dtype that matrices may have. Sums run in `Acc`.
pub trait MatElem: Copy + Send + Sync + PartialEq + 'static {
    type Acc: Copy;
    const ZERO: Self;
    fn widen(self) -> Self::Acc;
    fn narrow(x: Self::Acc) -> Self;
    /// `x * y + z`.
    fn mul_add(x: Self::Acc, y: Self::Acc, z: Self::Acc) -> Self::Acc;
    fn add(x: Self::Acc, y: Self::Acc) -> Self::Acc;
    fn activate(x: Self::Acc, act: Act) -> Self::Acc;
    /// The product in the way that suits the type; sizes are not zero.
    unsafe fn gemm(p: &Gemm<Self>);
}

/// Types that have micro-kernels: `f32` and `f64`.
pub trait Real:
    MatElem<Acc = Self> + std::ops::Add<Output = Self> + std::ops::Mul<Output = Self> + Default
{
    const ONE: Self;
    fn kernels() -> &'static Kernels<Self>;
    fn block_fn(act: Act) -> Option<BlockFn<Self>>;
    /// See `gemv::dots`.
    unsafe fn dots(
        m: usize,
        n: usize,
        k: usize,
        a: *const Self,
        rsa: isize,
        b: *const Self,
        csb: isize,
        out: *mut Self,
        rso: isize,
    );
    /// See `gemv::axpys`.
    unsafe fn axpys(n: usize, k: usize, x: *const Self, m: *const Self, along: isize, out: *mut Self);
    /// See `spread`.
    unsafe fn spread(
        sizes: (usize, usize, usize),
        y: (*const Self, usize),
        m: (*const Self, isize),
        out: (*mut Self, usize),
    );
    /// See `gemv::short`.
    unsafe fn short(n: usize, k: usize, x: *const Self, m: *const Self, out: *mut Self) -> bool;
    /// See `gemv::narrow`.
    unsafe fn narrow_rows(n: usize, k: usize, x: *const Self, m: *const Self, along: isize, out: *mut Self);
    /// See `small`.
    unsafe fn small(g: &Gemm<Self>);
}
