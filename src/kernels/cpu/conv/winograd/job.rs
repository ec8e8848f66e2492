//! The steps of one convolution: how its parts get from tensors to matrices, and from matrices to tensors.

use super::lanes::{self, InputRow, LINE, OutputRow, WeightRows};
use super::tiles::Tiles;
use crate::kernels::cpu::conv::plan::Weights;
use crate::kernels::cpu::conv::scratch::{self, Slot};
use crate::kernels::cpu::conv::tile::LANES;
use crate::kernels::cpu::flt::Ptr;
use crate::kernels::cpu::matmul::{Finish, TileKernels, fetch, turn};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

/// Pixels whose channels lie side by side at a time, some rows of an image: 384 x 16 f32 are 24 KiB.
const PIXELS: usize = 384;
/// Channels whose weights are turned together: 16 x 9 x 32 f32 are 18 KiB.
pub const TURNED: usize = 16;

/// Sixteen matrices, in elements: from row to row, and from matrix to matrix.
#[derive(Clone, Copy)]
pub struct Matrices {
    pub pitch: usize,
    pub each: usize,
}

impl Matrices {
    /// Room for `rows` rows. Matrices are an odd number of lines apart, else all would share a few sets of the caches.
    pub fn new(rows: usize, pitch: usize) -> Matrices {
        Matrices { pitch, each: ((rows * pitch).div_ceil(LINE) | 1) * LINE }
    }
    pub fn len(&self) -> usize {
        16 * self.each
    }
}

pub struct Job<'a> {
    pub tiles: &'a Tiles,
    pub weights: &'a Weights<f32>,
    pub last: bool,
    pub bias: Ptr<f32>,
    pub kernels: &'static TileKernels<f32>,
    /// Output channels of a panel: those of a tile, and a line at least.
    pub wide: usize,
    /// Something was met that is not to be transformed: the results are void.
    pub wild: AtomicBool,
}

impl Job<'_> {
    pub fn wild(&self) -> bool {
        self.wild.load(Ordering::Relaxed)
    }
    unsafe fn check(&self, x: *const f32, n: usize) {
        let mut wild = false;
        lanes::check(x, n, &mut wild);
        if wild {
            self.wild.store(true, Ordering::Relaxed);
        }
    }

    /// The transformed tiles of a range of rows of tiles, for some channels from a multiple of [`LINE`] on.
    pub unsafe fn input(
        &self,
        range: Range<usize>,
        channels: Range<usize>,
        x: *const f32,
        v: *mut f32,
        size: Matrices,
    ) {
        let s = self.tiles;
        let ([h, w], plane) = (s.input, s.input[0] * s.input[1]);
        let most = ((PIXELS / w).saturating_sub(2) / 2).max(1);
        let room = (2 * most + 2).min(h) * w;
        scratch::with(Slot::Pixels, (room + w) * LINE, |pixels: *mut f32| {
            let nothing = pixels.add(room * LINE);
            nothing.write_bytes(0, w * LINE);
            for c in channels.clone().step_by(LINE) {
                let some = (channels.end - c).min(LINE);
                if some < LINE {
                    pixels.write_bytes(0, room * LINE);
                }
                s.pieces(range.clone(), most, |image, rows| {
                    let at = |row: usize| row as isize - s.front[0];
                    let inside = |row: isize| row.clamp(0, h as isize) as usize;
                    let (start, end) = (inside(at(2 * rows.start)), inside(at(2 * rows.end + 2)));
                    let count = (end - start) * w;
                    if self.last {
                        let x = x.add((image * plane + start * w) * s.cin + c);
                        for i in 0..count {
                            std::ptr::copy_nonoverlapping(x.add(i * s.cin), pixels.add(i * LINE), some);
                        }
                    } else {
                        let x = x.add((image * s.cin + c) * plane + start * w);
                        turn(x, plane as isize, 1, some, count, pixels, LINE);
                    }
                    self.check(pixels, count * LINE);
                    for row in rows {
                        let pixel_row = |k: usize| {
                            let i = at(2 * row + k);
                            if i < start as isize || i >= end as isize {
                                return nothing.cast_const();
                            }
                            pixels.add((i as usize - start) * w * LINE).cast_const()
                        };
                        let first = image * s.tiles[0] + row;
                        let to = |p: usize| {
                            let r = s.matrix_row(range.start, first, (p / 4, p % 4));
                            v.add(p * size.each + r * size.pitch + c - channels.start)
                        };
                        lanes::input_row(&InputRow {
                            rows: [0, 1, 2, 3].map(pixel_row),
                            width: w,
                            front: s.front[1],
                            tiles: s.tiles[1],
                            to: std::array::from_fn(to),
                            pitch: size.pitch,
                        });
                    }
                });
            }
        });
    }

    /// The transformed weights to a panel of output channels from some input channels, `[channel][wide]`.
    pub unsafe fn weights(&self, panel: usize, channels: Range<usize>, u: *mut f32, size: Matrices) {
        let (w, wide) = (self.weights, self.wide);
        let first = panel * wide;
        let width = (self.tiles.cout - first).min(wide);
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
                self.check(g, some * 9 * wide);
                lanes::weight_rows(&WeightRows {
                    channels: some,
                    g,
                    taps: self.tiles.taps,
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
        let (w, wide) = (self.weights, self.wide);
        let Some(width) = self.tiles.cout.checked_sub(panel * wide).map(|some| some.min(wide)) else {
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
        let finish = Finish::sums(add);
        for p in 0..16 {
            if let Some((panel, channels)) = &next {
                self.fetch(*panel, channels, p);
            }
            let rows = self.tiles.matrix_rows(range, (p / 4, p % 4));
            let parts = rows.div_ceil(self.kernels.mr);
            for t in 0..parts {
                let (start, end) = (t * rows / parts, (t + 1) * rows / parts);
                let (v, m) =
                    (v.add(p * of_v.each + start * of_v.pitch), m.add(p * of_m.each + start * of_m.pitch));
                for lane in (0..self.wide).step_by(self.kernels.nr) {
                    let u = u.add(p * of_u.each + lane);
                    let (across, down, to) = (of_v.pitch as isize, of_u.pitch as isize, of_m.pitch as isize);
                    self.kernels.tiles[end - start - 1](k, v, across, 1, u, down, m.add(lane), to, &finish);
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
        let s = self.tiles;
        let wide = self.wide;
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
                if self.last {
                    let y = y.add((image * h * w + start) * s.cout + c0);
                    for i in 0..end - start {
                        std::ptr::copy_nonoverlapping(pixels.add(i * wide), y.add(i * s.cout), width);
                    }
                } else {
                    let y = y.add((image * s.cout + c0) * h * w + start);
                    turn(pixels, wide as isize, 1, end - start, width, y, h * w);
                }
            });
        });
    }
}
