//! The two ways through a convolution: what is transformed once for all, and what by the task that uses it.

use super::job::{Job, Matrices, TOGETHER};
use super::lanes::LINE;
use super::steps::Convolution;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::nn::conv::scratch::{self, Slot};
use std::ops::Range;

/// Channels that are summed before they are added to the sums before them.
const NEAR_TERMS: usize = 256;
const FAR_TERMS: usize = 128;
/// Tiles of a task in the near way: four times fourteen. Transformed, 256 channels of them are 917 KB.
const NEAR_TILES: usize = 56;
/// Tiles of a task in the far way: their sums, 32 channels of them, are 328 KB, beside weights of 128 channels, 262 KB.
const FAR_TILES: usize = 160;
/// Tasks to aim for, with half of [`NEAR_TILES`] at least.
const TASKS: usize = 8;

/// Channels in blocks of whole lines, as even as they can be: the size of one.
fn block(channels: usize, most: usize) -> usize {
    let lines = channels.div_ceil(LINE);
    lines.div_ceil(lines.div_ceil(most / LINE)) * LINE
}

/// Rows of tiles cut into ranges of nearly equal size, and channels into blocks; sizes of the matrices for them.
struct Cut {
    rows: usize,
    ranges: usize,
    cin: usize,
    /// Channels of a block, and how many blocks there are.
    k: usize,
    blocks: usize,
    v: Matrices,
    u: Matrices,
    m: Matrices,
}

impl Cut {
    fn new(job: &Job, ranges: usize, terms: usize) -> Cut {
        let (rows, cin, wide) = (job.tiles.rows(), job.tiles.cin, job.wide);
        let (ranges, k) = (ranges.clamp(1, rows), block(cin, terms));
        let most = rows.div_ceil(ranges) * job.tiles.tiles[1];
        let (v, u, m) = (Matrices::new(most, k), Matrices::new(k, wide), Matrices::new(most, wide));
        Cut { rows, ranges, cin, k, blocks: cin.div_ceil(k), v, u, m }
    }
    fn range(&self, i: usize) -> Range<usize> {
        i * self.rows / self.ranges..(i + 1) * self.rows / self.ranges
    }
    fn channels(&self, block: usize) -> Range<usize> {
        block * self.k..((block + 1) * self.k).min(self.cin)
    }
    /// Calls `f(block, channels)` in parallel for each line of channels of `n` times all blocks.
    fn each_line(&self, n: usize, grain: usize, f: impl Fn(usize, Range<usize>) + Sync) {
        let lines = self.cin.div_ceil(LINE);
        par::for_each_chunk(n * lines, grain.max(1), |r| {
            for t in r {
                let c = t % lines * LINE;
                f(t / lines * self.blocks + c / self.k, c..(c + LINE).min(self.cin));
            }
        });
    }
}

impl Convolution<'_> {
    fn panels(&self) -> usize {
        self.job.tiles.cout.div_ceil(self.job.wide)
    }

    /// Weights first; then a task takes some tiles from the input to the output, for all channels.
    pub unsafe fn near(&self, x: *const f32, y: *mut f32) {
        let (tiles, wide, panels) = (self.job.tiles.count(), self.job.wide, self.panels());
        let ranges = tiles.div_ceil(NEAR_TILES).max((2 * tiles / NEAR_TILES).min(TASKS));
        let cut = Cut::new(&self.job, ranges, NEAR_TERMS);
        let (x, y) = (Ptr::of(x), Ptr(y));
        // With one block of channels sums are done with before the next panel's begin.
        let sums = if cut.blocks > 1 { panels } else { 1 };
        scratch::with(Slot::Shared, panels * cut.blocks * cut.u.len(), |u: *mut f32| {
            let u = Ptr(u);
            cut.each_line(panels, par::ELEMENTWISE_GRAIN / (9 * LINE * wide), |b, channels| {
                let (panel, first) = (b / cut.blocks, b % cut.blocks * cut.k);
                let to = u.at(b * cut.u.len() + (channels.start - first) * wide);
                // SAFETY: a line of channels of a panel.
                unsafe { self.weights(panel, channels, to, cut.u) };
            });
            let work = 16 * tiles / cut.ranges * self.job.tiles.cin * self.job.tiles.cout;
            let task = |i: usize| {
                if self.job.wild() {
                    return;
                }
                scratch::with(Slot::Task, cut.v.len() + sums * cut.m.len(), |v: *mut f32| {
                    let (m, range) = (v.wrapping_add(cut.v.len()), cut.range(i));
                    for b in 0..cut.blocks {
                        let channels = cut.channels(b);
                        // SAFETY: matrices of the sizes asked for; the outputs of a range of tiles.
                        unsafe {
                            self.job.input(range.clone(), channels.clone(), x.get(), v, cut.v);
                            for p in 0..panels {
                                let u = u.at((p * cut.blocks + b) * cut.u.len());
                                let m = m.add(p % sums * cut.m.len());
                                let (v, u, m) =
                                    ((v.cast_const(), cut.v), (u.cast_const(), cut.u), (m, cut.m));
                                self.products(&range, channels.len(), v, u, m, b > 0, None);
                                if b + 1 == cut.blocks {
                                    self.output(range.clone(), p, m.0, cut.m, y.get());
                                }
                            }
                        }
                    }
                });
            };
            let grain = (par::MATMUL_MIN_FMA / 2 / work.max(1)).max(1);
            par::for_each_chunk(cut.ranges, grain, |r| r.for_each(task));
        });
    }

    /// Inputs first; then a task transforms the weights to some channels and takes a range of tiles to the output.
    pub unsafe fn far(&self, x: *const f32, y: *mut f32) {
        let (tiles, wide, panels) = (self.job.tiles.count(), self.job.wide, self.panels());
        let cut = Cut::new(&self.job, tiles.div_ceil(FAR_TILES), FAR_TERMS);
        let (x, y) = (Ptr::of(x), Ptr(y));
        let bytes = size_of::<f32>() * cut.blocks * cut.v.len();
        let together = (TOGETHER / bytes).clamp(1, cut.ranges);
        let work = 16 * tiles / cut.ranges * self.job.tiles.cin * wide;
        scratch::with(Slot::Shared, together * cut.blocks * cut.v.len(), |v: *mut f32| {
            let v = Ptr(v);
            for first in (0..cut.ranges).step_by(together) {
                let count = together.min(cut.ranges - first);
                let grain = par::ELEMENTWISE_GRAIN * cut.ranges / (8 * tiles * LINE);
                cut.each_line(count, grain, |b, channels| {
                    let range = cut.range(first + b / cut.blocks);
                    let to = v.at(b * cut.v.len() + channels.start - b % cut.blocks * cut.k);
                    // SAFETY: a line of channels of a range of tiles.
                    unsafe { self.job.input(range, channels, x.get(), to, cut.v) };
                });
                par::for_each_chunk(panels * count, (par::MATMUL_MIN_FMA / 2 / work.max(1)).max(1), |r| {
                    for t in r {
                        let (p, i) = (t / count, t % count);
                        // SAFETY: inputs that are complete; the outputs of a panel and a range of tiles.
                        unsafe {
                            self.far_task(
                                &cut,
                                p,
                                first + i,
                                i + 1 == count,
                                v.at(i * cut.blocks * cut.v.len()),
                                y,
                            )
                        };
                    }
                });
            }
        });
    }

    /// A panel of output channels and a range of tiles, the last of its panel or not.
    unsafe fn far_task(&self, cut: &Cut, panel: usize, i: usize, last: bool, v: *const f32, y: Ptr<f32>) {
        if self.job.wild() {
            return;
        }
        scratch::with(Slot::Task, cut.u.len() + cut.m.len(), |u: *mut f32| {
            let (m, range) = (u.add(cut.u.len()), cut.range(i));
            for b in 0..cut.blocks {
                let channels = cut.channels(b);
                self.weights(panel, channels.clone(), u, cut.u);
                let next = match b + 1 < cut.blocks {
                    true => (panel, cut.channels(b + 1)),
                    false => (panel + last as usize, cut.channels(0)),
                };
                let (v, u, m) = ((v.add(b * cut.v.len()), cut.v), (u.cast_const(), cut.u), (m, cut.m));
                self.products(&range, channels.len(), v, u, m, b > 0, Some(next));
            }
            self.output(range, panel, m, cut.m, y.get());
        });
    }
}
