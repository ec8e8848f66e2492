//! The decomposition `L D L^T` (or `L D L^H`) of symmetric matrices, with the exchanges of Bunch and Kaufman as LAPACK's `sytrf`
//! makes and lists them: a positive number is an exchange of one row, two equal negative ones belong to a block of two.
//!
//! Source: J. R. Bunch and L. Kaufman, Some stable methods for calculating inertia and solving symmetric linear systems,
//! Math. Comp. 31 (1977). In panels of columns, so that most of the work is products, as LAPACK's `lasyf` does it: at 1024 by 1024
//! 8 ms instead of 370.

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, Owned, View, each, each_with};
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

/// Columns in a panel.
const PANEL: usize = 48;

multiversion! {
    /// Decomposes columns of `a` from the left until `w` has no room for a block of two, or `a` is done, without touching the columns
    /// behind them. `a` and `w` have columns one after the other; `w` keeps what a column is before it is divided by its pivot
    /// (conjugated in Hermitian matrices), which is what the columns behind are updated by. Returns the number of columns, and the
    /// number of the first pivot that is zero, from 1, or 0.
    unsafe fn panel[T: Field](hermitian: bool, a: View<T>, w: View<T>, pivots: *mut i32) -> (usize, usize) {
        let n = a.rows;
        let zero = <T::R as Elem>::ZERO;
        let one = <T as Elem>::ONE;
        let alpha = <T::R as Elem>::from_f64((1.0 + 17f64.sqrt()) / 8.0);
        let size = |x: T, on_diagonal: bool| if hermitian && on_diagonal { Cmp::abs(x.re()) } else { x.size() };
        let (mut k, mut info) = (0, 0);
        while k < n && (k + 1 < w.cols || w.cols >= n) {
            // a column of `w` less what the columns before it make of row `r`
            macro_rules! update {
                ($col:expr, $r:expr) => {{
                    let to = w.ptr(0, $col);
                    for c in 0..k {
                        let (f, from) = (w.get($r, c), a.ptr(0, c));
                        for i in k..n {
                            *to.add(i) -= f * *from.add(i);
                        }
                    }
                    w.set($r, $col, diagonal(hermitian, w.get($r, $col)));
                }};
            }
            std::ptr::copy_nonoverlapping(a.ptr(k, k), w.ptr(k, k), n - k);
            w.set(k, k, diagonal(hermitian, w.get(k, k)));
            update!(k, k);
            let (mut step, mut kp) = (1, k);
            let here = size(w.get(k, k), true);
            let (mut best, mut at) = (zero, k);
            for i in k + 1..n {
                let s = w.get(i, k).size();
                if s > best {
                    (best, at) = (s, i);
                }
            }
            let empty = !(here > zero || best > zero);
            if empty {
                info = if info == 0 { k + 1 } else { info };
            } else if here < alpha * best {
                for j in k..at {
                    w.set(j, k + 1, mirror(hermitian, a.get(at, j)));
                }
                std::ptr::copy_nonoverlapping(a.ptr(at, at), w.ptr(at, k + 1), n - at);
                w.set(at, k + 1, diagonal(hermitian, w.get(at, k + 1)));
                update!(k + 1, at);
                let mut row = zero;
                for i in k..n {
                    let s = w.get(i, k + 1).size();
                    row = if i != at && s > row { s } else { row };
                }
                if here >= alpha * best * (best / row) {
                } else if size(w.get(at, k + 1), true) >= alpha * row {
                    kp = at;
                    std::ptr::copy_nonoverlapping(w.ptr(k, k + 1), w.ptr(k, k), n - k);
                } else {
                    (kp, step) = (at, 2);
                }
            }
            let kk = k + step - 1;
            if kp != kk {
                // what is left of column `kk` goes where column `kp` was
                a.set(kp, kp, diagonal(hermitian, a.get(kk, kk)));
                for j in kk + 1..kp {
                    a.set(kp, j, mirror(hermitian, a.get(j, kk)));
                }
                std::ptr::copy_nonoverlapping(a.ptr(kp + 1, kk), a.ptr(kp + 1, kp), n - kp - 1);
                for c in 0..k {
                    std::ptr::swap(a.ptr(kk, c), a.ptr(kp, c));
                }
                for c in 0..=kk {
                    std::ptr::swap(w.ptr(kk, c), w.ptr(kp, c));
                }
            }
            if step == 1 {
                std::ptr::copy_nonoverlapping(w.ptr(k, k), a.ptr(k, k), n - k);
                if !empty {
                    let d = one / a.get(k, k);
                    for i in k + 1..n {
                        a.set(i, k, a.get(i, k) * d);
                    }
                }
                *pivots.add(k) = kp as i32 + 1;
            } else {
                // the inverse of the block, applied to the two columns below it
                let (p, q, r) = (w.get(k, k), w.get(k + 1, k), w.get(k + 1, k + 1));
                let (d11, d22) = (r / q, p / mirror(hermitian, q));
                let t = one / (diagonal(hermitian, d11 * d22) - one);
                let d = t / q;
                for i in k + 2..n {
                    let (x, y) = (w.get(i, k), w.get(i, k + 1));
                    a.set(i, k, mirror(hermitian, d) * (d11 * x - y));
                    a.set(i, k + 1, d * (d22 * y - x));
                }
                a.set(k, k, p);
                a.set(k + 1, k, q);
                a.set(k + 1, k + 1, r);
                *pivots.add(k) = -(kp as i32) - 1;
                *pivots.add(k + 1) = -(kp as i32) - 1;
            }
            if hermitian && T::COMPLEX {
                for c in k..k + step {
                    for i in c + 1..n {
                        w.set(i, c, w.get(i, c).conj());
                    }
                }
            }
            k += step;
        }
        (k, info)
    }
}

/// Rows of the `done` columns of a panel, which went along with every exchange, back to where they were when the column was finished.
unsafe fn put_back<T: Field>(a: View<T>, done: usize, pivots: *const i32) {
    let mut j = done;
    while j > 0 {
        let row = j - 1;
        let p = *pivots.add(row);
        j -= if p < 0 { 2 } else { 1 };
        let other = p.unsigned_abs() as usize - 1;
        if other != row {
            for c in 0..j {
                std::ptr::swap(a.ptr(other, c), a.ptr(row, c));
            }
        }
    }
}

/// Decomposes the lower half of a matrix, with columns one after the other; what is above it is written over.
unsafe fn factor<T: Field>(hermitian: bool, a: View<T>, pivots: *mut i32, w: *mut T) -> i32 {
    let n = a.rows;
    let one = <T as Elem>::ONE;
    let (mut from, mut info) = (0, 0);
    while from < n {
        let left = a.sub(from, from, n - from, n - from);
        let cols = if left.rows <= 2 * PANEL { left.rows } else { PANEL };
        let w = View { p: w, rows: left.rows, cols, rs: 1, cs: left.rows as isize };
        let pivots = pivots.add(from);
        let (done, zero) = panel(hermitian, left, w, pivots);
        if zero > 0 && info == 0 {
            info = (from + zero) as i32;
        }
        // the lower half of what is behind the panel, a little of the upper half with it
        for c in (done..left.rows).step_by(PANEL) {
            let (rows, cols) = (left.rows - c, PANEL.min(left.rows - c));
            left.sub(c, c, rows, cols).gemm(
                one,
                -one,
                left.sub(c, 0, rows, done),
                w.sub(c, 0, cols, done).t(),
            );
        }
        put_back(left, done, pivots);
        for k in 0..done {
            let p = *pivots.add(k);
            *pivots.add(k) = if p > 0 { p + from as i32 } else { p - from as i32 };
        }
        from += done;
    }
    info
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
    let cols = if n <= 2 * PANEL { n } else { 2 * PANEL };
    let room = || (Owned::zeros(n, n), Owned::zeros(n, cols));
    each_with(batch, n, n * n * n / 3, room, |(turned, w), i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let (src, turned) = (View::dense(a.at(i * n * n), n, n), turned.view().t());
            for r in 0..n {
                for c in 0..=r {
                    turned.set(r, c, src.get(r, c));
                }
            }
            *info.at(i) = factor(hermitian, turned, pivots.at(i * n), w.view().p);
            for r in 0..n {
                for c in 0..=r {
                    src.set(r, c, turned.get(r, c));
                }
            }
        }
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
