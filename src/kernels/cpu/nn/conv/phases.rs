//! The phases of a strided convolution's gradient for its input, with channels first: one padded image for all of them,
//! and rows of the result woven of those that the phases of the width make.
//!
//! Each for itself, phases padded the image again, up to 27 times, and wrote their results element by element.

use super::direct::{self, Common, Job};
use super::plan::{Plan, Sides, Weights};
use super::scratch::{self, Slot};
use super::tile::Direct;
use crate::base::Elem;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;

/// Runs all phases, which read one image, for all images and groups.
///
/// # Safety
/// As for a single plan.
pub unsafe fn run<T: Direct>(
    plans: &[Plan],
    s: &Sides,
    x: *const T,
    weights: &Weights<T>,
    bias: *const T,
    y: *mut T,
) {
    let (whole, plane) = (plans[0].whole.iter().product::<usize>(), plans[0].input.iter().product::<usize>());
    let reading = plans.iter().find(|p| !p.taps.is_empty()).unwrap_or(&plans[0]);
    let common = Common::of(reading, s, bias);
    let parts: Vec<_> = plans.iter().map(|p| common.part(p, weights)).collect();
    // the phases of the width follow one another
    let across = plans.iter().take_while(|p| p.first[..2] == plans[0].first[..2]).count();
    let jobs: Vec<Vec<Job<T>>> =
        (0..s.groups).map(|g| parts.iter().map(|p| common.job(p, g)).collect()).collect();
    // windows shorter than the stride leave rows that are nothing but bias
    let gaps = plans.chunks(across).any(|plans| plans.iter().all(|p| p.taps.is_empty()));
    let (x, y, bias) = (Ptr::of(x), Ptr(y), (!bias.is_null()).then_some(Ptr::of(bias)));
    let of_group = |group: usize| bias.map(|b| Ptr(b.at(group * s.cout)));
    direct::images(s.n * s.groups, |i| {
        let jobs = &jobs[i % s.groups];
        let (x, y) = (x.at(i * s.cin * plane), Ptr(y.at(i * s.cout * whole)));
        let every = |x: *const T| {
            if gaps {
                // SAFETY: this image.
                unsafe { fill(s.cout, whole, of_group(i % s.groups), y) };
            }
            for (plans, jobs) in plans.chunks(across).zip(jobs.chunks(across)) {
                if gaps && plans.iter().all(|p| p.taps.is_empty()) {
                    continue;
                }
                let most = plans[0].outputs();
                scratch::with(Slot::Whole, across * s.cout * most, |dense: *mut T| {
                    for (k, job) in jobs.iter().enumerate() {
                        // SAFETY: planes of this phase, `most` elements apart.
                        unsafe { job.slices(x, dense.add(k * s.cout * most), most) };
                    }
                    // SAFETY: the planes just computed, and rows of this image.
                    unsafe { weave(plans, s.cout, dense, most, y.get()) };
                });
            }
        };
        // SAFETY: one group of one image.
        unsafe { jobs[0].with_padded(x, every) };
    });
}

/// Channels of `whole` elements with their bias, or zero.
unsafe fn fill<T: Direct>(channels: usize, whole: usize, bias: Option<Ptr<T>>, y: Ptr<T>) {
    par::for_each_chunk(channels, par::ELEMENTWISE_GRAIN.div_ceil(whole), |r| {
        for c in r {
            // SAFETY: one channel, and its bias
            unsafe {
                let value = bias.map_or(<T as Elem>::ZERO, |b| *b.at(c));
                (0..whole).for_each(|i| y.at(c * whole + i).write(value));
            }
        }
    });
}

/// Rows of the result of those of the phases of the width, whose channels lie `most` elements apart.
unsafe fn weave<T: Direct>(plans: &[Plan], channels: usize, dense: *const T, most: usize, y: *mut T) {
    let p = &plans[0];
    let [d, h, _] = p.output;
    let whole: usize = p.whole.iter().product();
    let (dense, y) = (Ptr::of(dense), Ptr(y));
    par::for_each_chunk(channels * d, par::ELEMENTWISE_GRAIN.div_ceil(h * p.whole[2]), |r| {
        for t in r {
            let (c, z) = (t / d, t % d);
            let row = (p.first[0] + z * p.step[0]) * p.whole[1] + p.first[1];
            let to = y.at(c * whole + row * p.whole[2]);
            // SAFETY: rows of a slice of a channel, of which each phase makes every `step`th element.
            unsafe {
                let from = dense.at(c * most);
                rows::<T>(plans, from, channels * most, z, to, p.step[1] * p.whole[2]);
            }
        }
    });
}

multiversion! {
    /// The rows of slice `z`, `down` elements apart.
    unsafe fn rows[T: Direct](plans: &[Plan], from: *const T, apart: usize, z: usize, to: *mut T, down: usize) {
        let (h, width) = (plans[0].output[1], plans[0].whole[2]);
        let n = plans.len();
        let row = |i: usize, k: usize| from.wrapping_add(k * apart + (z * h + i) * plans[k].output[2]);
        for i in 0..h {
            let to = to.add(i * down);
            let full = width / n;
            match n {
                1 => std::ptr::copy_nonoverlapping(row(i, 0), to, width),
                2 => woven::<T, 2>([row(i, 0), row(i, 1)], to, full),
                3 => woven::<T, 3>([row(i, 0), row(i, 1), row(i, 2)], to, full),
                4 => woven::<T, 4>([row(i, 0), row(i, 1), row(i, 2), row(i, 3)], to, full),
                _ => {
                    for k in 0..n {
                        let from = row(i, k);
                        (0..full).for_each(|j| *to.add(j * n + k) = *from.add(j));
                    }
                }
            }
            for k in 0..width - n * full {
                *to.add(n * full + k) = *row(i, k).add(full);
            }
        }
    }
}

#[inline(always)]
unsafe fn woven<T: Elem, const N: usize>(from: [*const T; N], to: *mut T, n: usize) {
    for j in 0..n {
        let mut all = [<T as Elem>::ZERO; N];
        for k in 0..N {
            all[k] = *from[k].add(j);
        }
        to.add(j * N).cast::<[T; N]>().write(all);
    }
}
