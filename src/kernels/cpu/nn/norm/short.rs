//! Layer normalisation of short rows: sixteen at a time, turned, so that a lane is a row and nothing is summed across lanes. 50000
//! rows of 10 take 414 us instead of 1546 by single rows, both ways 980 instead of 2942.

use crate::base::Elem;
use crate::kernels::cpu::machine::float::Cmp;
use crate::kernels::cpu::machine::simd;
use crate::kernels::cpu::machine::turn::turn;
use std::ops::Range;

/// Rows of fewer elements go here.
const SHORT: usize = 32;
/// Rows at a time.
const LANES: usize = 16;

/// Whether rows of `n` elements are short, and enough of them: two of 16 take 1.13 us one by one and 1.34 so.
pub fn fits(rows: usize, n: usize) -> bool {
    n < SHORT && rows >= LANES / 2
}

/// The elements of some rows, column by column. (Loops over columns are kept from being vectorised: the compiler would gather along
/// them, across the lanes.)
type Columns<T> = [[T; LANES]; SHORT];

/// Rows into columns. Rows that there are not are zeros.
#[inline(always)]
unsafe fn load<T: Cmp>(src: *const T, n: usize, many: usize, to: &mut Columns<T>) {
    if many < LANES {
        to[..n].fill([<T as Elem>::ZERO; LANES]);
    }
    turn(src.cast(), n, to.as_mut_ptr().cast(), LANES, many, n, size_of::<T>());
}

/// And back.
#[inline(always)]
unsafe fn store<T: Cmp>(from: &Columns<T>, n: usize, many: usize, dst: *mut T) {
    turn(from.as_ptr().cast(), LANES, dst.cast(), n, n, many, size_of::<T>());
}

#[inline(always)]
unsafe fn lanes<T: Cmp>(p: *const T, many: usize) -> [T; LANES] {
    let mut out = [<T as Elem>::ZERO; LANES];
    for i in 0..many.min(LANES) {
        out[i] = *p.add(i);
    }
    out
}

multiversion! {
    /// As [`layer_norm`](super::layer::layer_norm), for `count` rows of fewer than [`SHORT`] elements.
    ///
    /// # Safety
    /// Pointers are valid for the sizes named; `weight`, `bias`, `mean` and `rstd` may be null, `dst` may be `src`.
    pub unsafe fn layer_norm[T: Cmp](
        count: usize, n: usize, src: *const T, weight: *const T, bias: *const T, eps: T, dst: *mut T, mean: *mut T, rstd: *mut T,
    ) {
        let (zero, one) = (<T as Elem>::ZERO, T::of(1.0));
        let n = n.min(SHORT); // said here, no index is checked
        let scale = one / T::of(n as f64);
        let mut x = [[zero; LANES]; SHORT];
        let mut first = 0;
        while first < count {
            let many = LANES.min(count - first);
            load(src.add(first * n), n, many, &mut x);
            let mut m = [zero; LANES];
            for j in 0..n {
                simd::one_by_one();
                for i in 0..LANES {
                    m[i] += x[j][i];
                }
            }
            for i in 0..LANES {
                m[i] = m[i] * scale;
            }
            let mut r = [zero; LANES];
            for j in 0..n {
                simd::one_by_one();
                for i in 0..LANES {
                    x[j][i] = x[j][i] - m[i];
                    r[i] += x[j][i] * x[j][i];
                }
            }
            for i in 0..LANES {
                r[i] = one / (r[i] * scale + eps).sqrt();
            }
            for j in 0..n {
                simd::one_by_one();
                let w = if weight.is_null() { one } else { *weight.add(j) };
                let b = if bias.is_null() { zero } else { *bias.add(j) };
                for i in 0..LANES {
                    x[j][i] = (x[j][i] * r[i]).fma(w, b);
                }
            }
            store(&x, n, many, dst.add(first * n));
            for (to, of) in [(mean, &m), (rstd, &r)] {
                if !to.is_null() {
                    std::ptr::copy_nonoverlapping(of.as_ptr(), to.add(first), many);
                }
            }
            first += LANES;
        }
    }
}

multiversion! {
    /// The gradients of some rows: for the input, if `dx` is not null, and what they add to those for weight and bias, which lie one
    /// behind the other in `acc`, if that is not null.
    ///
    /// # Safety
    /// Pointers are valid for the sizes of the forward call; `weight` may be null, `dx` may be `g`.
    pub unsafe fn backward[T: Cmp](
        n: usize, rows: Range<usize>, g: *const T, src: *const T, weight: *const T, mean: *const T, rstd: *const T, dx: *mut T,
        acc: *mut T,
    ) {
        let (zero, one) = (<T as Elem>::ZERO, T::of(1.0));
        let n = n.min(SHORT);
        let scale = one / T::of(n as f64);
        let (mut gs, mut xs) = ([[zero; LANES]; SHORT], [[zero; LANES]; SHORT]);
        let (mut dw, mut db) = ([[zero; LANES]; SHORT], [[zero; LANES]; SHORT]);
        let mut first = rows.start;
        while first < rows.end {
            let many = LANES.min(rows.end - first);
            load(g.add(first * n), n, many, &mut gs);
            load(src.add(first * n), n, many, &mut xs);
            let (m, r) = (lanes(mean.add(first), many), lanes(rstd.add(first), many));
            let (mut a, mut b) = ([zero; LANES], [zero; LANES]);
            for j in 0..n {
                simd::one_by_one();
                let w = if weight.is_null() { one } else { *weight.add(j) };
                for i in 0..LANES {
                    let d = xs[j][i] - m[i];
                    dw[j][i] = gs[j][i].fma(d * r[i], dw[j][i]);
                    db[j][i] += gs[j][i];
                    let gw = gs[j][i] * w;
                    a[i] += gw;
                    b[i] += gw * d;
                    (gs[j][i], xs[j][i]) = (gw, d);
                }
            }
            for i in 0..LANES {
                a[i] = a[i] * scale * r[i];
                b[i] = b[i] * scale * r[i] * r[i] * r[i];
            }
            if !dx.is_null() {
                for j in 0..n {
                    simd::one_by_one();
                    for i in 0..LANES {
                        xs[j][i] = gs[j][i] * r[i] - a[i] - xs[j][i] * b[i];
                    }
                }
                store(&xs, n, many, dx.add(first * n));
            }
            first += LANES;
        }
        if !acc.is_null() {
            for j in 0..n {
                simd::one_by_one();
                let (to_w, to_b) = (acc.add(j), acc.add(n + j));
                for i in 0..LANES {
                    *to_w += dw[j][i];
                    *to_b += db[j][i];
                }
            }
        }
    }
}
