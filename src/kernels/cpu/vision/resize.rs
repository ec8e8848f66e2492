//! Bytes resized in single precision, as PyTorch resizes the floats that they are made into: to the last bit, since what lies in
//! the middle between two bytes is rounded to one of them.
//!
//! Of a window the first input is multiplied; of the others four at a time are multiplied and then added, and what is left
//! over is added with one rounding. That is how PyTorch's loops are compiled.

use crate::kernels::cpu::machine::float::{Cut, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::{buffer, grow};
use crate::kernels::cpu::nn::image::bytes::{Picture, turned};

/// For every output the inputs that it reads and their weights.
#[derive(Clone, Debug, Default)]
pub struct Taps {
    index: Vec<u32>,
    weight: Vec<f32>,
    start: Vec<u32>,
    /// From which entry on a product and a sum are one operation.
    left_over: Vec<u32>,
}

impl Taps {
    /// `fused`: what is left over of fours is added with one rounding; otherwise nothing is.
    pub fn push(&mut self, entries: impl ExactSizeIterator<Item = (usize, f32)>, fused: bool) {
        let (n, at) = (entries.len(), self.index.len() as u32);
        grow(&mut self.index, n);
        grow(&mut self.weight, n);
        grow(&mut self.start, 1);
        grow(&mut self.left_over, 1);
        if self.start.is_empty() {
            self.start.push(0);
        }
        for (i, w) in entries {
            self.index.push(i as u32);
            self.weight.push(w);
        }
        self.start.push(at + n as u32);
        let from = if fused { n.saturating_sub(1) / 4 * 4 + 1 } else { n };
        self.left_over.push(at + from.min(n) as u32);
    }
    pub fn len(&self) -> usize {
        self.left_over.len()
    }
    pub fn is_empty(&self) -> bool {
        self.left_over.is_empty()
    }
    /// Entries of an output: those multiplied and added, and those of one rounding.
    #[inline(always)]
    fn parts(&self, i: usize) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let (a, b, c) = (self.start[i] as usize, self.left_over[i] as usize, self.start[i + 1] as usize);
        (a..b, b..c)
    }
}

const ROWS: usize = 16;

/// To the nearest byte, of two as near the even one.
#[inline(always)]
fn byte(x: f32) -> u8 {
    x.round_ties_even().clamp(0.0, 255.0).cut() as u8
}

/// Along rows, then along columns; both taps are of the picture's axes.
///
/// # Safety
/// `src` is valid for the picture, `dst` for the result; `x` names places of its width, `y` of its height.
pub unsafe fn resize(p: Picture, x: &Taps, y: &Taps, src: *const u8, dst: *mut u8) {
    let (from, to) = (p.width * p.channels, x.len() * p.channels);
    if p.planes * y.len() * to == 0 {
        return;
    }
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    let grain = |work: usize| (par::ELEMENTWISE_GRAIN / work.max(1)).max(1);
    for plane in 0..p.planes {
        let mut between = buffer(0f32, p.height * to);
        let mid = Ptr(between.as_mut_ptr());
        par::for_each_chunk(p.height.div_ceil(ROWS), grain(ROWS * from), |blocks| {
            let (mut bytes, mut floats) = (buffer(0u8, ROWS * from), buffer(0f32, ROWS * from));
            for b in blocks {
                let rows = (p.height - b * ROWS).min(ROWS);
                // SAFETY: rows of this plane, and the same of what lies between
                unsafe {
                    let row = |r: usize| {
                        src.at((plane * p.height + b * ROWS + r.min(rows - 1)) * from) as *const u8
                    };
                    turned(&std::array::from_fn(row), from, bytes.as_mut_ptr());
                    along_rows(x, p.channels, &bytes, &mut floats, rows, mid.at(b * ROWS * to), to);
                }
            }
        });
        par::for_each_chunk(y.len(), grain(4 * to), |rows| {
            for i in rows {
                // SAFETY: a row of the result; what the taps name lies between
                unsafe { along_columns(y, i, to, mid.get(), dst.at((plane * y.len() + i) * to)) };
            }
        });
    }
}

multiversion! {
    /// Sixteen turned rows; `rows` of them are wanted, `step` apart.
    unsafe fn along_rows(taps: &Taps, c: usize, bytes: &[u8], floats: &mut [f32], rows: usize, out: *mut f32, step: usize) {
        for (f, b) in floats.iter_mut().zip(bytes) {
            *f = *b as f32;
        }
        for i in 0..taps.len() {
            let (apart, once) = taps.parts(i);
            for ch in 0..c {
                let mut sums = [0f32; ROWS];
                for k in apart.clone() {
                    let x = floats.as_ptr().add((*taps.index.get_unchecked(k) as usize * c + ch) * ROWS);
                    let w = *taps.weight.get_unchecked(k);
                    for r in 0..ROWS {
                        sums[r] += *x.add(r) * w;
                    }
                }
                for k in once.clone() {
                    let x = floats.as_ptr().add((*taps.index.get_unchecked(k) as usize * c + ch) * ROWS);
                    let w = *taps.weight.get_unchecked(k);
                    for r in 0..ROWS {
                        sums[r] = (*x.add(r)).mul_add(w, sums[r]);
                    }
                }
                for r in 0..rows {
                    *out.add(r * step + i * c + ch) = *sums.get_unchecked(r);
                }
            }
        }
    }
}

multiversion! {
    unsafe fn along_columns(taps: &Taps, i: usize, n: usize, from: *const f32, out: *mut u8) {
        const BLOCK: usize = 64;
        let (apart, once) = taps.parts(i);
        for at in (0..n).step_by(BLOCK) {
            let m = (n - at).min(BLOCK);
            let mut sums = [0f32; BLOCK];
            for k in apart.clone() {
                let (x, w) = (from.add(taps.index[k] as usize * n + at), taps.weight[k]);
                for j in 0..m {
                    sums[j] += *x.add(j) * w;
                }
            }
            for k in once.clone() {
                let (x, w) = (from.add(taps.index[k] as usize * n + at), taps.weight[k]);
                for j in 0..m {
                    sums[j] = (*x.add(j)).mul_add(w, sums[j]);
                }
            }
            for j in 0..m {
                *out.add(at + j) = byte(sums[j]);
            }
        }
    }
}

/// Two places of an axis and how much of each, for every output.
#[derive(Clone, Copy, Debug)]
pub struct Between {
    pub at: [u32; 2],
    pub part: [f32; 2],
}

/// Each output between four pixels: weights are multiplied first, and sums rounded once.
///
/// # Safety
/// As [`resize`].
pub unsafe fn between_four(p: Picture, x: &[Between], y: &[Between], src: *const u8, dst: *mut u8) {
    let (from, to) = (p.width * p.channels, x.len() * p.channels);
    if p.planes * y.len() * to == 0 {
        return;
    }
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    par::for_each_chunk(p.planes * y.len(), (par::ELEMENTWISE_GRAIN / 4 / to).max(1), |range| {
        for t in range {
            let (plane, i) = (t / y.len(), t % y.len());
            // SAFETY: two rows of the plane, and a row of the result
            unsafe {
                let row = |k: usize| src.at((plane * p.height + y[i].at[k] as usize) * from) as *const u8;
                four(x, p.channels, [row(0), row(1)], y[i].part, dst.at(t * to));
            }
        }
    });
}

multiversion! {
    unsafe fn four(x: &[Between], c: usize, rows: [*const u8; 2], down: [f32; 2], out: *mut u8) {
        for (i, b) in x.iter().enumerate() {
            let (left, right) = (b.at[0] as usize * c, b.at[1] as usize * c);
            let w = [down[0] * b.part[1], down[0] * b.part[0], down[1] * b.part[0], down[1] * b.part[1]];
            for ch in 0..c {
                let v = |row: *const u8, at: usize| *row.add(at + ch) as f32;
                let sum = v(rows[0], right) * w[0];
                let sum = v(rows[0], left).mul_add(w[1], sum);
                let sum = v(rows[1], left).mul_add(w[2], sum);
                *out.add(i * c + ch) = byte(v(rows[1], right).mul_add(w[3], sum));
            }
        }
    }
}
