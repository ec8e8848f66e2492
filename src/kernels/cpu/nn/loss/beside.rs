//! Rows of classes whose logits lie beside each other, as those of neighbouring pixels do: as many rows at a time as
//! stay in the nearest cache, a lane each. One row at a time reads a line of memory for each of its elements.

use crate::base::Elem;
use crate::kernels::cpu::elementwise::math;
use crate::kernels::cpu::machine::float::{Cmp, Flt};

/// Rows at a time.
pub const SIDE: usize = 64;
/// Classes whose exponentials are summed before they join the others: the error grows with this and with the number of
/// such sums, not with the number of classes.
const SUMMED: usize = 32;

/// A number for each of the rows.
pub type Lanes<C> = [C; SIDE];

multiversion! {
    /// The maximum of each of `n` rows and the sum of the exponentials above it. Class `c` of row `j` is at
    /// `x[c * step + j]`.
    unsafe fn max_sum[T: Flt](x: *const T, classes: usize, step: usize, n: usize, max: &mut Lanes<T::C>, sum: &mut Lanes<T::C>) {
        let n = n.min(SIDE); // what the caller promises; said here, no index is checked and the loops are vectors
        let mut top = [-T::C::INFINITY; SIDE];
        for c in 0..classes {
            let x = x.add(c * step);
            for j in 0..n {
                let v = (*x.add(j)).up();
                // a nan stays: nothing is greater
                top[j] = if v > top[j] || v != v { v } else { top[j] };
            }
        }
        let mut all = [T::C::ZERO; SIDE];
        for first in (0..classes).step_by(SUMMED) {
            let mut part = [T::C::ZERO; SIDE];
            for c in first..classes.min(first + SUMMED) {
                let x = x.add(c * step);
                for j in 0..n {
                    part[j] += Cmp::exp((*x.add(j)).up() - top[j]);
                }
            }
            for j in 0..n {
                all[j] += part[j];
            }
        }
        *max = top;
        *sum = all;
    }
}

/// The maximum of each of `n` rows, and the logarithm of the sum of exponentials above it.
///
/// # Safety
/// `x` is valid for `classes` lines of `n` elements, `step` apart; `n` is at most [`SIDE`].
pub unsafe fn log_sum_exps<T: Flt>(
    x: *const T,
    classes: usize,
    step: usize,
    n: usize,
) -> (Lanes<T::C>, Lanes<T::C>) {
    let (mut max, mut sum) = ([T::C::ZERO; SIDE], [T::C::ZERO; SIDE]);
    // SAFETY: the caller's promise
    unsafe { max_sum(x, classes, step, n, &mut max, &mut sum) };
    let p = sum.as_mut_ptr();
    // SAFETY: `n` numbers, in one of the two types that kernels compute in
    unsafe {
        if size_of::<T::C>() == 4 {
            math::log_f32(p.cast(), p.cast(), n);
        } else {
            math::log_f64(p.cast(), p.cast(), n);
        }
    }
    for j in 0..n {
        if max[j].abs() == T::C::INFINITY {
            sum[j] = T::C::ZERO;
        }
    }
    (max, sum)
}

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
