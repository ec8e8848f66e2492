//! Group normalisation. A task is one group of one sample: its channels share mean and deviation.

use super::{Planes, lane_total, or, sum_into, zeros};
use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;

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
    let (src, weight, bias) = (Ptr::of(src), Ptr::of(weight), Ptr::of(bias));
    let (dst, mean, rstd) = (Ptr(dst), Ptr(mean), Ptr(rstd));
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

/// Sums `f(element offset)` over a plane, in f64 across blocks.
#[inline(always)]
fn plane_sum<C: Cmp>(d: Planes, base: usize, f: impl Fn(usize) -> C) -> f64 {
    let step = d.step();
    let mut total = 0f64;
    let mut at = 0;
    while at < d.s {
        let m = (d.s - at).min(8192);
        let mut lanes = zeros::<C>();
        if step == 1 {
            sum_into(&mut lanes, m, |i| f(base + at + i));
        } else {
            sum_into(&mut lanes, m, |i| f(base + (at + i) * step));
        }
        total += lane_total(lanes).to_f64();
        at += m;
    }
    total
}

multiversion! {
    unsafe fn forward[T: Flt](
        d: Planes, groups: usize, task: usize, src: *const T, weight: *const T, bias: *const T, eps: f64, dst: *mut T,
    ) -> (T::C, T::C) {
        let width = d.c / groups;
        let (n, c0) = (task / groups, task % groups * width);
        let count = (width * d.s) as f64;
        let (mut sum, mut square) = (0f64, 0f64);
        for c in c0..c0 + width {
            sum += plane_sum(d, d.base(n, c), |i| (*src.add(i)).up());
        }
        let mean = T::C::of(sum / count);
        for c in c0..c0 + width {
            square += plane_sum(d, d.base(n, c), |i| {
                let v = (*src.add(i)).up() - mean;
                v * v
            });
        }
        let miss = sum / count - mean.to_f64();
        let rstd = T::C::of(1.0 / (square / count - miss * miss + eps).sqrt());
        for c in c0..c0 + width {
            let (w, b, base, step) = (or(weight, c, 1.0) * rstd, or(bias, c, 0.0), d.base(n, c), d.step());
            if step == 1 {
                for i in base..base + d.s {
                    *dst.add(i) = T::down(((*src.add(i)).up() - mean).fma(w, b));
                }
            } else {
                for i in 0..d.s {
                    let at = base + i * step;
                    *dst.add(at) = T::down(((*src.add(at)).up() - mean).fma(w, b));
                }
            }
        }
        (mean, rstd)
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
    // Sums of g*(x - mean)*rstd and of g for every plane.
    let mut sums = buffer(0f64, 2 * d.n * d.c);
    let p = Ptr(sums.as_mut_ptr());
    let (g, src, weight) = (Ptr::of(g), Ptr::of(src), Ptr::of(weight));
    let (mean, rstd, dx) = (Ptr::of(mean), Ptr::of(rstd), Ptr(dx));
    let grain = (par::REDUCE_GRAIN / 2).div_ceil((d.c / groups.max(1) * d.s).max(1));
    par::for_each_chunk(d.n * groups, grain, |r| {
        for t in r {
            // SAFETY: one group of one sample per step.
            unsafe {
                let (m, s) = (*mean.at(t), *rstd.at(t));
                backward(d, groups, t, g.get(), src.get(), weight.get(), m, s, dx.get(), p.get());
            }
        }
    });
    for (which, out) in [dw, db].into_iter().enumerate().filter(|(_, o)| !o.is_null()) {
        for c in 0..d.c {
            let total: f64 = (0..d.n).map(|n| sums[2 * (n * d.c + c) + which]).sum();
            out.add(c).write(T::from_f64(total));
        }
    }
}

multiversion! {
    unsafe fn backward[T: Flt](
        d: Planes, groups: usize, task: usize, g: *const T, src: *const T, weight: *const T, mean: T::C, rstd: T::C,
        dx: *mut T, sums: *mut f64,
    ) {
        let width = d.c / groups;
        let (n, c0) = (task / groups, task % groups * width);
        let (mut a, mut b) = (0f64, 0f64);
        for c in c0..c0 + width {
            let base = d.base(n, c);
            let sx = plane_sum(d, base, |i| (*g.add(i)).up() * (((*src.add(i)).up() - mean) * rstd));
            let sg = plane_sum(d, base, |i| (*g.add(i)).up());
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
            let (w, base, step) = (or(weight, c, 1.0) * rstd, d.base(n, c), d.step());
            for i in 0..d.s {
                let at = base + i * step;
                *dx.add(at) = T::down((*g.add(at)).up().fma(w, ((*src.add(at)).up() - mean).fma(ka, kb)));
            }
        }
    }
}
