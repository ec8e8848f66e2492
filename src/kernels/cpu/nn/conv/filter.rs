//! The gradient for the weight: a product summed over pixels. Rows of the left operand are the input read at a tap's
//! offset, in place; the right operand is `g` with its channels side by side.
//!
//! Where few pixels are summed, tiles are finished at once and turned into the gradient. Else images are summed in order
//! into a fixed number of partial sums, which are added in order.

use super::Conv;
use super::pad::{Padded, PaddedLast};
use super::plan::Plan;
use super::scratch::{self, Slot};
use super::tile::{Channels, Direct, Kernels, LANES, ROWS, kernels};
use crate::base::Elem;
use crate::kernels::cpu::linalg::matmul::turn;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use std::ops::Range;

/// Pixels of `g` that are walked by all taps before the next, of several images if planes are small: 2048 x 32 f32 are
/// 256 KiB. Partial sums are read and written once for that many.
const STRETCH: usize = 2048;
/// Images are split between partial sums only while those are small.
const SMALL: usize = 64 * 1024;
const PARTS: usize = 8;

struct Job<'a, T: 'static> {
    p: &'a Conv,
    kernels: &'a Kernels<T>,
    first: Option<Padded>,
    last: Option<PaddedLast>,
    /// Where each (channel, tap) reads, and each output pixel.
    rows: Vec<usize>,
    pixels: Vec<usize>,
    /// Elements of a padded image of one group.
    len: usize,
    /// Vectors of a block of channels, their lanes, and how many blocks there are.
    vectors: usize,
    wide: usize,
    blocks: usize,
}

pub unsafe fn backward_weight<T: Direct>(p: &Conv, x: *const T, g: *const T, dw: *mut T) {
    let (ci, co, taps) = (p.cin / p.groups, p.cout / p.groups, p.taps());
    let (rows, plane) = (ci * taps, p.output_plane());
    if p.n * plane == 0 {
        return (0..p.cout * rows).for_each(|i| dw.add(i).write(<T as Elem>::ZERO));
    }
    let kernels = kernels::<T>();
    let job = Job::new(p, &kernels);
    let wide = job.wide;
    let pitch = job.blocks * wide;
    let batch = (STRETCH / plane).clamp(1, p.n);
    if batch == p.n && plane <= STRETCH {
        // No partial sums: 512 x 4608 of them, zeroed, summed up and turned, took twice the time of the products.
        let (x, g, dw) = (Ptr::of(x), Ptr::of(g), Ptr(dw));
        return par::for_each(p.groups, |group| {
            // SAFETY: the gradient of one group.
            unsafe {
                job.images(group, 0..p.n, x.get(), g.get(), Sink::Gradient(Ptr(dw.at(group * co * rows))))
            }
        });
    }
    let parts = if rows * pitch <= SMALL { PARTS.min(p.n.div_ceil(batch)) } else { 1 };
    scratch::with(Slot::Sums, p.groups * parts * rows * pitch, |sums: *mut T| {
        let (x, g, acc) = (Ptr::of(x), Ptr::of(g), Ptr(sums));
        par::for_each(p.groups * parts, |t| {
            let (group, part) = (t / parts, t % parts);
            let (start, end) = (part * p.n / parts, (part + 1) * p.n / parts);
            for n in (start..end).step_by(batch) {
                let sink = Sink::Sums(Ptr(acc.at(t * rows * pitch)), n > start);
                // SAFETY: partial sums of this task alone.
                unsafe { job.images(group, n..(n + batch).min(end), x.get(), g.get(), sink) };
            }
        });
        turn_sums(p, parts, pitch, acc, dw);
    });
}

/// Where products go.
#[derive(Clone, Copy)]
enum Sink<T> {
    /// To the gradient of a group.
    Gradient(Ptr<T>),
    /// To partial sums `[row][lane]`, added to if so.
    Sums(Ptr<T>, bool),
}

/// Partial sums, added up in order, into the gradient.
unsafe fn turn_sums<T: Direct>(p: &Conv, parts: usize, pitch: usize, acc: Ptr<T>, dw: *mut T) {
    let (co, rows) = (p.cout / p.groups, p.cin / p.groups * p.taps());
    let dw = Ptr(dw);
    // Turned in squares of 16 x 16.
    par::for_each_chunk(
        p.groups * co.div_ceil(16),
        par::ELEMENTWISE_GRAIN.div_ceil(16 * rows * parts),
        |r| {
            let mut square = [[<T as Elem>::ZERO; 16]; 16];
            for t in r {
                let (group, c0) = (t / co.div_ceil(16), t % co.div_ceil(16) * 16);
                let width = (co - c0).min(16);
                for k0 in (0..rows).step_by(16) {
                    let height = (rows - k0).min(16);
                    for k in 0..height {
                        for c in 0..width {
                            let mut total = <T as Elem>::ZERO;
                            for part in 0..parts {
                                // SAFETY: sums that are complete.
                                total += unsafe {
                                    *acc.at(((group * parts + part) * rows + k0 + k) * pitch + c0 + c)
                                };
                            }
                            square[c][k] = total;
                        }
                    }
                    for c in 0..width {
                        let to = dw.at((group * co + c0 + c) * rows + k0);
                        // SAFETY: channels of the gradient that belong to this task.
                        unsafe { std::ptr::copy_nonoverlapping(square[c].as_ptr(), to, height) };
                    }
                }
            }
        },
    );
}

impl<'a, T: Direct> Job<'a, T> {
    fn new(p: &'a Conv, kernels: &'a Kernels<T>) -> Job<'a, T> {
        let (ci, co) = (p.cin / p.groups, p.cout / p.groups);
        let mut plan = Plan::forward(p);
        plan.stride = [1; 3];
        let first = (!p.channels_last).then(|| Padded::of(&plan, size_of::<T>()));
        let last = p.channels_last.then(|| PaddedLast::of(&plan, p.cin));
        let offset = |at: [usize; 3]| match (&first, &last) {
            (Some(f), _) => f.offset(at),
            (_, Some(l)) => l.offset(at),
            _ => unreachable!(),
        };
        let channel = first.as_ref().map_or(1, |f| f.channel());
        let rows = (0..ci).flat_map(|c| plan.taps.iter().map(move |t| (c, t.1)));
        let rows = rows.map(|(c, at)| c * channel + offset(at)).collect();
        let [d, h, w] = p.output;
        let step = offset([0, 0, p.stride[2]]) - offset([0; 3]);
        let mut pixels = Vec::with_capacity(p.output_plane());
        for t in 0..d * h {
            let start = offset([t / h * p.stride[0], t % h * p.stride[1], 0]);
            pixels.extend((0..w).map(|i| start + i * step));
        }
        // Unpadded images are read where they are, other groups in between.
        let len = match (&first, &last) {
            (Some(f), _) if f.as_is => p.cin * p.input_plane(),
            (Some(f), _) => ci * f.channel(),
            (_, Some(l)) => l.len(),
            _ => unreachable!(),
        };
        let vectors = kernels.vectors(co);
        let wide = vectors * kernels.lanes;
        let blocks = co.div_ceil(wide);
        Job { p, kernels, first, last, rows, pixels, len, vectors, wide, blocks }
    }

    unsafe fn images(&self, group: usize, images: Range<usize>, x: *const T, g: *const T, sink: Sink<T>) {
        let p = self.p;
        let ci = p.cin / p.groups;
        let whole = p.cin * p.input_plane();
        let as_is =
            self.first.as_ref().is_some_and(|f| f.as_is) || self.last.as_ref().is_some_and(|l| l.as_is);
        let count = images.len() * self.pixels.len();
        let base = x.add(images.start * whole);
        let copied = if as_is { 0 } else { images.len() * self.len };
        scratch::with(Slot::Shared, copied, |buffer: *mut T| {
            scratch::with(Slot::Whole, count * self.blocks * self.wide, |panel: *mut T| {
                // SAFETY: buffers of the sizes asked for; images inside the batch.
                unsafe {
                    self.gather(group, images.clone(), g, panel);
                    let mut x = buffer as *const T;
                    match (&self.first, &self.last) {
                        (Some(f), _) if f.as_is => x = base.add(group * ci * p.input_plane()),
                        (_, Some(l)) if l.as_is => x = base.add(group * ci),
                        (Some(f), _) => {
                            for i in 0..images.len() {
                                let from = base.add(i * whole + group * ci * p.input_plane());
                                f.copy(ci, from, buffer.add(i * self.len));
                            }
                        }
                        (_, Some(l)) => {
                            (0..images.len())
                                .for_each(|i| l.copy(base.add(i * whole), buffer.add(i * self.len)));
                            x = x.add(group * ci);
                        }
                        _ => unreachable!(),
                    }
                    let steps: Vec<usize> = (0..images.len())
                        .flat_map(|i| self.pixels.iter().map(move |s| i * self.len + s))
                        .collect();
                    self.product(x, &steps, panel, sink);
                }
            });
        });
    }

    /// `g` as panels [block][pixel][lane]; missing channels are zero.
    unsafe fn gather(&self, group: usize, images: Range<usize>, g: *const T, panel: *mut T) {
        let p = self.p;
        let (co, plane, wide) = (p.cout / p.groups, p.output_plane(), self.wide);
        let count = images.len() * plane;
        let (g, panel) = (Ptr::of(g.add(images.start * p.cout * plane)), Ptr(panel));
        let pieces = plane.div_ceil(64);
        par::for_each_chunk(images.len() * self.blocks * pieces, 64, |r| {
            for t in r {
                let (n, b, piece) = (t / pieces / self.blocks, t / pieces % self.blocks, t % pieces);
                let lanes = (co - b * wide).min(wide);
                let c0 = group * co + b * wide;
                let q = piece * 64..(piece * 64 + 64).min(plane);
                // SAFETY: a stretch of pixels of one block.
                unsafe {
                    let to = panel.at((b * count + n * plane) * wide);
                    for lane in lanes..wide {
                        q.clone().for_each(|i| to.add(i * wide + lane).write(<T as Elem>::ZERO));
                    }
                    if p.channels_last {
                        for i in q {
                            let from = g.at((n * plane + i) * p.cout + c0);
                            std::ptr::copy_nonoverlapping(from, to.add(i * wide), lanes);
                        }
                    } else {
                        let from = g.at((n * p.cout + c0) * plane + q.start);
                        turn(from, plane as isize, 1, lanes, q.len(), to.add(q.start * wide), wide);
                    }
                }
            }
        });
    }

    unsafe fn product(&self, x: *const T, steps: &[usize], panel: *const T, sink: Sink<T>) {
        let wide = self.wide;
        let (rows, count, co) = (self.rows.len(), steps.len(), self.p.cout / self.p.groups);
        let tiles = rows.div_ceil(self.kernels.rows());
        let (x, panel) = (Ptr::of(x), Ptr::of(panel));
        let least = par::MATMUL_MIN_FMA / 2 / (self.kernels.rows() * count * self.blocks * wide).max(1);
        par::for_each_chunk(tiles, least.max(tiles.div_ceil(8)), |r| {
            let mut square = [<T as Elem>::ZERO; ROWS * LANES];
            for start in (0..count).step_by(STRETCH) {
                for (b, t) in (0..self.blocks).flat_map(|b| r.clone().map(move |t| (b, t))) {
                    let (k0, k1) = (t * rows / tiles, (t + 1) * rows / tiles);
                    let (out, pitch, add) = match sink {
                        Sink::Gradient(_) => (square.as_mut_ptr(), wide, false),
                        Sink::Sums(acc, add) => {
                            (acc.at((k0 * self.blocks + b) * wide), self.blocks * wide, add || start > 0)
                        }
                    };
                    let a = Channels {
                        k: (count - start).min(STRETCH),
                        x: x.get(),
                        rows: self.rows[k0..k1].as_ptr(),
                        steps: steps[start..].as_ptr(),
                        w: panel.at((b * count + start) * wide),
                        bias: std::ptr::null(),
                        out,
                        pitch,
                        add,
                    };
                    // SAFETY: rows of the sums, or of the gradient, that belong to this task.
                    unsafe {
                        self.kernels.channels[self.vectors - 1][k1 - k0 - 1](&a);
                        if let Sink::Gradient(dw) = sink {
                            let to = dw.at(b * wide * rows + k0);
                            turn(out, wide as isize, 1, k1 - k0, wide.min(co - b * wide), to, rows);
                        }
                    }
                }
            }
        });
    }
}
