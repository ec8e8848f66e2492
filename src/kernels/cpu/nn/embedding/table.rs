//! Embedding: rows gathered by index, and the gradient that sums rows back. The gradient sorts the indices into
//! buckets first, so that every row of the result is summed by one task in the order of the indices.

use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::stream::prefetch;
use crate::kernels::cpu::machine::vector::{STREAM_BYTES, Vector, fence};
use crate::multiversion_vector;

/// The position of the first index outside `0..rows`.
///
/// # Safety
/// `indices` is valid for `n` elements.
pub unsafe fn first_bad_index(n: usize, indices: *const i64, rows: usize) -> Option<usize> {
    (0..n).find(|&i| *indices.add(i) as u64 >= rows as u64)
}

/// `dst[i] = weight[indices[i]]`, rows of `dim` elements.
///
/// # Safety
/// Pointers are valid for the sizes named and every index names a row.
pub unsafe fn embedding<T: Elem>(n: usize, indices: *const i64, dim: usize, weight: *const T, dst: *mut T) {
    let bytes = dim * size_of::<T>();
    let stream = n * bytes >= STREAM_BYTES && bytes.is_multiple_of(64) && (dst as usize).is_multiple_of(64);
    let (indices, weight, dst) = (Ptr::of(indices), Ptr::of(weight), Ptr(dst));
    par::for_each_chunk(n, par::ELEMENTWISE_GRAIN.div_ceil(dim.max(1)), |r| {
        if stream {
            let (from, to) = (indices.at(r.start), dst.at(r.start * dim));
            // SAFETY: rows of each, by the caller's word; bits are moved, whatever they mean.
            return unsafe { stream_rows(r.len(), from, bytes / 4, weight.get().cast(), to.cast()) };
        }
        for i in r {
            // SAFETY: rows of each, by the caller's word.
            unsafe {
                let row = weight.at(*indices.at(i) as usize * dim);
                std::ptr::copy_nonoverlapping(row, dst.at(i * dim), dim);
            }
        }
    });
}

multiversion_vector! {
    /// Rows of `words` 32-bit words, past the caches; the next one, anywhere in memory, is asked for meanwhile.
    unsafe fn stream_rows[V: Vector<Elem = f32>, f32, Portable](n: usize, indices: *const i64, words: usize, weight: *const f32, dst: *mut f32) {
        for i in 0..n {
            let row = weight.add(*indices.add(i) as usize * words);
            let next = weight.wrapping_add(*indices.add((i + 1).min(n - 1)) as usize * words);
            for j in (0..words).step_by(V::LANES) {
                prefetch(next.wrapping_add(j));
                V::load(row.add(j)).stream(dst.add(i * words + j));
            }
        }
        fence();
    }
}

/// The dense gradient: row `r` of `dw` is the sum of the rows of `g` whose index is `r`, zero for `padding`, and
/// divided by their number if `by_frequency`.
///
/// # Safety
/// As [`embedding`]; `dw` holds `rows * dim` elements.
pub unsafe fn embedding_backward<T: Flt>(
    n: usize,
    indices: *const i64,
    rows: usize,
    dim: usize,
    g: *const T,
    padding: Option<usize>,
    by_frequency: bool,
    dw: *mut T,
) {
    // Counting sort: `first[r]..first[r + 1]` are the places in `order` of row r's indices.
    let mut first = buffer(0usize, rows + 2);
    for i in 0..n {
        first[*indices.add(i) as usize + 2] += 1;
    }
    for r in 0..rows {
        first[r + 2] += first[r + 1];
    }
    let mut order = buffer(0usize, n);
    for i in 0..n {
        let slot = &mut first[*indices.add(i) as usize + 1];
        order[*slot] = i;
        *slot += 1;
    }
    let (g, dw) = (Ptr::of(g), Ptr(dw));
    par::for_each_chunk(rows, par::ELEMENTWISE_GRAIN.div_ceil(dim.max(1)), |range| {
        let mut acc = buffer(T::C::ZERO, dim);
        let mut r = range.start;
        while r < range.end {
            // what no index names, most of a large table, is zeroed in one go: a call for each row took longer than the sums
            let named = (r..range.end).find(|&r| first[r] < first[r + 1]).unwrap_or(range.end);
            // SAFETY: rows of this task, of floats whose zero is all bits zero
            unsafe { std::ptr::write_bytes(dw.at(r * dim), 0, (named - r) * dim) };
            if named == range.end {
                break;
            }
            let list = &order[first[named]..first[named + 1]];
            let list = if padding == Some(named) { &[] } else { list };
            let divisor = if by_frequency { list.len() } else { 1 };
            // SAFETY: one row of the result per step.
            unsafe { sum_rows(list, dim, divisor, g.get(), acc.as_mut_ptr(), dw.at(named * dim)) };
            r = named + 1;
        }
    });
}

multiversion! {
    unsafe fn sum_rows[T: Flt](list: &[usize], dim: usize, divisor: usize, g: *const T, acc: *mut T::C, dst: *mut T) {
        use crate::kernels::cpu::machine::float::Cmp;
        match list {
            [] => {
                for j in 0..dim {
                    dst.add(j).write(T::ZERO);
                }
            }
            [one] => std::ptr::copy_nonoverlapping(g.add(one * dim), dst, dim),
            [first, rest @ ..] => {
                for j in 0..dim {
                    *acc.add(j) = (*g.add(first * dim + j)).up();
                }
                for i in rest {
                    let row = g.add(i * dim);
                    for j in 0..dim {
                        *acc.add(j) += (*row.add(j)).up();
                    }
                }
                let scale = T::C::of(1.0 / divisor.max(1) as f64);
                for j in 0..dim {
                    *dst.add(j) = T::down(*acc.add(j) * scale);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{BF16, F16};

    fn check<T: Flt>(tol: f64) {
        for (n, rows, dim) in [(7, 5, 3), (1000, 11, 33), (0, 4, 4), (300, 400, 64), (50, 1, 2000)] {
            let index: Vec<i64> = (0..n).map(|i| (i * i * 31 % rows) as i64).collect();
            let w: Vec<T> = (0..rows * dim).map(|i| T::from_f64((i % 17) as f64 - 8.0)).collect();
            let g: Vec<T> =
                (0..n * dim).map(|i| T::from_f64(((i * 7919 % 113) as f64 - 50.0) / 64.0)).collect();
            let mut y = vec![T::ZERO; n * dim];
            // SAFETY: sizes as named, indices below `rows`.
            unsafe {
                assert_eq!(first_bad_index(n, index.as_ptr(), rows), None);
                embedding(n, index.as_ptr(), dim, w.as_ptr(), y.as_mut_ptr());
            }
            for i in 0..n * dim {
                assert_eq!(y[i], w[index[i / dim] as usize * dim + i % dim]);
            }
            for (padding, by_frequency) in [(None, false), (Some(0), false), (None, true)] {
                let runs = [1, 2, 3].map(|t| {
                    par::set_num_threads(t);
                    let mut d = vec![T::ONE; rows * dim];
                    // SAFETY: sizes as named, indices below `rows`.
                    unsafe {
                        let p = index.as_ptr();
                        embedding_backward(
                            n,
                            p,
                            rows,
                            dim,
                            g.as_ptr(),
                            padding,
                            by_frequency,
                            d.as_mut_ptr(),
                        );
                    }
                    d
                });
                assert!(runs[0] == runs[1] && runs[0] == runs[2]);
                let mut want = vec![0f64; rows * dim];
                for i in 0..n * dim {
                    want[index[i / dim] as usize * dim + i % dim] += g[i].to_f64();
                }
                for r in 0..rows {
                    let count = index.iter().filter(|&&k| k as usize == r).count().max(1) as f64;
                    for j in 0..dim {
                        let w = want[r * dim + j];
                        let w = if padding == Some(r) {
                            0.0
                        } else if by_frequency {
                            w / count
                        } else {
                            w
                        };
                        assert!((runs[0][r * dim + j].to_f64() - w).abs() <= tol * (8.0 + w.abs()));
                    }
                }
            }
        }
        let bad = [0i64, 3, -1];
        // SAFETY: three indices.
        assert_eq!(unsafe { first_bad_index(3, bad.as_ptr(), 4) }, Some(2));
    }

    #[test]
    fn rows_there_and_back() {
        check::<f32>(1e-6);
        check::<f64>(1e-14);
        check::<F16>(1e-3);
        check::<BF16>(8e-3);
    }
}
