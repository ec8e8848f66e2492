//! The steps of a convolution besides the transform of its input: weights, products, output.

use super::job::{Job, Matrices, PIXELS, copy_lanes};
use super::lanes::{self, LINE, OutputRow, WeightRows};
use crate::kernels::cpu::linalg::matmul::{Finish, fetch, turn};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::nn::conv::plan::Weights;
use crate::kernels::cpu::nn::conv::scratch::{self, Slot};
use crate::kernels::cpu::nn::conv::tile::LANES;
use std::ops::Range;

/// Channels whose weights are turned together: 16 x 9 x 32 f32 are 18 KiB.
const TURNED: usize = 16;

pub struct Convolution<'a> {
    pub job: Job<'a>,
    pub weights: &'a Weights<f32>,
    pub bias: Ptr<f32>,
}

impl Convolution<'_> {
    /// The transformed weights to a panel of output channels from some input channels, `[channel][wide]`.
    pub unsafe fn weights(&self, panel: usize, channels: Range<usize>, u: *mut f32, size: Matrices) {
        let (w, wide) = (self.weights, self.job.wide);
        let first = panel * wide;
        let width = (self.job.tiles.cout - first).min(wide);
        scratch::with(Slot::Pixels, TURNED * 9 * wide, |g: *mut f32| {
            if width < wide {
                g.write_bytes(0, TURNED * 9 * wide);
            }
            for c in channels.clone().step_by(TURNED) {
                let some = (channels.end - c).min(TURNED);
                if w.down == 9 {
                    turn(w.at(0, first, c, 0), w.across as isize, 1, width, some * 9, g, wide);
                } else {
                    for i in 0..some {
                        let g = g.add(i * 9 * wide);
                        turn(w.at(0, first, c + i, 0), w.across as isize, 1, width, 9, g, wide);
                    }
                }
                self.job.check(g, some * 9 * wide);
                lanes::weight_rows(&WeightRows {
                    channels: some,
                    g,
                    taps: self.job.tiles.taps,
                    wide,
                    to: u.add((c - channels.start) * wide),
                    matrix: size.each,
                });
            }
        });
    }

    /// Asks for a part of sixteen of the weights to a panel from some channels, which are transformed next: else a task
    /// spends a seventh of its time waiting for them.
    unsafe fn fetch(&self, panel: usize, channels: &Range<usize>, part: usize) {
        let (w, wide) = (self.weights, self.job.wide);
        let Some(width) = self.job.tiles.cout.checked_sub(panel * wide).map(|some| some.min(wide)) else {
            return;
        };
        // Runs of weights that are dense, as lines.
        let (runs, run, step) = if w.down == 9 {
            (width, channels.len() * 9, w.across)
        } else {
            (channels.len(), width * 9, w.down)
        };
        let first = w.at(0, panel * wide, channels.start, 0);
        let lines = run.div_ceil(LINE);
        for i in part * runs * lines / 16..(part + 1) * runs * lines / 16 {
            fetch::<false>(first.wrapping_add(i / lines * step + i % lines * LINE).cast());
        }
    }

    /// The sixteen products of a range of rows of tiles and a panel of output channels, over `k` channels.
    pub unsafe fn products(
        &self,
        range: &Range<usize>,
        k: usize,
        (v, of_v): (*const f32, Matrices),
        (u, of_u): (*const f32, Matrices),
        (m, of_m): (*mut f32, Matrices),
        add: bool,
        next: Option<(usize, Range<usize>)>,
    ) {
        let (finish, kernels) = (Finish::sums(add), self.job.kernels);
        for p in 0..16 {
            if let Some((panel, channels)) = &next {
                self.fetch(*panel, channels, p);
            }
            let rows = self.job.tiles.matrix_rows(range, (p / 4, p % 4));
            let parts = rows.div_ceil(kernels.mr);
            for t in 0..parts {
                let (start, end) = (t * rows / parts, (t + 1) * rows / parts);
                let (v, m) =
                    (v.add(p * of_v.each + start * of_v.pitch), m.add(p * of_m.each + start * of_m.pitch));
                for lane in (0..self.job.wide).step_by(kernels.nr) {
                    let u = u.add(p * of_u.each + lane);
                    let (across, down, to) = (of_v.pitch as isize, of_u.pitch as isize, of_m.pitch as isize);
                    kernels.tiles[end - start - 1](k, v, across, 1, u, down, m.add(lane), to, &finish);
                }
            }
        }
    }

    /// The outputs of a range of rows of tiles and a panel of channels from their products.
    pub unsafe fn output(
        &self,
        range: Range<usize>,
        panel: usize,
        m: *const f32,
        size: Matrices,
        y: *mut f32,
    ) {
        let s = self.job.tiles;
        let wide = self.job.wide;
        let ([h, w], c0) = (s.output, panel * wide);
        let width = (s.cout - c0).min(wide);
        let mut bias = [0f32; LANES];
        if !self.bias.get().is_null() {
            std::ptr::copy_nonoverlapping(self.bias.at(c0), bias.as_mut_ptr(), width);
        }
        let most = (PIXELS * LINE / wide / w / 2).max(1);
        scratch::with(Slot::Pixels, 2 * most * w * wide, |pixels: *mut f32| {
            s.pieces(range.clone(), most, |image, rows| {
                for row in rows.clone() {
                    let first = image * s.tiles[0] + row;
                    let from = |p: usize| {
                        let r = s.matrix_row(range.start, first, (p / 4, p % 4));
                        m.add(p * size.each + r * size.pitch)
                    };
                    lanes::output_row(&OutputRow {
                        from: std::array::from_fn(from),
                        wide,
                        width: w,
                        second: 2 * row + 1 < h,
                        bias: bias.as_ptr(),
                        y: pixels.add(2 * (row - rows.start) * w * wide),
                    });
                }
                let (start, end) = (2 * rows.start * w, (2 * rows.end).min(h) * w);
                if self.job.last {
                    let y = y.add((image * h * w + start) * s.cout + c0);
                    copy_lanes(end - start, width, pixels, wide, y, s.cout);
                } else {
                    let y = y.add((image * s.cout + c0) * h * w + start);
                    turn(pixels, wide as isize, 1, end - start, width, y, h * w);
                }
            });
        });
    }
}
