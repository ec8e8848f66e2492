//! Maximum pooling with positions. A position is the flat index in the input plane; the first of equal elements wins,
//! NaN beats everything and the last NaN of a window wins, as in PyTorch.

use super::{Pool, Window, Windows};
use crate::base::{Elem, Real};
use crate::kernels::cpu::machine::float::{Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::reduce::Ordered;

/// Values and positions of the greatest elements. `indices` may be null.
///
/// # Safety
/// `src` is valid for `n * c` input planes, `dst` and `indices` for as many output planes, in the same memory order.
pub unsafe fn max_pool<T: Ordered + Real>(p: &Pool, src: *const T, dst: *mut T, indices: *mut i64) {
    let (input, output) = p.planes();
    if input == 0 || output == 0 {
        return;
    }
    assert!(input <= i32::MAX as usize, "max_pool: a plane of more than 2^31 elements");
    let (src, dst, indices) = (Ptr::of(src), Ptr(dst), Ptr(indices));
    if p.channels_last {
        let pixels = output;
        let grain = par::REDUCE_GRAIN.div_ceil(p.c.max(1) * p.inputs_per_output());
        par::for_each_chunk(p.n * pixels, grain, |r| {
            for t in r {
                let (n, o) = (t / pixels, t % pixels);
                // SAFETY: one output pixel per step.
                unsafe {
                    let out = if indices.get().is_null() { indices.get() } else { indices.at(t * p.c) };
                    pixel(p, o, src.at(n * input * p.c), dst.at(t * p.c), out);
                }
            }
        });
    } else {
        let lines = p.windows[0].len() * p.windows[1].len();
        let width = p.windows[2].len();
        let per_line = p.inputs_per_output() * width;
        // whole planes where they are small, so that the line buffers are made once
        let grain = par::REDUCE_GRAIN.div_ceil(per_line);
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

#[inline(always)]
fn steps(w: &Windows, at: Window) -> impl Iterator<Item = usize> {
    (at.start..at.end).step_by(w.step)
}

multiversion! {
    /// The greatest of a window's rows at each position along the width, and where it lies.
    unsafe fn column_max[T: Ordered](p: &Pool, line: usize, src: *const T, best: *mut T::Key, place: *mut i32) {
        let [wd, wh, ww] = &p.windows;
        let front = if ww.stride == 0 { 0 } else { -ww.first as usize };
        let reach = ww.reach();
        for j in 0..reach {
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
                        *best.add(j) = (*x.add(j)).key();
                        *place.add(j) = (at + j) as i32;
                    }
                } else {
                    for j in 0..n {
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
    unsafe fn sideways[K: Wide](w: &Windows, best: *const K, place: *const i32, v: *mut K, i: *mut i32) {
        match w.stride {
            0 => {
                for (o, win) in w.list.iter().enumerate() {
                    let (mut b, mut k) = (*best.add(win.start), *place.add(win.start));
                    let mut rest = *win;
                    if w.step == 1 && win.end >= win.start + 2 * LANES {
                        rest.start = win.end - (win.end - win.start) % LANES;
                        (b, k) = long(best.add(win.start), place.add(win.start), rest.start - win.start);
                    }
                    for x in steps(w, rest) {
                        let (c, j) = (*best.add(x), *place.add(x));
                        if wins(c, j, b, k) {
                            (b, k) = (c, j);
                        }
                    }
                    *v.add(o) = b;
                    *i.add(o) = k;
                }
            }
            1 => strided(w, 1, best, place, v, i),
            2 => strided(w, 2, best, place, v, i),
            s => strided(w, s, best, place, v, i),
        }
    }
}

/// Elements of a long window that are compared at a time.
const LANES: usize = 16;

/// The greatest of `n` elements, a multiple of [`LANES`]: of those each lane meets, and then of the lanes.
#[inline(always)]
unsafe fn long<K: Wide>(best: *const K, place: *const i32, n: usize) -> (K, i32) {
    let (mut b, mut k) =
        (best.cast::<[K; LANES]>().read_unaligned(), place.cast::<[i32; LANES]>().read_unaligned());
    for x in (LANES..n).step_by(LANES) {
        for l in 0..LANES {
            let (c, j) = (*best.add(x + l), *place.add(x + l));
            let take = wins(c, j, b[l], k[l]);
            b[l] = if take { c } else { b[l] };
            k[l] = if take { j } else { k[l] };
        }
    }
    let mut top = (b[0], k[0]);
    for l in 1..LANES {
        if wins(b[l], k[l], top.0, top.1) {
            top = (b[l], k[l]);
        }
    }
    top
}

/// Keys, for the macro's sake.
trait Wide: Copy + PartialOrd {}
impl<K: Copy + PartialOrd> Wide for K {}

#[inline(always)]
unsafe fn strided<K: Wide>(w: &Windows, s: usize, best: *const K, place: *const i32, v: *mut K, i: *mut i32) {
    let n = w.len();
    for o in 0..n {
        *v.add(o) = *best.add(o * s);
        *i.add(o) = *place.add(o * s);
    }
    for k in 1..w.kernel {
        let (best, place) = (best.add(k * w.step), place.add(k * w.step));
        for o in 0..n {
            let (c, j, b, old) = (*best.add(o * s), *place.add(o * s), *v.add(o), *i.add(o));
            let take = wins(c, j, b, old);
            *v.add(o) = if take { c } else { b };
            *i.add(o) = if take { j } else { old };
        }
    }
}

/// Channels handled together in the channels-last kernel.
const CHANNELS: usize = 256;

multiversion! {
    unsafe fn pixel[T: Ordered](p: &Pool, o: usize, src: *const T, dst: *mut T, indices: *mut i64) {
        let [wd, wh, ww] = &p.windows;
        let (od, oh, ow) = (o / ww.len() / wh.len(), o / ww.len() % wh.len(), o % ww.len());
        let mut best = [T::LOW; CHANNELS];
        let mut place = [0i32; CHANNELS];
        for c0 in (0..p.c).step_by(CHANNELS) {
            let c = (p.c - c0).min(CHANNELS);
            let mut first = true;
            for d in steps(wd, wd.list[od]) {
                for h in steps(wh, wh.list[oh]) {
                    for w in steps(ww, ww.list[ow]) {
                        let at = (d * wh.size + h) * ww.size + w;
                        let x = src.add(at * p.c + c0);
                        if first {
                            for j in 0..c {
                                best[j] = (*x.add(j)).key();
                                place[j] = at as i32;
                            }
                            first = false;
                            continue;
                        }
                        for j in 0..c {
                            let v = (*x.add(j)).key();
                            #[allow(clippy::eq_op)]
                            let wins = (v > best[j]) | (v != v);
                            best[j] = if wins { v } else { best[j] };
                            place[j] = if wins { at as i32 } else { place[j] };
                        }
                    }
                }
            }
            for j in 0..c {
                *dst.add(c0 + j) = T::unkey(best[j]);
            }
            if !indices.is_null() {
                for j in 0..c {
                    *indices.add(c0 + j) = place[j] as i64;
                }
            }
        }
    }
}

/// Sends each output's gradient to the input it came from; inputs chosen by several windows add up in the order of the
/// outputs. `input` and `output` are the elements of a plane.
///
/// # Safety
/// `g` and `indices` are valid for `n * c` output planes, `dx` for as many input planes; every index lies in a plane.
pub unsafe fn max_pool_backward<T: Flt>(
    n: usize,
    c: usize,
    channels_last: bool,
    input: usize,
    output: usize,
    g: *const T,
    indices: *const i64,
    dx: *mut T,
) {
    let (g, indices, dx) = (Ptr::of(g), Ptr::of(indices), Ptr(dx));
    // A channels-last plane is a column: groups of columns are tasks, so that tasks are many for one sample too.
    let (tasks, width) = if channels_last { (n * c.div_ceil(CHANNELS), CHANNELS.min(c)) } else { (n * c, 1) };
    let step = if channels_last { c } else { 1 };
    let native = std::mem::size_of::<T>() == std::mem::size_of::<T::C>();
    par::for_each_chunk(tasks, par::REDUCE_GRAIN.div_ceil(((input + output) * width).max(1)), |r| {
        let mut scratch = buffer(T::C::ZERO, if native { 0 } else { input });
        for t in r {
            let (from, to, w) = if channels_last {
                let groups = c.div_ceil(CHANNELS);
                let (s, c0) = (t / groups, t % groups * CHANNELS);
                (s * output * c + c0, s * input * c + c0, (c - c0).min(CHANNELS))
            } else {
                (t * output, t * input, 1)
            };
            // SAFETY: planes of this task alone.
            unsafe {
                if native {
                    // zeros are bytes of zero in every float
                    if w == step {
                        std::ptr::write_bytes(dx.at(to), 0, input * step);
                    } else {
                        (0..input).for_each(|i| std::ptr::write_bytes(dx.at(to + i * step), 0, w));
                    }
                    for o in 0..output {
                        for j in 0..w {
                            let at = dx.at(to + *indices.at(from + o * step + j) as usize * step + j);
                            *at = T::down((*at).up() + (*g.at(from + o * step + j)).up());
                        }
                    }
                } else {
                    for j in 0..w {
                        scratch.fill(T::C::ZERO);
                        for o in 0..output {
                            let at = from + o * step + j;
                            scratch[*indices.at(at) as usize] += (*g.at(at)).up();
                        }
                        for i in 0..input {
                            dx.at(to + i * step + j).write(T::down(scratch[i]));
                        }
                    }
                }
            }
        }
    });
}
