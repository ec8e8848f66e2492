//! Updates of a few long rows by a few others: bound by reading, so the others are read once for all of the rows.

use crate::kernels::cpu::machine::vector::Vector;
use crate::multiversion_vector;

/// `out[c, i] += sum_q y[q, c] m[q, i]` for `sides` rows of `out`, `rso` apart; rows of `m` are `along` apart, those of `y` `rsy`; all
/// are dense.
#[inline(always)]
unsafe fn spread<V: Vector>(
    (n, k, sides): (usize, usize, usize),
    (y, rsy): (*const V::Elem, usize),
    (m, along): (*const V::Elem, isize),
    (out, rso): (*mut V::Elem, usize),
) {
    let mut q = 0;
    while q < k {
        let (y, m) = ((y.add(q * rsy), rsy), (m.offset(q as isize * along), along));
        q += if q + 8 <= k {
            rows::<V, 8>(n, sides, y, m, (out, rso))
        } else {
            rows::<V, 1>(n, sides, y, m, (out, rso))
        };
    }
}

/// By `R` rows of `m`.
#[inline(always)]
unsafe fn rows<V: Vector, const R: usize>(
    n: usize,
    sides: usize,
    (y, rsy): (*const V::Elem, usize),
    (m, along): (*const V::Elem, isize),
    (out, rso): (*mut V::Elem, usize),
) -> usize {
    let mut row = [V::zero(); R];
    let mut j = 0;
    while j + V::LANES <= n {
        for q in 0..R {
            row[q] = V::load(m.offset(q as isize * along).add(j));
        }
        for c in 0..sides {
            let at = out.add(c * rso + j);
            let mut sum = V::load(at);
            for q in 0..R {
                sum = row[q].fma_fast(V::splat(*y.add(q * rsy + c)), sum);
            }
            sum.store(at);
        }
        j += V::LANES;
    }
    if j < n {
        let part = n - j;
        for q in 0..R {
            row[q] = V::load_part(m.offset(q as isize * along).add(j), part);
        }
        for c in 0..sides {
            let at = out.add(c * rso + j);
            let mut sum = V::load_part(at, part);
            for q in 0..R {
                sum = row[q].fma_fast(V::splat(*y.add(q * rsy + c)), sum);
            }
            sum.store_part(at, part);
        }
    }
    R
}

macro_rules! spread {
    ($name:ident, $t:ident) => {
        multiversion_vector! {
            pub unsafe fn $name[V: Vector<Elem = $t>, $t, Portable](
                sizes: (usize, usize, usize), y: (*const $t, usize), m: (*const $t, isize), out: (*mut $t, usize),
            ) {
                spread::<V>(sizes, y, m, out)
            }
        }
    };
}
spread!(spread_f32, f32);
spread!(spread_f64, f64);
