//! Average pooling, fixed and adaptive, and its gradient.

use super::{CHANNELS, Pool, Window, Windows};
use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use std::ops::Range;

/// Averages; `divisor` replaces the number of elements of each window.
///
/// # Safety
/// `src` is valid for `n * c` input planes, `dst` for as many output planes, in the same memory order.
pub unsafe fn avg_pool<T: Flt>(p: &Pool, divisor: Option<f64>, src: *const T, dst: *mut T) {
    let (input, output) = p.planes();
    if input == 0 || output == 0 {
        return;
    }
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    if p.channels_last {
        let grain = par::REDUCE_GRAIN.div_ceil(p.c.max(1) * p.inputs_per_output());
        // SAFETY: the output pixels of this task
        return par::for_each_chunk(p.n * output, grain, |r| unsafe {
            pixels(p, r, input, divisor, src.get(), dst.get())
        });
    }
    if p.windows.iter().all(|w| w.len() == 1 && w.list[0].start == 0 && w.list[0].end == w.size) {
        // a window that is all of the plane: its elements lie in a row
        let k: T::C = scale(p, 0, 0, 0, divisor);
        return par::for_each_chunk(p.n * p.c, par::REDUCE_GRAIN.div_ceil(input), |r| {
            // SAFETY: the planes of this task, and a place for each
            unsafe { whole(r.len(), input, k, src.at(r.start * input), dst.at(r.start)) };
        });
    }
    let lines = p.windows[0].len() * p.windows[1].len();
    let width = p.windows[2].len();
    let grain = par::REDUCE_GRAIN.div_ceil(p.inputs_per_output() * width);
    par::for_each_chunk(p.n * p.c * lines, grain, |r| {
        let mut sums = buffer(T::C::ZERO, p.windows[2].size);
        for t in r {
            // SAFETY: one output line per step.
            unsafe {
                let x = src.at(t / lines * input) as *const T;
                line(p, t % lines, divisor, x, sums.as_mut_ptr(), dst.at(t * width));
            }
        }
    });
}

/// The reciprocal of what a window counts as.
#[inline(always)]
fn scale<C: Cmp>(p: &Pool, d: usize, h: usize, w: usize, divisor: Option<f64>) -> C {
    let [wd, wh, ww] = &p.windows;
    let count = wd.list[d].weight * wh.list[h].weight * ww.list[w].weight;
    C::of(1.0 / divisor.unwrap_or(count as f64))
}

multiversion! {
    /// The sum of each plane times `k`: in lanes, whose sums are joined every so many elements.
    unsafe fn whole[T: Flt](planes: usize, n: usize, k: T::C, src: *const T, dst: *mut T) {
        for t in 0..planes {
            let x = src.add(t * n);
            let total = if n < 256 { in_lanes::<T, 8>(x, n) } else { in_lanes::<T, 64>(x, n) };
            *dst.add(t) = T::down(total * k);
        }
    }
}

/// A sum in so many lanes, a power of two.
#[inline(always)]
unsafe fn in_lanes<T: Flt, const LANES: usize>(x: *const T, n: usize) -> T::C {
    let mut total = T::C::ZERO;
    for first in (0..n).step_by(32 * LANES) {
        let end = n.min(first + 32 * LANES);
        let mut lanes = [T::C::ZERO; LANES];
        let mut at = first;
        while at + LANES <= end {
            for j in 0..LANES {
                lanes[j] += (*x.add(at + j)).up();
            }
            at += LANES;
        }
        // constants, so that the lanes stay in registers
        for half in [32, 16, 8, 4, 2, 1] {
            if half < LANES {
                for j in 0..half {
                    let other = lanes[j + half];
                    lanes[j] += other;
                }
            }
        }
        total += lanes[0];
        for j in at..end {
            total += (*x.add(j)).up();
        }
    }
    total
}

multiversion! {
    unsafe fn line[T: Flt](p: &Pool, line: usize, divisor: Option<f64>, src: *const T, sums: *mut T::C, dst: *mut T) {
        let [wd, wh, ww] = &p.windows;
        let (od, oh) = (line / wh.len(), line % wh.len());
        let n = ww.size;
        for j in 0..n {
            *sums.add(j) = T::C::ZERO;
        }
        for d in wd.list[od].start..wd.list[od].end {
            for h in wh.list[oh].start..wh.list[oh].end {
                let x = src.add((d * wh.size + h) * n);
                for j in 0..n {
                    *sums.add(j) += (*x.add(j)).up();
                }
            }
        }
        for (o, w) in ww.list.iter().enumerate() {
            let mut total = T::C::ZERO;
            if w.end - w.start.min(w.end) >= 64 {
                let mut lanes = [T::C::ZERO; 16];
                let mut at = w.start;
                while at + 16 <= w.end {
                    for j in 0..16 {
                        lanes[j] += *sums.add(at + j);
                    }
                    at += 16;
                }
                for x in at..w.end {
                    total += *sums.add(x);
                }
                for l in lanes {
                    total += l;
                }
            } else {
                for x in w.start..w.end {
                    total += *sums.add(x);
                }
            }
            *dst.add(o) = T::down(total * scale(p, od, oh, o, divisor));
        }
    }
}

multiversion! {
    unsafe fn pixels[T: Flt](p: &Pool, r: Range<usize>, input: usize, divisor: Option<f64>, src: *const T, dst: *mut T) {
        for (t, n, at) in p.pixels(r) {
            let (x, y) = (src.add(n * input * p.c), dst.add(t * p.c));
            let k = T::C::of(1.0 / divisor.unwrap_or((at[0].weight * at[1].weight * at[2].weight) as f64));
            let mut c = 0;
            while c + CHANNELS <= p.c {
                channels(p, &at, CHANNELS, k, x.add(c), y.add(c));
                c += CHANNELS;
            }
            if c < p.c {
                channels(p, &at, p.c - c, k, x.add(c), y.add(c));
            }
        }
    }
}

/// The average of a window, for `c` channels.
#[inline(always)]
unsafe fn channels<T: Flt>(p: &Pool, at: &[Window; 3], c: usize, k: T::C, src: *const T, dst: *mut T) {
    let mut acc = [T::C::ZERO; CHANNELS];
    for d in at[0].start..at[0].end {
        for h in at[1].start..at[1].end {
            for w in at[2].start..at[2].end {
                let x = src.add(((d * p.windows[1].size + h) * p.windows[2].size + w) * p.c);
                for j in 0..c {
                    acc[j] += (*x.add(j)).up();
                }
            }
        }
    }
    for j in 0..c {
        *dst.add(j) = T::down(acc[j] * k);
    }
}

/// The gradient for the input. Each input gathers from the windows that contain it, in order.
///
/// # Safety
/// As [`avg_pool`], with `g` shaped like its result and `dx` like its input.
pub unsafe fn avg_pool_backward<T: Flt>(p: &Pool, divisor: Option<f64>, g: *const T, dx: *mut T) {
    let (input, output) = p.planes();
    if input == 0 {
        return;
    }
    let (g, dx) = (Ptr::of(g), Ptr(dx));
    let takers = [0, 1, 2].map(|a| takers(&p.windows[a]));
    let takers = &takers;
    let [wd, wh, ww] = &p.windows;
    if p.channels_last {
        let grain = par::REDUCE_GRAIN.div_ceil(p.c.max(1) * 4);
        return par::for_each_chunk(p.n * input, grain, |r| {
            for t in r {
                let i = t % input;
                let at = [i / ww.size / wh.size, i / ww.size % wh.size, i % ww.size];
                // SAFETY: one input pixel per step.
                unsafe { back_pixel(p, takers, at, divisor, g.at(t / input * output * p.c), dx.at(t * p.c)) };
            }
        });
    }
    let lines = wd.size * wh.size;
    par::for_each_chunk(p.n * p.c * lines, par::REDUCE_GRAIN.div_ceil(ww.size * 4), |r| {
        let (mut sums, mut spread) = (buffer(T::C::ZERO, ww.len()), buffer(T::C::ZERO, ww.size));
        for t in r {
            let at = [t % lines / wh.size, t % lines % wh.size];
            // SAFETY: one input line per step.
            unsafe {
                let g = g.at(t / lines * output);
                back_line(
                    p,
                    takers,
                    at,
                    divisor,
                    g,
                    sums.as_mut_ptr(),
                    spread.as_mut_ptr(),
                    dx.at(t * ww.size),
                );
            }
        }
    });
}

/// For each input position the range of outputs whose windows contain it (windows move forward, so it is a range).
fn takers(w: &Windows) -> Vec<(usize, usize)> {
    let mut out = buffer((usize::MAX, 0), w.size);
    for (o, win) in w.list.iter().enumerate() {
        for x in out.iter_mut().take(win.end).skip(win.start) {
            x.0 = x.0.min(o);
            x.1 = o + 1;
        }
    }
    out.into_iter().map(|(a, b)| (a.min(b), b)).collect()
}

multiversion! {
    unsafe fn back_line[T: Flt](
        p: &Pool, takers: &[Vec<(usize, usize)>; 3], at: [usize; 2], divisor: Option<f64>, g: *const T,
        sums: *mut T::C, spread: *mut T::C, dx: *mut T,
    ) {
        let [_, wh, ww] = &p.windows;
        let n = ww.len();
        for j in 0..n {
            *sums.add(j) = T::C::ZERO;
        }
        for d in takers[0][at[0]].0..takers[0][at[0]].1 {
            for h in takers[1][at[1]].0..takers[1][at[1]].1 {
                let g = g.add((d * wh.len() + h) * n);
                // one factor for the line where the windows along it weigh the same
                for j in 0..n {
                    *sums.add(j) = (*g.add(j)).up().fma(scale(p, d, h, j, divisor), *sums.add(j));
                }
            }
        }
        for j in 0..ww.size {
            *spread.add(j) = T::C::ZERO;
        }
        for (o, w) in ww.list.iter().enumerate() {
            let v = *sums.add(o);
            for x in w.start..w.end {
                *spread.add(x) += v;
            }
        }
        for j in 0..ww.size {
            *dx.add(j) = T::down(*spread.add(j));
        }
    }
}

multiversion! {
    unsafe fn back_pixel[T: Flt](
        p: &Pool, takers: &[Vec<(usize, usize)>; 3], at: [usize; 3], divisor: Option<f64>, g: *const T, dx: *mut T,
    ) {
        let t = [takers[0][at[0]], takers[1][at[1]], takers[2][at[2]]];
        let mut c = 0;
        while c + CHANNELS <= p.c {
            back_channels(p, &t, CHANNELS, divisor, g.add(c), dx.add(c));
            c += CHANNELS;
        }
        if c < p.c {
            back_channels(p, &t, p.c - c, divisor, g.add(c), dx.add(c));
        }
    }
}

/// What the windows `t` give an input, for `c` channels.
#[inline(always)]
unsafe fn back_channels<T: Flt>(
    p: &Pool,
    t: &[(usize, usize); 3],
    c: usize,
    divisor: Option<f64>,
    g: *const T,
    dx: *mut T,
) {
    let [_, wh, ww] = &p.windows;
    let mut acc = [T::C::ZERO; CHANNELS];
    for d in t[0].0..t[0].1 {
        for h in t[1].0..t[1].1 {
            for w in t[2].0..t[2].1 {
                let k: T::C = scale(p, d, h, w, divisor);
                let g = g.add(((d * wh.len() + h) * ww.len() + w) * p.c);
                for j in 0..c {
                    acc[j] = (*g.add(j)).up().fma(k, acc[j]);
                }
            }
        }
    }
    for j in 0..c {
        *dx.add(j) = T::down(acc[j]);
    }
}
