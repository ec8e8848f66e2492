//! Batch normalisation. With channels first a channel's planes are read twice while they are in the cache; with
//! channels last the rows are cut into pieces whose per-channel moments are merged in f64.

use super::layer::{backward_sums, layer_norm};
use super::{Planes, Rows, lane_total, or, sum_into, zeros};
use crate::base::{DType, Elem, F16};
use crate::kernels::cpu::machine::blocks::{narrow, widen};
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::simd;
use crate::kernels::cpu::machine::stop::buffer;
use std::mem::MaybeUninit;
use std::ops::Range;

/// Elements between two transfers of float lanes to the f64 total.
const LEAF: usize = 8192;
/// Elements of a piece of channels-last rows: read twice, so it must stay in the second-level cache.
const PIECE: usize = 64 * 1024;

/// Elements of float16 that are widened at a time: by the processor's instructions, which one by one are twenty operations.
const WIDE: usize = 1024;

/// Room for them; `C` is float32.
struct Wide<C>([MaybeUninit<C>; WIDE]);

impl<C> Wide<C> {
    #[inline(always)]
    fn new() -> Wide<C> {
        Wide([const { MaybeUninit::uninit() }; WIDE])
    }
    /// `n` elements of float16 as float32.
    #[inline(always)]
    unsafe fn of<T: Flt<C = C>>(&mut self, x: *const T, n: usize) -> *mut C {
        debug_assert!(T::DTYPE == DType::F16 && n <= WIDE);
        let to = self.0.as_mut_ptr().cast::<C>();
        widen::<F16>(x.cast(), to.cast(), n);
        to
    }
}

/// One pixel per plane has channels last already.
fn normal(mut d: Planes) -> Planes {
    if d.s == 1 {
        d.channels_last = true;
    }
    d
}

/// Planes that share nothing are rows of a layer normalisation: those of instance normalisation without parameters. (14,400 planes
/// of 2 float32 take 71 us, so far 695.)
fn as_rows(d: Planes, plain: bool) -> Option<Rows> {
    (d.n == 1 && !d.channels_last && plain).then_some(Rows { samples: d.c, groups: 1, n: d.s })
}

fn row_pieces(d: Planes) -> (usize, usize) {
    let rows = d.n * d.s;
    // few enough rows for plain f32 sums
    let piece = (PIECE / d.c.max(1)).clamp(16, 1024);
    (piece, rows.div_ceil(piece))
}

/// Mean and biased variance of every channel.
unsafe fn channel_moments<T: Flt>(d: Planes, src: *const T) -> (Vec<f64>, Vec<f64>) {
    let (mut mean, mut var) = (buffer(0f64, d.c), buffer(0f64, d.c));
    let count = (d.n * d.s) as f64;
    let src = Ptr::of(src);
    if !d.channels_last {
        let (m, v) = (Ptr(mean.as_mut_ptr()), Ptr(var.as_mut_ptr()));
        par::for_each_chunk(d.c, par::REDUCE_GRAIN.div_ceil((d.n * d.s).max(1)), |r| {
            for c in r {
                // SAFETY: one channel per step; its results are its own.
                unsafe {
                    let sum = plane_sum(d, c, src.get(), T::C::ZERO, false);
                    let mu = sum / count;
                    let shift = T::C::of(mu);
                    let square = plane_sum(d, c, src.get(), shift, true);
                    let miss = mu - shift.to_f64();
                    m.at(c).write(mu);
                    v.at(c).write((square / count - miss * miss).max(0.0) + (square - square));
                }
            }
        });
        return (mean, var);
    }
    let (piece, pieces) = row_pieces(d);
    let rows = d.n * d.s;
    let mut partial = buffer(T::C::ZERO, pieces * 2 * d.c);
    let p = Ptr(partial.as_mut_ptr());
    par::for_each_chunk(pieces, par::REDUCE_GRAIN.div_ceil((piece * d.c).max(1)), |r| {
        for k in r {
            // SAFETY: a piece's rows and its own partial results.
            unsafe { row_moments(d.c, k * piece..((k + 1) * piece).min(rows), src.get(), p.at(k * 2 * d.c)) };
        }
    });
    let mut seen = 0.0;
    for k in 0..pieces {
        let n = (rows - k * piece).min(piece) as f64;
        let total = seen + n;
        for c in 0..d.c {
            let (mk, sk) = (partial[k * 2 * d.c + c].to_f64(), partial[(k * 2 + 1) * d.c + c].to_f64());
            let delta = mk - mean[c];
            mean[c] += delta * (n / total);
            var[c] += sk + delta * delta * (seen * n / total);
        }
        seen = total;
    }
    var.iter_mut().for_each(|v| *v /= count);
    (mean, var)
}

multiversion! {
    /// The sum over a channel of `x`, or of `(x - shift)^2`.
    unsafe fn plane_sum[const LEVEL, T: Flt](d: Planes, c: usize, src: *const T, shift: T::C, square: bool) -> f64 {
        let mut total = 0f64;
        let mut lanes = zeros::<T::C>();
        let mut wide = Wide::new();
        let mut filled = 0;
        for n in 0..d.n {
            let x = src.add(d.base(n, c));
            let mut at = 0;
            while at < d.s {
                let m = (d.s - at).min(LEAF - filled);
                if T::DTYPE == DType::F16 {
                    let mut from = 0;
                    while from < m {
                        let n = (m - from).min(WIDE);
                        let x = wide.of(x.add(at + from), n);
                        if square {
                            sum_into::<LEVEL, _>(&mut lanes, n, |i| (*x.add(i) - shift) * (*x.add(i) - shift));
                        } else {
                            sum_into::<LEVEL, _>(&mut lanes, n, |i| *x.add(i));
                        }
                        from += n;
                    }
                } else if square {
                    sum_into::<LEVEL, _>(&mut lanes, m, |i| {
                        let v = (*x.add(at + i)).up() - shift;
                        v * v
                    });
                } else {
                    sum_into::<LEVEL, _>(&mut lanes, m, |i| (*x.add(at + i)).up());
                }
                at += m;
                filled += m;
                if filled == LEAF {
                    total += lane_total(lanes).to_f64();
                    lanes = zeros::<T::C>();
                    filled = 0;
                }
            }
        }
        total + lane_total(lanes).to_f64()
    }
}

multiversion! {
    /// Means to `out[..c]`, sums of squared deviations to `out[c..]`.
    unsafe fn row_moments[const LEVEL, T: Flt](c: usize, rows: Range<usize>, src: *const T, out: *mut T::C) {
        let sq = out.add(c);
        for r in rows.clone() {
            let x = src.add(r * c);
            for j in 0..c {
                simd::rest::<LEVEL>();
                *out.add(j) += (*x.add(j)).up();
            }
        }
        let scale = T::C::ONE / T::C::of(rows.len() as f64);
        for j in 0..c {
            simd::rest::<LEVEL>();
            *out.add(j) = *out.add(j) * scale;
        }
        for r in rows {
            let x = src.add(r * c);
            for j in 0..c {
                simd::rest::<LEVEL>();
                let v = (*x.add(j)).up() - *out.add(j);
                *sq.add(j) = v.fma(v, *sq.add(j));
            }
        }
    }
}

/// `dst = src * scale + shift` by channel.
unsafe fn channel_affine<T: Flt>(d: Planes, src: *const T, scale: &[T::C], shift: &[T::C], dst: *mut T) {
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    if d.channels_last {
        let grain = par::ELEMENTWISE_GRAIN.div_ceil(d.c.max(1));
        par::for_each_chunk(d.n * d.s, grain, |r| {
            // SAFETY: a range of rows of each.
            unsafe { affine_rows(d.c, r, src.get(), scale.as_ptr(), shift.as_ptr(), dst.get()) };
        });
    } else {
        let grain = par::ELEMENTWISE_GRAIN.div_ceil(d.s.max(1));
        par::for_each_chunk(d.n * d.c, grain, |r| {
            // SAFETY: a range of planes of each.
            unsafe { affine_planes(d, r, src.get(), scale.as_ptr(), shift.as_ptr(), dst.get()) };
        });
    }
}

multiversion! {
    unsafe fn affine_planes[const LEVEL, T: Flt](d: Planes, planes: Range<usize>, src: *const T, a: *const T::C, b: *const T::C, dst: *mut T) {
        let mut wide = Wide::new();
        for p in planes {
            let (a, b) = (*a.add(p % d.c), *b.add(p % d.c));
            let (x, y) = (src.add(p * d.s), dst.add(p * d.s));
            if T::DTYPE == DType::F16 {
                let mut at = 0;
                while at < d.s {
                    let n = (d.s - at).min(WIDE);
                    let v = wide.of(x.add(at), n);
                    for i in 0..n {
                        simd::rest::<LEVEL>();
                        *v.add(i) = (*v.add(i)).fma(a, b);
                    }
                    narrow::<F16>(v.cast(), y.add(at).cast(), n);
                    at += n;
                }
                continue;
            }
            for i in 0..d.s {
                simd::rest::<LEVEL>();
                *y.add(i) = T::down((*x.add(i)).up().fma(a, b));
            }
        }
    }
}

multiversion! {
    unsafe fn affine_rows[const LEVEL, T: Flt](c: usize, rows: Range<usize>, src: *const T, a: *const T::C, b: *const T::C, dst: *mut T) {
        for r in rows {
            let (x, y) = (src.add(r * c), dst.add(r * c));
            for j in 0..c {
                simd::rest::<LEVEL>();
                *y.add(j) = T::down((*x.add(j)).up().fma(*a.add(j), *b.add(j)));
            }
        }
    }
}

unsafe fn normalise<T: Flt>(
    d: Planes,
    src: *const T,
    weight: *const T,
    bias: *const T,
    mean: impl Fn(usize) -> f64,
    rstd: impl Fn(usize) -> f64,
    dst: *mut T,
) {
    let mut scale = buffer(T::C::ZERO, d.c);
    let mut shift = buffer(T::C::ZERO, d.c);
    for c in 0..d.c {
        let a = or(weight, c, 1.0).to_f64() * rstd(c);
        scale[c] = T::C::of(a);
        shift[c] = T::C::of(or(bias, c, 0.0).to_f64() - mean(c) * a);
    }
    channel_affine(d, src, &scale, &shift, dst);
}

/// Training mode: normalises by the batch's own statistics, which go to `save_mean` and `save_rstd`, and moves the
/// running statistics (nullable) by `momentum`; the running variance takes the unbiased estimate.
///
/// # Safety
/// Pointers are valid for the sizes named; parameters and statistics hold `c` elements. `dst` may be `src`.
pub unsafe fn batch_norm_train<T: Flt>(
    d: Planes,
    src: *const T,
    weight: *const T,
    bias: *const T,
    eps: f64,
    running_mean: *mut T,
    running_var: *mut T,
    momentum: f64,
    dst: *mut T,
    save_mean: *mut T::C,
    save_rstd: *mut T::C,
) {
    let d = normal(d);
    if let Some(rows) = as_rows(d, weight.is_null() && bias.is_null() && running_mean.is_null()) {
        return layer_norm(rows, src, weight, bias, eps, dst, save_mean, save_rstd);
    }
    let (mean, var) = channel_moments(d, src);
    let count = (d.n * d.s) as f64;
    for c in 0..d.c {
        save_mean.add(c).write(T::C::of(mean[c]));
        save_rstd.add(c).write(T::C::of(1.0 / (var[c] + eps).sqrt()));
        let blend = |p: *mut T, v: f64| {
            if !p.is_null() {
                // SAFETY: running statistics hold `c` elements.
                unsafe { *p.add(c) = T::from_f64((*p.add(c)).to_f64() * (1.0 - momentum) + v * momentum) };
            }
        };
        blend(running_mean, mean[c]);
        blend(running_var, var[c] * (count / (count - 1.0)));
    }
    normalise(d, src, weight, bias, |c| mean[c], |c| 1.0 / (var[c] + eps).sqrt(), dst);
}

/// Evaluation mode: normalises by given statistics.
///
/// # Safety
/// As [`batch_norm_train`].
pub unsafe fn batch_norm_eval<T: Flt>(
    d: Planes,
    src: *const T,
    weight: *const T,
    bias: *const T,
    mean: *const T,
    var: *const T,
    eps: f64,
    dst: *mut T,
) {
    let mu = |c: usize| (*mean.add(c)).to_f64();
    let rstd = |c: usize| 1.0 / ((*var.add(c)).to_f64() + eps).sqrt();
    normalise(normal(d), src, weight, bias, mu, rstd, dst);
}

/// Gradients for input, weight and bias, each nullable. `mean` and `rstd` are the saved ones of a training call
/// (`train`), else `running_mean` and `1/sqrt(running_var + eps)`, which do not depend on the input.
///
/// # Safety
/// As [`batch_norm_train`]; `dx` may be `g`.
pub unsafe fn batch_norm_backward<T: Flt>(
    d: Planes,
    g: *const T,
    src: *const T,
    weight: *const T,
    mean: *const T::C,
    rstd: *const T::C,
    train: bool,
    dx: *mut T,
    dw: *mut T,
    db: *mut T,
) {
    let d = normal(d);
    if d.len() == 0 {
        for c in 0..d.c {
            for out in [dw, db].into_iter().filter(|o| !o.is_null()) {
                out.add(c).write(T::ZERO);
            }
        }
        return;
    }
    if let Some(rows) = as_rows(d, train && weight.is_null() && dw.is_null() && db.is_null()) {
        backward_sums(rows, g, src, weight, mean, rstd, dx, false);
        return;
    }
    let count = (d.n * d.s) as f64;
    let (g, src, weight) = (Ptr::of(g), Ptr::of(src), Ptr::of(weight));
    let (mean, rstd) = (Ptr::of(mean), Ptr::of(rstd));
    let (dx, dw, db) = (Ptr(dx), Ptr(dw), Ptr(db));
    // dx = a*g + b*x + k by channel; `finish` also writes the parameters' gradients.
    let finish = |c: usize, sum_g: f64, sum_gx: f64| -> [T::C; 3] {
        // SAFETY: parameters hold `c` elements, and each channel is finished once.
        unsafe {
            let (m, r) = ((*mean.at(c)).to_f64(), (*rstd.at(c)).to_f64());
            if !dw.get().is_null() {
                dw.at(c).write(T::from_f64(sum_gx * r));
            }
            if !db.get().is_null() {
                db.at(c).write(T::from_f64(sum_g));
            }
            let a = or(weight.get(), c, 1.0).to_f64() * r;
            let b = if train { -a * r * r * sum_gx / count } else { 0.0 };
            let k = if train { -a * sum_g / count - b * m } else { 0.0 };
            [T::C::of(a), T::C::of(b), T::C::of(k)]
        }
    };
    if !d.channels_last {
        return par::for_each_chunk(d.c, (par::REDUCE_GRAIN / 2).div_ceil(d.n * d.s), |r| {
            for c in r {
                // SAFETY: one channel per step.
                unsafe {
                    let (sg, sx) = plane_grad_sums(d, c, g.get(), src.get(), *mean.at(c));
                    let abk = finish(c, sg, sx);
                    if !dx.get().is_null() {
                        plane_grad(d, c, g.get(), src.get(), abk, dx.get());
                    }
                }
            }
        });
    }
    let (piece, pieces) = row_pieces(d);
    let rows = d.n * d.s;
    let mut partial = buffer(T::C::ZERO, pieces * 2 * d.c);
    let p = Ptr(partial.as_mut_ptr());
    let grain = (par::REDUCE_GRAIN / 2).div_ceil(piece * d.c);
    let span = |k: usize| k * piece..((k + 1) * piece).min(rows);
    par::for_each_chunk(pieces, grain, |r| {
        for k in r {
            // SAFETY: a piece's rows and its own partial results.
            unsafe { row_grad_sums(d.c, span(k), g.get(), src.get(), mean.get(), p.at(k * 2 * d.c)) };
        }
    });
    let mut coef = buffer(T::C::ZERO, 3 * d.c);
    for c in 0..d.c {
        let total = |o: usize| (0..pieces).map(|k| partial[(2 * k + o) * d.c + c].to_f64()).sum::<f64>();
        for (i, v) in finish(c, total(0), total(1)).into_iter().enumerate() {
            coef[i * d.c + c] = v;
        }
    }
    if !dx.get().is_null() {
        par::for_each_chunk(pieces, grain, |r| {
            for k in r {
                // SAFETY: a piece's rows.
                unsafe { row_grad(d.c, span(k), g.get(), src.get(), coef.as_ptr(), dx.get()) };
            }
        });
    }
}

multiversion! {
    /// Sums of `g` and of `g * (x - mean)` over a channel.
    unsafe fn plane_grad_sums[const LEVEL, T: Flt](d: Planes, c: usize, g: *const T, src: *const T, mean: T::C) -> (f64, f64) {
        let (mut a, mut b) = (zeros::<T::C>(), zeros::<T::C>());
        let (mut ta, mut tb) = (0f64, 0f64);
        let mut filled = 0;
        for n in 0..d.n {
            let (g, x) = (g.add(d.base(n, c)), src.add(d.base(n, c)));
            let mut at = 0;
            while at < d.s {
                let m = (d.s - at).min(LEAF - filled);
                let (gp, xp) = (g.add(at), x.add(at));
                sum_into::<LEVEL, _>(&mut a, m, |i| (*gp.add(i)).up());
                sum_into::<LEVEL, _>(&mut b, m, |i| (*gp.add(i)).up() * ((*xp.add(i)).up() - mean));
                at += m;
                filled += m;
                if filled == LEAF {
                    ta += lane_total(a).to_f64();
                    tb += lane_total(b).to_f64();
                    (a, b) = (zeros::<T::C>(), zeros::<T::C>());
                    filled = 0;
                }
            }
        }
        (ta + lane_total(a).to_f64(), tb + lane_total(b).to_f64())
    }
}

multiversion! {
    unsafe fn plane_grad[const LEVEL, T: Flt](d: Planes, c: usize, g: *const T, src: *const T, abk: [T::C; 3], dx: *mut T) {
        for n in 0..d.n {
            let at = d.base(n, c);
            let (g, x, dx) = (g.add(at), src.add(at), dx.add(at));
            for i in 0..d.s {
                simd::rest::<LEVEL>();
                *dx.add(i) = T::down((*g.add(i)).up().fma(abk[0], (*x.add(i)).up().fma(abk[1], abk[2])));
            }
        }
    }
}

multiversion! {
    unsafe fn row_grad_sums[const LEVEL, T: Flt](c: usize, rows: Range<usize>, g: *const T, src: *const T, mean: *const T::C, out: *mut T::C) {
        let ox = out.add(c);
        for r in rows {
            let (g, x) = (g.add(r * c), src.add(r * c));
            for j in 0..c {
                simd::rest::<LEVEL>();
                let v = (*g.add(j)).up();
                *out.add(j) += v;
                *ox.add(j) = v.fma((*x.add(j)).up() - *mean.add(j), *ox.add(j));
            }
        }
    }
}

multiversion! {
    unsafe fn row_grad[const LEVEL, T: Flt](c: usize, rows: Range<usize>, g: *const T, src: *const T, coef: *const T::C, dx: *mut T) {
        let (a, b, k) = (coef, coef.add(c), coef.add(2 * c));
        for r in rows {
            let (g, x, dx) = (g.add(r * c), src.add(r * c), dx.add(r * c));
            for j in 0..c {
                simd::rest::<LEVEL>();
                *dx.add(j) = T::down((*g.add(j)).up().fma(*a.add(j), (*x.add(j)).up().fma(*b.add(j), *k.add(j))));
            }
        }
    }
}
