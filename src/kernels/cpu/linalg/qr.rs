//! QR decomposition by Householder's reflections, with LAPACK's conventions: `H = I - tau v v^H` with `v_0 = 1`, the diagonal of
//! `R` real and of the sign opposite to what it came from. (Reflections of faer are Hermitian, which gives complex matrices other
//! phases.) Reflections are gathered in panels, `H_1 .. H_k = I - V T V^H`, so that most of the work is products.
//!
//! Source: R. Schreiber and C. Van Loan, A storage-efficient WY representation for products of Householder transformations,
//! SIAM J. Sci. Stat. Comput. 10 (1989).

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, Owned, View, each, each_with};
use crate::kernels::cpu::linalg::reflection::{column_reflection, reflect_all};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::stop;

/// Reflections in a panel.
const PANEL: usize = 32;

/// Small matrices go column by column, without panels.
fn is_small(m: usize, n: usize) -> bool {
    m.max(n) <= 4 * PANEL && n <= PANEL
}

multiversion! {
    /// Decomposes a matrix whose columns lie one after the other: reflections below the diagonal, `R` on and above it, `tau` beside.
    unsafe fn factor_columns[T: Field](a: View<T>, tau: *mut T) {
        let (m, n) = (a.rows, a.cols);
        for j in 0..m.min(n) {
            let t = column_reflection(a, j);
            *tau.add(j) = t;
            if t != <T as Elem>::ZERO {
                reflect_all(t.conj(), a.ptr(j + 1, j) as *const T, a, (j, j + 1, n), m - j - 1);
            }
        }
    }
}

multiversion! {
    /// The product of reflections over the identity, columns one after the other in both.
    unsafe fn product_columns[T: Field](a: View<T>, tau: *const T, k: usize, out: View<T>) {
        out.fill(<T as Elem>::ZERO);
        for j in 0..out.cols {
            out.set(j, j, <T as Elem>::ONE);
        }
        for j in (0..k).rev() {
            reflect_all(*tau.add(j), a.ptr(j + 1, j) as *const T, out, (j, j, out.cols), a.rows - j - 1);
        }
    }
}

/// A panel of reflections as one operator.
struct Block<T> {
    v: Owned<T>,
    /// Conjugated, where that is another matrix.
    vc: Option<Owned<T>>,
    t: Owned<T>,
}

impl<T: Field> Block<T> {
    /// Of reflections as they lie below the diagonal of `a`; of their conjugates where `conjugate` says so.
    ///
    /// # Safety
    /// As many factors as columns of `a`, which has as many rows or more.
    unsafe fn new(a: View<T>, tau: *const T, conjugate: bool) -> Block<T> {
        let (m, k) = (a.rows, a.cols);
        let (zero, one) = (<T as Elem>::ZERO, <T as Elem>::ONE);
        let (mut v, mut t, mut g) = (Owned::zeros(m, k), Owned::zeros(k, k), Owned::zeros(k, k));
        let side = |x: T| if conjugate { x.conj() } else { x };
        let x = v.view();
        for i in 0..m {
            for j in 0..k.min(i) {
                x.set(i, j, side(a.get(i, j)));
            }
            if i < k {
                x.set(i, i, one);
            }
        }
        let (vc, read) = Owned::conjugate_of(x);
        let (gram, f) = (g.view(), t.view());
        gram.gemm(zero, one, read.t(), x);
        for j in 0..k {
            let s = side(*tau.add(j));
            // a column of the triangle: -tau T V^H v
            for i in 0..j {
                let mut sum = zero;
                for c in i..j {
                    sum += f.get(i, c) * gram.get(c, j);
                }
                f.set(i, j, -s * sum);
            }
            f.set(j, j, s);
        }
        Block { v, vc, t }
    }
    /// `c = (I - V T V^H) c`, or with the adjoint of it.
    ///
    /// # Safety
    /// A matrix of as many rows that may be written.
    unsafe fn apply(&mut self, adjoint: bool, c: View<T>) {
        let (zero, one) = (<T as Elem>::ZERO, <T as Elem>::ONE);
        let (v, t) = (self.v.view(), self.t.view());
        let vc = self.vc.as_mut().map_or(v, Owned::view);
        let (mut w, mut tw) = (Owned::zeros(t.rows, c.cols), Owned::zeros(t.rows, c.cols));
        w.view().gemm(zero, one, vc.t(), c);
        if adjoint {
            let (_own, tc) = Owned::conjugate_of(t);
            tw.view().gemm(zero, one, tc.t(), w.view());
        } else {
            tw.view().gemm(zero, one, t, w.view());
        }
        c.gemm(one, -one, v, tw.view());
    }
}

/// Decomposes a matrix where it is.
///
/// # Safety
/// The matrix may be written and its columns lie beside one another; as many factors as the smaller size.
unsafe fn factor<T: Field>(a: View<T>, tau: *mut T) {
    let (m, n) = (a.rows, a.cols);
    let k = m.min(n);
    let widest = if n <= 2 * PANEL { n } else { PANEL };
    let mut columns = stop::buffer(<T as Elem>::ZERO, m * widest);
    let mut at = 0;
    while at < k {
        let width = if n <= 2 * PANEL { n - at } else { PANEL.min(k - at) };
        let left = a.sub(at, at, m - at, width);
        let columns = View::dense(columns.as_mut_ptr(), width, m - at).t();
        columns.copy_from(left);
        factor_columns(columns, tau.add(at));
        left.copy_from(columns);
        let wide = width.min(m - at);
        if at + width < n {
            let mut block = Block::new(left.sub(0, 0, m - at, wide), tau.add(at), false);
            block.apply(true, a.sub(at, at + width, m - at, n - at - width));
        }
        at += width;
    }
}

/// `c = Q c`, or with the adjoint of `Q`, the product of the reflections in the first `k` columns of `a`.
///
/// # Safety
/// Views within their memory and apart; `k` factors; as many rows in both.
unsafe fn multiply<T: Field>(
    a: View<T>,
    tau: *const T,
    k: usize,
    (adjoint, conjugate): (bool, bool),
    c: View<T>,
    only_trailing: bool,
) {
    let m = a.rows;
    let panels = k.div_ceil(PANEL);
    for step in 0..panels {
        let at = PANEL * if adjoint { step } else { panels - 1 - step };
        let width = PANEL.min(k - at);
        let mut block = Block::new(a.sub(at, at, m - at, width), tau.add(at), conjugate);
        // of the identity, columns before the panel have nothing below it yet
        let from = if only_trailing { at } else { 0 };
        block.apply(adjoint, c.sub(at, from, m - at, c.cols - from));
    }
}

/// Reflections and `R` of every matrix of a batch, where the matrices are.
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn factor_all<T: Field>((batch, m, n): (usize, usize, usize), a: *mut T, tau: *mut T) {
    let (a, tau, k) = (Ptr(a), Ptr(tau), m.min(n));
    if is_small(m, n) {
        // 2000 of 32 by 8: 2.5 us each in rows, with a product for their panel
        return each_with(
            batch,
            m,
            m * n * k,
            || Owned::zeros(n, m),
            |columns, i| {
                // SAFETY: the arrays of matrix `i`
                unsafe {
                    let (a, columns) = (View::dense(a.at(i * m * n), m, n), columns.view().t());
                    columns.copy_from(a);
                    factor_columns(columns, tau.at(i * k));
                    a.copy_from(columns);
                }
            },
        );
    }
    each(batch, m.max(n), m * n * k, |i| {
        // SAFETY: the arrays of matrix `i`
        unsafe { factor(View::dense(a.at(i * m * n), m, n), tau.at(i * k)) };
    });
}

/// The first `cols` columns of the product of `k` reflections.
///
/// # Safety
/// Dense arrays: `a` is `m` by `n`, the result `m` by `cols`.
pub unsafe fn product_all<T: Field>(
    (batch, m, n, k, cols): (usize, usize, usize, usize, usize),
    a: *const T,
    tau: *const T,
    q: *mut T,
) {
    let (a, tau, q) = (Ptr::of(a), Ptr::of(tau), Ptr(q));
    if is_small(m, n.max(cols)) {
        let room = || (Owned::zeros(n, m), Owned::zeros(cols, m));
        return each_with(batch, m, m * cols * k.max(1), room, |(columns, out), i| {
            // SAFETY: the arrays of matrix `i`
            unsafe {
                let (columns, out) = (columns.view().t(), out.view().t());
                columns.copy_from(View::dense(a.at(i * m * n), m, n));
                product_columns(columns, tau.at(i * k), k, out);
                View::dense(q.at(i * m * cols), m, cols).copy_from(out);
            }
        });
    }
    each(batch, m, m * cols * k.max(1), |i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let out = View::dense(q.at(i * m * cols), m, cols);
            out.fill(<T as Elem>::ZERO);
            for j in 0..m.min(cols) {
                out.set(j, j, <T as Elem>::ONE);
            }
            multiply(View::dense(a.at(i * m * n), m, n), tau.at(i * k), k, (false, false), out, true);
        }
    });
}

/// `c = op(Q) c` or `c op(Q)` for the product of `k` reflections.
///
/// # Safety
/// Dense arrays: `a` is `size` by `n`, where `size` is the number of rows (columns, from the right) of `c`.
pub unsafe fn apply_all<T: Field>(
    (batch, size, n, k): (usize, usize, usize, usize),
    (rows, cols): (usize, usize),
    (left, adjoint): (bool, bool),
    a: *const T,
    tau: *const T,
    c: *mut T,
) {
    let (a, tau, c) = (Ptr::of(a), Ptr::of(tau), Ptr(c));
    each(batch, size, rows * cols * k.max(1), |i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let (a, c) =
                (View::dense(a.at(i * size * n), size, n), View::dense(c.at(i * rows * cols), rows, cols));
            if left {
                multiply(a, tau.at(i * k), k, (adjoint, false), c, false);
            } else {
                // (c Q)^T is Q^T c^T, and Q^T the adjoint of the conjugate of Q
                multiply(a, tau.at(i * k), k, (!adjoint, true), c.t(), false);
            }
        }
    });
}

/// The upper halves of the first `rows` rows, zeros below.
///
/// # Safety
/// Dense arrays: `a` is `m` by `n`, the result `rows` by `n`, `rows` at most `m`.
pub unsafe fn upper_all<T: Field>((batch, m, n, rows): (usize, usize, usize, usize), a: *const T, r: *mut T) {
    for b in 0..batch {
        let (src, dst) = (View::read(a.add(b * m * n), m, n), View::dense(r.add(b * rows * n), rows, n));
        for i in 0..rows {
            for j in 0..n {
                dst.set(i, j, if j < i { <T as Elem>::ZERO } else { src.get(i, j) });
            }
        }
    }
}
