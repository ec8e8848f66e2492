//! Which way each element type goes: the traits of `elem` for every dtype, above all that computes.

use super::elem::{MatElem, Real};
use super::problem::{Act, BlockFn, Gemm, Kernels};
use super::{complex, finish, gemv, half, integer, real, small, spread, tile};
use crate::base::{BF16, C64, C128, F16};

/// One element through the block function of its type.
fn activate_f32(mut x: f32, act: Act) -> f32 {
    if let Some(f) = finish::block_fn_f32(act) {
        // SAFETY: both pointers are to the one element.
        unsafe { f(&raw const x, &raw mut x, 1) }
    }
    x
}

fn activate_f64(mut x: f64, act: Act) -> f64 {
    if let Some(f) = finish::block_fn_f64(act) {
        // SAFETY: both pointers are to the one element.
        unsafe { f(&raw const x, &raw mut x, 1) }
    }
    x
}

macro_rules! elem {
    ($($t:ty: $acc:ty, $zero:expr, $widen:expr, $narrow:expr, $fma:expr, $add:expr, $act:expr, $gemm:path;)*) => {$(
        impl MatElem for $t {
            type Acc = $acc;
            const ZERO: $t = $zero;
            #[inline(always)]
            fn widen(self) -> $acc { $widen(self) }
            #[inline(always)]
            fn narrow(x: $acc) -> $t { $narrow(x) }
            #[inline(always)]
            fn mul_add(x: $acc, y: $acc, z: $acc) -> $acc { $fma(x, y, z) }
            #[inline(always)]
            fn add(x: $acc, y: $acc) -> $acc { $add(x, y) }
            #[inline]
            fn activate(x: $acc, act: Act) -> $acc { $act(x, act) }
            #[inline]
            unsafe fn gemm(p: &Gemm<$t>) { $gemm(p) }
        }
    )*};
}

fn same<T>(x: T) -> T {
    x
}
fn ignore<T>(x: T, _: Act) -> T {
    x
}

elem! {
    f32: f32, 0.0, same, same, |x: f32, y, z| x * y + z, |x: f32, y| x + y, activate_f32, real::gemm;
    f64: f64, 0.0, same, same, |x: f64, y, z| x * y + z, |x: f64, y| x + y, activate_f64, real::gemm;
    F16: f32, F16::ZERO, F16::to_f32, F16::from_f32, |x: f32, y, z| x * y + z, |x: f32, y| x + y, activate_f32, half::gemm;
    BF16: f32, BF16::ZERO, BF16::to_f32, BF16::from_f32, |x: f32, y, z| x * y + z, |x: f32, y| x + y, activate_f32, half::gemm;
    C64: C64, C64::new(0.0, 0.0), same, same, |x: C64, y, z| x * y + z, |x: C64, y| x + y, ignore, complex::gemm;
    C128: C128, C128::new(0.0, 0.0), same, same, |x: C128, y, z| x * y + z, |x: C128, y| x + y, ignore, complex::gemm;
    u8: u8, 0, same, same, |x: u8, y, z| x.wrapping_mul(y).wrapping_add(z), u8::wrapping_add, ignore, integer::gemm;
    i8: i8, 0, same, same, |x: i8, y, z| x.wrapping_mul(y).wrapping_add(z), i8::wrapping_add, ignore, integer::gemm;
    i16: i16, 0, same, same, |x: i16, y, z| x.wrapping_mul(y).wrapping_add(z), i16::wrapping_add, ignore, integer::gemm;
    i32: i32, 0, same, same, |x: i32, y, z| x.wrapping_mul(y).wrapping_add(z), i32::wrapping_add, ignore, integer::gemm;
    i64: i64, 0, same, same, |x: i64, y, z| x.wrapping_mul(y).wrapping_add(z), i64::wrapping_add, ignore, integer::gemm;
}

macro_rules! real {
    ($t:ident, $kernels:ident, $block_fn:ident, $dots:ident, $axpys:ident, $spread:ident, $small:ident, $narrow:ident) => {
        impl Real for $t {
            const ONE: $t = 1.0;
            #[inline]
            fn kernels() -> &'static Kernels<$t> {
                tile::$kernels()
            }
            fn block_fn(act: Act) -> Option<BlockFn<$t>> {
                finish::$block_fn(act)
            }
            unsafe fn dots(
                m: usize,
                n: usize,
                k: usize,
                a: *const $t,
                rsa: isize,
                b: *const $t,
                csb: isize,
                out: *mut $t,
                rso: isize,
            ) {
                gemv::$dots(m, n, k, a, rsa, b, csb, out, rso)
            }
            unsafe fn axpys(n: usize, k: usize, x: *const $t, m: *const $t, along: isize, out: *mut $t) {
                gemv::$axpys(n, k, x, m, along, out)
            }
            unsafe fn spread(
                sizes: (usize, usize, usize),
                y: (*const $t, usize),
                m: (*const $t, isize),
                out: (*mut $t, usize),
            ) {
                spread::$spread(sizes, y, m, out)
            }
            unsafe fn short(n: usize, k: usize, x: *const $t, m: *const $t, out: *mut $t) -> bool {
                gemv::short(n, k, x, m, out)
            }
            unsafe fn narrow_rows(
                n: usize,
                k: usize,
                x: *const $t,
                m: *const $t,
                along: isize,
                out: *mut $t,
            ) {
                gemv::$narrow(n, k, x, m, along, out)
            }
            unsafe fn small(g: &Gemm<$t>) {
                small::$small(g)
            }
        }
    };
}

real!(f32, kernels_f32, block_fn_f32, dots_f32, axpys_f32, spread_f32, small_f32, narrow_f32);
real!(f64, kernels_f64, block_fn_f64, dots_f64, axpys_f64, spread_f64, small_f64, narrow_f64);
