//! Direct convolution with channels last: inputs are broadcast from the padded image, vectors run over output
//! channels.

use super::Conv;
use super::direct::{Sides, images};
use super::pad::PaddedLast;
use super::plan::Plan;
use super::scratch::{self, Slot};
use super::tile::{Channels, Direct, ROWS, best_channel_rows, kernels};
use crate::base::Elem;
use crate::kernels::cpu::flt::Ptr;
use crate::kernels::cpu::par;

/// Packed weights larger than this are walked block by block, each over all pixels.
const WEIGHTS_IN_CACHE: usize = 1 << 20;
/// Lanes of a tile at most.
const LANES: usize = 32;

pub unsafe fn forward<T: Direct>(p: &Conv, x: *const T, weight: *const T, bias: *const T, y: *mut T) {
    let (ci, co, taps) = (p.cin / p.groups, p.cout / p.groups, p.taps());
    let sides = Sides { n: p.n, groups: p.groups, cin: ci, cout: co };
    let weight = Ptr::of(weight);
    // SAFETY: an element of the weight.
    let w =
        |g: usize, r: usize, c: usize, t: usize| unsafe { *weight.at(((g * co + r) * ci + c) * taps + t) };
    run(&Plan::forward(p), &sides, x, w, bias, y);
}

pub unsafe fn backward_data<T: Direct>(p: &Conv, g: *const T, weight: *const T, bias: *const T, dx: *mut T) {
    let (ci, co, taps) = (p.cin / p.groups, p.cout / p.groups, p.taps());
    let sides = Sides { n: p.n, groups: p.groups, cin: co, cout: ci };
    let weight = Ptr::of(weight);
    // SAFETY: an element of the weight.
    let w =
        |g: usize, r: usize, c: usize, t: usize| unsafe { *weight.at(((g * co + c) * ci + r) * taps + t) };
    for plan in Plan::backward(p) {
        run(&plan, &sides, g, w, bias, dx);
    }
}

unsafe fn run<T: Direct>(
    plan: &Plan,
    s: &Sides,
    x: *const T,
    weight: impl Fn(usize, usize, usize, usize) -> T + Sync,
    bias: *const T,
    y: *mut T,
) {
    let pixels = plan.outputs();
    if pixels == 0 {
        return;
    }
    let kernels = kernels::<T>();
    let wide = 2 * kernels.lanes;
    let (cx, cy) = (s.groups * s.cin, s.groups * s.cout);
    let padded = PaddedLast::of(plan, cx);
    let k = s.cin * plan.taps.len();
    let blocks = s.cout.div_ceil(wide);
    // Panels [group][block][tap, channel][lane]; missing channels are zero.
    let mut packed = vec![<T as Elem>::ZERO; s.groups * blocks * k * wide];
    let mut steps = Vec::with_capacity(k);
    for &(_, at) in &plan.taps {
        steps.extend((0..s.cin).map(|c| padded.offset(at) + c));
    }
    let panels = Ptr(packed.as_mut_ptr());
    par::for_each_chunk(s.groups * blocks, par::ELEMENTWISE_GRAIN.div_ceil((k * wide).max(1)), |r| {
        for t in r {
            let (g, first) = (t / blocks, t % blocks * wide);
            for (i, &(tap, _)) in plan.taps.iter().enumerate() {
                for c in 0..s.cin {
                    let to = panels.at((t * k + i * s.cin + c) * wide);
                    for lane in 0..(s.cout - first).min(wide) {
                        // SAFETY: a line of this task's panel.
                        unsafe { to.add(lane).write(weight(g, first + lane, c, tap)) };
                    }
                }
            }
        }
    });
    let [_, h, w] = plan.output;
    let place = |i: usize| [i / w / h, i / w % h, i % w];
    let from: Vec<usize> = (0..pixels)
        .map(|i| {
            let at = place(i);
            padded.offset([0, 1, 2].map(|a| at[a] * plan.stride[a]))
        })
        .collect();
    let to: Vec<usize> = (0..pixels)
        .map(|i| {
            let at = place(i);
            let q = [0, 1, 2].map(|a| plan.first[a] + at[a] * plan.step[a]);
            ((q[0] * plan.whole[1] + q[1]) * plan.whole[2] + q[2]) * cy
        })
        .collect();
    let count = pixels.div_ceil(best_channel_rows());
    let (bias, packed) = (Ptr::of(bias), panels);
    let tile = |x: *const T, y: *mut T, t: usize, g: usize, b: usize| {
        let (start, end) = (t * pixels / count, (t + 1) * pixels / count);
        let mut out = [<T as Elem>::ZERO; ROWS * LANES];
        let a = Channels {
            k,
            x: x.wrapping_add(g * s.cin),
            rows: from[start..end].as_ptr(),
            steps: steps.as_ptr(),
            w: packed.at((g * blocks + b) * k * wide),
            out: out.as_mut_ptr(),
            pitch: wide,
            add: false,
        };
        let c0 = g * s.cout + b * wide;
        let n = (s.cout - b * wide).min(wide);
        // SAFETY: pixels of the result, and inputs inside the padded image.
        unsafe {
            kernels.channels[end - start - 1](&a);
            for (j, &to) in to[start..end].iter().enumerate() {
                let y = y.add(to + c0);
                if bias.get().is_null() {
                    std::ptr::copy_nonoverlapping(out.as_ptr().add(j * wide), y, n);
                } else {
                    for i in 0..n {
                        *y.add(i) = out[j * wide + i] + *bias.at(c0 + i);
                    }
                }
            }
        }
    };
    let image = |x: *const T, y: *mut T| {
        let (x, y) = (Ptr::of(x), Ptr(y));
        let work = k * s.groups * blocks * wide * best_channel_rows();
        par::for_each_chunk(count, (par::MATMUL_MIN_FMA / work.max(1)).max(1), |r| {
            for t in r {
                (0..s.groups * blocks).for_each(|b| tile(x.get(), y.get(), t, b / blocks, b % blocks));
            }
        });
    };
    let plane: usize = plan.input.iter().product();
    let whole: usize = plan.whole.iter().product();
    let (x, y) = (Ptr::of(x), Ptr(y));
    if k * s.cout * size_of::<T>() > WEIGHTS_IN_CACHE {
        // Each block of weights is read once for all images.
        let len = padded.len();
        return scratch::with(Slot::Whole, if padded.as_is { 0 } else { s.n * len }, |buffer: *mut T| {
            let buffer = Ptr(buffer);
            if !padded.as_is {
                // SAFETY: one padded image per step.
                par::for_each(s.n, |n| unsafe { padded.copy(x.at(n * plane * cx), buffer.at(n * len)) });
            }
            let from = if padded.as_is { x } else { buffer };
            par::for_each(s.groups * blocks, |b| {
                for n in 0..s.n {
                    let (x, y) = (from.at(n * len), y.at(n * whole * cy));
                    (0..count).for_each(|t| tile(x, y, t, b / blocks, b % blocks));
                }
            });
        });
    }
    images(s.n, |n| {
        let (x, y) = (x.at(n * plane * cx) as *const T, y.at(n * whole * cy));
        if padded.as_is {
            return image(x, y);
        }
        scratch::with(Slot::Shared, padded.len(), |buffer: *mut T| {
            // SAFETY: the buffer has the size asked for.
            unsafe { padded.copy(x, buffer) };
            image(buffer, y);
        });
    });
}
