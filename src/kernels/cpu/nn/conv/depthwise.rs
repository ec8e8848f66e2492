//! Depthwise convolution: one input and one output channel a group. Bounded by what is read, not by multiplications:
//! along the width with channels first, where taps share what they load (`columns`), along the channels with channels last.

use super::Conv;
use super::columns::{Columns, LANES, plane, products};
use super::direct::images;
use super::pad::{Padded, PaddedLast};
use super::plan::Plan;
use super::scratch::{self, Slot};
use super::tile::Direct;
use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::vector::Vector;
use smallvec::SmallVec;
use std::ops::Range;

/// Images are summed into this many partial weight gradients with channels last.
const PARTS: usize = 8;

/// Elements up to which rows of a padded plane are computed as one line: what falls between two rows is thrown away. Rows
/// of 14 alone would take strips of 4, and rows of 56 none of 64.
const LINE: usize = 2048;

/// How many rows of `width` outputs are one line, where the padded plane has rows of `apart`.
fn rows_in_line(width: usize, apart: usize) -> usize {
    if width < 192 && apart >= width && (apart - width) * 2 <= width.max(16) {
        (LINE / apart).max(1)
    } else {
        1
    }
}

/// Padded planes of so many bytes that a task holds. Of small ones two: what was just written in pieces is waited for when it is read
/// in vectors, so the next plane is copied before this one is read.
fn ring(bytes: usize) -> usize {
    if bytes <= 8 << 10 { 2 } else { 1 }
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
    let behind = Columns::beyond::<T>(width).filter(|&n| n == 0 || !padded.as_is);
    let columns = behind.map(|_| Columns::of(&offsets, apart));
    let order: Vec<usize> = match &columns {
        Some(c) => c.order.iter().map(|&k| plan.taps[k].0).collect(),
        None => plan.taps.iter().map(|t| t.0).collect(),
    };
    let dense = plan.step[1..] == [1; 2];
    par::for_each_chunk(p.n * p.groups, grain, |r| {
        let room = match columns {
            Some(_) if dense => 0,
            Some(_) => rows * width,
            None => (together - 1) * apart + width,
        };
        let mut line = buffer(<T as Elem>::ZERO, room);
        let mut taps = buffer(<T as Elem>::ZERO, plan.taps.len());
        let len = if padded.as_is { 0 } else { padded.channel() + behind.unwrap_or(0) };
        let ring = ring(len * size_of::<T>());
        scratch::with(Slot::Shared, ring * len, |held: *mut T| {
            // SAFETY: a buffer of this task's, and a plane of the images'
            let at = |i: usize| unsafe { held.add(i % ring * len) };
            let fill = |i: usize| unsafe { padded.inside(x.at(i * input), at(i)) };
            if !padded.as_is {
                // SAFETY: as above
                (0..ring).for_each(|i| unsafe { padded.clear(at(i)) });
                fill(r.start);
            }
            for i in r.clone() {
                let c = i % p.groups;
                // SAFETY: one plane of each per step.
                unsafe {
                    order.iter().zip(&mut taps).for_each(|(t, w0)| *w0 = *w.at(c * p.taps() + t));
                    let b = if bias.get().is_null() { <T as Elem>::ZERO } else { *bias.at(c) };
                    let mut x = x.at(i * input) as *const T;
                    if !padded.as_is {
                        if ring > 1 && i + 1 < r.end {
                            fill(i + 1);
                        } else if ring == 1 && i > r.start {
                            fill(i);
                        }
                        x = at(i);
                    }
                    let to = |d: usize, h: usize| {
                        let at = (plan.first[0] + d * plan.step[0]) * plan.whole[1]
                            + plan.first[1]
                            + h * plan.step[1];
                        y.at(i * whole + at * plan.whole[2] + plan.first[2])
                    };
                    for d in 0..depth {
                        let slice = x.add(d * padded.slice());
                        if let Some(columns) = &columns {
                            if dense {
                                plane(columns, &taps, slice, to(d, 0), plan.whole[2], rows, width, b);
                                continue;
                            }
                            plane(columns, &taps, slice, line.as_mut_ptr(), width, rows, width, b);
                            for h in 0..rows {
                                let (from, to) = (line.as_ptr().add(h * width), to(d, h));
                                (0..width).for_each(|j| *to.add(j * plan.step[2]) = *from.add(j));
                            }
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

/// `N` vectors of neighbouring outputs.
#[inline(always)]
unsafe fn strip<V: Vector, const N: usize>(
    offsets: &[usize],
    taps: &[V::Elem],
    x: *const V::Elem,
    y: *mut V::Elem,
    bias: V::Elem,
) {
    let mut acc = [V::splat(bias); N];
    for (o, w) in offsets.iter().zip(taps) {
        let (x, w) = (x.add(*o), V::splat(*w));
        for i in 0..N {
            acc[i] = w.fma(V::load(x.add(i * V::LANES)), acc[i]);
        }
    }
    for i in 0..N {
        acc[i].store(y.add(i * V::LANES));
    }
}

multiversion! {
    unsafe fn row[const LEVEL, T: Direct](offsets: &[usize], taps: &[T], x: *const T, y: *mut T, n: usize, bias: T) {
        at_level!(LEVEL, T, row_body(offsets, taps, x, y, n, bias))
    }
}

#[inline(always)]
unsafe fn row_body<V: Vector<Elem: Direct>>(
    offsets: &[usize],
    taps: &[V::Elem],
    x: *const V::Elem,
    y: *mut V::Elem,
    n: usize,
    bias: V::Elem,
) {
    let mut j = 0;
    while j + 8 * V::LANES <= n {
        strip::<V, 8>(offsets, taps, x.add(j), y.add(j), bias);
        j += 8 * V::LANES;
    }
    while j + 2 * V::LANES <= n {
        strip::<V, 2>(offsets, taps, x.add(j), y.add(j), bias);
        j += 2 * V::LANES;
    }
    while j < n && n >= V::LANES {
        // the last strip overlaps the one before
        let at = j.min(n - V::LANES);
        strip::<V, 1>(offsets, taps, x.add(at), y.add(at), bias);
        j = at + V::LANES;
    }
    while j < n {
        let terms = offsets.iter().zip(taps);
        *y.add(j) = terms.fold(bias, |sum, (o, w)| w.fma(*x.add(j + *o), sum));
        j += 1;
    }
}

/// A tap that reads inside the image, for a row of outputs: where it reads for the first of them (from the start of the image,
/// in elements; what is outside, no output reads), in which column, and where its weights are.
#[derive(Clone, Copy)]
struct Term {
    offset: isize,
    column: isize,
    weights: usize,
}

unsafe fn run_last<T: Direct>(p: &Conv, plan: &Plan, x: *const T, w: *const T, bias: *const T, y: *mut T) {
    let c = p.groups;
    let mut taps = Vec::with_capacity(plan.taps.len() * c);
    for t in &plan.taps {
        taps.extend((0..c).map(|ch| *w.add(ch * p.taps() + t.0)));
    }
    let (input, whole) = (plan.input.iter().product::<usize>(), plan.whole.iter().product::<usize>());
    let [depth, rows, width] = plan.output;
    let (x, bias, y) = (Ptr::of(x), Ptr::of(bias), Ptr(y));
    let grain = par::ELEMENTWISE_GRAIN.div_ceil(width * c * plan.taps.len().max(1));
    images(p.n, |n| {
        par::for_each_chunk(depth * rows, grain, |r| {
            let (mut terms, mut some) = (SmallVec::<[Term; 32]>::new(), SmallVec::<[Term; 32]>::new());
            for t in r {
                let (d, h) = (t / rows, t % rows);
                terms.clear();
                let inside = inside(plan, d, h, c, &mut terms);
                let at =
                    (plan.first[0] + d * plan.step[0]) * plan.whole[1] + plan.first[1] + h * plan.step[1];
                let to = (n * whole + at * plan.whole[2] + plan.first[2]) * c;
                let (xs, ys) = (plan.stride[2] * c, plan.step[2] * c);
                let x = x.at(n * input * c) as *const T;
                for j in (0..inside.start).chain(inside.end..width) {
                    let column = |t: &&Term| {
                        let at = (j * plan.stride[2]) as isize + t.column;
                        (0..plan.input[2] as isize).contains(&at)
                    };
                    some.clear();
                    some.extend(terms.iter().filter(column).copied());
                    // SAFETY: an output pixel, and taps that read inside this image
                    unsafe {
                        pixels(
                            &some,
                            &taps,
                            c,
                            x.wrapping_add(j * xs),
                            xs,
                            y.at(to + j * ys),
                            ys,
                            1,
                            bias.get(),
                        )
                    };
                }
                let (x, to) = (x.wrapping_add(inside.start * xs), to + inside.start * ys);
                // SAFETY: output pixels all of whose taps read inside this image
                unsafe { pixels(&terms, &taps, c, x, xs, y.at(to), ys, inside.len(), bias.get()) };
            }
        });
    });
}

/// The taps that read inside the image for row `h` of slice `d` of the outputs; and the outputs of the row for which all of
/// them do. Padding is not written out: a copy of the image costs half as much as the sums of 3x3.
fn inside(plan: &Plan, d: usize, h: usize, c: usize, terms: &mut SmallVec<[Term; 32]>) -> Range<usize> {
    let at = |axis: usize, output: usize, tap: usize| {
        (output * plan.stride[axis] + tap) as isize - plan.front[axis]
    };
    let [depth, height, width] = plan.input.map(|n| n as isize);
    let (mut from, mut to) = (0, plan.output[2] as isize);
    let step = plan.stride[2] as isize;
    let up = |n: isize| (n + step - 1).div_euclid(step);
    for (k, (_, tap)) in plan.taps.iter().enumerate() {
        let (z, y, column) = (at(0, d, tap[0]), at(1, h, tap[1]), at(2, 0, tap[2]));
        if (0..depth).contains(&z) && (0..height).contains(&y) {
            let offset = ((z * height + y) * width + column) * c as isize;
            terms.push(Term { offset, column, weights: k * c });
            (from, to) = (from.max(up(-column)), to.min(up(width - column)));
        }
    }
    let from = from.clamp(0, plan.output[2] as isize) as usize;
    from..(to.max(0) as usize).max(from)
}

multiversion! {
    unsafe fn pixels[T: Direct](
        terms: &[Term], taps: &[T], c: usize, x: *const T, xs: usize, y: *mut T, ys: usize, n: usize, bias: *const T,
    ) {
        let mut j = 0;
        // pixels together where there are: they share their weights, which are half of what is read
        while j + 4 <= n {
            all_channels::<T, 4>(terms, taps, c, x.wrapping_add(j * xs), xs, y.add(j * ys), ys, bias);
            j += 4;
        }
        while j < n {
            all_channels::<T, 1>(terms, taps, c, x.wrapping_add(j * xs), xs, y.add(j * ys), ys, bias);
            j += 1;
        }
    }
}

#[inline(always)]
unsafe fn all_channels<T: Direct, const P: usize>(
    terms: &[Term],
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
        channels::<T, 32, P>(terms, taps, c0, x, xs, y, ys, bias);
        c0 += 32;
    }
    while c0 + 16 <= c {
        channels::<T, 16, P>(terms, taps, c0, x, xs, y, ys, bias);
        c0 += 16;
    }
    while c0 + 4 <= c {
        channels::<T, 4, P>(terms, taps, c0, x, xs, y, ys, bias);
        c0 += 4;
    }
    while c0 < c {
        channels::<T, 1, P>(terms, taps, c0, x, xs, y, ys, bias);
        c0 += 1;
    }
}

/// `N` channels of `P` pixels.
#[inline(always)]
unsafe fn channels<T: Direct, const N: usize, const P: usize>(
    terms: &[Term],
    taps: &[T],
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
    for t in terms {
        let (x, w) = (x.wrapping_offset(t.offset).wrapping_add(c0), taps.as_ptr().add(t.weights + c0));
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
    let columns = Columns::beyond::<T>(width).map(|_| Columns::of(&offsets, apart));
    let number = |t: usize| columns.as_ref().map_or(t, |c| plan.taps[c.order[t]].0);
    // one channel: whole lines with zeros between the rows of the gradient, or row by row
    let len = if padded.as_is { 0 } else { padded.channel() };
    let ring = ring(len * size_of::<T>());
    let channel = |c: usize, together: usize, lanes: &mut [[T; LANES]], line: &mut [T], held: *mut T| {
        // SAFETY: a buffer of this task's, and a plane of the images'
        let at = |n: usize| unsafe { held.add(n % ring * len) };
        let fill = |n: usize| unsafe { padded.inside(x.at((n * p.groups + c) * input), at(n)) };
        if !padded.as_is {
            fill(0);
        }
        for n in 0..p.n {
            // SAFETY: one channel of each per step.
            unsafe {
                let mut x = x.at((n * p.groups + c) * input) as *const T;
                if !padded.as_is {
                    if ring > 1 && n + 1 < p.n {
                        fill(n + 1);
                    } else if ring == 1 && n > 0 {
                        fill(n);
                    }
                    x = at(n);
                }
                if let Some(columns) = &columns {
                    for d in 0..depth {
                        let g = g.at((n * p.groups + c) * output + d * rows * width);
                        let x = x.add(d * padded.slice());
                        products(columns, x, g.cast_const(), rows, width, lanes);
                    }
                    continue;
                }
                let starts = (0..depth).flat_map(|d| (0..rows).step_by(together).map(move |h| d * rows + h));
                for t in starts {
                    let many = together.min(rows - t % rows);
                    let from = t / rows * padded.slice() + t % rows * apart;
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
        scratch::with(Slot::Shared, ring * len, |held: *mut T| {
            if !padded.as_is {
                // SAFETY: memory of this task
                (0..ring).for_each(|i| unsafe { padded.clear(held.add(i * len)) });
            }
            for c in r {
                lanes.fill([<T as Elem>::ZERO; LANES]);
                channel(c, together, &mut lanes, &mut line, held);
                let finite = |l: &[T; LANES]| l.iter().all(|v| v.abs() < T::INFINITY);
                if columns.is_none() && together > 1 && !lanes.iter().all(finite) {
                    // a zero between rows has met an infinity that this weight never sees
                    lanes.fill([<T as Elem>::ZERO; LANES]);
                    channel(c, 1, &mut lanes, &mut line, held);
                }
                for (t, l) in lanes.iter().enumerate() {
                    let total = l.iter().fold(<T as Elem>::ZERO, |a, b| a + *b);
                    // SAFETY: this channel's weights.
                    unsafe { dw.at(c * p.taps() + number(t)).write(total) };
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
                        products_last(&offsets, c, x.add(from), plan.stride[2] * c, g, width, acc);
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
    unsafe fn products_last[T: Direct](offsets: &[usize], c: usize, x: *const T, xs: usize, g: *const T, n: usize, acc: *mut T) {
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
