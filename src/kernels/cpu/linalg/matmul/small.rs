//! Products so small that packing and cutting into tasks cost more than they do: both operands are read in place, a
//! vector of columns at a time. Sums run along `k` as those of the tiles.

use super::elem::Real;
use super::problem::{Act, Bias, Gemm};
use crate::kernels::cpu::machine::vector::Vector;
use crate::multiversion_vector;

/// Multiply-adds up to which this way is taken. Microseconds for a batch of 256 float32 against the blocked driver: 8 cubed 7
/// and 33, 16 cubed 15 and 52, 24 cubed 54 and 90, 32 cubed 86 and 95, 8 rows by 64x64 104 and 99; float64 24 cubed 79 and 133.
const MOST: usize = 1 << 16;
/// Columns up to which a row of `b` is a few vectors.
const COLS: usize = 64;

/// Whether a product goes this way: rows of `b` and of `c` are dense, and sums are stored as they are, or added.
pub fn can<T: Real>(g: &Gemm<T>) -> bool {
    g.m * g.n * g.k <= MOST
        && g.n <= COLS
        && g.csb == 1
        && g.csc == 1
        && g.alpha == T::ONE
        && g.epilogue.act == Act::None
        && matches!(g.epilogue.bias, Bias::None)
}

/// Elements of a `b` that is turned first, and multiply-adds up to which that is faster than to pack both.
const TURNED: usize = 1024;
const TURNED_MOST: usize = 1 << 14;

/// The product with columns of `b` copied into rows, if it may go this way then (256 products of 16x16 with the transposed of
/// the second: 53 instead of 36 us by the blocked driver).
pub unsafe fn turned<T: Real>(g: &Gemm<T>) -> bool {
    let fits = g.rsb == 1 && g.csb != 1 && g.k * g.n <= TURNED && g.m * g.n * g.k <= TURNED_MOST;
    let mut rows = [const { std::mem::MaybeUninit::<T>::uninit() }; TURNED];
    let b = rows.as_mut_ptr().cast::<T>();
    let dense = Gemm { b: b.cast_const(), rsb: g.n as isize, csb: 1, ..*g };
    if !fits || !can(&dense) {
        return false;
    }
    for j in 0..g.n {
        let from = g.b.offset(j as isize * g.csb);
        for p in 0..g.k {
            b.add(p * g.n + j).write(*from.add(p));
        }
    }
    T::small(&dense);
    true
}

/// `R` rows of one vector of columns; `part` is 0 for a whole one. Sums are added to `beta c` if it `adds`.
#[inline(always)]
unsafe fn rows<V: Vector, const R: usize>(g: &Gemm<V::Elem>, i: usize, j: usize, part: usize, adds: bool) {
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
        if adds {
            let c = if part == 0 { V::load(to) } else { V::load_part(to, part) };
            acc[r] = V::splat(g.beta).mul(c).add(acc[r]);
        }
        if part == 0 { acc[r].store(to) } else { acc[r].store_part(to, part) }
    }
}

#[inline(always)]
unsafe fn product<V: Vector>(g: &Gemm<V::Elem>, adds: bool) {
    for j in (0..g.n).step_by(V::LANES) {
        let left = g.n - j;
        let part = if left < V::LANES { left } else { 0 };
        let mut i = 0;
        while i < g.m {
            match g.m - i {
                8.. if V::REGISTERS == 1 => {
                    rows::<V, 8>(g, i, j, part, adds);
                    i += 8;
                }
                4.. => {
                    rows::<V, 4>(g, i, j, part, adds);
                    i += 4;
                }
                _ => {
                    rows::<V, 1>(g, i, j, part, adds);
                    i += 1;
                }
            }
        }
    }
}

multiversion_vector! {
    pub unsafe fn small_f32[V: Vector<Elem = f32>, f32](g: &Gemm<f32>) {
        product::<V>(g, g.beta != 0.0)
    }
}
multiversion_vector! {
    pub unsafe fn small_f64[V: Vector<Elem = f64>, f64](g: &Gemm<f64>) {
        product::<V>(g, g.beta != 0.0)
    }
}
