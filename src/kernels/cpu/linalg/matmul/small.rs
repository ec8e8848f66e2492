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
/// Terms of a short sum, and bytes that `b` has then: it is read for every eight rows, from the first-level cache.
pub const SHORT: usize = 16;
const SHORT_B: usize = 32 << 10;
/// Results of a task, and multiply-adds for which there are several.
const TASK: usize = 1 << 14;

/// Whether a product goes this way: rows of `b` and of `c` are dense.
pub fn can<T: Real>(g: &Gemm<T>) -> bool {
    let little = g.m * g.n * g.k <= MOST && g.n <= COLS;
    let short = g.k <= SHORT && g.k * g.n * size_of::<T>() <= SHORT_B;
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
    let dense = |b: *mut T| Gemm { b: b.cast_const(), rsb: g.n as isize, csb: 1, ..*g };
    if g.k * g.n <= TURNED {
        let mut rows = [const { std::mem::MaybeUninit::<T>::uninit() }; TURNED];
        let b = rows.as_mut_ptr().cast::<T>();
        for j in 0..g.n {
            let from = g.b.offset(j as isize * g.csb);
            for p in 0..g.k {
                b.add(p * g.n + j).write(*from.add(p));
            }
        }
        product(&dense(b));
    } else {
        scratch::with(Slot::Task, g.k * g.n, |b: *mut T| {
            turn(g.b, g.csb, 1, g.n, g.k, b, g.n);
            product(&dense(b));
        });
    }
    true
}

/// What becomes of sums: they are stored as they are, or scaled and added to something first.
#[derive(Clone, Copy)]
struct Ending {
    plain: bool,
    adds: bool,
}

/// `R` rows of `W` vectors of columns, or of a part of one if that is not 0.
#[inline(always)]
unsafe fn rows<V: Vector, const R: usize, const W: usize>(
    g: &Gemm<V::Elem>,
    i: usize,
    j: usize,
    part: usize,
    e: Ending,
) {
    let mut acc = [[V::zero(); W]; R];
    let (a, b) = (g.a.offset(i as isize * g.rsa), g.b.add(j));
    for p in 0..g.k as isize {
        let mut row = [V::zero(); W];
        for w in 0..W {
            row[w] = some(b.offset(p * g.rsb).add(w * V::LANES), part);
        }
        for r in 0..R {
            let x = V::splat(*a.offset(r as isize * g.rsa + p * g.csa));
            for w in 0..W {
                acc[r][w] = x.fma_fast(row[w], acc[r][w]);
            }
        }
    }
    for r in 0..R {
        for w in 0..W {
            let (mut sum, j) = (acc[r][w], j + w * V::LANES);
            let to = g.c.offset((i + r) as isize * g.rsc).add(j);
            if !e.plain {
                sum = V::splat(g.alpha).mul(sum);
                if e.adds {
                    sum = V::splat(g.beta).mul(some(to, part)).add(sum);
                }
                match g.epilogue.bias {
                    Bias::None => {}
                    Bias::PerRow(p, step) => sum = sum.add(V::splat(*p.offset((i + r) as isize * step))),
                    Bias::PerCol(p, _) => sum = sum.add(some(p.add(j), part)),
                }
            }
            if part == 0 { sum.store(to) } else { sum.store_part(to, part) }
        }
    }
}

/// A vector, or a part of one.
#[inline(always)]
unsafe fn some<V: Vector>(p: *const V::Elem, part: usize) -> V {
    if part == 0 { V::load(p) } else { V::load_part(p, part) }
}

/// Tiles of `R` rows, one below another. Where there are registers for it they are two vectors wide: half as many elements of `a` to
/// fetch.
#[inline(always)]
unsafe fn tiles<V: Vector, const R: usize>(g: &Gemm<V::Elem>, first: usize, count: usize, e: Ending) {
    let wide = V::REGISTERS == 1 && V::LANES * size_of::<V::Elem>() == 64;
    for t in 0..count {
        let i = first + t * R;
        let mut j = 0;
        while wide && j + 2 * V::LANES <= g.n {
            rows::<V, R, 2>(g, i, j, 0, e);
            j += 2 * V::LANES;
        }
        while j + V::LANES <= g.n {
            rows::<V, R, 1>(g, i, j, 0, e);
            j += V::LANES;
        }
        if j < g.n {
            rows::<V, R, 1>(g, i, j, g.n - j, e);
        }
    }
}

/// Rows in tiles as even as possible: a tile of one row waits for each of its additions (10 rows by 100 by 8 in tiles of 8, 1 and 1
/// took half as long again as in two of 5).
#[inline(always)]
unsafe fn all<V: Vector>(g: &Gemm<V::Elem>, adds: bool, scales: bool) {
    // a copy, which no store may change
    let g = &{ *g };
    let plain = !adds && !scales && matches!(g.epilogue.bias, Bias::None);
    let e = Ending { plain, adds };
    let most = if V::REGISTERS == 1 { 8 } else { 4 };
    // a quotient takes as long as a small product
    let kinds = if g.m <= most { [(0, g.m, 1); 2] } else { Heights::new(g.m, most, false).kinds() };
    for (i, h, n) in kinds.into_iter().skip((g.m <= most) as usize) {
        match h {
            1 => tiles::<V, 1>(g, i, n, e),
            2 => tiles::<V, 2>(g, i, n, e),
            3 => tiles::<V, 3>(g, i, n, e),
            4 => tiles::<V, 4>(g, i, n, e),
            5 if V::REGISTERS == 1 => tiles::<V, 5>(g, i, n, e),
            6 if V::REGISTERS == 1 => tiles::<V, 6>(g, i, n, e),
            7 if V::REGISTERS == 1 => tiles::<V, 7>(g, i, n, e),
            _ if V::REGISTERS == 1 => tiles::<V, 8>(g, i, n, e),
            _ => {}
        }
    }
}

multiversion_vector! {
    pub unsafe fn small_f32[V: Vector<Elem = f32>, f32, Portable](g: &Gemm<f32>) {
        all::<V>(g, g.beta != 0.0, g.alpha != 1.0)
    }
}
multiversion_vector! {
    pub unsafe fn small_f64[V: Vector<Elem = f64>, f64, Portable](g: &Gemm<f64>) {
        all::<V>(g, g.beta != 0.0, g.alpha != 1.0)
    }
}
