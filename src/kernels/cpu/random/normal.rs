//! Normal floats: Box-Muller, in blocks of sixteen where PyTorch does so.
//!
//! The block path pairs element `j` with `j + 8`: radius from `1 - u[j]`, angle from `u[j + 8]`. In f32 the
//! logarithm, sine and cosine are the Cephes polynomials with the operations fused as PyTorch's AVX2 kernel has
//! them; results agree to the bit with PyTorch on any processor with AVX2 (its fallback for older ones differs in
//! the last bits). In f64 they are the system's `log`, `sin` and `cos`, as there.

use super::draw::Sample;
use super::simd::{Body, vectorised};
use super::uniform::uniform;
use crate::base::Float;
use crate::base::rng::Mt19937;
use crate::kernels::cpu::machine::float::Cut;
use crate::kernels::cpu::machine::stop::poll;

const BLOCK: usize = 16;
const HALF: usize = BLOCK / 2;

/// Normals for a contiguous tensor. Fewer than 16 elements are drawn by [`normal_serial`]. From 16 up: one word an
/// element (two for f64), transformed in blocks; when the length is no multiple of 16, sixteen more are drawn and
/// replace the last sixteen elements. For half types the last block draws its sixteen anew instead of the rest.
/// A complex tensor is filled as its parts with `std / sqrt(2)`.
pub fn normal<T: Sample>(g: &mut Mt19937, out: &mut [T], mean: f64, std: f64) {
    if out.len() < BLOCK { normal_serial(g, out, mean, std) } else { T::normal(g, out, mean, std) }
}

/// Normals one by one in double precision, four words a pair, the spare kept in the generator: what short and
/// non-contiguous tensors get.
pub fn normal_serial<T: Sample>(g: &mut Mt19937, out: &mut [T], mean: f64, std: f64) {
    for slot in out {
        *slot = T::from_f64(g.next_normal().mul_add(std, mean));
    }
}

struct BlocksF32<'a>(&'a mut [f32], f32, f32);

impl Body for BlocksF32<'_> {
    #[inline(always)]
    fn run(self) {
        let BlocksF32(data, mean, std) = self;
        for block in data.chunks_exact_mut(BLOCK) {
            let (first, second) = block.split_at_mut(HALF);
            for j in 0..HALF {
                let radius = (-2.0 * ln(1.0 - first[j])).sqrt();
                let (sin, cos) = sin_cos(std::f32::consts::TAU * second[j]);
                first[j] = (radius * cos).mul_add(std, mean);
                second[j] = (radius * sin).mul_add(std, mean);
            }
        }
    }
}

fn blocks_f32(data: &mut [f32], mean: f64, std: f64) {
    vectorised(BlocksF32(data, mean as f32, std as f32));
}

/// Transforms the whole blocks at the front of `data`, then draws and transforms the last sixteen again if there
/// is a rest.
fn fill<T>(g: &mut Mt19937, out: &mut [T], draw: impl Fn(&mut Mt19937, &mut [T]), blocks: impl Fn(&mut [T])) {
    // Draw and transform in pieces that stay in the first-level cache; the stream is the same.
    for piece in out.chunks_mut(64 * BLOCK) {
        poll();
        draw(g, piece);
        let whole = piece.len() / BLOCK * BLOCK;
        blocks(&mut piece[..whole]);
    }
    let n = out.len();
    if !n.is_multiple_of(BLOCK) {
        draw(g, &mut out[n - BLOCK..]);
        blocks(&mut out[n - BLOCK..]);
    }
}

pub(super) fn fill_f32(g: &mut Mt19937, out: &mut [f32], mean: f64, std: f64) {
    fill(g, out, |g, part| uniform(g, part, 0.0, 1.0), |part| blocks_f32(part, mean, std));
}

pub(super) fn fill_f64(g: &mut Mt19937, out: &mut [f64], mean: f64, std: f64) {
    let blocks = |data: &mut [f64]| {
        for block in data.chunks_exact_mut(BLOCK) {
            let (first, second) = block.split_at_mut(HALF);
            for (a, b) in first.iter_mut().zip(second) {
                let radius = (-2.0 * (1.0 - *a).ln()).sqrt();
                let angle = std::f64::consts::TAU * *b;
                *a = (radius * angle.cos()).mul_add(std, mean);
                *b = (radius * angle.sin()).mul_add(std, mean);
            }
        }
    };
    fill(g, out, |g, part| uniform(g, part, 0.0, 1.0), blocks);
}

pub(super) fn fill_half<T: Float<C = f32>>(g: &mut Mt19937, out: &mut [T], mean: f64, std: f64) {
    let mut wide = [0f32; 32 * BLOCK];
    let n = out.len();
    let whole = n / BLOCK * BLOCK;
    let mut draw = |part: &mut [T]| {
        let wide = &mut wide[..part.len()];
        uniform(g, wide, 0.0, 1.0);
        blocks_f32(wide, mean, std);
        for (slot, &v) in part.iter_mut().zip(&*wide) {
            *slot = T::down(v);
        }
    };
    for part in out[..whole].chunks_mut(32 * BLOCK) {
        draw(part);
    }
    if whole < n {
        draw(&mut out[n - BLOCK..]);
    }
}

// The polynomials are written with the digits Cephes gives them.
mod cephes {
    #![allow(clippy::excessive_precision)]
    pub const LOG: [f32; 9] = [
        7.0376836292e-2,
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    ];
    /// ln 2 in two parts, the large one short enough for exact products.
    pub const LN2_LOW: f32 = -2.12194440e-4;
    pub const LN2_HIGH: f32 = 0.693359375;
    /// pi / 4 in three parts, negated.
    pub const PI_4: [f32; 3] = [-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8];
    pub const FOUR_OVER_PI: f32 = 1.27323954473516;
    pub const COS: [f32; 3] = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2];
    pub const SIN: [f32; 3] = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
}

/// Natural logarithm of a positive, normal number.
#[inline(always)]
fn ln(x: f32) -> f32 {
    use cephes::*;
    let bits = x.to_bits();
    let mut e = ((bits >> 23) as i32 - 126) as f32;
    // the mantissa in [0.5, 1), then x - 1 with x in [sqrt(1/2), sqrt(2))
    let m = f32::from_bits((bits & 0x007f_ffff) | 0x3f00_0000);
    let low = m < std::f32::consts::FRAC_1_SQRT_2;
    e -= if low { 1.0 } else { 0.0 };
    let x = (m - 1.0) + if low { m } else { 0.0 };
    let z = x * x;
    let mut y = LOG[0];
    for &c in &LOG[1..] {
        y = y.mul_add(x, c);
    }
    y = (y * x).mul_add(z, e * LN2_LOW);
    y = (-z).mul_add(0.5, y);
    e.mul_add(LN2_HIGH, x + y)
}

/// Sine and cosine of an angle in [0, 2 pi].
#[inline(always)]
fn sin_cos(x: f32) -> (f32, f32) {
    use cephes::*;
    // octants, rounded up to an even count; at most 8
    let j = ((x * FOUR_OVER_PI).cut() + 1) & !1;
    let y = j as f32;
    let x = PI_4.iter().fold(x, |x, &part| y.mul_add(part, x));
    let z = x * x;
    let c = COS[0].mul_add(z, COS[1]).mul_add(z, COS[2]) * z;
    let c = c.mul_add(z, -(z * 0.5)) + 1.0;
    let s = SIN[0].mul_add(z, SIN[1]).mul_add(z, SIN[2]) * z;
    let s = s.mul_add(x, x);
    let (sin, cos) = if j & 2 != 0 { (c, s) } else { (s, c) };
    let flip = |v: f32, bit: i32| f32::from_bits(v.to_bits() ^ ((bit as u32) << 29));
    (flip(sin, j & 4), flip(cos, !(j - 2) & 4))
}
