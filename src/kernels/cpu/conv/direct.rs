//! Direct convolution with channels first: the result, and the gradient for the input as the convolution it is.
//!
//! For stride 1 the gradient for the input is a convolution of `g` with the turned weight. For larger strides inputs
//! of each residue (a phase) are touched by their own subset of taps: one dense convolution per phase.

use super::Conv;
use super::pad::Padded;
use super::tile::{Direct, Kernels, Pixels, best_rows, kernels};
use crate::kernels::cpu::flt::Ptr;
use crate::kernels::cpu::matmul::scratch::{self, Slot};
use crate::kernels::cpu::par;
use std::ops::Range;

/// Packed weights larger than this stream from memory once per image rather than once per tile of pixels.
const WEIGHTS_IN_CACHE: usize = 1 << 20;
/// From this many images on an image is a task; below, images are cut.
const MANY_IMAGES: usize = 8;

/// A stride-1 convolution over padded planes: everything one image of one group needs.
struct Job<'a, T: 'static> {
    kernels: &'a Kernels<T>,
    padded: &'a Padded,
    channels: usize,
    /// Offsets of the rows of the virtual patch matrix.
    offsets: Vec<usize>,
    /// Weights in blocks of output channels: (first channel, rows) and panels one after the other.
    blocks: &'a [(usize, usize)],
    packed: *const T,
    bias: *const T,
    /// Output sizes; the distance between channels of the result.
    output: [usize; 3],
    channel: usize,
}
// SAFETY: the pointers are read only.
unsafe impl<T> Sync for Job<'_, T> {}

/// Output channels in blocks of nearly equal size.
fn blocks(m: usize) -> Vec<(usize, usize)> {
    let count = m.div_ceil(best_rows());
    (0..count).map(|b| (b * m / count, (b + 1) * m / count - b * m / count)).collect()
}

/// Packs `m x k` weights given by `weight(row, column)` into `[block][k][rows]`.
fn pack<T: Direct>(blocks: &[(usize, usize)], k: usize, weight: impl Fn(usize, usize) -> T) -> Vec<T> {
    let m: usize = blocks.iter().map(|b| b.1).sum();
    let mut out = Vec::with_capacity(m * k);
    for &(first, rows) in blocks {
        for t in 0..k {
            out.extend((first..first + rows).map(|r| weight(r, t)));
        }
    }
    out
}

impl<T: Direct> Job<'_, T> {
    fn work(&self) -> usize {
        let m: usize = self.blocks.iter().map(|b| b.1).sum();
        self.output.iter().product::<usize>() * m * self.offsets.len()
    }

    /// One image: `x` unpadded, `y` the first element of the result's first channel.
    unsafe fn image(&self, x: *const T, y: *mut T) {
        let len = self.channels * self.padded.channel();
        if self.padded.as_is {
            return self.slices(x, len, y);
        }
        let slack = 2 * self.kernels.lanes;
        scratch::with(Slot::Shared, len + slack, |buffer: *mut T| {
            // SAFETY: the buffer has the size asked for; what lies behind the image only has to be readable.
            unsafe {
                std::ptr::write_bytes(buffer.add(len), 0, slack);
                self.padded.copy(self.channels, x, buffer);
                self.slices(buffer, len + slack, y);
            }
        });
    }

    unsafe fn slices(&self, x: *const T, len: usize, y: *mut T) {
        let [depth, rows, width] = self.output;
        let lanes = self.kernels.lanes;
        let flat = (rows - 1) * self.padded.width() + width;
        let tiles = flat.div_ceil(2 * lanes);
        let step = if depth > 1 { self.padded.offset([self.padded.stride[0], 0, 0]) } else { 0 };
        let (x, y) = (Ptr::of(x), Ptr(y));
        let resident = self.offsets.len() * self.blocks.len() * best_rows() * size_of::<T>() <= WEIGHTS_IN_CACHE;
        let grain = (par::MATMUL_MIN_FMA / 2) / (self.work() / (depth * tiles)).max(1);
        if resident {
            par::for_each_chunk(depth * tiles, grain.max(1), |r| {
                for t in r {
                    let d = t / tiles;
                    // SAFETY: a tile of pixels of the result.
                    unsafe {
                        let x = (x.at(d * step) as *const T, len - d * step);
                        self.tile(x, t % tiles, 0..self.blocks.len(), y.at(d * rows * width));
                    }
                }
            });
        } else {
            par::for_each(self.blocks.len(), |b| {
                for t in 0..depth * tiles {
                    let d = t / tiles;
                    // SAFETY: a block of channels of the result.
                    unsafe {
                        let x = (x.at(d * step) as *const T, len - d * step);
                        self.tile(x, t % tiles, b..b + 1, y.at(d * rows * width));
                    }
                }
            });
        }
    }

    /// Two vectors of pixels for a range of channel blocks. `x` comes with its readable length.
    unsafe fn tile(&self, (x, len): (*const T, usize), tile: usize, blocks: Range<usize>, y: *mut T) {
        let (lanes, k) = (self.kernels.lanes, self.offsets.len());
        let q = tile * 2 * lanes;
        let reach = self.offsets.last().copied().unwrap_or(0).max(self.offsets[0]);
        if q + 2 * lanes + reach > len {
            // The last pixels of the image would read behind it: their inputs are gathered first.
            let offsets: Vec<usize> = (0..k).map(|t| t * 2 * lanes).collect();
            return scratch::with(Slot::Task, k * 2 * lanes, |g: *mut T| {
                for t in 0..k {
                    for i in 0..2 * lanes {
                        let at = q + self.offsets[t] + i;
                        *g.add(t * 2 * lanes + i) = if at < len { *x.add(at) } else { <T as crate::base::Elem>::ZERO };
                    }
                }
                self.vectors(g, &offsets, q, blocks, y);
            });
        }
        self.vectors(x.add(q), &self.offsets, q, blocks, y);
    }

    unsafe fn vectors(&self, x: *const T, offsets: &[usize], q: usize, blocks: Range<usize>, y: *mut T) {
        let (pitch, [_, rows, width]) = (self.padded.width(), self.output);
        let lanes = self.kernels.lanes;
        let (mut at, mut mask) = ([0; 2], [0u32; 2]);
        for v in 0..2 {
            let q = q + v * lanes;
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
        for b in blocks {
            let (first, m) = self.blocks[b];
            let a = Pixels {
                k: offsets.len(),
                x: [x, x.add(lanes)],
                offsets: offsets.as_ptr(),
                w: self.packed.add(first * offsets.len()),
                bias: if self.bias.is_null() { self.bias } else { self.bias.add(first) },
                y: y.add(first * self.channel),
                channel: self.channel,
                at,
                mask,
            };
            self.kernels.pixels[m - 1](&a);
        }
    }
}

/// Images are tasks where they are many, else they follow one another and each is cut.
fn images(n: usize, f: impl Fn(usize) + Sync) {
    if n >= MANY_IMAGES { par::for_each(n, f) } else { (0..n).for_each(f) }
}

pub unsafe fn forward<T: Direct>(p: &Conv, x: *const T, weight: *const T, bias: *const T, y: *mut T) {
    let (ci, co, taps) = (p.cin / p.groups, p.cout / p.groups, p.taps());
    let tap = |t: usize| {
        let [_, kh, kw] = p.kernel;
        let k = [t / kw / kh, t / kw % kh, t % kw];
        [0, 1, 2].map(|a| k[a] * p.dilation[a])
    };
    let (px, py) = (p.input_plane(), p.output_plane());
    let [_, h, w] = p.input;
    let mut phases: Vec<(usize, usize)> =
        (0..taps).map(tap).map(|t| (t[1] % p.stride[1], t[2] % p.stride[2])).collect();
    phases.sort_unstable();
    phases.dedup();
    let size = [0, 1, 2].map(|a| (p.output[a] - 1) * p.stride[a] + (p.kernel[a] - 1) * p.dilation[a] + 1);
    let as_is = p.padding == [0; 3] && p.stride == [1; 3] && size[1..] == p.input[1..];
    let padded = Padded {
        input: p.input,
        strides: [px, h * w, w, 1],
        front: p.padding.map(|v| v as isize),
        size,
        stride: p.stride,
        phases,
        as_is,
    };
    let kernels = kernels::<T>();
    let blocks = blocks(co);
    let offsets: Vec<usize> = (0..ci * taps)
        .map(|k| k / taps * padded.channel() + padded.offset(tap(k % taps)))
        .collect();
    let packed: Vec<Vec<T>> = (0..p.groups)
        .map(|g| pack(&blocks, ci * taps, |r, t| *weight.add((g * co + r) * ci * taps + t)))
        .collect();
    let jobs: Vec<Job<T>> = (0..p.groups)
        .map(|g| Job {
            kernels: &kernels,
            padded: &padded,
            channels: ci,
            offsets: offsets.clone(),
            blocks: &blocks,
            packed: packed[g].as_ptr(),
            bias: if bias.is_null() { bias } else { bias.add(g * co) },
            output: p.output,
            channel: py,
        })
        .collect();
    let (x, y) = (Ptr::of(x), Ptr(y));
    images(p.n * p.groups, |i| {
        let (n, g) = (i / p.groups, i % p.groups);
        // SAFETY: one group of one image.
        unsafe { jobs[g].image(x.at((n * p.cin + g * ci) * px), y.at((n * p.cout + g * co) * py)) };
    });
}
