//! Rows of classes whose logits lie beside each other, as those of neighbouring pixels do: as many rows at a time as
//! stay in the nearest cache, a lane each. One row at a time reads a line of memory for each of its elements.

use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Flt};
use crate::kernels::cpu::reduce::beside::{Lanes, SIDE};

multiversion! {
    /// Sums over the classes of their weights (one if null) times what the maximum is above them.
    unsafe fn below_max[T: Flt](
        x: *const T, classes: usize, step: usize, n: usize, weight: *const T, max: &Lanes<T::C>, out: &mut Lanes<f64>,
    ) {
        let n = n.min(SIDE);
        let mut all = [0f64; SIDE];
        for c in 0..classes {
            let w = if weight.is_null() { T::C::ONE } else { (*weight.add(c)).up() };
            let x = x.add(c * step);
            for j in 0..n {
                all[j] += (w * (max[j] - (*x.add(j)).up())).to_f64();
            }
        }
        *out = all;
    }
}

/// Sums over the classes of their weights times what the maximum is above them: what smoothing adds.
///
/// # Safety
/// As [`log_sum_exps`]; `weight` has one for each class, or is null.
pub unsafe fn spreads<T: Flt>(
    x: *const T,
    classes: usize,
    step: usize,
    n: usize,
    weight: *const T,
    max: &Lanes<T::C>,
) -> Lanes<f64> {
    let mut out = [0f64; SIDE];
    // SAFETY: the caller's promise
    unsafe { below_max(x, classes, step, n, weight, max, &mut out) };
    out
}

multiversion! {
    /// `dx = e^(x - max - rest) * all - even * weight` for each class of the rows that are `on`, 0 for the others.
    pub unsafe fn exponentials[T: Flt](
        x: *const T, classes: usize, step: usize, n: usize, max: &Lanes<T::C>, rest: &Lanes<T::C>, on: &Lanes<T::C>,
        all: &Lanes<T::C>, even: Option<(&Lanes<T::C>, *const T)>, dx: *mut T,
    ) {
        let n = n.min(SIDE);
        for c in 0..classes {
            let (x, dx) = (x.add(c * step), dx.add(c * step));
            match even {
                None => {
                    for j in 0..n {
                        let v = Cmp::exp((*x.add(j)).up() - max[j] - rest[j]) * all[j];
                        *dx.add(j) = T::down(if on[j] != T::C::ZERO { v } else { T::C::ZERO });
                    }
                }
                Some((even, weight)) => {
                    let w = if weight.is_null() { T::C::ONE } else { (*weight.add(c)).up() };
                    for j in 0..n {
                        let v = Cmp::exp((*x.add(j)).up() - max[j] - rest[j]) * all[j] - even[j] * w;
                        *dx.add(j) = T::down(if on[j] != T::C::ZERO { v } else { T::C::ZERO });
                    }
                }
            }
        }
    }
}

multiversion! {
    /// `own = e^(x - max - rest) * all - less` for the targets of `n` rows.
    pub unsafe fn targets[C: Cmp](
        n: usize, x: &Lanes<C>, max: &Lanes<C>, rest: &Lanes<C>, all: &Lanes<C>, less: &Lanes<C>, own: &mut Lanes<C>,
    ) {
        let n = n.min(SIDE);
        for j in 0..n {
            own[j] = Cmp::exp(x[j] - max[j] - rest[j]) * all[j] - less[j];
        }
    }
}
