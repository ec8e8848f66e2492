//! Small triangular systems in vectors of right-hand sides, which lie side by side.

use crate::kernels::cpu::machine::vector::Vector;
use crate::multiversion_vector;
use std::ops::{Div, Mul, SubAssign};

/// A triangular matrix: which half is read, and whether its diagonal counts as ones.
#[derive(Clone, Copy, Debug)]
pub struct Triangle {
    pub upper: bool,
    pub unit: bool,
}

/// Unknowns that are solved for at a time, so that what is known is read once for all of them.
const ROWS: usize = 4;

/// A triangle of `n` unknowns, rows of which are dense and `trs` apart.
#[derive(Clone, Copy)]
struct Small<T> {
    kind: Triangle,
    n: usize,
    t: *const T,
    trs: usize,
}

impl<T: Copy> Small<T> {
    /// The unknown that is solved for after `step` others.
    #[inline(always)]
    fn at(self, step: usize) -> usize {
        if self.kind.upper { self.n - 1 - step } else { step }
    }
    #[inline(always)]
    unsafe fn factor(self, i: usize, j: usize) -> T {
        *self.t.add(i * self.trs + j)
    }
}

/// `R` unknowns from `step` on, for `U` vectors of right-hand sides at `x`, or a part of one.
#[inline(always)]
unsafe fn block<V: Vector, const R: usize, const U: usize>(
    s: Small<V::Elem>,
    step: usize,
    x: *mut V::Elem,
    xrs: usize,
    part: Option<usize>,
) {
    let load = |i: usize, u: usize| {
        let p = x.add(i * xrs + u * V::LANES);
        part.map_or_else(|| V::load(p), |part| V::load_part(p, part))
    };
    let mut sums = [[V::zero(); U]; R];
    for r in 0..R {
        for u in 0..U {
            sums[r][u] = load(s.at(step + r), u);
        }
    }
    for other in 0..step {
        let j = s.at(other);
        let mut known = [V::zero(); U];
        for u in 0..U {
            known[u] = load(j, u);
        }
        for r in 0..R {
            let f = V::splat(s.factor(s.at(step + r), j));
            for u in 0..U {
                sums[r][u] = f.fnma(known[u], sums[r][u]);
            }
        }
    }
    for r in 0..R {
        let i = s.at(step + r);
        for other in 0..r {
            let f = V::splat(s.factor(i, s.at(step + other)));
            for u in 0..U {
                sums[r][u] = f.fnma(sums[other][u], sums[r][u]);
            }
        }
        for u in 0..U {
            if !s.kind.unit {
                sums[r][u] = sums[r][u].div(V::splat(s.factor(i, i)));
            }
            let p = x.add(i * xrs + u * V::LANES);
            match part {
                Some(part) => sums[r][u].store_part(p, part),
                None => sums[r][u].store(p),
            }
        }
    }
}

/// All unknowns for `U` vectors of right-hand sides.
#[inline(always)]
unsafe fn strip<V: Vector, const U: usize>(
    s: Small<V::Elem>,
    x: *mut V::Elem,
    xrs: usize,
    part: Option<usize>,
) {
    let mut step = 0;
    while step + ROWS <= s.n {
        block::<V, ROWS, U>(s, step, x, xrs, part);
        step += ROWS;
    }
    while step < s.n {
        block::<V, 1, U>(s, step, x, xrs, part);
        step += 1;
    }
}

#[inline(always)]
unsafe fn solve<V: Vector>(s: Small<V::Elem>, k: usize, x: *mut V::Elem, xrs: usize) {
    let mut c = 0;
    // narrow vectors have too few registers for two
    while V::LANES * size_of::<V::Elem>() > 16 && c + 2 * V::LANES <= k {
        strip::<V, 2>(s, x.add(c), xrs, None);
        c += 2 * V::LANES;
    }
    while c + V::LANES <= k {
        strip::<V, 1>(s, x.add(c), xrs, None);
        c += V::LANES;
    }
    if c < k {
        strip::<V, 1>(s, x.add(c), xrs, Some(k - c));
    }
}

macro_rules! solve {
    ($name:ident, $t:ident) => {
        multiversion_vector! {
            /// Solves for `k` right-hand sides where they are, rows `xrs` apart.
            pub unsafe fn $name[V: Vector<Elem = $t>, $t, Portable](
                kind: Triangle, n: usize, k: usize, t: *const $t, trs: usize, x: *mut $t, xrs: usize,
            ) {
                solve::<V>(Small { kind, n, t, trs }, k, x, xrs)
            }
        }
    };
}
solve!(solve_f32, f32);
solve!(solve_f64, f64);

/// A complex number.
pub trait Number: Copy + Mul<Output = Self> + Div<Output = Self> + SubAssign {}
impl<T: Copy + Mul<Output = T> + Div<Output = T> + SubAssign> Number for T {}

multiversion! {
    /// The same for numbers that have no vectors of their own.
    pub unsafe fn rows[T: Number](kind: Triangle, n: usize, k: usize, t: *const T, trs: usize, x: *mut T, xrs: usize) {
        for step in 0..n {
            let i = if kind.upper { n - 1 - step } else { step };
            let (row, known) = (x.add(i * xrs), if kind.upper { i + 1..n } else { 0..i });
            for j in known {
                let (f, other) = (*t.add(i * trs + j), x.add(j * xrs));
                for c in 0..k {
                    let v = *other.add(c);
                    *row.add(c) -= f * v;
                }
            }
            if !kind.unit {
                let d = *t.add(i * trs + i);
                for c in 0..k {
                    *row.add(c) = *row.add(c) / d;
                }
            }
        }
    }
}
