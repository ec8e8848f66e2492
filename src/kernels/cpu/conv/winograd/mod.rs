//! Convolution by 3 x 3 weights in steps of one with fewer multiplications: Winograd's minimal filtering F(2x2, 3x3).

mod job;
mod lanes;
mod tiles;

use super::plan::{Plan, Sides, Weights};
use super::scratch::{self, Slot};
use crate::kernels::cpu::flt::Ptr;
use crate::kernels::cpu::matmul::PackElem;
use crate::kernels::cpu::par;
use job::{Job, Matrices};
use lanes::LINE;
use std::sync::atomic::AtomicBool;
use tiles::Tiles;

/// Terms of a sum before it is added to the sums before it.
const TERMS: usize = 128;
/// Tiles whose transformed inputs stay in the second-level cache.
const NEAR_TILES: usize = 56;
/// Tiles that share the weights a task transforms.
const FAR_TILES: usize = 160;
/// Transformed inputs that are made together.
const FAR_BYTES: usize = 8 << 20;

/// Runs a plan by this method; false, having done nothing of use, if another has to.
pub unsafe fn run(
    plan: &Plan,
    sides: &Sides,
    last: bool,
    x: *const f32,
    weights: &Weights<f32>,
    bias: *const f32,
    y: *mut f32,
) -> bool {
    let Some(tiles) = Tiles::of(plan, sides).filter(|t| wins(t)) else {
        return false;
    };
    let job = Job {
        tiles: &tiles,
        weights,
        last,
        bias: Ptr::of(bias),
        kernels: f32::kernels(),
        wild: AtomicBool::new(false),
    };
    if near(&tiles) { job.near(x, y) } else { job.far(x, y) }
    !job.wild()
}

fn wins(t: &Tiles) -> bool {
    std::env::var("NOWINO").is_err()
}

fn near(t: &Tiles) -> bool {
    match std::env::var("NEAR") { Ok(s) => s == "1", _ => t.cin <= TERMS }
}

/// Channels in blocks of whole lines, as even as they can be.
fn block(channels: usize, most: usize) -> usize {
    let lines = channels.div_ceil(LINE);
    lines.div_ceil(lines.div_ceil(most / LINE)) * LINE
}

impl Job<'_> {
    fn panels(&self) -> usize {
        self.tiles.cout.div_ceil(self.kernels.nr)
    }

    /// Weights are transformed first; a task takes some tiles from the input to the output, for all channels.
    unsafe fn near(&self, x: *const f32, y: *mut f32) {
        let (s, wide, panels) = (self.tiles, self.kernels.nr, self.panels());
        let k = block(s.cin, 2 * TERMS);
        let blocks = s.cin.div_ceil(k);
        let ranges = s.count().div_ceil(NEAR_TILES).max((s.count() / (NEAR_TILES / 2)).min(8));
        let ranges = ranges.clamp(1, s.rows());
        let most = s.rows().div_ceil(ranges) * s.tiles[1];
        let (of_v, of_u, of_m) = (Matrices::new(most, k), Matrices::new(k, wide), Matrices::new(most, wide));
        let (x, y) = (Ptr::of(x), Ptr(y));
        scratch::with(Slot::Shared, panels * blocks * of_u.len(), |u: *mut f32| {
            let u = Ptr(u);
            let lines = k / LINE;
            par::for_each_chunk(panels * blocks * lines, par::ELEMENTWISE_GRAIN / (9 * LINE * wide), |r| {
                for t in r {
                    let (b, c) = (t / lines, t % lines * LINE);
                    let start = b % blocks * k + c;
                    let channels = start..(start + LINE).min(s.cin);
                    // SAFETY: channels of a panel.
                    unsafe {
                        if start < s.cin {
                            self.weights(b / blocks, channels, u.at(b * of_u.len() + c * wide), of_u)
                        }
                    };
                }
            });
            par::for_each(ranges, |i| {
                if self.wild() {
                    return;
                }
                let range = i * s.rows() / ranges..(i + 1) * s.rows() / ranges;
                let sums = if blocks > 1 { panels } else { 1 };
                scratch::with(Slot::Task, of_v.len() + sums * of_m.len(), |v: *mut f32| {
                    // SAFETY: 
                    unsafe {
                        let m = v.add(of_v.len());
                        for b in 0..blocks {
                            let channels = b * k..(b * k + k).min(s.cin);
                            self.input(range.clone(), channels.clone(), x.get(), v, of_v);
                            for p in 0..panels {
                                let u = u.at((p * blocks + b) * of_u.len());
                                let m = m.add(if blocks > 1 { p * of_m.len() } else { 0 });
                                self.products(&range, channels.len(), (v, of_v), (u, of_u), (m, of_m), b > 0);
                                if b + 1 == blocks {
                                    self.output(range.clone(), p, m, of_m, y.get());
                                }
                            }
                        }
                    }
                });
            });
        });
    }

    /// Inputs are transformed first; a task transforms the weights to some channels and takes tiles to the output.
    unsafe fn far(&self, x: *const f32, y: *mut f32) {
        let (s, wide, panels) = (self.tiles, self.kernels.nr, self.panels());
        let k = block(s.cin, TERMS);
        let blocks = s.cin.div_ceil(k);
        let ranges = s.count().div_ceil(FAR_TILES).clamp(1, s.rows());
        let most = s.rows().div_ceil(ranges) * s.tiles[1];
        let (of_v, of_u, of_m) = (Matrices::new(most, k), Matrices::new(k, wide), Matrices::new(most, wide));
        let (x, y) = (Ptr::of(x), Ptr(y));
        let together = (FAR_BYTES / (4 * blocks * of_v.len())).clamp(1, ranges);
        let range = |i: usize| i * s.rows() / ranges..(i + 1) * s.rows() / ranges;
        scratch::with(Slot::Shared, together * blocks * of_v.len(), |v: *mut f32| {
            let v = Ptr(v);
            for first in (0..ranges).step_by(together) {
                let count = together.min(ranges - first);
                let lines = k / LINE;
                par::for_each(count * blocks * lines, |t| {
                    let (b, c) = (t / lines, t % lines * LINE);
                    let start = b % blocks * k + c;
                    let channels = start..(start + LINE).min(s.cin);
                    if start < s.cin {
                        let range = range(first + b / blocks);
                        // SAFETY: a line of channels of a range
                        unsafe { self.input(range, channels, x.get(), v.at(b * of_v.len() + c), of_v) };
                    }
                });
                par::for_each(panels * count, |t| {
                    if self.wild() {
                        return;
                    }
                    let (p, i) = (t / count, t % count);
                    let range = range(first + i);
                    scratch::with(Slot::Task, of_u.len() + of_m.len(), |u: *mut f32| {
                        // SAFETY: 
                        unsafe {
                            let m = u.add(of_u.len());
                            for b in 0..blocks {
                                let channels = b * k..(b * k + k).min(s.cin);
                                self.weights(p, channels.clone(), u, of_u);
                                let v = v.at((i * blocks + b) * of_v.len());
                                self.products(&range, channels.len(), (v, of_v), (u, of_u), (m, of_m), b > 0);
                            }
                            self.output(range, p, m, of_m, y.get());
                        }
                    });
                });
            }
        });
    }
}
