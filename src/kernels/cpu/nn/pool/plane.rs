//! Moves between image planes by flat positions: what pooling with indices and its inverse need.

use crate::base::{Elem, Num};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;

/// `n` samples of `c` channels; planes of `big` elements on one side and of `small`, with positions, on the other.
#[derive(Clone, Copy, Debug)]
pub struct PlanePair {
    pub n: usize,
    pub c: usize,
    pub channels_last: bool,
    pub big: usize,
    pub small: usize,
}

impl PlanePair {
    /// (first element in the big side, in the small side, step between pixels) of a plane.
    #[inline(always)]
    fn plane(&self, t: usize) -> (usize, usize, usize) {
        if self.channels_last {
            let (n, c) = (t / self.c, t % self.c);
            (n * self.big * self.c + c, n * self.small * self.c + c, self.c)
        } else {
            (t * self.big, t * self.small, 1)
        }
    }
    fn each(&self, f: impl Fn(usize, usize, usize) + Sync) {
        let grain = (par::ELEMENTWISE_GRAIN / (self.big + self.small).max(1)).max(1);
        par::for_each_chunk(self.n * self.c, grain, |r| {
            for t in r {
                let (b, s, step) = self.plane(t);
                f(b, s, step);
            }
        });
    }
}

/// `dst[o] = src[indices[o]]` in every plane.
///
/// # Safety
/// Pointers are valid for the planes described and the indices lie in a big plane.
pub unsafe fn gather<T: Elem>(p: PlanePair, src: *const T, indices: *const i64, dst: *mut T) {
    let (src, indices, dst) = (Ptr::of(src), Ptr::of(indices), Ptr(dst));
    p.each(|b, s, step| {
        for o in 0..p.small {
            // SAFETY: the caller's promise; planes are disjoint
            unsafe {
                let at = s + o * step;
                dst.at(at).write(*src.at(b + *indices.at(at) as usize * step));
            }
        }
    });
}

/// `dst = 0`, then `dst[indices[o]] = src[o]` in every plane; later ones win.
///
/// # Safety
/// As [`gather`].
pub unsafe fn place<T: Elem>(p: PlanePair, src: *const T, indices: *const i64, dst: *mut T) {
    let (src, indices, dst) = (Ptr::of(src), Ptr::of(indices), Ptr(dst));
    p.each(|b, s, step| {
        // SAFETY: the caller's promise; planes are disjoint
        unsafe {
            for i in 0..p.big {
                dst.at(b + i * step).write(T::ZERO);
            }
            for o in 0..p.small {
                let at = s + o * step;
                dst.at(b + *indices.at(at) as usize * step).write(*src.at(at));
            }
        }
    });
}

/// Windows along one axis as (start, end, what the window counts as).
pub type Spans = Vec<(usize, usize, i64)>;

/// Average pooling of integers, contiguous planes: sums divided as integers, towards zero.
///
/// # Safety
/// `src` is valid for `planes` planes of `sizes`, `dst` for as many of the spans' lengths.
pub unsafe fn avg_pool_int<T: Num>(
    planes: usize,
    sizes: [usize; 3],
    spans: &[Spans; 3],
    divisor: Option<i64>,
    src: *const T,
    dst: *mut T,
) {
    let mut out = dst;
    for plane in 0..planes {
        let base = plane * sizes[0] * sizes[1] * sizes[2];
        for &(d0, d1, dn) in &spans[0] {
            for &(h0, h1, hn) in &spans[1] {
                for &(w0, w1, wn) in &spans[2] {
                    let mut sum = T::ZERO;
                    for d in d0..d1 {
                        for h in h0..h1 {
                            for w in w0..w1 {
                                sum = sum.add(*src.add(base + (d * sizes[1] + h) * sizes[2] + w));
                            }
                        }
                    }
                    let count = divisor.unwrap_or(dn * hn * wn);
                    out.write(T::from_i64(if count == 0 { 0 } else { sum.to_i64() / count }));
                    out = out.add(1);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gather_undoes_place() {
        let p = PlanePair { n: 1, c: 2, channels_last: true, big: 4, small: 2 };
        let (src, at) = ([1f32, 10.0, 2.0, 20.0], [3i64, 0, 1, 2]);
        let (mut big, mut back) = ([9f32; 8], [0f32; 4]);
        // SAFETY: arrays of the sizes described
        unsafe {
            place(p, src.as_ptr(), at.as_ptr(), big.as_mut_ptr());
            gather(p, big.as_ptr(), at.as_ptr(), back.as_mut_ptr());
        }
        assert_eq!(big, [0.0, 10.0, 2.0, 0.0, 0.0, 20.0, 1.0, 0.0]);
        assert_eq!(back, src);
    }
}
