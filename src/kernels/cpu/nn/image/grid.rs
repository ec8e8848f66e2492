//! Reading images at places given by a grid. Images are contiguous (n, c, sizes..), with one to three axes given as
//! three, missing ones in front of size 1 and without a coordinate.

use crate::base::Float;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use smallvec::SmallVec;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Linear,
    Nearest,
    Cubic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    Zeros,
    Edge,
    Reflect,
}

#[derive(Clone, Copy, Debug)]
pub struct Grid {
    pub n: usize,
    pub c: usize,
    /// Sizes of the image; the last `axes` of them have coordinates.
    pub input: [usize; 3],
    pub axes: usize,
    /// Places per sample.
    pub points: usize,
    pub mode: Mode,
    pub border: Border,
    pub align: bool,
}

/// Positions along an axis with weight and the weight's slope.
type Line = SmallVec<[(usize, f64, f64); 4]>;

impl Grid {
    /// A coordinate in [-1, 1] as a position and what the step is worth.
    fn position(&self, v: f64, size: usize) -> (f64, f64) {
        let n = size as f64;
        if self.align {
            ((v + 1.0) / 2.0 * (n - 1.0), (n - 1.0) / 2.0)
        } else {
            (((v + 1.0) * n - 1.0) / 2.0, n / 2.0)
        }
    }
    /// A position brought into the image, and the slope of that.
    fn inside(&self, x: f64, size: usize) -> (f64, f64) {
        let top = size as f64 - 1.0;
        let clip = |x: f64, s: f64| {
            if x.is_nan() || x <= 0.0 {
                (0.0, 0.0)
            } else if x >= top {
                (top, 0.0)
            } else {
                (x, s)
            }
        };
        match self.border {
            Border::Zeros => (x, 1.0),
            Border::Edge => clip(x, 1.0),
            Border::Reflect => {
                let (low, span) = if self.align { (0.0, top) } else { (-0.5, size as f64) };
                if span <= 0.0 {
                    return (0.0, 0.0);
                }
                let (d, sign) = if x - low < 0.0 { (low - x, -1.0) } else { (x - low, 1.0) };
                let rest = d % span;
                let (y, s) = if (d / span).floor() % 2.0 == 0.0 {
                    (rest + low, sign)
                } else {
                    (span - rest + low, -sign)
                };
                clip(y, s)
            }
        }
    }
    fn line(&self, v: f64, size: usize) -> Line {
        let (x, step) = self.position(v, size);
        let mut out = Line::new();
        let within = |i: f64| i >= 0.0 && i < size as f64;
        match self.mode {
            Mode::Cubic => {
                let low = x.floor();
                let t = x - low;
                for k in 0..4 {
                    let (w, s) = cubic(t, k);
                    let (i, _) = self.inside(low + k as f64 - 1.0, size);
                    if within(i) {
                        out.push((i as usize, w, s * step));
                    }
                }
            }
            Mode::Nearest => {
                let (x, _) = self.inside(x, size);
                let i = x.round_ties_even();
                if within(i) {
                    out.push((i as usize, 1.0, 0.0));
                }
            }
            Mode::Linear => {
                let (x, slope) = self.inside(x, size);
                let low = x.floor();
                for (i, w, s) in [(low, low + 1.0 - x, -1.0), (low + 1.0, x - low, 1.0)] {
                    if within(i) {
                        out.push((i as usize, w, s * slope * step));
                    }
                }
            }
        }
        out
    }
    /// Calls `f(offset in the plane, weight, slopes)` for what a place reads; coordinates come last axis first.
    fn taps(&self, at: &[f64], mut f: impl FnMut(usize, f64, [f64; 3])) {
        let whole: Line = smallvec::smallvec![(0, 1.0, 0.0)];
        let axis = |a: usize| {
            let k = 2 - a;
            if k < self.axes { self.line(at[k], self.input[a]) } else { whole.clone() }
        };
        let (z, y, x) = (axis(0), axis(1), axis(2));
        for &(iz, wz, sz) in &z {
            for &(iy, wy, sy) in &y {
                for &(ix, wx, sx) in &x {
                    let offset = (iz * self.input[1] + iy) * self.input[2] + ix;
                    f(offset, wz * wy * wx, [sx * wy * wz, wx * sy * wz, wx * wy * sz]);
                }
            }
        }
    }
    fn plane(&self) -> usize {
        self.input.iter().product()
    }
    fn place<T: Float>(&self, grid: Ptr<T>, p: usize) -> [f64; 3] {
        let mut at = [0.0; 3];
        for (k, v) in at.iter_mut().enumerate().take(self.axes) {
            // SAFETY: coordinate `k` of place `p`, by the caller's word
            *v = unsafe { (*grid.at(p * self.axes + k)).to_f64() };
        }
        at
    }
}

/// Weight and slope of the cubic at distance `t` past the second of four points.
fn cubic(t: f64, k: usize) -> (f64, f64) {
    const A: f64 = -0.75;
    let near =
        |d: f64| (((A + 2.0) * d - (A + 3.0)) * d * d + 1.0, (3.0 * (A + 2.0) * d - 2.0 * (A + 3.0)) * d);
    let far = |d: f64| (((d - 5.0) * d + 8.0) * d * A - 4.0 * A, ((3.0 * d - 10.0) * d + 8.0) * A);
    match k {
        0 => far(t + 1.0),
        1 => near(t),
        2 => {
            let (w, s) = near(1.0 - t);
            (w, -s)
        }
        _ => {
            let (w, s) = far(2.0 - t);
            (w, -s)
        }
    }
}

/// `dst (n, c, points)` from `src (n, c, plane)` and `grid (n, points, axes)`.
///
/// # Safety
/// Pointers are valid for the sizes named.
pub unsafe fn sample<T: Float>(g: &Grid, src: *const T, grid: *const T, dst: *mut T) {
    let (src, grid, dst) = (Ptr::of(src), Ptr::of(grid), Ptr(dst));
    par::for_each_chunk(g.n * g.points, (par::MATH_GRAIN / 8 / g.c.max(1)).max(1), |r| {
        let mut sums = buffer(0f64, g.c);
        for p in r {
            let (n, i) = (p / g.points, p % g.points);
            sums.fill(0.0);
            g.taps(&g.place(grid, p), |at, w, _| {
                for (c, sum) in sums.iter_mut().enumerate() {
                    // SAFETY: a pixel of the sample
                    *sum += w * unsafe { (*src.at((n * g.c + c) * g.plane() + at)).to_f64() };
                }
            });
            for (c, sum) in sums.iter().enumerate() {
                // SAFETY: this place's element of each channel
                unsafe { dst.at((n * g.c + c) * g.points + i).write(T::from_f64(*sum)) };
            }
        }
    });
}

/// Gradients for image and grid (each nullable) from `go`, shaped like the result.
///
/// # Safety
/// As [`sample`].
pub unsafe fn sample_backward<T: Float>(
    g: &Grid,
    go: *const T,
    src: *const T,
    grid: *const T,
    dx: *mut T,
    dgrid: *mut T,
) {
    let (go, src, grid) = (Ptr::of(go), Ptr::of(src), Ptr::of(grid));
    let (dx, dgrid) = (Ptr(dx), Ptr(dgrid));
    par::for_each(g.n, |n| {
        let mut sums = buffer(0f64, if dx.get().is_null() { 0 } else { g.c * g.plane() });
        for i in 0..g.points {
            let p = n * g.points + i;
            let mut slope = [0f64; 3];
            g.taps(&g.place(grid, p), |at, w, s| {
                for c in 0..g.c {
                    // SAFETY: elements of this sample
                    let (v, x) = unsafe {
                        (
                            (*go.at((n * g.c + c) * g.points + i)).to_f64(),
                            (*src.at((n * g.c + c) * g.plane() + at)).to_f64(),
                        )
                    };
                    if let Some(sum) = sums.get_mut(c * g.plane() + at) {
                        *sum += w * v;
                    }
                    (0..3).for_each(|k| slope[k] += s[k] * v * x);
                }
            });
            if !dgrid.get().is_null() {
                // SAFETY: the coordinates of this place
                (0..g.axes).for_each(|k| unsafe { dgrid.at(p * g.axes + k).write(T::from_f64(slope[k])) });
            }
        }
        for (k, v) in sums.iter().enumerate() {
            // SAFETY: this sample's image
            unsafe { dx.at(n * g.c * g.plane() + k).write(T::from_f64(*v)) };
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn centres_of_pixels_are_read_as_they_are() {
        let src: Vec<f64> = (0..12).map(|v| v as f64).collect();
        for (mode, border) in
            [(Mode::Linear, Border::Zeros), (Mode::Nearest, Border::Edge), (Mode::Cubic, Border::Reflect)]
        {
            let g = Grid { n: 1, c: 1, input: [1, 3, 4], axes: 2, points: 12, mode, border, align: true };
            let grid: Vec<f64> =
                (0..12).flat_map(|i| [(i % 4) as f64 / 1.5 - 1.0, (i / 4) as f64 - 1.0]).collect();
            let mut out = vec![0.0; 12];
            // SAFETY: vectors of the sizes described
            unsafe { sample(&g, src.as_ptr(), grid.as_ptr(), out.as_mut_ptr()) };
            for i in 0..12 {
                assert!((out[i] - src[i]).abs() < 1e-12, "{mode:?} {out:?}");
            }
        }
    }
}
