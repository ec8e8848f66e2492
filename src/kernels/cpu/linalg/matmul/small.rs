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

/// Whether a product goes this way: rows of `b` and of `c` are dense, and sums are stored as they are.
pub fn can<T: Real>(g: &Gemm<T>) -> bool {
    g.m * g.n * g.k <= MOST
        && g.n <= COLS
        && g.csb == 1
        && g.csc == 1
        && g.alpha == T::ONE
        && g.beta == T::ZERO
        && g.epilogue.act == Act::None
        && matches!(g.epilogue.bias, Bias::None)
}

/// `R` rows of one vector of columns; `part` is 0 for a whole one.
#[inline(always)]
unsafe fn rows<V: Vector, const R: usize>(g: &Gemm<V::Elem>, i: usize, j: usize, part: usize) {
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
        if part == 0 { acc[r].store(to) } else { acc[r].store_part(to, part) }
    }
}

#[inline(always)]
unsafe fn product<V: Vector>(g: &Gemm<V::Elem>) {
    for j in (0..g.n).step_by(V::LANES) {
        let left = g.n - j;
        let part = if left < V::LANES { left } else { 0 };
        let mut i = 0;
        while i < g.m {
            match g.m - i {
                8.. if V::REGISTERS == 1 => {
                    rows::<V, 8>(g, i, j, part);
                    i += 8;
                }
                4.. => {
                    rows::<V, 4>(g, i, j, part);
                    i += 4;
                }
                _ => {
                    rows::<V, 1>(g, i, j, part);
                    i += 1;
                }
            }
        }
    }
}

multiversion_vector! {
    pub unsafe fn small_f32[V: Vector<Elem = f32>, f32](g: &Gemm<f32>) {
        product::<V>(g)
    }
}
multiversion_vector! {
    pub unsafe fn small_f64[V: Vector<Elem = f64>, f64](g: &Gemm<f64>) {
        product::<V>(g)
    }
}
