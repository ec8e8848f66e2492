//! Maximum pooling with positions. A position is the flat index in the input plane; the first of equal elements wins,
//! NaN beats everything and the last NaN of a window wins, as in PyTorch.

use super::{Pool, Window, Windows};
use crate::base::Real;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::{par, simd};
use crate::kernels::cpu::reduce::{Ordered, ReducePlan, arg_extreme};
use std::ops::Range;

/// Values and positions of the greatest elements. `indices` may be null.
///
/// # Safety
/// `src` is valid for `n * c` input planes, `dst` and `indices` for as many output planes, in the same memory order.
pub unsafe fn max_pool<T: Pooled + Real>(p: &Pool, src: *const T, dst: *mut T, indices: *mut i64) {
    let (input, output) = p.planes();
    if input == 0 || output == 0 {
        return;
    }
    assert!(input <= i32::MAX as usize, "max_pool: a plane of more than 2^31 elements");
    let (src, dst, indices) = (Ptr::of(src), Ptr(dst), Ptr(indices));
    if p.channels_last {
        let grain = par::REDUCE_GRAIN.div_ceil(p.c.max(1) * p.inputs_per_output());
        // SAFETY: the output pixels of this task
        par::for_each_chunk(p.n * output, grain, |r| unsafe {
            pixels(p, r, input, src.get(), dst.get(), indices.get())
        });
    } else if let Some(line) = longer(p).filter(|_| indices.get().is_null()) {
        let windows = [Windows::none(), Windows::adaptive(input / line, 1), Windows::adaptive(line, 1)];
        max_pool(&Pool { windows, ..*p }, src.get().cast_const(), dst.get(), indices.get())
    } else if !indices.get().is_null() && p.windows.iter().all(Windows::is_whole) {
        whole(p.n * p.c, input, src.get(), dst.get(), indices.get())
    } else {
        let lines = p.windows[0].len() * p.windows[1].len();
        let width = p.windows[2].len();
        let per_line = p.inputs_per_output() * width;
        // whole planes where they are small, so that the line buffers are made once
        let grain = par::REDUCE_GRAIN.div_ceil(per_line);
        if indices.get().is_null() {
            return par::for_each_chunk(p.n * p.c * lines, grain, |r| {
                let mut best = buffer(T::LOW, p.windows[2].reach());
                for t in r {
                    let (plane, line) = (t / lines, t % lines);
                    // SAFETY: one output line per step.
                    unsafe { values(p, line, src.at(plane * input), best.as_mut_ptr(), dst.at(t * width)) };
                }
            });
        }
        par::for_each_chunk(p.n * p.c * lines, grain, |r| {
            let reach = p.windows[2].reach();
            let mut best = buffer(T::LOW, reach);
            let mut place = buffer(i32::MAX, reach);
            let (mut values, mut places) = (buffer(T::LOW, width), buffer(0i32, width));
            for t in r {
                let (plane, line) = (t / lines, t % lines);
                // SAFETY: one output line per step.
                unsafe {
                    let x = src.at(plane * input) as *const T;
                    column_max(p, line, x, best.as_mut_ptr(), place.as_mut_ptr());
                    let (v, i) = (values.as_mut_ptr(), places.as_mut_ptr());
                    sideways(&p.windows[2], best.as_ptr(), place.as_ptr(), v, i);
                    let out = dst.at(t * width);
                    for j in 0..width {
                        out.add(j).write(T::unkey(*v.add(j)));
                    }
                    if !indices.get().is_null() {
                        let out = indices.at(t * width);
                        for j in 0..width {
                            out.add(j).write(*i.add(j) as i64);
                        }
                    }
                }
            }
        });
    }
}

/// Lines of this length are long enough.
const LINE: usize = 64;

/// The length of the lines that a whole plane is better cut into, if its own are short (64 planes of float64 32x28x4 took 290 us by
/// lines of 4, 65 as one).
fn longer(p: &Pool) -> Option<usize> {
    let (input, own) = (p.planes().0, p.windows[2].size);
    if own >= LINE || !p.windows.iter().all(Windows::is_whole) {
        return None;
    }
    let mut line = own;
    for prime in [2, 3, 5, 7] {
        while line < LINE && (input / line).is_multiple_of(prime) {
            line *= prime;
        }
    }
    if line >= LINE / 2 {
        Some(line).filter(|&line| line > own)
    } else {
        Some(input).filter(|&all| all > own)
    }
}

/// One window of a whole plane: 2048 planes of 1000 elements, with their gradient, 2.2 ms among other windows, 0.7 so.
unsafe fn whole<T: Pooled + Real>(planes: usize, n: usize, src: *const T, dst: *mut T, indices: *mut i64) {
    arg_extreme(&ReducePlan::axis(&[planes, n], &[n, 1], 1), src, true, dst, indices);
    for p in 0..planes {
        if (*dst.add(p)).is_nan() {
            // the last of them
            let plane = std::slice::from_raw_parts(src.add(p * n), n);
            let last = plane.iter().rposition(|x| x.is_nan());
            last.inspect(|&at| *indices.add(p) = at as i64);
        }
    }
}

/// In the loops over integers, which are hardly ever pooled, and of the least level: they are not vectorised.
#[inline(always)]
fn rarely<const LEVEL: u8, K: Wide>() {
    if !K::OFTEN || simd::is_least::<LEVEL>() {
        simd::one_by_one();
    }
}

#[inline(always)]
fn steps(w: &Windows, at: Window) -> impl Iterator<Item = usize> {
    (at.start..at.end).step_by(w.step)
}

multiversion! {
    /// A line of values alone: half of the work (lines of 2000 by windows of 4 a third).
    unsafe fn values[const LEVEL, T: Pooled] if { T::OFTEN } (p: &Pool, line: usize, src: *const T, best: *mut T::Key, dst: *mut T) {
        let [wd, wh, ww] = &p.windows;
        let front = if ww.stride == 0 { 0 } else { -ww.first as usize };
        let (inner, n) = (best.add(front), ww.size);
        let (d, h) = (wd.list[line / wh.len()], wh.list[line % wh.len()]);
        let mut best = best.cast_const();
        if T::OFTEN && size_of::<T>() == size_of::<T::Key>() && n == ww.reach() && d.end == d.start + 1 && h.end == h.start + 1 {
            // one line, of what is its own key
            best = src.add((d.start * wh.size + h.start) * n).cast();
        } else {
            edges::<LEVEL, T>(best.cast_mut(), front, n, ww.reach());
            let mut first = true;
            for d in steps(wd, d) {
                for h in steps(wh, h) {
                    let x = src.add((d * wh.size + h) * n);
                    if first {
                        for j in 0..n {
                            rarely::<LEVEL, T::Key>();
                            *inner.add(j) = (*x.add(j)).key();
                        }
                    } else {
                        for j in 0..n {
                            rarely::<LEVEL, T::Key>();
                            *inner.add(j) = greater((*x.add(j)).key(), *inner.add(j));
                        }
                    }
                    first = false;
                }
            }
            if first {
                edges::<LEVEL, T>(inner, n, 0, n);
            }
        }
        match ww.stride {
            0 => {
                for (o, win) in ww.list.iter().enumerate() {
                    *dst.add(o) = T::unkey(greatest::<LEVEL, _>(best, ww, *win));
                }
            }
            1 if !simd::is_least::<LEVEL>() => each_value::<LEVEL, T>(ww, 1, best, dst),
            2 if !simd::is_least::<LEVEL>() => each_value::<LEVEL, T>(ww, 2, best, dst),
            s => each_value::<LEVEL, T>(ww, s, best, dst),
        }
    }
}

/// What lies before and behind the `n` elements of a line.
#[inline(always)]
unsafe fn edges<const LEVEL: u8, T: Pooled>(best: *mut T::Key, front: usize, n: usize, reach: usize) {
    for j in (0..front).chain(front + n..reach) {
        simd::one_by_one();
        *best.add(j) = T::LOW;
    }
}

/// `v` if it beats `b`: nan beats everything.
#[inline(always)]
#[allow(clippy::eq_op)]
fn greater<K: Copy + PartialOrd>(v: K, b: K) -> K {
    if (v > b) | (v != v) { v } else { b }
}

/// Windows at equal distances: neighbours side by side, element by element of all of them (256,000 windows of five: 4.2 ms one
/// by one, 0.6 so).
#[inline(always)]
unsafe fn each_value<const LEVEL: u8, T: Pooled>(w: &Windows, s: usize, best: *const T::Key, dst: *mut T) {
    match w.len() {
        LANES.. if !simd::is_least::<LEVEL>() => beside::<LEVEL, T, LANES>(w, s, best, dst),
        // gathered from further apart they take longer than one by one
        FEW.. if s <= 2 && !simd::is_least::<LEVEL>() => beside::<LEVEL, T, FEW>(w, s, best, dst),
        n => {
            for o in 0..n {
                simd::one_by_one();
                let mut b = *best.add(o * s);
                for k in 1..w.kernel {
                    simd::one_by_one();
                    b = greater(*best.add(o * s + k * w.step), b);
                }
                *dst.add(o) = T::unkey(b);
            }
        }
    }
}

/// `L` windows at a time, the last of them partly again.
#[inline(always)]
unsafe fn beside<const LEVEL: u8, T: Pooled, const L: usize>(
    w: &Windows,
    s: usize,
    best: *const T::Key,
    dst: *mut T,
) {
    let last = w.len() - L;
    let mut o = 0;
    loop {
        simd::one_by_one();
        let mut b = [T::LOW; L];
        for l in 0..L {
            rarely::<LEVEL, T::Key>();
            b[l] = *best.add((o + l) * s);
        }
        for k in 1..w.kernel {
            simd::one_by_one();
            let next = best.add(o * s + k * w.step);
            let mut more = b;
            for l in 0..L {
                rarely::<LEVEL, T::Key>();
                more[l] = greater(*next.add(l * s), b[l]);
            }
            b = more;
        }
        for l in 0..L {
            rarely::<LEVEL, T::Key>();
            *dst.add(o + l) = T::unkey(b[l]);
        }
        if o == last {
            return;
        }
        o = (o + L).min(last);
    }
}

/// A window of any length, some elements side by side where it is long.
#[inline(always)]
unsafe fn greatest<const LEVEL: u8, K: Wide>(best: *const K, w: &Windows, win: Window) -> K {
    let (best, n) = (best.add(win.start), win.end.saturating_sub(win.start));
    let blocks = w.step == 1 && !simd::is_least::<LEVEL>();
    match n {
        LANES.. if blocks => greatest_of::<K, LANES>(best, n),
        FEW.. if blocks => greatest_of::<K, FEW>(best, n),
        _ => {
            let mut top = *best;
            for at in (w.step..n).step_by(w.step) {
                simd::one_by_one();
                top = greater(*best.add(at), top);
            }
            top
        }
    }
}

/// Of at least `L` elements, the last of them partly again.
#[inline(always)]
unsafe fn greatest_of<K: Wide, const L: usize>(best: *const K, n: usize) -> K {
    let mut b = best.cast::<[K; L]>().read_unaligned();
    let mut at = L;
    while at < n {
        simd::one_by_one();
        let next = best.add(at.min(n - L)).cast::<[K; L]>().read_unaligned();
        let mut more = b;
        for l in 0..L {
            rarely::<{ u8::MAX }, K>();
            more[l] = greater(next[l], b[l]);
        }
        b = more;
        at += L;
    }
    let mut half = L / 2;
    while half > 0 {
        for l in 0..half {
            rarely::<{ u8::MAX }, K>();
            b[l] = greater(b[l + half], b[l]);
        }
        half /= 2;
    }
    b[0]
}

multiversion! {
    /// The greatest of a window's rows at each position along the width, and where it lies.
    unsafe fn column_max[const LEVEL, T: Pooled] if { T::OFTEN } (p: &Pool, line: usize, src: *const T, best: *mut T::Key, place: *mut i32) {
        let [wd, wh, ww] = &p.windows;
        let front = if ww.stride == 0 { 0 } else { -ww.first as usize };
        let reach = ww.reach();
        for j in 0..reach {
            rarely::<LEVEL, T::Key>();
            *best.add(j) = T::LOW;
            *place.add(j) = i32::MAX;
        }
        let (best, place) = (best.add(front), place.add(front));
        let n = ww.size;
        let mut first = true;
        for d in steps(wd, wd.list[line / wh.len()]) {
            for h in steps(wh, wh.list[line % wh.len()]) {
                let at = (d * wh.size + h) * n;
                let x = src.add(at);
                if first {
                    for j in 0..n {
                        rarely::<LEVEL, T::Key>();
                        *best.add(j) = (*x.add(j)).key();
                        *place.add(j) = (at + j) as i32;
                    }
                } else {
                    for j in 0..n {
                        rarely::<LEVEL, T::Key>();
                        let (v, b) = ((*x.add(j)).key(), *best.add(j));
                        #[allow(clippy::eq_op)]
                        let wins = (v > b) | (v != v);
                        *best.add(j) = if wins { v } else { b };
                        *place.add(j) = if wins { (at + j) as i32 } else { *place.add(j) };
                    }
                }
                first = false;
            }
        }
    }
}

/// Whether element `v` at `i` beats `b` at `k` when they are met in any order.
#[inline(always)]
#[allow(clippy::eq_op)]
fn wins<K: Copy + PartialOrd>(v: K, i: i32, b: K, k: i32) -> bool {
    (v > b) | ((v == b) & (i < k)) | ((v != v) & ((b == b) | (i > k)))
}

multiversion! {
    unsafe fn sideways[const LEVEL, K: Wide] if { K::OFTEN } (w: &Windows, best: *const K, place: *const i32, v: *mut K, i: *mut i32) {
        match w.stride {
            0 => {
                for (o, win) in w.list.iter().enumerate() {
                    let (best, place) = (best.add(win.start), place.add(win.start));
                    let n = win.end.saturating_sub(win.start);
                    let blocks = w.step == 1 && !simd::is_least::<LEVEL>();
                    let (b, k) = match n {
                        LANES.. if blocks => first_of::<K, LANES>(best, place, n),
                        FEW.. if blocks => first_of::<K, FEW>(best, place, n),
                        _ => one_by_one(best, place, n, w.step),
                    };
                    *v.add(o) = b;
                    *i.add(o) = k;
                }
            }
            1 if !simd::is_least::<LEVEL>() => strided(w, 1, best, place, v, i),
            2 if !simd::is_least::<LEVEL>() => strided(w, 2, best, place, v, i),
            s => strided(w, s, best, place, v, i),
        }
    }
}

/// Elements of a long window that are compared at a time.
const LANES: usize = 16;
/// Windows side by side where they are not as many.
const FEW: usize = 4;

/// The greatest of at least `L` elements and its place: of those each lane meets, and then of the lanes. The last elements are met
/// twice, which changes nothing. (One by one, windows of 5 of random numbers took 25 ns each: where they branch is not foreseen.)
#[inline(always)]
unsafe fn first_of<K: Wide, const L: usize>(best: *const K, place: *const i32, n: usize) -> (K, i32) {
    let (mut b, mut k) = (best.cast::<[K; L]>().read_unaligned(), place.cast::<[i32; L]>().read_unaligned());
    let mut at = L;
    while at < n {
        simd::one_by_one();
        let from = at.min(n - L);
        let c = best.add(from).cast::<[K; L]>().read_unaligned();
        let j = place.add(from).cast::<[i32; L]>().read_unaligned();
        let (mut more, mut where_) = (b, k);
        for l in 0..L {
            rarely::<{ u8::MAX }, K>();
            let take = wins(c[l], j[l], b[l], k[l]);
            more[l] = if take { c[l] } else { b[l] };
            where_[l] = if take { j[l] } else { k[l] };
        }
        (b, k) = (more, where_);
        at += L;
    }
    let mut half = L / 2;
    while half > 0 {
        for l in 0..half {
            rarely::<{ u8::MAX }, K>();
            let take = wins(b[l + half], k[l + half], b[l], k[l]);
            b[l] = if take { b[l + half] } else { b[l] };
            k[l] = if take { k[l + half] } else { k[l] };
        }
        half /= 2;
    }
    (b[0], k[0])
}

/// The same of any number of elements, so far apart.
#[inline(always)]
unsafe fn one_by_one<K: Wide>(best: *const K, place: *const i32, n: usize, step: usize) -> (K, i32) {
    let (mut b, mut k) = (*best, *place);
    for at in (step..n).step_by(step) {
        simd::one_by_one();
        let (c, j) = (*best.add(at), *place.add(at));
        let take = wins(c, j, b, k);
        (b, k) = (if take { c } else { b }, if take { j } else { k });
    }
    (b, k)
}

/// Keys that windows compare. Those of integers, which are hardly ever pooled, have code for the least instruction set alone.
pub trait Wide: Copy + PartialOrd {
    const OFTEN: bool;
}
macro_rules! wide {
    ($($often:literal: $($t:ty)*;)*) => { $($(impl Wide for $t { const OFTEN: bool = $often; })*)* };
}
wide! {
    true: f32 f64;
    false: u8 i8 i16 i32 i64;
}

/// What is pooled.
pub trait Pooled: Ordered<Key: Wide> {
    const OFTEN: bool = <Self::Key as Wide>::OFTEN;
}
impl<T: Ordered<Key: Wide>> Pooled for T {}

#[inline(always)]
unsafe fn strided<K: Wide>(w: &Windows, s: usize, best: *const K, place: *const i32, v: *mut K, i: *mut i32) {
    let n = w.len();
    for o in 0..n {
        rarely::<{ u8::MAX }, K>();
        *v.add(o) = *best.add(o * s);
        *i.add(o) = *place.add(o * s);
    }
    for k in 1..w.kernel {
        let (best, place) = (best.add(k * w.step), place.add(k * w.step));
        for o in 0..n {
            rarely::<{ u8::MAX }, K>();
            let (c, j, b, old) = (*best.add(o * s), *place.add(o * s), *v.add(o), *i.add(o));
            let take = wins(c, j, b, old);
            *v.add(o) = if take { c } else { b };
            *i.add(o) = if take { j } else { old };
        }
    }
}

multiversion! {
    unsafe fn pixels[const LEVEL, T: Pooled] if { T::OFTEN } (p: &Pool, r: Range<usize>, input: usize, src: *const T, dst: *mut T, indices: *mut i64) {
        for (t, n, at) in p.pixels(r) {
            let mut c = 0;
            while c < p.c {
                let (x, y, i) = (src.add(n * input * p.c + c), dst.add(t * p.c + c), indices.wrapping_add(t * p.c + c));
                // (blocks for the least of the levels were 100 KB)
                let (left, blocks) = (p.c - c, !simd::is_least::<LEVEL>());
                if blocks && left >= 2 * BLOCK {
                    match indices.is_null() {
                        true => block::<LEVEL, T, false, { 2 * BLOCK }>(p, &at, x, y, i),
                        false => block::<LEVEL, T, true, { 2 * BLOCK }>(p, &at, x, y, i),
                    }
                    c += 2 * BLOCK;
                    continue;
                }
                match (blocks && left >= BLOCK, indices.is_null()) {
                    (true, true) => block::<LEVEL, T, false, BLOCK>(p, &at, x, y, i),
                    (true, false) => block::<LEVEL, T, true, BLOCK>(p, &at, x, y, i),
                    (false, true) => channels::<LEVEL, T, false>(p, &at, left.min(BLOCK), x, y, i),
                    (false, false) => channels::<LEVEL, T, true>(p, &at, left.min(BLOCK), x, y, i),
                }
                c += BLOCK;
            }
        }
    }
}

/// Channels whose greatest elements stay in registers; of twice as many none waits for another.
const BLOCK: usize = 16;

/// [`channels`] for as many as a block. Arrays are made anew for each element of a window: changed in place they lie in memory,
/// written by halves and read as a whole, which took three times as long.
#[inline(always)]
unsafe fn block<const LEVEL: u8, T: Pooled, const PLACES: bool, const N: usize>(
    p: &Pool,
    at: &[Window; 3],
    src: *const T,
    dst: *mut T,
    indices: *mut i64,
) {
    let [wd, wh, ww] = &p.windows;
    let (mut best, mut place) = ([T::LOW; N], [0i32; N]);
    let mut first = true;
    for d in steps(wd, at[0]) {
        for h in steps(wh, at[1]) {
            for w in steps(ww, at[2]) {
                let at = (d * wh.size + h) * ww.size + w;
                let x = src.add(at * p.c);
                let mut v = [T::LOW; N];
                for j in 0..N {
                    rarely::<LEVEL, T::Key>();
                    v[j] = (*x.add(j)).key();
                }
                if first {
                    (best, place) = (v, [at as i32; N]);
                    first = false;
                    continue;
                }
                let (mut b, mut k) = (best, place);
                for j in 0..N {
                    rarely::<LEVEL, T::Key>();
                    #[allow(clippy::eq_op)]
                    let wins = (v[j] > best[j]) | (v[j] != v[j]);
                    b[j] = if wins { v[j] } else { best[j] };
                    if PLACES {
                        k[j] = if wins { at as i32 } else { place[j] };
                    }
                }
                (best, place) = (b, k);
            }
        }
    }
    for j in 0..N {
        rarely::<LEVEL, T::Key>();
        *dst.add(j) = T::unkey(best[j]);
    }
    if PLACES {
        for j in 0..N {
            rarely::<LEVEL, T::Key>();
            *indices.add(j) = place[j] as i64;
        }
    }
}

/// The greatest of a window, and where it lies if that is asked for, for `c` channels.
#[inline(always)]
unsafe fn channels<const LEVEL: u8, T: Pooled, const PLACES: bool>(
    p: &Pool,
    at: &[Window; 3],
    c: usize,
    src: *const T,
    dst: *mut T,
    indices: *mut i64,
) {
    let [wd, wh, ww] = &p.windows;
    let mut best = [T::LOW; BLOCK];
    let mut place = [0i32; BLOCK];
    let mut first = true;
    for d in steps(wd, at[0]) {
        for h in steps(wh, at[1]) {
            for w in steps(ww, at[2]) {
                let at = (d * wh.size + h) * ww.size + w;
                let x = src.add(at * p.c);
                for j in 0..c {
                    rarely::<LEVEL, T::Key>();
                    let v = (*x.add(j)).key();
                    #[allow(clippy::eq_op)]
                    let wins = first | (v > best[j]) | (v != v);
                    best[j] = if wins { v } else { best[j] };
                    if PLACES {
                        place[j] = if wins { at as i32 } else { place[j] };
                    }
                }
                first = false;
            }
        }
    }
    for j in 0..c {
        rarely::<LEVEL, T::Key>();
        *dst.add(j) = T::unkey(best[j]);
    }
    if PLACES {
        for j in 0..c {
            rarely::<LEVEL, T::Key>();
            *indices.add(j) = place[j] as i64;
        }
    }
}
