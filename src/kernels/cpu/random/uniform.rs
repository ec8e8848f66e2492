//! Uniform floats.

use super::draw::{Sample, each_unit, each_word};
use super::simd::{Body, vectorised};
use crate::base::Float;
use crate::base::rng::{Mt19937, unit_f32};

/// `[from, to)`: one word (24 bits) an element, two (53 bits) for f64. Half types are f32 uniforms rounded. A value
/// that rounds to `to` becomes `from`, as in PyTorch. `rand` is `uniform(0, 1)`; complex `rand` fills the parts as
/// reals.
pub fn uniform<T: Sample>(g: &mut Mt19937, out: &mut [T], from: f64, to: f64) {
    T::uniform(g, out, from, to)
}

/// Values from `limit` up become `from`.
struct F32<'a>(&'a mut Mt19937, &'a mut [f32], f32, f32, f32);

impl Body for F32<'_> {
    #[inline(always)]
    fn run(self) {
        let F32(g, out, from, to, limit) = self;
        let width = to - from;
        each_word(g, out, |w| {
            let v = unit_f32(w).mul_add(width, from);
            if v >= limit { from } else { v }
        });
    }
}

pub(super) fn fill_f32(g: &mut Mt19937, out: &mut [f32], from: f64, to: f64) {
    vectorised(F32(g, out, from as f32, to as f32, to as f32));
}

struct F64<'a>(&'a mut Mt19937, &'a mut [f64], f64, f64);

impl Body for F64<'_> {
    #[inline(always)]
    fn run(self) {
        let F64(g, out, from, to) = self;
        let width = to - from;
        each_unit(g, out, |u| {
            let v = u.mul_add(width, from);
            if v == to { from } else { v }
        });
    }
}

pub(super) fn fill_f64(g: &mut Mt19937, out: &mut [f64], from: f64, to: f64) {
    vectorised(F64(g, out, from, to));
}

pub(super) fn fill_half<T: Float<C = f32>>(g: &mut Mt19937, out: &mut [T], from: f64, to: f64) {
    let (from, to) = (from as f32, to as f32);
    let limit = first_rounding_to::<T>(from, to);
    let mut wide = [0f32; 512];
    for part in out.chunks_mut(wide.len()) {
        let wide = &mut wide[..part.len()];
        vectorised(F32(g, wide, from, to, limit));
        for (slot, &v) in part.iter_mut().zip(&*wide) {
            *slot = T::down(v);
        }
    }
}

/// The least f32 above `from` that rounds to what `to` rounds to: comparing before the rounding is three times as
/// fast as after it.
fn first_rounding_to<T: Float<C = f32>>(from: f32, to: f32) -> f32 {
    // floats as integers of the same order; the map is its own inverse
    let flip = |bits: i32| bits ^ (((bits >> 31) as u32) >> 1) as i32;
    let (mut low, mut high) = (flip(from.to_bits() as i32) as i64, flip(to.to_bits() as i32) as i64);
    let last = T::down(to);
    while high - low > 1 {
        let middle = (low + high) / 2;
        let rounded = T::down(f32::from_bits(flip(middle as i32) as u32));
        *(if rounded == last { &mut high } else { &mut low }) = middle;
    }
    f32::from_bits(flip(high as i32) as u32)
}
