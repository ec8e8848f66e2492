//! Samplers: dense buffers filled from the CPU generator, with PyTorch's draws in PyTorch's order.
//!
//! **Order.** A buffer is filled front to back, and rows of a matrix one after the other. PyTorch fills a tensor
//! in the order of its memory (largest stride first), not in logical order: a transposed dense tensor gets the
//! numbers of its untransposed form. Normals also depend on contiguity: [`normal`] is for contiguous tensors, any
//! other layout takes [`normal_serial`].
//!
//! **Words per element.** 24-bit uniforms take one word of the generator, 53-bit uniforms and large integers two.
//! Each function says which it draws.
//!
//! **Speed.** The generator hands out slices of raw words; tempering and conversion are loops over slices that
//! the compiler vectorises for the instruction set chosen in [`simd`]. Nothing here runs in parallel: the stream is
//! one sequence.

mod continuous;
mod discrete;
mod integer;
mod log;
mod multinomial;
mod normal;
mod simd;
mod uniform;

pub use continuous::{cauchy, exponential, log_normal, standard_gamma};
pub use discrete::{bernoulli, bernoulli_each, binomial, geometric, poisson};
pub use integer::{IntRange, random_in, random_natural, randperm};
pub use multinomial::{multinomial, multinomial_replace};
pub use normal::{normal, normal_serial};
pub use uniform::uniform;

use crate::base::rng::{Mt19937, temper, unit_f64};
use crate::base::{BF16, F16, Float};

/// Floating types that uniforms and normals can be drawn in.
pub trait Sample: Float {
    #[doc(hidden)]
    fn uniform(g: &mut Mt19937, out: &mut [Self], from: f64, to: f64);
    #[doc(hidden)]
    fn normal(g: &mut Mt19937, out: &mut [Self], mean: f64, std: f64);
}

macro_rules! sample {
    ($($t:ty: $uniform:path, $normal:path);*) => {$(
        impl Sample for $t {
            fn uniform(g: &mut Mt19937, out: &mut [Self], from: f64, to: f64) { $uniform(g, out, from, to) }
            fn normal(g: &mut Mt19937, out: &mut [Self], mean: f64, std: f64) { $normal(g, out, mean, std) }
        }
    )*};
}
sample!(
    f32: uniform::fill_f32, normal::fill_f32;
    f64: uniform::fill_f64, normal::fill_f64;
    F16: uniform::fill_half, normal::fill_half;
    BF16: uniform::fill_half, normal::fill_half
);

/// `out[i] = f(w)` with `w` the next word of the stream.
#[inline(always)]
fn each_word<T>(g: &mut Mt19937, out: &mut [T], f: impl Fn(u32) -> T) {
    let mut done = 0;
    while done < out.len() {
        let words = g.take(out.len() - done);
        for (slot, &word) in out[done..].iter_mut().zip(words) {
            *slot = f(temper(word));
        }
        done += words.len();
    }
}

/// `out[i] = f(w)` with `w` the next two words, the first one high.
#[inline(always)]
fn each_pair<T>(g: &mut Mt19937, out: &mut [T], f: impl Fn(u64) -> T) {
    let mut done = 0;
    while done < out.len() {
        let whole = g.left_in_block() / 2;
        if whole == 0 {
            // a pair across the twist, or the block is used up
            out[done] = f(g.next_u64());
            done += 1;
            continue;
        }
        let words = g.take(2 * whole.min(out.len() - done));
        for (slot, pair) in out[done..].iter_mut().zip(words.chunks_exact(2)) {
            *slot = f((temper(pair[0]) as u64) << 32 | temper(pair[1]) as u64);
        }
        done += words.len() / 2;
    }
}

/// `out[i] = f(u)` with `u` the next 53-bit uniform in [0, 1).
#[inline(always)]
fn each_unit<T>(g: &mut Mt19937, out: &mut [T], f: impl Fn(f64) -> T) {
    each_pair(g, out, |word| f(unit_f64(word)));
}

#[cfg(test)]
mod tests;
