//! Draws of categories by weight. The caller has checked the weights: finite, none negative, rows with a positive
//! sum.

use super::continuous::exponential;
use super::draw::Sample;
use crate::base::rng::Mt19937;
use crate::base::{Elem, Float, Num};
use crate::kernels::cpu::machine::stop::{buffer, grow};

multiversion! {
    /// Whether there is an element that is no weight, and whether there is one above zero.
    unsafe fn kinds[T: Sample](x: *const T, n: usize) -> (bool, bool) {
        let (mut none, mut some) = (0u32, 0u32);
        for i in 0..n {
            let w = (*x.add(i)).to_f64();
            none |= u32::from(!(w >= 0.0 && w < f64::INFINITY));
            some |= u32::from(w > 0.0);
        }
        (none > 0, some > 0)
    }
}

/// Whether all are weights, finite and none below zero, and whether each row has one above zero. (Asked one by one, 32000 of them
/// took longer than the draws.)
pub fn weights<T: Sample>(x: &[T], categories: usize) -> (bool, bool) {
    x.chunks(categories.max(1)).fold((true, true), |(sound, positive), row| {
        // SAFETY: the elements of a row
        let (none, some) = unsafe { kinds(row.as_ptr(), row.len()) };
        (sound && !none, positive && some)
    })
}

/// `samples` different categories a row, or one draw of any kind: the largest of `weight / e`, `e` exponential in
/// the element type. All exponentials are drawn first, two words each, row by row.
pub fn multinomial<T: Sample>(
    g: &mut Mt19937,
    weights: &[T],
    categories: usize,
    samples: usize,
    out: &mut [i64],
) {
    let mut keys = buffer(T::ZERO, weights.len());
    exponential(g, &mut keys, 1.0);
    for (key, &weight) in keys.iter_mut().zip(weights) {
        *key = T::from_f64(weight.to_f64() / key.to_f64());
    }
    // Largest first, ties by position (half types have them; PyTorch leaves their order to its selection
    // algorithm). Keys are not negative, so their bits order as they do, with nan (0 / 0, when a half-precision draw
    // rounds to 0) before everything, as PyTorch has it.
    let mut order: Vec<(u64, u32)> = Vec::new();
    grow(&mut order, categories);
    let rows = keys.chunks_exact(categories.max(1));
    for (row, picked) in rows.zip(out.chunks_exact_mut(samples.max(1))) {
        order.clear();
        order.extend(row.iter().zip(0u32..).map(|(key, i)| (!key.to_f64().abs().to_bits(), i)));
        if samples < row.len() {
            order.select_nth_unstable(samples.saturating_sub(1));
        }
        order[..samples].sort_unstable();
        for (slot, &(_, category)) in picked.iter_mut().zip(&order) {
            *slot = category as i64;
        }
    }
}

multiversion! {
    /// Each element over a number: a quotient taken in double precision and rounded is the quotient in the narrower type.
    unsafe fn shares[C: Float](x: *mut C, n: usize, total: f64) {
        for i in 0..n {
            *x.add(i) = C::from_f64((*x.add(i)).to_f64() / total);
        }
    }
}

/// `samples` categories a row with replacement: a 53-bit uniform each, searched in the cumulative weights, which
/// are summed in the element type (f32 for half types).
pub fn multinomial_replace<T: Sample>(
    g: &mut Mt19937,
    weights: &[T],
    categories: usize,
    samples: usize,
    out: &mut [i64],
) {
    let mut cumulative = buffer(T::ZERO.up(), categories);
    let rows = weights.chunks_exact(categories.max(1));
    for (row, picked) in rows.zip(out.chunks_exact_mut(samples.max(1))) {
        let mut sum = T::ZERO.up();
        for (slot, &weight) in cumulative.iter_mut().zip(row) {
            sum = sum.add(weight.up());
            *slot = sum;
        }
        // SAFETY: the elements of the vector
        unsafe { shares(cumulative.as_mut_ptr(), categories, sum.to_f64()) };
        for slot in picked {
            let u = g.next_f64();
            *slot = cumulative.partition_point(|c| c.to_f64() < u) as i64;
        }
    }
}
