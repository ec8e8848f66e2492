//! The decomposition `L D L^T` (or `L D L^H`) of symmetric matrices, with the exchanges of Bunch and Kaufman as LAPACK's `sytrf`
//! makes and lists them: a positive number is an exchange of one row, two equal negative ones belong to a block of two.
//!
//! Source: J. R. Bunch and L. Kaufman, Some stable methods for calculating inertia and solving symmetric linear systems,
//! Math. Comp. 31 (1977).

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, View, each};
use crate::kernels::cpu::machine::float::{Cmp, Ptr};

/// The conjugate in Hermitian matrices, the number itself in symmetric ones.
#[inline(always)]
fn mirror<T: Field>(hermitian: bool, x: T) -> T {
    if hermitian { x.conj() } else { x }
}

/// The part of a diagonal element that counts.
#[inline(always)]
fn diagonal<T: Field>(hermitian: bool, x: T) -> T {
    if hermitian { T::of_real(x.re()) } else { x }
}

/// Exchanges rows and columns `kk` and `kp` of the part of a symmetric matrix that is not decomposed yet.
///
/// # Safety
/// Indices within a matrix that may be written.
#[inline(always)]
unsafe fn exchange<T: Field>(hermitian: bool, a: View<T>, kk: usize, kp: usize) {
    for i in kp + 1..a.rows {
        std::ptr::swap(a.ptr(i, kk), a.ptr(i, kp));
    }
    for j in kk + 1..kp {
        let (x, y) = (a.get(j, kk), a.get(kp, j));
        a.set(j, kk, mirror(hermitian, y));
        a.set(kp, j, mirror(hermitian, x));
    }
    if hermitian {
        a.set(kp, kk, a.get(kp, kk).conj());
    }
    let (x, y) = (a.get(kk, kk), a.get(kp, kp));
    a.set(kk, kk, diagonal(hermitian, y));
    a.set(kp, kp, diagonal(hermitian, x));
}

multiversion! {
    unsafe fn factor[T: Field](hermitian: bool, a: View<T>, pivots: *mut i32) -> i32 {
        let n = a.rows;
        let zero = <T::R as Elem>::ZERO;
        let one = <T as Elem>::ONE;
        let alpha = <T::R as Elem>::from_f64((1.0 + 17f64.sqrt()) / 8.0);
        let largest = |i: usize, j: usize| if hermitian && i == j { Cmp::abs(a.get(i, j).re()) } else { a.get(i, j).size() };
        let mut info = 0;
        let mut k = 0;
        while k < n {
            let (mut step, mut kp) = (1, k);
            let here = largest(k, k);
            let (mut best, mut at) = (zero, k);
            for i in k + 1..n {
                let s = largest(i, k);
                if s > best {
                    (best, at) = (s, i);
                }
            }
            if !(here > zero || best > zero) {
                info = if info == 0 { k as i32 + 1 } else { info };
                a.set(k, k, diagonal(hermitian, a.get(k, k)));
            } else {
                if here < alpha * best {
                    let mut row = zero;
                    for j in k..at {
                        let s = largest(at, j);
                        row = if s > row { s } else { row };
                    }
                    for i in at + 1..n {
                        let s = largest(i, at);
                        row = if s > row { s } else { row };
                    }
                    if here >= alpha * best * (best / row) {
                    } else if largest(at, at) >= alpha * row {
                        kp = at;
                    } else {
                        (kp, step) = (at, 2);
                    }
                }
                let kk = k + step - 1;
                if kp != kk {
                    exchange(hermitian, a, kk, kp);
                    if step == 2 {
                        a.set(k, k, diagonal(hermitian, a.get(k, k)));
                        std::ptr::swap(a.ptr(k + 1, k), a.ptr(kp, k));
                    }
                } else if hermitian {
                    a.set(k, k, diagonal(hermitian, a.get(k, k)));
                    if step == 2 {
                        a.set(k + 1, k + 1, diagonal(hermitian, a.get(k + 1, k + 1)));
                    }
                }
                if step == 1 {
                    let d = one / a.get(k, k);
                    for i in k + 1..n {
                        let f = a.get(i, k) * d;
                        for j in k + 1..=i {
                            *a.ptr(i, j) -= f * mirror(hermitian, a.get(j, k));
                        }
                        if hermitian {
                            a.set(i, i, diagonal(true, a.get(i, i)));
                        }
                    }
                    for i in k + 1..n {
                        a.set(i, k, a.get(i, k) * d);
                    }
                } else if k + 2 < n {
                    // the inverse of the block, applied to the two columns below it
                    let (p, q, r) = (a.get(k, k), a.get(k + 1, k), a.get(k + 1, k + 1));
                    let (w, wt) = if hermitian { (q.modulus(), q.conj()) } else { (zero, q) };
                    for j in k + 2..n {
                        let (x, y) = (a.get(j, k), a.get(j, k + 1));
                        let (u, v) = if hermitian {
                            let by = <T::R as Elem>::ONE / w;
                            let (d11, d22, d21) = (r.scale(by), p.scale(by), q.scale(by));
                            let d = one / (d11 * d22 - one);
                            let d = d.scale(by);
                            (d * (d11 * x - d21 * y), d * (d22 * y - d21.conj() * x))
                        } else {
                            let (d11, d22) = (r / wt, p / wt);
                            let d = one / (d11 * d22 - one) / wt;
                            (d * (d11 * x - y), d * (d22 * y - x))
                        };
                        for i in j..n {
                            let s = a.get(i, k) * mirror(hermitian, u) + a.get(i, k + 1) * mirror(hermitian, v);
                            *a.ptr(i, j) -= s;
                        }
                        a.set(j, k, u);
                        a.set(j, k + 1, v);
                        a.set(j, j, diagonal(hermitian, a.get(j, j)));
                    }
                }
            }
            if step == 1 {
                *pivots.add(k) = kp as i32 + 1;
            } else {
                *pivots.add(k) = -(kp as i32) - 1;
                *pivots.add(k + 1) = -(kp as i32) - 1;
            }
            k += step;
        }
        info
    }
}

/// Decomposes every matrix of a batch where it is, in its lower half.
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn factor_all<T: Field>(
    (batch, n): (usize, usize),
    hermitian: bool,
    a: *mut T,
    pivots: *mut i32,
    info: *mut i32,
) {
    let (a, pivots, info) = (Ptr(a), Ptr(pivots), Ptr(info));
    each(batch, n, n * n * n / 3, |i| {
        // SAFETY: the arrays of matrix `i`
        unsafe { *info.at(i) = factor(hermitian, View::dense(a.at(i * n * n), n, n), pivots.at(i * n)) };
    });
}

/// `to -= f from`, row by row.
///
/// # Safety
/// Two rows of a matrix that may be written.
#[inline(always)]
unsafe fn subtract_row<T: Field>(b: View<T>, to: usize, f: T, from: usize) {
    for c in 0..b.cols {
        let v = b.get(from, c);
        *b.ptr(to, c) -= f * v;
    }
}

unsafe fn solve_one<T: Field>(hermitian: bool, a: View<T>, pivots: *const i32, b: View<T>) {
    let n = a.rows;
    let mut k = 0;
    while k < n {
        let p = *pivots.add(k);
        if p > 0 || k + 1 == n {
            b.swap_rows(k, (p.unsigned_abs() as usize).clamp(1, n) - 1);
            for i in k + 1..n {
                subtract_row(b, i, a.get(i, k), k);
            }
            for c in 0..b.cols {
                b.set(k, c, b.get(k, c) / a.get(k, k));
            }
            k += 1;
        } else {
            b.swap_rows(k + 1, (p.unsigned_abs() as usize).clamp(1, n) - 1);
            for i in k + 2..n {
                subtract_row(b, i, a.get(i, k), k);
                subtract_row(b, i, a.get(i, k + 1), k + 1);
            }
            let q = a.get(k + 1, k);
            let qt = mirror(hermitian, q);
            let (d1, d2) = (a.get(k, k) / qt, a.get(k + 1, k + 1) / q);
            let denominator = d1 * d2 - <T as Elem>::ONE;
            for c in 0..b.cols {
                let (x, y) = (b.get(k, c) / qt, b.get(k + 1, c) / q);
                b.set(k, c, (d2 * x - y) / denominator);
                b.set(k + 1, c, (d1 * y - x) / denominator);
            }
            k += 2;
        }
    }
    let mut k = n;
    while k > 0 {
        let p = *pivots.add(k - 1);
        let width = if p > 0 || k == 1 { 1 } else { 2 };
        for col in k - width..k {
            for i in k..n {
                subtract_row(b, col, mirror(hermitian, a.get(i, col)), i);
            }
        }
        b.swap_rows(k - 1, (p.unsigned_abs() as usize).clamp(1, n) - 1);
        k -= width;
    }
}

/// Solves systems of a batch from their decompositions.
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn solve<T: Field>(
    (batch, n, k): (usize, usize, usize),
    hermitian: bool,
    a: *const T,
    pivots: *const i32,
    b: *mut T,
) {
    let (a, pivots, b) = (Ptr::of(a), Ptr::of(pivots), Ptr(b));
    each(batch, n, n * n * k, |i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let (a, b) = (View::dense(a.at(i * n * n), n, n), View::dense(b.at(i * n * k), n, k));
            solve_one(hermitian, a, pivots.at(i * n), b);
        }
    });
}
