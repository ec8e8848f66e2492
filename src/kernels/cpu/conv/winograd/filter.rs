//! The gradient for the weight, F(3x3, 2x2): a tile of 4 x 4 inputs by one of 2 x 2 gradients for the output gives all
//! nine of a pair of channels in 16 products instead of 36, and sums over tiles commute with the last transform. So each
//! of the sixteen is a matrix product again, channels x tiles by tiles x channels.
//!
//! Inputs are transformed once for all. A task has a panel of output channels and some input channels, whose sums stay
//! in its second-level cache; it transforms the gradient as it goes.

use super::job::{Job, Matrices, PIXELS, TOGETHER, copy_lanes};
use super::lanes::{self, GradientRow, LINE, TapRows};
use super::tiles::Tiles;
use crate::kernels::cpu::conv::scratch::{self, Slot};
use crate::kernels::cpu::flt::Ptr;
use crate::kernels::cpu::matmul::{Finish, turn};
use crate::kernels::cpu::par;
use std::ops::Range;

/// Input channels of a task, in lines: the sums of 128 with a panel of 32 are 262 KB.
pub const LINES: usize = 8;
/// Tiles that are summed before they are added to the sums before them. Their gradients, 32 channels, are 262 KB too.
const RANGE: usize = 128;
/// Tasks to aim for.
const TASKS: usize = 8;

struct Gradient<'a> {
    job: Job<'a>,
    ranges: usize,
    /// Blocks of input channels, panels of output channels, and parts that ranges are summed in apart.
    blocks: usize,
    panels: usize,
    parts: usize,
    /// Transformed inputs of a range and a line of channels, gradients of a range and a panel, sums.
    v: Matrices,
    u: Matrices,
    m: Matrices,
}

/// False, having written nothing that counts, if values must not be transformed.
pub unsafe fn backward_weight(tiles: &Tiles, last: bool, x: *const f32, g: *const f32, dw: *mut f32) -> bool {
    let job = Job::new(tiles, last);
    let (rows, wide) = (tiles.rows(), job.wide);
    let ranges = tiles.count().div_ceil(RANGE).clamp(1, rows);
    let most = rows.div_ceil(ranges) * tiles.tiles[1];
    let lines = tiles.cin.div_ceil(LINE);
    let (blocks, panels) = (lines.div_ceil(LINES), tiles.cout.div_ceil(wide));
    let (v, u, m) = (Matrices::new(most, LINE), Matrices::new(most, wide), Matrices::new(LINES * LINE, wide));
    let sums = size_of::<f32>() * blocks * panels * m.len();
    // Sums that are kept are read and written for each batch.
    let batch = (TOGETHER.max(2 * sums) / (size_of::<f32>() * lines * v.len())).clamp(1, ranges);
    let parts = TASKS.div_ceil(blocks * panels).min(batch);
    let it = Gradient { job, ranges, blocks, panels, parts, v, u, m };
    it.run(batch, x, g, dw);
    !it.job.wild()
}

impl Gradient<'_> {
    fn range(&self, i: usize) -> Range<usize> {
        let rows = self.job.tiles.rows();
        i * rows / self.ranges..(i + 1) * rows / self.ranges
    }

    unsafe fn run(&self, batch: usize, x: *const f32, g: *const f32, dw: *mut f32) {
        let lines = self.job.tiles.cin.div_ceil(LINE);
        let (x, g, dw) = (Ptr::of(x), Ptr::of(g), Ptr(dw));
        let tasks = self.blocks * self.panels * self.parts;
        // Sums that one task completes need not be kept.
        let kept = if batch < self.ranges || self.parts > 1 { tasks * self.m.len() } else { 0 };
        let tiles = self.job.tiles.count() / self.ranges + 1;
        let work = 16 * tiles * batch.div_ceil(self.parts) * LINES * LINE * self.job.wide;
        scratch::with(Slot::Sums, kept, |sums: *mut f32| {
            scratch::with(Slot::Shared, batch * lines * self.v.len(), |v: *mut f32| {
                let (v, sums) = (Ptr(v), Ptr(sums));
                for first in (0..self.ranges).step_by(batch) {
                    let count = batch.min(self.ranges - first);
                    par::for_each_chunk(
                        count * lines,
                        par::ELEMENTWISE_GRAIN / (8 * tiles * LINE) + 1,
                        |r| {
                            for t in r {
                                let c = t % lines * LINE;
                                let channels = c..(c + LINE).min(self.job.tiles.cin);
                                let range = self.range(first + t / lines);
                                // SAFETY: a line of channels of a range of tiles.
                                unsafe {
                                    self.job.input(range, channels, x.get(), v.at(t * self.v.len()), self.v)
                                };
                            }
                        },
                    );
                    par::for_each_chunk(tasks, (par::MATMUL_MIN_FMA / 2 / work).max(1), |r| {
                        for t in r {
                            let (i, part) = (t / self.parts, t % self.parts);
                            let some = part * count / self.parts..(part + 1) * count / self.parts;
                            // SAFETY: sums, or gradients, of this task alone.
                            unsafe {
                                if kept > 0 {
                                    let m = sums.at(t * self.m.len());
                                    self.task(i, first, some, v.get(), g.get(), m, first > 0);
                                } else {
                                    scratch::with(Slot::Whole, self.m.len(), |m: *mut f32| {
                                        self.task(i, first, some, v.get(), g.get(), m, false);
                                        self.finish(i, m, dw.get());
                                    });
                                }
                            }
                        }
                    });
                }
                if kept > 0 {
                    par::for_each(self.blocks * self.panels, |i| {
                        let m = sums.at(i * self.parts * self.m.len());
                        // SAFETY: sums that are complete.
                        unsafe {
                            for part in 1..self.parts {
                                lanes::add(self.m.len(), m.add(part * self.m.len()), m);
                            }
                            self.finish(i, m, dw.get());
                        }
                    });
                }
            });
        });
    }

    /// Lines of input channels, and the panel of output channels, of a task.
    fn channels(&self, i: usize) -> (Range<usize>, usize) {
        let (lines, b) = (self.job.tiles.cin.div_ceil(LINE), i / self.panels);
        (b * lines / self.blocks..(b + 1) * lines / self.blocks, i % self.panels)
    }

    /// Sums over some ranges of a batch, that begins with range `first`.
    unsafe fn task(
        &self,
        i: usize,
        first: usize,
        some: Range<usize>,
        v: *const f32,
        g: *const f32,
        m: *mut f32,
        add: bool,
    ) {
        let (s, wide, kernels) = (self.job.tiles, self.job.wide, self.job.kernels);
        let (lines, panel) = self.channels(i);
        let all = s.cin.div_ceil(LINE);
        scratch::with(Slot::Task, self.u.len(), |u: *mut f32| {
            for r in some.clone() {
                if self.job.wild() {
                    return;
                }
                let range = self.range(first + r);
                self.gradient(range.clone(), panel, g, u);
                let finish = Finish::sums(add || r > some.start);
                for p in 0..16 {
                    let k = s.matrix_rows(&range, (p / 4, p % 4));
                    for line in lines.clone() {
                        let channels = (s.cin - line * LINE).min(LINE);
                        let v = v.add((r * all + line) * self.v.len() + p * self.v.each);
                        let m = m.add(p * self.m.each + (line - lines.start) * LINE * wide);
                        let parts = channels.div_ceil(kernels.mr);
                        for t in 0..parts {
                            let (start, end) = (t * channels / parts, (t + 1) * channels / parts);
                            for lane in (0..wide).step_by(kernels.nr) {
                                let u = u.add(p * self.u.each + lane);
                                let (m, pitch) = (m.add(start * wide + lane), wide as isize);
                                let tile = kernels.tiles[end - start - 1];
                                tile(k, v.add(start), 1, LINE as isize, u, pitch, m, pitch, &finish);
                            }
                        }
                    }
                }
            }
        });
    }

    /// The transformed gradients of a range of rows of tiles and a panel of channels.
    unsafe fn gradient(&self, range: Range<usize>, panel: usize, g: *const f32, u: *mut f32) {
        let (s, wide) = (self.job.tiles, self.job.wide);
        let ([h, w], c0) = (s.output, panel * wide);
        let width = (s.cout - c0).min(wide);
        let most = (PIXELS * LINE / wide / w / 2).max(1);
        scratch::with(Slot::Pixels, 2 * most * w * wide, |pixels: *mut f32| {
            if width < wide {
                pixels.write_bytes(0, 2 * most * w * wide);
            }
            s.pieces(range.clone(), most, |image, rows| {
                let (start, end) = (2 * rows.start * w, (2 * rows.end).min(h) * w);
                if self.job.last {
                    let g = g.add((image * h * w + start) * s.cout + c0);
                    copy_lanes(end - start, width, g, s.cout, pixels, wide);
                } else {
                    let g = g.add((image * s.cout + c0) * h * w + start);
                    turn(g, (h * w) as isize, 1, width, end - start, pixels, wide);
                }
                self.job.check(pixels, (end - start) * wide);
                for row in rows.clone() {
                    let of_image = image * s.tiles[0] + row;
                    let to = |p: usize| {
                        let r = s.matrix_row(range.start, of_image, (p / 4, p % 4));
                        u.add(p * self.u.each + r * wide)
                    };
                    lanes::gradient_row(&GradientRow {
                        g: pixels.add(2 * (row - rows.start) * w * wide),
                        second: 2 * row + 1 < h,
                        width: w,
                        wide,
                        to: std::array::from_fn(to),
                    });
                }
            });
        });
    }

    /// The gradients of a task's weights from complete sums.
    unsafe fn finish(&self, i: usize, m: *const f32, dw: *mut f32) {
        let (s, wide) = (self.job.tiles, self.job.wide);
        let (lines, panel) = self.channels(i);
        let c0 = panel * wide;
        let width = (s.cout - c0).min(wide);
        scratch::with(Slot::Pixels, LINE * 9 * wide, |taps: *mut f32| {
            for line in lines.clone() {
                let channels = (s.cin - line * LINE).min(LINE);
                lanes::tap_rows(&TapRows {
                    channels,
                    wide,
                    from: m.add((line - lines.start) * LINE * wide),
                    matrix: self.m.each,
                    to: taps,
                });
                let dw = dw.add((c0 * s.cin + line * LINE) * 9);
                turn(taps, wide as isize, 1, channels * 9, width, dw, s.cin * 9);
            }
        });
    }
}
