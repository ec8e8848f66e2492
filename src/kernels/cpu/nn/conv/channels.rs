//! Direct convolution with vectors over output channels: inputs are broadcast from where they lie in the padded image,
//! channels first or last, so that no pixel of a tile is wasted however small the images are.
//!
//! A task is a block of output channels by a range of pixels, over all images. It packs its weights itself, block of
//! the sum by block, into the second-level cache, and goes through its pixels for each.

use super::direct;
use super::pad::Image;
use super::plan::{Plan, Sides, Weights};
use super::scratch::{self, Slot};
use super::tile::{Channels, Direct, Kernels, LANES, ROWS, kernels};
use crate::base::Elem;
use crate::kernels::cpu::linalg::matmul::{fetch, turn};
use crate::kernels::cpu::machine::blocks::copy_few;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use std::ops::Range;

/// Terms of the sum whose weights are packed together: 640 x 32 f32 are 80 KiB.
const TERMS: usize = 640;
/// Pixels of a task: their sums, 32 channels each, are 128 KiB of f32.
const RANGE: usize = 1024;
/// Pixels below which a range is not cut for the sake of more tasks: packing a weight takes the time of some 6 pixels.
const LEAST_RANGE: usize = 192;
/// Tasks to aim for.
const TASKS: usize = 8;
/// Padded images that are made together.
const IMAGES_BYTES: usize = 8 << 20;
/// Channels that follow one another in the sum before the next tap where they are dense in memory: a cache line.
const CHUNK: usize = 16;

/// Whether these kernels beat those that run along pixels, for images with channels first. Both reach the peak of
/// the machine within a tile; what differs is the part of a tile that is of use, and what is done besides.
pub fn wins(plans: &[Plan], s: &Sides) -> bool {
    let (mut ours, mut theirs) = (0.0, 0.0);
    for p in plans.iter().filter(|p| p.outputs() * s.cin * p.taps.len() > 0) {
        let products = (p.outputs() * p.taps.len()) as f64;
        ours += cost(p, s) * products;
        theirs += direct::cost(p, s) * products;
    }
    ours < theirs
}

/// The time that these kernels take, with that of the products alone as unit.
pub fn cost(plan: &Plan, s: &Sides) -> f64 {
    let kernels = kernels::<f32>();
    let vectors = kernels.vectors(s.cout);
    let wide = vectors * kernels.lanes;
    // of one vector what is broadcast is used once, and all else is more beside fewer products
    let (once, more) = if vectors == 1 { (1.35, 1.6) } else { (1.0, 1.0) };
    let (pixels, terms) = (plan.outputs(), s.cin * plan.taps.len());
    let lanes = s.cout.next_multiple_of(wide) as f64 / s.cout as f64;
    let packing = 6.4 / (s.n * pixels).min(RANGE) as f64;
    let storing = 8.0 / terms as f64;
    lanes * (once + more * (packing + storing))
}

struct Job<'a, T: 'static> {
    kernels: Kernels<T>,
    /// Vectors of a block of channels, and their lanes.
    vectors: usize,
    wide: usize,
    plan: &'a Plan,
    sides: &'a Sides,
    weights: &'a Weights<T>,
    bias: Ptr<T>,
    image: Image,
    /// Where the taps read.
    taps: Vec<usize>,
    last: bool,
    chunk: usize,
    /// Where each output pixel of an image reads and, if not in order, where it goes in its plane.
    from: Vec<usize>,
    to: Option<Vec<usize>>,
}

/// Runs a plan for all images and groups.
pub unsafe fn run<T: Direct>(
    plan: &Plan,
    sides: &Sides,
    last: bool,
    x: *const T,
    weights: &Weights<T>,
    bias: *const T,
    y: *mut T,
) {
    let pixels = plan.outputs();
    if pixels == 0 {
        return;
    }
    let (cx, cy) = (sides.groups * sides.cin, sides.groups * sides.cout);
    let image = Image::of(plan, cx, last, size_of::<T>());
    let (mut from, mut to) = (Vec::with_capacity(pixels), Vec::new());
    let step = image.offset([0, 0, plan.stride[2]]) - image.offset([0; 3]);
    for d in 0..plan.output[0] {
        for h in 0..plan.output[1] {
            let start = image.offset([d * plan.stride[0], h * plan.stride[1], 0]);
            from.extend((0..plan.output[2]).map(|w| start + w * step));
            if !plan.dense() {
                let row =
                    (plan.first[0] + d * plan.step[0]) * plan.whole[1] + plan.first[1] + h * plan.step[1];
                let start = row * plan.whole[2] + plan.first[2];
                to.extend((0..plan.output[2]).map(|w| start + w * plan.step[2]));
            }
        }
    }
    let kernels = kernels::<T>();
    let vectors = kernels.vectors(sides.cout);
    let job = Job {
        vectors,
        wide: vectors * kernels.lanes,
        kernels,
        from,
        taps: plan.taps.iter().map(|t| image.offset(t.1)).collect(),
        to: (!plan.dense()).then_some(to),
        plan,
        sides,
        weights,
        bias: Ptr::of(bias),
        chunk: if last { CHUNK } else { 1 },
        last,
        image,
    };
    let (plane, whole): (usize, usize) = (plan.input.iter().product(), plan.whole.iter().product());
    let (x, y, len) = (Ptr::of(x), Ptr(y), job.image.len());
    if job.image.as_is() {
        return job.images(sides.n, x.get(), y.get());
    }
    let some = (IMAGES_BYTES / (len * size_of::<T>())).clamp(1, sides.n);
    scratch::with(Slot::Whole, some * len, |buffer: *mut T| {
        let padded = Ptr(buffer);
        for first in (0..sides.n).step_by(some) {
            let count = some.min(sides.n - first);
            // SAFETY: one padded image each.
            let pad =
                |i: usize| unsafe { job.image.copy(x.at((first + i) * plane * cx), padded.at(i * len)) };
            if count == 1 {
                pad(0);
            } else {
                par::for_each_chunk(count, par::ELEMENTWISE_GRAIN.div_ceil(len), |r| r.for_each(pad));
            }
            // SAFETY: the images just padded.
            unsafe { job.images(count, buffer, y.at(first * whole * cy)) };
        }
    });
}

impl<T: Direct> Job<'_, T> {
    /// All results for `n` images that lie as the kernels read them.
    unsafe fn images(&self, n: usize, x: *const T, y: *mut T) {
        let s = self.sides;
        let blocks = s.groups * s.cout.div_ceil(self.wide);
        let total = n * self.from.len();
        let work = total * s.cin * self.plan.taps.len() * self.wide;
        let cut = if work * blocks < par::MATMUL_MIN_FMA { 1 } else { TASKS.div_ceil(blocks) };
        let ranges = total.div_ceil(RANGE).max(cut.min(total / LEAST_RANGE)).max(1);
        let (x, y) = (Ptr::of(x), Ptr(y));
        let grain = (par::MATMUL_MIN_FMA / 2 / (work / ranges).max(1)).max(1);
        par::for_each_chunk(blocks * ranges, grain, |r| {
            for t in r {
                let (b, i) = (t / ranges, t % ranges);
                // SAFETY: a block of channels of a range of pixels.
                unsafe { self.task(b, i * total / ranges..(i + 1) * total / ranges, x.get(), y.get()) };
            }
        });
    }

    unsafe fn task(&self, block: usize, pixels: Range<usize>, x: *const T, y: *mut T) {
        let (s, wide) = (self.sides, self.wide);
        let blocks = s.cout.div_ceil(wide);
        let (group, first) = (block / blocks, block % blocks * wide);
        let width = (s.cout - first).min(wide);
        let x = x.add(group * s.cin * self.image.channel());
        let c0 = group * s.cout + first;
        let mut bias = [<T as Elem>::ZERO; LANES];
        if !self.bias.get().is_null() {
            std::ptr::copy_nonoverlapping(self.bias.at(c0), bias.as_mut_ptr(), width);
        }
        let taps = self.plan.taps.len();
        // Whole vectors of pixels that follow one another are summed where they go.
        let (in_place, cy) = (self.last && self.to.is_none() && width == wide, s.groups * s.cout);
        // Whole chunks of channels, in blocks that are as even as they can be.
        let chunks = s.cin.div_ceil(self.chunk).max(1);
        let most = (TERMS / (self.chunk * taps).max(1)).max(1);
        let channels = chunks.div_ceil(chunks.div_ceil(most)) * self.chunk;
        let tiles = pixels.len().div_ceil(self.kernels.rows());
        let mut steps = Vec::with_capacity(channels * taps);
        let mut rows = Vec::with_capacity(pixels.len());
        let (mut image, mut i) = (pixels.start / self.from.len(), pixels.start % self.from.len());
        while rows.len() < pixels.len() {
            let run = (self.from.len() - i).min(pixels.len() - rows.len());
            rows.extend(self.from[i..i + run].iter().map(|from| image * self.image.len() + from));
            (image, i) = (image + 1, 0);
        }
        scratch::with(Slot::Task, (channels * taps + pixels.len()) * wide, |panel: *mut T| {
            let sums = panel.add(channels * taps * wide);
            // Without any channel the sums are zero all the same.
            for c in (0..s.cin.max(1)).step_by(channels) {
                let end = (c + channels).min(s.cin);
                self.pack(group, first..first + width, c..end, panel, &mut steps);
                for t in 0..tiles {
                    let (start, stop) = (t * pixels.len() / tiles, (t + 1) * pixels.len() / tiles);
                    let a = Channels {
                        k: steps.len(),
                        x,
                        rows: rows[start..].as_ptr(),
                        steps: steps.as_ptr(),
                        w: panel,
                        bias: if c == 0 { bias.as_ptr() } else { std::ptr::null() },
                        out: if in_place {
                            y.add((pixels.start + start) * cy + c0)
                        } else {
                            sums.add(start * wide)
                        },
                        pitch: if in_place { cy } else { wide },
                        add: c > 0,
                    };
                    (self.kernels.channels[self.vectors - 1][stop - start - 1])(&a);
                    self.fetch(group, first..first + width, end..(end + channels).min(s.cin), t, tiles);
                    if end == s.cin && !in_place {
                        let some = pixels.start + start..pixels.start + stop;
                        self.store(some, c0, width, sums.add(start * wide), y);
                    }
                }
            }
        });
    }

    /// Asks for part `part` of `parts` of the weights of some lanes and channels, which are packed next: large ones come
    /// from memory.
    unsafe fn fetch(
        &self,
        group: usize,
        lanes: Range<usize>,
        channels: Range<usize>,
        part: usize,
        parts: usize,
    ) {
        let w = self.weights;
        if self.chunk != 1 || w.down != w.taps || channels.is_empty() {
            return;
        }
        let line = 64 / size_of::<T>();
        let lines = (channels.len() * w.taps).div_ceil(line);
        let all = lines * lanes.len();
        for i in part * all / parts..(part + 1) * all / parts {
            let from = w.at(group, lanes.start + i / lines, channels.start, 0);
            fetch::<false>(from.wrapping_add(i % lines * line).cast());
        }
    }

    /// The weights of some lanes and channels as a panel, and where its terms read.
    unsafe fn pack(
        &self,
        group: usize,
        lanes: Range<usize>,
        channels: Range<usize>,
        panel: *mut T,
        steps: &mut Vec<usize>,
    ) {
        let (w, wide) = (self.weights, self.wide);
        let taps = &self.plan.taps;
        let width = lanes.len();
        if width < wide {
            panel.write_bytes(0, channels.len() * taps.len() * wide);
        }
        // All taps in their order lie dense in the weight.
        let in_order = self.chunk == 1 && taps.len() == w.taps;
        steps.clear();
        let mut to = panel;
        let at = |c: usize, tap: usize| w.at(group, lanes.start, c, tap);
        if in_order && w.down == w.taps {
            turn(at(channels.start, 0), w.across as isize, 1, width, channels.len() * w.taps, panel, wide);
        }
        for c in channels.clone().step_by(self.chunk) {
            let some = self.chunk.min(channels.end - c);
            if in_order && w.down != w.taps {
                turn(at(c, 0), w.across as isize, 1, width, w.taps, to, wide);
            }
            for (&(tap, _), &offset) in taps.iter().zip(&self.taps) {
                if !in_order {
                    turn(at(c, tap), w.across as isize, w.down as isize, width, some, to, wide);
                }
                to = to.add(some * wide);
                steps.extend((c..c + some).map(|c| offset + c * self.image.channel()));
            }
        }
    }

    /// Finished sums of some pixels to where they go.
    unsafe fn store(&self, pixels: Range<usize>, c0: usize, width: usize, sums: *const T, y: *mut T) {
        let (wide, count) = (self.wide, self.from.len());
        let whole: usize = self.plan.whole.iter().product();
        let cy = self.sides.groups * self.sides.cout;
        let mut pixel = pixels.start;
        let mut sums = sums;
        while pixel < pixels.end {
            let (n, i) = (pixel / count, pixel % count);
            let y = y.add(n * whole * cy);
            match (&self.to, self.last) {
                // A run of pixels of one image, turned.
                (None, false) => {
                    let run = (pixels.end - pixel).min(count - i);
                    turn(sums, wide as isize, 1, run, width, y.add(c0 * whole + i), whole);
                    (pixel, sums) = (pixel + run, sums.add(run * wide));
                }
                // The same, then spread.
                (Some(to), false) => {
                    let run = (pixels.end - pixel).min(count - i);
                    let mut lines = [<T as Elem>::ZERO; ROWS * LANES];
                    turn(sums, wide as isize, 1, run, width, lines.as_mut_ptr(), ROWS);
                    for (lane, line) in lines.chunks_exact(ROWS).take(width).enumerate() {
                        let y = y.add((c0 + lane) * whole);
                        for (to, x) in to[i..i + run].iter().zip(line) {
                            *y.add(*to) = *x;
                        }
                    }
                    (pixel, sums) = (pixel + run, sums.add(run * wide));
                }
                (to, true) => {
                    let run = (pixels.end - pixel).min(count - i);
                    for k in i..i + run {
                        let at = to.as_ref().map_or(k, |to| to[k]);
                        copy_few(sums.cast(), y.add(at * cy + c0).cast(), width * size_of::<T>());
                        sums = sums.add(wide);
                    }
                    pixel += run;
                }
            }
        }
    }
}
