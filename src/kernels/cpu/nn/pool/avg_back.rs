//! The gradient of average pooling. A line of outputs is spread along the width once; the lines whose windows hold an input line are
//! added up. Input line by input line, each from the outputs, adaptive averages of narrow planes took twice as long.
//!
//! With channels last a line is pixel after pixel, `c` elements each; with channels first `c` is 1.

use super::lines::{Factors, LANES, LONG, Lines};
use super::{Pool, Windows};
use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::simd;
use crate::kernels::cpu::machine::stop::buffer;
use std::ops::Range;

/// The gradient for the input. Each input gathers from the windows that contain it, in order.
///
/// # Safety
/// As [`avg_pool`](super::avg_pool), with `g` shaped like its result and `dx` like its input.
pub unsafe fn avg_pool_backward<T: Flt>(p: &Pool, divisor: Option<f64>, g: *const T, dx: *mut T) {
    let (input, output) = p.planes();
    if input == 0 {
        return;
    }
    let (g, dx) = (Ptr::of(g), Ptr(dx));
    if !p.channels_last && p.windows.iter().all(Windows::is_whole) {
        let weight: usize = p.windows.iter().map(|w| w.list[0].weight).product();
        let k = T::C::of(1.0 / divisor.unwrap_or(weight as f64));
        return par::for_each_chunk(p.n * p.c, par::REDUCE_GRAIN.div_ceil(input), |r| {
            for t in r {
                // SAFETY: a plane of inputs, and its output
                unsafe {
                    let v = T::down((*g.at(t)).up() * k);
                    std::slice::from_raw_parts_mut(dx.at(t * input), input).fill(v);
                }
            }
        });
    }
    let (planes, c) = if p.channels_last { (p.n, p.c) } else { (p.n * p.c, 1) };
    let [wd, wh, ww] = &p.windows;
    let back = Back { windows: &p.windows, takers: [0, 1, 2].map(|a| takers(&p.windows[a])), c, divisor };
    let line = (ww.size * c).max(1);
    // slices of a plane, or lines of a slice: as many that those which several tasks spread are few
    let most = back.takers[1].iter().map(Range::len).max().unwrap_or(1);
    let lines = (2 * par::REDUCE_GRAIN / line).max(4 * most);
    let (deep, high) = if lines >= wh.size { (lines / wh.size, wh.size) } else { (1, lines) };
    let (down, across) = (wd.size.div_ceil(deep), wh.size.div_ceil(high));
    let size = deep.min(wd.size) * high * line;
    let fewer = wd.size * wh.size < wd.len() * wh.len();
    par::for_each_chunk(planes * down * across, par::REDUCE_GRAIN.div_ceil(size), |r| {
        let outputs = buffer(T::C::ZERO, ww.len() * c);
        let mut room = Room { lines: buffer(T::C::ZERO, 0), factors: Factors::new(), outputs };
        for t in r {
            let (plane, d, h) = (t / (down * across), t / across % down * deep, t % across * high);
            let (d, h) = (d..(d + deep).min(wd.size), h..(h + high).min(wh.size));
            let (from, to) = (g.at(plane * output * c), dx.at(plane * input * c));
            let spans = [span(&back.takers[0][d.clone()]), span(&back.takers[1][h.clone()])];
            let need = if fewer { line } else { spans[0].len() * spans[1].len() * line } + LANES;
            if room.lines.len() < need {
                room.lines = buffer(T::C::ZERO, need);
            }
            // SAFETY: input lines of this task alone
            unsafe {
                if fewer {
                    gathered(&back, d, h, &mut room, from.cast_const(), to)
                } else {
                    some(&back, d, h, spans, &mut room, from.cast_const(), to)
                }
            };
        }
    });
}

struct Back<'a> {
    windows: &'a [Windows; 3],
    /// For each input position the outputs whose windows contain it.
    takers: [Vec<Range<usize>>; 3],
    c: usize,
    divisor: Option<f64>,
}

struct Room<C> {
    /// Spread lines of outputs, and a few elements more.
    lines: Vec<C>,
    factors: Factors<C>,
    /// A line of outputs times their factors.
    outputs: Vec<C>,
}

/// For each input position the range of outputs whose windows contain it (windows move forward, so it is a range).
fn takers(w: &Windows) -> Vec<Range<usize>> {
    let mut out = buffer((usize::MAX, 0), w.size);
    for (o, win) in w.list.iter().enumerate() {
        for x in out.iter_mut().take(win.end).skip(win.start) {
            x.0 = x.0.min(o);
            x.1 = o + 1;
        }
    }
    out.into_iter().map(|(a, b)| a.min(b)..b).collect()
}

/// All of some neighbouring ranges.
fn span(takers: &[Range<usize>]) -> Range<usize> {
    let some = || takers.iter().filter(|t| !t.is_empty());
    let start = some().map(|t| t.start).min().unwrap_or(0);
    start..some().map(|t| t.end).max().unwrap_or(start)
}

multiversion! {
    /// Input lines `h` of the slices `d`.
    unsafe fn some[const LEVEL, T: Flt](
        p: &Back, d: Range<usize>, h: Range<usize>, spans: [Range<usize>; 2], room: &mut Room<T::C>, g: *const T, dx: *mut T,
    ) {
        let [wd, wh, ww] = p.windows;
        let (n, outs) = (ww.size * p.c, ww.len() * p.c);
        let lines = room.lines.as_mut_ptr();
        let [od, oh] = spans;
        for a in od.clone() {
            for b in oh.clone() {
                let k = room.factors.of(ww, p.c, wd.list[a].weight * wh.list[b].weight, p.divisor);
                let (g, each) = (g.add((a * wh.len() + b) * outs), room.outputs.as_mut_ptr());
                for j in 0..outs {
                    simd::rest::<LEVEL>();
                    *each.add(j) = (*g.add(j)).up() * *k.add(j);
                }
                spread(ww, p.c, each.cast_const(), lines.add(((a - od.start) * oh.len() + b - oh.start) * n));
            }
        }
        // lines of a task lie one after the other
        let end = dx.add(((d.end - 1) * wh.size + h.end) * n).cast_const();
        for d in d {
            let depth = p.takers[0][d].clone();
            let first = depth.start.wrapping_sub(od.start) * oh.len();
            for h in h.clone() {
                let height = p.takers[1][h].clone();
                let from = lines.wrapping_add(first.wrapping_add(height.start.wrapping_sub(oh.start)).wrapping_mul(n));
                let grid = Lines { from, counts: [depth.len(), height.len()], apart: [oh.len() * n, n] };
                let to = dx.add((d * wh.size + h) * n);
                let mut j = 0;
                while !simd::is_least::<LEVEL>() && j + LONG <= n {
                    store::<T, LONG>(&grid.sums::<LONG>(j), to.add(j));
                    j += LONG;
                }
                while j < n {
                    let sums = grid.sums::<LANES>(j);
                    // what lies beyond the end of a line is written again with the next one
                    if end.offset_from(to.add(j)) as usize >= LANES {
                        store::<T, LANES>(&sums, to.add(j));
                    } else {
                        for l in 0..LANES.min(n - j) {
                            *to.add(j + l) = T::down(sums[l]);
                        }
                    }
                    j += LANES;
                }
            }
        }
    }
}

multiversion! {
    /// The same where there are fewer lines of inputs than of outputs: those of an input are added up before they are spread.
    unsafe fn gathered[const LEVEL, T: Flt](
        p: &Back, d: Range<usize>, h: Range<usize>, room: &mut Room<T::C>, g: *const T, dx: *mut T,
    ) {
        let [wd, wh, ww] = p.windows;
        let (n, outs) = (ww.size * p.c, ww.len() * p.c);
        let (sums, line) = (room.outputs.as_mut_ptr(), room.lines.as_mut_ptr());
        for d in d {
            for h in h.clone() {
                for j in 0..outs {
                    simd::rest::<LEVEL>();
                    *sums.add(j) = T::C::ZERO;
                }
                for a in p.takers[0][d].clone() {
                    for b in p.takers[1][h].clone() {
                        let k = room.factors.of(ww, p.c, wd.list[a].weight * wh.list[b].weight, p.divisor);
                        let g = g.add((a * wh.len() + b) * outs);
                        for j in 0..outs {
                            simd::rest::<LEVEL>();
                            *sums.add(j) = (*g.add(j)).up().fma(*k.add(j), *sums.add(j));
                        }
                    }
                }
                spread(ww, p.c, sums.cast_const(), line);
                let to = dx.add((d * wh.size + h) * n);
                for j in 0..n {
                    simd::rest::<LEVEL>();
                    *to.add(j) = T::down(*line.add(j));
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn store<T: Flt, const L: usize>(sums: &[T::C; L], to: *mut T) {
    for l in 0..L {
        *to.add(l) = T::down(sums[l]);
    }
}

multiversion! {
/// A line of outputs, each over the elements of its window. (Compiled for the types that are computed in alone: with halves and factors
/// in its loops it was 200 KB.)
unsafe fn spread[C: Cmp](w: &Windows, c: usize, g: *const C, line: *mut C) {
    let n = w.size * c;
    if w.stride == w.kernel && w.stride > 0 && w.first == 0 && w.len() * w.stride <= w.size {
        // one after the other: nothing is added
        match (w.stride, c) {
            (2, 1) => side_by_side::<C, 2>(w.len(), g, line),
            (3, 1) => side_by_side::<C, 3>(w.len(), g, line),
            (4, 1) => side_by_side::<C, 4>(w.len(), g, line),
            (s, _) => {
                for o in 0..w.len() {
                    for q in 0..s {
                        let to = line.add((o * s + q) * c);
                        for j in 0..c {
                            *to.add(j) = *g.add(o * c + j);
                        }
                    }
                }
            }
        }
        for j in w.len() * w.stride * c..n {
            *line.add(j) = C::ZERO;
        }
        return;
    }
    for j in 0..n {
        *line.add(j) = C::ZERO;
    }
    if w.stride == 1 {
        // windows that are cut go one by one, those between them element by element of all
        let full = |o: &usize| w.list[*o].end.saturating_sub(w.list[*o].start) == w.kernel;
        let lo = (0..w.len()).find(full).unwrap_or(w.len());
        let hi = (lo..w.len()).rev().find(full).map_or(lo, |o| o + 1);
        each(w, c, 0..lo, g, line);
        let from = line.wrapping_offset((lo as isize + w.first) * c as isize);
        for q in 0..w.kernel {
            for j in 0..(hi - lo) * c {
                *from.add(q * c + j) += *g.add(lo * c + j);
            }
        }
        return each(w, c, hi..w.len(), g, line);
    }
    each(w, c, 0..w.len(), g, line);
}
}

/// Windows of `S` elements without any between them.
#[inline(always)]
unsafe fn side_by_side<C: Cmp, const S: usize>(count: usize, g: *const C, line: *mut C) {
    for o in 0..count {
        let v = *g.add(o);
        for q in 0..S {
            *line.add(o * S + q) = v;
        }
    }
}

/// Some windows, one by one.
#[inline(always)]
unsafe fn each<C: Cmp>(w: &Windows, c: usize, r: Range<usize>, g: *const C, line: *mut C) {
    for o in r {
        let win = w.list[o];
        if c == 1 {
            let v = *g.add(o);
            for x in win.start..win.end {
                *line.add(x) += v;
            }
            continue;
        }
        for x in win.start..win.end {
            for j in 0..c {
                *line.add(x * c + j) += *g.add(o * c + j);
            }
        }
    }
}
