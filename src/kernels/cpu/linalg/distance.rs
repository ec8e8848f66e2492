//! Distances between rows: lanes along the rows of the second set, which is laid out for them once, and a few rows of
//! the first at a time. A pair costs a subtraction and a fused product an element, half as fast as a product of
//! matrices at its best and without what that loses: rows that are equal have the distance 0.

use crate::kernels::cpu::machine::float::{Cmp, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::vector::Vector;
use crate::multiversion_vector;

/// Rows of the second set that lie side by side: a whole number of vectors of every level.
const PANEL: usize = 32;
/// Rows of the first set at a time.
const TILE: usize = 4;
/// Elements that are summed before they join the others: errors grow with this and the number of such sums.
const SUMMED: usize = 128;

/// What is added up for one coordinate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// How many differ.
    Count,
    Sum,
    Square,
    Max,
}

impl Measure {
    /// The measure of a power, if it is one that vectors have.
    fn of(power: f64) -> Option<Measure> {
        match power {
            0.0 => Some(Measure::Count),
            1.0 => Some(Measure::Sum),
            2.0 => Some(Measure::Square),
            f64::INFINITY => Some(Measure::Max),
            _ => None,
        }
    }
}

/// `sum` with one more difference.
#[inline(always)]
fn add<V: Vector, const M: u8>(sum: V, d: V) -> V {
    match M {
        // nan is a difference that stays one
        0 => sum.add(V::select(d.is_nan(), d, V::select(d.eq(V::zero()), V::zero(), V::c(1.0)))),
        1 => sum.add(d.abs()),
        2 => d.fma(d, sum),
        // and is passed over here
        _ => d.abs().max(sum),
    }
}

/// The distances of [`TILE`] rows to those of a panel.
#[inline(always)]
unsafe fn tile<V: Vector, const M: u8>(
    a: [*const V::Elem; TILE],
    panel: *const V::Elem,
    m: usize,
    dst: *mut V::Elem,
) {
    for j in (0..PANEL).step_by(2 * V::LANES) {
        let mut all = [[V::zero(); 2]; TILE];
        for first in (0..m).step_by(SUMMED) {
            let mut part = [[V::zero(); 2]; TILE];
            for k in first..m.min(first + SUMMED) {
                let b = panel.add(k * PANEL + j);
                let b = [V::load(b), V::load(b.add(V::LANES))];
                for i in 0..TILE {
                    let x = V::splat(*a[i].add(k));
                    part[i] = [add::<V, M>(part[i][0], x.sub(b[0])), add::<V, M>(part[i][1], x.sub(b[1]))];
                }
            }
            for i in 0..TILE {
                for v in 0..2 {
                    let (all, part) = (&mut all[i][v], part[i][v]);
                    *all = if M == 3 { part.max(*all) } else { all.add(part) };
                }
            }
        }
        for i in 0..TILE {
            for v in 0..2 {
                let y = if M == 2 { all[i][v].sqrt() } else { all[i][v] };
                y.store(dst.add(i * PANEL + j + v * V::LANES));
            }
        }
    }
}

/// What the gradients of distances need of each coordinate: `w * d`, or `w` with the sign of `d`.
#[inline(always)]
fn steep<V: Vector, const M: u8>(sum: V, w: V, d: V) -> V {
    if M == 2 {
        return w.fma(d, sum);
    }
    let sign = V::select(V::zero().lt(d), V::c(1.0), V::select(d.lt(V::zero()), V::c(-1.0), V::zero()));
    w.fma(sign, sum)
}

/// `dst[k] = sum over j of w[j] * (a[k] - b[j][k])`, or with the sign of the difference.
#[inline(always)]
unsafe fn slopes<V: Vector, const M: u8>(
    a: *const V::Elem,
    panels: *const V::Elem,
    count: usize,
    m: usize,
    w: *const V::Elem,
    dst: *mut V::Elem,
) {
    const COLUMNS: usize = 4;
    for k in (0..m).step_by(COLUMNS) {
        let n = COLUMNS.min(m - k);
        // the last columns once more where there are fewer
        let at: [usize; COLUMNS] = std::array::from_fn(|c| k + c.min(n - 1));
        let x = at.map(|k| V::splat(*a.add(k)));
        let mut sums = [V::zero(); COLUMNS];
        for p in 0..count {
            let panel = panels.add(p * m * PANEL);
            for j in (0..PANEL).step_by(V::LANES) {
                let w = V::load(w.add(p * PANEL + j));
                for c in 0..COLUMNS {
                    let d = x[c].sub(V::load(panel.add(at[c] * PANEL + j)));
                    sums[c] = steep::<V, M>(sums[c], w, d);
                }
            }
        }
        for c in 0..n {
            dst.add(k + c).write(sums[c].sum());
        }
    }
}

/// A type whose distances are compiled for each level.
pub trait Spaced: Cmp {
    unsafe fn tile(measure: Measure, a: [*const Self; TILE], panel: *const Self, m: usize, dst: *mut Self);
    unsafe fn slopes(
        square: bool,
        a: *const Self,
        panels: *const Self,
        count: usize,
        m: usize,
        w: *const Self,
        dst: *mut Self,
    );
}

macro_rules! spaced {
    ($t:ident) => {
        impl Spaced for $t {
            unsafe fn tile(measure: Measure, a: [*const $t; TILE], panel: *const $t, m: usize, dst: *mut $t) {
                multiversion_vector! {
                    unsafe fn run[V: Vector<Elem = $t>, $t, Portable](measure: Measure, a: [*const $t; TILE], panel: *const $t, m: usize, dst: *mut $t) {
                        match measure {
                            Measure::Count => tile::<V, 0>(a, panel, m, dst),
                            Measure::Sum => tile::<V, 1>(a, panel, m, dst),
                            Measure::Square => tile::<V, 2>(a, panel, m, dst),
                            Measure::Max => tile::<V, 3>(a, panel, m, dst),
                        }
                    }
                }
                run(measure, a, panel, m, dst)
            }
            unsafe fn slopes(square: bool, a: *const $t, panels: *const $t, count: usize, m: usize, w: *const $t, dst: *mut $t) {
                multiversion_vector! {
                    unsafe fn run[V: Vector<Elem = $t>, $t, Portable](square: bool, a: *const $t, panels: *const $t, count: usize, m: usize, w: *const $t, dst: *mut $t) {
                        if square {
                            slopes::<V, 2>(a, panels, count, m, w, dst)
                        } else {
                            slopes::<V, 1>(a, panels, count, m, w, dst)
                        }
                    }
                }
                run(square, a, panels, count, m, w, dst)
            }
        }
    };
}
spaced!(f32);
spaced!(f64);

/// `r` rows of `m` elements as panels of [`PANEL`] rows: a line for each element. The last panel is filled up with zeros.
unsafe fn pack<T: Cmp>(b: *const T, r: usize, m: usize, panels: *mut T) {
    let (b, panels) = (Ptr::of(b), Ptr(panels));
    par::for_each_chunk(r.div_ceil(PANEL), (par::ELEMENTWISE_GRAIN / (PANEL * m.max(1))).max(1), |range| {
        for p in range {
            let n = PANEL.min(r - p * PANEL);
            let to = panels.at(p * m * PANEL);
            for k in 0..m {
                for j in 0..n {
                    *to.add(k * PANEL + j) = *b.at((p * PANEL + j) * m + k);
                }
                (n..PANEL).for_each(|j| *to.add(k * PANEL + j) = T::ZERO);
            }
        }
    });
}

/// Distances by any other power, a pair at a time.
unsafe fn row_to_rows<T: Cmp>(power: f64, a: *const T, b: *const T, r: usize, m: usize, dst: *mut T) {
    let p = T::of(power);
    for k in 0..r {
        let mut sum = T::ZERO;
        for i in 0..m {
            sum += (*a.add(i) - *b.add(k * m + i)).abs().powf(p);
        }
        dst.add(k).write(sum.powf(T::of(1.0 / power)));
    }
}

/// Rows that one task measures.
fn grain(r: usize, m: usize) -> usize {
    par::REDUCE_GRAIN.div_ceil((r * m).max(1)).next_multiple_of(TILE)
}

/// Distances of `p` rows to `r` rows of `m` elements, in each of `batch` batches.
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn cdist<T: Spaced>(
    (batch, p, r, m): (usize, usize, usize, usize),
    power: f64,
    a: *const T,
    b: *const T,
    dst: *mut T,
) {
    let (a, b, dst) = (Ptr::of(a), Ptr::of(b), Ptr(dst));
    let Some(measure) = Measure::of(power) else {
        return par::for_each_chunk(batch * p, grain(r, m), |rows| {
            for i in rows {
                // SAFETY: row `i` of the first array, all rows of its batch in the second, row `i` of the results
                unsafe { row_to_rows(power, a.at(i * m), b.at(i / p * r * m), r, m, dst.at(i * r)) };
            }
        });
    };
    let mut panels = buffer(T::ZERO, r.div_ceil(PANEL) * PANEL * m);
    for n in 0..batch {
        // SAFETY: the second set of this batch
        unsafe { pack(b.at(n * r * m).cast_const(), r, m, panels.as_mut_ptr()) };
        let panels = &panels[..];
        par::for_each_chunk(p, grain(r, m), |rows| {
            for i in rows.clone().step_by(TILE) {
                // SAFETY: rows of this batch, and their results
                unsafe {
                    let count = TILE.min(rows.end - i);
                    let at = |k: usize| a.at((n * p + i + k.min(count - 1)) * m).cast_const();
                    each_panel(measure, std::array::from_fn(at), panels, 0, r, m, |j, from, many| {
                        for k in 0..count {
                            let to = dst.at((n * p + i + k) * r + j);
                            std::ptr::copy_nonoverlapping(from.add(k * PANEL), to, many);
                        }
                    });
                }
            }
        });
    }
}

/// Calls `f(j, distances, n)` with the distances of a tile of rows to the `n` from `j` on, [`PANEL`] apart for each row,
/// panel by panel from the one that holds `first`.
#[inline]
unsafe fn each_panel<T: Spaced>(
    measure: Measure,
    a: [*const T; TILE],
    panels: &[T],
    first: usize,
    r: usize,
    m: usize,
    mut f: impl FnMut(usize, *const T, usize),
) {
    let mut out = [T::ZERO; TILE * PANEL];
    for p in first / PANEL..r.div_ceil(PANEL) {
        T::tile(measure, a, panels.as_ptr().add(p * m * PANEL), m, out.as_mut_ptr());
        f(p * PANEL, out.as_ptr(), PANEL.min(r - p * PANEL));
    }
}

/// Distances of each of `n` rows to the later ones.
///
/// # Safety
/// A dense matrix, and `n (n - 1) / 2` results.
pub unsafe fn pdist<T: Spaced>(n: usize, m: usize, power: f64, x: *const T, dst: *mut T) {
    let (x, dst) = (Ptr::of(x), Ptr(dst));
    let before = |i: usize| i * (2 * n - i - 1) / 2;
    let Some(measure) = Measure::of(power) else {
        return par::for_each_chunk(n, grain(n, m), |rows| {
            for i in rows {
                // SAFETY: row `i`, the rows after it, and its own results
                unsafe {
                    row_to_rows(power, x.at(i * m), x.at((i + 1) * m), n - i - 1, m, dst.at(before(i)))
                };
            }
        });
    };
    let mut panels = buffer(T::ZERO, n.div_ceil(PANEL) * PANEL * m);
    // SAFETY: all rows
    unsafe { pack(x.get().cast_const(), n, m, panels.as_mut_ptr()) };
    let panels = &panels[..];
    par::for_each_chunk(n, grain(n, m), |rows| {
        for i in rows.clone().step_by(TILE) {
            // SAFETY: rows, those after each, and their results
            unsafe {
                let count = TILE.min(rows.end - i);
                let at = |k: usize| x.at((i + k.min(count - 1)) * m).cast_const();
                each_panel(measure, std::array::from_fn(at), panels, i + 1, n, m, |j, from, many| {
                    for k in 0..count {
                        let skip = (i + k + 1).saturating_sub(j).min(many);
                        if skip < many {
                            let to = dst.at(before(i + k) + j + skip - (i + k + 1));
                            std::ptr::copy_nonoverlapping(from.add(k * PANEL + skip), to, many - skip);
                        }
                    }
                });
            }
        }
    });
}

/// The gradient of [`cdist`] for its first rows: for each the sum over the second ones of the gradient of their distance
/// times the difference by the distance (0 where that is) or, with the power 1, times its sign.
///
/// # Safety
/// As [`cdist`]; `g` and `y` are shaped like its results, `dst` like `a`.
pub unsafe fn cdist_backward<T: Spaced>(
    (batch, p, r, m): (usize, usize, usize, usize),
    power: f64,
    g: *const T,
    a: *const T,
    b: *const T,
    y: *const T,
    dst: *mut T,
) {
    let (g, a, b, y, dst) = (Ptr::of(g), Ptr::of(a), Ptr::of(b), Ptr::of(y), Ptr(dst));
    let count = r.div_ceil(PANEL);
    let mut panels = buffer(T::ZERO, count * PANEL * m);
    for n in 0..batch {
        // SAFETY: the second set of this batch
        unsafe { pack(b.at(n * r * m).cast_const(), r, m, panels.as_mut_ptr()) };
        let panels = &panels[..];
        par::for_each_chunk(p, grain(r, m), |rows| {
            let mut w = buffer(T::ZERO, count * PANEL);
            for i in rows {
                let row = n * p + i;
                // SAFETY: a row of this batch, its distances and their gradients
                unsafe {
                    for j in 0..r {
                        let (g, y) = (*g.at(row * r + j), *y.at(row * r + j));
                        w[j] = match power {
                            1.0 => g,
                            _ if y == T::ZERO => T::ZERO,
                            _ => g / y,
                        };
                    }
                    let panels = panels.as_ptr();
                    T::slopes(power == 2.0, a.at(row * m), panels, count, m, w.as_ptr(), dst.at(row * m));
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::cpu::machine::simd::{LEVELS, with_level};

    fn of<T: Cmp>(power: f64, a: &[T], b: &[T]) -> f64 {
        let d = a.iter().zip(b).map(|(x, y)| (x.to_f64() - y.to_f64()).abs());
        match power {
            0.0 => d.filter(|v| *v != 0.0).count() as f64,
            f64::INFINITY => d.fold(0.0, f64::max),
            _ => d.map(|v| v.powf(power)).sum::<f64>().powf(1.0 / power),
        }
    }

    fn check<T: Spaced>(tol: f64) {
        let close = |got: T, want: f64| (got.to_f64() - want).abs() <= tol * (1.0 + want.abs());
        for (batch, p, r, m) in
            [(1, 1, 1, 1), (2, 7, 33, 3), (1, 5, 70, 130), (3, 4, 1, 17), (1, 40, 64, 300)]
        {
            let rows = |n: usize, seed: usize| -> Vec<T> {
                (0..n * m).map(|i| T::of(((i * 7919 + seed) % 113) as f64 / 32.0 - 1.5)).collect()
            };
            let (a, mut b) = (rows(batch * p, 1), rows(batch * r, 5));
            b[..m].copy_from_slice(&a[..m]);
            let g: Vec<T> = (0..batch * p * r).map(|i| T::of((i % 7) as f64 - 2.0)).collect();
            for power in [0.0, 1.0, 2.0, 3.0, f64::INFINITY] {
                let runs = [1, 2, 3, 5].map(|threads| {
                    par::set_num_threads(threads);
                    let mut y = vec![T::ONE; batch * p * r];
                    // SAFETY: vectors of the sizes told
                    unsafe { cdist((batch, p, r, m), power, a.as_ptr(), b.as_ptr(), y.as_mut_ptr()) };
                    let mut z = vec![T::ONE; p * (p - 1) / 2];
                    // SAFETY: the first rows alone
                    unsafe { pdist(p, m, power, a.as_ptr(), z.as_mut_ptr()) };
                    let mut dx = vec![T::ONE; a.len()];
                    let (pa, pb) = (a.as_ptr(), b.as_ptr());
                    if power == 1.0 || power == 2.0 {
                        // SAFETY: as above
                        unsafe {
                            let (g, y, dx) = (g.as_ptr(), y.as_ptr(), dx.as_mut_ptr());
                            cdist_backward((batch, p, r, m), power, g, pa, pb, y, dx)
                        };
                    }
                    (y, z, dx)
                });
                assert!(runs.iter().all(|run| *run == runs[0]));
                let (y, z, dx) = &runs[0];
                let row = |of: &[T], i: usize| -> Vec<T> { of[i * m..(i + 1) * m].to_vec() };
                for i in 0..batch * p {
                    for j in 0..r {
                        let want = of(power, &row(&a, i), &row(&b, i / p * r + j));
                        assert!(close(y[i * r + j], want), "{power} {i} {j} {want}");
                    }
                    for k in 0..m {
                        let want: f64 = (0..r)
                            .map(|j| {
                                let d = a[i * m + k].to_f64() - b[(i / p * r + j) * m + k].to_f64();
                                let (g, y) = (g[i * r + j].to_f64(), y[i * r + j].to_f64());
                                let sign = if d == 0.0 { 0.0 } else { d.signum() };
                                if power == 1.0 {
                                    g * sign
                                } else if y == 0.0 {
                                    0.0
                                } else {
                                    g * d / y
                                }
                            })
                            .sum();
                        let wanted = power == 1.0 || power == 2.0;
                        assert!(!wanted || close(dx[i * m + k], want), "{power} {i} {k} {want}");
                    }
                }
                let mut at = 0;
                for i in 0..p {
                    for j in i + 1..p {
                        assert!(close(z[at], of(power, &row(&a, i), &row(&a, j))));
                        at += 1;
                    }
                }
            }
            // equal rows, exactly
            let mut y = vec![T::ONE; batch * p * r];
            // SAFETY: as above
            unsafe { cdist((batch, p, r, m), 2.0, a.as_ptr(), b.as_ptr(), y.as_mut_ptr()) };
            assert!(y[0] == T::ZERO);
        }
    }

    #[test]
    fn against_the_definition_at_every_level() {
        for level in LEVELS {
            with_level(level, || {
                check::<f32>(2e-5);
                check::<f64>(1e-12);
            });
        }
    }

    #[test]
    fn nan_counts_and_is_passed_over_by_a_maximum() {
        let (a, b) = ([f32::NAN, 1.0], [0.0f32, 3.0]);
        let mut y = [0f32];
        for (power, nan) in [(0.0, true), (1.0, true), (2.0, true), (f64::INFINITY, false)] {
            // SAFETY: one row each
            unsafe { cdist((1, 1, 1, 2), power, a.as_ptr(), b.as_ptr(), y.as_mut_ptr()) };
            assert_eq!(y[0].is_nan(), nan, "{power}");
        }
    }
}
