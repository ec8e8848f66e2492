//! What all products share: sixteen matrices, and how the input gets there.

use super::lanes::{self, InputRow, LINE};
use super::tiles::Tiles;
use crate::kernels::cpu::linalg::matmul::{PackElem, TileKernels, turn};
use crate::kernels::cpu::nn::conv::scratch::{self, Slot};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where the sixteen-fold operands live, see the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Near,
    Far,
}

/// Pixels whose channels lie side by side at a time, some rows of an image: 384 x 16 f32 are 24 KiB.
pub const PIXELS: usize = 384;

/// Transformed inputs that are made together where they serve several tasks, in bytes: a part of a third-level cache.
/// Tests have to do with little to see several such batches.
pub const TOGETHER: usize = if cfg!(test) { 64 << 10 } else { 8 << 20 };

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

/// Output channels of a panel: those of a tile of the micro-kernel, and a line at least.
pub fn panel() -> usize {
    f32::kernels().nr.max(LINE)
}

/// Copies `width` channels of some pixels.
pub unsafe fn copy_lanes(
    pixels: usize,
    width: usize,
    from: *const f32,
    step: usize,
    to: *mut f32,
    pitch: usize,
) {
    /// A length that is known is copied without a call.
    unsafe fn known<const N: usize>(
        pixels: usize,
        from: *const f32,
        step: usize,
        to: *mut f32,
        pitch: usize,
    ) {
        for i in 0..pixels {
            *to.add(i * pitch).cast::<[f32; N]>() = *from.add(i * step).cast();
        }
    }
    match width {
        16 => known::<16>(pixels, from, step, to, pitch),
        32 => known::<32>(pixels, from, step, to, pitch),
        _ => {
            for i in 0..pixels {
                std::ptr::copy_nonoverlapping(from.add(i * step), to.add(i * pitch), width);
            }
        }
    }
}

pub struct Job<'a> {
    pub tiles: &'a Tiles,
    pub last: bool,
    pub kernels: &'static TileKernels<f32>,
    /// See [`panel`].
    pub wide: usize,
    /// Something was met that is not to be transformed: the results are void.
    pub wild: AtomicBool,
}

impl<'a> Job<'a> {
    pub fn new(tiles: &'a Tiles, last: bool) -> Job<'a> {
        let kernels = f32::kernels();
        Job { tiles, last, kernels, wide: kernels.nr.max(LINE), wild: AtomicBool::new(false) }
    }
    pub fn wild(&self) -> bool {
        self.wild.load(Ordering::Relaxed)
    }
    /// Looks at `n` values, a multiple of [`LINE`].
    pub unsafe fn check(&self, x: *const f32, n: usize) {
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
                        copy_lanes(count, some, x, s.cin, pixels, LINE);
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
}
