//! Average pooling, fixed and adaptive.

use super::lines::{Factors, LANES, LONG, Lines};
use super::{CHANNELS, Pool, Window};
use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::simd;
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
    let all = p.windows[0].len() * p.windows[1].len();
    let width = p.windows[2].len();
    let grain = par::REDUCE_GRAIN.div_ceil(p.inputs_per_output() * width);
    let end = p.n * p.c * input;
    par::for_each_chunk(p.n * p.c * all, grain, |r| {
        let mut sums = buffer(T::C::ZERO, p.windows[2].size + LANES);
        let mut factors = Factors::new();
        let x = (src.get().cast_const(), src.at(end).cast_const());
        // SAFETY: the output lines of this task
        unsafe { lines(p, r, divisor, x, sums.as_mut_ptr(), &mut factors, dst.get()) };
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
    /// Some output lines: the lines of their windows are added up, and then along them. (A call for each line, and sums of lines of
    /// runtime length, cost 21 ns for lines of 4.)
    unsafe fn lines[const LEVEL, T: Flt](
        p: &Pool, r: Range<usize>, divisor: Option<f64>, x: (*const T, *const T), sums: *mut T::C, factors: &mut Factors<T::C>, dst: *mut T,
    ) {
        let [wd, wh, ww] = &p.windows;
        let ((src, end), n) = (x, ww.size);
        let input = wd.size * wh.size * n;
        for t in r {
            let (od, oh) = (t / wh.len() % wd.len(), t % wh.len());
            let (d, h) = (wd.list[od], wh.list[oh]);
            let dst = dst.add(t * ww.len());
            let factors = factors.of(ww, 1, d.weight * h.weight, divisor);
            let from = src.wrapping_add(t / (wd.len() * wh.len()) * input + (d.start * wh.size + h.start) * n);
            let counts = [d.end.saturating_sub(d.start), h.end.saturating_sub(h.start)];
            let grid = Lines { from, counts, apart: [wh.size * n, n] };
            let room = (end as usize).saturating_sub(from as usize) / size_of::<T>();
            let room = room.saturating_sub(grid.reach());
            let mut j = 0;
            while !simd::is_least::<LEVEL>() && j + LONG <= n {
                store::<_, LONG>(&grid.sums::<LONG>(j), sums.add(j));
                j += LONG;
            }
            while j < n {
                if j + LANES <= room {
                    // what lies beyond the end of a line is not looked at
                    store::<_, LANES>(&grid.sums::<LANES>(j), sums.add(j));
                } else {
                    for l in j..n.min(j + LANES) {
                        *sums.add(l) = grid.one(l);
                    }
                }
                j += LANES;
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
                *dst.add(o) = T::down(total * *factors.add(o));
            }
        }
    }
}

multiversion! {
    unsafe fn pixels[const LEVEL, T: Flt](p: &Pool, r: Range<usize>, input: usize, divisor: Option<f64>, src: *const T, dst: *mut T) {
        for (t, n, at) in p.pixels(r) {
            let (x, y) = (src.add(n * input * p.c), dst.add(t * p.c));
            let k = T::C::of(1.0 / divisor.unwrap_or((at[0].weight * at[1].weight * at[2].weight) as f64));
            let mut c = 0;
            if simd::is_least::<LEVEL>() {
                // (blocks of known size were 6 KB of the extension, packed)
                while c < p.c {
                    let some = CHANNELS.min(p.c - c);
                    channels(p, &at, some, k, x.add(c), y.add(c));
                    c += some;
                }
                continue;
            }
            while c + CHANNELS <= p.c {
                channels(p, &at, CHANNELS, k, x.add(c), y.add(c));
                c += CHANNELS;
            }
            if c + CHANNELS / 2 <= p.c {
                channels(p, &at, CHANNELS / 2, k, x.add(c), y.add(c));
                c += CHANNELS / 2;
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

#[inline(always)]
unsafe fn store<C: Cmp, const L: usize>(sums: &[C; L], to: *mut C) {
    for l in 0..L {
        *to.add(l) = sums[l];
    }
}
