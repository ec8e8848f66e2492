//! Direct convolution with channels first: the result, and the gradient for the input as the convolution it is.

use super::pad::Padded;
use super::plan::{Plan, Sides, Weights};
use super::scratch::{self, Slot};
use super::tile::{Direct, Kernels, Pixels, best_rows, kernels};
use crate::base::Elem;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use std::ops::Range;

/// Packed weights larger than this are walked block by block, each over all images: 8x512x7x7 by 512 3x3 weights,
/// 9.4 MB, would else be bound by reading them eight times.
const WEIGHTS_IN_CACHE: usize = 1 << 20;
/// From this many images on an image is a task; below, images are cut.
const MANY_IMAGES: usize = 8;

/// What one image of one group needs.
struct Job<'a, T: 'static> {
    kernels: &'a Kernels<T>,
    plan: &'a Plan,
    padded: &'a Padded,
    channels: usize,
    /// Offsets of the rows of the virtual patch matrix, and the greatest.
    offsets: &'a [usize],
    reach: usize,
    /// Output channels in blocks (first channel, rows); the panels of their weights lie one after the other.
    blocks: &'a [(usize, usize)],
    packed: *const T,
    bias: *const T,
    /// Masks and places of the two vectors of each tile.
    tiles: &'a [([usize; 2], [u32; 2])],
}
// SAFETY: the pointers are read only.
unsafe impl<T> Sync for Job<'_, T> {}

/// Output channels in blocks of nearly equal size.
fn blocks(m: usize) -> Vec<(usize, usize)> {
    let count = m.div_ceil(best_rows());
    (0..count).map(|b| (b * m / count, (b + 1) * m / count - b * m / count)).collect()
}

/// Tiles of two vectors over the flat padded plane; lanes beyond a row's end are masked.
fn tiles(plan: &Plan, pitch: usize, lanes: usize) -> Vec<([usize; 2], [u32; 2])> {
    let [_, rows, width] = plan.output;
    let flat = (rows - 1) * pitch + width;
    (0..flat.div_ceil(2 * lanes))
        .map(|t| {
            let (mut at, mut mask) = ([0; 2], [0u32; 2]);
            for v in 0..2 {
                let q = (2 * t + v) * lanes;
                let (mut row, mut column) = (q / pitch, q % pitch);
                at[v] = row * width + column.min(width);
                for i in 0..lanes {
                    mask[v] |= ((row < rows && column < width) as u32) << i;
                    column += 1;
                    if column == pitch {
                        (row, column) = (row + 1, 0);
                    }
                }
            }
            (at, mask)
        })
        .collect()
}

impl<T: Direct> Job<'_, T> {
    /// Elements to read from a padded image, some lanes behind it included.
    fn padded_len(&self) -> usize {
        self.channels * self.padded.channel() + if self.padded.as_is { 0 } else { 2 * self.kernels.lanes }
    }

    unsafe fn pad(&self, x: *const T, buffer: *mut T) {
        let len = self.channels * self.padded.channel();
        std::ptr::write_bytes(buffer.add(len), 0, 2 * self.kernels.lanes);
        self.padded.copy(self.channels, x, buffer);
    }

    /// One image: `x` unpadded, `y` the first element of the result's first channel.
    unsafe fn image(&self, x: *const T, y: *mut T, channel: usize) {
        if self.padded.as_is {
            return self.slices(x, y, channel);
        }
        scratch::with(Slot::Shared, self.padded_len(), |buffer: *mut T| {
            // SAFETY: the buffer has the size asked for.
            unsafe {
                self.pad(x, buffer);
                self.slices(buffer, y, channel);
            }
        });
    }

    /// All tiles of a padded image, cut between threads.
    unsafe fn slices(&self, x: *const T, y: *mut T, channel: usize) {
        let count = self.plan.output[0] * self.tiles.len();
        let m: usize = self.blocks.iter().map(|b| b.1).sum();
        let work = self.offsets.len() * m * 2 * self.kernels.lanes;
        let (x, y) = (Ptr::of(x), Ptr(y));
        par::for_each_chunk(count, (par::MATMUL_MIN_FMA / work.max(1)).max(1), |r| {
            // SAFETY: tiles of the result that belong to this task.
            unsafe { self.some(r, 0..self.blocks.len(), x.get(), y.get(), channel) };
        });
    }

    unsafe fn some(&self, tiles: Range<usize>, blocks: Range<usize>, x: *const T, y: *mut T, channel: usize) {
        let [_, rows, width] = self.plan.output;
        let step = self.plan.stride[0] * self.padded.slice();
        for t in tiles {
            let (d, t) = (t / self.tiles.len(), t % self.tiles.len());
            let x = (x.add(d * step), self.padded_len() - d * step);
            self.tile(x, t, blocks.clone(), y.add(d * rows * width), channel);
        }
    }

    /// Two vectors of pixels for a range of channel blocks. `x` comes with its readable length.
    unsafe fn tile(
        &self,
        (x, len): (*const T, usize),
        tile: usize,
        blocks: Range<usize>,
        y: *mut T,
        channel: usize,
    ) {
        let (lanes, k) = (self.kernels.lanes, self.offsets.len());
        let q = tile * 2 * lanes;
        if q + 2 * lanes + self.reach > len {
            // The last pixels of the image would read behind it: their inputs are gathered first.
            let offsets: Vec<usize> = (0..k).map(|t| t * 2 * lanes).collect();
            return scratch::with(Slot::Task, k * 2 * lanes, |g: *mut T| {
                for t in 0..k {
                    for i in 0..2 * lanes {
                        let at = q + self.offsets[t] + i;
                        *g.add(t * 2 * lanes + i) = if at < len { *x.add(at) } else { <T as Elem>::ZERO };
                    }
                }
                self.vectors(g, &offsets, tile, blocks, y, channel);
            });
        }
        self.vectors(x.add(q), self.offsets, tile, blocks, y, channel);
    }

    unsafe fn vectors(
        &self,
        x: *const T,
        offsets: &[usize],
        tile: usize,
        blocks: Range<usize>,
        y: *mut T,
        channel: usize,
    ) {
        let (at, mask) = self.tiles[tile];
        for &(first, m) in &self.blocks[blocks] {
            let a = Pixels {
                k: offsets.len(),
                x: [x, x.wrapping_add(self.kernels.lanes)],
                offsets: offsets.as_ptr(),
                w: self.packed.add(first * offsets.len()),
                bias: if self.bias.is_null() { self.bias } else { self.bias.add(first) },
                y: y.add(first * channel),
                channel,
                at,
                mask,
            };
            self.kernels.pixels[m - 1](&a);
        }
    }
}

/// Images are tasks where they are many, else they follow one another and each is cut.
pub fn images(n: usize, f: impl Fn(usize) + Sync) {
    if n >= MANY_IMAGES { par::for_each(n, f) } else { (0..n).for_each(f) }
}

/// The vectors of a plan's tiles, in lanes, against its outputs: lanes beyond the end of a row are computed in vain.
pub fn waste(plan: &Plan) -> f64 {
    let [_, rows, width] = plan.output;
    let wide = 2 * kernels::<f32>().lanes;
    let flat = (rows - 1) * plan.size[2].div_ceil(plan.stride[2]) + width;
    flat.next_multiple_of(wide) as f64 / (rows * width) as f64
}

/// Runs a plan for all images and groups.
pub unsafe fn run<T: Direct>(
    plan: &Plan,
    s: &Sides,
    x: *const T,
    weights: &Weights<T>,
    bias: *const T,
    y: *mut T,
) {
    let whole: usize = plan.whole.iter().product();
    let plane: usize = plan.input.iter().product();
    if plan.outputs() == 0 {
        return;
    }
    let kernels = kernels::<T>();
    let padded = Padded::of(plan, size_of::<T>());
    let blocks = blocks(s.cout);
    let k = s.cin * plan.taps.len();
    let offsets: Vec<usize> = (0..s.cin)
        .flat_map(|c| plan.taps.iter().map(move |t| (c, t.1)))
        .map(|(c, at)| c * padded.channel() + padded.offset(at))
        .collect();
    let columns: Vec<(usize, usize)> =
        (0..s.cin).flat_map(|c| plan.taps.iter().map(move |t| (c, t.0))).collect();
    let mut packed = buffer(<T as Elem>::ZERO, s.groups * s.cout * k);
    let to = Ptr(packed.as_mut_ptr());
    par::for_each_chunk(
        s.groups * blocks.len(),
        par::ELEMENTWISE_GRAIN.div_ceil((k * best_rows()).max(1)),
        |r| {
            for t in r {
                let (g, (first, rows)) = (t / blocks.len(), blocks[t % blocks.len()]);
                let to = to.at((g * s.cout + first) * k);
                // Rows of the weight are dense along (channel, tap): read runs of them, write within the cache.
                for (i, line) in columns.chunks(64).enumerate() {
                    for r in 0..rows {
                        for (j, &(c, tap)) in line.iter().enumerate() {
                            // SAFETY: the panel of this block.
                            unsafe {
                                to.add((i * 64 + j) * rows + r).write(*weights.at(g, first + r, c, tap))
                            };
                        }
                    }
                }
            }
        },
    );
    let tiles = tiles(plan, padded.width(), kernels.lanes);
    let reach = offsets.iter().copied().max().unwrap_or(0);
    let job = |g: usize| Job {
        kernels: &kernels,
        plan,
        padded: &padded,
        channels: s.cin,
        offsets: &offsets,
        reach,
        blocks: &blocks,
        packed: packed.as_ptr().wrapping_add(g * s.cout * k),
        bias: if bias.is_null() { bias } else { bias.wrapping_add(g * s.cout) },
        tiles: &tiles,
    };
    let jobs: Vec<Job<T>> = (0..s.groups).map(job).collect();
    let (x, y) = (Ptr::of(x), Ptr(y));
    if s.cout * k * size_of::<T>() > WEIGHTS_IN_CACHE && plan.dense() {
        // Each block of weights is read once for all images.
        let len = if padded.as_is { s.cin * plane } else { jobs[0].padded_len() };
        return scratch::with(
            Slot::Whole,
            if padded.as_is { 0 } else { s.n * s.groups * len },
            |buffer: *mut T| {
                let buffer = Ptr(buffer);
                if !padded.as_is {
                    par::for_each(s.n * s.groups, |i| {
                        // SAFETY: one padded image.
                        unsafe { jobs[i % s.groups].pad(x.at(i * s.cin * plane), buffer.at(i * len)) };
                    });
                }
                let from = if padded.as_is { x } else { buffer };
                par::for_each(s.groups * blocks.len(), |t| {
                    let (g, b) = (t / blocks.len(), t % blocks.len());
                    for n in 0..s.n {
                        let i = n * s.groups + g;
                        // SAFETY: a block of channels of one image.
                        unsafe {
                            let tiles = 0..plan.output[0] * tiles.len();
                            jobs[g].some(tiles, b..b + 1, from.at(i * len), y.at(i * s.cout * whole), whole);
                        }
                    }
                });
            },
        );
    }
    images(s.n * s.groups, |i| {
        let g = i % s.groups;
        // SAFETY: one group of one image.
        unsafe {
            let (x, y) = (x.at(i * s.cin * plane), y.at(i * s.cout * whole));
            if plan.dense() {
                return jobs[g].image(x, y, whole);
            }
            scratch::with(Slot::Whole, s.cout * plan.outputs(), |dense: *mut T| {
                jobs[g].image(x, dense, plan.outputs());
                spread(plan, s.cout, dense, y);
            });
        }
    });
}

/// Puts dense planes where a phase's outputs go.
unsafe fn spread<T: Direct>(plan: &Plan, channels: usize, dense: *const T, y: *mut T) {
    let [d, h, w] = plan.output;
    let whole: usize = plan.whole.iter().product();
    let (dense, y) = (Ptr::of(dense), Ptr(y));
    par::for_each_chunk(channels * d * h, par::ELEMENTWISE_GRAIN.div_ceil(w), |r| {
        for t in r {
            let (c, z, i) = (t / h / d, t / h % d, t % h);
            let row = (plan.first[0] + z * plan.step[0]) * plan.whole[1] + plan.first[1] + i * plan.step[1];
            let to = y.at(c * whole + row * plan.whole[2] + plan.first[2]);
            // SAFETY: a row of the phase.
            unsafe {
                for j in 0..w {
                    *to.add(j * plan.step[2]) = *dense.at(t * w + j);
                }
            }
        }
    });
}
