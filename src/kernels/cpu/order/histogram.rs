//! Elements counted in bins.

use super::search::before;
use crate::kernels::cpu::machine::float::{Cmp, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;

/// Elements in each of some bins of equal width; those outside the range are left out.
///
/// # Safety
/// `src` is readable for `n` elements.
pub unsafe fn histogram_counts<T: Cmp>(src: *const T, n: usize, (lo, hi): (f64, f64), counts: &mut [i64]) {
    let bins = counts.len();
    let (lo, hi, width) = (T::of(lo), T::of(hi), T::of(bins as f64));
    let src = Ptr::of(src);
    let total = std::sync::Mutex::new(counts);
    par::for_each_chunk(n, par::REDUCE_GRAIN.max(4 * bins), |r| {
        let mut own = buffer(0i64, bins);
        for i in r {
            // SAFETY: an element of the array
            let v = unsafe { *src.at(i) };
            if v >= lo && v <= hi {
                let place = ((v - lo) * width / (hi - lo)).to_f64() as usize;
                own[place.min(bins - 1)] += 1;
            }
        }
        let mut total = total.lock().unwrap_or_else(|e| e.into_inner());
        total.iter_mut().zip(own).for_each(|(t, c)| *t += c);
    });
}

/// Adds the weight (one, if `weights` is null) of each element to the bin between its two neighbouring edges.
///
/// # Safety
/// `src` and `weights` are readable for `n` elements, `edges` for one more than there are sums.
pub unsafe fn edge_counts<T: Cmp>(
    src: *const T,
    weights: *const T,
    n: usize,
    edges: *const T,
    sums: &mut [f64],
) {
    let bins = sums.len();
    let (lo, hi) = (*edges, *edges.add(bins));
    for i in 0..n {
        let v = *src.add(i);
        if v >= lo && v <= hi {
            let place = before(|k| *edges.add(k), bins + 1, v, true).clamp(1, bins) - 1;
            sums[place] += if weights.is_null() { 1.0 } else { (*weights.add(i)).to_f64() };
        }
    }
}
