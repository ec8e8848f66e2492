//! Depthwise convolution: one input and one output channel a group. Bounded by memory, not by multiplications, so the
//! loops are plain ones: along the width with channels first, along the channels with channels last.

use super::Conv;
use super::direct::images;
use super::pad::{Padded, PaddedLast};
use super::plan::Plan;
use super::scratch::{self, Slot};
use super::tile::Direct;
use crate::base::Elem;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;

/// Images are summed into this many partial weight gradients with channels last.
const PARTS: usize = 8;

/// Elements up to which rows of a padded plane are computed as one line: what falls between two rows is thrown away. Rows
/// of 14 alone would take strips of 4, and rows of 56 none of 64.
const LINE: usize = 2048;

/// Outputs of a row that are computed at once, written beyond its end, and overwritten there by the row behind it: for
/// rows that nearly fill one of these, where a line would be copied apart again.
fn beyond(width: usize) -> Option<usize> {
    [16, 32, 64].into_iter().find(|&n| width <= n && (n - width) * 4 <= n)
}

/// How many rows of `width` outputs are one line, where the padded plane has rows of `apart`.
fn rows_in_line(width: usize, apart: usize) -> usize {
    if width < 192 && apart >= width && (apart - width) * 2 <= width.max(16) {
        (LINE / apart).max(1)
    } else {
        1
    }
}

pub fn fits(p: &Conv) -> bool {
    p.groups > 1 && p.groups == p.cin && p.groups == p.cout
}

pub unsafe fn forward<T: Direct>(p: &Conv, x: *const T, w: *const T, bias: *const T, y: *mut T) {
    run(p, &Plan::forward(p), x, w, bias, y);
}

pub unsafe fn backward_data<T: Direct>(p: &Conv, g: *const T, w: *const T, bias: *const T, dx: *mut T) {
    for plan in Plan::backward(p) {
        run(p, &plan, g, w, bias, dx);
    }
}

unsafe fn run<T: Direct>(p: &Conv, plan: &Plan, x: *const T, w: *const T, bias: *const T, y: *mut T) {
    if plan.outputs() > 0 {
        if p.channels_last { run_last(p, plan, x, w, bias, y) } else { run_first(p, plan, x, w, bias, y) }
    }
}

unsafe fn run_first<T: Direct>(p: &Conv, plan: &Plan, x: *const T, w: *const T, bias: *const T, y: *mut T) {
    let padded = Padded::of(plan, size_of::<T>());
    let offsets: Vec<usize> = plan.taps.iter().map(|t| padded.offset(t.1)).collect();
    let (input, whole) = (plan.input.iter().product::<usize>(), plan.whole.iter().product::<usize>());
    let [depth, rows, width] = plan.output;
    let (x, w, bias, y) = (Ptr::of(x), Ptr::of(w), Ptr::of(bias), Ptr(y));
    let apart = padded.width();
    let together = rows_in_line(width, apart).min(rows);
    let grain = par::ELEMENTWISE_GRAIN.div_ceil(plan.outputs() * plan.taps.len().max(1));
    // images that are copied leave room behind themselves to read beyond the last row
    let wide = beyond(width).filter(|_| !padded.as_is && plan.step == [1; 3] && plan.whole == plan.output);
    par::for_each_chunk(p.n * p.groups, grain, |r| {
        let room = wide.unwrap_or(0).max((together - 1) * apart + width);
        let mut line = buffer(<T as Elem>::ZERO, room);
        let mut taps = buffer(<T as Elem>::ZERO, plan.taps.len());
        let len = if padded.as_is { 0 } else { padded.channel() + wide.unwrap_or(0) };
        scratch::with(Slot::Shared, len, |held: *mut T| {
            if !padded.as_is {
                // SAFETY: memory of this task
                unsafe { padded.clear(held) };
            }
            for i in r {
                let c = i % p.groups;
                // SAFETY: one plane of each per step.
                unsafe {
                    plan.taps.iter().zip(&mut taps).for_each(|(t, w0)| *w0 = *w.at(c * p.taps() + t.0));
                    let b = if bias.get().is_null() { <T as Elem>::ZERO } else { *bias.at(c) };
                    let mut x = x.at(i * input) as *const T;
                    if !padded.as_is {
                        padded.inside(x, held);
                        x = held;
                    }
                    let to = |d: usize, h: usize| {
                        let at = (plan.first[0] + d * plan.step[0]) * plan.whole[1]
                            + plan.first[1]
                            + h * plan.step[1];
                        y.at(i * whole + at * plan.whole[2] + plan.first[2])
                    };
                    for d in 0..depth {
                        let slice = x.add(d * plan.stride[0] * padded.slice());
                        if let Some(n) = wide {
                            over(&offsets, &taps, slice, apart, to(d, 0), width, rows - 1, n, b);
                            let from = slice.add((rows - 1) * apart);
                            over(&offsets, &taps, from, apart, line.as_mut_ptr(), width, 1, n, b);
                            std::ptr::copy_nonoverlapping(line.as_ptr(), to(d, rows - 1), width);
                            continue;
                        }
                        for h in (0..rows).step_by(together) {
                            let from = slice.add(h * apart);
                            let many = together.min(rows - h);
                            if many == 1 && plan.step[2] == 1 {
                                row(&offsets, &taps, from, to(d, h), width, b);
                                continue;
                            }
                            row(&offsets, &taps, from, line.as_mut_ptr(), (many - 1) * apart + width, b);
                            for k in 0..many {
                                let (from, to) = (line.as_ptr().add(k * apart), to(d, h + k));
                                if plan.step[2] == 1 {
                                    std::ptr::copy_nonoverlapping(from, to, width);
                                } else {
                                    (0..width).for_each(|j| *to.add(j * plan.step[2]) = *from.add(j));
                                }
                            }
                        }
                    }
                }
            }
        });
    });
}

multiversion! {
    /// Rows one after another, each of them `n` outputs long though the next begins `width` behind it.
    unsafe fn over[T: Direct](
        offsets: &[usize], taps: &[T], x: *const T, apart: usize, y: *mut T, width: usize, rows: usize, n: usize, bias: T,
    ) {
        for h in 0..rows {
            let (x, y) = (x.add(h * apart), y.add(h * width));
            match n {
                16 => strip::<T, 16>(offsets, taps, x, y, bias),
                32 => strip::<T, 32>(offsets, taps, x, y, bias),
                _ => strip::<T, 64>(offsets, taps, x, y, bias),
            }
        }
    }
}

/// `N` neighbouring outputs.
#[inline(always)]
unsafe fn strip<T: Direct, const N: usize>(offsets: &[usize], taps: &[T], x: *const T, y: *mut T, bias: T) {
    let mut acc = [bias; N];
    for (o, w) in offsets.iter().zip(taps) {
        let x = x.add(*o);
        for i in 0..N {
            acc[i] = w.fma(*x.add(i), acc[i]);
        }
    }
    for i in 0..N {
        *y.add(i) = acc[i];
    }
}

multiversion! {
    unsafe fn row[T: Direct](offsets: &[usize], taps: &[T], x: *const T, y: *mut T, n: usize, bias: T) {
        let mut j = 0;
        while j + 64 <= n {
            strip::<T, 64>(offsets, taps, x.add(j), y.add(j), bias);
            j += 64;
        }
        while j + 16 <= n {
            strip::<T, 16>(offsets, taps, x.add(j), y.add(j), bias);
            j += 16;
        }
        if j < n && n >= 16 {
            // the last strip overlaps the one before
            strip::<T, 16>(offsets, taps, x.add(n - 16), y.add(n - 16), bias);
        } else {
            while j + 4 <= n {
                strip::<T, 4>(offsets, taps, x.add(j), y.add(j), bias);
                j += 4;
            }
            while j < n {
                strip::<T, 1>(offsets, taps, x.add(j), y.add(j), bias);
                j += 1;
            }
        }
    }
}

unsafe fn run_last<T: Direct>(p: &Conv, plan: &Plan, x: *const T, w: *const T, bias: *const T, y: *mut T) {
    let c = p.groups;
    let padded = PaddedLast::of(plan, c);
    let offsets: Vec<usize> = plan.taps.iter().map(|t| padded.offset(t.1)).collect();
    let mut taps = Vec::with_capacity(offsets.len() * c);
    for t in &plan.taps {
        taps.extend((0..c).map(|ch| *w.add(ch * p.taps() + t.0)));
    }
    let (input, whole) = (plan.input.iter().product::<usize>(), plan.whole.iter().product::<usize>());
    let [depth, rows, width] = plan.output;
    let (x, bias, y) = (Ptr::of(x), Ptr::of(bias), Ptr(y));
    let lines = |x: *const T, n: usize| {
        let x = Ptr::of(x);
        let grain = par::ELEMENTWISE_GRAIN.div_ceil(width * c * offsets.len().max(1));
        par::for_each_chunk(depth * rows, grain, |r| {
            for t in r {
                let (d, h) = (t / rows, t % rows);
                let from = padded.offset([d * plan.stride[0], h * plan.stride[1], 0]);
                let at =
                    (plan.first[0] + d * plan.step[0]) * plan.whole[1] + plan.first[1] + h * plan.step[1];
                let to = (n * whole + at * plan.whole[2] + plan.first[2]) * c;
                let (xs, ys) = (plan.stride[2] * c, plan.step[2] * c);
                // SAFETY: one row of output pixels per step.
                unsafe { pixels(&offsets, &taps, c, x.at(from), xs, y.at(to), ys, width, bias.get()) };
            }
        });
    };
    images(p.n, |n| {
        // SAFETY: one image of each per step.
        unsafe {
            let x = x.at(n * input * c) as *const T;
            if padded.as_is {
                return lines(x, n);
            }
            scratch::with(Slot::Shared, padded.len(), |buffer: *mut T| {
                padded.copy(x, buffer);
                lines(buffer, n);
            });
        }
    });
}

multiversion! {
    unsafe fn pixels[T: Direct](
        offsets: &[usize], taps: &[T], c: usize, x: *const T, xs: usize, y: *mut T, ys: usize, n: usize, bias: *const T,
    ) {
        let mut j = 0;
        // pixels together where there are: they share their weights, which are half of what is read
        while j + 4 <= n {
            all_channels::<T, 4>(offsets, taps, c, x.add(j * xs), xs, y.add(j * ys), ys, bias);
            j += 4;
        }
        while j < n {
            all_channels::<T, 1>(offsets, taps, c, x.add(j * xs), xs, y.add(j * ys), ys, bias);
            j += 1;
        }
    }
}

#[inline(always)]
unsafe fn all_channels<T: Direct, const P: usize>(
    offsets: &[usize],
    taps: &[T],
    c: usize,
    x: *const T,
    xs: usize,
    y: *mut T,
    ys: usize,
    bias: *const T,
) {
    let mut c0 = 0;
    while c0 + 32 <= c {
        channels::<T, 32, P>(offsets, taps, c, c0, x, xs, y, ys, bias);
        c0 += 32;
    }
    while c0 + 8 <= c {
        channels::<T, 8, P>(offsets, taps, c, c0, x, xs, y, ys, bias);
        c0 += 8;
    }
    while c0 < c {
        channels::<T, 1, P>(offsets, taps, c, c0, x, xs, y, ys, bias);
        c0 += 1;
    }
}

/// `N` channels of `P` pixels.
#[inline(always)]
unsafe fn channels<T: Direct, const N: usize, const P: usize>(
    offsets: &[usize],
    taps: &[T],
    c: usize,
    c0: usize,
    x: *const T,
    xs: usize,
    y: *mut T,
    ys: usize,
    bias: *const T,
) {
    let mut acc = [[<T as Elem>::ZERO; N]; P];
    if !bias.is_null() {
        for acc in &mut acc {
            for i in 0..N {
                acc[i] = *bias.add(c0 + i);
            }
        }
    }
    for (t, o) in offsets.iter().enumerate() {
        let (x, w) = (x.add(o + c0), taps.as_ptr().add(t * c + c0));
        for p in 0..P {
            let x = x.add(p * xs);
            for i in 0..N {
                acc[p][i] = (*w.add(i)).fma(*x.add(i), acc[p][i]);
            }
        }
    }
    for p in 0..P {
        for i in 0..N {
            *y.add(p * ys + c0 + i) = acc[p][i];
        }
    }
}

pub unsafe fn backward_weight<T: Direct>(p: &Conv, x: *const T, g: *const T, dw: *mut T) {
    if p.n * p.output_plane() == 0 {
        return (0..p.cout * p.taps()).for_each(|i| dw.add(i).write(<T as Elem>::ZERO));
    }
    if p.channels_last { weight_last(p, x, g, dw) } else { weight_first(p, x, g, dw) }
}

const LANES: usize = 16;

unsafe fn weight_first<T: Direct>(p: &Conv, x: *const T, g: *const T, dw: *mut T) {
    let plan = Plan::forward(p);
    let padded = Padded::of(&plan, size_of::<T>());
    let offsets: Vec<usize> = plan.taps.iter().map(|t| padded.offset(t.1)).collect();
    let (input, output) = (p.input_plane(), p.output_plane());
    let [depth, rows, width] = p.output;
    let (x, g, dw) = (Ptr::of(x), Ptr::of(g), Ptr(dw));
    let apart = padded.width();
    let together = rows_in_line(width, apart).min(rows);
    let grain = par::ELEMENTWISE_GRAIN.div_ceil(p.n * output * offsets.len());
    // one channel: whole lines with zeros between the rows of the gradient, or row by row
    let channel = |c: usize, together: usize, lanes: &mut [[T; LANES]], line: &mut [T], held: *mut T| {
        for n in 0..p.n {
            // SAFETY: one channel of each per step.
            unsafe {
                let mut x = x.at((n * p.groups + c) * input) as *const T;
                if !padded.as_is {
                    padded.inside(x, held);
                    x = held;
                }
                let starts = (0..depth).flat_map(|d| (0..rows).step_by(together).map(move |h| d * rows + h));
                for t in starts {
                    let many = together.min(rows - t % rows);
                    let from = t / rows * plan.stride[0] * padded.slice() + t % rows * apart;
                    let g = g.at((n * p.groups + c) * output + t * width) as *const T;
                    if many == 1 {
                        dots(&offsets, x.add(from), g, width, lanes);
                        continue;
                    }
                    for k in 0..many {
                        let to = line.as_mut_ptr().add(k * apart);
                        std::ptr::copy_nonoverlapping(g.add(k * width), to, width);
                    }
                    dots(&offsets, x.add(from), line.as_ptr(), (many - 1) * apart + width, lanes);
                }
            }
        }
    };
    par::for_each_chunk(p.groups, grain, |r| {
        let mut line = buffer(<T as Elem>::ZERO, together * apart);
        let mut lanes = buffer([<T as Elem>::ZERO; LANES], offsets.len());
        scratch::with(Slot::Shared, if padded.as_is { 0 } else { padded.channel() }, |held: *mut T| {
            if !padded.as_is {
                // SAFETY: memory of this task
                unsafe { padded.clear(held) };
            }
            for c in r {
                lanes.fill([<T as Elem>::ZERO; LANES]);
                channel(c, together, &mut lanes, &mut line, held);
                let finite = |l: &[T; LANES]| l.iter().all(|v| v.abs() < T::INFINITY);
                if together > 1 && !lanes.iter().all(finite) {
                    // a zero between rows has met an infinity that this weight never sees
                    lanes.fill([<T as Elem>::ZERO; LANES]);
                    channel(c, 1, &mut lanes, &mut line, held);
                }
                for (t, l) in lanes.iter().enumerate() {
                    let total = l.iter().fold(<T as Elem>::ZERO, |a, b| a + *b);
                    // SAFETY: this channel's weights.
                    unsafe { dw.at(c * p.taps() + t).write(total) };
                }
            }
        });
    });
}

multiversion! {
    unsafe fn dots[T: Direct](offsets: &[usize], x: *const T, g: *const T, n: usize, lanes: &mut [[T; LANES]]) {
        for (o, lanes) in offsets.iter().zip(lanes) {
            let x = x.add(*o);
            let mut l = *lanes;
            let mut j = 0;
            if n >= 8 * LANES {
                // four sums at a time: each waits for its own last addition alone
                let mut more = [[<T as Elem>::ZERO; LANES]; 4];
                while j + 4 * LANES <= n {
                    for k in 0..4 {
                        for i in 0..LANES {
                            let at = j + k * LANES + i;
                            more[k][i] = (*g.add(at)).fma(*x.add(at), more[k][i]);
                        }
                    }
                    j += 4 * LANES;
                }
                for i in 0..LANES {
                    l[i] += (more[0][i] + more[1][i]) + (more[2][i] + more[3][i]);
                }
            }
            while j + LANES <= n {
                for i in 0..LANES {
                    l[i] = (*g.add(j + i)).fma(*x.add(j + i), l[i]);
                }
                j += LANES;
            }
            for i in 0..n - j {
                l[i] = (*g.add(j + i)).fma(*x.add(j + i), l[i]);
            }
            *lanes = l;
        }
    }
}

unsafe fn weight_last<T: Direct>(p: &Conv, x: *const T, g: *const T, dw: *mut T) {
    let plan = Plan::forward(p);
    let c = p.groups;
    let padded = PaddedLast::of(&plan, c);
    let offsets: Vec<usize> = plan.taps.iter().map(|t| padded.offset(t.1)).collect();
    let (input, output) = (p.input_plane(), p.output_plane());
    let [_, rows, width] = p.output;
    let parts = PARTS.min(p.n);
    let mut sums = buffer(<T as Elem>::ZERO, parts * offsets.len() * c);
    let (x, g, acc) = (Ptr::of(x), Ptr::of(g), Ptr(sums.as_mut_ptr()));
    par::for_each(parts, |part| {
        for n in part * p.n / parts..(part + 1) * p.n / parts {
            // SAFETY: partial sums of this task alone.
            unsafe {
                let x = x.at(n * input * c) as *const T;
                let len = if padded.as_is { 0 } else { padded.len() };
                scratch::with(Slot::Shared, len, |buffer: *mut T| {
                    let x = if padded.as_is {
                        x
                    } else {
                        padded.copy(x, buffer);
                        buffer
                    };
                    for t in 0..output / width {
                        let from = padded.offset([t / rows * plan.stride[0], t % rows * plan.stride[1], 0]);
                        let g = g.at((n * output + t * width) * c);
                        let acc = acc.at(part * offsets.len() * c);
                        products(&offsets, c, x.add(from), plan.stride[2] * c, g, width, acc);
                    }
                });
            }
        }
    });
    for ch in 0..c {
        for t in 0..offsets.len() {
            let total = (0..parts).map(|k| sums[(k * offsets.len() + t) * c + ch]);
            dw.add(ch * p.taps() + t).write(total.fold(<T as Elem>::ZERO, |a, b| a + b));
        }
    }
}

multiversion! {
    unsafe fn products[T: Direct](offsets: &[usize], c: usize, x: *const T, xs: usize, g: *const T, n: usize, acc: *mut T) {
        let mut c0 = 0;
        while c0 < c {
            let m = (c - c0).min(32);
            for (t, o) in offsets.iter().enumerate() {
                let acc = acc.add(t * c + c0);
                let (x, g) = (x.add(o + c0), g.add(c0));
                if m == 32 {
                    let mut l = [<T as Elem>::ZERO; 32];
                    for i in 0..32 {
                        l[i] = *acc.add(i);
                    }
                    for j in 0..n {
                        for i in 0..32 {
                            l[i] = (*g.add(j * c + i)).fma(*x.add(j * xs + i), l[i]);
                        }
                    }
                    for i in 0..32 {
                        *acc.add(i) = l[i];
                    }
                } else {
                    for j in 0..n {
                        for i in 0..m {
                            *acc.add(i) = (*g.add(j * c + i)).fma(*x.add(j * xs + i), *acc.add(i));
                        }
                    }
                }
            }
            c0 += m;
        }
    }
}
