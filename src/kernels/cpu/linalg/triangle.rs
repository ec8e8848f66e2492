//! Triangular systems. Large ones halve themselves until what is left of them is a product of matrices.

use crate::base::Elem;
use crate::kernels::cpu::linalg::columns;
use crate::kernels::cpu::linalg::field::{Field, Owned, View};
pub use crate::kernels::cpu::linalg::lanes::Triangle;
use crate::kernels::cpu::machine::par;
use std::mem::MaybeUninit;

/// Systems up to this size are solved element by element.
const LEAF: usize = 32;
/// Right-hand sides that are solved for at a time.
const LANES: usize = 32;

/// A small system for up to `LANES` right-hand sides. What does not lie row by row is copied, so that rows lie in vectors.
///
/// # Safety
/// As [`triangular`].
unsafe fn leaf<T: Field>(kind: Triangle, t: View<T>, b: View<T>) {
    let (n, k) = (t.rows, b.cols);
    let mut tri = [const { MaybeUninit::<T>::uninit() }; LEAF * LEAF];
    let mut lanes = [const { MaybeUninit::<T>::uninit() }; LEAF * LANES];
    let t = if t.cs == 1 {
        t
    } else {
        let own = View::dense(tri.as_mut_ptr() as *mut T, n, n);
        own.copy_from(t);
        own
    };
    if b.cs == 1 {
        return T::triangle(kind, n, k, t.p as *const T, t.rs as usize, b.p, b.rs as usize);
    }
    let x = View::dense(lanes.as_mut_ptr() as *mut T, n, k);
    x.copy_from(b);
    T::triangle(kind, n, k, t.p as *const T, t.rs as usize, x.p, k);
    b.copy_from(x);
}

/// `b = t^-1 b`.
///
/// # Safety
/// A square `t` and a `b` of as many rows, within their memory and apart; `b` may be written.
pub unsafe fn triangular<T: Field>(kind: Triangle, t: View<T>, b: View<T>) {
    let n = t.rows;
    if b.cols == 0 || n == 0 {
        return;
    }
    if columns::suits(t, b.cols) {
        return columns::triangular(kind, t, b);
    }
    if n <= LEAF {
        let grain = if n * b.cols > par::ELEMENTWISE_GRAIN / 4 { 4 * LANES } else { b.cols };
        return par::for_each_chunk(b.cols, grain, |r| {
            let mut at = r.start;
            while at < r.end {
                let k = LANES.min(r.end - at);
                // SAFETY: columns of the right-hand sides that this piece of work alone has
                unsafe { leaf(kind, t, b.sub(0, at, n, k)) };
                at += k;
            }
        });
    }
    let h = (n / 2).next_multiple_of(LEAF).min(n - 1);
    let (one, k) = (<T as Elem>::ONE, b.cols);
    let (b1, b2) = (b.sub(0, 0, h, k), b.sub(h, 0, n - h, k));
    let (t11, t22) = (t.sub(0, 0, h, h), t.sub(h, h, n - h, n - h));
    if kind.upper {
        triangular(kind, t22, b2);
        b1.gemm(one, -one, t.sub(0, h, h, n - h), b2);
        triangular(kind, t11, b1);
    } else {
        triangular(kind, t11, b1);
        b2.gemm(one, -one, t.sub(h, 0, n - h, h), b1);
        triangular(kind, t22, b2);
    }
}

/// What is solved: `op(A) X = B`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Plain,
    Transposed,
    Adjoint,
}

/// The matrix that a [`Side`] of a triangle stands for; conjugated memory is kept in the first.
///
/// # Safety
/// The view lies within its memory.
unsafe fn turned<T: Field>(side: Side, kind: Triangle, t: View<T>) -> (Option<Owned<T>>, Triangle, View<T>) {
    let flipped = Triangle { upper: !kind.upper, ..kind };
    match side {
        Side::Plain => (None, kind, t),
        Side::Transposed => (None, flipped, t.t()),
        Side::Adjoint => {
            let (own, v) = Owned::conjugate_of(t);
            (own, flipped, v.t())
        }
    }
}

/// `b = op(t)^-1 b`.
///
/// # Safety
/// As [`triangular`].
pub unsafe fn triangular_side<T: Field>(side: Side, kind: Triangle, t: View<T>, b: View<T>) {
    let (_own, kind, t) = turned(side, kind, t);
    triangular(kind, t, b);
}
