//! Products of integers, in any strides: sums of a tile in registers.

use super::dots;
use super::elem::MatElem;
use super::naive::{self, put};
use super::problem::{Bias, Gemm};
use super::scratch::{Slot, with};
use crate::kernels::cpu::machine::par;

/// Columns whose sums are held at a time.
const COLS: usize = 256;

/// A row of sums at a time, each row of `b` added to it; rows of `b` are copied if they are not dense.
pub unsafe fn gemm<T: MatElem<Acc = T> + From<bool>>(g: &Gemm<T>) {
    if g.m * g.n * g.k <= 512 || g.alpha == T::ZERO {
        return naive::gemm(g);
    }
    if dots::product(g) {
        return;
    }
    let width = COLS.min(g.n);
    let rows = if g.m * g.n * g.k < par::MATMUL_MIN_FMA { g.m } else { 64 };
    let (down, across) = (g.m.div_ceil(rows), g.n.div_ceil(width));
    let run = |t: usize| {
        let (i, j) = (t / across * rows, t % across * width);
        let (h, w) = (rows.min(g.m - i), width.min(g.n - j));
        // SAFETY: the caller's contract; tasks are disjoint rectangles.
        unsafe { rectangle(g, i, h, j, w) }
    };
    if down * across == 1 { run(0) } else { par::for_each(down * across, run) }
}

unsafe fn rectangle<T: MatElem<Acc = T> + From<bool>>(g: &Gemm<T>, i0: usize, h: usize, j0: usize, w: usize) {
    let dense = g.csb == 1;
    let plain =
        g.csc == 1 && g.alpha == T::from(true) && g.beta == T::ZERO && matches!(g.epilogue.bias, Bias::None);
    with(Slot::Task, ROWS * w + if dense { 0 } else { g.k * w }, |all: *mut T| {
        let copy = all.add(ROWS * w);
        let (b, rsb) = if dense {
            (g.b.add(j0), g.rsb)
        } else {
            // some rows at a time, so that what is written lies close together
            for from in (0..g.k).step_by(COPIED) {
                for j in 0..w {
                    for p in from..g.k.min(from + COPIED) {
                        *copy.add(p * w + j) = *g.b.offset(p as isize * g.rsb + (j0 + j) as isize * g.csb);
                    }
                }
            }
            (copy.cast_const(), w as isize)
        };
        let whole = w / TILE * TILE;
        for (i, row) in (i0..i0 + h).enumerate() {
            let a = g.a.offset(row as isize * g.rsa);
            // of some rows at once, which then wait for their turn
            if i % ROWS == 0 {
                let rows = ROWS.min(h - i);
                for j in (0..whole).step_by(TILE) {
                    add_tile(g.k, a, g.rsa, rows, g.csa, b.add(j), rsb, all.add(j), w);
                }
            }
            let (i, sums) = (row, all.add(i % ROWS * w));
            std::slice::from_raw_parts_mut(sums.add(whole), w - whole).fill(T::ZERO);
            add_rows(w - whole, g.k, a, g.csa, b.add(whole), rsb, sums.add(whole));
            if plain {
                let to = g.c.offset(i as isize * g.rsc).add(j0);
                std::ptr::copy_nonoverlapping(sums, to, w);
            } else {
                (0..w).for_each(|j| put(g, i, j0 + j, *sums.add(j)));
            }
        }
    })
}

/// Columns whose sums stay in registers, and rows of `a` for which each of their elements is read once (128 cubed in int64: 39 us;
/// row by row 126, at the speed of the second-level cache).
const TILE: usize = 32;
const ROWS: usize = 4;
/// Rows of `b` that are copied together.
const COPIED: usize = 16;

multiversion! {
    /// `sums[i, j] = sum_p a[i, p] b[p, j]` of a tile; where there are fewer rows the last is computed several times.
    unsafe fn add_tile[T: IntAcc](
        k: usize, a: *const T, rsa: isize, rows: usize, csa: isize, b: *const T, rsb: isize, sums: *mut T, wide: usize
    ) {
        let mut all = [[T::ZERO; TILE]; ROWS];
        let mut from = [a; ROWS];
        for i in 0..ROWS {
            from[i] = a.offset(i.min(rows - 1) as isize * rsa);
        }
        for p in 0..k as isize {
            let row = b.offset(p * rsb).cast::<[T; TILE]>().read_unaligned();
            for i in 0..ROWS {
                let x = *from[i].offset(p * csa);
                for j in 0..TILE {
                    all[i][j] = T::mul_add(x, row[j], all[i][j]);
                }
            }
        }
        for i in 0..rows {
            sums.add(i * wide).cast::<[T; TILE]>().write_unaligned(all[i]);
        }
    }
}

/// Rows of `b` that are added to the sums at a time: by one each, the sums are read and written as often as the rows are read.
const TOGETHER: usize = 4;

multiversion! {
    /// `sums[j] += sum_p a[p] b[p, j]`.
    unsafe fn add_rows[T: IntAcc](w: usize, k: usize, a: *const T, csa: isize, b: *const T, rsb: isize, sums: *mut T) {
        let whole = k / TOGETHER * TOGETHER;
        for p in (0..whole as isize).step_by(TOGETHER) {
            let x = [0, 1, 2, 3].map(|q| *a.offset((p + q) * csa));
            let row = [0, 1, 2, 3].map(|q| b.offset((p + q) * rsb));
            for j in 0..w {
                let mut sum = *sums.add(j);
                for q in 0..TOGETHER {
                    sum = T::mul_add(x[q], *row[q].add(j), sum);
                }
                *sums.add(j) = sum;
            }
        }
        for p in whole as isize..k as isize {
            let (x, row) = (*a.offset(p * csa), b.offset(p * rsb));
            for j in 0..w {
                *sums.add(j) = T::mul_add(x, *row.add(j), *sums.add(j));
            }
        }
    }
}

/// `MatElem` whose sums have its own type, as one path for the macro.
trait IntAcc: MatElem<Acc = Self> {}
impl<T: MatElem<Acc = T>> IntAcc for T {}
