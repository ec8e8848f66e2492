//! What the samplers share: the trait of what can be drawn, and the words of the stream as elements.

use crate::base::Float;
use crate::base::rng::{Mt19937, temper, unit_f64};
use crate::kernels::cpu::machine::stop::poll;

/// Floating types that uniforms and normals can be drawn in.
pub trait Sample: Float {
    #[doc(hidden)]
    fn uniform(g: &mut Mt19937, out: &mut [Self], from: f64, to: f64);
    #[doc(hidden)]
    fn normal(g: &mut Mt19937, out: &mut [Self], mean: f64, std: f64);
}

/// `out[i] = f(w)` with `w` the next word of the stream.
#[inline(always)]
pub fn each_word<T>(g: &mut Mt19937, out: &mut [T], f: impl Fn(u32) -> T) {
    let mut done = 0;
    while done < out.len() {
        poll();
        let words = g.take(out.len() - done);
        for (slot, &word) in out[done..].iter_mut().zip(words) {
            *slot = f(temper(word));
        }
        done += words.len();
    }
}

/// `out[i] = f(w)` with `w` the next two words, the first one high.
#[inline(always)]
pub fn each_pair<T>(g: &mut Mt19937, out: &mut [T], f: impl Fn(u64) -> T) {
    let mut done = 0;
    while done < out.len() {
        poll();
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
pub fn each_unit<T>(g: &mut Mt19937, out: &mut [T], f: impl Fn(f64) -> T) {
    each_pair(g, out, |word| f(unit_f64(word)));
}
