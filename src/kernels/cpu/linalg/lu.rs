//! LU decomposition with LAPACK's conventions: exchanges of rows by the largest `|re| + |im|`, a zero pivot leaves its column
//! as it is and is reported. (That of faer divides by it.)

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, SMALL, View, each};
use crate::kernels::cpu::linalg::triangle::{Side, Triangle, triangular, triangular_side};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::stop;

/// Columns of a panel: as many as lie in a line of cache or two, row by row.
const PANEL: usize = 16;

multiversion! {
    /// A panel, column by column. Answers with the first zero pivot, counted from 1.
    unsafe fn panel[T: Field](a: View<T>, pivots: *mut i32) -> i32 {
        let (m, n, rs) = (a.rows, a.cols, a.rs as usize);
        let mut info = 0;
        for j in 0..m.min(n) {
            let (mut best, mut at) = ((*a.p.add(j * rs + j)).size(), j);
            for i in j + 1..m {
                let s = (*a.p.add(i * rs + j)).size();
                if s > best {
                    (best, at) = (s, i);
                }
            }
            *pivots.add(j) = at as i32 + 1;
            let head = a.p.add(j * rs);
            if at != j {
                let other = a.p.add(at * rs);
                for c in 0..n {
                    let v = *head.add(c);
                    *head.add(c) = *other.add(c);
                    *other.add(c) = v;
                }
            }
            let pivot = *head.add(j);
            if pivot == <T as Elem>::ZERO {
                info = if info == 0 { j as i32 + 1 } else { info };
                continue;
            }
            for i in j + 1..m {
                let row = a.p.add(i * rs);
                let f = *row.add(j) / pivot;
                *row.add(j) = f;
                for c in j + 1..n {
                    let v = *head.add(c);
                    *row.add(c) -= f * v;
                }
            }
        }
        info
    }
}

/// Rows from which a panel is worked on column by column, in memory of its own: rows of a large matrix lie in the same few
/// sets of the caches (1024 float32, one thread: 9.5 ms where it is, 4.4 so).
const TALL: usize = 2 * SMALL;
/// Elements of columns whose greatest is looked for side by side.
const LANES: usize = 16;

/// The first of the greatest elements of a column.
#[inline(always)]
unsafe fn greatest<T: Field>(x: *const T, n: usize) -> usize {
    let mut best = [(*x).size(); LANES];
    let mut i = 0;
    while i + LANES <= n {
        for l in 0..LANES {
            let s = (*x.add(i + l)).size();
            best[l] = if s > best[l] { s } else { best[l] };
        }
        i += LANES;
    }
    let mut most = best[0];
    for l in 1..LANES {
        most = if best[l] > most { best[l] } else { most };
    }
    while i < n {
        let s = (*x.add(i)).size();
        most = if s > most { s } else { most };
        i += 1;
    }
    (0..n).find(|&i| (*x.add(i)).size() == most).unwrap_or(0)
}

multiversion! {
    /// As [`panel`], of `m` rows whose `n` columns lie one after the other.
    unsafe fn columns[T: Field](m: usize, n: usize, a: *mut T, pivots: *mut i32) -> i32 {
        let mut info = 0;
        for j in 0..m.min(n) {
            let head = a.add(j * m);
            let at = j + greatest(head.add(j) as *const T, m - j);
            *pivots.add(j) = at as i32 + 1;
            if at != j {
                for c in 0..n {
                    std::ptr::swap(a.add(c * m + j), a.add(c * m + at));
                }
            }
            let pivot = *head.add(j);
            if pivot == <T as Elem>::ZERO {
                info = if info == 0 { j as i32 + 1 } else { info };
                continue;
            }
            for i in j + 1..m {
                *head.add(i) = *head.add(i) / pivot;
            }
            for c in j + 1..n {
                let other = a.add(c * m);
                let v = *other.add(j);
                for i in j + 1..m {
                    let f = *head.add(i);
                    *other.add(i) -= f * v;
                }
            }
        }
        info
    }
}

/// A panel, where that is fastest.
unsafe fn narrow<T: Field>(a: View<T>, pivots: *mut i32) -> i32 {
    if a.rows < TALL {
        return panel(a, pivots);
    }
    let mut own = stop::buffer(<T as Elem>::ZERO, a.rows * a.cols);
    let room = View::dense(own.as_mut_ptr(), a.cols, a.rows);
    room.t().copy_from(a);
    let info = columns(a.rows, a.cols, room.p, pivots);
    a.copy_from(room.t());
    info
}

/// Decomposes a matrix whose rows are dense where it is; `pivots` has as many places as the smaller size. Answers with the
/// first zero pivot, counted from 1, or 0.
///
/// # Safety
/// The matrix may be written and its columns lie beside one another.
pub unsafe fn factor<T: Field>(a: View<T>, pivots: *mut i32) -> i32 {
    let (m, n) = (a.rows, a.cols);
    let k = m.min(n);
    if k <= PANEL || m.max(n) <= SMALL {
        return narrow(a, pivots);
    }
    let h = (k / 2).next_multiple_of(PANEL).min(k - 1);
    let first = factor(a.sub(0, 0, m, h), pivots);
    let right = a.sub(0, h, m, n - h);
    for i in 0..h {
        right.swap_rows(i, *pivots.add(i) as usize - 1);
    }
    let (below, corner) = (a.sub(h, 0, m - h, h), a.sub(h, h, m - h, n - h));
    let top = a.sub(0, h, h, n - h);
    triangular(Triangle { upper: false, unit: true }, a.sub(0, 0, h, h), top);
    let one = <T as Elem>::ONE;
    corner.gemm(one, -one, below, top);
    let second = factor(corner, pivots.add(h));
    for i in h..k {
        below.swap_rows(i - h, *pivots.add(i) as usize - 1);
        *pivots.add(i) += h as i32;
    }
    match (first, second) {
        (0, 0) => 0,
        (0, s) => s + h as i32,
        (f, _) => f,
    }
}

/// Decomposes every matrix of a batch where it is.
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn factor_all<T: Field>(
    (batch, m, n): (usize, usize, usize),
    a: *mut T,
    pivots: *mut i32,
    info: *mut i32,
) {
    let (a, pivots, info, k) = (Ptr(a), Ptr(pivots), Ptr(info), m.min(n));
    each(batch, m.max(n), m * n * k, |i| {
        // SAFETY: the arrays of matrix `i`
        unsafe { *info.at(i) = factor(View::dense(a.at(i * m * n), m, n), pivots.at(i * k)) };
    });
}

/// `b = op(A)^-1 b` of the LU decomposition of `A`, with LAPACK's list of exchanges, which count from 1.
///
/// # Safety
/// As [`triangular`]; as many exchanges as rows, each within them.
pub unsafe fn with_lu<T: Field>(side: Side, lu: View<T>, pivots: *const i32, b: View<T>) {
    let n = lu.rows;
    let (lower, upper) = (Triangle { upper: false, unit: true }, Triangle { upper: true, unit: false });
    if side == Side::Plain {
        for i in 0..n {
            b.swap_rows(i, *pivots.add(i) as usize - 1);
        }
        triangular(lower, lu, b);
        triangular(upper, lu, b);
    } else {
        triangular_side(side, upper, lu, b);
        triangular_side(side, lower, lu, b);
        for i in (0..n).rev() {
            b.swap_rows(i, *pivots.add(i) as usize - 1);
        }
    }
}

multiversion! {
    /// [`with_lu`] where everything is small and dense.
    pub unsafe fn small_with_lu[T: Field](n: usize, k: usize, lu: *const T, pivots: *const i32, b: *mut T) {
        for i in 0..n {
            let p = *pivots.add(i) as usize - 1;
            if p != i {
                for c in 0..k {
                    std::ptr::swap(b.add(i * k + c), b.add(p * k + c));
                }
            }
        }
        for i in 1..n {
            for j in 0..i {
                let f = *lu.add(i * n + j);
                for c in 0..k {
                    let v = *b.add(j * k + c);
                    *b.add(i * k + c) -= f * v;
                }
            }
        }
        for i in (0..n).rev() {
            for j in i + 1..n {
                let f = *lu.add(i * n + j);
                for c in 0..k {
                    let v = *b.add(j * k + c);
                    *b.add(i * k + c) -= f * v;
                }
            }
            let d = *lu.add(i * n + i);
            for c in 0..k {
                *b.add(i * k + c) = *b.add(i * k + c) / d;
            }
        }
    }
}

/// [`factor`] and [`small_with_lu`] of matrices so small that the compiler knows their size: all of one lies in registers. Answers as
/// [`factor`].
///
/// # Safety
/// Dense arrays: `N` by `N`, `N` exchanges, `N` by `k`.
#[inline(always)]
pub unsafe fn tiny<T: Field, const N: usize>(a: *mut T, pivots: *mut i32, b: *mut T, k: usize) -> i32 {
    let mut m = *(a as *const [[T; N]; N]);
    let mut info = 0;
    for j in 0..N {
        let (mut best, mut at) = (m[j][j].size(), j);
        for i in j + 1..N {
            let s = m[i][j].size();
            if s > best {
                (best, at) = (s, i);
            }
        }
        *pivots.add(j) = at as i32 + 1;
        if at != j {
            m.swap(j, at);
            for c in 0..k {
                std::ptr::swap(b.add(j * k + c), b.add(at * k + c));
            }
        }
        if m[j][j] == <T as Elem>::ZERO {
            info = if info == 0 { j as i32 + 1 } else { info };
            continue;
        }
        for i in j + 1..N {
            let f = m[i][j] / m[j][j];
            m[i][j] = f;
            for c in j + 1..N {
                let v = m[j][c];
                m[i][c] -= f * v;
            }
        }
    }
    *(a as *mut [[T; N]; N]) = m;
    for i in 1..N {
        for j in 0..i {
            for c in 0..k {
                let v = *b.add(j * k + c);
                *b.add(i * k + c) -= m[i][j] * v;
            }
        }
    }
    for i in (0..N).rev() {
        for j in i + 1..N {
            for c in 0..k {
                let v = *b.add(j * k + c);
                *b.add(i * k + c) -= m[i][j] * v;
            }
        }
        for c in 0..k {
            *b.add(i * k + c) = *b.add(i * k + c) / m[i][i];
        }
    }
    info
}

/// The permutations of rows that lists of exchanges make: row `i` of the result was row `perm[i]`; or their inverses.
///
/// # Safety
/// Dense arrays: `k` exchanges and `m` rows in each; the exchanges count from 1 and lie within the rows.
pub unsafe fn permutations(
    (batch, m, k): (usize, usize, usize),
    inverse: bool,
    pivots: *const i64,
    perm: *mut i64,
) {
    for b in 0..batch {
        let (p, q) = (pivots.add(b * k), perm.add(b * m));
        for i in 0..m {
            *q.add(i) = i as i64;
        }
        let exchange = |i: usize| std::ptr::swap(q.add(i), q.add(*p.add(i) as usize - 1));
        if inverse { (0..k).rev().for_each(exchange) } else { (0..k).for_each(exchange) }
    }
}
