//! Inverses, by LU decomposition.

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, Owned, SMALL, View, each};
use crate::kernels::cpu::linalg::lu::{factor, small_with_lu, tiny, with_lu};
use crate::kernels::cpu::linalg::triangle::Side;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::stop;
use std::mem::MaybeUninit;

/// The inverse of every matrix of a batch, with the first zero on the diagonal of its decomposition, counted from 1.
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn inverse<T: Field>((batch, n): (usize, usize), a: *const T, out: *mut T, info: *mut i32) {
    let (a, out, info) = (Ptr::of(a), Ptr(out), Ptr(info));
    let identity = |x: View<T>| {
        // SAFETY: the result of one matrix
        unsafe {
            x.fill(<T as Elem>::ZERO);
            for i in 0..n {
                x.set(i, i, <T as Elem>::ONE);
            }
        }
    };
    each(batch, n, 3 * n * n * n, |i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let (src, dst) = (View::read(a.at(i * n * n), n, n), View::dense(out.at(i * n * n), n, n));
            if n <= SMALL {
                let mut room = [const { MaybeUninit::<T>::uninit() }; SMALL * SMALL];
                let (lu, mut pivots) = (room.as_mut_ptr() as *mut T, [0; SMALL]);
                std::ptr::copy_nonoverlapping(src.p, lu, n * n);
                identity(dst);
                let p = pivots.as_mut_ptr();
                *info.at(i) = match n {
                    2 => tiny::<T, 2>(lu, p, dst.p, 2),
                    3 => tiny::<T, 3>(lu, p, dst.p, 3),
                    4 => tiny::<T, 4>(lu, p, dst.p, 4),
                    _ => {
                        let info = factor(View::dense(lu, n, n), p);
                        small_with_lu(n, n, lu as *const T, p as *const i32, dst.p);
                        info
                    }
                };
            } else {
                let (mut lu, mut pivots) = (Owned::zeros(n, n), stop::buffer(0, n));
                lu.view().copy_from(src);
                *info.at(i) = factor(lu.view(), pivots.as_mut_ptr());
                identity(dst);
                with_lu(Side::Plain, lu.view(), pivots.as_ptr(), dst);
            }
        }
    });
}
