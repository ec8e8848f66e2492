//! Singular values and vectors, by faer: bidiagonalisation, then divide and conquer.

use crate::base::Elem;
use crate::kernels::cpu::linalg::condense;
use crate::kernels::cpu::linalg::field::{Field, Owned, SMALL, View, each_with};
use crate::kernels::cpu::linalg::spectrum::{Workspace, attempt, block, diagonal, matrix, matrix_mut, tamed};
use crate::kernels::cpu::linalg::values::Room;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::stop;
use faer::Par;
use faer::dyn_stack::StackReq;
use faer::linalg::qr::no_pivoting as qr;
use faer::linalg::svd::{self as faer_svd, bidiag};

/// Where singular vectors go, if they are asked for: `u` column by column, `vh` of `A = u s vh` row by row.
#[derive(Clone, Copy)]
pub struct Vectors<T> {
    pub u: *mut T,
    pub vh: *mut T,
    /// Square matrices, completed to bases.
    pub full: bool,
}

/// The decomposition of every matrix of a batch; `info` is not 0 where it failed, or where a matrix holds no finite numbers.
///
/// # Safety
/// Dense arrays of these sizes; vectors `m` by `m` and `n` by `n`, or by the smaller size where they are not full.
pub unsafe fn decompose<T: Field>(
    (batch, m, n): (usize, usize, usize),
    a: *const T,
    s: *mut T::R,
    vectors: Option<Vectors<T>>,
    info: *mut i32,
) {
    let Some(Vectors { u, vh: v, full }) = vectors else { return values((batch, m, n), a, s, info) };
    let k = m.min(n);
    let (a, s, info, u, v) = (Ptr::of(a), Ptr(s), Ptr(info), Ptr(u), Ptr(v));
    let (uc, vc) = if full { (m, n) } else { (k, k) };
    let kind = if full { faer_svd::ComputeSvdVectors::Full } else { faer_svd::ComputeSvdVectors::Thin };
    let room = || {
        let need = faer_svd::svd_scratch::<T>(m, n, kind, kind, Par::Seq, Default::default());
        (stop::buffer(<T as Elem>::ZERO, k), Workspace::new(need))
    };
    each_with(batch, m.max(n), 10 * m * n * k, room, |(values, space), i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let src = View::read(a.at(i * m * n), m, n);
            *info.at(i) = 0;
            let Some((_own, src, by)) = tamed(src, false) else {
                *info.at(i) = 1;
                return;
            };
            if full {
                // of completed bases not every element is written before it is read
                View::dense(u.at(i * m * uc), m, uc).fill(<T as Elem>::ZERO);
                View::dense(v.at(i * n * vc), n, vc).fill(<T as Elem>::ZERO);
            }
            let ok = attempt(|| {
                let u = matrix_mut(View { p: u.at(i * m * uc), rows: m, cols: uc, rs: 1, cs: m as isize });
                let v = matrix_mut(View { p: v.at(i * n * vc), rows: n, cols: vc, rs: 1, cs: n as isize });
                faer_svd::svd(
                    matrix(src),
                    diagonal(values),
                    Some(u),
                    Some(v),
                    Par::Seq,
                    space.stack(),
                    Default::default(),
                )
                .is_ok()
            });
            if !ok {
                *info.at(i) = 1;
            }
            // columns of V one after the other are rows of V^T
            View::dense(v.at(i * n * vc), vc, n).conjugate();
            for (j, x) in values.iter().enumerate() {
                *s.at(i * k + j) = x.re() * by;
            }
        }
    });
}

/// [`decompose`] without vectors: faer's bidiagonal form, then singular values of our own. Of matrices with far more rows than
/// columns (or the other way round) the triangle of a QR decomposition is all that counts, as faer has it.
unsafe fn values<T: Field>((batch, m, n): (usize, usize, usize), a: *const T, s: *mut T::R, info: *mut i32) {
    let (a, s, info) = (Ptr::of(a), Ptr(s), Ptr(info));
    let (tall, k) = (m.max(n), m.min(n));
    if k == 0 {
        return (0..batch).for_each(|i| *info.at(i) = 0);
    }
    let single = T::R::DTYPE.size() == 4;
    let longer = tall as f64 > k as f64 * 11.0 / 6.0;
    let width = block::<T>(tall, k);
    let room = || {
        let mut need = bidiag::bidiag_in_place_scratch::<T>(tall, k, Par::Seq, Default::default());
        if longer {
            let first = qr::factor::qr_in_place_scratch::<T>(tall, k, width, Par::Seq, Default::default());
            need = StackReq::any_of(&[need, first]);
        }
        let (left, right) = (Owned::zeros(width, tall), Owned::zeros(width, tall));
        (Owned::zeros(k, tall), left, right, Workspace::new(need), Room::new(k))
    };
    let write = |found: &Room, i: usize, by: T::R| {
        for (j, x) in found.found.iter().rev().enumerate() {
            // SAFETY: the values of matrix `i`
            unsafe { *s.at(i * k + j) = <T::R as Elem>::from_f64(*x) * by };
        }
    };
    each_with(batch, tall, 4 * tall * k * k, room, |(b, left, right, space, found), i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let src = View::read(a.at(i * m * n), m, n);
            let Some((_own, src, by)) = tamed(src, false) else {
                *info.at(i) = 1;
                return;
            };
            let src = if m < n { src.t() } else { src };
            // columns one after the other, as faer goes over them
            let b = b.view().t();
            b.copy_from(src);
            if tall <= 2 * SMALL && k <= SMALL {
                let (u, y) = (left.view().p, right.view().p);
                condense::bidiagonal(b, u, y, found.d.as_mut_ptr(), found.f.as_mut_ptr());
                *info.at(i) = !found.bidiagonal(single) as i32;
                write(found, i, by);
                return;
            }
            let ok = attempt(|| {
                let (left, right) = (left.view().sub(0, 0, width, k), right.view().sub(0, 0, width, k - 1));
                let mut part = b;
                if longer {
                    qr::factor::qr_in_place(
                        matrix_mut(b),
                        matrix_mut(left),
                        Par::Seq,
                        space.stack(),
                        Default::default(),
                    );
                    part = b.sub(0, 0, k, k);
                    for c in 0..k {
                        for r in c + 1..k {
                            part.set(r, c, <T as Elem>::ZERO);
                        }
                    }
                }
                let (left, right) = (matrix_mut(left), matrix_mut(right));
                bidiag::bidiag_in_place(
                    matrix_mut(part),
                    left,
                    right,
                    Par::Seq,
                    space.stack(),
                    Default::default(),
                );
                true
            });
            for j in 0..k {
                found.d[j] = b.get(j, j).square();
                if j + 1 < k {
                    found.f[j] = b.get(j, j + 1).square();
                }
            }
            *info.at(i) = !(ok && found.bidiagonal(single)) as i32;
            write(found, i, by);
        }
    });
}
