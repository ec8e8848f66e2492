//! Products of bfloat16 with few columns: rows of `a` are read once, so they are read where they lie, two elements of the sum an
//! instruction. Copied into the order of tiles first, and multiplied with tiles of 32 columns of which most are empty,
//! 20000 x 32 by 32 x 8 took 164 us where PyTorch takes 70, and 5000 x 256 by 256 x 8 took 664 where it takes 121.

use super::ending::{self, Ending};
use super::way::Way;
use crate::kernels::cpu::linalg::matmul::convert::Half;
use crate::kernels::cpu::linalg::matmul::problem::Gemm;

/// Columns that there may be, two vectors.
const COLS: usize = 32;
/// Rows from which it is worth the while, and how long a sum may be: all columns stay in the second-level cache.
const ROWS: usize = 32;
const STEPS: usize = 4096;

/// Whether a product goes this way.
fn fits<T: Half>(g: &Gemm<T>) -> bool {
    (2..=COLS).contains(&g.n) && g.m >= ROWS && g.csa == 1 && g.k <= 2 * STEPS
}

/// Computes the product and says so, if it has few columns or, turned round, few rows.
pub unsafe fn product<T: Half>(g: &Gemm<T>, way: Way) -> bool {
    let t = g.transposed();
    let g = match way {
        Way::Pairs(_) if fits(g) => g,
        Way::Pairs(_) if fits(&t) => &t,
        _ => return false,
    };
    if g.n <= COLS / 2 {
        x86::product::<T, 1>(g)
    } else {
        x86::product::<T, 2>(g)
    }
    true
}

mod x86 {
    use super::{Ending, Gemm, Half, ending};
    use crate::kernels::cpu::linalg::matmul::pairs::{Rounded, put_rows};
    use crate::kernels::cpu::linalg::matmul::scratch::{self, Slot};
    use crate::kernels::cpu::linalg::matmul::tile::rows;
    use crate::kernels::cpu::machine::float::Ptr;
    use crate::kernels::cpu::machine::par;
    use crate::kernels::cpu::machine::stream::prefetch;
    use std::arch::x86_64::*;

    /// Rows at a time: as many sums as keep the multipliers busy.
    const TALL: usize = 12;
    /// Numbers in a vector.
    const LANES: usize = 16;
    /// Words of a line of memory, and lines of each row that are fetched ahead: rows that are a multiple of a page apart are too many
    /// places for the processor to follow by itself (4 by 4096 by 4096, 32 MiB: 2.7 ms without).
    const LINE: usize = 16;
    const AHEAD: usize = 6;
    /// Multiply-adds of a task.
    const TASK_FMA: usize = 1 << 18;

    /// Where finished sums go: as bfloat16 into the result, or as they are.
    #[derive(Clone, Copy)]
    enum To {
        Rounded(Rounded),
        Sums(*mut f32),
    }

    struct Share<'a, T>(&'a Gemm<T>);
    // SAFETY: pointers valid for the whole call; tasks write disjoint rows.
    unsafe impl<T> Sync for Share<'_, T> {}
    impl<T> Share<'_, T> {
        fn get(&self) -> &Gemm<T> {
            self.0
        }
    }

    /// `V` vectors of columns.
    pub unsafe fn product<T: Half, const V: usize>(g: &Gemm<T>) {
        let words = g.k.div_ceil(2);
        scratch::with(Slot::Right, words * V * LANES, |b: *mut f32| {
            pack(g, b.cast(), V * LANES);
            let (g, b) = (Share(g), Ptr(b));
            let all = g.get().m * g.get().n * g.get().k;
            let grain = (TASK_FMA / (g.get().n * g.get().k)).max(TALL).next_multiple_of(TALL);
            let grain = if all < par::MATMUL_MIN_FMA { g.get().m } else { grain };
            par::for_each_chunk(g.get().m, grain, |range| {
                // SAFETY: the caller's contract; the level has the instructions, or this way had not been chosen
                unsafe { some::<T, V>(g.get(), b.get(), range) }
            });
        });
    }

    /// Pairs of elements along the sum, of all columns one after the other; zeros where there are none.
    unsafe fn pack<T: Half>(g: &Gemm<T>, to: *mut u16, wide: usize) {
        let mut done = 0;
        if g.rsb == 1 {
            // pairs lie side by side
            done = g.k / 2;
            for j in 0..wide {
                let (from, to) =
                    (g.b.wrapping_offset(j as isize * g.csb).cast::<u32>(), to.add(2 * j).cast::<u32>());
                for p in 0..done {
                    *to.add(p * wide) = if j < g.n { from.add(p).read_unaligned() } else { 0 };
                }
            }
        }
        for p in done..g.k.div_ceil(2) {
            for j in 0..wide {
                for half in 0..2 {
                    let i = 2 * p + half;
                    let inside = i < g.k && j < g.n;
                    let from = g.b.wrapping_offset(i as isize * g.rsb + j as isize * g.csb).cast::<u16>();
                    *to.add((p * wide + j) * 2 + half) = if inside { *from } else { 0 };
                }
            }
        }
    }

    unsafe fn some<T: Half, const V: usize>(g: &Gemm<T>, b: *const f32, range: std::ops::Range<usize>) {
        let ending = Ending::new(g, 0, g.n);
        let mut sums = [0f32; ending::TALL * 2 * LANES];
        let by_columns = ending.by_columns();
        let most = if by_columns { ending::TALL } else { TALL };
        let straight = ending.straight(0);
        for first in range.clone().step_by(most) {
            let last = (first + most).min(range.end);
            for i in (first..last).step_by(TALL) {
                let a = g.a.offset(i as isize * g.rsa).cast::<u16>();
                let out = To::Sums(sums.as_mut_ptr().add((i - first) * V * LANES));
                let to = straight.map_or(out, |to| below::<V>(To::Rounded(to), i));
                tiles::<V>(TALL.min(last - i), g.k, a, g.rsa, b, to);
            }
            if by_columns {
                ending.columns(first, last - first, sums.as_ptr(), V * LANES);
            } else if straight.is_none() {
                ending.rows(first, last - first, sums.as_mut_ptr(), V * LANES);
            }
        }
    }

    /// One of the tiles by its height.
    #[inline]
    unsafe fn tiles<const V: usize>(h: usize, k: usize, a: *const u16, rsa: isize, b: *const f32, to: To) {
        match h {
            12 => tile::<12, V>(k, a, rsa, b, to),
            8.. => {
                tile::<8, V>(k, a, rsa, b, to);
                tiles::<V>(h - 8, k, a.offset(8 * rsa), rsa, b, below::<V>(to, 8));
            }
            4.. => {
                tile::<4, V>(k, a, rsa, b, to);
                tiles::<V>(h - 4, k, a.offset(4 * rsa), rsa, b, below::<V>(to, 4));
            }
            1.. => {
                tile::<1, V>(k, a, rsa, b, to);
                tiles::<V>(h - 1, k, a.offset(rsa), rsa, b, below::<V>(to, 1));
            }
            0 => {}
        }
    }

    /// The place so many rows further down.
    fn below<const V: usize>(to: To, rows: usize) -> To {
        match to {
            To::Rounded(r) => To::Rounded(Rounded { c: r.c.wrapping_offset(rows as isize * r.pitch), ..r }),
            To::Sums(out) => To::Sums(out.wrapping_add(rows * V * LANES)),
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
    unsafe fn tile<const R: usize, const V: usize>(
        k: usize,
        a: *const u16,
        rsa: isize,
        mut b: *const f32,
        to: To,
    ) {
        let bf16 = |x: __m512| -> __m512bh { std::mem::transmute(x) };
        let words = |x: i32| -> __m512bh { std::mem::transmute(_mm512_set1_epi32(x)) };
        let mut acc = [[_mm512_setzero_ps(); V]; R];
        for p in 0..k / 2 {
            if p % LINE == 0 {
                rows!(R, I => {
                    let next = a.wrapping_offset(I as isize * rsa).wrapping_add(2 * (p + AHEAD * LINE));
                    prefetch(next);
                });
            }
            let mut col = [bf16(_mm512_setzero_ps()); V];
            for v in 0..V {
                col[v] = bf16(_mm512_loadu_ps(b.add(v * LANES)));
            }
            rows!(R, I => {
                let x = words(a.offset(I as isize * rsa).add(2 * p).cast::<i32>().read_unaligned());
                for v in 0..V {
                    acc[I][v] = _mm512_dpbf16_ps(acc[I][v], x, col[v]);
                }
            });
            b = b.add(V * LANES);
        }
        if k % 2 == 1 {
            rows!(R, I => {
                let x = words(i32::from(*a.offset(I as isize * rsa).add(k - 1)));
                for v in 0..V {
                    acc[I][v] = _mm512_dpbf16_ps(acc[I][v], x, bf16(_mm512_loadu_ps(b.add(v * LANES))));
                }
            });
        }
        match to {
            To::Rounded(to) => {
                if V > 1 {
                    put_rows!(R, acc, 2, to);
                } else {
                    put_rows!(R, acc, 1, to);
                }
            }
            To::Sums(out) => {
                rows!(R, I => {
                    for v in 0..V {
                        _mm512_storeu_ps(out.add((I * V + v) * LANES), acc[I][v]);
                    }
                });
            }
        }
    }
}
