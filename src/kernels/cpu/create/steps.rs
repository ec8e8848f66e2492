//! Numbers at even distances.

use crate::base::Elem;
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
        for i in 0..n {
            assert_eq!((x[i], y[i]), ((-3.7 + 0.1 * i as f64) as f32, -3.7 + 0.1 * i as f64));
            assert_eq!(k[i], (i64::MAX - 5).wrapping_add(3 * i as i64));
        }
    }
}
