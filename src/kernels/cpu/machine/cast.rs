//! Conversions between dtypes over dense memory, with C's rules.
//!
//! Small floats go through float32, which holds them all and from which every conversion to them rounds once (what is wider
//! is rounded to float32 first, as in PyTorch): two steps, block by block through the stack. The other pairs have a loop
//! each, but that integers which differ in their sign alone are written by the same one; the usual
//! pairs have it for each instruction set.

use super::blocks::{self, STEP, load, store};
use super::{simd, stream};
use crate::base::{BF16, C64, C128, Category, DType, Elem, F8E4M3, F8E5M2, F16};
use std::mem::MaybeUninit;

/// Source, destination, number of elements.
type Step = unsafe fn(*const u8, *mut u8, usize);

/// Elements that go through the stack at a time: the floats of both steps fit the first-level cache many times.
const BLOCK: usize = 512;

/// A conversion between two dtypes.
#[derive(Clone, Copy)]
pub struct Cast {
    first: Step,
    /// From float32, or from the real parts of complex numbers, where the first step ends there.
    second: Option<Step>,
    sizes: [usize; 2],
}

impl Cast {
    pub fn new(from: DType, to: DType) -> Cast {
        let (first, second) = match (is_small(from), is_small(to)) {
            (false, false) if from.is_complex() && !to.is_complex() && to != DType::Bool => {
                let (real, part): (Step, _) = if from == DType::C64 {
                    (real_parts::<f32>, DType::F32)
                } else {
                    (real_parts::<f64>, DType::F64)
                };
                (real, (to != part).then(|| loops(part, to)))
            }
            (false, false) => (loops(from, to), None),
            (true, false) if to == DType::F32 => (up(from), None),
            (true, false) => (up(from), Some(loops(DType::F32, to))),
            (false, true) if from == DType::F32 => (down(to), None),
            (false, true) => (loops(from, DType::F32), Some(down(to))),
            (true, true) => (up(from), Some(down(to))),
        };
        Cast { first, second, sizes: [from.size(), to.size()] }
    }

    /// # Safety
    /// `src` is readable, `dst` writable for `n` dense elements of the two dtypes; they do not overlap.
    #[inline]
    pub unsafe fn run(&self, src: *const u8, dst: *mut u8, n: usize) {
        let Some(second) = self.second else {
            // SAFETY: the caller's promise
            return unsafe { (self.first)(src, dst, n) };
        };
        let mut between = MaybeUninit::<[f64; BLOCK]>::uninit();
        let between = between.as_mut_ptr() as *mut u8;
        // what is between is read at once
        let streams = stream::is_on();
        for at in (0..n).step_by(BLOCK) {
            let m = BLOCK.min(n - at);
            // SAFETY: elements `at..at + m` of `n`, and room for BLOCK of them between
            unsafe {
                {
                    let _paused = streams.then(stream::Paused::begin);
                    (self.first)(src.add(at * self.sizes[0]), between, m);
                }
                second(between, dst.add(at * self.sizes[1]), m);
            }
        }
    }
}

/// Floats of eight and sixteen bits.
fn is_small(d: DType) -> bool {
    d.is_half() || matches!(d, DType::F8E4M3 | DType::F8E5M2)
}

unsafe fn up_halves<H: blocks::Half>(src: *const u8, dst: *mut u8, n: usize) {
    // SAFETY: the caller passes `n` elements of these types
    unsafe { blocks::widen(src as *const H, dst as *mut f32, n) }
}
unsafe fn down_halves<H: blocks::Half>(src: *const u8, dst: *mut u8, n: usize) {
    // SAFETY: the caller passes `n` elements of these types
    unsafe { blocks::narrow(src as *const f32, dst as *mut H, n) }
}
multiversion! {
    unsafe fn every_second[T: Copy](src: *const [T; 2], dst: *mut T, n: usize) {
        for i in 0..n {
            *dst.add(i) = (*src.add(i))[0];
        }
    }
}
unsafe fn real_parts<T: Copy>(src: *const u8, dst: *mut u8, n: usize) {
    // SAFETY: the caller passes `n` elements of these types
    unsafe { every_second::<T>(src.cast(), dst.cast(), n) }
}
/// One by one: for what is stored and hardly ever converted.
unsafe fn singly<A: Elem, B: Elem>(src: *const u8, dst: *mut u8, n: usize) {
    for i in 0..n {
        // SAFETY: the caller passes `n` elements of these types
        unsafe { (dst as *mut B).add(i).write(B::from_f64((src as *const A).add(i).read().to_f64())) }
    }
}

/// A small float as float32.
fn up(from: DType) -> Step {
    match from {
        DType::F16 => up_halves::<F16>,
        DType::BF16 => up_halves::<BF16>,
        DType::F8E4M3 => singly::<F8E4M3, f32>,
        _ => singly::<F8E5M2, f32>,
    }
}

/// A float32 as a small float.
fn down(to: DType) -> Step {
    match to {
        DType::F16 => down_halves::<F16>,
        DType::BF16 => down_halves::<BF16>,
        DType::F8E4M3 => singly::<f32, F8E4M3>,
        _ => singly::<f32, F8E5M2>,
    }
}

/// Runs a body with `$T` bound to the type of a dtype that is no small float.
macro_rules! with_large {
    ($dt:expr, $T:ident => $body:expr) => {
        crate::with_dtype!(@arm $dt, $T, $body, unreachable!("small floats go through float32"), Bool = bool, U8 = u8, I8 = i8,
            I16 = i16, I32 = i32, I64 = i64, F32 = f32, F64 = f64, C64 = C64, C128 = C128, U16 = u16, U32 = u32, U64 = u64)
    };
}
macro_rules! with_usual {
    ($dt:expr, $T:ident => $body:expr) => {
        crate::with_dtype!(@arm $dt, $T, $body, unreachable!("rare"), Bool = bool, U8 = u8, I8 = i8, I16 = i16, I32 = i32,
            I64 = i64, F32 = f32, F64 = f64)
    };
}
macro_rules! with_signed {
    ($dt:expr, $T:ident => $body:expr) => {
        crate::with_dtype!(@arm $dt, $T, $body, unreachable!("written as signed"), Bool = bool, U8 = u8, I8 = i8, I16 = i16, I32 = i32,
            I64 = i64, F32 = f32, F64 = f64, C64 = C64, C128 = C128, U32 = u32, U64 = u64)
    };
}

fn loops(from: DType, to: DType) -> Step {
    let to = match to {
        // of floats, numbers of these two sizes are cut by another instruction than the signed ones
        DType::U8 if from.is_integral() => DType::I8,
        DType::U32 if from.is_integral() => DType::I32,
        DType::U16 => DType::I16,
        // a float beyond int64 may be an uint64
        DType::U64 if from.is_integral() => DType::I64,
        other => other,
    };
    let rare = |d: DType| d.is_complex() || d.is_stored();
    if rare(from) || rare(to) {
        return with_large!(from, A => with_signed!(to, B => plain::<A, B> as Step));
    }
    with_usual!(from, A => with_usual!(to, B => {
        unsafe fn run<A: Elem, B: Elem>(src: *const u8, dst: *mut u8, n: usize) {
            // SAFETY: the caller passes `n` elements of these types
            unsafe { cast::<A, B>(src as *const A, dst as *mut B, n) }
        }
        run::<A, B> as Step
    }))
}

#[inline(always)]
fn convert<A: Elem, B: Elem>(v: A) -> B {
    match (A::DTYPE.category(), B::DTYPE.category()) {
        (Category::Complex, Category::Complex | Category::Bool) => B::from_c128(v.to_c128()),
        (Category::Float | Category::Complex, _) => B::from_f64(v.to_f64()),
        _ if A::DTYPE == DType::U64 => B::from_u64(v.to_i64() as u64),
        (_, _) => B::from_i64(v.to_i64()),
    }
}

/// For pairs with complex numbers and with what is stored alone, which take half of the code for a sliver of the calls; and for
/// floats beyond what the integers hold.
#[inline(never)]
unsafe fn plain<A: Elem, B: Elem>(src: *const u8, dst: *mut u8, n: usize) {
    let (src, dst) = (src as *const A, dst as *mut B);
    for i in 0..n {
        // SAFETY: the caller passes `n` elements
        unsafe { dst.add(i).write(convert(src.add(i).read())) }
    }
}

multiversion! {
    unsafe fn cast[const LEVEL, A: Elem, B: Elem](src: *const A, dst: *mut B, n: usize) {
        let streams = stream::wanted(dst.cast(), n * size_of::<B>());
        let cuts = matches!(A::DTYPE, DType::F32 | DType::F64) && B::DTYPE.is_integral() && B::DTYPE != DType::Bool;
        let by_64 = cuts && (size_of::<B>() == 8 || B::DTYPE == DType::U8);
        let mut i = 0;
        while !simd::is_least::<LEVEL>() && i + STEP <= n {
            simd::one_by_one();
            let x = load::<_, STEP>(src.add(i));
            if cuts && size_of::<B>() <= 4 && within::<A>(&x, 2147483648.0) {
                // SAFETY: all lie within the bounds
                store::<_, STEP>(dst.add(i), streams, |j| B::from_i64(unsafe { x[j].to_f64().to_int_unchecked::<i32>() } as i64));
            } else if by_64 && within::<A>(&x, 9223372036854775808.0) {
                // SAFETY: all lie within the bounds
                store::<_, STEP>(dst.add(i), streams, |j| B::from_i64(unsafe { x[j].to_f64().to_int_unchecked::<i64>() }));
            } else if cuts {
                plain::<A, B>(src.add(i).cast(), dst.add(i).cast(), STEP);
            } else {
                store::<_, STEP>(dst.add(i), streams, |j| convert(x[j]));
            }
            i += STEP;
        }
        for i in i..n {
            simd::rest::<LEVEL>();
            dst.add(i).write(convert(src.add(i).read()));
        }
    }
}

/// Whether all elements of a block lie between the bound and its negative: then one instruction cuts off what is behind
/// the point, of many at once. Outside it the answer is not C's.
#[inline(always)]
fn within<A: Elem>(x: &[A; STEP], bound: f64) -> bool {
    let mut inside = true;
    for v in x {
        inside &= v.to_f64().abs() < bound;
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::cpu::machine::simd::{LEVELS, with_level};
    use crate::with_dtype;

    /// What a conversion of one element gives.
    fn single(a: DType, b: DType, bytes: &[u8]) -> [u8; 16] {
        let mut out = [0u8; 16];
        with_dtype!(a, every, A => with_dtype!(b, every, B => {
            // SAFETY: 16 bytes hold any element, and the source has a whole one
            unsafe { (out.as_mut_ptr() as *mut B).write_unaligned(convert((bytes.as_ptr() as *const A).read_unaligned())) }
        }));
        out
    }

    #[test]
    fn every_pair_of_dtypes_in_blocks_and_behind_them_at_every_level() {
        let values = [
            0.0, 1.0, -1.0, 2.5, -2.5, 127.9, 255.0, -129.0, 65503.0, 70000.0, 3e9, -3e9, 1e19, 9.3e18, 1e-7,
            -0.0,
        ];
        let n = 2 * STEP + values.len();
        for a in DType::ALL {
            let size = a.size();
            let mut x = vec![0u8; n * size];
            for i in 0..n {
                // the first block holds what fits everywhere, the second anything
                let v = if i < STEP { (i % 7) as f64 } else { values[i % values.len()] };
                with_dtype!(a, every, T => {
                    // SAFETY: element `i` of `n`
                    unsafe { (x.as_mut_ptr() as *mut T).add(i).write_unaligned(T::from_f64(v)) }
                });
            }
            for b in DType::ALL {
                let mut first: Option<Vec<u8>> = None;
                for level in LEVELS {
                    let mut y = vec![0u8; n * b.size()];
                    // SAFETY: `n` elements of either
                    with_level(level, || unsafe { Cast::new(a, b).run(x.as_ptr(), y.as_mut_ptr(), n) });
                    for i in 0..n {
                        let want = single(a, b, &x[i * size..][..size]);
                        assert_eq!(
                            y[i * b.size()..][..b.size()],
                            want[..b.size()],
                            "{a:?} to {b:?} at {i}, {level:?}"
                        );
                    }
                    assert_eq!(*first.get_or_insert_with(|| y.clone()), y, "{a:?} to {b:?}");
                }
            }
        }
    }

    #[test]
    fn nan_stays_nan_and_infinity_stays() {
        for (a, b) in [
            (DType::F64, DType::F16),
            (DType::F16, DType::BF16),
            (DType::BF16, DType::F64),
            (DType::F32, DType::F16),
        ] {
            for v in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                let (mut x, mut y) = ([0u8; 8], [0u8; 8]);
                let back = with_dtype!(a, every, A => with_dtype!(b, every, B => {
                    // SAFETY: 8 bytes hold a real element
                    unsafe {
                        (x.as_mut_ptr() as *mut A).write_unaligned(A::from_f64(v));
                        Cast::new(a, b).run(x.as_ptr(), y.as_mut_ptr(), 1);
                        (y.as_ptr() as *const B).read_unaligned().to_f64()
                    }
                }));
                assert!(back == v || back.is_nan() && v.is_nan(), "{a:?} to {b:?}: {v} became {back}");
            }
        }
    }
}
