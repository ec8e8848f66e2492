//! Reading images at places given by a grid. Images are contiguous (n, c, sizes..), with one to three axes given as
//! three, missing ones in front of size 1 and without a coordinate.

use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::{par, simd};

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

impl Grid {
    fn plane(&self) -> usize {
        self.input.iter().product()
    }
    fn check(&self) {
        assert!(self.plane() <= i32::MAX as usize, "grid_sample: a plane of more than 2^31 elements");
    }
}

/// Places that are worked on together: what they read and with what weights is found once, then used for each channel.
const SIDE: usize = 64;

/// Up to four positions along an axis for each of [`SIDE`] places.
struct Line<C> {
    count: usize,
    /// -1 outside the image.
    at: [[i32; SIDE]; 4],
    weight: [[C; SIDE]; 4],
    /// How the weight grows with the coordinate.
    slope: [[C; SIDE]; 4],
}

/// A coordinate's way into the image, as PyTorch's vectorised code goes it: one rounding for the position.
#[derive(Clone, Copy)]
struct Axis<C> {
    size: C,
    half: C,
    top: C,
    low: C,
    align: bool,
    border: Border,
}

#[inline(always)]
fn floor<C: Cmp>(x: C) -> C {
    C::of(x.to_f64().floor())
}

impl<C: Cmp> Axis<C> {
    fn new(size: usize, align: bool, border: Border) -> Axis<C> {
        let (n, top) = (size as f64, size as f64 - 1.0);
        let low = if align { 0.0 } else { -0.5 };
        let half = if align { top / 2.0 } else { n / 2.0 };
        Axis { size: C::of(n), half: C::of(half), top: C::of(top), low: C::of(low), align, border }
    }
    /// A coordinate in [-1, 1] as a position; a step is worth `half`.
    #[inline(always)]
    fn position(&self, v: C) -> C {
        let v = v + C::ONE;
        if self.align { v * self.half } else { v.fma(self.half, self.low) }
    }
    /// A position brought to the image's edge, and the slope of that.
    #[inline(always)]
    fn clip(&self, x: C, slope: C) -> (C, C) {
        // nan goes to 0
        let (x, slope) = if x > C::ZERO { (x, slope) } else { (C::ZERO, C::ZERO) };
        if x < self.top { (x, slope) } else { (self.top, C::ZERO) }
    }
    /// A position brought into the image, and the slope of that.
    #[inline(always)]
    fn inside(&self, x: C) -> (C, C) {
        match self.border {
            Border::Zeros => (x, C::ONE),
            Border::Edge => self.clip(x, C::ONE),
            Border::Reflect => {
                let span = C::of(2.0) * if self.align { self.top } else { self.size };
                if !(span > C::ZERO) {
                    return (C::ZERO, C::ZERO);
                }
                let from = x - self.low;
                let d = from.abs();
                let flips = C::of((d / span).to_f64().trunc());
                let extra = (-flips).fma(span, d);
                let back = extra > span - extra;
                let y = if back { span - extra } else { extra } + self.low;
                let slope = if (from < C::ZERO) ^ back { -C::ONE } else { C::ONE };
                self.clip(y, slope)
            }
        }
    }
    /// A position that is a whole number as an index, -1 outside.
    #[inline(always)]
    fn index(&self, x: C) -> i32 {
        let inside = (x >= C::ZERO) & (x < self.size);
        // SAFETY: zero, or less than a size, and planes are of less than 2^31 elements
        let i = unsafe { if inside { x } else { C::ZERO }.to_f64().to_int_unchecked::<i32>() };
        if inside { i } else { -1 }
    }
}

impl<C: Cmp> Line<C> {
    /// The one position of an axis without a coordinate.
    fn whole() -> Line<C> {
        let (zero, one) = ([C::ZERO; SIDE], [C::ONE; SIDE]);
        Line { count: 1, at: [[0; SIDE]; 4], weight: [one; 4], slope: [zero; 4] }
    }
    #[inline(always)]
    fn linear<const SLOPES: bool>(&mut self, axis: Axis<C>, v: &[C; SIDE]) {
        self.count = 2;
        for j in 0..SIDE {
            let (x, slope) = axis.inside(axis.position(v[j]));
            let low = floor(x);
            let (far, step) = (x - low, slope * axis.half);
            (self.at[0][j], self.at[1][j]) = (axis.index(low), axis.index(low + C::ONE));
            (self.weight[0][j], self.weight[1][j]) = (C::ONE - far, far);
            if SLOPES {
                (self.slope[0][j], self.slope[1][j]) = (-step, step);
            }
        }
    }
    #[inline(always)]
    fn nearest(&mut self, axis: Axis<C>, v: &[C; SIDE]) {
        self.count = 1;
        self.slope[0] = [C::ZERO; SIDE];
        for j in 0..SIDE {
            let (x, _) = axis.inside(axis.position(v[j]));
            self.at[0][j] = axis.index(C::of(x.to_f64().round_ties_even()));
            self.weight[0][j] = C::ONE;
        }
    }
    #[inline(always)]
    fn cubic<const SLOPES: bool>(&mut self, axis: Axis<C>, v: &[C; SIDE]) {
        self.count = 4;
        for j in 0..SIDE {
            let x = axis.position(v[j]);
            let low = floor(x);
            let t = x - low;
            for k in 0..4 {
                let (w, s) = cubic(t, k);
                let (i, _) = axis.inside(low + C::of(k as f64 - 1.0));
                self.at[k][j] = axis.index(i);
                self.weight[k][j] = w;
                if SLOPES {
                    self.slope[k][j] = s * axis.half;
                }
            }
        }
    }
}

/// Weight and slope of the cubic at distance `t` past the second of four points.
#[inline(always)]
fn cubic<C: Cmp>(t: C, k: usize) -> (C, C) {
    const A: f64 = -0.75;
    let c = |v: f64| C::of(v);
    let near = |d: C| {
        let w = (c(A + 2.0) * d - c(A + 3.0)) * d * d + C::ONE;
        (w, (c(3.0 * (A + 2.0)) * d - c(2.0 * (A + 3.0))) * d)
    };
    let far = |d: C| {
        let w = ((c(A) * d - c(5.0 * A)) * d + c(8.0 * A)) * d - c(4.0 * A);
        (w, (c(3.0 * A) * d - c(10.0 * A)) * d + c(8.0 * A))
    };
    match k {
        0 => far(t + C::ONE),
        1 => near(t),
        2 => {
            let (w, s) = near(C::ONE - t);
            (w, -s)
        }
        _ => {
            let (w, s) = far(c(2.0) - t);
            (w, -s)
        }
    }
}

/// What [`SIDE`] places read: the positions along the three axes, and their combinations.
struct Taps<C> {
    lines: [Line<C>; 3],
    count: usize,
    /// Offsets in the plane, -1 outside the image.
    at: [[i32; SIDE]; 16],
    weight: [[C; SIDE]; 16],
    /// Whether all places read inside the image, of each combination.
    inside: [bool; 16],
}

impl<C: Cmp> Taps<C> {
    fn new() -> Taps<C> {
        let lines = [Line::whole(), Line::whole(), Line::whole()];
        Taps { lines, count: 0, at: [[-1; SIDE]; 16], weight: [[C::ZERO; SIDE]; 16], inside: [false; 16] }
    }
}

/// The coordinates of `n` places, those of an axis side by side. With a number of axes that is not known, 64 places took as long here
/// as all that comes after.
#[inline(always)]
unsafe fn coordinates<T: Flt, const A: usize>(grid: *const T, n: usize, v: &mut [[T::C; SIDE]; 3]) {
    if n >= SIDE {
        for j in 0..SIDE {
            for a in 0..A {
                v[a][j] = (*grid.add(j * A + a)).up();
            }
        }
    } else {
        for j in 0..n {
            simd::one_by_one();
            for a in 0..A {
                v[a][j] = (*grid.add(j * A + a)).up();
            }
        }
    }
}

multiversion! {
    /// The coordinates of `n` places from `grid` on, last axis first.
    unsafe fn places[T: Flt](g: &Grid, grid: *const T, n: usize) -> [[T::C; SIDE]; 3] {
        let mut v = [[T::C::ZERO; SIDE]; 3];
        match g.axes {
            1 => coordinates::<T, 1>(grid, n, &mut v),
            2 => coordinates::<T, 2>(grid, n, &mut v),
            _ => coordinates::<T, 3>(grid, n, &mut v),
        }
        v
    }
}

multiversion! {
    /// What places read. (Compiled for the types that are computed in alone: for halves too it was 90 KB more.)
    unsafe fn find[C: Cmp](g: &Grid, v: &[[C; SIDE]; 3], slopes: bool, taps: &mut Taps<C>) {
        for a in 3 - g.axes..3 {
            let axis = Axis::new(g.input[a], g.align, g.border);
            let (line, v) = (&mut taps.lines[a], &v[2 - a]);
            match (g.mode, slopes) {
                (Mode::Linear, false) => line.linear::<false>(axis, v),
                (Mode::Linear, true) => line.linear::<true>(axis, v),
                (Mode::Nearest, _) => line.nearest(axis, v),
                (Mode::Cubic, false) => line.cubic::<false>(axis, v),
                (Mode::Cubic, true) => line.cubic::<true>(axis, v),
            }
        }
        let [z, y, x] = &taps.lines;
        let (h, w) = (g.input[1] as i32, g.input[2] as i32);
        taps.count = 0;
        for a in 0..z.count {
            for b in 0..y.count {
                for c in 0..x.count {
                    let (at, weight) = (&mut taps.at[taps.count], &mut taps.weight[taps.count]);
                    let mut all = 0;
                    if g.axes < 3 {
                        for j in 0..SIDE {
                            let (iy, ix) = (y.at[b][j], x.at[c][j]);
                            at[j] = if (iy | ix) < 0 { -1 } else { iy * w + ix };
                            weight[j] = y.weight[b][j] * x.weight[c][j];
                            all |= at[j];
                        }
                    } else {
                        for j in 0..SIDE {
                            let (iz, iy, ix) = (z.at[a][j], y.at[b][j], x.at[c][j]);
                            at[j] = if (iz | iy | ix) < 0 { -1 } else { (iz * h + iy) * w + ix };
                            weight[j] = z.weight[a][j] * (y.weight[b][j] * x.weight[c][j]);
                            all |= at[j];
                        }
                    }
                    taps.inside[taps.count] = all >= 0;
                    taps.count += 1;
                }
            }
        }
    }
}

multiversion! {
    /// The values of one plane at `n` places. What lies outside is 0, and counts: with a weight that is nan.
    unsafe fn read[T: Flt](taps: &Taps<T::C>, src: *const T, n: usize, dst: *mut T) {
        let n = n.min(SIDE); // what the caller promises; said here, no index is checked and the loops are vectors
        let mut sums = [T::C::ZERO; SIDE];
        for k in 0..taps.count {
            let (at, weight) = (&taps.at[k], &taps.weight[k]);
            if n == SIDE && taps.inside[k] {
                for j in 0..SIDE {
                    let v = (*src.offset(at[j] as isize)).up();
                    sums[j] = if k == 0 { v * weight[j] } else { v.fma(weight[j], sums[j]) };
                }
                continue;
            }
            for j in 0..n {
                let v = (*src.offset(at[j].max(0) as isize)).up();
                let v = if at[j] < 0 { T::C::ZERO } else { v };
                sums[j] = if k == 0 { v * weight[j] } else { v.fma(weight[j], sums[j]) };
            }
        }
        for j in 0..n {
            *dst.add(j) = T::down(sums[j]);
        }
    }
}

multiversion! {
    /// The elements that nearest places read, as they are.
    unsafe fn read_one[T: Flt](taps: &Taps<T::C>, src: *const T, n: usize, dst: *mut T) {
        let n = n.min(SIDE);
        if taps.inside[0] {
            for j in 0..n {
                *dst.add(j) = *src.offset(taps.at[0][j] as isize);
            }
            return;
        }
        for j in 0..n {
            let v = *src.offset(taps.at[0][j].max(0) as isize);
            *dst.add(j) = if taps.at[0][j] < 0 { T::ZERO } else { v };
        }
    }
}

/// `dst (n, c, points)` from `src (n, c, plane)` and `grid (n, points, axes)`.
///
/// # Safety
/// Pointers are valid for the sizes named.
pub unsafe fn sample<T: Flt>(g: &Grid, src: *const T, grid: *const T, dst: *mut T) {
    g.check();
    let (src, grid, dst) = (Ptr::of(src), Ptr::of(grid), Ptr(dst));
    let sides = g.points.div_ceil(SIDE);
    // to make room for the taps takes as long as to find those of 75 places
    let grain = (par::ELEMENTWISE_GRAIN / SIDE / g.c.max(1)).max(4);
    par::for_each_chunk(g.n * sides, grain, |r| {
        let mut taps = Box::new(Taps::new());
        for t in r {
            let (n, i) = (t / sides, t % sides * SIDE);
            let many = SIDE.min(g.points - i);
            // SAFETY: places of a sample, its planes, and their own results in each
            unsafe {
                let at = places(g, grid.at((n * g.points + i) * g.axes).cast_const(), many);
                find(g, &at, false, &mut taps);
                for c in n * g.c..(n + 1) * g.c {
                    let (from, to) = (src.at(c * g.plane()).cast_const(), dst.at(c * g.points + i));
                    match g.mode {
                        Mode::Nearest => read_one(&taps, from, many, to),
                        _ => read(&taps, from, many, to),
                    }
                }
            }
        }
    });
}

multiversion! {
    /// What `n` places of one plane add to the gradients of the image (if there is one) and of their coordinates.
    unsafe fn spread[T: Flt](
        taps: &Taps<T::C>, go: *const T, src: *const T, n: usize, dx: *mut T::C, slopes: &mut [[T::C; SIDE]; 3], wanted: bool,
    ) {
        let n = n.min(SIDE);
        let [z, y, x] = &taps.lines;
        let mut k = 0;
        for a in 0..z.count {
            for b in 0..y.count {
                for c in 0..x.count {
                    let (at, weight) = (&taps.at[k], &taps.weight[k]);
                    if !dx.is_null() {
                        for j in 0..n {
                            if at[j] >= 0 {
                                let to = dx.add(at[j] as usize);
                                *to = weight[j].fma((*go.add(j)).up(), *to);
                            }
                        }
                    }
                    if wanted {
                        for j in 0..n {
                            let v = (*src.add(at[j].max(0) as usize)).up();
                            let v = if at[j] < 0 { T::C::ZERO } else { v } * (*go.add(j)).up();
                            let (wz, wy, wx) = (z.weight[a][j], y.weight[b][j], x.weight[c][j]);
                            slopes[0][j] += v * (x.slope[c][j] * wy * wz);
                            slopes[1][j] += v * (wx * y.slope[b][j] * wz);
                            slopes[2][j] += v * (wx * wy * z.slope[a][j]);
                        }
                    }
                    k += 1;
                }
            }
        }
    }
}

/// Gradients for image and grid (each nullable) from `go`, shaped like the result. Places add to the image in their order.
///
/// # Safety
/// As [`sample`].
pub unsafe fn sample_backward<T: Flt>(
    g: &Grid,
    go: *const T,
    src: *const T,
    grid: *const T,
    dx: *mut T,
    dgrid: *mut T,
) {
    g.check();
    let (go, src, grid) = (Ptr::of(go), Ptr::of(src), Ptr::of(grid));
    let (dx, dgrid) = (Ptr(dx), Ptr(dgrid));
    par::for_each(g.n, |n| {
        let size = g.c * g.plane();
        let mut sums = buffer(T::C::ZERO, if dx.get().is_null() { 0 } else { size });
        let mut taps = Box::new(Taps::new());
        for i in (0..g.points).step_by(SIDE) {
            let (many, p) = (SIDE.min(g.points - i), n * g.points + i);
            let mut slopes = [[T::C::ZERO; SIDE]; 3];
            // SAFETY: places of this sample, its planes and the gradients of their results
            unsafe {
                let at = places(g, grid.at(p * g.axes).cast_const(), many);
                find(g, &at, true, &mut taps);
                for c in 0..g.c {
                    let (go, src) = (go.at((n * g.c + c) * g.points + i), src.at((n * g.c + c) * g.plane()));
                    let to = match sums.is_empty() {
                        true => std::ptr::null_mut(),
                        false => sums.as_mut_ptr().add(c * g.plane()),
                    };
                    spread(
                        &taps,
                        go.cast_const(),
                        src.cast_const(),
                        many,
                        to,
                        &mut slopes,
                        !dgrid.get().is_null(),
                    );
                }
                if !dgrid.get().is_null() {
                    for j in 0..many {
                        for k in 0..g.axes {
                            dgrid.at((p + j) * g.axes + k).write(T::down(slopes[k][j]));
                        }
                    }
                }
            }
        }
        for (k, v) in sums.iter().enumerate() {
            // SAFETY: this sample's image
            unsafe { dx.at(n * size + k).write(T::down(*v)) };
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
