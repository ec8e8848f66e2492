//! Uniform floats.

use super::simd::{Body, vectorised};
use super::{Sample, each_unit, each_word};
use crate::base::Float;
use crate::base::rng::{Mt19937, unit_f32};

/// `[from, to)`: one word (24 bits) an element, two (53 bits) for f64. Half types are f32 uniforms rounded, so
/// `to` itself can come out. `rand` is `uniform(0, 1)`; complex `rand` fills the parts as reals.
pub fn uniform<T: Sample>(g: &mut Mt19937, out: &mut [T], from: f64, to: f64) {
    T::uniform(g, out, from, to)
}

struct F32<'a>(&'a mut Mt19937, &'a mut [f32], f32, f32);

impl Body for F32<'_> {
    #[inline(always)]
    fn run(self) {
        let F32(g, out, from, width) = self;
        each_word(g, out, |w| unit_f32(w).mul_add(width, from));
    }
}

pub(super) fn fill_f32(g: &mut Mt19937, out: &mut [f32], from: f64, to: f64) {
    let (from, to) = (from as f32, to as f32);
    vectorised(F32(g, out, from, to - from));
}

struct F64<'a>(&'a mut Mt19937, &'a mut [f64], f64, f64);

impl Body for F64<'_> {
    #[inline(always)]
    fn run(self) {
        let F64(g, out, from, width) = self;
        each_unit(g, out, |u| u.mul_add(width, from));
    }
}

pub(super) fn fill_f64(g: &mut Mt19937, out: &mut [f64], from: f64, to: f64) {
    vectorised(F64(g, out, from, to - from));
}

pub(super) fn fill_half<T: Float<Compute = f32>>(g: &mut Mt19937, out: &mut [T], from: f64, to: f64) {
    let mut wide = [0f32; 512];
    for part in out.chunks_mut(wide.len()) {
        let wide = &mut wide[..part.len()];
        fill_f32(g, wide, from, to);
        for (slot, &v) in part.iter_mut().zip(&*wide) {
            *slot = T::round(v);
        }
    }
}
