//! Systems of equations, for every matrix of a batch.

use crate::kernels::cpu::linalg::columns;
use crate::kernels::cpu::linalg::field::{Field, Owned, SMALL, View, each};
use crate::kernels::cpu::linalg::lu::{factor, small_with_lu, tiny, with_lu};
use crate::kernels::cpu::linalg::triangle::{Side, Triangle, triangular, triangular_side};
use crate::kernels::cpu::machine::float::Ptr;

/// Decomposes and solves every system of a batch: `lu` holds the matrices and then their decompositions, `b` the right-hand
/// sides and then the solutions. `info` is the number of the first zero on a diagonal, counted from 1, or 0.
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn solve<T: Field>(
    (batch, n, k): (usize, usize, usize),
    lu: *mut T,
    pivots: *mut i32,
    info: *mut i32,
    b: *mut T,
) {
    let (lu, pivots, info, b) = (Ptr(lu), Ptr(pivots), Ptr(info), Ptr(b));
    each(batch, n, n * n * (n + k), |i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let (a, p, x) = (lu.at(i * n * n), pivots.at(i * n), b.at(i * n * k));
            *info.at(i) = match n {
                2 => tiny::<T, 2>(a, p, x, k),
                3 => tiny::<T, 3>(a, p, x, k),
                4 => tiny::<T, 4>(a, p, x, k),
                _ => factor(View::dense(a, n, n), p),
            };
            if (2..=4).contains(&n) {
                return;
            }
            if n <= SMALL && !columns::suits(View::dense(a, n, n), k) {
                small_with_lu(n, k, a as *const T, p as *const i32, x);
            } else {
                with_lu(Side::Plain, View::dense(a, n, n), p, View::dense(x, n, k));
            }
        }
    });
}

/// [`with_lu`] for a batch.
///
/// # Safety
/// Dense arrays of these sizes; exchanges within the rows.
pub unsafe fn solve_with_lu<T: Field>(
    (batch, n, k): (usize, usize, usize),
    side: Side,
    lu: *const T,
    pivots: *const i32,
    b: *mut T,
) {
    let (lu, pivots, b) = (Ptr::of(lu), Ptr::of(pivots), Ptr(b));
    each(batch, n, n * n * k.max(1), |i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let (a, p, x) = (lu.at(i * n * n), pivots.at(i * n), b.at(i * n * k));
            let small = n <= SMALL && !columns::suits(View::read(a, n, n), k);
            if small && side == Side::Plain {
                small_with_lu(n, k, a as *const T, p as *const i32, x);
            } else {
                with_lu(side, View::dense(a, n, n), p, View::dense(x, n, k));
            }
        }
    });
}

/// Solves triangular systems of a batch, from the left (`t x = b`) or the right (`x t = b`, `b` is `k` by `n`).
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn solve_triangular<T: Field>(
    (batch, n, k): (usize, usize, usize),
    (kind, side, left): (Triangle, Side, bool),
    t: *const T,
    b: *mut T,
) {
    let (t, b) = (Ptr::of(t), Ptr(b));
    each(batch, n, n * n * k.max(1), |i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let a = View::dense(t.at(i * n * n), n, n);
            let x = b.at(i * n * k);
            if left {
                triangular_side(side, kind, a, View::dense(x, n, k));
            } else {
                // x op(t) = b is op(t)^T x^T = b^T
                let x = View::dense(x, k, n).t();
                match side {
                    Side::Plain => triangular_side(Side::Transposed, kind, a, x),
                    Side::Transposed => triangular(kind, a, x),
                    Side::Adjoint => {
                        let (_own, v) = Owned::conjugate_of(a);
                        triangular(kind, v, x);
                    }
                }
            }
        }
    });
}
