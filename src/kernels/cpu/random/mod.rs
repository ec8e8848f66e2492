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
//! the compiler vectorises for the instruction set chosen in `simd`. Nothing here runs in parallel: the stream is
//! one sequence.

mod continuous;
mod discrete;
mod draw;
mod integer;
mod log;
mod multinomial;
mod normal;
mod simd;
mod uniform;

pub use continuous::{cauchy, exponential, log_normal, standard_gamma};
pub use discrete::{bernoulli, bernoulli_each, binomial, geometric, poisson};
pub use draw::Sample;
pub use integer::{IntRange, random_in, random_natural, randperm};
pub use multinomial::{multinomial, multinomial_replace, weights};
pub use normal::{normal, normal_serial};
pub use uniform::uniform;

use crate::base::rng::Mt19937;
use crate::base::{BF16, F16};

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

#[cfg(test)]
mod tests;
