//! The gradient for the weight, F(3x3, 2x2): a tile of 4 x 4 inputs by one of 2 x 2 gradients for the output gives all
//! nine of a pair of channels in 16 products instead of 36, and sums over tiles commute with the last transform. So each
//! of the sixteen is a matrix product again, channels x tiles by tiles x channels.
//!
//! In the near way, for few channels, a task takes some tiles from the input to sums of its own. In the far way inputs
//! are transformed once for all; a task has a panel of output channels and a block of input channels, whose sums stay in
//! its second-level cache, and transforms the gradient as it goes.

use super::job::{Job, Matrices, PIXELS, TOGETHER, Way, copy_lanes};
use super::lanes::{self, GradientRow, LINE, TapRows};
use super::tiles::Tiles;
use crate::kernels::cpu::linalg::matmul::{Finish, turn};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::nn::conv::scratch::{self, Slot};
use std::ops::Range;

/// Input channels of a task, in lines: the sums of 128 with a panel of 32 are 262 KB.
pub const LINES: usize = 8;
/// Tiles that are summed before they are added to the sums before them. In the far way their gradients, 32 channels,
/// are 262 KB too; in the near way inputs of 64 channels are.
const FAR_RANGE: usize = 128;
const NEAR_RANGE: usize = 64;
/// Tasks to aim for.
const TASKS: usize = 8;

struct Gradient<'a> {
    job: Job<'a>,
    ranges: usize,
    /// Lines of input channels, in blocks; panels of output channels; parts that ranges are summed in apart.
    lines: usize,
    blocks: usize,
    panels: usize,
    parts: usize,
    /// Transformed inputs of a range and a line of channels, gradients of a range and a panel, sums.
    v: Matrices,
    u: Matrices,
    m: Matrices,
}

/// False, having written nothing that counts, if values must not be transformed.
pub unsafe fn backward_weight(
    way: Way,
    tiles: &Tiles,
    last: bool,
    x: *const f32,
    g: *const f32,
    dw: *mut f32,
) -> bool {
    let it = Gradient::new(way, tiles, last);
    match way {
        Way::Near => it.near(x, g, dw),
        Way::Far => it.far(x, g, dw),
    }
    !it.job.wild()
}

impl Gradient<'_> {
    fn new(way: Way, tiles: &Tiles, last: bool) -> Gradient<'_> {
        let job = Job::new(tiles, last);
        let (rows, wide) = (tiles.rows(), job.wide);
        let most = if way == Way::Near { NEAR_RANGE } else { FAR_RANGE };
        let ranges = tiles.count().div_ceil(most).clamp(1, rows);
        let most = rows.div_ceil(ranges) * tiles.tiles[1];
        let lines = tiles.cin.div_ceil(LINE);
        let (blocks, panels) = (lines.div_ceil(LINES), tiles.cout.div_ceil(wide));
        Gradient {
            job,
            ranges,
            lines,
            blocks,
            panels,
            parts: TASKS.min(ranges.div_ceil(2)),
            v: Matrices::new(most, LINE),
            u: Matrices::new(most, wide),
            m: Matrices::new(lines.div_ceil(blocks) * LINE, wide),
        }
    }
    fn range(&self, i: usize) -> Range<usize> {
        let rows = self.job.tiles.rows();
        i * rows / self.ranges..(i + 1) * rows / self.ranges
    }
    /// A line of channels of a range, the `t`-th of those from range `first` on, to its place among them.
    unsafe fn input(&self, first: usize, t: usize, x: *const f32, v: *mut f32) {
        let c = t % self.lines * LINE;
        let channels = c..(c + LINE).min(self.job.tiles.cin);
        self.job.input(self.range(first + t / self.lines), channels, x, v.add(t * self.v.len()), self.v);
    }

    /// A task takes some ranges from the input to sums of its own, for all channels.
    unsafe fn near(&self, x: *const f32, g: *const f32, dw: *mut f32) {
        let (x, g, pairs, parts) = (Ptr::of(x), Ptr::of(g), self.blocks * self.panels, self.parts);
        scratch::with(Slot::Sums, pairs * parts * self.m.len(), |sums: *mut f32| {
            let kept = Ptr(sums);
            par::for_each(parts, |part| {
                scratch::with(Slot::Whole, self.lines * self.v.len(), |v: *mut f32| {
                    let some = part * self.ranges / parts..(part + 1) * self.ranges / parts;
                    for r in some.clone() {
                        // SAFETY: inputs, then sums, of this task alone.
                        unsafe {
                            (0..self.lines).for_each(|t| self.input(r, t, x.get(), v));
                            for i in 0..pairs {
                                let m = kept.at((i * parts + part) * self.m.len());
                                self.task(i, r, 0..1, v, g.get(), m, r > some.start);
                            }
                        }
                    }
                });
            });
            self.add_up(parts, sums, dw);
        });
    }

    /// Inputs first, batch by batch; then a task has a block of input channels and a panel of output channels.
    unsafe fn far(&self, x: *const f32, g: *const f32, dw: *mut f32) {
        let (x, g, to, pairs) = (Ptr::of(x), Ptr::of(g), Ptr(dw), self.blocks * self.panels);
        // Sums that are kept are read and written for each batch.
        let inputs = size_of::<f32>() * self.lines * self.v.len();
        let sums = size_of::<f32>() * pairs * self.m.len();
        let batch = (TOGETHER.max(2 * sums) / inputs).clamp(1, self.ranges);
        let parts = TASKS.div_ceil(pairs).min(batch);
        // Sums that one task completes need not be kept.
        let kept = if batch < self.ranges || parts > 1 { pairs * parts * self.m.len() } else { 0 };
        let tiles = self.job.tiles.count() / self.ranges + 1;
        let grain = par::ELEMENTWISE_GRAIN / (8 * tiles * LINE) + 1;
        let work = 16 * tiles * batch.div_ceil(parts) * LINES * LINE * self.job.wide;
        scratch::with(Slot::Sums, kept, |sums: *mut f32| {
            scratch::with(Slot::Shared, batch * self.lines * self.v.len(), |v: *mut f32| {
                let (v, all) = (Ptr(v), Ptr(sums));
                for first in (0..self.ranges).step_by(batch) {
                    let count = batch.min(self.ranges - first);
                    par::for_each_chunk(count * self.lines, grain, |r| {
                        // SAFETY: lines of channels of a range of tiles.
                        r.for_each(|t| unsafe { self.input(first, t, x.get(), v.get()) });
                    });
                    par::for_each_chunk(pairs * parts, (par::MATMUL_MIN_FMA / 2 / work).max(1), |r| {
                        for t in r {
                            let (i, part) = (t / parts, t % parts);
                            let some = part * count / parts..(part + 1) * count / parts;
                            // SAFETY: sums, or gradients, of this task alone.
                            unsafe {
                                if kept > 0 {
                                    let m = all.at(t * self.m.len());
                                    self.task(i, first, some, v.get(), g.get(), m, first > 0);
                                } else {
                                    scratch::with(Slot::Whole, self.m.len(), |m: *mut f32| {
                                        self.task(i, first, some, v.get(), g.get(), m, false);
                                        self.finish(i, m, to.get());
                                    });
                                }
                            }
                        }
                    });
                }
                if kept > 0 {
                    self.add_up(parts, sums, dw);
                }
            });
        });
    }

    /// Parts of complete sums, in order, into the gradient.
    unsafe fn add_up(&self, parts: usize, sums: *mut f32, dw: *mut f32) {
        let (sums, dw, len) = (Ptr(sums), Ptr(dw), self.m.len());
        par::for_each(self.blocks * self.panels, |i| {
            let m = sums.at(i * parts * len);
            // SAFETY: sums of one block and panel, and the gradients that come of them.
            unsafe {
                (1..parts).for_each(|part| lanes::add(len, m.add(part * len), m));
                self.finish(i, m, dw.get());
            }
        });
    }

    /// Lines of input channels, and the panel of output channels, of a task.
    fn channels(&self, i: usize) -> (Range<usize>, usize) {
        let (lines, b) = (self.lines, i / self.panels);
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
                        let v = v.add((r * self.lines + line) * self.v.len() + p * self.v.each);
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
