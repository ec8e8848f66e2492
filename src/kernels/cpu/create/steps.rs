//! Numbers at even distances.

use crate::base::{DType, Elem};
use crate::kernels::cpu::machine::cast::Cast;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;

multiversion! {
    unsafe fn some_floats[T: Elem](dst: *mut T, from: usize, to: usize, first: f64, step: f64) {
        for i in from..to {
            dst.add(i).write(T::from_f64(first + step * (i as i64) as f64));
        }
    }
}
multiversion! {
    unsafe fn some_integers(dst: *mut i64, from: usize, to: usize, first: i64, step: i64) {
        for i in from..to {
            dst.add(i).write(first.wrapping_add(step.wrapping_mul(i as i64)));
        }
    }
}

/// `first + i step`, computed in float64.
///
/// # Safety
/// `dst` is writable for `n` elements.
pub unsafe fn floats<T: Elem>(dst: *mut T, n: usize, first: f64, step: f64) {
    let dst = Ptr(dst);
    par::for_each_chunk(n, par::ELEMENTWISE_GRAIN, |r| {
        // SAFETY: chunks are disjoint parts of the elements
        unsafe { some_floats(dst.get(), r.start, r.end, first, step) }
    });
}

/// `first + i step` in int64, which wraps around.
///
/// # Safety
/// `dst` is writable for `n` elements.
pub unsafe fn integers(dst: *mut i64, n: usize, first: i64, step: i64) {
    let dst = Ptr(dst);
    par::for_each_chunk(n, par::ELEMENTWISE_GRAIN, |r| {
        // SAFETY: as above
        unsafe { some_integers(dst.get(), r.start, r.end, first, step) }
    });
}

/// `steps` numbers from `first` to `last`, counted from the end that is nearer, so that both are exact; computed in float64.
///
/// # Safety
/// `dst` is writable for `n` elements.
pub unsafe fn between<T: Elem>(dst: *mut T, n: usize, first: f64, last: f64, step: f64) {
    let (dst, half) = (Ptr(dst), if n == 1 { 1 } else { n / 2 });
    par::for_each_chunk(n, par::ELEMENTWISE_GRAIN, |r| {
        let middle = half.clamp(r.start, r.end);
        // SAFETY: chunks are disjoint parts of the elements
        unsafe {
            some_floats(dst.get(), r.start, middle, first, step);
            some_before(dst.get(), middle, r.end, last, step, n - 1);
        }
    });
}

multiversion! {
    unsafe fn some_before[T: Elem](dst: *mut T, from: usize, to: usize, last: f64, step: f64, end: usize) {
        for i in from..to {
            dst.add(i).write(T::from_f64(last - step * (end - i) as i64 as f64));
        }
    }
}

/// Elements that are made at a time in float64.
const BLOCK: usize = 256;

/// Elements that `f` makes in float64, block by block: it is given the position of the first and room for all.
///
/// # Safety
/// `dst` is writable for `n` elements of the dtype, a real one.
pub unsafe fn blocks(dst: *mut u8, n: usize, dtype: DType, f: impl Fn(usize, &mut [f64]) + Sync) {
    let (dst, cast) = (Ptr(dst), Cast::new(DType::F64, dtype));
    par::for_each_chunk(n.div_ceil(BLOCK), par::MATH_GRAIN / BLOCK, |r| {
        let mut room = [0.0; BLOCK];
        for first in r.map(|block| block * BLOCK) {
            let some = &mut room[..BLOCK.min(n - first)];
            f(first, some);
            // SAFETY: blocks are disjoint parts of the elements
            unsafe { cast.run(some.as_ptr().cast(), dst.at(first * dtype.size()), some.len()) };
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_where_it_belongs() {
        let n = 2 * par::ELEMENTWISE_GRAIN + 13;
        let (mut x, mut y, mut k) = (vec![0f32; n], vec![0f64; n], vec![0i64; n]);
        // SAFETY: `n` elements each
        unsafe {
            floats(x.as_mut_ptr(), n, -3.7, 0.1);
            floats(y.as_mut_ptr(), n, -3.7, 0.1);
            integers(k.as_mut_ptr(), n, i64::MAX - 5, 3);
        }
        let (mut z, mut w) = (vec![0f64; n], vec![0f32; n]);
        // SAFETY: `n` elements each
        unsafe {
            between(z.as_mut_ptr(), n, 2.0, 5.0, 3.0 / (n - 1) as f64);
            blocks(w.as_mut_ptr().cast(), n, DType::F32, |first, some| {
                some.iter_mut().enumerate().for_each(|(k, v)| *v = (first + k) as f64 / 3.0)
            });
        }
        assert_eq!((z[0], z[n - 1]), (2.0, 5.0));
        for i in 0..n {
            assert!((z[i] - (2.0 + 3.0 * i as f64 / (n - 1) as f64)).abs() < 2e-15);
            assert_eq!(w[i], (i as f64 / 3.0) as f32);
            assert_eq!((x[i], y[i]), ((-3.7 + 0.1 * i as f64) as f32, -3.7 + 0.1 * i as f64));
            assert_eq!(k[i], (i64::MAX - 5).wrapping_add(3 * i as i64));
        }
    }
}
