//! Products so small that packing and cutting into tasks cost more than they do, and products of short sums, of which writing the
//! result is most: both operands are read in place, a vector of columns at a time. Sums run along `k` as those of the tiles.

use super::elem::Real;
use super::problem::{Act, Bias, Gemm, Heights};
use super::scratch::{self, Slot};
use super::tile::turn;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::vector::Vector;
use crate::multiversion_vector;

/// Multiply-adds up to which this way is taken. Microseconds for a batch of 256 float32 against the blocked driver: 8 cubed 7
/// and 33, 16 cubed 15 and 52, 24 cubed 54 and 90, 32 cubed 86 and 95, 8 rows by 64x64 104 and 99; float64 24 cubed 79 and 133.
const MOST: usize = 1 << 16;
/// Columns up to which a row of `b` is a few vectors.
const COLS: usize = 64;
/// Terms of a short sum, and elements that `b` has then: it is read for every eight rows, from the first-level cache.
const SHORT: usize = 8;
const SHORT_B: usize = 1 << 12;
/// Results of a task, and multiply-adds for which there are several.
const TASK: usize = 1 << 14;

/// Whether a product goes this way: rows of `b` and of `c` are dense.
pub fn can<T: Real>(g: &Gemm<T>) -> bool {
    let little = g.m * g.n * g.k <= MOST && g.n <= COLS;
    let short = g.k <= SHORT && g.k * g.n <= SHORT_B;
    let bias = match g.epilogue.bias {
        Bias::PerCol(_, step) => step == 1,
        _ => true,
    };
    (little || short) && g.csb == 1 && g.csc == 1 && g.epilogue.act == Act::None && bias
}

/// The product, by several threads if it is long.
pub unsafe fn product<T: Real>(g: &Gemm<T>) {
    if g.m * g.n <= TASK {
        return T::small(g);
    }
    struct Share<'a, T>(&'a Gemm<T>);
    // SAFETY: pointers valid for the whole call; tasks write disjoint rows.
    unsafe impl<T> Sync for Share<'_, T> {}
    impl<T: Copy> Share<'_, T> {
        unsafe fn rows(&self, r: std::ops::Range<usize>) -> Gemm<T> {
            self.0.rows(r)
        }
    }
    let share = Share(g);
    // SAFETY: the caller's contract, for some of the rows
    par::for_each_chunk(g.m, TASK.div_ceil(g.n).next_multiple_of(8), |r| unsafe { T::small(&share.rows(r)) });
}

/// Elements of a `b` that is turned first, and multiply-adds up to which that is faster than to pack both; or rows by which a
/// `b` of short sums is multiplied.
const TURNED: usize = 1024;
const TURNED_MOST: usize = 1 << 14;
const TURNED_ROWS: usize = 16;

/// The product with columns of `b` copied into rows, if it may go this way then (256 products of 16x16 with the transposed of
/// the second: 53 instead of 36 us by the blocked driver).
pub unsafe fn turned<T: Real>(g: &Gemm<T>) -> bool {
    let little = g.k * g.n <= TURNED && g.m * g.n * g.k <= TURNED_MOST;
    let short = g.k <= SHORT && g.m >= TURNED_ROWS;
    if g.rsb != 1 || g.csb == 1 || !(little || short) || !can(&Gemm { csb: 1, ..*g }) {
        return false;
    }
    scratch::with(Slot::Task, g.k * g.n, |b: *mut T| {
        if g.k == 1 {
            (0..g.n).for_each(|j| *b.add(j) = *g.b.offset(j as isize * g.csb));
        } else {
            turn(g.b, g.csb, 1, g.n, g.k, b, g.n);
        }
        product(&Gemm { b: b.cast_const(), rsb: g.n as isize, csb: 1, ..*g });
    });
    true
}

/// What becomes of sums: they are stored as they are, or scaled and added to something first.
#[derive(Clone, Copy)]
struct Ending {
    plain: bool,
    adds: bool,
}

/// `R` rows of one vector of columns; `part` is 0 for a whole one.
#[inline(always)]
unsafe fn rows<V: Vector, const R: usize>(g: &Gemm<V::Elem>, i: usize, j: usize, part: usize, e: Ending) {
    let mut acc = [V::zero(); R];
    let (a, b) = (g.a.offset(i as isize * g.rsa), g.b.add(j));
    for p in 0..g.k as isize {
        let row = b.offset(p * g.rsb);
        let row = if part == 0 { V::load(row) } else { V::load_part(row, part) };
        for r in 0..R {
            acc[r] = V::splat(*a.offset(r as isize * g.rsa + p * g.csa)).fma_fast(row, acc[r]);
        }
    }
    for r in 0..R {
        let to = g.c.offset((i + r) as isize * g.rsc).add(j);
        if !e.plain {
            acc[r] = V::splat(g.alpha).mul(acc[r]);
            if e.adds {
                let c = if part == 0 { V::load(to) } else { V::load_part(to, part) };
                acc[r] = V::splat(g.beta).mul(c).add(acc[r]);
            }
            match g.epilogue.bias {
                Bias::None => {}
                Bias::PerRow(p, step) => acc[r] = acc[r].add(V::splat(*p.offset((i + r) as isize * step))),
                Bias::PerCol(p, _) if part == 0 => acc[r] = acc[r].add(V::load(p.add(j))),
                Bias::PerCol(p, _) => acc[r] = acc[r].add(V::load_part(p.add(j), part)),
            }
        }
        if part == 0 { acc[r].store(to) } else { acc[r].store_part(to, part) }
    }
}

/// Tiles of `R` rows, one below another.
#[inline(always)]
unsafe fn tiles<V: Vector, const R: usize>(g: &Gemm<V::Elem>, first: usize, count: usize, e: Ending) {
    for t in 0..count {
        let i = first + t * R;
        let mut j = 0;
        while j + V::LANES <= g.n {
            rows::<V, R>(g, i, j, 0, e);
            j += V::LANES;
        }
        if j < g.n {
            rows::<V, R>(g, i, j, g.n - j, e);
        }
    }
}

/// Rows in tiles as even as possible: a tile of one row waits for each of its additions (10 rows by 100 by 8 in tiles of 8, 1 and 1
/// took half as long again as in two of 5).
#[inline(always)]
unsafe fn all<V: Vector>(g: &Gemm<V::Elem>, adds: bool, scales: bool) {
    let plain = !adds && !scales && matches!(g.epilogue.bias, Bias::None);
    let e = Ending { plain, adds };
    let heights = Heights::new(g.m, if V::REGISTERS == 1 { 8 } else { 4 }, false);
    // all of one height, then all of the one below
    let mut t = 0;
    while t < heights.tiles {
        let (i, h) = heights.at(t);
        let first = t;
        while t < heights.tiles && heights.at(t).1 == h {
            t += 1;
        }
        match h {
            1 => tiles::<V, 1>(g, i, t - first, e),
            2 => tiles::<V, 2>(g, i, t - first, e),
            3 => tiles::<V, 3>(g, i, t - first, e),
            4 => tiles::<V, 4>(g, i, t - first, e),
            5 if V::REGISTERS == 1 => tiles::<V, 5>(g, i, t - first, e),
            6 if V::REGISTERS == 1 => tiles::<V, 6>(g, i, t - first, e),
            7 if V::REGISTERS == 1 => tiles::<V, 7>(g, i, t - first, e),
            _ if V::REGISTERS == 1 => tiles::<V, 8>(g, i, t - first, e),
            _ => {}
        }
    }
}

multiversion_vector! {
    pub unsafe fn small_f32[V: Vector<Elem = f32>, f32](g: &Gemm<f32>) {
        all::<V>(g, g.beta != 0.0, g.alpha != 1.0)
    }
}
multiversion_vector! {
    pub unsafe fn small_f64[V: Vector<Elem = f64>, f64](g: &Gemm<f64>) {
        all::<V>(g, g.beta != 0.0, g.alpha != 1.0)
    }
}
