//! Kernels with a vector function in the middle: `y = after(x, v(before(x)))`, block by block through the stack.
//!
//! An activation is a little arithmetic around one or two transcendental functions. Running the vector routine over
//! a block and the arithmetic before and after it as plain loops keeps everything in L1 and vectorised.

use super::block::{Params, PointFn, conjure};
use super::math;
use crate::kernels::cpu::machine::rows::MAX_OPERANDS;
use std::mem::MaybeUninit;

const STEP: usize = 256;

/// Angles of complex numbers: parts side by side, then the vector routine.
macro_rules! angles {
    ($($name:ident: $t:ty = $atan2:path;)*) => {$(
        /// # Safety
        /// `n` dense elements on both sides.
        pub unsafe fn $name(src: *const u8, dst: *mut u8, n: usize) {
            let (src, dst) = (src.cast::<[$t; 2]>(), dst.cast::<$t>());
            let (mut re, mut im) = ([0.0; STEP], [0.0; STEP]);
            for at in (0..n).step_by(STEP) {
                let m = STEP.min(n - at);
                for i in 0..m {
                    // SAFETY: an element of `n`
                    [re[i], im[i]] = unsafe { *src.add(at + i) };
                }
                // SAFETY: `m` elements of all three
                unsafe { $atan2(im.as_ptr(), re.as_ptr(), dst.add(at), m) };
            }
        }
    )*};
}
angles! {
    angle_c64: f32 = math::atan2_f32;
    angle_c128: f64 = math::atan2_f64;
}

/// A vector function over dense memory, as a type.
pub trait Vector<T> {
    /// # Safety
    /// `x` is valid for `n` elements.
    unsafe fn run(x: *mut T, n: usize);
}

macro_rules! vectors {
    ($($name:ident = $f32:ident $f64:ident;)*) => {$(
        pub struct $name;
        impl Vector<f32> for $name {
            // SAFETY: `n` elements, by the caller's promise; these routines may work in place
            unsafe fn run(x: *mut f32, n: usize) { unsafe { math::$f32(x, x, n) } }
        }
        impl Vector<f64> for $name {
            // SAFETY: as for float32
            unsafe fn run(x: *mut f64, n: usize) { unsafe { math::$f64(x, x, n) } }
        }
    )*};
}
vectors! {
    Exp = exp_f32 exp_f64; Expm1 = expm1_f32 expm1_f64; Log = log_f32 log_f64; Log1p = log1p_f32 log1p_f64;
    Tanh = tanh_f32 tanh_f64; Sigmoid = sigmoid_f32 sigmoid_f64; Erf = erf_f32 erf_f64;
    Log1pExp = log1pexp_f32 log1pexp_f64;
}

/// `ln(1 + e^x)` as it is written, infinite where the power is.
pub struct ExpThenLog1p;
impl<T> Vector<T> for ExpThenLog1p
where
    Exp: Vector<T>,
    Log1p: Vector<T>,
{
    unsafe fn run(x: *mut T, n: usize) {
        // SAFETY: the caller's promise
        unsafe {
            Exp::run(x, n);
            Log1p::run(x, n);
        }
    }
}

pub trait Before<T>: Fn(T, &Params) -> T + Copy {}
impl<T, F: Fn(T, &Params) -> T + Copy> Before<T> for F {}
/// From the input and the vector function's result.
pub trait After<T>: Fn(T, T, &Params) -> T + Copy {}
impl<T, F: Fn(T, T, &Params) -> T + Copy> After<T> for F {}
/// From the other operand (a gradient, a target), the input and the vector function's result.
pub trait AfterPair<T>: Fn(T, T, T, &Params) -> T + Copy {}
impl<T, F: Fn(T, T, T, &Params) -> T + Copy> AfterPair<T> for F {}
/// As [`AfterPair`], with two other operands.
pub trait AfterTriple<T>: Fn(T, T, T, T, &Params) -> T + Copy {}
impl<T, F: Fn(T, T, T, T, &Params) -> T + Copy> AfterTriple<T> for F {}
/// As [`AfterPair`], with two vector functions.
pub trait AfterTwo<T>: Fn(T, T, T, T, &Params) -> T + Copy {}
impl<T, F: Fn(T, T, T, T, &Params) -> T + Copy> AfterTwo<T> for F {}

multiversion! {
    unsafe fn before[T: Copy, F: Before<T>](x: *const T, u: *mut T, n: usize, q: &Params, f: F) {
        let q = *q;
        for i in 0..n {
            *u.add(i) = f(*x.add(i), &q);
        }
    }
}
multiversion! {
    unsafe fn after[T: Copy, F: After<T>](x: *const T, u: *const T, y: *mut T, n: usize, q: &Params, f: F) {
        let q = *q;
        for i in 0..n {
            *y.add(i) = f(*x.add(i), *u.add(i), &q);
        }
    }
}
multiversion! {
    unsafe fn after_pair[T: Copy, F: AfterPair<T>](
        g: *const T, x: *const T, u: *const T, y: *mut T, n: usize, q: &Params, f: F
    ) {
        let q = *q;
        for i in 0..n {
            *y.add(i) = f(*g.add(i), *x.add(i), *u.add(i), &q);
        }
    }
}
multiversion! {
    unsafe fn after_two[T: Copy, F: AfterTwo<T>](
        g: *const T, x: *const T, u: *const T, v: *const T, y: *mut T, n: usize, q: &Params, f: F
    ) {
        let q = *q;
        for i in 0..n {
            *y.add(i) = f(*g.add(i), *x.add(i), *u.add(i), *v.add(i), &q);
        }
    }
}

/// The step of the loop over blocks: where it starts and how long it is.
fn steps(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).step_by(STEP).map(move |i| (i, STEP.min(n - i)))
}

/// `y = after(x, v(before(x)))`.
pub fn staged<T: Copy, V: Vector<T>, F: Before<T>, H: After<T>>(_: V, _: F, _: H) -> PointFn {
    unsafe fn run<T: Copy, V: Vector<T>, F: Before<T>, H: After<T>>(
        p: &[*mut u8; MAX_OPERANDS],
        n: usize,
        q: &Params,
    ) {
        let mut u = [const { MaybeUninit::<T>::uninit() }; STEP];
        let u = u.as_mut_ptr() as *mut T;
        for (i, m) in steps(n) {
            // SAFETY: `n` dense elements on both sides, blocks of at most STEP
            unsafe {
                let (x, y) = ((p[1] as *const T).add(i), (p[0] as *mut T).add(i));
                before(x, u, m, q, conjure::<F>());
                V::run(u, m);
                after(x, u, y, m, q, conjure::<H>());
            }
        }
    }
    PointFn::Routine(run::<T, V, F, H>)
}

/// `y = after(a, x, v(before(x)))` for operands `(a, x)`.
pub fn staged_pair<T: Copy, V: Vector<T>, F: Before<T>, H: AfterPair<T>>(v: V, f: F, h: H) -> PointFn {
    staged_of_pair(v, move |_: T, x: T, q: &Params| f(x, q), h)
}

/// `y = after(a, x, v(before(a, x)))` for operands `(a, x)`.
pub fn staged_of_pair<T: Copy, V: Vector<T>, F: After<T>, H: AfterPair<T>>(_: V, _: F, _: H) -> PointFn {
    unsafe fn run<T: Copy, V: Vector<T>, F: After<T>, H: AfterPair<T>>(
        p: &[*mut u8; MAX_OPERANDS],
        n: usize,
        q: &Params,
    ) {
        let mut u = [const { MaybeUninit::<T>::uninit() }; STEP];
        let u = u.as_mut_ptr() as *mut T;
        for (i, m) in steps(n) {
            // SAFETY: `m` elements from `i` on lie within the `n` of each operand, and `u` has room for a step
            unsafe {
                let (a, x, y) =
                    ((p[1] as *const T).add(i), (p[2] as *const T).add(i), (p[0] as *mut T).add(i));
                after(a, x, u, m, q, conjure::<F>());
                V::run(u, m);
                after_pair(a, x, u, y, m, q, conjure::<H>());
            }
        }
    }
    PointFn::Routine(run::<T, V, F, H>)
}

/// `y = after(g, a, x, v(before(a, x)))` for operands `(g, a, x)`.
pub fn staged_of_last<T: Copy, V: Vector<T>, F: After<T>, H: AfterTriple<T>>(_: V, _: F, _: H) -> PointFn {
    unsafe fn run<T: Copy, V: Vector<T>, F: After<T>, H: AfterTriple<T>>(
        p: &[*mut u8; MAX_OPERANDS],
        n: usize,
        q: &Params,
    ) {
        let mut u = [const { MaybeUninit::<T>::uninit() }; STEP];
        let u = u.as_mut_ptr() as *mut T;
        for (i, m) in steps(n) {
            // SAFETY: `m` elements from `i` on lie within the `n` of each operand, and `u` has room for a step
            unsafe {
                let at = |k: usize| (p[k] as *const T).add(i);
                after(at(2), at(3), u, m, q, conjure::<F>());
                V::run(u, m);
                after_two(at(1), at(2), at(3), u, (p[0] as *mut T).add(i), m, q, conjure::<H>());
            }
        }
    }
    PointFn::Routine(run::<T, V, F, H>)
}

/// `y = after(a, x, v(before1(x)), w(before2(x)))` for operands `(a, x)`.
pub fn staged_two<T: Copy, V: Vector<T>, W: Vector<T>, F: Before<T>, G: Before<T>, H: AfterTwo<T>>(
    _: (V, W),
    _: F,
    _: G,
    _: H,
) -> PointFn {
    unsafe fn run<T: Copy, V: Vector<T>, W: Vector<T>, F: Before<T>, G: Before<T>, H: AfterTwo<T>>(
        p: &[*mut u8; MAX_OPERANDS],
        n: usize,
        q: &Params,
    ) {
        let mut u = [const { MaybeUninit::<T>::uninit() }; STEP];
        let mut v = [const { MaybeUninit::<T>::uninit() }; STEP];
        let (u, v) = (u.as_mut_ptr() as *mut T, v.as_mut_ptr() as *mut T);
        for (i, m) in steps(n) {
            // SAFETY: `m` elements from `i` on lie within the `n` of each operand; `u` and `v` have room for a step
            unsafe {
                let (g, x, y) =
                    ((p[1] as *const T).add(i), (p[2] as *const T).add(i), (p[0] as *mut T).add(i));
                before(x, u, m, q, conjure::<F>());
                V::run(u, m);
                before(x, v, m, q, conjure::<G>());
                W::run(v, m);
                after_two(g, x, u, v, y, m, q, conjure::<H>());
            }
        }
    }
    PointFn::Routine(run::<T, V, W, F, G, H>)
}

/// `y = after(a, b, x, v(before(x)))` for operands `(a, b, x)`.
pub fn staged_triple<T: Copy, V: Vector<T>, F: Before<T>, H: AfterTriple<T>>(v: V, f: F, h: H) -> PointFn {
    staged_of_last(v, move |_: T, x: T, q: &Params| f(x, q), h)
}
