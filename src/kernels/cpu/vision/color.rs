//! Colours: grey, blends with grey, counts of brightness and tables by brightness.
//!
//! A sum of weighted colours is rounded once for each colour after the first, as vector instructions do it: where the sum is
//! whole but for its last bit, another rounding would make another byte.

use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Cut, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;

/// Pictures of three channels: how far apart channels and pixels lie.
#[derive(Clone, Copy, Debug)]
pub struct Rgb {
    pub pictures: usize,
    pub pixels: usize,
    pub last: bool,
}

/// An element as brightness in single precision.
pub trait Bright: Elem {
    /// Grey of this type is whole.
    const WHOLE: bool;
    fn light(self) -> f32;
    /// Within what the type shows, cut to it.
    fn shown(x: f32) -> Self;
}

impl Bright for u8 {
    const WHOLE: bool = true;
    #[inline(always)]
    fn light(self) -> f32 {
        self as f32
    }
    #[inline(always)]
    fn shown(x: f32) -> u8 {
        let x = if x > 0.0 { x } else { 0.0 };
        let x = if x < 255.0 { x } else { 255.0 };
        x.cut() as u8
    }
}

impl Bright for f32 {
    const WHOLE: bool = false;
    #[inline(always)]
    fn light(self) -> f32 {
        self
    }
    #[inline(always)]
    fn shown(x: f32) -> f32 {
        // what is no number stays so
        let x = if x < 0.0 { 0.0 } else { x };
        if x > 1.0 { 1.0 } else { x }
    }
}

/// By the weights of ITU-R 601-2.
#[inline(always)]
fn grey_of<T: Bright>(r: T, g: T, b: T) -> f32 {
    b.light().mul_add(0.114, g.light().mul_add(0.587, r.light() * 0.2989))
}

const BLOCK: usize = 2048;

/// Calls `f` with the first pixel and the number of pixels of every block: picture by picture, blocks of some thousand.
fn blocks(p: Rgb, f: impl Fn(usize, usize, usize) + Sync) {
    let each = p.pixels.div_ceil(BLOCK);
    par::for_each_chunk(p.pictures * each, par::ELEMENTWISE_GRAIN / 3 / BLOCK, |range| {
        for t in range {
            let (picture, at) = (t / each, t % each * BLOCK);
            f(picture, at, (p.pixels - at).min(BLOCK));
        }
    });
}

/// Where the three channels of a picture begin at a pixel, and how far apart pixels lie.
#[inline(always)]
fn channels<T>(p: Rgb, base: *mut T, picture: usize, at: usize) -> ([*mut T; 3], usize) {
    let first = base.wrapping_add(picture * 3 * p.pixels);
    if p.last {
        ([0, 1, 2].map(|c| first.wrapping_add(at * 3 + c)), 3)
    } else {
        ([0, 1, 2].map(|c| first.wrapping_add(c * p.pixels + at)), 1)
    }
}

/// The brightness of every pixel, `whole` if it is to be cut to whole numbers.
///
/// # Safety
/// `x` is valid for pictures of three channels, `out` for one channel.
pub unsafe fn grey<T: Bright>(p: Rgb, whole: bool, x: *const T, out: *mut f32) {
    let (x, out) = (Ptr::of(x), Ptr(out));
    blocks(p, |picture, at, n| {
        let (from, step) = channels(p, x.get(), picture, at);
        // SAFETY: the block's pixels
        unsafe { grey_block(from, step, n, whole, out.at(picture * p.pixels + at)) }
    });
}

multiversion! {
    unsafe fn grey_block[T: Bright](from: [*mut T; 3], step: usize, n: usize, whole: bool, out: *mut f32) {
        if step == 1 {
            for i in 0..n {
                let v = grey_of(*from[0].add(i), *from[1].add(i), *from[2].add(i));
                *out.add(i) = if whole { v.floor() } else { v };
            }
        } else {
            for i in 0..n {
                let v = grey_of(*from[0].add(3 * i), *from[0].add(3 * i + 1), *from[0].add(3 * i + 2));
                *out.add(i) = if whole { v.floor() } else { v };
            }
        }
    }
}

/// `ratio` of each picture and `rest` of its grey one, or of one brightness for each picture.
///
/// # Safety
/// `x` and `out` are valid for pictures of three channels, `of`, if given, for one number a picture.
pub unsafe fn blend<T: Bright>(
    p: Rgb,
    ratio: f32,
    rest: f32,
    x: *const T,
    of: Option<*const f32>,
    out: *mut T,
) {
    let (x, of, out) = (Ptr::of(x), of.map(Ptr::of), Ptr(out));
    blocks(p, |picture, at, n| {
        let ((from, step), (to, _)) =
            (channels(p, x.get(), picture, at), channels(p, out.get(), picture, at));
        // SAFETY: the block's pixels, and the picture's number
        unsafe {
            match of {
                Some(of) => blend_block(from, to, step, n, [ratio, rest, *of.at(picture)]),
                None => saturate_block(from, to, step, n, ratio, rest),
            }
        }
    });
}

/// The channels of a block with one brightness. Laid side by side they are one run, apart they are three.
unsafe fn blend_block<T: Bright>(from: [*mut T; 3], to: [*mut T; 3], step: usize, n: usize, q: [f32; 3]) {
    if step == 3 {
        return blend_run(from[0], to[0], 3 * n, q);
    }
    for c in 0..3 {
        blend_run(from[c], to[c], n, q);
    }
}

multiversion! {
    unsafe fn blend_run[T: Bright](from: *mut T, to: *mut T, n: usize, q: [f32; 3]) {
        for i in 0..n {
            *to.add(i) = T::shown(q[2].mul_add(q[1], (*from.add(i)).light() * q[0]));
        }
    }
}

/// The channels of a block with the grey of each pixel.
unsafe fn saturate_block<T: Bright>(
    from: [*mut T; 3],
    to: [*mut T; 3],
    step: usize,
    n: usize,
    ratio: f32,
    rest: f32,
) {
    let mut grey = [0f32; BLOCK];
    grey_block(from, step, n, T::WHOLE, grey.as_mut_ptr());
    if step == 1 {
        for c in 0..3 {
            blend_with(from[c], to[c], n, ratio, rest, grey.as_ptr());
        }
        return;
    }
    let mut thrice = [0f32; 3 * BLOCK];
    for (i, &g) in grey[..n].iter().enumerate() {
        thrice[3 * i..3 * i + 3].fill(g);
    }
    blend_with(from[0], to[0], 3 * n, ratio, rest, thrice.as_ptr());
}

multiversion! {
    unsafe fn blend_with[T: Bright](from: *mut T, to: *mut T, n: usize, ratio: f32, rest: f32, other: *const f32) {
        for i in 0..n {
            *to.add(i) = T::shown((*other.add(i)).mul_add(rest, (*from.add(i)).light() * ratio));
        }
    }
}

/// How often each byte is there, for each of `rows` rows of `n`.
///
/// # Safety
/// `x` is valid for `rows * n` bytes, `out` for `rows * 256` numbers.
pub unsafe fn counts(rows: usize, n: usize, x: *const u8, out: *mut i64) {
    const PART: usize = 64 * 1024;
    let parts = n.div_ceil(PART).max(1);
    let mut found = buffer([0u32; 256], rows * parts);
    let (x, to) = (Ptr::of(x), Ptr(found.as_mut_ptr()));
    par::for_each_chunk(rows * parts, 1, |range| {
        for t in range {
            let (row, at) = (t / parts, t % parts * PART);
            // four tables: equal bytes one after another do not wait for one another
            let mut four = [[0u32; 256]; 4];
            // SAFETY: a part of a row, and its table
            unsafe {
                let bytes = std::slice::from_raw_parts(x.at(row * n + at), (n - at).min(PART));
                for (i, &b) in bytes.iter().enumerate() {
                    four[i % 4][b as usize] += 1;
                }
                *to.at(t) = std::array::from_fn(|b| four.iter().map(|f| f[b]).sum());
            }
        }
    });
    for row in 0..rows {
        for b in 0..256 {
            let sum: i64 = found[row * parts..(row + 1) * parts].iter().map(|f| f[b] as i64).sum();
            out.add(row * 256 + b).write(sum);
        }
    }
}

/// What tables say for every byte: `rows` rows of `n`, each with a table of 256, or all with one.
///
/// # Safety
/// `x` and `out` are valid for `rows * n` bytes, `tables` for `256 * rows`, or for 256 if there is `one`.
pub unsafe fn look_up(rows: usize, n: usize, one: bool, x: *const u8, tables: *const u8, out: *mut u8) {
    const PART: usize = 16 * 1024;
    let parts = n.div_ceil(PART).max(1);
    let (x, tables, out) = (Ptr::of(x), Ptr::of(tables), Ptr(out));
    par::for_each_chunk(rows * parts, 2, |range| {
        for t in range {
            let (row, at) = (t / parts, t % parts * PART);
            let (from, count) = (row * n + at, (n - at).min(PART));
            // SAFETY: a part of a row, and its table
            unsafe {
                let table = &*tables.at(if one { 0 } else { 256 * row }).cast::<[u8; 256]>();
                for i in from..from + count {
                    *out.at(i) = table[*x.at(i) as usize];
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_tables() {
        let (rows, n) = (2, 70_001);
        let x: Vec<u8> = (0..rows * n).map(|i| ((i * 2654435761) >> 9) as u8).collect();
        let mut found = vec![0i64; rows * 256];
        let tables: Vec<u8> = (0..rows * 256).map(|i| (i * 7 + i / 256) as u8).collect();
        let mut out = vec![0u8; rows * n];
        // SAFETY: vectors of these sizes
        unsafe {
            counts(rows, n, x.as_ptr(), found.as_mut_ptr());
            look_up(rows, n, false, x.as_ptr(), tables.as_ptr(), out.as_mut_ptr());
        }
        for row in 0..rows {
            let mine = &x[row * n..(row + 1) * n];
            for b in 0..256 {
                assert_eq!(found[row * 256 + b], mine.iter().filter(|&&v| v as usize == b).count() as i64);
            }
            assert!((0..n).all(|i| out[row * n + i] == tables[row * 256 + mine[i] as usize]));
        }
    }
}

/// Elements of a run that one task normalises.
const PIECE: usize = 8192;
/// Copies of a short run's means and deviations side by side, so that vectors run over several of its turns.
const TURNS: usize = 64;

multiversion! {
    /// `(x - mean) / std`, one mean and one deviation for all.
    unsafe fn with_one[T: Cmp](mean: T, std: T, n: usize, x: *const T, out: *mut T) {
        for i in 0..n {
            *out.add(i) = (*x.add(i) - mean) / std;
        }
    }
}

multiversion! {
    /// `(x - mean) / std`, as many of both.
    unsafe fn with_each[T: Cmp](mean: *const T, std: *const T, n: usize, x: *const T, out: *mut T) {
        for i in 0..n {
            *out.add(i) = (*x.add(i) - *mean.add(i)) / *std.add(i);
        }
    }
}

/// `(x - mean) / std` of `n` elements: runs of `run` elements of each channel in turn.
///
/// # Safety
/// Both are valid for `n` elements and are apart or the same; the runs of all channels divide `n`.
pub unsafe fn normalize<T: Cmp>(n: usize, run: usize, by: (&[f64], &[f64]), x: *const T, out: *mut T) {
    let of = |v: &[f64]| -> Vec<T> { v.iter().map(|&v| <T as Elem>::from_f64(v)).collect() };
    let (mean, std) = (of(by.0), of(by.1));
    let (x, out, channels) = (Ptr::of(x), Ptr(out), mean.len());
    if n == 0 {
        return;
    }
    if run == 1 {
        let width = channels * TURNS;
        let many = |v: &[T]| -> Vec<T> { v.iter().copied().cycle().take(width).collect() };
        let (mean, std) = (many(&mean), many(&std));
        return par::for_each_chunk(n.div_ceil(width), (par::ELEMENTWISE_GRAIN / width).max(1), |r| {
            for at in r.map(|t| t * width) {
                let n = width.min(n - at);
                // SAFETY: elements of this task
                unsafe { with_each(mean.as_ptr(), std.as_ptr(), n, x.at(at), out.at(at)) };
            }
        });
    }
    let pieces = run.div_ceil(PIECE);
    par::for_each_chunk(n / run * pieces, (par::ELEMENTWISE_GRAIN / run.min(PIECE)).max(1), |r| {
        for t in r {
            let (row, first) = (t / pieces, t % pieces * PIECE);
            let (at, c) = (row * run + first, row % channels);
            // SAFETY: elements of this task
            unsafe { with_one(mean[c], std[c], PIECE.min(run - first), x.at(at), out.at(at)) };
        }
    });
}
