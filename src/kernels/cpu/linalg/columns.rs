//! Triangular systems of a few right-hand sides: the triangle is read once, in vectors along whichever of its axes is dense, for all
//! of them. Complex numbers are pairs of real ones: a right-hand side of theirs is two of real numbers and twice as long.

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, View};
use crate::kernels::cpu::linalg::matmul::PackElem;
use crate::kernels::cpu::linalg::triangle::Triangle;
use crate::kernels::cpu::machine::stop;
use std::mem::MaybeUninit;

/// Right-hand sides that go together.
const SIDES: usize = 8;
/// Unknowns of a block, which is solved element by element.
const BLOCK: usize = 8;
/// Real numbers that stay on the stack.
const ON_STACK: usize = 1024;

/// Whether a system is of this kind.
pub fn suits<T: Field>(t: View<T>, sides: usize) -> bool {
    sides <= SIDES && t.rows >= BLOCK && (t.cs == 1 || t.rs == 1)
}

/// Solves within a block of `n` unknowns, whose right-hand sides are rows of `SIDES`.
#[inline(always)]
unsafe fn solve<T: Field, const C: usize>(kind: Triangle, t: View<T>, n: usize, y: *mut T) {
    for step in 0..n {
        let i = if kind.upper { n - 1 - step } else { step };
        let at = y.add(i * SIDES) as *mut [T; C];
        let mut row = *at;
        for other in 0..step {
            let j = if kind.upper { n - 1 - other } else { other };
            let (f, known) = (t.get(i, j), *(y.add(j * SIDES) as *const [T; C]));
            for c in 0..C {
                row[c] -= f * known[c];
            }
        }
        if !kind.unit {
            let d = t.get(i, i);
            for c in 0..C {
                row[c] /= d;
            }
        }
        *at = row;
    }
}

multiversion! {
    unsafe fn within[T: Field](kind: Triangle, t: View<T>, sides: usize, y: *mut T) {
        match sides {
            1 => solve::<T, 1>(kind, t, t.rows, y),
            2..=4 => solve::<T, 4>(kind, t, t.rows, y),
            _ => solve::<T, SIDES>(kind, t, t.rows, y),
        }
    }
}

/// `b = t^-1 b` for a system that [`suits`].
///
/// # Safety
/// As `triangle::triangular`.
pub unsafe fn triangular<T: Field>(kind: Triangle, t: View<T>, b: View<T>) {
    let (n, sides, w) = (t.rows, b.cols, if T::COMPLEX { 2 } else { 1 });
    let (reals, len) = (w * sides, w * n);
    let mut short = [const { MaybeUninit::<T::R>::uninit() }; ON_STACK];
    let mut long;
    let x = if reals * len <= ON_STACK {
        short.as_mut_ptr() as *mut T::R
    } else {
        long = stop::buffer(<T::R as Elem>::ZERO, reals * len);
        long.as_mut_ptr()
    };
    // what lies in `x`: along rows of the triangle the unknowns that are known, in sums of real numbers; along columns what
    // they take off the others
    let along_rows = t.cs == 1;
    if !along_rows {
        View::dense(x, reals, len).fill(<T::R as Elem>::ZERO);
    }
    let real = |s: usize, i: usize| x.add(s * len + i);
    for step in 0..n.div_ceil(BLOCK) {
        let (near, far) = (step * BLOCK, ((step + 1) * BLOCK).min(n));
        let at = if kind.upper { n - far..n - near } else { near..far };
        let known = if kind.upper { at.end..n } else { 0..at.start };
        let mut sums = [[<T::R as Elem>::ZERO; 2 * SIDES]; BLOCK];
        if along_rows && !known.is_empty() {
            let row = t.ptr(at.start, known.start) as *const T::R;
            let (rs, to) = (w as isize * t.rs, sums.as_mut_ptr() as *mut T::R);
            let from = real(0, w * known.start);
            T::R::dots(at.len(), reals, w * known.len(), row, rs, from, len as isize, to, 2 * SIDES as isize);
        }
        let mut y = [[<T as Elem>::ZERO; SIDES]; BLOCK];
        for (r, i) in at.clone().enumerate() {
            for s in 0..sides {
                let sum = match (along_rows, T::COMPLEX) {
                    (true, false) => T::of_real(sums[r][s]),
                    (true, true) => T::of_parts(sums[r][2 * s], sums[r][2 * s + 1]),
                    (false, false) => T::of_real(*real(s, i)),
                    (false, true) => T::of_parts(
                        *real(2 * s, 2 * i) - *real(2 * s + 1, 2 * i + 1),
                        *real(2 * s, 2 * i + 1) + *real(2 * s + 1, 2 * i),
                    ),
                };
                y[r][s] = b.get(i, s) - sum;
            }
        }
        within(kind, t.sub(at.start, at.start, at.len(), at.len()), sides, y.as_mut_ptr() as *mut T);
        for (r, i) in at.clone().enumerate() {
            for s in 0..sides {
                let v = y[r][s];
                b.set(i, s, v);
                if along_rows && T::COMPLEX {
                    (*real(2 * s, 2 * i), *real(2 * s, 2 * i + 1)) = (v.re(), -v.im());
                    (*real(2 * s + 1, 2 * i), *real(2 * s + 1, 2 * i + 1)) = (v.im(), v.re());
                } else if along_rows {
                    *real(s, i) = v.re();
                }
            }
        }
        let rest = if kind.upper { 0..at.start } else { at.end..n };
        if !along_rows && !rest.is_empty() {
            let (m, cs) = (t.ptr(rest.start, at.start) as *const T::R, w as isize * t.cs);
            let (factors, step) = (y.as_ptr() as *const T::R, w * SIDES);
            let to = real(0, w * rest.start);
            T::R::spread((w * rest.len(), at.len(), reals), (factors, step), (m, cs), (to, len));
        }
    }
}
