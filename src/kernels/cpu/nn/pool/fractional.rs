//! Maximum pooling over windows at random places (Graham, "Fractional Max-Pooling", 2014).

use crate::base::Real;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::gathered;
use std::sync::Mutex;

/// Depth, height and width of what is read, of the result and of a window; missing axes have size 1.
pub struct Windows {
    /// Axes that have random numbers: the last ones.
    pub axes: usize,
    pub input: [usize; 3],
    pub output: [usize; 3],
    pub kernel: [usize; 3],
}

impl Windows {
    /// Where the windows of an axis begin, from one random number; computed in the precision of the image. A number that was
    /// given may be far beyond 1, where neighbours are so far apart that a window would begin outside: none then.
    fn starts<T: Real>(&self, axis: usize, u: f64) -> Option<Vec<usize>> {
        let (size, output, kernel) = (self.input[axis], self.output[axis], self.kernel[axis]);
        let r = |v: f64| T::from_f64(v).to_f64();
        let alpha = if output > 1 { r((size - kernel) as f64 / (output - 1) as f64) } else { 0.0 };
        let at = |i: usize| (r(r(i as f64 + u) * alpha) as usize) - (r(u * alpha) as usize);
        let starts = gathered((0..output).map(|i| if i + 1 == output { size - kernel } else { at(i) }));
        starts.iter().all(|&first| first <= size - kernel).then_some(starts)
    }
}

/// Values and positions of the greatest elements of the windows, plane by plane. The first of equal elements wins; of nan
/// the last. A random number whose windows do not lie in the image comes back; the result is nothing then.
///
/// # Safety
/// `src` and `dst` are valid for `planes` planes, `places` for as many as `dst`, `u` for `axes` numbers in [0, 1) a plane.
pub unsafe fn max_pool<T: Real>(
    w: &Windows,
    planes: usize,
    src: *const T,
    u: *const T,
    dst: *mut T,
    places: *mut i64,
) -> Option<f64> {
    let (plane, small) = (w.input.iter().product::<usize>(), w.output.iter().product::<usize>());
    let (src, u, dst, places) = (Ptr::of(src), Ptr::of(u), Ptr(dst), Ptr(places));
    let outside = Mutex::new(None);
    par::for_each_chunk(planes, par::REDUCE_GRAIN.div_ceil(plane.max(1)), |r| {
        for p in r {
            // SAFETY: one plane of each per step, and its random numbers
            unsafe {
                let starts: [Option<Vec<usize>>; 3] = std::array::from_fn(|a| {
                    let Some(k) = (a + w.axes).checked_sub(3) else { return Some(vec![0]) };
                    // two axes take theirs in the order width, height
                    let u = (*u.at(p * w.axes + if w.axes == 2 { 1 - k } else { k })).to_f64();
                    w.starts::<T>(a, u).or_else(|| {
                        *outside.lock().unwrap_or_else(|e| e.into_inner()) = Some(u);
                        None
                    })
                });
                let [Some(depth), Some(height), Some(width)] = starts else { continue };
                let (from, o) = (src.at(p * plane) as *const T, p * small);
                let starts = [&depth, &height, &width];
                match w.kernel {
                    [1, 2, 2] => each::<T, 2>(w, starts, from, dst.at(o), places.at(o)),
                    _ => each::<T, 0>(w, starts, from, dst.at(o), places.at(o)),
                }
            }
        }
    });
    outside.into_inner().unwrap_or_else(|e| e.into_inner())
}

/// All windows of a plane.
unsafe fn each<T: Real, const SIDE: usize>(
    w: &Windows,
    [depth, height, width]: [&Vec<usize>; 3],
    src: *const T,
    dst: *mut T,
    places: *mut i64,
) {
    let mut o = 0;
    for &d in depth {
        for &h in height {
            for &x in width {
                let (best, place) = greatest::<T, SIDE>(w, src, [d, h, x]);
                dst.add(o).write(best);
                places.add(o).write(place as i64);
                o += 1;
            }
        }
    }
}

/// The greatest element of the window that begins at `first`, and where it lies in the plane. `SIDE` is that of a square window
/// where it is the common one, whose loops are written out, or 0.
#[inline(always)]
unsafe fn greatest<T: Real, const SIDE: usize>(w: &Windows, src: *const T, first: [usize; 3]) -> (T, usize) {
    let [depth, height, width] = if SIDE > 0 { [1, SIDE, SIDE] } else { w.kernel };
    let line = |d: usize, h: usize| ((first[0] + d) * w.input[1] + first[1] + h) * w.input[2] + first[2];
    let mut top = line(0, 0);
    let mut best = *src.add(top);
    for d in 0..depth {
        for h in 0..height {
            let from = line(d, h);
            for at in from..from + width {
                let v = *src.add(at);
                // chosen, not branched on: which one it is nobody can tell beforehand
                let more = (v > best) | v.is_nan();
                best = std::hint::select_unpredictable(more, v, best);
                top = std::hint::select_unpredictable(more, at, top);
            }
        }
    }
    (best, top)
}
