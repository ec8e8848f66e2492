//! A product of 16-bit floats: operands packed into words, blocks of the sum, tasks.

use super::ending::Ending;
use super::way::Way;
use super::{amx, words};
use crate::kernels::cpu::linalg::matmul::convert::Half;
use crate::kernels::cpu::linalg::matmul::problem::{Gemm, Heights};
use crate::kernels::cpu::linalg::matmul::scratch::{self, Slot};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use std::ops::Range;

/// Bytes of packed rows that a task goes through for every panel of columns.
const ROWS_BYTES: usize = 512 << 10;
/// Steps times rows times columns of a task, and the panels it takes all the same.
const TASK_WORK: usize = 1 << 19;
const TASK_PANELS: usize = 8;
/// Tasks that a product is cut into at least: 768 cubed was 9, of which two threads take 5 and 4.
const TASKS: usize = 16;
/// Elements packed by a task.
const PACK_GRAIN: usize = 32 * 1024;

/// A product of halves and how it is computed.
pub struct Job<'a, T> {
    pub g: &'a Gemm<T>,
    pub way: Way,
    /// Elements of the sum in a block.
    pub kc: usize,
    /// Rows are read where they lie.
    pub in_place: bool,
}
// SAFETY: pointers valid for the whole call; tasks write disjoint parts of `c`.
unsafe impl<T> Sync for Job<'_, T> {}

/// Whether `a` can be multiplied as it lies in memory.
pub fn in_place<T>(g: &Gemm<T>, way: Way) -> bool {
    matches!(way, Way::Tiles(_)) && g.csa == 1 && g.k.is_multiple_of(2 * amx::WORDS)
}

/// One block of the sum: its first element, its length, and the words before and in it.
struct Block {
    k0: usize,
    len: usize,
    before: usize,
    steps: usize,
}

impl<T: Half> Job<'_, T> {
    fn blocks(&self) -> impl Iterator<Item = Block> {
        let (k, kc, per) = (self.g.k, self.kc, self.way.per());
        (0..k).step_by(kc).map(move |k0| {
            let len = kc.min(k - k0);
            Block { k0, len, before: k0 / per, steps: self.way.words(len) }
        })
    }

    fn each(&self, n: usize, grain: usize, f: impl Fn(Range<usize>) + Sync) {
        let g = self.g;
        if g.m * g.n * g.k < par::MATMUL_MIN_FMA { f(0..n) } else { par::for_each_chunk(n, grain, f) }
    }

    /// A part of the rows by a part of the columns: both operands packed, then tasks.
    pub unsafe fn part(&self, rows: Range<usize>, cols: Range<usize>) {
        let (k, way) = (self.g.k, self.way);
        let (mr, nr) = (way.mr(), way.nr());
        let heights = Heights::new(rows.len(), mr, false);
        let panels = cols.len().div_ceil(nr);
        let words = way.words(k);
        let packed = if self.in_place { 0 } else { rows.len() * words };
        scratch::with(Slot::Left, packed, |left: *mut f32| {
            scratch::with(Slot::Right, panels * nr * words, |right: *mut f32| {
                let (left, right) = (Ptr(left), Ptr(right));
                let packed = if self.in_place { 0 } else { heights.tiles };
                self.each(packed, PACK_GRAIN.div_ceil(mr * k), |r| {
                    for (t, block) in r.flat_map(|t| self.blocks().map(move |b| (t, b))) {
                        let (g, (i, h)) = (self.g, heights.at(t));
                        // SAFETY: rows of `a`, and their part of the packed memory.
                        unsafe {
                            let from = (rows.start + i) as isize * g.rsa + block.k0 as isize * g.csa;
                            let to = left.at(block.before * rows.len() + i * block.steps);
                            let from = g.a.offset(from);
                            match way {
                                Way::Tiles(_) => words::pack_tiles(from, g.rsa, g.csa, h, block.len, to),
                                _ => words::pack(way.per(), from, g.rsa, g.csa, h, h, block.len, to),
                            }
                        }
                    }
                });
                self.each(panels, PACK_GRAIN.div_ceil(nr * k), |r| {
                    for block in self.blocks() {
                        // SAFETY: columns of `b`, and their part of the packed memory.
                        unsafe {
                            self.pack_right(&block, r.clone(), &cols, right.at(block.before * panels * nr))
                        }
                    }
                });
                // Tiles outrun all but the second-level cache: there go the rows of all blocks.
                let row = if let Way::Tiles(_) = way { words } else { self.kc / way.per() };
                let tall = (ROWS_BYTES / (row * 4 * mr)).clamp(4, heights.tiles.max(4));
                let tall = heights.tiles.div_ceil(heights.tiles.div_ceil(tall));
                let wide = TASK_WORK / (tall * mr * words * nr);
                let down = heights.tiles.div_ceil(tall);
                let least = if down > 1 { TASK_PANELS } else { TASK_PANELS / 4 };
                let least = least.min(panels.div_ceil(TASKS.div_ceil(down)));
                // As even as whole panels allow.
                let wide = panels.div_ceil(panels.div_ceil(wide.max(least).min(panels)));
                let across = panels.div_ceil(wide);
                self.each(down * across, 1, |r| {
                    for t in r {
                        let (tile, panel) = (t / across * tall, t % across * wide);
                        let tiles = tile..(tile + tall).min(heights.tiles);
                        let some = panel..(panel + wide).min(panels);
                        // SAFETY: packed operands; tasks are disjoint rectangles of `c`.
                        unsafe { self.task(&rows, &cols, &heights, tiles, some, left.get(), right.get()) };
                    }
                });
            })
        })
    }

    /// Some panels of `b`. Dense rows are read some at a time, each along all panels.
    unsafe fn pack_right(&self, block: &Block, panels: Range<usize>, cols: &Range<usize>, to: *mut f32) {
        let (g, per, nr) = (self.g, self.way.per(), self.way.nr());
        let some = if g.csb == 1 { 32 } else { block.len };
        for p in (0..block.len).step_by(some) {
            for panel in panels.clone() {
                let j = cols.start + panel * nr;
                let from = g.b.offset((block.k0 + p) as isize * g.rsb + j as isize * g.csb);
                let to = to.add(panel * nr * block.steps + p / per * nr);
                let width = nr.min(cols.end - j);
                let len = some.min(block.len - p);
                words::pack(per, from, g.csb, g.rsb, width, nr, len, to);
                if p + len == block.len {
                    let (done, all) = (len.div_ceil(per), block.steps - p / per);
                    to.add(done * nr).write_bytes(0, (all - done) * nr);
                }
            }
        }
    }

    unsafe fn task(
        &self,
        rows: &Range<usize>,
        cols: &Range<usize>,
        heights: &Heights,
        tiles: Range<usize>,
        panels: Range<usize>,
        left: *const f32,
        right: *const f32,
    ) {
        let (nr, worker) = (self.way.nr(), self.way.worker());
        let all = cols.len().div_ceil(nr);
        let (start, last) = (heights.at(tiles.start).0, heights.at(tiles.end - 1));
        let height = last.0 + last.1 - start;
        scratch::with(Slot::Task, height * nr, |sums: *mut f32| {
            for panel in panels {
                let j = cols.start + panel * nr;
                let ending = Ending::new(self.g, j, nr.min(cols.end - j));
                for block in self.blocks() {
                    let b = right.add((block.before * all + panel * block.steps) * nr);
                    for t in tiles.clone() {
                        let (i, h) = heights.at(t);
                        let a = if self.in_place {
                            let g = self.g;
                            let at = (rows.start + i) as isize * g.rsa + block.k0 as isize;
                            amx::Left::rows(g.a.offset(at).cast(), g.rsa)
                        } else {
                            amx::Left::packed(left.add(block.before * rows.len() + i * block.steps), h)
                        };
                        let out = sums.add((i - start) * nr);
                        let last = block.k0 + block.len == self.g.k;
                        let to = if last { ending.straight(rows.start + i) } else { None };
                        let done = worker.multiply(h, block.steps, a, b, out, block.k0 > 0, to);
                        if last && !done {
                            ending.rows(rows.start + i, h, out, nr);
                        }
                    }
                }
            }
        })
    }
}
