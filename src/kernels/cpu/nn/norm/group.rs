//! Group normalisation. A task is one group of one sample: its channels share mean and deviation.

use super::layer::{backward_sums, layer_norm, row_stats};
use super::{Planes, Rows, lane_total, or, sum_into, zeros};
use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::simd;
use crate::kernels::cpu::machine::stop::buffer;
use std::ops::Range;

/// Normalises each of `groups` groups of channels of each sample. `mean` and `rstd` (nullable) receive `n * groups`
/// values.
///
/// # Safety
/// Pointers are valid for the sizes named; `dst` may be `src`.
pub unsafe fn group_norm<T: Flt>(
    d: Planes,
    groups: usize,
    src: *const T,
    weight: *const T,
    bias: *const T,
    eps: f64,
    dst: *mut T,
    mean: *mut T::C,
    rstd: *mut T::C,
) {
    if let Some(rows) = as_rows(d, groups, FEW, weight.is_null() && bias.is_null()) {
        let (w, b) = (Each::of(weight, d.c, d.s), Each::of(bias, d.c, d.s));
        return layer_norm(rows, src, w.place(), b.place(), eps, dst, mean, rstd);
    }
    let (src, weight, bias) = (Ptr::of(src), Ptr::of(weight), Ptr::of(bias));
    let (dst, mean, rstd) = (Ptr(dst), Ptr(mean), Ptr(rstd));
    if d.step() > 1 {
        return each_band(d, groups, |n, band| {
            let write = |to: Ptr<T::C>, from: &[f64]| {
                for (k, v) in from.iter().enumerate().filter(|_| !to.get().is_null()) {
                    // SAFETY: the groups of this task
                    unsafe { to.at(n * groups + band.start + k).write(T::C::of(*v)) };
                }
            };
            let (mut means, mut scales) = (buffer(0f64, band.len()), buffer(0f64, band.len()));
            // SAFETY: the channels of some groups of one sample
            unsafe {
                let (src, weight, bias) = (src.get(), weight.get(), bias.get());
                band_forward(d, groups, n, &band, src, weight, bias, eps, dst.get(), &mut means, &mut scales);
            }
            write(mean, &means);
            write(rstd, &scales);
        });
    }
    let grain = (par::REDUCE_GRAIN / 2).div_ceil((d.c / groups.max(1) * d.s).max(1));
    par::for_each_chunk(d.n * groups, grain, |r| {
        for t in r {
            // SAFETY: one group of one sample per step.
            unsafe {
                let (m, s) = forward(d, groups, t, src.get(), weight.get(), bias.get(), eps, dst.get());
                if !mean.get().is_null() {
                    mean.at(t).write(m);
                }
                if !rstd.get().is_null() {
                    rstd.at(t).write(s);
                }
            }
        }
    });
}

/// Pixels of a plane below which groups are rows, forwards and backwards. (64 samples of 128 channels of float32, in 4 groups: of 1
/// pixel 152 us by planes and 6 so, of 25 233 and 36, of 100 212 and 124; one sample of 256 channels of 144 pixels 8.1 and
/// 9.6, its gradients 22 and 133.)
const FEW: usize = 100;
const FEW_BACKWARD: usize = 65;

/// Groups of planes of fewer pixels as rows for layer normalisation; without parameters (`plain`) of any number.
fn as_rows(d: Planes, groups: usize, few: usize, plain: bool) -> Option<Rows> {
    let dense = d.c * d.s > 0 && (d.step() == 1 || d.s == 1);
    (dense && (d.s < few || plain)).then(|| Rows { samples: d.n, groups, n: d.c / groups.max(1) * d.s })
}

/// Parameters of channels for each of their pixels.
struct Each<T>(*const T, Vec<T>);

impl<T: Flt> Each<T> {
    unsafe fn of(parameter: *const T, channels: usize, pixels: usize) -> Each<T> {
        let mut each = Vec::new();
        if !parameter.is_null() && pixels > 1 {
            each = buffer(T::ZERO, channels * pixels);
            for (c, some) in each.chunks_exact_mut(pixels).enumerate() {
                some.fill(*parameter.add(c));
            }
        }
        Each(parameter, each)
    }
    fn place(&self) -> *const T {
        if self.1.is_empty() { self.0 } else { self.1.as_ptr() }
    }
}

multiversion! {
    unsafe fn over_pixels[const LEVEL, T: Flt](from: *const T::C, pixels: usize, channels: usize, to: *mut T) {
        for c in 0..channels {
            let mut lanes = zeros::<f64>();
            sum_into::<LEVEL, _>(&mut lanes, pixels, |i| (*from.add(c * pixels + i)).to_f64());
            to.add(c).write(T::from_f64(lane_total(lanes)));
        }
    }
}

/// Sums `f(element offset)` over the pixels of a plane, which lie together, in f64 across blocks.
#[inline(always)]
fn plane_sum<const LEVEL: u8, C: Cmp>(d: Planes, base: usize, f: impl Fn(usize) -> C) -> f64 {
    let mut total = 0f64;
    let mut at = 0;
    while at < d.s {
        let m = (d.s - at).min(8192);
        let mut lanes = zeros::<C>();
        sum_into::<LEVEL, _>(&mut lanes, m, |i| f(base + at + i));
        total += lane_total(lanes).to_f64();
        at += m;
    }
    total
}

multiversion! {
    unsafe fn forward[const LEVEL, T: Flt](
        d: Planes, groups: usize, task: usize, src: *const T, weight: *const T, bias: *const T, eps: f64, dst: *mut T,
    ) -> (T::C, T::C) {
        let width = d.c / groups;
        let (n, c0) = (task / groups, task % groups * width);
        let (mean, rstd) = row_stats(src.add(d.base(n, c0)), width * d.s, T::C::of(eps));
        for c in c0..c0 + width {
            let (w, b, base) = (or(weight, c, 1.0) * rstd, or(bias, c, 0.0), d.base(n, c));
            for i in base..base + d.s {
                simd::rest::<LEVEL>();
                *dst.add(i) = T::down(((*src.add(i)).up() - mean).fma(w, b));
            }
        }
        (mean, rstd)
    }
}

/// Channels that one task takes with channels last, if the groups are so narrow: some lines of memory of each pixel.
const BAND: usize = 64;

/// Calls `f` for each sample with some groups that lie beside each other, for channels last.
fn each_band(d: Planes, groups: usize, f: impl Fn(usize, Range<usize>) + Sync) {
    let some = (BAND / (d.c / groups.max(1)).max(1)).clamp(1, groups.max(1));
    let bands = groups.div_ceil(some);
    let grain = (par::REDUCE_GRAIN / 2).div_ceil((d.c / groups.max(1) * some * d.s).max(1));
    par::for_each_chunk(d.n * bands, grain, |r| {
        for t in r {
            let first = t % bands * some;
            f(t / bands, first..groups.min(first + some));
        }
    });
}

/// Sums `f(pixel, channel)` over the pixels for each of the channels: in float64 from block to block.
#[inline(always)]
fn channel_sums<const LEVEL: u8, C: Cmp>(
    pixels: usize,
    part: &mut [C],
    total: &mut [f64],
    f: impl Fn(usize, usize) -> C,
) {
    total.fill(0.0);
    for first in (0..pixels).step_by(64) {
        part.fill(C::ZERO);
        for i in first..pixels.min(first + 64) {
            for (c, sum) in part.iter_mut().enumerate() {
                simd::rest::<LEVEL>();
                *sum += f(i, c);
            }
        }
        for (total, part) in total.iter_mut().zip(part.iter()) {
            simd::rest::<LEVEL>();
            *total += part.to_f64();
        }
    }
}

multiversion! {
    /// As [`forward`], for groups whose channels lie beside each other in each pixel.
    unsafe fn band_forward[const LEVEL, T: Flt](
        d: Planes, groups: usize, n: usize, band: &Range<usize>, src: *const T, weight: *const T, bias: *const T,
        eps: f64, dst: *mut T, means: &mut [f64], scales: &mut [f64],
    ) {
        let (width, step) = (d.c / groups, d.step());
        let (c0, many) = (band.start * width, band.len() * width);
        let count = (width * d.s) as f64;
        let base = d.base(n, c0);
        let (src, dst) = (src.add(base), dst.add(base));
        let (mut part, mut total) = (buffer(T::C::ZERO, many), buffer(0f64, many));
        let (mut mean, mut w, mut b) = (buffer(T::C::ZERO, many), buffer(T::C::ZERO, many), buffer(T::C::ZERO, many));
        channel_sums::<LEVEL, _>(d.s, &mut part, &mut total, |i, c| (*src.add(i * step + c)).up());
        for (k, m) in means.iter_mut().enumerate() {
            *m = total[k * width..(k + 1) * width].iter().sum::<f64>() / count;
            mean[k * width..(k + 1) * width].fill(T::C::of(*m));
        }
        let known = mean.as_ptr();
        channel_sums::<LEVEL, _>(d.s, &mut part, &mut total, |i, c| {
            let v = (*src.add(i * step + c)).up() - *known.add(c);
            v * v
        });
        for (k, s) in scales.iter_mut().enumerate() {
            let square: f64 = total[k * width..(k + 1) * width].iter().sum();
            let miss = means[k] - T::C::of(means[k]).to_f64();
            *s = 1.0 / (square / count - miss * miss + eps).sqrt();
            for c in k * width..(k + 1) * width {
                simd::rest::<LEVEL>();
                w[c] = or(weight, c0 + c, 1.0) * T::C::of(*s);
                b[c] = or(bias, c0 + c, 0.0);
            }
        }
        let (mean, w, b) = (mean.as_ptr(), w.as_ptr(), b.as_ptr());
        for i in 0..d.s {
            let (src, dst) = (src.add(i * step), dst.add(i * step));
            for c in 0..many {
            simd::rest::<LEVEL>();
                simd::rest::<LEVEL>();
                *dst.add(c) = T::down(((*src.add(c)).up() - *mean.add(c)).fma(*w.add(c), *b.add(c)));
            }
        }
    }
}

multiversion! {
    /// As [`backward`], for groups whose channels lie beside each other in each pixel. `mean` and `rstd` are the sample's.
    unsafe fn band_backward[const LEVEL, T: Flt](
        d: Planes, groups: usize, n: usize, band: &Range<usize>, g: *const T, src: *const T, weight: *const T,
        mean: *const T::C, rstd: *const T::C, dx: *mut T, sums: *mut f64,
    ) {
        let (width, step) = (d.c / groups, d.step());
        let (c0, many) = (band.start * width, band.len() * width);
        let base = d.base(n, c0);
        let (g, src) = (g.add(base), src.add(base));
        let zeros = || buffer(T::C::ZERO, many);
        let (mut part, mut of_x, mut of_g) = (zeros(), buffer(0f64, many), buffer(0f64, many));
        let (mut m, mut s, mut w, mut ka, mut kb) = (zeros(), zeros(), zeros(), zeros(), zeros());
        for c in 0..many {
            simd::rest::<LEVEL>();
            (m[c], s[c]) = (*mean.add((c0 + c) / width), *rstd.add((c0 + c) / width));
        }
        let (pm, ps) = (m.as_ptr(), s.as_ptr());
        channel_sums::<LEVEL, _>(d.s, &mut part, &mut of_x, |i, c| {
            (*g.add(i * step + c)).up() * (((*src.add(i * step + c)).up() - *pm.add(c)) * *ps.add(c))
        });
        channel_sums::<LEVEL, _>(d.s, &mut part, &mut of_g, |i, c| (*g.add(i * step + c)).up());
        for c in 0..many {
            simd::rest::<LEVEL>();
            *sums.add(2 * (n * d.c + c0 + c)) = of_x[c];
            *sums.add(2 * (n * d.c + c0 + c) + 1) = of_g[c];
        }
        if dx.is_null() {
            return;
        }
        let dx = dx.add(base);
        let count = (width * d.s) as f64;
        for k in 0..band.len() {
            let (mut a, mut b) = (0f64, 0f64);
            for c in k * width..(k + 1) * width {
                simd::rest::<LEVEL>();
                let w = or(weight, c0 + c, 1.0).to_f64();
                a += w * of_x[c];
                b += w * of_g[c];
            }
            for c in k * width..(k + 1) * width {
                simd::rest::<LEVEL>();
                let r = s[c].to_f64();
                w[c] = or(weight, c0 + c, 1.0) * s[c];
                (ka[c], kb[c]) = (T::C::of(-a / count * r * r), T::C::of(-b / count * r));
            }
        }
        let (m, w, ka, kb) = (m.as_ptr(), w.as_ptr(), ka.as_ptr(), kb.as_ptr());
        for i in 0..d.s {
            let (g, src, dx) = (g.add(i * step), src.add(i * step), dx.add(i * step));
            for c in 0..many {
            simd::rest::<LEVEL>();
                simd::rest::<LEVEL>();
                let v = ((*src.add(c)).up() - *m.add(c)).fma(*ka.add(c), *kb.add(c));
                *dx.add(c) = T::down((*g.add(c)).up().fma(*w.add(c), v));
            }
        }
    }
}

/// Gradients for input, weight and bias, each nullable.
///
/// # Safety
/// As [`group_norm`]; `dx` may be `g`.
pub unsafe fn group_norm_backward<T: Flt>(
    d: Planes,
    groups: usize,
    g: *const T,
    src: *const T,
    weight: *const T,
    mean: *const T::C,
    rstd: *const T::C,
    dx: *mut T,
    dw: *mut T,
    db: *mut T,
) {
    let wanted = !dw.is_null() || !db.is_null();
    if let Some(rows) = as_rows(d, groups, FEW_BACKWARD, weight.is_null() && !wanted) {
        let w = Each::of(weight, d.c, d.s);
        let sums = backward_sums(rows, g, src, w.place(), mean, rstd, dx, wanted);
        for (sums, out) in sums.chunks(d.c * d.s).zip([dw, db]).filter(|(_, o)| !o.is_null()) {
            over_pixels(sums.as_ptr(), d.s, d.c, out);
        }
        return;
    }
    // Sums of g*(x - mean)*rstd and of g for every plane.
    let mut sums = buffer(0f64, 2 * d.n * d.c);
    let p = Ptr(sums.as_mut_ptr());
    let (g, src, weight) = (Ptr::of(g), Ptr::of(src), Ptr::of(weight));
    let (mean, rstd, dx) = (Ptr::of(mean), Ptr::of(rstd), Ptr(dx));
    let grain = (par::REDUCE_GRAIN / 2).div_ceil((d.c / groups.max(1) * d.s).max(1));
    if d.step() > 1 {
        each_band(d, groups, |n, band| {
            // SAFETY: the channels of some groups of one sample
            unsafe {
                let (m, s) = (mean.at(n * groups).cast_const(), rstd.at(n * groups).cast_const());
                band_backward(d, groups, n, &band, g.get(), src.get(), weight.get(), m, s, dx.get(), p.get());
            }
        });
    } else {
        par::for_each_chunk(d.n * groups, grain, |r| {
            for t in r {
                // SAFETY: one group of one sample per step.
                unsafe {
                    let (m, s) = (*mean.at(t), *rstd.at(t));
                    backward(d, groups, t, g.get(), src.get(), weight.get(), m, s, dx.get(), p.get());
                }
            }
        });
    }
    for (which, out) in [dw, db].into_iter().enumerate().filter(|(_, o)| !o.is_null()) {
        for c in 0..d.c {
            let total: f64 = (0..d.n).map(|n| sums[2 * (n * d.c + c) + which]).sum();
            out.add(c).write(T::from_f64(total));
        }
    }
}

multiversion! {
    unsafe fn backward[const LEVEL, T: Flt](
        d: Planes, groups: usize, task: usize, g: *const T, src: *const T, weight: *const T, mean: T::C, rstd: T::C,
        dx: *mut T, sums: *mut f64,
    ) {
        let width = d.c / groups;
        let (n, c0) = (task / groups, task % groups * width);
        let (mut a, mut b) = (0f64, 0f64);
        for c in c0..c0 + width {
            let base = d.base(n, c);
            let sx = plane_sum::<LEVEL, _>(d, base, |i| (*g.add(i)).up() * (((*src.add(i)).up() - mean) * rstd));
            let sg = plane_sum::<LEVEL, _>(d, base, |i| (*g.add(i)).up());
            *sums.add(2 * (n * d.c + c)) = sx;
            *sums.add(2 * (n * d.c + c) + 1) = sg;
            let w = or(weight, c, 1.0).to_f64();
            a += w * sx;
            b += w * sg;
        }
        if dx.is_null() {
            return;
        }
        let count = (width * d.s) as f64;
        let r = rstd.to_f64();
        let (ka, kb) = (T::C::of(-a / count * r * r), T::C::of(-b / count * r));
        for c in c0..c0 + width {
            let (w, base) = (or(weight, c, 1.0) * rstd, d.base(n, c));
            for at in base..base + d.s {
                simd::rest::<LEVEL>();
                *dx.add(at) = T::down((*g.add(at)).up().fma(w, ((*src.add(at)).up() - mean).fma(ka, kb)));
            }
        }
    }
}
