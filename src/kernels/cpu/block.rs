//! Turns a scalar expression into dense kernels, one for each instruction set, as plain function pointers.
//!
//! `map(|x: f32| x * x)` and its kin take closures that capture nothing; such a closure has no bytes, so a loop
//! generic over its type can conjure it up.

/// Input, output, number of elements.
pub type UnaryFn = unsafe fn(*const u8, *mut u8, usize);
/// Two inputs, output, number of elements.
pub type BinaryFn = unsafe fn(*const u8, *const u8, *mut u8, usize);
/// Three inputs, output, number of elements.
pub type TernaryFn = unsafe fn(*const u8, *const u8, *const u8, *mut u8, usize);

/// The one value of a closure type that captures nothing.
#[inline(always)]
fn conjure<F: Copy>() -> F {
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
    unsafe fn map_loop[A: Copy, O: Copy, F: Map<A, O>](src: *const A, dst: *mut O, n: usize, f: F) {
        for i in 0..n {
            *dst.add(i) = f(*src.add(i));
        }
    }
}
multiversion! {
    unsafe fn zip_loop[A: Copy, O: Copy, F: Zip<A, O>](a: *const A, b: *const A, dst: *mut O, n: usize, f: F) {
        for i in 0..n {
            *dst.add(i) = f(*a.add(i), *b.add(i));
        }
    }
}
multiversion! {
    unsafe fn zip3_loop[A: Copy, O: Copy, F: Zip3<A, O>](a: *const A, b: *const A, c: *const A, dst: *mut O, n: usize, f: F) {
        for i in 0..n {
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
        // SAFETY: as above
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
        // SAFETY: as above
        unsafe { zip3_loop(a as *const A, b as *const A, c as *const A, dst as *mut O, n, conjure::<F>()) }
    }
    run::<A, O, F>
}

/// A typed block function of the `math` module as an untyped kernel.
pub fn typed<A, O>(f: unsafe fn(*const A, *mut O, usize)) -> UnaryFn {
    // SAFETY: thin pointers have one representation; the driver passes elements of the right types
    unsafe { std::mem::transmute::<unsafe fn(*const A, *mut O, usize), UnaryFn>(f) }
}

/// As [`typed`], for two inputs.
pub fn typed2<A, O>(f: unsafe fn(*const A, *const A, *mut O, usize)) -> BinaryFn {
    // SAFETY: as above
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
}
