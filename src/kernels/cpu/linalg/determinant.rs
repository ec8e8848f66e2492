//! Determinants, by LU decomposition.

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, View, each};
use crate::kernels::cpu::linalg::lu::factor;
use crate::kernels::cpu::machine::float::{Cmp, Ptr};

/// The determinant of every matrix of a batch, or its sign and the logarithm of its absolute value. `lu` holds the matrices and
/// then their decompositions.
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn determinant<T: Field>(
    (batch, n): (usize, usize),
    log: bool,
    lu: *mut T,
    pivots: *mut i32,
    first: *mut T,
    second: *mut T::R,
) {
    let (lu, pivots, first, second) = (Ptr(lu), Ptr(pivots), Ptr(first), Ptr(second));
    each(batch, n, n * n * n, |i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let (a, p) = (View::dense(lu.at(i * n * n), n, n), pivots.at(i * n));
            factor(a, p);
            let odd = (0..n).filter(|&j| *p.add(j) as usize != j + 1).count() % 2 == 1;
            let (zero, one) = (<T as Elem>::ZERO, <T as Elem>::ONE);
            let mut product = if odd { -one } else { one };
            let mut sum = <T::R as Elem>::ZERO;
            for j in 0..n {
                let d = a.get(j, j);
                if log {
                    let size = d.modulus();
                    sum += Cmp::ln(size);
                    // the sign of zero is zero; divided, not scaled by a rounded inverse: of real numbers it is 1 or -1
                    let unit = T::of_parts(d.re() / size, d.im() / size);
                    product = if d == zero { zero } else { product * unit };
                } else {
                    product *= d;
                }
            }
            *first.at(i) = product;
            *second.at(i) = sum;
        }
    });
}
