//! Layer normalisation of short rows: sixteen at a time, turned, so that a lane is a row and nothing is summed across lanes. 50000
//! rows of 10 take 414 us instead of 1546 by single rows, both ways 980 instead of 2942.

use super::wide::Widened;
use super::{Rows, some};
use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::par;
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

/// Rows of few elements, some samples and groups a task. Halves are converted by the task: 5000 rows of 10 of bfloat16
/// take 26 us, one by one 171.
///
/// # Safety
/// As [`layer_norm`](super::layer::layer_norm).
pub unsafe fn rows<T: Flt>(
    d: Rows,
    src: Ptr<T>,
    weight: Ptr<T>,
    bias: Ptr<T>,
    eps: T::C,
    dst: Ptr<T>,
    mean: Ptr<T::C>,
    rstd: Ptr<T::C>,
) {
    let (n, width, band) = (d.n, d.width(), d.band());
    let (bands, room) = (d.groups.div_ceil(band), LANES * (256 / (band * n).max(1)).max(1));
    let grain = (par::REDUCE_GRAIN / 2).div_ceil((room * band * n).max(1));
    par::for_each_chunk(d.samples.div_ceil(room) * bands, grain, |r| {
        let mut wide = Widened::<T>::all(band * n, room + 2);
        for task in r {
            let (first, group) = (task / bands * room, task % bands * band);
            let (count, groups) = (room.min(d.samples - first), band.min(d.groups - group));
            let at = first * width + group * n;
            let (w, b) = (some(weight, group * n).cast_const(), some(bias, group * n).cast_const());
            let stat = |p: Ptr<T::C>, k: usize| some(p, first * d.groups + group + k);
            // SAFETY: the rows of this task, and lines for them; where none are used, the element is what it is computed in
            unsafe {
                let (x, to, w, b, apart) = if wide.used() {
                    wide.lines(0, count, src.at(at), width, groups * n);
                    let (w, b) = (wide.line(room, w, groups * n), wide.line(room + 1, b, groups * n));
                    let x = wide.at(0);
                    (x.cast_const(), x, w, b, band * n)
                } else {
                    (src.at(at).cast_const().cast(), dst.at(at).cast(), w.cast(), b.cast(), width)
                };
                for k in 0..groups {
                    let strip = Strip { count, n, apart, every: d.groups };
                    let of = |p: *const T::C| if p.is_null() { p } else { p.add(k * n) };
                    layer_norm(
                        strip,
                        x.add(k * n),
                        of(w),
                        of(b),
                        eps,
                        to.add(k * n),
                        stat(mean, k),
                        stat(rstd, k),
                    );
                }
                if wide.used() {
                    wide.narrow_lines(count, dst.at(at), width, groups * n);
                }
            }
        }
    });
}

/// The lines that [`rows_backward`] wants.
pub fn lines_backward<T: Flt>(d: Rows) -> Widened<T> {
    Widened::all(d.band() * d.n, 2 * LANES + 1)
}

/// The gradients of some samples' rows in some groups: for the input, if `dx` is not null, and added to `acc`, which has a sample's
/// width for weights and the same for biases, if that is not null.
///
/// # Safety
/// As [`layer_norm_backward`](super::layer::layer_norm_backward); nobody else has these rows, nor these groups of `acc`.
pub unsafe fn rows_backward<T: Flt>(
    d: Rows,
    samples: Range<usize>,
    groups: Range<usize>,
    g: Ptr<T>,
    src: Ptr<T>,
    weight: Ptr<T>,
    mean: Ptr<T::C>,
    rstd: Ptr<T::C>,
    dx: Ptr<T>,
    acc: *mut T::C,
    wide: &mut Widened<T>,
) {
    let (n, width, len) = (d.n, d.width(), groups.len() * d.n);
    let w = some(weight, groups.start * n).cast_const();
    // SAFETY: the weights of these groups
    let w = if wide.used() { unsafe { wide.line(2 * LANES, w, len) } } else { w.cast() };
    for first in samples.clone().step_by(if wide.used() { LANES } else { samples.len() }) {
        let count = if wide.used() { LANES.min(samples.end - first) } else { samples.len() };
        let at = first * width + groups.start * n;
        // SAFETY: these rows and lines for them; where none are used, the element is what it is computed in
        unsafe {
            let (gs, xs, to, apart) = if wide.used() {
                wide.lines(0, count, g.at(at), width, len);
                wide.lines(LANES, count, src.at(at), width, len);
                let (gs, xs) = (wide.at(0), wide.at(LANES));
                (
                    gs.cast_const(),
                    xs.cast_const(),
                    if dx.get().is_null() { std::ptr::null_mut() } else { gs },
                    d.band() * n,
                )
            } else {
                (g.at(at).cast_const().cast(), src.at(at).cast_const().cast(), some(dx, at).cast(), width)
            };
            for k in 0..groups.len() {
                let strip = Strip { count, n, apart, every: d.groups };
                let row = first * d.groups + groups.start + k;
                let (m, r) = (mean.at(row).cast_const(), rstd.at(row).cast_const());
                let w = if w.is_null() { w } else { w.add(k * n) };
                let to = if to.is_null() { to } else { to.add(k * n) };
                let sums = [0, width]
                    .map(|of| if acc.is_null() { acc } else { acc.add(of + (groups.start + k) * n) });
                backward(strip, gs.add(k * n), xs.add(k * n), w, m, r, to, sums);
            }
            if wide.used() && !dx.get().is_null() {
                wide.narrow_lines(count, dx.at(at), width, len);
            }
        }
    }
}

/// `count` rows of `n` elements that begin so far apart; the statistics of each are the next but so many.
#[derive(Clone, Copy)]
struct Strip {
    count: usize,
    n: usize,
    apart: usize,
    every: usize,
}

/// The elements of some rows, column by column. (Loops over columns are kept from being vectorised: the compiler would gather along
/// them, across the lanes.)
type Columns<T> = [[T; LANES]; SHORT];

/// Rows into columns. Rows that there are not are zeros.
#[inline(always)]
unsafe fn load<T: Cmp>(src: *const T, apart: usize, n: usize, many: usize, to: &mut Columns<T>) {
    if many < LANES {
        to[..n].fill([<T as Elem>::ZERO; LANES]);
    }
    turn(src.cast(), apart, to.as_mut_ptr().cast(), LANES, many, n, size_of::<T>());
}

/// And back.
#[inline(always)]
unsafe fn store<T: Cmp>(from: &Columns<T>, apart: usize, n: usize, many: usize, dst: *mut T) {
    turn(from.as_ptr().cast(), LANES, dst.cast(), apart, n, many, size_of::<T>());
}

#[inline(always)]
unsafe fn lanes<T: Cmp>(p: *const T, every: usize, many: usize) -> [T; LANES] {
    let mut out = [<T as Elem>::ZERO; LANES];
    for i in 0..many.min(LANES) {
        out[i] = *p.add(i * every);
    }
    out
}

multiversion! {
    /// As [`layer_norm`](super::layer::layer_norm), for rows of fewer than [`SHORT`] elements.
    ///
    /// # Safety
    /// Pointers are valid for the sizes named; `weight`, `bias`, `mean` and `rstd` may be null, `dst` may be `src`.
    unsafe fn layer_norm[T: Cmp](
        strip: Strip, src: *const T, weight: *const T, bias: *const T, eps: T, dst: *mut T, mean: *mut T, rstd: *mut T,
    ) {
        let (zero, one) = (<T as Elem>::ZERO, T::of(1.0));
        let Strip { count, n, apart, every } = strip;
        let n = n.min(SHORT); // said here, no index is checked
        let scale = one / T::of(n as f64);
        let mut x = [[zero; LANES]; SHORT];
        let mut first = 0;
        while first < count {
            let many = LANES.min(count - first);
            load(src.add(first * apart), apart, n, many, &mut x);
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
            store(&x, apart, n, many, dst.add(first * apart));
            for (to, of) in [(mean, &m), (rstd, &r)] {
                if !to.is_null() {
                    for (i, v) in of.iter().enumerate().take(many) {
                        *to.add((first + i) * every) = *v;
                    }
                }
            }
            first += LANES;
        }
    }
}

multiversion! {
    /// The gradients of some rows: for the input, if `dx` is not null, and what they add to those for weight and bias, if these places
    /// are not null.
    ///
    /// # Safety
    /// Pointers are valid for the sizes of the forward call; `weight` may be null, `dx` may be `g`.
    unsafe fn backward[T: Cmp](
        strip: Strip, g: *const T, src: *const T, weight: *const T, mean: *const T, rstd: *const T, dx: *mut T, acc: [*mut T; 2],
    ) {
        let (zero, one) = (<T as Elem>::ZERO, T::of(1.0));
        let Strip { count, n, apart, every } = strip;
        let n = n.min(SHORT);
        let scale = one / T::of(n as f64);
        let (mut gs, mut xs) = ([[zero; LANES]; SHORT], [[zero; LANES]; SHORT]);
        let (mut dw, mut db) = ([[zero; LANES]; SHORT], [[zero; LANES]; SHORT]);
        let mut first = 0;
        while first < count {
            let many = LANES.min(count - first);
            load(g.add(first * apart), apart, n, many, &mut gs);
            load(src.add(first * apart), apart, n, many, &mut xs);
            let (m, r) = (lanes(mean.add(first * every), every, many), lanes(rstd.add(first * every), every, many));
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
                store(&xs, apart, n, many, dx.add(first * apart));
            }
            first += LANES;
        }
        if !acc[0].is_null() {
            for j in 0..n {
                simd::one_by_one();
                let (to_w, to_b) = (acc[0].add(j), acc[1].add(j));
                for i in 0..LANES {
                    *to_w += dw[j][i];
                    *to_b += db[j][i];
                }
            }
        }
    }
}
