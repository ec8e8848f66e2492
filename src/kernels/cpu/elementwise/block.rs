//! Turns a scalar expression into dense kernels, one for each instruction set, as plain function pointers.
//!
//! `map(|x: f32| x * x)` and its kin take closures that capture nothing; such a closure has no bytes, so a loop
//! generic over its type can conjure it up.

use crate::kernels::cpu::machine::blocks::{Half, STEP, Stored, part};
use crate::kernels::cpu::machine::rows::{MAX_OPERANDS, Room, Rows};
use crate::kernels::cpu::machine::{simd, stream};

/// Input, output, number of elements.
pub type UnaryFn = unsafe fn(*const u8, *mut u8, usize);

/// A kernel of two inputs.
#[derive(Clone, Copy)]
pub enum BinaryFn {
    /// Two inputs, output, number of elements of a row, the rows.
    Loop(unsafe fn(*const u8, *const u8, *mut u8, usize, Rows)),
    /// As above, of one row.
    Routine(unsafe fn(*const u8, *const u8, *mut u8, usize)),
}

impl BinaryFn {
    /// Whether it takes rows.
    #[inline]
    pub fn takes_rows(self) -> bool {
        matches!(self, BinaryFn::Loop(_))
    }
    /// # Safety
    /// `n` dense elements of the kernel's types in each row, or one of an input that is a number.
    #[inline]
    pub unsafe fn call(self, a: *const u8, b: *const u8, dst: *mut u8, n: usize, rows: Rows) {
        match self {
            BinaryFn::Loop(f) => f(a, b, dst, n, rows),
            BinaryFn::Routine(f) => f(a, b, dst, n),
        }
    }
}

/// A kernel of three inputs: those, output, number of elements of a row, the rows.
pub type TernaryFn = unsafe fn(*const u8, *const u8, *const u8, *mut u8, usize, Rows);

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

/// The greatest of some sizes, for halves what they are computed in: they come sixteen at a time.
const fn widest(sizes: &[usize]) -> usize {
    let (mut most, mut k) = (0, 0);
    while k < sizes.len() {
        if sizes[k] == 2 {
            return 4;
        }
        if sizes[k] > most {
            most = sizes[k];
        }
        k += 1;
    }
    most
}

/// A row of a kernel: whole blocks, short blocks of what these leave, one by one what those leave. Operands come with what they are
/// stored as and the step from element to element; the result is an expression of their elements.
///
/// The loop over short blocks is code again (all kernels are 2.6 MB) and worth it: what whole blocks leave, computed in a
/// whole block of its own, slowed these down too (65536 sums of bytes 1.2 and 2.4 us, 1000 rows of 32 that lie apart 3.8 and 16.7).
macro_rules! row {
    ($level:ident, $dst:ident: $O:ident, $n:ident, [$($x:ident = $p:ident: $A:ident at $step:expr),*], $out:expr) => {
        let streams = stream::wanted($dst.cast(), $n * size_of::<$O>());
        row!($level, streams, $dst: $O, $n, [$($x = $p: $A at $step),*], $out)
    };
    ($level:ident, $streams:ident, $dst:ident: $O:ident, $n:ident, [$($x:ident = $p:ident: $A:ident at $step:expr),*], $out:expr) => {
        let streams = $streams;
        let mut at = 0;
        row!(@blocks $level, STEP, at, streams, $dst: $O, $n, [$($x = $p: $A at $step),*], $out);
        if const { widest(&[size_of::<$O>(), $(size_of::<$A>()),*]) <= 4 } {
            row!(@blocks $level, { part(4) }, at, streams, $dst: $O, $n, [$($x = $p: $A at $step),*], $out);
        } else if const { widest(&[size_of::<$O>(), $(size_of::<$A>()),*]) == 8 } {
            row!(@blocks $level, { part(8) }, at, streams, $dst: $O, $n, [$($x = $p: $A at $step),*], $out);
        } else {
            row!(@blocks $level, { part(16) }, at, streams, $dst: $O, $n, [$($x = $p: $A at $step),*], $out);
        }
        while at < $n {
            simd::one_by_one();
            $(let $x = (*$p.add(at * $step)).up();)*
            *$dst.add(at) = $O::down($out);
            at += 1;
        }
    };
    (@blocks $level:ident, $len:expr, $at:ident, $streams:ident, $dst:ident: $O:ident, $n:ident,
        [$($x:ident = $p:ident: $A:ident at $step:expr),*], $out:expr) => {
        while !simd::is_least::<$level>() && $at + $len <= $n {
            // a block is written out, and of the loop over blocks the compiler would make one that gathers their elements
            simd::one_by_one();
            $(let $x = $A::up_block::<$level, $len>($p.add($at * $step));)*
            $O::down_block::<$level, $len>($dst.add($at), $streams, |j| {
                $(let $x = $x[j];)*
                $out
            });
            $at += $len;
        }
    };
}

multiversion! {
    unsafe fn map_loop[const LEVEL, A: Stored, O: Stored, F: Map<A::Seen, O::Seen>](src: *const A, dst: *mut O, n: usize, f: F) {
        row!(LEVEL, dst: O, n, [x = src: A at 1], f(x));
    }
}
multiversion! {
    unsafe fn zip_loop[const LEVEL, A: Stored, O: Stored, F: Zip<A::Seen, O::Seen>](a: *const A, b: *const A, dst: *mut O, n: usize, rows: Rows, f: F) {
        let (mut room_a, mut room_b) = (Room::<A>::new(), Room::<A>::new());
        let streams = rows.streams(dst, n);
        for r in 0..rows.count() {
            let dst = rows.output(r, dst);
            let a = rows.input::<LEVEL, _>(0, r, n, a, &mut room_a);
            let b = rows.input::<LEVEL, _>(1, r, n, b, &mut room_b);
            row!(LEVEL, streams, dst: O, n, [x = a: A at rows.step(0), y = b: A at rows.step(1)], f(x, y));
        }
    }
}
multiversion! {
    unsafe fn zip3_loop[const LEVEL, A: Stored, O: Stored, F: Zip3<A::Seen, O::Seen>](a: *const A, b: *const A, c: *const A, dst: *mut O, n: usize, rows: Rows, f: F) {
        let (mut room_a, mut room_b, mut room_c) = (Room::<A>::new(), Room::<A>::new(), Room::<A>::new());
        let streams = rows.streams(dst, n);
        for r in 0..rows.count() {
            let dst = rows.output(r, dst);
            let a = rows.input::<LEVEL, _>(0, r, n, a, &mut room_a);
            let b = rows.input::<LEVEL, _>(1, r, n, b, &mut room_b);
            let c = rows.input::<LEVEL, _>(2, r, n, c, &mut room_c);
            row!(LEVEL, streams, dst: O, n, [x = a: A at rows.step(0), y = b: A at rows.step(1), z = c: A at rows.step(2)], f(x, y, z));
        }
    }
}

/// Numbers a kernel takes beside its operands.
pub type Params = [f64; 4];
/// No parameters.
pub const NO: Params = [0.0; 4];

/// A kernel of output and inputs.
#[derive(Clone, Copy)]
pub enum PointFn {
    /// Output and inputs, number of elements of a row, parameters, the rows.
    Loop(unsafe fn(&[*mut u8; MAX_OPERANDS], usize, &Params, Rows)),
    /// As above, of one row.
    Routine(unsafe fn(&[*mut u8; MAX_OPERANDS], usize, &Params)),
}

impl PointFn {
    /// Whether it takes rows.
    #[inline]
    pub fn takes_rows(self) -> bool {
        matches!(self, PointFn::Loop(_))
    }
    /// # Safety
    /// `n` dense elements of the kernel's types in each row, or one of an input that is a number.
    #[inline]
    pub unsafe fn call(self, p: &[*mut u8; MAX_OPERANDS], n: usize, q: &Params, rows: Rows) {
        match self {
            PointFn::Loop(f) => f(p, n, q, rows),
            PointFn::Routine(f) => f(p, n, q),
        }
    }
}

pub trait Map1<A, O>: Fn(A, &Params) -> O + Copy {}
impl<A, O, F: Fn(A, &Params) -> O + Copy> Map1<A, O> for F {}
pub trait Map2<A, O>: Fn(A, A, &Params) -> O + Copy {}
impl<A, O, F: Fn(A, A, &Params) -> O + Copy> Map2<A, O> for F {}
pub trait Map3<M, A, O>: Fn(M, A, A, &Params) -> O + Copy {}
impl<M, A, O, F: Fn(M, A, A, &Params) -> O + Copy> Map3<M, A, O> for F {}

pub trait Map4<A>: Fn(A, A, A, A) -> A + Copy {}
impl<A, F: Fn(A, A, A, A) -> A + Copy> Map4<A> for F {}

multiversion! {
    unsafe fn loop4[const LEVEL, A: Stored, F: Map4<A::Seen>](a: *const A, b: *const A, c: *const A, d: *const A, dst: *mut A, n: usize, rows: Rows, f: F) {
        let (mut room_a, mut room_b, mut room_c, mut room_d) = (Room::<A>::new(), Room::<A>::new(), Room::<A>::new(), Room::<A>::new());
        let streams = rows.streams(dst, n);
        for r in 0..rows.count() {
            let dst = rows.output(r, dst);
            let a = rows.input::<LEVEL, _>(0, r, n, a, &mut room_a);
            let b = rows.input::<LEVEL, _>(1, r, n, b, &mut room_b);
            let c = rows.input::<LEVEL, _>(2, r, n, c, &mut room_c);
            let d = rows.input::<LEVEL, _>(3, r, n, d, &mut room_d);
            row!(LEVEL, streams, dst: A, n, [x = a: A at rows.step(0), y = b: A at rows.step(1), z = c: A at rows.step(2), w = d: A at rows.step(3)], f(x, y, z, w));
        }
    }
}
multiversion! {
    unsafe fn loop1[const LEVEL, A: Stored, O: Stored, F: Map1<A::Seen, O::Seen>](a: *const A, dst: *mut O, n: usize, q: &Params, f: F) {
        let q = *q;
        row!(LEVEL, dst: O, n, [x = a: A at 1], f(x, &q));
    }
}
multiversion! {
    unsafe fn loop2[const LEVEL, A: Stored, O: Stored, F: Map2<A::Seen, O::Seen>](a: *const A, b: *const A, dst: *mut O, n: usize, q: &Params, rows: Rows, f: F) {
        let q = *q;
        let (mut room_a, mut room_b) = (Room::<A>::new(), Room::<A>::new());
        let streams = rows.streams(dst, n);
        for r in 0..rows.count() {
            let dst = rows.output(r, dst);
            let a = rows.input::<LEVEL, _>(0, r, n, a, &mut room_a);
            let b = rows.input::<LEVEL, _>(1, r, n, b, &mut room_b);
            row!(LEVEL, streams, dst: O, n, [x = a: A at rows.step(0), y = b: A at rows.step(1)], f(x, y, &q));
        }
    }
}
multiversion! {
    unsafe fn loop3[const LEVEL, M: Stored, A: Stored, O: Stored, F: Map3<M::Seen, A::Seen, O::Seen>](
        m: *const M, a: *const A, b: *const A, dst: *mut O, n: usize, q: &Params, rows: Rows, f: F
    ) {
        let q = *q;
        let (mut room_m, mut room_a, mut room_b) = (Room::<M>::new(), Room::<A>::new(), Room::<A>::new());
        let streams = rows.streams(dst, n);
        for r in 0..rows.count() {
            let dst = rows.output(r, dst);
            let m = rows.input::<LEVEL, _>(0, r, n, m, &mut room_m);
            let a = rows.input::<LEVEL, _>(1, r, n, a, &mut room_a);
            let b = rows.input::<LEVEL, _>(2, r, n, b, &mut room_b);
            row!(LEVEL, streams, dst: O, n, [x = m: M at rows.step(0), y = a: A at rows.step(1), z = b: A at rows.step(2)], f(x, y, z, &q));
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
    ($($(#[$doc:meta])* $name:ident, $of:ident: $kernel:ident by $form:path [$($g:ident),*] ($($seen:ident),* $(; $q:ty)?) -> $out:ident
        |$($arg:ident: $ty:ty),*| $call:expr;)*) => {
        $(
            fn $of<$($g: Stored,)* F: Fn($($seen::Seen,)* $($q)?) -> $out::Seen + Copy>() -> $kernel {
                unsafe fn run<$($g: Stored,)* F: Fn($($seen::Seen,)* $($q)?) -> $out::Seen + Copy>($($arg: $ty),*) {
                    // SAFETY: the driver passes `n` dense elements of these types
                    unsafe { $call }
                }
                $form(run::<$($g,)* F>)
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

/// A kernel that is a function and nothing else.
#[inline(always)]
fn plain<K>(run: K) -> K {
    run
}

makers! {
    /// A kernel of one input.
    map, map_of: UnaryFn by plain [A, O] (A) -> O |a: *const u8, dst: *mut u8, n: usize|
        map_loop(a as *const A, dst as *mut O, n, conjure::<F>());
    /// A kernel of two inputs.
    zip, zip_of: BinaryFn by BinaryFn::Loop [A, O] (A, A) -> O |a: *const u8, b: *const u8, dst: *mut u8, n: usize, rows: Rows|
        zip_loop(a as *const A, b as *const A, dst as *mut O, n, rows, conjure::<F>());
    /// A kernel of three inputs.
    zip3, zip3_of: TernaryFn by plain [A, O] (A, A, A) -> O |a: *const u8, b: *const u8, c: *const u8, dst: *mut u8, n: usize, rows: Rows|
        zip3_loop(a as *const A, b as *const A, c as *const A, dst as *mut O, n, rows, conjure::<F>());
    /// A kernel of one input with parameters.
    point1, point1_of: PointFn by PointFn::Routine [A, O] (A; &Params) -> O |p: &[*mut u8; MAX_OPERANDS], n: usize, q: &Params|
        loop1(p[1] as *const A, p[0] as *mut O, n, q, conjure::<F>());
    /// A kernel of two inputs with parameters.
    point2, point2_of: PointFn by PointFn::Loop [A, O] (A, A; &Params) -> O |p: &[*mut u8; MAX_OPERANDS], n: usize, q: &Params, rows: Rows|
        loop2(p[1] as *const A, p[2] as *const A, p[0] as *mut O, n, q, rows, conjure::<F>());
    /// A kernel of three inputs with parameters; the first may have a type of its own (a mask).
    point3, point3_of: PointFn by PointFn::Loop [M, A, O] (M, A, A; &Params) -> O |p: &[*mut u8; MAX_OPERANDS], n: usize, q: &Params, rows: Rows|
        loop3(p[1] as *const M, p[2] as *const A, p[3] as *const A, p[0] as *mut O, n, q, rows, conjure::<F>());
    /// A kernel of four inputs.
    point4, point4_of: PointFn by PointFn::Loop [A] (A, A, A, A) -> A |p: &[*mut u8; MAX_OPERANDS], n: usize, _q: &Params, rows: Rows|
        loop4(p[1] as *const A, p[2] as *const A, p[3] as *const A, p[4] as *const A, p[0] as *mut A, n, rows, conjure::<F>());
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
    PointFn::Routine(run::<A, F>)
}

/// A typed block function of the `math` module as an untyped kernel.
pub fn typed<A, O>(f: unsafe fn(*const A, *mut O, usize)) -> UnaryFn {
    // SAFETY: thin pointers have one representation; the driver passes elements of the right types
    unsafe { std::mem::transmute::<unsafe fn(*const A, *mut O, usize), UnaryFn>(f) }
}

/// As [`typed`], for two inputs.
pub fn typed2<A, O>(f: unsafe fn(*const A, *const A, *mut O, usize)) -> BinaryFn {
    type Bytes = unsafe fn(*const u8, *const u8, *mut u8, usize);
    // SAFETY: thin pointers have one representation; the driver passes elements of the right types
    BinaryFn::Routine(unsafe {
        std::mem::transmute::<unsafe fn(*const A, *const A, *mut O, usize), Bytes>(f)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::cpu::machine::blocks::PART;

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
                kernel.call(
                    a.as_ptr().cast(),
                    a.as_ptr().cast(),
                    plain.as_mut_ptr().add(first).cast(),
                    999,
                    Rows::ONE,
                );
                let _streaming = stream::Streaming::begin();
                let to = streamed.0.as_mut_ptr().add(first);
                assert_eq!(stream::wanted(to.cast(), 999 * 8), first == 0 && cfg!(target_arch = "x86_64"));
                kernel.call(a.as_ptr().cast(), a.as_ptr().cast(), to.cast(), 999, Rows::ONE);
            }
            assert!(!stream::wanted(std::ptr::null(), 1 << 20));
            assert_eq!(plain, streamed.0);
        }
    }

    #[test]
    fn rows_apart_and_a_number_in_each() {
        for n in [1, PART - 1, PART, PART + 3, STEP, 2 * STEP + PART + 5] {
            let (count, wide) = (3, n + 7);
            let a: Vec<f32> = (0..count * wide).map(|i| i as f32).collect();
            let b: Vec<f32> = (0..count).map(|r| 0.5 + r as f32).collect();
            let kernel = zip(|x: f32, y: f32| x - 2.0 * y);
            for left in [false, true] {
                let mut got = vec![-1f32; count * (n + 1)];
                let (of_a, of_b) = (4 * wide, 4);
                let apart =
                    if left { [4 * (n + 1), of_b, of_a, 0, 0] } else { [4 * (n + 1), of_a, of_b, 0, 0] };
                let rows = Rows::ONE.and(usize::from(!left)).times(count, &apart);
                let (x, y) = if left { (b.as_ptr(), a.as_ptr()) } else { (a.as_ptr(), b.as_ptr()) };
                // SAFETY: `count` rows of `n` elements, and a number for each
                unsafe { kernel.call(x.cast(), y.cast(), got.as_mut_ptr().cast(), n, rows) };
                for r in 0..count {
                    for i in 0..=n {
                        let (v, number) = (a[r * wide + i], b[r]);
                        let want = if left { number - 2.0 * v } else { v - 2.0 * number };
                        assert_eq!(
                            got[r * (n + 1) + i],
                            if i < n { want } else { -1.0 },
                            "{n} {left} {r} {i}"
                        );
                    }
                }
            }
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
        unsafe { f.call(pa, b.as_ptr().cast(), pa, n, Rows::ONE) };
        unsafe { f.call(a.as_ptr().cast(), pb, pb, n, Rows::ONE) };
        let want: Vec<f64> = a.iter().zip(&b).map(|(x, y)| x - y).collect();
        assert_eq!((&first, &second), (&want, &want));
    }
}
