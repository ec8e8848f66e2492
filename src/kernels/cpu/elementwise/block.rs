//! Turns a scalar expression into dense kernels, one for each instruction set, as plain function pointers.
//!
//! `map(|x: f32| x * x)` and its kin take closures that capture nothing; such a closure has no bytes, so a loop
//! generic over its type can conjure it up.

use crate::kernels::cpu::machine::blocks::{Half, STEP, Stored};
use crate::kernels::cpu::machine::iter::MAX_OPERANDS;
use crate::kernels::cpu::machine::{simd, stream};

/// Input, output, number of elements.
pub type UnaryFn = unsafe fn(*const u8, *mut u8, usize);
/// Two inputs, output, number of elements.
pub type BinaryFn = unsafe fn(*const u8, *const u8, *mut u8, usize);
/// Three inputs, output, number of elements.
pub type TernaryFn = unsafe fn(*const u8, *const u8, *const u8, *mut u8, usize);

/// The one value of a closure type that captures nothing.
#[inline(always)]
pub(super) fn conjure<F: Copy>() -> F {
    const { assert!(std::mem::size_of::<F>() == 0, "a kernel's closure must not capture anything") };
    // SAFETY: a zero-sized `Copy` value has no bytes to get wrong, and the caller had one
    unsafe { std::ptr::NonNull::<F>::dangling().as_ptr().read() }
}

/// What the loops ask of a closure, as one path so that the dispatch macro can name it.
pub trait Map<A, O>: Fn(A) -> O + Copy {}
impl<A, O, F: Fn(A) -> O + Copy> Map<A, O> for F {}
pub trait Zip<A, O>: Fn(A, A) -> O + Copy {}
impl<A, O, F: Fn(A, A) -> O + Copy> Zip<A, O> for F {}
pub trait Zip3<A, O>: Fn(A, A, A) -> O + Copy {}
impl<A, O, F: Fn(A, A, A) -> O + Copy> Zip3<A, O> for F {}

multiversion! {
    unsafe fn map_loop[const LEVEL, A: Stored, O: Stored, F: Map<A::Seen, O::Seen>](src: *const A, dst: *mut O, n: usize, f: F) {
        let streams = stream::wanted(dst.cast(), n * size_of::<O>());
        let mut i = 0;
        while i + STEP <= n {
            let x = A::up_block::<LEVEL>(src.add(i));
            O::down_block::<LEVEL>(dst.add(i), streams, |j| f(x[j]));
            i += STEP;
        }
        for i in i..n {
            simd::rest::<LEVEL>();
            *dst.add(i) = O::down(f((*src.add(i)).up()));
        }
    }
}
multiversion! {
    unsafe fn zip_loop[const LEVEL, A: Stored, O: Stored, F: Zip<A::Seen, O::Seen>](a: *const A, b: *const A, dst: *mut O, n: usize, f: F) {
        let streams = stream::wanted(dst.cast(), n * size_of::<O>());
        let mut i = 0;
        while i + STEP <= n {
            let (x, y) = (A::up_block::<LEVEL>(a.add(i)), A::up_block::<LEVEL>(b.add(i)));
            O::down_block::<LEVEL>(dst.add(i), streams, |j| f(x[j], y[j]));
            i += STEP;
        }
        for i in i..n {
            simd::rest::<LEVEL>();
            *dst.add(i) = O::down(f((*a.add(i)).up(), (*b.add(i)).up()));
        }
    }
}
multiversion! {
    unsafe fn zip3_loop[const LEVEL, A: Stored, O: Stored, F: Zip3<A::Seen, O::Seen>](a: *const A, b: *const A, c: *const A, dst: *mut O, n: usize, f: F) {
        let streams = stream::wanted(dst.cast(), n * size_of::<O>());
        let mut i = 0;
        while i + STEP <= n {
            let (x, y, z) = (A::up_block::<LEVEL>(a.add(i)), A::up_block::<LEVEL>(b.add(i)), A::up_block::<LEVEL>(c.add(i)));
            O::down_block::<LEVEL>(dst.add(i), streams, |j| f(x[j], y[j], z[j]));
            i += STEP;
        }
        for i in i..n {
            simd::rest::<LEVEL>();
            *dst.add(i) = O::down(f((*a.add(i)).up(), (*b.add(i)).up(), (*c.add(i)).up()));
        }
    }
}

/// Numbers a kernel takes beside its operands.
pub type Params = [f64; 4];
/// No parameters.
pub const NO: Params = [0.0; 4];
/// Output and inputs, number of elements, parameters.
pub type PointFn = unsafe fn(&[*mut u8; MAX_OPERANDS], usize, &Params);

pub trait Map1<A, O>: Fn(A, &Params) -> O + Copy {}
impl<A, O, F: Fn(A, &Params) -> O + Copy> Map1<A, O> for F {}
pub trait Map2<A, O>: Fn(A, A, &Params) -> O + Copy {}
impl<A, O, F: Fn(A, A, &Params) -> O + Copy> Map2<A, O> for F {}
pub trait Map3<M, A, O>: Fn(M, A, A, &Params) -> O + Copy {}
impl<M, A, O, F: Fn(M, A, A, &Params) -> O + Copy> Map3<M, A, O> for F {}

pub trait Map4<A>: Fn(A, A, A, A) -> A + Copy {}
impl<A, F: Fn(A, A, A, A) -> A + Copy> Map4<A> for F {}

multiversion! {
    unsafe fn loop4[const LEVEL, A: Stored, F: Map4<A::Seen>](a: *const A, b: *const A, c: *const A, d: *const A, dst: *mut A, n: usize, f: F) {
        let streams = stream::wanted(dst.cast(), n * size_of::<A>());
        let mut i = 0;
        while i + STEP <= n {
            let (x, y, z, w) = (A::up_block::<LEVEL>(a.add(i)), A::up_block::<LEVEL>(b.add(i)), A::up_block::<LEVEL>(c.add(i)), A::up_block::<LEVEL>(d.add(i)));
            A::down_block::<LEVEL>(dst.add(i), streams, |j| f(x[j], y[j], z[j], w[j]));
            i += STEP;
        }
        for i in i..n {
            simd::rest::<LEVEL>();
            *dst.add(i) = A::down(f((*a.add(i)).up(), (*b.add(i)).up(), (*c.add(i)).up(), (*d.add(i)).up()));
        }
    }
}
multiversion! {
    unsafe fn loop1[const LEVEL, A: Stored, O: Stored, F: Map1<A::Seen, O::Seen>](a: *const A, dst: *mut O, n: usize, q: &Params, f: F) {
        let q = *q;
        let streams = stream::wanted(dst.cast(), n * size_of::<O>());
        let mut i = 0;
        while i + STEP <= n {
            let x = A::up_block::<LEVEL>(a.add(i));
            O::down_block::<LEVEL>(dst.add(i), streams, |j| f(x[j], &q));
            i += STEP;
        }
        for i in i..n {
            simd::rest::<LEVEL>();
            *dst.add(i) = O::down(f((*a.add(i)).up(), &q));
        }
    }
}
multiversion! {
    unsafe fn loop2[const LEVEL, A: Stored, O: Stored, F: Map2<A::Seen, O::Seen>](a: *const A, b: *const A, dst: *mut O, n: usize, q: &Params, f: F) {
        let q = *q;
        let streams = stream::wanted(dst.cast(), n * size_of::<O>());
        let mut i = 0;
        while i + STEP <= n {
            let (x, y) = (A::up_block::<LEVEL>(a.add(i)), A::up_block::<LEVEL>(b.add(i)));
            O::down_block::<LEVEL>(dst.add(i), streams, |j| f(x[j], y[j], &q));
            i += STEP;
        }
        for i in i..n {
            simd::rest::<LEVEL>();
            *dst.add(i) = O::down(f((*a.add(i)).up(), (*b.add(i)).up(), &q));
        }
    }
}
multiversion! {
    unsafe fn loop3[const LEVEL, M: Stored, A: Stored, O: Stored, F: Map3<M::Seen, A::Seen, O::Seen>](
        m: *const M, a: *const A, b: *const A, dst: *mut O, n: usize, q: &Params, f: F
    ) {
        let q = *q;
        let streams = stream::wanted(dst.cast(), n * size_of::<O>());
        let mut i = 0;
        while i + STEP <= n {
            let (x, y, z) = (M::up_block::<LEVEL>(m.add(i)), A::up_block::<LEVEL>(a.add(i)), A::up_block::<LEVEL>(b.add(i)));
            O::down_block::<LEVEL>(dst.add(i), streams, |j| f(x[j], y[j], z[j], &q));
            i += STEP;
        }
        for i in i..n {
            simd::rest::<LEVEL>();
            *dst.add(i) = O::down(f((*m.add(i)).up(), (*a.add(i)).up(), (*b.add(i)).up(), &q));
        }
    }
}

/// How the result of a kernel of float32 lies beside halves: as a half, if it is a number.
pub trait Beside<H> {
    type As: Stored<Seen = Self>;
}
impl<H: Half> Beside<H> for f32 {
    type As = H;
}
impl<H: Half> Beside<H> for bool {
    type As = bool;
}

/// What makes kernels of closures. For each: the operands with what they are stored as and where they lie, the loop.
macro_rules! makers {
    ($($(#[$doc:meta])* $name:ident, $of:ident: $kernel:ident [$($g:ident),*] ($($seen:ident),* $(; $q:ty)?) -> $out:ident
        |$($arg:ident: $ty:ty),*| $call:expr;)*) => {
        $(
            fn $of<$($g: Stored,)* F: Fn($($seen::Seen,)* $($q)?) -> $out::Seen + Copy>() -> $kernel {
                unsafe fn run<$($g: Stored,)* F: Fn($($seen::Seen,)* $($q)?) -> $out::Seen + Copy>($($arg: $ty),*) {
                    // SAFETY: the driver passes `n` dense elements of these types
                    unsafe { $call }
                }
                run::<$($g,)* F>
            }
            $(#[$doc])*
            pub fn $name<$($g: Stored<Seen = $g>,)* F: Fn($($seen,)* $($q)?) -> $out + Copy>(_: F) -> $kernel {
                $of::<$($g,)* F>()
            }
        )*
        makers! { @half float16 F16 [$($(#[$doc])* $name $of $kernel [$($g),*] ($($seen),* $(; $q)?) $out;)*] }
        makers! { @half bfloat16 BF16 [$($(#[$doc])* $name $of $kernel [$($g),*] ($($seen),* $(; $q)?) $out;)*] }
    };
    (@half $module:ident $H:ident [$($(#[$doc:meta])* $name:ident $of:ident $kernel:ident [$($g:ident),*] ($($seen:ident),* $(; $q:ty)?) $out:ident;)*]) => {
        /// Kernels over halves of closures over float32: an element is converted in registers, on its way.
        pub mod $module {
            use super::*;
            use crate::base::$H;
            $(
                $(#[$doc])*
                pub fn $name<$($g: Beside<$H>,)* F: Fn($($seen,)* $($q)?) -> $out + Copy>(_: F) -> $kernel {
                    super::$of::<$($g::As,)* F>()
                }
            )*
        }
    };
}

makers! {
    /// A kernel of one input.
    map, map_of: UnaryFn [A, O] (A) -> O |a: *const u8, dst: *mut u8, n: usize|
        map_loop(a as *const A, dst as *mut O, n, conjure::<F>());
    /// A kernel of two inputs.
    zip, zip_of: BinaryFn [A, O] (A, A) -> O |a: *const u8, b: *const u8, dst: *mut u8, n: usize|
        zip_loop(a as *const A, b as *const A, dst as *mut O, n, conjure::<F>());
    /// A kernel of three inputs.
    zip3, zip3_of: TernaryFn [A, O] (A, A, A) -> O |a: *const u8, b: *const u8, c: *const u8, dst: *mut u8, n: usize|
        zip3_loop(a as *const A, b as *const A, c as *const A, dst as *mut O, n, conjure::<F>());
    /// A kernel of one input with parameters.
    point1, point1_of: PointFn [A, O] (A; &Params) -> O |p: &[*mut u8; MAX_OPERANDS], n: usize, q: &Params|
        loop1(p[1] as *const A, p[0] as *mut O, n, q, conjure::<F>());
    /// A kernel of two inputs with parameters.
    point2, point2_of: PointFn [A, O] (A, A; &Params) -> O |p: &[*mut u8; MAX_OPERANDS], n: usize, q: &Params|
        loop2(p[1] as *const A, p[2] as *const A, p[0] as *mut O, n, q, conjure::<F>());
    /// A kernel of three inputs with parameters; the first may have a type of its own (a mask).
    point3, point3_of: PointFn [M, A, O] (M, A, A; &Params) -> O |p: &[*mut u8; MAX_OPERANDS], n: usize, q: &Params|
        loop3(p[1] as *const M, p[2] as *const A, p[3] as *const A, p[0] as *mut O, n, q, conjure::<F>());
    /// A kernel of four inputs.
    point4, point4_of: PointFn [A] (A, A, A, A) -> A |p: &[*mut u8; MAX_OPERANDS], n: usize, _q: &Params|
        loop4(p[1] as *const A, p[2] as *const A, p[3] as *const A, p[4] as *const A, p[0] as *mut A, n, conjure::<F>());
}

/// As [`map`], of elements stored as `A` into those stored as `O`.
pub fn stored<A: Stored, O: Stored, F: Fn(A::Seen) -> O::Seen + Copy>(_: F) -> UnaryFn {
    map_of::<A, O, F>()
}

/// As [`point1`], of elements stored as `A` into those stored as `O`.
pub fn stored1<A: Stored, O: Stored, F: Fn(A::Seen, &Params) -> O::Seen + Copy>(_: F) -> PointFn {
    point1_of::<A, O, F>()
}

/// A kernel of two inputs that is a routine over dense memory.
pub fn routine2<A, F: Fn(*const A, *const A, *mut A, usize) + Copy>(_: F) -> PointFn {
    unsafe fn run<A, F: Fn(*const A, *const A, *mut A, usize) + Copy>(
        p: &[*mut u8; MAX_OPERANDS],
        n: usize,
        _: &Params,
    ) {
        conjure::<F>()(p[1] as *const A, p[2] as *const A, p[0] as *mut A, n)
    }
    run::<A, F>
}

/// A typed block function of the `math` module as an untyped kernel.
pub fn typed<A, O>(f: unsafe fn(*const A, *mut O, usize)) -> UnaryFn {
    // SAFETY: thin pointers have one representation; the driver passes elements of the right types
    unsafe { std::mem::transmute::<unsafe fn(*const A, *mut O, usize), UnaryFn>(f) }
}

/// As [`typed`], for two inputs.
pub fn typed2<A, O>(f: unsafe fn(*const A, *const A, *mut O, usize)) -> BinaryFn {
    // SAFETY: thin pointers have one representation; the driver passes elements of the right types
    unsafe { std::mem::transmute::<unsafe fn(*const A, *const A, *mut O, usize), BinaryFn>(f) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closures_become_loops() {
        let x: Vec<f32> = (0..37).map(|i| i as f32).collect();
        let mut y = vec![0f32; 37];
        // SAFETY: 37 elements on both sides
        unsafe { map(|v: f32| v * 2.0)(x.as_ptr().cast(), y.as_mut_ptr().cast(), 37) };
        assert!(y.iter().enumerate().all(|(i, v)| *v == 2.0 * i as f32));
    }

    #[test]
    fn streamed_results_are_the_same() {
        #[repr(align(64))]
        struct Aligned([f64; 1000]);
        let a: Vec<f64> = (0..999).map(|i| i as f64 / 7.0).collect();
        for first in [0, 1] {
            let (mut plain, mut streamed) = (vec![0f64; 1000], Box::new(Aligned([0.0; 1000])));
            let kernel = zip(|x: f64, y: f64| x * y - 1.0);
            // SAFETY: 999 elements from `first` on lie within 1000
            unsafe {
                kernel(a.as_ptr().cast(), a.as_ptr().cast(), plain.as_mut_ptr().add(first).cast(), 999);
                let _streaming = stream::Streaming::begin();
                let to = streamed.0.as_mut_ptr().add(first);
                assert_eq!(stream::wanted(to.cast(), 999 * 8), first == 0 && cfg!(target_arch = "x86_64"));
                kernel(a.as_ptr().cast(), a.as_ptr().cast(), to.cast(), 999);
            }
            assert!(!stream::wanted(std::ptr::null(), 1 << 20));
            assert_eq!(plain, streamed.0);
        }
    }

    #[test]
    fn the_output_may_lie_in_the_place_of_an_input() {
        let n = 3 * STEP + 5;
        let a: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let b: Vec<f64> = (0..n).map(|i| 0.5 * i as f64).collect();
        let (mut first, mut second) = (a.clone(), b.clone());
        let f = zip(|x: f64, y: f64| x - y);
        let (pa, pb) = (first.as_mut_ptr().cast::<u8>(), second.as_mut_ptr().cast::<u8>());
        // SAFETY: all have `n` elements
        unsafe { f(pa, b.as_ptr().cast(), pa, n) };
        unsafe { f(a.as_ptr().cast(), pb, pb, n) };
        let want: Vec<f64> = a.iter().zip(&b).map(|(x, y)| x - y).collect();
        assert_eq!((&first, &second), (&want, &want));
    }
}
