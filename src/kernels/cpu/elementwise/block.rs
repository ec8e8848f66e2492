//! Turns a scalar expression into dense kernels, one for each instruction set, as plain function pointers.
//!
//! `map(|x: f32| x * x)` and its kin take closures that capture nothing; such a closure has no bytes, so a loop
//! generic over its type can conjure it up.

use crate::kernels::cpu::machine::iter::MAX_OPERANDS;
use crate::kernels::cpu::machine::stream;

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

/// Elements read before any result is written. Written as plain loops, a kernel whose output lies in the place of an
/// input (`x.add_(y)`) is not vectorised: the compiler's test for overlap fails and 4M additions take 1250 instead of
/// 690 us. Blocks of this size live in registers.
const STEP: usize = 64;

/// A block of elements.
#[inline(always)]
unsafe fn load<A: Copy>(p: *const A) -> [A; STEP] {
    (p as *const [A; STEP]).read_unaligned()
}

/// Calls `f(i)` for each element of a block and writes what it answers, past the caches if it `streams`.
#[inline(always)]
unsafe fn store<O: Copy>(dst: *mut O, streams: bool, f: impl Fn(usize) -> O) {
    let mut out = [const { std::mem::MaybeUninit::<O>::uninit() }; STEP];
    for i in 0..STEP {
        out[i].write(f(i));
    }
    if streams {
        stream::block(out.as_ptr().cast(), dst.cast(), STEP * size_of::<O>());
        return;
    }
    (dst as *mut [std::mem::MaybeUninit<O>; STEP]).write_unaligned(out);
}

multiversion! {
    unsafe fn map_loop[A: Copy, O: Copy, F: Map<A, O>](src: *const A, dst: *mut O, n: usize, f: F) {
        let streams = stream::wanted(dst.cast(), n * size_of::<O>());
        let mut i = 0;
        while i + STEP <= n {
            let x = load(src.add(i));
            store(dst.add(i), streams, |j| f(x[j]));
            i += STEP;
        }
        for i in i..n {
            *dst.add(i) = f(*src.add(i));
        }
    }
}
multiversion! {
    unsafe fn zip_loop[A: Copy, O: Copy, F: Zip<A, O>](a: *const A, b: *const A, dst: *mut O, n: usize, f: F) {
        let streams = stream::wanted(dst.cast(), n * size_of::<O>());
        let mut i = 0;
        while i + STEP <= n {
            let (x, y) = (load(a.add(i)), load(b.add(i)));
            store(dst.add(i), streams, |j| f(x[j], y[j]));
            i += STEP;
        }
        for i in i..n {
            *dst.add(i) = f(*a.add(i), *b.add(i));
        }
    }
}
multiversion! {
    unsafe fn zip3_loop[A: Copy, O: Copy, F: Zip3<A, O>](a: *const A, b: *const A, c: *const A, dst: *mut O, n: usize, f: F) {
        let streams = stream::wanted(dst.cast(), n * size_of::<O>());
        let mut i = 0;
        while i + STEP <= n {
            let (x, y, z) = (load(a.add(i)), load(b.add(i)), load(c.add(i)));
            store(dst.add(i), streams, |j| f(x[j], y[j], z[j]));
            i += STEP;
        }
        for i in i..n {
            *dst.add(i) = f(*a.add(i), *b.add(i), *c.add(i));
        }
    }
}

pub fn map<A: Copy, O: Copy, F: Fn(A) -> O + Copy>(_: F) -> UnaryFn {
    unsafe fn run<A: Copy, O: Copy, F: Fn(A) -> O + Copy>(src: *const u8, dst: *mut u8, n: usize) {
        // SAFETY: the driver passes `n` dense elements of these types
        unsafe { map_loop(src as *const A, dst as *mut O, n, conjure::<F>()) }
    }
    run::<A, O, F>
}

pub fn zip<A: Copy, O: Copy, F: Fn(A, A) -> O + Copy>(_: F) -> BinaryFn {
    unsafe fn run<A: Copy, O: Copy, F: Fn(A, A) -> O + Copy>(
        a: *const u8,
        b: *const u8,
        dst: *mut u8,
        n: usize,
    ) {
        // SAFETY: the driver passes `n` dense elements of these types
        unsafe { zip_loop(a as *const A, b as *const A, dst as *mut O, n, conjure::<F>()) }
    }
    run::<A, O, F>
}

pub fn zip3<A: Copy, O: Copy, F: Fn(A, A, A) -> O + Copy>(_: F) -> TernaryFn {
    unsafe fn run<A: Copy, O: Copy, F: Fn(A, A, A) -> O + Copy>(
        a: *const u8,
        b: *const u8,
        c: *const u8,
        dst: *mut u8,
        n: usize,
    ) {
        // SAFETY: the driver passes `n` dense elements of these types
        unsafe { zip3_loop(a as *const A, b as *const A, c as *const A, dst as *mut O, n, conjure::<F>()) }
    }
    run::<A, O, F>
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
    unsafe fn loop4[A: Copy, F: Map4<A>](a: *const A, b: *const A, c: *const A, d: *const A, dst: *mut A, n: usize, f: F) {
        let streams = stream::wanted(dst.cast(), n * size_of::<A>());
        let mut i = 0;
        while i + STEP <= n {
            let (x, y, z, w) = (load(a.add(i)), load(b.add(i)), load(c.add(i)), load(d.add(i)));
            store(dst.add(i), streams, |j| f(x[j], y[j], z[j], w[j]));
            i += STEP;
        }
        for i in i..n {
            *dst.add(i) = f(*a.add(i), *b.add(i), *c.add(i), *d.add(i));
        }
    }
}
multiversion! {
    unsafe fn loop1[A: Copy, O: Copy, F: Map1<A, O>](a: *const A, dst: *mut O, n: usize, q: &Params, f: F) {
        let q = *q;
        let streams = stream::wanted(dst.cast(), n * size_of::<O>());
        let mut i = 0;
        while i + STEP <= n {
            let x = load(a.add(i));
            store(dst.add(i), streams, |j| f(x[j], &q));
            i += STEP;
        }
        for i in i..n {
            *dst.add(i) = f(*a.add(i), &q);
        }
    }
}
multiversion! {
    unsafe fn loop2[A: Copy, O: Copy, F: Map2<A, O>](a: *const A, b: *const A, dst: *mut O, n: usize, q: &Params, f: F) {
        let q = *q;
        let streams = stream::wanted(dst.cast(), n * size_of::<O>());
        let mut i = 0;
        while i + STEP <= n {
            let (x, y) = (load(a.add(i)), load(b.add(i)));
            store(dst.add(i), streams, |j| f(x[j], y[j], &q));
            i += STEP;
        }
        for i in i..n {
            *dst.add(i) = f(*a.add(i), *b.add(i), &q);
        }
    }
}
multiversion! {
    unsafe fn loop3[M: Copy, A: Copy, O: Copy, F: Map3<M, A, O>](
        m: *const M, a: *const A, b: *const A, dst: *mut O, n: usize, q: &Params, f: F
    ) {
        let q = *q;
        let streams = stream::wanted(dst.cast(), n * size_of::<O>());
        let mut i = 0;
        while i + STEP <= n {
            let (x, y, z) = (load(m.add(i)), load(a.add(i)), load(b.add(i)));
            store(dst.add(i), streams, |j| f(x[j], y[j], z[j], &q));
            i += STEP;
        }
        for i in i..n {
            *dst.add(i) = f(*m.add(i), *a.add(i), *b.add(i), &q);
        }
    }
}

/// A kernel of one input with parameters.
pub fn point1<A: Copy, O: Copy, F: Fn(A, &Params) -> O + Copy>(_: F) -> PointFn {
    unsafe fn run<A: Copy, O: Copy, F: Fn(A, &Params) -> O + Copy>(
        p: &[*mut u8; MAX_OPERANDS],
        n: usize,
        q: &Params,
    ) {
        // SAFETY: the driver passes `n` dense elements of these types
        unsafe { loop1(p[1] as *const A, p[0] as *mut O, n, q, conjure::<F>()) }
    }
    run::<A, O, F>
}

/// A kernel of two inputs with parameters.
pub fn point2<A: Copy, O: Copy, F: Fn(A, A, &Params) -> O + Copy>(_: F) -> PointFn {
    unsafe fn run<A: Copy, O: Copy, F: Fn(A, A, &Params) -> O + Copy>(
        p: &[*mut u8; MAX_OPERANDS],
        n: usize,
        q: &Params,
    ) {
        // SAFETY: the driver passes `n` dense elements of these types
        unsafe { loop2(p[1] as *const A, p[2] as *const A, p[0] as *mut O, n, q, conjure::<F>()) }
    }
    run::<A, O, F>
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

/// A kernel of three inputs with parameters; the first may have a type of its own (a mask).
pub fn point3<M: Copy, A: Copy, O: Copy, F: Fn(M, A, A, &Params) -> O + Copy>(_: F) -> PointFn {
    unsafe fn run<M: Copy, A: Copy, O: Copy, F: Fn(M, A, A, &Params) -> O + Copy>(
        p: &[*mut u8; MAX_OPERANDS],
        n: usize,
        q: &Params,
    ) {
        let (m, a, b) = (p[1] as *const M, p[2] as *const A, p[3] as *const A);
        // SAFETY: the driver passes `n` dense elements of these types
        unsafe { loop3(m, a, b, p[0] as *mut O, n, q, conjure::<F>()) }
    }
    run::<M, A, O, F>
}

/// A kernel of four inputs.
pub fn point4<A: Copy, F: Fn(A, A, A, A) -> A + Copy>(_: F) -> PointFn {
    unsafe fn run<A: Copy, F: Fn(A, A, A, A) -> A + Copy>(p: &[*mut u8; MAX_OPERANDS], n: usize, _: &Params) {
        let at = |i: usize| p[i] as *const A;
        // SAFETY: the driver passes `n` dense elements of these types
        unsafe { loop4(at(1), at(2), at(3), at(4), p[0] as *mut A, n, conjure::<F>()) }
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
