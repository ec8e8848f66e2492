//! Direct convolution with channels first: the result, and the gradient for the input as the convolution it is.

use super::pad::{Padded, narrow};
use super::plan::{Plan, Sides, Weights};
use super::scratch::{self, Slot};
use super::tile::{Direct, Kernels, Pixels, kernels};
use crate::base::Elem;
use crate::kernels::cpu::linalg::matmul::turn;
use crate::kernels::cpu::machine::blocks::copy_few;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use std::ops::Range;

/// Packed weights larger than this are walked block by block, each over all images: 8x512x7x7 by 512 3x3 weights,
/// 9.4 MB, would else be bound by reading them eight times.
const WEIGHTS_IN_CACHE: usize = 1 << 20;
/// Bytes of an image above which channels are taken some at a time: each tile reads all of them, far apart, and no more than so
/// many streams are followed by the hardware, nor does the second-level cache hold more. Where an image is read in place it is
/// not in any cache yet (8x256x28x28 float64 to 8 channels by 2x2: 6.2 ms).
const CACHE: usize = 1 << 20;
const IN_PLACE: usize = 1 << 17;
const STREAMS: usize = 16;
/// Terms that pay for reading and writing the sums, and bytes of these.
const LEAST_TERMS: usize = 64;
const SUMS: usize = 1 << 17;
/// From this many images on an image is a task; below, images are cut.
pub const MANY_IMAGES: usize = 8;

/// What one image of one group needs.
pub struct Job<'a, T: 'static> {
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
fn blocks(m: usize, rows: usize) -> Vec<(usize, usize)> {
    let count = m.div_ceil(rows);
    (0..count).map(|b| (b * m / count, (b + 1) * m / count - b * m / count)).collect()
}

/// Tiles of two vectors over the flat padded plane; lanes beyond a row's end are masked.
fn tiles(plan: &Plan, pitch: usize, lanes: usize) -> Vec<([usize; 2], [u32; 2])> {
    let [_, rows, width] = plan.output;
    let flat = (rows - 1) * pitch + width;
    let (mut row, mut column) = (0, 0);
    (0..flat.div_ceil(2 * lanes))
        .map(|_| {
            let (mut at, mut mask) = ([0; 2], [0u32; 2]);
            for v in 0..2 {
                at[v] = row * width + column.min(width);
                let mut lane = 0;
                while lane < lanes {
                    let inside = if row < rows { width.saturating_sub(column).min(lanes - lane) } else { 0 };
                    mask[v] |= (((1u64 << inside) - 1) << lane) as u32;
                    let run = (pitch - column).min(lanes - lane);
                    (lane, column) = (lane + run, column + run);
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
        // SAFETY: the image as it is read.
        self.with_padded(x, |x| unsafe { self.slices(x, y, channel) });
    }

    /// Calls `f` with an image as the kernels read it.
    pub unsafe fn with_padded(&self, x: *const T, f: impl FnOnce(*const T)) {
        if self.padded.as_is {
            return f(x);
        }
        scratch::with(Slot::Shared, self.padded_len(), |buffer: *mut T| {
            // SAFETY: the buffer has the size asked for.
            unsafe { self.pad(x, buffer) };
            f(buffer);
        });
    }

    /// All tiles of a padded image, cut between threads.
    pub unsafe fn slices(&self, x: *const T, y: *mut T, channel: usize) {
        let count = self.plan.output[0] * self.tiles.len();
        let m: usize = self.blocks.iter().map(|b| b.1).sum();
        let work = self.offsets.len() * m * 2 * self.kernels.lanes;
        let (x, y) = (Ptr::of(x), Ptr(y));
        par::for_each_chunk(count, (par::MATMUL_MIN_FMA / work.max(1)).max(1), |r| {
            // SAFETY: tiles of the result that belong to this task.
            unsafe { self.some(r, 0..self.blocks.len(), x.get(), y.get(), channel) };
        });
    }

    /// Tiles and channels of the image that are taken together, with so many sums a tile.
    fn cut(&self, sums: usize) -> (usize, usize) {
        let image = self.padded.channel() * self.channels * size_of::<T>();
        if image <= if self.padded.as_is { IN_PLACE } else { CACHE } {
            return (usize::MAX, self.channels.max(1));
        }
        let least = LEAST_TERMS.div_ceil(self.plan.taps.len().max(1));
        ((SUMS / (sums * size_of::<T>())).max(1), STREAMS.max(least).min(self.channels))
    }

    unsafe fn some(&self, tiles: Range<usize>, blocks: Range<usize>, x: *const T, y: *mut T, channel: usize) {
        let [_, rows, width] = self.plan.output;
        let step = self.padded.slice();
        let some = &self.blocks[blocks];
        let each = some.iter().map(|b| b.1).sum::<usize>() * 2 * self.kernels.lanes;
        let (many, few) = self.cut(each);
        if few >= self.channels {
            for t in tiles {
                let (d, k) = if self.plan.output[0] == 1 {
                    (0, t)
                } else {
                    (t / self.tiles.len(), t % self.tiles.len())
                };
                let x = (x.add(d * step), self.padded_len() - d * step);
                let y = y.add(d * rows * width);
                self.tile(x, k, some, 0..self.channels, y, channel, std::ptr::null_mut());
            }
            return;
        }
        scratch::with(Slot::Sums, many.min(tiles.len()) * each, |sums: *mut T| {
            for start in tiles.clone().step_by(many.min(tiles.len()).max(1)) {
                let end = (start + many.min(tiles.len())).min(tiles.end);
                for c in (0..self.channels).step_by(few) {
                    let channels = c..(c + few).min(self.channels);
                    for t in start..end {
                        let (d, k) = (t / self.tiles.len(), t % self.tiles.len());
                        let x = (x.wrapping_add(d * step), self.padded_len() - d * step);
                        let sums = sums.wrapping_add((t - start) * each);
                        // SAFETY: a tile of this task, and its sums
                        unsafe {
                            let y = y.add(d * rows * width);
                            self.tile(x, k, some, channels.clone(), y, channel, sums);
                        }
                    }
                }
            }
        });
    }

    /// Two vectors of pixels for some blocks of channels and some channels of the image. `x` comes with its readable length.
    unsafe fn tile(
        &self,
        (x, len): (*const T, usize),
        tile: usize,
        blocks: &[(usize, usize)],
        channels: Range<usize>,
        y: *mut T,
        channel: usize,
        sums: *mut T,
    ) {
        let lanes = self.kernels.lanes;
        let taps = self.plan.taps.len();
        let offsets = &self.offsets[channels.start * taps..channels.end * taps];
        let q = tile * 2 * lanes;
        if q + 2 * lanes + self.reach > len {
            // The last pixels of the image would read behind it: their inputs are gathered first.
            let (k, wide) = (offsets.len(), 2 * lanes);
            let dense: Vec<usize> = (0..k).map(|t| t * wide).collect();
            return scratch::with(Slot::Task, k * wide, |g: *mut T| {
                for (t, offset) in offsets.iter().enumerate() {
                    let (left, to) = (len.saturating_sub(q + offset), g.add(t * wide));
                    if left >= wide {
                        copy_few(x.add(q + offset).cast(), to.cast(), wide * size_of::<T>());
                        continue;
                    }
                    for i in 0..wide {
                        *to.add(i) = if i < left { *x.add(q + offset + i) } else { <T as Elem>::ZERO };
                    }
                }
                self.vectors(g, &dense, tile, blocks, channels, y, channel, sums);
            });
        }
        self.vectors(x.add(q), offsets, tile, blocks, channels, y, channel, sums);
    }

    unsafe fn vectors(
        &self,
        x: *const T,
        offsets: &[usize],
        tile: usize,
        blocks: &[(usize, usize)],
        channels: Range<usize>,
        y: *mut T,
        channel: usize,
        mut sums: *mut T,
    ) {
        let (at, mask) = self.tiles[tile];
        let before = channels.start * self.plan.taps.len();
        for &(first, m) in blocks {
            let a = Pixels {
                k: offsets.len(),
                x: [x, x.wrapping_add(self.kernels.lanes)],
                offsets: offsets.as_ptr(),
                w: self.packed.add(first * self.offsets.len() + before * m),
                bias: if self.bias.is_null() { self.bias } else { self.bias.add(first) },
                y: y.add(first * channel),
                channel,
                at,
                mask,
                sums,
                first: channels.start == 0,
                last: channels.end == self.channels,
            };
            self.kernels.pixels[m - 1](&a);
            sums = sums.wrapping_add(2 * m * self.kernels.lanes);
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

/// The time that these kernels take, with that of the products alone as unit. Of a strided image each element that is read is
/// copied by itself, in the time of 32 products, or of 12 with those beside it in steps of two.
pub fn cost(plan: &Plan, s: &Sides) -> f64 {
    if plan.stride[2] == 1 {
        return waste(plan);
    }
    let phases = |a: usize| {
        let read = (0..plan.stride[a]).filter(|r| plan.taps.iter().any(|t| t.1[a] % plan.stride[a] == *r));
        read.count() as f64 / plan.stride[a] as f64
    };
    let read = plan.input.iter().product::<usize>() as f64 * phases(0) * phases(1) * phases(2);
    let one = if plan.stride[2] == 2 && plan.output[2] >= narrow(2, size_of::<f32>()) { 12.0 } else { 32.0 };
    waste(plan) + one * read / (plan.outputs() * plan.taps.len() * s.cout) as f64
}

/// What a plan needs for all images and groups.
pub struct Part<'a, T> {
    plan: &'a Plan,
    offsets: Vec<usize>,
    reach: usize,
    packed: Vec<T>,
    tiles: Vec<([usize; 2], [u32; 2])>,
}

/// What all plans of a convolution share.
pub struct Common<T: 'static> {
    pub padded: Padded,
    sides: Sides,
    kernels: Kernels<T>,
    blocks: Vec<(usize, usize)>,
    bias: Ptr<T>,
}

impl<T: Direct> Common<T> {
    /// Of plans that read the image that this one reads.
    pub fn of(plan: &Plan, sides: &Sides, bias: *const T) -> Common<T> {
        let kernels = kernels::<T>();
        Common {
            padded: Padded::of(plan, size_of::<T>()),
            sides: *sides,
            blocks: blocks(sides.cout, kernels.rows()),
            kernels,
            bias: Ptr::of(bias),
        }
    }

    /// # Safety
    /// The weights are as the plan and the sides say.
    pub unsafe fn part<'a>(&self, plan: &'a Plan, weights: &Weights<T>) -> Part<'a, T> {
        let (s, blocks, padded) = (&self.sides, &self.blocks, &self.padded);
        let k = s.cin * plan.taps.len();
        let at: Vec<usize> = plan.taps.iter().map(|t| padded.offset(t.1)).collect();
        let offsets: Vec<usize> =
            (0..s.cin).flat_map(|c| at.iter().map(move |at| c * padded.channel() + at)).collect();
        let taps = plan.taps.len();
        let in_order = taps == weights.taps && plan.taps.iter().enumerate().all(|(i, t)| t.0 == i);
        let mut packed = buffer(<T as Elem>::ZERO, s.groups * s.cout * k);
        let to = Ptr(packed.as_mut_ptr());
        par::for_each_chunk(
            s.groups * blocks.len(),
            par::ELEMENTWISE_GRAIN.div_ceil((k * self.kernels.rows()).max(1)),
            |r| {
                for t in r {
                    let (g, (first, rows)) = (t / blocks.len(), blocks[t % blocks.len()]);
                    let to = to.at((g * s.cout + first) * k);
                    let across = weights.across as isize;
                    // SAFETY: the panel of this block, and the weights of its channels: the longest lines that there are
                    unsafe {
                        if in_order && weights.down == taps {
                            turn(weights.at(g, first, 0, 0), across, 1, rows, k, to, rows);
                        } else if in_order {
                            for c in 0..s.cin {
                                let to = to.add(c * taps * rows);
                                turn(weights.at(g, first, c, 0), across, 1, rows, taps, to, rows);
                            }
                        } else {
                            for (i, t) in plan.taps.iter().enumerate() {
                                let (from, down) = (weights.at(g, first, 0, t.0), weights.down as isize);
                                turn(from, across, down, rows, s.cin, to.add(i * rows), taps * rows);
                            }
                        }
                    }
                }
            },
        );
        Part {
            plan,
            reach: offsets.iter().copied().max().unwrap_or(0),
            tiles: tiles(plan, padded.width(), self.kernels.lanes),
            offsets,
            packed,
        }
    }

    pub fn job<'a>(&'a self, part: &'a Part<T>, group: usize) -> Job<'a, T> {
        let (s, bias) = (&self.sides, self.bias.get());
        Job {
            kernels: &self.kernels,
            plan: part.plan,
            padded: &self.padded,
            channels: s.cin,
            offsets: &part.offsets,
            reach: part.reach,
            blocks: &self.blocks,
            packed: part.packed.as_ptr().wrapping_add(group * s.cout * part.offsets.len()),
            bias: if bias.is_null() { bias } else { bias.wrapping_add(group * s.cout) },
            tiles: &part.tiles,
        }
    }
}

/// Runs a plan whose outputs are all there are, for all images and groups.
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
    let common = Common::of(plan, s, bias);
    let part = common.part(plan, weights);
    let jobs: Vec<Job<T>> = (0..s.groups).map(|g| common.job(&part, g)).collect();
    let (padded, blocks) = (&common.padded, &common.blocks);
    let (x, y) = (Ptr::of(x), Ptr(y));
    let k = part.offsets.len();
    if s.cout * k * size_of::<T>() > WEIGHTS_IN_CACHE {
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
                            let tiles = 0..plan.output[0] * part.tiles.len();
                            jobs[g].some(tiles, b..b + 1, from.at(i * len), y.at(i * s.cout * whole), whole);
                        }
                    }
                });
            },
        );
    }
    images(s.n * s.groups, |i| {
        // SAFETY: one group of one image.
        unsafe { jobs[i % s.groups].image(x.at(i * s.cin * plane), y.at(i * s.cout * whole), whole) }
    });
}
