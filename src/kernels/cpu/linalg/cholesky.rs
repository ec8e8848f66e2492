//! Cholesky decomposition of the lower half: what is above the diagonal is not read, and zero afterwards.

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, Owned, View, each};
use crate::kernels::cpu::linalg::triangle::{Side, Triangle, triangular, triangular_side};
use crate::kernels::cpu::machine::float::{Cmp, Ptr};

/// Matrices up to this size are decomposed element by element.
const LEAF: usize = 32;
/// Corners of a symmetric product up to this size are computed whole.
const CORNER: usize = 128;

multiversion! {
    /// A small matrix, row by row. Answers with the first pivot that is not positive, counted from 1.
    unsafe fn leaf[T: Field](a: View<T>) -> i32 {
        let (n, rs) = (a.rows, a.rs as usize);
        for j in 0..n {
            let row = a.p.add(j * rs);
            for i in 0..j {
                let other = a.p.add(i * rs);
                let mut s = *row.add(i);
                for c in 0..i {
                    s -= *row.add(c) * (*other.add(c)).conj();
                }
                *row.add(i) = s / *other.add(i);
            }
            let mut d = (*row.add(j)).re();
            for c in 0..j {
                let v = *row.add(c);
                d -= (v * v.conj()).re();
            }
            if !(d > <T::R as Elem>::ZERO) {
                *row.add(j) = T::of_real(d);
                return j as i32 + 1;
            }
            *row.add(j) = T::of_real(Cmp::sqrt(d));
        }
        0
    }
}

/// `c -= a b^T` in the lower half, and in corners on the diagonal whole.
///
/// # Safety
/// A square `c` apart from `a` and `b`, which have as many rows.
unsafe fn subtract_square<T: Field>(c: View<T>, a: View<T>, b: View<T>) {
    let (n, k, one) = (c.rows, a.cols, <T as Elem>::ONE);
    if n <= CORNER {
        return c.gemm(one, -one, a, b.t());
    }
    let h = n / 2;
    let (low_a, low_b) = (a.sub(h, 0, n - h, k), b.sub(h, 0, n - h, k));
    subtract_square(c.sub(0, 0, h, h), a.sub(0, 0, h, k), b.sub(0, 0, h, k));
    c.sub(h, 0, n - h, h).gemm(one, -one, low_a, b.sub(0, 0, h, k).t());
    subtract_square(c.sub(h, h, n - h, n - h), low_a, low_b);
}

/// Decomposes a matrix where it is; what lies above the diagonal is lost.
///
/// # Safety
/// The matrix may be written and its columns lie beside one another.
unsafe fn factor<T: Field>(a: View<T>) -> i32 {
    let n = a.rows;
    if n <= LEAF {
        return leaf(a);
    }
    let h = (n / 2).next_multiple_of(LEAF).min(n - 1);
    let (first, below) = (a.sub(0, 0, h, h), a.sub(h, 0, n - h, h));
    let info = factor(first);
    if info != 0 {
        return info;
    }
    // x l^H = below is conj(l) x^T = below^T
    let (_conj, l) = Owned::conjugate_of(first);
    triangular(Triangle { upper: false, unit: false }, l, below.t());
    let (_conj, b) = Owned::conjugate_of(below);
    let corner = a.sub(h, h, n - h, n - h);
    subtract_square(corner, below, b);
    match factor(corner) {
        0 => 0,
        i => i + h as i32,
    }
}

/// The lower factors of a batch, where the matrices are; `info` is the number of the first pivot that is not positive.
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn factor_all<T: Field>((batch, n): (usize, usize), a: *mut T, info: *mut i32) {
    let (a, info) = (Ptr(a), Ptr(info));
    each(batch, n, n * n * n / 3, |i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let l = View::dense(a.at(i * n * n), n, n);
            *info.at(i) = factor(l);
            for r in 0..n {
                std::slice::from_raw_parts_mut(l.ptr(r, 0), n)[r + 1..].fill(<T as Elem>::ZERO);
            }
        }
    });
}

/// Solves `A x = b` of a triangular factor of `A`: `l l^H`, or `u^H u`.
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn solve<T: Field>((batch, n, k): (usize, usize, usize), upper: bool, l: *const T, b: *mut T) {
    let (l, b, kind) = (Ptr::of(l), Ptr(b), Triangle { upper, unit: false });
    each(batch, n, 2 * n * n * k, |i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let (t, x) = (View::dense(l.at(i * n * n), n, n), View::dense(b.at(i * n * k), n, k));
            let (one, two) = if upper { (Side::Adjoint, Side::Plain) } else { (Side::Plain, Side::Adjoint) };
            triangular_side(one, kind, t, x);
            triangular_side(two, kind, t, x);
        }
    });
}
