//! Bags of rows: their sums and maxima, and the way back. Sums are carried in float64 and rounded once. Indices are
//! checked by the caller.

use crate::kernels::cpu::machine::float::{Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::stream::prefetch;

/// Indices of rows, bag after bag.
#[derive(Clone, Copy, Debug)]
pub struct Bags<'a> {
    pub index: &'a [i64],
    /// Where each bag begins, and where the last one ends.
    pub starts: &'a [usize],
    /// The row that does not count, or -1.
    pub padding: i64,
    pub rows: usize,
    pub dim: usize,
}

impl Bags<'_> {
    fn count(&self) -> usize {
        self.starts.len() - 1
    }
    fn of(&self, bag: usize) -> &[i64] {
        &self.index[self.starts[bag]..self.starts[bag + 1]]
    }
    /// Elements of a bag that count.
    pub fn size(&self, bag: usize) -> usize {
        self.of(bag).iter().filter(|&&i| i != self.padding).count()
    }
    /// Bags that one task takes.
    fn grain(&self) -> usize {
        let each = self.index.len().div_ceil(self.count().max(1)) * self.dim;
        (par::ELEMENTWISE_GRAIN / each.max(1)).max(1)
    }
}

/// Columns that are summed in registers.
const COLUMNS: usize = 64;
/// Rows that are fetched ahead, those of the next bag too: a row's place is known long before its turn.
const AHEAD: usize = 4;

multiversion! {
    /// `acc` becomes the sum of the first `m` rows of a list, each times its factor if there are any.
    unsafe fn add_rows[T: Flt](list: &[i64], m: usize, padding: i64, factors: *const T, dim: usize, table: *const T, acc: *mut f64) {
        let mut first = 0;
        while first + COLUMNS <= dim {
            let mut sums = [0f64; COLUMNS];
            columns(list, m, padding, factors, dim, table.add(first), &mut sums, COLUMNS);
            acc.add(first).cast::<[f64; COLUMNS]>().write_unaligned(sums);
            first += COLUMNS;
        }
        if first < dim {
            let mut sums = [0f64; COLUMNS];
            columns(list, m, padding, factors, dim, table.add(first), &mut sums, dim - first);
            std::ptr::copy_nonoverlapping(sums.as_ptr(), acc.add(first), dim - first);
        }
    }
}

#[inline(always)]
unsafe fn columns<T: Flt>(
    list: &[i64],
    m: usize,
    padding: i64,
    factors: *const T,
    dim: usize,
    table: *const T,
    sums: &mut [f64; COLUMNS],
    n: usize,
) {
    use crate::base::Elem;
    for (k, &i) in list[..m].iter().enumerate() {
        if let Some(&next) = list.get(k + AHEAD) {
            let next = table.wrapping_add(next as usize * dim);
            (0..n * size_of::<T>()).step_by(64).for_each(|at| prefetch(next.cast::<u8>().wrapping_add(at)));
        }
        if i == padding {
            continue;
        }
        let row = table.add(i as usize * dim);
        let f = if factors.is_null() { 1.0 } else { (*factors.add(k)).up().to_f64() };
        for j in 0..n {
            sums[j] += (*row.add(j)).up().to_f64() * f;
        }
    }
}

multiversion! {
    unsafe fn finish[T: Flt](acc: *const f64, scale: f64, dim: usize, dst: *mut T) {
        for j in 0..dim {
            dst.add(j).write(T::from_f64(*acc.add(j) * scale));
        }
    }
}

/// The sum of each bag's rows, times a factor for each index if there are any, or their mean.
///
/// # Safety
/// A dense table, a factor for each index or null, room for a row for each bag; indices name rows.
pub unsafe fn sum<T: Flt>(bags: &Bags, mean: bool, table: *const T, factors: *const T, dst: *mut T) {
    let (table, factors, dst) = (Ptr::of(table), Ptr::of(factors), Ptr(dst));
    par::for_each_chunk(bags.count(), bags.grain(), |range| {
        let mut acc = buffer(0f64, bags.dim);
        for b in range {
            let own = if factors.get().is_null() { factors.get() } else { factors.at(bags.starts[b]) };
            let many = if mean { bags.size(b).max(1) } else { 1 };
            // SAFETY: the rows of this bag and its place
            unsafe {
                add_rows(
                    &bags.index[bags.starts[b]..],
                    bags.of(b).len(),
                    bags.padding,
                    own,
                    bags.dim,
                    table.get(),
                    acc.as_mut_ptr(),
                );
                finish(acc.as_ptr(), 1.0 / many as f64, bags.dim, dst.at(b * bags.dim));
            }
        }
    });
}

multiversion! {
    unsafe fn raise[T: Flt](row: *const T, i: i64, first: bool, dim: usize, dst: *mut T, from: *mut i64) {
        for j in 0..dim {
            let v = *row.add(j);
            let above = first | (v.up() > (*dst.add(j)).up());
            *dst.add(j) = if above { v } else { *dst.add(j) };
            *from.add(j) = if above { i } else { *from.add(j) };
        }
    }
}

/// The maximum of each bag's rows and the row that it came from; zeros and -1 for an empty bag.
///
/// # Safety
/// As [`sum`]; `from` has the size of `dst`.
pub unsafe fn max<T: Flt>(bags: &Bags, table: *const T, dst: *mut T, from: *mut i64) {
    let (table, dst, from, dim) = (Ptr::of(table), Ptr(dst), Ptr(from), bags.dim);
    par::for_each_chunk(bags.count(), bags.grain(), |range| {
        for b in range {
            let (dst, from) = (dst.at(b * dim), from.at(b * dim));
            // SAFETY: the rows of this bag and its places
            unsafe {
                let mut first = true;
                for &i in bags.of(b).iter().filter(|&&i| i != bags.padding) {
                    raise(table.at(i as usize * dim), i, first, dim, dst, from);
                    first = false;
                }
                if first {
                    (0..dim).for_each(|j| dst.add(j).write(T::ZERO));
                    (0..dim).for_each(|j| from.add(j).write(-1));
                }
            }
        }
    });
}

multiversion! {
    unsafe fn add_scaled[T: Flt](row: *const T, f: f64, dim: usize, acc: *mut f64) {
        use crate::base::Elem;
        for j in 0..dim {
            *acc.add(j) += (*row.add(j)).up().to_f64() * f;
        }
    }
}

/// The gradient of [`sum`] for the table. Every row is summed by one task, in the order of the indices: those are sorted
/// into their rows first. `by_frequency` divides by how often an index occurs.
///
/// # Safety
/// As [`sum`]; `g` has a row for each bag, `dw` for each of the table.
pub unsafe fn sum_backward<T: Flt>(
    bags: &Bags,
    mean: bool,
    by_frequency: bool,
    g: *const T,
    factors: *const T,
    dw: *mut T,
) {
    let (n, dim) = (bags.index.len(), bags.dim);
    // `first[r]..first[r + 1]` are the places in `order` of row r's indices
    let mut first = buffer(0usize, bags.rows + 2);
    bags.index.iter().for_each(|&i| first[i as usize + 2] += 1);
    (0..bags.rows).for_each(|r| first[r + 2] += first[r + 1]);
    let (mut order, mut bag) = (buffer(0usize, n), buffer(0usize, n));
    for b in 0..bags.count() {
        bag[bags.starts[b]..bags.starts[b + 1]].fill(b);
    }
    for (i, &r) in bags.index.iter().enumerate() {
        let slot = &mut first[r as usize + 1];
        order[*slot] = i;
        *slot += 1;
    }
    let scales: Vec<f64> =
        (0..bags.count()).map(|b| if mean { 1.0 / bags.size(b) as f64 } else { 1.0 }).collect();
    let (g, factors, dw) = (Ptr::of(g), Ptr::of(factors), Ptr(dw));
    let inside = bags.starts[0]..bags.starts[bags.count()];
    par::for_each_chunk(bags.rows, par::ELEMENTWISE_GRAIN.div_ceil(dim.max(1)), |range| {
        let mut acc = buffer(0f64, dim);
        for r in range {
            let list = &order[first[r]..first[r + 1]];
            let dw = dw.at(r * dim);
            // SAFETY: one row of the result, and rows of the gradient
            unsafe {
                if list.is_empty() || r as i64 == bags.padding {
                    std::ptr::write_bytes(dw, 0, dim);
                    continue;
                }
                acc.fill(0.0);
                for &i in list.iter().filter(|i| inside.contains(i)) {
                    let own = if factors.get().is_null() { 1.0 } else { (*factors.at(i)).to_f64() };
                    let often = if by_frequency { list.len() as f64 } else { 1.0 };
                    add_scaled(g.at(bag[i] * dim), scales[bag[i]] * own / often, dim, acc.as_mut_ptr());
                }
                finish(acc.as_ptr(), 1.0, dim, dw);
            }
        }
    });
}

/// The gradient of [`max`] for the table: each element of `g` goes to the row that its maximum came from.
///
/// # Safety
/// As [`sum_backward`]; `from` is shaped like `g`.
pub unsafe fn max_backward<T: Flt>(bags: &Bags, g: *const T, from: *const i64, dw: *mut T) {
    let dim = bags.dim;
    let mut sums = buffer(0f64, bags.rows * dim);
    for b in 0..bags.count() {
        for j in 0..dim {
            let r = *from.add(b * dim + j);
            if r >= 0 {
                sums[r as usize * dim + j] += (*g.add(b * dim + j)).to_f64();
            }
        }
    }
    finish(sums.as_ptr(), 1.0, sums.len(), dw);
}

multiversion! {
    unsafe fn dot[T: Flt](a: *const T, b: *const T, n: usize) -> f64 {
        use crate::base::Elem;
        let mut lanes = [0f64; 8];
        for i in (0..n - n % 8).step_by(8) {
            for j in 0..8 {
                lanes[j] += (*a.add(i + j)).up().to_f64() * (*b.add(i + j)).up().to_f64();
            }
        }
        for i in n - n % 8..n {
            lanes[i % 8] += (*a.add(i)).up().to_f64() * (*b.add(i)).up().to_f64();
        }
        let [a, b, c, d, e, f, g, h] = lanes;
        ((a + b) + (c + d)) + ((e + f) + (g + h))
    }
}

/// The gradient of [`sum`] for the factors.
///
/// # Safety
/// As [`sum_backward`]; `df` has a place for each index.
pub unsafe fn factors_backward<T: Flt>(bags: &Bags, g: *const T, table: *const T, df: *mut T) {
    let (g, table, df, dim) = (Ptr::of(g), Ptr::of(table), Ptr(df), bags.dim);
    (0..bags.index.len()).for_each(|i| df.at(i).write(T::ZERO));
    par::for_each_chunk(bags.count(), bags.grain(), |range| {
        for b in range {
            for i in (bags.starts[b]..bags.starts[b + 1]).filter(|&i| bags.index[i] != bags.padding) {
                // SAFETY: rows of the gradient and of the table
                unsafe {
                    let v = dot(g.at(b * dim), table.at(bags.index[i] as usize * dim), dim);
                    df.at(i).write(T::from_f64(v));
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{BF16, F16};
    use crate::kernels::cpu::machine::simd::{LEVELS, with_level};

    fn check<T: Flt>(tol: f64) {
        let (rows, dim) = (17, 37);
        let table: Vec<T> = (0..rows * dim).map(|i| T::from_f64((i * 31 % 23) as f64 / 8.0 - 1.0)).collect();
        let index: Vec<i64> = (0..90).map(|i| (i * i + i / 7) as i64 % 16).collect();
        let factors: Vec<T> = (0..90).map(|i| T::from_f64((i % 5) as f64 - 1.5)).collect();
        let starts = [0, 3, 3, 20, 88, 90];
        let g: Vec<T> = (0..5 * dim).map(|i| T::from_f64((i % 9) as f64 / 4.0 - 1.0)).collect();
        for padding in [-1, 4] {
            let bags = Bags { index: &index, starts: &starts, padding, rows, dim };
            for (mean, weighted, often) in [(false, false, false), (true, false, true), (false, true, false)]
            {
                let f = if weighted { factors.as_ptr() } else { std::ptr::null() };
                let runs = [1, 2, 3, 5].map(|threads| {
                    par::set_num_threads(threads);
                    let (mut y, mut dw) = (vec![T::ONE; 5 * dim], vec![T::ONE; rows * dim]);
                    let mut df = vec![T::ONE; 90];
                    // SAFETY: vectors of these sizes
                    unsafe {
                        sum(&bags, mean, table.as_ptr(), f, y.as_mut_ptr());
                        sum_backward(&bags, mean, often, g.as_ptr(), f, dw.as_mut_ptr());
                        factors_backward(&bags, g.as_ptr(), table.as_ptr(), df.as_mut_ptr());
                    }
                    (y, dw, df)
                });
                assert!(runs.iter().all(|r| *r == runs[0]));
                let (y, dw, df) = &runs[0];
                let (mut want, mut wanted) = (vec![0f64; 5 * dim], vec![0f64; rows * dim]);
                for b in 0..5 {
                    let list: Vec<usize> =
                        (starts[b]..starts[b + 1]).filter(|&i| index[i] != padding).collect();
                    for &i in &list {
                        let r = index[i] as usize;
                        let f = if weighted { factors[i].to_f64() } else { 1.0 };
                        let f = if mean { f / list.len() as f64 } else { f };
                        let many = index.iter().filter(|&&k| k as usize == r).count() as f64;
                        let mut slope = 0.0;
                        for j in 0..dim {
                            want[b * dim + j] += f * table[r * dim + j].to_f64();
                            wanted[r * dim + j] +=
                                f * g[b * dim + j].to_f64() / if often { many } else { 1.0 };
                            slope += g[b * dim + j].to_f64() * table[r * dim + j].to_f64();
                        }
                        assert!((df[i].to_f64() - slope).abs() <= tol * (1.0 + slope.abs()));
                    }
                }
                let close = |a: &[T], b: &[f64]| {
                    a.iter().zip(b).all(|(a, b)| (a.to_f64() - b).abs() <= tol * (1.0 + b.abs()))
                };
                assert!(close(y, &want) && close(dw, &wanted));
            }
            let (mut y, mut from, mut dw) =
                (vec![T::ONE; 5 * dim], vec![7i64; 5 * dim], vec![T::ONE; rows * dim]);
            // SAFETY: vectors of these sizes
            unsafe {
                max(&bags, table.as_ptr(), y.as_mut_ptr(), from.as_mut_ptr());
                max_backward(&bags, g.as_ptr(), from.as_ptr(), dw.as_mut_ptr());
            }
            assert!(y[dim] == T::ZERO && from[dim] == -1);
            for b in [0, 2, 3, 4] {
                for j in 0..dim {
                    let rows = index[starts[b]..starts[b + 1]].iter().filter(|&&i| i != padding);
                    let best = rows.map(|&i| table[i as usize * dim + j].to_f64()).fold(f64::MIN, f64::max);
                    assert_eq!(y[b * dim + j].to_f64(), best);
                    assert_eq!(table[from[b * dim + j] as usize * dim + j].to_f64(), best);
                }
            }
            let all = |v: &[T]| v.iter().map(|v| v.to_f64()).sum::<f64>();
            assert!((all(&dw) - all(&g) + all(&g[dim..2 * dim])).abs() < 5.0 * tol.max(1e-6) * 100.0);
        }
    }

    #[test]
    fn bags_there_and_back() {
        for level in LEVELS {
            with_level(level, || {
                check::<f32>(1e-6);
                check::<f64>(1e-13);
                check::<F16>(1e-3);
                check::<BF16>(8e-3);
            });
        }
    }
}
